package zone

import (
	"math"

	"github.com/truce-monitor/truce/geo"
)

// vector is a direction or an offset in the plane that touches the ellipsoid
// at the queried point: metres or a unit vector, east and north.
type vector struct{ x, y float64 }

func (v vector) dot(w vector) float64 { return v.x*w.x + v.y*w.y }

func (v vector) length() float64 { return math.Sqrt(v.x*v.x + v.y*v.y) }

// metresPerDegree of latitude on a sphere with the earth's mean radius. Only
// directions and offsets of a few radii come from it, never a membership of a
// point that is certain.
const metresPerDegree = 111195.08

// offset is from p to q in the touching plane.
func offset(p, q geo.Point) vector {
	lon := math.Remainder(q.Lon-p.Lon, 360)
	return vector{lon * math.Cos((p.Lat+q.Lat)/2*math.Pi/180) * metresPerDegree, (q.Lat - p.Lat) * metresPerDegree}
}

// interval is closed; empty where lo > hi.
type interval struct{ lo, hi float64 }

var (
	everywhere = interval{math.Inf(-1), math.Inf(1)}
	nowhere    = interval{1, -1}
)

func (i interval) has(x float64) bool { return x >= i.lo && x <= i.hi }

// form is a simple zone as seen from a position: the position's true place is
// centre + σ·z with z a standard normal vector, and the zone is a condition on
// z. Either flat: s + sigma·(axis·z) lies in one of two intervals (a boundary
// is nearly straight over a radius); or round: the place lies in a disc.
type form struct {
	round bool
	sigma float64 // metres; 0: the position is exact
	// flat: s and the intervals in metres; axis a unit vector.
	s    float64
	axis vector
	in   [2]interval
	// round: the disc's centre from the position, and its radius, metres.
	centre vector
	radius float64

	p float64 // probability on its own
}

// constant is a zone that certainly holds or does not hold the place.
func constant(holds bool) form {
	if holds {
		return form{in: [2]interval{everywhere, nowhere}, p: 1}
	}
	return form{in: [2]interval{nowhere, nowhere}}
}

// flat is a form over one or two disjoint intervals.
func flat(s, sigma float64, axis vector, a, b interval) form {
	f := form{s: s, sigma: sigma, axis: axis, in: [2]interval{a, b}}
	for _, i := range f.in {
		if i.lo <= i.hi {
			f.p += within(s, sigma, i.lo, i.hi)
		}
	}
	f.settle()
	return f
}

// round is a form over a disc whose centre lies distanceM away in the direction
// of toward.
func round(toward vector, distanceM, sigma, radius float64) form {
	if n := toward.length(); n > 0 {
		toward = vector{toward.x * distanceM / n, toward.y * distanceM / n}
	}
	f := form{round: true, sigma: sigma, centre: toward, radius: radius, p: disc(distanceM, sigma, radius)}
	f.s = distanceM
	f.settle()
	return f
}

// adjust shifts a flat form over [0, ∞) so that its probability is p.
func (f *form) adjust(p float64) {
	f.p = p
	f.settle()
	if !f.certain() {
		f.s = f.sigma * math.Sqrt2 * math.Erfinv(2*p-1)
	}
}

// settle rounds what is as good as certain.
func (f *form) settle() { f.p = settle(f.p) }

const negligible = 1e-4

func settle(p float64) float64 {
	switch {
	case p < negligible:
		return 0
	case p > 1-negligible:
		return 1
	}
	return p
}

func (f *form) certain() bool { return f.p == 0 || f.p == 1 }

// holds reports whether the place at z = r·d lies in the zone.
func (f *form) holds(d vector, r float64) bool {
	if f.round {
		return math.Hypot(f.sigma*r*d.x-f.centre.x, f.sigma*r*d.y-f.centre.y) <= f.radius
	}
	x := f.s + f.sigma*r*f.axis.dot(d)
	return f.in[0].has(x) || f.in[1].has(x)
}

// crossings appends the r > 0 at which the ray z = r·d crosses the boundary.
func (f *form) crossings(d vector, to []float64) []float64 {
	if f.round {
		// |σ r d - c|² = R²
		b := f.centre.dot(d)
		det := b*b - f.centre.dot(f.centre) + f.radius*f.radius
		if det <= 0 {
			return to
		}
		root := math.Sqrt(det)
		return crossing(crossing(to, (b-root)/f.sigma), (b+root)/f.sigma)
	}
	slope := f.sigma * f.axis.dot(d)
	if slope == 0 {
		return to
	}
	for _, i := range f.in {
		if i.lo <= i.hi {
			to = crossing(crossing(to, (i.lo-f.s)/slope), (i.hi-f.s)/slope)
		}
	}
	return to
}

// farthest is the radius in σ beyond which nothing counts.
const farthest = 6.0

func crossing(to []float64, r float64) []float64 {
	if r > 0 && r < farthest && len(to) < cap(to) {
		return append(to, r)
	}
	return to
}
