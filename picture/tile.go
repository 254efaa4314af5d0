package picture

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/truce-monitor/truce/finding"
)

// Cell is the incidents of one cell of a tile, taken together.
type Cell struct {
	Lat      float64        `json:"lat"` // the middle of their positions, degrees WGS84
	Lon      float64        `json:"lon"`
	Count    int            `json:"count"`
	Breaches int            `json:"breaches"`
	Severity string         `json:"severity,omitempty"` // the gravest
	Result   finding.Result `json:"result,omitempty"`   // the worst
}

// Tile is a map tile's incidents: each of them, or those of a cell together
// where there are too many to draw.
type Tile struct {
	Incidents []Summary
	Cells     []Cell
}

const (
	// alone is how many incidents in a query's time are shown one by one at any zoom.
	alone = 2000
	// pointsFrom is the zoom from which they are shown one by one where a tile
	// has no more than mostPoints of that time.
	pointsFrom = 9
	mostPoints = 1000
	// cellBits says how many cells a tile has to a side: 2 to this power.
	cellBits = 5
)

// Tile returns what lies in tile x, y of zoom z in Web Mercator (OGC 17-083r4,
// WebMercatorQuad).
func (p *Picture) Tile(q Query, z, x, y int) (*Tile, error) {
	if z < 0 || z > finest-cellBits || x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
		return nil, fmt.Errorf("there is no tile %d/%d/%d", z, x, y)
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	s := p.sieve(&q)
	shift := 2 * (finest - z)
	first := (spread(uint32(x)) | spread(uint32(y))<<1) << shift
	end := first + 1<<shift
	out := &Tile{}
	if p.between(s) <= alone || z >= pointsFrom && p.within(s, first, end) <= mostPoints {
		p.each(s, first, end, func(r *row) { out.Incidents = append(out.Incidents, s.show(r)) })
		slices.SortFunc(out.Incidents, func(a, b Summary) int { return cmp.Or(b.From.Compare(a.From), cmp.Compare(b.ID, a.ID)) })
		return out, nil
	}
	out.Cells = p.cells(s, first, end, shift-2*cellBits)
	return out, nil
}

// between is how many rows lie in the query's time, whatever else it asks for.
func (p *Picture) between(s *sieve) (n int) {
	for _, g := range p.parts {
		if s.misses(g) {
			continue
		}
		from := sort.Search(len(g.rows), func(i int) bool { return g.rows[i].From < s.until })
		to := sort.Search(len(g.rows), func(i int) bool { return g.rows[i].From < s.since })
		n += to - from
	}
	return n
}

// within is how many rows of the query's time have keys in [first, end), give or
// take those of days that begin before it or end after.
func (p *Picture) within(s *sieve, first, end uint64) (n int) {
	for _, x := range p.parts {
		if !s.misses(x) {
			from, to := x.on(s.grid).span(first, end)
			n += to - from
		}
	}
	return n
}

// span is which of the keys lie in [first, end).
func (g *ground) span(first, end uint64) (from, to int) {
	from, _ = slices.BinarySearch(g.keys, first)
	n, _ := slices.BinarySearch(g.keys[from:], end)
	return from, from + n
}

// each yields the rows with keys in [first, end) that pass.
func (p *Picture) each(s *sieve, first, end uint64, yield func(r *row)) {
	for _, x := range p.parts {
		if s.misses(x) {
			continue
		}
		g := x.on(s.grid)
		from, to := g.span(first, end)
		for _, at := range g.at[from:to] {
			if s.passesAt(x, g, int(at)) {
				yield(&x.rows[at])
			}
		}
	}
}

// sum is the incidents of one cell.
type sum struct {
	cell              uint64 // its keys without the bits that tell places in it apart
	lat, lon          int64
	n, breaches       int32
	severity, gravity int32 // the gravest, the worst
}

func (c *sum) add(o *sum) {
	c.lat, c.lon, c.n, c.breaches = c.lat+o.lat, c.lon+o.lon, c.n+o.n, c.breaches+o.breaches
	c.severity, c.gravity = max(c.severity, o.severity), max(c.gravity, o.gravity)
}

// cellsOf is what sums were asked for.
type cellsOf struct {
	query string
	shift int
}

// fewRows are counted as fast as their sums are found.
const fewRows = 128

// mostSums is for how many questions a part remembers its sums.
const mostSums = 32

func (p *Picture) cells(s *sieve, first, end uint64, shift int) []Cell {
	sums := make([]sum, 1<<(2*cellBits))
	weights := p.weights(s)
	for _, x := range p.parts {
		if s.misses(x) {
			continue
		}
		g := x.on(s.grid)
		from, to := g.span(first, end)
		if from == to {
			continue
		}
		if to-from <= fewRows || !s.takesAll(x) {
			for _, c := range s.sums(x, g, from, to, shift, weights) {
				sums[c.cell-first>>shift].add(&c)
			}
			continue
		}
		all := x.sums(s, g, shift, weights)
		i := sort.Search(len(all), func(i int) bool { return all[i].cell >= first>>shift })
		for ; i < len(all) && all[i].cell < end>>shift; i++ {
			sums[all[i].cell-first>>shift].add(&all[i])
		}
	}
	var out []Cell
	for i := range sums {
		c := &sums[i]
		if c.n == 0 {
			continue
		}
		cell := Cell{Lat: middle(c.lat, c.n), Lon: middle(c.lon, c.n), Count: int(c.n), Breaches: int(c.breaches)}
		if c.severity > 0 {
			cell.Severity = p.severities[c.severity-1]
		}
		if c.gravity > 0 {
			cell.Result = results[c.gravity-1]
		}
		out = append(out, cell)
	}
	return out
}

// weights are how grave each word is.
type weights struct{ severity, result []int32 }

func (p *Picture) weights(s *sieve) weights {
	w := weights{make([]int32, len(s.words.text)), make([]int32, len(s.words.text))}
	for i, text := range p.severities {
		w.severity[s.words.number[text]] = int32(i + 1)
	}
	for i, text := range results {
		w.result[s.words.number[string(text)]] = int32(i + 1)
	}
	w.severity[0], w.result[0] = 0, 0 // what no row has is not known as a word
	return w
}

// takesAll reports whether neither time nor place of the query divides a part.
func (s *sieve) takesAll(x *part) bool {
	return s.since <= x.oldest && x.newest < s.until && (s.latest == 0 || x.last <= s.latest) && s.box == nil && x.gone == nil && s.incident == nil
}

// sums are the cells of some of a part's keys, in the order of their numbers.
func (s *sieve) sums(x *part, g *ground, from, to, shift int, w weights) []sum {
	var out []sum
	for i := from; i < to; i++ {
		at := int(g.at[i])
		if !s.passesAt(x, g, at) {
			continue
		}
		cell := g.keys[i] >> shift
		if len(out) == 0 || out[len(out)-1].cell != cell {
			out = append(out, sum{cell: cell})
		}
		c, r := &out[len(out)-1], &x.rows[at]
		one := sum{lat: int64(g.lat[at]), lon: int64(g.lon[at]), n: 1, severity: w.severity[r.Severity], gravity: w.result[r.Result]}
		if int(one.gravity) == len(results) {
			one.breaches = 1
		}
		c.add(&one)
	}
	return out
}

// base is the shift of the finest cells from which coarser ones are summed: those
// of the last zoom at which nothing else can be shown.
const base = 2 * (finest - (pointsFrom - 1) - cellBits)

// coarser joins cells.
func coarser(of []sum, by int) []sum {
	var out []sum
	for _, c := range of {
		c.cell >>= by
		if n := len(out); n > 0 && out[n-1].cell == c.cell {
			out[n-1].add(&c)
		} else {
			out = append(out, c)
		}
	}
	return slices.Clip(out)
}

// sums are all cells of a part; it remembers them.
func (x *part) sums(s *sieve, g *ground, shift int, w weights) []sum {
	key := cellsOf{s.query, shift}
	x.mu.Lock()
	out, ok := x.segment.cells[key]
	x.mu.Unlock()
	switch {
	case ok:
		return out
	case shift > base:
		out = coarser(x.sums(s, g, base, w), shift-base)
	default:
		out = s.sums(x, g, 0, len(g.keys), shift, w)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.segment.cells) >= mostSums || x.segment.cells == nil {
		x.segment.cells = map[cellsOf][]sum{}
	}
	x.segment.cells[key] = out
	return out
}

// results are the results, the worst last.
var results = [...]finding.Result{finding.Consistent, finding.Excepted, finding.Undetermined, finding.Breach}

func middle(sum int64, n int32) float64 { return math.Round(float64(sum)/float64(n)/10) / 1e6 }
