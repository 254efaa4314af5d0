package agreement

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func (f *facts) verification() {
	q := f.a.Verification
	if q == nil {
		return
	}
	s := f.of("verification", "")
	s.has("asks", q.Ask, "")
	s.duration("time to comment", q.Comment)
	if !q.Corroboration.IsZero() {
		s.match(q.Corroboration, q.Corroboration.Activities)
	}
	s.number("sources", float64(q.Sources), "")
	s.has("counts", q.Means, "all means")
	s.says("decides", q.Decides)
	s.number("quorum", float64(q.Quorum), "")
	s.flag("dissent recorded", q.Dissent)
	s.duration("time to appeal", q.Appeal)
	s.says("appeal to", q.AppealTo)
	s.flag("reopening", q.Reopening)
	s.has("may be suspended for", q.Suspended, "")
	s.has("can decide", q.Outcomes, "all outcomes")
	s.duration("time to answer a question", q.Answer)
	s.duration("time for a task", q.Task)
	s.duration("time to remedy", q.Remedy)
	s.duration("reminder before a deadline", q.Remind)
	s.text("words", q.Words)
	s.why(q.Why)
	for _, m := range q.Moves {
		s := f.of("step", m.Move)
		s.says("as", m.As)
		s.has("from", m.From, "")
		s.says("to", m.To)
		s.has("by", m.By, "")
		s.has("not by who took", m.NotBy, "")
		s.has("needs", m.Needs, "")
		s.duration("within", m.Within)
		s.flag("left out", m.Off)
		s.text("words", m.Words)
		s.why(m.Why)
	}
}

func (f *facts) escalation() {
	e := f.a.Escalation
	if e == nil {
		return
	}
	s := f.of("escalation", "")
	s.duration("persistence", e.Persistence)
	s.duration("calm before a breach is a first one again", e.Calm)
	s.why(e.Why)
	for i, l := range e.Levels {
		s := f.of("level", l.ID)
		s.says("rank", strconv.Itoa(i+1))
		s.text("name", l.Name)
		s.text("words", l.Words)
		s.duration("not before", l.After)
		s.duration("response within", l.Within)
		s.flag("needs persistent breaches", l.Persistent)
		s.number("count", float64(l.Count), "")
		s.duration("window", l.Window)
		s.says("severity", l.Severity)
		s.says("confidence", l.Confidence)
		s.number("rise", l.Rise, "times")
		s.duration("baseline", l.Baseline)
		s.number("certainty of the rise", l.Certainty, "")
		s.duration("calm before it is left", l.Leave)
		s.has("counts breaches of", l.Provisions, "every provision")
		s.has("counts breaches by", l.By, "whoever")
		s.has("tells", l.Tell, "")
		s.has("makes due", l.Due, "")
	}
}

func (f *facts) commitments() {
	for _, c := range f.a.Commitments {
		s := f.of("commitment", c.ID)
		s.has("is by", c.By, "")
		s.has("is owed to", c.To, "")
		s.says("of", c.Of)
		s.text("words", c.Words)
		s.says("condition", f.condition(c.When))
		s.duration("time to meet it", c.Within)
		s.period(c.Period)
		s.why(c.Why)
		for _, l := range c.Limits {
			s.has("is limited:", []string{f.limit(l)}, "")
			s.why(l.Why)
		}
		seen := map[string]int{}
		for _, step := range c.Firm {
			s := f.of("firmness", c.ID+" as "+nth(seen, step.Is))
			s.instant("since", step.At)
			s.has("is by", step.By, "all that make the pledge")
			s.why(step.Why)
		}
	}
}

func (f *facts) limit(l Limit) string {
	var out []string
	if l.MinKM > 0 {
		line := l.Line
		if line == "" && len(f.a.Lines) > 0 {
			line = f.a.Lines[0].ID
		}
		out = append(out, fmt.Sprintf("no closer than %v km to line %s", l.MinKM, line))
	} else if l.Line != "" {
		out = append(out, "line "+l.Line)
	}
	if l.Max > 0 {
		most := fmt.Sprintf("at most %d", l.Max)
		if l.Per != "" {
			most += " for each " + l.Per
		}
		out = append(out, most)
	}
	sorted := func(ids []string) string { return strings.Join(slices.Sorted(slices.Values(ids)), ", ") }
	if len(l.Only) > 0 {
		out = append(out, "only on the territory of "+sorted(l.Only))
	}
	if len(l.Never) > 0 {
		out = append(out, "not on the territory of "+sorted(l.Never))
	}
	if l.Consent {
		out = append(out, "only where the host has agreed")
	}
	if l.Severity != "" {
		out = append(out, "a breach is of severity "+l.Severity)
	}
	for _, lang := range sortedKeys(l.Words) {
		out = append(out, fmt.Sprintf("%q (%s)", strings.Join(strings.Fields(l.Words[lang]), " "), lang))
	}
	return strings.Join(out, "; ")
}

func (f *facts) talks() {
	for _, i := range f.a.Issues {
		s := f.of("issue", i.ID)
		s.text("title", i.Title)
		s.why(i.Why)
		seen := map[string]int{}
		for _, st := range i.State {
			s := f.of("issue state", i.ID+" as "+nth(seen, st.Is))
			s.instant("since", st.At)
			s.why(st.Why)
		}
	}
	for _, p := range f.a.Positions {
		s := f.of("position", p.ID)
		s.says("party", p.Party)
		s.says("speaker", p.Speaker)
		s.says("issue", p.Issue)
		s.instant("at", p.At)
		s.says("stance", p.Stance)
		s.text("words", p.Words)
		s.why(p.Why)
	}
}

func (f *facts) policies() {
	for _, audience := range []string{"public", "parties", "mission"} {
		p := f.a.Policy(audience)
		s := f.of("publication", "for "+audience)
		s.says("handling", p.Handling)
		s.duration("delay", p.Delay)
		s.number("rounding", p.RoundM, "m")
		s.has("withholds", p.Withhold, "")
		s.text("words", p.Words)
	}
}

// String writes the expression in one way, whatever way it was written in.
func (e *Expr) String() string {
	if e == nil {
		return ""
	}
	switch e.Op {
	case "and", "or":
		parts := make([]string, len(e.Args))
		for i, arg := range e.Args {
			parts[i] = arg.String()
			if (arg.Op == "and" || arg.Op == "or") && arg.Op != e.Op {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		return strings.Join(parts, " "+e.Op+" ")
	case "not":
		return "not (" + e.Args[0].String() + ")"
	case "ceasefire.in-force":
		return e.Op
	case "date":
		return "date(" + e.At.UTC().Format("2006-01-02T15:04:05.999999999Z07:00") + ")"
	case "provision":
		return "provision(" + e.Of + ").met"
	}
	return e.Op + "(" + e.Of + ")"
}
