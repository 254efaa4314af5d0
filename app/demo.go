package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/simulate"
)

// demoSeed makes the demonstration the same everywhere; demoDay is its day that
// is most worth looking at.
const (
	demoSeed = 1
	demoDay  = "2026-03-04"

	settlementsFile = "settlements.csv" // of the example; real ones
)

// Demo makes a workspace in dir with the embedded scenario in it: nothing in
// it happened; only the settlements are the world's. It returns the report day that is most worth looking at.
func Demo(ctx context.Context, dir string, opt Options) (a *App, day string, err error) {
	s := simulate.Demo(demoSeed)
	terms, err := fs.Sub(examples.Files(), s.Agreement)
	if err != nil {
		return nil, "", err
	}
	if err := initFrom(dir, terms, AgreementFile); err != nil {
		return nil, "", err
	}
	input := filepath.Join(dir, "simulated")
	if err := os.MkdirAll(input, 0o755); err != nil {
		return nil, "", fmt.Errorf("making the demonstration: %w", err)
	}
	for _, x := range []struct {
		name  string
		write func(*os.File) error
	}{
		{"observations.jsonl", func(f *os.File) error { return s.WriteObservations(f) }},
		{"coverage.jsonl", func(f *os.File) error { return s.WriteCoverage(f) }},
		{"declarations.jsonl", func(f *os.File) error { return s.WriteDeclarations(f) }},
		{"control.geojson", func(f *os.File) error { return s.WriteControl(f) }},
	} {
		if err := writeFile(filepath.Join(input, x.name), x.write); err != nil {
			return nil, "", fmt.Errorf("making the demonstration: %w", err)
		}
	}
	places, err := fs.ReadFile(terms, settlementsFile)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, settlementsFile), places, 0o644)
	}
	if err != nil {
		return nil, "", fmt.Errorf("making the demonstration: %w", err)
	}
	if a, err = Open(ctx, dir, opt); err != nil {
		return nil, "", err
	}
	r, err := a.Import(ctx, []string{input, filepath.Join(dir, settlementsFile)}, ImportOptions{})
	if err == nil && r.Total.Quarantined > 0 {
		err = fmt.Errorf("%d rows of the scenario could not be read", r.Total.Quarantined)
	}
	if err != nil {
		a.Close()
		return nil, "", fmt.Errorf("making the demonstration: %w", err)
	}
	return a, demoDay, nil
}

func writeFile(path string, write func(*os.File) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
