package app

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/geo"
)

// point is a line of the input of Classify.
type point struct {
	id      string
	at      geo.Point
	radiusM float64
	time    time.Time
}

func (x *point) check() error {
	if !x.at.Valid() {
		return fmt.Errorf("latitude %g, longitude %g is no place; expected degrees within ±90 and ±180", x.at.Lat, x.at.Lon)
	}
	if !(x.radiusM >= 0) || math.IsInf(x.radiusM, 1) {
		return fmt.Errorf("a radius of %g m", x.radiusM)
	}
	return nil
}

// pointFormat is a way to write points and what holds of them.
type pointFormat interface {
	// head is what comes before the first result.
	head() []byte
	// read returns a function that reads the next point of the text, with the
	// number of its line; io.EOF after the last.
	read(text []byte) func(*point) (int, error)
	// write appends the result.
	write(to []byte, x *point, r result) []byte
}

// csvPoints knows which column has what; -1: none has.
type csvPoints struct {
	comma                      rune
	id, lat, lon, time, radius int
}

func newCSVPoints(header []byte) (*csvPoints, error) {
	f := &csvPoints{comma: ',', id: -1, lat: -1, lon: -1, time: -1, radius: -1}
	for _, c := range ";\t" {
		if bytes.Count(header, []byte(string(c))) > bytes.Count(header, []byte(string(f.comma))) {
			f.comma = c
		}
	}
	r := csv.NewReader(bytes.NewReader(header))
	r.Comma = f.comma
	names, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	for i, name := range names {
		for known, column := range map[string]*int{"id": &f.id, "lat": &f.lat, "lon": &f.lon, "time": &f.time, "radius_m": &f.radius} {
			if strings.EqualFold(strings.TrimSpace(name), known) {
				*column = i
			}
		}
	}
	if f.lat < 0 || f.lon < 0 {
		return nil, fmt.Errorf("the header %q has no column lat or lon; expected id, lat, lon and time", header)
	}
	return f, nil
}

func (f *csvPoints) head() []byte { return []byte("id,zones,distance_m,side\n") }

// read goes by lines and commas where nothing is quoted; encoding/csv, which takes
// twice as long, reads the rest.
func (f *csvPoints) read(text []byte) func(*point) (int, error) {
	next := plainRows(string(text), byte(f.comma))
	if bytes.IndexByte(text, '"') >= 0 {
		next = csvRows(text, f.comma)
	}
	var last string // points often share their time
	var lastTime time.Time
	return func(x *point) (int, error) {
		record, at, err := next()
		if err != nil {
			return at, err
		}
		*x = point{}
		field := func(i int) string {
			if i < 0 || i >= len(record) {
				return ""
			}
			return record[i]
		}
		x.id = field(f.id)
		if x.at.Lat, err = degrees("lat", field(f.lat)); err != nil {
			return at, err
		}
		if x.at.Lon, err = degrees("lon", field(f.lon)); err != nil {
			return at, err
		}
		if s := field(f.radius); s != "" {
			if x.radiusM, err = strconv.ParseFloat(s, 64); err != nil {
				return at, fmt.Errorf("radius_m %q: expected metres", s)
			}
		}
		if s := field(f.time); s != "" {
			if s != last {
				if lastTime, err = instant(s); err != nil {
					return at, err
				}
				last = s
			}
			x.time = lastTime
		}
		return at, x.check()
	}
}

// csvRows returns a function that returns the next row and the number of its line.
func csvRows(text []byte, comma rune) func() ([]string, int, error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord = comma, -1
	return func() ([]string, int, error) {
		record, err := r.Read()
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			return nil, parse.StartLine, parse.Err
		}
		if err != nil {
			return nil, 0, err
		}
		at, _ := r.FieldPos(0)
		return record, at, nil
	}
}

func plainRows(text string, comma byte) func() ([]string, int, error) {
	var record []string
	at := 0
	return func() ([]string, int, error) {
		for text != "" {
			var row string
			row, text, _ = strings.Cut(text, "\n")
			at++
			row = strings.TrimSuffix(row, "\r")
			if row == "" {
				continue
			}
			record = record[:0]
			for {
				i := strings.IndexByte(row, comma)
				if i < 0 {
					break
				}
				record = append(record, row[:i])
				row = row[i+1:]
			}
			record = append(record, row)
			return record, at, nil
		}
		return nil, 0, io.EOF
	}
}

func degrees(name, s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("%s %q: expected degrees such as 48.0125", name, s)
	}
	return v, nil
}

func instant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("time %q: expected one such as 2026-03-04T05:30:00Z", s)
	}
	return t.UTC(), nil
}

func (f *csvPoints) write(to []byte, x *point, r result) []byte {
	if strings.ContainsAny(x.id, ",\"\r\n") || strings.HasPrefix(x.id, " ") {
		to = append(to, '"')
		to = append(to, strings.ReplaceAll(x.id, `"`, `""`)...)
		to = append(to, '"')
	} else {
		to = append(to, x.id...)
	}
	to = append(to, ',')
	begin := len(to)
	if r.index != nil {
		for i, id := range r.index.Zones {
			if r.fix.Zones.Has(i) {
				to = append(append(to, id...), ';')
			}
		}
	}
	for _, m := range r.place.Zones {
		to = append(to, m.Zone...)
		if m.Probability < 1 {
			to = strconv.AppendFloat(append(to, '='), m.Probability, 'f', 4, 64)
		}
		to = append(to, ';')
	}
	if len(to) > begin {
		to = to[:len(to)-1]
	}
	to = append(to, ',')
	if !math.IsInf(r.fix.SignedM, 0) {
		to = appendCentimetres(to, r.fix.SignedM)
	}
	return append(append(append(to, ','), r.fix.Side...), '\n')
}

// appendCentimetres writes metres with two decimals.
func appendCentimetres(to []byte, metres float64) []byte {
	n := int64(math.Round(metres * 100))
	if n < 0 {
		to, n = append(to, '-'), -n
	}
	to = strconv.AppendInt(to, n/100, 10)
	return append(to, '.', byte('0'+n/10%10), byte('0'+n%10))
}

// jsonPoints are JSON objects, one a line.
type jsonPoints struct{}

func (jsonPoints) head() []byte { return nil }

func (jsonPoints) read(text []byte) func(*point) (int, error) {
	number := 0
	return func(x *point) (int, error) {
		for len(text) > 0 {
			one, rest, _ := bytes.Cut(text, []byte("\n"))
			text = rest
			number++
			if one = bytes.TrimSpace(one); len(one) == 0 {
				continue
			}
			return number, x.unmarshal(one)
		}
		return 0, io.EOF
	}
}

func (x *point) unmarshal(text []byte) error {
	*x = point{}
	var in struct {
		ID       json.RawMessage `json:"id"`
		Lat, Lon *float64
		RadiusM  float64 `json:"radius_m"`
		Time     string
	}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	if in.Lat == nil || in.Lon == nil {
		return errors.New("lat or lon is missing")
	}
	x.id, x.at, x.radiusM = string(in.ID), geo.Point{Lat: *in.Lat, Lon: *in.Lon}, in.RadiusM
	if in.Time != "" {
		var err error
		if x.time, err = instant(in.Time); err != nil {
			return err
		}
	}
	return x.check()
}

func (jsonPoints) write(to []byte, x *point, r result) []byte {
	type in struct {
		Zone        string  `json:"zone"`
		Probability float64 `json:"probability"`
	}
	out := struct {
		ID        json.RawMessage `json:"id,omitempty"`
		Zones     []in            `json:"zones"`
		DistanceM *float64        `json:"distance_m"`
		Side      string          `json:"side,omitempty"`
	}{Zones: []in{}, Side: r.fix.Side}
	if x.id != "" {
		out.ID = json.RawMessage(x.id)
	}
	if r.index != nil {
		for i, id := range r.index.Zones {
			if r.fix.Zones.Has(i) {
				out.Zones = append(out.Zones, in{id, 1})
			}
		}
	}
	for _, m := range r.place.Zones {
		out.Zones = append(out.Zones, in{m.Zone, m.Probability})
	}
	if d := r.fix.SignedM; !math.IsInf(d, 0) {
		d = math.Round(d*100) / 100
		out.DistanceM = &d
	}
	text, err := json.Marshal(out)
	if err != nil { // only a broken id, which has been read as JSON, could be one
		panic(err)
	}
	return append(append(to, text...), '\n')
}
