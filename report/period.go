package report

import (
	"fmt"
	"time"

	"github.com/truce-monitor/truce/agreement"
)

// Period returns the UTC interval [from, to) of a report day: from the cut-off
// of the day before to that of the day. A cut-off of "" means 24:00. In the
// nights in which clocks change the period has 23 or 25 hours.
func Period(day, cutoff string, loc *time.Location) (from, to time.Time, err error) {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return from, to, fmt.Errorf("report day %q: want a date such as 2025-04-20", day)
	}
	hour, minute := 24, 0
	if cutoff != "" {
		if _, err := fmt.Sscanf(cutoff, "%d:%d", &hour, &minute); err != nil || hour < 0 || hour > 24 || minute < 0 || minute > 59 || hour == 24 && minute > 0 {
			return from, to, fmt.Errorf("cut-off %q: want a local time such as 19:30", cutoff)
		}
	}
	from = time.Date(d.Year(), d.Month(), d.Day()-1, hour, minute, 0, 0, loc).UTC()
	to = time.Date(d.Year(), d.Month(), d.Day(), hour, minute, 0, 0, loc).UTC()
	return from, to, nil
}

// DayOf returns the report day to which an instant belongs.
func DayOf(t time.Time, cutoff string, loc *time.Location) (string, error) {
	day := t.In(loc).Format(time.DateOnly)
	from, to, err := Period(day, cutoff, loc)
	if err != nil {
		return "", err
	}
	d, _ := time.Parse(time.DateOnly, day)
	switch {
	case t.Before(from):
		d = d.AddDate(0, 0, -1)
	case !t.Before(to):
		d = d.AddDate(0, 0, 1)
	}
	return d.Format(time.DateOnly), nil
}

func location(a *agreement.Agreement, given *time.Location) (*time.Location, error) {
	if given != nil {
		return given, nil
	}
	if a.TimeZone == "" {
		return time.UTC, nil
	}
	loc, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("time zone of the agreement: %w", err)
	}
	return loc, nil
}
