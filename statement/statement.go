// Package statement reads who said what in an article: plain text or HTML, in
// English, French, Ukrainian, Russian or Turkish. It knows the words and the
// word orders with which these languages tell of speech (data files, no model)
// and of our own only the agreement, by which it names a speaker's party and
// the issues that words may be about. It only proposes: what becomes a party's
// position, a person decides. It must not know files, storage or people.
package statement

// Span is a stretch of a text in bytes, From included, To not.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Of returns the stretch of the text.
func (s Span) Of(text string) string { return text[s.From:s.To] }

func (s Span) empty() bool { return s.From >= s.To }

// Part is a stretch of the text with its words: Text is exactly what stands
// there.
type Part struct {
	Span
	Text string `json:"text"`
}

// The kinds of statements.
const (
	Direct   = "direct"   // the speaker's words
	Reported = "reported" // told by the author
	Mixed    = "mixed"    // told, with words of the speaker in it
)

// Proposal is one statement that the reader found: somebody, a party perhaps,
// said something. Nothing of it is sure.
type Proposal struct {
	// ID is made of the text and of what stands in this proposal: the same
	// text gives the same.
	ID      string `json:"id"`
	Speaker string `json:"speaker"`          // the fullest name in the text, or the words that stand for it
	Office  string `json:"office,omitempty"` // office or role, as the text has it
	As      string `json:"as,omitempty"`     // the words by which this sentence names the speaker
	Party   string `json:"party,omitempty"`  // of the agreement, where its names say so
	Verb    string `json:"verb,omitempty"`   // the words that say that something was said
	Kind    string `json:"kind"`             // Direct, Reported or Mixed
	// Quote is what was said, in order; several parts where the author breaks in.
	Quote    []Part  `json:"quote"`
	Sentence Part    `json:"sentence"` // from the first to the last sentence that it stands in
	Language string  `json:"language"`
	Issues   []Issue `json:"issues,omitempty"` // of the agreement, the likeliest first
	Stance   string  `json:"stance,omitempty"` // for or against, where the verb itself says so; else empty
	// Confidence is how sure the reader is of speaker and words together: a
	// rule of thumb between 0 and 1, no probability.
	Confidence float64  `json:"confidence"`
	Reasons    []string `json:"reasons"`

	offices []string // all that the text gives the speaker
}

// Issue is an issue of the agreement that a statement may be about.
type Issue struct {
	ID     string   `json:"id"`
	Words  []string `json:"words"`  // of the statement that the issue has too
	Weight float64  `json:"weight"` // the more of the issue's rare words, the higher
}

// Article is a text that was read.
type Article struct {
	Text      string     `json:"-"`        // what the spans lie in; of HTML the words that a reader sees
	SHA256    string     `json:"sha256"`   // of Text
	Language  string     `json:"language"` // BCP 47: en, fr, uk, ru or tr
	Proposals []Proposal `json:"proposals"`
	LeftOut   []LeftOut  `json:"left_out,omitempty"` // parts of the page that were not read
}
