package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

// tileHeight is the height of a tile and tileWidth its hashes, as C2SP
// tlog-tiles prescribes.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tile is one file of the tree: hashes, or with level entriesLevel the leaves
// themselves, behind their lengths in two bytes each.
type tile struct {
	level int
	n     uint64
	width int // tileWidth: complete
	data  []byte
}

const entriesLevel = -1

// path is the tile's path below the journal's folder: tlog's without its
// height, which C2SP leaves out.
func (t *tile) path() string { return tilePath(t.level, t.n, t.width) }

func tilePath(level int, n uint64, width int) string {
	name := "entries"
	if level != entriesLevel {
		name = strconv.Itoa(level)
	}
	p := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		p = fmt.Sprintf("x%03d/%s", n%1000, p)
	}
	p = "tile/" + name + "/" + p
	if width < tileWidth {
		p += ".p/" + strconv.Itoa(width)
	}
	return p
}

// tree is the right edge of the Merkle tree: the tiles that are not complete.
// That is all that adding a leaf needs.
type tree struct {
	size   uint64
	levels [][]byte // hashes of the last tile at each level
	edge   []tlog.Hash
	bundle []byte // the leaves of the last tile

	full func(tile) // is given complete tiles; nil: nobody wants them
}

// add adds a leaf and its hash.
func (t *tree) add(leaf []byte, h tlog.Hash) {
	t.bundle = binary.BigEndian.AppendUint16(t.bundle, uint16(len(leaf)))
	t.bundle = append(t.bundle, leaf...)
	if t.size%tileWidth == tileWidth-1 {
		t.complete(tile{level: entriesLevel, n: t.size / tileWidth, width: tileWidth, data: t.bundle})
		t.bundle = nil
	}
	t.addHash(h)
}

// addHash adds a leaf by its hash alone; the leaves are then not known.
func (t *tree) addHash(h tlog.Hash) {
	height := 0
	t.put(0, h)
	for n := t.size; n&1 == 1; n >>= 1 {
		last := len(t.edge) - 1
		h = tlog.NodeHash(t.edge[last], h)
		t.edge = t.edge[:last]
		if height++; height%tileHeight == 0 {
			t.put(height/tileHeight, h)
		}
	}
	t.edge = append(t.edge, h)
	t.size++
}

// put adds a hash to the last tile of a level.
func (t *tree) put(level int, h tlog.Hash) {
	for len(t.levels) <= level {
		t.levels = append(t.levels, nil)
	}
	d := append(t.levels[level], h[:]...)
	if len(d) == tileWidth*tlog.HashSize {
		t.complete(tile{level: level, n: t.size >> (tileHeight * (level + 1)), width: tileWidth, data: d})
		d = nil
	}
	t.levels[level] = d
}

func (t *tree) complete(x tile) {
	if t.full != nil {
		t.full(x)
	}
}

// partial returns copies of the tiles that are not complete.
func (t *tree) partial() []tile {
	var out []tile
	for level, d := range t.levels {
		if len(d) > 0 {
			out = append(out, tile{level, t.size >> (tileHeight * (level + 1)), len(d) / tlog.HashSize, append([]byte(nil), d...)})
		}
	}
	if len(t.bundle) > 0 {
		out = append(out, tile{entriesLevel, t.size / tileWidth, int(t.size % tileWidth), append([]byte(nil), t.bundle...)})
	}
	return out
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

// edgeBytes is how many bytes the right edge of a tree takes in a segment's
// header: for each level of tiles, from 0 on, the hashes of its last,
// incomplete tile.
func edgeBytes(size uint64) int {
	n := 0
	for ; size > 0; size >>= tileHeight {
		n += int(size%tileWidth) * tlog.HashSize
	}
	return n
}

// appendEdge appends the right edge.
func (t *tree) appendEdge(dst []byte) []byte {
	for _, d := range t.levels {
		dst = append(dst, d...)
	}
	return dst
}

// load sets the tree to size leaves from their right edge.
func (t *tree) load(size uint64, edge []byte) error {
	if len(edge) != edgeBytes(size) {
		return fmt.Errorf("the edge of a tree of %d leaves has %d bytes; expected %d", size, len(edge), edgeBytes(size))
	}
	full := t.full
	*t = tree{size: size, full: full}
	var roots [][]tlog.Hash // of the complete subtrees, by level, the largest first
	for s := size; s > 0; s >>= tileHeight {
		n := int(s%tileWidth) * tlog.HashSize
		t.levels = append(t.levels, append([]byte(nil), edge[:n]...))
		roots = append(roots, subtrees(edge[:n]))
		edge = edge[n:]
	}
	for i := len(roots) - 1; i >= 0; i-- {
		t.edge = append(t.edge, roots[i]...)
	}
	return nil
}

// subtrees returns the roots of the complete subtrees over hashes.
func subtrees(hashes []byte) []tlog.Hash {
	var out []tlog.Hash
	for n := 0; len(hashes) > 0; n++ {
		h := tlog.Hash(hashes[:tlog.HashSize])
		hashes = hashes[tlog.HashSize:]
		for k := n; k&1 == 1; k >>= 1 {
			last := len(out) - 1
			h = tlog.NodeHash(out[last], h)
			out = out[:last]
		}
		out = append(out, h)
	}
	return out
}
