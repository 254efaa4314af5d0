package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
)

// cases are all cases as the steps on record make them, brought up to the journal
// whenever they are asked for.
type cases struct {
	mu    sync.Mutex
	last  uint64                    // the last step's record
	of    map[string]*casework.Case // nil: nothing was read yet
	order []string
}

// forget has all cases made again, since steps may have been erased.
func (c *cases) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last, c.of, c.order = 0, nil, nil
}

// caseBook returns all cases by id, and their ids in the order in which they were
// opened. Nobody may change them.
func (a *App) caseBook(ctx context.Context) (map[string]*casework.Case, []string, error) {
	c := &a.cases
	c.mu.Lock()
	defer c.mu.Unlock()
	var added []Decision
	if c.of != nil {
		records, err := a.store.DecisionsAfter(ctx, DecisionCase, c.last)
		if err != nil {
			return nil, nil, err
		}
		cursor := a.journal.Cursor()
		for _, r := range records {
			d, ok, err := a.decision(cursor, r.Seq)
			if err != nil {
				return nil, nil, err
			}
			if ok {
				added = append(added, *d)
			}
		}
	}
	if c.of == nil || slices.ContainsFunc(added, func(d Decision) bool { return d.Replaces > 0 }) {
		c.of, c.order = map[string]*casework.Case{}, nil
		var err error
		if added, err = a.Decisions(ctx, DecisionCase, ""); err != nil {
			c.of = nil
			return nil, nil, err
		}
	}
	steps := map[string][]casework.Step{}
	for i := range added {
		s, err := stepOf(&added[i])
		if err != nil {
			c.of = nil
			return nil, nil, err
		}
		steps[added[i].Of] = append(steps[added[i].Of], s)
		c.last = max(c.last, s.Record)
		if c.of[added[i].Of] == nil && len(steps[added[i].Of]) == 1 {
			c.order = append(c.order, added[i].Of)
		}
	}
	// A case that somebody holds stays as it is; the book gets another one.
	of := make(map[string]*casework.Case, len(c.of)+len(steps))
	for id, x := range c.of {
		of[id] = x
	}
	for id, more := range steps {
		var before []casework.Step
		if of[id] != nil {
			before = of[id].Steps
		}
		of[id] = casework.Replay(id, append(slices.Clip(before), more...))
	}
	c.of = of
	return c.of, slices.Clone(c.order), nil
}

// stepOf reads a step of a case from its decision.
func stepOf(d *Decision) (casework.Step, error) {
	var s casework.Step
	if err := json.Unmarshal(d.Data, &s); err != nil {
		return s, fmt.Errorf("record %d: reading a step of %s: %w", d.Record, d.Of, err)
	}
	s.By, s.Role, s.At, s.Reasons, s.Record, s.Handling = d.By, d.Role, d.At, d.Reasons, d.Record, string(d.Handling)
	return s, nil
}

// Procedure is what a case can go through under the agreement.
func (a *App) Procedure() *agreement.Procedure { return a.agreement.Procedure() }

// CaseStep is a step that somebody wants to take in a case.
type CaseStep struct {
	casework.Step
	// Take are ids of findings, or of incidents with all their breaches, that the
	// case is to be about; what they are now is put on record.
	Take []string
	// Expect is the case's version that the author has seen; with another step
	// since, the error is a Conflict. 0: whatever there is.
	Expect uint64
	// Key makes a repeat harmless, as for a Decision.
	Key string
	// Handling is who may see the step; empty: TLP:CLEAR for what is published,
	// publish.Default for all else.
	Handling observation.Handling
}

// OpenCase begins a case with a report and returns it with its id. A finding that
// an open case is about can't be taken up by another one.
func (a *App) OpenCase(ctx context.Context, s CaseStep) (*casework.Case, error) {
	a.writing.Lock()
	defer a.writing.Unlock()
	if s.Move == "" {
		for _, m := range a.Procedure().Moves {
			if m.As == "report" {
				s.Move = m.Move
				break
			}
		}
	}
	return a.step(ctx, "", s)
}

// Step takes a step in a case and returns the case after it. The error is a
// *casework.Refused where the procedure does not allow it, and a Conflict where
// somebody was first.
func (a *App) Step(ctx context.Context, id string, s CaseStep) (*casework.Case, error) {
	a.writing.Lock()
	defer a.writing.Unlock()
	return a.step(ctx, id, s)
}

func (a *App) step(ctx context.Context, id string, s CaseStep) (*casework.Case, error) {
	if err := a.catchUp(ctx); err != nil {
		return nil, err
	}
	book, order, err := a.caseBook(ctx)
	if err != nil {
		return nil, err
	}
	if s.Key != "" {
		if c, err := a.steppedAlready(ctx, book, id, &s); err != nil || c != nil {
			return c, err
		}
	}
	c := book[id]
	switch {
	case id != "" && c == nil:
		return nil, fmt.Errorf("%w: there is no case %s; `truce case list` lists them", ErrUnknown, id)
	case id == "":
		if id, err = a.newCase(ctx, order); err != nil {
			return nil, err
		}
		c = &casework.Case{ID: id}
	case s.Expect != 0 && s.Expect != c.Version:
		conflict := &Conflict{Of: id, Expected: s.Expect}
		conflict.Last, _, err = a.decision(a.journal, c.Version)
		return nil, cmp.Or[error](err, conflict)
	}
	if s.At.IsZero() {
		s.At = a.now()
	}
	s.At = s.At.UTC().Truncate(time.Microsecond)
	if err := a.takeUp(ctx, book, c, &s); err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	next, done, err := casework.New(a.agreement).Apply(c, s.Step)
	if err != nil {
		return nil, err
	}
	if next, err = a.recordStep(ctx, next, &done, &s); err != nil {
		return nil, err
	}
	a.events.Publish(Event{Kind: EventCase, At: a.now(), Subject: id, Record: next.Version})
	return next, nil
}

// recordStep puts a step on record and returns the case as it then is.
func (a *App) recordStep(ctx context.Context, c *casework.Case, done *casework.Step, s *CaseStep) (*casework.Case, error) {
	data, err := json.Marshal(done)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.ID, err)
	}
	if s.Handling == "" && done.Kind == "publish" {
		s.Handling = observation.Clear
	}
	if _, err := a.decide(ctx, Decision{Of: c.ID, What: DecisionCase, By: done.By, Role: done.Role, At: done.At, Reasons: done.Reasons,
		Handling: s.Handling, Key: s.Key, Data: data}); err != nil {
		return nil, err
	}
	book, _, err := a.caseBook(ctx)
	return book[c.ID], err
}

// steppedAlready finds the step with this key: a repeat changes nothing.
func (a *App) steppedAlready(ctx context.Context, book map[string]*casework.Case, id string, s *CaseStep) (*casework.Case, error) {
	found, ok, err := a.store.DecisionByDigest(ctx, (&Decision{Key: s.Key}).digest(nil))
	if err != nil || !ok {
		return nil, err
	}
	d, ok, err := a.decision(a.journal, found.Seq)
	if err != nil || !ok {
		return nil, err
	}
	var before casework.Step
	if d.What == DecisionCase {
		if before, err = stepOf(d); err != nil {
			return nil, err
		}
	}
	if d.What != DecisionCase || id != "" && d.Of != id || before.Move != s.Move || before.By != s.By || before.Text != s.Text || before.Reasons != s.Reasons {
		return nil, fmt.Errorf("the key %q is that of record %d by %s, which says something else: %w", s.Key, d.Record, d.By, ErrKey)
	}
	return book[d.Of], nil
}

// newCase gives the next case its id. Records whose subject was erased may have
// been of any case, so their number is left out.
func (a *App) newCase(ctx context.Context, order []string) (string, error) {
	last := 0
	for _, id := range order {
		if n, err := strconv.Atoi(strings.TrimPrefix(id, "C-")); err == nil {
			last = max(last, n)
		}
	}
	erased, err := a.store.DecisionsAfter(ctx, "", 0)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("C-%04d", last+len(erased)+1), nil
}

// takeUp puts the findings that a step names on it, as they are now.
func (a *App) takeUp(ctx context.Context, book map[string]*casework.Case, c *casework.Case, s *CaseStep) error {
	s.Findings = slices.Clone(s.Findings)
	for _, id := range s.Take {
		x, err := a.Explain(ctx, id)
		if err != nil {
			return err
		}
		findings := x.Findings
		if x.Kind == "incident" {
			findings = slices.DeleteFunc(slices.Clone(findings), func(f finding.Finding) bool { return f.Result != finding.Breach })
		}
		if len(findings) == 0 || x.Kind != "incident" && x.Kind != "finding" {
			return fmt.Errorf("%s is no finding, and no incident with a breach; `truce findings` lists them", id)
		}
		for i := range findings {
			s.Findings = append(s.Findings, basisOf(&findings[i], x))
		}
	}
	for _, b := range s.Findings {
		for _, other := range book {
			if other.ID != c.ID && other.State != "closed" && slices.ContainsFunc(other.Findings, func(o casework.Basis) bool { return o.Finding == b.Finding }) {
				return fmt.Errorf("%s is what case %s is about, which is %s; take a step there", b.Finding, other.ID, other.State)
			}
		}
	}
	if m := a.Procedure().Move(s.Move); m == nil || m.As != "report" || s.Accused != "" || len(s.Findings) == 0 {
		return nil
	}
	blamed := s.Findings[0].Party
	if !slices.ContainsFunc(s.Findings, func(b casework.Basis) bool { return b.Party != blamed }) {
		s.Accused = blamed // the evidence blames one party
	}
	return nil
}

func basisOf(f *finding.Finding, x *Explanation) casework.Basis {
	b := casework.Basis{Finding: f.ID, Incident: f.Incident, Provision: f.Provision, From: f.At, To: f.At, Result: string(f.Result), Severity: f.Severity,
		Occurrence: f.Occurrence.Step, Party: f.Responsible.Party, Sources: f.Occurrence.Sources}
	if x.Incident != nil {
		b.To = x.Incident.To
		for _, m := range x.Incident.Members {
			b.Records = append(b.Records, m.Seq)
		}
	}
	return b
}

// Reminders lists what is to be reminded of in all cases, as of now: deadlines
// that are near or over, the earliest first. Each has an id, by which whoever
// sends it knows that it was sent.
func (a *App) Reminders(ctx context.Context, now time.Time) ([]casework.Reminder, error) {
	book, order, err := a.caseBook(ctx)
	if err != nil {
		return nil, err
	}
	rules := casework.New(a.agreement)
	out := []casework.Reminder{}
	for _, id := range order {
		out = append(out, rules.Reminders(book[id], now)...)
	}
	slices.SortStableFunc(out, func(x, y casework.Reminder) int { return x.At.Compare(y.At) })
	return out, nil
}
