package statement

import (
	"slices"
	"strings"
)

// recent is whom the text was about last and whom the pronoun fits: the
// subject of this sentence so far, else the one last spoken of.
func (x *reading) recent(s *sentence, m *mention, gender string) *entity {
	fits := func(e *entity) bool {
		switch gender {
		case "m":
			return e.gender != "f" && !e.organisation()
		case "f":
			return e.gender != "m" && !e.organisation()
		case "n":
			return !e.person
		default:
			return true
		}
	}
	var loose *entity
	try := func(e *entity) *entity {
		if e == nil || !fits(e) {
			return nil
		}
		if (gender == "m" || gender == "f") && !e.person && len(e.tokens) < 2 {
			if loose == nil {
				loose = e
			}
			return nil
		}
		if gender == "f" && e.gender == "" && x.marksGender() {
			if loose == nil {
				loose = e
			}
			return nil
		}
		return e
	}
	for k := range s.mentions {
		if y := &s.mentions[k]; y.to <= m.from && !y.governed && y.who != nil {
			if e := try(y.who); e != nil {
				return e
			}
		}
	}
	if _, other := x.lex.Demonstratives[s.items[m.from].low]; other {
		if e := x.object(gender); e != nil {
			return e
		}
	}
	for k := len(x.focus) - 1; k >= 0 && k >= len(x.focus)-6; k-- {
		if e := try(x.focus[k]); e != nil && (k == len(x.focus)-1 || gender == "p" || gender == "n") {
			return e
		}
		if e := x.object(gender); k == len(x.focus)-1 && e != nil {
			return e
		}
		if e := try(x.focus[k]); e != nil {
			return e
		}
	}
	return loose
}

// object is whom the sentence before names other than as its subject, where the
// pronoun's gender is known to be theirs.
func (x *reading) object(gender string) *entity {
	if x.at == 0 || gender != "m" && gender != "f" || x.sentences[x.at-1].paragraph != x.sentences[x.at].paragraph {
		return nil
	}
	for _, m := range slices.Backward(x.sentences[x.at-1].mentions) {
		if m.who != nil && (m.who.person || len(m.who.tokens) == 2) && m.who.gender == gender {
			return m.who
		}
	}
	return nil
}

// marksGender reports whether the language's offices and verbs say who is a
// woman, so that a name without such a mark is less likely hers.
func (x *reading) marksGender() bool { return len(x.lex.Feminine) > 0 || x.lex.Past != nil }

// institution finds the institution that the text named in more words before:
// the ministry is the foreign ministry of Arvenia.
func (x *reading) institution(s *sentence, m *mention, text string) *entity {
	if !m.house || m.whose || m.indefinite || len(x.lex.Definite) > 0 && !x.lex.definite[s.items[m.from].low] {
		return nil
	}
	short := strings.Fields(x.lex.lower(text))
	for _, y := range slices.Backward(x.entities) {
		full := strings.Fields(x.lex.lower(y.name))
		if at := slices.IndexFunc(full, func(w string) bool { return x.lex.complement[w] }); at > 0 && len(short) < at+2 {
			full = append(full[:at:at], full[at]) // the commission is not a letter of the commission
		}
		if !y.house || len(full) <= len(short) && y.governed == m.governed {
			continue
		}
		if !slices.ContainsFunc(short, func(w string) bool { return !slices.ContainsFunc(full, func(v string) bool { return x.same(v, w) }) }) {
			if y.governed && !m.governed && len(short) >= len(full) {
				y.name, y.governed = text, false
			}
			return y
		}
	}
	return nil
}

// nameless finds whom the text calls by the same office in more words and never
// names: the spokesman is the spokesman for the council.
func (x *reading) nameless(s *sentence, m *mention, text string) *entity {
	if m.house || m.whose || m.indefinite || len(m.groups) == 0 || len(m.name) > 0 || len(x.lex.Definite) > 0 && !x.lex.definite[s.items[m.from].low] {
		return nil
	}
	for _, y := range slices.Backward(x.entities) {
		if len(y.tokens) == 0 && !y.house && slices.Contains(y.groups, m.groups[0]) && !slices.ContainsFunc(strings.Fields(x.lex.lower(text)), func(w string) bool {
			return !slices.ContainsFunc(strings.Fields(x.lex.lower(y.name)), func(v string) bool { return x.same(v, w) })
		}) {
			return y
		}
	}
	return nil
}

// elsewhere reports whether an office is another one of the same kind: the
// village's chief is not the head of the staff.
func (x *reading) elsewhere(e *entity, m *mention) bool {
	mine := strings.Fields(x.lex.lower(m.office.Of(x.text)))
	if len(mine) < 2 || len(x.lex.Adjective) == 0 {
		return false
	}
	more := false
	for _, o := range e.offices {
		theirs := strings.Fields(x.lex.lower(o))
		more = more || len(theirs) > 1
		for _, w := range theirs {
			if slices.ContainsFunc(mine, func(v string) bool { return x.same(v, w) }) {
				return false
			}
		}
	}
	return more
}
