// Package simulate knows scenarios with known truth: what happens along a
// line, and what each imperfect observer of it would report. It is for
// demonstrations, tests and the scoring of fusion; nothing in it happened.
//
// Both sides of a line are simulated by the same rules: each has the same
// observers in mirrored places, fires as often, and claims with the same bias.
//
// It must not know how observations are stored, fused or judged.
package simulate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Scenario is what happened and what was reported of it.
type Scenario struct {
	Name      string
	Seed      uint64
	Agreement string    // the example whose terms it plays under
	From, To  time.Time // UTC; observations may be reported later

	// Observations are ordered by time, source and reference. The word
	// "simulated" is in the name of each source and in the extra of each.
	Observations []observation.Observation
	Truth        []Event // ordered by time, then id
	Links        []Link  // one for each observation, in their order
	Sources      []Source

	stays []watch
}

// Event is what truly happened.
type Event struct {
	ID       string               `json:"id"`
	At       time.Time            `json:"at"` // UTC
	Lat      float64              `json:"lat"`
	Lon      float64              `json:"lon"`
	Activity observation.Activity `json:"activity"`
	Weapon   observation.Weapon   `json:"weapon,omitempty"`
	Count    int                  `json:"count"`
	Party    string               `json:"party"` // who did it

	Harm observation.Casualties `json:"harm,omitzero"`
	// No is set where it was nothing of the kind that it is taken for: thunder.
	No bool `json:"no,omitempty"`

	sector  int
	along   float64 // metres along the line
	side    int     // that did it
	town    town    // nearest to it
	from    point   // where fire came from
	loud    float64 // share of an observer's range at which it is perceived
	heading float64
	place   string
	area    string
}

// Link says which event an observation is of; an empty Incident is a false
// alarm or a claim of what never happened.
type Link struct {
	Source   string `json:"source"`
	Ref      string `json:"ref"`
	Incident string `json:"incident"`
}

// Source describes an observer and when it watched, so that no report isn't
// taken for no event.
type Source struct {
	Name  string            `json:"name"`
	Means observation.Means `json:"means"`
	Party string            `json:"party,omitempty"` // whose it is, or on whose side it stands
	Lat   float64           `json:"lat,omitempty"`
	Lon   float64           `json:"lon,omitempty"`
	// RangeM is how far it perceives at best, metres; 0: not bound to a place.
	RangeM  float64  `json:"range_m,omitempty"`
	Watched []Window `json:"watched,omitempty"`
}

// Window is a time, From included and To excluded, in UTC.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

func (w Window) holds(t time.Time) bool { return !t.Before(w.From) && t.Before(w.To) }

// WriteObservations writes the observations as JSON Lines in truce's own
// format.
func (s *Scenario) WriteObservations(w io.Writer) error {
	var line []byte
	for i := range s.Observations {
		line = append(observation.AppendCanonical(line[:0], &s.Observations[i]), '\n')
		if _, err := w.Write(line); err != nil {
			return fmt.Errorf("writing observation %s: %w", s.Observations[i].ID(), err)
		}
	}
	return nil
}

// WriteTruth writes the true events as JSON Lines.
func (s *Scenario) WriteTruth(w io.Writer) error { return writeLines(w, "truth", s.Truth) }

// WriteLinks writes as JSON Lines which event each observation is of.
func (s *Scenario) WriteLinks(w io.Writer) error { return writeLines(w, "links", s.Links) }

// WriteSources writes the observers and their coverage as JSON Lines.
func (s *Scenario) WriteSources(w io.Writer) error { return writeLines(w, "sources", s.Sources) }

func writeLines[T any](w io.Writer, what string, rows []T) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range rows {
		if err := enc.Encode(rows[i]); err != nil {
			return fmt.Errorf("writing %s, line %d: %w", what, i+1, err)
		}
	}
	return nil
}

// sort puts everything into the order that Scenario promises.
func (s *Scenario) sort() {
	order := make([]int, len(s.Observations))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &s.Observations[i], &s.Observations[j]
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Ref, b.Ref))
	})
	observations := make([]observation.Observation, len(order))
	links := make([]Link, len(order))
	for k, i := range order {
		observations[k], links[k] = s.Observations[i], s.Links[i]
	}
	s.Observations, s.Links = observations, links
	slices.SortFunc(s.Truth, func(a, b Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
}
