package incident_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// TestOrderOfArrivalWithinADay: a day's observations may come in any order and in
// any number of portions, each followed by a look, a snapshot or nothing.
func TestOrderOfArrivalWithinADay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := draw(t)
		want := fuse(all...)
		seq := map[*observation.Observation]uint64{}
		for i, o := range all {
			seq[o] = uint64(i + 1)
		}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		f := &incident.Fuser{}
		var got []incident.Incident
		for from := 0; from < len(all); {
			to := from
			for to < len(all) && all[to].From.Truncate(24*time.Hour).Equal(all[from].From.Truncate(24*time.Hour)) {
				to++
			}
			today := append([]*observation.Observation(nil), all[from:to]...)
			r.Shuffle(len(today), func(i, j int) { today[i], today[j] = today[j], today[i] })
			for _, o := range today {
				f.Add(seq[o], o)
				if r.IntN(4) == 0 {
					got = append(got, f.Closed()...)
				}
				if r.IntN(8) == 0 {
					var err error
					if f, err = incident.Restore(f.Snapshot()); err != nil {
						t.Fatal(err)
					}
				}
			}
			from = to
		}
		if d := cmp.Diff(want, append(got, f.Flush()...)); d != "" {
			t.Fatal(d)
		}
	})
}

// caller tells of an explosion near a place at some time.
func caller(source string, after time.Duration, lat, lon float64) *observation.Observation {
	o := seen(source, "1", after-10*time.Minute, lat, lon)
	o.To = o.From.Add(20 * time.Minute)
	o.Means, o.How, o.Position.Radius = observation.Hotline, observation.Told, 2500
	return o
}

// TestSplitAgain: what two callers seem to tell together is divided once cameras
// show that there were two events.
func TestSplitAgain(t *testing.T) {
	callers := []*observation.Observation{caller("p", 0, 48, 37), caller("q", 12*time.Minute, 48.01, 37)}
	if got := members(fuse(callers...)); got != "p1+q1" {
		t.Fatalf("two callers: %s", got)
	}
	blast := func(after time.Duration, ref string, lat float64) []*observation.Observation {
		return []*observation.Observation{seen("c", ref, after, lat, 37), seen("d", ref, after+time.Second, lat, 37)}
	}
	all := append(callers, blast(-2*time.Minute, "1", 47.995)...)
	all = append(all, blast(16*time.Minute, "2", 48.015)...)
	if got := members(fuse(sorted(all)...)); got != "p1+c1+d1 q1+c2+d2" {
		t.Errorf("with four recordings of two blasts: %s", got)
	}
}

// field is some days of blasts that four cameras and an array record, the array by
// a clock that is wrong.
func field(days, aDay int, fast time.Duration, radius float64) (all []*observation.Observation) {
	r := rand.New(rand.NewPCG(1, 2))
	for day := range days {
		for k := range aDay {
			at := time.Duration(day)*24*time.Hour + time.Duration(k)*10*time.Hour/time.Duration(aDay) + time.Duration(r.IntN(300))*time.Second
			lat, lon := 48+0.1*r.Float64(), 37+0.1*r.Float64()
			for c := range 5 {
				o := seen(fmt.Sprintf("camera %d", c), fmt.Sprintf("%d-%d", day, k), at+time.Duration(r.IntN(3))*time.Second, lat+0.001*r.NormFloat64(), lon+0.001*r.NormFloat64())
				if c == 4 {
					o.Source, o.Means = "array", observation.Acoustic
					o.From, o.To = o.From.Add(fast), o.To.Add(fast)
					o.Position.Radius = radius
				}
				all = append(all, o)
			}
		}
	}
	return sorted(all)
}

// whole is how many incidents hold a report by every source.
func whole(incidents []incident.Incident) int {
	n := 0
	for _, in := range incidents {
		if in.IndependentSources == 5 {
			n++
		}
	}
	return n
}

// TestAClockIsSetRight: a source whose clock is ten minutes fast is found by where it
// lies beside the others, and said to be; later days begin with what is known of it.
func TestAClockIsSetRight(t *testing.T) {
	all := field(1, 40, 10*time.Minute, 300)
	got := fuse(all...)
	if n := whole(got); n < 36 {
		t.Errorf("%d of 40 blasts whole: %s", n, members(got))
	}
	found := false
	for _, in := range got {
		for _, m := range in.Members {
			if strings.Contains(m.Why, "s fast") && m.Source != "array" {
				t.Fatalf("%s: %s", m.Source, m.Why)
			}
			found = found || m.Source == "array" && (strings.Contains(m.Why, "600 s fast") || strings.Contains(m.Why, "601 s fast") || strings.Contains(m.Why, "599 s fast"))
		}
	}
	if !found {
		t.Error("nobody says that the array's clock is fast")
	}

	// Three blasts on the next day are too few to tell from, but for memory.
	next := field(2, 40, 10*time.Minute, 300)
	var short []*observation.Observation
	today := 0
	for _, o := range next {
		if strings.HasPrefix(o.Ref, "0-") || strings.HasPrefix(o.Ref, "1-") && len(o.Ref) == 3 && o.Ref[2] < '3' {
			short = append(short, o)
			if strings.HasPrefix(o.Ref, "1-") {
				today++
			}
		}
	}
	if today != 15 {
		t.Fatalf("%d reports on the second day", today)
	}
	second := 0
	for _, in := range fuse(short...) {
		if strings.HasPrefix(in.Members[0].Ref, "1-") && in.IndependentSources == 5 {
			second++
		}
	}
	if second != 3 {
		t.Errorf("%d of 3 blasts of the second day whole", second)
	}
	if n := whole(fuse(field(1, 40, 0, 300)...)); n < 36 {
		t.Errorf("%d of 40 whole where all clocks are right", n)
	}
}

// TestALoneReportIsWorthWhatItsSourceIs: an array that mostly reports what four
// cameras beside it do not see is doubted when it is alone, but not together.
func TestALoneReportIsWorthWhatItsSourceIs(t *testing.T) {
	good := field(1, 40, 0, 300)
	lone := func(n int) float64 {
		all := append([]*observation.Observation(nil), good...)
		for k := range n {
			o := seen("array", fmt.Sprintf("false %d", k), time.Duration(k)*7*time.Minute+3*time.Minute, 48.3+0.01*float64(k%7), 37.5)
			o.Means = observation.Acoustic
			all = append(all, o)
		}
		sum, found := 0.0, 0.0
		for _, in := range fuse(sorted(all)...) {
			if in.IndependentSources > 1 && in.Probability < 0.95 {
				t.Errorf("together: %g", in.Probability)
			}
			if strings.HasPrefix(in.Members[0].Ref, "false") {
				sum += in.Probability
				found++
			}
		}
		return sum / found
	}
	few, many := lone(2), lone(80)
	if few < 0.25 || many > few/1.8 {
		t.Errorf("alone twice a day: %.2f, eighty times: %.2f", few, many)
	}
}

// TestWhatWasClose: a caller between two blasts may be of either, and the incident
// says so.
func TestWhatWasClose(t *testing.T) {
	all := []*observation.Observation{caller("p", 5*time.Minute, 48.0, 37)}
	for _, c := range []string{"c", "d"} {
		all = append(all, seen(c, "1", 0, 48.009, 37), seen(c, "2", 10*time.Minute, 47.991, 37.0005))
	}
	got := fuse(sorted(all)...)
	var p incident.Member
	var ids []string
	for _, in := range got {
		ids = append(ids, in.ID)
		for _, m := range in.Members {
			if m.Source == "p" {
				p = m
			}
		}
	}
	if p.OtherProbability < 0.2 || !strings.Contains(strings.Join(ids, " "), p.Other) || p.Other == "" {
		t.Errorf("the caller may be of %q with %g as well; incidents %v", p.Other, p.OtherProbability, ids)
	}
}

// TestOutlyingShapes: directions alone, sounds and intervals of any length don't
// break the arithmetic.
func TestOutlyingShapes(t *testing.T) {
	heard := func(source string, bearing float64) *observation.Observation {
		o := seen(source, "1", 20*time.Second, 0, 0)
		o.Position, o.Means, o.How = nil, observation.Acoustic, observation.Heard
		o.Observer = &observation.Sighting{Lat: 48, Lon: 37, Bearing: &bearing, BearingError: 2}
		return o
	}
	// 6.8 km east of the post: the sound takes 20 s, whatever the post thinks.
	got := fuse(seen("camera", "1", 0, 48, 37.0912), heard("post", 90))
	if len(got) != 1 {
		t.Fatalf("a direction and a recording apart: %s", members(got))
	}
	if lag := got[0].Members[1].LagS; lag < -1 || lag > 1 {
		t.Errorf("lag %g s once it is known how far it was", lag)
	}
	if got := fuse(seen("camera", "1", 0, 48, 37.0912), heard("post", 45)); len(got) != 2 {
		t.Errorf("45 degrees beside it: %s", members(got))
	}
}
