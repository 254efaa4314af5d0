package observation

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Parse reads what AppendCanonical wrote. It is strict: anything but the
// canonical form of some observation is an error, so that
// AppendCanonical(nil, &o) gives back exactly b. The observation shares no
// memory with b.
func Parse(b []byte) (Observation, error) {
	var o Observation
	d := decoder{b: b}
	d.observation(&o)
	if d.err == nil && d.i != len(b) {
		d.fail("more after the end")
	}
	if d.err != nil {
		return Observation{}, fmt.Errorf("observation: byte %d: %w", d.i, d.err)
	}
	// The decoder checks only what it must to read. Writing the result again
	// settles the rest: order, spacing, shortest numbers, omitted empties.
	var room [1024]byte
	if again := AppendCanonical(room[:0], &o); !bytes.Equal(again, b) {
		i := 0
		for i < len(again) && i < len(b) && again[i] == b[i] {
			i++
		}
		return Observation{}, fmt.Errorf("observation: byte %d: not in canonical form", i)
	}
	return o, nil
}

// decoder reads JSON without white space. After the first error it stands
// still, so callers look at err once.
type decoder struct {
	b    []byte
	i    int
	err  error
	room []byte // for strings with escapes
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

func (d *decoder) peek() byte {
	if d.err != nil || d.i >= len(d.b) {
		return 0
	}
	return d.b[d.i]
}

func (d *decoder) take(c byte) {
	if d.err != nil {
		return
	}
	if d.i >= len(d.b) {
		d.fail("ends where %q was expected", c)
		return
	}
	if d.b[d.i] != c {
		d.fail("%q where %q was expected", d.b[d.i], c)
		return
	}
	d.i++
}

// object calls member for each member with its name, which is valid only
// until the next call on d.
func (d *decoder) object(member func(name []byte)) {
	d.take('{')
	if d.peek() == '}' {
		d.i++
		return
	}
	for d.err == nil {
		name := d.bytes()
		d.take(':')
		if d.err != nil {
			return
		}
		member(name)
		if d.peek() == ',' {
			d.i++
			continue
		}
		d.take('}')
		return
	}
}

func (d *decoder) list(element func()) {
	d.take('[')
	for d.err == nil {
		element()
		if d.peek() == ',' {
			d.i++
			continue
		}
		d.take(']')
		return
	}
}

func (d *decoder) observation(o *Observation) {
	d.object(func(name []byte) {
		switch string(name) {
		case "activity":
			o.Activity = Activity(d.known())
		case "actors":
			d.list(func() { o.Actors = append(o.Actors, d.string()) })
		case "area":
			o.Area = d.string()
		case "caveats":
			d.list(func() { o.Caveats = append(o.Caveats, d.string()) })
		case "copies":
			o.Copies = d.string()
		case "count":
			d.object(func(name []byte) {
				switch string(name) {
				case "max":
					o.Count.Max = d.int()
				case "min":
					o.Count.Min = d.int()
				case "n":
					o.Count.N = d.int()
				default:
					d.fail("unknown field count.%s", name)
				}
			})
		case "direction":
			o.Direction = Direction(d.known())
		case "extra":
			o.Extra = make(map[string]string)
			d.object(func(name []byte) {
				key := string(name)
				o.Extra[key] = d.string()
			})
		case "from":
			o.From = d.time()
		case "grade":
			o.Grade = Grade(d.known())
		case "handling":
			o.Handling = Handling(d.known())
		case "harm":
			d.harm(&o.Harm)
		case "heading_deg":
			o.Heading = new(float64)
			*o.Heading = d.float()
		case "how":
			o.How = How(d.known())
		case "lang":
			o.Lang = d.known()
		case "means":
			o.Means = Means(d.known())
		case "media":
			d.list(func() { o.Media = append(o.Media, d.media()) })
		case "observer":
			o.Observer = new(Sighting)
			d.sighting(o.Observer)
		case "party":
			o.Party = d.string()
		case "place":
			o.Place = d.string()
		case "position":
			o.Position = new(Position)
			d.position(o.Position)
		case "ref":
			o.Ref = d.string()
		case "reported":
			o.Reported = d.time()
		case "source":
			o.Source = d.string()
		case "text":
			o.Text = d.string()
		case "to":
			o.To = d.time()
		case "url":
			o.URL = d.string()
		case "weapon":
			o.Weapon = Weapon(d.known())
		default:
			d.fail("unknown field %s", name)
		}
	})
}

func (d *decoder) position(p *Position) {
	d.object(func(name []byte) {
		switch string(name) {
		case "lat":
			p.Lat = d.float()
		case "lon":
			p.Lon = d.float()
		case "radius_m":
			p.Radius = d.float()
		default:
			d.fail("unknown field position.%s", name)
		}
	})
}

func (d *decoder) sighting(s *Sighting) {
	d.object(func(name []byte) {
		switch string(name) {
		case "bearing_deg":
			s.Bearing = new(float64)
			*s.Bearing = d.float()
		case "bearing_error_deg":
			s.BearingError = d.float()
		case "distance_error_m":
			s.DistanceError = d.float()
		case "distance_m":
			s.Distance = new(float64)
			*s.Distance = d.float()
		case "lat":
			s.Lat = d.float()
		case "lon":
			s.Lon = d.float()
		default:
			d.fail("unknown field observer.%s", name)
		}
	})
}

func (d *decoder) harm(h *Casualties) {
	d.object(func(name []byte) {
		switch string(name) {
		case "injured":
			h.Injured = d.int()
		case "injured_civilian":
			h.InjuredCivilian = d.int()
		case "injured_military":
			h.InjuredMilitary = d.int()
		case "killed":
			h.Killed = d.int()
		case "killed_civilian":
			h.KilledCivilian = d.int()
		case "killed_military":
			h.KilledMilitary = d.int()
		default:
			d.fail("unknown field harm.%s", name)
		}
	})
}

func (d *decoder) media() (m Media) {
	d.object(func(name []byte) {
		switch string(name) {
		case "sha256":
			m.SHA256 = d.string()
		case "url":
			m.URL = d.string()
		default:
			d.fail("unknown field media.%s", name)
		}
	})
	return m
}

// bytes reads a string; the result is valid until the next call.
func (d *decoder) bytes() []byte {
	d.take('"')
	if d.err != nil {
		return nil
	}
	start, ascii := d.i, true
	for d.i < len(d.b) {
		switch c := d.b[d.i]; {
		case c == '"':
			s := d.b[start:d.i]
			d.i++
			if !ascii && !utf8.Valid(s) {
				d.fail("a string is not valid UTF-8")
			}
			return s
		case c == '\\':
			return d.escaped(start)
		case c < ' ':
			d.fail("a control character in a string")
			return nil
		case c >= utf8.RuneSelf:
			ascii = false
		}
		d.i++
	}
	d.fail("a string without end")
	return nil
}

func (d *decoder) escaped(start int) []byte {
	s := append(d.room[:0], d.b[start:d.i]...)
	for d.err == nil && d.i < len(d.b) {
		c := d.b[d.i]
		d.i++
		switch {
		case c == '"':
			if !utf8.Valid(s) {
				d.fail("a string is not valid UTF-8")
			}
			d.room = s
			return s
		case c < ' ':
			d.fail("a control character in a string")
		case c != '\\':
			s = append(s, c)
		default:
			s = d.escape(s)
		}
	}
	d.fail("a string without end")
	return nil
}

func (d *decoder) escape(s []byte) []byte {
	c := d.peek()
	d.i++
	switch c {
	case '"', '\\':
		return append(s, c)
	case 'b':
		return append(s, '\b')
	case 't':
		return append(s, '\t')
	case 'n':
		return append(s, '\n')
	case 'f':
		return append(s, '\f')
	case 'r':
		return append(s, '\r')
	case 'u':
		if d.i+4 <= len(d.b) {
			if n, err := strconv.ParseUint(string(d.b[d.i:d.i+4]), 16, 16); err == nil && !utf16.IsSurrogate(rune(n)) {
				d.i += 4
				return utf8.AppendRune(s, rune(n))
			}
		}
	}
	d.fail("an escape that the canonical form does not have")
	return s
}

func (d *decoder) string() string { return string(d.bytes()) }

// known reads a string that is usually one of the taxonomy's words and then
// costs no memory.
func (d *decoder) known() string {
	b := d.bytes()
	if s, ok := words[string(b)]; ok {
		return s
	}
	return string(b)
}

// words holds the strings that fill most observations.
var words = func() map[string]string {
	m := make(map[string]string)
	for _, a := range Activities() {
		m[string(a)] = string(a)
	}
	for _, w := range Weapons() {
		m[string(w)] = string(w)
	}
	for _, s := range []Means{Patrol, Post, Camera, Acoustic, Seismic, Radar, UAV, Satellite, News, Party, Hotline, Dataset} {
		m[string(s)] = string(s)
	}
	for _, s := range []How{Saw, Heard, Recorded, Imaged, Detected, Told} {
		m[string(s)] = string(s)
	}
	for _, s := range []Direction{DirectionUndetermined, Outgoing, Incoming, Impact, InFlight} {
		m[string(s)] = string(s)
	}
	for _, s := range []Handling{Red, AmberStrict, Amber, Green, Clear} {
		m[string(s)] = string(s)
	}
	for _, s := range []string{"en", "fr", "uk", "ru", "ar"} {
		m[s] = s
	}
	return m
}()

// number takes the bytes of a JSON number.
func (d *decoder) number() []byte {
	start := d.i
	for d.err == nil && d.i < len(d.b) {
		if c := d.b[d.i]; (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' {
			break
		}
		d.i++
	}
	if d.err == nil && d.i == start {
		d.fail("a number was expected")
	}
	return d.b[start:d.i]
}

var errNumber = errors.New("not a number")

func (d *decoder) int() int {
	n, err := strconv.Atoi(string(d.number()))
	if err != nil && d.err == nil {
		d.err = errNumber
	}
	return n
}

func (d *decoder) float() float64 {
	s := d.number()
	f, ok := decimal(s)
	if ok {
		return f
	}
	f, err := strconv.ParseFloat(string(s), 64)
	if err != nil && d.err == nil {
		d.err = errNumber
	}
	return f
}

// decimal reads numbers of up to 15 digits without an exponent exactly: both
// the digits and the power of ten are then exact doubles, so the one division
// rounds as it should (Clinger 1990).
func decimal(s []byte) (float64, bool) {
	var n uint64
	digits, frac, seen, neg := 0, 0, false, false
	for i, c := range s {
		switch {
		case c == '-' && i == 0:
			neg = true
		case c == '.' && !seen:
			seen = true
		case c >= '0' && c <= '9':
			n = n*10 + uint64(c-'0')
			digits++
			if seen {
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
		f = math.Copysign(f, -1)
	}
	return f, true
}

var pow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

func (d *decoder) time() time.Time {
	s := d.bytes()
	t, ok := parseUTC(s)
	if !ok && d.err == nil {
		d.fail("%q is not a time as 2006-01-02T15:04:05Z", clip(string(s)))
	}
	return t
}

func parseUTC(s []byte) (time.Time, bool) {
	if len(s) < 20 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[len(s)-1] != 'Z' {
		return time.Time{}, false
	}
	ok := true
	num := func(from, to int) (n int) {
		for _, c := range s[from:to] {
			if c < '0' || c > '9' {
				ok = false
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	year, month, day := num(0, 4), num(5, 7), num(8, 10)
	hour, minute, second := num(11, 13), num(14, 16), num(17, 19)
	ns := 0
	if frac := len(s) - 21; frac >= 0 {
		if s[19] != '.' || frac < 1 || frac > 9 {
			return time.Time{}, false
		}
		ns = num(20, 20+frac)
		for ; frac < 9; frac++ {
			ns *= 10
		}
	}
	// A day such as 30 February passes here and comes out of time.Date as
	// another day, which no longer has the same canonical form.
	if !ok || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, ns, time.UTC), true
}
