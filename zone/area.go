package zone

import (
	"errors"
	"math"
	"time"

	"github.com/tidwall/rtree"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// area is an area made ready for many questions.
type area struct {
	polygons geo.MultiPolygon
	inside   *geo.Area
	rings    []geo.Polyline // closed, the area to their left
	boundary *geo.LineIndex
	boxes    rtree.RTreeG[struct{}] // of the edges
	edges    int
	box      box
}

// named is an area of the agreement's area file.
type named struct {
	name string
	*area
}

func newArea(polygons geo.MultiPolygon) *area {
	a := &area{polygons: polygons, inside: geo.PrepareArea(polygons), edges: edges(polygons), box: around(polygons)}
	for _, ring := range polygons.Boundary() {
		a.rings = append(a.rings, straight(ring))
	}
	for _, ring := range a.rings {
		for i := 1; i < len(ring); i++ {
			p, q := ring[i-1], ring[i]
			a.boxes.Insert([2]float64{min(p.Lon, q.Lon), min(p.Lat, q.Lat)}, [2]float64{max(p.Lon, q.Lon), max(p.Lat, q.Lat)}, struct{}{})
		}
	}
	a.boundary = geo.NewLineIndex(a.rings)
	return a
}

// longest is how long an edge may be, in degrees, to be taken for a geodesic
// although it is straight in longitude and latitude: they part by some 10 m.
const longest = 0.2

// straight divides long edges.
func straight(path geo.Polyline) geo.Polyline {
	var out geo.Polyline
	for i, p := range path {
		if i > 0 {
			last := path[i-1]
			n := math.Ceil(max(math.Abs(p.Lon-last.Lon), math.Abs(p.Lat-last.Lat)) / longest)
			for k := 1.0; k < n; k++ {
				out = append(out, geo.Point{Lat: last.Lat + k/n*(p.Lat-last.Lat), Lon: last.Lon + k/n*(p.Lon-last.Lon)})
			}
		}
		out = append(out, p)
	}
	return out
}

func (a *area) contains(p geo.Point) bool { return a.inside.Contains(p) }

// near reports whether an edge may lie within metres of p: cheaper to know than
// which is nearest.
func (a *area) near(p geo.Point, metres float64) bool {
	lat, lon := degrees(p, metres)
	found := false
	a.boxes.Search([2]float64{p.Lon - lon, p.Lat - lat}, [2]float64{p.Lon + lon, p.Lat + lat}, func(_, _ [2]float64, _ struct{}) bool {
		found = true
		return false
	})
	return found
}

// degrees are at least metres of latitude and of longitude about p.
func degrees(p geo.Point, metres float64) (lat, lon float64) {
	lat = 1.02 * metres / metresPerDegree
	return lat, lat / math.Cos(min(89, math.Abs(p.Lat)+lat)*math.Pi/180)
}

// box is a box in degrees.
type box struct{ west, south, east, north float64 }

func around(area geo.MultiPolygon) box {
	b := area.Bounds()
	return box{b[0], b[1], b[2], b[3]}
}

// away reports whether p is certainly farther than metres from the box.
func (b box) away(p geo.Point, metres float64) bool {
	lat, lon := degrees(p, metres)
	return p.Lat > b.north+lat || p.Lat < b.south-lat || p.Lon > b.east+lon || p.Lon < b.west-lon
}

// pair is two versions of lines that a zone lies between.
type pair struct{ a, b *line.Version }

// between is the area between the node's two lines at t; nil where one of them
// has no version yet.
func (s *Set) between(n *node, t time.Time) *area {
	a, b := n.version(t), n.otherVersion(t)
	if a == nil || b == nil || len(a.Parts) == 0 || len(b.Parts) == 0 {
		return nil
	}
	s.mu.RLock()
	found, ok := s.betweens[pair{a, b}]
	s.mu.RUnlock()
	if ok {
		return found
	}
	var made *area
	if polygons := apart(a, b); len(polygons) > 0 {
		made = newArea(polygons)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.betweens[pair{a, b}]; ok {
		return found
	}
	if len(s.betweens) >= keptEpochs {
		clear(s.betweens)
	}
	s.betweens[pair{a, b}] = made
	return made
}

// apart is the area between two versions: what a party holds by the one alone, where
// both are the edge of the area that it holds.
func apart(a, b *line.Version) geo.MultiPolygon {
	if len(a.Held) > 0 && len(b.Held) > 0 && a.HeldBy == b.HeldBy {
		one, err1 := geo.Clean(a.Held)
		two, err2 := geo.Clean(b.Held)
		if both, err := geo.SymmetricDifference(one, two); errors.Join(err1, err2, err) == nil {
			return both
		}
	}
	return span(a.Parts, b.Parts)
}

// shortM is how long a geodesic may be, in metres, to be taken for straight in
// longitude and latitude: they part by a metre.
const shortM = 5000

// span is the area between two lines: along the one, across to the end of the
// other and back along it, across to the start. Where they cross, the area is
// on either side of the crossing; where they run together, there is none. The parts
// of a line count as one after the other.
func span(a, b []geo.Polyline) geo.MultiPolygon {
	there, back := geo.Densify(join(a), shortM), geo.Densify(join(b), shortM)
	if len(there) < 2 || len(back) < 2 {
		return nil
	}
	// The two run the same way if that makes the ways across shorter.
	first, last := there[0], there[len(there)-1]
	if geo.Distance(last, back[len(back)-1])+geo.Distance(first, back[0]) <= geo.Distance(last, back[0])+geo.Distance(first, back[len(back)-1]) {
		for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
			back[i], back[j] = back[j], back[i]
		}
	}
	return untangle(append(there, back...))
}

func join(parts []geo.Polyline) geo.Polyline {
	var out geo.Polyline
	for _, part := range parts {
		for _, p := range part {
			if len(out) == 0 || out[len(out)-1] != p {
				out = append(out, p)
			}
		}
	}
	return out
}

// untangle is what a closed path that may cross itself goes around, an odd number
// of times: the path is split where it meets itself, into loops that don't.
func untangle(path geo.Polyline) geo.MultiPolygon {
	var loops []geo.Ring
	todo := []geo.Polyline{tidy(path)}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if len(p) < 3 {
			continue
		}
		if one, two, ok := split(p); ok {
			todo = append(todo, one, two)
			continue
		}
		loops = append(loops, geo.Ring(p))
	}
	if area, err := geo.EvenOdd(loops); err == nil {
		return area
	}
	var apart geo.MultiPolygon // the same places, though with a common edge perhaps
	for _, ring := range loops {
		one := geo.Polygon{ring}
		one.Orient()
		apart = append(apart, one)
	}
	return apart
}

// split cuts a closed path at the first place where it meets itself; both loops
// have fewer points.
func split(p geo.Polyline) (one, two geo.Polyline, ok bool) {
	n := len(p)
	for i := range n {
		for j := i + 2; j < n; j++ {
			if i == 0 && j == n-1 {
				continue
			}
			at, meets := meet(p[i], p[(i+1)%n], p[j], p[(j+1)%n])
			if !meets {
				continue
			}
			// p[i+1..j] with at is the one loop, the rest with at the other.
			one = append(geo.Polyline{at}, p[i+1:j+1]...)
			two = append(geo.Polyline{at}, p[j+1:]...)
			two = append(two, p[:i+1]...)
			return tidy(one), tidy(two), true
		}
	}
	return nil, nil, false
}

// tidy leaves out points that repeat the one before.
func tidy(p geo.Polyline) geo.Polyline {
	var out geo.Polyline
	for _, x := range p {
		if len(out) == 0 || !same(out[len(out)-1], x) {
			out = append(out, x)
		}
	}
	for len(out) > 1 && same(out[0], out[len(out)-1]) {
		out = out[:len(out)-1]
	}
	return out
}

// meet is where the segments a-b and c-d meet, in the plane of degrees: over a
// segment of a line that is a few metres off at most.
func meet(a, b, c, d geo.Point) (geo.Point, bool) {
	rx, ry := b.Lon-a.Lon, b.Lat-a.Lat
	sx, sy := d.Lon-c.Lon, d.Lat-c.Lat
	cross := rx*sy - ry*sx
	if cross == 0 { // where they run together, an end of one on the other
		for _, x := range [4][3]geo.Point{{c, a, b}, {d, a, b}, {a, c, d}, {b, c, d}} {
			p, from, to := x[0], x[1], x[2]
			along := (p.Lon-from.Lon)*(to.Lon-from.Lon) + (p.Lat-from.Lat)*(to.Lat-from.Lat)
			aside := (p.Lon-from.Lon)*(to.Lat-from.Lat) - (p.Lat-from.Lat)*(to.Lon-from.Lon)
			length := (to.Lon-from.Lon)*(to.Lon-from.Lon) + (to.Lat-from.Lat)*(to.Lat-from.Lat)
			if aside == 0 && along >= 0 && along <= length {
				return p, true
			}
		}
		return geo.Point{}, false
	}
	t := ((c.Lon-a.Lon)*sy - (c.Lat-a.Lat)*sx) / cross
	u := ((c.Lon-a.Lon)*ry - (c.Lat-a.Lat)*rx) / cross
	if t < 0 || t > 1 || u < 0 || u > 1 {
		return geo.Point{}, false
	}
	return geo.Point{Lat: a.Lat + t*ry, Lon: a.Lon + t*rx}, true
}
