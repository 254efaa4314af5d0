// Package eval knows how good fusion is: it compares incidents with a truth that
// is known because it was simulated, or that people have judged, and other ways
// to fuse beside it.
//
// It must not know how incidents came about, nor storage.
package eval

import (
	"cmp"
	"math"
	"slices"
)

// Agreement says how well one grouping of observations matches the true one, each
// in [0, 1].
type Agreement struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
}

// F1 is the harmonic mean of precision and recall.
func (a Agreement) F1() float64 {
	if a.Precision+a.Recall == 0 {
		return 0
	}
	return 2 * a.Precision * a.Recall / (a.Precision + a.Recall)
}

// groups is how many observations there are of each pair of a true and a found
// group; a true group below 0 is an observation of its own, of no event.
type groups struct {
	both       map[[2]int]int
	real, held map[int]int
	n          int
}

func count(truth, found []int) groups {
	g := groups{both: map[[2]int]int{}, real: map[int]int{}, held: map[int]int{}, n: len(truth)}
	for i, t := range truth {
		if t < 0 {
			t = -1 - i // alone
		}
		g.both[[2]int{t, found[i]}]++
		g.real[t]++
		g.held[found[i]]++
	}
	return g
}

// Pairs compares groupings pair by pair: of two observations in one found group,
// how often are they of one event (precision), and the other way round (recall).
// truth and found have a number for each observation; truth below 0 means of no
// event.
func Pairs(truth, found []int) Agreement {
	g := count(truth, found)
	pairs := func(n int) float64 { return float64(n) * float64(n-1) / 2 }
	var right, held, actual float64
	for _, n := range g.both {
		right += pairs(n)
	}
	for _, n := range g.held {
		held += pairs(n)
	}
	for _, n := range g.real {
		actual += pairs(n)
	}
	return Agreement{Precision: share(right, held), Recall: share(right, actual)}
}

// BCubed compares groupings observation by observation: the share of its group
// that is of its event, and of its event that is in its group, on the average
// (Bagga and Baldwin 1998, doi:10.3115/980845.980859).
func BCubed(truth, found []int) Agreement {
	g := count(truth, found)
	var precision, recall float64
	for i, t := range truth { // not over the maps, whose order would show in the last digit
		if t < 0 {
			t = -1 - i
		}
		n := float64(g.both[[2]int{t, found[i]}])
		precision += n / float64(g.held[found[i]])
		recall += n / float64(g.real[t])
	}
	return Agreement{Precision: share(precision, float64(g.n)), Recall: share(recall, float64(g.n))}
}

// share is 1 where there was nothing to get wrong.
func share(part, of float64) float64 {
	if of == 0 {
		return 1
	}
	return part / of
}

// Forecast is a probability that was stated and what came true.
type Forecast struct {
	Probability float64
	Happened    bool
}

// Bin is a stretch of stated probabilities with how often it came true.
type Bin struct {
	N        int     `json:"n"`
	Stated   float64 `json:"stated"`   // mean
	Happened float64 `json:"happened"` // share
}

// Calibration says whether stated probabilities are what they say.
type Calibration struct {
	N     int     `json:"n"`
	Brier float64 `json:"brier"` // mean squared error (Brier 1950)
	// Error is the expected calibration error: the mean distance of stated and
	// observed, over ten bins that hold equally many (Naeini et al. 2015).
	Error float64 `json:"error"`
	Bins  []Bin   `json:"bins"` // the reliability diagram
}

// Calibrate measures forecasts.
func Calibrate(f []Forecast) Calibration {
	f = slices.Clone(f)
	slices.SortFunc(f, func(a, b Forecast) int {
		if c := cmp.Compare(a.Probability, b.Probability); c != 0 {
			return c
		}
		switch {
		case a.Happened == b.Happened:
			return 0
		case b.Happened:
			return -1
		}
		return 1
	})
	c := Calibration{N: len(f)}
	for from := 0; from < len(f); {
		to := from + max(1, len(f)/10)
		if len(f)-to < len(f)/20 {
			to = len(f)
		}
		for to < len(f) && f[to].Probability == f[to-1].Probability {
			to++ // equal ones belong together, in whatever order they came
		}
		b := Bin{N: to - from}
		for _, x := range f[from:to] {
			happened := 0.0
			if x.Happened {
				happened = 1
			}
			b.Stated += x.Probability / float64(b.N)
			b.Happened += happened / float64(b.N)
			c.Brier += (x.Probability - happened) * (x.Probability - happened) / float64(len(f))
		}
		c.Error += math.Abs(b.Stated-b.Happened) * float64(b.N) / float64(len(f))
		c.Bins = append(c.Bins, b)
		from = to
	}
	return c
}
