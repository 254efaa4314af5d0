package geo_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/geo"
)

func point(r *rapid.T, name string, west, south, east, north float64) geo.Point {
	return geo.Point{Lat: rapid.Float64Range(south, north).Draw(r, name+" lat"), Lon: rapid.Float64Range(west, east).Draw(r, name+" lon")}
}

func polyline(r *rapid.T, name string, west, south, east, north float64, most int) geo.Polyline {
	var l geo.Polyline
	for range rapid.IntRange(2, most).Draw(r, name+" points") {
		l = append(l, point(r, name, west, south, east, north))
	}
	return l
}

// The example of GeographicLib's documentation.
func TestDistanceOfAKnownPair(t *testing.T) {
	got := geo.Distance(geo.Point{Lat: 40.6, Lon: -73.8}, geo.Point{Lat: 51.6, Lon: -0.5})
	if math.Abs(got-5551759.400) > 0.001 {
		t.Errorf("%.3f m; want 5551759.400 m", got)
	}
}

func TestDirectInvertsInverse(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b := point(r, "a", -180, -80, 180, 80), point(r, "b", -180, -80, 180, 80)
		m, azimuth, _ := geo.Inverse(a, b)
		if off := geo.Distance(geo.Direct(a, azimuth, m), b); off > 1e-6 {
			r.Errorf("missed by %g m", off)
		}
		if back := geo.Distance(b, a); math.Abs(back-m) > 1e-6 {
			r.Errorf("%g m there and %g m back", m, back)
		}
	})
}

// Nearest must find the minimum over the geodesic segments; it is compared
// with walking along all of them.
func TestNearestIsTheMinimum(t *testing.T) {
	for _, box := range []struct {
		name                     string
		west, south, east, north float64
	}{
		{"Ukraine", 30, 45, 40, 52}, {"one town", 37, 48, 37.2, 48.2}, {"equator", -3, -2, 3, 2},
		{"antimeridian", 178, -20, 180, -15}, {"north", 10, 75, 30, 80},
	} {
		t.Run(box.name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				lines := []geo.Polyline{polyline(r, "one", box.west, box.south, box.east, box.north, 8), polyline(r, "two", box.west, box.south, box.east, box.north, 3)}
				p := point(r, "p", box.west, box.south, box.east, box.north)
				if box.name == "antimeridian" && rapid.Bool().Draw(r, "beyond") {
					p.Lon -= 359
					lines[1][0].Lon -= 359
				}
				got := geo.NewLineIndex(lines).Nearest(p)
				if d := geo.Distance(p, got.Point); math.Abs(d-got.DistanceM) > 1e-3+5e-8*d {
					r.Errorf("the point is %.6f m away; said %.6f", d, got.DistanceM)
				}
				least := math.Inf(1)
				for _, l := range lines {
					for i := 1; i < len(l); i++ {
						length, azimuth, _ := geo.Inverse(l[i-1], l[i])
						for k := range 401 {
							least = min(least, geo.Distance(p, geo.Direct(l[i-1], azimuth, length*float64(k)/400)))
						}
					}
				}
				if got.DistanceM > least+1e-3+1e-7*least {
					r.Errorf("%.3f m; walking along the line comes as near as %.3f m", got.DistanceM, least)
				}
			})
		})
	}
}

func TestSideOfALine(t *testing.T) {
	bent := geo.Polyline{{Lat: 48, Lon: 37}, {Lat: 49, Lon: 37}, {Lat: 48, Lon: 37.1}} // north, then back south in a sharp bend
	ring := geo.Polyline{{Lat: 48, Lon: 37}, {Lat: 48, Lon: 38}, {Lat: 49, Lon: 38}, {Lat: 49, Lon: 37}, {Lat: 48, Lon: 37}}
	for _, c := range []struct {
		name string
		line geo.Polyline
		at   geo.Point
		left bool
	}{
		{"west of a line north", bent[:2], geo.Point{Lat: 48.5, Lon: 36}, true},
		{"east of a line north", bent[:2], geo.Point{Lat: 48.5, Lon: 38}, false},
		{"beyond the end, west", bent[:2], geo.Point{Lat: 49.5, Lon: 36.9}, true},
		{"beyond the end, east", bent[:2], geo.Point{Lat: 49.5, Lon: 37.1}, false},
		{"above the tip of a bend", bent, geo.Point{Lat: 49.5, Lon: 37.02}, true},
		{"within the bend", bent, geo.Point{Lat: 48.2, Lon: 37.05}, false},
		{"inside a ring", ring, geo.Point{Lat: 48.01, Lon: 37.01}, true},
		{"outside its first corner", ring, geo.Point{Lat: 47.9, Lon: 36.9}, false},
		{"outside another corner", ring, geo.Point{Lat: 49.1, Lon: 38.1}, false},
	} {
		if got := geo.NewLineIndex([]geo.Polyline{c.line}).Nearest(c.at).LeftOf; got != c.left {
			t.Errorf("%s: left is %v", c.name, got)
		}
	}
}

// Walking a line the other way swaps the sides. The line goes north, so that
// it does not cross itself; beyond its ends a point may lie on neither side.
func TestReversingALineSwapsItsSides(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := geo.Polyline{point(r, "start", 30, 45, 40, 46)}
		for range rapid.IntRange(1, 7).Draw(r, "points") {
			last := l[len(l)-1]
			l = append(l, geo.Point{Lat: last.Lat + rapid.Float64Range(0.01, 0.8).Draw(r, "north"), Lon: last.Lon + rapid.Float64Range(-0.8, 0.8).Draw(r, "east")})
		}
		p := point(r, "p", 29, 44, 41, 53)
		var back geo.Polyline
		for i := range l {
			back = append(back, l[len(l)-1-i])
		}
		a, b := geo.NewLineIndex([]geo.Polyline{l}).Nearest(p), geo.NewLineIndex([]geo.Polyline{back}).Nearest(p)
		if math.Abs(a.DistanceM-b.DistanceM) > 1e-3 {
			r.Errorf("%g m one way and %g m the other", a.DistanceM, b.DistanceM)
		}
		if a.DistanceM < 1 || geo.Distance(a.Point, b.Point) > 1 {
			return // on the line, or as far from two places of it
		}
		_, towards, _ := geo.Inverse(a.Point, p)
		_, along, _ := geo.Inverse(l[a.Segment], l[a.Segment+1])
		if off := math.Abs(math.Sin((towards - along) * math.Pi / 180)); off < 1e-3 {
			return // straight ahead of an end
		}
		if a.LeftOf == b.LeftOf {
			r.Errorf("left of both directions: %v", a.LeftOf)
		}
	})
}

func TestPreparedAreaAgreesWithThePlainRule(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := geo.MultiPolygon{{geo.Ring(polyline(r, "outer", 30, 45, 40, 52, 30))}}
		if rapid.Bool().Draw(r, "two") {
			m = append(m, geo.Polygon{geo.Ring(polyline(r, "another", 41, 45, 45, 52, 5))})
		}
		area := geo.PrepareArea(m)
		for range 20 {
			p := point(r, "p", 29, 44, 46, 53)
			if rapid.Bool().Draw(r, "level with a vertex") {
				p.Lat = m[0][0][0].Lat
			}
			if got, want := area.Contains(p), m.Contains(p); got != want {
				r.Fatalf("%v: %v; the plain rule says %v", p, got, want)
			}
		}
	})
}

func TestAreaOfAKnownRegion(t *testing.T) {
	// The octant of the ellipsoid: an eighth of its surface, 510,065,621.724 km².
	octant := geo.Ring{{Lat: 0, Lon: 0}, {Lat: 0, Lon: 90}, {Lat: 90, Lon: 0}}
	if got := octant.Area() / 1e6; math.Abs(got-510065621.724/8) > 0.01 {
		t.Errorf("%.3f km²", got)
	}
	hole := geo.Ring{{Lat: 10, Lon: 10}, {Lat: 20, Lon: 10}, {Lat: 20, Lon: 20}, {Lat: 10, Lon: 20}}
	if hole.Area() >= 0 {
		t.Error("a clockwise ring has a positive area")
	}
	with := geo.MultiPolygon{{octant, hole}}
	if got, want := with.Area(), octant.Area()+hole.Area(); math.Abs(got-want) > 1 {
		t.Errorf("%g m²; want %g m²", got, want)
	}
	if got := with.Bounds(); got != [4]float64{0, 0, 90, 90} {
		t.Errorf("bounds %v", got)
	}
}

func TestDensifyKeepsTheGeodesic(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := polyline(r, "line", 30, 45, 40, 52, 5)
		most := rapid.Float64Range(500, 100000).Draw(r, "metres")
		d := geo.Densify(l, most)
		for i := 1; i < len(d); i++ {
			a, b := d[i-1], d[i]
			step := geo.Distance(a, b)
			if step > most*(1+1e-9) {
				r.Errorf("a step of %g m; at most %g", step, most)
			}
			bound := 1.09 * step * step * math.Tan(max(a.Lat, b.Lat)*math.Pi/180) / (8 * 6378137)
			straight := geo.Point{Lat: (a.Lat + b.Lat) / 2, Lon: (a.Lon + b.Lon) / 2}
			if off := geo.NewLineIndex([]geo.Polyline{{a, b}}).Distance(straight); off > 1.02*bound+0.01 {
				r.Errorf("a step of %g m is %g m off the geodesic; at most %g", step, off, bound)
			}
		}
		if math.Abs(d.Length()-l.Length()) > 1e-4 {
			r.Errorf("the length changed from %g to %g m", l.Length(), d.Length())
		}
	})
}

func BenchmarkNearest(b *testing.B) {
	var l geo.Polyline
	for i := range 1000 {
		f := float64(i)
		l = append(l, geo.Point{Lat: 46.5 + f*0.005 + 0.02*math.Sin(f), Lon: 32 + f*0.007 + 0.03*math.Cos(f*1.3)})
	}
	x := geo.NewLineIndex([]geo.Polyline{l})
	i := 0
	for b.Loop() {
		q := l[i%len(l)]
		x.Nearest(geo.Point{Lat: q.Lat + 0.1*math.Sin(float64(i)), Lon: q.Lon + 0.2})
		i++
	}
}
