package commitment

import (
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
)

// State answers the terms of conditions: ceasefire.in-force, status, level,
// approved, attacked, provision (whether it is met) and date, at an instant.
type State interface {
	Ask(term *agreement.Expr, at time.Time) Answer
}

// Answer is what is known of one term.
type Answer struct {
	Truth agreement.Truth `json:"truth"`
	// Since is from when on it has been so; zero: since ever, or not known.
	Since time.Time `json:"since,omitzero"`
	// Began is, of a level, the instant from which its deadlines run: that of
	// the first breach; zero: not known.
	Began   time.Time        `json:"began,omitzero"`
	Reasons []finding.Reason `json:"reasons,omitempty"`
}

// Evaluation is a condition at an instant with what decided it.
type Evaluation struct {
	Condition string          `json:"condition,omitempty"` // empty: none
	Truth     agreement.Truth `json:"truth"`
	Since     time.Time       `json:"since,omitzero"` // from when on the whole has been so; zero: since ever, or not known
	Terms     []Term          `json:"terms,omitempty"`
}

// Term is one term of a condition, in the order of the text.
type Term struct {
	Term string `json:"term"`
	Answer
	// Decides tells that the whole is as it is because of this term: of an
	// "and" that fails, the terms that fail; of one that holds, all of them; of
	// one that is unknown, the terms that are; and of "or" the reverse.
	Decides bool `json:"decides,omitempty"`
}

// Evaluate answers a condition at t by strong three-valued logic. An e that is
// nil, an empty condition, holds.
func Evaluate(e *agreement.Expr, state State, t time.Time) Evaluation {
	out := Evaluation{Condition: e.String(), Truth: agreement.Yes}
	if e == nil {
		return out
	}
	v := evaluate(e, state, t)
	out.Truth, out.Since = v.truth, v.since
	v.decides()
	v.terms(&out.Terms)
	return out
}

// value is an expression's part with its answer.
type value struct {
	expr    *agreement.Expr
	truth   agreement.Truth
	since   time.Time
	args    []*value
	answer  Answer
	decided bool
}

func evaluate(e *agreement.Expr, state State, t time.Time) *value {
	v := &value{expr: e}
	for _, arg := range e.Args {
		v.args = append(v.args, evaluate(arg, state, t))
	}
	switch e.Op {
	case "and", "or":
		v.join(e.Op == "and")
	case "not":
		v.truth, v.since = -v.args[0].truth, v.args[0].since
	default:
		v.answer = state.Ask(e, t)
		v.truth, v.since = v.answer.Truth, v.answer.Since
	}
	return v
}

// join is Kleene's "and" or "or": the value that one part is enough for holds
// since the first part had it, the other since the last one had.
func (v *value) join(and bool) {
	enough := agreement.Yes // for "or"
	if and {
		enough = agreement.No
	}
	v.truth = -enough
	for _, arg := range v.args {
		if and {
			v.truth = min(v.truth, arg.truth)
		} else {
			v.truth = max(v.truth, arg.truth)
		}
	}
	first := true
	for _, arg := range v.args {
		switch {
		case v.truth == agreement.Unknown || arg.truth != v.truth:
		case v.truth != enough:
			v.since = latest(v.since, arg.since)
		case first || arg.since.Before(v.since): // a zero one is since ever
			v.since, first = arg.since, false
		}
	}
}

// decides marks the terms for which v is as it is.
func (v *value) decides() {
	if len(v.args) == 0 {
		v.decided = true
	}
	for _, arg := range v.args {
		if v.expr.Op == "not" || arg.truth == v.truth {
			arg.decides()
		}
	}
}

func (v *value) terms(out *[]Term) {
	if len(v.args) == 0 {
		*out = append(*out, Term{Term: v.expr.String(), Answer: v.answer, Decides: v.decided})
	}
	for _, arg := range v.args {
		arg.terms(out)
	}
}

// reasons are those of the terms, with the condition and what decided it.
func (e *Evaluation) reasons() []finding.Reason {
	text := map[agreement.Truth]string{
		agreement.Yes: "holds", agreement.No: "does not hold", agreement.Unknown: "may hold or not",
	}
	out := []finding.Reason{reason("condition", "Its condition “"+e.Condition+"” "+text[e.Truth]+".", "condition", e.Condition, "truth", e.Truth.String(), "since", iso(e.Since))}
	for _, t := range e.Terms {
		code, text, decides := "term", t.Term+" is "+t.Truth.String()+".", ""
		if t.Decides {
			code, text, decides = "term-decides", t.Term+" is "+t.Truth.String()+": this decides.", "yes"
		}
		out = append(out, reason(code, text, "term", t.Term, "truth", t.Truth.String(), "since", iso(t.Since), "decides", decides))
		out = append(out, t.Reasons...)
	}
	return out
}
