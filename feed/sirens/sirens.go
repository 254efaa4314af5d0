// Package sirens reads the beginnings and ends of air-raid alerts, of the state
// channel by region, district or community, and of volunteers by region. An
// alert is a warning, not an attack.
package sirens

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/table"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/observation"
)

const credit = "Vadym Klymenko, Ukrainian air-raid sirens dataset (MIT)"

// Official is the table of the state channel.
var Official = format.Format{
	Name:   "sirens-official",
	Title:  "air-raid alerts, official",
	Credit: credit,
	Detect: format.IfHas("oblast", "raion", "hromada", "level", "started_at", "finished_at"),
	Open: func(in *format.Input) (item.Reader, error) {
		return open(in, "air-raid-official", "oblast", "raion", "hromada")
	},
}

// Volunteer is the table of the volunteers' channel.
var Volunteer = format.Format{
	Name:   "sirens-volunteer",
	Title:  "air-raid alerts, volunteers",
	Credit: credit,
	Detect: format.IfHas("region", "started_at", "finished_at", "naive"),
	Open: func(in *format.Input) (item.Reader, error) {
		return open(in, "air-raid-volunteer", "region")
	},
}

// open reads alerts whose areas are named by the levels, widest first.
func open(in *format.Input, source string, levels ...string) (item.Reader, error) {
	return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
		var names []string
		for _, l := range levels {
			if n := r.Get(l); n != "" {
				names = append(names, n)
			}
		}
		if len(names) == 0 {
			return errors.New("the area is missing")
		}
		from, err := instant(r, "started_at")
		if err != nil {
			return err
		}
		o := &observation.Observation{
			Source: in.SourceOr(source), Ref: strings.Join(names, "/") + "@" + from.Format(time.RFC3339),
			Means: observation.Dataset, How: observation.Told, From: from, To: from,
			Area: names[0], Activity: observation.Alert, Extra: r.Extra("level", "raion", "hromada", "source"),
		}
		if len(names) > 1 {
			o.Place = names[len(names)-1]
		}
		if r.Get("finished_at") == "" {
			o.Caveats = append(o.Caveats, "no-end")
		} else if o.To, err = instant(r, "finished_at"); err != nil {
			return err
		}
		if strings.EqualFold(r.Get("naive"), "true") {
			o.Caveats = append(o.Caveats, "end-assumed")
		}
		emit(item.Item{Observation: o})
		return nil
	})
}

func instant(r *table.Record, column string) (time.Time, error) {
	t, precision, err := value.Time([]byte(r.Get(column)), time.UTC)
	if err == nil && precision == value.DayOnly {
		err = errors.New("the time of day is missing")
	}
	if err != nil {
		return t, fmt.Errorf("%s: %w", column, err)
	}
	return t, nil
}
