package incident_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

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
