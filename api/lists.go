package api

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// Observations is a page of a list, the earliest first.
type Observations struct {
	Observations []observation.Observation `json:"observations"`
	Next         string                    `json:"next,omitempty" doc:"The cursor of the next page; empty: this is the last"`
}

// Findings is a page of a list, by incidents from the newest.
type Findings struct {
	Findings []finding.Finding `json:"findings"`
	Next     string            `json:"next,omitempty" doc:"The cursor of the next page; empty: this is the last"`
}

func (s *Server) observations(api huma.API) {
	get(s, api, "/api/v1/observations", "list-observations", access.ReadPicture, "Observations, the earliest first", func(ctx context.Context, in *struct {
		Period
		Source   string `query:"source" maxLength:"300" doc:"Takes the right to read sources"`
		Activity string `query:"activity" maxLength:"40"`
		Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		Cursor   string `query:"cursor" maxLength:"200" doc:"Where the page before ended: its next"`
	}) (*Observations, error) {
		f := app.Filter{Source: in.Source, Activity: in.Activity, Limit: in.Limit}
		if in.Source != "" {
			if d := access.Decide(asks(ctx), access.ReadSources, observation.Clear); !d.Allowed {
				return nil, huma.Error403Forbidden(d.Why)
			}
		}
		var err error
		if f.Since, f.Until, err = in.read(s.app.Agreement().Location()); err != nil {
			return nil, err
		}
		list, next, err := s.observationPage(ctx, f, in.Cursor)
		if err != nil {
			return nil, err
		}
		return &Observations{list, next}, nil
	})
}

// observationPage gives the observations that may leave, at most f.Limit of
// those on record, which are counted too where they may not.
func (s *Server) observationPage(ctx context.Context, f app.Filter, cursor string) ([]observation.Observation, string, error) {
	from, skip, err := parseCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	if !from.IsZero() {
		f.Since = from
	}
	most := f.Limit
	f.Limit += skip + 1
	list, err := s.app.Observations(ctx, f)
	if err != nil {
		return nil, "", err
	}
	list = list[min(skip, len(list)):]
	next := ""
	if len(list) > most {
		list = list[:most]
		last := list[most-1].From
		same := 0
		for _, o := range list {
			if o.From.Equal(last) {
				same++
			}
		}
		if last.Equal(f.Since) {
			same += skip
		}
		next = formatCursor(last, same)
	}
	var d publish.Data
	for i := range list {
		d.Observations = append(d.Observations, list[i].Observation)
	}
	out := s.release(ctx, d).Observations
	if out == nil {
		out = []observation.Observation{}
	}
	return out, next, nil
}

// A cursor names an instant, and how many of it have been given.
func formatCursor(at time.Time, skip int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d", at.UnixMicro(), skip))
}

func parseCursor(cursor string) (at time.Time, skip int, err error) {
	if cursor == "" {
		return at, 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	var us int64
	if err == nil {
		_, err = fmt.Sscanf(string(text), "%d %d", &us, &skip)
	}
	if err != nil || skip < 0 || skip > 1e6 {
		return at, 0, invalid("query.cursor", errors.New("it is not one that this server gave"))
	}
	return time.UnixMicro(us).UTC(), skip, nil
}

func (s *Server) findings(api huma.API) {
	get(s, api, "/api/v1/findings", "list-findings", access.ReadPublished, "Findings with their reasons, by incidents from the newest", func(ctx context.Context, in *struct {
		Listing
		Tongue
	}) (*Findings, error) {
		f, err := s.filter(ctx, &in.Listing)
		if err != nil {
			return nil, err
		}
		list, next, err := s.list(ctx, f)
		if err != nil {
			return nil, err
		}
		_, found, err := s.whole(ctx, list)
		if err != nil {
			return nil, err
		}
		out := &Findings{Findings: []finding.Finding{}, Next: next}
		for _, x := range found {
			if (f.Provision == "" || x.Provision == f.Provision) && (f.Result == "" || string(x.Result) == f.Result) {
				out.Findings = append(out.Findings, x)
			}
		}
		out.Findings = s.tellers[in.Lang].Findings(out.Findings)
		return out, nil
	})
}

// whole gives the incidents of summaries, in their order, and the findings on
// them, as they may leave.
func (s *Server) whole(ctx context.Context, list []app.Summary) ([]incident.Incident, []finding.Finding, error) {
	if len(list) == 0 {
		return nil, nil, nil
	}
	f := app.Filter{Since: list[len(list)-1].From, Until: list[0].From.Add(time.Microsecond)}
	for i := range list { // rounded times of one policy need not be in order
		if list[i].From.Before(f.Since) {
			f.Since = list[i].From
		}
		if !list[i].From.Before(f.Until) {
			f.Until = list[i].From.Add(time.Microsecond)
		}
	}
	wanted := make(map[string]int, len(list))
	for i := range list {
		wanted[list[i].ID] = i
	}
	incidents, err := s.app.Incidents(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	found, err := s.app.Findings(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	var d publish.Data
	ordered := make([]*incident.Incident, len(list))
	for i := range incidents {
		if n, ok := wanted[incidents[i].ID]; ok {
			ordered[n] = &incidents[i]
		}
	}
	for _, x := range ordered {
		if x != nil {
			d.Incidents = append(d.Incidents, *x)
		}
	}
	of := make([][]finding.Finding, len(list))
	for _, x := range found {
		if n, ok := wanted[x.Incident]; ok {
			of[n] = append(of[n], x)
		}
	}
	for _, x := range of {
		d.Findings = append(d.Findings, x...)
	}
	r := s.release(ctx, d)
	return r.Incidents, r.Findings, nil
}
