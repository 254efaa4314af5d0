package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/zone"
)

// widths of the zones around the line in kilometres.
func widths() []float64 { return []float64{2, 5, 10, 15, 20, 25, 35, 50, 60, 70} }

// text is an agreement with a zone of each width on both sides of a line, which
// may be in a file, and a drawn one of the held area, if it is in a file.
func text(widths []float64, file, held string) string {
	var b strings.Builder
	b.WriteString("agreement: bench\ntitle: Zones to be measured\ntime_zone: Etc/UTC\narea: [22, 44, 41, 53]\n" +
		"parties:\n  - {id: one, name: One, roles: [{role: party-to-conflict}]}\n  - {id: two, name: Two, roles: [{role: party-to-conflict}]}\n")
	course := ""
	if file != "" {
		course = ", versions: [{from: 2020-01-01, file: " + file + "}]"
	}
	fmt.Fprintf(&b, "lines:\n  - {id: contact, left: one, right: two%s}\nzones:\n", course)
	for _, w := range widths {
		fmt.Fprintf(&b, "  - {id: within-%g, within: {km: %g}}\n", w, w)
	}
	if held != "" {
		b.WriteString("  - {id: held, polygon: {file: " + held + "}}\n")
	}
	b.WriteString("provisions:\n  - {id: quiet, words: Nobody fires., prohibits: {kind: activity}}\n")
	return b.String()
}

func terms(widths []float64, held string) (*agreement.Agreement, error) {
	a, problems := agreement.Parse("bench.yaml", []byte(text(widths, "", held)))
	if agreement.Failed(problems) {
		return nil, fmt.Errorf("the terms of the benchmark: %v", problems)
	}
	return a, nil
}

func data() (string, error) {
	dir := os.Getenv("TRUCE_DATA")
	if dir == "" {
		dir = filepath.Join("..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "deepstate")); err != nil {
		return "", fmt.Errorf("the real data is needed, in ../shared/data or TRUCE_DATA: %w", err)
	}
	return dir, nil
}

// days are the files of DeepState's daily areas, the earliest first.
func days() ([]string, error) {
	dir, err := data()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "deepstate", "*.geojson.gz"))
	slices.Sort(files)
	return files, err
}

// border is coast and border of the country.
func border() (*geo.LineIndex, error) {
	f, err := examples.Files().Open("paris-2026/areas.geojson")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	areas, err := geo.ReadGeoJSON(f)
	if err != nil {
		return nil, err
	}
	var land []geo.MultiPolygon
	for _, x := range areas.Features {
		land = append(land, x.Polygons)
	}
	return geo.NewLineIndex(line.OuterBoundary(land, 1500)), nil
}

// day reads the line of a day: the edge of the area that is held.
func day(path string, border *geo.LineIndex) (*line.Version, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	features, err := geo.ReadGeoJSON(z)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	held := features.Polygons()
	parts, err := line.FromHeldArea(held, line.Held{Border: border})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	name := strings.TrimSuffix(filepath.Base(path), ".geojson.gz")
	at, err := time.Parse("20060102", name[len(name)-8:])
	if err != nil {
		return nil, fmt.Errorf("the date of %s: %w", path, err)
	}
	return line.NewVersion(line.Version{Line: "contact", From: at, Left: "one", Right: "two", HeldBy: "one", Held: held, Parts: parts})
}

// last is the line of the last day, alone, and its zones; the held area is one.
func last(widths []float64) (*zone.Set, *line.Version, error) {
	files, err := days()
	if err != nil {
		return nil, nil, err
	}
	edge, err := border()
	if err != nil {
		return nil, nil, err
	}
	v, err := day(files[len(files)-1], edge)
	if err != nil {
		return nil, nil, err
	}
	a, err := terms(widths, "held.geojson")
	if err != nil {
		return nil, nil, err
	}
	var area bytes.Buffer
	if err := geo.WriteGeoJSON(&area, &geo.Features{Features: []geo.Feature{{Polygons: v.Held}}}); err != nil {
		return nil, nil, err
	}
	s, err := zone.New(a, map[string]*line.Line{"contact": {ID: "contact", Versions: []*line.Version{v}}}, fstest.MapFS{"held.geojson": {Data: area.Bytes()}})
	return s, v, err
}

// points are spread over the country's east: evenly, and as many more around the
// line, as reports are.
func points(v *line.Version, n int, seed uint64) []geo.Point {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]geo.Point, n)
	for i := range out {
		if i%2 == 0 {
			out[i] = geo.Point{Lat: 45.5 + 6.5*r.Float64(), Lon: 30 + 11*r.Float64()}
			continue
		}
		part := v.Parts[r.IntN(len(v.Parts))]
		out[i] = geo.Direct(part[r.IntN(len(part))], 360*r.Float64(), 30e3*r.Float64())
	}
	return out
}
