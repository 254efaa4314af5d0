package eval

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Found is an incident as it is scored.
type Found struct {
	ID          string
	From, To    time.Time
	Activities  map[observation.Activity]float64 // probabilities
	Probability float64                          // that it happened
	Distinct    float64                          // that it is an event of its own
	Zones       map[string]float64               // probability that it lies inside; nil: it has no place
	Parties     map[string]float64               // probability that the party did it; nil: nobody was asked
	Named       string                           // the party it is attributed to; empty: undetermined
	Members     []Ref
}

// Seen is an observation of the workspace.
type Seen struct {
	Ref
	Means    observation.Means
	Reported time.Time // zero: the source does not say
	Apart    bool      // it takes no part in fusion: a reference, not a report
}

// Input is what Measure compares.
type Input struct {
	Truth  *Truth
	Zones  []string                    // of the agreement, in its order
	Inside func(Event) map[string]bool // zones that an event lies in
	Day    func(time.Time) string      // to which an instant is counted
	Seen   []Seen
	Found  []Found
}

// Scores is how well a workspace tells what happened.
type Scores struct {
	Observations Observations `json:"observations"`
	Events       Events       `json:"events"`
	Incidents    int          `json:"incidents"`
	Pairs        Grouping     `json:"pairs"`
	BCubed       Grouping     `json:"b_cubed"`
	Count        Counts       `json:"count"`
	ByType       []Counts     `json:"count_by_type"`
	ByZone       []Counts     `json:"count_by_zone"`
	Days         []Day        `json:"days"`
	Happened     Calibration  `json:"happened"`
	Inside       Calibration  `json:"inside"`
	InsideDoubt  Calibration  `json:"inside_in_doubt"` // of those between 1 and 99 %
	Attribution  Calibration  `json:"attribution"`
	Attributed   Attributed   `json:"attributed"`
	Delays       []Delay      `json:"delays"`
	// UnknownParties are those of the truth that the agreement does not know; nobody is
	// asked whether they did it.
	UnknownParties []string `json:"unknown_parties,omitempty"`
}

// Observations is how the workspace's and the truth's observations fit together.
type Observations struct {
	Both      int   `json:"both"`       // scored
	OfNothing int   `json:"of_nothing"` // of those: false alarms
	Lacking   int   `json:"lacking"`    // in the truth, not in the workspace
	Unknown   int   `json:"unknown"`    // in the workspace, not in the truth
	Apart     int   `json:"apart"`      // references, which take no part
	Lack      []Ref `json:"lacking_first,omitempty"`
	Unknowns  []Ref `json:"unknown_first,omitempty"`
}

// Events is how much of what happened anybody told of.
type Events struct {
	True     int `json:"true"`     // that were what they seem
	Told     int `json:"told"`     // of those: with an observation in the workspace
	Mistaken int `json:"mistaken"` // that only sound or look like something, as thunder
}

// Grouping is Agreement with its F1.
type Grouping struct {
	Agreement
	F1 float64 `json:"f1"`
}

// Counts compares numbers of incidents, each as the probability that it happened and is
// an event of its own, with those of true events that anybody told of, day by day.
type Counts struct {
	Name    string  `json:"name,omitempty"`
	True    float64 `json:"true"`
	Counted float64 `json:"counted"`
	// Error is the sum of the days' differences, each without its sign, as a share of
	// all true events; Bias is the difference of the sums, with its sign. Both are 0 where
	// there are none.
	Error float64 `json:"daily_error"`
	Bias  float64 `json:"bias"`
}

// Day is one day's counts.
type Day struct {
	Day       string  `json:"day"`
	True      float64 `json:"true"`
	Counted   float64 `json:"counted"`
	Untold    int     `json:"untold"`    // true events that nobody told of
	Incidents int     `json:"incidents"` // whatever their probability
}

// Attributed is what came of naming who did it, for incidents of true events by a
// party.
type Attributed struct {
	Right        int `json:"right"`
	Wrong        int `json:"wrong"`
	Undetermined int `json:"undetermined"`
}

// Delay is how long after an event its incident stood: until the first report of it
// (the incident begins with that) and until the second source's (from then on there is
// corroboration). Minutes; quantiles over the events told of.
type Delay struct {
	Until string  `json:"until"`
	N     int     `json:"n"`
	P10   float64 `json:"p10_min"`
	P50   float64 `json:"p50_min"`
	P90   float64 `json:"p90_min"`
	// Steps are shares of the true events for which it was no later than so many
	// minutes.
	Steps []Step `json:"steps"`
}

// Step is the share of events after so many minutes.
type Step struct {
	Minutes float64 `json:"minutes"`
	Share   float64 `json:"share"`
}

// first is how many of a list of differences are shown.
const first = 10

// Kind is the coarse type by which counts are compared.
func Kind(a observation.Activity) string {
	switch a {
	case observation.UAVFlight, observation.AircraftFlight, observation.Presence, observation.Movement, observation.Construction:
		return "presence and movement"
	case observation.Fire, observation.Demining, observation.Exercise:
		return string(a)
	case observation.Damage, observation.Casualty: // what is left of one
		return "explosions"
	}
	if k := family(a); k == "small arms" || k == "explosions" {
		return k
	}
	return "other"
}

// Measure scores a workspace against a truth.
func Measure(in Input) *Scores {
	m := measure{Input: in, of: map[Ref]int{}, told: map[int][]Seen{}}
	s := &Scores{Incidents: len(in.Found)}
	m.match(s)
	m.groups(s)
	m.counts(s)
	m.calibrate(s)
	m.delays(s)
	s.round()
	return s
}

// round keeps six decimals, so that every machine prints the same.
func (s *Scores) round() {
	six := func(all ...*float64) {
		for _, x := range all {
			*x = math.Round(*x*1e6) / 1e6
		}
	}
	six(&s.Pairs.Precision, &s.Pairs.Recall, &s.Pairs.F1, &s.BCubed.Precision, &s.BCubed.Recall, &s.BCubed.F1)
	for _, list := range [][]Counts{s.ByType, s.ByZone} {
		for i := range list {
			six(&list[i].True, &list[i].Counted, &list[i].Error, &list[i].Bias)
		}
	}
	six(&s.Count.True, &s.Count.Counted, &s.Count.Error, &s.Count.Bias)
	for i := range s.Days {
		six(&s.Days[i].Counted)
	}
	for _, c := range []*Calibration{&s.Happened, &s.Inside, &s.InsideDoubt, &s.Attribution} {
		six(&c.Brier, &c.Error)
		for i := range c.Bins {
			six(&c.Bins[i].Stated, &c.Bins[i].Happened)
		}
	}
	for i := range s.Delays {
		six(&s.Delays[i].P10, &s.Delays[i].P50, &s.Delays[i].P90)
		for k := range s.Delays[i].Steps {
			six(&s.Delays[i].Steps[k].Share)
		}
	}
}

type measure struct {
	Input
	of     map[Ref]int    // event of each observation that both have
	order  []Ref          // those, in the workspace's order
	told   map[int][]Seen // by event
	events []int          // of each incident: the one most of its members are of, -1: none
}

func (m *measure) match(s *Scores) {
	have := map[Ref]bool{}
	for _, o := range m.Seen {
		have[o.Ref] = true
		at, ok := m.Truth.Of[o.Ref]
		switch {
		case o.Apart:
			s.Observations.Apart++
			continue
		case !ok:
			s.Observations.Unknown++
			if len(s.Observations.Unknowns) < first {
				s.Observations.Unknowns = append(s.Observations.Unknowns, o.Ref)
			}
			continue
		}
		s.Observations.Both++
		m.of[o.Ref] = at
		m.order = append(m.order, o.Ref)
		if at < 0 {
			s.Observations.OfNothing++
			continue
		}
		m.told[at] = append(m.told[at], o)
	}
	var lacking []Ref
	for r := range m.Truth.Of {
		if !have[r] {
			lacking = append(lacking, r)
		}
	}
	s.Observations.Lacking = len(lacking)
	slices.SortFunc(lacking, func(a, b Ref) int { return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Ref, b.Ref)) })
	s.Observations.Lack = lacking[:min(first, len(lacking))]
	for i, e := range m.Truth.Events {
		switch {
		case e.No:
			s.Events.Mistaken++
		case len(m.told[i]) > 0:
			s.Events.Told++
			fallthrough
		default:
			s.Events.True++
		}
	}
	m.events = make([]int, len(m.Found))
	for k, f := range m.Found {
		m.events[k] = m.event(f)
	}
}

// event is the one that most of an incident's members are of, the first of equals;
// events count before false alarms.
func (m *measure) event(f Found) int {
	votes, best := map[int]int{}, -1
	for _, r := range f.Members {
		at, ok := m.of[r]
		if !ok || at < 0 {
			continue
		}
		votes[at]++
		if best < 0 || votes[at] > votes[best] {
			best = at
		}
	}
	return best
}

// happened reports whether any member of an incident is of an event that was what it
// seems.
func (m *measure) happened(f Found) (happened, known bool) {
	for _, r := range f.Members {
		at, ok := m.of[r]
		known = known || ok
		if ok && at >= 0 && !m.Truth.Events[at].No {
			return true, true
		}
	}
	return false, known
}

// groups scores pairs and B-cubed. An observation in no incident is alone.
func (m *measure) groups(s *Scores) {
	in := map[Ref]int{}
	for k, f := range m.Found {
		for _, r := range f.Members {
			in[r] = k
		}
	}
	truth, found := make([]int, len(m.order)), make([]int, len(m.order))
	for i, r := range m.order {
		truth[i] = m.of[r]
		found[i] = -1 - i
		if k, ok := in[r]; ok {
			found[i] = k
		}
	}
	pairs, cubed := Pairs(truth, found), BCubed(truth, found)
	s.Pairs, s.BCubed = Grouping{pairs, pairs.F1()}, Grouping{cubed, cubed.F1()}
}

// tally is a count by day and by name.
type tally map[[2]string]float64

// compare makes Counts of names, each over all days.
func compare(name string, days []string, truth, counted tally) Counts {
	c := Counts{Name: name}
	for _, d := range days {
		t, n := truth[[2]string{d, name}], counted[[2]string{d, name}]
		c.True, c.Counted = c.True+t, c.Counted+n
		c.Error += math.Abs(t - n)
	}
	c.Error, c.Bias = ratio(c.Error, c.True), ratio(c.Counted-c.True, c.True)
	return c
}

// ratio is 0 of nothing.
func ratio(x, of float64) float64 {
	if of == 0 {
		return 0
	}
	return x / of
}

// outside names what lies in no zone.
const outside = "outside all zones"

func (m *measure) counts(s *Scores) {
	truth, counted := tally{}, tally{}
	days, kinds := map[string]*Day{}, map[string]bool{}
	day := func(t time.Time) *Day {
		d := m.Day(t)
		if days[d] == nil {
			days[d] = &Day{Day: d}
		}
		return days[d]
	}
	for i, e := range m.Truth.Events {
		if e.No {
			continue
		}
		d := day(e.At)
		if len(m.told[i]) == 0 {
			d.Untold++
			continue
		}
		d.True++
		kind := Kind(e.Activity)
		kinds[kind] = true
		truth[[2]string{d.Day, kind}]++
		in := m.Inside(e)
		somewhere := false
		for _, z := range m.Zones {
			if in[z] {
				truth[[2]string{d.Day, z}]++
				somewhere = true
			}
		}
		if !somewhere {
			truth[[2]string{d.Day, outside}]++
		}
	}
	for _, f := range m.Found {
		if _, known := m.happened(f); !known {
			continue // of observations that the truth does not know
		}
		d := day(f.From.Add(f.To.Sub(f.From) / 2))
		d.Incidents++
		events := max(0, f.Probability+f.Distinct-1) // see incident.Events
		d.Counted += events
		for _, a := range slices.Sorted(maps.Keys(f.Activities)) {
			kind := Kind(a)
			kinds[kind] = true
			counted[[2]string{d.Day, kind}] += f.Activities[a] * events
		}
		most := 0.0
		for _, z := range m.Zones {
			counted[[2]string{d.Day, z}] += f.Zones[z] * events
			most = max(most, f.Zones[z])
		}
		counted[[2]string{d.Day, outside}] += (1 - most) * events
	}
	names := slices.Sorted(maps.Keys(days))
	for _, d := range names {
		s.Days = append(s.Days, *days[d])
		truth[[2]string{d, ""}], counted[[2]string{d, ""}] = days[d].True, days[d].Counted
	}
	s.Count = compare("", names, truth, counted)
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		s.ByType = append(s.ByType, compare(k, names, truth, counted))
	}
	for _, z := range append(slices.Clone(m.Zones), outside) {
		s.ByZone = append(s.ByZone, compare(z, names, truth, counted))
	}
}

func (m *measure) calibrate(s *Scores) {
	var happened, inside, doubt, by []Forecast
	for k, f := range m.Found {
		yes, known := m.happened(f)
		if !known {
			continue
		}
		happened = append(happened, Forecast{f.Probability, yes})
		if m.events[k] < 0 {
			continue
		}
		e := m.Truth.Events[m.events[k]]
		if f.Zones != nil {
			in := m.Inside(e)
			for _, z := range m.Zones {
				x := Forecast{f.Zones[z], in[z]}
				inside = append(inside, x)
				if x.Probability >= 0.01 && x.Probability <= 0.99 {
					doubt = append(doubt, x)
				}
			}
		}
		if e.Party == "" || f.Parties == nil {
			continue
		}
		for _, p := range slices.Sorted(maps.Keys(f.Parties)) {
			by = append(by, Forecast{f.Parties[p], p == e.Party})
		}
		switch f.Named {
		case "":
			s.Attributed.Undetermined++
		case e.Party:
			s.Attributed.Right++
		default:
			s.Attributed.Wrong++
		}
	}
	s.Happened, s.Inside, s.InsideDoubt, s.Attribution = Calibrate(happened), Calibrate(inside), Calibrate(doubt), Calibrate(by)
}

// delays are measured by what sources say of when they reported.
func (m *measure) delays(s *Scores) {
	var one, two []float64
	all := 0
	for i, e := range m.Truth.Events {
		if e.No {
			continue
		}
		all++
		list := slices.DeleteFunc(slices.Clone(m.told[i]), func(o Seen) bool { return o.Reported.IsZero() })
		if len(list) == 0 {
			continue
		}
		slices.SortStableFunc(list, func(a, b Seen) int { return a.Reported.Compare(b.Reported) })
		one = append(one, list[0].Reported.Sub(e.At).Minutes())
		for _, o := range list[1:] {
			if o.Source != list[0].Source {
				two = append(two, o.Reported.Sub(e.At).Minutes())
				break
			}
		}
	}
	s.Delays = []Delay{delay("the first report", one, all), delay("a second source's report", two, all)}
}

func delay(until string, minutes []float64, all int) Delay {
	slices.Sort(minutes)
	d := Delay{Until: until, N: len(minutes)}
	if len(minutes) == 0 {
		return d
	}
	at := func(share float64) float64 { return minutes[int(share*float64(len(minutes)-1)+0.5)] }
	d.P10, d.P50, d.P90 = at(0.1), at(0.5), at(0.9)
	for _, m := range []float64{1, 2, 5, 10, 20, 60, 120, 360, 720, 1440, 2880} {
		n, _ := slices.BinarySearch(minutes, math.Nextafter(m, math.Inf(1)))
		d.Steps = append(d.Steps, Step{m, float64(n) / float64(all)})
	}
	return d
}
