package statement

import (
	"fmt"
	"strings"
	"unicode"
)

// Detect returns the language of a text, by how many of its words are function
// words of each language, and for what share of the words that holds. Letters
// that only one of the languages has decide where the words of two are alike.
// An error means that it is none of Languages, or too short to say.
func (r *Reader) Detect(text string) (language string, share float64, err error) {
	words, counts := 0, map[string]int{}
	for _, w := range strings.FieldsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && c != '\'' && c != '’' }) {
		words++
		for _, l := range Languages() {
			x := r.lexica[l]
			low := x.lower(w)
			if x.function[low] || x.common[low] {
				counts[l]++
			}
			if strings.ContainsAny(low, x.Letters) {
				counts[l]++
			}
		}
	}
	for _, l := range Languages() {
		if counts[l] > counts[language] {
			language = l
		}
	}
	if words > 0 {
		share = min(1, float64(counts[language])/float64(words))
	}
	if share < 0.15 || counts[language] < 3 {
		return "", share, fmt.Errorf("the text's language is none of %s, as far as its %d words tell; say which it is", strings.Join(Languages(), ", "), words)
	}
	return language, share, nil
}
