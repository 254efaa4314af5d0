package incident

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/truce-monitor/truce/observation"
)

// saved is the state of a Fuser: what is open, and nothing that follows from it.
type saved struct {
	Format     int               `json:"format"`
	Parameters *Parameters       `json:"parameters,omitempty"` // left out: the default ones
	Version    int               `json:"version"`              // of the default parameters
	Day        int64             `json:"day,omitempty"`        // at hand, days since 1970
	Memory     map[string]memory `json:"memory,omitempty"`     // of sources
	Learned    int64             `json:"learned,omitempty"`    // the day of the memory
	Open       []savedEntry      `json:"open,omitempty"`
	Closed     []Incident        `json:"closed,omitempty"` // that were not taken
}

type savedEntry struct {
	Seq         uint64                   `json:"seq"`
	Observation *observation.Observation `json:"observation"`
}

const snapshotFormat = 2

// Snapshot returns the open state. Two Fusers with equal snapshots give equal
// results from then on, and equal states have equal bytes, whatever came before.
// Beside what is open it holds what the days before showed of the sources, which fades
// and is kept in coarse steps. Incidents that Closed did not yet return stay part of
// the state.
func (f *Fuser) Snapshot() []byte {
	f.ready()
	f.closed = f.Closed()
	s := saved{Format: snapshotFormat, Version: f.solver.m.Version, Closed: f.closed}
	if f.own && !f.isDefault() {
		s.Parameters = &f.solver.m.Parameters
	}
	if len(f.open) > 0 {
		s.Day = f.day
	}
	if len(f.memory) > 0 {
		s.Memory, s.Learned = f.memory, f.learned
	}
	open := slices.Clone(f.open)
	slices.SortFunc(open, func(a, b entry) int { return order(&a, &b) })
	for i := range open {
		s.Open = append(s.Open, savedEntry{Seq: open[i].seq, Observation: open[i].o})
	}
	out, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("incident: an observation that JSON can't hold: %v", err))
	}
	return out
}

func (f *Fuser) isDefault() bool {
	a, errA := json.Marshal(f.solver.m.Parameters)
	b, errB := json.Marshal(defaultModel().Parameters)
	return errA == nil && errB == nil && bytes.Equal(a, b)
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
	f.day, f.closed, f.memory, f.learned = s.Day, s.Closed, s.Memory, s.Learned
	for _, o := range s.Open {
		if o.Observation == nil {
			return nil, fmt.Errorf("restoring fusion: record %d has no observation", o.Seq)
		}
		if !f.know(o.Observation) {
			return nil, fmt.Errorf("restoring fusion: %s/%s twice", o.Observation.Source, o.Observation.Ref)
		}
		f.open = append(f.open, f.solver.m.entry(o.Seq, o.Observation))
	}
	return f, nil
}
