package api

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/geo"
)

// gpkgSchema is what every GeoPackage 1.3 has (OGC 12-128r18).
const gpkgSchema = `
pragma application_id = 0x47504B47;
pragma user_version = 10300;
create table gpkg_spatial_ref_sys (srs_name text not null, srs_id integer primary key, organization text not null, organization_coordsys_id integer not null,
  definition text not null, description text);
insert into gpkg_spatial_ref_sys values
  ('Undefined cartesian', -1, 'NONE', -1, 'undefined', null), ('Undefined geographic', 0, 'NONE', 0, 'undefined', null),
  ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]', null);
create table gpkg_contents (table_name text primary key, data_type text not null, identifier text unique, description text default '',
  last_change datetime not null, min_x double, min_y double, max_x double, max_y double, srs_id integer references gpkg_spatial_ref_sys (srs_id));
create table gpkg_geometry_columns (table_name text not null, column_name text not null, geometry_type_name text not null, srs_id integer not null,
  z tinyint not null, m tinyint not null, primary key (table_name, column_name));
create table incidents (fid integer primary key autoincrement not null, geom point, id text unique, "from" datetime, "to" datetime, radius_m double, activity text,
  weapon text, count integer, probability double, occurrence text, severity text, result text, provision text, party text, side text, zones text, sources integer, handling text);
create table zones (fid integer primary key autoincrement not null, geom multipolygon, id text, name text);
create table lines (fid integer primary key autoincrement not null, geom multilinestring, id text, name text);
`

// geoPackage writes a file with the incidents that each gives, and the zones and
// lines.
func geoPackage(ctx context.Context, path string, shapes *geo.Features, now time.Time, each func(func(*app.Summary) error) error) (err error) {
	address := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "_pragma=journal_mode(off)&_pragma=synchronous(off)"}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, gpkgSchema); err != nil {
		return fmt.Errorf("making a GeoPackage: %w", err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert, err := tx.PrepareContext(ctx, `insert into incidents (geom, id, "from", "to", radius_m, activity, weapon, count, probability, occurrence, severity, result, provision,
		party, side, zones, sources, handling) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	var box []float64
	err = each(func(x *app.Summary) error {
		var at any
		if x.Lat != nil {
			at = gpkgGeometry(wkbPoint(nil, *x.Lon, *x.Lat))
			box = grow(box, *x.Lon, *x.Lat)
		}
		p := propertiesOf(x)
		_, err := insert.ExecContext(ctx, at, x.ID, instantOf(p.From), instantOf(p.To), p.RadiusM, p.Activity, p.Weapon, p.Count, p.Probability, p.Occurrence, p.Severity,
			p.Result, p.Provision, p.Party, p.Side, p.Zones, p.Sources, p.Handling)
		return err
	})
	if err != nil {
		return err
	}
	boxes := map[string][]float64{"incidents": box}
	for i := range shapes.Features {
		f := &shapes.Features[i]
		table, body := "lines", wkbLines(f.Polylines)
		if f.Properties["kind"] == "zone" {
			table, body = "zones", wkbPolygons(f.Polygons)
		}
		if b := boxOf(f); b != nil {
			boxes[table] = grow(grow(boxes[table], b[0], b[1]), b[2], b[3])
		}
		if _, err := tx.ExecContext(ctx, "insert into "+table+" (geom, id, name) values (?, ?, ?)", gpkgGeometry(body), f.Properties["id"], f.Properties["name"]); err != nil {
			return err
		}
	}
	for _, t := range [3][2]string{{"incidents", "POINT"}, {"lines", "MULTILINESTRING"}, {"zones", "MULTIPOLYGON"}} {
		b := make([]any, 4)
		for i, x := range boxes[t[0]] {
			b[i] = x
		}
		if _, err := tx.ExecContext(ctx, "insert into gpkg_contents values (?, 'features', ?, '', ?, ?, ?, ?, ?, 4326)", t[0], t[0], instantOf(now), b[0], b[1], b[2], b[3]); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "insert into gpkg_geometry_columns values (?, 'geom', ?, 4326, 0, 0)", t[0], t[1]); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func instantOf(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func grow(box []float64, x, y float64) []float64 {
	if box == nil {
		return []float64{x, y, x, y}
	}
	return []float64{min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)}
}

// gpkgGeometry puts the header of GeoPackage before well-known binary (section 2.1.3).
func gpkgGeometry(wkb []byte) []byte {
	return append([]byte{'G', 'P', 0, 1, 0xe6, 0x10, 0, 0}, wkb...) // little-endian, no envelope, SRS 4326
}

func wkbHead(b []byte, kind uint32) []byte {
	return binary.LittleEndian.AppendUint32(append(b, 1), kind)
}

func wkbXY(b []byte, x, y float64) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, math.Float64bits(x)), math.Float64bits(y))
}

func wkbPoint(b []byte, lon, lat float64) []byte { return wkbXY(wkbHead(b, 1), lon, lat) }

func wkbPoints(b []byte, points []geo.Point, closed bool) []byte {
	n := len(points)
	if closed && n > 0 {
		n++
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(n))
	for i := range n {
		p := points[i%len(points)]
		b = wkbXY(b, p.Lon, p.Lat)
	}
	return b
}

func wkbLines(lines []geo.Polyline) []byte {
	b := binary.LittleEndian.AppendUint32(wkbHead(nil, 5), uint32(len(lines)))
	for _, l := range lines {
		b = wkbPoints(wkbHead(b, 2), l, false)
	}
	return b
}

func wkbPolygons(m geo.MultiPolygon) []byte {
	b := binary.LittleEndian.AppendUint32(wkbHead(nil, 6), uint32(len(m)))
	for _, p := range m {
		b = binary.LittleEndian.AppendUint32(wkbHead(b, 3), uint32(len(p)))
		for _, ring := range p {
			b = wkbPoints(b, ring, true)
		}
	}
	return b
}
