package main

import (
	"flag"
	"fmt"
	"math"
	"slices"

	"github.com/truce-monitor/truce/bench/foreign"
	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// Seeds of training begin with 1, unseen ones with 101.
const unseen = 101

func score(args []string) error {
	f := flag.NewFlagSet("score", flag.ExitOnError)
	seeds := f.Int("seeds", 10, "unseen seeds of each scenario")
	training := f.Int("training", 2, "seeds on which the others are tuned")
	only := f.String("scenario", "", "only this scenario")
	if err := f.Parse(args); err != nil {
		return err
	}
	for _, name := range slices.Concat(ours, foreign.Names()) {
		if *only != "" && *only != name {
			continue
		}
		if err := scenario(name, *seeds, *training); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// tally is how well a way to fuse does, mean of the seeds.
type tally struct {
	pairs, cubed eval.Agreement
	wrong        [2]float64 // 1 - F1 of both
	n            float64
}

func (t *tally) add(truth, found []int) {
	a, b := eval.Pairs(truth, found), eval.BCubed(truth, found)
	t.n++
	blend := func(to *float64, x float64) { *to += (x - *to) / t.n }
	blend(&t.pairs.Precision, a.Precision)
	blend(&t.pairs.Recall, a.Recall)
	blend(&t.cubed.Precision, b.Precision)
	blend(&t.cubed.Recall, b.Recall)
	blend(&t.wrong[0], 1-a.F1())
	blend(&t.wrong[1], 1-b.F1())
}

func (t *tally) row(name string) {
	fmt.Printf("   %-28s %6.3f %5.3f %8.3f %11.3f %5.3f %8.3f", name, t.pairs.Precision, t.pairs.Recall, t.wrong[0], t.cubed.Precision, t.cubed.Recall, t.wrong[1])
}

func scenario(name string, seeds, training int) error {
	var learned []eval.Labelled
	for seed := range training {
		p, err := newPlay(name, uint64(1+seed))
		if err != nil {
			return err
		}
		learned = append(learned, eval.Labelled{Observations: p.all, Events: p.truth})
	}
	families := eval.Baselines()
	tuned := make([]eval.Method, len(families))
	for i, family := range families {
		tuned[i], _ = family.Tune(learned)
	}
	others := make([]tally, len(families))
	var own tally
	var c counts
	for seed := range seeds {
		p, err := newPlay(name, uint64(unseen+seed))
		if err != nil {
			return err
		}
		if seed == 0 {
			fmt.Printf("\n%s: %d observations of %d events in the first of %d unseen seeds\n", name, len(p.all), len(p.events), seeds)
			fmt.Println("                                 pairs: P     R     1-F1   B-cubed: P     R     1-F1")
		}
		for i := range tuned {
			others[i].add(p.truth, tuned[i].Group(p.all))
		}
		incidents, found := p.fuse(&incident.Fuser{})
		own.add(p.truth, found)
		c.add(p, incidents)
	}
	best := [2]float64{1, 1}
	for i := range others {
		others[i].row(families[i].Name)
		fmt.Printf("   %+v\n", tuned[i])
		for k := range best {
			best[k] = math.Min(best[k], others[i].wrong[k])
		}
	}
	own.row("truce")
	fmt.Printf("\n   error by the best of the others': pairs %.2f, B-cubed %.2f\n", own.wrong[0]/best[0], own.wrong[1]/best[1])
	c.print()
	return nil
}

// counts compares numbers of events and what is said of them.
type counts struct {
	happened []eval.Forecast
	days     []float64 // error of each day's count, as a share
	total    [2]float64
}

func (c *counts) add(p *play, incidents []incident.Incident) {
	seen := map[int]bool{}
	for _, t := range p.truth {
		if p.happened(t) {
			seen[t] = true
		}
	}
	real, said := map[string]float64{}, map[string]float64{}
	for t := range seen {
		real[p.events[t].At.Format("2006-01-02")]++
		c.total[0]++
	}
	for k := range incidents {
		in := &incidents[k]
		yes := false
		for _, m := range in.Members {
			yes = yes || p.happened(p.truth[m.Seq])
		}
		if in.Activity == observation.Alert {
			continue
		}
		c.happened = append(c.happened, eval.Forecast{Probability: in.Probability, Happened: yes})
		said[in.From.Add(in.To.Sub(in.From)/2).Format("2006-01-02")] += incident.Events(in.Probability, in.Distinct)
		c.total[1] += incident.Events(in.Probability, in.Distinct)
	}
	for day, n := range real {
		if n >= 20 {
			c.days = append(c.days, math.Abs(said[day]-n)/n)
		}
	}
}

func (c *counts) print() {
	cal := eval.Calibrate(c.happened)
	mean := 0.0
	for _, d := range c.days {
		mean += d / float64(len(c.days))
	}
	fmt.Printf("   events: %+.1f %% in all, %.1f %% a day off on the average; it happened: Brier %.3f, calibration error %.3f\n", 100*(c.total[1]/c.total[0]-1), 100*mean, cal.Brier, cal.Error)
	for _, b := range cal.Bins {
		fmt.Printf("      %6d said %.3f, was %.3f\n", b.N, b.Stated, b.Happened)
	}
}
