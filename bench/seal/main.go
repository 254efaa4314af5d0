// Command seal measures what sealing costs and what a sealed past gives back:
// the journal alone, computing everything again from a bundle, and judging the
// past again under changed terms, with the peak memory of each.
//
//	go run ./bench/seal journal -records 2000000
//	go run ./bench/seal past -rows 1000000
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/bench/ingest/reports"
	"github.com/truce-monitor/truce/journal"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "seal:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("which? journal or past")
	}
	set := flag.NewFlagSet(args[0], flag.ContinueOnError)
	records := set.Int("records", 1_000_000, "records of the journal")
	rows := set.Int("rows", 200_000, "observations of the past")
	only := set.Bool("replay", false, "of the past, only judge it again")
	dir := set.String("dir", "", "work here and leave it (default: a folder that is removed)")
	if args[0] == "recompute" || args[0] == "replay" {
		return child(ctx, args)
	}
	if err := set.Parse(args[1:]); err != nil {
		return err
	}
	if *dir == "" {
		made, err := os.MkdirTemp("", "truce-seal-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		*dir = made
	}
	switch args[0] {
	case "journal":
		return measureJournal(ctx, *dir, *records)
	case "past":
		return past(ctx, *dir, *rows, *only)
	}
	return fmt.Errorf("%q: journal or past", args[0])
}

// measureJournal appends records of 200 bytes in batches of 10,000.
func measureJournal(ctx context.Context, dir string, records int) error {
	key, err := journal.NewKey(strings.NewReader(strings.Repeat("k", 64)), "example.com/truce/bench")
	if err != nil {
		return err
	}
	j, err := journal.Open(filepath.Join(dir, "journal"), journal.Options{Key: key})
	if err != nil {
		return err
	}
	batch := make([]journal.Record, 10_000)
	for i := range batch {
		batch[i] = journal.Record{Kind: "observation", Time: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC), Body: bytes.Repeat([]byte{'x'}, 200)}
	}
	began := time.Now()
	for n := 0; n < records; n += len(batch) {
		if _, err := j.Append(ctx, batch); err != nil {
			return err
		}
	}
	acknowledged := time.Since(began)
	if err := j.Close(); err != nil {
		return err
	}
	all := time.Since(began)
	fmt.Printf("journal alone, %d records of 200 bytes, each batch of 10,000 on disk: %.0f records/s acknowledged, %.0f with all tiles and the last checkpoint written\n",
		records, float64(records)/acknowledged.Seconds(), float64(records)/all.Seconds())
	return nil
}

const terms = "examples/paris-2026/agreement.yaml"

// past makes a workspace of so many observations, unless it is there, and
// takes the time of recompute and replay, each in a process of its own.
func past(ctx context.Context, dir string, rows int, replayOnly bool) error {
	ws, bundle := filepath.Join(dir, "workspace"), filepath.Join(dir, "bundle")
	measured := [][]string{{"recompute", bundle}, {"replay", ws}}
	if replayOnly {
		bundle, measured = "", measured[1:]
	}
	if _, err := os.Stat(filepath.Join(ws, "truce.key")); err != nil {
		if err := prepare(ctx, dir, ws, bundle, rows); err != nil {
			return err
		}
	}
	for _, x := range measured {
		began := time.Now()
		cmd := exec.Command(os.Args[0], x...)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			return err
		}
		took := time.Since(began)
		fmt.Printf("%s of %d observations: %.1f s, %.0f observations/s, peak memory %d MB\n", x[0], rows, took.Seconds(), float64(rows)/took.Seconds(), peakOf(cmd.ProcessState)>>20)
	}
	return nil
}

func prepare(ctx context.Context, dir, ws, bundle string, rows int) error {
	file := filepath.Join(dir, "reports.csv")
	if _, _, err := reports.Generate(file, rows, 0); err != nil {
		return err
	}
	began := time.Now()
	a, err := app.Init(ctx, ws, terms, app.Options{})
	if err != nil {
		return err
	}
	defer a.Close()
	if _, err := a.Import(ctx, []string{file}, app.ImportOptions{}); err != nil {
		return err
	}
	fmt.Printf("import of %d observations: %.1f s\n", rows, time.Since(began).Seconds())
	if bundle == "" {
		return nil
	}
	f, err := os.Create(bundle)
	if err != nil {
		return err
	}
	defer f.Close()
	began = time.Now()
	if _, err := a.Bundle(ctx, f, ""); err != nil {
		return err
	}
	fmt.Printf("bundle: %.1f s\n", time.Since(began).Seconds())
	return nil
}

// child does what is measured.
func child(ctx context.Context, args []string) error {
	if len(args) < 2 {
		return errors.New("of what?")
	}
	if args[0] == "recompute" {
		r, err := app.Recompute(ctx, args[1], app.RecomputeOptions{})
		if err != nil {
			return err
		}
		defer r.Close()
		day, err := r.LastDay(ctx)
		if err != nil {
			return err
		}
		_, err = r.Report(ctx, day, "")
		return err
	}
	changed := filepath.Join(args[1], "changed.yaml")
	data, err := os.ReadFile(terms)
	if err != nil {
		return err
	}
	if err := os.WriteFile(changed, bytes.Replace(data, []byte("within: {km: 50}"), []byte("within: {km: 30}"), 1), 0o644); err != nil {
		return err
	}
	a, err := app.Open(ctx, args[1], app.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer a.Close()
	r, err := a.Replay(ctx, app.ReplayOptions{Agreement: changed})
	if err != nil {
		return err
	}
	if r.Incidents == 0 {
		return errors.New("nothing was judged")
	}
	return nil
}
