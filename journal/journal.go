// Package journal knows the append-only record of everything that entered: it
// numbers records, makes them durable before it acknowledges them, and holds
// them in a Merkle tree, so that a head of a few bytes stands for all of them.
//
// It must not know what a record means, and imports nothing else of this
// house: a stranger can use it alone. The format on disk is described in
// docs/journal.md, well enough to be written again from the page.
package journal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// Record is one thing that entered.
type Record struct {
	// Kind says what the body is: lower-case letters, digits and dashes, at
	// most 64 bytes.
	Kind string
	// Time is when it was recorded, UTC, kept to the microsecond.
	Time time.Time
	// Body is canonical JSON, at most [MaxBody] bytes. The journal keeps it as
	// it is.
	Body []byte
}

// MaxBody is the largest body in bytes.
const MaxBody = 64 << 20

// Entry is a record in its place.
type Entry struct {
	// Seq numbers the records from 0 without gaps; it is also the index of the
	// record's leaf in the tree.
	Seq uint64
	Record
	// Salt is random: the leaf commits to it together with the body, so that
	// the leaf alone does not betray a body that is withheld or erased.
	Salt [16]byte
}

// Head stands for all records: the number of them and the root of the Merkle
// tree over their leaves (RFC 6962, section 2.1).
type Head struct {
	Size uint64
	Root [32]byte
}

// Options are how a journal is kept. The zero value is good.
type Options struct {
	// SegmentBytes is the size from which a new segment file is begun; 0 means
	// 64 MiB.
	SegmentBytes int64
	// ReadOnly opens without the lock and changes nothing, while another
	// process may be writing. What that process adds later is not seen.
	ReadOnly bool
	// Rand gives the salts, to several callers at once; nil means crypto/rand.
	Rand io.Reader
}

// ErrLocked is wrapped by Open's error when another process writes the journal.
var ErrLocked = errors.New("another process is writing to it")

// ErrReadOnly is returned by Append to a journal opened for reading only.
var ErrReadOnly = errors.New("the journal is open for reading only")

// Damage says where a journal is not what was written.
type Damage struct {
	File   string // path of the file
	Offset int64  // in bytes
	Seq    uint64 // of the record, as far as it can be told
	Reason string
}

// Error says what is damaged, where, and in which record.
func (d *Damage) Error() string {
	return fmt.Sprintf("%s: record %d at byte %d: %s", d.File, d.Seq, d.Offset, d.Reason)
}

// Journal is an open journal. It is safe for concurrent use.
type Journal struct {
	dir  string
	opt  Options
	lock io.Closer

	// Recovered is the number of bytes of a half-written, never acknowledged
	// record that Open cut off after a crash.
	Recovered int64

	mu       sync.Mutex // guards what is written
	segments []segment
	tail     *os.File // of the last segment
	end      int64    // its size
	next     uint64   // number of records written
	tree     tree
	frames   []byte
	broken   error // a failed write or sync: nothing more is accepted

	syncMu sync.Mutex // one sync at a time; taken before mu
	synced uint64     // records that are on disk; guarded by mu
	head   Head       // of the synced records; guarded by mu
	hashes *os.File
	stored int64 // hashes in the file

}

// Open opens the journal in dir, which is created if it is not there. A record
// that a crash left half-written at the very end was never acknowledged and is
// cut off; any other damage is an error, a [*Damage] among them.
func Open(dir string, opt Options) (*Journal, error) {
	if opt.SegmentBytes <= 0 {
		opt.SegmentBytes = 64 << 20
	}
	if opt.Rand == nil {
		opt.Rand = rand.Reader
	}
	j := &Journal{dir: dir, opt: opt}
	if !opt.ReadOnly {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("opening the journal: %w", err)
		}
		lock, err := lockFile(filepath.Join(dir, "lock"))
		if err != nil {
			return nil, fmt.Errorf("opening the journal %s: %w", dir, err)
		}
		j.lock = lock
	}
	if err := j.load(); err != nil {
		j.Close()
		return nil, fmt.Errorf("opening the journal %s: %w", dir, err)
	}
	return j, nil
}

// Close releases the files and the lock. What was acknowledged is on disk
// already.
func (j *Journal) Close() error {
	j.syncMu.Lock()
	defer j.syncMu.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken == nil {
		j.broken = os.ErrClosed
	}
	var errs []error
	if j.tail != nil {
		errs = append(errs, j.tail.Close())
		j.tail = nil
	}
	if j.hashes != nil {
		errs = append(errs, j.hashes.Close())
		j.hashes = nil
	}
	for i := range j.segments {
		errs = append(errs, j.segments[i].close())
	}
	if j.lock != nil {
		errs = append(errs, j.lock.Close())
		j.lock = nil
	}
	return errors.Join(errs...)
}

// Head is the head over the records that are durable.
func (j *Journal) Head() Head {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.head
}

// Append adds records and returns the number of the first once all of them are
// on disk; they follow each other without gaps. Several callers share one sync.
// After an error none of the records is acknowledged; where the disk is full
// the journal stays usable, after a failed sync it must be opened anew.
func (j *Journal) Append(ctx context.Context, records []Record) (first uint64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if j.opt.ReadOnly {
		return 0, ErrReadOnly
	}
	if len(records) == 0 {
		return j.Head().Size, nil
	}
	for i := range records {
		if err := records[i].check(); err != nil {
			return 0, fmt.Errorf("appending record %d of %d: %w", i+1, len(records), err)
		}
	}
	salts := make([]byte, saltBytes*len(records))
	if _, err := io.ReadFull(j.opt.Rand, salts); err != nil {
		return 0, fmt.Errorf("drawing salts: %w", err)
	}
	leaves := make([]tlog.Hash, len(records))
	var leaf []byte
	for i := range records {
		leaf = appendLeaf(leaf[:0], &records[i], salts[i*saltBytes:(i+1)*saltBytes])
		leaves[i] = tlog.RecordHash(leaf)
	}
	first, last, err := j.write(records, salts, leaves)
	if err != nil {
		return 0, fmt.Errorf("writing to the journal: %w", err)
	}
	if err := j.sync(last + 1); err != nil {
		return 0, fmt.Errorf("making the journal durable: %w", err)
	}
	return first, nil
}

// write puts the records into the tail segment without waiting for the disk.
func (j *Journal) write(records []Record, salts []byte, leaves []tlog.Hash) (first, last uint64, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return 0, 0, j.broken
	}
	if j.end >= j.opt.SegmentBytes && j.next > j.segments[len(j.segments)-1].first {
		if err := j.rotate(); err != nil {
			return 0, 0, err
		}
	}
	first = j.next
	s := &j.segments[len(j.segments)-1]
	marks := len(s.marks)
	j.frames = j.frames[:0]
	for i := range records {
		seq := first + uint64(i)
		s.mark(seq, j.end+int64(len(j.frames)))
		j.frames = appendFrame(j.frames, seq, &records[i], salts[i*saltBytes:(i+1)*saltBytes])
	}
	if _, err := j.tail.WriteAt(j.frames, j.end); err != nil {
		s.marks = s.marks[:marks]
		if cut := j.tail.Truncate(j.end); cut != nil {
			j.broken = fmt.Errorf("a write failed (%w) and could not be undone (%w); open the journal anew", err, cut)
		}
		return 0, 0, err
	}
	j.end += int64(len(j.frames))
	j.next += uint64(len(records))
	for _, leaf := range leaves {
		j.tree.add(leaf)
	}
	if cap(j.frames) > 16<<20 {
		j.frames = nil
	}
	return first, j.next - 1, nil
}

// sync returns when the first size records are on disk. Callers that come
// while a sync runs are served together by the next one.
func (j *Journal) sync(size uint64) error {
	j.syncMu.Lock()
	defer j.syncMu.Unlock()
	j.mu.Lock()
	if j.synced >= size {
		j.mu.Unlock()
		return nil
	}
	if j.broken != nil {
		defer j.mu.Unlock()
		return j.broken
	}
	tail, next, head, pending := j.tail, j.next, j.tree.head(), j.tree.take()
	j.mu.Unlock()

	err := tail.Sync()
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		// What a failed sync left on disk is unknown, and a second try may
		// claim success without writing.
		j.broken = fmt.Errorf("a sync failed (%w); open the journal anew", err)
		return j.broken
	}
	// Only now, so that the tree never holds more than what is durable.
	if _, err := j.hashes.WriteAt(pending, j.stored*tlog.HashSize); err != nil {
		j.broken = fmt.Errorf("writing the tree failed (%w); open the journal anew", err)
		return j.broken
	}
	j.stored += int64(len(pending) / tlog.HashSize)
	j.synced, j.head = next, head
	return nil
}

// rotate begins a new segment. The caller holds mu.
func (j *Journal) rotate() error {
	if err := j.tail.Sync(); err != nil {
		j.broken = fmt.Errorf("a sync failed (%w); open the journal anew", err)
		return j.broken
	}
	if err := j.hashes.Sync(); err != nil {
		return err
	}
	f, err := createSegment(j.dir, j.next)
	if err != nil {
		return err
	}
	j.segments[len(j.segments)-1].size = j.end
	j.segments = append(j.segments, segment{path: f.Name(), first: j.next})
	old := j.tail
	j.tail, j.end = f, headerBytes
	return old.Close()
}
