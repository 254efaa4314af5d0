package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/posture"
	"github.com/truce-monitor/truce/report"
	"github.com/truce-monitor/truce/zone"
)

// Explanation is the chain of reasons behind one thing, from the sentence of
// the agreement to the rows of the sources. Which fields are set depends on
// what was asked for.
type Explanation struct {
	ID        string               `json:"id"`
	Kind      string               `json:"kind"` // incident, finding, observation, number, provision, level, commitment, limit, issue, position, declared, subject, decision
	Incident  *incident.Incident   `json:"incident,omitempty"`
	Place     *zone.Place          `json:"place,omitempty"`
	Findings  []finding.Finding    `json:"findings,omitempty"`
	Sources   []Observation        `json:"observations,omitempty"` // with their records in the journal
	Value     *float64             `json:"value,omitempty"`
	Incidents []string             `json:"incidents,omitempty"` // behind a number
	Provision *agreement.Provision `json:"provision,omitempty"`
	Ladder    *Ladder              `json:"ladder,omitempty"` // of a level of the escalation

	Commitment *commitment.Pledge    `json:"commitment,omitempty"` // of a commitment or one of its limits
	Issue      *commitment.Issue     `json:"issue,omitempty"`
	Positions  []commitment.Position `json:"positions,omitempty"`
	Declared   *posture.Row          `json:"declared,omitempty"` // a base, unit or host's consent

	Cases     []*CaseFile `json:"cases,omitempty"`     // that people made of it
	Decisions []Decision  `json:"decisions,omitempty"` // of people, about this
	Agreement string      `json:"agreement"`           // its version
	Records   uint64      `json:"records"`             // of the journal that this rests on

	tell report.Teller
}

// In says the findings and reasons, and the agreement's words where it has them, in
// another language.
func (x *Explanation) In(tell *report.Teller) {
	x.tell, x.Findings = *tell, tell.Findings(x.Findings)
	if x.Incident != nil {
		in := *x.Incident
		in.Members = tell.Members(in.Members)
		x.Incident = &in
	}
	if x.Commitment != nil {
		x.Commitment = &tell.Pledges([]commitment.Pledge{*x.Commitment})[0]
	}
}

// ErrUnknown is wrapped by the error for an id that nothing has.
var ErrUnknown = errors.New("nothing here has the id")

// Explain says why: id is that of an incident ("I-…"), a finding ("F-…"), an
// observation ("source/ref"), a number of a day's report ("2025-04-20/…"), a
// provision, a level, a commitment, a limit of one ("commitment.limit"), an issue or a
// position of the agreement, what is declared ("P-…"), what people decided on, or a decision's record
// ("#17").
func (a *App) Explain(ctx context.Context, id string) (*Explanation, error) {
	x := &Explanation{ID: id, Agreement: a.agreement.Version(), Records: a.journal.Head().Size}
	if number, ok := strings.CutPrefix(id, "#"); ok {
		return x, a.explainRecord(x, number)
	}
	of, err := a.explain(ctx, x)
	if err != nil {
		return nil, err
	}
	if err := a.explainCases(ctx, x); err != nil {
		return nil, err
	}
	return x, a.explainDecisions(ctx, x, of)
}

// explainCases adds the case that is explained, or those about what is.
func (a *App) explainCases(ctx context.Context, x *Explanation) error {
	book, order, err := a.caseBook(ctx)
	if err != nil {
		return err
	}
	for _, id := range order {
		concerned := x.Kind == "finding" && about(book[id], x.ID) || x.Kind == "incident" && about(book[id], x.Incident.ID)
		if id != x.ID && !concerned {
			continue
		}
		c, err := a.Case(ctx, id, time.Time{})
		if err != nil {
			return err
		}
		x.Cases = append(x.Cases, c)
		if id == x.ID {
			x.Kind = "case"
		}
	}
	return nil
}

// explainDecisions adds what people put on record about what is explained.
func (a *App) explainDecisions(ctx context.Context, x *Explanation, of []string) error {
	for _, id := range of {
		found, err := a.Decisions(ctx, "", id)
		if err != nil {
			return err
		}
		if x.Kind == "case" { // its steps are there already
			found = slices.DeleteFunc(found, func(d Decision) bool { return d.What == DecisionCase })
		}
		x.Decisions = append(x.Decisions, found...)
	}
	slices.SortStableFunc(x.Decisions, func(p, q Decision) int { return cmp.Compare(p.Record, q.Record) })
	return nil
}

// explainRecord explains a decision by the number of its record.
func (a *App) explainRecord(x *Explanation, number string) error {
	seq, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: %q is no number of a record", ErrUnknown, number)
	}
	if size := a.journal.Head().Size; seq >= size {
		return fmt.Errorf("%w: there are %d records", ErrUnknown, size)
	}
	e, err := a.journal.Get(seq)
	if err != nil {
		return err
	}
	if e.Kind != kindDecision {
		return fmt.Errorf("%w: record %d is of kind %s; decisions of people are explained by their number, all else by its id", ErrUnknown, seq, e.Kind)
	}
	d, ok, err := a.decision(a.journal, seq)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%w: the body of record %d was erased, or is withheld here", ErrUnknown, seq)
	}
	x.Kind, x.Decisions = "decision", []Decision{*d}
	return nil
}

// explain fills in what is not decisions, and lists the subjects whose decisions
// belong to it.
func (a *App) explain(ctx context.Context, x *Explanation) (of []string, err error) {
	again, err := a.again(ctx)
	if err != nil {
		return nil, err
	}
	id := x.ID
	of = []string{id}
	if row, ok, err := a.incidentOf(ctx, id); err != nil || ok {
		if err != nil {
			return nil, err
		}
		x.Kind = "incident"
		err := a.explainIncident(ctx, again, x, row.ID, "")
		for _, f := range x.Findings {
			of = append(of, f.ID)
		}
		return of, err
	}
	if rest, ok := strings.CutPrefix(id, "F-"); ok {
		incident, _, _ := strings.Cut(rest, ".")
		if row, ok, err := a.incidentOf(ctx, "I-"+incident); err != nil || ok {
			if err != nil {
				return nil, err
			}
			x.Kind = "finding"
			if err := a.explainIncident(ctx, again, x, row.ID, id); err != nil || len(x.Findings) > 0 {
				return of, err
			}
		}
	}
	if p := a.agreement.Provision(id); p != nil {
		x.Kind, x.Provision = "provision", p
		rows, err := a.incidentRows(ctx, Filter{Provision: id})
		for i := range rows {
			x.Incidents = append(x.Incidents, rows[i].ID)
		}
		return of, err
	}
	if a.agreement.Level(id) != nil {
		x.Kind = "level"
		x.Ladder, err = a.Ladder(ctx, time.Time{})
		return of, err
	}
	if ok, err := a.explainPromise(ctx, x, a.missionPolicy()); err != nil || ok {
		return of, err
	}
	if day, _, ok := strings.Cut(id, "/"); ok {
		if _, err := time.Parse(time.DateOnly, day); err == nil {
			return of, a.explainNumber(ctx, x, day)
		}
	}
	for i := range id { // a source's name may have slashes in it
		if id[i] != '/' {
			continue
		}
		seq, _, ok, err := a.store.Current(ctx, id[:i], id[i+1:])
		if err != nil {
			return nil, err
		}
		if ok {
			x.Kind = "observation"
			return of, a.explainObservation(ctx, again, x, seq)
		}
	}
	if found, err := a.store.Decisions(ctx, "", id); err != nil || len(found) > 0 {
		x.Kind = "subject"
		return of, err
	}
	deadlines, err := a.Deadlines(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(deadlines, func(f finding.Finding) bool { return f.ID == id }); i >= 0 {
		x.Kind, x.Findings = "finding", deadlines[i:i+1]
		return of, nil
	}
	if ok, err := a.explainDeclaredFinding(ctx, x); err != nil || ok {
		return of, err
	}
	return nil, fmt.Errorf("%w %q; ids are listed by `truce incidents`, `truce findings` and `truce observations`", ErrUnknown, id)
}

func (a *App) explainIncident(ctx context.Context, again *again, x *Explanation, id, only string) error {
	row, ok, err := a.incidentOf(ctx, id)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("there is no incident %s", id)
	}
	x.Incident = &row.Incident
	found, err := again.row(ctx, row)
	if err != nil {
		return err
	}
	for _, f := range found {
		if only == "" || f.ID == only {
			x.Findings = append(x.Findings, f)
		}
	}
	if len(found) > 0 {
		x.Place = &found[0].Place
	}
	cursor := a.journal.Cursor()
	for _, m := range row.Members {
		o, err := a.observation(cursor, m.Seq)
		if err != nil {
			return err
		}
		x.Sources = append(x.Sources, Observation{m.Seq, *o})
	}
	return nil
}

func (a *App) explainObservation(ctx context.Context, again *again, x *Explanation, seq uint64) error {
	o, err := a.observation(a.journal.Cursor(), seq)
	if err != nil {
		return err
	}
	id, err := a.incidentOfRecord(ctx, seq, o)
	if err != nil {
		return err
	}
	if id != "" {
		return a.explainIncident(ctx, again, x, id, "")
	}
	x.Sources = []Observation{{seq, *o}}
	return nil
}

func (a *App) explainNumber(ctx context.Context, x *Explanation, day string) error {
	r, err := a.Report(ctx, day, "")
	if err != nil {
		return err
	}
	x.Kind = "number"
	var names []string
	for _, n := range r.Numbers {
		if n.ID == x.ID {
			x.Value, x.Incidents = &n.Value, n.Incidents
			return nil
		}
		names = append(names, n.Name)
	}
	return fmt.Errorf("%w %q: the report of %s has the numbers %s", ErrUnknown, x.ID, day, strings.Join(names, ", "))
}

// Write prints the chain for people, with times in UTC and in the agreement's
// zone: in English, save what In says.
func (x *Explanation) Write(w io.Writer, loc *time.Location) error {
	p := &printer{w: w, loc: loc, tell: x.tell}
	switch {
	case x.Provision != nil:
		p.line(0, "Provision %s%s: %s", x.Provision.ID, article(x.Provision.Article), p.words(x.Provision.Words))
		for _, c := range x.Provision.Why {
			p.line(1, "text %s%s: “%s”", c.Text, article(c.Article), c.Quote)
		}
		p.line(0, "Findings under it: %d", len(x.Incidents))
		p.ids(x.Incidents)
	case x.Ladder != nil:
		p.err = x.Ladder.Write(w, x.ID)
		p.rests(x.Ladder.Breaches)
	case x.Commitment != nil:
		p.pledge(x.Commitment, x.Kind == "limit")
		p.findings(x.Findings)
	case x.Issue != nil:
		p.issue(x.Issue)
	case x.Positions != nil:
		for i := range x.Positions {
			p.line(0, "Position of %s on %s:", x.Positions[i].Party, cmp.Or(x.Positions[i].Issue, "no issue"))
			p.position(&x.Positions[i])
		}
	case x.Declared != nil:
		p.declared(x.Declared)
		p.findings(x.Findings)
	case x.Value != nil:
		p.line(0, "%s is %s, from %d incidents", x.ID, strconv.FormatFloat(*x.Value, 'f', -1, 64), len(x.Incidents))
		p.ids(x.Incidents)
	default:
		if x.Incident != nil {
			p.incident(x.Incident)
		}
		if x.Place != nil {
			p.place(x.Place)
		}
		p.findings(x.Findings)
		if len(x.Sources) > 0 {
			p.line(0, "Reported by:")
			for i := range x.Sources {
				p.source(&x.Sources[i])
			}
		}
	}
	for _, c := range x.Cases {
		p.caseFile(c, x.Kind == "case")
	}
	if len(x.Decisions) > 0 {
		p.line(0, "Decided by people:")
		for i := range x.Decisions {
			p.decision(&x.Decisions[i])
		}
	}
	p.line(0, "By agreement version %s and %d records of the journal.", x.Agreement, x.Records)
	return p.err
}

func article(s string) string {
	if s == "" {
		return ""
	}
	return " (article " + s + ")"
}

type printer struct {
	w    io.Writer
	loc  *time.Location
	tell report.Teller // of findings; its language is that of the agreement's words
	err  error
}

func (p *printer) words(t agreement.Text) string { return t.In(cmp.Or(p.tell.Lang, "en")) }

func (p *printer) line(depth int, format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, strings.Repeat("  ", depth)+format+"\n", args...)
	}
}

func (p *printer) ids(ids []string) {
	for _, id := range ids {
		p.line(1, "%s", id)
	}
}

// Span writes an interval in UTC and in local time.
func Span(from, to time.Time, loc *time.Location) string {
	s := from.UTC().Format("2006-01-02 15:04:05")
	local := from.In(loc).Format("15:04:05")
	if to.After(from) {
		layout := "15:04:05"
		if to.Sub(from) > 20*time.Hour {
			layout = "2006-01-02 15:04:05"
		}
		s += " to " + to.UTC().Format(layout)
		local += " to " + to.In(loc).Format(layout)
	}
	return s + " UTC (" + local + " " + from.In(loc).Format("MST") + ")"
}

func (p *printer) incident(in *incident.Incident) {
	p.line(0, "Incident %s: %s, %s", in.ID, in.Activity, Span(in.From, in.To, p.loc))
	switch at := in.Position; {
	case at != nil:
		p.line(1, "at %.5f, %.5f (latitude, longitude WGS84), within %.0f m (95 %%)%s", at.Lat, at.Lon, at.Radius, near(in))
	default:
		p.line(1, "without a position%s", near(in))
	}
	p.line(1, "it happened with probability %.3f, by %s independent of one another", in.Probability, count(in.IndependentSources, "source"))
	if in.Distinct < 0.995 {
		p.line(1, "it is an event of its own, and not one that was close, with probability %.3f", in.Distinct)
	}
	for _, c := range in.Activities {
		if c.Probability >= 0.005 && len(in.Activities) > 1 {
			p.line(2, "%s: %.0f %%", c.Activity, 100*c.Probability)
		}
	}
	p.line(1, "count %s%s", countText(in.Count), weapon(in.Weapon))
	for _, c := range in.Caveats {
		p.line(1, "caveat: %s", c)
	}
	for _, m := range in.Members {
		state := "independent"
		if !m.Independent {
			state = "not independent"
		}
		p.line(1, "joined by %s/%s (record %d, %s): score %.1f%s", m.Source, m.Ref, m.Seq, state, m.Score, because(m.Why))
		if m.Other != "" {
			p.line(2, "it may be of %s instead, with probability %.2f", m.Other, m.OtherProbability)
		}
	}
}

func (p *printer) decision(d *Decision) {
	p.line(1, "%s: %s, by %s (%s), %s, record %d", d.Of, d.What, d.By, d.Role, Span(d.At, d.At, p.loc), d.Record)
	if d.Reasons != "" {
		p.line(2, "“%s”", strings.Join(strings.Fields(d.Reasons), " "))
	}
	if d.Data != nil {
		p.line(2, "%s", d.Data)
	}
	if d.Replaces > 0 {
		p.line(2, "in place of record %d, from which persons' data were erased", d.Replaces)
	}
}

func near(in *incident.Incident) string {
	switch {
	case in.Place != "" && in.Area != "":
		return ", " + in.Place + ", " + in.Area
	case in.Place != "" || in.Area != "":
		return ", " + in.Place + in.Area
	}
	return ""
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ", " + why
}

func weapon(w observation.Weapon) string {
	if w == "" || w == observation.WeaponUnknown {
		return ""
	}
	return ", weapon " + string(w)
}

func countText(c observation.Count) string {
	switch {
	case c.N == 0 && c.Min == 0 && c.Max == 0:
		return "not stated"
	case c.Max > c.N || c.Min > 0 && c.Min < c.N:
		return fmt.Sprintf("%d (%d to %d)", c.N, c.Min, c.Max)
	}
	return strconv.Itoa(max(c.N, c.Min))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (p *printer) place(x *zone.Place) {
	if x.Line != "" {
		p.line(1, "%.0f m from line %s (version %s), on the side of %s with probability %.3f", x.DistanceM, x.Line, x.LineVersion, x.Side, x.SideProbability)
	}
	for _, z := range x.Zones {
		p.line(1, "in zone %s with probability %.3f", z.Zone, z.Probability)
	}
}

func (p *printer) findings(list []finding.Finding) {
	for i := range list {
		p.finding(&list[i])
	}
}

func (p *printer) finding(f *finding.Finding) {
	if answers := p.tell.Answers(f); answers != nil {
		for i, text := range answers {
			p.line(min(i, 1), "%s", text)
		}
		p.reasons(f.Reasons)
		return
	}
	p.line(0, "Finding %s: %s of %s%s", f.ID, f.Result, f.Provision, severity(f.Severity))
	p.line(1, "did it occur: %s (%.3f, %s)", f.Occurrence.Step, f.Occurrence.Probability, count(f.Occurrence.Sources, "source"))
	p.line(1, "is it a breach, if so: %.3f", f.BreachProbability)
	if f.Responsible.Party == "" {
		p.line(1, "who is responsible: undetermined%s", because(f.Responsible.Basis))
	} else {
		p.line(1, "who is responsible: %s (%.3f)%s", f.Responsible.Party, f.Responsible.Probability, because(f.Responsible.Basis))
	}
	p.reasons(f.Reasons)
}

func (p *printer) reasons(chain []finding.Reason) {
	for _, r := range chain {
		p.line(2, "- %s", r.Text)
	}
}

func severity(s string) string {
	if s == "" {
		return ""
	}
	return ", severity " + s
}

func (p *printer) source(o *Observation) {
	p.line(1, "%s, record %d: %s %s %s, %s", o.ID(), o.Seq, o.Means, o.How, o.Activity, Span(o.From, o.To, p.loc))
	if s := o.Observer; s != nil {
		text := fmt.Sprintf("seen from %.5f, %.5f", s.Lat, s.Lon)
		if s.Bearing != nil {
			text += fmt.Sprintf(", bearing %.0f° ± %.0f°", *s.Bearing, s.BearingError)
		}
		if s.Distance != nil {
			text += fmt.Sprintf(", at %.0f m ± %.0f m", *s.Distance, s.DistanceError)
		}
		p.line(2, "%s", text)
	}
	if o.Party != "" {
		p.line(2, "it holds %s responsible", o.Party)
	}
	if o.Text != "" {
		p.line(2, "“%s”", strings.Join(strings.Fields(o.Text), " "))
	}
	if o.URL != "" {
		p.line(2, "%s", o.URL)
	}
}
