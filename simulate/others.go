package simulate

import (
	"math"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// others draws what is no fire and sounds or looks like it; as much on either side.
func (g *generator) others() {
	e := &g.plan.Events
	for range poisson(g.r, e.Thunder*g.plan.Days/clapsOf) {
		g.storm()
	}
	for _, kind := range []struct {
		perDay   float64
		activity observation.Activity
		loud     float64
	}{{e.Demining, observation.Demining, 0.8}, {e.Exercise, observation.Exercise, 1}, {e.Stubble, observation.Fire, 0}} {
		for range poisson(g.r, kind.perDay*g.plan.Days) {
			// People do these by day.
			at := g.anytime().Truncate(24 * time.Hour).Add(time.Duration((5 + 11*g.r.Float64()) * float64(time.Hour)))
			g.other(at, g.somewhere(), kind.activity, kind.loud, false)
		}
	}
}

// A storm has so many claps of thunder on the average, over so long and so far.
const (
	clapsOf    = 6.0
	stormLasts = 40 * time.Minute
	stormM     = 5000.0
)

// storm draws a thunderstorm, in bad weather if there is any.
func (g *generator) storm() {
	at, along := g.anytime(), g.somewhere()
	for range 50 {
		if g.bad(at, along) {
			break
		}
		at, along = g.anytime(), g.somewhere()
	}
	for range 1 + poisson(g.r, clapsOf-1) {
		g.other(at.Add(time.Duration(g.r.Float64()*float64(stormLasts))), along+stormM*g.r.NormFloat64(), observation.Other, 1, true)
	}
}

func (g *generator) anytime() time.Time {
	return g.s.From.Add(time.Duration(g.r.Float64() * float64(g.s.To.Sub(g.s.From))))
}

func (g *generator) other(at time.Time, along float64, activity observation.Activity, loud float64, no bool) {
	if !at.Before(g.s.To) || at.Before(g.s.From) {
		return
	}
	along = min(max(along, 0), g.w.along[len(g.w.along)-1])
	side := g.r.IntN(2)
	on, heading := g.w.onLine(along)
	p := beside(on, heading, 1-side, g.plan.Events.DepthKM*1000*g.r.Float64())
	e := &Event{At: at.Truncate(time.Second), Lat: round(p.lat, 6), Lon: round(p.lon, 6), Activity: activity, Count: 1 + g.r.IntN(5), loud: loud, No: no, along: along, side: side}
	if no {
		e.Count = 1
	}
	g.place(e)
	g.events = append(g.events, e)
}

// invent lets the sources report what never happened.
func (g *generator) invent() {
	for i := range g.stood {
		s := &g.stood[i]
		for range poisson(g.r, s.FalsePerDay*g.plan.Days) {
			at := g.anytime().Truncate(time.Second)
			post := g.on(s, at)
			if post == nil {
				continue
			}
			side, along := s.side, g.somewhere()
			if side < 0 {
				side = g.r.IntN(2)
			}
			if s.stands() {
				along = post.along + g.r.NormFloat64()*500*s.RangeKM
			}
			on, heading := g.w.onLine(along)
			p := beside(on, heading, side, 500+g.plan.Events.DepthKM*700*g.r.Float64())
			a := g.arms()
			e := &Event{At: at, Lat: p.lat, Lon: p.lon, Activity: a.activity, Weapon: a.weapon, Count: a.rounds[0] + g.r.IntN(a.rounds[1]-a.rounds[0]+1), Party: g.w.parties[1-side], side: 1 - side, along: along, heading: g.r.Float64() * 360}
			g.place(e)
			d, _ := between(post.at, p)
			o := g.begin(s)
			if len(s.PassesH) > 0 {
				o.To, o.From = s.pass(at)
				o.From = maxTime(o.From, o.To.Add(-time.Duration(s.WithinMin*float64(time.Minute))))
				o.Reported = o.To.Add(g.between(s.DelayMin)).Truncate(time.Second)
			} else {
				g.when(&o, s, at, 0)
			}
			g.where(&o, s, e, p, post.at, math.Min(d, 1000*s.RangeKM))
			g.what(&o, s, e)
			g.words(&o, s.lang, e, s.Words)
			g.report(o, nil)
		}
	}
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
