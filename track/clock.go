package track

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"github.com/truce-monitor/truce/geo"
)

// A clock that is wrong by minutes keeps a precise source's reports from joining
// any other's, so its error can't be read off the incidents. It shows where a
// source's reports are compared with all that others saw at the same place within
// an hour: the differences in time pile up at the error (a cross-correlogram,
// Perkel, Gerstein and Moore 1967, doi:10.1016/S0006-3495(67)86597-4).
const (
	horizonS    = 3600 // seconds on either side
	preciseS    = 900  // widest interval, seconds, by which a clock can be told
	binS        = 10   // seconds
	mostReports = 3000 // of a source that are compared, evenly over its time
)

// sighting is what one source says of an event, for others to be compared with.
type sighting struct {
	*report
	event *event
}

type correlogram struct {
	sightings []sighting // by time
}

// newCorrelogram compares with what all sources saw but those without.
func newCorrelogram(events []*event, without map[string]bool) *correlogram {
	c := &correlogram{}
	for _, e := range events {
		for _, r := range e.reports {
			if !without[r.o.Source] && r.at.known && r.width <= preciseS && r.at.sigma <= farthest && r.member.Independent && r.o.Copies == "" {
				c.sightings = append(c.sightings, sighting{r, e})
			}
		}
	}
	slices.SortStableFunc(c.sightings, func(a, b sighting) int { return cmp.Compare(a.mid, b.mid) })
	return c
}

// clocks compares all sources' clocks. Where one is off, those whom it meets seem
// off as well: so the clearest is taken for wrong first, and the others are then
// compared without it.
func (t *tracker) clocks() {
	wrong := map[string]bool{}
	t.early()
	for {
		c := newCorrelogram(t.events, wrong)
		var worst *source
		for _, s := range t.sources {
			if wrong[s.name] {
				continue
			}
			s.lags = c.of(s)
			if s.clock = s.off(); s.clock != nil && (worst == nil || s.lags.excess() > worst.lags.excess()) {
				worst = s
			}
		}
		if worst == nil {
			return
		}
		wrong[worst.name] = true
	}
}

// lags are a source's differences in time to what others saw, seconds.
type lags struct {
	right  []float64 // where they pile up about 0
	peak   []float64 // where they pile up elsewhere
	second int       // of these, those not by the most frequent other source
	n      int       // reports compared
	chance float64   // how many would be about the peak if the clock were right
}

// of compares a source with all others. Each event counts once, by the most precise
// of the others' sightings of it.
func (c *correlogram) of(s *source) lags {
	var precise []*report
	var widths []float64
	for _, r := range s.reports {
		if r.at.known && r.width <= preciseS && r.o.Copies == "" && (r.member == nil || r.member.Independent) {
			precise = append(precise, r)
			widths = append(widths, r.width)
		}
	}
	if len(precise) == 0 {
		return lags{}
	}
	slices.Sort(widths)
	half := math.Max(2*binS, math.Ceil(middle(widths)/2/binS)*binS)
	step := max(1, len(precise)/mostReports)
	var found []lag
	n := 0
	for i := 0; i < len(precise); i += step {
		found = append(found, c.around(precise[i])...)
		n++
	}
	slices.SortFunc(found, func(a, b lag) int { return cmp.Compare(a.s, b.s) })
	all := make([]float64, len(found))
	for i := range found {
		all[i] = found[i].s
	}
	within := func(at float64) (from, to int) {
		return sort.SearchFloat64s(all, at-half), sort.Search(len(all), func(i int) bool { return all[i] > at+half })
	}
	// The highest pile about 0, where a right clock's is, and the highest beyond. Of
	// equal ones the first counts, nearest 0.
	top := func(from, to int) float64 {
		best, at := -1, 0.0
		for k := from; k <= to; k++ {
			for _, x := range []float64{float64(k * binS), float64(-k * binS)} {
				if i, j := within(x); j-i > best {
					best, at = j-i, x
				}
			}
		}
		return at
	}
	from, to := within(top(0, clockOffS/binS-1))
	right := all[from:to]
	at := top(clockOffS/binS, horizonS/binS)
	from, to = within(at)
	// Fire draws fire, so that chance is not the same at all lags: on the other side
	// of 0, as far away, nothing but chance is.
	a, b := within(-at)
	by := map[string]int{}
	most := 0
	for _, x := range found[from:to] {
		by[x.witness]++
		most = max(most, by[x.witness])
	}
	return lags{right: slices.Clone(right), peak: slices.Clone(all[from:to]), second: to - from - most, n: n,
		chance: max(float64(b-a), float64(len(all))*half/horizonS, float64(len(right)))}
}

// lag is by how many seconds a report is later than what a witness saw.
type lag struct {
	s       float64
	witness string
}

// around lists the lags of r to each event that others saw at its place, an event
// once.
func (c *correlogram) around(r *report) []lag {
	type best struct {
		lag
		width float64
	}
	found := map[*event]best{}
	from := sort.Search(len(c.sightings), func(i int) bool { return c.sightings[i].mid >= r.mid-horizonS })
	for _, x := range c.sightings[from:] {
		if x.mid > r.mid+horizonS {
			break
		}
		if x.o.Source == r.o.Source {
			continue
		}
		if math.Abs(x.at.lat-r.at.lat) > 0.5 {
			continue
		}
		if e, n := offset(x.at, r.at); math.Hypot(e, n) > geo.Sigmas95*math.Hypot(x.at.sigma, r.at.sigma)+100 {
			continue
		}
		if b, ok := found[x.event]; !ok || x.width < b.width || x.width == b.width && math.Abs(r.mid-x.mid) < math.Abs(b.s) {
			found[x.event] = best{lag{r.mid - x.mid, x.o.Source}, x.width}
		}
	}
	out := make([]lag, 0, len(found))
	for _, b := range found {
		out = append(out, b.lag)
	}
	return out
}

// excess is how many more lags are about the peak than with a right clock.
func (l *lags) excess() float64 { return float64(len(l.peak)) - l.chance }

// off tells whether a source's lags are a wrong clock's. It takes two witnesses,
// for of two sources alone that differ nothing tells which is wrong: two other
// sources that show it clearly, or any and the time until it reports, which then
// differs from its peers' by as much.
func (s *source) off() *Reason {
	l := &s.lags
	if len(l.peak) < clockTimed {
		return nil
	}
	at := math.Round(middle(l.peak)) // sorted
	sigmas := l.excess() / math.Sqrt(l.chance+1)
	switch early := s.early; {
	case early.timed && math.Abs(early.s-at) < math.Abs(at)/4 && early.spread < math.Abs(at)/4:
		if sigmas < clockTimedSigmas {
			return nil
		}
	case len(l.peak) < clockReports || sigmas < clockSigmas || l.excess() < clockShare*float64(l.n) || l.second < max(2, len(l.peak)/4):
		return nil
	}
	return &Reason{Kind: ClockOff, Seconds: at, N: len(l.peak)}
}

// early is by how many seconds an instrument reports sooner after what it reports
// than its peers, as one does whose clock is fast.
type early struct {
	s, spread float64
	timed     bool // it is known
}

// early compares how long instruments take to report.
func (t *tracker) early() {
	delay, width := map[*source]float64{}, map[*source]float64{}
	for _, s := range t.sources {
		var d []float64
		for _, r := range s.reports {
			if !tells(r.o.Means) && !r.o.Reported.IsZero() && r.width <= preciseS {
				d = append(d, seconds(r.o.Reported)-r.mid)
			}
		}
		if len(d) >= clockReports {
			slices.Sort(d)
			delay[s], width[s] = middle(d), spread(d)
		}
	}
	for s, own := range delay {
		var peers []float64
		for o, d := range delay {
			if o != s && o.reports[0].o.Means == s.reports[0].o.Means {
				peers = append(peers, d)
			}
		}
		if len(peers) >= 2 {
			slices.Sort(peers)
			s.early = early{middle(peers) - own, width[s], true}
		}
	}
}
