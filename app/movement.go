package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/territory"
)

// Movements measures by "day", "week", "month" or "year" of the agreement's time
// zone who held how much at each period's end and what was gained and lost in
// it, from since to until. Zero instants mean the first version and the day of the last on
// record. The last period is cut short at until.
func (a *App) Movements(ctx context.Context, since, until time.Time, step string) ([]territory.Period, error) {
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	key := fmt.Sprint(since.UnixMicro(), until.UnixMicro(), step)
	a.placing.Lock()
	known, ok := a.moved[key]
	a.placing.Unlock()
	if ok {
		return known, nil
	}
	held, err := a.heldLine()
	if err != nil {
		return nil, err
	}
	versions := held.Versions
	if first := versions[0].From; since.Before(first) {
		since = first
	}
	if until.IsZero() {
		y, m, d := versions[len(versions)-1].From.In(a.agreement.Location()).Date()
		until = time.Date(y, m, d+1, 0, 0, 0, 0, a.agreement.Location())
	}
	ends, err := cuts(since, until, step, a.agreement.Location())
	if err != nil {
		return nil, err
	}
	survey := territory.New(a.areas)
	if err := survey.Add(held.At(since)); err != nil {
		return nil, err
	}
	a.progress.Begin("measuring territory", int64(len(versions)))
	defer a.progress.End()
	var out []territory.Period
	i := 0
	for from := since; len(ends) > 0; ends = ends[1:] {
		for ; i < len(versions) && versions[i].From.Before(ends[0]); i++ {
			a.progress.Done(int64(i))
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if !versions[i].From.After(since) {
				continue
			}
			if err := survey.Add(versions[i]); err != nil {
				return nil, err
			}
		}
		p, err := survey.Take(from, ends[0])
		if err != nil {
			return nil, err
		}
		out, from = append(out, p), ends[0]
	}
	a.placing.Lock()
	defer a.placing.Unlock()
	if a.moved == nil || len(a.moved) > 100 {
		a.moved = map[string][]territory.Period{}
	}
	a.moved[key] = out
	return out, nil
}

// heldLine is the areas that a party holds, version by version: those that came
// for territory alone, or else those of the first line of the agreement that
// has any.
func (a *App) heldLine() (*line.Line, error) {
	if len(a.areas) == 0 {
		return nil, fmt.Errorf("%w: the agreement names no areas to measure (report.area_file)", ErrNoHeldArea)
	}
	lines := []*line.Line{a.control}
	for i := range a.agreement.Lines {
		lines = append(lines, a.lines[a.agreement.Lines[i].ID])
	}
	for _, l := range lines {
		if l == nil {
			continue
		}
		held := &line.Line{ID: l.ID}
		for _, v := range l.Versions {
			if v.HeldBy != "" {
				held.Versions = append(held.Versions, v)
			}
		}
		if len(held.Versions) > 0 {
			return held, nil
		}
	}
	return nil, errNoHeldLine
}

// Control is the areas of control in force at an instant, by which territory is
// measured then.
func (a *App) Control(ctx context.Context, at time.Time) (*line.Version, error) {
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	held, err := a.heldLine()
	if err != nil {
		return nil, err
	}
	v := held.At(at)
	if v == nil {
		return nil, fmt.Errorf("%w: nobody's area is known at %s; the first areas of control are of %s", ErrNoHeldArea, at.Format(time.DateOnly), held.Versions[0].From.Format(time.DateOnly))
	}
	return v, nil
}

// ErrNoHeldArea is returned where territory is asked for and no line follows
// from held areas, or no areas are known.
var ErrNoHeldArea = errors.New("no territory can be measured")

var errNoHeldLine = fmt.Errorf("%w: no line follows from held areas, and a line alone does not tell whose the land is that lies far from it: import areas of control first", ErrNoHeldArea)

// Effects measures what each zone in force at an instant takes in of each area,
// of land that is held and of the rest.
func (a *App) Effects(ctx context.Context, at time.Time) (heldBy string, effects []territory.Effect, err error) {
	v, err := a.Control(ctx, at)
	if err != nil {
		return "", nil, err
	}
	survey := territory.New(a.areas)
	if err := survey.Add(v); err != nil {
		return "", nil, err
	}
	for i := range a.agreement.Zones {
		z := a.agreement.Zones[i].ID
		m, err := a.zones.Geometry(z, at)
		if err != nil {
			return "", nil, fmt.Errorf("zone %s: %w", z, err)
		}
		some, err := survey.Effect(z, m)
		if err != nil {
			return "", nil, err
		}
		effects = append(effects, some...)
	}
	return v.HeldBy, effects, nil
}

// cuts lists the ends of the periods from since to until.
func cuts(since, until time.Time, step string, loc *time.Location) ([]time.Time, error) {
	next := map[string]func(y int, m time.Month, d int, wd time.Weekday) (int, time.Month, int){
		"day": func(y int, m time.Month, d int, _ time.Weekday) (int, time.Month, int) { return y, m, d + 1 },
		"week": func(y int, m time.Month, d int, wd time.Weekday) (int, time.Month, int) {
			return y, m, d + 7 - (int(wd)+6)%7
		},
		"year":  func(y int, _ time.Month, _ int, _ time.Weekday) (int, time.Month, int) { return y + 1, 1, 1 },
		"month": func(y int, m time.Month, _ int, _ time.Weekday) (int, time.Month, int) { return y, m + 1, 1 },
	}[step]
	if next == nil {
		return nil, fmt.Errorf("%q is no period; expected day, week, month or year", step)
	}
	var out []time.Time
	for t := since; t.Before(until); {
		local := t.In(loc)
		y, m, d := next(local.Year(), local.Month(), local.Day(), local.Weekday())
		t = time.Date(y, m, d, 0, 0, 0, 0, loc)
		if t.After(until) {
			t = until
		}
		out = append(out, t)
	}
	return out, nil
}
