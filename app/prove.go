package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/store/sqlite"
)

// ProveOptions say what a proof shows. The zero value shows what records say.
type ProveOptions struct {
	// CommitmentsOnly leaves bodies away: that the records are there is proved,
	// not what they say.
	CommitmentsOnly bool
}

// Prove makes a proof that what an id rests on is in the log: an observation
// ("source/ref"), the observations of an incident or finding, all records that
// a day's report rests on ("2026-03-04"), or one record ("#17").
func (a *App) Prove(ctx context.Context, id string, opt ProveOptions) (*journal.Proof, error) {
	seqs, of, err := a.ingredients(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("proving %s: %w", id, err)
	}
	slices.Sort(seqs)
	seqs = slices.Compact(seqs)
	cursor := a.journal.Cursor()
	entries := make([]journal.Entry, len(seqs))
	for i, seq := range seqs {
		if entries[i], err = cursor.Get(seq); err != nil {
			return nil, fmt.Errorf("proving %s: %w", id, err)
		}
		entries[i].Body = slices.Clone(entries[i].Body)
	}
	log, err := a.journal.Log()
	if err != nil {
		return nil, err
	}
	signed, err := log.Checkpoint()
	if err != nil {
		return nil, fmt.Errorf("proving %s: %w", id, err)
	}
	p, err := journal.Prove(log, signed, entries, func(*journal.Entry) bool { return opt.CommitmentsOnly })
	if err != nil {
		return nil, fmt.Errorf("proving %s: %w", id, err)
	}
	p.Of, p.About = id, of
	return p, nil
}

// ingredients lists the records that something rests on.
func (a *App) ingredients(ctx context.Context, id string) (seqs []uint64, of string, err error) {
	if strings.HasPrefix(id, "#") {
		var seq uint64
		if _, err := fmt.Sscanf(id, "#%d", &seq); err != nil {
			return nil, "", fmt.Errorf("%q is no number of a record", id[1:])
		}
		return []uint64{seq}, "a record", nil
	}
	if _, err := time.Parse(time.DateOnly, id); err == nil {
		seqs, err := a.reportInputs(ctx, id)
		return seqs, "the records that the report of this day rests on", err
	}
	x, err := a.Explain(ctx, id)
	if err != nil {
		return nil, "", err
	}
	seqs = []uint64{}
	for _, o := range x.Sources {
		if x.Kind != "observation" || o.ID() == id {
			seqs = append(seqs, o.Seq)
		}
	}
	switch x.Kind {
	case "case":
		for _, l := range x.Cases[0].Log {
			seqs = append(seqs, l.Record)
		}
		return seqs, "the steps of a case", nil
	case "subject":
		for _, d := range x.Decisions {
			seqs = append(seqs, d.Record)
		}
		return seqs, "the decisions about a subject", nil
	case "declared":
		return []uint64{x.Declared.Record, a.recorded}, "a declaration and the agreement under which it is judged", nil
	case "observation":
		return seqs, "an observation", nil
	case "incident":
		return seqs, "the observations of an incident", nil
	case "finding":
		return append(seqs, a.recorded), "the observations of a finding and the agreement that it was reached under", nil
	}
	return nil, "", fmt.Errorf("a %s rests on a whole day's records; prove the report of its day", x.Kind)
}

// reportInputs lists what a day's report rests on: the agreement and all else
// that holds beside observations, the observations of the day, of those before
// it with which it is compared, and of the incidents that reach into it.
func (a *App) reportInputs(ctx context.Context, day string) ([]uint64, error) {
	in, err := a.reportInput(ctx, day, "", nil)
	if err != nil {
		return nil, err
	}
	var seqs []uint64
	for _, kind := range []string{kindSoftware, kindAgreement, kindLine, kindArea, kindPlace, kindSite, kindCoverage, kindReference, kindQuarantine, kindRedaction, kindDecision, kindDeclaration} {
		records, err := a.store.Records(ctx, kind)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			seqs = append(seqs, r.Seq)
		}
	}
	for i := range in.Incidents {
		for _, m := range in.Incidents[i].Members {
			seqs = append(seqs, m.Seq)
		}
	}
	from, to, err := a.period(day)
	if err != nil {
		return nil, err
	}
	watched, err := a.store.Observations(ctx, sqlite.Filter{Since: from.AddDate(0, 0, -daysBefore), Until: to})
	if err != nil {
		return nil, err
	}
	for _, k := range watched {
		seqs = append(seqs, k.Seq)
	}
	return seqs, nil
}
