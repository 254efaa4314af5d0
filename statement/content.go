package statement

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// after finds what was said behind a verb and adds it.
func (m *medial) after(v int, p *phrase) bool {
	l, items := m.lex, m.s.items
	who := m.subjects(v, 0, p, false)
	if who == nil && (l.Inflected || l.Language == "fr") && (v == 0 || items[v-1].is(",") || items[v-1].is("—") || items[v-1].is("–") || m.opens(v)) {
		if w := m.following(v+len(p.words), 5); w != nil {
			who = []*mention{w}
		}
	}
	if who == nil {
		return false
	}
	j := v + len(p.words)
	verb := Span{v, j}
	limit := m.limit(j, v)
	for k := j; k < limit; k++ {
		t := &items[k]
		gap := k - j
		switch {
		case slices.Contains(l.That, t.low) && gap <= 9 && t.kind == word && p.class&(say|urge|object) != 0 && !m.clauseBegan(j, k):
			if p.class&say == 0 && t.low != l.That[0] && l.Language == "fr" {
				continue
			}
			return m.report(who, verb, p, k+1, m.end(k+1, v), 0.92, "a clause behind the verb and "+t.text)
		case t.is(":"):
			if k+1 < m.n && items[k+1].kind == quotation {
				return m.direct(who, verb, p, k+1, 0.95, "a quotation behind a colon")
			}
			if gap <= 8 && p.class&say != 0 && m.wordsIn(k+1, m.n) >= 3 {
				return m.report(who, verb, p, k+1, m.end(k+1, v), 0.85, "a clause behind a colon")
			}
			return false
		case t.kind == quotation:
			return m.quote(who, verb, p, j, k)
		}
	}
	if p.class&urge != 0 {
		if k := m.infinitive(j, limit); k >= 0 {
			return m.report(who, verb, p, k, m.end(k, v), 0.75, "what is to be done, behind the verb")
		}
	}
	if l.Clause && p.class&say != 0 {
		k := m.addressees(j, limit, p)
		if m.clauseBegan(k, limit) && m.wordsIn(k, m.end(k, v)) >= 3 && !m.prepositional(k) {
			return m.report(who, verb, p, k, m.end(k, v), 0.8, "a clause right behind the verb")
		}
	}
	if p.class&object != 0 && !m.prepositional(j) {
		if e := m.end(j, v); m.wordsIn(j, e) >= 3 {
			return m.report(who, verb, p, j, e, 0.65, "the thing that the verb is about")
		}
	}
	return false
}

// opens reports whether only a word such as "as" stands before the verb.
func (m *medial) opens(v int) bool {
	return v == 1 && slices.Contains(m.lex.As, m.s.items[0].low)
}

// limit is how far the verb's own words can go: to the next finite verb of
// saying with a subject of its own, or the sentence's end.
func (m *medial) limit(j, v int) int {
	for k := j; k < m.n; k++ {
		if m.s.items[k].is(";") {
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

func (m *medial) prepositional(k int) bool {
	return k < m.n && (m.lex.preposition[m.s.items[k].low] || m.s.items[k].kind == mark)
}

// addressees goes past whom was told and when.
func (m *medial) addressees(j, limit int, p *phrase) int {
	tells := slices.Contains(m.lex.Tells, p.words[0])
	for k := j; k < limit; {
		t := &m.s.items[k]
		w := m.mentionAt(k)
		switch {
		case tells && w != nil:
			k, tells = w.to, false
		case tells && slices.Contains(m.lex.Addressees, t.low):
			k, tells = k+1, false
		case (t.low == "on" || t.low == "late" || t.low == "early") && k+1 < limit && m.lex.common[m.s.items[k+1].low]:
			k += 2
		case m.lex.common[t.low]:
			k++
		default:
			return k
		}
	}
	return limit
}

// infinitive finds where what is to be done begins.
func (m *medial) infinitive(j, limit int) int {
	for k := j; k < min(limit, j+8); k++ {
		t := &m.s.items[k]
		if t.kind == mark {
			return -1
		}
		if t.kind != word {
			continue
		}
		switch m.lex.Language {
		case "en":
			if t.low == "to" && k+1 < limit && m.s.items[k+1].kind == word && !m.lex.determiner[m.s.items[k+1].low] && !m.s.items[k+1].upper() {
				return k + 1
			}
			if t.low == "of" && k+1 < limit && strings.HasSuffix(m.s.items[k+1].low, "ing") {
				return k + 1
			}
		case "fr":
			if (t.low == "à" || t.low == "de" || t.low == "d'") && k+1 < limit && hasAnyEnd(m.s.items[k+1].low, []string{"er", "ir", "re", "oir"}) {
				return k + 1
			}
		case "uk":
			if hasAnyEnd(t.low, []string{"ти", "тися", "тись"}) && len([]rune(t.low)) > 4 {
				return k
			}
		case "ru":
			if hasAnyEnd(t.low, []string{"ть", "ться", "ти", "тись", "чь"}) && len([]rune(t.low)) > 4 {
				return k
			}
		}
	}
	return -1
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
		if l.conjunction[t.low] {
			e := k + 1
			for e < m.n && l.auxiliary[items[e].low] && e < k+5 {
				e++
			}
			if p := l.verb(items, e); p != nil && !l.gerund(items[e].low) && m.finite(e, p) {
				if items[k-1].is(",") {
					return k - 1
				}
				return k
			}
		}
	}
	return m.n
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
	if !ok {
		return false
	}
	if m.wordsIn(from, to) < 2 {
		return false
	}
	kind := m.kindOf(from, to)
	for i := from; i < to; i++ {
		if m.s.items[i].kind == quotation {
			m.quoted[i] = true
		}
	}
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
	case m.lex.Clause && m.clauseBegan(j, k) && p.class&say != 0:
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

// before is for a clause with its speaker behind it: "…, the ministry said".
func (m *medial) before(v int, p *phrase) bool {
	if p.class&say == 0 || m.lex.gerund(m.s.items[v].low) {
		return false
	}
	items := m.s.items
	comma := -1
	for k := v - 1; k >= 0 && k >= v-12; k-- {
		if items[k].kind == quotation {
			return false
		}
		if items[k].is(",") {
			comma = k
			break
		}
	}
	if comma < 0 || m.taken(comma) {
		return false
	}
	// between the comma and the verb: the speaker, auxiliaries, nothing else
	for k := comma + 1; k < v; {
		if w := m.mentionAt(k); w != nil && w.to <= v {
			k = w.to
			continue
		}
		if !m.lex.auxiliary[items[k].low] && !m.lex.determiner[items[k].low] {
			return false
		}
		k++
	}
	from := 0
	for _, d := range m.done {
		if d.To <= comma {
			from = max(from, d.To)
		}
	}
	if m.wordsIn(from, comma) < 3 {
		return false
	}
	who := m.preceding(v, comma+1)
	if who == nil {
		who = m.following(v+len(p.words), 6)
	}
	if who == nil {
		return false
	}
	return m.report([]*mention{who}, Span{v, v + len(p.words)}, p, from, comma, 0.85, "a clause with its speaker behind it")
}

// colon is for a quotation behind a colon with no verb of saying: the first
// who is named in the sentence speaks.
func (m *medial) colon() {
	for k := 1; k+1 < m.n; k++ {
		if !m.s.items[k].is(":") || m.s.items[k+1].kind != quotation || !m.full(k+1) || m.quoted[k+1] {
			continue
		}
		for i := range m.s.mentions {
			if w := &m.s.mentions[i]; !w.governed && w.to <= k {
				m.direct([]*mention{w}, Span{}, nil, k+1, 0.7, "a quotation behind a colon, by whom the sentence is about")
				return
			}
		}
	}
}
