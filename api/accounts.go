package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/observation"
)

// NewAccount is an account to be made.
type NewAccount struct {
	Account   string `json:"account" maxLength:"64" doc:"Short, lower-case"`
	Name      string `json:"name,omitempty" maxLength:"200" doc:"Person and office, as records name them"`
	Role      string `json:"role" enum:"observer,watch-officer,verifier,party-liaison,publisher,administrator"`
	Clearance string `json:"clearance,omitempty" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR" doc:"Without it TLP:AMBER, or less where the role sees less"`
	Party     string `json:"party,omitempty" maxLength:"100" doc:"Of a party liaison"`
	Password  string `json:"password,omitempty" maxLength:"1024" doc:"Without it nobody signs in with one: tokens only"`
}

// Accounts are those who can sign in.
type Accounts struct {
	Accounts []access.Account `json:"accounts"`
}

// Tokens are those with which programs act for an account.
type Tokens struct {
	Tokens []access.Token `json:"tokens"`
}

// Nothing is answered where there is nothing to say but that it is done.
type Nothing struct{}

// NewToken is a token to be made.
type NewToken struct {
	Account string          `json:"account,omitempty" maxLength:"64" doc:"Whose; without it your own. Another's takes an administrator"`
	Label   string          `json:"label,omitempty" maxLength:"200"`
	Scopes  []access.Action `json:"scopes,omitempty" maxItems:"50" doc:"Without them all that the account's role may"`
	Days    float64         `json:"days,omitempty" minimum:"0" maximum:"3660" doc:"Until it ends; without it, it does not"`
}

// MadeToken has the secret, which is told this once.
type MadeToken struct {
	Secret string       `json:"secret"`
	Token  access.Token `json:"token"`
}

// accounts are for administrators, tokens for whoever has signed in.
func (s *Server) accounts(api huma.API) {
	store := s.opt.Access
	if store == nil {
		return
	}
	get(s, api, "/api/v1/accounts", "list-accounts", access.Administer, "The accounts", func(ctx context.Context, _ *struct{}) (*Accounts, error) {
		list, err := store.Accounts(ctx)
		return &Accounts{list}, err
	})
	op := operation(http.MethodPost, "/api/v1/accounts", "add-account", access.Administer, "Make an account")
	op.DefaultStatus = http.StatusCreated
	respond(s, api, op, func(ctx context.Context, in *struct{ Body NewAccount }) (*access.Account, error) {
		b := in.Body
		if b.Party != "" && s.app.Agreement().Party(b.Party) == nil {
			return nil, invalid("body.party", errors.New("the agreement has no such party"))
		}
		made, err := store.Add(ctx, access.Account{Name: b.Account, Person: b.Name, Role: access.Role(b.Role), Clearance: observation.Handling(b.Clearance), Party: b.Party}, b.Password)
		return made, accountProblem(err)
	})
	type one struct {
		Account string `path:"account" maxLength:"64"`
	}
	respond(s, api, operation(http.MethodDelete, "/api/v1/accounts/{account}", "remove-account", access.Administer, "Remove an account; what it did stays on record"), func(ctx context.Context, in *one) (*Nothing, error) {
		if in.Account == access.From(ctx).Account {
			return nil, huma.Error409Conflict("nobody removes the account that they use")
		}
		return &Nothing{}, accountProblem(store.Remove(ctx, in.Account))
	})
	respond(s, api, operation(http.MethodPut, "/api/v1/accounts/{account}/password", "set-password", access.Administer, "Change a password and end the account's sessions"), func(ctx context.Context, in *struct {
		Account string `path:"account" maxLength:"64"`
		Body    struct {
			Password string `json:"password" minLength:"1" maxLength:"1024"`
		}
	}) (*Nothing, error) {
		return &Nothing{}, accountProblem(store.SetPassword(ctx, in.Account, in.Body.Password))
	})
	s.tokens(api, store)
}

func (s *Server) tokens(api huma.API, store *access.Store) {
	// whose is the account of which tokens are asked for, if it may be.
	whose := func(ctx context.Context, asked string) (string, error) {
		id := access.From(ctx)
		switch {
		case id.Scopes != nil:
			return "", huma.Error403Forbidden("a token that is narrowed to some actions is not for keeping tokens")
		case asked == "" || asked == id.Account:
			return id.Account, nil
		case access.Decide(id, access.Administer, observation.Clear).Allowed:
			return asked, nil
		}
		return "", huma.Error403Forbidden("another account's tokens are an administrator's to keep")
	}
	get(s, api, "/api/v1/tokens", "list-tokens", access.KeepTokens, "Your tokens, without their secrets", func(ctx context.Context, in *struct {
		Account string `query:"account" maxLength:"64" doc:"Another's: for administrators"`
	}) (*Tokens, error) {
		name, err := whose(ctx, in.Account)
		if err != nil {
			return nil, err
		}
		tokens, err := store.Tokens(ctx, name)
		return &Tokens{tokens}, err
	})
	op := operation(http.MethodPost, "/api/v1/tokens", "add-token", access.KeepTokens, "Make a token; its secret is told this once")
	op.DefaultStatus = http.StatusCreated
	respond(s, api, op, func(ctx context.Context, in *struct{ Body NewToken }) (*MadeToken, error) {
		name, err := whose(ctx, in.Body.Account)
		if err != nil {
			return nil, err
		}
		t := access.Token{Account: name, Label: in.Body.Label, Scopes: in.Body.Scopes}
		if in.Body.Days > 0 {
			t.Until = s.now().Add(time.Duration(in.Body.Days * 24 * float64(time.Hour)))
		}
		secret, made, err := store.AddToken(ctx, t)
		if err != nil {
			return nil, accountProblem(err)
		}
		return &MadeToken{secret, *made}, nil
	})
	respond(s, api, operation(http.MethodDelete, "/api/v1/tokens/{id}", "revoke-token", access.KeepTokens, "End a token"), func(ctx context.Context, in *struct {
		ID      string `path:"id" maxLength:"64"`
		Account string `query:"account" maxLength:"64" doc:"Another's: for administrators"`
	}) (*Nothing, error) {
		name, err := whose(ctx, in.Account)
		if err != nil {
			return nil, err
		}
		return &Nothing{}, accountProblem(store.Revoke(ctx, name, in.ID))
	})
}

// accountProblem tells what is wrong with what was asked for.
func accountProblem(err error) error {
	var bad *access.Invalid
	switch {
	case errors.As(err, &bad):
		return invalid("body", bad)
	case errors.Is(err, access.ErrUnknown):
		return huma.Error404NotFound(access.ErrUnknown.Error())
	}
	return err
}
