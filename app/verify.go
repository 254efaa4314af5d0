package app

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

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
	// Stampers are certificates (PEM) of authorities whose time stamps count.
	Stampers []byte
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
	stamped := &Verification{}
	var roots *x509.CertPool
	if len(opt.Stampers) > 0 {
		if roots = x509.NewCertPool(); !roots.AppendCertsFromPEM(opt.Stampers) {
			return nil, errors.New("the file of authorities for time stamps holds no certificate in PEM")
		}
	}
	cs, err := a.stamps(stamped, key, roots)
	if err != nil {
		return err, nil
	}
	j, err := journal.Open(a.journalDir, journal.Options{ReadOnly: true})
	if err != nil {
		return err, nil
	}
	defer j.Close()
	bodies := &bodies{erased: map[uint64]bool{}}
	a.progress.Begin("checking records", int64(j.Head().Size))
	done, wrong := j.Verify(journal.Verification{Key: key, Earlier: append(cs, earlier...), Each: bodies.check, Progress: func(n uint64) { a.progress.Done(int64(n)) }})
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
	v.Checked = append(v.Checked, stamped.Checked...)
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
	if journal.Writing(a.journalDir) {
		v.checked("another process is writing: the projections change and were left alone")
		return nil, nil
	}
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
