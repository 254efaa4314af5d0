package zone_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/zone"
)

// crooked draws a line that wanders eastwards.
func crooked(t *rapid.T) []geo.Point {
	lat, lon := 48.0, 36.0
	var points []geo.Point
	for range rapid.IntRange(2, 12).Draw(t, "vertices") {
		points = append(points, geo.Point{Lat: lat, Lon: lon})
		lon += rapid.Float64Range(0.02, 0.2).Draw(t, "east")
		lat += rapid.Float64Range(-0.1, 0.1).Draw(t, "north")
	}
	return points
}

func somewhere(t *rapid.T) geo.Point {
	return geo.Point{Lat: rapid.Float64Range(47.5, 48.5).Draw(t, "lat"), Lon: rapid.Float64Range(35.8, 37.5).Draw(t, "lon")}
}

func radius(t *rapid.T) float64 {
	return rapid.SampledFrom([]float64{0, 0, 50, 800, 3000, 9000}).Draw(t, "radius")
}

func course(points []geo.Point, left, right string, lineRadiusM float64) map[string]*line.Line {
	v := version(day1, points...)
	v.Left, v.Right, v.RadiusM = left, right, lineRadiusM
	return map[string]*line.Line{"contact": {ID: "contact", Versions: []*line.Version{v}}}
}

// Exchanging the parties exchanges what is said of them and nothing else.
func TestSidesAreAlike(t *testing.T) {
	var zones []agreement.Zone
	for _, party := range []string{"north", "south"} {
		zones = append(zones,
			agreement.Zone{ID: party, Within: &agreement.Within{KM: 8, Sides: []string{party}}},
			agreement.Zone{ID: party + "-ring", Within: &agreement.Within{KM: 15, MinKM: 4, Sides: []string{party}}},
			agreement.Zone{ID: party + "-cut", Intersection: []string{party, "disc"}})
	}
	a := terms(append(zones, agreement.Zone{ID: "disc", Circle: &agreement.Circle{KM: 12, Lat: ptr(48), Lon: ptr(36.3)}})...)
	swap := map[string]string{"north": "south", "south": "north", "": ""}
	rapid.Check(t, func(t *rapid.T) {
		points, lineRadius := crooked(t), rapid.SampledFrom([]float64{0, 2000}).Draw(t, "line radius")
		one, err := zone.New(a, course(points, "north", "south", lineRadius), nil)
		if err != nil {
			t.Fatal(err)
		}
		two, err := zone.New(a, course(points, "south", "north", lineRadius), nil)
		if err != nil {
			t.Fatal(err)
		}
		p, r := somewhere(t), radius(t)
		x, y := one.At(p, r, day1), two.At(p, r, day1)
		if x.Side != swap[y.Side] || x.SideProbability != y.SideProbability || x.DistanceM != y.DistanceM {
			t.Errorf("%+v, with the parties exchanged %+v", x, y)
		}
		px, py := probabilities(x), probabilities(y)
		for _, suffix := range []string{"", "-ring", "-cut"} {
			for _, party := range []string{"north", "south"} {
				if px[party+suffix] != py[swap[party]+suffix] {
					t.Errorf("%s%s: %v, with the parties exchanged %v", party, suffix, px[party+suffix], py[swap[party]+suffix])
				}
			}
		}
		if px["disc"] != py["disc"] {
			t.Error("the parties move a circle")
		}
	})
}

// A wider zone holds at least as much, and sets of zones relate to their
// members as sets do.
func TestSetsBehave(t *testing.T) {
	var zones []agreement.Zone
	km := []float64{0.5, 2, 7.5, 15, 30}
	for i, k := range km {
		zones = append(zones, agreement.Zone{ID: fmt.Sprint("within-", i), Within: &agreement.Within{KM: k}},
			agreement.Zone{ID: fmt.Sprint("north-", i), Within: &agreement.Within{KM: k, Sides: []string{"north"}}},
			agreement.Zone{ID: fmt.Sprint("circle-", i), Circle: &agreement.Circle{KM: k, Lat: ptr(48), Lon: ptr(36.3)}})
	}
	zones = append(zones,
		agreement.Zone{ID: "road", Corridor: &agreement.Corridor{KM: 3, Coordinates: [][]float64{{36.2, 47}, {36.5, 48}, {36.2, 49}}}},
		agreement.Zone{ID: "square", Polygon: &agreement.Polygon{Coordinates: [][][]float64{{{36.1, 47.8}, {36.1, 48.2}, {36.6, 48.2}, {36.6, 47.8}}}}},
		agreement.Zone{ID: "union", Union: []string{"within-1", "circle-2", "road"}},
		agreement.Zone{ID: "meet", Intersection: []string{"within-3", "square", "circle-3"}},
		agreement.Zone{ID: "less", Difference: []string{"within-3", "square"}},
		agreement.Zone{ID: "inside", Intersection: []string{"within-3", "square"}},
		agreement.Zone{ID: "nothing", Difference: []string{"within-1", "within-2"}},
		agreement.Zone{ID: "same", Union: []string{"within-1", "within-2"}},
		agreement.Zone{ID: "outer-less", Difference: []string{"within-3", "meet", "within-0"}})
	a := terms(zones...)
	rapid.Check(t, func(t *rapid.T) {
		s, err := zone.New(a, course(crooked(t), "north", "south", 0), nil)
		if err != nil {
			t.Fatal(err)
		}
		r := radius(t)
		p := probabilities(s.At(somewhere(t), r, day1))
		const flat = 0.02 // what rays and flat boundaries may cost
		atLeast := func(big, small string, slack float64) {
			t.Helper()
			if p[big] < p[small]-slack {
				t.Errorf("%s %v is less than %s %v", big, p[big], small, p[small])
			}
		}
		for i := range len(km) - 1 {
			for _, kind := range []string{"within", "north", "circle"} {
				atLeast(fmt.Sprint(kind, "-", i+1), fmt.Sprint(kind, "-", i), 1e-9)
			}
			atLeast(fmt.Sprint("within-", i), fmt.Sprint("north-", i), flat)
		}
		slack := flat
		if r == 0 {
			slack = 0
		}
		for _, m := range []string{"within-1", "circle-2", "road"} {
			atLeast("union", m, slack)
		}
		for _, m := range []string{"within-3", "square", "circle-3"} {
			atLeast(m, "meet", slack)
		}
		if p["nothing"] > slack || math.Abs(p["same"]-p["within-2"]) > slack {
			t.Errorf("nested: %v in the smaller less the larger, %v in both, %v in the larger", p["nothing"], p["same"], p["within-2"])
		}
		if d := p["less"] + p["inside"] - p["within-3"]; math.Abs(d) > slack {
			t.Errorf("the parts of a zone sum to %v more than it", d)
		}
		for z, q := range p {
			if !(q > 0 && q <= 1) {
				t.Errorf("%s: %v", z, q)
			}
		}
	})
}

// A frozen zone stays where it was; a moving one goes with the line.
func TestFrozenAndMoving(t *testing.T) {
	a := terms(
		agreement.Zone{ID: "frozen", Frozen: at(day1), Within: &agreement.Within{KM: 5}},
		agreement.Zone{ID: "moving", Within: &agreement.Within{KM: 5}},
		agreement.Zone{ID: "frozen-set", Frozen: at(day1), Union: []string{"moving"}},
		agreement.Zone{ID: "moving-set", Union: []string{"moving"}})
	rapid.Check(t, func(t *rapid.T) {
		points := crooked(t)
		moved := make([]geo.Point, len(points))
		by := rapid.Float64Range(500, 20000).Draw(t, "moved")
		for i, p := range points {
			moved[i] = geo.Direct(p, 0, by)
		}
		lines := map[string]*line.Line{"contact": {ID: "contact", Versions: []*line.Version{version(day1, points...), version(day5, moved...)}}}
		s, err := zone.New(a, lines, nil)
		if err != nil {
			t.Fatal(err)
		}
		p, r := somewhere(t), radius(t)
		before, after := probabilities(s.At(p, r, day1)), probabilities(s.At(p, r, day9))
		if before["frozen"] != before["moving"] || before["frozen"] != after["frozen"] {
			t.Errorf("before %v, after %v", before, after)
		}
		if after["frozen"] != after["frozen-set"] || after["moving"] != after["moving-set"] {
			t.Errorf("a set of one is not the one: %v", after)
		}
		// The vertex of the moved line lies in the moving zone, and in the
		// frozen one only if the old line is near.
		tip := probabilities(s.At(moved[0], 0, day9))
		old := geo.NewLineIndex([]geo.Polyline{points}).Nearest(moved[0]).DistanceM
		if tip["moving"] != 1 || (tip["frozen"] == 1) != (old <= 5000) {
			t.Errorf("at the moved line, %.0f m from the old one: %v", old, tip)
		}
	})
}

// The zone between two lines does not depend on which is named first nor on
// the direction in which they are written.
func TestBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, two := crooked(t), crooked(t)
		shift := rapid.Float64Range(0, 0.3).Draw(t, "shift")
		for i := range two {
			two[i].Lat += shift
		}
		back := make([]geo.Point, len(two))
		for i, p := range two {
			back[len(two)-1-i] = p
		}
		var got []zone.Place
		p := somewhere(t)
		for _, x := range [][2][]geo.Point{{one, two}, {two, one}, {one, back}} {
			lines := map[string]*line.Line{
				"contact": {ID: "contact", Versions: []*line.Version{version(day1, x[0]...)}},
				"second":  {ID: "second", Versions: []*line.Version{version(day1.Add(time.Hour), x[1]...)}},
			}
			s, err := zone.New(terms(agreement.Zone{ID: "between", Between: []string{"contact", "second"}}), lines, nil)
			if err != nil {
				t.Fatal(err)
			}
			if place := s.At(p, 0, day1); len(place.Zones) > 0 {
				t.Error("a zone between a line and none")
			}
			got = append(got, zone.Place{Zones: s.At(p, 0, day5).Zones})
		}
		if diff := cmp.Diff(got[0], got[1]); diff != "" {
			t.Errorf("with the lines exchanged:\n%s", diff)
		}
		if diff := cmp.Diff(got[0], got[2]); diff != "" {
			t.Errorf("with one line written backwards:\n%s", diff)
		}
	})
}
