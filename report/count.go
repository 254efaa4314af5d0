package report

import (
	"math"
	"time"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// IsExplosion reports whether an activity counts among explosions: explosions
// themselves and strikes that are told by their explosion.
func IsExplosion(a observation.Activity) bool {
	switch a {
	case observation.Explosion, observation.Shelling, observation.MissileStrike, observation.AirStrike, observation.UAVStrike:
		return true
	}
	return false
}

// IsForce reports whether an activity is a use of weapons. Presence, flights,
// fires, damage and interference with monitors are not.
func IsForce(a observation.Activity) bool {
	switch a {
	case observation.Burst, observation.Shot, observation.Projectile, observation.Flash, observation.Clash:
		return true
	}
	return IsExplosion(a)
}

// counts returns an incident's number of single events; not stated is one.
func counts(c observation.Count) Range {
	r := Range{c.N, c.Min, c.Max}
	if r.N <= 0 {
		r.N = max(1, r.Min)
	}
	if r.Min <= 0 || r.Min > r.N {
		r.Min = r.N
	}
	r.Max = max(r.Max, r.N)
	return r
}

// Count returns a day's figures from its incidents and the IDs of those found
// in breach. Day and Watched are left to the caller.
func Count(incidents []incident.Incident, breached map[string]bool) DayCount {
	var d DayCount
	for i := range incidents {
		n := &incidents[i]
		d.Incidents++
		d.Events += counts(n.Count).N
		if IsForce(n.Activity) {
			d.Force++
		}
		if IsExplosion(n.Activity) {
			d.Explosions++
		}
		if breached[n.ID] {
			d.Breaches++
		}
	}
	return d
}

// expectation returns the distribution of a sum of independent yes-or-no
// events with the given probabilities (Poisson binomial), exactly.
func expectation(p []float64) Expectation {
	var e Expectation
	uncertain := make([]float64, 0, len(p))
	certain := 0
	for _, x := range p {
		x = min(1, max(0, x))
		e.Mean += x
		switch {
		case x == 1:
			certain++
		case x > 0:
			uncertain = append(uncertain, x)
		}
	}
	// Beyond some thousands the normal distribution is as good and the sum
	// below would take seconds.
	if len(uncertain) > 6000 {
		var v float64
		for _, x := range uncertain {
			v += x * (1 - x)
		}
		w := 1.959964 * math.Sqrt(v)
		e.Low, e.High = int(math.Floor(e.Mean-w)), int(math.Ceil(e.Mean+w))
		e.Mean = round(e.Mean, 6)
		return e
	}
	dist := make([]float64, 1, len(uncertain)+1)
	dist[0] = 1
	for _, x := range uncertain {
		dist = append(dist, 0)
		for k := len(dist) - 1; k > 0; k-- {
			dist[k] = dist[k]*(1-x) + dist[k-1]*x
		}
		dist[0] *= 1 - x
	}
	sum := 0.0
	e.Low, e.High = -1, certain+len(uncertain)
	for k, d := range dist {
		sum += d
		if e.Low < 0 && sum > 0.025 {
			e.Low = certain + k
		}
		if sum >= 0.975 {
			e.High = certain + k
			break
		}
	}
	e.Low = max(e.Low, 0)
	e.Mean = round(e.Mean, 6)
	return e
}

// poisson returns the exact central 95 % interval of the rate of a Poisson
// process that gave n (Garwood 1936), by bisection.
func poisson(n int) Interval {
	if n > 5000 {
		// The cube-root approximation (Wilson and Hilferty 1931) agrees to
		// four digits from a few hundred on.
		f := func(k, z float64) float64 { return k * math.Pow(1-1/(9*k)+z/(3*math.Sqrt(k)), 3) }
		return Interval{round(f(float64(n), -1.959964), 1), round(f(float64(n)+1, 1.959964), 1)}
	}
	x := float64(n)
	var r Interval
	if n > 0 {
		r.Low = bisect(0, x, func(rate float64) bool { return 1-poissonCDF(n-1, rate) < 0.025 })
	}
	r.High = bisect(x, x+20+10*math.Sqrt(x+1), func(rate float64) bool { return poissonCDF(n, rate) > 0.025 })
	return Interval{round(r.Low, 2), round(r.High, 2)}
}

// bisect returns where below(x) turns from true to false in [lo, hi].
func bisect(lo, hi float64, below func(float64) bool) float64 {
	for range 60 {
		mid := (lo + hi) / 2
		if below(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// poissonCDF is P(X <= n) for a rate, summed from the largest term down.
func poissonCDF(n int, rate float64) float64 {
	if n < 0 {
		return 0
	}
	if rate <= 0 {
		return 1
	}
	lg, _ := math.Lgamma(float64(n) + 1)
	term := math.Exp(float64(n)*math.Log(rate) - rate - lg)
	if float64(n) <= rate {
		sum := 0.0
		for k := n; k >= 0 && term > 1e-18; k-- {
			sum += term
			term *= float64(k) / rate
		}
		return min(1, sum)
	}
	// Above the mean the upper tail is the short one.
	tail := 0.0
	for k := n + 1; ; k++ {
		term *= rate / float64(k)
		tail += term
		if term < 1e-18 {
			break
		}
	}
	return max(0, 1-tail)
}

// The ways in which a number can stand to another.
const (
	changeMore    = "more"
	changeFewer   = "fewer"
	changeSimilar = "similar"
)

// change compares two counts of equal periods; similar where two draws from
// one Poisson process would differ as much in one case of twenty (Anscombe's
// variance-stabilising transformation).
func change(now, before int) string {
	z := math.Sqrt2 * (math.Sqrt(float64(now)+0.375) - math.Sqrt(float64(before)+0.375))
	switch {
	case z > 1.959964:
		return changeMore
	case z < -1.959964:
		return changeFewer
	}
	return changeSimilar
}

// mean returns the average of a figure over those of the n days before day
// that are on record; nil where none is.
func mean(days []DayCount, day string, n int, of func(DayCount) int) *Average {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil
	}
	first := d.AddDate(0, 0, -n).Format(time.DateOnly)
	var a Average
	sum := 0
	for _, c := range days {
		if c.Day >= first && c.Day < day {
			a.Days++
			sum += of(c)
		}
	}
	if a.Days == 0 {
		return nil
	}
	a.PerDay = round(float64(sum)/float64(a.Days), 6)
	return &a
}

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}
