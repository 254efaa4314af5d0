package statement

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// quoted is a quotation at the top level of a paragraph.
type quoted struct {
	outer, inner Span
	open         bool
}

// quotations finds what stands in quotation marks: « », “ ”, „ “, " ", ‘ ’.
// Quotations in quotations belong to the outer one. One that nobody closes
// goes to the end of the paragraph, as it does where the next one goes on.
func quotations(text string, p Span) []quoted {
	type level struct {
		mark rune
		from int // of the mark
		size int
	}
	var stack []level
	var out []quoted
	before := ' '
	for i := p.From; i < p.To; {
		r, n := utf8.DecodeRuneInString(text[i:p.To])
		next := ' '
		if i+n < p.To {
			next, _ = utf8.DecodeRuneInString(text[i+n : p.To])
		}
		closes := -1
		for k := len(stack) - 1; k >= 0; k-- {
			if closing(stack[k].mark, r, before, next) {
				closes = k
				break
			}
		}
		switch {
		case closes >= 0:
			if closes == 0 {
				l := stack[0]
				out = append(out, quoted{Span{l.from, i + n}, Span{l.from + l.size, i}, false})
			}
			stack = stack[:closes]
		case opening(r, before, next):
			if len(stack) > 0 && stack[0].mark == r && r != '«' && !strings.ContainsRune("‘", r) {
				// the same mark again: the one before was never closed
				out = append(out, quoted{Span{stack[0].from, i}, Span{stack[0].from + stack[0].size, i}, true})
				stack = stack[:0]
			}
			stack = append(stack, level{r, i, n})
		}
		before = r
		i += n
	}
	if len(stack) > 0 && stack[0].mark != '‘' {
		l := stack[0]
		out = append(out, quoted{Span{l.from, p.To}, Span{l.from + l.size, p.To}, true})
	}
	for i := range out {
		out[i].inner = trim(text, out[i].inner)
	}
	return out
}

func opening(r, before, next rune) bool {
	switch r {
	case '«', '„':
		return true
	case '“', '"', '‘':
		return !unicode.IsLetter(before) && !unicode.IsDigit(before) && !unicode.IsSpace(next) && next != '.' && next != ','
	default:
		return false
	}
}

func closing(open, r, before, next rune) bool {
	ends := !unicode.IsSpace(before) && !unicode.IsLetter(next) && !unicode.IsDigit(next)
	switch open {
	case '«':
		return r == '»'
	case '„':
		return r == '“' || r == '”' || r == '"' && ends
	case '“':
		return r == '”' || r == '“' && ends
	case '"':
		return r == '"' && (ends || !unicode.IsSpace(before))
	case '‘':
		return r == '’' && ends
	default:
		return false
	}
}

// trim leaves out blanks at both ends.
func trim(text string, s Span) Span {
	s.From += len(s.Of(text)) - len(strings.TrimLeftFunc(s.Of(text), unicode.IsSpace))
	s.To -= len(s.Of(text)) - len(strings.TrimRightFunc(s.Of(text), unicode.IsSpace))
	if s.To < s.From {
		s.To = s.From
	}
	return s
}

// items are the words and marks of a paragraph, each quotation as one item;
// where the author breaks into a quotation without closing it, as two with the
// author's words between.
func (l *lexicon) items(text string, p Span) []item {
	flat := l.tokenise(text, p)
	qs := quotations(text, p)
	if len(flat) > 2 && len(qs) == 0 && l.Insertion == "dash" {
		if r, _ := utf8.DecodeRuneInString(flat[0].text); flat[0].kind == mark && dash(r) {
			spoken := quoted{Span{flat[0].From, p.To}, trim(text, Span{flat[0].To, p.To}), false}
			if parts := l.split(text, flat[1:], spoken); len(parts) > 1 {
				return parts
			}
		}
	}
	var out []item
	for len(flat) > 0 {
		t := flat[0]
		if len(qs) == 0 || t.From < qs[0].outer.From {
			out = append(out, t)
			flat = flat[1:]
			continue
		}
		q := qs[0]
		qs = qs[1:]
		n := 0
		for n < len(flat) && flat[n].From < q.outer.To {
			n++
		}
		var within []item
		for _, t := range flat[:n] {
			if t.From >= q.inner.From && t.To <= q.inner.To {
				within = append(within, t)
			}
		}
		flat = flat[n:]
		if !q.inner.empty() {
			out = append(out, l.split(text, within, q)...)
		}
	}
	return out
}

// split makes items of a quotation: one, or where the author breaks in, the
// parts and the author's words.
func (l *lexicon) split(text string, within []item, q quoted) []item {
	whole := item{Span: q.outer, kind: quotation, text: q.outer.Of(text), inner: q.inner, open: q.open}
	from, to := l.insertion(within)
	if to == 0 || trim(text, Span{q.inner.From, within[from].From}).empty() {
		return []item{whole}
	}
	one := whole
	one.inner = trim(text, Span{q.inner.From, within[from].From})
	one.Span = one.inner
	out := append([]item{one}, within[from+1:to]...)
	if to < len(within) {
		rest := trim(text, Span{within[to].From, q.inner.To})
		if within[to].kind == mark {
			rest = trim(text, Span{within[to].To, q.inner.To})
		}
		if !rest.empty() {
			var after []item
			for _, t := range within[to:] {
				if t.From >= rest.From {
					after = append(after, t)
				}
			}
			out = append(out, l.split(text, after, quoted{rest, rest, q.open})...)
		}
	}
	return out
}

// insertion finds the author's words in a quotation: within[from] is the mark
// before them, within[to] is where the quotation goes on. (0, 0): none.
func (l *lexicon) insertion(within []item) (from, to int) {
	for i := 1; i+1 < len(within); i++ {
		t := within[i]
		r, _ := utf8.DecodeRuneInString(t.text)
		switch {
		case t.kind != mark:
		case l.Insertion == "dash" && dash(r):
			if !within[i-1].is(",") && !within[i-1].is("!") && !within[i-1].is("?") && !within[i-1].is("…") && !within[i-1].is(".") || within[i+1].upper() {
				continue
			}
			if _, ok := l.verbWithin(within, i+1, 3); !ok && l.tells(within, i+1) == nil {
				continue
			}
			for k := i + 2; k < len(within); k++ {
				r, _ := utf8.DecodeRuneInString(within[k].text)
				if within[k].kind == mark && dash(r) && within[k-1].kind == mark {
					return i, k
				}
			}
			return i, len(within)
		case l.Insertion == "comma" && (t.is(",") || t.is("!") || t.is("?")):
			if end := l.commaInsertion(within, i); end > 0 {
				return i, end
			}
		}
	}
	return 0, 0
}

// commaInsertion is for ", a déclaré le ministre." and ", dit-il,".
func (l *lexicon) commaInsertion(within []item, i int) int {
	k := i + 1
	needed, pronoun := false, false
	for ; k < len(within) && k < i+6; k++ {
		low := within[k].low
		if _, ok := l.Pronouns[low]; ok && strings.HasPrefix(low, "-") {
			pronoun = true
			continue
		}
		if l.verb(within, k) != nil {
			break
		}
		if !l.auxiliary[low] {
			return 0
		}
		needed = true
	}
	v := l.verb(within, min(k, len(within)-1))
	if k >= len(within) || v == nil {
		return 0
	}
	k += len(v.words)
	for k+1 < len(within) && within[k].kind == word && l.auxiliary[within[k].low] && !strings.HasPrefix(within[k].low, "-") && !l.determiner[within[k].low] || k+2 < len(within) && l.determiner[within[k].low] && within[k+1].kind == word && l.auxiliary[within[k+1].low] {
		k++ // de son côté
	}
	if k < len(within) {
		if _, ok := l.Pronouns[within[k].low]; ok && strings.HasPrefix(within[k].low, "-") {
			pronoun = true
		}
	}
	if !pronoun && !needed && (k >= len(within) || !l.determiner[within[k].low] && !within[k].upper()) {
		return 0
	}
	stop := -1
	for e := k; e < len(within); e++ {
		if within[e].is(".") {
			if stop < 0 || !pronoun {
				return e
			}
			break
		}
		if within[e].is(",") && stop < 0 {
			stop = e
			if pronoun {
				return e
			}
		}
	}
	if stop < 0 {
		return len(within)
	}
	return stop
}

// tells reports whether a word in the past tense begins here that stands where
// a verb of saying would: behind a quotation and a dash somebody smiles, too.
func (l *lexicon) tells(items []item, at int) *phrase {
	if p := l.verb(items, at); p != nil {
		return p
	}
	if at >= len(items) || l.Past == nil || items[at].kind != word || items[at].upper() || l.function[items[at].low] {
		return nil
	}
	for _, ends := range l.Past {
		if hasAnyEnd(items[at].low, ends) && len([]rune(items[at].low)) > 4 {
			return &phrase{words: []string{items[at].low}, class: say}
		}
	}
	return nil
}

// verbWithin finds a verb of saying that begins at one of the next n items.
func (l *lexicon) verbWithin(items []item, at, n int) (int, bool) {
	for k := at; k < len(items) && k < at+n; k++ {
		if l.verb(items, k) != nil {
			return k, true
		}
	}
	return 0, false
}

// verb is the verb of saying that begins at this item, or nil.
func (l *lexicon) verb(items []item, at int) *phrase {
	if at >= len(items) || items[at].kind != word {
		return nil
	}
next:
	for i, p := range l.phrases[items[at].low] {
		for k, w := range p.words {
			if at+k >= len(items) || items[at+k].low != w {
				continue next
			}
		}
		return &l.phrases[items[at].low][i]
	}
	return nil
}
