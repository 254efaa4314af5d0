package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/app"
)

// fuzz makes requests from the description with a fixed seed.
type fuzz struct {
	rand    *rand.Rand
	schemas huma.Registry
	known   []string // ids of what is there
}

func newFuzz(x *site, incidents []app.Summary) *fuzz {
	f := &fuzz{rand: rand.New(rand.NewPCG(6, 2026)), schemas: x.api.OpenAPI().Components.Schemas,
		known: []string{"no-fire", "2026-03-04/incidents", "2026-03-04", "zones", "incidents", "#3"}}
	for _, in := range incidents {
		f.known = append(f.known, in.ID, strings.Replace(in.ID, "I-", "F-", 1)+"."+in.Provision)
	}
	return f
}

// slow reports whether an operation takes long, and is asked less often.
func (f *fuzz) slow(op *huma.Operation) bool {
	return slices.Contains([]string{"get-day", "get-coverage", "measure-withdrawals", "sign-in", "explain"}, op.OperationID)
}

func (f *fuzz) pick(list ...string) string { return list[f.rand.IntN(len(list))] }

func (f *fuzz) one(n int) bool { return f.rand.IntN(n) == 0 }

// hostile is what nobody means well.
func (f *fuzz) hostile() string {
	return f.pick("", " ", "'", "' or 1=1 --", "\"; drop table incident; --", "../../etc/passwd", "..%2f..%2f", "\x00", "a\x00b", "\r\nX-Evil: 1", "%", "%00", "%zz", "{{7*7}}",
		"<script>alert(1)</script>", "﷽", "\U0001F52B", "é", "\xff\xfe", "NaN", "Infinity", "-Infinity", "1e999", "-1", "0", "9223372036854775808", "-9223372036854775809",
		"18446744073709551616", "1e308", "0x10", "null", "true", "[]", "{}", "undefined", "2026-02-30", "2026-13-01", "0000-00-00", "9999-12-31T23:59:59Z", "2026-03-29T02:30",
		"0001-01-01T00:00:00Z", "2026-03-04T24:00:00Z", "../..", "..", "../2026-03-04", "/..", "2026-03-04/2026-03-01", "/", "//", ".", "I-", "F-.", "#", "#-1", "#18446744073709551615",
		strings.Repeat("a", 300), strings.Repeat("9", 400), strings.Repeat("[", 2000), "I-'", "*", "?", "&&", "=", ",", ",,,", "1,2,3", "200,0,0,0", "10,50,0,40", "-180,-90,180,90", "nan,nan,nan,nan")
}

// value is one that a schema allows, lies at its edge, or breaks it.
func (f *fuzz) value(s *huma.Schema, depth int) any {
	if s == nil {
		return f.pick("x", f.hostile())
	}
	if s.Ref != "" {
		s = f.schemas.SchemaFromRef(s.Ref)
	}
	if len(s.OneOf) > 0 {
		return f.value(s.OneOf[f.rand.IntN(len(s.OneOf))], depth+1)
	}
	if f.one(8) { // of the wrong type
		return []any{nil, true, 1.5, -1, "x", []any{}, map[string]any{}, f.hostile()}[f.rand.IntN(8)]
	}
	if len(s.Enum) > 0 && !f.one(6) {
		return s.Enum[f.rand.IntN(len(s.Enum))]
	}
	switch s.Type {
	case huma.TypeInteger, huma.TypeNumber:
		at := []float64{0, 1, -1, 7, 48.5, 37, 1e9, -1e9, 1e18, 1e300}
		if s.Minimum != nil {
			at = append(at, *s.Minimum, *s.Minimum-1, *s.Minimum+1)
		}
		if s.Maximum != nil {
			at = append(at, *s.Maximum, *s.Maximum+1, *s.Maximum-1)
		}
		x := at[f.rand.IntN(len(at))]
		if s.Type == huma.TypeInteger && x > -1e17 && x < 1e17 {
			return int64(x)
		}
		return x
	case huma.TypeBoolean:
		return f.one(2)
	case huma.TypeArray:
		out := []any{}
		if depth < 5 {
			for range f.rand.IntN(4) {
				out = append(out, f.value(s.Items, depth+1))
			}
		}
		return out
	case huma.TypeObject:
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			required := slices.Contains(s.Required, name)
			if depth < 6 && (required && !f.one(12) || !required && f.one(3)) {
				out[name] = f.value(s.Properties[name], depth+1)
			}
		}
		if free, ok := s.AdditionalProperties.(*huma.Schema); ok && depth < 6 {
			for range f.rand.IntN(3) {
				out[f.pick("", "x", "north", f.hostile())] = f.value(free, depth+1)
			}
		}
		if f.one(10) {
			out[f.hostile()] = f.hostile()
		}
		return out
	}
	switch f.rand.IntN(4) {
	case 0:
		return f.hostile()
	case 1:
		if s.MaxLength != nil {
			return strings.Repeat("x", *s.MaxLength+f.rand.IntN(2))
		}
	case 2:
		return f.pick(f.known...)
	}
	return f.pick(fmt.Sprint(valid(s, f.schemas, 0)), "2026-03-04", "2026-03-04T05:30:00Z", "explosion", "breach", "S3", "TLP:GREEN", "no-fire")
}

func (f *fuzz) request(op *huma.Operation) request {
	r := request{op.Method, op.Path, http.Header{}, ""}
	query := url.Values{}
	for _, p := range op.Parameters {
		var v string
		switch {
		case p.In == "path" && f.one(3):
			v = f.pick(f.known...)
		case p.In == "path" && p.Example != nil && f.one(2):
			v = fmt.Sprint(p.Example)
		case p.Schema != nil && len(p.Schema.Examples) > 0 && f.one(2):
			v = fmt.Sprint(p.Schema.Examples[0])
		default:
			v = fmt.Sprint(f.value(p.Schema, 9))
		}
		switch p.In {
		case "path":
			if v == "" {
				v = "x"
			}
			r.path = strings.Replace(r.path, "{"+p.Name+"}", url.PathEscape(v), 1)
		case "query":
			if p.Required && !f.one(10) || f.one(3) {
				query.Set(p.Name, v)
			}
		case "header":
			if p.Required || f.one(3) {
				r.header.Set(p.Name, strings.Map(func(c rune) rune { // what Go's client sends at all
					if c < ' ' || c > '~' {
						return -1
					}
					return c
				}, v))
			}
		}
	}
	if f.one(8) {
		query.Set(f.pick("f", "x", "limit", "cursor", "since"), f.hostile())
	}
	if len(query) > 0 {
		r.path += "?" + query.Encode()
	}
	if op.RequestBody == nil {
		return r
	}
	for _, kind := range slices.Sorted(maps.Keys(op.RequestBody.Content)) {
		r.header.Set("Content-Type", kind)
		body, err := json.Marshal(f.value(op.RequestBody.Content[kind].Schema, 0))
		if err != nil {
			body = []byte("{")
		}
		if f.one(4) { // as it should be
			body, _ = json.Marshal(valid(op.RequestBody.Content[kind].Schema, f.schemas, 0))
		}
		switch f.rand.IntN(12) {
		case 0:
			body = body[:f.rand.IntN(len(body)+1)]
		case 1:
			body = []byte(f.hostile())
		case 2:
			body = bytes.Repeat([]byte("["), 20_000)
		case 3:
			r.header.Set("Content-Type", f.pick("text/plain", "application/xml", "", "application/json; charset=utf-16"))
		}
		r.body = string(body)
	}
	return r
}

// journal keeps what the server logs.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, string(p))
	return len(p), nil
}

func (j *journal) last() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.lines) == 0 {
		return ""
	}
	return j.lines[len(j.lines)-1]
}

func (j *journal) all() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, "")
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }
