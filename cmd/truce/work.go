package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/feed"
)

func (c *cli) init() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "init DIR --agreement FILE", Short: "Make a workspace for an agreement", Args: args(cobra.ExactArgs(1)),
		Example: "  truce init mission --agreement examples/paris-2026/agreement.yaml",
		RunE: func(cmd *cobra.Command, a []string) error {
			if file == "" {
				return usage("--agreement FILE is missing; see `truce init --help`")
			}
			w, err := app.Init(cmd.Context(), a[0], file, c.options())
			if err != nil {
				return c.problems(err)
			}
			defer w.Close()
			fmt.Fprintf(c.out, "%s holds agreement %s, version %s.\n", a[0], w.Agreement().ID, w.Agreement().Version())
			c.note("Next: truce -w %s import FILE…", a[0])
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "agreement", "", "the agreement file")
	return cmd
}

// problems gives what is wrong with an agreement the exit code of a check.
func (c *cli) problems(err error) error {
	var p app.Problems
	if errors.As(err, &p) {
		return &exitError{exitWrong, fmt.Errorf("the agreement can't be used:\n%w", err)}
	}
	return err
}

func (c *cli) check() *cobra.Command {
	var asJSON bool
	var lang string
	cmd := &cobra.Command{
		Use: "check FILE [NEWER]", Short: "Validate and explain an agreement, or say what a newer version changes", Args: args(cobra.RangeArgs(1, 2)),
		Example: "  truce check agreement.yaml\n  truce check agreement.yaml amended.yaml",
		RunE: func(cmd *cobra.Command, a []string) error {
			if len(a) == 2 {
				return c.compare(a[0], a[1], asJSON)
			}
			return c.explainTerms(a[0], lang, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON document")
	cmd.Flags().StringVar(&lang, "lang", "en", "language of the terms' own texts, where they have it")
	return cmd
}

// parse reads an agreement and says everything that is wrong with it.
func (c *cli) parse(file string) (*agreement.Agreement, []agreement.Problem, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	a, problems := agreement.Parse(file, data)
	if agreement.Failed(problems) {
		return nil, problems, &exitError{exitWrong, app.Problems(problems)}
	}
	return a, problems, nil
}

func (c *cli) explainTerms(file, lang string, asJSON bool) error {
	a, problems, err := c.parse(file)
	if err != nil {
		return err
	}
	problems = append(problems, agreement.Monitorability(a)...)
	measures, err := app.MeasuresOf(a, os.DirFS(filepath.Dir(file)), time.Now())
	if err != nil {
		return &exitError{exitWrong, err}
	}
	sentences := agreement.Explain(a, lang, measures)
	if asJSON {
		return c.json(map[string]any{"agreement": a.ID, "version": a.Version(), "sentences": sentences, "warnings": problems})
	}
	for _, s := range sentences {
		fmt.Fprintln(c.out, s)
	}
	for _, p := range problems {
		c.note("warning: %s", p.Error())
	}
	c.note("%s is sound: agreement %s, version %s, %s.", file, a.ID, a.Version(), plural(len(problems), "warning", "warnings"))
	return nil
}

func (c *cli) compare(before, after string, asJSON bool) error {
	x, _, err := c.parse(before)
	if err != nil {
		return err
	}
	y, _, err := c.parse(after)
	if err != nil {
		return err
	}
	changes := agreement.Compare(x, y)
	if asJSON {
		return c.json(changes)
	}
	for _, ch := range changes {
		fmt.Fprintln(c.out, ch)
	}
	c.note("%s in meaning from version %s to %s.", plural(len(changes), "change", "changes"), x.Version(), y.Version())
	return nil
}

func (c *cli) imports() *cobra.Command {
	var opt app.ImportOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use: "import FILE…", Short: "Take in lines, areas and observations of any known format", Args: args(cobra.MinimumNArgs(1)),
		Long:    "Take in lines, areas and observations of any known format, recognised by content; gzip and\nzip are unpacked, folders taken whole. What can't be read is quarantined with its reason.\nThe same input again changes nothing.\n\nFormats: " + fmt.Sprint(feed.Names()),
		Example: "  truce import patrols.csv sensors.jsonl.gz\n  truce import --strict --source \"patrol base 3\" night.csv\n  truce import --template > reports.csv",
		RunE: func(cmd *cobra.Command, files []string) error {
			return c.with(cmd.Context(), func(a *app.App) error {
				r, err := a.Import(cmd.Context(), files, opt)
				if r != nil && asJSON {
					err = errors.Join(err, c.json(r))
				} else if r != nil {
					c.imported(r)
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&opt.Format, "format", "", "force a format by name")
	f.StringVar(&opt.Source, "source", "", "who reports, instead of what the file says")
	f.StringVar(&opt.Encoding, "encoding", "", "encoding of text that is neither UTF-8 nor marked, such as windows-1251")
	f.BoolVar(&opt.Strict, "strict", false, "if anything can't be read, store nothing")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	return cmd
}

// imported sums up an import and sets the exit code.
func (c *cli) imported(r *app.ImportResult) {
	const most = 20
	for i, f := range r.Files {
		if i == most && len(r.Files) > most+1 {
			fmt.Fprintf(c.out, "… and %d more files\n", len(r.Files)-most)
			break
		}
		fmt.Fprintf(c.out, "%s: %s\n", f.File, sum(f))
	}
	if len(r.Files) > 1 {
		fmt.Fprintf(c.out, "in all: %s\n", sum(r.Total))
	}
	for _, credit := range r.Credits() {
		c.note("Credit: %s", credit)
	}
	switch {
	case r.Strict:
		c.note("Nothing was stored, since something could not be read (--strict).")
	case r.Total.Quarantined > 0:
		c.note("%s quarantined; `truce quarantine` lists them with file, row and reason.", plural(r.Total.Quarantined, "row was", "rows were"))
	}
	if r.Total.Quarantined > 0 || r.Total.Error != "" {
		c.code = exitQuarantined
	}
}

func sum(f app.FileResult) string {
	text := ""
	if f.Format != "" {
		text = f.Format + ", "
	}
	text += plural(f.Observations, "new observation", "new observations")
	for _, x := range []struct {
		n         int
		one, many string
	}{{f.Corrections, "correction", "corrections"}, {f.Known, "row known already", "rows known already"}, {f.Lines, "line version", "line versions"},
		{f.Other, "other record", "other records"}, {f.Quarantined, "row quarantined", "rows quarantined"}} {
		if x.n > 0 {
			text += ", " + plural(x.n, x.one, x.many)
		}
	}
	if f.Error != "" {
		text += "; " + f.Error
	}
	return text
}

func (c *cli) rebuild() *cobra.Command {
	return &cobra.Command{
		Use: "rebuild", Short: "Make incidents and findings again from the journal and compare", Args: args(cobra.NoArgs),
		Example: "  truce rebuild",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd.Context(), func(a *app.App) error {
				r, err := a.Rebuild(cmd.Context())
				if err != nil {
					return err
				}
				if r.Same {
					fmt.Fprintf(c.out, "rebuilt from %d records: the same as before (%s)\n", r.Records, r.After[:16])
					return nil
				}
				fmt.Fprintf(c.out, "rebuilt from %d records: NOT the same as before (%s, was %s)\n", r.Records, r.After[:16], r.Before[:16])
				c.code = exitWrong
				return nil
			})
		},
	}
}
