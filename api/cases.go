package api

import (
	"context"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// casesFor leaves of cases what whoever asks may see.
func (s *Server) casesFor(ctx context.Context, cases []*app.CaseFile) []*app.CaseFile {
	id, policy := asks(ctx), s.policyFor(ctx)
	var out []*app.CaseFile
	for _, c := range cases {
		switch id.Audience() {
		case publish.Mission:
			out = append(out, c.Limit(func(h observation.Handling) bool { return publish.Sees(policy, h) }))
		case publish.Parties:
			if x, ok := c.ForParty(id.Party); ok {
				out = append(out, x)
			}
		}
	}
	return out
}
