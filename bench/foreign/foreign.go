// Package foreign knows scenarios with known truth that have other habits than
// those of package simulate: it was written from the field's practice alone,
// without a look at how fusion works or what simulate assumes, to measure that
// fusion does not fit its own simulator. Fire comes as missions against targets in
// a patch of country without a line, salvos take time, errors have heavy tails,
// what is stated of them is often wrong, clocks are off and many report in batches.
//
// It must not know fusion, nor be used to choose parameters.
package foreign

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

// Names are the scenarios: siege is dense, hills are weak reports of few events,
// thaw changes from day to day, in what happens and in who watches.
func Names() []string { return []string{"siege", "hills", "thaw"} }

// Run draws a scenario from a seed: the same seed gives the same scenario.
func Run(name string, seed uint64) (*simulate.Scenario, error) {
	w := &world{r: rand.New(rand.NewPCG(seed, 0x666f726569676e)), refs: map[string]int{}}
	begin := time.Date(2031, 10, 6, 0, 0, 0, 0, time.UTC)
	w.s = &simulate.Scenario{Name: "foreign " + name, Seed: seed, From: begin}
	switch name {
	case "siege":
		w.siege()
	case "hills":
		w.hills()
	case "thaw":
		w.thaw()
	default:
		return nil, fmt.Errorf("no foreign scenario %q; there are %v", name, Names())
	}
	w.finish()
	return w.s, nil
}

// world is a plane, kilometres east and north of a place.
type world struct {
	r        *rand.Rand
	s        *simulate.Scenario
	days     int
	villages []village
	targets  []target
	salvos   []*salvo
	refs     map[string]int
	later    []later
}

type spot struct{ x, y float64 } // kilometres

type village struct {
	name string
	spot
}

// target is what one party fires at, over and over.
type target struct {
	spot
	by     int // party that fires
	weight float64
	gun    spot
	weapon observation.Weapon
}

// salvo is a true event: rounds that fall within minutes of each other.
type salvo struct {
	event simulate.Event
	spot
	gun     spot
	lasts   time.Duration
	village int // nearest
	noise   float64
	quarry  bool
}

// later is an observation with the event that it is of, nil for none.
type later struct {
	o observation.Observation
	e *salvo
}

const (
	lat0, lon0 = 15.3, 44.1
	perDegree  = 111.195 // kilometres
)

func (w *world) position(p spot, radius float64) *observation.Position {
	lat, lon := degrees(p)
	return &observation.Position{Lat: lat, Lon: lon, Radius: radius}
}

func degrees(p spot) (lat, lon float64) {
	lat = lat0 + p.y/perDegree
	lon = lon0 + p.x/perDegree/math.Cos(lat0*math.Pi/180)
	return math.Round(lat*1e5) / 1e5, math.Round(lon*1e5) / 1e5
}

func far(a, b spot) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }

// bearing from a to b, degrees from north.
func bearing(a, b spot) float64 {
	return math.Mod(math.Atan2(b.x-a.x, b.y-a.y)*180/math.Pi+360, 360)
}

func (w *world) country(width, height float64, villages int) {
	for i := range villages {
		v := village{fmt.Sprintf("Qarya %s", numeral(i)), spot{width * (w.r.Float64() - 0.5), height * (w.r.Float64() - 0.5)}}
		w.villages = append(w.villages, v)
	}
}

// numeral names the i-th village by letters.
func numeral(i int) string {
	const letters = "abdfhjklmnqrstwz"
	return string([]byte{letters[i/16%16] - 32, letters[i%16]})
}

// parties fire by the same rules.
var parties = [2]string{"gray", "teal"}

// aim lays targets, each near a village or nowhere.
func (w *world) aim(n int, width, height float64) {
	weapons := []observation.Weapon{observation.Mortar120, observation.Mortar82, observation.ArtilleryGe100, observation.Tank, observation.HMG, observation.SmallArms, observation.UAVWeapon}
	for i := range n {
		t := target{by: i % 2, weight: w.r.ExpFloat64() * w.r.ExpFloat64()}
		if w.r.Float64() < 0.7 {
			v := w.villages[w.r.IntN(len(w.villages))]
			t.spot = spot{v.x + 1.2*w.r.NormFloat64(), v.y + 1.2*w.r.NormFloat64()}
		} else {
			t.spot = spot{width * (w.r.Float64() - 0.5), height * (w.r.Float64() - 0.5)}
		}
		a := w.r.Float64() * 2 * math.Pi
		d := 1.5 + 7*w.r.Float64()
		t.gun = spot{t.x + d*math.Sin(a), t.y + d*math.Cos(a)}
		t.weapon = weapons[w.r.IntN(len(weapons))]
		w.targets = append(w.targets, t)
	}
}

func (w *world) pick() *target {
	sum := 0.0
	for i := range w.targets {
		sum += w.targets[i].weight
	}
	x := w.r.Float64() * sum
	for i := range w.targets {
		if x -= w.targets[i].weight; x < 0 {
			return &w.targets[i]
		}
	}
	return &w.targets[0]
}

// missions draws fire: a mission is some salvos against one target, minutes apart;
// perDay missions on each day.
func (w *world) missions(perDay func(day int) float64) {
	for day := range w.days {
		for range w.poisson(perDay(day)) {
			// More at dusk and before dawn, as where people fast and rest by day.
			hour := w.r.Float64() * 24
			if w.r.Float64() < 0.5 {
				hour = math.Mod(18.5+2.5*w.r.NormFloat64()+24, 24)
			}
			t := w.pick()
			at := w.s.From.AddDate(0, 0, day).Add(time.Duration(hour * float64(time.Hour)))
			for range 1 + w.poisson(1.1) {
				last := w.salvo(t, at.Truncate(time.Second))
				at = at.Add(last + 5*time.Minute + time.Duration(w.r.ExpFloat64()*14*float64(time.Minute)))
			}
		}
	}
}

func (w *world) salvo(t *target, at time.Time) time.Duration {
	n := 1 + int(w.r.ExpFloat64()*4)
	lasts := time.Duration(float64(n-1)*(4+16*w.r.Float64())) * time.Second
	e := &salvo{spot: spot{t.x + 0.25*w.r.NormFloat64(), t.y + 0.25*w.r.NormFloat64()}, gun: t.gun, lasts: lasts, noise: 1}
	activity := observation.Shelling
	switch t.weapon {
	case observation.HMG:
		activity, e.noise = observation.Burst, 0.4
	case observation.SmallArms:
		activity, e.noise = observation.Shot, 0.25
	case observation.UAVWeapon:
		activity, e.noise, n = observation.UAVStrike, 0.6, 1
	case observation.Mortar82:
		e.noise = 0.7
	}
	e.event = simulate.Event{At: at, Activity: activity, Weapon: t.weapon, Count: n, Party: parties[t.by]}
	if w.r.Float64() < 0.05 {
		e.event.Harm = observation.Casualties{Injured: 1 + w.r.IntN(4)}
	}
	w.happen(e)
	return lasts
}

func (w *world) happen(e *salvo) {
	e.event.Lat, e.event.Lon = degrees(e.spot)
	best := math.Inf(1)
	for i, v := range w.villages {
		if d := far(v.spot, e.spot); d < best {
			best, e.village = d, i
		}
	}
	if e.event.At.Before(w.s.From.AddDate(0, 0, w.days)) {
		w.salvos = append(w.salvos, e)
	}
}

// quarries blast on working days between ten and noon; it sounds like fire.
func (w *world) quarries(n int) {
	for range n {
		at := spot{40 * (w.r.Float64() - 0.5), 40 * (w.r.Float64() - 0.5)}
		for day := range w.days {
			if w.s.From.AddDate(0, 0, day).Weekday() == time.Friday {
				continue
			}
			when := w.s.From.AddDate(0, 0, day).Add(10*time.Hour + time.Duration(w.r.IntN(7200))*time.Second)
			w.happen(&salvo{spot: at, lasts: 3 * time.Second, noise: 0.9, quarry: true, event: simulate.Event{At: when, Activity: observation.Other, Count: 1, No: true}})
		}
	}
}

func (w *world) poisson(mean float64) int {
	n, t := 0, w.r.ExpFloat64()
	for t < mean {
		n, t = n+1, t+w.r.ExpFloat64()
	}
	return n
}

// tailed is Student's t with so many degrees of freedom.
func (w *world) tailed(freedom int) float64 {
	sum := 0.0
	for range freedom {
		x := w.r.NormFloat64()
		sum += x * x
	}
	return w.r.NormFloat64() / math.Sqrt(sum/float64(freedom))
}

func (w *world) seconds(x float64) time.Duration { return time.Duration(x * float64(time.Second)) }

// report keeps an observation until all are numbered.
func (w *world) report(o observation.Observation, e *salvo) {
	o.Source = "simulated foreign " + o.Source
	if o.To.Before(o.From) {
		o.To = o.From
	}
	o.From, o.To, o.Reported = o.From.UTC(), o.To.UTC(), o.Reported.UTC()
	o.Extra = map[string]string{"simulated": "true"}
	w.refs[o.Source]++
	o.Ref = fmt.Sprintf("%04d", w.refs[o.Source])
	w.later = append(w.later, later{o, e})
}

// finish names events and puts all into the order that a scenario has.
func (w *world) finish() {
	slices.SortStableFunc(w.salvos, func(a, b *salvo) int { return a.event.At.Compare(b.event.At) })
	for i, e := range w.salvos {
		e.event.ID = fmt.Sprintf("F-%05d", i+1)
		w.s.Truth = append(w.s.Truth, e.event)
	}
	slices.SortFunc(w.later, func(a, b later) int {
		return cmp.Or(a.o.From.Compare(b.o.From), cmp.Compare(a.o.Source, b.o.Source), cmp.Compare(a.o.Ref, b.o.Ref))
	})
	for _, l := range w.later {
		link := simulate.Link{Source: l.o.Source, Ref: l.o.Ref}
		if l.e != nil {
			link.Incident = l.e.event.ID
		}
		w.s.Observations, w.s.Links = append(w.s.Observations, l.o), append(w.s.Links, link)
	}
	w.s.To = w.s.From.AddDate(0, 0, w.days)
	for i := range w.s.Observations {
		o := &w.s.Observations[i]
		if !slices.ContainsFunc(w.s.Sources, func(s simulate.Source) bool { return s.Name == o.Source }) {
			w.s.Sources = append(w.s.Sources, simulate.Source{Name: o.Source, Means: o.Means})
		}
	}
	slices.SortFunc(w.s.Sources, func(a, b simulate.Source) int { return cmp.Compare(a.Name, b.Name) })
}
