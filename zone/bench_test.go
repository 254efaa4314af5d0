package zone_test

import (
	"io/fs"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/zone"
)

// positions lie where incidents do: up to 40 km from the line on either side.
func positions(t testing.TB, n int) []geo.Point {
	t.Helper()
	files, err := fs.Sub(examples.Files(), "paris-2026")
	if err != nil {
		t.Fatal(err)
	}
	file, err := files.Open("line-of-contact.geojson")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f, err := geo.ReadGeoJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	path := f.Polylines()[0]
	r := rand.New(rand.NewPCG(5, 6))
	out := make([]geo.Point, n)
	for i := range out {
		out[i] = geo.Direct(path[r.IntN(len(path))], 360*r.Float64(), 40000*r.Float64())
	}
	return out
}

func BenchmarkAt(b *testing.B) {
	s, _ := paris(b)
	points := positions(b, 1024)
	when := time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		radius float64
	}{{"exact", 0}, {"100m", 100}, {"1km", 1000}, {"5km", 5000}, {"25km", 25000}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var sink zone.Place
			for i := 0; b.Loop(); i++ {
				sink = s.At(points[i%len(points)], c.radius, when)
			}
			_ = sink
		})
	}
}

func TestAtAllocatesTheResultOnly(t *testing.T) {
	single(t)
	s, _ := paris(t)
	points := positions(t, 64)
	when := time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	for _, radius := range []float64{0, 1000, 20000} {
		i := 0
		if n := testing.AllocsPerRun(200, func() { s.At(points[i%len(points)], radius, when); i++ }); n > 1 {
			t.Errorf("radius %.0f m: %v allocations", radius, n)
		}
	}
}
