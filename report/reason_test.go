package report_test

import (
	"encoding/json"
	"fmt"
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
	"time"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/report"
	"github.com/truce-monitor/truce/simulate"
	"github.com/truce-monitor/truce/zone"
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

// readTerms reads an agreement with its zones.
func readTerms(t *testing.T, file string) (*agreement.Agreement, *zone.Set) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a, problems := agreement.Parse(file, data)
	if agreement.Failed(problems) {
		t.Fatal(problems)
	}
	dir := os.DirFS(filepath.Dir(file))
	lines, err := zone.Lines(a, dir)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zone.New(a, lines, dir)
	if err != nil {
		t.Fatal(err)
	}
	return a, zones
}

func tellers(t *testing.T, a *agreement.Agreement) map[string]*report.Teller {
	t.Helper()
	out := map[string]*report.Teller{}
	for _, lang := range translations() {
		s, err := report.NewTeller(lang, a)
		if err != nil {
			t.Fatal(err)
		}
		out[lang] = s
	}
	return out
}

// spoken reports what is wrong with a finding as a language says it.
func spoken(f, said *finding.Finding) error {
	for i, r := range said.Reasons {
		switch english := f.Reasons[i].Text; {
		case r.Text == english:
			return fmt.Errorf("%s is in English: %s %v", r.Code, r.Text, r.Args)
		case r.Text == "" || strings.ContainsAny(r.Text, "{}[]⟨⟩"):
			return fmt.Errorf("%s is not filled in: %s %v", r.Code, r.Text, r.Args)
		}
	}
	if basis := f.Responsible.Basis; basis != "" && (said.Responsible.Basis == basis || said.Responsible.Basis == "" || strings.Contains(said.Responsible.Basis, ", ,")) {
		return fmt.Errorf("the basis %q is %q", basis, said.Responsible.Basis)
	}
	return nil
}

// All findings of the demonstration are said whole in each language, and English
// stays as it is.
func TestTheDemonstrationIsSaid(t *testing.T) {
	a, zones := readTerms(t, filepath.Join("..", "examples", "paris-2026", "agreement.yaml"))
	j := finding.New(a, zones)
	incidents := fuse(simulate.Demo(1).Observations)
	j.Notice(incidents...)
	var found []finding.Finding
	for i := range incidents {
		found = append(found, j.Judge(&incidents[i])...)
	}
	found = append(found, j.Deadlines(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), incidents...)...)
	if len(found) < 200 {
		t.Fatalf("%d findings", len(found))
	}
	for lang, s := range tellers(t, a) {
		for i, said := range s.Findings(found) {
			if err := spoken(&found[i], &said); err != nil {
				t.Fatalf("%s: %s: %v", lang, said.ID, err)
			}
		}
		for _, in := range incidents {
			for i, m := range s.Members(in.Members) {
				if why := in.Members[i].Why; why != "" && (m.Why == why || m.Why == "" || strings.ContainsAny(m.Why, "{}")) {
					t.Fatalf("%s: %s: %q is %q", lang, in.ID, why, m.Why)
				}
			}
		}
	}
}

// Whatever may happen under each agreement that comes with the program, its
// reasons are said whole in each language.
func TestEveryExampleIsSaid(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "examples", "*", "agreement.yaml"))
	if err != nil || len(files) < 7 {
		t.Fatal("no examples", err)
	}
	for _, file := range append(files, filepath.Join("..", "finding", "testdata", "terms.yaml")) {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			a, zones := readTerms(t, file)
			say := tellers(t, a)
			rapid.Check(t, func(r *rapid.T) {
				j := finding.New(a, zones)
				in, before := happening(r, a)
				j.Notice(in, before)
				found := append(j.Judge(&in), j.Deadlines(in.To.Add(time.Hour), in, before)...)
				for lang, s := range say {
					for i, said := range s.Findings(found) {
						if err := spoken(&found[i], &said); err != nil {
							r.Fatalf("%s: %s: %v", lang, said.ID, err)
						}
					}
				}
			})
		})
	}
}

// happening draws an incident under an agreement, and an announcement of one.
func happening(r *rapid.T, a *agreement.Agreement) (in, before incident.Incident) {
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	var times []time.Time
	for _, c := range a.Ceasefire {
		times = append(times, c.From.Time)
	}
	for i := range a.Provisions {
		if q := a.Provisions[i].Requires; q != nil && !q.Deadline.IsZero() {
			times = append(times, q.Deadline.Time)
		}
	}
	if len(times) > 0 {
		at = rapid.SampledFrom(times).Draw(r, "near")
	}
	in = incident.Incident{ID: "I-TEST", Activity: rapid.SampledFrom(observation.Activities()).Draw(r, "activity"),
		Weapon: rapid.SampledFrom(append(observation.Weapons(), "")).Draw(r, "weapon"), Probability: rapid.Float64Range(0.2, 1).Draw(r, "probability"),
		Direction:          rapid.SampledFrom([]observation.Direction{"", observation.Outgoing, observation.Impact, observation.Incoming}).Draw(r, "direction"),
		IndependentSources: rapid.IntRange(1, 12).Draw(r, "sources")}
	in.From = at.Add(time.Duration(rapid.IntRange(-3*24*3600, 30*24*3600).Draw(r, "second")) * time.Second)
	in.To = in.From.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 48}).Draw(r, "hours")) * time.Hour)
	in.Count.N = rapid.IntRange(0, 1200).Draw(r, "count")
	means := rapid.SampledFrom([]observation.Means{observation.Patrol, observation.News, observation.Party}).Draw(r, "means")
	in.Members = []incident.Member{{Source: "s", Ref: "1", Means: means, Independent: true}}
	if area := a.Area; len(area) == 4 && rapid.IntRange(0, 9).Draw(r, "placed") > 0 {
		in.Position = &observation.Position{Lat: rapid.Float64Range(area[1], area[3]).Draw(r, "lat"), Lon: rapid.Float64Range(area[0], area[2]).Draw(r, "lon"),
			Radius: rapid.SampledFrom([]float64{0, 50, 3000, 40000}).Draw(r, "radius")}
	}
	if len(a.Sites) > 0 && rapid.Bool().Draw(r, "at a site") {
		in.Place = rapid.SampledFrom(a.Sites).Draw(r, "site").ID
	}
	if rapid.Bool().Draw(r, "area") {
		in.Area = "Somewhere"
	}
	for _, c := range []string{"aggregate", "admin-centroid", "multi-day", "day-only"} {
		if rapid.IntRange(0, 4).Draw(r, c) == 0 {
			in.Caveats = append(in.Caveats, c)
		}
	}
	for range rapid.IntRange(0, 2).Draw(r, "actors") {
		in.Actors = append(in.Actors, rapid.SampledFrom(a.Parties).Draw(r, "actor").ID)
	}
	if rapid.IntRange(0, 5).Draw(r, "strange") == 0 {
		in.Actors = []string{"Nobody's men"}
	}
	if rapid.IntRange(0, 2).Draw(r, "claimed") == 0 {
		in.Claims = []incident.Claim{{Source: "s", Party: rapid.SampledFrom(a.Parties).Draw(r, "blamed").ID, Means: means}}
	}
	if rapid.IntRange(0, 3).Draw(r, "course") == 0 {
		h := rapid.Float64Range(0, 359).Draw(r, "heading")
		in.Heading = &h
	}
	in.Extra = map[string]string{}
	for _, key := range []string{"missing", "circumstance", "actor", "delivery"} {
		if rapid.IntRange(0, 3).Draw(r, key) > 0 {
			continue
		}
		switch key {
		case "missing":
			in.Extra[key], in.Extra["serials"] = "2", "a1"
		case "circumstance":
			in.Extra[key] = rapid.SampledFrom([]string{"self-defence", "exercise", "medical", "demining", "repair"}).Draw(r, "of")
		case "actor":
			in.Extra[key] = rapid.SampledFrom(a.Parties).Draw(r, "set").ID
		case "delivery":
			in.Extra[key] = rapid.SampledFrom(a.Provisions).Draw(r, "delivered").ID
			in.Extra["delivery_state"] = rapid.SampledFrom([]string{"", "refused"}).Draw(r, "state")
		}
	}
	before = in
	before.ID, before.Reported = "I-BEFORE", in.From.Add(-time.Duration(rapid.IntRange(1, 100).Draw(r, "notice"))*time.Hour)
	if rapid.Bool().Draw(r, "told") {
		before.Extra = map[string]string{"told": rapid.SampledFrom(a.Parties).Draw(r, "whom").ID, "circumstance": in.Extra["circumstance"]}
	}
	return in, before
}

// fuse makes incidents of observations.
func fuse(observations []observation.Observation) []incident.Incident {
	slices.SortStableFunc(observations, func(a, b observation.Observation) int { return a.From.Compare(b.From) })
	var f incident.Fuser
	for i := range observations {
		f.Add(uint64(i), &observations[i])
	}
	return f.Flush()
}

// The chain of one finding in the three languages.
func TestOneFindingInThreeLanguages(t *testing.T) {
	a, zones := readTerms(t, filepath.Join("..", "examples", "paris-2026", "agreement.yaml"))
	j := finding.New(a, zones)
	incidents := fuse(simulate.Demo(1).Observations)
	i := slices.IndexFunc(incidents, func(in incident.Incident) bool {
		return slices.ContainsFunc(j.Judge(&in), func(f finding.Finding) bool {
			return f.Result == finding.Breach && len(f.Reasons) > 12 && in.IndependentSources > 1
		})
	})
	if i < 0 {
		t.Fatal("no breach in the demonstration")
	}
	found := j.Judge(&incidents[i])
	f := found[slices.IndexFunc(found, func(f finding.Finding) bool { return f.Result == finding.Breach })]
	var b strings.Builder
	for _, lang := range report.Languages() {
		s, err := report.NewTeller(lang, a)
		if err != nil {
			t.Fatal(err)
		}
		said := s.Findings([]finding.Finding{f})[0]
		fmt.Fprintf(&b, "%s: %s\n", lang, said.Responsible.Basis)
		for _, r := range said.Reasons {
			fmt.Fprintf(&b, "  %s: %s\n", r.Code, r.Text)
		}
	}
	golden(t, "reasons.txt", []byte(b.String()))
}
