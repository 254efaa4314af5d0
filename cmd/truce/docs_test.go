package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/feed"
)

func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	names, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, filepath.Join("..", "..", "README.md")) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(data)
	}
	return out
}

// Every link within the repository leads somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	for name, text := range pages(t) {
		for _, m := range regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`).FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Agreements shown in the pages are sound.
func TestAgreementsInThePagesAreSound(t *testing.T) {
	found := 0
	for name, text := range pages(t) {
		for _, m := range regexp.MustCompile("(?ms)^```yaml[^\n]*\n(.*?)^```").FindAllStringSubmatch(text, -1) {
			found++
			if _, problems := agreement.Parse(name, []byte(m[1])); agreement.Failed(problems) {
				t.Errorf("%v", problems)
			}
		}
	}
	if found < 2 {
		t.Errorf("%d agreements found", found)
	}
}

// Every format is on the page of formats.
func TestFormatsAreDocumented(t *testing.T) {
	page := pages(t)[filepath.Join("..", "..", "docs", "formats.md")]
	for _, f := range feed.Formats() {
		if !strings.Contains(page, "`"+f.Name+"`") {
			t.Errorf("docs/formats.md does not name %s", f.Name)
		}
	}
}
