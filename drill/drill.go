// Package drill plays a mission through a ceasefire that breaks, in a workspace
// of its own: the simulator reports, people in four roles lead a case, the ladder
// is climbed to its top, commitments fall due, notices go to a receiver that fails
// twice, and in the end the journal is verified. It has a clock of its own.
//
// It is a front of package app, like the command line, and must know no rule:
// what it shows is what the program does.
package drill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/examples"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

// The example whose terms it is played under, the scenario, and the day on which
// that breaks, from 1.
const (
	example  = "paris-2026"
	scenario = "ceasefire-breaks"
	breaks   = 9
)

// Result is what a drill showed.
type Result struct {
	Dir    string   // the workspace
	Day    string   // the report day on which the top level was reached
	Missed []string // what should have happened and did not; none: it went as it should
}

// Run plays the drill of a seed in a new workspace and tells of it as it goes.
func Run(ctx context.Context, dir string, seed uint64, opt app.Options, tell io.Writer) (*Result, error) {
	d := &drill{dir: dir, opt: opt, out: tell}
	if err := d.begin(ctx, seed); err != nil {
		return nil, err
	}
	defer d.end()
	if err := d.play(ctx); err != nil {
		return nil, err
	}
	return d.result(ctx)
}

// drill is a drill at work.
type drill struct {
	dir string
	opt app.Options
	out io.Writer

	now      time.Time
	start    time.Time
	finish   time.Time
	app      *app.App
	notifier *app.Notifier
	receiver *receiver
	waiting  []observation.Observation // not reported yet, in the order in which they will be
	script   []scene                   // of people, in the order of time

	moved   int             // transitions that were told of here
	states  map[string]bool // of notices, by id and state, that were told of here
	roles   map[string]bool // in which people decided
	due     map[string]bool // commitments that fell due
	top     time.Time       // when the top level was reached
	reports int             // that were submitted
	err     error           // of writing
}

// scene is something that people do at a time.
type scene struct {
	at time.Time
	do func(context.Context) error
}

// say tells one thing with the time at which it happens.
func (d *drill) say(what, format string, args ...any) {
	if d.err == nil {
		_, d.err = fmt.Fprintf(d.out, "%s  %-10s %s\n", d.now.UTC().Format("2006-01-02 15:04"), what, fmt.Sprintf(format, args...))
	}
}

func (d *drill) begin(ctx context.Context, seed uint64) error {
	plan, err := simulate.Named(scenario)
	if err != nil {
		return err
	}
	terms, err := os.MkdirTemp("", "truce-drill-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(terms)
	if err := os.CopyFS(terms, examples.Files()); err != nil {
		return err
	}
	if d.start, err = time.Parse(time.DateOnly, plan.From); err != nil {
		return err
	}
	d.now = d.start.AddDate(0, 0, -1)
	d.opt.Now = func() time.Time { return d.now }
	if d.app, err = app.Init(ctx, d.dir, filepath.Join(terms, example, app.AgreementFile), d.opt); err != nil {
		return err
	}
	if err := d.place(ctx, plan); err != nil {
		return err
	}
	s := plan.Run(seed, nil)
	d.finish = s.To
	d.waiting = slices.Clone(s.Observations)
	slices.SortStableFunc(d.waiting, func(a, b observation.Observation) int { return reported(&a).Compare(reported(&b)) })
	d.states, d.roles, d.due = map[string]bool{}, map[string]bool{}, map[string]bool{}
	if d.receiver, err = newReceiver(func() time.Time { return d.now }); err != nil {
		return err
	}
	if err := d.contacts(); err != nil {
		return err
	}
	d.notifier = d.app.Notifier(nil)
	_, d.err = fmt.Fprintf(d.out, "SIMULATED: nothing of this happened. Times are UTC.\n\n")
	d.say("scenario", "%s: %s", scenario, plan.Words)
	return nil
}

// place puts the scenario on the agreement's own line: a stretch from its middle,
// with the parties on their sides.
func (d *drill) place(ctx context.Context, plan *simulate.Plan) error {
	terms := d.app.Agreement()
	plan.Parties = [2]string{terms.Lines[0].Left, terms.Lines[0].Right}
	f, err := d.app.Zones(ctx, d.start)
	if err != nil {
		return err
	}
	var course geo.Polyline
	for _, x := range f.Features {
		if x.Properties["kind"] == "line" && len(x.Polylines) > 0 {
			course = x.Polylines[0]
			break
		}
	}
	n := len(course)
	if n < 16 {
		return errors.New("the agreement's line is too short for the drill")
	}
	plan.Line = nil
	for _, p := range course[n*3/8 : n*11/16] {
		plan.Line = append(plan.Line, [2]float64{p.Lon, p.Lat})
	}
	return nil
}

func reported(o *observation.Observation) time.Time {
	if o.Reported.IsZero() {
		return o.To
	}
	return o.Reported
}

func (d *drill) end() {
	if d.receiver != nil {
		d.receiver.close()
	}
	if d.app != nil {
		d.app.Close()
	}
}

// play lets the days pass: by quarter days while it is calm, then by three hours.
func (d *drill) play(ctx context.Context) error {
	for d.now.Before(d.finish) {
		step := 6 * time.Hour
		if !d.now.Before(d.start.AddDate(0, 0, breaks-1)) {
			step = 3 * time.Hour
		}
		next := d.now.Add(step)
		for len(d.script) > 0 && !d.script[0].at.After(next) {
			x := d.script[0]
			d.script = d.script[1:]
			if x.at.After(d.now) {
				d.now = x.at
			}
			if err := x.do(ctx); err != nil {
				return err
			}
		}
		d.now = next
		if err := d.hear(ctx); err != nil {
			return err
		}
		if err := d.tellAll(ctx); err != nil {
			return err
		}
		if err := errors.Join(ctx.Err(), d.err); err != nil {
			return err
		}
	}
	return nil
}

// hear submits what has been reported by now.
func (d *drill) hear(ctx context.Context) error {
	n := 0
	for n < len(d.waiting) && !reported(&d.waiting[n]).After(d.now) {
		n++
	}
	some := d.waiting[:n]
	if d.waiting = d.waiting[n:]; n == 0 {
		return nil
	}
	receipts, err := d.app.Submit(ctx, some)
	if err != nil {
		return err
	}
	for _, r := range receipts {
		if r.Status == app.SubmitRefused {
			return fmt.Errorf("%s/%s was refused: %s", r.Source, r.Ref, r.Reason)
		}
	}
	d.reports += n
	return d.app.Settle(ctx)
}

// tellAll sends what is owed, trying again until all has arrived, and tells of
// the ladder, of notices and of commitments.
func (d *drill) tellAll(ctx context.Context) error {
	for range 20 {
		if _, err := d.notifier.Round(ctx); err != nil {
			return err
		}
		if err := d.ladder(ctx); err != nil {
			return err
		}
		list, err := d.app.Notices(ctx)
		if err != nil {
			return err
		}
		open := false
		for i := range list {
			n := &list[i]
			d.notice(n)
			open = open || n.State == app.NoticeFailed || n.State == app.NoticeOwed && !n.NotBefore.After(d.now)
		}
		if !open {
			return d.acknowledge(ctx, list)
		}
		d.now = d.now.Add(20 * time.Second)
	}
	return nil
}

// ladder tells what is new about the ladder, and what falls due with it.
func (d *drill) ladder(ctx context.Context) error {
	l, err := d.app.Ladder(ctx, d.now)
	if err != nil {
		return err
	}
	for ; d.moved < len(l.Transitions); d.moved++ {
		t := &l.Transitions[d.moved]
		d.say("ladder", "level %s is %s as of %s: %s", t.Level, t.Is, t.At.Latest.UTC().Format("15:04:05"), because(t))
		if t.Is != escalation.Reached {
			continue
		}
		if d.moved == 0 {
			d.say("clock", "the breaches began (T0) between %s and %s", t.T0.Earliest.UTC().Format("2006-01-02 15:04:05"), t.T0.Latest.UTC().Format("15:04:05"))
			d.write(l)
		}
		if t.Response != nil {
			d.say("clock", "a response to level %s is due by %s", t.Level, t.Response.Earliest.UTC().Format("2006-01-02 15:04"))
		}
		if levels := d.app.Agreement().Escalation.Levels; t.Level == levels[len(levels)-1].ID && d.top.IsZero() {
			d.top = t.At.Latest
		}
		if err := d.commitments(ctx); err != nil {
			return err
		}
	}
	return nil
}

func because(t *escalation.Transition) string {
	switch {
	case t.Is == escalation.Left:
		return "calm"
	case t.By == escalation.ByRise:
		return fmt.Sprintf("%d breaches in %g h, %d in the %g h before; with %g %% the rate is more than %.1f times", t.Rise.Now, t.Rise.Span, t.Rise.Before, t.Rise.Baseline, 100*t.Rise.Certainty, t.Rise.Low)
	case t.By == escalation.ByAbove:
		return "level " + t.Above + " is above it"
	}
	return fmt.Sprintf("%d breaches count", t.Counted)
}

// commitments tells what has fallen due.
func (d *drill) commitments(ctx context.Context) error {
	m, err := d.app.Commitments(ctx, d.now, mission(d.app.Agreement()))
	if err != nil {
		return err
	}
	for _, p := range m.Matrix.DueNow() {
		if d.due[p.ID] || len(p.Levels) == 0 {
			continue
		}
		d.due[p.ID] = true
		by := "without a stated time"
		if !p.Deadline.IsZero() {
			by = "by " + p.Deadline.UTC().Format("2006-01-02 15:04")
		}
		d.say("commitment", "%s of %v falls due %s, as level %v is reached", p.ID, p.OwedBy, by, p.Levels)
	}
	return nil
}

// notice tells what has become of a notice.
func (d *drill) notice(n *app.Notice) {
	key := fmt.Sprint(n.ID, n.State, n.Attempts)
	if d.states[key] {
		return
	}
	d.states[key] = true
	what := n.Subject() + " deadline"
	if n.Move != nil {
		what = "level " + n.Move.Level + " " + n.Move.Is
	}
	switch n.State {
	case app.NoticeFailed:
		d.say("notice", "%s to %s (%s): attempt %d failed: %s", what, n.Contact, n.Channel, n.Attempts, d.receiver.anonymous(n.Error))
	case app.NoticeSent:
		d.say("notice", "%s to %s (%s): taken at attempt %d", what, n.Contact, n.Channel, n.Attempts)
	}
}
