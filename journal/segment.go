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

	"golang.org/x/mod/sumdb/tlog"
)

// segment is one file of records.
type segment struct {
	path  string
	first uint64 // number of its first record
	size  int64  // bytes; of the last segment only known as the journal's end

	marks []int64  // offset of every markEvery-th record, as far as known
	file  *os.File // for Get, opened when needed
}

const (
	segmentSuffix = ".seg"
	markEvery     = 64
)

func segmentName(first uint64) string { return fmt.Sprintf("%020d%s", first, segmentSuffix) }

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

func createSegment(dir string, first uint64) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, segmentName(first)), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	header := binary.LittleEndian.AppendUint64([]byte(magic), first)
	_, err = f.Write(header)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return f, nil
}

// syncDir makes a new file's name durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

func listSegments(dir string) ([]segment, error) {
	entries, err := os.ReadDir(dir)
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
	offset int64
	limit  int64 // bytes that may be read
	next   uint64
	buf    []byte
}

func newFrames(f io.ReaderAt, s *segment, limit int64) (*frames, error) {
	r := &frames{path: s.path, r: bufio.NewReaderSize(io.NewSectionReader(f, 0, limit), 1<<20), limit: limit, next: s.first}
	var header [headerBytes]byte
	if _, err := io.ReadFull(r.r, header[:]); err != nil {
		return nil, r.damage("the header is cut short")
	}
	if string(header[:len(magic)]) != magic {
		return nil, r.damage(fmt.Sprintf("the file begins with %q; expected %q (a newer or a foreign format?)", header[:len(magic)], magic))
	}
	if n := binary.LittleEndian.Uint64(header[len(magic):]); n != s.first {
		return nil, r.damage(fmt.Sprintf("the header says that the first record is %d", n))
	}
	r.offset = headerBytes
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
		return Entry{}, r.damage("the record is cut short")
	}
	length := int64(binary.LittleEndian.Uint32(head[4:]))
	if length < fixedBytes || length > maxPayload {
		return Entry{}, r.damage(fmt.Sprintf("a length of %d bytes is impossible", length))
	}
	if length > r.limit-r.offset-frameHead {
		return Entry{}, r.damage("the record is cut short")
	}
	if int64(cap(r.buf)) < length {
		r.buf = make([]byte, length, length+length/2)
	}
	r.buf = r.buf[:length]
	if _, err := io.ReadFull(r.r, r.buf); err != nil {
		return Entry{}, r.damage("the record is cut short")
	}
	sum := crc32.Update(crc32.Checksum(head[4:], castagnoli()), castagnoli(), r.buf)
	if sum != binary.LittleEndian.Uint32(head[:]) {
		return Entry{}, r.damage("the checksum is wrong")
	}
	e, err := parsePayload(r.buf)
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

// load reads what is on disk, repairs a torn end, and brings the tree up to it.
func (j *Journal) load() error {
	segments, err := listSegments(j.dir)
	if err != nil {
		return err
	}
	j.segments = segments
	if n := len(segments); n > 0 && segments[n-1].size < headerBytes && !j.opt.ReadOnly {
		// A crash while it was begun: it never held a record.
		if err := os.Remove(segments[n-1].path); err != nil {
			return err
		}
		j.segments = segments[:n-1]
	}
	if len(j.segments) == 0 {
		if j.opt.ReadOnly {
			j.head = j.tree.head()
			return nil
		}
		f, err := createSegment(j.dir, 0)
		if err != nil {
			return err
		}
		f.Close()
		j.segments = []segment{{path: f.Name(), size: headerBytes}}
	}
	s := &j.segments[len(j.segments)-1]
	flag := os.O_RDWR
	if j.opt.ReadOnly {
		flag = os.O_RDONLY
	}
	if j.tail, err = os.OpenFile(s.path, flag, 0); err != nil {
		return err
	}
	if err := j.openHashes(s.first); err != nil {
		return err
	}
	if err := j.scanTail(s); err != nil {
		return err
	}
	if want := tlog.StoredHashCount(int64(j.next)); j.stored > want && !j.opt.ReadOnly {
		return &Damage{File: s.path, Offset: j.end, Seq: j.next, Reason: fmt.Sprintf(
			"records are missing: the tree knows of %d or more, the segments end here", j.next+1)}
	}
	if !j.opt.ReadOnly {
		base := tlog.StoredHashCount(int64(s.first))
		pending := j.tree.take()
		if _, err := j.hashes.WriteAt(pending, base*tlog.HashSize); err != nil {
			return err
		}
		j.stored = base + int64(len(pending)/tlog.HashSize)
		if err := j.tail.Sync(); err != nil {
			return err
		}
	}
	j.synced, j.head = j.next, j.tree.head()
	return nil
}

// openHashes opens the file of the tree's hashes and sets the tree to what
// lies before the last segment; that segment's leaves are hashed again, since
// a crash may have left anything in the file's end.
func (j *Journal) openHashes(before uint64) error {
	path := filepath.Join(j.dir, "hashes")
	flag := os.O_RDWR | os.O_CREATE
	if j.opt.ReadOnly {
		flag = os.O_RDONLY
	}
	f, err := os.OpenFile(path, flag, 0o644)
	if err != nil {
		return err
	}
	j.hashes = f
	info, err := f.Stat()
	if err != nil {
		return err
	}
	j.stored = info.Size() / tlog.HashSize
	if j.stored < tlog.StoredHashCount(int64(before)) {
		return j.rehash(before)
	}
	return j.tree.load(before, func(i int64) (tlog.Hash, error) { return readHash(f, i) })
}

func readHash(f io.ReaderAt, index int64) (h tlog.Hash, err error) {
	_, err = f.ReadAt(h[:], index*tlog.HashSize)
	return h, err
}

// rehash makes the hashes of all records before the given one anew, for a file
// of hashes that was lost: it only holds what the segments hold.
func (j *Journal) rehash(before uint64) error {
	j.tree, j.stored = tree{}, 0
	for i := range j.segments[:len(j.segments)-1] {
		if err := j.scan(i, j.segments[i].size, func(e *Entry, _ int64) error {
			j.tree.add(tlog.RecordHash(e.Leaf()))
			return nil
		}); err != nil {
			return err
		}
		if j.opt.ReadOnly {
			j.tree.take()
			continue
		}
		pending := j.tree.take()
		if _, err := j.hashes.WriteAt(pending, j.stored*tlog.HashSize); err != nil {
			return err
		}
		j.stored += int64(len(pending) / tlog.HashSize)
	}
	if j.tree.size != before {
		return fmt.Errorf("the segments before record %d hold %d records", before, j.tree.size)
	}
	return nil
}

// scanTail reads the last segment to its end, or to where a crash tore it.
func (j *Journal) scanTail(s *segment) error {
	info, err := j.tail.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	r, err := newFrames(j.tail, s, size)
	if err != nil {
		return err
	}
	for {
		at := r.offset
		e, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if later := findFrame(j.tail, at, size, r.next); later >= 0 {
				return fmt.Errorf("%w; it is not a torn end, since a sound record follows at byte %d", err, later)
			}
			if j.opt.ReadOnly {
				break // its writer may be at it
			}
			if err := j.tail.Truncate(at); err != nil {
				return fmt.Errorf("cutting off a half-written record: %w", err)
			}
			j.Recovered = size - at
			break
		}
		s.mark(e.Seq, at)
		j.tree.add(tlog.RecordHash(e.Leaf()))
	}
	j.end, j.next, s.size = r.offset, r.next, r.offset
	return nil
}

// findFrame looks for a sound frame of a record after seq behind a damaged
// place, and returns its offset, -1 if there is none.
func findFrame(f io.ReaderAt, from, size int64, seq uint64) int64 {
	data := make([]byte, size-from)
	if _, err := f.ReadAt(data, from); err != nil && err != io.EOF {
		return -1
	}
	for i := 1; i+frameHead+fixedBytes <= len(data); i++ {
		length := int(binary.LittleEndian.Uint32(data[i+4:]))
		if length < fixedBytes || length > maxPayload || i+frameHead+length > len(data) {
			continue
		}
		n := binary.LittleEndian.Uint64(data[i+8:])
		if n <= seq || n > seq+uint64(len(data)) {
			continue
		}
		if crc32.Checksum(data[i+4:i+frameHead+length], castagnoli()) == binary.LittleEndian.Uint32(data[i:]) {
			return from + int64(i)
		}
	}
	return -1
}
