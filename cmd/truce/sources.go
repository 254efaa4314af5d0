package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/proportion"
	"github.com/truce-monitor/truce/store/sqlite"
	"github.com/truce-monitor/truce/track"
)

// sourceRow is a source as `truce sources --json` gives it.
type sourceRow struct {
	sqlite.Source
	Track *track.Record `json:"track,omitempty"`
}

func (c *cli) sources() *cobra.Command {
	var l listing
	var parties, brief bool
	cmd := &cobra.Command{
		Use: "sources", Short: "List who reported, how much, and how well it did against what others say", Args: args(cobra.NoArgs),
		Long: `List the sources with their track record: how many of their reports others
confirm, how often that is against their peers, by how far and in which direction they
err in place and time, how late they report, and who is sick: a clock that is wrong, a
sensor that is stuck, a flood that nobody confirms. Each figure has the interval that holds
it with 95 %. --since and --until choose the time over which the record is taken.

With --parties: the parties' own logs against one another and against the rest.`,
		Example: "  truce sources\n  truce sources --since 2026-03-01 --csv\n  truce sources --parties",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(a *app.App) error {
				f, err := l.filter(a.Agreement().Location())
				if err != nil {
					return err
				}
				if parties {
					return c.partyLogs(cmd, a, f, &l)
				}
				list, err := a.Sources(cmd.Context())
				if err != nil {
					return err
				}
				if l.limit > 0 && len(list) > l.limit {
					list = list[:l.limit]
				}
				rows := make([]sourceRow, len(list))
				for i, s := range list {
					rows[i].Source = s
				}
				if !brief {
					records, err := a.Track(cmd.Context(), f)
					if err != nil {
						return err
					}
					by := map[string]*track.Record{}
					for i := range records {
						by[records[i].Source] = &records[i]
					}
					for i := range rows {
						rows[i].Track = by[rows[i].Name]
					}
				}
				switch {
				case l.json:
					return c.json(rows)
				case l.csv:
					return c.sourcesCSV(rows, brief)
				}
				return c.sourcesTable(rows, brief)
			})
		},
	}
	l.flags(cmd, false)
	cmd.Flags().BoolVar(&parties, "parties", false, "the parties' own logs against one another and the rest")
	cmd.Flags().BoolVar(&brief, "brief", false, "without the track record, which takes all observations of the time")
	return cmd
}

func (c *cli) sourcesTable(list []sourceRow, brief bool) error {
	header := []string{"source", "means", "observations", "first", "last"}
	if !brief {
		header = append(header, "confirmed", "against peers", "east_m", "north_m", "time_s", "delay_s", "sick")
	}
	rows := make([][]string, len(list))
	for i, s := range list {
		rows[i] = []string{s.Name, s.Means, strconv.Itoa(s.Observations), stamp(s.First), stamp(s.Last)}
		if brief {
			continue
		}
		if s.Track == nil {
			rows[i] = append(rows[i], "-", "-", "-", "-", "-", "-", "-")
			continue
		}
		t := s.Track
		rows[i] = append(rows[i], fmt.Sprintf("%d of %d", t.Confirmed.Hits, t.Confirmed.Trials), estimate(t.Ratio, 2), estimate(t.EastM, 0), estimate(t.NorthM, 0),
			estimate(t.TimeS, 0), estimate(t.DelayS, 0), sick(t))
	}
	return c.table(false, header, rows)
}

// sourcesCSV has each figure of the record in a column of its own.
func (c *cli) sourcesCSV(list []sourceRow, brief bool) error {
	header := []string{"source", "means", "observations", "first", "last"}
	if !brief {
		header = append(header, "confirmed", "counted", "peers_confirmed", "peers_counted")
		for _, name := range []string{"ratio", "east_m", "north_m", "time_s", "delay_s"} {
			header = append(header, name, name+"_low", name+"_high")
		}
		header = append(header, "spread_m", "spread_s", "held", "held_of", "longest_silence_s", "silent_s", "sick")
	}
	rows := make([][]string, len(list))
	for i, s := range list {
		rows[i] = []string{s.Name, s.Means, strconv.Itoa(s.Observations), stamp(s.First), stamp(s.Last)}
		if brief {
			continue
		}
		t := s.Track
		if t == nil {
			t = &track.Record{}
		}
		rows[i] = append(rows[i], strconv.Itoa(t.Confirmed.Hits), strconv.Itoa(t.Confirmed.Trials), strconv.Itoa(t.Peers.Hits), strconv.Itoa(t.Peers.Trials))
		for _, e := range []track.Estimate{t.Ratio, t.EastM, t.NorthM, t.TimeS, t.DelayS} {
			if !e.Known() {
				rows[i] = append(rows[i], "", "", "")
				continue
			}
			rows[i] = append(rows[i], decimal(e.Value, -1), decimal(e.Low, -1), decimal(e.High, -1))
		}
		rows[i] = append(rows[i], decimal(t.SpreadM, -1), decimal(t.SpreadS, -1), strconv.Itoa(t.Held.Hits), strconv.Itoa(t.Held.Trials),
			decimal(t.LongestSilenceS, 0), decimal(t.SilentS, 0), sick(t))
	}
	return c.table(true, header, rows)
}

// estimate writes a value with its interval.
func estimate(e track.Estimate, digits int) string {
	if !e.Known() {
		return "-"
	}
	k := math.Pow10(digits)
	write := func(x float64) string { return decimal(math.Round(x*k)/k+0, digits) } // no negative zero
	return write(e.Value) + " (" + write(e.Low) + " to " + write(e.High) + ")"
}

func sick(t *track.Record) string {
	words := make([]string, len(t.Sick))
	for i, r := range t.Sick {
		words[i] = r.String()
	}
	return strings.Join(words, "; ")
}

// partyLogs prints the table of the parties' logs.
func (c *cli) partyLogs(cmd *cobra.Command, a *app.App, f app.Filter, l *listing) error {
	t, err := a.PartyLogs(cmd.Context(), f)
	switch {
	case err != nil:
		return err
	case l.json:
		return c.json(t)
	case l.csv:
		rows := make([][]string, len(t.Rows))
		for i, r := range t.Rows {
			rows[i] = []string{r.Party, strconv.Itoa(r.Reports), strconv.Itoa(r.Claims), strconv.Itoa(r.ByParty), strconv.Itoa(r.ByOthers), strconv.Itoa(r.ByNobody)}
			for _, p := range []proportion.Of{r.Contradicted, r.Silent, r.OwnSilent} {
				rows[i] = append(rows[i], strconv.Itoa(p.Hits), strconv.Itoa(p.Trials))
			}
		}
		return c.table(true, []string{"party", "reports", "claims", "by_party", "by_others", "by_nobody", "contradicted", "contradicted_of", "silent", "silent_of", "own_silent", "own_silent_of"}, rows)
	}
	rows := make([][]string, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = []string{r.Party, strconv.Itoa(r.Claims)}
		for _, p := range []proportion.Of{{Hits: r.ByParty, Trials: r.Claims}, {Hits: r.ByOthers, Trials: r.Claims}, {Hits: r.ByNobody, Trials: r.Claims}, r.Contradicted, r.Silent, r.OwnSilent} {
			rows[i] = append(rows[i], percent(p))
		}
	}
	if err := c.table(false, []string{"party", "claims", "by another party", "by others only", "by nobody", "contradicted", "silent on others' reports", "silent on what it did"}, rows); err != nil {
		return err
	}
	for _, s := range t.Unknown {
		c.note("%s speaks for a party, but for which is not known: add its name to the party's actors in the agreement.", s)
	}
	return nil
}

// percent writes a number of trials with its share and interval.
func percent(p proportion.Of) string {
	if p.Trials == 0 {
		return "-"
	}
	low, high := p.Interval()
	return fmt.Sprintf("%d of %d, %.0f %% (%.0f to %.0f)", p.Hits, p.Trials, 100*p.Share(), 100*low, 100*high)
}
