package statement

import "slices"

// bare is a subject whose noun the lists do not have, right before its verb at
// the beginning of a clause: the fishermen say, des voisins racontent, очевидці
// розповіли.
func (m *medial) bare(v, lo int) *mention {
	l, items := m.lex, m.s.items
	at := v - 1
	for at >= lo && items[at].kind == word && l.auxiliary[items[at].low] {
		at--
	}
	if at < lo || items[at].kind != word || !m.plain(at) {
		return nil
	}
	from := at
	for from > lo && from > at-3 && m.plain(from-1) {
		from--
	}
	switch {
	case len(l.Determiners) > 0:
		if from <= lo || !l.determiner[items[from-1].low] && !slices.Contains(l.Numerals, items[from-1].low) {
			return nil
		}
		from--
	case from == 0 && at < 3 && items[0].upper():
	case from != lo && items[from-1].kind == word || !hasAnyEnd(items[at].low, l.PluralNoun) || !hasAnyEnd(items[v].low, l.PluralVerb):
		return nil
	}
	if from > 0 && items[from-1].kind == word && !l.conjunction[items[from-1].low] && !slices.Contains(l.That, items[from-1].low) {
		return nil
	}
	if m.covering(at) != nil {
		return nil
	}
	return &mention{from: from, to: at + 1, groups: []int{-1}, indefinite: true}
}

// plain reports whether a word can be a noun or an adjective: it is none of
// those that the lists have for something else.
func (m *medial) plain(k int) bool {
	t := &m.s.items[k]
	l := m.lex
	_, pronoun := l.Pronouns[t.low]
	return t.kind == word && (!t.upper() || t.first) && !pronoun && !l.grammatical(t.low) &&
		!l.determiner[t.low] && l.verb(m.s.items, k) == nil && !slices.Contains(l.Numerals, t.low) && !slices.Contains(l.There, t.low) && !hasAnyEnd(t.low, l.Adverb)
}

// instead is whom "on", who is nobody, stands for: indique-t-on chez les
// pompiers.
func (m *medial) instead(w *mention, j int) *mention {
	if m.lex.Language != "fr" || w.pronoun != "n" {
		return w
	}
	for k := range m.s.mentions {
		if y := &m.s.mentions[k]; y.from >= j && y.from <= j+5 && (y.governed || y.house) && y.pronoun == "" {
			return y
		}
	}
	return w
}

// impersonal is for what "is said" in somebody's statement: "У заяві
// міністерства йдеться, що".
func (m *medial) impersonal(v int) *mention {
	if !slices.Contains(m.lex.Impersonal, m.s.items[v].low) {
		return nil
	}
	for k := range m.s.mentions {
		w := &m.s.mentions[k]
		if w.to > v {
			break
		}
		if !slices.ContainsFunc(m.lex.Documents, func(d string) bool { return begins(m.s.items[w.from].low, d) }) {
			continue
		}
		if w.to > w.from+1 {
			return m.part(w, w.from+1)
		}
		if k+1 < len(m.s.mentions) && m.s.mentions[k+1].from == w.to {
			return &m.s.mentions[k+1]
		}
		return w
	}
	return nil
}

// part is a mention without its first words.
func (m *medial) part(w *mention, from int) *mention {
	y := *w
	y.from = from
	y.groups, y.office = nil, Span{}
	if len(y.name) > 0 && y.name[0].From < m.s.items[from].From {
		y.name = nil
	}
	if y.who != nil && len(y.name) == 0 {
		y.who = nil
	}
	y.house = true
	return &y
}
