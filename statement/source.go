package statement

import (
	"slices"
)

// source is the number of items of a phrase such as "according to" that begins
// here, and the possessive in it ("за його словами": m); 0: none.
func (m *medial) source(at int) (n int, whose string) {
	for _, words := range m.lex.sources {
		if m.matches(at, words) {
			return len(words), ""
		}
		if at+1 < len(m.s.items) && len(words) == 2 && m.s.items[at].low == words[0] {
			if g, ok := m.lex.Possessives[m.s.items[at+1].low]; ok && at+2 < len(m.s.items) && m.s.items[at+2].low == words[1] {
				return 3, g
			}
		}
	}
	for _, words := range m.lex.own {
		if n := len(words) - 1; m.matches(at, words[:n]) {
			return n, words[n]
		}
	}
	return 0, ""
}

// sources adds what the sentence says according to somebody.
func (m *medial) sources() {
	for i := m.next; i < m.n; i++ {
		if m.taken(i) {
			continue
		}
		if m.as(i) {
			continue
		}
		n, whose := m.source(i)
		if n == 0 {
			continue
		}
		who, to := m.sourceBy(i, n, whose)
		if who == nil {
			continue
		}
		m.tell(i, i+n, to, who, slices.Contains(m.lex.Careful, m.s.items[i].low))
	}
}

// sourceBy is who is named behind the phrase, and the item behind that.
func (m *medial) sourceBy(i, n int, whose string) (*mention, int) {
	at := i + n
	if whose != "" {
		return &mention{from: i + 1, to: i + 2, pronoun: whose, feminine: whose == "f"}, at
	}
	if at >= len(m.s.items) {
		return nil, 0
	}
	if g, ok := m.lex.Oblique[m.s.items[at].low]; ok {
		return &mention{from: at, to: at + 1, pronoun: g, feminine: g == "f"}, at + 1
	}
	if w := m.mentionAt(at); w != nil {
		return w, w.to
	}
	if t := &m.s.items[at]; t.kind == quotation && m.upperQuote(at) && m.wordsIn(at, at+1) <= 3 {
		return &mention{from: at, to: at + 1, house: true, who: &entity{name: t.inner.Of(m.text), house: true}}, at + 1
	}
	// the preposition of the phrase itself governs it; a small word may stand between
	if at+1 < len(m.s.items) && m.s.items[at].kind == word {
		if w := m.mentionAt(at + 1); w != nil {
			return w, w.to
		}
	}
	return nil, 0
}

// tell adds what stands beside a source at items from to: behind the comma
// after it, or before it at the sentence's end.
func (m *medial) tell(from, name, to int, who *mention, careful bool) {
	verb := Span{from, name}
	// past a relative clause: "a diplomat, who asked not to be named,"
	end := to
	for end < m.n && !m.s.items[end].is(",") && m.s.items[end].kind != quotation && end < to+4 && !m.lex.VerbFinal && m.lex.verb(m.s.items, end) == nil {
		end++
	}
	if end < m.n && m.s.items[end].is(",") {
		if k := end + 1; k < m.n && (m.relative(k) || m.participial(k)) {
			for k < m.n && !m.s.items[k].is(",") {
				k++
			}
			if k < m.n {
				end = k
			}
		}
	} else if end < m.n && m.s.items[end].kind != quotation {
		if from == 0 {
			end = to - 1 // no comma: the clause begins at once
		} else if end >= to+4 {
			return
		}
	} else if end < m.n {
		end--
	}
	start := 0
	for start < from && (m.s.items[start].kind == mark || m.lex.conjunction[m.s.items[start].low] || m.lex.function[m.s.items[start].low] || m.lex.auxiliary[m.s.items[start].low] || m.lex.common[m.s.items[start].low]) {
		start++
	}
	sure, reason := 0.9, "said according to somebody"
	switch {
	case start >= from || m.conjunctionBefore(from):
		begin := end + 1
		stop := m.end(begin, from)
		if begin >= m.n {
			return
		}
		if careful && (who.who == nil || who.house || m.kindOf(begin, stop) == Reported) {
			return
		}
		m.content(who, verb, begin, stop, sure, reason)
	case end >= m.n:
		if careful {
			return
		}
		m.content(who, verb, 0, from, sure, reason)
	case !careful && m.s.items[from-1].is(","):
		if m.lex.verb(m.s.items, m.n-1) == nil {
			m.content(who, verb, end+1, m.end(end+1, from), 0.7, reason+", in the middle of the sentence")
		}
	case !careful:
		begin := end + 1
		if begin < m.n && m.s.items[begin].kind == quotation {
			m.content(who, verb, begin, m.n, sure, reason)
		}
	}
}

// conjunctionBefore reports whether the source begins a clause of its own
// behind a conjunction, perhaps with a comma: ", but, according to her,".
func (m *medial) conjunctionBefore(from int) bool {
	k := from - 1
	for k >= 0 && m.s.items[k].is(",") {
		k--
	}
	if k < 0 || from-k > 2 {
		return false
	}
	low := m.s.items[k].low
	return m.lex.conjunction[low] || slices.Contains(m.lex.However, low)
}

// participial reports whether a participle that describes a name begins here.
func (m *medial) participial(k int) bool {
	return hasAnyEnd(m.s.items[k].low, m.lex.Participial)
}

// content adds the words of a source: a quotation alone is direct.
func (m *medial) content(who *mention, verb Span, from, to int, sure float64, reason string) {
	if from, to = unmarked(m.s.items, from, to); from >= to {
		return
	}
	p := &phrase{class: say}
	if m.s.items[from].kind == quotation && m.wordsIn(from+1, to) <= 2 {
		m.direct([]*mention{who}, verb, p, from, sure, reason)
		return
	}
	if m.wordsIn(from, to) < 3 {
		return
	}
	// "In a statement by X, it was noted that": what follows the conjunction
	for k := from; k < min(from+8, to); k++ {
		if q := m.lex.verb(m.s.items, k); q != nil && q.class&say != 0 {
			for t := k + 1; t < min(k+4, to); t++ {
				if slices.Contains(m.lex.That, m.s.items[t].low) {
					m.done = append(m.done, Span{from, t})
					m.report([]*mention{who}, Span{k, k + 1}, q, t+1, to, sure, "said in a statement of somebody")
					return
				}
			}
		}
	}
	m.report([]*mention{who}, verb, p, from, to, sure, reason)
}

// as is for "As X said, …" and "Як розповів X, …".
func (m *medial) as(i int) bool {
	if i != 0 || !slices.Contains(m.lex.As, m.s.items[0].low) {
		return false
	}
	v, ok := m.lex.verbWithin(m.s.items, 1, 4)
	if !ok {
		return false
	}
	p := m.lex.verb(m.s.items, v)
	who := m.following(v+len(p.words), 5)
	if who == nil {
		who = m.preceding(v, 1)
	}
	if who == nil {
		if list := m.house(v, p); list != nil && list[0].from >= v {
			who = list[0]
		}
	}
	if who == nil || p.class&say == 0 {
		return false
	}
	comma := max(v+len(p.words), who.to)
	for comma < m.n && !m.s.items[comma].is(",") {
		comma++
	}
	if m.wordsIn(comma, m.n) < 3 {
		return false
	}
	m.done = append(m.done, Span{0, comma})
	m.report([]*mention{who}, Span{v, v + len(p.words)}, p, comma+1, m.end(comma+1, v), 0.9, "said as somebody told")
	return true
}
