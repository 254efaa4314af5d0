package report

import (
	"strings"
	"unicode"
)

// slug makes a name fit for an anchor: letters and digits of any script, in
// lower case, everything else a dash. No name is "not-stated".
func slug(s string) string {
	if s == "" {
		return "not-stated"
	}
	var b strings.Builder
	dash := false
	for _, c := range s {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(unicode.ToLower(c))
		default:
			dash = true
		}
	}
	if b.Len() == 0 {
		return "x"
	}
	return b.String()
}
