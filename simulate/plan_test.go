package simulate_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

// small is a plan of a straight line of a hundred kilometres.
func small(events, sources string) string {
	return `scenario: small
from: 2026-04-01
days: 4
parties: [north, south]
line: [[35, 48], [36.34, 48]]
towns_km: 5
events: {` + events + `}
sources:
` + sources
}

func read(t testing.TB, text string) *simulate.Plan {
	t.Helper()
	p, err := simulate.ReadPlan("plan.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// short is an embedded plan of at most so many days and some two thousand events.
func short(t testing.TB, name string, days float64) *simulate.Plan {
	t.Helper()
	p, err := simulate.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	p.Days = min(p.Days, days, 2000/p.Events.PerDay)
	return p
}

func written(t testing.TB, s *simulate.Scenario) string {
	t.Helper()
	var b bytes.Buffer
	for _, err := range []error{s.WriteObservations(&b), s.WriteTruth(&b), s.WriteLinks(&b), s.WriteSources(&b)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestScenariosAreSound(t *testing.T) {
	for _, name := range simulate.Names() {
		for _, seed := range []uint64{1, 2} {
			s := short(t, name, 10).Run(seed, nil)
			sound(t, name, s)
		}
	}
}

// sound checks that observations, truth and links fit together.
func sound(t testing.TB, name string, s *simulate.Scenario) {
	t.Helper()
	events := map[string]*simulate.Event{}
	for i := range s.Truth {
		e := &s.Truth[i]
		if events[e.ID] != nil || e.At.Before(s.From) || !e.At.Before(s.To) || i > 0 && e.At.Before(s.Truth[i-1].At) || e.Count < 1 {
			t.Fatalf("%s: event %+v in %s to %s", name, e, s.From, s.To)
		}
		events[e.ID] = e
	}
	watched := map[string][]simulate.Window{}
	for _, x := range s.Sources {
		if watched[x.Name] != nil {
			t.Fatalf("%s: two sources %q", name, x.Name)
		}
		watched[x.Name] = x.Watched
	}
	if len(s.Links) != len(s.Observations) {
		t.Fatalf("%s: %d links of %d observations", name, len(s.Links), len(s.Observations))
	}
	per, of := map[observation.Means]int{}, map[string]int{}
	ids := map[string]bool{}
	for i := range s.Observations {
		o, l := &s.Observations[i], s.Links[i]
		if err := o.Check(time.Time{}, [4]float64{33, 46, 41, 50}); err != nil {
			t.Fatalf("%s: %s: %v", name, o.ID(), err)
		}
		e := events[l.Incident]
		switch {
		case l.Source != o.Source || l.Ref != o.Ref || ids[o.ID()]:
			t.Fatalf("%s: link %d is %+v, the observation %s", name, i, l, o.ID())
		case l.Incident != "" && e == nil:
			t.Fatalf("%s: %s is of the unknown event %s", name, o.ID(), l.Incident)
		case e != nil && o.Reported.Before(e.At):
			t.Fatalf("%s: %s was reported %s, before it happened %s", name, o.ID(), o.Reported, e.At)
		case o.Extra["simulated"] != "true" || !strings.HasPrefix(o.Source, "simulated"):
			t.Fatalf("%s: %s is not marked", name, o.ID())
		}
		if e != nil && o.Means != observation.Satellite && o.Copies == "" && o.Means != observation.News {
			if !slices.ContainsFunc(watched[o.Source], func(w simulate.Window) bool { return !e.At.Before(w.From) && e.At.Before(w.To) }) {
				t.Fatalf("%s: %s of %s, when it did not watch", name, o.ID(), e.At)
			}
		}
		ids[o.ID()] = true
		per[o.Means]++
		of[l.Incident]++
	}
	number := map[string]int{}
	for i := range s.Observations {
		number[s.Observations[i].ID()] = i
	}
	for i := range s.Observations {
		o := &s.Observations[i]
		if o.Copies == "" {
			continue
		}
		k, ok := number[o.Copies]
		if !ok || s.Links[k].Incident != s.Links[i].Incident || s.Observations[k].Reported.After(o.Reported) {
			t.Fatalf("%s: %s copies %s", name, o.ID(), o.Copies)
		}
	}
	t.Logf("%s: %d events, %d observations of %d of them, %d of nothing: %v", name, len(s.Truth), len(s.Observations), len(of)-1, of[""], per)
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	for _, name := range simulate.Names() {
		one := written(t, short(t, name, 2).Run(9, nil))
		if again := written(t, short(t, name, 2).Run(9, func(int, int) {})); one != again {
			t.Errorf("%s: the same seed gives something else", name)
		}
		if one == written(t, short(t, name, 2).Run(10, nil)) {
			t.Errorf("%s: another seed gives the same", name)
		}
	}
}

// Which party lies to the left changes nothing but the names.
func TestSidesExchanged(t *testing.T) {
	for _, name := range simulate.Names() {
		p := short(t, name, 3)
		lines := func(s *simulate.Scenario) []string {
			out := strings.Split(written(t, s), "\n")
			slices.Sort(out)
			return out
		}
		one := lines(p.Run(4, nil))
		p.Parties[0], p.Parties[1] = p.Parties[1], p.Parties[0]
		other := p.Run(4, nil)
		text := strings.NewReplacer("north", "south", "south", "north").Replace(written(t, other))
		again := strings.Split(text, "\n")
		slices.Sort(again)
		if diff := cmp.Diff(one, again); diff != "" {
			t.Fatalf("%s: %.2000s", name, diff)
		}
	}
}

func TestTermsCanBePlayedUnder(t *testing.T) {
	for _, name := range simulate.Names() {
		p := short(t, name, 1)
		if _, problems := agreement.Parse("agreement.yaml", []byte(p.Terms())); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestReadPlanSaysWhatIsWrongWhere(t *testing.T) {
	const news = "  - {kind: news, n: 2}\n"
	whole := small("per_day: 10, depth_km: 5", news)
	tests := []struct{ name, old, new, want string }{
		{"no YAML", "scenario: small", "scenario: [", "plan.yaml:1:11: sequence end token"},
		{"an unknown key", "days: 4", "dais: 4", `plan.yaml:3:1: unknown field "dais"`},
		{"an unknown key of a source", "n: 2", "m: 2", `plan.yaml:9:18: unknown field "m"`},
		{"a word for a number", "days: 4", "days: four", "plan.yaml:3:7: cannot unmarshal string"},
		{"no name", "scenario: small", "scenario: ''", "plan.yaml:1:11: scenario: it has no name"},
		{"a date", "2026-04-01", "April", `plan.yaml:2:7: from: "April"; expected a date such as 2026-03-01`},
		{"too long", "days: 4", "days: 4000", "plan.yaml:3:7: days: 4000; expected 0.01 to 1000"},
		{"no end of fire", "per_day: 10", "per_day: 10, children: 1", "plan.yaml:7:33: events.children: 1; expected 0 to 0.9"},
		{"no probability", "n: 2", "n: 2, detects: 1.5", "plan.yaml:9:33: sources[0].detects: 1.5; expected 0 to 1"},
		{"what is missing is at what it belongs to", "per_day: 10, depth_km: 5", "per_day: 10", "plan.yaml:7:"},
		{"no number", "days: 4", "days: .nan", "plan.yaml:3:7: days: NaN"},
		{"an unknown kind", "kind: news", "kind: rumour", `plan.yaml:9:12: sources[0].kind: no kind "rumour"; expected one of acoustic, camera,`},
		{"no sources' number", ", n: 2", "", "plan.yaml:9:5: sources[0].n: 0; expected 1 to 10000"},
		{"two of a name", news, news + news, `plan.yaml:10:5: sources[1]: there are sources named "news" already`},
		{"no place for a bearing", "n: 2", "n: 2, gives: bearing", "plan.yaml:9:5: sources[0].behind_km: it stands nowhere"},
		{"a range from nowhere", "n: 2", "n: 2, range_km: 3", "sources[0].range_km: what stands somewhere"},
		{"gives what", "n: 2", "n: 2, gives: dreams", `plan.yaml:9:31: sources[0].gives: "dreams"`},
		{"hours", "n: 2", "n: 2, hours: [9, 5]", "plan.yaml:9:31: sources[0].hours: [9 5]; expected from less than to"},
		{"a language", "n: 2", "n: 2, langs: [tlh]", `sources[0].langs: "tlh"; expected de, en, fr`},
		{"no line", "[[35, 48], [36.34, 48]]", "[[35, 48]]", "plan.yaml:5:7: line: expected at least two places"},
		{"no place", "[36.34, 48]", "[36.34, 98]", "plan.yaml:5:18: line[1]: [36.34 98]; expected lon, lat"},
		{"one party", "[north, south]", "[north, north]", "plan.yaml:4:10: parties: expected two"},
		{"three hours", "n: 2", "n: 2, hours: [1, 2, 3]", "plan.yaml:9:31: hours: a list of 3; expected two"},
		{"a place in space", "[36.34, 48]", "[36.34, 48, 300]", "plan.yaml:5:18: line: a list of 3; expected two"},
		{"a name that is none", "scenario: small", "scenario: 'a: b'", `plan.yaml:1:11: scenario: "a: b"; expected small letters`},
		{"a party that is none", "[north, south]", "[north, 'so uth']", "plan.yaml:4:10: parties: "},
		{"an empty stretch", "towns_km: 5", "towns_km: 5\nno_go_km: [[1, 2], [7, 7]]", "plan.yaml:7:20: no_go_km[1]: [7 7]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(whole, tt.old, tt.new, 1)
			if text == whole {
				t.Fatalf("%q is not in the plan", tt.old)
			}
			p, err := simulate.ReadPlan("plan.yaml", []byte(text))
			if err == nil {
				t.Fatalf("no error; it read %+v", p)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v\nwant %s", err, tt.want)
			}
		})
	}
	if _, err := simulate.Named("nowhere"); err == nil || !strings.Contains(err.Error(), "dense-artillery") {
		t.Errorf("an unknown name: %v", err)
	}
	read(t, whole)
}

// What a source says for itself goes over its kind, the rest stays.
func TestSourcesFollowTheirKind(t *testing.T) {
	p := read(t, small("per_day: 1, depth_km: 1", "  - {kind: acoustic, n: 3, detects: 0.5, false_per_day: 0, behind_km: [9, 10]}\n  - {kind: acoustic, name: other, n: 1}\n"))
	a, b := p.Sources[0], p.Sources[1]
	if a.Detects != 0.5 || a.FalsePerDay != 0 || a.BehindKM != [2]float64{9, 10} || a.RangeKM != b.RangeKM || b.Detects == 0.5 || b.FalsePerDay == 0 || !a.Ears {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func FuzzReadPlan(f *testing.F) {
	for _, name := range []string{"breakdown", "quiet-ceasefire"} {
		p := short(f, name, 1)
		f.Add([]byte(small(fmt.Sprintf("per_day: 20, depth_km: 5, children: %g, bad_weather: 0.3, thunder: 9, stubble: 3", p.Events.Children), "  - {kind: thermal, n: 1}\n  - {kind: hotline, n: 2}\n  - {kind: party, n: 1}\n")))
	}
	f.Add([]byte(small("per_day: 5, depth_km: 5, hot_spots: 3, hot_share: 1, trend: [0, 3]", "  - {kind: patrol-heard, n: 2, sorties: 5, roams_km: 50}\n  - {kind: news, n: 3, copied_by: 1, misplaced: 1, langs: [de, fr]}\n  - {kind: sound-post, n: 1, name: x}\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := simulate.ReadPlan("plan.yaml", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "plan.yaml:") {
				t.Fatalf("an error without its file: %v", err)
			}
			return
		}
		// What was accepted runs, if it is small.
		n := 0
		for _, s := range p.Sources {
			n += s.N * (1 + s.Sorties) * (1 + int(s.FalsePerDay+s.Callers))
		}
		e := p.Events
		if n > 100 || e.PerDay*float64(1+len(e.Trend)) > 200 || slices.ContainsFunc(e.Trend, func(x float64) bool { return x > 5 }) || e.Thunder+e.Demining+e.Exercise+e.Stubble > 200 || p.TownsKM < 2 || len(p.Line) > 100 {
			return
		}
		p.Days = min(p.Days, 1)
		s := p.Run(1, nil)
		for i := range s.Observations {
			if err := s.Observations[i].Check(time.Time{}, [4]float64{}); err != nil {
				t.Fatalf("%s: %v", s.Observations[i].ID(), err)
			}
		}
	})
}

// Every field of a plan is on its page.
func TestThePageNamesEveryField(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "simulate.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []any{simulate.Plan{}, simulate.EventPlan{}, simulate.SourcePlan{}, simulate.Model{}} {
		for i := range reflect.TypeOf(of).NumField() {
			name, _, _ := strings.Cut(reflect.TypeOf(of).Field(i).Tag.Get("yaml"), ",")
			if name != "" && !strings.Contains(string(page), name) {
				t.Errorf("docs/simulate.md does not name %s", name)
			}
		}
	}
	kinds, err := os.ReadFile(filepath.Join("scenarios", "kinds.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(kinds)) {
		if kind, _, ok := strings.Cut(line, ":"); ok && kind != "" && kind[0] != ' ' && kind[0] != '#' && !strings.Contains(string(page), "`"+kind+"`") {
			t.Errorf("docs/simulate.md does not name the kind %s", kind)
		}
	}
}
