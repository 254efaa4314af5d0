// Command fusion scores fusion against simulated truth, beside other ways to fuse
// that are tuned on seeds of their own, and measures its rate.
//
//	go run ./bench/fusion score
//	go run ./bench/fusion rate
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

func main() {
	runs := map[string]func([]string) error{"score": score, "rate": rate, "miss": miss, "prof": prof, "learn": learn, "try": try}
	if len(os.Args) < 2 || runs[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: fusion score|rate [flags]")
		os.Exit(2)
	}
	if err := runs[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "fusion %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

// play is a scenario as methods get it, with what is true of it.
type play struct {
	all    []*observation.Observation
	truth  []int // event of each, -1: none
	events []simulate.Event
}

func newPlay(name string, seed uint64) (*play, error) {
	plan, err := simulate.Named(name)
	if err != nil {
		return nil, err
	}
	s := plan.Run(seed, nil)
	p := &play{events: s.Truth}
	number := map[string]int{}
	for i := range s.Truth {
		number[s.Truth[i].ID] = i
	}
	for i := range s.Observations {
		p.all = append(p.all, &s.Observations[i])
		n := -1
		if id := s.Links[i].Incident; id != "" {
			n = number[id]
		}
		p.truth = append(p.truth, n)
	}
	return p, nil
}

// fuse is our own way: the incidents, and which one each observation is in.
func (p *play) fuse() ([]incident.Incident, []int) { return p.fuseBy(&incident.Fuser{}) }

func (p *play) fuseBy(f *incident.Fuser) ([]incident.Incident, []int) {
	var incidents []incident.Incident
	for i, o := range p.all {
		f.Add(uint64(i), o)
		if i%1000 == 0 {
			incidents = append(incidents, f.Closed()...)
		}
	}
	incidents = append(incidents, f.Flush()...)
	found := make([]int, len(p.all))
	for k := range incidents {
		for _, m := range incidents[k].Members {
			found[m.Seq] = k
		}
	}
	return incidents, found
}

// method is a way to fuse with the settings from which the best is taken.
type method struct {
	name    string
	choices []eval.Method
}

func methods() []method {
	var window, scan, near, subs, per, melt method
	window, scan, near = method{name: "fixed window"}, method{name: "ST-DBSCAN"}, method{name: "greedy, k sigma"}
	subs, per, melt = method{name: "xSub windows"}, method{name: "VIINA, one a day"}, method{name: "MELTT rule"}
	window.choices = append(window.choices, eval.Window{M: 5000, Days: 1})
	for _, m := range []float64{300, 600, 1000, 2000, 3000} {
		for _, s := range []float64{60, 180, 300, 600, 1200, 3600} {
			for _, alike := range []bool{false, true} {
				window.choices = append(window.choices, eval.Window{M: m, S: s, Type: alike})
			}
			for least := 1; least <= 3; least++ {
				scan.choices = append(scan.choices, eval.DBSCAN{M: m, S: s, Least: least})
			}
			melt.choices = append(melt.choices, eval.MELTT{M: m, S: s})
		}
	}
	for _, m := range []float64{5000, 8000} {
		for _, s := range []float64{600, 1200, 3600} {
			melt.choices = append(melt.choices, eval.MELTT{M: m, S: s})
		}
	}
	for _, k := range []float64{0.5, 1, 1.5, 2, 2.5, 3, 4} {
		near.choices = append(near.choices, eval.Greedy{K: k})
	}
	for _, m := range []float64{1000, 5000} {
		for _, d := range []int64{1, 2} {
			subs.choices = append(subs.choices, eval.Window{M: m, Days: d, Type: true})
		}
		per.choices = append(per.choices, eval.PerDay{M: m})
	}
	return []method{window, scan, near, subs, per, melt}
}

func score(args []string) error {
	f := flag.NewFlagSet("score", flag.ExitOnError)
	seeds := f.Int("seeds", 10, "unseen seeds of each scenario")
	training := f.Int("training", 2, "seeds on which the others are tuned")
	only := f.String("scenario", "", "only this scenario")
	if err := f.Parse(args); err != nil {
		return err
	}
	for _, name := range []string{"dense-artillery", "quiet-ceasefire", "breakdown"} {
		if *only != "" && *only != name {
			continue
		}
		if err := scenario(name, *seeds, *training); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// Seeds of training begin with 1, unseen ones with 101.
const unseen = 101

func scenario(name string, seeds, training int) error {
	var learn, judge []*play
	for i := range training + seeds {
		seed := uint64(1 + i)
		if i >= training {
			seed = uint64(unseen + i - training)
		}
		p, err := newPlay(name, seed)
		if err != nil {
			return err
		}
		if i < training {
			learn = append(learn, p)
		} else {
			judge = append(judge, p)
		}
	}
	fmt.Printf("\n%s: %d observations of %d events in the first of %d unseen seeds\n", name, len(judge[0].all), len(judge[0].events), seeds)
	fmt.Println("                         pairs: P     R     1-F1   B-cubed: P     R     1-F1")
	best := 1.0
	bestCubed := 1.0
	for _, m := range methods() {
		var chosen eval.Method
		top := -1.0
		for _, c := range m.choices {
			sum := 0.0
			for _, p := range learn {
				found := c.Group(p.all)
				sum += eval.Pairs(p.truth, found).F1() + eval.BCubed(p.truth, found).F1()
			}
			if sum > top {
				top, chosen = sum, c
			}
		}
		pairs, cubed := mean(judge, chosen.Group)
		best, bestCubed = min(best, 1-pairs.F1()), min(bestCubed, 1-cubed.F1())
		row(m.name, pairs, cubed)
		fmt.Printf("   %+v\n", chosen)
	}
	var happened []eval.Forecast
	counted, real := 0.0, 0
	pairs, cubed := eval.Agreement{}, eval.Agreement{}
	for _, p := range judge {
		incidents, found := p.fuse()
		a, b := eval.Pairs(p.truth, found), eval.BCubed(p.truth, found)
		pairs = add(pairs, a, len(judge))
		cubed = add(cubed, b, len(judge))
		seen := map[int]bool{}
		for _, t := range p.truth {
			if t >= 0 && !p.events[t].No {
				seen[t] = true
			}
		}
		real += len(seen)
		for k := range incidents {
			yes := false
			for _, m := range incidents[k].Members {
				t := p.truth[m.Seq]
				yes = yes || t >= 0 && !p.events[t].No
			}
			happened = append(happened, eval.Forecast{Probability: incidents[k].Probability, Happened: yes})
			counted += incidents[k].Probability
		}
	}
	row("truce", pairs, cubed)
	c := eval.Calibrate(happened)
	fmt.Printf("\n   error against the best of the others: pairs %.2f, B-cubed %.2f of it\n", (1-pairs.F1())/best, (1-cubed.F1())/bestCubed)
	fmt.Printf("   events counted by probability: %+.1f %%; it happened: Brier %.3f, calibration error %.3f\n", 100*(counted/float64(real)-1), c.Brier, c.Error)
	for _, b := range c.Bins {
		fmt.Printf("     %6d said %.3f, was %.3f\n", b.N, b.Stated, b.Happened)
	}
	return nil
}

func add(sum, x eval.Agreement, of int) eval.Agreement {
	sum.Precision += x.Precision / float64(of)
	sum.Recall += x.Recall / float64(of)
	return sum
}

func mean(plays []*play, group func([]*observation.Observation) []int) (pairs, cubed eval.Agreement) {
	for _, p := range plays {
		found := group(p.all)
		if found == nil {
			continue
		}
		pairs = add(pairs, eval.Pairs(p.truth, found), len(plays))
		cubed = add(cubed, eval.BCubed(p.truth, found), len(plays))
	}
	return pairs, cubed
}

func row(name string, pairs, cubed eval.Agreement) {
	fmt.Printf("   %-20s %8.3f %5.3f %8.3f %12.3f %5.3f %8.3f", name, pairs.Precision, pairs.Recall, 1-pairs.F1(), cubed.Precision, cubed.Recall, 1-cubed.F1())
}

func rate(args []string) error {
	f := flag.NewFlagSet("rate", flag.ExitOnError)
	days := f.Float64("days", 40, "days of the mission's year")
	if err := f.Parse(args); err != nil {
		return err
	}
	last := 0.0
	for _, d := range []float64{*days / 4, *days / 2, *days} {
		plan, err := simulate.Named("mission-year")
		if err != nil {
			return err
		}
		plan.Days = d
		s := plan.Run(1, nil)
		begin := time.Now()
		var fuser incident.Fuser
		n := 0
		for i := range s.Observations {
			fuser.Add(uint64(i), &s.Observations[i])
			if i%1000 == 0 {
				n += len(fuser.Closed())
			}
		}
		n += len(fuser.Flush())
		took := time.Since(begin).Seconds()
		fmt.Printf("%8d observations to %7d incidents: %6.0f k/s", len(s.Observations), n, float64(len(s.Observations))/took/1000)
		if last > 0 {
			fmt.Printf(", %.2f times as long as half of them", took/last)
		}
		fmt.Println()
		last = took
	}
	return nil
}
