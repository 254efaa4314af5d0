package report_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// translations are the languages in which reasons are said beside English.
func translations() []string { return []string{"fr", "uk"} }

// codes are those of the reasons that a package can give, with the names of the
// values that come with each, from the package's sources.
type codes map[string]map[string]bool

// readCodes reads a package; to kinds it adds the typed words by which reasons name
// what they rest on, by the name of their type.
func readCodes(t *testing.T, dir string, kinds map[string][]string) codes {
	t.Helper()
	set := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join("..", dir, "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no sources", err)
	}
	var functions []*ast.FuncDecl
	own := map[string]bool{} // values that a method "reason" gives all of its own
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Body == nil {
					continue
				}
				functions = append(functions, d)
				if d.Recv != nil && d.Name.Name == "reason" {
					maps.Copy(own, words(d.Body))
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					v, ok := spec.(*ast.ValueSpec)
					if !ok {
						continue
					}
					if kind, ok := v.Type.(*ast.Ident); ok && d.Tok == token.CONST {
						for w := range words(v) {
							kinds[kind.Name] = append(kinds[kind.Name], w)
						}
					}
				}
			}
		}
	}
	out := codes{}
	for _, f := range functions {
		assigned := map[string]map[string]bool{} // words by the variable that they are assigned to
		closures := map[string]map[string]bool{} // words in a function literal by its name
		noted := map[string]bool{}               // keys that are set in a reason's Args
		note := func(name ast.Expr, value ast.Expr) {
			id, ok := name.(*ast.Ident)
			if !ok {
				return
			}
			into := assigned
			if _, ok := value.(*ast.FuncLit); ok {
				into = closures
			}
			if into[id.Name] == nil {
				into[id.Name] = map[string]bool{}
			}
			maps.Copy(into[id.Name], words(value))
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if s, ok := n.(*ast.AssignStmt); ok {
				for i, left := range s.Lhs {
					if len(s.Lhs) == len(s.Rhs) {
						note(left, s.Rhs[i])
					}
					if x, ok := left.(*ast.IndexExpr); ok {
						if of, ok := x.X.(*ast.SelectorExpr); ok && of.Sel.Name == "Args" {
							maps.Copy(noted, words(x.Index))
						}
					}
				}
			}
			return true
		})
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if x, ok := n.(*ast.KeyValueExpr); ok {
				if key, ok := x.Key.(*ast.Ident); ok && key.Name == "Grounds" {
					kinds["ground"] = slices.AppendSeq(kinds["ground"], maps.Keys(words(x.Value)))
				}
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			method := false
			name := ""
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				name = fun.Name
			case *ast.SelectorExpr:
				name, method = fun.Sel.Name, true
			}
			if !slices.Contains([]string{"add", "say", "reason"}, name) {
				return true
			}
			given := map[string]bool{}
			for _, arg := range call.Args[2:] {
				maps.Copy(given, words(arg))
				ast.Inspect(arg, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok && call.Ellipsis.IsValid() {
						maps.Copy(given, assigned[id.Name])
					}
					return true
				})
			}
			if method && name == "reason" {
				maps.Copy(given, own)
			}
			if !method {
				maps.Copy(given, closures[name])
			}
			maps.Copy(given, noted)
			var called []string
			switch code := call.Args[0].(type) {
			case *ast.BasicLit:
				if word, err := strconv.Unquote(code.Value); err == nil {
					called = []string{word}
				}
			case *ast.Ident:
				called = slices.Collect(maps.Keys(assigned[code.Name]))
				// A function that hands its own argument on is asked where it is called.
				if len(called) == 0 && code.Name == "code" {
					return true
				}
			}
			if text, ok := call.Args[1].(*ast.Ident); len(called) == 0 && (len(words(call.Args[1])) > 0 || ok && text.Name == "text") {
				t.Errorf("%s: the code of a reason can't be read here; write it as a literal", set.Position(call.Pos()))
			}
			for _, code := range called {
				if out[code] == nil {
					out[code] = map[string]bool{}
				}
				maps.Copy(out[code], given)
			}
			return true
		})
	}
	return out
}

// words are the string literals in a part of a source.
func words(n ast.Node) map[string]bool {
	out := map[string]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				out[s] = true
			}
		}
		return true
	})
	return out
}

// said is a text of a catalogue of reasons: one or several templates, or plural forms.
type said []string

func (s *said) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '"':
		*s = said{""}
		return json.Unmarshal(data, &(*s)[0])
	case '[':
		return json.Unmarshal(data, (*[]string)(s))
	}
	var forms map[string]string
	err := json.Unmarshal(data, &forms)
	for _, form := range slices.Sorted(maps.Keys(forms)) {
		*s = append(*s, forms[form])
	}
	return err
}

func reasonTexts(t *testing.T, lang string) map[string]said {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("catalog", "reasons", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]said
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Each reason that a package can give has a sentence in each language, with no value
// that the reason does not bring; each catalogue says the same and nothing else.
func TestEveryReasonHasASentence(t *testing.T) {
	kinds := map[string][]string{}
	all, by := codes{}, map[string]codes{}
	for _, dir := range []string{"finding", "posture", "commitment"} {
		by[dir] = readCodes(t, dir, kinds)
		maps.Copy(all, by[dir])
	}
	if len(all) < 100 {
		t.Fatalf("only %d codes found: %v", len(all), slices.Sorted(maps.Keys(all)))
	}
	// Values that follow from others.
	follows := map[string]string{"stage_words": "stage", "commitment_words": "commitment", "limit_words": "limit"}
	value := regexp.MustCompile(`\{(\w+)\}`)
	first := reasonTexts(t, "fr")
	for _, lang := range translations() {
		texts := reasonTexts(t, lang)
		for key := range texts {
			if first[key] == nil {
				t.Errorf("%s: %q is in no other catalogue", lang, key)
			}
			if all[key] == nil && !strings.Contains(key, ".") && !slices.Contains([]string{"instant", "nobody"}, key) {
				t.Errorf("%s: no reason has the code %q", lang, key)
			}
		}
		for key := range first {
			if texts[key] == nil {
				t.Errorf("%s: %q is missing", lang, key)
			}
		}
		// What a part or a word needs, whoever uses it has to bring.
		var needs func(text string, given map[string]bool) []string
		needs = func(text string, given map[string]bool) (missing []string) {
			for _, m := range value.FindAllStringSubmatch(text, -1) {
				name := m[1]
				part := texts["part."+name]
				switch {
				case given[name], given[follows[name]]:
				case part != nil:
					for _, p := range part {
						missing = append(missing, needs(p, given)...)
					}
				default:
					missing = append(missing, name)
				}
			}
			return missing
		}
		for dir, codes := range by {
			for _, code := range slices.Sorted(maps.Keys(codes)) {
				if texts[code] == nil {
					t.Errorf("%s: no sentence for the reason %q of package %s", lang, code, dir)
				}
				for _, text := range texts[code] {
					for _, name := range needs(text, codes[code]) {
						t.Errorf("%s: %q has the value {%s}, which package %s does not give: %v", lang, code, name, dir, slices.Sorted(maps.Keys(codes[code])))
					}
				}
			}
		}
		for _, code := range causes(t) {
			if texts["why."+code] == nil {
				t.Errorf("%s: no words for the cause %q", lang, code)
			}
		}
		for kind, as := range map[string]string{"doubt": "doubt", "gap": "reason", "place": "where", "ground": "ground"} {
			if len(kinds[kind]) < 4 {
				t.Errorf("the words of type %s are not found", kind)
			}
			for _, w := range kinds[kind] {
				if texts[as+"."+w] == nil {
					t.Errorf("%s: no words for the %s %q", lang, kind, w)
				}
			}
			for key := range texts {
				if w, ok := strings.CutPrefix(key, as+"."); ok && key != "ground.and" && !slices.Contains(kinds[kind], w) {
					t.Errorf("%s: %q is the word of no %s", lang, key, kind)
				}
			}
		}
	}
}

// causes are the codes of why an observation is of an incident, from the source.
func causes(t *testing.T) (codes []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "incident", "cause.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`Code: "([a-z-]+)"|\{"([a-z-]+)", `).FindAllStringSubmatch(string(data), -1) {
		codes = append(codes, m[1]+m[2])
	}
	if len(codes) < 9 {
		t.Fatalf("only the causes %v are found", codes)
	}
	return codes
}
