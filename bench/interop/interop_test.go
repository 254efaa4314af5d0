// Package interop holds nothing but a test: clients of transparency logs that
// others wrote (filippo.io/torchwood, transparency-dev's merkle and formats)
// check our checkpoints, tiles, entries, proofs and cosignatures, and we
// theirs. It is a module of its own, so that truce does not depend on them.
package interop_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"filippo.io/torchwood"
	formats "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/truce-monitor/truce/journal"
)

// size needs tiles of three levels, complete and partial ones.
const size = 66_000

type log struct {
	dir, url string
	key      *journal.Key
	early    journal.Head // when it had 1,000 records
	signed   []byte
	policy   torchwood.Policy
	tree     tlog.Tree
}

func serve(t *testing.T) *log {
	t.Helper()
	l := &log{dir: t.TempDir()}
	var err error
	if l.key, err = journal.NewKey(strings.NewReader(strings.Repeat("k", 64)), "example.com/truce/interop"); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(l.dir, journal.Options{Key: l.key})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for n := 0; n < size; {
		var batch []journal.Record
		for range min(1000, size-n) {
			batch = append(batch, journal.Record{Kind: "observation", Time: at, Body: fmt.Appendf(nil, `{"n":%d}`, n)})
			n++
		}
		if _, err := j.Append(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
		if n == 1000 {
			l.early = j.Head()
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(l.dir)))
	t.Cleanup(server.Close)
	l.url = server.URL
	public, err := note.NewVerifier(l.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	l.policy = torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(l.key.Name()), torchwood.SingleVerifierPolicy(public))
	return l
}

func TestOthersReadOurLog(t *testing.T) {
	l := serve(t)
	fetcher, err := torchwood.NewTileFetcher(l.url)
	if err != nil {
		t.Fatal(err)
	}
	if l.signed, err = fetcher.ReadEndpoint(t.Context(), "checkpoint"); err != nil {
		t.Fatal(err)
	}
	c, _, err := torchwood.VerifyCheckpoint(l.signed, l.policy)
	if err != nil || c.N != size {
		t.Fatalf("torchwood takes the checkpoint as %v, %v", c, err)
	}
	l.tree = c.Tree
	public, err := note.NewVerifier(l.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if f, _, _, err := formats.ParseCheckpoint(l.signed, l.key.Name(), public); err != nil || f.Size != size || !bytes.Equal(f.Hash, c.Hash[:]) {
		t.Errorf("transparency-dev/formats takes the checkpoint as %v, %v", f, err)
	}
	t.Run("every entry, through the tiles", func(t *testing.T) {
		client, err := torchwood.NewClient(fetcher)
		if err != nil {
			t.Fatal(err)
		}
		n := int64(0)
		for i, entry := range client.AllEntries(t.Context(), c.Tree, 0) {
			if i != n || !bytes.HasPrefix(entry, []byte("truce-record/1 observation 2026-03-04T05:06:07.000000Z ")) {
				t.Fatalf("entry %d is %q", i, entry)
			}
			n++
		}
		if err := client.Err(); err != nil || n != size {
			t.Fatalf("torchwood read %d entries: %v", n, err)
		}
		entry, path, err := client.Entry(t.Context(), c.Tree, 65_999)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(path, c.N, c.Hash, 65_999, tlog.RecordHash(entry)); err != nil {
			t.Error(err)
		}
	})
	t.Run("proofs", func(t *testing.T) { checkProofs(t, l) })
	t.Run("cosignatures", func(t *testing.T) { checkCosignatures(t, l) })
}

// checkProofs has others check our proofs.
func checkProofs(t *testing.T, l *log) {
	j, err := journal.Open(l.dir, journal.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	fetch := journal.Folder(l.dir)
	for _, seq := range []uint64{0, 255, 256, 65_535, 65_536, size - 1} {
		e, err := j.Get(seq)
		if err != nil {
			t.Fatal(err)
		}
		p, err := journal.Prove(fetch, l.signed, []journal.Entry{e}, func(*journal.Entry) bool { return false })
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := p.TLogProof(&b, 0); err != nil {
			t.Fatal(err)
		}
		if err := torchwood.VerifyProof(l.policy, tlog.RecordHash(e.Leaf()), b.Bytes()); err != nil {
			t.Errorf("torchwood on the proof of record %d: %v", seq, err)
		}
		var path [][]byte
		for _, n := range p.Records[0].Proof {
			path = append(path, p.Hashes[n])
		}
		leaf := rfc6962.DefaultHasher.HashLeaf([]byte(p.Records[0].Leaf))
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, seq, size, leaf, path, l.tree.Hash[:]); err != nil {
			t.Errorf("transparency-dev/merkle on the proof of record %d: %v", seq, err)
		}
	}
	c, _, err := journal.SplitCheckpoint(l.signed)
	if err != nil {
		t.Fatal(err)
	}
	grown, err := journal.ProveConsistency(fetch, l.early.Size, c.Head)
	if err != nil {
		t.Fatal(err)
	}
	var path [][]byte
	for _, h := range grown {
		path = append(path, h[:])
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, l.early.Size, size, path, l.early.Root[:], c.Root[:]); err != nil {
		t.Errorf("transparency-dev/merkle on the proof that it grew: %v", err)
	}
}

// checkCosignatures has others check our witness's cosignature, and us theirs.
func checkCosignatures(t *testing.T, l *log) {
	c, _, err := journal.SplitCheckpoint(l.signed)
	if err != nil {
		t.Fatal(err)
	}
	w, err := journal.NewWitness(strings.NewReader(strings.Repeat("w", 256)), "guarantor.example/w1")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := torchwood.NewCosignatureVerifier(w.Public())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 4, 7, 30, 0, 0, time.UTC)
	n, err := note.Open(append(bytes.Clone(l.signed), w.Cosign(c, at)...), note.VerifierList(theirs))
	if err != nil || len(n.Sigs) != 1 {
		t.Fatalf("torchwood on our cosignature: %v", err)
	}
	if when, err := torchwood.CosignatureTimestamp(n.Sigs[0]); err != nil || when != at.Unix() {
		t.Errorf("torchwood reads its time as %d, %v", when, err)
	}

	signer, err := torchwood.NewCosignatureSigner("other.example/w2", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	both, err := note.Sign(&note.Note{Text: c.Text()}, signer)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := journal.ParseVerifier(signer.Verifier().String())
	if err != nil {
		t.Fatal(err)
	}
	if found, err := journal.Cosignatures(both, ours); err != nil || len(found) != 1 || found[0].Witness != "other.example/w2" {
		t.Errorf("we on torchwood's cosignature: %v, %v", found, err)
	}
}
