package geo

import (
	"math"

	"github.com/tidwall/rtree"
)

// Nearest is the point of a line that is nearest to another point.
type Nearest struct {
	Point     Point
	DistanceM float64 // geodesic metres
	Part      int     // index of the polyline
	Segment   int     // index of the segment in it
	LeftOf    bool    // the other point lies to the left of the line's direction
}

// LineIndex finds the nearest point of a set of polylines whose segments are
// geodesics. It is safe for concurrent use.
type LineIndex struct {
	parts []Polyline
	tree  rtree.RTreeG[piece]
	n     int
}

// piece is a part of a segment, short enough to be taken as straight in
// longitude and latitude when candidates are ordered.
type piece struct {
	a, b            Point   // longitudes unrolled: they may leave [-180, 180]
	length, azimuth float64 // of the geodesic from a to b
	part, segment   int32
}

const (
	// A geodesic of this length leaves the straight line in longitude and
	// latitude by 14 m at 60 degrees of latitude.
	pieceM = 20e3
	slackM = 30
	metres = 111195.0797343 // in a degree of latitude, on the sphere of the mean radius
)

// NewLineIndex prepares the polylines; those with fewer than two points are
// ignored.
func NewLineIndex(lines []Polyline) *LineIndex {
	x := &LineIndex{parts: lines}
	for part, l := range lines {
		for i := 1; i < len(l); i++ {
			x.insert(l[i-1], l[i], int32(part), int32(i-1))
		}
	}
	return x
}

func (x *LineIndex) insert(a, b Point, part, segment int32) {
	length, azimuth, _ := Inverse(a, b)
	n := max(1, int(math.Ceil(length/pieceM)))
	from := a
	for k := 1; k <= n; k++ {
		to := b
		if k < n {
			to = Direct(a, azimuth, length*float64(k)/float64(n))
		}
		p := piece{a: from, b: to, part: part, segment: segment}
		p.length, p.azimuth, _ = Inverse(from, to)
		p.b.Lon = p.a.Lon + wrap(p.b.Lon-p.a.Lon)
		for _, shift := range []float64{-360, 0, 360} {
			q := p
			q.a.Lon += shift
			q.b.Lon += shift
			west, east := min(q.a.Lon, q.b.Lon), max(q.a.Lon, q.b.Lon)
			// Beyond the antimeridian as far as half the globe, so that a point on
			// either side of it finds what is near.
			if shift == 0 || (shift < 0 && east > -270) || (shift > 0 && west < 270) {
				x.tree.Insert([2]float64{west, min(q.a.Lat, q.b.Lat)}, [2]float64{east, max(q.a.Lat, q.b.Lat)}, q)
				x.n++
			}
		}
		from = to
	}
}

// wrap brings a difference of longitudes into [-180, 180].
func wrap(d float64) float64 {
	for d > 180 {
		d -= 360
	}
	for d < -180 {
		d += 360
	}
	return d
}

// Len is the number of indexed pieces; 0 means that there is no line.
func (x *LineIndex) Len() int { return x.n }

// Nearest returns the point of the lines with the least geodesic distance to
// p: the minimum over the segments themselves, not their vertices alone. With
// no line the distance is infinite.
func (x *LineIndex) Nearest(p Point) Nearest {
	best := Nearest{DistanceM: math.Inf(1)}
	p.Lon = wrap(p.Lon)
	x.tree.Nearby(
		func(lo, hi [2]float64, q piece, item bool) float64 {
			if item {
				return planar(p, q.a, q.b)
			}
			return boxBound(p, lo, hi)
		},
		func(_, _ [2]float64, q piece, approx float64) bool {
			// The order is by an approximation: go on while it could be wrong. A
			// degree of the ellipsoid differs from the sphere's by up to 0.6 %.
			if tolerance := 0.007 + math.Pow(approx/6371e3, 2); approx*(1-tolerance)-slackM > best.DistanceM {
				return false
			}
			if at, d := q.foot(p); d < best.DistanceM {
				best = Nearest{Point: at, DistanceM: d, Part: int(q.part), Segment: int(q.segment)}
			}
			return true
		})
	if !math.IsInf(best.DistanceM, 1) {
		best.Point.Lon = wrap(best.Point.Lon)
		best.LeftOf = x.left(p, &best)
	}
	return best
}

// planar is the distance in metres from p to the segment a-b in a plane with
// the scale of the middle latitude: right to 0.6 % near p.
func planar(p, a, b Point) float64 {
	d, _ := project(p, a, b)
	return d
}

// project is planar with how far along the segment the nearest point lies,
// from 0 to 1.
func project(p, a, b Point) (distance, share float64) {
	scale := math.Cos((p.Lat + (a.Lat+b.Lat)/2) / 2 * math.Pi / 180)
	ax, ay := (a.Lon-p.Lon)*scale, a.Lat-p.Lat
	dx, dy := (b.Lon-a.Lon)*scale, b.Lat-a.Lat
	if l := dx*dx + dy*dy; l > 0 {
		share = min(max(-(ax*dx+ay*dy)/l, 0), 1)
	}
	x, y := ax+share*dx, ay+share*dy
	return math.Sqrt(x*x+y*y) * metres, share
}

// boxBound is at most the distance from p to anything in the box.
func boxBound(p Point, lo, hi [2]float64) float64 {
	dx := max(lo[0]-p.Lon, 0, p.Lon-hi[0])
	dy := max(lo[1]-p.Lat, 0, p.Lat-hi[1])
	scale := math.Cos(min(max(math.Abs(p.Lat), math.Abs(lo[1]), math.Abs(hi[1])), 90) * math.Pi / 180)
	return math.Hypot(dx*scale, dy) * metres
}

// foot is the point of the geodesic segment that is nearest to p, with the
// distance in metres. From the plane's guess it moves along the segment by the
// right-angled triangle on the mean sphere that p forms with it, which
// converges at once at the distances that matter here.
func (s *piece) foot(p Point) (Point, float64) {
	const radius = 6371008.8
	if s.length == 0 {
		return s.a, Distance(s.a, p)
	}
	_, share := project(p, s.a, s.b)
	at := share * s.length
	for range 12 {
		q, heading := s.a, s.azimuth
		if at > 0 {
			q, heading = advance(s.a, s.azimuth, at)
		}
		d, towards, _ := Inverse(q, p)
		along := math.Cos((towards - heading) * math.Pi / 180)
		next := min(max(at+radius*math.Atan2(math.Sin(d/radius)*along, math.Cos(d/radius)), 0), s.length)
		moved := math.Abs(next - at)
		if moved < 1e-3 {
			return q, d
		}
		at = next
	}
	q, _ := advance(s.a, s.azimuth, at)
	return q, Distance(q, p)
}
