package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
)

const declared = `source,ref,kind,from,party,host,force,of,is,agrees,lat,lon,radius_m,count,commitment,issue,stance,text,handling
UK,regiment-1,unit,2026-03-03,uk,Ukraine,multinational-force,,,,48.20,36.60,200,800,deploy-troops,,,secret-words,
UK,regiment-2,unit,2026-03-03,uk,Ukraine,multinational-force,,,,48.30,36.70,200,300,deploy-troops,,,other-words,TLP:AMBER
Ukraine,attack,attacked,2026-03-05,,,,ukraine,yes,,,,,,,,,council-words,TLP:AMBER
gazette,fr,firmness,2026-03-04,France,,,deploy-troops,ratified,,,,,,,,,Voted.,TLP:CLEAR
russia,talk-1,position,2026-03-05,russia,,,,,,,,,,,territory,conditional,A part of it.,TLP:CLEAR
`

// promised is a server over the arrangement of the example with what was declared.
func promised(t *testing.T) *site {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "declared.csv")
	if err := os.WriteFile(file, []byte(declared), 0o644); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }
	a, err := app.Init(t.Context(), filepath.Join(dir, "mission"), filepath.Join("..", "examples", "paris-2026", "agreement.yaml"), app.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	r, err := a.Import(t.Context(), []string{file}, app.ImportOptions{})
	if err != nil || r.Total.Quarantined > 0 || r.Total.Other != 5 {
		t.Fatalf("%+v, %v", r, err)
	}
	return serve(t, a, api.Options{})
}

// pledges are the answers that the test looks at.
type pledges struct {
	Commitments []struct {
		ID, Due string
		Makers  []struct{ Party, Is string }
	}
	DueNow []string `json:"due_now"`
}

func (p *pledges) due(id string) string {
	for _, x := range p.Commitments {
		if x.ID == id {
			return x.Due
		}
	}
	return "no such"
}

func TestWhatWasPromisedByWhoAsks(t *testing.T) {
	x := promised(t)
	mission := get[pledges](t, x, "verifier", "/api/v1/commitments?at=2026-03-06")
	public := get[pledges](t, x, "", "/api/v1/commitments?at=2026-03-06")
	if mission.due("deploy-troops") != "due" || public.due("deploy-troops") != "due" {
		t.Errorf("deploy-troops is %s for the mission, %s for the public", mission.due("deploy-troops"), public.due("deploy-troops"))
	}
	// That Ukraine was attacked is declared for the mission and the parties alone.
	if mission.due("us-guarantee") != "due" || public.due("us-guarantee") != "unknown" {
		t.Errorf("us-guarantee is %s for the mission, %s for the public", mission.due("us-guarantee"), public.due("us-guarantee"))
	}
	if before := get[pledges](t, x, "", "/api/v1/commitments?at=2026-02-01"); before.due("deploy-troops") != "not-due" || len(before.DueNow) == 0 {
		t.Errorf("before the ceasefire: %+v", before)
	}
	issues := get[struct {
		Moved []struct{ Issue, Party, Towards string }
	}](t, x, "", "/api/v1/issues")
	if len(issues.Moved) != 1 || issues.Moved[0].Issue != "territory" {
		t.Errorf("moved: %+v", issues.Moved)
	}
}

func TestWhereForcesStandStaysWithTheMission(t *testing.T) {
	x := promised(t)
	type posture struct {
		Declared []struct {
			ID, Source, Text string
			Position         *struct{ Lat, Lon float64 }
			RadiusM          float64 `json:"radius_m"`
			Checks           []struct{ Finding, Of, Limit, Result string }
		}
		Ceilings []json.RawMessage
		Findings []struct{ ID string }
		Withheld int
	}
	mission := get[posture](t, x, "verifier", "/api/v1/posture?at=2026-03-06")
	if len(mission.Declared) != 2 || mission.Declared[0].Position.Lat != 48.2 && mission.Declared[1].Position.Lat != 48.2 {
		t.Fatalf("the mission sees %+v", mission)
	}
	party := get[posture](t, x, "party-liaison", "/api/v1/posture?at=2026-03-06")
	if len(party.Declared) != 1 || party.Withheld != 1 || party.Declared[0].Source != "" || party.Declared[0].RadiusM < 500 || len(party.Findings) == 0 {
		t.Errorf("a party sees %+v", party)
	}
	if public := get[posture](t, x, "", "/api/v1/posture?at=2026-03-06"); len(public.Declared)+len(public.Findings)+len(public.Ceilings)+public.Withheld > 0 {
		t.Errorf("the public sees %+v", public)
	}
	secret := mission.Declared[0]
	for _, d := range mission.Declared {
		if d.Text == "secret-words" {
			secret = d
		}
	}
	for _, role := range []string{"", "party-liaison"} {
		for _, path := range []string{"/api/v1/posture", "/api/v1/findings?limit=1000", "/api/v1/commitments", "/api/v1/explain?id=deploy-troops", "/api/v1/explain?id=deploy-troops.far-behind",
			"/api/v1/explain?id=" + secret.ID, "/api/v1/explain?id=" + secret.Checks[0].Finding, "/api/v1/days/2026-03-05"} {
			_, body := x.ask(t, role, "GET", path)
			for _, word := range []string{"secret-words", "regiment-1", "48.2000", "36.6000", secret.ID} {
				if strings.Contains(string(body), word) && !strings.Contains(path, word) {
					t.Errorf("%q learns %q from %s", role, word, path)
				}
			}
		}
	}
	if _, body := x.ask(t, "verifier", "GET", "/api/v1/explain?id="+secret.Checks[0].Finding); !strings.Contains(string(body), "15.6 km from line") {
		t.Errorf("the mission's explanation: %s", body)
	}
	for _, id := range []string{"deploy-troops", "deploy-troops.far-behind", "territory", "putin-donbas"} {
		if resp, body := x.ask(t, "", "GET", "/api/v1/explain?id="+id); resp.StatusCode != http.StatusOK || len(body) < 100 {
			t.Errorf("explaining %s to the public: %s\n%s", id, resp.Status, body)
		}
	}
}

// What somebody declares over the network is held against the limits at once.
func TestDeclaringOverTheNetwork(t *testing.T) {
	x := serve(t, workspace(t), api.Options{})
	const path = "/api/v1/declarations"
	unit := `{"ref":"u-1","kind":"unit","from":"2026-03-09T10:00:00Z","party":"france","host":"ukraine","force":"multinational-force","position":{"lat":48.5,"lon":37.5},"radius_m":100,"count":40}`
	with := func(more string) string { return strings.TrimSuffix(unit, "}") + "," + more + "}" }
	for _, c := range []struct {
		role, body string
		status     int
		field      string // which is refused
	}{
		{"", unit, http.StatusUnauthorized, ""},
		{"observer", unit, http.StatusForbidden, ""},
		{"watch-officer", `{"kind":"unit","from":"2026-03-09T10:00:00Z","party":"atlantis"}`, http.StatusUnprocessableEntity, "body.party"},
		{"watch-officer", `{"kind":"host","from":"2026-03-09T10:00:00Z","party":"ukraine"}`, http.StatusUnprocessableEntity, "body.agrees"},
		{"watch-officer", `{"kind":"host","from":"2026-03-09T10:00:00Z","party":"ukraine","host":"atlantis","agrees":"yes"}`, http.StatusUnprocessableEntity, "body.host"},
		{"watch-officer", `{"kind":"tent","from":"2026-03-09T10:00:00Z","party":"ukraine"}`, http.StatusUnprocessableEntity, "body.kind"},
		{"watch-officer", `{"kind":"approved","from":"2026-03-09T10:00:00Z","of":"france","is":"perhaps"}`, http.StatusUnprocessableEntity, "body.is"},
		{"watch-officer", `{"kind":"approved","from":"2026-03-09T10:00:00Z","of":"france","is":"yes","handling":"TLP:WHITE"}`, http.StatusUnprocessableEntity, "body.handling"},
		{"watch-officer", with(`"until":"2026-03-09T09:00:00Z"`), http.StatusUnprocessableEntity, "body.until"},
		{"watch-officer", with(`"commitment":"no-such"`), http.StatusUnprocessableEntity, "body.commitment"},
		{"watch-officer", with(`"weapon":"catapult"`), http.StatusUnprocessableEntity, "body.weapon"},
		{"watch-officer", with(`"count_max":30`), http.StatusUnprocessableEntity, "body.count_max"},
		{"watch-officer", with(`"count_min":-1`), http.StatusUnprocessableEntity, "body.count_min"},
		{"watch-officer", strings.Replace(unit, "48.5", "148.5", 1), http.StatusUnprocessableEntity, "body.position"},
		{"watch-officer", strings.Replace(unit, `"radius_m":100`, `"radius_m":-1`, 1), http.StatusUnprocessableEntity, "body.radius_m"},
		{"watch-officer", unit, http.StatusCreated, ""},
	} {
		if resp, body := x.deliver(t, c.role, "POST", path, nil, c.body); resp.StatusCode != c.status || !strings.Contains(string(body), c.field) {
			t.Errorf("%s declares %s: %s, want %d for %q\n%s", c.role, c.body, resp.Status, c.status, c.field, body)
		}
	}
	_, mission := x.ask(t, "verifier", "GET", "/api/v1/posture?at=2026-03-09T11:00:00Z")
	if !strings.Contains(string(mission), "u-1") || !strings.Contains(string(mission), `"of":"force-far-behind","result":"undetermined","probability":1`) {
		t.Errorf("a unit some kilometres from the line, of which one source knows, is not held against the limit: %s", mission)
	}
	if _, public := x.ask(t, "", "GET", "/api/v1/posture?at=2026-03-09T11:00:00Z"); strings.Contains(string(public), "u-1") {
		t.Errorf("the public is told of a unit without a label: %s", public)
	}
}

// Whoever did not hear the answer sends again, and it is on record once; the same
// key for something else is a conflict.
func TestSentAgainItIsOnRecordOnce(t *testing.T) {
	x := serve(t, workspace(t), api.Options{})
	unit := `{"ref":"u-1","kind":"unit","from":"2026-03-09T10:00:00Z","party":"france","count":40}`
	visit := `{"at":"2026-03-09T10:00","outcome":"checked","found":[{"weapon":"mlrs","number":17,"serials":["A1"]}]}`
	stock := `{"items":[{"weapon":"mlrs","number":18,"serials":["A1","A2"]}]}`
	for i, c := range []struct{ path, body, other string }{
		{"/api/v1/declarations", unit, strings.Replace(unit, "40", "41", 1)},
		{"/api/v1/weapons/store-russia/visits", visit, strings.Replace(visit, "17", "16", 1)},
		{"/api/v1/weapons/store-ukraine/visits", visit, strings.Replace(visit, "T10:00", "T09:00", 1)},
		{"/api/v1/weapons/store-russia/inventory", stock, strings.Replace(stock, "18", "17", 1)},
	} {
		key := map[string]string{"Idempotency-Key": fmt.Sprintf("key-%d", i)}
		var first []byte
		for n := range 2 {
			resp, body := x.deliver(t, "verifier", "POST", c.path, key, c.body)
			if resp.StatusCode != http.StatusCreated || n > 0 && string(body) != string(first) {
				t.Errorf("%s, time %d: %s\n%s, before %s", c.path, n+1, resp.Status, body, first)
			}
			first = body
		}
		if resp, body := x.deliver(t, "verifier", "POST", c.path, key, c.other); resp.StatusCode != http.StatusConflict {
			t.Errorf("%s with a key that is taken: %s\n%s", c.path, resp.Status, body)
		}
	}
	for path, bad := range map[string][2]string{
		"/api/v1/weapons/store-russia/visits":    {strings.Replace(visit, "2026-03-09", "2026-04-09", 1), "body.at"},
		"/api/v1/weapons/store-ukraine/visits":   {strings.Replace(visit, "checked", "prevented", 1), "body.found"},
		"/api/v1/weapons/store-russia/inventory": {strings.Replace(stock, "18", "1", 1), "body.items"},
	} {
		if resp, body := x.deliver(t, "verifier", "POST", path, nil, bad[0]); resp.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(string(body), bad[1]) {
			t.Errorf("%s of %s: %s, want it refused for %s\n%s", path, bad[0], resp.Status, bad[1], body)
		}
	}
	type sheets struct {
		Sites []struct {
			Site   string
			Visits []struct{ Outcome string }
		}
	}
	for at, want := range map[string]int{"&at=2026-03-08": 0, "&at=2026-03-09T10:00": 1, "": 1} {
		if got := get[sheets](t, x, "verifier", "/api/v1/weapons?site=store-russia"+at); len(got.Sites[0].Visits) != want {
			t.Errorf("at %s: %+v, want %d visits", at, got, want)
		}
	}
	if resp, body := x.deliver(t, "observer", "POST", "/api/v1/weapons/store-russia/visits", nil, visit); resp.StatusCode != http.StatusForbidden {
		t.Errorf("an observer records a visit: %s\n%s", resp.Status, body)
	}
}
