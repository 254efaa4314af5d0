package picture

import (
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
)

// Ref names one row.
type Ref struct {
	ID   string
	From time.Time // of the incident, UTC
}

// Replace takes rows out of the picture and puts provisional ones in.
func (p *Picture) Replace(gone []Ref, rows Rows) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range gone {
		if id, err := incident.ParseKey(g.ID); err == nil {
			p.hide(row{From: g.From.UnixMicro(), ID: id})
		}
	}
	if len(rows.rows) > 0 {
		p.live = append(p.live, &part{segment: newSegment(p.words.adopt(rows))})
	}
	p.merge()
	p.arrange()
}

// Provisional are the provisional rows of a picture at one time. The zero value has none.
type Provisional struct {
	words words
	parts []part
}

// Provisional are the picture's provisional rows as they are now.
func (p *Picture) Provisional() Provisional {
	p.mu.RLock()
	defer p.mu.RUnlock()
	out := Provisional{words: p.words.clone()}
	for _, x := range p.live {
		out.parts = append(out.parts, part{x.segment, slices.Clone(x.gone)})
	}
	return out
}

// Rows are those of the incidents that are to be kept.
func (v *Provisional) Rows(keep func(id string) bool) Rows {
	out := Rows{words: v.words}
	for k := range v.parts {
		x := &v.parts[k]
		for i := range x.rows {
			if !x.hides(i) && keep(x.rows[i].ID.String()) {
				out.rows = append(out.rows, x.rows[i])
			}
		}
	}
	return out
}

func (p *Picture) hide(r row) {
	for _, x := range p.parts {
		if x.oldest > r.From || x.newest < r.From {
			continue
		}
		if i, ok := slices.BinarySearchFunc(x.rows, r, newer); ok {
			x.hide(i)
		}
	}
}

// mergeUpTo is how many rows a live part may have and still be joined with others:
// putting more in order would keep who waits for the picture too long.
const mergeUpTo = 20_000

// merge joins the last live parts as long as they are of a like size, so that
// there are few of them. The caller holds mu.
func (p *Picture) merge() {
	for n := len(p.live); n >= 2 && len(p.live[n-2].rows) <= min(2*len(p.live[n-1].rows), mergeUpTo); n = len(p.live) {
		var rows []row
		for _, x := range p.live[n-2:] {
			for i := range x.rows {
				if !x.hides(i) {
					rows = append(rows, x.rows[i])
				}
			}
		}
		if p.live = p.live[: n-2 : n-2]; len(rows) > 0 {
			p.live = append(p.live, &part{segment: newSegment(rows)})
		}
	}
}

// Next is the picture with the rows of some runs anew and nothing provisional in
// it; p stays as it is.
func (p *Picture) Next(runs map[int64]Rows) *Picture {
	p.mu.RLock()
	defer p.mu.RUnlock()
	out := New(p.severities)
	out.words = p.words.clone()
	for run, x := range p.settled {
		out.settled[run] = &part{segment: x.segment}
	}
	for run, rows := range runs {
		delete(out.settled, run)
		if len(rows.rows) > 0 {
			out.settled[run] = &part{segment: newSegment(out.words.adopt(rows))}
		}
	}
	out.arrange()
	return out
}

// Near is an incident that may be of the same event as a report.
type Near struct {
	Ref
	Provisional bool
	Apart       float64 // how far in place and time, in units of what could still be the same
}

// soon is by how much the times of incidents may err beyond what they say.
const soon = 2 * time.Minute

// Near finds the incidents within a report's reach, the nearest first, at most
// so many.
func (p *Picture) Near(r incident.Reach, most int) []Near {
	const gate = 4 // standard deviations
	p.mu.RLock()
	defer p.mu.RUnlock()
	from, to := r.From.Add(-soon).UnixMicro(), r.To.Add(soon).UnixMicro()
	perLat := 111_195.0
	perLon := perLat * math.Max(math.Cos(r.Lat*math.Pi/180), 1e-3)
	// What lies farther than this is too vague or too far to be decided at once.
	widest := gate/geo.Sigmas95*r.RadiusM + 5000
	var out []Near
	low, high := mercator(r.Lat-widest/perLat, r.Lon-widest/perLon), mercator(r.Lat+widest/perLat, r.Lon+widest/perLon)
	spans := cover(low, high)
	for _, x := range p.parts {
		if x.oldest > to || x.newest < from-maxLong {
			continue
		}
		g := x.on(0)
		for _, span := range spans {
			i, end := g.span(span[0], span[1])
			for ; i < end; i++ {
				if !between(g.keys[i], low, high) { // told without a look at the row, which takes longer
					continue
				}
				at := int(g.at[i])
				row := &x.rows[at]
				if row.From > to || row.To < from || x.hides(at) {
					continue
				}
				north := (float64(row.Lat)/1e7 - r.Lat) * perLat
				east := (float64(row.Lon)/1e7 - r.Lon) * perLon
				radius := float64(row.Radius) / 10
				could2 := gate * gate / (geo.Sigmas95 * geo.Sigmas95) * (r.RadiusM*r.RadiusM + radius*radius + 100*100)
				apart2 := (north*north + east*east) / could2
				if apart2 > 1 {
					continue
				}
				apart := math.Sqrt(apart2)
				lag := math.Abs(float64((row.From+row.To)/2 - (from+to)/2))
				apart += lag / float64((to-from+row.To-row.From)/2)
				out = append(out, Near{Ref{row.ID.String(), time.UnixMicro(row.From).UTC()}, row.State&provisional != 0, apart})
			}
		}
	}
	slices.SortFunc(out, func(a, b Near) int {
		switch {
		case a.Apart < b.Apart:
			return -1
		case a.Apart > b.Apart:
			return 1
		}
		return 0
	})
	return out[:min(len(out), most)]
}

// maxLong is how long, in microseconds, incidents of more than an instant are
// looked back for.
const maxLong = int64(24 * time.Hour / time.Microsecond)

// between reports whether a key's place is in the box between a south-western and a
// north-eastern key.
func between(key, low, high uint64) bool {
	const x, y = 0x5555555555555555, 0xaaaaaaaaaaaaaaaa // y grows to the south
	return key&x >= low&x && key&x <= high&x && key&y <= low&y && key&y >= high&y
}

// cover is the ranges of keys that cover the box between its south-western and its
// north-eastern key: those of the one to four tiles, at the finest zoom at which
// four are enough.
func cover(low, high uint64) (out [][2]uint64) {
	x0, y1 := gather(low), gather(low>>1) // y grows to the south
	x1, y0 := gather(high), gather(high>>1)
	level := 0
	for x1>>level-x0>>level > 1 || y1>>level-y0>>level > 1 {
		level++
	}
	for x := x0 >> level; x <= x1>>level; x++ {
		for y := y0 >> level; y <= y1>>level; y++ {
			first := (spread(x) | spread(y)<<1) << (2 * level)
			out = append(out, [2]uint64{first, first + 1<<(2*level)})
		}
	}
	return out
}
