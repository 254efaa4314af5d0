package app

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// Medium is a photograph, recording or document that somebody sent: it is kept
// by its hash, by which observations name it.
type Medium struct {
	SHA256   string               `json:"sha256"` // lower-case hexadecimal
	Type     string               `json:"type"`   // media type, as its first bytes show it
	Bytes    int64                `json:"bytes"`
	Handling observation.Handling `json:"handling"`
	By       string               `json:"by,omitempty"`
	At       time.Time            `json:"at"` // when it was first sent, UTC
}

// mediaDir holds media in a workspace, each with what is known of it beside it.
const mediaDir = "media"

// KeepMedium stores what r gives; it is durable when it returns. What is there
// already stays, under the more restricted of the two labels.
func (a *App) KeepMedium(r io.Reader, m Medium) (*Medium, error) {
	if a.opt.ReadOnly || a.sealed {
		return nil, fmt.Errorf("storing media: %w", ErrReadOnly)
	}
	dir := filepath.Join(a.dir, mediaDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name()) // of what was not kept
	h := sha256.New()
	m.Bytes, err = io.Copy(io.MultiWriter(f, h), r)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("storing media: %w", err)
	}
	m.SHA256, m.At = hex.EncodeToString(h.Sum(nil)), a.now()
	m.Handling = cmp.Or(m.Handling, publish.Default)
	a.writing.Lock()
	defer a.writing.Unlock()
	old, err := a.Medium(m.SHA256)
	switch {
	case err == nil:
		label := publish.MostRestricted(old.Handling, m.Handling)
		m = *old
		if label == m.Handling {
			return &m, nil
		}
		m.Handling = label
	case errors.Is(err, ErrUnknown):
		if err := os.Rename(f.Name(), filepath.Join(dir, m.SHA256)); err != nil {
			return nil, err
		}
	default:
		return nil, err
	}
	about, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return &m, replaceFile(filepath.Join(dir, m.SHA256+".json"), append(about, '\n'))
}

// Medium tells what is known of a medium.
func (a *App) Medium(sum string) (*Medium, error) {
	if ok, err := regexp.MatchString("^[0-9a-f]{64}$", sum); err != nil || !ok {
		return nil, fmt.Errorf("%w %q: a hash has 64 hexadecimal digits", ErrUnknown, sum)
	}
	about, err := os.ReadFile(filepath.Join(a.dir, mediaDir, sum+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w %q: no such medium is kept", ErrUnknown, sum)
	}
	if err != nil {
		return nil, err
	}
	m := &Medium{}
	return m, json.Unmarshal(about, m)
}

// OpenMedium opens what is kept under a hash.
func (a *App) OpenMedium(sum string) (*os.File, error) {
	if _, err := a.Medium(sum); err != nil {
		return nil, err
	}
	return os.Open(filepath.Join(a.dir, mediaDir, sum))
}
