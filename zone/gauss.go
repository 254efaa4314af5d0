package zone

import "math"

// certain is how many σ off a boundary counts as certain: beyond it less than
// one in thirty thousand is on the other side.
const certain = 4.0

// phi is the cumulative distribution of the standard normal.
func phi(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

// within is the probability that s+σZ lies in [lo, hi], Z standard normal. With
// σ = 0 it is 1 or 0; the ends belong to the interval.
func within(s, sigma, lo, hi float64) float64 {
	if sigma <= 0 {
		if s >= lo && s <= hi {
			return 1
		}
		return 0
	}
	a, b := (lo-s)/sigma, (hi-s)/sigma
	switch { // what is as good as certain, without the tails
	case a > certain || b < -certain:
		return 0
	case a < -certain && b > certain:
		return 1
	}
	if a > 0 { // by symmetry: the upper tail would cancel
		a, b = -b, -a
	}
	return max(0, phi(b)-phi(a))
}

// disc is the probability that a point of a round Gaussian with σ, whose centre
// lies d from the centre of a disc of radius r, lies in the disc: the
// non-central chi-square distribution with two degrees of freedom.
func disc(d, sigma, r float64) float64 {
	if sigma <= 0 {
		if d <= r {
			return 1
		}
		return 0
	}
	a, b := d/sigma, r/sigma
	switch {
	case b-a > certain+1:
		return 1
	case a-b > certain+1:
		return 0
	case b > 12: // nearly straight: the boundary bends by less than 1/24 σ over ±σ
		// The mean curvature moves the boundary by σ²/2d, as seen from the centre.
		return phi(b - math.Sqrt(a*a+1))
	}
	// P = ∫ over x in the disc of φ(x-a)·(Φ(y)-Φ(-y)), y = √(b²-x²), with the
	// substitution x = b·sin t, which takes the root's edges away.
	sum := 0.0
	lo, hi := max(-b, a-6), min(b, a+6)
	if lo >= hi {
		return 0
	}
	t0, t1 := math.Asin(lo/b), math.Asin(hi/b)
	mid, half := (t0+t1)/2, (t1-t0)/2
	for i, node := range gaussNodes {
		for _, t := range [2]float64{mid - half*node, mid + half*node} {
			sin, cos := math.Sincos(t)
			z := b*sin - a
			sum += gaussWeights[i] * math.Exp(-z*z/2) * math.Erf(b*cos/math.Sqrt2) * b * cos
		}
	}
	return min(1, sum*half/math.Sqrt(2*math.Pi))
}

// Nodes and weights of Gauss-Legendre quadrature with 16 points on [-1, 1]; the
// negative nodes mirror these (Abramowitz and Stegun, table 25.4).
var (
	gaussNodes   = [8]float64{0.0950125098376374, 0.2816035507792589, 0.4580167776572274, 0.6178762444026438, 0.7554044083550030, 0.8656312023878318, 0.9445750230732326, 0.9894009349916499}
	gaussWeights = [8]float64{0.1894506104550685, 0.1826034150449236, 0.1691565193950025, 0.1495959888165767, 0.1246289712555339, 0.0951585116824928, 0.0622535239386479, 0.0271524594117541}
)
