package line

import (
	"sync"
	"sync/atomic"

	"github.com/truce-monitor/truce/geo"
)

// kept is how many courses of a line stay prepared; of years of daily versions
// those that are asked about are few at a time. One takes 2 MB, and 10 where it
// has been asked about everywhere.
const kept = 32

// shape is what questions need.
type shape struct {
	index *geo.LineIndex
	held  *geo.Area
}

// prepared is the shape of a version, made when it is first asked for and perhaps
// forgotten since. Versions with the same course share it.
type prepared struct {
	shape  atomic.Pointer[shape]
	used   atomic.Bool
	making sync.Mutex
	keeper *keeper // nil: kept for good
}

func (v *Version) ready() *shape {
	p := v.prepared
	if p == nil { // a Version not made by NewVersion: right, but slow
		return v.shape()
	}
	if s := p.shape.Load(); s != nil {
		if !p.used.Load() {
			p.used.Store(true)
		}
		return s
	}
	p.making.Lock()
	s := p.shape.Load()
	if s == nil {
		s = v.shape()
		p.shape.Store(s)
	}
	p.making.Unlock()
	p.keeper.keep(p)
	return s
}

func (v *Version) shape() *shape {
	s := &shape{index: geo.NewLineIndex(v.Parts)}
	if len(v.Held) > 0 {
		s.held = geo.PrepareArea(v.Held)
	}
	return s
}

// keeper keeps the last shapes that were made and forgets others, those first
// that nobody has asked since it last looked (the clock algorithm).
type keeper struct {
	mu    sync.Mutex
	order []*prepared
}

func (k *keeper) keep(p *prepared) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, have := range k.order {
		if have == p {
			return
		}
	}
	k.order = append(k.order, p)
	for len(k.order) > kept {
		first := k.order[0]
		k.order = k.order[1:]
		if first == p || first.used.Swap(false) {
			k.order = append(k.order, first)
			continue
		}
		first.shape.Store(nil)
	}
}
