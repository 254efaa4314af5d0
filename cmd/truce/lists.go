package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
)

// table writes rows as CSV or aligned for reading.
func (c *cli) table(asCSV bool, header []string, rows [][]string) error {
	if asCSV {
		w := csv.NewWriter(c.out)
		w.Write(header)
		w.WriteAll(rows)
		return w.Error()
	}
	w := tabwriter.NewWriter(c.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, strings.ToUpper(strings.Join(header, "\t")))
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	return w.Flush()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func decimal(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }

func (c *cli) observations() *cobra.Command {
	var l listing
	var source, activity string
	cmd := &cobra.Command{
		Use: "observations", Short: "List what sources reported", Args: args(cobra.NoArgs),
		Example: "  truce observations --since 2026-03-04 --until 2026-03-05\n  truce observations --source \"patrol 2\" --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				f, err := l.filter(a.Agreement().Location())
				if err != nil {
					return err
				}
				f.Source, f.Activity = source, activity
				list, err := a.Observations(cmd.Context(), f)
				switch {
				case err != nil:
					return err
				case l.json:
					return c.json(nonNil(list))
				case l.geojson:
					return geo.WriteGeoJSON(c.out, observationFeatures(list))
				}
				rows := make([][]string, len(list))
				for i, o := range list {
					lat, lon, radius := "", "", ""
					if p := o.Position; p != nil {
						lat, lon, radius = decimal(p.Lat, 5), decimal(p.Lon, 5), decimal(p.Radius, 0)
					}
					rows[i] = []string{stamp(o.From), o.ID(), string(o.Means), string(o.Activity), string(o.Weapon), lat, lon, radius, o.Place, string(o.Handling)}
				}
				return c.table(l.csv, []string{"from", "id", "means", "activity", "weapon", "lat", "lon", "radius_m", "place", "handling"}, rows)
			})
		},
	}
	l.flags(cmd, true)
	cmd.Flags().StringVar(&source, "source", "", "of this source only")
	cmd.Flags().StringVar(&activity, "activity", "", "of this activity only")
	return cmd
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func observationFeatures(list []app.Observation) *geo.Features {
	out := &geo.Features{}
	for _, o := range list {
		f := geo.Feature{Properties: map[string]any{"id": o.ID(), "from": stamp(o.From), "activity": o.Activity, "means": o.Means, "weapon": o.Weapon}}
		if p := o.Position; p != nil {
			f.Points = []geo.Point{{Lat: p.Lat, Lon: p.Lon}}
			f.Properties["radius_m"] = p.Radius
		}
		out.Features = append(out.Features, f)
	}
	return out
}

// incidentRow is an incident as `truce incidents --json` gives it: what others
// rely on, and the whole incident beside it.
type incidentRow struct {
	Lat     *float64     `json:"lat,omitempty"`
	Lon     *float64     `json:"lon,omitempty"`
	RadiusM *float64     `json:"radius_m,omitempty"`
	Rests   []observedBy `json:"observations"`
	incident.Incident
}

type observedBy struct {
	Source string `json:"source"`
	Ref    string `json:"ref"`
}

func incidentRows(list []incident.Incident) []incidentRow {
	out := make([]incidentRow, len(list))
	for i, in := range list {
		out[i] = incidentRow{Incident: in, Rests: []observedBy{}}
		if p := in.Position; p != nil {
			out[i].Lat, out[i].Lon, out[i].RadiusM = &p.Lat, &p.Lon, &p.Radius
		}
		for _, m := range in.Members {
			out[i].Rests = append(out[i].Rests, observedBy{m.Source, m.Ref})
		}
	}
	return out
}

func (c *cli) incidents() *cobra.Command {
	var l listing
	var activity string
	cmd := &cobra.Command{
		Use: "incidents", Short: "List what happened, as the observations of it tell together", Args: args(cobra.NoArgs),
		Example: "  truce incidents --since 2026-03-04 --limit 10\n  truce incidents --geojson > incidents.geojson",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				f, err := l.filter(a.Agreement().Location())
				if err != nil {
					return err
				}
				f.Activity = activity
				list, err := a.Incidents(cmd.Context(), f)
				switch {
				case err != nil:
					return err
				case l.json:
					return c.json(incidentRows(list))
				case l.geojson:
					return geo.WriteGeoJSON(c.out, incidentFeatures(list))
				}
				rows := make([][]string, len(list))
				for i, in := range list {
					lat, lon, radius := "", "", ""
					if p := in.Position; p != nil {
						lat, lon, radius = decimal(p.Lat, 5), decimal(p.Lon, 5), decimal(p.Radius, 0)
					}
					rows[i] = []string{in.ID, stamp(in.From), stamp(in.To), string(in.Activity), string(in.Weapon), lat, lon, radius,
						decimal(in.Probability, 3), strconv.Itoa(in.IndependentSources), strconv.Itoa(len(in.Members))}
				}
				return c.table(l.csv, []string{"id", "from", "to", "activity", "weapon", "lat", "lon", "radius_m", "probability", "independent_sources", "reports"}, rows)
			})
		},
	}
	l.flags(cmd, true)
	cmd.Flags().StringVar(&activity, "activity", "", "of this activity only")
	return cmd
}

func incidentFeatures(list []incident.Incident) *geo.Features {
	out := &geo.Features{}
	for _, in := range list {
		f := geo.Feature{Properties: map[string]any{"id": in.ID, "from": stamp(in.From), "to": stamp(in.To), "activity": in.Activity, "weapon": in.Weapon,
			"probability": in.Probability, "independent_sources": in.IndependentSources}}
		if p := in.Position; p != nil {
			f.Points = []geo.Point{{Lat: p.Lat, Lon: p.Lon}}
			f.Properties["radius_m"] = p.Radius
		}
		out.Features = append(out.Features, f)
	}
	return out
}

func (c *cli) findings() *cobra.Command {
	var l listing
	var provision, result, of string
	cmd := &cobra.Command{
		Use: "findings", Short: "List which terms were met, broken or can't be told", Args: args(cobra.NoArgs),
		Example: "  truce findings --result breach --since 2026-03-04\n  truce findings --provision no-fire --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch finding.Result(result) {
			case "", finding.Breach, finding.Consistent, finding.Excepted, finding.Undetermined:
			default:
				return usage("--result %q: expected breach, consistent, excepted or undetermined", result)
			}
			return c.reading(cmd.Context(), func(a *app.App) error {
				f, err := l.filter(a.Agreement().Location())
				if err != nil {
					return err
				}
				f.Provision, f.Result, f.Incident = provision, result, of
				if provision != "" && a.Agreement().Provision(provision) == nil && a.Agreement().Commitment(provision) == nil {
					return usage("the agreement has no provision or commitment %q; `truce check` lists them", provision)
				}
				list, err := a.Findings(cmd.Context(), f)
				switch {
				case err != nil:
					return err
				case l.json:
					return c.json(nonNil(list))
				}
				rows := make([][]string, len(list))
				for i, x := range list {
					party := x.Responsible.Party
					if party == "" {
						party = "undetermined"
					}
					rows[i] = []string{x.ID, stamp(x.At), x.Provision, string(x.Result), x.Severity, x.Occurrence.Step, decimal(x.Occurrence.Probability, 3),
						decimal(x.BreachProbability, 3), party, decimal(x.Responsible.Probability, 3), x.Incident}
				}
				return c.table(l.csv, []string{"id", "at", "provision", "result", "severity", "occurrence", "occurred", "breach", "responsible", "attributed", "incident"}, rows)
			})
		},
	}
	l.flags(cmd, false)
	cmd.Flags().StringVar(&provision, "provision", "", "under this provision or commitment only")
	cmd.Flags().StringVar(&result, "result", "", "breach, consistent, excepted or undetermined only")
	cmd.Flags().StringVar(&of, "incident", "", "of this incident only")
	return cmd
}

func (c *cli) quarantine() *cobra.Command {
	var l listing
	retry := &cobra.Command{
		Use: "retry FILE…", Short: "Import corrected files; the rows that could not be read stay on record", Args: args(cobra.MinimumNArgs(1)),
		Example: "  truce quarantine retry corrected.csv",
		RunE: func(cmd *cobra.Command, files []string) error {
			return c.with(cmd.Context(), func(a *app.App) error {
				r, err := a.Import(cmd.Context(), files, app.ImportOptions{})
				if r != nil {
					c.imported(r)
				}
				return err
			})
		},
	}
	show := &cobra.Command{
		Use: "show RECORD", Short: "Print a quarantined row as it came", Args: args(cobra.ExactArgs(1)),
		Example: "  truce quarantine show 17",
		RunE: func(cmd *cobra.Command, a []string) error {
			seq, err := strconv.ParseUint(a[0], 10, 64)
			if err != nil {
				return usage("%q is not the number of a record; `truce quarantine` lists them", a[0])
			}
			return c.reading(cmd.Context(), func(a *app.App) error {
				list, err := a.Quarantine(cmd.Context(), app.Filter{})
				if err != nil {
					return err
				}
				for _, q := range list {
					if q.Seq == seq {
						fmt.Fprintf(c.out, "record %d: %s, row %d: %s\n%s\n", q.Seq, q.File, q.Row, q.Reason, q.Raw)
						return nil
					}
				}
				return usage("record %d is not in quarantine; `truce quarantine` lists what is", seq)
			})
		},
	}
	cmd := &cobra.Command{
		Use: "quarantine", Short: "List the rows that could not be read, with file, row and reason", Args: args(cobra.NoArgs),
		Example: "  truce quarantine --limit 20\n  truce quarantine --json > unread.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				f, err := l.filter(a.Agreement().Location())
				if err != nil {
					return err
				}
				list, err := a.Quarantine(cmd.Context(), f)
				switch {
				case err != nil:
					return err
				case l.json:
					return c.json(nonNil(list))
				}
				rows := make([][]string, len(list))
				for i, q := range list {
					rows[i] = []string{strconv.FormatUint(q.Seq, 10), q.File, strconv.Itoa(q.Row), q.Reason}
				}
				return c.table(l.csv, []string{"record", "file", "row", "reason"}, rows)
			})
		},
	}
	l.flags(cmd, false)
	cmd.AddCommand(retry, show)
	return cmd
}

func (c *cli) status() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "Say what is in the workspace", Args: args(cobra.NoArgs),
		Example: "  truce status",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				s, err := a.Status(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return c.json(s)
				}
				t := s.Totals
				fmt.Fprintf(c.out, "agreement     %s, version %s", s.Agreement, s.Version)
				if s.Standing != "" {
					fmt.Fprintf(c.out, ", %s", s.Standing)
				}
				fmt.Fprintf(c.out, "\njournal       %d records, root %s\n", s.Records, s.Root)
				fmt.Fprintf(c.out, "sealed        with %s\n", s.Key)
				fmt.Fprintf(c.out, "observations  %d by %s", t.Observations, plural(len(s.Sources), "source", "sources"))
				if t.Corrections > 0 {
					fmt.Fprintf(c.out, ", %s", plural(t.Corrections, "older version", "older versions"))
				}
				fmt.Fprintln(c.out)
				if t.Days > 0 {
					fmt.Fprintf(c.out, "days          %d, from %s to %s UTC\n", t.Days, t.First.Format("2006-01-02 15:04"), t.Last.Format("2006-01-02 15:04"))
				}
				fmt.Fprintf(c.out, "incidents     %d\nfindings      %d, of which %d of breach\n", t.Incidents, t.Findings, t.Breaches)
				if s.Lines > 0 {
					fmt.Fprintf(c.out, "lines         %s imported\n", plural(s.Lines, "version", "versions"))
				}
				fmt.Fprintf(c.out, "quarantine    %s\nsoftware      %s\n", plural(s.Quarantined, "row", "rows"), s.Software)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON document")
	return cmd
}
