package withdrawal_test

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/withdrawal"
)

func version(t testing.TB, v line.Version) *line.Version {
	t.Helper()
	v.Line = "contact"
	if v.Left == "" {
		v.Left, v.Right = "west", "east"
	}
	out, err := line.NewVersion(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func plan(t testing.TB, v *line.Version, ground withdrawal.Ground, left, right float64) *withdrawal.Plan {
	t.Helper()
	p, err := withdrawal.New(v, ground)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Plan(left, right)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// arc is a line around a place, clockwise from the south over the west to the
// north, with the ground to the west of it on its left.
func arc(radius float64) geo.Polyline {
	var l geo.Polyline
	for i := range 181 {
		l = append(l, geo.Direct(geo.Point{Lat: 48, Lon: 37}, 180+float64(i), radius))
	}
	return l
}

func near(t testing.TB, what string, got, want, part float64) {
	t.Helper()
	if math.Abs(got-want) > part*math.Abs(want) {
		t.Errorf("%s: %g; want %g", what, got, want)
	}
}

// written is the region as it comes back from a file.
func written(t testing.TB, m geo.MultiPolygon) geo.MultiPolygon {
	t.Helper()
	var b bytes.Buffer
	if err := geo.WriteGeoJSON(&b, &geo.Features{Features: []geo.Feature{{Polygons: m}}}); err != nil {
		t.Fatal(err)
	}
	f, err := geo.ReadGeoJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	return f.Polygons()
}

func box(south, west, north, east float64) geo.MultiPolygon {
	return geo.MultiPolygon{{{{Lat: south, Lon: west}, {Lat: south, Lon: east}, {Lat: north, Lon: east}, {Lat: north, Lon: west}}}}
}

func TestStraightLineCostsBothTheSame(t *testing.T) {
	v := version(t, line.Version{Parts: []geo.Polyline{{{Lat: 46, Lon: 37}, {Lat: 50, Lon: 37}}}})
	got := plan(t, v, withdrawal.Ground{
		Areas: []line.Area{{Name: "South", Land: box(47, 35, 48, 39)}, {Name: "North", Land: box(48, 35, 49, 39)}},
		Settlements: []withdrawal.Settlement{
			{Name: "in the west", At: geo.Point{Lat: 48, Lon: 36.9}, People: 1200}, {Name: "too far west", At: geo.Point{Lat: 48, Lon: 36.7}, People: 5},
			{Name: "in the east", At: geo.Point{Lat: 48, Lon: 37.01}, People: -1}, {Name: "in the east, too", At: geo.Point{Lat: 47.5, Lon: 37.1}, People: 30},
		},
	}, 15e3, 15e3)
	// 15 km of the area between two parallels: the line is a meridian.
	whole := box(47, 36, 49, 38).Area() / 2
	width := 15e3 / geo.Distance(geo.Point{Lat: 48, Lon: 37}, geo.Point{Lat: 48, Lon: 38})
	for _, s := range []withdrawal.Side{got.Left, got.Right} {
		near(t, s.Party, s.AreaM2, whole*width, 1e-3)
		near(t, "its pull-back line", s.PullbackM, 222.4e3, 0.01)
		near(t, "its areas together", s.Areas[0].LeftM2+s.Areas[1].LeftM2, s.AreaM2, 1e-6)
		near(t, "its part", s.Areas[0].Part(), width/4, 0.01)
	}
	if got.Left.Party != "west" || got.Left.Settlements != 1 || got.Left.People != 1200 || got.Right.Settlements != 2 || got.Right.People != 30 || got.Right.Uncounted != 1 {
		t.Errorf("settlements: %+v, %+v", got.Left, got.Right)
	}
	if math.Abs(got.Asymmetry) > 1e-4 {
		t.Errorf("asymmetry %g on a straight line", got.Asymmetry)
	}
	near(t, "the length", got.LineM, v.Length(), 1e-6)
}

// Half a circle of 40 km: 10 km outside it are more than 10 km inside, by the
// formula for rings (the earth is nearly flat there).
func TestEqualWidthIsNotEqualAreaWhereTheLineBends(t *testing.T) {
	const r, d = 40e3, 10e3
	country := box(46, 30, 50, 37) // cuts the caps at the ends off
	got := plan(t, version(t, line.Version{Parts: []geo.Polyline{arc(r)}}), withdrawal.Ground{Areas: []line.Area{{Name: "all", Land: country}}}, d, d)
	outside, inside := math.Pi/2*((r+d)*(r+d)-r*r), math.Pi/2*(r*r-(r-d)*(r-d))
	near(t, "outside", got.Left.AreaM2, outside, 2e-3)
	near(t, "inside", got.Right.AreaM2, inside, 2e-3)
	near(t, "asymmetry", got.Asymmetry, (outside-inside)/(outside+inside), 0.02)
	near(t, "the outer pull-back line", got.Left.PullbackM, math.Pi*(r+d), 2e-3)
	if got.Equal == nil || got.Equal.Party != "east" || got.Equal.OnLeft {
		t.Fatalf("%+v; want the east to go farther", got.Equal)
	}
	near(t, "the distance of equal area", got.Equal.DistanceM, r-math.Sqrt(r*r-2/math.Pi*outside), 3e-3)
	near(t, "the area there", got.Equal.AreaM2, got.Left.AreaM2, 1e-5)

	// Different distances, and none.
	other := plan(t, version(t, line.Version{Parts: []geo.Polyline{arc(r)}}), withdrawal.Ground{Areas: []line.Area{{Name: "all", Land: country}}}, 0, got.Equal.DistanceM)
	if other.Left.AreaM2 != 0 || other.Left.Zone != nil || other.Asymmetry != -1 {
		t.Errorf("a side that stays leaves %+v", other.Left)
	}
	near(t, "the way back", other.Equal.DistanceM, d, 3e-3)
}

// A side can't leave more than it has.
func TestThereMayBeNoEqualArea(t *testing.T) {
	v := version(t, line.Version{Parts: []geo.Polyline{arc(20e3)}})
	got := plan(t, v, withdrawal.Ground{Areas: []line.Area{{Name: "all", Land: box(46, 30, 50, 37)}}}, 60e3, 60e3)
	if got.Equal != nil {
		t.Errorf("%+v; the east has no more than %g m²", got.Equal, math.Pi/2*20e3*20e3)
	}
}

func TestHeldAreaAndDrawnLineAgree(t *testing.T) {
	held := box(46, 36, 50, 38)
	parts := []geo.Polyline{{{Lat: 50, Lon: 36}, {Lat: 46, Lon: 36}}} // the held area to the left
	ground := withdrawal.Ground{Areas: []line.Area{{Name: "all", Land: box(46.5, 34, 49.5, 37.5)}}}
	one := plan(t, version(t, line.Version{Parts: parts, Left: "east", Right: "west"}), ground, 20e3, 10e3)
	two := plan(t, version(t, line.Version{Parts: parts, Left: "east", Right: "west", Held: held, HeldBy: "east"}), ground, 20e3, 10e3)
	three := plan(t, version(t, line.Version{Parts: []geo.Polyline{{{Lat: 46, Lon: 36}, {Lat: 50, Lon: 36}}}, Left: "west", Right: "east", Held: held, HeldBy: "east"}), ground, 10e3, 20e3)
	near(t, "east, held", two.Left.AreaM2, one.Left.AreaM2, 1e-4)
	near(t, "west, held", two.Right.AreaM2, one.Right.AreaM2, 1e-4)
	near(t, "east, held, the other way along", three.Right.AreaM2, one.Left.AreaM2, 1e-4)
	if one.Left.Party != "east" || three.Right.Party != "east" {
		t.Errorf("parties %q, %q", one.Left.Party, three.Right.Party)
	}
}

func TestWhatCannotBePlannedIsRefused(t *testing.T) {
	v := version(t, line.Version{Parts: []geo.Polyline{arc(20e3)}})
	p, err := withdrawal.New(v, withdrawal.Ground{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []float64{-1, math.NaN(), withdrawal.Farthest + 1} {
		if _, err := p.Plan(d, 10); err == nil {
			t.Errorf("%g m was planned", d)
		}
	}
	if _, err := withdrawal.New(&line.Version{}, withdrawal.Ground{}); err == nil {
		t.Error("no line was planned")
	}
	if got, err := p.Plan(0, 0); err != nil || got.Equal != nil || got.Asymmetry != 0 {
		t.Errorf("nobody moves: %+v, %v", got, err)
	}
}

// Whatever the line: farther leaves more, the sides swap with their names, the
// zones are valid, and the pull-back lines lie at their distance.
func TestAnyWithdrawal(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var l geo.Polyline
		for i := range rapid.IntRange(2, 6).Draw(r, "points") {
			l = append(l, geo.Point{Lat: 47 + 0.2*float64(i), Lon: rapid.Float64Range(36.5, 37.5).Draw(r, "lon")})
		}
		back := slices.Clone(l)
		slices.Reverse(back)
		d := rapid.Float64Range(2e3, 20e3).Draw(r, "metres")
		more := d + rapid.Float64Range(100, 10e3).Draw(r, "more")
		v := version(t, line.Version{Parts: []geo.Polyline{l}})
		p, err := withdrawal.New(v, withdrawal.Ground{})
		if err != nil {
			r.Fatal(err)
		}
		one, err := p.Plan(d, more)
		if err != nil {
			r.Fatal(err)
		}
		turned := plan(t, version(t, line.Version{Parts: []geo.Polyline{back}, Left: "east", Right: "west"}), withdrawal.Ground{}, more, more)
		if one.Left.AreaM2 >= turned.Right.AreaM2 {
			r.Errorf("%g m leaves %g m², %g m leaves %g", d, one.Left.AreaM2, more, turned.Right.AreaM2)
		}
		if math.Abs(turned.Left.AreaM2-one.Right.AreaM2) > 1e-4*one.Right.AreaM2 || turned.Left.Party != one.Right.Party {
			r.Errorf("%s leaves %g m²; turned, %s leaves %g", one.Right.Party, one.Right.AreaM2, turned.Left.Party, turned.Left.AreaM2)
		}
		for _, s := range []withdrawal.Side{one.Left, one.Right, turned.Right} {
			if err := s.Zone.Check(); err != nil {
				r.Errorf("a zone of %g m: %v", s.DistanceM, err)
			}
			if err := written(t, s.Zone).Check(); err != nil {
				r.Errorf("a zone of %g m as written: %v", s.DistanceM, err)
			}
			for _, part := range s.Pullback {
				for _, q := range part {
					if m := v.Nearest(q).DistanceM; math.Abs(m-s.DistanceM) > 1 {
						r.Fatalf("the pull-back line of %g m is %g m away at %v", s.DistanceM, m, q)
					}
				}
			}
		}
	})
}

// The real line, over the real country: what each side leaves is valid as written,
// all of it within the country, the sums of the areas are those of the zones, and the
// pull-back lines lie at their distance.
func TestTheDemonstrationsLine(t *testing.T) {
	read := func(name string) *geo.Features {
		f, err := examples.Files().Open("paris-2026/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		features, err := geo.ReadGeoJSON(f)
		if err != nil {
			t.Fatal(err)
		}
		return features
	}
	v := version(t, line.Version{Parts: read("line-of-contact.geojson").Polylines()})
	var ground withdrawal.Ground
	var land geo.MultiPolygon
	for i, x := range read("areas.geojson").Features {
		ground.Areas = append(ground.Areas, line.Area{Name: strconv.Itoa(i), Land: x.Polygons})
		land = append(land, x.Polygons...)
	}
	country, err := geo.Clean(land)
	if err != nil {
		t.Fatal(err)
	}
	p, err := withdrawal.New(v, ground)
	if err != nil {
		t.Fatal(err)
	}
	for _, metres := range []float64{7500, 70e3} {
		got, err := p.Plan(metres, metres)
		if err != nil {
			t.Fatal(err)
		}
		if got.Equal == nil {
			t.Fatal("no line of equal area")
		}
		both, err := v.Buffer(metres)
		if err == nil {
			both, err = geo.Intersection(both, country)
		}
		if err != nil {
			t.Fatal(err)
		}
		near(t, "both sides together", got.Left.AreaM2+got.Right.AreaM2, both.Area(), 1e-5)
		for _, s := range []withdrawal.Side{got.Left, got.Right} {
			if err := written(t, s.Zone).Check(); err != nil {
				t.Errorf("%g m, %s, as written: %v", metres, s.Party, err)
			}
			outside, err := geo.Difference(s.Zone, country)
			if err != nil || outside.Area() > 1000 {
				t.Errorf("%g m, %s: %g m² beyond the country, %v", metres, s.Party, outside.Area(), err)
			}
			parts := 0.0
			for _, a := range s.Areas {
				parts += a.LeftM2
			}
			near(t, "the sum of the areas", parts, s.AreaM2, 2e-3) // which overlap a little
			for _, l := range s.Pullback {
				for _, q := range l {
					if d := v.Nearest(q).DistanceM; math.Abs(d-metres) > 1 {
						t.Fatalf("the pull-back line of %g m is %g m away at %v", metres, d, q)
					}
				}
			}
		}
	}
}
