// Package territory knows who holds how much of each administrative area from
// one version of a line to the next: gains, losses, and how far they can be
// trusted.
//
// It must not know the terms, or who fought where.
package territory

import (
	"fmt"
	"slices"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// Holding is what one party holds of one area's land at an instant, and what
// changed up to then. All areas are in square metres on the ellipsoid.
type Holding struct {
	Area     string  `json:"area"`
	LandM2   float64 `json:"land_m2"`
	HeldM2   float64 `json:"held_m2"`
	GainedM2 float64 `json:"gained_m2"` // since the period before
	LostM2   float64 `json:"lost_m2"`
	// UncertainM2 is how far HeldM2 would be off if the line in this area lay
	// everywhere to the same side by the radius that its source states. It
	// bounds the error from above: where the line errs to both sides, errors
	// cancel. 0 where the source states no radius.
	UncertainM2 float64 `json:"uncertain_m2,omitempty"`
}

// Part is the held share of the land, [0, 1].
func (h Holding) Part() float64 {
	if h.LandM2 == 0 {
		return 0
	}
	return h.HeldM2 / h.LandM2
}

// Period is who held what at its end, and what changed in it.
type Period struct {
	From    time.Time `json:"from"`    // UTC, included
	To      time.Time `json:"to"`      // UTC, excluded
	Version string    `json:"version"` // of the line at its end
	HeldBy  string    `json:"held_by"`
	// HeldM2, GainedM2 and LostM2 are of the whole held area, also where no area
	// has land; UncertainM2 as in Holding.
	HeldM2      float64   `json:"held_m2"`
	GainedM2    float64   `json:"gained_m2"`
	LostM2      float64   `json:"lost_m2"`
	UncertainM2 float64   `json:"uncertain_m2,omitempty"`
	LengthM     float64   `json:"length_m"`           // of the line at its end
	RadiusM     float64   `json:"radius_m,omitempty"` // how far that may be off, 95 %, as its source says
	Areas       []Holding `json:"areas"`              // that any of it touches, in the order of the agreement
}

// Survey follows a held area from version to version: what did not change is
// measured once. Make it with New.
type Survey struct {
	areas []area
	now   *line.Version
	whole Holding   // of the held area as a whole
	held  []Holding // by area; their gains and losses since they were last taken
}

type area struct {
	line.Area
	bounds [4]float64
	index  *geo.Area
}

// New prepares administrative areas.
func New(areas []line.Area) *Survey {
	s := &Survey{}
	for _, a := range areas {
		s.areas = append(s.areas, area{a, a.Land.Bounds(), geo.PrepareArea(a.Land)})
	}
	return s
}

// Add takes the next version of the line, which must have a held area: a line
// alone does not tell whose the land is that lies far from it. What changed
// since the version before is added to gains and losses.
func (s *Survey) Add(v *line.Version) error {
	switch {
	case v.HeldBy == "":
		return fmt.Errorf("version %s of line %s has no held area", v.ID, v.Line)
	case s.now == nil:
		s.now = v
		return s.begin()
	case v.HeldBy != s.now.HeldBy:
		return fmt.Errorf("version %s of line %s tells what %s holds, the one before what %s held", v.ID, v.Line, v.HeldBy, s.now.HeldBy)
	}
	was := s.now
	s.now = v
	if v.ID == was.ID {
		return nil
	}
	gained, lost, err := Between(was.Held, v.Held)
	if err != nil {
		return fmt.Errorf("comparing version %s of line %s with the one before: %w", v.ID, v.Line, err)
	}
	for _, x := range []struct {
		pieces geo.MultiPolygon
		sign   float64
	}{{gained, 1}, {lost, -1}} {
		for _, p := range x.pieces {
			if err := s.piece(geo.MultiPolygon{p}, x.sign); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Survey) begin() error {
	s.whole = Holding{HeldM2: s.now.Held.Area()}
	s.held = make([]Holding, len(s.areas))
	bounds := s.now.Held.Bounds()
	for i, a := range s.areas {
		s.held[i] = Holding{Area: a.Name, LandM2: a.Land.Area()}
		if !overlap(bounds, a.bounds) {
			continue
		}
		in, err := geo.Intersection(s.now.Held, a.Land)
		if err != nil {
			return fmt.Errorf("measuring %s: %w", a.Name, err)
		}
		s.held[i].HeldM2 = in.Area()
	}
	return nil
}

// piece counts a part of what was gained or lost.
func (s *Survey) piece(p geo.MultiPolygon, sign float64) error {
	add := func(h *Holding, m2 float64) {
		h.HeldM2 += sign * m2
		if sign > 0 {
			h.GainedM2 += m2
		} else {
			h.LostM2 += m2
		}
	}
	whole := p.Area()
	add(&s.whole, whole)
	bounds := p.Bounds()
	for i, a := range s.areas {
		if !overlap(bounds, a.bounds) {
			continue
		}
		m2 := whole
		if !a.holds(p) {
			in, err := geo.Intersection(p, a.Land)
			if err != nil {
				return fmt.Errorf("measuring what changed in %s: %w", a.Name, err)
			}
			m2 = in.Area()
		}
		add(&s.held[i], m2)
	}
	return nil
}

// holds tells whether p lies wholly within the area, and far enough from its
// edge that this is sure.
func (a *area) holds(p geo.MultiPolygon) bool {
	first := p[0][0][0]
	if !a.index.Contains(first) {
		return false
	}
	far := 0.0
	for _, q := range p[0][0] {
		far = max(far, geo.Distance(first, q))
	}
	return a.index.DistanceToBoundary(first) > 1.01*far
}

func overlap(a, b [4]float64) bool {
	return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

// Take returns who holds what now and what changed since Take was last called;
// from and to are the period's ends.
func (s *Survey) Take(from, to time.Time) (Period, error) {
	p := Period{From: from.UTC(), To: to.UTC(), Version: s.now.ID, HeldBy: s.now.HeldBy, LengthM: round(s.now.Length()), RadiusM: s.now.RadiusM, Areas: []Holding{}}
	p.HeldM2, p.GainedM2, p.LostM2 = round(s.whole.HeldM2), round(s.whole.GainedM2), round(s.whole.LostM2)
	p.UncertainM2 = round(s.now.RadiusM * s.now.Length())
	for i := range s.held {
		h := s.held[i]
		if h.HeldM2 < 1 && h.GainedM2 == 0 && h.LostM2 == 0 {
			continue
		}
		if s.now.RadiusM > 0 {
			length, err := s.areas[i].length(s.now.Parts)
			if err != nil {
				return p, fmt.Errorf("measuring the line in %s: %w", h.Area, err)
			}
			h.UncertainM2 = round(s.now.RadiusM * length)
		}
		h.LandM2, h.HeldM2, h.GainedM2, h.LostM2 = round(h.LandM2), round(max(0, h.HeldM2)), round(h.GainedM2), round(h.LostM2)
		p.Areas = append(p.Areas, h)
	}
	s.whole.GainedM2, s.whole.LostM2 = 0, 0
	for i := range s.held {
		s.held[i].GainedM2, s.held[i].LostM2 = 0, 0
	}
	return p, nil
}

// length is how much of the line lies in the area, metres.
func (a *area) length(parts []geo.Polyline) (float64, error) {
	in, err := geo.Clip(parts, a.Land)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, l := range in {
		sum += l.Length()
	}
	return sum, nil
}

// round to whole square metres or metres, as printed.
func round(x float64) float64 {
	if x < 0 {
		return -round(-x)
	}
	return float64(int64(x + 0.5))
}

// Between tells what was gained and what was lost from one held area to the
// next. Where no edge changed nothing did, so only the boxes around changed
// edges are compared.
func Between(old, held geo.MultiPolygon) (gained, lost geo.MultiPolygon, err error) {
	boxes := changed(old, held)
	if len(boxes) == 0 {
		return nil, nil, nil
	}
	window := make(geo.MultiPolygon, len(boxes))
	for i, b := range boxes {
		window[i] = geo.Polygon{{{Lon: b[0], Lat: b[1]}, {Lon: b[2], Lat: b[1]}, {Lon: b[2], Lat: b[3]}, {Lon: b[0], Lat: b[3]}}}
	}
	for _, w := range window {
		was, err := geo.Intersection(old, geo.MultiPolygon{w})
		if err != nil {
			return nil, nil, err
		}
		is, err := geo.Intersection(held, geo.MultiPolygon{w})
		if err != nil {
			return nil, nil, err
		}
		more, err := geo.Difference(is, was)
		if err != nil {
			return nil, nil, err
		}
		less, err := geo.Difference(was, is)
		if err != nil {
			return nil, nil, err
		}
		gained, lost = append(gained, more...), append(lost, less...)
	}
	return gained, lost, nil
}

// changed lists boxes that don't overlap and hold all edges that only one of the
// two has.
func changed(a, b geo.MultiPolygon) [][4]float64 {
	type edge struct{ from, to geo.Point }
	count := map[edge]int{}
	var order []edge
	for i, m := range []geo.MultiPolygon{a, b} {
		sign := 1 - 2*i
		for _, p := range m {
			for _, r := range p {
				for i, from := range r {
					to := r[(i+1)%len(r)]
					if from == to {
						continue
					}
					if from.Lon > to.Lon || from.Lon == to.Lon && from.Lat > to.Lat {
						from, to = to, from
					}
					e := edge{from, to}
					if _, ok := count[e]; !ok {
						order = append(order, e)
					}
					count[e] += sign
				}
			}
		}
	}
	const margin = 1e-3 // degrees; merges what is close, so that fewer boxes are cut out
	var boxes [][4]float64
	for _, e := range order {
		if count[e] != 0 {
			boxes = append(boxes, [4]float64{min(e.from.Lon, e.to.Lon) - margin, min(e.from.Lat, e.to.Lat) - margin, max(e.from.Lon, e.to.Lon) + margin, max(e.from.Lat, e.to.Lat) + margin})
		}
	}
	for merged := true; merged; {
		merged = false
		slices.SortFunc(boxes, func(a, b [4]float64) int { return slices.Compare(a[:], b[:]) })
		var out [][4]float64
		for _, b := range boxes {
			k := slices.IndexFunc(out, func(o [4]float64) bool { return overlap(o, b) })
			if k < 0 {
				out = append(out, b)
				continue
			}
			o := out[k]
			out[k] = [4]float64{min(o[0], b[0]), min(o[1], b[1]), max(o[2], b[2]), max(o[3], b[3])}
			merged = true
		}
		boxes = out
	}
	return boxes
}

// Effect is what one zone takes in of one area: land that the party holds and
// land that it does not.
type Effect struct {
	Zone    string  `json:"zone"`
	Area    string  `json:"area"`
	HeldM2  float64 `json:"held_m2"`
	OtherM2 float64 `json:"other_m2"`
}

// Effect measures a zone against who holds what now: what the zone's rules cost
// each side. Areas that the zone does not touch are left out.
func (s *Survey) Effect(zone string, z geo.MultiPolygon) ([]Effect, error) {
	var out []Effect
	bounds := z.Bounds()
	for _, a := range s.areas {
		if len(z) == 0 || !overlap(bounds, a.bounds) {
			continue
		}
		land, err := geo.Intersection(z, a.Land)
		if err != nil {
			return nil, fmt.Errorf("zone %s in %s: %w", zone, a.Name, err)
		}
		held, err := geo.Intersection(land, s.now.Held)
		if err != nil {
			return nil, fmt.Errorf("zone %s in %s: %w", zone, a.Name, err)
		}
		e := Effect{Zone: zone, Area: a.Name, HeldM2: round(held.Area())}
		if e.OtherM2 = round(max(0, land.Area()-held.Area())); e.HeldM2+e.OtherM2 >= 1 {
			out = append(out, e)
		}
	}
	return out, nil
}
