package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/proportion"
	"github.com/truce-monitor/truce/track"
)

// JSON writes the whole report as one document, before any language.
func JSON(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("report: writing JSON: %w", err)
	}
	return nil
}

// GeoJSON writes incidents, lines and zones as one FeatureCollection
// (RFC 7946); the property "kind" tells them apart. An incident's radius_m
// holds its true place with 95 %, as does its ellipse where it has one (semi-axes
// in metres, azimuth of the longer clockwise from north); one without a position has a null geometry.
func GeoJSON(w io.Writer, r *Report) error {
	out := &geo.Features{}
	for i := range r.Annex {
		a := &r.Annex[i]
		f := geo.Feature{Properties: map[string]any{
			"kind": "incident", "no": a.No, "id": a.ID, "from": stamp(a.From), "to": stamp(a.To), "activity": a.Activity, "weapon": a.Weapon,
			"place": a.Place, "area": a.Area, "probability": a.Probable, "independent_sources": a.Sources, "occurrence": a.Occurrence,
			"result": string(a.Result), "provisions": strings.Join(a.Provisions, " "), "severity": a.Severity, "responsible": a.Party,
			"handling": a.Handling, "simulated": r.Simulated}}
		if p := a.Position; p != nil {
			f.Points = []geo.Point{{Lat: p.Lat, Lon: p.Lon}}
			f.Properties["radius_m"] = p.Radius
			if e := a.Ellipse; e != nil {
				f.Properties["ellipse_major_m"], f.Properties["ellipse_minor_m"], f.Properties["ellipse_azimuth_deg"] = e.MajorM, e.MinorM, e.Azimuth
			}
		}
		out.Features = append(out.Features, f)
	}
	for i := range r.geometry.lines {
		l := &r.geometry.lines[i]
		f := geo.Feature{Polylines: l.parts, Properties: map[string]any{"kind": "line", "id": l.id}}
		for _, v := range r.LineVersions {
			if v.Line == l.id {
				f.Properties["version"], f.Properties["from"], f.Properties["radius_m"], f.Properties["length_m"] = v.Version, stamp(v.From), v.RadiusM, float64(int64(v.LengthM))
			}
		}
		out.Features = append(out.Features, f)
	}
	for i := range r.geometry.zones {
		z := &r.geometry.zones[i]
		out.Features = append(out.Features, geo.Feature{Polygons: z.Geometry, Properties: map[string]any{
			"kind": "zone", "id": z.ID, "name": z.Name.In("en"), "area_m2": float64(int64(r.geometry.zoneArea[z.ID]))}})
	}
	if err := geo.WriteGeoJSON(w, out); err != nil {
		return fmt.Errorf("report: writing GeoJSON: %w", err)
	}
	return nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Table is one CSV table of a report.
type Table struct {
	Name string // of the file, without its ending
	Rows [][]string
}

// Write writes the table as CSV (RFC 4180) in UTF-8, the first row its head. A
// value that a spreadsheet would take for a formula is marked as text.
func (t *Table) Write(w io.Writer) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	for _, row := range t.Rows {
		safe := make([]string, len(row))
		for i, s := range row {
			safe[i] = harmless(s)
		}
		if err := c.Write(safe); err != nil {
			return fmt.Errorf("report: writing table %s: %w", t.Name, err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("report: writing table %s: %w", t.Name, err)
	}
	return nil
}

// harmless keeps a spreadsheet from computing what a source wrote.
func harmless(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}

// Tables returns the report's tables with plain values: numbers with a point,
// times in UTC as RFC 3339, the words of the taxonomy.
func Tables(r *Report) []Table {
	tables := []Table{incidentTable(r), findingTable(r), numberTable(r), sourceTable(r), gapTable(r)}
	if len(r.Logs.Parties) > 0 {
		tables = append(tables, logTable(r))
	}
	if len(r.Storage) > 0 {
		tables = append(tables, storageTable(r))
	}
	if len(r.Sites) > 0 {
		tables = append(tables, siteTable(r))
	}
	if len(r.Territory) > 0 {
		tables = append(tables, territoryTable(r))
	}
	if r.Cases != nil {
		tables = append(tables, caseTable(r))
	}
	return tables
}

func incidentTable(r *Report) Table {
	t := Table{Name: "incidents", Rows: [][]string{{"no", "id", "from", "to", "observer_lat", "observer_lon", "lat", "lon", "radius_m", "place", "area",
		"means", "how", "count", "count_min", "count_max", "observation", "observation_probability", "direction", "weapon", "zones", "distance_m", "side",
		"side_probability", "occurrence", "probability", "independent_sources", "result", "provisions", "severity", "responsible", "exception", "killed", "injured",
		"caveats", "description", "handling"}}}
	for i := range r.Annex {
		a := &r.Annex[i]
		var olat, olon, lat, lon, radius, distance string
		if o := a.Observer; o != nil {
			olat, olon = decimal(o.Lat, 6), decimal(o.Lon, 6)
		}
		if p := a.Position; p != nil {
			lat, lon, radius = decimal(p.Lat, 6), decimal(p.Lon, 6), decimal(p.Radius, 0)
		}
		if a.DistanceM != nil {
			distance = decimal(*a.DistanceM, 0)
		}
		zones := make([]string, len(a.Zones))
		for k, z := range a.Zones {
			zones[k] = z.Zone + " " + decimal(z.Probability, 3)
		}
		t.Rows = append(t.Rows, []string{strconv.Itoa(a.No), a.ID, stamp(a.From), stamp(a.To), olat, olon, lat, lon, radius, a.Place, a.Area,
			words(a.Means), words(a.How), whole(a.Count.N), whole(a.Count.Min), whole(a.Count.Max), string(a.Activity), decimal(a.ActivityP, 3), string(a.Direction),
			string(a.Weapon), strings.Join(zones, "; "), distance, a.Side, decimal(a.SideP, 3), a.Occurrence, decimal(a.Probable, 3), strconv.Itoa(a.Sources),
			string(a.Result), strings.Join(a.Provisions, " "), a.Severity, a.Party, a.Exception, whole(a.Harm.Killed), whole(a.Harm.Injured),
			strings.Join(a.Caveats, " "), a.Excerpt, string(a.Handling)})
	}
	return t
}

func findingTable(r *Report) Table {
	t := Table{Name: "findings", Rows: [][]string{{"id", "incident", "provision", "stage", "at", "result", "occurrence", "occurrence_probability",
		"breach_probability", "responsible", "responsible_probability", "severity", "exception", "zone"}}}
	for _, f := range r.Findings {
		t.Rows = append(t.Rows, []string{f.ID, f.Incident, f.Provision, f.Stage, stamp(f.At), string(f.Result), f.Occurrence, decimal(f.OccurrenceP, 3),
			decimal(f.BreachP, 3), f.Responsible, decimal(f.ResponsP, 3), f.Severity, f.Exception, f.Zone})
	}
	return t
}

func numberTable(r *Report) Table {
	t := Table{Name: "numbers", Rows: [][]string{{"id", "value", "incidents"}}}
	for _, n := range r.Numbers {
		t.Rows = append(t.Rows, []string{n.ID, decimal(n.Value, -1), strings.Join(n.Incidents, " ")})
	}
	return t
}

func sourceTable(r *Report) Table {
	t := Table{Name: "sources", Rows: [][]string{{"source", "means", "status", "observations", "first", "last", "last_ever", "usual_per_day", "watched_h",
		"confirmed", "counted", "east_m", "north_m", "time_s", "delay_s", "sick"}}}
	for _, s := range r.Sources {
		row := []string{s.ID, string(s.Means), s.Status, strconv.Itoa(s.Observations), stamp(s.First), stamp(s.Last), stamp(s.LastEver),
			decimal(s.UsualPerDay, 2), decimal(s.Watch, 2)}
		if k := s.Track; k != nil {
			sick := make([]string, len(k.Sick))
			for i, x := range k.Sick {
				sick[i] = x.Kind
			}
			row = append(row, strconv.Itoa(k.Confirmed.Hits), strconv.Itoa(k.Confirmed.Trials), estimated(k.EastM), estimated(k.NorthM), estimated(k.TimeS), estimated(k.DelayS), strings.Join(sick, " "))
		} else {
			row = append(row, "", "", "", "", "", "", "")
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// estimated writes an estimate, where there is one.
func estimated(e track.Estimate) string {
	if !e.Known() {
		return ""
	}
	return decimal(e.Value, -1)
}

func logTable(r *Report) Table {
	t := Table{Name: "party-logs", Rows: [][]string{{"party", "reports", "claims", "by_party", "by_others", "by_nobody", "contradicted", "contradicted_of", "silent", "silent_of", "own_silent", "own_silent_of"}}}
	for _, x := range r.Logs.Parties {
		row := []string{x.Party, strconv.Itoa(x.Reports), strconv.Itoa(x.Claims), strconv.Itoa(x.ByParty), strconv.Itoa(x.ByOthers), strconv.Itoa(x.ByNobody)}
		for _, p := range []proportion.Of{x.Contradicted, x.Silent, x.OwnSilent} {
			row = append(row, strconv.Itoa(p.Hits), strconv.Itoa(p.Trials))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func gapTable(r *Report) Table {
	t := Table{Name: "unwatched", Rows: [][]string{{"line", "from_lat", "from_lon", "to_lat", "to_lon", "length_m", "near"}}}
	for _, g := range r.Coverage.Gaps {
		t.Rows = append(t.Rows, []string{g.Line, decimal(g.From.Lat, 5), decimal(g.From.Lon, 5), decimal(g.To.Lat, 5), decimal(g.To.Lon, 5), decimal(g.LengthM, 0), g.Near})
	}
	return t
}

func decimal(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }

// whole writes a number that is only stated where it is not zero.
func whole(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func words[T observation.Means | observation.How](list []T) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return strings.Join(out, " ")
}
