package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/report"
)

func TestDataGolden(t *testing.T) {
	r := build(t, sample(12))
	var b bytes.Buffer
	if err := report.JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	golden(t, "day.json", b.Bytes())
	b.Reset()
	if err := report.GeoJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	golden(t, "day.geojson", b.Bytes())
	features, err := geo.ReadGeoJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	incidents := 0
	for _, f := range features.Features {
		if f.Properties["kind"] == "incident" {
			incidents++
		}
	}
	if incidents != len(r.Annex) {
		t.Errorf("%d incidents in the GeoJSON; the annex has %d", incidents, len(r.Annex))
	}
	for _, table := range report.Tables(r) {
		b.Reset()
		if err := table.Write(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, table.Name+".csv", b.Bytes())
	}
}

// What a source wrote must not become a formula in somebody's spreadsheet.
func TestTablesAreHarmless(t *testing.T) {
	table := report.Table{Name: "t", Rows: [][]string{{`=HYPERLINK("http://example.org")`, "-12.5", "+1", "@x", "-rm", "plain", "-"}}}
	var b bytes.Buffer
	if err := table.Write(&b); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(b.String()), `"'=HYPERLINK(""http://example.org"")",-12.5,+1,'@x,'-rm,plain,'-`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestSpotReport(t *testing.T) {
	in := sample(12)
	day := build(t, in)
	id := day.Annex[3].ID
	spot, err := report.BuildSpot(in, id)
	if err != nil {
		t.Fatal(err)
	}
	if len(spot.Annex) != 1 || spot.Annex[0].ID != id {
		t.Fatalf("%d incidents in the spot report", len(spot.Annex))
	}
	var b bytes.Buffer
	if err := report.HTML(&b, spot, "en"); err != nil {
		t.Fatal(err)
	}
	golden(t, "spot.en.html", b.Bytes())
	if s := b.String(); strings.Contains(s, "⟨") {
		t.Errorf("a message is missing: %.80s", s[strings.Index(s, "⟨"):])
	}
	b.Reset()
	if err := report.PDF(&b, spot, "uk"); err != nil {
		t.Fatal(err)
	}
	if _, err := report.BuildSpot(in, "I-nothing"); err == nil {
		t.Error("a spot report of an incident that is not there")
	}
}

func BenchmarkDayOf5000(b *testing.B) {
	in := sample(5000)
	for b.Loop() {
		r, err := report.Build(in)
		if err != nil {
			b.Fatal(err)
		}
		var out bytes.Buffer
		if err := report.HTML(&out, r, "en"); err != nil {
			b.Fatal(err)
		}
	}
}
