package geo

import "math"

const (
	metres = 111195.0797343 // in a degree of latitude, on the sphere of the mean radius

	// A geodesic of this length leaves the straight line in longitude and
	// latitude by 14 m at 60 degrees of latitude.
	straightestM = 20e3
)

// Simplify leaves out points of a line that lie within metres of the line
// without them (Douglas and Peucker 1973, doi:10.3138/FM57-6770-U75U-7727). No
// longer stretch than 20 km is left without a point, where there was one: over
// that length a geodesic and the straight line by which it judges agree to 14 m.
func Simplify(l Polyline, metres float64) Polyline {
	if len(l) < 3 || !(metres > 0) {
		return l
	}
	keep := make([]bool, len(l))
	keep[0], keep[len(l)-1] = true, true
	type span struct{ from, to int }
	for stack := []span{{0, len(l) - 1}}; len(stack) > 0; {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		farthest, at := metres, -1
		for i := s.from + 1; i < s.to; i++ {
			if d := planar(l[i], l[s.from], l[s.to]); d > farthest {
				farthest, at = d, i
			}
		}
		if at < 0 && s.to-s.from > 1 && planar(l[s.from], l[s.to], l[s.to]) > straightestM {
			at = (s.from + s.to) / 2
		}
		if at >= 0 {
			keep[at] = true
			stack = append(stack, span{s.from, at}, span{at, s.to})
		}
	}
	var out Polyline
	for i, p := range l {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}

// planar is the distance in metres from p to the segment a-b in a plane with
// the scale of the middle latitude: right to 0.6 % near p.
func planar(p, a, b Point) float64 {
	scale := math.Cos((p.Lat + (a.Lat+b.Lat)/2) / 2 * math.Pi / 180)
	ax, ay := (a.Lon-p.Lon)*scale, a.Lat-p.Lat
	dx, dy := (b.Lon-a.Lon)*scale, b.Lat-a.Lat
	share := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		share = min(max(-(ax*dx+ay*dy)/l, 0), 1)
	}
	return math.Hypot(ax+share*dx, ay+share*dy) * metres
}

// WithoutSpurs leaves out what a line goes there and at once back over the same
// points, and repeated points. On both sides of a spur lies the same land.
func (l Polyline) WithoutSpurs() Polyline {
	bare, _ := l.withoutSpurs()
	return bare
}

// withoutSpurs also says of each segment whether it belongs to a spur.
func (l Polyline) withoutSpurs() (bare Polyline, spur []bool) {
	spur = make([]bool, max(len(l)-1, 0))
	var segments []int // to each point of bare but the first
	for i, p := range l {
		n := len(bare)
		switch {
		case n > 0 && bare[n-1] == p:
		case n > 1 && bare[n-2] == p:
			spur[segments[n-2]], spur[i-1] = true, true
			bare, segments = bare[:n-1], segments[:n-2]
		default:
			bare = append(bare, p)
			if n > 0 {
				segments = append(segments, i-1)
			}
		}
	}
	return bare, spur
}
