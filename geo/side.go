package geo

import (
	"math"

	"github.com/tidwall/geodesic"
)

// advance goes metres from p and also returns the azimuth on arrival.
func advance(p Point, azimuth, metres float64) (q Point, heading float64) {
	geodesic.WGS84.Direct(p.Lat, p.Lon, azimuth, metres, &q.Lat, &q.Lon, &heading)
	return q, heading
}

// left reports whether p lies to the left of the line at its nearest point. At
// a vertex both segments decide: p is on the left if one meets it turning
// clockwise from the way back to the way on.
func (x *LineIndex) left(p Point, n *Nearest) bool {
	l := x.parts[n.Part]
	a, b := l[n.Segment], l[n.Segment+1]
	const atVertex = 0.01 // metres
	if Distance(n.Point, a) <= atVertex {
		if before, ok := neighbour(l, n.Segment, -1); ok {
			return inSector(a, before, b, p)
		}
	} else if Distance(n.Point, b) <= atVertex {
		if after, ok := neighbour(l, n.Segment+1, 1); ok {
			return inSector(b, a, after, p)
		}
	}
	_, heading, _ := Inverse(a, b)
	if d := Distance(a, n.Point); d > atVertex {
		_, heading = advance(a, heading, d)
	}
	_, towards, _ := Inverse(n.Point, p)
	return clockwise(heading, towards) > 180
}

// neighbour is the nearest vertex before or after vertex i that differs from
// it; on a closed line the first follows the last.
func neighbour(l Polyline, i, step int) (Point, bool) {
	closed := len(l) > 2 && l[0] == l[len(l)-1]
	at := l[i]
	for range l {
		i += step
		if i < 0 || i >= len(l) {
			if !closed {
				return Point{}, false
			}
			i = (i + len(l)) % len(l)
		}
		if l[i] != at {
			return l[i], true
		}
	}
	return Point{}, false
}

// inSector reports whether one meets p turning clockwise at v from the
// direction of before to that of after.
func inSector(v, before, after, p Point) bool {
	_, back, _ := Inverse(v, before)
	_, on, _ := Inverse(v, after)
	_, towards, _ := Inverse(v, p)
	return clockwise(back, towards) < clockwise(back, on)
}

// clockwise is the angle from one azimuth to another, degrees in [0, 360).
func clockwise(from, to float64) float64 {
	return math.Mod(to-from+720, 360)
}
