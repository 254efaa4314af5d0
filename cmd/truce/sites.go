package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/site"
)

func (c *cli) sites() *cobra.Command {
	var since, until string
	var imported, asJSON, asCSV bool
	cmd := &cobra.Command{
		Use: "sites [SITE]", Short: "Say how the protected sites fared, and note how one stands", Args: args(cobra.MaximumNArgs(1)),
		Long: `List the protected sites with what happened within their stand-off distance and on their
grounds, the findings under rules about them, whether local ceasefires were kept, and the last
status note. With a SITE: all of it for one. --all adds sites of imported registers.

A status note answers a checklist by kind of site: for a nuclear plant the seven pillars of
nuclear safety and security. ` + "`truce sites note`" + ` puts one on record.`,
		Example: "  truce sites\n  truce sites znpp --since 2026-03-01 --until 2026-03-08\n  truce sites note znpp --answer power=at-risk --by \"Shift lead, site team\" --reasons \"One of two lines is down\"",
		RunE: func(cmd *cobra.Command, ids []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				opt := app.SitesOptions{ID: strings.Join(ids, ""), Imported: imported || len(ids) > 0}
				loc := a.Agreement().Location()
				var err error
				if opt.From, err = when("--since", since, loc); err != nil {
					return err
				}
				if opt.To, err = when("--until", until, loc); err != nil {
					return err
				}
				list, err := a.Sites(cmd.Context(), opt)
				if err != nil {
					return err
				}
				switch {
				case asJSON:
					return c.json(list)
				case opt.ID != "" && !asCSV:
					return c.site(&list[0], loc)
				}
				return c.sitesTable(list, asCSV)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&since, "since", "", "from this date or time on (default: a day before --until)")
	f.StringVar(&until, "until", "", "until this date or time (default: the last on record)")
	f.BoolVar(&imported, "all", false, "also sites that only an imported register names")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	f.BoolVar(&asCSV, "csv", false, "a CSV table")
	cmd.AddCommand(c.siteNote())
	return cmd
}

func (c *cli) sitesTable(list []site.Status, asCSV bool) error {
	var rows [][]string
	for i := range list {
		s := &list[i]
		on, out := 0, 0
		for _, n := range s.Near {
			if n.Within >= 0.5 {
				on++
			}
			if n.Out {
				out++
			}
		}
		stands, kept := "", ""
		if s.Note != nil {
			stands = s.Note.Worst(s.Kind)
		}
		for _, w := range s.Windows {
			kept = strings.TrimPrefix(fmt.Sprintf("%s, %s %d/%d h", kept, w.State, w.Kept, w.Hours), ", ")
		}
		rows = append(rows, []string{s.ID, s.Kind, s.Party, decimal(s.StandoffM, 0), strconv.Itoa(len(s.Near)), strconv.Itoa(on), strconv.Itoa(out),
			strconv.Itoa(s.Counts[finding.Breach]), strconv.Itoa(s.Counts[finding.Undetermined]), kept, stands})
	}
	return c.table(asCSV, []string{"site", "kind", "held_by", "standoff_m", "near", "on_grounds", "from_grounds", "breaches", "undetermined", "local_ceasefire", "stands"}, rows)
}

// site prints all about one.
func (c *cli) site(s *site.Status, loc *time.Location) error {
	fmt.Fprintf(c.out, "%s (%s)\n", s.Name.In("en"), s.Kind)
	basis := map[string]string{"terms": "from the agreement", "zone": "from the zone around it", "default": "by default for its kind"}[s.Basis]
	fmt.Fprintf(c.out, "  stand-off distance %s m, %s; grounds %s m; held by %s\n", decimal(s.StandoffM, 0), basis, decimal(s.RadiusM, 0), orNobody(s.Party))
	if len(s.Provisions) > 0 {
		fmt.Fprintf(c.out, "  rules: %s\n", strings.Join(s.Provisions, ", "))
	}
	for _, w := range s.Windows {
		fmt.Fprintf(c.out, "  local ceasefire %s (%s), %s: %d breaches, %d undetermined; %d of %d hours without a breach found\n", w.Ceasefire, w.State, app.Span(w.From, w.Until, loc), w.Breaches, w.Undetermined, w.Kept, w.Hours)
	}
	fmt.Fprintf(c.out, "  near it: %d\n", len(s.Near))
	for _, n := range s.Near {
		where := fmt.Sprintf("%s m off, %s %% within the distance, %s %% on the grounds", decimal(n.DistanceM, 0), decimal(100*n.Probability, 0), decimal(100*n.Within, 0))
		if n.ByName {
			where = "placed by the site's name"
		}
		fmt.Fprintf(c.out, "    %s %s %s %s: %s\n", n.Incident, app.Span(n.From, n.To, loc), n.Activity, n.Direction, where)
		for _, f := range n.Findings {
			fmt.Fprintf(c.out, "      %s %s: %s %s\n", f.ID, f.Provision, f.Result, f.Severity)
		}
	}
	if s.Note == nil {
		fmt.Fprintln(c.out, "  nobody has noted how it stands")
		return nil
	}
	fmt.Fprintf(c.out, "  as %s noted at %s (record %d): %s\n", orNobody(s.Note.By), s.Note.At.In(loc).Format("2006-01-02 15:04 MST"), s.Note.Record, s.Note.Summary)
	for _, x := range s.Items {
		answer := s.Note.Answers[x.ID]
		if answer == "" {
			answer = site.Unknown
		}
		fmt.Fprintf(c.out, "    %-8s %s: %s %s\n", answer, x.ID, x.Name.In("en"), s.Note.Remarks[x.ID])
	}
	return nil
}

func orNobody(s string) string {
	if s == "" {
		return "(not stated)"
	}
	return s
}

func (c *cli) siteNote() *cobra.Command {
	var answers, remarks map[string]string
	var at, by, role, reasons, handling string
	cmd := &cobra.Command{
		Use: "note SITE", Short: "Put on record how a site stands, by its checklist", Args: args(cobra.ExactArgs(1)),
		Long:    "Put on record how a site stands: --answer ITEM=kept, at-risk, lost or unknown for each item of its\nchecklist; an item without an answer is unknown. `truce sites SITE --json` shows the checklist.",
		Example: "  truce sites note znpp --answer integrity=kept --answer power=at-risk --remark power=\"one of two lines\" --by \"Shift lead, site team\"",
		RunE: func(cmd *cobra.Command, ids []string) error {
			if by == "" {
				return usage("--by says who noted it: a person's office")
			}
			return c.with(cmd.Context(), func(a *app.App) error {
				t, err := when("--at", at, a.Agreement().Location())
				if err != nil {
					return err
				}
				record, err := a.NoteSite(cmd.Context(), ids[0], role, observation.Handling(handling), site.Note{At: t, By: by, Answers: answers, Remarks: remarks, Summary: reasons})
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "record %d: %s, %s\n", record, ids[0], strings.Join(slices.Sorted(maps.Keys(answers)), ", "))
				return nil
			})
		},
	}
	f := cmd.Flags()
	f.StringToStringVar(&answers, "answer", nil, "ITEM=kept, at-risk, lost or unknown")
	f.StringToStringVar(&remarks, "remark", nil, "ITEM=what there is to say about it")
	f.StringVar(&by, "by", "", "who noted it: a person's office")
	f.StringVar(&role, "role", "site-team", "in which role")
	f.StringVar(&at, "at", "", "when it was so (default: now)")
	f.StringVar(&reasons, "reasons", "", "the note in words")
	f.StringVar(&handling, "handling", "", "TLP label (default: TLP:AMBER)")
	return cmd
}
