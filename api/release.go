package api

import (
	"context"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/publish"
)

// policyFor is the agreement's policy as it holds for whoever asks.
func (s *Server) policyFor(ctx context.Context) agreement.Policy {
	id := asks(ctx)
	return id.Limit(publish.Policy(s.app.Agreement(), id.Audience()))
}

// release lets through what may leave. It is the way out of every answer that
// tells of incidents, findings or observations.
func (s *Server) release(ctx context.Context, d publish.Data) *publish.Release {
	return publish.Apply(s.policyFor(ctx), s.now(), d)
}

// latest is the last instant of which whoever asks may know anything.
func (s *Server) latest(ctx context.Context, t time.Time) time.Time {
	if d := s.policyFor(ctx).Delay.Duration; d > 0 {
		if last := s.now().Add(-d); t.After(last) {
			return last
		}
	}
	return t
}
