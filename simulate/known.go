package simulate

import (
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Known is what only the generator of a scenario knows: where each source stood and
// when, the settlements, the weather, what there is to happen, and how probable it is
// that a source perceives an event and says what it said. It serves to measure what
// could be known at best, and nothing else.
//
// Probabilities are natural logarithms. What is drawn on a scale counts per second,
// square metre and degree, what is rounded by the step; so those of one report
// compare, whatever it may be of.
type Known struct {
	g       *generator
	by      map[string]int
	classes []Class
}

// Class is a kind of event that there is to happen.
type Class struct {
	Activity observation.Activity
	Weapon   observation.Weapon
	PerDay   float64 // without Trend and hour, with those that follow others
	Fire     bool
	No       bool
	Loud     float64
	Rounds   [2]int  // fewest and most, evenly
	Harm     float64 // probability that somebody is hurt

	depth []float64 // probability a metre, by steps behind the line
}

const depthStep = 250.0

// Known draws again what a scenario of the plan rests on.
func (p *Plan) Known(seed uint64) *Known {
	g := p.generator(seed)
	g.fires()
	g.others()
	g.station()
	k := &Known{g: g, by: map[string]int{}}
	for i := range g.stood {
		k.by[g.stood[i].name] = i
	}
	e := &p.Events
	total := [2]float64{}
	heavy := func(a *arm) int {
		if a.activity == observation.Shelling {
			return 1
		}
		return 0
	}
	for i := range arms {
		total[heavy(&arms[i])] += arms[i].before
	}
	for i := range arms {
		a := &arms[i]
		share := []float64{1 - e.Heavy, e.Heavy}[heavy(a)] * a.before / total[heavy(a)]
		c := Class{Activity: a.activity, Weapon: a.weapon, PerDay: share * e.PerDay, Fire: true, Loud: a.loud, Rounds: a.rounds, Harm: a.harm, depth: k.steps()}
		const n = 200
		for x := range n {
			for y := range n {
				d := a.rangeM[0] + (a.rangeM[1]-a.rangeM[0])*(float64(x)+0.5)/n
				d = min(d*(0.1+0.6*(float64(y)+0.5)/n), e.DepthKM*1000)
				c.depth[int(d/depthStep)] += 1 / depthStep / n / n
			}
		}
		k.classes = append(k.classes, c)
	}
	for _, c := range []Class{
		{Activity: observation.Other, PerDay: e.Thunder, No: true, Loud: 1, Rounds: [2]int{1, 1}},
		{Activity: observation.Demining, PerDay: e.Demining, Loud: 0.8, Rounds: [2]int{1, 5}},
		{Activity: observation.Exercise, PerDay: e.Exercise, Loud: 1, Rounds: [2]int{1, 5}},
		{Activity: observation.Fire, PerDay: e.Stubble, Rounds: [2]int{1, 5}},
	} {
		c.depth = k.steps()
		for i := range c.depth {
			c.depth[i] = 1 / (e.DepthKM * 1000)
		}
		k.classes = append(k.classes, c)
	}
	return k
}

func (k *Known) steps() []float64 {
	return make([]float64, int(k.g.plan.Events.DepthKM*1000/depthStep)+1)
}

// Classes are the kinds of events.
func (k *Known) Classes() []Class { return k.classes }

// Class is the number of an event's kind.
func (k *Known) Class(e *Event) int {
	return slices.IndexFunc(k.classes, func(c Class) bool { return c.Activity == e.Activity && c.Weapon == e.Weapon && c.No == e.No })
}

// Sources is how many sources there are; their numbers are theirs here.
func (k *Known) Sources() int { return len(k.g.stood) }

// Model is how a source perceives and reports, and how many of its like may copy it.
func (k *Known) Model(source int) (m *Model, group int) {
	return &k.g.stood[source].Model, len(k.g.stood[source].group)
}

// Suppose is an event that may have happened at a place, on the side of the line
// where it lies and with the settlement that is next to it there; it has no kind yet.
// Depth is how far behind the line it lies, metres.
func (k *Known) Suppose(at time.Time, lat, lon float64) (e Event, depth float64) {
	p := point{lat, lon}
	w := k.g.w
	best := math.Inf(1)
	perLon := 111195 * math.Cos(lat*math.Pi/180)
	heading := 0.0
	for i := 1; i < len(w.line); i++ {
		a, b := w.line[i-1], w.line[i]
		ax, ay := (a.lon-lon)*perLon, (a.lat-lat)*111195
		dx, dy := (b.lon-a.lon)*perLon, (b.lat-a.lat)*111195
		share := min(max(-(ax*dx+ay*dy)/(dx*dx+dy*dy), 0), 1)
		x, y := ax+share*dx, ay+share*dy
		if d := math.Hypot(x, y); d < best {
			best, e.along = d, w.along[i-1]+share*(w.along[i]-w.along[i-1])
			heading = math.Atan2(dx, dy) * 180 / math.Pi
			e.side = 1 // who is hit lies to the left: the right one did it
			if dx*ay-dy*ax > 0 {
				e.side = 0
			}
		}
	}
	e.At, e.Lat, e.Lon = at, lat, lon
	e.heading = math.Mod(heading+450, 360) // across the line, to where it is hit
	if e.side == 1 {
		e.heading = math.Mod(heading+630, 360)
	}
	nearest := math.Inf(1)
	for _, t := range k.g.towns[1-e.side] {
		if d := math.Hypot((t.at.lat-p.lat)*111195, (t.at.lon-p.lon)*perLon); d < nearest {
			nearest, e.town = d, t
		}
	}
	return e, best
}

// Along is where along the line an event lies, metres from its start.
func (e *Event) Along() float64 { return e.along }

// As makes an event one of a class.
func (k *Known) As(e *Event, class int) {
	c := &k.classes[class]
	e.Activity, e.Weapon, e.No, e.loud, e.Party = c.Activity, c.Weapon, c.No, c.Loud, ""
	if c.Fire {
		e.Party = k.g.w.parties[e.side]
	}
}

// Base is the expected number of events of a class, a second and square metre, that
// follow no other, at an instant and place.
func (k *Known) Base(class int, e *Event, depth float64) float64 {
	c, p := &k.classes[class], &k.g.plan.Events
	day := 1.0
	switch {
	case c.Fire:
		day = (1 - p.Children) * k.g.trend(e.At) * (1 + p.DayShare*math.Sin((float64(e.At.Hour())-8)/24*2*math.Pi))
	case !c.No:
		if h := e.At.Sub(e.At.Truncate(24 * time.Hour)).Hours(); h < 5 || h >= 16 {
			return 0
		}
		day = 24.0 / 11
	case p.BadWeather > 0:
		if !k.g.bad(e.At, e.along) {
			return 0
		}
		day = 1 / p.BadWeather
	}
	return c.PerDay * day / 86400 * k.somewhere(e.along) / 2 * c.at(depth)
}

// Follows is the expected number of a class, a second and square metre, that an event
// draws which lies so many seconds and metres along the line away.
func (k *Known) Follows(class int, seconds, along, sigma, depth float64) float64 {
	c, p := &k.classes[class], &k.g.plan.Events
	if !c.Fire || p.PerDay == 0 {
		return 0
	}
	t := p.ChildMin * 60
	s := math.Hypot(p.ChildKM*1000, sigma)
	return c.PerDay / p.PerDay * p.Children * math.Exp(-math.Abs(seconds)/t) / t * math.Exp(-along*along/s/s/2) / s / math.Sqrt(2*math.Pi) / 2 * c.at(depth)
}

func (c *Class) at(depth float64) float64 {
	if i := int(depth / depthStep); i < len(c.depth) {
		return math.Max(c.depth[i], 1e-9)
	}
	return 1e-9
}

// somewhere is the probability a metre along the line.
func (k *Known) somewhere(along float64) float64 {
	e, length := &k.g.plan.Events, k.g.w.along[len(k.g.w.along)-1]
	if len(k.g.spots) == 0 {
		return 1 / length
	}
	p := (1 - e.HotShare) / length
	for _, s := range k.g.spots {
		d := (along - s) / (e.HotKM * 1000)
		p += e.HotShare / float64(len(k.g.spots)) * math.Exp(-d*d/2) / (e.HotKM * 1000) / math.Sqrt(2*math.Pi)
	}
	return p
}

// Chance is the probability that a source perceives an event at all.
func (k *Known) Chance(source int, e *Event) float64 {
	g, s := k.g, &k.g.stood[source]
	bad := g.bad(e.At, e.along)
	if len(s.PassesH) > 0 {
		missed := 1.0
		k.passes(s, e, func(_, _ time.Time, here float64) bool {
			missed *= 1 - here
			return true
		})
		return 1 - missed
	}
	if e.loud == 0 || e.No && !s.Ears || s.Sight && bad || s.Means == observation.Party && e.Party == "" {
		return 0
	}
	p := g.on(s, e.At)
	if p == nil {
		return 0
	}
	chance, _ := g.perceives(s, e, e.at(), p.at, bad, dark(e.At, e.at()))
	return chance
}

// Chances are the probabilities that a source perceives an event if it is of each class.
func (k *Known) Chances(source int, e *Event, into []float64) {
	g, s := k.g, &k.g.stood[source]
	clear(into)
	if len(s.PassesH) > 0 {
		for c := range k.classes {
			if c > 0 && k.classes[c].Fire {
				into[c] = into[0] // what is fired burns alike
				continue
			}
			k.As(e, c)
			into[c] = k.Chance(source, e)
		}
		return
	}
	p := g.on(s, e.At)
	if p == nil {
		return
	}
	if s.RangeKM > 0 && math.Abs(p.at.lat-e.Lat)*111195 > 3000*s.RangeKM {
		return
	}
	bad, night := g.bad(e.At, e.along), dark(e.At, e.at())
	for c := range k.classes {
		k.As(e, c)
		if e.loud == 0 || e.No && !s.Ears || s.Sight && bad || s.Means == observation.Party && e.Party == "" {
			continue
		}
		into[c], _ = g.perceives(s, e, e.at(), p.at, bad, night)
	}
}

// passes are those of a satellite at which it may see an event that it did not see
// before, with the probability of each.
func (k *Known) passes(s *stander, e *Event, each func(pass, last time.Time, here float64) bool) {
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
		if since > time.Duration(s.WithinMin*float64(time.Minute)) || !pass.Before(k.g.s.To) {
			return
		}
		here := chance
		if s.LastsH > 0 {
			here *= math.Exp(-since.Hours() / s.LastsH)
		}
		if s.Sight && k.g.bad(pass, e.along) {
			here = 0
		}
		first := time.Time{}
		if t.Equal(e.At) {
			first = last
		}
		if !each(pass, first, here) {
			return
		}
		t = pass
	}
}
