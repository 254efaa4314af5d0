package simulate_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

// sample is a large scenario of one kind of source.
type sample struct {
	*simulate.Scenario
	plan   *simulate.Plan
	model  *simulate.SourcePlan
	events map[string]*simulate.Event
}

const many = "per_day: 1500, depth_km: 6, heavy: 0.7"

func draw(t *testing.T, events, sources string) sample {
	t.Helper()
	p := read(t, small(events, sources))
	s := sample{Scenario: p.Run(11, nil), plan: p, events: map[string]*simulate.Event{}}
	if len(p.Sources) > 0 {
		s.model = &p.Sources[0]
	}
	for i := range s.Truth {
		s.events[s.Truth[i].ID] = &s.Truth[i]
	}
	sound(t, sources, s.Scenario)
	return s
}

// each calls f for the reports of true events that are no copies.
func (s sample) each(f func(o *observation.Observation, e *simulate.Event)) {
	for i := range s.Observations {
		if e := s.events[s.Links[i].Incident]; e != nil && s.Observations[i].Copies == "" {
			f(&s.Observations[i], e)
		}
	}
}

// near checks a figure against what was planned, with a share of tolerance.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*math.Abs(want) || math.IsNaN(got) {
		t.Errorf("%s: %.4g, planned %.4g", what, got, want)
	}
}

// moments are mean and standard deviation.
type moments struct{ n, sum, square float64 }

func (m *moments) add(x float64) { m.n, m.sum, m.square = m.n+1, m.sum+x, m.square+x*x }
func (m *moments) mean() float64 { return m.sum / m.n }
func (m *moments) sigma() float64 {
	return math.Sqrt(m.square/m.n - m.mean()*m.mean())
}

// vector is metres east and north from a to b.
func vector(aLat, aLon, bLat, bLon float64) (east, north float64) {
	return (bLon - aLon) * 111195 * math.Cos((aLat+bLat)/2*math.Pi/180), (bLat - aLat) * 111195
}

// turned is the difference of two bearings, (-180, 180].
func turned(a, b float64) float64 { return math.Mod(a-b+540, 360) - 180 }

func sighted(o *observation.Observation, e *simulate.Event) (distance, bearing float64) {
	east, north := vector(o.Observer.Lat, o.Observer.Lon, e.Lat, e.Lon)
	return math.Hypot(east, north), math.Mod(math.Atan2(east, north)*180/math.Pi+360, 360)
}

func TestFireFollowsThePlan(t *testing.T) {
	s := draw(t, "per_day: 3000, depth_km: 6, day_share: 0.5, heavy: 0.7, trend: [1, 0.25], children: 0.5, child_min: 10, child_km: 1, hot_spots: 3, hot_share: 0.6, hot_km: 2, thunder: 60, demining: 50, exercise: 40, stubble: 70", "")
	per := map[observation.Activity]float64{}
	fire, early, day, heavy, north, thunder := 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
	var wide [134]float64
	for _, e := range s.Truth {
		per[e.Activity]++
		if e.No {
			thunder++
		}
		if e.Party == "" {
			continue
		}
		fire++
		if e.At.Before(s.From.AddDate(0, 0, 2)) {
			early++
		}
		if h := e.At.Hour(); h >= 8 && h < 20 {
			day++
		}
		if e.Activity == observation.Shelling {
			heavy++
		}
		if e.Party == "north" {
			north++
		}
		wide[min(int((e.Lon-35)*100), 133)]++
	}
	near(t, "acts of fire", fire, 3000*4*0.625, 0.1)
	near(t, "share before the trend falls", early/fire, 0.8, 0.05)
	near(t, "share by day", day/fire, 0.5+0.5/math.Pi, 0.05)
	near(t, "share of heavy arms", heavy/fire, 0.7, 0.03)
	near(t, "share of the north's", north/fire, 0.5, 0.05)
	near(t, "thunder", thunder, 240, 0.35)
	near(t, "demining", per[observation.Demining], 200, 0.25)
	near(t, "exercises", per[observation.Exercise], 160, 0.25)
	near(t, "stubble", per[observation.Fire], 280, 0.25)
	slices.Sort(wide[:])
	most := 0.0
	for _, n := range wide[len(wide)-40:] { // three hot spots of 4 sigma
		most += n
	}
	if most/fire < 0.6 {
		t.Errorf("hot spots have %.2f of the fire", most/fire)
	}
}

func TestFireDrawsFire(t *testing.T) {
	// The index of dispersion of counts in ten minutes and ten kilometres is 1 without
	// offspring.
	dispersion := func(children string) float64 {
		s := draw(t, "per_day: 1200, depth_km: 6, children: "+children+", child_min: 5, child_km: 0.5", "")
		counts := map[[2]int]float64{}
		for _, e := range s.Truth {
			counts[[2]int{int(e.At.Sub(s.From).Minutes() / 10), int((e.Lon - 35) * 7.46)}]++
		}
		var m moments
		for slot := range 4 * 144 {
			for km := range 10 {
				m.add(counts[[2]int{slot, km}])
			}
		}
		return m.sigma() * m.sigma() / m.mean()
	}
	if none, some := dispersion("0"), dispersion("0.6"); none > 1.2 || some < 2 {
		t.Errorf("counts are dispersed by %.2f without offspring, by %.2f with", none, some)
	}
}

func TestPatrolsHear(t *testing.T) {
	s := draw(t, many, "  - {kind: patrol-heard, n: 12}\n")
	var bearing, share, late moments
	inside := 0.0
	s.each(func(o *observation.Observation, e *simulate.Event) {
		d, b := sighted(o, e)
		x := o.Observer
		if middle := o.From.Add(150 * time.Second); math.Mod(*x.Distance, 500) != 0 || !middle.Equal(middle.Truncate(5*time.Minute)) || o.To.Sub(o.From) != 5*time.Minute {
			t.Fatalf("%s is not rounded: %g m, %s", o.ID(), *x.Distance, o.From)
		}
		if k := *x.Bearing / 22.5; math.Abs(k-math.Round(k)) > 0.005 {
			t.Fatalf("%s: %g is none of sixteen points", o.ID(), *x.Bearing)
		}
		if h := e.At.Hour(); h < 5 || h >= 17 {
			t.Fatalf("%s at night: %s", o.ID(), e.At)
		}
		if d > 1500 { // else the least distance is in the way
			bearing.add(turned(*x.Bearing, b))
			share.add(*x.Distance/d - 1)
			late.add(o.From.Add(150*time.Second).Sub(e.At).Seconds() - d/340)
			if math.Abs(*x.Distance-d) <= x.DistanceError && math.Abs(turned(*x.Bearing, b)) <= x.BearingError {
				inside++
			}
		}
		if o.Activity == observation.Shelling && o.Weapon != "" {
			t.Fatalf("%s heard a weapon", o.ID())
		}
	})
	if bearing.n < 300 {
		t.Fatalf("%g reports", bearing.n)
	}
	near(t, "bearing error", bearing.sigma(), math.Hypot(10, 22.5/math.Sqrt(12)), 0.12)
	near(t, "distance error", share.sigma(), 0.2, 0.25)
	near(t, "time error", late.sigma(), math.Hypot(60, 300/math.Sqrt(12)), 0.12)
	near(t, "within what is stated", inside/bearing.n, 0.95*0.95, 0.08)
	if math.Abs(bearing.mean()) > 2 || math.Abs(late.mean()) > 15 {
		t.Errorf("biased by %.1f degrees, %.0f s", bearing.mean(), late.mean())
	}
}

func TestNobodyEntersWhereHeMayNotGo(t *testing.T) {
	text := strings.Replace(small(many, "  - {kind: patrol-seen, n: 30}\n"), "towns_km: 5", "towns_km: 5\nno_go_km: [[20, 60]]", 1)
	p := read(t, text)
	s := p.Run(3, nil)
	if len(s.Observations) < 200 {
		t.Fatalf("%d reports", len(s.Observations))
	}
	for i := range s.Observations {
		if km := (s.Observations[i].Observer.Lon - 35) * 74.4; km > 20.5 && km < 59.5 {
			t.Fatalf("%s from kilometre %.1f", s.Observations[i].ID(), km)
		}
	}
}

func TestCamerasSee(t *testing.T) {
	s := draw(t, many, "  - {kind: camera, n: 20, false_per_day: 0}\n")
	var bearing, share moments
	day, night := moments{}, moments{}
	s.each(func(o *observation.Observation, e *simulate.Event) {
		d, b := sighted(o, e)
		bearing.add(turned(*o.Observer.Bearing, b))
		share.add(*o.Observer.Distance/d - 1)
		if math.Abs(o.From.Sub(e.At).Seconds()) > 12 {
			t.Fatalf("%s: %s of %s", o.ID(), o.From, e.At)
		}
		if h := math.Mod(float64(e.At.Hour())+e.Lon/15, 24); h >= 6 && h < 18 {
			day.add(d)
		} else {
			night.add(d)
		}
	})
	near(t, "bearing error", bearing.sigma(), 0.7, 0.1)
	near(t, "distance error", share.sigma(), 0.15, 0.15)
	near(t, "reports by night against by day", night.n/day.n, 0.6*0.6, 0.5)
	if night.mean() > 0.85*day.mean() {
		t.Errorf("as far by night, %.0f m, as by day, %.0f m", night.mean(), day.mean())
	}
	blind := draw(t, many+", bad_weather: 1", "  - {kind: camera, n: 20, false_per_day: 0}\n")
	half := draw(t, many+", bad_weather: 0.5", "  - {kind: camera, n: 20, false_per_day: 0}\n")
	if len(blind.Observations) != 0 {
		t.Errorf("%d reports in bad weather", len(blind.Observations))
	}
	near(t, "reports in half of the weather", float64(len(half.Observations))/float64(len(s.Observations)), 0.5, 0.3)
}

func TestArraysLocate(t *testing.T) {
	for _, kind := range []string{"acoustic", "seismic"} {
		s := draw(t, many, "  - {kind: "+kind+", n: 6, false_per_day: 2}\n")
		at := map[string]simulate.Source{}
		for _, x := range s.Sources {
			at[x.Name] = x
		}
		var scaled, seconds moments
		inside, explosions, shells, wrong, small := 0.0, 0.0, 0.0, 0.0, 0.0
		s.each(func(o *observation.Observation, e *simulate.Event) {
			x := at[o.Source]
			east, north := vector(x.Lat, x.Lon, e.Lat, e.Lon)
			sigma := math.Hypot(s.model.ErrorM, s.model.ErrorShare*math.Hypot(east, north))
			de, dn := vector(e.Lat, e.Lon, o.Position.Lat, o.Position.Lon)
			scaled.add(de / sigma)
			scaled.add(dn / sigma)
			seconds.add(o.From.Sub(e.At).Seconds())
			if math.Hypot(de, dn) <= o.Position.Radius {
				inside++
			}
			switch e.Activity {
			case observation.Shelling:
				shells++
				switch o.Activity {
				case observation.Explosion:
					explosions++
				case observation.Burst, observation.Shot:
					wrong++
				}
			case observation.Burst, observation.Shot:
				small++
			}
		})
		near(t, kind+": error in its own measure", scaled.sigma(), 1, 0.05)
		near(t, kind+": within what is stated", inside/seconds.n, 0.95, 0.03)
		near(t, kind+": seconds", seconds.sigma(), s.model.TimeS, 0.1)
		near(t, kind+": says explosion", explosions/shells, s.model.Vague, 0.04)
		if wrong == 0 || small == 0 || wrong/shells > s.model.Wrong {
			t.Errorf("%s: takes %g of %g shellings for small arms, hears small arms %g times", kind, wrong, shells, small)
		}
		near(t, kind+": false alarms", float64(count(s, "")), 2*4*12, 0.35)
	}
	// A loud event is heard farther than a quiet one; wind takes some away.
	calm := draw(t, many, "  - {kind: acoustic, n: 8, false_per_day: 0}\n")
	windy := draw(t, many+", bad_weather: 1", "  - {kind: acoustic, n: 8, false_per_day: 0}\n")
	near(t, "reports in wind", float64(len(windy.Observations))/float64(len(calm.Observations)), 0.7, 0.15)
	heard := map[observation.Weapon]*moments{observation.SmallArms: {}, observation.ArtilleryGe100: {}}
	for _, e := range calm.Truth {
		if m := heard[e.Weapon]; m != nil {
			m.add(float64(count(calm, e.ID)))
		}
	}
	if quiet, loud := heard[observation.SmallArms].mean(), heard[observation.ArtilleryGe100].mean(); loud < 3*quiet {
		t.Errorf("small arms are heard by %.2f arrays, artillery by %.2f", quiet, loud)
	}
}

func count(s sample, event string) int {
	n := 0
	for _, l := range s.Links {
		if l.Incident == event {
			n++
		}
	}
	return n
}

func TestPostsKnowADirectionAlone(t *testing.T) {
	s := draw(t, many, "  - {kind: sound-post, n: 6, false_per_day: 0}\n")
	var bearing moments
	inside := 0.0
	s.each(func(o *observation.Observation, e *simulate.Event) {
		if o.Position != nil || o.Observer.Distance != nil {
			t.Fatalf("%s knows how far it is", o.ID())
		}
		_, b := sighted(o, e)
		bearing.add(turned(*o.Observer.Bearing, b))
		if !e.At.Before(o.From.Add(-time.Second)) && !e.At.After(o.To.Add(2*time.Second)) {
			inside++
		}
	})
	near(t, "bearing error", bearing.sigma(), 1.5, 0.08)
	near(t, "the interval holds the instant", inside/bearing.n, 0.98, 0.04)
}

func TestAircraftComeAndGo(t *testing.T) {
	s := draw(t, many, "  - {kind: uav, n: 10}\n")
	for _, x := range s.Sources {
		hours := 0.0
		for _, w := range x.Watched {
			hours += w.To.Sub(w.From).Hours()
		}
		if len(x.Watched) > 12 || hours > 48 || x.Lat != 0 {
			t.Errorf("%s: %d flights of %.1f hours", x.Name, len(x.Watched), hours)
		}
	}
	var off moments
	s.each(func(o *observation.Observation, e *simulate.Event) {
		de, dn := vector(e.Lat, e.Lon, o.Position.Lat, o.Position.Lon)
		off.add(de)
		off.add(dn)
	})
	near(t, "error", off.sigma(), 25, 0.1)
}

func TestSatellitesPass(t *testing.T) {
	s := draw(t, many+", stubble: 400", "  - {kind: thermal, n: 1, false_per_day: 0}\n")
	burning, stubble, lit, fires := 0.0, 0.0, 0.0, 0.0
	for _, e := range s.Truth {
		if e.Activity == observation.Fire {
			fires++
		} else if e.Party != "" {
			lit++
		}
	}
	s.each(func(o *observation.Observation, e *simulate.Event) {
		pass := o.To.Sub(o.To.Truncate(24 * time.Hour)).Hours()
		if !slices.ContainsFunc(s.model.PassesH, func(h float64) bool { return math.Abs(h-pass) < 0.02 }) {
			t.Fatalf("%s at %s, no pass", o.ID(), o.To)
		}
		if e.At.Before(o.From) || e.At.After(o.To) || o.Activity != observation.Fire {
			t.Fatalf("%s: %s to %s, %s; it was at %s", o.ID(), o.From, o.To, o.Activity, e.At)
		}
		if e.Activity == observation.Fire {
			stubble++
		} else {
			burning++
		}
	})
	if a, b := burning/lit, stubble/fires; a == 0 || b < 3*a || a > 0.2 {
		t.Errorf("it sees %.3f of what fire lights and %.3f of burning stubble", a, b)
	}
	if cloud := draw(t, many+", bad_weather: 1", "  - {kind: thermal, n: 1, false_per_day: 0}\n"); len(cloud.Observations) != 0 {
		t.Errorf("%d fires through cloud", len(cloud.Observations))
	}
}

func TestNewsComeLateFromElsewhere(t *testing.T) {
	s := draw(t, many, "  - {kind: news, n: 4}\n")
	towns := map[[2]float64]map[string]bool{}
	langs, texts := map[string]float64{}, 0.0
	stated := 0.0
	perEvent := map[string]float64{}
	for i := range s.Observations {
		o := &s.Observations[i]
		at := [2]float64{o.Position.Lat, o.Position.Lon}
		if towns[at] == nil {
			towns[at] = map[string]bool{}
		}
		towns[at][o.Place] = true
		langs[o.Lang]++
		if o.Copies != "" {
			stated++
		}
		if strings.Contains(o.Text, o.Place) {
			texts++
		}
		perEvent[s.Links[i].Incident]++
	}
	n := float64(len(s.Observations))
	if len(towns) > 60 || texts != n {
		t.Errorf("%d places; %g of %g texts name theirs", len(towns), texts, n)
	}
	spellings := 0
	for _, names := range towns {
		spellings = max(spellings, len(names))
	}
	if spellings != 3 || len(langs) != 3 || langs["en"] < langs["fr"] {
		t.Errorf("%d spellings of a place, languages %v", spellings, langs)
	}
	late, off := moments{}, moments{}
	s.each(func(o *observation.Observation, e *simulate.Event) {
		if d := o.Reported.Sub(e.At).Minutes(); d < 59 || d > 600+3*100 {
			t.Fatalf("%s after %g minutes", o.ID(), d)
		} else {
			late.add(d)
		}
		off.add(o.From.Add(30 * time.Minute).Sub(e.At).Minutes())
	})
	near(t, "error of the time, minutes", off.sigma(), math.Hypot(25, 60/math.Sqrt(12)), 0.1)
	// A chain of copies goes on with 0.45 each time, for at most three.
	chain := 0.45 + 0.45*0.45 + 0.45*0.45*0.45
	near(t, "share of copies that say so", stated/n, chain*0.6/(1+chain), 0.12)
}

func TestPartiesClaim(t *testing.T) {
	s := draw(t, many, "  - {kind: party, n: 1, false_per_day: 10}\n")
	against, own, fired, more := 0.0, 0.0, 0.0, moments{}
	for _, e := range s.Truth {
		if e.Party != "" {
			fired++
		}
	}
	s.each(func(o *observation.Observation, e *simulate.Event) {
		side := o.Source[len(o.Source)-5:]
		if o.Party == side {
			t.Fatalf("%s admits it", o.ID())
		}
		if d := o.Reported.Sub(e.At).Minutes(); d < 119 || d > 841 {
			t.Fatalf("%s after %g minutes", o.ID(), d)
		}
		if e.Party == side {
			own++
		} else {
			against++
		}
		if e.Count >= 5 {
			more.add(float64(o.Count.N) / float64(e.Count))
		}
	})
	near(t, "claims", against/fired, 0.45, 0.06)
	near(t, "of its own, blamed on the other", own/fired, 0.05, 0.2)
	near(t, "exaggeration", more.mean(), 1.8, 0.05)
	near(t, "of nothing", float64(count(s, "")), 2*10*4, 0.35)
}

func TestSeveralPeopleCall(t *testing.T) {
	s := draw(t, many, "  - {kind: hotline, n: 1, false_per_day: 0}\n")
	calls := map[string]float64{}
	s.each(func(o *observation.Observation, e *simulate.Event) { calls[e.ID]++ })
	var m moments
	for _, e := range s.Truth {
		if n := calls[e.ID]; n > 0 && e.Weapon == observation.ArtilleryGe100 {
			m.add(n)
		}
	}
	near(t, "calls of one event", m.mean(), 1.8, 0.1)
}

// What is no fire is taken for it by those who hear it.
func TestFalseAlarmsAreHeard(t *testing.T) {
	s := draw(t, "per_day: 0, depth_km: 6, thunder: 100, demining: 60, exercise: 60, stubble: 60, bad_weather: 0.2", "  - {kind: acoustic, n: 10, false_per_day: 0}\n  - {kind: patrol-heard, n: 10}\n  - {kind: camera, n: 20, false_per_day: 0}\n  - {kind: hotline, n: 2, false_per_day: 0}\n  - {kind: party, n: 1, false_per_day: 0}\n")
	seen := map[observation.Activity]map[observation.Means]int{}
	s.each(func(o *observation.Observation, e *simulate.Event) {
		if seen[e.Activity] == nil {
			seen[e.Activity] = map[observation.Means]int{}
		}
		seen[e.Activity][o.Means]++
		if o.Means != observation.Camera && o.Activity != observation.Explosion || o.Party != "" {
			t.Fatalf("%s makes %q of %s", o.ID(), o.Activity, e.Activity)
		}
	})
	thunder := seen[observation.Other]
	if thunder[observation.Acoustic] == 0 || thunder[observation.Patrol] == 0 || thunder[observation.Camera]+thunder[observation.Hotline]+thunder[observation.Party] != 0 {
		t.Errorf("thunder: %v", thunder)
	}
	for _, a := range []observation.Activity{observation.Demining, observation.Exercise} {
		if seen[a][observation.Acoustic] == 0 || seen[a][observation.Patrol] == 0 {
			t.Errorf("%s: %v", a, seen[a])
		}
	}
	if len(seen[observation.Fire]) != 0 {
		t.Errorf("stubble is heard: %v", seen[observation.Fire])
	}
}

// Both sides are watched and spoken of alike: over many draws as many reports of
// the one's fire as of the other's, and as many claims by each.
func TestBothSidesAlike(t *testing.T) {
	reports, claims := map[string]float64{}, map[string]float64{}
	for seed := range uint64(6) {
		s := short(t, "quiet-ceasefire", 10).Run(100+seed, nil)
		events := map[string]*simulate.Event{}
		for i := range s.Truth {
			events[s.Truth[i].ID] = &s.Truth[i]
		}
		told := map[string]bool{}
		for i, l := range s.Links {
			if e := events[l.Incident]; e != nil && e.Party != "" && !told[e.ID] {
				told[e.ID] = true
				reports[e.Party]++
			}
			if s.Observations[i].Means == observation.Party {
				claims[s.Observations[i].Party]++
			}
		}
	}
	for what, n := range map[string]map[string]float64{"events told of": reports, "claims": claims} {
		if z := (n["north"] - n["south"]) / math.Sqrt(2*(n["north"]+n["south"])); math.Abs(z) > 4 || n["north"] == 0 {
			t.Errorf("%s: %v, %.1f standard deviations apart", what, n, z)
		}
	}
}
