package web_test

import (
	"fmt"
	"strings"
	"testing"
)

type reasoned struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// A page says every reason in the reader's language, none in English, and again when
// the reader takes another.
func TestReasonsInTheReadersLanguage(t *testing.T) {
	s := sharedSite(t)
	worst := asked[struct {
		Incidents []struct {
			ID string `json:"id"`
		} `json:"incidents"`
	}](t, s, "/api/v1/incidents?result=breach&limit=1").Incidents
	if len(worst) == 0 {
		t.Fatal("no breach")
	}
	incident := func(lang string) (reasons, why []string) {
		x := asked[struct {
			Findings []struct {
				Reasons []reasoned `json:"reasons"`
			} `json:"findings"`
			Members []struct {
				Why string `json:"why"`
			} `json:"members"`
		}](t, s, "/api/v1/incidents/"+worst[0].ID+"?lang="+lang)
		for _, f := range x.Findings {
			for _, r := range f.Reasons {
				reasons = append(reasons, r.Text)
			}
		}
		for _, m := range x.Members {
			why = append(why, m.Why)
		}
		return reasons, why
	}
	pledges := func(lang string) (reasons, _ []string) {
		x := asked[struct {
			Commitments []struct {
				Reasons []reasoned `json:"reasons"`
			} `json:"commitments"`
		}](t, s, "/api/v1/commitments?lang="+lang)
		for _, p := range x.Commitments {
			for _, r := range p.Reasons {
				reasons = append(reasons, r.Text)
			}
		}
		return reasons, nil
	}

	v := s.open(t, window{language: "fr"})
	v.signIn()
	for _, p := range []struct {
		path, within string
		texts        func(lang string) (reasons, why []string)
	}{
		{"/?id=" + worst[0].ID, ".incident", incident},
		{"/guarantees", "main", pledges},
	} {
		v.goTo(p.path)
		v.wait(`document.querySelector("select.languages")`)
		english, phrases := p.texts("en")
		for _, lang := range []string{"fr", "uk", "fr"} {
			reasons, why := p.texts(lang)
			if len(reasons) < 10 || len(reasons) != len(english) {
				t.Fatalf("%s has %d reasons in %s, %d in English", p.path, len(reasons), lang, len(english))
			}
			eval[bool](v, fmt.Sprintf(`(() => {
				const s = document.querySelector("select.languages");
				if (s.value !== %[1]q) { s.value = %[1]q; s.dispatchEvent(new Event("change", { bubbles: true })); }
				return true;
			})()`, lang))
			v.wait(fmt.Sprintf(`(document.querySelector(%q + " .reasons li")?.textContent ?? "") === %q`, p.within, reasons[0]))
			if got := eval[string](v, `[...document.querySelectorAll(".reasons li")].map(e => e.textContent).join("\n")`); got != strings.Join(reasons, "\n") {
				t.Errorf("%s in %s says\n%s\nwant\n%s", p.path, lang, got, strings.Join(reasons, "\n"))
			}
			all := eval[string](v, fmt.Sprintf(`document.querySelector(%q).textContent`, p.within))
			for _, text := range append(english, phrases...) {
				if text != "" && strings.Contains(all, text) {
					t.Errorf("%s in %s says in English %q", p.path, lang, text)
				}
			}
			for _, text := range why {
				if !strings.Contains(all, text) {
					t.Errorf("%s in %s lacks %q", p.path, lang, text)
				}
			}
		}
	}
}
