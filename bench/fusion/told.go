package main

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
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

// weigh is how probable the reports of units are as those of one event, or, of one
// alone, as of anything; but1 and but2 are the groups that they are taken from.
func (s *sources) weigh(units []int, but1, but2 int) guess {
	q := guess{units: units, score: math.Inf(-1)}
	var harm observation.Casualties
	told := false
	for _, n := range units {
		if v := &s.views[n]; v.TellsHarm() {
			if told && v.Harm != harm {
				return q
			}
			told, harm = true, v.Harm
		}
	}
	g := s.merge(units)
	tr := (g.ee + g.nn) / 2
	h := math.Hypot((g.ee-g.nn)/2, g.en)
	major, minor := math.Sqrt(tr+h), math.Sqrt(math.Max(25, tr-h))
	angle := math.Atan2(2*g.en, g.ee-g.nn) / 2 // of the major axis from east
	type node struct{ a, b, w float64 }
	nodes := []node{{0, 0, 1}}
	switch {
	case major > 500:
		nodes = nodes[:0]
		const r = 1.7320508
		for _, a := range []node{{-r, 0, 1. / 6}, {0, 0, 2. / 3}, {r, 0, 1. / 6}} {
			for _, b := range []node{{-r, 0, 1. / 6}, {0, 0, 2. / 3}, {r, 0, 1. / 6}} {
				nodes = append(nodes, node{a.a, b.a, a.w * b.w})
			}
		}
	case major > 120:
		nodes = []node{{0, 0, .5}, {2, 0, .125}, {-2, 0, .125}, {0, 2, .125}, {0, -2, .125}}
	}
	perLon := perDegree * math.Cos(g.lat*math.Pi/180)
	cos, sin := math.Cos(angle), math.Sin(angle)
	var parts, weights [9]float64
	at, along := 0.0, 0.0
	for i, x := range nodes {
		a, b := x.a*major, x.b*minor
		lat, lon := g.lat+(a*sin+b*cos)/perDegree, g.lon+(a*cos-b*sin)/perLon
		f, t, al := s.here(units, lat, lon, harm, told, but1, but2, major)
		// Against the density of the normal distribution there.
		parts[i] = f + math.Log(x.w) + math.Log(2*math.Pi*major*minor) + (x.a*x.a+x.b*x.b)/2
		weights[i] = parts[i]
		if i == 0 || parts[i] > q.score {
			q.score, at, along = parts[i], t, al
		}
	}
	q.score = logSum(parts[:len(nodes)])
	q.t, q.along, q.sdA, q.real = at, along, math.Min(major, 4000), 1
	if len(units) == 1 {
		none := s.views[units[0]].none
		all := logSum([]float64{q.score, none})
		q.real = math.Exp(q.score - all)
		if math.IsInf(all, -1) {
			q.real, all = 1, -200 // nothing explains it
		}
		q.score = all
	}
	return q
}

func logSum(x []float64) float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = math.Max(top, v)
	}
	if math.IsInf(top, -1) {
		return top
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// here is the same with the event at a place.
func (s *sources) here(units []int, lat, lon float64, harm observation.Casualties, told bool, but1, but2 int, sd float64) (f, t, along float64) {
	never := math.Inf(-1)
	f, t = s.when(units, lat, lon)
	if math.IsInf(f, -1) {
		return never, 0, 0
	}
	e, depth := s.Suppose(s.instant(t), lat, lon)
	e.Harm = harm
	towards := 0.0
	for _, n := range units {
		v := &s.views[n]
		f += v.Place(s.Known, &e)
		towards += v.Towards(&e)
		if !v.InTime(e.At, time.Duration(20)*time.Second+time.Duration(v.half)*time.Second) {
			return never, 0, 0
		}
	}
	if math.IsInf(f, -1) {
		return never, 0, 0
	}
	classes := s.Classes()
	missed := s.misses(lat, lon, t)
	sums := make([]float64, len(classes))
	copy(sums, missed)
	if s.buf == nil {
		s.buf = make([]float64, len(classes))
	}
	for i, n := range units {
		v := &s.views[n]
		again := 0
		if v.caller {
			for _, o := range units[:i] {
				if s.views[o].Source == v.Source {
					again++
				}
			}
		}
		if again > 0 {
			for c := range sums { // one more caller of so many
				sums[c] += math.Log((v.model.Callers-1)*math.Max(classes[c].Loud, 1e-3)/float64(again)) + v.kind[c]
			}
			continue
		}
		s.Chances(v.Source, &e, s.buf)
		for c, p := range s.buf {
			if p == 0 {
				sums[c] = never
				continue
			}
			sums[c] += v.kind[c] + math.Log(p/(1-math.Min(p, 0.999)))
			if v.caller {
				sums[c] -= (v.model.Callers - 1) * classes[c].Loud
			}
		}
	}
	hurt := harm != (observation.Casualties{})
	for c := range sums {
		k := &classes[c]
		if math.IsInf(sums[c], -1) {
			continue
		}
		rate := s.Base(c, &e, depth)
		if k.Fire {
			rate += s.excited(c, t, e.Along(), sd, depth, but1, but2)
			sums[c] += towards
		}
		counts := 0.0
		for n := k.Rounds[0]; n <= k.Rounds[1]; n++ {
			p := 1.0
			for _, u := range units {
				if v := &s.views[u]; v.counts {
					p *= v.count[n]
				}
			}
			counts += p
		}
		sums[c] += math.Log(rate) + math.Log(counts/float64(k.Rounds[1]-k.Rounds[0]+1))
		switch {
		case hurt:
			sums[c] += math.Log(k.Harm / 6)
		case told:
			sums[c] += math.Log(1 - k.Harm)
		}
		for _, n := range units {
			if v := &s.views[n]; v.Satellite() && !math.IsInf(sums[c], -1) {
				s.As(&e, c)
				sums[c] += s.Seen(v.Report, &e)
			}
		}
	}
	return f + logSum(sums), t, e.Along()
}

// when integrates over the instant of an event at a place, and says when it was most
// probably.
func (s *sources) when(units []int, lat, lon float64) (f, at float64) {
	var weight, sum float64
	low, high := math.Inf(-1), math.Inf(1)
	var shift [64]float64
	for i, n := range units {
		v := &s.views[n]
		from, to, sd, perMetre := v.Clock(s.s.From)
		if i < len(shift) && perMetre > 0 {
			shift[i] = perMetre * v.Away(lat, lon)
		}
		if v.Satellite() {
			sd = 0
		}
		low, high = math.Max(low, from-3.5*sd-shift[min(i, 63)]), math.Min(high, to+3.5*sd-shift[min(i, 63)])
		if v.sharp && !v.Satellite() {
			w := 1 / (sd*sd + v.half*v.half/3)
			weight += w
			sum += w * ((from+to)/2 - shift[min(i, 63)])
		}
	}
	mass := func(t float64) float64 {
		p := 0.0
		for i, n := range units {
			v := &s.views[n]
			if v.Satellite() {
				continue
			}
			from, to, sd, _ := v.Clock(s.s.From)
			m := t + shift[min(i, 63)]
			if v.sharp {
				w := sd*sd + v.half*v.half/3
				d := (from+to)/2 - m
				p += -d*d/2/w - math.Log(2*math.Pi*w)/2 + math.Log(2*v.half)
				continue
			}
			a, b := (from-m)/sd/math.Sqrt2, (to-m)/sd/math.Sqrt2
			if a > 0 {
				a, b = -b, -a
			}
			p += math.Log((math.Erfc(-b) - math.Erfc(-a)) / 2)
		}
		return p
	}
	if weight > 0 {
		at = sum / weight
		return mass(at) + math.Log(2*math.Pi/weight)/2, at
	}
	if high <= low {
		return math.Inf(-1), 0
	}
	const n = 16
	var parts [n]float64
	top := math.Inf(-1)
	for i := range parts {
		t := low + (float64(i)+0.5)/n*(high-low)
		parts[i] = mass(t)
		if parts[i] > top {
			top, at = parts[i], t
		}
	}
	return logSum(parts[:]) + math.Log((high-low)/n), at
}
