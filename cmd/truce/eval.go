package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/report"
)

func (c *cli) eval() *cobra.Command {
	var truth, page string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "eval", Short: "Score the workspace's incidents against a known truth", Args: args(cobra.NoArgs),
		Long: `Score the workspace against a truth, as ` + "`truce simulate`" + ` writes it: whether reports of
one event are together and others are not (pairs, B-cubed), how many incidents are
counted by day, type and zone, whether probabilities mean what they say (that it
happened, lies inside the zone, was done by the party), and how soon an event is an
incident. Observations that only one of the two has are counted and shown. What each
figure means stands at the end of the page that --html writes.

Exit codes: 1 where the truth can't be read, with file and line of what is wrong; 4
where truth and workspace have no observation in common.`,
		Example: "  truce -w mission eval --truth truth\n  truce -w mission eval --truth truth --html scores.html --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if truth == "" {
				return usage("expected --truth DIR, the folder of %s and %s; see `%s --help`", eval.EventsFile, eval.LinksFile, cmd.CommandPath())
			}
			known, err := eval.ReadTruth(os.DirFS(truth))
			if err != nil {
				return fmt.Errorf("the truth in %s:\n%w", truth, err)
			}
			return c.reading(cmd.Context(), func(a *app.App) error {
				scores, err := a.Evaluate(cmd.Context(), known)
				if err != nil {
					return err
				}
				if page != "" {
					style := eval.Page{Title: a.Agreement().Title.In("en"), Style: report.Style()}
					if err := writeFile(page, func(w io.Writer) error { return eval.WritePage(w, scores, style) }); err != nil {
						return err
					}
					c.note("%s has the scores with pictures", page)
				}
				if asJSON {
					err = c.json(scores)
				} else {
					err = c.scores(scores)
				}
				if err == nil && scores.Observations.Both == 0 {
					return &exitError{exitWrong, fmt.Errorf("no observation of the truth in %s is in the workspace: is it of another scenario or seed?", truth)}
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&truth, "truth", "", "folder of the truth")
	f.StringVar(&page, "html", "", "write a page with pictures to this file too")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	cmd.AddCommand(c.evalReview())
	return cmd
}

// scores prints the scores as tables.
func (c *cli) scores(s *eval.Scores) error {
	o := s.Observations
	fmt.Fprintf(c.out, "%s, %d of them reported; %s scored, %d of nothing; %s\n", plural(s.Events.True, "true event", "true events"), s.Events.Told,
		plural(o.Both, "observation", "observations"), o.OfNothing, plural(s.Incidents, "incident", "incidents"))
	if o.Lacking > 0 {
		fmt.Fprintf(c.out, "%s of the truth not in the workspace, first %s/%s\n", plural(o.Lacking, "observation", "observations"), o.Lack[0].Source, o.Lack[0].Ref)
	}
	if o.Unknown > 0 {
		fmt.Fprintf(c.out, "%s of the workspace not in the truth, first %s/%s\n", plural(o.Unknown, "observation", "observations"), o.Unknowns[0].Source, o.Unknowns[0].Ref)
	}
	if len(s.UnknownParties) > 0 {
		fmt.Fprintf(c.out, "the agreement does not know these parties of the truth: %s\n", strings.Join(s.UnknownParties, ", "))
	}
	w := tabwriter.NewWriter(c.out, 0, 8, 2, ' ', tabwriter.AlignRight)
	row := func(format string, a ...any) { fmt.Fprintf(w, format+"\t\n", a...) }
	fmt.Fprintln(w)
	row("GROUPS\tprecision\trecall\tF1")
	row("pairs\t%.3f\t%.3f\t%.3f", s.Pairs.Precision, s.Pairs.Recall, s.Pairs.F1)
	row("B-cubed\t%.3f\t%.3f\t%.3f", s.BCubed.Precision, s.BCubed.Recall, s.BCubed.F1)
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	row("COUNTS\ttrue\tcounted\tin all\tdaily error")
	counts := func(name string, x eval.Counts) {
		if x.True == 0 {
			row("%s\t0\t%.1f\t-\t-", name, x.Counted)
			return
		}
		row("%s\t%.0f\t%.1f\t%+.1f %%\t%.1f %%", name, x.True, x.Counted, 100*x.Bias, 100*x.Error)
	}
	counts("all", s.Count)
	for _, x := range s.ByType {
		counts(x.Name, x)
	}
	for _, x := range s.ByZone {
		counts(x.Name, x)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	row("PROBABILITIES\tstatements\tBrier score\tcalibration error")
	for _, x := range []struct {
		name string
		eval.Calibration
	}{{"it happened", s.Happened}, {"inside the zone", s.Inside}, {"inside, in doubt", s.InsideDoubt}, {"who did it", s.Attribution}} {
		row("%s\t%d\t%.3f\t%.3f", x.name, x.N, x.Brier, x.Error)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "\nwho did it: named rightly %d, wrongly %d, undetermined %d\n", s.Attributed.Right, s.Attributed.Wrong, s.Attributed.Undetermined)
	fmt.Fprintln(w)
	row("MINUTES FROM EVENT TO\tevents\ta tenth\thalf\tnine tenths")
	for _, d := range s.Delays {
		row("%s\t%d\t%.0f\t%.0f\t%.0f", d.Until, d.N, d.P10, d.P50, d.P90)
	}
	return w.Flush()
}
