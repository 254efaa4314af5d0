package track_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
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
					if testing.Short() && seed != 41 {
						t.Skip("the short run has one seed")
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
					for _, r := range records(list) {
						if t.Failed() && (r.Source == name || strings.Contains(r.Source, " 1 ") || strings.Contains(strings.Join(got, " "), r.Source)) {
							t.Logf("%-40s %6d %+v %+v %+v time %+v±%v e %+v n %+v spread %v held %+v delay %+v", r.Source, r.Observations, r.Confirmed, r.Peers, r.Ratio, r.TimeS, r.SpreadS, r.EastM, r.NorthM, r.SpreadM, r.Held, r.DelayS)
						}
					}
				})
			}
		}
	}
}
