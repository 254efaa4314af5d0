package geo

import (
	"fmt"
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// How buffers are cut and rounded. A chunk's outline is made in a plane about
// its own middle in which distances from there are true, so that the plane's
// error stays below d·(d/R)²/6 at a distance d: 1.5 m at 70 km. Arcs are
// polygons that lie at most 0.03 % of the width inside the true arc.
const (
	chunkSegments  = 16
	chunkM         = 40e3
	quarterCircle  = 32
	simplifyShare  = 0.001
	straightM      = 5e3
	circleVertices = 4 * quarterCircle
)

// Buffer is the region within metres of the lines. It is for maps and
// measures: whether a point lies within a distance is decided by
// [LineIndex.Nearest].
func Buffer(lines []Polyline, metres float64) (MultiPolygon, error) {
	if !(metres > 0) {
		return nil, fmt.Errorf("buffering lines: a width of %g m; expected more than 0", metres)
	}
	var parts []geom.Geometry
	for _, l := range lines {
		l = Simplify(l, metres*simplifyShare)
		for start := 0; start < len(l)-1; {
			end, length := start, 0.0
			for end < len(l)-1 && end-start < chunkSegments && (end == start || length < chunkM) {
				length += Distance(l[end], l[end+1])
				end++
			}
			g, err := bufferChunk(l[start:end+1], metres)
			if err != nil {
				return nil, fmt.Errorf("buffering lines near %.4f, %.4f: %w", l[start].Lat, l[start].Lon, err)
			}
			parts = append(parts, g)
			start = end
		}
		if len(l) == 1 {
			parts = append(parts, toGeom(Circle(l[0], metres)))
		}
	}
	return unite(parts)
}

func bufferChunk(l Polyline, metres float64) (geom.Geometry, error) {
	plane := plane{middle(l)}
	dense := Densify(l, straightM)
	xy := make([]float64, 0, 2*len(dense))
	for i, p := range dense {
		x, y := plane.to(p)
		if i > 0 && x == xy[len(xy)-2] && y == xy[len(xy)-1] {
			continue
		}
		xy = append(xy, x, y)
	}
	if len(xy) < 4 {
		return toGeom(Circle(l[0], metres)), nil
	}
	line := geom.NewLineString(geom.NewSequence(xy, geom.DimXY)).AsGeometry()
	g, err := geom.Buffer(line, metres, geom.BufferQuadSegments(quarterCircle))
	if err != nil {
		return geom.Geometry{}, err
	}
	m := fromGeom(g)
	for _, p := range m {
		for i, r := range p {
			p[i] = plane.back(r)
		}
	}
	return toGeom(m), nil
}

func middle(l Polyline) Point {
	lon := l[0].Lon
	var dLon, lat float64
	for _, p := range l {
		dLon += wrap(p.Lon - lon)
		lat += p.Lat
	}
	return Point{Lat: lat / float64(len(l)), Lon: lon + dLon/float64(len(l))}
}

// plane is the azimuthal equidistant plane about a point.
type plane struct{ at Point }

func (p plane) to(q Point) (x, y float64) {
	m, azimuth, _ := Inverse(p.at, q)
	s, c := math.Sincos(azimuth * math.Pi / 180)
	return m * s, m * c
}

// back returns a ring to the ellipsoid, with points added where its edges are
// long; longitudes are near the middle's, without a jump at the antimeridian.
func (p plane) back(r Ring) Ring {
	var out Ring
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		n := math.Max(1, math.Ceil(math.Hypot(b.Lon-a.Lon, b.Lat-a.Lat)/straightM))
		for k := 0.0; k < n; k++ {
			x, y := a.Lon+(b.Lon-a.Lon)*k/n, a.Lat+(b.Lat-a.Lat)*k/n
			q := Direct(p.at, math.Atan2(x, y)*180/math.Pi, math.Hypot(x, y))
			q.Lon = p.at.Lon + wrap(q.Lon-p.at.Lon)
			out = append(out, q)
		}
	}
	return out
}

// BufferArea is the region within metres of m, m included.
func BufferArea(m MultiPolygon, metres float64) (MultiPolygon, error) {
	if len(m) == 0 {
		return nil, nil
	}
	rim, err := Buffer(m.Boundary(), metres)
	if err != nil {
		return nil, err
	}
	return Union(m, rim)
}

// Circle is the disc of metres about p, as a polygon of 128 vertices on it.
func Circle(p Point, metres float64) MultiPolygon {
	r := make(Ring, circleVertices)
	for i := range r {
		q := Direct(p, -360*float64(i)/circleVertices, metres)
		q.Lon = p.Lon + wrap(q.Lon-p.Lon)
		r[i] = q
	}
	return MultiPolygon{{r}}
}
