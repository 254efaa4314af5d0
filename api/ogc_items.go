package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/picture"
)

type itemsInput struct {
	Origin
	Collection string `path:"collection" maxLength:"40" example:"incidents"`
	BBox       string `query:"bbox" maxLength:"200" doc:"west,south,east,north in degrees WGS84"`
	Datetime   string `query:"datetime" maxLength:"100" doc:"An instant, or an interval: 2026-03-04T00:00:00Z/.., ../2026-03-05T00:00:00Z"`
	Limit      int    `query:"limit" minimum:"1" default:"100" doc:"At most 1000 are given at once"`
	Cursor     string `query:"cursor" maxLength:"200" doc:"Of a next link"`
}

// interval reads a datetime; a lone instant is that instant.
func interval(text string) (from, to time.Time, err error) {
	one := func(s string) (t time.Time) {
		if s == "" || s == ".." || err != nil {
			return t
		}
		t, err = instant("query.datetime", s, time.UTC)
		return t
	}
	a, b, both := strings.Cut(text, "/")
	if !both {
		from = one(a)
		return from, from, err
	}
	from, to = one(a), one(b)
	if err == nil && !from.IsZero() && !to.IsZero() && to.Before(from) {
		err = invalid("query.datetime", errors.New("the interval ends before it begins"))
	}
	return from, to, err
}

// feature is one of GeoJSON.
type feature struct {
	Type       string `json:"type"`
	ID         string `json:"id"`
	Geometry   any    `json:"geometry"`
	Properties any    `json:"properties"`
}

type point struct {
	Type        string     `json:"type"`
	Coordinates [2]float64 `json:"coordinates"`
}

// featureCollection is a page of them.
type featureCollection struct {
	Type           string `json:"type"`
	Features       []any  `json:"features"`
	NumberReturned int    `json:"numberReturned"`
	TimeStamp      string `json:"timeStamp"`
	Links          []Link `json:"links"`
}

const mostItems = 1000

func (s *Server) items(ctx context.Context, in *itemsInput) (*writing, error) {
	c, err := s.collection(ctx, in.Collection)
	if err != nil {
		return nil, err
	}
	box, err := bbox("query.bbox", in.BBox)
	if err != nil {
		return nil, err
	}
	from, to, err := interval(in.Datetime)
	if err != nil {
		return nil, err
	}
	list, next, err := s.featuresOf(ctx, c, box, from, to, min(in.Limit, mostItems), in.Cursor)
	if err != nil {
		return nil, err
	}
	at := in.base + "/ogc/collections/" + c.id
	self := at + "/items"
	if in.query != "" {
		self += "?" + in.query
	}
	page := featureCollection{"FeatureCollection", list, len(list), s.now().Format(time.RFC3339), []Link{
		{self, "self", "application/geo+json", ""}, {at, "collection", "application/json", c.title}}}
	if next != "" {
		q := url.Values{"cursor": {next}, "limit": {strconv.Itoa(in.Limit)}}
		for name, value := range map[string]string{"bbox": in.BBox, "datetime": in.Datetime} {
			if value != "" {
				q.Set(name, value)
			}
		}
		page.Links = append(page.Links, Link{at + "/items?" + q.Encode(), "next", "application/geo+json", ""})
	}
	return asJSON("application/geo+json", page)
}

func asJSON(kind string, v any) (*writing, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return &writing{kind: kind, write: func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }}, nil
}

// featuresOf gives a page of a collection.
func (s *Server) featuresOf(ctx context.Context, c collection, box *picture.Box, from, to time.Time, limit int, cursor string) (out []any, next string, err error) {
	out = []any{}
	if !c.timed {
		shapes, err := s.shapesAsFeatures(ctx, c, to)
		for _, f := range shapes {
			if box == nil || f.touches(*box) {
				out = append(out, f.feature)
			}
		}
		return out, "", err
	}
	if !to.IsZero() {
		to = to.Add(time.Microsecond) // an interval of OGC API holds both its ends
	}
	if c.id == "observations" {
		list, next, err := s.observationPage(ctx, app.Filter{Since: from, Until: to, Limit: limit}, cursor)
		for i := range list {
			o := &list[i]
			if p := o.Position; box == nil || p != nil && inBox(*box, p.Lat, p.Lon) {
				out = append(out, observationFeature(o))
			}
		}
		return out, next, err
	}
	list, next, err := s.list(ctx, app.Filter{Since: from, Until: to, Box: box, Limit: limit, Cursor: cursor})
	if err != nil {
		return nil, "", err
	}
	if c.id == "incidents" {
		for i := range list {
			out = append(out, incidentFeature(&list[i]))
		}
		return out, next, nil
	}
	of := map[string]*app.Summary{}
	for i := range list {
		of[list[i].ID] = &list[i]
	}
	_, found, err := s.whole(ctx, list)
	for i := range found {
		out = append(out, findingFeature(of[found[i].Incident], &found[i]))
	}
	return out, next, err
}

func (s *Server) item(ctx context.Context, in *struct {
	Origin
	Collection string `path:"collection" maxLength:"40" example:"incidents"`
	Feature    string `path:"feature" maxLength:"300"`
}) (*writing, error) {
	c, err := s.collection(ctx, in.Collection)
	if err != nil {
		return nil, err
	}
	f, err := s.featureOf(ctx, c, in.Feature)
	if err != nil {
		return nil, err
	}
	at := in.base + "/ogc/collections/" + c.id
	return asJSON("application/geo+json", struct {
		feature
		Links []Link `json:"links"`
	}{*f, []Link{{at + "/items/" + url.PathEscape(in.Feature), "self", "application/geo+json", ""}, {at, "collection", "application/json", c.title}}})
}

func (s *Server) featureOf(ctx context.Context, c collection, id string) (*feature, error) {
	if !c.timed {
		shapes, err := s.shapesAsFeatures(ctx, c, time.Time{})
		for _, f := range shapes {
			if f.ID == id {
				return &f.feature, nil
			}
		}
		if err == nil {
			err = app.ErrUnknown
		}
		return nil, err
	}
	x, err := s.explanation(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case c.id == "observations" && x.Kind == "observation":
		for i := range x.Sources {
			if o := &x.Sources[i].Observation; o.ID() == id {
				return observationFeature(o), nil
			}
		}
	case c.id == "incidents" && x.Kind == "incident" && x.Incident != nil:
		row, _, err := s.list(ctx, app.Filter{Incident: id, Limit: 1})
		if err != nil || len(row) == 0 {
			return nil, cmp.Or(err, app.ErrUnknown)
		}
		return incidentFeature(&row[0]), nil
	case c.id == "findings" && x.Kind == "finding" && len(x.Findings) == 1:
		var of *app.Summary
		if p := x.Incident; p != nil && p.Position != nil {
			of = &app.Summary{Lat: &p.Position.Lat, Lon: &p.Position.Lon}
		}
		return findingFeature(of, &x.Findings[0]), nil
	}
	return nil, app.ErrUnknown
}

// shape is a zone or line with its box.
type shape struct {
	feature
	box []float64
}

func (x *shape) touches(box picture.Box) bool {
	if x.box == nil || x.box[1] > box[3] || x.box[3] < box[1] {
		return false
	}
	if box[0] <= box[2] {
		return x.box[0] <= box[2] && x.box[2] >= box[0]
	}
	return x.box[2] >= box[0] || x.box[0] <= box[2] // it reaches over the antimeridian
}

func (s *Server) shapesAsFeatures(ctx context.Context, c collection, at time.Time) ([]shape, error) {
	if at.IsZero() {
		var err error
		if at, err = s.at(ctx, ""); err != nil {
			return nil, err
		}
	}
	all, err := s.shapes(ctx, strings.TrimSuffix(c.id, "s"), at)
	if err != nil {
		return nil, err
	}
	raw, err := features(all)
	if err != nil {
		return nil, err
	}
	out := make([]shape, len(all.Features))
	for i := range all.Features {
		f := &all.Features[i]
		var g struct {
			Geometry json.RawMessage `json:"geometry"`
		}
		if err := json.Unmarshal(raw.Features[i], &g); err != nil {
			return nil, err
		}
		id, _ := f.Properties["id"].(string)
		out[i] = shape{feature{"Feature", id, g.Geometry, f.Properties}, boxOf(f)}
	}
	return out, nil
}

// boxOf is the box of a feature, nil of one without a point.
func boxOf(f *geo.Feature) (box []float64) {
	add := func(points []geo.Point) {
		for _, p := range points {
			if box == nil {
				box = []float64{p.Lon, p.Lat, p.Lon, p.Lat}
			}
			box[0], box[1] = min(box[0], p.Lon), min(box[1], p.Lat)
			box[2], box[3] = max(box[2], p.Lon), max(box[3], p.Lat)
		}
	}
	add(f.Points)
	for _, l := range f.Polylines {
		add(l)
	}
	for _, p := range f.Polygons {
		for _, ring := range p {
			add(ring)
		}
	}
	return box
}

func inBox(box picture.Box, lat, lon float64) bool {
	if lat < box[1] || lat > box[3] {
		return false
	}
	if box[0] > box[2] {
		return lon >= box[0] || lon <= box[2]
	}
	return lon >= box[0] && lon <= box[2]
}
