package incident

import "math"

// trust is how much a source's word is worth, as far as days have shown it.
type trust struct {
	alone   float64 // probability that what it alone reports happened
	overall float64 // of what it reports at all
}

const (
	fewRepeated = 6    // reports that two others or more repeat, from which on being alone tells something
	strays      = 0.04 // share of true reports that err by more than any model holds possible
)

// weighTrust finds how much each source is worth. That others repeat it speaks for a
// source; how many of its true reports nobody repeats follows from how many one and
// two others repeat (Chao 1984, Scandinavian Journal of Statistics 11: at least
// one²/2 two); what is alone beyond that is false. Where a source has few reports
// its means counts, where that has few the grade or what is usual for the means.
func (s *solver) weighTrust() {
	w := s.m.Decision.AloneWeight
	n := len(s.named)
	prior, count := make([]float64, n), make([]float64, n)
	one, two := make([]float64, n), make([]float64, n)
	means := make([]memory, len(s.means))
	for k := range s.named {
		b := s.before[k]
		one[k], two[k] = b.One, b.Two
	}
	copy(means, s.tallyMeans)
	for _, i := range s.bySize {
		e := &s.entries[i]
		prior[e.source] += e.truth
		count[e.source]++
		switch s.others(i) {
		case 1:
			one[e.source]++
		case 2:
			two[e.source]++
		}
	}
	ones, twos := make([]float64, len(means)), make([]float64, len(means))
	for k := range means {
		ones[k], twos[k] = s.beforeMeans[k].One, s.beforeMeans[k].Two
	}
	for k := range s.named {
		ones[s.meansOf[k]] += one[k] - s.before[k].One
		twos[s.meansOf[k]] += two[k] - s.before[k].Two
	}
	s.trust = s.trust[:0]
	for k := range s.named {
		m, t := means[s.meansOf[k]], s.tally[k]
		usual := 0.5
		if count[k] > 0 {
			usual = prior[k] / count[k]
		}
		unseen := ones[s.meansOf[k]] * math.Max(0, ones[s.meansOf[k]]-1) / 2 / (twos[s.meansOf[k]] + 1)
		unseen += strays * m.N
		alike := (math.Min(m.Alone, unseen) + w*usual) / (m.Alone + w)
		own := math.Max(0, t.N-t.Alone) * unseen / math.Max(1, m.N-m.Alone)
		alone := (math.Min(t.Alone, own) + w*alike) / (t.Alone + w)
		// Where hardly anybody else could have repeated it, being alone says nothing.
		repeated := math.Max(twos[s.meansOf[k]], m.N-m.Alone-ones[s.meansOf[k]])
		told := repeated / (repeated + fewRepeated)
		alone = told*alone + (1-told)*usual
		overall := 1 - (1-alone)*math.Min(1, t.Alone/math.Max(1, t.N))
		s.trust = append(s.trust, trust{alone: alone, overall: overall})
	}
}

// probability that an incident happened: alone a report may be of the same event as
// an incident that was close, or be worth what its source is when alone; together
// independent ones are wrong only if each is.
func (s *solver) probability(c *told) float64 {
	wrong, n := 1.0, 0
	var single *entry
	for _, e := range c.members {
		if !e.independent {
			continue
		}
		n++
		single = e
		wrong *= 1 - s.trust[e.source].overall
	}
	if n == 1 {
		wrong = single.lonely * (1 - s.trust[single.source].alone)
		if len(c.members) > 1 || single.lonely == 0 {
			wrong = 1 - s.trust[single.source].alone
		}
	}
	return math.Min(1-wrong, s.m.OccurredAtMost)
}
