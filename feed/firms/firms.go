// Package firms reads NASA FIRMS active fires of MODIS and VIIRS, and the table
// that says when its snapshots were taken.
//
// A fire is a warm pixel at the moment of an overpass: not an attack, and not
// the moment at which it began.
package firms

import (
	_ "embed"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/mapping"
	"github.com/truce-monitor/truce/feed/table"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/observation"
)

//go:embed satellite.csv
var satelliteText string

//go:embed confidence.csv
var confidenceText string

//go:embed modis_confidence.csv
var modisText string

var (
	satellite  = mapping.Read("firms/satellite", satelliteText)
	confidence = mapping.Read("firms/confidence", confidenceText)
	modis      = mapping.Read("firms/modis_confidence", modisText)
)

const credit = "We acknowledge the use of data from NASA's Fire Information for Resource Management System (FIRMS), part of NASA's Earth Science Data and Information System (ESDIS)"

// Format is a table of fires. The names of the brightness columns do not
// matter: mirrors mix those of the two instruments up.
var Format = format.Format{
	Name:   "firms",
	Title:  "NASA FIRMS active fires (MODIS or VIIRS)",
	Credit: credit,
	Detect: format.IfHas("latitude", "longitude", "scan", "track", "acq_date", "acq_time", "satellite", "confidence", "frp"),
	Open: func(in *format.Input) (item.Reader, error) {
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			o, err := fire(in, r)
			if err != nil {
				return err
			}
			emit(item.Item{Observation: o})
			return nil
		})
	},
}

func fire(in *format.Input, r *table.Record) (*observation.Observation, error) {
	var n [4]float64
	for i, c := range []string{"latitude", "longitude", "scan", "track"} {
		var err error
		if n[i], err = value.Float([]byte(r.Get(c))); err != nil {
			return nil, fmt.Errorf("%s: %w", c, err)
		}
	}
	at, err := overpass(r.Get("acq_date"), r.Get("acq_time"))
	if err != nil {
		return nil, err
	}
	source := "firms"
	if s, ok := satellite.Get(r.Get("satellite")); ok {
		source = s.To()
	}
	o := &observation.Observation{
		Source: in.SourceOr(source),
		// FIRMS has no ids; a pixel of an overpass is one.
		Ref:   fmt.Sprintf("%s,%s,%s,%s", r.Get("latitude"), r.Get("longitude"), at.Format("2006-01-02T1504Z"), r.Get("satellite")),
		Means: observation.Satellite, How: observation.Detected,
		From: at, To: at,
		// The pixel is scan by track kilometres; the circle through its corners.
		Position: &observation.Position{Lat: n[0], Lon: n[1], Radius: math.Round(500 * math.Hypot(n[2], n[3]))},
		Activity: observation.Fire,
		Caveats:  []string{"overpass-time"},
		Extra:    r.Extra("brightness", "bright_ti4", "bright_t31", "bright_ti5", "frp", "confidence", "daynight", "scan", "track", "satellite", "instrument", "version", "type"),
	}
	g, ok := grade(r.Get("confidence"))
	if !ok {
		o.Caveats = append(o.Caveats, "unknown-confidence")
	}
	o.Grade = g
	return o, nil
}

func grade(s string) (observation.Grade, bool) {
	if g, ok := confidence.Get(s); ok {
		return observation.Grade(g.To()), true
	}
	n, err := value.Float([]byte(s))
	if err != nil || n < 0 || n > 100 {
		return "", false
	}
	var g observation.Grade
	for _, from := range modis.From() { // ascending
		row, _ := modis.Get(from)
		if n >= row.Number("from") {
			g = observation.Grade(row.To())
		}
	}
	return g, true
}

// overpass reads acq_date and acq_time, HHMM in UTC whose leading zeros
// spreadsheets drop.
func overpass(date, clock string) (time.Time, error) {
	day, err := time.Parse("2006-01-02", date)
	if err != nil {
		return day, fmt.Errorf("acq_date: %q is not a day such as 2025-04-20", date)
	}
	hhmm := strings.ReplaceAll(clock, ":", "")
	n, err := value.Int([]byte(hhmm))
	if err != nil || len(hhmm) > 4 || n < 0 || n/100 > 23 || n%100 > 59 {
		return day, fmt.Errorf("acq_time: %q is not a time HHMM", clock)
	}
	return day.Add(time.Duration(n/100)*time.Hour + time.Duration(n%100)*time.Minute), nil
}

// Coverage is the table of the snapshots from which a FIRMS history was put
// together: between them nobody looked.
var Coverage = format.Format{
	Name:   "firms-coverage",
	Title:  "coverage of FIRMS snapshots",
	Credit: credit,
	Detect: format.IfHas("snapshot_committed", "first_acq_utc_world", "last_acq_utc_world", "detections_bbox"),
	Open: func(in *format.Input) (item.Reader, error) {
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			c := &item.Coverage{Source: in.SourceOr("firms-modis"), Properties: r.Extra("snapshot_committed", "detections_world")}
			var err error
			if c.From, _, err = value.Time([]byte(r.Get("first_acq_utc_world")), time.UTC); err != nil {
				return err
			}
			if c.To, _, err = value.Time([]byte(r.Get("last_acq_utc_world")), time.UTC); err != nil {
				return err
			}
			if c.Detections, err = value.Int([]byte(r.Get("detections_bbox"))); err != nil {
				return err
			}
			if c.To.Before(c.From) {
				return fmt.Errorf("the snapshot ends (%s) before it begins (%s)", c.To.Format(time.RFC3339), c.From.Format(time.RFC3339))
			}
			emit(item.Item{Coverage: c})
			return nil
		})
	},
}
