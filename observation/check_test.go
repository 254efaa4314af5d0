package observation_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/observation"
)

var (
	now = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	box = [4]float64{30, 44, 41, 53}
)

func TestCheck(t *testing.T) {
	ok := full()
	if err := ok.Check(now, box); err != nil {
		t.Fatalf("a sound observation: %v", err)
	}
	for name, c := range map[string]struct {
		change func(*observation.Observation)
		want   string
	}{
		"source":           {func(o *observation.Observation) { o.Source = "" }, "source is missing"},
		"ref":              {func(o *observation.Observation) { o.Ref = "" }, "ref is missing"},
		"no date":          {func(o *observation.Observation) { o.From = time.Time{} }, "from is missing"},
		"year slip":        {func(o *observation.Observation) { o.From = time.Date(25, 1, 1, 0, 0, 0, 0, time.UTC) }, "impossible year 25"},
		"order":            {func(o *observation.Observation) { o.To = o.From.Add(-time.Second) }, "is before from"},
		"future":           {func(o *observation.Observation) { o.From = now.Add(1); o.To = o.From }, "is in the future"},
		"reported later":   {func(o *observation.Observation) { o.Reported = now.Add(time.Hour) }, "reported (2026-03-01T01:00:00Z) is in the future"},
		"nowhere":          {func(o *observation.Observation) { o.Position, o.Observer, o.Place, o.Area = nil, nil, "", "" }, "no position"},
		"swapped":          {func(o *observation.Observation) { o.Position.Lat, o.Position.Lon = 37.7, 48.0 }, "latitude and longitude are swapped"},
		"swapped, beyond":  {func(o *observation.Observation) { o.Position.Lat, o.Position.Lon = 137.7, 48.0 }, "is no place on Earth"},
		"observer swapped": {func(o *observation.Observation) { o.Observer.Lat, o.Observer.Lon = 37.7, 48.0 }, "the observer 37.7, 48 lies in the area only if"},
		"not a number":     {func(o *observation.Observation) { o.Position.Lat = math.NaN() }, "no place on Earth"},
		"null island":      {func(o *observation.Observation) { o.Position.Lat, o.Position.Lon = 0, 0 }, "empty field"},
		"radius":           {func(o *observation.Observation) { o.Position.Radius = -1 }, "radius_m -1"},
		"radius inf":       {func(o *observation.Observation) { o.Position.Radius = math.Inf(1) }, "radius_m +Inf"},
		"bearing":          {func(o *observation.Observation) { o.Observer.Bearing = ptr(360) }, "bearing_deg 360"},
		"bearing error":    {func(o *observation.Observation) { o.Observer.BearingError = 181 }, "bearing_error_deg 181"},
		"distance":         {func(o *observation.Observation) { o.Observer.Distance = ptr(math.NaN()) }, "distance_m NaN"},
		"distance error":   {func(o *observation.Observation) { o.Observer.DistanceError = -2 }, "distance_error_m -2"},
		"no activity":      {func(o *observation.Observation) { o.Activity = "" }, "activity is missing"},
		"activity":         {func(o *observation.Observation) { o.Activity = "bang" }, `activity "bang" is not in the taxonomy`},
		"weapon":           {func(o *observation.Observation) { o.Weapon = "sling" }, "weapon"},
		"means":            {func(o *observation.Observation) { o.Means = "crystal ball" }, "means"},
		"how":              {func(o *observation.Observation) { o.How = "dreamt" }, "how"},
		"direction":        {func(o *observation.Observation) { o.Direction = "up" }, "direction"},
		"grade":            {func(o *observation.Observation) { o.Grade = "G7" }, "grade"},
		"handling":         {func(o *observation.Observation) { o.Handling = "TLP:amber" }, "handling"},
		"heading":          {func(o *observation.Observation) { o.Heading = ptr(-1) }, "heading_deg"},
		"count":            {func(o *observation.Observation) { o.Count = observation.Count{N: -1} }, "negative"},
		"count order":      {func(o *observation.Observation) { o.Count = observation.Count{N: 9, Min: 1, Max: 3} }, "not between"},
		"harm":             {func(o *observation.Observation) { o.Harm.Injured = -1 }, "casualties"},
		"UTF-8":            {func(o *observation.Observation) { o.Text = "\xff" }, "UTF-8"},
		"hash":             {func(o *observation.Observation) { o.Media[0].SHA256 = "AB" }, "hash"},
	} {
		t.Run(name, func(t *testing.T) {
			o := full()
			c.change(&o)
			err := o.Check(now, box)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestCheckAllowsOutsideTheArea(t *testing.T) {
	o := full()
	o.Observer = nil
	o.Position.Lat, o.Position.Lon = 55.75, 37.62
	if err := o.Check(now, box); err != nil {
		t.Error(err)
	}
	// A box across the antimeridian; 52, 179 is in it, 179, 52 nowhere.
	o.Position.Lat, o.Position.Lon = 179, 52
	if err := o.Check(now, [4]float64{170, 50, -170, 60}); err == nil || !strings.Contains(err.Error(), "swapped") {
		t.Errorf("got %v", err)
	}
}

func TestHandlingOrder(t *testing.T) {
	order := []observation.Handling{"", observation.Clear, observation.Green, observation.Amber, observation.AmberStrict, observation.Red}
	for i, a := range order {
		for j, b := range order {
			if got := a.MoreRestricted(b); got != (i > j) {
				t.Errorf("%q more restricted than %q: %v", a, b, got)
			}
		}
	}
	if !observation.Handling("TLP:amber").MoreRestricted(observation.AmberStrict) {
		t.Error("a misspelt label must not disclose")
	}
}

func TestTaxonomy(t *testing.T) {
	for _, a := range observation.Activities() {
		if !observation.KnownActivity(a) {
			t.Errorf("activity %s", a)
		}
	}
	for _, w := range observation.Weapons() {
		if !observation.KnownWeapon(w) {
			t.Errorf("weapon %s", w)
		}
	}
	o := observation.Observation{Source: "a", Ref: "b/c"}
	if o.ID() != "a/b/c" {
		t.Error(o.ID())
	}
}
