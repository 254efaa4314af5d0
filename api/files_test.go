package api_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/api"
)

// Every download has every incident once.
func TestDownloadsHoldEveryIncident(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	want := map[string]bool{}
	for _, in := range get[api.Incidents](t, x, "verifier", "/api/v1/incidents?limit=1000").Incidents {
		want[in.ID] = true
	}
	fetch := func(ext string) []byte {
		resp, body := x.ask(t, "verifier", "GET", "/downloads/incidents."+ext)
		if resp.StatusCode != 200 || !strings.Contains(resp.Header.Get("Content-Disposition"), "paris-2026-incidents."+ext) {
			t.Fatalf("%s: %s, %s", ext, resp.Status, resp.Header.Get("Content-Disposition"))
		}
		return body
	}
	rows, err := csv.NewReader(strings.NewReader(string(fetch("csv")))).ReadAll()
	if err != nil || len(rows) != len(want)+1 {
		t.Errorf("csv: %d rows of %d, %v", len(rows)-1, len(want), err)
	}
	var collection struct{ Features []struct{ ID string } }
	if err := json.Unmarshal(fetch("geojson"), &collection); err != nil || len(collection.Features) != len(want) {
		t.Errorf("geojson: %d features of %d, %v", len(collection.Features), len(want), err)
	}
	for _, f := range collection.Features {
		if !want[f.ID] {
			t.Errorf("geojson: %s is not in the list", f.ID)
		}
	}
	var kml struct {
		Placemarks []struct {
			ID string `xml:"id,attr"`
		} `xml:"Document>Placemark"`
	}
	if err := xml.Unmarshal(fetch("kml"), &kml); err != nil || len(kml.Placemarks) < len(want)/2 {
		t.Errorf("kml: %d placemarks, %v", len(kml.Placemarks), err)
	}
	path := filepath.Join(t.TempDir(), "incidents.gpkg")
	if err := os.WriteFile(path, fetch("gpkg"), 0o600); err != nil {
		t.Fatal(err)
	}
	for layer, says := range map[string]string{"incidents": "Feature Count: " + strconv.Itoa(len(want)), "zones": "Geometry: Multi Polygon", "lines": "Geometry: Multi Line String"} {
		if out := ogrinfo(t, "-ro", "-so", path, layer); !strings.Contains(out, says) {
			t.Errorf("gpkg: %s lacks %q:\n%s", layer, says, out)
		}
	}
}

// GDAL reads the tiles, and finds what lies in them where it is.
func TestTilesHoldWhatLiesInThem(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	list := get[api.Incidents](t, x, "verifier", "/api/v1/incidents?limit=1000").Incidents
	with := 0
	read := func(layer string, z, tx, ty int) string {
		resp, body := x.ask(t, "verifier", "GET", fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", layer, z, tx, ty))
		if resp.StatusCode != 200 {
			t.Fatalf("%s\n%s", resp.Status, body)
		}
		if len(body) == 0 {
			return ""
		}
		path := filepath.Join(t.TempDir(), "tile.mvt")
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return ogrinfo(t, "-ro", "-al", "-q", "-oo", fmt.Sprintf("X=%d", tx), "-oo", fmt.Sprintf("Y=%d", ty), "-oo", fmt.Sprintf("Z=%d", z), "MVT:"+path)
	}
	for _, in := range list {
		if in.Lat == nil || with == 5 {
			continue
		}
		with++
		const z = 9
		n := math.Exp2(z)
		tx := int((*in.Lon/360 + 0.5) * n)
		sin := math.Sin(*in.Lat * math.Pi / 180)
		ty := int((0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)) * n)
		out := read("incidents", z, tx, ty)
		_, after, ok := strings.Cut(out, "id (String) = "+in.ID)
		if !ok {
			t.Fatalf("%s is not in its tile:\n%.500s", in.ID, out)
		}
		var mx, my float64
		_, after, _ = strings.Cut(after, "POINT (")
		if _, err := fmt.Sscanf(after, "%f %f", &mx, &my); err != nil {
			t.Fatal(err)
		}
		lon := mx / 20037508.342789244 * 180
		lat := math.Atan(math.Sinh(my/20037508.342789244*math.Pi)) * 180 / math.Pi
		if math.Abs(lon-*in.Lon) > 360/n/4096 || math.Abs(lat-*in.Lat) > 360/n/4096 {
			t.Errorf("%s lies at %f, %f in its tile, and at %f, %f", in.ID, lat, lon, *in.Lat, *in.Lon)
		}
	}
	if with < 5 {
		t.Fatal("too few incidents have a position")
	}
	if out := read("zones", 5, 19, 11); !strings.Contains(out, "POLYGON") {
		t.Errorf("no zone in the tile:\n%.300s", out)
	}
	if out := read("lines", 5, 19, 11); !strings.Contains(out, "LINESTRING") {
		t.Errorf("no line in the tile:\n%.300s", out)
	}
	if out := read("zones", 5, 0, 0); out != "" {
		t.Errorf("there is a zone in the Pacific:\n%.300s", out)
	}
	for _, path := range []string{"/tiles/incidents/2/4/0.mvt", "/tiles/incidents/1/0/99.mvt"} {
		if resp, _ := x.ask(t, "", "GET", path); resp.StatusCode != 404 {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}
