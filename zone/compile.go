package zone

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

type kind uint8

const (
	unknown kind = iota
	band
	between
	drawn
	disk
	admin
	corridor
	union
	intersection
	difference
)

// node says what a zone is: a leaf, or a set of other nodes.
type node struct {
	kind   kind
	period agreement.Period
	frozen time.Time // the instant of the lines; zero: they move
	leaf   int

	members []int // of a set

	line     *contact // band; between: the first
	other    *contact // between: the second
	side     string   // band: the party; empty: both sides
	from, to float64  // band, metres; to is also a disk's radius and a corridor's half width

	centre geo.Point      // disk
	parts  []geo.Polyline // corridor
	path   *geo.LineIndex // corridor
	area   *area          // drawn and admin; nil: known by its names only
	names  []string       // admin, folded
}

// version of the node's line at t.
func (n *node) version(t time.Time) *line.Version {
	if !n.frozen.IsZero() {
		t = n.frozen
	}
	return n.line.at(t)
}

// otherVersion is that of the second line that a zone lies between.
func (n *node) otherVersion(t time.Time) *line.Version {
	if !n.frozen.IsZero() {
		t = n.frozen
	}
	return n.other.at(t)
}

// key is a zone with the instant to which a set that it belongs to is frozen.
type key struct {
	zone   int
	frozen time.Time
}

type compiler struct {
	set   *Set
	files fs.FS
	read  map[string]*geo.Features
	done  map[key]int
	busy  map[int]bool
	errs  []error

	border func() (*geo.LineIndex, error) // of the country; only for Lines
}

func (c *compiler) add(n node) int {
	if len(n.members) == 0 {
		n.leaf = c.set.leaves
		c.set.leaves++
	}
	c.set.nodes = append(c.set.nodes, n)
	return len(c.set.nodes) - 1
}

// zone makes the node of the i-th zone. frozen is that of the set it belongs
// to; the zone's own goes before it.
func (c *compiler) zone(i int, frozen time.Time) (int, error) {
	z := &c.set.agreement.Zones[i]
	if !z.Frozen.IsZero() {
		frozen = z.Frozen.Time
	}
	k := key{i, frozen.UTC()}
	if n, ok := c.done[k]; ok {
		return n, nil
	}
	if c.busy[i] {
		return 0, fmt.Errorf("it contains itself")
	}
	c.busy[i] = true
	defer delete(c.busy, i)
	n, err := c.make(z, frozen)
	if err != nil {
		return 0, err
	}
	c.done[k] = n
	return n, nil
}

func (c *compiler) make(z *agreement.Zone, frozen time.Time) (int, error) {
	n := node{period: z.Period, frozen: frozen}
	switch {
	case z.Within != nil:
		return c.within(z, n)
	case len(z.Between) > 0:
		if len(z.Between) != 2 {
			return 0, fmt.Errorf("it takes two lines, not %d", len(z.Between))
		}
		n.kind = between
		n.line, n.other = c.contact(z.Between[0]), c.contact(z.Between[1])
		if n.line == nil || n.other == nil {
			return 0, fmt.Errorf("no line %s in the agreement", strings.Join(z.Between, " or "))
		}
	case z.Polygon != nil:
		n.kind = drawn
		polygons, err := c.polygon(z.Polygon)
		if err != nil {
			return 0, err
		}
		n.area = newArea(polygons)
	case z.Circle != nil:
		n.kind = disk
		n.to = z.Circle.KM * 1000
		lat, lon := z.Circle.Lat, z.Circle.Lon
		if z.Circle.Site != "" {
			site := c.set.agreement.Site(z.Circle.Site)
			if site == nil {
				return 0, fmt.Errorf("no site %s in the agreement", z.Circle.Site)
			}
			lat, lon = site.Lat, site.Lon
		}
		if lat == nil || lon == nil {
			return 0, fmt.Errorf("the circle has no centre")
		}
		n.centre = geo.Point{Lat: *lat, Lon: *lon}
	case z.Admin != nil:
		n.kind = admin
		for _, name := range z.Admin.Names {
			n.names = append(n.names, fold(name))
		}
		polygons, err := c.admin(z.Admin, n.names)
		if err != nil {
			return 0, err
		}
		if len(polygons) > 0 {
			n.area = newArea(polygons)
		}
	case z.Corridor != nil:
		n.kind = corridor
		n.to = z.Corridor.KM * 1000
		parts, err := c.path(z.Corridor)
		if err != nil {
			return 0, err
		}
		n.parts, n.path = parts, geo.NewLineIndex(parts)
	case len(z.Union) > 0:
		return c.members(n, union, z.Union)
	case len(z.Intersection) > 0:
		return c.members(n, intersection, z.Intersection)
	case len(z.Difference) > 0:
		return c.members(n, difference, z.Difference)
	default:
		return 0, fmt.Errorf("nothing says where it is")
	}
	return c.add(n), nil
}

func (c *compiler) members(n node, k kind, ids []string) (int, error) {
	n.kind = k
	for _, id := range ids {
		i := slices.IndexFunc(c.set.agreement.Zones, func(z agreement.Zone) bool { return z.ID == id })
		if i < 0 {
			return 0, fmt.Errorf("no zone %s in the agreement", id)
		}
		m, err := c.zone(i, n.frozen)
		if err != nil {
			return 0, fmt.Errorf("zone %s: %w", id, err)
		}
		n.members = append(n.members, m)
	}
	return c.add(n), nil
}

// within makes one band where all parties measure from the same line at the
// same instant, else the union of one for each party.
func (c *compiler) within(z *agreement.Zone, n node) (int, error) {
	a, w := c.set.agreement, z.Within
	n.kind, n.from, n.to = band, w.MinKM*1000, w.KM*1000
	parties, every := slices.Clone(w.Sides), true
	for _, p := range a.Conflict() {
		if len(w.Sides) == 0 {
			parties = append(parties, p.ID)
		} else {
			every = every && slices.Contains(w.Sides, p.ID)
		}
	}
	var bands []node
	for _, party := range parties {
		b := n
		b.side = party
		id := w.Line
		if id == "" {
			base := a.Baseline(party)
			if base == nil {
				return 0, fmt.Errorf("the agreement has no line to measure from")
			}
			id = base.Line
			if !base.Frozen.IsZero() { // for good: also for what is frozen later
				b.frozen = base.Frozen.Time
			}
		}
		if b.line = c.contact(id); b.line == nil {
			return 0, fmt.Errorf("no line %s in the agreement", id)
		}
		bands = append(bands, b)
	}
	if every && !slices.ContainsFunc(bands, func(b node) bool {
		return b.line != bands[0].line || !b.frozen.Equal(bands[0].frozen)
	}) {
		if len(bands) == 0 {
			if n.line = c.contact(w.Line); n.line == nil {
				return 0, fmt.Errorf("no line to measure from")
			}
			return c.add(n), nil
		}
		bands[0].side = ""
		return c.add(bands[0]), nil
	}
	if len(bands) == 1 {
		return c.add(bands[0]), nil
	}
	n.kind, n.from, n.to, n.side = union, 0, 0, ""
	for _, b := range bands {
		n.members = append(n.members, c.add(b))
	}
	return c.add(n), nil
}

func (c *compiler) contact(id string) *contact {
	for _, l := range c.set.lines {
		if l.id == id {
			return l
		}
	}
	return nil
}
