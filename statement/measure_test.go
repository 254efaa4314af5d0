package statement_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/truce-monitor/truce/statement"
)

var update = flag.Bool("update", false, "write the figures to the page")

// score counts matches: a proposal is right if the speaker is the annotated
// one (or one of the answers that are as right) and its words and the annotated
// ones overlap by at least half of what both cover. One proposal for each.
type score struct{ right, proposed, annotated, offices, withOffice int }

func (s *score) add(o score) {
	s.right += o.right
	s.proposed += o.proposed
	s.annotated += o.annotated
	s.offices += o.offices
	s.withOffice += o.withOffice
}

func (s score) precision() float64 { return share(s.right, s.proposed) }
func (s score) recall() float64    { return share(s.right, s.annotated) }

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

func plain(s string) string {
	s = strings.ToLower(strings.NewReplacer("’", "'", "İ", "i", "I", "i", "ı", "i").Replace(s))
	for _, article := range []string{"the ", "a ", "l'", "le ", "la "} {
		s = strings.TrimPrefix(s, article)
	}
	return strings.Join(strings.Fields(s), " ")
}

func sameSpeaker(g *gold, speaker string) bool {
	return slices.ContainsFunc(append([]string{g.Speaker}, g.Also...), func(s string) bool { return plain(s) == plain(speaker) })
}

// overlap is what two lists of spans share, of what both cover, in bytes.
func overlap(a, b []statement.Span) float64 {
	in := map[int]int{}
	for _, s := range a {
		for i := s.From; i < s.To; i++ {
			in[i] |= 1
		}
	}
	for _, s := range b {
		for i := s.From; i < s.To; i++ {
			in[i] |= 2
		}
	}
	both := 0
	for _, v := range in {
		if v == 3 {
			both++
		}
	}
	return share(both, len(in))
}

func last(name string) string { return name[strings.LastIndex(name, " ")+1:] }

type guess struct {
	speaker, office string
	spans           []statement.Span
}

func measure(a *annotated, guesses []guess, surname bool, say func(string, ...any)) score {
	s := score{proposed: len(guesses), annotated: len(a.Statements)}
	used := make([]bool, len(guesses))
	for i := range a.Statements {
		g := &a.Statements[i]
		best, most := -1, 0.5
		for k, x := range guesses {
			if o := overlap(g.spans(), x.spans); !used[k] && o >= most && (sameSpeaker(g, x.speaker) || surname && sameSpeaker(&gold{Speaker: last(g.Speaker)}, last(x.speaker))) {
				best, most = k, o
			}
		}
		if best < 0 {
			say("%s: missed %s: %q (%s)", a.name, g.Speaker, g.Quote[0].Text, g.Verb)
			continue
		}
		used[best] = true
		s.right++
		if g.Role != "" {
			s.withOffice++
			if x, y := plain(guesses[best].office), plain(g.Role); x != "" && (strings.Contains(x, y) || strings.Contains(y, x)) {
				s.offices++
			} else {
				say("%s: office of %s: %q, want %q", a.name, g.Speaker, guesses[best].office, g.Role)
			}
		}
	}
	for k, x := range guesses {
		if !used[k] {
			var words []string
			for _, p := range x.spans {
				words = append(words, p.Of(a.text))
			}
			say("%s: wrong %s: %q", a.name, x.speaker, words)
		}
	}
	return s
}

// simple is the other way that the reader is held against: what stands in
// quotation marks, by the two or more words in capitals that stand nearest. A surname is enough of it.
func simple(text string) []guess {
	quotes := regexp.MustCompile(`«([^»]+)»|“([^”]+)”|„([^“”]+)[“”]|"([^"\n]+)"`)
	names := regexp.MustCompile(`\p{Lu}[\p{L}’'-]+(?: \p{Lu}[\p{L}’'-]+)+`)
	found := names.FindAllStringIndex(text, -1)
	var out []guess
	for _, q := range quotes.FindAllStringSubmatchIndex(text, -1) {
		var span statement.Span
		for k := 2; k+1 < len(q); k += 2 {
			if q[k] >= 0 {
				span = statement.Span{From: q[k], To: q[k+1]}
			}
		}
		best, least := "", len(text)
		for _, n := range found {
			away := max(q[0]-n[1], n[0]-q[1])
			if away >= 0 && away < least {
				best, least = text[n[0]:n[1]], away
			}
		}
		if best != "" {
			words := strings.Fields(best) // the last two: what stands before is an office
			out = append(out, guess{strings.Join(words[len(words)-2:], " "), "", []statement.Span{span}})
		}
	}
	return out
}

func read(t *testing.T, a *annotated) []guess {
	t.Helper()
	r, err := statement.NewReader()
	if err != nil {
		t.Fatal(err)
	}
	x, err := r.Read(a.text, "")
	if err != nil {
		t.Fatal(err)
	}
	if x.Language != a.Language {
		t.Errorf("%s: the language is %s; want %s", a.name, x.Language, a.Language)
	}
	var out []guess
	for _, p := range x.Proposals {
		g := guess{speaker: p.Speaker, office: p.Office}
		for _, q := range p.Quote {
			g.spans = append(g.spans, q.Span)
		}
		out = append(out, g)
	}
	return out
}

const page = "../docs/statements.md"

// table is one table of figures on the page: as it stands there, and as it is now.
type table struct {
	t             *testing.T
	doc, from, at string
	now           strings.Builder
}

// tableOf finds the table that a test holds.
func tableOf(t *testing.T, test string) *table {
	t.Helper()
	doc, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	x := &table{t: t, doc: string(doc), from: test + " -update -->\n"}
	_, rest, ok := strings.Cut(x.doc, x.from)
	at, _, ok2 := strings.Cut(rest, "<!-- end -->")
	if !ok || !ok2 {
		t.Fatalf("%s has no table of figures for %s", page, test)
	}
	x.at = at
	x.now.WriteString("| text | annotated | proposed | right | precision | recall | simple: precision | simple: recall | office right |\n|---|---|---|---|---|---|---|---|---|\n")
	return x
}

// hold writes a row and complains if its figures are below those on the page,
// or other than they without -update, or no better than those of the simple way.
func (x *table) hold(name string, s, simple score) {
	row := fmt.Sprintf("| %s | %d | %d | %d | %.2f | %.2f | %.2f | %.2f | %d of %d |\n", name, s.annotated, s.proposed, s.right, s.precision(), s.recall(),
		simple.precision(), simple.recall(), s.offices, s.withOffice)
	x.now.WriteString(row)
	at := strings.Index(x.at, "| "+name+" |")
	if at < 0 {
		if !*update {
			x.t.Errorf("%s has no row for %s; go test ./statement -run %s", page, name, strings.TrimSuffix(x.from, " -->\n"))
		}
		return
	}
	was, _, _ := strings.Cut(x.at[at:], "\n")
	cells := strings.Split(was, "|")
	number := func(i int) float64 {
		v, err := strconv.ParseFloat(strings.TrimSpace(cells[i]), 64)
		if err != nil {
			x.t.Errorf("%s: %s: %v", page, name, err)
		}
		return v
	}
	const rounded = 0.005001
	if s.precision() < number(5)-rounded || s.recall() < number(6)-rounded {
		x.t.Errorf("%s: precision %.2f, recall %.2f have fallen below the %.2f and %.2f that %s states", name, s.precision(), s.recall(), number(5), number(6), page)
	} else if was+"\n" != row && !*update {
		x.t.Errorf("%s states %s; it is now %s", page, was, row)
	}
	if s.precision() <= simple.precision() || s.recall() <= simple.recall() {
		x.t.Errorf("%s: no better than quotation marks and the nearest name", name)
	}
}

// write puts the table on the page, if that is asked for and nothing failed.
func (x *table) write() {
	if !*update || x.t.Failed() {
		return
	}
	if err := os.WriteFile(page, []byte(strings.Replace(x.doc, x.from+x.at, x.from+x.now.String(), 1)), 0o644); err != nil {
		x.t.Fatal(err)
	}
}

// TestMeasured holds the figures in docs/statements.md: none may fall, and what
// rises is written there by -update.
func TestMeasured(t *testing.T) {
	figures := tableOf(t, "TestMeasured")
	list := texts(t)
	var all, other [2]score
	for i := range list {
		a := &list[i]
		say := func(string, ...any) {} // of held-out texts only the figures are looked at
		k := 0
		if a.HeldOut {
			k = 1
		} else if testing.Verbose() {
			say = t.Logf
		}
		s, o := measure(a, read(t, a), false, say), measure(a, simple(a.text), true, func(string, ...any) {})
		all[k].add(s)
		other[k].add(o)
		figures.hold(a.name, s, o)
	}
	complete := slices.ContainsFunc(list, func(a annotated) bool { return a.name == "seed" })
	if complete {
		figures.hold("all tuned", all[0], other[0])
	}
	figures.hold("all held out", all[1], other[1])
	if complete {
		figures.write()
	}
}

// TestBlind holds the figures of the texts that whoever wrote the rules had not
// seen, by language.
func TestBlind(t *testing.T) { holdUnseen(t, "TestBlind", "testdata/blind", "blind") }

// TestBlindOrdinary holds those of the ordinary texts, which the rules met once, after they were made.
func TestBlindOrdinary(t *testing.T) {
	holdUnseen(t, "TestBlindOrdinary", "testdata/blind2", "ordinary")
}

// holdUnseen holds the figures of a folder's texts by language. What was missed is
// not said, so that they stay unseen.
func holdUnseen(t *testing.T, test, folder, group string) {
	t.Helper()
	figures := tableOf(t, test)
	var all, other score
	by, simply := map[string]score{}, map[string]score{}
	list := textsIn(t, folder)
	for i := range list {
		a := &list[i]
		silent := func(string, ...any) {}
		s, o := measure(a, read(t, a), false, silent), measure(a, simple(a.text), true, silent)
		all.add(s)
		other.add(o)
		x, y := by[a.Language], simply[a.Language]
		x.add(s)
		y.add(o)
		by[a.Language], simply[a.Language] = x, y
	}
	for _, language := range slices.Sorted(maps.Keys(by)) {
		figures.hold(language+" "+group, by[language], simply[language])
	}
	figures.hold("all "+group, all, other)
	figures.write()
}
