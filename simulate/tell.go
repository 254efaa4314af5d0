package simulate

import (
	"math"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// soundMS is the speed of sound in metres a second, at about 15 °C.
const soundMS = 340

// audible is the share of its range from beyond which a source hears little: with
// exp(-(d/range)²) a tenth is perceived there.
const audible = 1.5

// tellOf lets every source perceive an event, or not.
func (g *generator) tellOf(e *Event) {
	bad := g.bad(e.At, e.along)
	at := e.at()
	night := dark(e.At, at)
	for i := range g.stood {
		s := &g.stood[i]
		switch {
		case len(s.PassesH) > 0:
			g.overpass(s, e, at)
			continue
		case e.loud == 0 || e.No && !s.Ears || s.Sight && bad || s.Means == observation.Party && e.Party == "":
			continue
		case s.stands() && math.Abs(s.along-e.along) > 6*1000*s.RangeKM+5000*s.RoamsKM+60e3:
			continue
		}
		p := g.on(s, e.At)
		if p == nil {
			continue
		}
		chance, distance := g.perceives(s, e, at, p.at, bad, night)
		if chance == 0 {
			continue
		}
		if g.r.Float64() >= chance {
			continue
		}
		g.say(s, e, at, p.at, distance)
		if s.Callers > 1 {
			for range poisson(g.r, (s.Callers-1)*e.loud) {
				g.say(s, e, at, p.at, distance)
			}
		}
	}
}

// perceives is the probability that a source that watches from a place perceives an
// event, 0 where it is out of reach, and its distance in metres.
func (g *generator) perceives(s *stander, e *Event, at, from point, bad, night bool) (chance, distance float64) {
	chance = s.Detects
	if s.RangeKM > 0 {
		perLat := 111195.0
		perLon := perLat * math.Cos(at.lat*math.Pi/180)
		distance = math.Hypot((from.lat-at.lat)*perLat, (from.lon-at.lon)*perLon)
		reach := 1000 * s.RangeKM
		if s.Ears {
			reach *= math.Max(e.loud, 0.05)
		}
		if s.Windy > 0 && bad {
			reach *= s.Windy
		}
		if s.Night > 0 && night {
			reach *= s.Night
		}
		if distance > 3*reach {
			return 0, distance
		}
		chance *= math.Exp(-distance * distance / reach / reach)
	}
	switch {
	case s.Means == observation.Party:
		chance = s.Claims
		if e.Party == g.w.parties[s.side] {
			chance = s.Denies
		}
	case (s.Means == observation.News || s.Means == observation.Hotline) && e.Harm != (observation.Casualties{}):
		chance = math.Min(1, 5*chance)
	}
	return chance, distance
}

// stubbleBurns is how much more likely a satellite sees burning stubble than what
// fire has lit.
const stubbleBurns = 8

// overpass is a satellite that may see what burns when it comes by: fires go out,
// clouds hide them, and it says no more than that it was since the pass before.
func (g *generator) overpass(s *stander, e *Event, at point) {
	if e.No || e.loud == 0 && e.Activity != observation.Fire {
		return
	}
	chance := s.Detects
	if e.Activity == observation.Fire {
		chance = math.Min(1, stubbleBurns*chance)
	}
	for t := e.At; ; {
		pass, last := s.pass(t)
		since := pass.Sub(e.At)
		if since > time.Duration(s.WithinMin*float64(time.Minute)) || !pass.Before(g.s.To) {
			return
		}
		here := chance
		if s.LastsH > 0 {
			here *= math.Exp(-since.Hours() / s.LastsH)
		}
		if g.r.Float64() < here && !(s.Sight && g.bad(pass, e.along)) {
			o := g.begin(s)
			o.From, o.To = pass.Add(-time.Duration(s.WithinMin*float64(time.Minute))), pass
			if t == e.At && last.After(o.From) {
				o.From = last
			}
			o.Reported = pass.Add(g.between(s.DelayMin)).Truncate(time.Second)
			g.where(&o, s, e, at, point{}, 0)
			g.what(&o, s, e)
			g.report(o, e)
			return
		}
		t = pass
	}
}

func (g *generator) begin(s *stander) observation.Observation {
	return observation.Observation{Source: s.name, Means: s.Means, How: s.How, Grade: s.Grade, Handling: s.Handling}
}

// say is a source's report of an event, and what others make of it.
func (g *generator) say(s *stander, e *Event, at, from point, distance float64) {
	o := g.begin(s)
	g.when(&o, s, e.At, distance)
	g.where(&o, s, e, at, from, distance)
	g.what(&o, s, e)
	g.words(&o, s.lang, e, s.Words)
	original := g.report(o, e).ID()
	// One after the other of its group takes the text over, until one does not.
	for k := 1; k < len(s.group) && g.r.Float64() < s.CopiedBy; k++ {
		next := s.group[(s.own+k)%len(s.group)]
		o.Source, o.Ref, o.Copies = next.name, "", ""
		o.Reported = o.Reported.Add(time.Duration(10+g.r.IntN(90)) * time.Minute)
		if g.r.Float64() >= s.Hidden {
			o.Copies = original
		}
		if next.lang != o.Lang {
			g.words(&o, next.lang, e, s.Words)
		}
		g.report(o, e)
	}
}

func (g *generator) when(o *observation.Observation, s *stander, at time.Time, distance float64) {
	seconds := func(f float64) time.Duration { return time.Duration(f * float64(time.Second)) }
	clock := at.Add(seconds(s.ClockS + g.r.NormFloat64()*s.TimeS))
	if s.How == observation.Heard || s.Gives == "azimuth" { // arrays that locate a sound know when it was made
		clock = clock.Add(seconds(distance / soundMS))
	}
	switch r := time.Duration(s.RoundMin * float64(time.Minute)); {
	case r >= 2*time.Minute:
		clock = clock.Round(r)
		o.From, o.To = clock.Add(-r/2), clock.Add(r/2)
	case r > 0:
		o.From = clock.Round(r)
		o.To = o.From
	default:
		o.From = clock.Truncate(time.Second)
		o.To = o.From
	}
	if s.Gives == "azimuth" { // it was made between now and as long ago as sound takes to arrive
		o.From = o.From.Add(-seconds(audible * 1000 * s.RangeKM / soundMS)).Truncate(time.Second)
	}
	o.Reported = at.Add(g.between(s.DelayMin)).Truncate(time.Second)
}

func (g *generator) between(minutes [2]float64) time.Duration {
	return time.Duration((minutes[0] + g.r.Float64()*(minutes[1]-minutes[0])) * float64(time.Minute))
}

// where is what the source says of the place. An error grows with the distance.
func (g *generator) where(o *observation.Observation, s *stander, e *Event, at, from point, distance float64) {
	sigma := math.Hypot(s.ErrorM, s.ErrorShare*distance)
	town := e.town
	if s.Misplaced > 0 && g.r.Float64() < s.Misplaced {
		town = g.elsewhere(e)
	}
	switch s.Gives {
	case "bearing", "azimuth":
		_, bearing := between(from, at)
		b := bearing + g.r.NormFloat64()*s.BearingDeg
		spread := s.BearingDeg
		if s.RoundDeg > 0 { // a rounding error is even: step / sqrt(12)
			b = math.Round(b/s.RoundDeg) * s.RoundDeg
			spread = math.Hypot(spread, s.RoundDeg/math.Sqrt(12))
		}
		b = math.Mod(round(math.Mod(b+720, 360), 1), 360)
		o.Observer = &observation.Sighting{Lat: round(from.lat, 5), Lon: round(from.lon, 5), Bearing: &b, BearingError: round(1.96*spread, 1)}
		if s.Gives == "azimuth" {
			break
		}
		d := math.Max(50, distance*(1+s.ErrorShare*g.r.NormFloat64()))
		if s.RoundM > 0 {
			d = math.Max(s.RoundM, math.Round(d/s.RoundM)*s.RoundM)
		}
		d = round(d, 0)
		o.Observer.Distance, o.Observer.DistanceError = &d, math.Round(1.96*s.ErrorShare*d+s.RoundM/2)
	case "settlement":
		o.Place = town.name
		o.Position = place(town.at, s.StatedM)
	case "name":
		o.Place = town.name
	default:
		p := move(move(at, 0, sigma*g.r.NormFloat64()), 90, sigma*g.r.NormFloat64())
		stated := s.StatedM
		if stated == 0 {
			stated = 2.45 * sigma
		}
		o.Position = place(p, math.Round(math.Max(stated, 10)))
		if s.Means == observation.Party || s.Means == observation.Hotline {
			o.Place = town.name
		}
	}
}

// elsewhere is another settlement of the same side that an event is taken to be
// at, one of the nearest three.
func (g *generator) elsewhere(e *Event) town {
	towns := g.towns[1-e.side]
	i := 0
	for k := range towns {
		if towns[k].name == e.town.name {
			i = k
		}
	}
	i += []int{-2, -1, 1, 2}[g.r.IntN(4)]
	return towns[min(max(i, 0), len(towns)-1)]
}

// what is what the source says of the kind of event.
func (g *generator) what(o *observation.Observation, s *stander, e *Event) {
	o.Activity = e.Activity
	fire := e.Party != ""
	switch x := g.r.Float64(); {
	case e.No || (e.Activity == observation.Demining || e.Activity == observation.Exercise) && (s.Ears || s.Means == observation.Hotline):
		o.Activity = observation.Explosion
	case len(s.PassesH) > 0:
		o.Activity = observation.Fire
	case fire && x < s.Vague:
		o.Activity = sound(e)
	case fire && x < s.Vague+s.Wrong:
		o.Activity = arms[g.r.IntN(len(arms))].activity
	}
	if fire && g.r.Float64() < s.WeaponsOf {
		o.Weapon = e.Weapon
	}
	switch {
	case s.Exaggerates > 0:
		o.Count = observation.Count{N: max(1, int(math.Round(float64(e.Count)*(1+(s.Exaggerates-1)*2*g.r.Float64()))))}
	case s.CountsOf > 0:
		o.Count = g.counted(e.Count, s.CountsOf)
	}
	if fire && g.r.Float64() < s.Bearings {
		o.Heading, o.Direction = g.course(e, 12), observation.Impact
	}
	if s.Means == observation.Party && fire {
		o.Party = g.w.parties[1-s.side]
		o.Actors = []string{o.Party}
	}
	if !s.Ears && len(s.PassesH) == 0 {
		o.Harm = e.Harm
	}
}
