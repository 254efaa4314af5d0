package main

import (
	"flag"
	"fmt"
	"time"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/simulate"
)

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
