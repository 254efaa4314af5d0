package agreement

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// factsOf resolves the agreement into facts, section by section in the order
// in which changes are told.
func factsOf(a *Agreement) *facts {
	f := &facts{a: a, loc: a.Location(), all: map[factKey]fact{}}
	for _, part := range []func(){
		f.agreement, f.ceasefires, f.definitions, f.parties, f.lines, f.sites, f.zones, f.provisions,
		f.thresholds, f.scales, f.verification, f.escalation, f.commitments, f.talks, f.policies,
	} {
		f.section()
		part()
	}
	return f
}

func (f *facts) agreement() {
	a := f.a
	s := f.of("agreement", "")
	s.says("id", a.ID)
	s.text("title", a.Title)
	s.text("summary", a.Summary)
	s.has("has the language", a.Languages, "")
	s.says("time zone", a.TimeZone)
	s.says("area", geometry(a.Area))
	s.says("cut-off of the report", cmp.Or(a.Report.Cutoff, "24:00"))
	s.says("report due", a.Report.Due)
	s.has("reports on", a.Report.Areas, "")
	s.says("file of areas", a.Report.AreaFile)
	s.says("name of areas", a.Report.AreaName)
	for _, t := range a.Texts {
		s := f.of("text", t.ID)
		s.text("title", t.Title)
		s.says("publisher", t.Publisher)
		s.instant("date", t.Date)
		s.says("address", t.URL)
		s.says("language", t.Language)
	}
	seen := map[string]int{}
	for _, st := range a.Status {
		s := f.of("status", nth(seen, st.Is))
		s.instant("since", st.At)
		s.has("is by", st.By, "")
		s.why(st.Why)
	}
	for _, name := range sortedKeys(a.WeaponClasses) {
		f.of("weapon class", name).has("includes", a.WeaponClasses[name], "")
	}
}

func (f *facts) ceasefires() {
	for _, c := range f.a.Ceasefire {
		s := f.of("ceasefire", c.ID)
		s.period(c.Period)
		parties := c.Parties
		if len(parties) == 0 {
			parties = f.conflict()
		}
		s.has("binds", parties, "")
		s.says("zone", c.Zone)
		s.says("site", c.Site)
		s.text("purpose", c.Purpose)
		s.why(c.Why)
		for _, d := range c.Disputed {
			s := f.of("ceasefire", c.ID+" as "+d.Party+" has it")
			s.period(d.Period)
			s.why(d.Why)
		}
	}
}

func (f *facts) conflict() []string {
	var out []string
	for _, p := range f.a.Conflict() {
		out = append(out, p.ID)
	}
	return out
}

func (f *facts) definitions() {
	list := slices.Clone(f.a.Definitions)
	slices.SortStableFunc(list, func(a, b Definition) int { return a.From.Compare(b.From.Time) })
	seen := map[string]int{}
	for _, d := range list {
		id := d.Term
		if d.By != "" {
			id += " (by " + d.By + ")"
		}
		s := f.of("definition", nth(seen, id))
		s.period(d.Period)
		s.text("words", d.Words)
		s.why(d.Why)
		s.flag("as a rule", d.Rule != nil)
		if d.Rule != nil {
			s.match(*d.Rule, d.Rule.Activities)
		}
	}
}

func (f *facts) parties() {
	for _, p := range f.a.Parties {
		s := f.of("party", p.ID)
		s.text("name", p.Name)
		s.has("is known as", p.Actors, "")
		s.flag("excluded", p.Excluded)
		s.says("territory", p.Territory)
		s.has("is made of", p.Members, "")
		s.flag("has members that are not named", p.Open)
		s.why(p.Why)
		seen := map[string]int{}
		for _, r := range p.Roles {
			s := f.of("role", p.ID+" as "+nth(seen, r.Role))
			s.period(r.Period)
			s.why(r.Why)
		}
	}
}

func (f *facts) lines() {
	a := f.a
	for i, l := range a.Lines {
		s := f.of("line", l.ID)
		s.text("name", l.Name)
		s.says("left", l.Left)
		s.says("right", l.Right)
		s.why(l.Why)
		if i == 0 {
			s.says("measured from by default", "yes")
		}
		for _, v := range l.Versions {
			id := l.ID
			if !v.From.IsZero() {
				id += " from " + f.time(v.From)
			}
			s := f.of("line version", id)
			s.says("file", v.File)
			s.says("course", geometry(v.Coordinates))
			s.says("held by", v.HeldBy)
			s.number("radius", v.RadiusM, "m")
		}
	}
	for _, party := range f.conflict() {
		if b := a.Baseline(party); b != nil {
			f.baseline(*b)
		}
	}
	for _, b := range a.Baselines {
		if !slices.Contains(f.conflict(), b.Party) {
			f.baseline(b)
		}
	}
}

func (f *facts) baseline(b Baseline) {
	s := f.of("baseline", "of "+b.Party)
	s.says("line", b.Line)
	s.instant("frozen", b.Frozen)
	s.why(b.Why)
}

// geometry stands for coordinates: what they are matters, not how they read.
func geometry(v any) string {
	data, err := json.Marshal(v)
	if err != nil || string(data) == "null" || string(data) == "[]" {
		return ""
	}
	if len(data) <= 60 {
		return string(data)
	}
	sum := sha256.Sum256(data)
	return fmt.Sprintf("geometry %x", sum[:4])
}

func (f *facts) sites() {
	for _, p := range f.a.Sites {
		s := f.of("site", p.ID)
		s.text("name", p.Name)
		s.says("kind", p.Kind)
		s.says("place", where(p.Lat, p.Lon))
		s.number("radius", p.RadiusM, "m")
		s.number("stand-off distance", p.StandoffM, "m")
		s.says("party", p.Party)
		s.has("is known as", p.Names, "")
		s.why(p.Why)
		for _, d := range p.Declared {
			s.has("declares", []string{fmt.Sprintf("%d × %s %v", d.Number, d.Weapon, d.Serials)}, "")
		}
	}
}

func where(lat, lon *float64) string {
	if lat == nil || lon == nil {
		return ""
	}
	return fmt.Sprintf("latitude %v, longitude %v", *lat, *lon)
}

func (f *facts) zones() {
	for _, z := range f.a.Zones {
		s := f.of("zone", z.ID)
		s.text("name", z.Name)
		s.period(z.Period)
		s.instant("frozen", z.Frozen)
		s.says("shape", strings.Join(z.shapes(func(string) bool { return false }), ", "))
		s.why(z.Why)
		if w := z.Within; w != nil {
			sides := w.Sides
			if len(sides) == 0 {
				sides = f.conflict()
			}
			for _, side := range sides {
				from := ""
				if w.Line != "" {
					from = " from line " + w.Line
				}
				width := fmt.Sprintf("%v km", w.KM)
				if w.MinKM > 0 {
					width = fmt.Sprintf("%v to %v km", w.MinKM, w.KM)
				}
				s.says("width for party "+side, width+from)
			}
		}
		s.has("lies between lines with", z.Between, "")
		if p := z.Polygon; p != nil {
			s.says("file", p.File)
			s.says("course", geometry(p.Coordinates))
		}
		if c := z.Circle; c != nil {
			s.number("radius", c.KM, "km")
			s.says("site", c.Site)
			s.says("centre", where(c.Lat, c.Lon))
		}
		if m := z.Admin; m != nil {
			s.has("includes", m.Names, "")
			s.says("file", m.File)
			s.says("property", cmp.Or(m.Property, "name"))
		}
		if c := z.Corridor; c != nil {
			s.number("half width", c.KM, "km")
			s.says("file", c.File)
			s.says("course", geometry(c.Coordinates))
		}
		s.has("unites", z.Union, "")
		s.has("is common to", z.Intersection, "")
		if len(z.Difference) > 0 {
			s.says("is part of", z.Difference[0])
			s.has("leaves out", z.Difference[1:], "")
		}
	}
}

func (f *facts) provisions() {
	a := f.a
	for i := range a.Provisions {
		p := &a.Provisions[i]
		s := f.of("provision", p.ID)
		s.says("article", p.Article)
		s.text("words", p.Words)
		s.period(p.Period)
		s.says("zone", p.Zone)
		s.flag("outside the zone", p.Outside)
		s.says("site", p.Site)
		s.has("binds", a.Bound(p), "")
		s.says("ceasefire", p.Ceasefire)
		s.says("severity", p.Severity)
		s.why(p.Why)
		for _, c := range p.SeverityIf {
			said, _ := json.Marshal(c.Match) // strings and numbers only
			s.has("is of severity "+c.Is+" where", []string{fmt.Sprintf("%s, killed %d", said, c.Killed)}, "")
		}
		switch {
		case p.Prohibits != nil:
			s.says("is", "a prohibition of "+p.Prohibits.Kind)
			s.match(p.Prohibits.Match, p.Prohibits.Effective())
			s.flag("only from there", p.Prohibits.FromZone && !p.Prohibits.Against)
			s.flag("only against it", p.Prohibits.Against && !p.Prohibits.FromZone)
			s.has("exempts", p.Prohibits.Except, "")
		case p.Requires != nil:
			f.requirement(s, p.ID, p.Requires)
		case p.Permits != nil:
			e := p.Permits
			s.says("is", "a permission of "+e.Kind)
			s.match(e.Match, e.Activities)
			s.has("is an exception from", e.Of, "every prohibition")
			s.has("permits", e.By, "every party")
			s.has("must be told to", e.Tell, "")
			s.duration("notice", e.Before)
			s.flag("needs notice", e.Notified)
		}
	}
}

func (f *facts) requirement(s subject, id string, q *Requirement) {
	s.says("is", "a requirement of "+q.Kind)
	s.match(q.Match, q.Activities)
	s.instant("start of the act", q.Start)
	s.instant("deadline", q.Deadline)
	s.duration("notice", q.Before)
	s.has("is owed to", q.To, "")
	s.has("names the site", q.Sites, "")
	s.text("what", q.What)
	s.number("number", float64(q.Number), "")
	s.says("condition", f.condition(q.Given))
	for _, st := range q.Stages {
		s := f.of("stage", id+"/"+st.ID)
		s.match(st.Match, st.Activities)
		s.says("zone", st.Zone)
		s.instant("start", st.Start)
		s.instant("deadline", st.Deadline)
		s.text("words", st.Words)
	}
}

// condition is the expression in one way of writing.
func (f *facts) condition(c Condition) string {
	e, err := c.Parse(f.loc)
	if err != nil {
		return string(c)
	}
	return e.String()
}

// thresholds tells the default, and provisions that differ from it.
func (f *facts) thresholds() {
	general := f.a.Threshold("")
	f.threshold("default", general)
	for _, t := range f.a.Thresholds {
		own := f.a.Threshold(t.Provision)
		if own.Occurrence != general.Occurrence || own.Breach != general.Breach || own.Attribution != general.Attribution {
			f.threshold(t.Provision, own)
		}
	}
	for _, t := range f.a.Thresholds {
		f.of("threshold", cmp.Or(t.Provision, "default")).why(t.Why)
	}
}

func (f *facts) threshold(id string, t Threshold) {
	s := f.of("threshold", id)
	s.says("occurrence", percent(t.Occurrence)+" %")
	s.says("breach", percent(t.Breach)+" %")
	s.says("attribution", percent(t.Attribution)+" %")
}

func (f *facts) scales() {
	tell := func(kind string, steps []Step) {
		for i, st := range steps {
			s := f.of(kind, st.ID)
			s.says("rank", strconv.Itoa(i+1))
			s.text("name", st.Name)
			s.text("words", st.Words)
			s.number("sources", float64(st.Sources), "")
			s.number("probability", st.Probability, "")
			s.flag("by a person", st.ByPerson)
		}
	}
	tell("severity", f.a.SeverityScale())
	tell("confidence", f.a.OccurrenceScale())
}
