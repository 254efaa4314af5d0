package journal

import (
	"bytes"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// Verify reads every durable record again, checks its frame, number and
// checksum, computes the tree anew and compares it with the stored hashes and
// the head. It returns the head that it computed; the error is the first thing
// that is wrong. progress, if not nil, is told how many records were checked.
func (j *Journal) Verify(progress func(records uint64)) (Head, error) {
	want := j.Head()
	var t tree
	var stored int64
	buf := make([]byte, 1<<16)
	check := func() error {
		for p := t.take(); len(p) > 0; {
			n := min(len(p), len(buf))
			if _, err := j.hashes.ReadAt(buf[:n], stored*tlog.HashSize); err != nil {
				if err == io.EOF {
					err = fmt.Errorf("it ends before the last record's hash")
				}
				return fmt.Errorf("%s: hash %d: %w", j.hashes.Name(), stored, err)
			}
			if !bytes.Equal(p[:n], buf[:n]) {
				return fmt.Errorf("%s: hashes from %d on do not follow from the records", j.hashes.Name(), stored)
			}
			stored += int64(n / tlog.HashSize)
			p = p[n:]
		}
		return nil
	}
	for e, err := range j.Read(0) {
		if err != nil {
			return Head{}, err
		}
		t.add(tlog.RecordHash(e.Leaf()))
		if t.size%1024 == 0 {
			if err := check(); err != nil {
				return Head{}, err
			}
			if progress != nil {
				progress(t.size)
			}
		}
		if t.size == want.Size {
			break
		}
	}
	if err := check(); err != nil {
		return Head{}, err
	}
	got := t.head()
	switch {
	case got.Size != want.Size:
		return got, fmt.Errorf("the segments hold %d records; the journal had %d", got.Size, want.Size)
	case got.Root != want.Root:
		return got, fmt.Errorf("the root over %d records is %x; it was %x", got.Size, got.Root, want.Root)
	}
	return got, nil
}
