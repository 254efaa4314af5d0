package notify_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/alert"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/notify"
	"github.com/truce-monitor/truce/observation"
)

var update = flag.Bool("update", false, "write the golden files anew")

var now = time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func terms(t testing.TB) *agreement.Agreement {
	t.Helper()
	a, problems := agreement.Parse("small.yaml", []byte("agreement: small\ntitle: Small\ntime_zone: Etc/UTC\nparties:\n  - {id: a, name: A, roles: [{role: party-to-conflict}]}\n  - {id: m, name: M, roles: [{role: monitor}]}\nprovisions:\n  - {id: p, words: P., prohibits: {kind: activity}}\n"))
	if agreement.Failed(problems) {
		t.Fatal(problems)
	}
	return a
}

// contacts writes a workspace with these contacts and the secret.
func contacts(t testing.TB, text string) *notify.Contacts {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{notify.File: text, "secret": secret + "\n", "password": "pass word\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := notify.Read(dir, terms(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func moved() *notify.Notice {
	zone, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		panic(err)
	}
	return &notify.Notice{ID: "N-abc123", At: now, Agreement: "small", Title: agreement.Text{"en": "Small agreement", "uk": "Мала угода"}, Audience: "parties",
		Handling: observation.Amber, Location: zone,
		Move: &escalation.Transition{Level: "coalition", Is: escalation.Reached, By: escalation.ByCount, Counted: 3, Evidence: []string{"I-1", "I-2"},
			At: escalation.Interval{Earliest: now.Add(-2 * time.Hour), Latest: now.Add(-time.Hour)}, T0: escalation.Interval{Earliest: now.Add(-30 * time.Hour), Latest: now.Add(-29 * time.Hour)},
			Response: &escalation.Interval{Earliest: now.Add(40 * time.Hour), Latest: now.Add(41 * time.Hour)}},
		Name: agreement.Text{"en": "Tier 2", "uk": "Рівень 2"}, Words: agreement.Text{"en": "If breaches go on.", "uk": "Якщо порушення тривають."}, Rank: 2, Ranks: 3,
		Due: []notify.Pledge{{ID: "help", By: []string{"g"}, Words: agreement.Text{"en": "G helps."}}}, Areas: []string{"Donetsk"}}
}

// Signed as the specification's own test vector has it; what a receiver checks
// fails when anything is changed.
func TestSignature(t *testing.T) {
	body, at := []byte(`{"test": 2432232314}`), time.Unix(1614265330, 0)
	got, err := notify.Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)
	if err != nil || got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Fatalf("%s, %v", got, err)
	}
	header := func() http.Header {
		h := http.Header{}
		h.Set(notify.HeaderID, "msg_p5jXN8AQM9LWM0D4loKWxJek")
		h.Set(notify.HeaderTimestamp, "1614265330")
		h.Set(notify.HeaderSignature, "v1,bm90IHRoaXM= "+got)
		return h
	}
	if err := notify.Verify(secret, header(), body, at.Add(time.Minute)); err != nil {
		t.Error(err)
	}
	if notify.Verify(secret, header(), body, at.Add(time.Hour)) == nil {
		t.Error("an old one passes")
	}
	if notify.Verify(secret, header(), []byte(`{"test": 2432232315}`), at) == nil {
		t.Error("another body passes")
	}
	h := header()
	h.Set(notify.HeaderID, "msg_other")
	if notify.Verify(secret, h, body, at) == nil {
		t.Error("another id passes")
	}
	if _, err := notify.Sign("short", "x", at, nil); err == nil {
		t.Error("a secret that is none signs")
	}
}

// A receiver that fails twice gets the same notice three times under one key,
// signed each time, and keeps it once.
func TestAWebHookIsTriedAgainUnderOneKey(t *testing.T) {
	var mu sync.Mutex
	calls, kept := 0, map[string]string{}
	var wrong []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		if err := notify.Verify(secret, r.Header, body, now); err != nil {
			wrong = append(wrong, err.Error())
		}
		if calls++; calls <= 2 {
			http.Error(w, "not yet", http.StatusServiceUnavailable)
			return
		}
		kept[r.Header.Get(notify.HeaderID)] = string(body)
	}))
	defer server.Close()
	c := contacts(t, "contacts:\n  - {id: desk, party: a, webhook: {url: \""+server.URL+"\", secret_file: secret}}\n")
	carrier := notify.Carrier{Contacts: c, Now: func() time.Time { return now }}
	n := moved()
	for attempt := 1; attempt <= 4; attempt++ {
		err := carrier.Send(t.Context(), c.Contact("desk"), n)
		if (err != nil) != (attempt <= 2) {
			t.Errorf("attempt %d: %v", attempt, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "telling desk by webhook") || !strings.Contains(err.Error(), "503") || strings.Contains(err.Error(), "whsec")) {
			t.Error(err)
		}
	}
	if len(wrong) > 0 || calls != 4 || len(kept) != 1 {
		t.Fatalf("%d calls, kept %v, signatures %v", calls, kept, wrong)
	}
	var got struct {
		Type string
		Data struct {
			ID    string
			Level struct{ Level, Is string }
		}
	}
	if err := json.Unmarshal([]byte(kept["N-abc123"]), &got); err != nil || got.Type != "level.reached" || got.Data.Level.Level != "coalition" || got.Data.ID != "N-abc123" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAWebHookFollowsNoRedirect(t *testing.T) {
	reached := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	c := contacts(t, "contacts:\n  - {id: desk, party: a, webhook: {url: \""+server.URL+"\", secret_file: secret}}\n")
	carrier := notify.Carrier{Contacts: c, Now: func() time.Time { return now }}
	if err := carrier.Send(t.Context(), c.Contact("desk"), moved()); err == nil || reached {
		t.Errorf("%v, reached elsewhere: %v", err, reached)
	}
}

func TestCAPByWebHook(t *testing.T) {
	var got alert.Alert
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := notify.Verify(secret, r.Header, body, now); err != nil || r.Header.Get("Content-Type") != alert.MediaType || xml.Unmarshal(body, &got) != nil {
			http.Error(w, "no", http.StatusBadRequest)
		}
	}))
	defer server.Close()
	c := contacts(t, "sender: truce@mission.example\ncontacts:\n  - {id: siren, party: a, lang: uk, cap: {url: \""+server.URL+"\", secret_file: secret}}\n")
	carrier := notify.Carrier{Contacts: c, Now: func() time.Time { return now }}
	n := moved()
	n.Simulated = true
	if err := carrier.Send(t.Context(), c.Contact("siren"), n); err != nil {
		t.Fatal(err)
	}
	if got.Identifier != "N-abc123" || got.Status != "Exercise" || got.Scope != "Restricted" || got.Restriction != "TLP:AMBER" || len(got.Info) != 1 || got.Info[0].Severity != "Severe" ||
		got.Info[0].Language != "uk" || !strings.Contains(got.Info[0].Headline, "Рівень 2") {
		t.Errorf("%+v", got)
	}
}

// inbox is a small mail server.
type inbox struct {
	mu    sync.Mutex
	from  string
	to    []string
	mails []string
	fail  int
}

func (b *inbox) NewSession(*smtp.Conn) (smtp.Session, error) { return b, nil }
func (b *inbox) Reset()                                      {}
func (b *inbox) Logout() error                               { return nil }
func (b *inbox) Mail(from string, _ *smtp.MailOptions) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail--; b.fail >= 0 {
		return &smtp.SMTPError{Code: 451, Message: "try again later"}
	}
	b.from, b.to = from, nil
	return nil
}

func (b *inbox) Rcpt(to string, _ *smtp.RcptOptions) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.to = append(b.to, to)
	return nil
}

func (b *inbox) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = append(b.mails, string(data))
	return err
}

func TestMail(t *testing.T) {
	box := &inbox{fail: 1}
	server := smtp.NewServer(box)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	defer server.Close()
	c := contacts(t, "sender: truce@mission.example\nmail: {server: \""+l.Addr().String()+"\", tls: none}\ncontacts:\n  - {id: duty, party: m, audience: mission, lang: uk, email: [duty@mission.example, second@mission.example]}\n")
	carrier := notify.Carrier{Contacts: c, Now: func() time.Time { return now }}
	if err := carrier.Send(context.Background(), c.Contact("duty"), moved()); err == nil || !strings.Contains(err.Error(), "try again later") {
		t.Fatalf("the server refused, and it is said: %v", err)
	}
	for range 2 {
		if err := carrier.Send(context.Background(), c.Contact("duty"), moved()); err != nil {
			t.Fatal(err)
		}
	}
	if box.from != "truce@mission.example" || len(box.to) != 2 || len(box.mails) != 2 {
		t.Fatalf("from %s to %v, %d mails", box.from, box.to, len(box.mails))
	}
	if !strings.Contains(box.mails[0], "Message-ID: <N-abc123@mission.example>") || box.mails[0] != box.mails[1] {
		t.Errorf("a repeat is another message:\n%s\n%s", box.mails[0], box.mails[1])
	}
	if !strings.Contains(box.mails[0], "Auto-Submitted: auto-generated") {
		t.Error(box.mails[0])
	}
}

// The words in all languages.
func TestWords(t *testing.T) {
	reminder := moved()
	reminder.Move, reminder.Reminder = nil, &notify.Reminder{Of: "C-1", What: agreement.Text{"en": "Answer of A", "fr": "Réponse de A", "uk": "Відповідь A"}, Due: now.Add(time.Hour), Late: true}
	secretly := moved()
	secretly.Move.Evidence, secretly.Simulated, secretly.Audience, secretly.Handling = nil, true, "public", observation.Clear
	left := moved()
	left.Move = &escalation.Transition{Level: "coalition", Is: escalation.Left, At: escalation.Interval{Earliest: now, Latest: now}}
	left.Due, left.Areas = nil, nil
	var b strings.Builder
	for _, n := range []*notify.Notice{moved(), secretly, left, reminder} {
		for _, lang := range notify.Languages() {
			subject, text := n.Text(lang)
			b.WriteString(subject + "\n" + text + "\n")
		}
	}
	golden := filepath.Join("testdata", "words.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Error(diff)
	}
	if strings.ContainsAny(b.String(), "{}") {
		t.Error("a value is missing")
	}
}

func TestContactsThatAreWrong(t *testing.T) {
	text := `sender: nobody
contacts:
  - {id: a, party: x, audience: all, lang: de, handling: SECRET, webhook: {url: "http://example.org/x", secret_file: s}}
  - {id: a, party: a}
  - {party: a, webhook: {url: "https://u:p@example.org", secret_file: s}, email: [nobody]}
  - {id: c, party: a, webhook: {url: "https://example.org"}}
`
	_, err := notify.Parse([]byte(text), terms(t))
	if err == nil {
		t.Fatal("they pass")
	}
	for _, want := range []string{`no party "x"`, `audience "all"`, `lang "de"`, `handling "SECRET"`, "expected https", `contact "a" is there twice`, "reached in 0 ways",
		"contact 3 has no id", "reached in 2 ways", "holds a password", `"nobody" is no mail address`, "no secret_file", "sender"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is missing in\n%v", want, err)
		}
	}
	for _, text := range []string{"contacts: [{id: a, party: a, phone: 1}]", "contacts: [{id: a, party: a, email: [a@b.c]}]", "sender: a@b.c\nmail: {server: \"mail.example:25\", tls: none}\ncontacts: [{id: a, party: a, email: [a@b.c]}]",
		"contacts: [{id: a, party: a, repeat: often, webhook: {url: \"https://example.org\", secret_file: s}}]"} {
		if _, err := notify.Parse([]byte(text), terms(t)); err == nil {
			t.Errorf("it passes: %s", text)
		}
	}
	if c, err := notify.Read(t.TempDir(), terms(t)); err != nil || len(c.Contacts) != 0 {
		t.Errorf("without a file: %v, %v", c, err)
	}
}

func TestASecretThatOthersCanRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, notify.File), []byte("contacts:\n  - {id: desk, party: a, repeat: 30m, webhook: {url: \"http://127.0.0.1:1\", secret_file: secret}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte(base64.StdEncoding.EncodeToString(make([]byte, 32))), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := notify.Read(dir, terms(t))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Contact("desk").Repeat.Duration; got != 30*time.Minute {
		t.Errorf("repeat: %v", got)
	}
	carrier := notify.Carrier{Contacts: c, Now: func() time.Time { return now }}
	if err := carrier.Send(t.Context(), c.Contact("desk"), moved()); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Error(err)
	}
}

func TestBackoff(t *testing.T) {
	for attempts, want := range map[int]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 11: time.Hour, 1000: time.Hour} {
		if got := notify.Backoff(attempts); got != want {
			t.Errorf("after %d: %v; want %v", attempts, got, want)
		}
	}
}

// Whatever stands in the file, it is read or refused with words; what is read can
// be used.
func FuzzContacts(f *testing.F) {
	f.Add("sender: a@b.example\nmail: {server: \"localhost:25\", tls: none}\ncontacts:\n  - {id: x, party: a, repeat: 30m, email: [c@d.example]}\n  - {id: y, party: m, webhook: {url: \"https://e.example/x\", secret_file: s}}\n")
	f.Add("contacts: [{id: a, party: a, cap: {url: http://127.0.0.1:1}}]")
	f.Add("contacts: {}\n")
	f.Add("")
	a := terms(f)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := notify.Parse([]byte(text), a)
		if err != nil {
			if err.Error() == "" {
				t.Error("refused without a word")
			}
			return
		}
		for i := range c.Contacts {
			x := &c.Contacts[i]
			if x.ID == "" || a.Party(x.Party) == nil || x.Audience == "" || x.Channel() == "" || c.Contact(x.ID) == nil || len(c.Of([]string{x.Party})) == 0 {
				t.Errorf("%+v", x)
			}
			if x.Webhook != nil && x.Webhook.SecretFile == "" {
				t.Errorf("%+v", x.Webhook)
			}
		}
	})
}
