package incident

import (
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Fuser joins observations to incidents as they come in the order of time.
// Its result is a pure function of the observations: those of one instant may
// come in any order, and a repeated one changes nothing. The zero value is
// ready and uses the default parameters. A Fuser is not safe for concurrent
// use.
type Fuser struct {
	model *model
	own   bool // the parameters are not the default ones

	now     float64 // Unix seconds of the latest observation taken up
	swept   float64
	pending []entry // of one instant, waiting for the rest of it
	open    []*cluster
	closed  []*cluster
	refs    map[reference]*cluster // of open incidents' members
	grid    grid
	names   map[string][]*cluster
	search  search
}

type reference struct{ source, ref string }

// New returns a Fuser that decides by p.
func New(p Parameters) *Fuser {
	return &Fuser{model: newModel(p), own: true}
}

func (f *Fuser) ready() {
	if f.model == nil {
		f.model = defaultModel()
	}
	if f.refs == nil {
		f.refs = map[reference]*cluster{}
		f.names = map[string][]*cluster{}
		f.now, f.swept = math.Inf(-1), math.Inf(-1)
	}
}

// Add takes up the observation of the journal's record seq. Observations must
// come in the order of From; one that comes late is fused with what is still
// open. The Fuser keeps o until its incident is returned: don't change it.
func (f *Fuser) Add(seq uint64, o *observation.Observation) {
	f.ready()
	if len(f.pending) > 0 && !f.pending[0].o.From.Equal(o.From) {
		f.drain()
	}
	f.pending = append(f.pending, f.model.entry(seq, o))
}

// drain fuses the observations of one instant in the order of source and ref.
func (f *Fuser) drain() {
	slices.SortFunc(f.pending, func(a, b entry) int {
		if c := before(a.o, b.o); c != 0 {
			return c
		}
		switch {
		case a.seq < b.seq:
			return -1
		case a.seq > b.seq:
			return 1
		}
		return 0
	})
	for i := range f.pending {
		f.fuse(f.pending[i])
	}
	clear(f.pending)
	f.pending = f.pending[:0]
}

func (f *Fuser) fuse(e entry) {
	f.now = math.Max(f.now, seconds(e.o.From))
	if f.now-f.swept > f.model.Time.SlackS/4 {
		f.sweep()
	}
	key := reference{e.o.Source, e.o.Ref}
	if c := f.refs[key]; c != nil && c.closes >= seconds(e.o.From) {
		return // what was reported is reported
	}
	if to := f.place(&e); to != nil {
		f.model.absorb(to, e)
		f.refs[key] = to
		f.index(to)
		return
	}
	c := f.model.found(e)
	f.open = append(f.open, c)
	f.refs[key] = c
	f.index(c)
}

// place returns the open incident that e reports, nil if it is another event.
func (f *Fuser) place(e *entry) *cluster {
	if e.origin != "" {
		if c := f.original(e); c != nil {
			e.score, e.why = f.model.Decision.Copy, "it says that it repeats a member"
			return c
		}
	}
	if e.kind&isolated != 0 {
		return nil
	}
	s := &f.search
	s.start(f.model, e)
	switch {
	case e.est.known:
		sigma, _, _ := e.est.cov.axes()
		if f.model.level(e.est.cov.radius()) < 0 {
			return nil
		}
		for level := range f.grid.cells {
			wide := f.model.widest(level)
			reach := math.Max(s.within, f.model.Decision.GateSigma*math.Sqrt(sigma*sigma+wide*wide+f.model.Space.FloorM*f.model.Space.FloorM))
			f.grid.near(level, e.est.lat, e.est.lon, reach, func(at *cell) {
				for _, c := range at.clusters {
					s.look(c)
				}
			})
		}
	default:
		for _, c := range f.names[placeName(e.o)] {
			s.look(c)
		}
	}
	best := s.decide()
	e.score, e.distance, e.lag, e.why = best.score, best.distance, best.lag, best.why
	return best.c
}

// original is the open incident that holds what e copies. A sum over events is
// no copy of one of them.
func (f *Fuser) original(e *entry) *cluster {
	if contains(e.o.Caveats, f.model.Caveats.Never) {
		return nil
	}
	for i := range len(e.origin) {
		if e.origin[i] != '/' {
			continue
		}
		c := f.refs[reference{e.origin[:i], e.origin[i+1:]}]
		if c != nil && c.closes >= seconds(e.o.From) && c.post != nil && e.act >= 0 && !contains(c.members[0].o.Caveats, f.model.Caveats.Never) {
			return c
		}
	}
	return nil
}

// index makes c findable where it is now.
func (f *Fuser) index(c *cluster) {
	if c.kind&isolated != 0 {
		return
	}
	if c.est.known {
		if level := f.model.level(c.est.cov.radius()); level >= 0 {
			f.grid.put(c, level)
		}
	}
	// What began with a name alone stays findable by it when a copy brings a position.
	if !c.members[0].est.known && c.name == "" {
		if c.name = placeName(c.members[0].o); c.name != "" {
			f.names[c.name] = append(f.names[c.name], c)
		}
	}
}

func (f *Fuser) unindex(c *cluster) {
	f.grid.remove(c)
	if c.name != "" {
		rest := slices.DeleteFunc(f.names[c.name], func(x *cluster) bool { return x == c })
		if len(rest) == 0 {
			delete(f.names, c.name)
		} else {
			f.names[c.name] = rest
		}
		c.name = ""
	}
	for i := range c.members {
		key := reference{c.members[i].o.Source, c.members[i].o.Ref}
		if f.refs[key] == c {
			delete(f.refs, key)
		}
	}
}

// sweep moves incidents whose window has passed to closed.
func (f *Fuser) sweep() {
	f.swept = f.now
	kept := f.open[:0]
	for _, c := range f.open {
		if c.closes < f.now {
			f.unindex(c)
			f.closed = append(f.closed, c)
			continue
		}
		kept = append(kept, c)
	}
	clear(f.open[len(kept):])
	f.open = kept
}

// Advance says that nothing before t follows: what can then no longer be joined
// is ready for Closed. It changes nothing about what observations that come in
// order make together; it makes a quiet evening's Snapshot small.
func (f *Fuser) Advance(t time.Time) {
	f.ready()
	if len(f.pending) > 0 && f.pending[0].o.From.Before(t) {
		f.drain()
	}
	f.now = math.Max(f.now, seconds(t))
	f.sweep()
}

// Closed returns the incidents that no later observation can join, in the
// order of their first observations, and forgets them.
func (f *Fuser) Closed() []Incident {
	f.ready()
	f.sweep()
	return f.pop()
}

// Flush returns all incidents that are left, in the order of their first
// observations, as if nothing followed. The Fuser is then as new.
func (f *Fuser) Flush() []Incident {
	f.ready()
	f.drain()
	f.closed = append(f.closed, f.open...)
	for _, c := range f.open {
		f.unindex(c)
	}
	f.open = nil
	f.now, f.swept = math.Inf(-1), math.Inf(-1)
	return f.pop()
}

func (f *Fuser) pop() []Incident {
	slices.SortFunc(f.closed, func(a, b *cluster) int { return before(a.members[0].o, b.members[0].o) })
	out := make([]Incident, len(f.closed))
	for i, c := range f.closed {
		out[i] = f.model.incident(c)
	}
	f.closed = nil
	return out
}
