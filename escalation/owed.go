package escalation

import (
	"cmp"
	"slices"
	"time"
)

// Overdue is told, beside Reached and Left, when the deadline for the response
// to a level has come and the level is still in force.
const Overdue = "response-due"

// Told is what has been told of a level.
type Told struct {
	Level string
	Is    string    // Reached, Left or Overdue
	At    time.Time // the instant that was told: the Latest of the transition's At
}

// Owed lists what is to be told at a state, in order of time, given what has
// been told in the order in which it was. What was told is never told again, even
// if late evidence has moved it since; what came and went untold is told after
// all. Where late evidence leaves no trace of what was told, that the level is (or
// is not) in force is told as of the state's instant. Of what was before since, when
// telling began, only where the ladder stands is owed, not how it came there.
func (s *State) Owed(told []Told, since time.Time) []Transition {
	var out []Transition
	for i := range s.Levels {
		out = append(out, s.owed(&s.Levels[i], told, since)...)
	}
	rank := func(t *Transition) int { // at one instant levels are left from the highest down, then reached from the lowest up
		i := slices.IndexFunc(s.Levels, func(l Level) bool { return l.ID == t.Level })
		if t.Is == Left {
			return -i - 1
		}
		return i
	}
	slices.SortStableFunc(out, func(a, b Transition) int {
		return cmp.Or(a.At.Latest.Compare(b.At.Latest), cmp.Compare(rank(&a), rank(&b)))
	})
	return out
}

func (s *State) owed(x *Level, told []Told, since time.Time) []Transition {
	var last time.Time
	in, overdue := false, false // as far as it was told
	for _, t := range told {
		if t.Level != x.ID {
			continue
		}
		switch t.Is {
		case Reached:
			in, overdue = true, false
		case Left:
			in, overdue = false, false
		case Overdue:
			overdue = true
		}
		last = later(last, t.At)
	}
	var out []Transition
	tell := func(t Transition) {
		switch {
		case t.Is == Reached && in, t.Is == Left && !in, t.Is == Overdue && (!in || overdue):
			return
		}
		in, overdue = t.Is == Reached || t.Is == Overdue, t.Is == Overdue
		out = append(out, t)
	}
	story := s.story(x.ID)
	for _, t := range story {
		if t.At.Latest.After(last) && (t.At.Latest.After(since) || s.stands(x, &t)) {
			tell(t)
		}
	}
	if n := len(story); in != x.InForce {
		// What there is of it lies before what was told last.
		t := Transition{Level: x.ID, Is: Left, T0: x.T0}
		if x.InForce && n > 0 {
			t = story[n-1]
			for t.Is != Reached {
				n--
				t = story[n-1]
			}
		}
		t.At = Interval{s.At, s.At}
		tell(t)
	}
	if x.InForce && x.Response != nil && !s.At.Before(x.Response.Latest) {
		t := s.overdue(x.Response, Transition{Level: x.ID, T0: x.T0, By: x.By, Above: x.Above, Evidence: x.Evidence, Counted: len(x.Evidence), Rise: x.Rise, Tell: x.Tell, Due: x.Due})
		t.At = Interval{s.At, s.At} // what comes late is told after what came before it
		tell(t)
	}
	return out
}

// stands reports whether a transition is part of where the level stands now.
func (s *State) stands(x *Level, t *Transition) bool {
	return x.InForce && t.Is != Left && !t.At.Latest.Before(x.Since.Latest)
}

// story is all that happened to a level up to the state, deadlines that passed
// while it was in force too.
func (s *State) story(level string) []Transition {
	var out []Transition
	var due *Transition
	for _, t := range s.Transitions {
		if t.Level != level {
			continue
		}
		if due != nil && due.At.Latest.Before(t.At.Latest) {
			out = append(out, *due)
		}
		due = nil
		out = append(out, t)
		if t.Is == Reached && t.Response != nil {
			o := s.overdue(t.Response, t)
			due = &o
		}
	}
	if due != nil && !due.At.Latest.After(s.At) {
		out = append(out, *due)
	}
	return out
}

func (s *State) overdue(by *Interval, of Transition) Transition {
	of.Is, of.At, of.Response = Overdue, *by, by
	return of
}
