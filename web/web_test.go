package web_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/web"
)

func fetched(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	return ask(web.Handler(), path, header...)
}

func ask(h http.Handler, path string, header ...string) *http.Response {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestPagesAndAssets(t *testing.T) {
	page := fetched(t, "/day/2026-03-04")
	body, err := io.ReadAll(page.Body)
	if err != nil {
		t.Fatal(err)
	}
	if page.StatusCode != 200 || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") || page.Header.Get("Content-Security-Policy") != web.Policy {
		t.Errorf("a page: %s %v", page.Status, page.Header)
	}
	if got := fetched(t, "/no/such/file.js").StatusCode; got != 404 {
		t.Errorf("a file that is not there: %d", got)
	}
	script := regexp.MustCompile(`/assets/app-\w+\.js`).FindString(string(body))
	a := fetched(t, script, "Accept-Encoding", "gzip")
	if a.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s: %v", script, a.Header)
	}
	unpacked, err := gzip.NewReader(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	want, err := fs.ReadFile(web.Files(), strings.TrimPrefix(script, "/"))
	if err != nil || string(got) != string(want) {
		t.Errorf("%s unpacks to something else: %v", script, err)
	}
	if again := fetched(t, script, "Accept-Encoding", "gzip", "If-None-Match", a.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("asked again: %s", again.Status)
	}
}

type entry struct {
	text  string
	forms map[string]string
}

func (e *entry) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, &e.text)
	}
	return json.Unmarshal(b, &e.forms)
}

func (e entry) holes() []string {
	set := map[string]bool{}
	for _, s := range append(slices.Collect(maps.Values(e.forms)), e.text) {
		for _, h := range regexp.MustCompile(`\{\w+\}`).FindAllString(s, -1) {
			set[h] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func catalogue(t *testing.T, path string) map[string]entry {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]entry
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return c
}

// Every language says everything, with the same holes, and whatever a page asks
// for by a literal key is said.
func TestCatalogues(t *testing.T) {
	en := catalogue(t, "src/i18n/en.json")
	for _, lang := range []string{"fr", "uk"} {
		other := catalogue(t, "src/i18n/"+lang+".json")
		for k, e := range en {
			o, ok := other[k]
			if !ok {
				t.Errorf("%s.json lacks %q", lang, k)
			} else if got, want := o.holes(), e.holes(); !slices.Equal(got, want) {
				t.Errorf("%s.json: %q has the holes %v, want %v", lang, k, got, want)
			}
			if len(o.forms) > 0 && lang == "uk" {
				for _, form := range []string{"one", "few", "many"} {
					if o.forms[form] == "" {
						t.Errorf("uk.json: %q lacks the form %q", k, form)
					}
				}
			}
		}
		for k := range other {
			if _, ok := en[k]; !ok {
				t.Errorf("%s.json has %q, which en.json has not", lang, k)
			}
		}
	}
	report := catalogue(t, "../report/catalog/en.json")
	asked := regexp.MustCompile(`\bt\(\s*"([\w.-]+)"\s*[,)]`)
	err := filepath.WalkDir("src", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(filepath.Ext(p), ".ts") {
			return err
		}
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		for _, m := range asked.FindAllStringSubmatch(string(src), -1) {
			if _, own := en[m[1]]; !own {
				if _, shared := report[m[1]]; !shared {
					t.Errorf("%s asks for %q, which no catalogue has", p, m[1])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// luminance and contrast are those of WCAG 2.2.
func luminance(hex string) (float64, error) {
	v, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		return 0, err
	}
	lin := func(c uint64) float64 {
		s := float64(c&255) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(v>>16) + 0.7152*lin(v>>8) + 0.0722*lin(v), nil
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, err := luminance(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := luminance(b)
	if err != nil {
		t.Fatal(err)
	}
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrast(t *testing.T) {
	data, err := os.ReadFile("src/style/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	css, _, _ := strings.Cut(string(data), "@media print")
	light, dark, ok := strings.Cut(css, `:root[data-theme="dark"]`)
	if !ok {
		t.Fatal("tokens.css has no dark theme")
	}
	for theme, block := range map[string]string{"light": light, "dark": dark} {
		colour := map[string]string{}
		for _, m := range regexp.MustCompile(`--([\w-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(block, -1) {
			colour[m[1]] = m[2]
		}
		check := func(name, on string, want float64) {
			t.Run(fmt.Sprintf("%s/%s on %s", theme, name, on), func(t *testing.T) {
				if colour[name] == "" || colour[on] == "" {
					t.Fatal("no such token")
				}
				if got := contrast(t, colour[name], colour[on]); got < want {
					t.Errorf("contrast %.2f, want %.1f", got, want)
				}
			})
		}
		for _, on := range []string{"paper", "ground", "faint"} {
			for _, name := range []string{"ink", "grey", "link", "breach-text", "undetermined-text", "excepted-text", "consistent-text", "none-text", "warn-text", "bad", "good"} {
				check(name, on, 4.5)
			}
		}
		for _, on := range []string{"paper", "map-land", "map-sea"} {
			for _, name := range []string{"breach", "undetermined", "excepted", "consistent", "none", "edge", "focus", "zone", "zone-2", "zone-3", "watch", "map-line"} {
				check(name, on, 3)
			}
		}
		check("ink", "chosen", 4.5)
		check("link", "chosen", 4.5)
		check("grey", "chosen", 4.5)
		check("ink", "marked", 4.5)
		check("banner-ink", "banner", 4.5)
		check("map-town", "map-land", 4.5)
	}
}

// An online base map opens the policy for its one origin, and only where it was
// asked for.
func TestAnOnlineBaseMapIsOneOriginMore(t *testing.T) {
	w := httptest.NewRecorder()
	web.HandlerWith("https://tiles.example.org").ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	policy := w.Header().Get("Content-Security-Policy")
	if strings.Count(policy, "https://tiles.example.org") != 2 || strings.ReplaceAll(policy, " https://tiles.example.org", "") != web.Policy {
		t.Errorf("the policy is %q", policy)
	}
	if strings.Contains(web.Policy, "://") {
		t.Errorf("without one it names another origin: %q", web.Policy)
	}
}
