// Package line knows lines of contact: their versions in time, the parties on
// their sides, a baseline per party, how a line follows from the area that a
// party controls, and the territory on each side.
//
// It must not know who reported a line, zones, or anything that happens at it.
package line

import (
	"time"

	"github.com/truce-monitor/truce/geo"
)

// Version is a line's course from an instant until the next version.
type Version struct {
	ID     string    `json:"id"` // content hash, short
	Line   string    `json:"line"`
	From   time.Time `json:"from"` // UTC
	Source string    `json:"source,omitempty"`
	Ref    string    `json:"ref,omitempty"`

	Parts []geo.Polyline `json:"parts"`
	// Left and Right are the parties on either side along Parts.
	Left  string `json:"left,omitempty"`
	Right string `json:"right,omitempty"`
	// Held is the area that HeldBy controls where the line was derived from
	// it: then it decides the side.
	Held   geo.MultiPolygon `json:"held,omitempty"`
	HeldBy string           `json:"held_by,omitempty"`
	// RadiusM is how far the true line may lie from this one, 95 %, metres.
	RadiusM float64 `json:"radius_m,omitempty"`

	prepared *prepared
}
