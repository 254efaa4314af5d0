package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// tokenPrefix lets people and scanners recognise a token that lies where it
// should not.
const tokenPrefix = "truce_"

// Token is a secret with which a program acts for an account.
type Token struct {
	ID      string    `json:"id"`
	Account string    `json:"account"`
	Label   string    `json:"label,omitempty"`
	Scopes  []Action  `json:"scopes,omitempty"` // empty: all that the account's role may
	Made    time.Time `json:"made"`             // UTC
	Until   time.Time `json:"until,omitzero"`   // zero: no end
	Used    time.Time `json:"used,omitzero"`    // to the hour
}

// AddToken makes a token; its secret is returned this once and kept nowhere.
func (s *Store) AddToken(ctx context.Context, t Token) (string, *Token, error) {
	for _, a := range t.Scopes {
		if !slices.Contains(Actions(), a) {
			names := make([]string, len(Actions()))
			for i, x := range Actions() {
				names[i] = string(x)
			}
			return "", nil, invalid("a token's scope %q is no action; the actions are %s", a, strings.Join(names, ", "))
		}
	}
	var n int
	if err := s.db.QueryRowContext(ctx, "select count(*) from account where name = ?", t.Account).Scan(&n); err != nil {
		return "", nil, fmt.Errorf("making a token: %w", err)
	}
	if n == 0 {
		return "", nil, fmt.Errorf("making a token for %s: %w", t.Account, ErrUnknown)
	}
	x := tokenPrefix + secret()
	t.ID = secret()[:8]
	t.Made, t.Used = s.now().Truncate(time.Microsecond), time.Time{}
	words := make([]string, len(t.Scopes))
	for i, a := range t.Scopes {
		words[i] = string(a)
	}
	if _, err := s.db.ExecContext(ctx, "insert into token values (?, ?, ?, ?, ?, ?, ?, 0)", t.ID, hashOf(x), t.Account, t.Label, strings.Join(words, " "), t.Made.UnixMicro(), micro(t.Until)); err != nil {
		return "", nil, fmt.Errorf("making a token for %s: %w", t.Account, err)
	}
	return x, &t, nil
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicro(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// Tokens lists an account's tokens, or all; by account and time.
func (s *Store) Tokens(ctx context.Context, account string) ([]Token, error) {
	rows, err := s.db.QueryContext(ctx, "select id, account, label, scopes, made_us, until_us, used_us from token where ? in ('', account) order by account, made_us, id", account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Token{}
	for rows.Next() {
		var t Token
		var scopes string
		var made, until, used int64
		if err := rows.Scan(&t.ID, &t.Account, &t.Label, &scopes, &made, &until, &used); err != nil {
			return nil, err
		}
		t.Scopes, t.Made, t.Until, t.Used = actions(scopes), fromMicro(made), fromMicro(until), fromMicro(used)
		list = append(list, t)
	}
	return list, rows.Err()
}

func actions(words string) []Action {
	var list []Action
	for _, w := range strings.Fields(words) {
		list = append(list, Action(w))
	}
	return list
}

// Revoke ends a token; account is whose it must be, empty: anybody's.
func (s *Store) Revoke(ctx context.Context, account, id string) error {
	r, err := s.db.ExecContext(ctx, "delete from token where id = ? and ? in ('', account)", id, account)
	if err != nil {
		return fmt.Errorf("revoking token %s: %w", id, err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("revoking token %s: %w", id, errors.Join(err, ErrUnknown))
	}
	return nil
}

// bearer returns for whom a token acts.
func (s *Store) bearer(ctx context.Context, secret string) (Identity, error) {
	now := s.now()
	hash := hashOf(secret)
	var scopes string
	var used int64
	a, err := scanAccount(s.db.QueryRowContext(ctx, "select "+accountColumns+`, scopes, used_us from token join account on account.name = token.account
		where hash = ? and (until_us = 0 or until_us > ?)`, hash, now.UnixMicro()).Scan, &scopes, &used)
	if err != nil {
		return Identity{}, err
	}
	if now.UnixMicro()-used > time.Hour.Microseconds() {
		if _, err := s.db.ExecContext(ctx, "update token set used_us = ? where hash = ?", now.Truncate(time.Hour).UnixMicro(), hash); err != nil {
			return Identity{}, err
		}
	}
	id := a.identity()
	id.Scopes = actions(scopes)
	return id, nil
}
