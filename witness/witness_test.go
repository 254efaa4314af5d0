package witness_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/truce-monitor/truce/journal"
	"github.com/truce-monitor/truce/witness"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func logKey(t testing.TB) *journal.Key {
	t.Helper()
	k, err := journal.NewKey(strings.NewReader(strings.Repeat("k", 64)), "example.com/log")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// log is a journal that grows by what is said.
type log struct {
	t   testing.TB
	dir string
}

func (l *log) grow(words ...string) {
	l.t.Helper()
	j, err := journal.Open(l.dir, journal.Options{Key: logKey(l.t)})
	if err != nil {
		l.t.Fatal(err)
	}
	defer j.Close()
	for _, w := range words {
		if _, err := j.Append(l.t.Context(), []journal.Record{{Kind: "observation", Time: noon, Body: []byte(w)}}); err != nil {
			l.t.Fatal(err)
		}
	}
}

func (l *log) checkpoint() (signed []byte, c journal.Checkpoint) {
	l.t.Helper()
	signed, err := journal.Folder(l.dir).Checkpoint()
	if err != nil {
		l.t.Fatal(err)
	}
	if c, _, err = journal.SplitCheckpoint(signed); err != nil {
		l.t.Fatal(err)
	}
	return signed, c
}

func (l *log) prove(old uint64) ([][32]byte, error) {
	_, c := l.checkpoint()
	if old > c.Size {
		return nil, fmt.Errorf("the log has %d records only", c.Size)
	}
	return journal.ProveConsistency(journal.Folder(l.dir), old, c.Head)
}

func open(t testing.TB, path string) (*witness.Witness, note.Verifier) {
	t.Helper()
	key, err := journal.NewWitness(strings.NewReader(strings.Repeat("w", 256)), "guarantor.example/w1")
	if err != nil {
		t.Fatal(err)
	}
	w, err := witness.Open(path, key, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	v, err := journal.ParseVerifier(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return w, v
}

func TestAForkIsRefused(t *testing.T) {
	seen := filepath.Join(t.TempDir(), "seen.json")
	w, verifier := open(t, seen)
	if err := w.Watch(logKey(t).Public()); err != nil {
		t.Fatal(err)
	}
	here, fork := &log{t, t.TempDir()}, &log{t, t.TempDir()}
	here.grow("a", "b", "c")
	add := func(l *log, old uint64) error {
		t.Helper()
		signed, c := l.checkpoint()
		proof, err := l.prove(min(old, c.Size))
		if err != nil {
			t.Fatal(err)
		}
		line, err := w.Add(signed, old, proof)
		if err != nil {
			return err
		}
		found, err := journal.Cosignatures(append(signed, line...), verifier)
		if err != nil || len(found) != 1 || !found[0].At.Equal(noon) {
			t.Errorf("the cosignature is %v, %v", found, err)
		}
		return nil
	}
	if err := add(here, 0); err != nil {
		t.Fatal(err)
	}
	here.grow("d", "e")
	var stale *witness.StaleError
	if err := add(here, 1); !errors.As(err, &stale) || stale.Size != 3 {
		t.Errorf("a proof from elsewhere: %v", err)
	}
	if err := add(here, 3); err != nil {
		t.Error(err)
	}
	if err := add(here, 5); err != nil {
		t.Errorf("the same once more: %v", err)
	}
	fork.grow("a", "b", "c", "d", "x")
	if err := add(fork, 5); !errors.Is(err, witness.ErrFork) {
		t.Errorf("another past of the same size: %v", err)
	}
	fork.grow("y")
	// What was seen outlives the witness.
	w, verifier = open(t, seen)
	if err := add(fork, 5); !errors.Is(err, witness.ErrFork) {
		t.Errorf("another past that has grown: %v", err)
	}
	if err := add(here, 9); !errors.Is(err, witness.ErrOrder) {
		t.Errorf("a proof from the future: %v", err)
	}
	if h, ok := w.Seen("example.com/log"); !ok || h.Size != 5 {
		t.Errorf("it has seen %v", h)
	}
	other, err := journal.NewKey(strings.NewReader(strings.Repeat("o", 64)), "example.com/log")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Watch(other.Public()); err == nil {
		t.Error("a log changed its key and nobody asked why")
	}
	_, c := here.checkpoint()
	forged, err := other.Sign(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Add(forged, 5, nil); !errors.Is(err, witness.ErrSignature) {
		t.Errorf("with another key: %v", err)
	}
	c.Origin = "example.com/other"
	unknown, err := logKey(t).Sign(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Add(unknown, 0, nil); !errors.Is(err, witness.ErrUnknownLog) {
		t.Errorf("another log: %v", err)
	}
}

// By HTTP, as C2SP tlog-witness has it.
func TestAsked(t *testing.T) {
	w, verifier := open(t, filepath.Join(t.TempDir(), "seen.json"))
	server := httptest.NewServer(w)
	defer server.Close()
	l := &log{t, t.TempDir()}
	l.grow("a", "b", "c")
	ask := func(l *log) error {
		signed, _ := l.checkpoint()
		lines, err := witness.Ask(t.Context(), server.Client(), server.URL, signed, l.prove)
		if err != nil {
			return err
		}
		if found, err := journal.Cosignatures(append(signed, lines...), verifier); err != nil || len(found) != 1 {
			t.Errorf("%v, %v", found, err)
		}
		return nil
	}
	if err := ask(l); err == nil || !strings.Contains(err.Error(), "Not Found") {
		t.Errorf("a log that it does not watch: %v", err)
	}
	if err := w.Watch(logKey(t).Public()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := ask(l); err != nil {
			t.Fatal(err)
		}
		l.grow("d", "e")
	}
	if err := ask(l); err != nil {
		t.Fatal(err)
	}
	fork := &log{t, t.TempDir()}
	fork.grow(strings.Split("abcdefghijk", "")...)
	if err := ask(fork); err == nil || !strings.Contains(err.Error(), "Unprocessable") {
		t.Errorf("a fork: %v", err)
	}
	for _, tt := range []struct {
		body   string
		status int
	}{{"", 400}, {"old x\n\n", 400}, {"old 01\n\n", 400}, {"old 0\nnothing\n\n", 400}, {"old 0\n\nnothing", 404}, {"old 0\n" + strings.Repeat("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=\n", 64) + "\n", 400}} {
		r, err := server.Client().Post(server.URL+"/add-checkpoint", "text/plain", strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != tt.status {
			t.Errorf("%.20q: status %d; want %d", tt.body, r.StatusCode, tt.status)
		}
	}
}

func FuzzRequest(f *testing.F) {
	l := &log{f, f.TempDir()}
	l.grow("a", "b")
	signed, _ := l.checkpoint()
	f.Add("old 0\n\n" + string(signed))
	f.Add("old 1\nQUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=\n\n" + string(signed))
	w, _ := open(f, filepath.Join(f.TempDir(), "seen.json"))
	if err := w.Watch(logKey(f).Public()); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		out := httptest.NewRecorder()
		w.ServeHTTP(out, httptest.NewRequest("POST", "/add-checkpoint", strings.NewReader(body)))
		if h, ok := w.Seen("example.com/log"); ok && h.Size != 2 {
			t.Errorf("it was led to cosign %v", h)
		}
	})
}
