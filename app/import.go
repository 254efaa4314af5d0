package app

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/truce-monitor/truce/feed"
	"github.com/truce-monitor/truce/geo"
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
