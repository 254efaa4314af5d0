package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/ledger"
	"github.com/truce-monitor/truce/observation"
)

func (c *cli) weapons() *cobra.Command {
	var at, since string
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use: "weapons [SITE]", Short: "Show the ledger of withdrawn weapons, and put inventories and visits in it", Args: args(cobra.MaximumNArgs(1)),
		Long: `Show what is declared to stand at each storage site and holding area, what visits found
(present, missing for the first time, again missing, moved, checking prevented), why what stands
there could not be verified, and which weapons were seen in violation of withdrawal lines or
outside storage. With a SITE: its serial numbers and visits.`,
		Example: "  truce weapons\n  truce weapons store-south --at 2026-03-08\n  truce weapons visit store-south --found mlrs=17:A1,A2 --by \"Patrol 4\"\n  truce weapons declare store-south --item mlrs=18 --by \"Liaison of South\"\n  truce weapons visits visits.csv",
		RunE: func(cmd *cobra.Command, ids []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				opt := app.WeaponsOptions{Site: strings.Join(ids, "")}
				loc := a.Agreement().Location()
				var err error
				if opt.At, err = when("--at", at, loc); err != nil {
					return err
				}
				if opt.Since, err = when("--since", since, loc); err != nil {
					return err
				}
				w, err := a.Weapons(cmd.Context(), opt)
				if err != nil {
					return err
				}
				switch {
				case asJSON:
					return c.json(w)
				case opt.Site != "" && !asCSV:
					return c.sheet(&w.Sheets[0], loc)
				}
				return c.sheets(w, asCSV)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&at, "at", "", "as the ledger stood at this date or time (default: now)")
	f.StringVar(&since, "since", "", "of weapons seen elsewhere: from this date or time on (default: a day before)")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	f.BoolVar(&asCSV, "csv", false, "a CSV table")
	cmd.AddCommand(c.weaponsVisit(), c.weaponsVisits(), c.weaponsDeclare())
	return cmd
}

func (c *cli) sheets(w *app.Weapons, asCSV bool) error {
	var rows [][]string
	for _, s := range w.Sheets {
		last := ""
		if len(s.Visits) > 0 {
			last = stamp(s.Visits[0].At)
		}
		for _, l := range s.Lines {
			rows = append(rows, []string{s.Site, s.Party, l.Weapon, strconv.Itoa(l.Declared), strconv.Itoa(l.Present), strconv.Itoa(l.Matched), strconv.Itoa(l.MissingFirst), strconv.Itoa(l.MissingAgain),
				strconv.Itoa(l.Moved), strconv.Itoa(l.Unchecked), strconv.Itoa(l.Undeclared), last, strings.Join(s.Unverified, " ")})
		}
		if len(s.Lines) == 0 {
			rows = append(rows, []string{s.Site, s.Party, "", "0", "0", "0", "0", "0", "0", "0", "0", last, strings.Join(s.Unverified, " ")})
		}
	}
	if err := c.table(asCSV, []string{"site", "party", "weapon", "declared", "present", "matched", "missing_first", "missing_again", "moved", "unchecked", "undeclared", "last_visit", "not_verified"}, rows); err != nil {
		return err
	}
	if asCSV {
		return nil
	}
	fmt.Fprintf(c.out, "\nseen elsewhere, %s to %s:\n", stamp(w.Since), stamp(w.At))
	for _, category := range ledger.Categories() {
		n := 0
		for _, x := range w.Seen {
			if x.Category == category {
				n++
			}
		}
		if n > 0 {
			fmt.Fprintf(c.out, "  %-16s %d\n", category, n)
		}
	}
	for _, x := range w.Seen {
		fmt.Fprintf(c.out, "    %-16s %s  %s  %s  %s  %s\n", x.Category, stamp(x.At), x.Finding, x.Weapon, x.Place, x.Side)
	}
	return nil
}

func (c *cli) sheet(s *ledger.Sheet, loc *time.Location) error {
	fmt.Fprintf(c.out, "%s (%s), declared by %s\n", s.Name.In("en"), s.Kind, orNobody(s.Party))
	for _, why := range s.Unverified {
		fmt.Fprintf(c.out, "  could not be verified: %s\n", why)
	}
	for _, l := range s.Lines {
		fmt.Fprintf(c.out, "  %s: %d declared, %d present (%d by serial number), %d missing for the first time, %d again missing, %d moved, %d unchecked, %d not declared\n",
			l.Weapon, l.Declared, l.Present, l.Matched, l.MissingFirst, l.MissingAgain, l.Moved, l.Unchecked, l.Undeclared)
		for _, x := range l.Serials {
			where := x.Where
			if where != "" {
				where = " " + where
			}
			fmt.Fprintf(c.out, "    %-12s %s%s %s\n", x.Serial, x.State, where, stamp(x.Since))
		}
	}
	for _, v := range s.Visits {
		fmt.Fprintf(c.out, "  %s %s by %s (record %d) %s\n", v.At.In(loc).Format("2006-01-02 15:04 MST"), v.Outcome, orNobody(v.By), v.Record, v.Remarks)
	}
	return nil
}

// items reads WEAPON=NUMBER or WEAPON=NUMBER:SERIAL,SERIAL.
func items(flag string, list []string) ([]ledger.Item, error) {
	var out []ledger.Item
	for _, s := range list {
		weapon, rest, ok := strings.Cut(s, "=")
		number, serials, _ := strings.Cut(rest, ":")
		n, err := strconv.Atoi(number)
		if !ok || err != nil {
			return nil, usage("%s %q: expected WEAPON=NUMBER or WEAPON=NUMBER:SERIAL,SERIAL, such as mlrs=2:A1,A2", flag, s)
		}
		x := ledger.Item{Weapon: weapon, Number: n}
		if serials != "" {
			x.Serials = strings.Split(serials, ",")
		}
		out = append(out, x)
	}
	return out, nil
}

// entry is what a visit and an inventory are told of by flags.
type entry struct{ by, role, at, reasons, handling string }

func (e *entry) flags(cmd *cobra.Command, role string) {
	f := cmd.Flags()
	f.StringVar(&e.by, "by", "", "who: a person's office or a team")
	f.StringVar(&e.role, "role", role, "in which role")
	f.StringVar(&e.at, "at", "", "when (default: now)")
	f.StringVar(&e.reasons, "reasons", "", "what there is to say about it")
	f.StringVar(&e.handling, "handling", "", "TLP label (default: TLP:AMBER)")
}

func (c *cli) weaponsVisit() *cobra.Command {
	var e entry
	var outcome string
	var found []string
	cmd := &cobra.Command{
		Use: "visit SITE", Short: "Put on record what a visit found", Args: args(cobra.ExactArgs(1)),
		Example: "  truce weapons visit store-south --found mlrs=2:A1,A2 --found tank=4 --by \"Patrol 4\" --at 2026-03-06T10:00\n  truce weapons visit store-south --outcome prevented --by \"Patrol 4\" --reasons \"Turned back at the gate\"",
		RunE: func(cmd *cobra.Command, ids []string) error {
			list, err := items("--found", found)
			if err != nil {
				return err
			}
			if e.by == "" {
				return usage("--by says who visited")
			}
			return c.with(cmd.Context(), func(a *app.App) error {
				t, err := when("--at", e.at, a.Agreement().Location())
				if err != nil {
					return err
				}
				record, err := a.Visited(cmd.Context(), ledger.Visit{Site: ids[0], At: t, By: e.by, Outcome: outcome, Found: list, Remarks: e.reasons}, e.role, "", observation.Handling(e.handling))
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "record %d: visit to %s, %s\n", record, ids[0], outcome)
				return nil
			})
		},
	}
	e.flags(cmd, "patrol")
	cmd.Flags().StringVar(&outcome, "outcome", ledger.Checked, "checked, prevented or abandoned")
	cmd.Flags().StringArrayVar(&found, "found", nil, "WEAPON=NUMBER or WEAPON=NUMBER:SERIAL,SERIAL")
	return cmd
}

func (c *cli) weaponsDeclare() *cobra.Command {
	var e entry
	var list []string
	cmd := &cobra.Command{
		Use: "declare SITE", Short: "Put on record what a party declares to stand at a site from now on", Args: args(cobra.ExactArgs(1)),
		Example: "  truce weapons declare store-south --item mlrs=18:A1,A2 --item tank=4 --by \"Liaison of South\"",
		RunE: func(cmd *cobra.Command, ids []string) error {
			declared, err := items("--item", list)
			if err != nil {
				return err
			}
			if e.by == "" {
				return usage("--by says who declares")
			}
			return c.with(cmd.Context(), func(a *app.App) error {
				t, err := when("--at", e.at, a.Agreement().Location())
				if err != nil {
					return err
				}
				record, err := a.DeclareInventory(cmd.Context(), ledger.Inventory{Site: ids[0], At: t, By: e.by, Items: declared}, e.role, e.reasons, "", observation.Handling(e.handling))
				if err != nil {
					return err
				}
				fmt.Fprintf(c.out, "record %d: inventory of %s\n", record, ids[0])
				return nil
			})
		},
	}
	e.flags(cmd, "party-liaison")
	cmd.Flags().StringArrayVar(&list, "item", nil, "WEAPON=NUMBER or WEAPON=NUMBER:SERIAL,SERIAL")
	return cmd
}

func (c *cli) weaponsVisits() *cobra.Command {
	var handling string
	cmd := &cobra.Command{
		Use: "visits FILE", Short: "Put visits of a CSV file on record", Args: args(cobra.ExactArgs(1)),
		Long: `Put the visits of a CSV file on record. It has a header with the columns site, at, by, outcome,
weapon, number, serials (with spaces between them) and remarks; rows with the same site, at and
by are one visit. A visit that can't be taken is told of with its line, and the rest goes on.`,
		Example: "  truce weapons visits visits.csv",
		RunE: func(cmd *cobra.Command, files []string) error {
			return c.with(cmd.Context(), func(a *app.App) error {
				f, err := os.Open(files[0])
				if err != nil {
					return err
				}
				defer f.Close()
				list, bad, err := readVisits(f, a.Agreement().Location())
				if err != nil {
					return fmt.Errorf("reading %s: %w", files[0], err)
				}
				taken := 0
				for _, v := range list {
					if _, err := a.Visited(cmd.Context(), v.Visit, "patrol", "", observation.Handling(handling)); errors.Is(err, ledger.ErrEntry) || errors.Is(err, app.ErrUnknown) {
						bad = append(bad, fmt.Errorf("line %d: %w", v.line, err))
					} else if err != nil {
						return err
					} else {
						taken++
					}
				}
				for _, err := range bad {
					c.note("%s: %v", files[0], err)
				}
				fmt.Fprintf(c.out, "%d visits are on record\n", taken)
				if len(bad) > 0 {
					c.code = exitQuarantined
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&handling, "handling", "", "TLP label (default: TLP:AMBER)")
	return cmd
}

type visitOfFile struct {
	ledger.Visit
	line int // of its first row
}

func readVisits(r io.Reader, loc *time.Location) (list []*visitOfFile, bad []error, err error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = -1
	header, err := rows.Read()
	if err != nil {
		return nil, nil, err
	}
	if i := slices.IndexFunc([]string{"site", "at", "by"}, func(name string) bool { return !slices.Contains(header, name) }); i >= 0 {
		return nil, nil, fmt.Errorf("the header lacks the column %s", []string{"site", "at", "by"}[i])
	}
	by := map[string]*visitOfFile{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return list, bad, nil
		}
		if err != nil {
			return nil, nil, err
		}
		line, _ := rows.FieldPos(0)
		get := func(name string) string {
			if i := slices.Index(header, name); i >= 0 && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		at, err := when("at", get("at"), loc)
		if err != nil || at.IsZero() {
			bad = append(bad, fmt.Errorf("line %d: at %q is no date or time", line, get("at")))
			continue
		}
		key := strings.Join([]string{get("site"), stamp(at), get("by")}, "\x00")
		v := by[key]
		if v == nil {
			v = &visitOfFile{ledger.Visit{Site: get("site"), At: at, By: get("by"), Outcome: get("outcome"), Remarks: get("remarks")}, line}
			if v.Outcome == "" {
				v.Outcome = ledger.Checked
			}
			by[key] = v
			list = append(list, v)
		}
		if weapon := get("weapon"); weapon != "" {
			n, err := strconv.Atoi(get("number"))
			if err != nil {
				bad = append(bad, fmt.Errorf("line %d: %q is no number of weapons", line, get("number")))
				continue
			}
			v.Found = append(v.Found, ledger.Item{Weapon: weapon, Number: n, Serials: strings.Fields(get("serials"))})
		}
	}
}
