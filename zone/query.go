package zone

import (
	"math"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// query is one call of At. All of it lies on the stack.
type query struct {
	set   *Set
	p     geo.Point
	sigma float64 // of the position, metres
	t     time.Time

	// The forms by leaf. No slice of few is kept, or all of it would go to the heap.
	few   [24]form
	more  []form // those that few has no room for
	known uint64 // which of the first 64 forms are made

	near  [6]nearness
	nears int

	// onLine is set where the course of this version itself is asked for: it
	// belongs to the zones that begin at it, and is where it is said to be.
	onLine *line.Version
}

// slot is the place of a leaf's form.
func (q *query) slot(leaf int) *form {
	if leaf < len(q.few) {
		return &q.few[leaf]
	}
	return &q.more[leaf-len(q.few)]
}

// nearness is a position relative to a version of a line.
type nearness struct {
	version *line.Version
	nearest geo.Nearest
	left    bool // on the side of the line's left party
}

func (q *query) nearness(c *contact, v *line.Version) nearness {
	for i := range q.nears {
		if q.near[i].version == v {
			return q.near[i]
		}
	}
	party, _, nearest := v.SideAndNearest(q.p, 0)
	n := nearness{version: v, nearest: nearest, left: nearest.LeftOf}
	if len(v.Held) > 0 { // it decides; a line without names has those of the agreement
		left, _ := c.sides(v)
		n.left = (party == v.HeldBy) == (left == v.HeldBy)
	}
	if q.nears < len(q.near) {
		q.near[q.nears] = n
		q.nears++
	}
	return n
}

// side fills in the line of contact, distance and side.
func (q *query) side(place *Place) {
	for _, c := range q.set.lines {
		v := c.at(q.t)
		if v == nil || len(v.Parts) == 0 {
			continue
		}
		n := q.nearness(c, v)
		place.Line, place.LineVersion, place.DistanceM = c.id, v.ID, rounded(n.nearest.DistanceM, 3)
		left, right := c.sides(v)
		side, other := left, right
		if !n.left {
			side, other = right, left
		}
		place.Side = side
		if side != "" || other != "" {
			place.SideProbability = rounded(max(0.5, within(n.nearest.DistanceM, q.spread(v), 0, math.Inf(1))), 6)
		}
		if side == "" {
			place.SideProbability = 0
		}
		return
	}
}

// spread is σ in metres of the distance to a version.
func (q *query) spread(v *line.Version) float64 {
	if v.RadiusM <= 0 || q.onLine != nil {
		return q.sigma
	}
	return math.Hypot(q.sigma, v.RadiusM/geo.Sigmas95)
}

// probability that the position lies in the zone.
func (q *query) probability(n *node) float64 {
	if len(n.members) == 0 {
		return q.form(n).p
	}
	if !n.period.Contains(q.t) {
		return 0
	}
	open := -1
	switch q.uncertain(n, &open) {
	case 0:
		return truth(q.holds(n, vector{}, 0))
	case 1:
		f := q.slot(open)
		p := f.p
		f.p = 1
		if1 := q.holds(n, vector{}, 0)
		f.p = 0
		if0 := q.holds(n, vector{}, 0)
		f.p = p
		switch {
		case if1 && if0:
			return 1
		case if1:
			return p
		case if0:
			return 1 - p
		}
		return 0
	}
	return settle(q.combine(n))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// uncertain counts the different uncertain forms under n, two at most; the leaf of
// the last one found is open.
func (q *query) uncertain(n *node, open *int) int {
	if len(n.members) == 0 {
		if n.leaf == *open || q.form(n).certain() {
			return 0
		}
		*open = n.leaf
		return 1
	}
	if !n.period.Contains(q.t) {
		return 0
	}
	count := 0
	for _, m := range n.members {
		// No early end: each form has to be made.
		count += q.uncertain(&q.set.nodes[m], open)
	}
	return count
}

// form is the leaf as seen from the position, made once.
func (q *query) form(n *node) *form {
	f := q.slot(n.leaf)
	if n.leaf < 64 {
		if q.known&(1<<n.leaf) != 0 {
			return f
		}
		q.known |= 1 << n.leaf
	}
	*f = q.make(n)
	return f
}

func (q *query) make(n *node) form {
	if !n.period.Contains(q.t) {
		return constant(false)
	}
	switch n.kind {
	case band:
		return q.band(n)
	case disk:
		return q.disk(n)
	case corridor:
		near := n.path.Nearest(q.p)
		return strip(q.p, &near, n.parts, q.sigma, n.to)
	case between:
		if q.onLine != nil && (n.version(q.t) == q.onLine || n.otherVersion(q.t) == q.onLine) {
			return constant(true)
		}
		if a := q.set.between(n, q.t); a != nil {
			return q.area(a)
		}
	case drawn, admin:
		if n.area != nil {
			return q.area(n.area)
		}
	}
	return constant(false)
}

// band is the space from n.from to n.to metres off a line, on one side of it or
// both.
func (q *query) band(n *node) form {
	v := n.version(q.t)
	if v == nil || len(v.Parts) == 0 {
		return constant(false)
	}
	if q.onLine == v {
		left, right := n.line.sides(v)
		return constant(n.from == 0 && (n.side == "" || n.side == left || n.side == right))
	}
	near := q.nearness(n.line, v)
	sigma := q.spread(v)
	d := near.nearest.DistanceM
	if n.side == "" && n.from == 0 {
		return strip(q.p, &near.nearest, v.Parts, sigma, n.to)
	}
	// s grows from the right to the left of the line.
	toward := offset(q.p, near.nearest.Point)
	s, axis := d, vector{-toward.x, -toward.y}
	if !near.left {
		s, axis = -d, toward
	}
	if d < 1 {
		axis = normal(v.Parts, &near.nearest)
	}
	left, right := interval{n.from, n.to}, interval{-n.to, -n.from}
	if n.side == "" {
		return flat(s, sigma, unit(axis), left, right)
	}
	switch l, r := n.line.sides(v); {
	case n.side == l && n.side == r:
		return flat(s, sigma, unit(axis), left, right)
	case n.side == l:
		if sigma <= 0 && !near.left { // on the line itself s is 0 on either side
			return constant(false)
		}
		return flat(s, sigma, unit(axis), left, nowhere)
	case n.side == r:
		if sigma <= 0 && near.left {
			return constant(false)
		}
		return flat(s, sigma, unit(axis), nowhere, right)
	}
	return constant(false)
}

// strip is the space within width of a path.
func strip(p geo.Point, near *geo.Nearest, parts []geo.Polyline, sigma, width float64) form {
	toward := offset(p, near.Point)
	axis := vector{-toward.x, -toward.y}
	if near.DistanceM < 1 {
		axis = normal(parts, near)
	}
	in := interval{-width, width}
	if atEnd(parts, near) { // further in that direction the path goes on
		in.lo = math.Inf(-1)
	}
	return flat(near.DistanceM, sigma, unit(axis), in, nowhere)
}

func (q *query) disk(n *node) form {
	toward := offset(q.p, n.centre)
	// The plane is good to a few parts in a thousand: enough to be sure.
	if rough := toward.length(); rough > 1.02*(n.to+(certain+2)*q.sigma)+100 {
		return constant(false)
	}
	return round(toward, geo.Distance(q.p, n.centre), q.sigma, n.to)
}

func (q *query) area(a *area) form {
	margin := certain * q.sigma
	if a.box.away(q.p, margin) {
		return constant(false)
	}
	inside := a.contains(q.p)
	if q.sigma <= 0 || !a.near(q.p, margin) {
		return constant(inside)
	}
	near := a.boundary.Nearest(q.p)
	if near.DistanceM > margin {
		return constant(inside)
	}
	axis := offset(q.p, near.Point)
	s := -near.DistanceM
	if inside {
		s, axis = -s, vector{-axis.x, -axis.y}
	}
	if near.DistanceM < 1 { // the area lies to the left of its rings
		axis = normal(a.rings, &near)
	}
	f := flat(s, q.sigma, unit(axis), interval{0, math.Inf(1)}, nowhere)
	if a.edges <= maxEdges {
		f.adjust(inPolygons(a.polygons, q.p, q.sigma))
	}
	return f
}

func unit(v vector) vector {
	n := v.length()
	if n == 0 {
		return vector{1, 0}
	}
	return vector{v.x / n, v.y / n}
}

// normal points to the left of the segment that is nearest.
func normal(parts []geo.Polyline, near *geo.Nearest) vector {
	if near.Part >= len(parts) || near.Segment+1 >= len(parts[near.Part]) {
		return vector{1, 0}
	}
	along := offset(parts[near.Part][near.Segment], parts[near.Part][near.Segment+1])
	return vector{-along.y, along.x}
}

// atEnd reports whether the nearest point is where a path begins or ends.
func atEnd(parts []geo.Polyline, near *geo.Nearest) bool {
	if near.Part >= len(parts) {
		return false
	}
	part := parts[near.Part]
	if len(part) == 0 || part[0] == part[len(part)-1] {
		return false
	}
	return same(near.Point, part[0]) || same(near.Point, part[len(part)-1])
}

func same(a, b geo.Point) bool { return math.Abs(a.Lat-b.Lat) < 1e-9 && math.Abs(a.Lon-b.Lon) < 1e-9 }
