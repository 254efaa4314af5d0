package journal

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// Read yields the durable records from number from on, in order. A body is
// valid until the next step: copy what is to be kept. After an error nothing
// follows.
func (j *Journal) Read(from uint64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		j.mu.Lock()
		size, end := j.synced, j.end
		segments := make([]segment, len(j.segments))
		copy(segments, j.segments)
		j.mu.Unlock()
		for i := range segments {
			if i+1 < len(segments) && segments[i+1].first <= from {
				continue
			}
			limit := end
			if i+1 < len(segments) {
				limit = segments[i].size
			}
			stop := false
			err := scanFile(&segments[i], limit, func(e *Entry, _ int64) error {
				switch {
				case e.Seq < from:
					return nil
				case e.Seq >= size:
					return io.EOF
				case !yield(*e, nil):
					stop = true
					return io.EOF
				}
				return nil
			})
			if stop {
				return
			}
			if err != nil {
				yield(Entry{}, fmt.Errorf("reading the journal: %w", err))
				return
			}
		}
	}
}

// scan reads segment i up to limit bytes.
func (j *Journal) scan(i int, limit int64, each func(*Entry, int64) error) error {
	return scanFile(&j.segments[i], limit, each)
}

// scanFile calls each with every entry of a segment and its offset until it
// returns an error; io.EOF ends the scan without one.
func scanFile(s *segment, limit int64, each func(*Entry, int64) error) error {
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := newFrames(f, s, limit)
	if err != nil {
		return err
	}
	for {
		at := r.offset
		e, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := each(&e, at); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Get returns one durable record.
func (j *Journal) Get(seq uint64) (Entry, error) {
	j.mu.Lock()
	if seq >= j.synced {
		defer j.mu.Unlock()
		return Entry{}, fmt.Errorf("record %d: the journal holds %d", seq, j.synced)
	}
	i, found := slices.BinarySearchFunc(j.segments, seq, func(s segment, seq uint64) int {
		switch {
		case s.first < seq:
			return -1
		case s.first > seq:
			return 1
		}
		return 0
	})
	if !found {
		i--
	}
	limit := j.segments[i].size
	if i == len(j.segments)-1 {
		limit = j.end
	}
	s, err := j.located(i, limit)
	if err != nil {
		j.mu.Unlock()
		return Entry{}, fmt.Errorf("reading record %d: %w", seq, err)
	}
	n := (seq - s.first) / markEvery
	r := &frames{path: s.path, offset: s.marks[n], limit: limit, next: s.first + n*markEvery}
	file := s.file
	j.mu.Unlock()

	r.r = newSection(file, r.offset, limit)
	for {
		e, err := r.Next()
		if err != nil {
			return Entry{}, fmt.Errorf("reading record %d: %w", seq, err)
		}
		if e.Seq == seq {
			return e, nil
		}
	}
}

// located returns segment i with all its marks and an open file. The caller
// holds mu.
func (j *Journal) located(i int, limit int64) (*segment, error) {
	s := &j.segments[i]
	if s.file == nil {
		f, err := os.Open(s.path)
		if err != nil {
			return nil, err
		}
		s.file = f
	}
	if len(s.marks) == 0 {
		if err := j.scan(i, limit, func(e *Entry, at int64) error { s.mark(e.Seq, at); return nil }); err != nil {
			s.marks = nil
			return nil, err
		}
	}
	return s, nil
}

func newSection(f io.ReaderAt, from, to int64) *bufio.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(f, from, to-from), 16<<10)
}
