package finding_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/zone"
)

// sides gives the flat world's parties names that no other word holds.
var sides = strings.NewReplacer("{id: a, name: A, actors: [Army A]", "{id: alfa, name: Alfa, actors: [Army Alfa]",
	"{id: b, name: B, actors: [Army B]", "{id: omega, name: Omega, actors: [Army Omega]", "left: a, right: b", "left: alfa, right: omega")

// exchange gives each party the other's name.
var exchange = strings.NewReplacer("alfa", "omega", "omega", "alfa", "Alfa", "Omega", "Omega", "Alfa")

// twoSided is the flat world with its sides named so.
type twoSided struct {
	flat
	north, south string
}

func (w twoSided) At(p geo.Point, radiusM float64, t time.Time) zone.Place {
	out := w.flat.At(p, radiusM, t)
	out.Side = map[string]string{"a": w.north, "b": w.south}[out.Side]
	return out
}

func manyTerms() string {
	return sides.Replace(rules(
		"id: fire, prohibits: {kind: activity}, severity_if: [{killed: 1, is: S4}]",
		"id: tanks, zone: near, prohibits: {kind: presence, weapons: [tank]}",
		"id: works, zone: near, parties: [alfa], prohibits: {kind: construction}",
		"id: digs, zone: near, parties: [omega], prohibits: {kind: presence}",
		"id: flights, prohibits: {kind: flight, except: [mission]}",
		"id: monitors, prohibits: {kind: interference}",
		"id: leave, zone: near, requires: {kind: withdrawal, weapons: [tank], deadline: 2026-03-04}",
		"id: tell, requires: {kind: notification, before: 24h}",
		"id: defence, permits: {kind: self-defence, by: [alfa]}",
		"id: truce, ceasefire: day, prohibits: {kind: activity}",
	)) + `
ceasefire:
  - {id: day, from: 2026-03-04, until: 2026-03-05, parties: [alfa], disputed: [{party: omega, from: 2026-03-04T06:00, until: 2026-03-05}]}
definitions:
  - {term: violation, by: omega, words: Any use of heavy weapons., rule: {weapons: [tank, mlrs]}}
  - {term: violation, by: alfa, words: Any shot., rule: {activities: [shot, burst]}}
`
}

func randomEvent(r *rapid.T) incident.Incident {
	in := event(rapid.SampledFrom(observation.Activities()).Draw(r, "activity"),
		lat(rapid.Float64Range(-2, 2).Draw(r, "lat")), weapon(rapid.SampledFrom(observation.Weapons()).Draw(r, "weapon")))
	in.Position.Radius = rapid.SampledFrom([]float64{0, 100, 60_000}).Draw(r, "radius")
	in.From = in.From.Add(time.Duration(rapid.IntRange(-36, 36).Draw(r, "hours")) * time.Hour)
	in.To = in.From.Add(time.Duration(rapid.IntRange(0, 10).Draw(r, "lasts")) * time.Hour)
	in.Direction = rapid.SampledFrom([]observation.Direction{"", observation.Outgoing, observation.Impact}).Draw(r, "direction")
	in.Probability = rapid.Float64Range(0, 1).Draw(r, "probability")
	in.Harm.Killed = rapid.IntRange(0, 1).Draw(r, "killed")
	if rapid.Bool().Draw(r, "turned") {
		h := rapid.Float64Range(0, 359).Draw(r, "heading")
		in.Heading = &h
	}
	names := []string{"Army Alfa", "Army Omega", "Observers", "Strangers"}
	in.Actors = rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 3, rapid.ID).Draw(r, "actors")
	for _, source := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"Army Alfa", "Army Omega", "news"}), 0, 3, rapid.ID).Draw(r, "claims") {
		claim(source, rapid.SampledFrom(names).Draw(r, "claimed"), rapid.SampledFrom([]observation.Means{observation.News, observation.Party, observation.Dataset}).Draw(r, "means"))(&in)
	}
	if rapid.IntRange(0, 4).Draw(r, "in defence") == 0 {
		noting("circumstance", "self-defence")(&in)
	}
	return in
}

// exchanged is x with the parties' names exchanged.
func exchanged[T any](t rapid.TB, x T) T {
	t.Helper()
	data, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	var out T
	if err := json.Unmarshal([]byte(exchange.Replace(string(data))), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestNeutral: with the parties' names exchanged in terms, line and data, the
// findings are the same to the last digit and word with the names exchanged.
func TestNeutral(t *testing.T) {
	one := finding.New(parse(t, manyTerms()), twoSided{flat{true, true}, "alfa", "omega"})
	other := finding.New(parse(t, exchange.Replace(manyTerms())), twoSided{flat{true, true}, "omega", "alfa"})
	rapid.Check(t, func(r *rapid.T) {
		in := randomEvent(r)
		mirror := exchanged(r, in)
		got, want := other.Judge(&mirror), exchanged(r, one.Judge(&in))
		for i := range got {
			got[i].Agreement = ""
		}
		for i := range want {
			want[i].Agreement = ""
		}
		if d := cmp.Diff(want, got); d != "" {
			r.Fatal(d)
		}
		a, b := exchanged(r, one.Deadlines(at("2026-04-01 00:00"), in)), other.Deadlines(at("2026-04-01 00:00"), mirror)
		for i := range a {
			a[i].Agreement, b[i].Agreement = "", ""
		}
		if d := cmp.Diff(a, b); d != "" {
			r.Fatal(d)
		}
	})
}

// TestOrderOfParties: which party the terms name first decides nothing.
func TestOrderOfParties(t *testing.T) {
	text := manyTerms()
	lines := strings.Split(text, "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "{id: alfa") })
	lines[i], lines[i+1] = lines[i+1], lines[i]
	world := twoSided{flat{true, true}, "alfa", "omega"}
	one, other := finding.New(parse(t, text), world), finding.New(parse(t, strings.Join(lines, "\n")), world)
	type answer struct {
		ID       string
		Result   finding.Result
		Party    string
		Severity string
		Under    string
		Breach   float64
	}
	answers := func(found []finding.Finding) (out []answer) {
		for _, f := range found {
			slices.Sort(f.Under)
			out = append(out, answer{f.ID, f.Result, f.Responsible.Party, f.Severity, strings.Join(f.Under, ","), f.BreachProbability})
		}
		return out
	}
	rapid.Check(t, func(r *rapid.T) {
		in := randomEvent(r)
		if d := cmp.Diff(answers(one.Judge(&in)), answers(other.Judge(&in))); d != "" {
			r.Fatal(d)
		}
	})
}

// TestDeadlinesKnowNoOrder: neither the order of what is known nor what comes
// after the instant in question changes an answer.
func TestDeadlinesKnowNoOrder(t *testing.T) {
	j := finding.New(parse(t, manyTerms()), twoSided{flat{true, true}, "alfa", "omega"})
	rapid.Check(t, func(r *rapid.T) {
		var known []incident.Incident
		for i := range rapid.IntRange(0, 6).Draw(r, "n") {
			in := randomEvent(r)
			in.ID = "I-" + string(rune('a'+i))
			known = append(known, in)
		}
		asOf := at("2026-03-04 18:00")
		want := j.Deadlines(asOf, known...)
		slices.Reverse(known)
		later := event("presence", weapon("tank"), id("I-later"), when("2026-03-04 19:00", "2026-03-04 19:00"))
		if d := cmp.Diff(want, j.Deadlines(asOf, append(known, later)...)); d != "" {
			r.Fatal(d)
		}
	})
}

// TestOccurrenceBreachAndResponsibilityAreApart: what answers one question
// leaves the others' numbers as they are.
func TestOccurrenceBreachAndResponsibilityAreApart(t *testing.T) {
	j := finding.New(parse(t, rules("id: x, zone: near, prohibits: {kind: presence}")), flat{true, true})
	rapid.Check(t, func(r *rapid.T) {
		in := event("presence", lat(rapid.Float64Range(-0.9, 0.9).Draw(r, "lat")))
		doubtful, blamed := in, in
		doubtful.Probability = rapid.Float64Range(0, 1).Draw(r, "probability")
		doubtful.IndependentSources = rapid.IntRange(1, 9).Draw(r, "sources")
		claim("news", "Army B", observation.News)(&blamed)
		f, g, h := j.Judge(&in)[0], j.Judge(&doubtful)[0], j.Judge(&blamed)[0]
		if f.BreachProbability != g.BreachProbability || !cmp.Equal(f.Responsible, g.Responsible) {
			r.Fatalf("how sure it is that it occurred changed\n%v\ninto\n%v", f, g)
		}
		if f.BreachProbability != h.BreachProbability || !cmp.Equal(f.Occurrence, h.Occurrence) || f.Result != h.Result {
			r.Fatalf("who is blamed changed\n%v\ninto\n%v", f, h)
		}
	})
}
