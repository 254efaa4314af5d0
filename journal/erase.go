package journal

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Erase removes the bodies and salts of durable records for good; their leaves
// and all proofs stay as they are. It rewrites the segments that hold them,
// one after the other, so that a crash leaves each either as it was or done:
// call it again. That an erasure is on record is the caller's duty, before.
func (j *Journal) Erase(seqs ...uint64) error {
	if j.opt.ReadOnly {
		return ErrReadOnly
	}
	seqs = slices.Compact(slices.Sorted(slices.Values(seqs)))
	j.syncMu.Lock()
	defer j.syncMu.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	for len(seqs) > 0 {
		if seqs[0] >= j.synced {
			return fmt.Errorf("erasing record %d: the journal holds %d records", seqs[0], j.synced)
		}
		i, found := slices.BinarySearchFunc(j.segments, seqs[0], func(s segment, seq uint64) int { return cmp.Compare(s.first, seq) })
		if !found {
			i--
		}
		n := len(seqs)
		if i+1 < len(j.segments) {
			n, _ = slices.BinarySearch(seqs, j.segments[i+1].first)
		}
		if err := j.eraseIn(i, seqs[:n]); err != nil {
			return fmt.Errorf("erasing records: %w", err)
		}
		seqs = seqs[n:]
	}
	return nil
}

// eraseIn rewrites one segment. The caller holds both locks.
func (j *Journal) eraseIn(i int, seqs []uint64) error {
	s := &j.segments[i]
	last := i == len(j.segments)-1
	limit := s.size
	if last {
		limit = j.end
	}
	all := true
	if err := j.scan(i, limit, func(e *Entry, _ int64) error {
		if !e.Erased && slices.Contains(seqs, e.Seq) {
			all = false
			return io.EOF
		}
		return nil
	}); err != nil || all {
		return err
	}
	before, err := j.treeBefore(s.first)
	if err != nil {
		return err
	}
	path := s.path + ".new"
	f, err := j.opt.Files.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	w := &appender{f: f}
	size, err := j.rewrite(bufio.NewWriterSize(w, 1<<20), before, i, limit, seqs)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = j.opt.Files.Rename(path, s.path)
	}
	if err == nil {
		err = j.opt.Files.SyncDir(filepath.Dir(s.path))
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	old := s.file
	s.marks, s.format, s.size, s.file = nil, Format, size, nil
	if last {
		old, j.tail, j.end = j.tail, f, size
		return old.Close()
	}
	err = f.Close()
	if old != nil {
		err = errors.Join(err, old.Close())
	}
	return err
}

// rewrite writes a segment again in the present format, some bodies less.
func (j *Journal) rewrite(w *bufio.Writer, before *tree, i int, limit int64, seqs []uint64) (int64, error) {
	header := segmentHeader(before)
	if _, err := w.Write(header); err != nil {
		return 0, err
	}
	size := int64(len(header))
	var frame []byte
	if err := j.scan(i, limit, func(e *Entry, _ int64) error {
		frame = AppendEntry(frame[:0], e, slices.Contains(seqs, e.Seq))
		size += int64(len(frame))
		_, err := w.Write(frame)
		return err
	}); err != nil {
		return 0, err
	}
	return size, w.Flush()
}

// AppendEntry appends a record's frame as it lies in a segment; withhold
// leaves its body and salt away.
func AppendEntry(dst []byte, e *Entry, withhold bool) []byte {
	if withhold || e.Erased {
		return appendErased(dst, e)
	}
	start := len(dst)
	dst = appendFrame(dst, &e.Record, e.Salt[:])
	seal(dst[start:], e.Seq)
	return dst
}

// treeBefore makes the tree before a record again, from the records.
func (j *Journal) treeBefore(seq uint64) (*tree, error) {
	t := &tree{}
	for i := len(j.segments) - 1; i >= 0; i-- {
		s := &j.segments[i]
		if s.first > seq || s.format == 1 && i > 0 {
			continue
		}
		f, err := j.opt.Files.OpenFile(s.path, os.O_RDONLY, 0)
		if err != nil {
			return nil, err
		}
		r, err := newFrames(f, s, s.size)
		if err == nil && s.first > 0 {
			err = t.load(s.first, r.edge)
		}
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		for k := i; k < len(j.segments) && j.segments[k].first < seq; k++ {
			if err := j.scan(k, j.segments[k].size, func(e *Entry, _ int64) error {
				if t.size < seq {
					t.addHash(leafHash(e))
				}
				return nil
			}); err != nil {
				return nil, err
			}
		}
		break
	}
	return t, nil
}

// appender writes a file from its start to its end.
type appender struct {
	f  File
	at int64
}

func (a *appender) Write(b []byte) (int, error) {
	n, err := a.f.WriteAt(b, a.at)
	a.at += int64(n)
	return n, err
}
