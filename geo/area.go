package geo

import "math"

// Area is a region prepared for many questions. It is safe for concurrent use.
type Area struct {
	geometry MultiPolygon
	bounds   [4]float64
	height   float64 // of a band, degrees
	bands    [][]edge
	boundary *LineIndex
}

type edge struct{ a, b Point }

// PrepareArea prepares a region, whose edges are straight in longitude and
// latitude (RFC 7946).
func PrepareArea(m MultiPolygon) *Area {
	x := &Area{geometry: m, bounds: m.Bounds()}
	n := 0
	for _, p := range m {
		for _, r := range p {
			n += len(r)
		}
	}
	if n == 0 {
		return x
	}
	x.bands = make([][]edge, min(max(n/2, 1), 4096))
	x.height = (x.bounds[3] - x.bounds[1]) / float64(len(x.bands))
	for _, p := range m {
		for _, r := range p {
			for i := range r {
				e := edge{r[i], r[(i+1)%len(r)]}
				from, to := x.band(min(e.a.Lat, e.b.Lat)), x.band(max(e.a.Lat, e.b.Lat))
				for k := from; k <= to; k++ {
					x.bands[k] = append(x.bands[k], e)
				}
			}
		}
	}
	x.boundary = NewLineIndex(m.Boundary())
	return x
}

func (x *Area) band(lat float64) int {
	if !(x.height > 0) {
		return 0
	}
	return min(max(int((lat-x.bounds[1])/x.height), 0), len(x.bands)-1)
}

// Geometry returns the region.
func (x *Area) Geometry() MultiPolygon { return x.geometry }

// Contains reports whether p lies in the region.
func (x *Area) Contains(p Point) bool {
	if len(x.bands) == 0 || p.Lat < x.bounds[1] || p.Lat > x.bounds[3] || p.Lon < x.bounds[0] || p.Lon > x.bounds[2] {
		return false
	}
	in := false
	for _, e := range x.bands[x.band(p.Lat)] {
		if crosses(e.a, e.b, p) {
			in = !in
		}
	}
	return in
}

// DistanceToBoundary is the geodesic distance in metres from p to the nearest
// edge, from inside as from outside; infinite for an empty region.
func (x *Area) DistanceToBoundary(p Point) float64 {
	if x.boundary == nil {
		return math.Inf(1)
	}
	return x.boundary.Nearest(p).DistanceM
}
