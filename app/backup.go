package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/notify"
)

// Backup copies a workspace into a new folder while another process may be
// writing to it: all that was acknowledged when it began, and the private key.
// The copy is checked, and is a workspace itself: to restore it, put it in the
// old one's place. The projections are not copied; they are made again.
func Backup(ctx context.Context, dir, to string, opt Options) (*journal.Verified, error) {
	if _, err := os.Stat(to); err == nil {
		return nil, fmt.Errorf("backing up: %s is there already; each backup needs a folder of its own", to)
	}
	part := to + ".part" // of a backup that was cut short: begun again
	if err := os.RemoveAll(part); err != nil {
		return nil, fmt.Errorf("backing up: %w", err)
	}
	a := newApp(dir, opt)
	done, err := a.backup(ctx, part)
	if err == nil {
		err = os.Rename(part, to)
	}
	if err != nil {
		return nil, fmt.Errorf("backing up %s: %w", dir, err)
	}
	return done, nil
}

func (a *App) backup(ctx context.Context, to string) (*journal.Verified, error) {
	if err := os.MkdirAll(filepath.Join(to, "journal"), 0o755); err != nil {
		return nil, err
	}
	names := []string{AgreementFile}
	terms, problems, err := a.parseTerms()
	if err != nil {
		return nil, err
	}
	if !agreement.Failed(problems) {
		for _, f := range agreement.Files(terms) {
			names = append(names, filepath.FromSlash(f.Name))
		}
	}
	for _, name := range names {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755); err != nil {
			return nil, err
		}
		if err := copyFile(filepath.Join(a.dir, name), filepath.Join(to, name)); err != nil {
			return nil, err
		}
	}
	secret, err := os.ReadFile(filepath.Join(a.dir, KeyFile))
	if err != nil {
		return nil, err
	}
	if err := writeSecret(filepath.Join(to, KeyFile), string(secret)); err != nil {
		return nil, err
	}
	if err := a.copyContacts(terms, to); err != nil {
		return nil, err
	}
	if err := a.copyJournal(ctx, filepath.Join(to, "journal")); err != nil {
		return nil, err
	}
	key, err := journal.ParseKey(string(secret))
	if err != nil {
		return nil, err
	}
	// Opening it makes the tree again from the records, and holds them against
	// the checkpoint that was copied before them.
	j, err := journal.Open(filepath.Join(to, "journal"), journal.Options{Key: key})
	if err != nil {
		return nil, err
	}
	done, err := j.Verify(journal.Verification{Key: key.Verifier()})
	return done, errors.Join(err, j.Close())
}

// copyContacts copies who is told, with the files of secrets that lie in the
// workspace, for the owner's eyes only.
func (a *App) copyContacts(terms *agreement.Agreement, to string) error {
	data, err := os.ReadFile(filepath.Join(a.dir, notify.File))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := writeSecret(filepath.Join(to, notify.File), string(data)); err != nil {
		return err
	}
	contacts, err := notify.Parse(data, terms)
	if err != nil {
		return nil // what is wrong is said when notices are sent
	}
	for _, name := range contacts.Files() {
		if !filepath.IsLocal(name) {
			continue // it lies elsewhere, and stays there
		}
		secret, err := os.ReadFile(filepath.Join(a.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o700); err != nil {
			return err
		}
		if err := writeSecret(filepath.Join(to, name), string(secret)); err != nil {
			return err
		}
	}
	return nil
}

// copyJournal copies the signed checkpoint first, then the records, which only
// grow: so they hold at least what it was signed over.
func (a *App) copyJournal(ctx context.Context, to string) error {
	for _, name := range []string{"checkpoint", journal.PublicKeyFile, journal.WitnessedFile} {
		if err := copyFile(filepath.Join(a.journalDir, name), filepath.Join(to, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	entries, err := os.ReadDir(a.journalDir)
	if err != nil {
		return err
	}
	var segments []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".seg") {
			segments = append(segments, e.Name())
		}
	}
	slices.Sort(segments)
	a.progress.Begin("copying the journal", int64(len(segments)))
	defer a.progress.End()
	for i, name := range segments {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := copyFile(filepath.Join(a.journalDir, name), filepath.Join(to, name)); err != nil {
			return err
		}
		a.progress.Done(int64(i + 1))
	}
	stamps := filepath.Join(a.journalDir, timestampsDir)
	if _, err := os.Stat(stamps); err == nil {
		return os.CopyFS(filepath.Join(to, timestampsDir), os.DirFS(stamps))
	}
	return nil
}

// timestampsDir holds RFC 3161 time stamps of checkpoints, beside the segments.
const timestampsDir = "timestamps"
