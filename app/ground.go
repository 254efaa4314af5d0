package app

import (
	"context"
	"errors"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/ledger"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/report"
	"github.com/truce-monitor/truce/site"
)

// ground adds what a report says of protected sites, storage sites and
// territory, as its audience may see it at the earliest instant at which the
// whole period may be released.
func (a *App) ground(ctx context.Context, in *report.Input, from, to time.Time) error {
	policy := publish.Policy(a.agreement, in.Audience)
	if in.Audience == "" {
		policy = a.missionPolicy()
	}
	if in.Limit != nil {
		policy = in.Limit(policy)
	}
	asOf := to.Add(policy.Delay.Duration)

	in.Sites = site.Register(a.agreement)
	in.SiteNotes = map[string]site.Note{}
	for _, s := range in.Sites {
		n, err := a.lastNote(ctx, s.ID, to, policy, asOf)
		if err != nil {
			return err
		}
		if n != nil {
			in.SiteNotes[s.ID] = *n
		}
	}
	if since := windowsSince(a.agreement, from, to); since.Before(from) {
		var err error
		f := Filter{Since: since, Until: from}
		if in.Earlier.Incidents, err = a.Incidents(ctx, f); err != nil {
			return err
		}
		if in.Earlier.Findings, err = a.Findings(ctx, f); err != nil {
			return err
		}
	}

	inventories, visits, err := a.ledgerEntries(ctx, policy, asOf)
	if err != nil {
		return err
	}
	in.Storage = ledger.Keep(a.agreement, inventories, visits, to)
	if publish.Withholds(policy, publish.FieldSerials) {
		for i := range in.Storage {
			withoutSerials(&in.Storage[i])
		}
	}

	if len(a.areas) == 0 { // there is nothing to measure it by
		return nil
	}
	in.Territory, err = a.Movements(ctx, to.AddDate(0, 0, -daysBefore), to, "day")
	if errors.Is(err, ErrNoHeldArea) {
		return nil
	}
	if err != nil || len(in.Territory) == 0 {
		return err
	}
	in.Control, err = a.Control(ctx, to.Add(-time.Microsecond))
	return err
}

// windowsSince is when the first local ceasefire began that touches a period;
// the period's begin where none began before it.
func windowsSince(terms *agreement.Agreement, from, to time.Time) time.Time {
	since := from
	for i := range terms.Ceasefire {
		c := &terms.Ceasefire[i]
		if c.Site != "" && c.From.Before(since) && (c.Until.IsZero() || c.Until.After(from)) {
			since = c.From.Time
		}
	}
	return since
}
