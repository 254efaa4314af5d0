package publish_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func hours(n int) agreement.Duration {
	return agreement.Duration{Duration: time.Duration(n) * time.Hour}
}

// secret is a source's name that must not leave.
const secret = "Observation post Birch"

func data(handling observation.Handling, at time.Time) publish.Data {
	o := observation.Observation{Source: secret, Ref: "17", Means: observation.Post, From: at, To: at, Activity: observation.Explosion, Handling: handling,
		Position: &observation.Position{Lat: 48.123456, Lon: 37.654321, Radius: 50}, Observer: &observation.Sighting{Lat: 48.2, Lon: 37.7}, Text: "seen by " + secret}
	in := incident.Incident{ID: "I-1", From: at, To: at, Position: o.Position, Activity: o.Activity, Handling: handling,
		Members: []incident.Member{{Source: secret, Ref: "17", Independent: true}}}
	f := finding.Finding{ID: "F-1.no-fire", Incident: "I-1", Provision: "no-fire", At: at, Result: finding.Breach,
		Reasons: []finding.Reason{{Code: "claim", Text: secret + " says so", Args: map[string]string{"source": secret}}}}
	return publish.Data{Incidents: []incident.Incident{in}, Findings: []finding.Finding{f}, Observations: []observation.Observation{o}}
}

func labels() []observation.Handling {
	return []observation.Handling{observation.Clear, observation.Green, observation.Amber, observation.AmberStrict, observation.Red}
}

func TestLabelsHold(t *testing.T) {
	for i, label := range labels() {
		for k, allowed := range labels() {
			out := publish.Apply(agreement.Policy{Audience: "a", Handling: string(allowed)}, noon.Add(time.Hour), data(label, noon))
			if passed, should := len(out.Incidents) == 1, i <= k; passed != should || (len(out.Findings) == 1) != should || (len(out.Observations) == 1) != should {
				t.Errorf("%s to an audience of %s: passed %v", label, allowed, passed)
			}
			if i > k && out.Withheld.Handling != 1 {
				t.Errorf("%s to an audience of %s: not counted as withheld", label, allowed)
			}
		}
	}
	// What carries no label is not public.
	if out := publish.Apply(publish.Policy(nil, publish.Public), noon.AddDate(0, 0, 9), data("", noon)); len(out.Incidents) != 0 {
		t.Error("an incident without a label became public")
	}
}

func TestDelayHolds(t *testing.T) {
	policy := agreement.Policy{Audience: "a", Handling: string(observation.Red), Delay: hours(24)}
	for _, c := range []struct {
		asOf time.Time
		out  int
	}{{noon.Add(23 * time.Hour), 0}, {noon.Add(24 * time.Hour), 1}} {
		out := publish.Apply(policy, c.asOf, data(observation.Green, noon))
		if len(out.Incidents) != c.out || len(out.Findings) != c.out || len(out.Observations) != c.out {
			t.Errorf("as of %v: %d incidents, %d findings, %d observations; want %d", c.asOf, len(out.Incidents), len(out.Findings), len(out.Observations), c.out)
		}
	}
}

// A withheld source leaves nowhere: no name, no reference, no text of reasons.
func TestWithheldSourcesLeaveNowhere(t *testing.T) {
	policy := agreement.Policy{Audience: "a", Handling: string(observation.Red), Withhold: []string{publish.FieldSource, publish.FieldObserver, publish.FieldText}}
	in := data(observation.Green, noon)
	out := publish.Apply(policy, noon.Add(time.Hour), in)
	text, err := json.Marshal(out.Data)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "Birch") {
		t.Errorf("the source's name is in %s", text)
	}
	if out.Observations[0].Observer != nil {
		t.Error("the observer's position left")
	}
	if in.Observations[0].Source != secret || in.Incidents[0].Members[0].Source != secret || in.Observations[0].Observer == nil {
		t.Error("what was given has been changed")
	}
}

// Rounding moves a position to the grid and widens the circle enough to hold
// whatever the old one held; nearby places become one.
func TestRoundingHides(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		grid := rapid.Float64Range(100, 20000).Draw(r, "grid")
		p := observation.Position{Lat: rapid.Float64Range(-80, 80).Draw(r, "lat"), Lon: rapid.Float64Range(-180, 180).Draw(r, "lon"), Radius: rapid.Float64Range(0, 5000).Draw(r, "radius")}
		q := publish.Round(p, grid)
		dy := (q.Lat - p.Lat) * 111195
		dx := math.Mod(q.Lon-p.Lon+540, 360) - 180
		dx *= 111195 * math.Cos(p.Lat*math.Pi/180)
		if moved := math.Hypot(dx, dy); moved > grid {
			r.Errorf("moved by %.0f m on a grid of %.0f m", moved, grid)
		} else if q.Radius < p.Radius+moved*0.98 {
			r.Errorf("the circle of %.0f m became %.0f m though it moved by %.0f m", p.Radius, q.Radius, moved)
		}
		if again := publish.Round(q, grid); again.Lat != q.Lat || again.Lon != q.Lon {
			r.Errorf("rounding twice moves: %v, %v", q, again)
		}
	})
}

// A stricter policy lets through no more.
func TestStricterPoliciesLetThroughNoMore(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		all := labels()
		var d publish.Data
		for i := range rapid.IntRange(0, 6).Draw(r, "incidents") {
			x := data(rapid.SampledFrom(all).Draw(r, "label"), noon.Add(time.Duration(i)*time.Hour))
			x.Incidents[0].ID = string(rune('a' + i))
			d.Incidents = append(d.Incidents, x.Incidents...)
		}
		k := rapid.IntRange(0, len(all)-1).Draw(r, "allowed")
		loose := publish.Apply(agreement.Policy{Handling: string(all[k])}, noon.AddDate(0, 0, 2), d)
		strict := publish.Apply(agreement.Policy{Handling: string(all[max(k-1, 0)]), Delay: hours(44)}, noon.AddDate(0, 0, 2), d)
		for _, in := range strict.Incidents {
			if !slices.ContainsFunc(loose.Incidents, func(x incident.Incident) bool { return x.ID == in.ID }) {
				r.Errorf("incident %s passes the stricter policy only", in.ID)
			}
		}
		if n := len(strict.Incidents) + strict.Withheld.Handling + strict.Withheld.Delay; n != len(d.Incidents) {
			r.Errorf("%d incidents are passed or counted as withheld; there were %d", n, len(d.Incidents))
		}
	})
}

func TestDefaults(t *testing.T) {
	if p := publish.Policy(nil, "somebody"); p.Handling != string(observation.Clear) || p.Delay.Duration != 24*time.Hour || p.RoundM != 1000 {
		t.Errorf("an unknown audience gets %+v", p)
	}
	if p := publish.Policy(nil, publish.Mission); p.Handling != string(observation.Red) {
		t.Errorf("the mission gets %+v", p)
	}
	if got := publish.MostRestricted(observation.Clear, ""); got != publish.Default {
		t.Errorf("clear and none make %s", got)
	}
}

// Without a delay nothing is too young, however long its interval: else an
// event of several days would be in no report.
func TestNoDelayHoldsNothingBack(t *testing.T) {
	d := data(observation.Green, noon)
	d.Incidents[0].To = noon.AddDate(0, 0, 5)
	d.Observations[0].To = noon.AddDate(0, 0, 5)
	out := publish.Apply(agreement.Policy{Handling: string(observation.Red)}, noon.Add(time.Hour), d)
	if len(out.Incidents) != 1 || len(out.Observations) != 1 || out.Withheld != (publish.Withheld{}) {
		t.Errorf("%d incidents and %d observations pass; withheld %+v", len(out.Incidents), len(out.Observations), out.Withheld)
	}
}

// What would give a rounded place or a withheld observer away stays back too.
func TestNothingGivesARoundedPlaceAway(t *testing.T) {
	for name, policy := range map[string]agreement.Policy{
		"rounded":           {Handling: string(observation.Red), RoundM: 5000},
		"observer withheld": {Handling: string(observation.Red), Withhold: []string{publish.FieldObserver}},
	} {
		d := data(observation.Green, noon)
		in := &d.Incidents[0]
		in.Ellipse = &incident.Ellipse{MajorM: 900, MinorM: 90, Azimuth: 33}
		in.Place, in.Area = "School No. 3", "Upper district"
		in.Members[0].DistanceM, in.Members[0].LagS, in.Members[0].Score, in.Members[0].Why = 120, 3.5, 2, "120 m apart"
		d.Findings[0].Reasons = append(d.Findings[0].Reasons, finding.Reason{Code: "where", Text: "At 48.123456", Args: map[string]string{"lat": "48.123456"}})
		out := publish.Apply(policy, noon, d)
		got := out.Incidents[0]
		if got.Ellipse != nil || got.Members[0].DistanceM != 0 || got.Members[0].LagS != 0 || got.Members[0].Why != "" {
			t.Errorf("%s: shape or distances left: %+v", name, got)
		}
		if got.Area != "Upper district" || in.Ellipse == nil || in.Place == "" {
			t.Errorf("%s: the area is gone, or what was given has been changed", name)
		}
		if policy.RoundM > 0 {
			text, err := json.Marshal(out.Data)
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{"School", "48.123456", "37.654321"} {
				if strings.Contains(string(text), word) {
					t.Errorf("%s: %q is in %s", name, word, text)
				}
			}
		}
	}
}

// Where responsibility is withheld, no reason tells whom sources name.
func TestWithheldPartiesLeaveNowhere(t *testing.T) {
	d := data(observation.Green, noon)
	f := &d.Findings[0]
	f.Responsible = finding.Responsible{Party: "north", Probability: 0.9, Candidates: []finding.Candidate{{Party: "north", Probability: 0.9}}, Basis: "north's side"}
	f.Reasons = []finding.Reason{
		{Code: "author", Text: "Responsible: north", Args: map[string]string{"probability": "0.9"}},
		{Code: "author-actors", Text: "Sources name north", Args: map[string]string{"parties": "north"}},
		{Code: "side", Text: "On the side of north", Args: map[string]string{"side": "north"}},
		{Code: "excluded-present", Text: "Sources name north", Args: map[string]string{"excluded": "north"}},
		{Code: "result", Text: "Result: breach.", Args: map[string]string{"result": "breach"}},
	}
	d.Incidents[0].Claims, d.Incidents[0].Actors = []incident.Claim{{Source: secret, Party: "north"}}, []string{"north"}
	d.Observations[0].Party, d.Observations[0].Actors = "north", []string{"north"}
	out := publish.Apply(agreement.Policy{Handling: string(observation.Red), Withhold: []string{publish.FieldParty}}, noon, d)
	text, err := json.Marshal(out.Data)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "north") || len(out.Findings[0].Reasons) != 1 {
		t.Errorf("the party is in %s", text)
	}
}

// No policy lets an incident pass whose label, or that of any observation in
// it, is more restricted than the policy's.
func TestNoMemberLeaksByItsIncident(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		all := labels()
		n, m, allowed := rapid.IntRange(0, 4).Draw(r, "incident"), rapid.IntRange(0, 4).Draw(r, "member"), rapid.IntRange(0, 4).Draw(r, "allowed")
		d := data(all[n], noon)
		d.Observations[0].Handling = all[m]
		out := publish.Apply(agreement.Policy{Handling: string(all[allowed])}, noon, d)
		if passed := len(out.Incidents) == 1; passed != (max(n, m) <= allowed) {
			r.Errorf("incident %s with a member %s to an audience of %s: passed %v", all[n], all[m], all[allowed], passed)
		}
		if len(out.Incidents) == 0 && len(out.Findings) > 0 {
			r.Error("a finding left without its incident")
		}
	})
}
