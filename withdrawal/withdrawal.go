// Package withdrawal knows what it costs the sides to pull back from a line: the
// zones that they leave, the lines that they go back to, areas, settlements and
// people in between, and at which distances both leave equally much.
//
// It must not know the terms of an agreement, nor anything that is observed.
package withdrawal

import (
	"fmt"
	"math"
	"sync"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// Farthest is the greatest distance in metres to which a side can be planned to
// pull back.
const Farthest = 200e3

// Ground is what a withdrawal is measured over. The zero value is bare ground
// without end.
type Ground struct {
	// Areas are the administrative areas; together they are the country, beyond
	// which nothing is left. None: nothing is clipped.
	Areas       []line.Area
	Settlements []Settlement
}

// Settlement is a place where people live.
type Settlement struct {
	Name   string
	Source string // who says so
	Region string
	At     geo.Point
	People int // -1: not known
}

// Planner answers for one course of a line. It is safe for concurrent use.
type Planner struct {
	version *line.Version
	ground  Ground
	country geo.MultiPolygon

	mu    sync.Mutex
	reach float64 // metres to which the regions go
	left  geo.MultiPolygon
	right geo.MultiPolygon
}

// New returns the planner for a version of a line.
func New(v *line.Version, ground Ground) (*Planner, error) {
	if len(v.Parts) == 0 {
		return nil, fmt.Errorf("planning a withdrawal: line %s has no course", v.Line)
	}
	var land geo.MultiPolygon
	for _, a := range ground.Areas {
		land = append(land, a.Land...)
	}
	country, err := geo.Clean(land)
	if err != nil {
		return nil, fmt.Errorf("planning a withdrawal: the country: %w", err)
	}
	return &Planner{version: v, ground: ground, country: country}, nil
}

// Plan is a withdrawal of both sides.
type Plan struct {
	LineM float64 `json:"line_m"` // length of the line
	Left  Side    `json:"left"`
	Right Side    `json:"right"`
	// Asymmetry is what the left side leaves more than the right, as a share of
	// both together, [-1, 1], to six decimals. Where the line bends, the side within the bend leaves
	// less at the same distance.
	Asymmetry float64 `json:"asymmetry"`
	// Equal is how far the side that leaves less has to go so that both leave
	// equally much; nil where even [Farthest] does not do.
	Equal *Equal `json:"equal,omitempty"`
}

// Side is what one side leaves.
type Side struct {
	Party     string  `json:"party,omitempty"`
	DistanceM float64 `json:"distance_m"`
	AreaM2    float64 `json:"area_m2"`
	PullbackM float64 `json:"pullback_m"` // length of the line that it goes back to

	Settlements int `json:"settlements"`
	People      int `json:"people"`
	// Uncounted is how many of the settlements have no known number of people.
	Uncounted int     `json:"uncounted"`
	Areas     []Share `json:"areas,omitempty"`

	Zone     geo.MultiPolygon `json:"-"`
	Pullback []geo.Polyline   `json:"-"`
}

// Share is what of an administrative area is left.
type Share struct {
	Area   string  `json:"area"`
	LandM2 float64 `json:"land_m2"`
	LeftM2 float64 `json:"left_m2"`
}

// Part is the share that is left, [0, 1].
func (s Share) Part() float64 {
	if s.LandM2 == 0 {
		return 0
	}
	return s.LeftM2 / s.LandM2
}

// Equal is the distance at which a side leaves as much as the other.
type Equal struct {
	Party     string  `json:"party,omitempty"`
	OnLeft    bool    `json:"on_left"`
	DistanceM float64 `json:"distance_m"`
	AreaM2    float64 `json:"area_m2"`

	Pullback []geo.Polyline `json:"-"`
}

// Plan measures a withdrawal by the distances in metres; 0: that side stays. Areas
// are rounded to square metres, lengths and distances to decimetres: the digits
// beyond depend on the machine.
func (p *Planner) Plan(leftM, rightM float64) (*Plan, error) {
	out, err := p.plan(leftM, rightM)
	if err != nil {
		return nil, err
	}
	round(1, &out.Left.AreaM2, &out.Right.AreaM2)
	round(10, &out.LineM, &out.Left.PullbackM, &out.Right.PullbackM)
	round(1e6, &out.Asymmetry)
	if out.Equal != nil {
		round(1, &out.Equal.AreaM2)
		round(10, &out.Equal.DistanceM)
	}
	for _, s := range [2]*Side{&out.Left, &out.Right} {
		for i := range s.Areas {
			round(1, &s.Areas[i].LandM2, &s.Areas[i].LeftM2)
		}
	}
	return out, nil
}

func round(parts float64, values ...*float64) {
	for _, v := range values {
		*v = math.Round(*v*parts) / parts
	}
}

func (p *Planner) plan(leftM, rightM float64) (*Plan, error) {
	for _, d := range [2]float64{leftM, rightM} {
		if !(d >= 0 && d <= Farthest) {
			return nil, fmt.Errorf("planning a withdrawal by %g m; expected 0 to %g", d, Farthest)
		}
	}
	out := &Plan{LineM: p.version.Length()}
	var err error
	if out.Left, err = p.side(true, leftM); err != nil {
		return nil, err
	}
	if out.Right, err = p.side(false, rightM); err != nil {
		return nil, err
	}
	l, r := out.Left.AreaM2, out.Right.AreaM2
	if l+r == 0 {
		return out, nil
	}
	out.Asymmetry = (l - r) / (l + r)
	if l < r {
		out.Equal, err = p.equal(true, &out.Left, r)
	} else {
		out.Equal, err = p.equal(false, &out.Right, l)
	}
	return out, err
}

func (p *Planner) side(left bool, metres float64) (Side, error) {
	s := Side{Party: p.version.Right, DistanceM: metres}
	if left {
		s.Party = p.version.Left
	}
	if metres == 0 {
		return s, nil
	}
	region, err := p.region(left, metres)
	if err != nil {
		return s, err
	}
	if s.Zone, s.Pullback, err = p.strip(region, metres); err != nil {
		return s, err
	}
	s.AreaM2, s.PullbackM = s.Zone.Area(), length(s.Pullback)
	for _, a := range p.ground.Areas {
		if !meet(a.Land.Bounds(), s.Zone.Bounds()) {
			continue
		}
		both, err := geo.Intersection(s.Zone, a.Land)
		if err != nil {
			return s, fmt.Errorf("the part of %s: %w", a.Name, err)
		}
		if m2 := both.Area(); m2 > 0 {
			s.Areas = append(s.Areas, Share{Area: a.Name, LandM2: a.Land.Area(), LeftM2: m2})
		}
	}
	for i := range p.ground.Settlements {
		x := &p.ground.Settlements[i]
		if d, onLeft := p.signed(x.At); d > metres || onLeft != left {
			continue
		}
		s.Settlements++
		if x.People < 0 {
			s.Uncounted++
		} else {
			s.People += x.People
		}
	}
	return s, nil
}

// signed is how far a place is from the line, metres, and whether it lies on the
// left party's side.
func (p *Planner) signed(at geo.Point) (metres float64, left bool) {
	d, held, decided := p.version.Signed(at)
	if decided {
		return math.Abs(d), held == p.heldOnLeft()
	}
	return math.Abs(d), !math.Signbit(d)
}

func (p *Planner) heldOnLeft() bool { return p.version.HeldBy == p.version.Left }

// strip is what lies in the region within metres of the line, and its far edge.
func (p *Planner) strip(region geo.MultiPolygon, metres float64) (geo.MultiPolygon, []geo.Polyline, error) {
	both, err := p.version.Buffer(metres)
	if err != nil {
		return nil, nil, err
	}
	zone, err := geo.Intersection(both, region)
	if err != nil {
		return nil, nil, err
	}
	far, err := geo.Clip(both.Boundary(), region)
	return zone, far, err
}

// region is a side's ground, at least so many metres deep.
func (p *Planner) region(left bool, metres float64) (geo.MultiPolygon, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if metres > p.reach {
		reach := math.Min(1.05*Farthest, math.Max(2*metres, 2*p.reach))
		around, err := p.version.Buffer(reach)
		if err != nil {
			return nil, err
		}
		if len(p.country) > 0 {
			if around, err = geo.Intersection(around, p.country); err != nil {
				return nil, err
			}
		}
		l, r, err := p.version.Split(around, reach)
		if err != nil {
			return nil, err
		}
		if len(p.version.Held) > 0 && !p.heldOnLeft() {
			l, r = r, l
		}
		p.reach, p.left, p.right = reach/1.05, l, r
	}
	if left {
		return p.left, nil
	}
	return p.right, nil
}

// equal looks for the distance at which a side that now leaves less leaves an area.
func (p *Planner) equal(left bool, now *Side, areaM2 float64) (*Equal, error) {
	const close = 1e-5 // of the area
	out := &Equal{Party: now.Party, OnLeft: left, DistanceM: now.DistanceM, AreaM2: now.AreaM2, Pullback: now.Pullback}
	lo, hi := now.DistanceM, Farthest
	for range 20 {
		missing := areaM2 - out.AreaM2
		if math.Abs(missing) <= close*areaM2 {
			return out, nil
		}
		if missing > 0 {
			lo = out.DistanceM
		} else {
			hi = out.DistanceM
		}
		// A metre farther leaves as many square metres as the pull-back line is long.
		next := out.DistanceM + missing/math.Max(1, length(out.Pullback))
		if out.DistanceM == 0 {
			next = areaM2 / p.version.Length()
		}
		if !(next > lo && next < hi) {
			if next = (lo + hi) / 2; hi == Farthest {
				next = math.Min(2*lo, Farthest)
			}
		}
		if next-lo < 0.01 && hi-next < 0.01 || lo >= Farthest {
			break
		}
		region, err := p.region(left, next)
		if err != nil {
			return nil, err
		}
		zone, far, err := p.strip(region, next)
		if err != nil {
			return nil, err
		}
		out.DistanceM, out.AreaM2, out.Pullback = next, zone.Area(), far
	}
	if math.Abs(areaM2-out.AreaM2) > 1e-3*areaM2 {
		return nil, nil
	}
	return out, nil
}

func length(lines []geo.Polyline) float64 {
	sum := 0.0
	for _, l := range lines {
		sum += l.Length()
	}
	return sum
}

// meet reports whether boxes (west, south, east, north) have a place in common.
func meet(a, b [4]float64) bool {
	return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}
