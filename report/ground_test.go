package report_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/ledger"
	"github.com/truce-monitor/truce/report"
	"github.com/truce-monitor/truce/site"
	"github.com/truce-monitor/truce/territory"
)

// addGround adds protected sites, storage sites and territory to a made-up day.
func addGround(in *report.Input) {
	ferry := geo.Point{Lat: 48.3, Lon: 37.4}
	in.Sites = []site.Site{
		{ID: "plant", Name: three("Old Ferry power plant", "Centrale de Vieux-Bac", "Електростанція Старий Перевіз"), Kind: "nuclear-plant", Position: &ferry, RadiusM: 1000, StandoffM: 9000, Basis: "terms", Party: "south", Provisions: []string{"fire"}},
		{ID: "clinic", Name: en("A clinic"), Kind: "hospital", Position: &geo.Point{Lat: 49, Lon: 38}, RadiusM: 100, StandoffM: 500, Basis: "default"},
	}
	in.SiteNotes = map[string]site.Note{"plant": {At: time.Date(2025, 4, 20, 6, 0, 0, 0, time.UTC), By: "Site team", Answers: map[string]string{"integrity": site.Kept, "power": site.AtRisk}, Summary: "One of two lines is down."}}
	in.Storage = []ledger.Sheet{{Site: "store", Name: en("Mill Hill store"), Kind: "storage-site", Party: "north", Unverified: []string{"no-serials", "prevented"}, Lines: []ledger.Line{
		{Weapon: "mlrs", Declared: 18, Present: 15, Matched: 12, MissingFirst: 1, MissingAgain: 2}, {Weapon: "tank", Declared: 4, Present: 4}}}}
	to := time.Date(2025, 4, 20, 16, 30, 0, 0, time.UTC)
	for i := range 31 {
		g, l := 1e6*math.Abs(5*math.Sin(float64(i))), 1e6*math.Abs(2*math.Cos(2*float64(i)))
		in.Territory = append(in.Territory, territory.Period{From: to.AddDate(0, 0, i-31), To: to.AddDate(0, 0, i-30), Version: "5be1f3a0", HeldBy: "south", HeldM2: 9e9 + 1e6*float64(i), GainedM2: g, LostM2: l,
			UncertainM2: 5e7, LengthM: 280e3, RadiusM: 180, Areas: []territory.Holding{
				{Area: "Upper district", LandM2: 4e10, HeldM2: 3e9 + 1e6*float64(i), GainedM2: g, LostM2: l, UncertainM2: 2e7}, {Area: "Lower district", LandM2: 4e10, HeldM2: 6e9, UncertainM2: 3e7}}})
	}
}

// The sections stand where there is something to say, and nowhere else.
func TestGroundIsToldWhereItIsKnown(t *testing.T) {
	with, without := sample(40), sample(40)
	without.Sites, without.Storage, without.Territory = nil, nil, nil
	for _, lang := range report.Languages() {
		for _, c := range []struct {
			in   report.Input
			want bool
		}{{with, true}, {without, false}} {
			r, err := report.Build(c.in)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			if err := report.HTML(&b, r, lang); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"t-sites", "t-storage", "t-territory", "f-territory"} {
				if strings.Contains(b.String(), fmt.Sprintf("id=%q", id)) != c.want {
					t.Errorf("%s: %s is there: %v", lang, id, !c.want)
				}
			}
		}
	}
}
