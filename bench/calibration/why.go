package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// groups of forecasts about who did it, by what they rest on.
type groups map[string][]eval.Forecast

func (g groups) add(p *play) {
	for i := range p.incidents {
		in := &p.incidents[i]
		at := p.event(in)
		if at < 0 || p.truth.Events[at].Party == "" {
			continue
		}
		for _, y := range p.judge.Judge(in) {
			best := y.Responsible.Candidates[0]
			for _, c := range y.Responsible.Candidates {
				if best.Party == "" {
					best = c
				}
			}
			what := y.Responsible.Basis
			if what == "" {
				what = "nothing: " + string(in.Activity)
			}
			if in.Position == nil {
				what += ", no place"
			} else if in.Position.Radius > 3000 {
				what += ", coarse"
			}
			if told(in) {
				what += ", told by parties alone"
			}
			for _, e := range []string{what, "   " + string(in.Activity) + " with " + y.Responsible.Basis} {
				g[e] = append(g[e], eval.Forecast{Probability: best.Probability, Happened: best.Party == p.truth.Events[at].Party})
			}
			break
		}
	}
}

func told(in *incident.Incident) bool {
	return !slices.ContainsFunc(in.Members, func(m incident.Member) bool { return m.Means != observation.Party })
}

func (g groups) print() {
	keys := []string{}
	for k := range g {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return len(g[b]) - len(g[a]) })
	for _, k := range keys {
		said, was, n := 0.0, 0.0, float64(len(g[k]))
		for _, f := range g[k] {
			said += f.Probability / n
			if f.Happened {
				was += 1 / n
			}
		}
		c := eval.Calibrate(g[k])
		fmt.Printf("      %6.0f said %.3f was %.3f error %.3f: %s\n", n, said, was, c.Error, k)
	}
}

// doubts are forecasts of lying in a zone, by how the place is known.
func (g groups) doubts(p *play) {
	for i := range p.incidents {
		in := &p.incidents[i]
		at := p.event(in)
		if at < 0 || in.Position == nil {
			continue
		}
		e := p.truth.Events[at]
		inside := map[string]bool{}
		for _, m := range p.zones.At(geo.Point{Lat: e.Lat, Lon: e.Lon}, 0, e.At).Zones {
			inside[m.Zone] = m.Probability >= 0.5
		}
		found := p.judge.Judge(in)
		here := p.zones.At(geo.Point{Lat: in.Position.Lat, Lon: in.Position.Lon}, in.Position.Radius, in.From).Zones
		if len(found) > 0 {
			here = found[0].Place.Zones
		}
		for _, m := range here {
			if m.Probability < 0.01 || m.Probability > 0.99 {
				continue
			}
			x := eval.Forecast{Probability: m.Probability, Happened: inside[m.Zone]}
			key := fmt.Sprintf("radius to %6.0f m", math.Pow(2, math.Ceil(math.Log2(in.Position.Radius))))
			g[key] = append(g[key], x)
			g[key+" "+m.Zone] = append(g[key+" "+m.Zone], x)
		}
	}
}

// own counts how many events of their own incidents are, by who tells of them.
func (t *total) own(p *play) {
	if t.lone == nil {
		t.lone = map[string]*lone{}
	}
	taken := map[int]int{} // incident of most members by event
	most := map[int]int{}
	for i := range p.incidents {
		at := p.event(&p.incidents[i])
		if at >= 0 && len(p.incidents[i].Members) > most[at] {
			taken[at], most[at] = i, len(p.incidents[i].Members)
		}
	}
	for i := range p.incidents {
		in := &p.incidents[i]
		key := fmt.Sprintf("%s sources", number(in.IndependentSources))
		if in.IndependentSources == 1 {
			key = "alone " + string(in.Members[0].Means) + " " + string(in.Activity)
		}
		l := t.lone[key]
		if l == nil {
			l = &lone{}
			t.lone[key] = l
		}
		at := p.event(in)
		l.n++
		l.said += in.Probability
		l.distinct += in.Distinct
		l.counted += incident.Events(in.Probability, in.Distinct)
		if at >= 0 && !p.truth.Events[at].No {
			l.was++
			if taken[at] == i {
				l.own++
			}
		}
	}
}

// lone is what is said of incidents and what they were.
type lone struct{ n, said, was, distinct, counted, own float64 }

func (t *total) printOwn() {
	keys := []string{}
	for k := range t.lone {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return int(t.lone[b].n - t.lone[a].n) })
	for _, k := range keys[:min(len(keys), 25)] {
		l := t.lone[k]
		fmt.Printf("      %-32s %6.0f said %.3f was %.3f, counted %7.1f were %6.0f events of their own (distinct %.3f)\n", k, l.n, l.said/l.n, l.was/l.n, l.counted, l.own, l.distinct/l.n)
	}
}
