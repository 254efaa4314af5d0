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

	day     int64            // of the observations at hand, days since 1970
	open    []entry          // of the day and of what was open when it began
	kept    []entry          // room for it
	known   map[uint64]int32 // where in open a source's reference is, by its hash
	seed    maphash.Seed
	closed  []Incident
	closing [][]int32 // incidents to come after those, as numbers of the solver's entries

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

// Expect makes room for n more observations of a day, where it is known that they follow.
func (f *Fuser) Expect(n int) { f.open = slices.Grow(f.open, n) }

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
	f.closed = f.Closed()
	s := &f.solver
	s.entries, s.pause = f.open, f.Pause
	slices.SortFunc(s.entries, func(a, b entry) int { return order(&a, &b) })
	s.number()
	s.copies()
	s.recall(f.memory, f.day-f.learned)
	s.solve()
	f.memory, f.learned = s.remember(f.memory, f.day-f.learned, f.day), f.day
	if clear(f.known); len(s.entries) > great {
		f.known = map[uint64]int32{}
	}
	f.open = f.kept[:0]
	for _, members := range s.results() {
		_, to := s.interval(members)
		if closes := to + s.m.Time.SlackS; closes >= until && s.entries[members[0]].kind&isolated == 0 {
			for _, i := range members {
				e := s.m.entry(s.entries[i].seq, s.entries[i].o)
				f.know(e.o)
				f.open = append(f.open, e)
			}
			continue
		}
		f.closing = append(f.closing, members)
	}
	f.tell(0)
}

// tell makes the next incidents, n at most, of those that are found to be closed.
func (f *Fuser) tell(n int) []Incident {
	s := &f.solver
	var out []Incident
	if n = min(n, len(f.closing)); n > 0 {
		out = make([]Incident, n)
	}
	for i := range out {
		s.rest(i)
		out[i] = s.incident(f.closing[i])
	}
	f.closing = f.closing[n:]
	if len(f.closing) > 0 || s.entries == nil {
		return out
	}
	// What it took is free for another day, but for a great one's.
	f.closing, f.kept = nil, nil
	if len(s.entries) <= great {
		clear(s.entries)
		f.kept, s.entries = s.entries[:0], nil
	} else {
		f.solver = solver{m: s.m, sources: s.sources, means: s.means}
	}
	return out
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
	out := append(f.closed, f.tell(len(f.closing))...)
	f.closed = nil
	return out
}

// Take returns the first n, at most, of the incidents that Closed would return, and forgets
// them: where there are many, they need not all be made at once.
func (f *Fuser) Take(n int) []Incident {
	if len(f.closed) == 0 {
		return f.tell(n)
	}
	n = min(n, len(f.closed))
	out := f.closed[:n:n]
	if f.closed = f.closed[n:]; len(f.closed) == 0 {
		f.closed = nil
	}
	return out
}

// Announced are those of the incidents that Closed would return that were reported before
// they began.
func (f *Fuser) Announced() []Incident {
	var out []Incident
	for i := range f.closed {
		if f.closed[i].Announced() {
			out = append(out, f.closed[i])
		}
	}
	s := &f.solver
	for _, members := range f.closing {
		if from, _ := s.interval(members); !s.saidBefore(members, from+1) {
			continue
		}
		if in := s.incident(members); in.Announced() {
			out = append(out, in)
		}
	}
	return out
}

// saidBefore reports whether one of the members was reported before an instant.
func (s *solver) saidBefore(members []int32, at float64) bool {
	return slices.ContainsFunc(members, func(i int32) bool {
		said := s.entries[i].o.Reported
		return !said.IsZero() && seconds(said) < at
	})
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
