package api

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/territory"
)

// Territory is who held what, period by period, and what the zones take in.
type Territory struct {
	HeldBy  string             `json:"held_by,omitempty"`
	Source  string             `json:"source,omitempty"` // of the last areas of control, for those who may know it
	Periods []territory.Period `json:"periods"`
	Zones   []territory.Effect `json:"zones"`         // at the end of the last period
	Why     string             `json:"why,omitempty"` // nothing is known
}

func (s *Server) territory(api huma.API) {
	type asked struct {
		Period
		By string `query:"by" enum:"day,week,month,year" default:"day" doc:"How the time is divided"`
	}
	get(s, api, "/api/v1/territory", "territory", access.ReadPublished, "Who held how much of each administrative area, what was gained and lost, and what each zone takes in of it", func(ctx context.Context, in *asked) (*Territory, error) {
		since, until, err := in.read(s.app.Agreement().Location())
		if err != nil {
			return nil, err
		}
		out := &Territory{Periods: []territory.Period{}, Zones: []territory.Effect{}}
		known, err := s.app.Control(ctx, s.now())
		if err == nil {
			until = s.released(ctx, until, known.From)
		}
		periods, err := s.app.Movements(ctx, since, until, in.By)
		if errors.Is(err, app.ErrNoHeldArea) {
			out.Why = err.Error()
			return out, nil
		}
		if err != nil || len(periods) == 0 {
			return out, err
		}
		last := periods[len(periods)-1]
		v, err := s.app.Control(ctx, last.To.Add(-1))
		if err != nil {
			return nil, err
		}
		_, effects, err := s.app.Effects(ctx, last.To.Add(-1))
		if err != nil {
			return nil, err
		}
		if !publish.Withholds(s.policyFor(ctx), publish.FieldSource) {
			out.Source = v.Source
		}
		out.HeldBy, out.Periods = last.HeldBy, periods
		out.Zones = append(out.Zones, effects...)
		return out, nil
	})
}

// released is until when territory is told to whoever asks: until the end asked
// for, zero being the day of the newest areas of control, but of no day that is
// younger than the policy's delay.
func (s *Server) released(ctx context.Context, until, newest time.Time) time.Time {
	y, m, d := s.latest(ctx, s.now()).In(s.app.Agreement().Location()).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, s.app.Agreement().Location())
	if delayed := s.policyFor(ctx).Delay.Duration > 0; delayed && (until.After(today) || until.IsZero() && !newest.Before(today)) {
		return today
	}
	return until
}
