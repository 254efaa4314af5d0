package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/store/sqlite"
)

// Verification says what was checked, in order, and the first thing wrong.
type Verification struct {
	Of         string   `json:"of"`
	Checked    []string `json:"checked"`
	Wrong      string   `json:"wrong,omitempty"` // empty: nothing
	Records    uint64   `json:"records"`
	Root       string   `json:"root,omitempty"`
	Checkpoint string   `json:"checkpoint,omitempty"` // the signed note, to be kept and given again later
}

func (v *Verification) checked(format string, args ...any) {
	v.Checked = append(v.Checked, fmt.Sprintf(format, args...))
}

// VerifyOptions say against what is checked.
type VerifyOptions struct {
	// Key is the log's public key; empty: the one that lies beside the journal.
	Key string
	// Earlier are signed checkpoints that were kept.
	Earlier [][]byte
	// Witnesses are public keys of witnesses whose cosignatures are checked.
	Witnesses []string
	// JournalOnly leaves the projections alone.
	JournalOnly bool
	Options
}

// Verify checks a workspace as it lies, and changes nothing in it. What is
// wrong is in the result; the error is for what keeps it from being checked.
func Verify(ctx context.Context, dir string, opt VerifyOptions) (*Verification, error) {
	v := &Verification{Of: dir}
	a := newApp(dir, opt.Options)
	if _, err := os.Stat(a.journalDir); err != nil {
		return nil, fmt.Errorf("verifying %s: %w", dir, err)
	}
	wrong, err := a.verify(ctx, v, opt)
	if wrong != nil {
		v.Wrong = wrong.Error()
	}
	return v, err
}

// verify returns what is wrong, and what keeps it from checking.
func (a *App) verify(ctx context.Context, v *Verification, opt VerifyOptions) (wrong, err error) {
	key, earlier, witnesses, err := opt.keys(a.journalDir)
	if err != nil {
		return err, nil
	}
	if wrong := a.keysMatch(); wrong != nil {
		return wrong, nil
	}
	for _, c := range earlier {
		if c.Origin != key.Name() {
			return fmt.Errorf("the earlier checkpoint is of the log %q, this one is %q", c.Origin, key.Name()), nil
		}
	}
	j, err := journal.Open(a.journalDir, journal.Options{ReadOnly: true})
	if err != nil {
		return err, nil
	}
	defer j.Close()
	bodies := &bodies{erased: map[uint64]bool{}}
	a.progress.Begin("checking records", int64(j.Head().Size))
	done, wrong := j.Verify(journal.Verification{Key: key, Earlier: earlier, Each: bodies.check, Progress: func(n uint64) { a.progress.Done(int64(n)) }})
	a.progress.End()
	if wrong != nil {
		return wrong, ctx.Err()
	}
	v.Records, v.Root = done.Head.Size, fmt.Sprintf("%x", done.Head.Root)
	v.checked("%d records: frames, checksums, numbers and content", done.Head.Size)
	v.checked("the Merkle tree over them, and %d of its files: root %s", done.Tiles, v.Root)
	if done.Checkpoint != nil {
		data, err := journal.Folder(a.journalDir).Checkpoint()
		if err != nil {
			return err, nil
		}
		v.Checkpoint = string(data)
		v.checked("the checkpoint over %d records, signed by %s with key %08x", done.Checkpoint.Size, key.Name(), key.KeyHash())
	}
	for _, c := range earlier {
		v.checked("that it goes on from the earlier checkpoint over %d records", c.Size)
	}
	if err := a.witnessed(v, key, witnesses); err != nil {
		return err, nil
	}
	if wrong := bodies.redactions(done.Erased); wrong != nil {
		return wrong, nil
	}
	if len(done.Erased) > 0 {
		v.checked("%d records whose body was erased, each with a redaction on record", len(done.Erased))
	}
	if done.Trailing > 0 {
		v.checked("%d bytes of a half-written record at the end, never acknowledged, are not counted", done.Trailing)
	}
	if opt.JournalOnly {
		return nil, nil
	}
	return a.verifyProjections(ctx, v, done.Head.Size)
}

// keys reads the keys and checkpoints to check against.
func (opt *VerifyOptions) keys(journalDir string) (key note.Verifier, earlier []journal.Checkpoint, witnesses []note.Verifier, err error) {
	public := opt.Key
	if public == "" {
		data, err := os.ReadFile(filepath.Join(journalDir, journal.PublicKeyFile))
		if err != nil {
			return nil, nil, nil, fmt.Errorf("there is no key to check with: %w", err)
		}
		public = string(data)
	}
	if key, err = journal.ParseVerifier(public); err != nil {
		return nil, nil, nil, err
	}
	for _, signed := range opt.Earlier {
		c, err := journal.OpenCheckpoint(signed, key)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("the earlier checkpoint: %w", err)
		}
		earlier = append(earlier, c)
	}
	for _, w := range opt.Witnesses {
		x, err := journal.ParseVerifier(w)
		if err != nil {
			return nil, nil, nil, err
		}
		witnesses = append(witnesses, x)
	}
	return key, earlier, witnesses, nil
}

// keysMatch holds the private key, where it is, against the public one.
func (a *App) keysMatch() error {
	private, err := os.ReadFile(filepath.Join(a.dir, KeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // an auditor has none
	}
	public, err2 := os.ReadFile(filepath.Join(a.journalDir, journal.PublicKeyFile))
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	k, err := journal.ParseKey(string(private))
	if err != nil {
		return fmt.Errorf("%s: %w", KeyFile, err)
	}
	if k.Public()+"\n" != string(public) || k.Private()+"\n" != string(private) {
		return fmt.Errorf("%s and journal/%s are no pair", KeyFile, journal.PublicKeyFile)
	}
	return nil
}

// witnessed checks cosignatures.
func (a *App) witnessed(v *Verification, key note.Verifier, witnesses []note.Verifier) error {
	signed, err := os.ReadFile(filepath.Join(a.journalDir, journal.WitnessedFile))
	if errors.Is(err, fs.ErrNotExist) {
		if len(witnesses) > 0 {
			return errors.New("no witness has cosigned a checkpoint")
		}
		return nil
	}
	if err != nil {
		return err
	}
	return checkCosigned(v, signed, key, witnesses)
}

func checkCosigned(v *Verification, signed []byte, key note.Verifier, witnesses []note.Verifier) error {
	c, err := journal.OpenCheckpoint(signed, key)
	if err != nil {
		return fmt.Errorf("%s: %w", journal.WitnessedFile, err)
	}
	if len(witnesses) == 0 {
		return nil
	}
	found, err := journal.Cosignatures(signed, witnesses...)
	if err != nil {
		return fmt.Errorf("%s: %w", journal.WitnessedFile, err)
	}
	for _, w := range witnesses {
		i := slices.IndexFunc(found, func(c journal.Cosignature) bool { return c.Witness == w.Name() })
		if i < 0 {
			return fmt.Errorf("witness %s has not cosigned the checkpoint over %d records", w.Name(), c.Size)
		}
		v.checked("the cosignature of %s over %d records, of %s", w.Name(), c.Size, found[i].At.Format("2006-01-02 15:04:05 UTC"))
	}
	return nil
}

// bodies checks what records say.
type bodies struct {
	erased map[uint64]bool // by a redaction
	bytes  []byte
}

func (b *bodies) check(e *journal.Entry) error {
	if e.Erased {
		return nil
	}
	if e.Kind == kindObservation {
		o, err := observation.Parse(e.Body)
		if err != nil {
			return err
		}
		if b.bytes = observation.AppendCanonical(b.bytes[:0], &o); string(b.bytes) != string(e.Body) {
			return errors.New("its body is not in canonical form")
		}
		return nil
	}
	if e.Kind == kindRedaction {
		var r redactionRecord
		if err := json.Unmarshal(e.Body, &r); err != nil {
			return err
		}
		for _, seq := range r.Records {
			b.erased[seq] = true
		}
	}
	_, err := referenceOf(e)
	return err
}

// redactions holds what is erased against what redactions say.
func (b *bodies) redactions(erased []uint64) error {
	for _, seq := range erased {
		if !b.erased[seq] {
			return fmt.Errorf("the body of record %d is gone, and no redaction says so", seq)
		}
		delete(b.erased, seq)
	}
	for seq := range b.erased {
		return fmt.Errorf("a redaction says that record %d was erased, but its body is there; any command that writes erases it", seq)
	}
	return nil
}

// verifyProjections makes the projections again from the journal, elsewhere,
// and compares every row with those that lie there.
func (a *App) verifyProjections(ctx context.Context, v *Verification, records uint64) (wrong, err error) {
	scratch, err := os.MkdirTemp("", "truce-verify-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	// On a copy: even to look into the file, SQLite would write beside it.
	here := filepath.Join(scratch, "here.db")
	for _, suffix := range []string{"", "-wal"} {
		if err := copyFile(a.database+suffix, here+suffix); errors.Is(err, fs.ErrNotExist) {
			if suffix == "" {
				v.checked("there are no projections; any command makes them from the journal")
				return nil, nil
			}
		} else if err != nil {
			return nil, err
		}
	}
	name := filepath.Base(a.database)
	db, err := sqlite.Open(ctx, here, true)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err), nil
	}
	defer db.Close()
	if text, err := db.Check(ctx); err != nil || text != "" {
		return fmt.Errorf("%s: %w", name, errors.Join(err, textError(text))), nil
	}
	applied, err := db.Applied(ctx)
	if err == nil && applied != records {
		err = fmt.Errorf("the projections reflect %d records, the journal holds %d; any command brings them up", applied, records)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err), nil
	}
	opt := a.opt
	opt.Log = nil
	again, err := openSealed(ctx, a.journalDir, filepath.Join(scratch), 0, opt)
	if err != nil {
		return nil, fmt.Errorf("making the projections again: %w", err)
	}
	defer again.Close()
	text, err := db.Difference(ctx, again.store)
	if err != nil || text != "" {
		return fmt.Errorf("%s: %w", name, errors.Join(err, textError(text))), nil
	}
	v.checked("every row, index and table of the projections against the journal, made again")
	return nil, nil
}

func textError(text string) error {
	if text == "" {
		return nil
	}
	return errors.New(text)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(out.Sync(), out.Close())
}

// VerifyURL checks a journal that is served: a plain file server over its
// folder is enough.
func VerifyURL(ctx context.Context, url string, opt VerifyOptions) (*Verification, error) {
	v := &Verification{Of: url}
	if opt.Key == "" {
		return nil, errors.New("the log's public key is needed to check what a server says; whoever runs the log has it in journal/key.pub")
	}
	key, earlier, witnesses, err := opt.keys("")
	if err != nil {
		return nil, err
	}
	progress := newApp("", opt.Options).progress
	progress.Begin("fetching entries", 0)
	fetch := Remote(ctx, url)
	s, wrong := journal.VerifyServed(fetch, key, earlier, func(n uint64) { progress.Done(int64(n)) })
	progress.End()
	if s != nil {
		v.Checkpoint = string(s.Signed)
	}
	if wrong != nil {
		var unreachable *unreachable
		if errors.As(wrong, &unreachable) {
			return nil, wrong
		}
		v.Wrong = wrong.Error()
		return v, ctx.Err()
	}
	v.Records, v.Root = s.Checkpoint.Size, fmt.Sprintf("%x", s.Checkpoint.Root)
	v.checked("the checkpoint over %d records, signed by %s with key %08x", v.Records, key.Name(), key.KeyHash())
	v.checked("%d entries and %d files of the tree: root %s", v.Records, s.Tiles, v.Root)
	for _, c := range earlier {
		v.checked("that it goes on from the earlier checkpoint over %d records", c.Size)
	}
	if s.NoSegments {
		v.checked("what records say is not served: only their commitments were checked")
	} else {
		v.checked("what %d records say; of %d only the commitment is kept", s.Bodies, s.Withheld)
	}
	if len(witnesses) > 0 {
		f, err := fetch(journal.WitnessedFile)
		if err != nil {
			v.Wrong = fmt.Sprintf("no witness has cosigned a checkpoint: %v", err)
			return v, nil
		}
		defer f.Close()
		signed, err := io.ReadAll(io.LimitReader(f, 1<<16))
		if err == nil {
			err = checkCosigned(v, signed, key, witnesses)
		}
		if err != nil {
			v.Wrong = err.Error()
		}
	}
	return v, nil
}

// unreachable is an error of the way to a server, not of what it serves.
type unreachable struct{ err error }

func (u *unreachable) Error() string { return u.err.Error() }
func (u *unreachable) Unwrap() error { return u.err }

// Remote fetches a log's files from a server.
func Remote(ctx context.Context, url string) journal.Fetch {
	client := &http.Client{Timeout: 2 * time.Minute}
	base := strings.TrimRight(url, "/") + "/"
	return func(path string) (io.ReadCloser, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+path, nil)
		if err != nil {
			return nil, err
		}
		r, err := client.Do(req)
		if err != nil {
			return nil, &unreachable{err}
		}
		switch r.StatusCode {
		case http.StatusOK:
			return r.Body, nil
		case http.StatusNotFound, http.StatusForbidden, http.StatusGone:
			r.Body.Close()
			return nil, fmt.Errorf("%s: the server has none: %w", path, fs.ErrNotExist)
		}
		r.Body.Close()
		return nil, &unreachable{fmt.Errorf("fetching %s: the server says %s", base+path, r.Status)}
	}
}

// VerifyProof checks a proof with the log's public key alone.
func VerifyProof(name string, p *journal.Proof, public string) (*Verification, error) {
	v := &Verification{Of: name}
	key, err := journal.ParseVerifier(public)
	if err != nil {
		return nil, err
	}
	c, entries, wrong := p.Check(key)
	if wrong != nil {
		v.Wrong = wrong.Error()
		return v, nil
	}
	v.Records, v.Root, v.Checkpoint = c.Size, fmt.Sprintf("%x", c.Root), p.Checkpoint
	v.checked("the checkpoint over %d records, signed by %s with key %08x", c.Size, key.Name(), key.KeyHash())
	bodies, withheld := 0, 0
	for i := range entries {
		if entries[i].Erased {
			withheld++
		} else {
			bodies++
		}
	}
	v.checked("that %d records are in the log at this checkpoint: %s", len(entries), ranges(entries))
	v.checked("what %d of them say, word for word; of %d only the commitment is shown", bodies, withheld)
	return v, nil
}

// ranges lists numbers of records, those that follow each other together.
func ranges(entries []journal.Entry) string {
	var out []string
	for i := 0; i < len(entries); {
		k := i
		for k+1 < len(entries) && entries[k+1].Seq == entries[k].Seq+1 {
			k++
		}
		if len(out) == 8 {
			out = append(out, "…")
			break
		}
		if k > i {
			out = append(out, fmt.Sprintf("%d to %d", entries[i].Seq, entries[k].Seq))
		} else {
			out = append(out, fmt.Sprint(entries[i].Seq))
		}
		i = k + 1
	}
	return strings.Join(out, ", ")
}
