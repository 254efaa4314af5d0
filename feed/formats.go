package feed

import (
	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/truceown"
)

// formats are all formats that truce knows.
func formats() []*format.Format {
	return []*format.Format{
		&truceown.CSV, &truceown.JSONLines, &truceown.JSONArray,
	}
}
