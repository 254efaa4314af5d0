// Package zone knows the spaces that the terms derive from lines: for a point
// with its uncertainty and an instant, which zones hold it with which
// probability, how far it is from the line of contact, and on which side.
//
// It must not know observations or what happened there.
package zone

// Place is what zone can say of a position at an instant.
type Place struct {
	Zones []Membership `json:"zones,omitempty"` // in the agreement's order; probability 0 left out

	Line        string  `json:"line,omitempty"`         // id of the line measured to; empty: no line in force
	LineVersion string  `json:"line_version,omitempty"` // id of its version
	DistanceM   float64 `json:"distance_m,omitempty"`   // geodesic metres to the line, >= 0
	Side        string  `json:"side,omitempty"`         // party on whose side it lies at best; empty: unknown
	// SideProbability that it lies on Side, given its radius and the line's.
	SideProbability float64 `json:"side_probability,omitempty"`
}

// Membership is one zone with the probability that the position lies in it.
type Membership struct {
	Zone        string  `json:"zone"`
	Probability float64 `json:"probability"`
}
