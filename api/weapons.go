package api

import (
	"context"
	"errors"
	"net/http"

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
		atInstant
		Site  string `query:"site" maxLength:"100" doc:"One storage site"`
		Since string `query:"since" maxLength:"40" doc:"Of weapons seen elsewhere; without it a day before"`
	}
	get(s, api, "/api/v1/weapons", "weapons", access.ReadPublished, "The ledger of withdrawn weapons: declared, found, missing, moved, and seen elsewhere", func(ctx context.Context, in *asked) (*app.Weapons, error) {
		policy := s.policyFor(ctx)
		opt := app.WeaponsOptions{Site: in.Site, Policy: &policy, AsOf: s.now()}
		var err error
		if opt.At, err = s.at(ctx, in.At); err != nil {
			return nil, err
		}
		if opt.Since, err = instant("query.since", in.Since, s.app.Agreement().Location()); err != nil {
			return nil, err
		}
		return s.app.Weapons(ctx, opt)
	})
	type visiting struct {
		Site string `path:"site" maxLength:"100"`
		Body NewVisit
	}
	op := operation(http.MethodPost, "/api/v1/weapons/{site}/visits", "record-visit", access.Declare, "Put on record what a visit to a storage site found")
	op.DefaultStatus = http.StatusCreated
	respond(s, api, op, func(ctx context.Context, in *visiting) (*Recorded, error) {
		at, err := instant("body.at", in.Body.At, s.app.Agreement().Location())
		if err != nil {
			return nil, err
		}
		id := access.From(ctx)
		record, err := s.app.Visited(ctx, ledger.Visit{Site: in.Site, At: at, By: id.Name, Outcome: in.Body.Outcome, Found: in.Body.Found, Remarks: in.Body.Remarks}, id.Role.String(), observation.Handling(in.Body.Handling))
		if errors.Is(err, ledger.ErrEntry) {
			return nil, invalid("body.found", err)
		}
		return &Recorded{record}, err
	})
	type declaring struct {
		Site string `path:"site" maxLength:"100"`
		Body NewInventory
	}
	op = operation(http.MethodPost, "/api/v1/weapons/{site}/inventory", "declare-inventory", access.Declare, "Put on record what a party declares to stand at a storage site")
	op.DefaultStatus = http.StatusCreated
	respond(s, api, op, func(ctx context.Context, in *declaring) (*Recorded, error) {
		at, err := instant("body.at", in.Body.At, s.app.Agreement().Location())
		if err != nil {
			return nil, err
		}
		id := access.From(ctx)
		record, err := s.app.DeclareInventory(ctx, ledger.Inventory{Site: in.Site, At: at, By: id.Name, Items: in.Body.Items}, id.Role.String(), in.Body.Reasons, observation.Handling(in.Body.Handling))
		if errors.Is(err, ledger.ErrEntry) {
			return nil, invalid("body.items", err)
		}
		return &Recorded{record}, err
	})
}
