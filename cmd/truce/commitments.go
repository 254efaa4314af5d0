package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/posture"
	"github.com/truce-monitor/truce/publish"
)

// standing is what commands that tell of one instant can be asked for.
type standing struct {
	at        string
	json, csv bool
}

func (s *standing) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.at, "at", "", "at this date or time (default: the last instant on record)")
	f.BoolVar(&s.json, "json", false, "one JSON document")
	f.BoolVar(&s.csv, "csv", false, "a CSV table")
}

// ask opens the workspace and hands over the instant and the mission's policy.
func (c *cli) ask(cmd *cobra.Command, s *standing, do func(*app.App, time.Time, agreement.Policy) error) error {
	return c.reading(cmd.Context(), func(a *app.App) error {
		at, err := when("--at", s.at, a.Agreement().Location())
		if err != nil {
			return err
		}
		return do(a, at, publish.Policy(a.Agreement(), publish.Mission))
	})
}

func (c *cli) commitments() *cobra.Command {
	var s standing
	var due, history bool
	cmd := &cobra.Command{
		Use: "commitments", Short: "Say who pledged what, how firm, on which condition, and what is due by when", Args: args(cobra.NoArgs),
		Long: `Say who pledged what to whom, how firm, whether the condition holds and which of its
terms decides that, since when it is due and by when it has to be kept. What nobody has
established is unknown, and said so. ` + "`truce explain ID`" + ` gives the quotes and reasons.`,
		Example: "  truce commitments\n  truce commitments --due --at 2026-03-12\n  truce commitments --history --csv",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if due && history {
				return usage("--due or --history, not both")
			}
			return c.ask(cmd, &s, func(a *app.App, at time.Time, policy agreement.Policy) error {
				m, err := a.Commitments(cmd.Context(), at, policy)
				switch {
				case err != nil:
					return err
				case s.json:
					return c.json(m)
				case history:
					return c.steps(m.History, s.csv, s.days(a.Agreement().Location()))
				}
				c.asOf(m.At, a.Agreement().Location(), s.csv)
				stamp := s.days(a.Agreement().Location())
				var rows [][]string
				for i := range m.Pledges {
					if p := &m.Pledges[i]; !due || slices.Contains(m.DueNow, p.ID) {
						rows = append(rows, []string{p.ID, strings.Join(p.By, " "), strings.Join(p.To, " "), p.Of, firmness(p), string(p.Due), stamp(p.Since), stamp(p.Deadline), decides(p)})
					}
				}
				return c.table(s.csv, []string{"id", "by", "to", "of", "firm", "due", "since", "deadline", "decided by"}, rows)
			})
		},
	}
	s.flags(cmd)
	cmd.Flags().BoolVar(&due, "due", false, "only what is due and not on record as kept")
	cmd.Flags().BoolVar(&history, "history", false, "who firmed up and who stepped back")
	return cmd
}

// asOf says of which instant a table is, where people read it.
func (c *cli) asOf(at time.Time, loc *time.Location, asCSV bool) {
	if !asCSV {
		c.note("As of %s:", app.Span(at, at, loc))
	}
}

func (c *cli) steps(list []commitment.Step, asCSV bool, stamp func(time.Time) string) error {
	rows := make([][]string, len(list))
	for i, s := range list {
		record := ""
		if s.Record > 0 {
			record = strconv.FormatUint(s.Record, 10)
		}
		rows[i] = []string{stamp(s.At), s.Party, s.Commitment, s.From, s.Is, string(s.Move), record}
	}
	return c.table(asCSV, []string{"at", "party", "commitment", "from", "to", "move", "record"}, rows)
}

// days writes instants that are the beginning of a local day as that day, where
// people read them.
func (s *standing) days(loc *time.Location) func(time.Time) string {
	return func(t time.Time) string {
		if local := t.In(loc); !s.csv && !t.IsZero() && local.Hour() == 0 && local.Minute() == 0 && local.Second() == 0 {
			return local.Format(time.DateOnly)
		}
		return stamp(t)
	}
}

// firmness is how firm a pledge is, once where all its makers are alike.
func firmness(p *commitment.Pledge) string {
	var words []string
	for _, m := range p.Makers {
		is := m.Is
		if is == "" {
			is = "not made"
		}
		words = append(words, m.Party+": "+is)
	}
	first := ""
	for i, m := range p.Makers {
		if i > 0 && m.Is != first {
			return strings.Join(words, ", ")
		}
		first = m.Is
	}
	if first == "" {
		return "not made"
	}
	return first
}

// decides names what makes a pledge due, not due or unknown.
func decides(p *commitment.Pledge) string {
	switch {
	case len(p.OwedBy) == 0:
		return "nobody is bound"
	case len(p.Levels) > 0:
		return "level " + strings.Join(p.Levels, ", ")
	case p.Condition.Condition == "":
		return "no condition"
	}
	var out []string
	for _, t := range p.Condition.Terms {
		if t.Decides {
			out = append(out, t.Term+" "+t.Truth.String())
		}
	}
	return strings.Join(out, ", ")
}

func (c *cli) issues() *cobra.Command {
	var s standing
	var moved bool
	cmd := &cobra.Command{
		Use: "issues", Short: "Say what is open, where each party stands, and who moved", Args: args(cobra.NoArgs),
		Long: `Say of each open issue its state and every party's newest position: what was said,
by whom, when. With --moved: who changed what they say, and in which direction.
` + "`truce explain ID`" + ` gives the quotes with their sources.`,
		Example: "  truce issues\n  truce issues --at 2026-02-01 --csv\n  truce issues --moved",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.ask(cmd, &s, func(a *app.App, at time.Time, policy agreement.Policy) error {
				t, err := a.Issues(cmd.Context(), at, policy)
				switch {
				case err != nil:
					return err
				case s.json:
					return c.json(t)
				}
				c.asOf(t.At, a.Agreement().Location(), s.csv)
				stamp := s.days(a.Agreement().Location())
				var rows [][]string
				if moved {
					for _, m := range t.Moved {
						rows = append(rows, []string{stamp(m.At), m.Issue, m.Party, strings.Join(m.From, " and "), strings.Join(m.To, " and "), string(m.Towards), strings.Join(m.Said, " ")})
					}
					return c.table(s.csv, []string{"at", "issue", "party", "from", "to", "direction", "positions"}, rows)
				}
				for i := range t.Issues {
					x := &t.Issues[i]
					if len(x.Parties) == 0 {
						rows = append(rows, []string{x.ID, x.Is, stamp(x.Since), "", "", "", "", "", "", ""})
					}
					for k := range x.Parties {
						for _, p := range x.Parties[k].Newest {
							rows = append(rows, []string{x.ID, x.Is, stamp(x.Since), p.Party, p.Stance, stamp(p.At), p.Speaker, p.ID, p.ConfirmedBy, p.Words.In("en")})
						}
					}
				}
				return c.table(s.csv, []string{"issue", "state", "since", "party", "stance", "said", "speaker", "position", "confirmed by", "words"}, rows)
			})
		},
	}
	s.flags(cmd)
	cmd.Flags().BoolVar(&moved, "moved", false, "who changed what they say")
	return cmd
}

func (c *cli) posture() *cobra.Command {
	var s standing
	cmd := &cobra.Command{
		Use: "posture", Short: "Hold declared bases, units and hosts against the limits of pledges and provisions", Args: args(cobra.NoArgs),
		Long: `List what is declared of bases, units and hosts' consents, with the distance to the
line of that day, and hold each against the limits: no closer than so far, no more than so
many, only on whose territory, only where the host has agreed, none of those that
contribute none. What is or was beyond a limit is a finding: ` + "`truce findings`" + `, ` + "`truce explain ID`" + `.`,
		Example: "  truce import declared.csv\n  truce posture --at 2026-03-12\n  truce posture --csv",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.ask(cmd, &s, func(a *app.App, at time.Time, policy agreement.Policy) error {
				p, err := a.Posture(cmd.Context(), at, policy)
				switch {
				case err != nil:
					return err
				case s.json:
					return c.json(p)
				case s.csv:
					return c.postureCSV(p)
				}
				c.asOf(p.At, a.Agreement().Location(), s.csv)
				var rows [][]string
				for i := range p.Declared {
					r := &p.Declared[i]
					rows = append(rows, append(declaredCells(r), limits(r.Checks)))
				}
				for i := range p.Ceilings {
					x := &p.Ceilings[i]
					rows = append(rows, []string{x.Of + "." + x.Limit, "ceiling", x.Party, x.Host, numberOf(x) + " of " + strconv.Itoa(x.Max), "", limits([]posture.Check{x.Check})})
				}
				return c.table(false, []string{"id", "kind", "party", "host", "number", "km to line", "limits"}, rows)
			})
		},
	}
	s.flags(cmd)
	return cmd
}

func declaredCells(r *posture.Row) []string {
	count, km, kind := "", "", r.Kind
	if r.Count > 0 || r.CountMax > 0 {
		count = strconv.Itoa(max(r.Count, r.CountMin))
	}
	if r.CountMax > r.Count {
		count += " to " + strconv.Itoa(r.CountMax)
	}
	if r.Line != "" && r.Position != nil {
		km = decimal(r.DistanceM/1000, 1)
	}
	if r.Kind == posture.Host {
		kind += ", agrees: " + r.Agrees
	}
	return []string{r.ID, kind, r.Party, r.Host, count, km}
}

func numberOf(c *posture.Ceiling) string {
	out := strconv.Itoa(c.Least)
	if c.Most > c.Least {
		out += " to " + strconv.Itoa(c.Most)
	}
	if c.Open {
		out += " and more"
	}
	return out
}

// limits names the limits that are not kept for sure, or how many are.
func limits(checks []posture.Check) string {
	var out []string
	kept := 0
	for _, x := range checks {
		name := x.Of
		if x.Limit != "" {
			name += "." + x.Limit
		}
		if x.Result == finding.Consistent {
			kept++
			continue
		}
		text := name + " " + string(x.Result)
		if x.Probability > 0 {
			text += fmt.Sprintf(" (%.0f %%)", 100*x.Probability)
		}
		out = append(out, text)
	}
	if kept > 0 {
		out = append(out, plural(kept, "limit kept", "limits kept"))
	}
	return strings.Join(out, ", ")
}

// postureCSV has a row for each thing and limit.
func (c *cli) postureCSV(p *app.Posture) error {
	header := []string{"id", "kind", "party", "host", "from", "lat", "lon", "radius_m", "count_min", "count_max", "distance_m", "of", "limit", "result", "probability", "finding"}
	var rows [][]string
	add := func(head []string, checks []posture.Check) {
		if len(checks) == 0 {
			rows = append(rows, append(slices.Clone(head), "", "", "", "", ""))
		}
		for _, x := range checks {
			rows = append(rows, append(slices.Clone(head), x.Of, x.Limit, string(x.Result), decimal(x.Probability, 6), x.Finding))
		}
	}
	for i := range p.Declared {
		r := &p.Declared[i]
		lat, lon, radius, distance := "", "", "", ""
		if r.Position != nil {
			lat, lon, radius = decimal(r.Position.Lat, 5), decimal(r.Position.Lon, 5), decimal(r.RadiusM, 0)
			if r.Line != "" {
				distance = decimal(r.DistanceM, 1)
			}
		}
		least, most := r.Count, max(r.Count, r.CountMax)
		if r.CountMin > 0 {
			least = r.CountMin
		}
		add([]string{r.ID, r.Kind, r.Party, r.Host, stamp(r.From), lat, lon, radius, strconv.Itoa(least), strconv.Itoa(most), distance}, r.Checks)
	}
	for i := range p.Ceilings {
		x := &p.Ceilings[i]
		add([]string{"", "ceiling", x.Party, x.Host, "", "", "", "", strconv.Itoa(x.Least), strconv.Itoa(x.Most), ""}, []posture.Check{x.Check})
	}
	return c.table(true, header, rows)
}
