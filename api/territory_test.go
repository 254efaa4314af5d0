package api_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
)

// The public is told who holds what, but not of the days that are too young, and
// not who says so.
func TestTerritoryByWhoAsks(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	const path = "/api/v1/territory?by=day"
	mission, public := get[api.Territory](t, x, "verifier", path), get[api.Territory](t, x, "", path)
	if len(mission.Periods) != 10 || len(public.Periods) != 10 || len(mission.Zones) == 0 {
		t.Errorf("%d days for the mission, %d for the public, %d rows of zones; want 10, 10, some", len(mission.Periods), len(public.Periods), len(mission.Zones))
	}
	if mission.Source != "simulated map of control" || public.Source != "" {
		t.Errorf("by %q for the mission, %q for the public", mission.Source, public.Source)
	}

	var at atomic.Pointer[time.Time]
	turn := func(t time.Time) { at.Store(&t) }
	turn(now())
	a, _, err := app.Demo(t.Context(), filepath.Join(t.TempDir(), "demo"), app.Options{Now: func() time.Time { return *at.Load() }})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	turn(time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)) // the map of 7 March is less than a day old
	x = serve(t, a, api.Options{})
	for _, q := range []string{"", "&until=2026-03-09"} {
		mission, public := get[api.Territory](t, x, "verifier", path+q), get[api.Territory](t, x, "", path+q)
		if n, m := len(mission.Periods), len(public.Periods); n < 10 || m != 9 {
			t.Errorf("%q: %d days for the mission, %d for the public; want 10 or more, and 9", q, n, m)
		}
	}
}
