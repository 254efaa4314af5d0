package web_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/web"
)

// pages are the paths of all pages; a new page is added here.
func pages() map[string]string {
	return map[string]string{
		"now": "/", "now-incident": "/?since=2026-03-04T00:00:00Z&until=2026-03-05T00:00:00Z&id=I-825vxprna8a8e5w8", "terms": "/terms", "day": "/day/2026-03-04",
		"zones": "/zones", "sources": "/sources", "record": "/record", "intake": "/intake", "sign-in": "/sign-in",
	}
}

type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// axe-core (npm, for tests only) finds nothing serious on any page, in either theme.
func TestAccessible(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if os.IsNotExist(err) && os.Getenv("CI") == "" {
		t.Skip("axe-core is not here: npm ci in web/")
	}
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	v := s.open(t, window{})
	v.signIn()
	for name, path := range pages() {
		for _, theme := range []string{"light", "dark"} {
			eval[bool](v, `(localStorage.theme = "`+theme+`", true)`)
			v.goTo(path)
			v.settled()
			if name == "day" {
				v.wait(`document.querySelector("iframe").contentDocument?.querySelector("h1")`)
			}
			eval[bool](v, string(axe)+";true")
			// The map's canvas says what it is and the list says the same; the report in its frame is a document of its own.
			out := eval[string](v, `axe.run({ exclude: [["iframe"]] }, { resultTypes: ["violations"] }).then(r => JSON.stringify(r.violations))`)
			var found []violation
			if err := json.Unmarshal([]byte(out), &found); err != nil {
				t.Fatal(err)
			}
			for _, x := range found {
				if x.Impact == "serious" || x.Impact == "critical" {
					t.Errorf("%s, %s: %s (%s): %s\n  %s\n  %s", name, theme, x.ID, x.Impact, x.Help, x.Nodes[0].HTML, x.Nodes[0].Summary)
				}
			}
		}
	}
}

// The first page with its map comes within 400 kB, cold, over the network.
func TestFirstPageIsSmall(t *testing.T) {
	const most = 400_000
	s := newSite(t)
	waitForBrotli(t, s)
	v := s.open(t, window{})
	v.signIn()
	v.settled()
	v.wait(`document.querySelector(".lead h2")`)
	v.mu.Lock()
	defer v.mu.Unlock()
	sum, data := 0.0, 0.0
	var list strings.Builder
	for path, n := range v.received {
		if _, err := fs.Stat(web.Files(), strings.TrimPrefix(path, "/")); err == nil || path == "/" {
			sum += n
			fmt.Fprintf(&list, "\n  %8.0f %s", n, path)
		} else {
			data += n
		}
	}
	t.Logf("the page: %.0f bytes; what it asks of the API: %.0f%s", sum, data, &list)
	if sum > most || sum < 50_000 {
		t.Errorf("the first page takes %.0f bytes, want %d at most%s", sum, most, &list)
	}
}

// waitForBrotli asks for every asset until it comes as Brotli.
func waitForBrotli(t *testing.T, s *site) {
	t.Helper()
	err := fs.WalkDir(web.Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "base/") && !strings.Contains(name, "/1") || !strings.HasSuffix(name, ".js") && !strings.HasSuffix(name, ".css") && !strings.HasSuffix(name, ".json") {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() < 1024 {
			return err
		}
		for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			if got := get(t, s, "/"+name, "br"); got == "br" {
				return nil
			} else if time.Since(begin) > time.Minute {
				return fmt.Errorf("%s comes as %q", name, got)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// get asks with an Accept-Encoding and returns how the answer is encoded.
func get(t *testing.T, s *site, path, accept string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", accept)
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.Header.Get("Content-Encoding")
}
