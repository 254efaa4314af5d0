package geo

import (
	"slices"

	"github.com/peterstace/simplefeatures/geom"
)

func simplifyRing(r Ring, metres float64) Ring {
	if len(r) < 8 {
		return r
	}
	// Two halves, each with its ends kept: a ring has no ends of its own.
	half := len(r) / 2
	one := Simplify(Polyline(r[:half+1]), metres)
	two := Simplify(append(Polyline(r[half:len(r):len(r)]), r[0]), metres)
	return append(Ring(one[:len(one)-1]), two[:len(two)-1]...)
}

// assemble puts each hole into the smallest outer ring around it.
func assemble(rings []Ring) MultiPolygon {
	var out MultiPolygon
	var sizes []float64
	for _, r := range rings {
		if a := planarArea(r); len(r) >= 3 && a > 0 {
			out = append(out, Polygon{r})
			sizes = append(sizes, a)
		}
	}
	for _, r := range rings {
		if len(r) < 3 || planarArea(r) > 0 {
			continue
		}
		best := -1
		for i := range out {
			if (best < 0 || sizes[i] < sizes[best]) && sizes[i] > -planarArea(r) && (MultiPolygon{{out[i][0]}}).Contains(r[0]) {
				best = i
			}
		}
		if best >= 0 {
			out[best] = append(out[best], r)
		}
	}
	return out
}

// untangle takes the holes out of the outer rings by overlay, where the tips of two
// rings meet to some centimetres.
func untangle(m MultiPolygon) (MultiPolygon, bool) {
	var outer, holes []geom.Geometry
	for _, p := range m {
		for i, r := range p {
			if i == 0 {
				outer = append(outer, toGeom(MultiPolygon{{r}}))
			} else {
				holes = append(holes, toGeom(MultiPolygon{{reversed(r)}}))
			}
		}
	}
	for _, g := range slices.Concat(outer, holes) {
		if g.Validate() != nil {
			return nil, false
		}
	}
	all, err := unite(outer)
	if err != nil {
		return nil, false
	}
	less, err := unite(holes)
	if err != nil {
		return nil, false
	}
	if all, err = Difference(all, less); err != nil || toGeom(all).Validate() != nil {
		return nil, false
	}
	return all, true
}

// planarArea is twice the area in square degrees; positive for counter-clockwise rings.
func planarArea(r Ring) float64 {
	var sum float64
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		sum += (a.Lon-r[0].Lon)*(b.Lat-r[0].Lat) - (b.Lon-r[0].Lon)*(a.Lat-r[0].Lat)
	}
	return sum
}

func reversed(r Ring) Ring {
	out := make(Ring, len(r))
	for i, p := range r {
		out[len(r)-1-i] = p
	}
	return out
}

// Orient turns the outer ring counter-clockwise and the holes clockwise.
func (p Polygon) Orient() {
	for i, r := range p {
		if (planarArea(r) < 0) == (i == 0) {
			slices.Reverse(r)
		}
	}
}
