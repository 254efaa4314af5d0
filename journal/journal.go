// Package journal knows the append-only record of everything that entered: it
// numbers records, makes them durable before it acknowledges them, and holds
// them in a Merkle tree, whose tiles and signed checkpoints lie beside the
// records in the public C2SP layout, so that anyone can check that a record is
// among them and that none was altered or removed since.
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
	"path/filepath"
	"sync"
	"time"
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
	// Erased says that body and salt are not kept here, only what the leaf
	// commits to.
	Erased     bool
	Commitment [32]byte // with Erased; else see [Entry.Commit]
}

// Head stands for all records: the number of them and the root of the Merkle
// tree over their leaves (RFC 6962, section 2.1).
type Head struct {
	Size uint64
	Root [32]byte
}

// Options are how a journal is kept. The zero value keeps one without
// checkpoints.
type Options struct {
	// Key signs a checkpoint after every batch; nil means that there are none.
	Key *Key
	// SegmentRecords is how many records a segment file holds, a multiple of
	// 256; 0 means 65,536.
	SegmentRecords uint64
	// ReadOnly opens without the lock and changes nothing, while another
	// process may be writing. What that process adds later is not seen.
	ReadOnly bool
	// Records, with ReadOnly, takes the journal as it was when it had so many
	// records; 0 means all.
	Records uint64
	// Rand gives the salts, to several callers at once; nil means crypto/rand.
	Rand io.Reader
	// Files is the file system; nil means the machine's.
	Files Files
}

const lockName = "lock"

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
	// record that Open cut off after a crash; where it was opened for reading
	// only, that lie behind the last record.
	Recovered int64
	// Repaired is the number of tiles that Open wrote again after a crash.
	Repaired int

	mu       sync.Mutex // guards what is written
	segments []segment
	tail     File   // of the last segment
	end      int64  // its size
	next     uint64 // number of records written
	last     time.Time
	tree     tree
	full     []tile // complete tiles that are not with the publisher yet
	broken   error  // a failed write or sync: nothing more is accepted

	syncMu sync.Mutex // one sync at a time; taken before mu
	synced uint64     // records that are on disk; guarded by mu
	head   Head       // of the synced records; guarded by mu

	publisher *publisher // nil: for reading only
	signed    []byte     // the checkpoint as it lay there before the records were read; nil: none
}

// Open opens the journal in dir, which is created if it is not there. A record
// that a crash left half-written at the very end was never acknowledged and is
// cut off; any other damage is an error, a [*Damage] among them.
func Open(dir string, opt Options) (*Journal, error) {
	if opt.SegmentRecords == 0 {
		opt.SegmentRecords = 1 << 16
	}
	if opt.SegmentRecords%tileWidth != 0 {
		return nil, fmt.Errorf("opening the journal %s: %d records a segment; expected a multiple of %d", dir, opt.SegmentRecords, tileWidth)
	}
	if opt.Rand == nil {
		opt.Rand = rand.Reader
	}
	if opt.Files == nil {
		opt.Files = machine{}
	}
	j := &Journal{dir: dir, opt: opt}
	if !opt.ReadOnly {
		if err := opt.Files.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("opening the journal: %w", err)
		}
		lock, err := opt.Files.Lock(filepath.Join(dir, lockName))
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

// Close waits until tiles and checkpoint are written, and releases the files
// and the lock. What was acknowledged is on disk already, and the next Open
// writes tiles that could not be written.
func (j *Journal) Close() error {
	j.syncMu.Lock()
	defer j.syncMu.Unlock()
	var errs []error
	if j.publisher != nil {
		errs = append(errs, j.publisher.close())
		j.publisher = nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken == nil {
		j.broken = errClosed
	}
	if j.tail != nil {
		errs = append(errs, j.tail.Close())
		j.tail = nil
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

// Last is the time of the last record, zero without one.
func (j *Journal) Last() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
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
	parts, err := encode(records, j.opt.Rand)
	if err != nil {
		return 0, err
	}
	first, err = j.write(parts, records[len(records)-1].Time)
	if err != nil {
		return 0, fmt.Errorf("writing to the journal: %w", err)
	}
	if err := j.sync(first + uint64(len(records))); err != nil {
		return 0, fmt.Errorf("making the journal durable: %w", err)
	}
	return first, nil
}
