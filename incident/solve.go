package incident

import (
	"cmp"
	"math"
	"slices"

	"github.com/truce-monitor/truce/observation"
)

// solver finds which entries are of the same event: the precise ones first,
// each to the incident that explains it best or to one of its own; then each is
// asked again, now that all others stand, until nothing changes. What it finds
// is a function of the set of entries alone.
type solver struct {
	m        *model
	entries  []entry
	bySize   []int32
	near     neighbours
	clusters []cluster
	in       []int32 // the cluster of each entry
	free     []int32
	rates    rates
	stamp    []int32 // by cluster: the last question in which it was met
	question int32
	alone    []float64 // by source: share of reports that no other source repeats
	habit    []habit   // by source
	trust    []trust   // by source
	other    []beside  // by entry
	ratios   []float64
	lags     []float64
	options  []option
	without  cluster // the asker's own incident as it is without it
	sources  map[string]int32
	means    map[observation.Means]int32
	named    []string // by number
	meansOf  []int32  // by source

	pause func() // nil: it has all the time

	before, tally           []memory // by source
	beforeMeans, tallyMeans []memory
}

// sweeps is how often, at most, each entry is asked again: all once, then those
// about what moved whose answer was not clear. What is open after that is too close to
// call.
const sweeps = 4

func (s *solver) solve() {
	s.bySize = s.bySize[:0]
	for i := range s.entries {
		if s.entries[i].root == int32(i) {
			s.bySize = append(s.bySize, int32(i))
		}
	}
	s.tally = slices.Grow(s.tally[:0], len(s.named))[:len(s.named)]
	for n := range rounds {
		s.divide()
		if n+1 == rounds || !s.habits() {
			break
		}
		s.heed()
	}
	s.weighTrust()
	s.lookBeside()
}

// rest pauses at some of the steps of long work.
func (s *solver) rest(step int) {
	if s.pause != nil && step%32 == 31 {
		s.pause()
	}
}

// rounds is how often, at most, sources are taken otherwise than before.
const rounds = 7

// divide finds which entries belong together as they are taken now.
func (s *solver) divide() {
	slices.SortFunc(s.bySize, func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.entries[a].size, s.entries[b].size), cmp.Compare(a, b))
	})
	s.near.find(s.m, s.entries, s.bySize, s.rest)
	s.in = slices.Grow(s.in[:0], len(s.entries))[:len(s.entries)]
	for i := range s.in {
		s.in[i] = -1
	}
	s.clusters, s.free, s.stamp, s.question = s.clusters[:0], s.free[:0], s.stamp[:0], 0
	s.rates.place(s)
	s.rates.expect(s)
	s.assume()
	for n, i := range s.bySize {
		s.rest(n)
		s.settle(i)
	}
	s.rates.count(s)
	s.adapt()
	for i := range s.entries {
		s.entries[i].asked = false
	}
	for range sweeps {
		changed := false
		for n, i := range s.bySize {
			s.rest(n)
			if !s.entries[i].asked && len(s.near.of(i)) > 0 && s.settle(i) {
				changed = true
			}
		}
		if !changed {
			break
		}
	}
}

// option is an incident that an entry may report.
type option struct {
	cluster int32
	rival   int32 // the member by the same source that would have to go; -1: none
	ratio   float64
	meeting meeting
	why     string
}

// settle puts entry i where it belongs as things stand, and reports whether
// that is somewhere else than before.
func (s *solver) settle(i int32) bool {
	e := &s.entries[i]
	e.asked = true
	was := s.in[i]
	best, ok := s.choose(i, true)
	if !ok {
		if was >= 0 && len(s.clusters[was].members) == 1 {
			return false
		}
		s.leave(i)
		s.found(i)
		s.ask(i)
		return true
	}
	if best.cluster == was {
		e.verdict = best.verdict()
		return false
	}
	s.leave(i)
	r := best.rival
	if r >= 0 {
		s.leave(r)
	}
	s.join(i, best)
	if r >= 0 {
		if second, ok := s.choose(r, false); ok {
			s.join(r, second)
		} else {
			s.found(r)
		}
		s.ask(r)
	}
	s.ask(i)
	return true
}

// ask lets those about entry i be asked again, since it moved, but for those whose
// answer was clear.
func (s *solver) ask(i int32) {
	for _, j := range s.near.of(i) {
		e := &s.entries[j]
		e.asked = e.asked && e.sure
	}
}

func (o *option) verdict() verdict {
	return verdict{score: math.Log(o.ratio), distance: math.Hypot(o.meeting.east, o.meeting.north), lag: -o.meeting.lag, why: o.why}
}

// far is by how much an option may be worse than the best, without what details
// say, to be still worth asking for them.
const (
	far     = 1e-3
	farther = 1e-6 // where pages or pictures may say that it is the same
)

// margin is by how much an answer must be clear to stand when rates change.
const margin = 30

// choose is the best option for entry i; ok is false where it is more
// probably of an event of its own.
func (s *solver) choose(i int32, contest bool) (best option, ok bool) {
	e := &s.entries[i]
	s.question++
	s.options = s.options[:0]
	gate := s.m.Decision.GateSigma
	top := 0.0
	for _, j := range s.near.of(i) {
		k := s.in[j]
		if k < 0 || s.stamp[k] == s.question {
			continue
		}
		s.stamp[k] = s.question
		// Most are of another time.
		if c := &s.clusters[k]; e.ray == nil && math.Abs(c.middle-e.mid) > e.reach+gate*math.Sqrt(c.variance) {
			continue
		}
		if o, met := s.consider(i, k, contest); met {
			s.options = append(s.options, o)
			top = max(top, o.ratio)
		}
	}
	l := s.alone[e.source]
	scale := (1 - l) / l / s.rates.at(i)
	cut := far * top * scale
	if e.shared {
		cut = farther * top * scale
	}
	sum, elsewhere := 0.0, 0.0
	for k := range s.options {
		o := &s.options[k]
		o.ratio *= scale
		// Beside one that says so much alone something lies anywhere: it must want it too.
		if f := s.sole(i, o.cluster); f >= 0 && s.floods(s.entries[f].source) {
			o.ratio *= math.Min(1, s.odds(f)/scale)
		}
		if o.ratio < cut {
			continue
		}
		var d float64
		d, o.why = s.details(&s.clusters[o.cluster], e)
		if d != 0 {
			o.ratio *= math.Exp(d)
		}
		sum += o.ratio
		if e.repeats || s.another(i, o.cluster) {
			elsewhere += o.ratio
		}
		if !ok || o.ratio > best.ratio || o.ratio == best.ratio && s.first(o.cluster) < s.first(best.cluster) {
			best, ok = *o, true
		}
	}
	e.lonely, e.single = 1/(1+sum), 1/(1+elsewhere)
	others := sum - best.ratio
	e.sure = !ok || best.ratio < s.m.enough/margin || best.ratio > margin*s.m.enough && best.ratio > margin*others
	return best, ok && best.ratio >= s.m.enough && best.ratio >= s.m.clearly*others
}

// first is a number that tells incidents apart whatever their order in memory.
func (s *solver) first(k int32) int32 { return slices.Min(s.clusters[k].members) }

// consider asks whether entry i may report incident k.
func (s *solver) consider(i, k int32, contest bool) (o option, ok bool) {
	e, c := &s.entries[i], &s.clusters[k]
	o.cluster, o.rival = k, -1
	if s.in[i] == k {
		if len(c.members) == 1 {
			return o, false
		}
		s.stand(&s.without, c.members, i)
		c = &s.without
	}
	if o.meeting, ok = s.meet(c, e); !ok {
		return o, false
	}
	if s.in[i] != k {
		for _, j := range s.clusters[k].members {
			if f := &s.entries[j]; !mayRepeat(e, f) {
				if o.rival >= 0 || !contest || len(c.members) == 1 {
					return o, false
				}
				o.rival = j
			}
		}
	}
	if o.rival < 0 {
		o.ratio, ok = s.ratio(c, e, &o.meeting)
		return o, ok
	}
	s.stand(&s.without, c.members, o.rival)
	c = &s.without
	if o.meeting, ok = s.meet(c, e); !ok {
		return o, false
	}
	if o.ratio, ok = s.ratio(c, e, &o.meeting); !ok {
		return o, false
	}
	r := &s.entries[o.rival]
	if w, met := s.meet(c, r); met {
		if stays, can := s.ratio(c, r, &w); can && stays*s.odds(o.rival) >= o.ratio*s.odds(i) {
			return o, false
		}
	}
	return o, true
}

// odds are those with which a ratio for entry i counts.
func (s *solver) odds(i int32) float64 {
	l := s.alone[s.entries[i].source]
	return (1 - l) / l / s.rates.at(i)
}

func (s *solver) leave(i int32) {
	k := s.in[i]
	if k < 0 {
		return
	}
	c := &s.clusters[k]
	c.remove(i)
	s.in[i] = -1
	if len(c.members) == 0 {
		s.free = append(s.free, k)
		return
	}
	s.stand(c, c.members, -1)
}

func (s *solver) join(i int32, o option) {
	e, c := &s.entries[i], &s.clusters[o.cluster]
	c.members = append(c.members, i)
	s.add(c, e)
	s.in[i], e.verdict = o.cluster, o.verdict()
}

func (s *solver) found(i int32) {
	e := &s.entries[i]
	e.verdict = verdict{}
	var k int32
	if n := len(s.free); n > 0 {
		k = s.free[n-1]
		s.free = s.free[:n-1]
	} else {
		k = int32(len(s.clusters))
		if len(s.clusters) < cap(s.clusters) {
			s.clusters = s.clusters[:k+1]
		} else {
			s.clusters = append(s.clusters, cluster{})
		}
		s.stamp = append(s.stamp, 0)
	}
	c := &s.clusters[k]
	*c = cluster{members: append(c.members[:0], i), buf: c.buf}
	s.begin(c, e)
	s.in[i] = k
}

// beside is an incident that an entry may be of instead.
type beside struct {
	cluster     int32
	probability float64
}

// leastBeside is the least probability with which an alternative is told.
const leastBeside = 0.05

// lookBeside finds what each entry may be of instead, now that all stand.
func (s *solver) lookBeside() {
	s.other = slices.Grow(s.other[:0], len(s.entries))[:len(s.entries)]
	clear(s.other)
	for n, i := range s.bySize {
		s.rest(n)
		e := &s.entries[i]
		if e.sure || len(s.near.of(i)) == 0 {
			continue
		}
		s.choose(i, false)
		all := 1.0
		var best option
		for _, o := range s.options {
			all += o.ratio
			if o.cluster != s.in[i] && (o.ratio > best.ratio || o.ratio == best.ratio && s.first(o.cluster) < s.first(best.cluster)) {
				best = o
			}
		}
		if p := best.ratio / all; p >= leastBeside {
			s.other[i] = beside{best.cluster, p}
		}
	}
}

// another reports whether a source other than i's is in the cluster.
func (s *solver) another(i, k int32) bool {
	for _, j := range s.clusters[k].members {
		if s.entries[j].source != s.entries[i].source {
			return true
		}
	}
	return false
}

// floods reports whether a source says so much that nobody else does that some of
// it lies near what happened by chance.
func (s *solver) floods(k int32) bool {
	t := s.tally[k]
	return t.Alone >= flooding && t.Alone >= 0.6*t.N
}

// flooding is how many lone reports, of the day and what is remembered, make a flood.
const flooding = 100

// sole is the only member of the cluster but for entry i, -1 where there are others.
func (s *solver) sole(i, k int32) int32 {
	only := int32(-1)
	for _, j := range s.clusters[k].members {
		if j == i {
			continue
		}
		if only >= 0 {
			return -1
		}
		only = j
	}
	return only
}
