package geo

import "math"

// The WGS84 ellipsoid.
const (
	semiMajorM = 6378137.0
	flattening = 1 / 298.257223563
	ecc2       = flattening * (2 - flattening) // e²
	ecc2Second = ecc2 / (1 - ecc2)             // e'²
)

// vec is a place or an offset in metres from the earth's centre: x through the
// equator at longitude 0, y at 90 degrees east, z through the north pole.
type vec struct{ x, y, z float64 }

func (a vec) add(b vec) vec { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }

func (a vec) sub(b vec) vec { return vec{a.x - b.x, a.y - b.y, a.z - b.z} }

func (a vec) scale(k float64) vec { return vec{a.x * k, a.y * k, a.z * k} }

func (a vec) dot(b vec) float64 { return a.x*b.x + a.y*b.y + a.z*b.z }

func (a vec) cross(b vec) vec {
	return vec{a.y*b.z - a.z*b.y, a.z*b.x - a.x*b.z, a.x*b.y - a.y*b.x}
}

func (a vec) length() float64 { return math.Sqrt(a.dot(a)) }

// surface is p on the ellipsoid.
func surface(p Point) vec {
	sinLat, cosLat := math.Sincos(p.Lat * (math.Pi / 180))
	sinLon, cosLon := math.Sincos(p.Lon * (math.Pi / 180))
	n := semiMajorM / math.Sqrt(1-ecc2*sinLat*sinLat)
	return vec{n * cosLat * cosLon, n * cosLat * sinLon, n * (1 - ecc2) * sinLat}
}

// point is the place in degrees of v, which lies on the ellipsoid.
func (v vec) point() Point {
	return Point{
		Lat: math.Atan2(v.z, (1-ecc2)*math.Hypot(v.x, v.y)) * (180 / math.Pi),
		Lon: math.Atan2(v.y, v.x) * (180 / math.Pi),
	}
}

// normal is the ellipsoid's outward normal at v, which lies on it or nearly; its
// length is N, the prime vertical radius of curvature.
func (v vec) normal() vec { return vec{v.x, v.y, v.z * (1 / (1 - ecc2))} }

// perN is 1/N at height z over the equator to 1e-7 of it: the series of
// √(1 - e² sin²φ)/a in z.
func perN(z float64) float64 {
	x := axial * z * z
	return (1 - x*(0.5-0.375*x)) / semiMajorM
}

// axial times z² is e² sin²φ/(1 - e² sin²φ).
const axial = ecc2 / (semiMajorM * semiMajorM * (1 - ecc2) * (1 - ecc2))

// curvature of the ellipsoid along the chord c between two places with a middle
// at height z over the equator, in 1/metres: Euler's formula for the normal
// section, (1 + e'² cos²φ cos²α)/N. A chord's share along the axis is cosφ·cosα,
// so that neither has to be known.
func curvature(cz2, c2, z float64) float64 {
	w := 1 / math.Sqrt(1+axial*z*z) // √(1 - e² sin²φ)
	return w / semiMajorM * (1 + ecc2Second*cz2/c2)
}

// geodesicOf is the length in metres of the geodesic between two places of the
// ellipsoid, by their chord and the circle with the normal section's curvature in
// the middle. It agrees with Karney's to a micrometre up to 100 km, a millimetre up
// to 400 km and 3 cm up to 1,000 km, which a test holds.
func geodesicOf(a, b vec) float64 {
	c := b.sub(a)
	c2 := c.dot(c)
	if c2 == 0 {
		return 0
	}
	chord := math.Sqrt(c2)
	k := curvature(c.z*c.z, c2, (a.z+b.z)/2)
	x := k * k * c2
	if x < 0.03 { // the series of (2/k)·asin(k·chord/2); what is left out is below 1e-9 of it
		return chord * (1 + x*(1.0/24+x*(3.0/640+x*(5.0/7168+x*(35.0/294912)))))
	}
	return 2 / k * math.Asin(math.Min(1, k*chord/2))
}
