package incident

import (
	"math"
	"slices"
)

// rates is how many events there are about each entry, for "another event": a
// count in cells of space and time, of two grids of which one is shifted by half
// a cell, so that no event lies at the edge of both.
type rates struct {
	table cells
	sums  []float64
	cell  [][2]int32 // of each entry, by grid; -1: not counted
	own   []float64  // each entry's share of what is counted
	of    []float64  // events a m² and second, by entry
}

const (
	rateDegrees = 0.09 // some 10 km
	rateS       = 3600
	rateVolume  = rateDegrees * rateDegrees * 111195 * 111195 * rateS
)

// place finds every entry's cells.
func (r *rates) place(s *solver) {
	n := len(s.entries)
	r.table.reset()
	r.sums = r.sums[:0]
	r.cell = slices.Grow(r.cell[:0], n)[:n]
	r.own = slices.Grow(r.own[:0], n)[:n]
	r.of = slices.Grow(r.of[:0], n)[:n]
	for i := range s.entries {
		r.cell[i] = [2]int32{-1, -1}
		e := &s.entries[i]
		if !e.est.known || e.kind&isolated != 0 || len(s.near.of(int32(i))) == 0 {
			continue
		}
		north, east, t := e.est.lat/rateDegrees, (turn(e.est.lon)+180)*e.perLon/e.perLat/rateDegrees, e.mid/rateS
		for g := range r.cell[i] {
			shift := float64(g) / 2
			at := r.table.slot(pack(int32(math.Floor(north+shift)), int32(math.Floor(east+shift)), 2*int64(math.Floor(t+shift))+int64(g)))
			if *at < 0 {
				*at = int32(len(r.sums))
				r.sums = append(r.sums, 0)
			}
			r.cell[i][g] = *at
		}
	}
}

// expect begins with a guess: an event for so many reports.
func (r *rates) expect(s *solver) {
	for i := range s.entries {
		r.own[i] = 0
		if s.near.first[i] < s.near.first[i+1] {
			r.put(int32(i), s.m.Decision.EventsPerReport)
		}
	}
	r.spread(s)
}

// count takes the incidents as they are found.
func (r *rates) count(s *solver) {
	clear(r.sums)
	clear(r.own)
	for k := range s.clusters {
		c := &s.clusters[k]
		if len(c.members) == 0 {
			continue
		}
		w := 1.0
		if len(c.members) == 1 {
			w = s.entries[c.members[0]].lonely
		}
		for _, i := range c.members {
			r.put(i, w/float64(len(c.members)))
		}
	}
	r.spread(s)
}

func (r *rates) put(i int32, w float64) {
	r.own[i] = w
	for _, at := range r.cell[i] {
		if at >= 0 {
			r.sums[at] += w
		}
	}
}

// spread is the rate about each entry but for itself. Where there is nothing
// but the incident that is asked about, there is what one event draws after it.
func (r *rates) spread(s *solver) {
	d := &s.m.Decision
	for i := range s.entries {
		r.of[i] = s.m.rate
		if r.cell[i][0] >= 0 {
			sum := math.Max(0, (r.sums[r.cell[i][0]]+r.sums[r.cell[i][1]])/2-r.own[i])
			r.of[i] += (math.Max(0, sum-1) + d.Excitation*math.Min(1, sum)) / rateVolume
		}
	}
}

func (r *rates) at(i int32) float64 { return r.of[i] }
