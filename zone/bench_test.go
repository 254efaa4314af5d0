package zone_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/zone"
)

func positions(n int) []geo.Point {
	r := rand.New(rand.NewPCG(5, 6))
	out := make([]geo.Point, n)
	for i := range out {
		out[i] = geo.Point{Lat: 47 + 2.5*r.Float64(), Lon: 35 + 3.5*r.Float64()}
	}
	return out
}

func BenchmarkAt(b *testing.B) {
	s, _ := paris(b)
	points := positions(1024)
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
	s, _ := paris(t)
	points := positions(64)
	when := time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	for _, radius := range []float64{0, 1000, 20000} {
		i := 0
		if n := testing.AllocsPerRun(200, func() { s.At(points[i%len(points)], radius, when); i++ }); n > 1 {
			t.Errorf("radius %.0f m: %v allocations", radius, n)
		}
	}
}
