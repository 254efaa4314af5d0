package casework_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/casework"
)

func terms(t testing.TB, name string) *agreement.Agreement {
	t.Helper()
	data, err := os.ReadFile("../examples/" + name + "/agreement.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a, problems := agreement.Parse(name, data)
	if a == nil {
		t.Fatal(problems)
	}
	return a
}

// kept is a step as it comes back from where it is kept.
func kept(t interface{ Fatal(...any) }, s casework.Step) casework.Step {
	body, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out casework.Step
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	out.By, out.Role, out.At, out.Reasons, out.Record = s.By, s.Role, s.At, s.Reasons, s.Record
	return out
}

var persons = []string{"Officer 1", "Officer 2", "Officer 3"}

// someStep draws a step, sensible or not.
func someStep(t *rapid.T, r *casework.Rules, parties []string, c *casework.Case, at time.Time) casework.Step {
	moves := make([]string, 0, len(r.Moves))
	for _, o := range r.Next(c, at) {
		moves = append(moves, o.Move, o.Move, o.Move) // more often than not what the state has
	}
	for _, m := range r.Moves {
		moves = append(moves, m.Move)
	}
	pick := func(name string, from []string) string { return rapid.SampledFrom(from).Draw(t, name) }
	move := pick("move", moves)
	s := casework.Step{Move: move, By: pick("by", persons), Reasons: "because", At: at, Text: pick("text", []string{"words", "words", "words", ""})}
	m := r.Move(move)
	who := pick("who", append(slices.Clone(m.By), "verifier"))
	switch {
	case slices.Contains(agreement.CaseRoles(), who):
		s.Role = who
	case slices.Contains(agreement.CaseBodies(), who):
		s.Role, s.For = "party-liaison", pick("for", parties)
	default:
		s.Role, s.For = "verifier", who
	}
	if rapid.IntRange(0, 9).Draw(t, "for another") == 0 {
		s.For = pick("for", parties)
	}
	s.Accused = pick("accused", append([]string{"", ""}, parties...))
	if !slices.Contains([]string{"report", "screen", "draft"}, m.As) {
		s.Accused = ""
	}
	switch m.As {
	case "report", "add", "reopen":
		s.Findings = []casework.Basis{{Finding: pick("finding", []string{"F-1", "F-2"}), Party: pick("found", append([]string{""}, parties...))}}
	case "notify", "ask", "ask-comment":
		s.Parties = rapid.SliceOfNDistinct(rapid.SampledFrom(parties), 0, 2, rapid.ID[string]).Draw(t, "parties")
	case "assign":
		s.Office = "team north"
	case "task":
		s.Means = "patrol"
	case "result":
		s.Outcome = pick("outcome", []string{casework.Confirmed, casework.NotDone, "maybe"})
	case "dismiss":
		s.Outcome, s.Case = pick("outcome", []string{casework.OutOfMandate, casework.Duplicate, casework.Attributed}), "C-0009"
	case "position":
		s.Outcome = pick("outcome", []string{casework.Accepted, casework.Contested, casework.NoReply, casework.Counter})
	case "suspend":
		s.Reason = pick("reason", []string{"access", "security", "weather"})
	case "decide", "rule":
		s.Ruling = &casework.Ruling{Outcome: pick("outcome", agreement.CaseOutcomes())}
		if s.Ruling.Outcome == casework.Attributed {
			s.Ruling.Party, s.Ruling.Confidence = pick("responsible", parties), rapid.SampledFrom([]float64{0.4, 0.8, 1}).Draw(t, "confidence")
		}
		for i, member := range []string{"A", "B", "C"}[:rapid.IntRange(0, 3).Draw(t, "votes")] {
			s.Ruling.Votes = append(s.Ruling.Votes, casework.Vote{Member: member, Vote: []string{"for", "for", pick("vote", []string{"for", "against", "abstain"})}[i]})
		}
	}
	return s
}

func TestNoCaseIsLostAndNoDeadlineForgotten(t *testing.T) {
	for _, example := range []string{"paris-2026", "minsk-2015", "syria-2016", "hodeidah-2018"} {
		t.Run(example, func(t *testing.T) {
			a := terms(t, example)
			r := casework.New(a)
			var parties []string
			for _, p := range a.Conflict()[:2] {
				parties = append(parties, p.ID)
			}
			mirrored := mirror(a, parties[0], parties[1])
			rapid.Check(t, func(t *rapid.T) { history(t, r, mirrored, parties) })
		})
	}
}

// history takes steps at random and holds after each what must always hold.
func history(t *rapid.T, r, mirrored *casework.Rules, parties []string) {
	at := time.Date(2026, 3, 9, 6, 0, 0, 0, time.UTC)
	c, other := &casework.Case{ID: "C-0001"}, &casework.Case{ID: "C-0001"}
	var steps []casework.Step
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		at = at.Add(time.Duration(rapid.IntRange(0, 80).Draw(t, "hours")) * time.Hour)
		var s casework.Step
		if rapid.IntRange(0, 2).Draw(t, "sensible") > 0 {
			s = sensible(r, c, at, rapid.SampledFrom(r.Outcomes).Draw(t, "ruling"), rapid.SampledFrom([]string{"close", "appeal", "ask-remedy", "persists", "statement", "approve", "publish"}).Draw(t, "last"))
			if s.Move == "report" {
				s.Accused = rapid.SampledFrom(append([]string{""}, parties...)).Draw(t, "blamed")
			}
		} else {
			s = someStep(t, r, parties, c, at)
		}
		s.Record = uint64(len(steps) + 2)
		before := dump(t, r, c)
		next, done, err := r.Apply(c, s)
		if dump(t, r, c) != before {
			t.Fatal("the case that a step was applied to has changed")
		}
		// With the parties' names swapped everything is the same but for them.
		nextOther, _, errOther := mirrored.Apply(other, swapStep(s, parties[0], parties[1]))
		if (err == nil) != (errOther == nil) {
			t.Fatalf("%s: %v; with the parties swapped: %v", s.Move, err, errOther)
		}
		if err != nil {
			checkRefusal(t, r, c, err)
			continue
		}
		c, other = next, nextOther
		steps = append(steps, kept(t, done))
		if got, want := swap(dump(t, mirrored, other), parties[0], parties[1]), dump(t, r, c); got != want {
			t.Fatalf("swapped: %s", cmp.Diff(want, got))
		}
		// After a restart there is nothing but the steps.
		again := casework.Replay("C-0001", steps)
		if got, want := dump(t, r, again), dump(t, r, c); got != want {
			t.Fatalf("replayed: %s", cmp.Diff(want, got))
		}
		checkDeadlines(t, r, c, at)
	}
	if c.State != "" {
		conclude(t, r, c, at)
	}
}

// dump is all that can be seen of a case, its deadlines too.
func dump(t *rapid.T, r *casework.Rules, c *casework.Case) string {
	body, err := json.MarshalIndent(map[string]any{"case": c, "deadlines": r.Deadlines(c), "steps": c.Steps}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func checkRefusal(t *rapid.T, r *casework.Rules, c *casework.Case, err error) {
	refused, ok := err.(*casework.Refused)
	if !ok || refused.Why == "" {
		t.Fatalf("%T: %v", err, err)
	}
	if len(refused.Allowed) == 0 && (c.State != "closed" || r.Move("reopen") != nil) {
		t.Fatalf("%v: it does not say what can be done in %q", err, c.State)
	}
}

// checkDeadlines holds that what is open has a deadline, and is reminded of in time.
func checkDeadlines(t *rapid.T, r *casework.Rules, c *casework.Case, at time.Time) {
	open := map[string]casework.Deadline{}
	for _, d := range r.Deadlines(c) {
		if !d.Due.After(d.From) {
			t.Fatalf("%+v is over before it begins", d)
		}
		if d.Done.IsZero() {
			open[d.ID] = d
		}
	}
	if c.State == "closed" {
		if len(open) > 0 {
			t.Fatalf("the case is closed and %v open", open)
		}
		return
	}
	for _, q := range c.Questions {
		if _, ok := open[c.ID+"/"+q.ID]; ok != q.Done.IsZero() {
			t.Fatalf("question %+v: open deadline %v", q, ok)
		}
	}
	for _, x := range c.Remedies {
		if _, ok := open[c.ID+"/"+x.ID]; ok != x.Done.IsZero() {
			t.Fatalf("remedy %+v: open deadline %v", x, ok)
		}
	}
	for _, d := range open {
		reminded := slices.ContainsFunc(r.Reminders(c, d.Due.Add(time.Second)), func(m casework.Reminder) bool { return m.Deadline.ID == d.ID && m.Overdue })
		if reminded != (!d.Rests && !d.Right) {
			t.Fatalf("%+v: reminded when it is over: %v", d, reminded)
		}
		early := slices.ContainsFunc(r.Reminders(c, d.From), func(m casework.Reminder) bool { return m.Deadline.ID == d.ID })
		if early {
			t.Fatalf("%+v: reminded when it begins", d)
		}
	}
}

// conclude leads a case to its end from wherever it is.
func conclude(t *rapid.T, r *casework.Rules, c *casework.Case, at time.Time) {
	for range 40 {
		if c.State == "closed" {
			return
		}
		at = at.Add(30 * 24 * time.Hour)
		next, _, err := r.Apply(c, sensible(r, c, at, casework.Unconfirmed, "close"))
		if err != nil {
			t.Fatalf("no way from %q: %v", c.State, err)
		}
		c = next
	}
	t.Fatalf("the case does not end; it is %q", c.State)
}

// sensible is the step that leads on towards the end: with an outcome, where it is
// decided, and a last step, where there is a choice.
func sensible(r *casework.Rules, c *casework.Case, at time.Time, outcome, last string) casework.Step {
	s := casework.Step{At: at, By: "Officer 8", Role: "verifier", Reasons: "to end it", Text: "words"}
	ruling := &casework.Ruling{Outcome: outcome, Votes: []casework.Vote{{Member: "A", Vote: "for"}, {Member: "B", Vote: "for"}, {Member: "C", Vote: "for"}}}
	if outcome == casework.Attributed {
		ruling.Party, ruling.Confidence = c.Accused, 0.9
	}
	switch c.State {
	case "":
		s.Move = "report"
	case "reported":
		s.Move = "register"
	case "registered":
		s.Move = "screen"
	case "screened", "reopened":
		s.Move, s.Office = "assign", "team"
	case "assigned":
		s.Move = "investigate"
	case "investigation":
		s.Move = "draft"
	case "suspended":
		s.Move = "resume"
	case "drafted", "position":
		s.Move, s.By = "approve", "Officer 9"
		if _, _, err := r.Apply(c, s); err == nil {
			break
		}
		s.Move, s.For, s.Ruling = "decide", r.Decides, ruling
		if _, _, err := r.Apply(c, s); err != nil {
			s.Move, s.For, s.Ruling = "ask-comment", "", nil
		}
	case "comment":
		s.Move, s.Outcome = "position", casework.NoReply
		for _, x := range c.Comments {
			if x.Position == "" {
				s.For = x.Party
			}
		}
	case "disputed":
		s.Move, s.For, s.Ruling = "rule", r.AppealTo, ruling
	case "remedy":
		s.Move = "remedied"
		if last == "persists" {
			s.Move = last
		}
	default:
		s.Move = "close"
		switch {
		case c.State == "closed":
			s.Move, s.Evidence = "reopen", []string{"I-9"}
		case last == "appeal":
			s.Move, s.Role, s.For = last, "party-liaison", c.Accused
		case last == "ask-remedy" || last == "persists":
			s.Move, s.For = "ask-remedy", r.Decides
		case last == "statement" || last == "publish":
			s.Move, s.Role = last, "publisher"
		case last == "approve":
			s.Move, s.By = last, "Officer 9"
		}
	}
	return s
}

// swap exchanges two names in a text.
func swap(s, a, b string) string {
	return strings.NewReplacer(`"`+a+`"`, `"`+b+`"`, `"`+b+`"`, `"`+a+`"`, "-"+a+"-", "-"+b+"-", "-"+b+"-", "-"+a+"-").Replace(s)
}

func swapStep(s casework.Step, a, b string) casework.Step {
	body, _ := json.Marshal(s)
	var out casework.Step
	json.Unmarshal([]byte(swap(string(body), a, b)), &out)
	out.By, out.Role, out.At, out.Reasons, out.Record = s.By, s.Role, s.At, s.Reasons, s.Record
	return out
}

// mirror is the rules of an agreement in which two parties have each other's names.
func mirror(a *agreement.Agreement, x, y string) *casework.Rules {
	out, err := agreement.FromCanonical([]byte(swap(string(a.Canonical()), x, y)))
	if err != nil {
		panic(err)
	}
	return casework.New(out)
}
