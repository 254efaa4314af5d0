package report

import (
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/finding"
)

// Guarantees is what was promised for the case that has come, at the cut-off.
type Guarantees struct {
	Due     []PledgeRow       `json:"due"`     // what has to be kept first before the rest
	Unknown []PledgeRow       `json:"unknown"` // whose condition nobody has established
	NotDue  int               `json:"not_due"`
	Kept    int               `json:"kept"`            // due, and on record as kept
	Steps   []commitment.Step `json:"steps,omitempty"` // who firmed up or stepped back in the period
}

// PledgeRow is one pledge.
type PledgeRow struct {
	ID       string          `json:"id"`
	OwedBy   []string        `json:"owed_by"`
	To       []string        `json:"to,omitempty"`
	Words    agreement.Text  `json:"words"`
	Firm     []string        `json:"firm"` // of those that owe it, each degree once, the least firm first
	Since    time.Time       `json:"since,omitzero"`
	New      bool            `json:"new,omitempty"` // it fell due in the period
	Deadline time.Time       `json:"deadline,omitzero"`
	Levels   []string        `json:"levels,omitempty"` // that make it due
	Terms    []ConditionTerm `json:"terms,omitempty"`  // that decide
}

// ConditionTerm is a term of a condition with its answer.
type ConditionTerm struct {
	Term  string          `json:"term"`
	Truth agreement.Truth `json:"truth"`
}

// Declared is what is declared of bases, units and hosts, held against the limits,
// at the cut-off.
type Declared struct {
	Things int           `json:"things"`
	Kept   int           `json:"kept"`           // limits kept
	Rows   []DeclaredRow `json:"rows,omitempty"` // beyond a limit, or where that can't be told
}

// DeclaredRow is one limit that is or was not kept, or of which that can't be told.
type DeclaredRow struct {
	Finding string         `json:"finding"`
	Thing   string         `json:"thing,omitempty"` // id of the declaration; empty: a ceiling
	Kind    string         `json:"kind"`            // base, unit, ceiling
	Party   string         `json:"party,omitempty"`
	Of      string         `json:"of"` // commitment or provision
	Limit   string         `json:"limit,omitempty"`
	Result  finding.Result `json:"result"`
	// Probability that it is beyond the limit.
	Probability float64   `json:"probability"`
	Since       time.Time `json:"since"`
	Past        bool      `json:"past,omitempty"` // it is so no more
}

// Talks is what is open at the cut-off and who moved in the period.
type Talks struct {
	Open  []IssueRow            `json:"open"`
	Moved []commitment.Movement `json:"moved,omitempty"`
	Said  []commitment.Position `json:"said,omitempty"` // the positions that show it
}

// IssueRow is one issue.
type IssueRow struct {
	ID    string         `json:"id"`
	Title agreement.Text `json:"title"`
	Is    string         `json:"is"`
	Since time.Time      `json:"since,omitzero"`
	New   bool           `json:"new,omitempty"` // it is so since the period began
}

// in reports whether an instant lies in the report's period.
func (r *Report) in(t time.Time) bool { return !t.Before(r.From) && t.Before(r.To) }

func (b *builder) guarantees() {
	m := b.in.Commitments
	if m == nil || len(m.Pledges) == 0 {
		return
	}
	g := &Guarantees{Due: []PledgeRow{}, Unknown: []PledgeRow{}}
	for _, p := range m.DueNow() {
		g.Due = append(g.Due, b.pledge(p))
	}
	for i := range m.Pledges {
		switch p := &m.Pledges[i]; p.Due {
		case commitment.IsUnknown:
			g.Unknown = append(g.Unknown, b.pledge(p))
		case commitment.IsNotDue:
			g.NotDue++
		default:
			if p.Met {
				g.Kept++
			}
		}
	}
	for _, s := range b.in.Steps {
		if b.r.in(s.At) {
			g.Steps = append(g.Steps, s)
		}
	}
	b.r.Guarantees = g
	b.number("guarantees.due", float64(len(g.Due)), nil)
	b.number("guarantees.unknown", float64(len(g.Unknown)), nil)
}

func (b *builder) pledge(p *commitment.Pledge) PledgeRow {
	row := PledgeRow{ID: p.ID, OwedBy: p.OwedBy, To: p.To, Words: p.Words, Since: p.Since, Deadline: p.Deadline, Levels: p.Levels, New: !p.Since.IsZero() && b.r.in(p.Since)}
	for _, is := range []string{"statement", "letter-of-intent", "signed", "ratified"} {
		if slices.ContainsFunc(p.Makers, func(m commitment.Maker) bool { return m.Is == is }) {
			row.Firm = append(row.Firm, is)
		}
	}
	for _, t := range p.Condition.Terms {
		if t.Decides {
			row.Terms = append(row.Terms, ConditionTerm{t.Term, t.Truth})
		}
	}
	return row
}

func (b *builder) declared() {
	p := b.in.Posture
	if p == nil || len(p.Declared)+len(p.Findings) == 0 {
		return
	}
	d := &Declared{Things: len(p.Declared)}
	now := map[string]finding.Result{}
	of := map[string]DeclaredRow{}
	for i := range p.Declared {
		r := &p.Declared[i]
		for _, x := range r.Checks {
			now[x.Finding] = x.Result
			of[x.Finding] = DeclaredRow{Thing: r.ID, Kind: r.Kind, Party: r.Party}
			if x.Result == finding.Consistent {
				d.Kept++
			}
		}
	}
	for i := range p.Ceilings {
		x := &p.Ceilings[i]
		now[x.Finding] = x.Result
		of[x.Finding] = DeclaredRow{Kind: "ceiling", Party: x.Party}
		if x.Result == finding.Consistent {
			d.Kept++
		}
	}
	for i := range p.Findings {
		f := &p.Findings[i]
		if f.Result == finding.Consistent {
			continue
		}
		row := of[f.ID]
		row.Finding, row.Of, row.Limit, row.Result, row.Probability, row.Since, row.Past = f.ID, f.Provision, f.Stage, f.Result, f.BreachProbability, f.At, now[f.ID] != f.Result
		if row.Kind == "" { // it is gone
			row.Kind = "past"
		}
		if row.Party == "" {
			row.Party = f.Responsible.Party
		}
		d.Rows = append(d.Rows, row)
	}
	b.r.Declared = d
	b.number("declared.beyond", float64(len(d.Rows)), nil)
}

func (b *builder) talks() {
	t := b.in.Talks
	if t == nil || len(t.Issues) == 0 {
		return
	}
	out := &Talks{Open: []IssueRow{}, Moved: t.Moved(b.r.From, b.r.To)}
	for i := range t.Issues {
		x := &t.Issues[i]
		if x.Is == "open" || x.Is == "narrowed" || b.r.in(x.Since) {
			out.Open = append(out.Open, IssueRow{x.ID, x.Title, x.Is, x.Since, b.r.in(x.Since)})
		}
		for k := range x.Parties {
			for _, p := range slices.Concat(x.Parties[k].Newest, x.Parties[k].Earlier) {
				if slices.ContainsFunc(out.Moved, func(m commitment.Movement) bool { return slices.Contains(m.Said, p.ID) }) {
					out.Said = append(out.Said, p)
				}
			}
		}
	}
	b.r.Talks = out
}
