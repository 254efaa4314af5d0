package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/report"
)

// message is a text of a catalogue by plural form; "" is one without forms.
type message map[string]string

func (m *message) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		*m = message{"": s}
		return nil
	}
	return json.Unmarshal(data, (*map[string]string)(m))
}

func placeholders(s string) []string {
	found := regexp.MustCompile(`\{\w+\}`).FindAllString(s, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// Every language says everything, with the same values in it and with all the
// plural forms that it has (CLDR).
func TestCataloguesAgree(t *testing.T) {
	forms := map[string][]string{"en": {"one", "other"}, "fr": {"many", "one", "other"}, "uk": {"few", "many", "one", "other"}}
	read := func(lang string) map[string]message {
		data, err := os.ReadFile(filepath.Join("catalog", lang+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var out map[string]message
		if err := json.Unmarshal(data, &out); err != nil {
			t.Fatalf("%s: %v", lang, err)
		}
		return out
	}
	english := read("en")
	for _, lang := range report.Languages() {
		catalogue := read(lang)
		for key := range catalogue {
			if english[key] == nil {
				t.Errorf("%s: %q is not in the English catalogue", lang, key)
			}
		}
		for key, want := range english {
			got := catalogue[key]
			if got == nil {
				t.Errorf("%s: %q is missing", lang, key)
				continue
			}
			var has []string
			for form, text := range got {
				if form != "" && form != "by" {
					has = append(has, form)
				}
				all := want[form]
				if all == "" {
					all = want["other"]
				}
				if form != "by" && !slices.Equal(placeholders(text), placeholders(all)) {
					t.Errorf("%s: %q has the values %v; want %v", lang, key, placeholders(text), placeholders(all))
				}
			}
			slices.Sort(has)
			if len(want) > 1 && !slices.Equal(has, forms[lang]) {
				t.Errorf("%s: %q has the plural forms %v; want %v", lang, key, has, forms[lang])
			}
		}
	}
}

// Every activity of the taxonomy has a name in every language.
func TestCataloguesNameEveryActivity(t *testing.T) {
	for _, lang := range report.Languages() {
		data, err := os.ReadFile(filepath.Join("catalog", lang+".json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range observation.Activities() {
			if !bytes.Contains(data, []byte(`"activity.`+string(a)+`":`)) {
				t.Errorf("%s: no name for %s", lang, a)
			}
		}
	}
}

// Every writer makes a document in every language, the same each time, and
// leaves no key untranslated and no value unfilled.
func TestEveryLanguageWritesEveryFormat(t *testing.T) {
	r, err := report.Build(sample(60))
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range report.Languages() {
		var html, pdf, again bytes.Buffer
		if err := report.HTML(&html, r, lang); err != nil {
			t.Fatal(err)
		}
		if err := report.PDF(&pdf, r, lang); err != nil {
			t.Fatal(err)
		}
		if err := report.PDF(&again, r, lang); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(pdf.Bytes(), again.Bytes()) {
			t.Errorf("%s: the PDF differs from one run to the next", lang)
		}
		if !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF-")) || pdf.Len() < 20_000 {
			t.Errorf("%s: %d bytes of PDF", lang, pdf.Len())
		}
		if left := regexp.MustCompile(`>[^<]*\{[a-z]\w*\}[^<]*<`).Find(html.Bytes()); left != nil {
			t.Errorf("%s: a value was not filled in: %s", lang, left)
		}
	}
}
