package api

import (
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// Origin is where the server was asked, for links that lead back to it.
type Origin struct {
	base    string
	query   string
	unknown []string // parameters that the operation does not have
}

// Resolve reads it from a request.
func (o *Origin) Resolve(ctx huma.Context) []error {
	scheme := "http"
	if ctx.TLS() != nil || ctx.Operation().Metadata["secure"] == true {
		scheme = "https"
	}
	u := ctx.URL()
	o.base, o.query = scheme+"://"+ctx.Host(), u.RawQuery
	for name := range u.Query() {
		if !slices.ContainsFunc(ctx.Operation().Parameters, func(p *huma.Param) bool { return p.In == "query" && p.Name == name }) {
			o.unknown = append(o.unknown, name)
		}
	}
	slices.Sort(o.unknown)
	return nil
}

// known refuses parameters that the operation does not have, as OGC API demands.
func (o *Origin) known() error {
	if len(o.unknown) > 0 {
		return huma.Error400BadRequest("there is no parameter " + o.unknown[0])
	}
	return nil
}
