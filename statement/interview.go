package statement

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// turn is a paragraph of a printed interview: a question, or an answer.
type turn struct {
	paragraph int
	label     string // before the colon, in small letters
	body      Span
	dash      bool
	answer    bool
	goesOn    bool // with the answer before
	who       *entity
	as        string
	sure      float64
	done      bool
}

// interview finds the questions and answers of a printed interview: behind
// names or words such as Q and a colon, behind dashes, or as paragraphs that are
// all a question. It gives them by paragraph.
func (x *reading) interview() map[int]*turn {
	turns := map[int]*turn{}
	labelled, dashes, asked := 0, 0, 0
	for i, p := range x.paragraphs {
		t := x.turnAt(i, p)
		if t == nil {
			continue
		}
		turns[i] = t
		switch {
		case t.label != "":
			labelled++
		case t.dash:
			dashes++
		default:
			asked++
		}
	}
	if labelled < 2 {
		maps.DeleteFunc(turns, func(_ int, t *turn) bool {
			return t.label != "" && !slices.Contains(x.lex.Asks, t.label) && !slices.Contains(x.lex.Answers, t.label)
		})
	}
	guest := x.guest(turns)
	x.cast(turns, guest)
	x.follow(turns, guest, asked > 1)
	maps.DeleteFunc(turns, func(_ int, t *turn) bool { return t.answer && t.who == nil })
	return turns
}

// turnAt is the turn that a paragraph looks like, or nil.
func (x *reading) turnAt(i int, p Span) *turn {
	text := p.Of(x.text)
	r, n := utf8.DecodeRuneInString(text)
	if label, at := labelOf(text); at > 0 && !slices.ContainsFunc(strings.Fields(x.lex.lower(label)), func(w string) bool { return len(x.lex.phrases[w]) > 0 && !slices.Contains(x.lex.Answers, w) }) {
		return &turn{paragraph: i, label: x.lex.lower(label), as: label, body: trim(x.text, Span{p.From + at, p.To})}
	}
	if dash(r) && len(text) > n {
		for _, s := range x.within(i) {
			if slices.ContainsFunc(s.items, func(t item) bool { return t.kind == quotation && t.Span == t.inner }) {
				return nil // the author breaks in
			}
		}
		return &turn{paragraph: i, dash: true, body: trim(x.text, Span{p.From + n, p.To})}
	}
	if unicode.IsUpper(r) && strings.HasSuffix(text, "?") && len(strings.Fields(text)) <= 60 {
		return &turn{paragraph: i, body: p}
	}
	return nil
}

// labelOf is the name before a colon with which a paragraph begins, of at most
// five words, and where the words behind it begin.
func labelOf(text string) (label string, at int) {
	head := text[:min(len(text), 80)]
	for _, d := range []string{". – ", ". — ", ".\u00a0– ", ".\u00a0— "} {
		if name, _, ok := strings.Cut(head, d); ok && properly(name) {
			return name, len(name) + len(d)
		}
	}
	colon := strings.IndexByte(head, ':')
	if colon <= 0 || colon+1 >= len(text) || !strings.HasPrefix(text[colon+1:], " ") && !strings.HasPrefix(text[colon+1:], "\u00a0") {
		return "", 0
	}
	if label = strings.TrimSpace(text[:colon]); !properly(label) {
		return "", 0
	}
	return label, colon + 1
}

// properly reports whether words can be a name or title: one to five, the first
// with a capital, of letters alone.
func properly(label string) bool {
	r, _ := utf8.DecodeRuneInString(label)
	return unicode.IsUpper(r) && len(strings.Fields(label)) <= 5 &&
		!strings.ContainsFunc(label, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) && !strings.ContainsRune(" .'’-ʼ\u00a0", r)
		})
}

// question reports whether a turn's words end with a question mark.
func (x *reading) question(t *turn) bool {
	return strings.HasSuffix(strings.TrimRight(t.body.Of(x.text), "»”\"’ )"), "?")
}

// cast says who speaks in the turns with a label: whoever mostly asks is no
// speaker, nor is a name that is no person's beside one that is.
func (x *reading) cast(turns map[int]*turn, guest *entity) {
	type part struct {
		turns, questions int
		who              *entity
		asks, answers    bool
	}
	parts := map[string]*part{}
	key := func(t *turn) string {
		if e := x.called(t.label); e != nil {
			return e.name
		}
		return t.label
	}
	people := false
	for _, t := range turns {
		if t.label == "" {
			continue
		}
		y := parts[key(t)]
		if y == nil {
			y = &part{who: x.called(t.label), asks: slices.Contains(x.lex.Asks, strings.TrimRight(t.label, ".")), answers: slices.Contains(x.lex.Answers, strings.TrimRight(t.label, "."))}
			parts[key(t)] = y
		}
		y.turns++
		if x.question(t) {
			y.questions++
		}
	}
	for _, y := range parts {
		y.asks = y.asks || !y.answers && 2*y.questions > y.turns
		people = people || y.who != nil && !y.asks
	}
	for _, i := range slices.Sorted(maps.Keys(turns)) {
		t := turns[i]
		if t.label == "" {
			continue
		}
		y := parts[key(t)]
		switch {
		case y.asks:
		case y.answers:
			t.answer, t.who, t.sure = true, guest, 0.85
		case y.who != nil:
			t.answer, t.who, t.sure = true, y.who, 0.95
		case !people && guest == nil:
			t.answer, t.who, t.sure = true, &entity{name: t.as}, 0.8
			parts[key(t)].who = t.who
		}
	}
}

// called is the person whom a label names: by name, surname or initials.
func (x *reading) called(label string) *entity {
	words := strings.FieldsFunc(label, func(r rune) bool { return unicode.IsSpace(r) || r == '.' })
	if len(words) == 0 {
		return nil
	}
	for _, e := range x.entities {
		n := len(e.tokens)
		if n < 2 || e.organisation() {
			continue
		}
		if x.same(words[len(words)-1], e.tokens[n-1]) && (len(words) == 1 || x.begun(words[0], e.tokens[0]) || len(e.groups) > 0) {
			return e
		}
		if len(words) > 1 && len(words) == n && !slices.ContainsFunc(words, func(w string) bool { return utf8.RuneCountInString(w) > 1 }) && x.begun(words[0], e.tokens[0]) && x.begun(words[n-1], e.tokens[n-1]) {
			return e
		}
		if len(words) == 1 && utf8.RuneCountInString(words[0]) == n && n < 4 {
			initials := ""
			for _, t := range e.tokens {
				r, _ := utf8.DecodeRuneInString(t)
				initials += string(r)
			}
			if initials == words[0] {
				return e
			}
		}
	}
	return nil
}

// begun reports whether a word is a name, or the letters that it begins with.
func (x *reading) begun(w, name string) bool {
	return strings.HasPrefix(name, w) || x.same(w, name)
}

// guest is who answers where nobody says so: of those whom a label names, else
// of those named before the first turn, whom it names most.
func (x *reading) guest(turns map[int]*turn) *entity {
	first := len(x.paragraphs)
	for i, t := range turns {
		if t.label != "" || t.dash || x.question(t) {
			first = min(first, i)
		}
	}
	count := map[*entity]int{}
	var best *entity
	note := func(e *entity, weight int) {
		count[e] += weight
		if best == nil || count[e] > count[best] {
			best = e
		}
	}
	for _, i := range slices.Sorted(maps.Keys(turns)) {
		if t := turns[i]; t.label != "" && !x.question(t) {
			if e := x.called(t.label); e != nil {
				note(e, 10)
			}
		}
	}
	for _, s := range x.sentences {
		if s.paragraph >= first {
			break
		}
		if len(s.items) > 0 && slices.Contains(x.lex.Bylines, s.items[0].low) {
			continue
		}
		for k := range s.mentions {
			if e := s.mentions[k].who; e != nil && len(e.tokens) > 1 && !e.organisation() {
				note(e, 1)
				if s.paragraph == first-1 {
					note(e, 2) // who is met right before
				}
			}
		}
	}
	return best
}

// follow says which of the turns without a label answer, and which paragraphs
// go on with an answer: those before a further question.
func (x *reading) follow(turns map[int]*turn, guest *entity, plain bool) {
	for _, i := range slices.Sorted(maps.Keys(turns)) {
		t := turns[i]
		if t.label != "" || !t.dash {
			continue
		}
		before := turns[i-1]
		if before != nil && !before.answer && x.question(before) && guest != nil {
			t.answer, t.who, t.sure = true, guest, 0.8
		} else if !x.question(t) && !(before != nil && before.answer) {
			delete(turns, i)
		}
	}
	for i := range x.paragraphs {
		before, t := turns[i-1], turns[i]
		if before == nil || t != nil {
			continue
		}
		bare := before.label == "" && !before.dash
		next := false
		for k := i + 1; k < len(x.paragraphs) && k <= i+5; k++ {
			next = next || turns[k] != nil && !turns[k].answer
		}
		switch {
		case !before.answer && x.question(before) && bare && plain && guest != nil && !x.told(i, guest):
			turns[i] = &turn{paragraph: i, body: x.paragraphs[i], answer: true, who: guest, sure: 0.7}
		case before.answer && next && !x.told(i, before.who):
			turns[i] = &turn{paragraph: i, body: x.paragraphs[i], answer: true, goesOn: true, who: before.who, sure: before.sure}
		}
	}
	for i, t := range turns {
		if t.label == "" && !t.dash && !t.answer && (turns[i+1] == nil || !turns[i+1].answer) {
			delete(turns, i) // a question to nobody
		}
	}
}

// told reports whether a paragraph is the author's: it names the speaker, or
// has a quotation with a verb of saying.
func (x *reading) told(i int, who *entity) bool {
	for _, s := range x.within(i) {
		for k := range s.mentions {
			if s.mentions[k].who == who {
				return true
			}
		}
		quote := slices.ContainsFunc(s.items, func(t item) bool { return t.kind == quotation })
		for k := range s.items {
			if quote && x.lex.verb(s.items, k) != nil {
				return true
			}
		}
	}
	return false
}

// within is the sentences of a paragraph.
func (x *reading) within(paragraph int) []*sentence {
	by := func(s *sentence, p int) int { return s.paragraph - p }
	from, _ := slices.BinarySearchFunc(x.sentences, paragraph, by)
	to, _ := slices.BinarySearchFunc(x.sentences, paragraph+1, by)
	return x.sentences[from:to]
}

// turn adds an answer, once.
func (x *reading) turn(t *turn) {
	if t.done || !t.answer || t.body.empty() {
		return
	}
	t.done = true
	s := x.sentences[x.at]
	p := x.paragraphs[t.paragraph]
	body := t.body
	if qs := quotations(x.text, body); len(qs) == 1 && qs[0].outer == body && !qs[0].inner.empty() {
		body = qs[0].inner
	}
	last := x.at
	for last+1 < len(x.sentences) && x.sentences[last+1].paragraph == s.paragraph {
		last++
	}
	if n := len(x.found); t.goesOn && n > 0 && x.found[n-1].who == t.who {
		f := x.found[n-1]
		f.parts = append(f.parts, body)
		f.sentence.To, f.last = p.To, last
		return
	}
	x.add(&found{who: t.who, as: t.as, kind: Direct, parts: []Span{body}, sentence: p, last: last, sure: t.sure, class: say, reasons: []string{"an answer in an interview"}})
}

// heading reports whether a paragraph is a heading, whose words are nobody's
// statement: short and without a mark at its end, where the others have one.
func (x *reading) heading(i int) bool {
	p := x.paragraphs[i].Of(x.text)
	if at := strings.LastIndexAny(p, "—–"); at > 0 && ends(p[:at]) {
		return false // a quotation with a name below it
	}
	return !ends(p) && len(strings.Fields(p)) <= 18 && x.closed >= 3 && 2*x.closed >= len(x.paragraphs)-1
}

// ends reports whether a paragraph ends as a sentence does.
func ends(p string) bool {
	p = strings.TrimRightFunc(p, unicode.IsSpace)
	r, _ := utf8.DecodeLastRuneInString(p)
	return strings.ContainsRune(".!?…:;»”\"’“)", r)
}
