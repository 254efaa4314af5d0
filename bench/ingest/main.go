// Command ingest compares, in one run, the import of truce's own CSV (from the
// file to journalled and stored observations with their incidents and
// findings) with a bare bulk insert of the same rows into SQLite with the same
// indexes, and prints rates, their ratio and the import's peak memory.
//
//	go run ./bench/ingest -rows 300000
//	go run ./bench/ingest -mb 1024
package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/bench/ingest/reports"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "import" {
		exit(importOnly(os.Args[2], os.Args[3]))
	}
	rows := flag.Int("rows", 200_000, "rows of the file")
	mb := flag.Int("mb", 0, "size of the file in MB instead")
	times := flag.Int("times", 1, "repeat the comparison so often")
	flag.Parse()
	exit(run(*rows, *mb, *times))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "ingest:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(rows, mb, times int) error {
	dir, err := os.MkdirTemp("", "truce-ingest-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "reports.csv")
	rows, size, err := reports.Generate(file, rows, mb)
	if err != nil {
		return err
	}
	fmt.Printf("%d rows, %.0f MB of CSV, %d cores\n", rows, float64(size)/1e6, runtime.NumCPU())
	for n := range times {
		single, err := timed(rows, func() error { return bare(file, filepath.Join(dir, fmt.Sprintf("single-%d.db", n)), 1) })
		if err != nil {
			return err
		}
		many, err := timed(rows, func() error { return bare(file, filepath.Join(dir, fmt.Sprintf("many-%d.db", n)), 40) })
		if err != nil {
			return err
		}
		var peak int64
		whole, err := timed(rows, func() error {
			peak, err = child(file, filepath.Join(dir, fmt.Sprintf("workspace-%d", n)))
			return err
		})
		if err != nil {
			return err
		}
		fmt.Printf("bare SQLite, a row a statement   %9.0f rows/s\n", single)
		fmt.Printf("bare SQLite, 40 rows a statement %9.0f rows/s\n", many)
		fmt.Printf("truce import, all of it          %9.0f rows/s: %.2f of a row a statement, %.2f of 40 rows; peak memory %d MB\n", whole, whole/single, whole/many, peak>>20)
	}
	return nil
}

func timed(rows int, do func() error) (perSecond float64, err error) {
	began := time.Now()
	err = do()
	return float64(rows) / time.Since(began).Seconds(), err
}

// child imports in a process of its own and returns its peak memory in bytes.
func child(file, workspace string) (int64, error) {
	cmd := exec.Command(os.Args[0], "import", file, workspace)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, err
	}
	return peakOf(cmd.ProcessState), nil
}

func importOnly(file, workspace string) error {
	ctx := context.Background()
	a, err := app.Init(ctx, workspace, filepath.Join("examples", "paris-2026", "agreement.yaml"), app.Options{})
	if err != nil {
		return err
	}
	defer a.Close()
	r, err := a.Import(ctx, []string{file}, app.ImportOptions{})
	if err != nil {
		return err
	}
	if r.Total.Quarantined > 0 {
		return fmt.Errorf("%d rows were quarantined", r.Total.Quarantined)
	}
	s, err := a.Status(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d observations, %d incidents, %d findings\n", s.Totals.Observations, s.Totals.Incidents, s.Totals.Findings)
	return nil
}

// bare reads the same file with the standard library and inserts its rows into
// a table of the same shape with the same two indexes, with the durability
// that projections need, in transactions of 5,000 rows.
func bare(file, database string, perStatement int) error {
	db, err := sql.Open("sqlite", "file:"+database+"?_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_pragma=cache_size(-32000)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`create table observation (seq integer primary key, source integer, ref text, from_us integer, to_us integer,
		lat real, lon real, radius_m real, activity text, means text, digest integer, body text) strict;
		create index observation_ref on observation (source, ref);
		create index observation_time on observation (from_us)`); err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReaderSize(f, 1<<20))
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		return err
	}
	one := "(" + strings.Repeat("?,", 11) + "?)"
	statement := "insert into observation values " + strings.Repeat(one+",", perStatement-1) + one
	for seq := int64(0); ; {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		stmt, err := tx.Prepare(statement)
		if err != nil {
			return err
		}
		var args []any
		end := false
		for n := 0; n < 5000; n++ {
			row, err := r.Read()
			if errors.Is(err, io.EOF) {
				end = true
				break
			}
			if err != nil {
				return err
			}
			values, err := convert(seq, row)
			if err != nil {
				return err
			}
			seq++
			if args = append(args, values...); len(args) == 12*perStatement {
				if _, err := stmt.Exec(args...); err != nil {
					return err
				}
				args = args[:0]
			}
		}
		for ; len(args) > 0; args = args[12:] {
			if _, err := tx.Exec("insert into observation values "+one, args[:12]...); err != nil {
				return err
			}
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		if end {
			return nil
		}
	}
}

func convert(seq int64, row []string) ([]any, error) {
	source, err := strconv.Atoi(strings.TrimPrefix(row[0], "sensor "))
	if err != nil {
		return nil, err
	}
	from, err := time.Parse(time.RFC3339, row[4])
	if err != nil {
		return nil, err
	}
	to, err := time.Parse(time.RFC3339, row[5])
	if err != nil {
		return nil, err
	}
	var f [3]float64
	for i := range f {
		if f[i], err = strconv.ParseFloat(row[7+i], 64); err != nil {
			return nil, err
		}
	}
	return []any{seq, source, row[1], from.UnixMicro(), to.UnixMicro(), f[0], f[1], f[2], row[10], row[2], seq * 7919, strings.Join(row, ",")}, nil
}
