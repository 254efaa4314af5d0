package examples_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/goccy/go-yaml"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/examples"
)

// seed is the report on the summit, which is not part of the repository: in
// ../shared/seed, in TRUCE_SEED, or beside TRUCE_DATA.
func seed(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("TRUCE_SEED")
	if data := os.Getenv("TRUCE_DATA"); dir == "" && data != "" {
		dir = filepath.Join(filepath.Dir(data), "seed")
	}
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "seed")
	}
	text, err := os.ReadFile(filepath.Join(dir, "paris-summit-2026-01-06.txt"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the report on the summit is missing: %v", err)
		}
		t.Skipf("needs the report on the summit in ../shared/seed or TRUCE_SEED: %v", err)
	}
	return string(text)
}

// datum is a part of the agreement that quotes the report.
type datum struct {
	path  string // "commitments[deploy-troops].limits[far-behind]"
	quote string
}

func plain(s string) string { return strings.Join(strings.Fields(s), " ") }

// data lists all quotes of the report in an agreement file with what they are of.
func data(t *testing.T, name string) []datum {
	t.Helper()
	file, err := fs.ReadFile(examples.Files(), name+"/agreement.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var tree yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(file, &tree, yaml.UseOrderedMap()); err != nil {
		t.Fatal(err)
	}
	var out []datum
	var walk func(v any, path string)
	walk = func(v any, path string) {
		switch v := v.(type) {
		case yaml.MapSlice:
			fields := map[string]any{}
			for _, kv := range v {
				fields[fmt.Sprint(kv.Key)] = kv.Value
			}
			if quote, ok := fields["quote"].(string); ok && fields["text"] == "report" {
				out = append(out, datum{path, plain(quote)})
			}
			for _, kv := range v {
				next := strings.TrimPrefix(path+"."+fmt.Sprint(kv.Key), ".")
				if kv.Key == "why" {
					next = path
				}
				walk(kv.Value, next)
			}
		case []any:
			for i, x := range v {
				id := fmt.Sprint(i + 1)
				if m, ok := x.(yaml.MapSlice); ok {
					for _, key := range []string{"id", "role", "is", "party"} {
						if k := slices.IndexFunc(m, func(kv yaml.MapItem) bool { return kv.Key == key }); k >= 0 {
							id = fmt.Sprint(m[k].Value)
							break
						}
					}
					if _, cited := citation(m); cited {
						walk(x, path)
						continue
					}
				}
				walk(x, path+"["+id+"]")
			}
		}
	}
	walk(tree, "")
	return out
}

func citation(m yaml.MapSlice) (string, bool) {
	for _, kv := range m {
		if kv.Key == "text" {
			return fmt.Sprint(kv.Value), true
		}
	}
	return "", false
}

// Every quote of the Paris example is literally in the report on the summit.
func TestParisQuotesAreLiteral(t *testing.T) {
	text := plain(seed(t))
	quotes := data(t, "paris-2026")
	if len(quotes) < 80 {
		t.Fatalf("only %d quotes were found", len(quotes))
	}
	for _, q := range quotes {
		if !strings.Contains(text, q.quote) {
			t.Errorf("%s: not in the report: %q", q.path, q.quote)
		}
	}
}

// sentences are the report's, paragraph by paragraph, as offsets into the text.
func sentences(text string) (out [][2]int) {
	runes := []rune(text)
	start := 0
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return 0
		}
		return runes[i]
	}
	for i := range runes {
		closed := at(i) == '\n' || at(i) == ' ' && strings.ContainsRune(".?!", lastMark(runes, i-1)) && (unicode.IsUpper(at(i+1)) || strings.ContainsRune("“‘", at(i+1)))
		if closed || i == len(runes)-1 {
			stop := i
			if i == len(runes)-1 {
				stop = len(runes)
			}
			if strings.TrimSpace(string(runes[start:stop])) != "" {
				out = append(out, [2]int{start, stop})
			}
			start = i + 1
		}
	}
	return out
}

// lastMark is the last mark before i that is no closing quote.
func lastMark(runes []rune, i int) rune {
	for i >= 0 && strings.ContainsRune("”’\"", runes[i]) {
		i--
	}
	if i < 0 {
		return 0
	}
	return runes[i]
}

// TestParisWalk goes through the report sentence by sentence: each stretch of it is
// quoted by a datum of the example, or is listed as no part of the arrangement with
// the reason. What data each sentence became, and what they say, is the golden file.
func TestParisWalk(t *testing.T) {
	var paragraphs []string
	for line := range strings.SplitSeq(seed(t), "\n") {
		paragraphs = append(paragraphs, plain(line))
	}
	text := strings.Join(paragraphs, "\n")
	runes := []rune(text)
	quotes := data(t, "paris-2026")
	a := parse(t, "paris-2026")

	covered := make([]bool, len(runes))
	by := map[string][][2]int{} // path to stretches
	var paths []string
	for _, q := range quotes {
		length := len([]rune(q.quote))
		for from := 0; ; {
			i := strings.Index(text[from:], q.quote)
			if i < 0 {
				break
			}
			begin := len([]rune(text[:from+i]))
			for k := begin; k < begin+length; k++ {
				covered[k] = true
			}
			if by[q.path] == nil {
				paths = append(paths, q.path)
			}
			by[q.path] = append(by[q.path], [2]int{begin, begin + length})
			from += i + len(q.quote)
		}
	}

	var rest []struct {
		Begins, Why string
		used        bool
	}
	list, err := os.ReadFile(filepath.Join("testdata", "walk", "not-terms.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(list, &rest); err != nil {
		t.Fatal(err)
	}

	var golden strings.Builder
	all := sentences(text)
	if len(all) < 60 {
		t.Fatalf("%d sentences", len(all))
	}
	stated := map[string]bool{}
	for n, s := range all {
		fmt.Fprintf(&golden, "%d. %s\n", n+1, opening(string(runes[s[0]:s[1]]), 6))
		for _, path := range paths {
			if slices.ContainsFunc(by[path], func(x [2]int) bool { return min(x[1], s[1])-max(x[0], s[0]) > 8 }) {
				fmt.Fprintf(&golden, "   %s: %s\n", path, says(t, a, path))
				stated[path] = true
			}
		}
		for _, f := range stretches(runes, covered, s) {
			i := slices.IndexFunc(rest, func(x struct {
				Begins, Why string
				used        bool
			}) bool {
				return strings.HasPrefix(f, x.Begins)
			})
			if i < 0 {
				t.Errorf("sentence %d states what is neither a datum of the example nor listed as no part of it: %q", n+1, f)
				continue
			}
			rest[i].used = true
			fmt.Fprintf(&golden, "   no term: %s (%s)\n", opening(f, 6), rest[i].Why)
		}
	}
	for _, x := range rest {
		if !x.used || x.Why == "" {
			t.Errorf("listed as no part of the arrangement, and not there or without a reason: %q", x.Begins)
		}
	}
	for _, path := range paths {
		if !stated[path] {
			t.Errorf("%s quotes the report, and stands under no sentence", path)
		}
	}
	for _, url := range regexp.MustCompile(`https://\S+`).FindAllString(text, -1) {
		if !slices.ContainsFunc(a.Texts, func(s agreement.Source) bool { return s.URL == url }) {
			t.Errorf("the report's source %s is none of the texts", url)
		}
	}

	name := filepath.Join("testdata", "walk", "paris-2026.txt")
	if *update {
		if err := os.WriteFile(name, []byte(golden.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), golden.String()); diff != "" {
		t.Error(diff)
	}
}

// opening is the first words of a text.
func opening(s string, words int) string {
	list := strings.Fields(s)
	if len(list) <= words {
		return strings.Join(list, " ")
	}
	return strings.Join(list[:words], " ") + " …"
}

// stretches are the parts of a sentence that no quote covers, of four words and more.
func stretches(runes []rune, covered []bool, s [2]int) (out []string) {
	from := -1
	flush := func(to int) {
		if from < 0 {
			return
		}
		text := strings.Trim(string(runes[from:to]), " .,;:“”‘’?!")
		if len(strings.Fields(text)) >= 4 {
			out = append(out, text)
		}
		from = -1
	}
	for i := s[0]; i < s[1]; i++ {
		if covered[i] {
			flush(i)
		} else if from < 0 {
			from = i
		}
	}
	flush(s[1])
	return out
}

// says tells what a datum states, from its fields, so that the golden file can be
// held against the sentence.
func says(t *testing.T, a *agreement.Agreement, path string) string {
	t.Helper()
	m := regexp.MustCompile(`^(\w+)\[([^\]]+)\](?:\.(\w+)\[([^\]]+)\])?`).FindStringSubmatch(path)
	if m == nil {
		return "?"
	}
	kind, id, part, of := m[1], m[2], m[3], m[4]
	list := func(ids []string) string { return strings.Join(ids, ", ") }
	switch kind {
	case "commitments":
		c := a.Commitment(id)
		for _, f := range c.Firm {
			if part == "firm" && f.Is == of {
				return fmt.Sprintf("%s since %s", f.Is, f.At.Written)
			}
		}
		for _, l := range c.Limits {
			if part == "limits" && l.ID == of {
				return limit(&l)
			}
		}
		return fmt.Sprintf("%s of %s to %s when %s: %s", c.Of, list(c.By), cmp.Or(list(c.To), "nobody named"), cmp.Or(string(c.When), "always"), c.Words.In("en"))
	case "positions":
		for _, p := range a.Positions {
			if p.ID == id {
				return fmt.Sprintf("%s (%s) on %s, %s: %s", p.Party, p.Speaker, p.Issue, p.Stance, p.Words.In("en"))
			}
		}
	case "issues":
		for _, x := range a.Issues {
			if x.ID == id && part == "state" {
				return x.Title.In("en") + ": " + of
			} else if x.ID == id {
				return x.Title.In("en")
			}
		}
	case "parties":
		return a.Party(id).Name.In("en") + ": " + of
	case "provisions":
		return a.Provision(id).Words.In("en")
	case "zones":
		return a.Zone(id).Name.In("en")
	case "lines":
		return a.Line(id).Name.In("en")
	case "sites":
		x := a.Site(id)
		return fmt.Sprintf("%s, held by %s", x.Name.In("en"), x.Party)
	case "baselines":
		return fmt.Sprintf("%s measures from %s", id, a.Baseline(id).Line)
	case "status":
		return "the arrangement is " + id
	case "ceasefire":
		return "ceasefire " + id
	}
	t.Fatalf("nobody knows what %s says", path)
	return ""
}

// limit says what a limit bounds.
func limit(l *agreement.Limit) string {
	var out []string
	if l.MinKM > 0 {
		out = append(out, fmt.Sprintf("no closer than %g km to %s", l.MinKM, l.Line))
	}
	if len(l.Only) > 0 {
		out = append(out, "only on the territory of "+strings.Join(l.Only, ", "))
	}
	if len(l.Never) > 0 {
		out = append(out, "not on the territory of "+strings.Join(l.Never, ", "))
	}
	if l.Consent {
		out = append(out, "only where the host has agreed")
	}
	return strings.TrimPrefix(strings.Join(out, "; ")+": "+l.Words.In("en"), ": ")
}
