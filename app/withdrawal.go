package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/withdrawal"
)

// WithdrawalOptions say which withdrawals are to be measured.
type WithdrawalOptions struct {
	Line string // of the agreement; empty: the first that is in force
	At   time.Time
	// Metres are the distances by party, a plan each; the party "" stands for those
	// that are not named.
	Metres      []map[string]float64
	Settlements []withdrawal.Settlement
}

// Withdrawal is what pulling back from a line costs the sides.
type Withdrawal struct {
	At      time.Time          `json:"at"`
	Line    string             `json:"line"`
	Version string             `json:"version"`
	From    time.Time          `json:"from"` // since when the version holds
	Source  string             `json:"source,omitempty"`
	Areas   bool               `json:"areas"` // the agreement names the areas that are the country
	Plans   []*withdrawal.Plan `json:"plans"`
	// Settlements says who told where people live, in alphabetical order.
	Settlements []string `json:"settlements_by,omitempty"`
}

// Withdrawal measures withdrawals from a line in the course in force.
func (a *App) Withdrawal(ctx context.Context, opt WithdrawalOptions) (*Withdrawal, error) {
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	v, err := a.course(opt.Line, opt.At)
	if err != nil {
		return nil, err
	}
	planner, err := withdrawal.New(v, withdrawal.Ground{Areas: a.areas, Settlements: opt.Settlements})
	if err != nil {
		return nil, err
	}
	out := &Withdrawal{At: opt.At, Line: v.Line, Version: v.ID, From: v.From, Source: v.Source, Areas: len(a.areas) > 0, Plans: make([]*withdrawal.Plan, len(opt.Metres))}
	for _, s := range opt.Settlements {
		if s.Source != "" && !slices.Contains(out.Settlements, s.Source) {
			out.Settlements = append(out.Settlements, s.Source)
		}
	}
	slices.Sort(out.Settlements)
	a.progress.Begin("measuring withdrawals", int64(len(opt.Metres)))
	defer a.progress.End()
	var (
		work     sync.WaitGroup
		mu       sync.Mutex
		next     int
		finished int64
		failed   error
	)
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for next < len(opt.Metres) && failed == nil {
				i := next
				next++
				mu.Unlock()
				var plan *withdrawal.Plan
				left, right, err := distances(opt.Metres[i], v)
				if err == nil {
					plan, err = planner.Plan(left, right)
				}
				mu.Lock()
				out.Plans[i] = plan
				finished++
				a.progress.Done(finished)
				failed = errors.Join(failed, err, ctx.Err())
			}
		})
	}
	work.Wait()
	return out, failed
}

// ErrNoPlan is wrapped by the error for a withdrawal that can't be measured as it
// is asked for: from a line that is not there, or by a party that is not at it.
var ErrNoPlan = errors.New("no such withdrawal")

// course is a line as it runs at t.
func (a *App) course(id string, t time.Time) (*line.Version, error) {
	var ids []string
	for i := range a.agreement.Lines {
		l := a.agreement.Lines[i].ID
		ids = append(ids, l)
		if id != "" && l != id {
			continue
		}
		if v := a.lines[l].At(t); v != nil && len(v.Parts) > 0 {
			if v.Left == "" && v.Right == "" {
				named := *v
				named.Left, named.Right = a.agreement.Lines[i].Left, a.agreement.Lines[i].Right
				return line.NewVersion(named)
			}
			return v, nil
		}
	}
	switch {
	case id != "" && !slices.Contains(ids, id):
		return nil, fmt.Errorf("%w: no line %q in the agreement; it has %s", ErrNoPlan, id, strings.Join(ids, ", "))
	case len(ids) == 0:
		return nil, fmt.Errorf("%w: the agreement has no lines to withdraw from", ErrNoPlan)
	}
	return nil, fmt.Errorf("%w: no line has a course at %s; give it one in the agreement, or import lines or areas of control first", ErrNoPlan, t.In(a.agreement.Location()).Format(time.DateOnly))
}

// distances are those of the parties to the left and to the right.
func distances(metres map[string]float64, v *line.Version) (left, right float64, err error) {
	for party := range metres {
		if party != "" && party != v.Left && party != v.Right {
			return 0, 0, fmt.Errorf("%w: %q is not at line %s; the parties there are %s and %s", ErrNoPlan, party, v.Line, v.Left, v.Right)
		}
	}
	of := func(party string) float64 {
		if m, ok := metres[party]; ok {
			return m
		}
		return metres[""]
	}
	return of(v.Left), of(v.Right), nil
}

// Features are the zones that the sides leave, the lines that they go back to, and
// the lines to which the one side would have to go so that both leave equally much.
func (w *Withdrawal) Features() *geo.Features {
	out := &geo.Features{}
	for _, p := range w.Plans {
		for _, s := range [2]withdrawal.Side{p.Left, p.Right} {
			if len(s.Zone) == 0 {
				continue
			}
			of := map[string]any{"line": w.Line, "version": w.Version, "party": s.Party, "distance_m": s.DistanceM}
			zone := maps.Clone(of)
			maps.Copy(zone, map[string]any{"kind": "zone", "area_m2": s.AreaM2, "settlements": s.Settlements, "people": s.People})
			back := maps.Clone(of)
			maps.Copy(back, map[string]any{"kind": "pull-back line", "length_m": s.PullbackM})
			out.Features = append(out.Features, geo.Feature{Polygons: s.Zone, Properties: zone}, geo.Feature{Polylines: s.Pullback, Properties: back})
		}
		if e := p.Equal; e != nil && len(e.Pullback) > 0 {
			out.Features = append(out.Features, geo.Feature{Polylines: e.Pullback, Properties: map[string]any{
				"kind": "equal-area line", "line": w.Line, "version": w.Version, "party": e.Party, "distance_m": e.DistanceM, "area_m2": e.AreaM2}})
		}
	}
	return out
}
