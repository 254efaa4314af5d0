// Package boundary reads administrative boundaries from GeoJSON.
package boundary

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/truce-monitor/truce/feed/format"
	"github.com/truce-monitor/truce/feed/item"
	"github.com/truce-monitor/truce/feed/jsonseq"
	"github.com/truce-monitor/truce/geo"
)

// GeoBoundaries is a file of geoboundaries.org. Coastal areas may hold
// territorial sea: that can't be seen in the file, so the caveat
// "may-include-sea" is on all of them.
var GeoBoundaries = format.Format{
	Name:   "geoboundaries",
	Title:  "geoBoundaries (GeoJSON)",
	Credit: "geoBoundaries, CC BY 4.0. Runfola et al. (2020), PLoS ONE 15(4)",
	Detect: func(h *format.Head) int {
		if h.JSON() && bytes.Contains(h.Text, []byte(`"FeatureCollection"`)) && bytes.Contains(h.Text, []byte(`"shapeName"`)) {
			return 10
		}
		return 0
	},
	Open: func(in *format.Input) (item.Reader, error) {
		return &reader{in: in, seq: jsonseq.Elements(in.R, "features")}, nil
	},
}

type reader struct {
	in  *format.Input
	seq jsonseq.Sequence
}

func (r *reader) Next() (item.Item, error) {
	el, err := r.seq.Next()
	if err != nil {
		return jsonseq.Refused(err)
	}
	a, err := r.area(el.Raw)
	if err != nil {
		return jsonseq.Bad(el, err), nil
	}
	return item.Item{Row: el.Row, Area: a}, nil
}

func (r *reader) area(raw []byte) (*item.Area, error) {
	f, err := geo.ReadGeoJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	a := &item.Area{Source: r.in.SourceOr("geoboundaries"), Caveats: []string{"may-include-sea"}, Properties: map[string]string{}}
	for _, x := range f.Features {
		a.Area = append(a.Area, x.Polygons...)
		for k, v := range x.Properties {
			a.Properties[k] = fmt.Sprint(v)
		}
	}
	a.Name, a.Ref = strings.TrimSpace(a.Properties["shapeName"]), a.Properties["shapeID"]
	switch {
	case a.Name == "":
		return nil, errors.New("shapeName is missing")
	case len(a.Area) == 0:
		return nil, errors.New("there is no polygon")
	}
	if a.Ref == "" {
		a.Ref = a.Name
	}
	return a, nil
}
