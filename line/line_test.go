package line_test

import (
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

var day = time.Date(2026, 1, 6, 3, 0, 0, 0, time.UTC)

// single leaves a test without goroutines out of the short run, which is the one with
// the race detector: there it would be slow, allocate more, and find nothing.
func single(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("without goroutines, and the run is short")
	}
}

func version(t testing.TB, v line.Version) *line.Version {
	t.Helper()
	out, err := line.NewVersion(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func north(lon float64, from time.Time) line.Version {
	return line.Version{Line: "contact", From: from, Left: "west", Right: "east", Parts: []geo.Polyline{{{Lat: 47, Lon: lon}, {Lat: 49, Lon: lon}}}}
}

func TestTheVersionInForceIsTheLastBefore(t *testing.T) {
	l := &line.Line{ID: "contact"}
	if l.At(day) != nil {
		t.Error("a line without versions has one")
	}
	second, first := version(t, north(38, day.Add(24*time.Hour))), version(t, north(37, day))
	for _, v := range []*line.Version{second, first} {
		if err := l.Add(v); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		at   time.Time
		want *line.Version
	}{{day.Add(-time.Nanosecond), nil}, {day, first}, {day.Add(23 * time.Hour), first}, {day.Add(24 * time.Hour), second}, {day.Add(1000 * time.Hour), second}} {
		if got := l.At(c.at); got != c.want {
			t.Errorf("at %v the version is %v", c.at, got)
		}
	}
	redrawn := version(t, north(37.5, day))
	if err := l.Add(redrawn); err != nil {
		t.Fatal(err)
	}
	if l.At(day) != redrawn || len(l.Versions) != 2 {
		t.Error("a version redrawn for the same instant did not replace the old one")
	}
	other := north(37, day)
	other.Line = "another"
	if err := l.Add(version(t, other)); err == nil {
		t.Error("a version of another line was added")
	}
}

func TestSideIsAsSureAsThePositions(t *testing.T) {
	v := version(t, north(37, day))
	metre := 1 / geo.Distance(geo.Point{Lat: 48, Lon: 37}, geo.Point{Lat: 48, Lon: 38})
	for _, c := range []struct {
		name            string
		east, radius    float64
		party           string
		least, greatest float64
	}{
		{"on the line", 0, 500, "", 0.5, 0.5},
		{"far west", -5000, 500, "west", 1, 1},
		{"far east", 5000, 500, "east", 1, 1},
		{"one sigma east", 500 / 2.447746830680816, 500, "east", 0.841, 0.842},
		{"exactly known", 1, 0, "east", 1, 1},
	} {
		party, p := v.Side(geo.Point{Lat: 48, Lon: 37 + c.east*metre}, c.radius)
		if c.party != "" && party != c.party {
			t.Errorf("%s: on the side of %q", c.name, party)
		}
		if p < c.least-1e-6 || p > c.greatest+1e-6 {
			t.Errorf("%s: with probability %g; want %g to %g", c.name, p, c.least, c.greatest)
		}
	}
	unnamed := north(37, day)
	unnamed.Left, unnamed.Right = "", ""
	if party, p := version(t, unnamed).Side(geo.Point{Lat: 48, Lon: 36}, 10); party != "" || p != 0 {
		t.Errorf("a line without parties gave %q, %g", party, p)
	}
}

// Naming the parties the other way round must swap every answer.
func TestSwappingTheSidesSwapsTheAnswers(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		v := north(37, day)
		for range rapid.IntRange(0, 5).Draw(r, "points") {
			last := v.Parts[0][len(v.Parts[0])-1]
			v.Parts[0] = append(v.Parts[0], geo.Point{Lat: last.Lat + rapid.Float64Range(0.01, 0.3).Draw(r, "north"), Lon: last.Lon + rapid.Float64Range(-0.3, 0.3).Draw(r, "east")})
		}
		swapped := v
		swapped.Left, swapped.Right = v.Right, v.Left
		p := geo.Point{Lat: rapid.Float64Range(46, 51).Draw(r, "lat"), Lon: rapid.Float64Range(36, 38).Draw(r, "lon")}
		radius := rapid.Float64Range(0, 5000).Draw(r, "radius")
		a, pa := version(t, v).Side(p, radius)
		b, pb := version(t, swapped).Side(p, radius)
		if a == b || pa != pb {
			r.Errorf("%s with %g, swapped %s with %g", a, pa, b, pb)
		}
	})
}

func TestHeldAreaDecidesTheSide(t *testing.T) {
	square := geo.MultiPolygon{{{{Lat: 47, Lon: 37}, {Lat: 47, Lon: 38}, {Lat: 48, Lon: 38}, {Lat: 48, Lon: 37}}}}
	parts, err := line.FromHeldArea(square, line.Held{Border: geo.NewLineIndex([]geo.Polyline{{{Lat: 46, Lon: 38}, {Lat: 49, Lon: 38}}})})
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) != 1 {
		t.Fatalf("%d parts; want the three sides away from the border in one", len(parts))
	}
	if got, want := parts[0].Length()/1000, 150.4+111.2; math.Abs(got-want) > 12 {
		t.Errorf("%.1f km of line; want about %.1f km", got, want)
	}
	v := version(t, line.Version{Line: "contact", From: day, Left: "a", Right: "b", HeldBy: "a", Held: square, Parts: parts})
	for _, c := range []struct {
		at   geo.Point
		want string
	}{{geo.Point{Lat: 47.5, Lon: 37.5}, "a"}, {geo.Point{Lat: 47.5, Lon: 36.5}, "b"}, {geo.Point{Lat: 47.5, Lon: 38.5}, "b"}} {
		if got, _ := v.Side(c.at, 0); got != c.want {
			t.Errorf("%v is on the side of %s; want %s", c.at, got, c.want)
		}
	}
	if n := v.Nearest(geo.Point{Lat: 47.5, Lon: 37.5}); !(n.DistanceM > 30e3 && n.DistanceM < 40e3) {
		t.Errorf("%g m from the middle to the line", n.DistanceM)
	}
	whole, err := line.FromHeldArea(square, line.Held{})
	if err != nil || len(whole) != 1 || whole[0][0] != whole[0][len(whole[0])-1] {
		t.Errorf("an enclave without border is %v, %v", whole, err)
	}
	if _, err := line.FromHeldArea(nil, line.Held{}); err == nil {
		t.Error("no area gave a line")
	}
}

func TestOuterBoundaryLeavesOutWhatAreasShare(t *testing.T) {
	box := func(west, east float64) geo.MultiPolygon {
		return geo.MultiPolygon{{{{Lat: 47, Lon: west}, {Lat: 47, Lon: east}, {Lat: 48, Lon: east}, {Lat: 48, Lon: west}}}}
	}
	// The common edge is 200 m apart, as simplified maps have it.
	lines := line.OuterBoundary([]geo.MultiPolygon{box(37, 37.9987), box(38.0013, 39)}, 1500)
	index := geo.NewLineIndex(lines)
	if d := index.Nearest(geo.Point{Lat: 47.5, Lon: 38}).DistanceM; d < 50e3 {
		t.Errorf("the common edge is taken for border, %g m away", d)
	}
	if d := index.Nearest(geo.Point{Lat: 47.5, Lon: 37}).DistanceM; d > 1 {
		t.Errorf("the western edge is no border: %g m", d)
	}
}

func TestWhatIsNoLineIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*line.Version)
	}{
		{"nothing", "no points", func(v *line.Version) { v.Parts = nil }},
		{"one point", "part 1 has 1 points", func(v *line.Version) { v.Parts[0] = v.Parts[0][:1] }},
		{"no place", "no place", func(v *line.Version) { v.Parts[0][1].Lat = 91 }},
		{"not a number", "no place", func(v *line.Version) { v.Parts[0][1].Lon = math.NaN() }},
		{"a radius below nothing", "radius", func(v *line.Version) { v.RadiusM = -1 }},
		{"a line that crosses itself", "crosses itself near latitude 48", func(v *line.Version) {
			v.Parts[0] = geo.Polyline{{Lat: 47, Lon: 37}, {Lat: 48, Lon: 38}, {Lat: 48, Lon: 37}, {Lat: 47, Lon: 38}}
		}},
		{"holder without area", "is missing", func(v *line.Version) { v.HeldBy = "west" }},
		{"area without holder", "does not say who", func(v *line.Version) {
			v.Held = geo.MultiPolygon{{{{Lat: 1, Lon: 1}, {Lat: 1, Lon: 2}, {Lat: 2, Lon: 2}}}}
		}},
		{"area without area", "no area", func(v *line.Version) {
			v.HeldBy, v.Held = "west", geo.MultiPolygon{{{{Lat: 1, Lon: 1}, {Lat: 2, Lon: 2}, {Lat: 1, Lon: 1}}}}
		}},
	} {
		v := north(37, day)
		c.change(&v)
		if _, err := line.NewVersion(v); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q in it", c.name, err, c.want)
		}
	}
}

func TestVersionsSurviveTheJournal(t *testing.T) {
	want := version(t, north(37.123456789, day))
	data, err := line.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := line.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != want.ID || got.Parts[0][0] != want.Parts[0][0] {
		t.Errorf("%+v became %+v", want, got)
	}
	if _, err := line.Decode([]byte(strings.Replace(string(data), "west", "east", 1))); err == nil || !strings.Contains(err.Error(), "its content has id") {
		t.Errorf("a changed version was taken: %v", err)
	}
	if _, err := line.Decode([]byte("{")); err == nil {
		t.Error("half a document was taken")
	}
	if other := version(t, north(37.2, day)); other.ID == want.ID {
		t.Error("two lines have one id")
	}
}

func TestTerritoryByArea(t *testing.T) {
	box := func(west, east float64) geo.MultiPolygon {
		return geo.MultiPolygon{{{{Lat: 47, Lon: west}, {Lat: 47, Lon: east}, {Lat: 48, Lon: east}, {Lat: 48, Lon: west}}}}
	}
	shares, err := line.Territory(box(37.25, 50), []line.Area{{Name: "A", Land: box(37, 38)}, {Name: "B", Land: box(38, 39)}, {Name: "C", Land: box(30, 31)}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.75, 1, 0} {
		if got := shares[i].Part(); math.Abs(got-want) > 1e-4 {
			t.Errorf("of %s %.4f is held; want %.4f", shares[i].Area, got, want)
		}
	}
	if (line.Share{}).Part() != 0 {
		t.Error("a share of nothing")
	}
}

// dataDir is the folder of real data beside the repository.
func dataDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("TRUCE_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs the real data in ../shared/data or TRUCE_DATA: ", err)
	}
	return dir
}

func readGz(t testing.TB, path string) *geo.Features {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	features, err := geo.ReadGeoJSON(z)
	if err != nil {
		t.Fatal(err)
	}
	return features
}

func areas(t testing.TB) []line.Area {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "examples", "paris-2026", "areas.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	features, err := geo.ReadGeoJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	var out []line.Area
	for _, x := range features.Features {
		out = append(out, line.Area{Name: x.Properties["name"].(string), Land: x.Polygons})
	}
	return out
}

// What the press reports of early January 2026: 116,165 km² held in all, "just
// over 75 %" of Donetsk oblast and "most of" Luhansk oblast, 1,200 to 1,400 km
// of line.
func TestRealTerritoryAndLine(t *testing.T) {
	dir := dataDir(t)
	held := readGz(t, filepath.Join(dir, "deepstate", "deepstatemap_data_20260101.geojson.gz")).Polygons()
	if km2 := held.Area() / 1e6; math.Abs(km2/116165-1) > 0.01 {
		t.Errorf("%.0f km² held on 1 January 2026; the press says 116,165", km2)
	}
	held = readGz(t, filepath.Join(dir, "deepstate", "deepstatemap_data_20260106.geojson.gz")).Polygons()
	country := areas(t)
	shares, err := line.Territory(held, country)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shares {
		switch p := s.Part(); s.Area {
		case "Donetsk":
			if p < 0.75 || p > 0.80 {
				t.Errorf("%.2f %% of Donetsk oblast's land is held; the press says just over 75 %%", 100*p)
			}
		case "Luhansk":
			if p < 0.95 || p > 1 {
				t.Errorf("%.2f %% of Luhansk oblast is held; the press says most of it", 100*p)
			}
		}
		if s.HeldM2 > 0 {
			t.Logf("%-16s %7.0f of %7.0f km², %5.1f %%", s.Area, s.HeldM2/1e6, s.LandM2/1e6, 100*s.Part())
		}
	}
	var land []geo.MultiPolygon
	for _, a := range country {
		land = append(land, a.Land)
	}
	parts, err := line.FromHeldArea(held, line.Held{Border: geo.NewLineIndex(line.OuterBoundary(land, 1500))})
	if err != nil {
		t.Fatal(err)
	}
	v := version(t, line.Version{Line: "contact", From: day, Parts: parts, Held: held, HeldBy: "a", Left: "a", Right: "b"})
	t.Logf("%.0f km of line in %d parts", v.Length()/1000, len(parts))
	if km := v.Length() / 1000; km < 1000 || km > 2000 {
		t.Errorf("%.0f km of line", km)
	}
}
