package main

import (
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/territory"
)

func (c *cli) territory() *cobra.Command {
	var at, since, until, by string
	var zones, asJSON, asCSV bool
	cmd := &cobra.Command{
		Use: "territory", Short: "Say who holds how much of each administrative area, and what changed", Args: args(cobra.NoArgs),
		Long: `Say how much of each administrative area's land lies in the area that a party holds, from
imported areas of control, and how long the line of contact is.

With --by day, week, month or year: what was held at each period's end, gained and lost in it.
What moves forth and back within a period counts as both. Where the source states how far its
line may be off, the uncertainty is given: it bounds the error, as if the line were off to the
same side everywhere.

With --zones: how much land each zone in force takes in, of what is held and of the rest.`,
		Example: "  truce territory --at 2026-01-06\n  truce territory --by month --since 2025-01-01 --until 2026-01-01\n  truce territory --by day --since 2026-01-01 --csv\n  truce territory --zones",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				switch {
				case by != "":
					return c.movements(cmd, a, since, until, by, asJSON, asCSV)
				case since != "" || until != "":
					return usage("--since and --until go with --by day, week, month or year; see `truce territory --help`")
				}
				t, err := c.instant(cmd.Context(), a, at)
				if err != nil {
					return err
				}
				if zones {
					return c.effects(cmd, a, t, asJSON, asCSV)
				}
				return c.held(cmd, a, t, asJSON, asCSV)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&at, "at", "", "date or time (default: the last on record, or now)")
	f.StringVar(&by, "by", "", "day, week, month or year: what changed in each")
	f.StringVar(&since, "since", "", "with --by: from this date or time on (default: the first version on record)")
	f.StringVar(&until, "until", "", "with --by: until this date or time (default: the last version on record)")
	f.BoolVar(&zones, "zones", false, "what each zone takes in")
	f.BoolVar(&asJSON, "json", false, "one JSON document")
	f.BoolVar(&asCSV, "csv", false, "a CSV table")
	return cmd
}

// km2 writes square metres as square kilometres, with no zero below zero.
func km2(m2 float64) string { return decimal(math.Round(m2/1e5)/10+0, 1) }

func (c *cli) held(cmd *cobra.Command, a *app.App, at time.Time, asJSON, asCSV bool) error {
	x, err := a.Territory(cmd.Context(), at)
	if err != nil {
		return err
	}
	if asJSON {
		return c.json(x)
	}
	var rows [][]string
	for _, s := range x.Areas {
		if s.HeldM2 > 0 || asCSV {
			rows = append(rows, []string{s.Area, decimal(s.LandM2/1e6, 0), decimal(s.HeldM2/1e6, 0), decimal(100*s.Part(), 1)})
		}
	}
	if err := c.table(asCSV, []string{"area", "land_km2", "held_km2", "held_percent"}, rows); err != nil {
		return err
	}
	off := ""
	if x.RadiusM > 0 {
		off = fmt.Sprintf(", which may be %s km off: ± %s km² if everywhere to the same side", decimal(x.RadiusM/1000, 1), decimal(x.RadiusM*x.LengthM/1e6, 0))
	}
	c.note("held by %s in all: %s km²; its edge less coast and border: %s km%s; version %s, since %s (%s)", x.HeldBy, decimal(x.HeldM2/1e6, 0), decimal(x.LengthM/1000, 0), off, x.Version, stamp(x.From), x.Source)
	return nil
}

func (c *cli) movements(cmd *cobra.Command, a *app.App, since, until, by string, asJSON, asCSV bool) error {
	var from, to time.Time
	var err error
	loc := a.Agreement().Location()
	if since != "" {
		if from, err = when("--since", since, loc); err != nil {
			return err
		}
	}
	if until != "" {
		if to, err = when("--until", until, loc); err != nil {
			return err
		}
	}
	list, err := a.Movements(cmd.Context(), from, to, by)
	if err != nil {
		return err
	}
	if asJSON {
		return c.json(list)
	}
	var rows [][]string
	row := func(p *territory.Period, h territory.Holding) []string {
		uncertain := ""
		if h.UncertainM2 > 0 {
			uncertain = km2(h.UncertainM2)
		}
		land, share := "", ""
		if h.LandM2 > 0 {
			land, share = km2(h.LandM2), decimal(100*h.Part(), 2)
		}
		return []string{p.From.In(loc).Format(time.DateOnly), p.To.In(loc).Format(time.DateOnly), h.Area, land, km2(h.HeldM2), share, km2(h.GainedM2), km2(h.LostM2), km2(h.GainedM2 - h.LostM2), uncertain}
	}
	var gained, lost float64
	for i := range list {
		p := &list[i]
		whole := territory.Holding{Area: "all", HeldM2: p.HeldM2, GainedM2: p.GainedM2, LostM2: p.LostM2, UncertainM2: p.UncertainM2}
		rows = append(rows, row(p, whole))
		gained, lost = gained+p.GainedM2, lost+p.LostM2
		for _, h := range p.Areas {
			if asCSV || h.GainedM2+h.LostM2 >= 50_000 {
				rows = append(rows, row(p, h))
			}
		}
	}
	if err := c.table(asCSV, []string{"from", "to", "area", "land_km2", "held_km2", "held_percent", "gained_km2", "lost_km2", "net_km2", "uncertain_km2"}, rows); err != nil {
		return err
	}
	if len(list) > 0 {
		note := ""
		if list[len(list)-1].UncertainM2 == 0 {
			note = "; the source does not state how far its line may be off"
		}
		c.note("%s gained %s and lost %s km² in all: net %s km²%s", list[0].HeldBy, km2(gained), km2(lost), km2(gained-lost), note)
	}
	return nil
}

func (c *cli) effects(cmd *cobra.Command, a *app.App, at time.Time, asJSON, asCSV bool) error {
	by, list, err := a.Effects(cmd.Context(), at)
	if err != nil {
		return err
	}
	if asJSON {
		return c.json(struct {
			At     time.Time          `json:"at"`
			HeldBy string             `json:"held_by"`
			Zones  []territory.Effect `json:"zones"`
		}{at.UTC(), by, list})
	}
	var rows [][]string
	for _, e := range list {
		if !asCSV && e.HeldM2+e.OtherM2 < 50_000 {
			continue // areas' edges differ by as much
		}
		rows = append(rows, []string{e.Zone, e.Area, km2(e.HeldM2), km2(e.OtherM2)})
	}
	if err := c.table(asCSV, []string{"zone", "area", "held_km2", "other_km2"}, rows); err != nil {
		return err
	}
	c.note("held by %s on %s", by, at.UTC().Format(time.DateOnly))
	return nil
}
