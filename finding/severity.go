package finding

import (
	"slices"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/observation"
)

// severe is a breach's step of the severity scale: what the provision says, the
// gravest of its own cases that match, or where it says nothing the criteria of
// the default scale.
func (j *Judge) severe(r *rule, s *situation, c *chain) string {
	step := func(id string) int {
		return slices.IndexFunc(j.severity, func(x agreement.Step) bool { return x.ID == id })
	}
	is, why, by := r.provision.Severity, "as the provision says", "provision"
	matched := ""
	for i := range r.severity {
		g := &r.severity[i]
		if s.in.Harm.Killed < g.killed {
			continue
		}
		if p, _ := g.match.match(s.in, j.par); p < 0.5 {
			continue
		}
		if matched == "" || step(g.is) > step(matched) {
			matched = g.is
		}
	}
	if matched != "" {
		is, why, by = matched, "as the provision says for such a case", "case"
	}
	if is == "" && step("S1") >= 0 && step("S4") >= 0 {
		is, why, by = j.gravity(r, s), "by the criteria of the scale", "scale"
	}
	if is != "" && c != nil {
		c.add("severity", "Severity "+is+", "+why+".", "severity", is, "basis", by)
	}
	return is
}

// gravity applies the criteria of the default scale.
func (j *Judge) gravity(r *rule, s *situation) string {
	in := s.in
	fire := ofForce(in.Activity)
	switch {
	case in.Harm.Killed > 0, fire && j.struck(r, s), fire && j.onMonitors(s):
		return "S4"
	case in.Harm.Injured > 0:
		return "S3"
	case !fire && in.Activity != observation.Jamming && in.Activity != observation.Silence && in.Activity != observation.Detention && in.Activity != observation.Mine:
		if in.Activity == observation.Exercise {
			return "S1"
		}
		return "S2" // a weapon that is there is not used
	}
	switch in.Weapon {
	case observation.Mortar82, observation.Mortar120, observation.Tank, observation.ArtilleryLt100, observation.ArtilleryGe100,
		observation.MLRS, observation.MissileWeapon, observation.AircraftWeapon, observation.ATGM:
		return "S3"
	}
	switch in.Activity {
	case observation.Shelling, observation.MissileStrike, observation.AirStrike, observation.UAVStrike,
		observation.Jamming, observation.Silence, observation.Detention:
		return "S3"
	case observation.Shot:
		if in.Count.N <= 1 {
			return "S1"
		}
	}
	return "S2"
}

// struck reports whether fire came in at the protected site of the rule.
func (j *Judge) struck(r *rule, s *situation) bool {
	site := r.site
	if site == nil && r.zone != "" {
		if z := j.agreement.Zone(r.zone); z != nil && z.Circle != nil && z.Circle.Site != "" {
			site = j.agreement.Site(z.Circle.Site)
		}
	}
	if site == nil || s.in.Direction == observation.Outgoing {
		return false
	}
	p, known, _ := j.atSite(site, s)
	return known && p >= 0.5
}

// onMonitors reports whether sources name monitors as taking part in what
// happened without holding them responsible: then it was done to them.
func (j *Judge) onMonitors(s *situation) bool {
	return slices.ContainsFunc(s.bodies, func(id string) bool {
		p := j.agreement.Party(id)
		return p != nil && p.Is("monitor") && !slices.Contains(s.claimed, id)
	})
}
