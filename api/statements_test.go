package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/statement"
)

// post sends JSON in a role and wants a status.
func post[T any](t *testing.T, x *site, role, path string, body any, status int) T {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, x.URL+path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+x.tokens[role])
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
	if resp.StatusCode != status {
		t.Fatalf("%s as %q: %s; want %d\n%s", path, role, resp.Status, status, answer)
	}
	var v T
	if err := json.Unmarshal(answer, &v); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, answer)
	}
	return v
}

// An article's statement becomes a position only by a person who may declare.
func TestStatementsAreProposedAndConfirmed(t *testing.T) {
	a, _, err := app.Demo(t.Context(), t.TempDir()+"/demo", app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	x := serve(t, a, api.Options{})
	party := a.Agreement().Parties[0].ID
	article := map[string]any{"text": "<html><body><nav>Menu</nav><article><p>The talks went on in the city of Lund for a day.</p><p>“We will not move our guns before spring,” said Foreign Minister Daniel Okafor.</p></article></body></html>"}
	post[map[string]any](t, x, "", "/api/v1/statements", article, http.StatusUnauthorized)
	found := post[statement.Article](t, x, "verifier", "/api/v1/statements", article, http.StatusOK)
	if len(found.Proposals) != 1 || found.Proposals[0].Speaker != "Daniel Okafor" || found.Proposals[0].Office != "Foreign Minister" {
		t.Fatalf("proposed: %+v", found.Proposals)
	}
	if got := get[api.Statements](t, x, "verifier", "/api/v1/statements"); len(got.Statements) != 0 {
		t.Errorf("proposing put something on record: %+v", got)
	}
	article["id"], article["said"], article["party"] = found.Proposals[0].ID, "2026-03-05", "nobody"
	post[map[string]any](t, x, "verifier", "/api/v1/statements/confirm", article, http.StatusUnprocessableEntity)
	article["party"] = party
	post[map[string]any](t, x, "observer", "/api/v1/statements/confirm", article, http.StatusForbidden)
	done := post[app.Statement](t, x, "verifier", "/api/v1/statements/confirm", article, http.StatusCreated)
	if done.By != "verifier" || done.Party != party || done.Record == 0 {
		t.Errorf("confirmed: %+v", done)
	}
	post[map[string]any](t, x, "watch-officer", "/api/v1/statements/confirm", article, http.StatusConflict)
	if got := get[api.Statements](t, x, "verifier", "/api/v1/statements"); len(got.Statements) != 1 || got.Statements[0].ID != done.ID {
		t.Errorf("on record: %+v", got)
	}
}
