package report

import (
	"cmp"
	"math"
	"slices"

	"github.com/truce-monitor/truce/geo"
)

// cluster is a part of the map that deserves one of its own.
type cluster struct {
	box       box
	incidents int
}

// clusters finds up to two places, about 60 km high, where most happened,
// where the whole map is much larger than that.
func (r *Report) clusters() []cluster {
	e := r.geometry.extent
	if metres(geo.Point{Lat: e.s, Lon: e.w}, geo.Point{Lat: e.n, Lon: e.e}) < 250e3 {
		return nil
	}
	cos := math.Max(0.1, math.Cos((e.s+e.n)/2*math.Pi/180))
	var points []geo.Point
	for i := range r.Annex {
		if p := r.Annex[i].Position; p != nil && p.Radius <= 20e3 { // a vague place makes no cluster
			points = append(points, geo.Point{Lat: p.Lat, Lon: p.Lon})
		}
	}
	least := max(5, (len(points)+7)/8)
	var out []cluster
	for len(out) < 2 {
		b, ok := densest(points, cos, least)
		if !ok {
			break
		}
		c := cluster{box: b}
		for i := range r.Annex {
			if p := r.Annex[i].Position; p != nil && b.holds(geo.Point{Lat: p.Lat, Lon: p.Lon}) {
				c.incidents++
			}
		}
		out = append(out, c)
		points = slices.DeleteFunc(points, b.holds) // the second shows what the first does not
	}
	return out
}

// densest frames the cell of a grid that holds the most points, if at least so many.
func densest(points []geo.Point, cos float64, least int) (box, bool) {
	const half = 0.27 // degrees of latitude
	cells := map[[2]int][]geo.Point{}
	for _, p := range points {
		k := [2]int{int(math.Floor(p.Lat / (2 * half))), int(math.Floor(p.Lon * cos / (2 * half)))}
		cells[k] = append(cells[k], p)
	}
	var best [2]int
	for k, list := range cells {
		if c := cmp.Or(cmp.Compare(len(cells[best]), len(list)), cmp.Compare(k[0], best[0]), cmp.Compare(k[1], best[1])); c < 0 {
			best = k
		}
	}
	list := cells[best]
	if len(list) < least {
		return box{}, false
	}
	var lat, lon float64
	for _, p := range list {
		lat += p.Lat / float64(len(list))
		lon += p.Lon / float64(len(list))
	}
	return box{round(lon-half*1.6/cos, 3), round(lat-half, 3), round(lon+half*1.6/cos, 3), round(lat+half, 3)}, true
}
