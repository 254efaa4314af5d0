package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/truce-monitor/truce"

// layer is a package, or with a trailing slash all packages below it, and what
// of this module it may import.
type layer struct {
	name string
	may  []string
	why  string // of the ban on all else
}

// layers is the order of the house; see docs/architecture.md.
func layers() []layer {
	core := []string{"geo", "agreement", "line", "zone", "observation", "incident", "finding"}
	return []layer{
		{"geo", nil, "geo knows the Earth and nothing that happens on it"},
		{"agreement", nil, "the terms don't depend on what is observed or where zones lie"},
		{"line", []string{"geo"}, "a line does not know who reported it or what the terms make of it"},
		{"zone", []string{"geo", "agreement", "line"}, "where a place lies does not depend on what happened there"},
		{"withdrawal", []string{"geo", "line"}, "what ground a withdrawal costs does not depend on terms or events"},
		{"territory", []string{"geo", "line"}, "who holds what does not depend on terms or events"},
		{"observation", nil, "what a source says does not depend on formats, storage or terms"},
		{"incident", []string{"geo", "observation"}, "what happened does not depend on what was agreed"},
		{"finding", core, "findings follow from terms and incidents alone"},
		{"statement", []string{"agreement"}, "who said what in a text does not depend on what is made of it"},
		{"commitment", []string{"agreement", "finding"}, "what is due follows from terms and a state, however it came to be known"},
		{"escalation", []string{"agreement", "finding", "incident", "proportion"}, "which level is reached follows from terms and breaches alone"},
		{"alert", nil, "a message's form does not depend on what it warns of"},
		{"notify", []string{"alert", "agreement", "escalation", "observation"}, "a notice is carried without knowing how it came about or where it is kept"},
		{"posture", []string{"agreement", "commitment", "finding", "geo", "line", "observation", "zone"}, "what is declared is held against the terms, however it came to be known"},
		{"casework", []string{"agreement"}, "what becomes of a case does not depend on who is signed in or how it is kept"},
		{"site", []string{"geo", "agreement", "observation", "incident", "finding"}, "how a site fared does not depend on storage or on people's decisions"},
		{"ledger", []string{"agreement", "finding"}, "what stands at a storage site does not depend on storage of records or output"},
		{"journal", nil, "a stranger can use the journal on its own"},
		{"witness", []string{"journal"}, "who watches a log need not know what its records mean"},
		{"feed/", []string{"feed/", "geo", "observation"}, "a format knows neither fusion nor terms nor storage"},
		{"feed", []string{"feed/", "geo", "observation"}, "a format knows neither fusion nor terms nor storage"},
		{"store/", core, "the store knows no rules and no edges"},
		{"publish", core, "what leaves is decided without knowing how it is carried"},
		{"picture", append([]string{"publish"}, core...), "what lists and maps show does not depend on storage or HTTP"},
		{"report", append([]string{
			"casework",
			"commitment",
			"escalation",
			"ledger",
			"partylog",
			"posture",
			"proportion",
			"publish",
			"track",
			"site",
			"territory",
		}, core...), "a report knows neither storage nor HTTP"},
		{"examples", nil, "the examples are files"},
		{"simulate", []string{"examples", "geo", "observation"}, "a scenario does not know how it will be judged"},
		{"proportion", nil, "a share does not know of what it is one"},
		{"track", []string{"geo", "observation", "incident", "proportion"}, "how a source has done does not depend on terms or storage"},
		{"partylog", append([]string{"proportion"}, core...), "what the parties say does not depend on storage"},
		{"review", []string{"geo", "observation", "proportion"}, "people's judgement of fusion does not depend on how it fuses"},
		{"eval", []string{"observation"}, "a score does not know how what it scores came about"},
		{"access", []string{"agreement", "observation"}, "who may do what does not depend on what the actions do"},
		{"web", nil, "the pages know only the API, over HTTP"},
		{"app", []string{""}, ""},
		{"api", append([]string{
			"access",
			"alert",
			"app",
			"escalation",
			"casework",
			"journal",
			"ledger",
			"observation",
			"picture",
			"publish",
			"report",
			"site",
			"statement",
			"store/sqlite",
			"territory",
			"track",
			"withdrawal",
		}, core...), "what is answered is known to app and decided by access and publish"},
		{"drill", []string{""}, ""},
		{"cmd/", []string{""}, ""},
		{"bench/", []string{""}, ""},
		{"house", nil, "the house's tests import nothing"},
	}
}

func matches(pattern, name string) bool {
	return pattern == "" || pattern == name || strings.HasSuffix(pattern, "/") && strings.HasPrefix(name, pattern)
}

type source struct {
	path, pkg string // relative to the module
	file      *ast.File
	test      bool
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	set := token.NewFileSet()
	root := ".."
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && p != root) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(set, p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		out = append(out, source{rel, path.Dir(rel), f, strings.HasSuffix(rel, "_test.go")})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestImportsFollowTheOrder(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		i := slices.IndexFunc(layers(), func(l layer) bool { return matches(l.name, s.pkg) })
		if i < 0 {
			t.Errorf("%s: package %s has no place in the order; give it one here and in docs/architecture.md", s.path, s.pkg)
			continue
		}
		l := layers()[i]
		for _, im := range s.file.Imports {
			name, ours := strings.CutPrefix(strings.Trim(im.Path.Value, `"`), module+"/")
			if ours && !slices.ContainsFunc(l.may, func(p string) bool { return matches(p, name) }) {
				t.Errorf("%s imports %s: %s", s.path, name, l.why)
			}
		}
	}
}

// The core neither reads files nor the clock nor the network.
func TestTheCoreDoesNoInputOrOutput(t *testing.T) {
	core := []string{"geo", "agreement", "line", "zone", "observation", "incident", "finding", "commitment", "casework", "escalation", "posture", "alert", "statement", "publish", "picture", "report", "simulate", "feed/"}
	for _, s := range sources(t) {
		if s.test || !slices.ContainsFunc(core, func(p string) bool { return matches(p, s.pkg) }) {
			continue
		}
		for _, im := range s.file.Imports {
			switch name := strings.Trim(im.Path.Value, `"`); name {
			case "os", "net", "net/http", "database/sql", "os/exec", "log", "log/slog":
				t.Errorf("%s imports %s: it gets what it needs from its caller", s.path, name)
			}
		}
	}
}

func TestTheClockIsReadAtTheEdgesOnly(t *testing.T) {
	edges := []string{"access", "api", "app", "cmd/", "bench/"}
	for _, s := range sources(t) {
		if s.test || slices.ContainsFunc(edges, func(p string) bool { return matches(p, s.pkg) }) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if x, ok := n.(*ast.SelectorExpr); ok && x.Sel.Name == "Now" {
				if id, ok := x.X.(*ast.Ident); ok && id.Name == "time" {
					t.Errorf("%s reads the clock: time comes from records", s.path)
				}
			}
			return true
		})
	}
}

func TestNoInitAndOneDocComment(t *testing.T) {
	docs := map[string]int{}
	packages := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		packages[s.pkg] = true
		if s.file.Doc != nil && strings.Contains(s.file.Doc.Text(), " ") {
			docs[s.pkg]++
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s has an init: nothing happens before main", s.path)
			}
		}
	}
	for p := range packages {
		if docs[p] != 1 {
			t.Errorf("package %s has %d doc comments; want one", p, docs[p])
		}
	}
}

// Parties are data: outside the examples, the feeds and runs of data sets that are
// about one war, and tests, no code knows any.
func TestNoPartyIsNamed(t *testing.T) {
	may := []string{"examples", "feed", "feed/", "simulate", "bench/realdata"}
	for _, s := range sources(t) {
		if s.test || slices.ContainsFunc(may, func(p string) bool { return matches(p, s.pkg) }) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if x, ok := n.(*ast.BasicLit); ok && x.Kind == token.STRING {
				for _, word := range []string{"russia", "ukrain", "syria", "yemen", "houthi", "donetsk", "luhansk"} {
					if strings.Contains(strings.ToLower(x.Value), word) {
						t.Errorf("%s names %q in %s: parties and places are data", s.path, word, x.Value)
					}
				}
			}
			return true
		})
	}
}

func TestTheRootHoldsWhatANewcomerNeeds(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			files++
		}
	}
	if files > 8 {
		t.Errorf("%d files in the root; want 8 at most", files)
	}
}
