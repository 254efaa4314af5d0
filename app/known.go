package app

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"hash/maphash"

	"github.com/truce-monitor/truce/store/sqlite"
)

// digestOf is the digest by which content is known again.
func digestOf(body []byte) []byte {
	sum := sha256.Sum256(body)
	return sum[:]
}

func shortDigest(body []byte) int64 {
	sum := sha256.Sum256(body)
	return int64(binary.LittleEndian.Uint64(sum[:]))
}

// known tells quickly that an observation is new. It is a Bloom filter over
// source and reference: a "yes" must be asked of the store, a "no" is sure. A
// few observations are asked of the store at once, since filling the filter
// means to read all keys.
type known struct {
	store *sqlite.Store
	way   way
	asked int
	seed  maphash.Seed
	bits  []uint64
	room  int // keys that may still be added
}

const (
	askFirst   = 500
	bitsPerKey = 16
	probes     = 6
)

// reserve makes room for n keys. It must be called while everything that was
// added is in the store.
func (k *known) reserve(ctx context.Context, n int) error {
	if k.bits == nil && k.asked+n <= askFirst || k.bits != nil && k.room >= n {
		return nil
	}
	return k.fill(ctx, n)
}

func (k *known) mayHold(source, ref string) bool {
	if k.bits == nil {
		k.asked++
		return true
	}
	a, b := k.hash(source, ref)
	n := uint64(len(k.bits)) * 64
	for i := range uint64(probes) {
		if bit := (a + i*b) % n; k.bits[bit/64]>>(bit%64)&1 == 0 {
			return false
		}
	}
	return true
}

// add notes a new key.
func (k *known) add(source, ref string) {
	if k.bits != nil {
		k.set(source, ref)
	}
}

func (k *known) set(source, ref string) {
	k.room--
	a, b := k.hash(source, ref)
	n := uint64(len(k.bits)) * 64
	for i := range uint64(probes) {
		bit := (a + i*b) % n
		k.bits[bit/64] |= 1 << (bit % 64)
	}
}

func (k *known) hash(source, ref string) (a, b uint64) {
	var h maphash.Hash
	h.SetSeed(k.seed)
	h.WriteString(source)
	h.WriteByte(0)
	h.WriteString(ref)
	sum := h.Sum64()
	return sum, sum>>32 | 1
}

// fill makes a filter of all keys in the store with room for n more, or as many
// again.
func (k *known) fill(ctx context.Context, n int) error {
	totals, err := k.store.Count(ctx)
	if err != nil {
		return err
	}
	room := max(2*totals, totals+n, 1<<17)
	k.seed, k.bits, k.room = maphash.MakeSeed(), make([]uint64, room*bitsPerKey/64), room
	for key, err := range k.store.Keys(ctx) {
		if err != nil {
			return err
		}
		k.way.give()
		k.set(key.Source, key.Ref)
	}
	return nil
}
