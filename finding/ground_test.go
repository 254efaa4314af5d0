package finding_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/zone"
)

// strip is a world of one line along the equator, a north of it, whose zone "near"
// reaches 5 km to each side.
type strip struct{}

func (strip) At(p geo.Point, radiusM float64, _ time.Time) zone.Place {
	const width = 5000
	y, sigma := p.Lat*110574, max(radiusM/2.4477, 1e-9)
	below := func(x float64) float64 { return math.Erfc(-(x-y)/sigma/math.Sqrt2) / 2 }
	out := zone.Place{Line: "contact", DistanceM: math.Abs(y), Side: "a", SideProbability: 1 - below(0)}
	if y < 0 {
		out.Side, out.SideProbability = "b", below(0)
	}
	if in := below(width) - below(-width); in > 0 {
		out.Zones = []zone.Membership{{Zone: "near", Probability: in}}
	}
	return out
}

func (strip) Named(string, time.Time) zone.Place { return zone.Place{} }

func (strip) Has(string) bool { return true }

// inNear is the place that the first finding gives, with the probability of lying in
// the zone.
func inNear(j *finding.Judge, in incident.Incident) (float64, zone.Place) {
	place := j.Judge(&in)[0].Place
	if len(place.Zones) == 0 {
		return 0, place
	}
	return place.Zones[0].Probability, place
}

// TestGround: fire whose place is vague lies near the line more likely than not, by as
// much as integrating over the ground says.
func TestGround(t *testing.T) {
	j := finding.New(parse(t, rules("id: x, prohibits: {kind: activity}", "id: y, prohibits: {kind: presence}")), strip{})
	at := func(km, radius float64) change {
		return func(in *incident.Incident) {
			in.Position = &observation.Position{Lat: km * 1000 / 110574, Lon: 0, Radius: radius}
		}
	}
	for _, tt := range []struct {
		name      string
		in        incident.Incident
		want, off float64
	}{
		{"known well", event("shelling", at(4, 500)), 1, 0.001},
		{"vague", event("shelling", at(6, 6000)), integrated(6000, 6000/2.4477, 3000, 0.02), 0.03},
		{"vaguer", event("shelling", at(8, 9000)), integrated(8000, 9000/2.4477, 3000, 0.02), 0.03},
		{"of a gun that reaches far", event("shelling", at(8, 9000), weapon("artillery-ge100")), integrated(8000, 9000/2.4477, 6000, 0.02), 0.03},
		{"what is no fire lies anywhere", event("presence", at(6, 6000)), 0.341, 0.002},
	} {
		if p, _ := inNear(j, tt.in); math.Abs(p-tt.want) > tt.off {
			t.Errorf("%s: in the zone with %.3f; want %.3f", tt.name, p, tt.want)
		}
	}
	for _, tt := range []struct {
		name  string
		in    incident.Incident
		party string
		ofA   float64
	}{
		{"somewhere, give or take", event("shelling", at(0.5, 9000)), "", 0.441},
		{"at a village, give or take", event("shelling", at(0.5, 9000), nowhere("village", ""), at(0.5, 9000)), "b", 0.076},
		{"perhaps farther than the weapon reaches", event("shelling", at(8, 9000), weapon("mortar-82")), "b", 0.132},
	} {
		r := j.Judge(&tt.in)[0].Responsible
		ofA := 0.0
		for _, c := range r.Candidates {
			if c.Party == "a" {
				ofA = c.Probability
			}
		}
		if r.Party != tt.party || math.Abs(ofA-tt.ofA) > 0.006 {
			t.Errorf("%s: %q, a with %.3f; want %q with %.3f", tt.name, r.Party, ofA, tt.party, tt.ofA)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		km, radius := rapid.Float64Range(-15, 15).Draw(r, "km"), rapid.Float64Range(100, 20000).Draw(r, "radius")
		if math.Abs(km) < 0.001 {
			km = 0.001
		}
		in := event(rapid.SampledFrom([]observation.Activity{observation.Explosion, observation.Burst, observation.Shelling}).Draw(r, "activity"), at(km, radius))
		if rapid.Bool().Draw(r, "named") {
			in.Place = "village"
		}
		mirror := in
		mirror.Position = &observation.Position{Lat: -in.Position.Lat, Lon: 0, Radius: radius}
		p, place := inNear(j, in)
		q, other := inNear(j, mirror)
		if !(p >= 0 && p <= 1) || !(place.SideProbability >= 0.5 && place.SideProbability <= 1) {
			r.Fatalf("%.6f of %+v", p, place)
		}
		if math.Abs(p-q) > 1e-5 || math.Abs(place.SideProbability-other.SideProbability) > 1e-5 || place.Side == other.Side {
			r.Fatalf("%+v on one side of the line, %+v on the other", place, other)
		}
	})
}

// integrated is the share within 5 km of the line of a Gaussian about y that falls off
// with the distance from the line.
func integrated(y, sigma, falls, far float64) float64 {
	in, all := 0.0, 0.0
	for x := y - 6*sigma; x < y+6*sigma; x++ {
		w := math.Exp(-(x-y)*(x-y)/2/sigma/sigma) * (math.Exp(-math.Abs(x)/falls) + far)
		all += w
		if math.Abs(x) <= 5000 {
			in += w
		}
	}
	return in / all
}
