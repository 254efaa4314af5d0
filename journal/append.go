package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"sync"
	"time"

	"crypto/sha256"

	"golang.org/x/mod/sumdb/tlog"
)

var errClosed = fmt.Errorf("the journal: %w", fs.ErrClosed)

// encoded is a stretch of records as they are written.
type encoded struct {
	frames []byte // without numbers and checksums
	leaves []byte // each behind its length in two bytes
	hashes []tlog.Hash
}

// encodeAtOnce is how many records are worth a goroutine.
const encodeAtOnce = 256

// encode makes frames, leaves and hashes of records with all processors.
func encode(records []Record, random io.Reader) ([]encoded, error) {
	salts := make([]byte, saltBytes*len(records))
	if _, err := io.ReadFull(random, salts); err != nil {
		return nil, fmt.Errorf("drawing salts: %w", err)
	}
	parts := make([]encoded, max(1, min(runtime.GOMAXPROCS(0), len(records)/encodeAtOnce)))
	var wg sync.WaitGroup
	for i := range parts {
		from, to := i*len(records)/len(parts), (i+1)*len(records)/len(parts)
		part := func() { parts[i] = encodePart(records[from:to], salts[from*saltBytes:to*saltBytes]) }
		if i == len(parts)-1 {
			part()
		} else {
			wg.Go(part)
		}
	}
	wg.Wait()
	return parts, nil
}

func encodePart(records []Record, salts []byte) (out encoded) {
	size := 0
	for i := range records {
		size += len(records[i].Body) + len(records[i].Kind)
	}
	out.frames = make([]byte, 0, size+len(records)*(frameHead+minPayload+1))
	out.leaves = make([]byte, 0, len(records)*128)
	out.hashes = make([]tlog.Hash, len(records))
	scratch := make([]byte, 1, 256)
	for i := range records {
		r := &records[i]
		out.frames = appendFrame(out.frames, r, salts[i*saltBytes:(i+1)*saltBytes])
		committed := len(out.frames) - saltBytes - len(r.Body)
		// The leaf is hashed behind a zero byte (RFC 6962, section 2.1).
		scratch = appendLeaf(scratch[:1], r.Kind, r.Time, sha256.Sum256(out.frames[committed:]))
		out.leaves = binary.BigEndian.AppendUint16(out.leaves, uint16(len(scratch)-1))
		out.leaves = append(out.leaves, scratch[1:]...)
		out.hashes[i] = sha256.Sum256(scratch)
	}
	return out
}

// write puts records into the last segments without waiting for the disk.
func (j *Journal) write(parts []encoded, last time.Time) (first uint64, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	first = j.next
	for i := range parts {
		for p := &parts[i]; len(p.hashes) > 0; {
			if j.broken != nil {
				return 0, j.broken
			}
			room := j.segments[len(j.segments)-1].room(j.next, j.opt.SegmentRecords)
			if room == 0 {
				if err := j.rotate(); err != nil {
					return 0, err
				}
				continue
			}
			if err := j.writeSome(p, int(min(room, uint64(len(p.hashes))))); err != nil {
				return 0, err
			}
		}
	}
	j.last = last.UTC().Truncate(time.Microsecond)
	return first, nil
}

// writeSome writes the first n records of p, which fit the last segment, and
// takes them from p. The caller holds mu.
func (j *Journal) writeSome(p *encoded, n int) error {
	s := &j.segments[len(j.segments)-1]
	marks := len(s.marks)
	size := 0
	for i := range n {
		s.mark(j.next+uint64(i), j.end+int64(size))
		size += seal(p.frames[size:], j.next+uint64(i))
	}
	if _, err := j.tail.WriteAt(p.frames[:size], j.end); err != nil {
		s.marks = s.marks[:marks]
		if cut := j.tail.Truncate(j.end); cut != nil {
			j.broken = fmt.Errorf("a write failed (%w) and could not be undone (%w); open the journal anew", err, cut)
		}
		return err
	}
	for i := range n {
		length := 2 + int(binary.BigEndian.Uint16(p.leaves))
		j.tree.add(p.leaves[2:length], p.hashes[i])
		p.leaves = p.leaves[length:]
	}
	p.frames, p.hashes = p.frames[size:], p.hashes[n:]
	j.end += int64(size)
	j.next += uint64(n)
	return nil
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
	tail, next := j.tail, j.next
	p := publication{head: j.tree.head(), full: j.full, partial: j.tree.partial()}
	if n := len(j.segments); n > 1 {
		p.settled = j.segments[n-1].first
	}
	j.full = nil
	j.mu.Unlock()

	err := tail.Sync()
	j.mu.Lock()
	if err != nil {
		// What a failed sync left on disk is unknown, and a second try may
		// claim success without writing.
		defer j.mu.Unlock()
		j.broken = fmt.Errorf("a sync failed (%w); open the journal anew", err)
		return j.broken
	}
	j.synced, j.head = next, p.head
	j.mu.Unlock()
	// Only now, so that no checkpoint holds more than what is durable.
	j.publisher.offer(p)
	return nil
}

// rotate begins a new segment. The caller holds mu.
func (j *Journal) rotate() error {
	if err := j.tail.Sync(); err != nil {
		j.broken = fmt.Errorf("a sync failed (%w); open the journal anew", err)
		return j.broken
	}
	f, size, err := createSegment(j.opt.Files, j.dir, &j.tree)
	if err != nil {
		return err
	}
	old := &j.segments[len(j.segments)-1]
	old.size = j.end
	// It stays open for those who read or sync it just now.
	if old.file == nil {
		old.file = j.tail
	} else {
		err = errors.Join(err, j.retire(j.tail))
	}
	j.segments = append(j.segments, segment{path: f.Name(), first: j.next, format: Format})
	j.tail, j.end = f, size
	return err
}

// retire closes a file once no sync uses it any more.
func (j *Journal) retire(f File) error {
	go func() {
		j.syncMu.Lock()
		defer j.syncMu.Unlock()
		f.Close() // only read from here on: nothing can be lost
	}()
	return nil
}
