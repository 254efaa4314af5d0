// Package yemen reads the air raids of the Yemen Data Project, which have no
// coordinates and often no hour.
package yemen

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/mapping"
	"github.com/truce-monitor/truce/feed/table"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/observation"
)

//go:embed time_of_day.csv
var timeText string

//go:embed dataset.csv
var datasetText string

var (
	timeOfDay = mapping.Read("yemen/time_of_day", timeText)
	dataset   = mapping.Read("yemen/dataset", datasetText)
)

// Format is the table of raids with columns in snake case.
var Format = format.Format{
	Name:   "yemen-air-raids",
	Title:  "Yemen Data Project air raids",
	Credit: "Yemen Data Project (yemendataproject.org); no licence is stated, ask before passing the data on",
	Detect: format.IfHas("incident_id", "date", "governorate", "district", "area", "target", "main_category", "min_air_raids", "max_air_raids", "confirmed_time", "time_of_day"),
	Open: func(in *format.Input) (item.Reader, error) {
		// The same governorate is spelt in several ways; the first in the file
		// stands for all.
		spelling := make(map[string]string)
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			o, err := raid(in, r, spelling)
			if err != nil {
				return err
			}
			emit(item.Item{Observation: o})
			return nil
		})
	},
}

func raid(in *format.Input, r *table.Record, spelling map[string]string) (*observation.Observation, error) {
	party, _ := dataset.Get("party")
	o := &observation.Observation{
		Source: in.SourceOr("yemen-data-project"), Ref: r.Get("incident_id"), Means: observation.Dataset, How: observation.Told,
		Place: r.Get("area"), Area: r.Get("governorate"), Activity: observation.AirStrike, Weapon: observation.AircraftWeapon,
		Direction: observation.Impact, Party: party.To(), Actors: []string{party.To()}, Text: r.Get("target"),
		Extra:   r.Extra("district", "confirmed_time", "time_of_day", "woman_fatalities", "child_fatalities", "woman_injured", "child_injured"),
		Caveats: []string{"no-position"},
	}
	if o.Ref == "" {
		return nil, errors.New("incident_id is missing")
	}
	if o.Area == "" {
		return nil, errors.New("governorate is missing")
	}
	if first, ok := spelling[mapping.Fold(o.Area)]; ok {
		o.Area = first
	} else {
		spelling[mapping.Fold(o.Area)] = o.Area
	}
	for _, c := range []string{"main_category", "sub_category"} {
		if v := mapping.Fold(r.Get(c)); v != "" {
			if o.Extra == nil {
				o.Extra = make(map[string]string)
			}
			o.Extra[c] = v
		}
	}
	if err := hours(r, o); err != nil {
		return nil, err
	}
	if err := raids(r, o); err != nil {
		return nil, err
	}
	return o, harm(r, o)
}

// hours sets the interval: an hour, the hours that the time of day stands for,
// or the whole local day.
func hours(r *table.Record, o *observation.Observation) error {
	offset, _ := dataset.Get("utc_offset_h")
	zone := time.FixedZone("", int(offset.Number("to"))*3600)
	day, err := time.ParseInLocation(time.DateOnly, r.Get("date"), zone)
	if err != nil {
		return fmt.Errorf("date: %q is not a day such as 2018-12-18", r.Get("date"))
	}
	at := func(h float64) time.Time { return day.Add(time.Duration(h * float64(time.Hour))).UTC() }
	span, ok := timeOfDay.Get(r.Get("time_of_day"))
	start, end := 0.0, 24.0
	if ok {
		start, end = span.Number("start_h"), span.Number("end_h")
	}
	hour, err := value.Int([]byte(r.Get("confirmed_time")))
	known := err == nil && hour >= 0 && hour <= 24
	switch {
	case known && ok && (float64(hour) < start-1 || float64(hour) > end):
		// The hour and the word contradict each other: some hours are of a clock of twelve.
		start, end = 0, 24
		o.Caveats = append(o.Caveats, "hour-doubtful", "day-only")
	case known && hour == 24:
		start, end = 23.5, 25
		o.Caveats = append(o.Caveats, "hour-24", "hour-only")
	case known:
		start, end = float64(hour), float64(hour)+1
		o.Caveats = append(o.Caveats, "hour-only")
	case ok:
		o.Caveats = append(o.Caveats, "hour-unknown")
	default:
		o.Caveats = append(o.Caveats, "hour-unknown", "day-only")
	}
	o.From, o.To = at(start), at(end).Add(-time.Second)
	return nil
}

// raids reads the number of strikes; 10+ and - leave the upper end open.
func raids(r *table.Record, o *observation.Observation) error {
	least, err := value.Int([]byte(r.Get("min_air_raids")))
	if err != nil {
		return fmt.Errorf("min_air_raids: %w", err)
	}
	o.Count = observation.Count{N: least, Min: least}
	most := r.Get("max_air_raids")
	n, err := value.Int([]byte(strings.TrimSuffix(most, "+")))
	switch {
	case err != nil, n < least:
		o.Caveats = append(o.Caveats, "count-open")
		if o.Extra == nil {
			o.Extra = make(map[string]string)
		}
		o.Extra["max_air_raids"] = most
	default:
		o.Count.Max = n
		if strings.HasSuffix(most, "+") {
			o.Caveats = append(o.Caveats, "count-open")
		}
	}
	return nil
}

func harm(r *table.Record, o *observation.Observation) error {
	var n [3]int
	for i, c := range []string{"fatalities", "injured", "civilian_casualties"} {
		s := r.Get(c)
		if s == "" {
			continue
		}
		var err error
		if n[i], err = value.Int([]byte(s)); err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
	}
	o.Harm.Killed, o.Harm.Injured = n[0], n[1]
	if n[2] == n[0]+n[1] { // then all of them were civilians
		o.Harm.KilledCivilian, o.Harm.InjuredCivilian = n[0], n[1]
	}
	return nil
}
