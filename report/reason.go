package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
)

// Teller says the reasons of findings, commitments and incidents in one language.
// English is as they have it; in others the sentence of a reason's code is written
// with the reason's values: probabilities so that only certainty reads as 0 or
// 100 %, instants in UTC, parties, zones, sites and lines by the agreement's names,
// and its words in the language where it has them. What has no sentence stays in
// English. The zero value says English; it is safe for concurrent use.
type Teller struct {
	Lang string // one of Languages; empty: English

	l            *locale // nil: English
	texts        map[string]entry
	agreement    *agreement.Agreement
	translations map[[2]string]agreement.Text // of quotes, by text and quote
}

// NewTeller returns a Teller of one of Languages. Errors: any other language.
func NewTeller(lang string, a *agreement.Agreement) (*Teller, error) {
	n := namesOf(&Input{Agreement: a})
	l, err := newLocale(lang, time.UTC, &n)
	if err != nil || l.lang == "en" {
		return &Teller{Lang: "en"}, err
	}
	s := &Teller{Lang: lang, l: l, agreement: a, translations: map[[2]string]agreement.Text{}}
	if s.texts, err = catalogue("reasons/" + lang); err != nil {
		return nil, err
	}
	translated := func(why []agreement.Citation) {
		for _, c := range why {
			if len(c.Translation) > 0 {
				s.translations[[2]string{c.Text, c.Quote}] = c.Translation
			}
		}
	}
	for i := range a.Provisions {
		translated(a.Provisions[i].Why)
	}
	for i := range a.Commitments {
		translated(a.Commitments[i].Why)
		for k := range a.Commitments[i].Limits {
			translated(a.Commitments[i].Limits[k].Why)
		}
	}
	return s, nil
}

// Findings says the reasons of findings; those given stay as they are.
func (s *Teller) Findings(list []finding.Finding) []finding.Finding {
	if s.l == nil {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		f := &out[i]
		f.Reasons = s.Reasons(f.Reasons)
		if len(f.Responsible.Grounds) > 0 {
			f.Responsible.Basis = s.grounds(f.Responsible.Grounds)
		}
	}
	return out
}

// Answers says what a finding that Findings gave answers to each of its questions, a
// line each; nil in English.
func (s *Teller) Answers(f *finding.Finding) []string {
	if s.l == nil {
		return nil
	}
	number := func(p float64) string { return strconv.FormatFloat(p, 'f', -1, 64) }
	var out []string
	for _, head := range []struct {
		key  string
		args map[string]string
	}{
		{"finding", map[string]string{"finding": f.ID, "result": string(f.Result), "provision": f.Provision, "severity": f.Severity}},
		{"occurrence", map[string]string{"step": f.Occurrence.Step, "probability": number(f.Occurrence.Probability), "sources": strconv.Itoa(f.Occurrence.Sources)}},
		{"breach", map[string]string{"probability": number(f.BreachProbability)}},
		{"responsible", map[string]string{"party": f.Responsible.Party, "probability": number(f.Responsible.Probability), "basis": f.Responsible.Basis}},
	} {
		if text, ok := s.expand("head."+head.key, head.args); ok {
			out = append(out, text)
		}
	}
	return out
}

// Pledges says the reasons of commitments, those of their conditions' terms too;
// those given stay as they are.
func (s *Teller) Pledges(list []commitment.Pledge) []commitment.Pledge {
	if s.l == nil {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		p := &out[i]
		p.Reasons = s.Reasons(p.Reasons)
		p.Condition.Terms = slices.Clone(p.Condition.Terms)
		for k := range p.Condition.Terms {
			t := &p.Condition.Terms[k]
			t.Reasons = s.Reasons(t.Reasons)
		}
	}
	return out
}

// Members says why observations are of an incident; those given stay as they are.
func (s *Teller) Members(list []incident.Member) []incident.Member {
	if s.l == nil {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		causes := out[i].Causes()
		words := make([]string, len(causes))
		for k, c := range causes {
			digits := 0
			if c.N != math.Trunc(c.N) {
				digits = 1
			}
			words[k] = strings.ReplaceAll(s.texts["why."+c.Code].text, "{n}", s.l.num(c.N, digits))
		}
		if len(words) > 0 {
			out[i].Why = strings.Join(words, "; ")
		}
	}
	return out
}

// Reasons says a chain; the one given stays as it is.
func (s *Teller) Reasons(chain []finding.Reason) []finding.Reason {
	if s.l == nil {
		return chain
	}
	out := slices.Clone(chain)
	for i := range out {
		out[i] = s.reason(out[i])
	}
	return out
}

// reason says one; the provision's words among its values are in the language too.
func (s *Teller) reason(r finding.Reason) finding.Reason {
	if text, ok := s.expand(r.Code, r.Args); ok {
		r.Text = upper(text)
	}
	if r.Args["words"] != "" {
		r.Args = maps.Clone(r.Args)
		r.Args["words"], _ = s.value("words", r.Args)
	}
	return r
}

// expand writes the text of a key with its values; false: there is none that has
// all of them.
func (s *Teller) expand(key string, args map[string]string) (string, bool) {
	e, ok := s.texts[key]
	if !ok {
		return "", false
	}
	for _, template := range append(slices.Clip(e.either), e.text) {
		if text, ok := s.fill(template, args); ok && text != "" {
			return text, true
		}
	}
	return "", false
}

// fill writes values for {names}. A part in [brackets] is left out where it lacks a
// value; false: another one is lacking.
func (s *Teller) fill(template string, args map[string]string) (string, bool) {
	var b strings.Builder
	for template != "" {
		i := strings.IndexAny(template, "[{")
		if i < 0 {
			b.WriteString(template)
			break
		}
		b.WriteString(template[:i])
		closing := "}"
		if template[i] == '[' {
			closing = "]"
		}
		part, rest, ok := strings.Cut(template[i+1:], closing)
		if !ok {
			return "", false
		}
		var text string
		if closing == "]" {
			text, _ = s.fill(part, args)
		} else if text, ok = s.value(part, args); !ok {
			return "", false
		}
		b.WriteString(text)
		template = rest
	}
	return b.String(), true
}

// value writes one value as the language does, by what its name says of it.
func (s *Teller) value(name string, args map[string]string) (string, bool) {
	v := args[name]
	if v == "" {
		return s.derived(name, args)
	}
	if text, ok := s.expand(name+"."+v, args); ok {
		return text, true
	}
	l := s.l
	switch name {
	case "probability", "threshold", "share", "any":
		return numeral(v, s.percent)
	case "distance_m", "radius_m", "line_radius_m", "min_m":
		return numeral(v, s.distance)
	case "weight", "number", "delivered", "late", "count", "least", "most", "max", "incidents":
		return numeral(v, func(x float64) string { return l.num(x, decimals(v)) })
	case "from", "until", "to", "at", "deadline", "as_of", "since", "date":
		t, err := time.Parse(time.RFC3339, v)
		return s.instant(t), err == nil
	case "lead", "before":
		d, err := time.ParseDuration(v)
		return unbroken(l.duration(d)), err == nil
	case "reports", "sources":
		n, err := strconv.Atoi(v)
		return s.counted("count."+name, n), err == nil
	case "party", "side", "host", "by":
		return l.party(v), true
	case "parties", "excluded", "covered":
		return s.parties(v), true
	case "actors":
		return l.list(strings.Split(v, ", ")), true
	case "zone":
		return l.zone(v), true
	case "line":
		return l.line(v), true
	case "site":
		if site := s.agreement.Site(v); site != nil {
			return s.either(site.Name, v), true
		}
	case "words":
		if p := s.agreement.Provision(args["provision"]); p != nil {
			return s.either(p.Words, v), true
		}
	case "quote":
		return s.either(s.translations[[2]string{args["text"], v}], v), true
	case "grounds":
		return s.grounds(strings.Split(v, ", ")), true
	case "term":
		return l.term(v, s.instant), true
	case "is":
		return l.word("truth", v), true
	case "agrees":
		return l.word("truth", v), true
	case "truth", "status", "activity", "weapon", "direction", "caveat", "result":
		return lower(l.word(name, v)), true
	case "step":
		return lower(l.word("occurrence", v)), true
	case "firmness":
		return l.word("firm", v), true
	case "kind":
		return lower(l.word("declared", v)), true
	}
	return v, true
}

// derived writes what follows from other values: a part of several sentences, and
// words that reasons do not repeat.
func (s *Teller) derived(name string, args map[string]string) (string, bool) {
	var words agreement.Text
	switch name {
	case "stage_words":
		if p := s.agreement.Provision(args["provision"]); p != nil && p.Requires != nil {
			for i := range p.Requires.Stages {
				if x := &p.Requires.Stages[i]; x.ID == args["stage"] {
					words = x.Words
				}
			}
		}
	case "commitment_words":
		if c := s.agreement.Commitment(args["commitment"]); c != nil {
			words = c.Words
		}
	case "limit_words":
		if c := s.agreement.Commitment(args["commitment"]); c != nil {
			for i := range c.Limits {
				if x := &c.Limits[i]; commitment.LimitID(x, i) == args["limit"] {
					words = x.Words
				}
			}
		}
	default:
		return s.expand("part."+name, args)
	}
	text := s.either(words, words.In("en"))
	return text, text != ""
}

// either is a text in the language, or else as it stands.
func (s *Teller) either(t agreement.Text, stands string) string {
	if text := t[s.l.lang]; text != "" {
		return text
	}
	return stands
}

func (s *Teller) parties(list string) string {
	if list == "nobody" {
		return s.texts["nobody"].text
	}
	words := strings.Split(list, ", ")
	for i, id := range words {
		words[i] = s.l.party(id)
	}
	return s.l.list(words)
}

func (s *Teller) grounds(codes []string) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = s.texts["ground."+code].text
	}
	return strings.Join(words, s.texts["ground.and"].text)
}

func (s *Teller) counted(key string, n int) string {
	e := s.texts[key]
	text := e.forms[s.l.form(n)]
	if text == "" {
		text = e.text
	}
	return strings.ReplaceAll(text, "{n}", s.l.int(n))
}

// percent writes a probability so that only certainty reads as 0 or 100 %.
func (s *Teller) percent(p float64) string {
	switch {
	case p > 0 && p < 0.01:
		return strings.ReplaceAll(s.texts["percent.under"].text, "{n}", "1")
	case p < 1 && p > 0.99:
		return strings.ReplaceAll(s.texts["percent.over"].text, "{n}", "99")
	}
	return unbroken(s.l.t("percent", "n", fmt.Sprint(math.Round(p*100))))
}

func (s *Teller) distance(m float64) string {
	if m < 1000 {
		return unbroken(s.l.t("unit.m", "n", s.l.num(m, 0)))
	}
	return unbroken(s.l.t("unit.km", "n", s.l.num(m/1000, 1)))
}

// instant writes a moment in UTC, to the second where it is known so well.
func (s *Teller) instant(t time.Time) string {
	t = t.UTC()
	layout := "15:04"
	if t.Second() != 0 {
		layout = "15:04:05"
	}
	return strings.NewReplacer("{date}", s.l.longDate(t), "{time}", t.Format(layout)).Replace(s.texts["instant"].text)
}

func numeral(v string, write func(float64) string) (string, bool) {
	x, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return "", false
	}
	return write(x), true
}

// decimals is how many digits a number has behind its point.
func decimals(v string) int {
	_, after, _ := strings.Cut(v, ".")
	return len(after)
}

// unbroken keeps a number and its unit on one line.
func unbroken(text string) string { return strings.ReplaceAll(text, " ", "\u00a0") }

// upper begins a sentence.
func upper(text string) string {
	first, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[n:]
}

// lower begins a name in lower case, as it stands in a sentence; not one in capitals.
func lower(name string) string {
	first, n := utf8.DecodeRuneInString(name)
	if next, _ := utf8.DecodeRuneInString(name[n:]); unicode.IsUpper(next) {
		return name
	}
	return string(unicode.ToLower(first)) + name[n:]
}
