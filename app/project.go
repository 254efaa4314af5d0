package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/picture"
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

// errOldState says that a version of the program left a state of fusion that
// this one does not know.
var errOldState = errors.New("fusion goes on from an unknown state")

// project brings incidents and findings up to what is on record.
func (a *App) project(ctx context.Context) error {
	err := a.projectFrom(ctx)
	if !errors.Is(err, errOldState) {
		if err != nil {
			a.forgetPicture() // the store may be ahead of it
		}
		return err
	}
	a.log.Info("judging everything again", "why", err)
	if err := a.batch(ctx, (*sqlite.Batch).Forget); err != nil {
		return err
	}
	return a.projectFrom(ctx)
}

// projectFrom makes incidents and findings anew for the days that need it. Each
// day begins with the state in which fusion ended the day before, and a day
// after changed ones is only made anew if that state has changed too.
func (a *App) projectFrom(ctx context.Context) error {
	made, err := a.store.Meta(ctx, "program")
	if err != nil {
		return err
	}
	rules := Rules()
	if made != rules {
		if err := a.batch(ctx, func(b *sqlite.Batch) error {
			if err := b.Forget(); err != nil {
				return err
			}
			return b.SetMeta("program", rules)
		}); err != nil {
			return err
		}
	}
	days, err := a.store.Days(ctx)
	if err != nil || len(days) == 0 {
		return err
	}
	var total int64
	dirty := 0
	for _, d := range days {
		if d.Dirty {
			total += int64(d.Observations)
			dirty++
		}
	}
	settled, err := a.store.Meta(ctx, "settled")
	if err != nil || dirty == 0 && settled == "1" {
		return err
	}
	if err := a.place(ctx); err != nil {
		return err
	}
	a.progress.Begin("judging", total)
	defer a.progress.End()
	p := &projection{app: a, drawn: map[int64]picture.Rows{}}
	defer p.abandon()
	changed := false // the state at the end of the day before
	for i, d := range days {
		if !d.Dirty && !changed {
			p.leave()
			continue
		}
		if changed, err = p.day(ctx, d); err != nil {
			return fmt.Errorf("judging %s: %w", sqlite.DayStart(d.Day).Format(time.DateOnly), err)
		}
		if i+1 < len(days) && p.waiting() {
			continue // several days share one transaction
		}
		if err := p.commit(ctx); err != nil {
			return err
		}
	}
	if err := p.commit(ctx); err != nil {
		return err
	}
	if err := p.leftOpen(ctx, days[len(days)-1].Day); err != nil {
		return err
	}
	return a.install(ctx, p.drawn)
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

// projection is the work of project: days one after the other, as a rule
// several in one transaction.
type projection struct {
	app       *App
	jobs      chan job // to the keeper; nil: there is none
	kept      chan end // from the keeper, when it ends
	pending   int      // incidents in the transaction
	drawn     map[int64]picture.Rows
	fuser     *incident.Fuser // after the day before; nil: to be loaded
	announced []incident.Incident
	read      int64
}

// incidentsAtOnce is how many incidents share a transaction, give or take a
// day's; judgeAtOnce is how many are made and judged at once: a great day's need
// not lie in memory together.
const (
	incidentsAtOnce = 40_000
	judgeAtOnce     = 2_000
)

func (p *projection) waiting() bool { return p.pending < incidentsAtOnce }

// leave forgets what the day before left, since a day is passed over.
func (p *projection) leave() { p.fuser, p.announced = nil, nil }

func (p *projection) abandon() {
	if p.jobs != nil {
		close(p.jobs)
		<-p.kept
		p.jobs = nil
	}
}

func (p *projection) commit(ctx context.Context) error {
	if p.jobs == nil {
		return nil
	}
	applied, err := p.app.store.Applied(ctx)
	if err != nil {
		return err
	}
	if err := p.keep(ctx, job{commit: true, applied: applied}); err != nil {
		return err
	}
	p.jobs, p.pending = nil, 0
	done := <-p.kept
	if done.err == nil {
		maps.Copy(p.drawn, done.drawn)
	}
	return done.err
}

// load takes up the state and the announcements before a day.
func (p *projection) load(ctx context.Context, day int64) error {
	if p.fuser != nil {
		return nil
	}
	if err := p.commit(ctx); err != nil { // what is asked for may lie in it
		return err
	}
	state, err := p.app.store.State(ctx, day)
	if err != nil {
		return err
	}
	if p.fuser = new(incident.Fuser); state != nil {
		if p.fuser, err = incident.Restore(state); err != nil {
			return fmt.Errorf("%w: %w", errOldState, err)
		}
	}
	p.announced, err = p.app.announcedBefore(ctx, day, day-1)
	return err
}

// announcedBefore lists what was announced in the days before a day, by
// incidents that closed up to a run.
func (a *App) announcedBefore(ctx context.Context, day, upTo int64) ([]incident.Incident, error) {
	return a.store.Announced(ctx, sqlite.DayStart(day).AddDate(0, 0, -noticeDays), upTo)
}

// day makes one day's run anew and tells whether the state at its end changed.
func (p *projection) day(ctx context.Context, d sqlite.Day) (changed bool, err error) {
	if err := p.load(ctx, d.Day); err != nil {
		return false, err
	}
	old, err := p.app.store.DayState(ctx, d.Day)
	if err != nil {
		return false, err
	}
	since := sqlite.DayStart(d.Day).AddDate(0, 0, -noticeDays)
	p.announced = slices.DeleteFunc(p.announced, func(in incident.Incident) bool { return in.From.Before(since) })
	judge := finding.New(p.app.agreement, p.app.zones)
	judge.Notice(p.announced...)
	way := way{app: p.app}
	p.fuser.Pause = way.give
	p.fuser.Expect(d.Observations)
	reading, stop := context.WithCancel(ctx) // not the transaction's, which outlives the day
	defer stop()
	next := job{judge: judge, run: d.Day, start: true}
	for some := range p.app.reads(reading, d.Day) {
		for _, r := range some {
			if r.err != nil {
				return false, r.err
			}
			way.give()
			if !slices.Contains(r.o.Caveats, referenceOnly) {
				p.fuser.Add(r.seq, r.o)
			}
		}
		p.read += int64(len(some))
		p.app.progress.Done(p.read)
		if next.incidents = append(next.incidents, p.fuser.Closed()...); len(next.incidents) >= judgeAtOnce {
			if err := p.keep(ctx, next); err != nil {
				return false, err
			}
			next = job{judge: judge, run: d.Day}
		}
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	p.fuser.Advance(sqlite.DayStart(d.Day + 1))
	next.announced = p.fuser.Announced()
	for {
		next.incidents = append(next.incidents, p.fuser.Take(judgeAtOnce)...)
		if len(next.incidents) < judgeAtOnce {
			break
		}
		if err := p.keep(ctx, next); err != nil {
			return false, err
		}
		next = job{judge: judge, run: d.Day}
	}
	next.state, next.end = p.fuser.Snapshot(), true
	return !bytes.Equal(old, next.state), p.keep(ctx, next)
}

// keep hands incidents to the keeper, which judges and stores them while the
// next are fused.
func (p *projection) keep(ctx context.Context, j job) error {
	p.pending += len(j.incidents)
	for i := range j.incidents {
		if in := &j.incidents[i]; in.Announced() {
			p.announced = append(p.announced, *in)
		}
	}
	if p.jobs == nil {
		b, err := p.app.store.Begin(ctx)
		if err != nil {
			return err
		}
		p.jobs, p.kept = make(chan job, 2), make(chan end, 1)
		go keeper(p.app, b, p.jobs, p.kept)
	}
	select {
	case p.jobs <- j:
		return nil
	case done := <-p.kept: // it gave up
		p.jobs = nil
		return done.err
	}
}

// judgeOf returns a judge for a run of the day that knows what was announced
// in the days before, by incidents that closed up to a run.
func (a *App) judgeOf(ctx context.Context, day, upTo int64) (*finding.Judge, error) {
	announced, err := a.announcedBefore(ctx, day, upTo)
	if err != nil {
		return nil, err
	}
	j := finding.New(a.agreement, a.zones)
	j.Notice(announced...)
	return j, nil
}

// leftOpen judges the incidents that are still open after the last day.
func (p *projection) leftOpen(ctx context.Context, last int64) error {
	a := p.app
	p.leave()
	if err := p.load(ctx, openRun); err != nil {
		return err
	}
	judge, err := a.judgeOf(ctx, last, openRun-1)
	if err != nil {
		return err
	}
	k := kept{app: a}
	if err := a.batch(ctx, func(b *sqlite.Batch) error {
		k.batch = b
		if err := b.Clear(openRun); err != nil {
			return err
		}
		if err := b.SetMeta("settled", "1"); err != nil {
			return err
		}
		if err := k.keep(judge, openRun, p.fuser.Flush()); err != nil {
			return err
		}
		return k.draw(openRun)
	}); err != nil {
		return err
	}
	maps.Copy(p.drawn, k.drawn)
	return nil
}
