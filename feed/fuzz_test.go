package feed_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/truce-monitor/truce/feed"
	"github.com/truce-monitor/truce/observation"
)

// fuzz feeds anything to one format: it must end, every item must be one thing
// with its place, and every observation must survive the journal.
func fuzz(f *testing.F, format string, names ...string) {
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	opt := options()
	opt.Format = format
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := feed.Open(bytes.NewReader(data), names[0], opt)
		if err != nil {
			return
		}
		defer s.Close()
		for rows := 0; ; rows++ {
			it, err := s.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if rows > 8*len(data)+8 {
				t.Fatalf("%d items of %d bytes", rows, len(data))
			}
			switch {
			case it.Kind() == "":
				t.Fatal("an item with nothing in it")
			case it.Quarantine != nil && it.Quarantine.Reason == "":
				t.Fatal("a quarantine without a reason")
			case it.Observation != nil:
				body := observation.AppendCanonical(nil, it.Observation)
				if _, err := observation.Parse(body); err != nil {
					t.Fatalf("the observation %s can't be read again: %v", body, err)
				}
			}
		}
	})
}

func FuzzTruceCSV(f *testing.F)       { fuzz(f, "truce-csv", "truce.csv") }
func FuzzTruceJSONLines(f *testing.F) { fuzz(f, "truce-jsonl", "truce.jsonl") }
func FuzzTruceGeoJSON(f *testing.F)   { fuzz(f, "truce-geojson", "truce.geojson") }
func FuzzDeclarations(f *testing.F)   { fuzz(f, "declarations", "declarations.csv") }
func FuzzDeclarationLines(f *testing.F) {
	fuzz(f, "declarations-jsonl", "declarations.jsonl")
}
func FuzzDeclarationFeatures(f *testing.F) {
	fuzz(f, "declarations-geojson", "declarations.geojson")
}
func FuzzUCDP(f *testing.F)          { fuzz(f, "ucdp-ged", "ucdp-ged.csv") }
func FuzzACLED(f *testing.F)         { fuzz(f, "acled", "acled.csv") }
func FuzzVIINA(f *testing.F)         { fuzz(f, "viina", "viina.csv") }
func FuzzBellingcat(f *testing.F)    { fuzz(f, "bellingcat-harm", "bellingcat.json") }
func FuzzCIR(f *testing.F)           { fuzz(f, "cir-eyes-on-russia", "cir.csv") }
func FuzzYemen(f *testing.F)         { fuzz(f, "yemen-air-raids", "yemen.csv") }
func FuzzFIRMS(f *testing.F)         { fuzz(f, "firms", "firms-viirs.csv", "firms-modis.csv") }
func FuzzFIRMSCoverage(f *testing.F) { fuzz(f, "firms-coverage", "firms-coverage.csv") }
func FuzzSirens(f *testing.F) {
	fuzz(f, "sirens-official", "sirens-official.csv", "sirens-volunteer.csv")
}
func FuzzOSCE(f *testing.F)          { fuzz(f, "osce-daily", "osce-daily.csv") }
func FuzzDeepState(f *testing.F)     { fuzz(f, "deepstate", "deepstatemap_data_20260106.geojson") }
func FuzzGeoBoundaries(f *testing.F) { fuzz(f, "geoboundaries", "geoboundaries.geojson") }
func FuzzPowerPlants(f *testing.F)   { fuzz(f, "power-plants", "power-plants.csv", "settlements.csv") }
func FuzzPAX(f *testing.F)           { fuzz(f, "pa-x", "pa-x.csv") }

// Whatever a file is, opening it by content ends with items or a sentence.
func FuzzOpen(f *testing.F) {
	for name := range samples() {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("\x1f\x8b\x08\x00"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\xff\xfes\x00o\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := feed.Open(bytes.NewReader(data), "file", options())
		if err != nil {
			return
		}
		defer s.Close()
		for {
			if _, err := s.Next(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}
