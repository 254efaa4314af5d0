package agreement

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Explain says what the terms mean in plain sentences, in the order of the
// file, in English, French ("fr") or Ukrainian ("uk"); texts are taken in that
// language where the agreement has them. measures gives a zone's area in square
// metres and the length of the line in it in metres (0: none); nil, or ok false,
// where they can't be told.
func Explain(a *Agreement, lang string, measures func(zoneID string) (areaM2, lengthM float64, ok bool)) []string {
	base, _, _ := strings.Cut(lang, "-")
	tag, err := language.Parse(lang)
	if err != nil {
		tag = language.English
	}
	s := speaker{a: a, lang: base, loc: a.Location(), numbers: message.NewPrinter(tag), measures: measures}
	s.head()
	s.people()
	s.space()
	for i := range a.Provisions {
		s.provision(&a.Provisions[i])
	}
	s.scales()
	s.verification()
	s.escalation()
	s.commitments()
	s.talks()
	return s.out
}

// speaker builds the sentences.
type speaker struct {
	a        *Agreement
	lang     string
	loc      *time.Location
	numbers  *message.Printer
	measures func(string) (float64, float64, bool)
	out      []string
}

// say fills the phrase with pairs of name and value.
func (s *speaker) say(key string, pairs ...string) string {
	p, ok := phrases[key]
	if !ok {
		return key
	}
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(p.in(s.lang))
}

// sayIf is say where value is not empty, else nothing.
func (s *speaker) sayIf(key, name, value string) string {
	if value == "" {
		return ""
	}
	return s.say(key, name, value)
}

// tell adds a sentence. A text that it ends with may bring its own full stop.
func (s *speaker) tell(key string, pairs ...string) {
	said := s.say(key, pairs...)
	if strings.HasSuffix(said, "..") && !strings.HasSuffix(said, "...") {
		said = said[:len(said)-1]
	}
	s.out = append(s.out, said)
}

// word names a word of a closed list; one that isn't in it stands for itself.
func (s *speaker) word(list, w string) string {
	if p, ok := vocabulary[list+"."+w]; ok {
		return p.in(s.lang)
	}
	return w
}

func (s *speaker) wordList(list string, words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = s.word(list, w)
	}
	return strings.Join(out, ", ")
}

func (s *speaker) text(t Text) string {
	if w, ok := t[s.lang]; ok {
		return strings.TrimSpace(w)
	}
	if w, ok := t[s.a.FirstLanguage()]; ok {
		return strings.TrimSpace(w)
	}
	return strings.TrimSpace(t.In(s.lang))
}

// name is " (text)" or nothing.
func (s *speaker) name(t Text) string { return s.sayIf("name", "name", s.text(t)) }

func (s *speaker) party(id string) string {
	if p := s.a.Party(id); p != nil && len(p.Name) > 0 {
		return s.text(p.Name)
	}
	if id == "accused" {
		return s.say("verify.accused")
	}
	return id
}

func (s *speaker) parties(ids []string) string {
	if len(ids) == 0 {
		return s.say("parties.none")
	}
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = s.party(id)
	}
	return strings.Join(out, ", ")
}

func (s *speaker) zone(id string) string {
	if z := s.a.Zone(id); z != nil && len(z.Name) > 0 {
		return id + s.name(z.Name)
	}
	return id
}

func (s *speaker) site(id string) string {
	if p := s.a.Site(id); p != nil && len(p.Name) > 0 {
		return s.text(p.Name)
	}
	return id
}

func (s *speaker) at(i Instant) string {
	t := i.In(s.loc)
	if t.Second() != 0 {
		return t.Format("2006-01-02 15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

func (s *speaker) period(p Period) string {
	switch {
	case p.From.IsZero() && p.Until.IsZero():
		return s.say("period.always")
	case p.Until.IsZero():
		return s.say("period.from", "from", s.at(p.From))
	case p.From.IsZero():
		return s.say("period.until", "until", s.at(p.Until))
	}
	return s.say("period.both", "from", s.at(p.From), "until", s.at(p.Until))
}

func (s *speaker) span(d Duration) string {
	c := d.compact()
	if d.Duration <= 72*time.Hour && d.Duration%time.Hour == 0 { // as such terms are spoken of
		c = strconv.Itoa(int(d.Hours())) + "h"
	}
	n, unit := c[:len(c)-1], c[len(c)-1:]
	if n == "1" {
		unit += "1"
	}
	return s.say("span."+unit, "n", n)
}

// spanIf is say(key, "span", ...) where the duration is stated.
func (s *speaker) spanIf(key string, d Duration) string {
	if d.IsZero() {
		return ""
	}
	return s.say(key, "span", s.span(d))
}

// number is x by the locale, with three figures that count.
func (s *speaker) number(x float64) string {
	digits := 0
	if ax := math.Abs(x); ax > 0 && ax < 100 {
		digits = max(0, 2-int(math.Floor(math.Log10(ax))))
	}
	return s.numbers.Sprint(number.Decimal(x, number.MaxFractionDigits(min(digits, 6))))
}

func percent(p float64) string { return strconv.FormatFloat(math.Round(p*1000)/10, 'f', -1, 64) }

// weapons names weapons, and classes of the agreement in quotes.
func (s *speaker) weapons(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		if _, class := s.a.WeaponClasses[n]; class {
			out[i] = s.say("match.class", "name", n)
		} else {
			out[i] = s.word("weapon", n)
		}
	}
	return strings.Join(out, ", ")
}

// match says what a rule over observations covers; ifNone stands for no
// activities.
func (s *speaker) match(m Match, ifNone []string) string {
	activities := m.Activities
	if len(activities) == 0 {
		activities = ifNone
	}
	var out []string
	add := func(w string) {
		if w != "" {
			out = append(out, w)
		}
	}
	add(s.wordList("activity", activities))
	if weapons := s.weapons(m.Weapons); len(out) > 0 {
		add(s.sayIf("match.weapons", "weapons", weapons))
	} else {
		add(weapons)
	}
	add(s.sayIf("match.forces", "forces", strings.Join(m.Forces, ", ")))
	add(s.sayIf("match.directions", "directions", s.wordList("direction", m.Directions)))
	if m.MinCount > 0 {
		add(s.say("match.count", "n", strconv.Itoa(m.MinCount)))
	}
	if r := m.CalibreMM; r != nil && r.Min != nil {
		add(s.say("match.from", "mm", s.number(*r.Min)))
	}
	if r := m.CalibreMM; r != nil && r.Max != nil {
		add(s.say("match.to", "mm", s.number(*r.Max)))
	}
	if len(out) == 0 {
		return s.say("match.any")
	}
	return strings.Join(out, "; ")
}

// sources tells on which words of a text something rests.
func (s *speaker) sources(id string, why []Citation) {
	for _, c := range why {
		if c.Quote == "" && c.Article == "" {
			continue
		}
		s.tell("source", "id", id, "text", c.Text, "article", s.sayIf("article", "article", c.Article),
			"quote", s.sayIf("source.quote", "quote", strings.TrimSpace(c.Quote)))
	}
}

func (s *speaker) head() {
	a := s.a
	s.tell("agreement", "title", s.text(a.Title), "id", a.ID, "version", a.Version())
	if w := s.text(a.Summary); w != "" {
		s.out = append(s.out, w)
	}
	s.tell("times", "zone", s.loc.String())
	for _, t := range a.Texts {
		date := ""
		if !t.Date.IsZero() {
			date = ", " + t.Date.In(s.loc).Format("2006-01-02")
		}
		s.tell("text", "id", t.ID, "title", s.text(t.Title), "publisher", comma(t.Publisher), "date", date, "url", comma(t.URL))
	}
	for _, st := range a.Status {
		by := ""
		if len(st.By) > 0 {
			by = s.say("by", "parties", s.parties(st.By))
		}
		s.tell("status", "at", s.at(st.At), "is", s.word("status", st.Is), "by", by)
	}
	for _, c := range a.Ceasefire {
		ids := c.Parties
		if len(ids) == 0 {
			for _, p := range a.Conflict() {
				ids = append(ids, p.ID)
			}
		}
		s.tell("ceasefire", "id", c.ID, "period", s.period(c.Period), "parties", s.parties(ids),
			"zone", s.sayIf("ceasefire.zone", "zone", c.Zone), "site", s.sayIf("ceasefire.site", "site", c.Site),
			"purpose", s.sayIf("ceasefire.for", "words", s.text(c.Purpose)))
		for _, d := range c.Disputed {
			s.tell("ceasefire.disputed", "id", c.ID, "party", s.party(d.Party), "period", s.period(d.Period))
		}
		s.sources(c.ID, c.Why)
	}
	if a.Report.Cutoff != "" || a.Report.Due != "" {
		cutoff := a.Report.Cutoff
		if cutoff == "" {
			cutoff = "24:00"
		}
		s.tell("report", "cutoff", cutoff, "due", s.sayIf("report.due", "at", a.Report.Due))
	}
	for _, d := range a.Definitions {
		by, rule := "", ""
		if d.By != "" {
			by = s.say("definition.by", "party", s.party(d.By))
		}
		if d.Rule != nil {
			rule = s.say("definition.rule", "match", s.match(*d.Rule, nil))
		}
		s.tell("definition", "term", d.Term, "by", by, "period", s.period(d.Period), "words", s.text(d.Words), "rule", rule)
	}
	for _, name := range sortedKeys(a.WeaponClasses) {
		s.tell("class", "name", name, "weapons", s.wordList("weapon", a.WeaponClasses[name]))
	}
}

func comma(w string) string {
	if w == "" {
		return ""
	}
	return ", " + w
}

func (s *speaker) people() {
	for _, p := range s.a.Parties {
		roles := make([]string, len(p.Roles))
		for i, r := range p.Roles {
			roles[i] = s.word("role", r.Role)
			if !r.From.IsZero() || !r.Until.IsZero() {
				roles[i] += " " + s.period(r.Period)
			}
		}
		excluded := ""
		if p.Excluded {
			excluded = s.say("party.excluded")
		}
		members := ""
		if len(p.Members) > 0 {
			members = s.say("party.members", "parties", s.parties(p.Members))
		}
		if p.Open {
			members += s.say("party.open")
		}
		s.tell("party", "name", s.text(p.Name), "id", p.ID, "roles", strings.Join(roles, ", "),
			"actors", s.sayIf("party.actors", "names", strings.Join(p.Actors, ", ")), "excluded", excluded,
			"territory", s.sayIf("party.territory", "zone", p.Territory),
			"members", members)
	}
}

// moves tells whether the zone follows the line.
func (s *speaker) moves(z *Zone) string {
	if !z.Frozen.IsZero() {
		return s.say("zone.frozen", "at", s.at(z.Frozen))
	}
	switch {
	case z.Within != nil, len(z.Between) > 0:
		return s.say("zone.moves")
	case slices.Concat(z.Union, z.Intersection, z.Difference) != nil:
		return s.say("zone.as")
	}
	return s.say("zone.fixed")
}
