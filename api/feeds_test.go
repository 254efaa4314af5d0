package api_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/alert"
	"github.com/truce-monitor/truce/api"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file under testdata, in which the server is at http://HOST.
func (x *site) golden(t *testing.T, name string, got []byte) {
	t.Helper()
	got = bytes.ReplaceAll(got, []byte(x.URL), []byte("http://HOST"))
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s differs (-update writes it anew):\n%s", name, d)
	}
}

func TestFeeds(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	for _, c := range []struct{ role, path, kind, file string }{
		{"", "/feeds/reports.atom", "application/atom+xml", "reports.atom"},
		{"", "/feeds/reports.rss", "application/rss+xml", "reports.rss"},
		{"", "/feeds/alerts.atom", "application/atom+xml", "alerts-public.atom"},
		{"verifier", "/feeds/alerts.atom", "application/atom+xml", "alerts.atom"},
		{"verifier", "/feeds/alerts.cap", "application/cap+xml", "alert.cap"},
	} {
		resp, body := x.ask(t, c.role, "GET", c.path)
		if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), c.kind) {
			t.Errorf("%s: %s, %s\n%.300s", c.path, resp.Status, resp.Header.Get("Content-Type"), body)
			continue
		}
		x.golden(t, c.file, body)
	}
}

// Every alert of the feed can be had, and is a message as the protocol wants it.
func TestEveryAlertIsAMessage(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	_, body := x.ask(t, "verifier", "GET", "/feeds/alerts.atom")
	var feed struct {
		Entries []struct {
			Link struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(body, &feed); err != nil || len(feed.Entries) == 0 {
		t.Fatalf("%d alerts, %v", len(feed.Entries), err)
	}
	for _, e := range feed.Entries {
		resp, body := x.ask(t, "verifier", "GET", strings.TrimPrefix(e.Link.Href, x.URL))
		var a alert.Alert
		if err := xml.Unmarshal(body, &a); err != nil || resp.StatusCode != 200 {
			t.Fatalf("%s: %s, %v", e.Link.Href, resp.Status, err)
		}
		if err := a.Check(); err != nil || a.Status != "Exercise" || a.Scope != "Restricted" || len(a.Info) != 1 {
			t.Errorf("%s: %v %+v", e.Link.Href, err, a)
		}
		if sent := time.Time(a.Sent); sent.IsZero() || sent.After(now()) {
			t.Errorf("%s was sent at %s", e.Link.Href, sent)
		}
	}
}

func TestMetricsAreForThisMachineAndAdministrators(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	x.ask(t, "", "GET", "/api/v1/status")
	resp, body := x.ask(t, "", "GET", "/metrics")
	if resp.StatusCode != 200 || !strings.Contains(string(body), `truce_http_requests_total{operation="get-status",status="200"} 1`) || !strings.Contains(string(body), "truce_journal_records ") {
		t.Errorf("%s\n%.500s", resp.Status, body)
	}
	behind := serve(t, demo.app, api.Options{Proxied: true})
	for role, want := range map[string]int{"": 401, "verifier": 403, "administrator": 200} {
		if resp, _ := behind.ask(t, role, "GET", "/metrics"); resp.StatusCode != want {
			t.Errorf("behind a proxy %q gets %s", role, resp.Status)
		}
	}
}
