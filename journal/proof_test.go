package journal_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/journal"
)

// sample is a journal of some records, closed.
func sample(t testing.TB, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	j := open(t, dir, journal.Options{SegmentRecords: 256})
	for at := 0; at < n; at += 90 {
		var batch []journal.Record
		for i := at; i < min(n, at+90); i++ {
			batch = append(batch, record("observation", fmt.Sprintf(`{"n":%d}`, i)))
		}
		add(t, j, batch...)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func prove(t testing.TB, dir string, withhold bool, seqs ...uint64) *journal.Proof {
	t.Helper()
	j, err := journal.Open(dir, journal.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var entries []journal.Entry
	for _, seq := range seqs {
		e, err := j.Get(seq)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	fetch := journal.Folder(dir)
	signed, err := fetch.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	p, err := journal.Prove(fetch, signed, entries, func(*journal.Entry) bool { return withhold })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProofs(t *testing.T) {
	dir := sample(t, 700)
	rapid.Check(t, func(r *rapid.T) {
		seqs := rapid.SliceOfNDistinct(rapid.Uint64Range(0, 699), 1, 12, rapid.ID).Draw(r, "records")
		slices.Sort(seqs)
		withhold := rapid.Bool().Draw(r, "withhold")
		var b bytes.Buffer
		if err := prove(t, dir, withhold, seqs...).Write(&b); err != nil {
			r.Fatal(err)
		}
		p, err := journal.ReadProof(&b)
		if err != nil {
			r.Fatal(err)
		}
		c, entries, err := p.Check(key(t).Verifier())
		if err != nil || c.Size != 700 {
			r.Fatal(c, err)
		}
		for i, e := range entries {
			if e.Seq != seqs[i] || e.Erased != withhold || !withhold && string(e.Body) != fmt.Sprintf(`{"n":%d}`, e.Seq) {
				r.Errorf("record %d is proved as %+v", seqs[i], e)
			}
		}
	})
}

// Whatever is changed in a proof, it proves nothing else.
func TestChangedProofs(t *testing.T) {
	dir := sample(t, 700)
	var b bytes.Buffer
	if err := prove(t, dir, false, 3, 400).Write(&b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	accepted := 0
	for i := range whole {
		changed := slices.Clone(whole)
		changed[i] ^= 4
		p, err := journal.ReadProof(bytes.NewReader(changed))
		if err != nil {
			continue
		}
		c, entries, err := p.Check(key(t).Verifier())
		if err != nil {
			continue
		}
		accepted++
		if c.Size != 700 || len(entries) != 2 || string(entries[0].Body) != `{"n":3}` || string(entries[1].Body) != `{"n":400}` || entries[1].Seq != 400 {
			t.Errorf("byte %d changed: it now proves %+v", i, entries)
		}
	}
	// White space, the words that say what it is of, base64's spare bits.
	t.Logf("%d of %d changes do not touch what is proved", accepted, len(whole))
	other, err := journal.NewKey(strings.NewReader(strings.Repeat("o", 64)), key(t).Name())
	if err != nil {
		t.Fatal(err)
	}
	p, _ := journal.ReadProof(bytes.NewReader(whole))
	if _, _, err := p.Check(other.Verifier()); err == nil {
		t.Error("it was accepted with another key")
	}
}

// An erased record is proved as before, without its body.
func TestErasing(t *testing.T) {
	dir := sample(t, 700)
	before := prove(t, dir, false, 5, 300)
	j := open(t, dir, journal.Options{})
	head := j.Head()
	if err := j.Erase(699, 5, 5, 300); err != nil {
		t.Fatal(err)
	}
	if err := j.Erase(700); err == nil {
		t.Error("a record that is not there was erased")
	}
	for range 2 {
		if j.Head() != head {
			t.Fatal("the head has changed")
		}
		if v := verify(t, j); !slices.Equal(v.Erased, []uint64{5, 300, 699}) {
			t.Errorf("erased are %v", v.Erased)
		}
		e, err := j.Get(300)
		if err != nil || !e.Erased || e.Body != nil || e.Kind != "observation" || !e.Time.Equal(noon) {
			t.Errorf("record 300 is %+v, %v", e, err)
		}
		if e, err = j.Get(301); err != nil || string(e.Body) != `{"n":301}` {
			t.Errorf("record 301 is %+v, %v", e, err)
		}
		j.Close()
		j = open(t, dir, journal.Options{})
	}
	if first := add(t, j, record("observation", "more")); first != 700 {
		t.Errorf("the next record is %d", first)
	}
	verify(t, j)
	j.Close()
	files, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
	for _, f := range files {
		data, _ := os.ReadFile(f)
		if bytes.Contains(data, []byte(`{"n":300}`)) {
			t.Errorf("%s still holds the erased body", f)
		}
	}
	if _, entries, err := before.Check(key(t).Verifier()); err != nil || len(entries) != 2 {
		t.Errorf("a proof from before the erasure: %v", err)
	}
	if _, entries, err := prove(t, dir, false, 5, 300).Check(key(t).Verifier()); err != nil || !entries[1].Erased {
		t.Errorf("a proof after the erasure: %v", err)
	}
}

// A plain file server over the folder is enough to check everything.
func TestServed(t *testing.T) {
	dir := sample(t, 700)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	fetch := func(path string) (io.ReadCloser, error) {
		r, err := http.Get(server.URL + "/" + path)
		if err != nil {
			return nil, err
		}
		if r.StatusCode != http.StatusOK {
			r.Body.Close()
			return nil, fmt.Errorf("%s: %w", path, os.ErrNotExist)
		}
		return r.Body, nil
	}
	check := func(earlier ...journal.Checkpoint) (*journal.Served, error) {
		return journal.VerifyServed(fetch, key(t).Verifier(), earlier, nil)
	}
	first, err := check()
	if err != nil || first.Bodies != 700 || first.Tiles != 7 {
		t.Fatalf("%+v, %v", first, err)
	}
	j := open(t, dir, journal.Options{SegmentRecords: 256})
	add(t, j, record("observation", "more"))
	if err := j.Erase(20); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if s, err := check(first.Checkpoint); err != nil || s.Checkpoint.Size != 701 || s.Withheld != 1 {
		t.Errorf("after it grew: %+v, %v", s, err)
	}
	wrong := first.Checkpoint
	wrong.Root[3] ^= 1
	if _, err := check(wrong); err == nil || !strings.Contains(err.Error(), "the past was changed") {
		t.Errorf("against another past: %v", err)
	}
	wrong.Size = 900
	if _, err := check(wrong); err == nil || !strings.Contains(err.Error(), "were removed") {
		t.Errorf("against a longer past: %v", err)
	}
	for _, name := range []string{"checkpoint", "tile/0/001", "tile/entries/002.p/189", "tile/1/000.p/2", "00000000000000000256.seg"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed := slices.Clone(data)
		changed[len(data)/2] ^= 1
		os.WriteFile(path, changed, 0o644)
		if _, err := check(); err == nil {
			t.Errorf("%s was changed and nobody noticed", name)
		}
		os.WriteFile(path, data, 0o644)
	}
	segments, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
	for _, s := range segments {
		os.Remove(s)
	}
	if s, err := check(); err != nil || !s.NoSegments {
		t.Errorf("without segments: %+v, %v", s, err)
	}
}

func TestConsistency(t *testing.T) {
	dir := sample(t, 700)
	fetch := journal.Folder(dir)
	signed, err := fetch.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	c, err := journal.OpenCheckpoint(signed, key(t).Verifier())
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []uint64{1, 255, 256, 257, 512, 699} {
		j, err := journal.Open(dir, journal.Options{ReadOnly: true, Records: size})
		if err != nil {
			t.Fatal(err)
		}
		old := j.Head()
		j.Close()
		if old.Size != size {
			t.Fatalf("the journal of %d records has %d", size, old.Size)
		}
		proof, err := journal.ProveConsistency(fetch, size, c.Head)
		if err != nil {
			t.Fatal(err)
		}
		if err := journal.CheckConsistency(proof, old, c.Head); err != nil {
			t.Error(err)
		}
		old.Root[0] ^= 1
		if err := journal.CheckConsistency(proof, old, c.Head); err == nil {
			t.Errorf("another past of %d records was taken", size)
		}
	}
	if err := journal.CheckConsistency(nil, journal.Head{Size: 701}, c.Head); err == nil {
		t.Error("a log that shrank was taken")
	}
}

func TestCosignatures(t *testing.T) {
	dir := sample(t, 10)
	signed, err := journal.Folder(dir).Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	c, _, _ := journal.SplitCheckpoint(signed)
	w, err := journal.NewWitness(strings.NewReader(strings.Repeat("w", 256)), "guarantor.example/w1")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := journal.ParseWitness(w.Private() + "\n"); err != nil || again.Public() != w.Public() {
		t.Errorf("the private key read again: %v", err)
	}
	at := time.Date(2026, 3, 4, 7, 30, 0, 0, time.UTC)
	both := append(signed, w.Cosign(c, at)...)
	v, err := journal.ParseVerifier(w.Public())
	if err != nil {
		t.Fatal(err)
	}
	found, err := journal.Cosignatures(both, v)
	if err != nil || len(found) != 1 || found[0] != (journal.Cosignature{Witness: "guarantor.example/w1", At: at}) {
		t.Errorf("%v, %v", found, err)
	}
	if _, err := journal.OpenCheckpoint(both, key(t).Verifier()); err != nil {
		t.Errorf("the log's own signature beside it: %v", err)
	}
	if found, err := journal.Cosignatures(signed, v); err != nil || len(found) != 0 {
		t.Errorf("without a cosignature: %v, %v", found, err)
	}
	other := journal.Checkpoint{Origin: c.Origin, Head: journal.Head{Size: 11}}
	if _, err := journal.Cosignatures(append(signed, w.Cosign(other, at)...), v); err == nil {
		t.Error("the cosignature of another checkpoint was taken")
	}
	for _, bad := range []string{"", "x+y", w.Public()[:len(w.Public())-4], strings.Replace(w.Public(), "w1", "w2", 1)} {
		if _, err := journal.ParseVerifier(bad); err == nil {
			t.Errorf("the key %q was taken", bad)
		}
	}
}

// A key has one form, so that a changed byte of its file is noticed.
func TestKeys(t *testing.T) {
	k := key(t)
	again, err := journal.ParseKey(k.Private() + "\n")
	if err != nil || again.Public() != k.Public() || again.Private() != k.Private() {
		t.Errorf("the private key read again: %v", err)
	}
	private := k.Private()
	for i := range private {
		for bit := range 8 {
			changed := []byte(private)
			changed[i] ^= 1 << bit
			if strings.TrimSpace(string(changed)) == private {
				continue
			}
			if _, err := journal.ParseKey(string(changed)); err == nil {
				t.Errorf("byte %d, bit %d: %s was taken", i, bit, changed)
			}
		}
	}
	if _, err := journal.NewKey(strings.NewReader(strings.Repeat("k", 64)), "a name"); err == nil {
		t.Error("a name with a space was taken")
	}
}

func FuzzProof(f *testing.F) {
	dir := sample(f, 300)
	for _, withhold := range []bool{true, false} {
		var b bytes.Buffer
		if err := prove(f, dir, withhold, 1, 299).Write(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	log := key(f).Verifier()
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := journal.ReadProof(bytes.NewReader(data))
		if err != nil {
			return
		}
		_, entries, err := p.Check(log)
		if err != nil {
			return
		}
		for _, e := range entries {
			if e.Seq >= 300 || !e.Erased && string(e.Body) != fmt.Sprintf(`{"n":%d}`, e.Seq) {
				t.Errorf("it proves record %d: %s", e.Seq, e.Body)
			}
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	signed, err := journal.Folder(sample(f, 5)).Checkpoint()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed)
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := journal.OpenCheckpoint(data, key(t).Verifier()); err == nil && c.Size != 5 {
			t.Errorf("a forged checkpoint: %v", c)
		}
		if c, _, err := journal.SplitCheckpoint(data); err == nil {
			if again, err := journal.ParseCheckpoint(c.Text()); err != nil || again != c {
				t.Errorf("%q is not in its one form", data)
			}
		}
	})
}

func FuzzLeaf(f *testing.F) {
	e := journal.Entry{Record: record("observation", "x")}
	f.Add(e.Leaf())
	f.Fuzz(func(t *testing.T, leaf []byte) {
		kind, at, commitment, err := journal.ParseLeaf(leaf)
		if err != nil {
			return
		}
		e := journal.Entry{Record: journal.Record{Kind: kind, Time: at}, Erased: true, Commitment: commitment}
		if !bytes.Equal(e.Leaf(), leaf) {
			t.Errorf("%q and %q mean the same", leaf, e.Leaf())
		}
	})
}

// A journal of format 1 is read as it is and goes on in the present one.
func TestFormat1(t *testing.T) {
	from := filepath.Join("..", "app", "testdata", "workspaces", "format-1", "journal")
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	const root = "6b53b87557a173e4f377579b4a07efe8b08de0d0b1b2fcc0854af6cd30381be4"
	reader, err := journal.Open(dir, journal.Options{ReadOnly: true})
	if err != nil || fmt.Sprintf("%x", reader.Head().Root) != root {
		t.Fatalf("read as %x, %v", reader.Head().Root, err)
	}
	reader.Close()
	j := open(t, dir, journal.Options{})
	if v := verify(t, j); fmt.Sprintf("%x", v.Head.Root) != root || v.Head.Size != 9 {
		t.Errorf("opened as %d records with root %x", v.Head.Size, v.Head.Root)
	}
	if first := add(t, j, record("observation", `{}`)); first != 9 {
		t.Errorf("the next record is %d", first)
	}
	if err := j.Erase(4); err != nil {
		t.Fatal(err)
	}
	j.Close()
	j = open(t, dir, journal.Options{})
	if v := verify(t, j); v.Head.Size != 10 || len(v.Erased) != 1 {
		t.Errorf("%+v", v)
	}
	if _, err := j.Append(context.Background(), []journal.Record{record("observation", "{}")}); err != nil {
		t.Error(err)
	}
	j.Close()

	// A program of format 1 would read this header and refuse it; so does this
	// one what comes after it.
	last := lastSegment(t, dir)
	data, _ := os.ReadFile(last)
	if !bytes.HasPrefix(data, []byte("truce-journal 2\n")) {
		t.Errorf("the segment begins with %q", data[:16])
	}
	os.WriteFile(last, bytes.Replace(data, []byte("journal 2"), []byte("journal 3"), 1), 0o644)
	if _, err := journal.Open(dir, journal.Options{Key: key(t)}); err == nil || !strings.Contains(err.Error(), `format "3"; this version of the program reads 1 and 2: use the newer version`) {
		t.Errorf("a journal of a newer format: %v", err)
	}
}
