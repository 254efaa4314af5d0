package main

import (
	"fmt"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
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
	set := func(what string, values []float64, f func(q *incident.Parameters, v float64)) {
		for _, v := range values {
			q := incident.DefaultParameters()
			f(&q, v)
			run(fmt.Sprint(what, " ", v), q)
		}
	}
	set("threshold", []float64{-1}, func(q *incident.Parameters, v float64) { q.Decision.Threshold = v })
	set("rival", []float64{-0.15, 0}, func(q *incident.Parameters, v float64) { q.Decision.Rival = v })
	set("tail", []float64{0.03, 0.2}, func(q *incident.Parameters, v float64) { q.Space.TailShare = v })
	set("news scale", []float64{1, 1.25, 1.8}, func(q *incident.Parameters, v float64) { q.Space.Scale[observation.News] = v })
	set("news clock", []float64{1000, 2000}, func(q *incident.Parameters, v float64) { q.Time.ClockS[observation.News] = v })
	set("floorM", []float64{10, 100}, func(q *incident.Parameters, v float64) { q.Space.FloorM = v })
	set("excitation", []float64{0.2, 0.8}, func(q *incident.Parameters, v float64) { q.Decision.Excitation = v })
	set("spread", []float64{0.6, 1.2}, func(q *incident.Parameters, v float64) { q.Decision.CountSpread = v })
	set("again", []float64{0, -2}, func(q *incident.Parameters, v float64) { q.Decision.Again = v })
	set("place", []float64{0, 0.5, 1.5}, func(q *incident.Parameters, v float64) { q.Decision.PlaceAgrees *= v; q.Decision.PlaceDiffers *= v })
	set("harm", []float64{0.5, 2}, func(q *incident.Parameters, v float64) {
		q.Decision.HarmAgrees *= v
		q.Decision.HarmDiffers *= v
		q.Decision.HarmUntold *= v
	})
	set("weapon", []float64{0.6, 1.5}, func(q *incident.Parameters, v float64) { q.Decision.WeaponAgrees *= v; q.Decision.WeaponDiffers *= v })
	set("text", []float64{3, 9}, func(q *incident.Parameters, v float64) { q.Decision.SameText = v })
	set("actors", []float64{0, 2}, func(q *incident.Parameters, v float64) { q.Decision.ActorsAgree *= v; q.Decision.ActorsDiffer *= v })
	set("count differs", []float64{-2, -5}, func(q *incident.Parameters, v float64) { q.Decision.CountDiffers = v })
	set("explosion", []float64{0.2, 0.6}, func(q *incident.Parameters, v float64) {
		f := q.Facets["explosion"]
		f.Share = v
		q.Facets["explosion"] = f
	})
	return nil
}
