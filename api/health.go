package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
)

// Health is how the server is.
type Health struct {
	Status string `json:"status" enum:"ok"`
}

func (s *Server) health(api huma.API) {
	get(s, api, "/healthz", "get-health", access.ReadPublished, "The server runs", func(context.Context, *struct{}) (*Health, error) {
		return &Health{"ok"}, nil
	})
	get(s, api, "/readyz", "get-readiness", access.ReadPublished, "The server can answer: its projections can be read and it is not being stopped", func(ctx context.Context, _ *struct{}) (*Health, error) {
		if s.ending.Err() != nil {
			return nil, huma.NewError(http.StatusServiceUnavailable, "the server is being stopped")
		}
		if _, err := s.simulated(ctx); err != nil { // a short question to journal and projections
			return nil, err
		}
		return &Health{"ok"}, nil
	})
}
