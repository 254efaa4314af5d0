package access

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/observation"
)

// Account is who can sign in.
type Account struct {
	Name      string               `json:"account"` // short, lower-case
	Person    string               `json:"name"`    // person and office, as records name them
	Role      Role                 `json:"role"`
	Clearance observation.Handling `json:"clearance"`
	Party     string               `json:"party,omitempty"` // of a party liaison, as the agreement names it
	Made      time.Time            `json:"made"`            // UTC
}

func (a *Account) identity() Identity {
	return Identity{Account: a.Name, Name: a.Person, Role: a.Role, Clearance: a.Clearance, Party: a.Party}
}

// Invalid says what is wrong with an account, password or token that is to be.
type Invalid struct{ Reason string }

// Error is the reason.
func (e *Invalid) Error() string { return e.Reason }

func invalid(format string, a ...any) error { return &Invalid{fmt.Sprintf(format, a...)} }

// check completes and checks an account that is to be.
func (a *Account) check() error {
	if ok, err := regexp.MatchString(`^[a-z0-9][a-z0-9._-]{0,63}$`, a.Name); err != nil || !ok {
		return invalid("account %q: a name is lower-case letters, digits, dots, dashes and underscores", a.Name)
	}
	if !slices.Contains(Roles(), a.Role) {
		names := make([]string, len(Roles()))
		for i, r := range Roles() {
			names[i] = string(r)
		}
		return invalid("account %s: %q is no role; the roles are %s", a.Name, a.Role, strings.Join(names, ", "))
	}
	r, _ := rules(a.Role)
	if a.Clearance == "" {
		a.Clearance = observation.Amber
		if a.Clearance.MoreRestricted(r.most) {
			a.Clearance = r.most
		}
	}
	if !observation.KnownHandling(a.Clearance) {
		return invalid("account %s: %q is not a TLP 2.0 label", a.Name, a.Clearance)
	}
	if a.Clearance.MoreRestricted(r.most) {
		return invalid("account %s: the role %s sees %s at most, not %s", a.Name, a.Role, r.most, a.Clearance)
	}
	if (a.Role == PartyLiaison) != (a.Party != "") {
		return invalid("account %s: a party liaison, and nobody else, speaks for a party", a.Name)
	}
	if a.Person == "" {
		a.Person = a.Name
	}
	return nil
}

// Add makes an account. An empty password means that nobody can sign in with
// one: tickets and tokens only.
func (s *Store) Add(ctx context.Context, a Account, password string) (*Account, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	hash := ""
	if password != "" {
		var err error
		if hash, err = hashPassword(password); err != nil {
			return nil, fmt.Errorf("account %s: %w", a.Name, err)
		}
	}
	a.Made = s.now().Truncate(time.Microsecond)
	r, err := s.db.ExecContext(ctx, "insert into account values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing", a.Name, a.Person, string(a.Role), string(a.Clearance), a.Party, hash, a.Made.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("adding account %s: %w", a.Name, err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return nil, errors.Join(err, invalid("there is an account %s already", a.Name))
	}
	return &a, nil
}

// SetPassword changes an account's password and ends all its sessions.
func (s *Store) SetPassword(ctx context.Context, name, password string) error {
	hash, err := hashPassword(password)
	if err != nil {
		return fmt.Errorf("account %s: %w", name, err)
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	r, err := tx.ExecContext(ctx, "update account set password = ? where name = ?", hash, name)
	if err != nil {
		return fmt.Errorf("account %s: %w", name, err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("account %s: %w", name, errors.Join(err, ErrUnknown))
	}
	if _, err := tx.ExecContext(ctx, "delete from session where account = ?", name); err != nil {
		return err
	}
	return tx.Commit()
}

// Remove removes an account with its sessions and tokens. What it did stays on
// record under its name.
func (s *Store) Remove(ctx context.Context, name string) error {
	r, err := s.db.ExecContext(ctx, "delete from account where name = ?", name)
	if err != nil {
		return fmt.Errorf("removing account %s: %w", name, err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("removing account %s: %w", name, errors.Join(err, ErrUnknown))
	}
	return nil
}

const accountColumns = "account.name, account.person, account.role, account.clearance, account.party, account.made_us"

func scanAccount(scan func(...any) error, more ...any) (*Account, error) {
	var a Account
	var made int64
	err := scan(append([]any{&a.Name, &a.Person, &a.Role, &a.Clearance, &a.Party, &made}, more...)...)
	if err != nil {
		return nil, found(err)
	}
	a.Made = time.UnixMicro(made).UTC()
	return &a, nil
}

// Accounts lists the accounts by name.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	rows, err := s.db.QueryContext(ctx, "select "+accountColumns+" from account order by name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Account{}
	for rows.Next() {
		a, err := scanAccount(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, *a)
	}
	return list, rows.Err()
}
