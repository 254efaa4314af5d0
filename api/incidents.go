package api

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/picture"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/zone"
)

// Incidents is a page of a list, the newest first.
type Incidents struct {
	Incidents []app.Summary `json:"incidents"`
	Next      string        `json:"next,omitempty" doc:"The cursor of the next page; empty: this is the last"`
}

// Incident is one incident with all that is known of it.
type Incident struct {
	Incident   incident.Incident `json:"incident"`
	Summary    app.Summary       `json:"summary"`
	Members    []Member          `json:"members" doc:"The observations of it that you may see"`
	Place      *zone.Place       `json:"place,omitempty"`
	Findings   []finding.Finding `json:"findings"`
	Neighbours []Neighbour       `json:"neighbours" doc:"The nearest in space within two hours"`
	Cases      []string          `json:"cases"`
}

// Member is an observation with the reason for which it is of this incident.
type Member struct {
	incident.Member
	Observation *observation.Observation `json:"observation,omitempty"`
}

// Neighbour is another incident near by.
type Neighbour struct {
	app.Summary
	Km      float64 `json:"km"`
	Minutes float64 `json:"minutes" doc:"Later; before it: negative"`
}

// Chosen are incidents; the same words choose them in every list, tile and download.
type Chosen struct {
	Period
	BBox      string `query:"bbox" maxLength:"200" doc:"west,south,east,north in degrees WGS84" example:"30,46,40,52"`
	Activity  string `query:"activity" maxLength:"40"`
	Severity  string `query:"severity" maxLength:"40" doc:"Of the gravest finding"`
	Result    string `query:"result" enum:"breach,consistent,excepted,undetermined"`
	Provision string `query:"provision" maxLength:"100"`
	Party     string `query:"party" maxLength:"100" doc:"Responsible by the gravest finding"`
}

// Listing is a page of chosen incidents.
type Listing struct {
	Chosen
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Cursor string `query:"cursor" maxLength:"200" doc:"Where the page before ended: its next"`
}

// filter is what is asked for, as far as whoever asks may see it.
func (s *Server) filter(ctx context.Context, in *Listing) (f app.Filter, err error) {
	policy := s.policyFor(ctx)
	f = app.Filter{Activity: in.Activity, Severity: in.Severity, Result: in.Result, Provision: in.Provision, Party: in.Party,
		Limit: in.Limit, Cursor: in.Cursor, Policy: &policy}
	if f.Since, f.Until, err = in.read(s.app.Agreement().Location()); err != nil {
		return f, err
	}
	f.Box, err = bbox("query.bbox", in.BBox)
	return f, err
}

// list is a page of incidents that may leave, the newest first.
func (s *Server) list(ctx context.Context, f app.Filter) ([]app.Summary, string, error) {
	policy := s.policyFor(ctx)
	f.Policy = &policy
	rows, next, err := s.app.Listing(ctx, f)
	if errors.Is(err, picture.ErrCursor) {
		err = invalid("query.cursor", err)
	}
	if rows == nil {
		rows = []app.Summary{}
	}
	return rows, next, err
}

func (s *Server) incidents(api huma.API) {
	get(s, api, "/api/v1/incidents", "list-incidents", access.ReadPublished, "Incidents, the newest first", func(ctx context.Context, in *Listing) (*Incidents, error) {
		f, err := s.filter(ctx, in)
		if err != nil {
			return nil, err
		}
		list, next, err := s.list(ctx, f)
		return &Incidents{list, next}, err
	})
	get(s, api, "/api/v1/incidents/{id}", "get-incident", access.ReadPublished, "One incident with its observations, findings and neighbours", func(ctx context.Context, in *struct {
		ID string `path:"id" maxLength:"100" example:"I-4TQ7M2XK"`
		Tongue
	}) (*Incident, error) {
		out, err := s.incident(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		tell := s.tellers[in.Lang]
		out.Findings, out.Incident.Members = tell.Findings(out.Findings), tell.Members(out.Incident.Members)
		for i := range out.Members {
			out.Members[i].Member = out.Incident.Members[i]
		}
		return out, nil
	})
}

func (s *Server) incident(ctx context.Context, id string) (*Incident, error) {
	x, err := s.app.Explain(ctx, id)
	if err != nil {
		return nil, err
	}
	if x.Kind != "incident" {
		return nil, app.ErrUnknown
	}
	r := s.release(ctx, data(x))
	if len(r.Incidents) == 0 {
		return nil, app.ErrUnknown
	}
	out := &Incident{Incident: r.Incidents[0], Findings: r.Findings, Members: []Member{}, Neighbours: []Neighbour{}, Cases: []string{}}
	for _, c := range s.casesFor(ctx, x.Cases) {
		out.Cases = append(out.Cases, c.ID)
	}
	if out.Findings == nil {
		out.Findings = []finding.Finding{}
	}
	if len(r.Findings) > 0 {
		out.Place = &r.Findings[0].Place
	}
	row, _, err := s.list(ctx, app.Filter{Incident: id, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(row) == 0 {
		return nil, app.ErrUnknown // it has become part of another in the meantime
	}
	out.Summary = row[0]
	seen := map[[2]string]*observation.Observation{}
	for i := range r.Observations {
		o := &r.Observations[i]
		seen[[2]string{o.Source, o.Ref}] = o
	}
	for _, m := range out.Incident.Members {
		out.Members = append(out.Members, Member{m, seen[[2]string{m.Source, m.Ref}]})
	}
	out.Neighbours, err = s.neighbours(ctx, &out.Summary)
	return out, err
}

// data is what an explanation tells of, as publish wants it.
func data(x *app.Explanation) publish.Data {
	d := publish.Data{Findings: x.Findings}
	if x.Incident != nil {
		d.Incidents = []incident.Incident{*x.Incident}
	}
	for i := range x.Sources {
		d.Observations = append(d.Observations, x.Sources[i].Observation)
	}
	return d
}

// neighbours lists the nearest incidents within two hours, at most ten.
func (s *Server) neighbours(ctx context.Context, of *app.Summary) ([]Neighbour, error) {
	out := []Neighbour{}
	if of.Lat == nil {
		return out, nil
	}
	box := picture.Box{max(-180, *of.Lon-1), max(-90, *of.Lat-0.5), min(180, *of.Lon+1), min(90, *of.Lat+0.5)} // about 50 km
	list, _, err := s.list(ctx, app.Filter{Since: of.From.Add(-2 * time.Hour), Until: of.From.Add(2 * time.Hour), Box: &box, Limit: 1000})
	if err != nil {
		return nil, err
	}
	here := geo.Point{Lat: *of.Lat, Lon: *of.Lon}
	for _, x := range list {
		if x.ID == of.ID || x.Lat == nil {
			continue
		}
		km := geo.Distance(here, geo.Point{Lat: *x.Lat, Lon: *x.Lon}) / 1000
		out = append(out, Neighbour{x, math.Round(km*10) / 10, math.Round(x.From.Sub(of.From).Minutes()*10) / 10})
	}
	slices.SortFunc(out, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(a.Km, b.Km), cmp.Compare(math.Abs(a.Minutes), math.Abs(b.Minutes)), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(len(out), 10)], nil
}
