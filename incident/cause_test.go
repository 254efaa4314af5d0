package incident

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every phrase that a Member's Why is made of has a code, with its number.
func TestCauses(t *testing.T) {
	for _, c := range []struct {
		why  string
		want []Cause
	}{
		{"", nil},
		{nearby, []Cause{{Code: "near"}}},
		{samePage + "; " + floods, []Cause{{Code: "page"}, {Code: "floods"}}},
		{sameWords, []Cause{{Code: "words"}}},
		{sameMedia, []Cause{{Code: "media"}}},
		{repeats, []Cause{{Code: "repeats"}}},
		{nearby + "; " + habit{fastS: 40, scale: 2.5}.String(), []Cause{{Code: "near"}, {"clock-fast", 40}, {"errors", 2.5}}},
		{habit{fastS: -20, scale: 1}.String(), []Cause{{"clock-slow", 20}}},
		{nearby + "; words of another version", nil},
		{fmt.Sprintf(clockFast, 1.0) + " or so", nil},
	} {
		m := Member{Why: c.why}
		if d := cmp.Diff(c.want, m.Causes()); d != "" {
			t.Errorf("%q: %s", c.why, d)
		}
	}
}
