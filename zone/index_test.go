package zone_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/zone"
)

// everyKind has a zone of each kind around the crooked lines.
func everyKind() *agreement.Agreement {
	return terms(
		agreement.Zone{ID: "both", Within: &agreement.Within{KM: 8}},
		agreement.Zone{ID: "north", Within: &agreement.Within{KM: 15, Sides: []string{"north"}}},
		agreement.Zone{ID: "ring", Within: &agreement.Within{KM: 30, MinKM: 4, Sides: []string{"south"}}},
		agreement.Zone{ID: "frozen", Frozen: at(day1), Within: &agreement.Within{KM: 5}},
		agreement.Zone{ID: "disc", Circle: &agreement.Circle{KM: 12, Lat: ptr(48), Lon: ptr(36.3)}},
		agreement.Zone{ID: "road", Corridor: &agreement.Corridor{KM: 3, Coordinates: [][]float64{{36.2, 47}, {36.5, 48}, {36.2, 49}}}},
		agreement.Zone{ID: "square", Polygon: &agreement.Polygon{Coordinates: [][][]float64{{{36.1, 47.8}, {36.1, 48.2}, {36.6, 48.2}, {36.6, 47.8}}}}},
		agreement.Zone{ID: "any", Union: []string{"both", "disc", "road"}},
		agreement.Zone{ID: "all", Intersection: []string{"north", "square"}},
		agreement.Zone{ID: "rest", Difference: []string{"north", "square", "disc"}})
}

// The index says of a position what At says of it, in a batch as alone, asked
// once or so often that the cells around the line are filled.
func TestIndexAgreesWithAt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := course(crooked(t), "north", "south", 0)
		moved := version(day5, crooked(t)...)
		moved.Left, moved.Right = "north", "south"
		lines["contact"].Versions = append(lines["contact"].Versions, moved)
		s, err := zone.New(everyKind(), lines, nil)
		if err != nil {
			t.Fatal(err)
		}
		x, err := s.Index(day9)
		if err != nil {
			t.Fatal(err)
		}
		points := make([]geo.Point, 400)
		r := seeded(t)
		for i := range points {
			points[i] = geo.Point{Lat: 47.3 + 1.6*r.Float64(), Lon: 35.5 + 2.5*r.Float64()}
		}
		first := make([]zone.Fix, len(points))
		x.LocateAll(points, first)
		for range 20 {
			x.LocateAll(points, make([]zone.Fix, len(points)))
		}
		again := make([]zone.Fix, len(points))
		x.LocateAll(points, again)
		for i, p := range points {
			if first[i] != again[i] || x.Locate(p) != first[i] {
				t.Fatalf("%v: first %+v, then %+v", p, first[i], again[i])
			}
			place := s.At(p, 0, day9)
			if d := math.Abs(first[i].SignedM) - place.DistanceM; math.Abs(d) > 0.51e-3 || first[i].Side != place.Side {
				t.Fatalf("%v: %+v; At says %+v", p, first[i], place)
			}
			if (first[i].SignedM < 0) != (place.Side == "south") {
				t.Fatalf("%v: %g m on the side of %s", p, first[i].SignedM, place.Side)
			}
			var in []zone.Membership
			for k, id := range x.Zones {
				if first[i].Zones.Has(k) {
					in = append(in, zone.Membership{Zone: id, Probability: 1})
				}
			}
			if !slices.Equal(in, place.Zones) {
				t.Fatalf("%v: in %v; At says %v", p, in, place.Zones)
			}
		}
	})
}

func TestIndexBeforeTheFirstLine(t *testing.T) {
	s, err := zone.New(everyKind(), course([]geo.Point{{Lat: 48, Lon: 36}, {Lat: 48, Lon: 37}}, "north", "south", 0), nil)
	if err != nil {
		t.Fatal(err)
	}
	x, err := s.Index(day1.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	fix := x.Locate(geo.Point{Lat: 48, Lon: 36.3})
	if !math.IsInf(fix.SignedM, 1) || fix.Side != "" {
		t.Errorf("a distance to no line: %+v", fix)
	}
	for i, id := range x.Zones {
		if want := slices.Contains([]string{"frozen", "disc", "square", "any"}, id); id != "frozen" && fix.Zones.Has(i) != want {
			t.Errorf("%s: %v", id, fix.Zones.Has(i))
		}
	}
}

func TestIndexDoesNotAllocate(t *testing.T) {
	single(t)
	s, _ := paris(t)
	x, err := s.Index(time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	points := positions(t, 512)
	fixes := make([]zone.Fix, len(points))
	for range 300 {
		x.LocateAll(points, fixes)
	}
	if n := testing.AllocsPerRun(10, func() { x.LocateAll(points, fixes) }); n > 0 {
		t.Errorf("%v allocations for %d positions", n, len(points))
	}
}

func BenchmarkLocateAll(b *testing.B) {
	s, _ := paris(b)
	x, err := s.Index(time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC))
	if err != nil {
		b.Fatal(err)
	}
	points := positions(b, 100_000)
	fixes := make([]zone.Fix, len(points))
	for range 4 {
		x.LocateAll(points, fixes)
	}
	for b.Loop() {
		x.LocateAll(points, fixes)
	}
	b.ReportMetric(float64(len(points))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpoints/s")
}

func seeded(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
}
