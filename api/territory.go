package api

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/territory"
)

// Territory is who held what, period by period, and what the zones take in.
type Territory struct {
	HeldBy  string             `json:"held_by,omitempty"`
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
		periods, err := s.app.Movements(ctx, since, until, in.By)
		if errors.Is(err, app.ErrNoHeldArea) {
			out.Why = err.Error()
			return out, nil
		}
		if err != nil || len(periods) == 0 {
			return out, err
		}
		last := periods[len(periods)-1]
		_, effects, err := s.app.Effects(ctx, last.To.Add(-1))
		if err != nil {
			return nil, err
		}
		out.HeldBy, out.Periods = last.HeldBy, periods
		out.Zones = append(out.Zones, effects...)
		return out, nil
	})
}
