package casework

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
)

// Rules are an agreement's procedure, ready to judge steps.
type Rules struct {
	agreement *agreement.Agreement
	*agreement.Procedure
}

// New takes the procedure from an agreement.
func New(a *agreement.Agreement) *Rules { return &Rules{a, a.Procedure()} }

// Refused says why a step can't be taken, and what can be instead.
type Refused struct {
	Case    string   `json:"case"`
	State   string   `json:"state"`
	Move    string   `json:"move"`
	Why     string   `json:"why"`
	Allowed []string `json:"allowed"` // moves that the state has
}

// Error tells it in one sentence.
func (r *Refused) Error() string {
	text := fmt.Sprintf("%s: %s: %s", r.Case, r.Move, r.Why)
	if len(r.Allowed) > 0 {
		text += "; what can be done now: " + strings.Join(r.Allowed, ", ")
	}
	return text
}

// Apply takes a step and returns the case after it and the step as it is to be
// kept: with the state that it leads to and the deadline that it sets, so that it
// means the same under later terms. The case that was given stays as it is. The
// error is a *Refused.
func (r *Rules) Apply(c *Case, s Step) (*Case, Step, error) {
	done, err := r.prepare(c, s)
	if err != nil {
		return nil, s, err
	}
	next := c.clone()
	next.take(&done)
	return next, done, nil
}

// Replay makes a case again from its steps as they were kept.
func Replay(id string, steps []Step) *Case {
	c := (&Case{ID: id}).clone()
	for i := range steps {
		c.take(&steps[i])
	}
	return c
}

// prepare checks a step and fills in what follows from the procedure.
func (r *Rules) prepare(c *Case, s Step) (Step, error) {
	refuse := func(format string, args ...any) (Step, error) {
		return s, &Refused{Case: c.ID, State: c.State, Move: s.Move, Why: fmt.Sprintf(format, args...), Allowed: r.names(c)}
	}
	m := r.Move(s.Move)
	switch {
	case m == nil:
		return refuse("the procedure has no such step")
	case !r.open(c, m) && c.State == "":
		return refuse("there is no such case yet; it begins with a report")
	case !r.open(c, m) && m.As == "report":
		return refuse("the case exists; a new one has an id of its own")
	case !r.open(c, m):
		return refuse("it can't be taken while the case is %q", c.State)
	case strings.TrimSpace(s.By) == "" || strings.TrimSpace(s.Role) == "":
		return refuse("it says neither who takes it nor in which role")
	case strings.TrimSpace(s.Reasons) == "":
		return refuse("reasons are missing; they stay with the case")
	case s.At.IsZero():
		return refuse("it has no time")
	case len(c.Steps) > 0 && s.At.Before(c.Steps[len(c.Steps)-1].At):
		return refuse("it would be before the step before it, which was at %s", c.Steps[len(c.Steps)-1].At.Format(time.RFC3339))
	case s.For != "" && r.agreement.Party(s.For) == nil:
		return refuse("the agreement has no party %q", s.For)
	}
	if why := r.mayBy(c, m, &s); why != "" {
		return refuse("%s", why)
	}
	if why := r.otherEyes(c, m, &s); why != "" {
		return refuse("%s", why)
	}
	s.Kind, s.To = m.As, m.To
	if m.To == agreement.Back {
		s.To = c.before
	}
	for _, need := range m.Needs {
		if why := r.unmet(c, need, &s); why != "" {
			return refuse("%s", why)
		}
	}
	if why := r.complete(c, &s); why != "" {
		return refuse("%s", why)
	}
	return s, nil
}

// open reports whether the case's state has the move.
func (r *Rules) open(c *Case, m *agreement.Move) bool {
	if m.As == "report" {
		return c.State == ""
	}
	return slices.Contains(m.From, c.State)
}

// names lists the moves that the case's state has.
func (r *Rules) names(c *Case) []string {
	var out []string
	for i := range r.Moves {
		if m := &r.Moves[i]; r.open(c, m) {
			out = append(out, m.Move)
		}
	}
	return out
}

// mayBy says why somebody may not take the move; "": they may. Who acts for a
// party can do what a party can, and no more, whatever their role; who takes down
// what a party says or reports may do so in its name.
func (r *Rules) mayBy(c *Case, m *agreement.Move, s *Step) string {
	bodies := []string{}
	for _, by := range m.By {
		switch {
		case by == s.For && s.For != "",
			by == "accused" && s.For == c.Accused && s.For != "",
			by == "asked" && c.asked(s.For),
			by == "party" && c.Involves(s.For):
			return ""
		case by == s.Role:
			spoken := m.As == "report" || m.As == "answer" && c.Involves(s.For) || m.As == "position" && c.asked(s.For)
			if s.For == "" || spoken || !r.partial(c, s.For) {
				return ""
			}
		}
		bodies = append(bodies, by)
	}
	who := s.Role
	if s.For != "" {
		who += " for " + s.For
	}
	return fmt.Sprintf("it is for %s to take, not for %s", strings.Join(bodies, ", "), who)
}

// partial reports whether a party has a side in the case.
func (r *Rules) partial(c *Case, id string) bool {
	return c.Involves(id) || slices.ContainsFunc(r.agreement.Conflict(), func(p agreement.Party) bool { return p.ID == id })
}

// otherEyes holds a move that takes another person to it.
func (r *Rules) otherEyes(c *Case, m *agreement.Move, s *Step) string {
	if m.As == "approve" {
		if d := c.pending(s.Item); d != nil && len(m.NotBy) > 0 && same(d.By, s.By) {
			return fmt.Sprintf("%s wrote %s, and it takes other eyes to approve it", s.By, d.ID)
		}
		return ""
	}
	for i := len(c.Steps) - 1; i >= 0; i-- {
		if x := &c.Steps[i]; slices.Contains(m.NotBy, x.Move) || slices.Contains(m.NotBy, x.Kind) {
			if same(x.By, s.By) {
				return fmt.Sprintf("%s took the step %s, and it takes other eyes for this one", s.By, x.Move)
			}
			return ""
		}
	}
	return ""
}

func same(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

// pending is the draft that an approval is of: the one named, or the last one
// that nobody approved.
func (c *Case) pending(item string) *Draft {
	for i := len(c.Drafts) - 1; i >= c.round; i-- {
		if d := &c.Drafts[i]; d.ID == item || item == "" && d.Approved == "" {
			return d
		}
	}
	return nil
}

// unmet says why a condition of a move does not hold; "": it does.
func (r *Rules) unmet(c *Case, need string, s *Step) string {
	switch need {
	case "approved":
		if d := c.draft("findings"); d == nil || d.Approved == "" {
			return "the findings are not approved by a second person; approve them first"
		}
	case "statement-approved":
		if d := c.draft("statement"); d == nil || d.Approved == "" {
			return "no statement is approved by a second person; write one (statement) and have it approved"
		}
	case "heard":
		for _, id := range r.toHear(c) {
			if !c.asked(id) {
				return fmt.Sprintf("%s was not asked for comment; ask-comment comes first", id)
			}
		}
		for _, x := range c.Comments {
			if x.Position == "" {
				return fmt.Sprintf("%s has until %s to comment, or record its position", x.Party, x.Due.Format(time.RFC3339))
			}
		}
	case "confirmed":
		if !c.Confirmed() {
			return "no breach is confirmed, so there is nothing to remedy"
		}
	case "in-time":
		if c.Ruling != nil && c.Ruling.Appeal {
			return "it was decided on appeal already; that decision is the last"
		}
		if until := r.appealUntil(c); !until.IsZero() && s.At.After(until) {
			return "the time to appeal ended at " + until.Format(time.RFC3339)
		}
	case "appeal-over":
		if until := r.appealUntil(c); !until.IsZero() && s.At.Before(until) {
			return fmt.Sprintf("the parties can appeal until %s; it can be closed from then on", until.Format(time.RFC3339))
		}
	case "evidence":
		if len(s.Evidence) == 0 && len(s.Findings) == 0 {
			return "new evidence is missing: name findings, observations or media that were not there before"
		}
	case "quorum":
		return r.vote(s)
	}
	return ""
}

// Confirmed reports whether the decision that stands confirms a breach.
func (c *Case) Confirmed() bool {
	return c.Ruling != nil && (c.Ruling.Outcome == Attributed || c.Ruling.Outcome == Unattributed)
}

// toHear lists the parties that must be heard before a decision.
func (r *Rules) toHear(c *Case) []string {
	var out []string
	for _, id := range r.Ask {
		if id == "accused" {
			id = c.Accused
		}
		if id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// appealUntil is when the time to appeal ends; zero: there is none, or none left.
func (r *Rules) appealUntil(c *Case) time.Time {
	if c.Ruling == nil || c.Ruling.Appeal || r.Appeal.IsZero() || !slices.ContainsFunc(r.Moves, func(m agreement.Move) bool { return m.As == "appeal" }) {
		return time.Time{}
	}
	return c.decided.Add(r.Appeal.Duration)
}

// vote holds a ruling's votes against quorum and the rule of dissent.
func (r *Rules) vote(s *Step) string {
	if s.Ruling == nil {
		return "it has no ruling"
	}
	quorum := r.Quorum
	if s.Kind == "rule" && r.AppealTo != r.Decides {
		quorum = 1 // the agreement says what the deciding body needs
	}
	counts := map[string]int{}
	members := map[string]bool{}
	for _, v := range s.Ruling.Votes {
		name := strings.ToLower(strings.TrimSpace(v.Member))
		switch {
		case name == "":
			return "a vote is nobody's"
		case members[name]:
			return fmt.Sprintf("%s votes twice", v.Member)
		case v.Vote != For && v.Vote != Against && v.Vote != Abstain:
			return fmt.Sprintf("%s votes %q; a vote is for, against or abstain", v.Member, v.Vote)
		}
		members[name] = true
		counts[v.Vote]++
	}
	n := len(s.Ruling.Votes)
	switch {
	case n < quorum && quorum > 1:
		return fmt.Sprintf("it takes %d members to decide, and %d voted", quorum, n)
	case n > 0 && counts[For] <= counts[Against]:
		return fmt.Sprintf("%d voted for it and %d against, so it is not decided; a case can be suspended for want of consensus", counts[For], counts[Against])
	case !r.Dissent && (counts[Against] > 0 || len(s.Ruling.Dissents) > 0):
		return "this procedure decides by consensus, and there is dissent; a case can be suspended for want of consensus"
	}
	for _, d := range s.Ruling.Dissents {
		if strings.TrimSpace(d.Member) == "" || strings.TrimSpace(d.Text) == "" {
			return "a dissent needs its author and its words"
		}
	}
	return ""
}
