package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Verification says how a journal is checked. The zero value checks all that
// needs no key.
type Verification struct {
	// Key checks the checkpoint's signature; nil: it is not checked.
	Key note.Verifier
	// NoTiles passes over the tiles, for a journal that comes without them.
	NoTiles bool
	// Earlier are heads that the journal is said to have had.
	Earlier []Checkpoint
	// Each, if not nil, is shown every record in order; its body is valid
	// until it returns.
	Each func(*Entry) error
	// Progress, if not nil, is told how many records were checked.
	Progress func(records uint64)
}

// Verified says what was checked.
type Verified struct {
	Head       Head
	Checkpoint *Checkpoint // nil: there is none
	Cosigned   int         // signature lines beside the log's, not checked here
	Tiles      int         // files compared
	Erased     []uint64    // records whose body is not kept
	Trailing   int64       // bytes of a half-written record at the end, never acknowledged
}

// Verify reads every durable record again, checks its frame, number and
// checksum, computes the tree anew and compares it with every tile, with the
// checkpoint and with earlier ones. The error is the first thing that is
// wrong.
func (j *Journal) Verify(v Verification) (*Verified, error) {
	if j.publisher != nil {
		if err := j.publisher.flush(); err != nil {
			return nil, err
		}
	}
	x := &verifying{j: j, v: v, out: &Verified{Trailing: j.Recovered}, want: j.Head()}
	if err := x.readCheckpoint(); err != nil {
		return nil, err
	}
	if _, err := readSettled(j.opt.Files, j.dir); err != nil {
		return nil, err
	}
	x.tree.full = func(t tile) { x.compare(&t) }
	x.roots()
	if err := x.records(); err != nil {
		return nil, err
	}
	return x.out, x.end()
}

type verifying struct {
	j       *Journal
	v       Verification
	out     *Verified
	want    Head
	tree    tree
	wrong   error  // the first thing wrong with the tiles
	pending []tile // partial tiles at the checkpoint's size
}

func (x *verifying) records() error {
	for e, err := range x.j.Read(0) {
		if err != nil {
			return err
		}
		leaf := e.Leaf()
		x.tree.add(leaf, tlog.RecordHash(leaf))
		if e.Erased {
			x.out.Erased = append(x.out.Erased, e.Seq)
		}
		if x.v.Each != nil {
			if err := x.v.Each(&e); err != nil {
				return fmt.Errorf("record %d (%s): %w", e.Seq, e.Kind, err)
			}
		}
		x.roots()
		if x.wrong != nil {
			return x.wrong
		}
		if x.v.Progress != nil && x.tree.size%4096 == 0 {
			x.v.Progress(x.tree.size)
		}
		if x.tree.size == x.want.Size {
			break
		}
	}
	return nil
}

// readCheckpoint reads the checkpoint and checks its signature.
func (x *verifying) readCheckpoint() error {
	path := filepath.Join(x.j.dir, checkpointFile)
	data, err := x.j.signed, error(nil)
	if !x.j.opt.ReadOnly { // else a writer may have gone on since
		data, err = readFile(x.j.opt.Files, path)
	}
	if data == nil && err == nil || errors.Is(err, fs.ErrNotExist) {
		if x.v.Key != nil && x.want.Size > 0 {
			return fmt.Errorf("%s: there is none", path)
		}
		return nil
	}
	if err != nil {
		return err
	}
	c, lines, err := SplitCheckpoint(data)
	if err == nil && x.v.Key != nil {
		_, err = OpenCheckpoint(data, x.v.Key)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	x.out.Checkpoint, x.out.Cosigned = &c, bytes.Count(lines, []byte("\n"))-1
	if c.Size > x.want.Size {
		return fmt.Errorf("%s: it was signed over %d records; the segments hold %d", path, c.Size, x.want.Size)
	}
	return nil
}

// roots compares the tree of the present size with what is said of it.
func (x *verifying) roots() {
	if x.wrong != nil {
		return
	}
	if c := x.out.Checkpoint; c != nil && c.Size == x.tree.size {
		if root := x.tree.head().Root; root != c.Root {
			x.wrong = fmt.Errorf("%s: it was signed over root %x; the first %d records have %x", filepath.Join(x.j.dir, checkpointFile), c.Root, c.Size, root)
			return
		}
		x.pending = x.tree.partial()
	}
	for _, c := range x.v.Earlier {
		if c.Size == x.tree.size && x.tree.head().Root != c.Root {
			x.wrong = fmt.Errorf("an earlier checkpoint over %d records had root %x; these records have %x: the past was changed", c.Size, c.Root, x.tree.head().Root)
			return
		}
	}
}

// compare compares a tile with its file.
func (x *verifying) compare(t *tile) {
	if x.wrong != nil || x.out.Checkpoint == nil || x.v.NoTiles {
		return
	}
	if t.width == tileWidth && t.end() > x.out.Checkpoint.Size {
		return // not published yet
	}
	path := filepath.Join(x.j.dir, filepath.FromSlash(t.path()))
	data, err := readFile(x.j.opt.Files, path)
	if t.width < tileWidth && errors.Is(err, fs.ErrNotExist) { // a writer has made the complete one since
		whole := tilePath(t.level, t.n, tileWidth)
		if more, err2 := readFile(x.j.opt.Files, filepath.Join(x.j.dir, filepath.FromSlash(whole))); err2 == nil && len(more) >= len(t.data) {
			path, data, err = whole, more[:len(t.data)], nil
		}
	}
	switch {
	case err != nil:
		x.wrong = err
	case len(data) != len(t.data):
		x.wrong = fmt.Errorf("%s: %d bytes; the records give %d", path, len(data), len(t.data))
	case !bytes.Equal(data, t.data):
		x.wrong = fmt.Errorf("%s: it does not follow from the records, from byte %d on", path, firstDifference(data, t.data))
	default:
		x.out.Tiles++
	}
}

// end is the number of leaves that must be there for a complete tile.
func (t *tile) end() uint64 {
	if t.level == entriesLevel {
		return (t.n + 1) * tileWidth
	}
	return (t.n + 1) << (tileHeight * (t.level + 1))
}

func firstDifference(a, b []byte) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return len(a)
}

// end checks what can be said once all records are read.
func (x *verifying) end() error {
	for i := range x.pending {
		x.compare(&x.pending[i])
	}
	if x.wrong != nil {
		return x.wrong
	}
	got := x.tree.head()
	switch {
	case got.Size != x.want.Size:
		return fmt.Errorf("the segments hold %d records; the journal had %d", got.Size, x.want.Size)
	case got.Root != x.want.Root:
		return fmt.Errorf("the root over %d records is %x; it was %x", got.Size, got.Root, x.want.Root)
	}
	x.out.Head = got
	for _, c := range x.v.Earlier {
		if c.Size > got.Size {
			return fmt.Errorf("an earlier checkpoint was over %d records; there are %d: records were removed", c.Size, got.Size)
		}
	}
	return x.strays()
}

// strays looks for files that nobody wrote here, which a reader could take for
// part of the log.
func (x *verifying) strays() error {
	entries, err := x.j.opt.Files.ReadDir(x.j.dir)
	if err != nil {
		return err
	}
	known := []string{lockName, "tile", checkpointFile, PublicKeyFile, settledFile, "hashes", WitnessedFile, "timestamps"}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".new") // a crash may have left one
		if !strings.HasSuffix(name, segmentSuffix) && !slices.Contains(known, name) {
			return fmt.Errorf("%s: no file that a journal has", filepath.Join(x.j.dir, e.Name()))
		}
	}
	return nil
}
