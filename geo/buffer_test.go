package geo_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/geo"
)

// hard are lines as they come from the field.
var hard = map[string][]geo.Polyline{
	"doubles back": {{{Lat: 48, Lon: 36}, {Lat: 48, Lon: 37}, {Lat: 48.02, Lon: 37}, {Lat: 48.02, Lon: 36.1}}},
	"spur":         {{{Lat: 48, Lon: 36}, {Lat: 48, Lon: 36.5}, {Lat: 48.3, Lon: 36.5}, {Lat: 48, Lon: 36.5}, {Lat: 48, Lon: 37}}},
	"gap":          {{{Lat: 48, Lon: 36}, {Lat: 48, Lon: 36.4}}, {{Lat: 48, Lon: 36.41}, {Lat: 48.1, Lon: 37}}},
	"island":       {{{Lat: 48, Lon: 36}, {Lat: 48, Lon: 37}}, {{Lat: 48.5, Lon: 36.5}, {Lat: 48.5, Lon: 36.52}, {Lat: 48.51, Lon: 36.5}, {Lat: 48.5, Lon: 36.5}}},
	"pocket": {{{Lat: 48, Lon: 36}, {Lat: 48, Lon: 36.4}, {Lat: 48.4, Lon: 36.2}, {Lat: 48.6, Lon: 36.6}, {Lat: 48.4, Lon: 37},
		{Lat: 48, Lon: 36.45}, {Lat: 48, Lon: 37}}},
	"crosses itself": {{{Lat: 48, Lon: 36}, {Lat: 48.5, Lon: 37}, {Lat: 48, Lon: 37}, {Lat: 48.5, Lon: 36}}},
	"antimeridian":   {{{Lat: -17, Lon: 179.5}, {Lat: -16.5, Lon: -179.5}, {Lat: -16, Lon: 179.9}}},
	"a point":        {{{Lat: 48, Lon: 36}}},
	"far north":      {{{Lat: 79, Lon: 10}, {Lat: 80, Lon: 30}}},
	"straight, long": {{{Lat: 60, Lon: 10}, {Lat: 60, Lon: 24}}},
}

// single leaves a test without goroutines out of the short run, which is the one with
// the race detector: there it would be slow, allocate more, and find nothing.
func single(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("without goroutines, and the run is short")
	}
}

// Every point of a buffer's edge lies at its distance, to a metre; the vertices
// and, since edges are straight, places between them.
// atDistance wants the edge where it belongs, everywhere.
func atDistance(t testing.TB, lines []geo.Polyline, m geo.MultiPolygon, width float64) {
	t.Helper()
	edgeLies(t, lines, m, width, false)
}

// edgeLies wants the edge where it belongs; but for notches, if so said, where two
// parts of the lines are as near: in one of thousands of lines drawn by chance a chord
// cuts across one. What lies in a zone is never decided by the drawing.
func edgeLies(t testing.TB, lines []geo.Polyline, m geo.MultiPolygon, width float64, butNotches bool) {
	t.Helper()
	x := geo.NewLineIndex(lines)
	if len(lines) == 1 && len(lines[0]) == 1 {
		x = geo.NewLineIndex([]geo.Polyline{{lines[0][0], lines[0][0]}})
	}
	for _, l := range m.Boundary() {
		for i := 1; i < len(l); i++ {
			a, b := l[i-1], l[i]
			if math.Abs(a.Lon) == 180 && a.Lon == b.Lon {
				continue // where RFC 7946 wants it cut
			}
			for k := range 5 {
				f := float64(k) / 5
				p := geo.Point{Lat: a.Lat + f*(b.Lat-a.Lat), Lon: a.Lon + f*(b.Lon-a.Lon)}
				if d := x.Nearest(p).DistanceM; math.Abs(d-width) > 1 && !(butNotches && notch(x, p, d-width)) {
					t.Fatalf("the edge of %g m is %.2f m away at %v", width, d, p)
				}
			}
		}
	}
}

// notch reports whether about p, off by so many metres, the nearest point jumps.
func notch(x *geo.LineIndex, p geo.Point, off float64) bool {
	near := x.Nearest(p).Point
	reach := 3*math.Abs(off) + 50
	for azimuth := 0.0; azimuth < 360; azimuth += 30 {
		q := geo.Direct(p, azimuth, reach)
		if d, _, _ := geo.Inverse(near, x.Nearest(q).Point); d > 4*reach {
			return true
		}
	}
	return false
}

func TestEdgesOfBuffersLieAtTheirDistance(t *testing.T) {
	single(t)
	for name, lines := range hard {
		t.Run(name, func(t *testing.T) {
			for _, width := range []float64{300, 2000, 15e3, 70e3} {
				m, err := geo.Buffer(lines, width)
				if err != nil {
					t.Fatal(err)
				}
				if err := m.Check(); err != nil {
					t.Fatalf("%g m: %v", width, err)
				}
				atDistance(t, lines, m, width)
			}
		})
	}
}

func TestBuffersOfAnyLine(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		lines := []geo.Polyline{polyline(r, "one", 36, 47, 37, 47.6, 7)}
		if rapid.Bool().Draw(r, "two") {
			lines = append(lines, polyline(r, "two", 36, 47, 37, 47.6, 4))
		}
		narrow := rapid.Float64Range(2e3, 25e3).Draw(r, "narrow")
		wide := narrow + rapid.Float64Range(10, 10e3).Draw(r, "more")
		one, err := geo.Buffer(lines, narrow)
		if err != nil {
			r.Fatal(err)
		}
		two, err := geo.Buffer(lines, wide)
		if err != nil {
			r.Fatal(err)
		}
		for _, m := range []geo.MultiPolygon{one, two} {
			if err := m.Check(); err != nil {
				r.Fatal(err)
			}
		}
		edgeLies(t, lines, one, narrow, true)
		edgeLies(t, lines, two, wide, true)
		for _, l := range one.Boundary() {
			for _, p := range l {
				if !two.Contains(p) {
					r.Fatalf("%v lies on the edge of %g m and not within %g m", p, narrow, wide)
				}
			}
		}
		// What is nearer lies in it, what is farther does not; small gaps may be missing.
		index, area := geo.NewLineIndex(lines), geo.PrepareArea(one)
		for range 50 {
			p := point(r, "p", 35.5, 46.7, 37.5, 47.9)
			d := index.Distance(p)
			if in := area.Contains(p); in && d > narrow*1.0025+1 || !in && d < narrow-1 {
				r.Fatalf("at %.1f m of a buffer of %.1f m: inside is %v", d, narrow, in)
			}
		}
		// The other way along, the buffer is the same.
		back := make([]geo.Polyline, len(lines))
		for i, l := range lines {
			for k := range l {
				back[i] = append(back[i], l[len(l)-1-k])
			}
		}
		again, err := geo.Buffer(back, narrow)
		if err != nil {
			r.Fatal(err)
		}
		if a, b := one.Area(), again.Area(); math.Abs(a-b) > 1e-5*a {
			r.Errorf("%g m² one way and %g m² the other", a, b)
		}
	})
}

// Where a ring is said to begin changes nothing.
func TestRotatingARingChangesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var ring geo.Ring
		n := rapid.IntRange(3, 12).Draw(r, "points")
		for i := range n {
			ring = append(ring, geo.Direct(geo.Point{Lat: 48, Lon: 37}, -360*float64(i)/float64(n), rapid.Float64Range(5e3, 40e3).Draw(r, "out")))
		}
		by := rapid.IntRange(1, n-1).Draw(r, "by")
		turned := append(append(geo.Ring{}, ring[by:]...), ring[:by]...)
		width := rapid.Float64Range(2e3, 30e3).Draw(r, "width")
		one, err := geo.BufferArea(geo.MultiPolygon{{ring}}, width)
		if err != nil {
			r.Fatal(err)
		}
		two, err := geo.BufferArea(geo.MultiPolygon{{turned}}, width)
		if err != nil {
			r.Fatal(err)
		}
		if a, b := one.Area(), two.Area(); math.Abs(a-b) > 1e-6*a {
			r.Errorf("%g m² and, turned, %g m²", a, b)
		}
		x, y := geo.PrepareArea(geo.MultiPolygon{{ring}}), geo.PrepareArea(geo.MultiPolygon{{turned}})
		for range 50 {
			p := point(r, "p", 36.4, 47.6, 37.6, 48.4)
			if x.Contains(p) != y.Contains(p) || math.Abs(x.DistanceToBoundary(p)-y.DistanceToBoundary(p)) > 1e-6 {
				r.Fatalf("%v: %v, %g m; turned %v, %g m", p, x.Contains(p), x.DistanceToBoundary(p), y.Contains(p), y.DistanceToBoundary(p))
			}
		}
	})
}

// Cells make no difference: a question that they answer is answered as before
// there were any, to the last bit.
func TestCellsChangeNoAnswer(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		box := rapid.SampledFrom([][4]float64{{30, 45, 40, 52}, {37, 48, 37.2, 48.2}, {178, -20, 182, -15}, {10, 75, 30, 80}, {-3, -2, 3, 2}}).Draw(r, "box")
		lines := []geo.Polyline{polyline(r, "one", box[0], box[1], box[2], box[3], 20), polyline(r, "two", box[0], box[1], box[2], box[3], 4)}
		var points []geo.Point
		for range 10 {
			points = append(points, point(r, "p", box[0]-1, box[1]-1, box[2]+1, box[3]+1))
		}
		x := geo.NewLineIndex(lines)
		first := make([]geo.Nearest, len(points))
		for i, p := range points {
			first[i] = x.Nearest(p)
		}
		for range 60 {
			for i, p := range points {
				if got := x.Nearest(p); got != first[i] {
					r.Fatalf("%v: %+v, then %+v", p, first[i], got)
				}
				if d := x.Signed(p); math.Abs(d) != first[i].DistanceM || x.Distance(p) != first[i].DistanceM || math.Signbit(d) == first[i].LeftOf {
					r.Fatalf("%v: %g m; %+v", p, d, first[i])
				}
			}
		}
	})
}

// A line all around a place is equally near everywhere: cells there list all of it.
func TestCellsInsideARing(t *testing.T) {
	var ring geo.Polyline
	centre := geo.Point{Lat: 48, Lon: 37}
	for i := range 5001 {
		ring = append(ring, geo.Direct(centre, float64(i%5000)*360/5000, 12e3))
	}
	x := geo.NewLineIndex([]geo.Polyline{ring})
	var points []geo.Point
	for i := range 40 {
		points = append(points, geo.Direct(centre, float64(37*i), float64(i*i*4)))
	}
	first := make([]geo.Nearest, len(points))
	for i, p := range points {
		first[i] = x.Nearest(p)
	}
	for range 40 {
		for i, p := range points {
			if got := x.Nearest(p); got != first[i] {
				t.Fatalf("%v: %+v, then %+v", p, first[i], got)
			}
		}
	}
}

func FuzzBuffer(f *testing.F) {
	f.Add(48.0, 36.0, 48.1, 36.5, 47.9, 36.2, 5000.0)
	f.Add(0.0, 179.9, 0.0, -179.9, 0.1, 180.0, 100.0)
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g, width float64) {
		l := geo.Polyline{{Lat: a, Lon: b}, {Lat: c, Lon: d}, {Lat: e, Lon: g}}
		for _, p := range l {
			if !p.Valid() {
				t.Skip()
			}
		}
		x := geo.NewLineIndex([]geo.Polyline{l})
		for range 300 {
			x.Nearest(geo.Point{Lat: width, Lon: a})
		}
		// No wider than a hundredth of the line, or it takes long by right.
		if width > 200e3 || width < 1 || l.Length() > 200*width {
			t.Skip()
		}
		m, err := geo.Buffer([]geo.Polyline{l}, width)
		if err != nil {
			return // a pole
		}
		if err := m.Check(); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkBuffer(b *testing.B) {
	var l geo.Polyline
	for i := range 1000 {
		f := float64(i)
		l = append(l, geo.Point{Lat: 46.5 + f*0.005 + 0.02*math.Sin(f), Lon: 32 + f*0.007 + 0.03*math.Cos(f*1.3)})
	}
	for b.Loop() {
		if _, err := geo.Buffer([]geo.Polyline{l}, 15e3); err != nil {
			b.Fatal(err)
		}
	}
}
