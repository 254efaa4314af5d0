package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/simulate"
)

func (c *cli) simulate() *cobra.Command {
	var seed uint64
	var out, observations string
	var days float64
	cmd := &cobra.Command{
		Use: "simulate SCENARIO", Short: "Draw a scenario with known truth: what happened, and what was reported of it", Args: args(cobra.ExactArgs(1)),
		Long: `Draw a scenario from a plan and a seed. The plan is the name of an embedded one
(` + strings.Join(simulate.Names(), ", ") + `) or the path of a YAML file; see
docs/simulate.md. Written to the folder: observations.jsonl in truce's own format,
truth-incidents.jsonl (what happened), truth-links.jsonl (which event each observation
is of), sources.jsonl (who watched when), and agreement.yaml, terms under which it can
be played. The same plan and seed give the same files, to the byte. Nothing in it
happened.`,
		Example: "  truce simulate breakdown --seed 7 --out truth\n  truce init mission --agreement truth/agreement.yaml\n  truce -w mission import truth/observations.jsonl\n  truce -w mission eval --truth truth",
		RunE: func(cmd *cobra.Command, a []string) error {
			plan, err := c.scenario(a[0])
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("days") {
				if !(days >= 0.01 && days <= 1000) {
					return usage("--days %g: expected 0.01 to 1000", days)
				}
				plan.Days = days
			}
			if observations != filepath.Base(observations) {
				return usage("--observations %q: expected a file's name; --out says where", observations)
			}
			if out == "" {
				out = plan.Name
			}
			if err := os.MkdirAll(out, 0o755); err != nil {
				return err
			}
			progress := newProgress(c.err)
			begun := false
			s := plan.Run(seed, func(done, total int) {
				if !begun {
					progress.Begin("simulating", int64(total))
					begun = true
				}
				progress.Done(int64(done))
			})
			if begun {
				progress.End()
			}
			progress.Begin("writing "+observations, int64(len(s.Observations)))
			err = writeFile(filepath.Join(out, observations), func(w io.Writer) error {
				return s.WriteObservations(&counting{w: w, progress: progress})
			})
			progress.End()
			if err != nil {
				return err
			}
			for _, f := range []struct {
				name  string
				write func(io.Writer) error
			}{{eval.EventsFile, s.WriteTruth}, {eval.LinksFile, s.WriteLinks}, {"sources.jsonl", s.WriteSources}} {
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
	f.StringVar(&observations, "observations", "observations.jsonl", "name of the observations' file; with .gz it is compressed")
	return cmd
}

// counting tells of each line that is written.
type counting struct {
	w        io.Writer
	progress app.Progress
	n        int64
}

func (c *counting) Write(line []byte) (int, error) {
	if c.n++; c.n%1000 == 0 {
		c.progress.Done(c.n)
	}
	return c.w.Write(line)
}

// scenario is an embedded plan or one in a file.
func (c *cli) scenario(name string) (*simulate.Plan, error) {
	if !strings.ContainsAny(name, "./\\") {
		plan, err := simulate.Named(name)
		if err != nil {
			return nil, &exitError{exitUsage, err}
		}
		return plan, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return simulate.ReadPlan(name, data)
}

// writeFile writes a file, compressed if its name says so.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if strings.HasSuffix(path, ".gz") {
		z := gzip.NewWriter(w)
		if err := write(z); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
	} else if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}
