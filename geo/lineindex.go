package geo

import (
	"math"
	"sync/atomic"
)

// Nearest is the point of a line that is nearest to another point.
type Nearest struct {
	Point     Point
	DistanceM float64 // geodesic metres
	Part      int     // index of the polyline
	Segment   int     // index of the segment in it
	LeftOf    bool    // the other point lies to the left of the line's direction
}

// LineIndex finds the nearest point of a set of polylines whose segments are
// geodesics. It is safe for concurrent use.
//
// The segments are cut into chords in space, short enough that a geodesic rises
// no more than 5 mm over its chord. For far more places than a line has
// segments, the surroundings of the line are divided into cells that know which
// chords can be the nearest to a place in them; cells are made where many places
// are asked for. Distances are right to a millimetre up to 200 km, and to 5 cm
// up to 1,000 km; beyond, the distance to the named point is exact while another
// point may be nearer by some parts in a million.
type LineIndex struct {
	chords []chord
	nodes  []ball
	tiles  atomic.Pointer[tiles]
	asked  atomic.Int32 // until there are tiles
	box    [4]float64   // west, south, east, north; east is beyond 180 over the antimeridian
	bare   *LineIndex   // the lines without their spurs; nil: they have none
}

// chord is the straight way between two points of a geodesic.
type chord struct {
	from, along vec
	inverse     float64 // 1/|along|²; 0 for a point
	rise        float64 // how far the geodesic is above the chord's middle, times 4, metres

	part, segment  int32
	before, behind int32 // chords that go on from its ends, spurs passed over; -1: none
	spur           bool
}

// longestChordM bounds the rise of a geodesic over its chord: 5 mm.
const longestChordM = 500

// exactM is the distance up to which a geodesic's length is taken from its
// chord.
const exactM = 1e6

// NewLineIndex prepares the polylines; those with fewer than two points are
// ignored.
func NewLineIndex(lines []Polyline) *LineIndex {
	x := &LineIndex{}
	bare := make([]Polyline, len(lines))
	spurs := false
	for part, l := range lines {
		first := len(x.chords)
		var spur []bool
		bare[part], spur = l.withoutSpurs()
		spurs = spurs || len(bare[part]) < len(l)
		for i := 1; i < len(l); i++ {
			x.insert(l[i-1], l[i], chord{part: int32(part), segment: int32(i - 1), spur: spur[i-1]})
		}
		x.link(first, len(l) > 2 && l[0] == l[len(l)-1])
	}
	x.bound()
	if spurs {
		x.bare = NewLineIndex(bare)
	}
	if len(x.chords) > 0 {
		x.nodes = make([]ball, 0, 2*len(x.chords)/leafChords+2)
		x.grow(0, len(x.chords))
	}
	return x
}

// insert adds the chords of a segment; of says what they have in common.
func (x *LineIndex) insert(a, b Point, of chord) {
	length, azimuth, _ := Inverse(a, b)
	n := max(1, int(math.Ceil(length/longestChordM)))
	from := surface(a)
	for k := 1; k <= n; k++ {
		to := surface(b)
		if k < n {
			to = surface(Direct(a, azimuth, length*float64(k)/float64(n)))
		}
		c := of
		c.from, c.along, c.before, c.behind = from, to.sub(from), -1, -1
		if d2 := c.along.dot(c.along); d2 > 0 {
			c.inverse = 1 / d2
			c.rise = d2 / 2 * curvature(c.along.z*c.along.z, d2, from.z+c.along.z/2)
		}
		x.chords = append(x.chords, c)
		from = to
	}
}

// link tells the chords of a polyline, from first on, of their neighbours. A
// repeated point, which has no direction, is passed over.
func (x *LineIndex) link(first int, closed bool) {
	last := int32(-1)
	for i := first; i < len(x.chords); i++ {
		if x.chords[i].inverse == 0 || x.chords[i].spur {
			continue
		}
		if last >= 0 {
			x.chords[last].behind, x.chords[i].before = int32(i), last
		}
		last = int32(i)
	}
	if !closed || last < 0 {
		return
	}
	for i := first; i < len(x.chords); i++ {
		if x.chords[i].inverse > 0 && !x.chords[i].spur {
			x.chords[i].before, x.chords[last].behind = last, int32(i)
			return
		}
	}
}

// bound finds the lines' box, its longitudes unrolled from the first point. A long
// geodesic leaves the box of its ends.
func (x *LineIndex) bound() {
	x.box = [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	lon := 0.0
	for i := range x.chords {
		c := &x.chords[i]
		for _, v := range [2]vec{c.from, c.from.add(c.along)} {
			p := v.point()
			if i == 0 {
				lon = p.Lon
			}
			lon += math.Remainder(p.Lon-lon, 360)
			x.box[0], x.box[1] = min(x.box[0], lon), min(x.box[1], p.Lat)
			x.box[2], x.box[3] = max(x.box[2], lon), max(x.box[3], p.Lat)
		}
	}
}

// wrap brings a difference of longitudes into [-180, 180].
func wrap(d float64) float64 {
	for d > 180 {
		d -= 360
	}
	for d < -180 {
		d += 360
	}
	return d
}

// Len is the number of indexed pieces; 0 means that there is no line.
func (x *LineIndex) Len() int { return len(x.chords) }

// hit is the chord that is nearest to a place.
type hit struct {
	chord int32
	share float64 // of the way along the chord, [0, 1]
	key   float64 // see scale
}

func nothing() hit { return hit{chord: -1, key: math.Inf(1)} }

// scale orders chords as the geodesics over them: the square of a geodesic's
// length is c²·(1 + k²c²/12) up to terms that are the same in every direction, with
// the curvature k of that direction.
type scale struct{ all, axis float64 }

func scaleAt(p vec) scale {
	k := perN(p.z)
	return scale{all: k * k / 12, axis: k * k / 6 * ecc2Second}
}

// try takes chord i if it is nearer to p than the best so far; of equals the
// first in the line.
func (h *hit) try(chords []chord, i int32, p vec, s scale) {
	c := &chords[i]
	wx, wy, wz := p.x-c.from.x, p.y-c.from.y, p.z-c.from.z
	t := (wx*c.along.x + wy*c.along.y + wz*c.along.z) * c.inverse
	if t < 0 {
		t = 0
	} else if t > 1 {
		t = 1
	}
	wx -= t * c.along.x
	wy -= t * c.along.y
	wz -= t * c.along.z
	c2 := wx*wx + wy*wy + wz*wz
	key := c2 * (1 + s.all*c2 + s.axis*wz*wz)
	if key < h.key || key == h.key && i < h.chord {
		h.chord, h.share, h.key = i, t, key
	}
}

// foot is the place on the ellipsoid of a hit.
func (x *LineIndex) foot(h hit) vec {
	c := &x.chords[h.chord]
	at := c.from.add(c.along.scale(h.share))
	return at.add(at.normal().scale(perN(at.z) * c.rise * h.share * (1 - h.share)))
}

// Nearest returns the point of the lines with the least geodesic distance to
// p: the minimum over the segments themselves, not their vertices alone. With
// no line the distance is infinite.
func (x *LineIndex) Nearest(p Point) Nearest {
	if len(x.chords) == 0 {
		return Nearest{DistanceM: math.Inf(1)}
	}
	at := surface(p)
	h := x.find(p, at)
	if h.chord < 0 { // p is no place
		return Nearest{DistanceM: math.Inf(1)}
	}
	foot := x.foot(h)
	c := &x.chords[h.chord]
	n := Nearest{Point: foot.point(), Part: int(c.part), Segment: int(c.segment), LeftOf: x.left(p, h, foot, at)}
	if n.DistanceM = geodesicOf(at, foot); n.DistanceM > exactM {
		n.DistanceM = Distance(p, n.Point)
	}
	return n
}

// Signed is the geodesic distance in metres to the nearest point of the lines,
// positive to the left of them and negative to the right; infinite with no line.
// Its value is that of [LineIndex.Nearest], in half the time.
func (x *LineIndex) Signed(p Point) float64 {
	if len(x.chords) == 0 {
		return math.Inf(1)
	}
	at := surface(p)
	h := x.find(p, at)
	if h.chord < 0 {
		return math.Inf(1)
	}
	foot := x.foot(h)
	d := distance(p, at, foot)
	if !x.left(p, h, foot, at) {
		return math.Copysign(d, -1)
	}
	return d
}

// Distance is the value of [LineIndex.Signed], where the side does not matter.
func (x *LineIndex) Distance(p Point) float64 {
	if len(x.chords) == 0 {
		return math.Inf(1)
	}
	at := surface(p)
	h := x.find(p, at)
	if h.chord < 0 {
		return math.Inf(1)
	}
	return distance(p, at, x.foot(h))
}

// distance is the geodesic one in metres from p, which is at, to foot.
func distance(p Point, at, foot vec) float64 {
	d := geodesicOf(at, foot)
	if d > exactM {
		d = Distance(p, foot.point())
	}
	return d
}

// find is the nearest chord, from the cell of p where there is one.
func (x *LineIndex) find(p Point, at vec) hit {
	s := scaleAt(at)
	t := x.tiles.Load()
	if t == nil {
		if x.asked.Load() < tilesAfter {
			if x.asked.Add(1) == tilesAfter {
				x.tiles.Store(newTiles(x.box))
			}
		}
		return x.search(at, s)
	}
	some := t.near(x, p)
	if some == nil {
		return x.search(at, s)
	}
	h := nothing()
	for _, i := range some {
		h.try(x.chords, i, at, s)
	}
	return h
}

// left reports whether p, which is at, lies to the left of the line at its nearest
// point; at a spur, of the line without it. At a vertex the normals of both chords
// decide together (Bærentzen and Aanæs 2005, doi:10.1109/TVCG.2005.49).
func (x *LineIndex) left(p Point, h hit, foot, at vec) bool {
	c := &x.chords[h.chord]
	if c.spur && len(x.bare.chords) > 0 {
		x = x.bare
		if h = x.find(p, at); h.chord < 0 {
			return false
		}
		c, foot = &x.chords[h.chord], x.foot(h)
	}
	way := c.along
	if (h.share == 0 && c.before >= 0) || (h.share == 1 && c.behind >= 0) {
		other := c.before
		if h.share == 1 {
			other = c.behind
		}
		o := &x.chords[other]
		way = way.scale(math.Sqrt(c.inverse)).add(o.along.scale(math.Sqrt(o.inverse)))
	}
	return foot.normal().cross(way).dot(at.sub(foot)) > 0
}
