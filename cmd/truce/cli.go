package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/journal"
)

// cli is what the commands share.
type cli struct {
	out, err  io.Writer
	workspace string
	code      int // of a run without error
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "truce",
		Short: "Monitor a ceasefire: from terms and observations to findings and reports",
		Long: `truce turns an agreement into a running monitor. The terms are data; what
observers, sensors, satellites and open sources report becomes observations,
incidents, and findings with reasons; a day's report follows from them.

Results go to standard output, all else to standard error. Exit codes: 0 done,
1 failed, 2 wrong use, 3 done but some input was quarantined, 4 a check found
something wrong.`,
		Example:       "  truce demo\n  truce init mission --agreement agreement.yaml\n  truce -w mission import reports.csv\n  truce -w mission report --date 2026-03-04",
		Version:       app.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetOut(c.out)
	root.SetErr(c.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w; see `%s --help`", err, cmd.CommandPath())
	})
	workspace := os.Getenv("TRUCE_WORKSPACE")
	if workspace == "" {
		workspace = "."
	}
	root.PersistentFlags().StringVarP(&c.workspace, "workspace", "w", workspace, "folder of the workspace (TRUCE_WORKSPACE)")
	root.AddCommand(
		c.demo(),
		c.init(),
		c.check(),
		c.imports(),
		c.status(),
		c.observations(),
		c.incidents(),
		c.findings(),
		c.sources(),
		c.explain(),
		c.cases(),
		c.commitments(),
		c.posture(),
		c.issues(),
		c.report(),
		c.quarantine(),
		c.rebuild(),
		c.zones(),
		c.classify(),
		c.territory(),
		c.simulate(),
		c.eval(),
		c.template(),
		c.schema(),
		c.prove(),
		c.verify(),
		c.bundle(),
		c.recompute(),
		c.replay(),
		c.backup(),
		c.witness(),
		c.redact(),
		c.stamp(),
		c.account(),
		c.token(),
		c.sites(),
		c.serve(),
		c.ladder(),
		c.notices(),
		c.statements(),
		c.notices(), c.drill(),
		c.weapons(),
	)
	return root
}

// args wraps a rule on arguments so that breaking it is wrong use.
func args(rule cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, a []string) error {
		if err := rule(cmd, a); err != nil {
			return usage("%w; see `%s --help`", err, cmd.CommandPath())
		}
		return nil
	}
}

func (c *cli) options() app.Options {
	return app.Options{Log: slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{ReplaceAttr: withoutTime})), Progress: newProgress(c.err)}
}

// withoutTime keeps messages short: the reader sees when they come.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// with opens the workspace for a command.
func (c *cli) with(ctx context.Context, do func(*app.App) error) error {
	a, err := app.Open(ctx, c.workspace, c.options())
	if isLocked(err) {
		return fmt.Errorf("%w; while a server runs on the workspace, use its pages or its interface, or end it first", err)
	}
	if err != nil {
		return err
	}
	defer a.Close()
	return do(a)
}

// reading opens the workspace for a command that only reads: while another
// process writes, or where nothing may be written, it reads what is there.
func (c *cli) reading(ctx context.Context, do func(*app.App) error) error {
	a, err := app.Open(ctx, c.workspace, c.options())
	if isLocked(err) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		opt := c.options()
		opt.ReadOnly = true
		a, err = app.Open(ctx, c.workspace, opt)
	}
	if err != nil {
		return err
	}
	defer a.Close()
	return do(a)
}

// json writes one document.
func (c *cli) json(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// listing is what every listing can be asked for.
type listing struct {
	json, csv, geojson bool
	limit              int
	since, until       string
}

func (l *listing) flags(cmd *cobra.Command, spatial bool) {
	f := cmd.Flags()
	f.BoolVar(&l.json, "json", false, "one JSON document")
	f.BoolVar(&l.csv, "csv", false, "a CSV table")
	if spatial {
		f.BoolVar(&l.geojson, "geojson", false, "a GeoJSON FeatureCollection")
	}
	f.IntVar(&l.limit, "limit", 0, "at most so many (0: all)")
	f.StringVar(&l.since, "since", "", "from this date or time on (included)")
	f.StringVar(&l.until, "until", "", "before this date or time")
}

// filter reads times in the agreement's time zone, where they have none.
func (l *listing) filter(loc *time.Location) (f app.Filter, err error) {
	f.Limit = l.limit
	if f.Since, err = when("--since", l.since, loc); err != nil {
		return f, err
	}
	f.Until, err = when("--until", l.until, loc)
	return f, err
}

func when(flag, s string, loc *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usage("%s %q: expected a date such as 2026-03-04 or a time such as 2026-03-04T05:30:00Z", flag, s)
}

func (c *cli) note(format string, a ...any) { fmt.Fprintf(c.err, format+"\n", a...) }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func isLocked(err error) bool { return err != nil && errors.Is(err, journal.ErrLocked) }
