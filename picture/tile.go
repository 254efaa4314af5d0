package picture

import (
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
	alone = 5000
	// pointsFrom is the zoom from which they are shown one by one where a tile
	// has no more than mostPoints.
	pointsFrom = 9
	mostPoints = 5000
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
	if z >= pointsFrom || p.between(s) <= alone {
		if p.each(s, first, end, func(r *row, _ *ground, _ int) bool {
			out.Incidents = append(out.Incidents, s.show(r))
			return len(out.Incidents) <= mostPoints
		}) {
			slices.SortFunc(out.Incidents, func(a, b Summary) int { return b.From.Compare(a.From) })
			return out, nil
		}
		out.Incidents = nil
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

// each yields the rows with keys in [first, end) that pass, and which of the
// keys it is; false if it was broken off.
func (p *Picture) each(s *sieve, first, end uint64, yield func(r *row, g *ground, i int) bool) bool {
	for _, seg := range p.parts {
		if s.misses(seg) {
			continue
		}
		g := seg.on(s.grid)
		from, _ := slices.BinarySearch(g.keys, first)
		for i := from; i < len(g.keys) && g.keys[i] < end; i++ {
			r := &seg.rows[g.at[i]]
			if s.passes(r) && !seg.hides(int(g.at[i])) && (s.box == nil || s.box.holds(g.lat[g.at[i]], g.lon[g.at[i]])) && !yield(r, g, i) {
				return false
			}
		}
	}
	return true
}

func (p *Picture) cells(s *sieve, first, end uint64, shift int) []Cell {
	type sum struct {
		lat, lon          int64
		n, breaches       int
		severity, gravity int
		worst             uint32
	}
	sums := make([]sum, 1<<(2*cellBits))
	gravity := make([]int8, len(s.words.text))
	grave := make([]int8, len(s.words.text))
	for i, text := range s.words.text {
		gravity[i] = int8(slices.Index(p.severities, text) + 1)
		grave[i] = int8(slices.Index(results[:], text) + 1)
	}
	breach := s.words.number[string(finding.Breach)]
	p.each(s, first, end, func(r *row, g *ground, i int) bool {
		c, at := &sums[(g.keys[i]-first)>>shift], g.at[i]
		c.lat += int64(g.lat[at])
		c.lon += int64(g.lon[at])
		c.n++
		if breach != 0 && r.Result == breach {
			c.breaches++
		}
		c.severity = max(c.severity, int(gravity[r.Severity]))
		if w := int(grave[r.Result]); w > c.gravity {
			c.gravity, c.worst = w, r.Result
		}
		return true
	})
	var out []Cell
	for i := range sums {
		c := &sums[i]
		if c.n == 0 {
			continue
		}
		cell := Cell{Lat: middle(c.lat, c.n), Lon: middle(c.lon, c.n), Count: c.n, Breaches: c.breaches, Result: finding.Result(s.words.text[c.worst])}
		if c.severity > 0 {
			cell.Severity = p.severities[c.severity-1]
		}
		out = append(out, cell)
	}
	return out
}

// results are the results, the worst last.
var results = [...]string{string(finding.Consistent), string(finding.Excepted), string(finding.Undetermined), string(finding.Breach)}

func middle(sum int64, n int) float64 { return math.Round(float64(sum)/float64(n)/10) / 1e6 }
