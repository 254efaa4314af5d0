package finding

import (
	"math"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/zone"
)

// Where a position is not exact it stands for places all around, and for fire those
// near the line are the likelier ones. The places are a grid of so many steps
// to each side, in sigma, each a Gaussian of what is left of the error. Where a position stands for a
// settlement that was named, it is all the ground about that alike.
const (
	away = 5
	step = 0.6
	rest = 0.25
)

// named reports whether the place is no better known than by a settlement's name.
func (j *Judge) named(s *situation) bool {
	return s.in.Place != "" && s.placed && s.in.Position.Radius > j.par.Author.CoarseM
}

// falls is over how many metres from the line fire of in's kind falls off by e: a third
// of what the weapon reaches, for guns stand behind their own line.
func (j *Judge) falls(in *incident.Incident) float64 {
	reach := j.par.Weapons[in.Weapon].RangeM
	if reach == 0 && (in.Activity == observation.Burst || in.Activity == observation.Shot) {
		reach = j.par.Weapons[observation.HMG].RangeM
	}
	if reach == 0 {
		return j.par.Rule.FireFallsM
	}
	return min(reach/3, 2*j.par.Rule.FireFallsM)
}

// ground is the place of fire at p, known to a radius in metres: zones and side by
// Bayes' rule, where fire falls off with the distance from the line.
func (j *Judge) ground(s *situation, p geo.Point, radius float64) {
	falls := j.falls(s.in)
	if s.place.Line == "" || radius < falls/4 { // what lies so close is alike
		return
	}
	sigma, even := radius/geo.Sigmas95, j.named(s)
	falls = max(falls, step*sigma) // no finer than the grid
	total, inside := 0.0, map[string]float64{}
	ours, theirs, other := 0.0, 0.0, ""
	for i := -away; i <= away; i++ {
		for k := -away; k <= away; k++ {
			north, east := step*float64(i), step*float64(k)
			off := math.Hypot(north, east)
			if off > away*step || even && off > geo.Sigmas95 {
				continue
			}
			w := 1.0
			if !even {
				w = math.Exp(-off * off / 2 / (1 - rest*rest))
			}
			q := p
			if off > 0 {
				q = direct(p, math.Atan2(east, north)*180/math.Pi, off*sigma)
			}
			at := j.places.At(q, rest*radius, s.at)
			w *= math.Exp(-at.DistanceM/falls) + j.par.Rule.FireFar
			total += w
			if at.Side == s.place.Side {
				ours, theirs = ours+w*at.SideProbability, theirs+w*(1-at.SideProbability)
			} else {
				ours, theirs, other = ours+w*(1-at.SideProbability), theirs+w*at.SideProbability, at.Side
			}
			for _, m := range at.Zones {
				inside[m.Zone] += w * m.Probability
			}
		}
	}
	switch {
	case s.place.Side == "":
	case even: // of a settlement, the side is the settlement's
		s.place.SideProbability = max(j.par.Author.NamedHere, ours/total)
	case theirs > ours && other != "":
		s.place.Side, s.place.SideProbability = other, theirs/total
	default:
		s.place.SideProbability = ours / total
	}
	s.place.Zones = nil
	for i := range j.agreement.Zones {
		if id := j.agreement.Zones[i].ID; inside[id] > 0 {
			s.place.Zones = append(s.place.Zones, zone.Membership{Zone: id, Probability: min(1, inside[id]/total)})
		}
	}
	s.weighed = true
}
