// Package controlarea reads areas of control: a GeoJSON file a day, whose
// polygons one party holds.
package controlarea

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/geo"
)

var name = regexp.MustCompile(`^deepstatemap_data_(\d{8})\.geojson$`)

// DeepState is the daily polygon of Ukraine's territory that Russian forces
// hold, as DeepState draws it and cyterat/deepstate-map-data collects it. The
// day is in the file's name alone: that of the download at 03:00 UTC, so that
// the polygon shows the evening before. The grey zone is not in it.
var DeepState = format.Format{
	Name:   "deepstate",
	Title:  "DeepState's areas of control, a file a day",
	Credit: "DeepStateMap (deepstatemap.live); no licence is stated: do not pass the data on",
	Detect: func(h *format.Head) int {
		if h.JSON() && name.MatchString(h.Name) {
			return 20
		}
		return 0
	},
	Open: func(in *format.Input) (item.Reader, error) {
		m := name.FindStringSubmatch(in.Name)
		if m == nil {
			return nil, fmt.Errorf("the day is missing: expected a file name such as deepstatemap_data_20260106.geojson, not %q", in.Name)
		}
		day, err := time.Parse("20060102", m[1])
		if err != nil {
			return nil, fmt.Errorf("the day in the file's name: %w", err)
		}
		features, err := geo.ReadGeoJSON(in.R)
		if err != nil {
			return nil, err
		}
		area := features.Polygons()
		if len(area) == 0 {
			return nil, errors.New("there is no polygon in it")
		}
		return &one{item.Item{Row: 1, Area: &item.Area{
			Source: in.SourceOr("deepstate"), Ref: m[1], From: day.Add(3 * time.Hour), HeldBy: "Russia", Area: area,
			Caveats: []string{"one-source", "no-grey-zone"},
		}}, false}, nil
	},
}

// one yields one item.
type one struct {
	item item.Item
	done bool
}

func (o *one) Next() (item.Item, error) {
	if o.done {
		return item.Item{}, io.EOF
	}
	o.done = true
	return o.item, nil
}
