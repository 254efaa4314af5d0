package statement

import (
	"slices"
	"strings"
)

// verbFinal reads a sentence of a language whose verb closes it: what was said
// stands before the verb, in quotation marks or as a clause made a noun.
func (x *reading) verbFinal() {
	s := x.sentences[x.at]
	f := &final{medial{reading: x, s: s, n: len(s.items), quoted: map[int]bool{}}, 0}
	for f.n > 0 && s.items[f.n-1].kind == mark {
		f.n--
	}
	f.lone()
	f.sources()
	for v := 0; v < f.n; v++ {
		p := x.lex.verb(s.items, v)
		if p == nil || f.taken(v) {
			continue
		}
		if !f.quotation(v, p) && !f.colon(v, p) {
			f.clause(v, p)
		}
		v += len(p.words) - 1
		f.from = max(f.from, v+1)
	}
}

// final is the work on one such sentence.
type final struct {
	medial
	from int // where the next clause can begin
}

// attributive reports whether a verb's form describes the speaker behind it:
// diyen Okafor.
func (f *final) attributive(p *phrase) bool {
	return hasAnyEnd(p.words[len(p.words)-1], []string{"en", "an"})
}

// speaker finds who speaks: behind an attributive verb; else the first who is
// named in the sentence, in a subject's case; else, behind the verb.
func (f *final) speaker(v int, p *phrase) *mention {
	end := v + len(p.words)
	if f.attributive(p) {
		if w := f.mentionAt(end); w != nil {
			f.last = w
			return w
		}
	}
	if f.last != nil {
		return f.last
	}
	for k := range f.s.mentions {
		w := &f.s.mentions[k]
		if w.to <= v && !w.governed && !(w.pronoun != "" && w.from > 0) {
			return w
		}
	}
	return f.mentionAt(end)
}

// lastSpeaker stands for whom the text was about where a sentence names nobody.
func (f *final) put(w *mention, verb Span, p *phrase, kind string, sure float64, reason string, parts ...Span) {
	if w != nil {
		f.medial.put([]*mention{w}, verb, p, kind, sure, reason, parts...)
		return
	}
	if len(f.focus) == 0 {
		return
	}
	x := f.reading
	y := &found{who: x.focus[len(x.focus)-1], kind: kind, parts: parts, sentence: f.s.Span, last: x.at, sure: sure, reasons: []string{reason}, class: p.class}
	y.verb = Span{f.s.items[verb.From].From, f.s.items[verb.To-1].To}.Of(x.text)
	y.because(0.7, "nobody is named here, taken for whom the text was about last")
	x.add(y)
}

// quotation is for a quotation before the verb, a few words between.
func (f *final) quotation(v int, p *phrase) bool {
	for k := v - 1; k >= f.from && k >= v-6; k-- {
		t := &f.s.items[k]
		if t.kind == word && f.nominal(k) && k == v-1 {
			return false
		}
		if t.kind == mark && !t.is(",") && !t.is("-") {
			return false
		}
		if t.kind != quotation {
			continue
		}
		if f.quoted[k] {
			return false
		}
		f.quoted[k] = true
		parts := []Span{t.inner}
		for e := k - 1; e >= f.from && f.s.items[e].kind == quotation; e-- {
			parts = append([]Span{f.s.items[e].inner}, parts...)
		}
		if f.wordsIn(k, k+1) < 2 {
			return false
		}
		f.put(f.speaker(v, p), Span{v, v + len(p.words)}, p, Direct, 0.95, "a quotation before the verb", parts...)
		return true
	}
	return false
}

// colon is for a quotation behind the verb and a colon.
func (f *final) colon(v int, p *phrase) bool {
	k := v + len(p.words)
	if k+1 >= len(f.s.items) || !f.s.items[k].is(":") {
		return false
	}
	if f.s.items[k+1].kind == quotation {
		f.quoted[k+1] = true
		f.put(f.speaker(v, p), Span{v, k}, p, Direct, 0.95, "a quotation behind a colon", f.s.items[k+1].inner)
		return true
	}
	return false
}

// nominal reports whether a word is a clause's verb made a noun.
func (f *final) nominal(k int) bool {
	return k >= 0 && f.s.items[k].kind == word && hasAnyEnd(f.s.items[k].low, f.lex.Nominalised) && len([]rune(f.s.items[k].low)) > 5
}

// clause is for a clause made a noun before the verb: …-dığını söyledi.
func (f *final) clause(v int, p *phrase) bool {
	if p.class&say == 0 {
		return false
	}
	end := -1
	for k := v - 1; k >= f.from && k >= v-3; k-- {
		if f.nominal(k) {
			end = k + 1
			break
		}
		if f.s.items[k].kind == mark && !f.s.items[k].is(",") {
			break
		}
	}
	if end < 0 {
		return false
	}
	w := f.speaker(v, p)
	begin := f.from
	if w != nil && w.to <= end && w.to > begin {
		begin = w.to
	}
	for begin < end && (f.s.items[begin].kind == mark || slices.Contains(f.lex.However, f.s.items[begin].low)) {
		begin++
	}
	for k := end - 2; k > begin; k-- {
		if f.lex.frames[f.s.items[k].low] {
			begin = k + 1
			break
		}
	}
	for begin < end && f.s.items[begin].kind == mark {
		begin++
	}
	if f.wordsIn(begin, end) < 2 {
		return false
	}
	c := Span{f.s.items[begin].From, f.s.items[end-1].To}
	f.put(w, Span{v, v + len(p.words)}, p, f.kindOf(begin, end), 0.88, "a clause made a noun before the verb", c)
	f.done = append(f.done, Span{begin, end})
	return true
}

// sources is for "X'e göre …" and "X'in aktardığına göre …".
func (f *final) sources() {
	for i := 1; i < f.n; i++ {
		t := &f.s.items[i]
		if !slices.Contains(f.lex.SourceEnd, t.low) {
			continue
		}
		end := i
		if slices.Contains(f.lex.Agreeing, f.s.items[i-1].low) {
			end = i - 1
		}
		w := f.mentionEnding(end)
		if w == nil || w.pronoun != "" {
			continue
		}
		if end == i && !dative(&f.s.items[end-1]) {
			continue
		}
		from := i + 1
		for from < f.n && f.s.items[from].kind == mark {
			from++
		}
		if f.wordsIn(from, f.n) < 3 {
			continue
		}
		c := Span{f.s.items[from].From, f.s.items[f.n-1].To}
		f.put(w, Span{end, i + 1}, &phrase{class: say}, f.kindOf(from, f.n), 0.9, "said according to somebody", c)
		f.done = append(f.done, Span{from, f.n})
		return
	}
}

// dative reports whether a word is in the case that göre wants.
func dative(t *item) bool {
	if t.suffix != "" {
		return slices.Contains([]string{"e", "a", "ye", "ya", "ne", "na"}, t.suffix)
	}
	return strings.HasSuffix(t.low, "e") || strings.HasSuffix(t.low, "a")
}
