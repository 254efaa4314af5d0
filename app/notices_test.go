package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/notify"
	"github.com/truce-monitor/truce/observation"
)

const ladderTerms = `agreement: ladder
title: Ladder
time_zone: Etc/UTC
ceasefire:
  - {id: truce, from: 2026-03-01T00:00}
parties:
  - {id: a, name: A, actors: [A], roles: [{role: party-to-conflict}]}
  - {id: b, name: B, actors: [B], roles: [{role: party-to-conflict}]}
  - {id: g, name: G, roles: [{role: guarantor}]}
provisions:
  - {id: no-fire, words: Nobody fires., ceasefire: truce, prohibits: {kind: activity}, severity: S2}
thresholds:
  - {occurrence: 0.5001, breach: 0.5001}
commitments:
  - {id: help, by: [g], to: [a], of: troops, words: G helps., firm: [{at: 2026-01-01, is: signed}]}
escalation:
  levels:
    - {id: low, count: 1, window: 2h, within: 3h, leave: 6h, tell: [a, g]}
    - {id: high, count: 3, window: 6h, leave: 8h, tell: [g], due: [help]}
`

// mission is a workspace with a clock of its own that can be closed and opened again.
type mission struct {
	dir string
	now time.Time
	app *app.App
}

func (m *mission) open(t interface {
	Fatal(...any)
	Helper()
}) {
	t.Helper()
	opt := app.Options{Now: func() time.Time { return m.now }}
	var err error
	if m.app != nil {
		m.app.Close()
		m.app, err = app.Open(context.Background(), m.dir, opt)
	} else {
		terms := filepath.Join(filepath.Dir(m.dir), "terms.yaml")
		if err := os.WriteFile(terms, []byte(ladderTerms), 0o600); err != nil {
			t.Fatal(err)
		}
		m.app, err = app.Init(context.Background(), m.dir, terms, opt)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// fire reports a shot that two sources heard now.
func (m *mission) fire(t interface {
	Fatal(...any)
	Helper()
}, n int) {
	t.Helper()
	var list []observation.Observation
	for _, source := range []string{"patrol 1", "patrol 2"} {
		list = append(list, observation.Observation{Source: source, Ref: fmt.Sprint(n), Means: observation.Patrol, How: observation.Saw, From: m.now.Add(-time.Minute), To: m.now.Add(-time.Minute),
			Reported: m.now, Position: &observation.Position{Lat: 48, Lon: 37 + float64(n)/10, Radius: 50}, Activity: observation.Shelling, Weapon: observation.Mortar82, Grade: "A1"})
	}
	receipts, err := m.app.Submit(context.Background(), list)
	if err != nil || receipts[0].Status != app.SubmitNew {
		t.Fatal(receipts, err)
	}
	if err := m.app.Settle(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// desk receives web hooks: it fails as it is told, and keeps each key once.
type desk struct {
	mu     sync.Mutex
	fail   func(id string) bool // after it was kept or not
	got    map[string]int       // times that a key came
	types  []string             // of what was kept, with the level
	taken  map[string]int       // times that it was answered with 200
	wrong  []string
	bodies []string
	server *httptest.Server
}

const deskSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func newDesk(now func() time.Time) *desk {
	d := &desk{got: map[string]int{}, taken: map[string]int{}}
	d.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		if err := notify.Verify(deskSecret, r.Header, body, now()); err != nil {
			d.wrong = append(d.wrong, err.Error())
		}
		var x struct {
			Type string
			Data struct {
				Level struct {
					Level    string
					Evidence []string
				}
			}
		}
		if err := json.Unmarshal(body, &x); err != nil {
			d.wrong = append(d.wrong, err.Error())
		}
		d.bodies = append(d.bodies, string(body))
		id := r.Header.Get(notify.HeaderID)
		if d.got[id]++; d.got[id] == 1 {
			d.types = append(d.types, strings.TrimPrefix(x.Type, "level.")+" "+x.Data.Level.Level)
		}
		if d.fail != nil && d.fail(id) {
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		d.taken[id]++
	}))
	return d
}

func (d *desk) contacts(t interface {
	Fatal(...any)
	Helper()
}, dir, more string) {
	t.Helper()
	text := fmt.Sprintf("contacts:\n  - {id: guarantor, party: g, %swebhook: {url: %q, secret_file: hook.secret}}\n", more, d.server.URL)
	for name, content := range map[string]string{notify.File: text, "hook.secret": deskSecret} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (m *mission) round(t interface {
	Fatal(...any)
	Helper()
}, n *app.Notifier) {
	t.Helper()
	if _, err := n.Round(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// What a guarantor gets of two breaches: the level, three attempts under one key,
// the deadline, and that it is over; all of it on record, an acknowledgement too.
func TestNoticesAreTriedUntilTheyArrive(t *testing.T) {
	m := &mission{dir: filepath.Join(t.TempDir(), "w"), now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	m.open(t)
	defer func() { m.app.Close() }()
	d := newDesk(func() time.Time { return m.now })
	defer d.server.Close()
	d.contacts(t, m.dir, "")
	failures := 0
	d.fail = func(string) bool { failures++; return failures <= 2 }
	notifier := m.app.Notifier(nil)
	m.round(t, notifier)
	if len(d.got) != 0 {
		t.Fatalf("told of nothing: %v", d.types)
	}
	m.fire(t, 1)
	for range 60 { // two failures, and the waiting between them
		m.now = m.now.Add(time.Second)
		m.round(t, notifier)
	}
	list, err := m.app.Notices(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	n := list[0]
	if n.State != app.NoticeSent || n.Attempts != 3 || d.got[n.ID] != 3 || d.taken[n.ID] != 1 || n.Move.Level != "low" || n.Contact != "guarantor" || len(d.wrong) > 0 {
		t.Fatalf("%+v; got %v, wrong %v", n, d.got, d.wrong)
	}
	if _, err := m.app.Acknowledge(t.Context(), "N-none", "x", "watch-officer", ""); !errors.Is(err, app.ErrNoNotice) {
		t.Error(err)
	}
	seq, err := m.app.Acknowledge(t.Context(), n.ID, "desk-1", "watch-officer", "Seen.")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := m.app.Acknowledge(t.Context(), n.ID, "desk-2", "watch-officer", ""); err != nil || again != seq {
		t.Errorf("acknowledged twice: %d and %d, %v", seq, again, err)
	}
	for range 12 { // the deadline of three hours passes, the level is left after six
		m.now = m.now.Add(time.Hour)
		m.round(t, notifier)
		m.open(t)
		notifier = m.app.Notifier(nil)
		m.round(t, notifier)
	}
	if want := []string{"reached low", "response-due low", "left low"}; !slices.Equal(d.types, want) {
		t.Errorf("told %v; want %v", d.types, want)
	}
	if v, err := m.app.Rebuild(t.Context()); err != nil || !v.Same {
		t.Errorf("%+v, %v", v, err)
	}
	x, err := m.app.Explain(t.Context(), "low")
	if err != nil || x.Kind != "level" || len(x.Decisions) != 3 {
		t.Errorf("%+v, %v", x, err)
	}
}

// Nobody acknowledges: it is told again under another key, until somebody does.
func TestNoticesAreRepeatedUntilAPersonAcknowledges(t *testing.T) {
	m := &mission{dir: filepath.Join(t.TempDir(), "w"), now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	m.open(t)
	defer func() { m.app.Close() }()
	d := newDesk(func() time.Time { return m.now })
	defer d.server.Close()
	d.contacts(t, m.dir, "repeat: 30m, ")
	m.fire(t, 1)
	notifier := m.app.Notifier(nil)
	for range 8 {
		m.round(t, notifier)
		m.now = m.now.Add(10 * time.Minute)
	}
	list, err := m.app.Notices(t.Context())
	if err != nil || len(list) != 1 || list[0].Times != 3 || d.taken[list[0].ID] != 1 || d.taken[list[0].ID+".2"] != 1 || d.taken[list[0].ID+".3"] != 1 {
		t.Fatalf("%+v, taken %v, %v", list, d.taken, err)
	}
	if _, err := m.app.Acknowledge(t.Context(), list[0].ID, "desk-1", "watch-officer", ""); err != nil {
		t.Fatal(err)
	}
	for range 8 {
		m.round(t, notifier)
		m.now = m.now.Add(10 * time.Minute)
	}
	if len(d.taken) != 3 {
		t.Errorf("repeated after the acknowledgement: %v", d.taken)
	}
}

// The public learns of a level once its delay is over, and no evidence of it
// that may not leave.
func TestNoticesPassThePolicy(t *testing.T) {
	m := &mission{dir: filepath.Join(t.TempDir(), "w"), now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	m.open(t)
	defer func() { m.app.Close() }()
	d := newDesk(func() time.Time { return m.now })
	defer d.server.Close()
	d.contacts(t, m.dir, "audience: public, ")
	m.fire(t, 1)
	notifier := m.app.Notifier(nil)
	for h := range 30 {
		m.round(t, notifier)
		if h < 23 && len(d.got) > 0 {
			t.Fatalf("told after %d hours", h)
		}
		m.now = m.now.Add(time.Hour)
	}
	if len(d.types) == 0 {
		t.Fatal("never told")
	}
}

// However it is restarted and however its receiver fails, every move of the
// ladder arrives, in order, and nothing is answered for twice.
func TestNoNoticeIsLostOrDoubled(t *testing.T) {
	checks := 0
	rapid.Check(t, func(r *rapid.T) {
		if checks++; checks > 12 { // each opens a workspace
			return
		}
		m := &mission{dir: filepath.Join(t.TempDir(), "w"), now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
		m.open(r)
		defer func() { m.app.Close() }()
		d := newDesk(func() time.Time { return m.now })
		defer d.server.Close()
		d.contacts(r, m.dir, "")
		notifier := m.app.Notifier(nil)
		failing := rapid.SliceOfN(rapid.Bool(), 6, 6).Draw(r, "fails")
		calls := 0
		d.fail = func(string) bool { calls++; return failing[calls%len(failing)] && calls < 40 }
		shots := 0
		for range rapid.IntRange(3, 10).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"shot", "shot", "restart", "wait"}).Draw(r, "what") {
			case "shot":
				shots++
				m.fire(r, shots)
			case "restart":
				m.open(r)
				notifier = m.app.Notifier(nil)
			}
			m.round(r, notifier)
			m.now = m.now.Add(time.Duration(rapid.IntRange(1, 300).Draw(r, "minutes")) * time.Minute)
		}
		for range 60 { // the end of all failures, and of the levels
			m.now = m.now.Add(30 * time.Minute)
			m.round(r, notifier)
		}
		l, err := m.app.Ladder(context.Background(), m.now)
		if err != nil {
			r.Fatal(err)
		}
		list, err := m.app.Notices(context.Background())
		if err != nil {
			r.Fatal(err)
		}
		var told []string
		for _, n := range list {
			if n.State != app.NoticeSent || d.taken[n.ID] != 1 {
				r.Fatalf("%+v was taken %d times", n, d.taken[n.ID])
			}
			if n.Move.Is != "response-due" {
				told = append(told, n.Move.Is+" "+n.Move.Level)
			}
		}
		var moves []string
		for _, x := range l.Transitions {
			moves = append(moves, x.Is+" "+x.Level)
		}
		if !slices.Equal(told, moves) || len(d.wrong) > 0 {
			r.Fatalf("moves %v, told %v, wrong %v", moves, told, d.wrong)
		}
	})
}

// People decide that it was nothing: the level is left, and those who were told of
// it are told of that. A question's deadline is told to the party that owes the
// answer, once when it is near and once when it is over.
func TestWhatPeopleDecideMovesTheLadder(t *testing.T) {
	m := &mission{dir: filepath.Join(t.TempDir(), "w"), now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	m.open(t)
	defer func() { m.app.Close() }()
	d := newDesk(func() time.Time { return m.now })
	defer d.server.Close()
	d.contacts(t, m.dir, "")
	text := fmt.Sprintf("contacts:\n  - {id: guarantor, party: g, webhook: {url: %q, secret_file: hook.secret}}\n  - {id: liaison, party: a, handling: \"TLP:GREEN\", webhook: {url: %q, secret_file: hook.secret}}\n", d.server.URL, d.server.URL)
	if err := os.WriteFile(filepath.Join(m.dir, notify.File), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	notifier := m.app.Notifier(nil)
	m.fire(t, 1)
	m.round(t, notifier)
	l, err := m.app.Ladder(t.Context(), m.now)
	if err != nil || !l.InForce("low") || len(l.Breaches) != 1 {
		t.Fatalf("%+v, %v", l, err)
	}
	s := step("Watch 1", "watch-officer", casework.Step{Title: "Shelling", Accused: "a"})
	s.Take = []string{l.Breaches[0].Broke[0].Finding}
	c, err := m.app.OpenCase(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []app.CaseStep{
		step("Watch 1", "watch-officer", casework.Step{Move: "register"}),
		step("Officer 1", "verifier", casework.Step{Move: "screen"}),
		step("Officer 1", "verifier", casework.Step{Move: "assign", Office: "Team north"}),
		step("Officer 1", "verifier", casework.Step{Move: "investigate"}),
		step("Officer 1", "verifier", casework.Step{Move: "ask", Parties: []string{"a"}, Text: "Did you fire?"}),
	} {
		take(t, m.app, c.ID, x)
	}
	reminders := func() (out []string) {
		list, err := m.app.Notices(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range list {
			if n.Reminder != nil {
				out = append(out, fmt.Sprintf("%s %s %t", n.Contact, n.Reminder.What.In("en"), n.Reminder.Late))
			}
		}
		return out
	}
	wait := func(h int) {
		for range h {
			m.now = m.now.Add(time.Hour)
			m.round(t, notifier)
		}
	}
	wait(2)
	take(t, m.app, c.ID, step("Officer 1", "verifier", casework.Step{Move: "draft", Text: "It was thunder."}))
	take(t, m.app, c.ID, step("Officer 2", "verifier", casework.Step{Move: "approve"}))
	take(t, m.app, c.ID, step("Officer 1", "verifier", casework.Step{Move: "ask-comment"}))
	take(t, m.app, c.ID, step("Liaison", "party-liaison", casework.Step{Move: "position", For: "a", Outcome: casework.Contested, Text: "Thunder."}))
	take(t, m.app, c.ID, step("Officer 1", "verifier", casework.Step{Move: "decide", Ruling: &casework.Ruling{Outcome: casework.Unfounded, Votes: []casework.Vote{{Member: "Officer 1", Vote: "for"}}}}))
	m.round(t, notifier)
	if l, err = m.app.Ladder(t.Context(), m.now); err != nil || l.InForce("low") {
		t.Errorf("%+v, %v", l, err)
	}
	if l, err = m.app.Ladder(t.Context(), m.now.Add(-90*time.Minute)); err != nil || !l.InForce("low") {
		t.Errorf("before the decision: %+v, %v", l, err)
	}
	if n := len(reminders()); n != 0 {
		t.Errorf("reminded already: %v", reminders())
	}
	wait(80)
	if diff := cmp.Diff([]string{"liaison answer: Did you fire? false", "liaison answer: Did you fire? true"}, reminders()); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(d.types, "left low") {
		t.Errorf("told %v", d.types)
	}
	for _, body := range d.bodies {
		if strings.Contains(body, "Did you fire") {
			t.Errorf("a contact for TLP:GREEN gets %s", body)
		}
	}
}

// A server's notifier ends when it is told to, also while a receiver hangs, and
// the next one takes up what it left.
func TestTheNotifierEndsCleanly(t *testing.T) {
	m := &mission{dir: filepath.Join(t.TempDir(), "w"), now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	m.open(t)
	defer func() { m.app.Close() }()
	called, hang := make(chan bool, 8), make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called <- true; <-hang }))
	defer server.Close()
	defer close(hang)
	(&desk{server: server}).contacts(t, m.dir, "")
	m.fire(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.app.Notifier(nil).Run(ctx) }()
	<-called
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	list, err := m.app.Notices(t.Context())
	if err != nil || len(list) != 1 || list[0].State != app.NoticeOwed {
		t.Fatalf("%+v, %v", list, err)
	}
	d := newDesk(func() time.Time { return m.now })
	defer d.server.Close()
	d.contacts(t, m.dir, "")
	m.open(t)
	m.round(t, m.app.Notifier(nil))
	if d.taken[list[0].ID] != 1 {
		t.Errorf("it was not taken up: %v", d.taken)
	}
}
