package app_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/app"
)

// However a table is written, quoted or not, with whatever line ends, commas or
// semicolons, the answers are the same, in the order of the points, and so is what
// is told of bad rows.
func TestClassifyReadsTablesAlike(t *testing.T) {
	a, err := app.Init(t.Context(), filepath.Join(t.TempDir(), "w"), filepath.Join("..", "examples", "minsk-2015", "agreement.yaml"), options())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	r := rand.New(rand.NewPCG(3, 4))
	var rows [][]string
	for i := range 40_000 { // several pieces
		rows = append(rows, []string{fmt.Sprint("p", i), fmt.Sprintf("%.5f", 47+2*r.Float64()), fmt.Sprintf("%.5f", 37+2*r.Float64()), fmt.Sprintf("20%02d-03-01T00:00:00Z", 14+r.IntN(4)), ""})
	}
	rows[20_000][1] = "north"
	rows[30_000][4] = "250"
	table := func(comma, end string, quote bool) string {
		var b strings.Builder
		b.WriteString(strings.Join([]string{"id", "lat", "lon", "time", "radius_m"}, comma) + end)
		for _, row := range rows {
			row = slices.Clone(row)
			if quote {
				row[0] = `"` + row[0] + `"`
			}
			b.WriteString(strings.Join(row, comma) + end)
		}
		return b.String()
	}
	classify := func(table string) (out string, told []string) {
		var b strings.Builder
		done, err := a.Classify(t.Context(), strings.NewReader(table), &b, app.ClassifyOptions{Bad: func(line int, err error) { told = append(told, fmt.Sprint(line, err)) }})
		if err != nil {
			t.Fatal(err)
		}
		if done.Points != len(rows)-1 || done.Bad != 1 {
			t.Errorf("%+v of %d", done, len(rows))
		}
		return b.String(), told
	}
	want, wantTold := classify(table(",", "\n", false))
	if lines := strings.Count(want, "\n"); lines != len(rows) {
		t.Errorf("%d lines for %d points", lines, len(rows)-1)
	}
	for _, other := range []string{table(",", "\n", true), table(",", "\r\n", false), table(";", "\n", false), table("\t", "\r\n", true)} {
		got, told := classify(other)
		if got != want {
			t.Errorf("%.40q...: other answers", other)
		}
		if d := cmp.Diff(wantTold, told); d != "" {
			t.Error(d)
		}
	}
}
