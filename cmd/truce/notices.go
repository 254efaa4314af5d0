package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
)

func (c *cli) notices() *cobra.Command {
	var state string
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use: "notices", Short: "List who was told what of the ladder and of deadlines, and what became of it", Args: args(cobra.NoArgs),
		Long: `List who was told what of the ladder and of deadlines, and what became of it. Who is
told, and how, stands in contacts.yaml in the workspace; see docs/notices.md. A server
(truce serve) sends; without one, truce notices send makes one round.`,
		Example: "  truce notices\n  truce notices --state failed\n  truce notices ack N-c5l2dx3zg3ybm7qk --by watch-1 --role watch-officer\n  truce notices send",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				list, err := a.Notices(cmd.Context())
				if err != nil {
					return err
				}
				var shown []app.Notice
				for _, n := range list {
					if state == "" || n.State == state {
						shown = append(shown, n)
					}
				}
				if asJSON {
					return c.json(nonNil(shown))
				}
				rows := make([][]string, len(shown))
				for i, n := range shown {
					what := "deadline"
					if n.Move != nil {
						what = n.Move.Is
					}
					rows[i] = []string{n.ID, stamp(n.At), n.Subject(), what, n.Contact, n.Channel, n.State, strconv.Itoa(n.Attempts), stamp(n.Sent), n.Acknowledged, n.Error}
				}
				return c.table(asCSV, []string{"id", "at", "of", "what", "contact", "channel", "state", "attempts", "sent", "acknowledged", "error"}, rows)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&state, "state", "", "only those that are owed, failed, sent or acknowledged")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	f.BoolVar(&asCSV, "csv", false, "a CSV table")
	cmd.AddCommand(c.ackNotice(), c.sendNotices())
	return cmd
}

func (c *cli) ackNotice() *cobra.Command {
	var by, role, reasons string
	cmd := &cobra.Command{
		Use: "ack ID", Short: "Put on record that somebody has taken note of a notice", Args: args(cobra.ExactArgs(1)),
		Example: "  truce notices ack N-c5l2dx3zg3ybm7qk --by watch-1 --role watch-officer --reasons \"Passed on to the desk.\"",
		RunE: func(cmd *cobra.Command, a []string) error {
			if by == "" || role == "" {
				return usage("--by and --role say who takes note, in which role")
			}
			return c.with(cmd.Context(), func(w *app.App) error {
				seq, err := w.Acknowledge(cmd.Context(), a[0], by, role, reasons)
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "record %d\n", seq)
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&by, "by", "", "account or office")
	f.StringVar(&role, "role", "", "in which role, such as watch-officer")
	f.StringVar(&reasons, "reasons", "", "in words")
	return cmd
}

func (c *cli) sendNotices() *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "send", Short: "Find what is to be told and make one attempt for each notice", Args: args(cobra.NoArgs),
		Long:    "Find what is to be told now and make one attempt for each notice whose time has come, as a server\ndoes all the time. Exit code 4: some did not arrive.",
		Example: "  truce notices send",
		RunE: func(cmd *cobra.Command, _ []string) error {
			opt := c.options()
			if at != "" {
				t, err := when("--at", at, time.UTC)
				if err != nil {
					return err
				}
				opt.Now = func() time.Time { return t }
			}
			a, err := app.Open(cmd.Context(), c.workspace, opt)
			if err != nil {
				return err
			}
			defer a.Close()
			if _, err := a.Notifier(nil).Round(cmd.Context()); err != nil {
				return err
			}
			list, err := a.Notices(cmd.Context())
			if err != nil {
				return err
			}
			counts := map[string]int{}
			for _, n := range list {
				counts[n.State]++
			}
			fmt.Fprintf(c.out, "%d sent, %d acknowledged, %d failed, %d not yet to be told\n", counts[app.NoticeSent], counts[app.NoticeAcknowledged], counts[app.NoticeFailed], counts[app.NoticeOwed])
			if counts[app.NoticeFailed] > 0 {
				return &exitError{code: exitWrong}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "as if it were this time, for exercises (UTC)")
	return cmd
}
