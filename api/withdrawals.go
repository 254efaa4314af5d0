package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
)

// Withdrawals is what plans cost the sides, and what they look like.
type Withdrawals struct {
	*app.Withdrawal
	Features []*Features `json:"features" doc:"Of each plan: the zones left, the lines gone back to, and the line at which both sides leave equally much"`
}

// Most of what is measured for one question.
const (
	mostPlans  = 20
	mostMetres = 100e3
)

func (s *Server) withdrawals(api huma.API) {
	type question struct {
		Body struct {
			Line  string               `json:"line,omitempty" maxLength:"100" doc:"Of the agreement; without it the first that is in force"`
			At    string               `json:"at,omitempty" maxLength:"40" doc:"As the line ran at this instant; without it the last of the data"`
			Plans []map[string]float64 `json:"plans" minItems:"1" maxItems:"20" doc:"Metres by party; the party \"\" stands for those that are not named"`
		}
	}
	measuring := make(chan struct{}, 2) // so many at once: each takes all processors for a while
	op := operation(http.MethodPost, "/api/v1/withdrawals", "measure-withdrawals", access.Plan, "What pulling back from a line costs each side: ground, settlements, people")
	respond(s, api, op, func(ctx context.Context, in *question) (*Withdrawals, error) {
		for i, p := range in.Body.Plans {
			for party, m := range p {
				if m < 0 || m > mostMetres {
					return nil, invalid(fmt.Sprintf("body.plans[%d].%s", i, party), fmt.Errorf("metres from 0 to %.0f", mostMetres))
				}
			}
		}
		at, err := s.at(ctx, in.Body.At)
		if err != nil {
			return nil, err
		}
		settlements, err := s.app.Settlements(ctx)
		if err != nil {
			return nil, err
		}
		select {
		case measuring <- struct{}{}:
			defer func() { <-measuring }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		w, err := s.app.Withdrawal(ctx, app.WithdrawalOptions{Line: in.Body.Line, At: at, Metres: in.Body.Plans, Settlements: settlements})
		if errors.Is(err, app.ErrNoPlan) {
			return nil, invalid("body", err)
		}
		if err != nil {
			return nil, err
		}
		out := &Withdrawals{Withdrawal: w}
		for i := range w.Plans {
			one := *w
			one.Plans = w.Plans[i : i+1]
			f, err := features(one.Features())
			if err != nil {
				return nil, err
			}
			out.Features = append(out.Features, f)
		}
		return out, nil
	})
}
