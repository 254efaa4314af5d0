package finding

import (
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// verdict is one rule's view of one situation before exceptions and thresholds.
type verdict struct {
	concerned    bool
	probability  float64
	result       Result // where the rule itself decides, without thresholds
	undetermined bool
	under        []string
	reasons      chain
}

// weigh asks in turn: does the rule describe the act, was it in force then,
// did it hold there, and did it bind who acted.
func (j *Judge) weigh(r *rule, s *situation) verdict {
	var v verdict
	if r.never {
		return v
	}
	acts, unsure := j.acts(r, s)
	if acts < j.par.Rule.RelevantAct {
		return v
	}
	from, to := s.in.From, s.in.To
	held := share(r.period, from, to)
	anyone := held
	for _, d := range r.disputed {
		anyone = max(anyone, share(d.Period, from, to))
	}
	if anyone == 0 {
		return v
	}
	if is := j.agreement.StatusAt(from); is == "suspended" || is == "ended" {
		return v
	}
	here, known, unknown := j.here(r, s)
	if known && here < j.par.Rule.Relevant && !j.ofPlace(r) {
		return v
	}
	if !known && acts < 0.5 {
		return v
	}
	v.concerned = true

	c := &v.reasons
	if !s.brief {
		c.cite(r)
		text := "It is what the rule describes with " + percent(acts)
		if unsure != "" {
			text += "; " + unsure.phrase()
		}
		c.add("rule", text+".", "probability", number(acts), "kind", r.kind, "doubt", string(unsure))
		j.inForce(r, s, held, &v)
		j.whether(r, s, here, known, unknown, &v)
	}

	bound := j.binds(r, s, &v)
	v.probability = acts * held * bound
	if known {
		v.probability *= here
	} else {
		v.undetermined = true
		v.probability *= j.par.Rule.PlaceUnknown
	}
	if s.aggregate && v.probability > 0 {
		v.undetermined = true
		c.add("aggregate", "It is a sum over events, no event: which of them break the rule can't be told.")
	}
	if s.window && anyone < 1 {
		v.undetermined = true
		c.add("window", "A window of days that reaches over the rule's start or end tells nothing about it.")
	}
	if r.given != nil {
		j.condition(r, s.at, &v)
	}
	j.versions(r, s, acts, bound*j.hereOr(here, known), held, &v)
	if r.requires {
		j.required(r, s, here, known, &v)
	}
	return v
}

func (j *Judge) hereOr(here float64, known bool) float64 {
	if known {
		return here
	}
	return j.par.Rule.PlaceUnknown
}

func articleOf(p *agreement.Provision) string {
	if p.Article == "" {
		return ""
	}
	return " (article " + p.Article + ")"
}

func (j *Judge) inForce(r *rule, s *situation, held float64, v *verdict) {
	code, text := "in-force", "The rule was in force "+span(r.period)
	switch {
	case held == 1:
	case held == 0:
		code, text = "not-in-force", "The rule was not in force then; it holds "+span(r.period)
	default:
		code = "in-force-partly"
		text += "; " + percent(held) + " of the interval lies in that time"
	}
	ceasefire := ""
	if r.ceasefire != nil {
		ceasefire = r.ceasefire.ID
	}
	v.reasons.add(code, text+".", "share", number(held), "from", iso(r.period.From.Time), "until", iso(r.period.Until.Time), "ceasefire", ceasefire)
}

func span(p agreement.Period) string {
	switch {
	case p.From.IsZero() && p.Until.IsZero():
		return "at all times"
	case p.Until.IsZero():
		return "from " + stamp(p.From.Time)
	case p.From.IsZero():
		return "until " + stamp(p.Until.Time)
	}
	return "from " + stamp(p.From.Time) + " until " + stamp(p.Until.Time)
}

func (j *Judge) whether(r *rule, s *situation, here float64, known bool, unknown gap, v *verdict) {
	if !r.needsPlace() {
		v.reasons.add("everywhere", "The rule holds everywhere.")
		return
	}
	var where place
	site, at := "", ""
	if s.place.Line != "" {
		at = number(math.Round(s.place.DistanceM))
	}
	switch {
	case r.zone != "" && r.outside:
		where = outsideZone
	case r.zone != "":
		where = inZone
	case r.site != nil:
		where, site = atSite, r.site.ID
		at = ""
		if s.placed && r.site.Lat != nil && r.site.Lon != nil {
			at = number(math.Round(distance(geo.Point{Lat: s.in.Position.Lat, Lon: s.in.Position.Lon}, geo.Point{Lat: *r.site.Lat, Lon: *r.site.Lon})))
		}
	case r.kind == "storage" && len(r.sites) > 0 && !missing(s.in.Extra) && s.in.Activity != observation.AccessDenied:
		where = outsideSites
	case len(r.sites) > 0:
		where = atSites
	default:
		where = underCeasefire
	}
	if !known {
		v.reasons.add("place-unknown", "Whether it lies "+where.phrase(r)+" can't be told: "+unknown.phrase()+".", "where", string(where), "zone", r.zone, "site", site, "reason", string(unknown))
		return
	}
	v.reasons.add("zone", "It lies "+where.phrase(r)+" with "+percent(here)+".", "where", string(where), "zone", r.zone, "site", site, "probability", number(here), "distance_m", at)
}

// versions asks under whose version of the terms it is a breach: the agreed
// one ("") and each party's own, where periods or definitions differ.
func (j *Judge) versions(r *rule, s *situation, acts, rest, held float64, v *verdict) {
	var parties []string
	for _, d := range r.disputed {
		if !slices.Contains(parties, d.Party) {
			parties = append(parties, d.Party)
		}
	}
	for i := range r.definitions {
		if d := &r.definitions[i]; d.by != "" && d.period.Contains(s.at) && !slices.Contains(parties, d.by) {
			parties = append(parties, d.by)
		}
	}
	// defined is the probability that what the rule describes is a violation
	// by whom the definition is, or else by the agreed one.
	defined := func(by string) float64 {
		for _, who := range []string{by, ""} {
			for i := range r.definitions {
				if d := &r.definitions[i]; d.by == who && d.period.Contains(s.at) {
					both, _ := d.match.match(s.in, j.par)
					return min(1, both/acts)
				}
			}
		}
		return 1
	}
	c := &v.reasons
	agreed := defined("")
	v.probability *= agreed
	if agreed < 1 {
		c.add("definition", "By the agreed definition of a violation it is one with "+percent(agreed)+".", "probability", number(agreed))
	}
	if v.probability >= r.threshold.Breach {
		v.under = append(v.under, "")
	}
	for _, who := range parties {
		period, own := r.period, held
		for _, d := range r.disputed {
			if d.Party == who {
				period = d.Period
				own = share(d.Period, s.in.From, s.in.To)
			}
		}
		p := acts * rest * own * defined(who)
		code, verb := "version", "not a breach"
		if p >= r.threshold.Breach {
			v.under = append(v.under, who)
			code, verb = "version-breach", "a breach"
		}
		c.add(code, "Under the version of "+who+" (in force "+span(period)+") it is "+verb+" ("+percent(p)+").",
			"party", who, "probability", number(p), "from", iso(period.From.Time), "until", iso(period.Until.Time))
	}
	if len(v.under) > 0 && v.under[0] != "" && v.result == "" {
		v.undetermined = true
		c.add("disputed", "It is a breach only under the version of "+list(v.under)+", on which the parties do not agree.", "parties", list(v.under))
	}
}

// after is the part of the interval after an instant.
func after(t time.Time, from, to time.Time) float64 {
	return share(agreement.Period{From: agreement.At(t)}, from, to)
}
