package app_test

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/examples"
)

func demo(t *testing.T) (*app.App, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	a, _, err := app.Demo(t.Context(), dir, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a, dir
}

// What is held in the areas is all that is held; what was held, and what was won
// and lost since, is what is held; and measured anew at the end of each day it is
// the same.
func TestTerritoryOfTheDemonstrationAddsUp(t *testing.T) {
	a, _ := demo(t)
	days, err := a.Movements(t.Context(), a.Agreement().Ceasefire[0].From.AddDate(0, -1, 0), a.Agreement().Ceasefire[0].From.AddDate(0, 0, 8), "day")
	if err != nil {
		t.Fatal(err)
	}
	if len(days) != 11 {
		t.Fatalf("%d days, want 11", len(days))
	}
	const near, seams = 1e4, 5e6 // m²: printed numbers are rounded; areas' common edges seldom agree
	var gained, lost float64
	held := map[string]float64{}
	for i, d := range days {
		if d.HeldBy != "russia" || d.RadiusM != 3000 || d.UncertainM2 < 1e9 || d.LengthM < 5e5 {
			t.Errorf("%s: %+v", d.From, d)
		}
		var sum, won, gone float64
		for _, h := range d.Areas {
			sum, won, gone = sum+h.HeldM2, won+h.GainedM2, gone+h.LostM2
			if p := h.Part(); !(p > 0 && p <= 1+1e-9) {
				t.Errorf("%s: %s is held to %g", d.From, h.Area, p)
			}
			if was, ok := held[h.Area]; ok && i > 0 && math.Abs(was+h.GainedM2-h.LostM2-h.HeldM2) > near {
				t.Errorf("%s: %s held %.0f, won %.0f, lost %.0f and holds %.0f m²", d.From, h.Area, was, h.GainedM2, h.LostM2, h.HeldM2)
			}
			held[h.Area] = h.HeldM2
		}
		if math.Abs(sum-d.HeldM2) > seams || math.Abs(won-d.GainedM2) > near || math.Abs(gone-d.LostM2) > near {
			t.Errorf("%s: the areas have %.0f +%.0f -%.0f, the whole %.0f +%.0f -%.0f m²", d.From, sum, won, gone, d.HeldM2, d.GainedM2, d.LostM2)
		}
		gained, lost = gained+d.GainedM2, lost+d.LostM2

		anew, err := a.Territory(t.Context(), d.To.Add(-1))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range anew.Areas {
			if math.Abs(s.HeldM2-held[s.Area]) > near {
				t.Errorf("%s: %s holds %.0f m², measured anew %.0f", d.From, s.Area, held[s.Area], s.HeldM2)
			}
		}
	}
	if gained < 3e7 || lost < 3e7 || math.Abs(gained-lost) > 3e6 {
		t.Errorf("won %.0f and lost %.0f m²; expected that either side wins about as much", gained, lost)
	}
}

// People live on either side, and most settlements say how many.
func TestSettlementsOfTheDemonstration(t *testing.T) {
	a, _ := demo(t)
	places, err := a.Settlements(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w, err := a.Withdrawal(t.Context(), app.WithdrawalOptions{At: a.Agreement().Ceasefire[0].From.Time, Metres: []map[string]float64{{"": 15e3}}, Settlements: places})
	if err != nil {
		t.Fatal(err)
	}
	p := w.Plans[0]
	for _, s := range []struct {
		party                         string
		settlements, people, unstated int
	}{{p.Left.Party, p.Left.Settlements, p.Left.People, p.Left.Uncounted}, {p.Right.Party, p.Right.Settlements, p.Right.People, p.Right.Uncounted}} {
		if s.settlements < 20 || s.people < 100_000 || s.unstated > s.settlements/2 {
			t.Errorf("%+v", s)
		}
	}
}

// The areas of control and the places judge nothing: without them the findings
// are the same, and the line is the one of the terms.
func TestNothingIsJudgedByAreasOfControl(t *testing.T) {
	a, dir := demo(t)
	terms, err := fs.Sub(examples.Files(), "paris-2026")
	if err != nil {
		t.Fatal(err)
	}
	bare := filepath.Join(t.TempDir(), "bare")
	if err := os.CopyFS(bare, terms); err != nil {
		t.Fatal(err)
	}
	b, err := app.Open(t.Context(), bare, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var files []string
	for _, name := range []string{"observations.jsonl", "coverage.jsonl", "declarations.jsonl"} {
		files = append(files, filepath.Join(dir, "simulated", name))
	}
	if _, err := b.Import(t.Context(), files, app.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	judged := func(a *app.App) map[string]string {
		t.Helper()
		list, err := a.Findings(t.Context(), app.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, f := range list {
			out[f.ID] = string(f.Result)
		}
		return out
	}
	got := judged(a)
	if d := cmp.Diff(judged(b), got); d != "" || len(got) < 100 {
		t.Errorf("%d findings; without and with areas of control: %s", len(got), d)
	}
	drawn, err := a.Zones(t.Context(), a.Agreement().Ceasefire[0].From.AddDate(0, 0, 7))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range drawn.Features {
		if f.Properties["kind"] == "line" {
			lines = append(lines, f.Properties["id"].(string)+" "+f.Properties["from"].(string))
		}
	}
	if d := cmp.Diff([]string{"contact 2026-01-05T22:00:00Z"}, lines); d != "" {
		t.Error(d)
	}
}
