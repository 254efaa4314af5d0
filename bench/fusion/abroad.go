package main

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

// abroad is what one is told of a scenario of package foreign: every event, how its
// kinds of sources err, and by how much the clock of each and the way it was mounted
// are off (the middle of what its reports show against the truth). How long a salvo
// lasts and where the guns stand is not in the truth: of the one only the range is
// used, of the other nothing. So this is what can be reached at the least.
type abroad struct {
	*play
	fast, bias map[string]float64    // by source
	villages   map[string][2]float64 // by name, kilometres
	near       []string              // the nearest of those to each event
}

// toldTheEventsAbroad groups the reports as toldTheEvents does.
func (p *play) toldTheEventsAbroad() []int {
	a := &abroad{play: p, fast: map[string]float64{}, bias: map[string]float64{}, villages: map[string][2]float64{}}
	a.learn()
	of := make([]int, len(p.all))
	bySource := map[string][]int{}
	var sources []string
	for i, o := range p.all {
		of[i] = len(p.events) + i
		if bySource[o.Source] == nil {
			sources = append(sources, o.Source)
		}
		bySource[o.Source] = append(bySource[o.Source], i)
	}
	slices.Sort(sources)
	for _, source := range sources {
		if !strings.HasSuffix(source, " bulletin") {
			a.assign(bySource[source], of)
		}
	}
	// A bulletin repeats a head's report: it goes where that goes, said or not.
	ids := map[string]int{}
	for i, o := range p.all {
		ids[o.ID()] = i
	}
	for _, i := range bySource["simulated foreign bulletin"] {
		o := p.all[i]
		from := -1
		if j, ok := ids[o.Copies]; ok {
			from = j
		} else {
			for j, h := range p.all {
				late := o.Reported.Sub(h.Reported)
				if strings.Contains(h.Source, "head of ") && h.Place == o.Place && h.Activity == o.Activity && h.Count == o.Count && h.Harm == o.Harm &&
					h.From.Truncate(time.Hour).Equal(o.From) && late >= 2*time.Hour && late <= 8*time.Hour {
					from = j
				}
			}
		}
		if from >= 0 {
			of[i] = of[from]
		}
	}
	return of
}

const abroadLat, abroadLon, perDegreeKM = 15.3, 44.1, 111.195

func plane(lat, lon float64) (x, y float64) {
	return (lon - abroadLon) * perDegreeKM * math.Cos(abroadLat*math.Pi/180), (lat - abroadLat) * perDegreeKM
}

func (a *abroad) learn() {
	fast, bias := map[string][]float64{}, map[string][]float64{}
	for i, o := range a.all {
		if o.Position != nil && strings.Contains(o.Source, "head of ") {
			x, y := plane(o.Position.Lat, o.Position.Lon)
			a.villages[o.Place] = [2]float64{x, y}
		}
		t := a.truth[i]
		if t < 0 {
			continue
		}
		e := &a.events[t]
		late := o.From.Sub(e.At).Seconds()
		if o.Observer != nil {
			d, b := a.from(o, e)
			if o.How == observation.Heard {
				late -= d * 1000 / 343
			}
			if o.Observer.Bearing != nil && o.Means == observation.Camera {
				bias[o.Source] = append(bias[o.Source], turned(*o.Observer.Bearing-b))
			}
		}
		fast[o.Source] = append(fast[o.Source], late)
	}
	for _, m := range []struct {
		of   map[string][]float64
		into map[string]float64
	}{{fast, a.fast}, {bias, a.bias}} {
		for source, x := range m.of {
			slices.Sort(x)
			m.into[source] = x[len(x)/2]
		}
	}
	for i := range a.events {
		x, y := plane(a.events[i].Lat, a.events[i].Lon)
		best, name := math.Inf(1), ""
		for v, at := range a.villages {
			if d := math.Hypot(at[0]-x, at[1]-y); d < best || d == best && v < name {
				best, name = d, v
			}
		}
		a.near = append(a.near, name)
	}
}

func turned(deg float64) float64 { return math.Mod(deg+900, 360) - 180 }

// from is the distance, kilometres, and direction of an event from who observes.
func (a *abroad) from(o *observation.Observation, e *simulate.Event) (d, bearing float64) {
	ox, oy := plane(o.Observer.Lat, o.Observer.Lon)
	ex, ey := plane(e.Lat, e.Lon)
	return math.Hypot(ex-ox, ey-oy), math.Atan2(ex-ox, ey-oy) * 180 / math.Pi
}

// student is the density of Student's t.
func student(x, scale, freedom float64) float64 {
	a, _ := math.Lgamma((freedom + 1) / 2)
	b, _ := math.Lgamma(freedom / 2)
	x /= scale
	return a - b - math.Log(freedom*math.Pi)/2 - math.Log(scale) - (freedom+1)/2*math.Log1p(x*x/freedom)
}

func normal(x, sd float64) float64 { return -x*x/2/sd/sd - math.Log(sd*math.Sqrt(2*math.Pi)) }

// inside is the probability of what is rounded to lie between.
func inside(from, to, mean, sd float64) float64 {
	return math.Log(math.Max(1e-300, (math.Erf((to-mean)/sd/math.Sqrt2)-math.Erf((from-mean)/sd/math.Sqrt2))/2))
}

// noises are those below 1.
var noises = map[observation.Weapon]float64{observation.HMG: 0.4, observation.SmallArms: 0.25, observation.UAVWeapon: 0.6, observation.Mortar82: 0.7}

func noise(e *simulate.Event) float64 {
	if e.No {
		return 0.9
	}
	if n, ok := noises[e.Weapon]; ok {
		return n
	}
	return 1
}

func heardAs(e *simulate.Event) observation.Activity {
	if e.Activity == observation.Burst || e.Activity == observation.Shot {
		return e.Activity
	}
	return observation.Explosion
}

// lasting is the probability a second of how long a salvo was seen or heard to last.
func lasting(o *observation.Observation, e *simulate.Event, step float64) float64 {
	l := o.To.Sub(o.From).Seconds()
	low, high := 4*float64(e.Count-1)-step, 20*float64(e.Count-1)+step
	switch {
	case e.No:
		low, high = 3-step, 3+step
	case e.Weapon == observation.UAVWeapon: // as many as were drawn at first count for it
		return -2 - l/60
	}
	if l < low || l > high {
		return math.Inf(-1)
	}
	return -math.Log(math.Max(1, high-low))
}

// says is the probability of a report of an event, with that of there being one; many
// is how it is for those that may report an event more than once.
func (a *abroad) says(o *observation.Observation, e *simulate.Event, at int) (p float64, many bool) {
	never := math.Inf(-1)
	late := o.From.Sub(e.At).Seconds() - a.fast[o.Source]
	loud := noise(e)
	is := func(share float64, ok bool) float64 {
		if ok {
			return math.Log(share)
		}
		return never
	}
	var d, b float64
	if o.Observer != nil {
		d, b = a.from(o, e)
	}
	odds := func(chance float64) float64 { return math.Log(chance / (1 - math.Min(chance, 0.999))) }
	ex, ey := plane(e.Lat, e.Lon)
	var x, y float64
	if o.Position != nil {
		x, y = plane(o.Position.Lat, o.Position.Lon)
	}
	switch o.Means {
	case observation.Camera:
		if e.No || math.Abs(late) > 15 {
			return never, false
		}
		p = odds(0.8*math.Exp(-d/6)*math.Sqrt(loud)) + lasting(o, e, 1) + student(turned(*o.Observer.Bearing-b-a.bias[o.Source]), 0.6, 4)
		if late < -1 {
			return never, false
		}
		p -= late + 1
		if o.Activity == observation.Flash {
			p += math.Log(0.6)
		} else {
			p += is(0.4, o.Activity == e.Activity && o.Weapon == e.Weapon)
		}
		return p + is(0.5, o.Count.N == e.Count || o.Count.N == max(1, e.Count-1)), false
	case observation.Acoustic:
		late -= d * 1000 / 343
		if math.Abs(late) > 4 {
			return never, false
		}
		return odds(0.9*math.Exp(-math.Pow(d/9/loud, 2))) + lasting(o, e, 2) + normal(late, 0.8) + student(turned(*o.Observer.Bearing-b), 2.5, 5) + is(1, o.Activity == heardAs(e)), false
	case observation.Radar:
		if e.No || e.Weapon == observation.HMG || e.Weapon == observation.SmallArms || math.Abs(late) > 3 || o.Count.N > e.Count {
			return never, false
		}
		return odds(0.75) + lasting(o, e, 1) + normal(late, 0.5) + student(x-ex, 0.18, 3) + student(y-ey, 0.18, 3) - math.Log(float64(e.Count)), false
	case observation.Patrol:
		s := o.From.Add(5*time.Minute).Sub(e.At).Seconds() - d*1000/343
		w := a.fast[o.Source] + 300
		off := turned(*o.Observer.Bearing - b)
		share := math.Log(math.Max(1e-9, math.Exp(student(off, 17, 4))*45))
		low := math.Log(math.Max(0.01, *o.Observer.Distance/1000-0.5))
		if *o.Observer.Distance <= 1000 {
			low = -9
		}
		n := o.Count.N - e.Count
		return odds(math.Exp(-math.Pow(d/6/loud, 2))) + inside(s-300, s+300, math.Max(-240, math.Min(240, w)), 30) + share + inside(low, math.Log(*o.Observer.Distance/1000+0.5), math.Log(math.Max(d, 0.05)), 0.3) +
			is(1, o.Activity == heardAs(e)) + is(1./3, n >= -1 && n <= 1), false
	case observation.Party:
		if e.No || e.Party != o.Party || e.At.Before(o.From) || !e.At.Before(o.To) || o.Activity != e.Activity || o.Count.N%e.Count != 0 || o.Count.N > 4*e.Count {
			return never, false
		}
		return odds(0.35) + inside(x-0.925, x+0.925, ex, 0.7) + inside(y-0.925, y+0.925, ey, 0.7) + math.Log(0.25), false
	case observation.Hotline:
		if strings.Contains(o.Source, "head of ") {
			v, ok := a.villages[strings.TrimPrefix(o.Source, "simulated foreign head of ")]
			if !ok {
				return never, false
			}
			d := math.Hypot(v[0]-ex, v[1]-ey)
			middle := o.From.Add(10 * time.Minute).Sub(e.At).Seconds()
			if d > 4 || o.Harm != e.Harm {
				return never, false
			}
			p = odds(0.7*math.Exp(-d/3)) + inside(middle-450, middle+450, 0, 480)
			switch heard, exact := o.Activity == heardAs(e), o.Activity == e.Activity; {
			case heard && exact:
			case heard:
				p += math.Log(0.7)
			case exact:
				p += math.Log(0.3)
			default:
				return never, false
			}
			if n := float64(o.Count.N); n > 0 {
				low, high := 0.5*float64(e.Count), 1.5*float64(e.Count)
				if n < low-1.6 || n > high+1.6 {
					return never, false
				}
				p -= math.Log(math.Max(1, (high-low)/2))
			}
			return p, false
		}
		// Phones: minutes later, from there or from where the caller lives.
		late = o.From.Sub(e.At).Seconds()
		if late < -60 || late > 1200 {
			return never, true
		}
		lasts := 12 * float64(e.Count-1)
		p = math.Log((1 - math.Exp(-1)) / 90 * 60 * math.Exp(-math.Max(0, late-lasts)/90) / (1 + lasts/90))
		spread := 0.7 * math.Exp(student(x-ex, 0.6, 2)+student(y-ey, 0.6, 2))
		people := loud
		if v, ok := a.villages[a.near[at]]; ok {
			spread += 0.3 * math.Exp(normal(x-v[0], 0.5)+normal(y-v[1], 0.5))
			people *= math.Exp(-math.Hypot(v[0]-ex, v[1]-ey) / 3)
		}
		if o.Activity != heardAs(e) {
			p += is(0.1, o.Activity == observation.Explosion)
		}
		return p + math.Log(spread*people), true
	}
	return never, false
}

// none is the probability of a report of nothing, on the scale of says.
func (a *abroad) none(o *observation.Observation) float64 {
	days := a.s.To.Sub(a.s.From).Hours() / 24
	area := math.Log(float64(len(a.villages)+1) * 12) // square kilometres in which people live, or fire falls
	switch o.Means {
	case observation.Radar:
		if o.Heading != nil || o.Count.N != 1 {
			return -60
		}
		return math.Log(6./86400/1000) + 3
	case observation.Party:
		if o.Activity != observation.Shelling || o.Count.N%5 != 0 || o.Count.N > 30 {
			return -60
		}
		return math.Log(2./4/6) - area + math.Log(1.85*1.85)
	case observation.Hotline:
		if !strings.Contains(o.Source, "head of ") {
			if o.Activity != observation.Explosion {
				return -60
			}
			return math.Log(0.15*float64(len(a.events))/days/1440) - area
		}
	}
	return -60
}

func (a *abroad) assign(reports, of []int) {
	options := make([][]candidate, len(reports))
	var voices bool
	for x, i := range reports {
		o := a.all[i]
		none := a.none(o)
		low, high := o.From.Add(-90*time.Minute), o.To.Add(90*time.Minute)
		first, _ := slices.BinarySearchFunc(a.events, low, func(e simulate.Event, t time.Time) int { return e.At.Compare(t) })
		for j := first; j < len(a.events) && a.events[j].At.Before(high); j++ {
			p, many := a.says(o, &a.events[j], j)
			voices = voices || many
			if p > none {
				options[x] = append(options[x], candidate{j, p - none})
			}
		}
	}
	if !voices {
		for x, c := range match(options) {
			if c >= 0 {
				of[reports[x]] = c
			}
		}
		return
	}
	for x, i := range reports {
		best := 0.0
		for _, c := range options[x] {
			if c.gain > best {
				best, of[i] = c.gain, c.event
			}
		}
	}
}
