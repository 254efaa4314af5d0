package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/report"
)

// Day is one report day.
type Day struct {
	Date      string `json:"date" format:"date"`
	Incidents int    `json:"incidents"`
	Breaches  int    `json:"breaches" doc:"Incidents that broke a term"`
	Published bool   `json:"published" doc:"The public can read the report of it"`
}

func (s *Server) days(api huma.API) {
	get(s, api, "/api/v1/days", "list-days", access.ReadPublished, "The days that have a report, the newest first", func(ctx context.Context, _ *struct{}) ([]Day, error) {
		return remembered(s, "days", s.policyFor(ctx), func() ([]Day, error) { return s.dayList(ctx, 0) })
	})
	op := operation(http.MethodGet, "/api/v1/days/{date}", "get-day", access.ReadPublished, "The report of a day, as your audience gets it")
	content(s, api, op, []string{"application/json", "text/html", "application/pdf", "text/csv", "application/geo+json"}, func(ctx context.Context, in *struct {
		Date   string `path:"date" format:"date" example:"2026-03-04"`
		Lang   string `query:"lang" enum:"en,fr,uk" default:"en"`
		Format string `query:"format" enum:"json,html,pdf,csv,geojson" default:"json"`
	}) (*writing, error) {
		r, err := s.report(ctx, in.Date)
		if err != nil {
			return nil, err
		}
		return written(r, in.Lang, in.Format)
	})
}

// written is a report in a format. It is made before the answer begins, so
// that one that can't be made is an error and not half a page.
func written(r *report.Report, lang, format string) (*writing, error) {
	kind := map[string]string{"json": "application/json", "html": "text/html; charset=utf-8", "pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}
	var b bytes.Buffer
	var err error
	switch format {
	case "html":
		err = report.HTML(&b, r, lang)
	case "pdf":
		err = report.PDF(&b, r, lang)
	case "geojson":
		err = report.GeoJSON(&b, r)
	case "csv":
		for i, t := range report.Tables(r) {
			if t.Name == "incidents" || i == 0 && err == nil {
				b.Reset()
				err = t.Write(&b)
			}
		}
	default:
		err = report.JSON(&b, r)
	}
	if err != nil {
		return nil, err
	}
	x := &writing{kind: kind[format], page: format == "html", write: func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }}
	if format != "json" && format != "html" {
		x.name = strings.Join([]string{"report", r.Agreement, r.Day, lang}, "-") + "." + format
	}
	return x, nil
}

// report makes a day's report for the audience of whoever asks. A day of which
// that audience may know nothing yet has none.
func (s *Server) report(ctx context.Context, day string) (*report.Report, error) {
	terms := s.app.Agreement()
	_, to, err := report.Period(day, terms.Report.Cutoff, terms.Location())
	if err != nil {
		return nil, invalid("path.date", err)
	}
	totals, err := s.totals(ctx)
	if err != nil {
		return nil, err
	}
	from := to.Add(-26 * time.Hour)
	if totals.First.IsZero() || to.Before(totals.First) || from.After(totals.Last) || !s.over(ctx, to) {
		return nil, huma.Error404NotFound("there is no report of this day, or not yet")
	}
	id := asks(ctx)
	return remembered(s, "report "+day, s.policyFor(ctx), func() (*report.Report, error) {
		return s.app.ReportFor(ctx, day, id.Audience(), id.Limit)
	})
}

// over reports whether a period that ends at to is over for whoever asks:
// with a delay nothing is told of a part of a day.
func (s *Server) over(ctx context.Context, to time.Time) bool {
	d := s.policyFor(ctx).Delay.Duration
	return d == 0 || !to.Add(d).After(s.now())
}

// dayList lists the last days that have a report, at most so many; 0: all.
func (s *Server) dayList(ctx context.Context, most int) ([]Day, error) {
	out := []Day{}
	totals, err := s.totals(ctx)
	if err != nil || totals.First.IsZero() {
		return out, err
	}
	terms := s.app.Agreement()
	d, err := span(terms, totals.First, totals.Last)
	if err != nil {
		return nil, err
	}
	policy, public := s.policyFor(ctx), publish.Policy(terms, publish.Public)
	first, _ := time.Parse(time.DateOnly, d.First)
	for day, _ := time.Parse(time.DateOnly, d.Last); !day.Before(first); day = day.AddDate(0, 0, -1) {
		date := day.Format(time.DateOnly)
		from, to, err := report.Period(date, terms.Report.Cutoff, terms.Location())
		if err != nil {
			return nil, err
		}
		if !s.over(ctx, to) {
			continue
		}
		if most > 0 && len(out) == most {
			break
		}
		counts, err := s.app.Rate(ctx, app.Filter{Since: from, Until: to, Policy: &policy}, 24*time.Hour)
		if err != nil {
			return nil, err
		}
		x := Day{Date: date, Published: !to.Add(public.Delay.Duration).After(s.now())}
		for _, n := range counts {
			x.Incidents += n.Incidents
			x.Breaches += n.Breaches
		}
		out = append(out, x)
	}
	return out, nil
}
