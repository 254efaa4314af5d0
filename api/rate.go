package api

import (
	"context"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
)

// Rate is how many incidents there were by steps of time, beside what is usual.
type Rate struct {
	StepS   float64      `json:"step_s"`
	Buckets []app.Bucket `json:"buckets"`
}

// mostBuckets is how many steps are counted for one question.
const mostBuckets = 10_000

func (s *Server) rate(api huma.API) {
	get(s, api, "/api/v1/rate", "get-rate", access.ReadPublished, "Incidents by steps of time, beside the same hours of the days before", func(ctx context.Context, in *struct {
		Chosen
		Step string `query:"step" enum:"5m,10m,15m,30m,1h,2h,3h,6h,12h,24h,168h" default:"1h"`
	}) (*Rate, error) {
		f, err := s.filter(ctx, &Listing{Chosen: in.Chosen})
		if err != nil {
			return nil, err
		}
		step, err := time.ParseDuration(in.Step)
		if err != nil {
			return nil, invalid("query.step", err)
		}
		totals, err := s.totals(ctx)
		if err != nil {
			return nil, err
		}
		out := &Rate{StepS: step.Seconds(), Buckets: []app.Bucket{}}
		if totals.First.IsZero() {
			return out, nil
		}
		from, to := f.Since, f.Until
		if from.IsZero() {
			from = totals.First
		}
		if to.IsZero() {
			to = totals.Last
		}
		if n := int(to.Sub(from)/step) + 2; n > mostBuckets {
			return nil, invalid("query.step", fmt.Errorf("these are %d steps; at most %d are counted at once", n, mostBuckets))
		}
		if buckets, err := s.app.Rate(ctx, f, step); err != nil {
			return nil, err
		} else if buckets != nil {
			out.Buckets = buckets
		}
		return out, nil
	})
}
