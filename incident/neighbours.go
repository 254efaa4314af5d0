package incident

import "math"

// neighbours says for each entry which others may be of the same event, by
// place and time alone: a graph, each side of which is listed at both ends.
type neighbours struct {
	first []int32 // of entry i: list[first[i]:first[i+1]]
	list  []int32
	pairs []pair
	table [levels]cells
	next  []int32 // entries of one cell are chained
	heads []int32 // of the chains at hand
}

type pair struct{ a, b int32 }

// An entry lies in a cell whose size follows its uncertainty in place and in
// time, so that a search looks at few cells at any scale.
const (
	placeLevels = 3
	timeLevels  = 3
	levels      = placeLevels * timeLevels
)

var (
	cellDegrees = [placeLevels]float64{0.05, 0.25, 2}
	placeSigmaM = [placeLevels]float64{500, 2500, math.Inf(1)} // the greatest in a level
	cellS       = [timeLevels]float64{1800, 4 * 3600, 48 * 3600}
	timeReachS  = [timeLevels]float64{600, 4 * 3600, math.Inf(1)}
)

func (n *neighbours) level(e *entry, reach float64) int {
	p, t := 0, 0
	for e.major > placeSigmaM[p] {
		p++
	}
	for reach > timeReachS[t] {
		t++
	}
	return p*timeLevels + t
}

// find links the entries that may be of one event.
func (n *neighbours) find(m *model, entries []entry, bySize []int32, rest func(step int)) {
	n.pairs = n.pairs[:0]
	if cap(n.next) < len(entries) {
		n.next = make([]int32, len(entries))
	}
	n.next = n.next[:len(entries)]
	var unplaced []int32
	var widest, longest [levels]float64
	for l := range n.table {
		n.table[l].reset()
	}
	gate := m.Decision.GateSigma
	for step, i := range bySize {
		rest(step)
		e := &entries[i]
		if e.kind&isolated != 0 || e.root != i {
			continue
		}
		if !e.est.known {
			unplaced = append(unplaced, i)
			continue
		}
		reach := e.reach
		for l := range n.table {
			t := &n.table[l]
			if t.used == 0 {
				continue
			}
			metres := gate * math.Sqrt(e.major*e.major+widest[l]*widest[l]+m.Space.FloorM*m.Space.FloorM)
			n.heads = t.near(n.heads[:0], l, e, metres, reach+longest[l])
			for _, j := range n.heads {
				for ; j >= 0; j = n.next[j] {
					if m.mayMeet(e, &entries[j]) {
						n.pairs = append(n.pairs, pair{i, j})
					}
				}
			}
		}
		l := n.level(e, reach)
		widest[l], longest[l] = math.Max(widest[l], e.major), math.Max(longest[l], reach)
		head := n.table[l].slot(keyOf(l, e.est.lat, e.est.lon, e.mid))
		n.next[i] = *head
		*head = i
	}
	n.meetByName(m, entries, unplaced)
	n.arrange(len(entries))
}

// about calls f for the entries within metres and seconds of e, and for others a
// little farther.
func (n *neighbours) about(e *entry, metres, s float64, f func(j int32)) {
	for l := range n.table {
		if n.table[l].used > 0 {
			n.heads = n.table[l].near(n.heads[:0], l, e, metres, s)
			for _, j := range n.heads {
				for ; j >= 0; j = n.next[j] {
					f(j)
				}
			}
		}
	}
}

// meetByName links entries without a position to others that name the same
// place.
func (n *neighbours) meetByName(m *model, entries []entry, unplaced []int32) {
	if len(unplaced) == 0 {
		return
	}
	named := map[string][]int32{}
	for _, i := range unplaced {
		named[placeName(entries[i].o)] = nil
	}
	for i := range entries {
		e := &entries[i]
		if e.kind&isolated != 0 || e.root != int32(i) {
			continue
		}
		name := placeName(e.o)
		others, ok := named[name]
		if !ok {
			continue
		}
		for _, j := range others {
			f := &entries[j]
			if e.est.known && f.est.known || math.Abs(e.mid-f.mid) > e.reach+f.reach || !mayRepeat(e, f) {
				continue
			}
			n.pairs = append(n.pairs, pair{int32(i), j})
		}
		named[name] = append(others, int32(i))
	}
}

// mayMeet is the gate of a pair: place and time together may differ by so many
// standard deviations.
func (m *model) mayMeet(e, f *entry) bool {
	gate := m.Decision.GateSigma * m.Decision.GateSigma
	t, tv := math.Abs(e.mid-f.mid)-e.half-f.half, e.clockV+f.clockV
	t2 := 0.0
	if t > 0 {
		if t2 = t * t; t2 > gate*tv {
			return false
		}
	}
	v := e.major*e.major + f.major*f.major + m.Space.FloorM*m.Space.FloorM
	north := (f.est.lat - e.est.lat) * e.perLat
	if north*north > gate*v {
		return false
	}
	east := turn(f.est.lon-e.est.lon) * (e.perLon + f.perLon) / 2
	return (east*east+north*north)*tv+t2*v <= gate*v*tv && mayRepeat(e, f)
}

// mayRepeat holds the constraint that a source does not report one event twice,
// unless its kind does, or its count says so.
func mayRepeat(e, f *entry) bool {
	return e.source != f.source || e.repeats || e.covers(f) || f.covers(e)
}

// arrange turns the pairs into lists.
func (n *neighbours) arrange(entries int) {
	if cap(n.first) < entries+1 {
		n.first = make([]int32, entries+1)
	}
	n.first = n.first[:entries+1]
	clear(n.first)
	for _, p := range n.pairs {
		n.first[p.a]++
		n.first[p.b]++
	}
	sum := int32(0)
	for i := range n.first {
		sum += n.first[i]
		n.first[i] = sum
	}
	if cap(n.list) < int(sum) {
		n.list = make([]int32, sum)
	}
	n.list = n.list[:sum]
	for _, p := range n.pairs {
		n.first[p.a]--
		n.list[n.first[p.a]] = p.b
		n.first[p.b]--
		n.list[n.first[p.b]] = p.a
	}
}

func (n *neighbours) of(i int32) []int32 { return n.list[n.first[i]:n.first[i+1]] }

// cells is a table from a cell's key to the first entry of a chain, -1: none.
type cells struct {
	keys  []uint64 // 0: free
	heads []int32
	used  int
}

func (c *cells) reset() {
	clear(c.keys)
	c.used = 0
}

func (c *cells) slot(key uint64) *int32 {
	if c.used*2 >= len(c.keys) {
		c.grow()
	}
	i := mix(key) & uint64(len(c.keys)-1)
	for ; c.keys[i] != 0; i = (i + 1) & uint64(len(c.keys)-1) {
		if c.keys[i] == key {
			return &c.heads[i]
		}
	}
	c.keys[i], c.heads[i] = key, -1
	c.used++
	return &c.heads[i]
}

func (c *cells) get(key uint64) int32 {
	for i := mix(key) & uint64(len(c.keys)-1); c.keys[i] != 0; i = (i + 1) & uint64(len(c.keys)-1) {
		if c.keys[i] == key {
			return c.heads[i]
		}
	}
	return -1
}

func (c *cells) grow() {
	keys, heads := c.keys, c.heads
	size := max(64, 2*len(keys))
	c.keys, c.heads, c.used = make([]uint64, size), make([]int32, size), 0
	for i, k := range keys {
		if k != 0 {
			*c.slot(k) = heads[i]
		}
	}
}

func mix(k uint64) uint64 {
	k ^= k >> 33
	k *= 0xff51afd7ed558ccd
	return k ^ k>>33
}

// near adds to heads the chains of the cells of a level that lie within metres
// and seconds of e.
func (c *cells) near(heads []int32, level int, e *entry, metres, s float64) []int32 {
	size, long := cellDegrees[level/timeLevels], cellS[level%timeLevels]
	dLat := metres / e.perLat
	south, north := math.Floor((e.est.lat-dLat)/size), math.Floor((e.est.lat+dLat)/size)
	// A little more than at e, for the circle's rim lies nearer to the pole.
	dLon := 180.0
	if rim := e.perLon - metres*e.perLat/equatorialM; rim > 1000 {
		dLon = min(180, metres/rim)
	}
	begin, end := math.Floor((e.mid-s)/long), math.Floor((e.mid+s)/long)
	if (north-south+1)*(2*dLon/size+1)*(end-begin+1) > float64(2*c.used) {
		// Fewer cells are taken than would be looked up.
		for i, k := range c.keys {
			if k != 0 {
				heads = append(heads, c.heads[i])
			}
		}
		return heads
	}
	for row := int32(south); row <= int32(north); row++ {
		n := columns(level/timeLevels, row)
		per := float64(n) / 360
		west := int32(math.Floor((e.est.lon - dLon + 180) * per))
		east := int32(math.Floor((e.est.lon + dLon + 180) * per))
		if east-west >= n {
			west, east = 0, n-1
		}
		for col := west; col <= east; col++ {
			k := col
			if k < 0 || k >= n {
				k = (k%n + n) % n
			}
			for t := int64(begin); t <= int64(end); t++ {
				if head := c.get(pack(row, k, t)); head >= 0 {
					heads = append(heads, head)
				}
			}
		}
	}
	return heads
}

// columns is how many cells a row of a level of place holds, so that cells are
// about square.
func columns(level int, row int32) int32 {
	if k := int(row) + len(columnsOf[level])/2; k >= 0 && k < len(columnsOf[level]) {
		return columnsOf[level][k]
	}
	return 1
}

var columnsOf = func() (of [placeLevels][]int32) {
	for l, size := range cellDegrees {
		rows := int(math.Ceil(90/size)) + 1
		for row := -rows; row < rows; row++ {
			lat := math.Min(math.Abs((float64(row)+0.5)*size), 89.9)
			of[l] = append(of[l], max(1, int32(360/size*math.Cos(lat*degree))))
		}
	}
	return of
}()

func keyOf(level int, lat, lon, at float64) uint64 {
	size := cellDegrees[level/timeLevels]
	row := int32(math.Floor(lat / size))
	n := columns(level/timeLevels, row)
	col := int32(math.Floor((turn(lon) + 180) / 360 * float64(n)))
	return pack(row, min(max(col, 0), n-1), int64(math.Floor(at/cellS[level%timeLevels])))
}

// pack is never 0.
func pack(row, col int32, t int64) uint64 {
	return 1<<63 | uint64(uint32(row)&0x1fff)<<50 | uint64(uint32(col)&0x1ffff)<<33 | uint64(t)&(1<<33-1)
}
