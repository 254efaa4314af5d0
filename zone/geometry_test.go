package zone_test

import (
	"io/fs"
	"math"
	"math/rand/v2"
	"testing"
	"testing/fstest"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/zone"
)

// agree asks at random points whether the drawn area and the membership agree;
// only next to a boundary may they differ.
func agree(t *testing.T, s *zone.Set, id string, when time.Time, west, south, east, north float64, slackM float64) {
	t.Helper()
	area, err := s.Geometry(id, when)
	if err != nil {
		t.Fatal(err)
	}
	if len(area) == 0 {
		t.Fatalf("%s is empty", id)
	}
	drawn := geo.PrepareArea(area)
	r := rand.New(rand.NewPCG(3, 4))
	inside := 0
	for range 3000 {
		p := geo.Point{Lat: south + r.Float64()*(north-south), Lon: west + r.Float64()*(east-west)}
		in := probabilities(s.At(p, 0, when))[id] == 1
		if in {
			inside++
		}
		if in != drawn.Contains(p) && drawn.DistanceToBoundary(p) > slackM {
			t.Errorf("%s at %+v: by distance %v, by the drawn area %v, %.0f m from its boundary", id, p, in, !in, drawn.DistanceToBoundary(p))
		}
	}
	if inside == 0 || inside == 3000 {
		t.Errorf("%s: %d of 3000 points inside", id, inside)
	}
}

func bent() map[string]*line.Line {
	lines := map[string]*line.Line{"contact": {ID: "contact"}, "second": {ID: "second"}}
	v := version(day1, geo.Point{Lat: 48.3, Lon: 36.2}, geo.Point{Lat: 48.25, Lon: 36.6}, geo.Point{Lat: 47.9, Lon: 36.7}, geo.Point{Lat: 47.85, Lon: 37.1}, geo.Point{Lat: 48.1, Lon: 37.3})
	w := version(day1, geo.Point{Lat: 48.5, Lon: 36.3}, geo.Point{Lat: 48.1, Lon: 36.6}, geo.Point{Lat: 48.2, Lon: 37}, geo.Point{Lat: 48.05, Lon: 37.4})
	lines["contact"].Versions, lines["second"].Versions = []*line.Version{v}, []*line.Version{w}
	return lines
}

func TestGeometryAgreesWithMembership(t *testing.T) {
	a := terms(
		agreement.Zone{ID: "strip", Within: &agreement.Within{KM: 12}},
		agreement.Zone{ID: "north", Within: &agreement.Within{KM: 12, Sides: []string{"north"}}},
		agreement.Zone{ID: "south-ring", Within: &agreement.Within{KM: 15, MinKM: 5, Sides: []string{"south"}}},
		agreement.Zone{ID: "ring", Within: &agreement.Within{KM: 15, MinKM: 5}},
		agreement.Zone{ID: "circle", Circle: &agreement.Circle{KM: 20, Lat: ptr(48.1), Lon: ptr(36.8)}},
		agreement.Zone{ID: "between", Between: []string{"contact", "second"}},
		agreement.Zone{ID: "road", Corridor: &agreement.Corridor{KM: 4, Coordinates: [][]float64{{36.3, 47.8}, {36.8, 48.4}, {37.2, 47.9}}}},
		agreement.Zone{ID: "square", Polygon: &agreement.Polygon{Coordinates: [][][]float64{{{36.4, 47.9}, {36.4, 48.3}, {36.9, 48.3}, {36.9, 47.9}}, {{36.5, 48}, {36.6, 48}, {36.6, 48.1}, {36.5, 48.1}}}}},
		agreement.Zone{ID: "meet", Intersection: []string{"north", "square"}},
		agreement.Zone{ID: "all", Union: []string{"north", "circle", "road"}},
		agreement.Zone{ID: "less", Difference: []string{"circle", "road", "south-ring"}},
	)
	s := newSet(t, a, bent())
	for _, z := range a.Zones {
		agree(t, s, z.ID, day5, 36, 47.6, 37.6, 48.6, 15)
	}
}

func TestMeasures(t *testing.T) {
	a := terms(
		agreement.Zone{ID: "strip", Within: &agreement.Within{KM: 5}},
		agreement.Zone{ID: "north", Within: &agreement.Within{KM: 5, Sides: []string{"north"}}},
		agreement.Zone{ID: "ring", Within: &agreement.Within{KM: 10, MinKM: 5, Sides: []string{"south"}}},
		agreement.Zone{ID: "circle", Circle: &agreement.Circle{KM: 10, Lat: ptr(48), Lon: ptr(37)}},
		agreement.Zone{ID: "between", Between: []string{"contact", "second"}},
		agreement.Zone{ID: "cut", Intersection: []string{"strip", "circle"}},
		agreement.Zone{ID: "later", Period: agreement.Period{From: at(day5), Until: at(day9)}, Circle: &agreement.Circle{KM: 10, Lat: ptr(48), Lon: ptr(37)}},
		agreement.Zone{ID: "name", Admin: &agreement.Admin{Names: []string{"Name"}}},
	)
	s := newSet(t, a, straight())
	long := straight()["contact"].Versions[0].Length()
	for _, c := range []struct {
		zone   string
		area   float64 // km²
		length float64 // m
	}{
		{"strip", (long*10000 + math.Pi*25e6) / 1e6, long},
		{"north", (long*5000 + math.Pi*25e6/2) / 1e6, long},
		{"ring", (long*5000 + math.Pi*75e6/2) / 1e6, 0},
		{"circle", math.Pi * 100, 20000},
		{"between", 0.2 * 111.2 * long / 1000, long},
		{"cut", 2 * (5*math.Sqrt(75) + 100*math.Asin(0.5)), 20000},
		{"later", math.Pi * 100, 20000},
	} {
		for range 2 { // once made, once kept
			area, length, err := s.Measures(c.zone, day1)
			if c.zone == "later" { // at its own start the line has moved by 2 km
				c.length = 2 * math.Sqrt(1e8-4e6)
			}
			if err != nil || math.Abs(area/1e6/c.area-1) > 0.005 || math.Abs(length-c.length) > 300 {
				t.Errorf("%s: %.1f km², %.0f m, %v; want %.1f, %.0f", c.zone, area/1e6, length, err, c.area, c.length)
			}
		}
	}
	if _, _, err := s.Measures("name", day1); err == nil {
		t.Error("a zone known by name has a measure")
	}
	if _, _, err := s.Measures("none", day1); err == nil {
		t.Error("no zone has a measure")
	}
	if _, err := s.Geometry("none", day1); err == nil {
		t.Error("no zone has a geometry")
	}
	if area, err := s.Geometry("later", day1); err != nil || len(area) > 0 {
		t.Errorf("before its period: %v, %v", area, err)
	}
	if area, _, err := s.Measures("strip", day1.AddDate(-1, 0, 0)); err != nil || area != 0 {
		t.Errorf("before there is a line: %v, %v", area, err)
	}
}

// Where a line is the edge of the area that a party holds, the area decides
// the side.
func TestHeldArea(t *testing.T) {
	var points []geo.Point
	for i := range 65 {
		points = append(points, geo.Point{Lat: 48 + 0.01*float64(i%2), Lon: 36 + float64(i)/32})
	}
	ring := geo.Ring{{Lat: 47, Lon: 36}, {Lat: 47, Lon: 38}}
	for i := range points {
		ring = append(ring, points[len(points)-1-i])
	}
	held := geo.MultiPolygon{{ring}}
	// The line is written so that the holder lies on its other hand.
	v := made(line.Version{Line: "contact", From: day1, Parts: []geo.Polyline{points}, Left: "south", Right: "north", Held: held, HeldBy: "south"})
	unnamed := made(line.Version{Line: "contact", From: day1, Parts: []geo.Polyline{points}, Held: held, HeldBy: "south"})
	a := terms(agreement.Zone{ID: "north", Within: &agreement.Within{KM: 5, Sides: []string{"north"}}})
	a.Lines[0].Left, a.Lines[0].Right = "north", "south"
	for _, v := range []*line.Version{v, unnamed} {
		s := newSet(t, a, map[string]*line.Line{"contact": {ID: "contact", Versions: []*line.Version{v}}})
		for _, north := range []float64{-3000, 3000} {
			got := s.At(from(north), 0, day5)
			if want := map[bool]string{true: "north", false: "south"}[north > 0]; got.Side != want || (len(got.Zones) == 1) != (north > 0) {
				t.Errorf("%.0f m north: %+v", north, got)
			}
		}
		agree(t, s, "north", day5, 36.2, 47.9, 37.8, 48.1, 15)
	}
}

// Between two days of the area that a party holds lies what it has won or lost.
func TestBetweenHeldAreas(t *testing.T) {
	held := func(id string, from time.Time, squares ...[4]float64) *line.Version {
		v := line.Version{Line: id, From: from, Left: "south", Right: "north", HeldBy: "south"}
		for _, s := range squares {
			v.Held = append(v.Held, geo.Polygon{{{Lat: s[1], Lon: s[0]}, {Lat: s[1], Lon: s[2]}, {Lat: s[3], Lon: s[2]}, {Lat: s[3], Lon: s[0]}}})
		}
		v.Parts = v.Held.Boundary()
		return made(v)
	}
	s := newSet(t, terms(agreement.Zone{ID: "between", Between: []string{"contact", "second"}}), map[string]*line.Line{
		"contact": {ID: "contact", Versions: []*line.Version{held("contact", day1, [4]float64{36, 47, 37, 48}, [4]float64{38, 47, 39, 48})}},
		"second":  {ID: "second", Versions: []*line.Version{held("second", day1, [4]float64{38, 47, 39, 48.1}, [4]float64{36, 47, 36.9, 48})}},
	})
	for _, c := range []struct {
		lon, lat float64
		in       bool
	}{{36.5, 47.5, false}, {36.95, 47.5, true}, {38.5, 48.05, true}, {38.5, 47.9, false}, {37.5, 47.5, false}} {
		if in := len(s.At(geo.Point{Lat: c.lat, Lon: c.lon}, 0, day5).Zones) == 1; in != c.in {
			t.Errorf("%v, %v: %v", c.lon, c.lat, in)
		}
	}
}

// paris is the demonstration's agreement with its line.
func paris(t testing.TB) (*zone.Set, *agreement.Agreement) { return example(t, "paris-2026") }

func example(t testing.TB, name string) (*zone.Set, *agreement.Agreement) {
	t.Helper()
	files, err := fs.Sub(examples.Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := fs.ReadFile(files, "agreement.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a, problems := agreement.Parse("agreement.yaml", data)
	for _, p := range problems {
		if !p.Warning {
			t.Fatal(p)
		}
	}
	lines, err := zone.Lines(a, files)
	if err != nil {
		t.Fatal(err)
	}
	s, err := zone.New(a, lines, files)
	if err != nil {
		t.Fatal(err)
	}
	return s, a
}

// The areas that are said of zones are those in which the answers for points say
// that they are: of the squares of a grid, halved where a boundary passes.
func TestAreasAreThoseOfTheAnswers(t *testing.T) {
	single(t)
	for name, box := range map[string][4]float64{"minsk-2015": {34, 46, 41, 50.5}, "paris-2026": {28.5, 44, 42, 54}} {
		s, a := example(t, name)
		when := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
		x, err := s.Index(when)
		if err != nil {
			t.Fatal(err)
		}
		sums := make([]float64, len(x.Zones))
		var sum func(west, south, size float64)
		sum = func(west, south, size float64) {
			middle := x.Locate(geo.Point{Lat: south + size/2, Lon: west + size/2}).Zones
			if size > 0.001 {
				divided := size > 0.04
				for k := range 9 {
					divided = divided || x.Locate(geo.Point{Lat: south + size*float64(k/3)/2, Lon: west + size*float64(k%3)/2}).Zones != middle
				}
				if divided {
					for k := range 4 {
						sum(west+size*float64(k/2)/2, south+size*float64(k%2)/2, size/2)
					}
					return
				}
			}
			area := 0.0
			for i := range sums {
				if middle.Has(i) {
					if area == 0 {
						area = geo.Ring{{Lat: south, Lon: west}, {Lat: south, Lon: west + size}, {Lat: south + size, Lon: west + size}, {Lat: south + size, Lon: west}}.Area()
					}
					sums[i] += area
				}
			}
		}
		for lat := box[1]; lat < box[3]; lat += 0.5 {
			for lon := box[0]; lon < box[2]; lon += 0.5 {
				sum(lon, lat, 0.5)
			}
		}
		for i, id := range x.Zones {
			if !a.Zone(id).Period.Contains(when) {
				continue
			}
			got, _, err := s.Measures(id, when)
			if err != nil {
				t.Fatal(err)
			}
			// The sum itself is off by squares of 100 m along the boundary.
			if math.Abs(got-sums[i]) > 1e-5*sums[i]+2e6 {
				t.Errorf("%s: %s has %.2f km²; by the answers %.2f", name, id, got/1e6, sums[i]/1e6)
			}
		}
	}
}

func TestParis(t *testing.T) {
	s, a := paris(t)
	start := a.CeasefireByID("main").From.Time
	for _, z := range a.Zones {
		area, length, err := s.Measures(z.ID, start)
		if err != nil || area == 0 {
			t.Errorf("%s: %v m², %v", z.ID, area, err)
		}
		t.Logf("%s: %.0f km², %.0f km of the line", z.ID, area/1e6, length/1000)
	}
	got := s.At(geo.Point{Lat: 47.507, Lon: 34.586}, 100, start.AddDate(0, 0, 5))
	p := probabilities(got)
	if got.Side != "russia" || p["znpp-zone"] != 1 || p["switchyard-zone"] != 1 || p["donbas"] != 0 {
		t.Errorf("at the nuclear plant: %+v", got)
	}
	if p := probabilities(s.At(geo.Point{Lat: 47.507, Lon: 34.586}, 100, start)); p["switchyard-zone"] != 0 {
		t.Error("the local ceasefire holds before it starts")
	}
	if p := probabilities(s.Named("donetsk", start)); p["donbas"] != 1 || p["dmz"] != 0 {
		t.Errorf("in Donetsk: %v", p)
	}
	if got := s.Area(geo.Point{Lat: 48.0, Lon: 37.8}); got != "Donetsk" {
		t.Errorf("the city of Donetsk lies in %q", got)
	}
}

func TestLines(t *testing.T) {
	square := `{"type":"Polygon","coordinates":[[[36,47],[38,47],[38,48],[36,48],[36,47]]]}`
	files := fstest.MapFS{
		"line.geojson": {Data: []byte(`{"type":"LineString","coordinates":[[36,48],[38,48]]}`)},
		"held.geojson": {Data: []byte(square)},
		"land.geojson": {Data: []byte(`{"type":"Polygon","coordinates":[[[36,47],[38,47],[38,49],[36,49],[36,47]]]}`)},
	}
	a := &agreement.Agreement{Lines: []agreement.Line{{ID: "contact", Left: "north", Right: "south", Versions: []agreement.LineVersion{
		{File: "line.geojson", RadiusM: 100},
		{From: at(day5), Coordinates: [][]float64{{36, 48.1}, {38, 48.1}}},
		{From: at(day9), File: "held.geojson", HeldBy: "south"},
	}}, {ID: "imported"}}}
	lines, err := zone.Lines(a, files)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(lines["contact"].Versions); n != 3 || lines["imported"] == nil || len(lines["imported"].Versions) != 0 {
		t.Fatalf("%d versions", n)
	}
	s := newSet(t, a, lines)
	for _, c := range []struct {
		when time.Time
		side string
	}{{day1, "south"}, {day5, "south"}, {day9, "south"}} {
		if got := s.At(geo.Point{Lat: 47.99, Lon: 37}, 0, c.when); got.Side != c.side || got.DistanceM < 900 {
			t.Errorf("%s: %+v", c.when, got)
		}
	}
	for _, bad := range []agreement.LineVersion{{File: "none.geojson"}, {Coordinates: [][]float64{{1, 2}}}, {Coordinates: [][]float64{{1}}}, {}, {File: "held.geojson"}, {File: "line.geojson", HeldBy: "south"}} {
		a.Lines[0].Versions = []agreement.LineVersion{bad}
		if _, err := zone.Lines(a, files); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}
