package statement

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"math"
	"slices"
	"strings"
)

// proposal writes out what was found.
func (x *reading) proposal(f *found, sum string) Proposal {
	p := Proposal{Speaker: f.who.full(), As: f.as, Verb: f.verb, Kind: f.kind, Language: x.lex.Language, Reasons: f.reasons}
	p.offices = f.who.offices
	if len(f.who.offices) > 0 {
		p.Office = fullestOf(f.who.offices)
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "%s\x00%s\x00", sum, p.Speaker)
	for _, s := range f.parts {
		s = trim(x.text, s)
		p.Quote = append(p.Quote, Part{s, s.Of(x.text)})
		fmt.Fprintf(hash, "%d-%d\x00", s.From, s.To)
	}
	p.ID = "S-" + base32.StdEncoding.EncodeToString(hash.Sum(nil))[:8]
	p.Sentence = Part{f.sentence, f.sentence.Of(x.text)}
	switch {
	case f.class&against != 0:
		p.Stance = "against"
	case f.class&favour != 0:
		p.Stance = "for"
	}
	p.Confidence = math.Round(100*f.sure) / 100
	return p
}

// fullestOf is the first office that the text gives, or the first that says all
// of it and more.
func fullestOf(offices []string) string {
	best := offices[0]
	for _, o := range offices[1:] {
		if words := strings.Fields(o); !slices.ContainsFunc(strings.Fields(best), func(w string) bool { return !slices.Contains(words, w) }) {
			best = o
		}
	}
	return strings.Join(strings.Fields(best), " ")
}
