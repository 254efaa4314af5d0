package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/posture"
	"github.com/truce-monitor/truce/publish"
)

// ExplainPromise explains a commitment, a limit of one ("commitment.limit"), an
// issue, a position, or what is declared ("P-…"), as the policy lets its audience
// know it; false: the id is of none.
func (a *App) ExplainPromise(ctx context.Context, id string, policy agreement.Policy) (*Explanation, bool, error) {
	x := &Explanation{ID: id, Agreement: a.agreement.Version(), Records: a.journal.Head().Size}
	ok, err := a.explainPromise(ctx, x, policy)
	return x, ok, err
}

func (a *App) explainPromise(ctx context.Context, x *Explanation, policy agreement.Policy) (bool, error) {
	of, limit, _ := strings.Cut(x.ID, ".")
	switch {
	case a.agreement.Commitment(x.ID) != nil:
		return true, a.explainCommitment(ctx, x, x.ID, "", policy)
	case a.agreement.Commitment(of) != nil:
		return true, a.explainCommitment(ctx, x, of, limit, policy)
	case issueOf(a.agreement, x.ID) != nil:
		t, err := a.Issues(ctx, time.Time{}, policy)
		if err != nil {
			return true, err
		}
		x.Kind, x.Issue = "issue", t.Issue(x.ID)
		return true, nil
	case strings.HasPrefix(x.ID, "P-"):
		p, err := a.Posture(ctx, time.Time{}, policy)
		if err != nil {
			return true, err
		}
		i := slices.IndexFunc(p.Declared, func(r posture.Row) bool { return r.ID == x.ID })
		if i < 0 {
			return false, nil
		}
		x.Kind, x.Declared = "declared", &p.Declared[i]
		for _, f := range p.Findings {
			if strings.HasPrefix(f.ID, "F-"+x.ID+".") {
				x.Findings = append(x.Findings, f)
			}
		}
		return true, nil
	}
	list, err := a.declarations(ctx, policy)
	if err != nil {
		return false, err
	}
	positions, err := a.positions(ctx, list, policy)
	if err != nil {
		return false, err
	}
	for _, p := range positions {
		if p.ID == x.ID {
			x.Kind = "position"
			x.Positions = append(x.Positions, p)
		}
	}
	return len(x.Positions) > 0, nil
}

func (a *App) explainCommitment(ctx context.Context, x *Explanation, id, limit string, policy agreement.Policy) error {
	m, err := a.Commitments(ctx, time.Time{}, policy)
	if err != nil {
		return err
	}
	x.Kind, x.Commitment = "commitment", m.Pledge(id)
	if limit != "" {
		x.Kind = "limit"
		x.Commitment.Limits = slices.DeleteFunc(slices.Clone(x.Commitment.Limits), func(l commitment.Limit) bool { return l.ID != limit })
		if len(x.Commitment.Limits) == 0 {
			return fmt.Errorf("%w %q; the limits of %s are listed by `truce explain %s`", ErrUnknown, x.ID, id, id)
		}
	}
	p, err := a.Posture(ctx, time.Time{}, policy)
	if err != nil {
		return err
	}
	for _, f := range p.Findings {
		if f.Provision == id && (limit == "" || f.Stage == limit || strings.HasPrefix(f.Stage, limit+".")) {
			x.Findings = append(x.Findings, f)
		}
	}
	return nil
}

// explainDeclaredFinding finds a finding on what is declared.
func (a *App) explainDeclaredFinding(ctx context.Context, x *Explanation) (bool, error) {
	found, err := a.postureFindings(ctx, Filter{})
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(found, func(f finding.Finding) bool { return f.ID == x.ID })
	if i < 0 {
		return false, nil
	}
	x.Kind, x.Findings = "finding", found[i:i+1]
	return true, nil
}

// missionPolicy lets everything through.
func (a *App) missionPolicy() agreement.Policy { return publish.Policy(a.agreement, publish.Mission) }

// pledge prints a commitment with its reasons; only one limit where it has been
// cut to one.
func (p *printer) pledge(x *commitment.Pledge, limitAlone bool) {
	p.line(0, "Commitment %s of %s%s: %s", x.ID, strings.Join(x.By, ", "), toWhom(x.To), p.words(x.Words))
	p.quotes(1, x.Sources)
	for i := range x.Limits {
		l := &x.Limits[i]
		p.line(1, "limit %s: %s", l.ID, LimitText(&l.Limit))
		p.quotes(2, l.Sources)
	}
	if limitAlone {
		return
	}
	p.line(1, "%s", dueText(x, p.loc))
	p.reasons(x.Reasons)
	for i := range x.Makers {
		for _, s := range x.Makers[i].Steps {
			p.line(1, "%s, %s: %s", s.At.UTC().Format(time.DateOnly), s.Party, StepText(&s))
			p.quotes(2, s.Sources)
		}
	}
}

func toWhom(to []string) string {
	if len(to) == 0 {
		return ""
	}
	return " to " + strings.Join(to, ", ")
}

func dueText(x *commitment.Pledge, loc *time.Location) string {
	text := map[commitment.Due]string{commitment.IsDue: "It is due", commitment.IsNotDue: "It is not due", commitment.IsUnknown: "Whether it is due is unknown"}[x.Due]
	if !x.Since.IsZero() {
		text += " since " + Span(x.Since, x.Since, loc)
	}
	if !x.Deadline.IsZero() {
		text += ", by " + Span(x.Deadline, x.Deadline, loc)
	}
	if x.Met {
		text += "; it is on record as kept"
	}
	return text
}

// StepText says a step of firmness in a few words.
func StepText(s *commitment.Step) string {
	text := s.Is
	if s.From != "" && s.From != s.Is {
		text = "from " + s.From + " to " + s.Is
	}
	text += " (" + string(s.Move) + ")"
	if s.Record > 0 {
		text += fmt.Sprintf(", record %d", s.Record)
	}
	return text
}

// LimitText says a limit in a few words.
func LimitText(l *agreement.Limit) string {
	var out []string
	if l.MinKM > 0 {
		out = append(out, fmt.Sprintf("no closer than %g km to the line", l.MinKM))
	}
	if l.Max > 0 {
		text := fmt.Sprintf("at most %d", l.Max)
		if l.Per != "" {
			text += " for each " + l.Per
		}
		out = append(out, text)
	}
	if len(l.Only) > 0 {
		out = append(out, "only on the territory of "+strings.Join(l.Only, ", "))
	}
	if len(l.Never) > 0 {
		out = append(out, "not on the territory of "+strings.Join(l.Never, ", "))
	}
	if l.Consent {
		out = append(out, "only where the host has agreed")
	}
	if words := strings.TrimSuffix(l.Words.In("en"), "."); words != "" {
		out = append(out, words)
	}
	return strings.Join(out, "; ")
}

func (p *printer) quotes(depth int, list []commitment.Quote) {
	for _, q := range list {
		text := "text " + q.Text + article(q.Article)
		if q.Quote != "" {
			text += ": “" + strings.Join(strings.Fields(q.Quote), " ") + "”"
			if q.Language != "" {
				text += " (" + q.Language + ")"
			}
		}
		p.line(depth, "%s", text)
		for _, lang := range sortedLanguages(q.Translation) {
			p.line(depth+1, "in %s: “%s”", lang, q.Translation[lang])
		}
	}
}

func sortedLanguages(t agreement.Text) []string {
	out := make([]string, 0, len(t))
	for lang := range t {
		out = append(out, lang)
	}
	slices.Sort(out)
	return out
}

// issue prints an issue with where each party stands.
func (p *printer) issue(x *commitment.Issue) {
	p.line(0, "Issue %s: %s", x.ID, p.words(x.Title))
	p.quotes(1, x.Sources)
	for _, s := range x.States {
		p.line(1, "%s since %s", s.Is, s.At.UTC().Format(time.DateOnly))
		p.quotes(2, s.Sources)
	}
	for i := range x.Parties {
		s := &x.Parties[i]
		p.line(0, "%s:", s.Party)
		for k := range s.Newest {
			p.position(&s.Newest[k])
		}
		for k := range s.Earlier {
			p.position(&s.Earlier[k])
		}
		for _, m := range s.Moves {
			p.line(1, "moved on %s from %s to %s (%s)", m.At.UTC().Format(time.DateOnly), strings.Join(m.From, " and "), strings.Join(m.To, " and "), m.Towards)
		}
	}
}

func (p *printer) position(x *commitment.Position) {
	speaker := ""
	if x.Speaker != "" {
		speaker = ", " + x.Speaker
	}
	stance := ""
	if x.Stance != "" {
		stance = " (" + x.Stance + ")"
	}
	confirmed := ""
	if x.ConfirmedBy != "" {
		confirmed = ", confirmed by " + x.ConfirmedBy
	}
	p.line(1, "%s%s%s: %s [%s%s]", x.At.UTC().Format(time.DateOnly), speaker, stance, p.words(x.Words), x.ID, confirmed)
	p.quotes(2, x.Sources)
}

// declared prints a declared thing.
func (p *printer) declared(r *posture.Row) {
	name := ""
	if r.Name != "" {
		name = " “" + r.Name + "”"
	}
	p.line(0, "%s: %s%s of %s, declared by %s from %s", r.ID, r.Kind, name, r.Party, r.Source, Span(r.From, r.From, p.loc))
	if r.Host != "" {
		p.line(1, "host %s", r.Host)
	}
	if r.Position != nil {
		p.line(1, "at %.5f, %.5f (latitude, longitude WGS84), within %.0f m (95 %%)", r.Position.Lat, r.Position.Lon, r.RadiusM)
	}
	if r.Line != "" {
		p.line(1, "%.1f km from line %s (version %s)", r.DistanceM/1000, r.Line, r.LineVersion)
	}
}
