package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/report"
)

func (c *cli) demo() *cobra.Command {
	var once bool
	x := serving{}
	cmd := &cobra.Command{
		Use: "demo [DIR]", Short: "Do the whole job on an embedded, simulated scenario", Args: args(cobra.MaximumNArgs(1)),
		Long:    "Do the whole job on an embedded, simulated scenario: make a workspace, import, fuse, judge and\nreport. On a terminal it then serves the pages until interrupted and opens a browser, signed in as a\nverifier; with --once, in scripts and where CI is set it ends after the report.",
		Example: "  truce demo\n  truce demo --once",
		RunE: func(cmd *cobra.Command, a []string) error {
			dir := "truce-demo"
			if len(a) > 0 {
				dir = a[0]
			}
			if _, err := os.Stat(dir); err == nil {
				if err := removeDemo(dir); err != nil {
					return err
				}
			}
			w, day, err := app.Demo(cmd.Context(), dir, c.options())
			if err != nil {
				return err
			}
			defer w.Close()
			files, r, err := writeReport(cmd.Context(), w, day, "en", "mission", filepath.Join(dir, "reports"), reportFormats())
			if err != nil {
				return err
			}
			if err := c.demonstrated(cmd.Context(), w, dir, files[0], r); err != nil {
				return err
			}
			if !cmd.Flags().Changed("once") && (os.Getenv("CI") != "" || !term.IsTerminal(int(os.Stdin.Fd()))) {
				once = true
			}
			if once {
				fmt.Fprintf(c.out, "  ./truce -w %s serve\n", dir)
				return nil
			}
			return c.serveDemo(cmd.Context(), w, dir, x)
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "end after the report")
	x.flags(cmd)
	return cmd
}

// removeDemo removes an earlier demonstration, and nothing else.
func removeDemo(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "simulated")); err != nil {
		return fmt.Errorf("%s is there and is no demonstration; name another folder: truce demo DIR", dir)
	}
	return os.RemoveAll(dir)
}

// demonstrated says what the demonstration made and what to try next.
func (c *cli) demonstrated(ctx context.Context, w *app.App, dir, html string, r *report.Report) error {
	s, err := w.Status(ctx)
	if err != nil {
		return err
	}
	t := s.Totals
	fmt.Fprintf(c.out, "SIMULATED: nothing in this scenario happened. Its towns are those of GeoNames (geonames.org), CC BY 4.0.\n\n")
	fmt.Fprintf(c.out, "%d reports by %d sources over %d days became %d incidents and %d findings, %d of them of breach.\n", t.Observations, len(s.Sources), t.Days, t.Incidents, t.Findings, t.Breaches)
	fmt.Fprintf(c.out, "On %s: %s, of which %d broke a term, %d can't be determined and %d fall under an exception.\n\n",
		r.Day, plural(r.Totals.Incidents.Incidents, "incident", "incidents"), r.Totals.Breach, r.Totals.Undetermined, r.Totals.Excepted)
	path, err := filepath.Abs(html)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "The day's report: %s\n  open it with:   xdg-open %q   (macOS: open, Windows: start)\n  or by address:  file://%s\n\n", html, path, path)
	list, err := w.Findings(ctx, app.Filter{Result: "breach", Since: r.From, Until: r.To, Limit: 1})
	if err != nil {
		return err
	}
	example := "2026-03-04/incidents"
	if len(list) > 0 {
		example = list[0].ID
	}
	fmt.Fprintf(c.out, "Try next:\n  ./truce -w %s explain %s\n  ./truce -w %s findings --result undetermined --limit 10\n  ./truce -w %s territory --by day\n  ./truce -w %s zones plan --km 15\n  ./truce -w %s report --date %s --lang uk --audience public\n", dir, example, dir, dir, dir, dir, r.Day)
	return nil
}

// serveDemo serves the demonstration, with an account that sees all of it and
// a ticket that signs in once.
func (c *cli) serveDemo(ctx context.Context, w *app.App, dir string, x serving) error {
	accounts, err := access.Open(ctx, dir, access.Options{})
	if err != nil {
		return err
	}
	defer accounts.Close()
	if _, err := accounts.Add(ctx, access.Account{Name: "demo", Person: "Demonstration", Role: access.Verifier, Clearance: observation.Red}, ""); err != nil {
		return err
	}
	ticket, err := accounts.Ticket(ctx, "demo", time.Hour)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, "\nThe pages, signed in as a verifier (the address works once):")
	return c.serveApp(ctx, w, dir, x, api.TicketPath(ticket), browse)
}

// browse opens an address in the desktop's browser, where there is one.
func browse(address string) {
	var cmd *exec.Cmd
	switch {
	case runtime.GOOS == "darwin":
		cmd = exec.Command("open", address)
	case runtime.GOOS == "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", address)
	case os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "":
		cmd = exec.Command("xdg-open", address)
	default:
		return
	}
	if cmd.Start() == nil { // the address has been printed; without a browser nothing is lost
		go cmd.Wait()
	}
}
