package finding

import (
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// Deadlines answers for each requirement, or stage of one, whose deadline has
// passed at asOf whether what was required is done, by the incidents known.
// No report is no proof: without evidence the answer is undetermined. The
// order of known does not matter, nor do incidents after asOf.
func (j *Judge) Deadlines(asOf time.Time, known ...incident.Incident) []Finding {
	d := j.Duties(asOf)
	for i := range known {
		d.Add(&known[i])
	}
	return d.Findings()
}

// Duties gathers what incidents show about duties whose deadline has passed,
// one incident after the other, so that the whole past need not be held.
type Duties struct {
	judge   *Judge
	asOf    time.Time
	rules   []*rule
	tallies []tally
}

// tally is what the known incidents show about one duty.
type tally struct {
	breaches, doubtful int
	strongest          *incident.Incident
	weight             float64 // of the strongest
	delivered, late    int
	refused            bool
}

// Duties begins to gather. A copy for each goroutine can be merged.
func (j *Judge) Duties(asOf time.Time) *Duties {
	d := &Duties{judge: j, asOf: asOf}
	for _, r := range j.rules {
		if !r.requires || r.never || r.deadline.IsZero() || asOf.Before(r.deadline.Time) || j.holds(r.given, r.deadline.Time) == agreement.No {
			continue
		}
		d.rules = append(d.rules, r)
	}
	d.tallies = make([]tally, len(d.rules))
	return d
}

// Provisions lists the provisions whose duties are gathered; only incidents of
// which something was found under one of them can matter. all is true where
// any incident can.
func (d *Duties) Provisions() (ids []string, all bool) {
	for _, r := range d.rules {
		all = all || r.kind == "delivery"
		if !slices.Contains(ids, r.provision.ID) {
			ids = append(ids, r.provision.ID)
		}
	}
	return ids, all
}

// Add takes an incident into account.
func (d *Duties) Add(in *incident.Incident) {
	if len(d.rules) == 0 || in.Activity == observation.Alert {
		return
	}
	s := d.judge.situation(in)
	if !s.reference {
		s.brief = true
		d.add(s)
	}
}

func (d *Duties) add(s *situation) {
	if s.in.From.After(d.asOf) {
		return
	}
	for i, r := range d.rules {
		if r.kind == "delivery" || !s.in.To.Before(r.deadline.Time) {
			d.tallies[i].add(d.judge, r, s)
		}
	}
}

func (t *tally) add(j *Judge, r *rule, s *situation) {
	in := s.in
	if r.kind == "delivery" {
		if p, _ := j.acts(r, s); p < 0.5 || in.Probability < r.threshold.Occurrence {
			return
		}
		switch {
		case refused(in.Extra):
			t.refused = true
		case in.From.After(r.deadline.Time):
			t.late += max(in.Count.N, 1)
		default:
			t.delivered += max(in.Count.N, 1)
		}
		return
	}
	v := j.weigh(r, s)
	if !v.concerned {
		return
	}
	switch result, _ := j.decide(r, s, &v); result {
	case Breach:
		t.breaches++
		if weight := round(v.probability) * in.Probability; t.stronger(weight, in) {
			kept := *in
			t.strongest, t.weight = &kept, weight
		}
	case Undetermined:
		t.doubtful++
	}
}

// stronger tells whether an incident shows more than the strongest so far.
func (t *tally) stronger(weight float64, in *incident.Incident) bool {
	return t.strongest == nil || weight > t.weight || weight == t.weight && in.ID < t.strongest.ID
}

// Merge takes into account what another has gathered of the same duties.
func (d *Duties) Merge(other *Duties) {
	for i := range d.tallies {
		t, o := &d.tallies[i], &other.tallies[i]
		t.breaches += o.breaches
		t.doubtful += o.doubtful
		t.delivered += o.delivered
		t.late += o.late
		t.refused = t.refused || o.refused
		if o.strongest != nil && t.stronger(o.weight, o.strongest) {
			t.strongest, t.weight = o.strongest, o.weight
		}
	}
}

// Findings are the answers, in the agreement's order.
func (d *Duties) Findings() []Finding {
	var out []Finding
	for i, r := range d.rules {
		out = append(out, d.judge.passed(r, d.asOf, &d.tallies[i]))
	}
	return out
}

func (j *Judge) passed(r *rule, asOf time.Time, t *tally) Finding {
	p := r.provision
	f := Finding{
		ID:        identify("deadline", p.ID, r.stageID()),
		Provision: p.ID, Stage: r.stageID(), At: r.deadline.Time.UTC(),
		Result: Undetermined, Agreement: j.version(),
	}
	c := chain{}
	c.cite(r)
	c.add("deadline", "The deadline was "+stamp(r.deadline.Time)+"; this is as of "+stamp(asOf)+".", "deadline", iso(r.deadline.Time), "as_of", iso(asOf))
	c.add("duty", "The duty is of "+list(r.bound)+".", "parties", list(r.bound))

	switch {
	case r.kind == "delivery":
		j.delivery(r, t, &f, &c)
	case t.strongest != nil:
		s, _ := j.apply(r, j.situation(t.strongest))
		f.Result, f.BreachProbability, f.Occurrence, f.Severity = Breach, s.BreachProbability, s.Occurrence, s.Severity
		f.Responsible, f.Under, f.Place = s.Responsible, s.Under, s.Place
		c.add("evidence", plural(t.breaches, "incident")+" after the deadline show that it was not met; the strongest is "+s.Incident+".", "incidents", integer(t.breaches), "incident", s.Incident, "finding", s.ID)
	case t.doubtful > 0:
		f.BreachProbability = j.par.Rule.NoEvidence
		c.add("evidence-doubtful", plural(t.doubtful, "incident")+" after the deadline may show that it was not met.", "incidents", integer(t.doubtful))
	default:
		f.BreachProbability = j.par.Rule.NoEvidence
		c.add("no-evidence", "No incident after the deadline shows that it was not met; that nothing was reported does not prove that it was.")
	}
	if j.holds(r.given, r.deadline.Time) == agreement.Unknown {
		given := string(p.Requires.Given)
		if f.Result == Breach {
			f.Result = Undetermined
		}
		c.add("condition-unknown", "The duty depends on “"+given+"”, which can't be told from observations alone.", "condition", given)
	}
	if f.Responsible.Candidates == nil {
		f.Responsible = j.duty(r, f.Result)
	}
	if f.Result == Breach && f.Severity == "" {
		f.Severity = p.Severity
	}
	c.add("result", "Result: "+string(f.Result)+".", "result", string(f.Result))
	f.Reasons = c
	return f
}

func (j *Judge) delivery(r *rule, t *tally, f *Finding, c *chain) {
	need := max(r.provision.Requires.Number, 1)
	c.add("delivered", integer(t.delivered)+" of "+integer(need)+" delivered before the deadline, "+integer(t.late)+" after it, as far as is known.",
		"delivered", integer(t.delivered), "late", integer(t.late), "number", integer(need))
	switch {
	case t.delivered >= need:
		f.Result = Consistent
	case t.refused:
		f.BreachProbability = j.par.Rule.Refused
		c.add("refused", "A source reports that the delivery was refused.")
	case t.late > 0:
		f.BreachProbability = j.par.Rule.Late
		c.add("late", "What came after the deadline shows that it had not all come before.")
	default:
		f.BreachProbability = j.par.Rule.NoEvidence
		c.add("no-more-evidence", "That no more was reported does not prove that no more was delivered.")
	}
	if f.Result != Consistent && f.BreachProbability >= r.threshold.Breach {
		f.Result, f.Under = Breach, []string{""}
	}
}

// duty is who has to answer for a duty that no incident decides.
func (j *Judge) duty(r *rule, result Result) Responsible {
	a := j.author(&situation{in: &incident.Incident{Activity: observation.Other}})
	if len(r.bound) == 1 && result == Breach {
		out := Responsible{Party: r.bound[0], Probability: 1, Candidates: []Candidate{{r.bound[0], 1}}}
		out.rest(dutyAlone)
		return out
	}
	out := j.responsible(a, 1.1)
	is := dutyShared
	if len(r.bound) == 1 {
		is = dutyUndetermined
	}
	out.rest(is)
	return out
}
