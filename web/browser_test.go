package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/web"
)

// site is a server on a demonstration, with an account "demo", a verifier.
type site struct {
	*httptest.Server
	app      *app.App
	accounts *access.Store
	between  *way // the browser and the server
}

const password = "a long enough password"

// newSite is for a test that changes what is on record; the others share one.
func newSite(t *testing.T) *site {
	t.Helper()
	chromium(t)
	x, end, err := makeSite(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	return x
}

var shared struct {
	once sync.Once
	site *site
	end  func()
	err  error
}

func sharedSite(t *testing.T) *site {
	t.Helper()
	chromium(t)
	shared.once.Do(func() {
		dir, err := os.MkdirTemp("", "truce-web-")
		if err != nil {
			shared.err = err
			return
		}
		var end func()
		shared.site, end, shared.err = makeSite(context.Background(), dir)
		shared.end = func() { end(); os.RemoveAll(dir) }
		if shared.err == nil {
			shared.err = shared.site.openCase(context.Background())
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.site
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.site != nil {
		shared.end()
	}
	os.Exit(code)
}

func makeSite(ctx context.Context, dir string) (*site, func(), error) {
	a, _, err := app.Demo(ctx, filepath.Join(dir, "demo"), app.Options{})
	if err != nil {
		return nil, nil, err
	}
	accounts, err := access.Open(ctx, dir, access.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, a.Close())
	}
	s, err := api.New(a, api.Options{Access: accounts, Web: web.Handler()})
	if err == nil {
		_, err = accounts.Add(ctx, access.Account{Name: "demo", Person: "Demonstration", Role: access.Verifier, Clearance: observation.Red}, password)
	}
	if err != nil {
		return nil, nil, errors.Join(err, accounts.Close(), a.Close())
	}
	between := &way{next: s.Handler()}
	x := &site{httptest.NewServer(between), a, accounts, between}
	return x, func() {
		s.Close()
		x.CloseClientConnections()
		x.Close()
		accounts.Close()
		a.Close()
	}, nil
}

// asked gets JSON as the verifier sees it.
func asked[T any](t *testing.T, s *site, path string) T {
	t.Helper()
	secret, _, err := s.accounts.SignIn(t.Context(), "demo", password, "test")
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: access.Cookie, Value: secret})
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", path, resp.Status)
	}
	var v T
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

// chromium is the browser's path. Without one the test is skipped, except in CI.
func chromium(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: no browser is started")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("there is no Chromium; apt-get install chromium")
	}
	t.Skip("there is no Chromium on this machine")
	return ""
}

// visit is a window of a browser of its own. What goes wrong in the page, and
// every request to another origin, fails the test.
type visit struct {
	t    *testing.T
	ctx  context.Context
	site *site

	mu       sync.Mutex
	urls     map[network.RequestID]string
	received map[string]float64 // bytes by path
	expected []string           // parts of messages of the console that are no failure
}

// expect takes messages of the console that hold a text for no failure.
func (v *visit) expect(part string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.expected = append(v.expected, part)
}

type window struct {
	width, height int64
	language      string
	flags         map[string]any
}

func (s *site) open(t *testing.T, w window) *visit {
	t.Helper()
	path := chromium(t)
	dir, err := os.MkdirTemp("", "truce-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 50 { // its children may still write
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.UserDataDir(dir)}
	for _, f := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars", "enable-unsafe-swiftshader"} {
		options = append(options, chromedp.Flag(f, true))
	}
	options = append(options, chromedp.Flag("use-angle", "swiftshader"))
	for k, f := range w.flags {
		options = append(options, chromedp.Flag(k, f))
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 9*time.Minute)
	t.Cleanup(stop)
	v := &visit{t: t, ctx: ctx, site: s, urls: map[network.RequestID]string{}, received: map[string]float64{}}
	v.must(chromedp.Listen(ctx, v.hear))
	if w.width == 0 {
		w.width, w.height = 1280, 900
	}
	if w.language == "" {
		w.language = "en"
	}
	v.do(chromedp.EmulateViewport(w.width, w.height))
	call(v, network.Enable, network.EnableParams{})
	call(v, runtime.Enable, cdp.Empty{})
	call(v, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: "localStorage.language ??= '" + w.language + "'"})
	return v
}

func (v *visit) hear(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		v.urls[e.RequestID] = e.Request.URL
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Scheme != "data" && u.Scheme != "blob" && u.Scheme != "about" && "http://"+u.Host != v.site.URL {
			v.t.Errorf("a request to another origin: %s", e.Request.URL)
		}
	case *network.EventLoadingFinished:
		if u, err := url.Parse(v.urls[e.RequestID]); err == nil {
			v.received[u.Path] += e.EncodedDataLength
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		v.t.Errorf("an exception in the page: %s", text)
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeWarning {
			return
		}
		var text []string
		for _, a := range e.Args {
			text = append(text, string(a.Value)+a.Description)
		}
		said := strings.Join(text, " ")
		for _, part := range v.expected {
			if strings.Contains(said, part) {
				return
			}
		}
		v.t.Errorf("the page says: %s", said)
	}
}

func (v *visit) must(err error) {
	v.t.Helper()
	if err != nil {
		v.fail(err.Error())
	}
}

// fail ends the test and keeps a picture of what was there where BROWSER_TEST_PICTURES names a folder.
func (v *visit) fail(why string) {
	v.t.Helper()
	if dir := os.Getenv("BROWSER_TEST_PICTURES"); dir != "" {
		ctx, stop := context.WithTimeout(context.WithoutCancel(v.ctx), 10*time.Second)
		defer stop()
		if png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
			file := filepath.Join(dir, strings.ReplaceAll(v.t.Name(), "/", "-")+".png")
			if os.WriteFile(file, png, 0o644) == nil {
				why += "; see " + file
			}
		}
	}
	v.t.Fatal(why)
}

func (v *visit) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	v.must(chromedp.Do(v.ctx, steps...))
}

func call[P, R any](v *visit, c cdp.Command[P, R], p P) R {
	v.t.Helper()
	r, err := chromedp.Call(v.ctx, c, p)
	v.must(err)
	return r
}

// eval runs an expression in the page; a promise is waited for.
func eval[T any](v *visit, js string) T {
	v.t.Helper()
	x, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		v.fail(fmt.Sprintf("%s: %v", js, err))
	}
	return x
}

// wait waits until an expression is true.
func (v *visit) wait(js string) {
	v.t.Helper()
	deadline := time.Now().Add(2 * time.Minute) // the machine may be busy
	for {
		x, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool](`!!(`+js+`)`))
		if err == nil && x {
			return
		}
		if time.Now().After(deadline) || errors.Is(err, context.Canceled) {
			at, _ := chromedp.Run(v.ctx, chromedp.Evaluate[string](`location.pathname + location.search + ": " + document.querySelector("main")?.innerText.slice(0, 500)`))
			v.fail(fmt.Sprintf("never true: %s (%v) at %s", js, err, at))
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// goTo opens a page; signIn does so with a ticket first.
func (v *visit) goTo(path string) {
	v.t.Helper()
	v.do(chromedp.Navigate(v.site.URL + path))
	v.wait(`document.querySelector("main h1")`)
}

func (v *visit) signIn() { v.t.Helper(); v.signInAs("demo") }

func (v *visit) signInAs(account string) {
	v.t.Helper()
	ticket, err := v.site.accounts.Ticket(v.ctx, account, time.Minute)
	v.must(err)
	v.do(chromedp.Navigate(v.site.URL + "/" + api.TicketPath(ticket)))
}

func (v *visit) text(selector string) string {
	v.t.Helper()
	v.wait(fmt.Sprintf("document.querySelector(%q)", selector))
	return eval[string](v, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

func (v *visit) click(selector string) {
	v.t.Helper()
	v.wait(fmt.Sprintf("document.querySelector(%q)", selector))
	v.do(chromedp.Click(selector))
}

func (v *visit) keys(keys string) {
	v.t.Helper()
	v.do(chromedp.KeyEvent(keys))
}

// until presses keys, again every few seconds, until an expression is true: on a
// busy machine a page may listen late, or a key come too long after another.
func (v *visit) until(keys, done string) {
	v.t.Helper()
	for range 40 {
		v.keys(keys)
		for range 60 {
			if eval[bool](v, `!!(`+done+`)`) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	v.fail(fmt.Sprintf("after %q never true: %s", keys, done))
}

// settled waits until a page has all that it asked for and its map is drawn.
func (v *visit) settled() {
	v.t.Helper()
	v.wait(`!document.querySelector(".waiting, .empty[role=status], .day-wait") && (!document.querySelector(".map") || document.querySelector(".map[data-drawn], .map.still"))`)
}
