package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/app"
)

// problem turns an error into what whoever asks may know of it (RFC 9457).
// What is nobody's fault but ours goes to the log and is not told.
func (s *Server) problem(ctx context.Context, err error) error {
	var known huma.StatusError
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, app.ErrUnknown):
		return huma.Error404NotFound("there is nothing with this id, or it is not for you to see")
	case errors.Is(err, app.ErrKey):
		return huma.Error409Conflict("the Idempotency-Key is that of another record, which says something else")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return huma.Error503ServiceUnavailable("it took too long; ask for less, or later")
	case errors.Is(err, context.Canceled), errors.Is(ctx.Err(), context.Canceled):
		return huma.NewError(499, "the request was given up")
	}
	s.log.Error("a request failed", "error", err)
	return huma.Error500InternalServerError("the server could not answer; its log says why")
}

// invalid refuses a value that somebody sent.
func invalid(where string, err error) error {
	return huma.Error422UnprocessableEntity("validation failed", &huma.ErrorDetail{Location: where, Message: err.Error()})
}

// writeProblem answers where no operation does.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail})
}

// writing is an answer that is not JSON.
type writing struct {
	kind  string // its media type
	name  string // of the file that a browser saves it as; empty: it is shown
	cache string // Cache-Control, if not that of all answers
	page  bool   // HTML that may style itself and be shown in a frame of the pages
	write func(io.Writer) error
}

func (x *writing) send(s *Server, id string) func(huma.Context) {
	return func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", x.kind)
		if x.name != "" {
			ctx.SetHeader("Content-Disposition", `attachment; filename="`+x.name+`"`)
		}
		if x.page {
			ctx.SetHeader("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'")
		}
		if x.cache != "" {
			ctx.SetHeader("Cache-Control", x.cache)
		}
		if err := x.write(ctx.BodyWriter()); err != nil && ctx.Context().Err() == nil {
			s.log.Error("an answer was cut off", "operation", id, "error", err)
			panic(http.ErrAbortHandler) // the reader must not take half for the whole
		}
	}
}
