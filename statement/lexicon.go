package statement

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
)

//go:embed data/*.yaml
var data embed.FS

// Languages lists the languages that the reader reads, as BCP 47 tags.
func Languages() []string { return []string{"en", "fr", "uk", "ru", "tr"} }

// lexicon is what a language's data file says; see data/en.yaml.
type lexicon struct {
	Language      string              `yaml:"-"`
	VerbFinal     bool                `yaml:"verb_final"`
	Inflected     bool                `yaml:"inflected"` // nouns and names change at their end
	Clause        bool                `yaml:"clause"`    // a clause may follow the verb without a word between
	Insertion     string              `yaml:"insertion"` // how an author breaks into a quotation without closing it: dash or comma
	Function      []string            `yaml:"function"`
	Common        []string            `yaml:"common"` // words that are no name, whatever their first letter
	Subordinators []string            `yaml:"subordinators"`
	That          []string            `yaml:"that"`
	Verbs         map[string][]string `yaml:"verbs"`
	Auxiliaries   []string            `yaml:"auxiliaries"` // what may stand between speaker and verb
	Need          []string            `yaml:"participles_need"`
	Passive       []string            `yaml:"passive"`
	Sources       []string            `yaml:"sources"`
	Careful       []string            `yaml:"careful"`
	StatementOf   []string            `yaml:"statement_of"`
	As            []string            `yaml:"as"`
	Back          []string            `yaml:"back"`
	Roles         [][]string          `yaml:"roles"` // what stands together means the same office
	Generic       []string            `yaml:"generic"`
	Feminine      []string            `yaml:"feminine"`
	FeminineEnd   []string            `yaml:"feminine_end"`
	Institutions  []string            `yaml:"institutions"`
	Determiners   []string            `yaml:"determiners"`
	Definite      []string            `yaml:"definite"`
	Complements   []string            `yaml:"complements"`
	Prepositions  []string            `yaml:"prepositions"`
	Particles     []string            `yaml:"particles"`
	Patronymic    []string            `yaml:"patronymic"`
	Numerals      []string            `yaml:"numerals"`  // before people whom nobody named
	Partitive     []string            `yaml:"partitive"` // one of them
	Former        []string            `yaml:"former"`
	Gerund        []string            `yaml:"gerund"`      // endings of verbs that hang on another: adding
	Participle    []string            `yaml:"participle"`  // endings of participles
	Participial   []string            `yaml:"participial"` // endings of participles that describe a name
	Relative      []string            `yaml:"relative"`
	However       []string            `yaml:"however"`
	Finite        []string            `yaml:"finite"`    // by which a clause's verb is known
	Tells         []string            `yaml:"tells"`     // verbs of saying that name the listener first
	Prefixes      []string            `yaml:"prefixes"`  // before an office: vice-
	Adjective     []string            `yaml:"adjective"` // endings of adjectives
	Pronouns      map[string]string   `yaml:"pronouns"`
	Oblique       map[string]string   `yaml:"oblique"`
	Possessives   map[string]string   `yaml:"possessives"`
	Past          map[string][]string `yaml:"past"`
	Addressees    []string            `yaml:"addressees"`
	Conjunctions  []string            `yaml:"conjunctions"`
	Abbreviations []string            `yaml:"abbreviations"`
	Links         []string            `yaml:"links"`
	Frames        []string            `yaml:"frames"`
	Nominalised   []string            `yaml:"nominalised"`
	Agreeing      []string            `yaml:"agreeing"`
	SourceEnd     []string            `yaml:"source_end"`
	Against       []string            `yaml:"against"`
	For           []string            `yaml:"for"`

	function, common, auxiliary, passive, preposition, determiner, definite, complement, conjunction, abbreviation map[string]bool

	phrases map[string][]phrase // of verbs, by their first word
	frames  map[string]bool
	roles   map[string]int // word or stem to its group
	generic map[string]bool
	houses  map[string]bool // institutions
}

// phrase is the words of a verb of saying.
type phrase struct {
	words []string
	class class
}

// class is what a verb of saying can take; a verb can be of several.
type class int

const (
	say    class = 1 << iota // takes a quotation or a clause
	judge                    // calls something by a quoted word
	urge                     // takes what is to be done
	object                   // takes the thing itself: demands, rejects
	against
	favour
)

// readLexicon reads the data of one language.
func readLexicon(language string) (*lexicon, error) {
	raw, err := data.ReadFile("data/" + language + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("language %q: expected one of %s", language, strings.Join(Languages(), ", "))
	}
	l := &lexicon{Language: language}
	if err := yaml.UnmarshalWithOptions(raw, l, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("reading the words of %s: %w", language, err)
	}
	l.function, l.common, l.auxiliary, l.passive = set(l.Function), set(l.Common), set(l.Auxiliaries), set(l.Passive)
	l.preposition, l.determiner, l.definite, l.complement = set(l.Prepositions), set(l.Determiners), set(l.Definite), set(l.Complements)
	l.conjunction, l.abbreviation, l.generic, l.houses = set(l.Conjunctions), set(l.Abbreviations), set(l.Generic), set(l.Institutions)
	for _, p := range l.Sources {
		if words := strings.Fields(p); l.Inflected && len(words) > 1 {
			for _, w := range words {
				l.function[w] = true
			}
		}
	}
	l.frames = map[string]bool{}
	for _, f := range l.Frames {
		for _, form := range forms(f) {
			l.frames[form] = true
		}
	}
	l.roles = map[string]int{}
	for i, group := range l.Roles {
		for _, w := range group {
			l.roles[w] = i + 1
		}
	}
	l.phrases = map[string][]phrase{}
	for name, c := range map[string]class{"say": say, "judge": judge, "urge": urge, "object": object} {
		l.learn(l.Verbs[name], c)
	}
	l.learn(l.Against, against)
	l.learn(l.For, favour)
	for _, p := range l.phrases {
		slices.SortFunc(p, func(a, b phrase) int { return len(b.words) - len(a.words) })
	}
	return l, nil
}

func (l *lexicon) learn(entries []string, c class) {
	for _, e := range entries {
	forms:
		for _, form := range forms(e) {
			words := strings.Fields(form)
			known := l.phrases[words[0]]
			for i := range known {
				if slices.Equal(known[i].words, words) {
					known[i].class |= c
					continue forms
				}
			}
			l.phrases[words[0]] = append(known, phrase{words, c})
		}
	}
}

// forms writes out the braces of an entry: "say{,s}" is say and says.
func forms(entry string) []string {
	head, rest, ok := strings.Cut(entry, "{")
	if !ok {
		return []string{entry}
	}
	ends, tail, _ := strings.Cut(rest, "}")
	var out []string
	for _, e := range strings.Split(ends, ",") {
		for _, t := range forms(tail) {
			out = append(out, head+strings.TrimSpace(e)+t)
		}
	}
	return out
}

func set(words []string) map[string]bool {
	out := make(map[string]bool, len(words))
	for _, w := range words {
		out[w] = true
	}
	return out
}

// lower is the word in small letters, with one kind of apostrophe.
func (l *lexicon) lower(s string) string {
	if l.Language == "tr" {
		s = strings.ToLowerSpecial(unicode.TurkishCase, s)
	} else {
		s = strings.ToLower(s)
	}
	return strings.NewReplacer("’", "'", "ʼ", "'").Replace(s)
}

// role returns the group of offices that a word belongs to, or 0. In languages
// whose nouns change at their end, the word need only begin like the entry.
func (l *lexicon) role(low string) int {
	if g := l.roles[low]; g > 0 {
		return g
	}
	if l.generic[low] {
		return -1
	}
	for _, p := range l.Prefixes {
		if rest, ok := strings.CutPrefix(low, p); ok && rest != "" {
			if g := l.role(rest); g != 0 {
				return g
			}
		}
	}
	if !l.Inflected {
		return 0
	}
	best, group := 0, 0
	for w, g := range l.roles {
		if len(w) > best && begins(low, w) {
			best, group = len(w), g
		}
	}
	if group > 0 {
		return group
	}
	for w := range l.generic {
		if begins(low, w) {
			return -1
		}
	}
	return 0
}

// wordsOfOffice is the group of an office that takes several words, as head of
// state, or 0.
func (l *lexicon) wordsOfOffice(office string) int {
	if office == "" {
		return 0
	}
	low := strings.Join(strings.Fields(l.lower(office)), " ")
	for i, group := range l.Roles {
		for _, w := range group {
			if parts := strings.Fields(strings.ReplaceAll(w, "' ", "'")); len(parts) > 1 && inOrder(strings.Fields(low), parts) {
				return i + 1
			}
		}
	}
	return 0
}

// inOrder reports whether words begins with the first of parts and has the
// others behind it, with at most two words between: head of the state.
func inOrder(words, parts []string) bool {
	if words[0] != parts[0] || len(words) > len(parts)+2 {
		return false
	}
	for _, w := range words {
		if len(parts) > 0 && w == parts[0] {
			parts = parts[1:]
		}
	}
	return len(parts) == 0
}

func (l *lexicon) institution(low string) bool {
	if l.houses[low] {
		return true
	}
	if l.Inflected {
		for w := range l.houses {
			if begins(low, w) {
				return true
			}
		}
	}
	return false
}

// begins reports whether a word is a stem and an ending of at most five
// letters (of two behind a stem of three).
func begins(low, stem string) bool {
	rest, ok := strings.CutPrefix(low, stem)
	most := 5
	if n := len([]rune(stem)); n <= 3 {
		most = 2
	} else if n <= 4 {
		most = 3
	}
	return ok && len([]rune(rest)) <= most && !strings.Contains(rest, "-")
}
