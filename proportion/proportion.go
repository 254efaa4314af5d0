// Package proportion knows how many of a number of trials went one way, and
// between which shares the truth behind them lies.
//
// It must not know what the trials were.
package proportion

import "math"

// z95 is the normal distribution's quantile of 97.5 %.
const z95 = 1.959963984540054

// Of is a number of hits among trials. The zero value is no trial.
type Of struct {
	Hits   int `json:"hits"`
	Trials int `json:"trials"`
}

// Add counts one trial.
func (p *Of) Add(hit bool) {
	p.Trials++
	if hit {
		p.Hits++
	}
}

// Share is the part that were hits, [0, 1]; 0 without a trial.
func (p Of) Share() float64 {
	if p.Trials == 0 {
		return 0
	}
	return float64(p.Hits) / float64(p.Trials)
}

// Interval is Wilson's score interval of 95 % for the share behind the trials
// (Wilson 1927, doi:10.1080/01621459.1927.10502953). It holds for few trials and
// for shares near 0 and 1 too; without a trial it is [0, 1].
func (p Of) Interval() (low, high float64) {
	if p.Trials == 0 {
		return 0, 1
	}
	n, share := float64(p.Trials), p.Share()
	middle := share + z95*z95/2/n
	half := z95 * math.Sqrt(share*(1-share)/n+z95*z95/4/n/n)
	scale := 1 + z95*z95/n
	return math.Max(0, (middle-half)/scale), math.Min(1, (middle+half)/scale)
}
