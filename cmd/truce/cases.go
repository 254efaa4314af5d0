package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/observation"
)

func (c *cli) cases() *cobra.Command {
	cmd := &cobra.Command{
		Use: "case", Short: "Lead cases: what people make of findings, by the agreement's procedure",
		Long: `Lead cases: what people make of findings, step by step, by the agreement's procedure. Every
step is on record with who took it, in which role, and why; see docs/casework.md.`,
		Example: "  truce case list --open\n  truce case open F-4TQ7M2XK.no-fire --by \"Watch 1\" --role watch-officer --reasons \"seen by two posts\"\n  truce case next C-0001",
	}
	cmd.AddCommand(c.caseList(), c.caseShow(), c.caseOpen(), c.caseDo(), c.caseNext(), c.caseProcedure())
	return cmd
}

func (c *cli) caseList() *cobra.Command {
	var f app.CaseFilter
	var at string
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use: "list", Short: "List cases, how they stand and for whom they wait", Args: args(cobra.NoArgs),
		Example: "  truce case list\n  truce case list --open --overdue\n  truce case list --of I-4TQ7M2XK --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				now, err := when("--at", at, a.Agreement().Location())
				if err != nil {
					return err
				}
				list, err := a.Cases(cmd.Context(), f, now)
				if err != nil {
					return err
				}
				if asJSON {
					return c.json(list)
				}
				rows := make([][]string, len(list))
				for i, x := range list {
					rows[i] = []string{x.ID, x.State, stamp(x.Since), x.Title, x.Accused, x.Outcome, strings.Join(x.Waiting, " "), stamp(x.Due), strconv.Itoa(x.Overdue)}
				}
				return c.table(asCSV, []string{"id", "state", "since", "title", "accused", "outcome", "waits_for", "due", "overdue"}, rows)
			})
		},
	}
	g := cmd.Flags()
	g.StringVar(&f.State, "state", "", "only those in this state")
	g.BoolVar(&f.Open, "open", false, "not those that are closed")
	g.StringVar(&f.Of, "of", "", "only those about this finding or incident")
	g.StringVar(&f.Party, "party", "", "only those to which this is a party")
	g.BoolVar(&f.Overdue, "overdue", false, "only those in which something is overdue")
	g.StringVar(&at, "at", "", "as of this time (default: now)")
	g.BoolVar(&asJSON, "json", false, "one JSON document")
	g.BoolVar(&asCSV, "csv", false, "a CSV table")
	return cmd
}

func (c *cli) caseShow() *cobra.Command {
	var at string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "Print a case: its steps, what was decided, what is due", Args: args(cobra.ExactArgs(1)),
		Example: "  truce case show C-0001\n  truce case show C-0001 --json",
		RunE: func(cmd *cobra.Command, arg []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				now, err := when("--at", at, a.Agreement().Location())
				if err != nil {
					return err
				}
				x, err := a.Case(cmd.Context(), arg[0], now)
				if err != nil {
					return err
				}
				if asJSON {
					return c.json(x)
				}
				return x.Write(c.out, a.Agreement().Location())
			})
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "as of this time (default: now)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON document")
	return cmd
}

// stepFlags are what a step can say.
type stepFlags struct {
	app.CaseStep
	at, due, handling string
	votes, dissents   []string
	ruling            casework.Ruling
	json              bool
}

func (s *stepFlags) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.By, "by", "", "who takes the step: a person's office (required)")
	f.StringVar(&s.Role, "role", "", "in which role: "+strings.Join(agreement.CaseRoles(), ", ")+" (required)")
	f.StringVar(&s.Reasons, "reasons", "", "why; it stays on record (required)")
	f.StringVar(&s.For, "for", "", "the party or body in whose name")
	f.StringVar(&s.Text, "text", "", "what is asked, answered, drafted, noted, alleged")
	f.StringVar(&s.Accused, "accused", "", "the party that is blamed")
	f.StringSliceVar(&s.Evidence, "evidence", nil, "ids that it rests on")
	f.StringVar(&s.at, "at", "", "when (default: now)")
	f.StringVar(&s.handling, "handling", "", "who may see it: a TLP 2.0 label (default TLP:AMBER)")
	f.StringVar(&s.Key, "key", "", "makes a repeat harmless: the same key is the same step")
	f.BoolVar(&s.json, "json", false, "the case after it as one JSON document")
}

func (s *stepFlags) stepOnly(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&s.Take, "finding", nil, "add, reopen: findings that it is about too")
	f.StringSliceVar(&s.Parties, "party", nil, "notify, ask, ask-comment: whom")
	f.StringVar(&s.Office, "office", "", "assign, task: to whom")
	f.StringVar(&s.Item, "item", "", "answer, result, approve: of what (Q1, T1, D1)")
	f.StringVar(&s.Means, "means", "", "task: patrol, uav, satellite, camera, interview, …")
	f.StringVar(&s.Outcome, "outcome", "", "result, position, dismiss, decide, rule")
	f.StringVar(&s.Reason, "reason", "", "suspend: access, security, no-consensus, no-means")
	f.StringVar(&s.Case, "case", "", "dismiss as a duplicate: of which case")
	f.StringVar(&s.due, "due", "", "a deadline other than the terms have it")
	f.StringVar(&s.ruling.Party, "responsible", "", "decide: the party that is responsible")
	f.Float64Var(&s.ruling.Confidence, "confidence", 0, "decide: in that, above 0.5 and up to 1")
	f.StringSliceVar(&s.ruling.Provisions, "provision", nil, "decide: those that were broken")
	f.StringSliceVar(&s.votes, "vote", nil, "decide: MEMBER=for, against or abstain")
	f.StringArrayVar(&s.dissents, "dissent", nil, "decide: MEMBER=WORDS")
	f.Uint64Var(&s.Expect, "expect", 0, "the version on which it was decided; refused if there is another one (0: whatever there is)")
}

// step is what the flags say.
func (s *stepFlags) step(kind string, loc *time.Location) (app.CaseStep, error) {
	if s.By == "" || s.Role == "" || s.Reasons == "" {
		return s.CaseStep, usage("a step needs --by, --role and --reasons: they stay on record with it")
	}
	var err error
	if s.At, err = when("--at", s.at, loc); err != nil {
		return s.CaseStep, err
	}
	if s.Due, err = when("--due", s.due, loc); err != nil {
		return s.CaseStep, err
	}
	s.Handling = observation.Handling(s.handling)
	if kind != "decide" && kind != "rule" {
		return s.CaseStep, nil
	}
	s.ruling.Outcome, s.Outcome = s.Outcome, ""
	for _, v := range s.votes {
		member, vote, ok := strings.Cut(v, "=")
		if !ok {
			return s.CaseStep, usage("--vote %q: expected MEMBER=for, against or abstain", v)
		}
		s.ruling.Votes = append(s.ruling.Votes, casework.Vote{Member: member, Vote: vote})
	}
	for _, d := range s.dissents {
		member, words, ok := strings.Cut(d, "=")
		if !ok {
			return s.CaseStep, usage("--dissent %q: expected MEMBER=WORDS", d)
		}
		s.ruling.Dissents = append(s.ruling.Dissents, casework.Dissent{Member: member, Text: words})
	}
	s.Ruling = &s.ruling
	return s.CaseStep, nil
}

// stepped says how a case stands after a step.
func (c *cli) stepped(a *app.App, x *casework.Case, asJSON bool) error {
	if asJSON {
		return c.json(x)
	}
	rules := casework.New(a.Agreement())
	fmt.Fprintf(c.out, "%s is %s, version %d", x.ID, x.State, x.Version)
	if who := rules.Waiting(x, x.Steps[len(x.Steps)-1].At); len(who) > 0 {
		fmt.Fprintf(c.out, "; it waits for %s", strings.Join(who, ", "))
	}
	fmt.Fprintln(c.out)
	return nil
}

func (c *cli) caseOpen() *cobra.Command {
	var s stepFlags
	cmd := &cobra.Command{
		Use: "open [FINDING...]", Short: "Open a case on findings or incidents, or with --text on what is alleged", Args: args(cobra.ArbitraryArgs),
		Example: "  truce case open F-4TQ7M2XK.no-fire --by \"Watch 1\" --role watch-officer --reasons \"seen by two posts\"\n  truce case open --text \"A hospital was hit.\" --for a --by \"Liaison 2\" --role party-liaison --reasons \"complaint of 4 March\"",
		RunE: func(cmd *cobra.Command, findings []string) error {
			return c.with(cmd.Context(), func(a *app.App) error {
				step, err := s.step("report", a.Agreement().Location())
				if err != nil {
					return err
				}
				step.Take = findings
				x, err := a.OpenCase(cmd.Context(), step)
				if err != nil {
					return err
				}
				return c.stepped(a, x, s.json)
			})
		},
	}
	s.flags(cmd)
	cmd.Flags().StringVar(&s.Title, "title", "", "what it is about, in a few words")
	return cmd
}

func (c *cli) caseDo() *cobra.Command {
	var s stepFlags
	cmd := &cobra.Command{
		Use: "do ID MOVE", Short: "Take a step in a case", Args: args(cobra.ExactArgs(2)),
		Long: "Take a step in a case. `truce case next ID` says which there are, and `truce case procedure` what\nthe agreement says of them. A step that the procedure does not have now is refused, with the reason.",
		Example: `  truce case do C-0001 register --by "Watch 1" --role watch-officer --reasons "it has a number"
  truce case do C-0001 ask --party a --text "Where was the battery?" --by "Officer 1" --role verifier --reasons "the track ends there"
  truce case do C-0001 decide --for commission --outcome confirmed-attributed --responsible a --confidence 0.9 \
    --vote A=for --vote B=for --vote C=against --dissent "C=The track begins elsewhere." --by Secretary --role verifier --reasons "minutes of 6 March"`,
		RunE: func(cmd *cobra.Command, arg []string) error {
			return c.with(cmd.Context(), func(a *app.App) error {
				kind := arg[1]
				if m := a.Procedure().Move(kind); m != nil {
					kind = m.As
				}
				step, err := s.step(kind, a.Agreement().Location())
				if err != nil {
					return err
				}
				step.Move = arg[1]
				x, err := a.Step(cmd.Context(), arg[0], step)
				if err != nil {
					return err
				}
				return c.stepped(a, x, s.json)
			})
		},
	}
	s.flags(cmd)
	s.stepOnly(cmd)
	return cmd
}

func (c *cli) caseNext() *cobra.Command {
	var at string
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use: "next [ID]", Short: "Say what can be done in a case, or what is due in all of them", Args: args(cobra.MaximumNArgs(1)),
		Example: "  truce case next\n  truce case next C-0001 --at 2026-03-05T12:00:00Z",
		RunE: func(cmd *cobra.Command, arg []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				now, err := when("--at", at, a.Agreement().Location())
				if err != nil {
					return err
				}
				if now.IsZero() {
					now = a.Now()
				}
				if len(arg) == 0 {
					return c.reminders(cmd, a, now, asJSON, asCSV)
				}
				x, err := a.Case(cmd.Context(), arg[0], now)
				if err != nil {
					return err
				}
				if asJSON {
					return c.json(nonNil(x.Next))
				}
				rows := make([][]string, len(x.Next))
				for i, o := range x.Next {
					rows[i] = []string{o.Move, o.To, strings.Join(o.By, " "), stamp(o.Due), o.Wait}
				}
				return c.table(asCSV, []string{"move", "to", "by", "due", "not_yet"}, rows)
			})
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "as of this time (default: now)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON document")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "a CSV table")
	return cmd
}

func (c *cli) reminders(cmd *cobra.Command, a *app.App, now time.Time, asJSON, asCSV bool) error {
	list, err := a.Reminders(cmd.Context(), now)
	if err != nil {
		return err
	}
	if asJSON {
		return c.json(list)
	}
	rows := make([][]string, len(list))
	for i, r := range list {
		state := "due soon"
		if r.Overdue {
			state = "overdue"
		}
		rows[i] = []string{r.Case, r.Kind, r.Who, r.What, stamp(r.Due), state}
	}
	return c.table(asCSV, []string{"case", "kind", "who", "what", "due", "state"}, rows)
}

func (c *cli) caseProcedure() *cobra.Command {
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use: "procedure", Short: "List the procedure's steps: from which states, by whom, by when", Args: args(cobra.NoArgs),
		Example: "  truce case procedure\n  truce case procedure --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				p := a.Procedure()
				if asJSON {
					return c.json(p)
				}
				rows := make([][]string, len(p.Moves))
				for i, m := range p.Moves {
					rows[i] = []string{m.Move, strings.Join(m.From, " "), m.To, strings.Join(m.By, " "), strings.Join(m.NotBy, " "), strings.Join(m.Needs, " "), m.Within.Written}
				}
				if err := c.table(asCSV, []string{"move", "from", "to", "by", "not_by", "needs", "within"}, rows); err != nil {
					return err
				}
				c.note("Times: comment %s, answer %s, task %s, remedy %s, reminder %s before.", p.Comment.Written, p.Answer.Written, p.Task.Written, p.Remedy.Written, p.Remind.Written)
				if len(p.Assumed) > 0 {
					c.note("The agreement leaves open, and this is usual: %s.", strings.Join(p.Assumed, ", "))
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON document")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "a CSV table")
	return cmd
}
