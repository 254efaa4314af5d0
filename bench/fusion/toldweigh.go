package main

import (
	"math"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// weigh is how probable the reports of units are as those of one event, or, of one
// alone, as of anything; but1 and but2 are the groups that they are taken from.
func (s *sources) weigh(units []int, but1, but2 int) guess {
	q := guess{units: units, score: math.Inf(-1)}
	var harm observation.Casualties
	told := false
	for _, n := range units {
		if v := &s.views[n]; v.TellsHarm() {
			if told && v.Harm != harm {
				return q
			}
			told, harm = true, v.Harm
		}
	}
	g := s.merge(units)
	tr := (g.ee + g.nn) / 2
	h := math.Hypot((g.ee-g.nn)/2, g.en)
	major, minor := math.Sqrt(tr+h), math.Sqrt(math.Max(25, tr-h))
	angle := math.Atan2(2*g.en, g.ee-g.nn) / 2 // of the major axis from east
	type node struct{ a, b, w float64 }
	nodes := []node{{0, 0, 1}}
	switch {
	case major > 500:
		nodes = nodes[:0]
		const r = 1.7320508
		for _, a := range []node{{-r, 0, 1. / 6}, {0, 0, 2. / 3}, {r, 0, 1. / 6}} {
			for _, b := range []node{{-r, 0, 1. / 6}, {0, 0, 2. / 3}, {r, 0, 1. / 6}} {
				nodes = append(nodes, node{a.a, b.a, a.w * b.w})
			}
		}
	case major > 120:
		nodes = []node{{0, 0, .5}, {2, 0, .125}, {-2, 0, .125}, {0, 2, .125}, {0, -2, .125}}
	}
	perLon := perDegree * math.Cos(g.lat*math.Pi/180)
	cos, sin := math.Cos(angle), math.Sin(angle)
	var parts, weights [9]float64
	at, along := 0.0, 0.0
	for i, x := range nodes {
		a, b := x.a*major, x.b*minor
		lat, lon := g.lat+(a*sin+b*cos)/perDegree, g.lon+(a*cos-b*sin)/perLon
		f, t, al := s.here(units, lat, lon, harm, told, but1, but2, major)
		// Against the density of the normal distribution there.
		parts[i] = f + math.Log(x.w) + math.Log(2*math.Pi*major*minor) + (x.a*x.a+x.b*x.b)/2
		weights[i] = parts[i]
		if i == 0 || parts[i] > q.score {
			q.score, at, along = parts[i], t, al
		}
	}
	q.score = logSum(parts[:len(nodes)])
	q.t, q.along, q.sdA, q.real = at, along, math.Min(major, 4000), 1
	if len(units) == 1 {
		none := s.views[units[0]].none
		all := logSum([]float64{q.score, none})
		q.real = math.Exp(q.score - all)
		if math.IsInf(all, -1) {
			q.real, all = 1, -200 // nothing explains it
		}
		q.score = all
	}
	return q
}

func logSum(x []float64) float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = math.Max(top, v)
	}
	if math.IsInf(top, -1) {
		return top
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// here is the same with the event at a place.
func (s *sources) here(units []int, lat, lon float64, harm observation.Casualties, told bool, but1, but2 int, sd float64) (f, t, along float64) {
	never := math.Inf(-1)
	f, t = s.when(units, lat, lon)
	if math.IsInf(f, -1) {
		return never, 0, 0
	}
	e, depth := s.Suppose(s.instant(t), lat, lon)
	e.Harm = harm
	towards := 0.0
	for _, n := range units {
		v := &s.views[n]
		f += v.Place(s.Known, &e)
		towards += v.Towards(&e)
		if !v.InTime(e.At, time.Duration(20)*time.Second+time.Duration(v.half)*time.Second) {
			return never, 0, 0
		}
	}
	if math.IsInf(f, -1) {
		return never, 0, 0
	}
	classes := s.Classes()
	missed := s.misses(lat, lon, t)
	sums := make([]float64, len(classes))
	copy(sums, missed)
	if s.buf == nil {
		s.buf = make([]float64, len(classes))
	}
	for i, n := range units {
		v := &s.views[n]
		again := 0
		if v.caller {
			for _, o := range units[:i] {
				if s.views[o].Source == v.Source {
					again++
				}
			}
		}
		if again > 0 {
			for c := range sums { // one more caller of so many
				sums[c] += math.Log((v.model.Callers-1)*math.Max(classes[c].Loud, 1e-3)/float64(again)) + v.kind[c]
			}
			continue
		}
		s.Chances(v.Source, &e, s.buf)
		for c, p := range s.buf {
			if p == 0 {
				sums[c] = never
				continue
			}
			sums[c] += v.kind[c] + math.Log(p/(1-math.Min(p, 0.999)))
			if v.caller {
				sums[c] -= (v.model.Callers - 1) * classes[c].Loud
			}
		}
	}
	hurt := harm != (observation.Casualties{})
	for c := range sums {
		k := &classes[c]
		if math.IsInf(sums[c], -1) {
			continue
		}
		rate := s.Base(c, &e, depth)
		if k.Fire {
			rate += s.excited(c, t, e.Along(), sd, depth, but1, but2)
			sums[c] += towards
		}
		counts := 0.0
		for n := k.Rounds[0]; n <= k.Rounds[1]; n++ {
			p := 1.0
			for _, u := range units {
				if v := &s.views[u]; v.counts {
					p *= v.count[n]
				}
			}
			counts += p
		}
		sums[c] += math.Log(rate) + math.Log(counts/float64(k.Rounds[1]-k.Rounds[0]+1))
		switch {
		case hurt:
			sums[c] += math.Log(k.Harm / 6)
		case told:
			sums[c] += math.Log(1 - k.Harm)
		}
		for _, n := range units {
			if v := &s.views[n]; v.Satellite() && !math.IsInf(sums[c], -1) {
				s.As(&e, c)
				sums[c] += s.Seen(v.Report, &e)
			}
		}
	}
	return f + logSum(sums), t, e.Along()
}

// when integrates over the instant of an event at a place, and says when it was most
// probably.
func (s *sources) when(units []int, lat, lon float64) (f, at float64) {
	var weight, sum float64
	low, high := math.Inf(-1), math.Inf(1)
	var shift [64]float64
	for i, n := range units {
		v := &s.views[n]
		from, to, sd, perMetre := v.Clock(s.s.From)
		if i < len(shift) && perMetre > 0 {
			shift[i] = perMetre * v.Away(lat, lon)
		}
		if v.Satellite() {
			sd = 0
		}
		low, high = math.Max(low, from-3.5*sd-shift[min(i, 63)]), math.Min(high, to+3.5*sd-shift[min(i, 63)])
		if v.sharp && !v.Satellite() {
			w := 1 / (sd*sd + v.half*v.half/3)
			weight += w
			sum += w * ((from+to)/2 - shift[min(i, 63)])
		}
	}
	mass := func(t float64) float64 {
		p := 0.0
		for i, n := range units {
			v := &s.views[n]
			if v.Satellite() {
				continue
			}
			from, to, sd, _ := v.Clock(s.s.From)
			m := t + shift[min(i, 63)]
			if v.sharp {
				w := sd*sd + v.half*v.half/3
				d := (from+to)/2 - m
				p += -d*d/2/w - math.Log(2*math.Pi*w)/2 + math.Log(2*v.half)
				continue
			}
			a, b := (from-m)/sd/math.Sqrt2, (to-m)/sd/math.Sqrt2
			if a > 0 {
				a, b = -b, -a
			}
			p += math.Log((math.Erfc(-b) - math.Erfc(-a)) / 2)
		}
		return p
	}
	if weight > 0 {
		at = sum / weight
		return mass(at) + math.Log(2*math.Pi/weight)/2, at
	}
	if high <= low {
		return math.Inf(-1), 0
	}
	const n = 16
	var parts [n]float64
	top := math.Inf(-1)
	for i := range parts {
		t := low + (float64(i)+0.5)/n*(high-low)
		parts[i] = mass(t)
		if parts[i] > top {
			top, at = parts[i], t
		}
	}
	return logSum(parts[:]) + math.Log((high-low)/n), at
}
