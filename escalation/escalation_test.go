package escalation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
)

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func hour(h float64) time.Time {
	return start.Add(time.Duration(h * float64(time.Hour))).Round(time.Minute)
}

const head = `agreement: small
title: Small
time_zone: Etc/UTC
ceasefire:
  - {id: truce, from: 2026-03-01T00:00}
parties:
  - {id: a, name: A, roles: [{role: party-to-conflict}]}
  - {id: b, name: B, roles: [{role: party-to-conflict}]}
  - {id: g, name: G, roles: [{role: guarantor}]}
provisions:
  - {id: no-fire, words: Nobody fires., prohibits: {kind: activity}, severity: S2}
  - {id: no-guns, words: No guns., prohibits: {kind: presence, weapons: [tank]}, severity: S3}
commitments:
  - {id: help, by: [g], of: troops, words: Help., firm: [{at: 2026-01-01, is: signed}]}
escalation:
  persistence: 24h
  levels:
`

func ladder(t interface {
	Helper()
	Fatal(...any)
}, levels string, begin time.Time) *escalation.Ladder {
	t.Helper()
	a, problems := agreement.Parse("small.yaml", []byte(head+levels))
	if agreement.Failed(problems) {
		t.Fatal(problems)
	}
	return escalation.New(a, begin)
}

const three = `    - {id: warning, count: 2, window: 24h, severity: S2, confidence: corroborated, within: 24h, leave: 48h, tell: [a, b]}
    - {id: coalition, after: 24h, within: 72h, persistent: true, count: 5, window: 24h, severity: S2, confidence: corroborated, rise: 3, baseline: 3d, leave: 72h, tell: [g], due: [help]}
    - {id: joint, after: 72h, count: 8, window: 48h, severity: S3, confidence: corroborated, leave: 5d, provisions: [no-guns], by: [a]}
`

// at makes a breach in [from, to] hours, of S2 by a, corroborated; change changes it.
func breach(id string, from, to float64, change ...func(*escalation.Breach)) escalation.Breach {
	b := escalation.Breach{ID: id, From: hour(from), To: hour(to), Confidence: "corroborated", Probability: 0.9,
		Broke: []escalation.Broke{{Finding: "F-" + id, Provision: "no-fire", Severity: "S2", Party: "a"}}}
	for _, c := range change {
		c(&b)
	}
	return b
}

func every(n int, first, step float64, change ...func(*escalation.Breach)) []escalation.Breach {
	var out []escalation.Breach
	for i := range n {
		h := first + float64(i)*step
		out = append(out, breach(fmt.Sprintf("I-%g", h), h, h+0.1, change...))
	}
	return out
}

func guns(b *escalation.Breach)     { b.Broke[0].Provision, b.Broke[0].Severity = "no-guns", "S3" }
func reported(b *escalation.Breach) { b.Confidence = "reported" }

// told writes transitions as "level is at-hours by".
func told(s *escalation.State) []string {
	var out []string
	for _, t := range s.Transitions {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %g..%g %s", t.Level, t.Is, t.At.Earliest.Sub(start).Hours(), t.At.Latest.Sub(start).Hours(), t.By)))
	}
	return out
}

func TestTheLadder(t *testing.T) {
	for _, c := range []struct {
		name     string
		breaches []escalation.Breach
		until    float64
		want     []string
	}{
		{"calm", nil, 100, nil},
		{"one is not two", every(1, 10, 0), 100, nil},
		{"a report alone is not corroborated", every(9, 10, 1, reported), 100, nil},
		{"two in a day", []escalation.Breach{breach("x", 10, 11), breach("y", 20, 21)}, 30, []string{"warning reached 20..21 count"}},
		{"two in a day may not be, as nobody knows when", []escalation.Breach{breach("x", 0, 20), breach("y", 24.5, 26)}, 30, nil},
		{"two of the same day are", []escalation.Breach{breach("x", 0, 24), breach("y", 0, 24)}, 30, []string{"warning reached 0..24 count"}},
		{"calm for 48 hours", every(2, 10, 1), 100, []string{"warning reached 11..11.1 count", "warning left 59.1..59.1"}},
		{"a breach at the last moment holds it", append(every(2, 10, 1), breach("z", 59, 59.1)), 107.05, []string{"warning reached 11..11.1 count"}},
		{"not before 24 hours, and only if they go on", every(6, 0, 4), 60, []string{"warning reached 4..4.1 count"}},
		{"they go on: the first after 24 hours makes it", append(every(8, 0, 4), breach("z", 30, 30.5)), 40,
			[]string{"warning reached 4..4.1 count", "coalition reached 28..28.1 count"}},
		{"the top, by what counts for it", append(every(4, 0, 20), every(8, 70, 1, guns)...), 80,
			[]string{"warning reached 20..20.1 count", "coalition reached 73..73.1 count", "joint reached 77..77.1 count"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := ladder(t, three, start).At(c.breaches, hour(c.until))
			if diff := cmp.Diff(c.want, told(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The first breach lies between the earliest instant at which any can have been
// and the first at which one has been for sure.
func TestTheFirstBreachIsProved(t *testing.T) {
	l := ladder(t, three, start)
	s := l.At([]escalation.Breach{breach("wide", 2, 30), breach("narrow", 10, 11), breach("doubtful", 1, 2, reported)}, hour(40))
	e := s.Episode
	want := escalation.Interval{Earliest: hour(2), Latest: hour(11)}
	if e == nil || e.T0 != want || e.Proof != "narrow" || e.Allows != "wide" || e.Breaches != 2 {
		t.Fatalf("%+v", e)
	}
	if s := l.At([]escalation.Breach{breach("wide", 2, 30), breach("narrow", 10, 11)}, hour(10.5)); s.Episode != nil {
		t.Errorf("nothing was proved by then: %+v", s.Episode)
	}
	var names []string
	for _, c := range l.Clocks(s) {
		names = append(names, fmt.Sprintf("%s %s %g..%g", c.Level, c.To, c.At.Earliest.Sub(start).Hours(), c.At.Latest.Sub(start).Hours()))
	}
	if diff := cmp.Diff([]string{"coalition may-reach 26..35", " persistent 26..35", "joint may-reach 74..83", " first-again 130..150"}, names); diff != "" {
		t.Error(diff)
	}
}

// A rise takes a baseline on record, so many times its rate, and more than chance
// explains.
func TestARise(t *testing.T) {
	level := "    - {id: up, rise: 3, window: 24h, baseline: 3d, leave: 24h, tell: [g]}\n"
	three := every(3, 96, 1)
	for _, c := range []struct {
		name     string
		begin    float64
		breaches []escalation.Breach
		want     []string
	}{
		{"after three calm days", 0, three, []string{"up reached 98..98.1 rise"}},
		{"two may be chance", 0, three[:2], nil},
		{"without a baseline", 30, three, nil},
		{"above a baseline of two", 0, append(every(2, 40, 10), every(6, 96, 1)...), []string{"up reached 99..99.1 rise"}},
		{"as ever", 0, every(100, 1, 1), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := ladder(t, level, hour(c.begin)).At(c.breaches, hour(102))
			if diff := cmp.Diff(c.want, told(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
	s := ladder(t, level, start).At(three, hour(99))
	r := s.Transitions[0].Rise
	if r == nil || r.Now != 3 || r.Before != 0 || r.Low < 1 || r.Low > 1.8 || r.Ratio != 0 {
		t.Errorf("%+v", r)
	}
}

func TestBreachesCountAnEventOnce(t *testing.T) {
	in := func(id string, distinct float64) incident.Incident {
		return incident.Incident{ID: id, From: hour(1), To: hour(2), Distinct: distinct}
	}
	f := func(id, of, provision string, r finding.Result) finding.Finding {
		return finding.Finding{ID: id, Incident: of, Provision: provision, Result: r, At: hour(1), Severity: "S2"}
	}
	got := escalation.Breaches([]incident.Incident{in("I-1", 1), in("I-2", 0.4), in("I-3", 1)}, []finding.Finding{
		f("F-1.b", "I-1", "b", finding.Breach), f("F-1.a", "I-1", "a", finding.Breach), f("F-2.a", "I-2", "a", finding.Breach),
		f("F-3.a", "I-3", "a", finding.Excepted), f("F-d", "", "c", finding.Breach), f("F-9", "I-9", "a", finding.Breach)})
	var ids []string
	for _, b := range got {
		for _, x := range b.Broke {
			ids = append(ids, b.ID+" "+x.Finding)
		}
	}
	if diff := cmp.Diff([]string{"F-d F-d", "I-1 F-1.a", "I-1 F-1.b"}, ids); diff != "" {
		t.Error(diff)
	}
}

// drawn draws terms and breaches.
func drawn(t *rapid.T) (levels string, breaches []escalation.Breach) {
	n := rapid.IntRange(1, 3).Draw(t, "levels")
	for i := range n {
		level := fmt.Sprintf("    - {id: l%d, leave: %dh", i, rapid.IntRange(1, 60).Draw(t, "leave"))
		if after := rapid.IntRange(0, 40).Draw(t, "after"); after > 0 {
			level += fmt.Sprintf(", after: %dh, within: %dh", after, after+rapid.IntRange(0, 40).Draw(t, "within"))
		}
		if rapid.Bool().Draw(t, "persistent") {
			level += ", persistent: true"
		}
		if rapid.Bool().Draw(t, "count") {
			level += fmt.Sprintf(", count: %d", rapid.IntRange(1, 6).Draw(t, "n"))
		}
		level += fmt.Sprintf(", window: %dh", rapid.IntRange(1, 40).Draw(t, "window"))
		if rapid.Bool().Draw(t, "rise") {
			level += fmt.Sprintf(", rise: 2, baseline: %dh", rapid.IntRange(1, 40).Draw(t, "baseline"))
		}
		if rapid.Bool().Draw(t, "confidence") {
			level += ", confidence: corroborated"
		}
		if rapid.Bool().Draw(t, "severity") {
			level += ", severity: S3"
		}
		if rapid.Bool().Draw(t, "by") {
			level += ", by: [" + rapid.SampledFrom([]string{"a", "b"}).Draw(t, "party") + "]"
		}
		levels += level + "}\n"
	}
	for i := range rapid.IntRange(0, 25).Draw(t, "breaches") {
		from := rapid.IntRange(0, 120).Draw(t, "from")
		b := breach(fmt.Sprintf("I-%d", i), float64(from), float64(from+rapid.IntRange(0, 12).Draw(t, "wide")))
		b.Confidence = rapid.SampledFrom([]string{"reported", "corroborated", "verified"}).Draw(t, "step")
		b.Broke[0].Severity = rapid.SampledFrom([]string{"S1", "S2", "S3", "S4"}).Draw(t, "grave")
		b.Broke[0].Party = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "who")
		breaches = append(breaches, b)
	}
	return levels, breaches
}

var seen = cmpopts.IgnoreUnexported(escalation.State{})

// From one instant to the next gives what all at once gives, in whatever order
// the breaches are handed over.
func TestStepByStepIsAllAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		levels, breaches := drawn(t)
		l := ladder(t, levels, start)
		end := hour(float64(rapid.IntRange(100, 300).Draw(t, "end")))
		want := l.At(breaches, end)
		if diff := cmp.Diff(want, l.At(rapid.Permutation(breaches).Draw(t, "order"), end), seen); diff != "" {
			t.Fatalf("in another order:\n%s", diff)
		}
		var s *escalation.State
		rest := rapid.Permutation(breaches).Draw(t, "stream")
		for at := start.Add(-time.Hour); ; {
			early := rapid.IntRange(0, 20).Draw(t, "handed over before it is proved by")
			var now, later []escalation.Breach
			for _, b := range rest {
				if b.To.After(at.Add(time.Duration(early) * time.Hour)) {
					later = append(later, b)
				} else {
					now = append(now, b)
				}
			}
			var err error
			before := fmt.Sprintf("%+v", s)
			next, err := l.Advance(s, now, at)
			if err != nil {
				t.Fatal(err)
			}
			if s != nil && fmt.Sprintf("%+v", s) != before {
				t.Fatal("the state before has changed")
			}
			s, rest = next, later
			if !at.Before(end) {
				break
			}
			at = at.Add(time.Duration(rapid.IntRange(1, 50*60).Draw(t, "step")) * time.Minute)
			if at.After(end) {
				at = end
			}
		}
		if len(rest) == 0 {
			if diff := cmp.Diff(want, s, seen); diff != "" {
				t.Fatalf("step by step:\n%s", diff)
			}
		}
	})
}

// Sides exchanged, in the terms and in what happened, the levels are the same.
func TestSidesSwapped(t *testing.T) {
	swap := strings.NewReplacer("[a]", "[b]", "[b]", "[a]")
	rapid.Check(t, func(t *rapid.T) {
		levels, breaches := drawn(t)
		mirrored := make([]escalation.Breach, len(breaches))
		for i, b := range breaches {
			b.Broke = slices.Clone(b.Broke)
			b.Broke[0].Party = map[string]string{"": "", "a": "b", "b": "a"}[b.Broke[0].Party]
			mirrored[i] = b
		}
		want := ladder(t, levels, start).At(breaches, hour(200))
		got := ladder(t, swap.Replace(levels), start).At(mirrored, hour(200))
		if diff := cmp.Diff(want, got, seen); diff != "" {
			t.Fatal(diff)
		}
	})
}

// What holds of every ladder: a level that is in force has those below it in
// force, transitions alternate and come in order, T0 has its proof, and a level is
// not left while a breach that counts for it is younger than its leave.
func TestTheLadderHasNoGaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		levels, breaches := drawn(t)
		s := ladder(t, levels, start).At(breaches, hour(float64(rapid.IntRange(0, 300).Draw(t, "at"))))
		for i := 1; i < len(s.Levels); i++ {
			if s.Levels[i].InForce && !s.Levels[i-1].InForce {
				t.Fatalf("%+v", s.Levels)
			}
		}
		last := map[string]escalation.Transition{}
		var at time.Time
		for _, x := range s.Transitions {
			if x.At.Latest.Before(at) || x.At.Latest.Before(x.At.Earliest) || (x.Is == escalation.Reached) == (last[x.Level].Is == escalation.Reached) {
				t.Fatalf("%+v", s.Transitions)
			}
			if x.Is == escalation.Reached && x.By != escalation.ByAbove && len(x.Evidence) == 0 {
				t.Fatalf("without evidence: %+v", x)
			}
			at, last[x.Level] = x.At.Latest, x
		}
		for _, x := range s.Levels {
			if x.InForce != (last[x.ID].Is == escalation.Reached) || x.Count > x.Possible {
				t.Fatalf("%+v %+v", x, last[x.ID])
			}
		}
		if e := s.Episode; e != nil && (e.T0.Earliest.After(e.T0.Latest) || e.T0.Latest.After(s.At) || e.Last.Latest.After(s.At) || e.Proof == "") {
			t.Fatalf("%+v", e)
		}
	})
}

// Telling again and again, at whatever instants, with evidence that comes late,
// tells nothing twice in a row and ends with what is. When nothing comes late,
// everything that ever happened is told, restarts or not.
func TestNothingIsToldTwiceAndNothingForgotten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		levels, breaches := drawn(t)
		l := ladder(t, levels, start)
		late := rapid.Bool().Draw(t, "late evidence")
		var told []escalation.Told
		var all []escalation.Transition
		since := start.Add(-time.Hour)
		if late {
			since = hour(float64(rapid.IntRange(0, 100).Draw(t, "since")))
		}
		for h := 0; h < 300; h += rapid.IntRange(1, 60).Draw(t, "step") {
			known := breaches
			if late {
				known = nil
				for i, b := range breaches {
					if !b.To.Add(time.Duration(i%7) * 5 * time.Hour).After(hour(float64(h))) {
						known = append(known, b)
					}
				}
			}
			s := l.At(known, hour(float64(h)))
			owed := s.Owed(told, since)
			for _, x := range owed {
				told = append(told, escalation.Told{Level: x.Level, Is: x.Is, At: x.At.Latest})
			}
			all = s.Transitions
			if again := s.Owed(told, since); len(again) > 0 {
				t.Fatalf("told again: %+v", again)
			}
			for _, x := range s.Levels {
				var is string
				overdue := false
				for _, y := range told {
					if y.Level != x.ID {
						continue
					}
					if y.Is == is || y.Is == escalation.Left && is == "" || y.Is == escalation.Overdue && (is != escalation.Reached || overdue) {
						t.Fatalf("twice: %+v", told)
					}
					overdue = y.Is == escalation.Overdue
					if !overdue {
						is = y.Is
					}
				}
				if (is == escalation.Reached) != x.InForce {
					t.Fatalf("%s is in force: %v; told %+v", x.ID, x.InForce, told)
				}
				if x.InForce && x.Response != nil && !s.At.Before(x.Response.Latest) && !overdue {
					t.Fatalf("a deadline of %s was forgotten; told %+v", x.ID, told)
				}
			}
		}
		if late {
			return
		}
		n := 0
		for _, x := range all {
			if !slices.Contains(told, escalation.Told{Level: x.Level, Is: x.Is, At: x.At.Latest}) {
				t.Fatalf("%+v was forgotten; told %+v", x, told)
			}
			n++
		}
		if moves := len(slices.DeleteFunc(told, func(x escalation.Told) bool { return x.Is == escalation.Overdue })); moves != n {
			t.Fatalf("%d moves, %d told", n, moves)
		}
	})
}
