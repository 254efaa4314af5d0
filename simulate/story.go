package simulate

import (
	"fmt"
	"strconv"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// story plays what chance might leave out, on either side the same: where one
// side does something, the other does it too, on another day in another sector.
func (b *builder) story() {
	for side := range b.w.parties {
		other := 1 - side
		b.heavyWeapons(side, 6+side, 5+side)                           // not withdrawn by 4 March
		b.droneStrike(side, 5+side, 6-2*side)                          // with injured
		b.deadlyShelling(side, 7+other, 5+side)                        // with killed
		b.turnedBack(side, 6+2*side, 7-3*side)                         // a patrol
		b.jammed(side, 8-side, 4+side)                                 // an aircraft
		b.silenced(side, 8, 7-side)                                    // a sensor
		b.demined(side, 6+other, 8-3*side)                             // announced in time
		b.exercised(side, 7+side)                                      // announced in time
		b.advanced(side, 8+side, 3+2*side)                             // into the watched strip
		b.dugIn(side, 9, 2+6*side)                                     // new works
		b.overThePlant(side, 7+side)                                   // a flight
		b.withdrawn(side, 5, 8-5*side)                                 // columns on their way back
		b.stored(side, 0, 9)                                           // a visit that finds all
		b.stored(side, 3, 10)                                          // one that misses three
		b.stayed(side, 10, 4+side, observation.Tank, 2, 5500)          // in the demilitarised zone on 8 March
		b.stayed(side, 10, 6-side, observation.WeaponUnknown, 1, 3500) // a check point there
	}
}

func (b *builder) on(day int, hour float64) time.Time {
	return b.midnight(day).Add(time.Duration(hour * float64(time.Hour))).Truncate(time.Minute)
}

// scene begins an event of a side in a sector, metres behind the line on the
// side on which it is.
func (b *builder) scene(at time.Time, sector, actor, on int, metres float64, a observation.Activity, w observation.Weapon, n int) Event {
	s := b.w.sectors[sector]
	p := move(b.beside(sector, on, metres), 360*b.r.Float64(), 0.1*metres)
	return Event{At: at, Lat: p.lat, Lon: p.lon, Activity: a, Weapon: w, Count: n, Party: b.w.parties[actor], sector: sector, area: s.area, place: s.towns[on].name}
}

// sees is a monitor's picture or view of a scene.
func (b *builder) sees(source string, means observation.Means, how observation.How, e *Event, at time.Time, radius float64, extra map[string]string, text string) *observation.Observation {
	p := move(e.at(), 360*b.r.Float64(), radius/3*b.r.Float64())
	o := observation.Observation{
		Source: source, Means: means, How: how, From: at, To: at.Add(5 * time.Minute), Reported: at.Add(2 * time.Hour),
		Position: place(p, radius), Place: e.place, Area: e.area, Activity: e.Activity, Weapon: e.Weapon, Count: observation.Count{N: e.Count},
		Party: e.Party, Harm: e.Harm, Grade: "A2", Handling: observation.Amber, Text: "Simulated: " + text, Lang: "en", Extra: extra,
	}
	if how == observation.Imaged {
		o.Media = []observation.Media{{SHA256: b.hash()}}
	}
	return b.report(o, e)
}

func (b *builder) aircraft(side int) string {
	return "simulated long-range aircraft, side of " + b.w.parties[side]
}

// patrol is a team that goes where something was reported; unlike the daily
// patrols it watches no stretch of the line.
func (b *builder) patrol(team, side int) string {
	return fmt.Sprintf("simulated inspection team %d, side of %s", team, b.w.parties[side])
}

func (b *builder) heavyWeapons(side, day, sector int) {
	for i, x := range []struct {
		weapon observation.Weapon
		n      int
		metres float64
	}{{observation.MLRS, 3, 30000}, {observation.ArtilleryGe100, 4, 14000}} {
		e := b.happens(b.scene(b.on(day, 10.5+float64(i)), sector, side, side, x.metres, observation.Presence, x.weapon, x.n))
		extra := map[string]string{"force": "heavy-weapons"}
		b.sees(b.aircraft(side), observation.UAV, observation.Imaged, e, e.At, 60, extra, fmt.Sprintf("%d %s in a tree line.", x.n, x.weapon))
		b.sees(imagery, observation.Satellite, observation.Imaged, e, e.At.Add(90*time.Minute), 30, extra, fmt.Sprintf("%d vehicles that fit %s.", x.n, x.weapon))
	}
}

func (b *builder) droneStrike(side, day, sector int) {
	e := b.scene(b.on(day, 11.4), sector, side, 1-side, 2800, observation.UAVStrike, observation.UAVWeapon, 1)
	e.Harm = observation.Casualties{Injured: 2, InjuredCivilian: 2}
	e.loud, e.from = 0.5, b.beside(sector, side, 6000)
	_, e.heading = between(e.from, e.at())
	h := b.happens(e)
	o := b.sees(b.patrol(1, 1-side), observation.Patrol, observation.Saw, h, b.on(day, 13), 50, map[string]string{"follow_up": "true"}, "a burnt-out van with marks of a small charge; two injured in the hospital.")
	o.From, o.To, o.Direction = h.At.Add(-20*time.Minute), h.At.Add(20*time.Minute), observation.Impact
}

func (b *builder) deadlyShelling(side, day, sector int) {
	e := b.scene(b.on(day, 15.2), sector, side, 1-side, 4500, observation.Shelling, observation.ArtilleryGe100, 7)
	e.Harm = observation.Casualties{Killed: 2, KilledCivilian: 2, Injured: 5, InjuredCivilian: 5}
	e.loud, e.from = 1, b.beside(sector, side, 11000)
	_, e.heading = between(e.from, e.at())
	h := b.happens(e)
	o := b.sees(b.patrol(2, 1-side), observation.Patrol, observation.Saw, h, b.on(day+1, 9), 100, map[string]string{"calibre_mm": "152"}, "seven fresh craters, calibre 152 mm; the hospital confirms two dead and five injured.")
	o.From, o.To, o.Reported = h.At.Add(-30*time.Minute), h.At.Add(30*time.Minute), b.on(day+1, 12)
	o.Direction, o.Heading = observation.Impact, b.course(h, 8)
}

func (b *builder) turnedBack(side, day, sector int) {
	e := b.happens(b.scene(b.on(day, 9.7), sector, side, side, 8000, observation.AccessDenied, "", 1))
	b.sees(b.patrol(3, side), observation.Patrol, observation.Saw, e, e.At, 100, map[string]string{"restriction": "denial"}, "stopped at a check point and told to turn back, for their safety.")
}

func (b *builder) jammed(side, day, sector int) {
	e := b.happens(b.scene(b.on(day, 20.5), sector, side, side, 5000, observation.Jamming, "", 1))
	o := b.sees(b.aircraft(side), observation.UAV, observation.Detected, e, e.At, 3000, nil, "lost navigation signals for 40 minutes, assessed as jamming.")
	o.To = o.From.Add(40 * time.Minute)
	o = b.sees(b.aircraft(1-side), observation.UAV, observation.Detected, e, e.At.Add(6*time.Minute), 6000, nil, "navigation disturbed from across the line.")
	o.To, o.Party = o.From.Add(25*time.Minute), ""
}

// silenced lets an acoustic array stop for good.
func (b *builder) silenced(side, day, sector int) {
	e := b.scene(b.on(day, 18.2), sector, side, side, offLineM[observation.Acoustic], observation.Silence, "", 1)
	name := fmt.Sprintf("simulated acoustic array %d, side of %s", sector+1, b.w.parties[side])
	for _, w := range b.watchers {
		if w.source == name {
			w.stays[0].To = e.At
			e.Lat, e.Lon = w.stays[0].at.lat, w.stays[0].at.lon
		}
	}
	h := b.happens(e)
	b.report(observation.Observation{
		Source: name, Means: observation.Acoustic, How: observation.Detected, From: h.At, To: h.At.Add(time.Minute), Reported: h.At.Add(30 * time.Minute),
		Position: place(h.at(), 50), Place: h.place, Area: h.area, Activity: observation.Silence, Handling: observation.Amber,
		Text: "Simulated: the array fell silent; its last message reports power from the battery.", Lang: "en",
	}, h)
}

// announced is a notice by hotline before an act in a place.
func (b *builder) announced(side int, e *Event, before, lasts time.Duration, radius float64, text string) *observation.Observation {
	from := e.At.Truncate(time.Hour)
	return b.report(observation.Observation{
		Source: b.statement(side), Means: observation.Party, How: observation.Told, From: from, To: from.Add(lasts), Reported: from.Add(-before),
		Position: place(e.at(), radius), Place: e.place, Area: e.area, Activity: e.Activity, Party: e.Party,
		Text: "Simulated notice: " + text, Lang: "en", Handling: observation.Amber, Extra: map[string]string{"notice": "true"},
	}, e)
}

func (b *builder) demined(side, day, sector int) {
	x := b.scene(b.on(day, 11.3), sector, side, side, 7000, observation.Demining, "", 4)
	x.loud = 0.9
	e := b.happens(x)
	// Announced for days: a notice of the hour alone would pass for a report of it.
	b.announced(side, e, 30*time.Hour, 72*time.Hour, 1000, "controlled explosions of mines on three days.").Caveats = []string{"multi-day-window"}
	b.sees(b.patrol(1, side), observation.Patrol, observation.Saw, e, e.At, 300, map[string]string{"circumstance": "demining"}, "four controlled explosions by sappers, as announced.").Activity = observation.Explosion
}

func (b *builder) exercised(side, day int) {
	grounds := [2]point{{48.40, 38.60}, {48.47, 36.20}} // the example's training grounds
	p := move(grounds[side], 360*b.r.Float64(), 1500)
	e := b.happens(Event{At: b.on(day, 13.1), Lat: p.lat, Lon: p.lon, Activity: observation.Exercise, Weapon: observation.Mortar120, Count: 20, Party: b.w.parties[side],
		area: [2]string{"Luhansk", "Dnipropetrovsk"}[side], place: "training ground"})
	b.announced(side, e, 54*time.Hour, 5*time.Hour, 4000, "live fire with mortars at the training ground.")
	b.sees(b.patrol(4, side), observation.Patrol, observation.Heard, e, e.At, 2000, map[string]string{"circumstance": "exercise"}, "about twenty explosions at the training ground, as announced.").Activity = observation.Explosion
}

func (b *builder) advanced(side, day, sector int) {
	e := b.happens(b.scene(b.on(day, 6.6), sector, side, side, 900, observation.Movement, "", 3))
	extra := map[string]string{"force": "troops"}
	name := fmt.Sprintf("simulated camera %d, side of %s", sector+1-(sector+1)%2, b.w.parties[side])
	b.sees(name, observation.Camera, observation.Recorded, e, e.At, 120, extra, "three armoured vehicles go towards the line.")
	b.sees(b.aircraft(side), observation.UAV, observation.Imaged, e, e.At.Add(4*time.Minute), 60, extra, "three armoured vehicles near the line.")
}

func (b *builder) dugIn(side, day, sector int) {
	e := b.happens(b.scene(b.on(day, 10.2), sector, side, side, 3800, observation.Construction, "", 1))
	b.sees(b.aircraft(side), observation.UAV, observation.Imaged, e, e.At, 80, nil, "a new trench of about 300 m that was not there a week ago.")
	b.sees(imagery, observation.Satellite, observation.Imaged, e, e.At.Add(2*time.Hour), 50, nil, "new earthworks.")
}

func (b *builder) overThePlant(side, day int) {
	plant := point{47.507, 34.586}
	p := move(plant, 360*b.r.Float64(), 2500)
	e := b.happens(Event{At: b.on(day, 22.3), Lat: p.lat, Lon: p.lon, Activity: observation.UAVFlight, Weapon: observation.UAVWeapon, Count: 1, Party: b.w.parties[side], area: "Zaporizhzhia", place: "Enerhodar"})
	heading := [2]float64{320, 140}[side] // away from its own side
	o := b.sees(b.hotline(0), observation.Hotline, observation.Told, e, e.At, 1500, nil, "a small unmanned aircraft over the plant's cooling pond.")
	o.Heading, o.Party, o.Grade = &heading, "", "C3"
	b.claim(e, 1-side)
}

func (b *builder) withdrawn(side, day, sector int) {
	for i, metres := range []float64{18000, 42000} {
		e := b.happens(b.scene(b.on(day+i, 9.5), sector, side, side, metres, observation.Movement, observation.ArtilleryGe100, 6))
		heading := b.w.sectors[sector].normal
		if side == 1 {
			heading += 180
		}
		h := float64(int(heading) % 360)
		b.sees(b.patrol(2+i, side), observation.Patrol, observation.Saw, e, e.At, 400, map[string]string{"force": "heavy-weapons"}, "six towed howitzers on the road, away from the line.").Heading = &h
	}
}

func (b *builder) stored(side, missing, day int) {
	site := [2]struct {
		id, area string
		at       point
	}{{"store-russia", "Donetsk", point{47.60, 38.10}}, {"store-ukraine", "Dnipropetrovsk", point{48.63, 35.30}}}[side]
	e := b.happens(Event{At: b.on(day, 12), Lat: site.at.lat, Lon: site.at.lon, Activity: observation.Presence, Weapon: observation.ArtilleryGe100, Count: 48 - missing, Party: b.w.parties[side], area: site.area, place: "storage site"})
	extra := map[string]string{"force": "heavy-weapons", "site": site.id, "revisit": "true", "missing": strconv.Itoa(missing)}
	b.sees(b.patrol(4, side), observation.Patrol, observation.Saw, e, e.At, 300, extra, fmt.Sprintf("%d of 48 declared pieces at the storage site.", e.Count))
}

func (b *builder) stayed(side, day, sector int, weapon observation.Weapon, n int, metres float64) {
	e := b.happens(b.scene(b.on(day, 11), sector, side, side, metres, observation.Presence, weapon, n))
	extra := map[string]string{"force": "troops"}
	if weapon == observation.Tank {
		extra["force"] = "heavy-weapons"
	}
	b.sees(b.aircraft(side), observation.UAV, observation.Imaged, e, e.At, 60, extra, "armed forces where none may be any more.")
	b.sees(b.patrol(1, side), observation.Patrol, observation.Saw, e, e.At.Add(20*time.Minute), 200, extra, "armed forces at the road.")
}
