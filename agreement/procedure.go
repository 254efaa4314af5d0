package agreement

import (
	"cmp"
	"slices"
	"time"
)

// Move is a step that a case can take. In an agreement it says how a step of the
// usual procedure differs here, or, with As, it is one more step of a known kind;
// what it leaves out is as usual.
type Move struct {
	Move  string   `yaml:"move" json:"move"`
	As    string   `yaml:"as,omitempty" json:"as,omitempty"`         // the step of the usual procedure that it is one of; empty: that of its name
	From  []string `yaml:"from,omitempty" json:"from,omitempty"`     // states in which it can be taken
	To    string   `yaml:"to,omitempty" json:"to,omitempty"`         // state after it; empty: the same
	By    []string `yaml:"by,omitempty" json:"by,omitempty"`         // roles, parties, bodies; any of them
	NotBy []string `yaml:"not_by,omitempty" json:"not_by,omitempty"` // steps; not by the person who took the last of them (four eyes)
	Needs []string `yaml:"needs,omitempty" json:"needs,omitempty"`   // what must hold first
	// Within is the time for it, from when the case came into one of From.
	Within Duration   `yaml:"within,omitempty" json:"within,omitzero"`
	Off    bool       `yaml:"off,omitempty" json:"off,omitempty"` // this procedure does without it
	Words  Text       `yaml:"words,omitempty" json:"words,omitempty"`
	Why    []Citation `yaml:"why,omitempty" json:"why,omitempty"`
}

// Back is the To of a move that leads back to where the case was before it was
// suspended.
const Back = "before"

// CaseStates are the states of a case: the union of those of real mechanisms.
func CaseStates() []string {
	return []string{"reported", "registered", "screened", "assigned", "investigation", "suspended", "drafted", "comment", "position",
		"decided", "disputed", "remedy", "remedied", "persistent", "closed", "reopened"}
}

// CaseMoves are the names of the usual procedure's moves: the kinds of steps.
func CaseMoves() []string {
	var out []string
	for _, m := range usualMoves() {
		out = append(out, m.Move)
	}
	return out
}

// CaseRoles are the roles that can take steps; beside them stand the agreement's
// parties and "accused", "asked" (for comment), "party" (any party to the case),
// "decides" and "appeal-to".
func CaseRoles() []string {
	return []string{"watch-officer", "verifier", "party-liaison", "publisher"}
}

// CaseBodies are the words for who a party or body is to a case.
func CaseBodies() []string { return []string{"accused", "asked", "party", "decides", "appeal-to"} }

// CaseNeeds are the conditions of moves: the draft is approved; those to be asked
// were and have answered or their time is over; enough have voted; a breach is
// confirmed; it is still time to appeal, or no longer; the statement for others is
// approved; there is new evidence.
func CaseNeeds() []string {
	return []string{"approved", "heard", "quorum", "confirmed", "in-time", "appeal-over", "statement-approved", "evidence"}
}

// CaseOutcomes are the outcomes of a decision.
func CaseOutcomes() []string {
	return []string{"confirmed-attributed", "confirmed-not-attributed", "not-confirmed", "unfounded", "out-of-mandate"}
}

// usualMoves is the usual procedure.
func usualMoves() []Move {
	work := []string{"assigned", "investigation", "drafted", "comment", "position", "disputed", "remedy", "persistent"}
	judged := []string{"decided", "disputed", "remedy", "remedied", "persistent", "closed"}
	until := append([]string{"reported", "registered", "screened", "reopened", "suspended", "decided", "remedied"}, work...)
	monitor := []string{"watch-officer", "verifier"}
	return []Move{
		{Move: "report", To: "reported", By: []string{"watch-officer", "verifier", "party-liaison"}},
		{Move: "register", From: []string{"reported"}, To: "registered", By: monitor},
		{Move: "screen", From: []string{"registered"}, To: "screened", By: []string{"verifier"}},
		{Move: "dismiss", From: []string{"reported", "registered", "screened"}, To: "closed", By: []string{"verifier"}},
		{Move: "assign", From: []string{"screened", "assigned", "investigation", "reopened"}, To: "assigned", By: []string{"verifier"}},
		{Move: "investigate", From: []string{"assigned"}, To: "investigation", By: []string{"verifier"}},
		{Move: "add", From: append([]string{"reported", "registered", "screened", "reopened"}, work[:5]...), By: monitor},
		{Move: "notify", From: append([]string{"registered", "screened", "reopened", "decided"}, work...), By: monitor},
		{Move: "ask", From: append([]string{"reopened"}, work...), By: []string{"verifier"}},
		{Move: "answer", From: until, By: []string{"party", "verifier"}},
		{Move: "task", From: append([]string{"reopened"}, work...), By: monitor},
		{Move: "result", From: until, By: monitor},
		{Move: "note", From: until, By: []string{"watch-officer", "verifier", "party", "decides", "appeal-to"}},
		{Move: "suspend", From: work, To: "suspended", By: []string{"verifier", "decides", "appeal-to"}},
		{Move: "resume", From: []string{"suspended"}, To: Back, By: []string{"verifier", "decides", "appeal-to"}},
		{Move: "draft", From: []string{"investigation", "drafted", "position"}, To: "drafted", By: []string{"verifier"}},
		{Move: "approve", From: append([]string{"drafted", "position"}, judged...), By: []string{"verifier", "publisher"}, NotBy: []string{"draft", "statement"}},
		{Move: "return", From: []string{"drafted", "position"}, To: "investigation", By: []string{"verifier"}},
		{Move: "ask-comment", From: []string{"drafted", "position"}, To: "comment", By: []string{"verifier"}, Needs: []string{"approved"}},
		{Move: "position", From: []string{"comment"}, To: "position", By: []string{"asked", "verifier"}},
		{Move: "decide", From: []string{"drafted", "position"}, To: "decided", By: []string{"decides"}, Needs: []string{"approved", "heard", "quorum"}},
		{Move: "appeal", From: []string{"decided", "remedy", "remedied", "persistent"}, To: "disputed", By: []string{"party"}, Needs: []string{"in-time"}},
		{Move: "rule", From: []string{"disputed"}, To: "decided", By: []string{"appeal-to"}, Needs: []string{"quorum"}},
		{Move: "ask-remedy", From: []string{"decided", "persistent"}, To: "remedy", By: []string{"verifier", "decides", "appeal-to"}, Needs: []string{"confirmed"}},
		{Move: "remedied", From: []string{"remedy", "persistent"}, To: "remedied", By: []string{"verifier"}},
		{Move: "persists", From: []string{"remedy"}, To: "persistent", By: []string{"verifier"}},
		{Move: "statement", From: judged, By: []string{"verifier", "publisher"}},
		{Move: "publish", From: judged, By: []string{"publisher"}, Needs: []string{"statement-approved"}},
		{Move: "close", From: []string{"decided", "remedied", "persistent", "suspended"}, To: "closed", By: []string{"verifier", "decides", "appeal-to"}, Needs: []string{"appeal-over"}},
		{Move: "reopen", From: []string{"closed"}, To: "reopened", By: []string{"verifier", "decides", "appeal-to"}, Needs: []string{"evidence"}},
	}
}

// Procedure is what a case can go through under an agreement: its verification
// with the usual procedure where it says nothing.
type Procedure struct {
	Ask       []string `json:"ask"`                 // parties to be heard before a decision: ids, or "accused"
	Decides   string   `json:"decides,omitempty"`   // the body that decides; empty: a verifier
	AppealTo  string   `json:"appeal_to,omitempty"` // the body that an appeal goes to
	Quorum    int      `json:"quorum"`              // members who must vote
	Dissent   bool     `json:"dissent"`             // dissent is recorded, and the majority decides; otherwise it takes consensus
	Sources   int      `json:"sources,omitempty"`   // independent sources that corroborate
	Comment   Duration `json:"comment,omitzero"`    // times for ...
	Answer    Duration `json:"answer,omitzero"`
	Task      Duration `json:"task,omitzero"`
	Remedy    Duration `json:"remedy,omitzero"`
	Appeal    Duration `json:"appeal,omitzero"` // zero: until the case is closed
	Remind    Duration `json:"remind,omitzero"` // before a deadline
	Suspended []string `json:"suspended"`       // reasons for which a case may rest
	Outcomes  []string `json:"outcomes"`        // that a decision can have
	Moves     []Move   `json:"moves"`           // with bodies resolved
	// Assumed names what the agreement leaves open and the usual procedure says.
	Assumed []string `json:"assumed,omitempty"`
	// Words is the procedure in the agreement's own words.
	Words Text `json:"words,omitempty"`
}

// Procedure resolves the agreement's verification: what it leaves open is as
// usual, and Assumed says what that is.
func (a *Agreement) Procedure() *Procedure {
	q := a.Verification
	if q == nil {
		q = &Verification{Reopening: true}
	}
	p := &Procedure{Ask: q.Ask, Decides: q.Decides, AppealTo: cmp.Or(q.AppealTo, q.Decides), Quorum: max(1, q.Quorum), Dissent: q.Dissent, Sources: q.Sources,
		Appeal: q.Appeal, Suspended: q.Suspended, Outcomes: q.Outcomes, Words: q.Words}
	if len(p.Outcomes) == 0 {
		p.Outcomes = CaseOutcomes()
	}
	if len(p.Ask) == 0 {
		p.Ask = []string{"accused"}
		p.Assumed = append(p.Assumed, "ask")
	}
	if len(p.Suspended) == 0 {
		p.Suspended = []string{"access", "security", "no-consensus", "no-means"}
		p.Assumed = append(p.Assumed, "suspended")
	}
	day := Duration{Duration: 24 * time.Hour, Written: "24h"}
	week := Duration{Duration: 7 * 24 * time.Hour, Written: "7d"}
	for _, x := range []struct {
		name  string
		of    *Duration
		given Duration
		usual Duration
	}{
		{"comment", &p.Comment, q.Comment, Duration{Duration: 72 * time.Hour, Written: "72h"}},
		{"answer", &p.Answer, q.Answer, cmp.Or(q.Comment, Duration{Duration: 72 * time.Hour, Written: "72h"})},
		{"task", &p.Task, q.Task, week}, {"remedy", &p.Remedy, q.Remedy, Duration{Duration: 14 * 24 * time.Hour, Written: "14d"}},
		{"remind", &p.Remind, q.Remind, day},
	} {
		if *x.of = x.given; x.given.IsZero() {
			*x.of = x.usual
			p.Assumed = append(p.Assumed, x.name)
		}
	}
	appeals := q.AppealTo != "" || !q.Appeal.IsZero()
	moves := usualMoves()
	moves = slices.DeleteFunc(moves, func(m Move) bool {
		switch m.Move {
		case "appeal", "rule":
			return !appeals
		case "reopen":
			return !q.Reopening
		}
		return false
	})
	p.Moves = p.resolve(moves, q.Moves)
	return p
}

// resolve lays what an agreement says over the usual moves.
func (p *Procedure) resolve(moves, given []Move) []Move {
	for _, g := range given {
		i := slices.IndexFunc(moves, func(m Move) bool { return m.Move == g.Move })
		switch {
		case g.Off:
			moves = slices.DeleteFunc(moves, func(m Move) bool { return m.Move == g.Move })
			continue
		case i < 0:
			usual := usualMoves()
			k := slices.IndexFunc(usual, func(m Move) bool { return m.Move == cmp.Or(g.As, g.Move) })
			if k < 0 {
				continue // the check says so
			}
			m := usual[k]
			m.Move, m.As = g.Move, g.As
			moves, i = append(moves, m), len(moves)
		}
		m := &moves[i]
		for _, list := range []struct{ to, from *[]string }{{&m.From, &g.From}, {&m.By, &g.By}, {&m.NotBy, &g.NotBy}, {&m.Needs, &g.Needs}} {
			if len(*list.from) > 0 {
				*list.to = *list.from
			}
		}
		m.To, m.As = cmp.Or(g.To, m.To), cmp.Or(g.As, m.As)
		m.Within, m.Words, m.Why = g.Within, g.Words, g.Why
	}
	for i := range moves {
		m := &moves[i]
		m.As = cmp.Or(m.As, m.Move)
		m.By = slices.Clone(m.By)
		for k, by := range m.By {
			switch by {
			case "decides":
				m.By[k] = cmp.Or(p.Decides, "verifier")
			case "appeal-to":
				m.By[k] = cmp.Or(p.AppealTo, "verifier")
			}
		}
		slices.Sort(m.By)
		m.By = slices.Compact(m.By)
	}
	return moves
}

// Move returns the move of that name, nil if there is none.
func (p *Procedure) Move(name string) *Move {
	for i := range p.Moves {
		if p.Moves[i].Move == name {
			return &p.Moves[i]
		}
	}
	return nil
}

// reach lists the states that moves lead to from the given ones, which it
// includes. Back leads to every state from which a case can be suspended.
func (p *Procedure) reach(from ...string) []string {
	out := slices.Clone(from)
	for i := 0; i < len(out); i++ {
		for _, m := range p.Moves {
			if !slices.Contains(m.From, out[i]) {
				continue
			}
			to := []string{m.To}
			if m.To == Back {
				to = nil
				for _, s := range p.Moves {
					if s.To == "suspended" {
						to = append(to, s.From...)
					}
				}
			}
			for _, t := range to {
				if t != "" && !slices.Contains(out, t) {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

// Stuck lists the states that a case can come into and never be closed from.
func (p *Procedure) Stuck() []string {
	var start, out []string
	for _, m := range p.Moves {
		if m.As == "report" {
			start = append(start, m.To)
		}
	}
	for _, s := range p.reach(start...) {
		if !slices.Contains(p.reach(s), "closed") {
			out = append(out, s)
		}
	}
	return out
}
