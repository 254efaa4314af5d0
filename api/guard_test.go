package api_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/web"
)

func TestEveryAnswerKeepsBrowsersAtHome(t *testing.T) {
	x := serve(t, demo.app, api.Options{Web: web.Handler()})
	for _, path := range []string{"/", "/terms", "/api/v1/status", "/api/v1/nothing", "/ogc", "/docs", "/feeds/reports.atom", "/log/checkpoint", "/api/v1/days/2026-03-04?format=html", "/downloads/incidents.kml"} {
		resp, _ := x.ask(t, "", "GET", path)
		policy := resp.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src") || strings.Contains(policy, "http") || strings.Contains(policy, "*") || strings.Contains(policy, "unsafe-eval") ||
			strings.Contains(policy, "script-src 'unsafe-inline'") {
			t.Errorf("%s: Content-Security-Policy %q", path, policy)
		}
		if h := resp.Header; h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %v", path, h)
		}
		if strings.HasPrefix(path, "/api/") && resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, resp.Header.Get("Cache-Control"))
		}
	}
	// Below the addresses of operations there are no pages.
	for _, path := range []string{"/api", "/api/v1/nothing", "/ogc/nothing", "/tiles/x", "/log/../truce.key", "/log/segments", "/log/key.pub"} {
		if resp, body := x.ask(t, "", "GET", path); resp.StatusCode != http.StatusNotFound || strings.Contains(string(body), "<html") {
			t.Errorf("%s: %s\n%.200s", path, resp.Status, body)
		}
	}
}

func TestAnswersArePacked(t *testing.T) {
	x := serve(t, demo.app, api.Options{})
	r, err := http.NewRequestWithContext(t.Context(), "GET", x.URL+"/api/v1/terms", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip") // said by us, so that the client leaves it packed
	resp, err := x.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(strings.Join(resp.Header.Values("Vary"), ","), "Accept-Encoding") {
		t.Errorf("%v", resp.Header)
	}
}

// More than the server can answer at once are told to come again, and live updates
// take no place from others.
func TestTooManyAreToldToComeAgain(t *testing.T) {
	x := serve(t, demo.app, api.Options{Requests: 1})
	x.listen(t, "", "").next(t, "hello")
	if resp, body := x.ask(t, "", "GET", "/api/v1/status"); resp.StatusCode != 200 {
		t.Fatalf("%s\n%s", resp.Status, body)
	}
	// A request that stays; refused beside another it is made again, so that one
	// stands before long.
	ctx, stop := context.WithCancel(t.Context())
	var holding sync.WaitGroup
	send := func() (status int) {
		resp, err := x.Client().Post(x.URL+"/api/v1/withdrawals", "application/json", slow{ctx})
		if err != nil {
			return 0
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	holding.Go(func() {
		for ctx.Err() == nil {
			send()
		}
	})
	refused := func() bool {
		resp, body := x.ask(t, "", "GET", "/api/v1/status")
		if resp.StatusCode != http.StatusServiceUnavailable {
			return false
		}
		if resp.Header.Get("Retry-After") == "" {
			t.Errorf("%v\n%s", resp.Header, body)
		}
		return true
	}
	for tries := 0; !refused(); tries++ {
		if tries == 6000 {
			t.Fatal("a second request was answered beside the one that may be")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := send(); got != http.StatusServiceUnavailable { // before all is sent, which is never
		t.Errorf("who is refused while sending got %d", got)
	}
	if resp, _ := x.ask(t, "", "GET", "/healthz"); resp.StatusCode != 200 {
		t.Errorf("health: %s", resp.Status)
	}
	stop()
	holding.Wait()
}

// slow is a body that never ends.
type slow struct{ until context.Context }

func (s slow) Read(p []byte) (int, error) {
	<-s.until.Done()
	return 0, s.until.Err()
}

// What takes longer than it may is told so, and costs nobody else.
func TestAnswersHaveATime(t *testing.T) {
	x := serve(t, demo.app, api.Options{Timeout: time.Nanosecond})
	resp, body := x.ask(t, "", "GET", "/api/v1/status")
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s\n%s", resp.Status, body)
	}
}

// A ticket signs in once, and the session it gives is the account's.
func TestATicketSignsInOnce(t *testing.T) {
	accounts, err := access.Open(t.Context(), t.TempDir(), access.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer accounts.Close()
	if _, err := accounts.Add(t.Context(), access.Account{Name: "demo", Role: access.Verifier}, ""); err != nil {
		t.Fatal(err)
	}
	x := serveWith(t, demo.app, accounts, api.Options{})
	ticket, err := accounts.Ticket(t.Context(), "demo", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for i, want := range []int{http.StatusSeeOther, http.StatusUnauthorized} {
		resp, err := client.Get(x.URL + "/" + api.TicketPath(ticket))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("time %d: %s", i+1, resp.Status)
		}
		if i == 0 && (len(resp.Cookies()) != 1 || !resp.Cookies()[0].HttpOnly || resp.Header.Get("Location") != "/") {
			t.Errorf("%v", resp.Header)
		}
	}
}
