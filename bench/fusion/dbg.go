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
		incident.DbgJoin = func(seq uint64, prob float64, others []uint64, joined bool) {
			yes := false
			for _, o := range others {
				yes = yes || p.truth[seq] >= 0 && p.truth[o] == p.truth[seq]
			}
			by[string(p.all[seq].Means)] = append(by[string(p.all[seq].Means)], eval.Forecast{Probability: prob, Happened: yes})
			by["all"] = append(by["all"], eval.Forecast{Probability: prob, Happened: yes})
		}
		p.fuse(&incident.Fuser{})
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
