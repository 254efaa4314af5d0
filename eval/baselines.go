package eval

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/truce-monitor/truce/observation"
)

// Method groups observations and returns a group's number for each. The groups
// do not depend on the order of the observations. What says that it repeats another
// observation goes where that one goes, whatever the method.
type Method interface {
	Group(all []*observation.Observation) []int

	group(f *field) []int // by report
}

// Window joins what lies within M metres and S seconds, or where Days is set on
// the same day (1) or on days so near, directly or through others. The fixed window of
// the field is {M: 5000, Days: 1}; xSub's are 1 or 5 km and 1 or 2 days of the same type
// (Zhukov, Davenport and Kostyuk 2019, doi:10.1177/0022343319836697).
type Window struct {
	M, S  float64
	Days  int64
	Type  bool // of the same family of activities alone
	Loose bool // S counts between the ends of intervals, not their middles
}

// Group implements Method.
func (w Window) Group(all []*observation.Observation) []int {
	f := newField(all)
	return f.expand(w.group(f))
}

func (w Window) group(f *field) []int {
	u := newUnion(len(f.reports))
	reach := float64(w.Days) * 86400
	if w.Days == 0 {
		reach = reachS(f, w.S, w.Loose)
	}
	f.near(w.M, reach, func(i, j int) {
		a, b := &f.reports[i], &f.reports[j]
		switch {
		case w.Type && a.kind != b.kind:
		case w.Days > 0 && b.day()-a.day() >= w.Days:
		case w.Days == 0 && a.apart(b, w.Loose) > w.S:
		default:
			u.join(i, j)
		}
	})
	return u.groups()
}

// reachS is how far apart the middles of two reports can be, seconds, that are
// within s of each other.
func reachS(f *field, s float64, loose bool) float64 {
	longest := 0.0
	if loose {
		for i := range f.reports {
			longest = math.Max(longest, f.reports[i].spanS)
		}
	}
	return s + 2*longest
}

// DBSCAN is ST-DBSCAN (Birant and Kut 2007, doi:10.1016/j.datak.2006.01.013): clusters
// grow through observations that have at least Least others within M metres and S
// seconds; others near such a one belong to the nearest, the rest are alone.
type DBSCAN struct {
	M, S  float64
	Least int
	Type  bool // of the same family of activities alone: the method's third threshold
	Loose bool // as of Window
}

// Group implements Method.
func (d DBSCAN) Group(all []*observation.Observation) []int {
	f := newField(all)
	return f.expand(d.group(f))
}

func (d DBSCAN) group(f *field) []int {
	around := make([][]int32, len(f.reports))
	f.near(d.M, reachS(f, d.S, d.Loose), func(i, j int) {
		a, b := &f.reports[i], &f.reports[j]
		if (!d.Type || a.kind == b.kind) && a.apart(b, d.Loose) <= d.S {
			around[i], around[j] = append(around[i], int32(j)), append(around[j], int32(i))
		}
	})
	u := newUnion(len(f.reports))
	for i := range around {
		nearest, at := math.Inf(1), -1
		for _, j := range around[i] {
			switch {
			case len(around[j]) < d.Least:
			case len(around[i]) >= d.Least:
				u.join(i, int(j))
			default:
				a, b := &f.reports[i], &f.reports[j]
				if away := math.Hypot(a.distance(b)/d.M, a.apart(b, d.Loose)/math.Max(d.S, 1)); away < nearest {
					nearest, at = away, int(j)
				}
			}
		}
		if at >= 0 {
			u.join(i, at)
		}
	}
	return u.groups()
}

// Greedy joins what is within K standard deviations of the stated errors in place
// and time and of the same family, the nearest first; a source that watches does not
// join twice. Bearings make long ellipses.
type Greedy struct {
	K float64
	// Fused compares with the weighted mean of a group, the most precise reports
	// coming first, as trackers do (nearest neighbour, Bar-Shalom and Li 1995); else
	// pair by pair.
	Fused  bool
	ErrorS float64 // what the stated times leave out, one sigma, seconds
}

// Group implements Method.
func (g Greedy) Group(all []*observation.Observation) []int {
	f := newField(all)
	return f.expand(g.group(f))
}

// greedyM is beyond what Greedy looks for partners, metres.
const greedyM = 15000

func (g Greedy) group(f *field) []int {
	if g.Fused {
		return g.fuse(f)
	}
	return greedy(f, greedyM, 2*86400, func(a, b *report) float64 {
		if a.kind != b.kind {
			return math.Inf(1)
		}
		t := a.t - b.t
		square := t * t / (a.spanS*a.spanS/3 + b.spanS*b.spanS/3 + 2*g.ErrorS*g.ErrorS)
		if square <= g.K*g.K {
			square += away(a.x-b.x, a.y-b.y, a.xx+b.xx, a.xy+b.xy, a.y2+b.y2)
		}
		if square > g.K*g.K {
			return math.Inf(1)
		}
		return square
	})
}

// away is the square of the distance in standard deviations.
func away(x, y, xx, xy, yy float64) float64 {
	det := xx*yy - xy*xy
	return (x*x*yy - 2*x*y*xy + y*y*xx) / det
}

// track is a group with its weighted mean.
type track struct {
	x, y, xx, xy, yy float64
	t, tt            float64
	kind             string
	sources          map[string]bool
}

func (g Greedy) fuse(f *field) []int {
	order := make([]int, len(f.reports))
	vague := make([]float64, len(f.reports))
	for i := range order {
		order[i] = i
		r := &f.reports[i]
		vague[i] = math.Sqrt(math.Max(r.xx+r.y2, 1)) * (r.spanS + g.ErrorS)
		if !r.placed {
			vague[i] = math.Inf(1)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(vague[i], vague[j]) })
	type cell struct{ x, y int32 }
	cells := map[cell][]int{} // tracks by where they began
	var tracks []track
	out := make([]int, len(f.reports))
	for _, i := range order {
		r := &f.reports[i]
		tt := r.spanS*r.spanS/3 + g.ErrorS*g.ErrorS
		nearest, at := g.K*g.K, -1
		c := cell{int32(math.Floor(r.x / greedyM)), int32(math.Floor(r.y / greedyM))}
		for dx := int32(-1); dx <= 1 && r.placed; dx++ {
			for dy := int32(-1); dy <= 1; dy++ {
				for _, k := range cells[cell{c.x + dx, c.y + dy}] {
					s := &tracks[k]
					t := r.t - s.t
					square := t * t / (tt + s.tt)
					if square > nearest || s.kind != r.kind || once(r.o) && s.sources[r.o.Source] {
						continue
					}
					if square += away(r.x-s.x, r.y-s.y, r.xx+s.xx, r.xy+s.xy, r.y2+s.yy); square <= nearest && math.Hypot(r.x-s.x, r.y-s.y) <= greedyM {
						nearest, at = square, k
					}
				}
			}
		}
		if at < 0 {
			at = len(tracks)
			tracks = append(tracks, track{r.x, r.y, r.xx, r.xy, r.y2, r.t, tt, r.kind, map[string]bool{r.o.Source: true}})
			if r.placed {
				cells[c] = append(cells[c], at)
			}
		} else {
			tracks[at].add(r, tt)
		}
		out[i] = at
	}
	return out
}

// add is one step of a filter whose state stands still.
func (s *track) add(r *report, tt float64) {
	xx, xy, yy := s.xx+r.xx, s.xy+r.xy, s.yy+r.y2
	det := xx*yy - xy*xy
	// gain = P (P+R)^-1
	a, b := (s.xx*yy-s.xy*xy)/det, (s.xy*xx-s.xx*xy)/det
	c, d := (s.xy*yy-s.yy*xy)/det, (s.yy*xx-s.xy*xy)/det
	x, y := r.x-s.x, r.y-s.y
	s.x, s.y = s.x+a*x+b*y, s.y+c*x+d*y
	s.xx, s.xy, s.yy = s.xx-a*s.xx-b*s.xy, s.xy-a*s.xy-b*s.yy, s.yy-c*s.xy-d*s.yy
	s.t += (r.t - s.t) * s.tt / (s.tt + tt)
	s.tt = s.tt * tt / (s.tt + tt)
	s.sources[r.o.Source] = true
}

// once reports whether the source tells of one event once: several people call a
// hotline.
func once(o *observation.Observation) bool { return o.Means != observation.Hotline }

// MELTT matches across sources by windows of place and time and by the taxonomy,
// the nearest first, at most one observation of each source (Donnay, Dunford, McGrath,
// Backer and Cunningham 2019, doi:10.1177/0022002718777050).
type MELTT struct {
	M, S  float64
	Loose bool // as of Window
}

// Group implements Method.
func (m MELTT) Group(all []*observation.Observation) []int {
	f := newField(all)
	return f.expand(m.group(f))
}

func (m MELTT) group(f *field) []int {
	return greedy(f, m.M, reachS(f, m.S, m.Loose), func(a, b *report) float64 {
		d, t := a.distance(b), a.apart(b, m.Loose)
		if d > m.M || t > m.S {
			return math.Inf(1)
		}
		score := d/m.M + t/m.S
		switch {
		case a.o.Activity == b.o.Activity:
		case a.kind == b.kind:
			score++
		default:
			return math.Inf(1)
		}
		return score
	})
}

// PerDay is VIINA's rule: one event of a type in a populated place on a day
// (Zhukov and Ayers 2023). A place is the cell of M metres or, with Named, the nearest
// of those that any observation names and places.
type PerDay struct {
	M     float64
	Named bool
}

// Group implements Method.
func (p PerDay) Group(all []*observation.Observation) []int {
	f := newField(all)
	return f.expand(p.group(f))
}

func (p PerDay) group(f *field) []int {
	type key struct {
		kind, place string
		x, y        float64
		day         int64
	}
	towns := p.towns(f)
	numbers := map[key]int{}
	out := make([]int, len(f.reports))
	for i := range f.reports {
		r := &f.reports[i]
		k := key{kind: r.kind, day: r.day()}
		switch {
		case !r.placed:
			k.place = strings.ToLower(r.o.Place)
			if k.place == "" {
				k.place = r.o.ID()
			}
		case p.Named && len(towns) > 0:
			best := math.Inf(1)
			for _, t := range towns {
				if d := math.Hypot(t[0]-r.x, t[1]-r.y); d < best {
					best, k.x, k.y = d, t[0], t[1]
				}
			}
		default:
			k.x, k.y = math.Floor(r.x/p.M), math.Floor(r.y/p.M)
		}
		n, ok := numbers[k]
		if !ok {
			n = len(numbers)
			numbers[k] = n
		}
		out[i] = n
	}
	return out
}

// towns are the places that news and the like name and place, at least M apart.
func (p PerDay) towns(f *field) [][2]float64 {
	if !p.Named {
		return nil
	}
	var out [][2]float64
	for i := range f.reports {
		r := &f.reports[i]
		if r.o.Means != observation.News || r.o.Place == "" || r.o.Position == nil {
			continue
		}
		if !slices.ContainsFunc(out, func(t [2]float64) bool { return math.Hypot(t[0]-r.x, t[1]-r.y) < p.M }) {
			out = append(out, [2]float64{r.x, r.y})
		}
	}
	return out
}

// greedy joins the nearest pairs first, unless both groups have a report of one
// source that tells of an event once.
func greedy(f *field, metres, seconds float64, cost func(a, b *report) float64) []int {
	type pair struct {
		i, j int32
		cost float64
	}
	var pairs []pair
	f.near(metres, seconds, func(i, j int) {
		if c := cost(&f.reports[i], &f.reports[j]); !math.IsInf(c, 1) {
			pairs = append(pairs, pair{int32(i), int32(j), c})
		}
	})
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j))
	})
	u := newUnion(len(f.reports))
	members := make([][]int32, len(f.reports))
	for i := range members {
		members[i] = []int32{int32(i)}
	}
	for _, p := range pairs {
		a, b := u.find(int(p.i)), u.find(int(p.j))
		if a == b || clash(f, members[a], members[b]) {
			continue
		}
		u.join(a, b)
		root := u.find(a)
		members[root] = append(members[root], members[a+b-root]...)
	}
	return u.groups()
}

func clash(f *field, a, b []int32) bool {
	for _, i := range a {
		for _, j := range b {
			if o := f.reports[i].o; o.Source == f.reports[j].o.Source && once(o) {
				return true
			}
		}
	}
	return false
}
