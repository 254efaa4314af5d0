package zone_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// The areas of all kinds of zones around any lines, which may cross and run
// together, are valid, and no place is in them twice.
func TestGeometriesAreValid(t *testing.T) {
	single(t)
	a := terms(
		agreement.Zone{ID: "between", Between: []string{"contact", "second"}},
		agreement.Zone{ID: "both", Within: &agreement.Within{KM: 8}},
		agreement.Zone{ID: "north", Within: &agreement.Within{KM: 5, Line: "second", Sides: []string{"north"}}},
		agreement.Zone{ID: "ring", Within: &agreement.Within{KM: 12, MinKM: 3, Line: "second", Sides: []string{"south"}}},
		agreement.Zone{ID: "any", Union: []string{"both", "north", "ring", "between"}},
		agreement.Zone{ID: "common", Intersection: []string{"both", "between"}},
		agreement.Zone{ID: "rest", Difference: []string{"both", "north", "between"}})
	rapid.Check(t, func(t *rapid.T) {
		one, two := crooked(t), crooked(t)
		if rapid.Bool().Draw(t, "together") {
			two = append(append([]geo.Point{}, one...), two...)
			for i := len(one); i < len(two); i++ {
				two[i].Lon += one[len(one)-1].Lon - 35.9
			}
			two[len(one)/2].Lat += 0.05
		}
		s := newSet(t, a, map[string]*line.Line{
			"contact": {ID: "contact", Versions: []*line.Version{version(day1, one...)}},
			"second":  {ID: "second", Versions: []*line.Version{version(day1, two...)}},
		})
		for _, z := range a.Zones {
			m, err := s.Geometry(z.ID, day5)
			if err != nil {
				t.Fatal(err)
			}
			if len(m) == 0 {
				continue
			}
			if err := m.Check(); err != nil {
				t.Errorf("%s: %v", z.ID, err)
			}
			if once, err := geo.Clean(m); err != nil || once.Area() < m.Area()*(1-1e-6)-100 {
				t.Errorf("%s: %g m², of which %g are apart (%v)", z.ID, m.Area(), once.Area(), err)
			}
		}
	})
}
