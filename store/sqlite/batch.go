package sqlite

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// Batch is one transaction of the writer. Commit or Rollback it.
type Batch struct {
	ctx     context.Context
	tx      *sql.Tx
	sources map[string]int64
	days    map[int64]int // observations added, by day
	sums    map[reporting]*sum
	stale   map[int64]bool // days whose sums by source are to be made anew

	observations, incidents rows
	run, n                  int64 // of the last incident
	findings, breaches      int   // of the run
}

// reporting is what a source reports on a day.
type reporting struct{ source, day int64 }

type sum struct {
	n           int
	first, last int64
	means       string
}

// rows gathers rows for one insert statement of many.
type rows struct {
	into string
	n    int // columns
	args []any
	full *sql.Stmt
}

const rowsPerInsert = 40

// Begin begins a transaction; it waits while another one is open.
func (s *Store) Begin(ctx context.Context) (*Batch, error) {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("writing projections: %w", err)
	}
	return &Batch{ctx: ctx, tx: tx, sources: map[string]int64{}, days: map[int64]int{}, sums: map[reporting]*sum{}, stale: map[int64]bool{},
		observations: rows{into: "observation (seq, source, ref, from_us, to_us, lat, lon, radius_m, activity, means, digest)", n: 11},
		incidents:    rows{into: "incident (run, n, key, from_us, activity, announced, findings, breaches, judged, body)", n: 10},
	}, nil
}

func (r *rows) add(b *Batch, values ...any) error {
	r.args = append(r.args, values...)
	if len(r.args) < r.n*rowsPerInsert {
		return nil
	}
	if r.full == nil {
		stmt, err := b.tx.PrepareContext(b.ctx, r.statement(rowsPerInsert))
		if err != nil {
			return err
		}
		r.full = stmt
	}
	_, err := r.full.ExecContext(b.ctx, r.args...)
	r.args = r.args[:0]
	return err
}

func (r *rows) flush(b *Batch) error {
	if len(r.args) == 0 {
		return nil
	}
	_, err := b.tx.ExecContext(b.ctx, r.statement(len(r.args)/r.n), r.args...)
	r.args = r.args[:0]
	return err
}

func (r *rows) statement(n int) string {
	one := "(" + strings.Repeat("?,", r.n-1) + "?)"
	return "insert into " + r.into + " values " + strings.Repeat(one+",", n-1) + one
}

// Observation adds the observation of the journal's record seq, with the
// digest of its content. supersedes lists the records of older versions that
// are still current.
func (b *Batch) Observation(seq uint64, o *observation.Observation, digest int64, supersedes ...uint64) error {
	source, err := b.source(o.Source)
	if err != nil {
		return fmt.Errorf("storing observation %s: %w", o.ID(), err)
	}
	for _, old := range supersedes {
		if err := b.supersede(old, seq); err != nil {
			return fmt.Errorf("storing observation %s: %w", o.ID(), err)
		}
	}
	to := o.To
	if to.Before(o.From) {
		to = o.From
	}
	var lat, lon, radius any
	if p := o.Position; p != nil {
		lat, lon, radius = p.Lat, p.Lon, p.Radius
	}
	b.days[DayOf(o.From)]++
	b.count(source, o)
	if !o.Reported.IsZero() && o.Reported.Before(o.From) {
		// What was announced may excuse what happens until its end.
		if _, err := b.tx.ExecContext(b.ctx, "update day set dirty = 1 where day between ? and ?", DayOf(o.From), DayOf(to)); err != nil {
			return fmt.Errorf("storing observation %s: %w", o.ID(), err)
		}
	}
	if err := b.observations.add(b, int64(seq), source, o.Ref, o.From.UnixMicro(), to.UnixMicro(), lat, lon, radius, string(o.Activity), string(o.Means), digest); err != nil {
		return fmt.Errorf("storing observation %s: %w", o.ID(), err)
	}
	return nil
}

// count sums up what a source reports on a day.
func (b *Batch) count(source int64, o *observation.Observation) {
	at := o.From.UnixMicro()
	key := reporting{source, DayOf(o.From)}
	s := b.sums[key]
	if s == nil {
		s = &sum{first: at, last: at}
		b.sums[key] = s
	}
	s.n++
	s.first, s.last, s.means = min(s.first, at), max(s.last, at), max(s.means, string(o.Means))
}

// supersede marks an older version and its day.
func (b *Batch) supersede(old, by uint64) error {
	if err := b.observations.flush(b); err != nil {
		return err
	}
	var from int64
	if err := b.tx.QueryRowContext(b.ctx, "update observation set superseded_by = ? where seq = ? returning from_us", int64(by), int64(old)).Scan(&from); err != nil {
		return fmt.Errorf("marking record %d as superseded: %w", old, err)
	}
	b.days[floorDiv(from, dayUS)] += 0
	b.stale[floorDiv(from, dayUS)] = true
	return nil
}

func (b *Batch) source(name string) (int64, error) {
	if id, ok := b.sources[name]; ok {
		return id, nil
	}
	var id int64
	err := b.tx.QueryRowContext(b.ctx, "insert into source (name) values (?) on conflict (name) do update set name = name returning id", name).Scan(&id)
	if err == nil {
		b.sources[name] = id
	}
	return id, err
}

// Record notes a record of another kind than observation.
func (b *Batch) Record(r Record) error {
	digest := r.Digest
	if digest == nil {
		digest = []byte{}
	}
	_, err := b.tx.ExecContext(b.ctx, "insert into record (seq, kind, source, ref, at_us, digest, label) values (?, ?, ?, ?, ?, ?, ?)",
		int64(r.Seq), r.Kind, r.Source, r.Ref, r.At.UnixMicro(), digest, r.Label)
	if err != nil {
		return fmt.Errorf("storing record %d (%s): %w", r.Seq, r.Kind, err)
	}
	return nil
}

// Dirty marks all days with observations from the given instant on, so that
// they are judged again.
func (b *Batch) Dirty(from time.Time) error {
	_, err := b.tx.ExecContext(b.ctx, "update day set dirty = 1 where day >= ?", DayOf(from))
	return err
}

// Forget removes all incidents and every state of fusion.
func (b *Batch) Forget() error {
	for _, q := range []string{"delete from incident", "delete from picture", "update day set dirty = 1, state = null"} {
		if _, err := b.tx.ExecContext(b.ctx, q); err != nil {
			return fmt.Errorf("forgetting incidents: %w", err)
		}
	}
	return nil
}

// Clear removes the incidents of a day's run.
func (b *Batch) Clear(run int64) error {
	if err := b.flush(); err != nil {
		return err
	}
	for _, q := range []string{"delete from incident where run = ?", "delete from picture where run = ?"} {
		if _, err := b.tx.ExecContext(b.ctx, q, run); err != nil {
			return fmt.Errorf("clearing the run of %s: %w", DayStart(run).Format(time.DateOnly), err)
		}
	}
	return nil
}

// Picture ends a run: it keeps what lists and maps show of its incidents.
func (b *Batch) Picture(run int64, rows []byte) error {
	if run != b.run {
		b.run, b.n, b.findings, b.breaches = run, 0, 0, 0
	}
	_, err := b.tx.ExecContext(b.ctx, "insert into picture (run, incidents, findings, breaches, rows) values (?, ?, ?, ?, ?)", run, b.n, b.findings, b.breaches, rows)
	if err != nil {
		return fmt.Errorf("storing the picture of %s: %w", DayStart(run).Format(time.DateOnly), err)
	}
	return nil
}

// Incident adds an incident that closed in the run, with its findings.
func (b *Batch) Incident(run int64, in *Judged) error {
	if run != b.run {
		b.run, b.n, b.findings, b.breaches = run, 0, 0, 0
	}
	b.n++
	b.findings += in.Findings
	b.breaches += in.Breaches
	err := b.incidents.add(b, run, b.n, key(in.ID), in.From.UnixMicro(), in.Activity, in.Announced, in.Findings, in.Breaches, in.Results, in.Body)
	if err != nil {
		return fmt.Errorf("storing incident %s: %w", in.ID, err)
	}
	return nil
}

// key is the number by which an id is looked up.
func key(id string) int64 {
	sum := sha256.Sum256([]byte(id))
	return int64(binary.LittleEndian.Uint64(sum[:]))
}

// Judged is an incident with its findings as it is stored.
type Judged struct {
	ID                 string
	From               time.Time
	Activity           string
	Announced          bool // it was reported before it began
	Findings, Breaches int
	Results            string // " provision=result" for each finding
	Body               []byte // the incident as JSON
}

// NewJudged encodes an incident and what was found of it.
func NewJudged(in *incident.Incident, findings []finding.Outcome) (*Judged, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("incident %s: %w", in.ID, err)
	}
	out := &Judged{ID: in.ID, From: in.From, Activity: string(in.Activity), Announced: in.Announced(),
		Findings: len(findings), Body: body}
	var results []byte
	for i := range findings {
		f := &findings[i]
		results = append(results, ' ')
		results = append(results, f.Provision...)
		results = append(results, '=')
		results = append(results, f.Result...)
		if f.Result == finding.Breach {
			out.Breaches++
		}
	}
	out.Results = string(results)
	return out, nil
}

// EndDay keeps the state of fusion at the day's end: the day is done.
func (b *Batch) EndDay(day int64, state []byte) error {
	_, err := b.tx.ExecContext(b.ctx, "update day set dirty = 0, state = ? where day = ?", state, day)
	return err
}

// SetMeta keeps a value.
func (b *Batch) SetMeta(key string, value any) error {
	_, err := b.tx.ExecContext(b.ctx, "insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value", key, value)
	return err
}

func (b *Batch) flush() error {
	for _, r := range []*rows{&b.observations, &b.incidents} {
		if err := r.flush(b); err != nil {
			return err
		}
	}
	return nil
}

// Commit ends the transaction; applied is the number of journal records that
// the projections then reflect.
func (b *Batch) Commit(applied uint64) error {
	defer b.tx.Rollback()
	if err := b.flush(); err != nil {
		return fmt.Errorf("writing projections: %w", err)
	}
	days := make([]int64, 0, len(b.days))
	for d := range b.days {
		days = append(days, d)
	}
	slices.Sort(days)
	for _, d := range days {
		if _, err := b.tx.ExecContext(b.ctx, "insert into day (day, observations, dirty) values (?, ?, 1) on conflict (day) do update set dirty = 1, observations = observations + excluded.observations", d, b.days[d]); err != nil {
			return fmt.Errorf("writing projections: %w", err)
		}
	}
	if err := b.report(); err != nil {
		return fmt.Errorf("writing projections: %w", err)
	}
	if err := b.SetMeta("applied", int64(applied)); err != nil {
		return fmt.Errorf("writing projections: %w", err)
	}
	if err := b.tx.Commit(); err != nil {
		return fmt.Errorf("writing projections: %w", err)
	}
	return nil
}

// report keeps the sums by source and day: what was added, and anew for days of
// which something was superseded.
func (b *Batch) report() error {
	for _, key := range slices.SortedFunc(maps.Keys(b.sums), func(x, y reporting) int {
		return cmp.Or(cmp.Compare(x.day, y.day), cmp.Compare(x.source, y.source))
	}) {
		if b.stale[key.day] {
			continue
		}
		s := b.sums[key]
		if _, err := b.tx.ExecContext(b.ctx, `insert into reporting (source, day, observations, first_us, last_us, means) values (?, ?, ?, ?, ?, ?)
			on conflict do update set observations = observations + excluded.observations, first_us = min(first_us, excluded.first_us),
			last_us = max(last_us, excluded.last_us), means = max(means, excluded.means)`, key.source, key.day, s.n, s.first, s.last, s.means); err != nil {
			return err
		}
	}
	for _, d := range slices.Sorted(maps.Keys(b.stale)) {
		if _, err := b.tx.ExecContext(b.ctx, "delete from reporting where day = ?", d); err != nil {
			return err
		}
		if _, err := b.tx.ExecContext(b.ctx, `insert into reporting (source, day, observations, first_us, last_us, means)
			select source, ?1, count(*), min(from_us), max(from_us), max(means) from observation indexed by observation_time
			where from_us >= ?2 and from_us < ?3 and superseded_by is null group by source`, d, d*dayUS, (d+1)*dayUS); err != nil {
			return err
		}
	}
	return nil
}

// Rollback gives the transaction up; after Commit it does nothing.
func (b *Batch) Rollback() { b.tx.Rollback() }

// Current returns the record of the current version of an observation, as the
// transaction sees it.
func (b *Batch) Current(source, ref string) (seq uint64, ok bool, err error) {
	if err := b.observations.flush(b); err != nil {
		return 0, false, err
	}
	err = b.tx.QueryRowContext(b.ctx, `select o.seq from observation o join source s on s.id = o.source
		where s.name = ? and o.ref = ? and o.superseded_by is null`, source, ref).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return seq, err == nil, err
}
