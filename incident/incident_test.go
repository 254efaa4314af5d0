package incident_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

var t0 = time.Date(2025, 4, 20, 10, 0, 0, 0, time.UTC)

func p[T any](v T) *T { return &v }

// seen is an exact report of one explosion.
func seen(source, ref string, after time.Duration, lat, lon float64) *observation.Observation {
	return &observation.Observation{
		Source: source, Ref: ref, Means: observation.Camera, How: observation.Recorded,
		From: t0.Add(after), To: t0.Add(after),
		Position: &observation.Position{Lat: lat, Lon: lon, Radius: 300}, Activity: observation.Explosion,
	}
}

func day(source, ref string, lat, lon, radius float64, actors ...string) *observation.Observation {
	o := seen(source, ref, 0, lat, lon)
	o.From = time.Date(2025, 4, 20, 0, 0, 0, 0, time.UTC)
	o.To = o.From.Add(24 * time.Hour)
	o.Means, o.How = observation.Dataset, observation.Told
	o.Position.Radius = radius
	o.Actors = actors
	return o
}

func fuse(observations ...*observation.Observation) []incident.Incident {
	var f incident.Fuser
	for i, o := range observations {
		f.Add(uint64(i+1), o)
	}
	return f.Flush()
}

func with(o *observation.Observation, change func(*observation.Observation)) *observation.Observation {
	change(o)
	return o
}

// members lists which reports are together, one incident a word.
func members(incidents []incident.Incident) string {
	var words []string
	for _, in := range incidents {
		var refs []string
		for _, m := range in.Members {
			refs = append(refs, m.Source+m.Ref)
		}
		words = append(words, strings.Join(refs, "+"))
	}
	return strings.Join(words, " ")
}

func TestTogetherOrApart(t *testing.T) {
	type obs = observation.Observation
	tests := []struct {
		name string
		in   []*obs
		want string
	}{
		{"one report", []*obs{seen("a", "1", 0, 48, 37)}, "a1"},
		{"two cameras, one blast", []*obs{seen("a", "1", 0, 48, 37), seen("b", "1", 20*time.Second, 48.002, 37)}, "a1+b1"},
		{"the next village", []*obs{seen("a", "1", 0, 48, 37), seen("b", "1", 0, 48.04, 37)}, "a1 b1"},
		{"two minutes later in the next village", []*obs{seen("a", "1", 0, 48, 37), seen("b", "1", 2*time.Minute, 48.02, 37)}, "a1 b1"},
		{"an hour later", []*obs{seen("a", "1", 0, 48, 37), seen("b", "1", time.Hour, 48, 37)}, "a1 b1"},
		{"a source does not report one event twice", []*obs{seen("a", "1", 0, 48, 37), seen("a", "2", 5*time.Second, 48, 37)}, "a1 a2"},
		{"but a newspaper may", []*obs{
			with(seen("n", "1", 0, 48, 37), func(o *obs) { o.Means = observation.News }),
			with(seen("n", "2", 5*time.Second, 48, 37), func(o *obs) { o.Means = observation.News }),
		}, "n1+n2"},
		{"a count over an interval holds its parts", []*obs{
			with(seen("a", "1", 0, 48, 37), func(o *obs) { o.To = o.To.Add(10 * time.Minute); o.Count = observation.Count{N: 5} }),
			seen("a", "2", 3*time.Minute, 48, 37),
		}, "a1+a2"},
		{"the same reference again", []*obs{seen("a", "1", 0, 48, 37), seen("a", "1", 0, 48, 37)}, "a1"},
		{"an explosion is no presence", []*obs{
			seen("a", "1", 0, 48, 37),
			with(seen("b", "1", 0, 48, 37), func(o *obs) { o.Activity = observation.Presence }),
		}, "a1 b1"},
		{"an explosion may be shelling", []*obs{
			seen("a", "1", 0, 48, 37),
			with(seen("b", "1", 0, 48, 37), func(o *obs) { o.Activity = observation.Shelling }),
		}, "a1+b1"},
		{"a warning is no event", []*obs{
			seen("a", "1", 0, 48, 37),
			with(seen("b", "1", 0, 48, 37), func(o *obs) { o.Activity = observation.Alert }),
		}, "a1 b1"},
		{"a sum is no event", []*obs{
			seen("a", "1", 0, 48, 37),
			with(seen("b", "1", 0, 48, 37), func(o *obs) { o.Caveats = []string{"aggregate"} }),
		}, "a1 b1"},
		{"nor is a row for reference", []*obs{
			seen("a", "1", 0, 48, 37),
			with(seen("b", "1", 0, 48, 37), func(o *obs) { o.Caveats = []string{"reference-only"} }),
		}, "a1 b1"},
		{"many days tell no event", []*obs{
			with(day("a", "1", 48, 37, 500), func(o *obs) { o.To = o.From.Add(9 * 24 * time.Hour) }),
			with(day("b", "1", 48, 37, 500), func(o *obs) { o.To = o.From.Add(9 * 24 * time.Hour) }),
		}, "a1 b1"},
		{"a centre of an area is no exact place", []*obs{
			with(day("a", "1", 48, 37, 500), func(o *obs) { o.Caveats = []string{"admin-centroid"} }),
			day("b", "1", 48, 37, 500),
		}, "a1 b1"},
		{"one day, one place, one type", []*obs{day("a", "1", 48, 37, 500), day("b", "1", 48.002, 37, 500)}, "a1+b1"},
		{"one day, two places", []*obs{day("a", "1", 48, 37, 2000), day("b", "1", 48.015, 37, 2000)}, "a1 b1"},
		{"one day, other actors", []*obs{day("a", "1", 48, 37, 500, "X", "Y"), day("b", "1", 48, 37, 500, "Z")}, "a1 b1"},
		{"one day, an actor in common", []*obs{day("a", "1", 48, 37, 500, "X", "Y"), day("b", "1", 48, 37, 500, "Y")}, "a1+b1"},
		{"a day and an instant in it", []*obs{day("a", "1", 48, 37, 500), seen("b", "1", 0, 48.001, 37)}, "a1+b1"},
		{"a copy says so itself", []*obs{
			seen("a", "1", 0, 48, 37),
			with(seen("b", "1", 10*time.Minute, 48.5, 37), func(o *obs) { o.Copies = "a/1" }),
		}, "a1+b1"},
		{"names without coordinates", []*obs{
			with(seen("a", "1", 0, 0, 0), func(o *obs) { o.Position = nil; o.Place = "Al  Hali" }),
			with(seen("b", "1", 30*time.Second, 0, 0), func(o *obs) { o.Position = nil; o.Place = "al hali" }),
			with(seen("c", "1", 40*time.Second, 0, 0), func(o *obs) { o.Position = nil; o.Place = "Ad Durayhimi" }),
			with(seen("d", "1", 50*time.Second, 0, 0), func(o *obs) { o.Position = nil }),
		}, "a1+b1 c1 d1"},
		{"a hopeless position", []*obs{seen("a", "1", 0, 48, 37), with(seen("b", "1", 0, 48, 37), func(o *obs) { o.Position.Radius = 200_000 })}, "a1 b1"},
		{"over the date line", []*obs{seen("a", "1", 0, 10, 179.999), seen("b", "1", 0, 10, -179.999)}, "a1+b1"},
		{"an activity nobody knows", []*obs{
			with(seen("a", "1", 0, 48, 37), func(o *obs) { o.Activity = "eclipse" }),
			with(seen("b", "1", 0, 48, 37), func(o *obs) { o.Activity = "explosion" }),
		}, "a1 b1"},
		{"two official warnings for one area", []*obs{
			with(seen("a", "1", 0, 0, 0), func(o *obs) { o.Position = nil; o.Area = "North"; o.Activity = observation.Alert }),
			with(seen("b", "1", time.Minute, 0, 0), func(o *obs) { o.Position = nil; o.Area = "north"; o.Activity = observation.Alert }),
		}, "a1+b1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := members(fuse(tt.in...)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestHeardIsCorrectedForTheTravelOfSound(t *testing.T) {
	// 6.8 km away: the sound takes 20 s.
	heard := &observation.Observation{
		Source: "patrol", Ref: "1", Means: observation.Acoustic, How: observation.Heard,
		From: t0.Add(20 * time.Second), To: t0.Add(20 * time.Second), Activity: observation.Explosion,
		Observer: &observation.Sighting{Lat: 48, Lon: 37, Bearing: p(90.0), BearingError: 5, Distance: p(6800.0), DistanceError: 1000},
	}
	flash := seen("camera", "1", 0, 48, 37.0912)
	got := fuse(flash, heard)
	if len(got) != 1 || len(got[0].Members) != 2 {
		t.Fatalf("flash and sound apart: %s", members(got))
	}
	if lag := got[0].Members[1].LagS; math.Abs(lag) > 0.5 {
		t.Errorf("lag %g s after the correction; want 0", lag)
	}
	alone := fuse(heard)[0]
	if !alone.From.Equal(t0) {
		t.Errorf("heard at %s, happened at %s; want %s", heard.From, alone.From, t0)
	}
	if d := math.Abs(alone.Position.Lon - 37.0912); d > 0.0005 || math.Abs(alone.Position.Lat-48) > 0.0005 {
		t.Errorf("bearing and range put it at %v", alone.Position)
	}
	if e := alone.Ellipse; e == nil || e.MajorM < e.MinorM {
		t.Errorf("ellipse %v; want one longer along the bearing", e)
	} else if math.Abs(e.Azimuth-90) > 1 {
		t.Errorf("the long axis points to %g; want 90", e.Azimuth)
	}

	heard.Observer.Distance = nil
	coarse := fuse(heard)[0]
	if coarse.Position.Radius < 4000 {
		t.Errorf("a bearing alone claims %g m", coarse.Position.Radius)
	}
	if got := coarse.To.Sub(coarse.From); got < 29*time.Second {
		t.Errorf("sound of unknown distance: interval %s; want 29 s and more", got)
	}
	heard.Observer.Bearing = nil
	around := fuse(heard)[0]
	if around.Position.Lat != 48 || around.Position.Radius < 9000 {
		t.Errorf("neither bearing nor distance: %v; want the circle about the observer", around.Position)
	}
	heard.Observer.Distance = p(3000.0)
	if ring := fuse(heard)[0]; ring.Position.Radius < 3000 {
		t.Errorf("a distance alone claims %g m", ring.Position.Radius)
	}
}

func TestIncidentSaysWhatItsMembersSayTogether(t *testing.T) {
	a := seen("camera", "1", 0, 48, 37)
	a.Count = observation.Count{N: 4, Min: 3, Max: 5}
	a.Handling = observation.Green
	a.Caveats = []string{"z", "b"}
	a.Extra = map[string]string{"k": "first", "only-a": "1"}
	a.Grade = "A1"
	b := seen("patrol", "7", 10*time.Second, 48.001, 37.001)
	b.Means, b.How = observation.Patrol, observation.Saw
	b.Activity = observation.Shelling
	b.Weapon = observation.Mortar120
	b.Direction = observation.Incoming
	b.Heading = p(45.0)
	b.Count = observation.Count{N: 6}
	b.Handling = observation.Amber
	b.Caveats = []string{"b"}
	b.Extra = map[string]string{"k": "second"}
	b.Party = "north"
	b.Actors = []string{"x", "y"}
	b.Harm = observation.Casualties{Killed: 1}
	c := seen("paper", "3", 15*time.Second, 48, 37)
	c.Means, c.Copies, c.Weapon = observation.News, "patrol/7", observation.WeaponUnknown
	c.Count = observation.Count{N: 40}
	c.Party = "south"
	got := fuse(a, b, c)
	if len(got) != 1 {
		t.Fatalf("apart: %s", members(got))
	}
	in := got[0]
	if in.IndependentSources != 2 {
		t.Errorf("%d independent sources; want 2, for the paper copies the patrol", in.IndependentSources)
	}
	if in.Count.N != 5 || in.Count.Min != 3 || in.Count.Max != 6 {
		t.Errorf("count %v; want 5 in 3 to 6, and no sum", in.Count)
	}
	if in.Probability <= 0.95 || in.Probability > 0.995 {
		t.Errorf("probability %g", in.Probability)
	}
	sum := 0.0
	for _, p := range in.Activities {
		sum += p.Probability
	}
	if math.Abs(sum-1) > 1e-4 {
		t.Errorf("types sum to %g", sum)
	}
	want := incident.Incident{
		Weapon: observation.Mortar120, Direction: observation.Incoming, Heading: p(45.0), Handling: observation.Amber,
		Caveats: []string{"b", "z"}, Extra: map[string]string{"k": "first", "only-a": "1"},
		Claims: []incident.Claim{{Source: "patrol", Means: observation.Patrol, Party: "north"}, {Source: "paper", Means: observation.News, Party: "south"}},
		Actors: []string{"x", "y"}, Harm: observation.Casualties{Killed: 1},
	}
	have := incident.Incident{
		Weapon: in.Weapon, Direction: in.Direction, Heading: in.Heading, Handling: in.Handling, Caveats: in.Caveats,
		Extra: in.Extra, Claims: in.Claims, Actors: in.Actors, Harm: in.Harm,
	}
	if d := cmp.Diff(want, have); d != "" {
		t.Error(d)
	}
	if in.Position.Radius >= 300 {
		t.Errorf("two positions leave %g m; want less than one alone", in.Position.Radius)
	}
}

func TestIndependence(t *testing.T) {
	base := func(source string) *observation.Observation { return seen(source, "1", 0, 48, 37) }
	words := "Three people were hurt when a shell fell on the market of the old town in the morning."
	tests := []struct {
		name string
		a, b func(*observation.Observation)
		want int
	}{
		{"two sources", func(*observation.Observation) {}, func(*observation.Observation) {}, 2},
		{"the same page", func(o *observation.Observation) { o.URL = "https://www.example.org/a/" }, func(o *observation.Observation) { o.URL = "http://example.org/a" }, 1},
		{"the same words", func(o *observation.Observation) { o.Text = words }, func(o *observation.Observation) { o.Text = "  " + strings.ToUpper(words) + "!!" }, 1},
		{"short words alike", func(o *observation.Observation) { o.Text = "shelling" }, func(o *observation.Observation) { o.Text = "shelling" }, 2},
		{"the same picture", func(o *observation.Observation) { o.Media = []observation.Media{{SHA256: "aa"}} }, func(o *observation.Observation) { o.Media = []observation.Media{{SHA256: "aa"}} }, 1},
		{"both copy a third", func(o *observation.Observation) { o.Copies = "agency/9" }, func(o *observation.Observation) { o.Copies = "agency/9" }, 1},
		{"the original comes after its copy", func(o *observation.Observation) { o.Copies = "b/1" }, func(*observation.Observation) {}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := base("a"), base("b")
			tt.a(a)
			tt.b(b)
			got := fuse(a, b)
			if len(got) != 1 || got[0].IndependentSources != tt.want {
				t.Errorf("%s with %d sources; want %d", members(got), got[0].IndependentSources, tt.want)
			}
		})
	}
}

// TestFloodIsNoCorroboration: a thousand copies of one claim weigh as much as one.
func TestFloodIsNoCorroboration(t *testing.T) {
	var all []*observation.Observation
	for i := range 1000 {
		o := seen("party", fmt.Sprint(i), 0, 48, 37)
		o.Means = observation.News
		all = append(all, o)
	}
	for _, in := range fuse(all...) {
		if in.IndependentSources != 1 || in.Probability > 0.6 {
			t.Fatalf("%d sources, probability %g", in.IndependentSources, in.Probability)
		}
	}
}

func TestStableID(t *testing.T) {
	a, b := seen("a", "1", 0, 48, 37), seen("b", "1", time.Second, 48, 37)
	one, two := fuse(a), fuse(a, b)
	if one[0].ID != two[0].ID || !strings.HasPrefix(one[0].ID, "I-") {
		t.Errorf("ids %s and %s of incidents with the same first report", one[0].ID, two[0].ID)
	}
}

func TestClosedForgets(t *testing.T) {
	var f incident.Fuser
	f.Add(1, seen("a", "1", 0, 48, 37))
	f.Add(2, seen("a", "2", 10*time.Minute, 49, 37))
	if got := f.Closed(); len(got) != 0 {
		t.Fatalf("closed within the window: %s", members(got))
	}
	f.Add(3, seen("a", "3", 24*time.Hour, 49, 37))
	f.Add(4, seen("a", "4", 25*time.Hour, 49, 37))
	if got := members(f.Closed()); got != "a1 a2" {
		t.Errorf("closed %q; want a1 a2", got)
	}
	if got := members(f.Flush()); got != "a3 a4" {
		t.Errorf("left %q; want a3 a4", got)
	}
	if got := f.Flush(); len(got) != 0 {
		t.Errorf("flushed twice: %s", members(got))
	}
}

func TestRestoreRefuses(t *testing.T) {
	for _, bad := range []string{"", "{}", "null", `{"format":1,"version":99}`, `{"format":9}`, `{"format":2,"version":3,"open":[{"seq":1}]}`,
		`{"format":2,"version":3,"pending":[]}`, `{"format":2,"version":3}x`, `{"format":2,"version":3,"what":1}`, `{"format":2,"version":3,"parameters":{}}`} {
		if _, err := incident.Restore([]byte(bad)); err == nil {
			t.Errorf("restored from %q", bad)
		}
	}
}

func TestParameters(t *testing.T) {
	q := incident.DefaultParameters()
	q.Decision.Threshold = 100 // nothing is that sure
	f := incident.New(q)
	f.Add(1, seen("a", "1", 0, 48, 37))
	f.Add(2, seen("b", "1", 0, 48, 37))
	g, err := incident.Restore(f.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	if got := members(g.Flush()); got != "a1 b1" {
		t.Errorf("restored with other parameters: %s", got)
	}
	q.Prevalence = map[observation.Activity]float64{observation.Explosion: -1}
	if data, err := yaml.Marshal(q); err != nil {
		t.Fatal(err)
	} else if _, err := incident.ReadParameters(data); err == nil || !strings.Contains(err.Error(), "prevalence of explosion") {
		t.Errorf("a negative prevalence: %v", err)
	}
	for _, bad := range []string{"version: x", "nonsense: 1", "version: 1", "space: {floor_m: -1}"} {
		if _, err := incident.ReadParameters([]byte(bad)); err == nil {
			t.Errorf("read %q", bad)
		}
	}
}

func FuzzRestore(f *testing.F) {
	var g incident.Fuser
	g.Add(1, seen("a", "1", 0, 48, 37))
	g.Add(2, seen("b", "1", time.Second, 48, 37))
	f.Add(g.Snapshot())
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := incident.Restore(data)
		if err != nil {
			return
		}
		again, err := incident.Restore(h.Snapshot())
		if err != nil {
			t.Fatalf("a snapshot that does not restore: %v", err)
		}
		if d := cmp.Diff(h.Flush(), again.Flush()); d != "" {
			t.Error(d)
		}
	})
}

// BenchmarkFuse is a year of a mission: about 2,700 reports a day along a
// line, one in three a second report of an event.
func BenchmarkFuse(b *testing.B) {
	for _, density := range []struct {
		name string
		gap  time.Duration
	}{{"30 s apart", 30 * time.Second}, {"3 s apart", 3 * time.Second}} {
		b.Run(density.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			const n = 100_000
			all := make([]*observation.Observation, n)
			for i := range all {
				lon := 37 + r.Float64()*4
				o := seen(fmt.Sprintf("s%d", r.IntN(40)), fmt.Sprint(i), time.Duration(i)*density.gap, 48+0.2*math.Sin(lon)+0.1*r.Float64(), lon)
				if i > 0 && r.IntN(3) == 0 {
					q := all[i-1].Position
					o.Position.Lat, o.Position.Lon = q.Lat+0.001, q.Lon
				}
				all[i] = o
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				var f incident.Fuser
				for i, o := range all {
					f.Add(uint64(i), o)
					if i%1000 == 0 {
						f.Closed()
					}
				}
				f.Flush()
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "observations/s")
		})
	}
}
