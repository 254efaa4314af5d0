package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/mod/sumdb/tlog"
)

// load reads what is on disk, repairs a torn end and lost tiles, and brings
// the tree up to the last record.
func (j *Journal) load() error {
	if err := j.list(); err != nil {
		return err
	}
	if n := j.opt.Records; n > 0 {
		for last := len(j.segments) - 1; last > 0 && j.segments[last].first >= n; last-- {
			j.segments = j.segments[:last]
		}
	}
	if len(j.segments) == 0 { // for reading only
		j.head = j.tree.head()
		return nil
	}
	signed, err := j.signedBefore()
	if err != nil {
		return err
	}
	start, err := j.scanFrom()
	if err != nil {
		return err
	}
	if !j.opt.ReadOnly {
		j.tree.full = j.repair
	}
	var at Head // the tree when it had the size of the checkpoint
	note := func() {
		if j.tree.size == signed.Size {
			at = j.tree.head()
		}
	}
	for i := start; i < len(j.segments); i++ {
		if err := j.loadSegment(i, i == start, signed, note); err != nil {
			return err
		}
	}
	j.tree.full = nil
	j.synced, j.head = j.next, j.tree.head()
	switch {
	case j.opt.Records > j.next:
		return fmt.Errorf("it holds %d records; %d were asked for", j.next, j.opt.Records)
	case j.opt.ReadOnly:
		return nil // the writer may be ahead of what was read
	case signed.Size > j.next:
		return &Damage{File: j.segments[len(j.segments)-1].path, Offset: j.end, Seq: j.next,
			Reason: fmt.Sprintf("records are missing: a checkpoint was signed over %d, the segments end here", signed.Size)}
	case signed.Origin != "" && at.Size == signed.Size && at.Root != [32]byte{} && at != signed.Head:
		return fmt.Errorf("%s: it was signed over other records: its root is %x, that of the first %d records %x",
			filepath.Join(j.dir, checkpointFile), signed.Root, at.Size, at.Root)
	}
	if err := j.tail.Sync(); err != nil {
		return err
	}
	if err := j.upgrade(); err != nil {
		return fmt.Errorf("bringing it to format %d: %w", Format, err)
	}
	for _, t := range j.tree.partial() {
		j.repair(t)
	}
	if j.broken != nil {
		return j.broken
	}
	j.tree.full = func(t tile) { j.full = append(j.full, t) }
	j.publisher = newPublisher(j)
	if j.opt.Key == nil || signed.Head == j.head && signed.Origin != "" {
		return nil
	}
	if err := j.publisher.checkpoint(j.head); err != nil || signed.Origin != "" {
		return err
	}
	// From the first record on there is a promise to hold a torn end against:
	// without one, it can't be told from damage.
	if err := j.opt.Files.SyncDir(j.dir); err != nil {
		return fmt.Errorf("making the first checkpoint durable: %w", err)
	}
	return nil
}

// list lists the segments; for writing there is one at least.
func (j *Journal) list() (err error) {
	if j.segments, err = listSegments(j.opt.Files, j.dir); err != nil {
		return err
	}
	for i := range j.segments {
		s := &j.segments[i]
		if s.format, err = formatOf(j.opt.Files, s); err == nil {
			continue
		}
		if i < len(j.segments)-1 || s.size > headerSize(s.first) {
			return err
		}
		// A crash while it was begun: it never held a record.
		if !j.opt.ReadOnly {
			if err := j.opt.Files.Remove(s.path); err != nil {
				return err
			}
		}
		j.segments = j.segments[:i]
		break
	}
	if j.opt.ReadOnly {
		return nil
	}
	if err := j.unfinished(); err != nil {
		return err
	}
	if len(j.segments) == 0 {
		if err := j.syncAbove(); err != nil {
			return err
		}
		f, size, err := createSegment(j.opt.Files, j.dir, &tree{})
		if err != nil {
			return err
		}
		j.segments = []segment{{path: f.Name(), size: size, format: Format}}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// syncAbove makes the names of the journal's folder and of those above it
// durable: any of them may have been made just now, and where a segment is, they
// are. A folder that may not be read, or lies on a file system that takes no
// sync, was there before, as those above it.
func (j *Journal) syncAbove() error {
	for at := filepath.Dir(j.dir); ; at = filepath.Dir(at) {
		err := j.opt.Files.SyncDir(at)
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.EINVAL) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("making the name of the journal durable: %w", err)
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// unfinished removes what a crash left of an erasure: it is done again.
func (j *Journal) unfinished() error {
	entries, err := j.opt.Files.ReadDir(j.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), segmentSuffix+".new") {
			if err := j.opt.Files.Remove(filepath.Join(j.dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func headerSize(first uint64) int64 { return int64(magicBytes + 8 + edgeBytes(first) + 4) }

func formatOf(files Files, s *segment) (int, error) {
	f, err := files.OpenFile(s.path, os.O_RDONLY, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r, err := newFrames(f, s, s.size)
	if err != nil {
		return 0, err
	}
	return r.format, nil
}

// signedBefore reads the checkpoint that lies there: a promise that the
// records must keep. Without one it is the zero value.
func (j *Journal) signedBefore() (c Checkpoint, err error) {
	path := filepath.Join(j.dir, checkpointFile)
	data, err := readFile(j.opt.Files, path)
	j.signed = data
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, nil
	case j.opt.Key == nil && err == nil: // Verify looks at it more closely
		c, _, _ = SplitCheckpoint(data)
		return c, nil
	case err == nil:
		c, err = OpenCheckpoint(data, j.opt.Key.Verifier())
	}
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// scanFrom says from which segment on the tree is made again: for reading only
// the last; for writing the one from which tiles may have been lost.
func (j *Journal) scanFrom() (int, error) {
	start := len(j.segments) - 1
	if !j.opt.ReadOnly {
		settled, err := readSettled(j.opt.Files, j.dir)
		if err != nil {
			return 0, err
		}
		for start > 0 && j.segments[start].first > settled {
			start--
		}
	}
	if j.segments[start].format == 1 {
		return 0, nil // it does not say what lies before it
	}
	return start, nil
}

const settledFile = "settled"

// readSettled says from which record on tiles may not have reached the disk.
func readSettled(files Files, dir string) (uint64, error) {
	path := filepath.Join(dir, settledFile)
	data, err := readFile(files, path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(strings.TrimSuffix(string(data), "\n"), 10, 64)
	if err != nil || string(data) != fmt.Sprintf("%d\n", n) {
		return 0, fmt.Errorf("%s: %q; expected a number and a line feed. It may be deleted: the tiles are then checked from the first on", path, data)
	}
	return n, nil
}

// loadSegment reads a segment's records into the tree.
func (j *Journal) loadSegment(i int, first bool, signed Checkpoint, each func()) error {
	s := &j.segments[i]
	last := i == len(j.segments)-1
	flag := os.O_RDONLY
	if last && !j.opt.ReadOnly {
		flag = os.O_RDWR
	}
	f, err := j.opt.Files.OpenFile(s.path, flag, 0)
	if err != nil {
		return err
	}
	if last {
		j.tail = f
	} else {
		s.file = f
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	r, err := newFrames(f, s, size)
	if err != nil {
		return err
	}
	switch {
	case first:
		if err := j.begin(s, r); err != nil {
			return err
		}
	case j.tree.size != s.first:
		return r.damage(fmt.Sprintf("records are missing: the segment before ends with record %d", int64(j.tree.size)-1))
	case r.format > 1 && !bytes.Equal(r.edge, j.tree.appendEdge(nil)):
		return r.damage("the header does not follow from the records before it")
	}
	each()
	for j.opt.Records == 0 || r.next < j.opt.Records {
		at := r.offset
		e, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if err := j.torn(f, r, at, size, last, signed, err); err != nil {
				return err
			}
			break
		}
		s.mark(e.Seq, at)
		leaf := e.Leaf()
		j.tree.add(leaf, tlog.RecordHash(leaf))
		j.last = e.Time
		each()
		if j.broken != nil {
			return j.broken
		}
	}
	s.size = r.offset
	if last {
		j.end, j.next = r.offset, r.next
	}
	return nil
}

// torn cuts off what a crash left half-written behind the last record, and
// refuses what is no such end: damage to what a checkpoint was signed over,
// or, where there is none, damage with a sound record behind it. (Of writes
// that were never synced a later one may have reached the disk, an earlier not.)
func (j *Journal) torn(f File, r *frames, at, size int64, last bool, signed Checkpoint, err error) error {
	if !last || r.next < signed.Size {
		return err
	}
	if later := findFrame(f, at, size, r.next); later >= 0 && signed.Origin == "" {
		return fmt.Errorf("%w; it is not a torn end, since a sound record follows at byte %d", err, later)
	}
	j.Recovered = size - at
	if j.opt.ReadOnly {
		return nil // its writer may be at it
	}
	if err := f.Truncate(at); err != nil {
		return fmt.Errorf("cutting off a half-written record: %w", err)
	}
	return nil
}

// begin sets the tree to what lies before a segment.
func (j *Journal) begin(s *segment, r *frames) error {
	if s.first == 0 {
		return nil
	}
	if err := j.tree.load(s.first, r.edge); err != nil {
		return r.damage(err.Error())
	}
	from := s.first / tileWidth * tileWidth
	if from == s.first {
		return nil
	}
	// Some leaves of the last tile lie before this segment.
	for i := range j.segments {
		if j.segments[i].first >= s.first || j.segments[i+1].first <= from {
			continue
		}
		if err := j.scan(i, j.segments[i].size, func(e *Entry, _ int64) error {
			if e.Seq >= from {
				leaf := e.Leaf()
				j.tree.bundle = binary.BigEndian.AppendUint16(j.tree.bundle, uint16(len(leaf)))
				j.tree.bundle = append(j.tree.bundle, leaf...)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// repair writes a tile that is not there as it must be.
func (j *Journal) repair(t tile) {
	path := filepath.Join(j.dir, filepath.FromSlash(t.path()))
	if have, err := readFile(j.opt.Files, path); err == nil && bytes.Equal(have, t.data) || j.broken != nil {
		return
	}
	err := j.opt.Files.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = writeFile(j.opt.Files, path, t.data, false)
	}
	if err != nil {
		j.broken = fmt.Errorf("writing the tree: %w", err)
		return
	}
	j.Repaired++
}

// upgrade makes a journal of format 1 go on in the present one: what was
// written stays as it is.
func (j *Journal) upgrade() error {
	old := &j.segments[len(j.segments)-1]
	if old.format == Format {
		return nil
	}
	hashes := filepath.Join(j.dir, "hashes") // of format 1; tiles take their place
	if data, err := readFile(j.opt.Files, hashes); err == nil && int64(len(data)/tlog.HashSize) > tlog.StoredHashCount(int64(j.next)) {
		return &Damage{File: old.path, Offset: j.end, Seq: j.next, Reason: "records are missing: the tree knows of more, the segments end here"}
	}
	if j.next == old.first { // nothing in it
		if err := errors.Join(j.tail.Close(), j.opt.Files.Remove(old.path)); err != nil {
			return err
		}
		j.tail, j.segments = nil, j.segments[:len(j.segments)-1]
	} else {
		old.file, j.tail = j.tail, nil
	}
	f, size, err := createSegment(j.opt.Files, j.dir, &j.tree)
	if err != nil {
		return err
	}
	j.tail, j.end = f, size
	j.segments = append(j.segments, segment{path: f.Name(), first: j.next, format: Format})
	if err := j.opt.Files.Remove(hashes); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// findFrame looks for a sound frame of a record after seq behind a damaged
// place, and returns its offset, -1 if there is none.
func findFrame(f io.ReaderAt, from, size int64, seq uint64) int64 {
	data := make([]byte, size-from)
	if _, err := f.ReadAt(data, from); err != nil && err != io.EOF {
		return -1
	}
	for i := 1; i+frameHead+minPayload <= len(data); i++ {
		length := int(binary.LittleEndian.Uint32(data[i+4:]))
		if length < minPayload || length > maxPayload || i+frameHead+length > len(data) {
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
