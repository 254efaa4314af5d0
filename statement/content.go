package statement

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// limit is how far the verb's own words can go: to the next finite verb of
// saying with a subject of its own, or the sentence's end.
func (m *medial) limit(j, v int) int {
	for k := j; k < m.n; k++ {
		if m.s.items[k].is(";") || k > j && m.another(k) {
			return k
		}
		if k > j && m.pauses(k) && k+1 < m.n {
			if g := m.s.items[k+1]; m.lex.gerund(g.low) && m.lex.verb(m.s.items, k+1) != nil {
				return k + 1
			}
		}
	}
	return m.n
}

// pauses reports whether a comma stands here, or at the end of a quotation.
func (m *medial) pauses(k int) bool {
	t := &m.s.items[k]
	return t.is(",") || t.kind == quotation && strings.HasSuffix(t.inner.Of(m.text), ",")
}

// clauseBegan reports whether a clause's verb stands between two items, as far
// as the auxiliaries of English tell.
func (m *medial) clauseBegan(from, to int) bool {
	if !m.lex.Clause {
		return false
	}
	for k := from; k < to; k++ {
		t := &m.s.items[k]
		if slices.Contains(m.lex.Finite, t.low) {
			return true
		}
		if t.kind == word && k > from && !t.upper() && !m.lex.function[t.low] && hasAnyEnd(t.low, []string{"ed", "s"}) && m.nounBefore(k) && (strings.HasSuffix(t.low, "ed") || m.verbish(k)) {
			return true
		}
	}
	return false
}

// nounBefore reports whether a mention or a plain noun stands before.
func (m *medial) nounBefore(k int) bool {
	b := &m.s.items[k-1]
	return b.kind == word && !m.lex.function[b.low] && !m.lex.preposition[b.low] && !m.lex.determiner[b.low] || m.mentionEnding(k) != nil
}

// verbish reports whether a word in -s is behind a name or pronoun, or before
// an article, so that it is rather a verb than a plural.
func (m *medial) verbish(k int) bool {
	if w := m.mentionEnding(k); w != nil && (w.pronoun != "" || len(w.name) > 0) {
		return true
	}
	if k+1 < len(m.s.items) {
		next := m.s.items[k+1]
		return m.lex.determiner[next.low] || next.low == "to" || next.low == "that"
	}
	return false
}

// end is where a clause that begins here ends: before another act of telling.
func (m *medial) end(from, v int) int {
	l, items := m.lex, m.s.items
	subordinate := items[0].kind == word && slices.Contains(l.Subordinators, items[0].low)
	for k := from + 1; k < m.n; k++ {
		t := &items[k]
		if t.is(";") {
			return k
		}
		if m.pauses(k) {
			if subordinate && t.is(",") {
				return k
			}
			if l.gerund(next(items, k).low) && l.verb(items, k+1) != nil {
				if t.kind == quotation {
					return k + 1
				}
				return k
			}
			if g := next(items, k+1); l.gerund(g.low) && l.verb(items, k+2) != nil && next(items, k).kind == word && strings.HasSuffix(next(items, k).low, "ly") {
				return k
			}
			if m.sourceSoon(k + 1) {
				return k
			}
		}
		if m.another(k) {
			if items[k-1].is(",") {
				return k - 1
			}
			return k
		}
	}
	return m.n
}

// another reports whether a conjunction here begins another act of telling:
// "and added", "but Ferreira denied".
func (m *medial) another(k int) bool {
	l, items := m.lex, m.s.items
	if !l.conjunction[items[k].low] {
		return false
	}
	e := k + 1
	for e < m.n && l.auxiliary[items[e].low] && e < k+5 {
		e++
	}
	if w := m.mentionAt(e); w != nil && (len(w.name) > 0 || w.pronoun != "") && !w.governed && w.to < m.n {
		e = w.to
		for e < m.n && l.auxiliary[items[e].low] && e < w.to+3 {
			e++
		}
	}
	p := l.verb(items, e)
	return p != nil && p.class&(say|judge|urge|object|topic) != 0 && !l.gerund(items[e].low) && m.finite(e, p)
}

func next(items []item, k int) item {
	if k+1 < len(items) {
		return items[k+1]
	}
	return item{kind: mark}
}

// sourceSoon reports whether a phrase such as "according to" begins here, past
// a conjunction.
func (m *medial) sourceSoon(k int) bool {
	for e := k; e < min(k+3, m.n); e++ {
		if n, _ := m.source(e); n > 0 && !slices.Contains(m.lex.Careful, m.s.items[e].low) {
			return true
		}
		if t := m.s.items[e]; t.kind == word && !m.lex.function[t.low] {
			return false
		}
	}
	return false
}

// report adds a reported clause.
func (m *medial) report(who []*mention, verb Span, p *phrase, from, to int, sure float64, reason string) bool {
	c, ok := m.clause(from, to)
	if !ok || m.wordsIn(from, to) < 2 {
		return false
	}
	kind := m.kindOf(from, to)
	// the clause is one quotation: the speaker's words
	if kind == Mixed && m.s.items[from].kind == quotation && from+1 >= to {
		kind, c = Direct, m.s.items[from].inner
	}
	m.done = append(m.done, Span{from, to})
	m.put(who, verb, p, kind, sure, reason, c)
	return true
}

// direct adds the quotation at k, with those that go on behind it.
func (m *medial) direct(who []*mention, verb Span, p *phrase, k int, sure float64, reason string) bool {
	parts := []Span{m.s.items[k].inner}
	m.quoted[k] = true
	e := k + 1
	for e < m.n && m.s.items[e].kind == quotation {
		parts = append(parts, m.s.items[e].inner)
		m.quoted[e] = true
		e++
	}
	m.done = append(m.done, Span{k, e})
	m.put(who, verb, p, Direct, sure, reason, parts...)
	return true
}

// quote decides what a quotation at k behind a verb is: the speaker's whole
// words, words in a reported clause, or the word by which something is called.
func (m *medial) quote(who []*mention, verb Span, p *phrase, j, k int) bool {
	items := m.s.items
	gap := k - j
	comma := gap > 0 && items[k-1].is(",")
	switch {
	case m.quoted[k]:
		return false
	case comma && m.full(k) && gap <= 12, gap == 0 && m.upperQuote(k):
		return m.direct(who, verb, p, k, 0.95, "a quotation behind the verb")
	case m.lex.Clause && p.class&say != 0 && (m.clauseBegan(j, k) || gap > 1 && m.mentionAt(j) != nil && m.mentionAt(j).to < k && m.mentionAt(j).pronoun != ""):
		from := m.addressees(j, m.n, p)
		return m.report(who, verb, p, from, m.end(from, verb.From), 0.85, "a clause with the speaker's words behind the verb")
	case p.class&judge != 0 && gap <= 8 && m.wordsIn(k, k+1) < 2:
		return false
	case p.class&judge != 0 && gap <= 8:
		return m.direct(who, verb, p, k, 0.85, "what the speaker calls it")
	case p.class&urge != 0 && gap <= 3:
		return m.direct(who, verb, p, k, 0.85, "what the speaker promises or asks for")
	case p.class&say != 0 && gap <= 3 && m.wordsIn(k, k+1) >= 2:
		if m.lex.Clause && k+1 < m.n && items[k+1].kind == word {
			from := m.addressees(j, m.n, p)
			return m.report(who, verb, p, from, m.end(from, verb.From), 0.75, "a clause that begins with the speaker's words")
		}
		return m.direct(who, verb, p, k, 0.75, "words of the speaker behind the verb")
	case m.lex.Clause && p.class&say != 0 && gap <= 12:
		from := m.addressees(j, m.n, p)
		if !m.prepositional(from) {
			return m.report(who, verb, p, from, m.end(from, verb.From), 0.65, "a clause with the speaker's words behind the verb")
		}
		if m.full(k) {
			return m.direct(who, verb, p, k, 0.7, "a quotation some words behind the verb")
		}
	case m.full(k) && gap <= 12 && p.class&(say|urge) != 0:
		return m.direct(who, verb, p, k, 0.7, "a quotation some words behind the verb")
	}
	return false
}

func (m *medial) upperQuote(k int) bool {
	r, _ := utf8.DecodeRuneInString(m.s.items[k].inner.Of(m.text))
	return unicode.IsUpper(r) || r == '['
}
