package api

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/picture"
)

// Period is a time from since (included) to until (excluded).
type Period struct {
	Since string `query:"since" maxLength:"40" doc:"From this instant on: RFC 3339, or a date or local time in the agreement's time zone" example:"2026-03-04"`
	Until string `query:"until" maxLength:"40" doc:"Before this instant"`
}

func (p *Period) read(loc *time.Location) (since, until time.Time, err error) {
	if since, err = instant("query.since", p.Since, loc); err != nil {
		return since, until, err
	}
	if until, err = instant("query.until", p.Until, loc); err != nil {
		return since, until, err
	}
	if !since.IsZero() && !until.IsZero() && until.Before(since) {
		return since, until, invalid("query.until", errors.New("it lies before since"))
	}
	return since, until, nil
}

// instant reads a moment; empty: zero. Years that no clock of ours reaches are
// refused.
func instant(where, s string, loc *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := agreement.ParseInstant(s, loc)
	if err == nil && (t.Year() < 1900 || t.Year() > 2200) {
		err = fmt.Errorf("%q lies outside the years 1900 to 2200", s)
	}
	if err != nil {
		return time.Time{}, invalid(where, err)
	}
	return t.Time.UTC(), nil
}

// bbox reads west,south,east,north in degrees WGS84; empty: nil. Heights, as
// OGC API allows them, are left away.
func bbox(where, s string) (*picture.Box, error) {
	if s == "" {
		return nil, nil
	}
	parts := strings.Split(s, ",")
	if len(parts) == 6 {
		parts = []string{parts[0], parts[1], parts[3], parts[4]}
	}
	if len(parts) != 4 {
		return nil, invalid(where, errors.New("expected west,south,east,north"))
	}
	var box picture.Box
	for i, p := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || x != x || x < -180 || x > 180 || i%2 == 1 && (x < -90 || x > 90) {
			return nil, invalid(where, fmt.Errorf("%q is no longitude or latitude in degrees", p))
		}
		box[i] = x
	}
	if box[1] > box[3] {
		return nil, invalid(where, errors.New("the south lies north of the north"))
	}
	return &box, nil
}
