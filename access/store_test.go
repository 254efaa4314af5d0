package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/observation"
)

const password = "correct horse battery"

// desk is a store with a clock that the test moves.
type desk struct {
	*access.Store
	dir string

	mu  sync.Mutex
	now time.Time
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{dir: t.TempDir(), now: time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC)}
	s, err := access.Open(context.Background(), d.dir, access.Options{Now: func() time.Time {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.now
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	d.Store = s
	return d
}

func (d *desk) wait(x time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(x)
}

func (d *desk) add(t *testing.T, a access.Account) {
	t.Helper()
	if _, err := d.Add(context.Background(), a, password); err != nil {
		t.Fatal(err)
	}
}

func TestAccountsAreChecked(t *testing.T) {
	d := open(t)
	for want, a := range map[string]access.Account{
		"a name is":                     {Name: "Big Boss", Role: access.Verifier},
		"is no role":                    {Name: "x", Role: "king"},
		"the roles are observer, watch": {Name: "x"},
		"is not a TLP 2.0 label":        {Name: "x", Role: access.Verifier, Clearance: "TLP:WHITE"},
		"sees TLP:GREEN at most":        {Name: "x", Role: access.Administrator, Clearance: observation.Red},
		"speaks for a party":            {Name: "x", Role: access.PartyLiaison},
		"and nobody else, speaks":       {Name: "x", Role: access.Verifier, Party: "north"},
	} {
		if _, err := d.Add(context.Background(), a, password); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v; want %q", a, err, want)
		}
	}
	for _, bad := range []string{"short", strings.Repeat("x", 2000)} {
		if _, err := d.Add(context.Background(), access.Account{Name: "x", Role: access.Verifier}, bad); err == nil {
			t.Errorf("a password of %d bytes was taken", len(bad))
		}
	}
	d.add(t, access.Account{Name: "x", Role: access.Administrator})
	if _, err := d.Add(context.Background(), access.Account{Name: "x", Role: access.Verifier}, password); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("the same name twice: %v", err)
	}
	list, err := d.Accounts(context.Background())
	if err != nil || len(list) != 1 || list[0].Clearance != observation.Green || list[0].Person != "x" {
		t.Errorf("%+v, %v", list, err)
	}
}

// Nothing that could be used to sign in lies in the file, and only its owner
// can read it.
func TestSecretsAreKeptAsHashes(t *testing.T) {
	d := open(t)
	ctx := context.Background()
	d.add(t, access.Account{Name: "anna", Role: access.Verifier})
	session, _, err := d.SignIn(ctx, "anna", password, "a")
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := d.AddToken(ctx, access.Token{Account: "anna"})
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := d.Ticket(ctx, "anna", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(d.dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for name, secret := range map[string]string{"password": password, "session": session, "token": token, "ticket": ticket} {
			if strings.Contains(string(data), strings.TrimPrefix(secret, "truce_")) {
				t.Errorf("%s holds the %s", f, name)
			}
		}
		if info, err := os.Stat(f); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
}

func TestSignIn(t *testing.T) {
	d := open(t)
	ctx := context.Background()
	d.add(t, access.Account{Name: "anna", Role: access.Verifier})
	if _, err := d.Add(ctx, access.Account{Name: "robot", Role: access.Observer}, ""); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string][2]string{"wrong password": {"anna", "wrong horse battery"}, "nobody": {"boris", password}, "no password": {"robot", ""}} {
		if _, _, err := d.SignIn(ctx, x[0], x[1], "1.2.3.4"); !errors.Is(err, access.ErrDenied) || err.Error() != access.ErrDenied.Error() {
			t.Errorf("%s: %v; want no more than that they don't match", name, err)
		}
	}
	for range 9 { // one was wrong already
		if _, _, err := d.SignIn(ctx, "anna", "wrong horse battery", "1.2.3.4"); !errors.Is(err, access.ErrDenied) {
			t.Fatal(err)
		}
	}
	if _, _, err := d.SignIn(ctx, "anna", password, "5.6.7.8"); !errors.Is(err, access.ErrWait) {
		t.Fatalf("after ten failures: %v", err)
	}
	d.wait(16 * time.Minute)
	if _, a, err := d.SignIn(ctx, "anna", password, "5.6.7.8"); err != nil || a.Name != "anna" {
		t.Fatal(a, err)
	}
}

func TestTicketsWorkOnce(t *testing.T) {
	d := open(t)
	ctx := context.Background()
	d.add(t, access.Account{Name: "anna", Role: access.Verifier})
	for range 2 {
		ticket, err := d.Ticket(ctx, "anna", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if _, a, err := d.UseTicket(ctx, ticket); err != nil || a.Name != "anna" {
			t.Fatal(a, err)
		}
		if _, _, err := d.UseTicket(ctx, ticket); !errors.Is(err, access.ErrDenied) {
			t.Errorf("the second time: %v", err)
		}
	}
	late, err := d.Ticket(ctx, "anna", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	d.wait(2 * time.Minute)
	if _, _, err := d.UseTicket(ctx, late); !errors.Is(err, access.ErrDenied) {
		t.Errorf("too late: %v", err)
	}
	if _, err := d.Ticket(ctx, "nobody", time.Minute); err == nil {
		t.Error("a ticket for nobody")
	}
}

// server answers who asks.
func (d *desk) server(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /session", func(w http.ResponseWriter, r *http.Request) {
		s, err := d.Begin(w, r, r.FormValue("account"), r.FormValue("password"), "")
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		json.NewEncoder(w).Encode(s)
	})
	mux.HandleFunc("DELETE /session", func(w http.ResponseWriter, r *http.Request) {
		if err := d.End(w, r); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { json.NewEncoder(w).Encode(d.Session(r.Context())) })
	s := httptest.NewServer(d.Middleware(mux))
	t.Cleanup(s.Close)
	return s
}

func ask(t *testing.T, s *httptest.Server, method, path string, header map[string]string, cookie *http.Cookie) (int, access.Session, *http.Cookie) {
	t.Helper()
	r, err := http.NewRequest(method, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var x access.Session
	if resp.StatusCode == http.StatusOK && method != http.MethodDelete {
		if err := json.NewDecoder(resp.Body).Decode(&x); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range resp.Cookies() {
		if c.Name == access.Cookie {
			return resp.StatusCode, x, c
		}
	}
	return resp.StatusCode, x, nil
}

func TestSessions(t *testing.T) {
	d := open(t)
	d.add(t, access.Account{Name: "anna", Person: "A. Verifier, commission", Role: access.Verifier, Clearance: observation.Red})
	s := d.server(t)
	if code, x, _ := ask(t, s, "GET", "/", nil, nil); code != 200 || x.Audience != "public" || x.Account != "" {
		t.Errorf("the public is %d %+v", code, x)
	}
	code, x, c := ask(t, s, "POST", "/session?account=anna&password="+strings.ReplaceAll(password, " ", "+"), nil, nil)
	if code != 200 || c == nil || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || x.CSRF == "" || x.Name != "A. Verifier, commission" {
		t.Fatalf("signing in: %d %+v %+v", code, x, c)
	}
	csrf := x.CSRF
	if code, x, _ := ask(t, s, "GET", "/", nil, c); code != 200 || x.Audience != "mission" || x.CSRF != csrf {
		t.Errorf("signed in: %d %+v", code, x)
	}
	for name, x := range map[string]struct {
		header map[string]string
		code   int
	}{
		"without the header":   {nil, 403},
		"with a wrong one":     {map[string]string{access.CSRFHeader: "x"}, 403},
		"from another site":    {map[string]string{access.CSRFHeader: csrf, "Sec-Fetch-Site": "cross-site"}, 403},
		"from another origin":  {map[string]string{access.CSRFHeader: csrf, "Origin": "https://elsewhere.example"}, 403},
		"with the right one":   {map[string]string{access.CSRFHeader: csrf}, 200},
		"from the same origin": {map[string]string{access.CSRFHeader: csrf, "Origin": s.URL, "Sec-Fetch-Site": "same-origin"}, 200},
	} {
		if code, _, _ := ask(t, s, "POST", "/", x.header, c); code != x.code {
			t.Errorf("a change %s: %d; want %d", name, code, x.code)
		}
	}
	d.wait(90 * time.Minute)
	if code, _, _ := ask(t, s, "GET", "/", nil, c); code != 200 {
		t.Errorf("after 90 minutes: %d", code)
	}
	d.wait(3 * time.Hour)
	if code, _, gone := ask(t, s, "GET", "/", nil, c); code != 401 || gone == nil || gone.MaxAge >= 0 {
		t.Errorf("idle for three hours: %d %+v", code, gone)
	}

	_, x, c = ask(t, s, "POST", "/session?account=anna&password="+strings.ReplaceAll(password, " ", "+"), nil, nil)
	for range 13 {
		d.wait(time.Hour)
		code, _, _ = ask(t, s, "GET", "/", nil, c)
	}
	if code != 401 {
		t.Errorf("after 13 busy hours: %d", code)
	}

	_, x, c = ask(t, s, "POST", "/session?account=anna&password="+strings.ReplaceAll(password, " ", "+"), nil, nil)
	if code, _, _ := ask(t, s, "DELETE", "/session", map[string]string{access.CSRFHeader: x.CSRF}, c); code != 200 {
		t.Errorf("signing out: %d", code)
	}
	if code, _, _ := ask(t, s, "GET", "/", nil, c); code != 401 {
		t.Errorf("signed out: %d", code)
	}

	_, _, c = ask(t, s, "POST", "/session?account=anna&password="+strings.ReplaceAll(password, " ", "+"), nil, nil)
	if err := d.SetPassword(context.Background(), "anna", "another horse battery"); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := ask(t, s, "GET", "/", nil, c); code != 401 {
		t.Errorf("with a new password: %d", code)
	}
}

func TestTokens(t *testing.T) {
	d := open(t)
	ctx := context.Background()
	d.add(t, access.Account{Name: "sensor", Role: access.Observer})
	s := d.server(t)
	if _, _, err := d.AddToken(ctx, access.Token{Account: "sensor", Scopes: []access.Action{"conquer"}}); err == nil || !strings.Contains(err.Error(), "read-published") {
		t.Errorf("an unknown scope: %v", err)
	}
	if _, _, err := d.AddToken(ctx, access.Token{Account: "nobody"}); !errors.Is(err, access.ErrUnknown) {
		t.Errorf("a token for nobody: %v", err)
	}
	secret, tok, err := d.AddToken(ctx, access.Token{Account: "sensor", Label: "array 7", Scopes: []access.Action{access.Submit}, Until: d.now.Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	bearer := map[string]string{"Authorization": "Bearer " + secret}
	if code, x, _ := ask(t, s, "POST", "/", bearer, nil); code != 200 || len(x.May) != 1 || x.May[0] != access.Submit || x.CSRF != "" {
		t.Errorf("a token: %d %+v", code, x)
	}
	for _, bad := range []string{"Bearer " + secret + "x", "Bearer", "Basic YTpi"} {
		if code, _, _ := ask(t, s, "GET", "/", map[string]string{"Authorization": bad}, nil); code != 401 {
			t.Errorf("%s: %d", bad, code)
		}
	}
	if list, err := d.Tokens(ctx, "sensor"); err != nil || len(list) != 1 || list[0].Label != "array 7" || list[0].Used.IsZero() {
		t.Errorf("%+v, %v", list, err)
	}
	d.wait(25 * time.Hour)
	if code, _, _ := ask(t, s, "GET", "/", bearer, nil); code != 401 {
		t.Errorf("a day later: %d", code)
	}
	if err := d.Revoke(ctx, "other", tok.ID); !errors.Is(err, access.ErrUnknown) {
		t.Errorf("somebody else's: %v", err)
	}
	secret, tok, err = d.AddToken(ctx, access.Token{Account: "sensor"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Revoke(ctx, "sensor", tok.ID); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := ask(t, s, "GET", "/", map[string]string{"Authorization": "Bearer " + secret}, nil); code != 401 {
		t.Errorf("revoked: %d", code)
	}
	secret, _, err = d.AddToken(ctx, access.Token{Account: "sensor"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Remove(ctx, "sensor"); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := ask(t, s, "GET", "/", map[string]string{"Authorization": "Bearer " + secret}, nil); code != 401 {
		t.Errorf("of an account that is gone: %d", code)
	}
}
