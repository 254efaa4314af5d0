package app

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/store/sqlite"
)

// judged are all findings of breach, by the run of their incidents, until the
// run changes: the ladder is asked for at many instants of the same past.
type judged struct {
	mu      sync.Mutex
	runs    map[int64][]broken // nil: nothing is known
	ordered []*broken          // all, by From; nil: to be made

	staleMu sync.Mutex
	stale   map[int64]bool // runs that have changed since
	all     bool           // everything has
}

// broken is an incident with what it broke.
type broken struct {
	incident incident.Incident // no more of it than the ladder asks for
	findings []finding.Finding
}

// changed says that runs were made anew; none: everything may be different.
func (j *judged) changed(runs ...int64) {
	j.staleMu.Lock()
	defer j.staleMu.Unlock()
	if j.all = j.all || len(runs) == 0; j.all {
		return
	}
	if j.stale == nil {
		j.stale = map[int64]bool{}
	}
	for _, run := range runs {
		j.stale[run] = true
	}
}

// takeStale returns the runs that have changed, or that all have.
func (j *judged) takeStale() (runs []int64, all bool) {
	j.staleMu.Lock()
	defer j.staleMu.Unlock()
	runs, all = slices.Sorted(maps.Keys(j.stale)), j.all
	j.stale, j.all = nil, false
	return runs, all
}

// breaches gathers all breaches that began by an instant (zero: all).
func (a *App) breaches(ctx context.Context, at time.Time) ([]escalation.Breach, error) {
	j := &a.judged
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := a.judgeChanged(ctx); err != nil {
		return nil, err
	}
	f := Filter{Result: string(finding.Breach)}
	list := j.ordered
	if !at.IsZero() {
		f.Until = at.Add(time.Microsecond)
		n, _ := slices.BinarySearchFunc(list, f.Until, func(x *broken, t time.Time) int { return x.incident.From.Compare(t) })
		list = list[:n]
	}
	incidents := make([]incident.Incident, len(list))
	var findings []finding.Finding
	for i, x := range list {
		incidents[i] = x.incident
		findings = append(findings, x.findings...)
	}
	missed, err := a.Deadlines(ctx, f)
	if err != nil {
		return nil, err
	}
	findings, err = a.asDecided(ctx, append(findings, missed...), at)
	if err != nil {
		return nil, err
	}
	return escalation.Breaches(incidents, findings), nil
}

// judgeChanged judges the incidents of changed runs again.
func (a *App) judgeChanged(ctx context.Context) error {
	j := &a.judged
	runs, all := j.takeStale()
	switch {
	case j.runs == nil || all || a.opt.ReadOnly: // read only, another process may be writing
		j.runs, j.ordered, runs = map[int64][]broken{}, nil, nil
	case len(runs) == 0:
		return nil
	}
	again := func(err error) error {
		j.runs = nil
		return err
	}
	for _, run := range runs {
		delete(j.runs, run)
	}
	j.ordered = nil
	if err := a.place(ctx); err != nil {
		return again(err)
	}
	days, err := a.store.Days(ctx)
	if err != nil || len(days) == 0 {
		return again(err)
	}
	rows := map[int64][]sqlite.IncidentRow{}
	for row, err := range a.store.Broke(ctx, runs...) {
		if err != nil {
			return again(err)
		}
		rows[row.Run] = append(rows[row.Run], row)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	work := make(chan int64)
	var failed error
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for run := range work {
				out, err := a.judgeRun(ctx, run, days[len(days)-1].Day, rows[run])
				mu.Lock()
				j.runs[run], failed = out, cmp.Or(failed, err)
				mu.Unlock()
			}
		})
	}
	for _, run := range slices.Sorted(maps.Keys(rows)) {
		work <- run
	}
	close(work)
	wg.Wait()
	if failed != nil {
		return again(failed)
	}
	for _, run := range slices.Sorted(maps.Keys(j.runs)) {
		for i := range j.runs[run] {
			j.ordered = append(j.ordered, &j.runs[run][i])
		}
	}
	slices.SortStableFunc(j.ordered, func(x, y *broken) int { return x.incident.From.Compare(y.incident.From) })
	return nil
}

// judgeRun judges the incidents of a run as their run did.
func (a *App) judgeRun(ctx context.Context, run, last int64, rows []sqlite.IncidentRow) ([]broken, error) {
	day := run
	if day == openRun {
		day = last
	}
	judge, err := a.judgeOf(ctx, day, run)
	if err != nil {
		return nil, err
	}
	out := make([]broken, len(rows))
	for i := range rows {
		in := &rows[i].Incident
		out[i] = broken{incident.Incident{ID: in.ID, From: in.From, To: in.To, Distinct: in.Distinct}, judge.Breaches(in)}
	}
	return out, nil
}
