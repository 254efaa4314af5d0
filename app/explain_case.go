package app

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/truce-monitor/truce/casework"
)

// caseFile prints a case: beside a finding its decision alone, on its own all of it.
func (p *printer) caseFile(x *CaseFile, whole bool) {
	title := ""
	if x.Title != "" {
		title = " “" + x.Title + "”"
	}
	p.line(0, "Case %s%s: %s since %s", x.ID, title, x.stands(), Span(x.Since, x.Since, p.loc))
	if r := x.Ruling; r != nil {
		p.line(1, "people decided: %s%s, by %s, %s", r.Outcome, responsible(r), cmp.Or(r.For, "the monitors"), Span(r.At, r.At, p.loc))
		for _, v := range r.Votes {
			p.line(2, "%s: %s", v.Member, v.Vote)
		}
		for _, d := range r.Dissents {
			p.line(2, "dissent of %s: “%s”", d.Member, strings.Join(strings.Fields(d.Text), " "))
		}
	}
	for _, e := range x.Evidence {
		switch {
		case e.Gone:
			p.line(1, "finding %s is gone: later evidence made another incident of it%s", e.Finding, because(e.Incident))
		default:
			text := ""
			if e.Confirmed != "" {
				text = "; people confirmed it: " + e.Confirmed
			}
			p.line(1, "finding %s by the evidence alone: %s, %s, responsible: %s%s", e.Finding, e.Result, e.Occurrence, cmp.Or(e.Party, "undetermined"), text)
		}
	}
	if !whole {
		return
	}
	for i := range x.Log {
		p.step(&x.Log[i])
	}
	for _, d := range x.Deadlines {
		if d.Done.IsZero() {
			over := ""
			if d.Missed(x.AsOf) {
				over = ", overdue"
			} else if d.Rests {
				over = ", its time rests"
			}
			p.line(1, "due by %s: %s (%s)%s", Span(d.Due, d.Due, p.loc), d.What, d.Who, over)
		}
	}
	if len(x.Waiting) > 0 {
		p.line(1, "waits for: %s", strings.Join(x.Waiting, ", "))
	}
}

// stands says how a case stands.
func (x *CaseFile) stands() string {
	switch {
	case x.State == "suspended":
		return "suspended for " + x.Suspended
	case x.State == "closed" && x.Outcome != "":
		return "closed, " + x.Outcome
	}
	return x.State
}

func responsible(r *casework.Ruling) string {
	if r.Party == "" {
		return ""
	}
	return fmt.Sprintf(", %s is responsible with a confidence of %.2f", r.Party, r.Confidence)
}

func (p *printer) step(l *CaseLog) {
	who := cmp.Or(l.By, "the monitors")
	if l.For != "" {
		who += " for " + l.For
	}
	p.line(1, "%s: %s, by %s (%s), record %d", Span(l.At, l.At, p.loc), l.Move, who, l.Role, l.Record)
	for _, f := range []struct{ name, text string }{
		{"", l.Title}, {"", l.Text}, {"to ", strings.Join(l.Parties, ", ")}, {"to ", l.Office}, {"about ", l.Item}, {"by ", l.Means},
		{"outcome: ", l.Outcome}, {"suspended for ", l.Reason}, {"same as ", l.Case}, {"evidence: ", strings.Join(l.Evidence, ", ")}, {"because: ", l.Reasons},
	} {
		if f.text != "" {
			p.line(2, "%s%s", f.name, strings.Join(strings.Fields(f.text), " "))
		}
	}
}

// Write prints the case for people, in English, with times in UTC and in loc.
func (x *CaseFile) Write(w io.Writer, loc *time.Location) error {
	p := &printer{w: w, loc: loc}
	p.caseFile(x, true)
	return p.err
}
