package proportion_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/proportion"
)

// The first are the figures of R's poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)),
// as its manual has them.
func TestRatesAreThoseOfTheExactTest(t *testing.T) {
	r := proportion.Rates{Now: 11, Span: 800, Before: 21, Baseline: 3011}
	low, high := r.Interval(0.95)
	for _, c := range []struct {
		what      string
		got, want float64
	}{{"ratio", r.Ratio(), 1.971488}, {"low", low, 0.8584264}, {"high", high, 4.2772659}} {
		if math.Abs(c.got-c.want) > 5e-7 {
			t.Errorf("%s: %.7f; want %.7f", c.what, c.got, c.want)
		}
	}
	// Of three events all now, with a third of the time before: (1/4)³.
	if got := (proportion.Rates{Now: 3, Span: 1, Baseline: 3}).Chance(1); math.Abs(got-1.0/64) > 1e-12 {
		t.Errorf("chance of 3 and 0: %v; want 1/64", got)
	}
	low, high = proportion.Rates{Now: 3, Span: 1, Baseline: 3}.Interval(0.9)
	p := math.Cbrt(0.05)
	if math.Abs(low-3*p/(1-p)) > 1e-9 || !math.IsInf(high, 1) {
		t.Errorf("%v to %v; want %v to infinity", low, high, 3*p/(1-p))
	}
}

// The interval holds the ratio, mirrors when the times are exchanged, and its
// lower end is where the test's chance is what is left.
func TestRatesHangTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := proportion.Rates{Now: rapid.IntRange(1, 400).Draw(t, "now"), Span: rapid.Float64Range(0.1, 10).Draw(t, "span"),
			Before: rapid.IntRange(1, 400).Draw(t, "before"), Baseline: rapid.Float64Range(0.1, 10).Draw(t, "baseline")}
		confidence := rapid.Float64Range(0.5, 0.999).Draw(t, "confidence")
		low, high := r.Interval(confidence)
		if !(low < r.Ratio() && r.Ratio() < high) {
			t.Fatalf("%+v: %v is not in %v to %v", r, r.Ratio(), low, high)
		}
		if got, want := r.Chance(low), (1-confidence)/2; math.Abs(got-want) > 1e-6 {
			t.Fatalf("%+v: chance at the lower end %v; want %v", r, got, want)
		}
		a, b := proportion.Rates{Now: r.Before, Span: r.Baseline, Before: r.Now, Baseline: r.Span}.Interval(confidence)
		if math.Abs(a*high-1) > 1e-6 || math.Abs(b*low-1) > 1e-6 {
			t.Fatalf("%+v: %v to %v, exchanged %v to %v", r, low, high, a, b)
		}
	})
}
