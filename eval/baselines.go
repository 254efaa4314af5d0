package eval

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Method groups observations, which come in the order of time, and returns a
// group's number for each.
type Method interface {
	Group(all []*observation.Observation) []int
}

// report is an observation as the baselines see it.
type report struct {
	o      *observation.Observation
	x, y   float64 // metres from the first's place
	placed bool
	t      float64 // seconds, the middle of the interval
	sigma  float64 // metres, one coordinate
	spanS  float64 // half the interval
	kind   string  // family of the activity
}

func reports(all []*observation.Observation) []report {
	out := make([]report, len(all))
	var lat0, lon0 float64
	begun := false
	for i, o := range all {
		r := report{o: o, kind: family(o.Activity)}
		to := o.To
		if to.Before(o.From) {
			to = o.From
		}
		r.t = float64(o.From.Unix()+to.Unix()) / 2
		r.spanS = to.Sub(o.From).Seconds() / 2
		lat, lon, sigma, ok := where(o)
		if ok {
			if !begun {
				lat0, lon0, begun = lat, lon, true
			}
			r.x, r.y = (lon-lon0)*111195*math.Cos(lat0*math.Pi/180), (lat-lat0)*111195
			r.placed, r.sigma = true, sigma
		}
		out[i] = r
	}
	return out
}

// where is what the observation says of the place, and its error.
func where(o *observation.Observation) (lat, lon, sigma float64, ok bool) {
	if p := o.Position; p != nil {
		return p.Lat, p.Lon, math.Max(p.Radius, 10) / 2.45, true
	}
	s := o.Observer
	if s == nil || s.Bearing == nil || s.Distance == nil {
		return 0, 0, 0, false
	}
	sin, cos := math.Sincos(*s.Bearing * math.Pi / 180)
	lat = s.Lat + *s.Distance*cos/111195
	lon = s.Lon + *s.Distance*sin/111195/math.Cos(s.Lat*math.Pi/180)
	return lat, lon, math.Hypot(s.DistanceError, *s.Distance*s.BearingError*math.Pi/180) / 1.96 / math.Sqrt2, true
}

// family is a coarse taxonomy, as researchers use to match data sets.
func family(a observation.Activity) string {
	switch a {
	case observation.Shot, observation.Burst, observation.Clash:
		return "small arms"
	case observation.Explosion, observation.Shelling, observation.MissileStrike, observation.AirStrike, observation.UAVStrike, observation.Flash, observation.Projectile, observation.Exercise, observation.Demining:
		return "explosions"
	}
	return string(a)
}

func (r *report) distance(s *report) float64 {
	if !r.placed || !s.placed {
		if r.o.Place != "" && strings.EqualFold(r.o.Place, s.o.Place) {
			return 0
		}
		return math.Inf(1)
	}
	return math.Hypot(r.x-s.x, r.y-s.y)
}

func day(r *report) int64 { return int64(math.Floor(r.t / 86400)) }

// Window joins what lies within M metres and S seconds, or where Day is set on
// the same day (or, with Days, within so many days), directly or through others.
// The fixed window of the field is {M: 5000, Day: true}; xSub's are 1 or 5 km and 1 or
// 2 days of the same type (Zhukov, Davenport and Kostyuk 2019,
// doi:10.1177/0022343319836697).
type Window struct {
	M, S float64
	Day  bool
	Days int64
	Type bool // of the same family alone
}

// Group implements Method.
func (w Window) Group(all []*observation.Observation) []int {
	rs := reports(all)
	u := newUnion(len(rs))
	near(rs, w.M, func(i, j int) {
		a, b := &rs[i], &rs[j]
		switch {
		case w.Type && a.kind != b.kind:
		case w.Days > 0 && math.Abs(float64(day(a)-day(b))) >= float64(w.Days):
		case w.Day && day(a) != day(b):
		case w.S > 0 && math.Abs(a.t-b.t) > w.S:
		default:
			u.join(i, j)
		}
	})
	return u.groups()
}

// DBSCAN is ST-DBSCAN (Birant and Kut 2007, doi:10.1016/j.datak.2006.01.013): clusters
// grow through observations that have at least Least others within M metres and S
// seconds.
type DBSCAN struct {
	M, S  float64
	Least int
}

// Group implements Method.
func (d DBSCAN) Group(all []*observation.Observation) []int {
	rs := reports(all)
	around := make([][]int, len(rs))
	near(rs, d.M, func(i, j int) {
		if math.Abs(rs[i].t-rs[j].t) <= d.S {
			around[i], around[j] = append(around[i], j), append(around[j], i)
		}
	})
	u := newUnion(len(rs))
	for i := range rs {
		if len(around[i]) < d.Least {
			continue
		}
		for _, j := range around[i] {
			if len(around[j]) >= d.Least || u.alone(j) {
				u.join(i, j)
			}
		}
	}
	return u.groups()
}

// Greedy joins each observation to the nearest group within K standard deviations
// of the stated errors in place and time, and of the same family; the same source
// does not join twice.
type Greedy struct{ K float64 }

// Group implements Method.
func (g Greedy) Group(all []*observation.Observation) []int {
	return greedy(all, 12000, func(a, b *report) float64 {
		if a.kind != b.kind {
			return math.Inf(1)
		}
		s2, t2 := a.sigma*a.sigma+b.sigma*b.sigma, a.spanS*a.spanS/3+b.spanS*b.spanS/3+2*30*30
		d, t := a.distance(b), a.t-b.t
		k := math.Sqrt(d*d/s2 + t*t/t2)
		if k > g.K {
			return math.Inf(1)
		}
		return k
	})
}

// MELTT matches across sources by windows of place and time and by the taxonomy,
// the nearest first, at most one observation of each source (Donnay, Dunford, McGrath,
// Backer and Cunningham 2019, doi:10.1177/0022002718777050).
type MELTT struct{ M, S float64 }

// Group implements Method.
func (m MELTT) Group(all []*observation.Observation) []int {
	return greedy(all, m.M, func(a, b *report) float64 {
		d, t := a.distance(b), math.Abs(a.t-b.t)
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
// (Zhukov and Ayers 2023). Where no place is named it is the cell of M metres.
type PerDay struct{ M float64 }

// Group implements Method.
func (p PerDay) Group(all []*observation.Observation) []int {
	rs := reports(all)
	type key struct {
		kind, place string
		x, y        float64
		day         int64
	}
	numbers := map[key]int{}
	out := make([]int, len(rs))
	for i := range rs {
		k := key{kind: rs[i].kind, day: day(&rs[i])}
		if rs[i].placed {
			k.x, k.y = math.Floor(rs[i].x/p.M), math.Floor(rs[i].y/p.M)
		} else {
			k.place = strings.ToLower(rs[i].o.Place)
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

// greedy takes the observations in order and puts each into the group whose
// nearest member is nearest by cost, unless the group has its source.
func greedy(all []*observation.Observation, reach float64, cost func(a, b *report) float64) []int {
	rs := reports(all)
	type pair struct {
		i, j int
		cost float64
	}
	var pairs []pair
	near(rs, reach, func(i, j int) {
		if c := cost(&rs[i], &rs[j]); !math.IsInf(c, 1) {
			pairs = append(pairs, pair{i, j, c})
		}
	})
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j))
	})
	u := newUnion(len(rs))
	sources := make([]map[string]bool, len(rs))
	for i := range rs {
		sources[i] = map[string]bool{rs[i].o.Source: true}
	}
	for _, p := range pairs {
		a, b := u.find(p.i), u.find(p.j)
		if a == b {
			continue
		}
		twice := false
		for s := range sources[b] {
			twice = twice || sources[a][s]
		}
		if twice {
			continue
		}
		u.join(a, b)
		root := u.find(a)
		other := a + b - root
		for s := range sources[other] {
			sources[root][s] = true
		}
	}
	return u.groups()
}

// near calls f for the pairs of observations within metres of each other, or of
// the same named place, and within four days.
func near(rs []report, metres float64, f func(i, j int)) {
	type cell struct{ x, y int64 }
	const longest = 4 * 24 * float64(time.Hour/time.Second)
	cells := map[cell][]int{}
	named := map[string][]int{}
	at := func(r *report) cell { return cell{int64(math.Floor(r.x / metres)), int64(math.Floor(r.y / metres))} }
	for i := range rs {
		r := &rs[i]
		if !r.placed {
			for _, j := range named[r.o.Place] {
				if r.o.Place != "" && r.t-rs[j].t < longest {
					f(j, i)
				}
			}
			named[r.o.Place] = append(named[r.o.Place], i)
			continue
		}
		c := at(r)
		for dx := int64(-1); dx <= 1; dx++ {
			for dy := int64(-1); dy <= 1; dy++ {
				k := cell{c.x + dx, c.y + dy}
				list := cells[k]
				for len(list) > 0 && rs[list[0]].t < r.t-2*longest {
					list = list[1:]
				}
				cells[k] = list
				for _, j := range list {
					if r.distance(&rs[j]) <= metres && math.Abs(r.t-rs[j].t) < longest {
						f(j, i)
					}
				}
			}
		}
		cells[c] = append(cells[c], i)
	}
}

// union finds groups that grow together.
type union struct{ parent []int }

func newUnion(n int) *union {
	u := &union{parent: make([]int, n)}
	for i := range u.parent {
		u.parent[i] = i
	}
	return u
}

func (u *union) find(i int) int {
	for u.parent[i] != i {
		u.parent[i] = u.parent[u.parent[i]]
		i = u.parent[i]
	}
	return i
}

func (u *union) join(i, j int) {
	if a, b := u.find(i), u.find(j); a != b {
		u.parent[max(a, b)] = min(a, b)
	}
}

func (u *union) alone(i int) bool { return u.parent[i] == i }

func (u *union) groups() []int {
	out := make([]int, len(u.parent))
	for i := range out {
		out[i] = u.find(i)
	}
	return out
}
