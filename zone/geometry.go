package zone

import (
	"fmt"
	"math"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// Geometry is the area of a zone at t, for maps and sums; what lies in the zone
// At decides, by distance, not by this area. It is empty where the zone or the
// line that it is measured from does not exist at t.
func (s *Set) Geometry(zoneID string, t time.Time) (geo.MultiPolygon, error) {
	i, ok := s.index[zoneID]
	if !ok {
		return nil, fmt.Errorf("no zone %q in the agreement", zoneID)
	}
	out, err := s.geometry(&s.nodes[s.zones[i].node], t)
	if err != nil {
		return nil, fmt.Errorf("zone %s: %w", zoneID, err)
	}
	return out, nil
}

func (s *Set) geometry(n *node, t time.Time) (geo.MultiPolygon, error) {
	if !n.period.Contains(t) {
		return nil, nil
	}
	switch n.kind {
	case band:
		return n.band(t)
	case disk:
		return geo.Circle(n.centre, n.to), nil
	case corridor:
		return n.path.Buffer(n.to)
	case between:
		if a := s.between(n, t); a != nil {
			return a.polygons, nil
		}
		return nil, nil
	case drawn, admin:
		if n.area == nil {
			return nil, fmt.Errorf("it is known by name only: no file has its area")
		}
		return n.area.polygons, nil
	}
	overlay := map[kind]func(a, b geo.MultiPolygon) (geo.MultiPolygon, error){union: geo.Union, intersection: geo.Intersection, difference: geo.Difference}[n.kind]
	out, err := s.geometry(&s.nodes[n.members[0]], t)
	for _, m := range n.members[1:] {
		if err != nil {
			return nil, err
		}
		var next geo.MultiPolygon
		if next, err = s.geometry(&s.nodes[m], t); err == nil {
			out, err = overlay(out, next)
		}
	}
	return out, err
}

// band is the buffer of the line, less the inner one, on the sides that count.
func (n *node) band(t time.Time) (geo.MultiPolygon, error) {
	v := n.version(t)
	if v == nil || len(v.Parts) == 0 {
		return nil, nil
	}
	out, err := v.Buffer(n.to)
	if err != nil {
		return nil, err
	}
	if n.side != "" {
		if out, err = n.cut(v, out); err != nil {
			return nil, err
		}
	}
	if n.from > 0 {
		inner, err := v.Buffer(n.from)
		if err != nil {
			return nil, err
		}
		return geo.Difference(out, inner)
	}
	return out, nil
}

// cut takes from a buffer of the line what lies on the band's side.
func (n *node) cut(v *line.Version, buffer geo.MultiPolygon) (geo.MultiPolygon, error) {
	left, right := n.line.sides(v)
	if n.side != left && n.side != right {
		return nil, nil
	}
	one, two, err := v.Split(buffer, n.to)
	if len(v.Held) > 0 {
		left = v.HeldBy
	}
	if n.side == left {
		return one, err
	}
	return two, err
}

// measure is the size of a zone with one course of its lines.
type measure struct{ area, length float64 }

// Measures is the area of a zone in square metres and the length in metres of
// the line of contact (or of the line that the zone is measured from) within
// it. Outside the zone's period it is measured where it begins or, if that has
// passed, where it ends.
func (s *Set) Measures(zoneID string, t time.Time) (areaM2, lengthM float64, err error) {
	i, ok := s.index[zoneID]
	if !ok {
		return 0, 0, fmt.Errorf("no zone %q in the agreement", zoneID)
	}
	n := &s.nodes[s.zones[i].node]
	t = clamp(s.agreement.Zone(zoneID).Period, t)

	v := s.course(n, t)
	id := s.signature(n, t, zoneID)
	if v != nil {
		id += " along " + v.ID
	}
	s.mu.RLock()
	m, ok := s.measured[id]
	s.mu.RUnlock()
	if ok {
		return m.area, m.length, nil
	}
	area, err := s.geometry(n, t)
	if err != nil {
		return 0, 0, fmt.Errorf("zone %s: %w", zoneID, err)
	}
	if len(area) > 0 {
		m.area = area.Area()
	}
	if v != nil {
		m.length = s.lengthIn(n, v, t)
	}
	s.mu.Lock()
	s.measured[id] = m
	s.mu.Unlock()
	return m.area, m.length, nil
}

func clamp(p agreement.Period, t time.Time) time.Time {
	switch {
	case p.Contains(t):
		return t
	case t.Before(p.From.Time):
		return p.From.Time
	case !p.Until.IsZero():
		return p.Until.Add(-time.Nanosecond)
	}
	return t
}

// course is the line whose length in a zone counts: the first that the zone is
// measured from, else the agreement's first.
func (s *Set) course(n *node, t time.Time) *line.Version {
	if n.line != nil {
		return n.version(t)
	}
	for _, m := range n.members {
		if v := s.course(&s.nodes[m], t); v != nil {
			return v
		}
	}
	return s.first(t)
}

func (s *Set) first(t time.Time) *line.Version {
	for _, l := range s.lines {
		if v := l.at(t); v != nil {
			return v
		}
	}
	return nil
}

// signature names what the area of a node at t depends on.
func (s *Set) signature(n *node, t time.Time, id string) string {
	if !n.period.Contains(t) {
		return id + " -"
	}
	if v := n.version(t); v != nil {
		id += " " + v.ID
	}
	if v := n.otherVersion(t); v != nil {
		id += " " + v.ID
	}
	for _, m := range n.members {
		id = s.signature(&s.nodes[m], t, id)
	}
	return id
}

// step is the longest piece in metres of which the middle decides whether it
// lies in a zone.
const step = 250.0

// lengthIn is how much of a line lies in a node's zone. A one-sided band holds
// the line that it is measured from.
func (s *Set) lengthIn(n *node, v *line.Version, t time.Time) float64 {
	total := 0.0
	for _, part := range v.Parts {
		for i := 1; i < len(part); i++ {
			a, b := part[i-1], part[i]
			length, azimuth, _ := geo.Inverse(a, b)
			pieces := max(1, int(math.Ceil(length/step)))
			for k := range pieces {
				middle := geo.Direct(a, azimuth, (float64(k)+0.5)/float64(pieces)*length)
				q := s.query(middle, 0, t)
				q.onLine = v
				if q.probability(n) >= 0.5 {
					total += length / float64(pieces)
				}
			}
		}
	}
	return total
}
