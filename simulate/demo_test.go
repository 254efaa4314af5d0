package simulate_test

import (
	"bytes"
	"io/fs"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/feed"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

func terms(t *testing.T) *agreement.Agreement {
	t.Helper()
	data, err := fs.ReadFile(examples.Files(), "paris-2026/agreement.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a, problems := agreement.Parse("agreement.yaml", data)
	for _, p := range problems {
		if !p.Warning {
			t.Fatal(p)
		}
	}
	return a
}

func TestDemoIsDeterministic(t *testing.T) {
	write := func(seed uint64) string {
		s := simulate.Demo(seed)
		var b bytes.Buffer
		for _, f := range []error{s.WriteObservations(&b), s.WriteTruth(&b), s.WriteLinks(&b), s.WriteSources(&b), s.WriteCoverage(&b)} {
			if f != nil {
				t.Fatal(f)
			}
		}
		return b.String()
	}
	if diff := cmp.Diff(write(7), write(7)); diff != "" {
		t.Errorf("the same seed gives something else:\n%s", diff)
	}
	if write(7) == write(8) {
		t.Error("another seed gives the same")
	}
}

func TestDemoPassesCheck(t *testing.T) {
	a := terms(t)
	area := [4]float64(a.Area)
	for seed := range uint64(5) {
		s := simulate.Demo(seed)
		seen := map[string]bool{}
		for _, o := range append(s.Coverage(), s.Observations...) {
			if err := o.Check(time.Time{}, area); err != nil {
				t.Errorf("seed %d: %s: %v", seed, o.ID(), err)
			}
			if seen[o.ID()] {
				t.Errorf("seed %d: %s twice", seed, o.ID())
			}
			seen[o.ID()] = true
			if !strings.Contains(o.Source, "simulated") || o.Extra["simulated"] != "true" || o.Text != "" && !strings.Contains(o.Text, "Simulated") {
				t.Errorf("seed %d: %s is not marked as simulated", seed, o.ID())
			}
			if p := o.Position; p != nil && (p.Lon < area[0] || p.Lon > area[2] || p.Lat < area[1] || p.Lat > area[3]) {
				t.Errorf("seed %d: %s lies outside of the agreement's area", seed, o.ID())
			}
			if o.Party != "" && a.Party(o.Party) == nil {
				t.Errorf("seed %d: %s blames %q, no party", seed, o.ID(), o.Party)
			}
		}
	}
}

func TestDemoFigures(t *testing.T) {
	s := simulate.Demo(1)
	start := time.Date(2026, 2, 28, 22, 0, 0, 0, time.UTC)
	main := terms(t).CeasefireByID("main")
	if !main.From.Equal(start) {
		t.Fatalf("the example's ceasefire starts at %s", main.From)
	}
	if n := len(s.Observations); n < 600 || n > 3000 {
		t.Errorf("%d observations", n)
	}
	means := map[observation.Means]int{}
	activities := map[observation.Activity]int{}
	for _, o := range s.Observations {
		means[o.Means]++
		activities[o.Activity]++
	}
	for _, m := range []observation.Means{observation.Patrol, observation.Camera, observation.Acoustic, observation.UAV, observation.Satellite, observation.News, observation.Party, observation.Hotline} {
		if means[m] == 0 {
			t.Errorf("nothing by %s", m)
		}
	}
	for _, a := range []observation.Activity{observation.Explosion, observation.Shelling, observation.UAVStrike, observation.Presence, observation.Movement, observation.Construction, observation.AccessDenied, observation.Jamming, observation.Silence, observation.Demining, observation.Exercise, observation.Fire, observation.UAVFlight} {
		if activities[a] == 0 {
			t.Errorf("no %s", a)
		}
	}
	// Fire before, in the first two days and in the last two days, a day.
	day := func(from, to time.Duration) float64 {
		n := 0
		for _, e := range s.Truth {
			switch since := e.At.Sub(start); e.Activity {
			case observation.Shelling, observation.UAVStrike, observation.Burst, observation.Shot:
				if since >= from && since < to {
					n++
				}
			}
		}
		return float64(n) / ((to - from).Hours() / 24)
	}
	heavy, early, late := day(-72*time.Hour, 0), day(0, 48*time.Hour), day(144*time.Hour, 192*time.Hour)
	if !(heavy > 2*early && early > 1.5*late && late > 0) {
		t.Errorf("acts of fire a day: %.1f before, %.1f in the first two days, %.1f in the last two", heavy, early, late)
	}
	claims, contradictions, rumours, copies := 0, map[string]map[string]bool{}, 0, 0
	for i, o := range s.Observations {
		l := s.Links[i]
		if l.Source != o.Source || l.Ref != o.Ref {
			t.Fatalf("link %d is of %s/%s, the observation %s", i, l.Source, l.Ref, o.ID())
		}
		if o.Copies != "" {
			copies++
		}
		if l.Incident == "" {
			rumours++
		} else if o.Means == observation.Party && o.Party != "" {
			claims++
			if contradictions[l.Incident] == nil {
				contradictions[l.Incident] = map[string]bool{}
			}
			contradictions[l.Incident][o.Party] = true
		}
	}
	both := 0
	for _, c := range contradictions {
		if len(c) > 1 {
			both++
		}
	}
	if claims == 0 || both == 0 || rumours == 0 || copies == 0 {
		t.Errorf("%d claims, %d events for which both are blamed, %d reports of nothing, %d copies", claims, both, rumours, copies)
	}
	t.Logf("%d observations of %d events: %v; %d reports of nothing, %d copies, %d events for which both are blamed; acts of fire a day %.0f, %.0f, %.0f",
		len(s.Observations), len(s.Truth), means, rumours, copies, both, heavy, early, late)
}

// Both sides do the same, are watched by the same and are lied about the same.
func TestDemoTreatsBothSidesAlike(t *testing.T) {
	s := simulate.Demo(3)
	type watched struct {
		n     int
		reach float64
		hours float64
	}
	watch := map[string]map[observation.Means]watched{}
	for _, x := range s.Sources {
		if x.Party == "" {
			continue
		}
		if watch[x.Party] == nil {
			watch[x.Party] = map[observation.Means]watched{}
		}
		w := watch[x.Party][x.Means]
		w.n++
		w.reach += x.RangeM
		for _, h := range x.Watched {
			w.hours += h.To.Sub(h.From).Hours()
		}
		watch[x.Party][x.Means] = w
	}
	if diff := cmp.Diff(watch["russia"], watch["ukraine"], cmp.AllowUnexported(watched{})); diff != "" {
		t.Errorf("observers differ:\n%s", diff)
	}

	fire, rumours := map[string]float64{}, map[string]float64{}
	acts := map[string]map[observation.Activity]int{"russia": {}, "ukraine": {}}
	const seeds = 20
	for seed := range uint64(seeds) {
		s := simulate.Demo(seed)
		for _, e := range s.Truth {
			switch e.Activity {
			case observation.Shelling, observation.UAVStrike, observation.Burst, observation.Shot:
				fire[e.Party]++
			default:
				acts[e.Party][e.Activity]++
			}
		}
		for i, o := range s.Observations {
			if s.Links[i].Incident == "" && o.Party != "" {
				rumours[o.Party]++
			}
		}
	}
	if diff := cmp.Diff(acts["russia"], acts["ukraine"]); diff != "" {
		t.Errorf("what the sides do differs:\n%s", diff)
	}
	for what, n := range map[string]map[string]float64{"acts of fire": fire, "claims of nothing": rumours} {
		a, b := n["russia"], n["ukraine"]
		if z := (a - b) / math.Sqrt(a+b); math.Abs(z) > 3.5 {
			t.Errorf("%s: %g and %g in %d scenarios, %.1f standard deviations apart", what, a, b, seeds, z)
		}
	}
}

// What is written comes back through truce's own import.
func TestDemoComesBackThroughImport(t *testing.T) {
	s := simulate.Demo(2)
	var b bytes.Buffer
	if err := s.WriteObservations(&b); err != nil {
		t.Fatal(err)
	}
	if err := s.WriteCoverage(&b); err != nil {
		t.Fatal(err)
	}
	want := append(append([]observation.Observation(nil), s.Observations...), s.Coverage()...)
	stream, err := feed.Open(&b, "observations.jsonl", feed.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		item, err := stream.Next()
		if err != nil {
			t.Fatal(err)
		}
		if item.Observation == nil {
			t.Fatalf("row %d: %+v", item.Row, item.Quarantine)
		}
		if diff := cmp.Diff(string(observation.AppendCanonical(nil, &want[i])), string(observation.AppendCanonical(nil, item.Observation))); diff != "" {
			t.Fatal(diff)
		}
	}
}
