package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/feed/truceown"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/report"
)

func (c *cli) explain() *cobra.Command {
	var asJSON bool
	var lang string
	cmd := &cobra.Command{
		Use: "explain ID", Short: "Print the chain of reasons, from the sentence of the agreement to the rows of the sources", Args: args(cobra.ExactArgs(1)),
		Long:    "Print the chain of reasons of an incident, a finding, an observation (source/ref), a provision or\na level of the escalation, or a number of a day's report (2026-03-04/incidents).\n\n--lang says findings, the reasons of findings, incidents and commitments, and the agreement's words\nwhere it has them, in another language; all else stays in English.",
		Example: "  truce explain I-4TQ7M2XK\n  truce explain I-4TQ7M2XK --lang uk\n  truce explain 2026-03-04/incidents",
		RunE: func(cmd *cobra.Command, a []string) error {
			if !slices.Contains(report.Languages(), lang) {
				return usage("--lang %q: expected one of %s", lang, strings.Join(report.Languages(), ", "))
			}
			return c.reading(cmd.Context(), func(w *app.App) error {
				x, err := w.Explain(cmd.Context(), a[0])
				if err != nil {
					return err
				}
				tell, err := report.NewTeller(lang, w.Agreement())
				if err != nil {
					return err
				}
				x.In(tell)
				if asJSON {
					return c.json(x)
				}
				return x.Write(c.out, w.Agreement().Location())
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON document")
	cmd.Flags().StringVar(&lang, "lang", "en", "language of the reasons: "+strings.Join(report.Languages(), ", "))
	return cmd
}

// reportFormats are the formats of a day's report, in the order of the default.
func reportFormats() []string { return []string{"html", "pdf", "csv", "geojson", "json"} }

func (c *cli) report() *cobra.Command {
	var date, lang, audience, out, spot string
	var formats []string
	cmd := &cobra.Command{
		Use: "report --date D", Short: "Write the day's report, or the spot report of one incident", Args: args(cobra.NoArgs),
		Long:    "Write the day's report as one HTML file, PDF, CSV tables, GeoJSON and JSON. Without --date it is\nthat of the last day on record.",
		Example: "  truce report --date 2026-03-04\n  truce report --date 2026-03-04 --lang uk --format html,pdf --audience public\n  truce report --spot I-4TQ7M2XK",
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, f := range formats {
				if !slices.Contains(reportFormats(), f) {
					return usage("--format %q: expected some of %s", f, strings.Join(reportFormats(), ", "))
				}
			}
			if !slices.Contains(report.Languages(), lang) {
				return usage("--lang %q: expected one of %s", lang, strings.Join(report.Languages(), ", "))
			}
			if !slices.Contains([]string{"mission", "parties", "public"}, audience) {
				return usage("--audience %q: expected mission, parties or public", audience)
			}
			return c.reading(cmd.Context(), func(a *app.App) error {
				if out == "" {
					out = filepath.Join(c.workspace, "reports")
				}
				if spot != "" {
					return c.writeSpot(cmd.Context(), a, spot, lang, audience, out, formats)
				}
				if date == "" {
					var err error
					if date, err = a.LastDay(cmd.Context()); err != nil {
						return err
					}
					if date == "" {
						return usage("there is nothing on record yet; `truce import` first")
					}
				}
				files, _, err := writeReport(cmd.Context(), a, date, lang, audience, out, formats)
				for _, f := range files {
					fmt.Fprintln(c.out, f)
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&date, "date", "", "local date of the report, such as 2026-03-04")
	f.StringVar(&spot, "spot", "", "the spot report of this incident instead")
	f.StringVar(&lang, "lang", "en", "language: "+strings.Join(report.Languages(), ", "))
	f.StringVar(&audience, "audience", "mission", "whose policy holds: mission, parties or public")
	f.StringSliceVar(&formats, "format", reportFormats(), "formats")
	f.StringVar(&out, "out", "", "folder to write to (default: reports in the workspace)")
	return cmd
}

// writeReport writes a day's report in the formats and returns the files.
func writeReport(ctx context.Context, a *app.App, date, lang, audience, out string, formats []string) ([]string, *report.Report, error) {
	r, err := a.Report(ctx, date, audience)
	if err != nil {
		return nil, nil, err
	}
	name := fmt.Sprintf("report-%s-%s-%s", r.Agreement, date, lang)
	if audience != "mission" {
		name += "-" + audience
	}
	files, err := writeFormats(r, filepath.Join(out, name), lang, formats)
	return files, r, err
}

func (c *cli) writeSpot(ctx context.Context, a *app.App, id, lang, audience, out string, formats []string) error {
	r, err := a.Spot(ctx, id, audience)
	if err != nil {
		return err
	}
	files, err := writeFormats(r, filepath.Join(out, "spot-"+id+"-"+lang), lang, formats)
	for _, f := range files {
		fmt.Fprintln(c.out, f)
	}
	return err
}

// writeFormats writes base.html, base.pdf and so on; the CSV tables go into a
// folder base-csv.
func writeFormats(r *report.Report, base, lang string, formats []string) ([]string, error) {
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return nil, err
	}
	var files []string
	write := func(path string, do func(io.Writer) error) error {
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		if err := do(f); err != nil {
			f.Close()
			return fmt.Errorf("writing %s: %w", path, err)
		}
		files = append(files, path)
		return f.Close()
	}
	for _, format := range formats {
		var err error
		switch format {
		case "html":
			err = write(base+".html", func(w io.Writer) error { return report.HTML(w, r, lang) })
		case "pdf":
			err = write(base+".pdf", func(w io.Writer) error { return report.PDF(w, r, lang) })
		case "geojson":
			err = write(base+".geojson", func(w io.Writer) error { return report.GeoJSON(w, r) })
		case "json":
			err = write(base+".json", func(w io.Writer) error { return report.JSON(w, r) })
		case "csv":
			if err = os.MkdirAll(base+"-csv", 0o755); err == nil {
				for _, t := range report.Tables(r) {
					if err = write(filepath.Join(base+"-csv", t.Name+".csv"), t.Write); err != nil {
						break
					}
				}
			}
		}
		if err != nil {
			return files, err
		}
	}
	return files, nil
}

func (c *cli) zones() *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "zones", Short: "Write the lines and zones in force at an instant as GeoJSON", Args: args(cobra.NoArgs),
		Example: "  truce zones --at 2026-03-04 > zones.geojson\n  truce zones plan --km 15",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				t, err := c.instant(cmd.Context(), a, at)
				if err != nil {
					return err
				}
				f, err := a.Zones(cmd.Context(), t)
				if err != nil {
					return err
				}
				return geo.WriteGeoJSON(c.out, f)
			})
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "date or time (default: the last on record, or now)")
	cmd.AddCommand(c.plan())
	return cmd
}

// instant reads a flag's time; without one it is the last on record, or now.
func (c *cli) instant(ctx context.Context, a *app.App, flag string) (time.Time, error) {
	if flag != "" {
		return when("--at", flag, a.Agreement().Location())
	}
	s, err := a.Status(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if !s.Totals.Last.IsZero() {
		return s.Totals.Last, nil
	}
	return time.Now(), nil
}

func (c *cli) template() *cobra.Command {
	return &cobra.Command{
		Use: "template", Short: "Write a CSV file to fill with observations in a spreadsheet", Args: args(cobra.NoArgs),
		Example: "  truce template > reports.csv",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := c.out.Write(truceown.Template())
			return err
		},
	}
}

func (c *cli) schema() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Write the JSON Schema of agreement files, for editors", Args: args(cobra.NoArgs),
		Example: "  truce schema > agreement.schema.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := c.out.Write(agreement.Schema())
			return err
		},
	}
}
