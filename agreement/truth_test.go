package agreement_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
)

// expression draws a condition over a few terms.
func expression(t *rapid.T, depth int) *agreement.Expr {
	op := "approved"
	if depth > 0 {
		op = rapid.SampledFrom([]string{"and", "or", "not", "approved"}).Draw(t, "op")
	}
	switch op {
	case "approved":
		return &agreement.Expr{Op: op, Of: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "of")}
	case "not":
		return &agreement.Expr{Op: op, Args: []*agreement.Expr{expression(t, depth-1)}}
	}
	e := &agreement.Expr{Op: op}
	for range rapid.IntRange(2, 3).Draw(t, "args") {
		e.Args = append(e.Args, expression(t, depth-1))
	}
	return e
}

func TestHoldsIsKleenesLogic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		known := map[string]agreement.Truth{}
		for _, of := range []string{"a", "b", "c", "d"} {
			known[of] = rapid.SampledFrom([]agreement.Truth{agreement.No, agreement.Unknown, agreement.Yes}).Draw(t, of)
		}
		ask := func(e *agreement.Expr) agreement.Truth { return known[e.Of] }
		x, y := expression(t, 3), expression(t, 3)
		not := func(e *agreement.Expr) *agreement.Expr {
			return &agreement.Expr{Op: "not", Args: []*agreement.Expr{e}}
		}
		join := func(op string, e ...*agreement.Expr) *agreement.Expr {
			return &agreement.Expr{Op: op, Args: e}
		}
		same := func(law string, l, r *agreement.Expr) {
			if l.Holds(ask) != r.Holds(ask) {
				t.Errorf("%s: %s is %v, %s is %v", law, l, l.Holds(ask), r, r.Holds(ask))
			}
		}
		same("de Morgan", not(join("and", x, y)), join("or", not(x), not(y)))
		same("de Morgan", not(join("or", x, y)), join("and", not(x), not(y)))
		same("double negation", not(not(x)), x)
		same("order", join("and", x, y), join("and", y, x))
		same("absorption", join("or", x, join("and", x, y)), x)

		// Where two-valued logic decides whatever the unknown turn out to be,
		// Kleene's must not say the contrary.
		if v := x.Holds(ask); v != agreement.Unknown {
			for k, is := range known {
				if is == agreement.Unknown {
					known[k] = rapid.SampledFrom([]agreement.Truth{agreement.No, agreement.Yes}).Draw(t, "learned "+k)
				}
			}
			if now := x.Holds(ask); now != v {
				t.Errorf("%s was %v and is %v once more is known", x, v, now)
			}
		}
	})
}

func TestTruthAsText(t *testing.T) {
	for _, v := range []agreement.Truth{agreement.No, agreement.Unknown, agreement.Yes} {
		text, err := v.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back agreement.Truth
		if err := back.UnmarshalText(text); err != nil || back != v {
			t.Errorf("%v became %q and then %v, %v", v, text, back, err)
		}
	}
}
