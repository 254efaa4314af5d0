package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
)

// step is one by somebody in a role, hours before the clock.
func step(by, role string, s casework.Step) app.CaseStep {
	s.By, s.Role, s.Reasons = by, role, "because"
	return app.CaseStep{Step: s}
}

func take(t testing.TB, a *app.App, id string, s app.CaseStep) *casework.Case {
	t.Helper()
	c, err := a.Step(t.Context(), id, s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func view(t testing.TB, a *app.App, id string) string {
	t.Helper()
	x, err := a.Case(t.Context(), id, clock)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// breachIn is a finding of breach with a responsible party.
func breachIn(t testing.TB, a *app.App) finding.Finding {
	t.Helper()
	found, err := a.Findings(t.Context(), app.Filter{Result: string(finding.Breach)})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(found, func(f finding.Finding) bool {
		return f.Responsible.Party != "" && f.Occurrence.Probability >= 0.95 && f.Occurrence.Sources > 1
	})
	if i < 0 {
		t.Fatal("the demonstration has no such breach")
	}
	return found[i]
}

func TestACaseStandsBesideItsFinding(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "w")
	a, err := app.Init(t.Context(), dir, filepath.Join("..", "examples", "paris-2026", "agreement.yaml"), options())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { a.Close() }()
	load(t, a, demoFile(t))
	f := breachIn(t, a)
	s := step("Watch 1", "watch-officer", casework.Step{Title: "Shelling"})
	s.Take, s.Key = []string{f.ID}, "open-1"
	c, err := a.OpenCase(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if c.ID != "C-0001" || c.State != "reported" || c.Accused != f.Responsible.Party || len(c.Findings) != 1 || len(c.Findings[0].Records) == 0 {
		t.Fatalf("opened: %+v", c)
	}
	if again, err := a.OpenCase(t.Context(), s); err != nil || again.ID != c.ID || again.Version != c.Version {
		t.Errorf("the repeat: %+v, %v", again, err)
	}
	s.Key = ""
	if _, err := a.OpenCase(t.Context(), s); err == nil || !strings.Contains(err.Error(), "case C-0001 is about") {
		t.Errorf("a second case about the same finding: %v", err)
	}
	for _, x := range []app.CaseStep{
		step("Watch 1", "watch-officer", casework.Step{Move: "register"}),
		step("Officer 1", "verifier", casework.Step{Move: "screen"}),
		step("Officer 1", "verifier", casework.Step{Move: "assign", Office: "Team north"}),
		step("Officer 1", "verifier", casework.Step{Move: "investigate"}),
		step("Officer 1", "verifier", casework.Step{Move: "draft", Text: "It was seen."}),
		step("Officer 2", "verifier", casework.Step{Move: "approve"}),
		step("Officer 1", "verifier", casework.Step{Move: "ask-comment"}),
	} {
		c = take(t, a, c.ID, x)
	}
	// The clock stands, so nobody can have kept silent for long enough.
	var refused *casework.Refused
	if _, err := a.Step(t.Context(), c.ID, step("Officer 1", "verifier", casework.Step{Move: "position", For: c.Accused, Outcome: casework.NoReply})); !errors.As(err, &refused) || len(refused.Allowed) == 0 {
		t.Errorf("no reply before the time is over: %v", err)
	}
	c = take(t, a, c.ID, step("Liaison", "party-liaison", casework.Step{Move: "position", For: c.Accused, Outcome: casework.Contested, Text: "No."}))
	c = take(t, a, c.ID, step("Secretary", "verifier", casework.Step{Move: "decide", For: "commission", Ruling: &casework.Ruling{Outcome: casework.Attributed, Party: c.Accused, Confidence: 0.9,
		Votes: []casework.Vote{{Member: "A", Vote: "for"}, {Member: "B", Vote: "for"}, {Member: "C", Vote: "for"}}}}))
	file, err := a.Case(t.Context(), c.ID, clock)
	if err != nil {
		t.Fatal(err)
	}
	if e := file.Evidence; len(e) != 1 || e[0].Occurrence != f.Occurrence.Step || e[0].Confirmed != "verified" || !e[0].Corroborated || e[0].Changed || e[0].Gone {
		t.Errorf("the evidence is %+v; the finding says %+v", e, f.Occurrence)
	}
	for _, id := range []string{f.ID, f.Incident, c.ID} {
		x, err := a.Explain(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := x.Write(&text, time.UTC); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Case C-0001 “Shelling”: decided since", "people decided: confirmed-attributed, " + c.Accused + " is responsible with a confidence of 0.90, by commission", "people confirmed it: verified"} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("explain %s lacks %q:\n%s", id, want, &text)
			}
		}
	}
	rows, err := a.Cases(t.Context(), app.CaseFilter{Of: f.Incident}, clock)
	if err != nil || len(rows) != 1 || rows[0].State != "decided" || rows[0].Party != c.Accused {
		t.Errorf("%+v, %v", rows, err)
	}
	// Nothing but the journal is needed to have it again.
	want := view(t, a, c.ID)
	if r, err := a.Rebuild(t.Context()); err != nil || !r.Same {
		t.Errorf("rebuild: %+v, %v", r, err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if a, err = app.Open(t.Context(), dir, options()); err != nil {
		t.Fatal(err)
	}
	if got := view(t, a, c.ID); got != want {
		t.Errorf("after a restart:\n%s\nbefore:\n%s", got, want)
	}
	// A person's name can be erased, and the case stays what it was but for it.
	if _, err := a.Redact(t.Context(), app.Redaction{IDs: []string{fmt.Sprintf("#%d", file.Log[5].Record)}, Reason: "on demand"}); err != nil {
		t.Fatal(err)
	}
	after, err := a.Case(t.Context(), c.ID, clock)
	if err != nil {
		t.Fatal(err)
	}
	if l := after.Log[5]; after.State != "decided" || len(after.Log) != len(file.Log) || l.Move != "draft" || l.By != "redacted" || l.Reasons != "" {
		t.Errorf("after erasing a name: %s %+v", after.State, l)
	}
}

func TestAPartySeesItsPartOfACase(t *testing.T) {
	a := workspace(t, "paris-2026")
	c, err := a.OpenCase(t.Context(), step("Watch 1", "watch-officer", casework.Step{Text: "A violation is alleged.", Accused: "russia"}))
	if err != nil {
		t.Fatal(err)
	}
	secret := step("Officer 1", "verifier", casework.Step{Move: "note", Text: "Source: a farmer."})
	secret.Handling = observation.Red
	for _, x := range []app.CaseStep{
		step("Officer 1", "verifier", casework.Step{Move: "register"}), step("Officer 1", "verifier", casework.Step{Move: "screen"}),
		step("Officer 1", "verifier", casework.Step{Move: "assign", Office: "Team north"}),
		step("Officer 1", "verifier", casework.Step{Move: "ask", Parties: []string{"russia"}, Text: "Where was it?"}),
		step("Officer 1", "verifier", casework.Step{Move: "ask", Parties: []string{"ukraine"}, Text: "What did you see?"}),
		secret,
	} {
		c = take(t, a, c.ID, x)
	}
	x, err := a.Case(t.Context(), c.ID, clock)
	if err != nil {
		t.Fatal(err)
	}
	seen, ok := x.ForParty("russia")
	if !ok {
		t.Fatal("it is blamed, and told that there is no case")
	}
	body, _ := json.Marshal(seen)
	for _, not := range []string{"farmer", "Officer 1", "What did you see", "Watch 1"} {
		if strings.Contains(string(body), not) {
			t.Errorf("russia sees %q: %s", not, body)
		}
	}
	if len(seen.Questions) != 1 || seen.Questions[0].ID != "Q1" || len(seen.Deadlines) != 1 || seen.Version != x.Version || seen.State != "assigned" {
		t.Errorf("russia sees %s", body)
	}
	if _, ok := x.ForParty("france"); ok {
		t.Error("france is no party to it, and sees it")
	}
	amber := x.Limit(func(h observation.Handling) bool { return h != observation.Red })
	if body, _ := json.Marshal(amber); strings.Contains(string(body), "farmer") || len(amber.Log) != len(x.Log)-1 {
		t.Errorf("without TLP:RED: %s", body)
	}
}

// However two officers' steps come one among the other, each step has one winner,
// the other one is told, and no step is lost.
func TestTwoOfficersAtOneCase(t *testing.T) {
	a := workspace(t, "minsk-2015")
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		c, err := a.OpenCase(ctx, step("Watch 1", "watch-officer", casework.Step{Text: "alleged"}))
		if err != nil {
			t.Fatal(err)
		}
		seen := []uint64{c.Version, c.Version}
		taken := 1
		for range rapid.IntRange(2, 12).Draw(t, "turns") {
			who := rapid.IntRange(0, 1).Draw(t, "who")
			if rapid.Bool().Draw(t, "reads") {
				x, err := a.Case(ctx, c.ID, clock)
				if err != nil {
					t.Fatal(err)
				}
				seen[who] = x.Version
				continue
			}
			s := step(fmt.Sprintf("Officer %d", who), "verifier", casework.Step{Move: "note", Text: "words"})
			s.Expect = seen[who]
			next, err := a.Step(ctx, c.ID, s)
			var conflict *app.Conflict
			switch {
			case seen[who] == c.Version && err != nil:
				t.Fatalf("nobody else was there: %v", err)
			case seen[who] == c.Version:
				c, taken, seen[who] = next, taken+1, next.Version
			case !errors.As(err, &conflict) || conflict.Last == nil || conflict.Last.Record != c.Version:
				t.Fatalf("it has seen %d of %d: %v", seen[who], c.Version, err)
			}
		}
		x, err := a.Case(ctx, c.ID, clock)
		if err != nil || len(x.Log) != taken {
			t.Fatalf("%d steps, %v; want %d", len(x.Log), err, taken)
		}
	})
	if r, err := a.Rebuild(t.Context()); err != nil || !r.Same {
		t.Errorf("rebuild: %+v, %v", r, err)
	}
}

func TestManyOfficersAtOnce(t *testing.T) {
	a := workspace(t, "minsk-2015")
	c, err := a.OpenCase(t.Context(), step("Watch 1", "watch-officer", casework.Step{Text: "alleged"}))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	won := make([]bool, 6)
	for i := range won {
		wg.Go(func() {
			s := step(fmt.Sprintf("Officer %d", i), "verifier", casework.Step{Move: "register"})
			s.Expect = c.Version
			_, err := a.Step(t.Context(), c.ID, s)
			won[i] = err == nil
			if err != nil && !errors.Is(err, app.ErrConflict) {
				t.Errorf("officer %d: %v", i, err)
			}
			a.Cases(t.Context(), app.CaseFilter{}, clock)
		})
	}
	wg.Wait()
	n := 0
	for _, w := range won {
		if w {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d officers registered the case; want one", n)
	}
}

func TestWhatIsDueIsRemembered(t *testing.T) {
	a := workspace(t, "paris-2026")
	for range 2 {
		if _, err := a.OpenCase(t.Context(), step("Watch 1", "watch-officer", casework.Step{Text: "alleged"})); err != nil {
			t.Fatal(err)
		}
	}
	got, err := a.Reminders(t.Context(), clock.Add(3*time.Hour))
	if err != nil || len(got) != 2 || got[0].ID != "C-0001/register-1/over" || !got[1].Overdue {
		t.Errorf("%+v, %v", got, err)
	}
	rows, err := a.Cases(t.Context(), app.CaseFilter{Overdue: true}, clock.Add(3*time.Hour))
	if err != nil || len(rows) != 2 || rows[0].Overdue != 1 || !slices.Equal(rows[0].Waiting, []string{"verifier", "watch-officer"}) {
		t.Errorf("%+v, %v", rows, err)
	}
}
