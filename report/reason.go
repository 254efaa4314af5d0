package report

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

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
	return said(s, list, func(f *finding.Finding) {
		f.Reasons = s.Reasons(f.Reasons)
		if len(f.Responsible.Grounds) > 0 {
			f.Responsible.Basis = s.grounds(f.Responsible.Grounds)
		}
	})
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
	return said(s, list, func(p *commitment.Pledge) {
		p.Reasons = s.Reasons(p.Reasons)
		p.Condition.Terms = said(s, p.Condition.Terms, func(t *commitment.Term) { t.Reasons = s.Reasons(t.Reasons) })
	})
}

// Members says why observations are of an incident; those given stay as they are.
func (s *Teller) Members(list []incident.Member) []incident.Member {
	return said(s, list, func(m *incident.Member) {
		causes := m.Causes()
		words := make([]string, len(causes))
		for i, c := range causes {
			digits := 0
			if c.N != math.Trunc(c.N) {
				digits = 1
			}
			words[i] = strings.ReplaceAll(s.texts["why."+c.Code].text, "{n}", s.l.num(c.N, digits))
		}
		if len(words) > 0 {
			m.Why = strings.Join(words, "; ")
		}
	})
}

// Reasons says a chain; the one given stays as it is.
func (s *Teller) Reasons(chain []finding.Reason) []finding.Reason {
	// The provision's words among a reason's values are in the language too.
	return said(s, chain, func(r *finding.Reason) {
		if text, ok := s.expand(r.Code, r.Args); ok {
			r.Text = upper(text)
		}
		if r.Args["words"] != "" {
			r.Args = maps.Clone(r.Args)
			r.Args["words"], _ = s.value("words", r.Args)
		}
	})
}

// said is a copy of a list of which each is said in the teller's language; in English
// the list as it is.
func said[T any](s *Teller, list []T, say func(*T)) []T {
	if s.l == nil {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		say(&out[i])
	}
	return out
}
