package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/zone"
)

// placed is what a peer answered, and in which time on one core.
type placed struct {
	Version   string
	BuildS    float64 `json:"build_s"`
	ZonesS    float64 `json:"zones_s"`
	DistanceS float64 `json:"distance_s"`
	points    int
	masks     []uint32
	metres    []float64 // negative: it has none
}

// peers places the same points with every engine, compares the answers and prints
// the rates.
func peers(ctx context.Context, args []string) error {
	f := flags("peers")
	n := f.Int("points", 1_000_000, "random points")
	close := f.Int("close", 200_000, "points within 50 m of a boundary")
	few := f.Int("few", 100_000, "points on which PostGIS's slower forms are tried")
	list := f.String("list", "", "write every differing answer to this CSV file")
	if err := f.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "truce-zones-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, err := newCase([]float64{2, 15, 25, 50, 70}, *n, *close)
	if err != nil {
		return err
	}
	if err := c.write(dir); err != nil {
		return err
	}
	c.differences.WriteString("peer,zone,lat,lon,metres_from_boundary,truce_says_inside\n")
	fmt.Printf("%.0f km of line, %d zones with %d vertices; %d points, %d of them within 50 m of a boundary\n\n", c.version.Length()/1000, len(c.zones), c.vertices(), len(c.points), *close)
	ours := c.ours()
	var theirs []*placed
	var failed error
	for _, peer := range [...]struct {
		name string
		run  func() (*placed, error)
	}{
		{"geos", func() (*placed, error) { return geos(ctx, c, dir) }},
		{"s2", func() (*placed, error) { return memory(ctx, c, dir, "s2") }},
		{"tile38", func() (*placed, error) { return memory(ctx, c, dir, "tile38") }},
		{"postgis", func() (*placed, error) { return postgis(ctx, len(c.points), min(*few, len(c.points)), dir) }},
	} {
		p, err := peer.run()
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", peer.name, err))
			continue
		}
		theirs = append(theirs, p)
		// Ours in turn with theirs: how busy the machine is changes.
		ours.ZonesS = min(ours.ZonesS, c.ours().ZonesS)
	}
	fmt.Println("                            build    zones   distance  both, one core        truce   answers not ours   farthest of them   distances differ")
	fmt.Printf("%-24s %7.2f s        -          -   %9.0f points/s\n", "truce", ours.BuildS, float64(ours.points)/ours.ZonesS)
	for _, p := range theirs {
		c.compare(ours, p)
	}
	c.truth(ours)
	fmt.Println("\nSeconds are those of the processor, of each engine's best round. GEOS measures in a plane, S2 on a sphere; Tile38's server can't be had here: this is its geometry alone, without a distance to a line.\n" +
		"Answers differ where a boundary passes between: the peers have polygons of the zones, truce the distance; S2's edges are great circles.")
	if *list != "" {
		failed = errors.Join(failed, os.WriteFile(*list, c.differences.Bytes(), 0o644))
	}
	return failed
}

// testCase is what is asked of every engine.
type testCase struct {
	version *line.Version
	index   *zone.Index
	built   time.Duration
	zones   []geo.MultiPolygon
	widths  []float64 // of the first zones; the last is the held area
	points  []geo.Point

	differences bytes.Buffer
}

func newCase(widths []float64, n, close int) (*testCase, error) {
	s, v, err := last(widths)
	if err != nil {
		return nil, err
	}
	c := &testCase{version: v, widths: widths, points: points(v, n, 1)}
	begin := processor()
	if c.index, err = s.Index(v.From); err != nil {
		return nil, err
	}
	c.index.Locate(c.points[0])
	c.built = processor() - begin
	for _, id := range c.index.Zones {
		m, err := s.Geometry(id, v.From)
		if err != nil {
			return nil, err
		}
		c.zones = append(c.zones, m)
	}
	if c.zones[len(widths)], err = geo.Clean(c.zones[len(widths)]); err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(9, 9))
	for i := range close {
		rings := c.zones[i%len(c.zones)].Boundary()
		ring := rings[r.IntN(len(rings))]
		k := r.IntN(len(ring) - 1)
		a, b, at := ring[k], ring[k+1], r.Float64()
		c.points = append(c.points, geo.Direct(geo.Point{Lat: a.Lat + at*(b.Lat-a.Lat), Lon: a.Lon + at*(b.Lon-a.Lon)}, 360*r.Float64(), 50*r.Float64()))
	}
	return c, nil
}

func (c *testCase) vertices() int {
	n := 0
	for _, z := range c.zones {
		for _, l := range z.Boundary() {
			n += len(l) - 1
		}
	}
	return n
}

// write puts points and shapes where the peers look for them.
func (c *testCase) write(dir string) error {
	var bits, rows bytes.Buffer
	for i, p := range c.points {
		binary.Write(&bits, binary.LittleEndian, [2]float64{p.Lat, p.Lon})
		fmt.Fprintf(&rows, "%d\t%v\t%v\n", i, p.Lat, p.Lon)
	}
	var zones, shapes strings.Builder
	var rings [][][][][2]float64
	for _, z := range c.zones {
		text := wkt(z)
		zones.WriteString(text + "\n")
		shapes.WriteString("zone\t" + text + "\n")
		var polygons [][][][2]float64
		for _, p := range z {
			var of [][][2]float64
			for _, r := range p {
				of = append(of, pairs(r))
			}
			polygons = append(polygons, of)
		}
		rings = append(rings, polygons)
	}
	var course, dense []string
	var lines [][][2]float64
	for _, l := range c.version.Parts {
		course = append(course, "("+text2(l)+")")
		dense = append(dense, "("+text2(geo.Densify(l, 300))+")") // a plane has no geodesics
		lines = append(lines, pairs(l))
	}
	route := "MULTILINESTRING(" + strings.Join(course, ",") + ")"
	shapes.WriteString("line\t" + route + "\n")
	zonesJSON, err1 := json.Marshal(rings)
	lineJSON, err2 := json.Marshal(lines)
	err := errors.Join(err1, err2)
	for name, data := range map[string][]byte{"points.f64": bits.Bytes(), "points.tsv": rows.Bytes(), "zones.wkt": []byte(zones.String()),
		"shapes.tsv": []byte(shapes.String()), "line.wkt": []byte("MULTILINESTRING(" + strings.Join(dense, ",") + ")"), "zones.json": zonesJSON, "line.json": lineJSON} {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), data, 0o644))
	}
	return err
}

func pairs[S ~[]geo.Point](in S) [][2]float64 {
	out := make([][2]float64, len(in))
	for i, p := range in {
		out[i] = [2]float64{p.Lon, p.Lat}
	}
	return out
}

func text2[S ~[]geo.Point](in S) string {
	var b strings.Builder
	for i, p := range in {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatFloat(p.Lon, 'g', -1, 64) + " " + strconv.FormatFloat(p.Lat, 'g', -1, 64))
	}
	return b.String()
}

func wkt(m geo.MultiPolygon) string {
	var polygons []string
	for _, p := range m {
		var rings []string
		for _, r := range p {
			rings = append(rings, "("+text2(append(r[:len(r):len(r)], r[0]))+")")
		}
		polygons = append(polygons, "("+strings.Join(rings, ",")+")")
	}
	return "MULTIPOLYGON(" + strings.Join(polygons, ",") + ")"
}

// ours places the points with the index, on one core, once its cells are filled.
func (c *testCase) ours() *placed {
	to := make([]zone.Fix, len(c.points))
	for range 3 {
		c.index.LocateAll(c.points, to)
	}
	best := time.Hour
	for range rounds {
		begin := processor()
		c.index.LocateAll(c.points, to)
		best = min(best, processor()-begin)
	}
	p := &placed{Version: "truce", BuildS: c.built.Seconds(), ZonesS: best.Seconds(), points: len(to)}
	for _, f := range to {
		p.masks = append(p.masks, uint32(f.Zones[0]))
		p.metres = append(p.metres, math.Abs(f.SignedM))
	}
	return p
}

// processor is the time that the process has had one, since machines are shared.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// compare prints a peer's rates and how its answers differ from ours; every
// differing answer must lie at a boundary.
func (c *testCase) compare(ours, p *placed) {
	both := p.ZonesS
	if p.metres[0] >= 0 {
		both += p.DistanceS
	}
	held := geo.PrepareArea(c.zones[len(c.widths)])
	differ, farthest := 0, 0.0
	sum, most, worst := 0.0, 0.0, 0
	for i, m := range p.masks {
		for k := range c.zones {
			if m>>k&1 == ours.masks[i]>>k&1 {
				continue
			}
			differ++
			off := 0.0
			if k < len(c.widths) {
				off = math.Abs(ours.metres[i] - 1000*c.widths[k])
			} else {
				off = held.DistanceToBoundary(c.points[i])
			}
			farthest = math.Max(farthest, off)
			fmt.Fprintf(&c.differences, "%s,%s,%v,%v,%.4f,%v\n", p.Version, c.index.Zones[k], c.points[i].Lat, c.points[i].Lon, off, ours.masks[i]>>k&1 == 1)
		}
		if p.metres[i] >= 0 {
			d := math.Abs(p.metres[i] - ours.metres[i])
			sum += d
			if d > most {
				most, worst = d, i
			}
		}
	}
	n := float64(ours.points)
	rates := fmt.Sprintf("%7.2f s %6.0f k", p.BuildS, n/p.ZonesS/1000)
	if p.metres[0] >= 0 {
		rates += fmt.Sprintf(" %8.0f k", n/p.DistanceS/1000)
	} else {
		rates += "          -"
	}
	fmt.Printf("%-24s %s   %9.0f points/s  %7.1f ×  %8d of %d   %12.2f m", p.Version, rates, n/both, both/ours.ZonesS, differ, len(c.zones)*ours.points, farthest)
	if p.metres[0] >= 0 {
		fmt.Printf("      %.3f m, at most %.2f m of %.1f km", sum/n, most, ours.metres[worst]/1000)
	}
	fmt.Println()
}

// truth compares our distances with a search along every segment that may be the
// nearest, by Karney's method alone.
func (c *testCase) truth(ours *placed) {
	worst := 0.0
	const sample = 2000
	for i := range sample {
		k := i * (len(c.points) - 1) / sample
		worst = math.Max(worst, math.Abs(search(c.version.Parts, c.points[k], ours.metres[k])-ours.metres[k]))
	}
	fmt.Printf("\nDistances of %d points against a search along the geodesics: at most %.6f m off\n", sample, worst)
}

// search is the least distance from p to the lines by golden section on each
// segment with an end within reach.
func search(lines []geo.Polyline, p geo.Point, about float64) float64 {
	least := math.Inf(1)
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			length, azimuth, _ := geo.Inverse(l[i-1], l[i])
			if geo.Distance(p, l[i-1])-length > about+1 {
				continue
			}
			at := func(s float64) float64 { return geo.Distance(p, geo.Direct(l[i-1], azimuth, s)) }
			lo, hi := 0.0, length
			const golden = 0.6180339887498949
			for hi-lo > 1e-4 {
				a, b := hi-golden*(hi-lo), lo+golden*(hi-lo)
				if at(a) < at(b) {
					hi = b
				} else {
					lo = a
				}
			}
			least = math.Min(least, math.Min(at((lo+hi)/2), math.Min(at(0), at(length))))
		}
	}
	return least
}

// geos compiles and runs the program in geos/.
func geos(ctx context.Context, c *testCase, dir string) (*placed, error) {
	program := filepath.Join(dir, "geos")
	if out, err := exec.CommandContext(ctx, "gcc", "-O2", "-o", program, filepath.Join("bench", "zones", "geos", "geos.c"), "-lgeos_c", "-lm").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compiling with libgeos (libgeos-dev): %w: %s", err, out)
	}
	return answers(exec.CommandContext(ctx, program, dir, strconv.Itoa(rounds)), c, dir, "geos")
}

// memory runs the program in memory/ for a peer.
func memory(ctx context.Context, c *testCase, dir, name string) (*placed, error) {
	program := filepath.Join(dir, "memory")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	build.Dir = filepath.Join("bench", "zones", "memory")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building: %w: %s", err, out)
	}
	cmd := exec.CommandContext(ctx, program, dir, name, strconv.Itoa(rounds))
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	return answers(cmd, c, dir, name)
}

func answers(cmd *exec.Cmd, c *testCase, dir, name string) (*placed, error) {
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	p := &placed{points: len(c.points)}
	if err := json.Unmarshal(out, p); err != nil {
		return nil, fmt.Errorf("its summary: %w", err)
	}
	masks, err1 := os.ReadFile(filepath.Join(dir, name+".mask"))
	metres, err2 := os.ReadFile(filepath.Join(dir, name+".dist"))
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	p.masks, p.metres = make([]uint32, len(c.points)), make([]float64, len(c.points))
	_, err1 = binary.Decode(masks, binary.LittleEndian, p.masks)
	_, err2 = binary.Decode(metres, binary.LittleEndian, p.metres)
	return p, errors.Join(err1, err2)
}
