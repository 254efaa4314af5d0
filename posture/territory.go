package posture

import (
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/observation"
)

// on is the probability that the thing stands on a party's territory; known is
// false where nothing tells. A territory's zone decides before what is declared.
func (x *thing) on(party string) (p float64, known bool) {
	a := x.ground.Agreement
	of := a.Party(party)
	if of == nil {
		return 0, false
	}
	if of.Territory != "" && x.d.Position != nil && x.ground.Zones != nil && x.ground.Zones.Has(of.Territory) {
		return within(x.place, of.Territory), true
	}
	best, all := 0.0, len(of.Members) > 0
	for _, m := range of.Members {
		p, known := x.on(m)
		best, all = max(best, p), all && known
	}
	if best == 1 {
		return 1, true
	}
	switch {
	case x.d.Host == party:
		return 1, true
	case x.d.Host == "":
		return best, all && best > 0
	case of.Open: // the host may be one of the members that are not named
		return best, false
	}
	return best, true
}

// only holds the thing against "only on the territory of".
func (x *thing) only(v *verdict, l *agreement.Limit) {
	best, known := 0.0, true
	for _, party := range l.Only {
		p, sure := x.on(party)
		best, known = max(best, p), known && sure
	}
	v.p, v.unknown = 1-best, !known && best < 1
	x.tellTerritory(v, best, l.Only)
}

// never holds it against "not on the territory of".
func (x *thing) never(v *verdict, l *agreement.Limit) {
	known := true
	for _, party := range l.Never {
		p, sure := x.on(party)
		v.p, known = max(v.p, p), known && sure
	}
	v.unknown = !known && v.p < 1
	x.tellTerritory(v, v.p, l.Never)
}

func (x *thing) tellTerritory(v *verdict, p float64, parties []string) {
	where := list(parties)
	if v.unknown {
		v.say("territory-unknown", "Whether it stands on the territory of "+where+" can't be told.", "parties", where)
		return
	}
	v.say("territory", "It stands on the territory of "+where+" with "+percent(p)+".", "parties", where, "probability", number(p))
}

// consent holds the thing against "only where the host has agreed".
func (x *thing) consent(v *verdict, _ *agreement.Limit) {
	host := x.host()
	switch {
	case host == "":
		v.unknown = true
		v.say("host-unknown", "On whose territory it stands can't be told.")
		return
	case host == x.d.Party:
		v.say("host-itself", "It stands on its own territory.")
		return
	}
	truth := x.consented(v, host)
	switch truth {
	case agreement.Yes:
		v.say("consent", host+" has agreed.", "host", host)
	case agreement.No:
		v.p = 1
		v.say("no-consent", host+" has not agreed.", "host", host)
	default:
		v.unknown = true
		v.say("consent-unknown", "Whether "+host+" has agreed is unknown.", "host", host)
	}
}

// host is on whose territory the thing stands: as declared, or else the party
// whose territory it most probably is.
func (x *thing) host() string {
	if x.d.Host != "" {
		return x.d.Host
	}
	a := x.ground.Agreement
	best, host := 0.5, ""
	for i := range a.Parties {
		p := &a.Parties[i]
		if p.Territory == "" {
			continue
		}
		if on, known := x.on(p.ID); known && on > best {
			best, host = on, p.ID
		}
	}
	return host
}

// consented answers whether a host has agreed to the thing: by the later of what
// it declared and how firm its commitment of hosting is.
func (x *thing) consented(v *verdict, host string) agreement.Truth {
	a := x.ground.Agreement
	truth, since := agreement.Unknown, time.Time{}
	found := false
	for i := range a.Commitments {
		c := &a.Commitments[i]
		if c.Of != "hosting" || !slices.Contains(c.By, host) || len(c.To) > 0 && !slices.ContainsFunc(c.To, func(to string) bool { return a.Includes(to, x.d.Party) }) {
			continue
		}
		m := x.standing(c, host, x.t)
		if m.Is == "" || m.Since.Before(since) {
			continue
		}
		since, found = m.Since, true
		switch m.Is {
		case "refused", "withdrawn":
			truth = agreement.No
		case "statement", "letter-of-intent": // they announce consent and do not give it
			truth = agreement.Unknown
		default:
			truth = agreement.Yes
		}
		v.say("hosting", host+" pledged to host ("+c.ID+", "+m.Is+" since "+stamp(m.Since)+").", "host", host, "commitment", c.ID, "firmness", m.Is, "since", iso(m.Since))
		if e, err := c.When.Parse(a.Location()); err == nil && e != nil && truth == agreement.Yes && x.ground.State != nil {
			on := commitment.Evaluate(e, x.ground.State, x.t)
			truth = min(truth, on.Truth)
			v.say("condition", "Its condition “"+on.Condition+"” is "+on.Truth.String()+".", "condition", on.Condition, "truth", on.Truth.String())
		}
	}
	for _, d := range x.book.at(a, x.t) {
		if d.Kind != Host || d.Party != host || d.Host != "" && !a.Includes(d.Host, x.d.Party) || d.From.Before(since) || occurred(a, d) < 1 {
			continue
		}
		since, found = d.From, true
		truth = agreement.TruthOf(d.Agrees == "yes")
		v.say("host-declared", host+" declared on "+stamp(d.From)+": agrees "+d.Agrees+".", "host", host, "at", iso(d.From), "source", d.Source, "ref", d.Ref, "agrees", d.Agrees, "record", record(d.Record))
	}
	if !found {
		v.say("no-hosting", "Nothing on record tells that "+host+" agreed.", "host", host)
	}
	return truth
}

// ceiling holds what is declared under a pledge against its numbers.
func (j *judging) ceiling(c *agreement.Commitment, declared []*Declaration, t time.Time) {
	a := j.ground.Agreement
	for i := range c.Limits {
		l := &c.Limits[i]
		if l.Max == 0 {
			continue
		}
		sums := map[string]*Ceiling{}
		var order []string
		for _, d := range declared {
			if d.Kind == Host || (c.Of == "bases") != (d.Kind == Base) || occurred(a, d) < 1 {
				continue
			}
			m := j.maker(c, d, t)
			if m == nil || !m.Bound() {
				continue
			}
			sum := &Ceiling{Max: l.Max}
			key := ""
			switch l.Per {
			case "party":
				sum.Party, key = d.Party, d.Party
			case "host":
				sum.Host, key = d.Host, d.Host
			}
			if sums[key] == nil {
				sums[key] = sum
				order = append(order, key)
			}
			sums[key].add(c, d)
		}
		slices.Sort(order)
		for _, key := range order {
			j.ceilingOf(c, l, commitment.LimitID(l, i), key, sums[key], t)
		}
	}
}

func (s *Ceiling) add(c *agreement.Commitment, d *Declaration) {
	s.Declared = append(s.Declared, d.ID())
	if s.Handling == "" || strictness(d.Label()) > strictness(s.Handling) {
		s.Handling = d.Label()
	}
	if c.Of == "bases" {
		s.Least++
		s.Most++
		return
	}
	least, most, known := d.span()
	s.Least += least
	s.Most += most
	s.Open = s.Open || !known
}

func (j *judging) ceilingOf(c *agreement.Commitment, l *agreement.Limit, id, key string, s *Ceiling, t time.Time) {
	v := verdict{finding: "F-sum." + c.ID + "." + id, of: c.ID, limit: id, severity: l.Severity, occurred: 1, party: s.Party, handling: s.Handling}
	if key != "" {
		v.finding += "." + key
	}
	if s.Party == "" && len(c.By) == 1 {
		v.party = c.By[0]
	}
	v.say("commitment", "Commitment "+c.ID+": “"+c.Words.In("en")+"”", "commitment", c.ID)
	v.cite(l.Why)
	code, total := "ceiling", integer(s.Least)
	if s.Most > s.Least {
		code = "ceiling-between"
		total += " to " + integer(s.Most)
	}
	text := "Declared are " + total + "; the ceiling is " + integer(s.Max)
	if l.Per != "" {
		text += " for each " + l.Per
	}
	v.say(code, text+".", "least", integer(s.Least), "most", integer(s.Most), "max", integer(s.Max), "per", l.Per, "party", s.Party, "host", s.Host, "declared", list(s.Declared))
	switch {
	case s.Least > s.Max:
		v.p = 1
	case s.Open:
		v.unknown = true
		v.say("count-unknown", "Something under it does not say how many it is.")
	case s.Most > s.Max: // as if every number between were as likely
		v.p = float64(s.Most-s.Max) / float64(s.Most-s.Least+1)
	}
	s.Check = j.judge(v, t)
	if j.ceilings != nil {
		*j.ceilings = append(*j.ceilings, *s)
	}
}

// strictness orders labels from the one that all may see.
func strictness(h observation.Handling) int {
	return slices.Index([]observation.Handling{observation.Clear, observation.Green, observation.Amber, observation.AmberStrict, observation.Red}, h)
}
