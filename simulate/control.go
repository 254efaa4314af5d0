package simulate

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/geo"
)

// push is how far the edge of what a side holds lies off the agreed line: most
// in the middle of a sector, nothing from widthM along the line on.
type push struct {
	sector int
	metres float64 // towards the right party
	widthM float64
}

// control is how the edge runs from an hour of the demonstration on.
type control struct {
	hour   int
	pushes []push
}

// controls tells how the edge moves: either side wins about as much as the other
// until the evening before the ceasefire, when the edge is the agreed line, and in
// its one advance in the story.
func controls() []control {
	const wide, narrow = 14e3, 5e3
	return []control{
		{0, []push{{2, -1500, wide}, {5, 1500, wide}, {6, -1200, wide}, {9, 1200, wide}}},
		{0*24 + 18, []push{{2, -600, wide}, {5, 1500, wide}, {6, -1200, wide}, {9, 700, wide}}},
		{1*24 + 18, []push{{5, 500, wide}, {6, -400, wide}, {9, 700, wide}}},
		{2*24 + 18, nil},
		{8*24 + 18, []push{{3, 300, narrow}}},
		{9*24 + 18, []push{{3, 300, narrow}, {5, -300, narrow}}},
	}
}

// controlRadiusM is how far the edge of a held area may be off, as the
// simulated map says: as far as the line of the example that it follows.
const controlRadiusM = 3000

// WriteControl writes which area the left party of the demonstration holds from
// which day on, in truce's own GeoJSON: the country on that side of the line.
// It belongs to no line, so that nothing is judged by it.
func (s *Scenario) WriteControl(w io.Writer) error {
	world := demoWorld()
	country, err := landOf(examples.Files(), s.Agreement+"/areas.geojson", world.leftOf(nil))
	if err != nil {
		return err
	}
	var out geo.Features
	for _, x := range controls() {
		from := s.From.Add(time.Duration(x.hour) * time.Hour)
		held, err := geo.Intersection(world.leftOf(x.pushes), country)
		if err != nil {
			return fmt.Errorf("drawing what is held from %s: %w", from, err)
		}
		out.Features = append(out.Features, geo.Feature{Polygons: large(held), Properties: map[string]any{
			"source": "simulated map of control", "ref": from.Format("2006-01-02T15"), "from": from.Format(time.RFC3339),
			"held_by": world.parties[0], "line": "none", "radius_m": controlRadiusM, "note": "Simulated: nobody held this."}})
	}
	return geo.WriteGeoJSON(w, &out)
}

// landOf is the land of those areas of an example's file that reach into a region.
func landOf(files fs.FS, name string, region geo.MultiPolygon) (geo.MultiPolygon, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("reading the areas: %w", err)
	}
	f, err := geo.ReadGeoJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading the areas %s: %w", name, err)
	}
	within := geo.PrepareArea(region)
	var land geo.MultiPolygon
	for _, x := range f.Features {
		if slices.ContainsFunc(geo.MultiPolygon(x.Polygons).Boundary(), func(ring geo.Polyline) bool { return slices.ContainsFunc(ring, within.Contains) }) {
			land = append(land, x.Polygons...)
		}
	}
	return geo.Clean(land)
}

// leftOf is all that lies to the left of the pushed line as far as the country
// of the example reaches, and more.
func (w *world) leftOf(pushes []push) geo.MultiPolygon {
	const stepM = 1000
	var ring geo.Ring
	add := func(p point) { ring = append(ring, geo.Point{Lat: round(p.lat, 5), Lon: round(p.lon, 5)}) }
	for i, p := range w.line {
		if i == 0 {
			add(p)
			continue
		}
		near := false
		for _, x := range pushes {
			at := w.sectors[x.sector].along
			near = near || at+x.widthM > w.along[i-1] && at-x.widthM < w.along[i]
		}
		if near {
			length, b := between(w.line[i-1], p)
			for d := stepM / 2.0; d < length; d += stepM {
				add(w.pushed(move(w.line[i-1], b, d), w.along[i-1]+d, pushes))
			}
		}
		add(w.pushed(p, w.along[i], pushes))
	}
	// Around the country, from the sea where the line ends to the border where it begins.
	for _, p := range []point{{45.5, 31.4}, {44, 31.4}, {44, 41}, {52.5, 41}, {52.5, 36}, {51.4, 34.9}} {
		add(p)
	}
	return geo.MultiPolygon{{ring}}
}

// pushed is where a point of the line, metres along it, comes to lie. All of a
// push goes in one direction, so that the line does not cross itself.
func (w *world) pushed(p point, along float64, pushes []push) point {
	for _, x := range pushes {
		s := w.sectors[x.sector]
		if off := math.Abs(along - s.along); off < x.widthM {
			p = move(p, s.normal+180, x.metres*math.Pow(math.Cos(math.Pi/2*off/x.widthM), 2))
		}
	}
	return p
}

// large leaves out what the rough line cuts off along the border, and the seams
// between areas.
func large(m geo.MultiPolygon) geo.MultiPolygon {
	const leastM2 = 5e6
	var out geo.MultiPolygon
	for _, p := range m {
		if p.Area() < leastM2 {
			continue
		}
		kept := geo.Polygon{p[0]}
		for _, hole := range p[1:] {
			if math.Abs(hole.Area()) >= leastM2 {
				kept = append(kept, hole)
			}
		}
		out = append(out, kept)
	}
	return out
}
