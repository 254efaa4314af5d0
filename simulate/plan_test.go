package simulate_test

import (
	"testing"

	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

func TestScenariosAreSound(t *testing.T) {
	for _, name := range simulate.Names() {
		p, err := simulate.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Days > 30 {
			p.Days = 3
		}
		s := p.Run(1, nil)
		per := map[observation.Means]int{}
		of := map[string]int{}
		for i := range s.Observations {
			o := &s.Observations[i]
			if err := o.Check(s.To.AddDate(0, 0, 2), [4]float64{33, 46, 41, 50}); err != nil {
				t.Fatalf("%s: %s: %v", name, o.ID(), err)
			}
			per[o.Means]++
			of[s.Links[i].Incident]++
		}
		t.Logf("%s: %d events, %d observations of %d of them, %d of nothing: %v", name, len(s.Truth), len(s.Observations), len(of)-1, of[""], per)
	}
}
