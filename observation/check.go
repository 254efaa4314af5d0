package observation

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// maxRadius is half the equator in metres: no circle on Earth is larger.
const maxRadius = 20_037_509

// earliest is the first year an observation may carry. Nothing that this
// software monitors is older, and a year such as 0024 is a slip of the pen.
const earliest = 1900

// ID names the observation across all sources: Source + "/" + Ref.
func (o *Observation) ID() string { return o.Source + "/" + o.Ref }

// Check tells what is wrong with the observation, all of it in one sentence,
// or nil. now (UTC) is the clock against which a date is in the future; the
// zero time asks nothing. area is the box of interest as west, south, east,
// north in degrees WGS84 and serves to recognise swapped coordinates: a
// position outside of it that would lie inside with latitude and longitude
// exchanged is refused. The zero area asks nothing, and a position that is
// merely outside is no fault.
//
// What happened needs a place: a position, an observer, or at least the name
// of a place or area.
func (o *Observation) Check(now time.Time, area [4]float64) error {
	var p problems
	if o.Source == "" {
		p.add("source is missing")
	}
	if o.Ref == "" {
		p.add("ref is missing")
	}
	o.checkTimes(&p, now)
	o.checkPlace(&p, area)
	o.checkTaxonomy(&p)
	o.checkNumbers(&p)
	o.checkText(&p)
	return p.err()
}

func (o *Observation) checkTimes(p *problems, now time.Time) {
	if o.From.IsZero() {
		p.add("from is missing")
		return
	}
	if y := o.From.Year(); y < earliest || y > 9999 {
		p.add("from has the impossible year %d", y)
		return
	}
	if o.To.Before(o.From) {
		p.add("to (%s) is before from (%s)", o.To.UTC().Format(time.RFC3339), o.From.UTC().Format(time.RFC3339))
	} else if o.To.Year() > 9999 {
		p.add("to has the impossible year %d", o.To.Year())
	}
	if !o.Reported.IsZero() && (o.Reported.Year() < earliest || o.Reported.Year() > 9999) {
		p.add("reported has the impossible year %d", o.Reported.Year())
	}
	if now.IsZero() {
		return
	}
	if o.From.After(now) {
		p.add("from (%s) is in the future", o.From.UTC().Format(time.RFC3339))
	}
	if o.Reported.After(now) {
		p.add("reported (%s) is in the future", o.Reported.UTC().Format(time.RFC3339))
	}
}

func (o *Observation) checkPlace(p *problems, area [4]float64) {
	if o.Position == nil && o.Observer == nil && o.Place == "" && o.Area == "" {
		p.add("there is no position, observer, place or area")
	}
	if at := o.Position; at != nil {
		checkPoint(p, "the position", at.Lat, at.Lon, area)
		if !(at.Radius >= 0 && at.Radius <= maxRadius) {
			p.add("radius_m %v is not between 0 and %d", at.Radius, maxRadius)
		}
	}
	if at := o.Observer; at != nil {
		checkPoint(p, "the observer", at.Lat, at.Lon, area)
		if b := at.Bearing; b != nil && !(*b >= 0 && *b < 360) {
			p.add("bearing_deg %v is not in [0, 360)", *b)
		}
		if !(at.BearingError >= 0 && at.BearingError <= 180) {
			p.add("bearing_error_deg %v is not between 0 and 180", at.BearingError)
		}
		if d := at.Distance; d != nil && !(*d >= 0 && *d <= maxRadius) {
			p.add("distance_m %v is not between 0 and %d", *d, maxRadius)
		}
		if !(at.DistanceError >= 0 && at.DistanceError <= maxRadius) {
			p.add("distance_error_m %v is not between 0 and %d", at.DistanceError, maxRadius)
		}
	}
}

func checkPoint(p *problems, what string, lat, lon float64, area [4]float64) {
	valid := validPoint(lat, lon)
	swapped := validPoint(lon, lat) && area != [4]float64{} && inside(area, lon, lat) && !(valid && inside(area, lat, lon))
	switch {
	case swapped:
		p.add("%s %v, %v lies in the area only if latitude and longitude are swapped", what, lat, lon)
	case !valid:
		p.add("%s %v, %v is no place on Earth (lat -90 to 90, lon -180 to 180)", what, lat, lon)
	case lat == 0 && lon == 0:
		p.add("%s is 0, 0, which stands for an empty field", what)
	}
}

func validPoint(lat, lon float64) bool {
	return lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180
}

// inside also takes a box that crosses the antimeridian (west > east).
func inside(area [4]float64, lat, lon float64) bool {
	west, south, east, north := area[0], area[1], area[2], area[3]
	if lat < south || lat > north {
		return false
	}
	if west > east {
		return lon >= west || lon <= east
	}
	return lon >= west && lon <= east
}

func (o *Observation) checkTaxonomy(p *problems) {
	switch {
	case o.Activity == "":
		p.add("activity is missing")
	case !KnownActivity(o.Activity):
		p.add("activity %q is not in the taxonomy", clip(string(o.Activity)))
	}
	if o.Weapon != "" && !KnownWeapon(o.Weapon) {
		p.add("weapon %q is not in the taxonomy", clip(string(o.Weapon)))
	}
	if o.Means != "" && !KnownMeans(o.Means) {
		p.add("means %q is not in the taxonomy", clip(string(o.Means)))
	}
	if o.How != "" && !KnownHow(o.How) {
		p.add("how %q is not in the taxonomy", clip(string(o.How)))
	}
	if o.Direction != "" && !KnownDirection(o.Direction) {
		p.add("direction %q is not in the taxonomy", clip(string(o.Direction)))
	}
	if o.Grade != "" && !KnownGrade(o.Grade) {
		p.add("grade %q is not A to F with 1 to 6", clip(string(o.Grade)))
	}
	if o.Handling != "" && !KnownHandling(o.Handling) {
		p.add("handling %q is not a TLP 2.0 label", clip(string(o.Handling)))
	}
}

func (o *Observation) checkNumbers(p *problems) {
	if h := o.Heading; h != nil && !(*h >= 0 && *h < 360) {
		p.add("heading_deg %v is not in [0, 360)", *h)
	}
	c := o.Count
	switch {
	case c.N < 0 || c.Min < 0 || c.Max < 0:
		p.add("a count is negative")
	case c.Max != 0 && (c.Min > c.Max || c.N > c.Max), c.N != 0 && c.N < c.Min:
		p.add("count %d is not between its minimum %d and maximum %d", c.N, c.Min, c.Max)
	}
	h := o.Harm
	if h.Killed < 0 || h.KilledCivilian < 0 || h.KilledMilitary < 0 || h.Injured < 0 || h.InjuredCivilian < 0 || h.InjuredMilitary < 0 {
		p.add("a number of casualties is negative")
	}
}

func (o *Observation) checkText(p *problems) {
	ok := utf8.ValidString(o.Source) && utf8.ValidString(o.Ref) && utf8.ValidString(o.Place) && utf8.ValidString(o.Area) &&
		utf8.ValidString(o.Party) && utf8.ValidString(o.Copies) && utf8.ValidString(o.Text) && utf8.ValidString(o.Lang) &&
		utf8.ValidString(o.URL)
	for _, s := range o.Actors {
		ok = ok && utf8.ValidString(s)
	}
	for _, s := range o.Caveats {
		ok = ok && utf8.ValidString(s)
	}
	for k, v := range o.Extra {
		ok = ok && utf8.ValidString(k) && utf8.ValidString(v)
	}
	for _, m := range o.Media {
		ok = ok && utf8.ValidString(m.URL)
		if m.SHA256 != "" && !isSHA256(m.SHA256) {
			p.add("media hash %q is not 64 lower-case hex digits", clip(m.SHA256))
		}
	}
	if !ok {
		p.add("the text is not valid UTF-8")
	}
}

func isSHA256(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// problems collects what is wrong; its zero value is nothing wrong.
type problems struct{ said []string }

func (p *problems) add(format string, args ...any) {
	p.said = append(p.said, fmt.Sprintf(format, args...))
}

func (p *problems) err() error {
	if len(p.said) == 0 {
		return nil
	}
	return errors.New(strings.Join(p.said, "; "))
}

func clip(s string) string {
	if len(s) <= 60 {
		return s
	}
	return strings.ToValidUTF8(s[:60], "") + "..."
}

// finite tells whether f can be written as a JSON number.
func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }
