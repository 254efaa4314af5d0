package main

import (
	"flag"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// Training takes seeds 1 and 2 of the three scenarios; nothing else is fitted to
// them, and none of them is scored.
func training() ([]*play, error) {
	var plays []*play
	for _, name := range []string{"dense-artillery", "quiet-ceasefire", "breakdown"} {
		for seed := uint64(1); seed <= 2; seed++ {
			p, err := newPlay(name, seed)
			if err != nil {
				return nil, err
			}
			plays = append(plays, p)
		}
	}
	return plays, nil
}

// learn prints what the parameters of fusion are in the training seeds.
func learn(args []string) error {
	f := flag.NewFlagSet("learn", flag.ExitOnError)
	if err := f.Parse(args); err != nil {
		return err
	}
	plays, err := training()
	if err != nil {
		return err
	}
	type kind struct {
		n, real, alone int
		lags, halves   []float64
		scale          float64
		placed         int
		counts         []float64
		weapons, right int
		says           map[observation.Activity]int
	}
	kinds := map[observation.Means]*kind{}
	confusion := map[observation.Activity]map[observation.Activity]int{}
	for _, p := range plays {
		reports := map[int]int{}
		for _, t := range p.truth {
			reports[t]++
		}
		for i, o := range p.all {
			k := kinds[o.Means]
			if k == nil {
				k = &kind{says: map[observation.Activity]int{}}
				kinds[o.Means] = k
			}
			k.n++
			t := p.truth[i]
			if t < 0 || p.events[t].No {
				continue
			}
			k.real++
			e := &p.events[t]
			if reports[t] == 1 {
				k.alone++
			}
			mid := float64(o.From.UnixMilli()+o.To.UnixMilli()) / 2000
			if o.How == observation.Heard {
				if s := o.Observer; s != nil && s.Distance != nil {
					mid -= *s.Distance / 340
				}
			}
			k.lags = append(k.lags, float64(e.At.UnixMilli())/1000-mid)
			k.halves = append(k.halves, o.To.Sub(o.From).Seconds()/2)
			if o.Position != nil {
				north := (e.Lat - o.Position.Lat) * 111195
				east := (e.Lon - o.Position.Lon) * 111195 * math.Cos(e.Lat*math.Pi/180)
				sigma := o.Position.Radius / geo.Sigmas95
				k.scale += (north*north + east*east) / 2 / sigma / sigma
				k.placed++
			}
			if o.Count.N > 0 && e.Count > 0 {
				k.counts = append(k.counts, math.Log(float64(o.Count.N)/float64(e.Count)))
			}
			if o.Weapon != "" && o.Weapon != observation.WeaponUnknown {
				k.weapons++
				if o.Weapon == e.Weapon {
					k.right++
				}
			}
			if confusion[e.Activity] == nil {
				confusion[e.Activity] = map[observation.Activity]int{}
			}
			confusion[e.Activity][o.Activity]++
		}
	}
	for _, m := range slices.Sorted(maps.Keys(kinds)) {
		k := kinds[m]
		best, top := 0.0, math.Inf(-1)
		for sd := 1.0; sd < 4000; sd *= 1.1 {
			sum := 0.0
			for i, lag := range k.lags {
				h := math.Max(k.halves[i], 0.5)
				p := (math.Erf((lag+h)/sd/math.Sqrt2) - math.Erf((lag-h)/sd/math.Sqrt2)) / 2
				sum += math.Log(math.Max(p, 1e-9) / 2 / h)
			}
			if sum > top {
				best, top = sd, sum
			}
		}
		fmt.Printf("%-10s %6d reports, %.3f true, %.3f of them alone; clock %.0f s; scale %.2f of %d; count error %.2f bias %.2f of %d; weapon %d right %d\n",
			m, k.n, float64(k.real)/float64(k.n), float64(k.alone)/float64(k.real), best, math.Sqrt(k.scale/float64(k.placed)), k.placed, deviation(k.counts), meanOf(k.counts), len(k.counts), k.weapons, k.right)
	}
	for _, t := range slices.Sorted(maps.Keys(confusion)) {
		sum := 0
		for _, n := range confusion[t] {
			sum += n
		}
		fmt.Printf("  %s (%d):", t, sum)
		for _, r := range slices.Sorted(maps.Keys(confusion[t])) {
			fmt.Printf(" %s %.3f", r, float64(confusion[t][r])/float64(sum))
		}
		fmt.Println()
	}
	pairsOf(plays)
	return nil
}

// pairsOf counts how often details agree in pairs near each other, of one event
// and of two.
func pairsOf(plays []*play) {
	type tally struct{ agree, differ [2]int }
	tallies := map[string]*tally{}
	note := func(what string, same, agree bool) {
		t := tallies[what]
		if t == nil {
			t = &tally{}
			tallies[what] = t
		}
		k := 0
		if same {
			k = 1
		}
		if agree {
			t.agree[k]++
		} else {
			t.differ[k]++
		}
	}
	for _, p := range plays {
		for i, a := range p.all {
			for j := i + 1; j < len(p.all) && j < i+400; j++ {
				b := p.all[j]
				if b.From.Sub(a.From).Hours() > 1 {
					break
				}
				if a.Position == nil || b.Position == nil || a.Source == b.Source {
					continue
				}
				if math.Hypot((a.Position.Lat-b.Position.Lat)*111195, (a.Position.Lon-b.Position.Lon)*74000) > 5000 {
					continue
				}
				same := p.truth[i] >= 0 && p.truth[i] == p.truth[j]
				if a.Weapon != "" && b.Weapon != "" {
					note("weapon", same, a.Weapon == b.Weapon)
				}
				if a.Place != "" && b.Place != "" {
					note("place", same, a.Place == b.Place)
				}
				if len(a.Actors) > 0 && len(b.Actors) > 0 {
					note("actors", same, a.Actors[0] == b.Actors[0])
				}
				if a.Harm != (observation.Casualties{}) && b.Harm != (observation.Casualties{}) {
					note("harm", same, a.Harm == b.Harm)
				}
				if (a.Harm != observation.Casualties{}) != (b.Harm != observation.Casualties{}) {
					note("harm one-sided "+string(min(a.Means, b.Means))+" "+string(max(a.Means, b.Means)), same, false)
				} else {
					note("harm one-sided "+string(min(a.Means, b.Means))+" "+string(max(a.Means, b.Means)), same, true)
				}
				note("activity", same, a.Activity == b.Activity)
			}
		}
	}
	for _, what := range slices.Sorted(maps.Keys(tallies)) {
		t := tallies[what]
		one, two := float64(t.agree[1]+1)/float64(t.agree[1]+t.differ[1]+2), float64(t.agree[0]+1)/float64(t.agree[0]+t.differ[0]+2)
		fmt.Printf("%s: agree %.3f of one event (%d), %.3f of two: %+.2f; differ %+.2f\n", what, one, t.agree[1]+t.differ[1], two, math.Log(one/two), math.Log((1-one)/(1-two)))
	}
}

func meanOf(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / math.Max(1, float64(len(x)))
}

func deviation(x []float64) float64 {
	m, sum := meanOf(x), 0.0
	for _, v := range x {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / math.Max(1, float64(len(x))))
}
