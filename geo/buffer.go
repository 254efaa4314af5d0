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
	var paths []Polyline
	for _, l := range lines {
		if len(l) == 1 {
			l = Polyline{l[0], l[0]}
		}
		if len(l) > 0 {
			paths = append(paths, l)
		}
	}
	return NewLineIndex(paths).Buffer(metres)
}

// Buffer is [Buffer] of the indexed lines.
func (x *LineIndex) Buffer(metres float64) (MultiPolygon, error) {
	if !(metres > 0) {
		return nil, fmt.Errorf("buffering lines: a width of %g m; expected more than 0", metres)
	}
	if x.Len() == 0 {
		return nil, nil
	}
	out, err := around(x.Distance, x.Nearest, x.box, metres)
	if err != nil {
		return nil, fmt.Errorf("buffering lines by %g m: %w", metres, err)
	}
	return out, nil
}

// around draws what lies within width of what distance and near measure to and box
// holds.
func around(distance func(Point) float64, near func(Point) Nearest, box [4]float64, width float64) (MultiPolygon, error) {
	lat := 1.01 * width / metres
	box[1], box[3] = box[1]-lat, box[3]+lat
	lon := lat / math.Cos(math.Min(89, math.Max(math.Abs(box[1]), math.Abs(box[3])))*math.Pi/180)
	box[0], box[2] = box[0]-lon, box[2]+lon
	c := contour{distance: distance, near: near, level: width, cell: math.Max(0.05, math.Min(width/20, 400))}
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

// straightM is how long a geodesic may be, in metres, to be taken for straight in
// longitude and latitude: at 60 degrees of latitude they part by 0.3 m.
const straightM = 3e3

// Strip is a blade to cut regions along lines: width metres to either side of them,
// less where degrees of longitude are shorter.
func Strip(lines []Polyline, width float64) (MultiPolygon, error) {
	var paths []geom.LineString
	for _, l := range lines {
		path := Densify(l, straightM)
		lon := 0.0
		xy := make([]float64, 0, 2*len(path))
		for i, p := range path {
			if i == 0 {
				lon = p.Lon
			} else if p == path[i-1] {
				continue
			}
			lon += wrap(p.Lon - lon) // on over the antimeridian
			xy = append(xy, lon, p.Lat)
		}
		if len(xy) >= 4 {
			paths = append(paths, geom.NewLineString(geom.NewSequence(xy, geom.DimXY)))
		}
	}
	if len(paths) == 0 {
		return nil, nil
	}
	// In degrees, where what is straight stays so; both sides keep every point.
	g, err := geom.Buffer(geom.NewMultiLineString(paths).AsGeometry(), width/metres, geom.BufferQuadSegments(2), geom.BufferSimplifyFactor(0))
	if err != nil {
		return nil, fmt.Errorf("a strip of %g m along lines: %w", width, err)
	}
	return atAntimeridian(fromGeom(g))
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
	area := PrepareArea(m)
	rim := area.boundary()
	inside := func(p Point) bool { return area.Contains(Point{Lat: p.Lat, Lon: wrap(p.Lon)}) }
	out, err := around(func(p Point) float64 {
		if inside(p) {
			return 0
		}
		return rim.Distance(p)
	}, func(p Point) Nearest {
		if inside(p) {
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
