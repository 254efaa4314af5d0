package api

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/geo"
)

// Features is a GeoJSON FeatureCollection (RFC 7946).
type Features struct {
	Type     string            `json:"type" enum:"FeatureCollection"`
	Features []json.RawMessage `json:"features"`
}

type atInstant struct {
	At string `query:"at" maxLength:"40" doc:"As they stood at this instant; without it the last of the data, or now"`
}

func (s *Server) places(api huma.API) {
	for _, x := range []struct{ path, id, kind, summary string }{
		{"/api/v1/zones", "list-zones", "zone", "The zones in force at an instant, as GeoJSON"},
		{"/api/v1/lines", "list-lines", "line", "The lines in force at an instant, as GeoJSON"},
	} {
		get(s, api, x.path, x.id, access.ReadPublished, x.summary, func(ctx context.Context, in *atInstant) (*Features, error) {
			at, err := s.at(ctx, in.At)
			if err != nil {
				return nil, err
			}
			return remembered(s, x.path+" "+at.Format(time.RFC3339Nano), agreement.Policy{}, func() (*Features, error) {
				f, err := s.shapes(ctx, x.kind, at)
				if err != nil {
					return nil, err
				}
				return features(f)
			})
		})
	}
	get(s, api, "/api/v1/areas", "list-areas", access.ReadPublished, "The administrative areas that the agreement reports by, as GeoJSON", func(ctx context.Context, _ *struct{}) (*Features, error) {
		return remembered(s, "areas", agreement.Policy{}, func() (*Features, error) {
			f, err := s.app.Areas(ctx)
			if err != nil {
				return nil, err
			}
			return features(f)
		})
	})
}

// shapes are the zones or lines at an instant.
func (s *Server) shapes(ctx context.Context, kind string, at time.Time) (*geo.Features, error) {
	all, err := remembered(s, "shapes "+at.Format(time.RFC3339Nano), agreement.Policy{}, func() (*geo.Features, error) { return s.app.Zones(ctx, at) })
	if err != nil {
		return nil, err
	}
	out := &geo.Features{}
	for _, f := range all.Features {
		if f.Properties["kind"] == kind {
			out.Features = append(out.Features, f)
		}
	}
	return out, nil
}

// at reads an instant; without one it is that of the last data, to the minute above so
// that what is worked out for it serves while reports come in, or now.
func (s *Server) at(ctx context.Context, given string) (time.Time, error) {
	t, err := instant("query.at", given, s.app.Agreement().Location())
	if err != nil || !t.IsZero() {
		return t, err
	}
	totals, err := s.totals(ctx)
	if err != nil || totals.Last.IsZero() {
		return s.now(), err
	}
	return totals.Last.Truncate(time.Minute).Add(time.Minute), nil
}

func features(f *geo.Features) (*Features, error) {
	var b bytes.Buffer
	if err := geo.WriteGeoJSON(&b, f); err != nil {
		return nil, err
	}
	out := &Features{}
	return out, json.Unmarshal(b.Bytes(), out)
}
