package agreement

import (
	"fmt"
	"slices"
	"strings"
)

// Monitorability warns of what can't be monitored as the terms stand, in the
// order of the file. All of it is valid.
func Monitorability(a *Agreement) []Problem {
	var out []Problem
	m := monitor{validator{a: a, loc: a.Location(), problems: &out, warn: true}}
	m.zones()
	m.lines()
	m.parties()
	for i := range a.Provisions {
		m.provision(at("provisions", i), &a.Provisions[i])
	}
	m.exceptions()
	m.levels()
	m.daysAlone()
	sortProblems(out)
	return out
}

// monitor notes warnings the way validation notes errors.
type monitor struct{ validator }

func (m *monitor) zones() {
	a := m.a
	used := map[string]bool{}
	var use func(id string)
	use = func(id string) {
		z := a.Zone(id)
		if z == nil || used[id] {
			return
		}
		used[id] = true
		for _, member := range slices.Concat(z.Union, z.Intersection, z.Difference) {
			use(member)
		}
	}
	for _, p := range a.Provisions {
		use(p.Zone)
		if p.Requires != nil {
			for _, s := range p.Requires.Stages {
				use(s.Zone)
			}
		}
	}
	for _, c := range a.Ceasefire {
		use(c.Zone)
	}
	for i, z := range a.Zones {
		p := at("zones", i)
		if !used[z.ID] {
			m.add(p, fmt.Sprintf("no provision speaks of the zone %q", z.ID), "a provision with zone: "+z.ID+", or no such zone")
		}
		if z.Admin != nil && z.Admin.File == "" {
			m.add(p+".admin", fmt.Sprintf("the zone %q has no polygon: only reports that name the area fall into it", z.ID), "file: a GeoJSON file with the area")
		}
		if z.Within != nil {
			m.sides(p+".within", z)
		}
	}
}

// sides warns where a zone lies on the side of a party that has none.
func (m *monitor) sides(path string, z Zone) {
	a, sides := m.a, z.Within.Sides
	if len(sides) == 0 {
		for _, p := range a.Conflict() {
			sides = append(sides, p.ID)
		}
	}
	for _, side := range sides {
		id := z.Within.Line
		if b := a.Baseline(side); id == "" && b != nil {
			id = b.Line
		}
		l := a.Line(id)
		if l == nil || l.Left == side || l.Right == side || len(l.Versions) == 0 && l.Left == "" && l.Right == "" ||
			slices.ContainsFunc(l.Versions, func(v LineVersion) bool { return v.HeldBy != "" }) {
			continue
		}
		m.add(path, fmt.Sprintf("the zone %q is on the side of %q, which is on neither side of line %q", z.ID, side, id), "left and right on the line")
	}
}

func (m *monitor) lines() {
	for i, l := range m.a.Lines {
		p := at("lines", i)
		if len(l.Versions) == 0 {
			m.add(p, fmt.Sprintf("the line %q has no version: nothing can be measured from it until one is imported", l.ID), "versions, or the import of a line with this id")
		}
		held := slices.ContainsFunc(l.Versions, func(v LineVersion) bool { return v.HeldBy != "" })
		if (l.Left == "" || l.Right == "") && !held {
			m.add(p, fmt.Sprintf("the line %q does not say who is on either side, so no side can be told", l.ID), "left and right")
		}
	}
}

func (m *monitor) parties() {
	conflict := 0
	for i, p := range m.a.Parties {
		if !p.Is("party-to-conflict") {
			continue
		}
		conflict++
		if len(p.Actors) == 0 {
			m.add(at("parties", i), fmt.Sprintf("the party %q has no actors: only sources that call it so will be understood", p.ID), "actors: its names in sources")
		}
	}
	if conflict == 0 {
		m.add("parties", "nobody is a party to the conflict, so nobody is bound where a provision names no parties", "role: party-to-conflict")
	}
}

func (m *monitor) provision(path string, p *Provision) {
	a := m.a
	inForce, ok := a.InForce(p)
	if !ok {
		m.add(path, fmt.Sprintf("the provision %q can't be broken: it is never in force during ceasefire %q", p.ID, p.Ceasefire), "periods that overlap")
	}
	if z := a.Zone(p.Zone); z != nil && ok && !z.Overlaps(inForce) {
		m.add(path, fmt.Sprintf("the provision %q can't be broken: the zone %q does not exist while it is in force", p.ID, p.Zone), "periods that overlap")
	} else if z != nil && ok {
		m.uncovered(path, p, z, inForce)
	}
	if s := a.Site(p.Site); s != nil && s.Lat == nil && len(s.Names) == 0 {
		m.add(path+".site", fmt.Sprintf("the site %q has neither coordinates nor names in sources, so no event can be placed there", s.ID), "lat and lon, or names")
	}
	if p.Permits == nil && len(a.Bound(p)) == 0 {
		m.add(path, fmt.Sprintf("the provision %q binds nobody", p.ID), "parties, or a party to the conflict that is not excepted")
	}
	if p.Permits == nil && p.Severity == "" {
		m.add(path, fmt.Sprintf("a breach of the provision %q has no severity", p.ID), "severity: a step of the scale")
	}
	switch {
	case p.Prohibits != nil:
		m.prohibition(path+".prohibits", p)
	case p.Requires != nil:
		m.requirement(path+".requires", p)
	case p.Permits != nil:
		m.permission(path+".permits", p)
	}
}

// uncovered warns where the line that a zone derives from begins after the
// rule does.
func (m *monitor) uncovered(path string, p *Provision, z *Zone, inForce Period) {
	for _, id := range m.a.zoneLines(z, map[string]bool{}) {
		l := m.a.Line(id)
		if l == nil || len(l.Versions) == 0 || l.Versions[0].From.IsZero() || !z.Frozen.IsZero() {
			continue
		}
		first := l.Versions[0].From
		if inForce.From.IsZero() || first.After(inForce.From.Time) {
			m.add(path, fmt.Sprintf("the provision %q holds before line %q has its first version (%s), so its zone is unknown until then", p.ID, id, first.Written), "an earlier version of the line, or from on the provision")
		}
	}
}

// zoneLines lists the lines that a zone derives from.
func (a *Agreement) zoneLines(z *Zone, seen map[string]bool) []string {
	if z == nil || seen[z.ID] {
		return nil
	}
	seen[z.ID] = true
	out := slices.Clone(z.Between)
	if w := z.Within; w != nil && w.Line != "" {
		out = append(out, w.Line)
	} else if w != nil {
		sides := w.Sides
		if len(sides) == 0 {
			for _, p := range a.Conflict() {
				sides = append(sides, p.ID)
			}
		}
		for _, side := range sides {
			if b := a.Baseline(side); b != nil && b.Frozen.IsZero() {
				out = append(out, b.Line)
			}
		}
	}
	for _, member := range slices.Concat(z.Union, z.Intersection, z.Difference) {
		out = append(out, a.zoneLines(a.Zone(member), seen)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Effective lists the activities that a prohibition covers: its own, else the
// default ones of its kind.
func (p *Prohibition) Effective() []string {
	if len(p.Activities) > 0 {
		return p.Activities
	}
	return DefaultActivities(p.Kind)
}

func (m *monitor) prohibition(path string, p *Provision) {
	f := p.Prohibits
	activities := slices.DeleteFunc(slices.Clone(f.Effective()), func(w string) bool {
		return w == "alert" // a warning is no act
	})
	if len(activities) > 0 && len(f.Weapons) > 0 {
		activities = slices.DeleteFunc(activities, func(w string) bool { return !bearsWeapon(w) })
	}
	if len(activities) > 0 && len(f.Directions) > 0 {
		activities = slices.DeleteFunc(activities, func(w string) bool { return !bearsDirection(w) })
	}
	if len(activities) == 0 {
		m.add(path, fmt.Sprintf("nothing observable could break the provision %q: no activity in %s can have the weapon or direction that it asks for",
			p.ID, strings.Join(f.Effective(), ", ")), "activities, weapons and directions that can be observed together")
	}
	if len(f.Weapons) > 0 && len(m.a.ExpandWeapons(f.Weapons)) == 0 {
		m.add(path+".weapons", fmt.Sprintf("nothing observable could break the provision %q: its weapon classes are empty", p.ID), "weapons in the class")
	}
	if len(f.Forces) > 0 || f.CalibreMM != nil {
		m.add(path, fmt.Sprintf("only sources that state %s can show a breach of the provision %q", stated(f.Match), p.ID), "activities and weapons alone, where that is enough")
	}
}

func stated(m Match) string {
	switch {
	case len(m.Forces) > 0 && m.CalibreMM != nil:
		return "force and calibre"
	case len(m.Forces) > 0:
		return "the force"
	}
	return "the calibre"
}

func (m *monitor) requirement(path string, p *Provision) {
	q := p.Requires
	if !needsDeadline(q) {
		return
	}
	missing := q.Deadline.IsZero() && len(q.Stages) == 0
	for i, s := range q.Stages {
		if s.Deadline.IsZero() && q.Deadline.IsZero() {
			m.add(at(path+".stages", i), fmt.Sprintf("the stage %q of the provision %q has no deadline, so it can't be missed", s.ID, p.ID), "deadline")
		}
	}
	if missing {
		m.add(path, fmt.Sprintf("the provision %q requires something by no deadline, so it can't be missed", p.ID), "deadline")
	}
}

func (m *monitor) permission(path string, p *Provision) {
	f := p.Permits
	if f.IsZero() && !f.Notified && p.Zone == "" && p.Site == "" {
		m.add(path, fmt.Sprintf("nothing observable tells what the exception %q covers from what it does not", p.ID), "activities, weapons, a zone, or notified: true")
	}
	if f.Notified && len(f.Tell) == 0 {
		m.add(path+".notified", fmt.Sprintf("the exception %q needs notice, and does not say to whom", p.ID), "tell: the parties")
	}
}

// exceptions warns of two that cover the same act: a finding could name either.
func (m *monitor) exceptions() {
	a := m.a
	for i := range a.Provisions {
		for j := range i {
			p, q := &a.Provisions[i], &a.Provisions[j]
			if p.Permits == nil || q.Permits == nil || !m.sameActs(p, q) {
				continue
			}
			m.add(at("provisions", i), fmt.Sprintf("the exceptions %q and %q overlap", q.ID, p.ID), "acts, places, parties or times that differ")
		}
	}
}

func (m *monitor) sameActs(p, q *Provision) bool {
	a, b := p.Permits, q.Permits
	share := func(x, y []string) bool {
		return len(x) == 0 || len(y) == 0 || slices.ContainsFunc(x, func(w string) bool { return slices.Contains(y, w) })
	}
	place := func(x, y string) bool { return x == "" || y == "" || x == y }
	return a.Kind == b.Kind && share(a.Of, b.Of) && share(a.By, b.By) && share(a.Activities, b.Activities) &&
		share(m.a.ExpandWeapons(a.Weapons), m.a.ExpandWeapons(b.Weapons)) && share(p.Parties, q.Parties) &&
		place(p.Zone, q.Zone) && place(p.Site, q.Site) && p.Overlaps(q.Period)
}

func (m *monitor) levels() {
	if m.a.Escalation == nil {
		return
	}
	for i, l := range m.a.Escalation.Levels {
		if l.Count == 0 && l.Rise == 0 && l.After.IsZero() {
			m.add(at("escalation.levels", i), fmt.Sprintf("the level %q has no threshold, so it is never reached", l.ID), "count and window, rise, or after")
		}
	}
}

// daysAlone warns of ends that are days: a reader may take them as included.
func (m *monitor) daysAlone() {
	warn := func(path string, i Instant) {
		if len(i.Written) == len("2006-01-02") && !i.IsZero() {
			m.add(path, fmt.Sprintf("%s means the start of that day", i.Written), i.Written+"T24:00 if the day is meant to its end")
		}
	}
	for i, c := range m.a.Ceasefire {
		warn(at("ceasefire", i)+".until", c.Until)
	}
	for i, p := range m.a.Provisions {
		path := at("provisions", i)
		warn(path+".until", p.Until)
		if p.Requires == nil {
			continue
		}
		warn(path+".requires.deadline", p.Requires.Deadline)
		for j, s := range p.Requires.Stages {
			warn(at(path+".requires.stages", j)+".deadline", s.Deadline)
		}
	}
}
