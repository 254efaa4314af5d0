package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/truce-monitor/truce/feed"
	"github.com/truce-monitor/truce/observation"
)

// Reported is a row of truce's own JSON Lines: an observation, or why it is none.
type Reported struct {
	Observation *observation.Observation
	Reason      string
}

// ReadReported reads observations in truce's own JSON Lines, one to a line, as an
// import does.
func (a *App) ReadReported(lines []byte) ([]Reported, error) {
	opt := feed.Options{Format: "truce-jsonl", Now: a.now(), Location: a.agreement.Location()}
	copy(opt.Area[:], a.agreement.Area)
	s, err := feed.Open(bytes.NewReader(lines), "request", opt)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var out []Reported
	for {
		item, err := s.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading observations: %w", err)
		}
		switch {
		case item.Observation != nil:
			out = append(out, Reported{Observation: item.Observation})
		case item.Quarantine != nil:
			out = append(out, Reported{Reason: item.Quarantine.Reason})
		}
	}
}
