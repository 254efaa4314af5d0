package api

import (
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/report"
	"github.com/truce-monitor/truce/track"
)

// Source is who reports, and how that has turned out.
type Source struct {
	Name         string               `json:"name"`
	Means        observation.Means    `json:"means,omitempty"`
	Observations int                  `json:"observations" doc:"In the period"`
	First        time.Time            `json:"first"`
	Last         time.Time            `json:"last"`
	Grade        observation.Grade    `json:"grade,omitempty" doc:"Of its last observation that has one: source A to F, information 1 to 6"`
	Handling     observation.Handling `json:"handling,omitempty" doc:"The most restricted of its observations"`
	Disagrees    float64              `json:"disagrees" doc:"Share of the reports that count which no other confirms"`
	Track        *track.Record        `json:"track,omitempty"`
}

// Coverage is what was watched of the lines on a day.
type Coverage struct {
	*report.Coverage
	Day    string         `json:"day"`
	From   time.Time      `json:"from"`
	Strips []report.Strip `json:"strips,omitempty" doc:"Stretches of the lines by the hour; for the mission only"`
}

// strips are told of at most, so that a screen can show them.
const strips = 48

// sourcePeriod is for how long sources are looked at without since.
const sourcePeriod = 7 * 24 * time.Hour

func (s *Server) sources(api huma.API) {
	get(s, api, "/api/v1/sources", "list-sources", access.ReadSources, "Who reported what in a period, with delay, silence, and how far others agree", func(ctx context.Context, in *Period) ([]Source, error) {
		f, err := s.recent(ctx, in, sourcePeriod)
		if err != nil {
			return nil, err
		}
		return s.sourceList(ctx, f)
	})
	get(s, api, "/api/v1/coverage", "get-coverage", access.ReadPublished, "What of the lines was watched on a day, hour by hour, and what nobody watched", func(ctx context.Context, in *struct {
		Day string `query:"day" maxLength:"10" doc:"A report day; without it the last whole one"`
	}) (*Coverage, error) {
		day := in.Day
		if day == "" {
			totals, err := s.totals(ctx)
			if err != nil {
				return nil, err
			}
			d, err := span(s.app.Agreement(), totals.First, s.latest(ctx, totals.Last))
			if err != nil {
				return nil, err
			}
			day = d.Best
		}
		r, err := s.report(ctx, day)
		if err != nil {
			return nil, err
		}
		x := &Coverage{Coverage: &r.Coverage, Day: r.Day, From: r.From}
		if asks(ctx).Audience() == publish.Mission {
			x.Strips = r.Coverage.Strips(strips)
		}
		return x, nil
	})
}

// recent reads a period of at most 31 days; without since it ends with the data.
func (s *Server) recent(ctx context.Context, in *Period, usual time.Duration) (app.Filter, error) {
	since, until, err := in.read(s.app.Agreement().Location())
	if err != nil {
		return app.Filter{}, err
	}
	if until.IsZero() {
		totals, err := s.totals(ctx)
		if err != nil {
			return app.Filter{}, err
		}
		until = totals.Last.Add(time.Second)
		if !since.IsZero() && until.Sub(since) > 31*24*time.Hour {
			until = since.Add(31 * 24 * time.Hour)
		}
	}
	if since.IsZero() {
		since = until.Add(-usual)
	}
	if until.Sub(since) > 31*24*time.Hour {
		return app.Filter{}, huma.Error422UnprocessableEntity("at most 31 days at once")
	}
	return app.Filter{Since: since, Until: until}, nil
}

// sourceList leaves out every source of which whoever asks may not see all.
func (s *Server) sourceList(ctx context.Context, f app.Filter) ([]Source, error) {
	list, err := s.app.Observations(ctx, f)
	if err != nil {
		return nil, err
	}
	policy := s.policyFor(ctx)
	of := map[string]*Source{}
	for i := range list {
		o := &list[i]
		x := of[o.Source]
		if x == nil {
			x = &Source{Name: o.Source, Means: o.Means, First: o.From, Handling: o.Handling}
			of[o.Source] = x
		}
		x.Observations++
		x.Last = o.From
		x.Handling = publish.MostRestricted(x.Handling, o.Handling)
		if o.Grade != "" {
			x.Grade = o.Grade
		}
	}
	tracks, err := s.app.Track(ctx, f)
	if err != nil {
		return nil, err
	}
	out := []Source{}
	for i := range tracks {
		x := of[tracks[i].Source]
		if x == nil || !publish.Sees(policy, x.Handling) {
			continue
		}
		x.Track = &tracks[i]
		if c := x.Track.Confirmed; c.Trials > 0 {
			x.Disagrees = 1 - c.Share()
		}
		out = append(out, *x)
		delete(of, x.Name)
	}
	for _, x := range of { // of data sets that are for reference only
		if publish.Sees(policy, x.Handling) {
			out = append(out, *x)
		}
	}
	slices.SortFunc(out, func(a, b Source) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
	return out, nil
}
