package agreement

import (
	"cmp"
	"strconv"
	"strings"
)

// scales tells the thresholds and the steps of severity and confidence.
func (s *speaker) scales() {
	s.threshold(s.say("threshold.default"), s.a.Threshold(""))
	for _, st := range s.a.SeverityScale() {
		s.tell("step.severity", "id", st.ID, "name", s.stepName(st), "words", s.criteria(st))
	}
	for _, st := range s.a.OccurrenceScale() {
		s.tell("step.occurrence", "id", st.ID, "name", s.stepName(st), "words", s.criteria(st))
	}
}

func (s *speaker) stepName(st Step) string {
	if s.text(st.Name) == st.ID {
		return ""
	}
	return s.name(st.Name)
}

func (s *speaker) criteria(st Step) string {
	var out []string
	if w := strings.TrimSuffix(s.text(st.Words), "."); w != "" {
		out = append(out, w)
	}
	if st.Sources > 0 {
		out = append(out, s.say("step.sources", "n", strconv.Itoa(st.Sources)))
	}
	if st.Probability > 0 {
		out = append(out, s.say("step.probability", "p", percent(st.Probability)))
	}
	if st.ByPerson {
		out = append(out, s.say("step.person"))
	}
	if len(out) == 0 {
		return s.say("step.none")
	}
	return strings.Join(out, "; ")
}

// verification tells the procedure as numbered steps.
func (s *speaker) verification() {
	q := s.a.Verification
	if q == nil {
		return
	}
	if w := s.text(q.Words); w != "" {
		s.tell("verify.words", "words", w)
	}
	n := 0
	step := func() string { n++; return strconv.Itoa(n) }
	if q.Sources > 0 || len(q.Means) > 0 || !q.Corroboration.IsZero() {
		match := ""
		if !q.Corroboration.IsZero() {
			match = s.say("verify.match", "match", s.match(q.Corroboration, nil))
		}
		s.tell("verify.corroborated", "n", step(), "sources", strconv.Itoa(max(1, q.Sources)),
			"means", s.sayIf("verify.means", "means", s.wordList("means", q.Means)), "match", match)
	}
	if len(q.Ask) > 0 || !q.Comment.IsZero() {
		s.tell("verify.ask", "n", step(), "parties", s.parties(q.Ask), "span", s.spanIf("verify.comment", q.Comment))
	}
	if q.Decides != "" {
		quorum, dissent := "", ""
		if q.Quorum > 0 {
			quorum = s.say("verify.quorum", "n", strconv.Itoa(q.Quorum))
		}
		if q.Dissent {
			dissent = s.say("verify.dissent")
		}
		s.tell("verify.decides", "n", step(), "party", s.party(q.Decides), "quorum", quorum, "dissent", dissent)
	}
	if q.AppealTo != "" || !q.Appeal.IsZero() {
		to := ""
		if q.AppealTo != "" {
			to = s.say("verify.appeal.to", "party", s.party(q.AppealTo))
		}
		s.tell("verify.appeal", "n", step(), "to", to, "span", s.spanIf("verify.appeal.span", q.Appeal))
	}
	if q.Reopening {
		s.tell("verify.reopening")
	}
	if len(q.Suspended) > 0 {
		s.tell("verify.suspended", "reasons", s.wordList("suspended", q.Suspended))
	}
	if len(q.Outcomes) > 0 {
		s.tell("verify.outcomes", "outcomes", s.wordList("outcome", q.Outcomes))
	}
	for _, x := range []struct {
		phrase string
		span   Duration
	}{{"verify.answer", q.Answer}, {"verify.task", q.Task}, {"verify.remedy", q.Remedy}, {"verify.remind", q.Remind}} {
		if !x.span.IsZero() {
			s.tell(x.phrase, "span", s.span(x.span))
		}
	}
	s.sources("verification", q.Why)
	for _, m := range q.Moves {
		s.move(m)
	}
}

// move tells how a step differs from the usual one.
func (s *speaker) move(m Move) {
	words := s.sayIf("verify.move.words", "words", strings.TrimSuffix(s.text(m.Words), "."))
	if m.Off {
		s.tell("verify.off", "move", m.Move, "words", words)
	} else {
		who := make([]string, len(m.By))
		for i, by := range m.By {
			if who[i] = s.party(by); s.a.Party(by) == nil {
				who[i] = s.word("actor", by)
			}
		}
		to := ""
		if m.To != "" {
			to = s.word("state", m.To)
		}
		s.tell("verify.move", "move", m.Move, "as", s.sayIf("verify.as", "as", m.As), "words", words,
			"from", s.sayIf("verify.from", "states", s.wordList("state", m.From)), "to", s.sayIf("verify.to", "state", to),
			"by", s.sayIf("verify.by", "who", strings.Join(who, ", ")), "not", s.sayIf("verify.not", "moves", strings.Join(m.NotBy, ", ")),
			"needs", s.sayIf("verify.needs", "needs", s.wordList("need", m.Needs)), "within", s.spanIf("verify.within", m.Within))
	}
	s.sources("step "+m.Move, m.Why)
}

// escalation tells the ladder, lowest level first.
func (s *speaker) escalation() {
	e := s.a.Escalation
	if e == nil {
		return
	}
	if !e.Persistence.IsZero() {
		s.tell("persistence", "span", s.span(e.Persistence))
	}
	if !e.Calm.IsZero() {
		s.tell("calm", "span", s.span(e.Calm))
	}
	for _, l := range e.Levels {
		by := ""
		if len(l.By) > 0 {
			by = s.say("level.by", "list", s.parties(l.By))
		}
		detail := []string{
			"severity", s.sayIf("level.severity", "step", l.Severity),
			"confidence", s.sayIf("level.confidence", "step", l.Confidence),
			"provisions", s.sayIf("level.provisions", "list", strings.Join(l.Provisions, ", ")),
			"by", by,
		}
		count, rise, tell, persistent := "", "", "", ""
		if l.Persistent {
			persistent = s.say("level.persistent")
		}
		if l.Count > 0 {
			count = s.say("level.count", append([]string{"n", strconv.Itoa(l.Count), "window", s.span(l.Window)}, detail...)...)
		}
		if l.Rise > 0 {
			if count != "" {
				count += s.say("level.or")
			}
			rise = s.say("level.rise", append([]string{"x", s.number(l.Rise), "window", s.span(l.Window), "baseline", s.span(l.Baseline), "p", percent(cmp.Or(l.Certainty, DefaultCertainty))}, detail...)...)
		}
		if len(l.Tell) > 0 {
			tell = s.say("level.tell", "parties", s.parties(l.Tell))
		}
		s.tell("level", "id", l.ID, "name", s.name(l.Name), "words", s.sayIf("level.words", "words", s.text(l.Words)),
			"after", s.spanIf("level.after", l.After), "persistent", persistent, "count", count, "rise", rise,
			"within", s.spanIf("level.within", l.Within), "leave", s.spanIf("level.leave", l.Leave),
			"tell", tell, "due", s.sayIf("level.due", "list", strings.Join(l.Due, ", ")))
	}
	s.sources("escalation", e.Why)
}

// condition says an expression in words; its parts are bracketed where the
// words alone would leave the order open.
func (s *speaker) condition(e *Expr) string {
	switch e.Op {
	case "and", "or":
		out := s.part(e.Args[0], e.Op)
		for _, arg := range e.Args[1:] {
			out = s.say("cond."+e.Op, "x", out, "y", s.part(arg, e.Op))
		}
		return out
	case "not":
		return s.say("cond.not", "x", s.condition(e.Args[0]))
	case "ceasefire.in-force":
		return s.say("cond.ceasefire")
	case "status":
		return s.say("cond.status", "x", s.word("status", e.Of))
	case "approved", "attacked":
		return s.say("cond."+e.Op, "x", s.party(e.Of))
	case "date":
		return s.say("cond.date", "x", s.at(e.At))
	}
	return s.say("cond."+e.Op, "x", e.Of)
}

func (s *speaker) part(e *Expr, inside string) string {
	if (e.Op == "and" || e.Op == "or") && e.Op != inside {
		return "(" + s.condition(e) + ")"
	}
	return s.condition(e)
}

func (s *speaker) commitments() {
	for _, c := range s.a.Commitments {
		when, to, firm := s.say("commitment.always"), "", s.say("commitment.firm.none")
		if e, err := c.When.Parse(s.loc); err == nil && e != nil {
			when = s.say("commitment.when", "condition", s.condition(e))
		}
		if len(c.To) > 0 {
			to = s.say("commitment.to", "to", s.parties(c.To))
		}
		if n := len(c.Firm); n > 0 {
			last := c.Firm[n-1]
			firm = s.say("commitment.firm", "is", s.word("firm", last.Is), "at", s.at(last.At))
		}
		var limits strings.Builder
		for _, l := range c.Limits {
			limits.WriteString(s.limit(l))
		}
		s.tell("commitment", "id", c.ID, "by", s.parties(c.By), "to", to, "of", s.word("of", c.Of),
			"words", strings.TrimSuffix(s.text(c.Words), "."), "when", when, "within", s.spanIf("commitment.within", c.Within), "period", s.period(c.Period),
			"limits", limits.String(), "firm", firm)
		s.sources(c.ID, c.Why)
	}
}

func (s *speaker) limit(l Limit) string {
	out := ""
	if l.MinKM > 0 {
		line := l.Line
		if line == "" && len(s.a.Lines) > 0 {
			line = s.a.Lines[0].ID
		}
		out += s.say("limit.km", "km", s.number(l.MinKM), "line", line)
	}
	if l.Max > 0 {
		out += s.say("limit.max", "n", s.number(float64(l.Max)))
		if l.Per != "" {
			out += s.say("limit.per." + l.Per)
		}
	}
	if len(l.Only) > 0 {
		out += s.say("limit.only", "parties", s.parties(l.Only))
	}
	if len(l.Never) > 0 {
		out += s.say("limit.never", "parties", s.parties(l.Never))
	}
	if l.Consent {
		out += s.say("limit.consent")
	}
	out += s.sayIf("limit.severity", "step", l.Severity)
	return out + s.sayIf("limit.words", "words", strings.TrimSuffix(s.text(l.Words), "."))
}

// talks tells issues, positions and who may know what.
func (s *speaker) talks() {
	for _, i := range s.a.Issues {
		states := make([]string, len(i.State))
		for j, st := range i.State {
			states[j] = s.say("issue.state", "is", s.word("issue", st.Is), "at", s.at(st.At))
		}
		s.tell("issue", "id", i.ID, "title", s.text(i.Title), "states", strings.Join(states, ", "))
	}
	for _, p := range s.a.Positions {
		stance := comma(s.word("stance", p.Stance))
		s.tell("position", "id", p.ID, "at", s.at(p.At), "party", s.party(p.Party), "speaker", s.sayIf("name", "name", p.Speaker),
			"issue", s.sayIf("position.issue", "issue", p.Issue), "stance", stance, "words", s.text(p.Words))
	}
	for _, p := range s.a.Publication {
		round := ""
		if p.RoundM > 0 {
			round = s.say("policy.round", "m", s.number(p.RoundM))
		}
		s.tell("policy", "audience", s.word("audience", p.Audience), "handling", p.Handling, "delay", s.spanIf("policy.delay", p.Delay),
			"round", round, "withhold", s.sayIf("policy.withhold", "fields", strings.Join(p.Withhold, ", ")),
			"words", s.sayIf("limit.words", "words", strings.TrimSuffix(s.text(p.Words), ".")))
	}
}
