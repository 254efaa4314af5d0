package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
)

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
	case "is", "agrees":
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
