package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/proportion"
	"github.com/truce-monitor/truce/review"
)

func (c *cli) evalReview() *cobra.Command {
	var l listing
	var out string
	var judgements []string
	var nearKM, nearHours float64
	opt := review.Options{}
	cmd := &cobra.Command{
		Use: "review", Short: "Have a person judge blind what fusion joined and kept apart, and score it", Args: args(cobra.NoArgs),
		Long: `Without --judgements: draw pairs of reports by different sources that fusion put into
one incident, and as many that are near each other and were kept apart, and write a
page on which a person says of each whether it is one event or two. The page does not
tell what fusion did, works without a network, and saves the judgements as JSON Lines.
The same workspace and seed give the same page.

With --judgements: compare such judgements with what fusion says now. A pair is known
by its reports' sources and references, so that judgements outlive a change of fusion.`,
		Example: "  truce eval review --pairs 200 --seed 1 --out review.html\n  truce eval review --judgements judgements.jsonl",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(judgements) > 0 {
				return c.reviewed(cmd, judgements, &l)
			}
			switch {
			case l.json || l.csv:
				return usage("--json and --csv show scores: they need --judgements")
			case opt.Pairs < 1:
				return usage("--pairs %d: expected 1 or more", opt.Pairs)
			case !(nearKM > 0 && nearKM <= 1000):
				return usage("--near-km %g: expected more than 0, at most 1000", nearKM)
			case !(nearHours >= 0 && nearHours <= 1000):
				return usage("--near-hours %g: expected 0 to 1000", nearHours)
			}
			opt.NearM, opt.Near = 1000*nearKM, time.Duration(nearHours*float64(time.Hour))
			return c.reading(cmd.Context(), func(a *app.App) error {
				f, err := l.filter(a.Agreement().Location())
				if err != nil {
					return err
				}
				pairs, drawn, err := a.Pairs(cmd.Context(), f, opt)
				if err != nil {
					return err
				}
				if len(pairs) == 0 {
					return usage("no two sources have reports that were joined or are within %g km and %g h of each other", nearKM, nearHours)
				}
				if err := writeFile(out, func(w io.Writer) error { return review.WritePage(w, pairs, a.Agreement().Location()) }); err != nil {
					return err
				}
				joined, near := drawn[:0:0], drawn[:0:0]
				for _, d := range drawn {
					if d.Joined {
						joined = append(joined, d)
					} else {
						near = append(near, d)
					}
				}
				// More would tell the person at the page what to expect of two sources.
				of := func(list []review.Drawn) (drawn, all int) {
					for _, d := range list {
						drawn, all = drawn+d.Drawn, all+d.Pairs
					}
					return drawn, all
				}
				n, all := of(joined)
				fmt.Fprintf(c.out, "%d of %d joined pairs\n", n, all)
				n, all = of(near)
				fmt.Fprintf(c.out, "%d of %d near misses\n", n, all)
				fmt.Fprintf(c.out, "%s on %s\n", plural(len(pairs), "pair", "pairs"), out)
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.IntVar(&opt.Pairs, "pairs", 200, "how many joined pairs, and as many near misses")
	f.Uint64Var(&opt.Seed, "seed", 1, "what is drawn follows from it")
	f.Float64Var(&nearKM, "near-km", 10, "near misses are at most so far apart")
	f.Float64Var(&nearHours, "near-hours", 24, "and so many hours")
	f.StringVar(&l.since, "since", "", "reports from this date or time on (included)")
	f.StringVar(&l.until, "until", "", "reports before this date or time")
	f.StringVar(&out, "out", "review.html", "the page")
	f.StringArrayVar(&judgements, "judgements", nil, "JSON Lines that such a page saved; may be given again")
	f.BoolVar(&l.json, "json", false, "the scores as one JSON document")
	f.BoolVar(&l.csv, "csv", false, "the scores as a CSV table")
	return cmd
}

// reviewed prints how fusion does against judgements.
func (c *cli) reviewed(cmd *cobra.Command, files []string, l *listing) error {
	var all []review.Judgement
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		some, err := review.Read(name, file)
		file.Close()
		if err != nil {
			return err
		}
		all = append(all, some...)
	}
	return c.reading(cmd.Context(), func(a *app.App) error {
		s, err := a.Reviewed(cmd.Context(), all)
		switch {
		case err != nil:
			return err
		case l.json:
			return c.json(s)
		}
		row := func(first, second string, n review.Counts, unsure int) []string {
			return []string{first, second, strconv.Itoa(n.TP), strconv.Itoa(n.FP), strconv.Itoa(n.TN), strconv.Itoa(n.FN), strconv.Itoa(unsure),
				share(n.Precision()), share(n.Recall()), share(n.Specificity())}
		}
		var rows [][]string
		for _, p := range s.BySource {
			rows = append(rows, row(p.Sources[0], p.Sources[1], p.Counts, p.Unsure))
		}
		rows = append(rows, row("all", "", s.Counts, s.Unsure))
		if err := c.table(l.csv, []string{"source", "source", "tp", "fp", "tn", "fn", "unsure", "precision", "recall", "specificity"}, rows); err != nil {
			return err
		}
		if s.Missing > 0 {
			c.note("%s left out: the workspace does not have both reports.", plural(s.Missing, "judgement was", "judgements were"))
		}
		return nil
	})
}

// share writes a share with its interval.
func share(p proportion.Of) string {
	if p.Trials == 0 {
		return "-"
	}
	low, high := p.Interval()
	return fmt.Sprintf("%.3f (%.3f to %.3f)", p.Share(), low, high)
}
