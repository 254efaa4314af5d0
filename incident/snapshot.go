package incident

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/truce-monitor/truce/observation"
)

// saved is the state of a Fuser: what is open, and nothing that follows from it.
type saved struct {
	Format     int           `json:"format"`
	Parameters *Parameters   `json:"parameters,omitempty"` // left out: the default ones
	Version    int           `json:"version"`              // of the default parameters
	Now        *float64      `json:"now,omitempty"`        // where incidents wait to be taken
	Pending    []savedEntry  `json:"pending,omitempty"`
	Open       []savedOpened `json:"open,omitempty"`
}

type savedOpened struct {
	Members []savedEntry `json:"members"`
}

type savedEntry struct {
	Seq         uint64                   `json:"seq"`
	Observation *observation.Observation `json:"observation"`
	Score       float64                  `json:"score,omitempty"`
	Distance    float64                  `json:"distance_m,omitempty"`
	Lag         float64                  `json:"lag_s,omitempty"`
	Why         string                   `json:"why,omitempty"`
}

const snapshotFormat = 1

// Snapshot returns the open state. Two Fusers with equal snapshots give equal
// results from then on, and equal states have equal bytes, whatever came before:
// where nothing is open the state is that of a new Fuser. Call Closed before:
// incidents that were not taken stay part of the state.
func (f *Fuser) Snapshot() []byte {
	f.ready()
	f.sweep()
	s := saved{Format: snapshotFormat, Version: f.model.Version}
	if f.own && !f.isDefault() {
		s.Parameters = &f.model.Parameters
	}
	// What is open closes after now by itself; what waits to be taken does not.
	if !math.IsInf(f.now, 0) && len(f.closed) > 0 {
		s.Now = &f.now
	}
	pending := slices.Clone(f.pending)
	slices.SortFunc(pending, func(a, b entry) int {
		if c := before(a.o, b.o); c != 0 {
			return c
		}
		return int(int64(a.seq) - int64(b.seq))
	})
	for i := range pending {
		s.Pending = append(s.Pending, save(&pending[i]))
	}
	all := slices.Concat(f.closed, f.open)
	slices.SortFunc(all, func(a, b *cluster) int { return before(a.members[0].o, b.members[0].o) })
	for _, c := range all {
		var o savedOpened
		for i := range c.members {
			o.Members = append(o.Members, save(&c.members[i]))
		}
		s.Open = append(s.Open, o)
	}
	out, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("incident: an observation that JSON can't hold: %v", err))
	}
	return out
}

func (f *Fuser) isDefault() bool {
	a, errA := json.Marshal(f.model.Parameters)
	b, errB := json.Marshal(defaultModel().Parameters)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

func save(e *entry) savedEntry {
	return savedEntry{Seq: e.seq, Observation: e.o, Score: e.score, Distance: e.distance, Lag: e.lag, Why: e.why}
}

// Restore returns a Fuser in the state that Snapshot saved.
func Restore(snapshot []byte) (*Fuser, error) {
	d := json.NewDecoder(bytes.NewReader(snapshot))
	d.DisallowUnknownFields()
	var s saved
	if err := d.Decode(&s); err != nil {
		return nil, fmt.Errorf("restoring fusion: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("restoring fusion: more follows the state")
	}
	if s.Format != snapshotFormat {
		return nil, fmt.Errorf("restoring fusion: format %d; expected %d", s.Format, snapshotFormat)
	}
	f := &Fuser{}
	if s.Parameters != nil {
		if err := s.Parameters.check(); err != nil {
			return nil, fmt.Errorf("restoring fusion: %w", err)
		}
		f = New(*s.Parameters)
	} else if v := defaultModel().Version; s.Version != v {
		return nil, fmt.Errorf("restoring fusion: state of parameters version %d; this program has %d", s.Version, v)
	}
	f.ready()
	if s.Now != nil {
		f.now, f.swept = *s.Now, *s.Now
	}
	for _, p := range s.Pending {
		e, err := f.load(p)
		if err != nil {
			return nil, err
		}
		if len(f.pending) > 0 && !f.pending[0].o.From.Equal(e.o.From) {
			return nil, fmt.Errorf("restoring fusion: pending observations of two instants")
		}
		f.pending = append(f.pending, e)
	}
	for i, o := range s.Open {
		if len(o.Members) == 0 {
			return nil, fmt.Errorf("restoring fusion: incident %d has no members", i)
		}
		var c *cluster
		for j, saved := range o.Members {
			e, err := f.load(saved)
			if err != nil {
				return nil, err
			}
			if j > 0 && (c.post == nil || e.act < 0) {
				return nil, fmt.Errorf("restoring fusion: incident %d: a type that fusion does not know has joined", i)
			}
			if j == 0 {
				c = f.model.found(e)
			} else {
				f.model.absorb(c, e)
			}
			f.refs[reference{e.o.Source, e.o.Ref}] = c
			if s.Now == nil {
				f.now = math.Max(f.now, seconds(e.o.From))
				f.swept = f.now
			}
		}
		f.open = append(f.open, c)
		f.index(c)
	}
	return f, nil
}

func (f *Fuser) load(s savedEntry) (entry, error) {
	if s.Observation == nil {
		return entry{}, fmt.Errorf("restoring fusion: member %d has no observation", s.Seq)
	}
	e := f.model.entry(s.Seq, s.Observation)
	e.score, e.distance, e.lag, e.why = s.Score, s.Distance, s.Lag, s.Why
	return e, nil
}
