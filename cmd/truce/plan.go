package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/withdrawal"
)

func (c *cli) plan() *cobra.Command {
	var km, of, at, settlements, out string
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use: "plan --km N", Short: "Say what a withdrawal from a line costs each side", Args: args(cobra.NoArgs),
		Long: `Measure what each side leaves that pulls back from a line by so many kilometres: area,
length of the line that it goes back to, settlements and people, and the part of each
administrative area. Equal width is not equal area where the line bends: asymmetry is what
the first side leaves more than the second, in percent of both together, and the column
equal is how far the side that leaves less would have to go to leave as much.

--km is one distance for both sides (15), a range (5-30, or with a step 5-30/5), or one
for each (north=10,south=15; who is not named stays). The areas of the agreement
together are the country: nothing beyond them counts, if there are any.`,
		Example: "  truce zones plan --km 15 --out plan.geojson\n  truce zones plan --km 5-30/5 --settlements settlements.csv\n  truce zones plan --km north=10,south=15 --at 2026-01-06",
		RunE: func(cmd *cobra.Command, _ []string) error {
			var opt app.WithdrawalOptions
			var err error
			if opt.Metres, err = distances(km); err != nil {
				return err
			}
			opt.Line = of
			return c.reading(cmd.Context(), func(a *app.App) error {
				if settlements == "" {
					opt.Settlements, err = a.Settlements(cmd.Context())
				} else {
					opt.Settlements, err = c.settlements(settlements)
				}
				if err != nil {
					return err
				}
				if opt.At, err = c.instant(cmd.Context(), a, at); err != nil {
					return err
				}
				w, err := a.Withdrawal(cmd.Context(), opt)
				if err != nil {
					return err
				}
				if out != "" {
					if err := writeGeoJSON(out, w.Features()); err != nil {
						return err
					}
				}
				if asJSON {
					return c.json(w)
				}
				return c.planned(w, asCSV, len(opt.Settlements) > 0)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&km, "km", "", "how far the sides pull back")
	f.StringVar(&of, "line", "", "line of the agreement (default: the first in force)")
	f.StringVar(&at, "at", "", "date or time whose line counts (default: the last on record, or now)")
	f.StringVar(&settlements, "settlements", "", "CSV file with name, lat, lon and perhaps population (default: those imported)")
	f.StringVar(&out, "out", "", "write zones and pull-back lines to this GeoJSON file")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	f.BoolVar(&asCSV, "csv", false, "a CSV table")
	return cmd
}

// distances reads what --km says: a map from party to metres for each plan.
func distances(km string) ([]map[string]float64, error) {
	wrong := usage("--km %q: expected a distance such as 15, a range such as 5-30/5, or one for each such as north=10,south=15, in kilometres up to %g", km, withdrawal.Farthest/1000)
	number := func(s string) (float64, bool) {
		x, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		return x, err == nil && x > 0 && x <= withdrawal.Farthest/1000
	}
	if strings.Contains(km, "=") {
		metres := map[string]float64{}
		for _, s := range strings.Split(km, ",") {
			party, far, _ := strings.Cut(s, "=")
			x, ok := number(far)
			if party = strings.TrimSpace(party); !ok || party == "" {
				return nil, wrong
			}
			metres[party] = x * 1000
		}
		return []map[string]float64{metres}, nil
	}
	span, by, stepped := strings.Cut(km, "/")
	first, last, ranged := strings.Cut(span, "-")
	from, ok := number(first)
	if !ok || stepped && !ranged {
		return nil, wrong
	}
	to, step := from, 5.0
	if ranged {
		if to, ok = number(last); !ok || to < from {
			return nil, wrong
		}
	}
	if stepped {
		if step, ok = number(by); !ok {
			return nil, wrong
		}
	}
	var out []map[string]float64
	for i := 0; from+float64(i)*step <= to+1e-9; i++ {
		out = append(out, map[string]float64{"": (from + float64(i)*step) * 1000})
	}
	return out, nil
}

func (c *cli) settlements(path string) ([]withdrawal.Settlement, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out, err := app.ReadSettlements(f, func(line int, err error) {
		c.note("%s:%d: %v", path, line, err)
		c.code = exitQuarantined
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

func writeGeoJSON(path string, features *geo.Features) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := geo.WriteGeoJSON(f, features); err != nil {
		f.Close()
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return f.Close()
}

// planned writes the table: a row a plan, or of a single plan what becomes of each
// administrative area.
func (c *cli) planned(w *app.Withdrawal, asCSV, settled bool) error {
	first := w.Plans[0]
	left, right := named(first.Left.Party, "left"), named(first.Right.Party, "right")
	head := []string{left + "_km", right + "_km", left + "_km2", right + "_km2", left + "_pullback_km", right + "_pullback_km", "asymmetry_percent", "equal"}
	if settled {
		head = append(head, left+"_settlements", right+"_settlements", left+"_people", right+"_people")
	}
	var rows [][]string
	for _, p := range w.Plans {
		equal := "none"
		if p.Equal != nil {
			equal = fmt.Sprintf("%s %s km", named(p.Equal.Party, map[bool]string{true: left, false: right}[p.Equal.OnLeft]), decimal(p.Equal.DistanceM/1000, 2))
		}
		row := []string{decimal(p.Left.DistanceM/1000, 1), decimal(p.Right.DistanceM/1000, 1), decimal(p.Left.AreaM2/1e6, 0), decimal(p.Right.AreaM2/1e6, 0),
			decimal(p.Left.PullbackM/1000, 0), decimal(p.Right.PullbackM/1000, 0), decimal(100*p.Asymmetry, 1), equal}
		if settled {
			row = append(row, strconv.Itoa(p.Left.Settlements), strconv.Itoa(p.Right.Settlements), people(p.Left), people(p.Right))
		}
		rows = append(rows, row)
	}
	if err := c.table(asCSV, head, rows); err != nil {
		return err
	}
	if len(w.Plans) == 1 && !asCSV && w.Areas {
		fmt.Fprintln(c.out)
		if err := c.table(false, []string{"area", left + "_km2", right + "_km2", left + "_percent", right + "_percent"}, byArea(first)); err != nil {
			return err
		}
	}
	if !w.Areas {
		c.note("the agreement names no areas (report.area_file): nothing is cut off at a border or a coast")
	}
	c.note("line %s: %s km; version %s, since %s %s", w.Line, decimal(first.LineM/1000, 0), w.Version, stamp(w.From), w.Source)
	if len(w.Settlements) > 0 {
		c.note("settlements and people: %s; + where some have no number of people", strings.Join(w.Settlements, ", "))
	}
	return nil
}

func named(party, otherwise string) string {
	if party == "" {
		return otherwise
	}
	return party
}

// people is how many live in the settlements, "?" where nobody says, and with a
// plus where some settlements have no number.
func people(s withdrawal.Side) string {
	switch {
	case s.Settlements > 0 && s.Uncounted == s.Settlements:
		return "?"
	case s.Uncounted > 0:
		return strconv.Itoa(s.People) + "+"
	}
	return strconv.Itoa(s.People)
}

func byArea(p *withdrawal.Plan) [][]string {
	var names []string
	shares := map[string][2]withdrawal.Share{}
	for i, s := range [2]withdrawal.Side{p.Left, p.Right} {
		for _, a := range s.Areas {
			both, ok := shares[a.Area]
			if !ok {
				names = append(names, a.Area)
			}
			both[i] = a
			shares[a.Area] = both
		}
	}
	var rows [][]string
	for _, n := range names {
		s := shares[n]
		rows = append(rows, []string{n, decimal(s[0].LeftM2/1e6, 0), decimal(s[1].LeftM2/1e6, 0), decimal(100*s[0].Part(), 1), decimal(100*s[1].Part(), 1)})
	}
	return rows
}
