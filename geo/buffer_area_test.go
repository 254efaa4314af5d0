package geo_test

import (
	"math"
	"testing"

	"github.com/truce-monitor/truce/geo"
)

// areaWithin sums, without any polygon, the cells of a grid in longitude and
// latitude that lie within width of the lines; one that the edge crosses counts in
// part.
func areaWithin(lines []geo.Polyline, width, cellM float64, box [4]float64) float64 {
	x := geo.NewLineIndex(lines)
	// The area of a zone from the equator to lat over a degree of longitude (Snyder
	// 1987, Map Projections, equation 3-12).
	strip := func(lat float64) float64 {
		const a, f = 6378137.0, 1 / 298.257223563
		e := math.Sqrt(f * (2 - f))
		s := math.Sin(lat * math.Pi / 180)
		return a * a * (1 - e*e) / 2 * (s/(1-e*e*s*s) + math.Atanh(e*s)/e) * math.Pi / 180
	}
	var sum func(west, south, east, north float64) float64
	sum = func(west, south, east, north float64) float64 {
		middle := geo.Point{Lat: (south + north) / 2, Lon: (west + east) / 2}
		radius := 0.0
		for _, c := range [4]geo.Point{{Lat: south, Lon: west}, {Lat: south, Lon: east}, {Lat: north, Lon: west}, {Lat: north, Lon: east}} {
			radius = max(radius, geo.Distance(middle, c))
		}
		d := x.Distance(middle) - width
		area := (east - west) * (strip(north) - strip(south))
		switch {
		case d > radius:
			return 0
		case d < -radius:
			return area
		case radius > cellM:
			return sum(west, south, middle.Lon, middle.Lat) + sum(middle.Lon, south, east, middle.Lat) +
				sum(west, middle.Lat, middle.Lon, north) + sum(middle.Lon, middle.Lat, east, north)
		}
		return area * min(max(0.5-d/(1.6*radius), 0), 1)
	}
	return sum(box[0], box[1], box[2], box[3])
}

// The polygon of a buffer has the area of what lies within its width.
func TestBuffersHaveTheirArea(t *testing.T) {
	single(t)
	for name, lines := range hard {
		if name == "a point" || name == "antimeridian" {
			continue
		}
		const width = 15e3
		m, err := geo.Buffer(lines, width)
		if err != nil {
			t.Fatal(err)
		}
		b := m.Bounds()
		got, want := m.Area(), areaWithin(lines, width, width/100, [4]float64{b[0] - 0.1, b[1] - 0.1, b[2] + 0.1, b[3] + 0.1})
		if math.Abs(got/want-1) > 3e-4 {
			t.Errorf("%s: %.3f km²; by the sum of cells %.3f", name, got/1e6, want/1e6)
		}
	}
}
