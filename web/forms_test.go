package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
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
