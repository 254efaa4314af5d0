package finding

import (
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/observation"
)

// required finishes the verdict of a requirement: what is asked for by a
// deadline is no breach before it.
func (j *Judge) required(r *rule, s *situation, here float64, known bool, v *verdict) {
	if v.result != "" {
		return
	}
	c := &v.reasons
	switch r.kind {
	case "withdrawal", "storage":
		if r.kind == "storage" && s.in.Activity == observation.AccessDenied {
			if known && here < 0.5 {
				v.concerned = false
				return
			}
			v.undetermined = true
			c.add("not-verifiable", "Access to the storage site was denied: whether weapons are stored there could not be verified.")
		}
		if missing(s.in.Extra) {
			c.add("missing", "A visit found weapons missing from storage: "+s.in.Extra["missing"]+".", "missing", s.in.Extra["missing"], "serials", s.in.Extra["serials"])
		}
		j.due(r, s, v)
	case "notification":
		q := r.provision.Requires
		n, lead := j.noticeFor(s, "")
		if n != nil {
			if out := n.leftOut(j, q.To); out != nil {
				c.add("not-told", "It was announced ("+n.id+"), but not to "+list(out)+".", "incident", n.id, "parties", list(out))
				return
			}
		}
		if n != nil && lead >= q.Before.Duration {
			v.result = Consistent
			c.add("notified", "It was announced "+lead.String()+" before ("+n.id+"); the terms ask for "+q.Before.Duration.String()+".", "incident", n.id, "lead", lead.String(), "before", q.Before.Duration.String())
		} else if n != nil {
			c.add("notified-late", "It was announced only "+lead.String()+" before ("+n.id+"); the terms ask for "+q.Before.Duration.String()+".", "incident", n.id, "lead", lead.String(), "before", q.Before.Duration.String())
		} else {
			c.add("not-notified", "No observation of an announcement covers it.")
		}
	case "access":
		j.due(r, s, v)
	case "delivery":
		if refused(s.in.Extra) {
			c.add("refused", "A source reports that the delivery was refused.")
			j.due(r, s, v)
			return
		}
		if r.deadline.IsZero() || !s.in.From.After(r.deadline.Time) {
			v.result = Consistent
			c.add("delivered", "It counts towards the delivery.", "number", integer(max(s.in.Count.N, 1)), "deadline", iso(r.deadline.Time))
			return
		}
		late := after(r.deadline.Time, s.in.From, s.in.To)
		v.probability *= late
		c.add("late", "It came after the deadline, "+stamp(r.deadline.Time)+".", "deadline", iso(r.deadline.Time))
	}
}

func refused(extra map[string]string) bool { return extra["delivery_state"] == "refused" }

// due narrows a verdict to the time after the deadline.
func (j *Judge) due(r *rule, s *situation, v *verdict) {
	if r.deadline.IsZero() {
		return
	}
	late := after(r.deadline.Time, s.in.From, s.in.To)
	v.probability *= late
	switch {
	case late == 0:
		v.result, v.under = Consistent, nil
		v.reasons.add("before-deadline", "The deadline, "+stamp(r.deadline.Time)+", had not passed.", "deadline", iso(r.deadline.Time))
	case late < 1:
		v.reasons.add("deadline", percent(late)+" of the interval lies after the deadline, "+stamp(r.deadline.Time)+".", "deadline", iso(r.deadline.Time), "share", number(late))
		if v.probability < r.threshold.Breach {
			v.under = nil
		}
	default:
		v.reasons.add("after-deadline", "The deadline, "+stamp(r.deadline.Time)+", had passed.", "deadline", iso(r.deadline.Time))
	}
}

// condition applies a requirement's Given.
func (j *Judge) condition(r *rule, t time.Time, v *verdict) {
	switch j.holds(r.given, t) {
	case agreement.No:
		v.concerned = false
	case agreement.Unknown:
		v.undetermined = true
		given := string(r.provision.Requires.Given)
		v.reasons.add("condition-unknown", "The duty depends on “"+given+"”, which can't be told from observations alone.", "condition", given)
	}
}

// holds evaluates what terms and dates alone tell; the rest is unknown here.
func (j *Judge) holds(e *agreement.Expr, t time.Time) agreement.Truth {
	return e.Holds(func(term *agreement.Expr) agreement.Truth {
		switch term.Op {
		case "ceasefire.in-force":
			return agreement.TruthOf(len(j.agreement.CeasefireAt(t)) > 0)
		case "status":
			return agreement.TruthOf(j.agreement.StatusAt(t) == term.Of)
		case "date":
			return agreement.TruthOf(!t.Before(term.At.Time))
		}
		return agreement.Unknown
	})
}
