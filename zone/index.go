package zone

import (
	"fmt"
	"math"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// MaxIndexed is how many zones an Index can have.
const MaxIndexed = 256

// Mask is a set of zones: bit i for the i-th of [Index.Zones].
type Mask [MaxIndexed / 64]uint64

// Has reports whether the i-th zone is in the set.
func (m *Mask) Has(i int) bool { return m[i>>6]&(1<<(i&63)) != 0 }

// Fix is what holds of an exact position.
type Fix struct {
	Zones Mask
	// SignedM is the geodesic distance in metres to the line of contact, positive
	// on the side of the line's left party, negative on that of the right;
	// infinite where no line is in force.
	SignedM float64
	// Side is the party on whose side the position lies; empty: unknown.
	Side string
}

// Index answers for many exact positions at one instant what [Set.At] answers
// for one: the same zones, distance and side, without allocating. Zones that are
// measured from a line are decided by the distance itself, not by a polygon of
// it, so that their edge is right to a millimetre at any width up to 200 km;
// drawn ones by their edges, exactly. It is safe for concurrent use.
type Index struct {
	Zones []string // ids by bit, in the agreement's order
	// Uncertain is set where a line counts as uncertain, so that At has
	// probabilities for an exact position, too; the index takes it as drawn.
	Uncertain bool

	roots   []int32 // nodes by bit
	nodes   []indexed
	courses []course
	contact int // of the line of contact; -1: none in force
	party   [2]string
}

// course is a version of a line that something is measured from.
type course struct {
	version    *line.Version
	heldOnLeft bool // only with a held area
}

// indexed is a node as it is at the index's instant.
type indexed struct {
	kind     kind
	members  []int32 // earlier nodes
	course   int32   // band
	left     bool    // band: the zone has the left side
	right    bool    // band: the right side
	from, to float64
	centre   geo.Point
	path     *geo.LineIndex
	area     *area
}

// Index prepares the zones for many exact positions at t.
func (s *Set) Index(t time.Time) (*Index, error) {
	if len(s.zones) > MaxIndexed {
		return nil, fmt.Errorf("indexing %d zones: an index holds %d at most", len(s.zones), MaxIndexed)
	}
	b := indexing{set: s, at: t, index: &Index{contact: -1}, done: map[int]int32{}}
	for _, c := range s.lines {
		if v := c.at(t); v != nil && len(v.Parts) > 0 {
			b.index.contact = b.course(c, v)
			b.index.party[0], b.index.party[1] = c.sides(v)
			break
		}
	}
	for _, z := range s.zones {
		b.index.Zones = append(b.index.Zones, z.id)
		b.index.roots = append(b.index.roots, b.node(z.node))
	}
	return b.index, nil
}

type indexing struct {
	set   *Set
	at    time.Time
	index *Index
	done  map[int]int32
}

func (b *indexing) course(c *contact, v *line.Version) int {
	for i, have := range b.index.courses {
		if have.version == v {
			return i
		}
	}
	b.index.Uncertain = b.index.Uncertain || v.RadiusM > 0
	left, _ := c.sides(v)
	b.index.courses = append(b.index.courses, course{version: v, heldOnLeft: left == v.HeldBy})
	return len(b.index.courses) - 1
}

func (b *indexing) node(i int) int32 {
	if n, ok := b.done[i]; ok {
		return n
	}
	n := &b.set.nodes[i]
	out := indexed{kind: unknown}
	if n.period.Contains(b.at) {
		out = b.resolve(n)
	}
	b.index.nodes = append(b.index.nodes, out)
	b.done[i] = int32(len(b.index.nodes) - 1)
	return b.done[i]
}

// resolve says what a node is at the instant; nothing is in one of kind unknown.
func (b *indexing) resolve(n *node) indexed {
	out := indexed{kind: n.kind, from: n.from, to: n.to, centre: n.centre, path: n.path, area: n.area}
	for _, m := range n.members {
		out.members = append(out.members, b.node(m))
	}
	switch n.kind {
	case band:
		v := n.version(b.at)
		if v == nil || len(v.Parts) == 0 {
			return indexed{}
		}
		left, right := n.line.sides(v)
		out.course = int32(b.course(n.line, v))
		out.left, out.right = n.side == "" || n.side == left, n.side == "" || n.side == right
	case between:
		out.kind, out.area = drawn, b.set.between(n, b.at)
	}
	if (out.kind == drawn || out.kind == admin) && out.area == nil {
		return indexed{}
	}
	return out
}

// Locate says what holds of a position.
func (x *Index) Locate(p geo.Point) Fix {
	var holds [roomNodes]bool
	var signed [roomCourses]float64
	if x.large() {
		return x.locate(p, make([]float64, len(x.courses)), make([]bool, len(x.nodes)))
	}
	return x.locate(p, signed[:], holds[:])
}

// LocateAll says of every position what holds of it. The slices must be equally
// long.
func (x *Index) LocateAll(points []geo.Point, to []Fix) {
	var fewHold [roomNodes]bool
	var fewSigned [roomCourses]float64
	signed, holds := fewSigned[:], fewHold[:]
	if x.large() {
		signed, holds = make([]float64, len(x.courses)), make([]bool, len(x.nodes))
	}
	for i, p := range points {
		to[i] = x.locate(p, signed, holds)
	}
}

// What finds room on the stack; an index with more allocates once a batch.
const (
	roomNodes   = 128
	roomCourses = 8
)

func (x *Index) large() bool { return len(x.nodes) > roomNodes || len(x.courses) > roomCourses }

// locate needs room for the distance to each course and for which nodes hold the
// position.
func (x *Index) locate(p geo.Point, signed []float64, holds []bool) Fix {
	for i := range x.courses {
		signed[i] = x.courses[i].signed(p)
	}
	for i := range x.nodes {
		holds[i] = x.nodes[i].has(p, signed, holds)
	}
	fix := Fix{SignedM: math.Inf(1)}
	for i, n := range x.roots {
		if holds[n] {
			fix.Zones[i>>6] |= 1 << (i & 63)
		}
	}
	if x.contact >= 0 {
		fix.SignedM = signed[x.contact]
		fix.Side = x.party[1]
		if onLeft(fix.SignedM) {
			fix.Side = x.party[0]
		}
	}
	return fix
}
