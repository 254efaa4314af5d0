package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

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
	var bad []error
	for _, p := range ctx.Operation().Parameters {
		if text := u.Query().Get(p.Name); p.In == "query" && text != "" && !takes(p.Schema, text) {
			// With a status of its own the answer is 400, as OGC API demands, not 422.
			bad = append(bad, huma.Error400BadRequest("the parameter "+p.Name+" has a value that it can't have"))
		}
	}
	return bad
}

// known refuses parameters that the operation does not have, as OGC API demands.
func (o *Origin) known() error {
	if len(o.unknown) > 0 {
		return huma.Error400BadRequest("there is no parameter " + o.unknown[0])
	}
	return nil
}

// takes tells whether a parameter can be what the text says.
func takes(s *huma.Schema, text string) bool {
	if s.Type == huma.TypeInteger {
		n, err := strconv.Atoi(text)
		return err == nil && (s.Minimum == nil || float64(n) >= *s.Minimum)
	}
	return s.MaxLength == nil || utf8.RuneCountInString(text) <= *s.MaxLength
}

// badRequest turns the refusal of a parameter's value into the 400 that OGC API demands.
func badRequest(err error) error {
	var x *huma.ErrorModel
	if errors.As(err, &x) && x.Status == http.StatusUnprocessableEntity {
		return &huma.ErrorModel{Title: http.StatusText(http.StatusBadRequest), Status: http.StatusBadRequest, Detail: x.Detail, Errors: x.Errors}
	}
	return err
}
