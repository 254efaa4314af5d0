// Package site knows protected sites: their register with stand-off distances,
// what happened near them and within them, whether local ceasefires around them
// were kept, and what a person has to look at to say how they stand.
//
// It must not know storage, output, or people's decisions on cases.
package site

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// Site is an entry of the register.
type Site struct {
	ID       string         `json:"id"`
	Name     agreement.Text `json:"name"`
	Kind     string         `json:"kind"`               // a kind of agreement.Site
	Position *geo.Point     `json:"position,omitempty"` // nil: known by name only
	Names    []string       `json:"names,omitempty"`    // spellings in sources
	RadiusM  float64        `json:"radius_m"`           // of its grounds
	// StandoffM is how far around the grounds events are of concern, metres; Basis
	// says where the distance comes from: "terms", "zone" (the widest zone around
	// it), or "default" (of its kind).
	StandoffM float64 `json:"standoff_m"`
	Basis     string  `json:"basis"`
	Party     string  `json:"party,omitempty"` // who holds it
	// Provisions are the rules of the agreement that are about it.
	Provisions []string `json:"provisions,omitempty"`
	// Source is whose list the site comes from; empty: the agreement's.
	Source string `json:"source,omitempty"`
}

// Register lists the agreement's sites that are to be protected, in its order.
// Those for weapons, the monitors' own, and those of no particular kind are so
// only where a rule is about them.
func Register(a *agreement.Agreement) []Site {
	var out []Site
	for i := range a.Sites {
		s := &a.Sites[i]
		x := Site{ID: s.ID, Name: s.Name, Kind: s.Kind, Names: s.Names, RadiusM: s.RadiusM, Party: s.Party}
		if s.Lat != nil && s.Lon != nil {
			x.Position = &geo.Point{Lat: *s.Lat, Lon: *s.Lon}
		}
		for k := range a.Provisions {
			if p := &a.Provisions[k]; about(a, p, s.ID) {
				x.Provisions = append(x.Provisions, p.ID)
			}
		}
		switch s.Kind {
		case "storage-site", "holding-area", "monitoring-post", "base", "other":
			if len(x.Provisions) == 0 {
				continue
			}
		}
		x.StandoffM, x.Basis = standoff(a, s)
		out = append(out, x)
	}
	return out
}

// about tells whether a provision is about a site: by name, by a zone around it,
// or by a ceasefire there.
func about(a *agreement.Agreement, p *agreement.Provision, site string) bool {
	if p.Site == site {
		return true
	}
	if z := a.Zone(p.Zone); z != nil && z.Circle != nil && z.Circle.Site == site {
		return true
	}
	c := a.CeasefireByID(p.Ceasefire)
	return c != nil && c.Site == site
}

func standoff(a *agreement.Agreement, s *agreement.Site) (float64, string) {
	if s.StandoffM > 0 {
		return s.StandoffM, "terms"
	}
	widest := 0.0
	for i := range a.Zones {
		if z := &a.Zones[i]; z.Circle != nil && z.Circle.Site == s.ID && z.Period == (agreement.Period{}) {
			widest = max(widest, 1000*z.Circle.KM-s.RadiusM)
		}
	}
	if widest > 0 {
		return widest, "zone"
	}
	return DefaultStandoff(s.Kind), "default"
}

// DefaultStandoff is the distance in metres within which events near a site of
// a kind are listed where the terms say nothing. It decides no finding. For a
// nuclear plant it is the 5 km to which the IAEA suggests the precautionary
// action zone of a large reactor (EPR-NPP Public Protective Actions, 2013); the
// others are our choice.
func DefaultStandoff(kind string) float64 {
	switch kind {
	case "nuclear-plant":
		return 5000
	case "dam":
		return 2000
	case "power-plant", "substation", "port":
		return 1000
	}
	return 500
}

// Near is an incident near a site.
type Near struct {
	Incident  string                `json:"incident"`
	From      time.Time             `json:"from"` // UTC
	To        time.Time             `json:"to"`
	Activity  observation.Activity  `json:"activity"`
	Direction observation.Direction `json:"direction,omitempty"`
	// DistanceM is from its best position to the edge of the grounds, metres; 0
	// within them or where it is placed by the site's name.
	DistanceM float64 `json:"distance_m"`
	// Probability that it lies within the stand-off distance, and Within that it
	// lies on the grounds, given the uncertainty of its position: [0, 1].
	Probability float64 `json:"probability"`
	Within      float64 `json:"within"`
	ByName      bool    `json:"by_name,omitempty"` // it has no position, but the site's name
	// Out is set where fire went out from the grounds.
	Out bool `json:"out,omitempty"`
	// Findings under provisions that are about the site.
	Findings []Found `json:"findings,omitempty"`
}

// Found is a finding under a provision about a site.
type Found struct {
	ID        string         `json:"id"`
	Provision string         `json:"provision"`
	Result    finding.Result `json:"result"`
	Severity  string         `json:"severity,omitempty"`
}

// relevant is the probability below which an incident is not near: one in
// twenty.
const relevant = 0.05

// Status is how a site fared in a period.
type Status struct {
	Site
	Near     []Near                 `json:"near"` // by time
	Counts   map[finding.Result]int `json:"findings"`
	Windows  []Window               `json:"windows,omitempty"`  // local ceasefires that touch the period
	Note     *Note                  `json:"note,omitempty"`     // the last before the period's end
	Items    []Item                 `json:"checklist"`          // what a note answers
	Harm     observation.Casualties `json:"harm,omitzero"`      // of incidents that are probably on the grounds
	LastNear time.Time              `json:"last_near,omitzero"` // UTC
}

// Survey says how each site fared from an instant to another, by the incidents
// and findings that whoever asks may see. The order of incidents does not matter.
func Survey(a *agreement.Agreement, sites []Site, incidents []incident.Incident, findings []finding.Finding, from, to time.Time) []Status {
	by := map[string][]*finding.Finding{}
	for i := range findings {
		f := &findings[i]
		by[f.Incident] = append(by[f.Incident], f)
	}
	out := make([]Status, len(sites))
	for i := range sites {
		s := Status{Site: sites[i], Near: []Near{}, Counts: map[finding.Result]int{}, Items: Checklist(sites[i].Kind)}
		for k := range incidents {
			n := &incidents[k]
			if n.From.Before(from) || !n.From.Before(to) {
				continue
			}
			x, ok := sites[i].near(n)
			for _, f := range by[n.ID] {
				if slices.Contains(sites[i].Provisions, f.Provision) {
					x.Findings = append(x.Findings, Found{f.ID, f.Provision, f.Result, f.Severity})
				}
			}
			if !ok && !slices.ContainsFunc(x.Findings, func(f Found) bool { return f.Result == finding.Breach || f.Result == finding.Excepted }) {
				continue
			}
			for _, f := range x.Findings {
				s.Counts[f.Result]++
			}
			if x.Within >= 0.5 {
				s.Harm = add(s.Harm, n.Harm)
			}
			if n.From.After(s.LastNear) {
				s.LastNear = n.From
			}
			s.Near = append(s.Near, x)
		}
		slices.SortFunc(s.Near, func(x, y Near) int { return cmp.Or(x.From.Compare(y.From), cmp.Compare(x.Incident, y.Incident)) })
		s.Windows = windows(a, &sites[i], findings, from, to)
		out[i] = s
	}
	return out
}

// near measures an incident against a site.
func (s *Site) near(n *incident.Incident) (Near, bool) {
	x := Near{Incident: n.ID, From: n.From, To: n.To, Activity: n.Activity, Direction: n.Direction}
	if n.Position == nil || s.Position == nil {
		if !slices.ContainsFunc(append([]string{s.ID}, s.Names...), func(name string) bool { return name == n.Place || name == n.Area }) {
			return x, false
		}
		x.ByName, x.Probability, x.Within = true, 1, 1
	} else {
		d := geo.Distance(geo.Point{Lat: n.Position.Lat, Lon: n.Position.Lon}, *s.Position)
		x.DistanceM = math.Round(max(0, d-s.RadiusM))
		x.Within = within(d, s.RadiusM, n.Position.Radius)
		x.Probability = within(d, s.RadiusM+s.StandoffM, n.Position.Radius)
	}
	x.Out = n.Direction == observation.Outgoing && x.Within >= 0.5
	return x, x.Probability >= relevant
}

// within is the probability that a true position lies within r metres of a
// centre, where the best one lies d metres from it and a circle of radius95
// about that holds it with 95 %. The circle's edge is taken for straight, which
// is exact for a circle that is wide against the uncertainty.
func within(d, r, radius95 float64) float64 {
	if radius95 <= 0 {
		if d <= r {
			return 1
		}
		return 0
	}
	sigma := radius95 / geo.Sigmas95
	p := 0.5 * math.Erfc((d-r)/sigma/math.Sqrt2)
	// No more than the share of the distribution that the whole circle can hold.
	p = min(p, 1-math.Exp(-r*r/(2*sigma*sigma)))
	return math.Round(p*1e4) / 1e4
}

func add(a, b observation.Casualties) observation.Casualties {
	a.Killed, a.KilledCivilian, a.KilledMilitary = a.Killed+b.Killed, a.KilledCivilian+b.KilledCivilian, a.KilledMilitary+b.KilledMilitary
	a.Injured, a.InjuredCivilian, a.InjuredMilitary = a.Injured+b.Injured, a.InjuredCivilian+b.InjuredCivilian, a.InjuredMilitary+b.InjuredMilitary
	return a
}
