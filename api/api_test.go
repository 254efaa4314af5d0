package api_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
)

// demo is the folder of a demonstration, made once for all tests, which only read it.
var demo struct {
	dir string
	app *app.App
}

// now is when the tests take place: a part of the demonstration is too young for
// the public.
func now() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "truce-api-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	demo.dir = filepath.Join(dir, "demo")
	if demo.app, _, err = app.Demo(context.Background(), demo.dir, app.Options{Now: now}); err != nil {
		panic(err)
	}
	defer demo.app.Close()
	return m.Run()
}

// site is a server with accounts of every role.
type site struct {
	*httptest.Server
	api    *api.Server
	tokens map[string]string // by role
}

func serve(t *testing.T, a *app.App, opt api.Options) *site {
	t.Helper()
	accounts, err := access.Open(t.Context(), t.TempDir(), access.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { accounts.Close() })
	x := &site{tokens: map[string]string{"": ""}}
	for _, role := range access.Roles() {
		account := access.Account{Name: string(role), Role: role}
		switch role {
		case access.WatchOfficer, access.Verifier:
			account.Clearance = observation.Red
		case access.PartyLiaison:
			account.Party = a.Agreement().Parties[0].ID
		}
		if _, err := accounts.Add(t.Context(), account, ""); err != nil {
			t.Fatal(err)
		}
		if x.tokens[string(role)], _, err = accounts.AddToken(t.Context(), access.Token{Account: string(role)}); err != nil {
			t.Fatal(err)
		}
	}
	y := serveWith(t, a, accounts, opt)
	y.tokens = x.tokens
	return y
}

// serveWith is a server with these accounts.
func serveWith(t *testing.T, a *app.App, accounts *access.Store, opt api.Options) *site {
	t.Helper()
	opt.Access = accounts
	s, err := api.New(a, opt)
	if err != nil {
		t.Fatal(err)
	}
	x := &site{Server: httptest.NewServer(s.Handler()), api: s}
	t.Cleanup(func() { x.api.Close(); x.Close() })
	return x
}

// ask sends a request in a role and returns the answer's body.
func (x *site) ask(t *testing.T, role, method, path string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, x.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+x.tokens[role])
	}
	resp, err := x.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// get asks for JSON and wants it.
func get[T any](t *testing.T, x *site, role, path string) T {
	t.Helper()
	resp, body := x.ask(t, role, "GET", path)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s as %q: %s\n%s", path, role, resp.Status, body)
	}
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, body)
	}
	return v
}

func TestThePublicSeesLessThanTheMission(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	public := get[api.Status](t, x, "", "/api/v1/status")
	mission := get[api.Status](t, x, "verifier", "/api/v1/status")
	if public.Audience != "public" || public.Totals != nil || mission.Audience != "mission" || mission.Totals == nil || !mission.Simulated {
		t.Errorf("the public is told %+v, the mission %+v", public, mission)
	}
	all := get[api.Incidents](t, x, "verifier", "/api/v1/incidents?limit=1000")
	some := get[api.Incidents](t, x, "", "/api/v1/incidents?limit=1000")
	if len(some.Incidents) == 0 || len(some.Incidents) >= len(all.Incidents) {
		t.Errorf("the public sees %d incidents, the mission %d", len(some.Incidents), len(all.Incidents))
	}
	for i, in := range all.Incidents {
		if i > 0 && in.From.After(all.Incidents[i-1].From) {
			t.Errorf("%s is newer than the one before it", in.ID)
		}
	}
}

func TestEveryFirstQuestionIsAnswered(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	for _, path := range []string{"/api/v1/zones", "/api/v1/lines", "/api/v1/areas", "/api/v1/days", "/api/v1/days/2026-03-04?format=html&lang=uk",
		"/api/v1/days/2026-03-04?format=pdf", "/api/v1/explain?id=no-fire", "/api/v1/session", "/healthz", "/readyz", "/openapi.json", "/api/v1/terms", "/api/v1/deadlines", "/api/v1/findings?limit=5", "/api/v1/coverage", "/api/v1/record", "/api/v1/record/proof?id=%23300", "/log/checkpoint", "/log/tile/0/000"} {
		for _, role := range []string{"", "verifier", "party-liaison"} {
			if resp, body := x.ask(t, role, "GET", path); resp.StatusCode != http.StatusOK || len(body) < 10 {
				t.Errorf("%s as %q: %s\n%.300s", path, role, resp.Status, body)
			}
		}
	}
	list := get[api.Incidents](t, x, "verifier", "/api/v1/incidents?limit=20")
	for _, in := range list.Incidents {
		one := get[api.Incident](t, x, "verifier", "/api/v1/incidents/"+in.ID)
		if len(one.Members) == 0 || one.Members[0].Observation == nil || one.Summary.ID != in.ID {
			t.Errorf("%s lacks its observations: %+v", in.ID, one)
		}
	}
}

func ci() bool { return os.Getenv("CI") != "" }
