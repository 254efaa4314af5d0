package observation

import (
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendCanonical appends the observation's canonical JSON to dst and returns
// the extended slice: RFC 8785 (keys in UTF-16 order, shortest numbers, no
// white space), times as RFC 3339 in UTC with the shortest fraction, fields
// that were not stated left out. Equal observations have equal bytes.
//
// It is written by hand because every record passes through it several times.
// An observation that fails Check has no canonical form: a number that is not
// finite comes out as null, which Parse refuses, and invalid UTF-8 as U+FFFD.
func AppendCanonical(dst []byte, o *Observation) []byte {
	dst = append(dst, `{"activity":`...)
	dst = appendString(dst, string(o.Activity))
	dst = appendStrings(dst, `,"actors":`, o.Actors)
	dst = appendField(dst, `,"area":`, o.Area)
	dst = appendStrings(dst, `,"caveats":`, o.Caveats)
	dst = appendField(dst, `,"copies":`, o.Copies)
	if o.Count != (Count{}) {
		dst = append(dst, `,"count":`...)
		n := len(dst)
		dst = appendInt(dst, `,"max":`, o.Count.Max)
		dst = appendInt(dst, `,"min":`, o.Count.Min)
		dst = appendInt(dst, `,"n":`, o.Count.N)
		dst[n] = '{' // in place of the first comma
		dst = append(dst, '}')
	}
	dst = appendField(dst, `,"direction":`, string(o.Direction))
	if len(o.Extra) > 0 {
		dst = appendExtra(dst, o.Extra)
	}
	dst = append(dst, `,"from":`...)
	dst = appendTime(dst, o.From)
	dst = appendField(dst, `,"grade":`, string(o.Grade))
	dst = appendField(dst, `,"handling":`, string(o.Handling))
	if h := o.Harm; h != (Casualties{}) {
		dst = append(dst, `,"harm":`...)
		n := len(dst)
		dst = appendInt(dst, `,"injured":`, h.Injured)
		dst = appendInt(dst, `,"injured_civilian":`, h.InjuredCivilian)
		dst = appendInt(dst, `,"injured_military":`, h.InjuredMilitary)
		dst = appendInt(dst, `,"killed":`, h.Killed)
		dst = appendInt(dst, `,"killed_civilian":`, h.KilledCivilian)
		dst = appendInt(dst, `,"killed_military":`, h.KilledMilitary)
		dst[n] = '{'
		dst = append(dst, '}')
	}
	if o.Heading != nil {
		dst = append(dst, `,"heading_deg":`...)
		dst = appendFloat(dst, *o.Heading)
	}
	dst = appendField(dst, `,"how":`, string(o.How))
	dst = appendField(dst, `,"lang":`, o.Lang)
	dst = appendField(dst, `,"means":`, string(o.Means))
	if len(o.Media) > 0 {
		dst = appendMedia(dst, o.Media)
	}
	if o.Observer != nil {
		dst = appendSighting(dst, o.Observer)
	}
	dst = appendField(dst, `,"party":`, o.Party)
	dst = appendField(dst, `,"place":`, o.Place)
	if p := o.Position; p != nil {
		dst = append(dst, `,"position":{"lat":`...)
		dst = appendFloat(dst, p.Lat)
		dst = append(dst, `,"lon":`...)
		dst = appendFloat(dst, p.Lon)
		dst = append(dst, `,"radius_m":`...)
		dst = appendFloat(dst, p.Radius)
		dst = append(dst, '}')
	}
	dst = append(dst, `,"ref":`...)
	dst = appendString(dst, o.Ref)
	if !o.Reported.IsZero() {
		dst = append(dst, `,"reported":`...)
		dst = appendTime(dst, o.Reported)
	}
	dst = append(dst, `,"source":`...)
	dst = appendString(dst, o.Source)
	dst = appendField(dst, `,"text":`, o.Text)
	dst = append(dst, `,"to":`...)
	dst = appendTime(dst, o.To)
	dst = appendField(dst, `,"url":`, o.URL)
	dst = appendField(dst, `,"weapon":`, string(o.Weapon))
	return append(dst, '}')
}

func appendSighting(dst []byte, s *Sighting) []byte {
	dst = append(dst, `,"observer":{`...)
	if s.Bearing != nil {
		dst = append(dst, `"bearing_deg":`...)
		dst = appendFloat(dst, *s.Bearing)
		dst = append(dst, ',')
	}
	if s.BearingError != 0 {
		dst = append(dst, `"bearing_error_deg":`...)
		dst = appendFloat(dst, s.BearingError)
		dst = append(dst, ',')
	}
	if s.DistanceError != 0 {
		dst = append(dst, `"distance_error_m":`...)
		dst = appendFloat(dst, s.DistanceError)
		dst = append(dst, ',')
	}
	if s.Distance != nil {
		dst = append(dst, `"distance_m":`...)
		dst = appendFloat(dst, *s.Distance)
		dst = append(dst, ',')
	}
	dst = append(dst, `"lat":`...)
	dst = appendFloat(dst, s.Lat)
	dst = append(dst, `,"lon":`...)
	dst = appendFloat(dst, s.Lon)
	return append(dst, '}')
}

func appendMedia(dst []byte, media []Media) []byte {
	dst = append(dst, `,"media":`...)
	for i, m := range media {
		dst = append(dst, comma(i))
		dst = append(dst, '{')
		if m.SHA256 != "" {
			dst = append(dst, `"sha256":`...)
			dst = appendString(dst, m.SHA256)
			if m.URL != "" {
				dst = append(dst, ',')
			}
		}
		if m.URL != "" {
			dst = append(dst, `"url":`...)
			dst = appendString(dst, m.URL)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func appendExtra(dst []byte, extra map[string]string) []byte {
	var buf [16]string
	keys := buf[:0]
	for k := range extra {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareUTF16)
	dst = append(dst, `,"extra":`...)
	for i, k := range keys {
		if i == 0 {
			dst = append(dst, '{')
		} else {
			dst = append(dst, ',')
		}
		dst = appendString(dst, k)
		dst = append(dst, ':')
		dst = appendString(dst, extra[k])
	}
	return append(dst, '}')
}

// compareUTF16 orders as RFC 8785 asks. It differs from the order of bytes
// only above U+FFFF, whose surrogates sort before U+E000.
func compareUTF16(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] == b[i] {
			continue
		}
		if a[i] < utf8.RuneSelf || b[i] < utf8.RuneSelf {
			return int(a[i]) - int(b[i])
		}
		return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
	}
	return len(a) - len(b)
}

// comma is what stands before the element i of a list.
func comma(i int) byte {
	if i == 0 {
		return '['
	}
	return ','
}

func appendStrings(dst []byte, name string, list []string) []byte {
	if len(list) == 0 {
		return dst
	}
	dst = append(dst, name...)
	for i, s := range list {
		dst = append(dst, comma(i))
		dst = appendString(dst, s)
	}
	return append(dst, ']')
}

// appendField appends a member, name with its comma and colon, unless it is empty.
func appendField(dst []byte, name, s string) []byte {
	if s == "" {
		return dst
	}
	return appendString(append(dst, name...), s)
}

func appendInt(dst []byte, name string, n int) []byte {
	if n == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, name...), int64(n), 10)
}

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\uFFFD"...)
			i++
			start = i
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\r':
			dst = append(dst, `\r`...)
		default:
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// appendFloat writes f as ECMAScript does, which RFC 8785 prescribes.
func appendFloat(dst []byte, f float64) []byte {
	if !finite(f) {
		return append(dst, "null"...)
	}
	if f == 0 {
		return append(dst, '0') // also for -0
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e21 {
		if i := int64(f); float64(i) == f && a < 1<<53 {
			return strconv.AppendInt(dst, i, 10)
		}
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// Go writes e-07 where ECMAScript writes e-7.
	if n := len(dst); n >= 4 && dst[n-4] == 'e' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return append(dst, "null"...)
	}
	hour, minute, second := t.Clock()
	dst = append(dst, '"', byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-')
	dst = append(append2(dst, int(month)), '-')
	dst = append(append2(dst, day), 'T')
	dst = append(append2(dst, hour), ':')
	dst = append(append2(dst, minute), ':')
	dst = append2(dst, second)
	if ns := t.Nanosecond(); ns != 0 {
		dst = append(dst, '.')
		for scale := 100_000_000; ns != 0; scale /= 10 {
			dst = append(dst, byte('0'+ns/scale))
			ns %= scale
		}
	}
	return append(dst, 'Z', '"')
}

func append2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }
