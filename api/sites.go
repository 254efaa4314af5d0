package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/site"
)

// Sites are the protected sites and how they fared.
type Sites struct {
	Sites   []site.Status `json:"sites"`
	Answers []string      `json:"answers" doc:"That a status note can give to each item of its checklist"`
}

// NewNote is a status note to be put on record.
type NewNote struct {
	At       string            `json:"at,omitempty" maxLength:"40" doc:"When it was so; without it now"`
	Answers  map[string]string `json:"answers" doc:"By item of the checklist: kept, at-risk, lost or unknown"`
	Remarks  map[string]string `json:"remarks,omitempty"`
	Summary  string            `json:"summary,omitempty" maxLength:"4000"`
	Handling string            `json:"handling,omitempty" maxLength:"40" doc:"TLP label; without it TLP:AMBER"`
}

// Recorded says where something is on record.
type Recorded struct {
	Record uint64 `json:"record" doc:"Its number in the journal"`
}

func (s *Server) sites(api huma.API) {
	type asked struct {
		Period
		ID  string `query:"id" maxLength:"200" doc:"One site"`
		All bool   `query:"all" doc:"Also sites that only an imported register names"`
	}
	get(s, api, "/api/v1/sites", "list-sites", access.ReadPublished, "Protected sites: what happened near and on them, local ceasefires, the last status note", func(ctx context.Context, in *asked) (*Sites, error) {
		policy := s.policyFor(ctx)
		opt := app.SitesOptions{ID: in.ID, Imported: in.All || in.ID != "", Policy: &policy, AsOf: s.now()}
		var err error
		if opt.From, opt.To, err = in.read(s.app.Agreement().Location()); err != nil {
			return nil, err
		}
		list, err := s.app.Sites(ctx, opt)
		return &Sites{list, site.Answers()}, err
	})
	type noting struct {
		ID   string `path:"id" maxLength:"200"`
		Body NewNote
	}
	op := operation(http.MethodPost, "/api/v1/sites/{id}/notes", "note-site", access.Declare, "Put on record how a site stands, by its checklist")
	op.DefaultStatus = http.StatusCreated
	respond(s, api, op, func(ctx context.Context, in *noting) (*Recorded, error) {
		at, err := instant("body.at", in.Body.At, s.app.Agreement().Location())
		if err != nil {
			return nil, err
		}
		if in.Body.Handling != "" && !observation.KnownHandling(observation.Handling(in.Body.Handling)) {
			return nil, invalid("body.handling", errors.New("it is not a TLP 2.0 label"))
		}
		id := access.From(ctx)
		note := site.Note{At: at, By: id.Name, Answers: in.Body.Answers, Remarks: in.Body.Remarks, Summary: in.Body.Summary}
		record, err := s.app.NoteSite(ctx, in.ID, id.Role.String(), observation.Handling(in.Body.Handling), note)
		if errors.Is(err, site.ErrNote) {
			return nil, invalid("body.answers", err)
		}
		return &Recorded{record}, err
	})
}
