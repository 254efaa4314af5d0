package zone_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/zone"
)

var (
	day1 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	day5 = day1.AddDate(0, 0, 4)
	day9 = day1.AddDate(0, 0, 8)
)

// single leaves a test without goroutines out of the short run, which is the one with
// the race detector: there it would be slow, allocate more, and find nothing.
func single(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("without goroutines, and the run is short")
	}
}

func at(t time.Time) agreement.Instant { return agreement.Instant{Time: t} }

func ptr(f float64) *float64 { return &f }

// version is a line from west to east; north lies to its left.
func version(from time.Time, points ...geo.Point) *line.Version {
	return made(line.Version{Line: "contact", From: from, Parts: []geo.Polyline{points}, Left: "north", Right: "south"})
}

func made(v line.Version) *line.Version {
	out, err := line.NewVersion(v)
	if err != nil {
		panic(err)
	}
	return out
}

func terms(zones ...agreement.Zone) *agreement.Agreement {
	role := []agreement.Role{{Role: "party-to-conflict"}}
	return &agreement.Agreement{
		Parties: []agreement.Party{{ID: "north", Roles: role}, {ID: "south", Roles: role}},
		Lines:   []agreement.Line{{ID: "contact"}, {ID: "second"}},
		Zones:   zones,
	}
}

// straight runs along 48 degrees north until day 5 and two kilometres further
// north from then on.
func straight() map[string]*line.Line {
	north := 48 + 2.0/111.2
	return map[string]*line.Line{
		"contact": {ID: "contact", Versions: []*line.Version{
			version(day1, geo.Point{Lat: 48, Lon: 36}, geo.Point{Lat: 48, Lon: 37}, geo.Point{Lat: 48, Lon: 38}),
			version(day5, geo.Point{Lat: north, Lon: 36}, geo.Point{Lat: north, Lon: 37}, geo.Point{Lat: north, Lon: 38}),
		}},
		"second": {ID: "second", Versions: []*line.Version{
			version(day1, geo.Point{Lat: 48.2, Lon: 36}, geo.Point{Lat: 48.2, Lon: 37}, geo.Point{Lat: 48.2, Lon: 38}),
		}},
	}
}

func newSet(t rapid.TB, a *agreement.Agreement, lines map[string]*line.Line) *zone.Set {
	t.Helper()
	s, err := zone.New(a, lines, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// from is a point metres north of the line at 37 degrees east.
func from(metres float64) geo.Point { return geo.Direct(geo.Point{Lat: 48, Lon: 37.01}, 0, metres) }

func probabilities(p zone.Place) map[string]float64 {
	out := map[string]float64{}
	for _, m := range p.Zones {
		out[m.Zone] = m.Probability
	}
	return out
}

func TestAt(t *testing.T) {
	square := [][][]float64{{{36.9, 47.9}, {37.1, 47.9}, {37.1, 48.1}, {36.9, 48.1}, {36.9, 47.9}}}
	a := terms(
		agreement.Zone{ID: "strip", Within: &agreement.Within{KM: 5}},
		agreement.Zone{ID: "north-strip", Within: &agreement.Within{KM: 5, Sides: []string{"north"}}},
		agreement.Zone{ID: "ring", Within: &agreement.Within{KM: 10, MinKM: 5}},
		agreement.Zone{ID: "frozen", Frozen: at(day1), Within: &agreement.Within{KM: 5, Line: "contact"}},
		agreement.Zone{ID: "square", Polygon: &agreement.Polygon{Coordinates: square}},
		agreement.Zone{ID: "circle", Circle: &agreement.Circle{KM: 3, Lat: ptr(48), Lon: ptr(37.01)}},
		agreement.Zone{ID: "road", Corridor: &agreement.Corridor{KM: 1, Coordinates: [][]float64{{37.01, 47}, {37.01, 49}}}},
		agreement.Zone{ID: "between", Between: []string{"contact", "second"}},
		agreement.Zone{ID: "either", Union: []string{"north-strip", "circle"}},
		agreement.Zone{ID: "both", Intersection: []string{"strip", "square"}},
		agreement.Zone{ID: "rest", Difference: []string{"strip", "circle"}},
		agreement.Zone{ID: "later", Period: agreement.Period{From: at(day5), Until: at(day9)}, Circle: &agreement.Circle{KM: 3, Lat: ptr(48), Lon: ptr(37.01)}},
		agreement.Zone{ID: "region", Admin: &agreement.Admin{Names: []string{"Region"}}},
	)
	s := newSet(t, a, straight())
	for _, c := range []struct {
		name  string
		north float64
		when  time.Time
		zones string
		side  string
		m     float64
	}{
		{"on the north side", 1000, day1, "strip north-strip frozen square circle road between either both", "north", 1000},
		{"on the south side", -1000, day1, "strip frozen square circle road either both", "south", 1000},
		{"out of the circle", 4000, day1, "strip north-strip frozen square road between either both rest", "north", 4000},
		{"in the ring", -6000, day1, "ring square road", "south", 6000},
		{"beyond the polygon", 12000, day1, "road between", "north", 12000},
		{"after the line moved", 6500, day5, "strip north-strip square road between either both rest", "north", 4500},
		{"overtaken by the line", 1000, day5, "strip frozen square circle road either both later", "south", 1000},
		{"beyond the second line", 25000, day1, "road", "north", 25000},
		{"when the later zone has ended", -2000, day9, "strip frozen square circle road either both", "south", 4000},
		{"before there is a line", 100, day1.Add(-time.Hour), "frozen square circle road either", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := s.At(from(c.north), 0, c.when)
			var ids []string
			for _, m := range got.Zones {
				if m.Probability != 1 {
					t.Errorf("%s: %v of an exact position", m.Zone, m.Probability)
				}
				ids = append(ids, m.Zone)
			}
			if diff := cmp.Diff(c.zones, strings.Join(ids, " ")); diff != "" {
				t.Error(diff)
			}
			if got.Side != c.side || math.Abs(got.DistanceM-c.m) > 10 {
				t.Errorf("side %q, %.1f m; want %q, %.0f m", got.Side, got.DistanceM, c.side, c.m)
			}
		})
	}
}

// simulated is the share of a round Gaussian that lies in each zone, asked point
// by point.
func simulated(s *zone.Set, p geo.Point, radiusM float64, t time.Time, n int) map[string]float64 {
	r := rand.New(rand.NewPCG(1, 2))
	out := map[string]float64{}
	for range n {
		q := geo.Direct(p, 360*r.Float64(), radiusM*math.Sqrt(math.Log(1-r.Float64())/math.Log(0.05)))
		for _, m := range s.At(q, 0, t).Zones {
			out[m.Zone] += 1 / float64(n)
		}
	}
	return out
}

func TestProbabilityAgainstMonteCarlo(t *testing.T) {
	single(t)
	square := [][][]float64{{{36.98, 48.01}, {37.02, 48.01}, {37.02, 48.03}, {36.98, 48.03}}}
	hole := append(square, [][]float64{{36.995, 48.015}, {36.995, 48.025}, {37.005, 48.025}, {37.005, 48.015}})
	a := terms(
		agreement.Zone{ID: "strip", Within: &agreement.Within{KM: 5}},
		agreement.Zone{ID: "north-strip", Within: &agreement.Within{KM: 5, Sides: []string{"north"}}},
		agreement.Zone{ID: "ring", Within: &agreement.Within{KM: 6, MinKM: 4}},
		agreement.Zone{ID: "thin", Within: &agreement.Within{KM: 1}},
		agreement.Zone{ID: "square", Polygon: &agreement.Polygon{Coordinates: square}},
		agreement.Zone{ID: "hole", Polygon: &agreement.Polygon{Coordinates: hole}},
		agreement.Zone{ID: "circle", Circle: &agreement.Circle{KM: 3, Lat: ptr(48.02), Lon: ptr(37.01)}},
		agreement.Zone{ID: "spot", Circle: &agreement.Circle{KM: 0.4, Lat: ptr(48.02), Lon: ptr(37.01)}},
		agreement.Zone{ID: "large", Circle: &agreement.Circle{KM: 60, Lat: ptr(47.5), Lon: ptr(37.01)}},
		agreement.Zone{ID: "road", Corridor: &agreement.Corridor{KM: 1, Coordinates: [][]float64{{37.02, 47}, {37.02, 49}}}},
		agreement.Zone{ID: "nested", Intersection: []string{"strip", "north-strip", "thin"}},
		agreement.Zone{ID: "disjoint", Intersection: []string{"thin", "ring"}},
		agreement.Zone{ID: "either", Union: []string{"thin", "ring"}},
		agreement.Zone{ID: "corner", Intersection: []string{"north-strip", "road"}},
		agreement.Zone{ID: "outside", Difference: []string{"strip", "circle", "road"}},
		agreement.Zone{ID: "around", Difference: []string{"circle", "spot"}},
		agreement.Zone{ID: "deep", Union: []string{"corner", "around", "disjoint"}},
	)
	s := newSet(t, a, straight())
	const n = 8000
	worst := 0.0
	for _, radius := range []float64{300, 1000, 3000, 6000} {
		for _, north := range []float64{-5200, -900, 0, 800, 2200, 4100, 5900} {
			got, want := probabilities(s.At(from(north), radius, day1)), simulated(s, from(north), radius, day1, n)
			for _, z := range a.Zones {
				// 4 standard errors, and what the flat boundary may cost.
				tolerance := 0.012 + 4*math.Sqrt(want[z.ID]*(1-want[z.ID])/n)
				if d := math.Abs(got[z.ID] - want[z.ID]); d > tolerance {
					t.Errorf("%s, radius %.0f m, %.0f m north: %.4f, by simulation %.4f", z.ID, radius, north, got[z.ID], want[z.ID])
				} else {
					worst = max(worst, d)
				}
			}
		}
	}
	t.Logf("off by %.4f at most", worst)
}

func TestLineUncertainty(t *testing.T) {
	lines := straight()
	v := lines["contact"].Versions[0]
	v.RadiusM = 2447.75 // σ = 1000 m
	s := newSet(t, terms(agreement.Zone{ID: "north-strip", Within: &agreement.Within{KM: 50, Sides: []string{"north"}}}), lines)
	got := s.At(from(1000), 0, day1)
	want := zone.Place{
		Zones: []zone.Membership{{Zone: "north-strip", Probability: 0.8413}},
		Line:  "contact", LineVersion: v.ID, DistanceM: 1000, Side: "north", SideProbability: 0.8413,
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0.01, 0)); diff != "" {
		t.Error(diff)
	}
}

func TestBaselinesPerParty(t *testing.T) {
	a := terms(agreement.Zone{ID: "strip", Within: &agreement.Within{KM: 5}})
	a.Baselines = []agreement.Baseline{{Party: "north", Line: "contact", Frozen: at(day1)}, {Party: "south", Line: "second"}}
	s := newSet(t, a, straight())
	for _, c := range []struct {
		north float64
		when  time.Time
		in    bool
	}{
		{4000, day1, true},   // north of the first line by 4 km
		{4000, day9, true},   // still: frozen, although the line has moved
		{6500, day9, false},  // the moved line does not count
		{-4000, day1, false}, // the south measures from the second line, 22 km to the north
		{20000, day1, true},  // and there it has its strip
		{15000, day1, false},
	} {
		if got := len(s.At(from(c.north), 0, c.when).Zones) == 1; got != c.in {
			t.Errorf("%.0f m north on %s: %v", c.north, c.when, got)
		}
	}
}

func TestNamed(t *testing.T) {
	a := terms(
		agreement.Zone{ID: "idlib", Admin: &agreement.Admin{Names: []string{"Idlib", "إدلب"}}},
		agreement.Zone{ID: "latakia", Admin: &agreement.Admin{Names: []string{"Latakia", "Lattakia"}}, Period: agreement.Period{From: at(day5)}},
		agreement.Zone{ID: "either", Union: []string{"idlib", "latakia"}},
		agreement.Zone{ID: "both", Intersection: []string{"idlib", "latakia"}},
		agreement.Zone{ID: "same", Intersection: []string{"idlib", "either"}},
		agreement.Zone{ID: "less", Difference: []string{"either", "idlib"}},
		agreement.Zone{ID: "dam-zone", Circle: &agreement.Circle{KM: 5, Site: "dam"}},
	)
	a.Sites = []agreement.Site{{ID: "dam", Name: agreement.Text{"en": "Great Dam"}, Names: []string{"the Dam"}, Lat: ptr(48.01), Lon: ptr(37), RadiusM: 500}, {ID: "lost"}}
	s := newSet(t, a, straight())
	for _, c := range []struct {
		name string
		when time.Time
		want map[string]float64
	}{
		{"  IDLIB ", day1, map[string]float64{"idlib": 1, "either": 1, "same": 1}},
		{"إدلب", day1, map[string]float64{"idlib": 1, "either": 1, "same": 1}},
		{"Lattakia", day1, map[string]float64{}},
		{"Lattakia", day5, map[string]float64{"latakia": 1, "either": 1}},
		{"the  dam", day1, map[string]float64{"dam-zone": 1}},
		{"Great Dam", day1, map[string]float64{"dam-zone": 1}},
		{"Elsewhere", day1, map[string]float64{}},
		{"", day1, map[string]float64{}},
	} {
		if diff := cmp.Diff(c.want, probabilities(s.Named(c.name, c.when))); diff != "" {
			t.Errorf("%q: %s", c.name, diff)
		}
	}
}

func TestFiles(t *testing.T) {
	a := terms(
		agreement.Zone{ID: "drawn", Polygon: &agreement.Polygon{File: "area.geojson"}},
		agreement.Zone{ID: "region", Admin: &agreement.Admin{Names: []string{"Left", "West"}, File: "area.geojson", Property: "label"}},
		agreement.Zone{ID: "by-area-file", Admin: &agreement.Admin{Names: []string{"right"}}},
		agreement.Zone{ID: "name-only", Admin: &agreement.Admin{Names: []string{"Nowhere"}}},
		agreement.Zone{ID: "road", Corridor: &agreement.Corridor{KM: 2, File: "./road.geojson"}},
	)
	a.Report.AreaFile, a.Report.AreaName = "area.geojson", "label"
	square := func(name, west, east string) string {
		return `{"type":"Feature","properties":{"label":"` + name + `"},"geometry":{"type":"Polygon","coordinates":[[[` + west + `,47],[` + east + `,47],[` + east + `,48],[` + west + `,48],[` + west + `,47]]]}}`
	}
	files := fstest.MapFS{
		"area.geojson": {Data: []byte(`{"type":"FeatureCollection","features":[` + square("Left", "30", "31") + "," + square("Right", "31", "32") + `]}`)},
		"road.geojson": {Data: []byte(`{"type":"LineString","coordinates":[[30,47.5],[32,47.5]]}`)},
		"bad.geojson":  {Data: []byte(`{"type":"Polygon"`)},
	}
	s, err := zone.New(a, nil, files)
	if err != nil {
		t.Fatal(err)
	}
	left, right := geo.Point{Lat: 47.7, Lon: 30.5}, geo.Point{Lat: 47.505, Lon: 31.5}
	if diff := cmp.Diff(map[string]float64{"drawn": 1, "region": 1}, probabilities(s.At(left, 0, day1))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]float64{"drawn": 1, "by-area-file": 1, "road": 1}, probabilities(s.At(right, 0, day1))); diff != "" {
		t.Error(diff)
	}
	if s.Area(left) != "Left" || s.Area(right) != "Right" || s.Area(geo.Point{Lat: 10, Lon: 10}) != "" {
		t.Errorf("areas %q, %q", s.Area(left), s.Area(right))
	}
	if !s.Has("road") || s.Has("street") {
		t.Error("Has is wrong")
	}

	a.Report.AreaFile = "missing.geojson"
	a.Zones = []agreement.Zone{
		{ID: "a", Polygon: &agreement.Polygon{File: "bad.geojson"}},
		{ID: "b", Polygon: &agreement.Polygon{File: "road.geojson"}},
		{ID: "c", Admin: &agreement.Admin{Names: []string{"Nobody"}, File: "area.geojson"}},
		{ID: "d", Within: &agreement.Within{KM: 1, Line: "third"}},
		{ID: "e", Union: []string{"e"}},
		{ID: "f", Union: []string{"zz"}},
		{ID: "g", Circle: &agreement.Circle{KM: 1, Site: "nothing"}},
		{ID: "h", Circle: &agreement.Circle{KM: 1}},
		{ID: "i", Between: []string{"contact", "third"}},
		{ID: "j", Between: []string{"contact"}},
		{ID: "k"},
		{ID: "l", Corridor: &agreement.Corridor{KM: 1, Coordinates: [][]float64{{1, 2}}}},
		{ID: "m", Corridor: &agreement.Corridor{KM: 1, File: "area.geojson"}},
		{ID: "n", Polygon: &agreement.Polygon{}},
		{ID: "o", Polygon: &agreement.Polygon{Coordinates: [][][]float64{{{1, 2}, {2, 3}}}}},
		{ID: "p", Polygon: &agreement.Polygon{Coordinates: [][][]float64{{{1}}}}},
		{ID: "q", Polygon: &agreement.Polygon{Coordinates: [][][]float64{{{1, 1}, {2, 2}, {2, 1}, {1, 2}}}}}, // crosses itself
		{ID: "k", Circle: &agreement.Circle{KM: 1, Lat: ptr(1), Lon: ptr(1)}},
		{ID: "k", Circle: &agreement.Circle{KM: 1, Lat: ptr(1), Lon: ptr(1)}},
	}
	_, err = zone.New(a, nil, files)
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(a.Zones) { // the area file, and all zones but one
		t.Errorf("%d errors for %d mistakes:\n%v", len(lines), len(a.Zones), err)
	}
}

// An agreement with more zones than a query holds at hand.
func TestManyZones(t *testing.T) {
	var zones []agreement.Zone
	var ids []string
	for i := range 90 {
		id := "circle-" + strconv.Itoa(i)
		ids = append(ids, id)
		zones = append(zones, agreement.Zone{ID: id, Circle: &agreement.Circle{KM: float64(i+1) / 10, Lat: ptr(48), Lon: ptr(37.01)}})
	}
	zones = append(zones, agreement.Zone{ID: "all", Union: ids}, agreement.Zone{ID: "shared", Intersection: ids})
	s := newSet(t, terms(zones...), straight())
	got := probabilities(s.At(from(5000), 3000, day1))
	if math.Abs(got["all"]-got["circle-89"]) > 0.02 || math.Abs(got["shared"]-got["circle-0"]) > 0.02 || got["circle-50"] < 0.3 || len(got) < 80 {
		t.Errorf("%v", got)
	}
	if got := probabilities(s.At(from(0), 0, day1)); len(got) != 92 {
		t.Errorf("in the middle of all: %v", got)
	}
}
