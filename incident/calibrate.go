package incident

import (
	"fmt"
	"math"
	"slices"
)

// habit is how a source differs on a day from what it states: by how many seconds
// its clock is fast, and how much greater its errors of place are.
type habit struct {
	fastS float64
	clock float64 // standard deviation of its instants, seconds; 0: as usual for its means
	scale float64
}

// String says it in words, "" where there is nothing to say.
func (h habit) String() string {
	words := ""
	switch {
	case h.fastS > 0:
		words = fmt.Sprintf(clockFast, h.fastS)
	case h.fastS < 0:
		words = fmt.Sprintf(clockSlow, -h.fastS)
	}
	if h.scale != 1 {
		if words != "" {
			words += "; "
		}
		words += fmt.Sprintf(errorsScaled, h.scale)
	}
	return words
}

// What a source's habits are asked from.
const (
	leastReports = 8    // of a source on a day
	mostAsked    = 120  // of its reports
	clockWindowS = 1200 // either way
	clockBinS    = 10
	placeWindowM = 6000
	sharpS       = 90 // standard deviation of a time that can set a clock right
)

// habits compares each source with what the others say about the same time and
// place, and reports whether enough of the reports are to be taken otherwise than so
// far to divide all once more.
func (s *solver) habits() bool {
	n := len(s.sources)
	of := make([][]int32, n)
	for _, i := range s.bySize {
		if e := &s.entries[i]; e.est.known && e.kind == 0 {
			of[e.source] = append(of[e.source], i)
		}
	}
	met := make([]float64, n)
	var usual []float64
	for k, list := range of {
		if len(list) < leastReports {
			continue
		}
		for _, i := range list {
			met[k] += s.company(i) / float64(len(list))
		}
		usual = append(usual, met[k])
	}
	if len(usual) < 3 {
		return false
	}
	slices.Sort(usual)
	typical := usual[len(usual)/2]
	changed := 0
	for k, list := range of {
		if len(list) < leastReports {
			continue
		}
		h := s.habit[k]
		if met[k] < 0.8*typical {
			h = s.seek(list, h)
		}
		h = s.refine(list, h)
		if s.matters(s.habit[k], h, &s.entries[list[0]]) {
			changed += len(list)
		}
		s.habit[k] = h
	}
	return changed > len(s.bySize)/50
}

// matters reports whether a source taken otherwise than before makes another
// division worth while; what does not matters from tomorrow.
func (s *solver) matters(was, is habit, e *entry) bool {
	usual := was.clock
	if usual == 0 {
		usual = e.when.sd
	}
	clock := is.clock
	if clock == 0 {
		clock = usual
	}
	return math.Abs(is.fastS-was.fastS) > usual || clock > 2*usual || clock < usual/2 || is.scale > 1.5*was.scale || is.scale < was.scale/1.5
}

// company is how many reports by other sources entry i is together with, up to
// enough: those whose clocks are off still find one or two that are off as well.
func (s *solver) company(i int32) float64 {
	const enough = 4
	n := 0.0
	for _, j := range s.clusters[s.in[i]].members {
		if s.entries[j].source != s.entries[i].source && n < enough {
			n++
		}
	}
	return n
}

// seek looks for the habit of a source that hardly meets others: its reports lie
// beside those of others by the same time, or about as far from them, far more often
// than by chance.
func (s *solver) seek(list []int32, h habit) habit {
	step := max(1, len(list)/mostAsked)
	var lags, nearest []float64
	crowd := 0.0 // others within the window, for what chance would give
	asked := 0.0
	var at cluster
	for k := 0; k < len(list); k += step {
		e := &s.entries[list[k]]
		sharp := math.Sqrt(e.when.variance()) <= 4*sharpS
		next, found := math.Inf(1), false
		asked++
		seen := int32(-1)
		s.near.about(e, placeWindowM, clockWindowS, func(j int32) {
			f := &s.entries[j]
			if f.source == e.source || f.kind != 0 || !s.m.akin(e.act, f.act) {
				return
			}
			north := (f.est.lat - e.est.lat) * e.perLat
			east := turn(f.est.lon-e.est.lon) * e.perLon
			d := math.Hypot(east, north)
			fSharp := math.Sqrt(f.when.variance()) <= sharpS
			if sharp && fSharp && d <= 2*math.Sqrt(e.major*e.major+f.major*f.major+s.m.Space.FloorM*s.m.Space.FloorM) && s.in[j] != seen {
				s.begin(&at, f)
				_, mid, _, _ := s.view(e, &at)
				lags = append(lags, f.mid-mid)
				seen = s.in[j]
			}
			if d <= placeWindowM && math.Abs(f.mid-e.mid) <= e.reach+f.reach && f.major < 1000 {
				next, found = math.Min(next, d), true
				crowd++
			}
		})
		if found {
			nearest = append(nearest, next)
		}
	}
	if fast, ok := clock(lags); ok {
		h.fastS += fast
		return h
	}
	// By chance alone the nearest of so many others would lie so far.
	if len(nearest) >= leastReports && h.scale == 1 {
		slices.Sort(nearest)
		median := nearest[len(nearest)/2]
		byChance := placeWindowM * math.Sqrt(math.Ln2/math.Max(crowd/asked, math.Ln2))
		sigma := 0.0
		for _, i := range list {
			sigma += s.entries[i].major / float64(len(list))
		}
		if k := median / 1.1774 / math.Max(sigma, s.m.Space.FloorM); median < byChance/2 && k > 3 {
			h.scale = math.Min(k, 10)
		}
	}
	return h
}

// clock finds the lag at which far more others lie than about other lags.
func clock(lags []float64) (fast float64, ok bool) {
	if len(lags) < leastReports {
		return 0, false
	}
	const bins = 2 * clockWindowS / clockBinS
	var count [bins]float64
	for _, l := range lags {
		if b := int((l + clockWindowS) / clockBinS); b >= 0 && b < bins {
			count[b]++
		}
	}
	best, most := 0, 0.0
	for b := 1; b < bins-1; b++ {
		if sum := count[b-1] + count[b] + count[b+1]; sum > most {
			best, most = b, sum
		}
	}
	expected := 3 * float64(len(lags)) / bins
	if most < 5 || most < expected+6*math.Sqrt(expected+1) {
		return 0, false
	}
	centre := -clockWindowS + (float64(best)+0.5)*clockBinS
	sum, n := 0.0, 0.0
	for _, l := range lags {
		if math.Abs(l-centre) <= 2*clockBinS {
			sum += l
			n++
		}
	}
	if fast = -math.Round(sum / n); math.Abs(fast) < 2*clockBinS {
		return 0, false
	}
	return fast, true
}

// refine takes how far a source's reports lie from what the others of their
// incidents say, in place and time.
func (s *solver) refine(list []int32, h habit) habit {
	s.ratios, s.lags = s.ratios[:0], s.lags[:0]
	for _, i := range list {
		c := &s.clusters[s.in[i]]
		if len(c.members) < 2 {
			continue
		}
		s.stand(&s.without, c.members, i)
		e := &s.entries[i]
		w, ok := s.meet(&s.without, e)
		if !ok {
			continue
		}
		if w.placed && len(c.members) > 2 && s.without.est.cov.determinant() < e.est.cov.determinant() {
			if e.ray != nil {
				s.ratios = append(s.ratios, s.beside(&s.without, e.ray)/0.4549) // the median of chi squared, one dimension
			} else {
				s.ratios = append(s.ratios, w.d2/2/math.Ln2)
			}
		}
		if w.half < sharpS && s.without.variance < sharpS*sharpS {
			s.lags = append(s.lags, -w.lag)
		}
	}
	if n := len(s.ratios); n >= leastReports {
		slices.Sort(s.ratios)
		// Never below what is stated: what is chosen as nearest looks too near.
		h.scale = math.Round(10*math.Min(10, math.Max(1, h.scale*toward(math.Sqrt(s.ratios[n/2]), n)))) / 10
	}
	if n := len(s.lags); n >= leastReports {
		slices.Sort(s.lags)
		middle := s.lags[n/2]
		for k := range s.lags {
			s.lags[k] = math.Abs(s.lags[k] - middle)
		}
		slices.Sort(s.lags)
		sd := math.Max(2, 1.4826*s.lags[n/2])
		if math.Abs(middle) > math.Max(3, math.Max(sd/2, 4*sd/math.Sqrt(float64(n)))) {
			h.fastS += math.Round(middle)
		}
		was := h.clock
		if was == 0 {
			was = s.entries[list[0]].when.sd
		}
		h.clock = math.Round(10*was*toward(sd/was, n)) / 10
	}
	return h
}

// toward is by how much to change what is taken so far if n reports say that it
// should change by a ratio.
func toward(ratio float64, n int) float64 {
	const doubt = 15 // reports that what was taken so far is worth
	return math.Exp(math.Log(math.Max(ratio, 1e-3)) * float64(n) / float64(n+doubt))
}

// beside is how far c lies from the ray, in standard deviations, squared.
func (s *solver) beside(c *cluster, r *ray) float64 {
	north := (c.est.lat - r.lat) * r.perLat
	east := turn(c.est.lon-r.lon) * r.perLon
	away := math.Max(100, math.Hypot(north, east))
	across := east*r.cos - north*r.sin
	v := r.across*away*away/r.distance/r.distance + c.est.cov.ee*r.cos*r.cos - 2*c.est.cov.en*r.sin*r.cos + c.est.cov.nn*r.sin*r.sin
	return across * across / v
}

// heed takes the entries as their sources' habits have them.
func (s *solver) heed() {
	for i := range s.entries {
		e := &s.entries[i]
		h := s.habit[e.source]
		if h == e.habit {
			continue
		}
		if shift := h.fastS - e.habit.fastS; shift != 0 {
			e.when.from -= shift
			e.when.to -= shift
			e.mid -= shift
			if e.ray != nil {
				e.ray.arrival.from -= shift
				e.ray.arrival.to -= shift
			}
		}
		if h.clock != e.habit.clock {
			sd := h.clock
			if e.ray != nil && e.ray.arrival.sd > 0 {
				sound := math.Max(0, e.when.sd*e.when.sd-e.ray.arrival.sd*e.ray.arrival.sd)
				e.ray.arrival.sd = sd
				sd = math.Sqrt(sd*sd + sound)
			}
			e.when.sd, e.clockV = sd, sd*sd
			e.reach = e.half + s.m.Decision.GateSigma*sd
		}
		if k := h.scale / e.habit.scale; k != 1 {
			if r := e.ray; r != nil {
				r.across *= k * k
				if !r.anywhere {
					r.along *= k * k
				}
				e.est.cov = r.spread(1)
			} else {
				e.est.cov = e.est.cov.times(k * k)
			}
			e.major = e.est.cov.major()
			e.size = math.Sqrt(e.est.cov.determinant() * e.when.variance())
		}
		e.habit = h
	}
}
