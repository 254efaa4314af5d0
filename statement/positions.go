package statement

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Source says where an article comes from, as far as whoever reads it knows.
type Source struct {
	Text string // the agreement's id of the text that the article is; empty: article
	Date string // of the statements; empty: the reader has to fill it in
}

// WritePositions writes the proposals as entries of an agreement's positions,
// in YAML, for a person to confirm: each with its reasons as a comment. What
// nobody but a person can say (an unknown party, the date) is left empty, so
// that `truce check` asks for it. first is the agreement's first language, whose
// words need no tag.
func (a *Article) WritePositions(w io.Writer, src Source, first string) error {
	text := src.Text
	if text == "" {
		text = "article"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %d statements proposed by rules; none is a position before a person has confirmed it.\n", len(a.Proposals))
	fmt.Fprintf(&b, "# Language %s, SHA-256 of the text %s.\n", a.Language, a.SHA256)
	for _, l := range a.LeftOut {
		fmt.Fprintf(&b, "# Not read, as it is no part of the article: %s, %d words: %s …\n", l.What, l.Words, oneLine(l.Begins))
	}
	b.WriteString("positions:\n")
	for i := range a.Proposals {
		p := &a.Proposals[i]
		fmt.Fprintf(&b, "  # %s: %s, “%s”, confidence %.2f: %s\n", p.ID, p.Kind, oneLine(p.Verb), p.Confidence, oneLine(strings.Join(p.Reasons, "; ")))
		fmt.Fprintf(&b, "  - id: %s\n", strings.ToLower(p.ID))
		if p.Party == "" {
			b.WriteString("    party: # no name of a party in speaker or office\n")
		} else {
			fmt.Fprintf(&b, "    party: %s\n", p.Party)
		}
		fmt.Fprintf(&b, "    speaker: %s\n", inQuotes(p.Title()))
		if len(p.Issues) > 0 {
			fmt.Fprintf(&b, "    issue: %s # %s\n", p.Issues[0].ID, candidates(p.Issues))
		}
		if src.Date == "" {
			b.WriteString("    at: # the day on which it was said\n")
		} else {
			fmt.Fprintf(&b, "    at: %s\n", src.Date)
		}
		if p.Stance != "" {
			fmt.Fprintf(&b, "    stance: %s\n", p.Stance)
		}
		words := inQuotes(p.Words())
		if p.Language != first {
			words = "{" + p.Language + ": " + words + "}"
		}
		fmt.Fprintf(&b, "    words: %s\n    why: [{text: %s, quote: %s}]\n", words, text, inQuotes(p.Sentence.Text))
	}
	if len(a.Proposals) == 0 {
		b.WriteString("  []\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Title is office and name, as a position has its speaker.
func (p *Proposal) Title() string {
	if p.Office == "" || strings.Contains(p.Speaker, p.Office) {
		return oneLine(p.Speaker)
	}
	return oneLine(p.Office + " " + p.Speaker)
}

// Words is what was said, parts that the author broke into joined by an
// ellipsis, without a comma that only leads back to the author.
func (p *Proposal) Words() string {
	var parts []string
	for _, q := range p.Quote {
		parts = append(parts, oneLine(q.Text))
	}
	return strings.TrimSuffix(strings.Join(parts, " … "), ",")
}

func candidates(issues []Issue) string {
	var out []string
	for _, x := range issues {
		out = append(out, fmt.Sprintf("%s (%s)", x.ID, strings.Join(x.Words, ", ")))
	}
	return oneLine("perhaps " + strings.Join(out, "; "))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// inQuotes is a string in double quotes as JSON and YAML both read it, with
// letters of all scripts as they are.
func inQuotes(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""`
	}
	return strings.TrimSpace(b.String())
}
