package picture

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// segment is the rows of one run, the newest first. It does not change but for
// what it remembers of positions.
type segment struct {
	rows           []row
	newest, oldest int64           // From
	last           int64           // To
	has            map[uint32]bool // words that occur in its rows

	mu     sync.Mutex
	byID   []int32             // rows in the order of their ids; nil: nobody has asked
	ground map[float64]*ground // by the grid's metres; 0: as they are
	cells  map[cellsOf][]sum   // by what was asked for, all of the segment's
}

// ground is where a segment's rows lie, on a grid.
type ground struct {
	lat, lon []int32  // of each row
	keys     []uint64 // of the rows that have a position, rising
	at       []int32  // their rows
}

func newSegment(rows []row) *segment {
	slices.SortFunc(rows, newer)
	s := &segment{rows: rows, newest: rows[0].From, oldest: rows[len(rows)-1].From, has: map[uint32]bool{}, ground: map[float64]*ground{}}
	s.last = rows[0].To
	for i := range rows {
		s.last = max(s.last, rows[i].To)
		for _, c := range rows[i].columns() {
			s.has[*c] = true
		}
	}
	return s
}

// newer is the order of lists: the newest first.
func newer(a, b row) int {
	return cmp.Or(cmp.Compare(b.From, a.From), slices.Compare(b.ID[:], a.ID[:]))
}

// find is the row with an id.
func (s *segment) find(id incident.Key) (int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = make([]int32, len(s.rows))
		for i := range s.byID {
			s.byID[i] = int32(i)
		}
		slices.SortFunc(s.byID, func(a, b int32) int { return slices.Compare(s.rows[a].ID[:], s.rows[b].ID[:]) })
	}
	i, ok := slices.BinarySearchFunc(s.byID, id, func(at int32, id incident.Key) int { return slices.Compare(s.rows[at].ID[:], id[:]) })
	if !ok {
		return 0, false
	}
	return int(s.byID[i]), true
}

// on is where the rows lie on a grid of so many metres.
func (s *segment) on(grid float64) *ground {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.ground[grid]
	if g == nil {
		g = s.lay(grid)
		s.ground[grid] = g
	}
	return g
}

func (s *segment) lay(grid float64) *ground {
	g := &ground{lat: make([]int32, len(s.rows)), lon: make([]int32, len(s.rows))}
	type place struct {
		key uint64
		at  int32
	}
	var places []place
	for i := range s.rows {
		r := &s.rows[i]
		if r.Radius == 0 {
			continue
		}
		g.lat[i], g.lon[i] = r.Lat, r.Lon
		if grid > 0 {
			p := publish.Round(observation.Position{Lat: float64(r.Lat) / 1e7, Lon: float64(r.Lon) / 1e7}, grid)
			g.lat[i], g.lon[i] = int32(math.Round(p.Lat*1e7)), int32(math.Round(p.Lon*1e7))
		}
		places = append(places, place{mercator(float64(g.lat[i])/1e7, float64(g.lon[i])/1e7), int32(i)})
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.at, b.at)) })
	g.keys, g.at = make([]uint64, len(places)), make([]int32, len(places))
	for i, p := range places {
		g.keys[i], g.at[i] = p.key, p.at
	}
	return g
}

// finest is the zoom whose tiles the keys number.
const finest = 28

// mercator numbers the tile of the finest zoom that holds a place, along Morton's
// curve (Morton 1966, A computer oriented geodetic data base), so that every
// coarser tile is a range of numbers. Web Mercator ends at 85.05 degrees.
func mercator(lat, lon float64) uint64 {
	const most = 85.0511287798066
	lat = max(-most, min(most, lat))
	sin := math.Sin(lat * math.Pi / 180)
	side := float64(uint64(1) << finest)
	x := (lon + 180) / 360 * side
	y := (0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)) * side
	clamp := func(v float64) uint32 { return uint32(max(0, min(side-1, math.Floor(v)))) }
	return spread(clamp(x)) | spread(clamp(y))<<1
}

// spread puts a zero between all bits.
func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	x = (x | x<<1) & 0x5555555555555555
	return x
}

// gather undoes spread.
func gather(x uint64) uint32 {
	x &= 0x5555555555555555
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0f0f0f0f0f0f0f0f
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	x = (x | x>>16) & 0x00000000ffffffff
	return uint32(x)
}
