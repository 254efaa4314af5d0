package geo

import (
	"math"

	"github.com/tidwall/geodesic"
)

// Distance is the length in metres of the shortest path between two points on
// the ellipsoid, by Karney's method (doi:10.1007/s00190-012-0578-z), exact to
// some nanometres.
func Distance(a, b Point) float64 {
	var m float64
	geodesic.WGS84.Inverse(a.Lat, a.Lon, b.Lat, b.Lon, &m, nil, nil)
	return m
}

// WithinM reports whether a and b are no more than metres apart. It costs a
// fraction of [Distance].
func WithinM(a, b Point, metres float64) bool {
	d := geodesicOf(surface(a), surface(b))
	if d > exactM {
		d = Distance(a, b)
	}
	return d <= metres
}

// Inverse is the distance in metres with the azimuths of the shortest path at
// both of its ends, degrees clockwise from north in [-180, 180].
func Inverse(a, b Point) (metres, azimuthA, azimuthB float64) {
	geodesic.WGS84.Inverse(a.Lat, a.Lon, b.Lat, b.Lon, &metres, &azimuthA, &azimuthB)
	return metres, azimuthA, azimuthB
}

// Direct is where one comes going metres from p, having set out at an azimuth
// in degrees clockwise from north.
func Direct(p Point, azimuth, metres float64) Point {
	var q Point
	geodesic.WGS84.Direct(p.Lat, p.Lon, azimuth, metres, &q.Lat, &q.Lon, nil)
	return q
}

// Valid reports whether p is a place: finite, latitude within ±90 and
// longitude within ±180 degrees.
func (p Point) Valid() bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lon >= -180 && p.Lon <= 180
}

// Length in metres.
func (l Polyline) Length() float64 {
	var sum float64
	for i := 1; i < len(l); i++ {
		sum += Distance(l[i-1], l[i])
	}
	return sum
}

// Area in square metres of the region within the ring, its edges taken as
// geodesics; positive for counter-clockwise rings, negative for clockwise ones.
func (r Ring) Area() float64 {
	area, _ := r.measure()
	return area
}

func (r Ring) measure() (area, perimeter float64) {
	if len(r) == 0 {
		return 0, 0
	}
	p := geodesic.WGS84.PolygonInit(false)
	for _, q := range r {
		p.AddPoint(q.Lat, q.Lon)
	}
	p.Compute(false, true, &area, &perimeter)
	return area, perimeter
}

// Area in square metres: the outer ring less the holes.
func (p Polygon) Area() float64 {
	var sum float64
	for i, r := range p {
		if a := math.Abs(r.Area()); i == 0 {
			sum = a
		} else {
			sum -= a
		}
	}
	return sum
}

// Area in square metres.
func (m MultiPolygon) Area() float64 {
	var sum float64
	for _, p := range m {
		sum += p.Area()
	}
	return sum
}

// Perimeter in metres of all rings, the holes' too.
func (m MultiPolygon) Perimeter() float64 {
	var sum float64
	for _, p := range m {
		for _, r := range p {
			_, length := r.measure()
			sum += length
		}
	}
	return sum
}

// Bounds is the smallest box [west, south, east, north] that holds m; all
// zero for nothing.
func (m MultiPolygon) Bounds() [4]float64 {
	b := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range m {
		for _, r := range p {
			for _, q := range r {
				b[0], b[1] = min(b[0], q.Lon), min(b[1], q.Lat)
				b[2], b[3] = max(b[2], q.Lon), max(b[3], q.Lat)
			}
		}
	}
	if b[0] > b[2] {
		return [4]float64{}
	}
	return b
}

// Boundary returns all rings of m as closed lines.
func (m MultiPolygon) Boundary() []Polyline {
	var out []Polyline
	for _, p := range m {
		for _, r := range p {
			if len(r) > 0 {
				out = append(out, append(Polyline(r[:len(r):len(r)]), r[0]))
			}
		}
	}
	return out
}

// Contains reports whether p lies in m, whose edges are straight in longitude
// and latitude (RFC 7946). For many points use [PrepareArea].
func (m MultiPolygon) Contains(p Point) bool {
	in := false
	for _, poly := range m {
		for _, r := range poly {
			for i := range r {
				if crosses(r[i], r[(i+1)%len(r)], p) {
					in = !in
				}
			}
		}
	}
	return in
}

// Densify adds points to a line so that no two that follow each other are more
// than metres apart; the added ones lie on the geodesic between their
// neighbours. A straight line in longitude and latitude from one to the next then
// leaves the geodesic by no more than 1.09·metres²·tan(latitude)/(8·6,378,137 m), nearly:
// 0.3 m at 3 km and 60 degrees.
func Densify(l Polyline, metres float64) Polyline {
	if len(l) < 2 || !(metres > 0) {
		return l
	}
	out := Polyline{l[0]}
	for i := 1; i < len(l); i++ {
		length, azimuth, _ := Inverse(l[i-1], l[i])
		n := math.Ceil(length / metres)
		for k := 1.0; k < n; k++ {
			out = append(out, Direct(l[i-1], azimuth, length*k/n))
		}
		out = append(out, l[i])
	}
	return out
}
