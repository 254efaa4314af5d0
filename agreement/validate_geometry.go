package agreement

import (
	"fmt"
	"math"
	"slices"
)

// maxInline is how many points a line in the file itself may have; the check
// for crossings costs their square.
const maxInline = 4000

func (v *validator) box() {
	b := v.a.Area
	if b == nil {
		return
	}
	if len(b) != 4 {
		v.add("area", fmt.Sprintf("the area has %d numbers", len(b)), "[west, south, east, north] in degrees")
		return
	}
	if b[0] >= b[2] || b[1] >= b[3] || b[0] < -180 || b[2] > 180 || b[1] < -90 || b[3] > 90 {
		v.add("area", fmt.Sprintf("the area %v is no box", b), "[west, south, east, north] in degrees, west below east and south below north")
	}
}

func (v *validator) inBox(lon, lat float64) bool {
	b := v.a.Area
	return len(b) != 4 || lon >= b[0] && lon <= b[2] && lat >= b[1] && lat <= b[3]
}

// position checks one place.
func (v *validator) position(path string, lon, lat float64) {
	switch {
	case math.Abs(lat) > 90 && math.Abs(lon) <= 90:
		v.add(path, fmt.Sprintf("latitude %g and longitude %g are swapped", lat, lon), "the longitude first: [lon, lat]")
	case math.Abs(lon) > 180 || math.Abs(lat) > 90:
		v.add(path, fmt.Sprintf("longitude %g, latitude %g is no place on Earth", lon, lat), "longitude from -180 to 180, latitude from -90 to 90")
	case v.inBox(lon, lat):
	case v.inBox(lat, lon):
		v.add(path, fmt.Sprintf("longitude %g, latitude %g lies outside the agreement's area; swapped it would lie inside", lon, lat), "the longitude first: [lon, lat]")
	default:
		v.add(path, fmt.Sprintf("longitude %g, latitude %g lies outside the agreement's area", lon, lat), fmt.Sprintf("a place in %v", v.a.Area))
	}
}

func (v *validator) latLon(path string, lat, lon *float64) {
	switch {
	case lat == nil && lon == nil:
	case v.a.origin.failed[path+".lat"] || v.a.origin.failed[path+".lon"]:
	case lat == nil:
		v.add(path+".lon", "a longitude without a latitude", "lat beside it")
	case lon == nil:
		v.add(path+".lat", "a latitude without a longitude", "lon beside it")
	default:
		v.position(path+".lat", *lon, *lat)
	}
}

// points checks a list of positions and reports whether shapes may be looked
// for in it.
func (v *validator) points(path string, points [][]float64) bool {
	ok := true
	for i, p := range points {
		if len(p) != 2 {
			v.add(at(path, i), fmt.Sprintf("a position of %d numbers", len(p)), "[lon, lat]")
			ok = false
			continue
		}
		before := len(*v.problems)
		v.position(at(path, i), p[0], p[1])
		ok = ok && len(*v.problems) == before
	}
	if len(points) > maxInline {
		v.add(path, fmt.Sprintf("%d points", len(points)), fmt.Sprintf("at most %d; put more into a GeoJSON file", maxInline))
		ok = false
	}
	return ok
}

func (v *validator) polyline(path string, points [][]float64, name string) {
	if !v.points(path, points) {
		return
	}
	distinct := slices.CompactFunc(slices.Clone(points), slices.Equal)
	if len(distinct) < 2 {
		v.add(path, "the "+name+" has no length", "two different points or more")
		return
	}
	if i, j, ok := crossing(distinct, false); ok {
		v.add(path, fmt.Sprintf("the %s crosses itself: the stretch after %v meets the one after %v", name, distinct[i], distinct[j]), "a line that does not")
	}
}

func (v *validator) ring(path string, points [][]float64, zone string) {
	if !v.points(path, points) {
		return
	}
	if len(points) < 4 || !slices.Equal(points[0], points[len(points)-1]) {
		v.add(path, fmt.Sprintf("the ring of zone %q has %d points and is open", zone, len(points)), "four points or more, the last the same as the first")
		return
	}
	distinct := slices.CompactFunc(slices.Clone(points), slices.Equal)
	if flat(distinct) {
		v.add(path, fmt.Sprintf("the zone %q has no area: the points of its ring lie on one line", zone), "a ring around an area")
		return
	}
	if i, j, ok := crossing(distinct, true); ok {
		v.add(path, fmt.Sprintf("the ring of zone %q crosses itself: the side after %v meets the one after %v", zone, distinct[i], distinct[j]), "a ring that does not")
	}
}

// flat reports whether all points lie on one line.
func flat(ring [][]float64) bool {
	for i := 1; i+1 < len(ring); i++ {
		if math.Abs(turn(ring[0], ring[i], ring[i+1])) > 1e-12 {
			return false
		}
	}
	return true
}

// turn is positive where a, b, c turn left.
func turn(a, b, c []float64) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}

// crossing finds two stretches of a line that meet elsewhere than where one
// follows on the other. Degrees are treated as a plane: it is a test for slips
// of the pen. The antimeridian is not considered.
func crossing(p [][]float64, closed bool) (int, int, bool) {
	n := len(p) - 1
	for i := range n {
		for j := i + 1; j < n; j++ {
			a, b, c, d := p[i], p[i+1], p[j], p[j+1]
			if max(a[0], b[0]) < min(c[0], d[0]) || max(c[0], d[0]) < min(a[0], b[0]) ||
				max(a[1], b[1]) < min(c[1], d[1]) || max(c[1], d[1]) < min(a[1], b[1]) {
				continue
			}
			next, around := j == i+1, closed && i == 0 && j == n-1 || !closed && i == 0 && j == n-1 && slices.Equal(a, d)
			switch {
			case next && turn(a, b, d) == 0 && folds(a, b, d):
				return i, j, true
			case next, around:
			case meet(a, b, c, d):
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// folds reports whether the way from a over b to d turns back on itself.
func folds(a, b, d []float64) bool {
	return (b[0]-a[0])*(d[0]-b[0])+(b[1]-a[1])*(d[1]-b[1]) < 0
}

// meet reports whether the segments ab and cd share a point.
func meet(a, b, c, d []float64) bool {
	t1, t2, t3, t4 := turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
	if (t1 > 0) != (t2 > 0) && t1 != 0 && t2 != 0 && (t3 > 0) != (t4 > 0) && t3 != 0 && t4 != 0 {
		return true
	}
	on := func(t float64, p, q, r []float64) bool {
		return t == 0 && min(p[0], q[0]) <= r[0] && r[0] <= max(p[0], q[0]) && min(p[1], q[1]) <= r[1] && r[1] <= max(p[1], q[1])
	}
	return on(t1, a, b, c) || on(t2, a, b, d) || on(t3, c, d, a) || on(t4, c, d, b)
}
