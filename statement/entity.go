package statement

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// entity is somebody that the text names: a person, an institution, or whom
// only an office stands for.
type entity struct {
	name    string   // the fullest form
	tokens  []string // of the name, small, without endings after an apostrophe
	offices []string
	groups  []int
	person  bool // as far as the words say
	gender  string
	house   bool // an institution without a name of its own
	met     bool // a sentence up to the one that is read names it
	// governed: the name is in the form of an object, as it never stood in another
	governed bool
	speaks   string // the form in which it was the subject
}

// alike reports whether two words may be forms of one in a language whose
// nouns change at their end.
func alike(a, b string) bool {
	if a == b {
		return true
	}
	ra, rb := []rune(a), []rune(b)
	n := 0
	for n < len(ra) && n < len(rb) && ra[n] == rb[n] {
		n++
	}
	short, long := min(len(ra), len(rb)), max(len(ra), len(rb))
	return n >= 3 && n >= short-2 && long-n <= 4 && n*10 >= long*6
}

func (x *reading) same(a, b string) bool { return a == b || x.lex.Inflected && alike(a, b) }

// identify finds out which names mean the same: fullest names first.
func (x *reading) identify() {
	for _, full := range []bool{true, false} {
		for _, s := range x.sentences {
			for k := range s.mentions {
				m := &s.mentions[k]
				if len(m.name) == 0 || (len(m.name) > 1) != full {
					continue
				}
				x.name(m)
			}
		}
	}
}

// name finds or makes the entity of a mention with a name.
func (x *reading) name(m *mention) {
	tokens := make([]string, len(m.name))
	for i := range m.name {
		tokens[i] = m.name[i].stem
	}
	var e *entity
	for _, y := range x.entities {
		n := len(y.tokens)
		switch {
		case len(tokens) > 1 && n > 1:
			if x.same(tokens[len(tokens)-1], y.tokens[n-1]) && x.same(tokens[0], y.tokens[0]) {
				e = y
			}
		case len(tokens) == 1 && n > 1:
			if x.same(tokens[0], y.tokens[n-1]) || n == 2 && x.same(tokens[0], y.tokens[0]) && len(m.groups) == 0 && !y.organisation() {
				e = y
			}
		case len(tokens) == 1 && n == 1:
			if x.same(tokens[0], y.tokens[0]) {
				e = y
			}
		}
		if e != nil {
			break
		}
	}
	if e == nil {
		e = &entity{tokens: tokens, name: x.written(m.name), governed: m.governed}
		x.entities = append(x.entities, e)
	}
	if e.governed && !m.governed && len(m.name) == len(e.tokens) {
		e.name, e.governed = x.written(m.name), false
	}
	if len(m.groups) > 0 {
		e.person = true
		if o := m.office.Of(x.text); !m.office.empty() && !slices.Contains(e.offices, o) {
			e.offices = append(e.offices, o)
		}
		for _, g := range m.groups {
			if !slices.Contains(e.groups, g) {
				e.groups = append(e.groups, g)
			}
		}
	}
	if m.feminine {
		e.gender = "f"
	}
	if len(e.tokens) > 1 && e.gender == "" && len(x.lex.Masculine) > 0 {
		if last, _ := utf8.DecodeLastRuneInString(e.tokens[0]); (last == 'а' || last == 'я') && !slices.Contains(x.lex.Masculine, e.tokens[0]) {
			e.gender = "f"
		}
	}
	m.who = e
}

func (e *entity) organisation() bool { return !e.person && len(e.tokens) > 2 }

// written is a name as the text has it, without a possessive or a case after
// an apostrophe.
func (x *reading) written(name []item) string {
	var b strings.Builder
	for i := range name {
		if i > 0 {
			b.WriteString(x.text[name[i-1].To:name[i].From])
		}
		t := name[i].text
		if i == len(name)-1 && name[i].suffix != "" {
			if at := strings.LastIndexFunc(t, apostrophe); at > 0 {
				t = t[:at]
			}
		}
		b.WriteString(t)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// full is the entity's name as it is shown: in the form in which it was the
// subject, if it was.
func (e *entity) full() string {
	if e.speaks != "" {
		return e.speaks
	}
	return e.name
}

// subject notes the form in which a mention is the subject of a sentence.
func (x *reading) subject(m *mention) {
	if m.who != nil && len(m.name) == len(m.who.tokens) && !m.governed && m.who.speaks == "" {
		m.who.speaks = x.written(m.name)
	}
}

// words are those of a mention without its article.
func (x *reading) words(s *sentence, m *mention) string {
	from := m.from
	for !m.whose && !m.partitive && from+1 < m.to && x.lex.determiner[s.items[from].low] && !slices.Contains(x.lex.Numerals, s.items[from].low) {
		from++
	}
	t := Span{s.items[from].From, s.items[m.to-1].To}.Of(x.text)
	last := s.items[m.to-1]
	if last.suffix != "" {
		if at := strings.LastIndexFunc(t, apostrophe); at > 0 {
			t = t[:at]
		}
	}
	return strings.Join(strings.Fields(t), " ")
}

// resolve finds who is meant, and how sure that is. Where nobody was named it
// is whom the mention's own words stand for.
func (x *reading) resolve(s *sentence, m *mention) (e *entity, sure float64, reason string) {
	switch {
	case m.who != nil:
		if len(m.who.tokens) > len(m.name) {
			return m.who, 0.97, "the name is short for one in the text"
		}
		return m.who, 1, ""
	case m.pronoun != "":
		if e := x.recent(s, m, m.pronoun); e != nil {
			return e, 0.85, "a pronoun, taken for whom the text was about last"
		}
		return &entity{name: x.words(s, m)}, 0.3, "a pronoun for nobody that the text names"
	case len(m.groups) > 0 && !m.whose && !m.indefinite && !m.plural && !m.house:
		if e := x.byOffice(m); e != nil {
			return e, 0.9, "an office, taken for who has it in the text"
		}
		if n := len(x.found); n > 0 && m.office.Of(x.text) != "" && len(m.name) == 0 && (len(x.lex.Definite) == 0 || x.lex.definite[s.items[m.from].low]) {
			f := x.found[n-1]
			if f.last == x.at-1 && x.sentences[f.last].paragraph == s.paragraph && f.who != nil && len(f.who.tokens) > 0 && !f.who.organisation() && !(m.feminine && f.who.gender == "m") {
				return f.who, 0.65, "an office that nobody has in the text, taken for who spoke just before"
			}
		}
		if m.groups[len(m.groups)-1] < 0 || m.former {
			gender := ""
			if m.feminine {
				gender = "f"
			}
			if e := x.recent(s, m, gender); e != nil && e.person && (x.lex.VerbFinal || len(x.lex.Definite) == 0 || x.lex.definite[s.items[m.from].low]) {
				return e, 0.7, "a general word, taken for whom the text was about last"
			}
		}
	}
	text := x.words(s, m)
	for _, y := range x.entities {
		if strings.EqualFold(y.name, text) {
			return y, 0.95, ""
		}
	}
	if y := x.nameless(s, m, text); y != nil {
		return y, 0.85, "an office, taken for the one that the text named in more words"
	}
	if y := x.institution(s, m, text); y != nil {
		return y, 0.9, "an institution, taken for the one that the text names in full"
	}
	e = &entity{name: text, person: len(m.groups) > 0 && !m.house, groups: m.groups, house: m.house, governed: m.governed}
	if len(m.groups) > 0 && !m.house {
		e.offices = []string{text}
	}
	if m.feminine {
		e.gender = "f"
	}
	x.entities = append(x.entities, e)
	return e, 0.9, "no name, only what it is"
}

// byOffice finds who has the office: of those named before whose offices are
// of the same group the last one; else of those named later the first.
func (x *reading) byOffice(m *mention) *entity {
	want := m.groups[len(m.groups)-1]
	if x.lex.Language != "en" && !x.lex.VerbFinal {
		want = m.groups[0]
	}
	if want < 0 {
		return nil
	}
	var only *entity // who alone has it, perhaps named further on
	for _, e := range x.entities {
		if slices.Contains(e.groups, want) && len(e.tokens) > 0 {
			if only != nil {
				only = nil
				break
			}
			only = e
		}
	}
	if only != nil && !m.former && !x.other(only, m) && !x.elsewhere(only, m) && (!m.feminine || only.gender == "f") {
		return only
	}
	var best *entity
	most := -1
	var order []*entity
	for k := len(x.focus) - 1; k >= max(0, len(x.focus)-20); k-- {
		order = append(order, x.focus[k])
	}
	for k := len(x.met) - 1; k >= max(0, len(x.met)-200); k-- {
		order = append(order, x.met[k])
	}
	for rank, e := range order {
		if e == best || !slices.Contains(e.groups, want) || len(e.tokens) == 0 {
			continue
		}
		score := 2*x.shared(e, m.office.Of(x.text)) + max(0, 3-rank)
		if x.other(e, m) || x.elsewhere(e, m) {
			continue
		}
		if score > most {
			best, most = e, score
		}
	}
	return best
}

// meetAll notes whom a sentence names.
func (x *reading) meetAll(s *sentence) {
	for k := range s.mentions {
		if e := s.mentions[k].who; e != nil && !e.met {
			e.met = true
			x.met = append(x.met, e)
		}
	}
}

// shared counts the words of an office that the entity's offices have too.
func (x *reading) shared(e *entity, office string) int {
	n := 0
	for _, w := range strings.Fields(x.lex.lower(office)) {
		for _, o := range e.offices {
			if slices.ContainsFunc(strings.Fields(x.lex.lower(o)), func(v string) bool { return x.same(v, w) }) {
				n++
				break
			}
		}
	}
	return n
}

// other reports whether an office names something that the entity's offices do
// not: the Polish prime minister is not the Italian one.
func (x *reading) other(e *entity, m *mention) bool {
	for _, w := range strings.Fields(m.office.Of(x.text)) {
		r, _ := utf8.DecodeRuneInString(w)
		low := x.lex.lower(w)
		if !unicode.IsUpper(r) || x.lex.role(low) != 0 || x.lex.institution(low) {
			continue
		}
		if x.lex.VerbFinal || strings.HasPrefix(m.office.Of(x.text), w) && m.from == 0 {
			continue
		}
		if !slices.ContainsFunc(e.offices, func(o string) bool {
			return slices.ContainsFunc(strings.Fields(x.lex.lower(o)), func(v string) bool { return x.same(v, low) })
		}) {
			return true
		}
	}
	return false
}

// look notes whom the sentence was about: its first subject.
func (x *reading) look() {
	s := x.sentences[x.at]
	for k := range s.mentions {
		m := &s.mentions[k]
		if m.who == nil && (m.house || len(m.groups) > 0 && m.indefinite) && m.pronoun == "" && !m.governed && !m.whose {
			m.who, _, _ = x.resolve(s, m)
		}
		if m.governed || m.who == nil {
			if m.pronoun != "" && !m.governed {
				return
			}
			continue
		}
		if n := len(x.found); n > 0 && x.found[n-1].last == x.at {
			return // who spoke matters more
		}
		x.focus = append(x.focus, m.who)
		return
	}
}
