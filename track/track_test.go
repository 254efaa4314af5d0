package track_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/proportion"
	"github.com/truce-monitor/truce/simulate"
	"github.com/truce-monitor/truce/track"
)

// records fuses observations and measures their sources.
func records(list []observation.Observation) []track.Record {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b observation.Observation) int { return a.From.Compare(b.From) })
	var f incident.Fuser
	for i := range list {
		f.Add(uint64(i), &list[i])
	}
	return track.Records(track.Input{Incidents: f.Flush(), Observations: list})
}

func scenario(t *testing.T, name string, seed uint64, days float64) []observation.Observation {
	t.Helper()
	plan, err := simulate.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	plan.Days = min(plan.Days, days)
	return plan.Run(seed, nil).Observations
}

// sickness makes one source of a scenario sick and returns its name.
type sickness struct {
	name  string
	kind  string
	infer func(list []observation.Observation, r *rand.Rand) ([]observation.Observation, string)
}

func sicknesses() []sickness {
	return []sickness{
		{"healthy", "", func(list []observation.Observation, _ *rand.Rand) ([]observation.Observation, string) {
			return list, ""
		}},
		{"clock", track.ClockOff, func(list []observation.Observation, _ *rand.Rand) ([]observation.Observation, string) {
			name := busiest(list, observation.Acoustic)
			for i := range list {
				if list[i].Source == name {
					list[i].From, list[i].To = list[i].From.Add(10*time.Minute), list[i].To.Add(10*time.Minute)
				}
			}
			return list, name
		}},
		{"slow clock", track.ClockOff, func(list []observation.Observation, _ *rand.Rand) ([]observation.Observation, string) {
			name := busiest(list, observation.Acoustic, observation.Camera, observation.Patrol)
			for i := range list {
				if list[i].Source == name {
					list[i].From, list[i].To = list[i].From.Add(-10*time.Minute), list[i].To.Add(-10*time.Minute)
				}
			}
			return list, name
		}},
		{"flood", track.Flood, func(list []observation.Observation, r *rand.Rand) ([]observation.Observation, string) {
			name := busiest(list, observation.Party)
			var models []observation.Observation
			for _, o := range list {
				if o.Source == name {
					models = append(models, o)
				}
			}
			first, last := list[0].From, list[len(list)-1].From
			for i := range int(1000 * last.Sub(first).Hours() / 24) {
				o := models[r.IntN(len(models))]
				at := first.Add(time.Duration(r.Float64() * float64(last.Sub(first)))).Truncate(15 * time.Minute)
				o.Ref, o.From, o.To, o.Reported = fmt.Sprint("flood-", i), at, at.Add(30*time.Minute), at.Add(3*time.Hour)
				p := *models[r.IntN(len(models))].Position
				p.Lat, p.Lon = p.Lat+0.05*r.NormFloat64(), p.Lon+0.05*r.NormFloat64()
				o.Position, o.Text = &p, ""
				list = append(list, o)
			}
			return list, name
		}},
		{"stuck", track.Stuck, func(list []observation.Observation, _ *rand.Rand) ([]observation.Observation, string) {
			name := busiest(list, observation.Camera)
			i := slices.IndexFunc(list, func(o observation.Observation) bool { return o.Source == name })
			for k := range 40 {
				o := list[i]
				o.Ref, o.From = fmt.Sprint("stuck-", k), o.From.Add(time.Duration(k+1)*20*time.Minute)
				o.To, o.Reported = o.From, o.From.Add(time.Minute)
				list = append(list, o)
			}
			return list, name
		}},
	}
}

// busiest is the source of one of the means that most often says where and when.
func busiest(list []observation.Observation, means ...observation.Means) string {
	n := map[string]int{}
	best := ""
	for _, o := range list {
		if slices.Contains(means, o.Means) && (o.Position != nil || o.Observer != nil && o.Observer.Distance != nil) {
			if n[o.Source]++; n[o.Source] > n[best] || n[o.Source] == n[best] && o.Source < best {
				best = o.Source
			}
		}
	}
	return best
}

// The sick source is named, with the reason, and no healthy one is.
func TestTheSickSourceIsNamed(t *testing.T) {
	for _, s := range []struct {
		name string
		days float64
	}{{"quiet-ceasefire", 10}, {"dense-artillery", 1}, {"breakdown", 3}} {
		for _, seed := range []uint64{41, 42} {
			for _, c := range sicknesses() {
				t.Run(fmt.Sprintf("%s %d %s", s.name, seed, c.name), func(t *testing.T) {
					if testing.Short() && (seed != 41 || s.name != "quiet-ceasefire") || s.name == "dense-artillery" && seed != 41 {
						t.Skip("the short run has one scenario; many reports are fused once each")
					}
					list, name := c.infer(scenario(t, s.name, seed, s.days), rand.New(rand.NewPCG(seed, 1)))
					var got, want []string
					for _, r := range records(list) {
						for _, x := range r.Sick {
							got = append(got, r.Source+": "+x.Kind)
							t.Log(r.Source, x, r.Confirmed, r.Peers, r.Ratio, r.TimeS)
						}
					}
					if c.kind != "" {
						want = []string{name + ": " + c.kind}
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Error(diff)
					}
				})
			}
		}
	}
}

// What a source errs by on purpose is found, east, north and in time, and the
// others' records stay as they were.
func TestErrorsAreFound(t *testing.T) {
	list := scenario(t, "dense-artillery", 41, 0.6)
	name := busiest(list, observation.Acoustic)
	before := records(list)
	for i := range list {
		if o := &list[i]; o.Source == name {
			p := *o.Position
			p.Lat, p.Lon = p.Lat-80/111_200.0, p.Lon+150/74_500.0 // 80 m south, 150 m east
			o.Position, o.From, o.To = &p, o.From.Add(30*time.Second), o.To.Add(30*time.Second)
		}
	}
	after := records(list)
	i := slices.IndexFunc(after, func(r track.Record) bool { return r.Source == name })
	for _, c := range []struct {
		what           string
		before, after  track.Estimate
		change, within float64
	}{
		{"east", before[i].EastM, after[i].EastM, 150, 60},
		{"north", before[i].NorthM, after[i].NorthM, -80, 60},
		{"time", before[i].TimeS, after[i].TimeS, 30, 4},
	} {
		if d := c.after.Value - c.before.Value; math.Abs(d-c.change) > c.within {
			t.Errorf("%s: from %+v to %+v; want %v more", c.what, c.before, c.after, c.change)
		}
		if c.after.N < 30 || c.after.Low > c.after.Value || c.after.High < c.after.Value {
			t.Errorf("%s: %+v is no estimate with an interval", c.what, c.after)
		}
	}
	if after[i].DelayS.Value >= before[i].DelayS.Value {
		t.Errorf("delay %v, before %v: a clock that is fast leaves less", after[i].DelayS, before[i].DelayS)
	}
}

// two is an incident that a and others report, each a line "source means".
func two(id string, others ...string) (incident.Incident, []observation.Observation) {
	x := incident.Incident{ID: id, Activity: observation.Shelling}
	var list []observation.Observation
	at := time.Date(2026, 4, 1, 0, 0, len(id), 0, time.UTC)
	for _, o := range others {
		source, means, _ := strings.Cut(o, " ")
		list = append(list, observation.Observation{Source: source, Ref: id, Means: observation.Means(means), From: at, To: at, Reported: at.Add(time.Minute), Activity: observation.Shelling})
		x.Members = append(x.Members, incident.Member{Source: source, Ref: id, Means: observation.Means(means), Independent: true})
	}
	return x, list
}

// A report counts as confirmed by others alone, by who they are, or by people.
func TestWhatConfirms(t *testing.T) {
	for _, c := range []struct {
		name    string
		others  []string
		decided map[string]bool
		want    proportion.Of
	}{
		{"alone", []string{"a camera"}, nil, proportion.Of{Trials: 1}},
		{"one that sees", []string{"a party", "b camera"}, nil, proportion.Of{Hits: 1, Trials: 1}},
		{"one that measures", []string{"a party", "b acoustic"}, nil, proportion.Of{Hits: 1, Trials: 1}},
		{"one that tells", []string{"a party", "b news"}, nil, proportion.Of{Trials: 1}},
		{"two that tell", []string{"a party", "b news", "c hotline"}, nil, proportion.Of{Hits: 1, Trials: 1}},
		{"itself, twice", []string{"a camera", "a camera"}, nil, proportion.Of{Trials: 1}},
		{"people", []string{"a party"}, map[string]bool{"I": true}, proportion.Of{Hits: 1, Trials: 1}},
		{"people, that it is not so", []string{"a party", "b camera", "c patrol"}, map[string]bool{"I": false}, proportion.Of{Trials: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, list := two("I", c.others...)
			if c.name == "itself, twice" {
				list[1].Ref, x.Members[1].Ref, x.Members[1].Independent = "J", "J", false
			}
			got := track.Records(track.Input{Incidents: []incident.Incident{x}, Observations: list, Decided: c.decided})
			if diff := cmp.Diff(c.want, got[0].Confirmed); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The records do not depend on the order of what they follow from.
func TestOrderDoesNotMatter(t *testing.T) {
	list := scenario(t, "breakdown", 43, 1)
	var f incident.Fuser
	for i := range list {
		f.Add(uint64(i), &list[i])
	}
	incidents := f.Flush()
	want := track.Records(track.Input{Incidents: incidents, Observations: list})
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	r.Shuffle(len(incidents), func(i, j int) { incidents[i], incidents[j] = incidents[j], incidents[i] })
	if diff := cmp.Diff(want, track.Records(track.Input{Incidents: incidents, Observations: list})); diff != "" {
		t.Error(diff)
	}
}

// From few reports follows no estimate, and no sick source.
func TestFewReportsSayLittle(t *testing.T) {
	x, list := two("I", "a camera", "b camera")
	for _, r := range track.Records(track.Input{Incidents: []incident.Incident{x}, Observations: list}) {
		if r.EastM.Known() || r.DelayS.Known() || r.DelayS.N != 1 || len(r.Sick) > 0 || r.Ratio.Low > 0.5 {
			t.Errorf("%+v", r)
		}
	}
	if got := track.Records(track.Input{}); len(got) != 0 {
		t.Errorf("%d records of nothing", len(got))
	}
}
