package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/journal"
)

// KeyFile is the name of the private key in a workspace. It signs the journal's
// checkpoints; the public one lies in the journal's folder.
const KeyFile = "truce.key"

// key reads the workspace's key, or makes one for a journal that was never
// signed.
func (a *App) key() (*journal.Key, error) {
	path := filepath.Join(a.dir, KeyFile)
	data, err := os.ReadFile(path)
	if err == nil {
		k, err := journal.ParseKey(string(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return k, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	public, err := os.ReadFile(filepath.Join(a.journalDir, journal.PublicKeyFile))
	if err == nil {
		return nil, fmt.Errorf("%s is missing: the journal is signed with key %.60s…; put the key back from a backup", path, public)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	terms, problems, err := a.parseTerms()
	if err != nil {
		return nil, err
	}
	if agreement.Failed(problems) {
		return nil, Problems(problems)
	}
	var some [4]byte
	if _, err := rand.Read(some[:]); err != nil {
		return nil, err
	}
	k, err := journal.NewKey(rand.Reader, fmt.Sprintf("truce/%s/%x", terms.ID, some))
	if err != nil {
		return nil, err
	}
	if err := writeSecret(path, k.Private()+"\n"); err != nil {
		return nil, fmt.Errorf("keeping the key: %w", err)
	}
	return k, nil
}

func (a *App) parseTerms() (*agreement.Agreement, []agreement.Problem, error) {
	path := filepath.Join(a.dir, AgreementFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	terms, problems := agreement.Parse(path, data)
	return terms, problems, nil
}

// writeSecret writes a file, durably, that only its owner may read.
func writeSecret(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// PublicKey is the key with which everybody can check this workspace's journal.
func (a *App) PublicKey() string {
	data, err := os.ReadFile(filepath.Join(a.journalDir, journal.PublicKeyFile))
	if err != nil {
		return ""
	}
	return string(data[:max(0, len(data)-1)])
}
