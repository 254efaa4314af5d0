// Package review knows how people check fusion: which pairs of reports are put
// before a person who does not know what fusion made of them, and how fusion does
// against what the person says. The protocol is that of MELTT's validation: pairs
// that were joined, and as many that lie near each other and were kept apart
// (Donnay, Dunford, McGrath, Backer and Cunningham 2019, doi:10.1177/0022002718777050).
//
// It must not know how observations are fused, nor storage.
package review

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// Report is one observation with the incident in which fusion put it.
type Report struct {
	*observation.Observation
	Incident string // its ID; empty: in none
}

// Name identifies a report, whatever fusion makes of it.
type Name struct {
	Source string `json:"source"`
	Ref    string `json:"ref"`
}

func (n Name) before(m Name) int {
	return cmp.Or(strings.Compare(n.Source, m.Source), strings.Compare(n.Ref, m.Ref))
}

func (r *Report) name() Name { return Name{r.Source, r.Ref} }

// Pair is two reports by different sources, in the order in which a person gets
// to see them.
type Pair struct {
	A, B *observation.Observation
}

// Options say which pairs are drawn. The zero value draws none.
type Options struct {
	Pairs int    // of joined ones, and as many of those kept apart
	Seed  uint64 // what is drawn follows from it
	// NearM and Near are how far apart in space (metres) and time reports are at
	// most that count as near misses. Reports without a position are near each other
	// if both have none and name the same area; those known less well than NearM are
	// near nothing.
	NearM float64
	Near  time.Duration
}

// closeM and closeTime part near misses into close ones, of which half are drawn,
// and the rest.
const (
	closeM    = 1000
	closeTime = time.Hour
)

// Drawn says of how many pairs how many were drawn.
type Drawn struct {
	Sources [2]string `json:"sources"` // in the order of the alphabet
	Joined  bool      `json:"joined"`
	Close   bool      `json:"close,omitempty"` // of near misses: within 1 km and 1 hour
	Pairs   int       `json:"pairs"`
	Drawn   int       `json:"drawn"`
}

// Sample draws pairs of reports by different sources: those that share an
// incident, one of each incident, and those that are near each other and do not.
// Each pair of sources gives as many, as far as it has them, so that a pair of
// busy sources does not fill the sample. No report is drawn twice among the joined
// or among the near misses. The order tells nothing about what fusion said.
//
// A pair's place in the lottery follows from the seed and its reports alone: what
// else there is, or what fusion makes of other reports, does not change it.
//
// Left out are sums over several events, intervals of more than two days, which are
// no date, and pairs of an alert and something else: an alert is a warning.
func Sample(reports []Report, opt Options) ([]Pair, []Drawn) {
	l := newLottery(reports, opt)
	l.joined()
	l.near()
	return l.draw()
}

// longest is the longest interval that is a date.
const longest = 48 * time.Hour

// stratum is what gives equally many pairs.
type stratum struct {
	first, second string // sources
	joined, near  bool   // near: within closeM and closeTime
}

// ticket is a pair with its place in the lottery.
type ticket struct {
	place uint64
	a, b  int
}

type lottery struct {
	opt     Options
	reports []Report
	keys    []uint64 // of each report, by the seed
	strata  map[stratum]*pool
}

// pool holds the first of a stratum's tickets.
type pool struct {
	pairs   int
	tickets []ticket
}

// spare is how many more tickets are kept than may be drawn, since some are of
// reports that were drawn before.
const spare = 8

func (p *pool) put(t ticket, room int) {
	p.pairs++
	p.tickets = append(p.tickets, t)
	if len(p.tickets) >= 2*room {
		p.cut(room)
	}
}

func (p *pool) cut(room int) {
	slices.SortFunc(p.tickets, func(x, y ticket) int {
		return cmp.Or(cmp.Compare(x.place, y.place), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	p.tickets = p.tickets[:min(room, len(p.tickets))]
}

func newLottery(reports []Report, opt Options) *lottery {
	l := &lottery{opt: opt, strata: map[stratum]*pool{}}
	for _, r := range reports {
		if r.Activity != observation.Alert && r.To.Sub(r.From) > longest || slices.ContainsFunc(r.Caveats, noEvent) {
			continue
		}
		l.reports = append(l.reports, r)
	}
	slices.SortFunc(l.reports, func(x, y Report) int {
		return cmp.Or(x.From.Compare(y.From), x.name().before(y.name()))
	})
	l.keys = make([]uint64, len(l.reports))
	seed := binary.BigEndian.AppendUint64(nil, opt.Seed)
	for i := range l.reports {
		n := l.reports[i].name()
		sum := sha256.Sum256(append(append(slices.Clip(seed), n.Source...), "\x00"+n.Ref...))
		l.keys[i] = binary.BigEndian.Uint64(sum[:])
	}
	return l
}

// noEvent tells caveats of rows that are of no single event.
func noEvent(caveat string) bool {
	return strings.Contains(caveat, "aggregate") || strings.Contains(caveat, "reference-only")
}

// put enters a pair into the lottery.
func (l *lottery) put(i, j int, joined, near bool) {
	a, b := &l.reports[i], &l.reports[j]
	if a.Source > b.Source {
		a, b, i, j = b, a, j, i
	}
	if a.Source == b.Source || (a.Activity == observation.Alert) != (b.Activity == observation.Alert) {
		return
	}
	s := stratum{a.Source, b.Source, joined, near}
	p := l.strata[s]
	if p == nil {
		p = &pool{}
		l.strata[s] = p
	}
	p.put(ticket{mix(l.keys[i] ^ mix(l.keys[j])), i, j}, spare*max(1, l.opt.Pairs))
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014,
// doi:10.1145/2660193.2660195).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (l *lottery) joined() {
	members := map[string][]int{}
	for i := range l.reports {
		if id := l.reports[i].Incident; id != "" {
			members[id] = append(members[id], i)
		}
	}
	for _, list := range members {
		for x, i := range list {
			for _, j := range list[:x] {
				l.put(j, i, true, false)
			}
		}
	}
}

// near enters the pairs that are near each other and of different incidents. It
// goes through the reports by time and keeps those that may still be near in cells
// that are as wide as near is far.
func (l *lottery) near() {
	type cell struct {
		lat, lon int
		area     string
	}
	degrees := l.opt.NearM / 110_574 // a degree of latitude is longer than this
	if degrees <= 0 {
		return
	}
	at := func(r *Report, north, east int) cell {
		if r.Position == nil {
			return cell{area: strings.ToLower(strings.Join(strings.Fields(r.Area), " "))}
		}
		// At a row's edge nearer the pole its cells are as wide as near is far.
		row := int(math.Floor(r.Position.Lat/degrees)) + north
		edge := math.Max(math.Abs(float64(row)), math.Abs(float64(row+1))) * degrees
		columns := max(3, int(360/degrees*math.Cos(math.Min(89.9, edge)*math.Pi/180)))
		column := int(math.Floor((r.Position.Lon + 180) / 360 * float64(columns)))
		return cell{lat: row, lon: ((column+east)%columns + columns) % columns}
	}
	cells := map[cell][]int{}
	for i := range l.reports {
		r := &l.reports[i]
		home := at(r, 0, 0)
		if r.Position == nil && home.area == "" || r.Position != nil && r.Position.Radius > l.opt.NearM {
			continue // it may lie anywhere: near nothing
		}
		reach := 1
		if r.Position == nil {
			reach = 0
		}
		for north := -reach; north <= reach; north++ {
			for east := -reach; east <= reach; east++ {
				c := at(r, north, east)
				kept := cells[c][:0]
				for _, j := range cells[c] {
					o := &l.reports[j]
					if r.From.Sub(o.To) > l.opt.Near {
						continue // from all that follow, too
					}
					kept = append(kept, j)
					if r.Incident != "" && r.Incident == o.Incident {
						continue
					}
					if within, near := l.distance(o, r); within {
						l.put(j, i, false, near)
					}
				}
				if len(kept) == 0 {
					delete(cells, c)
				} else {
					cells[c] = kept
				}
			}
		}
		cells[home] = append(cells[home], i)
	}
}

// distance tells whether two reports of which r began later are within the
// options' reach, and whether they are close.
func (l *lottery) distance(o, r *Report) (within, near bool) {
	gap := r.From.Sub(o.To)
	if gap > l.opt.Near {
		return false, false
	}
	if r.Position == nil {
		return o.Position == nil, gap <= closeTime && strings.EqualFold(o.Place, r.Place)
	}
	if o.Position == nil {
		return false, false
	}
	m := geo.Distance(geo.Point{Lat: o.Position.Lat, Lon: o.Position.Lon}, geo.Point{Lat: r.Position.Lat, Lon: r.Position.Lon})
	return m <= l.opt.NearM, gap <= closeTime && m <= closeM
}

// draw takes tickets from each stratum in turn, the same number from each as long
// as it has some.
func (l *lottery) draw() ([]Pair, []Drawn) {
	var strata []stratum
	for s := range l.strata {
		strata = append(strata, s)
	}
	slices.SortFunc(strata, func(x, y stratum) int {
		return cmp.Or(strings.Compare(x.first, y.first), strings.Compare(x.second, y.second), order(x.joined, y.joined), order(x.near, y.near))
	})
	drawn := make([]Drawn, len(strata))
	for i, s := range strata {
		p := l.strata[s]
		p.cut(spare * max(1, l.opt.Pairs))
		drawn[i] = Drawn{Sources: [2]string{s.first, s.second}, Joined: s.joined, Close: s.near, Pairs: p.pairs}
	}
	var tickets []ticket
	for _, joined := range []bool{true, false} {
		left := l.opt.Pairs
		used := map[int]bool{}
		incidents := map[string]bool{}
		for moved := true; left > 0 && moved; {
			moved = false
			for i, s := range strata {
				if s.joined != joined || left == 0 {
					continue
				}
				p := l.strata[s]
				for len(p.tickets) > 0 {
					t := p.tickets[0]
					p.tickets = p.tickets[1:]
					if used[t.a] || used[t.b] || joined && incidents[l.reports[t.a].Incident] {
						continue
					}
					used[t.a], used[t.b], incidents[l.reports[t.a].Incident] = true, true, true
					tickets = append(tickets, t)
					drawn[i].Drawn++
					left, moved = left-1, true
					break
				}
			}
		}
	}
	slices.SortFunc(tickets, func(x, y ticket) int {
		return cmp.Or(cmp.Compare(mix(x.place), mix(y.place)), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	pairs := make([]Pair, len(tickets))
	for i, t := range tickets {
		pairs[i] = Pair{l.reports[t.a].Observation, l.reports[t.b].Observation}
	}
	return pairs, drawn
}

func order(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}
