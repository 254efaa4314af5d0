package api

import "github.com/danielgtaylor/huma/v2"

// Origin is where the server was asked, for links that lead back to it.
type Origin struct {
	base  string
	query string
}

// Resolve reads it from a request.
func (o *Origin) Resolve(ctx huma.Context) []error {
	scheme := "http"
	if ctx.TLS() != nil || ctx.Operation().Metadata["secure"] == true {
		scheme = "https"
	}
	u := ctx.URL()
	o.base, o.query = scheme+"://"+ctx.Host(), u.RawQuery
	return nil
}
