package web_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/truce-monitor/truce/access"
)

// The terms are a filter like the others: for the list, the map and the rate,
// kept in the address, and shown though the terms do not know it.
func TestNowFilterByTerm(t *testing.T) {
	s := sharedSite(t)
	var mu sync.Mutex
	by := map[string]string{} // the provision of the last request for each
	heard := func(r *http.Request) {
		for _, of := range []string{"/api/v1/incidents", "/api/v1/rate", "/tiles/incidents/"} {
			if strings.HasPrefix(r.URL.Path, of) && r.URL.Query().Has("since") || r.URL.Path == of && of == "/api/v1/rate" {
				mu.Lock()
				by[of] = r.URL.Query().Get("provision")
				mu.Unlock()
			}
		}
	}
	s.between.heard.Store(&heard)
	defer s.between.heard.Store(nil)
	v := s.open(t, window{})
	v.signIn()
	const period = "since=2026-03-01T00:00:00Z&until=2026-03-08T00:00:00Z"
	v.goTo("/?" + period)
	v.settled()
	terms := asked[struct {
		Provisions []struct{ ID, Article string } `json:"provisions"`
	}](t, s, "/api/v1/terms")
	v.wait(fmt.Sprintf(`document.querySelectorAll(".filters label:last-of-type option").length === %d`, 1+len(terms.Provisions)))
	count := func(id string) int {
		return len(asked[struct {
			Incidents []struct{} `json:"incidents"`
		}](t, s, "/api/v1/incidents?limit=500&"+period+"&provision="+id).Incidents)
	}
	all := v.count(".incidents li")
	chosen, want := "", 0
	for _, p := range terms.Provisions {
		if n := count(p.ID); n > 0 && n < all && chosen == "" {
			chosen, want = p.ID, n
			v.wait(fmt.Sprintf(`document.querySelector(".filters option[value='%s']").textContent.startsWith(%q)`, p.ID, p.Article+" · "))
		}
	}
	if chosen == "" {
		t.Fatal("no term is that of some of the incidents")
	}
	eval[bool](v, fmt.Sprintf(`(() => { const s = document.querySelector(".filters label:last-of-type select"); s.focus(); s.value = %q; s.dispatchEvent(new Event("change", { bubbles: true })); return true })()`, chosen))
	shown := fmt.Sprintf(`location.search.includes("provision=%s") && document.querySelectorAll(".incidents li").length === %d && document.querySelector(".filters label:last-of-type select").value === %q`, chosen, want, chosen)
	v.wait(shown)
	if got := eval[string](v, `document.activeElement.closest("label")?.firstChild.textContent ?? ""`); got != "Term" {
		t.Errorf("after choosing the focus is on %q", got)
	}
	v.do(chromedp.Reload())
	v.wait(shown)
	v.settled()
	mu.Lock()
	for _, of := range []string{"/api/v1/incidents", "/api/v1/rate", "/tiles/incidents/"} {
		if by[of] != chosen {
			t.Errorf("%s was asked for the term %q, want %q", of, by[of], chosen)
		}
	}
	mu.Unlock()
	v.press("Clear")
	v.wait(fmt.Sprintf(`!location.search.includes("provision") && document.querySelectorAll(".incidents li").length === %d`, all))

	v.goTo("/?provision=of-another-agreement&" + period)
	v.wait(`document.querySelector(".filters label:last-of-type select").value === "of-another-agreement" && document.querySelector(".now-what .empty")`)
}

// refused waits until the field of a form says what is wrong with it, and has the focus.
func (v *visit) refused(id, why string) {
	v.t.Helper()
	v.wait(fmt.Sprintf(`document.getElementById("%s-wrong")?.textContent === %q && document.activeElement.id === %q && document.activeElement.getAttribute("aria-describedby") === "%s-wrong"`, id, why, id, id))
}

// recorded waits until a form has given way to the word that it is on record, and that has the focus.
func (v *visit) recorded() {
	v.t.Helper()
	v.wait(`document.activeElement.matches(".behind > .notice.good[role=status]") && document.activeElement.textContent.includes("On record") && !document.querySelector(".behind form")`)
}

type declaredThing struct {
	Name, Kind, Party, Source, Host, Force, Handling, Agrees string
	Count                                                    int
	RadiusM                                                  float64 `json:"radius_m"`
	Position                                                 struct{ Lat, Lon float64 }
	Checks                                                   []struct{ Of string }
}

// What somebody declares on the page is in its table and in the answer of the
// server at once; what can't be taken is said at its field.
func TestDeclaringOnThePage(t *testing.T) {
	s := newSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/guarantees")
	v.settled()
	declared := func() []declaredThing {
		t.Helper()
		return asked[struct{ Declared []declaredThing }](t, s, "/api/v1/posture").Declared
	}
	before := len(declared())
	one := func(what string, is func(declaredThing) bool) (out declaredThing) {
		t.Helper()
		n := 0
		for _, d := range declared() {
			if is(d) {
				out = d
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%s is declared %d times: %+v", what, n, declared())
		}
		return out
	}
	regiment := func(d declaredThing) bool { return d.Name == "1st Regiment" }
	v.press("Declare a base, unit or consent")
	v.press("Put on record")
	v.refused("declare-party", "This is needed.")
	v.wait(`document.querySelector("#declare-force option[value='multinational-force']")`) // it comes with the terms
	v.fill(map[string]string{
		"declare-party": "uk", "declare-name": "1st Regiment", "declare-host": "Ukraine", "declare-force": "multinational-force", "declare-count": "800",
		"declare-position": "48,2; 36,6", "declare-radius_m": "200", "declare-until": "2026-01-01T00:00",
	})
	v.press("Put on record")
	v.refused("declare-until", "The end lies before the beginning.")
	v.fill(map[string]string{"declare-until": ""})
	v.wait(`!document.querySelector(".wrong") && !document.querySelector("[aria-invalid]")`)
	v.press("Put on record")
	v.recorded()
	v.wait(`document.querySelector("section[aria-labelledby=posture] tbody")?.innerText.includes("1st Regiment")`)
	if d := one("the regiment", regiment); d.Kind != "unit" || d.Party != "uk" || d.Source != "uk" || d.Host != "ukraine" || d.Force != "multinational-force" || d.Count != 800 || d.Position.Lat != 48.2 || d.Position.Lon != 36.6 || d.RadiusM != 200 || d.Handling != "TLP:AMBER+STRICT" || len(d.Checks) == 0 {
		t.Errorf("declared: %+v", d)
	}

	// The server, too, says at the field what it can't take.
	v.press("Declare a base, unit or consent")
	v.wait(`document.getElementById("declare-thing")`)
	eval[bool](v, `(document.getElementById("declare-party").append(new Option("Atlantis", "atlantis")), true)`)
	v.fill(map[string]string{"declare-party": "atlantis"})
	v.press("Put on record")
	v.refused("declare-party", "The agreement has no such party.")
	if list := declared(); len(list) != before+1 {
		t.Errorf("what was refused is declared: %+v", list)
	}

	// The same thing has grown: it is declared anew, not twice.
	id := eval[string](v, `[...document.querySelectorAll("#declare-thing option")].find(o => o.textContent.startsWith("1st Regiment")).value`)
	v.fill(map[string]string{"declare-thing": id})
	v.wait(`document.getElementById("declare-name").value === "1st Regiment" && document.getElementById("declare-kind").disabled`)
	v.fill(map[string]string{"declare-count": "", "declare-count_min": "900", "declare-count_max": "950"})
	v.press("Put on record")
	v.recorded()
	v.wait(`document.querySelector("section[aria-labelledby=posture] tbody").innerText.includes("900–950")`)
	one("the regiment", regiment)

	v.press("Declare a base, unit or consent")
	v.fill(map[string]string{"declare-kind": "host"})
	v.fill(map[string]string{"declare-party": "ukraine", "declare-agrees": "yes"})
	v.fill(map[string]string{"declare-host": "uk"})
	v.press("Put on record")
	v.recorded()
	v.wait(`document.querySelector("section[aria-labelledby=posture] tbody").innerText.includes("agrees to the forces of United Kingdom")`)
	one("the consent", func(d declaredThing) bool {
		return d.Kind == "host" && d.Party == "ukraine" && d.Host == "uk" && d.Agrees == "yes"
	})
}

type ledgerLine struct {
	Weapon       string
	Declared     int
	Present      int
	MissingFirst int `json:"missing_first"`
	Moved        int
	Serials      []struct{ Serial, State, Where string }
}

// What a party declares and what a visit finds is in the ledger at once: present,
// missing by its number, moved, prevented; once, though an answer is lost.
func TestLedgerOnThePage(t *testing.T) {
	s := newSite(t)
	v := s.open(t, window{})
	v.signIn()
	v.goTo("/issues")
	v.settled()
	type sheet struct {
		Site   string
		Lines  []ledgerLine
		Visits []struct{ Outcome, Remarks string }
	}
	sheetOf := func(site string) sheet {
		t.Helper()
		return asked[struct{ Sites []sheet }](t, s, "/api/v1/weapons?site="+site).Sites[0]
	}
	rockets := func() ledgerLine {
		t.Helper()
		for _, l := range sheetOf("store-russia").Lines {
			if l.Weapon == "mlrs" {
				return l
			}
		}
		return ledgerLine{}
	}
	v.press("Declare an inventory")
	v.fill(map[string]string{"stock-site": "store-russia"})
	v.fill(map[string]string{"stock-number-mlrs": "2", "stock-others-mlrs": "A1, A2 A3"})
	v.press("Put on record")
	v.refused("stock-number-mlrs", "There are more serial numbers than weapons.")
	v.fill(map[string]string{"stock-number-mlrs": "3"})
	v.press("Put on record")
	v.recorded()
	v.wait(`document.querySelector("section[aria-labelledby=weapons] tbody").innerText.includes("3 serial numbers")`)
	if l := rockets(); l.Declared != 3 || len(l.Serials) != 3 {
		t.Errorf("declared: %+v", l)
	}

	v.press("Record a visit")
	v.fill(map[string]string{"visit-site": "store-russia"})
	v.fill(map[string]string{"visit-number-artillery-ge100": "48"})
	v.press("Put on record")
	v.refused("visit-number-mlrs", "This is needed.")
	v.fill(map[string]string{"visit-number-mlrs": "2"})
	for _, i := range []int{0, 2} {
		eval[bool](v, fmt.Sprintf(`(document.querySelectorAll(".serial-boxes input")[%d].click(), true)`, i))
	}
	v.wait(`document.querySelector(".stock:has(.serial-boxes)").innerText.includes("1 is not ticked and counts as missing: A2.")`)
	s.between.loses.Store(1)
	v.press("Put on record")
	const there = `document.querySelector(".behind > .notice.good")`
	v.wait(`document.querySelector(".behind form .notice.bad") || ` + there)
	if !eval[bool](v, `!!`+there) {
		if got := v.text(".behind form .notice.bad"); !strings.Contains(got, "could not be reached") {
			t.Errorf("a lost answer is told as %q", got)
		}
		v.press("Put on record")
	}
	v.recorded()
	v.wait(`document.querySelector("section[aria-labelledby=weapons] tbody").innerText.includes("checked")`)
	if x := sheetOf("store-russia"); len(x.Visits) != 1 {
		t.Errorf("a visit of which the answer was lost: %+v", x.Visits)
	}
	if l := rockets(); l.Present != 2 || l.MissingFirst != 1 || !slices.ContainsFunc(l.Serials, func(x struct{ Serial, State, Where string }) bool {
		return x.Serial == "A2" && x.State == "missing-first"
	}) {
		t.Errorf("after the visit: %+v", l)
	}

	// The missing one is seen elsewhere: it was moved.
	v.press("Record a visit")
	v.fill(map[string]string{"visit-site": "store-ukraine"})
	v.fill(map[string]string{"visit-number-artillery-ge100": "48", "visit-number-mlrs": "18", "visit-others-mlrs": "A2"})
	v.wait(`[...document.querySelectorAll(".stock")].some(e => e.innerText.includes("A2 is declared at"))`)
	v.press("Put on record")
	v.recorded()
	if l := rockets(); l.Moved != 1 || l.MissingFirst != 0 {
		t.Errorf("after it was seen elsewhere: %+v", l)
	}

	v.press("Record a visit")
	v.fill(map[string]string{"visit-site": "store-russia"})
	v.fill(map[string]string{"visit-outcome": "prevented", "visit-remarks": "Turned back at the gate."})
	v.wait(`!document.querySelector(".stock")`)
	v.press("Put on record")
	v.recorded()
	v.wait(`document.querySelector("section[aria-labelledby=weapons] tbody").innerText.includes("Turned back at the gate.")`)
	if x := sheetOf("store-russia"); len(x.Visits) != 2 || x.Visits[0].Outcome != "prevented" {
		t.Errorf("after a visit that was prevented: %+v", x.Visits)
	}

	// What is declared for later is not in the list yet, and that is said.
	v.press("Declare an inventory")
	v.fill(map[string]string{"stock-site": "store-russia", "stock-at": "2099-01-01T00:00"})
	v.fill(map[string]string{"stock-number-mlrs": "7"})
	v.press("Put on record")
	v.recorded()
	v.wait(`document.activeElement.textContent.includes("It is shown from its beginning on.")`)
	if l := rockets(); l.Declared != 3 {
		t.Errorf("declared for later: %+v", l)
	}
}

// Who may not declare sees what is declared, and no form.
func TestNoFormForWhoMayNot(t *testing.T) {
	s := newSite(t)
	if _, err := s.accounts.Add(t.Context(), access.Account{Name: "looker", Role: access.Observer}, password); err != nil {
		t.Fatal(err)
	}
	for account, forms := range map[string]int{"looker": 0, "demo": 1} {
		v := s.open(t, window{})
		v.signInAs(account)
		for path, there := range map[string]string{"/guarantees": "section[aria-labelledby=posture] h2", "/issues": "section[aria-labelledby=weapons] tbody tr"} {
			v.goTo(path)
			v.wait(fmt.Sprintf("document.querySelector(%q)", there))
			v.settled()
			if got := v.count("section[aria-labelledby=weapons] .behind, section[aria-labelledby=posture] .behind"); (got > 0) != (forms > 0) {
				t.Errorf("%s sees %d forms on %s", account, got, path)
			}
		}
	}
}
