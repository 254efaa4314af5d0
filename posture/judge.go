package posture

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/zone"
)

// verdict is one limit's view of one thing at one instant.
type verdict struct {
	finding, of, limit string
	party              string // who answers for it; empty: nobody alone
	severity           string
	p                  float64 // that it is beyond the limit
	handling           observation.Handling
	unknown            bool // that can't be told
	occurred           float64
	place              zone.Place
	reasons            []finding.Reason
}

// judging holds declarations against limits at one instant after the other.
type judging struct {
	ground  *Ground
	book    *book
	tallies map[string]*tally
	order   []string // of the tallies, as they came up

	rows     *[]Row // filled where they are asked for
	ceilings *[]Ceiling
	now      map[string]bool // what is judged at this instant
	steps    map[[2]string][]commitment.Step
}

// tally is how one limit was met over time.
type tally struct {
	episodes []episode
	latest   map[finding.Result]verdict // the last with each result
}

// episode is a time with one result.
type episode struct {
	result      finding.Result
	from, until time.Time // until zero: it goes on
}

func (j *judging) at(t time.Time) {
	a := j.ground.Agreement
	j.now = map[string]bool{}
	declared := j.book.at(a, t)
	for _, d := range declared {
		place := zone.Place{}
		if d.Position != nil && j.ground.Zones != nil {
			place = j.ground.Zones.At(*d.Position, d.RadiusM, t)
			place.DistanceM = math.Round(place.DistanceM*10) / 10
		}
		row := Row{ID: d.ID(), Declaration: *d, Line: place.Line, LineVersion: place.LineVersion, DistanceM: place.DistanceM, Side: place.Side, Zones: place.Zones}
		if d.Kind != Host {
			thing := &thing{judging: j, d: d, t: t, place: place, weight: occurred(a, d)}
			for i := range a.Provisions {
				row.Checks = append(row.Checks, thing.provision(&a.Provisions[i])...)
			}
			for i := range a.Commitments {
				row.Checks = append(row.Checks, thing.commitment(&a.Commitments[i])...)
			}
		}
		if j.rows != nil {
			*j.rows = append(*j.rows, row)
		}
	}
	for i := range a.Commitments {
		j.ceiling(&a.Commitments[i], declared, t)
	}
	for id, x := range j.tallies {
		if n := len(x.episodes); !j.now[id] && x.episodes[n-1].until.IsZero() {
			x.episodes[n-1].until = t
		}
	}
}

// judge makes a check of a verdict and keeps it.
func (j *judging) judge(v verdict, t time.Time) Check {
	a := j.ground.Agreement
	v.p = math.Round(v.p*1e6) / 1e6
	if v.unknown {
		v.p = 0 // nothing stands for it
	}
	threshold := a.Threshold(v.of)
	result := finding.Breach
	switch {
	case v.unknown:
		result = finding.Undetermined
	case v.p <= 1-threshold.Breach:
		result = finding.Consistent
	case v.p < threshold.Breach || v.occurred < 1:
		result = finding.Undetermined
	}
	if v.occurred < 1 && result != finding.Consistent {
		v.say("alleged", "It is declared by others than those whose it is, their host or a monitor; so it is not taken as established.")
	}
	if v.unknown {
		v.say("beyond-unknown", "Whether it is beyond the limit can't be told: undetermined.", "result", string(result))
	} else {
		v.say("beyond", "It is beyond the limit with "+percent(v.p)+"; the terms ask for "+percent(threshold.Breach)+": "+string(result)+".",
			"probability", number(v.p), "threshold", number(threshold.Breach), "result", string(result))
	}
	x := j.tallies[v.finding]
	if x == nil {
		x = &tally{latest: map[finding.Result]verdict{}}
		j.tallies[v.finding] = x
		j.order = append(j.order, v.finding)
	}
	if n := len(x.episodes); n == 0 || x.episodes[n-1].result != result || !x.episodes[n-1].until.IsZero() {
		if n > 0 && x.episodes[n-1].until.IsZero() {
			x.episodes[n-1].until = t
		}
		x.episodes = append(x.episodes, episode{result: result, from: t})
	}
	x.latest[result] = v
	j.now[v.finding] = true
	return Check{Finding: v.finding, Of: v.of, Limit: v.limit, Result: result, Probability: v.p}
}

func (v *verdict) say(code, text string, args ...string) {
	v.reasons = append(v.reasons, reason(code, text, args...))
}

// findings are the tallies' answers up to t: that it was beyond the limit at some
// time, else that it can't be told, else that it keeps to it.
func (j *judging) findings(t time.Time) []finding.Finding {
	a := j.ground.Agreement
	version, step := a.Version(), lowestStep(a)
	var out []finding.Finding
	for _, id := range j.order {
		x := j.tallies[id]
		f := finding.Finding{ID: id, Agreement: version}
		for _, r := range []finding.Result{finding.Breach, finding.Undetermined, finding.Consistent} {
			if _, ok := x.latest[r]; ok {
				f.Result = r
				break
			}
		}
		v := x.latest[f.Result]
		f.Provision, f.Stage, f.BreachProbability, f.Place, f.Handling = v.of, v.limit, v.p, v.place, v.handling
		f.Occurrence = finding.Occurrence{Step: step, Probability: v.occurred, Sources: 1}
		f.Reasons = slices.Clone(v.reasons)
		for _, e := range x.episodes {
			if e.result != f.Result {
				continue
			}
			if f.At.IsZero() {
				f.At = e.from
			}
			text := "So from " + stamp(e.from)
			asOf := ""
			if !e.until.IsZero() {
				text += " until " + stamp(e.until)
			} else {
				text += "; it is so on " + stamp(t)
				asOf = iso(t)
			}
			f.Reasons = append(f.Reasons, reason("episode", text+".", "from", iso(e.from), "until", iso(e.until), "as_of", asOf, "result", string(e.result)))
		}
		if v.party != "" {
			f.Responsible = finding.Responsible{Party: v.party, Probability: 1, Candidates: []finding.Candidate{{Party: v.party, Probability: 1}}, Basis: "it is declared as that party's", Grounds: []string{"declared"}}
		} else {
			f.Responsible = finding.Responsible{Candidates: []finding.Candidate{}, Basis: "several share it", Grounds: []string{"shared"}}
		}
		if f.Result == finding.Breach {
			f.Severity, f.Under = v.severity, []string{""}
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(x, y finding.Finding) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.ID, y.ID)) })
	return out
}

// lowestStep of the occurrence scale: what a declaration alone reaches.
func lowestStep(a *agreement.Agreement) string {
	if scale := a.OccurrenceScale(); len(scale) > 0 {
		return scale[0].ID
	}
	return ""
}

// thing is a base or unit at an instant.
type thing struct {
	*judging
	d      *Declaration
	t      time.Time
	place  zone.Place
	weight float64
}

// verdict begins one on the thing.
func (x *thing) verdict(of, limit, severity string) verdict {
	d := x.d
	id := "F-" + d.ID() + "." + of
	if limit != "" {
		id += "." + limit
	}
	v := verdict{finding: id, of: of, limit: limit, party: d.Party, severity: severity, occurred: x.weight, place: x.place, handling: d.Label()}
	text := "Declared by " + cmp.Or(d.By, d.Source) + ": " + d.Kind
	if d.Name != "" {
		text += " “" + d.Name + "”"
	}
	text += " of " + d.Party
	if d.Host != "" {
		text += ", on the territory of " + d.Host
	}
	lat, lon, radius := "", "", ""
	if d.Position != nil {
		lat, lon = coordinate(d.Position.Lat), coordinate(d.Position.Lon)
		radius = number(d.RadiusM)
		text += ", at " + lat + ", " + lon + " within " + km(d.RadiusM)
	}
	v.say("declared", text+", from "+stamp(d.From)+".", "source", d.Source, "ref", d.Ref, "by", cmp.Or(d.By, d.Source), "kind", d.Kind, "name", d.Name, "party", d.Party, "host", d.Host,
		"lat", lat, "lon", lon, "radius_m", radius, "from", iso(d.From), "record", record(d.Record))
	return v
}

// provision holds the thing against a prohibition of presence.
func (x *thing) provision(p *agreement.Provision) []Check {
	a, d := x.ground.Agreement, x.d
	if p.Prohibits == nil || p.Prohibits.Kind != "presence" || p.Zone == "" || !x.described(&p.Prohibits.Match) {
		return nil
	}
	if !slices.ContainsFunc(a.Bound(p), func(b string) bool { return a.Includes(b, d.Party) }) {
		return nil
	}
	if period, ok := a.InForce(p); !ok || !period.Contains(x.t) {
		return nil
	}
	if is := a.StatusAt(x.t); is == "suspended" || is == "ended" {
		return nil
	}
	v := x.verdict(p.ID, "", p.Severity)
	v.say("provision", "Provision "+p.ID+article(p.Article)+": “"+p.Words.In("en")+"”", "provision", p.ID, "article", p.Article, "words", p.Words.In("en"))
	v.cite(p.Why)
	switch {
	case d.Position == nil:
		v.unknown = true
		v.say("no-position", "It has no position.")
	case x.ground.Zones == nil || !x.ground.Zones.Has(p.Zone):
		v.unknown = true
		v.say("no-zone-geometry", "Zone "+p.Zone+" has no geometry.", "zone", p.Zone)
	default:
		v.p = within(x.place, p.Zone)
		text := "It lies in zone " + p.Zone + " with " + percent(v.p) + x.fromLine() + "."
		v.say("lies", text, "zone", p.Zone, "probability", number(v.p), "line", x.place.Line, "line_version", x.place.LineVersion, "distance_m", number(math.Round(x.place.DistanceM)))
		if p.Outside {
			v.p = 1 - v.p
		}
	}
	return []Check{x.judge(v, x.t)}
}

func (x *thing) fromLine() string {
	if x.place.Line == "" {
		return ""
	}
	return ", " + km(x.place.DistanceM) + " from line " + x.place.Line
}

func within(place zone.Place, id string) float64 {
	for _, m := range place.Zones {
		if m.Zone == id {
			return m.Probability
		}
	}
	return 0
}

// described reports whether a rule on presence is of such a thing.
func (x *thing) described(m *agreement.Match) bool {
	d := x.d
	if len(m.Activities) > 0 && !slices.Contains(m.Activities, "presence") {
		return false
	}
	if len(m.Weapons) > 0 && !slices.Contains(x.ground.Agreement.ExpandWeapons(m.Weapons), d.Weapon) {
		return false
	}
	if len(m.Forces) > 0 && !slices.Contains(m.Forces, d.Force) && !(d.Kind == Unit && d.Weapon == "" && slices.Contains(m.Forces, "troops")) {
		return false
	}
	_, most, known := d.span()
	return m.CalibreMM == nil && (m.MinCount == 0 || known && most >= m.MinCount)
}

// commitment holds the thing against the limits of a pledge under which it falls.
func (x *thing) commitment(c *agreement.Commitment) []Check {
	maker := x.under(c)
	if maker == nil {
		return nil
	}
	if maker.Is == "refused" && len(c.Limits) == 0 {
		v := x.verdict(c.ID, "refusal", "")
		v.pledge(c, maker)
		v.cite(c.Why)
		v.p = 1
		v.say("contributes-none", maker.Party+" said that it contributes none.", "party", maker.Party)
		return []Check{x.judge(v, x.t)}
	}
	var out []Check
	for i := range c.Limits {
		l := &c.Limits[i]
		id := commitment.LimitID(l, i)
		for _, rule := range []struct {
			asked bool
			name  string
			hold  func(*verdict, *agreement.Limit)
		}{
			{l.MinKM > 0, "", x.distance}, {len(l.Only) > 0, "only", x.only}, {len(l.Never) > 0, "never", x.never}, {l.Consent, "consent", x.consent},
		} {
			if !rule.asked {
				continue
			}
			name := id
			if several(l) && rule.name != "" {
				name += "." + rule.name
			}
			v := x.verdict(c.ID, name, l.Severity)
			v.pledge(c, maker)
			if words := l.Words.In("en"); words != "" {
				v.say("limit", "Its limit "+id+": “"+words+"”", "commitment", c.ID, "limit", id)
			}
			v.cite(l.Why)
			rule.hold(&v, l)
			out = append(out, x.judge(v, x.t))
		}
	}
	return out
}

// several reports whether a limit says more than one thing of a place.
func several(l *agreement.Limit) bool {
	n := 0
	for _, is := range []bool{l.MinKM > 0, len(l.Only) > 0, len(l.Never) > 0, l.Consent} {
		if is {
			n++
		}
	}
	return n > 1
}

// under returns who made the pledge under which the thing stands, nil if it
// stands under none of that commitment.
func (x *thing) under(c *agreement.Commitment) *commitment.Maker {
	return x.maker(c, x.d, x.t)
}

func (j *judging) maker(c *agreement.Commitment, d *Declaration, t time.Time) *commitment.Maker {
	if d.Commitment != "" && d.Commitment != c.ID || d.Commitment == "" && !ofKind(c.Of, d) {
		return nil
	}
	if !(agreement.Period{From: c.From, Until: c.Until}).Contains(t) {
		return nil
	}
	for _, exact := range []bool{true, false} {
		for _, by := range c.By {
			if exact && by != d.Party || !exact && !j.ground.Agreement.Includes(by, d.Party) {
				continue
			}
			if m := j.standing(c, by, t); m.Bound() || m.Is == "refused" {
				return &m
			}
		}
	}
	return nil
}

// standing is how firm a party's pledge is at t.
func (j *judging) standing(c *agreement.Commitment, party string, t time.Time) commitment.Maker {
	key := [2]string{c.ID, party}
	steps, ok := j.steps[key]
	if !ok {
		steps = commitment.Steps(j.ground.Agreement, c, party, j.ground.Facts)
		j.steps[key] = steps
	}
	return commitment.Standing(party, steps, t)
}

// ofKind reports whether a pledge is of such things. Of troops are their bases
// too.
func ofKind(of string, d *Declaration) bool {
	switch of {
	case "troops":
		return d.Kind == Base || d.Kind == Unit
	case "bases":
		return d.Kind == Base
	case "weapons":
		return d.Kind == Unit && d.Weapon != ""
	}
	return false
}

// distance holds the thing against "no closer than": by the line of that
// instant, where both its place and the line's course are known to their radii.
func (x *thing) distance(v *verdict, l *agreement.Limit) {
	id := l.Line
	if id == "" && len(x.ground.Agreement.Lines) > 0 {
		id = x.ground.Agreement.Lines[0].ID
	}
	version := x.ground.Lines[id].At(x.t)
	switch {
	case x.d.Position == nil:
		v.unknown = true
		v.say("no-position", "It has no position.")
		return
	case version == nil || len(version.Parts) == 0:
		v.unknown = true
		v.say("no-line", "No course of line "+id+" is known for that time.", "line", id)
		return
	}
	d := version.Nearest(*x.d.Position).DistanceM
	v.p = closer(d, 1000*l.MinKM, x.d.RadiusM, version.RadiusM)
	v.say("distance", "It lies "+km(d)+" from line "+id+" as it ran since "+stamp(version.From)+"; the place is known to "+km(x.d.RadiusM)+", the line to "+km(version.RadiusM)+", and the limit is "+number(l.MinKM)+" km.",
		"line", id, "line_version", version.ID, "since", iso(version.From), "distance_m", number(math.Round(d)), "radius_m", number(x.d.RadiusM), "line_radius_m", number(version.RadiusM), "min_m", number(1000*l.MinKM))
}

// closer is the probability that the true distance is less than least, all in
// metres, where place and line are round Gaussians with these 95 % radii and the
// line is nearly straight over them.
func closer(distance, least, placeRadius, lineRadius float64) float64 {
	sigma := math.Hypot(placeRadius, lineRadius) / geo.Sigmas95
	if sigma == 0 {
		if distance < least {
			return 1
		}
		return 0
	}
	return 0.5 * math.Erfc((distance-least)/sigma/math.Sqrt2)
}

func (v *verdict) pledge(c *agreement.Commitment, m *commitment.Maker) {
	v.say("commitment", "Commitment "+c.ID+" of "+m.Party+" ("+m.Is+" since "+stamp(m.Since)+"): “"+c.Words.In("en")+"”",
		"commitment", c.ID, "party", m.Party, "firmness", m.Is, "since", iso(m.Since))
}

func (v *verdict) cite(why []agreement.Citation) {
	for _, w := range why {
		if w.Quote != "" {
			v.say("sentence", "Text "+w.Text+": “"+w.Quote+"”", "text", w.Text, "article", w.Article, "quote", w.Quote, "language", w.Language)
		}
	}
}
