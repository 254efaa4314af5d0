// Package truceown reads truce's own formats: a table, JSON Lines and GeoJSON
// with the same names, and the canonical records that truce itself writes.
//
// It must not know foreign formats.
package truceown

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/observation"
)

// assumedRadius is what stands for the 95 % radius of a position that comes
// without one, in metres: a place read off a map by hand ("vicinity" in the
// words of the Atlos platform). The observation carries the caveat
// "radius-assumed".
const assumedRadius = 100

// draft is an observation in the making.
type draft struct {
	o              observation.Observation
	hasLat, hasLon bool
	hasRadius      bool
	hasTo          bool
	hasObserver    bool
	atLat, atLon   bool // the observer's
	position       observation.Position
	observer       observation.Sighting
	numbers        [4]float64 // where optional numbers live
	numbersUsed    int
	zone           *time.Location
	decimalComma   bool // numbers may be written 48,05
	memory         *memory
}

// memory keeps the strings that repeat from row to row.
type memory struct {
	source, place, area, party, lang string
}

// again returns b as a string, the last one if it is the same.
func again(last *string, b []byte) string {
	if *last != string(b) {
		*last = string(b)
	}
	return *last
}

// set puts a field that is not empty into the draft.
type set func(d *draft, b []byte) error

func (d *draft) float(b []byte) (float64, error) {
	f, err := value.Float(b)
	if err != nil && d.decimalComma {
		if i := slices.Index(b, ','); i >= 0 {
			c := slices.Clone(b)
			c[i] = '.'
			if f, err := value.Float(c); err == nil {
				return f, nil
			}
		}
	}
	return f, err
}

// optional returns a place for a number that may be absent, without a piece
// of memory of its own for each.
func (d *draft) optional(b []byte) (*float64, error) {
	f, err := d.float(b)
	if err != nil || d.numbersUsed == len(d.numbers) {
		return &f, err
	}
	p := &d.numbers[d.numbersUsed]
	d.numbersUsed++
	*p = f
	return p, nil
}

func (d *draft) caveat(s string) {
	if !slices.Contains(d.o.Caveats, s) {
		d.o.Caveats = append(d.o.Caveats, s)
	}
}

// instant reads a time; first and last are the ends of a day if it is one.
func (d *draft) instant(b []byte) (first, last time.Time, err error) {
	t, precision, err := value.Time(b, d.zone)
	if err != nil {
		return t, t, err
	}
	switch precision {
	case value.NoZone:
		d.caveat("zone-assumed")
	case value.DayOnly:
		d.caveat("day-only")
		local := t.In(d.zone)
		first, last = value.Days(local, local, d.zone)
		return first, last, nil
	}
	return t, t, nil
}

func number(to func(*draft) *float64) set {
	return func(d *draft, b []byte) (err error) {
		*to(d), err = d.float(b)
		return err
	}
}

func whole(to func(*draft) *int) set {
	return func(d *draft, b []byte) (err error) {
		*to(d), err = value.Int(b)
		return err
	}
}

func word[T ~string](to func(*draft) *T) set {
	return func(d *draft, b []byte) error {
		*to(d) = T(known(b))
		return nil
	}
}

func list(to func(*draft) *[]string) set {
	return func(d *draft, b []byte) error {
		for s := range strings.SplitSeq(string(b), ";") {
			if s = strings.TrimSpace(s); s != "" {
				*to(d) = append(*to(d), s)
			}
		}
		return nil
	}
}

// known spares the memory of the taxonomy's words.
func known(b []byte) string {
	if s, ok := words[string(b)]; ok {
		return s
	}
	return string(b)
}

var words = func() map[string]string {
	m := make(map[string]string)
	for _, a := range observation.Activities() {
		m[string(a)] = string(a)
	}
	for _, w := range observation.Weapons() {
		m[string(w)] = string(w)
	}
	for _, s := range []string{
		"patrol", "post", "camera", "acoustic", "seismic", "radar", "uav", "satellite", "news", "party", "hotline", "dataset",
		"saw", "heard", "recorded", "imaged", "detected", "told",
		"undetermined", "outgoing", "incoming", "impact", "in-flight",
		"TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR",
	} {
		m[s] = s
	}
	for s := 'A'; s <= 'F'; s++ {
		for i := '1'; i <= '6'; i++ {
			g := string([]rune{s, i})
			m[g] = g
		}
	}
	return m
}()

// fields are the names of the format. The ones with "position.", "count." and
// "harm." are those of the canonical record.
var fields = map[string]set{
	"source": func(d *draft, b []byte) error { d.o.Source = again(&d.memory.source, b); return nil },
	"ref":    func(d *draft, b []byte) error { d.o.Ref = string(b); return nil },
	"means":  word(func(d *draft) *observation.Means { return &d.o.Means }),
	"how":    word(func(d *draft) *observation.How { return &d.o.How }),

	"from": func(d *draft, b []byte) (err error) {
		var last time.Time
		if d.o.From, last, err = d.instant(b); !d.hasTo {
			d.o.To = last
		}
		return err
	},
	"to": func(d *draft, b []byte) (err error) {
		_, d.o.To, err = d.instant(b)
		d.hasTo = true
		return err
	},
	"reported": func(d *draft, b []byte) (err error) { d.o.Reported, _, err = d.instant(b); return err },

	"lat": func(d *draft, b []byte) (err error) { d.position.Lat, err = d.float(b); d.hasLat = true; return err },
	"lon": func(d *draft, b []byte) (err error) { d.position.Lon, err = d.float(b); d.hasLon = true; return err },
	"radius_m": func(d *draft, b []byte) (err error) {
		d.position.Radius, err = d.float(b)
		d.hasRadius = true
		return err
	},

	"observer.lat": func(d *draft, b []byte) (err error) {
		d.observer.Lat, err = d.float(b)
		d.hasObserver, d.atLat = true, true
		return err
	},
	"observer.lon": func(d *draft, b []byte) (err error) {
		d.observer.Lon, err = d.float(b)
		d.hasObserver, d.atLon = true, true
		return err
	},
	"bearing_deg": func(d *draft, b []byte) (err error) {
		d.observer.Bearing, err = d.optional(b)
		d.hasObserver = true
		return err
	},
	"bearing_error_deg": number(func(d *draft) *float64 { d.hasObserver = true; return &d.observer.BearingError }),
	"distance_m": func(d *draft, b []byte) (err error) {
		d.observer.Distance, err = d.optional(b)
		d.hasObserver = true
		return err
	},
	"distance_error_m": number(func(d *draft) *float64 { d.hasObserver = true; return &d.observer.DistanceError }),

	"place": func(d *draft, b []byte) error { d.o.Place = again(&d.memory.place, b); return nil },
	"area":  func(d *draft, b []byte) error { d.o.Area = again(&d.memory.area, b); return nil },

	"activity":    word(func(d *draft) *observation.Activity { return &d.o.Activity }),
	"weapon":      word(func(d *draft) *observation.Weapon { return &d.o.Weapon }),
	"count":       whole(func(d *draft) *int { return &d.o.Count.N }),
	"count_min":   whole(func(d *draft) *int { return &d.o.Count.Min }),
	"count_max":   whole(func(d *draft) *int { return &d.o.Count.Max }),
	"direction":   word(func(d *draft) *observation.Direction { return &d.o.Direction }),
	"heading_deg": func(d *draft, b []byte) (err error) { d.o.Heading, err = d.optional(b); return err },
	"party":       func(d *draft, b []byte) error { d.o.Party = again(&d.memory.party, b); return nil },
	"actors":      list(func(d *draft) *[]string { return &d.o.Actors }),

	"killed":           whole(func(d *draft) *int { return &d.o.Harm.Killed }),
	"killed.civilian":  whole(func(d *draft) *int { return &d.o.Harm.KilledCivilian }),
	"killed.military":  whole(func(d *draft) *int { return &d.o.Harm.KilledMilitary }),
	"injured":          whole(func(d *draft) *int { return &d.o.Harm.Injured }),
	"injured.civilian": whole(func(d *draft) *int { return &d.o.Harm.InjuredCivilian }),
	"injured.military": whole(func(d *draft) *int { return &d.o.Harm.InjuredMilitary }),

	"grade":    word(func(d *draft) *observation.Grade { return &d.o.Grade }),
	"copies":   func(d *draft, b []byte) error { d.o.Copies = string(b); return nil },
	"text":     func(d *draft, b []byte) error { d.o.Text = string(b); return nil },
	"lang":     func(d *draft, b []byte) error { d.o.Lang = again(&d.memory.lang, b); return nil },
	"url":      func(d *draft, b []byte) error { d.o.URL = string(b); return nil },
	"handling": word(func(d *draft) *observation.Handling { return &d.o.Handling }),
	"caveats":  list(func(d *draft) *[]string { return &d.o.Caveats }),

	"media.sha256": func(d *draft, b []byte) error { d.lastMedia().SHA256 = strings.ToLower(string(b)); return nil },
	"media.url":    func(d *draft, b []byte) error { d.lastMedia().URL = string(b); return nil },
}

// aliases are other spellings of the names above: where JSON nests, and where
// the canonical record differs from the format for people.
var aliases = map[string]string{
	"position.lat": "lat", "position.lon": "lon", "position.radius_m": "radius_m",
	"observer.bearing_deg": "bearing_deg", "observer.bearing_error_deg": "bearing_error_deg",
	"observer.distance_m": "distance_m", "observer.distance_error_m": "distance_error_m",
	"count.n": "count", "count.min": "count_min", "count.max": "count_max",
	"killed.total": "killed", "injured.total": "injured",
	"harm.killed": "killed", "harm.killed_civilian": "killed.civilian", "harm.killed_military": "killed.military",
	"harm.injured": "injured", "harm.injured_civilian": "injured.civilian", "harm.injured_military": "injured.military",
	"latitude": "lat", "longitude": "lon", "lng": "lon",
}

// setter finds the field; a name that is none of ours goes to Extra.
func setter(name string) set {
	if s, ok := fields[name]; ok {
		return s
	}
	if s, ok := fields[aliases[name]]; ok {
		return s
	}
	name = strings.TrimPrefix(name, "extra.")
	return func(d *draft, b []byte) error {
		if d.o.Extra == nil {
			d.o.Extra = make(map[string]string)
		}
		d.o.Extra[name] = string(b)
		return nil
	}
}

func (d *draft) lastMedia() *observation.Media {
	if len(d.o.Media) == 0 {
		d.o.Media = make([]observation.Media, 1)
	}
	return &d.o.Media[len(d.o.Media)-1]
}

func newDraft(in *format.Input, m *memory) *draft {
	return &draft{zone: in.Zone(), memory: m}
}

// finish completes the observation; the draft must not be used again.
func (d *draft) finish(source string) (*observation.Observation, error) {
	if d.hasLat != d.hasLon {
		return nil, errors.New("lat and lon are only good together")
	}
	if d.hasLat {
		d.o.Position = &d.position
		if !d.hasRadius {
			d.position.Radius = assumedRadius
			d.caveat("radius-assumed")
		}
	}
	if d.hasObserver {
		if !d.atLat || !d.atLon {
			return nil, errors.New("a bearing or distance needs observer.lat and observer.lon")
		}
		d.o.Observer = &d.observer
	}
	if source != "" {
		d.o.Source = source
	}
	if d.o.Area == "" && d.o.Place == "" && d.o.Position == nil && d.o.Observer == nil {
		return nil, errors.New("there is no position (lat, lon), observer, place or area")
	}
	return &d.o, nil
}

func fieldError(name string, err error) error { return fmt.Errorf("%s: %w", name, err) }
