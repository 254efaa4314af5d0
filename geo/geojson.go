package geo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// Feature is one feature of a GeoJSON document.
type Feature struct {
	Properties map[string]any
	Points     []Point
	Polylines  []Polyline
	Polygons   MultiPolygon
}

// Features is a GeoJSON document (RFC 7946).
type Features struct {
	Features []Feature
}

// Polylines returns the lines of all features.
func (f *Features) Polylines() []Polyline {
	var out []Polyline
	for _, x := range f.Features {
		out = append(out, x.Polylines...)
	}
	return out
}

// Polygons returns the polygons of all features.
func (f *Features) Polygons() MultiPolygon {
	var out MultiPolygon
	for _, x := range f.Features {
		out = append(out, x.Polygons...)
	}
	return out
}

type document struct {
	Type       string            `json:"type"`
	Features   []json.RawMessage `json:"features"`
	Geometry   json.RawMessage   `json:"geometry"`
	Properties map[string]any    `json:"properties"`
}

// ReadGeoJSON reads a FeatureCollection, a Feature or a bare geometry. Heights
// are ignored. An error names the feature and what is wrong with it.
func ReadGeoJSON(r io.Reader) (*Features, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("not GeoJSON: %w", err)
	}
	out := &Features{}
	switch d.Type {
	case "FeatureCollection":
		for i, raw := range d.Features {
			var f document
			if err := json.Unmarshal(raw, &f); err != nil {
				return nil, fmt.Errorf("feature %d: %w", i+1, err)
			}
			if f.Type != "Feature" {
				return nil, fmt.Errorf(`feature %d: type %q; expected "Feature"`, i+1, f.Type)
			}
			x, err := readFeature(f.Geometry, f.Properties)
			if err != nil {
				return nil, fmt.Errorf("feature %d: %w", i+1, err)
			}
			out.Features = append(out.Features, x)
		}
	case "Feature":
		x, err := readFeature(d.Geometry, d.Properties)
		if err != nil {
			return nil, fmt.Errorf("the feature: %w", err)
		}
		out.Features = append(out.Features, x)
	case "":
		return nil, errors.New(`not GeoJSON: it has no "type"`)
	default:
		x, err := readFeature(data, nil)
		if err != nil {
			return nil, err
		}
		out.Features = append(out.Features, x)
	}
	return out, nil
}

func readFeature(raw json.RawMessage, properties map[string]any) (Feature, error) {
	f := Feature{Properties: properties}
	if len(raw) == 0 || string(raw) == "null" {
		return f, nil
	}
	g, err := geom.UnmarshalGeoJSON(raw, geom.NoValidate{})
	if err != nil {
		return f, err
	}
	return f, f.add(g.Force2D())
}

func (f *Feature) add(g geom.Geometry) error {
	switch g.Type() {
	case geom.TypePoint:
		if xy, ok := g.MustAsPoint().XY(); ok {
			p := Point{Lat: xy.Y, Lon: xy.X}
			f.Points = append(f.Points, p)
			return check(Polyline{p})
		}
	case geom.TypeMultiPoint:
		m := g.MustAsMultiPoint()
		for i := range m.NumPoints() {
			if err := f.add(m.PointN(i).AsGeometry()); err != nil {
				return err
			}
		}
	case geom.TypeLineString:
		l := fromLine(g.MustAsLineString())
		if len(l) == 0 {
			return nil
		}
		f.Polylines = append(f.Polylines, l)
		return check(l)
	case geom.TypeMultiLineString:
		m := g.MustAsMultiLineString()
		for i := range m.NumLineStrings() {
			if err := f.add(m.LineStringN(i).AsGeometry()); err != nil {
				return fmt.Errorf("line %d: %w", i+1, err)
			}
		}
	case geom.TypePolygon:
		p := g.MustAsPolygon()
		if p.IsEmpty() {
			return nil
		}
		var out Polygon
		for i, l := range p.DumpRings() {
			ring := fromLine(l)
			if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
				return fmt.Errorf("ring %d is not closed: its last position must repeat the first, with at least four in all", i+1)
			}
			if err := check(ring); err != nil {
				return fmt.Errorf("ring %d: %w", i+1, err)
			}
			out = append(out, Ring(ring[:len(ring)-1]))
		}
		out.Orient()
		f.Polygons = append(f.Polygons, out)
	case geom.TypeMultiPolygon:
		m := g.MustAsMultiPolygon()
		for i := range m.NumPolygons() {
			if err := f.add(m.PolygonN(i).AsGeometry()); err != nil {
				return fmt.Errorf("polygon %d: %w", i+1, err)
			}
		}
	case geom.TypeGeometryCollection:
		c := g.MustAsGeometryCollection()
		for i := range c.NumGeometries() {
			if err := f.add(c.GeometryN(i)); err != nil {
				return fmt.Errorf("geometry %d: %w", i+1, err)
			}
		}
	}
	return nil
}

func check(l Polyline) error {
	for i, p := range l {
		if !p.Valid() {
			return fmt.Errorf("position %d: longitude %g, latitude %g is no place; GeoJSON puts longitude first, in degrees WGS84", i+1, p.Lon, p.Lat)
		}
	}
	return nil
}

type geometryJSON struct {
	Type        string         `json:"type"`
	Coordinates any            `json:"coordinates,omitempty"`
	Geometries  []geometryJSON `json:"geometries,omitempty"`
}

type featureJSON struct {
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
	Geometry   *geometryJSON  `json:"geometry"`
}

// WriteGeoJSON writes a FeatureCollection with positions rounded to seven
// decimals, about a centimetre.
func WriteGeoJSON(w io.Writer, f *Features) error {
	doc := struct {
		Type     string        `json:"type"`
		Features []featureJSON `json:"features"`
	}{"FeatureCollection", []featureJSON{}}
	for _, x := range f.Features {
		doc.Features = append(doc.Features, featureJSON{"Feature", x.Properties, x.geometry()})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(doc)
}

func (f *Feature) geometry() *geometryJSON {
	var all []geometryJSON
	switch len(f.Points) {
	case 0:
	case 1:
		all = append(all, geometryJSON{Type: "Point", Coordinates: position(f.Points[0])})
	default:
		all = append(all, geometryJSON{Type: "MultiPoint", Coordinates: positions(f.Points)})
	}
	switch len(f.Polylines) {
	case 0:
	case 1:
		all = append(all, geometryJSON{Type: "LineString", Coordinates: positions(f.Polylines[0])})
	default:
		var lines [][][2]float64
		for _, l := range f.Polylines {
			lines = append(lines, positions(l))
		}
		all = append(all, geometryJSON{Type: "MultiLineString", Coordinates: lines})
	}
	switch len(f.Polygons) {
	case 0:
	case 1:
		all = append(all, geometryJSON{Type: "Polygon", Coordinates: rings(f.Polygons[0])})
	default:
		var polygons [][][][2]float64
		for _, p := range f.Polygons {
			polygons = append(polygons, rings(p))
		}
		all = append(all, geometryJSON{Type: "MultiPolygon", Coordinates: polygons})
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return &all[0]
	}
	return &geometryJSON{Type: "GeometryCollection", Geometries: all}
}

func rings(p Polygon) [][][2]float64 {
	var out [][][2]float64
	for _, r := range p {
		ring := positions(r)
		if len(ring) > 0 {
			ring = append(ring, ring[0])
		}
		out = append(out, ring)
	}
	return out
}

func positions[S ~[]Point](l S) [][2]float64 {
	out := make([][2]float64, len(l))
	for i, p := range l {
		out[i] = position(p)
	}
	return out
}

func position(p Point) [2]float64 { return [2]float64{round7(p.Lon), round7(p.Lat)} }

func round7(x float64) float64 { return math.Round(x*1e7) / 1e7 }
