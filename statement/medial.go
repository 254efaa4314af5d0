package statement

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// verbMedial reads a sentence of a language that puts the verb between the
// speaker and what was said, or behind it: English, French, Ukrainian, Russian.
func (x *reading) verbMedial() {
	s := x.sentences[x.at]
	m := x.medial(s)
	before := len(x.found)
	if m.pointer() || m.credited() {
		return
	}
	m.lone()
	m.back()
	m.leading()
	m.sources()
	for v := m.next; v < m.n; v++ {
		p := x.lex.verb(s.items, v)
		if p == nil || m.taken(v) || !m.finite(v, p) {
			continue
		}
		if !m.midst(v, p) && !m.after(v, p) {
			m.before(v, p)
		}
		v += len(p.words) - 1
	}
	if len(x.found) == before {
		m.colon()
	}
}

// medial is the work on one such sentence.
type medial struct {
	*reading
	s      *sentence
	n      int          // the items without the marks at the end
	next   int          // where verbs are looked for from
	done   []Span       // of items: what belongs to a statement
	quoted map[int]bool // quotations that do
	last   *mention     // the subject so far
}

func (x *reading) medial(s *sentence) *medial {
	_, n := unmarked(s.items, 0, len(s.items))
	return &medial{reading: x, s: s, n: n, quoted: map[int]bool{}}
}

func (m *medial) taken(i int) bool {
	return slices.ContainsFunc(m.done, func(d Span) bool { return i >= d.From && i < d.To })
}

// finite reports whether a verb here says that somebody speaks: not "was
// told" nor "did not say", and in French a participle only behind its auxiliary.
func (m *medial) finite(v int, p *phrase) bool {
	l := m.lex
	t := &m.s.items[v]
	if w := m.covering(v); t.upper() && !t.first || w != nil && w.from < v {
		return false
	}
	for k := v - 1; k >= 0 && k >= v-4; k-- {
		b := &m.s.items[k]
		if l.negation[b.low] && p.class&hide == 0 {
			return false
		}
		if k >= v-2 && l.passive[b.low] && !strings.HasSuffix(t.low, "ing") {
			return false
		}
		if _, pronoun := l.Pronouns[b.low]; !l.auxiliary[b.low] && !pronoun && !l.negation[b.low] {
			break
		}
	}
	if l.Language == "en" && v > 0 && m.s.items[v-1].kind == word {
		low := m.s.items[v-1].low
		if low == "of" || l.determiner[low] && m.mentionEnding(v) == nil {
			return false // the report, a claim
		}
		if low == "to" && (v < 2 || !slices.Contains(l.Leads, m.s.items[v-2].low)) {
			return false
		}
	}
	if l.Language == "fr" && hasAnyEnd(p.words[0], l.Infinitive) {
		return m.led(v)
	}
	if len(l.Need) == 0 || !hasAnyEnd(p.words[0], l.Participle) {
		return true
	}
	for k := v - 1; k >= 0 && k >= v-5; k-- {
		low := m.s.items[k].low
		if slices.Contains(l.Need, low) {
			return true
		}
		if l.conjunction[low] { // a proposé … et promis
			return slices.ContainsFunc(m.s.items[:k], func(t item) bool { return slices.Contains(l.Need, t.low) })
		}
		_, pronoun := l.Pronouns[low]
		if !l.auxiliary[low] && !pronoun && m.s.items[k].kind == word {
			return false
		}
	}
	return false
}

// led reports whether an infinitive stands behind a verb that lets it tell: a
// tenu à rappeler, vient d'annoncer.
func (m *medial) led(v int) bool {
	for k := v - 1; k >= 0 && k >= v-3; k-- {
		if slices.Contains(m.lex.Leads, m.s.items[k].low) {
			return true
		}
	}
	return false
}

// gerund reports whether a verb's form hangs on another verb: adding, précisant.
func (l *lexicon) gerund(low string) bool { return hasAnyEnd(low, l.Gerund) }

func (m *medial) mentionEnding(to int) *mention {
	for k := range m.s.mentions {
		if m.s.mentions[k].to == to {
			return &m.s.mentions[k]
		}
	}
	return nil
}

func (m *medial) mentionAt(from int) *mention {
	for k := range m.s.mentions {
		if m.s.mentions[k].from == from {
			return &m.s.mentions[k]
		}
	}
	return nil
}

// covering is the mention that the item is of.
func (m *medial) covering(k int) *mention {
	for i := range m.s.mentions {
		if w := &m.s.mentions[i]; w.from <= k && k < w.to {
			return w
		}
	}
	return nil
}

// put adds a statement by everybody in who.
func (m *medial) put(who []*mention, verb Span, p *phrase, kind string, sure float64, reason string, parts ...Span) {
	x := m.reading
	if len(parts) == 0 {
		return
	}
	c := say
	if p != nil {
		c = p.class
	}
	for _, w := range who {
		w = m.instead(w, verb.To)
		f := &found{kind: kind, parts: slices.Clone(parts), sentence: m.s.Span, last: x.at, sure: sure, reasons: []string{reason}, class: c}
		var why string
		var certain float64
		f.who, certain, why = x.resolve(m.s, w)
		if why != "" {
			f.because(certain, "%s", why)
		}
		x.subject(w)
		f.as = x.words(m.s, w)
		if verb.To > verb.From {
			f.verb = Span{m.s.items[verb.From].From, m.s.items[verb.To-1].To}.Of(x.text)
		}
		x.gender(f.who, p)
		x.add(f)
		m.last = w
	}
}

// gender learns from a verb in the past who is a woman.
func (x *reading) gender(e *entity, p *phrase) {
	if p == nil || len(p.words) == 0 || x.lex.Past == nil || e.gender != "" {
		return
	}
	w := p.words[0]
	if hasAnyEnd(w, x.lex.Past["f"]) {
		e.gender = "f"
	}
}

// clause is the items from and to, not included, as a span without marks at
// its ends. Whole quotation marks are kept.
func (m *medial) clause(from, to int) (Span, bool) {
	from, to = unmarked(m.s.items, from, to)
	if from >= to {
		return Span{}, false
	}
	return Span{m.s.items[from].From, m.s.items[to-1].To}, true
}

// unmarked leaves out the marks at both ends of the items from and to.
func unmarked(items []item, from, to int) (int, int) {
	for to > from && items[to-1].kind == mark {
		to--
	}
	for from < to && items[from].kind == mark {
		from++
	}
	return from, to
}

// wordsIn counts the words between two items.
func (m *medial) wordsIn(from, to int) int {
	n := 0
	for i := from; i < to; i++ {
		switch m.s.items[i].kind {
		case word, number:
			n++
		case quotation:
			n += len(strings.Fields(m.s.items[i].inner.Of(m.text)))
		}
	}
	return n
}

// kindOf says whether a reported clause has words of the speaker in it, and
// notes which.
func (m *medial) kindOf(from, to int) string {
	kind := Reported
	for i := from; i < to; i++ {
		if m.s.items[i].kind == quotation {
			m.quoted[i] = true
			kind = Mixed
		}
	}
	return kind
}

// full reports whether a quotation is a sentence rather than a word or two.
func (m *medial) full(i int) bool {
	in := m.s.items[i].inner.Of(m.text)
	r, _ := utf8.DecodeRuneInString(in)
	return unicode.IsUpper(r) || r == '[' || len(strings.Fields(in)) > 4
}

// back is for a sentence that says who said the one before.
func (m *medial) back() {
	x := m.reading
	if x.at == 0 {
		return
	}
	prev := x.sentences[x.at-1]
	for _, b := range x.lex.Back {
		words := strings.Fields(b)
		if len(m.s.items) <= len(words) || prev.paragraph != m.s.paragraph {
			continue
		}
		if !m.matches(0, words) {
			continue
		}
		v, ok := x.lex.verbWithin(m.s.items, len(words), 6)
		if !ok || slices.ContainsFunc(x.found, func(f *found) bool { return f.last == x.at-1 }) {
			continue
		}
		p := x.lex.verb(m.s.items, v)
		who := m.subjects(v, len(words), p, true)
		if who == nil {
			continue
		}
		if to := len(prev.items); to > 0 {
			for to > 0 && prev.items[to-1].kind == mark {
				to--
			}
			if to == 0 || len(strings.Fields(Span{prev.From, prev.items[to-1].To}.Of(x.text))) < 5 {
				continue
			}
			m.put(who, Span{v, v + len(p.words)}, p, Reported, 0.85, "the next sentence says who said it", Span{prev.items[0].From, prev.items[to-1].To})
			f := x.found[len(x.found)-1]
			f.sentence.From = prev.From
			m.next = m.n
		}
	}
}

func (m *medial) matches(at int, words []string) bool {
	for k, w := range words {
		if at+k >= len(m.s.items) || m.s.items[at+k].low != w {
			return false
		}
	}
	return true
}

// leading is for a quotation at the sentence's start, with its speaker behind.
func (m *medial) leading() {
	i := 0
	for i < m.n && (m.s.items[i].kind == mark || m.lex.conjunction[m.s.items[i].low]) {
		i++
	}
	if i >= m.n || m.s.items[i].kind != quotation || m.next >= m.n {
		return
	}
	end := i + 1
	for end < m.n && m.s.items[end].kind != quotation {
		end++
	}
	v, p := -1, (*phrase)(nil)
	for k := i + 1; k < end; k++ {
		if p = m.lex.verb(m.s.items, k); p != nil && p.class&(say|judge|urge) != 0 && !m.lex.gerund(m.s.items[k].low) {
			v = k
			break
		}
	}
	if v < 0 {
		at := i + 1
		for at < end && m.s.items[at].kind == mark {
			at++
		}
		if p = m.lex.tells(m.s.items, at); p == nil || at == i+1 && m.s.items[i].To != m.s.items[i].inner.To {
			if at, p = m.hanging(i+1, end); p == nil {
				return
			}
		}
		v = at
	}
	if v > i+14 {
		return
	}
	who := m.subjects(v, i+1, p, true)
	if who == nil {
		who = m.house(v, p)
	}
	if who == nil {
		return
	}
	parts := []Span{m.s.items[i].inner}
	m.quoted[i] = true
	m.next = v + len(p.words)
	if m.lex.gerund(m.s.items[v].low) {
		m.next = v // it tells of more
	}
	for k := end; k < m.n; k++ {
		if m.s.items[k].kind != quotation {
			continue
		}
		if _, more := m.lex.verbWithin(m.s.items[:k], m.next, k-m.next); more {
			break
		}
		parts = append(parts, m.s.items[k].inner)
		m.quoted[k] = true
		m.next = k + 1
	}
	m.put(who, Span{v, v + len(p.words)}, p, Direct, 0.95, "a quotation with its speaker behind it", parts...)
}

// hanging finds a verb that hangs on another one, which the lists do not have:
// “…,” he went on and on, adding that.
func (m *medial) hanging(at, end int) (int, *phrase) {
	for k := at; k < end; k++ {
		if p := m.lex.verb(m.s.items, k); p != nil && p.class&say != 0 && m.lex.gerund(m.s.items[k].low) {
			return k, p
		}
	}
	return at, nil
}
