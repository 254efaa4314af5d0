package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// Cases is what people made of findings: for the mission what was opened, decided
// and closed in the period and what was open at the cut-off; for others what was
// published of it in the period.
type Cases struct {
	Opened  int `json:"opened"` // in the period
	Decided int `json:"decided"`
	Closed  int `json:"closed"`
	Open    int `json:"open"`    // at the cut-off
	Overdue int `json:"overdue"` // of these, in which something was due before it
	// Rows are the mission's, Published the others'.
	Rows      []CaseRow          `json:"rows,omitempty"`
	Published []casework.Summary `json:"published,omitempty"`
}

// CaseRow is one case as it stood at the cut-off.
type CaseRow struct {
	ID         string    `json:"id"`
	Title      string    `json:"title,omitempty"`
	Findings   []string  `json:"findings,omitempty"`
	State      string    `json:"state"`
	Suspended  string    `json:"suspended,omitempty"` // why it rests
	Opened     time.Time `json:"opened"`
	Accused    string    `json:"accused,omitempty"`
	Outcome    string    `json:"outcome,omitempty"`
	Party      string    `json:"responsible,omitempty"` // by the decision
	Confidence float64   `json:"confidence,omitempty"`
	Waiting    []string  `json:"waiting,omitempty"` // for whom: parties, offices, roles
	Due        time.Time `json:"due,omitzero"`      // the next deadline that is open
	Overdue    bool      `json:"overdue,omitempty"`
}

// CaseNote is how the case stands that people made of an incident's findings.
type CaseNote struct {
	ID        string `json:"id"`
	State     string `json:"state"`
	Outcome   string `json:"outcome,omitempty"`
	Suspended string `json:"suspended,omitempty"`
}

// beside puts a case beside its findings and their incidents.
func (b *builder) beside(n CaseNote, findings []string) {
	for _, id := range findings {
		for i := range b.r.Findings {
			f := &b.r.Findings[i]
			if f.ID != id {
				continue
			}
			f.Case = n.ID
			if row, ok := b.row[f.Incident]; ok {
				b.r.Annex[row].Case = &n
			}
		}
	}
}

func (b *builder) cases(policy agreement.Policy) {
	r := b.r
	within := func(t time.Time) bool { return !t.Before(r.From) && t.Before(r.To) }
	var x Cases
	if r.Audience != publish.Mission {
		visible := func(s *casework.Step) bool {
			return b.sees(observation.Handling(s.Handling)) && !s.At.Add(policy.Delay.Duration).After(b.asOf)
		}
		for _, c := range b.in.Cases {
			s := c.PublishedTo(visible, !b.withheld(publish.FieldParty))
			if s == nil {
				continue
			}
			b.beside(CaseNote{ID: s.ID, State: s.State, Outcome: s.Outcome}, s.Findings)
			if within(s.At) {
				x.Published = append(x.Published, *s)
			}
		}
		if x.Published != nil {
			r.Cases = &x
		}
		return
	}
	rules := casework.New(b.in.Agreement)
	visible := func(s *casework.Step) bool { return b.sees(observation.Handling(s.Handling)) }
	for _, whole := range b.in.Cases {
		if !visible(&whole.Steps[0]) {
			continue // what it is about is not for this reader
		}
		c := whole.Seen(visible)
		note := CaseNote{ID: c.ID, State: c.State, Outcome: c.Outcome, Suspended: c.Suspended}
		for _, f := range c.Findings {
			b.beside(note, []string{f.Finding})
		}
		open := c.State != "closed"
		opened, decided, closed := within(c.Opened), c.Ruling != nil && within(c.Ruling.At), !open && within(c.Since)
		if !open && !opened && !decided && !closed {
			continue
		}
		row := caseRow(rules, c, r.To)
		x.Rows = append(x.Rows, row)
		for _, n := range []struct {
			to *int
			is bool
		}{{&x.Opened, opened}, {&x.Decided, decided}, {&x.Closed, closed}, {&x.Open, open}, {&x.Overdue, row.Overdue}} {
			if n.is {
				*n.to++
			}
		}
	}
	if x.Rows == nil {
		return
	}
	r.Cases = &x
	for _, n := range []struct {
		name  string
		value int
	}{{"opened", x.Opened}, {"decided", x.Decided}, {"closed", x.Closed}, {"open", x.Open}, {"overdue", x.Overdue}} {
		b.number("cases."+n.name, float64(n.value), nil)
	}
}

func caseRow(rules *casework.Rules, c *casework.Case, at time.Time) CaseRow {
	row := CaseRow{ID: c.ID, Title: c.Title, State: c.State, Suspended: c.Suspended, Opened: c.Opened, Accused: c.Accused, Outcome: c.Outcome, Waiting: rules.Waiting(c, at)}
	for _, f := range c.Findings {
		row.Findings = append(row.Findings, f.Finding)
	}
	if c.Ruling != nil {
		row.Party, row.Confidence = c.Ruling.Party, c.Ruling.Confidence
	}
	for _, d := range rules.Deadlines(c) {
		if d.Right || d.Rests || !d.Done.IsZero() {
			continue
		}
		if row.Due.IsZero() {
			row.Due = d.Due
		}
		row.Overdue = row.Overdue || d.Missed(at)
	}
	return row
}

// cases lays out the section on what people made of findings.
func (c *composer) cases() {
	x, l := c.r.Cases, c.l
	if x == nil {
		return
	}
	s := c.section("cases", "section.cases")
	if c.r.Audience != publish.Mission {
		s.add(para(text(l.t("cases.published"))))
		t := table{id: "t-cases", caption: l.t("cases.caption.published"), rowHead: true, columns: []column{{l.t("col.case"), 8, false}, {l.t("col.outcome"), 20, false},
			{l.t("col.responsible"), 16, false}, {l.t("col.statement"), 56, false}}}
		for _, p := range x.Published {
			outcome, party := l.word("case-state", p.State), "—"
			if p.Outcome != "" {
				outcome = l.word("outcome", p.Outcome)
			}
			if p.Ruling != nil {
				party = c.blamed(p.Ruling.Party, p.Ruling.Confidence)
			}
			t.rows = append(t.rows, row{cells: []cell{plain(p.ID), plain(outcome), plain(party), plain(clipText(p.Text, 600))}})
		}
		s.add(t)
		return
	}
	s.add(para(text(l.t("cases.intro"))), para(text(l.t("cases.counts", "opened", x.Opened, "decided", x.Decided, "closed", x.Closed, "open", x.Open, "overdue", x.Overdue))))
	t := table{id: "t-cases", caption: l.t("cases.caption"), rowHead: true, columns: []column{{l.t("col.case"), 8, false}, {l.t("col.about"), 24, false}, {l.t("col.state"), 20, false},
		{l.t("col.responsible"), 16, false}, {l.t("col.waits"), 17, false}, {l.t("col.due"), 15, false}}}
	for i := range x.Rows {
		r := &x.Rows[i]
		about := r.Title
		if about == "" {
			about = strings.Join(r.Findings, ", ")
		}
		due := "—"
		if !r.Due.IsZero() {
			if due = l.instant(r.Due); r.Overdue {
				due += " · " + l.t("cases.overdue")
			}
		}
		t.rows = append(t.rows, row{cells: []cell{plain(r.ID), plain(clipText(about, 120)), plain(c.caseState(CaseNote{State: r.State, Outcome: r.Outcome, Suspended: r.Suspended})), plain(c.blamed(r.Party, r.Confidence)),
			plain(c.whom(r.Waiting)), plain(due)}})
	}
	s.add(t)
}

// caseState says how a case stands: its state, why it rests, how it was decided.
func (c *composer) caseState(r CaseNote) string {
	state, why := c.l.word("case-state", r.State), ""
	switch {
	case r.Suspended != "":
		why = c.l.word("suspended", r.Suspended)
	case r.Outcome != "":
		why = c.l.word("outcome", r.Outcome)
	default:
		return state
	}
	return c.l.t("cases.state", "state", state, "why", why)
}

func (c *composer) blamed(party string, confidence float64) string {
	if party == "" {
		return "—"
	}
	return c.l.party(party) + ", " + c.l.percent(confidence)
}

// whom names whom a case waits for.
func (c *composer) whom(who []string) string {
	if len(who) == 0 {
		return "—"
	}
	names := make([]string, len(who))
	for i, w := range who {
		switch {
		case slices.Contains(agreement.CaseRoles(), w) || slices.Contains(agreement.CaseBodies(), w):
			names[i] = c.l.word("who", w)
		case slices.Contains([]string{"access", "security", "no-consensus", "no-means"}, w):
			names[i] = "—" // it rests, and its state says why
		default:
			names[i] = c.l.party(w) // or an office, by its own name
		}
	}
	return strings.Join(names, ", ")
}

func caseTable(r *Report) Table {
	t := Table{Name: "cases", Rows: [][]string{{"id", "title", "state", "opened", "findings", "accused", "outcome", "responsible", "confidence", "waits_for", "due", "overdue", "statement"}}}
	for i := range r.Cases.Rows {
		x := &r.Cases.Rows[i]
		confidence, due := "", ""
		if x.Party != "" {
			confidence = decimal(x.Confidence, -1)
		}
		if !x.Due.IsZero() {
			due = x.Due.UTC().Format(time.RFC3339)
		}
		t.Rows = append(t.Rows, []string{x.ID, x.Title, x.State, x.Opened.UTC().Format(time.RFC3339), strings.Join(x.Findings, " "), x.Accused, x.Outcome, x.Party,
			confidence, strings.Join(x.Waiting, " "), due, strconv.FormatBool(x.Overdue), ""})
	}
	for i := range r.Cases.Published {
		x := &r.Cases.Published[i]
		party, confidence := "", ""
		if x.Ruling != nil {
			if party = x.Ruling.Party; party != "" {
				confidence = decimal(x.Ruling.Confidence, -1)
			}
		}
		t.Rows = append(t.Rows, []string{x.ID, "", x.State, x.Opened.UTC().Format(time.RFC3339), strings.Join(x.Findings, " "), "", x.Outcome, party, confidence, "", "", "", x.Text})
	}
	return t
}
