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
	"pgregory.net/rapid"

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

// draw is a small war: few places, many sources, all kinds of reports.
func draw(t *rapid.T) []*observation.Observation {
	activities := []observation.Activity{observation.Explosion, observation.Shelling, observation.Presence, observation.Alert, observation.Fire}
	n := rapid.IntRange(1, 60).Draw(t, "n")
	var all []*observation.Observation
	var at time.Duration
	for range n {
		at += time.Duration(rapid.SampledFrom([]int{0, 0, 1, 30, 300, 4000, 50000}).Draw(t, "gap")) * time.Second
		o := seen(fmt.Sprintf("s%d", rapid.IntRange(0, 4).Draw(t, "source")), fmt.Sprint(rapid.IntRange(0, 3*n).Draw(t, "ref")), at,
			48+float64(rapid.IntRange(0, 30).Draw(t, "lat"))/1000, 37+float64(rapid.IntRange(0, 30).Draw(t, "lon"))/1000)
		o.Activity = rapid.SampledFrom(activities).Draw(t, "activity")
		o.Position.Radius = rapid.SampledFrom([]float64{0, 100, 1000, 8000, 40000, 90000}).Draw(t, "radius")
		o.Means = rapid.SampledFrom([]observation.Means{observation.Camera, observation.News, observation.Patrol}).Draw(t, "means")
		switch rapid.IntRange(0, 9).Draw(t, "shape") {
		case 0:
			o.Position, o.Place = nil, "town"
		case 1:
			o.Position, o.How = nil, observation.Heard
			o.Observer = &observation.Sighting{Lat: 48, Lon: 37, Bearing: p(float64(rapid.IntRange(0, 359).Draw(t, "bearing")))}
		case 2:
			o.From = o.From.Truncate(24 * time.Hour)
			o.To = o.From.Add(24 * time.Hour)
			at = o.From.Sub(t0)
		case 3:
			o.Copies = fmt.Sprintf("s%d/%d", rapid.IntRange(0, 4).Draw(t, "copied"), rapid.IntRange(0, 3*n).Draw(t, "copied ref"))
		case 4:
			o.To = o.From.Add(100 * time.Hour)
		}
		all = append(all, o)
	}
	// Identity is source and reference: the first of each counts.
	seenBefore := map[string]bool{}
	kept := all[:0]
	for _, o := range all {
		if k := o.Source + "/" + o.Ref; !seenBefore[k] {
			seenBefore[k] = true
			kept = append(kept, o)
		}
	}
	return sorted(kept)
}

func sorted(all []*observation.Observation) []*observation.Observation {
	out := append([]*observation.Observation(nil), all...)
	for i := range out {
		for j := i; j > 0 && out[j].From.Before(out[j-1].From); j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

func TestAnyCutGivesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := draw(t)
		var f incident.Fuser
		for i, o := range all {
			f.Add(uint64(i), o)
		}
		want := f.Flush()

		cuts := rapid.SliceOfN(rapid.Bool(), len(all), len(all)).Draw(t, "cuts")
		g := &incident.Fuser{}
		var got []incident.Incident
		for i, o := range all {
			g.Add(uint64(i), o)
			if !cuts[i] {
				continue
			}
			if rapid.Bool().Draw(t, "take") {
				got = append(got, g.Closed()...)
			}
			if i+1 < len(all) && rapid.Bool().Draw(t, "advance") {
				g.Advance(all[i+1].From)
			}
			state := g.Snapshot()
			h, err := incident.Restore(state)
			if err != nil {
				t.Fatal(err)
			}
			if again := h.Snapshot(); string(again) != string(state) {
				t.Fatalf("state differs after restoring:\n%s\n%s", state, again)
			}
			g = h
		}
		got = append(got, g.Flush()...)
		byID := map[string]incident.Incident{}
		for _, in := range got {
			byID[in.ID] = in
		}
		if len(byID) != len(want) {
			t.Fatalf("%d incidents; want %d", len(byID), len(want))
		}
		for _, in := range want {
			if d := cmp.Diff(in, byID[in.ID]); d != "" {
				t.Fatal(d)
			}
		}
	})
}

// Incidents are the same whether they are taken all at once or a few at a time, while the
// next days come or not; and which of them were announced can be told before.
func TestTakenInPortions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := draw(t)
		for _, o := range all {
			if rapid.IntRange(0, 3).Draw(t, "announced") == 0 {
				o.Reported = o.From.Add(-time.Duration(rapid.IntRange(-2, 2).Draw(t, "before")) * time.Hour)
			}
		}
		var f, g incident.Fuser
		var want, got []incident.Incident
		announced := func() {
			var is []incident.Incident
			for _, in := range want[len(got):] {
				if in.Announced() {
					is = append(is, in)
				}
			}
			if d := cmp.Diff(is, g.Announced()); d != "" {
				t.Fatal(d)
			}
		}
		for i, o := range all {
			f.Add(uint64(i), o)
			g.Add(uint64(i), o)
			want = append(want, f.Closed()...)
			for rapid.Bool().Draw(t, "take") {
				announced()
				got = append(got, g.Take(rapid.IntRange(0, 3).Draw(t, "n"))...)
			}
		}
		end := all[len(all)-1].From.AddDate(1, 0, 0)
		f.Advance(end)
		g.Advance(end)
		want = append(want, f.Closed()...)
		for len(got) < len(want) {
			announced()
			some := g.Take(2)
			if len(some) == 0 {
				break
			}
			got = append(got, some...)
		}
		if d := cmp.Diff(append(want, f.Flush()...), append(got, g.Flush()...)); d != "" {
			t.Fatal(d)
		}
	})
}

func TestOrderAmongEqualsAndRepetitionDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := draw(t)
		want := fuse(all...)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		shuffled := append([]*observation.Observation(nil), all...)
		for i := range shuffled {
			if rapid.IntRange(0, 4).Draw(t, "again") == 0 {
				shuffled = append(shuffled, all[i])
			}
		}
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		var f incident.Fuser
		seq := map[*observation.Observation]uint64{}
		for i, o := range all {
			seq[o] = uint64(i + 1)
		}
		for _, o := range sorted(shuffled) {
			f.Add(seq[o], o)
		}
		if d := cmp.Diff(want, f.Flush()); d != "" {
			t.Fatal(d)
		}
	})
}

// TestNothingIsLost: every observation is in exactly one incident.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := draw(t)
		seen := map[string]int{}
		for _, in := range fuse(all...) {
			independent := 0
			for _, m := range in.Members {
				seen[m.Source+"/"+m.Ref]++
				if m.Independent {
					independent++
				}
			}
			if independent != in.IndependentSources || independent == 0 {
				t.Fatalf("%d independent members, %d sources", independent, in.IndependentSources)
			}
			if in.Probability <= 0 || in.Probability > 1 || in.To.Before(in.From) {
				t.Fatalf("impossible incident %+v", in)
			}
		}
		for _, o := range all {
			if seen[o.Source+"/"+o.Ref] != 1 {
				t.Fatalf("%s/%s is in %d incidents", o.Source, o.Ref, seen[o.Source+"/"+o.Ref])
			}
		}
	})
}

// TestQuietForgetsHistory: after months without a report the state is that of a new
// Fuser.
func TestQuietForgetsHistory(t *testing.T) {
	empty := string(new(incident.Fuser).Snapshot())
	if len(empty) > 100 {
		t.Errorf("nothing takes %d bytes: %s", len(empty), empty)
	}
	rapid.Check(t, func(t *rapid.T) {
		all := draw(t)
		var f incident.Fuser
		var last time.Time
		for i, o := range all {
			f.Add(uint64(i), o)
			for _, u := range []time.Time{o.From, o.To} {
				if u.After(last) {
					last = u
				}
			}
		}
		quiet := last.Add(100 * 24 * time.Hour)
		f.Advance(quiet)
		f.Closed()
		if got := string(f.Snapshot()); got != empty {
			t.Fatalf("after quiet days: %s", got)
		}
		var g incident.Fuser
		next := seen("z", "next", 0, 48, 37)
		next.From, next.To = quiet, quiet
		f.Add(1000, next)
		g.Add(1000, next)
		if a, b := f.Snapshot(), g.Snapshot(); string(a) != string(b) {
			t.Fatalf("the past shows:\n%s\n%s", a, b)
		}
	})
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

func FuzzFuse(f *testing.F) {
	f.Add(int64(0), int64(60), 48.0, 37.0, 100.0, 90.0, 1000.0, uint8(1), "a", "text")
	f.Add(int64(0), int64(1e6), -90.0, 180.0, 1e9, -1.0, 0.0, uint8(200), "", "")
	f.Fuzz(func(t *testing.T, from, to int64, lat, lon, radius, bearing, distance float64, shape uint8, source, text string) {
		for _, v := range []float64{lat, lon, radius, bearing, distance} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return // Check refuses them before
			}
		}
		from, to = from%4e9, to%4e9
		o := &observation.Observation{Source: source, Ref: "1", From: time.Unix(from, 0).UTC(), To: time.Unix(to, 0).UTC(), Text: text, URL: text, Activity: observation.Explosion}
		if shape&1 != 0 {
			o.Position = &observation.Position{Lat: lat, Lon: lon, Radius: radius}
		}
		if shape&2 != 0 {
			o.Observer = &observation.Sighting{Lat: lat, Lon: lon, BearingError: radius}
			if shape&4 != 0 {
				o.Observer.Bearing = &bearing
			}
			if shape&8 != 0 {
				o.Observer.Distance = &distance
			}
		}
		if shape&16 != 0 {
			o.How = observation.Heard
		}
		if shape&32 != 0 {
			o.Grade = observation.Grade(text)
		}
		second := *o
		second.Source += "2"
		total := 0
		for _, in := range fuse(o, &second, seen("c", "1", 0, 48, 37)) {
			total += len(in.Members)
			if math.IsNaN(in.Probability) || in.Position != nil && math.IsNaN(in.Position.Lat+in.Position.Lon+in.Position.Radius) {
				t.Fatalf("not a number: %+v", in)
			}
		}
		if total != 3 && !(source+"2" == "c" || source == "c") {
			t.Fatalf("%d members of 3", total)
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
