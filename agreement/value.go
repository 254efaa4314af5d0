package agreement

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a bare machine may lack the time zones that files name
)

var (
	instantForm  = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$`)
	durationForm = regexp.MustCompile(`^(\d+)([smhdw])$`)
	clockForm    = regexp.MustCompile(`^(?:([01]\d|2[0-3]):[0-5]\d|24:00)$`)
	idForm       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
)

// ParseInstant reads an instant: RFC 3339 with an offset, or a date or local
// date and time in loc, where 24:00 is the end of the day. A local time that
// the clocks skip or pass twice is an error: only an offset can say it.
func ParseInstant(s string, loc *time.Location) (Instant, error) {
	m := instantForm.FindStringSubmatch(s)
	if m == nil {
		return Instant{}, fmt.Errorf("%q is not an instant", s)
	}
	date, hm, sec, offset := m[1], m[2], m[3], m[4]
	day := 0
	if hm == "" {
		hm = "00:00"
	}
	if hm == "24:00" {
		if strings.Trim(sec, ":0.") != "" {
			return Instant{}, fmt.Errorf("%q is later than the end of its day", s)
		}
		hm, day = "00:00", 1
	}
	if sec == "" {
		sec = ":00"
	}
	if offset != "" {
		t, err := time.Parse(time.RFC3339Nano, date+"T"+hm+sec+offset)
		if err != nil {
			return Instant{}, fmt.Errorf("%q is not a date and time of the calendar", s)
		}
		return Instant{Time: t.AddDate(0, 0, day).UTC(), Written: s}, nil
	}
	wall, err := time.Parse("2006-01-02T15:04:05.999999999", date+"T"+hm+sec)
	if err != nil {
		return Instant{}, fmt.Errorf("%q is not a date and time of the calendar", s)
	}
	wall = wall.AddDate(0, 0, day)
	if loc == nil {
		loc = time.UTC
	}
	var candidates []time.Time
	for _, near := range []time.Duration{-26 * time.Hour, 26 * time.Hour} {
		_, shift := wall.Add(near).In(loc).Zone()
		t := wall.Add(-time.Duration(shift) * time.Second)
		if _, is := t.In(loc).Zone(); is == shift && !slices.ContainsFunc(candidates, t.Equal) {
			candidates = append(candidates, t)
		}
	}
	switch len(candidates) {
	case 0:
		return Instant{}, fmt.Errorf("%q does not exist in %s: the clocks skip it", s, loc)
	case 1:
		return Instant{Time: candidates[0].UTC(), Written: s}, nil
	}
	return Instant{}, fmt.Errorf("%q happens twice in %s, where the clocks go back", s, loc)
}

// At makes an Instant of t.
func At(t time.Time) Instant {
	t = t.UTC()
	return Instant{Time: t, Written: t.Format(time.RFC3339Nano)}
}

// MarshalJSON writes the instant in UTC, so that two ways to write one moment
// give the same bytes.
func (i Instant) MarshalJSON() ([]byte, error) {
	if i.IsZero() {
		return []byte(`""`), nil
	}
	return json.Marshal(i.UTC().Format(time.RFC3339Nano))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (i *Instant) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("instant: %w", err)
	}
	if s == "" {
		*i = Instant{}
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return fmt.Errorf("instant: %w", err)
	}
	*i = At(t)
	return nil
}

// ParseDuration reads a span such as "30m", "24h", "14d" or "2w"; a day is 24
// hours.
func ParseDuration(s string) (Duration, error) {
	m := durationForm.FindStringSubmatch(s)
	if m == nil {
		return Duration{}, fmt.Errorf("%q is not a duration", s)
	}
	n, err := strconv.ParseInt(m[1], 10, 32)
	if err != nil {
		return Duration{}, fmt.Errorf("%q is too long a duration", s)
	}
	unit := map[string]time.Duration{
		"s": time.Second, "m": time.Minute, "h": time.Hour,
		"d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	}[m[2]]
	if n > int64(100*366*24*time.Hour/unit) {
		return Duration{}, fmt.Errorf("%q is longer than a hundred years", s)
	}
	return Duration{Duration: time.Duration(n) * unit, Written: s}, nil
}

// IsZero reports whether the duration is not stated (or is nothing).
func (d Duration) IsZero() bool { return d.Duration == 0 }

// MarshalJSON writes the duration in the largest unit that it is a whole number
// of, so that "2w" and "14d" give the same bytes.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.compact()) }

func (d Duration) compact() string {
	for _, u := range []struct {
		name string
		span time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}} {
		if d.Duration%u.span == 0 && d.Duration != 0 {
			return strconv.FormatInt(int64(d.Duration/u.span), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(d.Duration/time.Second), 10) + "s"
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("duration: %w", err)
	}
	v, err := ParseDuration(s)
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// In returns the text in lang, else in the language that lang is a variant of,
// else in English, else in the first language by name. It is empty for an
// empty Text.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	if base, _, ok := strings.Cut(lang, "-"); ok {
		if s, ok := t[base]; ok {
			return s
		}
	}
	if s, ok := t["en"]; ok {
		return s
	}
	first := ""
	for l := range t {
		if first == "" || l < first {
			first = l
		}
	}
	return t[first]
}

// Contains reports whether t lies in the period.
func (p Period) Contains(t time.Time) bool {
	return (p.From.IsZero() || !t.Before(p.From.Time)) && (p.Until.IsZero() || t.Before(p.Until.Time))
}

// Overlaps reports whether some instant lies in both periods.
func (p Period) Overlaps(q Period) bool {
	before := func(a, b Instant) bool { return a.IsZero() || b.IsZero() || a.Before(b.Time) }
	return before(p.From, q.Until) && before(q.From, p.Until) &&
		before(p.From, p.Until) && before(q.From, q.Until)
}

// errTimeZone is what is wrong with a time zone.
var errTimeZone = errors.New("is not an IANA time zone")

func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, errTimeZone
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, errTimeZone
	}
	return loc, nil
}
