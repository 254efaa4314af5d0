package commitment

import (
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
)

// Maker is one of those that make a pledge.
type Maker struct {
	Party string    `json:"party"`
	Is    string    `json:"is,omitempty"` // statement, letter-of-intent, signed, ratified, refused, withdrawn; empty: not made yet
	Since time.Time `json:"since,omitzero"`
	Steps []Step    `json:"steps,omitempty"` // up to the instant, oldest first
}

// Step is one party's change of firmness.
type Step struct {
	Commitment string    `json:"commitment"`
	Party      string    `json:"party"`
	At         time.Time `json:"at"`
	From       string    `json:"from,omitempty"` // empty: it is the first
	Is         string    `json:"is"`
	Move       Move      `json:"move"`
	Sources    []Quote   `json:"sources,omitempty"`
	Record     uint64    `json:"record,omitempty"` // of the journal that it came from; 0: the terms
	Why        string    `json:"why,omitempty"`
}

// Move is the direction of a step.
type Move string

// The directions.
const (
	Made    Move = "made"    // pledged for the first time
	Firmer  Move = "firmer"  // firmed up
	Weaker  Move = "weaker"  // less firm than before, and still a pledge
	Refused Move = "refused" // refused or withdrawn: stepped back
	Same    Move = "same"    // said again
)

// rank orders the steps of firmness; 0 is no pledge.
func rank(is string) int {
	return 1 + slices.Index([]string{"statement", "letter-of-intent", "signed", "ratified"}, is)
}

func moveOf(from, to string) Move {
	switch before, after := rank(from), rank(to); {
	case after == 0 && from == to:
		return Same
	case after == 0:
		return Refused
	case before == 0:
		return Made
	case after > before:
		return Firmer
	case after < before:
		return Weaker
	}
	return Same
}

// Bound reports whether the party owes what it pledged, if it is due.
func (m *Maker) Bound() bool { return rank(m.Is) > 0 }

// bindsSince is when the party was bound without a break since.
func (m *Maker) bindsSince() time.Time {
	var since time.Time
	for _, s := range m.Steps {
		switch {
		case rank(s.Is) == 0:
			since = time.Time{}
		case since.IsZero():
			since = s.At
		}
	}
	return since
}

// Standing is how firm a party's pledge is at t, by all its steps.
func Standing(party string, steps []Step, t time.Time) Maker {
	m := Maker{Party: party}
	for _, s := range steps {
		if s.At.After(t) {
			break
		}
		m.Is, m.Since = s.Is, s.At
		m.Steps = append(m.Steps, s)
	}
	return m
}

// Steps are one party's steps with a pledge, those of the terms and those on
// record, oldest first.
func Steps(a *agreement.Agreement, c *agreement.Commitment, party string, facts []Fact) []Step {
	var out []Step
	for _, f := range c.Firm {
		if len(f.By) == 0 || slices.Contains(f.By, party) {
			out = append(out, Step{Commitment: c.ID, Party: party, At: f.At.UTC(), Is: f.Is, Sources: Quotes(a, f.Why)})
		}
	}
	for i := range facts {
		f := &facts[i]
		if f.Term == TermFirmness && f.Of == c.ID && (f.Party == "" || f.Party == party) {
			out = append(out, Step{Commitment: c.ID, Party: party, At: f.At.UTC(), Is: f.Is, Record: f.Record, Why: f.Why, Sources: f.Sources})
		}
	}
	slices.SortStableFunc(out, func(x, y Step) int { return x.At.Compare(y.At) })
	for i := range out {
		if i > 0 {
			out[i].From = out[i-1].Is
		}
		out[i].Move = moveOf(out[i].From, out[i].Is)
	}
	return out
}

// History lists who firmed up and who stepped back from since (included) until
// until (excluded), in the order of time; a zero instant is no bound. What was
// only said again is left out.
func History(a *agreement.Agreement, facts []Fact, since, until time.Time) []Step {
	var out []Step
	for i := range a.Commitments {
		c := &a.Commitments[i]
		for _, party := range c.By {
			for _, s := range Steps(a, c, party, facts) {
				if s.Move != Same && (since.IsZero() || !s.At.Before(since)) && (until.IsZero() || s.At.Before(until)) {
					out = append(out, s)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(x, y Step) int { return x.At.Compare(y.At) })
	return out
}
