package web_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/withdrawal"
)

// way is what lies between the browser and the server: it can be down, lose
// answers after the work was done, and alter what is answered.
type way struct {
	next  http.Handler
	down  atomic.Bool
	loses atomic.Int64 // so many answers to what is put on record are lost
	alter atomic.Pointer[func(path string, body []byte) []byte]
	heard atomic.Pointer[func(*http.Request)] // of every request
}

func (w *way) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if f := w.heard.Load(); f != nil {
		(*f)(r)
	}
	if w.down.Load() {
		panic(http.ErrAbortHandler)
	}
	if r.Method == http.MethodPost && (r.URL.Path == "/api/v1/observations" || strings.HasPrefix(r.URL.Path, "/api/v1/weapons/")) && w.loses.Add(-1) >= 0 {
		w.next.ServeHTTP(&kept{ResponseWriter: out}, r)
		panic(http.ErrAbortHandler)
	}
	if f := w.alter.Load(); f != nil && (strings.HasPrefix(r.URL.Path, "/api/v1/record") || strings.HasPrefix(r.URL.Path, "/log/")) {
		r.Header.Del("Accept-Encoding")
		k := &kept{ResponseWriter: out, status: http.StatusOK}
		w.next.ServeHTTP(k, r)
		body := (*f)(r.URL.Path, k.body.Bytes())
		out.Header().Del("Content-Length")
		out.WriteHeader(k.status)
		_, _ = out.Write(body)
		return
	}
	w.next.ServeHTTP(out, r)
}

// kept is an answer that is not sent.
type kept struct {
	http.ResponseWriter
	body   bytes.Buffer
	status int
}

func (k *kept) Write(p []byte) (int, error) { return k.body.Write(p) }
func (k *kept) WriteHeader(status int)      { k.status = status }

// fill types into fields of a form by their ids.
func (v *visit) fill(fields map[string]string) {
	v.t.Helper()
	for id, value := range fields {
		v.wait(fmt.Sprintf("document.getElementById(%q)", id))
		eval[bool](v, fmt.Sprintf(`(() => { const e = document.getElementById(%q);
			Object.getOwnPropertyDescriptor(Object.getPrototypeOf(e), "value").set.call(e, %q);
			e.dispatchEvent(new Event(e.tagName === "SELECT" ? "change" : "input", { bubbles: true })); return true })()`, id, value))
	}
}

func (v *visit) count(selector string) int {
	v.t.Helper()
	return eval[int](v, fmt.Sprintf("document.querySelectorAll(%q).length", selector))
}

// press clicks the button with this text.
func (v *visit) press(text string) {
	v.t.Helper()
	v.wait(fmt.Sprintf(`(b => b && (b.click(), true))([...document.querySelectorAll("button, summary")].find(b => b.textContent.trim() === %q && !b.disabled))`, text))
}

// tab is another window of the same browser.
func (v *visit) tab() *visit {
	v.t.Helper()
	ctx, stop := chromedp.NewContext(v.ctx)
	v.t.Cleanup(stop)
	x := &visit{t: v.t, ctx: ctx, site: v.site}
	x.do(chromedp.EmulateViewport(390, 844))
	return x
}

var report = map[string]string{
	"intake-activity": "shelling", "intake-at": "48.592, 37.998", "intake-bearing": "95", "intake-distance": "2,5", "intake-count": "6", "intake-max": "8",
}

// reported are the observations of an account that came by the form.
func (s *site) reported(t *testing.T, source string) []observation.Observation {
	t.Helper()
	if err := s.app.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := s.app.Observations(t.Context(), app.Filter{Source: source})
	if err != nil {
		t.Fatal(err)
	}
	var out []observation.Observation
	for _, o := range list {
		out = append(out, o.Observation)
	}
	return out
}

// A report that is written without a network is on the device when the page is
// closed and opened again, and with the server exactly once when there is one,
// with its photograph, whatever answers are lost and however many windows send.
func TestIntakeWithoutANetwork(t *testing.T) {
	s := newSite(t)
	between := s.between
	v := s.open(t, window{width: 390, height: 844})
	v.signIn()
	v.goTo("/intake")
	v.wait(`document.querySelector(".intake-form")`)
	eval[bool](v, `new Promise(async done => { while (!(await navigator.serviceWorker.getRegistration("/intake"))?.active) await new Promise(x => setTimeout(x, 50)); done(true) })`)

	between.down.Store(true)
	v.do(chromedp.Reload())
	v.wait(`document.querySelector(".intake-form")`)
	v.wait(`document.querySelector(".intake-net.on, .intake-net.off")`)

	// What is typed is there after the page was closed, the photograph too.
	v.fill(report)
	v.fill(map[string]string{"intake-text": "six impacts, then silence"})
	photo := filepath.Join(t.TempDir(), "photo.png")
	picture := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte("truce"), 1000)...)
	if err := os.WriteFile(photo, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	v.do(chromedp.SetUploadFiles(chromedp.ID("intake-photo"), []string{photo}))
	v.wait(`document.querySelector(".photos code")`)
	v.do(chromedp.Reload())
	v.wait(`document.getElementById("intake-text")?.value === "six impacts, then silence"`)
	v.wait(`document.querySelector(".photos code")`)

	v.press("Store and send")
	v.wait(`document.querySelector("li[data-state=stored]")`)
	v.wait(`document.querySelector(".intake-net.off")`)
	if got := v.text(".intake-net"); !strings.Contains(got, "1 report waits") {
		t.Errorf("offline the page says %q", got)
	}
	v.do(chromedp.Reload())
	v.wait(`document.querySelector("li[data-state=stored]")`)
	if n := len(s.reported(t, "demo")); n != 0 {
		t.Fatalf("%d reports came without a network", n)
	}

	// The network comes back, and loses two answers.
	between.loses.Store(2)
	between.down.Store(false)
	for range 4 {
		eval[bool](v, `dispatchEvent(new Event("online"))`)
	}
	v.wait(`document.querySelector("li[data-state=sent]")`)
	got := s.reported(t, "demo")
	sum := sha256.Sum256(picture)
	if len(got) != 1 || got[0].Text != "six impacts, then silence" || got[0].Count.N != 6 || got[0].Count.Max != 8 || *got[0].Observer.Distance != 2500 || len(got[0].Media) != 1 || got[0].Media[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Fatalf("what is on record: %+v", got)
	}
	if kept, err := s.app.Medium(hex.EncodeToString(sum[:])); err != nil || kept.Bytes != int64(len(picture)) {
		t.Errorf("the photograph: %+v, %v", kept, err)
	}
	ref := eval[string](v, `document.querySelector("li[data-state=sent]").dataset.ref`)
	if ref != got[0].Ref {
		t.Errorf("on the device it is %s, on record %s", ref, got[0].Ref)
	}

	// Three more without a network, and two windows that send them at once.
	between.down.Store(true)
	for i := range 3 {
		v.fill(report)
		v.fill(map[string]string{"intake-text": fmt.Sprintf("report %d", i)})
		v.press("Store and send")
		v.wait(fmt.Sprintf(`document.querySelectorAll("li[data-state=stored]").length === %d`, i+1))
	}
	other := v.tab()
	other.do(chromedp.Navigate(s.URL + "/intake"))
	other.wait(`document.querySelectorAll("li[data-state=stored]").length === 3`)
	between.down.Store(false)
	for _, x := range []*visit{v, other, v, other} {
		eval[bool](x, `dispatchEvent(new Event("online"))`)
	}
	other.wait(`document.querySelectorAll("li[data-state=sent]").length === 4`)
	v.wait(`document.querySelectorAll("li[data-state=sent]").length === 4`)
	if got := s.reported(t, "demo"); len(got) != 4 {
		t.Errorf("%d reports are on record, want 4", len(got))
	}
}

// What the server does not take is shown with its reason, and can be mended.
func TestIntakeRefused(t *testing.T) {
	s := newSite(t)
	v := s.open(t, window{width: 390, height: 844})
	v.signIn()
	v.goTo("/intake")
	v.fill(report)
	v.fill(map[string]string{"intake-activity": ""})
	v.press("Store and send")
	v.wait(`document.activeElement?.id === "intake-activity" && document.querySelector("#intake-activity-wrong")`)
	// Latitude and longitude in each other's place: the server knows the area.
	v.fill(map[string]string{"intake-activity": "shelling", "intake-at": "37.998, 48.592"})
	v.press("Store and send")
	v.wait(`document.querySelector("li[data-state=refused] .wrong")`)
	if got := v.text("li[data-state=refused] .wrong"); !strings.Contains(got, "swapped") && !strings.Contains(got, "exchanged") {
		t.Errorf("why it is refused: %q", got)
	}
	v.press("Correct it")
	v.wait(`document.getElementById("intake-at").value === "37.998, 48.592"`)
	v.fill(map[string]string{"intake-at": "48.592, 37.998"})
	v.press("Store and send")
	v.wait(`document.querySelector("li[data-state=sent]")`)
	if got := s.reported(t, "demo"); len(got) != 1 || v.count("li[data-state=refused]") != 0 {
		t.Errorf("on record: %+v", got)
	}
}

// The record is checked in the browser: what holds holds, and a server that
// alters a proof, a checkpoint or its past is found out.
func TestRecord(t *testing.T) {
	s := newSite(t)
	between := s.between
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/record")
	v.wait(`document.querySelectorAll(".steps li").length === 2`)
	if v.count(".steps li.ok") != 2 {
		t.Fatalf("the head: %s", v.text(".steps"))
	}
	id := asked[struct {
		Incidents []struct {
			ID string `json:"id"`
		} `json:"incidents"`
	}](t, s, "/api/v1/incidents?limit=1").Incidents[0].ID
	check := func() string {
		v.wait(`document.querySelector("input[name=id]")`)
		eval[bool](v, fmt.Sprintf(`(() => { const e = document.querySelector("input[name=id]"); e.value = %q; e.dispatchEvent(new Event("input", { bubbles: true })); return true })()`, id))
		v.press("Check")
		v.wait(`document.querySelector(".verdict, .record-check .notice.bad")`)
		return eval[string](v, `document.querySelector(".record-check [aria-live]").innerText`)
	}
	if got := check(); !strings.Contains(got, id+" is in the record, unaltered") || v.count(".verdict .steps li.ok") != 4 {
		t.Fatalf("the proof: %s", got)
	}
	if !strings.Contains(eval[string](v, `document.querySelector(".proved pre").textContent`), `"activity"`) {
		t.Error("what was proved is not shown")
	}

	// One letter of a body, one of a hash.
	for _, lie := range [][2]string{{`"body":"{\"activity\":\"`, `"body":"{\"activity\":\"x`}, {`"hashes":["`, `"hashes":["AAAA`}} {
		f := func(path string, body []byte) []byte {
			if path == "/api/v1/record/proof" {
				return bytes.Replace(body, []byte(lie[0]), []byte(lie[1]), 1)
			}
			return body
		}
		between.alter.Store(&f)
		v.goTo("/record")
		if got := check(); !strings.Contains(got, "is not proved") {
			t.Errorf("with %s: %s", lie[1], got)
		}
	}
	between.alter.Store(nil)

	// What was seen before must be there later.
	receipts, err := s.app.Submit(t.Context(), []observation.Observation{{Source: "patrol 7", Ref: "1", From: demoTime, To: demoTime, Activity: "explosion",
		Position: &observation.Position{Lat: 47.1, Lon: 37.2, Radius: 200}}})
	if err != nil || receipts[0].Status != "new" {
		t.Fatal(receipts, err)
	}
	v.goTo("/record")
	v.wait(`document.querySelectorAll("section[aria-labelledby=record-head] .steps li.ok").length === 3`)
	v.wait(`document.querySelectorAll("section[aria-labelledby=record-kept] input[type=checkbox]").length === 2`)
	for i := range 2 {
		eval[bool](v, fmt.Sprintf(`document.querySelectorAll("section[aria-labelledby=record-kept] input[type=checkbox]")[%d].click() ?? true`, i))
	}
	v.press("Compare the two")
	v.wait(`document.querySelector("section[aria-labelledby=record-kept] .steps li.ok")`)

	// A server with another past: the files of the log are others than those signed.
	lie := func(path string, body []byte) []byte {
		if strings.HasPrefix(path, "/log/tile/0/") {
			body = slices.Clone(body)
			body[5] ^= 1
		}
		return body
	}
	between.alter.Store(&lie)
	call(v, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}) // what was fetched once is never asked for again
	v.goTo("/record")
	v.wait(`document.querySelectorAll("section[aria-labelledby=record-head] .steps li.bad").length >= 1`)
	// And a key that is not this log's opens nothing.
	between.alter.Store(nil)
	eval[bool](v, `(localStorage.setItem("log-key", "other.example/log+" + "00000000+AAAA"), true)`)
	v.goTo("/record")
	v.wait(`document.querySelector(".record-key .notice.bad")`)
}

// The negotiator moves a side and sees what it costs, as the server measures it.
func TestZones(t *testing.T) {
	s := newSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/zones?plan=russia:15000,ukraine:15000")
	v.wait(`document.querySelector(".scales td b")`)
	before := v.text(".scales")
	v.click(".bench label.beside input") // each side by itself
	eval[bool](v, `(() => { const e = document.getElementById("slider-1"); e.value = "10000"; e.dispatchEvent(new Event("input", { bubbles: true })); return true })()`)
	v.wait(fmt.Sprintf(`document.querySelector(".bench section[aria-busy=false]") && document.querySelector(".scales").innerText !== %q && decodeURIComponent(location.search).includes("ukraine:10000")`, before))
	want := s.measured(t, map[string]float64{"russia": 15000, "ukraine": 10000})
	after := v.text(".scales")
	for _, area := range []float64{want.Left.AreaM2, want.Right.AreaM2} {
		if text := thousands(area / 1e6); !strings.Contains(after, text) {
			t.Errorf("%s km² is not in\n%s", text, after)
		}
	}
	for _, people := range []int{want.Left.Settlements, want.Right.Settlements, want.Left.People, want.Right.People} {
		if text := thousands(float64(people)); people == 0 || !strings.Contains(after, text) {
			t.Errorf("%s settlements or people are not in\n%s", text, after)
		}
	}
	v.press("Keep for comparing")
	v.press("Make it so")
	v.wait(`document.querySelectorAll("section[aria-labelledby=bench-compare] tbody tr").length === 2`)
	v.wait(`document.querySelector(".asymmetry")?.innerText.includes("as much ground")`)
	csv := eval[string](v, `new Promise(done => { const make = URL.createObjectURL; URL.createObjectURL = b => { b.text().then(done); return make(b) };
		[...document.querySelectorAll("button")].find(b => b.textContent === "Download CSV").click() })`)
	if n := strings.Count(csv, "\r\n"); n != 5 || !strings.Contains(csv, fmt.Sprintf("ukraine,10000,%.0f", want.Right.AreaM2)) {
		t.Errorf("the table has %d lines:\n%s", n, csv)
	}
	v.do(chromedp.Reload())
	v.wait(`document.querySelectorAll("section[aria-labelledby=bench-compare] tbody tr").length === 2`)
}

// Who reports what, and what nobody watched.
func TestSources(t *testing.T) {
	s := newSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/sources")
	v.settled()
	list := asked[[]struct {
		Name string `json:"name"`
	}](t, s, "/api/v1/sources")
	cover := asked[struct {
		ByHour []float64 `json:"by_hour"`
		Strips []struct {
			ByHour []float64 `json:"by_hour"`
		} `json:"strips"`
	}](t, s, "/api/v1/coverage")
	if got := v.count("table.sources tbody tr"); got != len(list) || got < 10 {
		t.Errorf("%d sources, want %d", got, len(list))
	}
	watched := 0
	for _, x := range cover.Strips {
		for _, share := range x.ByHour {
			if share > 0 {
				watched++
			}
		}
	}
	if got := v.count(".heat td:not(.h0)"); got != watched || got == 0 || v.count(".heat td") != len(cover.Strips)*len(cover.ByHour) {
		t.Errorf("%d hours of stretches are watched, want %d", got, watched)
	}
	v.click("table.sources thead th button.sort") // by name
	slices.SortFunc(list, func(a, b struct {
		Name string `json:"name"`
	}) int {
		return strings.Compare(a.Name, b.Name)
	})
	v.wait(fmt.Sprintf(`document.querySelector("table.sources tbody button.name").innerText === %q`, list[0].Name))
	v.click("table.sources tbody button.name")
	v.wait(`document.querySelector("tr.more dl")`)
}

// An officer opens a case and takes steps; when somebody else was faster, what
// that was is shown, nothing is overwritten, and the step can be taken anew.
func TestCases(t *testing.T) {
	s := newSite(t)
	// Told of the other's step at once, the page would show it before the officer sends.
	deaf := func(r *http.Request) {
		if r.URL.Path == "/api/v1/events" {
			panic(http.ErrAbortHandler)
		}
	}
	s.between.heard.Store(&deaf)
	v := s.open(t, window{})
	v.signIn()
	id := asked[struct {
		Incidents []struct {
			ID string `json:"id"`
		} `json:"incidents"`
	}](t, s, "/api/v1/incidents?limit=1&result=breach").Incidents[0].ID
	v.goTo("/cases?take=" + id)
	v.wait(`document.querySelector(".open-case[open] textarea[required]")`)
	say := func(selector, text string) {
		v.wait(fmt.Sprintf("document.querySelector(%q)", selector))
		eval[bool](v, fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.value = %q; e.dispatchEvent(new Event("input", { bubbles: true })); return true })()`, selector, text))
	}
	say(".open-case textarea[required]", "seen by the watch")
	v.press("Open it")
	v.wait(`location.pathname === "/cases/C-0001" && document.querySelector(".case-next button")`)
	take := func(move, reasons string) {
		v.wait(fmt.Sprintf(`[...document.querySelectorAll(".moves button")].some(b => b.textContent.startsWith(%q))`, move))
		eval[bool](v, fmt.Sprintf(`[...document.querySelectorAll(".moves button")].find(b => b.textContent.startsWith(%q)).click() ?? true`, move))
		say(".step-form label.block:last-of-type textarea", reasons)
	}
	take("Register", "numbered")
	v.press("Register: put on record")
	v.wait(`document.querySelector(".track li.here")?.textContent === "registered"`)

	// While one officer writes, another screens the case.
	take("Note", "a word")
	say(".step-form textarea", "the array is new")
	c, err := s.app.Case(t.Context(), "C-0001", demoTime)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.app.Step(t.Context(), "C-0001", app.CaseStep{Expect: c.Version, Step: casework.Step{Move: "screen", By: "B. Ostrow", Role: "verifier", Reasons: "within the mandate"}}); err != nil {
		t.Fatal(err)
	}
	v.expect("412")
	v.press("Note: put on record")
	v.wait(`document.querySelector(".conflict")`)
	if got := v.text(".conflict"); !strings.Contains(got, "Screen") || !strings.Contains(got, "B. Ostrow") {
		t.Errorf("the conflict says: %s", got)
	}
	if got := eval[string](v, `document.querySelector(".step-form textarea").value`); got != "the array is new" {
		t.Errorf("what was written became %q", got)
	}
	v.press("I have read it; take my step on the case as it is now")
	v.press("Note: put on record")
	v.wait(`document.querySelectorAll("section[aria-labelledby=case-history] ol > li").length === 4`)
	if c, err = s.app.Case(t.Context(), "C-0001", demoTime); err != nil || c.State != "screened" || len(c.Log) != 4 || c.Log[3].Text != "the array is new" {
		t.Errorf("on record: %+v, %v", c.Log, err)
	}
	v.goTo("/cases")
	v.wait(`document.querySelector("section[aria-labelledby=cases-list] tbody a[href='/cases/C-0001']")`)
}

// The matrix of pledges is all of them, with what is due; the ladder says which
// level is in force.
func TestGuarantees(t *testing.T) {
	s := sharedSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/guarantees")
	v.settled()
	x := asked[struct {
		Commitments []struct {
			ID, Due string
			Met     bool
		} `json:"commitments"`
	}](t, s, "/api/v1/commitments")
	l := asked[struct {
		Levels []struct {
			InForce bool `json:"in_force"`
		} `json:"levels"`
	}](t, s, "/api/v1/ladder")
	due, on := 0, 0
	for _, c := range x.Commitments {
		if c.Due == "due" && !c.Met {
			due++
		}
	}
	for _, level := range l.Levels {
		if level.InForce {
			on++
		}
	}
	if got := v.count("table.matrix tbody tr"); got != len(x.Commitments) || got == 0 {
		t.Errorf("%d pledges, want %d", got, len(x.Commitments))
	}
	if got := v.count(".ladder > li.on"); got != on || v.count(".ladder > li") != len(l.Levels) {
		t.Errorf("%d levels in force, want %d", got, on)
	}
	v.click("section[aria-labelledby=pledges] .moves button")
	v.wait(fmt.Sprintf(`document.querySelectorAll("table.matrix tbody tr").length === %d`, due))
	v.click("table.matrix tbody tr details summary")
	v.wait(`document.querySelector("table.matrix details[open] blockquote")?.innerText.length > 10`)
}

// What somebody said in a pasted text becomes a position once a person confirms
// it; how a site stands is noted by its checklist.
func TestIssues(t *testing.T) {
	s := newSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/issues")
	v.settled()
	stands := v.count(".stand li .stance")
	eval[bool](v, `(() => { const e = document.querySelector(".article-form textarea"); e.value = "<nav>Home World Sport</nav><article><p>“No foreign troops will stand on Ukrainian soil,” Russian President Vladimir Putin said on Monday.</p></article>";
		e.dispatchEvent(new Event("input", { bubbles: true })); return true })()`)
	v.press("Who said what?")
	v.wait(`document.querySelector(".proposal")`)
	if got := v.text(".proposal"); !strings.Contains(got, "Putin") || !strings.Contains(got, "No foreign troops") {
		t.Errorf("proposed: %s", got)
	}
	if got := eval[string](v, `document.querySelector("[aria-live] > details").textContent`); !strings.Contains(got, "1 part of the page was not read") || !strings.Contains(got, "Home World Sport") {
		t.Errorf("of what was left out the page says: %s", got)
	}
	if list, err := s.app.Statements(t.Context()); err != nil || len(list) != 0 {
		t.Fatalf("before anybody confirmed: %+v, %v", list, err)
	}
	eval[bool](v, `(() => { const [, issue, stance] = document.querySelectorAll(".proposal select");
		for (const [e, x] of [[issue, "foreign-troops"], [stance, "against"]]) { e.value = x; e.dispatchEvent(new Event("change", { bubbles: true })) } return true })()`)
	v.press("Confirm")
	v.wait(`document.querySelector(".proposal.done")`)
	if list, err := s.app.Statements(t.Context()); err != nil || len(list) != 1 || list[0].Party != "russia" || list[0].Issue != "foreign-troops" || list[0].Stance != "against" || list[0].By != "Demonstration" {
		t.Errorf("on record: %+v, %v", list, err)
	}
	v.goTo("/issues")
	v.settled()
	if got := v.count(".stand li .stance"); got < stands {
		t.Errorf("%d positions, before %d", got, stands)
	}

	v.press("Note how it stands")
	v.wait(`document.querySelector(".checklist form select")`)
	eval[bool](v, `(() => { const e = document.querySelector(".checklist form select"); e.value = "at-risk"; e.dispatchEvent(new Event("change", { bubbles: true })); return true })()`)
	v.press("Put on record")
	v.wait(`document.querySelector(".checklist li.a-at-risk")`)
	if !strings.Contains(v.text("section[aria-labelledby=weapons]"), "Declared") {
		t.Error("there is no ledger of weapons")
	}
}

// Who holds how much ground: as measured, day by day where there are few days,
// with the doubt about it; by another period if that is asked for.
func TestTerritory(t *testing.T) {
	s := sharedSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/issues")
	const section = `section[aria-labelledby="territory"]`
	bars := func(n int) string {
		return fmt.Sprintf(`document.querySelectorAll('%s svg g').length === %d`, section, n)
	}
	days, err := s.app.Movements(t.Context(), time.Time{}, time.Time{}, "day")
	if err != nil {
		t.Fatal(err)
	}
	v.wait(bars(len(days)))
	last, text := days[len(days)-1], v.text(section)
	for _, want := range []string{
		"Russia holds " + thousands(last.HeldM2/1e6) + " km² ± " + thousands(last.UncertainM2/1e6),
		"Source: simulated map of control", "lay everywhere 3 km to the same side", "gained and lost: 7 Mar 2026",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	for _, h := range last.Areas {
		if row := h.Area + "\t" + thousands(h.HeldM2/1e6) + " km²"; !strings.Contains(text, row) {
			t.Errorf("%q is not in\n%s", row, text)
		}
	}
	eval[bool](v, `(() => { const e = document.querySelector('`+section+` select'); e.value = "month"; e.dispatchEvent(new Event("change", { bubbles: true })); return true })()`)
	v.wait(bars(2))
}

// openCase leads a case to where its findings wait for other eyes.
func (s *site) openCase(ctx context.Context) error {
	found, err := s.app.Findings(ctx, app.Filter{Result: "breach", Limit: 1})
	if err != nil || len(found) == 0 {
		return fmt.Errorf("a breach to take up: %d, %w", len(found), err)
	}
	by := func(x casework.Step) casework.Step {
		x.By, x.Role, x.Reasons = "A. Marlen, verification branch", "verifier", "as the procedure has it"
		return x
	}
	c, err := s.app.OpenCase(ctx, app.CaseStep{Take: []string{found[0].ID}, Step: by(casework.Step{Move: "report", Title: "Fire near the line"})})
	for _, x := range []casework.Step{
		{Move: "register"}, {Move: "screen"}, {Move: "assign", Office: "Verification, sector east"}, {Move: "investigate"},
		{Move: "ask", Parties: []string{"ukraine", "russia"}, Text: "Did a unit fire at that time, and at what?"},
		{Move: "task", Means: "uav", Office: "UAV unit", Text: "Look for craters within 300 m of the reported place."},
		{Move: "result", Item: "T1", Outcome: "inconclusive", Text: "Snow covers the ground; two dark spots may be craters."},
		{Move: "draft", Text: "What was observed fits outgoing fire; no second means confirms the place of impact."},
	} {
		if err == nil {
			c, err = s.app.Step(ctx, c.ID, app.CaseStep{Expect: c.Version, Step: by(x)})
		}
	}
	return err
}

// demoTime lies in the demonstration.
var demoTime = time.Date(2026, 3, 8, 21, 51, 0, 0, time.UTC)

func (s *site) measured(t *testing.T, metres map[string]float64) *withdrawal.Plan {
	t.Helper()
	places, err := s.app.Settlements(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.app.Withdrawal(t.Context(), app.WithdrawalOptions{At: demoTime, Metres: []map[string]float64{metres}, Settlements: places})
	if err != nil {
		t.Fatal(err)
	}
	return w.Plans[0]
}

// thousands writes a whole number as English does.
func thousands(x float64) string {
	text := fmt.Sprintf("%.0f", x)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
