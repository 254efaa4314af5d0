package agreement

import (
	"strconv"
	"strings"
)

// space tells lines, baselines, sites and zones.
func (s *speaker) space() {
	a := s.a
	for _, l := range a.Lines {
		sides := ""
		if l.Left != "" || l.Right != "" {
			sides = s.say("line.sides", "left", s.party(l.Left), "right", s.party(l.Right))
		}
		versions := s.say("line.imported")
		if len(l.Versions) > 0 {
			dates := make([]string, len(l.Versions))
			for i, v := range l.Versions {
				dates[i] = s.at(v.From)
				if v.From.IsZero() {
					dates[i] = s.say("period.always")
				}
			}
			versions = s.say("line.versions", "dates", strings.Join(dates, ", "))
		}
		s.tell("line", "id", l.ID, "name", s.name(l.Name), "sides", sides, "versions", versions)
		s.sources(l.ID, l.Why)
	}
	for _, p := range a.Conflict() {
		stated := find(a.Baselines, func(b *Baseline) bool { return b.Party == p.ID }) != nil
		b := a.Baseline(p.ID)
		switch {
		case b == nil:
		case !b.Frozen.IsZero():
			s.tell("baseline.frozen", "party", s.party(p.ID), "line", b.Line, "at", s.at(b.Frozen))
		default:
			note := ""
			if !stated {
				note = s.say("baseline.default")
			}
			s.tell("baseline.moving", "party", s.party(p.ID), "line", b.Line, "default", note)
		}
		if b != nil {
			s.sources(b.Line, b.Why)
		}
	}
	for _, p := range a.Sites {
		at, radius, party := "", "", ""
		if p.Lat != nil && p.Lon != nil {
			at = s.say("site.at", "lat", degrees(*p.Lat), "lon", degrees(*p.Lon))
		}
		if p.RadiusM > 0 {
			radius = s.say("site.radius", "m", s.number(p.RadiusM))
		}
		if p.StandoffM > 0 {
			radius += s.say("site.standoff", "m", s.number(p.StandoffM))
		}
		if p.Party != "" {
			party = s.say("site.party", "party", s.party(p.Party))
		}
		declared := make([]string, len(p.Declared))
		for i, d := range p.Declared {
			declared[i] = strconv.Itoa(d.Number) + " × " + s.word("weapon", d.Weapon)
		}
		s.tell("site", "id", p.ID, "name", s.text(p.Name), "kind", s.word("site", p.Kind), "at", at, "radius", radius,
			"party", party, "declared", s.sayIf("site.declared", "list", strings.Join(declared, ", ")))
	}
	for i := range a.Zones {
		z := &a.Zones[i]
		s.tell("zone", "id", z.ID, "name", s.name(z.Name), "shape", s.shape(z), "period", s.period(z.Period),
			"moving", s.moves(z), "measure", s.measure(z.ID))
		s.sources(z.ID, z.Why)
	}
}

func degrees(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func (s *speaker) measure(zone string) string {
	if s.measures == nil {
		return ""
	}
	area, length, ok := s.measures(zone)
	if !ok {
		return s.say("zone.measure.none")
	}
	along := ""
	if length > 0 {
		along = s.say("zone.length", "length", s.number(length/1000))
	}
	return s.say("zone.measure", "area", s.number(area/1e6), "length", along)
}

func (s *speaker) shape(z *Zone) string {
	file := func(name string) string { return s.sayIf("zone.file", "file", name) }
	switch {
	case z.Within != nil:
		sides := z.Within.Sides
		if len(sides) == 0 {
			for _, p := range s.a.Conflict() {
				sides = append(sides, p.ID)
			}
		}
		return s.say("zone.within", "min", s.number(z.Within.MinKM), "max", s.number(z.Within.KM),
			"sides", s.parties(sides), "line", s.sayIf("zone.line", "line", z.Within.Line))
	case len(z.Between) > 0:
		return s.say("zone.between", "lines", strings.Join(z.Between, ", "))
	case z.Polygon != nil:
		return s.say("zone.polygon") + file(z.Polygon.File)
	case z.Circle != nil && z.Circle.Site != "":
		return s.say("zone.circle.site", "km", s.number(z.Circle.KM), "site", s.site(z.Circle.Site))
	case z.Circle != nil && z.Circle.Lat != nil && z.Circle.Lon != nil:
		return s.say("zone.circle.point", "km", s.number(z.Circle.KM), "lat", degrees(*z.Circle.Lat), "lon", degrees(*z.Circle.Lon))
	case z.Admin != nil:
		return s.say("zone.admin", "names", strings.Join(z.Admin.Names, ", ")) + file(z.Admin.File)
	case z.Corridor != nil:
		return s.say("zone.corridor", "km", s.number(z.Corridor.KM)) + file(z.Corridor.File)
	case len(z.Union) > 0:
		return s.say("zone.union", "zones", strings.Join(z.Union, ", "))
	case len(z.Intersection) > 0:
		return s.say("zone.intersection", "zones", strings.Join(z.Intersection, ", "))
	case len(z.Difference) > 0:
		return s.say("zone.difference", "first", z.Difference[0], "rest", strings.Join(z.Difference[1:], ", "))
	}
	return ""
}

func (s *speaker) where(zone, site string, outside bool) string {
	var out []string
	if zone != "" {
		key := "where.zone"
		if outside {
			key = "where.outside"
		}
		out = append(out, s.say(key, "zone", s.zone(zone)))
	}
	if site != "" {
		out = append(out, s.say("where.site", "site", s.site(site)))
	}
	if len(out) == 0 {
		out = append(out, s.say("everywhere"))
	}
	return s.say("where", "where", strings.Join(out, ", "))
}

// provision tells one rule: its words, then what they mean here.
func (s *speaker) provision(p *Provision) {
	s.tell("provision", "id", p.ID, "article", s.sayIf("article", "article", p.Article), "words", s.text(p.Words))
	where := s.where(p.Zone, p.Site, p.Outside)
	when := s.say("when", "period", s.period(p.Period), "ceasefire", s.sayIf("when.ceasefire", "id", p.Ceasefire))
	parties := s.parties(s.a.Bound(p))
	switch {
	case p.Prohibits != nil:
		f := p.Prohibits
		direction, except := "", ""
		if f.FromZone {
			direction = s.say("prohibits.from")
		} else if f.Against {
			direction = s.say("prohibits.against")
		}
		if len(f.Except) > 0 {
			except = s.say("prohibits.except", "parties", s.parties(f.Except))
		}
		s.tell("prohibits", "id", p.ID, "parties", parties, "match", s.match(f.Match, DefaultActivities(f.Kind)),
			"where", where, "when", when, "direction", direction, "except", except)
	case p.Requires != nil:
		s.requirement(p, parties, where, when)
	case p.Permits != nil:
		s.permission(p, where, when)
	}
	if p.Permits == nil {
		s.severity(p)
		if t := find(s.a.Thresholds, func(t *Threshold) bool { return t.Provision == p.ID }); t != nil {
			s.threshold(p.ID, s.a.Threshold(p.ID))
		}
	}
	s.sources(p.ID, p.Why)
}

func (s *speaker) severity(p *Provision) {
	if p.Severity == "" && len(p.SeverityIf) == 0 {
		return
	}
	step := p.Severity
	if step == "" {
		step = s.say("severity.unstated")
	}
	var cases strings.Builder
	for _, c := range p.SeverityIf {
		var parts []string
		if m := s.match(c.Match, nil); m != s.say("match.any") || c.Killed == 0 {
			parts = append(parts, m)
		}
		if c.Killed > 0 {
			parts = append(parts, s.say("killed", "n", strconv.Itoa(c.Killed)))
		}
		cases.WriteString(s.say("severity.if", "step", c.Is, "match", strings.Join(parts, "; ")))
	}
	s.tell("severity", "id", p.ID, "step", step, "cases", cases.String())
}

func (s *speaker) threshold(id string, t Threshold) {
	s.tell("threshold", "id", id, "o", percent(t.Occurrence), "b", percent(t.Breach), "r", percent(t.Attribution))
}

func (s *speaker) instantIf(key string, i Instant) string {
	if i.IsZero() {
		return ""
	}
	return s.say(key, "at", s.at(i))
}

func (s *speaker) requirement(p *Provision, parties, where, when string) {
	q := p.Requires
	match := s.match(q.Match, nil)
	var what string
	switch q.Kind {
	case "withdrawal":
		what = s.say("requires.withdrawal", "match", match)
	case "storage":
		sites := make([]string, len(q.Sites))
		for i, id := range q.Sites {
			sites[i] = s.site(id)
		}
		what = s.say("requires.storage", "match", match, "sites", strings.Join(sites, ", "))
	case "access":
		what = s.say("requires.access")
	case "notification":
		what = s.say("requires.notification", "match", match, "before", s.span(q.Before), "to", s.parties(q.To))
	case "delivery":
		thing, number, to := s.text(q.What), "", ""
		if thing == "" {
			thing = match
		}
		if q.Number > 0 {
			number = s.say("requires.number", "n", strconv.Itoa(q.Number))
		}
		if len(q.To) > 0 {
			to = s.say("requires.to", "to", s.parties(q.To))
		}
		what = s.say("requires.delivery", "what", thing, "number", number, "to", to)
	}
	deadline := s.instantIf("requires.deadline", q.Deadline)
	if deadline == "" && needsDeadline(q) && len(q.Stages) == 0 {
		deadline = s.say("requires.none")
	}
	given := ""
	if e, err := q.Given.Parse(s.loc); err == nil && e != nil {
		given = s.say("requires.given", "condition", s.condition(e))
	}
	s.tell("requires", "id", p.ID, "parties", parties, "what", what, "where", where, "when", when,
		"start", s.instantIf("requires.start", q.Start), "deadline", deadline, "given", given)
	for _, st := range q.Stages {
		zone := ""
		if st.Zone != "" {
			zone = "; " + s.say("where.zone", "zone", s.zone(st.Zone))
		}
		stage := s.match(st.Match, nil)
		if stage == s.say("match.any") {
			stage = match
		}
		s.tell("stage", "stage", st.ID, "id", p.ID, "match", stage, "zone", zone,
			"start", s.instantIf("requires.start", st.Start), "deadline", s.instantIf("requires.deadline", st.Deadline),
			"words", s.sayIf("limit.words", "words", s.text(st.Words)))
	}
}

// needsDeadline reports whether the requirement can be missed only by a time.
func needsDeadline(q *Requirement) bool {
	return q.Kind == "withdrawal" || q.Kind == "storage" || q.Kind == "delivery"
}

func (s *speaker) permission(p *Provision, where, when string) {
	f := p.Permits
	by := f.By
	if len(by) == 0 {
		by = s.a.Bound(p)
	}
	of := strings.Join(f.Of, ", ")
	if of == "" {
		of = s.say("permits.all")
	}
	match := s.match(f.Match, nil)
	if match == s.say("match.any") {
		match = ""
	} else {
		match = ": " + match
	}
	tell, notified := "", ""
	if len(f.Tell) > 0 {
		before := ""
		if !f.Before.IsZero() {
			before = s.say("permits.before", "span", s.span(f.Before))
		}
		tell = s.say("permits.tell", "parties", s.parties(f.Tell), "before", before)
	}
	if f.Notified {
		notified = s.say("permits.notified")
	}
	s.tell("permits", "id", p.ID, "parties", s.parties(by), "of", of, "kind", s.word("permit", f.Kind), "match", match,
		"where", where, "when", when, "tell", tell, "notified", notified)
}
