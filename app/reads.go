package app

import (
	"context"
	"fmt"

	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/observation"
)

// read is one observation on its way into fusion.
type read struct {
	seq uint64
	o   *observation.Observation
	err error
}

// reads yields a day's observations in the order of fusion, read ahead in
// another goroutine.
func (a *App) reads(ctx context.Context, day int64) <-chan []read {
	out := make(chan []read, 4)
	go func() {
		defer close(out)
		cursor := a.journal.Cursor()
		var some []read
		send := func() bool {
			select {
			case out <- some:
				some = make([]read, 0, 512)
				return true
			case <-ctx.Done():
				return false
			}
		}
		way := way{app: a}
		for k, err := range a.store.InDay(ctx, day) {
			way.give()
			r := read{seq: k.Seq, err: err}
			if err == nil {
				r.o, r.err = a.observation(cursor, k.Seq)
			}
			if some = append(some, r); r.err != nil || len(some) == 512 {
				if !send() || r.err != nil {
					return
				}
			}
		}
		if len(some) > 0 {
			send()
		}
	}()
	return out
}

// observation reads the observation of a record.
func (a *App) observation(c interface {
	Get(uint64) (journal.Entry, error)
}, seq uint64) (*observation.Observation, error) {
	e, err := c.Get(seq)
	if err != nil {
		return nil, err
	}
	o, err := observation.Parse(e.Body)
	if err != nil {
		return nil, fmt.Errorf("record %d: %w", seq, err)
	}
	return &o, nil
}
