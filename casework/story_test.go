package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/casework"
)

var begin = time.Date(2026, 3, 9, 6, 0, 0, 0, time.UTC)

// story takes steps one after the other, hours after the beginning.
type story struct {
	t testing.TB
	r *casework.Rules
	c *casework.Case
}

func newStory(t testing.TB) *story {
	return &story{t, casework.New(terms(t, "paris-2026")), &casework.Case{ID: "C-0001"}}
}

func (s *story) try(hours float64, by, role string, step casework.Step) error {
	step.By, step.Role, step.Reasons = by, role, "because"
	step.At = begin.Add(time.Duration(hours * float64(time.Hour)))
	step.Record = uint64(len(s.c.Steps) + 2)
	next, _, err := s.r.Apply(s.c, step)
	if err == nil {
		s.c = next
	}
	return err
}

func (s *story) step(hours float64, by, role string, step casework.Step) {
	s.t.Helper()
	if err := s.try(hours, by, role, step); err != nil {
		s.t.Fatalf("at hour %g: %v", hours, err)
	}
}

func (s *story) refused(hours float64, by, role string, step casework.Step, want string) {
	s.t.Helper()
	err := s.try(hours, by, role, step)
	if err == nil || !strings.Contains(err.Error(), want) {
		s.t.Errorf("at hour %g %s: %v; want a refusal with %q", hours, step.Move, err, want)
	}
}

func (s *story) waits(hours float64, want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.r.Waiting(s.c, begin.Add(time.Duration(hours*float64(time.Hour))))); diff != "" {
		s.t.Errorf("at hour %g in %q it waits for %s", hours, s.c.State, diff)
	}
}

func (s *story) due(id string) time.Time {
	s.t.Helper()
	d := s.r.Deadlines(s.c)
	i := slices.IndexFunc(d, func(d casework.Deadline) bool { return d.ID == "C-0001/"+id })
	if i < 0 {
		s.t.Fatalf("no deadline %s in %+v", id, d)
	}
	return d[i].Due
}

// toDecision leads a case to where the commission can decide.
func (s *story) toDecision() {
	s.t.Helper()
	s.step(0, "Watch 1", "watch-officer", casework.Step{Move: "report", Accused: "russia", Title: "Shelling",
		Findings: []casework.Basis{{Finding: "F-1", Party: "russia"}}})
	s.step(1, "Watch 1", "watch-officer", casework.Step{Move: "register"})
	s.step(2, "Officer 1", "verifier", casework.Step{Move: "screen"})
	s.step(3, "Officer 1", "verifier", casework.Step{Move: "assign", Office: "Team north"})
	s.step(4, "Officer 1", "verifier", casework.Step{Move: "investigate"})
	s.step(6, "Officer 1", "verifier", casework.Step{Move: "draft", Text: "What was found."})
	s.step(7, "Officer 2", "verifier", casework.Step{Move: "approve"})
	s.step(8, "Officer 1", "verifier", casework.Step{Move: "ask-comment"})
	s.step(20, "Liaison", "party-liaison", casework.Step{Move: "position", For: "russia", Outcome: casework.Contested, Text: "It was not us."})
}

var decided = casework.Step{Move: "decide", For: "commission", Ruling: &casework.Ruling{Outcome: casework.Attributed, Party: "russia", Confidence: 0.9, Provisions: []string{"no-fire"},
	Votes:    []casework.Vote{{Member: "A", Vote: "for"}, {Member: "B", Vote: "for"}, {Member: "C", Vote: "against"}},
	Dissents: []casework.Dissent{{Member: "C", Text: "The radar track begins elsewhere."}}}}

func TestACaseFromReportToRemedy(t *testing.T) {
	s := newStory(t)
	s.toDecision()
	if got, want := s.due("comment-russia-1"), begin.Add(32*time.Hour); !got.Equal(want) {
		t.Errorf("the comment is due %s; want %s, 24 h after it was asked", got, want)
	}
	if got, want := s.due("decide-1"), begin.Add(44*time.Hour); !got.Equal(want) {
		t.Errorf("the decision is due %s; want %s, 24 h after the position", got, want)
	}
	s.waits(21, "commission")
	s.step(30, "Secretary", "verifier", decided)
	s.refused(31, "Officer 1", "verifier", casework.Step{Move: "close"}, "can appeal until 2026-03-13T12:00:00Z")
	s.step(32, "Secretary", "verifier", casework.Step{Move: "ask-remedy", For: "commission", Text: "Withdraw the battery."})
	s.waits(33, "russia")
	if got, want := s.due("R1"), begin.Add(104*time.Hour); !got.Equal(want) {
		t.Errorf("the remedy is due %s; want %s", got, want)
	}
	late := begin.Add(105 * time.Hour)
	if d := s.r.Reminders(s.c, late); len(d) != 1 || d[0].ID != "C-0001/R1/over" || !d[0].Overdue || d[0].Who != "russia" || !d[0].Missed(late) {
		t.Errorf("reminders: %+v", d)
	}
	s.step(106, "Officer 1", "verifier", casework.Step{Move: "persists"})
	s.step(107, "Secretary", "verifier", casework.Step{Move: "ask-remedy", For: "commission", Text: "Withdraw it now."})
	s.step(150, "Officer 1", "verifier", casework.Step{Move: "remedied", Evidence: []string{"patrol/77"}})
	s.step(151, "Officer 1", "verifier", casework.Step{Move: "statement", Text: "A battery fired and was withdrawn."})
	s.refused(152, "Press", "publisher", casework.Step{Move: "publish"}, "no statement is approved")
	s.refused(152, "officer 1 ", "verifier", casework.Step{Move: "approve"}, "other eyes")
	s.step(153, "Officer 2", "verifier", casework.Step{Move: "approve"})
	s.refused(153, "Officer 2", "verifier", casework.Step{Move: "publish"}, "for publisher")
	s.step(154, "Press", "publisher", casework.Step{Move: "publish"})
	s.step(155, "Officer 1", "verifier", casework.Step{Move: "close"})
	s.waits(156)
	if p := s.c.Published; len(p) != 1 || p[0].Text != "A battery fired and was withdrawn." || p[0].Ruling.Votes != nil || p[0].Ruling.By != "" || p[0].Ruling.Party != "russia" {
		t.Errorf("published: %+v", p)
	}
	s.refused(200, "Officer 1", "verifier", casework.Step{Move: "reopen"}, "new evidence")
	s.step(200, "Officer 1", "verifier", casework.Step{Move: "reopen", Evidence: []string{"uav/5"}})
	if s.c.Ruling != nil || len(s.c.Before) != 1 || s.c.Outcome != "" {
		t.Errorf("reopened, and the ruling stands: %+v", s.c)
	}
	s.refused(201, "Officer 1", "verifier", casework.Step{Move: "decide", Ruling: decided.Ruling}, `while the case is "reopened"`)
}

func TestAnAppealHasTheLastWord(t *testing.T) {
	s := newStory(t)
	s.toDecision()
	s.step(30, "Secretary", "verifier", decided)
	s.step(40, "Secretary", "verifier", casework.Step{Move: "ask-remedy", For: "commission", Text: "Withdraw the battery."})
	s.refused(50, "Liaison", "party-liaison", casework.Step{Move: "appeal", For: "france", Text: "no"}, "it is for party to take")
	s.refused(103, "Liaison", "party-liaison", casework.Step{Move: "appeal", For: "russia", Text: "no"}, "ended at 2026-03-13T12:00:00Z")
	s.step(101, "Liaison", "party-liaison", casework.Step{Move: "appeal", For: "russia", Text: "The track is wrong."})
	if x := s.c.Remedies[0]; x.Outcome != "appealed" {
		t.Errorf("an appeal ends what is due by the decision: %+v", x)
	}
	s.waits(102, "coordination-cell")
	s.step(120, "Cell", "verifier", casework.Step{Move: "rule", For: "coordination-cell", Ruling: &casework.Ruling{Outcome: casework.Unconfirmed}})
	s.refused(121, "Liaison", "party-liaison", casework.Step{Move: "appeal", For: "russia", Text: "once more"}, "decided on appeal already")
	s.refused(121, "Secretary", "verifier", casework.Step{Move: "ask-remedy", For: "commission", Text: "x"}, "no breach is confirmed")
	s.step(122, "Officer 1", "verifier", casework.Step{Move: "close"})
	if s.c.Outcome != casework.Unconfirmed || len(s.c.Before) != 1 || !s.c.Ruling.Appeal {
		t.Errorf("%+v", s.c)
	}
}

func TestASuspendedCaseLosesNoTime(t *testing.T) {
	s := newStory(t)
	s.toDecision()
	s.step(21, "Officer 1", "verifier", casework.Step{Move: "ask", Parties: []string{"russia"}, Text: "Where was the battery?"})
	s.step(25, "Officer 1", "verifier", casework.Step{Move: "suspend", Reason: "access"})
	s.waits(26, "access")
	if got := s.r.Reminders(s.c, begin.Add(1000*time.Hour)); len(got) > 0 {
		t.Errorf("a suspended case reminds of %+v", got)
	}
	s.step(125, "Officer 1", "verifier", casework.Step{Move: "resume"})
	if s.c.State != "position" {
		t.Errorf("it goes on as %q", s.c.State)
	}
	for id, hours := range map[string]int{"Q1": 21 + 24 + 100, "decide-1": 20 + 24 + 100} {
		if got, want := s.due(id), begin.Add(time.Duration(hours)*time.Hour); !got.Equal(want) {
			t.Errorf("%s is due %s; want %s", id, got, want)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	ruling := func(change func(*casework.Ruling)) casework.Step {
		s, x := decided, *decided.Ruling
		change(&x)
		s.Ruling = &x
		return s
	}
	for _, x := range []struct {
		role string
		step casework.Step
		want string
	}{
		{"verifier", casework.Step{Move: "dance"}, "the procedure has no such step; what can be done now: add, notify"},
		{"verifier", casework.Step{Move: "register"}, `can't be taken while the case is "position"`},
		{"verifier", casework.Step{Move: "report", Text: "x"}, "the case exists"},
		{"watch-officer", casework.Step{Move: "draft", Text: "x"}, "it is for verifier to take, not for watch-officer"},
		{"verifier", casework.Step{Move: "draft", Text: "x", For: "ukraine"}, "it is for verifier to take, not for verifier for ukraine"},
		{"verifier", casework.Step{Move: "note", Text: "x", For: "atlantis"}, `no party "atlantis"`},
		{"verifier", casework.Step{Move: "suspend", Reason: "weather"}, "a case can rest for access, security"},
		{"verifier", casework.Step{Move: "task", Text: "x"}, "means"},
		{"verifier", casework.Step{Move: "result", Item: "T7", Outcome: casework.Confirmed}, "no open task T7"},
		{"verifier", casework.Step{Move: "answer", For: "russia", Text: "x"}, "no open question to russia"},
		{"verifier", casework.Step{Move: "ask", Parties: []string{"russia"}, Text: "x", Due: begin}, "deadline is not after it"},
		{"verifier", casework.Step{Move: "decide", Ruling: decided.Ruling}, "it is for commission to take"},
		{"verifier", ruling(func(r *casework.Ruling) { r.Votes = r.Votes[:2] }), "takes 3 members"},
		{"verifier", ruling(func(r *casework.Ruling) {
			r.Votes = []casework.Vote{{Member: "A", Vote: "for"}, {Member: "a", Vote: "for"}}
		}), "votes twice"},
		{"verifier", ruling(func(r *casework.Ruling) { r.Party = "ukraine" }), "ukraine responsible, which was not asked"},
		{"verifier", ruling(func(r *casework.Ruling) { r.Confidence = 0.4 }), "confidence above 0.5"},
		{"verifier", ruling(func(r *casework.Ruling) { r.Outcome = "guilty" }), "a decision can be confirmed-attributed"},
		{"verifier", ruling(func(r *casework.Ruling) { r.Outcome = casework.Unconfirmed }), "not attributed"},
		{"verifier", ruling(func(r *casework.Ruling) { r.Provisions = []string{"no-such"} }), `no provision "no-such"`},
	} {
		s := newStory(t)
		s.toDecision()
		s.refused(24, "Officer 3", x.role, x.step, x.want)
	}
	s := newStory(t)
	s.refused(0, "Watch 1", "watch-officer", casework.Step{Move: "register"}, "it begins with a report; what can be done now: report")
	s.refused(0, "Watch 1", "watch-officer", casework.Step{Move: "report"}, "about nothing")
	s.toDecision()
	s.refused(19, "Officer 1", "verifier", casework.Step{Move: "note", Text: "x"}, "before the step before it")
	_, _, err := s.r.Apply(s.c, casework.Step{Move: "note", Text: "x", By: "A", Role: "verifier", At: begin.Add(99 * time.Hour)})
	var refused *casework.Refused
	if !errors.As(err, &refused) || !strings.Contains(refused.Why, "reasons") {
		t.Errorf("without reasons: %v", err)
	}
}

func TestMinskNamesNoSide(t *testing.T) {
	r := casework.New(terms(t, "minsk-2015"))
	if slices.Contains(r.Outcomes, casework.Attributed) {
		t.Error("the mission reports facts and names no side")
	}
}
