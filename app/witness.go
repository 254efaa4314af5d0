package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/truce-monitor/truce/journal"
)

// Cosigned is a witness's word for this workspace's journal.
type Cosigned struct {
	Witness string    `json:"witness"`
	Records uint64    `json:"records"`
	At      time.Time `json:"at"` // UTC
}

// AskWitness has a witness cosign the present checkpoint and keeps the
// cosignature beside it. ask carries checkpoint and proof to the witness and
// returns its lines.
func (a *App) AskWitness(ctx context.Context, public string, ask func(ctx context.Context, signed []byte, prove func(old uint64) ([][32]byte, error)) ([]byte, error)) (*Cosigned, error) {
	verifier, err := journal.ParseVerifier(public)
	if err != nil {
		return nil, err
	}
	log, signed, c, err := a.signedHead()
	if err != nil {
		return nil, err
	}
	lines, err := ask(ctx, signed, func(old uint64) ([][32]byte, error) {
		if old > c.Size {
			return nil, fmt.Errorf("the witness has seen %d records; the journal holds %d: is this an old copy?", old, c.Size)
		}
		return journal.ProveConsistency(log, old, c.Head)
	})
	if err != nil {
		return nil, err
	}
	found, err := journal.Cosignatures(append(signed[:len(signed):len(signed)], lines...), verifier)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errors.New("the answer bears no cosignature of this witness")
	}
	return &Cosigned{found[0].Witness, c.Size, found[0].At}, a.keepCosigned(signed, c, lines)
}

// keepCosigned keeps lines with those of other witnesses of the same
// checkpoint.
func (a *App) keepCosigned(signed []byte, c journal.Checkpoint, lines []byte) error {
	path := filepath.Join(a.journalDir, journal.WitnessedFile)
	have, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if old, _, err := journal.SplitCheckpoint(have); err == nil && old == c {
		signed = have
	}
	return replaceFile(path, append(signed[:len(signed):len(signed)], lines...))
}

// replaceFile writes a file so that after a crash the old one or the new one is
// there, whole.
func replaceFile(path string, data []byte) error {
	if err := writeFile(path+".new", func(f *os.File) error {
		_, err := f.Write(data)
		return errors.Join(err, f.Sync())
	}); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// signedHead is the journal's newest checkpoint, as it is signed and read, with the
// log that it is of.
func (a *App) signedHead() (log journal.Fetch, signed []byte, c journal.Checkpoint, err error) {
	if log, err = a.journal.Log(); err != nil {
		return nil, nil, c, err
	}
	if signed, err = log.Checkpoint(); err != nil {
		return nil, nil, c, err
	}
	c, _, err = journal.SplitCheckpoint(signed)
	return log, signed, c, err
}
