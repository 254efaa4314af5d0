package journal

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
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
			err := scanFile(j.opt.Files, &segments[i], limit, func(e *Entry, _ int64) error {
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
	return scanFile(j.opt.Files, &j.segments[i], limit, each)
}

// scanFile calls each with every entry of a segment and its offset until it
// returns an error; io.EOF ends the scan without one.
func scanFile(files Files, s *segment, limit int64, each func(*Entry, int64) error) error {
	f, err := files.OpenFile(s.path, os.O_RDONLY, 0)
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
	var c Cursor
	c.j = j
	e, err := c.Get(seq)
	return e, err
}

// Cursor reads single records, and quickly those that lie near ones it has
// read before. It is not safe for concurrent use; several may be used at once.
type Cursor struct {
	j      *Journal
	blocks [cursorBlocks]block
	turn   int
}

const cursorBlocks = 32

// block is a stretch of frames that lies between two marks.
type block struct {
	path   string
	format int
	offset int64
	first  uint64 // its first record
	data   []byte
}

// Cursor returns a cursor over the journal.
func (j *Journal) Cursor() *Cursor { return &Cursor{j: j} }

// Get returns one durable record; its body is valid until the next Get.
func (c *Cursor) Get(seq uint64) (Entry, error) {
	b, err := c.block(seq)
	if err != nil {
		return Entry{}, fmt.Errorf("reading record %d: %w", seq, err)
	}
	rest, n := b.data, b.first
	damage := func(reason string) error {
		return fmt.Errorf("reading record %d: %w", seq, &Damage{File: b.path, Offset: b.offset + int64(len(b.data)-len(rest)), Seq: n, Reason: reason})
	}
	for ; ; n++ {
		if len(rest) < frameHead {
			return Entry{}, damage("the record is cut short")
		}
		length := int64(binary.LittleEndian.Uint32(rest[4:]))
		if length < minPayload || length > int64(len(rest))-frameHead {
			return Entry{}, damage(fmt.Sprintf("a length of %d bytes is impossible", length))
		}
		frame := rest[:frameHead+length]
		if n < seq {
			rest = rest[len(frame):]
			continue
		}
		if crc32.Checksum(frame[4:], castagnoli()) != binary.LittleEndian.Uint32(frame) {
			return Entry{}, damage("the checksum is wrong")
		}
		e, err := parsePayload(frame[frameHead:], b.format)
		if err != nil {
			return Entry{}, damage(err.Error())
		}
		if e.Seq != seq {
			return Entry{}, damage(fmt.Sprintf("it says that it is record %d", e.Seq))
		}
		return e, nil
	}
}

// block returns the block that holds a record.
func (c *Cursor) block(seq uint64) (*block, error) {
	for i := range c.blocks {
		b := &c.blocks[i]
		if b.data != nil && seq >= b.first && seq < b.first+markEvery && c.complete(b, seq) {
			return b, nil
		}
	}
	file, b, length, err := c.j.locate(seq)
	if err != nil {
		return nil, err
	}
	into := &c.blocks[c.turn]
	c.turn = (c.turn + 1) % cursorBlocks
	data := into.data
	if int64(cap(data)) < length {
		data = make([]byte, length)
	}
	b.data = data[:length]
	if _, err := file.ReadAt(b.data, b.offset); err != nil {
		into.data = nil
		return nil, err
	}
	*into = b
	return into, nil
}

// complete reports whether a block that was read before holds seq: the last
// one of a growing segment may have been shorter then.
func (c *Cursor) complete(b *block, seq uint64) bool {
	at, n := 0, b.first
	for n < seq {
		if len(b.data)-at < frameHead {
			return false
		}
		at += frameHead + int(binary.LittleEndian.Uint32(b.data[at+4:]))
		n++
	}
	return at < len(b.data)
}

// locate says where the block lies that holds a durable record.
func (j *Journal) locate(seq uint64) (File, block, int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if seq >= j.synced {
		return nil, block{}, 0, fmt.Errorf("the journal holds %d records", j.synced)
	}
	i, found := slices.BinarySearchFunc(j.segments, seq, func(s segment, seq uint64) int { return cmp.Compare(s.first, seq) })
	if !found {
		i--
	}
	limit := j.segments[i].size
	if i == len(j.segments)-1 {
		limit = j.end
	}
	s, err := j.located(i, limit)
	if err != nil {
		return nil, block{}, 0, err
	}
	n := (seq - s.first) / markEvery
	end := limit
	if int(n)+1 < len(s.marks) {
		end = s.marks[n+1]
	}
	b := block{path: s.path, format: s.format, offset: s.marks[n], first: s.first + n*markEvery}
	return s.file, b, end - b.offset, nil
}

// located returns segment i with all its marks and an open file. The caller
// holds mu.
func (j *Journal) located(i int, limit int64) (*segment, error) {
	s := &j.segments[i]
	if s.file == nil {
		f, err := j.opt.Files.OpenFile(s.path, os.O_RDONLY, 0)
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
