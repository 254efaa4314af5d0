package main

import (
	"fmt"
	"math"
	"slices"

	"github.com/truce-monitor/truce/geo"
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

// learn counts how often each kind of evidence points to who did it.
func (t *total) learn(p *play) {
	for i := range p.incidents {
		in := &p.incidents[i]
		at := p.event(in)
		if at < 0 || p.truth.Events[at].Party == "" || in.Position == nil {
			continue
		}
		e := &p.truth.Events[at]
		place := p.zones.At(geo.Point{Lat: in.Position.Lat, Lon: in.Position.Lon}, in.Position.Radius, e.At)
		if place.SideProbability > 0.99 {
			t.count(fmt.Sprintf("side sure, %s %s: by who holds it", in.Activity, in.Direction), place.Side == e.Party)
		}
		t.count(fmt.Sprintf("side is %.2f, by the other", float64(int(place.SideProbability*20))/20), place.Side != e.Party)
		if in.Heading != nil {
			b := 0
			back := *in.Heading + 180
			for _, d := range []float64{1000, 2000, 4000, 8000, 16000} {
				o := p.zones.At(direct(geo.Point{Lat: in.Position.Lat, Lon: in.Position.Lon}, back, d), in.Position.Radius, e.At)
				if o.Side != "" {
					t.count(fmt.Sprintf("course back %5.0f m", d), o.Side == e.Party)
				}
				b++
			}
		}
		for _, c := range in.Claims {
			t.count(fmt.Sprintf("claim by %s", c.Means), c.Party == e.Party)
		}
	}
}

// direct is exact enough for a look at shares.
func direct(p geo.Point, bearing, m float64) geo.Point {
	sin, cos := math.Sincos(bearing * math.Pi / 180)
	return geo.Point{Lat: p.Lat + m*cos/111195, Lon: p.Lon + m*sin/111195/math.Cos(p.Lat*math.Pi/180)}
}

func (t *total) printShares(name string) {
	fmt.Println(name)
	keys := []string{}
	for k := range t.shares {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		s := t.shares[k]
		fmt.Printf("   %-60s %6.0f  %.3f\n", k, s.n, s.yes/s.n)
	}
}
