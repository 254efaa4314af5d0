package report

import (
	"math"
	"slices"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/line"
)

// geometry is what the maps need beside the rows.
type geometry struct {
	lines       []linePath
	zones       []Shape
	areas       []Shape
	settlements []Settlement
	zoneArea    map[string]float64 // m²
	extent      box                // of line, zones and incidents
	outside     int                // incidents that lie off the map
}

type linePath struct {
	id          string
	parts       []geo.Polyline
	left, right string // parties
}

// geometry gathers the maps' input and their extent: the line and what
// happened, widened a little. Incidents outside the agreement's area do not
// stretch the map; they are counted below it.
func (b *builder) geometry() {
	g := &b.r.geometry
	g.settlements, g.areas, g.zones = b.in.Settlements, b.in.Areas, b.in.Zones
	g.zoneArea = make(map[string]float64, len(g.zones))
	for _, z := range g.zones {
		g.zoneArea[z.ID] = z.Geometry.Area()
	}
	e := emptyBox()
	for i := range b.in.Lines {
		v := &b.in.Lines[i]
		g.lines = append(g.lines, linePath{v.Line, v.Parts, v.Left, v.Right})
		length := 0.0
		for _, part := range v.Parts {
			for k, p := range part {
				e.add(p)
				if k > 0 {
					length += metres(part[k-1], p)
				}
			}
		}
		b.r.LineVersions = append(b.r.LineVersions, b.lineVersion(v, length))
	}
	if v := b.in.Control; v != nil && !slices.ContainsFunc(b.in.Lines, func(l line.Version) bool { return l.ID == v.ID }) {
		x := b.lineVersion(v, v.Length())
		b.r.Control = &x
	}
	bounds := box{-180, -90, 180, 90}
	if a := b.in.Agreement.Area; len(a) == 4 {
		bounds = box{a[0], a[1], a[2], a[3]}
	}
	for i := range b.incidents {
		p := b.incidents[i].Position
		if p == nil {
			continue
		}
		at := geo.Point{Lat: p.Lat, Lon: p.Lon}
		if !bounds.holds(at) {
			g.outside++
			continue
		}
		e.add(at)
	}
	if e.empty() {
		for _, s := range slices.Concat(g.zones, g.areas) {
			for _, poly := range s.Geometry {
				for _, ring := range poly {
					for _, p := range ring {
						e.add(p)
					}
				}
			}
		}
	}
	if e.empty() && len(b.in.Agreement.Area) == 4 {
		e = bounds
	}
	g.extent = e
}

// lineVersion is what a report says of a version, length in metres.
func (b *builder) lineVersion(v *line.Version, length float64) LineVersion {
	source := v.Source
	if b.r.anonymous {
		source = ""
	}
	return LineVersion{v.Line, v.ID, v.From, source, round(length, 0), v.RadiusM}
}

// projection maps degrees to points: equirectangular, true to scale along the
// middle parallel.
type projection struct {
	frame    box
	x, y     float64 // of the north-west corner
	perLon   float64 // points per degree
	perLat   float64
	perMetre float64 // points per metre along the middle parallel
}

// fit makes a projection that shows the box, widened by a margin, w points
// wide and at most maxH points high; it returns the map's height.
func fit(e box, x, y, w, minH, maxH float64) (projection, float64) {
	mid := (e.s + e.n) / 2 * math.Pi / 180
	cos := math.Max(0.1, math.Cos(mid))
	const least = 0.2 // degrees of latitude: a map of one point still shows its surroundings
	spanLat := math.Max((e.n-e.s)*1.12, least)
	spanLon := math.Max((e.e-e.w)*1.12, least/cos)
	h := w * spanLat / (spanLon * cos)
	switch {
	case h > maxH:
		h = maxH
		spanLon = spanLat * w / h / cos
	case h < minH:
		h = minH
		spanLat = spanLon * cos * h / w
	}
	cLat, cLon := (e.s+e.n)/2, (e.w+e.e)/2
	p := projection{x: x, y: y, perLon: w / spanLon, perLat: h / spanLat,
		frame: box{cLon - spanLon/2, cLat - spanLat/2, cLon + spanLon/2, cLat + spanLat/2}}
	a, b := geo.Point{Lat: cLat, Lon: cLon - spanLon/4}, geo.Point{Lat: cLat, Lon: cLon + spanLon/4}
	p.perMetre = p.perLon * spanLon / 2 / metres(a, b)
	return p, h
}

func (p *projection) at(q geo.Point) pt {
	return pt{p.x + (q.Lon-p.frame.w)*p.perLon, p.y + (p.frame.n-q.Lat)*p.perLat}
}

// ellipse is the outline of an ellipse about a place.
func (p *projection) ellipse(centre geo.Point, e *incident.Ellipse) []pt {
	const n = 36
	out := make([]pt, n)
	for i := range out {
		a := 2 * math.Pi * float64(i) / n
		along, across := e.MajorM*math.Cos(a), e.MinorM*math.Sin(a)
		out[i] = p.at(reach(centre, e.Azimuth+math.Atan2(across, along)*180/math.Pi, math.Hypot(along, across)))
	}
	return out
}

// path projects a path and leaves out what would not be seen.
func (p *projection) path(path []geo.Point, closed bool) []pt {
	out := make([]pt, 0, len(path))
	for i, q := range path {
		s := p.at(q)
		s.x, s.y = max(-2000, min(4000, s.x)), max(-2000, min(4000, s.y))
		if n := len(out); n > 0 && i < len(path)-1 && math.Abs(s.x-out[n-1].x)+math.Abs(s.y-out[n-1].y) < 0.6 {
			continue
		}
		out = append(out, s)
	}
	if closed && len(out) < 3 {
		return nil
	}
	return out
}

// sees reports whether any of the path may lie in the frame.
func (p *projection) sees(path []geo.Point) bool {
	e := emptyBox()
	for _, q := range path {
		e.add(q)
	}
	return e.e >= p.frame.w && e.w <= p.frame.e && e.n >= p.frame.s && e.s <= p.frame.n
}
