package territory_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/territory"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func box(west, south, east, north float64) geo.MultiPolygon {
	return geo.MultiPolygon{{append(parallel(south, west, east), parallel(north, east, west)...)}}
}

// parallel goes along a parallel in steps that are short enough not to leave it,
// as an edge between its ends would.
func parallel(lat, from, to float64) geo.Ring {
	const n = 40
	out := make(geo.Ring, n+1)
	for i := range out {
		out[i] = geo.Point{Lon: from + (to-from)*float64(i)/n, Lat: lat}
	}
	return out
}

// front is a held area whose western edge steps through the given longitudes
// from south to north, with pockets left out of it.
func front(t interface{ Fatal(...any) }, at time.Time, lons []float64, pockets []geo.Ring) *line.Version {
	ring := append(parallel(47, lons[0], 41), parallel(49, 41, lons[len(lons)-1])...)
	var parts geo.Polyline
	const between = 20 // so that edges are some kilometres long, as on real maps
	for i := (len(lons) - 1) * between; i >= 0; i-- {
		k, part := i/between, float64(i%between)/between
		lon := lons[k]
		if part > 0 {
			lon += part * (lons[k+1] - lons[k])
		}
		p := geo.Point{Lon: lon, Lat: 47 + 2*float64(i)/float64((len(lons)-1)*between)}
		parts = append(parts, p)
		if i > 0 && i < (len(lons)-1)*between {
			ring = append(ring, p)
		}
	}
	held := geo.MultiPolygon{append(geo.Polygon{ring}, pockets...)}
	held[0].Orient()
	v, err := line.NewVersion(line.Version{Line: "contact", From: at, Parts: []geo.Polyline{parts}, Left: "east", Right: "west", Held: held, HeldBy: "east", RadiusM: 200})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func areas() []line.Area {
	return []line.Area{{Name: "south", Land: box(37, 47, 40.5, 48)}, {Name: "north", Land: box(37, 48, 40.5, 49)}, {Name: "far", Land: box(30, 47, 31, 48)}}
}

// However a front moves, what is measured step by step is what the whole
// overlay says at the end, and held = held before + gained - lost.
func TestStepByStepIsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.IntRange(1, 3).Draw(t, "steps")
		lons := make([]float64, 8)
		for i := range lons {
			lons[i] = rapid.Float64Range(38, 39).Draw(t, "lon")
		}
		lons[0], lons[len(lons)-1] = 38.5, 38.5 // where it meets the border
		s := territory.New(areas())
		at := start
		if err := s.Add(front(t, at, lons, nil)); err != nil {
			t.Fatal(err)
		}
		before, err := s.Take(at, at)
		if err != nil {
			t.Fatal(err)
		}
		for range steps {
			for range rapid.IntRange(0, 3).Draw(t, "moves") {
				k := rapid.IntRange(1, len(lons)-2).Draw(t, "where")
				lons[k] += rapid.Float64Range(-0.2, 0.2).Draw(t, "by")
			}
			var pockets []geo.Ring
			if rapid.Bool().Draw(t, "pocket") {
				pockets = append(pockets, geo.Ring{{Lon: 40, Lat: 47.9}, {Lon: 40, Lat: 48.1}, {Lon: 40.2, Lat: 48.1}, {Lon: 40.2, Lat: 47.9}})
			}
			at = at.Add(24 * time.Hour)
			v := front(t, at, lons, pockets)
			if err := s.Add(v); err != nil {
				t.Fatal(err)
			}
			p, err := s.Take(at.Add(-24*time.Hour), at)
			if err != nil {
				t.Fatal(err)
			}
			if d := p.HeldM2 - (before.HeldM2 + p.GainedM2 - p.LostM2); math.Abs(d) > 3 {
				t.Fatalf("held %v after %v, gained %v, lost %v", p.HeldM2, before.HeldM2, p.GainedM2, p.LostM2)
			}
			whole := territory.New(areas())
			if err := whole.Add(v); err != nil {
				t.Fatal(err)
			}
			w, err := whole.Take(at, at)
			if err != nil {
				t.Fatal(err)
			}
			// Edges are geodesics and overlay is planar: a box cuts an edge of 20 km some
			// millimetres off it.
			if math.Abs(w.HeldM2-p.HeldM2) > 1e-6*w.HeldM2 {
				t.Fatalf("held %v step by step, %v at once", p.HeldM2, w.HeldM2)
			}
			if len(w.Areas) != len(p.Areas) {
				t.Fatalf("areas %v step by step, %v at once", p.Areas, w.Areas)
			}
			for i := range w.Areas {
				if a, b := w.Areas[i], p.Areas[i]; a.Area != b.Area || math.Abs(a.HeldM2-b.HeldM2) > 1e-5*a.LandM2 {
					t.Fatalf("%s: %v step by step, %v at once", a.Area, b.HeldM2, a.HeldM2)
				}
				if h := p.Areas[i]; h.Part() < 0 || h.Part() > 1+1e-6 || h.UncertainM2 <= 0 {
					t.Fatalf("%+v", h)
				}
			}
			before = p
		}
	})
}

// What one side gains between two versions is what it loses the other way round.
func TestBackwardsIsTheReverse(t *testing.T) {
	a, b := front(t, start, []float64{38, 38.2, 38.4, 38, 38}, nil), front(t, start, []float64{38, 38.3, 38.1, 38, 38}, nil)
	gained, lost, err := territory.Between(a.Held, b.Held)
	if err != nil {
		t.Fatal(err)
	}
	back, forth, err := territory.Between(b.Held, a.Held)
	if err != nil {
		t.Fatal(err)
	}
	if gained.Area() < 1e8 || lost.Area() < 1e8 {
		t.Fatalf("gained %v, lost %v", gained.Area(), lost.Area())
	}
	if math.Abs(gained.Area()-forth.Area()) > 1 || math.Abs(lost.Area()-back.Area()) > 1 {
		t.Errorf("gained %v, lost %v; the other way round %v, %v", gained.Area(), lost.Area(), back.Area(), forth.Area())
	}
	if g, l, err := territory.Between(a.Held, a.Held); err != nil || len(g)+len(l) > 0 {
		t.Errorf("nothing changed, but %v, %v, %v", g, l, err)
	}
}

func TestVersionsThatCantFollow(t *testing.T) {
	s := territory.New(areas())
	bare, err := line.NewVersion(line.Version{Line: "contact", From: start, Parts: []geo.Polyline{{{Lat: 47, Lon: 38}, {Lat: 49, Lon: 38}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(bare); err == nil {
		t.Error("a line without a held area was taken")
	}
	v := front(t, start, []float64{38, 38, 38}, nil)
	if err := s.Add(v); err != nil {
		t.Fatal(err)
	}
	w := *front(t, start, []float64{38, 38.1, 38}, nil)
	w.HeldBy = "west"
	if err := s.Add(&w); err == nil {
		t.Error("another party's area was taken for the same one's")
	}
}

// A zone's effect parts the zone's land: nothing is counted twice or lost.
func TestEffect(t *testing.T) {
	s := territory.New(areas())
	if err := s.Add(front(t, start, []float64{38, 38, 38}, nil)); err != nil {
		t.Fatal(err)
	}
	z := box(37.5, 47.5, 38.5, 48.5)
	got, err := s.Effect("z", z)
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	sum := 0.0
	for _, e := range got {
		sum += e.HeldM2 + e.OtherM2
		if math.Abs(e.HeldM2-e.OtherM2) > 0.01*e.HeldM2 {
			t.Errorf("%+v: the line runs down the middle", e)
		}
	}
	if math.Abs(sum-z.Area()) > 1e-4*sum {
		t.Errorf("%v in all of %v", sum, z.Area())
	}
	if got, err := s.Effect("none", nil); err != nil || len(got) != 0 {
		t.Error(got, err)
	}
}
