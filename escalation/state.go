package escalation

import (
	"slices"
	"time"
)

// The moves of a level.
const (
	Reached = "reached"
	Left    = "left"
)

// What makes a level reached.
const (
	ByCount = "count" // so many breaches in the window
	ByRise  = "rise"  // the rate over that of the time before
	ByTime  = "time"  // the time since the first breach alone
	ByAbove = "above" // a level above it is reached
)

// State is where the ladder stands at an instant. It is a value: Advance makes
// another one.
type State struct {
	At time.Time `json:"at"` // UTC
	// Episode is the breaches that go on; nil: it is calm. Past are those before.
	Episode     *Episode     `json:"episode,omitempty"`
	Past        []Episode    `json:"past,omitempty"`
	Levels      []Level      `json:"levels"` // the agreement's, lowest first
	Transitions []Transition `json:"transitions,omitempty"`

	own     []reach       // how each level stands by itself
	entered [][]time.Time // of each level, when the breaches that count for it were proved
	recent  []Breach      // proved, as far back as a level looks
	pending []Breach      // not proved yet
	done    time.Time     // what happens up to then has happened
}

// Episode is a run of breaches without a calm that would make the next one a
// first breach again.
type Episode struct {
	// T0 is when the first breach was. It is proved by the breach Proof, which
	// has happened at T0.Latest; the breach Allows can have happened at T0.Earliest.
	T0     Interval `json:"t0"`
	Proof  string   `json:"proof"`
	Allows string   `json:"allows"`

	Last       Interval  `json:"last"` // when the last breach was
	Breaches   int       `json:"breaches"`
	Persistent time.Time `json:"persistent,omitzero"` // from when they have gone on for the terms' persistence; zero: they have not
	Over       time.Time `json:"over,omitzero"`       // when the calm was long enough
}

// Level is where one level stands.
type Level struct {
	ID      string   `json:"id"`
	InForce bool     `json:"in_force"`
	Since   Interval `json:"since,omitzero"` // when it was reached

	// By what, and with which first breach; Above is the level that implies it.
	By       string    `json:"by,omitempty"`
	Above    string    `json:"above,omitempty"`
	T0       Interval  `json:"t0,omitzero"`
	Evidence []string  `json:"evidence,omitempty"` // ids of breaches
	Rise     *Rise     `json:"rise,omitempty"`
	Response *Interval `json:"response,omitempty"` // by when the terms ask for a response
	Tell     []string  `json:"tell,omitempty"`
	Due      []string  `json:"due,omitempty"` // commitments

	// The breaches that count for it in the window up to now: for sure, and at
	// most; Need is how many it takes, 0: none. Rate is set where it asks for a rise
	// and the baseline is on record.
	Count    int   `json:"count"`
	Possible int   `json:"possible"`
	Need     int   `json:"need,omitempty"`
	Rate     *Rise `json:"rate,omitempty"`
}

// Transition is a level that was reached or left.
type Transition struct {
	Level string   `json:"level"`
	Is    string   `json:"is"` // Reached or Left
	At    Interval `json:"at"`
	T0    Interval `json:"t0"`

	By       string    `json:"by,omitempty"`
	Above    string    `json:"above,omitempty"`
	Evidence []string  `json:"evidence,omitempty"` // ids of breaches, as far as the reader may see them
	Counted  int       `json:"counted,omitempty"`  // breaches that it rests on
	Rise     *Rise     `json:"rise,omitempty"`
	Response *Interval `json:"response,omitempty"`
	Tell     []string  `json:"tell,omitempty"`
	Due      []string  `json:"due,omitempty"`
}

// InForce reports whether a level is in force.
func (s *State) InForce(level string) bool {
	return slices.ContainsFunc(s.Levels, func(l Level) bool { return l.ID == level && l.InForce })
}

// Highest is the highest level that is in force, nil if none is.
func (s *State) Highest() *Level {
	for i := len(s.Levels) - 1; i >= 0; i-- {
		if s.Levels[i].InForce {
			return &s.Levels[i]
		}
	}
	return nil
}

func (s *State) clone() *State {
	c := *s
	if s.Episode != nil {
		e := *s.Episode
		c.Episode = &e
	}
	c.Past, c.Levels, c.Transitions = slices.Clone(s.Past), slices.Clone(s.Levels), slices.Clone(s.Transitions)
	c.own, c.recent, c.pending = slices.Clone(s.own), slices.Clone(s.recent), slices.Clone(s.pending)
	c.entered = make([][]time.Time, len(s.entered))
	for i := range s.entered {
		c.entered[i] = slices.Clone(s.entered[i])
	}
	return &c
}

// since counts the breaches of a level that were proved at or after an instant.
func (s *State) since(level int, t time.Time) int {
	list := s.entered[level]
	i, _ := slices.BinarySearchFunc(list, t, time.Time.Compare)
	return len(list) - i
}

// forget drops what no level looks back to any more, when it is much.
func (s *State) forget(before time.Time) {
	if s.Episode != nil && s.Episode.T0.Latest.Before(before) {
		before = s.Episode.T0.Latest // a level by time alone lists the whole episode
	}
	n := 0
	for n < len(s.recent) && s.recent[n].To.Before(before) {
		n++
	}
	if n <= len(s.recent)/2 {
		return
	}
	s.recent = slices.Clone(s.recent[n:])
	for i := range s.entered {
		s.entered[i] = slices.Clone(s.entered[i][len(s.entered[i])-s.since(i, before):])
	}
}
