package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
)

// subjects are what there is to ask about, a file each.
func (s *Server) subjects() []func(huma.API) {
	return []func(huma.API){
		s.status,
		s.incidents,
		s.explain,
		s.places,
		s.days,
		s.terms,
		s.sources,
		s.record,
		s.withdrawals,
		s.observations,
		s.findings,
		s.ogc,
		s.rate,
		s.tiles,
		s.downloads,
		s.feeds,
		s.metrics,
		s.reference,
		s.submit,
		s.media,
		s.events,
		s.health,
		s.session,
		s.accounts,
		s.territory,
		s.cases,
		s.sites,
		s.commitments,
		s.escalation,
		s.weapons,
		s.statements,
	}
}

// description is the frame of the OpenAPI document, into which each operation
// enters itself.
func description() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	registry.RegisterTypeAlias(reflect.TypeFor[agreement.Instant](), reflect.TypeFor[string]())
	registry.RegisterTypeAlias(reflect.TypeFor[agreement.Duration](), reflect.TypeFor[string]())
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "truce", Version: app.Version, License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
				Description: "A ceasefire's incidents, findings with their reasons, lines, zones, reports and sealed record. Times are RFC 3339 in UTC, places degrees WGS84, lengths metres. What is answered depends on who asks: the agreement's publication policy delays, coarsens and withholds."},
			Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{
				"token":   {Type: "http", Scheme: "bearer"},
				"session": {Type: "apiKey", In: "cookie", Name: access.Cookie},
			}},
			Security: []map[string][]string{{}, {"token": {}}, {"session": {}}},
		},
		OpenAPIPath:   "/openapi",
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{restate},
	}
}

// schemaName names a type; those of other packages by their package too.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	pkg := t.PkgPath()
	pkg = pkg[strings.LastIndex(pkg, "/")+1:]
	if pkg == "" || pkg == "api" || pkg == "v2" {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// adapter lets the last parameter of a path take what is left of it, slashes too,
// which OpenAPI has no way to say.
type adapter struct{ huma.Adapter }

func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	if op.Metadata["rest"] == true {
		rest := *op
		rest.Path = strings.TrimSuffix(op.Path, "}") + "...}"
		op = &rest
	}
	a.Adapter.Handle(op, handler)
}

// actionOf is what an operation needs to be allowed; false: it names nothing.
func actionOf(op *huma.Operation) (access.Action, bool) {
	a, ok := op.Metadata["action"].(access.Action)
	return a, ok
}

// decide lets a request through to its operation, or not.
func (s *Server) decide(ctx huma.Context, next func(huma.Context)) {
	action, ok := actionOf(ctx.Operation())
	if !ok {
		huma.WriteErr(s.api, ctx, http.StatusInternalServerError, "nothing says who may do this")
		return
	}
	if ctx.Operation().Metadata["loopback"] == true && s.local(ctx) {
		next(ctx)
		return
	}
	id := access.From(ctx.Context())
	d := access.Decide(id, action, observation.Clear)
	// Where one of several actions will do, the operation decides which.
	others, _ := ctx.Operation().Metadata["or"].([]access.Action)
	for i := 0; i < len(others) && !d.Allowed; i++ {
		d.Allowed = access.Decide(id, others[i], observation.Clear).Allowed
	}
	if !d.Allowed {
		status := http.StatusForbidden
		if id.Role == access.Public {
			status = http.StatusUnauthorized
		}
		huma.WriteErr(s.api, ctx, status, d.Why)
		return
	}
	next(ctx)
}

// answer is a body as JSON.
type answer[T any] struct{ Body T }

// operation is what all have in common; the tag is the subject.
func operation(method, path, id string, action access.Action, summary string) huma.Operation {
	words := strings.Split(strings.Trim(strings.TrimPrefix(path, "/api/v1"), "/"), "/")
	return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary, Tags: words[:1], Metadata: map[string]any{"action": action},
		Errors: []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}}
}

// get registers an operation that answers a question with JSON.
func get[I, T any](s *Server, api huma.API, path, id string, action access.Action, summary string, do func(context.Context, *I) (T, error)) {
	respond(s, api, operation(http.MethodGet, path, id, action, summary), do)
}

// recording is an operation that puts something on record.
func recording(path, id, summary string) huma.Operation {
	op := operation(http.MethodPost, path, id, access.Declare, summary)
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusConflict, http.StatusUnprocessableEntity)
	return op
}

// Once names what is put on record, so that it can be sent again.
type Once struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"A repeat with the same key and content puts nothing on record"`
}

// respond registers an operation that answers with JSON.
func respond[I, T any](s *Server, api huma.API, op huma.Operation, do func(context.Context, *I) (T, error)) {
	huma.Register(api, op, func(ctx context.Context, in *I) (*answer[T], error) {
		body, err := do(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &answer[T]{body}, nil
	})
}

// content registers an operation that answers with something else than JSON:
// do looks everything up and returns what writes it.
func content[I any](s *Server, api huma.API, op huma.Operation, types []string, do func(context.Context, *I) (*writing, error)) {
	body := map[string]*huma.MediaType{}
	for _, t := range types {
		body[t] = &huma.MediaType{}
	}
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: body}}
	huma.Register(api, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		w, err := do(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &huma.StreamResponse{Body: w.send(s, op.OperationID)}, nil
	})
}
