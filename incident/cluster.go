package incident

import (
	"math"
	"slices"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// cluster is an incident in the making: its members and what they say together.
type cluster struct {
	// What every question touches comes first.
	middle, variance float64 // of the time, seconds
	perLat, perLon   float64
	est              estimate
	kind             kind
	members          []int32
	post             []float64 // over true types; read-only while there is one member

	origin, weight, sum float64 // of the time: the precision-weighted middle from origin

	// Place: information about the offset from (lat0, lon0).
	lat0, lon0  float64
	info        spread
	east, north float64 // information vector
	best        spread

	number, numberW float64 // of the count, on the scale of ratios

	buf []float64
}

// stand makes c anew from its members, without the entry but (-1: with all).
func (s *solver) stand(c *cluster, members []int32, but int32) {
	*c = cluster{members: c.members, buf: c.buf}
	begun := false
	for _, i := range members {
		if i == but {
			continue
		}
		if !begun {
			s.begin(c, &s.entries[i])
			begun = true
			continue
		}
		s.add(c, &s.entries[i])
	}
}

func (s *solver) begin(c *cluster, e *entry) {
	c.kind = e.kind
	v := e.when.variance()
	c.origin, c.weight, c.sum = e.mid, 1/v, 0
	c.middle, c.variance = c.origin, v
	if c.est = e.est; c.est.known {
		c.lat0, c.lon0, c.perLat, c.perLon = e.est.lat, e.est.lon, e.perLat, e.perLon
		c.info, c.best = e.est.cov.inverse(), e.est.cov
	}
	if e.numberV > 0 {
		c.number, c.numberW = e.number, 1/e.numberV
	}
	if e.act >= 0 {
		c.post = s.m.alone[e.act]
	}
}

// add takes e into what c says. A repetition adds no knowledge.
func (s *solver) add(c *cluster, e *entry) {
	c.kind &= e.kind
	cov, mid, half, v := s.view(e, c)
	w := 1 / (v + half*half/3)
	c.weight += w
	c.sum += w * (mid - c.origin)
	c.middle, c.variance = c.origin+c.sum/c.weight, 1/c.weight
	if e.numberV > 0 {
		w := 1 / e.numberV
		c.number = (c.number*c.numberW + e.number*w) / (c.numberW + w)
		c.numberW += w
	}
	s.addPlace(c, e, cov)
	if e.act >= 0 && c.post != nil {
		if cap(c.buf) < len(c.post) {
			c.buf = make([]float64, len(c.post))
		}
		c.buf = c.buf[:len(c.post)]
		says, sum := s.m.reported[e.act], 0.0
		for t, p := range c.post {
			c.buf[t] = p * says[t]
			sum += c.buf[t]
		}
		for t := range c.buf {
			c.buf[t] /= sum
		}
		c.post = c.buf
	}
}

func (s *solver) addPlace(c *cluster, e *entry, cov spread) {
	if !e.est.known {
		return
	}
	i := cov.inverse()
	if !c.est.known {
		c.est = e.est
		c.lat0, c.lon0, c.perLat, c.perLon = e.est.lat, e.est.lon, e.perLat, e.perLon
		c.info, c.best = i, e.est.cov
		return
	}
	north := (e.est.lat - c.lat0) * c.perLat
	east := turn(e.est.lon-c.lon0) * (c.perLon + e.perLon) / 2
	c.info = c.info.plus(i)
	c.east += i.ee*east + i.en*north
	c.north += i.en*east + i.nn*north
	if cov.determinant() < c.best.determinant() {
		c.best = cov
	}
	cov = c.info.inverse()
	x := cov.ee*c.east + cov.en*c.north
	y := cov.en*c.east + cov.nn*c.north
	shared := s.m.Space.SharedError
	c.est = estimate{lat: c.lat0 + y/c.perLat, lon: turn(c.lon0 + x/c.perLon), cov: cov.times(1 - shared).plus(c.best.times(shared)), known: true}
}

// meeting is how an entry and an incident lie to each other.
type meeting struct {
	east, north float64 // metres, from the incident
	d2          float64 // in standard deviations, squared
	det         float64 // of the covariance of both
	lag, v      float64 // seconds, and both errors' variance
	half        float64 // of e's interval, seconds
	placed      bool
}

// view is how e looks once it is known where its event was: at c. Who told a
// direction is surer across the nearer it is, and of when a sound left.
func (s *solver) view(e *entry, c *cluster) (cov spread, mid, half, v float64) {
	cov, mid, half, v = e.est.cov, e.mid, e.half, e.clockV
	r := e.ray
	if r == nil || !c.est.known {
		return cov, mid, half, v
	}
	north := (c.est.lat - r.lat) * r.perLat
	east := turn(c.est.lon-r.lon) * r.perLon
	away := math.Sqrt(north*north + east*east)
	along := c.est.cov.ee*r.sin*r.sin + 2*c.est.cov.en*r.sin*r.cos + c.est.cov.nn*r.cos*r.cos
	if along > r.along {
		return cov, mid, half, v // e knows better
	}
	cov = r.spread(math.Max(away, 100) / r.distance)
	if r.arrival.sd > 0 {
		sound := s.m.Time.SoundMPS
		mid, half = r.arrival.mid()-away/sound, (r.arrival.to-r.arrival.from)/2
		v = r.arrival.sd*r.arrival.sd + along/sound/sound
	}
	return cov, mid, half, v
}

// meet reports whether e and c are near enough in place and time to be asked
// about; most are not.
func (s *solver) meet(c *cluster, e *entry) (w meeting, ok bool) {
	m := s.m
	gate := m.Decision.GateSigma * m.Decision.GateSigma
	own, mid := e.est.cov, e.mid
	w.half, w.v = e.half, e.clockV
	if e.ray != nil {
		own, mid, w.half, w.v = s.view(e, c)
	}
	w.lag, w.v = c.middle-mid, w.v+c.variance
	if (c.kind|e.kind)&isolated != 0 {
		return w, false
	}
	if over := math.Abs(w.lag) - w.half; over > 0 {
		if gate -= over * over / (w.v + w.half*w.half/3); gate < 0 {
			return w, false
		}
	}
	if w.placed = e.est.known && c.est.known; !w.placed {
		return w, true
	}
	f := m.Space.FloorM * m.Space.FloorM
	cov := spread{own.ee + c.est.cov.ee + f, own.en + c.est.cov.en, own.nn + c.est.cov.nn + f}
	w.north = (e.est.lat - c.est.lat) * e.perLat
	if w.north*w.north > gate*cov.nn {
		return w, false
	}
	w.east = turn(e.est.lon-c.est.lon) * (e.perLon + c.perLon) / 2
	w.det = cov.determinant()
	w.d2 = (cov.nn*w.east*w.east - 2*cov.en*w.east*w.north + cov.ee*w.north*w.north) / w.det
	return w, w.d2 <= gate
}

// ratio is the likelihood of "e reports c" by that of "e reports another event",
// but for how dense other events are (events a m² and second) and for details;
// ok is false where it can't be. c does not hold e.
func (s *solver) ratio(c *cluster, e *entry, w *meeting) (r float64, ok bool) {
	m := s.m
	if (e.kind|c.kind)&(centroid|dayOnly) != 0 && !s.together(c, e, w) {
		return 0, false
	}
	p := 0.0
	says := m.reported[e.act]
	for t, q := range c.post {
		p += q * says[t]
	}
	// Types of no common family never describe one event, however near. Half of
	// what follows an event is of its own type.
	if p < m.Stray {
		return 0, false
	}
	r = p / (p/2 + m.any[e.act]/2)
	// All that is normal goes into one exponent and one root.
	exponent, square := 0.0, 1.0
	if w.placed {
		exponent, square = w.d2/2, 4*math.Pi*math.Pi*w.det
	} else {
		r /= 4 * math.Pi * m.Space.NamesSigmaM * m.Space.NamesSigmaM
	}
	if w.half*w.half < w.v/4 {
		v := w.v + w.half*w.half/3
		exponent += w.lag * w.lag / v / 2
		square *= 2 * math.Pi * v
	} else if r *= w.within(); r == 0 {
		return 0, false
	}
	if c.numberW != 0 && e.numberV != 0 {
		n := e.number - c.number
		same := e.numberV + 1/c.numberW
		other := same + 2*m.Decision.CountSpread*m.Decision.CountSpread
		exponent += math.Min(-m.Decision.CountDiffers, n*n/2*(1/same-1/other)-math.Log(other/same)/2)
	}
	root := math.Sqrt(square)
	if w.d2 > 4 {
		tail, k := m.Space.TailShare, m.Space.TailTimes*m.Space.TailTimes
		return r * ((1-tail)*math.Exp(-exponent) + tail/k*math.Exp(-exponent+w.d2/2*(1-1/k))) / root, true
	}
	return r * math.Exp(-exponent) / root, true
}

// within is the density of e's time if the event was at the incident's: the stated
// interval, blurred by both errors.
func (w *meeting) within() float64 {
	inside, sd := w.half-math.Abs(w.lag), math.Sqrt(w.v)
	p := normal(inside/sd) - normal((inside-2*w.half)/sd)
	if inside < -5*sd {
		return 0
	}
	return max(p, 1e-5) / (2 * w.half)
}

// details is what weapon, actors, names, addresses, words and pictures say, a
// log ratio, and why.
func (s *solver) details(c *cluster, e *entry) (sum float64, why string) {
	if e.repeats || e.o.Means == observation.Party {
		for _, i := range c.members {
			f := &s.entries[i]
			switch {
			case f == e:
			case f.source == e.source:
				sum = s.m.Decision.Again
			case f.means == e.means && e.o.Means == observation.Party:
				sum = s.m.Decision.BothParties
			}
		}
	}
	if !e.detailed {
		return sum, nearby
	}
	d := &s.m.Decision
	var weapons, actors, place, harm float64
	var url, text, media bool
	hurt := e.o.Harm.Killed + e.o.Harm.Injured
	for _, i := range c.members {
		f := &s.entries[i]
		if f == e {
			continue
		}
		if !f.detailed {
			continue
		}
		if known(e.o.Weapon) && known(f.o.Weapon) {
			weigh(&weapons, e.o.Weapon == f.o.Weapon, d.WeaponAgrees, d.WeaponDiffers)
		}
		if len(e.o.Actors) > 0 && len(f.o.Actors) > 0 {
			shared, _ := sharesActor(e.o, f.o)
			weigh(&actors, shared, d.ActorsAgree, d.ActorsDiffer)
		}
		if e.o.Place != "" && f.o.Place != "" {
			weigh(&place, e.o.Place == f.o.Place, d.PlaceAgrees, d.PlaceDiffers)
		}
		switch h := f.o.Harm.Killed + f.o.Harm.Injured; {
		case hurt > 0 && h > 0:
			weigh(&harm, e.o.Harm == f.o.Harm, d.HarmAgrees, d.HarmDiffers)
		case (hurt > 0) != (h > 0) && e.tellsHarm && f.tellsHarm && harm == 0:
			harm = d.HarmUntold
		}
		url = url || e.address != "" && e.address == f.address
		text = text || e.o.Text != "" && f.o.Text != "" && e.text() != 0 && e.text() == f.text()
		media = media || len(e.o.Media) > 0 && e.sharesMedia(f)
	}
	sum += weapons + actors + place + harm
	why = nearby
	if url {
		sum += d.SameURL
		why = samePage
	}
	if text {
		sum += d.SameText
		why = sameWords
	}
	if media {
		sum += d.SameMedia
		why = sameMedia
	}
	return sum, why
}

// weigh keeps the best that one of the members says.
func weigh(sum *float64, agrees bool, yes, no float64) {
	switch {
	case agrees:
		*sum = yes
	case *sum == 0:
		*sum = no
	}
}

// together holds the care that imprecise reports need: of a day, or of the
// centre of an area, only the same place, type and actors join.
func (s *solver) together(c *cluster, e *entry, w *meeting) bool {
	if e.kind&centroid != c.kind&centroid {
		return false
	}
	if w.placed {
		radii := (math.Sqrt(e.est.cov.ee+e.est.cov.nn) + math.Sqrt(c.est.cov.ee+c.est.cov.nn)) * geo.Sigmas95 / math.Sqrt2
		if math.Hypot(w.east, w.north) > math.Min(s.m.Decision.DayMergeM, radii) {
			return false
		}
	}
	if c.post[e.act] < 0.01 {
		return false
	}
	for _, i := range c.members {
		f := &s.entries[i]
		if f == e {
			continue
		}
		if shared, both := sharesActor(e.o, f.o); both && !shared {
			return false
		}
	}
	return true
}

// interval is what the members' intervals have in common; where they have
// nothing in common, the hull of the precise ones.
func (s *solver) interval(members []int32) (from, to float64) {
	from, to = math.Inf(-1), math.Inf(1)
	shortest := math.Inf(1)
	for _, i := range members {
		w := s.entries[i].when
		from, to = math.Max(from, w.from), math.Min(to, w.to)
		shortest = math.Min(shortest, w.variance())
	}
	if from <= to {
		return from, to
	}
	from, to = math.Inf(1), math.Inf(-1)
	for _, i := range members {
		if w := s.entries[i].when; w.variance() <= 4*shortest {
			from, to = math.Min(from, w.from), math.Max(to, w.to)
		}
	}
	return from, to
}

// remove takes e out of the members, whose order does not matter until the end.
func (c *cluster) remove(e int32) {
	i := slices.Index(c.members, e)
	last := len(c.members) - 1
	c.members[i] = c.members[last]
	c.members = c.members[:last]
}
