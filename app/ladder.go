package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/report"
)

// Ladder is where the agreement's escalation stands at an instant, how it came
// there, what runs, and the breaches that are named as evidence.
type Ladder struct {
	*escalation.State
	Clocks   []escalation.Clock  `json:"clocks"`
	Breaches []escalation.Breach `json:"breaches"`
	// Counted is how many breaches there are up to the instant, whether or not
	// they count for a level.
	Counted   int    `json:"counted"`
	Agreement string `json:"agreement"` // its version
	Records   uint64 `json:"records"`   // of the journal that this rests on

	terms *agreement.Agreement
}

// Ladder says where the ladder stands at an instant, by the terms in force;
// zero: at the last instant on record.
func (a *App) Ladder(ctx context.Context, at time.Time) (*Ladder, error) {
	l, err := a.ladder(ctx, a.agreement, at)
	if err != nil {
		return nil, fmt.Errorf("reading the ladder: %w", err)
	}
	return l, nil
}

// LadderUnder is Ladder by the escalation of other terms, of the same findings.
func (a *App) LadderUnder(ctx context.Context, terms string, at time.Time) (*Ladder, error) {
	changed, _, err := a.changedTerms(terms)
	if err != nil {
		return nil, err
	}
	l, err := a.ladder(ctx, changed, at)
	if err != nil {
		return nil, fmt.Errorf("reading the ladder: %w", err)
	}
	return l, nil
}

func (a *App) ladder(ctx context.Context, terms *agreement.Agreement, at time.Time) (*Ladder, error) {
	breaches, err := a.breaches(ctx, at)
	if err != nil {
		return nil, err
	}
	totals, err := a.store.Totals(ctx)
	if err != nil {
		return nil, err
	}
	if at.IsZero() {
		at = totals.Last
		for i := range breaches {
			if to := breaches[i].To; to.After(at) {
				at = to
			}
		}
	}
	begin := totals.First
	if starts := ceasefireStarts(terms); starts.After(begin) {
		begin = starts
	}
	run := escalation.New(terms, begin)
	l := &Ladder{State: run.At(breaches, at.UTC()), Agreement: terms.Version(), Records: a.journal.Head().Size, terms: terms, Breaches: []escalation.Breach{}}
	l.Clocks = run.Clocks(l.State)
	named := l.named()
	for i := range breaches {
		if !breaches[i].To.After(l.At) {
			l.Counted++
		}
		if named[breaches[i].ID] {
			l.Breaches = append(l.Breaches, breaches[i])
		}
	}
	return l, nil
}

// ceasefireStarts is from when there can be breaches of a ceasefire; zero: the
// terms have none.
func ceasefireStarts(terms *agreement.Agreement) (first time.Time) {
	for _, c := range terms.Ceasefire {
		if first.IsZero() || c.From.Before(first) {
			first = c.From.Time
		}
	}
	return first
}

// asDecided holds findings against what people had decided by an instant (zero:
// by now): an event that a case confirmed has the step of confidence that takes a
// person; what a case found unconfirmed or unfounded counts no more.
func (a *App) asDecided(ctx context.Context, findings []finding.Finding, at time.Time) ([]finding.Finding, error) {
	book, _, err := a.caseBook(ctx)
	if err != nil || len(book) == 0 {
		return findings, err
	}
	confirmed, dropped := map[string]bool{}, map[string]bool{} // by incident or finding; by finding
	for _, c := range book {
		if c.Ruling == nil || !at.IsZero() && c.Ruling.At.After(at) {
			continue
		}
		for _, b := range c.Findings {
			switch {
			case c.Confirmed():
				confirmed[cmp.Or(b.Incident, b.Finding)] = true
			case c.Ruling.Outcome == casework.Unconfirmed || c.Ruling.Outcome == casework.Unfounded:
				dropped[b.Finding] = true
			}
		}
	}
	findings = slices.DeleteFunc(findings, func(f finding.Finding) bool { return dropped[f.ID] })
	for i := range findings {
		f := &findings[i]
		if confirmed[cmp.Or(f.Incident, f.ID)] {
			f.Occurrence.Step = cmp.Or(confirmedStep(a.agreement, f), f.Occurrence.Step)
		}
	}
	return findings, nil
}

// named are the breaches that a state names.
func (l *Ladder) named() map[string]bool {
	out := map[string]bool{}
	add := func(ids ...string) {
		for _, id := range ids {
			out[id] = true
		}
	}
	for _, e := range l.Past {
		add(e.Proof, e.Allows)
	}
	if e := l.Episode; e != nil {
		add(e.Proof, e.Allows)
	}
	for _, t := range l.Transitions {
		add(t.Evidence...)
	}
	return out
}

// Released is the ladder as an audience may see it as of an instant: evidence
// that may not leave (yet) is taken out, with what only it tells; a move of a level
// is known to an audience once its delay is over. Levels and counts are figures
// of many breaches and stay.
func (a *App) Released(ctx context.Context, l *Ladder, policy agreement.Policy, asOf time.Time) (*Ladder, error) {
	if policy.Audience == publish.Mission && publish.Sees(policy, observation.Red) {
		return l, nil
	}
	by := l.At
	if known := asOf.Add(-policy.Delay.Duration); known.Before(by) {
		by = known
	}
	if by.Before(l.At) {
		var err error
		if l, err = a.ladder(ctx, l.terms, by); err != nil {
			return nil, err
		}
	}
	passed, err := a.passed(ctx, l, policy, asOf)
	if err != nil {
		return nil, err
	}
	return l.only(policy, func(id string) bool { return passed[id] }), nil
}

// ladderOf adds to a report where the ladder stood at the cut-off.
func (a *App) ladderOf(ctx context.Context, in *report.Input, to time.Time, policy agreement.Policy) error {
	if a.agreement.Escalation == nil {
		return nil
	}
	l, err := a.ladder(ctx, a.agreement, to)
	if err != nil {
		return err
	}
	if l, err = a.Released(ctx, l, policy, to.Add(policy.Delay.Duration)); err != nil {
		return err
	}
	in.Ladder, in.Clocks = l.State, l.Clocks
	return nil
}

// passed are the breaches that the policy lets through.
func (a *App) passed(ctx context.Context, l *Ladder, policy agreement.Policy, asOf time.Time) (map[string]bool, error) {
	out := map[string]bool{}
	var in publish.Data
	for i := range l.Breaches {
		row, ok, err := a.store.Incident(ctx, l.Breaches[i].ID)
		if err != nil {
			return nil, err
		}
		if ok {
			in.Incidents = append(in.Incidents, row.Incident)
		} else { // a missed deadline follows from the terms
			out[l.Breaches[i].ID] = true
		}
	}
	for _, n := range publish.Apply(policy, asOf, in).Incidents {
		out[n.ID] = true
	}
	return out, nil
}

// only is the ladder with the breaches that may be named.
func (l *Ladder) only(policy agreement.Policy, may func(id string) bool) *Ladder {
	out, state := *l, *l.State
	out.State = &state
	name := func(id string) string {
		if may(id) {
			return id
		}
		return ""
	}
	names := func(ids []string) []string {
		return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !may(id) })
	}
	episode := func(e escalation.Episode) escalation.Episode {
		e.Proof, e.Allows = name(e.Proof), name(e.Allows)
		return e
	}
	state.Past = nil
	for _, e := range l.Past {
		state.Past = append(state.Past, episode(e))
	}
	if l.Episode != nil {
		e := episode(*l.Episode)
		state.Episode = &e
	}
	state.Levels, state.Transitions = slices.Clone(l.Levels), slices.Clone(l.Transitions)
	for i := range state.Levels {
		state.Levels[i].Evidence = names(state.Levels[i].Evidence)
	}
	for i := range state.Transitions {
		state.Transitions[i].Evidence = names(state.Transitions[i].Evidence)
	}
	out.Breaches = []escalation.Breach{}
	for _, b := range l.Breaches {
		if !may(b.ID) {
			continue
		}
		if publish.Withholds(policy, publish.FieldParty) {
			b.Broke = slices.Clone(b.Broke)
			for i := range b.Broke {
				b.Broke[i].Party = ""
			}
		}
		out.Breaches = append(out.Breaches, b)
	}
	return &out
}

// Write prints the ladder for people, in English, with times in UTC and in the
// agreement's zone; only one level, if it is named.
func (l *Ladder) Write(w io.Writer, only string) error {
	p := &printer{w: w, loc: l.terms.Location()}
	if l.terms.Escalation == nil {
		p.line(0, "The agreement has no escalation.")
		return p.err
	}
	if only == "" {
		p.line(0, "As of %s:", Span(l.At, l.At, p.loc))
		switch high := l.Highest(); {
		case high != nil:
			p.line(0, "Level %s%s is in force since %s.", high.ID, l.name(high.ID), p.interval(high.Since))
		case l.Episode != nil:
			p.line(0, "No level is in force.")
		default:
			p.line(0, "No level is in force, and it is calm.")
		}
		p.episode(l.Episode)
	}
	for i := range l.Levels {
		if x := &l.Levels[i]; only == "" || only == x.ID {
			p.level(l, x)
		}
	}
	p.line(0, "Clocks:")
	n := 0
	for _, c := range l.Clocks {
		if only == "" || only == c.Level || c.Level == "" {
			p.line(1, "%s: %s%s", clockWords(&c), p.interval(c.At), clockLeft(&c, l.At))
			n++
		}
	}
	if n == 0 {
		p.line(1, "none runs")
	}
	if only != "" {
		p.line(0, "So far:")
		for _, t := range l.Transitions {
			if t.Level == only {
				p.line(1, "%s", moved(&t, p.loc))
			}
		}
	}
	return p.err
}

// rests lists the breaches that are named, with the terms that they broke.
func (p *printer) rests(list []escalation.Breach) {
	if len(list) == 0 {
		return
	}
	p.line(0, "The breaches that are named:")
	for i := range list {
		b := &list[i]
		p.line(1, "%s, %s: %s with probability %.3f", b.ID, Span(b.From, b.To, p.loc), b.Confidence, b.Probability)
		for _, x := range b.Broke {
			who := "by nobody who can be determined"
			if x.Party != "" {
				who = "by " + x.Party
			}
			p.line(2, "%s: %s, severity %s, %s", x.Finding, x.Provision, x.Severity, who)
		}
	}
}

func (l *Ladder) name(level string) string {
	for _, x := range l.terms.Escalation.Levels {
		if x.ID == level && len(x.Name) > 0 {
			return " (" + x.Name.In("en") + ")"
		}
	}
	return ""
}

func (p *printer) interval(i escalation.Interval) string {
	return Span(i.Earliest, i.Latest, p.loc)
}

func (p *printer) episode(e *escalation.Episode) {
	if e == nil {
		return
	}
	p.line(0, "The breaches began (T0) %s:", p.interval(e.T0))
	p.line(1, "proved by %s, which had happened by the later of these instants; %s can have happened at the earlier", e.Proof, e.Allows)
	p.line(1, "%s that count since, the last %s", breaches(e.Breaches), p.interval(e.Last))
	if !e.Persistent.IsZero() {
		p.line(1, "persistent in the terms' sense since %s", Span(e.Persistent, e.Persistent, p.loc))
	}
}

func (p *printer) level(l *Ladder, x *escalation.Level) {
	state := "not reached"
	if x.InForce {
		state = "in force since " + p.interval(x.Since)
	}
	p.line(0, "Level %s%s: %s", x.ID, l.name(x.ID), state)
	if x.InForce {
		p.line(1, "%s", reachedBy(x.By, x.Above, x.Evidence, x.Rise))
		if len(x.Evidence) > 0 {
			p.line(1, "evidence: %s", shortened(x.Evidence))
		}
		if len(x.Tell) > 0 {
			p.line(1, "to be told: %s", strings.Join(x.Tell, ", "))
		}
		if len(x.Due) > 0 {
			p.line(1, "commitments due: %s", strings.Join(x.Due, ", "))
		}
	}
	if x.Need > 0 {
		text := fmt.Sprintf("%d of %d in the window up to now", x.Count, x.Need)
		if x.Possible > x.Count {
			text += fmt.Sprintf(" for sure, %d at most", x.Possible)
		}
		p.line(1, "%s", text)
	}
	if x.Rate != nil {
		p.line(1, "%s", riseWords(x.Rate))
	}
}

func breaches(n int) string {
	if n == 1 {
		return "1 breach"
	}
	return fmt.Sprintf("%d breaches", n)
}

// shortened lists ids, of many the first and last.
func shortened(ids []string) string {
	const most = 8
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s ... %s (%d in all)", strings.Join(ids[:most-1], ", "), ids[len(ids)-1], len(ids))
}

func reachedBy(by, above string, evidence []string, rise *escalation.Rise) string {
	switch by {
	case escalation.ByCount:
		return fmt.Sprintf("by count: %s in the window", breaches(len(evidence)))
	case escalation.ByRise:
		return "by rise: " + riseWords(rise)
	case escalation.ByTime:
		return fmt.Sprintf("by the time since the first breach, %s since", breaches(len(evidence)))
	}
	return "as level " + above + ", which is above it, is reached"
}

func riseWords(r *escalation.Rise) string {
	text := fmt.Sprintf("%d in %g h, and %d in the %g h before", r.Now, r.Span, r.Before, r.Baseline)
	if r.Ratio > 0 {
		text += fmt.Sprintf(": %.1f times the rate", r.Ratio)
	}
	if r.Now > 0 {
		text += fmt.Sprintf("; with %g %% it is above %.2f times", 100*r.Certainty, r.Low)
	}
	return text
}

func clockWords(c *escalation.Clock) string {
	switch c.To {
	case escalation.ClockPersistent:
		return "a breach from then on makes the breaches persistent"
	case escalation.ClockReach:
		return "level " + c.Level + " may be reached from"
	case escalation.ClockResponse:
		return "response to level " + c.Level + " due by"
	case escalation.ClockLeave:
		return "level " + c.Level + "'s own threshold is left if it stays calm until"
	}
	return "a breach would be a first one again from"
}

func clockLeft(c *escalation.Clock, at time.Time) string {
	if d := c.At.Latest.Sub(at).Round(time.Minute); d > 0 {
		return fmt.Sprintf(", in %dh%02dm at the latest", int(d.Hours()), int(d.Minutes())%60)
	}
	return ", passed"
}

// moved says a transition in a sentence, in English.
func moved(t *escalation.Transition, loc *time.Location) string {
	text := fmt.Sprintf("level %s %s, %s", t.Level, t.Is, Span(t.At.Earliest, t.At.Latest, loc))
	if t.Is == escalation.Reached {
		text += "; " + reachedBy(t.By, t.Above, t.Evidence, t.Rise)
	}
	return text
}
