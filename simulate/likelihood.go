package simulate

import (
	"math"
	"strings"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Report is an observation with who made it from where.
type Report struct {
	*observation.Observation
	Source int

	s    *stander
	from point
	town string // that it names, by its name in the first language
}

// Report reads an observation; ok is false where none of the sources can have made it.
func (k *Known) Report(o *observation.Observation) (r Report, ok bool) {
	i, ok := k.by[o.Source]
	if !ok {
		return r, false
	}
	r = Report{Observation: o, Source: i, s: &k.g.stood[i], town: o.Place}
	if r.s.stands() {
		if o.Observer != nil {
			r.from = point{o.Observer.Lat, o.Observer.Lon}
		} else if p := k.g.on(r.s, o.From); p != nil {
			r.from = p.at
		}
	}
	for _, side := range k.g.towns {
		for _, t := range side {
			if o.Place != "" && strings.EqualFold(o.Place, t.in(languages[o.Lang])) {
				r.town = t.name
			}
		}
	}
	return r, true
}

// Away is the distance in metres of a place from where it was reported.
func (r *Report) Away(lat, lon float64) float64 {
	if r.s.RangeKM == 0 || !r.s.stands() {
		return 0
	}
	return math.Hypot((r.from.lat-lat)*111195, (r.from.lon-lon)*111195*math.Cos(lat*math.Pi/180))
}

// From is where it was reported from.
func (r *Report) From() (lat, lon float64) { return r.from.lat, r.from.lon }

func logMass(from, to, mean, sd float64) float64 {
	if sd == 0 {
		sd = 1e-3
	}
	a, b := (from-mean)/sd/math.Sqrt2, (to-mean)/sd/math.Sqrt2
	if a > 0 {
		a, b = -b, -a
	}
	return math.Log((math.Erfc(-b) - math.Erfc(-a)) / 2)
}

func logNormal(x, sd float64) float64 {
	return -x*x/2/sd/sd - math.Log(sd*math.Sqrt(2*math.Pi))
}

// Clock is what it says of the time: the interval in which the source's clock stood,
// seconds after a beginning, its error (one sigma), and by how much sound delays it for
// each metre.
func (r *Report) Clock(begin time.Time) (from, to, sd, perMetre float64) {
	from, to = r.Observation.From.Sub(begin).Seconds(), r.To.Sub(begin).Seconds()
	switch step := r.s.RoundMin * 60; {
	case r.s.Gives == "azimuth":
		from, to = to, to+1
	case step >= 120 || len(r.s.PassesH) > 0:
	case step > 0:
		from, to = from-step/2, to+step/2
	default:
		to = from + 1
	}
	if r.s.How == observation.Heard || r.s.Gives == "azimuth" {
		perMetre = 1.0 / soundMS
	}
	return from - r.s.ClockS, to - r.s.ClockS, r.s.TimeS, perMetre
}

// InTime tells whether it can have been reported when it was if the event was at an
// instant, give or take.
func (r *Report) InTime(at time.Time, slack time.Duration) bool {
	if len(r.s.PassesH) > 0 {
		return true
	}
	d := r.Reported.Sub(at)
	minutes := func(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }
	return d >= minutes(r.s.DelayMin[0])-time.Second-slack && d <= minutes(r.s.DelayMin[1])+slack
}

// Seen is, of a satellite's report, the probability of having seen the event at that
// pass if at any.
func (k *Known) Seen(r *Report, e *Event) float64 {
	missed, all, this := 1.0, 0.0, 0.0
	within := time.Duration(r.s.WithinMin * float64(time.Minute))
	k.passes(r.s, e, func(pass, first time.Time, here float64) bool {
		from := pass.Add(-within)
		if first.After(from) {
			from = first
		}
		if pass.Equal(r.To) && from.Equal(r.Observation.From) {
			this = missed * here
		}
		all += missed * here
		missed *= 1 - here
		return true
	})
	return math.Log(this / all)
}

// Satellite tells whether it was made at a pass.
func (r *Report) Satellite() bool { return len(r.s.PassesH) > 0 }

// Place is what it says of the place of an event.
func (r *Report) Place(k *Known, e *Event) float64 {
	d := r.Away(e.Lat, e.Lon)
	switch r.s.Gives {
	case "bearing", "azimuth":
		_, b := between(r.from, e.at())
		p := r.bearing(b)
		if r.s.Gives == "bearing" {
			p += r.distance(d)
		}
		return p
	case "settlement", "name":
		return k.names(r, e)
	}
	sigma := math.Hypot(r.s.ErrorM, r.s.ErrorShare*d)
	north := (r.Position.Lat - e.Lat) * 111195
	east := (r.Position.Lon - e.Lon) * 111195 * math.Cos(e.Lat*math.Pi/180)
	p := logNormal(north, sigma) + logNormal(east, sigma)
	if r.s.Means == observation.Party || r.s.Means == observation.Hotline {
		p += k.names(r, e)
	}
	return p
}

func (r *Report) bearing(b float64) float64 {
	off := math.Mod(*r.Observer.Bearing-b+900, 360) - 180
	if step := r.s.RoundDeg; step > 0 {
		return logMass(off-step/2, off+step/2, 0, r.s.BearingDeg)
	}
	return logNormal(off, r.s.BearingDeg)
}

func (r *Report) distance(d float64) float64 {
	said, sd := *r.Observer.Distance, r.s.ErrorShare*d
	step := r.s.RoundM
	switch {
	case step == 0:
		return logNormal(said-d, sd)
	case said <= step:
		return logMass(-10*d, 1.5*step, d, sd)
	}
	return logMass(said-step/2, said+step/2, d, sd)
}

// names is the probability of the settlement that is named.
func (k *Known) names(r *Report, e *Event) float64 {
	p := 0.0
	if r.town == e.town.name {
		p = 1 - r.s.Misplaced
	}
	if r.s.Misplaced > 0 {
		towns := k.g.towns[1-e.side]
		i := e.town.number - 1
		for _, off := range []int{-2, -1, 1, 2} {
			if towns[min(max(i+off, 0), len(towns)-1)].name == r.town {
				p += r.s.Misplaced / 4
			}
		}
	}
	return math.Log(p)
}

// What is what it says of the kind of an event, where it came from and whose it was.
func (r *Report) What(e *Event) float64 {
	s := r.s
	fire := e.Party != ""
	p := 0.0
	is := func(a observation.Activity, share float64) {
		if r.Activity == a {
			p += share
		}
	}
	switch {
	case e.No || (e.Activity == observation.Demining || e.Activity == observation.Exercise) && (s.Ears || s.Means == observation.Hotline):
		is(observation.Explosion, 1)
	case len(s.PassesH) > 0:
		is(observation.Fire, 1)
	case fire:
		is(sound(e), s.Vague)
		for i := range arms {
			is(arms[i].activity, s.Wrong/float64(len(arms)))
		}
		is(e.Activity, 1-s.Vague-s.Wrong)
	default:
		is(e.Activity, 1)
	}
	switch {
	case r.Weapon == "" && fire:
		p *= 1 - s.WeaponsOf
	case r.Weapon != "" && (!fire || r.Weapon != e.Weapon):
		return math.Inf(-1)
	case r.Weapon != "":
		p *= s.WeaponsOf
	}
	lp := math.Log(p)
	switch {
	case r.Heading == nil && fire:
		lp += math.Log(1 - s.Bearings)
	case r.Heading != nil && !fire:
		return math.Inf(-1)
	case r.Heading != nil:
		sigma := 12.0
		if e.from == (point{}) {
			sigma = 14 // the gun may stand aside
		}
		lp += math.Log(s.Bearings) + logNormal(math.Mod(*r.Heading-e.heading+900, 360)-180, sigma)
	}
	return lp
}

// Kind is What of a class, without the direction that is told.
func (r *Report) Kind(k *Known, class int) float64 {
	var e Event
	k.As(&e, class)
	if k.classes[class].Fire {
		e.Party = k.g.w.parties[0]
	}
	if r.Heading == nil {
		return r.What(&e)
	}
	e.heading = *r.Heading
	return r.What(&e) - logNormal(0, 14)
}

// Towards is what it says of the direction it came from.
func (r *Report) Towards(e *Event) float64 {
	if r.Heading == nil {
		return 0
	}
	return logNormal(math.Mod(*r.Heading-e.heading+900, 360)-180, 14)
}

// Counted is what it says of a number of rounds.
func (r *Report) Counted(n int) float64 {
	s := r.s
	said := float64(r.Count.N)
	low := said - 0.5
	if said == 1 {
		low = -1e9
	}
	switch {
	case s.Exaggerates > 0:
		from, to := float64(n), float64(n)*(1+2*(s.Exaggerates-1))
		return math.Log(max(0, min(said+0.5, to)-max(low, from)) / (to - from))
	case s.CountsOf == 0:
		return 0
	case n <= 2 || s.CountsOf < 0.06:
		if r.Count.N == n && r.Count.Min == 0 {
			return 0
		}
		return math.Inf(-1)
	case r.Count.Min == 0:
		return math.Inf(-1)
	}
	return logMass(low, said+0.5, float64(n), s.CountsOf*float64(n))
}

// TellsHarm is whether it tells of those who were hurt, where there are any.
func (r *Report) TellsHarm() bool { return !r.s.Ears && len(r.s.PassesH) == 0 }

// Invented is how often a source invents such a report, as often as others say it of
// an event: a second, square metre and degree.
func (k *Known) Invented(r *Report) float64 {
	s := r.s
	if s.FalsePerDay == 0 || r.TellsHarm() && r.Harm != (observation.Casualties{}) {
		return math.Inf(-1)
	}
	p := math.Log(s.FalsePerDay / 86400)
	switch {
	case len(s.PassesH) > 0:
		// It says of nothing older than the pass before that it was new then.
		if _, last := s.pass(r.To.Add(-time.Minute)); r.Observation.From.Before(last) {
			return math.Inf(-1)
		}
		p += math.Log(r.To.Sub(r.Observation.From).Seconds())
	case s.RoundMin > 0:
		p += math.Log(s.RoundMin * 60)
	}
	// Where: the reported place, blurred little against how wide it is drawn.
	density := func(lat, lon float64) float64 {
		e, depth := k.Suppose(r.Observation.From, lat, lon)
		d := 0.5
		if s.side >= 0 {
			d = 1
			if 1-e.side != s.side {
				depth = -depth
			}
		}
		blur := math.Max(s.ErrorM, 50)
		high := 500 + 700*k.g.plan.Events.DepthKM
		d *= (math.Erf((high-depth)/blur/math.Sqrt2) - math.Erf((500-depth)/blur/math.Sqrt2)) / 2 / (high - 500)
		if s.stands() {
			home := 0.0
			if post := k.g.on(s, r.Observation.From); post != nil {
				home = post.along
			}
			return d * math.Exp(logNormal(e.along-home, 500*s.RangeKM))
		}
		return d * k.somewhere(e.along)
	}
	switch s.Gives {
	case "bearing":
		lat, lon := r.Along(*r.Observer.Distance)
		m := *r.Observer.Distance * math.Pi / 180 // a degree there
		p += math.Log(density(lat, lon) * m * max(1, s.RoundDeg) * max(1, s.RoundM))
	case "azimuth":
		sum := 0.0
		const step = 500.0
		for d := step / 2; d < 3000*s.RangeKM; d += step {
			lat, lon := r.Along(d)
			sum += density(lat, lon) * step * d * math.Pi / 180
		}
		p += math.Log(sum)
	case "settlement", "name":
		p += math.Log(1 / float64(len(k.g.towns[0])))
	default:
		p += math.Log(density(r.Position.Lat, r.Position.Lon))
	}
	// What: any kind of fire.
	sum := 0.0
	for i := range k.classes {
		c := &k.classes[i]
		if !c.Fire {
			continue
		}
		var e Event
		e.side = 1
		k.As(&e, i)
		counts := 0.0
		for n := c.Rounds[0]; n <= c.Rounds[1]; n++ {
			counts += math.Exp(r.Counted(n)) / float64(c.Rounds[1]-c.Rounds[0]+1)
		}
		if r.Heading == nil {
			sum += c.PerDay / k.g.plan.Events.PerDay * counts * math.Exp(r.What(&e))
		} else {
			e.heading = *r.Heading
			sum += c.PerDay / k.g.plan.Events.PerDay * counts * math.Exp(r.What(&e)-logNormal(0, 14)) / 360
		}
	}
	return p + math.Log(sum)
}

// Along is the place so many metres in the direction that was reported.
func (r *Report) Along(metres float64) (lat, lon float64) {
	p := move(r.from, *r.Observer.Bearing, metres)
	return p.lat, p.lon
}
