package app

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/store/sqlite"
	"github.com/truce-monitor/truce/zone"
)

// ReplayOptions say what is different from what is on record.
type ReplayOptions struct {
	// Agreement is the file of the changed terms; empty: those in force.
	Agreement string
	// Lines are files of line versions that are taken as if they had been
	// imported: a new one, or a correction of one by its source and reference.
	Lines []string
	// Each, if not nil, is shown every change in the order of incidents.
	Each func(*Change) error
	// Keep is how many changes the result lists; the others are only counted.
	Keep int
}

// Replayed is the difference that changed terms make to the whole past.
type Replayed struct {
	Before     string            `json:"before"` // versions of the agreement
	After      string            `json:"after"`
	Incidents  int               `json:"incidents"`
	Terms      []string          `json:"terms"` // what changed in them, in words
	Provisions []ProvisionChange `json:"provisions"`
	Changes    []Change          `json:"changes"`
	More       int               `json:"more"` // changes that are not listed
}

// ProvisionChange counts, under one provision, findings of incidents and of
// deadlines.
type ProvisionChange struct {
	Provision      string `json:"provision"`
	Same           int    `json:"same"`
	Appear         int    `json:"appear"`
	Vanish         int    `json:"vanish"`
	Change         int    `json:"change"`
	BreachesBefore int    `json:"breaches_before"`
	BreachesAfter  int    `json:"breaches_after"`
}

// Change is a finding that appears (no Before), vanishes (no After) or has
// another result.
type Change struct {
	Incident  string    `json:"incident,omitempty"` // empty: a deadline
	At        time.Time `json:"at"`                 // UTC
	Activity  string    `json:"activity,omitempty"`
	Provision string    `json:"provision"` // with its stage behind a dot
	Before    string    `json:"before,omitempty"`
	After     string    `json:"after,omitempty"`
}

// Replay judges every incident on record again under changed terms or lines,
// and writes nothing. What happened does not depend on the terms, so fusion is
// left as it is.
func (a *App) Replay(ctx context.Context, opt ReplayOptions) (*Replayed, error) {
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	terms, files, err := a.changedTerms(opt.Agreement)
	if err != nil {
		return nil, fmt.Errorf("replaying: %w", err)
	}
	zones, err := a.changedZones(ctx, terms, files, opt.Lines)
	if err != nil {
		return nil, fmt.Errorf("replaying: %w", err)
	}
	r := &replay{app: a, opt: opt, terms: terms, zones: zones, by: map[string]*ProvisionChange{},
		out: &Replayed{Before: a.agreement.Version(), After: terms.Version()}}
	for _, c := range agreement.Compare(a.agreement, terms) {
		r.out.Terms = append(r.out.Terms, fmt.Sprint(c))
	}
	if err := r.incidents(ctx); err != nil {
		return nil, fmt.Errorf("replaying: %w", err)
	}
	if err := r.deadlines(ctx); err != nil {
		return nil, fmt.Errorf("replaying: %w", err)
	}
	return r.result(), nil
}

// replay is a replay at work.
type replay struct {
	app   *App
	opt   ReplayOptions
	terms *agreement.Agreement
	zones *zone.Set
	by    map[string]*ProvisionChange
	out   *Replayed

	asOf   time.Time         // the last observation on record
	duties []*finding.Duties // of each goroutine
}

// replayAtOnce is how many incidents are judged together.
const replayAtOnce = 256

// share is incidents on their way through the judges.
type share struct {
	rows  []sqlite.JudgedRow
	judge *finding.Judge
	done  chan []Change // all findings, unchanged ones too
	err   error
}

func (r *replay) incidents(ctx context.Context) error {
	totals, err := r.app.store.Totals(ctx)
	if err != nil {
		return err
	}
	r.asOf = totals.Last
	r.app.progress.Begin("judging again", int64(totals.Incidents))
	defer r.app.progress.End()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := make(chan *share, 2*runtime.GOMAXPROCS(0))
	ordered := make(chan *share, 8*runtime.GOMAXPROCS(0))
	var working sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		duties := finding.New(r.terms, r.zones).Duties(r.asOf)
		r.duties = append(r.duties, duties)
		working.Go(func() {
			for s := range work {
				s.done <- s.judgeAll(duties)
			}
		})
	}
	failed := make(chan error, 1)
	go func() {
		defer close(work)
		defer close(ordered)
		failed <- r.read(ctx, func(s *share) bool {
			select {
			case ordered <- s:
			case <-ctx.Done():
				return false
			}
			select {
			case work <- s:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	for s := range ordered {
		var changes []Change
		select {
		case changes = <-s.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if s.err != nil {
			return s.err
		}
		for i := range changes {
			if err := r.count(&changes[i]); err != nil {
				return err
			}
		}
		r.out.Incidents += len(s.rows)
		r.app.progress.Done(int64(r.out.Incidents))
	}
	working.Wait()
	return <-failed
}

// read sends all incidents in shares, each with the judge of its run.
func (r *replay) read(ctx context.Context, send func(*share) bool) error {
	days, err := r.app.store.Days(ctx)
	if err != nil || len(days) == 0 {
		return err
	}
	var run int64
	s := &share{}
	flush := func() bool {
		if len(s.rows) == 0 {
			return true
		}
		out := s
		s = &share{judge: out.judge}
		out.done = make(chan []Change, 1)
		return send(out)
	}
	for row, err := range r.app.store.Judged(ctx) {
		if err != nil {
			return err
		}
		if s.judge == nil || row.Run != run {
			if !flush() {
				return ctx.Err()
			}
			run = row.Run
			if s.judge, err = r.judgeOf(ctx, run, days[len(days)-1].Day); err != nil {
				return err
			}
		}
		if s.rows = append(s.rows, row); len(s.rows) == replayAtOnce && !flush() {
			return ctx.Err()
		}
	}
	flush()
	return ctx.Err()
}

func (r *replay) judgeOf(ctx context.Context, run, last int64) (*finding.Judge, error) {
	day := run
	if day == openRun {
		day = last
	}
	announced, err := r.app.announcedBefore(ctx, day, run)
	if err != nil {
		return nil, err
	}
	j := finding.New(r.terms, r.zones)
	j.Notice(announced...)
	return j, nil
}

func (s *share) judgeAll(duties *finding.Duties) []Change {
	out := make([]Change, 0, 4*len(s.rows))
	for i := range s.rows {
		var in incident.Incident
		if s.err = json.Unmarshal(s.rows[i].Body, &in); s.err != nil {
			return nil
		}
		out = compare(out, Change{Incident: in.ID, At: in.From, Activity: string(in.Activity)}, s.rows[i].Outcomes(), s.judge.OutcomesAnd(&in, duties))
	}
	return out
}

// compare pairs the outcomes before and after; a provision has one for each
// of its stages.
func compare(out []Change, c Change, before, after []finding.Outcome) []Change {
	start := len(out)
	for _, o := range before {
		c.Provision, c.Before, c.After = o.Provision, string(o.Result), ""
		out = append(out, c)
	}
	was := len(out)
next:
	for _, o := range after {
		for i := start; i < was; i++ {
			if out[i].Provision == o.Provision && out[i].After == "" {
				out[i].After = string(o.Result)
				continue next
			}
		}
		c.Provision, c.Before, c.After = o.Provision, "", string(o.Result)
		out = append(out, c)
	}
	return out
}

// count counts a pair of outcomes, and shows it if it is a change.
func (r *replay) count(c *Change) error {
	p := r.by[c.Provision]
	if p == nil {
		p = &ProvisionChange{Provision: c.Provision}
		r.by[c.Provision] = p
	}
	breach := string(finding.Breach)
	if c.Before == breach {
		p.BreachesBefore++
	}
	if c.After == breach {
		p.BreachesAfter++
	}
	switch {
	case c.Before == c.After:
		p.Same++
		return nil
	case c.Before == "":
		p.Appear++
	case c.After == "":
		p.Vanish++
	default:
		p.Change++
	}
	if len(r.out.Changes) < r.opt.Keep {
		r.out.Changes = append(r.out.Changes, *c)
	} else {
		r.out.More++
	}
	if r.opt.Each != nil {
		return r.opt.Each(c)
	}
	return nil
}

// deadlines compares the findings on deadlines that have passed.
func (r *replay) deadlines(ctx context.Context) error {
	was, err := r.app.deadlines(ctx, r.asOf)
	if err != nil {
		return err
	}
	all := finding.New(r.terms, r.zones).Duties(r.asOf)
	for _, d := range r.duties {
		all.Merge(d)
	}
	outcomes := func(found []finding.Finding) (out []finding.Outcome) {
		for _, f := range found {
			out = append(out, finding.Outcome{Provision: strings.TrimSuffix(f.Provision+"."+f.Stage, "."), Result: f.Result})
		}
		return out
	}
	for _, c := range compare(nil, Change{At: r.asOf}, outcomes(was), outcomes(all.Findings())) {
		if err := r.count(&c); err != nil {
			return err
		}
	}
	return nil
}

func (r *replay) result() *Replayed {
	for _, p := range r.by {
		r.out.Provisions = append(r.out.Provisions, *p)
	}
	slices.SortFunc(r.out.Provisions, func(x, y ProvisionChange) int { return strings.Compare(x.Provision, y.Provision) })
	return r.out
}
