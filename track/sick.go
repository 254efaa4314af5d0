package track

import (
	"fmt"
	"math"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// The reasons for which a source is sick.
const (
	ClockOff = "clock-off" // its times are wrong by a constant
	Stuck    = "stuck"     // the same report again and again
	Flood    = "flood"     // many reports that nobody else confirms
)

// Reason says why a source should not be relied on as it is.
type Reason struct {
	Kind string `json:"kind"`
	// Seconds by which its clock is fast (negative: slow).
	Seconds float64 `json:"seconds,omitempty"`
	// N is how many reports show it.
	N int `json:"n"`
	// PerDay is how many reports a day nothing explains, of a flood.
	PerDay float64 `json:"per_day,omitempty"`
}

// String says it in English.
func (r Reason) String() string {
	switch r.Kind {
	case ClockOff:
		way := "fast"
		if r.Seconds < 0 {
			way = "slow"
		}
		return fmt.Sprintf("its clock is %s by %s, by %d reports", way, time.Duration(math.Round(math.Abs(r.Seconds)))*time.Second, r.N)
	case Stuck:
		return fmt.Sprintf("it is stuck: the same report %d times within a day", r.N)
	case Flood:
		return fmt.Sprintf("it floods: about %.0f reports a day that nobody else confirms and that its peers would not leave unconfirmed", r.PerDay)
	}
	return r.Kind
}

// When a source counts as sick. All assumed, and chosen to name none that is not: a
// wrong name costs a monitor more trust than a late one.
const (
	clockOffS    = 120  // seconds; less is the rounding of people
	clockShare   = 0.15 // of the reports compared are about the peak beyond chance
	clockSigmas  = 4.0  // of chance
	clockReports = 6    // about the peak
	// The same where the time until it reports bears it out.
	clockTimed       = 3
	clockTimedSigmas = 2.0
	stuckTimes       = 12    // identical reports within a day
	floodPerDay      = 100.0 // unexplained reports a day
	floodRatio       = 0.5   // confirmed against peers, at most
)

func sick(s *source, r *Record) []Reason {
	var out []Reason
	if s.clock != nil {
		out = append(out, *s.clock)
	}
	if n := stuck(s); n >= stuckTimes {
		out = append(out, Reason{Kind: Stuck, N: n})
	}
	// Those who are wrong about the time, or stuck, are not confirmed for that reason.
	if x := flood(r); x != nil && len(out) == 0 {
		out = append(out, *x)
	}
	return out
}

// stuck is the most identical reports within a day of what an instrument says.
// Who tells names places, and may name one place many times.
func stuck(s *source) int {
	type content struct {
		position observation.Position
		observer observation.Sighting
		bearing  float64
		distance float64
		activity observation.Activity
		weapon   observation.Weapon
		count    observation.Count
	}
	most := 0
	recent := map[content][]float64{}
	for _, r := range s.reports {
		o := r.o
		if tells(o.Means) {
			continue
		}
		c := content{activity: o.Activity, weapon: o.Weapon, count: o.Count}
		switch {
		case o.Position != nil:
			c.position = *o.Position
		case o.Observer != nil && o.Observer.Bearing != nil:
			c.observer = *o.Observer
			c.bearing = *o.Observer.Bearing
			if o.Observer.Distance != nil {
				c.distance = *o.Observer.Distance
			}
			c.observer.Bearing, c.observer.Distance = nil, nil
		default:
			continue
		}
		at := seconds(o.From)
		kept := recent[c]
		for len(kept) > 0 && at-kept[0] > 24*3600 {
			kept = kept[1:]
		}
		recent[c] = append(kept, at)
		most = max(most, len(recent[c]))
	}
	return most
}

// flood tells whether a source reports much that nobody confirms, against its
// peers: those of its reports are unexplained which peers with as many confirmed
// ones would not have.
func flood(r *Record) *Reason {
	share := r.Peers.Share()
	if share == 0 || r.Ratio.N == 0 || r.Ratio.High > floodRatio {
		return nil
	}
	days := math.Max(1, r.Last.Sub(r.First).Hours()/24)
	unexplained := float64(r.Confirmed.Trials) - float64(r.Confirmed.Hits)/share
	if unexplained/days < floodPerDay {
		return nil
	}
	return &Reason{Kind: Flood, N: int(unexplained), PerDay: round(unexplained/days, 0)}
}
