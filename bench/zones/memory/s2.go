package main

import "github.com/golang/geo/s2"

// earthM is the mean radius that S2's angles are measured with.
const earthM = 6371008.8

type s2Peer struct {
	zones *s2.ContainsPointQuery
	bit   map[s2.Shape]uint32
	line  *s2.EdgeQuery
}

func newS2(in *shapes) (peer, error) {
	p := &s2Peer{bit: map[s2.Shape]uint32{}}
	zones := s2.NewShapeIndex()
	for i, z := range in.zones {
		var loops [][]s2.Point
		for _, polygon := range z {
			for _, ring := range polygon {
				loops = append(loops, points(ring))
			}
		}
		shape := s2.LaxPolygonFromPoints(loops)
		zones.Add(shape)
		p.bit[shape] = 1 << i
	}
	zones.Build()
	p.zones = s2.NewContainsPointQuery(zones, s2.VertexModelSemiOpen)
	lines := s2.NewShapeIndex()
	for _, l := range in.line {
		line := s2.Polyline(points(l))
		lines.Add(&line)
	}
	lines.Build()
	p.line = s2.NewClosestEdgeQuery(lines, s2.NewClosestEdgeQueryOptions().MaxResults(1))
	return p, nil
}

func points(in [][2]float64) []s2.Point {
	out := make([]s2.Point, len(in))
	for i, x := range in {
		out[i] = s2.PointFromLatLng(s2.LatLngFromDegrees(x[1], x[0]))
	}
	return out
}

func (p *s2Peer) version() string { return "S2 for Go v0.0.0-20260818" }

func (p *s2Peer) mask(x point) uint32 {
	var m uint32
	for _, s := range p.zones.ContainingShapes(s2.PointFromLatLng(s2.LatLngFromDegrees(x.lat, x.lon))) {
		m |= p.bit[s]
	}
	return m
}

func (p *s2Peer) metres(x point) float64 {
	target := s2.NewMinDistanceToPointTarget(s2.PointFromLatLng(s2.LatLngFromDegrees(x.lat, x.lon)))
	return p.line.Distance(target).Angle().Radians() * earthM
}
