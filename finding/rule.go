package finding

import (
	"slices"

	"github.com/truce-monitor/truce/agreement"
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
