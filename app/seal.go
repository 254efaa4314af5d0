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

	"github.com/digitorus/timestamp"

	"github.com/truce-monitor/truce/journal"
)

// Seal is what vouches for the journal as it is now.
type Seal struct {
	Checkpoint string     `json:"checkpoint"` // the signed note (C2SP tlog-checkpoint)
	Key        string     `json:"key"`        // public: the checkpoint is checked with it
	Records    uint64     `json:"records"`
	Root       string     `json:"root"`                // hexadecimal
	Witnessed  string     `json:"witnessed,omitempty"` // the last checkpoint that others cosigned, with their lines
	Stamps     []Stamped  `json:"stamps"`              // of authorities, the oldest first; not checked here
	Witnesses  []Cosigned `json:"witnesses"`           // by name as the lines say; not checked here
}

// Seal tells what vouches for the journal. Whoever reads it checks it.
func (a *App) Seal(context.Context) (*Seal, error) {
	_, signed, c, err := a.signedHead()
	if err != nil {
		return nil, err
	}
	s := &Seal{Checkpoint: string(signed), Key: a.PublicKey(), Records: c.Size, Root: fmt.Sprintf("%x", c.Root), Stamps: []Stamped{}, Witnesses: []Cosigned{}}
	witnessed, err := os.ReadFile(filepath.Join(a.journalDir, journal.WitnessedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s.Witnessed = string(witnessed)
	if old, _, err := journal.SplitCheckpoint(witnessed); err == nil {
		for _, line := range strings.Split(s.Witnessed, "\n") {
			// The first signature is the log's own.
			if name, ok := strings.CutPrefix(line, "— "); ok {
				name, _, _ = strings.Cut(name, " ")
				s.Witnesses = append(s.Witnesses, Cosigned{Witness: name, Records: old.Size})
			}
		}
		s.Witnesses = s.Witnesses[min(1, len(s.Witnesses)):]
	}
	entries, err := os.ReadDir(filepath.Join(a.journalDir, timestampsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".tsr")
		if !ok {
			continue
		}
		reply, err := os.ReadFile(filepath.Join(a.journalDir, timestampsDir, e.Name()))
		if err != nil {
			return nil, err
		}
		t, err := timestamp.ParseResponse(reply)
		if err != nil {
			continue // verify says what is wrong with it
		}
		of, err := os.ReadFile(filepath.Join(a.journalDir, timestampsDir, name+".checkpoint"))
		if err != nil {
			return nil, err
		}
		if c, _, err := journal.SplitCheckpoint(of); err == nil {
			s.Stamps = append(s.Stamps, Stamped{c.Size, t.Time.UTC(), stampedBy(t)})
		}
	}
	slices.SortFunc(s.Stamps, func(x, y Stamped) int { return x.At.Compare(y.At) })
	return s, nil
}

// Log returns what fetches the public files of the journal's log: "checkpoint"
// and the tiles in the layout of C2SP tlog-tiles. None of them tells what a
// record says.
func (a *App) Log() (journal.Fetch, error) { return a.journal.Log() }
