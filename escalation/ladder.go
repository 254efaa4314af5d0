package escalation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
)

// Ladder is an agreement's escalation, ready to be run. It does not change.
type Ladder struct {
	persistence time.Duration
	calm        time.Duration
	begin       time.Time
	horizon     time.Duration // that a level looks back at most
	levels      []rung
	severity    []string
	confidence  []string
}

// rung is one level.
type rung struct {
	agreement.Level
	leave     time.Duration
	certainty float64
}

// unstated is how long it must be calm where the terms say nothing at all.
const unstated = 24 * time.Hour

// New makes the ladder of an agreement; without an escalation it has no levels.
// begin is from when breaches would be on record: a rise is only told over a
// baseline that lies after it.
func New(a *agreement.Agreement, begin time.Time) *Ladder {
	l := &Ladder{begin: begin, calm: unstated}
	for _, s := range a.SeverityScale() {
		l.severity = append(l.severity, s.ID)
	}
	for _, s := range a.OccurrenceScale() {
		l.confidence = append(l.confidence, s.ID)
	}
	e := a.Escalation
	if e == nil {
		return l
	}
	l.persistence = e.Persistence.Duration
	longest := time.Duration(0)
	for _, level := range e.Levels {
		longest = max(longest, level.Leave.Duration)
	}
	l.calm = cmp.Or(e.Calm.Duration, longest, e.Persistence.Duration, unstated)
	for _, level := range e.Levels {
		r := rung{Level: level, leave: cmp.Or(level.Leave.Duration, level.Window.Duration, l.calm), certainty: cmp.Or(level.Certainty, agreement.DefaultCertainty)}
		l.horizon = max(l.horizon, level.Window.Duration+level.Baseline.Duration)
		l.levels = append(l.levels, r)
	}
	return l
}

// counts reports whether a breach counts for a level.
func (l *Ladder) counts(r *rung, b *Breach) bool {
	if slices.Index(l.confidence, b.Confidence) < slices.Index(l.confidence, r.Confidence) {
		return false
	}
	return slices.ContainsFunc(b.Broke, func(x Broke) bool {
		return slices.Index(l.severity, x.Severity) >= slices.Index(l.severity, r.Severity) &&
			(len(r.Provisions) == 0 || slices.Contains(r.Provisions, x.Provision)) && (len(r.By) == 0 || slices.Contains(r.By, x.Party))
	})
}

// matters reports whether a breach counts for any level: only such a one starts
// the clocks.
func (l *Ladder) matters(b *Breach) bool {
	return slices.ContainsFunc(l.levels, func(r rung) bool { return l.counts(&r, b) })
}

// At is the state at an instant by all breaches of which that instant knows:
// those that are not proved by then only count for what is possible.
func (l *Ladder) At(breaches []Breach, at time.Time) *State {
	s, err := l.Advance(nil, breaches, at)
	if err != nil {
		panic(err) // nothing is late for a state that begins
	}
	return s
}

// Advance goes on from a state (nil: the beginning) to an instant with more
// breaches, and leaves the state as it is. It gives what At gives for all of them
// together. A breach that was proved before the state's instant comes too late
// for it, which is an error: At begins anew.
func (l *Ladder) Advance(from *State, more []Breach, to time.Time) (*State, error) {
	s := &State{}
	if from != nil {
		s = from.clone()
	} else {
		s.Levels = make([]Level, len(l.levels))
		for i := range l.levels {
			s.Levels[i] = Level{ID: l.levels[i].ID, Need: l.levels[i].Count}
		}
		s.own, s.entered = make([]reach, len(l.levels)), make([][]time.Time, len(l.levels))
	}
	known := make(map[string]bool, len(s.recent)+len(s.pending))
	for _, b := range slices.Concat(s.recent, s.pending) {
		known[b.ID] = true
	}
	for _, b := range more {
		if known[b.ID] || !l.matters(&b) {
			continue
		}
		if from != nil && !b.To.After(from.At) {
			return nil, fmt.Errorf("the breach %s of %s comes too late for a state of %s", b.ID, b.To.UTC().Format(time.RFC3339), from.At.UTC().Format(time.RFC3339))
		}
		known[b.ID] = true
		s.pending = append(s.pending, b)
	}
	slices.SortFunc(s.pending, proved)
	for {
		next, ok := l.next(s)
		if !ok || next.After(to) {
			break
		}
		l.step(s, next)
	}
	s.At = to
	l.tally(s)
	return s, nil
}

// next is the next instant at which something can change.
func (l *Ladder) next(s *State) (next time.Time, ok bool) {
	consider := func(t time.Time) {
		if t.After(s.done) && (!ok || t.Before(next)) {
			next, ok = t, true
		}
	}
	if len(s.pending) > 0 {
		next, ok = s.pending[0].To, true // even where it is the zero instant
	}
	if s.Episode != nil {
		consider(s.Episode.Last.Latest.Add(l.calm))
		for i := range l.levels {
			if r := &l.levels[i]; !s.own[i].in && !r.After.IsZero() {
				consider(s.Episode.T0.Latest.Add(r.After.Duration))
			}
		}
	}
	for i := range l.levels {
		if s.own[i].in {
			consider(s.own[i].last.Add(l.levels[i].leave))
		}
	}
	return next, ok
}

// step does all that happens at one instant: what is proved then enters, levels
// are reached, and what has been calm for long enough ends.
func (l *Ladder) step(s *State, at time.Time) {
	n := 0
	for n < len(s.pending) && !s.pending[n].To.After(at) {
		l.enter(s, &s.pending[n])
		n++
	}
	s.recent, s.pending = append(s.recent, s.pending[:n]...), s.pending[n:]
	for i := range l.levels {
		r, own := &l.levels[i], &s.own[i]
		switch {
		case !own.in && (n > 0 || s.Episode != nil && at.Equal(s.Episode.T0.Latest.Add(r.After.Duration))):
			if reached, ok := l.reached(s, i, at); ok {
				*own = reached
			}
		case own.in && !own.last.Add(r.leave).After(at):
			*own = reach{last: own.last}
		}
	}
	if e := s.Episode; e != nil && !e.Last.Latest.Add(l.calm).After(at) {
		e.Over = e.Last.Latest.Add(l.calm)
		s.Past, s.Episode = append(s.Past, *e), nil
	}
	l.move(s, at)
	s.done = at
	s.forget(at.Add(-l.horizon))
}

// enter counts a breach that is proved now.
func (l *Ladder) enter(s *State, b *Breach) {
	if s.Episode == nil {
		s.Episode = &Episode{T0: Interval{b.From, b.To}, Proof: b.ID, Allows: b.ID, Last: Interval{b.From, b.To}}
	}
	e := s.Episode
	e.Breaches++
	if b.From.Before(e.T0.Earliest) {
		e.T0.Earliest, e.Allows = b.From, b.ID
	}
	e.Last = Interval{later(e.Last.Earliest, b.From), b.To}
	if l.persistence > 0 && e.Persistent.IsZero() && !b.From.Before(e.T0.Latest.Add(l.persistence)) {
		e.Persistent = b.To
	}
	for i := range l.levels {
		if l.counts(&l.levels[i], b) {
			s.own[i].last = b.To
			s.entered[i] = append(s.entered[i], b.To)
		}
	}
}

// move tells of the levels that came into force or went out of it: a level is in
// force while it or one above it is reached.
func (l *Ladder) move(s *State, at time.Time) {
	above := -1 // the highest that is reached
	for i := range s.own {
		if s.own[i].in {
			above = i
		}
	}
	for i := len(l.levels) - 1; i >= 0; i-- { // left from the highest down
		if x := &s.Levels[i]; x.InForce && i > above {
			s.Transitions = append(s.Transitions, Transition{Level: x.ID, Is: Left, At: Interval{at, at}, T0: x.T0})
			*x = Level{ID: x.ID, Need: x.Need}
		}
	}
	for i := range l.levels { // reached from the lowest up
		x, own := &s.Levels[i], &s.own[i]
		if x.InForce || i > above {
			continue
		}
		t := Transition{Level: x.ID, Is: Reached, T0: s.own[above].t0, Tell: l.levels[i].Tell, Due: l.levels[i].Due}
		if own.in {
			t.At, t.By, t.Evidence, t.Counted, t.Rise = own.at, own.by, own.evidence, len(own.evidence), own.rise
		} else {
			t.At, t.By, t.Above = s.own[above].at, ByAbove, l.levels[above].ID
		}
		if w := l.levels[i].Within.Duration; w > 0 {
			d := t.T0.Plus(w)
			t.Response = &Interval{later(d.Earliest, t.At.Earliest), later(d.Latest, t.At.Latest)}
		}
		x.InForce, x.Since, x.By, x.Above, x.T0, x.Response = true, t.At, t.By, t.Above, t.T0, t.Response
		x.Evidence, x.Rise, x.Tell, x.Due = t.Evidence, t.Rise, t.Tell, t.Due
		s.Transitions = append(s.Transitions, t)
	}
}
