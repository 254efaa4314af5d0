package web_test

import (
	"encoding/json"
	"fmt"
	"io"
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
		"zones": "/zones", "sources": "/sources", "record": "/record", "intake": "/intake", "cases": "/cases",
		"case": "/cases/C-0001", "guarantees": "/guarantees", "issues": "/issues", "sign-in": "/sign-in",
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

// axe-core (npm, for tests only) finds nothing serious on any page, and no lack of
// contrast in the dark.
func TestAccessible(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if os.IsNotExist(err) && os.Getenv("CI") == "" {
		t.Skip("axe-core is not here: npm ci in web/")
	}
	if err != nil {
		t.Fatal(err)
	}
	v := sharedSite(t).open(t, window{})
	v.signIn()
	check := func(name, options string) {
		t.Helper()
		// The report in its frame is a document of its own.
		out := eval[string](v, `axe.run({ exclude: [["iframe"]] }, {`+options+` resultTypes: ["violations"] }).then(r => JSON.stringify(r.violations))`)
		var found []violation
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatal(err)
		}
		for _, x := range found {
			if x.Impact == "serious" || x.Impact == "critical" {
				t.Errorf("%s: %s (%s): %s\n  %s\n  %s", name, x.ID, x.Impact, x.Help, x.Nodes[0].HTML, x.Nodes[0].Summary)
			}
		}
	}
	for name, path := range pages() {
		v.goTo(path)
		v.settled()
		eval[bool](v, `(document.querySelectorAll(".behind > button").forEach(b => b.click()), true)`) // forms, too
		v.wait(`document.querySelectorAll(".behind").length === document.querySelectorAll(".behind > form").length`)
		eval[bool](v, string(axe)+";true")
		check(name, "")
		eval[bool](v, `(document.documentElement.dataset.theme = "dark", true)`)
		check(name+" in the dark", `runOnly: ["color-contrast"],`)
	}
}

// The first page with its map comes within 400 kB, cold, over the network.
func TestFirstPageIsSmall(t *testing.T) {
	const most = 400_000
	s := sharedSite(t)
	look := func() *visit {
		v := s.open(t, window{})
		v.signIn()
		v.wait(`document.querySelector(".lead h2") && document.querySelector(".map[data-drawn]") && document.querySelector(".brush")`)
		return v
	}
	first := look()
	first.mu.Lock()
	for path := range first.received {
		waitForBrotli(t, s, path)
	}
	first.mu.Unlock()
	v := look()
	worker := eval[string](v, `document.querySelector("meta[name=map-worker]").content`)
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
	// The map's worker is fetched by a process of its own; what it shares with the page comes from the cache.
	waitForBrotli(t, s, worker)
	_, n := get(t, s, worker, "br")
	sum += float64(n)
	t.Logf("the page: %.0f bytes; what it asks of the API: %.0f%s", sum, data, &list)
	if sum > most || sum < 50_000 {
		t.Errorf("the first page takes %.0f bytes, want %d at most%s", sum, most, &list)
	}
}

// waitForBrotli asks for a file until it comes as Brotli, if it ever will.
func waitForBrotli(t *testing.T, s *site, path string) {
	t.Helper()
	info, err := fs.Stat(web.Files(), strings.TrimPrefix(path, "/"))
	if err != nil || info.IsDir() || info.Size() < 1024 || strings.HasSuffix(path, ".woff2") {
		return
	}
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if encoding, _ := get(t, s, path, "br"); encoding == "br" {
			return
		}
		if time.Since(begin) > time.Minute {
			t.Fatalf("%s does not come as Brotli", path)
		}
	}
}

// get asks with an Accept-Encoding and returns how the answer is encoded and how
// long it is.
func get(t *testing.T, s *site, path, accept string) (encoding string, n int64) {
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
	defer resp.Body.Close()
	if n, err = io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.Header.Get("Content-Encoding"), n
}
