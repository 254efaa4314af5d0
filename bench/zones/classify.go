package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/geo"
)

// classify compares app.Classify, from a file into a file, with a program that
// merely parses the same file: its fields, numbers and times.
func classify(ctx context.Context, args []string) error {
	f := flags("classify")
	n := f.Int("points", 2_000_000, "points in the file")
	if err := f.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "truce-classify-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	_, v, err := last(widths())
	if err != nil {
		return err
	}
	if err := mission(filepath.Join(dir, "mission"), v.Parts); err != nil {
		return err
	}
	a, err := app.Open(ctx, filepath.Join(dir, "mission"), app.Options{})
	if err != nil {
		return err
	}
	defer a.Close()
	file := filepath.Join(dir, "points.csv")
	if err := write(file, points(v, *n, 3), v.From); err != nil {
		return err
	}
	fmt.Printf("%d points in CSV, %d zones, %d cores\n", *n, len(widths()), runtime.GOMAXPROCS(0))
	parsed, placed, parsing, placing := time.Hour, time.Hour, time.Hour, time.Hour
	for range rounds { // in turn; the first only warms files and cells
		begin, work := time.Now(), processor()
		if err := parse(file); err != nil {
			return err
		}
		parsed, parsing = min(parsed, time.Since(begin)), min(parsing, processor()-work)
		begin, work = time.Now(), processor()
		if err := place(ctx, a, file, filepath.Join(dir, "placed.csv")); err != nil {
			return err
		}
		placed, placing = min(placed, time.Since(begin)), min(placing, processor()-work)
	}
	fmt.Printf("parsed by encoding/csv, strconv and time:  %5.2f M/s\n", rate(*n, parsed))
	fmt.Printf("classified, file to file:                  %5.2f M/s, %.2f of that\n", rate(*n, placed), parsed.Seconds()/placed.Seconds())
	fmt.Printf("of the processor, a point:                 %5.0f ns to parse, %.0f ns to classify: %.2f of the rate with %d cores to itself\n",
		float64(parsing.Nanoseconds())/float64(*n), float64(placing.Nanoseconds())/float64(*n), float64(runtime.GOMAXPROCS(0))*parsing.Seconds()/placing.Seconds(), runtime.GOMAXPROCS(0))
	return nil
}

// mission makes a workspace with the zones around the line.
func mission(dir string, parts []geo.Polyline) error {
	terms := text(widths(), "line.geojson", "")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "line.geojson"))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := geo.WriteGeoJSON(f, &geo.Features{Features: []geo.Feature{{Polylines: parts}}}); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, app.AgreementFile), []byte(terms), 0o644)
}

func write(path string, points []geo.Point, from time.Time) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "id,lat,lon,time")
	for i, p := range points {
		fmt.Fprintf(w, "p%d,%.6f,%.6f,%s\n", i, p.Lat, p.Lon, from.Add(time.Duration(i)*time.Second).Format(time.RFC3339))
	}
	return w.Flush()
}

func parse(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReader(f))
	r.ReuseRecord = true
	if _, err := r.Read(); err != nil {
		return err
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err1 := strconv.ParseFloat(row[1], 64)
		_, err2 := strconv.ParseFloat(row[2], 64)
		_, err3 := time.Parse(time.RFC3339, row[3])
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
	}
}

func place(ctx context.Context, a *app.App, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = a.Classify(ctx, in, out, app.ClassifyOptions{})
	return err
}
