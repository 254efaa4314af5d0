package simulate

import (
	"fmt"
	"io"
	"strconv"

	"github.com/truce-monitor/truce/observation"
)

// watch is one stay of a source.
type watch struct {
	source string
	means  observation.Means
	rangeM float64
	stay
}

// Coverage declares who watched from where and when, as observations that are
// of no event: their extra "watch" is "on" and their extra "range_m" tells how
// far they perceive at best, in metres. The caveat "reference-only" keeps them
// out of fusion. They stand apart from Observations and have no Links.
func (s *Scenario) Coverage() []observation.Observation {
	var out []observation.Observation
	for i, w := range s.stays {
		out = append(out, observation.Observation{
			Source: w.source, Ref: fmt.Sprintf("watch-%d", i+1), Means: w.means, From: w.From, To: w.To, Reported: w.To,
			Observer: &observation.Sighting{Lat: round(w.at.lat, 5), Lon: round(w.at.lon, 5)},
			Activity: observation.Other, Handling: observation.Amber, Caveats: []string{"reference-only"},
			Text: "Simulated: watched here in this time.", Lang: "en",
			Extra: map[string]string{"simulated": "true", "watch": "on", "range_m": strconv.FormatFloat(w.rangeM, 'f', -1, 64)},
		})
	}
	return out
}

// WriteCoverage writes Coverage as JSON Lines in truce's own format.
func (s *Scenario) WriteCoverage(w io.Writer) error {
	return (&Scenario{Observations: s.Coverage()}).WriteObservations(w)
}
