package incident

import (
	"maps"
	"math"
	"slices"

	"github.com/truce-monitor/truce/observation"
)

// memory is what the days before showed of a source. The numbers fade by the day,
// and are kept in coarse steps, so that a late report seldom changes what later days
// are fused with.
type memory struct {
	Means observation.Means `json:"means,omitempty"`
	N     float64           `json:"n"`               // reports
	Alone float64           `json:"alone,omitempty"` // of them, those that no other source repeats
	One   float64           `json:"one,omitempty"`   // those that one other repeats
	Two   float64           `json:"two,omitempty"`   // those that two others repeat
	FastS float64           `json:"fast_s,omitempty"`
	Clock float64           `json:"clock_s,omitempty"`
	Scale float64           `json:"scale,omitempty"` // 0: 1
}

const (
	fades    = 0.9 // of the numbers, what is left after a day
	leastN   = 1.0 // a source with fewer is forgotten
	coarseBy = 1.15
)

func (m memory) times(k float64) memory {
	m.N, m.Alone, m.One, m.Two = m.N*k, m.Alone*k, m.One*k, m.Two*k
	return m
}

// coarse is the nearest step of a scale of ratios, to three digits.
func coarse(x float64) float64 {
	if x < 0.05 {
		return 0
	}
	y := math.Exp(math.Round(math.Log(x)/math.Log(coarseBy)) * math.Log(coarseBy))
	unit := math.Pow10(int(math.Floor(math.Log10(y))) - 2)
	return round(math.Round(y/unit)*unit, 4)
}

// number gives sources and means their numbers, in the order of the entries.
func (s *solver) number() {
	clear(s.sources)
	clear(s.means)
	s.named, s.meansOf = s.named[:0], s.meansOf[:0]
	for i := range s.entries {
		e := &s.entries[i]
		n, ok := s.sources[e.o.Source]
		if !ok {
			n = int32(len(s.sources))
			s.sources[e.o.Source] = n
			s.named = append(s.named, e.o.Source)
		}
		e.source = n
		k := n
		if n, ok = s.means[e.o.Means]; !ok {
			n = int32(len(s.means))
			s.means[e.o.Means] = n
		}
		e.means = n
		if int(k) == len(s.meansOf) {
			s.meansOf = append(s.meansOf, n)
		}
	}
}

// recall begins a day with what is remembered of the days before, some days ago.
func (s *solver) recall(remembered map[string]memory, days int64) {
	fade := math.Pow(fades, float64(days))
	s.before = slices.Grow(s.before[:0], len(s.named))[:len(s.named)]
	s.habit = slices.Grow(s.habit[:0], len(s.named))[:len(s.named)]
	s.beforeMeans = append(s.beforeMeans[:0], make([]memory, len(s.means))...)
	for k, name := range s.named {
		s.habit[k], s.before[k] = habit{scale: 1}, memory{}
		m, ok := remembered[name]
		if !ok {
			continue
		}
		s.habit[k] = habit{fastS: m.FastS, clock: m.Clock, scale: m.Scale}
		if m.Scale == 0 {
			s.habit[k].scale = 1
		}
		s.before[k] = m.times(fade)
	}
	// In the order of names: sums must not depend on that of a map.
	for _, name := range slices.Sorted(maps.Keys(remembered)) {
		m := remembered[name].times(fade)
		if n, ok := s.means[m.Means]; ok {
			b := &s.beforeMeans[n]
			b.N, b.Alone, b.One, b.Two = b.N+m.N, b.Alone+m.Alone, b.One+m.One, b.Two+m.Two
		}
	}
	s.heed()
}

// remember is what later days are to know, with what is remembered from some days ago.
func (s *solver) remember(remembered map[string]memory, days, day int64) map[string]memory {
	fade := math.Pow(fades, float64(days))
	out := make(map[string]memory, len(remembered))
	for name, m := range remembered {
		out[name] = m.times(fade)
	}
	today := make([]memory, len(s.named))
	for _, i := range s.bySize {
		e := &s.entries[i]
		if dayOf(e.o.From) != day {
			continue // it was counted on its day
		}
		t := &today[e.source]
		t.Means = e.o.Means
		t.N++
		t.Alone += e.single
		switch s.others(i) {
		case 1:
			t.One++
		case 2:
			t.Two++
		}
	}
	for k, name := range s.named {
		if today[k].N == 0 {
			continue
		}
		m := out[name]
		t := today[k]
		h := s.habit[k]
		out[name] = memory{Means: t.Means, N: m.N + t.N, Alone: m.Alone + t.Alone, One: m.One + t.One, Two: m.Two + t.Two,
			FastS: h.fastS, Clock: h.clock, Scale: h.scale}
	}
	for name, m := range out {
		if m.N < leastN {
			delete(out, name)
			continue
		}
		m.N, m.Alone, m.One, m.Two = coarse(m.N), coarse(m.Alone), coarse(m.One), coarse(m.Two)
		if m.Scale == 1 {
			m.Scale = 0
		}
		out[name] = m
	}
	return out
}

// others is how many other sources report what entry i does.
func (s *solver) others(i int32) int {
	n := 0
	members := s.clusters[s.in[i]].members
	for k, j := range members {
		e := &s.entries[j]
		again := e.source == s.entries[i].source
		for _, l := range members[:k] {
			again = again || s.entries[l].source == e.source
		}
		if !again {
			n++
		}
	}
	return n
}

// assume begins with what is usual, adapt goes on with what is found: how many of a
// source's reports are of an event that nobody else reports. It leans on the source's
// means, and they on all, where there are few.
func (s *solver) assume() {
	s.alone = s.alone[:0]
	for k := range s.named {
		s.alone = append(s.alone, s.share(s.before[k].N, s.before[k].Alone, memory{}, s.m.Decision.Alone))
	}
}

func (s *solver) share(n, alone float64, means memory, usual float64) float64 {
	w := s.m.Decision.AloneWeight
	return (alone + w*(means.Alone+w*usual)/(means.N+w)) / (n + w)
}

func (s *solver) adapt() {
	w := s.m.Decision.AloneWeight
	all, alone := w, w*s.m.Decision.Alone
	for k := range s.named {
		s.tally[k] = s.before[k]
	}
	means := append(s.tallyMeans[:0], s.beforeMeans...)
	for i := range means {
		all += means[i].N
		alone += means[i].Alone
	}
	for _, i := range s.bySize {
		e := &s.entries[i]
		s.tally[e.source].N++
		s.tally[e.source].Alone += e.single
		means[e.means].N++
		means[e.means].Alone += e.single
		alone += e.single
		all++
	}
	for k := range s.alone {
		s.alone[k] = s.share(s.tally[k].N, s.tally[k].Alone, means[s.meansOf[k]], alone/all)
	}
	s.tallyMeans = means
}
