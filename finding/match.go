package finding

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// matcher is an agreement.Match made ready.
type matcher struct {
	activities map[string]bool // nil: any
	weapons    map[string]bool // nil: any
	forces     []force
	directions []string
	minCount   int
	calibre    *agreement.Range
}

// and is what both describe. Where each names forces or a calibre, those of m
// stand: they can't be told apart further.
func (m *matcher) and(n *matcher) matcher {
	out := *m
	out.activities = common(m.activities, n.activities)
	out.weapons = common(m.weapons, n.weapons)
	switch {
	case len(m.directions) == 0:
		out.directions = n.directions
	case len(n.directions) > 0:
		out.directions = slices.DeleteFunc(slices.Clone(m.directions), func(d string) bool { return !slices.Contains(n.directions, d) })
		if len(out.directions) == 0 {
			out.directions = []string{"none"}
		}
	}
	if len(m.forces) == 0 {
		out.forces = n.forces
	}
	out.minCount = max(m.minCount, n.minCount)
	if m.calibre == nil {
		out.calibre = n.calibre
	}
	return out
}

// common is what two sets share; nil is the set of all.
func common(a, b map[string]bool) map[string]bool {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	out := map[string]bool{}
	for w := range a {
		if b[w] {
			out[w] = true
		}
	}
	return out
}

// force is a word for a force with what it means in weapons, if anything.
type force struct {
	word    string
	weapons map[string]bool
}

func (j *Judge) matcher(m *agreement.Match, activities []string) matcher {
	if len(m.Activities) > 0 {
		activities = m.Activities
	}
	out := matcher{activities: set(activities), weapons: set(j.agreement.ExpandWeapons(m.Weapons)), directions: m.Directions, minCount: m.MinCount, calibre: m.CalibreMM}
	for _, word := range m.Forces {
		f := force{word: word}
		if members, ok := j.agreement.WeaponClasses[word]; ok {
			f.weapons = set(members)
		}
		for i := range j.agreement.Definitions {
			if d := &j.agreement.Definitions[i]; d.Term == word && d.By == "" && d.Rule != nil && f.weapons == nil {
				f.weapons = set(j.agreement.ExpandWeapons(d.Rule.Weapons))
			}
		}
		out.forces = append(out.forces, f)
	}
	return out
}

func set(words []string) map[string]bool {
	if len(words) == 0 {
		return nil
	}
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

func (m *matcher) empty() bool {
	return m.activities == nil && m.weapons == nil && len(m.forces) == 0 && len(m.directions) == 0 && m.minCount == 0 && m.calibre == nil
}

// match is the probability that in is what m describes; unsure names what is not
// known.
func (m *matcher) match(in *incident.Incident, p *Parameters) (probability float64, unsure doubt) {
	probability = 1
	if m.activities != nil {
		probability = 0
		for _, a := range in.Activities {
			if m.activities[string(a.Activity)] {
				probability += a.Probability
			}
		}
		if len(in.Activities) == 0 && m.activities[string(in.Activity)] {
			probability = 1
		}
		probability = min(probability, 1)
		if probability < p.Rule.RelevantAct {
			return 0, ""
		}
	}
	weaponKnown := in.Weapon != "" && in.Weapon != observation.WeaponUnknown
	if m.weapons != nil {
		switch {
		case !weaponKnown:
			probability *= p.Rule.WeaponUnknown
			unsure = noWeapon
		case !m.weapons[string(in.Weapon)]:
			return 0, ""
		}
	}
	if len(m.forces) > 0 {
		q := m.force(in, weaponKnown, p)
		if q > 0 && q < 1 {
			unsure = noForce
		}
		probability *= q
	}
	if m.calibre != nil {
		q := calibre(m.calibre, in, p)
		if q > 0 && q < 1 {
			unsure = noCalibre
		}
		probability *= q
	}
	if len(m.directions) > 0 && !slices.Contains(m.directions, string(in.Direction)) {
		if in.Direction != "" && in.Direction != observation.DirectionUndetermined {
			return 0, ""
		}
		probability *= p.Rule.DirectionUnknown
		unsure = noDirection
	}
	if m.minCount > 1 {
		most := max(in.Count.Max, in.Count.N, 1)
		switch least := max(in.Count.Min, 1); {
		case most < m.minCount:
			return 0, ""
		case least >= m.minCount || in.Count.N >= m.minCount && in.Count.Min == 0:
		case in.Count.N >= m.minCount:
			probability *= p.Rule.CountLikely
			unsure = noNumber
		default:
			probability *= p.Rule.CountPossible
			unsure = noNumber
		}
	}
	return probability, unsure
}

func (m *matcher) force(in *incident.Incident, weaponKnown bool, p *Parameters) float64 {
	stated := strings.TrimSpace(in.Extra["force"])
	best := 0.0
	for _, f := range m.forces {
		switch {
		case strings.EqualFold(stated, f.word):
			return 1
		case f.weapons != nil && weaponKnown:
			if f.weapons[string(in.Weapon)] {
				return 1
			}
		case f.weapons != nil:
			best = max(best, p.Rule.WeaponUnknown)
		case stated == "":
			best = max(best, p.Rule.ForceUnknown)
		}
	}
	return best
}

// calibre is the probability that the event's calibre lies in the range.
func calibre(r *agreement.Range, in *incident.Incident, p *Parameters) float64 {
	inside := func(v float64) bool { return (r.Min == nil || v >= *r.Min) && (r.Max == nil || v <= *r.Max) }
	if v, err := strconv.ParseFloat(strings.TrimSpace(in.Extra["calibre_mm"]), 64); err == nil {
		if inside(v) {
			return 1
		}
		return 0
	}
	c := p.Weapons[in.Weapon].CalibreMM
	if len(c) != 2 {
		return p.Rule.CalibreUnknown
	}
	switch {
	case inside(c[0]) && inside(c[1]):
		return 1
	case r.Min != nil && c[1] < *r.Min, r.Max != nil && c[0] > *r.Max:
		return 0
	}
	return p.Rule.CalibreUnknown
}

// share is the part of the interval from..to that lies in the period.
func share(period agreement.Period, from, to time.Time) float64 {
	if !to.After(from) {
		if period.Contains(from) {
			return 1
		}
		return 0
	}
	a, b := from, to
	if !period.From.IsZero() && period.From.After(a) {
		a = period.From.Time
	}
	if !period.Until.IsZero() && period.Until.Before(b) {
		b = period.Until.Time
	}
	if !b.After(a) {
		return 0
	}
	return float64(b.Sub(a)) / float64(to.Sub(from))
}
