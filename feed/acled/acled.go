// Package acled reads an export of the Armed Conflict Location & Event Data
// project in its layout since 2023. ACLED's terms forbid passing its data on,
// so no row of it is part of this repository.
package acled

import (
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/mapping"
	"github.com/truce-monitor/truce/feed/table"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/observation"
)

//go:embed sub_event_type.csv
var typeText string

//go:embed geo_precision.csv
var geoText string

//go:embed time_precision.csv
var timeText string

var (
	types   = mapping.Read("acled/sub_event_type", typeText)
	geoPrec = mapping.Read("acled/geo_precision", geoText)
	timePre = mapping.Read("acled/time_precision", timeText)
)

// Format is ACLED's export. actor1 and actor2 carry no direction, so both are
// actors and none is the party.
var Format = format.Format{
	Name:   "acled",
	Title:  "ACLED export",
	Credit: "ACLED (acleddata.com); its terms of use forbid passing the data on",
	Detect: format.IfHas("event_id_cnty", "event_date", "event_type", "sub_event_type", "actor1", "latitude", "longitude", "fatalities"),
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
		Source: in.SourceOr("acled"), Ref: r.Get("event_id_cnty"), Means: observation.Dataset, How: observation.Told,
		Place: r.Get("location"), Area: r.Get("admin1"), Text: r.Get("notes"), Lang: "en",
		Extra: r.Extra("disorder_type", "event_type", "sub_event_type", "time_precision", "geo_precision", "interaction",
			"inter1", "inter2", "civilian_targeting", "assoc_actor_1", "assoc_actor_2", "admin2", "admin3", "country",
			"source", "source_scale", "tags", "timestamp"),
	}
	if o.Ref == "" {
		return nil, errors.New("event_id_cnty is missing")
	}
	for _, c := range []string{"actor1", "actor2"} {
		if a := r.Get(c); a != "" {
			o.Actors = append(o.Actors, a)
		}
	}
	if t, ok := types.Get(r.Get("sub_event_type")); ok {
		o.Activity, o.Weapon = observation.Activity(t.To()), observation.Weapon(t["weapon"])
	} else {
		o.Activity = observation.Other
		o.Caveats = append(o.Caveats, "unknown-category")
	}
	day, err := date(r.Get("event_date"))
	if err != nil {
		return nil, fmt.Errorf("event_date: %w", err)
	}
	p, ok := timePre.Get(r.Get("time_precision"))
	if !ok {
		p, _ = timePre.Get("3")
		o.Caveats = append(o.Caveats, "unknown-date-precision")
	}
	o.From, o.To = value.Days(day.AddDate(0, 0, -int(p.Number("days_before"))), day.AddDate(0, 0, int(p.Number("days_after"))), in.Zone())
	o.Caveats = append(o.Caveats, p.List("caveats")...)
	lat, err := value.Float([]byte(r.Get("latitude")))
	if err != nil {
		return nil, fmt.Errorf("latitude: %w", err)
	}
	lon, err := value.Float([]byte(r.Get("longitude")))
	if err != nil {
		return nil, fmt.Errorf("longitude: %w", err)
	}
	g, ok := geoPrec.Get(r.Get("geo_precision"))
	if !ok {
		g, _ = geoPrec.Get("3")
		o.Caveats = append(o.Caveats, "unknown-place-precision")
	}
	o.Position = &observation.Position{Lat: lat, Lon: lon, Radius: g.Number("radius_m")}
	o.Caveats = append(o.Caveats, g.List("caveats")...)
	if f := r.Get("fatalities"); f != "" {
		if o.Harm.Killed, err = value.Int([]byte(f)); err != nil {
			return nil, fmt.Errorf("fatalities: %w", err)
		}
	}
	return o, nil
}

// date reads a day as ACLED's exports write it: 2024-01-31, 31 January 2024.
func date(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02", "2 January 2006", "02-January-2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a day such as 2024-01-31 or 31 January 2024", s)
}
