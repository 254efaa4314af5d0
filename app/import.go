package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/truce-monitor/truce/feed"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/observation"
)

// ImportOptions say how files are read. The zero value is good.
type ImportOptions struct {
	Format   string // forces a format by its name
	Source   string // names who reports, instead of what the file says
	Encoding string // of text that is neither UTF-8 nor marked
	Strict   bool   // if anything can't be read, store nothing
}

// FileResult says what came of one file.
type FileResult struct {
	File         string `json:"file"`
	Format       string `json:"format,omitempty"`
	Credit       string `json:"credit,omitempty"` // what whoever uses the data must or should say
	Rows         int    `json:"rows"`
	Observations int    `json:"observations"` // new ones
	Corrections  int    `json:"corrections"`  // new versions of known ones
	Known        int    `json:"known"`        // the same again: nothing new
	Lines        int    `json:"lines"`
	Other        int    `json:"other"` // areas, places, sites, coverage, references
	Quarantined  int    `json:"quarantined"`
	Error        string `json:"error,omitempty"` // why the file, or the rest of it, could not be read
}

// ImportResult says what came of an import.
type ImportResult struct {
	Files  []FileResult `json:"files"`
	Total  FileResult   `json:"total"`
	Strict bool         `json:"strict,omitempty"` // nothing was stored, since something could not be read
}

// Import reads files of any known format (folders: all files in them), puts
// what is new into the journal, and brings incidents and findings up to it.
// What can't be read is quarantined with its place and reason and the rest goes
// on; the error is for what stops the whole.
func (a *App) Import(ctx context.Context, paths []string, opt ImportOptions) (*ImportResult, error) {
	files, err := expand(paths)
	if err != nil {
		return nil, err
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	if opt.Strict {
		if r, err := a.dryRun(ctx, files, opt); err != nil || r.Total.Quarantined > 0 || r.Total.Error != "" {
			return r, err
		}
	}
	var size int64
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			size += info.Size()
		}
	}
	a.progress.Begin("reading", size)
	in := &ingest{app: a, opt: opt, known: &a.known}
	err = in.files(ctx, files)
	a.progress.End()
	result := in.result()
	if err != nil {
		return result, err
	}
	if in.newTerms {
		a.displace()
	}
	return result, a.project(ctx)
}

// expand lists files, those of folders in their order, without notes on them.
func expand(paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, fmt.Errorf("importing: %w", err)
		}
		if !info.IsDir() {
			out = append(out, p)
			continue
		}
		err = filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && !strings.HasPrefix(d.Name(), ".") && filepath.Ext(path) != ".md" {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("importing: %w", err)
		}
	}
	return out, nil
}

// ingest is one import at work.
type ingest struct {
	app      *App
	opt      ImportOptions
	known    *known
	dry      bool
	newTerms bool // lines or areas came
	border   *geo.LineIndex
	done     []FileResult
	read     int64
}

func (in *ingest) result() *ImportResult {
	r := &ImportResult{Files: in.done}
	for _, f := range in.done {
		t := &r.Total
		t.Rows += f.Rows
		t.Observations += f.Observations
		t.Corrections += f.Corrections
		t.Known += f.Known
		t.Lines += f.Lines
		t.Other += f.Other
		t.Quarantined += f.Quarantined
		if t.Error == "" {
			t.Error = f.Error
		}
	}
	return r
}

// dryRun reads all files without storing anything.
func (a *App) dryRun(ctx context.Context, files []string, opt ImportOptions) (*ImportResult, error) {
	in := &ingest{app: a, opt: opt, dry: true}
	err := in.files(ctx, files)
	r := in.result()
	r.Strict = r.Total.Quarantined > 0 || r.Total.Error != ""
	return r, err
}

func (in *ingest) files(ctx context.Context, files []string) error {
	for _, f := range files {
		r, err := in.file(ctx, f)
		in.done = append(in.done, r)
		if err != nil {
			return fmt.Errorf("importing %s: %w", f, err)
		}
	}
	return nil
}

// counted tells the progress how much of a file has been read.
type counted struct {
	*os.File
	in *ingest
}

// Read implements io.Reader.
func (c counted) Read(b []byte) (int, error) {
	n, err := c.File.Read(b)
	c.in.read += int64(n)
	return n, err
}

// chunkRows is how many records share one append to the journal and one
// transaction of the store.
const chunkRows = 4096

// chunk is records on their way from the reader to the journal.
type chunk struct {
	entries []entry
	read    int64 // bytes read so far
	end     error // of the file: io.EOF or why it could not be read on
	format  string
	credit  string
}

// entry is one record to be.
type entry struct {
	kind        string
	body        []byte
	observation *observation.Observation
	record      reference
}

// file imports one file: one goroutine reads, this one stores.
func (in *ingest) file(ctx context.Context, path string) (FileResult, error) {
	r := FileResult{File: path}
	f, err := os.Open(path)
	if err != nil {
		return r, err
	}
	defer f.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	chunks := make(chan chunk, 3)
	go func() {
		defer close(chunks)
		in.reading(ctx, counted{f, in}, path, chunks)
	}()
	for c := range chunks {
		if c.format != "" {
			r.Format, r.Credit = c.format, c.credit
		}
		stored := r
		if err := in.store(ctx, c.entries, &r); err != nil {
			r = stored // what was not acknowledged is not counted
			cancel()
			for range chunks { // let the reader end
			}
			return r, err
		}
		if !in.dry {
			in.app.progress.Done(c.read)
		}
		if c.end != nil && c.end != io.EOF {
			r.Error = c.end.Error()
		}
	}
	return r, ctx.Err()
}

// reading turns a file into chunks of records.
func (in *ingest) reading(ctx context.Context, f io.Reader, path string, out chan<- chunk) {
	send := func(c chunk) bool {
		c.read = in.read
		select {
		case out <- c:
			return true
		case <-ctx.Done():
			return false
		}
	}
	opt := feed.Options{Format: in.opt.Format, Source: in.opt.Source, Encoding: in.opt.Encoding,
		Location: in.app.agreement.Location(), Now: in.app.now()}
	copy(opt.Area[:], in.app.agreement.Area)
	s, err := feed.Open(f, filepath.Base(path), opt)
	if err != nil {
		send(chunk{end: err, entries: in.quarantine(nil, &feed.Quarantine{File: filepath.Base(path), Reason: err.Error(), Source: in.opt.Source})})
		return
	}
	defer s.Close()
	c := chunk{}
	for {
		item, err := s.Next()
		c.format, c.credit = s.Format, s.Credit
		if err == nil {
			c.entries = in.entries(c.entries, &item)
			if len(c.entries) >= chunkRows {
				if !send(c) {
					return
				}
				c = chunk{}
			}
			continue
		}
		c.end = err
		if err != io.EOF {
			c.entries = in.quarantine(c.entries, &feed.Quarantine{File: filepath.Base(path), Reason: "the rest of the file: " + err.Error(), Source: in.opt.Source})
		}
		send(c)
		return
	}
}

// entries adds what an item becomes.
func (in *ingest) entries(to []entry, item *feed.Item) []entry {
	if o := item.Observation; o != nil {
		return append(to, entry{kind: kindObservation, observation: o, body: observation.AppendCanonical(nil, o)})
	}
	if q := item.Quarantine; q != nil {
		return in.quarantine(to, q)
	}
	e, err := in.reference(item)
	if err != nil {
		return in.quarantine(to, &feed.Quarantine{File: item.File, Row: item.Row, Reason: err.Error()})
	}
	return append(to, e)
}

func (in *ingest) quarantine(to []entry, q *feed.Quarantine) []entry {
	body, err := canonical(q)
	if err != nil {
		panic(fmt.Sprintf("a quarantined row that JSON can't hold: %v", err)) // only strings and numbers
	}
	ref := fmt.Sprintf("%x", digestOf(body)[:8])
	return append(to, entry{kind: kindQuarantine, body: body, record: reference{source: q.Source, ref: ref,
		label: fmt.Sprintf("%s: row %d: %s", q.File, q.Row, q.Reason)}})
}

// pending is an observation that this chunk adds.
type pending struct {
	index      int // in the records to append
	digest     int64
	supersedes []uint64
	after      int // index of a version in this chunk that it supersedes; -1: none
}

// store puts what is new in a chunk into the journal, then into the store.
func (in *ingest) store(ctx context.Context, entries []entry, r *FileResult) error {
	a := in.app
	if !in.dry {
		// Nothing else is recorded between the question what is new and the answer.
		a.recording.Lock()
		defer a.recording.Unlock()
		if err := a.catchUp(ctx); err != nil {
			return err
		}
	}
	now := a.now()
	if !in.dry {
		if err := in.known.reserve(ctx, len(entries)); err != nil {
			return err
		}
	}
	var records []journal.Record
	var from []*entry
	fresh := map[reference]*pending{}
	adds := make([]*pending, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		r.Rows++
		var p *pending
		switch e.kind {
		case kindObservation:
			var err error
			if p, err = in.judgeNew(ctx, e, fresh, r); err != nil {
				return err
			}
			if p == nil {
				continue
			}
			p.index = len(records)
		default:
			if e.kind == kindQuarantine {
				r.Quarantined++
				e.record.at = now
			}
			known, err := in.knownRecord(ctx, e)
			if err != nil {
				return err
			}
			if known {
				if e.kind != kindQuarantine {
					r.Known++
				}
				continue
			}
			switch e.kind {
			case kindQuarantine:
			case kindLine:
				r.Lines++
				in.newTerms = true
			default:
				r.Other++
			}
		}
		adds = append(adds, p)
		from = append(from, e)
		records = append(records, journal.Record{Kind: e.kind, Time: now, Body: e.body})
	}
	if in.dry || len(records) == 0 {
		return nil
	}
	first, err := a.journal.Append(ctx, records)
	if err != nil {
		return err
	}
	b, err := a.store.Begin(ctx)
	if err != nil {
		return err
	}
	defer b.Rollback()
	for i, e := range from {
		seq := first + uint64(i)
		if p := adds[i]; p != nil {
			if p.after >= 0 {
				p.supersedes = append(p.supersedes, first+uint64(p.after))
			}
			err = b.Observation(seq, e.observation, p.digest, p.supersedes...)
		} else {
			err = a.applyRecord(b, seq, e.kind, e.record, e.body)
		}
		if err != nil {
			return err
		}
	}
	return b.Commit(first + uint64(len(records)))
}

// judgeNew says whether an observation is new or a correction; nil if the same
// is known already.
func (in *ingest) judgeNew(ctx context.Context, e *entry, fresh map[reference]*pending, r *FileResult) (*pending, error) {
	o := e.observation
	key := reference{source: o.Source, ref: o.Ref}
	p := &pending{digest: shortDigest(e.body), after: -1}
	if before := fresh[key]; before != nil {
		if before.digest == p.digest {
			r.Known++
			return nil, nil
		}
		r.Corrections++
		p.after = before.index
		fresh[key] = p
		return p, nil
	}
	if in.dry {
		r.Observations++
		fresh[key] = p
		return p, nil
	}
	if in.known.mayHold(o.Source, o.Ref) {
		seq, digest, ok, err := in.app.store.Current(ctx, o.Source, o.Ref)
		if err != nil {
			return nil, err
		}
		if ok && digest == p.digest {
			r.Known++
			return nil, nil
		}
		if ok {
			if same, err := in.app.redactedAlready(seq, digest, o); err != nil || same {
				r.Known++
				return nil, err
			}
			r.Corrections++
			p.supersedes = []uint64{seq}
			fresh[key] = p
			return p, nil
		}
	}
	r.Observations++
	fresh[key] = p
	in.known.add(o.Source, o.Ref)
	return p, nil
}

// knownRecord reports whether the last record of this source and reference
// says the same.
func (in *ingest) knownRecord(ctx context.Context, e *entry) (bool, error) {
	if in.dry {
		return false, nil
	}
	last, ok, err := in.app.store.LastRecord(ctx, e.kind, e.record.source, e.record.ref)
	return ok && bytes.Equal(last.Digest, contentDigest(e.body)), err
}

var errNoLine = errors.New("the agreement has no line that this could be a version of")

// lineOf finds the agreement's line that a file names, or the one that is
// meant where it names none: the first.
func (in *ingest) lineOf(name string) (int, error) {
	lines := in.app.agreement.Lines
	if name == "" && len(lines) > 0 {
		return 0, nil
	}
	for i := range lines {
		if lines[i].ID == name {
			return i, nil
		}
	}
	if len(lines) == 0 {
		return 0, errNoLine
	}
	var ids []string
	for _, l := range lines {
		ids = append(ids, l.ID)
	}
	return 0, fmt.Errorf("the agreement has no line %q; it has %s", name, strings.Join(slices.Compact(ids), ", "))
}

// version makes a line version of what came in, ready to be recorded.
func (in *ingest) version(v line.Version, name string) (*line.Version, error) {
	i, err := in.lineOf(name)
	if err != nil {
		return nil, err
	}
	l := &in.app.agreement.Lines[i]
	v.Line = l.ID
	if v.HeldBy == "" {
		if v.Left == "" && v.Right == "" {
			v.Left, v.Right = l.Left, l.Right
		}
		return line.NewVersion(v)
	}
	party := in.app.agreement.PartyByActor(v.HeldBy)
	if party == nil {
		return nil, fmt.Errorf("it is held by %q, a party that the agreement does not define", v.HeldBy)
	}
	v.HeldBy = party.ID
	if in.border == nil {
		if in.border, err = in.app.border(); err != nil {
			return nil, err
		}
	}
	if err := fromHeld(&v, l, in.border); err != nil {
		return nil, err
	}
	return line.NewVersion(v)
}
