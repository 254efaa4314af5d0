package statement

import (
	"slices"
	"strings"
)

// mention is a stretch of a sentence that names somebody, or stands for
// somebody.
type mention struct {
	from, to   int    // items, to not included
	name       []item // of a person or an institution without a known noun
	office     Span   // office or role, as the text has it
	groups     []int  // what offices those are
	house      bool   // an institution
	pronoun    string // m, f, p or n: he, she, they, it
	whose      bool   // begins with a possessive: his office
	indefinite bool   // a, an, some: nobody that was named before
	partitive  bool   // one of them
	plural     bool   // several, none of whom is named
	apposed    bool   // name and office with a comma between
	former     bool   // an office that is over, which describes rather than names
	governed   bool   // behind a preposition, or in a case that is no subject's
	feminine   bool   // as far as the words say
	who        *entity
}

// meet finds the mentions of all sentences and who is meant by the names.
func (x *reading) meet() {
	x.commonly = x.commonWords()
	x.capitals = x.capitalWords()
	for _, s := range x.sentences {
		for i := 0; i < len(s.items); {
			m, ok := x.mentionAt(s, i)
			if !ok {
				i++
				continue
			}
			s.mentions = append(s.mentions, m)
			i = m.to
		}
		x.appositions(s)
	}
	x.identify()
}

// commonWords are the words that the text writes small somewhere.
func (x *reading) commonWords() map[string]bool {
	out := map[string]bool{}
	for _, s := range x.sentences {
		for i := range s.items {
			if t := &s.items[i]; t.kind == word && !t.upper() {
				out[t.low] = true
			}
		}
	}
	return out
}

// capital reports whether a word can be of a name.
func (x *reading) capital(s *sentence, i int) bool {
	t := &s.items[i]
	l := x.lex
	if !t.upper() || l.common[t.low] && (t.first || l.Language == "en" || l.VerbFinal) || l.function[t.low] && !t.acronym() || l.determiner[t.low] || l.preposition[t.low] {
		return false
	}
	if !t.first {
		return true
	}
	if i+1 < len(s.items) && t.acronym() && len([]rune(t.text)) > 3 && (s.items[i+1].kind == mark) {
		return false // the place before an agency's text
	}
	if x.commonly[t.low] || x.commonly[t.stem] {
		return false
	}
	if i+1 >= len(s.items) {
		return false
	}
	next := &s.items[i+1]
	return t.acronym() || next.upper() || next.is(",") || l.verb(s.items, i+1) != nil || l.auxiliary[next.low] || x.known(t.stem) || l.role(next.low) != 0 ||
		l.VerbFinal && (l.function[next.low] || t.suffix != "") || l.conjunction[next.low]
}

// known reports whether a word is a capital word within some sentence too.
func (x *reading) known(stem string) bool {
	if x.capitals[stem] {
		return true
	}
	if !x.lex.Inflected {
		return false
	}
	for other := range x.capitals {
		if alike(other, stem) {
			return true
		}
	}
	return false
}

// capitalWords are the words in capitals within sentences.
func (x *reading) capitalWords() map[string]bool {
	out := map[string]bool{}
	for _, s := range x.sentences {
		for i := range s.items {
			if t := &s.items[i]; !t.first && t.upper() {
				out[t.stem] = true
			}
		}
	}
	return out
}

// head reports whether a word is of an office or an institution.
func (x *reading) head(t *item) bool {
	return t.kind == word && (x.lex.role(t.stem) != 0 || x.lex.institution(t.stem)) && !x.lex.function[t.low]
}

// headAhead reports whether one of the next n words, without a break, is one.
func (x *reading) headAhead(s *sentence, i, n int) bool {
	for k := i; k < len(s.items) && k < i+n; k++ {
		t := &s.items[k]
		if t.kind != word || k > i && (x.lex.function[t.low] || x.lex.determiner[t.low] || x.lex.verb(s.items, k) != nil && !x.head(t)) {
			return false
		}
		if x.head(t) {
			return !(x.lex.Inflected && !t.upper() && x.lex.verb(s.items, k) != nil)
		}
	}
	return false
}

// mentionAt is the mention that begins with this item, if one does.
func (x *reading) mentionAt(s *sentence, i int) (mention, bool) {
	l := x.lex
	t := &s.items[i]
	if t.kind != word {
		return mention{}, false
	}
	for _, p := range l.Partitive {
		words := strings.Fields(p)
		if k := i + len(words); k <= len(s.items) && slices.EqualFunc(s.items[i:k], words, func(t item, w string) bool { return t.low == w }) && (len(words) > 1 || k < len(s.items) && (l.verb(s.items, k) != nil || l.auxiliary[s.items[k].low] && !x.headAhead(s, k, 3))) {
			return mention{from: i, to: k, indefinite: true, partitive: true, governed: x.governedAt(s, i)}, true
		}
	}
	if len(l.Adjective) > 0 && x.head(t) && hasAnyEnd(t.low, []string{"ам", "ям"}) {
		return mention{}, false // whom it was told, in the dative
	}
	if g, ok := l.Demonstratives[t.low]; ok && i+1 < len(s.items) && (l.verb(s.items, i+1) != nil || l.auxiliary[s.items[i+1].low]) {
		return mention{from: i, to: i + 1, pronoun: g, feminine: g == "f"}, true
	}
	if g, ok := l.Pronouns[t.low]; ok {
		return mention{from: i, to: i + 1, pronoun: g, feminine: g == "f", governed: x.governedAt(s, i)}, true
	}
	m := mention{from: i}
	j := i
	_, m.whose = l.Possessives[t.low]
	m.whose = m.whose && l.determiner[t.low]
	for j < len(s.items) && s.items[j].kind == word && l.determiner[s.items[j].low] {
		low := s.items[j].low
		m.indefinite = m.indefinite || !l.definite[low] && !m.whose
		m.feminine = m.feminine || slices.Contains(l.Feminine, low)
		j++
	}
	if j == i && slices.Contains(l.Numerals, t.low) && i+1 < len(s.items) && s.items[i+1].kind == word && x.headAhead(s, i+1, 3) {
		m.indefinite = true
		j++
	}
	m.governed = x.governedAt(s, i)
	start := j
	g := &group{x: x, s: s, at: j, start: j}
	if !g.scan() {
		return mention{}, false
	}
	m.to = g.at
	if g.skip > 0 {
		m.from, start = g.skip, g.skip
	}
	m.whose = m.whose || g.whose
	for k := g.at - 1; l.VerbFinal && k > i; k-- { // istemeyen bir diplomat
		if slices.Contains(l.Numerals, s.items[k].low) && k < max(g.office, i) {
			m.indefinite, m.from, start = true, k, k
			break
		}
	}
	m.name = g.name
	m.house = g.house
	m.groups = g.groups
	m.governed = m.governed || g.oblique
	if g.office > start {
		m.office = Span{s.items[start].From, s.items[g.office-1].To}
	}
	if groups := l.wordsOfOffice(m.office.Of(x.text)); groups > 0 {
		m.groups = []int{groups}
	}
	for k := start; k < g.office && l.Inflected && len(m.name) == 0 && !m.house && !m.governed; k++ {
		m.plural = m.plural || l.role(s.items[k].stem) != 0 && l.roles[s.items[k].low] == 0 && hasAnyEnd(s.items[k].low, l.PluralNoun)
	}
	for k := start; k < g.office; k++ {
		low := s.items[k].low
		if k > start && l.complement[low] && len(l.FeminineEnd) == 0 {
			break // of the mayor's office, and not of whom it is
		}
		m.former = m.former || slices.Contains(l.Former, low)
		m.feminine = m.feminine || slices.Contains(l.Feminine, low) || l.role(low) > 0 && hasAnyEnd(low, l.FeminineEnd)
	}
	return m, true
}

func (x *reading) governedAt(s *sentence, i int) bool {
	for k := i - 1; k >= 0 && k >= i-2; k-- {
		t := &s.items[k]
		if t.kind != word {
			return false
		}
		if x.lex.preposition[t.low] {
			return true
		}
		if len(x.lex.Adjective) > 0 && !hasAnyEnd(t.low, x.lex.Adjective) && !x.lex.function[t.low] {
			return false
		}
		if x.lex.common[t.low] || t.upper() || x.lex.verb(s.items, k) != nil || x.lex.auxiliary[t.low] {
			return false
		}
	}
	return false
}

// appositions joins a name and the office beside it: the minister, Daniel
// Okafor, and Anna Lindqvist, a retired teacher.
func (x *reading) appositions(s *sentence) {
	for k := 0; k+1 < len(s.mentions); k++ {
		a, b := &s.mentions[k], &s.mentions[k+1]
		gap := s.items[a.to:b.from]
		if x.lex.VerbFinal && len(gap) == 1 && gap[0].low == "olan" && len(a.groups) > 0 && len(a.name) == 0 && len(b.name) > 0 && b.office.empty() {
			b.office, b.groups, b.from = a.office, append(b.groups, a.groups...), a.from // sözcüsü olan Balta
			s.mentions = slices.Delete(s.mentions, k, k+1)
			k--
			continue
		}
		if a.pronoun != "" || b.pronoun != "" || b.governed || len(gap) > 1 || len(gap) == 1 && !gap[0].is(",") {
			continue
		}
		if b.to < len(s.items) && s.items[b.to].kind == word && (a.indefinite || a.governed || x.sourceEnds(s, a.from)) {
			continue // according to a minister, Okafor has lied
		}
		closed := b.to >= len(s.items) || s.items[b.to].kind != word || x.lex.verb(s.items, b.to) != nil || x.lex.auxiliary[s.items[b.to].low]
		switch {
		case len(gap) == 0 && (x.lex.VerbFinal || len(a.name) > 0 || len(b.name) == 0):
			continue
		case len(a.name) == 0 && len(a.groups) > 0 && !a.house && len(b.name) > 0 && closed && !x.lex.VerbFinal:
			b.office = Span{a.office.From, a.office.To}
			b.groups = append(b.groups, a.groups...)
			b.from, b.governed, b.indefinite, b.apposed = a.from, a.governed, false, len(gap) == 1
			b.feminine = b.feminine || a.feminine
		case len(a.name) > 0 && len(b.name) == 0 && len(b.groups) > 0 && !b.house && closed && len(gap) == 1 && !x.lex.VerbFinal && a.office.empty():
			b.name = a.name
			b.groups = append(b.groups, a.groups...)
			b.from, b.governed, b.indefinite, b.apposed = a.from, a.governed, false, true
		default:
			continue
		}
		s.mentions = slices.Delete(s.mentions, k, k+1)
		k--
	}
}

// sourceEnds reports whether a phrase such as "according to" ends before this
// item.
func (x *reading) sourceEnds(s *sentence, at int) bool {
	return at > 0 && slices.ContainsFunc(x.lex.Sources, func(p string) bool {
		words := strings.Fields(p)
		return words[len(words)-1] == s.items[at-1].low
	})
}
