package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/report"
	"github.com/truce-monitor/truce/store/sqlite"
)

// Status is what a page needs to begin with.
type Status struct {
	Agreement string            `json:"agreement" doc:"Its short id"`
	Title     agreement.Text    `json:"title"`
	Version   string            `json:"version" doc:"Of the agreement, by its content"`
	Standing  string            `json:"standing,omitempty" doc:"proposed, signed, in-force, suspended or ended, at the last instant of data"`
	Parties   []agreement.Party `json:"parties"`
	TimeZone  string            `json:"time_zone" doc:"IANA name of the zone in which local times and report days are meant"`
	Cutoff    string            `json:"cutoff" doc:"Local time at which a report's day ends; empty: midnight"`
	Area      []float64         `json:"area,omitempty" doc:"West, south, east, north, degrees WGS84"`
	Simulated bool              `json:"simulated" doc:"Nothing of this happened"`
	Languages []string          `json:"languages" doc:"In which reports are written"`
	Audience  string            `json:"audience" enum:"public,parties,mission"`
	Role      string            `json:"role"`
	Totals    *sqlite.Totals    `json:"totals,omitempty" doc:"For the mission only"`
	Head      Head              `json:"head"`
	First     time.Time         `json:"first,omitzero" doc:"First instant of data"`
	Last      time.Time         `json:"last,omitzero" doc:"Last instant of data that this audience may know of"`
	Days      DaySpan           `json:"days"`
	Policy    PolicyNote        `json:"policy"`
	Now       time.Time         `json:"now"`
	Severity  []string          `json:"severity" doc:"Steps of the scale of severity, the lowest first"`
	BaseMap   *BaseMap          `json:"base_map,omitempty" doc:"An online base map, where the server was told of one"`
	Software  string            `json:"software"`
}

// Head is that of the journal.
type Head struct {
	Size uint64 `json:"size" doc:"Records"`
	Root string `json:"root" doc:"Of the Merkle tree, hexadecimal"`
}

// DaySpan are the report days that have data.
type DaySpan struct {
	First string `json:"first,omitempty"`
	Last  string `json:"last,omitempty"`
	Best  string `json:"best,omitempty" doc:"The last whole day, or else the last"`
}

// PolicyNote says what is kept from whoever asks.
type PolicyNote struct {
	Handling string   `json:"handling" doc:"The most restricted label that passes"`
	DelayS   float64  `json:"delay_s"`
	RoundM   float64  `json:"round_m" doc:"Side of the grid to which places are rounded; 0: not"`
	Withhold []string `json:"withhold,omitempty"`
}

func (s *Server) status(api huma.API) {
	get(s, api, "/api/v1/status", "get-status", access.ReadPublished, "What this server watches, and who you are to it", func(ctx context.Context, _ *struct{}) (*Status, error) {
		id, policy, terms := asks(ctx), s.policyFor(ctx), s.app.Agreement()
		is, err := remembered(s, "status", agreement.Policy{}, func() (*app.Status, error) { return s.app.Status(ctx) })
		if err != nil {
			return nil, err
		}
		x := &Status{Agreement: is.Agreement, Title: terms.Title, Version: is.Version, Standing: is.Standing, Parties: terms.Parties,
			TimeZone: terms.TimeZone, Cutoff: terms.Report.Cutoff, Area: terms.Area, Languages: report.Languages(), Audience: id.Audience(),
			Role: id.Role.String(), Head: Head{is.Records, is.Root}, Now: s.now(), Severity: steps(s.app.Agreement()), BaseMap: s.opt.BaseMap, Software: is.Software,
			Policy: PolicyNote{policy.Handling, policy.Delay.Seconds(), policy.RoundM, policy.Withhold}}
		if x.Audience == publish.Mission {
			x.Totals = &is.Totals
		}
		if is.Totals.First.IsZero() {
			return x, nil
		}
		if x.Simulated, err = s.simulated(ctx); err != nil {
			return nil, err
		}
		if last := s.latest(ctx, is.Totals.Last); !last.Before(is.Totals.First) {
			x.First, x.Last = is.Totals.First, last
			x.Days, err = span(terms, x.First, x.Last)
		}
		return x, err
	})
}

// simulated reports whether the data on record say that they are made up.
func (s *Server) simulated(ctx context.Context) (bool, error) {
	first, err := s.app.Observations(ctx, app.Filter{Limit: 1})
	return len(first) > 0 && first[0].Extra["simulated"] == "true", err
}

// span gives the report days from first to last.
func span(terms *agreement.Agreement, first, last time.Time) (d DaySpan, err error) {
	cutoff, loc := terms.Report.Cutoff, terms.Location()
	if d.First, err = report.DayOf(first, cutoff, loc); err != nil {
		return d, err
	}
	if d.Last, err = report.DayOf(last, cutoff, loc); err != nil {
		return d, err
	}
	d.Best = d.Last
	if from, _, err := report.Period(d.Last, cutoff, loc); err == nil && from.After(first) {
		if d.Best, err = report.DayOf(from.Add(-time.Second), cutoff, loc); err != nil {
			return d, err
		}
	}
	return d, nil
}

// steps are those of the agreement's scale of severity.
func steps(a *agreement.Agreement) []string {
	out := []string{}
	for _, s := range a.SeverityScale() {
		out = append(out, s.ID)
	}
	return out
}
