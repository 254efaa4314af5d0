package api

import (
	"context"
	"slices"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// Summary is an incident in a row of a list.
type Summary struct {
	ID          string               `json:"id"`
	From        time.Time            `json:"from"`
	To          time.Time            `json:"to"`
	Lat         *float64             `json:"lat,omitempty"`
	Lon         *float64             `json:"lon,omitempty"`
	RadiusM     float64              `json:"radius_m,omitempty" doc:"Of the circle that holds the true place with 95 %"`
	Activity    observation.Activity `json:"activity"`
	Weapon      observation.Weapon   `json:"weapon,omitempty"`
	Count       observation.Count    `json:"count,omitzero"`
	Probability float64              `json:"probability" doc:"That it happened"`
	Occurrence  string               `json:"occurrence,omitempty"`
	Severity    string               `json:"severity,omitempty" doc:"The gravest of its findings"`
	Result      finding.Result       `json:"result,omitempty" doc:"The gravest of its findings"`
	Provision   string               `json:"provision,omitempty" doc:"Of that finding"`
	Party       string               `json:"party,omitempty" doc:"Responsible; empty: undetermined"`
	Side        string               `json:"side,omitempty" doc:"The party on whose side it lies"`
	Zones       []string             `json:"zones,omitempty"`
	Sources     int                  `json:"sources" doc:"Independent of one another"`
	Handling    observation.Handling `json:"handling,omitempty"`
	Provisional bool                 `json:"provisional,omitempty" doc:"Its day has not been settled yet"`
}

// severities are the agreement's steps, the lowest first.
func (s *Server) severities() []string {
	var out []string
	for _, x := range s.app.Agreement().Scales.Severity {
		out = append(out, x.ID)
	}
	return out
}

// summary sums up an incident and its findings.
func summary(in *incident.Incident, found []finding.Finding, severities []string) Summary {
	x := Summary{ID: in.ID, From: in.From, To: in.To, Activity: in.Activity, Weapon: in.Weapon, Count: in.Count, Probability: in.Probability,
		Sources: in.IndependentSources, Handling: in.Handling}
	if p := in.Position; p != nil {
		x.Lat, x.Lon, x.RadiusM = &p.Lat, &p.Lon, p.Radius
	}
	order := []finding.Result{finding.Consistent, finding.Excepted, finding.Undetermined, finding.Breach}
	worst, grave := -1, -1
	for i := range found {
		f := &found[i]
		if n := slices.Index(order, f.Result); n > worst {
			worst, x.Result, x.Provision, x.Party, x.Occurrence = n, f.Result, f.Provision, f.Responsible.Party, f.Occurrence.Step
		}
		if n := slices.Index(severities, f.Severity); n > grave {
			grave, x.Severity = n, f.Severity
		}
	}
	if len(found) > 0 {
		x.Side = found[0].Place.Side
		for _, z := range found[0].Place.Zones {
			if z.Probability >= 0.5 {
				x.Zones = append(x.Zones, z.Zone)
			}
		}
	}
	return x
}

// summaries lists incidents that may leave, the newest first.
func (s *Server) summaries(ctx context.Context, f app.Filter) ([]Summary, string, error) {
	incidents, err := s.app.Incidents(ctx, app.Filter{Since: f.Since, Until: f.Until, Activity: f.Activity, Provision: f.Provision, Result: f.Result})
	if err != nil {
		return nil, "", err
	}
	slices.Reverse(incidents)
	if f.Limit > 0 {
		incidents = incidents[:min(len(incidents), f.Limit)]
	}
	of := map[string][]finding.Finding{}
	if len(incidents) > 0 {
		found, err := s.app.Findings(ctx, app.Filter{Since: incidents[len(incidents)-1].From, Until: incidents[0].From.Add(time.Microsecond)})
		if err != nil {
			return nil, "", err
		}
		r := s.release(ctx, publish.Data{Incidents: incidents, Findings: found})
		incidents = r.Incidents
		for _, x := range r.Findings {
			of[x.Incident] = append(of[x.Incident], x)
		}
	}
	out, steps := []Summary{}, s.severities()
	for i := range incidents {
		out = append(out, summary(&incidents[i], of[incidents[i].ID], steps))
	}
	return out, "", nil
}
