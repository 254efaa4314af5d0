package ledger_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/ledger"
)

const terms = `
agreement: test-2026
title: A test
time_zone: UTC
parties: [{id: north, name: North, roles: [{role: party-to-conflict}]}]
sites:
  - {id: east, name: East store, kind: storage-site, lat: 48, lon: 37, party: north, declared: [{weapon: mlrs, number: 3, serials: [A1, A2, A3]}, {weapon: tank, number: 4}]}
  - {id: west, name: West area, kind: holding-area, lat: 48, lon: 35, party: north}
  - {id: clinic, name: A clinic, kind: hospital, lat: 48, lon: 36}
provisions: [{id: p, words: No fire., prohibits: {kind: activity}}]
`

func read(t *testing.T) *agreement.Agreement {
	t.Helper()
	a, problems := agreement.Parse("test.yaml", []byte(terms))
	if agreement.Failed(problems) {
		t.Fatal(problems)
	}
	return a
}

func day(n int) time.Time { return time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC) }

func visit(site string, n int, found ...ledger.Item) ledger.Visit {
	return ledger.Visit{Site: site, At: day(n), Outcome: ledger.Checked, Found: found}
}

func mlrs(serials ...string) ledger.Item {
	return ledger.Item{Weapon: "mlrs", Number: len(serials), Serials: serials}
}

func tanks(n int) ledger.Item { return ledger.Item{Weapon: "tank", Number: n} }

// One weapon after the other through the words of the missions' reports.
func TestRevisits(t *testing.T) {
	visits := []ledger.Visit{
		visit("east", 1, mlrs("A1", "A2", "A3"), tanks(4)),
		visit("east", 2, mlrs("A1", "A2"), tanks(3)),
		visit("east", 3, mlrs("A1"), tanks(1)),
		{Site: "east", At: day(4), Outcome: ledger.Prevented},
		visit("west", 5, mlrs("A3", "B1")),
		visit("east", 6, mlrs("A1", "A2", "C9"), tanks(5)),
	}
	for _, c := range []struct {
		at         int
		mlrs, tank ledger.Line
		states     string
		unverified []string
	}{
		{0, ledger.Line{Declared: 3, Unchecked: 3}, ledger.Line{Declared: 4, Unchecked: 4}, "A1 unchecked, A2 unchecked, A3 unchecked", []string{"no-serials", "never-visited"}},
		{1, ledger.Line{Declared: 3, Present: 3, Matched: 3}, ledger.Line{Declared: 4, Present: 4}, "A1 present, A2 present, A3 present", []string{"no-serials"}},
		{2, ledger.Line{Declared: 3, Present: 2, Matched: 2, MissingFirst: 1}, ledger.Line{Declared: 4, Present: 3, MissingFirst: 1}, "A1 present, A2 present, A3 missing-first", []string{"no-serials"}},
		{3, ledger.Line{Declared: 3, Present: 1, Matched: 1, MissingFirst: 1, MissingAgain: 1}, ledger.Line{Declared: 4, Present: 1, MissingFirst: 2, MissingAgain: 1},
			"A1 present, A2 missing-first, A3 missing-again", []string{"no-serials"}},
		{4, ledger.Line{Declared: 3, Present: 1, Matched: 1, MissingFirst: 1, MissingAgain: 1}, ledger.Line{Declared: 4, Present: 1, MissingFirst: 2, MissingAgain: 1},
			"A1 present, A2 missing-first, A3 missing-again", []string{"no-serials", "prevented"}},
		{5, ledger.Line{Declared: 3, Present: 1, Matched: 1, MissingFirst: 1, Moved: 1}, ledger.Line{Declared: 4, Present: 1, MissingFirst: 2, MissingAgain: 1},
			"A1 present, A2 missing-first, A3 moved", []string{"no-serials", "prevented"}},
		{6, ledger.Line{Declared: 3, Present: 2, Matched: 2, Moved: 1, Undeclared: 1}, ledger.Line{Declared: 4, Present: 4, Undeclared: 1},
			"A1 present, A2 present, A3 moved, C9 undeclared", []string{"no-serials"}},
	} {
		sheets := ledger.Keep(read(t), nil, visits, day(c.at))
		if len(sheets) != 2 || sheets[0].Site != "east" || len(sheets[0].Lines) != 2 {
			t.Fatalf("%+v", sheets)
		}
		states := ""
		for _, s := range sheets[0].Lines[0].Serials {
			states += ", " + s.Serial + " " + s.State
		}
		if states[2:] != c.states {
			t.Errorf("day %d: %s; want %s", c.at, states[2:], c.states)
		}
		c.mlrs.Weapon, c.tank.Weapon = "mlrs", "tank"
		for i, want := range []ledger.Line{c.mlrs, c.tank} {
			got := sheets[0].Lines[i]
			got.Serials = nil
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("day %d (-want +got):\n%s", c.at, diff)
			}
		}
		if diff := cmp.Diff(c.unverified, sheets[0].Unverified); diff != "" {
			t.Errorf("day %d: %s", c.at, diff)
		}
	}
	west := ledger.Keep(read(t), nil, visits, day(9))[1]
	if len(west.Lines) != 1 || west.Lines[0].Undeclared != 2 || west.Lines[0].Serials[0].Where != "east" || west.Unverified[0] != "no-inventory" {
		t.Errorf("%+v", west)
	}
	renewed := []ledger.Inventory{{Site: "west", At: day(7), Items: []ledger.Item{mlrs("A3", "B1")}}}
	if west := ledger.Keep(read(t), renewed, visits, day(9))[1]; west.Lines[0].Present != 2 || west.Unverified != nil {
		t.Errorf("declared after the visit: %+v", west)
	}
}

// Whatever is entered in whatever order: every declared weapon is in exactly one
// state, nothing is negative, and what comes after an instant does not count.
func TestEveryWeaponIsSomewhere(t *testing.T) {
	a := read(t)
	rapid.Check(t, func(t *rapid.T) {
		serials := []string{"A1", "A2", "A3", "B1", "B2"}
		item := func(weapon string) ledger.Item {
			x := ledger.Item{Weapon: weapon, Number: rapid.IntRange(0, 6).Draw(t, "number")}
			for _, s := range serials {
				if len(x.Serials) < x.Number && rapid.Bool().Draw(t, s) {
					x.Serials = append(x.Serials, weapon[:1]+s)
				}
			}
			return x
		}
		var visits []ledger.Visit
		for i := range rapid.IntRange(0, 7).Draw(t, "visits") {
			v := ledger.Visit{Site: rapid.SampledFrom([]string{"east", "west"}).Draw(t, "site"), At: day(rapid.IntRange(1, 9).Draw(t, "day")), Record: uint64(i + 1),
				Outcome: rapid.SampledFrom([]string{ledger.Checked, ledger.Checked, ledger.Prevented, ledger.Abandoned}).Draw(t, "outcome")}
			if v.Outcome == ledger.Checked {
				v.Found = []ledger.Item{item("mlrs"), item("tank")}
			}
			if err := v.Check(); err != nil {
				t.Fatal(err)
			}
			visits = append(visits, v)
		}
		inventories := []ledger.Inventory{{Site: "west", At: day(rapid.IntRange(1, 9).Draw(t, "declared")), Items: []ledger.Item{item("mlrs"), item("tank")}, Record: 100}}
		at := day(rapid.IntRange(1, 9).Draw(t, "at"))
		got := ledger.Keep(a, inventories, visits, at)
		for _, s := range got {
			for _, l := range s.Lines {
				if sum := l.Present + l.MissingFirst + l.MissingAgain + l.Moved + l.Unchecked; sum != l.Declared || min(l.Present, l.MissingFirst, l.MissingAgain, l.Moved, l.Unchecked, l.Undeclared, l.Present-l.Matched) < 0 {
					t.Fatalf("%s: %+v", s.Site, l)
				}
			}
		}
		var before []ledger.Visit
		for _, v := range visits {
			if !v.At.After(at) {
				before = append(before, v)
			}
		}
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(before), func(i, k int) { before[i], before[k] = before[k], before[i] })
		if diff := cmp.Diff(got, ledger.Keep(a, inventories, before, at)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestEntriesAreChecked(t *testing.T) {
	for i, v := range []ledger.Visit{
		{Outcome: "looked"}, {Outcome: ledger.Prevented, Found: []ledger.Item{tanks(1)}}, visit("east", 1, ledger.Item{Weapon: "catapult", Number: 1}),
		visit("east", 1, tanks(1), tanks(2)), visit("east", 1, tanks(-1)), visit("east", 1, ledger.Item{Weapon: "tank", Number: 1, Serials: []string{"a", "b"}}),
		visit("east", 1, ledger.Item{Weapon: "tank", Number: 2, Serials: []string{"a", "a"}}), visit("east", 1, ledger.Item{Weapon: "tank", Number: 2, Serials: []string{" "}}),
	} {
		if err := v.Check(); !errors.Is(err, ledger.ErrEntry) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if err := (&ledger.Visit{Outcome: ledger.Abandoned}).Check(); err != nil {
		t.Error(err)
	}
}
