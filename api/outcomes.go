package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/report"
)

// outcome is what was found under one provision.
type outcome struct {
	all, window Counts
	days        []DayCounts // the earliest first
}

// outcomes counts findings on incidents until an instant by provision.
func (s *Server) outcomes(ctx context.Context, at time.Time) (map[string]*outcome, error) {
	out := map[string]*outcome{}
	terms := s.app.Agreement()
	f := app.Filter{Until: at.Add(time.Microsecond), Limit: 10_000}
	var day string
	var from, to time.Time // of day
	for {
		list, next, err := s.list(ctx, f)
		if err != nil {
			return nil, err
		}
		for i := range list {
			x := &list[i]
			if x.From.Before(from) || !x.From.Before(to) {
				if day, err = report.DayOf(x.From, terms.Report.Cutoff, terms.Location()); err == nil {
					from, to, err = report.Period(day, terms.Report.Cutoff, terms.Location())
				}
				if err != nil {
					return nil, err
				}
			}
			for _, found := range x.Found {
				o := out[found.Provision]
				if o == nil {
					o = &outcome{}
					out[found.Provision] = o
				}
				o.add(day, found.Result, x.From.After(at.Add(-window)))
			}
		}
		if f.Cursor = next; next == "" {
			return out, nil
		}
	}
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
