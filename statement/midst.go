package statement

import "slices"

// midst is for a clause with its author in the middle: "The crossing, she
// said, would stay shut".
func (m *medial) midst(v int, p *phrase) bool {
	items := m.s.items
	j := v + len(p.words)
	if p.class&say == 0 || m.lex.gerund(items[v].low) {
		return false
	}
	from, ok := m.commaBefore(v)
	if !ok {
		return false
	}
	to := j
	for to < m.n && to < j+10 && !items[to].is(",") {
		t := &items[to]
		if t.is(".") && t.From == items[to-1].To { // M. Dupont
			to++
			continue
		}
		if t.kind == mark || t.kind == quotation || slices.Contains(m.lex.That, t.low) || m.lex.verb(items, to) != nil && m.mentionAt(to) == nil {
			return false
		}
		to++
	}
	if to+1 >= m.n || !items[to].is(",") || m.wordsIn(to+1, m.n) < 2 || m.relative(to+1) || m.participial(to+1) || slices.Contains(m.lex.That, items[to+1].low) || m.lex.gerund(items[to+1].low) {
		return false
	}
	if m.taken(from) || m.taken(to) {
		return false
	}
	var who *mention
	for k := range m.s.mentions {
		if w := &m.s.mentions[k]; w.from > from && w.to <= to && !w.governed && !m.addressee(w) {
			who = w
			break
		}
	}
	if who == nil {
		if list := m.house(v, p); list != nil && list[0].from >= v {
			who = list[0]
		}
	}
	if who == nil {
		return false
	}
	start := m.clauseStart(from)
	left, ok := m.clause(start, from)
	if !ok || items[from-1].kind == quotation || m.mentionEnding(from) != nil && m.mentionEnding(from).from == start && m.apposes(who) || m.lex.Language != "uk" && m.lex.common[items[start].low] {
		return false
	}
	end := m.end(to+1, v)
	right, ok := m.clause(to+1, end)
	if !ok {
		return false
	}
	kind := m.kindOf(start, end)
	m.done = append(m.done, Span{start, end})
	parts := []Span{left, right}
	if from == start+1 && m.lex.common[items[start].low] {
		parts = parts[1:] // now, they added,
	}
	m.put([]*mention{who}, Span{v, j}, p, kind, 0.85, "a clause with its author in the middle", parts...)
	return true
}

// apposes reports whether a mention between commas describes the name before
// it rather than speaks: Koval, the spokesman, said.
func (m *medial) apposes(w *mention) bool {
	return len(w.name) == 0 && w.pronoun == "" && w.from > 0
}

// clauseStart is where the clause that ends at this item begins: behind what
// is told already.
func (m *medial) clauseStart(to int) int {
	from := 0
	for _, d := range m.done {
		if d.To <= to {
			from = max(from, d.To)
		}
	}
	for from < to && (m.s.items[from].kind == mark || m.s.items[from].kind == number && m.s.items[from+1].kind != word) {
		from++ // a time, too
	}
	return from
}

// commaBefore finds the comma before a verb with only its speaker, auxiliaries
// and the like between.
func (m *medial) commaBefore(v int) (int, bool) {
	items := m.s.items
	comma := -1
	for k := v - 1; k > 0 && k >= v-12; k-- {
		if items[k].is(",") || k > 0 && m.pauses(k) && items[k-1].kind == word {
			comma = k
			break
		}
		if items[k].kind == quotation {
			return 0, false
		}
	}
	if comma < 0 {
		return 0, false
	}
	for k := comma + 1; k < v; {
		if w := m.mentionAt(k); w != nil && w.to <= v {
			k = w.to
			continue
		}
		if !m.lex.auxiliary[items[k].low] && !m.lex.determiner[items[k].low] {
			return 0, false
		}
		k++
	}
	return comma, true
}

// before is for a clause with its speaker behind it: "…, the ministry said".
func (m *medial) before(v int, p *phrase) bool {
	if p.class&say == 0 || m.lex.gerund(m.s.items[v].low) {
		return false
	}
	comma, ok := m.commaBefore(v)
	if !ok || m.taken(comma) {
		return false
	}
	from := m.clauseStart(comma)
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
	if m.s.items[comma].kind == quotation {
		comma++
	}
	return m.report([]*mention{who}, Span{v, v + len(p.words)}, p, from, comma, 0.85, "a clause with its speaker behind it")
}

// colon is for a quotation behind a colon with no verb of saying: the first
// who is named in the sentence speaks.
func (m *medial) colon() {
	for k := 1; k+1 < m.n; k++ {
		if !m.s.items[k].is(":") || m.s.items[k+1].kind != quotation || !m.full(k+1) || m.quoted[k+1] || m.named(k+1) {
			continue
		}
		for i := range m.s.mentions {
			if w := &m.s.mentions[i]; (!w.governed || m.lex.VerbFinal && len(w.name) > 0) && w.to <= k {
				m.direct([]*mention{w}, Span{}, nil, k+1, 0.7, "a quotation behind a colon, by whom the sentence is about")
				return
			}
		}
	}
}
