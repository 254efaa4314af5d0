package incident

import (
	"math"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

const (
	sigma95     = 1.959963984540054 // half-width of a 95 % interval, one dimension
	degree      = math.Pi / 180
	equatorialM = 6378137.0         // WGS84
	farthestM   = 20_004_000        // half a meridian's circle: no error on Earth is larger
	squaredEcc  = 0.006694379990141 // WGS84
)

// spread is a covariance in metres squared, east and north.
type spread struct{ ee, en, nn float64 }

func circular(variance float64) spread { return spread{ee: variance, nn: variance} }

func (s spread) plus(t spread) spread { return spread{s.ee + t.ee, s.en + t.en, s.nn + t.nn} }

func (s spread) times(k float64) spread { return spread{s.ee * k, s.en * k, s.nn * k} }

func (s spread) determinant() float64 { return s.ee*s.nn - s.en*s.en }

func (s spread) inverse() spread {
	d := s.determinant()
	return spread{s.nn / d, -s.en / d, s.ee / d}
}

// axes returns the standard deviations along the principal axes, the longer
// first, and the azimuth of the longer in degrees [0, 180).
func (s spread) axes() (major, minor, azimuth float64) {
	mean, diff := (s.ee+s.nn)/2, (s.ee-s.nn)/2
	h := math.Hypot(diff, s.en)
	major, minor = math.Sqrt(mean+h), math.Sqrt(math.Max(0, mean-h))
	if h > 0 {
		azimuth = math.Atan2(s.en, -diff) / 2 / degree // 0 is north
		if azimuth < 0 {
			azimuth += 180
		}
	}
	return major, minor, azimuth
}

// major is the greater standard deviation.
func (s spread) major() float64 {
	if s.en == 0 && s.ee == s.nn {
		return math.Sqrt(s.ee)
	}
	return math.Sqrt((s.ee+s.nn)/2 + math.Hypot((s.ee-s.nn)/2, s.en))
}

// radius is that of the circle, about the centre, that holds 95 %.
func (s spread) radius() float64 {
	major, minor, _ := s.axes()
	if major == 0 {
		return 0
	}
	at := minor / major * 10
	i := min(int(at), len(circleOfEllipse)-2)
	return major * (circleOfEllipse[i] + (at-float64(i))*(circleOfEllipse[i+1]-circleOfEllipse[i]))
}

// circleOfEllipse is the radius of the 95 % circle in units of the longer
// standard deviation, for ratios of the shorter to the longer of 0, 0.1, ... 1
// (the circular error of an elliptical normal distribution, H. L. Harter,
// 1960; a test integrates it again).
var circleOfEllipse = [...]float64{1.95996, 1.96253, 1.97041, 1.98420, 2.00514, 2.03586, 2.08130, 2.14598, 2.23029, 2.33180, 2.44775}

// estimate is where one report or several put an event.
type estimate struct {
	lat, lon float64
	cov      spread
	known    bool
}

// metresPerDegree of latitude and longitude at lat on the WGS84 ellipsoid.
func metresPerDegree(lat float64) (perLat, perLon float64) {
	sin, cos := math.Sincos(lat * degree)
	w := 1 - squaredEcc*sin*sin
	n := equatorialM / math.Sqrt(w)
	return n * (1 - squaredEcc) / w * degree, n * math.Max(cos, 1e-6) * degree
}

// offset is b as seen from a in metres east and north, good to a thousandth
// within 100 km, which is all that matching needs.
func offset(latA, lonA, latB, lonB float64) (east, north float64) {
	perLat, perLon := metresPerDegree((latA + latB) / 2)
	dLon := lonB - lonA
	if dLon > 180 {
		dLon -= 360
	} else if dLon < -180 {
		dLon += 360
	}
	return dLon * perLon, (latB - latA) * perLat
}

// ray is what an observer knows who tells a direction: errors along it and across.
// What is across grows with the distance at which the event turns out to be, and
// what was heard left as much earlier.
type ray struct {
	lat, lon       float64 // of the observer
	perLat, perLon float64
	sin, cos       float64 // of the bearing
	distance       float64 // metres, as stated or half of the farthest
	along, across  float64 // variances, metres squared; across at distance
	anywhere       bool    // no distance was told: along covers all that can be seen or heard
	arrival        moment  // of the sound, by the observer's clock; zero: it was not heard
}

// locate is where o puts the event: its position, or what its observer saw or
// heard. A bearing alone gives a long ellipse, a distance alone a circle about
// the observer.
func (m *model) locate(o *observation.Observation) (estimate, *ray) {
	if p := o.Position; p != nil {
		if !onEarth(p.Lat, p.Lon) {
			return estimate{}, nil
		}
		r := p.Radius
		if !(r > 0) || math.IsInf(r, 0) {
			r = m.Space.DefaultRadiusM
		}
		s := r / geo.Sigmas95 * m.scale(o.Means)
		return estimate{lat: p.Lat, lon: p.Lon, cov: circular(s * s), known: true}, nil
	}
	s := o.Observer
	if s == nil || !onEarth(s.Lat, s.Lon) {
		return estimate{}, nil
	}
	farthest := m.Space.SeenMaxM
	if o.How == observation.Heard {
		farthest = m.Space.HeardMaxM
	}
	distance, along := farthest/2, farthest/math.Sqrt(12)
	if s.Distance != nil {
		distance = *s.Distance
		e := s.DistanceError
		if !(e > 0) {
			e = distance * m.Space.DistanceErrorShare
		}
		along = e / sigma95
	}
	if s.Bearing == nil {
		// Anywhere on a ring: the circle through it holds it all.
		r := farthest
		if s.Distance != nil {
			r = distance + along*sigma95
		}
		r = math.Max(r, 1) / geo.Sigmas95
		return estimate{lat: s.Lat, lon: s.Lon, cov: circular(r * r), known: true}, nil
	}
	e := s.BearingError
	if !(e > 0) {
		e = m.Space.BearingErrorDeg
	}
	across := distance * math.Tan(math.Min(e, 60)*degree) / sigma95
	along, across = math.Max(along, 1), math.Max(across, 1)
	lat, lon := direct(s.Lat, s.Lon, *s.Bearing, distance)
	if !onEarth(lat, lon) || along > farthestM || across > farthestM {
		return estimate{}, nil
	}
	sin, cos := math.Sincos(*s.Bearing * degree)
	r := &ray{lat: s.Lat, lon: s.Lon, sin: sin, cos: cos, distance: distance, along: along * along, across: across * across, anywhere: s.Distance == nil}
	r.perLat, r.perLon = metresPerDegree(s.Lat)
	return estimate{lat: lat, lon: lon, known: true, cov: r.spread(1)}, r
}

// spread is the covariance where the event is some times as far as stated.
func (r *ray) spread(times float64) spread {
	aa, cc := r.along, r.across*times*times
	return spread{
		ee: aa*r.sin*r.sin + cc*r.cos*r.cos,
		nn: aa*r.cos*r.cos + cc*r.sin*r.sin,
		en: (aa - cc) * r.sin * r.cos,
	}
}

func onEarth(lat, lon float64) bool {
	return math.Abs(lat) <= 90 && math.Abs(lon) <= 360
}

// direct is the point distance metres from a place in a direction.
func direct(lat, lon, bearing, distance float64) (float64, float64) {
	sin, cos := math.Sincos(bearing * degree)
	perLat, _ := metresPerDegree(lat)
	north := lat + distance*cos/perLat/2
	perLat, perLon := metresPerDegree(north)
	return lat + distance*cos/perLat, lon + distance*sin/perLon
}

// moment is when o puts the event, in seconds of Unix time, corrected for the
// travel of sound, and the standard deviation of either end.
type moment struct{ from, to, sd float64 }

func (t moment) mid() float64 { return (t.from + t.to) / 2 }

// variance is that of the middle, in seconds squared.
func (t moment) variance() float64 {
	l := t.to - t.from
	return t.sd*t.sd + l*l/12
}

func (m *model) time(o *observation.Observation, r *ray) moment {
	from := seconds(o.From)
	to := math.Max(from, seconds(o.To))
	if o.To.IsZero() {
		to = from
	}
	clock, ok := m.Time.ClockS[o.Means]
	if !ok {
		clock = m.Time.ClockS["unknown"]
	}
	v := m.Time.FloorS*m.Time.FloorS + clock*clock
	if o.Observer != nil && o.How == observation.Heard {
		sound := m.Time.SoundMPS
		if r != nil {
			r.arrival = moment{from: from, to: to, sd: math.Sqrt(v)}
		}
		if d, errM, ok := m.heardFrom(o); ok {
			from, to = from-d/sound, to-d/sound
			e := errM / sigma95 / sound
			v += e * e
		} else {
			from -= m.Space.HeardMaxM / sound
		}
	}
	return moment{from: from, to: to, sd: math.Sqrt(v)}
}

// heardFrom is how far the sound of o travelled and that distance's error
// (95 %), in metres.
func (m *model) heardFrom(o *observation.Observation) (distance, err float64, ok bool) {
	s := o.Observer
	if s.Distance != nil {
		e := s.DistanceError
		if !(e > 0) {
			e = *s.Distance * m.Space.DistanceErrorShare
		}
		return *s.Distance, e, true
	}
	if o.Position != nil {
		east, north := offset(s.Lat, s.Lon, o.Position.Lat, o.Position.Lon)
		return math.Hypot(east, north), o.Position.Radius, true
	}
	return 0, 0, false
}
