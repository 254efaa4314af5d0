package proportion_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/proportion"
)

// The values are those of Newcombe 1998, table I, method 3
// (doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E).
func TestIntervalIsWilsons(t *testing.T) {
	for _, c := range []struct {
		hits, trials int
		low, high    float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0.0000, 0.1611},
		{1, 29, 0.0061, 0.1718},
		{0, 0, 0, 1},
	} {
		low, high := proportion.Of{Hits: c.hits, Trials: c.trials}.Interval()
		if math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
			t.Errorf("%d of %d: %.4f to %.4f; want %.4f to %.4f", c.hits, c.trials, low, high, c.low, c.high)
		}
	}
}

// Hits and misses exchanged, the interval is mirrored; it always holds the share.
func TestIntervalTreatsHitsAndMissesAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1e6).Draw(t, "trials")
		k := rapid.IntRange(0, n).Draw(t, "hits")
		p, q := proportion.Of{Hits: k, Trials: n}, proportion.Of{Hits: n - k, Trials: n}
		low, high := p.Interval()
		other, another := q.Interval()
		if math.Abs(low-(1-another)) > 1e-12 || math.Abs(high-(1-other)) > 1e-12 {
			t.Fatalf("%v: %v to %v, mirrored %v to %v", p, low, high, other, another)
		}
		if s := p.Share(); s < low-1e-12 || s > high+1e-12 {
			t.Fatalf("%v: share %v is not in %v to %v", p, s, low, high)
		}
	})
}
