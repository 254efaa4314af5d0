package agreement

import (
	"fmt"
	"slices"
)

func (v *validator) allProvisions() {
	for i := range v.a.Provisions {
		v.provision(at("provisions", i), v.a.Provisions[i])
	}
	seen := map[string]bool{}
	for i, t := range v.a.Thresholds {
		p := at("thresholds", i)
		v.ref(p+".provision", "provision", t.Provision, v.provisions)
		v.why(p, t.Why)
		if seen[t.Provision] {
			name := "by default"
			if t.Provision != "" {
				name = fmt.Sprintf("for the provision %q", t.Provision)
			}
			v.add(p, "two thresholds "+name, "one for each provision, and one without provision as the default")
		}
		seen[t.Provision] = true
		v.threshold(p+".occurrence", t.Occurrence)
		v.threshold(p+".breach", t.Breach)
		v.threshold(p+".attribution", t.Attribution)
	}
}

func (v *validator) threshold(path string, x float64) {
	if v.a.origin.has(path) && (x <= 0.5 || x > 1) {
		v.add(path, fmt.Sprintf("the threshold %g", x), "a probability above 0.5 and up to 1")
	}
}

func (v *validator) provision(p string, r Provision) {
	v.period(p, r.Period)
	v.ref(p+".zone", "zone", r.Zone, v.zones)
	v.ref(p+".site", "site", r.Site, v.sites)
	v.refs(p+".parties", "party", r.Parties, v.parties)
	v.ref(p+".ceasefire", "ceasefire", r.Ceasefire, v.ceasefires)
	v.ref(p+".severity", "severity", r.Severity, v.severities)
	v.why(p, r.Why)
	for i, s := range r.SeverityIf {
		q := at(p+".severity_if", i)
		v.ref(q+".is", "severity", s.Is, v.severities)
		v.match(q, s.Match)
	}
	if r.Outside && r.Zone == "" {
		v.add(p+".outside", "outside, but of no zone", "zone: the zone outside which the rule holds")
	}
	kinds := 0
	for key, set := range map[string]bool{"prohibits": r.Prohibits != nil, "requires": r.Requires != nil, "permits": r.Permits != nil} {
		if set || v.a.origin.mentions(p+"."+key) {
			kinds++
		}
	}
	if kinds != 1 {
		v.add(p, fmt.Sprintf("the provision %q has %d of prohibits, requires and permits", r.ID, kinds), "exactly one of them")
	}
	if r.Prohibits != nil {
		v.prohibition(p+".prohibits", r, *r.Prohibits)
	}
	if r.Requires != nil {
		v.requirement(p+".requires", r, *r.Requires)
	}
	if r.Permits != nil {
		v.permission(p+".permits", r, *r.Permits)
	}
}

func (v *validator) prohibition(p string, r Provision, f Prohibition) {
	v.match(p, f.Match)
	v.refs(p+".except", "party", f.Except, v.parties)
	if (f.FromZone || f.Against) && r.Zone == "" && r.Site == "" {
		key := ".against"
		if f.FromZone {
			key = ".from_zone"
		}
		v.add(p+key, "from_zone and against speak of a zone or a site, and the provision has none", "zone or site on the provision")
	}
	if f.FromZone && f.Against {
		v.add(p+".against", "both from_zone and against", "one of them, or neither for both")
	}
}

func (v *validator) requirement(p string, r Provision, q Requirement) {
	v.match(p, q.Match)
	v.refs(p+".to", "party", q.To, v.parties)
	v.refs(p+".sites", "site", q.Sites, v.sites)
	v.deadline(p, q.Start, q.Deadline)
	v.deadline(p, r.From, q.Deadline)
	v.condition(p+".given", q.Given)
	var ids []string
	for i, s := range q.Stages {
		sp := at(p+".stages", i)
		v.match(sp, s.Match)
		v.ref(sp+".zone", "zone", s.Zone, v.zones)
		v.deadline(sp, s.Start, s.Deadline)
		if s.Start.IsZero() {
			v.deadline(sp, q.Start, s.Deadline)
		}
		if slices.Contains(ids, s.ID) {
			v.add(sp+".id", fmt.Sprintf("the stage %q is defined twice", s.ID), "each id once")
		}
		ids = append(ids, s.ID)
	}
	switch {
	case q.Kind == "notification" && q.Before.IsZero() && !v.a.origin.mentions(p+".before"):
		v.add(p, "a notification with no time before the act", "before: how long before the act, as in 48h")
	case q.Kind == "storage" && len(q.Sites) == 0 && r.Site == "" && r.Zone == "":
		v.add(p, "storage at no place", "sites: where, or zone or site on the provision")
	case q.Kind == "withdrawal" && r.Zone == "" && !slices.ContainsFunc(q.Stages, func(s Stage) bool { return s.Zone != "" }):
		v.add(p, "a withdrawal from nowhere", "zone on the provision or its stages: the space to leave")
	}
}

func (v *validator) permission(p string, r Provision, f Permission) {
	v.match(p, f.Match)
	v.refs(p+".of", "provision", f.Of, v.provisions)
	v.refs(p+".by", "party", f.By, v.parties)
	v.refs(p+".tell", "party", f.Tell, v.parties)
	for i, id := range f.Of {
		if of := v.a.Provision(id); of != nil && of.Prohibits == nil {
			v.add(at(p+".of", i), fmt.Sprintf("the provision %q prohibits nothing, so nothing can be excepted from it", id), "a provision that prohibits")
		}
	}
	if r.Severity != "" {
		v.add(p, fmt.Sprintf("the provision %q permits, so it can't be broken", r.ID), "no severity")
	}
}

func (v *validator) procedure() {
	a := v.a
	for i, s := range a.Scales.Occurrence {
		p := at("scales.occurrence", i)
		if s.Probability < 0 || s.Probability > 1 {
			v.add(p+".probability", fmt.Sprintf("the probability %g", s.Probability), "a number from 0 to 1")
		}
		if i > 0 && s.Probability < a.Scales.Occurrence[i-1].Probability {
			v.add(p+".probability", fmt.Sprintf("the step %q takes less than the one below it", s.ID), "steps from the lowest up")
		}
	}
	if q := a.Verification; q != nil {
		v.refs("verification.ask", "party", q.Ask, append(slices.Clone(v.parties), "accused"))
		v.ref("verification.decides", "party", q.Decides, v.parties)
		v.ref("verification.appeal_to", "party", q.AppealTo, v.parties)
		v.words("verification.means", "means", q.Means, Means())
		v.match("verification.corroboration", q.Corroboration)
		v.why("verification", q.Why)
		v.moves(q.Moves)
	}
	if e := a.Escalation; e != nil {
		v.why("escalation", e.Why)
		for i, l := range e.Levels {
			v.level(at("escalation.levels", i), l)
		}
	}
	v.policies()
}

// moves checks what a procedure has of its own, and that every case can end.
func (v *validator) moves(moves []Move) {
	if len(moves) == 0 {
		return
	}
	var names []string
	sound := true
	for i, m := range moves {
		p := at("verification.moves", i)
		before := len(*v.problems)
		v.why(p, m.Why)
		as, key := m.As, p+".as"
		if as == "" {
			as, key = m.Move, p+".move"
		}
		if !slices.Contains(CaseMoves(), as) {
			v.add(key, fmt.Sprintf("unknown step %q", as), choose(as, CaseMoves())+"; with as, it can have a name of its own")
		}
		v.words(p+".from", "state of a case", m.From, CaseStates())
		v.ref(p+".to", "state of a case", m.To, append(CaseStates(), Back))
		v.words(p+".by", "role, party or body", m.By, slices.Concat(CaseRoles(), CaseBodies(), v.parties))
		v.words(p+".needs", "condition of a step", m.Needs, CaseNeeds())
		if slices.Contains(names, m.Move) {
			v.add(p+".move", fmt.Sprintf("the step %q is given twice", m.Move), "each step once")
		}
		names = append(names, m.Move)
		sound = sound && len(*v.problems) == before
	}
	known := append(CaseMoves(), names...)
	for i, m := range moves {
		v.words(at("verification.moves", i)+".not_by", "step", m.NotBy, known)
	}
	if !sound {
		return
	}
	procedure := v.a.Procedure()
	if !slices.ContainsFunc(procedure.Moves, func(m Move) bool { return m.As == "report" }) {
		v.add("verification.moves", "no step begins a case", "a step as report that is not off")
	}
	for _, s := range procedure.Stuck() {
		v.add("verification.moves", fmt.Sprintf("a case that is %q can never be closed", s), "a step from there that leads on to closed")
	}
}

func (v *validator) level(p string, l Level) {
	v.ref(p+".severity", "severity", l.Severity, v.severities)
	v.ref(p+".confidence", "step of the occurrence scale", l.Confidence, v.occurrences)
	v.refs(p+".provisions", "provision", l.Provisions, v.provisions)
	v.refs(p+".tell", "party", l.Tell, v.parties)
	v.refs(p+".due", "commitment", l.Due, v.commitments)
	v.refs(p+".by", "party", l.By, v.parties)
	if l.Persistent && v.a.Escalation.Persistence.IsZero() {
		v.add(p+".persistent", fmt.Sprintf("the level %q needs persistent breaches, and nothing says how long they must go on", l.ID), "escalation.persistence: as in 24h")
	}
	if l.Certainty != 0 && (l.Certainty < 0.5 || l.Certainty >= 1) {
		v.add(p+".certainty", fmt.Sprintf("the certainty %g", l.Certainty), "a number from 0.5 to below 1")
	}
	if l.Certainty != 0 && l.Rise == 0 {
		v.add(p+".certainty", "a certainty of a rise without a rise", "rise: how many times the baseline's rate")
	}
	if !l.Within.IsZero() && l.Within.Duration < l.After.Duration {
		v.add(p+".within", fmt.Sprintf("the response of the level %q is due before it can be reached", l.ID), "within: at least "+l.After.Written)
	}
	if l.Count > 0 && l.Window.IsZero() {
		v.add(p+".count", "a count without a time in which to count", "window: as in 24h")
	}
	if l.Rise != 0 && l.Rise <= 1 {
		v.add(p+".rise", fmt.Sprintf("a rise to %g times", l.Rise), "more than 1")
	}
	if l.Rise != 0 && (l.Baseline.IsZero() || l.Window.IsZero()) {
		v.add(p+".rise", "a rise without the times to compare", "window and baseline")
	}
}

func (v *validator) policies() {
	var audiences []string
	for i, p := range v.a.Publication {
		path := at("publication", i)
		if p.Handling != "" && !slices.Contains(Handlings(), p.Handling) {
			v.add(path+".handling", fmt.Sprintf("unknown handling label %q", p.Handling), choose(p.Handling, Handlings()))
		}
		v.notNegative(path+".round_m", p.RoundM, "m")
		v.words(path+".withhold", "field", p.Withhold, []string{"source", "observer", "text", "media", "harm", "party", "serials"})
		if p.Audience != "" && slices.Contains(audiences, p.Audience) {
			v.add(path+".audience", fmt.Sprintf("two policies for the audience %q", p.Audience), "one for each")
		}
		audiences = append(audiences, p.Audience)
	}
}

func (v *validator) pledges() {
	a := v.a
	for i, c := range a.Commitments {
		p := at("commitments", i)
		v.refs(p+".by", "party", c.By, v.parties)
		v.refs(p+".to", "party", c.To, v.parties)
		v.condition(p+".when", c.When)
		v.period(p, c.Period)
		v.why(p, c.Why)
		if len(c.By) == 0 && v.a.origin.has(p+".by") {
			v.add(p+".by", fmt.Sprintf("nobody makes the commitment %q", c.ID), "at least one party")
		}
		for j, l := range c.Limits {
			q := at(p+".limits", j)
			v.limit(q, c.Limits[:j], l)
			v.notNegative(q+".min_km", l.MinKM, "km")
			v.ref(q+".severity", "severity", l.Severity, v.severities)
			v.ref(q+".line", "line", l.Line, v.lines)
			v.refs(q+".only", "party", l.Only, v.parties)
			v.refs(q+".never", "party", l.Never, v.parties)
			v.why(q, l.Why)
			if l.MinKM > 0 && len(a.Lines) == 0 {
				v.add(q+".min_km", "a distance to a line, and the agreement has none", "lines: the line of contact")
			}
		}
		for j, f := range c.Firm {
			q := at(p+".firm", j)
			v.why(q, f.Why)
			v.refs(q+".by", "party that makes the pledge", f.By, c.By)
			if j > 0 && f.At.Before(c.Firm[j-1].At.Time) {
				v.add(q+".at", "an older step after a later one", "the oldest first")
			}
		}
	}
	for i, s := range a.Issues {
		p := at("issues", i)
		v.why(p, s.Why)
		for j, st := range s.State {
			q := at(p+".state", j)
			v.why(q, st.Why)
			if j > 0 && st.At.Before(s.State[j-1].At.Time) {
				v.add(q+".at", "an older state after a later one", "the oldest first")
			}
		}
	}
	for i, s := range a.Positions {
		p := at("positions", i)
		v.ref(p+".party", "party", s.Party, v.parties)
		v.ref(p+".issue", "issue", s.Issue, v.issues)
		v.why(p, s.Why)
	}
}

func (v *validator) limit(path string, before []Limit, l Limit) {
	if l.ID != "" && slices.ContainsFunc(before, func(o Limit) bool { return o.ID == l.ID }) {
		v.add(path+".id", fmt.Sprintf("the limit %q is defined twice", l.ID), "each id once in a commitment")
	}
	if l.Max < 0 {
		v.add(path+".max", fmt.Sprintf("at most %d", l.Max), "a number of 1 or more")
	}
	if l.Per != "" && l.Max == 0 {
		v.add(path+".per", fmt.Sprintf("per %s, but of no number", l.Per), "max: how many at most")
	}
}
