// Package witness knows how a party that does not trust a log's operator
// watches it: it remembers the last checkpoint that it has seen of each log,
// lets a newer one pass only with a proof that the log merely grew, and
// cosigns it. So two parties who both trust some witness can't be shown
// different pasts. It speaks C2SP tlog-witness.
//
// It must not know what the records of a log mean.
package witness

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/truce-monitor/truce/journal"
)

// Witness watches logs. Make it with Open.
type Witness struct {
	key  *journal.Witness
	path string
	now  func() time.Time

	mu   sync.Mutex // guards the following; a check and its note are one step
	logs map[string]*watched
}

// watched is a log and what was seen of it last.
type watched struct {
	verifier note.Verifier
	Public   string `json:"key"`
	Size     uint64 `json:"size"`
	Root     string `json:"root"` // base64; empty: nothing yet
}

// Open opens a witness whose memory is a file, made when it is not there yet.
// A witness that has lost its memory must not go on under its old key: it
// could then be led to cosign a fork.
func Open(path string, key *journal.Witness, now func() time.Time) (*Witness, error) {
	w := &Witness{key: key, path: path, now: now, logs: map[string]*watched{}}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &w.logs)
	}
	if err != nil {
		return nil, fmt.Errorf("reading what the witness has seen: %w", err)
	}
	for name, l := range w.logs {
		if l.verifier, err = journal.ParseVerifier(l.Public); err != nil {
			return nil, fmt.Errorf("reading what the witness has seen of %s: %s: %w", name, path, err)
		}
	}
	return w, nil
}

// Watch adds a log by its public key; the one that is watched already stays.
func (w *Witness) Watch(public string) error {
	v, err := journal.ParseVerifier(public)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.logs[v.Name()]; old != nil {
		if old.verifier.KeyHash() != v.KeyHash() {
			return fmt.Errorf("log %s is watched under another key, %08x; a log does not change its key", v.Name(), old.verifier.KeyHash())
		}
		return nil
	}
	w.logs[v.Name()] = &watched{verifier: v, Public: public}
	return w.keep()
}

// keep writes what was seen, durably. The caller holds mu.
func (w *Witness) keep() error {
	data, err := json.MarshalIndent(w.logs, "", " ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(w.path), filepath.Base(w.path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), w.path)
}

// Reasons why a checkpoint is not cosigned.
var (
	ErrUnknownLog = errors.New("the witness does not watch this log")
	ErrSignature  = errors.New("the checkpoint is not signed with the log's key")
	ErrFork       = errors.New("the log contradicts what the witness has seen of it")
	ErrOrder      = errors.New("the old size is larger than the new one")
)

// StaleError says that a proof begins elsewhere than at what was seen last.
type StaleError struct{ Size uint64 }

// Error says from where a proof is asked for.
func (e *StaleError) Error() string {
	return fmt.Sprintf("the witness has seen %d records; the proof must begin there", e.Size)
}

// Seen is the last checkpoint of a log that was cosigned.
func (w *Witness) Seen(log string) (h journal.Head, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.logs[log]
	if l == nil || l.Root == "" {
		return journal.Head{}, false
	}
	return l.head(), true
}

func (l *watched) head() journal.Head {
	h := journal.Head{Size: l.Size}
	root, err := base64.StdEncoding.DecodeString(l.Root)
	if err == nil {
		copy(h.Root[:], root)
	}
	return h
}

// Add takes a signed checkpoint with the proof that the log of its old size
// is its beginning, and returns the line of the cosignature.
func (w *Witness) Add(signed []byte, old uint64, proof [][32]byte) ([]byte, error) {
	c, _, err := journal.SplitCheckpoint(signed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnknownLog, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.logs[c.Origin]
	if l == nil {
		return nil, fmt.Errorf("%w: %s", ErrUnknownLog, c.Origin)
	}
	if _, err := journal.OpenCheckpoint(signed, l.verifier); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	seen := l.head()
	switch {
	case old > c.Size:
		return nil, fmt.Errorf("%w: %d and %d", ErrOrder, old, c.Size)
	case old != seen.Size:
		return nil, &StaleError{seen.Size}
	}
	if l.Root != "" || len(proof) > 0 {
		if err := journal.CheckConsistency(proof, seen, c.Head); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFork, err)
		}
	}
	l.Size, l.Root = c.Size, base64.StdEncoding.EncodeToString(c.Root[:])
	if err := w.keep(); err != nil {
		return nil, fmt.Errorf("noting the checkpoint: %w", err)
	}
	return w.key.Cosign(c, w.now()), nil
}
