package review

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

//go:embed page.html
var page []byte

// sheet is a pair as the page shows it.
type sheet struct {
	A    side     `json:"a"`
	B    side     `json:"b"`
	M    *float64 `json:"m,omitempty"` // between the positions, metres
	GapS float64  `json:"gap_s"`       // between the intervals; 0 where they overlap
}

type side struct {
	*observation.Observation
	UTC      string `json:"utc"`
	Local    string `json:"local"`
	Reported string `json:"told,omitempty"`
}

// WritePage writes a page on which a person judges pairs without knowing what
// fusion made of them: one file that needs no network. Local times are those of
// loc. The page holds what the sources said, so it is as confidential as the most
// restricted of them.
func WritePage(w io.Writer, pairs []Pair, loc *time.Location) error {
	sheets := make([]sheet, len(pairs))
	sum := sha256.New()
	for i, p := range pairs {
		sheets[i] = sheet{A: sideOf(p.A, loc), B: sideOf(p.B, loc), GapS: gap(p.A, p.B).Seconds()}
		if p.A.Position != nil && p.B.Position != nil {
			m := math.Round(geo.Distance(at(p.A), at(p.B)))
			sheets[i].M = &m
		}
		fmt.Fprintf(sum, "%s\x00%s\x00%s\x00%s\n", p.A.Source, p.A.Ref, p.B.Source, p.B.Ref)
	}
	data, err := json.Marshal(struct {
		ID    string  `json:"id"` // under which the browser keeps what was judged
		Zone  string  `json:"zone"`
		Pairs []sheet `json:"pairs"`
	}{base32.HexEncoding.EncodeToString(sum.Sum(nil)[:10]), loc.String(), sheets})
	if err != nil {
		return fmt.Errorf("writing the page of pairs: %w", err)
	}
	// json.Marshal writes <, > and & in a way that cannot end the script.
	if _, err := w.Write(bytes.Replace(page, []byte("{{pairs}}"), data, 1)); err != nil {
		return fmt.Errorf("writing the page of pairs: %w", err)
	}
	return nil
}

func sideOf(o *observation.Observation, loc *time.Location) side {
	s := side{Observation: o, UTC: span(o.From.UTC(), o.To.UTC()), Local: span(o.From.In(loc), o.To.In(loc))}
	if !o.Reported.IsZero() {
		s.Reported = o.Reported.UTC().Format("2006-01-02 15:04:05")
	}
	return s
}

// span writes an interval, a whole day as its date.
func span(from, to time.Time) string {
	const day, instant = time.DateOnly, "2006-01-02 15:04:05"
	switch {
	case from.Equal(to):
		return from.Format(instant)
	case from.Format(time.TimeOnly) == "00:00:00" && to.Format(time.TimeOnly) == "23:59:59":
		if from.Format(day) == to.Format(day) {
			return from.Format(day) + ", the whole day"
		}
		return from.Format(day) + " to " + to.Format(day) + ", whole days"
	}
	return from.Format(instant) + " to " + to.Format(instant)
}

func at(o *observation.Observation) geo.Point {
	return geo.Point{Lat: o.Position.Lat, Lon: o.Position.Lon}
}

// gap is the time between two intervals, 0 where they have an instant in common.
func gap(a, b *observation.Observation) time.Duration {
	return max(0, a.From.Sub(b.To), b.From.Sub(a.To))
}
