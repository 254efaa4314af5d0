package api

import (
	"context"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/geo"
)

// finestZoom is the last zoom for which there are tiles.
const finestZoom = 20

// tileBuffer is how far a tile's shapes reach beyond its edges, in its units, so
// that no seam is seen.
const tileBuffer = 128

func (s *Server) tiles(api huma.API) {
	op := operation(http.MethodGet, "/tiles/{layer}/{z}/{x}/{y}", "get-tile", access.ReadPublished, "A vector tile (Mapbox Vector Tile 2.1, Web Mercator): incidents, or cells of them where they are too many to draw; zones, lines, areas")
	content(s, api, op, []string{"application/vnd.mapbox-vector-tile"}, func(ctx context.Context, in *struct {
		Chosen
		Layer string `path:"layer" enum:"incidents,zones,lines,areas"`
		Z     int    `path:"z" minimum:"0" maximum:"20"`
		X     int    `path:"x" minimum:"0" maximum:"1048575"`
		Y     string `path:"y" pattern:"^[0-9]{1,7}(\\.mvt)?$" example:"87.mvt"`
		At    string `query:"at" maxLength:"40" doc:"Zones and lines as they stood then"`
	}) (*writing, error) {
		y, err := strconv.Atoi(strings.TrimSuffix(in.Y, ".mvt"))
		if err != nil || in.Z > finestZoom || in.X >= 1<<in.Z || y >= 1<<in.Z {
			return nil, huma.Error404NotFound("there is no such tile")
		}
		var body []byte
		if in.Layer == "incidents" {
			f, err := s.filter(ctx, &Listing{Chosen: in.Chosen})
			if err != nil {
				return nil, err
			}
			body, err = s.incidentTile(ctx, f, in.Z, in.X, y)
			if err != nil {
				return nil, err
			}
		} else if body, err = s.shapeTile(ctx, in.Layer, in.At, in.Z, in.X, y); err != nil {
			return nil, err
		}
		return &writing{kind: "application/vnd.mapbox-vector-tile", write: func(w io.Writer) error { _, err := w.Write(body); return err }}, nil
	})
}

// mercator projects to Web Mercator, the world being [0, 1] by [0, 1] from the
// north-west.
func mercator(lat, lon float64) (x, y float64) {
	const most = 85.05112878
	sin := math.Sin(max(-most, min(most, lat)) * math.Pi / 180)
	return lon/360 + 0.5, 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)
}

// onTile gives a place in units of a tile.
func onTile(lat, lon float64, z, x, y int) [2]float64 {
	mx, my := mercator(lat, lon)
	n := float64(int(1) << z)
	return [2]float64{(mx*n - float64(x)) * extent, (my*n - float64(y)) * extent}
}

func units(p [2]float64) [2]int32 {
	return [2]int32{int32(math.Round(p[0])), int32(math.Round(p[1]))}
}

func (s *Server) incidentTile(ctx context.Context, f app.Filter, z, x, y int) ([]byte, error) {
	t, err := s.app.Tile(ctx, f, z, x, y)
	if err != nil {
		return nil, err
	}
	incidents, cells := newTileLayer("incidents"), newTileLayer("cells")
	for i := range t.Incidents {
		in := &t.Incidents[i]
		if in.Lat == nil {
			continue
		}
		incidents.add(mvtPoint, [][][2]int32{{units(onTile(*in.Lat, *in.Lon, z, x, y))}}, []property{
			{"id", in.ID}, {"from", in.From.Format(time.RFC3339)}, {"activity", string(in.Activity)}, {"severity", in.Severity}, {"result", string(in.Result)},
			{"provision", in.Provision}, {"occurrence", in.Occurrence}, {"probability", in.Probability}, {"radius_m", in.RadiusM}, {"count", in.Count.N}})
	}
	for _, c := range t.Cells {
		cells.add(mvtPoint, [][][2]int32{{units(onTile(c.Lat, c.Lon, z, x, y))}}, []property{
			{"count", c.Count}, {"breaches", c.Breaches}, {"severity", c.Severity}, {"result", string(c.Result)}})
	}
	return tile(incidents, cells), nil
}

// shapeTile cuts zones, lines or areas to a tile.
func (s *Server) shapeTile(ctx context.Context, layer, at string, z, x, y int) ([]byte, error) {
	all := &geo.Features{}
	when, err := s.at(ctx, at)
	switch {
	case err != nil:
	case layer == "areas":
		all, err = s.app.Areas(ctx)
	default:
		all, err = s.shapes(ctx, strings.TrimSuffix(layer, "s"), when)
	}
	if err != nil {
		return nil, err
	}
	out := newTileLayer(layer)
	for i := range all.Features {
		f := &all.Features[i]
		id, _ := f.Properties["id"].(string)
		name, _ := f.Properties["name"].(string)
		properties := []property{{"id", id}, {"name", name}}
		var lines [][][2]int32
		for _, l := range f.Polylines {
			lines = append(lines, cutLine(projected(l, z, x, y))...)
		}
		out.add(mvtLine, lines, properties)
		for _, p := range f.Polygons {
			var rings [][][2]int32
			for n, ring := range p {
				cut := cutRing(projected(ring, z, x, y))
				if len(cut) < 3 && n == 0 {
					break
				}
				// An outer ring has a positive area, y downwards; a hole a negative one.
				if (area(cut) > 0) != (n == 0) {
					slices.Reverse(cut)
				}
				rings = append(rings, cut)
			}
			out.add(mvtPolygon, rings, properties)
		}
	}
	return tile(out), nil
}

// projected gives a way in units of a tile, without points closer than one unit to
// the one before.
func projected(points []geo.Point, z, x, y int) [][2]float64 {
	out := make([][2]float64, 0, len(points))
	for i, p := range points {
		q := onTile(p.Lat, p.Lon, z, x, y)
		if n := len(out); n > 0 && i < len(points)-1 && math.Abs(q[0]-out[n-1][0]) < 1 && math.Abs(q[1]-out[n-1][1]) < 1 {
			continue
		}
		out = append(out, q)
	}
	return out
}

// edge bounds what is kept along an axis: least or greatest.
type edge struct {
	axis  int
	limit float64
	least bool
}

func (e edge) beyond(p [2]float64) bool {
	if e.least {
		return p[e.axis] < e.limit
	}
	return p[e.axis] > e.limit
}

func edges() [4]edge {
	return [4]edge{{0, -tileBuffer, true}, {0, extent + tileBuffer, false}, {1, -tileBuffer, true}, {1, extent + tileBuffer, false}}
}

// cutLine keeps what lies in the tile and its buffer (Liang and Barsky 1984,
// doi:10.1145/357332.357333, edge by edge).
func cutLine(points [][2]float64) (out [][][2]int32) {
	var run [][2]int32
	end := func() {
		if len(run) > 1 {
			out = append(out, run)
		}
		run = nil
	}
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		inside := true
		for _, e := range edges() {
			p, q := e.beyond(a), e.beyond(b)
			switch {
			case p && q:
				inside = false
			case p:
				a = cross(a, b, e.axis, e.limit)
			case q:
				b = cross(a, b, e.axis, e.limit)
			}
		}
		if !inside {
			end()
			continue
		}
		if p := units(a); len(run) == 0 || run[len(run)-1] != p {
			end()
			run = [][2]int32{p}
		}
		if q := units(b); q != run[len(run)-1] {
			run = append(run, q)
		}
	}
	end()
	return out
}

// cutRing keeps what lies in the tile and its buffer (Sutherland and Hodgman 1974,
// doi:10.1145/360767.360802); along the edge the ring may run twice.
func cutRing(ring [][2]float64) (out [][2]int32) {
	for _, e := range edges() {
		var kept [][2]float64
		for i, b := range ring {
			a := ring[(i+len(ring)-1)%len(ring)]
			p, q := e.beyond(a), e.beyond(b)
			if p != q {
				kept = append(kept, cross(a, b, e.axis, e.limit))
			}
			if !q {
				kept = append(kept, b)
			}
		}
		ring = kept
	}
	for _, p := range ring {
		if q := units(p); len(out) == 0 || out[len(out)-1] != q {
			out = append(out, q)
		}
	}
	for len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	if area(out) == 0 {
		return nil
	}
	return out
}

// cross is where a segment meets a limit.
func cross(a, b [2]float64, axis int, limit float64) (p [2]float64) {
	t := (limit - a[axis]) / (b[axis] - a[axis])
	p[axis], p[1-axis] = limit, a[1-axis]+t*(b[1-axis]-a[1-axis])
	return p
}

// area is twice the area of a ring, by the surveyor's formula.
func area(ring [][2]int32) (sum int64) {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += int64(p[0])*int64(q[1]) - int64(q[0])*int64(p[1])
	}
	return sum
}
