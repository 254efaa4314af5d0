package statement

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what an item of a sentence is.
type kind byte

const (
	word kind = iota
	number
	mark      // a punctuation mark
	quotation // a whole quotation, which counts as one item
)

// item is a word, a mark or a quotation.
type item struct {
	Span
	kind   kind
	text   string
	low    string // in small letters
	stem   string // low without a possessive or what follows an apostrophe
	suffix string // what follows the apostrophe, where the language puts cases there
	inner  Span   // of a quotation: what stands between its marks
	open   bool   // a quotation that nobody closed
	first  bool   // the first word of its sentence
}

func (t *item) is(m string) bool { return t.kind == mark && t.text == m }

// upper reports whether the word begins with a capital.
func (t *item) upper() bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return t.kind == word && unicode.IsUpper(r)
}

// acronym reports whether all of its letters, two at least, are capitals.
func (t *item) acronym() bool {
	n := 0
	for _, r := range t.text {
		if unicode.IsLetter(r) {
			if !unicode.IsUpper(r) {
				return false
			}
			n++
		}
	}
	return t.kind == word && n > 1
}

func apostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' }

func dash(r rune) bool { return r == '—' || r == '–' || r == '-' || r == '―' }

// tokenise splits a paragraph into words, numbers and marks.
func (l *lexicon) tokenise(text string, p Span) []item {
	var out []item
	for i := p.From; i < p.To; {
		r, n := utf8.DecodeRuneInString(text[i:p.To])
		switch {
		case unicode.IsSpace(r):
			i += n
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			end := wordEnd(text, i, p.To)
			out = append(out, l.words(text, Span{i, end})...)
			i = end
		default:
			out = append(out, item{Span: Span{i, i + n}, kind: mark, text: text[i : i+n], low: text[i : i+n]})
			i += n
		}
	}
	return out
}

// wordEnd goes on over letters, digits and marks, and over an apostrophe,
// hyphen or point that stands between two of them.
func wordEnd(text string, i, to int) int {
	for i < to {
		r, n := utf8.DecodeRuneInString(text[i:to])
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) {
			i += n
			continue
		}
		next, _ := utf8.DecodeRuneInString(text[i+n : to])
		joins := apostrophe(r) || r == '-' || r == '\u2011' || r == '.' && (unicode.IsUpper(next) || unicode.IsDigit(next)) || r == ',' && unicode.IsDigit(next) && digitBefore(text, i)
		if r == '.' && dotted(text, i) {
			return i + n // U.N.
		}
		if !joins || i+n >= to || !unicode.IsLetter(next) && !unicode.IsDigit(next) {
			return i
		}
		if r == '.' && unicode.IsUpper(next) && !capitalBefore(text, i) {
			return i
		}
		i += n
	}
	return i
}

// dotted reports whether a point here is the last of an abbreviation in single
// capitals, as in U.N.
func dotted(text string, i int) bool {
	if i < 3 || text[i-2] != '.' {
		return false
	}
	c := text[i-1]
	return c >= 'A' && c <= 'Z' && text[i-3] >= 'A' && text[i-3] <= 'Z'
}

func digitBefore(text string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return unicode.IsDigit(r)
}

func capitalBefore(text string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return unicode.IsUpper(r)
}

// words makes items of a word: several where an article or a pronoun hangs on
// it (l'accord, a-t-elle).
func (l *lexicon) words(text string, s Span) []item {
	var out []item
	if l.Language == "fr" {
		for {
			cut := strings.IndexFunc(s.Of(text), apostrophe)
			if cut < 0 {
				break
			}
			_, n := utf8.DecodeRuneInString(text[s.From+cut:])
			head := Span{s.From, s.From + cut + n}
			if low := l.lower(head.Of(text)); !l.function[low] && low != "jusqu'" && low != "lorsqu'" && low != "puisqu'" {
				break
			}
			out = append(out, l.word(text, head))
			s.From = head.To
		}
		low := l.lower(s.Of(text))
		for end := range l.Pronouns {
			if strings.HasPrefix(end, "-") && strings.HasSuffix(low, end) && len(low) > len(end) && !strings.HasSuffix(strings.TrimSuffix(low, end), "-t") {
				at := s.To - len(end)
				return append(out, l.word(text, Span{s.From, at}), l.word(text, Span{at, s.To}))
			}
		}
	}
	if s.empty() {
		return out
	}
	return append(out, l.word(text, s))
}

func (l *lexicon) word(text string, s Span) item {
	t := item{Span: s, text: s.Of(text)}
	t.low = l.lower(t.text)
	t.stem = t.low
	if r, _ := utf8.DecodeRuneInString(t.text); unicode.IsDigit(r) {
		t.kind = number
	}
	switch l.Language {
	case "en":
		if head, ok := strings.CutSuffix(t.low, "'s"); ok {
			t.stem, t.suffix = head, "s"
		}
	case "tr":
		if head, tail, ok := strings.Cut(t.low, "'"); ok {
			t.stem, t.suffix = head, tail
		}
	}
	return t
}
