package app

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/store/sqlite"
)

// openRun is the run of the incidents that are still open at the end.
const openRun = math.MaxInt64

// program names the rules that made the projections: where they change,
// everything is judged again.
const program = "truce " + Version

// referenceOnly is the caveat of observations that are of no event, such as
// that a source watched or that an alarm was given: they become no incident.
const referenceOnly = "reference-only"

// noticeDays is for how many days before a day announcements are looked for.
const noticeDays = 30

// project makes incidents and findings anew for the days that need it. Each
// day begins with the state in which fusion ended the day before, and a day
// after changed ones is only made anew if that state has changed too.
func (a *App) project(ctx context.Context) error {
	made, err := a.store.Meta(ctx, "program")
	if err != nil {
		return err
	}
	if made != program {
		if err := a.batch(ctx, func(b *sqlite.Batch) error {
			if err := b.Forget(); err != nil {
				return err
			}
			return b.SetMeta("program", program)
		}); err != nil {
			return err
		}
	}
	days, err := a.store.Days(ctx)
	if err != nil {
		return err
	}
	var total, done int64
	dirty := 0
	for _, d := range days {
		if d.Dirty {
			total += int64(d.Observations)
			dirty++
		}
	}
	settled, err := a.store.Meta(ctx, "settled")
	if err != nil {
		return err
	}
	if dirty == 0 && settled == "1" {
		return nil
	}
	if len(days) == 0 {
		return nil
	}
	if err := a.place(ctx); err != nil {
		return err
	}
	a.progress.Begin("judging", total)
	defer a.progress.End()
	changed := false // the state at the end of the day before
	for _, d := range days {
		if !d.Dirty && !changed {
			continue
		}
		if changed, err = a.day(ctx, d, func(n int) { a.progress.Done(done + int64(n)) }); err != nil {
			return fmt.Errorf("judging %s: %w", sqlite.DayStart(d.Day).Format(time.DateOnly), err)
		}
		done += int64(d.Observations)
	}
	return a.leftOpen(ctx, days[len(days)-1].Day)
}

// batch does one small transaction that applies no record.
func (a *App) batch(ctx context.Context, do func(*sqlite.Batch) error) error {
	applied, err := a.store.Applied(ctx)
	if err != nil {
		return err
	}
	b, err := a.store.Begin(ctx)
	if err != nil {
		return err
	}
	defer b.Rollback()
	if err := do(b); err != nil {
		return err
	}
	return b.Commit(applied)
}

// fuser returns fusion in the state before a day.
func (a *App) fuser(ctx context.Context, day int64) (*incident.Fuser, error) {
	state, err := a.store.State(ctx, day)
	if err != nil || state == nil {
		return new(incident.Fuser), err
	}
	return incident.Restore(state)
}

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
		for k, err := range a.store.InDay(ctx, day) {
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

// judgeAtOnce is how many incidents are judged together at most: announcements
// among them count for all of them.
const judgeAtOnce = 20_000

// day makes one day's run anew and tells whether the state at its end changed.
func (a *App) day(ctx context.Context, d sqlite.Day, progress func(int)) (changed bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f, err := a.fuser(ctx, d.Day)
	if err != nil {
		return false, err
	}
	old, err := a.store.DayState(ctx, d.Day)
	if err != nil {
		return false, err
	}
	judge, err := a.judgeOf(ctx, d.Day, d.Day-1)
	if err != nil {
		return false, err
	}
	applied, err := a.store.Applied(ctx)
	if err != nil {
		return false, err
	}
	b, err := a.store.Begin(ctx)
	if err != nil {
		return false, err
	}
	defer b.Rollback()
	if err := b.Clear(d.Day); err != nil {
		return false, err
	}
	if err := b.SetMeta("settled", "0"); err != nil { // what is open is judged at the end
		return false, err
	}
	n := 0
	var waiting []incident.Incident
	for some := range a.reads(ctx, d.Day) {
		for _, r := range some {
			if r.err != nil {
				return false, r.err
			}
			if !slices.Contains(r.o.Caveats, referenceOnly) {
				f.Add(r.seq, r.o)
			}
		}
		n += len(some)
		progress(n)
		if waiting = append(waiting, f.Closed()...); len(waiting) >= judgeAtOnce {
			if err := keep(b, judge, d.Day, waiting); err != nil {
				return false, err
			}
			waiting = waiting[:0]
		}
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	waiting = append(waiting, f.Closed()...)
	state := f.Snapshot()
	if err := keep(b, judge, d.Day, waiting); err != nil {
		return false, err
	}
	if err := b.EndDay(d.Day, state); err != nil {
		return false, err
	}
	return !bytes.Equal(old, state), b.Commit(applied)
}

// judgeOf returns a judge for a run of the day that knows what was announced
// in the days before, by incidents that closed up to a run.
func (a *App) judgeOf(ctx context.Context, day, upTo int64) (*finding.Judge, error) {
	announced, err := a.store.Announced(ctx, sqlite.DayStart(day).AddDate(0, 0, -noticeDays), upTo)
	if err != nil {
		return nil, err
	}
	j := finding.New(a.agreement, a.zones)
	j.Notice(announced...)
	return j, nil
}

// keep judges incidents and adds them to a run.
func keep(b *sqlite.Batch, judge *finding.Judge, run int64, incidents []incident.Incident) error {
	judge.Notice(incidents...)
	for i := range incidents {
		in := &incidents[i]
		body, err := sqlite.EncodeIncident(in)
		if err != nil {
			return fmt.Errorf("incident %s: %w", in.ID, err)
		}
		if err := b.Incident(run, in, body, judge.Judge(in)); err != nil {
			return err
		}
	}
	return nil
}

// leftOpen judges the incidents that are still open after the last day.
func (a *App) leftOpen(ctx context.Context, last int64) error {
	f, err := a.fuser(ctx, math.MaxInt64)
	if err != nil {
		return err
	}
	judge, err := a.judgeOf(ctx, last, openRun-1)
	if err != nil {
		return err
	}
	return a.batch(ctx, func(b *sqlite.Batch) error {
		if err := b.Clear(openRun); err != nil {
			return err
		}
		if err := b.SetMeta("settled", "1"); err != nil {
			return err
		}
		return keep(b, judge, openRun, f.Flush())
	})
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
