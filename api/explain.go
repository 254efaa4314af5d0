package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/publish"
)

func (s *Server) explain(api huma.API) {
	get(s, api, "/api/v1/explain", "explain", access.ReadPublished, "The chain of reasons behind an incident, finding, observation, number of a report, provision, commitment, limit, issue, position or declaration", func(ctx context.Context, in *struct {
		ID string `query:"id" required:"true" minLength:"1" maxLength:"300" doc:"I-…, F-…, source/ref, 2026-03-04/incidents, or a provision's id"`
	}) (*app.Explanation, error) {
		return s.explanation(ctx, in.ID)
	})
}

// explanation is that of app with nothing in it that must not leave.
func (s *Server) explanation(ctx context.Context, id string) (*app.Explanation, error) {
	if number, ok := strings.CutPrefix(id, "#"); ok {
		if _, err := strconv.ParseUint(number, 10, 64); err != nil {
			return nil, app.ErrUnknown
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
		// How many there are that may not be seen is not told.
		if audience != publish.Mission {
			x.Incidents = nil
		}
		return x, nil
	case "number":
		if audience == publish.Mission {
			return x, nil
		}
		day, _, _ := strings.Cut(id, "/")
		r, err := s.report(ctx, day)
		if err != nil {
			return nil, err
		}
		for _, n := range r.Numbers {
			if n.ID == id {
				x.Value, x.Incidents = &n.Value, n.Incidents
				return x, nil
			}
		}
		return nil, app.ErrUnknown
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
