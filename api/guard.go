package api

import (
	"context"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"github.com/truce-monitor/truce/access"
)

// Limits on what may be sent, in bytes.
const (
	maxBody  = 1 << 20
	maxMedia = 32 << 20
)

// policy holds for all answers but the pages, which have their own: they load
// nothing, and no other page shows them in a frame.
const policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// guard puts around all handlers what holds for every request: limits, who
// asks, headers, compression, and that a failure of one is not one of all.
func (s *Server) guard(next http.Handler) http.Handler {
	if s.opt.Access != nil {
		next = s.opt.Access.Middleware(next)
	}
	next = s.compress(next)
	next = s.bounds(next)
	next = s.recovered(next)
	return headers(next)
}

// unbounded reports whether an answer may take as long as its reader reads.
func unbounded(path string) bool {
	return path == "/api/v1/events" || path == "/api/v1/media" || strings.HasPrefix(path, "/downloads/")
}

// bounds limits size, time and number.
func (s *Server) bounds(next http.Handler) http.Handler {
	places := make(chan struct{}, s.opt.Requests)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := int64(maxBody)
		if r.URL.Path == "/api/v1/media" {
			limit = maxMedia
		}
		// A copy, since net/http looks at the body of its own request to see
		// whether the connection can be used again.
		r = r.WithContext(r.Context())
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if unbounded(r.URL.Path) || r.URL.Path == "/healthz" {
			next.ServeHTTP(w, r)
			return
		}
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
		default:
			w.Header().Set("Retry-After", "1")
			if r.ProtoMajor == 1 && r.ContentLength != 0 {
				w.Header().Set("Connection", "close") // else the body is waited for before this is said
			}
			writeProblem(w, http.StatusServiceUnavailable, "too many requests at once; try again in a second")
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), s.opt.Timeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// recovered answers for a handler that failed, and goes on.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch x := recover(); x {
			case nil:
			case http.ErrAbortHandler:
				panic(x)
			default:
				s.log.Error("a request failed", "method", r.Method, "path", r.URL.Path, "panic", x, "stack", string(debug.Stack()))
				writeProblem(w, http.StatusInternalServerError, "the server could not answer; its log says why")
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// headers keeps browsers to what these pages need.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		h.Set("Cache-Control", "no-store") // another account may ask next, from the same browser
		h.Add("Vary", "Cookie, Authorization")
		next.ServeHTTP(w, r)
	})
}

// compress packs what is worth it; live updates go out as they come.
func (s *Server) compress(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.ContentTypes([]string{
		"application/json", "application/problem+json", "application/geo+json", "application/openapi+json", "application/vnd.mapbox-vector-tile",
		"application/atom+xml", "application/rss+xml", "application/xml", "application/cap+xml", "application/vnd.google-earth.kml+xml",
		"text/html", "text/css", "text/csv", "text/plain", "text/javascript", "application/javascript", "image/svg+xml"}))
	if err != nil {
		panic(err) // the options are constants
	}
	packed := wrap(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/events" {
			next.ServeHTTP(w, r)
			return
		}
		packed.ServeHTTP(w, r)
	})
}

// asks is who asks.
func asks(ctx context.Context) access.Identity { return access.From(ctx) }
