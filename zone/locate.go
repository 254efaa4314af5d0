package zone

import (
	"math"

	"github.com/truce-monitor/truce/geo"
)

// onLeft: a position on the line itself has a side, too, by the sign of its zero.
func onLeft(signedM float64) bool { return !math.Signbit(signedM) }

// signed is the distance in metres to a course, positive on the left party's
// side.
func (c *course) signed(p geo.Point) float64 {
	d, inHeld, decided := c.version.Signed(p)
	if !decided {
		return d
	}
	if inHeld == c.heldOnLeft {
		return d
	}
	return -d
}

// has reports whether the position lies in the node, given its distances to the
// courses and which earlier nodes hold it.
func (n *indexed) has(p geo.Point, signed []float64, holds []bool) bool {
	switch n.kind {
	case band:
		s := signed[n.course]
		d := math.Abs(s)
		return d >= n.from && d <= n.to && (onLeft(s) && n.left || !onLeft(s) && n.right)
	case disk:
		return geo.WithinM(p, n.centre, n.to)
	case corridor:
		return n.path.Distance(p) <= n.to
	case drawn, admin:
		return n.area.contains(p)
	case union:
		for _, m := range n.members {
			if holds[m] {
				return true
			}
		}
	case intersection:
		for _, m := range n.members {
			if !holds[m] {
				return false
			}
		}
		return true
	case difference:
		if !holds[n.members[0]] {
			return false
		}
		for _, m := range n.members[1:] {
			if holds[m] {
				return false
			}
		}
		return true
	}
	return false
}
