package statement

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Reader reads articles. It may be used by several goroutines at once.
type Reader struct {
	lexica map[string]*lexicon
}

// NewReader reads the words of all languages.
func NewReader() (*Reader, error) {
	r := &Reader{map[string]*lexicon{}}
	for _, name := range Languages() {
		l, err := readLexicon(name)
		if err != nil {
			return nil, err
		}
		r.lexica[name] = l
	}
	return r, nil
}

// Read finds the statements of a text in UTF-8, as Plain gives it. Language is
// one of Languages, or empty: it is detected. Spans are in the text's bytes.
func (r *Reader) Read(text, language string) (*Article, error) {
	if language == "" {
		var err error
		if language, _, err = r.Detect(text); err != nil {
			return nil, err
		}
	}
	l := r.lexica[language]
	if l == nil {
		_, err := readLexicon(language)
		return nil, err
	}
	x := &reading{text: text, lex: l, paragraphs: paragraphsOf(text)}
	for i, p := range x.paragraphs {
		x.sentences = append(x.sentences, l.sentences(text, i, p)...)
		if ends(p.Of(text)) {
			x.closed++
		}
	}
	x.meet()
	turns := x.interview()
	for i := range x.sentences {
		x.at = i
		x.meetAll(x.sentences[i])
		if t := turns[x.sentences[i].paragraph]; t != nil {
			x.turn(t)
			continue
		}
		if x.heading(x.sentences[i].paragraph) {
			continue
		}
		if l.VerbFinal {
			x.verbFinal()
		} else {
			x.verbMedial()
		}
		x.look()
	}
	sum := sha256.Sum256([]byte(text))
	a := &Article{Text: text, SHA256: hex.EncodeToString(sum[:]), Language: language, Proposals: []Proposal{}}
	for _, f := range x.found {
		a.Proposals = append(a.Proposals, x.proposal(f, a.SHA256))
	}
	return a, nil
}

// reading is the work on one text.
type reading struct {
	text       string
	lex        *lexicon
	paragraphs []Span
	sentences  []*sentence
	entities   []*entity
	capitals   map[string]bool // words in capitals within sentences
	met        []*entity       // named so far, in order
	focus      []*entity       // whom the text was about, the last one last
	commonly   map[string]bool // words that the text writes small somewhere
	closed     int             // paragraphs that end as a sentence does
	at         int             // the sentence that is being read
	found      []*found
}

// found is a statement before it is written out.
type found struct {
	who      *entity
	as       string
	verb     string
	class    class
	kind     string
	parts    []Span
	sentence Span
	last     int // the sentence that its last part stands in
	sure     float64
	reasons  []string
}

func (x *reading) add(f *found) {
	x.found = append(x.found, f)
	if f.who != nil {
		x.focus = append(x.focus, f.who)
	}
}

func (f *found) because(weight float64, format string, a ...any) {
	f.sure *= weight
	f.reasons = append(f.reasons, fmt.Sprintf(format, a...))
}
