package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/drill"
)

func (c *cli) drill() *cobra.Command {
	var out string
	var seed uint64
	cmd := &cobra.Command{
		Use: "drill --out DIR", Short: "Play a ceasefire that breaks: incidents, a case, the ladder, notices, commitments, report", Args: args(cobra.NoArgs),
		Long: `Play a mission through a simulated ceasefire that breaks on its ninth day, in a new
workspace: incidents, a case led by people in four roles, the ladder to its top level,
commitments that fall due, notices to a receiver on this machine that fails twice, the
day's report. Every step is in the journal, which is verified at the end. Nothing in
it happened, and nothing leaves the machine. Exit code 4: something did not go as it should.`,
		Example: "  truce drill --out drill\n  truce -w drill notices\n  truce -w drill ladder",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if out == "" {
				return usage("--out says in which folder")
			}
			if _, err := os.Stat(out); err == nil {
				return fmt.Errorf("%s is there already; name another folder", out)
			}
			opt := c.options()
			opt.Progress = nil // the account is the progress
			opt.Log = nil
			r, err := drill.Run(cmd.Context(), out, seed, opt, c.out)
			if err != nil {
				return err
			}
			if r.Day != "" {
				a, err := app.Open(cmd.Context(), out, c.options())
				if err != nil {
					return err
				}
				defer a.Close()
				files, _, err := writeReport(cmd.Context(), a, r.Day, "en", "mission", filepath.Join(out, "reports"), []string{"html", "pdf", "json"})
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "The report of the day on which the top level was reached: %s\n", files[0])
			}
			for _, m := range r.Missed {
				fmt.Fprintln(c.out, "NOT AS IT SHOULD BE:", m)
			}
			if len(r.Missed) > 0 {
				return &exitError{code: exitWrong}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "folder of the new workspace")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "what is drawn follows from it")
	return cmd
}
