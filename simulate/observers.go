package simulate

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// watcher is a source with a place of its own.
type watcher struct {
	source string
	means  observation.Means
	side   int
	rangeM float64
	stays  []stay
}

// stay is a time in which a watcher watched from a place.
type stay struct {
	Window
	at     point
	sector int
}

// offLineM is how far from the line each means stands, on its side, metres; the
// same on either side.
var offLineM = map[observation.Means]float64{observation.Patrol: 6000, observation.Camera: 2500, observation.Acoustic: 5000, observation.UAV: 3500}

// station makes the monitors' posts, sensors, patrols and aircraft: on each
// side of each sector what there is on the other.
func (b *builder) station() {
	for side, party := range b.w.parties {
		for i := range b.w.sectors {
			whole := []stay{{Window{b.s.From, b.s.To}, b.beside(i, side, offLineM[observation.Acoustic]), i}}
			b.watchers = append(b.watchers, &watcher{fmt.Sprintf("simulated acoustic array %d, side of %s", i+1, party), observation.Acoustic, side, 12000, whole})
			if i%2 == 1 {
				whole := []stay{{Window{b.s.From, b.s.To}, b.beside(i, side, offLineM[observation.Camera]), i}}
				b.watchers = append(b.watchers, &watcher{fmt.Sprintf("simulated camera %d, side of %s", i+1, party), observation.Camera, side, 7000, whole})
			}
		}
		for team := range 4 {
			patrol := &watcher{fmt.Sprintf("simulated patrol %d, side of %s", team+1, party), observation.Patrol, side, 9000, nil}
			b.daily(patrol, 7*time.Hour, 16*time.Hour, func(day int) int { return (3*team + day) % len(b.w.sectors) })
			b.watchers = append(b.watchers, patrol)
		}
		uav := &watcher{"simulated unmanned aircraft, side of " + party, observation.UAV, side, 9000, nil}
		b.daily(uav, 10*time.Hour, 13*time.Hour, func(day int) int { return (5*day + 6) % len(b.w.sectors) })
		b.daily(uav, 20*time.Hour, 23*time.Hour, func(day int) int { return (5*day + 5) % len(b.w.sectors) })
		b.watchers = append(b.watchers, uav)
	}
}

// daily lets w watch from the one hour of each local day to the other.
func (b *builder) daily(w *watcher, from, to time.Duration, sector func(day int) int) {
	for day := 0; ; day++ {
		midnight := b.midnight(day)
		if !midnight.Add(to).Before(b.s.To) {
			return
		}
		i := sector(day)
		w.stays = append(w.stays, stay{Window{midnight.Add(from), midnight.Add(to)}, b.beside(i, w.side, offLineM[w.means]), i})
	}
}

// midnight is the start of a local day of the scenario, from 0, in UTC.
func (b *builder) midnight(day int) time.Time {
	y, m, d := b.s.From.In(b.zone).Date()
	return time.Date(y, m, d+day, 0, 0, 0, 0, b.zone).UTC()
}

// beside is a place in a sector on a side, metres from the line.
func (b *builder) beside(sector, side int, metres float64) point {
	on, heading := b.w.onLine(b.w.sectors[sector].along)
	return beside(on, heading, side, metres)
}

// perceive lets all watchers report the fire that they notice.
func (b *builder) perceive(e *Event) {
	if e.loud == 0 {
		return
	}
	for _, w := range b.watchers {
		for _, s := range w.stays {
			if !s.holds(e.At) {
				continue
			}
			d, bearing := between(s.at, e.at())
			reach := w.rangeM * e.loud
			if w.means == observation.Camera || w.means == observation.UAV {
				reach = w.rangeM * (0.6 + 0.4*e.loud) // seen, not heard
			}
			if d > reach || b.r.Float64() > 0.92*(1-math.Pow(d/reach, 3)) {
				continue
			}
			switch w.means {
			case observation.Patrol:
				b.heard(w, s, e, d, bearing)
			case observation.Camera:
				b.filmed(w, s, e, d, bearing)
			case observation.Acoustic:
				b.detected(w, s, e, d)
			case observation.UAV:
				b.imaged(w, e, 40+60*b.r.Float64())
			}
		}
	}
}

// heard is a patrol's report: by ear, to five minutes, a bearing to five
// degrees and a distance to five hundred metres.
func (b *builder) heard(w *watcher, s stay, e *Event, d, bearing float64) {
	at := e.At.Round(5 * time.Minute)
	bearing = math.Mod(math.Round((bearing+8*b.r.NormFloat64())/5)*5+360, 360)
	distance := max(500, math.Round(d*(1+0.15*b.r.NormFloat64())/500)*500)
	o := observation.Observation{
		Source: w.source, Means: w.means, How: observation.Heard, From: at.Add(-150 * time.Second), To: at.Add(150 * time.Second),
		Reported: b.later(e.At, time.Hour, 5*time.Hour), Activity: sound(e), Weapon: b.believed(e, 0.6), Area: e.area,
		Observer: &observation.Sighting{Lat: round(s.at.lat, 4), Lon: round(s.at.lon, 4), Bearing: &bearing, BearingError: 16, Distance: &distance, DistanceError: max(500, 0.3*distance)},
		Count:    b.counted(e.Count, 0.25), Grade: "B2", Handling: observation.Amber,
	}
	o.Direction = observation.DirectionUndetermined
	if b.r.Float64() < 0.5 {
		o.Direction, o.Heading = b.direction(w, e), b.course(e, 25)
	}
	o.Text, o.Lang = fmt.Sprintf("Simulated: heard %s %d times, about %.1f km at %.0f degrees.", o.Activity, max(o.Count.N, 1), distance/1000, bearing), "en"
	b.report(o, e)
}

// direction is that of fire as heard on a side.
func (b *builder) direction(w *watcher, e *Event) observation.Direction {
	switch {
	case e.Activity == observation.Burst || e.Activity == observation.Shot || b.w.parties[w.side] == e.Party:
		return observation.Outgoing
	default:
		return observation.Impact
	}
}

func (b *builder) course(e *Event, sigma float64) *float64 {
	h := math.Mod(math.Round(e.heading+sigma*b.r.NormFloat64())+720, 360)
	return &h
}

func (b *builder) filmed(w *watcher, s stay, e *Event, d, bearing float64) {
	bearing = math.Mod(round(bearing+0.7*b.r.NormFloat64(), 1)+360, 360)
	o := observation.Observation{
		Source: w.source, Means: w.means, How: observation.Recorded, From: e.At, To: e.At.Add(2 * time.Second), Reported: e.At.Add(10 * time.Minute),
		Activity: sound(e), Weapon: b.believed(e, 0.4), Count: b.counted(e.Count, 0.1), Grade: "A2", Handling: observation.Amber, Area: e.area,
		Observer: &observation.Sighting{Lat: round(s.at.lat, 5), Lon: round(s.at.lon, 5), Bearing: &bearing, BearingError: 1.5},
	}
	if b.r.Float64() < 0.5 {
		distance := math.Round(d*(1+0.1*b.r.NormFloat64())/100) * 100
		o.Observer.Distance, o.Observer.DistanceError = &distance, max(200, 0.2*distance)
	}
	if b.r.Float64() < 0.4 {
		o.Heading, o.Direction = b.course(e, 10), observation.InFlight
	}
	o.Media = []observation.Media{{SHA256: b.hash()}}
	b.report(o, e)
}

func (b *builder) detected(w *watcher, s stay, e *Event, d float64) {
	sigma := 100 + 0.03*d
	at := move(e.at(), b.r.Float64()*360, sigma*math.Sqrt(-2*math.Log(1-b.r.Float64())))
	o := observation.Observation{
		Source: w.source, Means: w.means, How: observation.Detected, From: e.At, To: e.At.Add(time.Second), Reported: e.At.Add(time.Minute),
		Position: place(at, math.Round(2.45*sigma)), Observer: &observation.Sighting{Lat: round(s.at.lat, 5), Lon: round(s.at.lon, 5)},
		Activity: sound(e), Weapon: b.believed(e, 0.5), Count: b.counted(e.Count, 0.1), Handling: observation.Amber, Area: e.area,
	}
	if b.r.Float64() < 0.3 {
		o.Heading = b.course(e, 12)
	}
	b.report(o, e)
}

func (b *builder) imaged(w *watcher, e *Event, radius float64) {
	at := move(e.at(), b.r.Float64()*360, radius/2.45*math.Sqrt(-2*math.Log(1-b.r.Float64())))
	o := observation.Observation{
		Source: w.source, Means: w.means, How: observation.Imaged, From: e.At, To: e.At.Add(time.Minute), Reported: b.later(e.At, time.Hour, 3*time.Hour),
		Position: place(at, math.Round(radius)), Activity: e.Activity, Weapon: b.believed(e, 0.9), Count: b.counted(e.Count, 0.05), Area: e.area,
		Grade: "A1", Handling: observation.Amber, Media: []observation.Media{{SHA256: b.hash()}}, Harm: e.Harm,
	}
	b.report(o, e)
}

// sound is what fire is to somebody who only hears or records it.
func sound(e *Event) observation.Activity {
	switch e.Activity {
	case observation.Shelling, observation.UAVStrike, observation.Demining, observation.Exercise:
		return observation.Explosion
	}
	return e.Activity
}

// believed is the weapon that an observer names, right or nothing.
func (b *builder) believed(e *Event, right float64) observation.Weapon {
	if b.r.Float64() < right {
		return e.Weapon
	}
	return ""
}

// counted is a count with an error of a share.
func (b *builder) counted(n int, share float64) observation.Count {
	c := max(1, int(math.Round(float64(n)*(1+share*b.r.NormFloat64()))))
	if n <= 2 || share < 0.06 {
		return observation.Count{N: n}
	}
	spread := int(math.Ceil(2 * share * float64(c)))
	return observation.Count{N: c, Min: max(1, c-spread), Max: c + spread}
}

// later is an instant between the two delays after t, to the minute.
func (b *builder) later(t time.Time, from, to time.Duration) time.Time {
	return t.Add(from + time.Duration(b.r.Float64()*float64(to-from))).Truncate(time.Minute)
}

func (b *builder) hash() string {
	return fmt.Sprintf("%016x%016x%016x%016x", b.r.Uint64(), b.r.Uint64(), b.r.Uint64(), b.r.Uint64())
}

func place(p point, radius float64) *observation.Position {
	return &observation.Position{Lat: round(p.lat, 5), Lon: round(p.lon, 5), Radius: radius}
}

// report adds an observation of an event, nil for what never happened.
func (b *builder) report(o observation.Observation, e *Event) *observation.Observation {
	b.refs[o.Source]++
	o.Ref = strconv.Itoa(b.refs[o.Source])
	if o.To.Before(o.From) {
		o.To = o.From
	}
	if b.plain == nil {
		b.plain = map[string]string{"simulated": "true"}
	}
	if o.Extra == nil {
		o.Extra = b.plain
	} else {
		o.Extra["simulated"] = "true"
	}
	link := Link{Source: o.Source, Ref: o.Ref}
	if e != nil {
		link.Incident = e.ID
	}
	b.s.Observations = append(b.s.Observations, o)
	b.s.Links = append(b.s.Links, link)
	return &b.s.Observations[len(b.s.Observations)-1]
}
