package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"
)

// dumps are queries over every row of the projections, by the table that they
// tell of. They do not depend on how the rows came about.
func dumps() []struct{ table, query string } {
	return []struct{ table, query string }{
		{"source", "select * from source order by id"},
		{"observation", "select o.seq, s.name as source, o.ref, o.from_us, o.to_us, o.lat, o.lon, o.radius_m, o.activity, o.means, o.digest, o.superseded_by from observation o left join source s on s.id = o.source order by o.seq"},
		{"reporting", "select s.name, r.day, r.observations, r.first_us, r.last_us, r.means from reporting r left join source s on s.id = r.source order by r.source, r.day"},
		{"record", "select * from record order by seq"},
		{"day", "select * from day order by day"},
		{"incident", "select * from incident order by run, n"},
		{"picture", "select * from picture order by run"},
		{"meta", "select * from meta order by key"},
		{"sqlite_master", "select type, name, tbl_name, sql from sqlite_master order by name"},
	}
}

// Check asks SQLite whether the file is whole: its pages, and that every index
// agrees with its table. It returns the first thing wrong, "" if nothing is.
func (s *Store) Check(ctx context.Context) (string, error) {
	found, err := collect(ctx, s.read, "checking the projections", func(r *sql.Rows) (text string, err error) { return text, r.Scan(&text) },
		"pragma integrity_check(1)")
	if err != nil {
		return "", err
	}
	if len(found) == 1 && found[0] == "ok" {
		return "", nil
	}
	return strings.Join(found, "; "), nil
}

// Difference compares every row with another store's and names the first that
// differs, "" if none does. The other one is taken to be right.
func (s *Store) Difference(ctx context.Context, right *Store) (string, error) {
	for _, d := range dumps() {
		text, err := s.difference(ctx, right, d.table, d.query)
		if err != nil || text != "" {
			return text, err
		}
	}
	return "", nil
}

func (s *Store) difference(ctx context.Context, right *Store, table, query string) (string, error) {
	here, err := s.rows(ctx, query)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", table, err)
	}
	defer here.Close()
	there, err := right.rows(ctx, query)
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", table, err)
	}
	defer there.Close()
	for {
		a, err := here.next()
		if err != nil {
			return "", fmt.Errorf("reading %s: %w", table, err)
		}
		b, err := there.next()
		if err != nil {
			return "", fmt.Errorf("reading %s: %w", table, err)
		}
		switch {
		case a == nil && b == nil:
			return "", nil
		case a == nil:
			return fmt.Sprintf("table %s: a row is missing: %s", table, there.show(b)), nil
		case b == nil:
			return fmt.Sprintf("table %s: a row too many: %s", table, here.show(a)), nil
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return fmt.Sprintf("table %s, row %s: %s is %.80s; by the journal it is %.80s", table, here.show(b[:1]), here.columns[i], text(a[i]), text(b[i])), nil
			}
		}
	}
}

type dump struct {
	*sql.Rows
	columns []string
	values  []any
}

func (s *Store) rows(ctx context.Context, query string) (*dump, error) {
	rows, err := s.read.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	d := &dump{Rows: rows}
	if d.columns, err = rows.Columns(); err != nil {
		rows.Close()
		return nil, err
	}
	return d, nil
}

// next returns the next row, nil after the last.
func (d *dump) next() ([]any, error) {
	if !d.Next() {
		return nil, d.Err()
	}
	if d.values == nil {
		d.values = make([]any, 2*len(d.columns))
		for i := range d.columns {
			d.values[len(d.columns)+i] = &d.values[i]
		}
	}
	err := d.Scan(d.values[len(d.columns):]...)
	return d.values[:len(d.columns)], err
}

func (d *dump) show(row []any) string {
	out := make([]string, 0, len(row))
	for i, v := range row {
		out = append(out, fmt.Sprintf("%s %.40s", d.columns[i], text(v)))
	}
	return strings.Join(out, ", ")
}

func same(a, b any) bool {
	x, ok := a.([]byte)
	y, too := b.([]byte)
	if ok && too {
		return bytes.Equal(x, y)
	}
	return ok == too && a == b
}

func text(v any) string {
	if b, ok := v.([]byte); ok {
		return hex.EncodeToString(b)
	}
	return fmt.Sprint(v)
}
