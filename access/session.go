package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// A session ends so long after it began, whatever happens, and so long after it
// was last used: a watch is twelve hours, a lunch is not two.
const (
	SessionLasts = 12 * time.Hour
	SessionIdle  = 2 * time.Hour
)

// Sign-ins that failed: so many within so long, and an account or an address
// must wait. An address has more, since several people can be behind it.
const (
	failuresOfAccount = 10
	failuresOfAddress = 50
	failuresFor       = 15 * time.Minute
)

// ErrDenied is returned where account and password don't match. It does not
// say which is wrong.
var ErrDenied = errors.New("account and password don't match")

// ErrWait is returned after too many failed sign-ins.
var ErrWait = fmt.Errorf("too many sign-ins failed; try again in %s", failuresFor)

// SignIn begins a session and returns its secret. address is where the request
// comes from.
func (s *Store) SignIn(ctx context.Context, name, password, address string) (secret string, a *Account, err error) {
	now := s.now()
	since := now.Add(-failuresFor).UnixMicro()
	for _, x := range []struct {
		who  string
		most int
	}{{"account " + name, failuresOfAccount}, {"address " + address, failuresOfAddress}} {
		var n int
		if err := s.db.QueryRowContext(ctx, "select count(*) from failure where who = ? and at_us > ?", x.who, since).Scan(&n); err != nil {
			return "", nil, fmt.Errorf("signing in: %w", err)
		}
		if n >= x.most {
			return "", nil, ErrWait
		}
	}
	var hash string
	a, err = scanAccount(s.db.QueryRowContext(ctx, "select "+accountColumns+", password from account where name = ?", name).Scan, &hash)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return "", nil, fmt.Errorf("signing in: %w", err)
	}
	known := err == nil && hash != ""
	if !known {
		hash = s.nobody // takes as long as if there were one
	}
	ok := false
	if len(password) <= maxPassword {
		select {
		case s.hashing <- struct{}{}:
		case <-ctx.Done():
			return "", nil, ctx.Err()
		}
		ok, err = checkPassword(hash, password)
		<-s.hashing
		if err != nil {
			return "", nil, fmt.Errorf("signing in: %w", err)
		}
	}
	if !known || !ok {
		return "", nil, errors.Join(ErrDenied, s.failed(ctx, now, "account "+name, "address "+address))
	}
	if _, err := s.db.ExecContext(ctx, "delete from failure where who = ?", "account "+name); err != nil {
		return "", nil, fmt.Errorf("signing in: %w", err)
	}
	secret, err = s.begin(ctx, a.Name)
	return secret, a, err
}

func (s *Store) failed(ctx context.Context, now time.Time, who ...string) error {
	if _, err := s.db.ExecContext(ctx, "delete from failure where at_us <= ?", now.Add(-failuresFor).UnixMicro()); err != nil {
		return err
	}
	for _, w := range who {
		if _, err := s.db.ExecContext(ctx, "insert into failure values (?, ?)", w, now.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) begin(ctx context.Context, name string) (string, error) {
	now := s.now()
	if _, err := s.db.ExecContext(ctx, "delete from session where made_us <= ? or used_us <= ?", now.Add(-SessionLasts).UnixMicro(), now.Add(-SessionIdle).UnixMicro()); err != nil {
		return "", fmt.Errorf("signing in: %w", err)
	}
	x := secret()
	if _, err := s.db.ExecContext(ctx, "insert into session values (?, ?, ?, ?)", hashOf(x), name, now.UnixMicro(), now.UnixMicro()); err != nil {
		return "", fmt.Errorf("signing in: %w", err)
	}
	return x, nil
}

// session returns who holds a session.
func (s *Store) session(ctx context.Context, secret string) (*Account, error) {
	now := s.now()
	hash := hashOf(secret)
	var used int64
	a, err := scanAccount(s.db.QueryRowContext(ctx, "select "+accountColumns+`, session.used_us from session join account on account.name = session.account
		where hash = ? and session.made_us > ? and used_us > ?`, hash, now.Add(-SessionLasts).UnixMicro(), now.Add(-SessionIdle).UnixMicro()).Scan, &used)
	if err != nil {
		return nil, err
	}
	if now.UnixMicro()-used > time.Minute.Microseconds() { // not a write for every request
		if _, err := s.db.ExecContext(ctx, "update session set used_us = ? where hash = ?", now.UnixMicro(), hash); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// SignOut ends a session.
func (s *Store) SignOut(ctx context.Context, secret string) error {
	_, err := s.db.ExecContext(ctx, "delete from session where hash = ?", hashOf(secret))
	return err
}

// csrfOf is what a page must send back with every request that changes
// something: another site can have the cookie sent, but can't read this.
func csrfOf(secret string) string {
	h := sha256.Sum256([]byte("truce csrf " + secret))
	return base64.RawURLEncoding.EncodeToString(h[:18])
}

// Ticket makes a secret with which an account signs in once, before it ends.
func (s *Store) Ticket(ctx context.Context, name string, lasts time.Duration) (string, error) {
	x := secret()
	if _, err := s.db.ExecContext(ctx, "insert into ticket values (?, ?, ?)", hashOf(x), name, s.now().Add(lasts).UnixMicro()); err != nil {
		return "", fmt.Errorf("making a ticket for %s: %w", name, err)
	}
	return x, nil
}

// UseTicket begins a session with a ticket, which is then spent.
func (s *Store) UseTicket(ctx context.Context, ticket string) (secret string, a *Account, err error) {
	var name string
	err = s.db.QueryRowContext(ctx, "delete from ticket where hash = ? and until_us > ? returning account", hashOf(ticket), s.now().UnixMicro()).Scan(&name)
	if err = found(err); errors.Is(err, ErrUnknown) {
		return "", nil, ErrDenied
	}
	if err != nil {
		return "", nil, fmt.Errorf("signing in: %w", err)
	}
	if a, err = scanAccount(s.db.QueryRowContext(ctx, "select "+accountColumns+" from account where name = ?", name).Scan); err != nil {
		return "", nil, fmt.Errorf("signing in: %w", err)
	}
	secret, err = s.begin(ctx, name)
	return secret, a, err
}
