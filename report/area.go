package report

import (
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// areaFinder finds the area that holds a point.
type areaFinder struct {
	shapes []Shape
	boxes  []box
}

// box is a box in degrees: west, south, east, north.
type box struct{ w, s, e, n float64 }

func emptyBox() box { return box{1e9, 1e9, -1e9, -1e9} }

func (b *box) add(p geo.Point) {
	b.w, b.e = min(b.w, p.Lon), max(b.e, p.Lon)
	b.s, b.n = min(b.s, p.Lat), max(b.n, p.Lat)
}

func (b box) empty() bool { return b.w > b.e }

func (b box) holds(p geo.Point) bool {
	return p.Lon >= b.w && p.Lon <= b.e && p.Lat >= b.s && p.Lat <= b.n
}

func newAreaFinder(shapes []Shape) areaFinder {
	f := areaFinder{shapes: shapes, boxes: make([]box, len(shapes))}
	for i, s := range shapes {
		f.boxes[i] = emptyBox()
		for _, poly := range s.Geometry {
			for _, ring := range poly {
				for _, p := range ring {
					f.boxes[i].add(p)
				}
			}
		}
	}
	return f
}

// find returns the id of the first area that holds the point.
func (f *areaFinder) find(p geo.Point) string {
	for i := range f.shapes {
		if f.boxes[i].holds(p) && holds(f.shapes[i].Geometry, p) {
			return f.shapes[i].ID
		}
	}
	return ""
}

// holds counts crossings of a ray to the east. Edges are straight in degrees,
// as administrative borders are drawn.
func holds(m geo.MultiPolygon, p geo.Point) bool {
	in := false
	for _, poly := range m {
		for _, ring := range poly {
			for i, j := 0, len(ring)-1; i < len(ring); j, i = i, i+1 {
				a, b := ring[i], ring[j]
				if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < (b.Lon-a.Lon)*(p.Lat-a.Lat)/(b.Lat-a.Lat)+a.Lon {
					in = !in
				}
			}
		}
	}
	return in
}

// areaOf is the area of a position where areas are drawn, or as sources name it.
func (b *builder) areaOf(p *observation.Position, named string) string {
	if p != nil && len(b.area.shapes) > 0 {
		if id := b.area.find(geo.Point{Lat: p.Lat, Lon: p.Lon}); id != "" {
			return id
		}
	}
	return named
}
