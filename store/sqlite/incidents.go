package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
)

// IncidentRow is an incident with the day in whose run it closed.
type IncidentRow struct {
	Run int64
	incident.Incident
}

// Incidents lists incidents, the earliest first.
func (s *Store) Incidents(ctx context.Context, f Filter) ([]IncidentRow, error) {
	where, args := f.where("from_us")
	return collect(ctx, s.read, "listing incidents", scanIncident,
		"select run, body from incident where true"+where+" order by from_us, run, n"+f.limit(), args...)
}

// JudgedRow is a stored incident with what was found of it.
type JudgedRow struct {
	Run    int64
	Body   []byte // the incident as JSON
	Result string // as Judged.Results
}

// Outcomes are what was found; stages are not told apart.
func (r *JudgedRow) Outcomes() []finding.Outcome {
	var out []finding.Outcome
	for _, x := range strings.Fields(r.Result) {
		provision, result, _ := strings.Cut(x, "=")
		out = append(out, finding.Outcome{Provision: provision, Result: finding.Result(result)})
	}
	return out
}

// Judged yields all incidents in the order of their runs; with provisions, those
// with a finding under one of them.
func (s *Store) Judged(ctx context.Context, provisions ...string) iter.Seq2[JudgedRow, error] {
	where, args := "", make([]any, len(provisions))
	for i, p := range provisions {
		where += " or instr(judged, ?) > 0"
		args[i] = " " + p + "="
	}
	if where != "" {
		where = "where" + strings.TrimPrefix(where, " or")
	}
	return func(yield func(JudgedRow, error) bool) {
		rows, err := s.read.QueryContext(ctx, "select run, body, judged from incident "+where+" order by run, n", args...)
		if err != nil {
			yield(JudgedRow{}, fmt.Errorf("reading incidents: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var r JudgedRow
			if err := rows.Scan(&r.Run, &r.Body, &r.Result); err != nil {
				yield(JudgedRow{}, fmt.Errorf("reading incidents: %w", err))
				return
			}
			if !yield(r, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(JudgedRow{}, fmt.Errorf("reading incidents: %w", err))
		}
	}
}

// Broke yields the incidents with a finding of breach in the order of their runs;
// with runs, those of these alone.
func (s *Store) Broke(ctx context.Context, runs ...int64) iter.Seq2[IncidentRow, error] {
	where, args := "", make([]any, len(runs))
	for i, run := range runs {
		args[i] = run
	}
	if len(runs) > 0 {
		where = " and run in (?" + strings.Repeat(", ?", len(runs)-1) + ")"
	}
	return func(yield func(IncidentRow, error) bool) {
		rows, err := s.read.QueryContext(ctx, "select run, body from incident where breaches > 0"+where+" order by run, n", args...)
		if err != nil {
			yield(IncidentRow{}, fmt.Errorf("reading breaches: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			in, err := scanIncident(rows)
			if err != nil {
				err = fmt.Errorf("reading breaches: %w", err)
			}
			if !yield(in, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(IncidentRow{}, fmt.Errorf("reading breaches: %w", err))
		}
	}
}

// Announced lists incidents with From at or after from that were reported
// before they began and closed in the given run or an earlier one.
func (s *Store) Announced(ctx context.Context, from time.Time, run int64) ([]incident.Incident, error) {
	return collect(ctx, s.read, "listing announcements", func(r *sql.Rows) (incident.Incident, error) {
		row, err := scanIncident(r)
		return row.Incident, err
	}, "select run, body from incident where announced = 1 and from_us >= ? and run <= ? order by from_us, run, n", from.UnixMicro(), run)
}

// Incident returns one incident.
func (s *Store) Incident(ctx context.Context, id string) (*IncidentRow, bool, error) {
	rows, err := s.incident.QueryContext(ctx, key(id))
	found, err := gather(rows, err, "looking for incident "+id, scanIncident)
	for i := range found {
		if found[i].ID == id {
			return &found[i], true, nil
		}
	}
	return nil, false, err
}

// Breached lists the ids of incidents that have a finding of breach.
func (s *Store) Breached(ctx context.Context, from, to time.Time) (map[string]bool, error) {
	rows, err := s.Incidents(ctx, Filter{Since: from, Until: to, Result: string(finding.Breach)})
	out := make(map[string]bool, len(rows))
	for i := range rows {
		out[rows[i].ID] = true
	}
	return out, err
}

// Pictures yields what Batch.Picture kept, by run.
func (s *Store) Pictures(ctx context.Context) iter.Seq2[Picture, error] {
	return func(yield func(Picture, error) bool) {
		rows, err := s.read.QueryContext(ctx, "select run, rows from picture order by run")
		if err != nil {
			yield(Picture{}, fmt.Errorf("reading pictures: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var p Picture
			if err := rows.Scan(&p.Run, &p.Rows); err != nil {
				yield(p, fmt.Errorf("reading pictures: %w", err))
				return
			}
			if !yield(p, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Picture{}, fmt.Errorf("reading pictures: %w", err))
		}
	}
}

// Picture is the rows of one run as they were kept.
type Picture struct {
	Run  int64
	Rows []byte
}

func scanIncident(r *sql.Rows) (in IncidentRow, err error) {
	var body sql.RawBytes
	if err := r.Scan(&in.Run, &body); err != nil {
		return in, err
	}
	return in, json.Unmarshal(body, &in.Incident)
}
