// Package viina reads VIINA, reports in the news on the war in Ukraine from
// 2022 on, placed by the names in them and labelled by a model.
package viina

import (
	_ "embed"
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // reports are dated in Kyiv time

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/mapping"
	"github.com/truce-monitor/truce/feed/refs"
	"github.com/truce-monitor/truce/feed/table"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/observation"
)

//go:embed precision.csv
var precisionText string

//go:embed label.csv
var labelText string

var (
	precision = mapping.Read("viina/precision", precisionText)
	labels    = mapping.Read("viina/label", labelText)
)

// Format is VIINA's table of events with labels (events_latest, or the info
// and label tables joined by event_id). The labels are a model's: the first of
// the mapping's order that is set decides the activity, all stay in extra. The
// time is that of the report, so the event may lie a day before it. a_rus and
// a_ukr say who began it, as the model reads the text; where just one is set it
// is the party. Reports without a military label are of no event.
var Format = format.Format{
	Name:   "viina",
	Title:  "VIINA news events",
	Credit: "Zhukov (2022), VIINA: Violent Incident Information from News Articles, ODbL 1.0",
	Detect: format.IfHas("event_id", "date", "source", "longitude", "latitude", "geo_precision", "t_mil_b"),
	Open: func(in *format.Input) (item.Reader, error) {
		kyiv, err := time.LoadLocation("Europe/Kyiv")
		if err != nil {
			return nil, err
		}
		var seen refs.Seen
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			o, err := event(in, r, kyiv)
			if err != nil {
				return err
			}
			seen.Settle(o)
			emit(item.Item{Observation: o})
			return nil
		})
	},
}

func event(in *format.Input, r *table.Record, kyiv *time.Location) (*observation.Observation, error) {
	o := &observation.Observation{
		Source: in.SourceOr("viina"), Ref: r.Get("event_id"), Means: observation.News, How: observation.Told,
		Place: first(r, "address", "location_name", "asciiname"), Area: first(r, "adm1_name", "adm1"), Text: r.Get("text"), URL: r.Get("url"),
		Extra: r.Extra("report_id", "source", "geo_precision", "geo_api", "t_mil_b", "a_rus_b", "a_ukr_b", "a_civ_b", "a_other_b"),
	}
	if o.Extra == nil {
		o.Extra = map[string]string{}
	}
	// Outlets are told apart as sources; a report may hold several events.
	if s := r.Get("source"); s != "" && in.Source == "" {
		o.Source = "viina/" + s
	}
	switch r.Get("lang") {
	case "ua", "uk":
		o.Lang = "uk"
	case "ru":
		o.Lang = "ru"
	}
	if err := when(r, o, kyiv); err != nil {
		return nil, err
	}
	if err := where(r, o); err != nil {
		return nil, err
	}
	what(r, o)
	return o, nil
}

func first(r *table.Record, columns ...string) string {
	for _, c := range columns {
		if v := r.Get(c); v != "" {
			return v
		}
	}
	return ""
}

// when reads the report's day and time; the event lies within a day before.
func when(r *table.Record, o *observation.Observation, kyiv *time.Location) error {
	day, err := time.ParseInLocation("20060102", r.Get("date"), kyiv)
	if err != nil {
		if day, err = time.ParseInLocation(time.DateOnly, r.Get("date"), kyiv); err != nil {
			return fmt.Errorf("date: %q is not a day such as 20220224", r.Get("date"))
		}
	}
	clock := r.Get("time")
	if clock == "" {
		o.From, o.To = value.Days(day, day, kyiv)
		o.Caveats = append(o.Caveats, "day-only")
		return nil
	}
	t, err := time.Parse("15:04", clock)
	if err != nil {
		if t, err = time.Parse("15:04:05", clock); err != nil {
			return fmt.Errorf("time: %q is not a time such as 05:30", clock)
		}
	}
	o.Reported = time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), t.Second(), 0, kyiv).UTC()
	o.From, o.To = o.Reported.Add(-24*time.Hour), o.Reported
	o.Caveats = append(o.Caveats, "time-of-report")
	return nil
}

func where(r *table.Record, o *observation.Observation) error {
	if r.Get("latitude") == "" || r.Get("longitude") == "" {
		if o.Place == "" && o.Area == "" {
			return errors.New("there is no place in it")
		}
		return nil
	}
	lat, err := value.Float([]byte(r.Get("latitude")))
	if err != nil {
		return fmt.Errorf("latitude: %w", err)
	}
	lon, err := value.Float([]byte(r.Get("longitude")))
	if err != nil {
		return fmt.Errorf("longitude: %w", err)
	}
	p, ok := precision.Get(r.Get("geo_precision"))
	if !ok {
		p, _ = precision.Get("ADM1")
		o.Caveats = append(o.Caveats, "unknown-place-precision")
	}
	o.Position = &observation.Position{Lat: lat, Lon: lon, Radius: p.Number("radius_m")}
	o.Caveats = append(o.Caveats, p.List("caveats")...)
	return nil
}

func what(r *table.Record, o *observation.Observation) {
	o.Caveats = append(o.Caveats, "model-label")
	o.Activity = observation.Other
	if !set(r, "t_mil") {
		o.Caveats = append(o.Caveats, "reference-only")
		return
	}
	for _, label := range labels.From() {
		if !set(r, label) {
			continue
		}
		o.Extra[label+"_b"] = "1"
		if o.Activity == observation.Other {
			l, _ := labels.Get(label)
			o.Activity, o.Weapon = observation.Activity(l.To()), observation.Weapon(l["weapon"])
		}
	}
	if o.Activity == observation.Other {
		o.Caveats = append(o.Caveats, "unknown-category")
	}
	switch rus, ukr := set(r, "a_rus"), set(r, "a_ukr"); {
	case rus && !ukr:
		o.Party = "Russia"
	case ukr && !rus:
		o.Party = "Ukraine"
	}
}

// set tells whether the binary form of a label is 1.
func set(r *table.Record, label string) bool {
	v := r.Get(label + "_b")
	return v == "1" || v == "1.0"
}
