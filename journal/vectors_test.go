package journal_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/journal"
)

var update = flag.Bool("update", false, "write testdata/vectors.json")

// vectors is a small log with what can be asked of it, for those who check a
// log with another program, the browser's side of this one among them.
type vectors struct {
	Key         string           `json:"key"`
	Witness     string           `json:"witness"`
	Checkpoints []string         `json:"checkpoints"` // signed, by size
	Witnessed   string           `json:"witnessed"`   // the last, cosigned
	Proofs      []*journal.Proof `json:"proofs"`
	Consistency []consistency    `json:"consistency"`
	// Tiles are the files of the log as they are served, without the leaves.
	Tiles map[string][]byte `json:"tiles"`
}

type consistency struct {
	Old    uint64   `json:"old"`
	Size   uint64   `json:"size"`
	Hashes [][]byte `json:"hashes"`
}

// counting gives salts that are the same in every run.
type counting struct {
	mu sync.Mutex
	n  uint64
}

func (c *counting) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range p {
		if i%8 == 0 {
			c.n++
		}
		p[i] = binary.BigEndian.AppendUint64(nil, c.n*0x9e3779b97f4a7c15)[i%8]
	}
	return len(p), nil
}

func makeVectors(t *testing.T) vectors {
	dir := t.TempDir()
	v := vectors{Key: key(t).Public(), Tiles: map[string][]byte{}}
	heads := map[uint64]journal.Head{}
	n := 0
	salts := &counting{}
	for _, size := range []int{1, 2, 7, 255, 256, 257, 512, 700} {
		j := open(t, dir, journal.Options{SegmentRecords: 256, Rand: salts})
		for ; n < size; n++ {
			add(t, j, record("observation", fmt.Sprintf(`{"n":%d,"text":"Grüße, привіт"}`, n)))
		}
		head := j.Head()
		heads[head.Size] = head
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		signed, err := journal.Folder(dir).Checkpoint()
		if err != nil {
			t.Fatal(err)
		}
		v.Checkpoints = append(v.Checkpoints, string(signed))
	}
	v.Proofs = []*journal.Proof{prove(t, dir, false, 3), prove(t, dir, false, 0, 255, 256, 400, 699), prove(t, dir, true, 511, 512)}

	fetch := journal.Folder(dir)
	for _, old := range []uint64{1, 2, 7, 255, 256, 257, 512, 700} {
		hashes, err := journal.ProveConsistency(fetch, old, heads[700])
		if err != nil {
			t.Fatal(err)
		}
		c := consistency{Old: old, Size: 700, Hashes: [][]byte{}}
		for _, h := range hashes {
			c.Hashes = append(c.Hashes, h[:])
		}
		v.Consistency = append(v.Consistency, c)
	}
	for _, path := range []string{"tile/0/000", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2"} {
		f, err := fetch(path)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		v.Tiles[path] = data
	}
	w, err := journal.NewWitness(strings.NewReader(strings.Repeat("w", 64)), "witness.example/one")
	if err != nil {
		t.Fatal(err)
	}
	v.Witness = w.Public()
	last := v.Checkpoints[len(v.Checkpoints)-1]
	c, _, err := journal.SplitCheckpoint([]byte(last))
	if err != nil {
		t.Fatal(err)
	}
	v.Witnessed = last + string(w.Cosign(c, noon))
	return v
}

// The vectors are what this version makes; -update writes them.
func TestVectors(t *testing.T) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(makeVectors(t)); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join("testdata", "vectors.json")
	if *update {
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s is not what this version makes:\n%.2000s", name, diff)
	}
	var v vectors
	if err := json.Unmarshal(want, &v); err != nil {
		t.Fatal(err)
	}
	for i, p := range v.Proofs {
		if _, _, err := p.Check(key(t).Verifier()); err != nil {
			t.Errorf("proof %d: %v", i, err)
		}
	}
	for _, c := range v.Consistency {
		proof := make([][32]byte, len(c.Hashes))
		for i, h := range c.Hashes {
			proof[i] = [32]byte(h)
		}
		head := func(size uint64) journal.Head {
			for _, signed := range v.Checkpoints {
				if c, err := journal.OpenCheckpoint([]byte(signed), key(t).Verifier()); err == nil && c.Size == size {
					return c.Head
				}
			}
			t.Fatalf("no checkpoint over %d records", size)
			return journal.Head{}
		}
		if err := journal.CheckConsistency(proof, head(c.Old), head(c.Size)); err != nil {
			t.Errorf("from %d to %d: %v", c.Old, c.Size, err)
		}
	}
	witness, err := journal.ParseVerifier(v.Witness)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := journal.Cosignatures([]byte(v.Witnessed), witness); err != nil || len(got) != 1 {
		t.Errorf("cosignatures: %v, %v", got, err)
	}
}
