package incident

import (
	"math"

	"github.com/truce-monitor/truce/observation"
)

// candidate is the best open incident for a report so far.
type candidate struct {
	c        *cluster
	score    float64
	distance float64
	lag      float64
	why      string
}

// better prefers the higher score, then the earlier incident, so that the
// order in which candidates are met does not matter.
func (a *candidate) better(b *candidate) bool {
	if b.c == nil {
		return true
	}
	if a.score != b.score {
		return a.score > b.score
	}
	return before(a.c.members[0].o, b.c.members[0].o) < 0
}

// search is one report's look at its neighbourhood.
type search struct {
	m    *model
	e    *entry
	mid  float64
	best candidate

	// Others of its kind about, for the density of "another event".
	within, around float64 // metres, seconds
	others         int

	found []candidate // all that pass the gates; scored once the density is known
}

func (s *search) start(m *model, e *entry) {
	s.m, s.e = m, e
	s.mid = (e.when.from + e.when.to) / 2
	s.best = candidate{}
	s.others = 0
	s.found = s.found[:0]
	s.within = math.Max(m.Decision.ExcitationM, e.est.cov.radius())
	s.around = math.Max(m.Decision.ExcitationS, (e.when.to-e.when.from)/2)
}

// look considers one open incident.
func (s *search) look(c *cluster) {
	m, e := s.m, s.e
	if c.closes < seconds(e.o.From) || c.kind&isolated != 0 {
		return
	}
	lag := s.mid - c.middle
	v := e.when.variance + c.variance
	gate := m.Decision.GateSigma
	inTime := lag*lag <= gate*gate*v
	if !inTime && math.Abs(lag) > s.around {
		return
	}
	var east, north float64
	if e.est.known {
		// The latitude's difference alone rules out most.
		if limit := math.Max(s.within, gate*(math.Sqrt(e.est.cov.ee+e.est.cov.nn)+math.Sqrt(c.est.cov.ee+c.est.cov.nn)+m.Space.FloorM)); math.Abs(e.est.lat-c.est.lat)*110000 > limit {
			return
		}
		east, north = offset(c.est.lat, c.est.lon, e.est.lat, e.est.lon)
	}
	d2 := east*east + north*north
	if d2 <= s.within*s.within && math.Abs(lag) <= s.around && m.family[c.members[0].act] == m.family[e.act] {
		s.others++
	}
	if !inTime || !m.maySay(c, e) {
		return
	}
	density := 0.0
	if e.est.known {
		f := m.Space.FloorM
		cov := e.est.cov.plus(c.est.cov).plus(circular(f * f))
		i := cov.inverse()
		mahalanobis := i.ee*east*east + 2*i.en*east*north + i.nn*north*north
		if mahalanobis > gate*gate {
			return
		}
		density = -mahalanobis/2 - math.Log(2*math.Pi*math.Sqrt(cov.determinant()))
	} else {
		n := m.Space.NamesSigmaM
		density = -math.Log(4 * math.Pi * n * n)
	}
	density += -lag*lag/v/2 - math.Log(2*math.Pi*v)/2
	cand := candidate{c: c, distance: math.Sqrt(d2), lag: lag}
	if !m.together(c, e, cand.distance) {
		return
	}
	likeness, ok := s.likeness(c)
	if !ok {
		return
	}
	cand.score = density + math.Log(m.Decision.ReportedToo) + likeness + s.details(&cand)
	s.found = append(s.found, cand)
}

// decide is the best candidate once it is known how many others there are,
// or none.
func (s *search) decide() candidate {
	m := s.m
	rate := m.rate + m.Decision.Excitation*float64(s.others)/(math.Pi*s.within*s.within*2*s.around)
	another := math.Log(rate)
	for i := range s.found {
		s.found[i].score -= another
		if s.found[i].score > m.Decision.Threshold && s.found[i].better(&s.best) {
			s.best = s.found[i]
		}
	}
	return s.best
}

// likeness is the log ratio of e's type if it reports c against any event of
// the same family: half of what follows an event is of its own type. Types of
// no common family never describe one event, however near.
func (s *search) likeness(c *cluster) (float64, bool) {
	m, r := s.m, s.e.act
	p := 0.0
	for t, q := range c.post {
		p += q * m.says[t][r]
	}
	if p < m.Stray {
		return 0, false
	}
	return math.Log(p / (p/2 + m.any[r]/2)), true
}

// details adds what weapon, actors, addresses, words and pictures say.
func (s *search) details(cand *candidate) float64 {
	d, e, c := &s.m.Decision, s.e, cand.c
	sum := 0.0
	var weapons, actors float64
	var url, text, media bool
	for i := range c.members {
		f := &c.members[i]
		if known(e.o.Weapon) && known(f.o.Weapon) {
			if e.o.Weapon == f.o.Weapon {
				weapons = d.WeaponAgrees
			} else if weapons == 0 {
				weapons = d.WeaponDiffers
			}
		}
		if shared, both := sharesActor(e.o, f.o); shared {
			actors = d.ActorsAgree
		} else if both && actors == 0 {
			actors = d.ActorsDiffer
		}
		url = url || e.address != "" && e.address == f.address
		text = text || e.o.Text != "" && f.o.Text != "" && e.text() != 0 && e.text() == f.text()
		media = media || e.sharesMedia(f)
	}
	sum += weapons + actors
	cand.why = "near in space and time, of a like type"
	if url {
		sum += d.SameURL
		cand.why = "rests on the same page"
	}
	if text {
		sum += d.SameText
		cand.why = "the same words"
	}
	if media {
		sum += d.SameMedia
		cand.why = "the same picture or recording"
	}
	return sum
}

// maySay holds the constraint that a source does not report one event twice,
// unless its kind does, or its count says so.
func (m *model) maySay(c *cluster, e *entry) bool {
	if m.repeats(e.o.Means) {
		return true
	}
	for i := range c.members {
		if f := &c.members[i]; f.o.Source == e.o.Source && !f.covers(e) {
			return false
		}
	}
	return true
}

// together holds the care that imprecise reports need: of a day, or of the
// centre of an area, only the same place, type and actors join.
func (m *model) together(c *cluster, e *entry, distance float64) bool {
	if e.kind&centroid != c.kind&centroid {
		return false
	}
	if (e.kind|c.kind)&(centroid|dayOnly) == 0 {
		return true
	}
	limit := math.Min(m.Decision.DayMergeM, (math.Sqrt(e.est.cov.ee+e.est.cov.nn)+math.Sqrt(c.est.cov.ee+c.est.cov.nn))*circle95/math.Sqrt2)
	if e.est.known && distance > limit {
		return false
	}
	if p := c.post[e.act]; p < 0.01 {
		return false
	}
	for i := range c.members {
		if shared, both := sharesActor(e.o, c.members[i].o); both && !shared {
			return false
		}
	}
	return true
}

func known(w observation.Weapon) bool { return w != "" && w != observation.WeaponUnknown }
