package eval

import (
	"runtime"
	"sync"

	"github.com/truce-monitor/truce/observation"
)

// Labelled are observations with the event that each is of, numbers from 0; below
// 0: of none.
type Labelled struct {
	Observations []*observation.Observation
	Events       []int
}

// Family is a way to fuse with the settings from which the best is taken.
type Family struct {
	Name    string
	Methods []Method
}

// Baselines are the ways to fuse that the field knows, each with a grid of
// settings; see Tune, which looks between them too.
func Baselines() []Family {
	fixed := Family{Name: "fixed window, 5 km and a day", Methods: []Method{Window{M: 5000, Days: 1}}}
	window, scan, melt := Family{Name: "tuned window"}, Family{Name: "ST-DBSCAN"}, Family{Name: "MELTT rule"}
	near, tracks := Family{Name: "nearest within k sigma"}, Family{Name: "nearest track within k sigma"}
	subs, perDay := Family{Name: "xSub windows"}, Family{Name: "VIINA, one a day"}
	for _, m := range []float64{500, 1000, 2000, 4000, 8000} {
		for _, s := range []float64{30, 120, 300, 1200, 3600} {
			for _, loose := range []bool{false, true} {
				melt.Methods = append(melt.Methods, MELTT{M: m, S: s, Loose: loose})
				for _, alike := range []bool{false, true} {
					window.Methods = append(window.Methods, Window{M: m, S: s, Type: alike, Loose: loose})
				}
				for _, least := range []int{1, 3} {
					scan.Methods = append(scan.Methods, DBSCAN{M: m, S: s, Least: least, Type: true, Loose: loose})
				}
			}
		}
		perDay.Methods = append(perDay.Methods, PerDay{M: m}, PerDay{M: m, Named: true})
	}
	for _, k := range []float64{1, 1.5, 2, 2.5, 3, 4, 6} {
		for _, s := range []float64{5, 30, 120} {
			near.Methods = append(near.Methods, Greedy{K: k, ErrorS: s})
			tracks.Methods = append(tracks.Methods, Greedy{K: k, ErrorS: s, Fused: true})
		}
	}
	for _, m := range []float64{1000, 5000} {
		for _, d := range []int64{1, 2} {
			subs.Methods = append(subs.Methods, Window{M: m, Days: d, Type: true})
		}
	}
	return []Family{fixed, window, scan, near, tracks, subs, perDay, melt}
}

// around are settings near a method's.
func around(m Method) []Method {
	const less, more = 1 / 1.3, 1.3
	var out []Method
	for _, by := range []float64{less, more} {
		switch m := m.(type) {
		case Window:
			if m.Days > 0 {
				return nil
			}
			a, b := m, m
			a.M, b.S = m.M*by, m.S*by
			out = append(out, a, b)
		case DBSCAN:
			a, b, c := m, m, m
			a.M, b.S = m.M*by, m.S*by
			if c.Least++; by < 1 {
				c.Least -= 2
			}
			out = append(out, a, b)
			if c.Least > 0 {
				out = append(out, c)
			}
		case Greedy:
			a, b := m, m
			a.K, b.ErrorS = m.K*by, m.ErrorS*by
			out = append(out, a, b)
		case MELTT:
			a, b := m, m
			a.M, b.S = m.M*by, m.S*by
			out = append(out, a, b)
		}
	}
	return out
}

// Tune is the family's best method on labelled observations, by the mean of the F1
// of pairs and of B-cubed: the best of its grid, then uphill from there as long as it
// gets better. The sets count alike. xSub's windows and VIINA's rule stay as they are
// published.
func (f Family) Tune(training []Labelled) (best Method, score float64) {
	fields := make([]*field, len(training))
	for i, l := range training {
		fields[i] = newField(l.Observations)
	}
	best, score = top(f.Methods, training, fields)
	for range 12 {
		next, higher := top(around(best), training, fields)
		if next == nil || higher <= score {
			break
		}
		best, score = next, higher
	}
	return best, score
}

// top is the best of methods, the first of equals.
func top(methods []Method, training []Labelled, fields []*field) (Method, float64) {
	scores := make([]float64, len(methods))
	var wait sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for k := range next {
				for i, l := range training {
					found := fields[i].expand(methods[k].group(fields[i]))
					scores[k] += (Pairs(l.Events, found).F1() + BCubed(l.Events, found).F1()) / 2 / float64(len(training))
				}
			}
		})
	}
	for k := range methods {
		next <- k
	}
	close(next)
	wait.Wait()
	var best Method
	high := -1.0
	for k, s := range scores {
		if s > high {
			best, high = methods[k], s
		}
	}
	return best, high
}
