package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/simulate"
)

func (c *cli) simulate() *cobra.Command {
	var seed uint64
	var out string
	var days float64
	cmd := &cobra.Command{
		Use: "simulate SCENARIO", Short: "Draw a scenario with known truth: what happened, and what was reported of it", Args: args(cobra.ExactArgs(1)),
		Long: `Draw a scenario from a plan and a seed. The plan is the name of an embedded one
(` + strings.Join(simulate.Names(), ", ") + `) or the path of a YAML file. Written to
the folder: observations.jsonl in truce's own format, truth.jsonl (the events),
links.jsonl (which event each observation is of), sources.jsonl (who watched when), and
agreement.yaml, terms under which it can be played. The same plan and seed give the
same files, to the byte. Nothing in it happened.`,
		Example: "  truce simulate breakdown --seed 7 --out truth\n  truce init mission --agreement truth/agreement.yaml\n  truce -w mission import truth/observations.jsonl\n  truce -w mission eval --truth truth",
		RunE: func(cmd *cobra.Command, a []string) error {
			plan, err := c.scenario(a[0])
			if err != nil {
				return err
			}
			if days > 0 {
				plan.Days = days
			}
			if out == "" {
				out = plan.Name
			}
			if err := os.MkdirAll(out, 0o755); err != nil {
				return err
			}
			progress := newProgress(c.err)
			progress.Begin("simulating", 0)
			s := plan.Run(seed, func(done, _ int) { progress.Done(int64(done)) })
			progress.End()
			for _, f := range []struct {
				name  string
				write func(io.Writer) error
			}{{"observations.jsonl", s.WriteObservations}, {"truth.jsonl", s.WriteTruth}, {"links.jsonl", s.WriteLinks}, {"sources.jsonl", s.WriteSources}} {
				if err := writeFile(filepath.Join(out, f.name), f.write); err != nil {
					return err
				}
			}
			if err := os.WriteFile(filepath.Join(out, app.AgreementFile), []byte(plan.Terms()), 0o644); err != nil {
				return err
			}
			fmt.Fprintf(c.out, "%s, seed %d: %s, %s in %s\n", plan.Name, seed, plural(len(s.Truth), "event", "events"), plural(len(s.Observations), "observation", "observations"), out)
			return nil
		},
	}
	f := cmd.Flags()
	f.Uint64Var(&seed, "seed", 1, "what is drawn follows from it")
	f.Float64Var(&days, "days", 0, "so many days instead of the plan's")
	f.StringVar(&out, "out", "", "folder (default: the scenario's name)")
	return cmd
}

// scenario is an embedded plan or one in a file.
func (c *cli) scenario(name string) (*simulate.Plan, error) {
	if !strings.ContainsAny(name, "./\\") {
		return simulate.Named(name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return simulate.ReadPlan(name, data)
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		f.Close()
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return f.Close()
}
