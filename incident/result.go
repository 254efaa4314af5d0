package incident

import (
	"crypto/sha256"
	"encoding/base32"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// told is an incident with all that its members say.
type told struct {
	cluster
	members  []*entry
	from, to float64
}

// identify derives an incident's ID from its earliest observation.
func identify(o *observation.Observation) string {
	sum := sha256.Sum256([]byte(o.Source + "\x00" + o.Ref))
	return Key(sum[:10]).String()
}

// earliest is the observation from which a cluster's ID derives.
func (s *solver) earliest(k int32) *observation.Observation {
	var first *observation.Observation
	for _, i := range s.clusters[k].members {
		if o := s.entries[i].o; first == nil || before(o, first) < 0 {
			first = o
		}
	}
	return first
}

// discount takes the word of sources that flood for no corroboration: together with
// others they are not independent; among themselves one stands for all.
func (s *solver) discount(members []*entry) {
	others := slices.ContainsFunc(members, func(e *entry) bool { return e.independent && !s.floods(e.source) })
	for _, e := range members {
		if e.independent && s.floods(e.source) {
			e.independent = !others
			others = true
		}
	}
}

// incident is what the members, in their order, say together.
func (s *solver) incident(members []int32) Incident {
	m := s.m
	c := &told{members: make([]*entry, len(members))}
	// In the order of taking up: that of the list goes by names, which must not show
	// in sums, nor in whose word counts or which of two that say the same repeats it.
	taken := slices.Sorted(slices.Values(members))
	for k, i := range taken {
		e := &s.entries[i]
		e.independent = !slices.ContainsFunc(c.members[:k], e.repeatsOf)
		c.members[k] = e
	}
	s.discount(c.members)
	begun := false
	for _, i := range taken {
		e := &s.entries[i]
		switch {
		case !begun:
			s.begin(&c.cluster, e)
			begun = true
		case e.independent || !c.est.known:
			s.add(&c.cluster, e)
		}
	}
	c.from, c.to = s.interval(members)
	in := Incident{
		ID:      identify(s.entries[members[0]].o),
		Members: make([]Member, len(c.members)),
	}
	in.From, in.To = c.stated()
	m.describePlace(c, &in)
	m.describeType(c, &in)
	for i := range c.members {
		e := c.members[i]
		o := e.o
		told := &in.Members[slices.Index(members, taken[i])]
		*told = Member{
			Seq: e.seq, Source: o.Source, Ref: o.Ref, Means: o.Means, Independent: e.independent,
			Score: round(e.score, 3), DistanceM: round(e.distance, 1), LagS: round(e.lag, 1), Why: e.why,
		}
		if b := s.other[taken[i]]; b.probability > 0 {
			told.Other = identify(s.earliest(b.cluster))
			told.OtherProbability = round(b.probability, 6)
		}
		if h := e.habit.String(); h != "" {
			told.Why = strings.TrimPrefix(told.Why+"; "+h, "; ")
		}
		if len(c.members) > 1 && s.floods(e.source) {
			told.Why = strings.TrimPrefix(told.Why+"; "+floods, "; ")
		}
		if e.independent {
			in.IndependentSources++
		}
		if in.Place == "" {
			in.Place = o.Place
		}
		if in.Area == "" {
			in.Area = o.Area
		}
		if claim := (Claim{Source: o.Source, Means: o.Means, Party: o.Party}); o.Party != "" && !slices.Contains(in.Claims, claim) {
			in.Claims = append(in.Claims, claim)
		}
		if !o.Reported.IsZero() && (in.Reported.IsZero() || o.Reported.Before(in.Reported)) {
			in.Reported = o.Reported.UTC()
		}
		for _, a := range o.Actors {
			if !slices.Contains(in.Actors, a) {
				in.Actors = append(in.Actors, a)
			}
		}
		for _, w := range o.Caveats {
			if !slices.Contains(in.Caveats, w) {
				in.Caveats = append(in.Caveats, w)
			}
		}
		for k, v := range o.Extra {
			if _, ok := in.Extra[k]; !ok {
				if in.Extra == nil {
					in.Extra = make(map[string]string, len(o.Extra))
				}
				in.Extra[k] = v
			}
		}
		if i == 0 || strictness(o.Handling) > strictness(in.Handling) {
			in.Handling = o.Handling
		}
		if heavier(o.Harm, in.Harm) {
			in.Harm = o.Harm
		}
	}
	slices.Sort(in.Caveats)
	in.Probability = round(s.probability(c), 6)
	in.Distinct = 1
	if len(c.members) == 1 {
		in.Distinct = round(c.members[0].lonely, 6)
	}
	in.Count = count(c)
	return in
}

// stated is c's interval, to the digit of the observation that bounds it where
// none was corrected.
func (c *told) stated() (from, to time.Time) {
	from, to = instant(c.from), instant(c.to)
	for i := range c.members {
		o := c.members[i].o
		if seconds(o.From) == c.from {
			from = o.From.UTC()
		}
		if seconds(o.To) == c.to {
			to = o.To.UTC()
		}
	}
	return from, to
}

func (m *model) describePlace(c *told, in *Incident) {
	if !c.est.known {
		return
	}
	radius := c.est.cov.radius()
	for i := range c.members {
		// One position alone stays as its source stated it.
		if p := c.members[i].o.Position; p != nil && p.Lat == c.est.lat && p.Lon == c.est.lon && p.Radius > 0 && math.Abs(p.Radius-radius) < 0.01*p.Radius {
			in.Position = &observation.Position{Lat: p.Lat, Lon: p.Lon, Radius: p.Radius}
			return
		}
	}
	in.Position = &observation.Position{Lat: round(c.est.lat, 7), Lon: round(c.est.lon, 7), Radius: round(radius, 1)}
	major, minor, azimuth := c.est.cov.axes()
	if major > 1.1*minor {
		in.Ellipse = &Ellipse{MajorM: round(major*geo.Sigmas95, 1), MinorM: round(minor*geo.Sigmas95, 1), Azimuth: round(azimuth, 1)}
	}
}

// types is the distribution over true types; nil where fusion knows none of them.
func (m *model) types(members []*entry) []float64 {
	var post []float64
	for _, e := range members {
		if e.act < 0 || !e.independent && post != nil {
			continue
		}
		if post == nil {
			post = make([]float64, len(m.activities))
			for t := range post {
				post[t] = m.prevalence(m.activities[t])
			}
		}
		for t := range post {
			post[t] *= m.says[t][e.act]
		}
		normalise(post)
	}
	return post
}

func (m *model) describeType(c *told, in *Incident) {
	type scored struct {
		act int
		p   float64
	}
	var likely []scored
	sum := 0.0
	for t, p := range m.types(c.members) {
		if p >= 0.01 {
			likely = append(likely, scored{t, p})
			sum += p
		}
	}
	if len(likely) == 0 {
		in.Activity = c.members[0].o.Activity
		in.Activities = []ActivityProbability{{in.Activity, 1}}
	} else {
		sort.Slice(likely, func(i, j int) bool {
			if likely[i].p != likely[j].p {
				return likely[i].p > likely[j].p
			}
			return likely[i].act < likely[j].act
		})
		in.Activities = make([]ActivityProbability, len(likely))
		for i, l := range likely {
			in.Activities[i] = ActivityProbability{m.activities[l.act], round(l.p/sum, 6)}
		}
		in.Activity = in.Activities[0].Activity
	}
	in.Heading = course(c)
	// The most reliable source that names one decides weapon and direction.
	weapon, direction := -1.0, -1.0
	for i := range c.members {
		o, p := c.members[i].o, c.members[i].truth
		if o.Weapon != "" && (in.Weapon == "" || known(o.Weapon) && (p > weapon || !known(in.Weapon))) {
			in.Weapon, weapon = o.Weapon, p
		}
		clear := o.Direction != "" && o.Direction != observation.DirectionUndetermined
		if o.Direction != "" && (in.Direction == "" || clear && p > direction) {
			in.Direction = o.Direction
			if clear {
				direction = p
			}
		}
	}
}

// course is the mean direction of what independent sources tell of it (Mardia and Jupp
// 2000, Directional Statistics, 2.2), by weight; where they contradict each other, the
// most reliable one's.
func course(c *told) *float64 {
	var east, north, weight, most, best float64
	n := 0
	for _, e := range c.members {
		if e.o.Heading == nil || !e.independent && n > 0 {
			continue
		}
		n++
		sin, cos := math.Sincos(*e.o.Heading * degree)
		east, north, weight = east+e.truth*sin, north+e.truth*cos, weight+e.truth
		if e.truth > most {
			most, best = e.truth, *e.o.Heading
		}
	}
	switch {
	case n == 0:
		return nil
	case n > 1 && math.Hypot(east, north) > 0.8*weight:
		best = math.Mod(round(math.Atan2(east, north)/degree+360, 1), 360)
	}
	return &best
}

// count is the number on which independent sources agree best: the middle by
// weight of their statements on a scale of ratios, never a sum. Its range
// holds what each of them holds possible.
func count(c *told) observation.Count {
	var out observation.Count
	sum, weight := 0.0, 0.0
	for i := range c.members {
		e := c.members[i]
		n := e.o.Count
		if !e.independent || n == (observation.Count{}) {
			continue
		}
		low, high := n.Min, n.Max
		if low == 0 {
			low = n.N
		}
		if high == 0 {
			high = max(n.N, low)
		}
		at := n.N
		if at == 0 {
			at = max(1, (low+high)/2)
		}
		if out.Min == 0 || low < out.Min {
			out.Min = low
		}
		out.Max = max(out.Max, high)
		w := e.truth * e.truth
		sum += w * math.Log(float64(max(at, 1)))
		weight += w
	}
	if weight > 0 {
		out.N = int(math.Round(math.Exp(sum / weight)))
		out.Min, out.Max = min(out.Min, out.N), max(out.Max, out.N)
	}
	return out
}

// strictness orders handling labels. What bears none opens nothing: it is taken for
// more than green and less than amber, so that an incident with such a member and one
// of a lower label bears none either.
func strictness(h observation.Handling) int {
	switch h {
	case observation.Clear:
		return 0
	case observation.Green:
		return 1
	case "":
		return 2
	case observation.Amber:
		return 3
	case observation.AmberStrict:
		return 4
	case observation.Red:
		return 5
	}
	return 6 // an unknown label must not open anything
}

func heavier(a, b observation.Casualties) bool {
	if a.Killed != b.Killed {
		return a.Killed > b.Killed
	}
	if a.Injured != b.Injured {
		return a.Injured > b.Injured
	}
	return a.KilledCivilian+a.InjuredCivilian > b.KilledCivilian+b.InjuredCivilian
}

func round(v float64, digits int) float64 {
	k := math.Pow10(digits)
	return math.Round(v*k) / k
}
