package app

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/truce-monitor/truce/withdrawal"
)

// ReadSettlements reads a CSV file with a header: name, lat or latitude, lon or
// longitude, and if it has them region and population. A row that can't be read
// is told to bad with its line and left out.
func ReadSettlements(r io.Reader, bad func(line int, err error)) ([]withdrawal.Settlement, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = -1
	header, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("reading the header: %w", err)
	}
	column := map[string]int{}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		switch name {
		case "latitude":
			name = "lat"
		case "longitude":
			name = "lon"
		case "people":
			name = "population"
		}
		column[name] = i
	}
	for _, name := range []string{"name", "lat", "lon"} {
		if _, ok := column[name]; !ok {
			return nil, fmt.Errorf("no column %s among %s; expected name, lat, lon and perhaps region, population", name, strings.Join(header, ", "))
		}
	}
	var out []withdrawal.Settlement
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		line := 0
		if err == nil {
			line, _ = in.FieldPos(0) // a row that can't be read has no fields to ask for
			var s withdrawal.Settlement
			if s, err = settlement(row, column); err == nil {
				out = append(out, s)
				continue
			}
		}
		var malformed *csv.ParseError
		if errors.As(err, &malformed) {
			line, err = malformed.Line, malformed.Err
		} else if row == nil {
			return nil, err
		}
		bad(line, err)
	}
}

func settlement(row []string, column map[string]int) (withdrawal.Settlement, error) {
	field := func(name string) string {
		if i, ok := column[name]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	s := withdrawal.Settlement{Name: field("name"), Region: field("region"), People: -1}
	var err error
	if s.At.Lat, err = strconv.ParseFloat(field("lat"), 64); err != nil {
		return s, fmt.Errorf("lat %q: expected degrees", field("lat"))
	}
	if s.At.Lon, err = strconv.ParseFloat(field("lon"), 64); err != nil {
		return s, fmt.Errorf("lon %q: expected degrees", field("lon"))
	}
	if !s.At.Valid() {
		return s, fmt.Errorf("latitude %g, longitude %g is no place", s.At.Lat, s.At.Lon)
	}
	if p := field("population"); p != "" {
		if s.People, err = strconv.Atoi(p); err != nil || s.People < 0 {
			return s, fmt.Errorf("population %q: expected a whole number", p)
		}
	}
	return s, nil
}
