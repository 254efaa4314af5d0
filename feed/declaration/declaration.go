// Package declaration reads what states and bodies declare: bases, units, hosts'
// consents, approvals, steps of firmness, positions; as a table, JSON Lines or
// GeoJSON with the same names.
//
// It must not know what an agreement makes of them.
package declaration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/jsonseq"
	"github.com/truce-monitor/truce/feed/table"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
)

// assumedRadius is what stands for the 95 % radius of a place that comes without
// one, metres: a place read off a map by hand.
const assumedRadius = 100

// kinds are what can be declared, with the fields that each needs beside kind,
// source, ref and from.
func kinds() map[string][]string {
	return map[string][]string{
		"base": {"party"}, "unit": {"party"}, "host": {"party", "agrees"},
		"approved": {"of", "is"}, "attacked": {"of", "is"}, "provision": {"of", "is"}, "ceasefire": {"is"}, "status": {"is"},
		"firmness": {"of", "is"}, "kept": {"of", "is"}, "issue": {"of", "is"}, "position": {"party", "text"},
	}
}

// Kinds lists what can be declared.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds())) }

// known finds the kind of a declaration near the beginning of a file.
var known = regexp.MustCompile(`"kind"\s*:\s*"(` + strings.Join(Kinds(), "|") + `)"`)

func detect(h *format.Head, collection bool) int {
	t := bytes.TrimLeft(h.Text, " \t\r\n")
	if len(t) == 0 || t[0] != '{' || bytes.Contains(t, []byte(`"FeatureCollection"`)) != collection || bytes.Contains(t, []byte(`"activity"`)) || !known.Match(t) {
		return 0
	}
	return 10
}

// CSV is the table of declarations.
var CSV = format.Format{
	Name:  "declarations",
	Title: "what states and bodies declare (CSV)",
	Detect: func(h *format.Head) int {
		if h.Has("activity") {
			return 0
		}
		return format.IfHas("source", "ref", "kind", "from", "party")(h)
	},
	Open: func(in *format.Input) (item.Reader, error) {
		return table.Convert(in, func(r *table.Record, emit func(item.Item)) error {
			d, err := read(in, r.Get)
			if err != nil {
				return err
			}
			emit(item.Item{Declaration: d})
			return nil
		})
	},
}

// JSONLines is the same, an object a line.
var JSONLines = format.Format{
	Name:   "declarations-jsonl",
	Title:  "what states and bodies declare (JSON Lines)",
	Detect: func(h *format.Head) int { return detect(h, false) },
	Open: func(in *format.Input) (item.Reader, error) {
		return &reader{in: in, seq: jsonseq.Lines(in.R)}, nil
	},
}

// GeoJSON is the same as points, or as features without geometry, with the
// fields as properties.
var GeoJSON = format.Format{
	Name:   "declarations-geojson",
	Title:  "what states and bodies declare (GeoJSON)",
	Detect: func(h *format.Head) int { return detect(h, true) },
	Open: func(in *format.Input) (item.Reader, error) {
		return &reader{in: in, seq: jsonseq.Elements(in.R, "features"), features: true}, nil
	},
}

// reader reads JSON objects.
type reader struct {
	in       *format.Input
	seq      jsonseq.Sequence
	features bool
}

func (r *reader) Next() (item.Item, error) {
	el, err := r.seq.Next()
	if err != nil {
		return jsonseq.Refused(err)
	}
	d, err := r.object(el.Raw)
	if err != nil {
		return jsonseq.Bad(el, err), nil
	}
	return item.Item{Row: el.Row, Declaration: d}, nil
}

func (r *reader) object(raw []byte) (*item.Declaration, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var fields map[string]any
	if err := dec.Decode(&fields); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON object")
	}
	if r.features {
		features, err := geo.ReadGeoJSON(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		properties, _ := fields["properties"].(map[string]any)
		f := &features.Features[0]
		if len(f.Polylines) > 0 || len(f.Polygons) > 0 || len(f.Points) > 1 {
			return nil, errors.New("a declaration is of one point or of none")
		}
		if fields = properties; fields == nil {
			fields = map[string]any{}
		}
		for _, p := range f.Points {
			fields["lat"], fields["lon"] = number(p.Lat), number(p.Lon)
		}
	}
	return read(r.in, func(name string) string {
		switch v := fields[name].(type) {
		case string:
			return strings.TrimSpace(v)
		case json.Number:
			return v.String()
		case bool:
			if v {
				return "yes"
			}
			return "no"
		}
		return ""
	})
}

func number(x float64) json.Number {
	data, _ := json.Marshal(x) // a coordinate is a number
	return json.Number(data)
}

// read takes a declaration from fields by name; an empty field is none.
func read(in *format.Input, get func(string) string) (*item.Declaration, error) {
	d := &item.Declaration{Source: in.SourceOr(get("source")), Ref: get("ref"), Kind: strings.ToLower(get("kind")), Of: get("of"), Is: strings.ToLower(get("is")), Name: get("name"), By: get("by"),
		Party: get("party"), Host: get("host"), Force: get("force"), Weapon: get("weapon"), Agrees: strings.ToLower(get("agrees")), Commitment: get("commitment"),
		Issue: get("issue"), Stance: strings.ToLower(get("stance")), Speaker: get("speaker"), Quote: get("quote"), Lang: get("lang"), Text: get("text"), URL: get("url"), Handling: get("handling")}
	needs, ok := kinds()[d.Kind]
	switch {
	case d.Kind == "":
		return nil, fmt.Errorf("kind is missing: it is one of %s", strings.Join(Kinds(), ", "))
	case !ok:
		return nil, fmt.Errorf("kind %q: expected one of %s", d.Kind, strings.Join(Kinds(), ", "))
	case d.Source == "" || d.Ref == "":
		return nil, errors.New("source and ref are needed")
	}
	for _, name := range needs {
		if get(name) == "" {
			return nil, fmt.Errorf("%s is missing: a declaration of kind %s needs it", name, d.Kind)
		}
	}
	var err error
	if d.From, err = instant(in, "from", get("from")); err != nil {
		return nil, err
	}
	if d.From.IsZero() {
		return nil, errors.New("from is missing: from when on it holds")
	}
	if d.Until, err = instant(in, "until", get("until")); err != nil {
		return nil, err
	}
	if err := place(d, get); err != nil {
		return nil, err
	}
	if err := counts(d, get); err != nil {
		return nil, err
	}
	if field, err := Check(d); err != nil {
		return nil, fmt.Errorf("%s: %w", field, err)
	}
	return d, nil
}

// Check says which time, place, number or label of a declaration is none, by its
// name in JSON. What its words mean under an agreement is for who knows that.
func Check(d *item.Declaration) (field string, err error) {
	switch {
	case !d.Until.IsZero() && !d.Until.After(d.From):
		return "until", errors.New("it ends before it begins")
	case (d.Agrees != "" || d.Kind == "host") && d.Agrees != "yes" && d.Agrees != "no":
		return "agrees", fmt.Errorf("%q: expected yes or no", d.Agrees)
	case d.Weapon != "" && !slices.Contains(observation.Weapons(), observation.Weapon(d.Weapon)):
		return "weapon", fmt.Errorf("%q is not in the taxonomy", d.Weapon)
	case d.Position != nil && !d.Position.Valid():
		return "position", fmt.Errorf("latitude %g, longitude %g is no place", d.Position.Lat, d.Position.Lon)
	case !(d.RadiusM >= 0 && d.RadiusM < 1e6):
		return "radius_m", fmt.Errorf("%g m", d.RadiusM)
	case d.Count < 0:
		return "count", fmt.Errorf("%d is no number of persons or pieces", d.Count)
	case d.CountMin < 0 || d.Count > 0 && d.CountMin > d.Count:
		return "count_min", fmt.Errorf("%d: expected from 0 up to the count", d.CountMin)
	case d.CountMax < 0 || d.CountMax > 0 && d.CountMax < max(d.Count, d.CountMin):
		return "count_max", fmt.Errorf("%d is less than the others", d.CountMax)
	case d.Handling != "" && !observation.KnownHandling(observation.Handling(d.Handling)):
		return "handling", fmt.Errorf("%q is not a TLP 2.0 label", d.Handling)
	}
	return "", nil
}

func instant(in *format.Input, name, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, _, err := value.Time([]byte(s), in.Zone())
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

func place(d *item.Declaration, get func(string) string) error {
	lat, lon := get("lat"), get("lon")
	if lat == "" && lon == "" {
		return nil
	}
	p := &geo.Point{}
	for _, f := range []struct {
		name, text string
		to         *float64
	}{{"lat", lat, &p.Lat}, {"lon", lon, &p.Lon}} {
		var err error
		if *f.to, err = value.Float([]byte(f.text)); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	d.Position, d.RadiusM = p, assumedRadius
	if s := get("radius_m"); s != "" {
		var err error
		if d.RadiusM, err = value.Float([]byte(s)); err != nil {
			return fmt.Errorf("radius_m: %w", err)
		}
	}
	return nil
}

func counts(d *item.Declaration, get func(string) string) error {
	for _, f := range []struct {
		name string
		to   *int
	}{{"count", &d.Count}, {"count_min", &d.CountMin}, {"count_max", &d.CountMax}} {
		s := get(f.name)
		if s == "" {
			continue
		}
		var err error
		if *f.to, err = value.Int([]byte(s)); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return nil
}
