package finding

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/zone"
)

// Places tells zones, line and side of a position or of an area known by name
// only, and whether it knows a zone of the agreement. *zone.Set is one.
type Places interface {
	At(p geo.Point, radiusM float64, t time.Time) zone.Place
	Named(area string, t time.Time) zone.Place
	Has(zoneID string) bool
}

// Judge applies one version of an agreement to incidents. It keeps nothing
// between incidents but the notices that it was told of, so the same incident
// gives the same findings in any order. Judging is safe for concurrent use
// as long as Places is; Notice is not.
type Judge struct {
	agreement *agreement.Agreement
	version   func() string // of the agreement; takes its time
	places    Places
	par       *Parameters

	rules       []*rule
	permissions []*permission
	conflict    []string // candidates for authorship, in the agreement's order
	excluded    map[string]bool
	byName      bool // some zones are known by names only
	needsLine   map[string]bool
	occurrence  []agreement.Step
	severity    []agreement.Step
	actors      map[string]*agreement.Party
	notices     []notice
}

// New prepares an agreement. places may be nil where the agreement has no
// zones and no lines; then positions decide nothing.
func New(a *agreement.Agreement, places Places) *Judge {
	j := &Judge{
		agreement: a, version: sync.OnceValue(a.Version), places: places, par: parameters(),
		excluded: map[string]bool{}, needsLine: map[string]bool{}, actors: map[string]*agreement.Party{},
		occurrence: a.OccurrenceScale(), severity: a.SeverityScale(),
	}
	for i := range a.Parties {
		p := &a.Parties[i]
		if p.Excluded {
			j.excluded[p.ID] = true
		}
		if p.Excluded || p.Is("party-to-conflict") {
			j.conflict = append(j.conflict, p.ID)
		}
		for _, name := range p.Name {
			j.name(name, p)
		}
		j.name(p.ID, p)
	}
	for i := range a.Parties {
		for _, name := range a.Parties[i].Actors {
			j.actors[actorKey(name)] = &a.Parties[i] // before names and ids, as PartyByActor
		}
	}
	for i := range a.Zones {
		z := &a.Zones[i]
		if z.Admin != nil && z.Admin.File == "" {
			j.byName = true
		}
		j.needsLine[z.ID] = j.restsOnLine(z.ID, 0)
	}
	for i := range a.Provisions {
		p := &a.Provisions[i]
		switch {
		case p.Permits != nil:
			j.permissions = append(j.permissions, j.permission(p))
		case p.Prohibits != nil:
			j.rules = append(j.rules, j.prohibition(p))
		case p.Requires != nil:
			j.rules = append(j.rules, j.requirements(p)...)
		}
	}
	return j
}

func actorKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func (j *Judge) name(name string, p *agreement.Party) {
	if k := actorKey(name); j.actors[k] == nil {
		j.actors[k] = p
	}
}

// party is the party that sources name so, nil if the agreement knows none.
func (j *Judge) party(name string) *agreement.Party {
	if p, ok := j.actors[name]; ok {
		return p
	}
	return j.actors[actorKey(name)]
}

// restsOnLine reports whether a zone is derived from a line, directly or not.
func (j *Judge) restsOnLine(id string, depth int) bool {
	z := j.agreement.Zone(id)
	if z == nil || depth > len(j.agreement.Zones) {
		return false
	}
	if z.Within != nil || len(z.Between) > 0 {
		return true
	}
	for _, part := range slices.Concat(z.Union, z.Intersection, z.Difference) {
		if j.restsOnLine(part, depth+1) {
			return true
		}
	}
	return false
}

// Judge returns a finding for each provision that in could meet, in the
// agreement's order: breaches, what is excepted, what can't be determined,
// and what a rule of place allows where it was. Provisions that have nothing
// to do with it give none.
func (j *Judge) Judge(in *incident.Incident) []Finding {
	s := j.situation(in)
	if s.reference || in.Activity == observation.Alert {
		return nil // a warning is no event, nor is a row without one of its own
	}
	var out []Finding
	for _, r := range j.rules {
		if f, ok := j.apply(r, s); ok {
			out = append(out, f)
		}
	}
	return out
}

// Outcome is what Judge finds under one provision, without the reasons.
type Outcome struct {
	Provision string
	Stage     string
	Result    Result
	Severity  string // of a breach; told by Brief only
}

// Outcomes returns the outcomes of the findings that Judge returns, several
// times as fast: for judging the past again. They tell no severity.
func (j *Judge) Outcomes(in *incident.Incident) []Outcome { return j.OutcomesAnd(in, nil) }

// OutcomesAnd is Outcomes that has duties take the incident into account too:
// they are of a judge with the same terms and places.
func (j *Judge) OutcomesAnd(in *incident.Incident, duties *Duties) []Outcome {
	s := j.situation(in)
	if s.reference || in.Activity == observation.Alert {
		return nil
	}
	s.brief = true
	if duties != nil {
		duties.add(s)
	}
	var out []Outcome
	for _, r := range j.rules {
		if o, ok := j.outcome(r, s); ok {
			out = append(out, o)
		}
	}
	return out
}

// outcome judges one situation by one rule; ok is false where it is not in question.
func (j *Judge) outcome(r *rule, s *situation) (o Outcome, ok bool) {
	v := j.weigh(r, s)
	if !v.concerned {
		return o, false
	}
	result, _ := j.decide(r, s, &v)
	return Outcome{Provision: r.provision.ID, Stage: r.stageID(), Result: result}, true
}

// Brief is what Judge finds without the reasons, for lists and maps.
type Brief struct {
	Outcomes []Outcome
	Gravest  int // among the outcomes: the worst result, of breaches the highest severity; -1: there is none
	// Party is responsible by the gravest outcome, where that is a breach; empty: undetermined.
	Party string
	Step  string // of the occurrence scale
	Place zone.Place
}

// Brief judges like Judge, several times as fast.
func (j *Judge) Brief(in *incident.Incident) Brief {
	s := j.situation(in)
	b := Brief{Gravest: -1, Step: j.step(in), Place: s.place}
	if s.reference || in.Activity == observation.Alert {
		return b
	}
	s.brief = true
	gravity := -1
	var gravest *rule
	for _, r := range j.rules {
		o, ok := j.outcome(r, s)
		if !ok {
			continue
		}
		g := 0
		switch o.Result {
		case Breach:
			o.Severity = j.severe(r, s, nil)
			g = 4 + slices.IndexFunc(j.severity, func(x agreement.Step) bool { return x.ID == o.Severity })
		case Undetermined:
			g = 2
		case Excepted:
			g = 1
		}
		if g > gravity {
			gravity, gravest, b.Gravest = g, r, len(b.Outcomes)
		}
		b.Outcomes = append(b.Outcomes, o)
	}
	if gravity < 3 {
		return b
	}
	if gravest.kind == "delivery" {
		b.Party = j.duty(gravest, "").Party
	} else {
		b.Party = j.responsible(j.author(s), gravest.threshold.Attribution).Party
	}
	return b
}

// Breaches are the findings of breach that Judge returns, several times as fast:
// without reasons, places, and candidates for who is responsible.
func (j *Judge) Breaches(in *incident.Incident) []Finding {
	s := j.situation(in)
	if s.reference || in.Activity == observation.Alert {
		return nil
	}
	s.brief = true
	var out []Finding
	var by *author
	for _, r := range j.rules {
		o, ok := j.outcome(r, s)
		if !ok || o.Result != Breach {
			continue
		}
		f := Finding{ID: identify(in.ID, o.Provision, o.Stage), Incident: in.ID, Provision: o.Provision, Stage: o.Stage, At: in.From, Result: Breach,
			Occurrence: Occurrence{Step: j.step(in), Probability: in.Probability, Sources: in.IndependentSources}, Severity: j.severe(r, s, nil), Agreement: j.version()}
		if r.kind == "delivery" {
			f.Responsible.Party = j.duty(r, "").Party
		} else {
			if by == nil {
				by = j.author(s)
			}
			f.Responsible.Party = j.responsible(by, r.threshold.Attribution).Party
		}
		out = append(out, f)
	}
	return out
}

// decide turns a verdict into a result, and asks for exceptions where one
// could matter.
func (j *Judge) decide(r *rule, s *situation, v *verdict) (Result, *exception) {
	occurred := s.in.Probability >= r.threshold.Occurrence
	result := Breach
	switch {
	case v.result != "":
		result = v.result
	case v.undetermined:
		result = Undetermined
	case v.probability <= 1-r.threshold.Breach:
		result = Consistent
	case v.probability < r.threshold.Breach || !occurred:
		result = Undetermined
	}
	if result != Breach && result != Undetermined {
		return result, nil
	}
	e := j.except(r, s)
	switch {
	case e == nil:
	case e.applies:
		result = Excepted
	case e.possible:
		result = Undetermined
	}
	return result, e
}

// apply judges one situation by one rule. ok is false where the rule is not
// in question.
func (j *Judge) apply(r *rule, s *situation) (Finding, bool) {
	v := j.weigh(r, s)
	if !v.concerned {
		return Finding{}, false
	}
	threshold := r.threshold
	f := Finding{
		ID:        identify(s.in.ID, r.provision.ID, r.stageID()),
		Incident:  s.in.ID,
		Provision: r.provision.ID,
		Stage:     r.stageID(),
		At:        s.in.From,
		Occurrence: Occurrence{
			Step: j.step(s.in), Probability: s.in.Probability, Sources: s.in.IndependentSources,
		},
		BreachProbability: round(v.probability),
		Under:             v.under,
		Place:             s.place,
		Agreement:         j.version(),
	}
	author := j.author(s)
	if r.kind == "delivery" {
		f.Responsible = j.duty(r, "") // not of who brought what was brought
	} else {
		f.Responsible = j.responsible(author, threshold.Attribution)
	}
	c := chain{}
	j.describe(&c, s)
	c = append(c, v.reasons...)

	c.add("occurrence", "It happened with a probability of "+percent(s.in.Probability)+" by "+plural(s.in.IndependentSources, "independent source")+" ("+f.Occurrence.Step+"); the terms ask for "+percent(threshold.Occurrence)+".",
		"probability", number(s.in.Probability), "sources", integer(s.in.IndependentSources), "step", f.Occurrence.Step, "threshold", number(threshold.Occurrence))

	result, e := j.decide(r, s, &v)
	f.Result = result
	if e != nil {
		c = append(c, e.reasons...)
		if e.applies {
			f.Exception = e.permission
		}
	}
	c.add("breach", "Given that it happened, it falls under the rule with "+percent(v.probability)+"; the terms ask for "+percent(threshold.Breach)+": "+string(f.Result)+".",
		"probability", number(v.probability), "threshold", number(threshold.Breach), "result", string(f.Result))
	if f.Result == Breach {
		f.Severity = j.severe(r, s, &c)
	}
	if f.Result == Consistent || f.Result == Excepted {
		f.Under = nil
	}
	if r.kind != "delivery" {
		c = append(c, author.reasons...)
		j.describeAuthor(&c, f.Responsible, threshold.Attribution)
	}
	f.Reasons = c
	return f, true
}

// step is the highest step of the occurrence scale that evidence alone reaches;
// those that ask for a person wait for one.
func (j *Judge) step(in *incident.Incident) string {
	is := ""
	for _, s := range j.occurrence {
		if !s.ByPerson && in.IndependentSources >= s.Sources && in.Probability >= s.Probability {
			is = s.ID
		}
	}
	return is
}

// identify names a finding after its incident and the provision, so that one
// knows from it where to look.
func identify(incident, provision, stage string) string {
	id := "F-" + strings.TrimPrefix(incident, "I-") + "." + provision
	if stage != "" {
		id += "." + stage
	}
	return id
}

func round(p float64) float64 { return math.Round(p*1e6) / 1e6 }
