package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/report"
)

// outcome is what was found under one provision.
type outcome struct {
	all, window Counts
	days        []DayCounts // the earliest first
}

// outcomes counts findings on incidents until an instant by provision.
func (s *Server) outcomes(ctx context.Context, at time.Time) (map[string]*outcome, error) {
	f := app.Filter{Until: at.Add(time.Microsecond)}
	incidents, err := s.app.Incidents(ctx, f)
	if err != nil {
		return nil, err
	}
	found, err := s.app.Findings(ctx, f)
	if err != nil {
		return nil, err
	}
	out := map[string]*outcome{}
	terms := s.app.Agreement()
	for _, x := range s.release(ctx, publish.Data{Incidents: incidents, Findings: found}).Findings {
		if x.Incident == "" {
			continue // deadlines are told of one by one
		}
		day, err := report.DayOf(x.At, terms.Report.Cutoff, terms.Location())
		if err != nil {
			return nil, err
		}
		o := out[x.Provision]
		if o == nil {
			o = &outcome{}
			out[x.Provision] = o
		}
		o.add(day, x.Result, x.At.After(at.Add(-window)))
	}
	return out, nil
}

func (o *outcome) add(day string, r finding.Result, recent bool) {
	o.all.add(r)
	if recent {
		o.window.add(r)
	}
	i, ok := slices.BinarySearchFunc(o.days, day, func(d DayCounts, day string) int { return strings.Compare(d.Date, day) })
	if !ok {
		o.days = slices.Insert(o.days, i, DayCounts{Date: day})
	}
	o.days[i].add(r)
}
