package main

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/bench/foreign"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

// oracle compares fusion with what those reach who are told more than is in the
// reports: how the scenario's sources err and where they stand, or what happened.
func oracle(args []string) error {
	f := flag.NewFlagSet("oracle", flag.ExitOnError)
	seeds := f.Int("seeds", 10, "unseen seeds of each scenario")
	only := f.String("scenario", "", "only this scenario")
	where := f.Bool("where", false, "also by which means the pairs are that are missed or wrong")
	if err := f.Parse(args); err != nil {
		return err
	}
	for _, name := range slices.Concat(ours, foreign.Names()) {
		if *only != "" && *only != name {
			continue
		}
		ways := []way{{"truce", func(p *play, _ string) ([]int, error) {
			_, found := p.fuse(&incident.Fuser{})
			return found, nil
		}}, {"told the sources", (*play).toldTheSources}, {"told the events", (*play).toldTheEvents}}
		if !slices.Contains(ours, name) {
			ways = slices.Delete(ways, 1, 2)
		}
		rows, lost := make([]tally, len(ways)), make([]losses, len(ways))
		for seed := range *seeds {
			p, err := newPlay(name, uint64(unseen+seed))
			if err != nil {
				return err
			}
			for k := range ways {
				found, err := ways[k].group(p, name)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", name, ways[k].name, err)
				}
				rows[k].add(p.truth, found)
				lost[k].add(p, found)
			}
		}
		fmt.Printf("\n%s, %d unseen seeds\n", name, *seeds)
		fmt.Println("                                 pairs: P     R     1-F1   B-cubed: P     R     1-F1")
		for k := range ways {
			rows[k].row(ways[k].name)
			fmt.Println()
		}
		if *where {
			printLosses(ways, lost, *seeds)
		}
	}
	return nil
}

// way is one to group the reports of a play.
type way struct {
	name  string
	group func(p *play, name string) ([]int, error)
}

// known is a play with what its generator knows.
type known struct {
	*play
	*simulate.Known
	reports []simulate.Report
	units   []unit // that can only be placed together
	of      []int  // the unit of each observation
}

// unit is a report with those that repeat it: what says that it does, and what says
// the same after a time in which the sources of the group take each other's texts over.
// All but its original add nothing.
type unit struct {
	members  []int
	original int
}

// knowing draws what the generator of one of our scenarios knows of it.
func (p *play) knowing(name string) (*known, error) {
	plan, err := simulate.Named(name)
	if err != nil {
		return nil, err
	}
	plan.Days = p.s.To.Sub(p.s.From).Hours() / 24
	k := &known{play: p, Known: plan.Known(p.s.Seed)}
	root := make([]int, len(p.all))
	ids := map[string]int{}
	type content struct {
		means    observation.Means
		from, to time.Time
		at       observation.Position
		activity observation.Activity
		weapon   observation.Weapon
		harm     observation.Casualties
		count    int
	}
	said := map[content][]int{}
	for i, o := range p.all {
		root[i] = i
		ids[o.ID()] = i
		r, ok := k.Report(o)
		if !ok {
			return nil, fmt.Errorf("%s is by no source of the plan", o.ID())
		}
		k.reports = append(k.reports, r)
		if m, _ := k.Model(r.Source); m.CopiedBy > 0 {
			c := content{o.Means, o.From, o.To, observation.Position{}, o.Activity, o.Weapon, o.Harm, o.Count.N}
			if o.Position != nil {
				c.at = *o.Position
			}
			said[c] = append(said[c], i)
		}
	}
	var find func(int) int
	find = func(i int) int {
		if root[i] != i {
			root[i] = find(root[i])
		}
		return root[i]
	}
	for i, o := range p.all {
		if j, ok := ids[o.Copies]; ok && o.Copies != "" {
			root[find(i)] = find(j)
		}
	}
	for _, alike := range said {
		slices.SortFunc(alike, func(i, j int) int { return p.all[i].Reported.Compare(p.all[j].Reported) })
		for a, i := range alike {
			for _, j := range alike[a+1:] {
				_, group := k.Model(k.reports[i].Source)
				step := p.all[j].Reported.Sub(p.all[i].Reported)
				if p.all[i].Source != p.all[j].Source && step >= 10*time.Minute && step <= time.Duration(group-1)*100*time.Minute {
					root[find(j)] = find(i)
				}
			}
		}
	}
	k.of = make([]int, len(p.all))
	number := map[int]int{}
	for i := range p.all {
		r := find(i)
		n, ok := number[r]
		if !ok {
			n = len(k.units)
			number[r] = n
			k.units = append(k.units, unit{original: i})
		}
		u := &k.units[n]
		u.members = append(u.members, i)
		if p.all[i].Reported.Before(p.all[u.original].Reported) {
			u.original = i
		}
		k.of[i] = n
	}
	return k, nil
}

// groups spreads a grouping of units over the observations.
func (k *known) groups(of []int) []int {
	found := make([]int, len(k.all))
	for i := range found {
		found[i] = of[k.of[i]]
	}
	return found
}

// toldTheEvents groups reports as one does who knows everything that happened, in
// every respect, and how sources err: each report is of the event that explains it
// best, or of none, and a source that tells of an event once tells of it once (the
// best assignment of all its reports). No way to fuse knows as much; what it gets
// wrong nobody can get right.
func (p *play) toldTheEvents(name string) ([]int, error) {
	if slices.Contains(foreign.Names(), name) {
		return p.toldTheEventsAbroad(), nil
	}
	k, err := p.knowing(name)
	if err != nil {
		return nil, err
	}
	bySource := make([][]int, k.Sources())
	for n, u := range k.units {
		s := k.reports[u.original].Source
		bySource[s] = append(bySource[s], n)
	}
	of := make([]int, len(k.units))
	for s, units := range bySource {
		k.assign(s, units, of)
	}
	return k.groups(of), nil
}

// candidate is an event that a report may be of.
type candidate struct {
	event int
	gain  float64 // against being of none
}

// assign finds of which events a source's reports are. What is of none is a group
// of its own, numbered after the events.
func (k *known) assign(source int, units, of []int) {
	m, _ := k.Model(source)
	options := make([][]candidate, len(units))
	for x, n := range units {
		of[n] = len(k.events) + n
		r := &k.reports[k.units[n].original]
		none := k.Invented(r)
		from, to, sd, perMetre := r.Clock(k.s.From)
		low, high := from-6*sd-perMetre*1e5, to+6*sd
		if r.Satellite() {
			low, high = r.To.Sub(k.s.From).Seconds()-60*m.WithinMin, to
		}
		first, _ := slices.BinarySearchFunc(k.events, low, func(e simulate.Event, t float64) int {
			if e.At.Sub(k.s.From).Seconds() < t {
				return -1
			}
			return 1
		})
		for j := first; j < len(k.events); j++ {
			e := &k.events[j]
			t := e.At.Sub(k.s.From).Seconds()
			if t > high {
				break
			}
			chance := k.Chance(source, e)
			if chance == 0 || !r.InTime(e.At, 0) || r.TellsHarm() && r.Harm != e.Harm {
				continue
			}
			g := r.Place(k.Known, e) + r.What(e) + r.Counted(e.Count)
			switch {
			case m.Callers > 1: // so many reports of one event, each for itself
				g += math.Log(chance * (1 + (m.Callers-1)*k.Classes()[k.Class(e)].Loud))
			default:
				g += math.Log(chance / (1 - math.Min(chance, 0.999)))
			}
			if r.Satellite() {
				g += k.Seen(r, e)
			} else {
				g += inTime(r, k.s.From, t, r.Away(e.Lat, e.Lon))
			}
			if math.IsInf(none, -1) {
				none = -60 // all others are worse
			}
			if g > none {
				options[x] = append(options[x], candidate{j, g - none})
			}
		}
	}
	if m.Callers > 1 {
		for x, n := range units {
			best := 0.0
			for _, c := range options[x] {
				if c.gain > best {
					best, of[n] = c.gain, c.event
				}
			}
		}
		return
	}
	for x, c := range match(options) {
		if c >= 0 {
			of[units[x]] = c
		}
	}
}

// inTime is the probability of a report's time if an event was t seconds after the
// scenario's start and so many metres away.
func inTime(r *simulate.Report, begin time.Time, t, away float64) float64 {
	from, to, sd, perMetre := r.Clock(begin)
	t += perMetre * away
	a, b := (from-t)/sd/math.Sqrt2, (to-t)/sd/math.Sqrt2
	if a > 0 {
		a, b = -b, -a
	}
	return math.Log((math.Erfc(-b) - math.Erfc(-a)) / 2)
}

// match gives each row at most one of its candidates, and no two the same, so that the
// sum of the gains is the greatest but for a thousandth a row; -1: none. It is an
// auction (Bertsekas 1988, doi:10.1007/BF02186476), in which a row may also stay alone.
func match(options [][]candidate) []int {
	const step = 1e-3
	price := map[int]float64{}
	owner := map[int]int{}
	out := make([]int, len(options))
	var free []int
	for i := range options {
		out[i] = -1
		free = append(free, i)
	}
	for len(free) > 0 {
		i := free[len(free)-1]
		free = free[:len(free)-1]
		best, second, event := 0.0, 0.0, -1
		for _, c := range options[i] {
			switch v := c.gain - price[c.event]; {
			case v > best:
				best, second, event = v, best, c.event
			case v > second:
				second = v
			}
		}
		if event < 0 {
			continue
		}
		price[event] += best - second + step
		if was, ok := owner[event]; ok {
			out[was] = -1
			free = append(free, was)
		}
		owner[event], out[i] = i, event
	}
	return out
}

// losses are the pairs of reports, by their means, that are missed or wrongly made.
type losses struct{ missed, wrong map[string]int }

func (l *losses) add(p *play, found []int) {
	if l.missed == nil {
		l.missed, l.wrong = map[string]int{}, map[string]int{}
	}
	by := func(group func(i int) int, other func(i int) int, into map[string]int) {
		of := map[int][]int{}
		for i := range p.all {
			if g := group(i); g >= 0 {
				of[g] = append(of[g], i)
			}
		}
		for _, list := range of {
			for k, i := range list {
				for _, j := range list[:k] {
					if a, b := other(i), other(j); a != b || a < 0 {
						x, y := kind(p.all[i]), kind(p.all[j])
						into[min(x, y)+" + "+max(x, y)]++
					}
				}
			}
		}
	}
	truth := func(i int) int { return p.truth[i] }
	fused := func(i int) int { return found[i] }
	by(truth, fused, l.missed)
	by(fused, truth, l.wrong)
}

// kind is a source's means, and how it perceives where that tells them apart.
func kind(o *observation.Observation) string {
	switch {
	case o.Means == observation.Patrol:
		return "patrol " + string(o.How)
	case o.Means == observation.Acoustic && o.Position == nil:
		return "sound post"
	}
	return string(o.Means)
}

func printLosses(ways []way, lost []losses, seeds int) {
	type row struct {
		name string
		n    []int
	}
	rows := map[string]*row{}
	for k := range lost {
		for half, m := range []map[string]int{lost[k].missed, lost[k].wrong} {
			for name, n := range m {
				if rows[name] == nil {
					rows[name] = &row{name, make([]int, 2*len(lost))}
				}
				rows[name].n[2*k+half] += n
			}
		}
	}
	var all []*row
	for _, r := range rows {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *row) int {
		return cmp.Or(cmp.Compare(b.n[0]+b.n[1], a.n[0]+a.n[1]), cmp.Compare(a.name, b.name))
	})
	fmt.Printf("   %-32s", "pairs a seed, missed and wrong:")
	for k := range ways {
		fmt.Printf(" %19s", ways[k].name)
	}
	fmt.Println()
	for _, r := range all[:min(20, len(all))] {
		fmt.Printf("   %-32s", r.name)
		for _, n := range r.n {
			fmt.Printf(" %9.0f", float64(n)/float64(seeds))
		}
		fmt.Println()
	}
}
