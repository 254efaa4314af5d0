package line

import (
	"fmt"
	"slices"

	"github.com/truce-monitor/truce/geo"
)

// seam is the half width in metres of the strip along a line that is left out
// where a region is cut along it.
const seam = 0.05

// Split parts a region that reaches no farther than reachM from the line into
// what lies to the left and what lies to the right of it; where a held area
// decides the sides, into what is held and what is not. A line goes straight on
// beyond its ends.
func (v *Version) Split(region geo.MultiPolygon, reachM float64) (left, right geo.MultiPolygon, err error) {
	if len(v.Held) > 0 {
		left, right, err = v.splitByHeld(region)
	} else {
		left, right, err = v.splitAlong(region, reachM)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("splitting a region along line %s: %w", v.Line, err)
	}
	return left, right, nil
}

func (v *Version) splitByHeld(region geo.MultiPolygon) (held, other geo.MultiPolygon, err error) {
	area, err := geo.Clean(v.Held)
	if err != nil {
		return nil, nil, err
	}
	if held, err = geo.Intersection(region, area); err != nil {
		return nil, nil, err
	}
	other, err = geo.Difference(region, area)
	return held, other, err
}

// splitAlong lets the region fall into pieces along the line; each lies on the
// side of a point within it.
func (v *Version) splitAlong(region geo.MultiPolygon, reachM float64) (left, right geo.MultiPolygon, err error) {
	blade, err := geo.Strip(lengthen(v.Parts, region, 1.05*reachM+100), seam)
	if err != nil {
		return nil, nil, err
	}
	pieces, err := geo.Difference(region, blade)
	if err != nil {
		return nil, nil, err
	}
	for _, piece := range pieces {
		p, ok := inner(piece)
		switch {
		case !ok:
		case v.Nearest(p).LeftOf:
			left = append(left, piece)
		default:
			right = append(right, piece)
		}
	}
	return left, right, nil
}

// lengthen lets the parts, without their spurs, go straight on at both ends until
// they are out of the region; an end that another part goes on from stays.
func lengthen(parts []geo.Polyline, region geo.MultiPolygon, step float64) []geo.Polyline {
	ends := map[geo.Point]int{}
	for _, part := range parts {
		if len(part) > 1 {
			ends[part[0]]++
			ends[part[len(part)-1]]++
		}
	}
	beyond := func(from geo.Point, azimuth float64) geo.Point {
		const most = 50 // of the steps: where a line winds around its own end
		p := geo.Direct(from, azimuth, step)
		for n := 2.0; n <= most && region.Contains(p); n++ {
			p = geo.Direct(from, azimuth, n*step)
		}
		return p
	}
	var out []geo.Polyline
	for _, part := range parts {
		part = part.WithoutSpurs()
		if len(part) > 1 && part[0] != part[len(part)-1] {
			first, last := part[0], part[len(part)-1]
			part = slices.Clone(part)
			if ends[last] == 1 {
				_, _, azimuth := geo.Inverse(part[len(part)-2], last)
				part = append(part, beyond(last, azimuth))
			}
			if ends[first] == 1 {
				_, azimuth, _ := geo.Inverse(first, part[1])
				part = slices.Insert(part, 0, beyond(first, azimuth+180))
			}
		}
		out = append(out, part)
	}
	return out
}

// inner is a point well inside a polygon: the middle of the widest stretch of
// it on one of a few parallels.
func inner(polygon geo.Polygon) (geo.Point, bool) {
	b := (geo.MultiPolygon{polygon}).Bounds()
	best, at := 0.0, geo.Point{}
	var cuts []float64
	for _, share := range [...]float64{0.513, 0.271, 0.748, 0.117, 0.883, 0.39, 0.63} {
		lat := b[1] + share*(b[3]-b[1])
		cuts = cuts[:0]
		for _, ring := range polygon {
			for i, p := range ring {
				q := ring[(i+1)%len(ring)]
				if (p.Lat > lat) != (q.Lat > lat) {
					cuts = append(cuts, p.Lon+(lat-p.Lat)/(q.Lat-p.Lat)*(q.Lon-p.Lon))
				}
			}
		}
		slices.Sort(cuts)
		for i := 0; i+1 < len(cuts); i += 2 {
			if width := cuts[i+1] - cuts[i]; width > best {
				best, at = width, geo.Point{Lat: lat, Lon: (cuts[i] + cuts[i+1]) / 2}
			}
		}
	}
	return at, best > 0
}
