package zone

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/truce-monitor/truce/agreement"
)

// Epochs are the stretches of time over which a Set is the same: between two of
// them a line takes another course, or a zone begins or ends. It is safe for
// concurrent use. Versions of lines that are added later are not in it.
type Epochs struct {
	set   *Set
	begin []time.Time // of each epoch but the first, which is all time before
	made  []atomic.Pointer[Index]

	mu    sync.Mutex
	order []int // in which the indexes that are kept were made
}

// keptEpochs is how many indexes are kept.
const keptEpochs = 64

// Epochs returns the epochs of the set.
func (s *Set) Epochs() *Epochs {
	e := &Epochs{set: s}
	for _, c := range s.lines {
		if c.line != nil {
			for _, v := range c.line.Versions {
				e.begin = append(e.begin, v.From)
			}
		}
	}
	for i := range s.nodes {
		for _, t := range []agreement.Instant{s.nodes[i].period.From, s.nodes[i].period.Until} {
			if !t.IsZero() {
				e.begin = append(e.begin, t.Time)
			}
		}
	}
	slices.SortFunc(e.begin, time.Time.Compare)
	e.begin = slices.CompactFunc(e.begin, time.Time.Equal)
	e.made = make([]atomic.Pointer[Index], len(e.begin)+1)
	return e
}

// Number is the number of the epoch of t, from 0: at two instants of one number
// the set is the same.
func (e *Epochs) Number(t time.Time) int {
	i, found := slices.BinarySearchFunc(e.begin, t, time.Time.Compare)
	if found {
		i++
	}
	return i
}

// Index returns the index of the epoch of t, made when it is asked for, and when
// the epoch begins and ends; zero: never. Those of the last epochs are kept.
func (e *Epochs) Index(t time.Time) (x *Index, since, until time.Time, err error) {
	i := e.Number(t)
	if i > 0 {
		since = e.begin[i-1]
	}
	if i < len(e.begin) {
		until = e.begin[i]
	}
	if x = e.made[i].Load(); x != nil {
		return x, since, until, nil
	}
	if x, err = e.set.Index(t); err != nil {
		return nil, since, until, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.made[i].Swap(x) == nil {
		e.order = append(e.order, i)
	}
	if len(e.order) > keptEpochs {
		e.made[e.order[0]].Store(nil)
		e.order = e.order[1:]
	}
	return x, since, until, nil
}
