package geo

import (
	"math"
	"slices"
	"sync/atomic"
)

// Around a line lie tiles, and in a tile cells. A cell lists every chord that is
// the nearest one to some place in it, and few others, so that a question costs
// a look at those. A tile is filled once it has been asked for often.
const (
	tilesAfter = 256 // questions to a line until it gets tiles
	fillAfter  = 16  // questions to a tile until it is filled
	tileM      = 16e3
	cellsAlong = 16    // cells of a tile in a row
	aroundM    = 200e3 // how far the tiles reach beyond the line's box
	mostTiles  = 1 << 15
	fewChords  = 4 // a cell with as few is not divided
)

type tiles struct {
	west, south   float64
	perLon, perLa float64 // tiles in a degree
	columns, rows int
	tile          []atomic.Pointer[tile]
	asked         []atomic.Int32
}

// tile has for each of its cells where its list starts; the lists are
// one after another, each led by its length.
type tile struct {
	lists []int32
	cells [cellsAlong * cellsAlong]uint16
}

// newTiles lays tiles over the box and around it; near a pole, where degrees of
// longitude mean nothing, there are none.
func newTiles(box [4]float64) *tiles {
	t := &tiles{}
	lat := aroundM / metres
	south, north := box[1]-lat, box[3]+lat
	if south < -85 || north > 85 {
		return t
	}
	narrow := math.Cos(max(math.Abs(south), math.Abs(north)) * math.Pi / 180)
	wide := 1.0
	if south > 0 || north < 0 {
		wide = math.Cos(min(math.Abs(south), math.Abs(north)) * math.Pi / 180)
	}
	west, east := box[0]-lat/narrow, box[2]+lat/narrow
	if !(east-west < 359) {
		return t
	}
	size := tileM / metres // degrees of latitude
	for {
		t.columns, t.rows = int(math.Ceil((east-west)*wide/size)), int(math.Ceil((north-south)/size))
		if t.columns*t.rows <= mostTiles {
			break
		}
		size *= 1.5
	}
	t.west, t.south = west, south
	t.perLon, t.perLa = float64(t.columns)/(east-west), float64(t.rows)/(north-south)
	t.tile = make([]atomic.Pointer[tile], t.columns*t.rows)
	t.asked = make([]atomic.Int32, t.columns*t.rows)
	return t
}

// near lists the chords to compare for p; nil if p lies outside the tiles or in
// one that is not filled yet.
func (t *tiles) near(x *LineIndex, p Point) []int32 {
	lon := p.Lon - t.west
	if lon < 0 {
		lon += 360
	} else if lon >= 360 {
		lon -= 360
	}
	fx, fy := lon*t.perLon, (p.Lat-t.south)*t.perLa
	column, row := int(fx), int(fy)
	if !(fx >= 0 && fy >= 0) || column >= t.columns || row >= t.rows {
		return nil
	}
	at := row*t.columns + column
	full := t.tile[at].Load()
	if full == nil {
		if t.asked[at].Add(1) < fillAfter {
			return nil
		}
		full = t.fill(x, column, row)
		t.tile[at].Store(full)
	}
	at = int(full.cells[int((fy-float64(row))*cellsAlong)*cellsAlong+int((fx-float64(column))*cellsAlong)])
	return full.lists[at+1 : at+1+int(full.lists[at])]
}

func (t *tiles) fill(x *LineIndex, column, row int) *tile {
	f := filling{tiles: t, index: x, column: float64(column), row: float64(row), tile: &tile{}}
	centre, radius := f.patch(0, 0, cellsAlong)
	best := x.search(centre, scaleAt(centre))
	f.some = x.candidates(f.some, centre, radius, x.foot(best))
	all := f.some
	f.divide(0, 0, cellsAlong, 0, len(all))
	if len(f.tile.lists) > math.MaxUint16 { // many thousands of chords: one list of all, for every cell
		return &tile{lists: append([]int32{int32(len(all))}, all...)}
	}
	f.tile.lists = slices.Clip(f.tile.lists)
	return f.tile
}

// filling is the work of filling a tile.
type filling struct {
	tiles       *tiles
	index       *LineIndex
	column, row float64
	tile        *tile
	some        []int32 // a stack of candidates
}

// patch is the ball around a square of cells.
func (f *filling) patch(cx, cy, size int) (centre vec, radius float64) {
	// A little more than the square: a place is put into its cell by rounded numbers.
	const edge = 1e-9
	place := func(ax, ay float64) vec {
		return surface(Point{
			Lat: f.tiles.south + (f.row+ay/cellsAlong)/f.tiles.perLa,
			Lon: f.tiles.west + (f.column+ax/cellsAlong)/f.tiles.perLon,
		})
	}
	x0, y0 := float64(cx)-edge, float64(cy)-edge
	x1, y1 := float64(cx+size)+edge, float64(cy+size)+edge
	centre = place((x0+x1)/2, (y0+y1)/2)
	for _, corner := range [4]vec{place(x0, y0), place(x1, y0), place(x0, y1), place(x1, y1)} {
		radius = max(radius, corner.sub(centre).length())
	}
	return centre, radius * (1 + 1e-9)
}

// divide divides a square of cells until few candidates are left, and lists
// them for each cell. The candidates are f.some[from:to].
func (f *filling) divide(cx, cy, size, from, to int) {
	if size == 1 || to-from <= fewChords {
		list := f.list(f.some[from:to])
		for y := cy; y < cy+size; y++ {
			for x := cx; x < cx+size; x++ {
				f.tile.cells[y*cellsAlong+x] = uint16(list)
			}
		}
		return
	}
	half := size / 2
	for _, c := range [4][2]int{{cx, cy}, {cx + half, cy}, {cx, cy + half}, {cx + half, cy + half}} {
		centre, radius := f.patch(c[0], c[1], half)
		best := nothing()
		s := scaleAt(centre)
		for _, i := range f.some[from:to] {
			best.try(f.index.chords, i, centre, s)
		}
		foot := f.index.foot(best)
		for _, i := range f.some[from:to] {
			if f.index.chords[i].mayBeNearest(centre, radius, foot) {
				f.some = append(f.some, i)
			}
		}
		f.divide(c[0], c[1], half, to, len(f.some))
		f.some = f.some[:to]
	}
}

// list is where the tile has the chords: many cells have the same.
func (f *filling) list(chords []int32) int {
	t := f.tile
	for at := 0; at < len(t.lists); at += 1 + int(t.lists[at]) {
		if slices.Equal(t.lists[at+1:at+1+int(t.lists[at])], chords) {
			return at
		}
	}
	list := len(t.lists)
	t.lists = append(append(t.lists, int32(len(chords))), chords...)
	return list
}

// mayBeNearest reports whether the chord can be nearer than the place m to some
// place q within radius of the centre. For a place s of the chord
//
//	|q-s|² - |q-m|² = |centre-s|² - |centre-m|² + 2(q-centre)·(m-s),
//
// which stays above 0 where |centre-s|² - |centre-m|² exceeds 2·radius·|m-s|. The
// slack is what geodesics in different directions differ by over equal chords, and
// how far a geodesic rises over its chord.
func (c *chord) mayBeNearest(centre vec, radius float64, m vec) bool {
	w := centre.sub(c.from)
	t := min(max(w.dot(c.along)*c.inverse, 0), 1)
	r := w.sub(c.along.scale(t))
	toM := centre.sub(m)
	a, b := m.sub(c.from), m.sub(c.from).sub(c.along)
	far2 := max(a.dot(a), b.dot(b))
	m2 := toM.length() + radius
	m2 *= m2
	return r.dot(r)-toM.dot(toM) <= 2*radius*math.Sqrt(far2)+slack(m2)
}

func slack(d2 float64) float64 {
	const k2 = 1 / (6.3e6 * 6.3e6)
	return d2*d2*k2*ecc2Second/6*1.1 + 0.02*math.Sqrt(d2) + 1e-3
}

// candidates appends, in the lines' order, the chords that may be nearest to some
// place in the ball, other than those that m keeps from it.
func (x *LineIndex) candidates(to []int32, centre vec, radius float64, m vec) []int32 {
	most := centre.sub(m).length() + radius
	most += radius + slack(most*most)/most // farther from the centre no chord can win
	var stack [64]int32
	for n := 1; n > 0; {
		n--
		at := stack[n]
		b := &x.nodes[at]
		if centre.sub(b.centre).length()-b.radius > most {
			continue
		}
		if b.right != 0 {
			stack[n], stack[n+1] = b.right, at+1
			n += 2
			continue
		}
		for i := b.from; i < b.to; i++ {
			if x.chords[i].mayBeNearest(centre, radius, m) {
				to = append(to, i)
			}
		}
	}
	return to
}
