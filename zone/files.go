package zone

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
)

// features reads a GeoJSON file beside the agreement, once.
func (c *compiler) features(name string) (*geo.Features, error) {
	name = path.Clean(name)
	if f, ok := c.read[name]; ok {
		return f, nil
	}
	if c.files == nil {
		return nil, fmt.Errorf("reading %s: no files were given", name)
	}
	file, err := c.files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("reading %s: %w", name, fs.ErrInvalid)
	}
	f, err := geo.ReadGeoJSON(file)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	c.read[name] = f
	return f, nil
}

func (c *compiler) polygon(p *agreement.Polygon) (geo.MultiPolygon, error) {
	if p.File != "" {
		f, err := c.features(p.File)
		if err != nil {
			return nil, err
		}
		return merge(p.File, f, func(geo.Feature) bool { return true })
	}
	var polygon geo.Polygon
	for i, ring := range p.Coordinates {
		r, err := points(ring)
		if err != nil {
			return nil, fmt.Errorf("ring %d: %w", i+1, err)
		}
		if len(r) > 1 && r[0] == r[len(r)-1] {
			r = r[:len(r)-1]
		}
		if len(r) < 3 {
			return nil, fmt.Errorf("ring %d has fewer than three points", i+1)
		}
		polygon = append(polygon, geo.Ring(r))
	}
	if len(polygon) == 0 {
		return nil, fmt.Errorf("the polygon has no coordinates")
	}
	polygon.Orient()
	area := geo.MultiPolygon{polygon}
	if err := area.Check(); err != nil {
		return nil, fmt.Errorf("the coordinates: %w", err)
	}
	return area, nil
}

// merge is the union of the areas of the features that are wanted.
func merge(name string, f *geo.Features, wanted func(geo.Feature) bool) (geo.MultiPolygon, error) {
	var out geo.MultiPolygon
	for _, feature := range f.Features {
		if len(feature.Polygons) == 0 || !wanted(feature) {
			continue
		}
		if out == nil {
			out = feature.Polygons
			continue
		}
		var err error
		if out, err = geo.Union(out, feature.Polygons); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no area in it", name)
	}
	return out, nil
}

// admin is the area of an administrative zone by its file, or by the
// agreement's area file where the zone names none; nil if neither has it.
func (c *compiler) admin(a *agreement.Admin, names []string) (geo.MultiPolygon, error) {
	file, property := a.File, a.Property
	if file == "" {
		if file = c.set.agreement.Report.AreaFile; file == "" {
			return nil, nil
		}
		property = c.set.agreement.Report.AreaName
	}
	if property == "" {
		property = "name"
	}
	f, err := c.features(file)
	if err != nil {
		return nil, err
	}
	found := false
	wanted := func(f geo.Feature) bool {
		name, ok := f.Properties[property].(string)
		ok = ok && slices.Contains(names, fold(name))
		found = found || ok
		return ok
	}
	out, err := merge(file, f, wanted)
	if !found {
		if a.File == "" {
			return nil, nil
		}
		return nil, fmt.Errorf("%s: no feature whose %s is one of %q", file, property, a.Names)
	}
	return out, err
}

// areas reads the agreement's area file.
func (c *compiler) areas() error {
	r := c.set.agreement.Report
	if r.AreaFile == "" {
		return nil
	}
	property := r.AreaName
	if property == "" {
		property = "name"
	}
	f, err := c.features(r.AreaFile)
	if err != nil {
		return fmt.Errorf("the report's areas: %w", err)
	}
	for _, feature := range f.Features {
		if name, ok := feature.Properties[property].(string); ok && len(feature.Polygons) > 0 {
			c.set.areas = append(c.set.areas, named{name, newArea(feature.Polygons)})
		}
	}
	return nil
}

func (c *compiler) path(k *agreement.Corridor) ([]geo.Polyline, error) {
	if k.File == "" {
		p, err := points(k.Coordinates)
		if err != nil {
			return nil, err
		}
		if len(p) < 2 {
			return nil, fmt.Errorf("the corridor's path has fewer than two points")
		}
		return []geo.Polyline{p}, nil
	}
	f, err := c.features(k.File)
	if err != nil {
		return nil, err
	}
	var parts []geo.Polyline
	for _, feature := range f.Features {
		parts = append(parts, feature.Polylines...)
	}
	if len(parts) == 0 {
		return nil, fmt.Errorf("%s: no path in it", k.File)
	}
	return parts, nil
}

func points(coordinates [][]float64) (geo.Polyline, error) {
	var out geo.Polyline
	for i, c := range coordinates {
		if len(c) < 2 {
			return nil, fmt.Errorf("point %d has no longitude and latitude", i+1)
		}
		out = append(out, geo.Point{Lat: c[1], Lon: c[0]})
	}
	return out, nil
}
