package api

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/publish"
)

func (s *Server) explain(api huma.API) {
	get(s, api, "/api/v1/explain", "explain", access.ReadPublished, "The chain of reasons behind an incident, finding, observation, number of a report, provision, commitment, limit, issue, position or declaration", func(ctx context.Context, in *struct {
		ID string `query:"id" required:"true" minLength:"1" maxLength:"300" doc:"I-…, F-…, source/ref, 2026-03-04/incidents, or a provision's id"`
		Tongue
	}) (*app.Explanation, error) {
		x, err := s.explanation(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		x.In(s.tellers[in.Lang])
		return x, nil
	})
}

// explanation is that of app with nothing in it that must not leave.
func (s *Server) explanation(ctx context.Context, id string) (*app.Explanation, error) {
	if number, ok := strings.CutPrefix(id, "#"); ok {
		if _, err := strconv.ParseUint(number, 10, 64); err != nil {
			return nil, app.ErrUnknown
		}
	}
	if day, _, ok := strings.Cut(id, "/"); ok {
		if _, err := time.Parse(time.DateOnly, day); err == nil {
			return s.numberOf(ctx, id, day)
		}
	}
	x, err := s.app.Explain(ctx, id)
	if err != nil {
		return nil, err
	}
	audience := asks(ctx).Audience()
	policy := s.policyFor(ctx)
	// What people decided is the mission's own; what of it is published, the
	// report says.
	x.Decisions = slices.DeleteFunc(x.Decisions, func(d app.Decision) bool {
		return audience != publish.Mission || !publish.Sees(policy, d.Handling)
	})
	x.Cases = s.casesFor(ctx, x.Cases)
	switch x.Kind {
	case "case":
		if len(x.Cases) == 0 {
			return nil, app.ErrUnknown
		}
		return x, nil
	case "subject", "decision":
		if len(x.Decisions) == 0 {
			return nil, app.ErrUnknown
		}
		return x, nil
	case "commitment", "limit", "issue", "position", "declared":
		return s.promise(ctx, x, policy)
	case "provision":
		// Those that may not be seen are not even counted.
		x.Incidents = nil
		f := app.Filter{Provision: id, Limit: 10_000}
		for {
			list, next, err := s.list(ctx, f)
			if err != nil {
				return nil, err
			}
			for i := range list {
				x.Incidents = append(x.Incidents, list[i].ID)
			}
			if f.Cursor = next; next == "" {
				slices.Reverse(x.Incidents) // the earliest first
				return x, nil
			}
		}
	}
	in := data(x)
	r := s.release(ctx, in)
	if len(in.Incidents) > 0 && len(r.Incidents) == 0 || len(in.Incidents) == 0 && len(r.Findings)+len(r.Observations) == 0 {
		return nil, app.ErrUnknown
	}
	if len(r.Incidents) > 0 {
		x.Incident = &r.Incidents[0]
	}
	x.Findings, x.Place = r.Findings, nil
	if len(r.Findings) > 0 && x.Incident != nil {
		x.Place = &r.Findings[0].Place
	}
	numbers := map[[2]string]uint64{}
	for _, o := range x.Sources {
		numbers[[2]string{o.Source, o.Ref}] = o.Seq
	}
	x.Sources = nil
	for _, o := range r.Observations {
		x.Sources = append(x.Sources, app.Observation{Seq: numbers[[2]string{o.Source, o.Ref}], Observation: o})
	}
	return x, nil
}

// numberOf explains a number of the day's report that whoever asks gets.
func (s *Server) numberOf(ctx context.Context, id, day string) (*app.Explanation, error) {
	r, err := s.report(ctx, day)
	if err != nil {
		return nil, err
	}
	for _, n := range r.Numbers {
		if n.ID == id {
			return &app.Explanation{ID: id, Kind: "number", Value: &n.Value, Incidents: n.Incidents, Agreement: r.AgreementVersion, Records: r.Journal.Size}, nil
		}
	}
	return nil, app.ErrUnknown
}
