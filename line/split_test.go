package line_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// A buffer falls into two valid halves that together are all of it, each on the
// side that the distance says, whatever the line: with short edges and long ones,
// spurs, and over the antimeridian.
func TestSplitLeavesNothingOut(t *testing.T) {
	single(t)
	rapid.Check(t, func(r *rapid.T) {
		from := rapid.SampledFrom([][2]float64{{36, 48}, {178.5, -17}, {10, 70}}).Draw(r, "from")
		longest := rapid.SampledFrom([]float64{0.02, 0.2, 1.5}).Draw(r, "longest")
		var l geo.Polyline
		lon, lat := from[0], from[1]
		for range rapid.IntRange(2, 25).Draw(r, "points") {
			p := geo.Point{Lat: lat, Lon: math.Remainder(lon, 360)}
			l = append(l, p)
			if len(l) > 1 && rapid.IntRange(0, 9).Draw(r, "spur") == 0 {
				l = append(l, geo.Direct(p, 0, rapid.Float64Range(10, 5e3).Draw(r, "long")), p)
			}
			lon += longest * rapid.Float64Range(0.05, 1).Draw(r, "east")
			lat += longest * rapid.Float64Range(-0.7, 0.7).Draw(r, "north")
		}
		v, err := line.NewVersion(line.Version{Line: "contact", From: day, Left: "a", Right: "b", Parts: []geo.Polyline{l}})
		if err != nil {
			r.Skip(err) // it crosses itself
		}
		width := rapid.Float64Range(1e3, 40e3).Draw(r, "width")
		m, err := geo.Buffer(v.Parts, width)
		if err != nil {
			r.Fatal(err)
		}
		left, right, err := v.Split(m, width)
		if err != nil {
			r.Fatal(err)
		}
		for _, half := range []geo.MultiPolygon{left, right} {
			if err := half.Check(); err != nil {
				r.Fatal(err)
			}
		}
		if lost, most := m.Area()-left.Area()-right.Area(), 0.2*(v.Length()+4*width); lost < -1 || lost > most {
			r.Errorf("%g m² are on neither side; expected %g at most", lost, most)
		}
		x, y := geo.PrepareArea(left), geo.PrepareArea(right)
		for range 20 {
			origin := l[rapid.IntRange(0, len(l)-1).Draw(r, "near")]
			p := geo.Direct(origin, rapid.Float64Range(0, 360).Draw(r, "towards"), rapid.Float64Range(0, width).Draw(r, "metres"))
			if in := x.Contains(p) || y.Contains(p); in && min(x.DistanceToBoundary(p), y.DistanceToBoundary(p)) > 2 && x.Contains(p) != v.Nearest(p).LeftOf {
				r.Errorf("%v lies in the left half: %v, to the left: %v", p, x.Contains(p), v.Nearest(p).LeftOf)
			}
		}
	})
}
