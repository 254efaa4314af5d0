package agreement

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func find[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

// Party returns the party with the id, or nil.
func (a *Agreement) Party(id string) *Party {
	return find(a.Parties, func(p *Party) bool { return p.ID == id })
}

// PartyByActor returns the party that sources name so: by one of its actors,
// its id or its name in any language, whatever the case. Nil if none is.
func (a *Agreement) PartyByActor(name string) *Party {
	name = strings.TrimSpace(name)
	if name == "" {
		return nil
	}
	same := func(s string) bool { return strings.EqualFold(s, name) }
	if p := find(a.Parties, func(p *Party) bool { return slices.ContainsFunc(p.Actors, same) }); p != nil {
		return p
	}
	return find(a.Parties, func(p *Party) bool {
		return same(p.ID) || slices.ContainsFunc(slices.Collect(maps.Values(p.Name)), same)
	})
}

// Zone returns the zone with the id, or nil.
func (a *Agreement) Zone(id string) *Zone {
	return find(a.Zones, func(z *Zone) bool { return z.ID == id })
}

// Provision returns the provision with the id, or nil.
func (a *Agreement) Provision(id string) *Provision {
	return find(a.Provisions, func(p *Provision) bool { return p.ID == id })
}

// Line returns the line with the id, or nil.
func (a *Agreement) Line(id string) *Line {
	return find(a.Lines, func(l *Line) bool { return l.ID == id })
}

// Site returns the site with the id, or nil.
func (a *Agreement) Site(id string) *Site {
	return find(a.Sites, func(s *Site) bool { return s.ID == id })
}

// Source returns the text with the id, or nil.
func (a *Agreement) Source(id string) *Source {
	return find(a.Texts, func(s *Source) bool { return s.ID == id })
}

// CeasefireByID returns the ceasefire with the id, or nil.
func (a *Agreement) CeasefireByID(id string) *Ceasefire {
	return find(a.Ceasefire, func(c *Ceasefire) bool { return c.ID == id })
}

// Commitment returns the commitment with the id, or nil.
func (a *Agreement) Commitment(id string) *Commitment {
	return find(a.Commitments, func(c *Commitment) bool { return c.ID == id })
}

// Level returns the level of the escalation with the id, or nil.
func (a *Agreement) Level(id string) *Level {
	if a.Escalation == nil {
		return nil
	}
	return find(a.Escalation.Levels, func(l *Level) bool { return l.ID == id })
}

// Baseline returns the baseline of the party. Where the terms give none it is
// the first line, moving; nil if there is no line.
func (a *Agreement) Baseline(party string) *Baseline {
	if b := find(a.Baselines, func(b *Baseline) bool { return b.Party == party }); b != nil {
		return b
	}
	if len(a.Lines) == 0 {
		return nil
	}
	return &Baseline{Party: party, Line: a.Lines[0].ID}
}

// Conflict lists the parties to the conflict that the ceasefire covers, in the
// order of the file.
func (a *Agreement) Conflict() []Party {
	var out []Party
	for _, p := range a.Parties {
		if !p.Excluded && p.Is("party-to-conflict") {
			out = append(out, p)
		}
	}
	return out
}

// Includes reports whether the party id is the group itself or one of its
// members, direct or not.
func (a *Agreement) Includes(group, id string) bool { return a.includes(group, id, len(a.Parties)) }

func (a *Agreement) includes(group, id string, depth int) bool {
	if group == id {
		return true
	}
	p := a.Party(group)
	return p != nil && depth > 0 && slices.ContainsFunc(p.Members, func(m string) bool { return a.includes(m, id, depth-1) })
}

// Is reports whether the party has the role at any time.
func (p *Party) Is(role string) bool {
	return slices.ContainsFunc(p.Roles, func(r Role) bool { return r.Role == role })
}

// Bound lists the ids of the parties that the provision binds: those that it
// names, else those of its ceasefire, else all parties to the conflict that are
// not excluded; less those that a prohibition excepts.
func (a *Agreement) Bound(p *Provision) []string {
	bound := slices.Clone(p.Parties)
	if len(bound) == 0 && p.Ceasefire != "" {
		if c := a.CeasefireByID(p.Ceasefire); c != nil {
			bound = slices.Clone(c.Parties)
		}
	}
	if len(bound) == 0 {
		for _, c := range a.Conflict() {
			bound = append(bound, c.ID)
		}
	}
	if p.Prohibits != nil {
		bound = slices.DeleteFunc(bound, func(id string) bool { return slices.Contains(p.Prohibits.Except, id) })
	}
	return bound
}

// InForce is the period in which the provision holds: its own, cut to that of
// its ceasefire. ok is false if the two don't overlap.
func (a *Agreement) InForce(p *Provision) (period Period, ok bool) {
	period = p.Period
	if c := a.CeasefireByID(p.Ceasefire); p.Ceasefire != "" && c != nil {
		if !period.Overlaps(c.Period) {
			return Period{}, false
		}
		if c.From.After(period.From.Time) {
			period.From = c.From
		}
		if period.Until.IsZero() || !c.Until.IsZero() && c.Until.Before(period.Until.Time) {
			period.Until = c.Until
		}
	}
	return period, true
}

// Location is the agreement's time zone; UTC where it states none.
func (a *Agreement) Location() *time.Location {
	if loc, err := loadZone(a.TimeZone); err == nil {
		return loc
	}
	return time.UTC
}

// CeasefireAt lists the ceasefires in force at t, in the order of the file.
func (a *Agreement) CeasefireAt(t time.Time) []*Ceasefire {
	var out []*Ceasefire
	for i := range a.Ceasefire {
		if a.Ceasefire[i].Contains(t) {
			out = append(out, &a.Ceasefire[i])
		}
	}
	return out
}

// StatusAt is the agreement's status at t: "" before the first.
func (a *Agreement) StatusAt(t time.Time) string {
	is := ""
	for _, s := range a.Status {
		if !s.At.After(t) {
			is = s.Is
		}
	}
	return is
}

// DefinitionsAt lists the definitions of term in force at t.
func (a *Agreement) DefinitionsAt(term string, t time.Time) []*Definition {
	var out []*Definition
	for i := range a.Definitions {
		if d := &a.Definitions[i]; d.Term == term && d.Contains(t) {
			out = append(out, d)
		}
	}
	return out
}

// Threshold is the one for a provision: its own values, where it lacks them the
// agreement's default, else 0.5 for the occurrence and 0.8 for breach and
// attribution.
func (a *Agreement) Threshold(provision string) Threshold {
	out := Threshold{Provision: provision}
	for _, of := range []string{provision, ""} {
		if t := find(a.Thresholds, func(t *Threshold) bool { return t.Provision == of }); t != nil {
			out.Occurrence = cmp.Or(out.Occurrence, t.Occurrence)
			out.Breach = cmp.Or(out.Breach, t.Breach)
			out.Attribution = cmp.Or(out.Attribution, t.Attribution)
			if out.Why == nil {
				out.Why = t.Why
			}
		}
	}
	out.Occurrence = cmp.Or(out.Occurrence, 0.5)
	out.Breach = cmp.Or(out.Breach, 0.8)
	out.Attribution = cmp.Or(out.Attribution, 0.8)
	return out
}

// Policy returns what the audience ("public", "parties", "mission") may get. An
// audience without a policy gets what is cleared for all: TLP:CLEAR, a day
// late, positions to a kilometre, without sources, observers and media.
func (a *Agreement) Policy(audience string) Policy {
	if p := find(a.Publication, func(p *Policy) bool { return p.Audience == audience }); p != nil {
		return *p
	}
	return Policy{
		Audience: audience, Handling: "TLP:CLEAR",
		Delay:  Duration{Duration: 24 * time.Hour, Written: "24h"},
		RoundM: 1000, Withhold: []string{"source", "observer", "media"},
	}
}

// FirstLanguage is the language of a bare text in the file.
func (a *Agreement) FirstLanguage() string {
	if len(a.Languages) > 0 {
		return a.Languages[0]
	}
	return "en"
}

// FileRef is a file that the agreement names, relative to it.
type FileRef struct {
	Name    string // as the agreement has it
	Purpose string // "line", "held-area", "polygon", "admin", "corridor" or "areas"
	Of      string // id of the line or zone that it belongs to
	File    string // the agreement file that names it, with the place
	Line    int
	Column  int
}

// Files lists the files that the agreement names, in its order. The caller
// reads them: Parse does not.
func Files(a *Agreement) []FileRef {
	var out []FileRef
	add := func(path, name, purpose, of string) {
		if name != "" {
			file, at := a.origin.find(path)
			out = append(out, FileRef{Name: name, Purpose: purpose, Of: of, File: file, Line: at.line, Column: at.column})
		}
	}
	add("report.area_file", a.Report.AreaFile, "areas", "")
	for i, l := range a.Lines {
		for j, v := range l.Versions {
			purpose := "line"
			if v.HeldBy != "" {
				purpose = "held-area"
			}
			add(at(at("lines", i)+".versions", j)+".file", v.File, purpose, l.ID)
		}
	}
	for i, z := range a.Zones {
		p := at("zones", i)
		if z.Polygon != nil {
			add(p+".polygon.file", z.Polygon.File, "polygon", z.ID)
		}
		if z.Admin != nil {
			add(p+".admin.file", z.Admin.File, "admin", z.ID)
		}
		if z.Corridor != nil {
			add(p+".corridor.file", z.Corridor.File, "corridor", z.ID)
		}
	}
	return out
}
