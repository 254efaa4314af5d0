package zone

import (
	"math"

	"github.com/truce-monitor/truce/geo"
)

// maxEdges is how many edges a drawn area may have for the exact integral; a
// larger one is taken as its nearest boundary.
const maxEdges = 48

// inPolygons is the probability that a place with σ around p lies in the area,
// in the plane that touches the ellipsoid at p: the sum over its edges of the
// Gaussian's share in the triangle between p and the edge, with sign.
func inPolygons(area geo.MultiPolygon, p geo.Point, sigma float64) float64 {
	sum := 0.0
	for _, polygon := range area {
		for i, ring := range polygon {
			share := 0.0
			for j := range ring {
				a, b := offset(p, ring[j]), offset(p, ring[(j+1)%len(ring)])
				share += triangle(vector{a.x / sigma, a.y / sigma}, vector{b.x / sigma, b.y / sigma})
			}
			if share = math.Abs(share); i > 0 { // a hole
				share = -share
			}
			sum += share
		}
	}
	return min(max(sum, 0), 1)
}

// triangle is the standard Gaussian's share in the triangle of the origin, a
// and b; negative where the origin, a, b turn clockwise.
func triangle(a, b vector) float64 {
	cross := a.x*b.y - a.y*b.x
	edge := math.Hypot(b.x-a.x, b.y-a.y)
	if edge == 0 || cross == 0 {
		return 0
	}
	h := math.Abs(cross) / edge // distance of the edge's line
	// Angles of a and b from the foot of the perpendicular.
	ta := (a.x*(b.x-a.x) + a.y*(b.y-a.y)) / edge
	tb := ta + edge
	from, to := math.Atan2(ta, h), math.Atan2(tb, h)
	share := to - from
	if h < farthest {
		mid, half := (from+to)/2, (to-from)/2
		cut := 0.0
		for i, node := range gaussNodes {
			for _, t := range [2]float64{mid - half*node, mid + half*node} {
				r := h / math.Cos(t)
				cut += gaussWeights[i] * math.Exp(-r*r/2)
			}
		}
		share -= half * cut
	}
	return math.Copysign(share/(2*math.Pi), cross)
}

// edges counts the edges of an area.
func edges(area geo.MultiPolygon) int {
	n := 0
	for _, polygon := range area {
		for _, ring := range polygon {
			n += len(ring)
		}
	}
	return n
}
