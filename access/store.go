package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver
)

//go:embed schema.sql
var schema string

const schemaVersion = 1

// File is the name of the accounts in a workspace. It is no part of the
// journal: who may sign in is no fact about a ceasefire.
const File = "access.db"

// Options are how accounts are opened. The zero value is good.
type Options struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Secure marks cookies for TLS only, where TLS ends before this server.
	Secure bool
	// Trusted has the address of whoever asks taken from X-Forwarded-For, which
	// only a proxy in front of this server may set.
	Trusted bool
}

// Store holds accounts, sessions and tokens of one workspace. It is safe for
// concurrent use, by several processes too.
type Store struct {
	opt     Options
	db      *sql.DB
	hashing chan struct{} // a place for each password that is hashed at once
	nobody  string        // a hash that no password gives
}

// Open opens the accounts of the workspace in dir, or makes the file. Only its
// owner can read it.
func Open(ctx context.Context, dir string, opt Options) (*Store, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	path := filepath.Join(dir, File)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the accounts: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("opening the accounts: %w", err)
	}
	query := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)"}, "_txlock": {"immediate"}}
	address := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, fmt.Errorf("opening the accounts: %w", err)
	}
	db.SetMaxOpenConns(4)
	s := &Store{opt: opt, db: db, hashing: make(chan struct{}, 2)}
	if err := s.create(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("opening the accounts %s: %w", path, err)
	}
	if s.nobody, err = hashPassword(secret()); err != nil {
		db.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) create(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version int
	if err := tx.QueryRowContext(ctx, "select user_version from pragma_user_version").Scan(&version); err != nil {
		return err
	}
	switch version {
	case schemaVersion:
		return nil
	case 0:
	default:
		return fmt.Errorf("they have version %d; this program knows %d", version, schemaVersion)
	}
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("pragma user_version = %d", schemaVersion)); err != nil {
		return err
	}
	return tx.Commit()
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

func (s *Store) now() time.Time { return s.opt.Now().UTC() }

// secret is 256 random bits as text.
func secret() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashOf is how a secret is kept. It is random enough not to need salt or cost.
func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// found turns no row into ErrUnknown.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrUnknown
	}
	return err
}

// ErrUnknown is wrapped by errors for an account or token that does not exist.
var ErrUnknown = errors.New("there is none of that name")
