package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/api"
	"github.com/truce-monitor/truce/app"
)

// workspace is one of its own, to write to.
func workspace(t *testing.T) *app.App {
	t.Helper()
	a, err := app.Init(t.Context(), filepath.Join(t.TempDir(), "mission"), filepath.Join(demo.dir, app.AgreementFile), app.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// deliver sends a body in a role.
func (x *site) deliver(t *testing.T, role, method, path string, header map[string]string, body string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, x.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+x.tokens[role])
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := x.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, answer
}

const seen = `{"from":"2026-03-09T10:%02d:00Z","activity":"explosion","means":"patrol","how":"heard","lat":48.1,"lon":37.6,"radius_m":300,"handling":"TLP:GREEN"%s}`

func TestWhatIsSubmittedIsOnRecordOnce(t *testing.T) {
	x := serve(t, workspace(t), api.Options{})
	key := map[string]string{"Idempotency-Key": "night-7"}
	var first, again api.Receipts
	for i, into := range []*api.Receipts{&first, &again} {
		resp, body := x.deliver(t, "observer", "POST", "/api/v1/observations", key, fmt.Sprintf(seen, 1, ""))
		if resp.StatusCode != http.StatusCreated || json.Unmarshal(body, into) != nil || len(into.Receipts) != 1 {
			t.Fatalf("time %d: %s\n%s", i, resp.Status, body)
		}
	}
	a, b := first.Receipts[0], again.Receipts[0]
	if a.Status != app.SubmitNew || b.Status != app.SubmitKnown || a.Record != b.Record || a.Source != "observer" || a.Ref != "night-7" || a.Incident == "" {
		t.Errorf("receipts %+v and %+v", a, b)
	}
	if list := get[api.Incidents](t, x, "verifier", "/api/v1/incidents"); len(list.Incidents) != 1 || list.Incidents[0].ID != a.Incident {
		t.Errorf("incidents %+v", list)
	}
	for name, c := range map[string]struct {
		role, body string
		want       int
		says       string
	}{
		"a correction":             {"observer", fmt.Sprintf(seen, 2, `,"ref":"night-7"`), 201, `"correction"`},
		"in another's name":        {"observer", fmt.Sprintf(seen, 3, `,"source":"array7","ref":"1"`), 422, "for nobody else"},
		"relayed by the desk":      {"watch-officer", fmt.Sprintf(seen, 3, `,"source":"array7","ref":"1"`), 201, `"new"`},
		"one of two is bad":        {"watch-officer", "[" + fmt.Sprintf(seen, 4, `,"ref":"2"`) + `,{"ref":"3","from":"2026-03-09T10:00:00Z","activity":"dancing","lat":48,"lon":37}]`, 201, "dancing"},
		"no ref":                   {"observer", fmt.Sprintf(seen, 5, ""), 422, "Idempotency-Key"},
		"in the future":            {"observer", strings.Replace(fmt.Sprintf(seen, 5, `,"ref":"4"`), "2026", "2027", 1), 422, "future"},
		"by the public":            {"", fmt.Sprintf(seen, 5, ""), 401, "may not"},
		"by who has no such right": {"publisher", fmt.Sprintf(seen, 5, ""), 403, "may not"},
		"no JSON":                  {"observer", "BOOM", 422, "expected an observation"},
		"nothing":                  {"observer", "[]", 422, "no observation"},
		"numbers":                  {"observer", "[1,2]", 422, "expected an observation"},
		"null":                     {"observer", "null", 422, ""},
		"too much":                 {"observer", `{"text":"` + strings.Repeat("x", 2<<20) + `"}`, 413, ""},
		"by a liaison":             {"party-liaison", fmt.Sprintf(seen, 6, `,"ref":"5"`), 201, `"new"`},
	} {
		resp, body := x.deliver(t, c.role, "POST", "/api/v1/observations", nil, c.body)
		if resp.StatusCode != c.want || !strings.Contains(string(body), c.says) {
			t.Errorf("%s: %s\n%.300s", name, resp.Status, body)
		}
	}
	if resp, body := x.deliver(t, "party-liaison", "POST", "/api/v1/observations", nil, fmt.Sprintf(seen, 9, `,"ref":"5"`)); resp.StatusCode != 422 || !strings.Contains(string(body), "may not correct") {
		t.Errorf("a liaison corrects: %s\n%s", resp.Status, body)
	}
}

func TestMediaAreKeptByHashUnderTheirLabel(t *testing.T) {
	x := serve(t, workspace(t), api.Options{})
	photo := "\x89PNG\r\n\x1a\n" + strings.Repeat("pixels", 1000)
	send := func(label string) app.Medium {
		resp, body := x.deliver(t, "observer", "POST", "/api/v1/media?handling="+strings.ReplaceAll(label, "+", "%2B"), map[string]string{"Content-Type": "image/png"}, photo)
		var m app.Medium
		if resp.StatusCode != http.StatusOK || json.Unmarshal(body, &m) != nil {
			t.Fatalf("%s\n%s", resp.Status, body)
		}
		return m
	}
	m := send("TLP:GREEN")
	if m.Type != "image/png" || m.Bytes != int64(len(photo)) || m.Handling != "TLP:GREEN" {
		t.Errorf("%+v", m)
	}
	path := "/api/v1/media/" + m.SHA256
	if resp, body := x.ask(t, "verifier", "GET", path); resp.StatusCode != 200 || string(body) != photo {
		t.Errorf("%s, %d bytes", resp.Status, len(body))
	}
	for role, want := range map[string]int{"": 401, "party-liaison": 403, "observer": 403, "administrator": 403} {
		if resp, _ := x.ask(t, role, "GET", path); resp.StatusCode != want {
			t.Errorf("%q: %s", role, resp.Status)
		}
	}
	if again := send("TLP:RED"); again.SHA256 != m.SHA256 || again.Handling != "TLP:RED" {
		t.Errorf("sent again under a more restricted label: %+v", again)
	}
	if again := send("TLP:CLEAR"); again.Handling != "TLP:RED" {
		t.Errorf("a label went down: %+v", again)
	}
	if resp, _ := x.ask(t, "verifier", "GET", "/api/v1/media/"+strings.Repeat("0", 64)); resp.StatusCode != 404 {
		t.Errorf("%s", resp.Status)
	}
}

// listener reads a stream of events.
type listener struct {
	events chan [3]string // id, kind, data
	cut    context.CancelFunc
}

func (x *site) listen(t *testing.T, role, last string) *listener {
	t.Helper()
	ctx, cut := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", x.URL+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+x.tokens[role])
	}
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := x.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || kind != "text/event-stream" {
		t.Fatalf("%s, %s", resp.Status, kind)
	}
	l := &listener{make(chan [3]string, 100), cut}
	go func() {
		defer close(l.events)
		defer resp.Body.Close()
		var e [3]string
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				e[0] = value
			case "event":
				e[1] = value
			case "data":
				e[2] = value
			case "":
				if e[1] != "" {
					l.events <- e
				}
				e = [3]string{}
			}
		}
	}()
	t.Cleanup(cut)
	return l
}

func (l *listener) next(t *testing.T, kind string) [3]string {
	t.Helper()
	for late := time.After(2 * time.Minute); ; {
		select {
		case e, ok := <-l.events:
			if !ok {
				t.Fatalf("the stream ended before an event %s", kind)
			}
			if e[1] == kind {
				return e
			}
		case <-late:
			t.Fatalf("no event %s came", kind)
		}
	}
}

// What happens while a connection is cut is told when it comes back.
func TestEventsResumeWhereTheyWereCut(t *testing.T) {
	x := serve(t, workspace(t), api.Options{})
	report := func(minute int) string {
		resp, body := x.deliver(t, "watch-officer", "POST", "/api/v1/observations", nil, fmt.Sprintf(seen, minute, fmt.Sprintf(`,"ref":"%d"`, minute)))
		var r api.Receipts
		if resp.StatusCode != http.StatusCreated || json.Unmarshal(body, &r) != nil {
			t.Fatalf("%s\n%s", resp.Status, body)
		}
		return r.Receipts[0].Incident
	}
	l := x.listen(t, "verifier", "")
	hello := l.next(t, "hello")
	public := x.listen(t, "", "")
	public.next(t, "hello")
	first := report(1)
	e := l.next(t, "incident")
	if !strings.Contains(e[2], first) || e[0] == hello[0] {
		t.Errorf("%v does not tell of %s", e, first)
	}
	l.cut()
	missed := report(20)
	l = x.listen(t, "verifier", e[0])
	l.next(t, "hello")
	if again := l.next(t, "incident"); !strings.Contains(again[2], missed) {
		t.Errorf("%v does not tell of %s", again, missed)
	}
	x.api.Close() // ends the streams
	for e := range public.events {
		if strings.Contains(e[2], "I-") {
			t.Errorf("the public is told %v", e)
		}
	}
}

// A server that is stopped answers what it has begun to answer.
func TestShutdownIsGraceful(t *testing.T) {
	s, err := api.New(demo.app, api.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	// A request of which the server has the head and waits for the body.
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	body := []byte(`{"plans":[{"":5e9}]}`) // quickly refused, also by a slow machine
	fmt.Fprintf(c, "POST /api/v1/withdrawals HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", l.Addr(), len(body))
	in := bufio.NewReader(c)
	if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	stop()
	for { // no new ones
		other, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		other.Close()
		time.Sleep(time.Millisecond)
	}
	if _, err := c.Write(body); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusUnprocessableEntity || !bytes.Contains(answer, []byte("metres from 0")) {
		t.Errorf("%s, %v\n%.200s", resp.Status, err, answer)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
