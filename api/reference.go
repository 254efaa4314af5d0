package api

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
)

//go:embed reference.html
var referencePage string

// entry is an operation as the page lists it.
type entry struct {
	Method, Path, Summary, Action string
	Parameters                    []*huma.Param
}

// reference is the description of all operations for people to read, without
// anything from another server.
func (s *Server) reference(api huma.API) {
	page := template.Must(template.New("reference").Parse(referencePage))
	content(s, api, operation(http.MethodGet, "/docs", "get-reference", access.ReadPublished, "The description of all operations, to read"), []string{"text/html"}, func(context.Context, *struct{}) (*writing, error) {
		var list []entry
		for path, at := range api.OpenAPI().Paths {
			for method, op := range methods(at) {
				action, _ := actionOf(op)
				list = append(list, entry{method, path, op.Summary, string(action), op.Parameters})
			}
		}
		slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
		var b bytes.Buffer
		if err := page.Execute(&b, list); err != nil {
			return nil, err
		}
		return &writing{kind: "text/html; charset=utf-8", page: true, write: func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }}, nil
	})
}

// methods gives the operations of a path.
func methods(at *huma.PathItem) map[string]*huma.Operation {
	out := map[string]*huma.Operation{}
	for method, op := range map[string]*huma.Operation{http.MethodGet: at.Get, http.MethodPost: at.Post, http.MethodPut: at.Put, http.MethodDelete: at.Delete, http.MethodPatch: at.Patch} {
		if op != nil {
			out[method] = op
		}
	}
	return out
}
