package journal_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/truce-monitor/truce/journal"
)

// fill appends batches from several goroutines until one fails, and returns
// what was acknowledged.
func fill(j *journal.Journal, r *rand.Rand, name string) map[uint64]string {
	var mu sync.Mutex
	acknowledged := map[uint64]string{}
	var wg sync.WaitGroup
	for w := range 3 {
		r := rand.New(rand.NewPCG(r.Uint64(), 1))
		wg.Go(func() {
			for i := 0; ; i++ {
				var batch []journal.Record
				for k := range 1 + r.IntN(120) {
					batch = append(batch, record("observation", fmt.Sprintf(`{"n":"%s-%d-%d-%d"}`, name, w, i, k)))
				}
				first, err := j.Append(context.Background(), batch)
				if err != nil {
					return
				}
				mu.Lock()
				for k := range batch {
					acknowledged[first+uint64(k)] = string(batch[k].Body)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return acknowledged
}

// The power goes at any instant, 500 times, on a disk that may lose or tear
// whatever was not synced: nothing acknowledged is lost, and no checkpoint
// that anybody could have seen is contradicted afterwards.
func TestPowerLoss(t *testing.T) {
	losses := 500
	if testing.Short() {
		losses = 60
	}
	r := rand.New(rand.NewPCG(1, 2))
	d := newDisk()
	acknowledged := map[uint64]string{}
	var seen []journal.Checkpoint
	lost, repaired := 0, 0
	for n := range losses {
		d.left = 1 + r.IntN(120)
		j, err := journal.Open("j", journal.Options{Files: d, Key: key(t), SegmentRecords: 512})
		if err == nil {
			for seq, body := range fill(j, r, fmt.Sprint(n)) {
				acknowledged[seq] = body
			}
			j.Close()
		} else if !errors.Is(err, errPower) {
			t.Fatalf("loss %d: %v", n, err)
		}
		d.left = -1
		if c, err := checkpointOn(d); err == nil {
			seen = append(seen[max(0, len(seen)-3):], c) // a server may have served it just now
		}
		d = d.restart(r)
		j, err = journal.Open("j", journal.Options{Files: d, Key: key(t), SegmentRecords: 512})
		if err != nil {
			t.Fatalf("after loss %d: %v", n, err)
		}
		repaired += j.Repaired
		v, err := j.Verify(journal.Verification{Key: key(t).Verifier(), Earlier: seen})
		if err != nil {
			t.Fatalf("after loss %d: %v", n, err)
		}
		if v.Checkpoint == nil && v.Head.Size > 0 || v.Checkpoint != nil && v.Checkpoint.Head != v.Head {
			t.Fatalf("after loss %d: the checkpoint is %v, the head %v", n, v.Checkpoint, v.Head)
		}
		for e, err := range j.Read(0) {
			if err != nil {
				t.Fatal(err)
			}
			if want, ok := acknowledged[e.Seq]; ok && want != string(e.Body) {
				t.Fatalf("after loss %d: record %d is %s; acknowledged was %s", n, e.Seq, e.Body, want)
			}
		}
		for seq := range acknowledged {
			if seq >= v.Head.Size {
				lost++
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if v.Head.Size > 6000 { // begin again before it gets slow
			d, acknowledged, seen = newDisk(), map[uint64]string{}, nil
		}
	}
	if lost > 0 {
		t.Errorf("%d acknowledged records were lost", lost)
	}
	if repaired == 0 {
		t.Error("no tile was ever lost: the disk does not lose enough")
	}
	t.Logf("%d losses of power, %d tiles made again", losses, repaired)
}

func checkpointOn(d *disk) (journal.Checkpoint, error) {
	f, err := d.OpenFile("j/checkpoint", 0, 0)
	if err != nil {
		return journal.Checkpoint{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return journal.Checkpoint{}, err
	}
	data := make([]byte, info.Size())
	if _, err := f.ReadAt(data, 0); err != nil {
		return journal.Checkpoint{}, err
	}
	c, _, err := journal.SplitCheckpoint(data)
	return c, err
}

// An erasure that is cut short leaves a segment as it was or done.
func TestPowerLossWhileErasing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 120 {
		d := newDisk()
		j, err := journal.Open("j", journal.Options{Files: d, Key: key(t), SegmentRecords: 256})
		if err != nil {
			t.Fatal(err)
		}
		var batch []journal.Record
		for i := range 600 {
			batch = append(batch, record("observation", fmt.Sprint(i)))
		}
		add(t, j, batch...)
		head := j.Head()
		d.mu.Lock()
		d.left = r.IntN(30)
		d.mu.Unlock()
		erased := j.Erase(3, 300, 599) == nil
		j.Close()
		d = d.restart(r)
		if j, err = journal.Open("j", journal.Options{Files: d, Key: key(t), SegmentRecords: 256}); err != nil {
			t.Fatalf("loss %d: %v", n, err)
		}
		v, err := j.Verify(journal.Verification{Key: key(t).Verifier()})
		if err != nil || v.Head != head {
			t.Fatalf("loss %d: %v, %v", n, v, err)
		}
		if erased && !slices.Equal(v.Erased, []uint64{3, 300, 599}) {
			t.Fatalf("loss %d: erased are %v", n, v.Erased)
		}
		if err := j.Erase(3, 300, 599); err != nil {
			t.Fatal(err)
		}
		if v, err = j.Verify(journal.Verification{Key: key(t).Verifier()}); err != nil || !slices.Equal(v.Erased, []uint64{3, 300, 599}) {
			t.Fatalf("loss %d: once more: %v, %v", n, v, err)
		}
		j.Close()
	}
}

// What the machine denies is said, and where it can the journal goes on.
func TestDisksThatFail(t *testing.T) {
	d := newDisk()
	j, err := journal.Open("j", journal.Options{Files: d, Key: key(t)})
	if err != nil {
		t.Fatal(err)
	}
	add(t, j, record("observation", "first"))
	set := func(room int64, bad error) {
		d.mu.Lock()
		d.room, d.bad = room, bad
		d.mu.Unlock()
	}
	big := []journal.Record{record("observation", fmt.Sprint(make([]byte, 5000)))}

	set(100, nil)
	if _, err := j.Append(t.Context(), big); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("on a full disk: %v", err)
	}
	set(-1, nil)
	if first := add(t, j, record("observation", "second")); first != 1 {
		t.Errorf("after the disk had room again the next record is %d", first)
	}
	// Room for the record, none for its tiles: it is safe, and they come later.
	set(200, nil)
	add(t, j, record("observation", "third"))
	if _, err := j.Log(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("without room for tiles: %v", err)
	}
	set(-1, nil)
	add(t, j, record("observation", "fourth"))
	verify(t, j)

	set(-1, syscall.EROFS)
	if _, err := j.Append(t.Context(), big); !errors.Is(err, syscall.EROFS) {
		t.Errorf("on a disk that became read-only: %v", err)
	}
	set(-1, nil)
	j.Close()
	if j, err = journal.Open("j", journal.Options{Files: d, Key: key(t)}); err != nil {
		t.Fatal(err)
	}
	set(-1, syscall.EACCES)
	if _, err := journal.Open("other", journal.Options{Files: d, Key: key(t)}); !errors.Is(err, syscall.EACCES) {
		t.Errorf("without permission: %v", err)
	}
	reader, err := journal.Open("j", journal.Options{Files: d, ReadOnly: true})
	if err != nil || reader.Head().Size != 4 {
		t.Errorf("reading without permission to write: %v", err)
	}
	set(-1, nil)
	verify(t, j)
	j.Close()
}
