package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/escalation"
)

func (c *cli) ladder() *cobra.Command {
	var at, since, until, terms string
	var dry, asJSON, asCSV bool
	cmd := &cobra.Command{
		Use: "ladder", Short: "Say which level of the escalation is in force, since when and why, and what is due when", Args: args(cobra.NoArgs),
		Long: `Say which level of the agreement's escalation is in force, when the breaches began
with the doubt about it, on which evidence, and which clocks run. With --dry-run say
when levels would have been reached and left over the past; --agreement takes the
escalation of other terms for that. Nothing is told to anybody.`,
		Example: "  truce ladder\n  truce ladder --dry-run --since 2026-03-01 --until 2026-03-09\n  truce ladder --dry-run --agreement changed.yaml --csv",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !dry && (since != "" || until != "" || terms != "" || asCSV) {
				return usage("--since, --until, --agreement and --csv go with --dry-run; --at asks for one instant")
			}
			if dry && at != "" {
				return usage("--dry-run goes over a time: --since and --until instead of --at")
			}
			return c.reading(cmd.Context(), func(a *app.App) error {
				loc := a.Agreement().Location()
				if dry {
					from, err := when("--since", since, loc)
					if err != nil {
						return err
					}
					to, err := when("--until", until, loc)
					if err != nil {
						return err
					}
					return c.dryLadder(cmd.Context(), a, terms, from, to, asJSON, asCSV)
				}
				instant, err := when("--at", at, loc)
				if err != nil {
					return err
				}
				l, err := a.Ladder(cmd.Context(), instant)
				if err != nil {
					return err
				}
				if asJSON {
					return c.json(l)
				}
				return l.Write(c.out, "")
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&at, "at", "", "date or time (default: the last on record)")
	f.BoolVar(&dry, "dry-run", false, "go over the past instead")
	f.StringVar(&since, "since", "", "from this date or time on")
	f.StringVar(&until, "until", "", "up to this date or time (default: the last on record)")
	f.StringVar(&terms, "agreement", "", "file of an agreement whose escalation is taken instead")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	f.BoolVar(&asCSV, "csv", false, "a CSV table")
	return cmd
}

// dryLadder says when levels would have been reached and left.
func (c *cli) dryLadder(ctx context.Context, a *app.App, terms string, since, until time.Time, asJSON, asCSV bool) error {
	l, err := a.LadderUnder(ctx, terms, until)
	if err != nil {
		return err
	}
	var moves []escalation.Transition
	for _, t := range l.Transitions {
		if !t.At.Latest.Before(since) {
			moves = append(moves, t)
		}
	}
	if asJSON {
		return c.json(struct {
			Agreement   string                  `json:"agreement"`
			Since       time.Time               `json:"since,omitzero"`
			Until       time.Time               `json:"until"`
			Transitions []escalation.Transition `json:"transitions"`
			Breaches    []escalation.Breach     `json:"breaches"`
		}{l.Agreement, since, l.At, nonNil(moves), l.Breaches})
	}
	rows := make([][]string, len(moves))
	for i, t := range moves {
		row := []string{t.Level, t.Is, stamp(t.At.Earliest), stamp(t.At.Latest), stamp(t.T0.Earliest), stamp(t.T0.Latest), t.By, strconv.Itoa(len(t.Evidence)), "", ""}
		if t.Rise != nil {
			row[8] = decimal(t.Rise.Low, 2)
		}
		if t.Response != nil {
			row[9] = stamp(t.Response.Earliest)
		}
		if asCSV {
			row = append(row, strings.Join(t.Evidence, " "))
		}
		rows[i] = row
	}
	header := []string{"level", "is", "earliest", "latest", "t0_earliest", "t0_latest", "by", "breaches", "rise_above", "response_due"}
	if asCSV {
		header = append(header, "evidence")
	}
	if err := c.table(asCSV, header, rows); err != nil {
		return err
	}
	c.note("%s of %s up to %s; nobody is told by this", plural(len(moves), "move", "moves"), fmt.Sprintf("%d breaches", l.Counted), stamp(l.At))
	return nil
}
