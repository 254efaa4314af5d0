package main

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/store/sqlite"
)

// tally counts what became of changed bits.
type tally struct {
	mu     sync.Mutex
	found  map[string]int // by kind of file
	unused int            // in the database, where every row and index reads as before
	missed []string
}

// corruptions changes single bits, each alone, anywhere in a workspace's
// journal, database and key.
func corruptions(ctx context.Context, dir string, n int, seed uint64) error {
	terms, err := writeTerms(dir)
	if err != nil {
		return err
	}
	ws := filepath.Join(dir, "w")
	a, err := app.Init(ctx, ws, terms, app.Options{})
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("source,ref,means,how,from,lat,lon,radius_m,activity,weapon,count,grade,text\n")
	for i := range 300 {
		at := time.Date(2026, 3, 2+i/60, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 7 * time.Minute)
		fmt.Fprintf(&b, "post %d,%d,post,heard,%s,%.4f,%.4f,300,explosion,mortar-120,1,B2,heard by the post\n", i%7, i, at.Format(time.RFC3339), 48.2+float64(i%89)/200, 36.7+float64(i%61)/40)
	}
	csv := filepath.Join(dir, "reports.csv")
	if err := os.WriteFile(csv, []byte(b.String()+"post 1,bad,post,heard,never,48,37,300,explosion,,,,\n"), 0o644); err != nil {
		return err
	}
	if _, err := a.Import(ctx, []string{csv}, app.ImportOptions{}); err != nil {
		return err
	}
	if err := a.Close(); err != nil {
		return err
	}
	if v, err := app.Verify(ctx, ws, app.VerifyOptions{}); err != nil || v.Wrong != "" {
		return fmt.Errorf("before anything was changed: %v, %w", v, err)
	}
	t := &tally{found: map[string]int{}}
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			at := filepath.Join(dir, fmt.Sprintf("copy%d", w))
			if errs[w] = os.CopyFS(at, os.DirFS(ws)); errs[w] == nil {
				errs[w] = t.change(ctx, at, n/workers+min(1, n%workers), rand.New(rand.NewPCG(seed, uint64(w))))
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	all := t.unused + len(t.missed)
	for _, n := range t.found {
		all += n
	}
	fmt.Printf("%d single bits changed: found %v; %d in parts of the database that hold nothing (free space of pages, counters of SQLite's own), with which every row, index and table reads as before; missed %d\n",
		all, t.found, t.unused, len(t.missed))
	for _, m := range t.missed {
		fmt.Println("missed:", m)
	}
	if len(t.missed) > 0 {
		return fmt.Errorf("%d changes were not found", len(t.missed))
	}
	return nil
}

type part struct {
	path string
	size int64
}

func (t *tally) change(ctx context.Context, ws string, n int, r *rand.Rand) error {
	var parts []part
	var all int64
	if err := filepath.WalkDir(ws, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == app.AgreementFile {
			return err // the operator's own copy of the terms; what counts is on record
		}
		info, err := d.Info()
		if err == nil {
			parts = append(parts, part{path, info.Size()})
			all += info.Size()
		}
		return err
	}); err != nil {
		return err
	}
	rows, err := content(ctx, filepath.Join(ws, "truce.db"))
	if err != nil {
		return err
	}
	for done := 0; done < n; {
		// A file by its size, but small ones get their share too.
		p := parts[r.IntN(len(parts))]
		if r.IntN(2) == 0 {
			for at := r.Int64N(all); ; {
				for _, p = range parts {
					if at -= p.size; at < 0 {
						break
					}
				}
				break
			}
		}
		if p.size == 0 {
			continue
		}
		done++
		data, err := os.ReadFile(p.path)
		if err != nil {
			return err
		}
		at, bit := r.Int64N(p.size), byte(1)<<r.IntN(8)
		data[at] ^= bit
		if err := os.WriteFile(p.path, data, 0o644); err != nil {
			return err
		}
		v, err := app.Verify(ctx, ws, app.VerifyOptions{})
		if err != nil {
			return fmt.Errorf("%s, byte %d: %w", p.path, at, err)
		}
		name, err := filepath.Rel(ws, p.path)
		if err != nil {
			return err
		}
		t.count(ctx, name, at, v.Wrong, rows, p.path)
		data[at] ^= bit
		if err := os.WriteFile(p.path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// count tells a change that was found from one that changes nothing.
func (t *tally) count(ctx context.Context, name string, at int64, wrong, rows, path string) {
	var same bool
	if wrong == "" && name == "truce.db" {
		now, err := content(ctx, path)
		same = err == nil && now == rows
	}
	kind := name
	switch {
	case strings.HasPrefix(name, "journal/tile"):
		kind = "tiles"
	case strings.HasSuffix(name, ".seg"):
		kind = "segments"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case wrong != "":
		t.found[kind]++
	case same:
		t.unused++
	default:
		t.missed = append(t.missed, fmt.Sprintf("%s, byte %d", name, at))
	}
}

// content is a digest of everything that can be read from a database.
func content(ctx context.Context, path string) (string, error) {
	copied, err := os.CreateTemp("", "truce-content-*.db")
	if err != nil {
		return "", err
	}
	copied.Close()
	defer sqlite.Remove(copied.Name())
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(copied.Name(), data, 0o644); err != nil {
		return "", err
	}
	s, err := sqlite.Open(ctx, copied.Name(), true)
	if err != nil {
		return "", err
	}
	defer s.Close()
	if wrong, err := s.Check(ctx); err != nil || wrong != "" {
		return wrong, err
	}
	return s.Digest(ctx)
}
