package escalation

import (
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/proportion"
)

// Rise is a rate over that of the time before.
type Rise struct {
	proportion.Rates         // spans in hours
	Ratio            float64 `json:"ratio,omitempty"` // 0: nothing happened before
	Low              float64 `json:"low"`             // the true ratio is above it, with Certainty
	Certainty        float64 `json:"certainty"`
}

// reach is how a level stands by its own threshold.
type reach struct {
	in       bool
	at       Interval
	by       string
	evidence []string
	rise     *Rise
	t0       Interval
	last     time.Time // when the last breach that counts for it was proved
}

// reached says whether a level's threshold holds at an instant, by what is
// proved then.
func (l *Ladder) reached(s *State, level int, at time.Time) (reach, bool) {
	r, e := &l.levels[level], s.Episode
	own := reach{in: true, last: at}
	if e == nil {
		return own, false
	}
	may := e.T0.Plus(r.After.Duration)
	if at.Before(may.Latest) || r.Persistent && e.Persistent.IsZero() {
		return own, false
	}
	need := r.Count
	if need == 0 && r.Rise == 0 && !r.Window.IsZero() {
		need = 1
	}
	if !l.near(s, level, need, at) {
		return own, false
	}
	in := l.within(s, r, at)
	switch {
	case need > 0 && len(in) >= need:
		own.by = ByCount
	case r.Rise > 0:
		own.rise = l.rise(s, r, at, len(in))
		if own.rise == nil || !own.rise.holds(r.Rise) {
			return own, false
		}
		own.by = ByRise
	case need == 0: // time alone: the breaches still go on
		own.by = ByTime
		in = []*Breach{}
		for i := range s.recent {
			if b := &s.recent[i]; !b.To.Before(e.T0.Latest) && l.counts(r, b) {
				in = append(in, b)
			}
		}
	default:
		return own, false
	}
	own.t0, own.at = e.T0, Interval{may.Earliest, at}
	for _, b := range in {
		own.evidence = append(own.evidence, b.ID)
		own.last = b.To
		// The threshold was passed when the last of the breaches that it takes
		// happened, and that can have been as early as its From.
		own.at.Earliest = later(own.at.Earliest, b.From)
	}
	if own.at.Earliest.After(at) {
		own.at.Earliest = at
	}
	return own, own.last.Add(r.leave).After(at) // it could be left at once otherwise
}

// near reports whether a level's threshold can hold at all, by counts that need
// no look at each breach: no more lie in the window than were proved since its
// start, and those proved before it lie in the baseline.
func (l *Ladder) near(s *State, level, need int, at time.Time) bool {
	r := &l.levels[level]
	if need == 0 && r.Rise == 0 {
		return true
	}
	start := at.Add(-r.Window.Duration)
	now := s.since(level, start)
	if need > 0 && now >= need {
		return true
	}
	if r.Rise == 0 {
		return false
	}
	before := s.since(level, start.Add(-r.Baseline.Duration)) - now
	return before == 0 || float64(now)*r.Baseline.Hours() >= r.Rise*float64(before)*r.Window.Hours()*(1-1e-9)
}

// within lists the breaches that count for a level and lie in the window that
// ends at an instant for sure.
func (l *Ladder) within(s *State, r *rung, at time.Time) []*Breach {
	var in []*Breach
	start := at.Add(-r.Window.Duration)
	for i := len(s.recent) - 1; i >= 0 && !s.recent[i].To.Before(start); i-- {
		if b := &s.recent[i]; !b.From.Before(start) && l.counts(r, b) {
			in = append(in, b)
		}
	}
	slices.Reverse(in)
	return in
}

// rise compares the window with the baseline before it; nil where the baseline
// was not on record. What can have been before the window is counted before it,
// so that doubt about instants makes no rise.
func (l *Ladder) rise(s *State, r *rung, at time.Time, now int) *Rise {
	start := at.Add(-r.Window.Duration)
	first := start.Add(-r.Baseline.Duration)
	if first.Before(l.begin) {
		return nil
	}
	before := 0
	for i := len(s.recent) - 1; i >= 0 && !s.recent[i].To.Before(first); i-- {
		if b := &s.recent[i]; b.From.Before(start) && l.counts(r, b) {
			before++
		}
	}
	x := &Rise{Rates: proportion.Rates{Now: now, Span: r.Window.Hours(), Before: before, Baseline: r.Baseline.Hours()}, Certainty: r.certainty}
	if now == 0 {
		return x
	}
	if before > 0 {
		x.Ratio = round(x.Rates.Ratio())
	}
	low, _ := x.Interval(2*r.certainty - 1)
	x.Low = round(low)
	return x
}

// holds reports whether the rate has risen so many times, and whether that it
// has risen at all is certain enough.
func (x *Rise) holds(times float64) bool {
	return x.Now > 0 && (x.Before == 0 || x.Ratio >= times) && x.Chance(1) <= 1-x.Certainty
}

func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// tally counts, for each level, the breaches of the window that ends at the
// state's instant: those that lie in it for sure and those that can.
func (l *Ladder) tally(s *State) {
	for i := range l.levels {
		r, x := &l.levels[i], &s.Levels[i]
		if r.Window.IsZero() {
			continue
		}
		x.Count, x.Possible = len(l.within(s, r, s.At)), 0
		start := s.At.Add(-r.Window.Duration)
		for k := len(s.recent) - 1; k >= 0 && !s.recent[k].To.Before(start); k-- {
			if l.counts(r, &s.recent[k]) {
				x.Possible++
			}
		}
		for k := range s.pending {
			if b := &s.pending[k]; !b.From.After(s.At) && l.counts(r, b) {
				x.Possible++
			}
		}
		x.Rate = nil
		if r.Rise > 0 {
			x.Rate = l.rise(s, r, s.At, x.Count)
		}
	}
}
