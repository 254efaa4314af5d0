package journal

import (
	"crypto/sha256"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// tree is the right edge of the Merkle tree: all that adding a leaf needs.
type tree struct {
	size    uint64
	edge    []tlog.Hash // roots of the complete subtrees, the largest first
	pending []byte      // hashes not yet in the file, in the order of tlog's stored hashes
}

// add adds a leaf and notes the hashes that it completes.
func (t *tree) add(leaf tlog.Hash) {
	t.pending = append(t.pending, leaf[:]...)
	h := leaf
	for n := t.size; n&1 == 1; n >>= 1 {
		last := len(t.edge) - 1
		h = tlog.NodeHash(t.edge[last], h)
		t.edge = t.edge[:last]
		t.pending = append(t.pending, h[:]...)
	}
	t.edge = append(t.edge, h)
	t.size++
}

// take returns the hashes that are not in the file yet and forgets them.
func (t *tree) take() []byte {
	p := t.pending
	t.pending = nil
	return p
}

// head is the head over all leaves.
func (t *tree) head() Head {
	if t.size == 0 {
		return Head{Root: sha256.Sum256(nil)}
	}
	h := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.edge[i], h)
	}
	return Head{Size: t.size, Root: h}
}

// load sets the tree to its first size leaves, of which read gives the stored
// hashes by their indexes.
func (t *tree) load(size uint64, read func(index int64) (tlog.Hash, error)) error {
	*t = tree{size: size}
	var start uint64
	for level := bits.Len64(size) - 1; level >= 0; level-- {
		if size>>level&1 == 0 {
			continue
		}
		h, err := read(tlog.StoredHashIndex(level, int64(start>>level)))
		if err != nil {
			return err
		}
		t.edge = append(t.edge, h)
		start += 1 << level
	}
	return nil
}
