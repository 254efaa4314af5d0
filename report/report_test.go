package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with a file under testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run with -update to write it)", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("%s differs (-want +got); run with -update after looking at it:\n%.4000s", name, diff)
	}
}

func TestHTMLGolden(t *testing.T) {
	for _, lang := range report.Languages() {
		t.Run(lang, func(t *testing.T) {
			var b bytes.Buffer
			if err := report.HTML(&b, build(t, sample(60)), lang); err != nil {
				t.Fatal(err)
			}
			golden(t, "day."+lang+".html", b.Bytes())
			if s := b.String(); strings.Contains(s, "⟨") {
				t.Errorf("a message is missing: %.80s", s[strings.Index(s, "⟨"):])
			}
		})
	}
}

func TestPeriod(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		day, cutoff, from, to string
		hours                 float64
	}{
		{"2025-04-20", "19:30", "2025-04-19T16:30:00Z", "2025-04-20T16:30:00Z", 24},
		{"2025-04-20", "", "2025-04-19T21:00:00Z", "2025-04-20T21:00:00Z", 24},
		{"2025-03-30", "19:30", "2025-03-29T17:30:00Z", "2025-03-30T16:30:00Z", 23}, // clocks go forward
		{"2025-10-26", "24:00", "2025-10-25T21:00:00Z", "2025-10-26T22:00:00Z", 25}, // clocks go back
	} {
		from, to, err := report.Period(tt.day, tt.cutoff, kyiv)
		if err != nil {
			t.Errorf("%s %s: %v", tt.day, tt.cutoff, err)
			continue
		}
		if f, u := from.Format(time.RFC3339), to.Format(time.RFC3339); f != tt.from || u != tt.to || to.Sub(from).Hours() != tt.hours {
			t.Errorf("%s %s: %s to %s, want %s to %s", tt.day, tt.cutoff, f, u, tt.from, tt.to)
		}
		for _, at := range []time.Time{from, to.Add(-1), from.Add(time.Hour)} {
			if d, err := report.DayOf(at, tt.cutoff, kyiv); err != nil || d != tt.day {
				t.Errorf("DayOf(%s, %q) = %s, %v; want %s", at, tt.cutoff, d, err, tt.day)
			}
		}
	}
	for _, bad := range [][2]string{{"2025-02-30", ""}, {"x", ""}, {"2025-04-20", "25:00"}, {"2025-04-20", "24:30"}, {"2025-04-20", "noon"}} {
		if _, _, err := report.Period(bad[0], bad[1], kyiv); err == nil {
			t.Errorf("Period(%q, %q) gave no error", bad[0], bad[1])
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	for name, in := range map[string]report.Input{
		"no agreement": {Day: "2025-04-20"},
		"no day":       {Agreement: terms()},
		"no zone":      {Agreement: &agreement.Agreement{TimeZone: "Nowhere/Here"}, Day: "2025-04-20"},
	} {
		if _, err := report.Build(in); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
