package statement

import (
	"slices"
	"strings"
)

// infinitive finds where what is to be done begins.
func (m *medial) infinitive(j, limit int) int {
	for k := j; k < min(limit, j+8); k++ {
		t := &m.s.items[k]
		if t.kind == mark && t.is(".") && m.s.items[k-1].To == t.From {
			continue // M. Dupont
		}
		if t.kind == mark {
			return -1
		}
		if t.kind != word {
			continue
		}
		switch m.lex.Language {
		case "en":
			if t.low == "to" && k+1 < limit && m.s.items[k+1].kind == word && !m.lex.determiner[m.s.items[k+1].low] && !m.s.items[k+1].upper() {
				if m.lex.negation[m.s.items[k-1].low] && k > j {
					return k - 1 // not to leave
				}
				return k + 1
			}
			if t.low == "of" && k+1 < limit && strings.HasSuffix(m.s.items[k+1].low, "ing") {
				return k + 1
			}
		case "fr":
			if (t.low == "à" || t.low == "de" || t.low == "d'") && m.infinitiveAt(k+1, limit) {
				return k + 1
			}
		case "uk", "ru":
			if m.infinitiveWord(t) {
				if k > j && m.lex.negation[m.s.items[k-1].low] {
					k--
				}
				return k
			}
		}
	}
	return -1
}

// infinitiveAt reports whether an infinitive stands here, in French perhaps
// behind its negation.
func (m *medial) infinitiveAt(k, limit int) bool {
	for k < limit && (m.lex.negation[m.s.items[k].low] || slices.Contains(m.lex.Clitics, m.s.items[k].low)) {
		k++
	}
	if k >= limit || m.s.items[k].kind != word || m.s.items[k].upper() {
		return false
	}
	low := m.s.items[k].low
	return hasAnyEnd(low, m.lex.Infinitive) && (low == "être" || !m.lex.function[low]) && !slices.Contains(m.lex.NoVerbs, low) && !m.head(&m.s.items[k])
}

// infinitiveWord reports whether a word looks like an infinitive.
func (m *medial) infinitiveWord(t *item) bool {
	return hasAnyEnd(t.low, m.lex.Infinitive) && len([]rune(t.low)) > 3 && !slices.Contains(m.lex.NoVerbs, t.low)
}

// nonfinite finds the infinitive (dit avoir vu) or gerund (denied having seen)
// right behind a verb that needs no preposition for it; -1: none.
func (m *medial) nonfinite(j, limit int, p *phrase) int {
	if p.class&say == 0 {
		return -1
	}
	k := m.pastAdverbs(j, limit)
	if k >= limit || m.s.items[k].kind != word || m.s.items[k].upper() {
		return -1
	}
	low := m.s.items[k].low
	switch m.lex.Language {
	case "en":
		if low == "not" && k+1 < limit {
			low = m.s.items[k+1].low
		}
		if strings.HasSuffix(low, "ing") && len(low) > 5 && !slices.Contains(m.lex.NoVerbs, low) && m.lex.verb(m.s.items, k) == nil && m.mentionAt(k) == nil {
			return k
		}
	case "fr":
		if m.infinitiveAt(k, limit) {
			return k
		}
		if (low == "de" || low == "d'") && m.infinitiveAt(k+1, limit) {
			return k + 1
		}
	}
	return -1
}

// pastAdverbs goes past days, adverbs and the like behind a verb.
func (m *medial) pastAdverbs(j, limit int) int {
	l := m.lex
	if j+1 < limit && m.s.items[j].is(",") { // announced, on Sunday, the
		for k := j + 2; k < min(limit, j+6); k++ {
			if m.s.items[k].is(",") {
				j = k + 1
				break
			}
		}
	}
	for k := j; k < limit; k++ {
		t := &m.s.items[k]
		if t.kind != word {
			return k
		}
		if n := m.aside(k); n > 0 {
			k += n - 1
			continue
		}
		switch {
		case l.preposition[t.low] && k+1 < limit && l.common[m.s.items[k+1].low]:
			k++
		case l.preposition[t.low] && !l.common[t.low]:
			return k
		case l.common[t.low] || l.auxiliary[t.low] && !l.determiner[t.low] && !l.negation[t.low] && t.low != "de" || slices.Contains(l.However, t.low):
		case l.Language == "en" && strings.HasSuffix(t.low, "ly") && !t.upper(), l.Language == "fr" && strings.HasSuffix(t.low, "ment") && m.lex.function[t.low]:
		default:
			return k
		}
	}
	return limit
}

// thing is for a verb that tells of a thing, with or without a preposition:
// announces the closure, accuses of the shelling, warned against a return.
func (m *medial) thing(who []*mention, verb Span, p *phrase, limit int) bool {
	j := verb.To
	if w := who[0]; w.from >= j && w.from < limit {
		j = w.to // the subject behind the verb
	}
	if p.class&topic != 0 {
		if k := m.topicAt(j, limit, p); k >= 0 && !m.hollow(k, p) {
			return m.report(who, verb, p, k, m.end(k, verb.From), 0.7, "the thing that the verb is about, behind its preposition")
		}
	}
	if p.class&object == 0 {
		return false
	}
	k := m.pastAdverbs(j, limit)
	least := 3
	if m.lex.Inflected {
		least = 2
	}
	if k >= limit || m.prepositional(k) || m.hollow(k, p) || m.lex.conjunction[m.s.items[k].low] || slices.ContainsFunc(m.s.items[j:k+1], func(t item) bool { return slices.Contains(m.lex.Whether, t.low) }) || m.relative(k) || m.wordsIn(k, m.end(k, verb.From)) < least {
		return false
	}
	return m.report(who, verb, p, k, m.end(k, verb.From), 0.65, "the thing that the verb is about")
}

// topicAt finds what stands behind the preposition that a verb tells of a thing
// with: a verb's form first (of having shelled), else a noun; -1: none.
func (m *medial) topicAt(j, limit int, p *phrase) int {
	first := -1
	for k := j; k < min(limit-1, j+10); k++ {
		t := &m.s.items[k]
		if t.kind == mark && !t.is(".") {
			break
		}
		if t.kind != word || !slices.Contains(p.topics, t.low) {
			continue
		}
		next := &m.s.items[k+1]
		if m.infinitiveAt(k+1, limit) && m.lex.Language == "fr" || m.lex.Language == "en" && strings.HasSuffix(next.low, "ing") {
			return k + 1
		}
		w := m.covering(k)
		if first < 0 && (w == nil || w.from == k) && next.kind != mark && !m.lex.common[next.low] && (m.wordsIn(k+1, m.end(k+1, j-1)) >= 2) {
			first = k + 1
		}
	}
	return first
}

// hollow reports whether a thing is named here whose name says nothing of what
// it is: denied the accusation.
func (m *medial) hollow(k int, p *phrase) bool {
	if p.class&(hide|against) == 0 {
		return false
	}
	for e := k; e < min(m.n, k+3); e++ {
		if slices.Contains(m.lex.Hollow, m.s.items[e].low) {
			return true
		}
	}
	return false
}

// fronted is for a thing before its verb, behind the preposition that the verb
// takes: "Про загибель двох повідомила служба".
func (m *medial) fronted(v int, p *phrase, who []*mention) bool {
	if p.class&topic == 0 || v < 3 || !m.lex.Inflected || !slices.Contains(p.topics, m.s.items[0].low) || m.taken(0) {
		return false
	}
	if who == nil {
		w := m.following(v+len(p.words), 2)
		if w == nil {
			return false
		}
		who = []*mention{w}
	}
	to := v
	if w := who[0]; w.from > 1 && w.from < v {
		to = w.from
	}
	for k := 1; k < to; k++ {
		if m.s.items[k].kind == mark || m.s.items[k].kind == quotation {
			return false
		}
	}
	if m.wordsIn(1, to) < 2 {
		return false
	}
	return m.report(who, Span{v, v + len(p.words)}, p, 1, to, 0.7, "the thing that the verb is about, before it")
}
