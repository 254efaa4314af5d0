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
	is, why := r.provision.Severity, "as the provision says"
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
		is, why = matched, "as the provision says for such a case"
	}
	if is == "" && step("S1") >= 0 && step("S4") >= 0 {
		is, why = gravity(s), "by the criteria of the scale"
	}
	if is != "" {
		c.add("severity", "Severity "+is+", "+why+".", "severity", is)
	}
	return is
}

// gravity applies the criteria of the default scale.
func gravity(s *situation) string {
	in := s.in
	switch {
	case in.Harm.Killed > 0:
		return "S4"
	case in.Harm.Injured > 0:
		return "S3"
	}
	switch in.Weapon {
	case observation.Mortar82, observation.Mortar120, observation.Tank, observation.ArtilleryLt100, observation.ArtilleryGe100,
		observation.MLRS, observation.MissileWeapon, observation.AircraftWeapon, observation.ATGM:
		return "S3"
	}
	switch in.Activity {
	case observation.Shelling, observation.MissileStrike, observation.AirStrike, observation.UAVStrike,
		observation.AccessDenied, observation.Jamming, observation.Silence, observation.Detention:
		return "S3"
	case observation.Shot:
		if in.Count.N <= 1 {
			return "S1"
		}
	case observation.Exercise:
		return "S1"
	}
	return "S2"
}
