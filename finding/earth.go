package finding

import (
	"github.com/tidwall/geodesic"

	"github.com/truce-monitor/truce/geo"
)

// distance between two points on the WGS84 ellipsoid, metres.
func distance(a, b geo.Point) float64 {
	var m float64
	geodesic.WGS84.Inverse(a.Lat, a.Lon, b.Lat, b.Lon, &m, nil, nil)
	return m
}

// direct is the point metres from p in the direction azimuth, degrees.
func direct(p geo.Point, azimuth, metres float64) geo.Point {
	var q geo.Point
	geodesic.WGS84.Direct(p.Lat, p.Lon, azimuth, metres, &q.Lat, &q.Lon, nil)
	return q
}
