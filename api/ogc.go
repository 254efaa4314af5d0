package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/picture"
)

// OGC API – Features, part 1: core (OGC 17-069r4).

// Link leads to a resource.
type Link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// Landing is the page on which a client begins.
type Landing struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Links       []Link `json:"links"`
}

// Conformance lists the parts of the standard that are kept.
type Conformance struct {
	ConformsTo []string `json:"conformsTo"`
}

// Collections lists the collections.
type Collections struct {
	Links       []Link       `json:"links"`
	Collections []Collection `json:"collections"`
}

// Collection is a set of features.
type Collection struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Links       []Link   `json:"links"`
	Extent      *Extent  `json:"extent,omitempty"`
	ItemType    string   `json:"itemType"`
	CRS         []string `json:"crs"`
}

// Extent is where and when features lie.
type Extent struct {
	Spatial  *SpatialExtent  `json:"spatial,omitempty"`
	Temporal *TemporalExtent `json:"temporal,omitempty"`
}

// SpatialExtent is a box, degrees WGS84.
type SpatialExtent struct {
	BBox [][]float64 `json:"bbox"`
	CRS  string      `json:"crs"`
}

// TemporalExtent is an interval.
type TemporalExtent struct {
	Interval [][2]*time.Time `json:"interval"`
}

const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

// collection is one that is offered.
type collection struct {
	id, title, words string
	action           access.Action
	timed            bool
}

func collections() []collection {
	return []collection{
		{"incidents", "Incidents", "Events as the observations of them tell them together", access.ReadPublished, true},
		{"findings", "Findings", "Incidents under a term: whether it was broken, and who answers for it", access.ReadPublished, true},
		{"observations", "Observations", "Reports, each by one source", access.ReadPicture, true},
		{"zones", "Zones", "The zones in force at the last instant of the data, or at datetime", access.ReadPublished, false},
		{"lines", "Lines", "The lines in force at the last instant of the data, or at datetime", access.ReadPublished, false},
	}
}

// open gives the collections that whoever asks may read.
func offered(ctx context.Context) []collection {
	return slices.DeleteFunc(collections(), func(c collection) bool { return !access.Decide(asks(ctx), c.action, observation.Clear).Allowed })
}

func (s *Server) collection(ctx context.Context, id string) (collection, error) {
	for _, c := range offered(ctx) {
		if c.id == id {
			return c, nil
		}
	}
	return collection{}, huma.Error404NotFound("there is no such collection, or it is not for you to see")
}

func (s *Server) ogc(api huma.API) {
	get(s, api, "/ogc", "ogc-landing", access.ReadPublished, "OGC API – Features: where a client begins", func(_ context.Context, in *struct{ Origin }) (*Landing, error) {
		at := in.base + "/ogc"
		return &Landing{s.app.Agreement().Title.In("en"), "Incidents, findings, lines and zones, as the publication policy lets you see them", []Link{
			{at, "self", "application/json", "This page"},
			{in.base + "/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.1", "The description of all operations"},
			{in.base + "/docs", "service-doc", "text/html", "The same to read"},
			{at + "/conformance", "conformance", "application/json", "What is kept of the standard"},
			{at + "/collections", "data", "application/json", "The collections"},
		}}, in.known()
	})
	get(s, api, "/ogc/conformance", "ogc-conformance", access.ReadPublished, "The parts of the standard that are kept", func(_ context.Context, in *struct{ Origin }) (*Conformance, error) {
		class := "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
		return &Conformance{[]string{class + "core", class + "geojson", class + "oas30"}}, in.known()
	})
	get(s, api, "/ogc/collections", "ogc-collections", access.ReadPublished, "The collections", func(ctx context.Context, in *struct{ Origin }) (*Collections, error) {
		out := &Collections{Links: []Link{{in.base + "/ogc/collections", "self", "application/json", ""}}, Collections: []Collection{}}
		extent, err := s.extent(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range offered(ctx) {
			out.Collections = append(out.Collections, c.describe(in.base, extent))
		}
		return out, in.known()
	})
	get(s, api, "/ogc/collections/{collection}", "ogc-collection", access.ReadPublished, "One collection", func(ctx context.Context, in *struct {
		Origin
		Collection string `path:"collection" maxLength:"40" example:"incidents"`
	}) (*Collection, error) {
		c, err := s.collection(ctx, in.Collection)
		if err != nil {
			return nil, err
		}
		extent, err := s.extent(ctx)
		if err != nil {
			return nil, err
		}
		x := c.describe(in.base, extent)
		return &x, in.known()
	})
	content(s, api, operation(http.MethodGet, "/ogc/collections/{collection}/items", "ogc-items", access.ReadPublished, "Features of a collection, as GeoJSON"), []string{"application/geo+json"}, s.items)
	content(s, api, operation(http.MethodGet, "/ogc/collections/{collection}/items/{feature}", "ogc-item", access.ReadPublished, "One feature, as GeoJSON"), []string{"application/geo+json"}, s.item)
}

func (c *collection) describe(base string, extent *Extent) Collection {
	at := base + "/ogc/collections/" + c.id
	return Collection{ID: c.id, Title: c.title, Description: c.words, Extent: extent, ItemType: "feature", CRS: []string{crs84}, Links: []Link{
		{at, "self", "application/json", ""}, {at + "/items", "items", "application/geo+json", c.title}}}
}

// extent is that of the agreement and of the data that may be known.
func (s *Server) extent(ctx context.Context) (*Extent, error) {
	x := &Extent{}
	if box := s.app.Agreement().Area; len(box) == 4 {
		x.Spatial = &SpatialExtent{[][]float64{box}, crs84}
	}
	totals, err := s.totals(ctx)
	if err != nil || totals.First.IsZero() {
		return x, err
	}
	first, last := totals.First, s.latest(ctx, totals.Last)
	x.Temporal = &TemporalExtent{[][2]*time.Time{{&first, &last}}}
	return x, nil
}

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
	if err := in.known(); err != nil {
		return nil, err
	}
	c, err := s.collection(ctx, in.Collection)
	if err != nil {
		return nil, err
	}
	box, err := bbox("query.bbox", in.BBox)
	if err != nil {
		return nil, badRequest(err)
	}
	from, to, err := interval(in.Datetime)
	if err != nil {
		return nil, badRequest(err)
	}
	list, next, err := s.featuresOf(ctx, c, box, from, to, min(in.Limit, mostItems), in.Cursor)
	if err != nil {
		return nil, badRequest(err)
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
	if err := in.known(); err != nil {
		return nil, err
	}
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
