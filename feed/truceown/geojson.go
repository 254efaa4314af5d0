package truceown

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/jsonseq"
	"github.com/truce-monitor/truce/feed/value"
	"github.com/truce-monitor/truce/geo"
)

// GeoJSON is truce's own GeoJSON: a FeatureCollection in which a Point, or no
// geometry, is an observation with the fields as properties; a line is a
// version of a line of contact (properties source, ref, from, and line, left,
// right, radius_m where they are known); a polygon is an area that somebody
// holds (source, ref, from, held_by, and line, radius_m where they are known) or
// that has a name.
var GeoJSON = format.Format{
	Name:  "truce-geojson",
	Title: "truce's own GeoJSON",
	Detect: func(h *format.Head) int {
		t := bytes.TrimLeft(h.Text, " \t\r\n")
		if len(t) == 0 || t[0] != '{' || !bytes.Contains(t, []byte(`"FeatureCollection"`)) || !bytes.Contains(t, []byte(`"ref"`)) || !bytes.Contains(t, []byte(`"source"`)) {
			return 0
		}
		return 8
	},
	Open: func(in *format.Input) (item.Reader, error) {
		return &geoReader{in: in, seq: jsonseq.Elements(in.R, "features"), memory: new(memory)}, nil
	},
}

type geoReader struct {
	in     *format.Input
	seq    jsonseq.Sequence
	memory *memory
}

func (r *geoReader) Next() (item.Item, error) {
	el, err := r.seq.Next()
	if err != nil {
		return jsonseq.Refused(err)
	}
	it, err := r.feature(el.Raw)
	if err != nil {
		return jsonseq.Bad(el, err), nil
	}
	it.Row = el.Row
	return it, nil
}

func (r *geoReader) feature(raw []byte) (it item.Item, err error) {
	m, err := decode(raw)
	if err != nil {
		return it, err
	}
	features, err := geo.ReadGeoJSON(bytes.NewReader(raw))
	if err != nil {
		return it, err
	}
	properties, _ := m["properties"].(map[string]any)
	f := &features.Features[0]
	switch {
	case len(f.Polylines) > 0 && len(f.Points) == 0 && len(f.Polygons) == 0:
		l := &item.Line{Parts: f.Polylines, Line: property(properties, "line"), Left: property(properties, "left"), Right: property(properties, "right")}
		if l.Source, l.Ref, l.From, err = r.known(properties, true); err != nil {
			return it, err
		}
		if s := property(properties, "radius_m"); s != "" {
			if l.RadiusM, err = value.Float([]byte(s)); err != nil {
				return it, fieldError("radius_m", err)
			}
		}
		it.Line = l
	case len(f.Polygons) > 0 && len(f.Points) == 0 && len(f.Polylines) == 0:
		a := &item.Area{Area: f.Polygons, Name: property(properties, "name"), HeldBy: property(properties, "held_by"), Line: property(properties, "line")}
		if a.Source, a.Ref, a.From, err = r.known(properties, a.HeldBy != ""); err != nil {
			return it, err
		}
		if s := property(properties, "radius_m"); s != "" {
			if a.RadiusM, err = value.Float([]byte(s)); err != nil {
				return it, fieldError("radius_m", err)
			}
		}
		if a.Name == "" && a.HeldBy == "" {
			return it, errors.New("a polygon needs held_by or name")
		}
		it.Area = a
	case len(f.Points) <= 1 && len(f.Polylines) == 0 && len(f.Polygons) == 0:
		d := newDraft(r.in, r.memory)
		if err := d.fill("", properties); err != nil {
			return it, err
		}
		for _, p := range f.Points {
			d.position.Lat, d.position.Lon, d.hasLat, d.hasLon = p.Lat, p.Lon, true, true
		}
		it.Observation, err = d.finish(r.in.Source)
		return it, err
	default:
		return it, errors.New("a feature must be one point, a line or an area")
	}
	return it, nil
}

// known reads what every line and area needs.
func (r *geoReader) known(properties map[string]any, dated bool) (source, ref string, from time.Time, err error) {
	source, ref = r.in.SourceOr(property(properties, "source")), property(properties, "ref")
	if source == "" || ref == "" {
		return "", "", from, errors.New("source and ref are needed")
	}
	s := property(properties, "from")
	if s == "" && !dated {
		return source, ref, from, nil
	}
	if from, _, err = value.Time([]byte(s), r.in.Zone()); err != nil {
		err = fieldError("from", err)
	}
	return source, ref, from, err
}

func property(properties map[string]any, name string) string {
	if v, ok := properties[name]; ok && v != nil {
		return fmt.Sprint(v)
	}
	return ""
}
