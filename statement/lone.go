package statement

import (
	"slices"
)

// lone is for a quotation that is all of a sentence: it goes on with what was
// said before, even in the paragraph before, or is by whom the text was about.
func (m *medial) lone() {
	x := m.reading
	for i := 0; i < m.n; i++ {
		if m.s.items[i].kind != quotation {
			return
		}
	}
	if m.n == 0 {
		return
	}
	var parts []Span
	words := 0
	for i := 0; i < m.n; i++ {
		parts = append(parts, m.s.items[i].inner)
		words += m.wordsIn(i, i+1)
	}
	m.next = m.n
	announced := m.announced()
	if n := len(x.found); n > 0 && announced == nil {
		f := x.found[n-1]
		if f.kind == Direct && f.last == x.at-1 && (x.sentences[f.last].paragraph == m.s.paragraph || x.closes(f)) {
			f.parts = append(f.parts, parts...)
			f.sentence.To = m.s.To
			f.last = x.at
			return
		}
	}
	if announced != nil {
		who, sure, why := x.resolve(x.sentences[x.at-1], announced)
		f := &found{who: who, as: x.words(x.sentences[x.at-1], announced), kind: Direct, parts: parts, sentence: m.s.Span, last: x.at, sure: 0.85 * sure, class: say,
			reasons: []string{"a quotation behind a colon, by whom the sentence before is about"}}
		if why != "" {
			f.reasons = append(f.reasons, why)
		}
		f.sentence.From = x.sentences[x.at-1].From
		x.add(f)
		return
	}
	if words < 4 || len(x.focus) == 0 {
		return
	}
	who := x.focus[len(x.focus)-1]
	f := &found{who: who, kind: Direct, parts: parts, sentence: m.s.Span, last: x.at, sure: 0.55, class: say,
		reasons: []string{"a quotation on its own, taken for the words of whom the text was about last"}}
	x.add(f)
}

// closes reports whether what was found ends its paragraph, or nearly, so that
// a paragraph that is all a quotation can go on with it.
func (x *reading) closes(f *found) bool {
	return f.last+1 >= len(x.sentences) || x.sentences[f.last+1].paragraph != x.sentences[f.last].paragraph
}

// announced is who spoke, where the sentence before ends with a colon.
func (m *medial) announced() *mention {
	x := m.reading
	if x.at == 0 {
		return nil
	}
	s := x.sentences[x.at-1]
	if len(s.items) < 3 || !s.items[len(s.items)-1].is(":") {
		return nil
	}
	for k := range s.mentions {
		if w := &s.mentions[k]; !w.governed {
			return w
		}
	}
	return nil
}

// credited is for a quotation with a name behind a dash, as beneath one that is
// set as a block.
func (m *medial) credited() bool {
	if m.n < 3 || m.s.items[0].kind != quotation || m.s.items[0].To == m.s.items[0].inner.To {
		return false
	}
	k := 1
	for k < m.n && m.s.items[k].kind == quotation {
		k++
	}
	if k >= m.n-1 {
		return false
	}
	if t := &m.s.items[k]; !t.is("—") && !t.is("–") && !t.is("―") {
		return false
	}
	w := m.mentionAt(k + 1)
	if w == nil || len(w.name) == 0 && len(w.groups) == 0 && !w.house {
		return false
	}
	for e := w.to; e < m.n; e++ {
		if p := m.lex.verb(m.s.items, e); p != nil && p.class&say != 0 && m.covering(e) == nil {
			return false
		}
	}
	var parts []Span
	first := m.s.Span
	x := m.reading
	// the paragraphs of the same quotation before
	for i := x.at - 1; i >= 0; i-- {
		s := x.sentences[i]
		if s.paragraph >= m.s.paragraph || len(s.items) != 1 || s.items[0].kind != quotation || !s.items[0].open {
			break
		}
		parts = slices.Insert(parts, 0, s.items[0].inner)
		first.From = s.From
		if n := len(x.found); n > 0 && x.found[n-1].sentence.From >= s.From {
			x.found = x.found[:n-1]
		}
	}
	for i := range k {
		parts = append(parts, m.s.items[i].inner)
	}
	m.put([]*mention{w}, Span{}, nil, Direct, 0.9, "a quotation with a name below it", parts...)
	x.found[len(x.found)-1].sentence.From = first.From
	return true
}

// pointer reports whether the sentence points to another text, whose title is
// nobody's words.
func (m *medial) pointer() bool {
	return slices.ContainsFunc(m.lex.pointers, func(words []string) bool {
		if !m.matches(0, words) || len(m.s.items) <= len(words) {
			return false
		}
		next := &m.s.items[len(words)]
		return next.is(":") || next.kind == quotation || next.is("—") || next.is("–")
	})
}

// house is the institution that a verb in the plural without a subject speaks
// for: in the ministry they said, they added there.
func (m *medial) house(v int, p *phrase) []*mention {
	x := m.reading
	if x.lex.Past == nil || !hasAnyEnd(p.words[0], x.lex.Past["p"]) && !hasAnyEnd(p.words[0], x.lex.PluralVerb) {
		return nil
	}
	j := v + len(p.words)
	for k := range m.s.mentions {
		if w := &m.s.mentions[k]; w.from >= j && w.from <= j+3 && (w.house || len(w.name) > 0) {
			return []*mention{w}
		}
	}
	there := j < len(m.s.items) && slices.Contains(x.lex.There, m.s.items[j].low) || v > 0 && slices.Contains(x.lex.There, m.s.items[v-1].low)
	for i := x.at - 1; there && i >= 0 && i >= x.at-4; i-- {
		for k := range slices.Backward(x.sentences[i].mentions) {
			if w := x.sentences[i].mentions[k]; w.house || w.governed && len(w.name) > 0 && w.name[0].acronym() {
				e, _, _ := x.resolve(x.sentences[i], &w)
				w.who = e
				return []*mention{{from: v, to: j, who: e, name: w.name}}
			}
		}
	}
	return nil
}
