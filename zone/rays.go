package zone

import "math"

// rays is how many directions a set of zones is integrated over. On each the
// integral is exact, so that zones that contain or exclude each other do so in
// the result too.
const rays = 48

var directions = func() (d [rays]vector) {
	for i := range d {
		// Off the axes: boundaries tend to run along them.
		sin, cos := math.Sincos((float64(i) + 0.37) * 2 * math.Pi / rays)
		d[i] = vector{cos, sin}
	}
	return d
}()

// combine is the probability of a set expression over forms that share the
// same place: on each ray from the position the expression holds on some
// stretches, and a stretch from r to s carries e^(-r²/2) - e^(-s²/2).
func (q *query) combine(n *node) float64 {
	total := 0.0
	var buffer [64]float64
	for _, d := range directions {
		cuts := buffer[:0]
		cuts = q.crossings(n, d, cuts)
		sortShort(cuts)
		from, weight := 0.0, 1.0 // weight: e^(-from²/2)
		for i := 0; i <= len(cuts); i++ {
			to, next := math.Inf(1), 0.0
			middle := from + 1
			if i < len(cuts) {
				to = cuts[i]
				if to-from < 1e-9 {
					continue
				}
				next = math.Exp(-to * to / 2)
				middle = (from + to) / 2
			}
			if q.holds(n, d, middle) {
				total += weight - next
			}
			from, weight = to, next
		}
	}
	return total / rays
}

func (q *query) crossings(n *node, d vector, to []float64) []float64 {
	if len(n.members) == 0 {
		if f := q.slot(n.leaf); !f.certain() {
			to = f.crossings(d, to)
		}
		return to
	}
	if !n.period.Contains(q.t) {
		return to
	}
	for _, m := range n.members {
		to = q.crossings(&q.set.nodes[m], d, to)
	}
	return to
}

// holds evaluates the expression at one place.
func (q *query) holds(n *node, d vector, r float64) bool {
	if len(n.members) == 0 {
		f := q.slot(n.leaf)
		return f.p == 1 || f.p != 0 && f.holds(d, r)
	}
	if !n.period.Contains(q.t) {
		return false
	}
	first := q.holds(&q.set.nodes[n.members[0]], d, r)
	switch n.kind {
	case union:
		for _, m := range n.members[1:] {
			first = first || q.holds(&q.set.nodes[m], d, r)
		}
	case intersection:
		for _, m := range n.members[1:] {
			first = first && q.holds(&q.set.nodes[m], d, r)
		}
	case difference:
		for _, m := range n.members[1:] {
			first = first && !q.holds(&q.set.nodes[m], d, r)
		}
	}
	return first
}

// sortShort is an insertion sort: the lists have a handful of numbers.
func sortShort(x []float64) {
	for i := 1; i < len(x); i++ {
		for j := i; j > 0 && x[j] < x[j-1]; j-- {
			x[j], x[j-1] = x[j-1], x[j]
		}
	}
}
