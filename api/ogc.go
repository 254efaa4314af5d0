package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/observation"
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

// ogcOperation is one of the standard, which demands 400 for a parameter that is not
// known or can't have its value (requirement 8).
func ogcOperation(path, id, summary string) huma.Operation {
	op := operation(http.MethodGet, path, id, access.ReadPublished, summary)
	op.RejectUnknownQueryParameters = true
	op.Middlewares = huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) { next(strict{ctx}) }}
	return op
}

type humaContext = huma.Context // by this name it leaves its method Context alone

// strict answers 400 where other operations answer 422.
type strict struct{ humaContext }

// SetStatus is what huma calls with the status of an answer.
func (x strict) SetStatus(status int) {
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest
	}
	x.humaContext.SetStatus(status)
}

// Unwrap is for humago.Unwrap.
func (x strict) Unwrap() huma.Context { return x.humaContext }

// restate makes the body of a strict refusal name the status that it is answered with.
func restate(ctx huma.Context, _ string, body any) (any, error) {
	x, ok := body.(*huma.ErrorModel)
	if _, is := ctx.(strict); is && ok && x.Status == http.StatusUnprocessableEntity {
		x.Status, x.Title = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
	}
	return body, nil
}

func (s *Server) ogc(api huma.API) {
	respond(s, api, ogcOperation("/ogc", "ogc-landing", "OGC API – Features: where a client begins"), func(_ context.Context, in *struct{ Origin }) (*Landing, error) {
		at := in.base + "/ogc"
		return &Landing{s.app.Agreement().Title.In("en"), "Incidents, findings, lines and zones, as the publication policy lets you see them", []Link{
			{at, "self", "application/json", "This page"},
			{in.base + "/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.1", "The description of all operations"},
			{in.base + "/docs", "service-doc", "text/html", "The same to read"},
			{at + "/conformance", "conformance", "application/json", "What is kept of the standard"},
			{at + "/collections", "data", "application/json", "The collections"},
		}}, nil
	})
	respond(s, api, ogcOperation("/ogc/conformance", "ogc-conformance", "The parts of the standard that are kept"), func(_ context.Context, _ *struct{}) (*Conformance, error) {
		class := "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
		return &Conformance{[]string{class + "core", class + "geojson", class + "oas30"}}, nil
	})
	respond(s, api, ogcOperation("/ogc/collections", "ogc-collections", "The collections"), func(ctx context.Context, in *struct{ Origin }) (*Collections, error) {
		out := &Collections{Links: []Link{{in.base + "/ogc/collections", "self", "application/json", ""}}, Collections: []Collection{}}
		extent, err := s.extent(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range offered(ctx) {
			out.Collections = append(out.Collections, c.describe(in.base, extent))
		}
		return out, nil
	})
	respond(s, api, ogcOperation("/ogc/collections/{collection}", "ogc-collection", "One collection"), func(ctx context.Context, in *struct {
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
		return &x, nil
	})
	content(s, api, ogcOperation("/ogc/collections/{collection}/items", "ogc-items", "Features of a collection, as GeoJSON"), []string{"application/geo+json"}, s.items)
	content(s, api, ogcOperation("/ogc/collections/{collection}/items/{feature}", "ogc-item", "One feature, as GeoJSON"), []string{"application/geo+json"}, s.item)
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
