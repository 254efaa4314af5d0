// Package sqlite keeps the projections of one workspace in a SQLite file and
// answers queries over them. All of it follows from the journal: the file can
// be deleted and is made again.
//
// It must not know the rules by which incidents and findings are made.
package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	_ "modernc.org/sqlite" // the driver: pure Go, so that truce stays one static file
)

//go:embed schema.sql
var schema string

// schemaVersion changes with every change of schema.sql or of what the rows
// mean; a file of another version is made again from the journal.
const schemaVersion = 6

// ErrStale is wrapped by Open's error for a file that this program did not
// make or that is damaged: remove it and make it again from the journal.
var ErrStale = errors.New("the projections must be made again")

var errVersion = errors.New("they are of another version of the program")

// Store is an open file of projections. It is safe for concurrent use; there
// is one writer at a time.
type Store struct {
	path string

	immutable bool // nobody writes to it, or can

	write *sql.DB // one connection
	read  *sql.DB

	current, incident *sql.Stmt // asked for every report: to be parsed once
}

// Open opens the file at path, or makes it. With readOnly it is not changed.
func Open(ctx context.Context, path string, readOnly bool) (*Store, error) {
	return open(ctx, path, readOnly, "normal")
}

// OpenScratch opens a file that is thrown away afterwards: nothing waits for
// the disk.
func OpenScratch(ctx context.Context, path string) (*Store, error) {
	return open(ctx, path, false, "off")
}

func open(ctx context.Context, path string, readOnly bool, synchronous string) (*Store, error) {
	if readOnly {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("opening the projections: %w: %w", ErrStale, err)
		}
	}
	s := &Store{path: path}
	err := s.open(ctx, readOnly, synchronous)
	if err != nil && readOnly && ctx.Err() == nil && !errors.Is(err, errVersion) {
		// Where nothing may be written, not even beside the file.
		s.Close()
		s = &Store{path: path, immutable: true}
		err = s.open(ctx, readOnly, synchronous)
	}
	if err != nil {
		s.Close()
		if ctx.Err() != nil {
			err = ctx.Err() // nothing is wrong with the file
		}
		return nil, fmt.Errorf("opening the projections %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, readOnly bool, synchronous string) error {
	pragmas := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(wal)", "synchronous(" + synchronous + ")", "temp_store(memory)", "cache_size(-48000)", "wal_autocheckpoint(16000)"},
		"_txlock": {"immediate"}}
	address := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: s.path}).EscapedPath()})
	if !readOnly {
		address.RawQuery = pragmas.Encode()
		db, err := sql.Open("sqlite", address.String())
		if err != nil {
			return err
		}
		db.SetMaxOpenConns(1)
		s.write = db
		if err := s.create(ctx); err != nil {
			return err
		}
	}
	query := url.Values{"_pragma": {"busy_timeout(10000)", "query_only(1)", "cache_size(-8000)"}}
	if s.immutable {
		query.Set("immutable", "1")
	}
	address.RawQuery = query.Encode()
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	s.read = db
	var version int
	if err := db.QueryRowContext(ctx, "pragma user_version").Scan(&version); err != nil {
		return fmt.Errorf("%w: %w", ErrStale, err)
	}
	if version != schemaVersion {
		return fmt.Errorf("%w: %w: they have version %d; this program writes %d", ErrStale, errVersion, version, schemaVersion)
	}
	if s.current, err = db.PrepareContext(ctx, `select o.seq, o.digest from observation o join source s on s.id = o.source
		where s.name = ? and o.ref = ? and o.superseded_by is null`); err != nil {
		return fmt.Errorf("%w: %w", ErrStale, err)
	}
	if s.incident, err = db.PrepareContext(ctx, "select run, body from incident where key = ?"); err != nil {
		return fmt.Errorf("%w: %w", ErrStale, err)
	}
	return nil
}

func (s *Store) create(ctx context.Context) error {
	var version, tables int
	err := s.write.QueryRowContext(ctx, "select (select user_version from pragma_user_version), count(*) from sqlite_master").Scan(&version, &tables)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrStale, err)
	}
	if version == schemaVersion || tables > 0 {
		return nil // the caller compares the version
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return fmt.Errorf("making the tables: %w", err)
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("pragma user_version = %d", schemaVersion)); err != nil {
		return err
	}
	return tx.Commit()
}

// Close closes the file.
func (s *Store) Close() error {
	var errs []error
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil {
		errs = append(errs, s.write.Close())
	}
	return errors.Join(errs...)
}

// Remove deletes the file of projections at path and what SQLite keeps beside it.
func Remove(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Applied is the number of journal records that the projections reflect.
func (s *Store) Applied(ctx context.Context) (uint64, error) {
	var n int64
	err := s.read.QueryRowContext(ctx, "select value from meta where key = 'applied'").Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading how far the projections are: %w", err)
	}
	return uint64(n), nil
}

// Meta returns a value that Batch.SetMeta kept, "" if there is none.
func (s *Store) Meta(ctx context.Context, key string) (string, error) {
	var v string
	err := s.read.QueryRowContext(ctx, "select value from meta where key = ?", key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return "", fmt.Errorf("reading %s of the projections: %w", key, err)
	}
	return v, nil
}

const dayUS = 24 * 3600 * 1e6

// DayOf is the number of the UTC day that holds t, 0 being 1970-01-01.
func DayOf(t time.Time) int64 { return floorDiv(t.UnixMicro(), dayUS) }

// DayStart is the first instant of a day.
func DayStart(day int64) time.Time { return time.UnixMicro(day * dayUS).UTC() }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }
