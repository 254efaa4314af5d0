package app

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/posture"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/report"
)

// Commitments is who pledged what, as it stands at an instant.
type Commitments struct {
	*commitment.Matrix
	// DueNow are the ids of what is due and not on record as kept, what has to be
	// kept first before the rest.
	DueNow    []string          `json:"due_now"`
	History   []commitment.Step `json:"history"`   // who firmed up, who stepped back, up to the instant
	Agreement string            `json:"agreement"` // its version
	Records   uint64            `json:"records"`   // of the journal that this rests on
}

// Issues is what is open at an instant, where each party stands, and who moved.
type Issues struct {
	*commitment.Talks
	Moved     []commitment.Movement `json:"moved"`
	Agreement string                `json:"agreement"`
	Records   uint64                `json:"records"`
}

// Posture is what is declared of bases, units and hosts at an instant, held
// against the limits.
type Posture struct {
	*posture.Posture
	Agreement string `json:"agreement"`
	Records   uint64 `json:"records"`
	// Withheld is how many declarations the audience may not see.
	Withheld int `json:"withheld,omitempty"`
}

// Commitments tells every pledge at an instant (zero: the last on record) by what
// the policy lets its audience know.
func (a *App) Commitments(ctx context.Context, at time.Time, policy agreement.Policy) (*Commitments, error) {
	out, err := a.commitments(ctx, at, policy, a.now())
	if err != nil {
		return nil, fmt.Errorf("reading the commitments: %w", err)
	}
	return out, nil
}

// commitments is Commitments as of the instant at which it is told.
func (a *App) commitments(ctx context.Context, at time.Time, policy agreement.Policy, told time.Time) (*Commitments, error) {
	at, facts, err := a.standing(ctx, at, policy, told)
	if err != nil {
		return nil, err
	}
	m := commitment.At(a.agreement, &commitment.Known{Agreement: a.agreement, Facts: facts}, facts, at)
	out := &Commitments{Matrix: m, DueNow: []string{}, Agreement: a.agreement.Version(), Records: a.journal.Head().Size,
		History: commitment.History(a.agreement, facts, time.Time{}, at.Add(time.Microsecond))}
	if out.History == nil {
		out.History = []commitment.Step{}
	}
	for _, p := range m.DueNow() {
		out.DueNow = append(out.DueNow, p.ID)
	}
	return out, nil
}

// Issues tells every open issue at an instant (zero: the last on record).
func (a *App) Issues(ctx context.Context, at time.Time, policy agreement.Policy) (*Issues, error) {
	at, list, err := a.declaredAt(ctx, at, policy)
	if err != nil {
		return nil, fmt.Errorf("reading the issues: %w", err)
	}
	positions, err := a.positions(ctx, list, policy)
	if err != nil {
		return nil, fmt.Errorf("reading the issues: %w", err)
	}
	t := commitment.TalksAt(a.agreement, positions, factsOf(list, policy), at)
	out := &Issues{Talks: t, Moved: t.Moved(time.Time{}, time.Time{}), Agreement: a.agreement.Version(), Records: a.journal.Head().Size}
	if out.Moved == nil {
		out.Moved = []commitment.Movement{}
	}
	return out, nil
}

// Posture tells what is declared at an instant (zero: the last on record), as the
// policy lets its audience see it: places on its grid, and nothing that they
// could be found from.
func (a *App) Posture(ctx context.Context, at time.Time, policy agreement.Policy) (*Posture, error) {
	out, err := a.posture(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("reading the posture: %w", err)
	}
	if policy.Audience == publish.Mission {
		return out, nil
	}
	seen := *out.Posture
	seen.Declared, seen.Ceilings = []posture.Row{}, []posture.Ceiling{}
	for _, r := range out.Declared {
		if publish.Sees(policy, r.Label()) {
			seen.Declared = append(seen.Declared, coarse(r, policy))
		} else if policy.Audience == publish.Parties { // to the public not even their number is told
			out.Withheld++
		}
	}
	for _, c := range out.Ceilings {
		if publish.Sees(policy, c.Handling) {
			seen.Ceilings = append(seen.Ceilings, c)
		}
	}
	seen.Findings = publish.Apply(policy, a.now(), publish.Data{Findings: out.Findings}).Findings
	if seen.Findings == nil {
		seen.Findings = []finding.Finding{}
	}
	return &Posture{&seen, out.Agreement, out.Records, out.Withheld}, nil
}

// coarse is a row with its place on the policy's grid.
func coarse(r posture.Row, policy agreement.Policy) posture.Row {
	if publish.Withholds(policy, publish.FieldSource) {
		r.Source, r.Ref, r.By, r.URL, r.Record = "", "", "", "", 0
	}
	if publish.Withholds(policy, publish.FieldText) {
		r.Text = ""
	}
	if policy.RoundM == 0 {
		return r
	}
	r.Name, r.Zones = "", nil
	if r.Position != nil {
		p := publish.Round(observation.Position{Lat: r.Position.Lat, Lon: r.Position.Lon, Radius: r.RadiusM}, policy.RoundM)
		at := *r.Position
		at.Lat, at.Lon = p.Lat, p.Lon
		r.Position, r.RadiusM = &at, p.Radius
	}
	r.DistanceM = math.Round(r.DistanceM/policy.RoundM) * policy.RoundM
	r.Checks = slices.Clone(r.Checks)
	for i := range r.Checks {
		r.Checks[i].Probability = math.Round(r.Checks[i].Probability*20) / 20
	}
	return r
}

// posture is all that is declared, for the mission.
func (a *App) posture(ctx context.Context, at time.Time) (*Posture, error) {
	out := &Posture{Agreement: a.agreement.Version(), Records: a.journal.Head().Size}
	at, list, err := a.declaredAt(ctx, at, publish.Policy(a.agreement, publish.Mission))
	if err != nil {
		return nil, err
	}
	declared := posturesOf(list)
	if len(declared) == 0 {
		out.Posture = &posture.Posture{At: at, Declared: []posture.Row{}, Ceilings: []posture.Ceiling{}, Findings: []finding.Finding{}}
		return out, nil
	}
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	facts := factsOf(list, publish.Policy(a.agreement, publish.Mission))
	g := &posture.Ground{Agreement: a.agreement, Lines: a.lines, Zones: a.zones, Facts: facts, State: &commitment.Known{Agreement: a.agreement, Facts: facts}}
	out.Posture = g.At(declared, at)
	return out, nil
}

// postureFindings are those of declarations that a filter asks for, up to its
// end or the last instant on record.
func (a *App) postureFindings(ctx context.Context, f Filter) ([]finding.Finding, error) {
	if f.Incident != "" || f.Box != nil || f.Severity != "" || f.Party != "" || f.Cursor != "" {
		return nil, nil
	}
	at, err := a.lastInstant(ctx)
	if err != nil {
		return nil, err
	}
	if !f.Until.IsZero() && f.Until.Before(at) {
		at = f.Until
	}
	p, err := a.posture(ctx, at)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(p.Findings, func(x finding.Finding) bool {
		return !f.Since.IsZero() && x.At.Before(f.Since) || f.Provision != "" && x.Provision != f.Provision || f.Result != "" && string(x.Result) != f.Result
	}), nil
}

func (a *App) declaredAt(ctx context.Context, at time.Time, policy agreement.Policy) (time.Time, []declared, error) {
	if at.IsZero() {
		var err error
		if at, err = a.lastInstant(ctx); err != nil {
			return at, nil, err
		}
	}
	list, err := a.declarations(ctx, policy)
	return at.UTC(), list, err
}

// standing gathers what conditions are answered from: what is declared, the
// levels of the ladder, and the duties whose deadline has passed. Audiences with
// a delay know of nothing that is younger.
func (a *App) standing(ctx context.Context, at time.Time, policy agreement.Policy, told time.Time) (time.Time, []commitment.Fact, error) {
	at, list, err := a.declaredAt(ctx, at, policy)
	if err != nil {
		return at, nil, err
	}
	known := at
	if d := policy.Delay.Duration; d > 0 {
		if last := told.Add(-d); last.Before(known) {
			known = last
		}
	}
	levels, err := a.levelFacts(ctx, known)
	if err != nil {
		return at, nil, err
	}
	met, err := a.metFacts(ctx, known)
	if err != nil {
		return at, nil, err
	}
	return at, slices.Concat(levels, met, factsOf(list, policy)), nil
}

// levelFacts are the levels that were reached and left. Where the evidence leaves
// open when, it is unknown until it is sure.
func (a *App) levelFacts(ctx context.Context, at time.Time) ([]commitment.Fact, error) {
	if a.agreement.Escalation == nil || !asksForLevels(a.agreement) {
		return nil, nil
	}
	l, err := a.ladder(ctx, a.agreement, at)
	if err != nil {
		return nil, err
	}
	var out []commitment.Fact
	for _, level := range l.Levels {
		out = append(out, commitment.Fact{Term: commitment.TermLevel, Of: level.ID, Is: agreement.No.String()})
	}
	for _, t := range l.Transitions {
		f := commitment.Fact{Term: commitment.TermLevel, Of: t.Level, Is: agreement.TruthOf(t.Is == escalation.Reached).String(), At: t.At.Latest, Began: t.T0.Earliest}
		if t.At.Earliest.Before(t.At.Latest) {
			doubt := f
			doubt.Is, doubt.At = agreement.Unknown.String(), t.At.Earliest
			out = append(out, doubt)
		}
		out = append(out, f)
	}
	return out, nil
}

// asksForLevels reports whether what is due depends on a level.
func asksForLevels(terms *agreement.Agreement) bool {
	var asks func(e *agreement.Expr) bool
	asks = func(e *agreement.Expr) bool {
		return e != nil && (e.Op == commitment.TermLevel || slices.ContainsFunc(e.Args, asks))
	}
	for _, l := range terms.Escalation.Levels {
		if len(l.Due) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(terms.Commitments, func(c agreement.Commitment) bool {
		e, err := c.When.Parse(terms.Location())
		return err == nil && asks(e)
	})
}

// metFacts are the duties that were met, or were not: where a provision has
// stages, it is met when all of them are.
func (a *App) metFacts(ctx context.Context, at time.Time) ([]commitment.Fact, error) {
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	found, err := a.deadlines(ctx, at)
	if err != nil {
		return nil, err
	}
	var out []commitment.Fact
	for i := range a.agreement.Provisions {
		p := &a.agreement.Provisions[i]
		if p.Requires == nil {
			continue
		}
		stages, met := max(1, len(p.Requires.Stages)), 0
		var last *finding.Finding
		for k := range found {
			f := &found[k]
			if f.Provision != p.ID {
				continue
			}
			switch f.Result {
			case finding.Breach:
				out = append(out, commitment.Fact{Term: commitment.TermMet, Of: p.ID, Is: agreement.No.String(), At: f.At, Finding: f.ID})
			case finding.Consistent:
				met++
				if last == nil || f.At.After(last.At) {
					last = f
				}
			}
		}
		if met == stages {
			out = append(out, commitment.Fact{Term: commitment.TermMet, Of: p.ID, Is: agreement.Yes.String(), At: last.At, Finding: last.ID})
		}
	}
	return out, nil
}

// promises adds to a report what was pledged, declared and said, as of its cut-off
// and as the audience may know it once the report is released.
func (a *App) promises(ctx context.Context, in *report.Input, from, to time.Time, policy agreement.Policy) error {
	told := to.Add(policy.Delay.Duration)
	last := to.Add(-time.Microsecond)
	if len(a.agreement.Commitments) > 0 {
		m, err := a.commitments(ctx, last, policy, told)
		if err != nil {
			return fmt.Errorf("the commitments: %w", err)
		}
		in.Commitments = m.Matrix
		for _, s := range m.History {
			if !s.At.Before(from) {
				in.Steps = append(in.Steps, s)
			}
		}
	}
	if len(a.agreement.Issues) > 0 {
		t, err := a.Issues(ctx, last, policy)
		if err != nil {
			return err
		}
		in.Talks = t.Talks
	}
	if policy.Audience != publish.Mission {
		return nil // sums over what an audience may not see would tell of it, or could not be recomputed
	}
	p, err := a.posture(ctx, last)
	if err != nil {
		return fmt.Errorf("the posture: %w", err)
	}
	in.Posture = p.Posture
	return nil
}
