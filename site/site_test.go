package site_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/site"
)

const terms = `
agreement: test-2026
title: A test
time_zone: UTC
parties:
  - {id: north, name: North, roles: [{role: party-to-conflict}]}
  - {id: south, name: South, roles: [{role: party-to-conflict}]}
ceasefire:
  - {id: main, from: 2026-03-01T00:00}
  - {id: repair, from: 2026-03-04T08:00, until: 2026-03-04T20:00, site: yard, zone: yard-zone, purpose: Repair}
sites:
  - {id: plant, name: A plant, kind: nuclear-plant, lat: 47.5, lon: 34.5, radius_m: 1000, names: [The Plant]}
  - {id: yard, name: A switchyard, kind: substation, lat: 47.6, lon: 34.7, radius_m: 500}
  - {id: clinic, name: A clinic, kind: hospital, lat: 48, lon: 35, radius_m: 100, standoff_m: 800}
  - {id: store, name: A store, kind: storage-site, lat: 48.5, lon: 36, radius_m: 500}
zones:
  - {id: plant-zone, circle: {km: 6, site: plant}}
  - {id: yard-zone, from: 2026-03-04T08:00, until: 2026-03-04T20:00, circle: {km: 10, site: yard}}
provisions:
  - {id: against, words: Not against it., site: plant, zone: plant-zone, prohibits: {kind: activity, against: true}}
  - {id: silent, words: Silent while crews work., ceasefire: repair, zone: yard-zone, prohibits: {kind: activity}}
`

func read(t *testing.T) *agreement.Agreement {
	t.Helper()
	a, problems := agreement.Parse("test.yaml", []byte(terms))
	if agreement.Failed(problems) {
		t.Fatal(problems)
	}
	return a
}

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", "2026-03-"+s)
	if err != nil {
		panic(err)
	}
	return t
}

func event(id, when string, p *observation.Position) incident.Incident {
	return incident.Incident{ID: id, From: at(when), To: at(when), Position: p, Activity: observation.Explosion, Probability: 0.9}
}

func TestRegister(t *testing.T) {
	got := site.Register(read(t))
	want := []struct {
		id       string
		standoff float64
		basis    string
		rules    int
	}{{"plant", 5000, "zone", 1}, {"yard", 1000, "default", 1}, {"clinic", 800, "terms", 0}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		if g := got[i]; g.ID != w.id || g.StandoffM != w.standoff || g.Basis != w.basis || len(g.Provisions) != w.rules {
			t.Errorf("%+v; want %+v", g, w)
		}
	}
}

func TestSurvey(t *testing.T) {
	a := read(t)
	plant := geo.Point{Lat: 47.5, Lon: 34.5}
	away := func(metres, radius float64) *observation.Position {
		p := geo.Direct(plant, 40, metres)
		return &observation.Position{Lat: p.Lat, Lon: p.Lon, Radius: radius}
	}
	out := event("I-OUT", "04 10:00", away(200, 100))
	out.Direction, out.Harm = observation.Outgoing, observation.Casualties{Killed: 1, KilledCivilian: 1}
	named := event("I-NAMED", "04 11:00", nil)
	named.Place = "The Plant"
	incidents := []incident.Incident{named, out, event("I-NEAR", "04 09:00", away(5500, 100)), event("I-FAR", "04 12:00", away(30000, 100)),
		event("I-VAGUE", "04 13:00", away(8000, 6000)), event("I-LATE", "05 13:00", away(0, 100))}
	findings := []finding.Finding{{ID: "F-1", Incident: "I-OUT", Provision: "against", At: at("04 10:00"), Result: finding.Consistent},
		{ID: "F-2", Incident: "I-FAR", Provision: "against", At: at("04 12:00"), Result: finding.Consistent},
		{ID: "F-3", Incident: "I-X", Provision: "silent", At: at("04 08:30"), Result: finding.Breach},
		{ID: "F-4", Incident: "I-Y", Provision: "silent", At: at("04 08:40"), Result: finding.Breach},
		{ID: "F-5", Incident: "I-Z", Provision: "silent", At: at("04 19:59"), Result: finding.Undetermined},
		{ID: "F-6", Incident: "I-W", Provision: "silent", At: at("04 20:00"), Result: finding.Breach}}
	list := site.Survey(a, site.Register(a), incidents, findings, at("04 00:00"), at("05 00:00"))
	var ids []string
	for _, n := range list[0].Near {
		ids = append(ids, n.Incident)
		if n.Out != (n.Incident == "I-OUT") {
			t.Errorf("%s: from the grounds: %v", n.Incident, n.Out)
		}
	}
	if !slices.Equal(ids, []string{"I-NEAR", "I-OUT", "I-NAMED", "I-VAGUE"}) {
		t.Errorf("near the plant: %v", ids)
	}
	if x := list[0].Near[3]; x.Probability < 0.1 || x.Probability > 0.5 || x.Within > x.Probability {
		t.Errorf("%+v: whether it was near is in doubt", x)
	}
	if list[0].Counts[finding.Consistent] != 1 || list[0].Harm.KilledCivilian != 1 || len(list[0].Items) != 7 {
		t.Errorf("%+v", list[0])
	}
	w := list[1].Windows
	if len(w) != 1 || w[0].State != "over" || w[0].Breaches != 2 || w[0].Undetermined != 1 || w[0].Hours != 12 || w[0].Kept != 11 || !w[0].First.Equal(at("04 08:30")) {
		t.Errorf("%+v", w)
	}
	if w := site.Survey(a, site.Register(a), nil, findings, at("04 00:00"), at("04 10:30"))[1].Windows; w[0].State != "running" || w[0].Hours != 3 || w[0].Kept != 2 {
		t.Errorf("%+v", w)
	}
	if w := site.Survey(a, site.Register(a), nil, findings, at("05 00:00"), at("06 00:00"))[1].Windows; len(w) != 0 {
		t.Errorf("a window that is over: %+v", w)
	}
}

// The chance of being near grows with the stand-off distance and is no
// probability of something else; the order of incidents changes nothing.
func TestNearHolds(t *testing.T) {
	a := read(t)
	rapid.Check(t, func(t *rapid.T) {
		var incidents []incident.Incident
		for i := range rapid.IntRange(0, 8).Draw(t, "n") {
			p := geo.Direct(geo.Point{Lat: 47.5, Lon: 34.5}, rapid.Float64Range(-180, 180).Draw(t, "azimuth"), rapid.Float64Range(0, 20000).Draw(t, "metres"))
			n := event("I-"+string(rune('A'+i)), "04 10:00", &observation.Position{Lat: p.Lat, Lon: p.Lon, Radius: rapid.Float64Range(0, 20000).Draw(t, "radius")})
			incidents = append(incidents, n)
		}
		s := site.Register(a)[:1]
		got := site.Survey(a, s, incidents, nil, at("04 00:00"), at("05 00:00"))[0].Near
		slices.Reverse(incidents)
		again := site.Survey(a, s, incidents, nil, at("04 00:00"), at("05 00:00"))[0].Near
		if len(got) != len(again) {
			t.Fatalf("%d, in another order %d", len(got), len(again))
		}
		wide := []site.Site{s[0]}
		wide[0].StandoffM *= 2
		more := site.Survey(a, wide, incidents, nil, at("04 00:00"), at("05 00:00"))[0].Near
		for i, n := range got {
			if n.Incident != again[i].Incident {
				t.Fatalf("%s, in another order %s", n.Incident, again[i].Incident)
			}
			if n.Probability < 0 || n.Probability > 1 || n.Within > n.Probability || math.IsNaN(n.Probability) {
				t.Fatalf("%+v", n)
			}
			k := slices.IndexFunc(more, func(m site.Near) bool { return m.Incident == n.Incident })
			if k < 0 || more[k].Probability < n.Probability || more[k].Within != n.Within {
				t.Fatalf("%+v; with twice the distance %+v", n, more)
			}
		}
	})
}

func TestNotes(t *testing.T) {
	for _, kind := range []string{"nuclear-plant", "power-plant", "substation", "dam", "hospital", "crossing-point", "port", "other"} {
		items := site.Checklist(kind)
		if len(items) < 3 {
			t.Errorf("%s: %v", kind, items)
		}
		for _, x := range items {
			for _, lang := range []string{"en", "fr", "uk"} {
				if x.ID == "" || x.Name[lang] == "" {
					t.Errorf("%s: %s has no name in %s", kind, x.ID, lang)
				}
			}
		}
	}
	n := site.Note{Answers: map[string]string{"power": site.Lost, "staff": site.Kept}}
	if err := n.Check("nuclear-plant"); err != nil || n.Worst("nuclear-plant") != site.Lost {
		t.Error(err, n.Worst("nuclear-plant"))
	}
	if n := (site.Note{Answers: map[string]string{"power": site.Kept}}); n.Worst("nuclear-plant") != site.Unknown {
		t.Error("what nobody looked at is not kept")
	}
	for _, bad := range []site.Note{{}, {Answers: map[string]string{"roof": site.Kept}}, {Answers: map[string]string{"power": "fine"}}} {
		if err := bad.Check("nuclear-plant"); !errors.Is(err, site.ErrNote) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
