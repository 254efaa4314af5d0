package app

import (
	"context"
	"slices"

	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/partylog"
	"github.com/truce-monitor/truce/track"
)

// Track measures the sources by what others say, in the time that the filter
// chooses.
func (a *App) Track(ctx context.Context, f Filter) ([]track.Record, error) {
	f = Filter{Since: f.Since, Until: f.Until}
	list, err := a.Observations(ctx, f)
	if err != nil {
		return nil, err
	}
	incidents, err := a.Incidents(ctx, f)
	if err != nil {
		return nil, err
	}
	observations := make([]observation.Observation, 0, len(list))
	for i := range list {
		if o := &list[i].Observation; !slices.Contains(o.Caveats, referenceOnly) {
			observations = append(observations, *o)
		}
	}
	a.progress.Begin("measuring sources", 0)
	defer a.progress.End()
	return track.Records(track.Input{Incidents: incidents, Observations: observations}), nil
}

// PartyLogs compares the parties' own logs with one another and with the rest, in
// the time that the filter chooses.
func (a *App) PartyLogs(ctx context.Context, f Filter) (partylog.Table, error) {
	f = Filter{Since: f.Since, Until: f.Until}
	incidents, err := a.Incidents(ctx, f)
	if err != nil {
		return partylog.Table{}, err
	}
	findings, err := a.Findings(ctx, f)
	if err != nil {
		return partylog.Table{}, err
	}
	return partylog.Of(a.agreement, incidents, findings), nil
}
