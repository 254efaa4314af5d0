package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Run draws the scenario of the plan from a seed: the same seed gives the same
// scenario, to the byte. progress, if not nil, is told how many events are reported.
func (p *Plan) Run(seed uint64, progress func(done, total int)) *Scenario {
	g := p.generator(seed)
	g.fires()
	g.others()
	slices.SortStableFunc(g.events, func(a, b *Event) int { return a.At.Compare(b.At) })
	for i, e := range g.events {
		e.ID = fmt.Sprintf("E-%06d", i+1)
	}
	g.station()
	for i, e := range g.events {
		g.tellOf(e)
		if progress != nil && i%1000 == 0 {
			progress(i, len(g.events))
		}
	}
	g.invent()
	for _, e := range g.events {
		g.s.Truth = append(g.s.Truth, *e)
	}
	g.s.sort()
	return g.s
}

// generator draws a scenario.
type generator struct {
	*builder
	plan  *Plan
	spots []float64 // metres along the line
	towns [2][]town // by side, along the line
	stood []stander
}

func (p *Plan) generator(seed uint64) *generator {
	w := &world{parties: p.Parties, along: make([]float64, len(p.Line))}
	for _, c := range p.Line {
		w.line = append(w.line, point{c[1], c[0]})
	}
	for i := 1; i < len(w.line); i++ {
		d, _ := between(w.line[i-1], w.line[i])
		w.along[i] = w.along[i-1] + d
	}
	from := p.start
	g := &generator{plan: p, builder: &builder{
		w: w, r: rand.New(rand.NewPCG(seed, 0x736365)), zone: time.UTC, refs: map[string]int{},
		s: &Scenario{Name: p.Name, Seed: seed, From: from, To: from.Add(time.Duration(p.Days * 24 * float64(time.Hour)))},
	}}
	length := w.along[len(w.along)-1]
	for range p.Events.HotSpots {
		g.spots = append(g.spots, g.r.Float64()*length)
	}
	for side := range 2 {
		n := max(1, int(length/1000/p.TownsKM))
		for k := range n {
			on, heading := w.onLine((float64(k) + g.r.Float64()) / float64(n) * length)
			g.towns[side] = append(g.towns[side], town{name: fmt.Sprintf("%s town %d", p.Parties[side], k+1), at: beside(on, heading, side, 1000+9000*g.r.Float64()), party: p.Parties[side], number: k + 1})
		}
	}
	return g
}

// fires draws the fire: those events that follow no other hour by hour, and what
// each draws after it.
func (g *generator) fires() {
	e := &g.plan.Events
	// With its offspring an event is 1/(1-children) events; PerDay counts all.
	alone := e.PerDay * (1 - e.Children)
	for t := g.s.From; t.Before(g.s.To); t = t.Add(time.Hour) {
		day := 1 + e.DayShare*math.Sin((float64(t.Hour())-8)/24*2*math.Pi)
		for range poisson(g.r, alone*g.trend(t)*day/24) {
			at := t.Add(time.Duration(g.r.Float64() * float64(time.Hour)))
			g.burst(at, g.somewhere(), g.r.IntN(2), 0)
		}
	}
}

func (g *generator) trend(t time.Time) float64 {
	steps := g.plan.Events.Trend
	if len(steps) == 0 {
		return 1
	}
	at := float64(t.Sub(g.s.From)) / float64(g.s.To.Sub(g.s.From)) * float64(len(steps))
	return steps[min(int(at), len(steps)-1)]
}

// somewhere is a place along the line, metres from its start.
func (g *generator) somewhere() float64 {
	e, length := &g.plan.Events, g.w.along[len(g.w.along)-1]
	if len(g.spots) > 0 && g.r.Float64() < e.HotShare {
		return min(max(g.spots[g.r.IntN(len(g.spots))]+g.r.NormFloat64()*e.HotKM*1000, 0), length)
	}
	return g.r.Float64() * length
}

// burst is an act of fire and those that it draws, from either side.
func (g *generator) burst(at time.Time, along float64, side, generation int) {
	if !at.Before(g.s.To) || generation > 40 {
		return
	}
	g.fired(at.Truncate(time.Second), along, side)
	e := &g.plan.Events
	for range poisson(g.r, e.Children) {
		later := time.Duration(g.r.ExpFloat64() * e.ChildMin * float64(time.Minute))
		child := side
		if g.r.Float64() < 0.35 { // some of it is answered
			child = 1 - side
		}
		g.burst(at.Add(later), along+g.r.NormFloat64()*e.ChildKM*1000, child, generation+1)
	}
}

func (g *generator) fired(at time.Time, along float64, side int) {
	a := g.arms()
	on, heading := g.w.onLine(along)
	distance := a.rangeM[0] + g.r.Float64()*(a.rangeM[1]-a.rangeM[0])
	depth := min(distance*(0.1+0.6*g.r.Float64()), g.plan.Events.DepthKM*1000)
	hit := beside(on, heading, 1-side, depth)
	from := move(beside(on, heading, side, distance-depth), g.r.Float64()*360, 300*g.r.Float64())
	_, course := between(from, hit)
	e := &Event{
		At: at, Lat: round(hit.lat, 6), Lon: round(hit.lon, 6), Activity: a.activity, Weapon: a.weapon, Party: g.w.parties[side],
		Count: a.rounds[0] + g.r.IntN(a.rounds[1]-a.rounds[0]+1), from: from, loud: a.loud, heading: course, along: along, side: side,
	}
	if g.r.Float64() < a.harm {
		e.Harm = observation.Casualties{Injured: 1 + g.r.IntN(3), Killed: g.r.IntN(2)}
	}
	g.place(e)
	g.events = append(g.events, e)
}

// arms draws what is fired: heavy arms or light ones, each in their usual shares.
func (g *generator) arms() *arm {
	heavy := g.r.Float64() < g.plan.Events.Heavy
	sum := 0.0
	for i := range arms {
		if (arms[i].activity == observation.Shelling) == heavy {
			sum += arms[i].before
		}
	}
	x := g.r.Float64() * sum
	last := 0
	for i := range arms {
		if (arms[i].activity == observation.Shelling) == heavy {
			last = i
			if x -= arms[i].before; x < 0 {
				break
			}
		}
	}
	return &arms[last]
}

// place names the settlement that the event is nearest to, on the side that it
// lies on.
func (g *generator) place(e *Event) {
	best := math.Inf(1)
	for _, t := range g.towns[1-e.side] {
		if d, _ := between(t.at, e.at()); d < best {
			best, e.town = d, t
		}
	}
	e.place = e.town.name
}
