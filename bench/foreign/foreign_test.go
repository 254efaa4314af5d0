package foreign_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/truce-monitor/truce/bench/foreign"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

func run(t *testing.T, name string, seed uint64) *simulate.Scenario {
	t.Helper()
	s, err := foreign.Run(name, seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestScenariosAreSound(t *testing.T) {
	for _, name := range foreign.Names() {
		s := run(t, name, 1)
		events, reported := map[string]*simulate.Event{}, map[string]int{}
		for i := range s.Truth {
			e := &s.Truth[i]
			if events[e.ID] != nil || e.At.Before(s.From) || !e.At.Before(s.To) || i > 0 && e.At.Before(s.Truth[i-1].At) {
				t.Fatalf("%s: event %+v", name, e)
			}
			events[e.ID] = e
		}
		if len(s.Links) != len(s.Observations) {
			t.Fatalf("%s: %d links of %d observations", name, len(s.Links), len(s.Observations))
		}
		ids, per, lasting, batches, copies := map[string]bool{}, map[observation.Means]int{}, 0, 0, 0
		for i := range s.Observations {
			o, l := &s.Observations[i], s.Links[i]
			if err := o.Check(time.Time{}, [4]float64{42, 13, 46, 18}); err != nil {
				t.Fatalf("%s: %s: %v", name, o.ID(), err)
			}
			if l.Source != o.Source || l.Ref != o.Ref || ids[o.ID()] || l.Incident != "" && events[l.Incident] == nil {
				t.Fatalf("%s: link %+v of %s", name, l, o.ID())
			}
			ids[o.ID()] = true
			reported[l.Incident]++
			per[o.Means]++
			if o.To.After(o.From) {
				lasting++
			}
			if o.Reported.Minute() == 0 && o.Reported.Second() == 0 {
				batches++
			}
			if o.Copies != "" {
				copies++
			}
		}
		for i := range s.Observations {
			if c := s.Observations[i].Copies; c != "" && !ids[c] {
				t.Fatalf("%s: a copy of the unknown %s", name, c)
			}
		}
		if len(reported) < len(s.Truth)/3 || reported[""] == 0 || lasting == 0 || batches == 0 || copies == 0 || len(per) < 4 {
			t.Errorf("%s: %d of %d events reported, %d of nothing, %d last, %d in batches, %d copies, %v", name, len(reported), len(s.Truth), reported[""], lasting, batches, copies, per)
		}
		t.Logf("%s: %d events, %d observations of %d of them, %d of nothing, %d copies: %v", name, len(s.Truth), len(s.Observations), len(reported)-1, reported[""], copies, per)
	}
	if _, err := foreign.Run("nowhere", 1); err == nil {
		t.Error("an unknown scenario runs")
	}
}

func TestTheSeedSaysAll(t *testing.T) {
	for _, name := range foreign.Names() {
		write := func(seed uint64) string {
			s := run(t, name, seed)
			var b bytes.Buffer
			for _, err := range []error{s.WriteObservations(&b), s.WriteTruth(&b), s.WriteLinks(&b), s.WriteSources(&b)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			return b.String()
		}
		one := write(5)
		if again := write(5); again != one {
			t.Errorf("%s: the same seed gives something else", name)
		}
		if one == write(6) {
			t.Errorf("%s: another seed gives the same", name)
		}
	}
}
