package foreign

import (
	"fmt"
	"math"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// clock is what a source's clock shows too much: most are right, some are off by
// minutes all the time.
func (w *world) clock() time.Duration {
	if w.r.Float64() < 0.3 {
		return w.seconds(math.Round(120 * w.r.NormFloat64()))
	}
	return w.seconds(2 * w.r.NormFloat64())
}

// heard is what a salvo is to those who don't see it.
func heard(e *salvo) observation.Activity {
	switch e.event.Activity {
	case observation.Burst, observation.Shot:
		return e.event.Activity
	}
	return observation.Explosion
}

// active are the salvos in some days, [from, to).
func (w *world) active(from, to int) []*salvo {
	var out []*salvo
	for _, e := range w.salvos {
		if d := int(e.event.At.Sub(w.s.From) / (24 * time.Hour)); d >= from && d < to {
			out = append(out, e)
		}
	}
	return out
}

// ring is a ring of cameras that know a direction and no distance, from the first
// flash to the last, and say half of their error.
func (w *world) ring(n int, radius float64, from, to int) {
	for i := range n {
		a := 2 * math.Pi * float64(i) / float64(n)
		at, off := spot{radius * math.Sin(a), radius * math.Cos(a)}, w.clock()
		bias := 0.8 * w.r.NormFloat64() // of how it was mounted
		for _, e := range w.active(from, to) {
			if e.quarry || w.r.Float64() > 0.8*math.Exp(-far(at, e.spot)/6)*math.Sqrt(e.noise) {
				continue
			}
			b := math.Mod(math.Round((bearing(at, e.spot)+bias+0.6*w.tailed(4))*10)/10+720, 360)
			lat, lon := degrees(at)
			first := e.event.At.Add(off + w.seconds(w.r.ExpFloat64()))
			o := observation.Observation{Source: fmt.Sprintf("camera %d", i+1), Means: observation.Camera, How: observation.Recorded, From: first, To: first.Add(e.lasts),
				Observer: &observation.Sighting{Lat: lat, Lon: lon, Bearing: &b, BearingError: 1}, Activity: observation.Flash, Grade: "B1", Handling: observation.Amber}
			if w.r.Float64() < 0.4 {
				o.Activity, o.Weapon = e.event.Activity, e.event.Weapon
			}
			o.Count = observation.Count{N: max(1, e.event.Count-w.r.IntN(2))}
			o.Reported = o.To.Add(20 * time.Second)
			w.report(o, e)
		}
	}
}

// ranging are posts that hear where it comes from: a direction alone, at the time of
// arrival, and twice the error that they have.
func (w *world) ranging(n int, spread float64, from, to int) {
	for i := range n {
		at, off := spot{spread * (w.r.Float64() - 0.5), spread * (w.r.Float64() - 0.5)}, w.clock()
		for _, e := range w.active(from, to) {
			d := far(at, e.spot)
			if w.r.Float64() > 0.9*math.Exp(-math.Pow(d/(9*e.noise), 2)) {
				continue
			}
			b := math.Mod(math.Round(bearing(at, e.spot)+2.5*w.tailed(5))+720, 360)
			lat, lon := degrees(at)
			arrives := e.event.At.Add(off + w.seconds(1000*d/343))
			o := observation.Observation{Source: fmt.Sprintf("sound post %d", i+1), Means: observation.Acoustic, How: observation.Heard, From: arrives.Truncate(time.Second), To: arrives.Add(e.lasts).Truncate(time.Second),
				Observer: &observation.Sighting{Lat: lat, Lon: lon, Bearing: &b, BearingError: 10}, Activity: heard(e), Handling: observation.Amber}
			o.Reported = o.To.Add(w.seconds(60 + 600*w.r.Float64()))
			w.report(o, e)
		}
	}
}

// radar tracks what flies: where it falls within a few hundred metres, sometimes
// within kilometres, and where it came from; it has ghosts.
func (w *world) radar(name string, at spot, reach float64, from, to int) {
	off := w.clock()
	for _, e := range w.active(from, to) {
		if e.event.Weapon == observation.HMG || e.event.Weapon == observation.SmallArms || e.quarry || far(at, e.spot) > reach || w.r.Float64() > 0.75 {
			continue
		}
		p := spot{e.x + 0.18*w.tailed(3), e.y + 0.18*w.tailed(3)}
		h := math.Round(bearing(e.gun, e.spot) + 5*w.r.NormFloat64())
		h = math.Mod(h+720, 360)
		first := e.event.At.Add(off)
		n := 1 + w.r.IntN(e.event.Count)
		o := observation.Observation{Source: name, Means: observation.Radar, How: observation.Detected, From: first, To: first.Add(e.lasts),
			Position: w.position(p, 300), Activity: observation.Projectile, Direction: observation.InFlight, Heading: &h, Count: observation.Count{N: n}, Grade: "A2", Handling: observation.AmberStrict}
		o.Reported = o.To.Add(time.Minute)
		w.report(o, e)
	}
	for range w.poisson(6 * float64(to-from)) {
		p := spot{at.x + reach*(2*w.r.Float64()-1), at.y + reach*(2*w.r.Float64()-1)}
		when := w.sometime(from, to)
		w.report(observation.Observation{Source: name, Means: observation.Radar, How: observation.Detected, From: when, To: when, Reported: when.Add(time.Minute),
			Position: w.position(p, 300), Activity: observation.Projectile, Direction: observation.InFlight, Count: observation.Count{N: 1}, Grade: "A2", Handling: observation.AmberStrict}, nil)
	}
}

func (w *world) sometime(from, to int) time.Time {
	return w.s.From.Add(time.Duration((float64(from)+w.r.Float64()*float64(to-from))*86400) * time.Second)
}

// app is a phone application: whoever hears something taps, minutes later, where he
// stands or thinks it was; the phone says how well it knows where it is, not he.
func (w *world) app(name string, perEvent float64, from, to int) {
	for _, e := range w.active(from, to) {
		v := w.villages[e.village]
		people := perEvent * e.noise * math.Exp(-far(v.spot, e.spot)/3)
		for range w.poisson(people) {
			p := spot{e.x + 0.6*w.tailed(2), e.y + 0.6*w.tailed(2)}
			if w.r.Float64() < 0.3 { // where he stands
				p = spot{v.x + 0.5*w.r.NormFloat64(), v.y + 0.5*w.r.NormFloat64()}
			}
			w.tap(name, p, e.event.At.Add(w.seconds(w.r.Float64()*e.lasts.Seconds()+90*w.r.ExpFloat64())), heard(e), e)
		}
	}
	for range w.poisson(0.15 * perEvent * float64(len(w.active(from, to)))) {
		v := w.villages[w.r.IntN(len(w.villages))]
		w.tap(name, spot{v.x + w.r.NormFloat64(), v.y + w.r.NormFloat64()}, w.sometime(from, to), observation.Explosion, nil)
	}
}

func (w *world) tap(name string, p spot, when time.Time, what observation.Activity, e *salvo) {
	p.x, p.y = math.Max(-200, math.Min(200, p.x)), math.Max(-200, math.Min(200, p.y))
	if w.r.Float64() < 0.1 {
		what = observation.Explosion
	}
	when = when.Truncate(time.Minute)
	w.report(observation.Observation{Source: name, Means: observation.Hotline, How: observation.Heard, From: when, To: when.Add(time.Minute), Reported: when.Add(w.seconds(30 + 300*w.r.ExpFloat64())),
		Position: w.position(p, 50+250*w.r.Float64()), Activity: what, Grade: "F4", Handling: observation.AmberStrict}, e)
}

// heads are the heads of villages, who tell by phone twice a day what happened
// near their village, in quarters of an hour, and give no place but its name. Who
// takes it down puts in where the village is, if it is spelled as in his list.
func (w *world) heads(share float64, from, to int) {
	for _, v := range w.villages {
		if w.r.Float64() > 0.7 {
			continue // has no phone
		}
		for _, e := range w.active(from, to) {
			if far(v.spot, e.spot) > 4 || w.r.Float64() > share*math.Exp(-far(v.spot, e.spot)/3) {
				continue
			}
			when := e.event.At.Add(w.seconds(480 * w.r.NormFloat64())).Round(15 * time.Minute)
			o := observation.Observation{Source: "head of " + v.name, Means: observation.Hotline, How: observation.Told, From: when.Add(-10 * time.Minute), To: when.Add(10 * time.Minute),
				Reported: batch(e.event.At, 8, 20), Place: w.spelled(v.name), Activity: heard(e), Grade: "C3", Handling: observation.AmberStrict, Harm: e.event.Harm}
			if o.Place == v.name {
				o.Position = w.position(v.spot, 2500)
			}
			if w.r.Float64() < 0.5 {
				o.Count = observation.Count{N: max(1, int(math.Round(float64(e.event.Count)*(0.5+w.r.Float64()))/2)*2)} // in pairs
			}
			if w.r.Float64() < 0.3 {
				o.Activity = e.event.Activity
			}
			w.report(o, e)
			if w.r.Float64() < 0.3 {
				w.repeated(o, fmt.Sprintf("simulated foreign head of %s/%04d", v.name, w.refs["simulated foreign head of "+v.name]), e)
			}
		}
	}
}

// repeated is a bulletin that takes a report over, and says so every other time.
func (w *world) repeated(o observation.Observation, id string, e *salvo) {
	o.Source, o.Means, o.Reported = "bulletin", observation.News, o.Reported.Add(w.seconds(3600*(2+6*w.r.Float64())))
	o.From, o.To = o.From.Truncate(time.Hour), o.To.Add(time.Hour).Truncate(time.Hour)
	o.Handling, o.Grade = observation.Clear, "D3"
	if w.r.Float64() < 0.5 {
		o.Copies = id
	}
	w.report(o, e)
}

// spelled is how a village is written this time.
func (w *world) spelled(name string) string {
	if w.r.Float64() < 0.1 {
		return "Al-" + name
	}
	return name
}

// batch is the next time of two a day, hours UTC, at which reports are handed in.
func batch(t time.Time, hours ...int) time.Time {
	midnight := t.Truncate(24 * time.Hour)
	for _, h := range hours {
		if b := midnight.Add(time.Duration(h) * time.Hour); b.After(t) {
			return b
		}
	}
	return midnight.Add(time.Duration(24+hours[0]) * time.Hour)
}

// walkers are foot patrols with a note book where there was fire before: eight points of the compass, whole
// kilometres, ten minutes, and no idea of their error, which they give as half of a
// kilometre.
func (w *world) walkers(n int, from, to int) {
	for i := range n {
		name, off := fmt.Sprintf("foot patrol %d", i+1), w.clock()
		for day := from; day < to; day++ {
			t := w.pick()
			at := spot{t.x + 4*w.r.NormFloat64(), t.y + 4*w.r.NormFloat64()}
			begin := w.s.From.AddDate(0, 0, day).Add(w.seconds(3600 * (6 + 6*w.r.Float64())))
			for _, e := range w.active(day, day+1) {
				d := far(at, e.spot)
				if e.event.At.Before(begin) || e.event.At.After(begin.Add(7*time.Hour)) || w.r.Float64() > math.Exp(-math.Pow(d/(6*e.noise), 2)) {
					continue
				}
				b := math.Mod(math.Round((bearing(at, e.spot)+15*w.tailed(4))/45)*45+720, 360)
				r := 1000 * math.Max(1, math.Round(d*math.Exp(0.3*w.r.NormFloat64())))
				lat, lon := degrees(at)
				when := e.event.At.Add(off + w.seconds(1000*d/343)).Round(10 * time.Minute)
				w.report(observation.Observation{Source: name, Means: observation.Patrol, How: observation.Heard, From: when.Add(-5 * time.Minute), To: when.Add(5 * time.Minute), Reported: batch(e.event.At, 18),
					Observer: &observation.Sighting{Lat: lat, Lon: lon, Bearing: &b, BearingError: 22.5, Distance: &r, DistanceError: 500}, Activity: heard(e),
					Count: observation.Count{N: max(1, e.event.Count+w.r.IntN(3)-1)}, Grade: "B3", Handling: observation.Amber}, e)
			}
		}
	}
}

// statements are the parties', next morning: a place within a kilometre or two
// rounded to minutes of arc, a quarter of a day, what the other did and never they.
func (w *world) statements(share float64, from, to int) {
	for side, party := range parties {
		tell := func(p spot, at time.Time, activity observation.Activity, n int, e *salvo) {
			p = spot{math.Round((p.x+0.7*w.r.NormFloat64())/1.85) * 1.85, math.Round((p.y+0.7*w.r.NormFloat64())/1.85) * 1.85}
			quarter := at.Truncate(6 * time.Hour)
			w.report(observation.Observation{Source: "statement of " + party, Means: observation.Party, How: observation.Told, From: quarter, To: quarter.Add(6 * time.Hour), Reported: batch(at.Add(6*time.Hour), 7),
				Position: w.position(p, 1500), Activity: activity, Count: observation.Count{N: n}, Party: parties[1-side], Grade: "E4", Handling: observation.Green}, e)
		}
		for _, e := range w.active(from, to) {
			if e.event.Party == parties[1-side] && w.r.Float64() < share {
				tell(e.spot, e.event.At, e.event.Activity, e.event.Count*(1+w.r.IntN(4)), e)
			}
		}
		for range w.poisson(2 * float64(to-from)) {
			t := w.pick()
			tell(t.spot, w.sometime(from, to), observation.Shelling, 5*(1+w.r.IntN(6)), nil)
		}
	}
}

// siege is two days of fire around a town, watched by many machines and more
// telephones.
func (w *world) siege() {
	w.days = 2
	w.country(26, 26, 30)
	w.aim(60, 30, 30)
	w.missions(func(int) float64 { return 330 })
	w.quarries(2)
	w.ring(14, 11, 0, w.days)
	w.ranging(9, 24, 0, w.days)
	w.radar("radar east", spot{9, 0}, 16, 0, w.days)
	w.radar("radar west", spot{-9, 2}, 16, 0, w.days)
	w.app("phones", 3, 0, w.days)
	w.heads(0.5, 0, w.days)
	w.statements(0.3, 0, w.days)
}

// hills are two weeks of little fire over much country, and people who tell of it.
func (w *world) hills() {
	w.days = 14
	w.country(120, 90, 110)
	w.aim(90, 120, 90)
	w.missions(func(int) float64 { return 22 })
	w.quarries(3)
	w.heads(0.9, 0, w.days)
	w.walkers(8, 0, w.days)
	w.radar("radar", spot{0, 0}, 25, 0, w.days)
	w.app("phones", 0.8, 0, w.days)
	w.statements(0.45, 0, w.days)
}

// thaw is a week in which fire dies down, machines come and patrols go.
func (w *world) thaw() {
	w.days = 7
	w.country(60, 40, 50)
	w.aim(70, 60, 40)
	w.missions(func(day int) float64 { return 160 / (1 + math.Exp(1.4*(float64(day)-2.5))) })
	w.quarries(2)
	w.walkers(12, 0, 4)
	w.heads(0.7, 0, w.days)
	w.ring(10, 9, 3, w.days)
	w.ranging(8, 40, 2, w.days)
	w.radar("radar", spot{5, 5}, 18, 0, 5)
	w.app("phones", 1.5, 1, w.days)
	w.statements(0.4, 0, w.days)
}
