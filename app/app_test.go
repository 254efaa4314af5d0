package app_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/simulate"
)

var clock = time.Date(2026, 3, 20, 6, 0, 0, 0, time.UTC)

func options() app.Options { return app.Options{Now: func() time.Time { return clock }} }

func workspace(t testing.TB, example string) *app.App {
	t.Helper()
	a, err := app.Init(t.Context(), filepath.Join(t.TempDir(), "w"), filepath.Join("..", "examples", example, "agreement.yaml"), options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func demoFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.jsonl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := simulate.Demo(1).WriteObservations(f); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t testing.TB, a *app.App, paths ...string) *app.ImportResult {
	t.Helper()
	r, err := a.Import(context.Background(), paths, app.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheSameInputTwiceChangesNothing(t *testing.T) {
	a := workspace(t, "paris-2026")
	demo := demoFile(t)
	first := load(t, a, demo)
	if first.Total.Observations == 0 || first.Total.Quarantined != 0 {
		t.Fatalf("%+v", first.Total)
	}
	before, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again := load(t, a, demo)
	if again.Total.Known != first.Total.Observations || again.Total.Observations != 0 {
		t.Errorf("%+v", again.Total)
	}
	after, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if before.Root != after.Root {
		t.Error("the journal has changed")
	}
	t.Logf("%+v", after.Totals)
	r, err := a.Rebuild(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !r.Same {
		t.Error("rebuilt projections differ")
	}
}
