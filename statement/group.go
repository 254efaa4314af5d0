package statement

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// group is a noun group while it is read: modifiers, offices, their
// complements, a name.
type group struct {
	x         *reading
	s         *sentence
	at, start int
	office    int // the item behind the office's words; 0: no office
	name      []item
	groups    []int
	house     bool
	comp      bool // a complement has begun: head of …
	lowers    int
	oblique   bool
	skip      int  // where the mention really begins
	whose     bool // begins with the name of whose it is
}

func (g *group) scan() bool {
	x, l := g.x, g.x.lex
	items := g.s.items
	for g.at < len(items) && (items[g.at].kind == word || g.title()) {
		t := &items[g.at]
		if t.kind == quotation {
			g.at++
			g.office = g.at
			continue
		}
		isHead := x.head(t) && !(l.Inflected && !t.upper() && l.verb(items, g.at) != nil)
		if !isHead && x.lex.verb(items, g.at) != nil && !x.capital(g.s, g.at) && !(g.comp && l.complement[items[g.at-1].low]) {
			break
		}
		switch {
		case isHead && g.house && len(g.name) == 0 && len(l.Adjective) > 0 && x.governedAt(g.s, g.start) && (l.roles[t.low] != 0 || hasAnyEnd(t.low, l.FeminineEnd)):
			return g.done() // in a letter to parliament the minister
		case isHead && len(g.name) > 0 && g.office == 0 && len(l.Adjective) > 0 && !hasAnyEnd(items[g.at-1].low, l.Adjective) && !items[g.at-1].acronym():
			return g.done() // in Brussels the president
		case isHead:
			if l.VerbFinal && len(g.name) > 0 && g.office > 0 && !t.upper() {
				return g.done() // Bakan Okafor gazetecilere
			}
			if len(g.name) > 0 && g.office > 0 && !l.VerbFinal && !g.comp {
				// an office behind a name with an office: Secretary Rubio's office
				if items[g.at-1].suffix == "" && (!l.Inflected || len(g.name) > 1) {
					return g.done()
				}
			}
			if r := l.role(t.stem); r != 0 {
				if !(g.comp && l.Language != "tr") && !(len(l.Adjective) > 0 && len(g.groups) > 0 && l.roles[t.low] == 0) { // not the deputy of the minister's
					g.groups = append(g.groups, r)
					g.house = false
				}
			} else if len(g.groups) == 0 || items[g.at-1].suffix != "" || !g.comp && l.Language == "en" || l.VerbFinal {
				g.house = true
			}
			g.name = nil
			g.at++
			if g.at+1 < len(items) && l.abbreviation[t.low] && items[g.at].is(".") && items[g.at].From == t.To && items[g.at+1].upper() {
				g.at++ // M. Dupont
			}
			g.office = g.at
			if l.VerbFinal && !t.upper() && l.inDative(t.low) {
				g.oblique = true
				return g.done()
			}
			if l.VerbFinal && (t.suffix != "" || !t.upper() && hasAnyEnd(t.low, l.Cases) && !x.headAhead(g.s, g.at, 3)) {
				g.oblique = true
				return g.done()
			}
			g.lowers = 0
		case l.VerbFinal && l.abbreviation[t.low] && t.upper() && g.at+2 < len(items) && items[g.at+1].is(".") && items[g.at+2].upper():
			g.at += 2 // Dr. Ayten Sel
		case x.capital(g.s, g.at):
			g.name = append(g.name, *t)
			g.at++
			if l.VerbFinal && len(g.name) > 0 && slices.Contains(l.Genitive, t.suffix) && g.at < len(items) && x.head(&items[g.at]) && l.verb(items, g.at) == nil {
				g.whose = true
				continue
			}
			if t.suffix != "" && (l.VerbFinal || !x.headAhead(g.s, g.at, 4)) {
				g.oblique = true
				return g.done()
			}
		case len(g.name) > 0 && slices.Contains(l.Particles, t.low) && g.at+1 < len(items) && items[g.at+1].upper() && !(l.complement[t.low] && g.office > 0):
			g.name = append(g.name, *t)
			g.at++
		case l.Language == "en" && t.low == "of" && g.office == 0 && len(g.name) > 1 && g.at+1 < len(items) && items[g.at+1].upper():
			g.name = append(g.name, *t) // Red Cross of Arvenia
			g.at++
		case l.complement[t.low] && g.office > 0 && (len(g.name) == 0 || g.comp) && g.at+1 < len(items) && items[g.at+1].kind == word && !g.pastComplement():
			g.toOffice()
			g.comp = true
			g.lowers = 0
			g.at++
			for g.at < len(items) && l.determiner[items[g.at].low] {
				g.at++
			}
			g.office = g.at
		case g.small(t):
			g.at++
		default:
			return g.done()
		}
	}
	return g.done()
}

// pastComplement reports whether "à" or "pour" here begins something else.
func (g *group) pastComplement() bool {
	low := g.s.items[g.at].low
	next := &g.s.items[g.at+1]
	return (low == "à" || low == "au" || low == "aux" || low == "pour" || low == "for") && g.comp && next.upper()
}

// toOffice makes what looked like a name part of the office: Foreign Minister.
func (g *group) toOffice() {
	g.name = nil
	g.office = g.at
}

// small says whether a word in small letters belongs to the group, and takes
// it.
func (g *group) small(t *item) bool {
	x, l := g.x, g.x.lex
	if l.grammatical(t.low) {
		if l.VerbFinal && t.low == "bir" && g.office == 0 {
			return x.headAhead(g.s, g.at+1, 2)
		}
		return false
	}
	if _, ok := l.Pronouns[t.low]; ok {
		return false
	}
	if g.office == 0 && len(g.name) == 0 && g.titled() {
		g.office = g.at + 1
		g.groups = append(g.groups, -1)
		return true
	}
	if g.office == 0 && len(l.Adjective) > 0 && !hasAnyEnd(t.low, l.Adjective) {
		return false
	}
	if g.office == 0 { // before the office: joint monitoring mission
		reach := 4
		if l.Language != "en" {
			reach = 3
		}
		return len(g.name) == 0 && x.headAhead(g.s, g.at+1, reach) || len(g.name) > 0 && x.headAhead(g.s, g.at+1, 3)
	}
	if len(g.name) > 0 && !g.comp {
		return x.headAhead(g.s, g.at+1, 1) && l.VerbFinal
	}
	switch {
	case l.VerbFinal:
		if x.headAhead(g.s, g.at+1, 2) {
			return true
		}
		return false
	case l.Language == "en":
		if g.comp && g.lowers < 4 && len(g.name) == 0 {
			g.lowers++
			g.office = g.at + 1
			return true
		}
		return x.headAhead(g.s, g.at+1, 2) && !strings.HasSuffix(t.low, "ed")
	default: // adjectives and genitives follow
		if len(g.name) > 0 {
			if l.Language != "fr" || !g.comp || !endsComplement(g, l) {
				return false
			}
			g.toOffice() // Affaires étrangères
		}
		if g.lowers < 3 && !hasAnyEnd(t.low, l.PluralVerb) {
			g.lowers++
			g.office = g.at + 1
			return true
		}
		return false
	}
}

// titled reports whether a noun that the lists do not have stands between an
// article and a name of two words: the fishmonger Tom Hill.
func (g *group) titled() bool {
	x, items := g.x, g.s.items
	return g.at > 0 && x.lex.determiner[items[g.at-1].low] && g.at+2 < len(items) && items[g.at+1].upper() && items[g.at+2].upper() &&
		x.capital(g.s, g.at+1) && x.capital(g.s, g.at+2) && x.lex.verb(items, g.at) == nil && !items[g.at+1].acronym() && x.lex.role(items[g.at+1].stem) == 0 && !x.lex.institution(items[g.at+1].stem)
}

// done settles what of the capital words is the name.
func (g *group) done() bool {
	l := g.x.lex
	if g.office == 0 && len(g.name) == 0 {
		return false
	}
	if g.office == 0 {
		for len(g.name) > 2 && g.name[0].acronym() { // UN Lucia Ferreira, behind a word that we don't know
			g.name = g.name[1:]
		}
		return true
	}
	keep := len(g.name)
	switch {
	case l.Language == "uk" || l.Language == "ru":
		for len(g.name) > 0 && g.name[0].acronym() {
			g.name = g.name[1:]
		}
		if len(g.name) > 0 && g.office > 0 && hasAnyEnd(g.name[0].low, []string{"ого", "его", "ой", "ої", "их", "ых"}) && !(len(g.name) > 1 && strings.HasSuffix(g.name[0].low, "ой") && strings.HasSuffix(g.name[1].low, "ой")) {
			g.name = nil // mayor of Tyha Dolyna
			g.office = g.at
		}
		keep = len(g.name)
		if keep > 2 && !hasAnyEnd(g.name[keep-2].low, l.Patronymic) && !slices.Contains(l.Particles, g.name[keep-2].low) {
			keep = 2
			if first := g.name[len(g.name)-3].low; !hasAnyEnd(first, []string{"а", "я", "и", "і", "ї", "у", "ю", "ы", "й"}) {
				keep = 3 // no country in the genitive
			}
		}
	case l.VerbFinal && keep > 2 && hasAnyEnd(g.name[keep-3].low, []string{"sı", "si", "su", "sü", "ı", "i", "u", "ü"}) && g.name[keep-3].suffix == "":
		keep = 2 // an office that the lists do not have, before a name
	case g.comp && keep > 2:
		keep = 2
	case g.comp && keep > 0 && l.Language != "tr":
		// Secretary of State Rubio, minister of Arvenia: a name only where it
		// stands behind more of the complement
		if keep == 1 || g.name[0].From == g.s.items[g.office].From && g.office == g.at-keep && endsComplement(g, l) {
			keep = 0
		}
	}
	if len(g.name) > 0 {
		g.office = g.at - keep
		g.name = g.name[len(g.name)-keep:]
	}
	if g.house && len(g.groups) == 0 && len(g.name) == 2 && l.Inflected && !l.VerbFinal && g.start > 0 && !g.s.items[g.start].upper() && g.afterNoun() {
		g.skip = g.at - 2 // a craftsman of the commission, Vera Koval
		g.office = 0
		g.house = false
		return true
	}
	if g.house && len(g.name) > 0 && len(g.groups) == 0 { // the foreign ministry of Arvenia, Croix-Rouge
		g.name = nil
		g.office = g.at
	}
	return true
}

// endsComplement reports whether the capital words follow the preposition at
// once, so that they are of the complement: ministry of Foreign Affairs.
func endsComplement(g *group, l *lexicon) bool {
	k := g.at - len(g.name) - 1
	if k < 0 {
		return true
	}
	low := g.s.items[k].low
	return l.complement[low] || l.determiner[low]
}

func hasAnyEnd(s string, ends []string) bool {
	return slices.ContainsFunc(ends, func(e string) bool { return strings.HasSuffix(s, e) })
}

// inDative reports whether a word is one of the lists with a dative's ending.
func (l *lexicon) inDative(low string) bool {
	return !l.houses[low] && l.roles[low] == 0 && slices.ContainsFunc([]string{"e", "a", "ye", "ya"}, func(end string) bool {
		stem, ok := strings.CutSuffix(low, end)
		return ok && (l.houses[stem] || l.roles[stem] != 0)
	})
}

// afterNoun reports whether a noun that the lists do not have stands before the
// group, at the sentence's beginning or behind a mark.
func (g *group) afterNoun() bool {
	l, items := g.x.lex, g.s.items
	k := g.start - 1
	t := &items[k]
	return t.kind == word && !l.grammatical(t.low) && l.verb(items, k) == nil && (k == 0 || items[k-1].kind != word) && g.x.lex.role(t.low) == 0
}

// title reports whether an institution's name in quotation marks stands here,
// right behind its noun: the newspaper “Courier”.
func (g *group) title() bool {
	t := &g.s.items[g.at]
	if t.kind != quotation || g.x.lex.VerbFinal || g.office != g.at || g.at == 0 || !g.x.lex.institution(g.s.items[g.at-1].stem) {
		return false
	}
	in := t.inner.Of(g.x.text)
	r, _ := utf8.DecodeRuneInString(in)
	return unicode.IsUpper(r) && len(strings.Fields(in)) <= 3 && !strings.ContainsAny(in, ".!?…,")
}
