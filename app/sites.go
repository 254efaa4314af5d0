package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/site"
)

// SitesOptions say of which sites, in which time and for whom.
type SitesOptions struct {
	ID       string    // one site; empty: all
	From, To time.Time // zero To: the last instant on record; zero From: the day before To
	Policy   *agreement.Policy
	AsOf     time.Time // to which the policy's delay is counted; zero: now
	// Imported has sites in the list that only imported registers name.
	Imported bool
}

// Sites says how the protected sites fared: what happened near them and on
// them, whether local ceasefires were kept, and the last status note. A nil
// policy is the mission's.
func (a *App) Sites(ctx context.Context, opt SitesOptions) ([]site.Status, error) {
	register, err := a.register(ctx, opt.Imported)
	if err != nil {
		return nil, err
	}
	if opt.ID != "" {
		kept := register[:0]
		var ids []string
		for _, s := range register {
			ids = append(ids, s.ID)
			if s.ID == opt.ID {
				kept = append(kept, s)
			}
		}
		if len(kept) == 0 {
			return nil, fmt.Errorf("there is no protected site %q; there are %s: %w", opt.ID, strings.Join(ids, ", "), ErrUnknown)
		}
		register = kept
	}
	if opt.To.IsZero() {
		t, err := a.Totals(ctx)
		if err != nil {
			return nil, err
		}
		if opt.To = t.Last.Add(time.Microsecond); t.Last.IsZero() {
			opt.To = a.now()
		}
	}
	if opt.From.IsZero() {
		opt.From = opt.To.AddDate(0, 0, -1)
	}
	policy := a.missionPolicy()
	if opt.Policy != nil {
		policy = *opt.Policy
	}
	if opt.AsOf.IsZero() {
		opt.AsOf = a.now()
	}
	f := Filter{Since: opt.From, Until: opt.To}
	f.Since = windowsSince(a.agreement, opt.From, opt.To) // a window that began before is told of whole
	incidents, err := a.Incidents(ctx, f)
	if err != nil {
		return nil, err
	}
	findings, err := a.Findings(ctx, f)
	if err != nil {
		return nil, err
	}
	r := publish.Apply(policy, opt.AsOf, publish.Data{Incidents: incidents, Findings: findings})
	list := site.Survey(a.agreement, register, r.Incidents, r.Findings, opt.From, opt.To)
	for i := range list {
		if list[i].Note, err = a.lastNote(ctx, list[i].ID, opt.To, policy, opt.AsOf); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// register lists the agreement's protected sites and, if they are wanted, those
// that were imported.
func (a *App) register(ctx context.Context, imported bool) ([]site.Site, error) {
	list := site.Register(a.agreement)
	if !imported {
		return list, nil
	}
	records, err := a.store.Records(ctx, kindSite)
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
		var x siteRecord
		if err := json.Unmarshal(e.Body, &x); err != nil {
			return nil, fmt.Errorf("record %d: %w", r.Seq, err)
		}
		at := x.Position
		list = append(list, site.Site{ID: x.Source + "/" + x.Ref, Name: agreement.Text{"en": x.Name}, Kind: x.Kind, Position: &at, RadiusM: x.RadiusM,
			StandoffM: site.DefaultStandoff(x.Kind), Basis: "default", Source: x.Source})
	}
	return list, nil
}

// lastNote is a site's last status note before an instant that the policy lets
// through.
func (a *App) lastNote(ctx context.Context, id string, before time.Time, policy agreement.Policy, asOf time.Time) (*site.Note, error) {
	list, err := a.Decisions(ctx, DecisionStatusNote, id)
	if err != nil {
		return nil, err
	}
	var last *site.Note
	for _, d := range list {
		var n site.Note
		if !publish.Sees(policy, d.Handling) {
			continue
		}
		if err := json.Unmarshal(d.Data, &n); err != nil {
			return nil, fmt.Errorf("record %d: %w", d.Record, err)
		}
		n.At, n.By, n.Summary, n.Record = d.At, d.By, d.Reasons, d.Record
		if d.At.After(before) || d.At.After(asOf.Add(-policy.Delay.Duration)) || last != nil && n.At.Before(last.At) {
			continue
		}
		if publish.Withholds(policy, publish.FieldSource) {
			n.By = ""
		}
		last = &n
	}
	return last, nil
}

// NoteSite puts on record what a person found of a site, and returns the number
// of the record. n.By is the person or office, n.At when it was so (zero: now).
func (a *App) NoteSite(ctx context.Context, id, role string, handling observation.Handling, n site.Note) (uint64, error) {
	register, err := a.register(ctx, true)
	if err != nil {
		return 0, err
	}
	for _, s := range register {
		if s.ID != id {
			continue
		}
		if err := n.Check(s.Kind); err != nil {
			return 0, fmt.Errorf("%s: %w", id, err)
		}
		data, err := canonical(struct {
			Answers map[string]string `json:"answers"`
			Remarks map[string]string `json:"remarks,omitempty"`
		}{n.Answers, n.Remarks})
		if err != nil {
			return 0, err
		}
		return a.Decide(ctx, Decision{Of: id, What: DecisionStatusNote, By: n.By, Role: role, At: n.At, Reasons: n.Summary, Handling: handling, Data: data})
	}
	return 0, fmt.Errorf("there is no site %q: %w", id, ErrUnknown)
}
