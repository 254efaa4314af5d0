package main

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// field makes up reports along a line: most events have one, some two or three.
type field struct {
	random *rand.Rand
	line   geo.Polyline
	n      int
}

func newField(ctx context.Context, a *app.App, seed uint64) (*field, error) {
	shapes, err := a.Zones(ctx, time.Now())
	if err != nil {
		return nil, err
	}
	f := &field{random: rand.New(rand.NewPCG(seed, 6))}
	for _, x := range shapes.Features {
		for _, l := range x.Polylines {
			if len(l) > len(f.line) {
				f.line = l
			}
		}
	}
	if len(f.line) < 2 {
		return nil, fmt.Errorf("there is no line in force now")
	}
	return f, nil
}

// event reports one event at a time.
func (f *field) event(at time.Time) []observation.Observation {
	r := f.random
	i := r.IntN(len(f.line) - 1)
	share := r.Float64()
	lat := f.line[i].Lat + share*(f.line[i+1].Lat-f.line[i].Lat) + r.NormFloat64()*0.08
	lon := f.line[i].Lon + share*(f.line[i+1].Lon-f.line[i].Lon) + r.NormFloat64()*0.12
	activity := []observation.Activity{observation.Shelling, observation.Explosion, observation.Shot, observation.UAVFlight, observation.UAVStrike, observation.Movement}[r.IntN(6)]
	reports := 1
	if x := r.IntN(10); x < 2 {
		reports = 2 + x
	}
	var out []observation.Observation
	first := r.IntN(40)
	for k := range reports {
		f.n++
		from := at.Add(time.Duration(r.NormFloat64() * 5 * float64(time.Second))).Truncate(time.Millisecond)
		o := observation.Observation{Source: fmt.Sprintf("unit-%02d", (first+k)%40), Ref: fmt.Sprintf("%x-%d", r.Uint32(), f.n), Means: []observation.Means{observation.Camera, observation.Patrol, observation.UAV, observation.Post}[(first+k)%4],
			From: from, To: from, Activity: activity, Handling: []observation.Handling{observation.Clear, observation.Clear, observation.Green, observation.Amber, ""}[r.IntN(5)]}
		o.Position = &observation.Position{Lat: round(lat + r.NormFloat64()*0.0008), Lon: round(lon + r.NormFloat64()*0.0012), Radius: 250}
		out = append(out, o)
	}
	return out
}

func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// perDay is how many events there are on a day.
const perDay = 2800

// fill imports the reports of so many events, the last of them of yesterday.
func fill(ctx context.Context, o options) error {
	a, err := workspace(ctx, o.dir)
	if err != nil {
		return err
	}
	defer a.Close()
	f, err := newField(ctx, a, 1)
	if err != nil {
		return err
	}
	path := filepath.Join(o.dir, "reports.jsonl")
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	defer file.Close()
	w := bufio.NewWriterSize(file, 1<<20)
	end := time.Now().UTC().Truncate(24 * time.Hour)
	var line []byte
	for i := range o.incidents {
		at := end.Add(-time.Duration(float64(o.incidents-i) / perDay * float64(24*time.Hour)))
		for _, x := range f.event(at) {
			line = append(observation.AppendCanonical(line[:0], &x), '\n')
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	began := time.Now()
	r, err := a.Import(ctx, []string{path}, app.ImportOptions{})
	if err != nil {
		return err
	}
	took := time.Since(began)
	if r.Total.Quarantined > 0 {
		return fmt.Errorf("%d rows could not be read", r.Total.Quarantined)
	}
	s, err := a.Totals(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("imported %d observations as %d incidents with %d findings over %d days in %.0f s\n", s.Observations, s.Incidents, s.Findings, s.Days, took.Seconds())
	return nil
}
