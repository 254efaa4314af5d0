package report

import (
	"github.com/tidwall/geodesic"

	"github.com/truce-monitor/truce/geo"
)

// metres is the geodesic distance.
func metres(a, b geo.Point) float64 {
	var d float64
	geodesic.WGS84.Inverse(a.Lat, a.Lon, b.Lat, b.Lon, &d, nil, nil)
	return d
}

// azimuth is the direction from a to b in degrees clockwise from north.
func azimuth(a, b geo.Point) float64 {
	var azi float64
	geodesic.WGS84.Inverse(a.Lat, a.Lon, b.Lat, b.Lon, nil, &azi, nil)
	if azi < 0 {
		azi += 360
	}
	return azi
}

// reach is the point at a distance in metres and a direction from p.
func reach(p geo.Point, azi, m float64) geo.Point {
	var q geo.Point
	geodesic.WGS84.Direct(p.Lat, p.Lon, azi, m, &q.Lat, &q.Lon, nil)
	return q
}
