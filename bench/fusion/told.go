package main

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/simulate"
)

// toldTheSources groups reports as one does who knows of each source where it stands,
// how it errs, in place, time, type, weapon, count and harm, what it invents and what
// it would have perceived, and how often what happens where and follows what; all as
// the generator draws it. It looks for the grouping that is most probable given the
// reports: each group is an event, integrated over its place (a normal distribution
// about the best, at a few points exactly), time, kind, rounds and harm, or a lone
// invention. Most precise reports first, then each is asked again, pairs leave together
// and groups are joined, until nothing changes.
//
// What falls short of the best: the search ends where no single step helps, what fire
// draws after it is taken between neighbours in time only, and claps of thunder are
// taken to fall alone.
func (p *play) toldTheSources(name string) ([]int, error) {
	k, err := p.knowing(name)
	if err != nil {
		return nil, err
	}
	s := &sources{known: k, missed: map[[3]int][]float64{}}
	s.prepare()
	s.solve()
	return k.groups(s.in), nil
}

type sources struct {
	*known
	views  []view
	order  []int // units, most precise first
	near   [][]int
	in     []int // group of each unit
	guess  []guess
	slots  map[int][]int // groups by time
	missed map[[3]int][]float64
	buf    []float64
}

// view is a unit's report as it is asked again and again.
type view struct {
	*simulate.Report
	model   *simulate.Model
	place   gauss // roughly
	t, half float64
	sd      float64
	sharp   bool
	kind    []float64
	count   [31]float64
	counts  bool
	none    float64 // that it is invented
	caller  bool
}

// gauss is a place with its errors, metres squared, east and north of it.
type gauss struct{ lat, lon, ee, en, nn float64 }

// guess is a group as an event.
type guess struct {
	units         []int
	score         float64
	t, along, sdA float64
	real          float64 // probability that it is one
}

const perDegree = 111195.0

func (s *sources) prepare() {
	classes := s.Classes()
	for n := range s.units {
		r := &s.reports[s.units[n].original]
		m, _ := s.Model(r.Source)
		v := view{Report: r, model: m, none: s.Invented(r), caller: m.Callers > 1}
		from, to, sd, perMetre := r.Clock(s.s.From)
		v.t, v.half, v.sd = (from+to)/2, (to-from)/2, sd
		v.sharp = v.half <= 31 && sd <= 60
		v.place = s.rough(r, m)
		if perMetre > 0 {
			v.t -= perMetre * r.Away(v.place.lat, v.place.lon)
		}
		for c := range classes {
			v.kind = append(v.kind, r.Kind(s.Known, c))
		}
		for k := 1; k <= 30; k++ {
			v.count[k] = math.Exp(r.Counted(k))
		}
		v.counts = m.CountsOf > 0 || m.Exaggerates > 0
		s.views = append(s.views, v)
	}
	size := func(n int) float64 {
		v := &s.views[n]
		return math.Sqrt(v.place.ee*v.place.nn-v.place.en*v.place.en) * math.Hypot(v.sd, v.half/math.Sqrt(3))
	}
	s.order = make([]int, len(s.views))
	for n := range s.order {
		s.order[n] = n
	}
	slices.SortFunc(s.order, func(a, b int) int { return cmp.Or(cmp.Compare(size(a), size(b)), cmp.Compare(a, b)) })
	s.neighbours()
	s.in = make([]int, len(s.views))
	for n := range s.in {
		s.in[n] = -1
	}
}

// rough is where a report puts its event by itself.
func (s *sources) rough(r *simulate.Report, m *simulate.Model) gauss {
	var g gauss
	var along, across float64
	switch m.Gives {
	case "settlement", "name":
		g.lat, g.lon, along, across = r.Position.Lat, r.Position.Lon, 3500, 3500
	case "bearing", "azimuth":
		d := 500 * m.RangeKM
		along = 350 * m.RangeKM
		if m.Gives == "bearing" {
			d = *r.Observer.Distance
			along = math.Hypot(m.ErrorShare*d, m.RoundM/math.Sqrt(12))
		}
		g.lat, g.lon = r.Along(d)
		across = math.Max(20, d*math.Hypot(m.BearingDeg, m.RoundDeg/math.Sqrt(12))*math.Pi/180)
		sin, cos := math.Sincos(*r.Observer.Bearing * math.Pi / 180)
		g.ee = along*along*sin*sin + across*across*cos*cos
		g.nn = along*along*cos*cos + across*across*sin*sin
		g.en = (along*along - across*across) * sin * cos
		return g
	default:
		g.lat, g.lon = r.Position.Lat, r.Position.Lon
		along = math.Max(15, math.Hypot(m.ErrorM, m.ErrorShare*r.Away(g.lat, g.lon)))
		across = along
	}
	g.ee, g.nn = along*along, across*across
	return g
}

func (s *sources) neighbours() {
	s.near = make([][]int, len(s.views))
	byTime := make([]int, len(s.views))
	for n := range byTime {
		byTime[n] = n
	}
	reach := func(v *view) float64 { return v.half + 4*v.sd + 30 }
	slices.SortFunc(byTime, func(a, b int) int {
		return cmp.Or(cmp.Compare(s.views[a].t-reach(&s.views[a]), s.views[b].t-reach(&s.views[b])), cmp.Compare(a, b))
	})
	for x, a := range byTime {
		v := &s.views[a]
		for _, b := range byTime[x+1:] {
			w := &s.views[b]
			if w.t-reach(w) > v.t+reach(v) {
				break
			}
			if gap := math.Abs(v.t-w.t) - v.half - w.half - 30; gap > 4.5*math.Hypot(v.sd, w.sd) {
				continue
			}
			more := 0.0
			if v.model.Misplaced > 0 || w.model.Misplaced > 0 {
				more = 2000 * 2000
			}
			east := (v.place.lon - w.place.lon) * perDegree * math.Cos(v.place.lat*math.Pi/180)
			north := (v.place.lat - w.place.lat) * perDegree
			ee, en, nn := v.place.ee+w.place.ee+more, v.place.en+w.place.en, v.place.nn+w.place.nn+more
			if (nn*east*east-2*en*east*north+ee*north*north)/(ee*nn-en*en) < 22 {
				s.near[a], s.near[b] = append(s.near[a], b), append(s.near[b], a)
			}
		}
	}
	for n := range s.near {
		slices.Sort(s.near[n])
	}
}

// conflict is a unit of a group by the same source, which tells of an event once; more
// than one of them, -2; none, -1.
func (s *sources) conflict(units []int, n int) int {
	rival := -1
	for _, o := range units {
		if o != n && s.views[o].Source == s.views[n].Source && !s.views[n].caller {
			if rival >= 0 {
				return -2
			}
			rival = o
		}
	}
	return rival
}

// about are the groups near in time to an instant, for what draws what.
const slotS = 1800.0

func (s *sources) excited(class int, t, along, sd, depth float64, but1, but2 int) float64 {
	sum := 0.0
	slot := int(math.Floor(t / slotS))
	for d := -2; d <= 2; d++ {
		for _, g := range s.slots[slot+d] {
			if q := &s.guess[g]; g != but1 && g != but2 && len(q.units) > 0 && math.Abs(q.along-along) < 8000 {
				sum += q.real * s.Follows(class, q.t-t, q.along-along, math.Hypot(sd, q.sdA), depth)
			}
		}
	}
	return sum
}

func (s *sources) index() {
	s.slots = map[int][]int{}
	for g := range s.guess {
		if len(s.guess[g].units) > 0 {
			slot := int(math.Floor(s.guess[g].t / slotS))
			s.slots[slot] = append(s.slots[slot], g)
		}
	}
}

// misses are, by class, the logarithms of the probabilities that no source at all
// perceives what happens at a place and instant.
func (s *sources) misses(lat, lon, t float64) []float64 {
	const space, slot = 0.004, 300.0
	key := [3]int{int(math.Floor(lat / space)), int(math.Floor(lon / space)), int(math.Floor(t / slot))}
	if m, ok := s.missed[key]; ok {
		return m
	}
	e, _ := s.Suppose(s.instant((float64(key[2])+0.5)*slot), (float64(key[0])+0.5)*space, (float64(key[1])+0.5)*space)
	m := make([]float64, len(s.Classes()))
	chance := make([]float64, len(m))
	for source := range s.Sources() {
		s.Chances(source, &e, chance)
		for c, p := range chance {
			if p > 0 {
				m[c] += math.Log1p(-math.Min(p, 0.999))
			}
		}
	}
	s.missed[key] = m
	return m
}

func (s *sources) instant(t float64) time.Time {
	return s.s.From.Add(time.Duration(t * float64(time.Second)))
}

// merge is where units put an event together, by Gauss and Newton's way.
func (s *sources) merge(units []int) gauss {
	best := units[0]
	size := func(n int) float64 { return s.views[n].place.ee + s.views[n].place.nn }
	for _, n := range units {
		if size(n) < size(best) {
			best = n
		}
	}
	g := s.views[best].place
	if len(units) == 1 {
		return g
	}
	for range 2 {
		perLon := perDegree * math.Cos(g.lat*math.Pi/180)
		var ee, en, nn, x, y float64
		for _, n := range units {
			v := &s.views[n]
			p := v.place
			if b := v.Observer; b != nil && b.Bearing != nil {
				fromLat, fromLon := v.From()
				d := math.Max(150, math.Hypot((g.lat-fromLat)*perDegree, (g.lon-fromLon)*perLon))
				across := d * math.Hypot(v.model.BearingDeg, v.model.RoundDeg/math.Sqrt(12)) * math.Pi / 180
				along := 350 * v.model.RangeKM
				if b.Distance != nil {
					along = math.Hypot(v.model.ErrorShare*d, v.model.RoundM/math.Sqrt(12))
				}
				sin, cos := math.Sincos(*b.Bearing * math.Pi / 180)
				p.ee = along*along*sin*sin + across*across*cos*cos
				p.nn = along*along*cos*cos + across*across*sin*sin
				p.en = (along*along - across*across) * sin * cos
			}
			det := p.ee*p.nn - p.en*p.en
			ie, in, ix := p.nn/det, p.ee/det, -p.en/det
			east, north := (p.lon-g.lon)*perLon, (p.lat-g.lat)*perDegree
			ee, nn, en = ee+ie, nn+in, en+ix
			x, y = x+ie*east+ix*north, y+ix*east+in*north
		}
		det := ee*nn - en*en
		cee, cnn, cen := nn/det, ee/det, -en/det
		g.lat += (cen*x + cnn*y) / perDegree
		g.lon += (cee*x + cen*y) / perLon
		g.ee, g.nn, g.en = cee, cnn, cen
	}
	return g
}
