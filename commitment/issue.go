package commitment

import (
	"cmp"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
)

// Talks is what is open at an instant and where each party stands.
type Talks struct {
	At     time.Time `json:"at"`
	Issues []Issue   `json:"issues"`
	// Other are the newest positions on no issue of the agreement.
	Other []Stand `json:"other,omitempty"`
}

// Issue is one open question at an instant.
type Issue struct {
	ID      string         `json:"id"`
	Title   agreement.Text `json:"title"`
	Is      string         `json:"is,omitempty"` // open, narrowed, agreed, dropped; empty: not raised yet
	Since   time.Time      `json:"since,omitzero"`
	States  []IssueState   `json:"states,omitempty"` // up to the instant, oldest first
	Parties []Stand        `json:"parties,omitempty"`
	Sources []Quote        `json:"sources,omitempty"`
}

// IssueState is an issue's state from an instant on.
type IssueState struct {
	At      time.Time `json:"at"`
	Is      string    `json:"is"`
	Sources []Quote   `json:"sources,omitempty"`
	Record  uint64    `json:"record,omitempty"` // of the journal; 0: the terms
	Why     string    `json:"why,omitempty"`
}

// Stand is where one party stands on an issue.
type Stand struct {
	Issue string `json:"issue,omitempty"`
	Party string `json:"party"`
	// Newest is what it said at the last instant at which it said something,
	// Earlier all before, newest first.
	Newest  []Position `json:"newest"`
	Earlier []Position `json:"earlier,omitempty"`
	Moves   []Movement `json:"moves,omitempty"` // oldest first
}

// Position is what one party said, with its source.
type Position struct {
	ID      string         `json:"id"`
	Party   string         `json:"party"`
	Speaker string         `json:"speaker,omitempty"`
	Issue   string         `json:"issue,omitempty"`
	At      time.Time      `json:"at"`
	Stance  string         `json:"stance,omitempty"`
	Words   agreement.Text `json:"words"`
	Sources []Quote        `json:"sources,omitempty"`
	Record  uint64         `json:"record,omitempty"` // of the journal; 0: the terms
	// ConfirmedBy is who took it from an article and put it on record.
	ConfirmedBy string `json:"confirmed_by,omitempty"`
}

// Movement is a change of what a party says on an issue.
type Movement struct {
	Issue   string    `json:"issue,omitempty"`
	Party   string    `json:"party"`
	At      time.Time `json:"at"`
	From    []string  `json:"from"` // stances before, sorted
	To      []string  `json:"to"`
	Towards Towards   `json:"towards"`
	Said    []string  `json:"said"` // ids of the positions that show it
}

// Towards is the direction of a movement: from against over on conditions to for.
// It says nothing of who is right.
type Towards string

// The directions. Stances that are merely stated, or left open, have no place on
// the way from against to for, so that a move from or to them is Changed.
const (
	TowardsYes Towards = "towards"
	AwayFrom   Towards = "away"
	Changed    Towards = "changed"
)

// Positions are those of the agreement; more can be appended, as from a journal.
func Positions(a *agreement.Agreement) []Position {
	var out []Position
	for i := range a.Positions {
		p := &a.Positions[i]
		out = append(out, Position{ID: p.ID, Party: p.Party, Speaker: p.Speaker, Issue: p.Issue, At: p.At.UTC(), Stance: p.Stance,
			Words: p.Words, Sources: Quotes(a, p.Why)})
	}
	return out
}

// TalksAt tells every issue at t, in the agreement's order, with the positions
// given. facts of the term [TermIssue] add states.
func TalksAt(a *agreement.Agreement, positions []Position, facts []Fact, t time.Time) *Talks {
	out := &Talks{At: t.UTC(), Issues: []Issue{}}
	for i := range a.Issues {
		x := &a.Issues[i]
		issue := Issue{ID: x.ID, Title: x.Title, Sources: Quotes(a, x.Why), Parties: stands(a, positions, x.ID, t)}
		for _, s := range statesOf(a, x, facts) {
			if !s.At.After(t) {
				issue.States = append(issue.States, s)
				issue.Is, issue.Since = s.Is, s.At
			}
		}
		out.Issues = append(out.Issues, issue)
	}
	out.Other = stands(a, positions, "", t)
	return out
}

func statesOf(a *agreement.Agreement, x *agreement.Issue, facts []Fact) []IssueState {
	var out []IssueState
	for _, s := range x.State {
		out = append(out, IssueState{At: s.At.UTC(), Is: s.Is, Sources: Quotes(a, s.Why)})
	}
	for i := range facts {
		if f := &facts[i]; f.Term == TermIssue && f.Of == x.ID {
			out = append(out, IssueState{At: f.At.UTC(), Is: f.Is, Record: f.Record, Why: f.Why, Sources: f.Sources})
		}
	}
	slices.SortStableFunc(out, func(x, y IssueState) int { return x.At.Compare(y.At) })
	return out
}

// stands are the parties' positions on one issue up to t, by party in the
// agreement's order.
func stands(a *agreement.Agreement, positions []Position, issue string, t time.Time) []Stand {
	var out []Stand
	for i := range a.Parties {
		s := Stand{Issue: issue, Party: a.Parties[i].ID}
		var said []Position
		for _, p := range positions {
			if p.Party == s.Party && p.Issue == issue && !p.At.After(t) {
				said = append(said, p)
			}
		}
		if len(said) == 0 {
			continue
		}
		slices.SortStableFunc(said, func(x, y Position) int { return x.At.Compare(y.At) })
		s.Moves = moves(said)
		last := said[len(said)-1].At
		for _, p := range said {
			if p.At.Equal(last) {
				s.Newest = append(s.Newest, p)
			} else {
				s.Earlier = append(s.Earlier, p)
			}
		}
		slices.Reverse(s.Earlier)
		out = append(out, s)
	}
	return out
}

// moves compares what was said at one instant with what was said at the one
// before.
func moves(said []Position) []Movement {
	var out []Movement
	var before []string
	for from := 0; from < len(said); {
		to := from
		var stances, ids []string
		for ; to < len(said) && said[to].At.Equal(said[from].At); to++ {
			stances = append(stances, cmp.Or(said[to].Stance, "statement"))
			ids = append(ids, said[to].ID)
		}
		slices.Sort(stances)
		stances = slices.Compact(stances)
		if from > 0 && !slices.Equal(before, stances) {
			out = append(out, Movement{Issue: said[from].Issue, Party: said[from].Party, At: said[from].At, From: before, To: stances,
				Towards: towards(before, stances), Said: ids})
		}
		before, from = stances, to
	}
	return out
}

func towards(from, to []string) Towards {
	lo1, hi1, ok1 := span(from)
	lo2, hi2, ok2 := span(to)
	switch {
	case !ok1 || !ok2:
	case lo2 >= lo1 && hi2 >= hi1:
		return TowardsYes
	case lo2 <= lo1 && hi2 <= hi1:
		return AwayFrom
	}
	return Changed
}

// span is the least and the greatest of stances on the way from against to for.
func span(stances []string) (least, most int, ok bool) {
	least = 3
	for _, s := range stances {
		i := slices.Index([]string{"against", "conditional", "for"}, s)
		if i < 0 {
			return 0, 0, false
		}
		least, most = min(least, i), max(most, i)
	}
	return least, most, true
}

// Moved lists the movements from since (included) until until (excluded), in
// the order of time; a zero instant is no bound.
func (t *Talks) Moved(since, until time.Time) []Movement {
	var out []Movement
	add := func(list []Stand) {
		for _, s := range list {
			for _, m := range s.Moves {
				if (since.IsZero() || !m.At.Before(since)) && (until.IsZero() || m.At.Before(until)) {
					out = append(out, m)
				}
			}
		}
	}
	for i := range t.Issues {
		add(t.Issues[i].Parties)
	}
	add(t.Other)
	slices.SortStableFunc(out, func(x, y Movement) int { return x.At.Compare(y.At) })
	return out
}

// Issue returns the issue with the id, or nil.
func (t *Talks) Issue(id string) *Issue {
	for i := range t.Issues {
		if t.Issues[i].ID == id {
			return &t.Issues[i]
		}
	}
	return nil
}
