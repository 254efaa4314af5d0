package main

import (
	"math"
	"slices"
)

// solve looks for the best grouping.
func (s *sources) solve() {
	s.index()
	for _, n := range s.order {
		s.settle(n, false)
	}
	for sweep := range 6 {
		s.index()
		for g := range s.guess {
			if len(s.guess[g].units) > 0 {
				s.guess[g] = s.weigh(s.guess[g].units, g, -1)
			}
		}
		s.index()
		changed := 0
		for _, n := range s.order {
			if s.settle(n, sweep > 0) {
				changed++
			}
		}
		changed += s.joinAll()
		if changed == 0 {
			break
		}
	}
}

func without(units []int, n int) []int {
	out := make([]int, 0, len(units))
	for _, o := range units {
		if o != n {
			out = append(out, o)
		}
	}
	return out
}

func with(units []int, n ...int) []int { return append(slices.Clone(units), n...) }

// settle puts a unit where it gains most: to a group, in the place of the one that its
// source has there, alone, or with one other.
func (s *sources) settle(n int, pairs bool) bool {
	was := s.in[n]
	var rest guess
	left := 0.0 // what its group loses by its leaving
	if was >= 0 {
		left = -s.guess[was].score
		if units := without(s.guess[was].units, n); len(units) > 0 {
			rest = s.weigh(units, was, -1)
			left += rest.score
		}
	}
	type move struct {
		to      int // -1: new
		q       guess
		rival   int // that must go and be alone
		alone   guess
		partner int // that comes along, out of its group
		behind  guess
		gain    float64
	}
	alone := s.weigh([]int{n}, was, -1)
	best := move{to: -1, q: alone, rival: -1, partner: -1, gain: alone.score + left}
	if was >= 0 {
		best = move{to: was, gain: 1e-6, rival: -1, partner: -1}
		if alone.score+left > best.gain && len(s.guess[was].units) > 1 {
			best = move{to: -1, q: alone, rival: -1, partner: -1, gain: alone.score + left}
		}
	}
	tried := map[int]bool{was: true}
	for _, o := range s.near[n] {
		g := s.in[o]
		if g < 0 || tried[g] {
			continue
		}
		tried[g] = true
		units := s.guess[g].units
		rival := s.conflict(units, n)
		if rival == -2 {
			continue
		}
		m := move{to: g, rival: rival, partner: -1}
		if rival >= 0 {
			units = without(units, rival)
		}
		m.q = s.weigh(with(units, n), g, was)
		if math.IsInf(m.q.score, -1) {
			continue
		}
		m.gain = m.q.score - s.guess[g].score + left
		if rival >= 0 {
			if m.gain < best.gain {
				continue
			}
			m.alone = s.weigh([]int{rival}, g, was)
			m.gain += m.alone.score
			if was >= 0 && len(rest.units) > 0 && s.conflict(rest.units, rival) == -1 { // or change places
				if x := s.weigh(with(rest.units, rival), was, g); x.score-rest.score > m.alone.score {
					m.gain += x.score - rest.score - m.alone.score
				}
			}
		}
		if m.gain > best.gain {
			best = m
		}
	}
	if pairs && was >= 0 && len(s.guess[was].units) != 2 {
		for _, o := range s.near[n] {
			g := s.in[o]
			if g < 0 || len(s.guess[g].units) < 2 || s.conflict([]int{o}, n) != -1 {
				continue
			}
			q := s.weigh([]int{o, n}, g, was)
			if q.score-alone.score-20 < -40 { // far from one event
				continue
			}
			m := move{to: -1, q: q, rival: -1, partner: o}
			if g == was {
				units := without(without(s.guess[g].units, n), o)
				m.gain = q.score - s.guess[was].score
				if len(units) > 0 {
					m.behind = s.weigh(units, g, -1)
					m.gain += m.behind.score
				}
			} else {
				m.behind = s.weigh(without(s.guess[g].units, o), g, was)
				m.gain = q.score + left - s.guess[g].score + m.behind.score
			}
			if m.gain > best.gain {
				best = m
			}
		}
	}
	if was >= 0 && best.to == was {
		return false
	}
	if was >= 0 {
		s.put(was, rest)
	}
	if best.partner >= 0 {
		s.put(s.in[best.partner], best.behind)
	}
	to := best.to
	if to < 0 {
		to = s.vacant()
	}
	s.put(to, best.q)
	if best.rival >= 0 {
		s.in[best.rival] = -1
		g := s.vacant()
		s.put(g, best.alone)
		s.settle(best.rival, false)
	}
	return true
}

func (s *sources) vacant() int {
	s.guess = append(s.guess, guess{})
	return len(s.guess) - 1
}

func (s *sources) put(g int, q guess) {
	s.guess[g] = q
	for _, n := range q.units {
		s.in[n] = g
	}
	if len(q.units) > 0 {
		slot := int(math.Floor(q.t / slotS))
		if !slices.Contains(s.slots[slot], g) {
			s.slots[slot] = append(s.slots[slot], g)
		}
	}
}

// joinAll joins groups that are more probably one.
func (s *sources) joinAll() int {
	n := 0
	for g := range s.guess {
		tried := map[int]bool{g: true}
		for _, u := range slices.Clone(s.guess[g].units) {
			for _, o := range s.near[u] {
				h := s.in[o]
				if tried[h] || len(s.guess[g].units) == 0 {
					continue
				}
				tried[h] = true
				clash := false
				for _, x := range s.guess[h].units {
					clash = clash || s.conflict(s.guess[g].units, x) != -1
				}
				if clash {
					continue
				}
				q := s.weigh(with(s.guess[g].units, s.guess[h].units...), g, h)
				if q.score > s.guess[g].score+s.guess[h].score+1e-6 {
					s.put(h, guess{})
					s.put(g, q)
					n++
				}
			}
		}
	}
	return n
}
