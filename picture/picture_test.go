package picture_test

import (
	"cmp"
	"encoding/base32"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/picture"
	"github.com/truce-monitor/truce/publish"
)

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func id(n int) string {
	return "I-" + base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).EncodeToString(fmt.Appendf(nil, "%010d", n))
}

func degrees(v float64) *float64 { return &v }

// summaries draws incidents whose values the packed form holds exactly.
func summaries(t *rapid.T) []picture.Summary {
	n := rapid.IntRange(0, 60).Draw(t, "n")
	out := make([]picture.Summary, n)
	for i := range out {
		s := &out[i]
		s.ID = id(i)
		s.From = start.Add(time.Duration(rapid.IntRange(0, 5*24*12).Draw(t, "from")) * 5 * time.Minute)
		s.To = s.From.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "long")) * time.Hour)
		s.Activity = rapid.SampledFrom([]observation.Activity{"shelling", "shot", "uav-flight"}).Draw(t, "activity")
		s.Probability = float64(rapid.IntRange(0, 1000).Draw(t, "probability")) / 1000
		s.Handling = rapid.SampledFrom([]observation.Handling{"", observation.Clear, observation.Green, observation.Red}).Draw(t, "handling")
		s.Sources, s.Reports = 1, 2
		if rapid.IntRange(0, 9).Draw(t, "placed") > 0 {
			s.Lat = degrees(float64(rapid.IntRange(470000, 490000).Draw(t, "lat")) / 1e4)
			s.Lon = degrees(float64(rapid.IntRange(360000, 390000).Draw(t, "lon")) / 1e4)
			s.RadiusM = float64(rapid.IntRange(1, 9000).Draw(t, "radius"))
		}
		if rapid.Bool().Draw(t, "found") {
			s.Result = rapid.SampledFrom([]finding.Result{"breach", "undetermined"}).Draw(t, "result")
			s.Provision = rapid.SampledFrom([]string{"no-fire", "no-flight"}).Draw(t, "provision")
			s.Found = []picture.Found{{Provision: s.Provision, Result: s.Result}, {Provision: "other", Result: "consistent"}}
			s.Zones = []string{"buffer", "belt"}
			s.Party, s.Side = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "party"), "a"
			if s.Result == "breach" {
				s.Severity = rapid.SampledFrom([]string{"S1", "S3"}).Draw(t, "severity")
			}
		}
	}
	return out
}

func query(t *rapid.T) picture.Query {
	q := picture.Query{Policy: agreement.Policy{Handling: "TLP:RED"}, Now: start.AddDate(0, 0, 5)}
	switch rapid.IntRange(0, 2).Draw(t, "audience") {
	case 1:
		q.Policy = publish.Policy(nil, publish.Public)
	case 2:
		q.Policy = agreement.Policy{Handling: "TLP:GREEN", RoundM: 5000, Withhold: []string{"party"}}
	}
	if rapid.Bool().Draw(t, "bounded") {
		q.Since = start.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "since")) * time.Hour)
		q.Until = q.Since.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "for")) * time.Hour)
	}
	if rapid.Bool().Draw(t, "boxed") {
		q.Box = &picture.Box{36.5, 47.3, 38.2, 48.6}
	}
	pick := func(name string, of ...string) string { return rapid.SampledFrom(append(of, "", "", "")).Draw(t, name) }
	q.Activity, q.Severity, q.Result, q.Party = pick("activity", "shelling", "none"), pick("severity", "S1", "S3"), pick("result", "breach", "consistent"), pick("party", "a")
	if rapid.IntRange(0, 4).Draw(t, "one") == 0 {
		q.Incident = id(rapid.IntRange(0, 70).Draw(t, "incident"))
	}
	if p := pick("provision", "no-fire", "other"); p != "" {
		q.Provisions = []string{p}
	}
	return q
}

// expected is what an audience sees of summaries, one by one.
func expected(all []picture.Summary, q picture.Query) []picture.Summary {
	var out []picture.Summary
	for _, s := range all {
		if !publish.Sees(q.Policy, s.Handling) || !q.Since.IsZero() && s.From.Before(q.Since) || !q.Until.IsZero() && !s.From.Before(q.Until) {
			continue
		}
		if d := q.Policy.Delay.Duration; d > 0 && s.To.After(q.Now.Add(-d)) {
			continue
		}
		if s.RadiusM > 0 {
			p := publish.Round(observation.Position{Lat: *s.Lat, Lon: *s.Lon, Radius: s.RadiusM}, q.Policy.RoundM)
			s.Lat, s.Lon, s.RadiusM = &p.Lat, &p.Lon, p.Radius
		}
		if publish.Withholds(q.Policy, publish.FieldParty) {
			s.Party = ""
		}
		if b := q.Box; b != nil && (s.RadiusM == 0 || *s.Lat < b[1] || *s.Lat > b[3] || *s.Lon < b[0] || *s.Lon > b[2]) {
			continue
		}
		if q.Incident != "" && s.ID != q.Incident {
			continue
		}
		if q.Activity != "" && string(s.Activity) != q.Activity || q.Severity != "" && s.Severity != q.Severity || q.Party != "" && s.Party != q.Party {
			continue
		}
		if (q.Result != "" || q.Provisions != nil) && !slices.ContainsFunc(s.Found, func(f picture.Found) bool {
			return (q.Result == "" || string(f.Result) == q.Result) && (q.Provisions == nil || slices.Contains(q.Provisions, f.Provision))
		}) {
			continue
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b picture.Summary) int {
		return cmp.Or(b.From.Compare(a.From), strings.Compare(b.ID, a.ID))
	})
	return out
}

// drawn puts summaries into some runs of a picture, through their stored form.
func drawn(t *rapid.T, all []picture.Summary) *picture.Picture {
	runs := map[int64]*picture.Rows{}
	for i := range all {
		run := int64(rapid.IntRange(0, 3).Draw(t, "run"))
		if runs[run] == nil {
			runs[run] = &picture.Rows{}
		}
		if err := runs[run].Add(&all[i]); err != nil {
			t.Fatal(err)
		}
	}
	p := picture.New([]string{"S1", "S2", "S3", "S4"})
	for run, rows := range runs {
		body, err := rows.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var stored picture.Rows
		if err := stored.UnmarshalBinary(body); err != nil {
			t.Fatal(err)
		}
		p.Set(run, stored)
	}
	return p
}

func TestAListIsWhatTheAudienceMaySeeInPagesOfAnySize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := summaries(t)
		p, q := drawn(t, all), query(t)
		want := expected(all, q)
		q.Limit = rapid.IntRange(1, 20).Draw(t, "limit")
		var got []picture.Summary
		for {
			page, next, err := p.List(q)
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, page...); next == "" {
				break
			}
			if len(page) != q.Limit {
				t.Fatalf("a page of %d that is not the last; the limit is %d", len(page), q.Limit)
			}
			q.Cursor = next
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestTilesHoldEveryIncidentWithAPositionOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := summaries(t)
		p, q := drawn(t, all), query(t)
		want := map[string]int{}
		for _, s := range expected(all, q) {
			if s.RadiusM > 0 {
				want[s.ID]++
			}
		}
		z := rapid.IntRange(0, 8).Draw(t, "zoom")
		got := map[string]int{}
		for _, at := range tiles(z) {
			tile, err := p.Tile(q, z, at[0], at[1])
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range tile.Incidents {
				got[s.ID]++
			}
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// tiles are those that hold 47 to 49 degrees north and 36 to 39 east.
func tiles(z int) (out [][2]int) {
	n := math.Exp2(float64(z))
	column := func(lon float64) int { return int((lon + 180) / 360 * n) }
	line := func(lat float64) int {
		return int((1 - math.Asinh(math.Tan(lat*math.Pi/180))/math.Pi) / 2 * n)
	}
	for x := column(35.9); x <= column(40.1); x++ {
		for y := line(50.1); y <= line(46.1); y++ {
			out = append(out, [2]int{x, y})
		}
	}
	return out
}

func TestManyIncidentsBecomeCells(t *testing.T) {
	var rows picture.Rows
	const n = 6000
	for i := range n {
		s := picture.Summary{ID: id(i), From: start.Add(time.Duration(i) * time.Second), Lat: degrees(48 + float64(i%100)/1000), Lon: degrees(37), RadiusM: 100}
		s.To = s.From
		if i%3 == 0 {
			s.Result, s.Severity = "breach", "S2"
		}
		if i == 9 {
			s.Severity = "S4"
		}
		if err := rows.Add(&s); err != nil {
			t.Fatal(err)
		}
	}
	p := picture.New([]string{"S1", "S2", "S3", "S4"})
	p.Set(1, rows)
	tile, err := p.Tile(picture.Query{Policy: agreement.Policy{Handling: "TLP:RED"}}, 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := &picture.Tile{Cells: []picture.Cell{{Lat: 48.0495, Lon: 37, Count: n, Breaches: n / 3, Severity: "S4", Result: "breach"}}}
	if diff := gocmp.Diff(want, tile); diff != "" {
		t.Error(diff)
	}
}

func TestRatesStandBesideTheDaysBefore(t *testing.T) {
	var rows picture.Rows
	n := 0
	add := func(at time.Time, result finding.Result) {
		s := picture.Summary{ID: id(n), From: at, To: at, Result: result}
		n++
		if err := rows.Add(&s); err != nil {
			t.Fatal(err)
		}
	}
	for d := range 4 {
		for range 4 {
			add(start.AddDate(0, 0, d).Add(10*time.Hour), "breach")
		}
		add(start.AddDate(0, 0, d).Add(12*time.Hour), "")
	}
	for range 20 {
		add(start.AddDate(0, 0, 4).Add(10*time.Hour+time.Minute), "")
	}
	p := picture.New(nil)
	p.Set(1, rows)
	q := picture.Query{Policy: agreement.Policy{Handling: "TLP:RED"}, Since: start.AddDate(0, 0, 4).Add(10 * time.Hour), Until: start.AddDate(0, 0, 4).Add(11 * time.Hour)}
	got, err := p.Rate(q, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	// Four a day at this hour; of the day on which the records begin the hour
	// counts, since they begin with it.
	want := []picture.Bucket{{From: q.Since, Incidents: 20, Usual: 4, Low: 0.62, High: 9.78, Days: 4}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := p.Rate(q, 7*time.Hour); err == nil {
		t.Error("a step of 7 hours was counted")
	}
}

func TestForeignCursorsAreRefused(t *testing.T) {
	for _, c := range []string{"x", "1.2", ".", "zzzzzzzzzzzzzzzzzzzz." + strings.TrimPrefix(id(1), "I-")} {
		if _, _, err := picture.New(nil).List(picture.Query{Cursor: c}); err == nil {
			t.Errorf("cursor %q passed", c)
		}
	}
}

func FuzzRows(f *testing.F) {
	var rows picture.Rows
	if err := rows.Add(&picture.Summary{ID: id(1), From: start, Found: []picture.Found{{Provision: "p", Result: "breach"}}}); err != nil {
		f.Fatal(err)
	}
	body, err := rows.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte("[]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var rows picture.Rows
		if rows.UnmarshalBinary(data) != nil {
			return
		}
		p := picture.New(nil)
		p.Set(0, rows)
		if _, _, err := p.List(picture.Query{Policy: agreement.Policy{Handling: "TLP:RED"}}); err != nil {
			t.Error(err)
		}
	})
}

// Cells hold as many incidents as a list, whatever is asked for, and again when
// they are remembered.
func TestCellsHoldWhatTheListDoes(t *testing.T) {
	p := many(t, 10_000)
	p.Replace([]picture.Ref{}, picture.Rows{})
	public := publish.Policy(nil, publish.Public)
	for _, q := range []picture.Query{
		{Policy: agreement.Policy{Handling: "TLP:RED"}},
		{Policy: public, Now: start},
		{Policy: public, Now: start.AddDate(0, -1, 0)},
		{Policy: agreement.Policy{Handling: "TLP:RED"}, Result: "breach"},
		{Policy: agreement.Policy{Handling: "TLP:RED"}, Since: start.AddDate(0, -8, 0).Add(time.Hour), Until: start.Add(-30 * time.Hour)},
		{Policy: agreement.Policy{Handling: "TLP:RED"}, Box: &picture.Box{36.5, 47, 39, 49}},
	} {
		list, _, err := p.List(q)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			n := 0
			for _, at := range tiles(3) {
				tile, err := p.Tile(q, 3, at[0], at[1])
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range tile.Cells {
					n += c.Count
				}
			}
			if n != len(list) || n < 2000 {
				t.Errorf("%+v: %d incidents in cells, %d in the list", q, n, len(list))
			}
		}
	}
}

// many is a picture of so many incidents along a line in a year.
func many(b testing.TB, n int) *picture.Picture {
	b.Helper()
	p := picture.New([]string{"S1", "S2", "S3", "S4"})
	const days = 365
	r := rand.New(rand.NewPCG(1, 2))
	for d := range days {
		var rows picture.Rows
		for i := range n / days {
			s := picture.Summary{ID: id(d*n/days + i), From: start.AddDate(0, 0, d-days).Add(time.Duration(r.IntN(86400)) * time.Second), Activity: "shelling",
				Handling: []observation.Handling{observation.Clear, observation.Amber}[i%2], RadiusM: 200, Probability: 0.9, Occurrence: "likely"}
			s.To = s.From
			s.Lon = degrees(36 + r.Float64()*4)
			s.Lat = degrees(47 + (*s.Lon-36)/2 + r.NormFloat64()/10)
			if i%3 == 0 {
				s.Result, s.Severity, s.Provision = "breach", []string{"S1", "S2", "S3"}[i%3], "no-fire"
				s.Found = []picture.Found{{Provision: "no-fire", Result: "breach"}}
			}
			if err := rows.Add(&s); err != nil {
				b.Fatal(err)
			}
		}
		p.Set(int64(d), rows)
	}
	return p
}

func BenchmarkMany(b *testing.B) {
	p := many(b, 1_000_000)
	all, public := agreement.Policy{Handling: "TLP:RED"}, publish.Policy(nil, publish.Public)
	for name, q := range map[string]picture.Query{"mission": {Policy: all}, "public": {Policy: public, Now: start}} {
		b.Run(name+"/world", func(b *testing.B) {
			for b.Loop() {
				if _, err := p.Tile(q, 0, 0, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/near", func(b *testing.B) {
			for b.Loop() {
				if _, err := p.Tile(q, 10, 620, 354); err != nil {
					b.Fatal(err)
				}
			}
		})
		q.Limit = 100
		b.Run(name+"/newest", func(b *testing.B) {
			for b.Loop() {
				if _, _, err := p.List(q); err != nil {
					b.Fatal(err)
				}
			}
		})
		q.Severity = "S4"
		b.Run(name+"/none", func(b *testing.B) {
			for b.Loop() {
				if _, _, err := p.List(q); err != nil {
					b.Fatal(err)
				}
			}
		})
		q.Severity, q.Box = "", &picture.Box{36, 48, 36.1, 48.2}
		b.Run(name+"/empty-box", func(b *testing.B) {
			for b.Loop() {
				if _, _, err := p.List(q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
