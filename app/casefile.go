package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// CaseFilter chooses cases. The zero value chooses all.
type CaseFilter struct {
	State   string
	Open    bool   // not those that are closed
	Of      string // a finding or an incident
	Party   string // that is blamed, was told, asked, or brought it
	Overdue bool   // something was due before the instant of the question
}

// CaseRow is a case in a list.
type CaseRow struct {
	ID       string    `json:"id"`
	Title    string    `json:"title,omitempty"`
	State    string    `json:"state"`
	Since    time.Time `json:"since"`
	Opened   time.Time `json:"opened"`
	Findings []string  `json:"findings,omitempty"`
	Accused  string    `json:"accused,omitempty"`
	Office   string    `json:"office,omitempty"`
	Outcome  string    `json:"outcome,omitempty"`
	Party    string    `json:"responsible,omitempty"` // by the decision
	Waiting  []string  `json:"waiting,omitempty"`     // for whom: parties, offices, roles
	Due      time.Time `json:"due,omitzero"`          // the next open deadline
	Overdue  int       `json:"overdue,omitempty"`     // open deadlines that are over
	Version  uint64    `json:"version"`
	// Handling is the label of its first step, which says what it is about.
	Handling observation.Handling `json:"handling,omitempty"`
}

// CaseLog is a step as it is shown: with who took it.
type CaseLog struct {
	casework.Step
	By      string    `json:"by"`
	Role    string    `json:"role"`
	At      time.Time `json:"at"`
	Reasons string    `json:"reasons"`
	Record  uint64    `json:"record"`
	// Handling is the label of who may see it; empty: publish.Default.
	Handling observation.Handling `json:"handling,omitempty"`
}

// Evidence is how a finding that a case is about stands now. What people decided
// does not change it; what they confirmed is said beside it.
type Evidence struct {
	Finding    string `json:"finding"`
	Incident   string `json:"incident,omitempty"` // that it is part of now
	Result     string `json:"result,omitempty"`
	Occurrence string `json:"occurrence,omitempty"` // by the evidence alone
	Party      string `json:"party,omitempty"`      // by the evidence alone
	Sources    int    `json:"sources,omitempty"`    // independent of one another
	// Corroborated says that its sources, with the tasks that confirmed it, are as
	// many as the procedure asks for.
	Corroborated bool `json:"corroborated,omitempty"`
	// Confirmed is the step of the occurrence scale that it reaches since people
	// confirmed it; empty: none, or nobody did.
	Confirmed string `json:"confirmed,omitempty"`
	Gone      bool   `json:"gone,omitempty"`    // later evidence made another incident of it
	Changed   bool   `json:"changed,omitempty"` // it was another result, author or occurrence when it was taken up
}

// CaseFile is a case with its history, what is due in it and what can be done, as
// of an instant.
type CaseFile struct {
	*casework.Case
	Log       []CaseLog           `json:"steps"`
	Evidence  []Evidence          `json:"evidence,omitempty"`
	Deadlines []casework.Deadline `json:"deadlines,omitempty"`
	Next      []casework.Option   `json:"next,omitempty"`
	Waiting   []string            `json:"waiting,omitempty"`
	AsOf      time.Time           `json:"as_of"`
}

// Cases lists cases, as of an instant (zero: now), in the order in which they
// were opened.
func (a *App) Cases(ctx context.Context, f CaseFilter, now time.Time) ([]CaseRow, error) {
	if now.IsZero() {
		now = a.now()
	}
	book, order, err := a.caseBook(ctx)
	if err != nil {
		return nil, err
	}
	rules := casework.New(a.agreement)
	out := []CaseRow{}
	for _, id := range order {
		c := book[id]
		if f.State != "" && c.State != f.State || f.Open && c.State == "closed" || f.Party != "" && !c.Involves(f.Party) || f.Of != "" && !about(c, f.Of) {
			continue
		}
		r := CaseRow{ID: c.ID, Title: c.Title, State: c.State, Since: c.Since, Opened: c.Opened, Accused: c.Accused, Office: c.Office,
			Outcome: c.Outcome, Waiting: rules.Waiting(c, now), Version: c.Version}
		if len(c.Steps) > 0 {
			r.Handling = observation.Handling(c.Steps[0].Handling)
		}
		for _, b := range c.Findings {
			r.Findings = append(r.Findings, b.Finding)
		}
		if c.Ruling != nil {
			r.Party = c.Ruling.Party
		}
		for _, d := range rules.Deadlines(c) {
			if !d.Done.IsZero() || d.Rests {
				continue
			}
			if r.Due.IsZero() && !d.Right {
				r.Due = d.Due
			}
			if d.Missed(now) {
				r.Overdue++
			}
		}
		if !f.Overdue || r.Overdue > 0 {
			out = append(out, r)
		}
	}
	return out, nil
}

func about(c *casework.Case, id string) bool {
	return slices.ContainsFunc(c.Findings, func(b casework.Basis) bool { return b.Finding == id || b.Incident == id })
}

// Case returns a case as of an instant (zero: now).
func (a *App) Case(ctx context.Context, id string, now time.Time) (*CaseFile, error) {
	if now.IsZero() {
		now = a.now()
	}
	book, _, err := a.caseBook(ctx)
	if err != nil {
		return nil, err
	}
	c := book[id]
	if c == nil {
		return nil, fmt.Errorf("%w: there is no case %s; `truce case list` lists them", ErrUnknown, id)
	}
	rules := casework.New(a.agreement)
	x := &CaseFile{Case: c, Deadlines: rules.Deadlines(c), Next: rules.Next(c, now), Waiting: rules.Waiting(c, now), AsOf: now}
	x.log()
	for i := range c.Findings {
		e, err := a.evidence(ctx, c, &c.Findings[i])
		if err != nil {
			return nil, err
		}
		x.Evidence = append(x.Evidence, *e)
	}
	return x, nil
}

// log shows the case's steps.
func (x *CaseFile) log() {
	x.Log = []CaseLog{}
	for _, s := range x.Steps {
		x.Log = append(x.Log, CaseLog{s, s.By, s.Role, s.At, s.Reasons, s.Record, observation.Handling(s.Handling)})
	}
}

// Limit leaves of a case what somebody may see: the steps with labels that they
// see, and what follows from these. Where it stands is as it is.
func (x *CaseFile) Limit(sees func(observation.Handling) bool) *CaseFile {
	return x.only(func(s *casework.Step) bool { return sees(observation.Handling(s.Handling)) })
}

func (x *CaseFile) only(visible func(*casework.Step) bool) *CaseFile {
	seen := x.Case.Seen(visible)
	if seen == x.Case {
		return x
	}
	out := *x
	out.Case = seen
	out.log()
	out.Deadlines = slices.DeleteFunc(slices.Clone(x.Deadlines), func(d casework.Deadline) bool {
		return d.Kind != "step" && d.Kind != "appeal" && !out.has(d.ID)
	})
	return &out
}

// has reports whether a deadline's question, task, comment or remedy is in the case.
func (x *CaseFile) has(id string) bool {
	item := strings.TrimPrefix(id, x.ID+"/")
	return slices.ContainsFunc(x.Questions, func(q casework.Question) bool { return q.ID == item }) ||
		slices.ContainsFunc(x.Tasks, func(t casework.Task) bool { return t.ID == item }) ||
		slices.ContainsFunc(x.Remedies, func(r casework.Remedy) bool { return r.ID == item }) ||
		slices.ContainsFunc(x.Comments, func(c casework.Comment) bool { return strings.HasPrefix(item, "comment-"+c.Party+"-") })
}

// ForParty leaves of a case what a party to it sees: that there is one and about
// what, what it was told and asked and what it said, the draft that it is asked to
// comment on, decisions and remedies; not who among the monitors did what, and not
// what others said. Not ok: it is no party to the case.
func (x *CaseFile) ForParty(party string) (*CaseFile, bool) {
	if !x.Involves(party) {
		return nil, false
	}
	out := x.only(func(s *casework.Step) bool {
		switch s.Kind {
		case "decide", "rule", "ask-remedy", "remedied", "persists", "publish", "close", "appeal":
			return true
		}
		return s.For == party || slices.Contains(s.Parties, party)
	})
	file, c := *out, *out.Case
	file.Case = &c
	c.Findings, c.Accused = x.Findings, x.Accused
	foreign := func(who string) bool { return who != party }
	c.Questions = slices.DeleteFunc(slices.Clone(c.Questions), func(q casework.Question) bool { return foreign(q.To) })
	c.Comments = slices.DeleteFunc(slices.Clone(c.Comments), func(q casework.Comment) bool { return foreign(q.Party) })
	c.Notified = slices.DeleteFunc(slices.Clone(c.Notified), foreign)
	c.Drafts, c.Tasks, c.Office = nil, nil, ""
	if len(c.Comments) > 0 {
		for _, d := range x.Drafts {
			if d.Kind == "findings" && d.Approved != "" {
				d.By, d.Approved = "", ""
				c.Drafts = []casework.Draft{d} // the last one
			}
		}
	}
	if x.For != party {
		c.By, c.For = "", ""
	}
	c.Ruling = c.Ruling.Public()
	c.Before = slices.Clone(c.Before)
	for i := range c.Before {
		c.Before[i] = *c.Before[i].Public()
	}
	file.Log = slices.Clone(out.Log)
	for i := range file.Log {
		l := &file.Log[i]
		l.Ruling = l.Ruling.Public()
		if l.For != party {
			l.By, l.Reasons, l.Office = "", "", ""
			l.Parties = slices.DeleteFunc(slices.Clone(l.Parties), foreign)
		}
	}
	involved := func(who string) bool { return who == party || who == "party" || who == "asked" || who == "accused" }
	file.Deadlines = slices.DeleteFunc(slices.Clone(out.Deadlines), func(d casework.Deadline) bool { return !involved(d.Who) })
	file.Next = slices.DeleteFunc(slices.Clone(out.Next), func(o casework.Option) bool { return !slices.ContainsFunc(o.By, involved) })
	return &file, true
}

// evidence looks a finding up that a case is about.
func (a *App) evidence(ctx context.Context, c *casework.Case, b *casework.Basis) (*Evidence, error) {
	e := &Evidence{Finding: b.Finding, Incident: b.Incident}
	x := &Explanation{ID: b.Finding}
	_, err := a.explain(ctx, x)
	i := slices.IndexFunc(x.Findings, func(f finding.Finding) bool { return f.ID == b.Finding })
	if errors.Is(err, ErrUnknown) || err == nil && i < 0 {
		e.Gone = true
		return e, a.whereNow(ctx, e, b)
	}
	if err != nil {
		return nil, err
	}
	f := &x.Findings[i]
	e.Result, e.Occurrence, e.Party, e.Sources = string(f.Result), f.Occurrence.Step, f.Responsible.Party, f.Occurrence.Sources
	confirming := e.Sources
	for _, t := range c.Tasks {
		if t.Outcome == casework.Confirmed {
			confirming++
		}
	}
	e.Corroborated = confirming >= max(1, a.agreement.Procedure().Sources)
	e.Changed = e.Result != b.Result || e.Occurrence != b.Occurrence || e.Party != b.Party
	if c.Confirmed() {
		e.Confirmed = confirmedStep(a.agreement, f)
	}
	return e, nil
}

// whereNow finds the incident that the observations of a finding are part of now.
func (a *App) whereNow(ctx context.Context, e *Evidence, b *casework.Basis) error {
	e.Incident = ""
	again, err := a.again(ctx)
	if err != nil {
		return err
	}
	for _, seq := range b.Records {
		entry, err := a.journal.Get(seq)
		if err != nil || entry.Erased {
			continue
		}
		x := &Explanation{}
		if err := a.explainObservation(ctx, again, x, seq); err != nil {
			return err
		}
		if x.Incident != nil {
			e.Incident = x.Incident.ID
			return nil
		}
	}
	return nil
}

// confirmedStep is the highest step of the occurrence scale that takes a person
// and for which the evidence suffices.
func confirmedStep(terms *agreement.Agreement, f *finding.Finding) string {
	best := ""
	for _, s := range terms.OccurrenceScale() {
		if s.ByPerson && f.Occurrence.Sources >= s.Sources && f.Occurrence.Probability >= s.Probability {
			best = s.ID
		}
	}
	return best
}

// PublishedCases is the last that was published of each case, as of an instant,
// as far as a policy lets it out.
func (a *App) PublishedCases(ctx context.Context, policy agreement.Policy, at time.Time) ([]casework.Summary, error) {
	book, order, err := a.caseBook(ctx)
	if err != nil {
		return nil, err
	}
	out := []casework.Summary{}
	for _, id := range order {
		visible := func(s *casework.Step) bool {
			return publish.Sees(policy, observation.Handling(s.Handling)) && !s.At.Add(policy.Delay.Duration).After(at)
		}
		if last := book[id].PublishedTo(visible, !publish.Withholds(policy, publish.FieldParty)); last != nil {
			out = append(out, *last)
		}
	}
	return out, nil
}
