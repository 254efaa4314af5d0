package statement

import (
	"embed"
	"fmt"
	"maps"
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
	Language       string              `yaml:"-"`
	VerbFinal      bool                `yaml:"verb_final"`
	Inflected      bool                `yaml:"inflected"` // nouns and names change at their end
	Clause         bool                `yaml:"clause"`    // a clause may follow the verb without a word between
	Insertion      string              `yaml:"insertion"` // how an author breaks into a quotation without closing it: dash or comma
	Letters        string              `yaml:"letters"`   // that only this one of the languages has
	Function       []string            `yaml:"function"`
	Common         []string            `yaml:"common"` // words that are no name, whatever their first letter
	Subordinators  []string            `yaml:"subordinators"`
	That           []string            `yaml:"that"`
	Paradigms      map[string][]string `yaml:"paradigms"` // endings by name, for the braces of verbs
	Verbs          map[string][]string `yaml:"verbs"`
	Topics         map[string][]string `yaml:"topics"`      // verbs by the prepositions with which they tell of a thing
	Silent         []string            `yaml:"silent"`      // what somebody refuses to do who says nothing
	Refuse         []string            `yaml:"refuse"`      // verbs of refusing
	Hollow         []string            `yaml:"hollow"`      // things whose name does not say what they are: the accusation
	Negations      []string            `yaml:"negations"`   // before a verb, they say that it was not said
	Hides          []string            `yaml:"hides"`       // verbs that tell when negated, too
	Infinitive     []string            `yaml:"infinitive"`  // endings of infinitives
	NoVerbs        []string            `yaml:"no_verbs"`    // words that end like them, or like gerunds
	PassiveEnd     []string            `yaml:"passive_end"` // endings of verbs in the passive
	By             []string            `yaml:"by"`          // between whoever issued a statement and it
	PluralNoun     []string            `yaml:"plural_noun"` // endings
	PluralVerb     []string            `yaml:"plural_verb"`
	Adverb         []string            `yaml:"adverb"`
	Impersonal     []string            `yaml:"impersonal"` // verbs of what is said in a document
	Documents      []string            `yaml:"documents"`
	NounsOfSaying  []string            `yaml:"nouns_of_saying"` // behind a quotation whose speaker stands before it
	Cases          []string            `yaml:"cases"`           // endings of nouns that are no subject
	Bylines        []string            `yaml:"bylines"`
	Own            map[string]string   `yaml:"own"`            // phrases such as "in her view", with whose it is
	Genitive       []string            `yaml:"genitive"`       // behind an apostrophe
	Seat           []string            `yaml:"seat"`           // what makes an institution of an office
	Asides         []string            `yaml:"asides"`         // phrases between a verb and what was said
	Demonstratives map[string]string   `yaml:"demonstratives"` // pronouns where a verb follows
	Whether        []string            `yaml:"whether"`        // before an indirect question, which tells nothing
	Free           []string            `yaml:"free"`           // words before a relative clause: what they call
	There          []string            `yaml:"there"`          // an institution's place as its own speaker: added there
	Leads          []string            `yaml:"leads"`          // before the infinitive of a verb that tells: a tenu à
	Pointers       []string            `yaml:"pointers"`       // words before the title of another text: read also
	Asks           []string            `yaml:"asks"`           // labels of questions in an interview
	Answers        []string            `yaml:"answers"`
	Auxiliaries    []string            `yaml:"auxiliaries"` // what may stand between speaker and verb
	Need           []string            `yaml:"participles_need"`
	Passive        []string            `yaml:"passive"`
	Sources        []string            `yaml:"sources"`
	Careful        []string            `yaml:"careful"`
	StatementOf    []string            `yaml:"statement_of"`
	As             []string            `yaml:"as"`
	Back           []string            `yaml:"back"`
	Roles          [][]string          `yaml:"roles"`       // what stands together means the same office
	Occupations    []string            `yaml:"occupations"` // each an office of its own; its forms with a slash between
	Generic        []string            `yaml:"generic"`
	Feminine       []string            `yaml:"feminine"`
	FeminineEnd    []string            `yaml:"feminine_end"` // endings of offices that women have
	Masculine      []string            `yaml:"masculine"`    // first names of men that end as women's do
	Clitics        []string            `yaml:"clitics"`      // small words before an infinitive
	Attributive    []string            `yaml:"attributive"`  // endings of verbs that describe the speaker behind them
	Ablative       []string            `yaml:"ablative"`     // endings
	Whose          []string            `yaml:"whose"`        // endings of nouns that belong to the one before
	NoSubject      []string            `yaml:"no_subject"`   // endings of words that are none, where the lists know no name
	Declined       []string            `yaml:"declined"`     // endings of cases, the longest of a kind first
	Institutions   []string            `yaml:"institutions"`
	Determiners    []string            `yaml:"determiners"`
	Definite       []string            `yaml:"definite"`
	Complements    []string            `yaml:"complements"`
	Prepositions   []string            `yaml:"prepositions"`
	Particles      []string            `yaml:"particles"`
	Patronymic     []string            `yaml:"patronymic"`
	Numerals       []string            `yaml:"numerals"`  // before people whom nobody named
	Partitive      []string            `yaml:"partitive"` // one of them
	Former         []string            `yaml:"former"`
	Gerund         []string            `yaml:"gerund"`      // endings of verbs that hang on another: adding
	Participle     []string            `yaml:"participle"`  // endings of participles
	Participial    []string            `yaml:"participial"` // endings of participles that describe a name
	Relative       []string            `yaml:"relative"`
	However        []string            `yaml:"however"`
	Finite         []string            `yaml:"finite"`    // by which a clause's verb is known
	Tells          []string            `yaml:"tells"`     // verbs of saying that name the listener first
	Prefixes       []string            `yaml:"prefixes"`  // before an office: vice-
	Adjective      []string            `yaml:"adjective"` // endings of adjectives
	Pronouns       map[string]string   `yaml:"pronouns"`
	Oblique        map[string]string   `yaml:"oblique"`
	Possessives    map[string]string   `yaml:"possessives"`
	Past           map[string][]string `yaml:"past"`
	Addressees     []string            `yaml:"addressees"`
	Conjunctions   []string            `yaml:"conjunctions"`
	Abbreviations  []string            `yaml:"abbreviations"`
	Frames         []string            `yaml:"frames"`
	Nominalised    []string            `yaml:"nominalised"`
	Agreeing       []string            `yaml:"agreeing"`
	SourceEnd      []string            `yaml:"source_end"`
	Against        []string            `yaml:"against"`
	For            []string            `yaml:"for"`

	function, common, auxiliary, passive, preposition, determiner, definite, complement, conjunction, abbreviation, negation map[string]bool

	asides, pointers, sources [][]string
	own                       [][]string // with whose it is behind the words

	phrases map[string][]phrase // of verbs, by their first word
	frames  map[string]bool
	roles   map[string]int // word or stem to its group
	generic map[string]bool
	houses  map[string]bool // institutions
}

// phrase is the words of a verb of saying.
type phrase struct {
	words  []string
	class  class
	topics []string // prepositions before the thing that it tells of
}

// class is what a verb of saying can take; a verb can be of several.
type class int

const (
	say    class = 1 << iota // takes a quotation or a clause
	judge                    // calls something by a quoted word
	urge                     // takes what is to be done
	object                   // takes the thing itself: demands, rejects
	topic                    // takes the thing behind a preposition: accuses of
	refuse                   // says that nothing is said or done
	hide                     // tells of a thing even where negated: does not rule out
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
	l.negation = set(l.Negations)
	l.asides, l.pointers, l.sources = fields(l.Asides), fields(l.Pointers), fields(slices.Concat(l.Sources, l.StatementOf))
	for _, p := range slices.Sorted(maps.Keys(l.Own)) {
		l.own = append(l.own, append(strings.Fields(p), l.Own[p]))
	}
	for _, p := range l.Sources {
		if words := strings.Fields(p); l.Inflected && len(words) > 1 {
			for _, w := range words {
				l.function[w] = true
			}
		}
	}
	var nominal []string
	for _, n := range l.Nominalised {
		nominal = append(nominal, l.forms(n)...)
	}
	l.Nominalised = nominal
	l.frames = map[string]bool{}
	for _, f := range l.Frames {
		for _, form := range l.forms(f) {
			l.frames[form] = true
		}
	}
	for _, o := range l.Occupations {
		l.Roles = append(l.Roles, strings.Split(o, "/"))
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
	for _, preps := range slices.Sorted(maps.Keys(l.Topics)) {
		l.learn(l.Topics[preps], topic, strings.Fields(preps)...)
	}
	l.learn(l.Refuse, refuse)
	l.learn(l.Hides, hide)
	l.learn(l.Against, against)
	l.learn(l.For, favour)
	for _, p := range l.phrases {
		slices.SortFunc(p, func(a, b phrase) int { return len(b.words) - len(a.words) })
	}
	return l, nil
}

func (l *lexicon) learn(entries []string, c class, topics ...string) {
	for _, e := range entries {
	forms:
		for _, form := range l.forms(e) {
			words := strings.Fields(form)
			known := l.phrases[words[0]]
			for i := range known {
				if slices.Equal(known[i].words, words) {
					known[i].class |= c
					known[i].topics = append(known[i].topics, topics...)
					continue forms
				}
			}
			l.phrases[words[0]] = append(known, phrase{words, c, slices.Clone(topics)})
		}
	}
}

// forms writes out the braces of an entry: "say{,s}" is say and says. What
// stands in the braces may be the name of a paradigm, too.
func (l *lexicon) forms(entry string) []string {
	head, rest, ok := strings.Cut(entry, "{")
	if !ok {
		return []string{entry}
	}
	ends, tail, _ := strings.Cut(rest, "}")
	endings, ok := l.Paradigms[ends]
	if !ok {
		endings = strings.Split(ends, ",")
	}
	var out []string
	for _, e := range endings {
		for _, t := range l.forms(tail) {
			out = append(out, head+strings.TrimSpace(e)+t)
		}
	}
	return out
}

func fields(phrases []string) [][]string {
	var out [][]string
	for _, p := range phrases {
		out = append(out, strings.Fields(p))
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

// grammatical reports whether the lists have a word for something other than
// what nouns and adjectives are for.
func (l *lexicon) grammatical(low string) bool {
	return l.function[low] || l.preposition[low] || l.common[low] || l.auxiliary[low] || l.conjunction[low]
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
	if at := strings.LastIndexByte(low, '-'); at > 0 && !l.VerbFinal {
		if g := l.role(low[at+1:]); g != 0 {
			return g
		}
	}
	if l.VerbFinal && l.seat(low) {
		return 0
	}
	best, group := 0, 0
	for w, g := range l.roles {
		if len(w) > best && begins(low, w) {
			best, group = len(w), g
		}
	}
	if group > 0 {
		for w := range l.houses {
			if len(w) > best && begins(low, w) {
				return 0 // the mayor's office, not the mayor
			}
		}
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
	if l.VerbFinal && l.seat(low) {
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

// seat reports whether a word is an office's own institution: komutan is the
// commander, komutanlık the command.
func (l *lexicon) seat(low string) bool {
	at := 0
	for _, s := range l.Seat {
		at = max(at, strings.LastIndex(low, s))
	}
	return at > 0 && (l.roles[low[:at]] != 0 || l.generic[low[:at]])
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
