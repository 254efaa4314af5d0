// Package track knows how well each source has done: how often others confirm
// it, by how far it errs in place and time and in which direction, how late it
// reports and how long it falls silent, each with its uncertainty; and which
// source is sick, and why.
//
// A source is measured by what others say, never by itself: of an incident, only
// what other sources give counts as its reference. It must not know terms, zones
// or storage, and it decides nothing: fusion and people do.
package track

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/proportion"
)

// Input is what records follow from, and nothing else.
type Input struct {
	Incidents []incident.Incident
	// Observations are those on which the incidents rest; others are ignored but
	// for their times.
	Observations []observation.Observation
	// Decided says of incidents, by ID, whether people found that they happened;
	// of the others it follows from what other sources say.
	Decided map[string]bool
}

// Record is how one source has done.
type Record struct {
	Source string            `json:"source"`
	Means  observation.Means `json:"means,omitempty"` // of its first observation

	Observations int       `json:"observations"`
	First        time.Time `json:"first"` // From of the first, UTC
	Last         time.Time `json:"last"`

	// Confirmed are the source's reports of which people found that they were
	// true, or which others confirm: of the reports that count, see [Records].
	Confirmed proportion.Of `json:"confirmed"`
	// Peers are the same of all other sources of its means, or of all others where
	// those have few. Not to be confirmed is not to be false: some see what no
	// other can.
	Peers proportion.Of `json:"peers"`
	// Ratio is how often it is confirmed against its peers, 1 for as often; drawn
	// towards 1 where it has few reports.
	Ratio Estimate `json:"ratio"`

	// Errors against what others say: east, north (metres), and in time (seconds,
	// positive where it is late, as of a clock that is fast). Medians.
	EastM  Estimate `json:"east_m"`
	NorthM Estimate `json:"north_m"`
	TimeS  Estimate `json:"time_s"`
	// SpreadM and SpreadS are the standard deviations about these, by the median of
	// the absolute deviations; SpreadM is that of each coordinate.
	SpreadM float64 `json:"spread_m"`
	SpreadS float64 `json:"spread_s"`
	// Held are the reports whose stated circle, with that of the others, holds the
	// others' place; 95 % should.
	Held proportion.Of `json:"held"`

	DelayS Estimate `json:"delay_s"` // from the end of what it reports to its report; median
	// LongestSilenceS is the longest time between two observations that follow each
	// other; SilentS the time from its last one to the last of all.
	LongestSilenceS float64 `json:"longest_silence_s"`
	SilentS         float64 `json:"silent_s"`

	Sick []Reason `json:"sick,omitempty"` // why it should not be relied on as it is
}

// Estimate is a value with the interval that holds the true one with 95 %, from
// N reports. Of too few for such an interval there is N alone.
type Estimate struct {
	N     int     `json:"n"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Known tells whether there is a value.
func (e Estimate) Known() bool { return e != Estimate{N: e.N} || e.N >= fewest }

// fewest is how many values it takes that the true median lies between the least
// and the greatest with 95 %: 1 - 2·0.5⁶.
const fewest = 6

// shrinkage is how many reports like its peers' a source is credited with before
// it has any, so that a few do not make its ratio. Assumed.
const shrinkage = 20

// fewPeers is how many reports sources of one means must have to be compared with.
const fewPeers = 50

// Records makes the record of each source, in the order of their names. The result
// follows from the input, whatever its order.
//
// Of a source's reports those count that are no repetition of another, that are of
// an event (no announcement, no alert) and no fire, which is no claim about anybody. One is
// confirmed where people found that its incident happened, or where the other
// independent sources in it make it probable: one that sees or measures, or two
// that tell.
func Records(in Input) []Record {
	t := newTracker(in)
	t.clocks()
	records := make([]Record, 0, len(t.sources))
	all := proportion.Of{}
	byMeans := map[observation.Means]proportion.Of{}
	for _, s := range t.sources {
		r := t.measure(s)
		records = append(records, r)
		all = sum(all, r.Confirmed, 1)
		byMeans[r.Means] = sum(byMeans[r.Means], r.Confirmed, 1)
	}
	for i := range records {
		r := &records[i]
		if r.Peers = sum(byMeans[r.Means], r.Confirmed, -1); r.Peers.Trials < fewPeers {
			r.Peers = sum(all, r.Confirmed, -1)
		}
		r.Ratio = ratio(r.Confirmed, r.Peers)
		r.Sick = sick(t.sources[i], r)
	}
	return records
}

func sum(a, b proportion.Of, sign int) proportion.Of {
	return proportion.Of{Hits: a.Hits + sign*b.Hits, Trials: a.Trials + sign*b.Trials}
}

// ratio compares a source's share with its peers', both taken with shrinkage; the
// interval is Wilson's of the source over the peers' share.
func ratio(own, peers proportion.Of) Estimate {
	share := peers.Share()
	if share == 0 || own.Trials == 0 {
		return Estimate{}
	}
	low, high := own.Interval()
	value := (float64(own.Hits) + shrinkage*share) / (float64(own.Trials) + shrinkage) / share
	low, high = math.Min(low/share, value), math.Max(high/share, value)
	return Estimate{N: own.Trials, Value: round(value, 4), Low: round(low, 4), High: round(high, 4)}
}

// report is an observation with what it takes to compare it.
type report struct {
	o          *observation.Observation
	at         place
	mid, width float64 // Unix seconds, seconds
	incident   *event  // nil: in none
	member     *incident.Member
}

// event is an incident with the reports of it.
type event struct {
	*incident.Incident
	reports []*report
}

type source struct {
	name    string
	reports []*report // by time, then ref
	lags    lags
	clock   *Reason // nil: it is right, as far as can be told
	early   early
}

type tracker struct {
	decided map[string]bool
	events  []*event
	sources []*source
	end     float64 // Unix seconds of the last observation
}

func newTracker(in Input) *tracker {
	t := &tracker{decided: in.Decided, end: math.Inf(-1)}
	by := map[string]*source{}
	known := make(map[[2]string]*report, len(in.Observations))
	for i := range in.Observations {
		o := &in.Observations[i]
		key := [2]string{o.Source, o.Ref}
		if o.Source == "" || known[key] != nil {
			continue
		}
		from, to := seconds(o.From), seconds(o.To)
		r := &report{o: o, at: placeOf(o), mid: (from + to) / 2, width: math.Max(0, to-from)}
		known[key] = r
		s := by[o.Source]
		if s == nil {
			s = &source{name: o.Source}
			by[o.Source] = s
			t.sources = append(t.sources, s)
		}
		s.reports = append(s.reports, r)
		t.end = math.Max(t.end, from)
	}
	slices.SortFunc(t.sources, func(a, b *source) int { return strings.Compare(a.name, b.name) })
	for _, s := range t.sources {
		slices.SortFunc(s.reports, func(a, b *report) int {
			return cmp.Or(a.o.From.Compare(b.o.From), strings.Compare(a.o.Ref, b.o.Ref))
		})
	}
	for i := range in.Incidents {
		e := &event{Incident: &in.Incidents[i]}
		for k := range e.Members {
			m := &e.Members[k]
			if r := known[[2]string{m.Source, m.Ref}]; r != nil {
				r.incident, r.member = e, m
				e.reports = append(e.reports, r)
			}
		}
		if len(e.reports) > 0 {
			t.events = append(t.events, e)
		}
	}
	slices.SortFunc(t.events, func(a, b *event) int { return cmp.Or(a.From.Compare(b.From), strings.Compare(a.ID, b.ID)) })
	return t
}

// counts tells whether a report says anything about its source.
func (r *report) counts() bool {
	if r.incident == nil || !r.member.Independent || r.o.Copies != "" {
		return false
	}
	switch r.o.Activity {
	case observation.Fire, observation.Alert, observation.Silence, observation.Other, observation.Exercise, observation.Demining:
		return false
	}
	// What is told before it happens is announced; an instrument's clock is fast.
	return !tells(r.o.Means) || r.o.Reported.IsZero() || !r.o.Reported.Before(r.o.From)
}

// tells tells whether a means says what others perceived, in words.
func tells(m observation.Means) bool {
	switch m {
	case observation.News, observation.Party, observation.Hotline, observation.Dataset, "":
		return true
	}
	return false
}

// weight is how much a report of an event by a means makes it probable, in the
// order of the field's practice: seen or recorded above measured above told. Assumed.
func weight(m observation.Means) float64 {
	switch m {
	case observation.Patrol, observation.Post, observation.Camera, observation.UAV:
		return 0.92
	case observation.Dataset:
		return 0.85
	case observation.Acoustic, observation.Seismic, observation.Radar, observation.Satellite:
		return 0.75
	case observation.News:
		return 0.6
	case observation.Hotline:
		return 0.5
	case observation.Party:
		return 0.4
	}
	return 0.5
}

// enough is the probability from other sources that confirms a report.
const enough = 0.7

// confirmed tells whether r's event happened, as others have it.
func (t *tracker) confirmed(r *report) bool {
	if happened, ok := t.decided[r.incident.ID]; ok {
		return happened
	}
	unlikely := 1.0
	for _, o := range r.others() {
		if o.member.Independent && o.o.Copies == "" {
			unlikely *= 1 - weight(o.o.Means)
		}
	}
	return 1-unlikely >= enough
}

// others are the reports of r's event by other sources.
func (r *report) others() []*report {
	var out []*report
	for _, o := range r.incident.reports {
		if o.o.Source != r.o.Source {
			out = append(out, o)
		}
	}
	return out
}

// measure makes a source's record but for what takes its peers'.
func (t *tracker) measure(s *source) Record {
	first, last := s.reports[0], s.reports[len(s.reports)-1]
	r := Record{Source: s.name, Means: first.o.Means, Observations: len(s.reports), First: first.o.From.UTC(), Last: last.o.From.UTC(),
		SilentS: math.Max(0, t.end-seconds(last.o.From))}
	var east, north, delays []float64
	for i, x := range s.reports {
		if i > 0 {
			r.LongestSilenceS = math.Max(r.LongestSilenceS, seconds(x.o.From)-seconds(s.reports[i-1].o.From))
		}
		if x.o.Reported.After(x.o.To) {
			delays = append(delays, x.o.Reported.Sub(x.o.To).Seconds())
		}
		if x.incident == nil {
			continue
		}
		if x.counts() {
			r.Confirmed.Add(t.confirmed(x))
		}
		if ref, ok := placeOfOthers(x); ok && x.at.known {
			e, n := offset(ref, x.at)
			east, north = append(east, e), append(north, n)
			r.Held.Add(math.Hypot(e, n) <= geo.Sigmas95*math.Hypot(x.at.sigma, ref.sigma))
		}
	}
	r.EastM, r.NorthM = median(east, 1), median(north, 1)
	r.SpreadM = round(math.Sqrt((square(spread(east))+square(spread(north)))/2), 1)
	r.DelayS = median(delays, 0)
	about := s.lags.right
	if s.clock != nil {
		about = s.lags.peak
	}
	r.TimeS, r.SpreadS = median(about, 1), round(spread(about), 1)
	return r
}

func square(x float64) float64 { return x * x }

// median is the median of values with its interval from order statistics, which
// holds whatever their distribution (Conover 1999, Practical Nonparametric
// Statistics, section 3.2), to so many digits. It takes at least fewest of them, and
// changes their order.
func median(values []float64, digits int) Estimate {
	n := len(values)
	if n < fewest {
		return Estimate{N: n}
	}
	slices.Sort(values)
	half := 1.959963984540054 * math.Sqrt(float64(n)) / 2
	low := max(0, int(math.Floor(float64(n)/2-half)))
	high := min(n-1, int(math.Ceil(float64(n)/2+half)))
	return Estimate{N: n, Value: round(middle(values), digits), Low: round(values[low], digits), High: round(values[high], digits)}
}

// middle is the median of sorted values.
func middle(values []float64) float64 {
	n := len(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// spread is the standard deviation of a normal distribution with the values'
// median absolute deviation (Rousseeuw and Croux 1993, doi:10.1080/01621459.1993.10476408);
// 0 of fewer than fewest.
func spread(values []float64) float64 {
	if len(values) < fewest {
		return 0
	}
	v := slices.Clone(values)
	slices.Sort(v)
	m := middle(v)
	for i := range v {
		v[i] = math.Abs(v[i] - m)
	}
	slices.Sort(v)
	return 1.482602218505602 * middle(v)
}

func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

func round(v float64, digits int) float64 {
	k := math.Pow10(digits)
	return math.Round(v*k)/k + 0 // no negative zero
}
