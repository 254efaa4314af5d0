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
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite"

	"github.com/truce-monitor/truce/app"
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
	rows, size, err := generate(file, rows, mb)
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

// generate writes reports such as a mission's sensors and patrols give: some
// 3,000 a day, in the order of time save for what comes in late, several of
// one event.
func generate(path string, rows, mb int) (n int, size int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, 0, err
	}
	w := &counter{w: bufio.NewWriterSize(f, 1<<20)}
	fmt.Fprintln(w, "source,ref,means,how,from,to,reported,lat,lon,radius_m,activity,weapon,count,grade,handling,text")
	r := rand.New(rand.NewPCG(1, 2))
	// Under the example's ceasefire, over half a year however many they are.
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	expected := rows
	if mb > 0 {
		expected = mb << 20 / 170
	}
	apart := float64(180*24*time.Hour) / (float64(expected) * 2 / 3)
	var lat, lon float64
	activity, weapon := "", ""
	kinds := [][2]string{{"explosion", "mortar-120"}, {"burst", "small-arms"}, {"shot", "small-arms"}, {"shelling", "artillery-ge100"}, {"uav-flight", "uav"}, {"presence", "tank"}, {"projectile", "unknown"}}
	for n = 0; mb == 0 && n < rows || mb > 0 && w.n < int64(mb)<<20; n++ {
		if n == 0 || r.IntN(3) > 0 { // a new event; else another report of the last
			at = at.Add(time.Duration(r.ExpFloat64() * apart))
			lat, lon = 47.2+r.Float64()*3, 35.5+r.Float64()*2.6
			k := kinds[r.IntN(len(kinds))]
			activity, weapon = k[0], k[1]
		}
		t := at.Add(time.Duration(r.NormFloat64() * float64(4*time.Second)))
		source := r.IntN(120)
		fmt.Fprintf(w, "sensor %d,%d,acoustic,recorded,%s,%s,%s,%.5f,%.5f,%d,%s,%s,%d,B2,TLP:AMBER,\"reported by the array, %d dB\"\n", source, n,
			t.Format(time.RFC3339), t.Add(3*time.Second).Format(time.RFC3339), t.Add(time.Minute).Format(time.RFC3339),
			lat+r.NormFloat64()*0.002, lon+r.NormFloat64()*0.003, 300+r.IntN(900), activity, weapon, 1+r.IntN(4), 60+r.IntN(60))
	}
	if err := w.w.Flush(); err != nil {
		return 0, 0, err
	}
	return n, w.n, f.Close()
}

type counter struct {
	w *bufio.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
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
