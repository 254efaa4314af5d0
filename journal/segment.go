package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// segment is one file of records.
type segment struct {
	path   string
	first  uint64 // number of its first record
	size   int64  // bytes; of the last segment only known as the journal's end
	format int

	marks []int64 // offset of every markEvery-th record, as far as known
	file  File    // for Get, opened when needed
}

const (
	segmentSuffix = ".seg"
	markEvery     = 64
)

func segmentName(first uint64) string { return fmt.Sprintf("%020d%s", first, segmentSuffix) }

// room is how many records the segment still takes: it ends where the next
// multiple of perSegment begins.
func (s *segment) room(next, perSegment uint64) uint64 {
	if s.format != Format {
		return 0
	}
	return (s.first/perSegment+1)*perSegment - next
}

// mark notes where record seq begins, if it is the next to be noted.
func (s *segment) mark(seq uint64, offset int64) {
	if n := seq - s.first; n%markEvery == 0 && n/markEvery == uint64(len(s.marks)) {
		s.marks = append(s.marks, offset)
	}
}

func (s *segment) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}

// segmentHeader is the header of a segment that begins after a tree's leaves.
func segmentHeader(t *tree) []byte {
	h := fmt.Appendf(nil, "%s%d\n", magicStem, Format)
	h = binary.LittleEndian.AppendUint64(h, t.size)
	h = t.appendEdge(h)
	return binary.LittleEndian.AppendUint32(h, crc32.Checksum(h, castagnoli()))
}

// createSegment makes the segment that follows a tree's leaves, durably.
func createSegment(files Files, dir string, t *tree) (f File, size int64, err error) {
	path := filepath.Join(dir, segmentName(t.size))
	if f, err = files.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644); err != nil {
		return nil, 0, err
	}
	header := segmentHeader(t)
	_, err = f.WriteAt(header, 0)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = files.SyncDir(dir)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close(), files.Remove(path))
	}
	return f, int64(len(header)), nil
}

func listSegments(files Files, dir string) ([]segment, error) {
	entries, err := files.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []segment
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), segmentSuffix)
		if !ok {
			continue
		}
		first, err := strconv.ParseUint(name, 10, 64)
		if err != nil || e.Name() != segmentName(first) {
			return nil, fmt.Errorf("%s: not a name that a segment has", filepath.Join(dir, e.Name()))
		}
		info, err := e.Info()
		if err != nil {
			return nil, err
		}
		out = append(out, segment{path: filepath.Join(dir, e.Name()), first: first, size: info.Size()})
	}
	slices.SortFunc(out, func(a, b segment) int {
		if a.first < b.first {
			return -1
		}
		return 1
	})
	if len(out) > 0 && out[0].first != 0 {
		return nil, fmt.Errorf("%s: the first segment begins with record %d; those before it are missing", out[0].path, out[0].first)
	}
	return out, nil
}

// frames reads one segment's frames in order.
type frames struct {
	path   string
	r      *bufio.Reader
	format int
	edge   []byte // of the tree before the first record; format 2
	offset int64
	limit  int64 // bytes that may be read
	next   uint64
	buf    []byte
}

// newFrames reads a segment's header.
func newFrames(f io.ReaderAt, s *segment, limit int64) (*frames, error) {
	return readFrames(io.NewSectionReader(f, 0, limit), s.path, s.first, limit)
}

// readFrames reads the header of a segment that begins with record first.
func readFrames(in io.Reader, path string, first uint64, limit int64) (*frames, error) {
	r := &frames{path: path, r: bufio.NewReaderSize(in, 1<<20), limit: limit, next: first}
	head := make([]byte, magicBytes+8, magicBytes+8+edgeBytes(first)+4)
	if _, err := io.ReadFull(r.r, head); err != nil {
		return nil, r.damage("the header is cut short")
	}
	version, ok := strings.CutPrefix(string(head[:magicBytes]), magicStem)
	if !ok {
		return nil, r.damage(fmt.Sprintf("the file begins with %q; expected %q", head[:magicBytes], fmt.Sprintf("%s%d\n", magicStem, Format)))
	}
	switch version {
	case "1\n":
		r.format = 1
	case "2\n":
		r.format = 2
	default:
		return nil, r.damage(fmt.Sprintf("it has format %q; this version of the program reads 1 and 2: use the newer version that wrote it", strings.TrimSpace(version)))
	}
	if n := binary.LittleEndian.Uint64(head[magicBytes:]); n != first {
		return nil, r.damage(fmt.Sprintf("the header says that the first record is %d", n))
	}
	if r.format > 1 {
		n := len(head)
		head = head[:cap(head)]
		if _, err := io.ReadFull(r.r, head[n:]); err != nil {
			return nil, r.damage("the header is cut short")
		}
		sum := len(head) - 4
		if crc32.Checksum(head[:sum], castagnoli()) != binary.LittleEndian.Uint32(head[sum:]) {
			return nil, r.damage("the header's checksum is wrong")
		}
		r.edge = head[n:sum]
	}
	r.offset = int64(len(head))
	return r, nil
}

func (r *frames) damage(reason string) error {
	return &Damage{File: r.path, Offset: r.offset, Seq: r.next, Reason: reason}
}

// Next returns the next entry, whose body is valid until the following call;
// io.EOF after the last.
func (r *frames) Next() (Entry, error) {
	if r.offset == r.limit {
		return Entry{}, io.EOF
	}
	var head [frameHead]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		if err == io.EOF && r.limit < 0 {
			return Entry{}, io.EOF
		}
		return Entry{}, r.damage("the record is cut short")
	}
	length := int64(binary.LittleEndian.Uint32(head[4:]))
	if length < minPayload || length > maxPayload {
		return Entry{}, r.damage(fmt.Sprintf("a length of %d bytes is impossible", length))
	}
	if r.limit >= 0 && length > r.limit-r.offset-frameHead {
		return Entry{}, r.damage("the record is cut short")
	}
	if err := r.fill(length); err != nil {
		return Entry{}, r.damage("the record is cut short")
	}
	sum := crc32.Update(crc32.Checksum(head[4:], castagnoli()), castagnoli(), r.buf)
	if sum != binary.LittleEndian.Uint32(head[:]) {
		return Entry{}, r.damage("the checksum is wrong")
	}
	e, err := parsePayload(r.buf, r.format)
	if err != nil {
		return Entry{}, r.damage(err.Error())
	}
	if e.Seq != r.next {
		return Entry{}, r.damage(fmt.Sprintf("it says that it is record %d", e.Seq))
	}
	r.offset += frameHead + length
	r.next++
	return e, nil
}

// fill reads a payload. Memory is taken as bytes come, so that a length that
// lies costs nothing.
func (r *frames) fill(length int64) error {
	const step = 1 << 20
	r.buf = r.buf[:0]
	for int64(len(r.buf)) < length {
		from, to := len(r.buf), int(min(length, int64(len(r.buf))+step))
		if cap(r.buf) < to {
			r.buf = append(make([]byte, 0, to+to/2), r.buf...)
		}
		r.buf = r.buf[:to]
		if _, err := io.ReadFull(r.r, r.buf[from:]); err != nil {
			return err
		}
	}
	return nil
}
