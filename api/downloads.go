package api

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/app"
)

// downloadPage is how many incidents are in memory at once.
const downloadPage = 2000

func (s *Server) downloads(api huma.API) {
	places := make(chan struct{}, 4) // at once: each may be of everything
	for _, x := range []struct {
		ext, kind string
		write     func(context.Context, *Server, io.Writer, app.Filter) error
	}{
		{"csv", "text/csv; charset=utf-8", writeCSV},
		{"geojson", "application/geo+json", writeGeoJSON},
		{"kml", "application/vnd.google-earth.kml+xml", writeKML},
		{"gpkg", "application/geopackage+sqlite3", writeGeoPackage},
	} {
		op := operation(http.MethodGet, "/downloads/incidents."+x.ext, "download-incidents-"+x.ext, access.Export, "All incidents that the filter chooses, as far as you may see them")
		op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{strings.TrimSuffix(x.kind, "; charset=utf-8"): {}}}}
		huma.Register(api, op, func(ctx context.Context, in *struct{ Chosen }) (*huma.StreamResponse, error) {
			f, err := s.filter(ctx, &Listing{Chosen: in.Chosen})
			if err != nil {
				return nil, err
			}
			select {
			case places <- struct{}{}:
			default:
				return nil, huma.Error503ServiceUnavailable("too many downloads at once; try again in a while")
			}
			return &huma.StreamResponse{Body: func(c huma.Context) {
				defer func() { <-places }()
				_, w := humago.Unwrap(c)
				file := &writing{kind: x.kind, name: s.app.Agreement().ID + "-incidents." + x.ext, write: func(io.Writer) error {
					return x.write(ctx, s, &patient{w, http.NewResponseController(w)}, f)
				}}
				file.send(s, op.OperationID)(c)
			}}, nil
		})
	}
}

// each yields all incidents of a filter, the newest first.
func (s *Server) each(ctx context.Context, f app.Filter, yield func(*app.Summary) error) error {
	f.Limit, f.Cursor = downloadPage, ""
	for {
		list, next, err := s.list(ctx, f)
		if err != nil {
			return err
		}
		for i := range list {
			if err := yield(&list[i]); err != nil {
				return err
			}
		}
		if f.Cursor = next; next == "" {
			return ctx.Err()
		}
	}
}

func number(p *float64) string {
	if p == nil {
		return ""
	}
	return strconv.FormatFloat(*p, 'f', -1, 64)
}

func writeCSV(ctx context.Context, s *Server, w io.Writer, f app.Filter) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"id", "from", "to", "lat", "lon", "radius_m", "activity", "weapon", "count", "probability", "occurrence", "severity", "result",
		"provision", "party", "side", "zones", "sources", "handling"}); err != nil {
		return err
	}
	err := s.each(ctx, f, func(x *app.Summary) error {
		return out.Write([]string{x.ID, x.From.Format(time.RFC3339), x.To.Format(time.RFC3339), number(x.Lat), number(x.Lon), number(&x.RadiusM), string(x.Activity),
			string(x.Weapon), strconv.Itoa(x.Count.N), number(&x.Probability), x.Occurrence, x.Severity, string(x.Result), x.Provision, x.Party, x.Side,
			strings.Join(x.Zones, " "), strconv.Itoa(x.Sources), string(x.Handling)})
	})
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	return err
}

func writeGeoJSON(ctx context.Context, s *Server, w io.Writer, f app.Filter) error {
	if _, err := io.WriteString(w, `{"type":"FeatureCollection","features":[`); err != nil {
		return err
	}
	separator := "\n"
	err := s.each(ctx, f, func(x *app.Summary) error {
		body, err := json.Marshal(incidentFeature(x))
		if err == nil {
			_, err = fmt.Fprintf(w, "%s%s", separator, body)
			separator = ",\n"
		}
		return err
	})
	if err == nil {
		_, err = io.WriteString(w, "\n]}\n")
	}
	return err
}

// placemark is an incident in KML 2.2 (OGC 07-147r2).
type placemark struct {
	XMLName     xml.Name `xml:"Placemark"`
	ID          string   `xml:"id,attr"`
	Name        string   `xml:"name"`
	Description string   `xml:"description"`
	Begin       string   `xml:"TimeSpan>begin"`
	End         string   `xml:"TimeSpan>end"`
	Data        []datum  `xml:"ExtendedData>Data"`
	Point       string   `xml:"Point>coordinates,omitempty"`
}

type datum struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value"`
}

func writeKML(ctx context.Context, s *Server, w io.Writer, f app.Filter) error {
	var title strings.Builder
	if err := xml.EscapeText(&title, []byte(s.app.Agreement().Title.In("en"))); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n<Document><name>%s</name>\n", xml.Header, title.String()); err != nil {
		return err
	}
	out := xml.NewEncoder(w)
	err := s.each(ctx, f, func(x *app.Summary) error {
		if x.Lat == nil {
			return nil // KML has no placemark without a place that a viewer would show
		}
		p := placemark{ID: x.ID, Name: string(x.Activity) + " " + x.ID, Begin: x.From.Format(time.RFC3339), End: x.To.Format(time.RFC3339),
			Description: fmt.Sprintf("%s, %s, within %.0f m (95 %%)", x.From.Format("2006-01-02 15:04 UTC"), x.Activity, x.RadiusM),
			Point:       number(x.Lon) + "," + number(x.Lat)}
		for _, d := range []datum{{"probability", number(&x.Probability)}, {"occurrence", x.Occurrence}, {"severity", x.Severity}, {"result", string(x.Result)},
			{"provision", x.Provision}, {"party", x.Party}, {"side", x.Side}, {"radius_m", number(&x.RadiusM)}} {
			if d.Value != "" {
				p.Data = append(p.Data, d)
			}
		}
		return out.Encode(p)
	})
	if err == nil {
		_, err = io.WriteString(w, "\n</Document>\n</kml>\n")
	}
	return err
}

// writeGeoPackage makes the file in a temporary one, since SQLite needs one.
func writeGeoPackage(ctx context.Context, s *Server, w io.Writer, f app.Filter) error {
	dir, err := os.MkdirTemp("", "truce-gpkg-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	at, err := s.at(ctx, "")
	if err != nil {
		return err
	}
	shapes, err := s.app.Zones(ctx, at)
	if err != nil {
		return err
	}
	path := dir + "/incidents.gpkg"
	if err := geoPackage(ctx, path, shapes, s.now(), func(add func(*app.Summary) error) error { return s.each(ctx, f, add) }); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(w, file)
	return err
}
