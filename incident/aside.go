package incident

import (
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Record is an observation with the journal's record that holds it.
type Record struct {
	Seq         uint64
	Observation *observation.Observation
}

// Aside fuses some observations by themselves, with what f remembers of their
// sources, and returns all their incidents: what can be said at once of a report
// and those about it, until their day is fused whole. f stays as it is, and keeps
// none of them.
func (f *Fuser) Aside(some []Record) []Incident {
	f.ready()
	if f.aside == nil {
		f.aside = &Fuser{solver: solver{m: f.solver.m}}
		f.aside.ready()
	}
	g := f.aside
	g.memory, g.learned, g.day = f.memory, f.learned, 0
	slices.SortFunc(some, func(a, b Record) int { return a.Observation.From.Compare(b.Observation.From) })
	for _, r := range some {
		g.Add(r.Seq, r.Observation)
	}
	out := g.Flush()
	g.memory = nil
	return out
}

// Reach is where and when others may lie that report the same event.
type Reach struct {
	Lat, Lon float64   // degrees WGS84
	RadiusM  float64   // metres, of the circle that holds the event's true place with 95 %
	From, To time.Time // beyond which nothing is the same event
}

// Reach is that of one observation; ok is false where it joins no other by its
// place and time.
func (f *Fuser) Reach(o *observation.Observation) (r Reach, ok bool) {
	f.ready()
	e := f.solver.m.entry(0, o)
	if !e.est.known || e.kind&isolated != 0 {
		return r, false
	}
	about := func(s float64) time.Time { return instant(s).Truncate(time.Second) }
	return Reach{Lat: e.est.lat, Lon: e.est.lon, RadiusM: math.Max(e.est.cov.radius(), f.solver.m.Space.FloorM),
		From: about(e.mid - e.reach), To: about(e.mid + e.reach + 1)}, true
}
