package geo

import (
	"math"
	"math/big"
	"sync"
)

// Area is a region prepared for many questions. It is safe for concurrent use.
//
// A grid over the region knows of each cell whether it lies inside, outside or
// on the boundary; only in the last case are edges looked at.
type Area struct {
	geometry MultiPolygon
	bounds   [4]float64
	bands    [][]edge
	cells    states
	columns  int
	perLon   float64           // columns in a degree
	perLat   float64           // rows, which are also the bands, in a degree
	boundary func() *LineIndex // made when it is asked for
}

type edge struct{ a, b Point }

type cellState uint8

// states are packed, four in a byte, so that a grid may stay in a cache.
type states []uint8

func (s states) at(i int) cellState { return cellState(s[i>>2] >> (2 * (i & 3)) & 3) }

func (s states) set(i int, to cellState) {
	s[i>>2] = s[i>>2]&^(3<<(2*(i&3))) | uint8(to)<<(2*(i&3))
}

const (
	outside cellState = iota
	inside
	onBoundary
)

// PrepareArea prepares a region, whose edges are straight in longitude and
// latitude (RFC 7946).
func PrepareArea(m MultiPolygon) *Area {
	x := &Area{geometry: m, bounds: m.Bounds(), boundary: sync.OnceValue(func() *LineIndex { return NewLineIndex(m.Boundary()) })}
	n := 0
	for _, p := range m {
		for _, r := range p {
			n += len(r)
		}
	}
	if n == 0 {
		return x
	}
	rows := min(max(n/2, 1), 1024)
	x.columns = rows
	x.bands = make([][]edge, rows)
	if h := x.bounds[3] - x.bounds[1]; h > 0 {
		x.perLat = float64(rows) / h
	}
	if w := x.bounds[2] - x.bounds[0]; w > 0 {
		x.perLon = float64(x.columns) / w
	}
	x.cells = make(states, rows*x.columns/4+1)
	for _, p := range m {
		for _, r := range p {
			for i := range r {
				x.insert(edge{r[i], r[(i+1)%len(r)]})
			}
		}
	}
	for row := range rows {
		last := onBoundary // the state of a run of cells without edges
		for column := range x.columns {
			cell := row*x.columns + column
			switch now := x.cells.at(cell); {
			case now == onBoundary:
				last = onBoundary
				continue
			case last == onBoundary:
				last = outside
				if x.byEdges(Point{
					Lat: x.bounds[1] + (float64(row)+0.5)/x.perLat,
					Lon: x.bounds[0] + (float64(column)+0.5)/x.perLon,
				}, row) {
					last = inside
				}
			}
			x.cells.set(cell, last)
		}
	}
	return x
}

// rounding in degrees is far more than what the arithmetic of insert may be off.
const rounding = 1e-9

// insert puts the edge into the bands that it touches, and marks its cells: in
// each band those between where it enters and leaves.
func (x *Area) insert(e edge) {
	if e.a.Lat > e.b.Lat {
		e.a, e.b = e.b, e.a
	}
	for row := x.row(e.a.Lat); row <= x.row(e.b.Lat); row++ {
		x.bands[row] = append(x.bands[row], e)
		from, to := e.a.Lon, e.b.Lon
		if e.b.Lat > e.a.Lat {
			slope := (e.b.Lon - e.a.Lon) / (e.b.Lat - e.a.Lat)
			if lat := x.bounds[1] + float64(row)/x.perLat; lat > e.a.Lat {
				from = e.a.Lon + slope*(lat-e.a.Lat)
			}
			if lat := x.bounds[1] + float64(row+1)/x.perLat; lat < e.b.Lat {
				to = e.a.Lon + slope*(lat-e.a.Lat)
			}
		}
		for column := x.column(min(from, to) - rounding); column <= x.column(max(from, to)+rounding); column++ {
			x.cells.set(row*x.columns+column, onBoundary)
		}
	}
}

func (x *Area) row(lat float64) int {
	return min(max(int((lat-x.bounds[1])*x.perLat), 0), len(x.bands)-1)
}

func (x *Area) column(lon float64) int {
	return min(max(int((lon-x.bounds[0])*x.perLon), 0), x.columns-1)
}

// Geometry returns the region.
func (x *Area) Geometry() MultiPolygon { return x.geometry }

// Contains reports whether p lies in the region.
func (x *Area) Contains(p Point) bool {
	if len(x.bands) == 0 || !(p.Lat >= x.bounds[1] && p.Lat <= x.bounds[3] && p.Lon >= x.bounds[0] && p.Lon <= x.bounds[2]) {
		return false
	}
	row := x.row(p.Lat)
	if c := x.cells.at(row*x.columns + x.column(p.Lon)); c != onBoundary {
		return c == inside
	}
	return x.byEdges(p, row)
}

func (x *Area) byEdges(p Point, row int) bool {
	in := false
	for _, e := range x.bands[row] {
		if crosses(e.a, e.b, p) {
			in = !in
		}
	}
	return in
}

// DistanceToBoundary is the geodesic distance in metres from p to the nearest
// edge, from inside as from outside; infinite for an empty region.
func (x *Area) DistanceToBoundary(p Point) float64 { return x.boundary().Distance(p) }

// crosses reports whether a ray from p to the east crosses the edge a-b. The
// half-open rule counts a vertex once; which side of the edge p lies on is exact.
func crosses(a, b, p Point) bool {
	if (a.Lat > p.Lat) == (b.Lat > p.Lat) {
		return false
	}
	// Ordered by latitude, so that both polygons of a common edge agree.
	if a.Lat > b.Lat {
		a, b = b, a
	}
	return leftOf(a, b, p)
}

// leftOf reports whether p lies to the left of the straight line a-b in longitude
// and latitude. Where rounding could decide, the sum is done exactly (the filter
// is that of Shewchuk 1997, doi:10.1007/PL00009321).
func leftOf(a, b, p Point) bool {
	const bound = 3.3306690738754716e-16 // (3 + 16u)·u, u = 2⁻⁵³
	l, r := (b.Lon-a.Lon)*(p.Lat-a.Lat), (p.Lon-a.Lon)*(b.Lat-a.Lat)
	if d := l - r; math.Abs(d) > bound*(math.Abs(l)+math.Abs(r)) || math.IsNaN(d) {
		return d > 0
	}
	rat := func(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }
	sub := func(f, g float64) *big.Rat { return new(big.Rat).Sub(rat(f), rat(g)) }
	x := new(big.Rat).Mul(sub(b.Lon, a.Lon), sub(p.Lat, a.Lat))
	return x.Cmp(new(big.Rat).Mul(sub(p.Lon, a.Lon), sub(b.Lat, a.Lat))) > 0
}
