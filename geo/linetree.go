package geo

import "math"

// ball holds all chords of a stretch of the lines. The two halves of the stretch
// are the next node and the one at right; a leaf has none.
type ball struct {
	centre   vec
	radius   float64
	from, to int32 // chords
	right    int32
}

const leafChords = 4

// grow makes the nodes of a stretch and returns the first of them.
func (x *LineIndex) grow(from, to int) int32 {
	n := int32(len(x.nodes))
	lo := vec{math.Inf(1), math.Inf(1), math.Inf(1)}
	hi := lo.scale(-1)
	for _, c := range x.chords[from:to] {
		for _, v := range [2]vec{c.from, c.from.add(c.along)} {
			lo = vec{min(lo.x, v.x), min(lo.y, v.y), min(lo.z, v.z)}
			hi = vec{max(hi.x, v.x), max(hi.y, v.y), max(hi.z, v.z)}
		}
	}
	b := ball{centre: lo.add(hi).scale(0.5), from: int32(from), to: int32(to)}
	for _, c := range x.chords[from:to] {
		for _, v := range [2]vec{c.from, c.from.add(c.along)} {
			b.radius = max(b.radius, v.sub(b.centre).length())
		}
	}
	b.radius *= 1 + 1e-12
	x.nodes = append(x.nodes, b)
	if to-from > leafChords {
		middle := (from + to) / 2
		x.grow(from, middle)
		x.nodes[n].right = x.grow(middle, to)
	}
	return n
}

// least is the least key that a chord within the ball can have.
func (b *ball) least(p vec, s scale) float64 {
	d := p.sub(b.centre).length() - b.radius
	if d <= 0 {
		return 0
	}
	return d * d * (1 + s.all*d*d)
}

// search is the nearest chord of all, by branch and bound.
func (x *LineIndex) search(p vec, s scale) hit {
	h := nothing()
	type open struct {
		node  int32
		least float64
	}
	var stack [64]open
	stack[0] = open{0, 0}
	for n := 1; n > 0; {
		n--
		if stack[n].least > h.key {
			continue
		}
		at := stack[n].node
		b := &x.nodes[at]
		if b.right == 0 {
			for i := b.from; i < b.to; i++ {
				h.try(x.chords, i, p, s)
			}
			continue
		}
		one := open{at + 1, x.nodes[at+1].least(p, s)}
		two := open{b.right, x.nodes[b.right].least(p, s)}
		if one.least < two.least { // the nearer one first: it is taken from the end
			one, two = two, one
		}
		stack[n], stack[n+1] = one, two
		n += 2
	}
	return h
}
