package finding_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// TestNotices holds which announcements make an exception, and how long
// before and to whom they must have been.
func TestNotices(t *testing.T) {
	const (
		fire     = "id: x, prohibits: {kind: activity}"
		flights  = "id: x, prohibits: {kind: flight}"
		demining = "id: e, permits: {kind: demining, tell: [mission], before: 24h, notified: true}"
		medical  = "id: e, permits: {kind: medical, tell: [mission, commission], before: 1h, notified: true}"
		repair   = "id: e, permits: {kind: repair, notified: true}"
		notify   = "id: x, requires: {kind: notification, activities: [exercise], before: 48h, to: [mission]}"
	)
	works := event("demining", id("I-n"), when("2026-03-04 06:00", "2026-03-05 18:00"), reported("2026-03-02 06:00"))
	with := func(in incident.Incident, changes ...change) incident.Incident {
		in.Position = &observation.Position{Lat: in.Position.Lat, Lon: in.Position.Lon, Radius: in.Position.Radius}
		for _, c := range changes {
			c(&in)
		}
		return in
	}
	tests := []struct {
		name   string
		rules  []string
		notice incident.Incident
		in     incident.Incident
		want   string
		step   string
	}{
		{"as announced", []string{fire, demining}, works, event("explosion"), "excepted e", "exception"},
		{"no announcement", []string{fire, demining}, event("presence"), event("explosion", noting("circumstance", "demining")), "breach", "exception-not-notified"},
		{"too late", []string{fire, demining}, with(works, reported("2026-03-04 05:00")), event("explosion"), "breach", "exception-late"},
		{"a minute late", []string{fire, demining}, with(works, reported("2026-03-03 12:01")), event("explosion"), "breach", "exception-late"},
		{"just in time", []string{fire, demining}, with(works, reported("2026-03-03 12:00")), event("explosion"), "excepted e", "exception"},
		{"said only afterwards", []string{fire, demining}, with(works, reported("2026-03-04 07:00")), event("explosion"), "breach", ""},
		{"to whom it was due", []string{fire, demining}, with(works, noting("told", "Somebody, Observers")), event("explosion"), "excepted e", "exception"},
		{"to somebody else", []string{fire, demining}, with(works, noting("told", "Joint Commission")), event("explosion"), "breach", "exception-not-told"},
		{"elsewhere", []string{fire, demining}, with(works, lat(-0.5)), event("explosion"), "breach", ""},
		{"over by then", []string{fire, demining}, with(works, when("2026-03-04 06:00", "2026-03-04 08:00")), event("explosion"), "breach", ""},
		{"an instant shortly before", []string{fire, demining}, with(works, when("2026-03-04 11:30", "2026-03-04 11:30")), event("explosion"), "excepted e", ""},
		{"an instant long before", []string{fire, demining}, with(works, when("2026-03-04 09:30", "2026-03-04 09:30")), event("explosion"), "breach", ""},
		{"not yet begun", []string{fire, demining}, with(works, when("2026-03-04 13:00", "2026-03-05 18:00")), event("explosion"), "breach", ""},
		{"by the place's name", []string{fire, demining}, with(works, nowhere("Village", "")), event("explosion", func(in *incident.Incident) { in.Place = "village" }), "excepted e", ""},
		{"demining covers no shelling", []string{fire, demining}, works, event("shelling"), "breach", ""},
		{"of another kind", []string{fire, demining}, with(works, func(in *incident.Incident) { in.Activity = observation.Exercise }), event("explosion"), "breach", ""},

		{"a medical flight, announced as that", []string{flights, medical}, event("aircraft-flight", id("I-n"), noting("purpose", "medevac", "told", "mission,commission"), when("2026-03-04 11:50", "2026-03-04 12:30"), reported("2026-03-04 09:00")), event("aircraft-flight"), "excepted e", "exception"},
		{"a flight, announced as nothing", []string{flights, medical}, event("aircraft-flight", id("I-n"), when("2026-03-04 11:50", "2026-03-04 12:30"), reported("2026-03-04 09:00")), event("aircraft-flight"), "breach", ""},
		{"one of two was told", []string{flights, medical}, event("aircraft-flight", id("I-n"), noting("circumstance", "medical", "told", "mission"), when("2026-03-04 11:50", "2026-03-04 12:30"), reported("2026-03-04 09:00")), event("aircraft-flight"), "breach", "exception-not-told"},
		{"repairs", []string{"id: x, prohibits: {kind: construction}", repair}, event("construction", id("I-n"), when("2026-03-04 00:00", "2026-03-06 00:00"), reported("2026-03-03 00:00")), event("construction"), "excepted e", "exception"},

		{"an exercise with its own announcement", []string{notify}, event("presence"), event("exercise", reported("2026-03-01 00:00")), "consistent", "notified"},
		{"an exercise announced by another report", []string{notify}, event("exercise", id("I-n"), when("2026-03-04 00:00", "2026-03-06 00:00"), reported("2026-03-01 00:00")), event("exercise"), "consistent", "notified"},
		{"announced late", []string{notify}, event("exercise", id("I-n"), when("2026-03-04 00:00", "2026-03-06 00:00"), reported("2026-03-03 00:00")), event("exercise"), "breach", "notified-late"},
		{"announced to somebody else", []string{notify}, event("exercise", id("I-n"), noting("told", "commission"), when("2026-03-04 00:00", "2026-03-06 00:00"), reported("2026-03-01 00:00")), event("exercise"), "breach", "not-told"},
		{"never announced", []string{notify}, event("presence"), event("exercise"), "breach", "not-notified"},
		{"another act announced", []string{notify}, event("movement", id("I-n"), when("2026-03-04 00:00", "2026-03-06 00:00"), reported("2026-03-01 00:00")), event("exercise"), "breach", "not-notified"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := finding.New(parse(t, rules(tt.rules...)), flat{true, true})
			j.Notice(tt.notice, tt.in, tt.notice)
			found := j.Judge(&tt.in)
			if len(found) != 1 {
				t.Fatalf("%d findings", len(found))
			}
			f := found[0]
			if got := strings.TrimSpace(string(f.Result) + " " + f.Exception); got != tt.want || tt.step != "" && !strings.Contains(codes(f), " "+tt.step+" ") {
				t.Errorf("%s; want %s by step %q", got, tt.want, tt.step)
				for _, r := range f.Reasons {
					t.Log(r.Code, r.Text)
				}
			}
			// An excepted event stays in sight, with all that is known of it.
			if f.Result == finding.Excepted && (f.Occurrence.Probability != 0.9 || f.BreachProbability == 0 || f.Severity != "" || f.Under != nil) {
				t.Errorf("excepted: %+v", f)
			}
		})
	}
}

// TestSeveralExceptions: those that fail say why, and one that applies wins.
func TestSeveralExceptions(t *testing.T) {
	in := event("explosion", noting("circumstance", "demining"))
	const fire, late = "id: x, prohibits: {kind: activity}", "id: late, permits: {kind: demining, notified: true}"
	j := finding.New(parse(t, rules(fire, late, "id: other, permits: {kind: demining, before: 1h, notified: true}")), flat{true, true})
	if f := j.Judge(&in)[0]; f.Result != finding.Breach || strings.Count(codes(f), "exception-not-notified") != 2 {
		t.Errorf("%s:%s", f.Result, codes(f))
	}
	j = finding.New(parse(t, rules(fire, late, "id: free, permits: {kind: demining}")), flat{true, true})
	if f := j.Judge(&in)[0]; f.Result != finding.Excepted || f.Exception != "free" {
		t.Errorf("%s by %q", f.Result, f.Exception)
	}
}

// TestVersions holds under whose terms an event is a breach.
func TestVersions(t *testing.T) {
	terms := func(more string, provisions ...string) string { return rules(provisions...) + more }
	heavy := "definitions:\n  - {term: violation, words: w, rule: {weapons: [tank, mlrs]}}\n"
	byB := "definitions:\n  - {term: violation, by: b, words: w, rule: {activities: [shelling], directions: [outgoing, impact], min_count: 2, calibre_mm: {min: 50}}}\n"
	start := "ceasefire:\n  - {id: day, from: 2026-03-04, until: 2026-03-05, disputed: [{party: b, from: 2026-03-04T18:00, until: 2026-03-06}]}\n"
	const fire, day = "id: x, prohibits: {kind: activity}", "id: x, ceasefire: day, prohibits: {kind: activity}"
	tests := []struct {
		name  string
		terms string
		in    incident.Incident
		want  string
	}{
		{"by the agreed definition", terms(heavy, fire), event("shelling", weapon("mlrs")), "breach [agreed]"},
		{"not by it", terms(heavy, fire), event("burst", weapon("small-arms")), "consistent []"},
		{"perhaps by it", terms(heavy, fire), event("shelling"), "undetermined []"},
		{"a definition says nothing of denied access", terms(heavy, "id: x, prohibits: {kind: interference}"), event("access-denied"), "breach [agreed]"},
		{"a definition that is over", terms("definitions:\n  - {term: violation, until: 2026-01-01, words: w, rule: {weapons: [tank]}}\n", fire), event("burst", weapon("small-arms")), "breach [agreed]"},
		{"by both", terms(byB, fire), event("shelling", weapon("mlrs"), direction("impact"), number(3, 3, 3)), "breach [agreed b]"},
		{"by the agreed terms alone", terms(byB, fire), event("burst"), "breach [agreed]"},
		{"the rule and a definition share no direction", terms(byB, "id: x, prohibits: {kind: activity, directions: [incoming]}"), event("shelling", weapon("mlrs"), direction("incoming"), number(3, 3, 3)), "breach [agreed]"},
		{"the rule and a definition share a direction", terms(byB, "id: x, prohibits: {kind: activity, directions: [impact], min_count: 3}"), event("shelling", weapon("mlrs"), direction("impact"), number(3, 3, 3)), "breach [agreed b]"},
		{"after one start, before the other", terms(start, day), event("burst"), "breach [agreed]"},
		{"after both", terms(start, day), event("burst", when("2026-03-04 20:00", "2026-03-04 20:00")), "breach [agreed b]"},
		{"after the agreed end, before the other", terms(start, day), event("burst", when("2026-03-05 20:00", "2026-03-05 20:00")), "undetermined [b]"},
		{"after both ends", terms(start, day), event("burst", when("2026-03-06 20:00", "2026-03-06 20:00")), ""},
		{"the provision's own period cuts them", terms(start, "id: x, ceasefire: day, until: 2026-03-05T12:00, prohibits: {kind: activity}"), event("burst", when("2026-03-05 20:00", "2026-03-05 20:00")), ""},
		{"a provision that its ceasefire never meets", terms(start, "id: x, ceasefire: day, until: 2026-03-01, prohibits: {kind: activity}"), event("burst"), ""},
		{"suspended", terms("status:\n  - {at: 2026-01-01, is: in-force}\n  - {at: 2026-03-01, is: suspended}\n", fire), event("burst"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			for _, f := range finding.New(parse(t, tt.terms), flat{true, true}).Judge(&tt.in) {
				under := slices.Clone(f.Under)
				for i := range under {
					if under[i] == "" {
						under[i] = "agreed"
					}
				}
				got = string(f.Result) + " [" + strings.Join(under, " ") + "]"
			}
			if got != tt.want {
				t.Errorf("%q; want %q", got, tt.want)
			}
		})
	}
}

// TestPartyForATime: a party is bound while it is one, a group that joins from
// then on.
func TestPartyForATime(t *testing.T) {
	text := strings.Replace(rules("id: x, prohibits: {kind: presence}"), "{id: b, name: B, actors: [Army B], roles: [{role: party-to-conflict}]}",
		"{id: b, name: B, actors: [Army B], roles: [{role: party-to-conflict, from: 2026-03-05}]}", 1)
	j := finding.New(parse(t, text), flat{true, true})
	for _, tt := range []struct {
		in   incident.Incident
		want finding.Result
	}{
		{event("presence", lat(-0.5), actors("Army B"), claim("patrol", "Army B", "patrol")), finding.Consistent},
		{event("presence", lat(-0.5), actors("Army B"), claim("patrol", "Army B", "patrol"), when("2026-03-05 12:00", "2026-03-05 12:00")), finding.Breach},
		{event("presence", actors("Army A"), claim("patrol", "Army A", "patrol")), finding.Breach},
	} {
		if f := j.Judge(&tt.in)[0]; f.Result != tt.want {
			t.Errorf("%s at %s: %s; want %s", tt.in.Actors, tt.in.From, f.Result, tt.want)
			for _, r := range f.Reasons {
				t.Log(r.Code, r.Text)
			}
		}
	}
}

// TestNoGeometry: without lines and zones place decides nothing, and says so.
func TestNoGeometry(t *testing.T) {
	a := parse(t, rules("id: x, zone: near, prohibits: {kind: presence, weapons: [tank]}", "id: y, prohibits: {kind: presence}"))
	in := event("presence", weapon("tank"))
	for name, j := range map[string]*finding.Judge{"none": finding.New(a, nil), "no zone": finding.New(a, flat{line: true}), "no line": finding.New(a, flat{geometry: true})} {
		var got []string
		for _, f := range j.Judge(&in) {
			got = append(got, f.Provision+" "+string(f.Result))
		}
		if d := cmp.Diff([]string{"x undetermined", "y breach"}, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
