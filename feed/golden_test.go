package feed_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/feed"
	"github.com/truce-monitor/truce/observation"
)

var update = flag.Bool("update", false, "write the golden files")

// samples are the files in testdata with the format that each is recognised
// as. Those of sources whose licence allows it are cut from the real data, the
// others are invented in the same layout.
func samples() map[string]string {
	return map[string]string{
		"acled.csv": "acled", "bellingcat.json": "bellingcat-harm", "cir.csv": "cir-eyes-on-russia", "yemen.csv": "yemen-air-raids", "pa-x.csv": "pa-x", "viina.csv": "viina",
		"deepstatemap_data_20260106.geojson": "deepstate", "geoboundaries.geojson": "geoboundaries", "ucdp-ged.csv": "ucdp-ged",
		"firms-viirs.csv": "firms", "firms-modis.csv": "firms", "firms-coverage.csv": "firms-coverage", "sirens-official.csv": "sirens-official",
		"sirens-volunteer.csv": "sirens-volunteer", "osce-daily.csv": "osce-daily", "settlements.csv": "settlements", "geonames.csv": "geonames", "geonames.txt": "geonames", "power-plants.csv": "power-plants",
		"truce.csv": "truce-csv", "truce.jsonl": "truce-jsonl", "truce.geojson": "truce-geojson",
		"declarations.csv": "declarations", "declarations.jsonl": "declarations-jsonl", "declarations.geojson": "declarations-geojson",
	}
}

func options() feed.Options {
	return feed.Options{Now: time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)}
}

// render writes items as lines of JSON, observations in their canonical form.
func render(t testing.TB, items []feed.Item) []byte {
	var b bytes.Buffer
	for i := range items {
		it := &items[i]
		fmt.Fprintf(&b, "%s:%d %s ", it.File, it.Row, it.Kind())
		if it.Observation != nil {
			b.Write(observation.AppendCanonical(nil, it.Observation))
			b.WriteByte('\n')
			continue
		}
		for _, v := range []any{it.Line, it.Area, it.Place, it.Site, it.Coverage, it.Reference, it.Declaration, it.Quarantine} {
			data, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if string(data) != "null" {
				b.Write(data)
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for name, format := range samples() {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			s, err := feed.Open(bytes.NewReader(data), name, options())
			if err != nil {
				t.Fatal(err)
			}
			if s.Format != format {
				t.Errorf("recognised as %s; want %s", s.Format, format)
			}
			s.Close()
			got := render(t, all(t, bytes.NewReader(data), name, options()))
			golden := filepath.Join("testdata", "golden", name+".txt")
			if *update {
				if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Every format has a sample, so that none is left untested.
func TestEveryFormatHasASample(t *testing.T) {
	have := map[string]bool{"truce-json": true} // below
	for _, format := range samples() {
		have[format] = true
	}
	for _, f := range feed.Formats() {
		if !have[f.Name] {
			t.Errorf("format %s has no sample in testdata", f.Name)
		}
	}
	lines, err := os.ReadFile(filepath.Join("testdata", "truce.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	good := strings.Split(string(lines), "\n")
	array := "[" + good[0] + ",\n" + good[2] + "]"
	if items := all(t, strings.NewReader(array), "truce.json", options()); len(items) != 2 || items[0].Observation == nil || items[1].Observation == nil {
		t.Errorf("a JSON array of observations came out as %s", render(t, items))
	}
}

// All files of the real data are recognised, and all but a few rows are read.
func TestRealFilesAreRecognised(t *testing.T) {
	dir := dataDir(t)
	// Rows that can't be read, by the flaws that the data's notes name.
	bad := map[string]int{"cir_events_2022-01_2022-08.csv.gz": 7}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".md") || strings.Contains(path, "deepstatemap_data_") && !strings.Contains(path, "_20260106") {
			return err
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			items := all(t, f, filepath.Base(path), options())
			quarantined := 0
			for i := range items {
				if q := items[i].Quarantine; q != nil {
					if quarantined++; quarantined <= 3 {
						t.Logf("row %d: %s", q.Row, q.Reason)
					}
				}
			}
			if most := bad[filepath.Base(path)]; quarantined > most || len(items) == 0 {
				t.Errorf("%d of %d rows are quarantined; want %d at most", quarantined, len(items), most)
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
