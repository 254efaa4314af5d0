package publish

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/zone"
)

// Release is what may leave under a policy.
type Release struct {
	Data
	Withheld Withheld
	// Handling is the most restricted label among what is left; TLP:CLEAR
	// where nothing is.
	Handling observation.Handling

	policy  agreement.Policy
	aliases map[string]string
	sources int // that have an alias
}

// Apply returns what the policy lets through as of an instant (UTC). It never
// changes what it is given. An incident goes with its most restricted
// observation: where that may not be seen, the incident and its findings stay
// back and are counted. Findings without an incident (missed deadlines) follow
// from the terms alone and pass once the delay is over; those on what was declared
// go by their own label. Where sources are
// withheld, their names become "source-1", "source-2" ... in order of
// appearance, so that what is left still hangs together. Where positions are
// rounded, place names that a source gave beside a position stay back, and so
// do ellipses and distances; the area's name remains.
func Apply(policy agreement.Policy, asOf time.Time, in Data) *Release {
	r := &Release{Handling: observation.Clear, policy: policy, aliases: map[string]string{}}
	latest := asOf.Add(-policy.Delay.Duration)
	// Where there is no delay, nothing can be too young: an interval of days
	// that reaches over the report's cut-off must not drop out of every report.
	young := func(t time.Time) bool { return policy.Delay.Duration > 0 && t.After(latest) }

	labels := make(map[key]observation.Handling, len(in.Observations))
	names := map[string]bool{}
	for i := range in.Observations {
		o := &in.Observations[i]
		labels[key{o.Source, o.Ref}] = o.Handling
		names[o.Source] = true
	}
	for i := range in.Incidents {
		for _, m := range in.Incidents[i].Members {
			names[m.Source] = true
		}
	}
	delete(names, "")
	secrets := slices.Sorted(maps.Keys(names))

	passed := make(map[string]*incident.Incident, len(in.Incidents))
	r.Incidents = make([]incident.Incident, 0, len(in.Incidents))
	for i := range in.Incidents {
		n := &in.Incidents[i]
		label := effective(n.Handling)
		for _, m := range n.Members {
			if l, ok := labels[key{m.Source, m.Ref}]; ok {
				label = MostRestricted(label, l)
			}
		}
		switch {
		case !Sees(policy, label):
			r.Withheld.Handling++
			continue
		case young(n.To) || young(n.From):
			r.Withheld.Delay++
			continue
		}
		r.Handling = MostRestricted(r.Handling, label)
		passed[n.ID] = n
		r.Incidents = append(r.Incidents, r.incident(n))
	}
	for i := range in.Findings {
		f := &in.Findings[i]
		n := passed[f.Incident]
		if f.Incident != "" && n == nil || young(f.At) || f.Handling != "" && !Sees(policy, f.Handling) {
			continue
		}
		r.Findings = append(r.Findings, r.finding(f, n, secrets))
	}
	for i := range in.Observations {
		o := &in.Observations[i]
		if !Sees(policy, o.Handling) || young(o.To) || young(o.From) {
			continue
		}
		r.Observations = append(r.Observations, r.observation(o))
	}
	return r
}

type key struct{ source, ref string }

// Source returns the name under which a source may appear.
func (r *Release) Source(name string) string {
	if name == "" || !Withholds(r.policy, FieldSource) {
		return name
	}
	a, ok := r.aliases[name]
	if !ok {
		r.sources++
		a = "source-" + strconv.Itoa(r.sources)
		r.aliases[name] = a
	}
	return a
}

// ref returns the reference under which an observation may appear; aliases are
// shared with sources by a prefix that no source name can have.
func (r *Release) ref(source, ref string) string {
	if !Withholds(r.policy, FieldSource) {
		return ref
	}
	k := "\x00" + source + "\x00" + ref
	a, ok := r.aliases[k]
	if !ok {
		a = strconv.Itoa(len(r.aliases) + 1)
		r.aliases[k] = a
	}
	return a
}

func (r *Release) incident(in *incident.Incident) incident.Incident {
	n := *in
	n.Position = r.position(in.Position)
	n.Ellipse = nil
	if e := in.Ellipse; e != nil && !r.coarse() {
		c := *e
		n.Ellipse = &c
	}
	n.Place = r.placeName(in.Place, in.Position)
	if in.Heading != nil {
		h := *in.Heading
		n.Heading = &h
	}
	n.Activities = slices.Clone(in.Activities)
	n.Caveats = slices.Clone(in.Caveats)
	n.Actors = slices.Clone(in.Actors)
	n.Claims = slices.Clone(in.Claims)
	n.Members = slices.Clone(in.Members)
	n.Extra = r.extra(in.Extra)
	if Withholds(r.policy, FieldHarm) {
		n.Harm = observation.Casualties{}
	}
	if Withholds(r.policy, FieldParty) {
		n.Claims, n.Actors = nil, nil
	}
	for i := range n.Claims {
		n.Claims[i].Source = r.Source(n.Claims[i].Source)
	}
	for i := range n.Members {
		m := &n.Members[i]
		m.Source, m.Ref = r.Source(m.Source), r.ref(in.Members[i].Source, m.Ref)
		if Withholds(r.policy, FieldSource) {
			// A record's number would name its source to whoever holds the
			// public part of the journal; the reason may quote it.
			m.Seq, m.Why = 0, ""
		}
		// The other incident may not have left yet.
		m.Other, m.OtherProbability = "", 0
		if r.coarse() {
			m.DistanceM, m.LagS, m.Score, m.Why = 0, 0, 0, ""
		}
	}
	return n
}

func (r *Release) finding(in *finding.Finding, n *incident.Incident, secrets []string) finding.Finding {
	f := *in
	f.Under = slices.Clone(in.Under)
	f.Place = r.place(in.Place)
	f.Responsible.Candidates = slices.Clone(in.Responsible.Candidates)
	f.Responsible.Grounds = slices.Clone(in.Responsible.Grounds)
	f.Reasons = nil
	words := secrets
	if n != nil && Withholds(r.policy, FieldSource) {
		words = slices.Clone(secrets)
		for _, m := range n.Members {
			if len(m.Ref) > 3 { // shorter ones are found in any sentence
				words = append(words, m.Ref)
			}
		}
	}
	for _, reason := range in.Reasons {
		if r.tells(reason, words) {
			continue
		}
		reason.Args = maps.Clone(reason.Args)
		f.Reasons = append(f.Reasons, reason)
	}
	if Withholds(r.policy, FieldSource) && containsAny(f.Responsible.Basis, words) {
		f.Responsible.Basis, f.Responsible.Grounds = "", nil
	}
	if Withholds(r.policy, FieldParty) {
		f.Responsible = finding.Responsible{}
	}
	return f
}

// tells reports whether a reason says what the policy withholds.
func (r *Release) tells(reason finding.Reason, sources []string) bool {
	if Withholds(r.policy, FieldSource) {
		if containsAny(reason.Text, sources) {
			return true
		}
		for k, v := range reason.Args {
			if k == "source" || k == "ref" || containsAny(v, sources) {
				return true
			}
		}
	}
	holds := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { _, ok := reason.Args[k]; return ok })
	}
	switch {
	case r.policy.RoundM > 0 && holds("lat", "lon", "distance_m", "position"):
		return true
	case Withholds(r.policy, FieldParty) && (strings.HasPrefix(reason.Code, "author") || slices.Contains(byActor, reason.Code) ||
		holds("party", "side", "claim", "actor")):
		return true
	case Withholds(r.policy, FieldSerials) && holds("serials", "missing"):
		return true
	}
	return false
}

// byActor are the reasons that tell whom sources name.
var byActor = []string{"party-excepted", "not-covered", "excluded-present", "actor-unknown"}

// coarse reports whether the audience may learn a place less finely than
// fusion knows it: then its shape and what fusion measured stay back too, since
// a narrow ellipse points at its observer.
func (r *Release) coarse() bool {
	return r.policy.RoundM > 0 || Withholds(r.policy, FieldObserver)
}

// placeName keeps a name only where no position is rounded in its stead: "the
// school of X" is finer than any grid.
func (r *Release) placeName(name string, p *observation.Position) string {
	if r.policy.RoundM > 0 && p != nil {
		return ""
	}
	return name
}

func (r *Release) observation(in *observation.Observation) observation.Observation {
	o := *in
	o.Source, o.Ref = r.Source(in.Source), r.ref(in.Source, in.Ref)
	o.Position = r.position(in.Position)
	o.Place = r.placeName(in.Place, in.Position)
	o.Caveats = slices.Clone(in.Caveats)
	o.Actors = slices.Clone(in.Actors)
	o.Media = slices.Clone(in.Media)
	o.Extra = r.extra(in.Extra)
	if in.Heading != nil {
		h := *in.Heading
		o.Heading = &h
	}
	if in.Observer != nil {
		s := *in.Observer
		if r.policy.RoundM > 0 {
			p := Round(observation.Position{Lat: s.Lat, Lon: s.Lon}, r.policy.RoundM)
			s.Lat, s.Lon = p.Lat, p.Lon
			s.DistanceError += p.Radius
		}
		o.Observer = &s
	}
	if Withholds(r.policy, FieldSource) {
		o.Copies, o.URL, o.Text, o.Lang, o.Media = "", "", "", "", nil
	}
	if Withholds(r.policy, FieldObserver) {
		o.Observer = nil
	}
	if Withholds(r.policy, FieldText) {
		o.Text, o.Lang, o.URL = "", "", ""
	}
	if Withholds(r.policy, FieldMedia) {
		o.Media = nil
	}
	if Withholds(r.policy, FieldHarm) {
		o.Harm = observation.Casualties{}
	}
	if Withholds(r.policy, FieldParty) {
		o.Party, o.Actors = "", nil
	}
	return o
}

// extra keeps of a source's own fields what the policy allows: they can hold
// anything, so where something is withheld only names known to be harmless pass.
func (r *Release) extra(in map[string]string) map[string]string {
	if len(in) == 0 {
		return nil
	}
	strict := Withholds(r.policy, FieldSource) || Withholds(r.policy, FieldText) || Withholds(r.policy, FieldParty) ||
		Withholds(r.policy, FieldHarm) || Withholds(r.policy, FieldObserver) || r.policy.RoundM > 0
	out := map[string]string{}
	for k, v := range in {
		switch {
		case strict && !slices.Contains(harmless, k):
		case Withholds(r.policy, FieldSerials) && strings.HasPrefix(k, "serial"):
		default:
			out[k] = v
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

var harmless = []string{"force", "calibre_mm", "revisit", "restriction"}

func (r *Release) position(p *observation.Position) *observation.Position {
	if p == nil {
		return nil
	}
	q := *p
	if r.policy.RoundM > 0 {
		q = Round(q, r.policy.RoundM)
	}
	return &q
}

// place coarsens what would give a rounded position away again.
func (r *Release) place(in zone.Place) zone.Place {
	p := in
	p.Zones = slices.Clone(in.Zones)
	if m := r.policy.RoundM; m > 0 {
		p.DistanceM = math.Round(p.DistanceM/m) * m
		p.SideProbability = math.Round(p.SideProbability*20) / 20
		for i := range p.Zones {
			p.Zones[i].Probability = math.Round(p.Zones[i].Probability*20) / 20
		}
	}
	return p
}

// metresPerDegree of latitude on a sphere of the Earth's mean radius: the
// grid need not be exact, only the same for everyone.
const metresPerDegree = 6371008.8 * math.Pi / 180

// Round moves a position to the centre of its cell in a grid of m metres and
// widens its radius by the farthest it can have moved, so that the circle
// still holds what it held.
func Round(p observation.Position, m float64) observation.Position {
	if m <= 0 {
		return p
	}
	step := m / metresPerDegree
	lat := (math.Floor(p.Lat/step) + 0.5) * step
	lat = max(-90, min(90, lat))
	cos := math.Max(math.Cos(lat*math.Pi/180), 1e-3)
	lonStep := step / cos
	lon := (math.Floor(p.Lon/lonStep) + 0.5) * lonStep
	lon = max(-180, min(180, lon))
	return observation.Position{
		Lat:    math.Round(lat*1e6) / 1e6,
		Lon:    math.Round(lon*1e6) / 1e6,
		Radius: math.Ceil(p.Radius + m*math.Sqrt2/2 + 1),
	}
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
