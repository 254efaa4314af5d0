// Package geo knows the WGS84 ellipsoid: geodesic distance, azimuth, area and
// length, the nearest point of a line, containment, buffers and overlay. It
// wraps the libraries that do this so that the rest of the house speaks of
// points in degrees and lengths in metres only.
//
// It must not know the agreement, lines of contact or anything that happens.
package geo

// Sigmas95 is √(-2 ln 0.05): so many standard deviations of a coordinate is the radius of the
// circle that holds 95 % of a round bivariate normal distribution, as whose
// places and lines with a radius are taken throughout (the share within R is 1-exp(-R²/2σ²)).
const Sigmas95 = 2.4477468306808166

// Point is a place in degrees WGS84.
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Polyline is a path of geodesic segments.
type Polyline []Point

// Ring is a closed path; the last point is not repeated.
type Ring []Point

// Polygon is an outer ring, counter-clockwise, followed by its holes,
// clockwise (RFC 7946).
type Polygon []Ring

// MultiPolygon is a set of polygons that do not overlap.
type MultiPolygon []Polygon
