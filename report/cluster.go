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

// clusters finds up to two places, about 60 km across, where most happened,
// where the whole map is much larger than that.
func (r *Report) clusters() []cluster {
	e := r.geometry.extent
	if metres(geo.Point{Lat: e.s, Lon: e.w}, geo.Point{Lat: e.n, Lon: e.e}) < 250e3 {
		return nil
	}
	const half = 0.27 // degrees of latitude
	cos := math.Max(0.1, math.Cos((e.s+e.n)/2*math.Pi/180))
	cells := map[[2]int][]geo.Point{}
	total := 0
	for i := range r.Annex {
		p := r.Annex[i].Position
		if p == nil || p.Radius > 20e3 { // a vague place makes no cluster
			continue
		}
		k := [2]int{int(math.Floor(p.Lat / (2 * half))), int(math.Floor(p.Lon * cos / (2 * half)))}
		cells[k] = append(cells[k], geo.Point{Lat: p.Lat, Lon: p.Lon})
		total++
	}
	type group struct {
		key    [2]int
		points []geo.Point
	}
	var list []group
	for k, points := range cells {
		if len(points) >= 5 && len(points)*8 >= total {
			list = append(list, group{k, points})
		}
	}
	slices.SortFunc(list, func(a, b group) int {
		return cmp.Or(cmp.Compare(len(b.points), len(a.points)), cmp.Compare(a.key[0], b.key[0]), cmp.Compare(a.key[1], b.key[1]))
	})
	var out []cluster
	for _, g := range list {
		if len(out) == 2 {
			break
		}
		var lat, lon float64
		for _, p := range g.points {
			lat += p.Lat / float64(len(g.points))
			lon += p.Lon / float64(len(g.points))
		}
		b := box{round(lon-half*1.4/cos, 3), round(lat-half, 3), round(lon+half*1.4/cos, 3), round(lat+half, 3)}
		n := 0
		for i := range r.Annex {
			if p := r.Annex[i].Position; p != nil && b.holds(geo.Point{Lat: p.Lat, Lon: p.Lon}) {
				n++
			}
		}
		out = append(out, cluster{b, n})
	}
	return out
}
