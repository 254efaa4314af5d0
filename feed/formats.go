package feed

import (
	"github.com/truce-monitor/truce/feed/acled"
	"github.com/truce-monitor/truce/feed/bellingcat"
	"github.com/truce-monitor/truce/feed/boundary"
	"github.com/truce-monitor/truce/feed/cir"
	"github.com/truce-monitor/truce/feed/controlarea"
	"github.com/truce-monitor/truce/feed/declaration"
	"github.com/truce-monitor/truce/feed/firms"
	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/gazetteer"
	"github.com/truce-monitor/truce/feed/osce"
	"github.com/truce-monitor/truce/feed/sirens"
	"github.com/truce-monitor/truce/feed/truceown"
	"github.com/truce-monitor/truce/feed/ucdp"
	"github.com/truce-monitor/truce/feed/viina"
	"github.com/truce-monitor/truce/feed/yemen"
)

// formats are all formats that truce knows.
func formats() []*format.Format {
	return []*format.Format{
		&truceown.CSV, &truceown.JSONLines, &truceown.JSONArray, &truceown.GeoJSON,
		&declaration.CSV, &declaration.JSONLines, &declaration.GeoJSON,
		&ucdp.Format, &acled.Format, &viina.Format, &bellingcat.Format, &cir.Format, &yemen.Format,
		&firms.Format, &firms.Coverage, &sirens.Official, &sirens.Volunteer, &osce.Format,
		&controlarea.DeepState, &boundary.GeoBoundaries, &gazetteer.Settlements, &gazetteer.GeoNames, &gazetteer.PowerPlants, &gazetteer.PAX,
	}
}
