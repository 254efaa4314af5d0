package main

import "github.com/tidwall/geojson/geometry"

// tile38Peer is what Tile38 asks in memory for INTERSECTS of a point: its
// polygons, indexed as it indexes them, without the server around them. It has no
// distance to a line.
type tile38Peer struct{ zones [][]*geometry.Poly }

func newTile38(in *shapes) (peer, error) {
	p := &tile38Peer{}
	// Tile38's own default: a quadtree from 64 points on.
	opts := &geometry.IndexOptions{Kind: geometry.QuadTree, MinPoints: 64}
	for _, z := range in.zones {
		var polygons []*geometry.Poly
		for _, polygon := range z {
			var rings [][]geometry.Point
			for _, r := range polygon {
				ring := make([]geometry.Point, len(r))
				for i, x := range r {
					ring[i] = geometry.Point{X: x[0], Y: x[1]}
				}
				rings = append(rings, append(ring, ring[0]))
			}
			polygons = append(polygons, geometry.NewPoly(rings[0], rings[1:], opts))
		}
		p.zones = append(p.zones, polygons)
	}
	return p, nil
}

func (p *tile38Peer) version() string { return "Tile38's geometry v1.4.5" }

func (p *tile38Peer) mask(x point) uint32 {
	var m uint32
	at := geometry.Point{X: x.lon, Y: x.lat}
	for i, z := range p.zones {
		for _, polygon := range z {
			if polygon.ContainsPoint(at) {
				m |= 1 << i
				break
			}
		}
	}
	return m
}

func (p *tile38Peer) metres(point) float64 { return -1 }
