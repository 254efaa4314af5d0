package simulate

import (
	"fmt"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// The sources that are bound to no place.
const (
	thermal   = "simulated thermal satellite"
	imagery   = "simulated imaging satellite"
	agencyOne = "simulated news agency one"
	agencyTwo = "simulated news agency two"
)

func (b *builder) statement(side int) string { return "simulated statement of " + b.w.parties[side] }

func (b *builder) hotline(side int) string { return "simulated hotline, side of " + b.w.parties[side] }

// side is that of the party, which is one of the two.
func (b *builder) side(e *Event) int {
	if e.Party == b.w.parties[1] {
		return 1
	}
	return 0
}

// tell lets those report an act of fire who were not there: satellites, news,
// hotlines and the parties.
func (b *builder) tell(e *Event) {
	if e.loud == 0 || e.Activity == observation.Demining {
		return
	}
	since := e.At.Sub(b.ceasefire)
	casualties := e.Harm.Injured+e.Harm.Killed > 0
	chance := func(before, after float64) bool {
		x := b.r.Float64()
		if since < 0 {
			return x < before
		}
		return x < after
	}
	if e.loud >= 0.85 && chance(0.12, 0.12) {
		b.burning(e)
	}
	if casualties && chance(0.6, 0.95) || chance(0.06, 0.18) {
		b.news(e)
	}
	if casualties && chance(0.5, 0.8) || chance(0.03, 0.08) {
		b.called(e)
	}
	victim := 1 - b.side(e)
	if casualties || chance(0.25, 0.5) {
		b.claim(e, victim)
	}
	if casualties && since >= 0 || chance(0.02, 0.1) {
		b.deny(e, 1-victim)
	}
}

// burning is a fire that a satellite sees at its next pass.
func (b *builder) burning(e *Event) {
	pass := b.pass(e.At)
	if pass.Sub(e.At) > 7*time.Hour {
		return
	}
	at := move(e.at(), b.r.Float64()*360, 250*b.r.Float64())
	b.report(observation.Observation{
		Source: thermal, Means: observation.Satellite, How: observation.Imaged, From: pass, To: pass.Add(time.Minute), Reported: pass.Add(3 * time.Hour),
		Position: place(at, 500), Activity: observation.Fire, Count: observation.Count{N: 1}, Handling: observation.Clear, Area: e.area,
		Extra: map[string]string{"frp_mw": fmt.Sprintf("%.1f", 3+20*b.r.Float64())},
	}, e)
}

// pass is the next of the satellite's two passes a day, 01:30 and 13:30 local.
func (b *builder) pass(t time.Time) time.Time {
	for day := 0; ; day++ {
		for _, h := range []time.Duration{90 * time.Minute, 13*time.Hour + 30*time.Minute} {
			if p := b.midnight(day).Add(h); p.After(t) {
				return p
			}
		}
	}
}

func (b *builder) news(e *Event) {
	first := agencyOne
	second := agencyTwo
	if b.r.IntN(2) == 1 {
		first, second = second, first
	}
	text := fmt.Sprintf("Simulated: %s near %s; who fired is disputed.", word(e.Activity), e.place)
	if n := e.Harm.Injured + e.Harm.Killed; n > 0 {
		text = fmt.Sprintf("Simulated: %s near %s; %d killed, %d injured, according to residents.", word(e.Activity), e.place, e.Harm.Killed, e.Harm.Injured)
	}
	at := b.town(e)
	hour := e.At.Truncate(time.Hour)
	o := observation.Observation{
		Source: first, Means: observation.News, How: observation.Told, From: hour, To: hour.Add(time.Hour), Reported: b.later(e.At, 2*time.Hour, 9*time.Hour),
		Position: place(at, 6000), Place: e.place, Area: e.area, Activity: e.Activity, Weapon: b.believed(e, 0.4), Harm: e.Harm,
		Text: text, Lang: "en", Handling: observation.Clear, Caveats: []string{"settlement"}, Grade: "C3",
	}
	original := b.report(o, e).ID()
	if b.r.Float64() < 0.45 { // the other one copies it
		o.Source, o.Copies, o.Reported = second, original, o.Reported.Add(40*time.Minute)
		b.report(o, e)
	}
}

// town is where news place an event: the town near it, not the place itself.
func (b *builder) town(e *Event) point {
	s := b.w.sectors[e.sector]
	for _, t := range s.towns {
		if t.name == e.place {
			if d, _ := between(t.at, e.at()); d < 20000 {
				return t.at
			}
		}
	}
	return move(e.at(), b.r.Float64()*360, 2500)
}

func (b *builder) called(e *Event) {
	victim := 1 - b.side(e)
	at := e.At.Round(10 * time.Minute)
	b.report(observation.Observation{
		Source: b.hotline(victim), Means: observation.Hotline, How: observation.Told, From: at.Add(-10 * time.Minute), To: at.Add(10 * time.Minute),
		Reported: b.later(e.At, 10*time.Minute, 2*time.Hour), Position: place(move(e.at(), b.r.Float64()*360, 1200*b.r.Float64()), 3000),
		Place: e.place, Area: e.area, Activity: sound(e), Harm: e.Harm, Handling: observation.AmberStrict, Grade: "E3",
		Text: "Simulated: a caller reports explosions close by.", Lang: "en",
	}, e)
}

// claim is what the side that was fired at says: the other did it, and more
// often than true.
func (b *builder) claim(e *Event, victim int) {
	n := max(1, int(float64(e.Count)*(1+1.5*b.r.Float64())))
	quarter := e.At.Truncate(15 * time.Minute)
	b.report(observation.Observation{
		Source: b.statement(victim), Means: observation.Party, How: observation.Told, From: quarter, To: quarter.Add(30 * time.Minute),
		Reported: b.later(e.At, 3*time.Hour, 14*time.Hour), Position: place(move(e.at(), b.r.Float64()*360, 900*b.r.Float64()), 2500),
		Place: e.place, Area: e.area, Activity: e.Activity, Weapon: b.believed(e, 0.7), Count: observation.Count{N: n}, Party: e.Party,
		Actors: []string{e.Party}, Harm: e.Harm, Handling: observation.Green, Grade: "D3", Lang: "en",
		Text: fmt.Sprintf("Simulated: the forces of %s opened fire near %s, %d times.", e.Party, e.place, n),
	}, e)
}

// deny is what the side that fired says: the other did it.
func (b *builder) deny(e *Event, shooter int) {
	quarter := e.At.Truncate(15 * time.Minute)
	other := b.w.parties[1-shooter]
	b.report(observation.Observation{
		Source: b.statement(shooter), Means: observation.Party, How: observation.Told, From: quarter, To: quarter.Add(time.Hour),
		Reported: b.later(e.At, 5*time.Hour, 18*time.Hour), Position: place(b.town(e), 5000), Place: e.place, Area: e.area,
		Activity: e.Activity, Party: other, Actors: []string{other}, Handling: observation.Green, Grade: "D4", Lang: "en",
		Text: fmt.Sprintf("Simulated: our forces did not fire; the fire near %s came from the forces of %s.", e.place, other),
	}, e)
}

// rumours are claims of what never happened, and alarms of sensors at nothing;
// as many on either side.
func (b *builder) rumours() {
	days := int(b.s.To.Sub(b.s.From) / (24 * time.Hour))
	for day := range days {
		for side, party := range b.w.parties {
			other := b.w.parties[1-side]
			for range poisson(b.r, 1.2) {
				i := b.sector()
				s := b.w.sectors[i]
				at := b.midnight(day).Add(time.Duration(b.r.IntN(96)) * 15 * time.Minute)
				b.report(observation.Observation{
					Source: b.statement(side), Means: observation.Party, How: observation.Told, From: at, To: at.Add(30 * time.Minute), Reported: at.Add(9 * time.Hour),
					Position: place(b.beside(i, side, 1000+4000*b.r.Float64()), 2500), Place: s.towns[side].name, Area: s.area,
					Activity: observation.Shelling, Count: observation.Count{N: 1 + b.r.IntN(12)}, Party: other, Actors: []string{other},
					Text: fmt.Sprintf("Simulated: the forces of %s shelled positions near %s.", other, s.towns[side].name), Lang: "en", Handling: observation.Green, Grade: "D4",
				}, nil)
			}
			for range poisson(b.r, 1.5) {
				i := b.r.IntN(len(b.w.sectors))
				at := b.midnight(day).Add(time.Duration(b.r.Float64() * 24 * float64(time.Hour))).Truncate(time.Second)
				source := fmt.Sprintf("simulated acoustic array %d, side of %s", i+1, party)
				b.report(observation.Observation{
					Source: source, Means: observation.Acoustic, How: observation.Detected, From: at, To: at.Add(time.Second), Reported: at.Add(time.Minute),
					Position: place(b.beside(i, side, 1500+6000*b.r.Float64()), 900), Activity: observation.Explosion, Count: observation.Count{N: 1},
					Area: b.w.sectors[i].area, Handling: observation.Amber,
				}, nil)
			}
		}
		for range poisson(b.r, 1) { // stubble and forest burn too
			i := b.r.IntN(len(b.w.sectors))
			pass := b.pass(b.midnight(day).Add(time.Duration(b.r.IntN(20)) * time.Hour))
			if !pass.Before(b.s.To) {
				continue
			}
			b.report(observation.Observation{
				Source: thermal, Means: observation.Satellite, How: observation.Imaged, From: pass, To: pass.Add(time.Minute), Reported: pass.Add(3 * time.Hour),
				Position: place(b.beside(i, b.r.IntN(2), 15000*b.r.Float64()), 500), Activity: observation.Fire, Count: observation.Count{N: 1},
				Area: b.w.sectors[i].area, Handling: observation.Clear, Extra: map[string]string{"frp_mw": fmt.Sprintf("%.1f", 2+5*b.r.Float64())},
			}, nil)
		}
	}
}

func word(a observation.Activity) string {
	switch a {
	case observation.UAVStrike:
		return "a drone strike"
	case observation.Burst, observation.Shot:
		return "gunfire"
	}
	return "shelling"
}
