package finding_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
	"github.com/truce-monitor/truce/zone"
)

var update = flag.Bool("update", false, "write the golden files")

func readTerms(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "terms.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func parse(t testing.TB, text string) *agreement.Agreement {
	t.Helper()
	a, problems := agreement.Parse("terms.yaml", []byte(text))
	if agreement.Failed(problems) {
		t.Fatal(problems)
	}
	return a
}

func judge(t testing.TB, text string) *finding.Judge {
	t.Helper()
	a := parse(t, text)
	lines, err := zone.Lines(a, nil)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zone.New(a, lines, nil)
	if err != nil {
		t.Fatal(err)
	}
	return finding.New(a, zones)
}

// fused makes incidents of observations as they are made in truth.
func fused(observations ...observation.Observation) []incident.Incident {
	slices.SortFunc(observations, func(a, b observation.Observation) int { return a.From.Compare(b.From) })
	var f incident.Fuser
	for i := range observations {
		f.Add(uint64(i), &observations[i])
	}
	return f.Flush()
}

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

// seen is an observation by a camera that is sure of itself; with changes it.
func seen(activity observation.Activity, weapon observation.Weapon, lat float64, when string, with ...func(*observation.Observation)) observation.Observation {
	o := observation.Observation{Source: "camera", Ref: string(activity) + when, Means: observation.Camera, How: observation.Recorded, From: at(when), To: at(when),
		Position: &observation.Position{Lat: lat, Lon: 37, Radius: 100}, Activity: activity, Weapon: weapon, Grade: "A1"}
	for _, w := range with {
		w(&o)
	}
	return o
}

func by(party string) func(*observation.Observation) {
	return func(o *observation.Observation) { o.Party, o.Actors = party, []string{party} }
}

func radius(m float64) func(*observation.Observation) {
	return func(o *observation.Observation) { o.Position.Radius = m }
}

func announced(hours float64, until string) func(*observation.Observation) {
	return func(o *observation.Observation) {
		o.Reported, o.To = o.From.Add(-time.Duration(hours*float64(time.Hour))), at(until)
		o.Caveats = append(o.Caveats, "multi-day-window")
		o.Source, o.Means, o.How = "notice", observation.Party, observation.Told
	}
}

func killed(n int) func(*observation.Observation) {
	return func(o *observation.Observation) { o.Harm.Killed = n }
}

func own(party string) func(*observation.Observation) {
	return func(o *observation.Observation) {
		o.Source, o.Means, o.How = party, observation.Party, observation.Told
	}
}

func extra(key, value string) func(*observation.Observation) {
	return func(o *observation.Observation) { o.Extra = map[string]string{key: value} }
}

func circumstance(is string) func(*observation.Observation) { return extra("circumstance", is) }

func counts(n, least, most int) func(*observation.Observation) {
	return func(o *observation.Observation) { o.Count = observation.Count{N: n, Min: least, Max: most} }
}

// lines of latitude: the line runs along 48.5; north lies to its left.
const (
	deepNorth  = 49.5
	north      = 48.55 // 5.5 km from the line
	depot      = 48.9
	south      = 48.45
	inner      = 48.51
	plant      = 47.5
	beforeAll  = "2026-02-10 12:00"
	inForce    = "2026-03-04 12:00"
	disputed   = "2026-03-01 03:00"
	afterDue   = "2026-03-12 12:00"
	theHoliday = "2026-07-01 12:00"
)

type situation struct {
	name         string
	observations []observation.Observation
}

func situations() []situation {
	one := func(o observation.Observation) []observation.Observation { return []observation.Observation{o} }
	return []situation{
		{"before the ceasefire", one(seen("shelling", "artillery-ge100", north, beforeAll))},
		{"shots under the ceasefire", one(seen("burst", "small-arms", north, inForce))},
		{"heavy weapons are graver", one(seen("shelling", "artillery-ge100", north, inForce))},
		{"deaths are graver", one(seen("shelling", "mortar-82", north, inForce, killed(2)))},
		{"the parties date the start differently", one(seen("burst", "small-arms", north, disputed))},
		{"the time is not certain enough", one(seen("burst", "small-arms", north, "2026-02-28 12:00", func(o *observation.Observation) { o.To = at("2026-03-02 12:00") }))},
		{"one-sided truce, by the party that declared it", one(seen("burst", "small-arms", north, theHoliday, by("Northern Army")))},
		{"one-sided truce, by the other", one(seen("burst", "small-arms", north, theHoliday, by("Southern Army")))},
		{"an excluded group", one(seen("burst", "small-arms", north, inForce, by("Group")))},
		{"a party blames the other", one(seen("burst", "small-arms", north, inForce, by("Southern Army"), func(o *observation.Observation) { o.Source, o.Means = "Northern Army", observation.Party }))},
		{"outgoing fire", one(seen("shelling", "mortar-82", north, inForce, func(o *observation.Observation) { o.Direction = observation.Outgoing }))},
		{"impact", one(seen("shelling", "mortar-82", north, inForce, func(o *observation.Observation) { o.Direction = observation.Impact }))},
		{"tanks in the buffer", one(seen("presence", "tank", north, inForce))},
		{"tanks outside it", one(seen("presence", "tank", deepNorth, inForce))},
		{"tanks, nobody knows where", one(seen("presence", "tank", north, inForce, radius(60000)))},
		{"weapons of a kind not named", one(seen("presence", "unknown", north, inForce))},
		{"a drone over the buffer", one(seen("uav-flight", "uav", south, inForce))},
		{"the mission's own drone", one(seen("uav-flight", "uav", south, inForce, by("Observer Mission")))},
		{"a medical flight", one(seen("aircraft-flight", "aircraft", south, inForce, func(o *observation.Observation) { o.Extra = map[string]string{"circumstance": "medical"} }))},
		{"works in the inner strip", one(seen("construction", "", inner, inForce))},
		{"works near its edge", one(seen("construction", "", 48.518, inForce, radius(500)))},
		{"monitors turned back", one(seen("access-denied", "", north, inForce))},
		{"jamming", one(seen("jamming", "", north, inForce))},
		{"a sensor falls silent", one(seen("silence", "", north, inForce))},
		{"denied access to the depot", one(seen("access-denied", "", depot, afterDue))},
		{"fire at the plant", one(seen("shelling", "artillery-ge100", plant, beforeAll, func(o *observation.Observation) { o.Direction = observation.Impact }))},
		{"fire from the plant", one(seen("shelling", "mlrs", plant, beforeAll, func(o *observation.Observation) { o.Direction = observation.Outgoing }))},
		{"fire at the plant by its name", one(seen("shelling", "artillery-ge100", plant, beforeAll, func(o *observation.Observation) { o.Position, o.Place, o.Direction = nil, "Plant", observation.Impact }))},
		{"tanks after the deadline", one(seen("presence", "tank", north, afterDue))},
		{"guns in storage", one(seen("presence", "artillery-ge100", depot, "2026-03-16 12:00"))},
		{"an exercise announced in time", one(seen("exercise", "mortar-120", deepNorth, "2026-03-08 12:00", announced(72, "2026-03-09 12:00")))},
		{"an exercise announced late", one(seen("exercise", "mortar-120", deepNorth, "2026-03-08 12:00", announced(6, "2026-03-09 12:00")))},
		{"an exercise that nobody announced", one(seen("exercise", "mortar-120", deepNorth, "2026-03-08 12:00"))},
		{"demining as announced", []observation.Observation{
			seen("demining", "", north, "2026-03-04 06:00", announced(48, "2026-03-06 18:00"), func(o *observation.Observation) { o.Position.Radius = 1000 }),
			seen("explosion", "unknown", north, inForce)}},
		{"explosions elsewhere at the time", []observation.Observation{
			seen("demining", "", north, "2026-03-04 06:00", announced(48, "2026-03-06 18:00")), seen("explosion", "unknown", south, inForce)}},
		{"fire in answer to fire", []observation.Observation{
			seen("burst", "small-arms", north, inForce, by("Northern Army")),
			seen("burst", "small-arms", south, "2026-03-04 12:03", by("Southern Army"), func(o *observation.Observation) { o.Extra = map[string]string{"circumstance": "return fire"} })}},
		{"a prisoner exchange", one(seen("other", "", north, "2026-03-15 12:00", func(o *observation.Observation) { o.Extra = map[string]string{"delivery": "prisoners", "number": "60"} }))},
		{"an alert is no event", one(seen("alert", "", north, inForce))},
		{"a row without an event of its own", one(seen("other", "", north, inForce, func(o *observation.Observation) { o.Caveats = []string{"reference-only"} }))},
		{"a fire that nobody explains", one(seen("fire", "", north, inForce))},
		{"casualties alone", one(seen("casualty", "", north, inForce, killed(1)))},
		{"self-defence, by a camera's account", one(seen("burst", "small-arms", south, inForce, by("Southern Army"), circumstance("self-defence")))},
		{"self-defence, by the party's own word", one(seen("burst", "small-arms", south, inForce, by("Southern Army"), circumstance("self-defence"), own("Southern Army")))},
		{"a medical flight by a party's own word", one(seen("aircraft-flight", "aircraft", south, inForce, circumstance("medical"), own("Southern Army")))},
		{"shots in an announced drill", []observation.Observation{
			seen("exercise", "mortar-120", north, "2026-03-08 06:00", announced(72, "2026-03-09 18:00"), radius(1500)), seen("shelling", "mortar-120", north, "2026-03-08 12:00")}},
		{"a calibre that is stated", one(seen("shelling", "unknown", north, inForce, extra("calibre_mm", "122")))},
		{"a calibre that is too small", one(seen("shelling", "unknown", north, inForce, extra("calibre_mm", "82")))},
		{"a weapon whose calibre may be large", one(seen("shelling", "artillery-lt100", north, inForce))},
		{"a weapon without a calibre", one(seen("shelling", "missile", north, inForce))},
		{"a salvo going out", one(seen("shelling", "mortar-82", north, inForce, counts(8, 6, 10), func(o *observation.Observation) { o.Direction = observation.Outgoing }))},
		{"a salvo of perhaps five", one(seen("shelling", "mortar-82", north, inForce, counts(4, 3, 6)))},
		{"a salvo coming in", one(seen("shelling", "mortar-82", north, inForce, counts(8, 8, 8), func(o *observation.Observation) { o.Direction = observation.Impact }))},
		{"troops in the inner strip", one(seen("presence", "", inner, inForce, extra("force", "troops")))},
		{"somebody in the inner strip", one(seen("presence", "", inner, inForce))},
		{"troops there after the deadline", one(seen("presence", "", inner, "2026-03-09 12:00", extra("force", "troops")))},
		{"tanks there after the deadline", one(seen("presence", "tank", inner, "2026-03-09 12:00"))},
		{"a flare", one(seen("flare", "", north, inForce))},
		{"both parties named", one(seen("clash", "small-arms", 48.5, inForce, func(o *observation.Observation) { o.Actors = []string{"Northern Army", "Southern Army"} }))},
		{"a course that points back to a side", one(seen("projectile", "mlrs", north, inForce, func(o *observation.Observation) { h := 180.0; o.Heading, o.Direction = &h, observation.InFlight }))},
		{"a party admits it", one(seen("burst", "small-arms", north, inForce, by("Northern Army"), own("Northern Army")))},
		{"a place known by name only", one(seen("shelling", "mortar-82", north, inForce, func(o *observation.Observation) { o.Position, o.Area = nil, "Somewhere" }))},
		{"seen from afar", one(seen("explosion", "", north, inForce, func(o *observation.Observation) {
			bearing, distance := 90.0, 4000.0
			o.Position, o.Observer = nil, &observation.Sighting{Lat: north, Lon: 37, Bearing: &bearing, BearingError: 10, Distance: &distance, DistanceError: 1500}
		}))},
		{"a single shot", one(seen("shot", "small-arms", north, inForce, counts(1, 1, 1)))},
		{"persons injured", one(seen("shelling", "unknown", north, inForce, extra("calibre_mm", "122"), func(o *observation.Observation) { o.Harm.Injured = 2 }))},
		{"two sources", []observation.Observation{seen("explosion", "mortar-120", north, inForce),
			seen("explosion", "mortar-120", north, inForce, func(o *observation.Observation) {
				o.Source, o.Means, o.How = "patrol", observation.Patrol, observation.Saw
			})}},
	}
}

func describe(f *finding.Finding) string {
	party := f.Responsible.Party
	if party == "" {
		party = "undetermined"
	}
	s := fmt.Sprintf("%s %s", f.Provision, f.Result)
	if f.Stage != "" {
		s += " stage " + f.Stage
	}
	if f.Exception != "" {
		s += " by " + f.Exception
	}
	return s + fmt.Sprintf("; occurred %.2f %s; breach %.2f; by %s; severity %q; under %q", f.Occurrence.Probability, f.Occurrence.Step, f.BreachProbability, party, f.Severity, f.Under)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (run with -update if it is meant so):\n%s", path, diff)
	}
}

// TestSituations holds for each situation what follows under which term.
func TestSituations(t *testing.T) {
	var b strings.Builder
	text := readTerms(t)
	for _, s := range situations() {
		j := judge(t, text)
		incidents := fused(s.observations...)
		j.Notice(incidents...)
		fmt.Fprintf(&b, "%s\n", s.name)
		for i := range incidents {
			alike(t, j, &incidents[i])
			for _, f := range j.Judge(&incidents[i]) {
				fmt.Fprintf(&b, "  %s: %s\n", incidents[i].Activity, describe(&f))
			}
		}
	}
	golden(t, "situations.txt", b.String())
}

// TestReasons holds a whole chain, down to the sentence.
func TestReasons(t *testing.T) {
	j := judge(t, readTerms(t))
	incidents := fused(seen("shelling", "artillery-ge100", north, inForce, func(o *observation.Observation) { o.Direction = observation.Outgoing }))
	var b strings.Builder
	for _, f := range j.Judge(&incidents[0]) {
		fmt.Fprintf(&b, "%s %s\n", f.ID, describe(&f))
		for _, r := range f.Reasons {
			fmt.Fprintf(&b, "  %s: %s\n", r.Code, r.Text)
		}
	}
	golden(t, "reasons.txt", b.String())
}

func TestDeadlines(t *testing.T) {
	text := readTerms(t)
	cases := []struct {
		name  string
		asOf  string
		known []observation.Observation
	}{
		{"before all of them", "2026-03-01 00:00", nil},
		{"after all, with nothing seen", "2026-04-01 00:00", nil},
		{"tanks seen after their stage", "2026-04-01 00:00", []observation.Observation{seen("presence", "tank", north, "2026-03-06 12:00")}},
		{"guns seen in the buffer before the deadline", "2026-04-01 00:00", []observation.Observation{seen("presence", "artillery-ge100", north, "2026-03-06 12:00")}},
		{"the depot visited", "2026-04-01 00:00", []observation.Observation{seen("presence", "artillery-ge100", depot, "2026-03-14 12:00", func(o *observation.Observation) { o.Count.N = 10 })}},
		{"the depot closed", "2026-04-01 00:00", []observation.Observation{seen("access-denied", "", depot, "2026-03-14 12:00")}},
		{"prisoners in part", "2026-04-01 00:00", []observation.Observation{seen("other", "", north, "2026-03-15 12:00", func(o *observation.Observation) {
			o.Extra = map[string]string{"delivery": "prisoners", "number": "60"}
			o.Count.N = 60
		})}},
	}
	var b strings.Builder
	for _, c := range cases {
		fmt.Fprintf(&b, "%s\n", c.name)
		for _, f := range judge(t, text).Deadlines(at(c.asOf), fused(c.known...)...) {
			fmt.Fprintf(&b, "  %s\n", describe(&f))
		}
	}
	golden(t, "deadlines.txt", b.String())
}

// swapped gives each party the other's name, everywhere.
func swapped(s string) string {
	return strings.NewReplacer("north", "south", "south", "north", "Northern", "Southern", "Southern", "Northern", "North", "South", "South", "North").Replace(s)
}

func random(r *rapid.T) observation.Observation {
	activity := rapid.SampledFrom(observation.Activities()).Draw(r, "activity")
	o := seen(activity, rapid.SampledFrom(observation.Weapons()).Draw(r, "weapon"), rapid.Float64Range(47.4, 49.6).Draw(r, "lat"), inForce)
	o.From = at("2026-02-25 00:00").Add(time.Duration(rapid.IntRange(0, 30*24*60).Draw(r, "minute")) * time.Minute)
	o.To = o.From.Add(time.Duration(rapid.IntRange(0, 600).Draw(r, "minutes")) * time.Minute)
	o.Position.Radius = rapid.SampledFrom([]float64{10, 200, 3000, 40000}).Draw(r, "radius")
	o.Direction = rapid.SampledFrom([]observation.Direction{"", observation.Outgoing, observation.Impact, observation.Incoming}).Draw(r, "direction")
	if p := rapid.SampledFrom([]string{"", "Northern Army", "Southern Army", "Group"}).Draw(r, "party"); p != "" {
		by(p)(&o)
	}
	o.Harm.Killed = rapid.IntRange(0, 2).Draw(r, "killed")
	o.Means = rapid.SampledFrom([]observation.Means{observation.Camera, observation.Patrol, observation.Party, observation.News, observation.Satellite}).Draw(r, "means")
	return o
}

// The same rules hold for every side: with the names swapped in the terms and
// in the reports, the findings are the same with the names swapped.
func TestSwappingThePartiesSwapsTheFindings(t *testing.T) {
	text := readTerms(t)
	a, b := judge(t, text), judge(t, swapped(text))
	rapid.Check(t, func(r *rapid.T) {
		o := random(r)
		other := o
		other.Party = swapped(o.Party)
		other.Actors = nil
		for _, x := range o.Actors {
			other.Actors = append(other.Actors, swapped(x))
		}
		one, two := fused(o), fused(other)
		got, want := a.Judge(&one[0]), b.Judge(&two[0])
		if len(got) != len(want) {
			r.Fatalf("%d findings and, swapped, %d", len(got), len(want))
		}
		for i := range got {
			slices.Sort(got[i].Under)
			slices.Sort(want[i].Under)
			x, y := describe(&got[i]), describe(&want[i])
			if slices.Contains(want[i].Under, "north") || slices.Contains(got[i].Under, "south") {
				got[i].Under, want[i].Under = nil, nil
				x, y = describe(&got[i]), describe(&want[i])
			}
			if x != swapped(y) {
				r.Fatalf("%s\nand, swapped, %s", x, y)
			}
		}
	})
}

// A term about something else changes nothing.
func TestAnotherTermChangesNothing(t *testing.T) {
	text := readTerms(t)
	more := strings.Replace(text, "thresholds:", "  - {id: bridges, words: No works at sea., zone: sea, prohibits: {kind: construction}}\nthresholds:", 1)
	more = strings.Replace(more, "weapon_classes:", "  - {id: sea, circle: {km: 1, lat: 46.5, lon: 39.5}}\nweapon_classes:", 1)
	a, b := judge(t, text), judge(t, more)
	rapid.Check(t, func(r *rapid.T) {
		incidents := fused(random(r))
		one, two := a.Judge(&incidents[0]), b.Judge(&incidents[0])
		two = slices.DeleteFunc(two, func(f finding.Finding) bool { return f.Provision == "bridges" })
		if len(one) != len(two) {
			r.Fatalf("%d findings, and %d with a term more", len(one), len(two))
		}
		for i := range one {
			if x, y := describe(&one[i]), describe(&two[i]); x != y {
				r.Fatalf("%s, and with a term more %s", x, y)
			}
		}
	})
}

// A higher threshold never makes a breach, and probabilities are such.
func TestThresholdsAreMonotone(t *testing.T) {
	text := readTerms(t)
	low, high := judge(t, text), judge(t, strings.Replace(text, "attribution: 0.8, breach: 0.8, occurrence: 0.55", "attribution: 0.97, breach: 0.97, occurrence: 0.9", 1))
	rapid.Check(t, func(r *rapid.T) {
		incidents := fused(random(r))
		results := map[string]finding.Result{}
		for _, f := range low.Judge(&incidents[0]) {
			results[f.ID] = f.Result
			if !(f.BreachProbability >= 0 && f.BreachProbability <= 1) {
				r.Fatalf("%s: breach probability %g", f.ID, f.BreachProbability)
			}
			sum := 0.0
			for _, c := range f.Responsible.Candidates {
				sum += c.Probability
			}
			if len(f.Responsible.Candidates) > 0 && (sum < 0.999 || sum > 1.001) {
				r.Fatalf("%s: the candidates' probabilities sum to %g", f.ID, sum)
			}
			if len(f.Reasons) == 0 {
				r.Fatalf("%s has no reasons", f.ID)
			}
		}
		for _, f := range high.Judge(&incidents[0]) {
			if f.Result == finding.Breach && results[f.ID] != finding.Breach {
				r.Fatalf("%s is a breach only under higher thresholds (%s under the lower)", f.ID, results[f.ID])
			}
		}
	})
}

// The demonstration's incidents under the whole arrangement, counted.
func TestDemonstration(t *testing.T) {
	sub := "paris-2026"
	data, err := os.ReadFile(filepath.Join("..", "examples", sub, "agreement.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	a := parse(t, string(data))
	dir := os.DirFS(filepath.Join("..", "examples", sub))
	lines, err := zone.Lines(a, dir)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zone.New(a, lines, dir)
	if err != nil {
		t.Fatal(err)
	}
	j := finding.New(a, zones)
	incidents := fused(simulate.Demo(1).Observations...)
	j.Notice(incidents...)
	counts := map[string]int{}
	for i := range incidents {
		for _, f := range j.Judge(&incidents[i]) {
			counts[f.Provision+" "+string(f.Result)]++
		}
	}
	for _, f := range j.Deadlines(at("2026-05-01 00:00"), incidents...) {
		counts["deadline of "+f.Provision+" "+f.Stage+" "+string(f.Result)]++
	}
	var b strings.Builder
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, "%s: %d\n", k, counts[k])
	}
	golden(t, "demonstration.txt", b.String())
}
