// Command realdata runs truce on real, public data and prints the figures of
// docs/real-data.md: what was recorded before and after a ceasefire began, and
// what can't be told from it.
//
//	go run ./bench/realdata minsk
//	go run ./bench/realdata all
package main

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/proportion"
	"github.com/truce-monitor/truce/review"
)

//go:embed judgements/*.jsonl
var judgements embed.FS

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: realdata minsk|syria|hodeidah|easter|territory|movement|fusion|all")
		os.Exit(2)
	}
	data := os.Getenv("TRUCE_DATA")
	if data == "" {
		data = filepath.Join("..", "shared", "data")
	}
	for _, r := range runs() {
		if os.Args[1] == r.name || os.Args[1] == "all" {
			if err := r.do(context.Background(), os.Stdout, data); err != nil {
				fmt.Fprintf(os.Stderr, "realdata: %s: %v\n", r.name, err)
				os.Exit(1)
			}
		}
	}
}

// period is a time to be counted.
type period struct {
	name     string
	from, to time.Time
}

// run is one run on real data.
type run struct {
	name, agreement string
	files           []string // below the data's folder
	periods         []period
	area            string // only incidents whose area has this in its name
	then            func(context.Context, io.Writer, *app.App) error
}

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04Z", s)
	if err != nil {
		panic(err)
	}
	return t
}

func runs() []run {
	return []run{
		{name: "minsk", agreement: "minsk-2015", files: []string{"ucdp-ged-ukraine"}, periods: []period{
			{"month before", at("2015-01-14T22:00Z"), at("2015-02-14T22:00Z")}, {"month after", at("2015-02-14T22:00Z"), at("2015-03-14T22:00Z")}}, then: ladder("minsk-2015", at("2015-03-14T22:00Z"))},
		{name: "syria", agreement: "syria-2016", files: []string{"ucdp-ged-syria"}, periods: []period{
			{"month before", at("2016-01-26T22:00Z"), at("2016-02-26T22:00Z")}, {"month after", at("2016-02-26T22:00Z"), at("2016-03-26T22:00Z")}}, then: ladder("syria-2016", at("2016-03-26T22:00Z"))},
		{name: "hodeidah", agreement: "hodeidah-2018", files: []string{"yemen-air-raids"}, area: "hudaydah", periods: []period{
			{"1 to 17 December", at("2018-11-30T21:00Z"), at("2018-12-17T21:00Z")}, {"18 to 31 December", at("2018-12-17T21:00Z"), at("2018-12-31T21:00Z")}}},
		{name: "easter", agreement: "easter-2025", files: []string{"firms-modis-ukraine", "deepstate/deepstatemap_data_20250418.geojson.gz", "deepstate/deepstatemap_data_20250419.geojson.gz",
			"deepstate/deepstatemap_data_20250420.geojson.gz", "deepstate/deepstatemap_data_20250421.geojson.gz"}, periods: []period{
			{"30 hours before", at("2025-04-18T09:00Z"), at("2025-04-19T15:00Z")}, {"30 hours of truce", at("2025-04-19T15:00Z"), at("2025-04-20T21:00Z")},
			{"30 hours after", at("2025-04-20T21:00Z"), at("2025-04-22T03:00Z")}}, then: darkHours},
		{name: "territory", agreement: "easter-2025", files: []string{"deepstate/deepstatemap_data_20260101.geojson.gz", "deepstate/deepstatemap_data_20260106.geojson.gz"}, then: territory},
		{name: "movement", agreement: "easter-2025", files: []string{"deepstate"}, then: movement},
		{name: "fusion", agreement: "minsk-2015", files: []string{"ucdp-ged-ukraine", "bellingcat-civharm", "cir-eyes-on-russia", "air-raid-sirens", "firms-viirs-ukraine", "firms-modis-ukraine"},
			then: reviewed},
	}
}

func (r run) do(ctx context.Context, w io.Writer, data string) error {
	dir, err := os.MkdirTemp("", "truce-real-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	terms := filepath.Join(dir, "terms")
	if err := os.CopyFS(terms, examples.Files()); err != nil {
		return err
	}
	a, err := app.Init(ctx, filepath.Join(dir, "workspace"), filepath.Join(terms, r.agreement, "agreement.yaml"), app.Options{})
	if err != nil {
		return err
	}
	defer a.Close()
	var files []string
	for _, f := range r.files {
		files = append(files, filepath.Join(data, f))
	}
	result, err := a.Import(ctx, files, app.ImportOptions{})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %d rows read, %d observations, %d line versions, %d rows quarantined\n", r.agreement, result.Total.Rows, result.Total.Observations, result.Total.Lines, result.Total.Quarantined)
	for _, p := range r.periods {
		if err := count(ctx, w, a, p, r.area); err != nil {
			return err
		}
	}
	if r.then != nil {
		return r.then(ctx, w, a)
	}
	return nil
}

// count prints what one period holds.
func count(ctx context.Context, w io.Writer, a *app.App, p period, area string) error {
	f := app.Filter{Since: p.from, Until: p.to}
	incidents, err := a.Incidents(ctx, f)
	if err != nil {
		return err
	}
	of := map[string]bool{}
	var killed, vague, days, unplaced int
	for i := range incidents {
		in := &incidents[i]
		if area != "" && !strings.Contains(strings.ToLower(in.Area), area) {
			continue
		}
		of[in.ID] = true
		killed += in.Harm.Killed
		if in.Position == nil {
			unplaced++
		} else if in.Position.Radius > 25_000 {
			vague++
		}
		if in.To.Sub(in.From) > 36*time.Hour {
			days++
		}
	}
	fmt.Fprintf(w, "  %s, %s to %s UTC\n    %d incidents, %d killed as stated; %d known to 25 km or worse, %d without a position, %d over several days\n",
		p.name, p.from.Format("2006-01-02 15:04"), p.to.Format("2006-01-02 15:04"), len(of), killed, vague, unplaced, days)
	findings, err := a.Findings(ctx, f)
	if err != nil {
		return err
	}
	counts, by := map[string]int{}, map[string]int{}
	for _, x := range findings {
		if !of[x.Incident] {
			continue
		}
		counts[x.Provision+": "+string(x.Result)]++
		if x.Result == "breach" {
			party := x.Responsible.Party
			if party == "" {
				party = "undetermined"
			}
			by[party]++
		}
	}
	print(w, "    findings under ", counts)
	print(w, "    breaches by ", by)
	return nil
}

func print(w io.Writer, before string, counts map[string]int) {
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(w, "%s%s %d\n", before, k, counts[k])
	}
}

//go:embed ladder.yaml
var tiers string

// ladder prints when the tiers of examples/paris-2026 would have been reached and
// left under another agreement, with the confidence that they ask for and with a
// report alone.
func ladder(agreement string, until time.Time) func(context.Context, io.Writer, *app.App) error {
	return func(ctx context.Context, w io.Writer, a *app.App) error {
		dir, err := os.MkdirTemp("", "truce-ladder-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if err := os.CopyFS(dir, examples.Files()); err != nil {
			return err
		}
		name := filepath.Join(dir, agreement, "agreement.yaml")
		terms, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, confidence := range []string{"corroborated", "reported"} {
			text := string(terms) + strings.ReplaceAll(tiers, "corroborated", confidence)
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				return err
			}
			l, err := a.LadderUnder(ctx, name, until)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "  tiers by breaches that are %s: %d moves\n", confidence, len(l.Transitions))
			for _, t := range l.Transitions {
				fmt.Fprintf(w, "    %s %s %s", t.Level, t.Is, interval(t.At))
				if t.Is == escalation.Reached {
					fmt.Fprintf(w, " by %s, %d breaches; T0 %s", t.By, len(t.Evidence), interval(t.T0))
				}
				if t.Rise != nil {
					fmt.Fprintf(w, "; %d in %g h and %d in %g h before, above %.2f times", t.Rise.Now, t.Rise.Span, t.Rise.Before, t.Rise.Baseline, t.Rise.Low)
				}
				fmt.Fprintln(w)
			}
		}
		return nil
	}
}

func interval(i escalation.Interval) string {
	const layout = "2006-01-02 15:04"
	if i.Earliest.Equal(i.Latest) {
		return i.Latest.UTC().Format(layout)
	}
	return i.Earliest.UTC().Format(layout) + " to " + i.Latest.UTC().Format(layout)
}

// darkHours prints when the satellites' snapshots say nothing of the truce.
func darkHours(ctx context.Context, w io.Writer, a *app.App) error {
	from, to := at("2025-04-18T09:00Z"), at("2025-04-22T03:00Z")
	gaps, err := a.Unwatched(ctx, "firms-modis", from, to)
	if err != nil {
		return err
	}
	for _, g := range gaps {
		fmt.Fprintf(w, "  no snapshot covers %s to %s UTC\n", g.From.Format("2006-01-02 15:04"), g.To.Format("2006-01-02 15:04"))
	}
	return nil
}

// territory prints who held what, and how long the line was.
func territory(ctx context.Context, w io.Writer, a *app.App) error {
	for _, day := range []string{"2026-01-01T12:00Z", "2026-01-06T12:00Z"} {
		x, err := a.Territory(ctx, at(day))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  %s: %.0f km² held in all, %.0f km of line\n", day[:10], x.HeldM2/1e6, x.LengthM/1000)
		for _, s := range x.Areas {
			fmt.Fprintf(w, "    %-16s %6.0f of %6.0f km² of land, %5.1f %%\n", s.Area, s.HeldM2/1e6, s.LandM2/1e6, 100*s.Part())
		}
	}
	return nil
}

// movement prints what was gained and lost in each month, and in the year 2025.
func movement(ctx context.Context, w io.Writer, a *app.App) error {
	months, err := a.Movements(ctx, time.Time{}, time.Time{}, "month")
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  %-10s  %9s  %7s  %6s  %7s\n", "month from", "held km²", "gained", "lost", "net")
	loc := a.Agreement().Location()
	for _, p := range months {
		fmt.Fprintf(w, "  %-10s  %9.0f  %7.1f  %6.1f  %7.1f\n", p.From.In(loc).Format(time.DateOnly), p.HeldM2/1e6, p.GainedM2/1e6, p.LostM2/1e6, (p.GainedM2-p.LostM2)/1e6)
	}
	years, err := a.Movements(ctx, time.Date(2025, 1, 1, 0, 0, 0, 0, loc), time.Date(2026, 1, 1, 0, 0, 0, 0, loc), "year")
	if err != nil {
		return err
	}
	for _, p := range years {
		fmt.Fprintf(w, "  2025: gained %.0f, lost %.0f, net %.0f km²\n", p.GainedM2/1e6, p.LostM2/1e6, (p.GainedM2-p.LostM2)/1e6)
	}
	return nil
}

// reviewed prints how fusion does against a coder's judgement: by sources, by the
// sample that was judged, and in all.
func reviewed(ctx context.Context, w io.Writer, a *app.App) error {
	files, err := judgements.ReadDir("judgements")
	if err != nil {
		return err
	}
	var all []review.Judgement
	var samples []string
	for _, f := range files {
		data, err := judgements.ReadFile("judgements/" + f.Name())
		if err != nil {
			return err
		}
		judged, err := review.Read(f.Name(), bytes.NewReader(data))
		if err != nil {
			return err
		}
		s, err := a.Reviewed(ctx, judged)
		if err != nil {
			return err
		}
		samples = append(samples, scores(f.Name(), s.Counts, s.Unsure))
		all = append(all, judged...)
	}
	s, err := a.Reviewed(ctx, all)
	if err != nil {
		return err
	}
	if s.Missing > 0 {
		return fmt.Errorf("%d of %d judged pairs are not in the data", s.Missing, len(all))
	}
	fmt.Fprintf(w, "  %-38s %3s %3s %3s %3s %3s  %-20s  %s\n", "", "TP", "FP", "TN", "FN", "?", "precision", "recall")
	for _, p := range s.BySource {
		fmt.Fprint(w, scores(p.Sources[0]+", "+p.Sources[1], p.Counts, p.Unsure))
	}
	for _, line := range samples {
		fmt.Fprint(w, line)
	}
	fmt.Fprint(w, scores("all", s.Counts, s.Unsure))
	return nil
}

func scores(name string, n review.Counts, unsure int) string {
	share := func(p proportion.Of) string {
		if p.Trials == 0 {
			return "-"
		}
		low, high := p.Interval()
		return fmt.Sprintf("%.2f (%.2f to %.2f)", p.Share(), low, high)
	}
	return fmt.Sprintf("  %-38s %3d %3d %3d %3d %3d  %-20s  %s\n", name, n.TP, n.FP, n.TN, n.FN, unsure, share(n.Precision()), share(n.Recall()))
}
