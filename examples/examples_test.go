package examples_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/zone"

	"github.com/google/go-cmp/cmp"
)

// parse reads an example that must have no problem, warnings apart.
func parse(t *testing.T, name string) *agreement.Agreement {
	t.Helper()
	file := name + "/agreement.yaml"
	data, err := fs.ReadFile(examples.Files(), file)
	if err != nil {
		t.Fatal(err)
	}
	a, problems := agreement.Parse(filepath.Join("examples", file), data)
	for _, p := range problems {
		t.Errorf("%v", p)
	}
	if a == nil {
		t.FailNow()
	}
	return a
}

func TestEveryExampleParses(t *testing.T) {
	if len(examples.Names()) == 0 {
		t.Fatal("no examples")
	}
	for _, name := range examples.Names() {
		t.Run(name, func(t *testing.T) {
			if a := parse(t, name); a.ID != name {
				t.Errorf("the folder %q holds the agreement %q", name, a.ID)
			}
		})
	}
}

var update = flag.Bool("update", false, "write the golden files")

// TestWhatTheExamplesMean holds the sentences of each example, with its zones'
// sizes, and the warnings of what can't be monitored.
func TestWhatTheExamplesMean(t *testing.T) {
	for _, name := range examples.Names() {
		t.Run(name, func(t *testing.T) {
			a := parse(t, name)
			files, err := fs.Sub(examples.Files(), name)
			if err != nil {
				t.Fatal(err)
			}
			lines, err := zone.Lines(a, files)
			if err != nil {
				t.Fatal(err)
			}
			zones, err := zone.New(a, lines, files)
			if err != nil {
				t.Fatal(err)
			}
			at := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
			got := strings.Join(agreement.Explain(a, "en", func(id string) (float64, float64, bool) {
				area, length, err := zones.Measures(id, at)
				return area, length, err == nil && area > 0
			}), "\n") + "\n"
			for _, p := range agreement.Monitorability(a) {
				got += "warning: " + p.Message + "\n"
			}
			path := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
