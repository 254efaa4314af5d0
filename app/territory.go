package app

import (
	"context"
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
	LengthM float64      `json:"length_m"`           // of the line
	RadiusM float64      `json:"radius_m,omitempty"` // how far it may be off, 95 %, as its source says
	Areas   []line.Share `json:"areas"`
}

// Territory measures what is held of each area at an instant.
func (a *App) Territory(ctx context.Context, at time.Time) (*Territory, error) {
	v, err := a.Control(ctx, at)
	if err != nil {
		return nil, err
	}
	shares, err := line.Territory(v.Held, a.areas)
	if err != nil {
		return nil, err
	}
	return &Territory{At: at, Line: v.Line, Version: v.ID, From: v.From, Source: v.Source, HeldBy: v.HeldBy, HeldM2: round(v.Held.Area()), LengthM: round(v.Length()), RadiusM: v.RadiusM, Areas: shares}, nil
}
