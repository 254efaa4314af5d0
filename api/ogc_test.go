package api_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/api"
)

// ogrinfo of GDAL, which QGIS reads with, is Debian's package gdal-bin.
func ogrinfo(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		if ci() {
			t.Fatal("ogrinfo is not here; install gdal-bin")
		}
		t.Skip("ogrinfo is not here; install gdal-bin to see that QGIS can read this")
	}
	out, err := exec.CommandContext(t.Context(), "ogrinfo", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("ogrinfo %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestGDALReadsTheOGCEndpoint(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	layers := ogrinfo(t, "-ro", "OAPIF:"+x.URL+"/ogc")
	for _, want := range []string{"incidents", "findings", "zones", "lines"} {
		if !strings.Contains(layers, want) {
			t.Errorf("ogrinfo sees no layer %s:\n%s", want, layers)
		}
	}
	if strings.Contains(layers, "observations") {
		t.Errorf("the public is offered observations:\n%s", layers)
	}
	all := ogrinfo(t, "-ro", "-al", "-q", "--config", "GDAL_HTTP_HEADERS", "Authorization: Bearer "+x.tokens["verifier"], "OAPIF:"+x.URL+"/ogc", "incidents")
	list := get[api.Incidents](t, x, "verifier", "/api/v1/incidents?limit=1000")
	if n := strings.Count(all, "OGRFeature("); n != len(list.Incidents) || !strings.Contains(all, "POINT (") {
		t.Errorf("ogrinfo sees %d incidents; there are %d\n%.1000s", n, len(list.Incidents), all)
	}
	zones := ogrinfo(t, "-ro", "-al", "-q", "OAPIF:"+x.URL+"/ogc", "zones")
	if !strings.Contains(zones, "POLYGON") {
		t.Errorf("ogrinfo sees no zone:\n%.500s", zones)
	}
}

// A client that follows the links comes past everything once.
func TestLinksLeadThroughAllItems(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	for _, collection := range []string{"incidents", "observations"} {
		path := "/ogc/collections/" + collection + "/items?limit=17&bbox=-180,-90,180,90"
		seen := map[string]bool{}
		for path != "" {
			page := get[struct {
				Features []struct{ ID string }
				Links    []api.Link
			}](t, x, "verifier", path)
			for _, f := range page.Features {
				if seen[f.ID] {
					t.Errorf("%s comes twice", f.ID)
				}
				seen[f.ID] = true
			}
			path = ""
			for _, l := range page.Links {
				if l.Rel == "next" {
					path = strings.TrimPrefix(l.Href, x.URL)
				}
			}
		}
		status := get[api.Status](t, x, "verifier", "/api/v1/status")
		least := status.Totals.Incidents / 2 // not all have a position
		if len(seen) < least {
			t.Errorf("%d %s", len(seen), collection)
		}
	}
}

// OGC API – Features, 7.9 (requirement 8): a parameter that is not known or whose value is invalid gets 400.
func TestOGCRefusesWith400(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	for _, query := range []string{
		"limit=ten", "limit=0", "limit=-4", "limit=99999999999999999999", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=0,50,1,40", "bbox=" + strings.Repeat("1", 300),
		"datetime=yesterday", "datetime=2026-03-05T00:00:00Z/2026-03-04T00:00:00Z", "datetime=" + strings.Repeat("2", 200), "cursor=xyz", "colour=red",
	} {
		resp, body := x.ask(t, "verifier", "GET", "/ogc/collections/incidents/items?"+query)
		var problem struct{ Status int }
		if err := json.Unmarshal(body, &problem); resp.StatusCode != 400 || err != nil || problem.Status != 400 {
			t.Errorf("%.60s: %s\n%s", query, resp.Status, body)
		}
	}
	for _, path := range []string{"/ogc?a=b", "/ogc/conformance?a=b", "/ogc/collections?a=b", "/ogc/collections/incidents?a=b", "/ogc/collections/incidents/items/I-x?a=b"} {
		if resp, body := x.ask(t, "verifier", "GET", path); resp.StatusCode != 400 {
			t.Errorf("%s: %s\n%s", path, resp.Status, body)
		}
	}
	for _, query := range []string{"", "limit=1", "limit=100000", "bbox=-180,-90,180,90", "bbox=-180,-90,0,180,90,100", "datetime=../2026-03-05T00:00:00Z"} {
		if resp, body := x.ask(t, "verifier", "GET", "/ogc/collections/incidents/items?"+query); resp.StatusCode != 200 {
			t.Errorf("%s: %s\n%s", query, resp.Status, body)
		}
	}
}
