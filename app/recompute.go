package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/journal"
)

// RecomputeOptions say how a bundle is taken.
type RecomputeOptions struct {
	// Key is the log's public key; empty: the one in the bundle, which proves
	// nothing about who made it.
	Key string
	// Records goes back to when the journal had so many, as a report's head
	// says; 0 means all that the bundle holds.
	Records uint64
	Options
}

// Recomputed is a bundle, checked, with all that follows from it.
type Recomputed struct {
	*App
	Manifest Manifest
	Key      string // the public key with which it was checked
	Checked  *journal.Verified
	scratch  string
}

// ErrWrong is wrapped by errors that say that something that was checked is
// not what it should be.
var ErrWrong = errors.New("it is not what it should be")

// Recompute checks a bundle and makes incidents and findings again from
// nothing but its records. Close it.
func Recompute(ctx context.Context, bundle string, opt RecomputeOptions) (*Recomputed, error) {
	scratch, err := os.MkdirTemp("", "truce-recompute-")
	if err != nil {
		return nil, err
	}
	r := &Recomputed{scratch: scratch}
	if err := r.open(ctx, bundle, opt); err != nil {
		r.Close()
		return nil, fmt.Errorf("recomputing from %s: %w", bundle, err)
	}
	return r, nil
}

// Close removes what was made.
func (r *Recomputed) Close() error {
	var err error
	if r.App != nil {
		err = r.App.Close()
	}
	return errors.Join(err, os.RemoveAll(r.scratch))
}

func (r *Recomputed) open(ctx context.Context, bundle string, opt RecomputeOptions) error {
	m, err := unpack(bundle, r.scratch)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWrong, err)
	}
	r.Manifest = *m
	dir := filepath.Join(r.scratch, "journal")
	if r.Key = opt.Key; r.Key == "" {
		data, err := os.ReadFile(filepath.Join(dir, journal.PublicKeyFile))
		if err != nil {
			return err
		}
		r.Key = string(data[:max(0, len(data)-1)])
	}
	key, err := journal.ParseVerifier(r.Key)
	if err != nil {
		return err
	}
	if r.Checked, err = checkBundle(dir, key, m); err != nil {
		return fmt.Errorf("%w: %w", ErrWrong, err)
	}
	if m.Rules != Rules() {
		return fmt.Errorf("it was made by %q; this program has %q: use that version to get the same reports", m.Rules, Rules())
	}
	r.App, err = openSealed(ctx, dir, r.scratch, opt.Records, opt.Options)
	return err
}

// checkBundle checks the records against the signed checkpoint.
func checkBundle(dir string, key note.Verifier, m *Manifest) (*journal.Verified, error) {
	j, err := journal.Open(dir, journal.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer j.Close()
	done, err := j.Verify(journal.Verification{Key: key, NoTiles: true})
	if err != nil {
		return nil, err
	}
	if done.Checkpoint == nil {
		return nil, errors.New("the bundle's journal has no checkpoint")
	}
	if done.Checkpoint.Head != done.Head {
		return nil, fmt.Errorf("the checkpoint is over %d records, the bundle holds %d", done.Checkpoint.Size, done.Head.Size)
	}
	if m.Records != done.Head.Size || m.Root != fmt.Sprintf("%x", done.Head.Root) {
		return nil, fmt.Errorf("the manifest says %d records with root %.16s…; they are %d with root %x", m.Records, m.Root, done.Head.Size, done.Head.Root)
	}
	return done, nil
}

// soundTerms checks terms that came in a journal as if they were new: whoever
// made the journal may have had no program that did.
func soundTerms(data []byte) (*agreement.Agreement, error) {
	terms, err := agreement.FromCanonical(data)
	if err != nil {
		return nil, err
	}
	if problems := agreement.Check(terms); agreement.Failed(problems) {
		return nil, Problems(problems)
	}
	return terms, nil
}
