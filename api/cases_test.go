package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
)

// send posts JSON in a role, with headers in pairs.
func (x *site) send(t *testing.T, role, path, body string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", x.URL+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+x.tokens[role])
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := x.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, answer
}

func TestACaseIsLedOverTheNetwork(t *testing.T) {
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	a, err := app.Init(t.Context(), filepath.Join(t.TempDir(), "w"), filepath.Join("..", "examples", "paris-2026", "agreement.yaml"), app.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	accused := a.Agreement().Parties[0].ID // whose liaison officer has an account
	x := serve(t, a, api.Options{})

	if p := get[api.Procedure](t, x, "", "/api/v1/procedure"); len(p.Moves) < 25 || len(p.States) != 16 {
		t.Errorf("the procedure: %d moves, %d states", len(p.Moves), len(p.States))
	}
	open := `{"text":"Fire is alleged.","title":"Fire","accused":"` + accused + `","reasons":"told by telephone"}`
	if resp, body := x.send(t, "", "/api/v1/cases", open); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("the public opens a case: %s %s", resp.Status, body)
	}
	if resp, body := x.send(t, "publisher", "/api/v1/cases", open); resp.StatusCode != http.StatusForbidden {
		t.Errorf("a publisher opens a case: %s %s", resp.Status, body)
	}
	resp, body := x.send(t, "watch-officer", "/api/v1/cases", open, "Idempotency-Key", "k1")
	if resp.StatusCode != http.StatusCreated || resp.Header.Get("Location") != "/api/v1/cases/C-0001" {
		t.Fatalf("opening: %s %s", resp.Status, body)
	}
	tag := resp.Header.Get("ETag")
	if resp, _ := x.send(t, "watch-officer", "/api/v1/cases", open, "Idempotency-Key", "k1"); resp.Header.Get("ETag") != tag {
		t.Error("the repeat opened another case")
	}

	step := func(role, body string) {
		t.Helper()
		resp, answer := x.send(t, role, "/api/v1/cases/C-0001/steps", body, "If-Match", tag)
		if resp.StatusCode != http.StatusCreated {
			t.Fatalf("%s: %s %s", body, resp.Status, answer)
		}
		tag = resp.Header.Get("ETag")
	}
	refused := func(role, body string, status int, want string, headers ...string) {
		t.Helper()
		resp, answer := x.send(t, role, "/api/v1/cases/C-0001/steps", body, headers...)
		if resp.StatusCode != status || !strings.Contains(string(answer), want) {
			t.Errorf("%s as %q: %s %s; want %d with %q", body, role, resp.Status, answer, status, want)
		}
	}
	register := `{"move":"register","reasons":"it has a number"}`
	refused("watch-officer", register, http.StatusPreconditionRequired, "If-Match")
	first := tag
	step("watch-officer", register)
	refused("verifier", `{"move":"screen","reasons":"x"}`, http.StatusPreconditionFailed, "watch-officer", "If-Match", first)
	refused("verifier", `{"move":"draft","text":"x","reasons":"x"}`, http.StatusConflict, `"value":"screen"`, "If-Match", tag)
	refused("watch-officer", `{"move":"approve","reasons":"x"}`, http.StatusForbidden, "may not approve", "If-Match", tag)
	refused("verifier", `{"move":"screen","reasons":"x","at":"2026-03-11T12:00:00Z"}`, http.StatusUnprocessableEntity, "not happened yet", "If-Match", tag)
	refused("party-liaison", `{"move":"note","text":"x","reasons":"x","for":"france"}`, http.StatusForbidden, "speaks for one party", "If-Match", tag)
	step("verifier", `{"move":"screen","reasons":"in the mandate"}`)
	step("verifier", `{"move":"assign","office":"Team north","reasons":"nearest"}`)
	step("verifier", `{"move":"ask","parties":["`+accused+`"],"text":"Where was the battery?","reasons":"the track ends there"}`)
	step("verifier", `{"move":"note","text":"A farmer saw it.","handling":"TLP:RED","reasons":"source"}`)

	// Everyone sees their part.
	if c := get[api.Cases](t, x, "", "/api/v1/cases"); len(c.Cases) != 0 || len(c.Published) != 0 || c.Reminders != nil {
		t.Errorf("the public sees %+v", c)
	}
	if resp, _ := x.ask(t, "", "GET", "/api/v1/cases/C-0001"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the public asks for a case: %s", resp.Status)
	}
	if resp, _ := x.ask(t, "", "GET", "/api/v1/explain?id=C-0001"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the public asks for a case's reasons: %s", resp.Status)
	}
	for role, sees := range map[string]bool{"verifier": true, "observer": false, "party-liaison": false} {
		resp, body := x.ask(t, role, "GET", "/api/v1/cases/C-0001")
		if resp.StatusCode != http.StatusOK || strings.Contains(string(body), "farmer") != sees || resp.Header.Get("ETag") != tag {
			t.Errorf("%s: %s %s", role, resp.Status, body)
		}
	}
	at = at.Add(time.Hour)
	step("party-liaison", `{"move":"answer","text":"In barracks.","reasons":"from the general staff"}`)
	var c app.CaseFile
	_, body = x.ask(t, "party-liaison", "GET", "/api/v1/cases/C-0001")
	if err := json.Unmarshal(body, &c); err != nil || len(c.Questions) != 1 || c.Questions[0].Answer != "In barracks." {
		t.Errorf("%v %s", err, body)
	}
	if list := get[api.Cases](t, x, "verifier", "/api/v1/cases?open=true"); len(list.Cases) != 1 || list.Cases[0].State != "assigned" {
		t.Errorf("%+v", list)
	}
}
