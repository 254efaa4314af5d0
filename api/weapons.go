package api

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/ledger"
	"github.com/truce-monitor/truce/observation"
)

// NewVisit is what monitors found at a storage site, to be put on record.
type NewVisit struct {
	At       string        `json:"at,omitempty" maxLength:"40" doc:"When; without it now"`
	Outcome  string        `json:"outcome" enum:"checked,prevented,abandoned"`
	Found    []ledger.Item `json:"found,omitempty"`
	Remarks  string        `json:"remarks,omitempty" maxLength:"4000"`
	Handling string        `json:"handling,omitempty" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR" doc:"Without it TLP:AMBER"`
}

// NewInventory is what a party declares to stand at a storage site.
type NewInventory struct {
	At       string        `json:"at,omitempty" maxLength:"40" doc:"From when on; without it now"`
	Items    []ledger.Item `json:"items"`
	Reasons  string        `json:"reasons,omitempty" maxLength:"4000"`
	Handling string        `json:"handling,omitempty" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR" doc:"Without it TLP:AMBER"`
}

func (s *Server) weapons(api huma.API) {
	type asked struct {
		At    string `query:"at" maxLength:"40" doc:"As it stood at this instant; without it now"`
		Site  string `query:"site" maxLength:"100" doc:"One storage site"`
		Since string `query:"since" maxLength:"40" doc:"Of weapons seen elsewhere; without it a day before, or before the last of the data"`
	}
	get(s, api, "/api/v1/weapons", "weapons", access.ReadPublished, "The ledger of withdrawn weapons: declared, found, missing, moved, and seen elsewhere", func(ctx context.Context, in *asked) (*app.Weapons, error) {
		policy := s.policyFor(ctx)
		opt := app.WeaponsOptions{Site: in.Site, Policy: &policy, AsOf: s.now()}
		at, err := s.at(ctx, in.At)
		if err != nil {
			return nil, err
		}
		if in.At != "" {
			opt.At = at // else now: what was put on record today is in the ledger, however old the last report
		}
		if opt.Since, err = instant("query.since", in.Since, s.app.Agreement().Location()); err != nil {
			return nil, err
		}
		if opt.Since.IsZero() {
			opt.Since = at.AddDate(0, 0, -1)
		}
		return s.app.Weapons(ctx, opt)
	})
	type visiting struct {
		Once
		Site string `path:"site" maxLength:"100"`
		Body NewVisit
	}
	respond(s, api, recording("/api/v1/weapons/{site}/visits", "record-visit", "Put on record what a visit to a storage site found"), func(ctx context.Context, in *visiting) (*Recorded, error) {
		at, err := instant("body.at", in.Body.At, s.app.Agreement().Location())
		if err != nil {
			return nil, err
		}
		if at.After(s.now().Add(time.Minute)) {
			return nil, invalid("body.at", errors.New("it has not happened yet"))
		}
		id := access.From(ctx)
		record, err := s.app.Visited(ctx, ledger.Visit{Site: in.Site, At: at, By: id.Name, Outcome: in.Body.Outcome, Found: in.Body.Found, Remarks: in.Body.Remarks}, id.Role.String(), in.Key, observation.Handling(in.Body.Handling))
		if errors.Is(err, ledger.ErrEntry) {
			return nil, invalid("body.found", err)
		}
		return &Recorded{record}, err
	})
	type declaring struct {
		Once
		Site string `path:"site" maxLength:"100"`
		Body NewInventory
	}
	respond(s, api, recording("/api/v1/weapons/{site}/inventory", "declare-inventory", "Put on record what a party declares to stand at a storage site"), func(ctx context.Context, in *declaring) (*Recorded, error) {
		at, err := instant("body.at", in.Body.At, s.app.Agreement().Location())
		if err != nil {
			return nil, err
		}
		id := access.From(ctx)
		record, err := s.app.DeclareInventory(ctx, ledger.Inventory{Site: in.Site, At: at, By: id.Name, Items: in.Body.Items}, id.Role.String(), in.Body.Reasons, in.Key, observation.Handling(in.Body.Handling))
		if errors.Is(err, ledger.ErrEntry) {
			return nil, invalid("body.items", err)
		}
		return &Recorded{record}, err
	})
}
