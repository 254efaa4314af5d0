package track

import (
	"math"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// place is a position with the standard deviation of a coordinate, metres.
type place struct {
	lat, lon, sigma float64
	known           bool
}

// placeOf is where a report says that it was: its position, or what lies in its
// line of sight at its distance.
func placeOf(o *observation.Observation) place {
	if p := o.Position; p != nil {
		return place{p.Lat, p.Lon, math.Max(p.Radius, 1) / geo.Sigmas95, true}
	}
	s := o.Observer
	if s == nil || s.Bearing == nil || s.Distance == nil {
		return place{}
	}
	d, b := *s.Distance, *s.Bearing*math.Pi/180
	across := d * math.Max(s.BearingError, 1) * math.Pi / 180
	perLat, perLon := metresPerDegree(s.Lat)
	return place{s.Lat + d*math.Cos(b)/perLat, s.Lon + d*math.Sin(b)/perLon, math.Max(1, math.Hypot(across, s.DistanceError)/math.Sqrt2/1.96), true}
}

// farthest is how well a place must be known to measure others by, metres, one sigma.
const farthest = 5000

// placeOfOthers is where other independent sources have x's event: the mean of
// their places, weighed by their precision.
func placeOfOthers(x *report) (place, bool) {
	var lat, lon, weights float64
	var origin place
	for _, o := range x.others() {
		if !o.at.known || !o.member.Independent || o.o.Copies != "" || o.at.sigma > farthest {
			continue
		}
		if !origin.known {
			origin = o.at
		}
		e, n := offset(origin, o.at)
		w := 1 / square(o.at.sigma)
		lat, lon, weights = lat+w*n, lon+w*e, weights+w
	}
	if weights == 0 {
		return place{}, false
	}
	perLat, perLon := metresPerDegree(origin.lat)
	return place{origin.lat + lat/weights/perLat, origin.lon + lon/weights/perLon, 1 / math.Sqrt(weights), true}, true
}

// metresPerDegree is the length of a degree of latitude and of longitude on the
// WGS84 ellipsoid, good to a metre in ten kilometres.
func metresPerDegree(lat float64) (perLat, perLon float64) {
	const a, e2 = 6378137, 0.00669437999014
	sin, cos := math.Sincos(lat * math.Pi / 180)
	w := 1 - e2*sin*sin
	return math.Pi / 180 * a * (1 - e2) / (w * math.Sqrt(w)), math.Pi / 180 * a / math.Sqrt(w) * math.Max(cos, 1e-6)
}

// offset is how far b lies east and north of a, metres, for places near each other.
func offset(a, b place) (east, north float64) {
	perLat, perLon := metresPerDegree((a.lat + b.lat) / 2)
	lon := b.lon - a.lon
	switch {
	case lon > 180:
		lon -= 360
	case lon < -180:
		lon += 360
	}
	return lon * perLon, (b.lat - a.lat) * perLat
}
