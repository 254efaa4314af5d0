package eval

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/truce-monitor/truce/observation"
)

// report is an observation as the baselines see it.
type report struct {
	o          *observation.Observation
	x, y       float64 // metres from the field's middle
	xx, xy, y2 float64 // covariance of the place, square metres
	placed     bool
	t          float64 // seconds since 1970, the middle of the interval, heard times corrected by the distance
	spanS      float64 // half the interval
	kind       string  // family of the activity
}

// field is what the baselines group: observations in the order of time, without
// those that say that they repeat another, which go where that one goes.
type field struct {
	reports []report
	of      []int // for each observation of the input, its report
}

// soundMS is the speed of sound in metres a second.
const soundMS = 340

// newField prepares observations. Whatever their order, the field is the same.
func newField(all []*observation.Observation) *field {
	f := &field{of: make([]int, len(all))}
	ids := make(map[string]int, len(all))
	south, west, north, east := 90.0, 180.0, -90.0, -180.0
	named := map[string]int{} // places whose position somebody gives
	for i, o := range all {
		ids[o.ID()] = i
		if lat, lon, ok := about(o); ok {
			south, north, west, east = min(south, lat), max(north, lat), min(west, lon), max(east, lon)
		}
		if o.Place != "" && o.Position != nil {
			name := strings.ToLower(o.Place)
			if k, ok := named[name]; !ok || o.ID() < all[k].ID() {
				named[name] = i
			}
		}
	}
	lat0, lon0 := (south+north)/2, (west+east)/2
	order := make([]int, 0, len(all))
	original := make([]int, len(all))
	for i := range all {
		if original[i] = root(all, ids, i); original[i] == i {
			order = append(order, i)
		}
	}
	made := make([]report, len(all))
	for _, i := range order {
		made[i] = newReport(all[i], lat0, lon0)
		if k, ok := named[strings.ToLower(all[i].Place)]; ok && !made[i].placed {
			at := newReport(all[k], lat0, lon0)
			made[i].x, made[i].y, made[i].placed = at.x, at.y, true
			made[i].xx, made[i].y2 = nameM*nameM, nameM*nameM
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(made[i].t, made[j].t), cmp.Compare(all[i].Source, all[j].Source), cmp.Compare(all[i].Ref, all[j].Ref))
	})
	place := make([]int, len(all))
	for k, i := range order {
		place[i] = k
		f.reports = append(f.reports, made[i])
	}
	for i := range all {
		f.of[i] = place[original[i]]
	}
	return f
}

// nameM is how far an event lies from the place by whose name alone it goes, one
// sigma of a coordinate, metres.
const nameM = 2500

// root is what observation i repeats in the end, itself if it repeats nothing. Of
// those that repeat each other in a circle it is the first by name.
func root(all []*observation.Observation, ids map[string]int, i int) int {
	var way []int
	for k := i; ; {
		if at := slices.Index(way, k); at >= 0 {
			return slices.MinFunc(way[at:], func(a, b int) int { return cmp.Compare(all[a].ID(), all[b].ID()) })
		}
		way = append(way, k)
		next, ok := copied(all, ids, k)
		if !ok {
			return k
		}
		k = next
	}
}

// copied is the observation that observation i says to repeat.
func copied(all []*observation.Observation, ids map[string]int, i int) (int, bool) {
	o := all[i]
	if o.Copies == "" {
		return 0, false
	}
	k, ok := ids[o.Copies]
	if !ok {
		k, ok = ids[o.Source+"/"+o.Copies]
	}
	return k, ok && k != i
}

// about is roughly where an observation lies.
func about(o *observation.Observation) (lat, lon float64, ok bool) {
	switch {
	case o.Position != nil:
		return o.Position.Lat, o.Position.Lon, true
	case o.Observer != nil:
		return o.Observer.Lat, o.Observer.Lon, true
	}
	return 0, 0, false
}

// earM is how far those hear that tell neither distance nor range, metres.
const earM = 10000

func newReport(o *observation.Observation, lat0, lon0 float64) report {
	r := report{o: o, kind: family(o.Activity)}
	to := o.To
	if to.Before(o.From) {
		to = o.From
	}
	r.t = float64(o.From.Unix()+to.Unix()) / 2
	r.spanS = to.Sub(o.From).Seconds() / 2
	lat, lon, ok := about(o)
	if !ok {
		return r
	}
	r.placed = true
	r.x, r.y = (lon-lon0)*111195*math.Cos(lat0*math.Pi/180), (lat-lat0)*111195
	if p := o.Position; p != nil {
		v := math.Pow(math.Max(p.Radius, 10)/2.45, 2)
		r.xx, r.y2 = v, v
		return r
	}
	s := o.Observer
	if s.Bearing == nil {
		r.xx, r.y2 = earM*earM/6, earM*earM/6
		return r
	}
	// Along the bearing and across it.
	var d, along float64
	switch {
	case s.Distance != nil:
		d, along = *s.Distance, s.DistanceError/1.96
		if o.How == observation.Heard {
			r.t -= d / soundMS
		}
	case r.spanS > 0 && r.spanS < earM/soundMS: // the interval is what sound takes from as far as it hears
		d = r.spanS * soundMS
		along = d / math.Sqrt(3)
	default:
		d, along = earM/2, earM/math.Sqrt(12)
	}
	across := math.Max(10, d*math.Max(s.BearingError, 0.5)*math.Pi/180/1.96)
	along = math.Max(10, along)
	sin, cos := math.Sincos(*s.Bearing * math.Pi / 180)
	r.x, r.y = r.x+d*sin, r.y+d*cos
	a, c := along*along, across*across
	r.xx, r.y2, r.xy = a*sin*sin+c*cos*cos, a*cos*cos+c*sin*sin, (a-c)*sin*cos
	return r
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

// apart is how far two reports are from each other in time, seconds: the middles
// of their intervals or, loosely, what lies between the intervals.
func (r *report) apart(s *report, loose bool) float64 {
	dt := math.Abs(r.t - s.t)
	if loose {
		return math.Max(0, dt-r.spanS-s.spanS)
	}
	return dt
}

// day is the UTC day, counted from 1970.
func (r *report) day() int64 { return int64(math.Floor(r.t / 86400)) }

// near calls f for the pairs of reports, the earlier one first, within metres of
// each other, or of the same named place, whose middles are within seconds.
func (f *field) near(metres, seconds float64, each func(i, j int)) {
	type cell struct{ x, y int32 }
	type list struct {
		members []int32
		first   int // of those that are still near in time
	}
	cells := make(map[cell]*list, len(f.reports)/4)
	named := map[string][]int{}
	square := metres * metres
	for i := range f.reports {
		r := &f.reports[i]
		if !r.placed {
			name := strings.ToLower(r.o.Place)
			if name == "" {
				continue
			}
			for _, j := range named[name] {
				if r.t-f.reports[j].t <= seconds {
					each(j, i)
				}
			}
			named[name] = append(named[name], i)
			continue
		}
		c := cell{int32(math.Floor(r.x / metres)), int32(math.Floor(r.y / metres))}
		for dx := int32(-1); dx <= 1; dx++ {
			for dy := int32(-1); dy <= 1; dy++ {
				l := cells[cell{c.x + dx, c.y + dy}]
				if l == nil {
					continue
				}
				for l.first < len(l.members) && r.t-f.reports[l.members[l.first]].t > seconds {
					l.first++
				}
				for _, j := range l.members[l.first:] {
					s := &f.reports[j]
					if x, y := r.x-s.x, r.y-s.y; x*x+y*y <= square {
						each(int(j), i)
					}
				}
			}
		}
		if cells[c] == nil {
			cells[c] = &list{}
		}
		cells[c].members = append(cells[c].members, int32(i))
	}
}

// expand gives each observation of the input its report's group.
func (f *field) expand(groups []int) []int {
	out := make([]int, len(f.of))
	for i, r := range f.of {
		out[i] = groups[r]
	}
	return out
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

func (u *union) groups() []int {
	out := make([]int, len(u.parent))
	for i := range out {
		out[i] = u.find(i)
	}
	return out
}
