package finding

import (
	"time"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// Deadlines answers for each requirement, or stage of one, whose deadline has
// passed at asOf whether what was required is done, by the incidents known.
// No report is no proof: without evidence the answer is undetermined. The
// order of known does not matter, nor do incidents after asOf.
func (j *Judge) Deadlines(asOf time.Time, known ...incident.Incident) []Finding {
	var out []Finding
	var told []*situation // made once, for the first rule that needs them
	for _, r := range j.rules {
		if !r.requires || r.never || r.deadline.IsZero() || asOf.Before(r.deadline.Time) {
			continue
		}
		if j.holds(r.given, r.deadline.Time) == no {
			continue
		}
		if told == nil {
			told = j.told(asOf, known)
		}
		out = append(out, j.passed(r, asOf, told))
	}
	return out
}

// tally is what the known incidents show about one duty.
type tally struct {
	breaches, doubtful int
	strongest          *Finding
	delivered, late    int
	refused            bool
}

// told are the situations of which a deadline can be judged.
func (j *Judge) told(asOf time.Time, known []incident.Incident) []*situation {
	out := make([]*situation, 0, len(known))
	for i := range known {
		if in := &known[i]; !in.From.After(asOf) && in.Activity != observation.Alert {
			if s := j.situation(in); !s.reference {
				out = append(out, s)
			}
		}
	}
	return out
}

func (j *Judge) passed(r *rule, asOf time.Time, known []*situation) Finding {
	p := r.provision
	f := Finding{
		ID:        identify("deadline", p.ID, r.stageID()),
		Provision: p.ID, Stage: r.stageID(), At: r.deadline.Time.UTC(),
		Result: Undetermined, Agreement: j.version,
	}
	t := j.count(r, known)
	c := chain{}
	c.cite(r)
	c.add("deadline", "The deadline was "+stamp(r.deadline.Time)+"; this is as of "+stamp(asOf)+".", "deadline", iso(r.deadline.Time), "as_of", iso(asOf))
	c.add("bound", "The duty is of "+list(r.bound)+".", "parties", list(r.bound))

	switch {
	case r.kind == "delivery":
		j.delivery(r, t, &f, &c)
	case t.strongest != nil:
		s := t.strongest
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
	if j.holds(r.given, r.deadline.Time) == unknown {
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

func (j *Judge) count(r *rule, known []*situation) tally {
	var t tally
	for _, s := range known {
		in := s.in
		if r.kind == "delivery" {
			if p, _ := j.acts(r, s); p < 0.5 || in.Probability < r.threshold.Occurrence {
				continue
			}
			switch {
			case refused(in.Extra):
				t.refused = true
			case in.From.After(r.deadline.Time):
				t.late += max(in.Count.N, 1)
			default:
				t.delivered += max(in.Count.N, 1)
			}
			continue
		}
		f, ok := j.apply(r, s)
		if !ok || in.To.Before(r.deadline.Time) {
			continue
		}
		switch f.Result {
		case Breach:
			t.breaches++
			if t.strongest == nil || stronger(&f, t.strongest) {
				t.strongest = &f
			}
		case Undetermined:
			t.doubtful++
		}
	}
	return t
}

func stronger(a, b *Finding) bool {
	if x, y := a.BreachProbability*a.Occurrence.Probability, b.BreachProbability*b.Occurrence.Probability; x != y {
		return x > y
	}
	return a.ID < b.ID
}

func (j *Judge) delivery(r *rule, t tally, f *Finding, c *chain) {
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
		c.add("no-evidence", "That no more was reported does not prove that no more was delivered.")
	}
	if f.Result != Consistent && f.BreachProbability >= r.threshold.Breach {
		f.Result, f.Under = Breach, []string{""}
	}
}

// duty is who has to answer for a duty that no incident decides.
func (j *Judge) duty(r *rule, result Result) Responsible {
	a := j.author(&situation{in: &incident.Incident{Activity: observation.Other}})
	if len(r.bound) == 1 && result == Breach {
		return Responsible{Party: r.bound[0], Probability: 1, Candidates: []Candidate{{r.bound[0], 1}}, Basis: "the duty is that party's alone"}
	}
	out := j.responsible(a, 1.1)
	out.Basis = "the duty is shared"
	if len(r.bound) == 1 {
		out.Basis = "whether the duty was met is undetermined"
	}
	return out
}
