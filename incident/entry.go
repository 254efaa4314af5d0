package incident

import (
	"cmp"
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
	// What every question touches comes first.
	mid, half float64 // of its time and of its interval, seconds
	clockV    float64 // variance of either end
	reach     float64 // seconds from mid within which another may lie, as far as this one decides it
	perLat    float64 // metres a degree where it is
	perLon    float64
	major     float64 // its place's greater standard deviation, metres
	est       estimate
	ray       *ray  // nil: it tells no direction
	source    int32 // number of its source
	means     int32 // number of its means
	act       int32
	kind      kind
	repeats   bool    // its source may report an event more than once
	asked     bool    // since something about it changed
	detailed  bool    // it tells more than place, time, type and count
	tellsHarm bool    // its like tells of the killed and injured where there are any
	shared    bool    // it has a page or a picture that others may have too
	sure      bool    // by far the best, or far from any
	number    float64 // ln of its count
	numberV   float64 // and that's variance; 0: it has none

	seq     uint64
	o       *observation.Observation
	when    moment
	size    float64 // the lesser, the more precise
	truth   float64 // probability that the report is true
	origin  string  // id of what it copies
	words   uint64  // hash of its text; 0 until asked for
	worded  bool
	address string  // its URL without what does not matter
	lonely  float64 // probability that no other reports the same
	single  float64 // and that no other source does

	root int32   // the entry of which it is a stated copy; itself: of none
	same []int32 // stated copies of it

	habit       habit // of its source, as far as it is heeded
	independent bool
	verdict
}

// verdict is why an entry is in its incident.
type verdict struct {
	score    float64
	distance float64
	lag      float64
	why      string
}

// kind is what an observation's precision lets fusion do with it.
type kind uint8

const (
	isolated kind = 1 << iota // never joins another
	centroid                  // its place stands for an area
	dayOnly                   // its time is a day
)

func (m *model) entry(seq uint64, o *observation.Observation) entry {
	e := entry{seq: seq, o: o, habit: habit{scale: 1}, act: int32(m.activity(o.Activity)), repeats: m.repeats(o.Means), truth: m.reliability(o)}
	e.est, e.ray = m.locate(o)
	e.when = m.time(o, e.ray)
	e.mid, e.half, e.clockV = e.when.mid(), (e.when.to-e.when.from)/2, e.when.sd*e.when.sd
	e.reach = e.half + m.Decision.GateSigma*e.when.sd
	e.origin = o.Copies
	if e.origin != "" && !strings.Contains(e.origin, "/") {
		e.origin = o.Source + "/" + e.origin
	}
	if o.URL != "" {
		e.address = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(o.URL, "https://"), "http://"), "www."), "/")
	}
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
	if e.est.known {
		e.major = e.est.cov.major()
		e.perLat, e.perLon = metresPerDegree(e.est.lat)
		if e.est.cov.radius() > m.Space.WidestRadiusM {
			e.kind |= isolated
		}
	} else if placeName(o) == "" {
		e.kind |= isolated
	}
	if n := o.Count.N; n > 0 {
		e.number = math.Log(float64(n))
		s := m.countError(o.Means)
		e.numberV = s * s
	}
	e.detailed = known(o.Weapon) || len(o.Actors) > 0 || o.Place != "" || o.Text != "" || o.URL != "" || len(o.Media) > 0 ||
		o.Harm.Killed+o.Harm.Injured > 0
	switch o.Means {
	case observation.News, observation.Hotline, observation.Party:
		e.tellsHarm = o.How == observation.Told
	}
	e.shared = e.address != "" || len(o.Media) > 0
	e.detailed = e.detailed || e.tellsHarm
	area := m.Space.NamesSigmaM * m.Space.NamesSigmaM
	if e.est.known {
		area = math.Sqrt(e.est.cov.determinant())
	}
	e.size = area * math.Sqrt(e.when.variance())
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

// order is the one in which observations are taken up: by what they say and last by
// who says it, so that sources under other names give the same.
func order(a, b *entry) int {
	if c := a.o.From.Compare(b.o.From); c != 0 {
		return c
	}
	if c := cmp.Or(cmp.Compare(a.mid, b.mid), cmp.Compare(a.size, b.size), cmp.Compare(a.est.lat, b.est.lat), cmp.Compare(a.est.lon, b.est.lon),
		cmp.Compare(a.act, b.act), cmp.Compare(a.number, b.number)); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.o.Source, b.o.Source), strings.Compare(a.o.Ref, b.o.Ref), cmp.Compare(a.seq, b.seq))
}

// before is the order in which they are listed.
func before(a, b *observation.Observation) int {
	if c := a.From.Compare(b.From); c != 0 {
		return c
	}
	if c := strings.Compare(a.Source, b.Source); c != 0 {
		return c
	}
	return strings.Compare(a.Ref, b.Ref)
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

func known(w observation.Weapon) bool { return w != "" && w != observation.WeaponUnknown }

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
