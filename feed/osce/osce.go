// Package osce reads the counts of ceasefire violations that the OSCE Special
// Monitoring Mission to Ukraine stated in its daily reports.
package osce

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // the reports' evening is in Kyiv time

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/table"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/observation"
)

// Format is the table of counts: one observation for each region and report,
// a sum over an evening's to the next evening's violations and not one event
// ("aggregate"). Regions without a count give none: not stated is not zero.
var Format = format.Format{
	Name:   "osce-daily",
	Title:  "OSCE SMM, ceasefire violations per daily report",
	Credit: "OSCE Special Monitoring Mission to Ukraine",
	Detect: format.IfHas("report", "issued", "as_of_1930_local", "evenings_covered", "donetsk_cfv", "luhansk_cfv"),
	Open: func(in *format.Input) (item.Reader, error) {
		kyiv, err := time.LoadLocation("Europe/Kyiv")
		if err != nil {
			return nil, err
		}
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			return counts(in, r, kyiv, emit)
		})
	},
}

func counts(in *format.Input, r *table.Record, kyiv *time.Location, emit func(item.Item)) error {
	evening, err := time.ParseInLocation(time.DateOnly, r.Get("as_of_1930_local"), kyiv)
	if err != nil {
		return fmt.Errorf("as_of_1930_local: %q is not a day such as 2020-07-27", r.Get("as_of_1930_local"))
	}
	evenings, err := value.Int([]byte(r.Get("evenings_covered")))
	if err != nil || evenings < 1 || evenings > 7 {
		return fmt.Errorf("evenings_covered: %q is not a number from 1 to 7", r.Get("evenings_covered"))
	}
	issued, err := time.ParseInLocation(time.DateOnly, r.Get("issued"), kyiv)
	if err != nil {
		return fmt.Errorf("issued: %q is not a day such as 2020-07-28", r.Get("issued"))
	}
	to := time.Date(evening.Year(), evening.Month(), evening.Day(), 19, 30, 0, 0, kyiv)
	from := time.Date(evening.Year(), evening.Month(), evening.Day()-evenings, 19, 30, 0, 0, kyiv)
	for _, region := range []string{"Donetsk", "Luhansk"} {
		column := strings.ToLower(region)
		text := r.Get(column + "_cfv")
		if text == "" {
			continue
		}
		n, err := value.Int([]byte(text))
		if err != nil || n < 0 {
			return fmt.Errorf("%s_cfv: %q is not a count", column, text)
		}
		o := &observation.Observation{
			Source: in.SourceOr("osce-smm"), Ref: cmp.Or(r.Get("report"), "issued "+r.Get("issued")) + "/" + region, Means: observation.Dataset, How: observation.Told,
			From: from.UTC(), To: to.UTC(), Reported: issued.UTC(), Area: region, Activity: observation.Other,
			Count: observation.Count{N: n, Min: n}, Text: r.Get("note"), URL: r.Get("url"),
			Caveats: []string{"aggregate", "reference-only"}, Extra: r.Extra(column+"_explosions", "cumulative_since_2020_07_27"),
		}
		if o.Extra == nil {
			o.Extra = map[string]string{}
		}
		o.Extra["ceasefire_violations"] = text // a stated zero is not "not stated"
		if r.Get("report") == "" {
			o.Caveats = append(o.Caveats, "no-id")
		}
		emit(item.Item{Observation: o})
	}
	return nil
}
