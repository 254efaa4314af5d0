package agreement

// Truth is what can be said of a condition: that it holds, that it does not, or
// neither. The order is that of Kleene's strong logic, in which "and" is the
// least and "or" the greatest of its parts (S. C. Kleene, Introduction to
// Metamathematics, 1952, § 64). The zero value is Unknown.
type Truth int8

// The three values.
const (
	No      Truth = -1
	Unknown Truth = 0
	Yes     Truth = 1
)

// TruthOf is Yes for true and No for false.
func TruthOf(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// String is "yes", "no" or "unknown".
func (t Truth) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unknown"
}

// MarshalText writes the value as String has it.
func (t Truth) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote; anything else is Unknown.
func (t *Truth) UnmarshalText(text []byte) error {
	switch string(text) {
	case "yes":
		*t = Yes
	case "no":
		*t = No
	default:
		*t = Unknown
	}
	return nil
}

// Holds evaluates the expression; ask is asked for each of its terms. An
// expression that is nil, an empty Condition, holds.
func (e *Expr) Holds(ask func(*Expr) Truth) Truth {
	if e == nil {
		return Yes
	}
	switch e.Op {
	case "and":
		out := Yes
		for _, arg := range e.Args {
			out = min(out, arg.Holds(ask))
		}
		return out
	case "or":
		out := No
		for _, arg := range e.Args {
			out = max(out, arg.Holds(ask))
		}
		return out
	case "not":
		return -e.Args[0].Holds(ask)
	}
	return ask(e)
}
