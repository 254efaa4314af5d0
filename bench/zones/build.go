package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/truce-monitor/truce/zone"
)

// build prints how long the index for 10 zones takes to make and how much memory
// it has, at once and when it has filled its cells.
func build(_ context.Context, args []string) error {
	f := flags("build")
	n := f.Int("points", 1_000_000, "points to be placed")
	if err := f.Parse(args); err != nil {
		return err
	}
	s, v, err := last(widths())
	if err != nil {
		return err
	}
	some := points(v, *n, 1)
	to := make([]zone.Fix, len(some))
	before := heap()
	begin := time.Now()
	x, err := s.Index(v.From)
	if err != nil {
		return err
	}
	x.Locate(some[0])
	made := time.Since(begin)
	fresh := heap() - before
	begin = time.Now()
	x.LocateAll(some, to)
	first := time.Since(begin)
	begin = time.Now()
	x.LocateAll(some, to)
	again := time.Since(begin)
	full := heap() - before
	fmt.Printf("%.0f km of line, %d zones\n", v.Length()/1000, len(x.Zones))
	fmt.Printf("index made in %.3f s, %.1f MB\n", made.Seconds(), fresh)
	fmt.Printf("%d points placed while cells fill: %.2f M/s; then %.2f M/s on one core; %.1f MB in all\n", len(some), rate(len(some), first), rate(len(some), again), full)
	runtime.KeepAlive(x)
	runtime.KeepAlive(s)
	runtime.KeepAlive(some)
	runtime.KeepAlive(to)
	return nil
}

// heap in use after a collection, MB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// rate in millions a second.
func rate(n int, d time.Duration) float64 { return float64(n) / 1e6 / d.Seconds() }
