package main

import (
	"fmt"

	"github.com/truce-monitor/truce/incident"
)

// why: how events break: sizes of the fragments by means.
func why(args []string) error {
	p, err := newPlay(args[0], 1)
	if err != nil {
		return err
	}
	_, found := p.fuse(&incident.Fuser{})
	by := map[int][]int{}
	for i, t := range p.truth {
		if t >= 0 {
			by[t] = append(by[t], i)
		}
	}
	size := map[int]int{}
	for _, f := range found {
		size[f]++
	}
	shown := 0
	for t := range p.events {
		m := by[t]
		if len(m) < 5 || shown > 25 || t < 300 {
			continue
		}
		parts := map[int][]int{}
		for _, i := range m {
			parts[found[i]] = append(parts[found[i]], i)
		}
		if len(parts) < 3 {
			continue
		}
		shown++
		e := p.events[t]
		fmt.Printf("%s %s %s %.4f %.4f\n", e.ID, e.At.Format("15:04:05"), e.Activity, e.Lat, e.Lon)
		for f, list := range parts {
			fmt.Printf("   part of %d in cluster of %d:", len(list), size[f])
			for _, i := range list {
				o := p.all[i]
				fmt.Printf(" [%s %s %s]", o.Source[18:], o.From.Format("15:04:05"), o.Activity)
			}
			fmt.Println()
		}
	}
	return nil
}
