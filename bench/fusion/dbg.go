package main

import (
	"fmt"

	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/incident"
)

func dbg(args []string) error {
	for _, name := range args {
		p, err := newPlay(name, 1)
		if err != nil {
			return err
		}
		by := map[string][]eval.Forecast{}
		in, _ := p.fuse(&incident.Fuser{})
		for _, x := range in {
			if x.IndependentSources > 1 {
				continue
			}
			yes := false
			for _, m := range x.Members {
				yes = yes || p.happened(p.truth[m.Seq])
			}
			k := string(x.Members[0].Means)
			by[k] = append(by[k], eval.Forecast{Probability: x.Probability, Happened: yes})
		}
		fmt.Println(name)
		for m, f := range by {
			c := eval.Calibrate(f)
			fmt.Printf("  %-10s n %5d err %.3f:", m, len(f), c.Error)
			for _, b := range c.Bins {
				fmt.Printf("  %.2f>%.2f(%d)", b.Stated, b.Happened, b.N)
			}
			fmt.Println()
		}
	}
	return nil
}
