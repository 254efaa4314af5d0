// Package refs keeps references unique where a source repeats them: two rows
// with one id and different content are two observations, and neither may
// replace the other.
package refs

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/truce-monitor/truce/observation"
)

// Seen remembers the references of one file with a hash of what they stood
// for, some 60 bytes each. The zero value is ready.
type Seen struct {
	m map[string][8]byte
}

// Settle gives the observation a reference of its own. A missing one is made
// from the content, caveat "no-id"; one that stood for something else before
// gets a suffix from the content, caveat "duplicate-id". What repeats whole
// keeps its reference: it is nothing new. The order of rows decides which keeps
// the plain reference, so the same file gives the same references each time.
func (s *Seen) Settle(o *observation.Observation) {
	sum := sha256.Sum256(observation.AppendCanonical(nil, o))
	short := hex.EncodeToString(sum[:4])
	if o.Ref == "" {
		o.Ref = "row-" + short
		o.Caveats = append(o.Caveats, "no-id")
		return
	}
	hash := [8]byte(sum[:8])
	if s.m == nil {
		s.m = make(map[string][8]byte)
	}
	was, seen := s.m[o.Ref]
	switch {
	case !seen:
		s.m[o.Ref] = hash
	case was != hash:
		o.Ref += "~" + short
		o.Caveats = append(o.Caveats, "duplicate-id")
	}
}
