package finding

import (
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// rule is a provision, or a stage of one, made ready.
type rule struct {
	provision *agreement.Provision
	stage     *agreement.Stage
	kind      string // of the prohibition or requirement
	requires  bool
	match     matcher
	zone      string
	outside   bool
	site      *agreement.Site
	sites     []*agreement.Site // storage
	ceasefire *agreement.Ceasefire
	period    agreement.Period
	never     bool // its period and its ceasefire's don't meet
	deadline  agreement.Instant
	given     *agreement.Expr
	bound     []string
	all       bool // it binds every party to the conflict that is not excluded
	except    []string
	threshold agreement.Threshold
	severity  []graded
	disputed  []agreement.Disputed // versions of its period by party

	definitions []defined // of a violation, with the rule
}

// defined is what both the rule and a definition of a violation describe.
type defined struct {
	by     string // "": agreed
	period agreement.Period
	match  matcher
}

type graded struct {
	match  matcher
	killed int
	is     string
}

func (r *rule) stageID() string {
	if r.stage == nil {
		return ""
	}
	return r.stage.ID
}

// ofPlace reports whether the same act elsewhere is allowed and worth saying so:
// on the right side of a distance from a line, or at a place of storage. That
// a site far away was left alone is not.
func (j *Judge) ofPlace(r *rule) bool {
	switch r.kind {
	case "presence", "flight", "construction", "withdrawal", "storage":
		return len(r.sites) > 0 || r.zone != "" && (r.outside || j.needsLine[r.zone])
	}
	return false
}

func (r *rule) needsPlace() bool {
	return r.zone != "" || r.site != nil || len(r.sites) > 0 || r.ceasefire != nil && (r.ceasefire.Zone != "" || r.ceasefire.Site != "")
}

func (j *Judge) rule(p *agreement.Provision) *rule {
	a := j.agreement
	r := &rule{provision: p, zone: p.Zone, outside: p.Outside, bound: a.Bound(p), threshold: a.Threshold(p.ID)}
	if p.Site != "" {
		r.site = a.Site(p.Site)
	}
	period, ok := a.InForce(p)
	r.period, r.never = period, !ok
	if p.Ceasefire != "" {
		if r.ceasefire = a.CeasefireByID(p.Ceasefire); r.ceasefire != nil {
			for _, d := range r.ceasefire.Disputed {
				d.Period = cut(p.Period, d.Period)
				r.disputed = append(r.disputed, d)
			}
		}
	}
	r.all = true
	for _, c := range a.Conflict() {
		r.all = r.all && slices.Contains(r.bound, c.ID)
	}
	for i := range p.SeverityIf {
		s := &p.SeverityIf[i]
		r.severity = append(r.severity, graded{match: j.matcher(&s.Match, nil), killed: s.Killed, is: s.Is})
	}
	return r
}

// cut is what two periods have in common; an empty one ends before it starts.
func cut(a, b agreement.Period) agreement.Period {
	if b.From.After(a.From.Time) {
		a.From = b.From
	}
	if a.Until.IsZero() || !b.Until.IsZero() && b.Until.Before(a.Until.Time) {
		a.Until = b.Until
	}
	return a
}

func (j *Judge) prohibition(p *agreement.Provision) *rule {
	r := j.rule(p)
	r.kind, r.except = p.Prohibits.Kind, p.Prohibits.Except
	r.match = j.matcher(&p.Prohibits.Match, agreement.DefaultActivities(p.Prohibits.Kind))
	if r.kind == "interference" {
		return r // it breaks the terms whatever the parties call a violation
	}
	for i := range j.agreement.Definitions {
		d := &j.agreement.Definitions[i]
		// The agreed definition says which use of force is a violation; other
		// acts are one because the provision forbids them.
		if d.Term != "violation" || d.Rule == nil || d.By == "" && r.kind != "activity" {
			continue
		}
		m := j.matcher(d.Rule, nil)
		r.definitions = append(r.definitions, defined{d.By, d.Period, r.match.and(&m)})
	}
	return r
}

// requirements are one rule for each stage, or one for the whole.
func (j *Judge) requirements(p *agreement.Provision) []*rule {
	q := p.Requires
	var given *agreement.Expr
	if q.Given != "" {
		given, _ = q.Given.Parse(j.agreement.Location()) // what can't be read was refused with the agreement
	}
	build := func(s *agreement.Stage) *rule {
		r := j.rule(p)
		r.kind, r.requires, r.given, r.stage = q.Kind, true, given, s
		m, start := q.Match, q.Start
		r.deadline = q.Deadline
		if s != nil {
			m = narrow(m, s.Match)
			if s.Zone != "" {
				r.zone = s.Zone
			}
			if !s.Start.IsZero() {
				start = s.Start
			}
			if !s.Deadline.IsZero() {
				r.deadline = s.Deadline
			}
		}
		r.match = j.matcher(&m, activitiesOf(q.Kind))
		if start.After(r.period.From.Time) {
			r.period.From = start
		}
		for _, id := range q.Sites {
			if site := j.agreement.Site(id); site != nil {
				r.sites = append(r.sites, site)
			}
		}
		return r
	}
	if len(q.Stages) == 0 {
		return []*rule{build(nil)}
	}
	out := make([]*rule, len(q.Stages))
	for i := range q.Stages {
		out[i] = build(&q.Stages[i])
	}
	return out
}

// narrow is m where the stage says nothing else.
func narrow(m, stage agreement.Match) agreement.Match {
	if len(stage.Activities) > 0 {
		m.Activities = stage.Activities
	}
	if len(stage.Weapons) > 0 {
		m.Weapons = stage.Weapons
	}
	if len(stage.Forces) > 0 {
		m.Forces = stage.Forces
	}
	if len(stage.Directions) > 0 {
		m.Directions = stage.Directions
	}
	if stage.MinCount > 0 {
		m.MinCount = stage.MinCount
	}
	if stage.CalibreMM != nil {
		m.CalibreMM = stage.CalibreMM
	}
	return m
}

// activitiesOf a requirement are those that can show that it is not met.
func activitiesOf(kind string) []string {
	switch kind {
	case "withdrawal", "storage":
		return []string{string(observation.Presence), string(observation.Movement)}
	case "access":
		return []string{string(observation.AccessDenied)}
	case "notification":
		return []string{string(observation.Exercise)}
	}
	return nil
}

// verdict is one rule's view of one situation before exceptions and thresholds.
type verdict struct {
	concerned    bool
	probability  float64
	result       Result // where the rule itself decides, without thresholds
	undetermined bool
	under        []string
	reasons      chain
}

// weigh asks in turn: does the rule describe the act, was it in force then,
// did it hold there, and did it bind who acted.
func (j *Judge) weigh(r *rule, s *situation) verdict {
	var v verdict
	if r.never {
		return v
	}
	acts, doubt := j.acts(r, s)
	if acts < j.par.Rule.RelevantAct {
		return v
	}
	from, to := s.in.From, s.in.To
	held := share(r.period, from, to)
	anyone := held
	for _, d := range r.disputed {
		anyone = max(anyone, share(d.Period, from, to))
	}
	if anyone == 0 {
		return v
	}
	if is := j.agreement.StatusAt(from); is == "suspended" || is == "ended" {
		return v
	}
	here, known, unknown := j.here(r, s)
	if known && here < j.par.Rule.Relevant && !j.ofPlace(r) {
		return v
	}
	if !known && acts < 0.5 {
		return v
	}
	v.concerned = true

	c := &v.reasons
	c.cite(r)
	text := "It is what the rule describes with " + percent(acts)
	if doubt != "" {
		text += "; " + doubt
	}
	c.add("rule", text+".", "probability", number(acts), "kind", r.kind, "doubt", doubt)
	j.inForce(r, s, held, &v)
	j.whether(r, s, here, known, unknown, &v)

	bound := j.binds(r, s, &v)
	v.probability = acts * held * bound
	if known {
		v.probability *= here
	} else {
		v.undetermined = true
		v.probability *= j.par.Rule.PlaceUnknown
	}
	if s.aggregate && v.probability > 0 {
		v.undetermined = true
		c.add("aggregate", "It is a sum over events, no event: which of them break the rule can't be told.")
	}
	if s.window && anyone < 1 {
		v.undetermined = true
		c.add("window", "A window of days that reaches over the rule's start or end tells nothing about it.")
	}
	if r.given != nil {
		j.condition(r, s.at, &v)
	}
	j.versions(r, s, acts, bound*j.hereOr(here, known), held, &v)
	if r.requires {
		j.required(r, s, here, known, &v)
	}
	return v
}

func (j *Judge) hereOr(here float64, known bool) float64 {
	if known {
		return here
	}
	return j.par.Rule.PlaceUnknown
}

func articleOf(p *agreement.Provision) string {
	if p.Article == "" {
		return ""
	}
	return " (article " + p.Article + ")"
}

// acts is the probability that the incident is an act that the rule describes,
// wherever and whenever.
func (j *Judge) acts(r *rule, s *situation) (float64, string) {
	in := s.in
	switch r.kind {
	case "withdrawal", "storage":
		if r.kind == "storage" && missing(in.Extra) {
			return 1, ""
		}
		p, doubt := r.match.match(in, j.par)
		if p < j.par.Rule.RelevantAct && r.match.weapons != nil && r.match.weapons[string(in.Weapon)] && in.Direction == observation.Outgoing {
			return 1, "" // a gun that fires from there is there
		}
		if p < j.par.Rule.RelevantAct && r.kind == "storage" && in.Activity == observation.AccessDenied {
			return 1, "" // decided by whether a site was closed
		}
		return p, doubt
	case "delivery":
		if in.Extra["delivery"] == r.provision.ID {
			return 1, ""
		}
		if r.match.empty() {
			return 0, ""
		}
	}
	p, doubt := r.match.match(in, j.par)
	if q := r.provision.Prohibits; q != nil && q.FromZone != q.Against && ofForce(in.Activity) {
		out := j.launch(s)
		if q.Against {
			out = 1 - out
		}
		if out > 0 && out < 1 {
			doubt = "whether it went out or came in is not known"
		}
		p *= out
	}
	return p, doubt
}

// missing reports whether a visit found weapons missing from storage.
func missing(extra map[string]string) bool {
	m := extra["missing"]
	return m != "" && m != "0" && m != "no" && m != "false"
}

// launch is the probability that fire went out from the position rather than
// came in.
func (j *Judge) launch(s *situation) float64 {
	switch s.in.Direction {
	case observation.Outgoing:
		return 1
	case observation.Incoming, observation.Impact:
		return 0
	}
	switch s.in.Activity {
	case observation.Shelling, observation.MissileStrike, observation.AirStrike, observation.UAVStrike, observation.Damage, observation.Casualty, observation.Fire:
		return 0 // the position that sources give of these is where they struck
	}
	return j.par.Rule.DirectionUnknown
}

// ofForce reports whether an activity is or may be fire that goes from one
// place to another.
func ofForce(a observation.Activity) bool {
	switch a {
	case observation.Explosion, observation.Burst, observation.Shot, observation.Projectile, observation.Flash, observation.Flare,
		observation.Shelling, observation.MissileStrike, observation.AirStrike, observation.UAVStrike, observation.Clash,
		observation.Damage, observation.Casualty, observation.Fire:
		return true
	}
	return false
}

// here is the probability that the rule holds where it happened.
func (j *Judge) here(r *rule, s *situation) (p float64, known bool, why string) {
	p, known = 1, true
	and := func(q float64, k bool, w string) {
		if k && q == 0 {
			p, known, why = 0, true, ""
		} else if p > 0 || !known {
			p *= q
			if !k {
				known, why = false, w
			}
		}
	}
	switch {
	case r.zone != "":
		q, k, w := j.inZone(r.zone, s)
		if r.outside && k {
			q = 1 - q
		}
		and(q, k, w)
	case r.site != nil:
		and(j.atSite(r.site, s))
	}
	if c := r.ceasefire; c != nil && c.Zone != "" && c.Zone != r.zone {
		and(j.inZone(c.Zone, s))
	} else if c != nil && c.Zone == "" && c.Site != "" && r.zone == "" && r.site == nil {
		if site := j.agreement.Site(c.Site); site != nil {
			and(j.atSite(site, s))
		}
	}
	if r.kind == "storage" && len(r.sites) > 0 {
		inside, k, w := j.stored(r, s)
		if !missing(s.in.Extra) && s.in.Activity != observation.AccessDenied {
			inside = 1 - inside
		}
		and(inside, k, w)
	}
	if r.kind == "access" && len(r.sites) > 0 {
		and(j.stored(r, s))
	}
	return p, known, why
}

// stored is the probability that the position is at one of a rule's sites.
func (j *Judge) stored(r *rule, s *situation) (p float64, known bool, why string) {
	known = true
	for _, site := range r.sites {
		q, k, w := j.atSite(site, s)
		p = max(p, q)
		if !k {
			known, why = false, w
		}
	}
	return p, known || p >= 0.5, why
}

func (j *Judge) inForce(r *rule, s *situation, held float64, v *verdict) {
	text := "The rule was in force " + span(r.period)
	switch {
	case held == 1:
	case held == 0:
		text = "The rule was not in force then; it holds " + span(r.period)
	default:
		text += "; " + percent(held) + " of the interval lies in that time"
	}
	ceasefire := ""
	if r.ceasefire != nil {
		ceasefire = r.ceasefire.ID
	}
	v.reasons.add("in-force", text+".", "share", number(held), "from", iso(r.period.From.Time), "until", iso(r.period.Until.Time), "ceasefire", ceasefire)
}

func span(p agreement.Period) string {
	switch {
	case p.From.IsZero() && p.Until.IsZero():
		return "at all times"
	case p.Until.IsZero():
		return "from " + stamp(p.From.Time)
	case p.From.IsZero():
		return "until " + stamp(p.Until.Time)
	}
	return "from " + stamp(p.From.Time) + " until " + stamp(p.Until.Time)
}

func (j *Judge) whether(r *rule, s *situation, here float64, known bool, unknown string, v *verdict) {
	if !r.needsPlace() {
		v.reasons.add("everywhere", "The rule holds everywhere.")
		return
	}
	where, at := r.zone, ""
	if s.place.Line != "" {
		at = number(math.Round(s.place.DistanceM))
	}
	switch {
	case where != "" && r.outside:
		where = "outside zone " + where
	case where != "":
		where = "in zone " + where
	case r.site != nil:
		where = "at site " + r.site.ID
		at = ""
		if s.placed && r.site.Lat != nil && r.site.Lon != nil {
			at = number(math.Round(distance(geo.Point{Lat: s.in.Position.Lat, Lon: s.in.Position.Lon}, geo.Point{Lat: *r.site.Lat, Lon: *r.site.Lon})))
		}
	case r.kind == "storage" && len(r.sites) > 0 && !missing(s.in.Extra) && s.in.Activity != observation.AccessDenied:
		where = "outside the declared storage sites"
	case len(r.sites) > 0:
		where = "at a declared site"
	default:
		where = "where the ceasefire holds"
	}
	if !known {
		v.reasons.add("place-unknown", "Whether it lies "+where+" can't be told: "+unknown+".", "zone", r.zone, "reason", unknown)
		return
	}
	site := ""
	if r.site != nil && r.zone == "" {
		site = r.site.ID
	}
	v.reasons.add("zone", "It lies "+where+" with "+percent(here)+".", "zone", r.zone, "site", site, "probability", number(here), "distance_m", at)
}

// boundAt are the parties that the rule binds at t: a party to the conflict
// only while it is one.
func (j *Judge) boundAt(r *rule, t time.Time) []string {
	in := func(id string) bool {
		p := j.agreement.Party(id)
		if p == nil || !p.Is("party-to-conflict") {
			return true
		}
		return slices.ContainsFunc(p.Roles, func(x agreement.Role) bool { return x.Role == "party-to-conflict" && x.Contains(t) })
	}
	for i, id := range r.bound {
		if !in(id) {
			out := slices.Clone(r.bound[:i])
			for _, id := range r.bound[i:] {
				if in(id) {
					out = append(out, id)
				}
			}
			return out
		}
	}
	return r.bound
}

// doers are those whose act it is by the sources: whom they hold responsible,
// and where the act can't be done to somebody, whom they name.
func (s *situation) doers(kind string) []string {
	switch kind {
	case "activity", "interference", "access", "delivery":
		return slices.Concat(s.claimed, s.excluded)
	}
	return slices.Concat(s.covered, s.excluded, s.bodies, s.claimed)
}

// binds is the probability that the rule binds who acted.
func (j *Judge) binds(r *rule, s *situation, v *verdict) float64 {
	c := &v.reasons
	bound := j.boundAt(r, s.at)
	if r.kind == "delivery" {
		c.add("bound", "The duty is of "+list(bound)+".", "parties", list(bound))
		return 1
	}
	if doers := s.doers(r.kind); len(r.except) > 0 && len(doers) > 0 && !slices.ContainsFunc(doers, func(id string) bool { return !slices.Contains(r.except, id) }) {
		v.result = Consistent
		c.add("party-excepted", "The rule excepts "+list(r.except)+", whom alone the sources name.", "parties", list(r.except))
		return 0
	}
	if len(s.excluded) > 0 {
		if len(s.covered) < 2 {
			v.result = Consistent
			c.add("not-covered", "The agreement does not cover fighting with "+list(s.excluded)+", whom sources name as taking part.", "excluded", list(s.excluded))
			return 0
		}
		v.undetermined = true
		c.add("excluded-present", "Sources name "+list(s.excluded)+", which the agreement does not cover, beside "+list(s.covered)+".", "excluded", list(s.excluded), "covered", list(s.covered))
	}
	author := j.author(s)
	outside := 0.0
	for i, id := range author.candidates {
		if j.excluded[id] {
			outside += author.probability[i]
		}
	}
	if outside >= r.threshold.Attribution {
		v.result = Consistent
		c.add("not-covered", "A group that the agreement does not cover did it with "+percent(outside)+".", "probability", number(outside))
		return 0
	}
	if len(s.strange) > 0 && len(s.covered)+len(s.excluded)+len(s.bodies)+len(s.claimed) == 0 {
		c.add("actor-unknown", "The agreement does not name "+list(s.strange)+"; whether the rule binds them can't be told.", "actors", list(s.strange))
		return j.par.Rule.ActorUnknown
	}
	if r.all && len(bound) == len(r.bound) && len(author.candidates) == len(j.conflict)+1 {
		c.add("bound", "The rule binds "+list(bound)+".", "parties", list(bound))
		return 1
	}
	p := 0.0
	for i, id := range author.candidates {
		// Somebody whom nobody can name is bound where all parties are.
		if slices.Contains(bound, id) || id == "" && r.all && len(bound) == len(r.bound) {
			p += author.probability[i]
		}
	}
	p = min(p, 1)
	c.add("bound", "The rule binds "+list(bound)+"; that a party it binds did it has "+percent(p)+".", "parties", list(bound), "probability", number(p))
	return p
}

// versions asks under whose version of the terms it is a breach: the agreed
// one ("") and each party's own, where periods or definitions differ.
func (j *Judge) versions(r *rule, s *situation, acts, rest, held float64, v *verdict) {
	var parties []string
	for _, d := range r.disputed {
		if !slices.Contains(parties, d.Party) {
			parties = append(parties, d.Party)
		}
	}
	for i := range r.definitions {
		if d := &r.definitions[i]; d.by != "" && d.period.Contains(s.at) && !slices.Contains(parties, d.by) {
			parties = append(parties, d.by)
		}
	}
	// defined is the probability that what the rule describes is a violation
	// by whom the definition is, or else by the agreed one.
	defined := func(by string) float64 {
		for _, who := range []string{by, ""} {
			for i := range r.definitions {
				if d := &r.definitions[i]; d.by == who && d.period.Contains(s.at) {
					both, _ := d.match.match(s.in, j.par)
					return min(1, both/acts)
				}
			}
		}
		return 1
	}
	c := &v.reasons
	agreed := defined("")
	v.probability *= agreed
	if agreed < 1 {
		c.add("definition", "By the agreed definition of a violation it is one with "+percent(agreed)+".", "probability", number(agreed))
	}
	if v.probability >= r.threshold.Breach {
		v.under = append(v.under, "")
	}
	for _, who := range parties {
		period, own := r.period, held
		for _, d := range r.disputed {
			if d.Party == who {
				period = d.Period
				own = share(d.Period, s.in.From, s.in.To)
			}
		}
		p := acts * rest * own * defined(who)
		verb := "not a breach"
		if p >= r.threshold.Breach {
			v.under = append(v.under, who)
			verb = "a breach"
		}
		c.add("version", "Under the version of "+who+" (in force "+span(period)+") it is "+verb+" ("+percent(p)+").",
			"party", who, "probability", number(p), "from", iso(period.From.Time), "until", iso(period.Until.Time))
	}
	if len(v.under) > 0 && v.under[0] != "" && v.result == "" {
		v.undetermined = true
		c.add("disputed", "It is a breach only under the version of "+list(v.under)+", on which the parties do not agree.", "parties", list(v.under))
	}
}

// after is the part of the interval after an instant.
func after(t time.Time, from, to time.Time) float64 {
	return share(agreement.Period{From: agreement.At(t)}, from, to)
}
