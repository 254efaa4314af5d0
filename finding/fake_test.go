package finding_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/zone"
)

// flat is a world of one line along the equator: a lies north of it, b south,
// and the zone "near" reaches one degree to each side. What is named "town"
// lies in the zone "named".
type flat struct{ line, geometry bool }

func (w flat) At(p geo.Point, radiusM float64, _ time.Time) zone.Place {
	var out zone.Place
	if !w.line {
		return out
	}
	side, d := "a", p.Lat
	if d < 0 {
		side, d = "b", -d
	}
	out.Line, out.LineVersion, out.DistanceM, out.Side, out.SideProbability = "contact", "v1", d*111_000, side, 1
	if radiusM > 50_000 {
		out.SideProbability = 0.5
	}
	if w.geometry && d <= 1 {
		out.Zones = []zone.Membership{{Zone: "near", Probability: 1}}
	}
	return out
}

func (w flat) Named(area string, _ time.Time) zone.Place {
	if area == "town" {
		return zone.Place{Zones: []zone.Membership{{Zone: "named", Probability: 1}}}
	}
	return zone.Place{}
}

func (w flat) Has(string) bool { return w.geometry }

const flatTerms = `
agreement: flat-2026
title: A flat world
time_zone: Etc/UTC
parties:
  - {id: a, name: A, actors: [Army A], roles: [{role: party-to-conflict}]}
  - {id: b, name: B, actors: [Army B], roles: [{role: party-to-conflict}]}
  - {id: mission, name: Mission, actors: [Observers], roles: [{role: monitor}]}
  - {id: commission, name: Commission, actors: [Joint Commission], roles: [{role: observer}]}
lines:
  - {id: contact, left: a, right: b}
sites:
  - {id: dam, name: The Dam, kind: dam, lat: 5, lon: 0}
  - {id: gate, name: {en: The Gate, fr: La Porte}, kind: crossing-point}
zones:
  - {id: near, within: {km: 111}}
  - {id: named, admin: {names: [town]}}
provisions:
`

// rules is the flat world's terms with these provisions, one a line.
func rules(provisions ...string) string {
	out := flatTerms
	for _, p := range provisions {
		out += "  - {words: The words of the term., " + p + "}\n"
	}
	return out
}

// event is an incident as fusion would make it.
func event(activity observation.Activity, with ...func(*incident.Incident)) incident.Incident {
	in := incident.Incident{
		ID: "I-1", From: at(inForce), To: at(inForce), Position: &observation.Position{Lat: 0.5, Lon: 1, Radius: 100}, Activity: activity,
		Activities: []incident.ActivityProbability{{Activity: activity, Probability: 1}}, Probability: 0.9, IndependentSources: 1,
		Members: []incident.Member{{Source: "patrol", Ref: "1", Means: observation.Patrol, Independent: true}},
	}
	for _, w := range with {
		w(&in)
	}
	return in
}

type change = func(*incident.Incident)

func lat(v float64) change { return func(in *incident.Incident) { in.Position.Lat = v } }

func weapon(w observation.Weapon) change { return func(in *incident.Incident) { in.Weapon = w } }

func direction(d observation.Direction) change {
	return func(in *incident.Incident) { in.Direction = d }
}

func number(n, least, most int) change {
	return func(in *incident.Incident) { in.Count = observation.Count{N: n, Min: least, Max: most} }
}

func noting(keysAndValues ...string) change {
	return func(in *incident.Incident) {
		in.Extra = map[string]string{}
		for i := 0; i+1 < len(keysAndValues); i += 2 {
			in.Extra[keysAndValues[i]] = keysAndValues[i+1]
		}
	}
}

func caveat(c string) change {
	return func(in *incident.Incident) { in.Caveats = append(in.Caveats, c) }
}

func actors(names ...string) change { return func(in *incident.Incident) { in.Actors = names } }

func claim(source, party string, means observation.Means) change {
	return func(in *incident.Incident) {
		in.Claims = append(in.Claims, incident.Claim{Source: source, Party: party, Means: means})
	}
}

func nowhere(place, area string) change {
	return func(in *incident.Incident) { in.Position, in.Place, in.Area = nil, place, area }
}

func harm(killed, injured int) change {
	return func(in *incident.Incident) { in.Harm = observation.Casualties{Killed: killed, Injured: injured} }
}

func when(from, to string) change {
	return func(in *incident.Incident) { in.From, in.To = at(from), at(to) }
}

func reported(text string) change { return func(in *incident.Incident) { in.Reported = at(text) } }

func id(s string) change { return func(in *incident.Incident) { in.ID = s } }

func codes(f finding.Finding) string {
	var out []string
	for _, r := range f.Reasons {
		out = append(out, r.Code)
	}
	return " " + strings.Join(out, " ") + " "
}

// TestTerms holds what follows from one event under one term, and by which step.
func TestTerms(t *testing.T) {
	const (
		fire     = "id: x, prohibits: {kind: activity}"
		tanks    = "id: x, zone: near, prohibits: {kind: presence, weapons: [tank]}"
		named    = "id: x, zone: named, prohibits: {kind: presence}"
		monitors = "id: x, prohibits: {kind: interference, except: [mission]}"
		atDam    = "id: x, site: dam, prohibits: {kind: activity, against: true}"
		fromDam  = "id: x, site: dam, prohibits: {kind: activity, from_zone: true}"
		ofA      = "id: x, parties: [a], prohibits: {kind: presence}"
	)
	tests := []struct {
		name  string
		rules []string
		in    incident.Incident
		want  string // result, exception, severity, party; "" for no finding
		step  string // a code that must be among the reasons
	}{
		{"an act of another kind", []string{fire}, event("presence"), "", ""},
		{"a warning", []string{"id: x, prohibits: {kind: activity, activities: [alert]}"}, event("alert"), "", ""},
		{"heavy fire", []string{fire}, event("shelling", weapon("mlrs")), "breach S3 b", "severity"},
		{"one shot", []string{fire}, event("shot", number(1, 1, 1)), "breach S1", "severity"},
		{"shots", []string{fire}, event("shot", number(5, 5, 5)), "breach S2", "severity"},
		{"an explosion of nobody knows what", []string{fire}, event("explosion"), "breach S2", ""},
		{"air strike", []string{fire}, event("air-strike"), "breach S3 b", ""},
		{"persons hurt", []string{fire}, event("burst", harm(0, 1)), "breach S3", ""},
		{"persons killed", []string{fire}, event("burst", harm(1, 0)), "breach S4", ""},
		{"fire on monitors", []string{fire}, event("burst", actors("Observers")), "breach S4", ""},
		{"not likely enough to have happened", []string{fire}, event("burst", func(in *incident.Incident) { in.Probability = 0.3 }), "undetermined", "occurrence"},
		{"a sum over events", []string{fire}, event("burst", caveat("aggregate-count")), "undetermined", "aggregate"},
		{"a row for reference", []string{fire}, event("burst", caveat("reference-only")), "", ""},
		{"a window over the start", []string{"id: x, from: 2026-03-04, prohibits: {kind: activity}"}, event("burst", when("2026-03-01 00:00", "2026-03-06 00:00"), caveat("multi-day-window")), "undetermined", "window"},
		{"a window within", []string{fire}, event("burst", when("2026-03-01 00:00", "2026-03-06 00:00"), caveat("multi-day-window")), "breach S2", ""},

		{"a tank near the line", []string{tanks}, event("presence", weapon("tank")), "breach S2 a", "author-side"},
		{"a tank on the other side", []string{tanks}, event("presence", weapon("tank"), lat(-0.5)), "breach S2 b", "author-side"},
		{"a tank far from it", []string{tanks}, event("presence", weapon("tank"), lat(3)), "consistent a", "zone"},
		{"a tank at the centre of an area", []string{tanks}, event("presence", weapon("tank"), caveat("admin-centroid")), "undetermined", "place-unknown"},
		{"a tank with no position", []string{tanks}, event("presence", weapon("tank"), nowhere("", "")), "undetermined", "place-unknown"},
		{"something with no position", []string{tanks}, event("presence", nowhere("", "")), "", ""},
		{"outside the zone where that is forbidden", []string{"id: x, zone: near, outside: true, prohibits: {kind: presence}"}, event("presence", lat(3)), "breach S2 a", "zone"},
		{"inside it where that is allowed", []string{"id: x, zone: near, outside: true, prohibits: {kind: presence}"}, event("presence"), "consistent a", "zone"},

		{"in a town by its name", []string{named}, event("presence", nowhere("", "town")), "breach S2", "zone"},
		{"in another town", []string{named}, event("presence", nowhere("village", "")), "", ""},
		{"centre of an area by its name", []string{named}, event("presence", caveat("admin-centroid"), func(in *incident.Incident) { in.Area = "town" }), "breach S2", "zone"},

		{"access denied", []string{monitors}, event("access-denied"), "breach S2 a", "author-side"},
		{"access denied to those whom the rule excepts", []string{monitors}, event("access-denied", actors("Observers")), "breach S2 a", ""},
		{"a sensor silent", []string{monitors}, event("silence"), "breach S3", ""},
		{"jamming", []string{monitors}, event("jamming"), "breach S3", ""},
		{"the monitors' own jamming", []string{monitors}, event("jamming", claim("patrol", "Observers", "patrol")), "consistent mission", "party-excepted"},

		{"a dam struck", []string{atDam}, event("explosion", lat(5), direction("impact"), func(in *incident.Incident) { in.Position.Lon = 0 }), "breach S4 b", "zone"},
		{"a dam struck, by its name", []string{atDam}, event("explosion", nowhere("the dam", ""), direction("impact")), "breach S4", "zone"},
		{"fire out of the dam is not against it", []string{atDam}, event("explosion", lat(5), direction("outgoing"), func(in *incident.Incident) { in.Position.Lon = 0 }), "", ""},
		{"fire out of the dam", []string{fromDam}, event("explosion", lat(5), direction("outgoing"), func(in *incident.Incident) { in.Position.Lon = 0 }), "breach S2 a", "zone"},
		{"an exact place beside the dam", []string{atDam}, event("explosion", lat(5.1), direction("impact"), func(in *incident.Incident) { in.Position.Radius = 0 }), "", ""},
		{"an exact place at the dam", []string{atDam}, event("explosion", lat(5.001), direction("impact"), func(in *incident.Incident) { in.Position.Radius, in.Position.Lon = 0, 0 }), "breach S4 b", ""},
		{"somewhere about the dam", []string{atDam}, event("explosion", lat(5), direction("impact"), func(in *incident.Incident) { in.Position.Radius, in.Position.Lon = 5000, 0 }), "", ""},
		{"a site that nobody located", []string{"id: x, site: gate, requires: {kind: access}"}, event("access-denied"), "undetermined a", "place-unknown"},
		{"the same by its French name", []string{"id: x, site: gate, requires: {kind: access}"}, event("access-denied", nowhere("la porte", "")), "breach S2", "zone"},
		{"access to listed sites", []string{"id: x, requires: {kind: access, sites: [gate]}"}, event("access-denied", nowhere("The Gate", "")), "breach S2", "zone"},
		{"access, before it is due", []string{"id: x, requires: {kind: access, deadline: 2026-04-01}"}, event("access-denied"), "consistent a", "before-deadline"},

		{"a rule for one party", []string{ofA}, event("presence"), "breach S2 a", "bound"},
		{"a rule for the other", []string{ofA}, event("presence", lat(-0.5)), "consistent b", "bound"},
		{"a rule for a body", []string{"id: x, parties: [commission], prohibits: {kind: presence}"}, event("presence", actors("Joint Commission"), nowhere("", "")), "undetermined", "author-actors"},
		{"an actor that the terms don't name", []string{ofA}, event("presence", actors("Strangers")), "undetermined a", "actor-unknown"},

		{"outgoing asked, outgoing said", []string{"id: x, prohibits: {kind: activity, directions: [outgoing]}"}, event("shelling", direction("outgoing")), "breach S3 a", ""},
		{"outgoing asked, impact said", []string{"id: x, prohibits: {kind: activity, directions: [outgoing]}"}, event("shelling", direction("impact")), "", ""},
		{"outgoing asked, nothing said", []string{"id: x, prohibits: {kind: activity, directions: [outgoing]}"}, event("shelling"), "undetermined b", "rule"},
		{"five asked, three at most", []string{"id: x, prohibits: {kind: activity, min_count: 5}"}, event("shelling", number(3, 1, 3)), "", ""},
		{"five asked, three perhaps six", []string{"id: x, prohibits: {kind: activity, min_count: 5}"}, event("shelling", number(3, 1, 6)), "undetermined b", "rule"},
		{"five asked, six perhaps three", []string{"id: x, prohibits: {kind: activity, min_count: 5}"}, event("shelling", number(6, 3, 9)), "undetermined b", "rule"},
		{"five asked, six", []string{"id: x, prohibits: {kind: activity, min_count: 5}"}, event("shelling", number(6, 0, 0)), "breach S3 b", ""},
		{"a calibre stated", []string{"id: x, prohibits: {kind: presence, calibre_mm: {min: 100}}"}, event("presence", noting("calibre_mm", "122")), "breach S2 a", ""},
		{"another calibre stated", []string{"id: x, prohibits: {kind: presence, calibre_mm: {min: 100}}"}, event("presence", noting("calibre_mm", "82")), "", ""},
		{"the weapon has the calibre", []string{"id: x, prohibits: {kind: presence, calibre_mm: {min: 100}}"}, event("presence", weapon("mortar-120")), "breach S2 a", ""},
		{"the weapon has another", []string{"id: x, prohibits: {kind: presence, calibre_mm: {min: 100}}"}, event("presence", weapon("mortar-82")), "", ""},
		{"the weapon may have it", []string{"id: x, prohibits: {kind: presence, calibre_mm: {min: 100}}"}, event("presence", weapon("rpg")), "undetermined a", "rule"},
		{"a force stated", []string{"id: x, prohibits: {kind: presence, forces: [border guards]}"}, event("presence", noting("force", "Border guards")), "breach S2 a", ""},
		{"another force stated", []string{"id: x, prohibits: {kind: presence, forces: [border guards]}"}, event("presence", noting("force", "firemen")), "", ""},

		{"self-defence by a monitor's word", []string{fire, "id: e, permits: {kind: self-defence}"}, event("burst", noting("circumstance", "return fire")), "excepted e", "exception"},
		{"self-defence by a party's word", []string{fire, "id: e, permits: {kind: self-defence}"}, event("burst", noting("circumstance", "self-defense"), func(in *incident.Incident) { in.Members[0].Means = observation.Party }), "undetermined", "exception-claimed"},
		{"an exception of another rule", []string{fire, "id: e, permits: {kind: self-defence, of: [y]}", "id: y, prohibits: {kind: construction}"}, event("burst", noting("circumstance", "self-defence")), "breach S2", ""},
		{"an exception elsewhere", []string{fire, "id: e, zone: near, permits: {kind: self-defence}"}, event("burst", lat(3), noting("circumstance", "self-defence")), "breach S2", ""},
		{"an exception, perhaps there", []string{fire, "id: e, zone: near, permits: {kind: self-defence}"}, event("burst", nowhere("", ""), noting("circumstance", "self-defence")), "undetermined", "exception-possible"},
		{"an exception at another time", []string{fire, "id: e, until: 2026-02-01, permits: {kind: self-defence}"}, event("burst", noting("circumstance", "self-defence")), "breach S2", ""},
		{"an exception for the other party", []string{fire, "id: e, permits: {kind: self-defence, by: [b]}"}, event("burst", direction("outgoing"), noting("circumstance", "self-defence")), "breach S2 a", ""},
		{"an exception for this party", []string{fire, "id: e, permits: {kind: self-defence, by: [a]}"}, event("burst", direction("outgoing"), noting("circumstance", "self-defence")), "excepted a e", "exception"},
		{"an exercise covers no other act", []string{fire, "id: e, permits: {kind: exercise}"}, event("air-strike", noting("circumstance", "training")), "breach S3 b", ""},
		{"a mission's flight", []string{"id: x, prohibits: {kind: flight}", "id: e, permits: {kind: monitoring}"}, event("uav-flight", actors("Observers")), "excepted e", "exception"},
		{"no exception for who stops a mission", []string{monitors, "id: e, permits: {kind: monitoring}"}, event("access-denied", actors("Observers")), "breach S2 a", ""},

		{"weapons missing from storage", []string{"id: x, requires: {kind: storage, weapons: [tank], sites: [dam]}"}, event("other", lat(5), noting("missing", "2", "serials", "17, 18"), func(in *incident.Incident) { in.Position.Lon = 0 }), "breach S2", "missing"},
		{"a tank in no store", []string{"id: x, requires: {kind: storage, weapons: [tank], sites: [dam]}"}, event("presence", weapon("tank")), "breach S2 a", "zone"},
		{"a store closed", []string{"id: x, requires: {kind: storage, weapons: [tank], sites: [dam]}"}, event("access-denied", lat(5), func(in *incident.Incident) { in.Position.Lon = 0 }), "undetermined a", "not-verifiable"},
		{"a gun that fires is there", []string{"id: x, zone: near, requires: {kind: withdrawal, weapons: [tank]}"}, event("shelling", weapon("tank"), direction("outgoing")), "breach S3 a", "zone"},
		{"partly after the deadline", []string{"id: x, zone: near, requires: {kind: withdrawal, weapons: [tank], deadline: 2026-03-04T12:00}"}, event("presence", weapon("tank"), when("2026-03-04 11:00", "2026-03-04 13:00")), "undetermined a", "deadline"},
		{"after the deadline", []string{"id: x, zone: near, requires: {kind: withdrawal, weapons: [tank], deadline: 2026-03-01}"}, event("presence", weapon("tank")), "breach S2 a", "after-deadline"},
		{"a stage of its own", []string{"id: x, zone: near, requires: {kind: withdrawal, activities: [presence], directions: [outgoing], min_count: 9, deadline: 2027-01-01, stages: [{id: one, activities: [movement], weapons: [tank], forces: [tank], directions: [impact], min_count: 2, calibre_mm: {min: 100}, start: 2026-03-01, deadline: 2026-03-02, words: First the tanks.}]}"},
			event("movement", weapon("tank"), direction("impact"), number(3, 3, 3), noting("force", "tank")), "breach S2 a", "stage"},

		{"a delivery in time", []string{"id: x, requires: {kind: delivery, number: 2, deadline: 2026-04-01}"}, event("other", noting("delivery", "x")), "consistent", "delivered"},
		{"a delivery too late", []string{"id: x, requires: {kind: delivery, number: 2, deadline: 2026-03-01}"}, event("other", noting("delivery", "x")), "breach S2", "late"},
		{"a delivery refused", []string{"id: x, parties: [a], requires: {kind: delivery, number: 2, deadline: 2026-03-01}"}, event("other", noting("delivery", "x", "delivery_state", "refused")), "breach S2", "refused"},
		{"a delivery of something else", []string{"id: x, requires: {kind: delivery, number: 2}"}, event("other"), "", ""},

		{"on a condition that can't be told", []string{"id: x, requires: {kind: access, given: attacked(b)}"}, event("access-denied"), "undetermined a", "condition-unknown"},
		{"on a condition that is not met", []string{"id: x, requires: {kind: access, given: not date(2026-01-01)}"}, event("access-denied"), "", ""},
		{"on a condition that is met", []string{"id: x, requires: {kind: access, given: date(2026-01-01) or attacked(b)}"}, event("access-denied"), "breach S2 a", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := finding.New(parse(t, rules(tt.rules...)), flat{line: true, geometry: true})
			var got string
			alike(t, j, &tt.in)
			found := j.Judge(&tt.in)
			for _, f := range found {
				if f.Provision != "x" {
					t.Errorf("a finding under %s", f.Provision)
				}
				words := []string{string(f.Result), f.Severity, f.Responsible.Party, f.Exception}
				got = strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
				if tt.step != "" && !strings.Contains(codes(f), " "+tt.step+" ") {
					t.Errorf("no step %q in %s", tt.step, codes(f))
				}
				if f.Place.Line != "contact" && tt.in.Position != nil {
					t.Errorf("place %+v", f.Place)
				}
			}
			if got != tt.want {
				t.Errorf("%q; want %q", got, tt.want)
				for _, f := range found {
					for _, r := range f.Reasons {
						t.Log(r.Code, r.Text)
					}
				}
			}
		})
	}
}

// alike checks that outcomes without reasons are those of the findings.
func alike(t *testing.T, j *finding.Judge, in *incident.Incident) {
	t.Helper()
	var want []finding.Outcome
	for _, f := range j.Judge(in) {
		want = append(want, finding.Outcome{Provision: f.Provision, Stage: f.Stage, Result: f.Result})
	}
	if diff := cmp.Diff(want, j.Outcomes(in)); diff != "" {
		t.Errorf("incident %s: outcomes differ from findings: %s", in.ID, diff)
	}
	brief := j.Brief(in)
	for i, f := range j.Judge(in) {
		if o := brief.Outcomes[i]; o.Result != f.Result || o.Severity != f.Severity {
			t.Errorf("incident %s under %s: %s %q in brief; the finding is %s %q", in.ID, f.Provision, o.Result, o.Severity, f.Result, f.Severity)
		}
		if i == brief.Gravest && f.Result == finding.Breach && brief.Party != f.Responsible.Party {
			t.Errorf("incident %s under %s: %q did it in brief; the finding says %q", in.ID, f.Provision, brief.Party, f.Responsible.Party)
		}
	}
	var breaches []finding.Finding
	for _, f := range j.Judge(in) {
		if f.Result == finding.Breach {
			breaches = append(breaches, finding.Finding{ID: f.ID, Incident: f.Incident, Provision: f.Provision, Stage: f.Stage, At: f.At, Result: f.Result,
				Occurrence: f.Occurrence, Severity: f.Severity, Responsible: finding.Responsible{Party: f.Responsible.Party}, Agreement: f.Agreement})
		}
	}
	if diff := cmp.Diff(breaches, j.Breaches(in)); diff != "" {
		t.Errorf("incident %s: breaches differ from findings: %s", in.ID, diff)
	}
}
