package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/report"
)

// taken is a case after steps, each so many hours after it was reported.
func taken(id string, from time.Time, steps ...casework.Step) *casework.Case {
	rules, c := casework.New(terms()), &casework.Case{ID: id}
	for i, s := range steps {
		s.At, s.Reasons, s.Record = from.Add(s.At.Sub(time.Time{})), "because", uint64(100+i)
		if s.Role == "" {
			s.Role = "verifier"
		}
		if s.By == "" {
			s.By = "Officer 1"
		}
		next, _, err := rules.Apply(c, s)
		if err != nil {
			panic(err)
		}
		c = next
	}
	return c
}

// after is so many hours after the case was reported.
func after(hours int, s casework.Step) casework.Step {
	s.At = time.Time{}.Add(time.Duration(hours) * time.Hour)
	return s
}

// toAssigned are the first steps of every case.
func toAssigned(first casework.Step) []casework.Step {
	first.Move = "report"
	return []casework.Step{after(0, first), after(1, casework.Step{Move: "register"}), after(2, casework.Step{Move: "screen"}),
		after(3, casework.Step{Move: "assign", Office: "Team north"}), after(4, casework.Step{Move: "investigate"})}
}

// sampleCases are one that was decided and published, one that waits for a party
// that is late, one that rests, one that is secret, and one that was over before.
func sampleCases(from time.Time) []*casework.Case {
	drafted := func(first casework.Step, more ...casework.Step) []casework.Step {
		return append(append(toAssigned(first), after(5, casework.Step{Move: "draft", Text: "What was found."}),
			after(6, casework.Step{Move: "approve", By: "Officer 2"}), after(7, casework.Step{Move: "ask-comment"})), more...)
	}
	published := after(40, casework.Step{Move: "publish", Role: "publisher"})
	published.Handling = string(observation.Clear)
	secret := casework.Step{Title: "What an informant says", Text: "x"}
	secret.Handling = string(observation.Red)
	return []*casework.Case{
		taken("C-0001", from.Add(-24*time.Hour), drafted(casework.Step{Title: "Shelling of Old Ferry", Accused: "north", Findings: []casework.Basis{{Finding: "f-1-cease-fire", Party: "north"}}},
			after(20, casework.Step{Move: "position", For: "north", Outcome: casework.Contested}),
			after(30, casework.Step{Move: "decide", Ruling: &casework.Ruling{Outcome: casework.Attributed, Party: "north", Confidence: 0.9, Votes: []casework.Vote{{Member: "Member Secret", Vote: "for"}}}}),
			after(32, casework.Step{Move: "statement", Text: "Old Ferry was shelled from the north bank."}),
			after(33, casework.Step{Move: "approve", By: "Officer 2"}), published)...),
		taken("C-0002", from.Add(-90*time.Hour), drafted(casework.Step{Title: "Tank in the security zone", Accused: "south", Text: "It was seen."})...),
		taken("C-0003", from.Add(2*time.Hour), append(toAssigned(casework.Step{Title: "Mine at Mill Hill", Text: "It was found."}), after(8, casework.Step{Move: "suspend", Reason: "access"}))...),
		taken("C-0004", from.Add(-900*time.Hour), after(0, casework.Step{Move: "report", Text: "A rumour"}), after(1, casework.Step{Move: "dismiss", Outcome: casework.OutOfMandate})),
		taken("C-0005", from.Add(2*time.Hour), after(0, func() casework.Step { s := secret; s.Move = "report"; return s }())),
	}
}

func TestWhatTheReportSaysOfCases(t *testing.T) {
	in := sample(12)
	mission := build(t, in)
	if c := mission.Cases; c == nil || len(c.Rows) != 4 || c.Opened != 2 || c.Decided != 1 || c.Closed != 0 || c.Open != 4 || c.Overdue != 1 {
		t.Fatalf("the mission's: %+v", c)
	}
	late := mission.Cases.Rows[1]
	if late.ID != "C-0002" || !late.Overdue || len(late.Waiting) != 1 || late.Waiting[0] != "south" {
		t.Errorf("who is late: %+v", late)
	}
	if x := mission.Cases.Rows[2]; x.State != "suspended" || x.Overdue || x.Suspended != "access" {
		t.Errorf("what rests: %+v", x)
	}
	for _, audience := range []string{"public", "parties"} {
		in.Audience = audience
		r := build(t, in)
		if c := r.Cases; c == nil || c.Rows != nil || len(c.Published) != 1 || c.Published[0].Text == "" {
			t.Fatalf("%s: %+v", audience, c)
		}
		party := "" // the policy for the public withholds parties
		if audience == "parties" {
			party = "north"
		}
		if got := r.Cases.Published[0].Ruling.Party; got != party {
			t.Errorf("%s: %q is responsible; want %q", audience, got, party)
		}
		body, _ := json.Marshal(r.Cases)
		for _, not := range []string{"Officer", "Member Secret", "Shelling of Old", "Tank in the", "informant", "because"} {
			if strings.Contains(string(body), not) {
				t.Errorf("%s are told %q: %s", audience, not, body)
			}
		}
	}
	in.Audience = ""
	in.Cases = nil
	if r := build(t, in); r.Cases != nil {
		t.Errorf("without cases: %+v", r.Cases)
	}
}

// What people decided stands beside what the evidence says, and changes none of it.
func TestACaseStandsBesideItsFinding(t *testing.T) {
	in := sample(12)
	in.Cases = nil
	before := build(t, in)
	f := before.Findings[0]
	from := before.From
	published := after(40, casework.Step{Move: "publish", Role: "publisher"})
	published.Handling = string(observation.Clear)
	in.Cases = []*casework.Case{taken("C-0007", from.Add(-30*time.Hour), after(0, casework.Step{Move: "report", Findings: []casework.Basis{{Finding: f.ID}}}),
		after(1, casework.Step{Move: "dismiss", Outcome: casework.Unfounded}), after(2, casework.Step{Move: "statement", Text: "Nothing happened."}),
		after(3, casework.Step{Move: "approve", By: "Officer 2"}), published)}
	for _, audience := range []string{"", "public"} {
		in.Audience = audience
		r := build(t, in)
		var found *report.FindingRow
		for i := range r.Findings {
			if r.Findings[i].ID == f.ID {
				found = &r.Findings[i]
			}
		}
		if found == nil && audience == "public" {
			continue // it does not see the finding
		}
		if found == nil {
			t.Fatal("the mission does not see the finding")
		}
		if found.Case != "C-0007" || found.Result != f.Result || found.Occurrence != f.Occurrence {
			t.Errorf("%q: %+v; the evidence says %+v", audience, *found, f)
		}
		var b bytes.Buffer
		if err := report.HTML(&b, r, "en"); err != nil || !strings.Contains(b.String(), "C-0007: closed: unfounded") {
			t.Errorf("%q: the annex does not say so (%v)", audience, err)
		}
	}
}

func TestTheCasesSectionInEveryLanguage(t *testing.T) {
	for lang, wants := range map[string][]string{
		"en": {"Cases as they stood at the cut-off", "suspended: no access", "decided: confirmed, responsibility attributed", "overdue"},
		"fr": {"Dossiers à l&#39;heure de clôture", "suspendu\u00a0: pas d&#39;accès", "en retard"},
		"uk": {"Справи на час завершення", "зупинено: немає доступу", "прострочено"},
	} {
		var b bytes.Buffer
		if err := report.HTML(&b, build(t, sample(12)), lang); err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(b.String(), want) && !strings.Contains(b.String(), strings.ReplaceAll(want, "&#39;", "'")) {
				t.Errorf("%s: no %q", lang, want)
			}
		}
	}
}
