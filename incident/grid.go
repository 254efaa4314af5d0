package incident

import "math"

// grid finds open incidents near a place. Incidents lie in cells whose size
// follows their uncertainty, so that a search looks at few cells at any scale.
type grid struct {
	cells [len(cellDegrees)]map[cellKey]*cell
}

// cellDegrees are the cells' heights by level: the first for exact positions.
var cellDegrees = [...]float64{0.05, 0.25, 1.5}

type cellKey struct{ row, col int32 }

type cell struct {
	level    int
	key      cellKey
	clusters []*cluster
}

// columns is how many cells a row holds, so that cells are about square.
func columns(level int, row int32) int32 {
	lat := (float64(row) + 0.5) * cellDegrees[level]
	n := int32(360 / cellDegrees[level] * math.Cos(math.Min(math.Abs(lat), 89.9)*degree))
	return max(n, 1)
}

func keyOf(level int, lat, lon float64) cellKey {
	row := int32(math.Floor(lat / cellDegrees[level]))
	n := columns(level, row)
	col := int32(math.Floor((turn(lon) + 180) / 360 * float64(n)))
	return cellKey{row, min(max(col, 0), n-1)}
}

// level of an uncertainty, its 95 % radius in metres; -1: too wide.
func (m *model) level(radius float64) int {
	switch {
	case radius <= m.Space.ExactRadiusM:
		return 0
	case radius <= 5*m.Space.ExactRadiusM:
		return 1
	case radius <= m.Space.WidestRadiusM:
		return 2
	}
	return -1
}

// widest is the greatest standard deviation in a level, metres.
func (m *model) widest(level int) float64 {
	switch level {
	case 0:
		return m.Space.ExactRadiusM / sigma95
	case 1:
		return 5 * m.Space.ExactRadiusM / sigma95
	}
	return m.Space.WidestRadiusM / sigma95
}

func (g *grid) put(c *cluster, level int) {
	key := keyOf(level, c.est.lat, c.est.lon)
	if c.where != nil && c.where.level == level && c.where.key == key {
		return
	}
	g.remove(c)
	if g.cells[level] == nil {
		g.cells[level] = map[cellKey]*cell{}
	}
	at := g.cells[level][key]
	if at == nil {
		at = &cell{level: level, key: key}
		g.cells[level][key] = at
	}
	at.clusters = append(at.clusters, c)
	c.where = at
}

func (g *grid) remove(c *cluster) {
	at := c.where
	if at == nil {
		return
	}
	c.where = nil
	for i, x := range at.clusters {
		if x == c {
			last := len(at.clusters) - 1
			at.clusters[i] = at.clusters[last]
			at.clusters[last] = nil
			at.clusters = at.clusters[:last]
			break
		}
	}
	if len(at.clusters) == 0 {
		delete(g.cells[at.level], at.key)
	}
}

// near calls f for each cell of a level that a circle of reach metres about a
// place may touch.
func (g *grid) near(level int, lat, lon, reach float64, f func(*cell)) {
	cells := g.cells[level]
	if len(cells) == 0 {
		return
	}
	perLat, _ := metresPerDegree(lat)
	dLat := reach / perLat
	first := int32(math.Floor((lat - dLat) / cellDegrees[level]))
	last := int32(math.Floor((lat + dLat) / cellDegrees[level]))
	farthest := math.Min(89.9, math.Abs(lat)+dLat)
	_, perLon := metresPerDegree(farthest)
	dLon := math.Min(180, reach/perLon)
	if span := int64(last-first+1) * int64(2*dLon/cellDegrees[level]+1); span > 4*int64(len(cells)) {
		// Fewer cells are taken than would be looked up. Their order does
		// not matter: what is sought is the best, and a number.
		for _, at := range cells {
			if at.key.row >= first && at.key.row <= last {
				f(at)
			}
		}
		return
	}
	for row := first; row <= last; row++ {
		n := columns(level, row)
		west := int32(math.Floor((lon - dLon + 180) / 360 * float64(n)))
		east := int32(math.Floor((lon + dLon + 180) / 360 * float64(n)))
		if east-west >= n {
			west, east = 0, n-1
		}
		for col := west; col <= east; col++ {
			if at := cells[cellKey{row, ((col % n) + n) % n}]; at != nil {
				f(at)
			}
		}
	}
}
