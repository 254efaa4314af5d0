package statement

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentence is a sentence of the author: quotations in it are single items.
type sentence struct {
	Span
	paragraph int
	items     []item
	mentions  []mention
}

// paragraphsOf finds the paragraphs: what blank lines part, or, where there
// are none or the lines are not wrapped, each line.
func paragraphsOf(text string) []Span {
	lines, blank, long := 0, 0, 0
	for line := range strings.Lines(text) {
		switch n := len([]rune(strings.TrimSpace(line))); {
		case n == 0:
			blank++
		case n > 100:
			long++
			lines++
		default:
			lines++
		}
	}
	wrapped := blank > 0 && long == 0 && lines > 3*blank/2
	var out []Span
	at := 0
	open := false
	for line := range strings.Lines(text) {
		s := trim(text, Span{at, at + len(line)})
		at += len(line)
		switch {
		case s.empty():
			open = false
		case wrapped && open && !speaks(s.Of(text)):
			out[len(out)-1].To = s.To
		default:
			out = append(out, s)
			open = true
		}
	}
	return out
}

// speaks reports whether a line begins with a dash or a name and a colon, as
// the turns of a conversation do.
func speaks(line string) bool {
	r, _ := utf8.DecodeRuneInString(line)
	_, at := labelOf(line)
	return dash(r) || at > 0
}

// sentences parts a paragraph's items. A quotation is never parted: an
// author's sentence may hold several of the speaker's.
//
// UAX #29 (clipperhouse/uax29, which we have) parts within quotations and at
// abbreviations, so that nearly every cut would have to be undone here.
func (l *lexicon) sentences(text string, paragraph int, p Span) []*sentence {
	items := l.items(text, p)
	var out []*sentence
	begin := 0
	cut := func(end int) {
		if end <= begin {
			return
		}
		s := &sentence{Span: Span{items[begin].From, items[end-1].To}, paragraph: paragraph, items: items[begin:end:end]}
		for i := range s.items {
			if s.items[i].kind == word {
				s.items[i].first = true
				break
			}
			if s.items[i].kind == quotation {
				break
			}
		}
		out = append(out, s)
		begin = end
	}
	for i := range items {
		if l.ends(text, items, i) {
			cut(i + 1)
		}
	}
	cut(len(items))
	return out
}

// ends reports whether a sentence ends with this item.
func (l *lexicon) ends(text string, items []item, i int) bool {
	t := &items[i]
	if i+1 >= len(items) {
		return true
	}
	next := &items[i+1]
	switch {
	case t.kind == quotation:
		last, _ := utf8.DecodeLastRuneInString(t.inner.Of(text))
		if !strings.ContainsRune(".!?…", last) || !next.upper() && next.kind != quotation {
			return false
		}
		if next.kind == quotation && t.To == next.From {
			return false
		}
		if l.VerbFinal {
			return true
		}
		// “Will they come?” Anna asked.
		for k := i + 1; k < len(items) && k < i+7 && items[k].kind == word; k++ {
			if l.verb(items, k) != nil {
				return last == '.' && !l.attributesAfter(items, i+1)
			}
		}
		return true
	case t.is("!"), t.is("?"), t.is("…"):
		return next.upper() || next.kind == quotation || next.kind == number
	case t.is("."):
		if next.kind == mark {
			return next.is("—") || next.is("–")
		}
		if i > 0 && items[i-1].To == t.From {
			before := &items[i-1]
			if before.kind == word && (l.abbreviation[before.low] || utf8.RuneCountInString(before.text) == 1 && before.upper()) {
				return false
			}
		}
		r, _ := utf8.DecodeRuneInString(next.text)
		return next.kind == quotation || !unicode.IsLower(r)
	default:
		return false
	}
}

// attributesAfter reports whether words after a closed quotation say who said
// it: “It is over.” Okafor said.
func (l *lexicon) attributesAfter(items []item, at int) bool {
	k, ok := l.verbWithin(items, at, 5)
	if !ok {
		return false
	}
	v := l.verb(items, k)
	after := k + len(v.words)
	return after >= len(items) || items[after].is(".")
}
