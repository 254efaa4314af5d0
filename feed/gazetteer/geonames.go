package gazetteer

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/table"
)

// GeoNames is populated places of GeoNames: its own files (a country's, or
// cities500 and the like, separated by tabs, without a header; see
// download.geonames.org/export/dump), or a table whose header has the same names.
// Features of other classes than P, populated place, are passed over.
var GeoNames = format.Format{
	Name:   "geonames",
	Title:  "populated places (GeoNames)",
	Credit: "GeoNames (geonames.org), CC BY 4.0",
	Detect: func(h *format.Head) int {
		if bare(h) {
			return 19
		}
		return format.IfHas("geonameid", "name", "latitude", "longitude", "population")(h)
	},
	Open: func(in *format.Input) (item.Reader, error) {
		if bare(in.Head) {
			return table.ConvertBare(in, '\t', strings.Split(geonames, ", "), populated(in)), nil
		}
		return table.Convert(in, populated(in))
	},
}

// geonames is the columns as GeoNames' readme has them.
const geonames = "geonameid, name, asciiname, alternatenames, latitude, longitude, feature class, feature code, country code, cc2, " +
	"admin1 code, admin2 code, admin3 code, admin4 code, population, elevation, dem, timezone, modification date"

// bare tells whether a file begins with a row of GeoNames' own.
func bare(h *format.Head) bool {
	line, _, _ := bytes.Cut(h.Text, []byte("\n"))
	f := bytes.Split(line, []byte("\t"))
	if len(f) != 19 || len(f[6]) != 1 {
		return false
	}
	for _, c := range f[0] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(f[0]) > 0
}

func populated(in *format.Input) func(r *table.Record, emit func(item.Item)) error {
	return func(r *table.Record, emit func(item.Item)) error {
		if class := r.Get("feature class"); class != "" && class != "P" {
			return nil
		}
		at, err := position(r)
		if err != nil {
			return err
		}
		p := &item.Place{Source: in.SourceOr("geonames"), Ref: r.Get("geonameid"), Name: r.Get("name"), Position: at}
		if p.Ref == "" || p.Name == "" {
			return errors.New("geonameid or name is missing")
		}
		if s := r.Get("population"); s != "" {
			if p.People, err = strconv.Atoi(s); err != nil || p.People < 0 {
				return fmt.Errorf("population: %q is no number of people", s)
			}
		}
		emit(item.Item{Place: p})
		return nil
	}
}
