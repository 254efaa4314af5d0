package eval_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/observation"
)

// start is noon, so that small differences don't cross midnight.
var start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// at is an observation seconds after noon and metres east and north of a place.
func at(source string, seconds, east, north float64) *observation.Observation {
	t := start.Add(time.Duration(seconds * float64(time.Second)))
	return &observation.Observation{Source: source, Ref: fmt.Sprint(seconds, east, north), From: t, To: t, Activity: observation.Explosion, Position: position(east, north, 245)}
}

func position(east, north, radius float64) *observation.Position {
	return &observation.Position{Lat: 48 + north/111195, Lon: 37 + east/111195/math.Cos(48*math.Pi/180), Radius: radius}
}

// with changes an observation.
func with(o *observation.Observation, change func(*observation.Observation)) *observation.Observation {
	change(o)
	return o
}

func of(a observation.Activity) func(*observation.Observation) {
	return func(o *observation.Observation) { o.Activity = a }
}

// within an hour, as news say.
func vague(o *observation.Observation) {
	o.From, o.To, o.Means = o.From.Add(-30*time.Minute), o.To.Add(30*time.Minute), observation.News
}

func called(o *observation.Observation) { o.Means = observation.Hotline }

func copying(id string) func(*observation.Observation) {
	return func(o *observation.Observation) { o.Copies = id }
}

// from says that it was heard or seen from a place instead.
func from(east, north, bearing float64, distance *float64, how observation.How) func(*observation.Observation) {
	return func(o *observation.Observation) {
		p := position(east, north, 0)
		o.Position, o.How = nil, how
		o.Observer = &observation.Sighting{Lat: p.Lat, Lon: p.Lon, Bearing: &bearing, BearingError: 4, Distance: distance}
		if distance != nil {
			o.Observer.DistanceError = 0.4 * *distance
		}
	}
}

// groups numbers groups by their first member.
func groups(found []int) []int {
	first := map[int]int{}
	out := make([]int, len(found))
	for i, g := range found {
		if _, ok := first[g]; !ok {
			first[g] = i
		}
		out[i] = first[g]
	}
	return out
}

func TestMethodsOnSmallCases(t *testing.T) {
	far := 6800.0
	tests := []struct {
		name   string
		method eval.Method
		all    []*observation.Observation
		want   []int
	}{
		{"a window joins through others", eval.Window{M: 1000, S: 60}, []*observation.Observation{at("a", 0, 0, 0), at("b", 30, 900, 0), at("a", 60, 1800, 0), at("c", 0, 5000, 0)}, []int{0, 0, 0, 3}},
		{"a window ends", eval.Window{M: 1000, S: 60}, []*observation.Observation{at("a", 0, 0, 0), at("b", 61, 0, 0), at("c", 0, 1001, 0)}, []int{0, 1, 2}},
		{"a window of one type", eval.Window{M: 1000, S: 60, Type: true}, []*observation.Observation{at("a", 0, 0, 0), with(at("b", 0, 0, 0), of(observation.Burst)), with(at("c", 0, 0, 0), of(observation.Shelling))}, []int{0, 1, 0}},
		{"between middles", eval.Window{M: 1000, S: 60}, []*observation.Observation{at("a", 0, 0, 0), with(at("b", 1200, 0, 0), vague)}, []int{0, 1}},
		{"between ends", eval.Window{M: 1000, S: 60, Loose: true}, []*observation.Observation{at("a", 0, 0, 0), with(at("b", 1200, 0, 0), vague), at("c", 3100, 0, 0)}, []int{0, 0, 2}},
		{"the same day", eval.Window{M: 5000, Days: 1}, []*observation.Observation{at("a", 0, 0, 0), at("b", 11.9*3600, 4900, 0), at("c", 12.1*3600, 0, 0)}, []int{0, 0, 2}},
		{"the next day", eval.Window{M: 5000, Days: 2}, []*observation.Observation{at("a", 0, 0, 0), at("b", 35.9*3600, 0, 0), at("c", 61*3600, 0, 0)}, []int{0, 0, 2}},
		{"a heard time counts from where it was made", eval.Window{M: 500, S: 2}, []*observation.Observation{at("a", 0, 0, 0), with(at("b", 20, 0, 0), from(0, -far, 0, &far, observation.Heard)), with(at("c", 20, 0, 0), from(0, -far, 0, &far, observation.Saw))}, []int{0, 0, 2}},
		{"dense enough", eval.DBSCAN{M: 100, S: 60, Least: 2}, []*observation.Observation{at("a", 0, 0, 0), at("b", 0, 90, 0), at("c", 0, 45, 0), at("d", 0, 300, 0), at("e", 0, 390, 0)}, []int{0, 0, 0, 3, 4}},
		{"what is near two clusters joins the nearer and does not join them", eval.DBSCAN{M: 100, S: 60, Least: 3},
			[]*observation.Observation{at("a", 0, 0, 0), at("b", 0, -50, 0), at("c", 0, -60, 0), at("d", 0, -70, 0), at("m", 0, 95, 0), at("e", 0, 192, 0), at("f", 0, 250, 0), at("g", 0, 260, 0), at("h", 0, 270, 0)},
			[]int{0, 0, 0, 0, 0, 5, 5, 5, 5}},
		{"nearest first, a source once", eval.Greedy{K: 3, ErrorS: 5}, []*observation.Observation{at("a", 0, 0, 0), at("a", 6, 0, 0), at("b", 5, 0, 0)}, []int{0, 1, 1}},
		{"a hotline twice", eval.Greedy{K: 3, ErrorS: 5}, []*observation.Observation{with(at("a", 0, 0, 0), called), with(at("a", 6, 0, 0), called), at("b", 5, 0, 0)}, []int{0, 0, 0}},
		{"a long ellipse", eval.Greedy{K: 3, ErrorS: 5}, []*observation.Observation{at("a", 0, 0, 2000), at("a", 0, 2000, 0), with(at("b", 0, 0, 0), from(0, -5000, 0, ptr(5000.0), observation.Saw))}, []int{0, 1, 0}},
		{"a bearing alone", eval.Greedy{K: 3, ErrorS: 5}, []*observation.Observation{at("a", 0, 0, 2000), at("a", 0, 2000, 0), with(at("b", 0, 0, 0), from(0, -3000, 0, nil, observation.Saw))}, []int{0, 1, 0}},
		{"two bearings cross", eval.Greedy{K: 3, ErrorS: 5, Fused: true}, []*observation.Observation{with(at("a", 0, 0, 0), from(0, -4000, 0, nil, observation.Detected)), with(at("b", 0, 0, 0), from(-4000, 0, 90, nil, observation.Detected)), at("c", 0, 100, 0), at("d", 0, 6000, 0)}, []int{0, 0, 0, 3}},
		{"a track, a source once", eval.Greedy{K: 3, ErrorS: 5, Fused: true}, []*observation.Observation{at("a", 0, 0, 0), at("a", 6, 0, 0), at("b", 5, 0, 0), with(at("c", 5, 0, 0), of(observation.Burst))}, []int{0, 1, 0, 3}},
		{"across sources, the nearest first", eval.MELTT{M: 1000, S: 60}, []*observation.Observation{at("a", 0, 0, 0), at("a", 0, 500, 0), at("b", 0, 400, 0), at("c", 0, 2000, 0)}, []int{0, 1, 1, 3}},
		{"a finer type counts", eval.MELTT{M: 1000, S: 60}, []*observation.Observation{at("a", 0, 0, 0), with(at("a", 0, 500, 0), of(observation.Shelling)), with(at("b", 0, 100, 0), of(observation.Shelling))}, []int{0, 1, 1}},
		{"one a day and cell", eval.PerDay{M: 1000}, []*observation.Observation{at("z", 0, -50e3, -50e3), at("z", 1, 50e3, 50e3), at("a", 0, 100, 100), at("a", 3600, 900, 900), with(at("b", 0, 100, 100), of(observation.Shot)), at("c", 13*3600, 100, 100)}, []int{0, 1, 2, 2, 4, 5}},
		{"one a day and town", eval.PerDay{M: 1000, Named: true}, []*observation.Observation{
			with(at("n", 0, 0, 0), func(o *observation.Observation) { o.Means, o.Place = observation.News, "east" }),
			with(at("n", 0, -5000, 0), func(o *observation.Observation) { o.Means, o.Place = observation.News, "west" }),
			at("a", 0, -2400, 0), at("a", 0, -2600, 0)}, []int{0, 1, 0, 1}},
		{"by name alone", eval.MELTT{M: 9000, S: 60}, []*observation.Observation{
			with(at("n", 0, 0, 0), func(o *observation.Observation) { o.Position, o.Place = nil, "Here" }),
			with(at("m", 0, 0, 0), func(o *observation.Observation) { o.Position, o.Place = nil, "here" }),
			with(at("o", 0, 0, 0), func(o *observation.Observation) { o.Position, o.Place = nil, "there" })}, []int{0, 0, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, groups(tt.method.Group(tt.all))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func ptr[T any](x T) *T { return &x }

func methods() []eval.Method {
	var out []eval.Method
	for _, f := range eval.Baselines() {
		out = append(out, f.Methods...)
	}
	return out
}

// A copy that says so goes with what it repeats, whatever it makes of it.
func TestCopiesGoWithTheirOriginal(t *testing.T) {
	all := []*observation.Observation{
		with(at("c", 9000, 70e3, 0), copying("b/"+at("b", 5000, 40e3, 0).Ref)),
		with(at("b", 5000, 40e3, 0), copying("a/"+at("a", 0, 0, 0).Ref)),
		at("a", 0, 0, 0),
		with(at("d", 0, -40e3, 0), copying("unknown/1")),
		with(at("a", 4*86400, 90e3, 0), copying(at("a", 0, 0, 0).Ref)), // of its own
	}
	for _, m := range methods() {
		if diff := cmp.Diff([]int{0, 0, 0, 3, 0}, groups(m.Group(all))); diff != "" {
			t.Errorf("%+v: %s", m, diff)
		}
	}
	round := []*observation.Observation{with(at("a", 0, 0, 0), copying("b/"+at("b", 1, 0, 0).Ref)), with(at("b", 1, 0, 0), copying("a/"+at("a", 0, 0, 0).Ref))}
	for _, m := range methods() {
		if got := m.Group(round); len(got) != 2 {
			t.Errorf("%+v: two that copy each other: %v", m, got)
		}
	}
}

func TestGroupsDoNotDependOnTheOrder(t *testing.T) {
	activities := []observation.Activity{observation.Explosion, observation.Shelling, observation.Burst, observation.Fire}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		var all []*observation.Observation
		for i := range n {
			o := at(string(rune('a'+rapid.IntRange(0, 4).Draw(t, "source"))), rapid.Float64Range(0, 3000).Draw(t, "s"), rapid.Float64Range(0, 5000).Draw(t, "east"), rapid.Float64Range(0, 5000).Draw(t, "north"))
			o.Ref = fmt.Sprint(i)
			o.Activity = rapid.SampledFrom(activities).Draw(t, "activity")
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				vague(o)
			case 1:
				called(o)
			case 2:
				from(0, 0, rapid.Float64Range(0, 359).Draw(t, "bearing"), ptr(3000.0), observation.Heard)(o)
			case 3:
				from(0, 0, rapid.Float64Range(0, 359).Draw(t, "bearing"), nil, observation.Detected)(o)
			}
			if i > 0 && rapid.IntRange(0, 5).Draw(t, "copy") == 0 {
				o.Copies = all[rapid.IntRange(0, i-1).Draw(t, "original")].ID()
			}
			all = append(all, o)
		}
		// One far from all others, and one much later.
		all = append(all, at("far", 0, 150e3, 0), at("late", 20*86400, 0, 0))
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).Perm(len(all))
		shuffled := make([]*observation.Observation, len(all))
		for i, k := range order {
			shuffled[i] = all[k]
		}
		m := rapid.SampledFrom(methods()).Draw(t, "method")
		found, again := m.Group(all), m.Group(shuffled)
		back := make([]int, len(all))
		for i, k := range order {
			back[k] = again[i]
		}
		if diff := cmp.Diff(groups(found), groups(back)); diff != "" {
			t.Fatalf("%+v: %s", m, diff)
		}
		g := groups(found)
		if g[n] != n || g[n+1] != n+1 {
			t.Fatalf("%+v: far ones are joined: %v", m, g)
		}
	})
}

func TestTuningFindsWhatFits(t *testing.T) {
	// Pairs 700 m and 100 s apart, ten kilometres and an hour from the next.
	var l eval.Labelled
	for i := range 40 {
		a, b := at("a", float64(i)*3600, float64(i%7)*10e3, 0), at("b", float64(i)*3600+100, float64(i%7)*10e3+700, 0)
		l.Observations = append(l.Observations, a, b)
		l.Events = append(l.Events, i, i)
	}
	for _, f := range eval.Baselines() {
		m, score := f.Tune([]eval.Labelled{l, l})
		if again, s := f.Tune([]eval.Labelled{l, l}); again != m || s != score {
			t.Errorf("%s: %+v, and then %+v", f.Name, m, again)
		}
		found := m.Group(l.Observations)
		if got := (eval.Pairs(l.Events, found).F1() + eval.BCubed(l.Events, found).F1()) / 2; math.Abs(got-score) > 1e-12 {
			t.Errorf("%s: %+v has %v, Tune says %v", f.Name, m, got, score)
		}
		switch f.Name {
		case "tuned window", "ST-DBSCAN", "MELTT rule":
			if score != 1 {
				t.Errorf("%s: %+v scores %v where all could be right", f.Name, m, score)
			}
		}
	}
}
