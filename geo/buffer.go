package geo

import (
	"fmt"
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// Buffer is the region within metres of the lines. Its edge lies within half a
// metre of that distance, at any width up to 200 km; gaps, islands and the space
// between two arms of a line that are narrower than a twentieth of the width may be
// missing. Whether a point lies within a distance [LineIndex.Nearest] decides.
//
// The overlay library's own buffer, which is planar and drops bends of up to a
// hundredth of the width, is up to 700 m off at 70 km.
func Buffer(lines []Polyline, metres float64) (MultiPolygon, error) {
	if !(metres > 0) {
		return nil, fmt.Errorf("buffering lines: a width of %g m; expected more than 0", metres)
	}
	var paths []Polyline
	for _, l := range lines {
		if len(l) == 1 {
			l = Polyline{l[0], l[0]}
		}
		if len(l) > 0 {
			paths = append(paths, l)
		}
	}
	x := NewLineIndex(paths)
	if x.Len() == 0 {
		return nil, nil
	}
	out, err := around(x.Nearest, x.box, metres)
	if err != nil {
		return nil, fmt.Errorf("buffering lines by %g m: %w", metres, err)
	}
	return out, nil
}

// around draws what lies within metres of what near measures to and box holds.
func around(near func(Point) Nearest, box [4]float64, width float64) (MultiPolygon, error) {
	lat := 1.01 * width / metres
	box[1], box[3] = box[1]-lat, box[3]+lat
	lon := lat / math.Cos(math.Min(89, math.Max(math.Abs(box[1]), math.Abs(box[3])))*math.Pi/180)
	box[0], box[2] = box[0]-lon, box[2]+lon
	c := contour{near: near, level: width, cell: math.Max(0.05, math.Min(width/20, 400))}
	m, err := c.draw(box)
	if err != nil {
		return nil, err
	}
	return atAntimeridian(m)
}

// atAntimeridian cuts a region whose longitudes leave [-180, 180] where RFC 7946
// wants it cut.
func atAntimeridian(m MultiPolygon) (MultiPolygon, error) {
	b := m.Bounds()
	if b[0] >= -180 && b[2] <= 180 {
		return m, nil
	}
	var out MultiPolygon
	for turn := math.Floor((b[0] + 180) / 360); turn*360-180 < b[2]; turn++ {
		west := turn*360 - 180
		part, err := Intersection(m, MultiPolygon{{Ring{{-90, west}, {-90, west + 360}, {90, west + 360}, {90, west}}}})
		if err != nil {
			return nil, err
		}
		for _, p := range part {
			for _, r := range p {
				for i := range r {
					r[i].Lon -= turn * 360
				}
			}
		}
		out = append(out, part...)
	}
	return out, nil
}

// How strips are cut: a chunk's outline is made in a plane about its own middle.
const (
	chunkSegments = 16
	chunkM        = 40e3
	quarterCircle = 8
	straightM     = 5e3
)

// Strip is the region within a few metres of the lines, to cut along them. Edges
// are right to a hundredth of the width or, on long segments, a metre.
func Strip(lines []Polyline, metres float64) (MultiPolygon, error) {
	var parts []geom.Geometry
	for _, l := range lines {
		for start := 0; start < len(l)-1; {
			end, length := start, 0.0
			for end < len(l)-1 && end-start < chunkSegments && (end == start || length < chunkM) {
				length += Distance(l[end], l[end+1])
				end++
			}
			g, err := bufferChunk(l[start:end+1], metres)
			if err != nil {
				return nil, fmt.Errorf("a strip of %g m along lines near %.4f, %.4f: %w", metres, l[start].Lat, l[start].Lon, err)
			}
			parts = append(parts, g)
			start = end
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

// BufferArea is the region within metres of m, m included. Its edges count as
// geodesics.
func BufferArea(m MultiPolygon, metres float64) (MultiPolygon, error) {
	if len(m) == 0 {
		return nil, nil
	}
	if !(metres > 0) {
		return nil, fmt.Errorf("buffering areas: a width of %g m; expected more than 0", metres)
	}
	area, rim := PrepareArea(m), NewLineIndex(m.Boundary())
	out, err := around(func(p Point) Nearest {
		if area.Contains(Point{Lat: p.Lat, Lon: wrap(p.Lon)}) {
			return Nearest{}
		}
		return rim.Nearest(p)
	}, rim.box, metres)
	if err != nil {
		return nil, fmt.Errorf("buffering areas by %g m: %w", metres, err)
	}
	return out, nil
}

// Circle is the disc of metres about p, as a polygon with its vertices on it and
// its edges no more than half a metre inside.
func Circle(p Point, metres float64) MultiPolygon {
	n := math.Max(128, math.Ceil(math.Pi/math.Sqrt(1/math.Max(metres, 1))))
	r := make(Ring, int(n))
	for i := range r {
		q := Direct(p, -360*float64(i)/n, metres)
		q.Lon = p.Lon + wrap(q.Lon-p.Lon)
		r[i] = q
	}
	return MultiPolygon{{r}}
}
