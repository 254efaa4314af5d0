package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
)

// planted are observations with words and digits that are nowhere else, so that
// it can be told which byte of an answer comes from which field of which label.
// The fields of one observation that must not pass a policy are its canaries.
type planted struct {
	label    string // TLP word in lower case
	handling string
	at       string
	lat, lon string // digits that a grid of a kilometre does not leave
}

func plantings() []planted {
	return []planted{
		{"red", "TLP:RED", "2026-03-04T10:00:00Z", "48.123457", "37.765433"},
		{"strict", "TLP:AMBER+STRICT", "2026-03-04T12:00:00Z", "48.323457", "37.865433"},
		{"amber", "TLP:AMBER", "2026-03-04T14:00:00Z", "48.423457", "37.965433"},
		{"green", "TLP:GREEN", "2026-03-04T16:00:00Z", "48.523457", "38.065433"},
		{"clear", "TLP:CLEAR", "2026-03-04T18:00:00Z", "48.623457", "38.165433"},
		{"young", "TLP:CLEAR", "2026-03-10T11:30:00Z", "48.723457", "38.265433"}, // half an hour old
	}
}

func (p planted) source() string   { return "canary-source-" + p.label }
func (p planted) text() string     { return "canary-text-" + p.label }
func (p planted) media() string    { return "canary-media-" + p.label }
func (p planted) observer() string { return "47.9" + p.lat[3:] }

func (p planted) line() string {
	return fmt.Sprintf(`{"source":%q,"ref":"canary-ref-%s","means":"post","how":"saw","from":%q,"reported":%q,"lat":%s,"lon":%s,"radius_m":90,"observer":{"lat":%s,"lon":37.1},"activity":"shelling","weapon":"artillery-ge100","count":4,"text":%q,"media":[{"sha256":"%064d","url":"https://example.org/%s"}],"handling":%q}`,
		p.source(), p.label, p.at, p.at, p.lat, p.lon, p.observer(), p.text(), 7, p.media(), p.handling)
}

// rank of a label, TLP:CLEAR being 0.
func rank(handling string) int {
	return slices.Index([]string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"}, handling)
}

// reader is a role with what it may see, written down by hand: not taken from
// the table that is tested.
type reader struct {
	role     string
	handling string        // the most restricted label that it sees
	sources  bool          // and who said so
	text     bool          // and in which words
	delay    time.Duration // how old it must be
	exact    bool          // and where to the metre
	brief    bool          // asked without all variations: another sees as much or as little
}

func readers() []reader {
	return []reader{
		{"", "TLP:CLEAR", false, false, 24 * time.Hour, false, false},
		{"administrator", "TLP:CLEAR", false, false, 24 * time.Hour, false, true}, // keeps the machine; of what is known it sees what the public does
		{"party-liaison", "TLP:AMBER", false, true, time.Hour, false, false},
		{"observer", "TLP:AMBER", false, true, 0, true, false},
		{"publisher", "TLP:AMBER", false, true, 0, true, true},
		{"watch-officer", "TLP:RED", true, true, 0, true, true},
		{"verifier", "TLP:RED", true, true, 0, true, true},
	}
}

type logBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// Every answer that can be got with GET, in every role, is searched for what the
// role may not see; and the log for the names of sources. New operations are
// searched as soon as they are in the description.
func TestNothingLeaks(t *testing.T) {
	if testing.Short() {
		t.Skip("some thousand requests, and the short run is the one with the race detector")
	}
	var log logBuffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	dir := t.TempDir()
	var lines strings.Builder
	for _, p := range plantings() {
		lines.WriteString(p.line() + "\n")
	}
	file := filepath.Join(dir, "planted.jsonl")
	if err := os.WriteFile(file, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := app.Init(t.Context(), filepath.Join(dir, "mission"), filepath.Join(demo.dir, app.AgreementFile), app.Options{Now: now, Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if r, err := a.Import(t.Context(), []string{file}, app.ImportOptions{}); err != nil || r.Total.Observations != len(plantings()) {
		t.Fatalf("%+v, %v", r, err)
	}
	incidents, err := a.Incidents(t.Context(), app.Filter{})
	if err != nil || len(incidents) != len(plantings()) {
		t.Fatalf("%d incidents, %v", len(incidents), err)
	}
	ids := map[string]string{}
	for _, in := range incidents {
		ids[strings.TrimPrefix(in.Members[0].Source, "canary-source-")] = in.ID
	}
	x := serve(t, a, api.Options{Log: logger})
	paths := everyPath(t, x, ids)
	if len(paths) < 60 {
		t.Fatalf("only %d paths are known", len(paths))
	}
	for _, who := range readers() {
		t.Run("as "+who.role, func(t *testing.T) {
			seen := map[string]bool{}
			for _, path := range paths {
				if who.brief && (strings.Contains(path, "since=") || strings.Contains(path, "at=")) {
					continue
				}
				status, body := x.sip(t, who.role, path)
				if status >= 500 && status != http.StatusServiceUnavailable {
					t.Errorf("%s: %d\n%s", path, status, body)
				}
				places := withoutShapes(body)
				for _, p := range plantings() {
					who.search(t, path, body, places, p, ids[p.label])
					seen[p.label] = seen[p.label] || bytes.Contains(body, []byte(ids[p.label]))
				}
			}
			for _, p := range plantings() {
				if may := who.may(p); seen[p.label] != may {
					t.Errorf("the incident that is %s was shown: %v; want %v", p.label, seen[p.label], may)
				}
			}
		})
	}
	for _, p := range plantings() {
		for _, word := range []string{p.source(), p.text(), p.media()} {
			if strings.Contains(log.String(), word) {
				t.Errorf("the log holds %s", word)
			}
		}
	}
}

// may tells whether the reader may know of what is planted at all.
func (who reader) may(p planted) bool {
	at, err := time.Parse(time.RFC3339, p.at)
	return err == nil && rank(p.handling) <= rank(who.handling) && now().Sub(at) >= who.delay
}

// withoutShapes leaves out the coordinates of lines and areas, which are many
// and hold any digits.
func withoutShapes(body []byte) []byte {
	start := bytes.IndexByte(body, '{')
	var doc any
	if start < 0 || json.Unmarshal(body[start:], &doc) != nil {
		return body
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if kind, _ := v["type"].(string); strings.HasSuffix(kind, "Polygon") || strings.HasSuffix(kind, "LineString") {
				delete(v, "coordinates")
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(doc)
	out, err := json.Marshal(doc)
	if err != nil {
		return body
	}
	return out
}

func (who reader) search(t *testing.T, path string, body, places []byte, p planted, id string) {
	t.Helper()
	forbidden := map[string]string{}
	if !who.may(p) {
		forbidden["the incident"] = id
		forbidden["the finding"] = "F-" + strings.TrimPrefix(id, "I-")
	}
	if !who.may(p) || !who.sources {
		forbidden["the source"], forbidden["the media"] = p.source(), p.media()
	}
	if !who.may(p) || !who.text {
		forbidden["the text"] = p.text()
	}
	inPlaces := map[string]string{}
	if !who.may(p) || !who.exact {
		inPlaces["the latitude"], inPlaces["the longitude"] = p.lat[:7], p.lon[:7]
	}
	if !who.may(p) || !who.sources {
		inPlaces["the observer's place"] = p.observer()
	}
	// Who asks with an id may get it back in a problem: it knew it before.
	asked, err := url.QueryUnescape(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		in    []byte
		words map[string]string
	}{{body, forbidden}, {places, inPlaces}} {
		for what, word := range x.words {
			if at := bytes.Index(x.in, []byte(word)); at >= 0 && !strings.Contains(asked, word) {
				t.Errorf("%s tells %s of what is %s: …%s…", path, what, p.label, x.in[max(0, at-80):min(len(x.in), at+80)])
			}
		}
	}
}

// sip asks and reads what comes within a short time, since some answers have no
// end.
func (x *site) sip(t *testing.T, role, path string) (int, []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if strings.Contains(path, "/events") {
		ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, x.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+x.tokens[role])
	}
	resp, err := x.Client().Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return 0, nil
		}
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	head := new(bytes.Buffer)
	resp.Header.Write(head)
	return resp.StatusCode, append(head.Bytes(), body...)
}

// everyPath lists requests for all that is described, with each id that there
// is and each form that can be asked for.
func everyPath(t *testing.T, x *site, ids map[string]string) []string {
	t.Helper()
	_, raw := x.ask(t, "", "GET", "/openapi.json")
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct {
				Name, In string
				Schema   struct {
					Enum []any
				}
			}
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, id := range ids {
		known = append(known, id, "F-"+strings.TrimPrefix(id, "I-")+".no-fire")
	}
	slices.Sort(known)
	values := map[string][]string{
		"date": {"2026-03-04", "2026-03-10"}, "collection": {"observations", "incidents", "findings"}, "collectionId": {"observations", "incidents", "findings"}, "item": known, "id": known, "featureId": known,
	}
	since := "since=2026-03-01&until=2026-03-11"
	var out []string
	for path, operations := range doc.Paths {
		op, ok := operations["get"]
		if !ok || strings.HasPrefix(path, "/tiles/") { // tiles are listed below: most are empty
			continue
		}
		list := []string{path}
		for _, p := range op.Parameters {
			if p.In != "path" {
				continue
			}
			some := values[p.Name]
			if some == nil {
				some = []string{"0", "1"}
			}
			if len(p.Schema.Enum) > 0 {
				some = nil
				for _, v := range p.Schema.Enum {
					some = append(some, fmt.Sprint(v))
				}
			}
			var more []string
			for _, l := range list {
				for _, v := range some {
					more = append(more, strings.Replace(l, "{"+p.Name+"}", url.PathEscape(v), 1))
				}
			}
			list = more
		}
		for _, l := range list {
			out = append(out, l)
			if words := strings.Split(path, "/"); slices.Contains([]string{"zones", "lines", "areas"}, words[len(words)-1]) {
				continue // of terms and lines, not of what happened
			}
			for _, p := range op.Parameters {
				switch {
				case p.In != "query":
				case p.Name == "since":
					out = append(out, l+"?"+since)
				case p.Name == "limit":
					out = append(out, l+"?limit=1000")
				case p.Name == "id" || p.Name == "q":
					for _, id := range known {
						out = append(out, l+"?"+p.Name+"="+url.QueryEscape(id))
					}
				case p.Name == "at":
					out = append(out, l+"?at=2026-03-04T20:00:00Z", l+"?at=2026-03-10T11:45:00Z")
				case len(p.Schema.Enum) > 0:
					for _, v := range p.Schema.Enum {
						if v != "pdf" { // it says what the HTML says, packed
							out = append(out, l+"?"+since+"&"+p.Name+"="+url.QueryEscape(fmt.Sprint(v)))
						}
					}
				}
			}
		}
	}
	out = append(out, "/feeds/reports.atom", "/feeds/reports.rss", "/feeds/alerts.cap", "/downloads/incidents.csv", "/downloads/incidents.geojson", "/downloads/incidents.kml", "/downloads/incidents.gpkg", "/log/checkpoint", "/log/tile/0/000", "/metrics", "/healthz", "/readyz", "/ogc", "/ogc/collections/incidents/items?f=json")
	for _, z := range []struct{ z, x, y int }{{0, 0, 0}, {5, 19, 11}, {8, 154, 88}, {11, 1238, 708}} {
		out = append(out, fmt.Sprintf("/tiles/incidents/%d/%d/%d.mvt", z.z, z.x, z.y))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
