package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// arm is a kind of fire with its share of all fire before and after the start
// of the ceasefire.
type arm struct {
	activity observation.Activity
	weapon   observation.Weapon
	before   float64
	after    float64
	rounds   [2]int     // fewest and most
	rangeM   [2]float64 // between who fires and what is hit
	loud     float64    // share of an observer's range at which it is perceived
	harm     float64    // probability that somebody is hurt
}

// arms are invented. They are the same for all who fire.
var arms = []arm{
	{observation.Shelling, observation.ArtilleryGe100, 0.24, 0.06, [2]int{2, 18}, [2]float64{9000, 19000}, 1, 0.03},
	{observation.Shelling, observation.Mortar120, 0.20, 0.12, [2]int{2, 12}, [2]float64{2500, 6000}, 0.9, 0.03},
	{observation.Shelling, observation.Mortar82, 0.08, 0.11, [2]int{2, 8}, [2]float64{1500, 3500}, 0.7, 0.02},
	{observation.Shelling, observation.MLRS, 0.05, 0.01, [2]int{4, 30}, [2]float64{12000, 24000}, 1, 0.06},
	{observation.Shelling, observation.Tank, 0.05, 0.03, [2]int{1, 5}, [2]float64{1500, 4000}, 0.85, 0.02},
	{observation.UAVStrike, observation.UAVWeapon, 0.18, 0.15, [2]int{1, 2}, [2]float64{4000, 12000}, 0.5, 0.08},
	{observation.Burst, observation.HMG, 0.10, 0.22, [2]int{2, 25}, [2]float64{700, 1800}, 0.45, 0.005},
	{observation.Shot, observation.SmallArms, 0.06, 0.22, [2]int{1, 20}, [2]float64{200, 900}, 0.3, 0.005},
	{observation.Burst, observation.AGL, 0.04, 0.08, [2]int{3, 20}, [2]float64{900, 1700}, 0.5, 0.01},
}

// Acts of fire a day: a steady level before, then a level that falls by a
// factor e in settles and stays at rest.
const (
	before  = 80.0
	atStart = 30.0
	rest    = 6.0
	settles = 36 * time.Hour
)

// rate of acts of fire a day at an instant relative to the ceasefire's start.
func rate(since time.Duration, hour float64) float64 {
	day := 1 + 0.5*math.Sin((hour-13)/24*2*math.Pi) // less in the morning, more in the evening
	if since < 0 {
		return before * day
	}
	return (rest + (atStart-rest)*math.Exp(-float64(since)/float64(settles))) * day
}

// fire draws the acts of fire of the whole scenario, hour by hour.
func (b *builder) fire() {
	for t := b.s.From; t.Before(b.s.To); t = t.Add(time.Hour) {
		since := t.Sub(b.ceasefire)
		for range poisson(b.r, rate(since, float64(t.In(b.zone).Hour()))/24) {
			at := t.Add(time.Duration(b.r.Float64() * float64(time.Hour))).Truncate(time.Second)
			b.act(at, b.sector(), b.r.IntN(2), since >= 0)
		}
	}
}

// sector draws a sector by its share of the fire.
func (b *builder) sector() int {
	x := b.r.Float64()
	for i, s := range b.w.sectors {
		if x -= s.hot; x < 0 {
			return i
		}
	}
	return len(b.w.sectors) - 1
}

// arm draws what is fired.
func (b *builder) arm(after bool) *arm {
	x := b.r.Float64()
	for i := range arms {
		share := arms[i].before
		if after {
			share = arms[i].after
		}
		if x -= share; x < 0 {
			return &arms[i]
		}
	}
	return &arms[0]
}

// act is one act of fire by a side in a sector.
func (b *builder) act(at time.Time, sector, side int, after bool) *Event {
	a := b.arm(after)
	on, heading := b.w.onLine(b.w.sectors[sector].along + b.r.NormFloat64()*6000)
	distance := a.rangeM[0] + b.r.Float64()*(a.rangeM[1]-a.rangeM[0])
	depth := min(distance*(0.15+0.5*b.r.Float64()), 9000) // of what is hit, behind the line
	hit := beside(on, heading, 1-side, depth)
	from := move(beside(on, heading, side, distance-depth), b.r.Float64()*360, 300*b.r.Float64())
	_, course := between(from, hit)
	e := Event{
		At: at, Activity: a.activity, Weapon: a.weapon, Party: b.w.parties[side], sector: sector, from: from, heading: course,
		Count: a.rounds[0] + b.r.IntN(a.rounds[1]-a.rounds[0]+1),
		area:  b.w.sectors[sector].area, place: b.w.sectors[sector].towns[1-side].name, loud: a.loud,
	}
	spot := hit
	if a.activity == observation.Burst || a.activity == observation.Shot {
		spot = from // what is heard is the weapon
	}
	e.Lat, e.Lon = spot.lat, spot.lon
	if b.r.Float64() < a.harm {
		e.Harm.Injured = 1 + b.r.IntN(3)
		e.Harm.InjuredCivilian = b.r.IntN(e.Harm.Injured + 1)
		e.Harm.InjuredMilitary = e.Harm.Injured - e.Harm.InjuredCivilian
	}
	return b.happens(e)
}

// happens adds an event to the truth.
func (b *builder) happens(e Event) *Event {
	e.ID = fmt.Sprintf("event-%04d", len(b.events)+1)
	e.Lat, e.Lon = round(e.Lat, 6), round(e.Lon, 6)
	b.events = append(b.events, &e)
	return &e
}

func (e *Event) at() point { return point{e.Lat, e.Lon} }

// poisson draws a number with the mean (Knuth; the means here are small).
func poisson(r *rand.Rand, mean float64) int {
	if mean > 500 { // beyond what the exponential function can tell from 0
		return poisson(r, mean/2) + poisson(r, mean/2)
	}
	n, p, limit := 0, r.Float64(), math.Exp(-mean)
	for p > limit {
		n++
		p *= r.Float64()
	}
	return n
}

func round(x float64, digits int) float64 {
	f := math.Pow10(digits)
	return math.Round(x*f) / f
}
