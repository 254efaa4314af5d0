package statement_test

import (
	"bytes"
	"fmt"
	"html"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/statement"
)

func reader(t testing.TB) *statement.Reader {
	t.Helper()
	r, err := statement.NewReader()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sound says what is wrong with what was read: every span lies in the text and
// has its words, every proposal says who, what and why, no id comes twice.
func sound(a *statement.Article) error {
	ids := map[string]bool{}
	part := func(p statement.Part) error {
		if p.From < 0 || p.To > len(a.Text) || p.From >= p.To {
			return fmt.Errorf("span %d to %d of a text of %d bytes", p.From, p.To, len(a.Text))
		}
		if a.Text[p.From:p.To] != p.Text || !utf8.ValidString(p.Text) {
			return fmt.Errorf("at %d stands %q, not %q", p.From, a.Text[p.From:p.To], p.Text)
		}
		return nil
	}
	for _, p := range a.Proposals {
		if ids[p.ID] {
			return fmt.Errorf("%s comes twice", p.ID)
		}
		ids[p.ID] = true
		if p.Speaker == "" || len(p.Quote) == 0 || len(p.Reasons) == 0 || p.Confidence <= 0 || p.Confidence > 1 {
			return fmt.Errorf("%s lacks something: %+v", p.ID, p)
		}
		if !slices.Contains([]string{statement.Direct, statement.Reported, statement.Mixed}, p.Kind) {
			return fmt.Errorf("%s is of kind %q", p.ID, p.Kind)
		}
		if err := part(p.Sentence); err != nil {
			return fmt.Errorf("%s: sentence: %w", p.ID, err)
		}
		last := p.Sentence.From
		for _, q := range p.Quote {
			if err := part(q); err != nil {
				return fmt.Errorf("%s: %w", p.ID, err)
			}
			if q.From < last || q.To > p.Sentence.To {
				return fmt.Errorf("%s: %q stands outside its sentence or before what came before it", p.ID, q.Text)
			}
			last = q.To
		}
	}
	return nil
}

func TestSpansReproduceTheText(t *testing.T) {
	r := reader(t)
	for _, a := range texts(t) {
		for _, language := range append(statement.Languages(), "") {
			x, err := r.Read(a.text, language)
			if err != nil {
				t.Fatal(err)
			}
			if err := sound(x); err != nil {
				t.Errorf("%s read as %q: %v", a.name, language, err)
			}
			again, err := reader(t).Read(a.text, language)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(x, again, cmp.AllowUnexported(statement.Proposal{})); diff != "" {
				t.Errorf("%s read again is something else:\n%s", a.name, diff)
			}
		}
	}
}

// Sentences of all texts in any order, cut anywhere: nothing breaks.
func TestAnyTextIsReadSoundly(t *testing.T) {
	r := reader(t)
	var pieces []string
	for _, a := range texts(t) {
		for line := range strings.Lines(a.text) {
			pieces = append(pieces, line)
			pieces = append(pieces, strings.SplitAfter(line, " ")...)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 30).Draw(t, "pieces"), "")
		x, err := r.Read(text, rapid.SampledFrom(statement.Languages()).Draw(t, "language"))
		if err != nil {
			t.Fatal(err)
		}
		if err := sound(x); err != nil {
			t.Fatal(err)
		}
	})
}

// An article says the same as HTML, in whatever charset, as it does as text.
func TestHTMLSaysTheSame(t *testing.T) {
	r := reader(t)
	for _, a := range texts(t) {
		if a.name == "seed" { // its paragraphs are lines, but it has headings between
			continue
		}
		want, err := r.Read(a.text, "")
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		b.WriteString("<!DOCTYPE html><html><head><meta charset=\"%s\"><title>T</title><script>“No,” Nobody Here said.</script></head><body><nav><ul><li>“No,” Nobody Here said.</li></ul></nav><article>")
		for line := range strings.Lines(a.text) {
			b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(strings.TrimSpace(line)), " ", "\n <b></b>") + "</p>\n")
		}
		b.WriteString("</article><footer>“No,” Nobody Here said.</footer></body></html>")
		pages := map[string][]byte{"utf-8": []byte(strings.Replace(b.String(), "%s", "utf-8", 1))}
		if a.Language == "ru" {
			raw, err := charmap.Windows1251.NewEncoder().String(strings.Replace(b.String(), "%s", "windows-1251", 1))
			if err != nil {
				t.Fatal(err)
			}
			pages["windows-1251"] = []byte(raw)
		}
		for charset, page := range pages {
			text, err := statement.Plain(page)
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.Read(text, "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(words(want), words(got)); diff != "" {
				t.Errorf("%s in %s:\n%s", a.name, charset, diff)
			}
		}
	}
}

func words(a *statement.Article) []string {
	var out []string
	for _, p := range a.Proposals {
		out = append(out, p.Speaker+": "+p.Words())
	}
	return out
}

func TestWhatIsNoTextIsRefused(t *testing.T) {
	if _, err := statement.Plain([]byte{'a', 0xff, 0xfe}); err == nil {
		t.Error("bytes that are no UTF-8 were taken for text")
	}
	r := reader(t)
	for _, text := range []string{"", "12 34", "Der Minister hat gesagt, dass die Waffenruhe hält."} {
		if a, err := r.Read(text, ""); err == nil {
			t.Errorf("%q was read as %s", text, a.Language)
		}
	}
	if _, err := r.Read("text", "de"); err == nil || !strings.Contains(err.Error(), "expected one of en, fr, uk, ru, tr") {
		t.Errorf("a language that nobody reads: %v", err)
	}
}

// Words that only look like those of saying, or like somebody's, tell nothing.
func TestWhoSaidIt(t *testing.T) {
	r := reader(t)
	for _, c := range []struct {
		name, language, text string
		want                 []string
	}{
		{"the night is no verb", "fr", "Le maire de Brenne, Paul Aubin, est arrivé à la gare.\nLa mairie a passé une nuit “terrible et très longue pour tous les habitants”.", nil},
		{"a doctor is no teacher", "en", "“We leave tomorrow,” said teacher Anna Hill. It rained all day.\nThe doctor said the clinic was shut. The teacher said the school was open.",
			[]string{"Anna Hill: We leave tomorrow", "doctor: the clinic was shut", "Anna Hill: the school was open"}},
	} {
		a, err := r.Read(c.text, c.language)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, words(a)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// What is proposed can stand in an agreement once a person has filled in what
// only a person can say.
func TestPositionsAreOnesOfAnAgreement(t *testing.T) {
	r := reader(t)
	for _, a := range texts(t) {
		x, err := r.Read(a.text, "")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := x.WritePositions(&b, statement.Source{Date: "2026-03-04"}, "en"); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Positions []struct {
				ID, Party, Speaker, Issue, At, Stance string
				Words                                 any
				Why                                   []agreement.Citation
			}
		}
		if err := yaml.UnmarshalWithOptions(b.Bytes(), &got, yaml.Strict()); err != nil {
			t.Fatalf("%s: %v\n%s", a.name, err, b.String())
		}
		if len(got.Positions) != len(x.Proposals) {
			t.Fatalf("%s: %d positions of %d", a.name, len(got.Positions), len(x.Proposals))
		}
		for i, p := range got.Positions {
			if want := x.Proposals[i]; p.Speaker != want.Title() || p.Why[0].Quote != want.Sentence.Text || !strings.Contains(a.text, p.Why[0].Quote) {
				t.Errorf("%s: %+v", a.name, p)
			}
		}
	}
}

// Parties and issues come from the agreement alone: with other names it finds
// others.
func TestPartiesAreTheAgreements(t *testing.T) {
	r := reader(t)
	terms := &agreement.Agreement{
		Parties: []agreement.Party{{ID: "east", Name: agreement.Text{"en": "Arvenia"}, Actors: []string{"Arvenian"}}, {ID: "west", Name: agreement.Text{"en": "Sorland"}}},
		Issues:  []agreement.Issue{{ID: "guns", Title: agreement.Text{"en": "Where the heavy guns stand"}}, {ID: "people", Title: agreement.Text{"en": "Exchange of prisoners"}}},
	}
	text := "“Our guns will stay,” said the Arvenian minister Daniel Okafor. Sorland announced that the exchange of prisoners would go on. According to Ingrid Halvorsen, it snowed in the valley."
	x, err := r.Read(text, "en")
	if err != nil {
		t.Fatal(err)
	}
	r.Match(x, terms)
	var got []string
	for _, p := range x.Proposals {
		issue := ""
		if len(p.Issues) > 0 {
			issue = p.Issues[0].ID
		}
		got = append(got, p.Speaker+"/"+p.Party+"/"+issue)
	}
	if diff := cmp.Diff([]string{"Daniel Okafor/east/guns", "Sorland/west/people", "Ingrid Halvorsen//"}, got); diff != "" {
		t.Error(diff)
	}
	terms.Parties[0].ID, terms.Parties[1].ID = "west", "east"
	r.Match(x, terms)
	if x.Proposals[0].Party != "west" || x.Proposals[1].Party != "east" {
		t.Errorf("sides swapped: %s, %s", x.Proposals[0].Party, x.Proposals[1].Party)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("<html><body><article><p>« Oui », a-t-il dit.</p></article>"), uint8(1))
	f.Add([]byte("– Ні, – сказав він. – Так."), uint8(2))
	f.Add([]byte("\"Evet\" dedi. X'e göre y."), uint8(4))
	f.Add([]byte("“a ‘b’ «c» „d“ \"e"), uint8(0))
	r, err := statement.NewReader()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte, language uint8) {
		text, err := statement.Plain(raw)
		if err != nil {
			return
		}
		if !utf8.ValidString(text) {
			t.Fatalf("%q is no UTF-8", text)
		}
		a, err := r.Read(text, statement.Languages()[int(language)%len(statement.Languages())])
		if err != nil {
			t.Fatal(err)
		}
		if err := sound(a); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	r := reader(b)
	text := strings.Repeat("“Our guns will stay,” said the Arvenian minister Daniel Okafor. He added that the exchange of prisoners would go on. The minister left.\n", 3500)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := r.Read(text, "en"); err != nil {
			b.Fatal(err)
		}
	}
}
