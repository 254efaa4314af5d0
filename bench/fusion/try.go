package main

import (
	"fmt"

	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/incident"
)

func try(args []string) error {
	var plays []*play
	for _, name := range []string{"dense-artillery", "quiet-ceasefire", "breakdown"} {
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
			var pa, cu eval.Agreement
			for _, p := range plays[k : k+2] {
				f := incident.New(q)
				_, found := p.fuseBy(f)
				pa, cu = add(pa, eval.Pairs(p.truth, found), 2), add(cu, eval.BCubed(p.truth, found), 2)
			}
			fmt.Printf("  %.3f %.3f | %.3f %.3f ", pa.Precision, pa.Recall, 1-pa.F1(), 1-cu.F1())
		}
		fmt.Println()
	}
	q := incident.DefaultParameters()
	run("default", q)
	for _, v := range []float64{-4, -3, -2, -1} {
	for _, w := range []float64{-2, -1, -0.5, 0, 0.5} {
		q := incident.DefaultParameters()
		q.Decision.Threshold = v
		q.Decision.Rival = w
		run(fmt.Sprint("threshold ", v, w), q)
	}}
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
