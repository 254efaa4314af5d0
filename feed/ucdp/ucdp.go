// Package ucdp reads the Georeferenced Event Dataset of the Uppsala Conflict
// Data Program, of yearly, candidate and special releases, also after it has
// been through a spreadsheet.
package ucdp

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/mapping"
	"github.com/truce-monitor/truce/feed/table"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/observation"
)

//go:embed where_prec.csv
var wherePrecText string

//go:embed type_of_violence.csv
var violenceText string

//go:embed date_prec.csv
var datePrecText string

var (
	wherePrec = mapping.Read("ucdp/where_prec", wherePrecText)
	violence  = mapping.Read("ucdp/type_of_violence", violenceText)
	datePrec  = mapping.Read("ucdp/date_prec", datePrecText)
)

// Format is UCDP GED. side_a and side_b become actors, not a party: GED does
// not say who began.
var Format = format.Format{
	Name:   "ucdp-ged",
	Title:  "UCDP Georeferenced Event Dataset",
	Credit: "UCDP GED, CC BY 4.0. Sundberg & Melander (2013), Journal of Peace Research 50(4)",
	Detect: format.IfHas("id", "type_of_violence", "where_prec", "date_prec", "date_start", "date_end", "side_a", "side_b", "latitude", "longitude"),
	Open: func(in *format.Input) (item.Reader, error) {
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			o, err := event(in, r)
			if err != nil {
				return err
			}
			emit(item.Item{Observation: o})
			return nil
		})
	},
}

func event(in *format.Input, r *table.Record) (*observation.Observation, error) {
	o := &observation.Observation{
		Source: in.SourceOr("ucdp-ged"), Ref: r.Get("id"), Means: observation.Dataset, How: observation.Told,
		Place: r.Get("where_coordinates"), Area: r.Get("adm_1"), Text: r.Get("source_headline"),
		Extra: r.Extra("relid", "type_of_violence", "where_prec", "date_prec", "event_clarity", "code_status",
			"conflict_name", "dyad_name", "adm_2", "country", "where_description", "number_of_sources",
			"source_original", "source_office", "source_date", "low", "high", "deaths_unknown"),
	}
	if o.Ref == "" {
		return nil, errors.New("id is missing")
	}
	if o.Area == "" {
		o.Area = r.Get("country")
	}
	for _, side := range []string{"side_a", "side_b"} {
		if s := r.Get(side); s != "" {
			o.Actors = append(o.Actors, s)
		}
	}
	if v, ok := violence.Get(r.Get("type_of_violence")); ok {
		o.Activity = observation.Activity(v.To())
	} else {
		o.Activity = observation.Other
		o.Caveats = append(o.Caveats, "unknown-category")
	}
	if err := days(in, r, o); err != nil {
		return nil, err
	}
	if err := place(r, o); err != nil {
		return nil, err
	}
	if err := deaths(r, o); err != nil {
		return nil, err
	}
	if r.Get("event_clarity") == "2" {
		o.Caveats = append(o.Caveats, "several-events-in-one")
	}
	return o, nil
}

func days(in *format.Input, r *table.Record, o *observation.Observation) error {
	start, err := Date(r.Get("date_start"))
	if err != nil {
		return fmt.Errorf("date_start: %w", err)
	}
	end, err := Date(r.Get("date_end"))
	if err != nil {
		return fmt.Errorf("date_end: %w", err)
	}
	o.From, o.To = value.Days(start, end, in.Zone())
	p, ok := datePrec.Get(r.Get("date_prec"))
	switch {
	case !ok:
		o.Caveats = append(o.Caveats, "unknown-date-precision")
	case start.Equal(end) && p.To() != "day":
		// The window is coarser than the one day that is written.
		o.Caveats = append(o.Caveats, "day-doubtful", "day-only")
	case !start.Equal(end):
		o.Caveats = append(o.Caveats, "multi-day")
	default:
		o.Caveats = append(o.Caveats, p.List("caveats")...)
	}
	if y := r.Get("year"); y != "" && y != strconv.Itoa(start.Year()) {
		o.Caveats = append(o.Caveats, "year-doubtful")
	} else if earlier(r.Get("source_date"), start) {
		o.Caveats = append(o.Caveats, "year-doubtful")
	}
	return nil
}

// earlier tells whether every source is dated before the day of the event,
// which means that a year slipped.
func earlier(dates string, day time.Time) bool {
	some := false
	for s := range strings.SplitSeq(dates, ";") {
		d, err := Date(strings.TrimSpace(s))
		if err != nil {
			continue
		}
		if !d.Before(day) {
			return false
		}
		some = true
	}
	return some
}

func place(r *table.Record, o *observation.Observation) error {
	lat, err := value.Float([]byte(r.Get("latitude")))
	if err != nil {
		return fmt.Errorf("latitude: %w", err)
	}
	lon, err := value.Float([]byte(r.Get("longitude")))
	if err != nil {
		return fmt.Errorf("longitude: %w", err)
	}
	p, ok := wherePrec.Get(r.Get("where_prec"))
	if !ok {
		p, _ = wherePrec.Get("6")
		o.Caveats = append(o.Caveats, "unknown-place-precision")
	}
	o.Position = &observation.Position{Lat: lat, Lon: lon, Radius: p.Number("radius_m")}
	o.Caveats = append(o.Caveats, p.List("caveats")...)
	return nil
}

func deaths(r *table.Record, o *observation.Observation) error {
	n := make(map[string]int)
	for _, c := range []string{"deaths_a", "deaths_b", "deaths_civilians", "best"} {
		s := r.Get(c)
		if s == "" {
			continue
		}
		v, err := value.Int([]byte(s))
		if err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
		n[c] = v
	}
	o.Harm = observation.Casualties{Killed: n["best"], KilledCivilian: n["deaths_civilians"]}
	if r.Get("type_of_violence") != "3" { // there side_b is civilians
		o.Harm.KilledMilitary = n["deaths_a"] + n["deaths_b"]
	}
	return nil
}

// Date reads a day as GED writes it, 2015-02-15, or as a spreadsheet does,
// which in all known copies puts the month first: 9/30/2022 12:00:00 AM and
// 01/02/2015 00:00. A time of day other than midnight is refused: GED has none.
func Date(s string) (time.Time, error) {
	for _, layout := range []string{
		"2006-01-02", "2006-01-02 15:04:05", "2006-01-02 15:04:05.000", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z",
		"1/2/2006 15:04", "1/2/2006 3:04:05 PM", "1/2/2006 15:04:05", "1/2/2006",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			if t.Hour() != 0 || t.Minute() != 0 {
				return t, fmt.Errorf("%q has a time of day", s)
			}
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a day such as 2015-02-15 or 2/15/2015 (month first)", s)
}
