package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/notify"
)

// The public sees the ladder a day late and without evidence that may not leave.
func TestTheLadder(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	mission := get[api.Ladder](t, x, "verifier", "/api/v1/ladder?at=2026-03-08T20:00:00Z")
	if len(mission.Levels) != 3 || !mission.Levels[0].InForce || len(mission.Levels[0].Evidence) == 0 || len(mission.Breaches) == 0 || len(mission.Clocks) == 0 || len(mission.Terms) != 3 || mission.Episode.Proof == "" {
		t.Errorf("%+v", mission)
	}
	public := get[api.Ladder](t, x, "", "/api/v1/ladder")
	if last := now().AddDate(0, 0, -1); public.At.After(last) {
		t.Errorf("the public is told as of %s", public.At)
	}
	seen := map[string]bool{}
	for _, in := range get[api.Incidents](t, x, "", "/api/v1/incidents?limit=1000").Incidents {
		seen[in.ID] = true
	}
	for _, b := range public.Breaches {
		if !seen[b.ID] {
			t.Errorf("the public is told of %s", b.ID)
		}
	}
	past := get[api.LadderPast](t, x, "verifier", "/api/v1/ladder/past?since=2026-03-01&until=2026-03-08T20:00:00Z")
	if len(past.Transitions) == 0 || past.Transitions[0].Level != "warning" {
		t.Errorf("%+v", past)
	}
	if resp, _ := x.ask(t, "verifier", "GET", "/api/v1/ladder?at=soon"); resp.StatusCode != http.StatusUnprocessableEntity {
		t.Error(resp.Status)
	}
}

func TestNoticesAreListedAndAcknowledged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	a, _, err := app.Demo(context.Background(), dir, app.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	desk := httptest.NewServer(http.NotFoundHandler())
	defer desk.Close()
	for name, text := range map[string]string{"hook": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", notify.File: "contacts:\n  - {id: desk, party: commission, webhook: {url: \"" + desk.URL + "\", secret_file: hook}}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Notifier(nil).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	x := serve(t, a, api.Options{})
	list := get[api.Notices](t, x, "watch-officer", "/api/v1/notices").Notices
	if len(list) == 0 || list[len(list)-1].State != app.NoticeFailed || list[len(list)-1].Contact != "desk" {
		t.Fatalf("%+v", list)
	}
	path := "/api/v1/notices/" + list[0].ID + "/ack"
	if resp, _ := x.ask(t, "", "POST", path); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("the public: %s", resp.Status)
	}
	if resp, body := x.ask(t, "watch-officer", "POST", path); resp.StatusCode != http.StatusOK {
		t.Errorf("%s %s", resp.Status, body)
	}
	if resp, _ := x.ask(t, "watch-officer", "POST", "/api/v1/notices/N-none/ack"); resp.StatusCode != http.StatusNotFound {
		t.Error(resp.Status)
	}
	if got := get[api.Notices](t, x, "watch-officer", "/api/v1/notices").Notices[0]; got.State != app.NoticeAcknowledged || got.Acknowledged != "watch-officer" || got.AckRole != "watch-officer" {
		t.Errorf("%+v", got)
	}
	if resp, _ := x.ask(t, "", "GET", "/api/v1/notices"); resp.StatusCode != http.StatusUnauthorized {
		t.Error(resp.Status)
	}
}
