package escalation

import (
	"cmp"
	"slices"
	"time"
)

// What a clock runs to.
const (
	ClockPersistent = "persistent"   // the next breach from then on makes the breaches persistent
	ClockReach      = "may-reach"    // from when a level may be reached
	ClockResponse   = "response-due" // by when the terms ask for a response
	ClockLeave      = "left-if-calm" // when a level is left unless another breach comes
	ClockCalm       = "first-again"  // when a breach would be a first one again
)

// Clock is an instant that comes, or has come, because of what happened.
type Clock struct {
	Level string   `json:"level,omitempty"`
	To    string   `json:"to"` // one of the Clock names
	From  Interval `json:"from"`
	At    Interval `json:"at"`
}

// Passed reports whether it has struck for sure at an instant.
func (c *Clock) Passed(at time.Time) bool { return !at.Before(c.At.Latest) }

// Clocks lists what runs at a state, the next to strike first.
func (l *Ladder) Clocks(s *State) []Clock {
	var out []Clock
	e := s.Episode
	if e != nil {
		if l.persistence > 0 && e.Persistent.IsZero() {
			out = append(out, Clock{To: ClockPersistent, From: e.T0, At: e.T0.Plus(l.persistence)})
		}
		out = append(out, Clock{To: ClockCalm, From: e.Last, At: e.Last.Plus(l.calm)})
	}
	for i := range l.levels {
		r, x := &l.levels[i], &s.Levels[i]
		if e != nil && !x.InForce && !r.After.IsZero() {
			out = append(out, Clock{Level: r.ID, To: ClockReach, From: e.T0, At: e.T0.Plus(r.After.Duration)})
		}
		if x.Response != nil {
			out = append(out, Clock{Level: r.ID, To: ClockResponse, From: x.T0, At: *x.Response})
		}
		if s.own[i].in {
			last := Interval{s.own[i].last, s.own[i].last}
			out = append(out, Clock{Level: r.ID, To: ClockLeave, From: last, At: last.Plus(r.leave)})
		}
	}
	slices.SortStableFunc(out, func(a, b Clock) int {
		return cmp.Or(a.At.Latest.Compare(b.At.Latest), cmp.Compare(a.To, b.To), cmp.Compare(a.Level, b.Level))
	})
	return out
}
