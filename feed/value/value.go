// Package value reads numbers and times from bytes as the formats write them,
// without making garbage on the way.
package value

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Float reads a decimal number.
func Float(b []byte) (float64, error) {
	if f, ok := decimal(b); ok {
		return f, nil
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("%q is not a number", clip(b))
	}
	return f, nil
}

// decimal reads up to 15 digits without an exponent exactly: digits and power
// of ten are both exact doubles then, so the one division rounds correctly
// (Clinger 1990).
func decimal(b []byte) (float64, bool) {
	var n uint64
	digits, frac, point, neg := 0, 0, false, false
	for i, c := range b {
		switch {
		case c == '-' && i == 0:
			neg = true
		case c == '.' && !point:
			point = true
		case c >= '0' && c <= '9':
			n = n*10 + uint64(c-'0')
			digits++
			if point {
				frac++
			}
		default:
			return 0, false
		}
	}
	if digits == 0 || digits > 15 {
		return 0, false
	}
	f := float64(n) / pow10[frac]
	if neg {
		f = -f
	}
	return f, true
}

var pow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// Int reads a whole number; spreadsheets may have made "3.0" of it.
func Int(b []byte) (int, error) {
	f, err := Float(b)
	if err != nil {
		return 0, err
	}
	if f != math.Trunc(f) || math.Abs(f) > 1e9 {
		return 0, fmt.Errorf("%q is not a whole number", clip(b))
	}
	return int(f), nil
}

// Precision is what a written time left open.
type Precision int

// The precisions.
const (
	Exact   Precision = iota // an instant with its zone
	NoZone                   // an instant; the zone was assumed
	DayOnly                  // a day; the time is its midnight in the assumed zone
)

// Time reads RFC 3339, the same with a space for the T, with the seconds or the
// zone left off, or a day alone. The result is in UTC; zone stands in where
// none is written. Orders other than year, month, day are refused, for nobody
// can tell 03/04 from 04/03.
func Time(b []byte, zone *time.Location) (time.Time, Precision, error) {
	fail := func() (time.Time, Precision, error) {
		return time.Time{}, 0, fmt.Errorf("%q is not a time such as 2026-01-31T18:05:00Z or 2026-01-31", clip(b))
	}
	n := numbers{b: b, ok: true}
	year := n.take(4)
	n.skip('-')
	month := n.take(2)
	n.skip('-')
	day := n.take(2)
	if !n.ok || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return fail()
	}
	if len(n.b) == 0 {
		return time.Date(year, time.Month(month), day, 0, 0, 0, 0, zone).UTC(), DayOnly, nil
	}
	if n.b[0] != 'T' && n.b[0] != 't' && n.b[0] != ' ' {
		return fail()
	}
	n.b = n.b[1:]
	hour := n.take(2)
	n.skip(':')
	minute, second, ns := n.take(2), 0, 0
	if len(n.b) > 0 && n.b[0] == ':' {
		n.skip(':')
		second = n.take(2)
		if len(n.b) > 1 && n.b[0] == '.' {
			n.b = n.b[1:]
			for scale := 100_000_000; len(n.b) > 0 && n.b[0] >= '0' && n.b[0] <= '9'; scale /= 10 {
				ns += int(n.b[0]-'0') * scale
				n.b = n.b[1:]
			}
		}
	}
	if !n.ok || hour > 23 || minute > 59 || second > 59 {
		return fail()
	}
	if len(n.b) == 0 {
		return time.Date(year, time.Month(month), day, hour, minute, second, ns, zone).UTC(), NoZone, nil
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, ns, time.UTC)
	switch sign := n.b[0]; {
	case (sign == 'Z' || sign == 'z') && len(n.b) == 1:
		return t, Exact, nil
	case sign == '+' || sign == '-':
		n.b = n.b[1:]
		h := n.take(2)
		if len(n.b) == 3 {
			n.skip(':')
		}
		m := 0
		if len(n.b) > 0 {
			m = n.take(2)
		}
		if !n.ok || len(n.b) != 0 || h > 23 || m > 59 {
			return fail()
		}
		d := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
		if sign == '+' {
			d = -d
		}
		return t.Add(d), Exact, nil
	}
	return fail()
}

// numbers takes digits off the front of b; ok stays false after a failure.
type numbers struct {
	b  []byte
	ok bool
}

func (n *numbers) take(digits int) (v int) {
	if len(n.b) < digits {
		n.ok = false
		return 0
	}
	for _, c := range n.b[:digits] {
		if c < '0' || c > '9' {
			n.ok = false
		}
		v = v*10 + int(c-'0')
	}
	n.b = n.b[digits:]
	return v
}

func (n *numbers) skip(c byte) {
	if len(n.b) == 0 || n.b[0] != c {
		n.ok = false
		return
	}
	n.b = n.b[1:]
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// Days is the interval in UTC of the local days from first to last, both
// midnights in any zone whose calendar day counts: from the first midnight to
// the last second.
func Days(first, last time.Time, zone *time.Location) (from, to time.Time) {
	y, m, d := first.Date()
	from = time.Date(y, m, d, 0, 0, 0, 0, zone)
	y, m, d = last.Date()
	to = time.Date(y, m, d+1, 0, 0, 0, 0, zone).Add(-time.Second)
	return from.UTC(), to.UTC()
}

func clip(b []byte) string {
	if len(b) > 60 {
		return string(b[:60]) + "..."
	}
	return string(b)
}
