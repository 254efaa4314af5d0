package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

// Fetch opens a file of a log by its path below the log's folder, such as
// "checkpoint" or "tile/0/x001/067"; its error wraps fs.ErrNotExist where
// there is none.
type Fetch func(path string) (io.ReadCloser, error)

// Folder fetches from a folder on this machine.
func Folder(dir string) Fetch {
	return func(path string) (io.ReadCloser, error) { return os.Open(filepath.Join(dir, filepath.FromSlash(path))) }
}

// get returns a whole file of limit bytes at most.
func (fetch Fetch) get(path string, limit int64) ([]byte, error) {
	f, err := fetch(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("more than the %d bytes that are possible", limit)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

// Checkpoint returns the log's signed checkpoint, unchecked.
func (fetch Fetch) Checkpoint() ([]byte, error) { return fetch.get(checkpointFile, maxCheckpoint) }

// Limits of what is fetched.
const (
	maxCheckpoint = 1 << 16
	maxLeaf       = len(leafPrefix) + maxKind + 80
	maxBundle     = tileWidth * (2 + maxLeaf)
	hashTile      = tileWidth * tlog.HashSize
)

// hashes fetches a tile of hashes, or takes it from the complete one where the
// partial one has gone.
func (fetch Fetch) hashes(level int, n uint64, width int) ([]byte, error) {
	data, err := fetch.get(tilePath(level, n, width), hashTile)
	if width < tileWidth && errors.Is(err, fs.ErrNotExist) {
		if data, err = fetch.get(tilePath(level, n, tileWidth), hashTile); err == nil && len(data) == hashTile {
			data = data[:width*tlog.HashSize]
		}
	}
	if err == nil && len(data) != width*tlog.HashSize {
		err = fmt.Errorf("%s: %d bytes; expected %d", tilePath(level, n, width), len(data), width*tlog.HashSize)
	}
	return data, err
}

// leaves fetches the leaves of a tile.
func (fetch Fetch) leaves(n uint64, width int) ([][]byte, error) {
	path := tilePath(entriesLevel, n, width)
	data, err := fetch.get(path, int64(maxBundle))
	if width < tileWidth && errors.Is(err, fs.ErrNotExist) {
		data, err = fetch.get(tilePath(entriesLevel, n, tileWidth), int64(maxBundle))
	} else if err == nil && width < tileWidth {
		if out, err := splitBundle(path, data); err != nil || len(out) != width {
			return nil, errors.Join(err, fmt.Errorf("%s: %d entries; expected %d", path, len(out), width))
		}
	}
	if err != nil {
		return nil, err
	}
	out, err := splitBundle(path, data)
	if err != nil {
		return nil, err
	}
	if len(out) < width {
		return nil, fmt.Errorf("%s: %d entries; expected %d", path, len(out), width)
	}
	return out[:width], nil
}

func splitBundle(path string, data []byte) (out [][]byte, err error) {
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) || len(out) == tileWidth {
			return nil, fmt.Errorf("%s: entry %d does not fit", path, len(out))
		}
		n := 2 + int(binary.BigEndian.Uint16(data))
		out = append(out, data[2:n])
		data = data[n:]
	}
	return out, nil
}

// tiles reads tiles for tlog, which checks each against the tree's root.
type tiles struct{ fetch Fetch }

// Height implements tlog.TileReader.
func (tiles) Height() int { return tileHeight }

// ReadTiles implements tlog.TileReader.
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(wanted))
	for i, x := range wanted {
		var err error
		if out[i], err = t.fetch.hashes(x.L, uint64(x.N), x.W); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SaveTiles implements tlog.TileReader.
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// reader reads hashes of the tree of a head, each checked against its root.
func (fetch Fetch) reader(h Head) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: int64(h.Size), Hash: h.Root}, tiles{fetch})
}

// ProveRecord returns the inclusion proof of a record in the tree of a head
// (RFC 6962, section 2.1.1).
func ProveRecord(fetch Fetch, h Head, seq uint64) ([][32]byte, error) {
	p, err := tlog.ProveRecord(int64(h.Size), int64(seq), fetch.reader(h))
	if err != nil {
		return nil, fmt.Errorf("proving record %d: %w", seq, err)
	}
	return arrays(p), nil
}

// ProveConsistency returns the proof that the tree of a head begins with the
// first old records (RFC 6962, section 2.1.2).
func ProveConsistency(fetch Fetch, old uint64, h Head) ([][32]byte, error) {
	if old == 0 || old == h.Size {
		return nil, nil
	}
	p, err := tlog.ProveTree(int64(h.Size), int64(old), fetch.reader(h))
	if err != nil {
		return nil, fmt.Errorf("proving that the first %d of %d records are the same: %w", old, h.Size, err)
	}
	return arrays(p), nil
}

// CheckConsistency checks such a proof.
func CheckConsistency(proof [][32]byte, old, h Head) error {
	switch {
	case old.Size > h.Size:
		return fmt.Errorf("the log had %d records and now has %d", old.Size, h.Size)
	case old.Size == h.Size && old.Root != h.Root, old.Size == h.Size && len(proof) > 0:
		return fmt.Errorf("two logs of %d records: the root was %x and now is %x", h.Size, old.Root, h.Root)
	case old.Size == 0 && len(proof) > 0:
		return errors.New("nothing is to be proved of an empty log")
	case old.Size == 0 || old.Size == h.Size:
		return nil
	}
	if err := tlog.CheckTree(hashes(proof), int64(h.Size), h.Root, int64(old.Size), old.Root); err != nil {
		return fmt.Errorf("the log of %d records does not begin with the %d that it had: %w", h.Size, old.Size, err)
	}
	return nil
}

func arrays(p []tlog.Hash) [][32]byte {
	out := make([][32]byte, len(p))
	for i, h := range p {
		out[i] = h
	}
	return out
}

func hashes(p [][32]byte) []tlog.Hash {
	out := make([]tlog.Hash, len(p))
	for i, h := range p {
		out[i] = h
	}
	return out
}

// Log returns what fetches this journal's tiles, once all that was
// acknowledged is published.
func (j *Journal) Log() (Fetch, error) {
	if j.publisher != nil {
		if err := j.publisher.flush(); err != nil {
			return nil, err
		}
	}
	return func(path string) (io.ReadCloser, error) {
		data, err := readFile(j.opt.Files, filepath.Join(j.dir, filepath.FromSlash(path)))
		return io.NopCloser(bytes.NewReader(data)), err
	}, nil
}
