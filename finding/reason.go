package finding

import (
	"strconv"
	"strings"
	"time"
)

// chain collects reasons in order.
type chain []Reason

// add appends a step; args are names and values in turn.
func (c *chain) add(code, text string, args ...string) {
	r := Reason{Code: code, Text: text}
	if len(args) > 1 {
		r.Args = make(map[string]string, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			if args[i+1] != "" {
				r.Args[args[i]] = args[i+1]
			}
		}
	}
	*c = append(*c, r)
}

// cite gives the provision, its stage and the words on which they rest.
func (c *chain) cite(r *rule) {
	p := r.provision
	words := p.Words.In("en")
	c.add("provision", "Provision "+p.ID+articleOf(p)+": “"+words+"”", "provision", p.ID, "article", p.Article, "words", words, "stage", r.stageID())
	if r.stage != nil {
		text := "Stage " + r.stage.ID
		if words := r.stage.Words.In("en"); words != "" {
			text += ": “" + words + "”"
		}
		c.add("stage", text, "provision", p.ID, "stage", r.stage.ID, "words", r.stage.Words.In("en"))
	}
	for _, w := range p.Why {
		if w.Quote != "" {
			c.add("sentence", "Text "+w.Text+": “"+w.Quote+"”", "text", w.Text, "article", w.Article, "quote", w.Quote, "language", w.Language)
		}
	}
}

func number(v float64) string { return strconv.FormatFloat(round(v), 'g', -1, 64) }

func integer(n int) string { return strconv.Itoa(n) }

// percent writes a probability so that only certainty reads as 0 or 100 %.
func percent(p float64) string {
	switch {
	case p > 0 && p < 0.01:
		return "under 1 %"
	case p < 1 && p > 0.99:
		return "over 99 %"
	}
	return strconv.FormatFloat(p*100, 'f', 0, 64) + " %"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func km(metres float64) string {
	if metres < 1000 {
		return strconv.FormatFloat(metres, 'f', 0, 64) + " m"
	}
	return strconv.FormatFloat(metres/1000, 'f', 1, 64) + " km"
}

func list(words []string) string {
	if len(words) == 0 {
		return "nobody"
	}
	return strings.Join(words, ", ")
}
