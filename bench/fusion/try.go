package main

import (
	"fmt"

	"github.com/truce-monitor/truce/incident"
)

func try(args []string) error {
	var plays []*play
	for _, name := range []string{"dense-artillery", "quiet-ceasefire", "breakdown", "siege", "hills", "thaw"} {
		for seed := uint64(1); seed <= 2; seed++ {
			p, err := newPlay(name, seed)
			if err != nil {
				return err
			}
			plays = append(plays, p)
		}
	}
	run := func(what string, q incident.Parameters) {
		fmt.Printf("%-30s", what)
		for k := 0; k < len(plays); k += 2 {
			var pa tally
			for _, p := range plays[k : k+2] {
				f := incident.New(q)
				_, found := p.fuse(f)
				pa.add(p.truth, found)
			}
			fmt.Printf("  %.2f %.2f %.3f %.3f ", pa.pairs.Precision, pa.pairs.Recall, pa.wrong[0], pa.wrong[1])
		}
		fmt.Println()
	}
	q := incident.DefaultParameters()
	run("default", q)
	for _, v := range []float64{-2, 0} {
		q := incident.DefaultParameters()
		q.Decision.Again = v
		run(fmt.Sprint("again ", v), q)
		q = incident.DefaultParameters()
		q.Decision.BothParties = v
		run(fmt.Sprint("both ", v), q)
	}
	for _, v := range []float64{5, 10, 30} {
		q := incident.DefaultParameters()
		q.Time.FloorS = v
		run(fmt.Sprint("floor ", v), q)
	}
	for _, v := range []float64{0.1, 0.2, 0.8} {
		q := incident.DefaultParameters()
		q.Decision.Excitation = v
		run(fmt.Sprint("excitation ", v), q)
	}
	for _, v := range []float64{0.1, 0.2, 0.5} {
		q := incident.DefaultParameters()
		q.Decision.Alone = v
		run(fmt.Sprint("alone ", v), q)
	}
	for _, v := range []float64{0.003, 0.03} {
		q := incident.DefaultParameters()
		q.Decision.BackgroundKM2Day = v
		run(fmt.Sprint("background ", v), q)
	}
	return nil
}
