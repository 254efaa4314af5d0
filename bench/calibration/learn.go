package main

import (
	"fmt"
	"slices"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// share is how often something was so.
type share struct{ n, yes float64 }

func (t *total) count(key string, yes bool) {
	if t.shares == nil {
		t.shares = map[string]*share{}
	}
	s := t.shares[key]
	if s == nil {
		s = &share{}
		t.shares[key] = s
	}
	s.n++
	if yes {
		s.yes++
	}
}

// learn counts how often each kind of evidence is right about who did it, by the
// parameter of package finding that it stands behind.
func (t *total) learn(p *play) {
	for i := range p.incidents {
		in := &p.incidents[i]
		at := p.event(in)
		if at < 0 || p.truth.Events[at].Party == "" {
			continue
		}
		e := &p.truth.Events[at]
		t.count("someone_else: none of the parties", p.terms.Party(e.Party) == nil)
		watched, named := false, in.Place != ""
		for _, m := range in.Members {
			watched = watched || m.Means != observation.Party && m.Means != observation.News
		}
		for _, c := range in.Claims {
			switch {
			case c.Means != observation.Party:
			case watched:
				t.count("claims, party-watched", c.Party == e.Party)
			default:
				t.count("claims, party", c.Party == e.Party)
			}
		}
		if in.Position == nil {
			continue
		}
		place := p.zones.At(geo.Point{Lat: in.Position.Lat, Lon: in.Position.Lon}, in.Position.Radius, e.At)
		truly := p.zones.At(geo.Point{Lat: e.Lat, Lon: e.Lon}, 0, e.At)
		if place.Side == "" {
			continue
		}
		if named && in.Position.Radius > 3000 {
			t.count("named_here: it lies on the side of the place's name", place.Side == truly.Side)
		}
		if place.SideProbability < 0.999 {
			continue
		}
		switch in.Activity {
		case observation.Shelling, observation.UAVStrike:
			t.count("struck_here: what strikes a side is by the other", place.Side != e.Party)
		}
		if in.Direction == observation.Impact {
			t.count("landed_here: what comes in is by the other", place.Side != e.Party)
		}
	}
}

func (t *total) printShares() {
	keys := []string{}
	for k := range t.shares {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		s := t.shares[k]
		fmt.Printf("   %-56s %6.0f  %.3f\n", k, s.n, s.yes/s.n)
	}
}
