package zone

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// Set is the zones of one agreement over its lines. It is safe for concurrent
// use as long as nobody adds a version to one of the lines meanwhile; versions
// that are added later count from then on.
type Set struct {
	agreement *agreement.Agreement
	lines     []*contact // in the agreement's order
	nodes     []node
	leaves    int
	zones     []root // in the agreement's order
	index     map[string]int
	areas     []named // of the agreement's area file
	places    map[string]*agreement.Site

	mu       sync.RWMutex
	betweens map[pair]*area
	measured map[string]measure
}

// root is a zone of the agreement with the node that says what it is.
type root struct {
	id   string
	node int
}

// contact is a line of the agreement.
type contact struct {
	id          string
	line        *line.Line // nil: no version is known
	left, right string     // as the agreement has it, where a version is silent
}

// at is the version in force, nil if there is none.
func (c *contact) at(t time.Time) *line.Version {
	if c == nil || c.line == nil {
		return nil
	}
	return c.line.At(t)
}

func (c *contact) sides(v *line.Version) (left, right string) {
	left, right = v.Left, v.Right
	if left == "" && right == "" {
		return c.left, c.right
	}
	return left, right
}

// New prepares the zones of a. lines holds the versions of the agreement's
// lines by id; a line that is missing there is no error, its zones are empty
// until then. files is the folder of the agreement, in which the GeoJSON files
// that its zones and its report name are found. The error names every zone that
// can't be made, one a line.
func New(a *agreement.Agreement, lines map[string]*line.Line, files fs.FS) (*Set, error) {
	s := &Set{
		agreement: a, index: map[string]int{}, places: map[string]*agreement.Site{},
		betweens: map[pair]*area{}, measured: map[string]measure{},
	}
	for i := range a.Lines {
		l := &a.Lines[i]
		s.lines = append(s.lines, &contact{id: l.ID, line: lines[l.ID], left: l.Left, right: l.Right})
	}
	c := &compiler{set: s, files: files, read: map[string]*geo.Features{}, done: map[key]int{}, busy: map[int]bool{}}
	if err := c.areas(); err != nil {
		c.errs = append(c.errs, err)
	}
	for i := range a.Zones {
		z := &a.Zones[i]
		if _, twice := s.index[z.ID]; twice {
			c.errs = append(c.errs, fmt.Errorf("zone %s: there are two zones with this id", z.ID))
			continue
		}
		n, err := c.zone(i, time.Time{})
		if err != nil {
			c.errs = append(c.errs, fmt.Errorf("zone %s: %w", z.ID, err))
			continue
		}
		s.index[z.ID] = len(s.zones)
		s.zones = append(s.zones, root{z.ID, n})
	}
	for i := range a.Sites {
		site := &a.Sites[i]
		if site.Lat == nil || site.Lon == nil {
			continue
		}
		names := slices.Clone(site.Names)
		for _, lang := range slices.Sorted(maps.Keys(site.Name)) {
			names = append(names, site.Name[lang])
		}
		for _, name := range append(names, site.ID) {
			if name = fold(name); name != "" && s.places[name] == nil {
				s.places[name] = site
			}
		}
	}
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	return s, nil
}

// Has reports whether the agreement has the zone.
func (s *Set) Has(zoneID string) bool {
	_, ok := s.index[zoneID]
	return ok
}

// At says what holds of a position at t: the zones with the probability that
// its true place lies in them, the distance to the line of contact and the
// side. radiusM is the radius in metres of the circle that holds the true place
// with 95 %; 0 means exact.
//
// The zones count as drawn from the line in force at t, or at the instant to
// which they are frozen. Where the line is uncertain so are the zones that are
// measured from it. Probabilities are rounded to six decimals and the distance to a
// millimetre: the digits beyond depend on the machine.
func (s *Set) At(p geo.Point, radiusM float64, t time.Time) Place {
	q := s.query(p, radiusM, t)
	var place Place
	q.side(&place)
	var buffer [32]Membership
	in := buffer[:0]
	for i := range s.zones {
		z := &s.zones[i]
		if probability := q.probability(&s.nodes[z.node]); probability > 0 {
			in = append(in, Membership{z.id, rounded(probability, 6)})
		}
	}
	if len(in) > 0 {
		place.Zones = make([]Membership, len(in))
		copy(place.Zones, in)
	}
	return place
}

func rounded(x float64, decimals int) float64 {
	unit := math.Pow10(decimals)
	return math.Round(x*unit) / unit
}

func (s *Set) query(p geo.Point, radiusM float64, t time.Time) query {
	q := query{set: s, p: p, t: t}
	if radiusM > 0 {
		q.sigma = radiusM / geo.Sigmas95
	}
	if more := s.leaves - len(q.few); more > 0 {
		q.more = make([]form, more)
	}
	return q
}

// Named says what holds of something that a source places by name only. If
// administrative zones go by the name, it lies in them, and in those sets of
// them of which that follows; probability 1. Else if a site of the agreement
// goes by it, it lies at the site, its grounds the radius. Else Place is empty.
// Case and space around the name don't count.
func (s *Set) Named(name string, t time.Time) Place {
	name = fold(name)
	var place Place
	if name == "" {
		return place
	}
	for _, z := range s.zones {
		if s.follows(&s.nodes[z.node], name, t) {
			place.Zones = append(place.Zones, Membership{z.id, 1})
		}
	}
	if place.Zones != nil {
		return place
	}
	if site := s.places[name]; site != nil {
		return s.At(geo.Point{Lat: *site.Lat, Lon: *site.Lon}, site.RadiusM, t)
	}
	return place
}

// follows reports whether what is known to lie in the administrative area name
// lies in the zone for sure.
func (s *Set) follows(n *node, name string, t time.Time) bool {
	if !n.period.Contains(t) {
		return false
	}
	switch n.kind {
	case admin:
		return slices.Contains(n.names, name)
	case union:
		return slices.ContainsFunc(n.members, func(m int) bool { return s.follows(&s.nodes[m], name, t) })
	case intersection:
		return !slices.ContainsFunc(n.members, func(m int) bool { return !s.follows(&s.nodes[m], name, t) })
	}
	return false // of a difference nothing follows: the rest may hold part of the area
}

// Area names the administrative area of the agreement's area file that holds p;
// empty where none does. Of several it is the first in the file.
func (s *Set) Area(p geo.Point) string {
	for i := range s.areas {
		if a := &s.areas[i]; a.contains(p) {
			return a.name
		}
	}
	return ""
}

// fold is how names are compared.
func fold(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }
