package geo_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/geo"
)

func TestBufferAcrossTheAntimeridianIsValid(t *testing.T) {
	m, err := geo.Buffer([]geo.Polyline{{{Lat: -17, Lon: 179.5}, {Lat: -16.5, Lon: -179.5}}}, 20e3)
	if err != nil {
		t.Fatal(err)
	}
	length := geo.Distance(geo.Point{Lat: -17, Lon: 179.5}, geo.Point{Lat: -16.5, Lon: -179.5})
	want := length*40e3 + math.Pi*20e3*20e3
	if got := m.Area(); math.Abs(got/want-1) > 0.002 {
		t.Errorf("%.0f km²; want %.0f km²", got/1e6, want/1e6)
	}
}

func TestOverlaysAddUp(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a := geo.Circle(point(r, "a", 36, 47, 37, 48), rapid.Float64Range(5e3, 80e3).Draw(r, "radius"))
		b := geo.Circle(point(r, "b", 36, 47, 37, 48), rapid.Float64Range(5e3, 80e3).Draw(r, "radius"))
		union, err := geo.Union(a, b)
		if err != nil {
			r.Fatal(err)
		}
		both, err := geo.Intersection(a, b)
		if err != nil {
			r.Fatal(err)
		}
		only, err := geo.Difference(a, b)
		if err != nil {
			r.Fatal(err)
		}
		for what, off := range map[string]float64{
			"union = a + b - both": union.Area() - a.Area() - b.Area() + both.Area(),
			"a = both + only a":    a.Area() - both.Area() - only.Area(),
		} {
			if math.Abs(off) > 1e-6*union.Area() {
				r.Errorf("%s is off by %g m²", what, off)
			}
		}
	})
}

func TestCircleHasItsArea(t *testing.T) {
	m := geo.Circle(geo.Point{Lat: 47.5, Lon: 34.6}, 5e3)
	if got, want := m.Area(), math.Pi*25e6; math.Abs(got/want-1) > 0.001 {
		t.Errorf("%g m²; want %g m²", got, want)
	}
	grown, err := geo.BufferArea(m, 5e3)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := grown.Area(), math.Pi*100e6; math.Abs(got/want-1) > 0.001 {
		t.Errorf("grown to %g m²; want %g m²", got, want)
	}
}

func TestGeoJSONComesBackAsItWas(t *testing.T) {
	want := &geo.Features{Features: []geo.Feature{
		{Properties: map[string]any{"name": "one"}, Polygons: geo.MultiPolygon{{{{Lat: 1, Lon: 1}, {Lat: 1, Lon: 2}, {Lat: 2, Lon: 2}}}}},
		{Properties: map[string]any{"n": 2.5}, Polylines: []geo.Polyline{{{Lat: 1, Lon: 1}, {Lat: 1, Lon: 2}}, {{Lat: 3, Lon: 1}, {Lat: 1, Lon: 2}}}},
		{Points: []geo.Point{{Lat: 48.1234567, Lon: 37}}},
	}}
	var b bytes.Buffer
	if err := geo.WriteGeoJSON(&b, want); err != nil {
		t.Fatal(err)
	}
	got, err := geo.ReadGeoJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestBadGeoJSONIsRefusedWithItsPlace(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"no JSON", "hello", "not GeoJSON"},
		{"no type", "{}", `no "type"`},
		{"latitude first", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[48,190]}}]}`, "feature 1: position 1: longitude 48, latitude 190 is no place"},
		{"open ring", `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`, "ring 1 is not closed"},
		{"feature without type", `{"type":"FeatureCollection","features":[{}]}`, "feature 1"},
		{"text for numbers", `{"type":"LineString","coordinates":[["a","b"],[1,2]]}`, ""},
	} {
		_, err := geo.ReadGeoJSON(strings.NewReader(c.in))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q in it", c.name, err, c.want)
		}
	}
}

func FuzzReadGeoJSON(f *testing.F) {
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}]}`))
	f.Add([]byte(`{"type":"GeometryCollection","geometries":[{"type":"MultiLineString","coordinates":[[[0,0],[1,1,5]]]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := geo.ReadGeoJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := geo.WriteGeoJSON(&b, got); err != nil {
			t.Fatal(err)
		}
		again, err := geo.ReadGeoJSON(&b)
		if err != nil {
			t.Fatalf("what was written is not read again: %v", err)
		}
		if len(again.Features) != len(got.Features) {
			t.Errorf("%d features became %d", len(got.Features), len(again.Features))
		}
	})
}

// A long parallel given by many points must not be cut short to one geodesic,
// which would sag by hundreds of metres.
func TestBufferFollowsAParallel(t *testing.T) {
	var parallel geo.Polyline
	for i := range 151 {
		parallel = append(parallel, geo.Point{Lat: 48, Lon: 36 + float64(i)*0.0134})
	}
	m, err := geo.Buffer([]geo.Polyline{parallel}, 2000)
	if err != nil {
		t.Fatal(err)
	}
	index := geo.NewLineIndex([]geo.Polyline{parallel})
	for _, l := range m.Boundary() {
		for _, p := range l {
			if d := index.Nearest(p).DistanceM; math.Abs(d-2000) > 25 {
				t.Fatalf("the edge at %v lies %.0f m from the line; want 2000 m", p, d)
			}
		}
	}
}
