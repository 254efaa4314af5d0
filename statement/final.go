package statement

import (
	"slices"
	"strings"
)

// verbFinal reads a sentence of a language whose verb closes it: what was said
// stands before the verb, in quotation marks or as a clause made a noun.
func (x *reading) verbFinal() {
	s := x.sentences[x.at]
	f := &final{medial: x.medial(s)}
	if f.pointer() || f.credited() {
		return
	}
	before := len(x.found)
	f.lone()
	f.sources()
	f.nouns()
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
	if len(x.found) == before {
		f.medial.colon()
	}
}

// final is the work on one such sentence.
type final struct {
	*medial
	from int // where the next clause can begin
}

// attributive reports whether a verb's form describes the speaker behind it:
// diyen Okafor.
func (f *final) attributive(p *phrase) bool {
	return hasAnyEnd(p.words[len(p.words)-1], f.lex.Attributive)
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
	if w := f.issuer(v, p); w != nil {
		return w
	}
	begin := f.from
	for begin < v && (f.s.items[begin].kind == mark || slices.Contains(f.lex.However, f.s.items[begin].low)) {
		begin++
	}
	for k := begin - 1; k < v && k >= 0; k++ {
		if f.s.items[k].is(";") {
			begin = k + 1
		}
	}
	for k := 0; k < 2 && begin > 0 && begin < v && f.mentionAt(begin) == nil && f.plain(begin); k++ {
		begin++
	}
	if w := f.mentionAt(begin); w != nil && begin > 0 && !w.governed && w.pronoun == "" && w.to <= v && (len(w.name) > 0 || len(w.groups) > 0 || w.house) {
		f.last = nil
		return w
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
	for k := end; k < min(end+3, f.n) && !f.lex.gerund(p.words[len(p.words)-1]); k++ {
		if w := f.mentionAt(k); w != nil && !w.governed {
			return w
		}
	}
	return f.opener()
}

// issuer is whose statement it is in which "it was said": by a verb in the
// passive, behind "in the statement made by" or a name in the ablative.
func (f *final) issuer(v int, p *phrase) *mention {
	if !hasAnyEnd(p.words[len(p.words)-1], f.lex.PassiveEnd) {
		return nil
	}
	for k := range f.s.mentions {
		w := &f.s.mentions[k]
		if w.to >= v {
			break
		}
		last := &f.s.items[w.to-1]
		for e := w.to; e < min(v, w.to+4); e++ {
			low := f.s.items[e].low
			if slices.Contains(f.lex.By, low) || f.lex.frames[low] || hasAnyEnd(last.low, f.lex.Ablative) && e == w.to {
				return w
			}
		}
	}
	return nil
}

// opener is the first word of a sentence that names nobody known, if it has a
// capital and no case: Kızılay.
func (f *final) opener() *mention {
	if f.from > 0 || f.n < 3 || len(f.s.items) == 0 {
		return nil
	}
	t := &f.s.items[0]
	if !t.upper() || t.suffix != "" || f.lex.function[t.low] || f.lex.common[t.low] || f.lex.frames[t.low] || f.lex.verb(f.s.items, 0) != nil || f.commonly[t.low] ||
		f.s.items[1].kind != word && !f.s.items[1].is(",") || hasAnyEnd(t.low, f.lex.NoSubject) {
		return nil
	}
	if len(f.s.items) > 2 && f.plain(1) && hasAnyEnd(f.s.items[1].low, f.lex.Whose) {
		return &mention{from: 0, to: 2, house: true}
	}
	w := mention{from: 0, to: 1, name: f.s.items[:1]}
	f.reading.name(&w)
	return &w
}

// put adds a statement by a mention, or, where the sentence names nobody, by whom
// the text was about last.
func (f *final) put(w *mention, verb Span, p *phrase, kind string, sure float64, reason string, parts ...Span) {
	if w != nil {
		f.medial.put(f.together(w), verb, p, kind, sure, reason, parts...)
		if who := f.found[len(f.found)-1].who; len(who.tokens) == 0 {
			who.name = f.nominative(who.name)
		}
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

// together gives a mention with the one that "and" or "with" joins to it.
func (f *final) together(w *mention) []*mention {
	if w.to+1 < f.n && w.from < w.to && (f.s.items[w.to].low == "ile" || f.s.items[w.to].low == "ve") && len(w.name) > 0 {
		if y := f.mentionAt(w.to + 1); y != nil && !y.governed && len(y.name) > 0 {
			return []*mention{w, y}
		}
	}
	return []*mention{w}
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
	if p.class&(say|object) == 0 {
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
	thing := end < 0
	if thing {
		if p.class&object == 0 || v == 0 || f.s.items[v-1].kind != word {
			return false
		}
		end = v
	}
	w := f.speaker(v, p)
	begin := f.from
	if w != nil && w.to <= end && w.to > begin {
		list := f.together(w)
		begin = list[len(list)-1].to
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
	if thing {
		inner := slices.ContainsFunc(f.s.items[begin:end-1], func(t item) bool { return hasAnyEnd(t.low, f.lex.Nominalised) && len([]rune(t.low)) > 5 })
		if !inner && slices.ContainsFunc(f.lex.Hollow, func(h string) bool { return strings.HasPrefix(f.s.items[end-1].low, h) }) {
			return false
		}
		f.put(w, Span{v, v + len(p.words)}, p, f.kindOf(begin, end), 0.65, "the thing that the verb is about", c)
	} else {
		f.put(w, Span{v, v + len(p.words)}, p, f.kindOf(begin, end), 0.88, "a clause made a noun before the verb", c)
	}
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
		for end > 1 && slices.Contains(f.lex.Agreeing, f.s.items[end-1].low) {
			end--
		}
		w := f.mentionEnding(end)
		if w == nil || w.pronoun != "" {
			continue
		}
		if end == i && !dative(&f.s.items[end-1]) {
			continue
		}
		from := i + 1
		for from < f.n && (f.s.items[from].kind == mark || slices.Contains(f.lex.However, f.s.items[from].low)) {
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

// nominative is a noun without its case, where what is left is one of those
// known.
func (f *final) nominative(name string) string {
	at := strings.LastIndexByte(name, ' ') + 1
	for _, end := range f.lex.Declined {
		short, ok := strings.CutSuffix(name, end)
		if !ok || len(short) <= at {
			continue
		}
		if strings.HasSuffix(short, "ğ") {
			short = strings.TrimSuffix(short, "ğ") + "k"
		}
		if stem := f.lex.lower(short[at:]); f.lex.roles[stem] != 0 || f.lex.generic[stem] || f.lex.houses[stem] || strings.HasSuffix(stem, "ler") || strings.HasSuffix(stem, "lar") {
			return short
		}
	}
	return name
}

// nouns is for a quotation with a noun of saying behind it and whose words they
// are before it: "Tuna'nın “…” sözleri".
func (f *final) nouns() {
	for k := 1; k+1 < f.n; k++ {
		if f.s.items[k].kind != quotation || f.quoted[k] || f.wordsIn(k, k+1) < 3 || !slices.Contains(f.lex.NounsOfSaying, f.s.items[k+1].low) || f.lex.verb(f.s.items, k+1) != nil {
			continue
		}
		if w := f.mentionEnding(k); w != nil {
			f.quoted[k] = true
			f.put(w, Span{k + 1, k + 2}, &phrase{class: say}, Direct, 0.8, "a quotation with a noun of saying", f.s.items[k].inner)
		}
	}
}
