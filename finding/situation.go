package finding

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/zone"
)

// situation is what all rules need to know of one incident.
type situation struct {
	in     *incident.Incident
	at     time.Time // the middle of its interval
	place  zone.Place
	zones  map[string]float64
	exact  bool // it has a position that stands for itself
	placed bool // it has a position
	// Where its place is not exact, how fire falls off from the line counts too.
	weighed bool

	centroid, window, aggregate, reference bool

	covered  []string // parties to the conflict that sources name as actors
	excluded []string // excluded groups that they name
	bodies   []string // other parties of the agreement that they name: monitors and the like
	strange  []string // actors that the agreement does not know
	claimed  []string // parties that sources hold responsible

	author *author
	brief  bool // nobody asks for reasons
}

func (j *Judge) situation(in *incident.Incident) *situation {
	s := &situation{in: in, at: in.From}
	if in.To.After(in.From) {
		s.at = in.From.Add(in.To.Sub(in.From) / 2)
	}
	for _, c := range in.Caveats {
		switch {
		case strings.Contains(c, "reference-only"):
			s.reference = true
		case strings.Contains(c, "aggregate"):
			s.aggregate = true
		case strings.Contains(c, "centroid"):
			s.centroid = true
		case strings.Contains(c, "multi-day"):
			s.window = true
		}
	}
	s.placed = in.Position != nil
	s.exact = s.placed && !s.centroid
	if j.places != nil {
		j.find(s)
	}
	s.zones = make(map[string]float64, len(s.place.Zones))
	for _, m := range s.place.Zones {
		s.zones[m.Zone] = m.Probability
	}
	for _, name := range in.Actors {
		j.actor(s, name)
	}
	if name := in.Extra["actor"]; name != "" && !slices.Contains(in.Actors, name) {
		j.actor(s, name)
	}
	for _, c := range in.Claims {
		if p := j.party(c.Party); p != nil && !slices.Contains(s.claimed, p.ID) {
			s.claimed = append(s.claimed, p.ID)
		}
	}
	return s
}

// find asks for the place: by position, and by name where zones are known by
// name or the position does not stand for itself.
func (j *Judge) find(s *situation) {
	in := s.in
	if s.placed {
		p := geo.Point{Lat: in.Position.Lat, Lon: in.Position.Lon}
		s.place = j.places.At(p, in.Position.Radius, s.at)
		if s.exact && ofForce(in.Activity) {
			j.ground(s, p, in.Position.Radius)
		}
	}
	// No digit that depends on the machine leaves in a finding.
	s.place.DistanceM = math.Round(s.place.DistanceM*10) / 10
	s.place.SideProbability = round(s.place.SideProbability)
	s.place.Zones = slices.Clone(s.place.Zones)
	for i := range s.place.Zones {
		s.place.Zones[i].Probability = round(s.place.Zones[i].Probability)
	}
	s.place.Zones = slices.DeleteFunc(s.place.Zones, func(m zone.Membership) bool { return m.Probability == 0 })
	if s.exact && !j.byName {
		return
	}
	for _, name := range []string{in.Area, in.Place} {
		if name == "" {
			continue
		}
		named := j.places.Named(name, s.at)
		for _, m := range named.Zones {
			if i := slices.IndexFunc(s.place.Zones, func(x zone.Membership) bool { return x.Zone == m.Zone }); i < 0 {
				s.place.Zones = append(s.place.Zones, m)
			} else if !s.exact && m.Probability > s.place.Zones[i].Probability {
				s.place.Zones[i] = m
			}
		}
	}
}

func (j *Judge) actor(s *situation, name string) {
	p := j.party(name)
	if p == nil {
		s.strange = append(s.strange, name)
		return
	}
	to := &s.bodies
	switch {
	case j.excluded[p.ID]:
		to = &s.excluded
	case slices.Contains(j.conflict, p.ID):
		to = &s.covered
	}
	if !slices.Contains(*to, p.ID) {
		*to = append(*to, p.ID)
	}
}

// inZone is the probability that s lies in the zone; known is false where
// nothing tells.
func (j *Judge) inZone(id string, s *situation) (p float64, known bool, why gap) {
	if p, ok := s.zones[id]; ok {
		if z := j.agreement.Zone(id); s.centroid && (z == nil || z.Admin == nil) {
			return p, false, centreOnly
		}
		return p, true, ""
	}
	z := j.agreement.Zone(id)
	if z == nil {
		return 0, false, zoneUnknown
	}
	if z.Admin != nil && (s.in.Area != "" || s.in.Place != "") && (z.Admin.File == "" || !s.exact) {
		return 0, true, ""
	}
	switch {
	case j.places == nil:
		return 0, false, noGeometry
	case !j.places.Has(id):
		return 0, false, noZoneGeometry
	case !s.placed:
		return 0, false, noPosition
	case j.needsLine[id] && s.place.Line == "":
		return 0, false, noLine
	case s.centroid:
		return 0, false, centreOnly
	}
	return 0, true, ""
}

// atSite is the probability that s lies on the grounds of a site.
func (j *Judge) atSite(site *agreement.Site, s *situation) (p float64, known bool, why gap) {
	in := s.in
	for _, name := range []string{in.Place, in.Area, in.Extra["site"]} {
		if name == "" {
			continue
		}
		is := func(x string) bool { return strings.EqualFold(x, name) }
		named := is(site.ID) || slices.ContainsFunc(site.Names, is)
		for _, n := range site.Name {
			named = named || is(n)
		}
		if named {
			return j.par.Rule.SiteByName, true, ""
		}
	}
	switch {
	case !s.placed:
		return 0, false, noPosition
	case site.Lat == nil || site.Lon == nil:
		return 0, false, noSitePosition
	}
	grounds := site.RadiusM
	if grounds == 0 {
		grounds = j.par.Rule.SiteRadiusM
	}
	d := distance(geo.Point{Lat: in.Position.Lat, Lon: in.Position.Lon}, geo.Point{Lat: *site.Lat, Lon: *site.Lon})
	sigma := in.Position.Radius / geo.Sigmas95
	if sigma <= 0 {
		if d <= grounds {
			return 1, s.exact, ""
		}
		return 0, true, ""
	}
	// Across the nearest edge, and never more than the grounds can hold.
	p = min(normal((grounds-d)/sigma), 1-math.Exp(-grounds*grounds/(2*sigma*sigma)))
	if s.centroid {
		return p, p < j.par.Rule.Relevant, centreOnly
	}
	return p, true, ""
}

// normal is the standard normal distribution function.
func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// describe says what, when and where, before any rule is asked.
func (j *Judge) describe(c *chain, s *situation) {
	in := s.in
	what, count := string(in.Activity), ""
	if in.Weapon != "" {
		what += ", weapon " + string(in.Weapon)
	}
	if in.Count.N > 0 {
		count = integer(in.Count.N)
		what += ", number " + count
	}
	if in.Direction != "" {
		what += ", " + string(in.Direction)
	}
	p := 1.0
	if len(in.Activities) > 0 {
		p = in.Activities[0].Probability
	}
	c.add("what", "Incident "+in.ID+": "+what+" (type with "+percent(p)+"), from "+plural(len(in.Members), "report")+" of "+plural(in.IndependentSources, "independent source")+".",
		"incident", in.ID, "activity", string(in.Activity), "probability", number(p), "weapon", string(in.Weapon), "count", count, "direction", string(in.Direction), "reports", integer(len(in.Members)), "sources", integer(in.IndependentSources))
	if in.To.After(in.From) {
		c.add("when", "Between "+stamp(in.From)+" and "+stamp(in.To)+".", "from", iso(in.From), "to", iso(in.To))
	} else {
		c.add("at", "At "+stamp(in.From)+".", "from", iso(in.From), "to", iso(in.To))
	}
	switch {
	case s.placed:
		text := "At " + coordinate(in.Position.Lat) + ", " + coordinate(in.Position.Lon) + " within " + km(in.Position.Radius)
		if in.Place != "" {
			text += " (" + in.Place + ")"
		}
		c.add("where", text+".", "lat", coordinate(in.Position.Lat), "lon", coordinate(in.Position.Lon), "radius_m", number(in.Position.Radius), "place", in.Place, "area", in.Area)
	case in.Place != "" || in.Area != "":
		c.add("where", "At "+strings.Trim(in.Place+", "+in.Area, ", ")+", without coordinates.", "place", in.Place, "area", in.Area)
	default:
		c.add("where", "No source says where.")
	}
	if s.place.Line != "" {
		text := km(s.place.DistanceM) + " from line " + s.place.Line
		if s.place.Side != "" {
			text += ", on the side of " + s.place.Side + " with " + percent(s.place.SideProbability)
		}
		c.add("side", text+".", "line", s.place.Line, "line_version", s.place.LineVersion, "distance_m", number(math.Round(s.place.DistanceM)), "side", s.place.Side, "probability", number(s.place.SideProbability))
	}
	if s.weighed {
		c.add("ground", "Its place is known to "+km(in.Position.Radius)+" only; that fire mostly falls near the line counts.", "radius_m", number(in.Position.Radius))
	}
	for _, w := range in.Caveats {
		c.add("caveat", "Caveat of a source: "+w+".", "caveat", w)
	}
}

func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 5, 64) }
