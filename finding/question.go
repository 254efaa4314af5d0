package finding

import (
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/observation"
)

// acts is the probability that the incident is an act that the rule describes,
// wherever and whenever.
func (j *Judge) acts(r *rule, s *situation) (float64, doubt) {
	in := s.in
	switch r.kind {
	case "withdrawal", "storage":
		if r.kind == "storage" && missing(in.Extra) {
			return 1, ""
		}
		p, unsure := r.match.match(in, j.par)
		if p < j.par.Rule.RelevantAct && r.match.weapons != nil && r.match.weapons[string(in.Weapon)] && in.Direction == observation.Outgoing {
			return 1, "" // a gun that fires from there is there
		}
		if p < j.par.Rule.RelevantAct && r.kind == "storage" && in.Activity == observation.AccessDenied {
			return 1, "" // decided by whether a site was closed
		}
		return p, unsure
	case "delivery":
		if in.Extra["delivery"] == r.provision.ID {
			return 1, ""
		}
		if r.match.empty() {
			return 0, ""
		}
	}
	p, unsure := r.match.match(in, j.par)
	if q := r.provision.Prohibits; q != nil && q.FromZone != q.Against && ofForce(in.Activity) {
		out := j.launch(s)
		if q.Against {
			out = 1 - out
		}
		if out > 0 && out < 1 {
			unsure = noLaunch
		}
		p *= out
	}
	return p, unsure
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
func (j *Judge) here(r *rule, s *situation) (p float64, known bool, why gap) {
	p, known = 1, true
	and := func(q float64, k bool, w gap) {
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
func (j *Judge) stored(r *rule, s *situation) (p float64, known bool, why gap) {
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
		c.add("duty", "The duty is of "+list(bound)+".", "parties", list(bound))
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
