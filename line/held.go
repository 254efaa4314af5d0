package line

import (
	"fmt"
	"math"

	"github.com/truce-monitor/truce/geo"
)

// Held says how a line of contact is taken from the area that a party holds.
type Held struct {
	// Border is coast and border: what no line of contact runs along; see
	// [OuterBoundary]. Many days of a line want the same index. Nil: there is none.
	Border *geo.LineIndex
	// ToleranceM is how far an edge may lie from Border and still be it,
	// metres; 0 means 4,000: the sum of what maps of different scale differ by.
	ToleranceM float64
	// ShortestM is the length below which a stretch is taken for noise of the
	// border, metres; 0 means 2,000. Whole rings are never noise.
	ShortestM float64
}

const stepM = 500

// FromHeldArea returns the line of contact: the edge of a held area less what
// runs along coast and border. The area lies to the left of each part.
func FromHeldArea(held geo.MultiPolygon, opt Held) ([]geo.Polyline, error) {
	if !(held.Area() > 0) {
		return nil, fmt.Errorf("taking the line from a held area: it has no area")
	}
	tolerance, shortest := opt.ToleranceM, opt.ShortestM
	if tolerance == 0 {
		tolerance = 4000
	}
	if shortest == 0 {
		shortest = 2000
	}
	var out []geo.Polyline
	for _, ring := range held.Boundary() {
		dense := geo.Densify(ring, stepM)
		free := make([]bool, len(dense)-1) // the last repeats the first
		all := true
		for i := range free {
			free[i] = opt.Border == nil || opt.Border.Distance(dense[i]) > tolerance
			all = all && free[i]
		}
		if all {
			out = append(out, ring)
			continue
		}
		for _, run := range runs(dense[:len(dense)-1], free) {
			if run.Length() >= shortest {
				out = append(out, geo.Simplify(run, 1))
			}
		}
	}
	return out, nil
}

// runs returns the stretches of a ring whose points are free, not all being so.
func runs(ring geo.Polyline, free []bool) []geo.Polyline {
	start := 0
	for free[start] {
		start++
	}
	var out []geo.Polyline
	var run geo.Polyline
	for k := range ring {
		i := (start + 1 + k) % len(ring)
		if free[i] {
			run = append(run, ring[i])
			continue
		}
		if len(run) > 1 {
			out = append(out, run)
		}
		run = nil
	}
	if len(run) > 1 {
		out = append(out, run)
	}
	return out
}

// OuterBoundary returns where a country ends: the edges of its areas beyond
// which, within acrossM metres, none of the areas lies. It does without
// uniting the areas, whose common edges seldom agree.
func OuterBoundary(areas []geo.MultiPolygon, acrossM float64) []geo.Polyline {
	prepared := make([]*geo.Area, len(areas))
	for i, a := range areas {
		prepared[i] = geo.PrepareArea(a)
	}
	within := func(p geo.Point) bool {
		for _, a := range prepared {
			if a.Contains(p) {
				return true
			}
		}
		return false
	}
	var out []geo.Polyline
	for _, a := range areas {
		for _, ring := range a.Boundary() {
			dense := geo.Densify(ring, 2*stepM)
			var run geo.Polyline
			for i := 1; i < len(dense); i++ {
				from, to := dense[i-1], dense[i]
				m, azimuth, _ := geo.Inverse(from, to)
				middle := geo.Direct(from, azimuth, m/2)
				outside := true
				for _, d := range []float64{acrossM / 4, acrossM} {
					outside = outside && !within(geo.Direct(middle, math.Mod(azimuth+90, 360), d)) // areas lie to the left
				}
				if !outside {
					if len(run) > 1 {
						out = append(out, run)
					}
					run = nil
					continue
				}
				if run == nil {
					run = geo.Polyline{from}
				}
				run = append(run, to)
			}
			if len(run) > 1 {
				out = append(out, run)
			}
		}
	}
	return out
}

// Area is a named region, as a rule an administrative one, without sea.
type Area struct {
	Name string
	Land geo.MultiPolygon
}

// Share is how much of an area's land is held.
type Share struct {
	Area   string  `json:"area"`
	LandM2 float64 `json:"land_m2"`
	HeldM2 float64 `json:"held_m2"`
}

// Part is the held share, [0, 1].
func (s Share) Part() float64 {
	if s.LandM2 == 0 {
		return 0
	}
	return s.HeldM2 / s.LandM2
}

// Territory measures how much of each area lies within the held one, to a square metre.
func Territory(held geo.MultiPolygon, areas []Area) ([]Share, error) {
	held, err := geo.Clean(held)
	if err != nil {
		return nil, fmt.Errorf("measuring territory: %w", err)
	}
	out := make([]Share, 0, len(areas))
	for _, a := range areas {
		both, err := geo.Intersection(a.Land, held)
		if err != nil {
			return nil, fmt.Errorf("measuring territory of %s: %w", a.Name, err)
		}
		out = append(out, Share{Area: a.Name, LandM2: math.Round(a.Land.Area()), HeldM2: math.Round(both.Area())})
	}
	return out, nil
}
