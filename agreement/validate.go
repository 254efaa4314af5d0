package agreement

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// validator finds what is wrong with the terms beyond their form. Paths are
// those of origin.
type validator struct {
	a        *Agreement
	loc      *time.Location
	problems *[]Problem
	warn     bool // what add notes is a warning

	parties, texts, lines, sites, zones, provisions, ceasefires []string
	levels, commitments, issues, severities, occurrences        []string
}

func (v *validator) add(path, message, expected string) {
	file, at := v.a.origin.find(path)
	*v.problems = append(*v.problems, Problem{File: file, Line: at.line, Column: at.column, Message: message, Expected: expected, Warning: v.warn})
}

func at(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// agreement checks all of it. What is defined is collected first, so that the
// order of the file doesn't matter.
func (v *validator) agreement() {
	a := v.a
	v.parties = v.ids("parties", "party", len(a.Parties), func(i int) string { return a.Parties[i].ID })
	v.texts = v.ids("texts", "text", len(a.Texts), func(i int) string { return a.Texts[i].ID })
	v.lines = v.ids("lines", "line", len(a.Lines), func(i int) string { return a.Lines[i].ID })
	v.sites = v.ids("sites", "site", len(a.Sites), func(i int) string { return a.Sites[i].ID })
	v.zones = v.ids("zones", "zone", len(a.Zones), func(i int) string { return a.Zones[i].ID })
	v.provisions = v.ids("provisions", "provision", len(a.Provisions), func(i int) string { return a.Provisions[i].ID })
	v.ceasefires = v.ids("ceasefire", "ceasefire", len(a.Ceasefire), func(i int) string { return a.Ceasefire[i].ID })
	v.commitments = v.ids("commitments", "commitment", len(a.Commitments), func(i int) string { return a.Commitments[i].ID })
	v.issues = v.ids("issues", "issue", len(a.Issues), func(i int) string { return a.Issues[i].ID })
	v.ids("positions", "position", len(a.Positions), func(i int) string { return a.Positions[i].ID })
	v.ids("scales.severity", "severity", len(a.Scales.Severity), func(i int) string { return a.Scales.Severity[i].ID })
	v.ids("scales.occurrence", "step", len(a.Scales.Occurrence), func(i int) string { return a.Scales.Occurrence[i].ID })
	for _, s := range a.SeverityScale() {
		v.severities = append(v.severities, s.ID)
	}
	for _, s := range a.OccurrenceScale() {
		v.occurrences = append(v.occurrences, s.ID)
	}
	if e := a.Escalation; e != nil {
		v.levels = v.ids("escalation.levels", "level", len(e.Levels), func(i int) string { return e.Levels[i].ID })
	}
	v.identity()
	v.definitions()
	v.people()
	v.places()
	v.allZones()
	v.allProvisions()
	v.procedure()
	v.pledges()
}

// ids checks the ids of a list and returns them.
func (v *validator) ids(path, kind string, n int, id func(int) string) []string {
	var out []string
	for i := range n {
		s, p := id(i), at(path, i)
		switch {
		case s == "" && v.a.origin.has(p+".id"):
			v.add(p+".id", fmt.Sprintf("the id of the %s is empty", kind), "a short name")
		case s == "": // missing, which decoding has noted
		case !idForm.MatchString(s):
			v.add(p+".id", fmt.Sprintf("%q can't be an id", s), "letters a-z, digits, dash, dot and underscore")
		case slices.Contains(out, s):
			v.add(p+".id", fmt.Sprintf("the %s %q is defined twice", kind, s), "each id once")
		default:
			out = append(out, s)
		}
	}
	return out
}

// ref checks that id, if set, is among known.
func (v *validator) ref(path, kind, id string, known []string) {
	if id == "" || slices.Contains(known, id) {
		return
	}
	v.add(path, fmt.Sprintf("unknown %s %q", kind, id), expect(id, known))
}

func (v *validator) refs(path, kind string, ids, known []string) {
	for i, id := range ids {
		v.ref(at(path, i), kind, id, known)
		if slices.Contains(ids[:i], id) {
			v.add(at(path, i), fmt.Sprintf("the %s %q is named twice", kind, id), "each once")
		}
	}
}

func (v *validator) words(path, kind string, words, known []string) {
	for i, w := range words {
		if !slices.Contains(known, w) {
			v.add(at(path, i), fmt.Sprintf("unknown %s %q", kind, w), choose(w, known))
		}
	}
}

func (v *validator) period(path string, p Period) {
	if !p.From.IsZero() && !p.Until.IsZero() && !p.Until.After(p.From.Time) {
		v.add(path+".until", fmt.Sprintf("until %s is not after from %s", p.Until.Written, p.From.Written), "an end after the start")
	}
}

func (v *validator) deadline(path string, start, deadline Instant) {
	if !start.IsZero() && !deadline.IsZero() && deadline.Before(start.Time) {
		v.add(path+".deadline", fmt.Sprintf("the deadline %s lies before the start %s", deadline.Written, start.Written), "a deadline after the start")
	}
}

func (v *validator) positive(path string, x float64, unit string) {
	if x < 0 || x == 0 && v.a.origin.has(path) {
		v.add(path, fmt.Sprintf("%g %s", x, unit), "more than 0")
	}
}

func (v *validator) notNegative(path string, x float64, unit string) {
	if x < 0 {
		v.add(path, fmt.Sprintf("%g %s", x, unit), "0 or more")
	}
}

func (v *validator) why(path string, why []Citation) {
	for i, c := range why {
		p := at(path+".why", i)
		v.ref(p+".text", "text", c.Text, v.texts)
		v.language(p+".language", c.Language)
	}
}

func (v *validator) language(path, tag string) {
	if tag != "" && !languageForm.MatchString(tag) {
		v.add(path, fmt.Sprintf("%q is not a language tag", tag), "a BCP 47 tag such as en, fr or uk")
	}
}

func (v *validator) condition(path string, c Condition) {
	e, err := c.Parse(v.loc)
	var bad *ConditionError
	if errors.As(err, &bad) {
		v.add(path, fmt.Sprintf("condition %q, character %d: %s", clip(string(c)), bad.Offset+1, bad.Message), bad.Expected)
		return
	}
	v.expr(path, string(c), e)
}

func (v *validator) expr(path, whole string, e *Expr) {
	if e == nil {
		return
	}
	for _, arg := range e.Args {
		v.expr(path, whole, arg)
	}
	kinds := map[string]struct {
		kind  string
		known []string
	}{
		"status":    {"status", statuses()},
		"level":     {"level", v.levels},
		"approved":  {"party", v.parties},
		"attacked":  {"party", v.parties},
		"provision": {"provision", v.provisions},
	}
	if k, ok := kinds[e.Op]; ok && !slices.Contains(k.known, e.Of) {
		v.add(path, fmt.Sprintf("condition %q, character %d: unknown %s %q", clip(whole), e.Offset+1, k.kind, e.Of), expect(e.Of, k.known))
	}
	if e.Op == "ceasefire.in-force" && len(v.ceasefires) == 0 {
		v.add(path, fmt.Sprintf("condition %q asks for a ceasefire, and the agreement has none", clip(whole)), "a ceasefire")
	}
}

func statuses() []string { return []string{"proposed", "signed", "in-force", "suspended", "ended"} }

func (v *validator) identity() {
	a := v.a
	if a.ID != "" && !idForm.MatchString(a.ID) {
		v.add("agreement", fmt.Sprintf("%q can't be an id", a.ID), "letters a-z, digits and dashes, as in geneva-2026")
	}
	for i, l := range a.Languages {
		v.language(at("languages", i), l)
	}
	if a.TimeZone != "" {
		if _, err := loadZone(a.TimeZone); err != nil {
			v.add("time_zone", fmt.Sprintf("time zone %q %v", a.TimeZone, err), "a name such as Europe/Kyiv, Asia/Aden or UTC")
		}
	}
	v.box()
	for i, s := range a.Texts {
		v.language(at("texts", i)+".language", s.Language)
		if s.URL != "" && !strings.HasPrefix(s.URL, "https://") && !strings.HasPrefix(s.URL, "http://") {
			v.add(at("texts", i)+".url", fmt.Sprintf("%q is not a web address", s.URL), "https://...")
		}
	}
	for i, s := range a.Status {
		p := at("status", i)
		v.refs(p+".by", "party", s.By, v.parties)
		v.why(p, s.Why)
		if i > 0 && s.At.Before(a.Status[i-1].At.Time) {
			v.add(p+".at", fmt.Sprintf("the status %s comes after a later one", s.At.Written), "the oldest status first")
		}
	}
	for i, c := range a.Ceasefire {
		p := at("ceasefire", i)
		v.period(p, c.Period)
		v.refs(p+".parties", "party", c.Parties, v.parties)
		v.ref(p+".zone", "zone", c.Zone, v.zones)
		v.ref(p+".site", "site", c.Site, v.sites)
		v.why(p, c.Why)
		if c.From.IsZero() && !a.origin.mentions(p+".from") {
			v.add(p, fmt.Sprintf("the ceasefire %q has no start", c.ID), "from: the instant at which it begins")
		}
		for j, d := range c.Disputed {
			q := at(p+".disputed", j)
			v.ref(q+".party", "party", d.Party, v.parties)
			v.period(q, d.Period)
			v.why(q, d.Why)
		}
	}
	for key, clock := range map[string]string{"report.cutoff": a.Report.Cutoff, "report.due": a.Report.Due} {
		if clock != "" && !clockForm.MatchString(clock) {
			v.add(key, fmt.Sprintf("%q is not a time of day", clock), "HH:MM from 00:00 to 24:00, in quotes")
		}
	}
	if a.Report.AreaName != "" && a.Report.AreaFile == "" {
		v.add("report.area_name", "a property without a file to look it up in", "area_file beside it")
	}
}

func (v *validator) definitions() {
	a := v.a
	for _, name := range sortedKeys(a.WeaponClasses) {
		p := "weapon_classes." + name
		if slices.Contains(Weapons(), name) {
			v.add(p, fmt.Sprintf("the weapon class %q has the name of a weapon of the taxonomy", name), "another name")
		}
		v.words(p, "weapon", a.WeaponClasses[name], Weapons())
	}
	for i, d := range a.Definitions {
		p := at("definitions", i)
		v.ref(p+".by", "party", d.By, v.parties)
		v.period(p, d.Period)
		v.why(p, d.Why)
		if d.Rule != nil {
			v.match(p+".rule", *d.Rule)
		}
		for _, e := range a.Definitions[:i] {
			if e.Term == d.Term && e.By == d.By && e.Overlaps(d.Period) {
				v.add(p, fmt.Sprintf("the term %q is defined twice for the same time", d.Term), "periods that don't overlap, or by: the party whose definition it is")
				break
			}
		}
	}
}

func (v *validator) match(path string, m Match) {
	v.words(path+".activities", "activity", m.Activities, Activities())
	v.words(path+".directions", "direction", m.Directions, Directions())
	v.words(path+".weapons", "weapon", m.Weapons, append(Weapons(), sortedKeys(v.a.WeaponClasses)...))
	if r := m.CalibreMM; r != nil {
		if r.Min == nil && r.Max == nil {
			v.add(path+".calibre_mm", "a calibre without limits", "min, max or both, in millimetres")
		}
		if r.Min != nil && r.Max != nil && *r.Max < *r.Min {
			v.add(path+".calibre_mm", fmt.Sprintf("the least calibre %g is above the greatest %g", *r.Min, *r.Max), "min up to max")
		}
	}
}
