package main

import (
	"fmt"
	"github.com/truce-monitor/truce/incident"
	"sort"
)

func miss(args []string) error {
	for _, name := range args {
		p, _ := newPlay(name, 1)
		_, found := p.fuse(&incident.Fuser{})
		by := map[int][]int{}
		for i, t := range p.truth {
			if t >= 0 {
				by[t] = append(by[t], i)
			}
		}
		missed := map[string][2]int{}
		for _, m := range by {
			for a := range m {
				for b := a + 1; b < len(m); b++ {
					x, y := string(p.all[m[a]].Means)+"/"+string(p.all[m[a]].How), string(p.all[m[b]].Means)+"/"+string(p.all[m[b]].How)
					if x > y {
						x, y = y, x
					}
					k := x + " " + y
					v := missed[k]
					v[1]++
					if found[m[a]] != found[m[b]] {
						v[0]++
					}
					missed[k] = v
				}
			}
		}
		wrong := map[string]int{}
		of := map[int][]int{}
		for i, f := range found {
			of[f] = append(of[f], i)
		}
		for _, m := range of {
			for a := range m {
				for b := a + 1; b < len(m); b++ {
					if p.truth[m[a]] < 0 || p.truth[m[a]] != p.truth[m[b]] {
						x, y := string(p.all[m[a]].Means), string(p.all[m[b]].Means)
						if x > y {
							x, y = y, x
						}
						wrong[x+" "+y]++
					}
				}
			}
		}
		var keys []string
		for k := range missed {
			keys = append(keys, k)
		}
		sort.Slice(keys, func(i, j int) bool { return missed[keys[i]][0] > missed[keys[j]][0] })
		fmt.Println(name)
		for _, k := range keys[:14] {
			fmt.Printf("  %-45s missed %d of %d\n", k, missed[k][0], missed[k][1])
		}
		keys = keys[:0]
		for k := range wrong {
			keys = append(keys, k)
		}
		sort.Slice(keys, func(i, j int) bool { return wrong[keys[i]] > wrong[keys[j]] })
		for _, k := range keys[:min(6, len(keys))] {
			fmt.Printf("  WRONG %-35s %d\n", k, wrong[k])
		}
	}
	return nil
}
