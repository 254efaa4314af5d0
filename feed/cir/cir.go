// Package cir reads the Eyes on Russia table of the Centre for Information
// Resilience: one row is a post on social media, so that many rows may show
// one event.
package cir

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/mapping"
	"github.com/truce-monitor/truce/feed/refs"
	"github.com/truce-monitor/truce/feed/table"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/observation"
)

//go:embed event_group.csv
var groupText string

//go:embed munition.csv
var munitionText string

//go:embed precision.csv
var precisionText string

var (
	groups    = mapping.Read("cir/event_group", groupText)
	munitions = mapping.Read("cir/munition", munitionText)
	precision = mapping.Read("cir/precision", precisionText)
)

// Format is the table. "violence level" is how hard the footage is to watch,
// not how strong the attack was, and stays in Extra.
var Format = format.Format{
	Name:   "cir-eyes-on-russia",
	Title:  "Centre for Information Resilience, Eyes on Russia",
	Credit: "Centre for Information Resilience; no licence is stated, ask before passing the data on",
	Detect: format.IfHas("entry", "date", "event_group", "title", "brief description", "lat", "lon", "violence level", "link", "geolocation"),
	Open: func(in *format.Input) (item.Reader, error) {
		var seen refs.Seen
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			o, err := post(in, r)
			if err != nil {
				return err
			}
			seen.Settle(o)
			emit(item.Item{Observation: o})
			return nil
		})
	},
}

func post(in *format.Input, r *table.Record) (*observation.Observation, error) {
	grade, _ := precision.Get("grade")
	o := &observation.Observation{
		Source: in.SourceOr("cir"), Ref: r.Get("entry"), Means: observation.News, How: observation.Recorded,
		Place: r.Get("town/city"), Area: r.Get("province"), Grade: observation.Grade(grade.To()),
		Text: r.Get("brief description"), Lang: "en", URL: r.Get("link"),
		Extra: r.Extra("event_group", "title", "country", "district", "arms/munition", "violence level", "geolocation"),
	}
	if err := when(in, r, o); err != nil {
		return nil, err
	}
	lat, err := value.Float([]byte(r.Get("lat")))
	if err != nil {
		return nil, fmt.Errorf("lat: %w", err)
	}
	lon, err := value.Float([]byte(r.Get("lon")))
	if err != nil {
		return nil, fmt.Errorf("lon: %w", err)
	}
	radius, _ := precision.Get("other_m")
	if r.Get("geolocation") != "" {
		radius, _ = precision.Get("geolocated_m")
	}
	o.Position = &observation.Position{Lat: lat, Lon: lon, Radius: radius.Number("to")}
	if g, ok := groups.First(r.Get("event_group")); ok {
		o.Activity, o.Direction = observation.Activity(g.To()), observation.Direction(g["direction"])
	} else {
		o.Activity = observation.Other
		o.Caveats = append(o.Caveats, "unknown-category")
	}
	if m := r.Get("arms/munition"); m != "" {
		if w, ok := munitions.First(m); ok {
			o.Weapon = observation.Weapon(w.To())
		} else {
			o.Weapon = observation.WeaponUnknown
		}
	}
	return o, nil
}

// titleDate is the day that the title begins with, day first.
var titleDate = regexp.MustCompile(`^\s*(\d\d/\d\d/\d{4})\b`)

func when(in *format.Input, r *table.Record, o *observation.Observation) error {
	var title time.Time
	if m := titleDate.FindStringSubmatch(r.Get("title")); m != nil {
		title, _ = time.Parse("02/01/2006", m[1]) // else no date, which zero says
	}
	s := r.Get("date")
	if s == "" {
		if !title.IsZero() {
			return fmt.Errorf("date is missing; the title says %s", title.Format(time.DateOnly))
		}
		return errors.New("date is missing")
	}
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return fmt.Errorf("date: %q is not a day such as 2022-03-01", s)
	}
	if !title.IsZero() && !title.Equal(day) {
		if title.Year() != day.Year() && day.Sub(title).Abs() > 31*24*time.Hour {
			return fmt.Errorf("the date %s contradicts the title, which says %s", s, title.Format(time.DateOnly))
		}
		o.Caveats = append(o.Caveats, "day-doubtful")
	}
	o.From, o.To = value.Days(day, day, in.Zone())
	o.Caveats = append(o.Caveats, "day-only")
	return nil
}
