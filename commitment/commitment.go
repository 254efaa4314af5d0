// Package commitment knows pledges: who pledged what to whom, how firm at an
// instant, on which condition and within which limits; whether the condition
// holds, with the terms that decide it; what falls due, for whom and by when;
// and on the open issues which party stands where, and who moved.
//
// It must not know storage, the clock or how a state came to be known: what
// conditions ask comes through State.
package commitment

import (
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
)

// Due says whether a pledge has to be kept at an instant.
type Due string

// The answers. Unknown is a first-class one: whoever has to act must know that
// it depends on something that nobody has established.
const (
	IsDue     Due = "due"
	IsNotDue  Due = "not-due"
	IsUnknown Due = "unknown"
)

// Matrix is all pledges at an instant, in the agreement's order.
type Matrix struct {
	At      time.Time `json:"at"`
	Pledges []Pledge  `json:"commitments"`
}

// Pledge is one commitment at an instant.
type Pledge struct {
	ID    string         `json:"id"`
	By    []string       `json:"by"`
	To    []string       `json:"to,omitempty"`
	Of    string         `json:"of"`
	Words agreement.Text `json:"words"`

	// Makers says how firm it is for each of those that make it.
	Makers    []Maker    `json:"makers"`
	Condition Evaluation `json:"condition"`
	Limits    []Limit    `json:"limits,omitempty"`

	Due Due `json:"due"`
	// OwedBy are the makers that are bound at the instant: those that have made
	// it and neither refused nor stepped back.
	OwedBy   []string  `json:"owed_by,omitempty"`
	Since    time.Time `json:"since,omitzero"`    // when it fell due; zero: not due, or since ever
	Deadline time.Time `json:"deadline,omitzero"` // by when it has to be kept; zero: no time is stated
	Met      bool      `json:"met,omitempty"`     // it is on record that it was kept
	Levels   []string  `json:"levels,omitempty"`  // levels reached that make it due

	Reasons []finding.Reason `json:"reasons"`
	Sources []Quote          `json:"sources,omitempty"`
}

// Limit is a bound of a pledge as the agreement states it.
type Limit struct {
	ID string `json:"id"`
	agreement.Limit
	Sources []Quote `json:"sources,omitempty"`
}

// Quote is the words of a text on which something rests, in the language of
// the text.
type Quote struct {
	Text        string         `json:"text"` // id of the source
	Title       agreement.Text `json:"title,omitempty"`
	Publisher   string         `json:"publisher,omitempty"`
	Date        time.Time      `json:"date,omitzero"`
	URL         string         `json:"url,omitempty"`
	Article     string         `json:"article,omitempty"`
	Quote       string         `json:"quote,omitempty"`
	Language    string         `json:"language,omitempty"`
	Translation agreement.Text `json:"translation,omitempty"`
}

// Quotes fills citations with what the agreement says of their texts.
func Quotes(a *agreement.Agreement, why []agreement.Citation) []Quote {
	var out []Quote
	for _, c := range why {
		q := Quote{Text: c.Text, Article: c.Article, Quote: c.Quote, Language: c.Language, Translation: c.Translation}
		if s := a.Source(c.Text); s != nil {
			q.Title, q.Publisher, q.URL, q.Date = s.Title, s.Publisher, s.URL, s.Date.Time
			if q.Language == "" && q.Quote != "" {
				q.Language = s.Language
			}
		}
		out = append(out, q)
	}
	return out
}

// LimitID is the id of a commitment's limit number i, from 0.
func LimitID(l *agreement.Limit, i int) string {
	if l.ID != "" {
		return l.ID
	}
	return "limit-" + integer(i+1)
}

// At tells every pledge at t. facts are what is on record besides the terms;
// state answers the conditions' terms.
func At(a *agreement.Agreement, state State, facts []Fact, t time.Time) *Matrix {
	m := &Matrix{At: t.UTC(), Pledges: []Pledge{}}
	for i := range a.Commitments {
		m.Pledges = append(m.Pledges, pledge(a, &a.Commitments[i], state, facts, t))
	}
	return m
}

// Pledge returns the pledge with the id, or nil.
func (m *Matrix) Pledge(id string) *Pledge {
	for i := range m.Pledges {
		if m.Pledges[i].ID == id {
			return &m.Pledges[i]
		}
	}
	return nil
}

// DueNow lists what is due and not on record as kept, what has to be kept first
// before the rest.
func (m *Matrix) DueNow() []*Pledge {
	var out []*Pledge
	for i := range m.Pledges {
		if p := &m.Pledges[i]; p.Due == IsDue && !p.Met {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(p, q *Pledge) int {
		switch {
		case p.Deadline.Equal(q.Deadline):
			return 0
		case p.Deadline.IsZero():
			return 1
		case q.Deadline.IsZero():
			return -1
		}
		return p.Deadline.Compare(q.Deadline)
	})
	return out
}

func pledge(a *agreement.Agreement, c *agreement.Commitment, state State, facts []Fact, t time.Time) Pledge {
	p := Pledge{ID: c.ID, By: c.By, To: c.To, Of: c.Of, Words: c.Words, Sources: Quotes(a, c.Why)}
	for i := range c.Limits {
		l := &c.Limits[i]
		p.Limits = append(p.Limits, Limit{ID: LimitID(l, i), Limit: *l, Sources: Quotes(a, l.Why)})
	}
	for _, party := range c.By {
		m := Standing(party, Steps(a, c, party, facts), t)
		p.Makers = append(p.Makers, m)
		if m.Bound() {
			p.OwedBy = append(p.OwedBy, party)
		}
	}
	e, err := c.When.Parse(a.Location())
	if err != nil { // refused with the agreement
		p.Condition = Evaluation{Condition: string(c.When)}
	} else {
		p.Condition = Evaluate(e, state, t)
	}
	p.decide(a, c, state, t)
	p.kept(facts, t)
	return p
}

// decide answers whether the pledge is due, and gives the reasons.
func (p *Pledge) decide(a *agreement.Agreement, c *agreement.Commitment, state State, t time.Time) {
	if p.standing(c, t) {
		return
	}
	truth, since := p.Condition.Truth, p.Condition.Since
	if truth == agreement.Yes {
		since = latest(since, c.From.Time)
		since = latest(since, p.boundSince())
	}
	deadline := func(from time.Time, within agreement.Duration) {
		if !from.IsZero() && !within.IsZero() {
			p.Deadline = earliest(p.Deadline, from.Add(within.Duration))
		}
	}
	if c.When == "" {
		p.say("unconditional", "It was pledged without a condition.")
	} else {
		p.Reasons = append(p.Reasons, p.Condition.reasons()...)
	}
	if a.Escalation != nil {
		for _, l := range a.Escalation.Levels {
			if !slices.Contains(l.Due, c.ID) {
				continue
			}
			answer := state.Ask(&agreement.Expr{Op: "level", Of: l.ID}, t)
			p.Reasons = append(p.Reasons, answer.Reasons...)
			switch answer.Truth {
			case agreement.Yes:
				p.Levels = append(p.Levels, l.ID)
				p.say("level", "Level "+l.ID+" makes it due.", "level", l.ID, "since", iso(answer.Since))
				began := answer.Began
				if began.IsZero() {
					began = answer.Since
				}
				deadline(began, l.Within)
				if truth == agreement.Yes {
					since = earliest(since, answer.Since)
				} else {
					since = answer.Since
				}
			case agreement.No:
				p.say("level-not-reached", "Level "+l.ID+", which would make it due, is not reached.", "level", l.ID)
			default:
				p.say("level-unknown", "Whether level "+l.ID+", which would make it due, is reached is unknown.", "level", l.ID)
			}
			truth = max(truth, answer.Truth)
		}
	}
	switch truth {
	case agreement.Yes:
		p.Due, p.Since = IsDue, since.UTC()
		deadline(since, c.Within)
		if !c.Until.IsZero() {
			p.Deadline = earliest(p.Deadline, c.Until.Time)
		}
		p.say("due", "It is due.", "since", iso(since), "deadline", iso(p.Deadline))
	case agreement.No:
		p.Due = IsNotDue
		p.say("not-due", "It is not due.")
	default:
		p.Due = IsUnknown
		p.say("due-unknown", "Whether it is due is unknown.")
	}
}

// standing answers where nobody is bound, or not yet or no longer; done then.
func (p *Pledge) standing(c *agreement.Commitment, t time.Time) (done bool) {
	for i := range p.Makers {
		m := &p.Makers[i]
		switch {
		case m.Is == "":
			p.say("not-made", m.Party+" had not pledged it by then.", "party", m.Party)
		case !m.Bound():
			p.say("stepped-back", m.Party+" has "+m.Is+" it since "+stamp(m.Since)+".", "party", m.Party, "since", iso(m.Since), "firmness", m.Is)
		default:
			p.say("firmness", m.Party+" pledged it ("+m.Is+") on "+stamp(m.Since)+".", "party", m.Party, "since", iso(m.Since), "firmness", m.Is)
		}
	}
	p.Due = IsNotDue
	switch {
	case len(p.OwedBy) == 0:
		p.say("nobody-bound", "Nobody is bound by it.")
	case !c.From.IsZero() && t.Before(c.From.Time):
		p.say("before", "It begins at "+stamp(c.From.Time)+".", "from", iso(c.From.Time))
	case !c.Until.IsZero() && !t.Before(c.Until.Time):
		p.say("after", "It ended at "+stamp(c.Until.Time)+".", "until", iso(c.Until.Time))
	default:
		return false
	}
	return true
}

// boundSince is when the first maker was bound.
func (p *Pledge) boundSince() time.Time {
	var since time.Time
	for i := range p.Makers {
		if p.Makers[i].Bound() {
			since = earliest(since, p.Makers[i].bindsSince())
		}
	}
	return since
}

// kept asks whether it is on record that the pledge was kept.
func (p *Pledge) kept(facts []Fact, t time.Time) {
	f := newest(facts, TermKept, p.ID, t)
	if f == nil || f.Is != "yes" {
		return
	}
	p.Met = true
	p.Reasons = append(p.Reasons, f.reason("kept", "It is on record as kept since "+stamp(f.At)+"."))
}

func (p *Pledge) say(code, text string, args ...string) {
	p.Reasons = append(p.Reasons, reason(code, text, args...))
}
