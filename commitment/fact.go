package commitment

import (
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
)

// The terms that facts are of: those of conditions, and what is told of pledges
// and issues.
const (
	TermCeasefire = "ceasefire.in-force"
	TermStatus    = "status"    // Of empty, Is the status
	TermLevel     = "level"     // Of a level, Is yes or no
	TermApproved  = "approved"  // Of a party
	TermAttacked  = "attacked"  // Of a party
	TermMet       = "provision" // Of a provision
	TermFirmness  = "firmness"  // Of a commitment, Is its firmness, Party who took the step
	TermKept      = "kept"      // Of a commitment, Is yes or no
	TermIssue     = "issue"     // Of an issue, Is its state
)

// Fact is something on record that terms alone don't tell, from an instant on
// until the next fact of the same term. What Is says depends on the term: yes,
// no or unknown, or a word.
type Fact struct {
	Term    string    `json:"term"`
	Of      string    `json:"of,omitempty"`
	Is      string    `json:"is"`
	At      time.Time `json:"at"`                // from when on it holds, UTC
	Began   time.Time `json:"began,omitzero"`    // of a level: of the first breach
	Party   string    `json:"party,omitempty"`   // of a step of firmness: who took it; empty: all
	By      string    `json:"by,omitempty"`      // who says so
	Why     string    `json:"why,omitempty"`     // in the words of who says so
	Record  uint64    `json:"record,omitempty"`  // of the journal; 0: computed
	Finding string    `json:"finding,omitempty"` // that it rests on
	Sources []Quote   `json:"sources,omitempty"`
}

// newest is the fact of the term that holds at t: the last by instant, then by
// place in the list. Nil if there is none.
func newest(facts []Fact, term, of string, t time.Time) *Fact {
	var out *Fact
	for i := range facts {
		f := &facts[i]
		if f.Term == term && f.Of == of && !f.At.After(t) && (out == nil || !f.At.Before(out.At)) {
			out = f
		}
	}
	return out
}

func (f *Fact) reason(code, text string) finding.Reason {
	record := ""
	if f.Record > 0 {
		record = integer(int(f.Record))
	}
	if f.Why != "" {
		text += " “" + f.Why + "”"
	}
	return reason(code, text, "term", f.term(), "why", f.Why, "of", f.Of, "is", f.Is, "at", iso(f.At), "by", f.By, "record", record, "finding", f.Finding)
}

// term is the fact's as conditions name it.
func (f *Fact) term() string { return (&agreement.Expr{Op: f.Term, Of: f.Of}).String() }

func said(by string) string {
	if by == "" {
		return ""
	}
	return ", says " + by
}

// Known answers conditions by an agreement's terms and facts. What neither
// tells is unknown.
type Known struct {
	Agreement *agreement.Agreement
	Facts     []Fact
}

// Ask implements State.
func (k *Known) Ask(term *agreement.Expr, at time.Time) Answer {
	switch term.Op {
	case "date":
		return dateAnswer(term, at)
	case TermStatus:
		return k.status(term.Of, at)
	case TermCeasefire:
		return k.ceasefire(at)
	}
	f := newest(k.Facts, term.Op, term.Of, at)
	if f == nil {
		return k.silent(term, at)
	}
	var truth agreement.Truth
	_ = truth.UnmarshalText([]byte(f.Is)) // other words are unknown, and it never fails
	a := Answer{Truth: truth, Since: f.At.UTC(), Began: f.Began}
	if truth == agreement.Unknown {
		a.Since = time.Time{}
	}
	a.Reasons = []finding.Reason{f.reason("on-record", term.String()+": "+f.Is+" since "+stamp(f.At)+said(f.By)+".")}
	return a
}

// silent is the answer where nothing is on record.
func (k *Known) silent(term *agreement.Expr, at time.Time) Answer {
	a := Answer{Reasons: []finding.Reason{reason("not-on-record", "Nothing on record tells whether "+term.String()+".", "term", term.String())}}
	if term.Op == TermMet {
		if p := k.Agreement.Provision(term.Of); p != nil && p.Requires != nil && p.Requires.Deadline.After(at) {
			a.Reasons = append(a.Reasons, reason("deadline-ahead", "Its deadline, "+stamp(p.Requires.Deadline.Time)+", has not passed.", "deadline", iso(p.Requires.Deadline.Time)))
		}
	}
	return a
}

func dateAnswer(term *agreement.Expr, at time.Time) Answer {
	since := term.At.UTC()
	if at.Before(since) {
		return Answer{Truth: agreement.No, Reasons: []finding.Reason{reason("date-ahead", "It is before "+stamp(since)+".", "date", iso(since))}}
	}
	return Answer{Truth: agreement.Yes, Since: since, Reasons: []finding.Reason{reason("date", "It is "+stamp(since)+" or later.", "date", iso(since))}}
}

// statusAt is the agreement's status, by its own list and by what is on record,
// whichever is later.
func (k *Known) statusAt(at time.Time) (is string, since time.Time, on *Fact) {
	for _, s := range k.Agreement.Status {
		if !s.At.After(at) {
			is, since = s.Is, s.At.UTC()
		}
	}
	if f := newest(k.Facts, TermStatus, "", at); f != nil && !f.At.Before(since) {
		return f.Is, f.At.UTC(), f
	}
	return is, since, nil
}

func (k *Known) status(of string, at time.Time) Answer {
	is, since, on := k.statusAt(at)
	a := Answer{Truth: agreement.TruthOf(is == of), Since: since}
	code, text := "status-none", "The agreement has no status yet."
	if is != "" {
		code, text = "status", "The agreement is "+is+" since "+stamp(since)+"."
	}
	r := reason(code, text, "status", is, "since", iso(since))
	if on != nil {
		r = on.reason(code, text)
		r.Args["status"], r.Args["since"] = is, iso(since)
	}
	a.Reasons = []finding.Reason{r}
	return a
}

// ceasefire answers whether there is a ceasefire between the parties to the
// conflict. One for a zone or a site alone is none where the agreement has
// others; what one party declared, or of which the parties date the start
// differently, is unknown, since the terms don't say whether that is enough.
func (k *Known) ceasefire(at time.Time) Answer {
	if f := newest(k.Facts, TermCeasefire, "", at); f != nil {
		var truth agreement.Truth
		_ = truth.UnmarshalText([]byte(f.Is))
		return Answer{Truth: truth, Since: f.At.UTC(), Reasons: []finding.Reason{f.reason("ceasefire-on-record", "Ceasefire in force: "+f.Is+" since "+stamp(f.At)+said(f.By)+".")}}
	}
	is, since, _ := k.statusAt(at)
	if is == "suspended" || is == "ended" {
		return Answer{Truth: agreement.No, Since: since, Reasons: []finding.Reason{reason("status-no-ceasefire", "The agreement is "+is+" since "+stamp(since)+", so no ceasefire is in force.", "status", is, "since", iso(since))}}
	}
	out := Answer{Truth: agreement.No}
	general := k.general()
	for _, c := range general {
		a := k.oneCeasefire(c, is, at)
		out.Reasons = append(out.Reasons, a.Reasons...)
		if a.Truth > out.Truth || a.Truth == agreement.Yes && a.Since.Before(out.Since) {
			out.Truth, out.Since = a.Truth, a.Since
		}
	}
	if out.Truth == agreement.No { // since the last one ended, if one did
		for _, c := range general {
			if !c.Until.IsZero() && !c.Until.After(at) {
				out.Since = latest(out.Since, c.Until.UTC())
			}
		}
	}
	if len(general) == 0 {
		out.Reasons = append(out.Reasons, reason("ceasefire-none", "The agreement has no ceasefire."))
	}
	return out
}

// general lists the ceasefires that are not of a zone or site alone; all where
// there is no other.
func (k *Known) general() []*agreement.Ceasefire {
	var all, out []*agreement.Ceasefire
	for i := range k.Agreement.Ceasefire {
		c := &k.Agreement.Ceasefire[i]
		all = append(all, c)
		if c.Zone == "" && c.Site == "" {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}

func (k *Known) oneCeasefire(c *agreement.Ceasefire, status string, at time.Time) Answer {
	a := Answer{Truth: agreement.TruthOf(c.Contains(at))}
	say := func(code, text string, args ...string) {
		a.Reasons = append(a.Reasons, reason(code, text, append([]string{"ceasefire", c.ID, "from", iso(c.From.Time), "until", iso(c.Until.Time)}, args...)...))
	}
	switch {
	case a.Truth == agreement.Yes:
		a.Since = c.From.UTC()
		say("ceasefire", "Ceasefire "+c.ID+" is in force since "+stamp(c.From.Time)+".")
	case c.From.After(at):
		say("ceasefire-ahead", "Ceasefire "+c.ID+" begins at "+stamp(c.From.Time)+".")
	default:
		say("ceasefire-over", "Ceasefire "+c.ID+" ended at "+stamp(c.Until.Time)+".")
	}
	var others []string
	for _, d := range c.Disputed {
		if d.Contains(at) != c.Contains(at) {
			others = append(others, d.Party)
		}
	}
	if len(others) > 0 {
		a.Truth, a.Since = agreement.Unknown, time.Time{}
		say("ceasefire-disputed", "For "+strings.Join(others, ", ")+" it is not so.", "parties", strings.Join(others, ", "))
	}
	if a.Truth == agreement.No {
		return a
	}
	if status == "proposed" {
		a.Truth, a.Since = agreement.Unknown, time.Time{}
		say("ceasefire-proposed", "The agreement is only proposed.")
	}
	bound := map[string]bool{}
	for _, p := range c.Parties {
		bound[p] = true
	}
	var missing []string
	for _, p := range k.Agreement.Conflict() {
		if len(c.Parties) > 0 && !bound[p.ID] {
			missing = append(missing, p.ID)
		}
	}
	if len(missing) > 0 {
		a.Truth, a.Since = agreement.Unknown, time.Time{}
		say("ceasefire-one-sided", "It does not bind "+strings.Join(missing, ", ")+", and the terms don't say whether a one-sided truce is enough.", "parties", strings.Join(missing, ", "))
	}
	return a
}
