package line

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/tidwall/rtree"

	"github.com/truce-monitor/truce/geo"
)

// NewVersion checks v, gives it its id and prepares it for questions. Its
// positions are kept to seven decimals, about a centimetre. A line that
// crosses itself, a position that is no place and a held area without area are
// errors.
func NewVersion(v Version) (*Version, error) {
	v.Parts, v.Held = roundLines(v.Parts), roundAreas(v.Held)
	if err := v.check(); err != nil {
		return nil, fmt.Errorf("line %s from %s: %w", v.Line, v.From.Format("2006-01-02 15:04"), err)
	}
	v.From = v.From.UTC()
	v.ID = ""
	content, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("line %s: %w", v.Line, err)
	}
	sum := sha256.Sum256(content)
	v.ID = hex.EncodeToString(sum[:6])
	v.prepared = &prepared{}
	return &v, nil
}

// Encode returns v as canonical JSON; [Decode] is its inverse.
func Encode(v *Version) ([]byte, error) { return json.Marshal(v) }

// Decode reads what Encode wrote and checks it.
func Decode(data []byte) (*Version, error) {
	var v Version
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("reading a line version: %w", err)
	}
	out, err := NewVersion(v)
	if err != nil {
		return nil, err
	}
	if out.ID != v.ID {
		return nil, fmt.Errorf("line %s: its content has id %s; it says %s", v.Line, out.ID, v.ID)
	}
	return out, nil
}

func (v *Version) check() error {
	points := 0
	for i, l := range v.Parts {
		if len(l) < 2 {
			return fmt.Errorf("part %d has %d points; expected at least 2", i+1, len(l))
		}
		for k, p := range l {
			if !p.Valid() {
				return fmt.Errorf("part %d, point %d: latitude %g, longitude %g is no place", i+1, k+1, p.Lat, p.Lon)
			}
		}
		points += len(l)
	}
	switch {
	case points == 0 && len(v.Held) == 0:
		return errors.New("it has no points")
	case v.HeldBy != "":
		if len(v.Held) == 0 {
			return fmt.Errorf("the area that %s holds is missing", v.HeldBy)
		}
		if !(v.Held.Area() > 0) {
			return errors.New("the held area has no area")
		}
		return nil // the area decides the sides, so that its edge may touch itself
	case len(v.Held) > 0:
		return errors.New("it has a held area and does not say who holds it")
	}
	if !(v.RadiusM >= 0) || math.IsInf(v.RadiusM, 1) {
		return fmt.Errorf("a radius of %g m", v.RadiusM)
	}
	for i, l := range v.Parts {
		if a, b, at, ok := crossing(l); ok {
			return fmt.Errorf("part %d crosses itself near latitude %.4f, longitude %.4f (segments %d and %d), so that its sides can't be told", i+1, at.Lat, at.Lon, a+1, b+1)
		}
	}
	return nil
}

// crossing finds two segments of l that properly cross.
func crossing(l geo.Polyline) (first, second int, at geo.Point, ok bool) {
	var tree rtree.RTreeG[int]
	for i := 1; i < len(l) && !ok; i++ {
		a, b := l[i-1], l[i]
		lo := [2]float64{min(a.Lon, b.Lon), min(a.Lat, b.Lat)}
		hi := [2]float64{max(a.Lon, b.Lon), max(a.Lat, b.Lat)}
		if hi[0]-lo[0] > 180 {
			continue // over the antimeridian; its box would be the whole world
		}
		tree.Search(lo, hi, func(_, _ [2]float64, k int) bool {
			c, d := l[k], l[k+1]
			if turn(a, b, c)*turn(a, b, d) < 0 && turn(c, d, a)*turn(c, d, b) < 0 {
				first, second, at, ok = k, i-1, a, true
			}
			return !ok
		})
		tree.Insert(lo, hi, i-1)
	}
	return first, second, at, ok
}

func turn(a, b, c geo.Point) float64 {
	return (b.Lon-a.Lon)*(c.Lat-a.Lat) - (b.Lat-a.Lat)*(c.Lon-a.Lon)
}

// Nearest is the point of the line that is nearest to p.
func (v *Version) Nearest(p geo.Point) geo.Nearest { return v.ready().index.Nearest(p) }

// Buffer is the region within metres of the line; see [geo.Buffer].
func (v *Version) Buffer(metres float64) (geo.MultiPolygon, error) {
	return v.ready().index.Buffer(metres)
}

// Signed is the geodesic distance in metres from p to the line, positive to the
// left of its direction. Where a held area decides the sides, decided is set, held
// says whether p lies in it, and the distance has no sign.
func (v *Version) Signed(p geo.Point) (metres float64, held, decided bool) {
	ready := v.ready()
	if ready.held == nil {
		return ready.index.Signed(p), false, false
	}
	return ready.index.Distance(p), ready.held.Contains(p), true
}

// Length in metres.
func (v *Version) Length() float64 {
	var sum float64
	for _, l := range v.Parts {
		sum += l.Length()
	}
	return sum
}

// Side is the party on whose side a position lies and the probability of it,
// given the 95 % radii (metres) of position and line. The party is empty if
// the line does not say who is where.
func (v *Version) Side(p geo.Point, radiusM float64) (party string, probability float64) {
	party, probability, _ = v.SideAndNearest(p, radiusM)
	return party, probability
}

// SideAndNearest answers Side and Nearest at once.
func (v *Version) SideAndNearest(p geo.Point, radiusM float64) (party string, probability float64, n geo.Nearest) {
	ready := v.ready()
	n = ready.index.Nearest(p)
	switch {
	case ready.held != nil:
		party = v.other(v.HeldBy)
		if ready.held.Contains(p) {
			party = v.HeldBy
		}
	case ready.index.Len() == 0:
		return "", 0, n
	case n.LeftOf:
		party = v.Left
	default:
		party = v.Right
	}
	if party == "" {
		return "", 0, n
	}
	sigma := math.Hypot(radiusM, v.RadiusM) / geo.Sigmas95
	if sigma == 0 || ready.index.Len() == 0 {
		return party, 1, n
	}
	return party, 0.5 * math.Erfc(-n.DistanceM/sigma/math.Sqrt2), n
}

func (v *Version) other(party string) string {
	if party == v.Left {
		return v.Right
	}
	return v.Left
}

func roundLines(in []geo.Polyline) []geo.Polyline {
	var out []geo.Polyline
	for _, l := range in {
		out = append(out, roundPoints(l))
	}
	return out
}

func roundAreas(in geo.MultiPolygon) geo.MultiPolygon {
	var out geo.MultiPolygon
	for _, p := range in {
		var q geo.Polygon
		for _, r := range p {
			q = append(q, roundPoints(r))
		}
		out = append(out, q)
	}
	return out
}

func roundPoints[S ~[]geo.Point](in S) S {
	out := make(S, len(in))
	for i, p := range in {
		out[i] = geo.Point{Lat: math.Round(p.Lat*1e7) / 1e7, Lon: math.Round(p.Lon*1e7) / 1e7}
	}
	return out
}
