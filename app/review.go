package app

import (
	"context"

	"github.com/truce-monitor/truce/review"
)

// Pairs draws pairs of reports for a person to judge, from the observations that
// the filter chooses.
func (a *App) Pairs(ctx context.Context, f Filter, opt review.Options) ([]review.Pair, []review.Drawn, error) {
	list, err := a.Observations(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	of, err := a.memberships(ctx)
	if err != nil {
		return nil, nil, err
	}
	reports := make([]review.Report, len(list))
	for i := range list {
		o := &list[i].Observation
		reports[i] = review.Report{Observation: o, Incident: of[review.Name{Source: o.Source, Ref: o.Ref}]}
	}
	pairs, drawn := review.Sample(reports, opt)
	return pairs, drawn, nil
}

// Reviewed compares what people judged with what fusion says now.
func (a *App) Reviewed(ctx context.Context, judgements []review.Judgement) (*review.Scores, error) {
	of, err := a.memberships(ctx)
	if err != nil {
		return nil, err
	}
	known := map[review.Name]bool{}
	for _, j := range judgements {
		for _, n := range []review.Name{j.A, j.B} {
			if _, _, known[n], err = a.store.Current(ctx, n.Source, n.Ref); err != nil {
				return nil, err
			}
		}
	}
	return review.Score(judgements, func(n review.Name) (string, bool) { return of[n], known[n] }), nil
}

// memberships tells of each observation in which incident it is.
func (a *App) memberships(ctx context.Context) (map[review.Name]string, error) {
	incidents, err := a.Incidents(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	of := map[review.Name]string{}
	for i := range incidents {
		for _, m := range incidents[i].Members {
			of[review.Name{Source: m.Source, Ref: m.Ref}] = incidents[i].ID
		}
	}
	return of, nil
}
