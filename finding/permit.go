package finding

import (
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// permission is an exception made ready.
type permission struct {
	*rule
	permits *agreement.Permission
	match   matcher
}

func (j *Judge) permission(p *agreement.Provision) *permission {
	r := j.rule(p)
	return &permission{rule: r, permits: p.Permits, match: j.matcher(&p.Permits.Match, permittedActivities(p.Permits.Kind))}
}

// permittedActivities are those that an exception of kind covers where its
// Activities are empty; nil: any.
func permittedActivities(kind string) []string {
	var of []observation.Activity
	switch kind {
	case "medical":
		of = []observation.Activity{observation.AircraftFlight, observation.UAVFlight, observation.Movement, observation.Presence}
	case "demining":
		of = []observation.Activity{observation.Demining, observation.Explosion, observation.Movement, observation.Presence}
	case "exercise":
		of = []observation.Activity{observation.Exercise, observation.Explosion, observation.Burst, observation.Shot, observation.Projectile, observation.Flash,
			observation.Flare, observation.Shelling, observation.Movement, observation.Presence}
	case "monitoring":
		of = []observation.Activity{observation.UAVFlight, observation.AircraftFlight, observation.Movement, observation.Presence}
	case "repair":
		of = []observation.Activity{observation.Construction, observation.Movement, observation.Presence}
	}
	var out []string
	for _, a := range of {
		out = append(out, string(a))
	}
	return out
}

// exception is what the exceptions say of a breach.
type exception struct {
	permission string
	applies    bool // the event is excepted
	possible   bool // it may be: then it is undetermined
	reasons    chain
}

// except looks for an exception to r; nil if none is in question.
func (j *Judge) except(r *rule, s *situation) *exception {
	if r.requires && r.kind != "withdrawal" && r.kind != "storage" {
		return nil
	}
	var out *exception
	for _, p := range j.permissions {
		if len(p.permits.Of) > 0 && !slices.Contains(p.permits.Of, r.provision.ID) || len(p.permits.Of) == 0 && r.requires {
			continue
		}
		e := j.permitted(p, s)
		if e == nil {
			continue
		}
		if e.applies {
			return e
		}
		if out == nil {
			out = e
		} else {
			out.possible = out.possible || e.possible
			out.reasons = append(out.reasons, e.reasons...)
		}
	}
	return out
}

// permitted asks whether p covers s: kind, rule, time, place, party, and the
// announcement where it demands one.
func (j *Judge) permitted(p *permission, s *situation) *exception {
	if p.never || share(p.period, s.in.From, s.in.To) == 0 {
		return nil
	}
	matched, _ := p.match.match(s.in, j.par)
	if matched < 0.5 {
		return nil
	}
	n, lead := j.noticeFor(s, p.permits.Kind)
	shown, byParty := j.shows(p, s)
	if n != nil && !shown && n.kind == p.permits.Kind {
		shown = true
	}
	if !shown {
		return nil
	}
	here, known, _ := j.here(p.rule, s)
	if known && here < j.par.Rule.Relevant {
		return nil
	}
	e := &exception{permission: p.provision.ID}
	c := &e.reasons
	var quoted string
	var args []string
	if !s.brief {
		quoted = "Exception " + p.provision.ID + articleOf(p.provision) + ": “" + p.provision.Words.In("en") + "”"
		args = []string{"provision", p.provision.ID, "article", p.provision.Article, "kind", p.permits.Kind, "words", p.provision.Words.In("en")}
	}
	if len(p.permits.By) > 0 {
		author := j.author(s)
		others := slices.Concat(s.covered, s.claimed, s.bodies)
		if !slices.ContainsFunc(others, func(id string) bool { return slices.Contains(p.permits.By, id) }) {
			q := 0.0
			for i, id := range author.candidates {
				if slices.Contains(p.permits.By, id) {
					q += author.probability[i]
				}
			}
			if q < 0.5 {
				return nil
			}
		}
	}
	need := max(p.permits.Before.Duration, 0)
	if p.permits.Notified {
		switch {
		case n == nil:
			c.add("exception-not-notified", quoted+" It needs an announcement; no observation of one covers the event.", args...)
			return e
		case n.leftOut(j, p.permits.Tell) != nil:
			out := list(n.leftOut(j, p.permits.Tell))
			c.add("exception-not-told", quoted+" It was announced, but not to "+out+".", append(args, "parties", out, "incident", n.id)...)
			return e
		case lead < need:
			c.add("exception-late", quoted+" It was announced "+lead.String()+" before; the terms ask for "+need.String()+".", append(args, "lead", lead.String(), "before", need.String(), "incident", n.id)...)
			return e
		}
		args = append(args, "incident", n.id, "lead", lead.String())
	}
	switch {
	case !known || here < 0.5 || share(p.period, s.in.From, s.in.To) < 0.5:
		e.possible = true
		c.add("exception-possible", quoted+" Whether it covers the event's place and time can't be told.", args...)
	case byParty:
		e.possible = true
		c.add("exception-claimed", quoted+" Only a party says that it applies.", args...)
	default:
		e.applies = true
		c.add("exception", quoted+" It applies; the event is counted and described, not held a breach.", args...)
	}
	return e
}

// shows reports whether the incident itself shows the kind of exception, and
// whether a party alone says so.
func (j *Judge) shows(p *permission, s *situation) (shown, byParty bool) {
	kind := p.permits.Kind
	in := s.in
	said := func(c string) bool { return circumstance(c) == kind }
	if said(in.Extra["circumstance"]) || said(in.Extra["purpose"]) || slices.ContainsFunc(in.Caveats, said) {
		return true, onlyParties(in)
	}
	probable := func(a observation.Activity) bool {
		for _, x := range in.Activities {
			if x.Activity == a {
				return x.Probability >= 0.5
			}
		}
		return in.Activity == a
	}
	switch kind {
	case "demining":
		return probable(observation.Demining), false
	case "exercise":
		return probable(observation.Exercise), false
	case "monitoring":
		for _, id := range slices.Concat(s.bodies, s.claimed) {
			if q := j.agreement.Party(id); q != nil && q.Is("monitor") {
				return true, false
			}
		}
	case "other":
		return !p.match.empty(), false // its rule alone says what it covers
	}
	return false, false
}

func onlyParties(in *incident.Incident) bool {
	for _, m := range in.Members {
		if m.Means != observation.Party {
			return false
		}
	}
	return len(in.Members) > 0
}

// notice is an act that was announced before it happened.
type notice struct {
	id       string
	kind     string // of exception; "": none
	activity observation.Activity
	told     []string // to whom, as the source has it; empty: not stated
	from, to time.Time
	reported time.Time
	position *observation.Position
	place    string
}

// circumstance is the kind of exception that a source's word means.
func circumstance(word string) string {
	switch w := strings.NewReplacer(" ", "-", "_", "-").Replace(strings.ToLower(strings.TrimSpace(word))); w {
	case "self-defense", "return-fire":
		return "self-defence"
	case "live-fire-exercise", "training":
		return "exercise"
	case "medevac", "medical-evacuation":
		return "medical"
	default:
		return w
	}
}

// noticeKind is the kind of exception that an announced act can be: what its
// source says, or else what the act is by itself. A flight alone says nothing.
func noticeKind(in *incident.Incident) string {
	for _, key := range []string{"circumstance", "purpose"} {
		if v := in.Extra[key]; v != "" {
			return circumstance(v)
		}
	}
	switch in.Activity {
	case observation.Demining:
		return "demining"
	case observation.Exercise:
		return "exercise"
	case observation.Construction:
		return "repair"
	}
	return ""
}

// leftOut lists those of tell whom the announcement did not reach, where it
// says whom it reached.
func (n *notice) leftOut(j *Judge, tell []string) []string {
	if len(n.told) == 0 {
		return nil
	}
	var out []string
	for _, id := range tell {
		if !slices.ContainsFunc(n.told, func(name string) bool { p := j.party(name); return p != nil && p.ID == id }) {
			out = append(out, id)
		}
	}
	return out
}

// Notice tells the Judge of incidents that were reported before they began:
// announcements of exercises, demining, flights, movements or repairs. Others
// are passed over. Tell it of all before judging, so that findings don't depend
// on order. Whom the announcement reached is its extra "told", names with commas
// between them; its kind the extra "circumstance" or "purpose", where the
// activity does not say it.
func (j *Judge) Notice(incidents ...incident.Incident) {
	for i := range incidents {
		if n, ok := noticeOf(&incidents[i]); ok {
			j.notices = append(j.notices, n)
		}
	}
	slices.SortFunc(j.notices, func(a, b notice) int {
		if c := a.from.Compare(b.from); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	j.notices = slices.CompactFunc(j.notices, func(a, b notice) bool { return a.id == b.id && a.from.Equal(b.from) })
}

func noticeOf(in *incident.Incident) (notice, bool) {
	if !in.Announced() {
		return notice{}, false
	}
	switch in.Activity {
	case observation.Demining, observation.Exercise, observation.UAVFlight, observation.AircraftFlight, observation.Construction,
		observation.Movement, observation.Presence:
	default:
		return notice{}, false
	}
	n := notice{id: in.ID, kind: noticeKind(in), activity: in.Activity, from: in.From, to: in.To, reported: in.Reported, position: in.Position, place: in.Place}
	for _, name := range strings.Split(in.Extra["told"], ",") {
		if name = strings.TrimSpace(name); name != "" {
			n.told = append(n.told, name)
		}
	}
	return n, true
}

// noticeFor is the earliest announcement that covers s, with how long before.
// kind is that of the exception; "": any that announces such an act as s.
func (j *Judge) noticeFor(s *situation, kind string) (*notice, time.Duration) {
	var best *notice
	if n, ok := noticeOf(s.in); ok {
		best = &n
	}
	for i := range j.notices {
		n := &j.notices[i]
		if n.from.After(s.in.From) {
			break
		}
		if n.id == s.in.ID || n.activity != s.in.Activity && (kind == "" || n.kind != kind) || !j.covers(n, s.in) {
			continue
		}
		until := n.to
		if !until.After(n.from) {
			until = n.from.Add(time.Duration(j.par.Rule.NoticeLastsS * float64(time.Second)))
		}
		if until.Before(s.in.From) {
			continue
		}
		if best == nil || n.reported.Before(best.reported) {
			best = n
		}
	}
	if best == nil {
		return nil, 0
	}
	return best, s.in.From.Sub(best.reported)
}

func (j *Judge) covers(n *notice, in *incident.Incident) bool {
	if n.position != nil && in.Position != nil {
		d := distance(geo.Point{Lat: n.position.Lat, Lon: n.position.Lon}, geo.Point{Lat: in.Position.Lat, Lon: in.Position.Lon})
		return d <= n.position.Radius+in.Position.Radius+j.par.Rule.NoticeReachM
	}
	return n.place != "" && strings.EqualFold(n.place, in.Place)
}
