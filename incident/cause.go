package incident

import (
	"fmt"
	"strings"
)

// The phrases of which Member.Why is made.
const (
	nearby       = "near in space and time, of a like type"
	samePage     = "rests on the same page"
	sameWords    = "the same words"
	sameMedia    = "the same picture or recording"
	repeats      = "it says that it repeats a member"
	floods       = "its source says so much alone that it corroborates nothing"
	clockFast    = "its source's clock is taken to be %.0f s fast"
	clockSlow    = "its source's clock is taken to be %.0f s slow"
	errorsScaled = "its source's errors of place are taken to be %.1f times those stated"
)

// Cause is one phrase of a Member's Why: Code names it for message catalogues, N is
// its number, in seconds or a factor; 0: it has none.
type Cause struct {
	Code string
	N    float64
}

// Causes are those of Why in its order; nil where a phrase of it is none of this
// version's.
func (m *Member) Causes() []Cause {
	if m.Why == "" {
		return nil
	}
	var out []Cause
	for _, phrase := range strings.Split(m.Why, "; ") {
		c := causeOf(phrase)
		if c.Code == "" {
			return nil
		}
		out = append(out, c)
	}
	return out
}

func causeOf(phrase string) Cause {
	switch phrase {
	case nearby:
		return Cause{Code: "near"}
	case samePage:
		return Cause{Code: "page"}
	case sameWords:
		return Cause{Code: "words"}
	case sameMedia:
		return Cause{Code: "media"}
	case repeats:
		return Cause{Code: "repeats"}
	case floods:
		return Cause{Code: "floods"}
	}
	for _, numbered := range [][2]string{{"clock-fast", clockFast}, {"clock-slow", clockSlow}, {"errors", errorsScaled}} {
		var n float64
		if _, err := fmt.Sscanf(phrase, strings.NewReplacer("%.0f", "%f", "%.1f", "%f").Replace(numbered[1]), &n); err == nil && fmt.Sprintf(numbered[1], n) == phrase {
			return Cause{numbered[0], n}
		}
	}
	return Cause{}
}
