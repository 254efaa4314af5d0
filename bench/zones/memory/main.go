// Command memory places points with libraries for Go: S2's shape index, and the
// geometry that Tile38 keeps in memory. It is a module of its own, so that truce
// depends on neither.
//
//	memory DIR s2|tile38 ROUNDS
//
// It reads points.f64 (pairs of latitude and longitude), zones.json (rings of
// [lon, lat] for each polygon of each zone) and line.json, and writes masks and
// distances as bench/zones wants them.
package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

type point struct{ lat, lon float64 }

// peer answers for one point.
type peer interface {
	version() string
	mask(point) uint32
	metres(point) float64
}

// shapes is what is to be asked about.
type shapes struct {
	zones [][][][][2]float64 // zone, polygon, ring, lon and lat
	line  [][][2]float64
}

func main() {
	peers := map[string]func(*shapes) (peer, error){"s2": newS2, "tile38": newTile38}
	if len(os.Args) != 4 || peers[os.Args[2]] == nil {
		fmt.Fprintln(os.Stderr, "usage: memory DIR s2|tile38 ROUNDS")
		os.Exit(2)
	}
	rounds, err := strconv.Atoi(os.Args[3])
	if err == nil {
		err = run(os.Args[1], os.Args[2], peers[os.Args[2]], rounds)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "memory %s: %v\n", os.Args[2], err)
		os.Exit(1)
	}
}

func run(dir, name string, prepare func(*shapes) (peer, error), rounds int) error {
	var s shapes
	data, err := os.ReadFile(filepath.Join(dir, "points.f64"))
	if err != nil {
		return err
	}
	points := make([]point, len(data)/16)
	for i := range points {
		points[i] = point{math.Float64frombits(binary.LittleEndian.Uint64(data[16*i:])), math.Float64frombits(binary.LittleEndian.Uint64(data[16*i+8:]))}
	}
	if err := errors.Join(read(dir, "zones.json", &s.zones), read(dir, "line.json", &s.line)); err != nil {
		return err
	}
	begin := processor()
	p, err := prepare(&s)
	if err != nil {
		return err
	}
	for _, x := range points[:min(1000, len(points))] {
		p.mask(x)
		p.metres(x)
	}
	built := processor() - begin
	masks, metres := make([]byte, 0, 4*len(points)), make([]byte, 0, 8*len(points))
	zones, distance := time.Hour, time.Hour
	for range rounds { // the best counts
		masks, metres = masks[:0], metres[:0]
		begin := processor()
		for _, x := range points {
			masks = binary.LittleEndian.AppendUint32(masks, p.mask(x))
		}
		zones = min(zones, processor()-begin)
		begin = processor()
		for _, x := range points {
			metres = binary.LittleEndian.AppendUint64(metres, math.Float64bits(p.metres(x)))
		}
		distance = min(distance, processor()-begin)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, name+".mask"), masks, 0o644), os.WriteFile(filepath.Join(dir, name+".dist"), metres, 0o644)); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"version": p.version(), "points": len(points),
		"build_s": built.Seconds(), "zones_s": zones.Seconds(), "distance_s": distance.Seconds()})
}

// processor is the time that the process has had one, since machines are shared.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func read(dir, name string, to any) error {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}
