package zone

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
)

// border is how far apart two areas' edges may lie and still be one border,
// metres: edges simplified on their own differ by about that.
const border = 3000

// Lines makes the lines of an agreement in the versions that it states itself,
// for New; imported versions can be added to them. A line without a version is
// there, empty. files is the folder of the agreement. Where a version is the
// area that a party holds, the line is its edge less the outer edge of the
// areas of the agreement's area file. The error names every version that can't
// be made, one a line.
func Lines(a *agreement.Agreement, files fs.FS) (map[string]*line.Line, error) {
	c := &compiler{set: &Set{agreement: a}, files: files, read: map[string]*geo.Features{}}
	c.border = sync.OnceValues(c.outside)
	out := map[string]*line.Line{}
	var errs []error
	for i := range a.Lines {
		l := &a.Lines[i]
		out[l.ID] = &line.Line{ID: l.ID}
		for k := range l.Versions {
			v, err := c.version(l, &l.Versions[k])
			if err == nil {
				err = out[l.ID].Add(v)
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("line %s, version %d: %w", l.ID, k+1, err))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

func (c *compiler) version(l *agreement.Line, v *agreement.LineVersion) (*line.Version, error) {
	out := line.Version{Line: l.ID, From: v.From.Time, Source: "agreement", Ref: c.set.agreement.ID, Left: l.Left, Right: l.Right, RadiusM: v.RadiusM}
	if v.File == "" {
		path, err := points(v.Coordinates)
		if err != nil {
			return nil, err
		}
		out.Parts = []geo.Polyline{path}
		return line.NewVersion(out)
	}
	f, err := c.features(v.File)
	if err != nil {
		return nil, err
	}
	if v.HeldBy == "" {
		if out.Parts = f.Polylines(); len(out.Parts) == 0 {
			return nil, fmt.Errorf("%s: no line in it", v.File)
		}
		return line.NewVersion(out)
	}
	if out.Held, err = merge(v.File, f, func(geo.Feature) bool { return true }); err != nil {
		return nil, err
	}
	out.HeldBy = v.HeldBy
	border, err := c.border()
	if err != nil {
		return nil, err
	}
	if out.Parts, err = line.FromHeldArea(out.Held, line.Held{Border: border}); err != nil {
		return nil, err
	}
	if l.Left != v.HeldBy { // the area lies to the left of its edge
		out.Left, out.Right = v.HeldBy, l.Left
	}
	return line.NewVersion(out)
}

// outside is where the areas of the agreement's area file, taken together, end.
func (c *compiler) outside() (*geo.LineIndex, error) {
	name := c.set.agreement.Report.AreaFile
	if name == "" {
		return nil, nil
	}
	f, err := c.features(name)
	if err != nil {
		return nil, err
	}
	var areas []geo.MultiPolygon
	for _, feature := range f.Features {
		if len(feature.Polygons) > 0 {
			areas = append(areas, feature.Polygons)
		}
	}
	return geo.NewLineIndex(line.OuterBoundary(areas, border)), nil
}
