package statement

import (
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/truce-monitor/truce/agreement"
)

// Match fills in what the agreement's own names say of the proposals: the
// party that speaker or office is of, and the issues whose words the statement
// has. Nothing else is known of any party.
func (r *Reader) Match(a *Article, terms *agreement.Agreement) {
	l := r.lexica[a.Language]
	if l == nil || terms == nil {
		return
	}
	names := namesOf(terms)
	issues := l.issuesOf(terms)
	for i := range a.Proposals {
		p := &a.Proposals[i]
		party, reason := l.party(terms, names, p)
		if party != "" {
			p.Party = party
			p.Reasons = append(p.Reasons, reason)
		}
		p.Issues = l.about(issues, p)
	}
}

// partyName is one name of a party.
type partyName struct {
	party string
	words []string
}

// namesOf lists all names that the agreement gives its parties, the longest
// first.
func namesOf(terms *agreement.Agreement) []partyName {
	var out []partyName
	for i := range terms.Parties {
		p := &terms.Parties[i]
		names := slices.Concat([]string{}, p.Actors)
		for _, lang := range slices.Sorted(maps.Keys(p.Name)) {
			names = append(names, p.Name[lang])
		}
		for _, n := range names {
			n = strings.TrimPrefix(n, "The ")
			if w := strings.FieldsFunc(n, separates); len(w) > 0 && !strings.Contains(n, "(") {
				out = append(out, partyName{p.ID, w})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b partyName) int { return len(b.words) - len(a.words) })
	return out
}

func separates(c rune) bool {
	return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '-' && c != '\'' && c != '’'
}

// party finds whose speaker this is: a speaker whom the agreement's positions
// know; a name of a party in the speaker's name or office; a word that begins
// like such a name (the adjective of a country).
func (l *lexicon) party(terms *agreement.Agreement, names []partyName, p *Proposal) (party, reason string) {
	speaker := strings.FieldsFunc(p.Speaker, separates)
	for _, n := range names {
		if contains(speaker, n.words, l.Inflected) {
			return n.party, "“" + strings.Join(n.words, " ") + "” is a name of the party"
		}
	}
	for i := range terms.Positions {
		known := strings.FieldsFunc(terms.Positions[i].Speaker, separates)
		if len(speaker) > 1 && len(known) > 1 && contains(known, speaker, false) {
			return terms.Positions[i].Party, "the agreement has a position of this speaker"
		}
	}
	for _, text := range append([]string{p.As}, p.offices...) {
		words := strings.FieldsFunc(text, separates)
		for _, n := range names {
			if contains(words, n.words, l.Inflected) {
				return n.party, "“" + strings.Join(n.words, " ") + "” is a name of the party"
			}
		}
	}
	for _, text := range append([]string{p.Speaker, p.As}, p.offices...) {
		for _, w := range strings.FieldsFunc(text, separates) {
			for _, n := range names {
				if len(n.words) == 1 && adjective(l.lower(w), l.lower(n.words[0])) {
					return n.party, "“" + w + "” is like “" + n.words[0] + "”, a name of the party"
				}
			}
		}
	}
	return "", ""
}

// contains reports whether words holds name in a row. Short names, as US, must
// be written alike.
func contains(words, name []string, inflected bool) bool {
next:
	for i := 0; i+len(name) <= len(words); i++ {
		for k, n := range name {
			w := strings.TrimSuffix(strings.TrimSuffix(words[i+k], "'s"), "’s")
			switch {
			case w == n:
			case len(n) <= 3:
				continue next
			case strings.EqualFold(w, n), inflected && alike(strings.ToLower(w), strings.ToLower(n)):
			default:
				continue next
			}
		}
		return true
	}
	return false
}

// adjective reports whether a word begins like a name of at least four letters,
// but for its last two.
func adjective(w, name string) bool {
	a, b := []rune(w), []rune(name)
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n >= 4 && n >= len(b)-2 && len(a) >= len(b)-1 && len(a) <= len(b)+6
}

// subject is an issue's words with their weights.
type subject struct {
	id     string
	weight map[string]float64
}

// issuesOf weighs the words of every issue: of its title, of the quotes that
// it rests on, of the positions on it. A word that few issues have weighs more.
func (l *lexicon) issuesOf(terms *agreement.Agreement) []subject {
	var out []subject
	has := map[string]int{}
	for i := range terms.Issues {
		x := &terms.Issues[i]
		s := subject{x.ID, map[string]float64{}}
		add := func(text string, weight float64) {
			for _, k := range l.keys(text) {
				s.weight[k.key] = max(s.weight[k.key], weight)
			}
		}
		for _, lang := range slices.Sorted(maps.Keys(x.Title)) {
			add(x.Title[lang], 2)
		}
		for _, w := range x.Why {
			add(w.Quote, 1)
		}
		for k := range terms.Positions {
			if p := &terms.Positions[k]; p.Issue == x.ID {
				for _, lang := range slices.Sorted(maps.Keys(p.Words)) {
					add(p.Words[lang], 1)
				}
			}
		}
		for k := range s.weight {
			has[k]++
		}
		out = append(out, s)
	}
	for _, s := range out {
		for k := range s.weight {
			s.weight[k] *= math.Log(float64(1+len(out)) / float64(has[k]))
		}
	}
	return out
}

// keyed is a word and the beginning by which its forms are compared.
type keyed struct{ key, word string }

// keys are the words of a text that mean something: the first six letters of
// each that is no function word, once.
func (l *lexicon) keys(text string) []keyed {
	var out []keyed
	for _, w := range strings.FieldsFunc(text, separates) {
		low := l.lower(w)
		if l.function[low] || l.common[low] || l.auxiliary[low] || utf8.RuneCountInString(low) < 3 {
			continue
		}
		key := []rune(strings.TrimSuffix(low, "'s"))
		if len(key) > 6 {
			key = key[:6]
		} else if l.Language == "en" && len(key) > 3 && key[len(key)-1] == 's' {
			key = key[:len(key)-1]
		}
		if k := string(key); !slices.ContainsFunc(out, func(x keyed) bool { return x.key == k }) {
			out = append(out, keyed{k, w})
		}
	}
	return out
}

// about lists the issues that a statement may be about: at most three, none
// that is less than half as likely as the first.
func (l *lexicon) about(issues []subject, p *Proposal) []Issue {
	var text strings.Builder
	for _, q := range p.Quote {
		text.WriteString(q.Text + " ")
	}
	words := l.keys(text.String())
	var out []Issue
	for _, s := range issues {
		x := Issue{ID: s.id}
		for _, k := range words {
			if w := s.weight[k.key]; w > 0 {
				x.Weight += w
				x.Words = append(x.Words, k.word)
			}
		}
		x.Weight = math.Round(100*x.Weight/math.Sqrt(float64(1+len(words)))) / 100
		if len(x.Words) > 1 || len(x.Words) == 1 && x.Weight >= 1 {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b Issue) int {
		switch {
		case a.Weight > b.Weight:
			return -1
		case a.Weight < b.Weight:
			return 1
		default:
			return 0
		}
	})
	for i := range out {
		if i == 3 || out[i].Weight < out[0].Weight/2 {
			return out[:i]
		}
	}
	return out
}
