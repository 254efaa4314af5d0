package incident

import (
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/truce-monitor/truce/observation"
)

// entry is an observation as fusion sees it.
type entry struct {
	seq     uint64
	o       *observation.Observation
	est     estimate
	when    moment
	act     int
	kind    kind
	truth   float64 // probability that the report is true
	origin  string  // id of what it copies, or its own
	words   uint64  // hash of its text; 0 until asked for
	worded  bool
	address string // its URL without what does not matter

	independent bool
	score       float64
	distance    float64
	lag         float64
	why         string
}

// kind is what an observation's precision lets fusion do with it.
type kind uint8

const (
	isolated kind = 1 << iota // never joins another
	centroid                  // its place stands for an area
	dayOnly                   // its time is a day
)

func (m *model) entry(seq uint64, o *observation.Observation) entry {
	e := entry{seq: seq, o: o, est: m.locate(o), when: m.time(o), act: m.activity(o.Activity), truth: m.reliability(o)}
	e.origin = o.Copies
	switch {
	case e.origin == "":
	case !strings.Contains(e.origin, "/"):
		e.origin = o.Source + "/" + e.origin
	}
	e.address = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(o.URL, "https://"), "http://"), "www."), "/")
	if len(o.Caveats) > 0 {
		if contains(o.Caveats, m.Caveats.Never) || contains(o.Caveats, m.Caveats.Window) {
			e.kind |= isolated
		}
		if contains(o.Caveats, m.Caveats.Centroid) {
			e.kind |= centroid
		}
	}
	l := e.when.to - e.when.from
	switch {
	case l > m.Time.WindowS && o.Activity != observation.Alert:
		e.kind |= isolated
	case l >= m.Time.DayS:
		e.kind |= dayOnly
	}
	if e.act < 0 {
		e.kind |= isolated
	}
	return e
}

// text is a hash of the letters and digits of what e says, 0 where it says
// too little to tell copies by.
func (e *entry) text() uint64 {
	if e.worded {
		return e.words
	}
	e.worded = true
	h, n := fnv.New64a(), 0
	var buf [4]byte
	for _, r := range e.o.Text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		n++
		r = unicode.ToLower(r)
		buf = [4]byte{byte(r), byte(r >> 8), byte(r >> 16), byte(r >> 24)}
		h.Write(buf[:])
	}
	if n >= 40 {
		e.words = h.Sum64()
	}
	return e.words
}

// sharesMedia reports whether both show the same picture or recording.
func (e *entry) sharesMedia(f *entry) bool {
	for _, a := range e.o.Media {
		for _, b := range f.o.Media {
			if a.SHA256 != "" && a.SHA256 == b.SHA256 {
				return true
			}
		}
	}
	return false
}

// repeatsOf reports whether e rests on the same report as f: then it is no
// independent source.
func (e *entry) repeatsOf(f *entry) bool {
	if e.o.Source == f.o.Source {
		return true
	}
	if e.origin != "" && (e.origin == f.origin || e.origin == f.id()) || f.origin != "" && f.origin == e.id() {
		return true
	}
	if e.address != "" && e.address == f.address {
		return true
	}
	return e.text() != 0 && e.text() == f.text() || e.sharesMedia(f)
}

func (e *entry) id() string { return e.o.Source + "/" + e.o.Ref }

// covers reports whether e's count over its interval already holds f, a
// report of the same source.
func (e *entry) covers(f *entry) bool {
	return e.o.Count.N > 1 && max(f.o.Count.N, 1) < e.o.Count.N &&
		e.when.to > e.when.from && e.when.from <= f.when.from && f.when.to <= e.when.to
}

func before(a, b *observation.Observation) int {
	if c := a.From.Compare(b.From); c != 0 {
		return c
	}
	if c := strings.Compare(a.Source, b.Source); c != 0 {
		return c
	}
	return strings.Compare(a.Ref, b.Ref)
}

// cluster is an incident while it is open.
type cluster struct {
	members []entry
	one     [1]entry // the first member's room, since most have one

	closes float64 // the instant (Unix seconds) from which nothing can join
	kind   kind
	where  *cell  // nil: not in the grid
	name   string // key in the index of names; empty: not in it

	// Time: precision-weighted middle relative to the first member's, and the
	// interval that all members leave.
	weight, sum float64
	middle      float64
	variance    float64
	from, to    float64

	// Place: information about the offset from (lat0, lon0).
	est        estimate
	lat0, lon0 float64
	info       spread
	infoEast   float64
	infoNorth  float64
	best       spread

	post []float64 // over true types; shared and read-only while there is one member
}

func (m *model) found(e entry) *cluster {
	c := &cluster{}
	e.independent = true
	c.one[0] = e
	c.members = c.one[:1:1]
	c.kind = e.kind
	if e.act >= 0 {
		c.post = m.alone[e.act]
	}
	c.addTime(&e, m)
	c.addPlace(&e, m)
	return c
}

// absorb adds e to c. The outcome depends on the order of members alone, so a
// restored cluster equals the one that was saved.
func (m *model) absorb(c *cluster, e entry) {
	e.independent = true
	for i := range c.members {
		if e.repeatsOf(&c.members[i]) {
			e.independent = false
			break
		}
	}
	c.members = append(c.members, e)
	c.kind &= e.kind | isolated
	c.addTime(&e, m)
	c.addPlace(&e, m)
	if e.independent && e.act >= 0 {
		post := make([]float64, len(c.post))
		for t := range post {
			post[t] = c.post[t] * m.says[t][e.act]
		}
		normalise(post)
		c.post = post
	}
}

func (c *cluster) addTime(e *entry, m *model) {
	w := 1 / e.when.variance
	mid := (e.when.from + e.when.to) / 2
	if len(c.members) == 1 {
		c.weight, c.sum = w, 0
		c.middle, c.variance = mid, e.when.variance
		c.from, c.to = e.when.from, e.when.to
	} else {
		first := &c.members[0].when
		origin := (first.from + first.to) / 2
		c.weight += w
		c.sum += w * (mid - origin)
		c.middle = origin + c.sum/c.weight
		c.variance = 1 / c.weight
		c.from, c.to = c.interval()
	}
	c.closes = c.to + m.Time.SlackS
	if c.kind&isolated != 0 {
		c.closes = seconds(c.members[0].o.From)
	}
}

// interval is what the members' intervals have in common; where they have
// nothing in common, the hull of the precise ones.
func (c *cluster) interval() (from, to float64) {
	from, to = math.Inf(-1), math.Inf(1)
	shortest := math.Inf(1)
	for i := range c.members {
		w := c.members[i].when
		from, to = math.Max(from, w.from), math.Min(to, w.to)
		shortest = math.Min(shortest, w.variance)
	}
	if from <= to {
		return from, to
	}
	from, to = math.Inf(1), math.Inf(-1)
	for i := range c.members {
		if w := c.members[i].when; w.variance <= 4*shortest {
			from, to = math.Min(from, w.from), math.Max(to, w.to)
		}
	}
	return from, to
}

func (c *cluster) addPlace(e *entry, m *model) {
	if !e.est.known {
		return
	}
	i := e.est.cov.inverse()
	if !c.est.known {
		c.est = e.est
		c.lat0, c.lon0 = e.est.lat, e.est.lon
		c.info, c.best = i, e.est.cov
		return
	}
	// A centre of an area says nothing that an exact place does not.
	if !e.independent {
		return
	}
	east, north := offset(c.lat0, c.lon0, e.est.lat, e.est.lon)
	c.info = c.info.plus(i)
	c.infoEast += i.ee*east + i.en*north
	c.infoNorth += i.en*east + i.nn*north
	if e.est.cov.determinant() < c.best.determinant() {
		c.best = e.est.cov
	}
	cov := c.info.inverse()
	x := cov.ee*c.infoEast + cov.en*c.infoNorth
	y := cov.en*c.infoEast + cov.nn*c.infoNorth
	perLat, _ := metresPerDegree(c.lat0)
	lat := c.lat0 + y/perLat
	_, perLon := metresPerDegree((lat + c.lat0) / 2)
	s := m.Space.SharedError
	c.est = estimate{lat: lat, lon: turn(c.lon0 + x/perLon), cov: cov.times(1 - s).plus(c.best.times(s)), known: true}
}

// turn brings a longitude into [-180, 180).
func turn(lon float64) float64 {
	switch {
	case lon >= 180:
		return lon - 360
	case lon < -180:
		return lon + 360
	}
	return lon
}

func seconds(t time.Time) float64 {
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}

func instant(s float64) time.Time {
	whole := math.Floor(s)
	return time.Unix(int64(whole), int64(math.Round((s-whole)*1e3))*1e6).UTC()
}

// placeName is the key under which reports without coordinates meet; empty
// where the names are too wide to tell events apart.
func placeName(o *observation.Observation) string {
	if o.Place == "" && o.Activity != observation.Alert || o.Place == "" && o.Area == "" {
		return ""
	}
	return strings.Join(strings.Fields(strings.ToLower(o.Place)), " ") + "|" + strings.Join(strings.Fields(strings.ToLower(o.Area)), " ")
}

func sharesActor(a, b *observation.Observation) (shared, bothName bool) {
	for _, x := range a.Actors {
		if slices.Contains(b.Actors, x) {
			return true, true
		}
	}
	return false, len(a.Actors) > 0 && len(b.Actors) > 0
}
