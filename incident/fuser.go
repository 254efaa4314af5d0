package incident

import (
	"hash/maphash"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Fuser joins observations to incidents. It fuses a UTC day at a time, all of its
// observations together with those of incidents that were open at its beginning;
// so the result is a function of the observations alone: within a day they may come
// in any order, in any number of portions, and a repeated one changes nothing. One
// that comes after its day was fused is fused with the day at hand. The zero value
// is ready and uses the default parameters. A Fuser is not safe for concurrent use.
type Fuser struct {
	// Pause, if set, is called now and then while a day is fused, which takes seconds
	// where there are many observations: so that it can give way to what is urgent.
	Pause func()

	solver solver
	own    bool // the parameters are not the default ones

	day    int64            // of the observations at hand, days since 1970
	open   []entry          // of the day and of what was open when it began
	kept   []entry          // room for it
	known  map[uint64]int32 // where in open a source's reference is, by its hash
	seed   maphash.Seed
	closed []Incident

	memory  map[string]memory // of sources, from the days before
	learned int64             // the last of those days

	aside *Fuser // for Aside
}

type reference struct{ source, ref string }

// New returns a Fuser that decides by p.
func New(p Parameters) *Fuser {
	return &Fuser{solver: solver{m: newModel(p)}, own: true}
}

func (f *Fuser) ready() {
	if f.solver.m == nil {
		f.solver.m = defaultModel()
	}
	if f.known == nil {
		f.known, f.seed = map[uint64]int32{}, maphash.MakeSeed()
		f.solver.sources = map[string]int32{}
		f.solver.means = map[observation.Means]int32{}
	}
}

const daySeconds = 86400

func dayOf(t time.Time) int64 { return int64(math.Floor(float64(t.Unix()) / daySeconds)) }

// Add takes up the observation of the journal's record seq. Days must come in
// order. The Fuser keeps o until its incident is returned: don't change it.
func (f *Fuser) Add(seq uint64, o *observation.Observation) {
	f.ready()
	f.advance(dayOf(o.From))
	if !f.know(o) {
		return // what was reported is reported
	}
	f.open = append(f.open, f.solver.m.entry(seq, o))
}

// know notes that o is the next of what is open; false if it is there already.
func (f *Fuser) know(o *observation.Observation) bool {
	for h := maphash.String(f.seed, o.Source) ^ 3*maphash.String(f.seed, o.Ref); ; h++ {
		i, ok := f.known[h]
		if !ok {
			f.known[h] = int32(len(f.open))
			return true
		}
		if same := f.open[i].o; same.Source == o.Source && same.Ref == o.Ref {
			return false
		}
	}
}

// advance ends the days before day, one after the other.
func (f *Fuser) advance(day int64) {
	for f.day < day && len(f.open) > 0 {
		f.fuse(float64(f.day+1) * daySeconds)
		f.day++
	}
	if f.day < day || len(f.open) == 0 {
		f.day = day
		maps.DeleteFunc(f.memory, func(_ string, m memory) bool {
			return m.N*math.Pow(fades, float64(day-f.learned)) < leastN
		})
	}
}

// fuse fuses what is at hand, closes what nothing from the instant on can join,
// and keeps the rest for the next day.
func (f *Fuser) fuse(until float64) {
	s := &f.solver
	s.entries, s.pause = f.open, f.Pause
	slices.SortFunc(s.entries, func(a, b entry) int { return order(&a, &b) })
	s.number()
	s.copies()
	s.recall(f.memory, f.day-f.learned)
	s.solve()
	f.memory, f.learned = s.remember(f.memory, f.day-f.learned, f.day), f.day
	kept := f.kept[:0]
	results := s.results()
	f.closed = slices.Grow(f.closed, len(results))
	for n, members := range results {
		s.rest(n)
		_, to := s.interval(members)
		if closes := to + s.m.Time.SlackS; closes >= until && s.entries[members[0]].kind&isolated == 0 {
			for _, i := range members {
				kept = append(kept, s.m.entry(s.entries[i].seq, s.entries[i].o))
			}
			continue
		}
		f.closed = append(f.closed, s.incident(members))
	}
	if len(f.open) > great {
		f.open, f.known = nil, map[uint64]int32{}
		f.solver = solver{m: s.m, sources: s.sources, means: s.means}
	}
	clear(f.open)
	clear(f.known)
	f.kept, f.open = f.open, kept[:0]
	for _, e := range kept {
		f.know(e.o)
		f.open = append(f.open, e)
	}
}

// great is from how many observations of a day on the room that they took is not kept
// for the next.
const great = 20_000

// Advance says that nothing of the days before t's follows: they are fused, and
// what can then no longer be joined is ready for Closed.
func (f *Fuser) Advance(t time.Time) {
	f.ready()
	f.advance(dayOf(t))
}

// Closed returns the incidents that no later observation can join, in the
// order of their days and first observations, and forgets them.
func (f *Fuser) Closed() []Incident {
	out := f.closed
	f.closed = nil
	return out
}

// Flush returns all incidents that are left, as if nothing followed. The Fuser
// is then as new.
func (f *Fuser) Flush() []Incident {
	f.ready()
	for len(f.open) > 0 {
		f.advance(f.day + 1)
	}
	return f.Closed()
}
