package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp/kb"

	"github.com/truce-monitor/truce/observation"
)

type detail struct {
	Incident struct {
		ID string `json:"id"`
	} `json:"incident"`
	Members  []struct{} `json:"members"`
	Findings []struct {
		Provision string     `json:"provision"`
		Reasons   []struct{} `json:"reasons"`
	} `json:"findings"`
	Place struct {
		Zones []struct {
			Probability float64 `json:"probability"`
		} `json:"zones"`
	} `json:"place"`
}

// Whoever comes first reads what the last day was like, goes through the
// incidents by keyboard, and sees all that is known of one; the address keeps it.
func TestNow(t *testing.T) {
	s := sharedSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/")
	v.settled()

	status := asked[struct {
		Days struct{ Best string } `json:"days"`
	}](t, s, "/api/v1/status")
	report := asked[struct {
		Totals struct {
			Breach    int `json:"breach"`
			Incidents struct {
				Incidents int `json:"incidents"`
			} `json:"incidents"`
		} `json:"totals"`
		Provisions []struct {
			Breach int `json:"breach"`
		} `json:"provisions"`
	}](t, s, "/api/v1/days/"+status.Days.Best)
	if got, want := v.text(".lead h2"), fmt.Sprintf("%d of %d incidents broke a term", report.Totals.Breach, report.Totals.Incidents.Incidents); got != want {
		t.Errorf("the day in a line: %q, want %q", got, want)
	}
	broken := 0
	for _, p := range report.Provisions {
		if p.Breach > 0 {
			broken++
		}
	}
	if got := eval[int](v, `document.querySelectorAll(".lead-terms li").length`); got != min(broken, 4) || got == 0 {
		t.Errorf("%d broken terms are shown of %d", got, broken)
	}
	if v.text(".lead-sure"); eval[int](v, `document.querySelectorAll(".lead-sure li").length`) < 2 {
		t.Error("how sure it is goes unsaid")
	}
	if eval[bool](v, `!!document.querySelector(".map.still") || !document.querySelector(".map canvas")`) {
		t.Error("there is no WebGL map")
	}

	v.until("j", `document.querySelector(".incident code")`)
	id := eval[string](v, `new URLSearchParams(location.search).get("id")`)
	x := asked[detail](t, s, "/api/v1/incidents/"+id)
	if got := eval[int](v, `document.querySelectorAll(".members > li").length`); got != len(x.Members) || got == 0 {
		t.Errorf("%d observations, want %d", got, len(x.Members))
	}
	for i, f := range x.Findings {
		got := eval[int](v, fmt.Sprintf(`document.querySelectorAll(".found")[%d].querySelectorAll(".reasons li").length`, i))
		if got != len(f.Reasons) || got == 0 {
			t.Errorf("%s: %d reasons, want %d", f.Provision, got, len(f.Reasons))
		}
	}
	where := eval[string](v, `document.querySelectorAll(".incident section")[1].innerText`)
	for _, part := range []string{"From the line", "On the side of", "95\u00a0%"} {
		if !strings.Contains(where, part) {
			t.Errorf("where it was lacks %q: %s", part, where)
		}
	}
	v.goTo("/" + eval[string](v, `location.search`))
	v.wait(`document.querySelector(".incident code")`)
	if got := v.text(".incident > p code"); got != id {
		t.Errorf("the address shows %s again, want %s", got, id)
	}
	v.keys(kb.Escape)
	v.wait(`document.querySelector(".incidents") && !location.search.includes("id=")`)
}

func TestNowFilters(t *testing.T) {
	s := sharedSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/?since=2026-03-01T00:00:00Z&until=2026-03-02T00:00:00Z")
	v.settled()
	all := eval[int](v, `document.querySelectorAll(".incidents li").length`)
	eval[bool](v, `(() => { const s = document.querySelector(".filters select"); s.value = "breach"; s.dispatchEvent(new Event("change", { bubbles: true })); return true })()`)
	v.wait(fmt.Sprintf(`location.search.includes("result=breach") && document.querySelectorAll(".incidents li").length < %d`, all))
	if got := eval[int](v, `document.querySelectorAll(".incidents li .badge:not(.breach)").length - document.querySelectorAll(".incidents li .severity").length`); got > 0 {
		t.Errorf("%d incidents that are no breach pass the filter", got)
	}

	// The period is moved with the keyboard.
	before := eval[string](v, `new URLSearchParams(location.search).get("since")`)
	eval[bool](v, `(document.querySelector(".brush-handle").focus(), true)`)
	v.keys(kb.ArrowLeft)
	v.wait(`new URLSearchParams(location.search).get("since") !== "` + before + `"`)
	if after := eval[string](v, `new URLSearchParams(location.search).get("since")`); after >= before {
		t.Errorf("an arrow to the left moved the beginning from %s to %s", before, after)
	}
}

// Without WebGL there is a still map, and the list says the same.
func TestNowWithoutWebGL(t *testing.T) {
	s := sharedSite(t)
	v := s.open(t, window{flags: map[string]any{"use-angle": "none", "enable-unsafe-swiftshader": false, "disable-gpu": true, "disable-3d-apis": true}})
	v.expect("no WebGL map")
	v.signIn()
	v.goTo("/")
	v.settled()
	v.wait(`document.querySelectorAll(".map.still .svg-map g title").length > 0`)
	if got, want := eval[int](v, `document.querySelectorAll(".svg-map g[transform]").length`), eval[int](v, `document.querySelectorAll(".incidents li").length`); got < want/2 || got > want {
		t.Errorf("the still map shows %d incidents, the list %d", got, want)
	}
}

func TestTerms(t *testing.T) {
	s := sharedSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/terms")
	v.wait(`document.querySelector(".provision")`)
	terms := asked[struct {
		Provisions []struct {
			ID        string     `json:"id"`
			State     string     `json:"state"`
			Deadlines []struct{} `json:"deadlines"`
			Why       []struct {
				Quote string `json:"quote"`
			} `json:"why"`
		} `json:"provisions"`
	}](t, s, "/api/v1/terms")
	deadlines, breached := 0, 0
	for _, p := range terms.Provisions {
		deadlines += len(p.Deadlines)
		if p.State == "breached" {
			breached++
		}
		for _, w := range p.Why {
			if w.Quote != "" && !strings.Contains(eval[string](v, fmt.Sprintf(`document.getElementById(%q).innerText`, p.ID)), w.Quote) {
				t.Errorf("%s does not quote %q", p.ID, w.Quote)
			}
		}
	}
	if got := eval[int](v, `document.querySelectorAll(".provision").length`); got != len(terms.Provisions) {
		t.Errorf("%d provisions, want %d", got, len(terms.Provisions))
	}
	if got := eval[int](v, `document.querySelectorAll(".terms-due tbody tr").length`); got != deadlines {
		t.Errorf("%d deadlines, want %d", got, deadlines)
	}
	v.wait(`document.querySelectorAll(".provision-map svg path").length > 10`)
	v.click(".terms-states button")
	v.wait(fmt.Sprintf(`document.querySelectorAll(".provision").length === %d`, breached))

	// At an earlier instant deadlines were still ahead.
	v.goTo("/terms?at=2026-03-02")
	v.wait(`document.querySelector(".terms-due") && document.querySelector(".terms-due").innerText.includes("in ")`)
}

func TestDay(t *testing.T) {
	s := sharedSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/day/2026-03-04")
	v.wait(`document.querySelector("iframe").contentDocument?.querySelector("h1")`)
	if got := eval[string](v, `document.querySelector("iframe").contentDocument.querySelector("h1").innerText`); got != "Daily report" {
		t.Errorf("the report begins with %q", got)
	}
	v.wait(`document.querySelector("iframe").clientHeight >= document.querySelector("iframe").contentDocument.documentElement.scrollHeight`)
	for _, format := range []string{"pdf", "html", "csv", "geojson", "json"} {
		got := eval[int](v, fmt.Sprintf(`fetch([...document.querySelectorAll("a[download]")].find(a => a.href.includes("format=%s")).href).then(r => r.status)`, format))
		if got != 200 {
			t.Errorf("%s: %d", format, got)
		}
	}
	v.until("j", `location.pathname === "/day/2026-03-05" && document.querySelector("h1").innerText.includes("5 March 2026")`)
}

// An address leads to its place on a page, however late what is above comes.
func TestAddressOfASection(t *testing.T) {
	v := sharedSite(t).open(t, window{})
	v.signIn()
	for _, path := range []string{"/terms#storage", "/issues#weapons", "/guarantees#notices"} {
		v.goTo(path)
		v.settled()
		v.wait(`(e => e && e.getBoundingClientRect().top > -50 && e.getBoundingClientRect().bottom > 0 && e.getBoundingClientRect().top < innerHeight)(document.getElementById(decodeURIComponent(location.hash.slice(1))))`)
	}
}

// The report may be there before the page comes to itself: it is shown all the same.
func TestDayAfterItsReport(t *testing.T) {
	v := sharedSite(t).open(t, window{})
	v.signIn()
	late := `const wait = setTimeout; requestAnimationFrame = f => wait(f, 2000); setTimeout = (f, ms, ...more) => wait(f, ms < 100 ? 2000 : ms, ...more);`
	call(v, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: "if (window === top) {" + late + "}"})
	v.goTo("/day/2026-03-04")
	v.wait(`document.querySelector(".day-report")?.contentDocument?.querySelector("h1")`)
	v.wait(`!document.querySelector(".day-wait")`)
	eval[bool](v, `(setTimeout(() => setTimeout(() => globalThis.itself = true)), true)`) // as an effect comes: after those that wait
	v.wait(`globalThis.itself`)
	if eval[bool](v, `!!document.querySelector(".day-wait")`) {
		t.Error("the report is there and the page says that it waits for it")
	}
}

func TestSignIn(t *testing.T) {
	s := sharedSite(t)
	v := s.open(t, window{})
	v.goTo("/sign-in?to=" + url.QueryEscape("/terms"))
	try := func(account, password string) {
		eval[bool](v, fmt.Sprintf(`(() => { const f = document.querySelector("form.sign-in"); f.account.value = %q; f.password.value = %q; f.requestSubmit(); return true })()`, account, password))
	}
	try("demo", "not the password")
	v.wait(`document.querySelector("form.sign-in [role=alert]")`)
	try("demo", password)
	v.wait(`location.pathname === "/terms"`)
	if got := v.text(".settings"); !strings.Contains(got, "Demonstration") {
		t.Errorf("the head shows %q, not who signed in", got)
	}
	v.click(".settings button")
	v.wait(`document.querySelector(".settings a[href='/sign-in']")`)
	if got := v.text(".mark-audience"); got != "For the public" {
		t.Errorf("after signing out the page is %q", got)
	}
}

// The shortcuts are listed under "?", and lead where they say.
func TestShortcuts(t *testing.T) {
	s := sharedSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/")
	v.wait(`document.querySelector(".incidents li")`)
	v.until("?", `document.querySelector("dialog[open]")`)
	if got := v.text("dialog"); !strings.Contains(got, "Terms") || !strings.Contains(got, "Next incident") {
		t.Errorf("the shortcuts: %s", got)
	}
	v.until(kb.Escape, `!document.querySelector("dialog[open]")`)
	v.until("gt", `location.pathname === "/terms"`)
}

// A connection that breaks is shown as broken, comes back by itself, and what
// was reported in the meantime appears.
func TestLiveUpdates(t *testing.T) {
	s := newSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/")
	v.wait(`document.querySelector(".live.live")`)
	before := eval[int](v, `document.querySelectorAll(".incidents li").length`)
	eval[bool](v, `(window.states = [], new MutationObserver(() => states.push(document.querySelector(".live")?.className)).observe(document.querySelector(".now-what"), { subtree: true, childList: true, attributes: true }), true)`)
	for lost := false; !lost; {
		s.CloseClientConnections() // until the one of the updates is among them
		for range 20 {
			time.Sleep(50 * time.Millisecond)
			lost = lost || eval[bool](v, `states.some(x => x === "live lost")`)
		}
	}
	at := time.Date(2026, 3, 8, 21, 51, 0, 0, time.UTC)
	receipts, err := s.app.Submit(t.Context(), []observation.Observation{{
		Source: "patrol 7", Ref: "1", Means: "patrol", How: "heard", From: at, To: at.Add(time.Minute), Reported: at.Add(time.Minute), Activity: "explosion",
		Position: &observation.Position{Lat: 47.1, Lon: 37.2, Radius: 200}, Handling: observation.Amber,
	}})
	if err != nil || len(receipts) != 1 || receipts[0].Status != "new" {
		t.Fatalf("%+v, %v", receipts, err)
	}
	v.wait(`document.querySelector(".live.live")`)
	v.wait(fmt.Sprintf(`document.querySelectorAll(".incidents li").length > %d && document.querySelector(".incidents li.fresh")`, before))
	if got := eval[string](v, `document.querySelector("[aria-live=polite]").innerText`); !strings.Contains(got, "new or ha") {
		t.Errorf("a screen reader is told %q", got)
	}
}
