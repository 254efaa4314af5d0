package geo

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/peterstace/simplefeatures/geom"
)

// Union is what lies in a or in b. Edges are straight in longitude and
// latitude, in all overlays.
func Union(a, b MultiPolygon) (MultiPolygon, error) { return overlay("uniting", geom.Union, a, b) }

// Intersection is what lies in both.
func Intersection(a, b MultiPolygon) (MultiPolygon, error) {
	return overlay("intersecting", geom.Intersection, a, b)
}

// Difference is what lies in a and not in b.
func Difference(a, b MultiPolygon) (MultiPolygon, error) {
	return overlay("subtracting", geom.Difference, a, b)
}

func overlay(what string, op func(a, b geom.Geometry) (geom.Geometry, error), a, b MultiPolygon) (MultiPolygon, error) {
	out, err := op(toGeom(a), toGeom(b))
	if err != nil {
		return nil, fmt.Errorf("%s areas: %w", what, err)
	}
	return fromGeom(out), nil
}

// SymmetricDifference is what lies in one of them and not in the other.
func SymmetricDifference(a, b MultiPolygon) (MultiPolygon, error) {
	return overlay("comparing", geom.SymmetricDifference, a, b)
}

// EvenOdd is what lies within an odd number of the rings, none of which crosses
// itself. One that is about a centimetre wide is left out: rounding may make it do so.
func EvenOdd(rings []Ring) (MultiPolygon, error) {
	const narrow = 1e-7 // degrees
	var parts []geom.Geometry
	for _, r := range rings {
		around := 0.0
		for i, p := range r {
			q := r[(i+1)%len(r)]
			around += math.Hypot(q.Lon-p.Lon, q.Lat-p.Lat)
		}
		if math.Abs(planarArea(r)) > narrow*around { // twice the area
			parts = append(parts, toGeom(MultiPolygon{{r}}))
		}
	}
	return fold(parts, geom.SymmetricDifference)
}

// Clean dissolves polygons that overlap or touch into one valid region,
// oriented as RFC 7946 asks.
func Clean(m MultiPolygon) (MultiPolygon, error) {
	if len(m) == 0 {
		return nil, nil
	}
	parts := make([]geom.Geometry, len(m))
	for i, p := range m {
		g, err := geom.Buffer(toGeom(MultiPolygon{p}), 0)
		if err != nil {
			return nil, fmt.Errorf("cleaning polygon %d: %w", i+1, err)
		}
		parts[i] = g
	}
	return unite(parts)
}

func unite(parts []geom.Geometry) (MultiPolygon, error) { return fold(parts, geom.Union) }

// fold overlays as a tree: all at once, or one after the other, is slow beyond use.
func fold(parts []geom.Geometry, overlay func(a, b geom.Geometry) (geom.Geometry, error)) (MultiPolygon, error) {
	if len(parts) == 0 {
		return nil, nil
	}
	for len(parts) > 1 {
		half := parts[:0:0]
		for i := 0; i < len(parts); i += 2 {
			if i+1 == len(parts) {
				half = append(half, parts[i])
				break
			}
			u, err := overlay(parts[i], parts[i+1])
			if err != nil {
				return nil, fmt.Errorf("putting areas together: %w", err)
			}
			half = append(half, u)
		}
		parts = half
	}
	return fromGeom(parts[0]), nil
}

// Check reports what is wrong with a region: nothing in it, a ring that
// crosses itself, or no area.
func (m MultiPolygon) Check() error {
	if len(m) == 0 {
		return errors.New("it has no polygon")
	}
	for i, p := range m {
		for k, r := range p {
			if len(r) < 3 {
				return fmt.Errorf("polygon %d, ring %d has %d points; expected at least 3", i+1, k+1, len(r))
			}
			for _, q := range r {
				if !q.Valid() {
					return fmt.Errorf("polygon %d, ring %d: %g, %g is no place (latitude, longitude)", i+1, k+1, q.Lat, q.Lon)
				}
			}
		}
		if err := toGeom(MultiPolygon{p}).Validate(); err != nil {
			return fmt.Errorf("polygon %d: %w", i+1, err)
		}
	}
	if !(m.Area() > 0) {
		return errors.New("it has no area")
	}
	return nil
}

func toGeom(m MultiPolygon) geom.Geometry {
	polygons := make([]geom.Polygon, 0, len(m))
	for _, p := range m {
		rings := make([]geom.LineString, 0, len(p))
		for _, r := range p {
			if len(r) == 0 {
				continue
			}
			xy := make([]float64, 0, 2*len(r)+2)
			for _, q := range r {
				xy = append(xy, q.Lon, q.Lat)
			}
			xy = append(xy, r[0].Lon, r[0].Lat)
			rings = append(rings, geom.NewLineString(geom.NewSequence(xy, geom.DimXY)))
		}
		polygons = append(polygons, geom.NewPolygon(rings))
	}
	return geom.NewMultiPolygon(polygons).AsGeometry()
}

// fromGeom takes the polygons out of g; an overlay's stray points and lines
// have no area and are left out.
func fromGeom(g geom.Geometry) MultiPolygon {
	var out MultiPolygon
	switch g.Type() {
	case geom.TypePolygon:
		if p := fromPolygon(g.MustAsPolygon()); p != nil {
			out = append(out, p)
		}
	case geom.TypeMultiPolygon:
		m := g.MustAsMultiPolygon()
		for i := range m.NumPolygons() {
			if p := fromPolygon(m.PolygonN(i)); p != nil {
				out = append(out, p)
			}
		}
	case geom.TypeGeometryCollection:
		c := g.MustAsGeometryCollection()
		for i := range c.NumGeometries() {
			out = append(out, fromGeom(c.GeometryN(i))...)
		}
	}
	return out
}

func fromPolygon(p geom.Polygon) Polygon {
	p = p.ForceCCW()
	if p.IsEmpty() {
		return nil
	}
	out := Polygon{fromRing(p.ExteriorRing())}
	for i := range p.NumInteriorRings() {
		out = append(out, fromRing(p.InteriorRingN(i)))
	}
	return out
}

func fromRing(l geom.LineString) Ring {
	line := fromLine(l)
	return Ring(line[:max(len(line)-1, 0)])
}

func fromLine(l geom.LineString) Polyline {
	s := l.Coordinates()
	out := make(Polyline, s.Length())
	for i := range out {
		xy := s.GetXY(i)
		out[i] = Point{Lat: xy.Y, Lon: xy.X}
	}
	return out
}

// Clip returns what of the lines lies in the area.
func Clip(lines []Polyline, area MultiPolygon) ([]Polyline, error) {
	parts := make([]geom.LineString, 0, len(lines))
	for _, l := range lines {
		if len(l) > 1 {
			xy := make([]float64, 0, 2*len(l))
			for _, p := range l {
				xy = append(xy, p.Lon, p.Lat)
			}
			parts = append(parts, geom.NewLineString(geom.NewSequence(xy, geom.DimXY)))
		}
	}
	g, err := geom.Intersection(geom.NewMultiLineString(parts).AsGeometry(), toGeom(area))
	if err != nil {
		return nil, fmt.Errorf("clipping lines: %w", err)
	}
	var out []Polyline
	for _, d := range g.Dump() {
		if d.IsLineString() && !d.IsEmpty() {
			out = append(out, fromLine(d.MustAsLineString()))
		}
	}
	return joined(out), nil
}

// joined puts lines together of which one begins where another, and no third,
// ends: an overlay cuts them at every node.
func joined(lines []Polyline) []Polyline {
	begin, ends := map[Point][]int{}, map[Point]int{}
	for i, l := range lines {
		begin[l[0]] = append(begin[l[0]], i)
		ends[l[len(l)-1]]++
	}
	used := make([]bool, len(lines))
	follow := func(i int) Polyline {
		out := slices.Clone(lines[i])
		for used[i] = true; ; {
			last := out[len(out)-1]
			if len(begin[last]) != 1 || ends[last] != 1 || used[begin[last][0]] {
				return out
			}
			i = begin[last][0]
			used[i] = true
			out = append(out, lines[i][1:]...)
		}
	}
	var out []Polyline
	for i, l := range lines {
		if !used[i] && (len(begin[l[0]]) != 1 || ends[l[0]] != 1) {
			out = append(out, follow(i))
		}
	}
	for i := range lines { // rings
		if !used[i] {
			out = append(out, follow(i))
		}
	}
	return out
}
