package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/truce-monitor/truce/report"
)

// Interval is a time, From included and To excluded, in UTC.
type Interval struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Unwatched lists when, between two instants, no coverage on record says that
// a source looked: its silence then means nothing. A source without any
// coverage on record was never known to look.
func (a *App) Unwatched(ctx context.Context, source string, from, to time.Time) ([]Interval, error) {
	records, err := a.store.Records(ctx, kindCoverage)
	if err != nil {
		return nil, err
	}
	var looked []Interval
	cursor := a.journal.Cursor()
	for _, r := range current(records) {
		if r.Source != source {
			continue
		}
		e, err := cursor.Get(r.Seq)
		if err != nil {
			return nil, err
		}
		var c coverageRecord
		if err := json.Unmarshal(e.Body, &c); err != nil {
			return nil, fmt.Errorf("record %d: %w", r.Seq, err)
		}
		if c.From.Before(to) && c.To.After(from) {
			looked = append(looked, Interval{c.From, c.To})
		}
	}
	slices.SortFunc(looked, func(x, y Interval) int { return x.From.Compare(y.From) })
	var out []Interval
	at := from
	for _, l := range looked {
		if l.From.After(at) {
			out = append(out, Interval{at, l.From})
		}
		if l.To.After(at) {
			at = l.To
		}
	}
	if at.Before(to) {
		out = append(out, Interval{at, to})
	}
	return out, nil
}

// dark lists when sources that have coverage on record did not look, in a
// report's period and the one before it.
func (a *App) dark(ctx context.Context, from, to time.Time) ([]report.Dark, error) {
	records, err := a.store.Records(ctx, kindCoverage)
	if err != nil {
		return nil, err
	}
	var sources []string
	for _, r := range records {
		if !slices.Contains(sources, r.Source) {
			sources = append(sources, r.Source)
		}
	}
	slices.Sort(sources)
	var out []report.Dark
	for _, s := range sources {
		gaps, err := a.Unwatched(ctx, s, from.Add(from.Sub(to)), to)
		if err != nil {
			return nil, err
		}
		for _, g := range gaps {
			out = append(out, report.Dark{Source: s, From: g.From, To: g.To})
		}
	}
	return out, nil
}
