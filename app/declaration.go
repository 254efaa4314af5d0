package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/feed/declaration"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/posture"
	"github.com/truce-monitor/truce/publish"
)

// Declaration is what a state or body declared: the same whether it was imported
// or put on record as a decision of the kind DecisionDeclaration, whose Data it
// then is.
type Declaration = item.Declaration

// DeclarationError says which field of a declaration can't be taken as it is, and
// why.
type DeclarationError struct {
	Field string // by its name in JSON
	Err   error
}

// Error names the field.
func (e *DeclarationError) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap is what is wrong with the field.
func (e *DeclarationError) Unwrap() error { return e.Err }

func wrong(field, format string, args ...any) error {
	return &DeclarationError{field, fmt.Errorf(format, args...)}
}

// Declare puts a declaration on record in somebody's name, from now on where it
// does not say from when. A repeat with the same key (empty: none) and content
// returns the record that there is; what can't be taken is a *DeclarationError.
func (a *App) Declare(ctx context.Context, by, role, key string, d Declaration) (record uint64, err error) {
	if d.Source == "" {
		d.Source = by
	}
	if _, err := resolve(a.agreement, d); err != nil {
		return 0, fmt.Errorf("declaring: %w", err)
	}
	dated := d
	if dated.From.IsZero() {
		dated.From = a.now()
	}
	if field, err := declaration.Check(&dated); err != nil {
		return 0, fmt.Errorf("declaring: %w", &DeclarationError{field, err})
	}
	data, err := canonical(d)
	if err != nil {
		return 0, fmt.Errorf("declaring: %w", err)
	}
	return a.Decide(ctx, Decision{Of: cmp.Or(d.Ref, d.Of, d.Kind), What: DecisionDeclaration, By: by, Role: role, At: d.From, Reasons: d.Text,
		Handling: observation.Handling(d.Handling), Data: data, Key: key})
}

// declared is a declaration on record.
type declared struct {
	Declaration
	record   uint64
	handling observation.Handling
}

// declarations are all that the policy lets through, in the order of the
// journal, with names that the agreement knows.
func (a *App) declarations(ctx context.Context, policy agreement.Policy) ([]declared, error) {
	var out []declared
	add := func(d Declaration, record uint64, handling observation.Handling) {
		known, err := resolve(a.agreement, d)
		if err != nil { // the terms may have changed since
			a.log.Warn("a declaration on record is of something that the terms don't know", "record", record, "why", err)
			return
		}
		if publish.Sees(policy, handling) {
			out = append(out, declared{known, record, handling})
		}
	}
	records, err := a.store.Records(ctx, kindDeclaration)
	if err != nil {
		return nil, err
	}
	cursor := a.journal.Cursor()
	for _, r := range current(records) {
		e, err := cursor.Get(r.Seq)
		if err != nil {
			return nil, err
		}
		if e.Erased {
			continue
		}
		var d Declaration
		if err := json.Unmarshal(e.Body, &d); err != nil {
			return nil, fmt.Errorf("record %d: %w", r.Seq, err)
		}
		add(d, r.Seq, label(&d))
	}
	decisions, err := a.Decisions(ctx, DecisionDeclaration, "")
	if err != nil {
		return nil, err
	}
	for i := range decisions {
		x := &decisions[i]
		var d Declaration
		if x.Data == nil || json.Unmarshal(x.Data, &d) != nil || !slices.Contains(declarationKinds, d.Kind) {
			continue // of another subject: an inventory, a note on a site
		}
		d.Source, d.Ref = cmp.Or(d.Source, x.By), cmp.Or(d.Ref, x.Of)
		if d.Of == "" && d.Kind != posture.Base && d.Kind != posture.Unit {
			d.Of = x.Of
		}
		if d.From.IsZero() {
			d.From = x.At
		}
		d.Text = cmp.Or(d.Text, x.Reasons)
		handling := x.Handling
		if handling == "" {
			handling = label(&d)
		}
		add(d, x.Record, handling)
	}
	slices.SortStableFunc(out, func(x, y declared) int { return cmp.Compare(x.record, y.record) })
	return out, nil
}

// declarationKinds are the kinds of declarations that count here.
var declarationKinds = []string{posture.Base, posture.Unit, posture.Host, "approved", "attacked", "provision", "ceasefire", "status", "firmness", "kept", "issue", "position"}

// label is a declaration's handling: its own; else where forces stand stays
// within the mission, and all other declarations are what carries no label.
func label(d *Declaration) observation.Handling {
	switch {
	case d.Handling != "":
		return observation.Handling(d.Handling)
	case d.Kind == posture.Base || d.Kind == posture.Unit:
		return observation.AmberStrict
	}
	return publish.Default
}

// resolve puts the agreement's ids in place of names, or says what it does not
// know. A host need not be a party.
func resolve(terms *agreement.Agreement, d Declaration) (Declaration, error) {
	party := func(field string, name *string, optional bool) error {
		if *name == "" && optional {
			return nil
		}
		p := terms.PartyByActor(*name)
		if p == nil {
			return wrong(field, "%q: the agreement has no such party", *name)
		}
		*name = p.ID
		return nil
	}
	known := func(field, what, id string, is bool) error {
		if !is {
			return wrong(field, "the agreement has no %s %q", what, id)
		}
		return nil
	}
	word := func(list ...string) error {
		if !slices.Contains(list, d.Is) {
			return wrong("is", "%q: a declaration of kind %s says %s", d.Is, d.Kind, strings.Join(list, ", "))
		}
		return nil
	}
	truth := []string{"yes", "no", "unknown"}
	var err error
	switch d.Kind {
	case posture.Base, posture.Unit:
		err = party("party", &d.Party, false)
		if p := terms.PartyByActor(d.Host); p != nil {
			d.Host = p.ID
		}
		if err == nil && d.Commitment != "" {
			err = known("commitment", "commitment", d.Commitment, terms.Commitment(d.Commitment) != nil)
		}
	case posture.Host:
		if err = party("party", &d.Party, false); err == nil {
			err = party("host", &d.Host, true)
		}
	case "approved", "attacked":
		if err = party("of", &d.Of, false); err == nil {
			err = word(truth...)
		}
	case "provision":
		if err = known("of", "provision", d.Of, terms.Provision(d.Of) != nil); err == nil {
			err = word(truth...)
		}
	case "ceasefire":
		err = word(truth...)
	case "status":
		err = word("proposed", "signed", "in-force", "suspended", "ended")
	case "firmness":
		if err = known("of", "commitment", d.Of, terms.Commitment(d.Of) != nil); err == nil {
			err = word("statement", "letter-of-intent", "signed", "ratified", "refused", "withdrawn")
		}
		if err == nil {
			err = party("party", &d.Party, true)
		}
	case "kept":
		if err = known("of", "commitment", d.Of, terms.Commitment(d.Of) != nil); err == nil {
			err = word(truth...)
		}
	case "issue":
		if err = known("of", "issue", d.Of, issueOf(terms, d.Of) != nil); err == nil {
			err = word("open", "narrowed", "agreed", "dropped")
		}
	case "position":
		if err = party("party", &d.Party, false); err == nil && d.Issue != "" {
			err = known("issue", "issue", d.Issue, issueOf(terms, d.Issue) != nil)
		}
		if stances := []string{"for", "against", "conditional", "open", "statement", ""}; err == nil && !slices.Contains(stances, d.Stance) {
			err = wrong("stance", "%q: expected for, against, conditional, open or statement", d.Stance)
		}
	default:
		err = wrong("kind", "%q: expected one of %s", d.Kind, strings.Join(declarationKinds, ", "))
	}
	return d, err
}

func issueOf(terms *agreement.Agreement, id string) *agreement.Issue {
	for i := range terms.Issues {
		if terms.Issues[i].ID == id {
			return &terms.Issues[i]
		}
	}
	return nil
}

// who is as whom a declarer may be named to an audience.
func who(d *declared, policy agreement.Policy) string {
	if publish.Withholds(policy, publish.FieldSource) {
		return ""
	}
	return cmp.Or(d.By, d.Source)
}

// quotes are the words of a declaration as a source.
func (d *declared) quotes() []commitment.Quote {
	if d.Quote == "" && d.URL == "" {
		return nil
	}
	return []commitment.Quote{{Text: d.Source, Quote: d.Quote, Language: d.Lang, URL: d.URL, Date: d.From}}
}

// factsOf are the declarations that conditions, pledges and issues rest on.
func factsOf(list []declared, policy agreement.Policy) []commitment.Fact {
	terms := map[string]string{"approved": commitment.TermApproved, "attacked": commitment.TermAttacked, "provision": commitment.TermMet, "ceasefire": commitment.TermCeasefire,
		"status": commitment.TermStatus, "firmness": commitment.TermFirmness, "kept": commitment.TermKept, "issue": commitment.TermIssue}
	var out []commitment.Fact
	for i := range list {
		d := &list[i]
		term, ok := terms[d.Kind]
		if !ok {
			continue
		}
		f := commitment.Fact{Term: term, Of: d.Of, Is: d.Is, At: d.From, Party: d.Party, By: who(d, policy), Why: d.Text, Record: d.record, Sources: d.quotes()}
		if term == commitment.TermCeasefire || term == commitment.TermStatus {
			f.Of = ""
		}
		out = append(out, f)
		if !d.Until.IsZero() && term != commitment.TermFirmness && term != commitment.TermIssue && term != commitment.TermStatus {
			f.Is, f.At, f.Why = agreement.Unknown.String(), d.Until, ""
			out = append(out, f)
		}
	}
	return out
}

// positionsOf are the agreement's positions and those declared.
func positionsOf(terms *agreement.Agreement, list []declared) []commitment.Position {
	out := commitment.Positions(terms)
	for i := range list {
		if d := &list[i]; d.Kind == "position" {
			lang := cmp.Or(d.Lang, terms.FirstLanguage())
			p := commitment.Position{ID: d.Ref, Party: d.Party, Speaker: d.Speaker, Issue: d.Issue, At: d.From, Stance: d.Stance,
				Words: agreement.Text{lang: d.Text}, Record: d.record, Sources: d.quotes()}
			if p.Sources == nil {
				p.Sources = []commitment.Quote{{Text: d.Source, Quote: d.Text, Language: lang, Date: d.From}}
			}
			out = append(out, p)
		}
	}
	return out
}

// posturesOf are the bases, units and consents declared.
func posturesOf(list []declared) []posture.Declaration {
	var out []posture.Declaration
	for i := range list {
		d := &list[i]
		if d.Kind != posture.Base && d.Kind != posture.Unit && d.Kind != posture.Host {
			continue
		}
		p := posture.Declaration{Source: d.Source, Ref: d.Ref, Kind: d.Kind, Of: d.Of, Name: d.Name, By: d.By, From: d.From.UTC(), Until: d.Until, Party: d.Party, Host: d.Host,
			Force: d.Force, Weapon: d.Weapon, Agrees: d.Agrees, Commitment: d.Commitment, RadiusM: d.RadiusM, Count: d.Count, CountMin: d.CountMin, CountMax: d.CountMax,
			Text: d.Text, URL: d.URL, Handling: d.handling, Record: d.record}
		if d.Position != nil {
			at := geo.Point{Lat: d.Position.Lat, Lon: d.Position.Lon}
			p.Position = &at
		}
		out = append(out, p)
	}
	return out
}

// lastInstant is that of the last observation or declaration; of what is declared
// to hold later than the last record was made, nobody can say yet that it came so.
// Without either it is that of the last record.
func (a *App) lastInstant(ctx context.Context) (time.Time, error) {
	totals, err := a.store.Totals(ctx)
	if err != nil {
		return time.Time{}, err
	}
	last, recorded := totals.Last, a.journal.Last().UTC()
	later := func(t time.Time) {
		if t.After(last) && !t.After(recorded) {
			last = t.UTC()
		}
	}
	records, err := a.store.Records(ctx, kindDeclaration)
	if err != nil {
		return last, err
	}
	for _, r := range records {
		later(r.At)
	}
	decisions, err := a.Decisions(ctx, DecisionDeclaration, "")
	if err != nil {
		return last, err
	}
	for i := range decisions {
		later(decisions[i].At)
	}
	if last.IsZero() {
		last = recorded
	}
	return last, nil
}
