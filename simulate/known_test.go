package simulate_test

import (
	"math"
	"testing"

	"github.com/truce-monitor/truce/simulate"
)

// What Known says of the sources is what Run draws: as many reports of events by each
// group of like sources, and none that it holds impossible.
func TestKnownIsWhatIsDrawn(t *testing.T) {
	for _, name := range []string{"dense-artillery", "quiet-ceasefire"} {
		p := short(t, name, 3)
		expected, got := map[string]float64{}, map[string]float64{}
		for _, seed := range []uint64{1, 2} {
			s := p.Run(seed, nil)
			k := p.Known(seed)
			events := map[string]*simulate.Event{}
			for i := range s.Truth {
				e := &s.Truth[i]
				events[e.ID] = e
				for n := range k.Sources() {
					m, _ := k.Model(n)
					if m.Callers == 0 && m.CopiedBy == 0 {
						expected[string(m.Means)+" "+string(m.How)+" "+m.Gives] += k.Chance(n, e)
					}
				}
			}
			impossible, of := 0, 0
			for i := range s.Observations {
				r, ok := k.Report(&s.Observations[i])
				if !ok {
					t.Fatalf("%s: %s is of no source", name, s.Observations[i].ID())
				}
				m, _ := k.Model(r.Source)
				e := events[s.Links[i].Incident]
				if m.Callers > 0 || m.CopiedBy > 0 {
					continue
				}
				of++
				if e == nil {
					if math.IsInf(k.Invented(&r), -1) {
						t.Errorf("%s: %s can't be invented", name, r.ID())
					}
					continue
				}
				got[string(m.Means)+" "+string(m.How)+" "+m.Gives]++
				if l := r.Place(k, e) + r.What(e) + r.Counted(e.Count); math.IsInf(l, -1) || math.IsNaN(l) || k.Chance(r.Source, e) == 0 || !r.InTime(e.At, 0) {
					impossible++
				}
			}
			if impossible > of/1000 {
				t.Errorf("%s: %d of %d reports can't be of their events", name, impossible, of)
			}
		}
		for kind, n := range expected {
			if d := math.Abs(got[kind] - n); d > 4*math.Sqrt(n)+1 {
				t.Errorf("%s: %.0f reports by %s, of %.0f expected", name, got[kind], kind, n)
			}
		}
	}
}
