// Package app builds the house and owns the one way through it: files become
// observations, observations become records of the journal, and from these
// alone follow incidents, findings and reports. The command line, the server
// and the tests all go through it.
//
// It must not know flags, terminals or HTTP.
package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/picture"
	"github.com/truce-monitor/truce/store/sqlite"
	"github.com/truce-monitor/truce/territory"
	"github.com/truce-monitor/truce/zone"
)

// Version is the program's version, as every record of it and every report
// names it.
const Version = "0.1.0"

// Options are how a workspace is opened. The zero value is good.
type Options struct {
	// ReadOnly changes nothing, while another process may be writing.
	ReadOnly bool
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log tells what was repaired or made again; nil means silence.
	Log *slog.Logger
	// Progress is told how far long work is; nil means nobody asks.
	Progress Progress
}

// Progress follows long work. Its methods are called from one goroutine at a
// time.
type Progress interface {
	// Begin starts a piece of work of total units; 0 means that nobody knows.
	Begin(what string, total int64)
	// Done tells how much of it is done.
	Done(n int64)
	// End ends it.
	End()
}

type silent struct{}

func (silent) Begin(string, int64) {}
func (silent) Done(int64)          {}
func (silent) End()                {}

// App is an open workspace. Close it. Its methods may be called at once; of those
// that write, one waits for the other. Where the terms or everything are made anew
// (Import of lines, Redact, Rebuild) nobody may read meanwhile.
type App struct {
	dir      string
	opt      Options
	log      *slog.Logger
	progress Progress

	journalDir, database string

	// sealed: everything comes from the journal, the agreement too, which is
	// left as it is; upTo goes back to when it had so many records, 0: all.
	sealed bool
	upTo   uint64

	journal *journal.Journal
	store   *sqlite.Store

	// What is in force; made anew when terms or lines change.
	agreement *agreement.Agreement
	recorded  uint64 // the agreement's record
	files     fs.FS  // the GeoJSON files of the recorded agreement

	// writing is held by who changes the store. Who only appends to the journal
	// holds recording; of both writing comes first. Whoever changes the store brings
	// it up to the journal before, or after his own record, with catchUp.
	writing, recording sync.Mutex
	known              known // guarded by writing

	inHand    atomic.Int64 // calls of Submit that are under way
	receiving sync.Mutex   // guards the following
	live      *live        // nil: nothing was submitted
	done      bool         // nothing more is taken

	judged judged

	drawing sync.Mutex       // guards picture
	picture *picture.Picture // nil: nobody has asked for it

	events Events

	cases cases

	placing sync.Mutex // guards the following, made by place
	lines   map[string]*line.Line
	control *line.Line // areas of control that are no line's; nil: none came
	areas   []line.Area
	zones   *zone.Set
	epochs  *zone.Epochs
	drawn   map[int]*geo.Features         // zones and lines that were asked for, by epoch
	moved   map[string][]territory.Period // that were asked for, by period and step
}

// AgreementFile is the name of the terms in a workspace.
const AgreementFile = "agreement.yaml"

// ErrNoWorkspace is wrapped by Open's error for a folder without agreement.
var ErrNoWorkspace = errors.New("it is no workspace: there is no " + AgreementFile + " in it; `truce init` makes one")

// Problems are what is wrong with an agreement, all of it.
type Problems []agreement.Problem

// Error gives a line for each problem.
func (p Problems) Error() string {
	var text string
	for i, x := range p {
		if i > 0 {
			text += "\n"
		}
		text += x.Error()
	}
	return text
}

// Open opens the workspace in dir: it records the agreement if it is new or
// has changed, and brings the projections up to the journal, all of them again
// if need be.
func Open(ctx context.Context, dir string, opt Options) (*App, error) {
	a := newApp(dir, opt)
	if _, err := os.Stat(filepath.Join(dir, AgreementFile)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = ErrNoWorkspace
		}
		return nil, fmt.Errorf("opening %s: %w", dir, err)
	}
	if err := a.open(ctx); err != nil {
		a.Close()
		return nil, fmt.Errorf("opening %s: %w", dir, err)
	}
	return a, nil
}

// openSealed makes everything from a journal alone, as it was when it had
// upTo records (0: all), in the folder scratch.
func openSealed(ctx context.Context, journalDir, scratch string, upTo uint64, opt Options) (*App, error) {
	a := newApp(scratch, opt)
	a.journalDir, a.sealed, a.upTo = journalDir, true, upTo
	if err := a.open(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func newApp(dir string, opt Options) *App {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	a := &App{dir: dir, opt: opt, log: opt.Log, progress: opt.Progress, journalDir: filepath.Join(dir, "journal"), database: filepath.Join(dir, "truce.db")}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.progress == nil {
		a.progress = silent{}
	}
	return a
}

func (a *App) open(ctx context.Context) error {
	opt := journal.Options{ReadOnly: a.opt.ReadOnly || a.sealed, Records: a.upTo}
	var err error
	if !opt.ReadOnly {
		if opt.Key, err = a.key(); err != nil {
			return err
		}
	}
	j, err := journal.Open(a.journalDir, opt)
	if err != nil {
		return err
	}
	a.journal = j
	if j.Recovered > 0 && !opt.ReadOnly {
		a.log.Warn("cut off a record that a crash left half-written; it was never acknowledged", "bytes", j.Recovered)
	}
	if a.sealed {
		a.store, err = sqlite.OpenScratch(ctx, a.database)
	} else {
		a.store, err = sqlite.Open(ctx, a.database, a.opt.ReadOnly)
	}
	if errors.Is(err, sqlite.ErrStale) && !a.opt.ReadOnly {
		a.log.Info("making the projections again from the journal", "why", err)
		if err := sqlite.Remove(a.database); err != nil {
			return err
		}
		a.store, err = sqlite.Open(ctx, a.database, false)
	}
	if err != nil {
		return err
	}
	a.known = known{store: a.store, way: way{app: a}}
	if a.opt.ReadOnly {
		return a.load(ctx)
	}
	a.behind()
	if err := a.catchUp(ctx); err != nil {
		return err
	}
	if !a.sealed {
		if err := a.recordAgreement(ctx); err != nil {
			return err
		}
	}
	if err := a.load(ctx); err != nil {
		return err
	}
	return a.project(ctx)
}

// behind warns of a clock that went back. The order of records is that of
// their numbers, so nothing but the times on record depends on it.
func (a *App) behind() {
	if last, now := a.journal.Last(), a.now(); !a.sealed && last.Sub(now) > time.Second {
		a.log.Warn("the clock is behind the last record: what is recorded now bears an earlier time than what was recorded before it; set the clock right",
			"clock", now.Format(time.RFC3339), "last_record", last.Format(time.RFC3339))
	}
}

// Close takes no more submissions, settles what was submitted, and releases the
// workspace.
func (a *App) Close() error {
	var errs []error
	a.receiving.Lock()
	l := a.live
	a.done = true
	a.receiving.Unlock()
	if l != nil {
		l.close()
		errs = append(errs, a.Settle(context.Background()))
	}
	if a.store != nil {
		errs = append(errs, a.store.Close())
	}
	if a.journal != nil {
		errs = append(errs, a.journal.Close())
	}
	return errors.Join(errs...)
}

// Init makes a workspace in dir from an agreement file: it copies the file and
// the GeoJSON files that it names. The folder may hold other things, but no
// agreement.
func Init(ctx context.Context, dir, agreementFile string, opt Options) (*App, error) {
	from := filepath.Dir(agreementFile)
	if err := initFrom(dir, os.DirFS(from), filepath.Base(agreementFile)); err != nil {
		return nil, err
	}
	return Open(ctx, dir, opt)
}

// initFrom copies an agreement with what it names from a file system.
func initFrom(dir string, files fs.FS, name string) error {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("reading the agreement: %w", err)
	}
	terms, problems := agreement.Parse(name, data)
	if agreement.Failed(problems) {
		return Problems(problems)
	}
	if _, err := os.Stat(filepath.Join(dir, AgreementFile)); err == nil {
		return fmt.Errorf("making a workspace: %s has an agreement already", dir)
	}
	copies := map[string][]byte{}
	for _, f := range agreement.Files(terms) {
		data, err := fs.ReadFile(files, f.Name)
		if err != nil {
			return fmt.Errorf("%s:%d:%d: reading %s, which the agreement names: %w", f.File, f.Line, f.Column, f.Name, err)
		}
		if !json.Valid(data) {
			return fmt.Errorf("%s:%d:%d: %s is not JSON", f.File, f.Line, f.Column, f.Name)
		}
		copies[f.Name] = data
	}
	copies[AgreementFile] = data
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making a workspace: %w", err)
	}
	for name, data := range copies {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("making a workspace: %w", err)
		}
		if err := replaceFile(path, data); err != nil {
			return fmt.Errorf("making a workspace: %w", err)
		}
	}
	return nil
}

// now is the clock, UTC, to the microsecond, as the journal keeps it.
func (a *App) now() time.Time { return a.opt.Now().UTC().Truncate(time.Microsecond) }

// Now is the workspace's clock, UTC.
func (a *App) Now() time.Time { return a.now() }

// Agreement returns the terms in force.
func (a *App) Agreement() *agreement.Agreement { return a.agreement }
