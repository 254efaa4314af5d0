package agreement

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Change is one difference in what two versions of an agreement mean.
type Change struct {
	Subject string `json:"subject"`          // "zone", "provision", "definition", ...
	ID      string `json:"id,omitempty"`     // of the subject
	Kind    string `json:"kind"`             // "added", "removed", "gained", "lost" or "changed"
	Aspect  string `json:"aspect,omitempty"` // "deadline", "binds", ...; empty where the subject itself came or went
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
	Text    string `json:"text"` // the change as an English sentence
}

// String is the change as a sentence.
func (c Change) String() string { return c.Text }

// Compare tells what changed in meaning between two versions of an agreement.
// Layout, comments, the order of what is named, and other ways to say the same
// (a default written out, a weapon class replaced by its members, a time in
// another zone) are no change. Compare(b, a) is the reverse of Compare(a, b).
func Compare(old, new *Agreement) []Change {
	before, after := factsOf(old), factsOf(new)
	keys := maps.Clone(before.all)
	maps.Copy(keys, after.all)
	var out []Change
	for _, k := range slices.SortedFunc(maps.Keys(keys), factKey.compare) {
		was, had := before.all[k]
		is, has := after.all[k]
		item := factKey{rank: k.rank, subject: k.subject, id: k.id}
		_, itemHad := before.all[item]
		_, itemHas := after.all[item]
		if had && has && was.value == is.value || k != item && itemHad != itemHas {
			continue // the same, or told with the coming or going of the subject
		}
		out = append(out, k.change(was, had, is, has))
	}
	return out
}

func (k factKey) change(was fact, had bool, is fact, has bool) Change {
	c := Change{Subject: k.subject, ID: k.id, Aspect: k.aspect}
	name := strings.TrimSpace(k.subject + " " + k.id)
	switch {
	case k.aspect == "" && has:
		c.Kind, c.Text = "added", name+": added"
	case k.aspect == "":
		c.Kind, c.Text = "removed", name+": removed"
	case k.member != "" && has:
		c.Kind, c.New = "gained", k.member
		c.Text = fmt.Sprintf("%s: now %s %s", name, k.aspect, k.member)
		if k.aspect == "binds" {
			c.Text = fmt.Sprintf("%s: now also binds %s", name, k.member)
		}
	case k.member != "":
		c.Kind, c.Old = "lost", k.member
		c.Text = fmt.Sprintf("%s: no longer %s %s", name, k.aspect, k.member)
	default:
		c.Kind, c.Old, c.New = "changed", was.value, is.value
		say := func(v string) string {
			if v == "" {
				return "not stated"
			}
			return v
		}
		c.Text = fmt.Sprintf("%s: %s %s → %s", name, k.aspect, say(c.Old), say(c.New))
		if !was.at.IsZero() && !is.at.IsZero() {
			c.Text += moved(is.at.Sub(was.at.Time))
		}
	}
	return c
}

// moved says by how much an instant moved.
func moved(by time.Duration) string {
	direction := "later"
	if by < 0 {
		by, direction = -by, "earlier"
	}
	c := Duration{Duration: by.Round(time.Second)}.compact()
	n, unit := c[:len(c)-1], c[len(c)-1:]
	if n == "1" {
		unit += "1"
	}
	return fmt.Sprintf(" (moved %s %s)", (&speaker{}).say("span."+unit, "n", n), direction)
}

// factKey names one thing that an agreement says. An empty aspect stands for
// the subject's existence; a member for one of several things of an aspect.
type factKey struct {
	rank                        int
	subject, id, aspect, member string
}

func (k factKey) compare(o factKey) int {
	return cmp.Or(cmp.Compare(k.rank, o.rank), cmp.Compare(k.subject, o.subject), cmp.Compare(k.id, o.id),
		cmp.Compare(k.aspect, o.aspect), cmp.Compare(k.member, o.member))
}

type fact struct {
	value string
	at    Instant
}

// facts is all that an agreement says, with defaults resolved, as a set.
type facts struct {
	a    *Agreement
	loc  *time.Location
	all  map[factKey]fact
	rank int
}

// subject collects the facts of one thing.
type subject struct {
	f   *facts
	key factKey
}

// section begins another part of the agreement, in the order of output.
func (f *facts) section() { f.rank++ }

// of begins a thing and notes that it exists.
func (f *facts) of(kind, id string) subject {
	s := subject{f, factKey{rank: f.rank, subject: kind, id: id}}
	f.all[s.key] = fact{}
	return s
}

// says notes a value; the empty one is not stated.
func (s subject) says(aspect, value string) {
	if value != "" {
		k := s.key
		k.aspect = aspect
		s.f.all[k] = fact{value: value}
	}
}

func (s subject) instant(aspect string, i Instant) {
	if !i.IsZero() {
		k := s.key
		k.aspect = aspect
		s.f.all[k] = fact{value: s.f.time(i), at: i}
	}
}

func (s subject) duration(aspect string, d Duration) {
	if !d.IsZero() {
		s.says(aspect, d.compact())
	}
}

func (s subject) number(aspect string, x float64, unit string) {
	if x != 0 {
		s.says(aspect, strings.TrimSpace(fmt.Sprintf("%v %s", x, unit)))
	}
}

func (s subject) flag(aspect string, on bool) {
	if on {
		s.says(aspect, "yes")
	}
}

// has notes members; none at all is noted as none, where given.
func (s subject) has(aspect string, members []string, none string) {
	if len(members) == 0 && none != "" {
		members = []string{none}
	}
	for _, m := range members {
		k := s.key
		k.aspect, k.member = aspect, m
		s.f.all[k] = fact{}
	}
}

func (s subject) text(aspect string, t Text) {
	for _, lang := range sortedKeys(t) {
		s.says(aspect+" ("+lang+")", strings.Join(strings.Fields(t[lang]), " "))
	}
}

func (s subject) period(p Period) {
	s.instant("start", p.From)
	s.instant("end", p.Until)
}

func (s subject) why(why []Citation) {
	for _, c := range why {
		said := "text " + c.Text
		if c.Article != "" {
			said += ", article " + c.Article
		}
		if c.Quote != "" {
			said += fmt.Sprintf(": “%s”", strings.Join(strings.Fields(c.Quote), " "))
		}
		if c.Language != "" {
			said += " (" + c.Language + ")"
		}
		for _, lang := range sortedKeys(c.Translation) {
			said += fmt.Sprintf(" [%s: %s]", lang, strings.Join(strings.Fields(c.Translation[lang]), " "))
		}
		s.has("rests on", []string{said}, "")
	}
}

func (s subject) match(m Match, activities []string) {
	s.has("includes", activities, "any activity")
	s.has("includes weapon", s.f.a.ExpandWeapons(m.Weapons), "any")
	s.has("includes force", m.Forces, "any")
	s.has("includes direction", m.Directions, "any")
	s.number("least count", float64(m.MinCount), "")
	if r := m.CalibreMM; r != nil {
		if r.Min != nil {
			s.says("least calibre", fmt.Sprintf("%v mm", *r.Min))
		}
		if r.Max != nil {
			s.says("greatest calibre", fmt.Sprintf("%v mm", *r.Max))
		}
	}
}

func (f *facts) time(i Instant) string {
	if i.Second() != 0 || i.Nanosecond() != 0 {
		return i.In(f.loc).Format("2006-01-02 15:04:05.999999999 -07:00")
	}
	return i.In(f.loc).Format("2006-01-02 15:04 -07:00")
}

// nth makes ids of things that have none but may repeat.
func nth(seen map[string]int, id string) string {
	seen[id]++
	if seen[id] == 1 {
		return id
	}
	return fmt.Sprintf("%s, number %d", id, seen[id])
}
