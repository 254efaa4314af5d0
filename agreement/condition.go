package agreement

import (
	"fmt"
	"strings"
	"time"
)

// Expr is a parsed Condition. Op is "and", "or" or "not" with Args, or the
// name of a term with its argument in Of: "ceasefire.in-force" (Of empty),
// "status", "level", "approved", "attacked", "provision" (which asks whether
// it is met) or "date" (which holds from that instant on).
type Expr struct {
	Op     string
	Args   []*Expr
	Of     string
	At     Instant // of a date
	Offset int     // of the term, or of its argument, in the condition, in characters from 0
}

// ConditionError is what is wrong with a Condition and where in it.
type ConditionError struct {
	Offset   int // in characters from 0
	Message  string
	Expected string
}

// Error says what is wrong.
func (e *ConditionError) Error() string {
	return fmt.Sprintf("condition, character %d: %s; expected %s", e.Offset+1, e.Message, e.Expected)
}

const conditionTerms = "ceasefire.in-force, status(...), level(...), approved(...), attacked(...), provision(...).met or date(...)"

// Parse reads the condition; dates without offset are local in loc. It returns
// nil for an empty condition, which always holds, and a *ConditionError for
// one that can't be read. Whether what it names exists is not its business.
func (c Condition) Parse(loc *time.Location) (*Expr, error) {
	p := conditionParser{text: []rune(string(c)), loc: loc}
	p.skip()
	if p.done() {
		return nil, nil
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.done() {
		return nil, p.fail(p.at, fmt.Sprintf("%q is left over", clip(string(p.text[p.at:]))), "and, or, or the end")
	}
	return e, nil
}

type conditionParser struct {
	text  []rune
	at    int
	depth int
	loc   *time.Location
}

func (p *conditionParser) fail(at int, message, expected string) error {
	return &ConditionError{Offset: at, Message: message, Expected: expected}
}

func (p *conditionParser) done() bool { return p.at >= len(p.text) }

func (p *conditionParser) skip() {
	for !p.done() && strings.ContainsRune(" \t\r\n", p.text[p.at]) {
		p.at++
	}
}

// word reads the run of characters that names are made of.
func (p *conditionParser) word() string {
	from := p.at
	for !p.done() && !strings.ContainsRune(" \t\r\n()", p.text[p.at]) {
		p.at++
	}
	return string(p.text[from:p.at])
}

// keyword takes the word w if it comes next.
func (p *conditionParser) keyword(w string) bool {
	from := p.at
	if p.word() == w {
		p.skip()
		return true
	}
	p.at = from
	return false
}

func (p *conditionParser) symbol(r rune) bool {
	if !p.done() && p.text[p.at] == r {
		p.at++
		p.skip()
		return true
	}
	return false
}

func (p *conditionParser) or() (*Expr, error) { return p.chain("or", p.and) }

func (p *conditionParser) and() (*Expr, error) { return p.chain("and", p.not) }

func (p *conditionParser) chain(op string, next func() (*Expr, error)) (*Expr, error) {
	from := p.at
	first, err := next()
	if err != nil {
		return nil, err
	}
	args := []*Expr{first}
	for p.keyword(op) {
		e, err := next()
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	if len(args) == 1 {
		return first, nil
	}
	return &Expr{Op: op, Args: args, Offset: from}, nil
}

func (p *conditionParser) not() (*Expr, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, p.fail(p.at, "brackets nested too deep", fmt.Sprintf("at most %d", maxNesting))
	}
	defer func() { p.depth-- }()
	from := p.at
	if p.keyword("not") {
		e, err := p.not()
		if err != nil {
			return nil, err
		}
		return &Expr{Op: "not", Args: []*Expr{e}, Offset: from}, nil
	}
	if p.symbol('(') {
		e, err := p.or()
		if err != nil {
			return nil, err
		}
		if !p.symbol(')') {
			return nil, p.fail(p.at, fmt.Sprintf("the bracket opened at character %d is not closed", from+1), ")")
		}
		return e, nil
	}
	return p.term()
}

func (p *conditionParser) term() (*Expr, error) {
	from := p.at
	name := p.word()
	switch name {
	case "":
		what := "the condition ends too early"
		if !p.done() {
			what = fmt.Sprintf("%q does not belong here", p.text[p.at])
		}
		return nil, p.fail(from, what, conditionTerms)
	case "ceasefire.in-force":
		p.skip()
		return &Expr{Op: name, Offset: from}, nil
	case "status", "level", "approved", "attacked", "provision", "date":
	default:
		expected := conditionTerms
		if near := nearest(name, []string{"ceasefire.in-force", "status", "level", "approved", "attacked", "provision", "date", "and", "or", "not"}); near != "" {
			expected += fmt.Sprintf("; did you mean %q?", near)
		}
		return nil, p.fail(from, fmt.Sprintf("unknown term %q", clip(name)), expected)
	}
	if !p.symbol('(') {
		return nil, p.fail(p.at, fmt.Sprintf("%s stands alone", name), name+"(...)")
	}
	argAt := p.at
	arg := p.word()
	if name == "date" { // a local date and time may have a space in it
		for p.skip(); !p.done() && p.text[p.at] != ')' && p.text[p.at] != '('; p.skip() {
			arg += " " + p.word()
		}
	}
	p.skip()
	if arg == "" {
		return nil, p.fail(argAt, name+"() names nothing", name+"(...)")
	}
	closed := p.at < len(p.text) && p.text[p.at] == ')'
	if !closed {
		return nil, p.fail(p.at, fmt.Sprintf("the bracket after %s is not closed", name), ")")
	}
	p.at++
	e := &Expr{Op: name, Of: arg, Offset: argAt}
	switch name {
	case "provision":
		metAt := p.at
		if w := p.word(); w != ".met" {
			return nil, p.fail(metAt, fmt.Sprintf("provision(%s) alone says nothing", clip(arg)), "provision(...).met")
		}
	case "date":
		at, err := ParseInstant(arg, p.loc)
		if err != nil {
			return nil, p.fail(argAt, err.Error(), "a date as in date(2026-02-01)")
		}
		e.At = at
	}
	p.skip()
	return e, nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}
