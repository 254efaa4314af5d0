// Package incident knows fusion: which observations by different sources
// describe the same event, where and when that event was at best, how many it
// counted, by how many independent sources, and how probable it is that it
// happened at all.
//
// It must not know the terms of an agreement, zones or parties' sides, nor
// formats or storage.
package incident

import (
	"fmt"
	"strings"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Incident is one event as the observations of it tell it together.
type Incident struct {
	// ID is stable: it derives from the incident's earliest observation.
	ID string `json:"id"`

	// From and To hold the true instant (or the event's duration) with 95 %.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`

	// Reported is when a source first said so: before From it was announced
	// before it happened. Zero where no source states it.
	Reported time.Time `json:"reported,omitzero"`

	// Position is nil where no source gave one that fusion can use.
	Position *observation.Position `json:"position,omitempty"`
	// Ellipse is the 95 % ellipse about Position where the uncertainty is
	// clearly longer than wide, as of a bearing; Position's circle holds 95 % too.
	Ellipse *Ellipse `json:"ellipse,omitempty"`
	Place   string   `json:"place,omitempty"`
	Area    string   `json:"area,omitempty"`

	Activity   observation.Activity  `json:"activity"`   // the most probable
	Activities []ActivityProbability `json:"activities"` // most probable first; sums to 1
	Weapon     observation.Weapon    `json:"weapon,omitempty"`
	Direction  observation.Direction `json:"direction,omitempty"`
	Heading    *float64              `json:"heading_deg,omitempty"`
	Count      observation.Count     `json:"count"`

	// Probability that the event happened at all, [0, 1].
	Probability float64 `json:"probability"`
	// Distinct is the probability that it is an event of its own and not the same as
	// one that was close, [0, 1]: with Probability it tells how many events there were,
	// see Events.
	Distinct float64 `json:"distinct"`
	// IndependentSources counts sources that do not copy one another.
	IndependentSources int      `json:"independent_sources"`
	Members            []Member `json:"members"` // ordered by time, then source and ref

	// Claims are the parties that sources hold responsible, by source.
	Claims []Claim  `json:"claims,omitempty"`
	Actors []string `json:"actors,omitempty"` // all actors named, in order of first mention

	Harm     observation.Casualties `json:"harm,omitzero"`      // the largest stated by one source
	Handling observation.Handling   `json:"handling,omitempty"` // the most restricted of the members
	Caveats  []string               `json:"caveats,omitempty"`
	Extra    map[string]string      `json:"extra,omitempty"` // of the earliest member that has the key
}

// Announced reports whether it was reported before it began.
func (in *Incident) Announced() bool { return !in.Reported.IsZero() && in.Reported.Before(in.From) }

// Events is the expected number of events that the incident adds to those of the
// others: the probability that it happened and is none of those that were close. It
// happened for sure if it is one of them.
func Events(probability, distinct float64) float64 {
	return max(0, probability+distinct-1)
}

// Key is an incident's ID without its letters.
type Key [10]byte

// ParseKey reads an ID.
func ParseKey(id string) (k Key, err error) {
	text, ok := strings.CutPrefix(id, "I-")
	if ok && len(text) == idEncoding.EncodedLen(len(k)) {
		if _, err := idEncoding.Decode(k[:], []byte(text)); err == nil {
			return k, nil
		}
	}
	return Key{}, fmt.Errorf("%q is no incident's id", id)
}

// String is the ID.
func (k Key) String() string { return "I-" + idEncoding.EncodeToString(k[:]) }

// Ellipse holds the true place with 95 %: its semi-axes in metres and the
// azimuth of the longer, degrees clockwise from true north, [0, 180).
type Ellipse struct {
	MajorM  float64 `json:"major_m"`
	MinorM  float64 `json:"minor_m"`
	Azimuth float64 `json:"azimuth_deg"`
}

// ActivityProbability is one possible activity of an incident.
type ActivityProbability struct {
	Activity    observation.Activity `json:"activity"`
	Probability float64              `json:"probability"`
}

// Member is one observation in an incident and why it is there.
type Member struct {
	Seq         uint64            `json:"seq"` // of the observation's record in the journal
	Source      string            `json:"source"`
	Ref         string            `json:"ref"`
	Means       observation.Means `json:"means,omitempty"`
	Independent bool              `json:"independent"`          // false: it repeats a source counted before
	Score       float64           `json:"score"`                // log-likelihood ratio of "same event" against "another"; 0 for the first
	DistanceM   float64           `json:"distance_m,omitempty"` // from the incident as it stood
	LagS        float64           `json:"lag_s,omitempty"`      // seconds between the intervals, corrected for the travel of sound
	Why         string            `json:"why,omitempty"`        // the reason in one phrase, English

	// Other is the incident that it may be of instead, with which probability; empty
	// where there is none that is close.
	Other            string  `json:"other,omitempty"`
	OtherProbability float64 `json:"other_probability,omitempty"`
}

// Claim is a party that a source holds responsible.
type Claim struct {
	Source string            `json:"source"`
	Means  observation.Means `json:"means,omitempty"` // by which it makes the claim
	Party  string            `json:"party"`           // as the source names it
}
