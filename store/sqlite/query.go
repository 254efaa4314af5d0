package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// Record is an entry of the journal that is not an observation.
type Record struct {
	Seq    uint64    `json:"seq"`
	Kind   string    `json:"kind"`
	Source string    `json:"source,omitempty"`
	Ref    string    `json:"ref,omitempty"`
	At     time.Time `json:"at"`              // from when it holds, UTC
	Digest []byte    `json:"-"`               // of its content, to know it again
	Label  string    `json:"label,omitempty"` // in a few words
}

// Key is an observation's place in the order of fusion: by From, then source,
// then reference.
type Key struct {
	Seq    uint64
	From   time.Time
	Source string
	Ref    string
}

// Day is one UTC day that has observations.
type Day struct {
	Day          int64
	Observations int
	Dirty        bool
}

// Days lists the days with observations, the earliest first.
func (s *Store) Days(ctx context.Context) ([]Day, error) {
	return collect(ctx, s.read, "listing days", func(r *sql.Rows) (d Day, err error) {
		return d, r.Scan(&d.Day, &d.Observations, &d.Dirty)
	}, "select day, observations, dirty from day order by day")
}

// State returns the state of fusion at the end of the last finished day before
// the given one; nil if there is none.
func (s *Store) State(ctx context.Context, before int64) ([]byte, error) {
	var state []byte
	err := s.read.QueryRowContext(ctx, "select state from day where day < ? and state is not null order by day desc limit 1", before).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the state of fusion: %w", err)
	}
	return state, nil
}

// DayState returns the state of fusion at the end of a day, nil if it has none.
func (s *Store) DayState(ctx context.Context, day int64) ([]byte, error) {
	var state []byte
	err := s.read.QueryRowContext(ctx, "select state from day where day = ?", day).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the state of fusion: %w", err)
	}
	return state, nil
}

// InDay yields the current observations of a UTC day in the order of fusion.
func (s *Store) InDay(ctx context.Context, day int64) iter.Seq2[Key, error] {
	return s.Between(ctx, DayStart(day), DayStart(day+1))
}

// Between yields the current observations with From in [from, to) in the order
// of fusion.
func (s *Store) Between(ctx context.Context, from, to time.Time) iter.Seq2[Key, error] {
	return s.inOrder(ctx, " and o.from_us >= ? and o.from_us < ?", from.UnixMicro(), to.UnixMicro())
}

// inOrder yields current observations in the order of fusion. Only what is read is
// put in order, since few may be wanted of many.
func (s *Store) inOrder(ctx context.Context, where string, args ...any) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		rows, err := s.read.QueryContext(ctx, `select o.seq, o.from_us, s.name, o.ref from observation o indexed by observation_time
			join source s on s.id = o.source where o.superseded_by is null`+where+" order by o.from_us", args...)
		if err != nil {
			yield(Key{}, fmt.Errorf("reading observations: %w", err))
			return
		}
		defer rows.Close()
		var same []Key // of one instant
		flush := func() bool {
			slices.SortFunc(same, func(a, b Key) int {
				if c := strings.Compare(a.Source, b.Source); c != 0 {
					return c
				}
				return strings.Compare(a.Ref, b.Ref)
			})
			for _, k := range same {
				if !yield(k, nil) {
					return false
				}
			}
			same = same[:0]
			return true
		}
		for rows.Next() {
			var k Key
			var us int64
			if err := rows.Scan(&k.Seq, &us, &k.Source, &k.Ref); err != nil {
				yield(Key{}, fmt.Errorf("reading observations: %w", err))
				return
			}
			k.From = instant(us)
			if len(same) > 0 && !same[0].From.Equal(k.From) && !flush() {
				return
			}
			same = append(same, k)
		}
		if err := rows.Err(); err != nil {
			yield(Key{}, fmt.Errorf("reading observations: %w", err))
			return
		}
		flush()
	}
}

// Current returns the record of the current version of an observation, and the
// digest of its content.
func (s *Store) Current(ctx context.Context, source, ref string) (seq uint64, digest int64, ok bool, err error) {
	err = s.current.QueryRowContext(ctx, source, ref).Scan(&seq, &digest)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, false, nil
	}
	if err != nil {
		return 0, 0, false, fmt.Errorf("looking for observation %s/%s: %w", source, ref, err)
	}
	return seq, digest, true, nil
}

// Versions lists the records of all versions of an observation, the oldest first.
func (s *Store) Versions(ctx context.Context, source, ref string) ([]uint64, error) {
	return collect(ctx, s.read, "listing versions", func(r *sql.Rows) (seq uint64, err error) { return seq, r.Scan(&seq) },
		"select o.seq from observation o join source s on s.id = o.source where s.name = ? and o.ref = ? order by o.seq", source, ref)
}

// Keys yields source and reference of every current observation.
func (s *Store) Keys(ctx context.Context) iter.Seq2[Key, error] {
	return func(yield func(Key, error) bool) {
		rows, err := s.read.QueryContext(ctx, "select o.seq, s.name, o.ref from observation o join source s on s.id = o.source where o.superseded_by is null")
		if err != nil {
			yield(Key{}, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var k Key
			if err := rows.Scan(&k.Seq, &k.Source, &k.Ref); err != nil {
				yield(Key{}, err)
				return
			}
			if !yield(k, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Key{}, err)
		}
	}
}

// Records lists records of a kind in the order of their numbers.
func (s *Store) Records(ctx context.Context, kind string) ([]Record, error) {
	return collect(ctx, s.read, "listing records", scanRecord,
		"select seq, kind, source, ref, at_us, digest, label from record where kind = ? order by seq", kind)
}

// LastRecord returns the last record of a kind with this source and reference.
func (s *Store) LastRecord(ctx context.Context, kind, source, ref string) (Record, bool, error) {
	found, err := collect(ctx, s.read, "looking for a record", scanRecord,
		"select seq, kind, source, ref, at_us, digest, label from record where kind = ? and source = ? and ref = ? order by seq desc limit 1", kind, source, ref)
	if err != nil || len(found) == 0 {
		return Record{}, false, err
	}
	return found[0], true, nil
}

func scanRecord(r *sql.Rows) (rec Record, err error) {
	var us int64
	err = r.Scan(&rec.Seq, &rec.Kind, &rec.Source, &rec.Ref, &us, &rec.Digest, &rec.Label)
	rec.At = instant(us)
	return rec, err
}

// Source sums up what one source reported.
type Source struct {
	Name         string    `json:"name"`
	Observations int       `json:"observations"`
	First        time.Time `json:"first"` // From of its first observation, UTC
	Last         time.Time `json:"last"`
	Means        string    `json:"means,omitempty"`
}

// Sources lists the sources by name.
func (s *Store) Sources(ctx context.Context) ([]Source, error) {
	return collect(ctx, s.read, "listing sources", func(r *sql.Rows) (x Source, err error) {
		var first, last int64
		err = r.Scan(&x.Name, &x.Observations, &first, &last, &x.Means)
		x.First, x.Last = instant(first), instant(last)
		return x, err
	}, `select s.name, sum(r.observations), min(r.first_us), max(r.last_us), max(r.means) from reporting r join source s on s.id = r.source
		group by s.id order by s.name`)
}

// Totals are the sizes of the projections.
type Totals struct {
	Observations int       `json:"observations"` // current versions
	Corrections  int       `json:"corrections"`  // superseded versions
	Incidents    int       `json:"incidents"`
	Findings     int       `json:"findings"`
	Breaches     int       `json:"breaches"` // findings of breach
	Days         int       `json:"days"`
	First        time.Time `json:"first,omitzero"` // From of the first observation, UTC
	Last         time.Time `json:"last,omitzero"`
}

// Totals counts what there is.
func (s *Store) Totals(ctx context.Context) (Totals, error) {
	var t Totals
	var all int
	var first, last sql.NullInt64
	err := s.read.QueryRowContext(ctx, `select
		(select coalesce(sum(observations), 0) from day),
		(select count(*) from observation where superseded_by is not null),
		(select coalesce(sum(incidents), 0) from picture), (select coalesce(sum(findings), 0) from picture),
		(select coalesce(sum(breaches), 0) from picture), (select count(*) from day),
		(select min(from_us) from observation), (select max(from_us) from observation)`).
		Scan(&all, &t.Corrections, &t.Incidents, &t.Findings, &t.Breaches, &t.Days, &first, &last)
	if err != nil {
		return t, fmt.Errorf("counting: %w", err)
	}
	t.Observations = all - t.Corrections
	if first.Valid {
		t.First, t.Last = instant(first.Int64), instant(last.Int64)
	}
	return t, nil
}

// Filter chooses rows of a listing. The zero value chooses all.
type Filter struct {
	Since, Until time.Time // From in [Since, Until); zero: open
	Source       string    // of observations
	Activity     string
	Provision    string // of incidents with findings: one under this provision
	Result       string // of incidents with findings: one with this result
	Incident     string // one incident
	Limit        int    // 0: all
}

func (f Filter) where(column string) (string, []any) {
	var conditions []string
	var args []any
	add := func(condition string, arg any) { conditions, args = append(conditions, condition), append(args, arg) }
	if !f.Since.IsZero() {
		add(column+" >= ?", f.Since.UnixMicro())
	}
	if !f.Until.IsZero() {
		add(column+" < ?", f.Until.UnixMicro())
	}
	for _, c := range []struct{ column, value string }{{"activity", f.Activity}, {"s.name", f.Source}} {
		if c.value != "" {
			add(c.column+" = ?", c.value)
		}
	}
	switch {
	case f.Provision != "" && f.Result != "":
		add("instr(judged || ' ', ?) > 0", " "+f.Provision+"="+f.Result+" ")
	case f.Provision != "":
		add("instr(judged, ?) > 0", " "+f.Provision+"=")
	case f.Result != "":
		add("instr(judged || ' ', ?) > 0", "="+f.Result+" ")
	}
	if f.Incident != "" {
		add("key = ?", key(f.Incident))
	}
	if conditions == nil {
		return "", args
	}
	return " and " + strings.Join(conditions, " and "), args
}

func (f Filter) limit() string {
	if f.Limit <= 0 {
		return ""
	}
	return fmt.Sprintf(" limit %d", f.Limit)
}

// Observations lists the records of current observations, the earliest first.
func (s *Store) Observations(ctx context.Context, f Filter) ([]Key, error) {
	where, args := f.where("o.from_us")
	if f.Source == "" {
		var out []Key
		for k, err := range s.inOrder(ctx, where, args...) {
			if err != nil {
				return nil, fmt.Errorf("listing observations: %w", err)
			}
			if out = append(out, k); len(out) == f.Limit {
				break
			}
		}
		return out, nil
	}
	return collect(ctx, s.read, "listing observations", func(r *sql.Rows) (k Key, err error) {
		var us int64
		err = r.Scan(&k.Seq, &us, &k.Source, &k.Ref)
		k.From = instant(us)
		return k, err
	}, `select o.seq, o.from_us, s.name, o.ref from observation o join source s on s.id = o.source
		where o.superseded_by is null`+where+" order by o.from_us, s.name, o.ref"+f.limit(), args...)
}

// Digest is a hash over every row of the projections, in an order that does
// not depend on how they came about.
func (s *Store) Digest(ctx context.Context) (string, error) {
	h := sha256.New()
	for _, d := range dumps() {
		rows, err := s.rows(ctx, d.query)
		if err != nil {
			return "", fmt.Errorf("hashing the projections: %w", err)
		}
		for {
			values, err := rows.next()
			if err != nil {
				rows.Close()
				return "", fmt.Errorf("hashing the projections: %w", err)
			}
			if values == nil {
				break
			}
			for _, v := range values {
				fmt.Fprintf(h, "%s\x1f", text(v))
			}
			h.Write([]byte{'\n'})
		}
		if err := rows.Close(); err != nil {
			return "", fmt.Errorf("hashing the projections: %w", err)
		}
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func collect[T any](ctx context.Context, db *sql.DB, what string, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	return gather(rows, err, what, scan)
}

// gather scans the rows that a query gave.
func gather[T any](rows *sql.Rows, err error, what string, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return out, nil
}

// Count is the number of observations, superseded ones too.
func (s *Store) Count(ctx context.Context) (n int, err error) {
	if err := s.read.QueryRowContext(ctx, "select count(*) from observation").Scan(&n); err != nil {
		return 0, fmt.Errorf("counting: %w", err)
	}
	return n, nil
}

// Kinds counts the records other than observations by their kind.
func (s *Store) Kinds(ctx context.Context) (map[string]int, error) {
	type count struct {
		kind string
		n    int
	}
	counts, err := collect(ctx, s.read, "counting records", func(r *sql.Rows) (c count, err error) {
		return c, r.Scan(&c.kind, &c.n)
	}, "select kind, count(*) from record group by kind")
	out := map[string]int{}
	for _, c := range counts {
		out[c.kind] = c.n
	}
	return out, err
}

// Reporting is what a source reported in a period.
type Reporting struct {
	Name         string
	Means        string
	Observations int
	First, Last  time.Time // From in the period, UTC; zero: none
	LastEver     time.Time // before the period's end
	UsualPerDay  float64   // mean over the days before the period
}

// SourcesBetween sums up the sources that have reported before to, with the
// mean per day over the days before from, as far as the records go back.
func (s *Store) SourcesBetween(ctx context.Context, from, to time.Time, days int) ([]Reporting, error) {
	var first sql.NullInt64
	if err := s.read.QueryRowContext(ctx, "select min(from_us) from observation").Scan(&first); err != nil {
		return nil, fmt.Errorf("listing sources: %w", err)
	}
	since := from.AddDate(0, 0, -days)
	if begin := instant(first.Int64); first.Valid && begin.After(since) {
		since = begin
	}
	span := from.Sub(since).Hours() / 24
	return collect(ctx, s.read, "listing sources", func(r *sql.Rows) (x Reporting, err error) {
		var a, b sql.NullInt64
		var last int64
		var before int
		if err = r.Scan(&x.Name, &x.Means, &x.Observations, &a, &b, &last, &before); err != nil {
			return x, err
		}
		if a.Valid {
			x.First, x.Last = instant(a.Int64), instant(b.Int64)
		}
		x.LastEver = instant(last)
		if span >= 1 {
			x.UsualPerDay = float64(before) / span
		}
		return x, nil
	}, `select s.name, max(o.means), coalesce(sum(o.from_us >= ?1), 0), min(case when o.from_us >= ?1 then o.from_us end),
		max(case when o.from_us >= ?1 then o.from_us end), max(o.from_us), coalesce(sum(o.from_us < ?1 and o.from_us >= ?3), 0)
		from observation o join source s on s.id = o.source where o.from_us < ?2 and o.superseded_by is null group by s.id order by s.name`,
		from.UnixMicro(), to.UnixMicro(), since.UnixMicro())
}
