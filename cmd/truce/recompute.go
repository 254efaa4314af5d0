package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/report"
)

func (c *cli) bundle() *cobra.Command {
	var out, audience string
	cmd := &cobra.Command{
		Use: "bundle --out FILE", Short: "Write one file from which others can compute reports again", Args: args(cobra.NoArgs),
		Long: `Write the journal with terms, lines, parameters and the signed checkpoint into one file. Quarantined
rows stay back, and so do observations whose handling label the audience may not see; their
commitments are in it, so the seal can be checked. From an audience's bundle the reports can
be computed again, but for days from which something is withheld: the command names them.`,
		Example: "  truce bundle --out mission-2026-03-04.bundle",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return usage("--out FILE is missing; see `truce bundle --help`")
			}
			if !slices.Contains([]string{"mission", "parties", "public"}, audience) {
				return usage("--audience %q: expected mission, parties or public", audience)
			}
			return c.reading(cmd.Context(), func(a *app.App) error {
				var m *app.Manifest
				if err := c.into(out, func(w io.Writer) (err error) {
					m, err = a.Bundle(cmd.Context(), w, audience)
					return err
				}); err != nil {
					return err
				}
				fmt.Fprintf(c.out, "%s holds %d records, root %s\n", out, m.Records, m.Root)
				for kind, n := range m.Withheld {
					c.note("withheld: what %s of kind %s said", plural(n, "record", "records"), kind)
				}
				if n := len(m.WithheldDays); n > 0 {
					c.note("observations are withheld from %s, %s to %s: reports that rest on them can't be computed again from this bundle", plural(n, "day", "days"), m.WithheldDays[0], m.WithheldDays[n-1])
				}
				c.note("It is checked with the public key %s", a.PublicKey())
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "file to write")
	cmd.Flags().StringVar(&audience, "audience", "mission", "who may see it: mission, parties or public")
	return cmd
}

func (c *cli) recompute() *cobra.Command {
	var date, key, lang, audience, out, against string
	var formats []string
	var records uint64
	cmd := &cobra.Command{
		Use: "recompute BUNDLE --report DATE", Short: "Check a bundle and compute a published report again from it, byte for byte", Args: args(cobra.ExactArgs(1)),
		Long: `Check a bundle's records against its signed checkpoint, make incidents and findings again from
nothing else, and write the report of a day. --against compares it with the published one, a
file or a folder, byte for byte; the exit code is 4 where they differ or the bundle is not
sound. A report names the number of records that it rests on: where the bundle has more,
--records goes back to it.`,
		Example: "  truce recompute mission.bundle --report 2026-03-04 --key key.pub --against published/",
		RunE: func(cmd *cobra.Command, a []string) error {
			if date == "" {
				return usage("--report DATE is missing; see `truce recompute --help`")
			}
			for _, f := range formats {
				if !slices.Contains(reportFormats(), f) {
					return usage("--format %q: expected some of %s", f, strings.Join(reportFormats(), ", "))
				}
			}
			opt := app.RecomputeOptions{Records: records, Options: c.options()}
			var err error
			if opt.Key, err = keyFrom(key); err != nil {
				return err
			}
			r, err := app.Recompute(cmd.Context(), a[0], opt)
			if errors.Is(err, app.ErrWrong) {
				return &exitError{exitWrong, err}
			}
			if err != nil {
				return err
			}
			defer r.Close()
			c.note("checked: %d records and the checkpoint, signed with %s", r.Checked.Head.Size, r.Key)
			if key == "" {
				c.note("The key came with the bundle: compare it with the one that you know of the log.")
			}
			if n := len(r.Manifest.WithheldDays); n > 0 {
				c.note("Observations of %s are withheld in it; reports that rest on them will differ.", plural(n, "day", "days"))
			}
			files, _, err := writeReport(cmd.Context(), r.App, date, lang, audience, out, formats)
			for _, f := range files {
				fmt.Fprintln(c.out, f)
			}
			if err != nil || against == "" {
				return err
			}
			return c.compareFiles(files, out, against)
		},
	}
	f := cmd.Flags()
	f.StringVar(&date, "report", "", "local date of the report, such as 2026-03-04")
	f.StringVar(&key, "key", "", "the log's public key, or a file that holds it")
	f.Uint64Var(&records, "records", 0, "go back to so many records (0: all)")
	f.StringVar(&lang, "lang", "en", "language: "+strings.Join(report.Languages(), ", "))
	f.StringVar(&audience, "audience", "mission", "whose policy holds: mission, parties or public")
	f.StringSliceVar(&formats, "format", reportFormats(), "formats")
	f.StringVar(&out, "out", ".", "folder to write to")
	f.StringVar(&against, "against", "", "the published report, a file or a folder: compare byte for byte")
	return cmd
}

// compareFiles compares what was written below a folder with what lies below
// another, or with one file.
func (c *cli) compareFiles(files []string, out, against string) error {
	info, err := os.Stat(against)
	if err != nil {
		return err
	}
	compared := 0
	for _, f := range files {
		name, err := filepath.Rel(out, f)
		if err != nil {
			return err
		}
		other := filepath.Join(against, name)
		if !info.IsDir() {
			if other = against; filepath.Base(against) != filepath.Base(f) {
				continue
			}
		}
		mine, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		theirs, err := os.ReadFile(other)
		if errors.Is(err, fs.ErrNotExist) {
			continue // not every format is published
		}
		if err != nil {
			return err
		}
		compared++
		if !bytes.Equal(mine, theirs) {
			fmt.Fprintf(c.out, "WRONG:   %s is not what the records give: %s\n", other, firstDifference(mine, theirs))
			c.code = exitWrong
		}
	}
	switch {
	case compared == 0:
		return fmt.Errorf("comparing: there is nothing in %s that has the name of a file of the report", against)
	case c.code != exitWrong:
		fmt.Fprintf(c.out, "the same, byte for byte: %s\n", plural(compared, "file", "files"))
	}
	return nil
}

func firstDifference(mine, theirs []byte) string {
	n := min(len(mine), len(theirs))
	for i := range n {
		if mine[i] != theirs[i] {
			line := 1 + bytes.Count(mine[:i], []byte("\n"))
			return fmt.Sprintf("the first difference is at byte %d, line %d", i, line)
		}
	}
	return fmt.Sprintf("it has %d bytes; the records give %d", len(theirs), len(mine))
}

func (c *cli) replay() *cobra.Command {
	var opt app.ReplayOptions
	var out string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "replay --agreement NEW.yaml", Short: "Judge the whole past under changed terms or a corrected line, and show the difference", Args: args(cobra.NoArgs),
		Long: `Judge every incident on record again under changed terms, or with a new or corrected version of
a line, and show which findings appear, vanish or change. Nothing is written into the workspace.
--out writes the difference as a report: a page and a CSV table of every change.`,
		Example: "  truce replay --agreement amended.yaml --out difference\n  truce replay --line corrected-line.geojson",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opt.Agreement == "" && len(opt.Lines) == 0 {
				return usage("nothing is to change: give --agreement FILE or --line FILE; see `truce replay --help`")
			}
			return c.reading(cmd.Context(), func(a *app.App) error {
				r, err := c.replayInto(cmd, a, opt, out)
				if err != nil {
					return c.problems(err)
				}
				if asJSON {
					return c.json(r)
				}
				return c.replayed(r)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&opt.Agreement, "agreement", "", "the changed terms")
	f.StringSliceVar(&opt.Lines, "line", nil, "file of line versions, new or corrected")
	f.IntVar(&opt.Keep, "limit", 20, "list at most so many changes")
	f.StringVar(&out, "out", "", "folder for the difference as a report")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	return cmd
}

// replayInto replays, and writes changes into a table as they are found.
func (c *cli) replayInto(cmd *cobra.Command, a *app.App, opt app.ReplayOptions, out string) (*app.Replayed, error) {
	if out == "" {
		return a.Replay(cmd.Context(), opt)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	var r *app.Replayed
	err := c.into(filepath.Join(out, "changes.csv"), func(w io.Writer) error {
		table := csv.NewWriter(w)
		if err := table.Write([]string{"incident", "at", "activity", "provision", "before", "after"}); err != nil {
			return err
		}
		opt.Each = func(x *app.Change) error {
			return table.Write([]string{x.Incident, stamp(x.At), x.Activity, x.Provision, x.Before, x.After})
		}
		var err error
		if r, err = a.Replay(cmd.Context(), opt); err != nil {
			return err
		}
		table.Flush()
		return table.Error()
	})
	if err != nil {
		return nil, err
	}
	return r, c.into(filepath.Join(out, "difference.html"), func(w io.Writer) error { return differencePage(w, r) })
}

// replayed prints the difference.
func (c *cli) replayed(r *app.Replayed) error {
	fmt.Fprintf(c.out, "%d incidents judged again: version %s instead of %s\n", r.Incidents, r.After, r.Before)
	for _, t := range r.Terms {
		fmt.Fprintf(c.out, "  %s\n", t)
	}
	if err := c.table(false, replayColumns(), replayRows(r)); err != nil {
		return err
	}
	if len(r.Changes) == 0 {
		return nil
	}
	fmt.Fprintln(c.out)
	var rows [][]string
	for _, x := range r.Changes {
		rows = append(rows, []string{x.Incident, stamp(x.At), x.Activity, x.Provision, orNone(x.Before), orNone(x.After)})
	}
	if err := c.table(false, []string{"incident", "at", "activity", "provision", "before", "after"}, rows); err != nil {
		return err
	}
	if r.More > 0 {
		c.note("… and %d more; --limit lists more, --out writes all into a table", r.More)
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func replayColumns() []string {
	return []string{"provision", "same", "appear", "vanish", "change", "breaches_before", "breaches_after"}
}

func replayRows(r *app.Replayed) [][]string {
	var rows [][]string
	for _, p := range r.Provisions {
		row := []string{p.Provision}
		for _, n := range []int{p.Same, p.Appear, p.Vanish, p.Change, p.BreachesBefore, p.BreachesAfter} {
			row = append(row, fmt.Sprint(n))
		}
		rows = append(rows, row)
	}
	return rows
}
