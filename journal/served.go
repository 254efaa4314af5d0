package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Served says what was checked of a log that somebody serves.
type Served struct {
	Checkpoint Checkpoint
	Signed     []byte // the checkpoint as it was served
	Tiles      int    // files compared
	Bodies     int    // records whose body was there and is the one that was sealed
	Withheld   int    // records whose body is not kept
	NoSegments bool   // the segments are not served: nothing was seen of bodies
}

// VerifyServed checks a log of which nothing but its files can be had, as from
// a plain file server over a journal's folder: the signature, every entry,
// every tile, the root, that earlier checkpoints were of the same log, and,
// where segments are served, every body. The error is the first thing wrong.
func VerifyServed(fetch Fetch, log note.Verifier, earlier []Checkpoint, progress func(records uint64)) (*Served, error) {
	signed, err := fetch.Checkpoint()
	if err != nil {
		return nil, err
	}
	out := &Served{Signed: signed}
	if out.Checkpoint, err = OpenCheckpoint(signed, log); err != nil {
		return out, err
	}
	x := &serving{fetch: fetch, out: out, want: out.Checkpoint.Head, earlier: earlier}
	x.tree.full = func(t tile) { x.compare(&t) }
	if err := x.entries(progress); err != nil {
		return out, err
	}
	return out, x.segments()
}

type serving struct {
	fetch   Fetch
	out     *Served
	want    Head
	earlier []Checkpoint
	tree    tree
	wrong   error
}

// entries makes the tree from the entry bundles.
func (x *serving) entries(progress func(uint64)) error {
	for _, c := range x.earlier {
		if c.Size > x.want.Size {
			return fmt.Errorf("an earlier checkpoint was over %d records; now there are %d: records were removed", c.Size, x.want.Size)
		}
	}
	for n := uint64(0); n*tileWidth < x.want.Size; n++ {
		leaves, err := x.fetch.leaves(n, int(min(tileWidth, x.want.Size-n*tileWidth)))
		if err != nil {
			return err
		}
		x.out.Tiles++
		for _, leaf := range leaves {
			if _, _, _, err := ParseLeaf(leaf); err != nil {
				return fmt.Errorf("entry %d: %w", x.tree.size, err)
			}
			x.tree.add(leaf, tlog.RecordHash(leaf))
			if err := x.before(); err != nil {
				return err
			}
		}
		if x.wrong != nil {
			return x.wrong
		}
		if progress != nil {
			progress(x.tree.size)
		}
	}
	for _, t := range x.tree.partial() {
		x.compare(&t)
	}
	if got := x.tree.head(); x.wrong == nil && got.Root != x.want.Root {
		x.wrong = fmt.Errorf("the checkpoint was signed over root %x; the %d entries have %x", x.want.Root, got.Size, got.Root)
	}
	return x.wrong
}

// before compares the tree of the present size with earlier checkpoints.
func (x *serving) before() error {
	for _, c := range x.earlier {
		if c.Size == x.tree.size && x.tree.head().Root != c.Root {
			return fmt.Errorf("an earlier checkpoint over %d records had root %x; now they have %x: the past was changed", c.Size, c.Root, x.tree.head().Root)
		}
	}
	return nil
}

// compare compares a tile of hashes with the one that is served.
func (x *serving) compare(t *tile) {
	if x.wrong != nil || t.level == entriesLevel {
		return
	}
	data, err := x.fetch.hashes(t.level, t.n, t.width)
	switch {
	case err != nil:
		x.wrong = err
	case !bytes.Equal(data, t.data):
		x.wrong = fmt.Errorf("%s: it does not follow from the entries, from byte %d on", t.path(), firstDifference(data, t.data))
	default:
		x.out.Tiles++
	}
}

// segments reads the records' bodies, where they are served.
func (x *serving) segments() error {
	var t tree
	for t.size < x.want.Size {
		path := segmentName(t.size)
		f, err := x.fetch(path)
		if t.size == 0 && errors.Is(err, fs.ErrNotExist) {
			x.out.NoSegments = true
			return nil
		}
		if err != nil {
			return err
		}
		err = x.segment(f, path, &t)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	if got := t.head(); got.Root != x.want.Root {
		return fmt.Errorf("the segments hold other records than the entries: their root is %x, that of the entries %x", got.Root, x.want.Root)
	}
	return nil
}

func (x *serving) segment(f io.Reader, path string, t *tree) error {
	r, err := readFrames(f, path, t.size, -1)
	if err != nil {
		return err
	}
	first := t.size
	for t.size < x.want.Size {
		e, err := r.Next()
		if err == io.EOF && t.size > first {
			return nil
		}
		if err == io.EOF {
			return r.damage("the segment holds no record")
		}
		if err != nil {
			return err
		}
		t.addHash(leafHash(&e))
		if e.Erased {
			x.out.Withheld++
		} else {
			x.out.Bodies++
		}
	}
	return nil
}
