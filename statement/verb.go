package statement

import (
	"slices"
	"strings"
)

// after finds what was said behind a verb and adds it.
func (m *medial) after(v int, p *phrase) bool {
	l := m.lex
	j := v + len(p.words)
	if p.class&refuse != 0 && m.refuses(v, j) {
		return true
	}
	who := m.subjects(v, 0, p, false)
	if w := m.impersonal(v); w != nil {
		who = []*mention{w}
	}
	if who == nil && (l.Inflected || l.Language == "fr") && !l.gerund(m.s.items[v].low) && (v == 0 || m.s.items[v-1].is(",") || m.s.items[v-1].is("—") || m.s.items[v-1].is("–") || m.opens(v)) {
		if w := m.following(j, 5); w != nil {
			who = []*mention{w}
		}
	}
	if who == nil && m.fronted(v, p, nil) {
		return true
	}
	if who == nil {
		return false
	}
	if m.free(who[0]) || p.class&judge != 0 && p.class&say == 0 && len(who[0].groups) > 0 && who[0].groups[0] < 0 && who[0].who == nil && who[0].office.empty() {
		return false
	}
	verb := Span{v, j}
	limit := m.limit(j, v)
	if done, ok := m.marked(who, verb, p, limit); ok {
		return done
	}
	if p.class&urge != 0 {
		if k := m.infinitive(j, limit); k >= 0 && !m.silentAt(k) {
			if m.wordsIn(k, m.end(k, v)) < 2 {
				k = j
			}
			return m.report(who, verb, p, k, m.end(k, v), 0.75, "what is to be done, behind the verb")
		}
	}
	if k := m.nonfinite(j, limit, p); k >= 0 {
		return m.report(who, verb, p, k, m.end(k, v), 0.75, "an infinitive or the like, right behind the verb")
	}
	if l.Clause && p.class&say != 0 {
		k := m.addressees(j, limit, p)
		if m.clauseBegan(k, m.n) && m.wordsIn(k, m.end(k, v)) >= 3 && !m.prepositional(k) {
			return m.report(who, verb, p, k, m.end(k, v), 0.8, "a clause right behind the verb")
		}
	}
	return m.thing(who, verb, p, limit) || m.fronted(v, p, who)
}

// marked is for what a conjunction, a colon or quotation marks behind the verb
// announce. Where ok is false there is none of these.
func (m *medial) marked(who []*mention, verb Span, p *phrase, limit int) (done, ok bool) {
	l, items, v, j := m.lex, m.s.items, verb.From, verb.To
	for k := j; k < limit; k++ {
		t := &items[k]
		gap := k - j
		switch {
		case slices.Contains(l.That, t.low) && gap <= 9 && t.kind == word && p.class&(say|urge|object|topic) != 0 && !m.clauseBegan(j, k):
			if p.class&say == 0 && t.low != l.That[0] && l.Language == "fr" {
				continue
			}
			from := k + 1
			if l.Clause && from < m.n && slices.Contains(l.Finite, items[from].low) {
				from = k // say that is false
			}
			return m.report(who, verb, p, from, m.end(k+1, v), 0.92, "a clause behind the verb and "+t.text), true
		case t.is(":"):
			if k+1 < m.n && items[k+1].kind == quotation {
				return m.direct(who, verb, p, k+1, 0.95, "a quotation behind a colon"), true
			}
			if gap <= 8 && p.class&say != 0 && m.wordsIn(k+1, m.n) >= 3 {
				return m.report(who, verb, p, k+1, m.end(k+1, v), 0.85, "a clause behind a colon"), true
			}
			return false, true
		case t.kind == quotation && m.named(k):
			continue
		case t.kind == quotation:
			if m.quote(who, verb, p, j, k) {
				return true, true
			}
			return false, p.class&(object|topic|urge) == 0
		}
	}
	return false, false
}

// free reports whether a relative clause begins before a speaker: what the
// ministry calls the “quiet zone” names a thing and tells nothing.
func (m *medial) free(w *mention) bool {
	return slices.ContainsFunc(m.lex.Free, func(p string) bool {
		k := w.from - 1
		for _, part := range slices.Backward(strings.Fields(p)) {
			for k >= 0 && m.s.items[k].is(",") {
				k--
			}
			if k < 0 || m.s.items[k].low != part {
				return false
			}
			k--
		}
		return true
	})
}

// named reports whether a quotation is a name or a title rather than words of
// a speaker: the brigade “Eagle”.
func (m *medial) named(k int) bool {
	if k == 0 || m.s.items[k-1].kind != word || m.lex.verb(m.s.items, k-1) != nil || m.wordsIn(k, k+1) > 4 || !m.upperQuote(k) {
		return false
	}
	b := &m.s.items[k-1]
	if m.lex.function[b.low] && !m.lex.preposition[b.low] && !m.lex.determiner[b.low] {
		return false
	}
	return !strings.ContainsAny(m.s.items[k].inner.Of(m.text), ".!?…,")
}

// refuses reports whether a verb of refusing at v to j refuses to speak; what
// stands there then tells nothing.
func (m *medial) refuses(v, j int) bool {
	for k := max(0, v-5); k < min(m.n, j+6); k++ {
		if m.silentAt(k) {
			m.done = append(m.done, Span{v, m.end(max(k+1, j), v)})
			return true
		}
	}
	return false
}

// silentAt reports whether a word here is for speaking, as somebody refuses to.
func (m *medial) silentAt(k int) bool { return slices.Contains(m.lex.Silent, m.s.items[k].low) }

// opens reports whether only a word such as "as" stands before the verb.
func (m *medial) opens(v int) bool {
	return v == 1 && slices.Contains(m.lex.As, m.s.items[0].low)
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
		if n := m.aside(k); n > 0 {
			k += n
			continue
		}
		switch {
		case tells && w != nil:
			k, tells = w.to, false
		case tells && !t.upper() && k+1 < limit && slices.Contains(m.lex.Addressees, m.s.items[k+1].low) && m.plain(k): // state radio
			k++
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

// aside is the number of items of a phrase such as "by phone" here; 0: none.
func (m *medial) aside(k int) int {
	for _, words := range m.lex.asides {
		if m.matches(k, words) {
			return len(words)
		}
	}
	return 0
}
