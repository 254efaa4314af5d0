package access

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
)

// Cookie is the name of the session's cookie.
const Cookie = "truce"

// CSRFHeader carries back what Session.CSRF says, with every request that
// changes something in a session.
const CSRFHeader = "X-Truce-CSRF"

type secretKey struct{}

// Middleware finds out who asks, by a session's cookie or a bearer token, and
// puts it into the request's context; who shows neither is the public. What is
// shown and does not hold is refused with 401, so that nobody goes on as the
// public without knowing. A request that would change something in a session
// is refused with 403 unless it comes from a page of this server.
func (s *Store) Middleware(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if word, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); word != "" {
			if !strings.EqualFold(word, "Bearer") {
				refuse(w, http.StatusUnauthorized, "only bearer tokens are taken")
				return
			}
			id, err := s.bearer(ctx, strings.TrimSpace(token))
			switch {
			case errors.Is(err, ErrUnknown):
				w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
				refuse(w, http.StatusUnauthorized, "the token is not known or has ended")
			case err != nil:
				refuse(w, http.StatusInternalServerError, "the accounts can't be read")
			default:
				next.ServeHTTP(w, r.WithContext(With(ctx, id)))
			}
			return
		}
		c, err := r.Cookie(Cookie)
		if err != nil || c.Value == "" {
			if err := origin.Check(r); err != nil {
				refuse(w, http.StatusForbidden, "the request comes from a page of another site")
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		a, err := s.session(ctx, c.Value)
		switch {
		case errors.Is(err, ErrUnknown):
			http.SetCookie(w, s.cookie(r, "", -1))
			refuse(w, http.StatusUnauthorized, "the session has ended; sign in again")
			return
		case err != nil:
			refuse(w, http.StatusInternalServerError, "the accounts can't be read")
			return
		}
		if changes(r.Method) {
			if err := origin.Check(r); err != nil {
				refuse(w, http.StatusForbidden, "the request comes from a page of another site")
				return
			}
			if subtle.ConstantTimeCompare([]byte(r.Header.Get(CSRFHeader)), []byte(csrfOf(c.Value))) != 1 {
				refuse(w, http.StatusForbidden, "the request lacks the session's "+CSRFHeader)
				return
			}
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(With(ctx, a.identity()), secretKey{}, c.Value)))
	})
}

func changes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// Session is what a page needs to know about who uses it.
type Session struct {
	Identity
	Audience string   `json:"audience"`
	May      []Action `json:"may"`            // all that it may do
	CSRF     string   `json:"csrf,omitempty"` // to be sent back in CSRFHeader
}

// Session tells who asks, in a context that Middleware made.
func (s *Store) Session(ctx context.Context) Session { return sessionOf(From(ctx), secretOf(ctx)) }

func secretOf(ctx context.Context) string {
	secret, _ := ctx.Value(secretKey{}).(string)
	return secret
}

func sessionOf(id Identity, secret string) Session {
	x := Session{Identity: id, Audience: id.Audience(), May: []Action{}}
	for _, a := range Actions() {
		if Decide(id, a, "TLP:CLEAR").Allowed {
			x.May = append(x.May, a)
		}
	}
	if secret != "" {
		x.CSRF = csrfOf(secret)
	}
	return x
}

// cookie is the session's; a negative age removes it.
func (s *Store) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{Name: Cookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.opt.Secure || r.TLS != nil}
}

// Begin signs in with a ticket, or else an account and its password, sets the
// cookie and returns the session. The error is ErrDenied, ErrWait, or says what
// kept it from being tried.
func (s *Store) Begin(w http.ResponseWriter, r *http.Request, account, password, ticket string) (*Session, error) {
	var secret string
	var a *Account
	var err error
	if ticket != "" {
		secret, a, err = s.UseTicket(r.Context(), ticket)
	} else {
		secret, a, err = s.SignIn(r.Context(), account, password, s.address(r))
	}
	if err != nil {
		return nil, err
	}
	http.SetCookie(w, s.cookie(r, secret, int(SessionLasts.Seconds())))
	x := sessionOf(a.identity(), secret)
	return &x, nil
}

// End signs out and removes the cookie.
func (s *Store) End(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, s.cookie(r, "", -1))
	if secret := secretOf(r.Context()); secret != "" {
		return s.SignOut(r.Context(), secret)
	}
	return nil
}

// address is where a request comes from, without the port.
func (s *Store) address(r *http.Request) string {
	if s.opt.Trusted {
		// The last one is what the proxy itself saw.
		list := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		if last := strings.TrimSpace(list[len(list)-1]); net.ParseIP(last) != nil {
			return last
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// refuse answers with a problem (RFC 9457).
func refuse(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": detail})
}
