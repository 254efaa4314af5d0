package report

import (
	"cmp"
	"slices"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/ledger"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// The kinds of restriction of monitors' movement and of interference.
const (
	restrictionDenial  = "denial"
	restrictionJamming = "jamming"
	restrictionSilence = "silence"
	restrictionForce   = "force"
)

func (b *builder) weapons() {
	rows := map[WeaponCategory][]int{}
	weaponCategories := ledger.Categories()
	for i := range b.incidents {
		n := &b.incidents[i]
		best, from := len(weaponCategories), (*finding.Finding)(nil)
		for _, f := range b.byIncident[n.ID] {
			p := b.r.names.provisions[f.Provision]
			if p == nil {
				continue
			}
			c := slices.Index(weaponCategories, ledger.CategoryOf(p, f))
			if c >= 0 && c < best {
				best, from = c, f
			}
		}
		if from == nil {
			continue
		}
		row := &b.r.Annex[i]
		b.r.Weapons = append(b.r.Weapons, WeaponRow{
			Category: weaponCategories[best], Incident: n.ID, Finding: from.ID, At: n.From, Count: n.Count,
			Weapon: n.Weapon, Place: row.Place, Means: row.Means, Side: row.Side, Revisit: n.Extra["revisit"], row: i,
		})
		rows[weaponCategories[best]] = append(rows[weaponCategories[best]], i)
	}
	slices.SortStableFunc(b.r.Weapons, func(x, y WeaponRow) int {
		return cmp.Compare(slices.Index(weaponCategories, x.Category), slices.Index(weaponCategories, y.Category))
	})
	for _, c := range weaponCategories {
		if len(rows[c]) > 0 {
			b.number("weapons."+string(c), float64(len(rows[c])), rows[c])
		}
	}
}

func (b *builder) restrictions() {
	var rows []int
	for i := range b.incidents {
		n, row := &b.incidents[i], &b.r.Annex[i]
		kind := n.Extra["restriction"]
		if kind == "" {
			switch n.Activity {
			case observation.AccessDenied:
				kind = restrictionDenial
			case observation.Jamming:
				kind = restrictionJamming
			case observation.Silence:
				kind = restrictionSilence
			}
		}
		e := EventRow{Incident: n.ID, At: n.From, Activity: n.Activity, Kind: kind,
			Place: row.Place, Side: row.Side, Count: n.Count, row: i}
		for _, f := range b.byIncident[n.ID] {
			p := b.r.names.provisions[f.Provision]
			if p == nil || !(p.Prohibits != nil && p.Prohibits.Kind == "interference" || p.Requires != nil && p.Requires.Kind == "access") {
				continue
			}
			if e.Finding == "" || weight(f.Result) > weight(e.Result) {
				e.Finding, e.Provision, e.Result = f.ID, f.Provision, f.Result
			}
		}
		if e.Kind == "" {
			if e.Result != finding.Breach && e.Result != finding.Undetermined {
				continue // an event that the terms do not count as interference
			}
			e.Kind = restrictionForce
		}
		b.r.Restrictions = append(b.r.Restrictions, e)
		rows = append(rows, i)
	}
	b.number("restrictions", float64(len(rows)), rows)
}

func (b *builder) casualties() {
	c := &b.r.Casualties
	c.Withheld = b.withheld(publish.FieldHarm)
	var rows []int
	for i := range b.incidents {
		n, row := &b.incidents[i], &b.r.Annex[i]
		if n.Harm == (observation.Casualties{}) {
			continue
		}
		c.Total.Killed += n.Harm.Killed
		c.Total.KilledCivilian += n.Harm.KilledCivilian
		c.Total.KilledMilitary += n.Harm.KilledMilitary
		c.Total.Injured += n.Harm.Injured
		c.Total.InjuredCivilian += n.Harm.InjuredCivilian
		c.Total.InjuredMilitary += n.Harm.InjuredMilitary
		c.Incidents = append(c.Incidents, CasualtyRow{
			Incident: n.ID, At: n.From, Place: row.Place, Area: row.Area, Activity: n.Activity, Harm: n.Harm,
			Occurrence: row.Occurrence, Sources: n.IndependentSources, row: i,
		})
		rows = append(rows, i)
	}
	b.number("killed", float64(c.Total.Killed), rows)
	b.number("injured", float64(c.Total.Injured), rows)
}

func (b *builder) excepted() {
	for i := range b.incidents {
		n, row := &b.incidents[i], &b.r.Annex[i]
		for _, f := range b.byIncident[n.ID] {
			if f.Result != finding.Excepted {
				continue
			}
			b.r.Excepted = append(b.r.Excepted, EventRow{Incident: n.ID, Finding: f.ID, At: n.From, Activity: n.Activity,
				Place: row.Place, Side: row.Side, Provision: f.Provision, Result: f.Result, Exception: f.Exception,
				Count: n.Count, row: i})
		}
	}
}
