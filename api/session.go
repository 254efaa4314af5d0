package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/truce-monitor/truce/access"
)

func (s *Server) session(api huma.API) {
	type credentials struct {
		Body struct {
			Account  string `json:"account" maxLength:"100"`
			Password string `json:"password" maxLength:"1000"`
		}
	}
	get(s, api, "/api/v1/session", "get-session", access.ReadPublished, "Who you are, what you may do, and the word that changes need", func(ctx context.Context, _ *struct{}) (*access.Session, error) {
		if s.opt.Access == nil {
			id := asks(ctx)
			return &access.Session{Identity: id, Audience: id.Audience(), May: []access.Action{}}, nil
		}
		x := s.opt.Access.Session(ctx)
		return &x, nil
	})
	if s.opt.Access == nil {
		return
	}
	raw(s, api, operation(http.MethodPost, "/api/v1/session", "sign-in", access.ReadPublished, "Sign in with an account and its password"),
		func(w http.ResponseWriter, r *http.Request, in *credentials) (any, error) {
			x, err := s.opt.Access.Begin(w, r, in.Body.Account, in.Body.Password, "")
			return x, signInProblem(err)
		})
	raw(s, api, operation(http.MethodDelete, "/api/v1/session", "sign-out", access.ReadPublished, "Sign out"),
		func(w http.ResponseWriter, r *http.Request, _ *struct{}) (any, error) {
			return nil, s.opt.Access.End(w, r)
		})
	op := operation(http.MethodGet, "/api/v1/session/ticket", "use-ticket", access.ReadPublished, "Sign in with a ticket, which works once, and go to the first page")
	raw(s, api, op, func(w http.ResponseWriter, r *http.Request, in *struct {
		Ticket string `query:"ticket" required:"true" maxLength:"200"`
	}) (any, error) {
		if _, err := s.opt.Access.Begin(w, r, "", "", in.Ticket); err != nil {
			return nil, signInProblem(err)
		}
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil, errDone
	})
}

// TicketPath is where a ticket signs in, below the server's address.
func TicketPath(ticket string) string {
	return "api/v1/session/ticket?ticket=" + url.QueryEscape(ticket)
}

func signInProblem(err error) error {
	switch {
	case errors.Is(err, access.ErrDenied):
		return huma.Error401Unauthorized(err.Error())
	case errors.Is(err, access.ErrWait):
		return huma.ErrorWithHeaders(huma.Error429TooManyRequests(err.Error()), http.Header{"Retry-After": {"60"}})
	}
	return err
}

// errDone says that the answer has been given.
var errDone = errors.New("answered")

// raw registers an operation that sets headers itself, and answers with JSON.
func raw[I any](s *Server, api huma.API, op huma.Operation, do func(http.ResponseWriter, *http.Request, *I) (any, error)) {
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"application/json": {}}}}
	}
	huma.Register(api, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(c huma.Context) {
			r, w := humago.Unwrap(c)
			body, err := do(w, r, in)
			if errors.Is(err, errDone) {
				return
			}
			if err != nil {
				s.refuse(c, s.problem(ctx, err))
				return
			}
			if body == nil {
				c.SetStatus(http.StatusNoContent)
				return
			}
			c.SetHeader("Content-Type", "application/json")
			if err := api.Marshal(w, "application/json", body); err != nil {
				s.log.Error("an answer could not be written", "operation", op.OperationID, "error", err)
			}
		}}, nil
	})
}

// refuse answers with a problem where the operation writes its own answer.
func (s *Server) refuse(c huma.Context, err error) {
	var he huma.HeadersError
	if errors.As(err, &he) {
		for k, values := range he.GetHeaders() {
			for _, v := range values {
				c.AppendHeader(k, v)
			}
		}
	}
	var problem huma.StatusError
	if !errors.As(err, &problem) {
		problem = huma.Error500InternalServerError("the server could not answer; its log says why")
	}
	huma.WriteErr(s.api, c, problem.GetStatus(), problem.Error())
}
