package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/journal"
)

var noon = time.Date(2026, 1, 6, 12, 0, 0, 123456000, time.UTC)

func record(kind, body string) journal.Record {
	return journal.Record{Kind: kind, Time: noon, Body: []byte(body)}
}

func open(t testing.TB, dir string, opt journal.Options) *journal.Journal {
	t.Helper()
	j, err := journal.Open(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func add(t testing.TB, j *journal.Journal, records ...journal.Record) uint64 {
	t.Helper()
	first, err := j.Append(context.Background(), records)
	if err != nil {
		t.Fatal(err)
	}
	return first
}

func bodies(t testing.TB, j *journal.Journal, from uint64) []string {
	t.Helper()
	var out []string
	for e, err := range j.Read(from) {
		if err != nil {
			t.Fatal(err)
		}
		if want := from + uint64(len(out)); e.Seq != want {
			t.Fatalf("record %d read as the one after %d", e.Seq, want)
		}
		out = append(out, e.Kind+" "+string(e.Body))
	}
	return out
}

func TestWhatWasAppendedIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{})
	if first := add(t, j, record("observation", `{"a":1}`), record("observation", `{"a":2}`)); first != 0 {
		t.Errorf("the first record has number %d", first)
	}
	if first := add(t, j, record("quarantine", "")); first != 2 {
		t.Errorf("the third record has number %d", first)
	}
	want := []string{`observation {"a":1}`, `observation {"a":2}`, `quarantine `}
	if diff := cmp.Diff(want, bodies(t, j, 0)); diff != "" {
		t.Error(diff)
	}
	head := j.Head()
	j.Close()

	j = open(t, dir, journal.Options{})
	if diff := cmp.Diff(want[1:], bodies(t, j, 1)); diff != "" {
		t.Errorf("after opening again: %s", diff)
	}
	if j.Head() != head {
		t.Errorf("the head was %x, and is %x after opening again", head, j.Head())
	}
	e, err := j.Get(1)
	if err != nil || string(e.Body) != `{"a":2}` || !e.Time.Equal(noon) || e.Kind != "observation" {
		t.Errorf("record 1 is %+v, %v", e, err)
	}
	if _, err := j.Get(3); err == nil {
		t.Error("a record that is not there was read")
	}
	if got, err := j.Verify(nil); err != nil || got != head {
		t.Errorf("verified as %v, %v", got, err)
	}
}

// The head must be the one of RFC 6962 over the documented leaves, computed
// here by the library from nothing but what Read gives.
func TestHeadIsTheMerkleRootOfTheLeaves(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		opt := journal.Options{SegmentBytes: rapid.Int64Range(1, 4000).Draw(r, "segment bytes")}
		j := open(t, dir, opt)
		var written []string
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			if rapid.IntRange(0, 3).Draw(r, "what") == 0 {
				j.Close()
				if rapid.Bool().Draw(r, "lose the hashes") {
					os.Remove(filepath.Join(dir, "hashes"))
				}
				j = open(t, dir, opt)
			}
			var batch []journal.Record
			for range rapid.IntRange(0, 40).Draw(r, "records") {
				body := rapid.StringN(0, 60, 200).Draw(r, "body")
				batch = append(batch, record("observation", body))
				written = append(written, "observation "+body)
			}
			add(t, j, batch...)
		}
		if diff := cmp.Diff(written, bodies(t, j, 0)); diff != "" {
			r.Fatal(diff)
		}
		var hashes []tlog.Hash
		read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(indexes))
			for i, n := range indexes {
				out[i] = hashes[n]
			}
			return out, nil
		})
		for e, err := range j.Read(0) {
			if err != nil {
				r.Fatal(err)
			}
			more, err := tlog.StoredHashes(int64(e.Seq), e.Leaf(), read)
			if err != nil {
				r.Fatal(err)
			}
			hashes = append(hashes, more...)
		}
		root, err := tlog.TreeHash(int64(len(written)), read)
		if err != nil {
			r.Fatal(err)
		}
		if want := (journal.Head{Size: uint64(len(written)), Root: root}); j.Head() != want {
			r.Errorf("the head is %v; want %v", j.Head(), want)
		}
		cursor := j.Cursor()
		for range written {
			n := rapid.IntRange(0, len(written)-1).Draw(r, "record")
			if e, err := cursor.Get(uint64(n)); err != nil || e.Kind+" "+string(e.Body) != written[n] {
				r.Fatalf("record %d by cursor: %q, %v; want %q", n, e.Body, err, written[n])
			}
		}
		for n := range written {
			if e, err := j.Get(uint64(n)); err != nil || e.Kind+" "+string(e.Body) != written[n] {
				r.Fatalf("record %d: %q, %v; want %q", n, e.Body, err, written[n])
			}
		}
		if _, err := j.Verify(nil); err != nil {
			r.Error(err)
		}
		j.Close()
	})
}

func TestManyWritersShareTheJournal(t *testing.T) {
	j := open(t, t.TempDir(), journal.Options{SegmentBytes: 5000})
	const writers, each = 8, 60
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				first, err := j.Append(context.Background(), []journal.Record{
					record("observation", fmt.Sprintf("%d/%d", w, i)), record("observation", "second")})
				if err != nil {
					t.Error(err)
					return
				}
				if e, err := j.Get(first); err != nil || string(e.Body) != fmt.Sprintf("%d/%d", w, i) {
					t.Errorf("acknowledged as record %d, where %q lies (%v)", first, e.Body, err)
				}
				if e, err := j.Get(first + 1); err != nil || string(e.Body) != "second" {
					t.Errorf("record %d is %q (%v); a batch must not be torn apart", first+1, e.Body, err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(bodies(t, j, 0)); n != 2*writers*each {
		t.Errorf("%d records; want %d", n, 2*writers*each)
	}
	if _, err := j.Verify(nil); err != nil {
		t.Error(err)
	}
}

func lastSegment(t testing.TB, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.seg"))
	if err != nil || len(names) == 0 {
		t.Fatal("no segments", err)
	}
	return slices.Max(names)
}

// A crash can cut the last write anywhere; what was written before it stays.
func TestATornEndIsCutOff(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{})
	add(t, j, record("observation", "first"))
	acknowledged := j.Head()
	whole := lastSegment(t, dir)
	before, err := os.Stat(whole)
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := os.ReadFile(filepath.Join(dir, "hashes"))
	if err != nil {
		t.Fatal(err)
	}
	add(t, j, record("observation", "second"))
	j.Close()
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for cut := before.Size(); cut < int64(len(data)); cut++ {
		for _, junk := range []string{"", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", strings.Repeat("\xff", 100)} {
			at := t.TempDir()
			os.WriteFile(filepath.Join(at, filepath.Base(whole)), append(slices.Clone(data[:cut]), junk...), 0o644)
			os.WriteFile(filepath.Join(at, "hashes"), hashes, 0o644)
			j, err := journal.Open(at, journal.Options{})
			if err != nil {
				t.Fatalf("cut at byte %d: %v", cut, err)
			}
			if j.Head() != acknowledged {
				t.Errorf("cut at byte %d: the head is %v; acknowledged was %v", cut, j.Head(), acknowledged)
			}
			if want := cut - before.Size() + int64(len(junk)); j.Recovered != want {
				t.Errorf("cut at byte %d: %d bytes recovered from; want %d", cut, j.Recovered, want)
			}
			add(t, j, record("observation", "another"))
			j.Close()
			j = open(t, at, journal.Options{})
			if diff := cmp.Diff([]string{"observation first", "observation another"}, bodies(t, j, 0)); diff != "" {
				t.Errorf("cut at byte %d: %s", cut, diff)
			}
			j.Close()
		}
	}
}

// Damage before the end is never taken for a torn end, and every changed byte
// of a segment is found.
func TestDamageIsFound(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{SegmentBytes: 200})
	for i := range 9 {
		add(t, j, record("observation", fmt.Sprintf(`{"n":%d}`, i)))
	}
	j.Close()
	names, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
	if len(names) < 3 {
		t.Fatalf("%d segments; want several", len(names))
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range data {
			changed := slices.Clone(data)
			changed[i] ^= 0x10
			if err := os.WriteFile(name, changed, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := damaged(t, dir); err == nil {
				t.Errorf("%s: byte %d was changed and nobody noticed", filepath.Base(name), i)
			} else if !strings.Contains(err.Error(), filepath.Base(name)) {
				t.Errorf("%s: byte %d: the error does not name the file: %v", filepath.Base(name), i, err)
			}
		}
		os.WriteFile(name, data, 0o644)
	}
	if err := damaged(t, dir); err != nil {
		t.Errorf("with everything put back: %v", err)
	}
}

// damaged opens and verifies a copy of a journal.
func damaged(t *testing.T, dir string) error {
	t.Helper()
	at := t.TempDir()
	if err := os.CopyFS(at, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(at, journal.Options{})
	if err != nil {
		return err
	}
	defer j.Close()
	_, err = j.Verify(nil)
	return err
}

func TestLostRecordsAreNoticed(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{SegmentBytes: 200})
	for range 9 {
		add(t, j, record("observation", "something of some length"))
	}
	j.Close()
	last := lastSegment(t, dir)
	data, _ := os.ReadFile(last)

	if err := os.Truncate(last, 24); err != nil { // the header only: every record of it gone without a trace
		t.Fatal(err)
	}
	if _, err := journal.Open(dir, journal.Options{}); err == nil || !strings.Contains(err.Error(), "records are missing") {
		t.Errorf("acknowledged records are gone: %v", err)
	}
	os.WriteFile(last, data, 0o644)

	names, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
	os.Remove(names[0])
	if _, err := journal.Open(dir, journal.Options{}); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("the first segment is gone: %v", err)
	}
}

func TestOnlyOneWriter(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{})
	add(t, j, record("observation", "first"))
	if _, err := journal.Open(dir, journal.Options{}); !errors.Is(err, journal.ErrLocked) {
		t.Errorf("a second writer: %v", err)
	}
	reader := open(t, dir, journal.Options{ReadOnly: true})
	if diff := cmp.Diff([]string{"observation first"}, bodies(t, reader, 0)); diff != "" {
		t.Error(diff)
	}
	if reader.Head() != j.Head() {
		t.Errorf("the reader's head is %v, the writer's %v", reader.Head(), j.Head())
	}
	if _, err := reader.Append(context.Background(), []journal.Record{record("observation", "x")}); !errors.Is(err, journal.ErrReadOnly) {
		t.Errorf("a reader wrote: %v", err)
	}
	j.Close()
	if _, err := j.Append(context.Background(), []journal.Record{record("observation", "x")}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("appended to a closed journal: %v", err)
	}
	open(t, dir, journal.Options{})
}

func TestRecordsThatCannotBe(t *testing.T) {
	j := open(t, t.TempDir(), journal.Options{})
	for _, kind := range []string{"", "Observation", "an observation", strings.Repeat("a", 65)} {
		if _, err := j.Append(context.Background(), []journal.Record{record(kind, "{}")}); err == nil {
			t.Errorf("kind %q was accepted", kind)
		}
	}
	if j.Head().Size != 0 {
		t.Error("something was written")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := j.Append(ctx, []journal.Record{record("observation", "{}")}); !errors.Is(err, context.Canceled) {
		t.Errorf("appended after the context ended: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	j := open(f, dir, journal.Options{})
	add(f, j, record("observation", "first"), record("quarantine", `{"file":"x"}`))
	j.Close()
	data, err := os.ReadFile(lastSegment(f, dir))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:30])
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, fmt.Sprintf("%020d.seg", 0)), data, 0o644)
		j, err := journal.Open(dir, journal.Options{})
		if err != nil {
			return
		}
		defer j.Close()
		n := len(bodies(t, j, 0))
		if first := add(t, j, record("observation", "more")); first != uint64(n) {
			t.Errorf("appended as record %d after %d", first, n)
		}
		if _, err := j.Verify(nil); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	j := open(b, b.TempDir(), journal.Options{})
	body := []byte(strings.Repeat("x", 200))
	batch := make([]journal.Record, 10000)
	for i := range batch {
		batch[i] = journal.Record{Kind: "observation", Time: noon, Body: body}
	}
	for b.Loop() {
		add(b, j, batch...)
	}
	b.ReportMetric(float64(b.N)*float64(len(batch))/b.Elapsed().Seconds(), "records/s")
}
