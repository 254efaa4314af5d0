package statement

import "slices"

// subjects finds who speaks by the verb at v: the mentions before it (not
// before lo), those behind it where inverted, else the subject so far.
func (m *medial) subjects(v, lo int, p *phrase, inverted bool) []*mention {
	if k := m.relativeBefore(v, lo); k > lo {
		if m.s.items[k-1].is(",") {
			k--
		}
		if w := m.mentionEnding(k); w != nil {
			return []*mention{w} // the Courier, which said
		}
		if m.lex.Language == "fr" {
			return nil
		}
	}
	if w := m.sharing(v, lo); w != nil {
		return []*mention{w}
	}
	if !m.lex.gerund(m.s.items[v].low) || m.last == nil {
		if w := m.preceding(v, lo); w != nil {
			return m.joined(w)
		}
		if inverted && !m.lex.gerund(m.s.items[v].low) {
			if w := m.following(v+len(p.words), 6); w != nil {
				return []*mention{w}
			}
		}
	}
	if m.last != nil {
		return []*mention{m.last}
	}
	if m.lex.gerund(m.s.items[v].low) {
		for k := range m.s.mentions {
			if w := &m.s.mentions[k]; w.to <= v && w.from >= lo && !w.governed {
				return []*mention{w}
			}
		}
		return nil
	}
	if v > lo && slices.Contains(m.lex.There, m.s.items[v-1].low) {
		return m.house(v, p)
	}
	if w := m.bare(v, lo); w != nil {
		return []*mention{w}
	}
	// in the ministry they said: a plural verb without a subject
	if m.lex.Past != nil && hasAnyEnd(m.s.items[v].low, m.lex.Past["p"]) {
		for k := range m.s.mentions {
			if w := &m.s.mentions[k]; w.to <= v && w.from == 1 && w.governed && (w.house || len(w.name) > 0 && w.name[0].acronym()) {
				return []*mention{w}
			}
		}
	}
	return nil
}

// relativeBefore finds the relative pronoun that is the subject of the verb at
// v, past auxiliaries and pronouns; -1: none.
func (m *medial) relativeBefore(v, lo int) int {
	for k := v - 1; k > lo && k >= v-4; k-- {
		low := m.s.items[k].low
		if m.relative(k) {
			return k
		}
		if m.s.items[k].kind != word || !m.lex.auxiliary[low] {
			return -1
		}
	}
	return -1
}

// sharing finds the subject of a verb right behind a conjunction: that of the
// verb before.
func (m *medial) sharing(v, lo int) *mention {
	k := v - 1
	for k > lo && m.s.items[k].kind == word && m.lex.auxiliary[m.s.items[k].low] {
		k--
	}
	if k <= lo || !m.lex.conjunction[m.s.items[k].low] {
		return nil
	}
	// the last that begins a clause
	var first *mention
	for i := range slices.Backward(m.s.mentions) {
		w := &m.s.mentions[i]
		if w.governed || w.from < lo || w.to >= k {
			continue
		}
		if w.from == lo || m.s.items[w.from-1].kind != word && !m.s.items[w.from-1].is(",") || m.lex.conjunction[m.s.items[w.from-1].low] && m.finiteAhead(w.to) {
			return w
		}
		first = w
	}
	if m.last != nil {
		return m.last
	}
	return first
}

// finiteAhead reports whether something other than a list goes on here.
func (m *medial) finiteAhead(k int) bool {
	return k < m.n && m.s.items[k].kind == word && !m.lex.conjunction[m.s.items[k].low]
}

// preceding finds the mention that is the subject of the verb at v.
func (m *medial) preceding(v, lo int) *mention {
	items := m.s.items
	// a parenthesis before the verb: Demba, speaking by telephone, said
	u := v // past auxiliaries
	for u > lo+1 && u > v-3 && items[u-1].kind == word && m.lex.auxiliary[items[u-1].low] {
		u--
	}
	if w := m.mentionEnding(u - 1); u > lo && items[u-1].is(",") && (w == nil || !w.apposed) {
		for c := u - 2; c > lo; c-- {
			if items[c].is(",") {
				if w := m.mentionEnding(c); w != nil && !w.governed {
					return w
				}
				break
			}
		}
	}
	if v-2 > lo && m.relative(v-1) {
		k := v - 1
		if items[k-1].is(",") {
			k--
		}
		if w := m.mentionEnding(k); w != nil && w.from >= lo {
			return w // the Courier, which said
		}
	}
	commas := 0
	for k := v - 1; k >= lo; k-- {
		if w := m.mentionEnding(k + 1); w != nil && w.from >= lo {
			if (!w.governed || w.from > lo && slices.Contains(m.lex.Subordinators, items[w.from-1].low)) && !(w.pronoun == "n" && m.lex.Language != "en") {
				return w
			}
			k = w.from
			continue
		}
		t := &items[k]
		switch {
		case t.kind == quotation:
			return nil
		case t.kind == mark:
			if t.is(",") && k >= 2 && m.s.items[k-2].is(",") && slices.Contains(m.lex.However, m.s.items[k-1].low) {
				k -= 2 // , however,
				continue
			}
			if w := m.mentionEnding(k); t.is(",") && commas == 0 && w != nil && w.apposed && !w.governed && w.from >= lo {
				return w // Ferreira, a former minister, later said
			}
			if commas++; !t.is("-") {
				if t.is(",") && m.relative(k+1) {
					continue
				}
				return nil
			}
		case slices.Contains(m.lex.That, t.low):
			return nil
		case m.lex.verb(items, k) != nil && !m.lex.auxiliary[t.low] && m.lex.Language == "en" && !m.lex.passive[t.low]:
			return nil
		}
	}
	return nil
}

// relative reports whether a word such as who or which stands here.
func (m *medial) relative(k int) bool {
	return k < len(m.s.items) && slices.Contains(m.lex.Relative, m.s.items[k].low)
}

// following finds the mention behind a verb, past at most reach words that
// name nobody.
func (m *medial) following(at, reach int) *mention {
	if m.lex.Language == "en" {
		reach = 1
	}
	for k := at; k < len(m.s.items) && k <= at+reach; k++ {
		if w := m.mentionAt(k); w != nil {
			if !w.governed && !m.addressee(w) {
				return w
			}
			k = w.to - 1
			continue
		}
		if t := &m.s.items[k]; t.kind == quotation || t.kind == mark {
			return nil
		}
	}
	return nil
}

// addressee reports whether a mention is of those who listen: in languages with
// cases journalists in the dative.
func (m *medial) addressee(w *mention) bool {
	if w.from+1 != w.to {
		return false
	}
	low := m.s.items[w.from].low
	return slices.Contains(m.lex.Addressees, low) || (m.lex.Language == "uk" || m.lex.Language == "ru") && len(w.name) == 0 && hasAnyEnd(low, []string{"ам", "ям", "ах"})
}

// joined gives a mention with those that "and" joins to it.
func (m *medial) joined(w *mention) []*mention {
	out := []*mention{w}
	for {
		first := out[0]
		k := first.from - 1
		and := false
		for k >= 0 && (m.lex.conjunction[m.s.items[k].low] || m.s.items[k].is(",")) {
			and = and || m.lex.conjunction[m.s.items[k].low]
			k--
		}
		if len(out) == 1 && !and || k == first.from-1 {
			return out
		}
		prev := m.mentionEnding(k + 1)
		if prev == nil || prev.governed || prev.pronoun != "" {
			return out
		}
		out = slices.Insert(out, 0, prev)
	}
}
