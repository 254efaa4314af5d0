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

// key is a log's key that is the same in every run.
func key(t testing.TB) *journal.Key {
	t.Helper()
	k, err := journal.NewKey(strings.NewReader(strings.Repeat("k", 64)), "example.com/truce/test")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func open(t testing.TB, dir string, opt journal.Options) *journal.Journal {
	t.Helper()
	opt.Key = key(t)
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

// verify checks the whole journal, and that its checkpoint is of the last record.
func verify(t testing.TB, j *journal.Journal) *journal.Verified {
	t.Helper()
	v, err := j.Verify(journal.Verification{Key: key(t).Verifier()})
	if err != nil {
		t.Fatal(err)
	}
	if v.Head != j.Head() || v.Head.Size > 0 && v.Checkpoint.Head != v.Head {
		t.Fatalf("verified %v with checkpoint %v; the head is %v", v.Head, v.Checkpoint, j.Head())
	}
	return v
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
	if got := verify(t, j); got.Head != head {
		t.Errorf("verified as %v; want %v", got, head)
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
		opt := journal.Options{SegmentRecords: 256 * rapid.Uint64Range(1, 3).Draw(r, "segment size")}
		j := open(t, dir, opt)
		var written []string
		for range rapid.IntRange(1, 5).Draw(r, "steps") {
			if rapid.IntRange(0, 3).Draw(r, "what") == 0 {
				j.Close()
				if rapid.Bool().Draw(r, "lose the tiles") {
					os.RemoveAll(filepath.Join(dir, "tile"))
					os.Remove(filepath.Join(dir, "settled"))
				}
				j = open(t, dir, opt)
			}
			var batch []journal.Record
			filler := rapid.StringN(0, 60, 200).Draw(r, "body")
			for range rapid.IntRange(0, 400).Draw(r, "records") {
				body := fmt.Sprintf("%d%s", len(written), filler)
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
		for range min(len(written), 30) {
			n := rapid.IntRange(0, len(written)-1).Draw(r, "record")
			if e, err := cursor.Get(uint64(n)); err != nil || e.Kind+" "+string(e.Body) != written[n] {
				r.Fatalf("record %d by cursor: %q, %v; want %q", n, e.Body, err, written[n])
			}
		}
		for n := 0; n < len(written); n += 7 {
			if e, err := j.Get(uint64(n)); err != nil || e.Kind+" "+string(e.Body) != written[n] {
				r.Fatalf("record %d: %q, %v; want %q", n, e.Body, err, written[n])
			}
		}
		verify(t, j)
		j.Close()
	})
}

func TestManyWritersShareTheJournal(t *testing.T) {
	j := open(t, t.TempDir(), journal.Options{SegmentRecords: 256})
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
	verify(t, j)
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
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	checkpoint, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	j = open(t, dir, journal.Options{})
	add(t, j, record("observation", "second"))
	j.Close()
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for cut := before.Size(); cut < int64(len(data)); cut += 3 {
		for _, junk := range []string{"", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", strings.Repeat("\xff", 100)} {
			at := t.TempDir()
			os.WriteFile(filepath.Join(at, filepath.Base(whole)), append(slices.Clone(data[:cut]), junk...), 0o644)
			os.WriteFile(filepath.Join(at, "checkpoint"), checkpoint, 0o644)
			j, err := journal.Open(at, journal.Options{Key: key(t)})
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
	j := open(t, dir, journal.Options{SegmentRecords: 256})
	for i := range 9 {
		var batch []journal.Record
		for k := range 60 {
			batch = append(batch, record("observation", fmt.Sprintf(`{"n":%d}`, 60*i+k)))
		}
		add(t, j, batch...)
	}
	j.Close()
	names, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
	if len(names) != 3 {
		t.Fatalf("%d segments; want 3", len(names))
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(data); i++ {
			if i > 150 && i < len(data)-150 {
				i += 130
			}
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

// Every file of the log beside the segments is held against the records.
func TestChangedTilesAreFound(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{})
	var batch []journal.Record
	for i := range 700 {
		batch = append(batch, record("observation", fmt.Sprint(i)))
	}
	add(t, j, batch...)
	j.Close()
	files := 0
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "lock" || strings.HasSuffix(path, ".seg") || d.Name() == "key.pub" {
			return err
		}
		files++
		data, _ := os.ReadFile(path)
		for i := 0; i < len(data); i += 1 + len(data)/40 {
			changed := slices.Clone(data)
			changed[i] ^= 1
			os.WriteFile(path, changed, 0o644)
			if _, err := checked(t, dir); err == nil || !strings.Contains(err.Error(), filepath.Base(path)) {
				t.Errorf("%s: byte %d: %v", path, i, err)
			}
		}
		os.Remove(path)
		if _, err := checked(t, dir); err == nil {
			t.Errorf("%s is gone and nobody noticed", path)
		}
		os.WriteFile(path, data, 0o644)
		return nil
	})
	// Three tiles of leaves and of their hashes, one of level 1, a checkpoint.
	if files != 8 {
		t.Errorf("%d files; want 8", files)
	}
	// Opening for writing makes tiles again that were lost.
	os.RemoveAll(filepath.Join(dir, "tile"))
	j = open(t, dir, journal.Options{})
	if j.Repaired != 7 {
		t.Errorf("%d tiles written again; want 7", j.Repaired)
	}
	verify(t, j)
}

// checked verifies a journal as it lies.
func checked(t *testing.T, dir string) (*journal.Verified, error) {
	t.Helper()
	j, err := journal.Open(dir, journal.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer j.Close()
	return j.Verify(journal.Verification{Key: key(t).Verifier()})
}

// damaged verifies a journal as it lies, and opens a copy of it if nothing is
// found.
func damaged(t *testing.T, dir string) error {
	t.Helper()
	if _, err := checked(t, dir); err != nil {
		return err
	}
	at := t.TempDir()
	if err := os.CopyFS(at, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(at, journal.Options{Key: key(t), SegmentRecords: 256})
	if err != nil {
		return err
	}
	return j.Close()
}

func TestLostRecordsAreNoticed(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, journal.Options{SegmentRecords: 256})
	for range 60 {
		add(t, j, slices.Repeat([]journal.Record{record("observation", "something of some length")}, 9)...)
	}
	j.Close()
	last := lastSegment(t, dir)
	data, _ := os.ReadFile(last)
	opened := func() error {
		j, err := journal.Open(dir, journal.Options{Key: key(t)})
		if err == nil {
			j.Close()
		}
		return err
	}
	for size, want := range map[int64]string{24 + 2*32 + 4: "records are missing", 500: "cut short"} { // every record of it gone without a trace, and some
		if err := os.Truncate(last, size); err != nil {
			t.Fatal(err)
		}
		if err := opened(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("acknowledged records are gone: %v", err)
		}
		os.WriteFile(last, data, 0o644)
	}
	os.Remove(last)
	if err := opened(); err == nil || !strings.Contains(err.Error(), "records are missing") {
		t.Errorf("the last segment is gone: %v", err)
	}
	os.WriteFile(last, data, 0o644)
	if err := opened(); err != nil {
		t.Errorf("with everything put back: %v", err)
	}

	names, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
	os.Remove(names[0])
	if err := opened(); err == nil || !strings.Contains(err.Error(), "missing") {
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
	f.Add([]byte("truce-journal 1\n\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, fmt.Sprintf("%020d.seg", 0)), data, 0o644)
		j, err := journal.Open(dir, journal.Options{Key: key(t)})
		if err != nil {
			return
		}
		defer j.Close()
		n := len(bodies(t, j, 0))
		if first := add(t, j, record("observation", "more")); first != uint64(n) {
			t.Errorf("appended as record %d after %d", first, n)
		}
		verify(t, j)
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
	if err := j.Close(); err != nil { // tiles and checkpoint belong to it
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)*float64(len(batch))/b.Elapsed().Seconds(), "records/s")
}
