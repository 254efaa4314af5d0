package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/truce-monitor/truce/line"
)

// Territory is who holds how much of the administrative areas at an instant.
type Territory struct {
	At      time.Time `json:"at"`
	Line    string    `json:"line"`
	Version string    `json:"version"` // of the line
	From    time.Time `json:"from"`    // since when that version holds
	Source  string    `json:"source,omitempty"`
	HeldBy  string    `json:"held_by"`
	// HeldM2 is the whole held area; Areas' sums may be less, since they are
	// land within the country.
	HeldM2  float64      `json:"held_m2"`
	LengthM float64      `json:"length_m"` // of the line
	Areas   []line.Share `json:"areas"`
}

// Territory measures the held area of the first line that has one.
func (a *App) Territory(ctx context.Context, at time.Time) (*Territory, error) {
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	if len(a.areas) == 0 {
		return nil, errors.New("the agreement names no areas to measure (report.area_file)")
	}
	for i := range a.agreement.Lines {
		v := a.lines[a.agreement.Lines[i].ID].At(at)
		if v == nil || v.HeldBy == "" {
			continue
		}
		shares, err := line.Territory(v.Held, a.areas)
		if err != nil {
			return nil, err
		}
		return &Territory{At: at, Line: v.Line, Version: v.ID, From: v.From, Source: v.Source, HeldBy: v.HeldBy, HeldM2: round(v.Held.Area()), LengthM: round(v.Length()), Areas: shares}, nil
	}
	return nil, fmt.Errorf("no line has a held area at %s; import areas of control first", at.Format(time.DateOnly))
}
