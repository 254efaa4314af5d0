package simulate

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// stander is one source of a scenario that follows a plan.
type stander struct {
	*SourcePlan
	name  string
	next  string // of its group, who may repeat it
	side  int    // on which it stands or whose it is; -1: neither
	at    point
	along float64 // metres along the line
	days  []bool  // on which it watches
}

// station puts the sources in their places.
func (g *generator) station() {
	length := g.w.along[len(g.w.along)-1]
	days := int(math.Ceil(g.plan.Days))
	for i := range g.plan.Sources {
		p := &g.plan.Sources[i]
		base := p.Name
		if base == "" {
			base = p.Kind
		}
		sides := []int{-1}
		if p.BehindKM != [2]float64{} || p.Claims > 0 || p.Denies > 0 {
			sides = []int{0, 1}
		}
		for _, side := range sides {
			first := len(g.stood)
			for k := range p.N {
				s := stander{SourcePlan: p, side: side, name: fmt.Sprintf("simulated %s %d", base, k+1), days: make([]bool, days)}
				if side >= 0 {
					s.name = fmt.Sprintf("simulated %s %d of %s", base, k+1, g.w.parties[side])
				}
				for d := range s.days {
					s.days[d] = p.Every == 0 || g.r.Float64() < p.Every
				}
				source := Source{Name: s.name, Means: p.Means, RangeM: p.RangeKM * 1000}
				if p.BehindKM != [2]float64{} {
					s.along = (float64(k) + g.r.Float64()) / float64(p.N) * length
					on, heading := g.w.onLine(s.along)
					s.at = beside(on, heading, side, 1000*(p.BehindKM[0]+g.r.Float64()*(p.BehindKM[1]-p.BehindKM[0])))
					source.Lat, source.Lon = round(s.at.lat, 5), round(s.at.lon, 5)
				}
				if side >= 0 {
					source.Party = g.w.parties[side]
				}
				source.Watched = g.watched(&s)
				g.s.Sources = append(g.s.Sources, source)
				g.stood = append(g.stood, s)
			}
			group := g.stood[first:]
			for k := range group {
				if len(group) > 1 {
					group[k].next = group[(k+1)%len(group)].name
				}
			}
		}
	}
	// Those that stand somewhere, in order along the line; before them the others.
	slices.SortStableFunc(g.stood, func(a, b stander) int {
		if (a.RangeKM > 0) != (b.RangeKM > 0) {
			if a.RangeKM > 0 {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.along, b.along)
	})
}

// watched are the times at which a source watches.
func (g *generator) watched(s *stander) []Window {
	if s.Hours == [2]float64{} && s.Every == 0 && len(s.PassesH) == 0 {
		return []Window{{g.s.From, g.s.To}}
	}
	var out []Window
	for d, on := range s.days {
		midnight := g.s.From.AddDate(0, 0, d)
		hour := func(h float64) time.Time { return midnight.Add(time.Duration(h * float64(time.Hour))) }
		switch {
		case len(s.PassesH) > 0:
			for _, h := range s.PassesH {
				out = append(out, Window{hour(h), hour(h).Add(time.Minute)})
			}
		case !on:
		case s.Hours != [2]float64{}:
			out = append(out, Window{hour(s.Hours[0]), hour(s.Hours[1])})
		default:
			out = append(out, Window{midnight, hour(24)})
		}
	}
	return out
}

func (g *generator) watches(s *stander, t time.Time) bool {
	d := int(t.Sub(g.s.From) / (24 * time.Hour))
	if d < 0 || d >= len(s.days) || !s.days[d] {
		return false
	}
	h := t.Sub(g.s.From.AddDate(0, 0, d)).Hours()
	return s.Hours == [2]float64{} || h >= s.Hours[0] && h < s.Hours[1]
}

// bad reports whether the weather leaves no sight at a time and place: the same
// for all who look there.
func (g *generator) bad(t time.Time, along float64) bool {
	share := g.plan.Events.BadWeather
	if share == 0 {
		return false
	}
	r := rand.New(rand.NewPCG(g.s.Seed^uint64(t.Unix()/7200), uint64(along/100e3)))
	return r.Float64() < share
}

// tellOf lets every source perceive an event, or not.
func (g *generator) tellOf(e *Event) {
	bad := g.bad(e.At, e.along)
	at := e.at()
	perLat := 111195.0
	perLon := perLat * math.Cos(at.lat*math.Pi/180)
	for i := range g.stood {
		s := &g.stood[i]
		loud := e.loud
		if s.RangeKM > 0 && math.Abs(s.along-e.along) > 6*1000*s.RangeKM+60e3 {
			continue
		}
		chance := s.Detects
		distance := 0.0
		if s.RangeKM > 0 {
			distance = math.Hypot((s.at.lat-at.lat)*perLat, (s.at.lon-at.lon)*perLon)
			reach := 1000 * s.RangeKM
			if s.Ears {
				reach *= math.Max(loud, 0.05)
			}
			if distance > 3*reach {
				continue
			}
			chance *= math.Exp(-distance * distance / reach / reach)
		}
		if s.Sight && bad || loud == 0 && s.Means != observation.Satellite || e.No && !s.Ears {
			continue
		}
		switch {
		case s.Means == observation.Party:
			if e.Party == "" {
				continue
			}
			chance = s.Claims
			if e.Party == g.w.parties[s.side] {
				chance = s.Denies
			}
		case s.Means == observation.Satellite && e.Activity == observation.Fire:
			chance = math.Min(1, 8*chance)
		case s.Means == observation.News || s.Means == observation.Hotline:
			if e.Harm != (observation.Casualties{}) {
				chance = math.Min(1, 5*chance)
			}
		}
		if g.r.Float64() >= chance || !g.watches(s, e.At) {
			continue
		}
		g.say(s, e, at, distance)
	}
}

// say is a source's report of an event, and what others make of it.
func (g *generator) say(s *stander, e *Event, at point, distance float64) {
	o := observation.Observation{Source: s.name, Means: s.Means, How: s.How, Grade: s.Grade, Handling: s.Handling}
	g.when(&o, s, e.At, distance)
	g.where(&o, s, e, at, distance)
	g.what(&o, s, e)
	original := g.report(o, e).ID()
	if s.next == "" || g.r.Float64() >= s.CopiedBy {
		return
	}
	o.Source, o.Ref = s.next, ""
	o.Reported = o.Reported.Add(time.Duration(10+g.r.IntN(90)) * time.Minute)
	if g.r.Float64() >= s.Hidden {
		o.Copies = original
	}
	g.report(o, e)
}

func (g *generator) when(o *observation.Observation, s *stander, at time.Time, distance float64) {
	seconds := func(f float64) time.Duration { return time.Duration(f * float64(time.Second)) }
	clock := at.Add(seconds(s.ClockS + g.r.NormFloat64()*s.TimeS))
	if s.How == observation.Heard { // arrays that locate a sound know when it was made
		clock = clock.Add(seconds(distance / 340))
	}
	if len(s.PassesH) > 0 {
		pass := g.nextPass(s, at)
		o.From, o.To = pass.Add(-time.Duration(s.WithinMin*float64(time.Minute))), pass
		o.Reported = pass.Add(g.between(s.DelayMin))
		return
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
	o.Reported = at.Add(g.between(s.DelayMin)).Truncate(time.Second)
}

func (g *generator) between(minutes [2]float64) time.Duration {
	return time.Duration((minutes[0] + g.r.Float64()*(minutes[1]-minutes[0])) * float64(time.Minute))
}

func (g *generator) nextPass(s *stander, t time.Time) time.Time {
	midnight := t.Truncate(24 * time.Hour)
	for d := range 3 {
		for _, h := range s.PassesH {
			if p := midnight.AddDate(0, 0, d).Add(time.Duration(h * float64(time.Hour))); p.After(t) {
				return p
			}
		}
	}
	return t
}

// where is what the source says of the place. An error grows with the distance.
func (g *generator) where(o *observation.Observation, s *stander, e *Event, at point, distance float64) {
	sigma := math.Hypot(s.ErrorM, s.ErrorShare*distance)
	switch s.Gives {
	case "bearing":
		_, bearing := between(s.at, at)
		b := math.Mod(bearing+g.r.NormFloat64()*s.BearingDeg+360, 360)
		d := math.Max(50, distance*(1+s.ErrorShare*g.r.NormFloat64()))
		if s.RoundM > 0 {
			d = math.Max(s.RoundM, math.Round(d/s.RoundM)*s.RoundM)
		}
		b, d = math.Mod(round(b, 1), 360), round(d, 0)
		o.Observer = &observation.Sighting{Lat: round(s.at.lat, 5), Lon: round(s.at.lon, 5), Bearing: &b, BearingError: round(1.96*s.BearingDeg, 1),
			Distance: &d, DistanceError: math.Round(1.96*s.ErrorShare*d + s.RoundM/2)}
	case "settlement":
		o.Place = e.place
		o.Position = place(e.town.at, s.StatedM)
	case "name":
		o.Place = e.place
	default:
		p := move(move(at, 0, sigma*g.r.NormFloat64()), 90, sigma*g.r.NormFloat64())
		stated := s.StatedM
		if stated == 0 {
			stated = 2.45 * sigma
		}
		o.Position = place(p, math.Round(math.Max(stated, 10)))
		if s.Means == observation.Party || s.Means == observation.Hotline {
			o.Place = e.place
		}
	}
}

// what is what the source says of the kind of event.
func (g *generator) what(o *observation.Observation, s *stander, e *Event) {
	o.Activity = e.Activity
	fire := e.Party != ""
	switch x := g.r.Float64(); {
	case e.No || (e.Activity == observation.Demining || e.Activity == observation.Exercise) && (s.Ears || s.Means == observation.Hotline):
		o.Activity = observation.Explosion
	case s.Means == observation.Satellite && len(s.PassesH) > 0:
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
		o.Heading = g.course(e, 12)
	}
	if s.Means == observation.Party && fire {
		o.Party = g.w.parties[1-s.side]
		o.Actors = []string{o.Party}
	}
	if s.Means != observation.Acoustic && s.Means != observation.Seismic && s.Means != observation.Satellite && !s.Ears {
		o.Harm = e.Harm
	}
	if s.Words {
		o.Lang = "en"
		o.Text = fmt.Sprintf("Simulated: %s near %s at about %s, %d rounds or so.", word(o.Activity), e.place, o.From.Format("15:04"), max(1, o.Count.N))
	}
}

// invent lets the sources report what never happened.
func (g *generator) invent() {
	for i := range g.stood {
		s := &g.stood[i]
		for range poisson(g.r, s.FalsePerDay*g.plan.Days) {
			at := g.s.From.Add(time.Duration(g.r.Float64() * float64(g.s.To.Sub(g.s.From)))).Truncate(time.Second)
			if !g.watches(s, at) {
				continue
			}
			side, along := s.side, g.somewhere()
			if side < 0 {
				side = g.r.IntN(2)
			}
			if s.RangeKM > 0 {
				along = s.along + g.r.NormFloat64()*500*s.RangeKM
			}
			on, heading := g.w.onLine(along)
			p := beside(on, heading, side, 500+g.plan.Events.DepthKM*700*g.r.Float64())
			a := g.arms()
			e := &Event{At: at, Lat: p.lat, Lon: p.lon, Activity: a.activity, Weapon: a.weapon, Count: a.rounds[0] + g.r.IntN(a.rounds[1]-a.rounds[0]+1), Party: g.w.parties[1-side], side: 1 - side, along: along, heading: g.r.Float64() * 360}
			g.place(e)
			d, _ := between(s.at, p)
			o := observation.Observation{Source: s.name, Means: s.Means, How: s.How, Grade: s.Grade, Handling: s.Handling}
			g.when(&o, s, at, 0)
			g.where(&o, s, e, p, min(d, 1000*s.RangeKM))
			g.what(&o, s, e)
			g.report(o, nil)
		}
	}
}
