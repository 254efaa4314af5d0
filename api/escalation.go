package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/escalation"
)

// Ladder is where the escalation stands, with the terms of its levels.
type Ladder struct {
	*app.Ladder
	Terms []agreement.Level `json:"terms" doc:"The levels as the agreement has them, the lowest first"`
}

// LadderPast is when levels were, or would have been, reached and left.
type LadderPast struct {
	Since       time.Time               `json:"since,omitzero"`
	Until       time.Time               `json:"until"`
	Transitions []escalation.Transition `json:"transitions"`
	Breaches    []escalation.Breach     `json:"breaches" doc:"Those that are named as evidence"`
}

// Notices are who was told what, and what became of it.
type Notices struct {
	Notices []app.Notice `json:"notices"`
}

// Taken says that somebody takes note.
type Taken struct {
	Reasons string `json:"reasons,omitempty" maxLength:"4000"`
}

func (s *Server) escalation(api huma.API) {
	get(s, api, "/api/v1/ladder", "get-ladder", access.ReadPublished, "Which level of the escalation is in force, when the breaches began, on what evidence, and which clocks run", func(ctx context.Context, in *atInstant) (*Ladder, error) {
		at, err := instant("query.at", in.At, s.app.Agreement().Location())
		if err != nil {
			return nil, err
		}
		l, err := s.ladderAt(ctx, at)
		if err != nil {
			return nil, err
		}
		out := &Ladder{Ladder: l, Terms: []agreement.Level{}}
		if e := s.app.Agreement().Escalation; e != nil {
			out.Terms = e.Levels
		}
		return out, nil
	})
	get(s, api, "/api/v1/ladder/past", "get-ladder-past", access.ReadPublished, "When levels of the escalation would have been reached and left over a time, by the terms in force", func(ctx context.Context, in *Period) (*LadderPast, error) {
		since, until, err := in.read(s.app.Agreement().Location())
		if err != nil {
			return nil, err
		}
		l, err := s.ladderAt(ctx, until)
		if err != nil {
			return nil, err
		}
		out := &LadderPast{Since: since, Until: l.At, Transitions: []escalation.Transition{}, Breaches: l.Breaches}
		for _, t := range l.Transitions {
			if !t.At.Latest.Before(since) {
				out.Transitions = append(out.Transitions, t)
			}
		}
		return out, nil
	})
	get(s, api, "/api/v1/notices", "list-notices", access.ReadPicture, "Who was told what of levels and deadlines, and what became of it", func(ctx context.Context, _ *struct{}) (*Notices, error) {
		list, err := s.app.Notices(ctx)
		if err != nil {
			return nil, err
		}
		policy := s.policyFor(ctx)
		for i := range list {
			if list[i].Move == nil {
				continue
			}
			move := *list[i].Move
			seen, err := s.app.Visible(ctx, policy, move.Evidence)
			if err != nil {
				return nil, err
			}
			move.Evidence, list[i].Move = seen, &move
		}
		slices.Reverse(list) // the newest first
		if list == nil {
			list = []app.Notice{}
		}
		return &Notices{list}, nil
	})
	type acknowledging struct {
		ID   string `path:"id" maxLength:"100"`
		Body *Taken
	}
	op := operation(http.MethodPost, "/api/v1/notices/{id}/ack", "acknowledge-notice", access.NotifyAck, "Put on record that you have taken note of a notice; it is not repeated then")
	respond(s, api, op, func(ctx context.Context, in *acknowledging) (*Recorded, error) {
		id := asks(ctx)
		reasons := ""
		if in.Body != nil {
			reasons = in.Body.Reasons
		}
		record, err := s.app.Acknowledge(ctx, in.ID, id.Account, id.Role.String(), reasons)
		if errors.Is(err, app.ErrNoNotice) {
			return nil, huma.Error404NotFound(err.Error())
		}
		return &Recorded{record}, err
	})
}

// oldData is how old the data must be to be taken for the past, where the ladder
// stands as it stood at their end; otherwise it stands as of now.
const oldData = 30 * 24 * time.Hour

// ladderAt is the ladder at an instant as far as whoever asks may see it.
func (s *Server) ladderAt(ctx context.Context, at time.Time) (*app.Ladder, error) {
	l, err := s.app.Ladder(ctx, at)
	if err != nil {
		return nil, err
	}
	if at.IsZero() && s.now().Sub(l.At) < oldData && s.now().After(l.At) {
		if l, err = s.app.Ladder(ctx, s.now()); err != nil {
			return nil, err
		}
	}
	return s.app.Released(ctx, l, s.policyFor(ctx), s.now())
}
