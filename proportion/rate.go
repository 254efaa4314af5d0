package proportion

import "math"

// Rates compares how often something happened in two stretches of time by a
// Poisson process. The zero value has seen nothing.
type Rates struct {
	Now      int     `json:"now"`      // events
	Span     float64 `json:"span"`     // how long, > 0
	Before   int     `json:"before"`   // events in the time to compare with
	Baseline float64 `json:"baseline"` // how long that was, in the same unit, > 0
}

// Ratio is the rate now by the rate before; +Inf where nothing happened before,
// NaN where nothing happened at all.
func (r Rates) Ratio() float64 {
	return float64(r.Now) / r.Span / (float64(r.Before) / r.Baseline)
}

// Chance is the probability of so many events now or more, of all that there
// were, if the true ratio of the rates were this one: the conditional test of
// Przyborowski and Wilenski (1940, doi:10.1093/biomet/31.3-4.313), one-sided. It
// is exact: given their sum, the events now are binomial.
func (r Rates) Chance(ratio float64) float64 {
	if r.Now == 0 {
		return 1
	}
	p := ratio * r.Span / (ratio*r.Span + r.Baseline)
	return tail(r.Now, r.Now+r.Before, p)
}

// Interval holds the true ratio of the rates with this confidence, (0, 1): the
// limits of Clopper and Pearson (1934, doi:10.1093/biomet/26.4.404) for the share
// of the events that fall now, turned into a ratio of rates. high is +Inf
// where nothing happened before.
func (r Rates) Interval(confidence float64) (low, high float64) {
	alpha := (1 - confidence) / 2
	n := r.Now + r.Before
	odds := func(p float64) float64 { return p / (1 - p) * r.Baseline / r.Span }
	high = math.Inf(1)
	if r.Now > 0 {
		low = odds(solve(func(p float64) bool { return tail(r.Now, n, p) < alpha }))
	}
	if r.Before > 0 {
		high = odds(solve(func(p float64) bool { return 1-tail(r.Now+1, n, p) > alpha }))
	}
	return low, high
}

// solve finds where below, which is true up to some share and false after it,
// turns.
func solve(below func(float64) bool) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		if middle := (low + high) / 2; below(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// tail is the probability of k hits or more in n trials with probability p.
func tail(k, n int, p float64) float64 {
	switch {
	case k <= 0:
		return 1
	case k > n || p <= 0:
		return 0
	case p >= 1:
		return 1
	}
	// Summed on the side that does not hold the mean, where the terms fall off.
	if float64(k) > float64(n)*p {
		return math.Min(1, terms(k, n, p))
	}
	return math.Max(0, 1-terms(n-k+1, n, 1-p))
}

// terms sums the probabilities of k, k+1, ... hits as far as they matter; k is
// above the mean.
func terms(k, n int, p float64) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x + 1)); return v }
	term := math.Exp(lg(n) - lg(k) - lg(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	sum := 0.0
	for i := k; i <= n && term > sum*1e-17; i++ {
		sum += term
		term *= float64(n-i) / float64(i+1) * p / (1 - p)
	}
	return sum
}
