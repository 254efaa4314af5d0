package geo

import (
	"errors"
	"math"
)

// How a contour is drawn: a chord of it leaves the true one by no more than
// flatM between points that are put on it, and what is then left out lies within
// simplerM of the rest; together less than half a metre.
const (
	flatM    = 0.2
	offM     = 0.9 // what is drawn lies within this of the true edge, or smaller cells are tried
	simplerM = 0.2
)

// contour draws the edge of the region within level metres of something. Marching
// squares (Lorensen and Cline 1987, doi:10.1145/37402.37422, in the plane) over
// cells in longitude and latitude give closed rings that don't cross, and on each
// side of a cell the edge is put where the distance is the level. The distance
// changes by no more than one goes, so that only cells that the edge can pass are
// ever looked at.
type contour struct {
	distance func(Point) float64
	near     func(Point) Nearest
	level    float64
	cell     float64 // metres

	west, south float64
	lon, lat    float64 // degrees of a cell

	height map[square]float64 // of corners, over the level
	sides  map[side]Point     // where the edge crosses the side of a cell
	goes   map[side]turn      // from a side through a cell to another
	order  []side
}

// square is a corner, or the cell to the north-east of it.
type square struct{ x, y int32 }

// side goes from a corner to the east or to the north.
type side struct {
	square
	north bool
}

type turn struct {
	to  side
	in  square
	one bool // the edge passes the cell only once
}

// draw returns the region; box is west, south, east, north of it all, with
// longitudes that may leave [-180, 180].
func (c *contour) draw(box [4]float64) (MultiPolygon, error) {
	if box[1] < -89 || box[3] > 89 {
		return nil, errors.New("it reaches a pole")
	}
	// Where a notch reaches beyond its cell the edge may follow it, unless it would
	// meet another: then smaller cells keep them apart. Where that does not help
	// either, less is followed: it turns back within its cell, or keeps to the sides.
	ways := [5]way{{true, 50, simplerM}, {true, 50, 0}, {true, -1e-4, simplerM}, {true, -1e-4, 0}, {false, 0, 0}}
	var best drawn
	for _, shift := range [3]float64{0, 0.37, 0.71} { // a notch between cells of one grid lies in one of another
		for n := range smaller {
			c.survey(box, c.cell/float64(int(1)<<n), shift)
			if c.outline(ways[:2], &best) {
				return best.region, nil
			}
		}
	}
	c.survey(box, c.cell, 0)
	c.outline(ways[2:], &best)
	return best.region, best.err
}

// drawn is the best of what was drawn so far.
type drawn struct {
	region MultiPolygon
	off    float64 // metres by which its edge lies elsewhere, at most
	valid  bool
	err    error // why what was drawn is not valid, where nothing is
}

// smaller is how many sizes of cells are tried, each half of the one before.
const smaller = 6

// way is how the edge is followed through cells.
type way struct {
	bend           bool
	beyond, metres float64
}

// survey finds where the edge passes cells of a size in metres, of a grid that is
// shifted by a part of a cell.
func (c *contour) survey(box [4]float64, cell, shift float64) {
	c.height, c.sides, c.goes, c.order = map[square]float64{}, map[side]Point{}, map[side]turn{}, nil
	// Cells are square in metres where the region is widest.
	lat := math.Max(0, math.Max(box[1], -box[3]))
	c.lat = cell / metres
	c.lon = c.lat / math.Cos(lat*math.Pi/180)
	c.west, c.south = box[0]-(2+shift)*c.lon, box[1]-(2+shift)*c.lat
	size := int32(1)
	for c.west+float64(size)*c.lon < box[2]+2*c.lon || c.south+float64(size)*c.lat < box[3]+2*c.lat {
		size *= 2
	}
	c.visit(square{}, size)
}

// outline draws the region by one way after the other until it is valid and its
// edge lies where it belongs, and keeps the best.
func (c *contour) outline(ways []way, best *drawn) bool {
	for _, w := range ways {
		rings := c.rings(w.bend, w.beyond)
		for i, r := range rings {
			rings[i] = simplifyRing(r, w.metres)
		}
		m := assemble(rings)
		if len(m) == 0 {
			*best = drawn{valid: true}
			return true
		}
		if err := toGeom(m).Validate(); err != nil {
			fit := false
			if m, fit = untangle(m); !fit {
				if !best.valid {
					best.err = err
				}
				continue
			}
		}
		off := c.off(m)
		if !best.valid || off < best.off {
			*best = drawn{region: m, off: off, valid: true}
		}
		if off <= offM {
			return true
		}
	}
	return false
}

// off is by how much the region's edge lies elsewhere than at the level, in metres:
// at its points and between them.
func (c *contour) off(m MultiPolygon) float64 {
	most := 0.0
	for _, l := range m.Boundary() {
		for i := 1; i < len(l); i++ {
			a, b := l[i-1], l[i]
			if math.Abs(a.Lon) == 180 && a.Lon == b.Lon {
				continue // where RFC 7946 wants it cut
			}
			for k := range 5 {
				most = math.Max(most, math.Abs(c.distance(between(a, b, float64(k)/5))-c.level))
			}
		}
	}
	return most
}

func (c *contour) place(x, y float64) Point {
	return Point{Lat: c.south + y*c.lat, Lon: c.west + x*c.lon}
}

// visit looks at a square of size cells.
func (c *contour) visit(at square, size int32) {
	half := float64(size) / 2
	x, y := float64(at.x), float64(at.y)
	middle := c.place(x+half, y+half)
	// No way to a corner, straight in longitude and latitude, is longer: no degree is
	// longer than the last of a meridian, and those of longitude shrink with the cosine.
	const longest = 111.7e3
	flattest := math.Cos(max(0, math.Abs(middle.Lat)-half*c.lat) * math.Pi / 180)
	radius := longest * half * math.Sqrt(c.lat*c.lat+c.lon*c.lon*flattest*flattest)
	d := c.distance(middle) - c.level
	if math.Abs(d) > radius+0.01 {
		return
	}
	if size > 1 {
		size /= 2
		for _, to := range [4]square{at, {at.x + size, at.y}, {at.x, at.y + size}, {at.x + size, at.y + size}} {
			c.visit(to, size)
		}
		return
	}
	corners := [4]square{at, {at.x + 1, at.y}, {at.x + 1, at.y + 1}, {at.x, at.y + 1}}
	sides := [4]side{{at, false}, {corners[1], true}, {corners[3], false}, {at, true}}
	var in [4]bool
	for i, s := range corners {
		in[i] = c.heightOf(s) <= 0
	}
	// With the region on the left the edge comes in where, counter-clockwise, a side
	// leaves the region, and goes out where one enters it.
	var from, to [2]int
	n := 0
	for i := range sides {
		if in[i] && !in[(i+1)%4] {
			from[n] = i
			n++
		}
	}
	for k := range n {
		// It keeps to the corner that it cuts off: one of the region unless the middle
		// belongs to the region.
		i := from[k]
		step := 3
		if n == 1 || d <= 0 {
			step = 1
		}
		for to[k] = (i + step) % 4; in[to[k]] || !in[(to[k]+1)%4]; {
			to[k] = (to[k] + step) % 4
		}
		s := sides[i]
		c.goes[s] = turn{to: sides[to[k]], in: at, one: n == 1}
		c.order = append(c.order, s)
	}
}

func (c *contour) heightOf(s square) float64 {
	h, ok := c.height[s]
	if !ok {
		h = c.distance(c.place(float64(s.x), float64(s.y))) - c.level
		c.height[s] = h
	}
	return h
}

// crossing is where the edge crosses a side, by the rule of false position
// (Illinois variant).
func (c *contour) crossing(s side) Point {
	if p, ok := c.sides[s]; ok {
		return p
	}
	end := square{s.x + 1, s.y}
	if s.north {
		end = square{s.x, s.y + 1}
	}
	a, b := c.place(float64(s.x), float64(s.y)), c.place(float64(end.x), float64(end.y))
	// Not at a corner, where crossings of other sides may lie.
	at := c.root(a, b, c.heightOf(s.square), c.heightOf(end))
	p := between(a, b, min(max(at, 1e-4), 1-1e-4))
	c.sides[s] = p
	return p
}

// root is where on the way from a to b, as a share of it, the edge is crossed; fa
// and fb, the heights at the ends, differ in sign.
func (c *contour) root(a, b Point, fa, fb float64) float64 {
	lo, hi, at := 0.0, 1.0, 0.5
	for range 40 {
		at = lo + (hi-lo)*fa/(fa-fb)
		f := c.distance(between(a, b, at)) - c.level
		if math.Abs(f) < 0.01 || hi-lo < 1e-6 {
			break
		}
		if (f <= 0) == (fa <= 0) {
			lo, fa = at, f
			fb /= 2
		} else {
			hi, fb = at, f
			fa /= 2
		}
	}
	return at
}

func between(a, b Point, share float64) Point {
	return Point{Lat: a.Lat + share*(b.Lat-a.Lat), Lon: a.Lon + share*(b.Lon-a.Lon)}
}

// rings follows the edge around; fine puts more points on it, up to so many cells
// beyond the one that the edge passes.
func (c *contour) rings(fine bool, beyond float64) []Ring {
	done := make(map[side]bool, len(c.goes))
	var out []Ring
	for _, start := range c.order {
		if done[start] {
			continue
		}
		var r Ring
		for s := start; !done[s]; s = c.goes[s].to {
			done[s] = true
			a := c.crossing(s)
			r = append(r, a)
			if t := c.goes[s]; fine && (t.one || beyond > 0) {
				b := c.crossing(t.to)
				r = c.bend(r, c.see(a), c.see(b), t.in, beyond, 40)
			}
		}
		out = append(out, r)
	}
	return out
}

// seen is a place with the point that it is near to.
type seen struct {
	Point
	near Nearest
}

func (c *contour) see(p Point) seen { return seen{p, c.near(p)} }

func (c *contour) heightAt(p seen) float64 { return p.near.DistanceM - c.level }

// apart reports whether between a and b the nearest point jumps, so that the edge
// may have a notch there, however narrow: the points that they are near to lie much
// farther apart than they.
func apart(a, b seen) bool {
	const short = 0.5
	way := geodesicOf(surface(a.Point), surface(b.Point))
	return way > short && geodesicOf(surface(a.near.Point), surface(b.near.Point)) > 1.5*way+short
}

// bend appends points of the edge between two of them, a and b, that lie on the
// sides of a cell; the region is to the left. The edge is looked for straight
// across from where the way is farthest off, as far as the cell goes, where nothing
// else crosses it, and so many cells beyond.
func (c *contour) bend(to Ring, a, b seen, in square, beyond float64, depth int) Ring {
	if depth == 0 {
		return to
	}
	middle := c.see(between(a.Point, b.Point, 0.5))
	f := c.heightAt(middle)
	for _, share := range [2]float64{0.2, 0.8} {
		p := c.see(between(a.Point, b.Point, share))
		if h := c.heightAt(p); math.Abs(h) > math.Abs(f) {
			middle, f = p, h
		}
	}
	if math.Abs(f) <= flatM {
		if !apart(a, b) {
			return to
		}
		middle = c.see(between(a.Point, b.Point, 0.5))
		to = append(c.bend(to, a, middle, in, beyond, depth-1), middle.Point)
		return c.bend(to, middle, b, in, beyond, depth-1)
	}
	// Straight across, which between walls that face each other would end at the
	// other wall at once: there, down the middle.
	east, north := (b.Lon-a.Lon)*math.Cos(a.Lat*math.Pi/180), b.Lat-a.Lat
	if f > 0 {
		if e, n, facing := downBetween(a, b); facing && n*east-e*north > 0 {
			p, found := c.toward(middle, f, e, n, in, beyond)
			way := geodesicOf(surface(a.Point), surface(b.Point))
			if found && min(geodesicOf(surface(a.Point), surface(p.Point)), geodesicOf(surface(p.Point), surface(b.Point))) > way/10 {
				to = append(c.bend(to, a, p, in, beyond, depth-1), p.Point)
				return c.bend(to, p, b, in, beyond, depth-1)
			}
		}
		east, north = -east, -north
	}
	p, found := c.toward(middle, f, north, -east, in, beyond)
	if !found {
		return to
	}
	to = append(c.bend(to, a, p, in, beyond, depth-1), p.Point)
	return c.bend(to, p, b, in, beyond, depth-1)
}

// downBetween is the direction in which the distance falls between walls of a
// notch that face each other within 60 degrees.
func downBetween(a, b seen) (east, north float64, facing bool) {
	_, one, _ := Inverse(a.Point, a.near.Point)
	_, two, _ := Inverse(b.Point, b.near.Point)
	as, ac := math.Sincos(one * math.Pi / 180)
	bs, bc := math.Sincos(two * math.Pi / 180)
	return as + bs, ac + bc, apart(a, b) && math.Hypot(as+bs, ac+bc) < 1
}

// toward goes from a place at height f until it meets the edge.
func (c *contour) toward(from seen, f, east, north float64, in square, beyond float64) (seen, bool) {
	cos := math.Cos(from.Lat * math.Pi / 180)
	// In units of cells, from the cell's corner.
	x, y := (from.Lon-c.west)/c.lon-float64(in.x), (from.Lat-c.south)/c.lat-float64(in.y)
	dx, dy := east/(c.lon*cos), north/c.lat
	far := math.Inf(1)
	for _, axis := range [2][2]float64{{x, dx}, {y, dy}} {
		if axis[1] > 0 {
			far = min(far, (1+beyond-axis[0])/axis[1])
		} else if axis[1] < 0 {
			far = min(far, (-beyond-axis[0])/axis[1])
		}
	}
	if !(far > 0) || math.IsInf(far, 1) {
		return seen{}, false
	}
	// No crossing is nearer than the height, so that steps of it pass none by.
	unit := math.Hypot(east, north) * metres * 1.01
	p, h := from, f
	for at, n := 0.0, 0; math.Abs(h) > 0.05; n++ {
		if at += math.Abs(h) / unit; at > far || n == 2000 {
			return seen{}, false
		}
		p = c.see(Point{Lat: from.Lat + at*north, Lon: from.Lon + at*east/cos})
		h = c.heightAt(p)
		if (h <= 0) != (f <= 0) {
			break // by less than rounding
		}
	}
	return p, true
}
