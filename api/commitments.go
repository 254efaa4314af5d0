package api

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
)

// told is an instant of which something is asked, and the language of its reasons.
type told struct {
	Moment
	Tongue
}

// Moment is the instant of which something is asked.
type Moment struct {
	At string `query:"at" maxLength:"40" doc:"RFC 3339, or a date or local time in the agreement's time zone; empty: the last instant on record" example:"2026-03-04T12:00"`
}

func (s *Server) commitments(api huma.API) {
	get(s, api, "/api/v1/commitments", "commitments", access.ReadPublished, "Who pledged what, how firm, on which condition; what is due, for whom and by when", func(ctx context.Context, in *told) (*app.Commitments, error) {
		at, err := s.moment(ctx, &in.Moment)
		if err != nil {
			return nil, err
		}
		x, err := s.app.Commitments(ctx, at, s.policyFor(ctx))
		if err != nil {
			return nil, err
		}
		x.Pledges = s.tellers[in.Lang].Pledges(x.Pledges)
		return x, nil
	})
	get(s, api, "/api/v1/issues", "issues", access.ReadPublished, "The open issues, where each party stands with its words and source, and who moved", func(ctx context.Context, in *Moment) (*app.Issues, error) {
		at, err := s.moment(ctx, in)
		if err != nil {
			return nil, err
		}
		return s.app.Issues(ctx, at, s.policyFor(ctx))
	})
	get(s, api, "/api/v1/posture", "posture", access.ReadPublished, "Declared bases, units and hosts against the limits of commitments and provisions, as far as their labels let you see them", func(ctx context.Context, in *told) (*app.Posture, error) {
		at, err := s.moment(ctx, &in.Moment)
		if err != nil {
			return nil, err
		}
		x, err := s.app.Posture(ctx, at, s.policyFor(ctx))
		if err != nil {
			return nil, err
		}
		x.Findings = s.tellers[in.Lang].Findings(x.Findings)
		return x, nil
	})
	type declaring struct {
		Once
		Body app.Declaration
	}
	respond(s, api, recording("/api/v1/declarations", "declare", "Put on record what a state or body declares: a base, unit or host, an approval, an attack, how firm a pledge is, a position"), func(ctx context.Context, in *declaring) (*Recorded, error) {
		id := access.From(ctx)
		record, err := s.app.Declare(ctx, id.Name, id.Role.String(), in.Key, in.Body)
		var wrong *app.DeclarationError
		if errors.As(err, &wrong) {
			return nil, invalid("body."+wrong.Field, wrong.Err)
		}
		return &Recorded{record}, err
	})
}

// moment reads the instant; of what is younger than their delay an audience is
// told as of the last instant that it may know of.
func (s *Server) moment(ctx context.Context, in *Moment) (time.Time, error) {
	at, err := instant("query.at", in.At, s.app.Agreement().Location())
	if err != nil || at.IsZero() {
		return at, err
	}
	return s.latest(ctx, at), nil
}

// promise is the explanation of a commitment, issue or declaration for whoever
// asks.
func (s *Server) promise(ctx context.Context, whole *app.Explanation, policy agreement.Policy) (*app.Explanation, error) {
	x, ok, err := s.app.ExplainPromise(ctx, whole.ID, policy)
	if err == nil && !ok {
		err = app.ErrUnknown
	}
	if err != nil {
		return nil, err
	}
	x.Decisions = whole.Decisions
	return x, nil
}
