package commitment_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
)

const terms = `
agreement: pledges-2026
title: Pledges
time_zone: Etc/UTC
texts: [{id: letter, title: Letter, language: fr, publisher: Gazette, date: 2026-01-06}]
status: [{at: 2026-01-06, is: signed}, {at: 2026-03-01, is: in-force}]
ceasefire:
  - {id: main, from: 2026-03-01}
  - {id: repair, from: 2026-02-01, until: 2026-02-02, zone: works}
parties:
  - {id: north, name: North, roles: [{role: party-to-conflict}]}
  - {id: south, name: South, roles: [{role: party-to-conflict}]}
  - {id: friend, name: Friend, roles: [{role: guarantor}]}
  - {id: cousin, name: Cousin, roles: [{role: guarantor}]}
lines:
  - {id: contact, left: north, right: south, versions: [{from: 2026-01-01, coordinates: [[36.5, 48.5], [37.5, 48.5]]}]}
zones: [{id: works, circle: {km: 5, lat: 48.5, lon: 37}}]
provisions:
  - {id: no-fire, words: Nobody fires., ceasefire: main, prohibits: {kind: activity}}
  - {id: pull-back, words: Both pull back., zone: works, requires: {kind: withdrawal, deadline: 2026-03-10}}
escalation:
  levels:
    - {id: first, count: 1, window: 24h, within: 24h}
    - {id: second, count: 9, window: 24h, after: 24h, within: 72h, due: [answer]}
commitments:
  - id: troops
    by: [friend, cousin]
    to: [north, south]
    of: troops
    words: Troops after a ceasefire.
    when: ceasefire.in-force
    within: 30d
    limits: [{min_km: 50, words: Far behind.}, {id: host, consent: true}]
    firm:
      - {at: 2026-01-06, is: statement, why: [{text: letter, quote: "des troupes", translation: {en: troops}}]}
      - {at: 2026-02-01, is: signed, by: [friend]}
      - {at: 2026-04-01, is: withdrawn, by: [friend]}
      - {at: 2026-05-01, is: refused}
  - {id: answer, by: [friend], to: [north], of: guarantee, words: An answer to an attack., when: ceasefire.in-force and (attacked(north) or attacked(south)), firm: [{at: 2026-01-06, is: ratified}]}
  - {id: money, by: [cousin], of: money, words: Money., from: 2026-02-01, until: 2026-06-01, firm: [{at: 2026-01-10, is: statement}]}
  - {id: nothing, by: [cousin], of: troops, words: No troops., firm: [{at: 2026-01-06, is: refused}]}
  - {id: zone, by: [south], to: [north], of: none, words: A zone., when: provision(pull-back).met and approved(south) and not status(suspended), firm: [{at: 2026-01-06, is: statement}]}
  - {id: later, by: [friend], of: sanctions, words: Sanctions end., when: date(2026-07-01) or level(first), firm: [{at: 2026-01-06, is: signed}]}
issues:
  - id: land
    title: Land
    state: [{at: 2026-01-06, is: open}, {at: 2026-03-05, is: narrowed}]
positions:
  - {id: n1, party: north, issue: land, at: 2026-01-06, stance: against, words: Never., why: [{text: letter, quote: "jamais"}]}
  - {id: n2, party: north, issue: land, at: 2026-02-06, stance: against, words: Still never., why: [{text: letter}]}
  - {id: n3, party: north, issue: land, at: 2026-03-06, stance: conditional, words: If., why: [{text: letter}]}
  - {id: s1, party: south, issue: land, at: 2026-01-06, stance: for, words: Yes., why: [{text: letter}]}
  - {id: s2, party: south, issue: land, at: 2026-03-01, stance: conditional, words: If., why: [{text: letter}]}
  - {id: s3, party: south, issue: land, at: 2026-03-01, stance: against, words: No., why: [{text: letter}]}
  - {id: s4, party: south, issue: land, at: 2026-03-20, stance: open, words: We shall see., why: [{text: letter}]}
  - {id: f1, party: friend, at: 2026-01-06, words: Well done., why: [{text: letter}]}
`

func parse(t testing.TB, text string) *agreement.Agreement {
	t.Helper()
	a, problems := agreement.Parse("terms.yaml", []byte(text))
	for _, p := range problems {
		t.Errorf("%v", p)
	}
	if a == nil {
		t.FailNow()
	}
	return a
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func fact(term, of, is, at string) commitment.Fact {
	return commitment.Fact{Term: term, Of: of, Is: is, At: day(at)}
}

func at(a *agreement.Agreement, facts []commitment.Fact, t time.Time) *commitment.Matrix {
	return commitment.At(a, &commitment.Known{Agreement: a, Facts: facts}, facts, t)
}

func TestDue(t *testing.T) {
	a := parse(t, terms)
	level := fact("level", "second", "yes", "2026-03-12")
	level.Began = day("2026-03-11")
	for _, c := range []struct {
		name, pledge, at string
		facts            []commitment.Fact
		want             commitment.Due
		owed             []string
		since, deadline  string
	}{
		{"before the ceasefire", "troops", "2026-02-15", nil, commitment.IsNotDue, []string{"friend", "cousin"}, "", ""},
		{"a local ceasefire is none", "troops", "2026-02-01", nil, commitment.IsNotDue, []string{"friend", "cousin"}, "", ""},
		{"in the ceasefire", "troops", "2026-03-02", nil, commitment.IsDue, []string{"friend", "cousin"}, "2026-03-01", "2026-03-31"},
		{"one stepped back", "troops", "2026-04-02", nil, commitment.IsDue, []string{"cousin"}, "2026-03-01", "2026-03-31"},
		{"all refused", "troops", "2026-05-02", nil, commitment.IsNotDue, nil, "", ""},
		{"one came back", "troops", "2026-06-02", []commitment.Fact{{Term: "firmness", Of: "troops", Is: "signed", Party: "friend", At: day("2026-06-01")}},
			commitment.IsDue, []string{"friend"}, "2026-06-01", "2026-07-01"},
		{"not pledged yet", "troops", "2026-01-05", nil, commitment.IsNotDue, nil, "", ""},
		{"ended on record", "troops", "2026-03-20", []commitment.Fact{fact("status", "", "ended", "2026-03-15")}, commitment.IsNotDue, []string{"friend", "cousin"}, "", ""},
		{"nobody says whether attacked", "answer", "2026-03-02", nil, commitment.IsUnknown, []string{"friend"}, "", ""},
		{"attacked before a ceasefire", "answer", "2026-02-02", []commitment.Fact{fact("attacked", "north", "yes", "2026-01-20"), fact("level", "second", "no", "2026-01-01")}, commitment.IsNotDue, []string{"friend"}, "", ""},
		{"attacked", "answer", "2026-03-06", []commitment.Fact{fact("attacked", "south", "yes", "2026-03-05")}, commitment.IsDue, []string{"friend"}, "2026-03-05", ""},
		{"attacked, later", "answer", "2026-03-04", []commitment.Fact{fact("attacked", "south", "yes", "2026-03-05")}, commitment.IsUnknown, []string{"friend"}, "", ""},
		{"one not attacked", "answer", "2026-03-06", []commitment.Fact{fact("attacked", "south", "no", "2026-03-05")}, commitment.IsUnknown, []string{"friend"}, "", ""},
		{"neither attacked", "answer", "2026-03-06", []commitment.Fact{fact("attacked", "south", "no", "2026-03-05"), fact("attacked", "north", "no", "2026-03-05")}, commitment.IsUnknown, []string{"friend"}, "", ""},
		{"neither attacked, nor the level", "answer", "2026-03-06", []commitment.Fact{fact("attacked", "south", "no", "2026-03-05"), fact("attacked", "north", "no", "2026-03-05"), fact("level", "second", "no", "2026-03-01")},
			commitment.IsNotDue, []string{"friend"}, "", ""},
		{"a level makes it due", "answer", "2026-03-12", []commitment.Fact{level}, commitment.IsDue, []string{"friend"}, "2026-03-12", "2026-03-14"},
		{"a level left", "answer", "2026-03-16", []commitment.Fact{level, fact("level", "second", "no", "2026-03-15"), fact("attacked", "south", "no", "2026-03-05"), fact("attacked", "north", "no", "2026-03-05")},
			commitment.IsNotDue, []string{"friend"}, "", ""},
		{"before its time", "money", "2026-01-15", nil, commitment.IsNotDue, []string{"cousin"}, "", ""},
		{"without condition", "money", "2026-02-15", nil, commitment.IsDue, []string{"cousin"}, "2026-02-01", "2026-06-01"},
		{"after its time", "money", "2026-06-01", nil, commitment.IsNotDue, []string{"cousin"}, "", ""},
		{"a refusal", "nothing", "2026-03-02", nil, commitment.IsNotDue, nil, "", ""},
		{"met and approved", "zone", "2026-03-12", []commitment.Fact{fact("provision", "pull-back", "yes", "2026-03-10"), fact("approved", "south", "yes", "2026-03-11")}, commitment.IsDue, []string{"south"}, "2026-03-11", ""},
		{"approval revoked", "zone", "2026-03-13", []commitment.Fact{fact("provision", "pull-back", "yes", "2026-03-10"), fact("approved", "south", "yes", "2026-03-11"), fact("approved", "south", "no", "2026-03-12")},
			commitment.IsNotDue, []string{"south"}, "", ""},
		{"not met", "zone", "2026-03-12", []commitment.Fact{fact("provision", "pull-back", "no", "2026-03-10")}, commitment.IsNotDue, []string{"south"}, "", ""},
		{"a date", "later", "2026-07-02", nil, commitment.IsDue, []string{"friend"}, "2026-07-01", ""},
		{"before the date", "later", "2026-06-02", nil, commitment.IsUnknown, []string{"friend"}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := at(a, c.facts, day(c.at)).Pledge(c.pledge)
			date := func(x time.Time) string {
				if x.IsZero() {
					return ""
				}
				return x.Format(time.DateOnly)
			}
			if p.Due != c.want || !slices.Equal(p.OwedBy, c.owed) || date(p.Since) != c.since || date(p.Deadline) != c.deadline {
				t.Errorf("%s, owed by %v, since %q, by %q; want %s, %v, %q, %q\n%v", p.Due, p.OwedBy, date(p.Since), date(p.Deadline), c.want, c.owed, c.since, c.deadline, p.Reasons)
			}
			if len(p.Reasons) == 0 {
				t.Error("no reasons")
			}
		})
	}
}

func TestWhatIsKeptIsNotDueNow(t *testing.T) {
	a := parse(t, terms)
	names := func(m *commitment.Matrix) (out []string) {
		for _, p := range m.DueNow() {
			out = append(out, p.ID)
		}
		return out
	}
	if diff := cmp.Diff([]string{"troops", "money"}, names(at(a, nil, day("2026-03-02")))); diff != "" {
		t.Error(diff)
	}
	kept := []commitment.Fact{fact("kept", "troops", "yes", "2026-03-15")}
	if diff := cmp.Diff([]string{"money"}, names(at(a, kept, day("2026-03-15")))); diff != "" {
		t.Error(diff)
	}
}

func TestWhichTermDecides(t *testing.T) {
	a := parse(t, terms)
	deciding := func(when string, facts ...commitment.Fact) (out []string) {
		e, err := agreement.Condition(when).Parse(time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range commitment.Evaluate(e, &commitment.Known{Agreement: a, Facts: facts}, day("2026-03-02")).Terms {
			if x.Decides {
				out = append(out, x.Term)
			}
		}
		return out
	}
	yes, no := fact("approved", "north", "yes", "2026-01-01"), fact("approved", "south", "no", "2026-01-01")
	for _, c := range []struct {
		when string
		want []string
	}{
		{"approved(north) and approved(south)", []string{"approved(south)"}},
		{"approved(north) or approved(south)", []string{"approved(north)"}},
		{"approved(north) and attacked(north)", []string{"attacked(north)"}},
		{"approved(south) or attacked(north)", []string{"attacked(north)"}},
		{"not (approved(north) and attacked(north))", []string{"attacked(north)"}},
		{"approved(north) and not approved(south)", []string{"approved(north)", "approved(south)"}},
		{"(approved(north) and attacked(north)) or ceasefire.in-force", []string{"ceasefire.in-force"}},
	} {
		if diff := cmp.Diff(c.want, deciding(c.when, yes, no)); diff != "" {
			t.Errorf("%s: %s", c.when, diff)
		}
	}
}

func TestCeasefireInForce(t *testing.T) {
	const head = "agreement: c-2026\ntitle: C\ntime_zone: Etc/UTC\nparties:\n" +
		"  - {id: north, name: North, roles: [{role: party-to-conflict}]}\n  - {id: south, name: South, roles: [{role: party-to-conflict}]}\n" +
		"sites: [{id: works, name: Works, kind: dam, lat: 1, lon: 1}]\nprovisions: [{id: p, words: P, prohibits: {kind: activity}}]\n"
	for _, c := range []struct {
		name, text string
		want       agreement.Truth
	}{
		{"of all", "ceasefire: [{id: x, from: 2026-03-01}]", agreement.Yes},
		{"to come", "ceasefire: [{id: x, from: 2026-03-03}]", agreement.No},
		{"ended", "ceasefire: [{id: x, from: 2026-02-01, until: 2026-03-01}]", agreement.No},
		{"of one party", "ceasefire: [{id: x, from: 2026-03-01, parties: [north]}]", agreement.Unknown},
		{"of one party, ended", "ceasefire: [{id: x, from: 2026-02-01, until: 2026-03-01, parties: [north]}]", agreement.No},
		{"dated differently", "ceasefire: [{id: x, from: 2026-03-01, disputed: [{party: south, from: 2026-03-05}]}]", agreement.Unknown},
		{"dated differently, both passed", "ceasefire: [{id: x, from: 2026-02-01, disputed: [{party: south, from: 2026-02-05}]}]", agreement.Yes},
		{"only proposed", "ceasefire: [{id: x, from: 2026-03-01}]\nstatus: [{at: 2026-01-01, is: proposed}]", agreement.Unknown},
		{"suspended", "ceasefire: [{id: x, from: 2026-03-01}]\nstatus: [{at: 2026-01-01, is: in-force}, {at: 2026-03-02, is: suspended}]", agreement.No},
		{"around a site beside one of all", "ceasefire: [{id: x, from: 2026-03-09}, {id: y, from: 2026-03-01, site: works}]", agreement.No},
		{"around a site alone", "ceasefire: [{id: y, from: 2026-03-01, site: works}]", agreement.Yes},
		{"the second of two", "ceasefire: [{id: x, from: 2026-01-01, until: 2026-02-01}, {id: y, from: 2026-03-01}]", agreement.Yes},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := &commitment.Known{Agreement: parse(t, head+c.text+"\n")}
			got := k.Ask(&agreement.Expr{Op: "ceasefire.in-force"}, day("2026-03-02"))
			if got.Truth != c.want || len(got.Reasons) == 0 {
				t.Errorf("%v, %v; want %v", got.Truth, got.Reasons, c.want)
			}
		})
	}
}

func TestHistory(t *testing.T) {
	a := parse(t, terms)
	facts := []commitment.Fact{{Term: "firmness", Of: "money", Is: "ratified", At: day("2026-03-01"), Record: 7}}
	var got []string
	for _, s := range commitment.History(a, facts, day("2026-01-07"), day("2026-04-02")) {
		got = append(got, s.At.Format(time.DateOnly)+" "+s.Party+" "+s.Commitment+": "+s.From+" "+string(s.Move)+" "+s.Is)
	}
	want := []string{
		"2026-01-10 cousin money:  made statement",
		"2026-02-01 friend troops: statement firmer signed",
		"2026-03-01 cousin money: statement firmer ratified",
		"2026-04-01 friend troops: signed refused withdrawn",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestQuotesKeepTheirLanguage(t *testing.T) {
	a := parse(t, terms)
	got := at(a, nil, day("2026-03-02")).Pledge("troops").Makers[0].Steps[0].Sources
	want := []commitment.Quote{{Text: "letter", Title: agreement.Text{"en": "Letter"}, Publisher: "Gazette", Date: day("2026-01-06"),
		Quote: "des troupes", Language: "fr", Translation: agreement.Text{"en": "troops"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTalks(t *testing.T) {
	a := parse(t, terms)
	talks := commitment.TalksAt(a, commitment.Positions(a), []commitment.Fact{fact("issue", "land", "agreed", "2026-04-01")}, day("2026-04-02"))
	land := talks.Issue("land")
	if land.Is != "agreed" || len(land.States) != 3 {
		t.Errorf("%s after %v", land.Is, land.States)
	}
	var got []string
	for _, m := range talks.Moved(time.Time{}, time.Time{}) {
		got = append(got, m.At.Format(time.DateOnly)+" "+m.Party+" "+strings.Join(m.From, "+")+" to "+strings.Join(m.To, "+")+": "+string(m.Towards)+" "+strings.Join(m.Said, "+"))
	}
	want := []string{
		"2026-03-01 south for to against+conditional: away s2+s3",
		"2026-03-06 north against to conditional: towards n3",
		"2026-03-20 south against+conditional to open: changed s4",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if before := commitment.TalksAt(a, commitment.Positions(a), nil, day("2026-03-02")).Issue("land"); before.Is != "open" || before.Parties[1].Newest[1].ID != "s3" || before.Parties[1].Earlier[0].ID != "s1" {
		t.Errorf("on 2 March: %+v", before)
	}
	if len(talks.Other) != 1 || talks.Other[0].Party != "friend" {
		t.Errorf("on no issue: %+v", talks.Other)
	}
}

// facts draws what may be on record.
func drawFacts(t *rapid.T, label string) []commitment.Fact {
	var out []commitment.Fact
	for range rapid.IntRange(0, 8).Draw(t, label) {
		of := rapid.SampledFrom([][2]string{
			{"approved", "south"}, {"attacked", "north"}, {"attacked", "south"}, {"provision", "pull-back"},
			{"level", "first"}, {"level", "second"}, {"kept", "troops"}, {"firmness", "troops"}, {"firmness", "answer"}, {"issue", "land"},
		}).Draw(t, "term")
		words := []string{"yes", "no", "unknown"}
		switch of[0] {
		case "firmness":
			words = []string{"statement", "signed", "refused", "withdrawn"}
		case "issue":
			words = []string{"open", "agreed"}
		}
		out = append(out, commitment.Fact{Term: of[0], Of: of[1], Is: rapid.SampledFrom(words).Draw(t, "is"),
			At: day("2026-01-01").AddDate(0, 0, rapid.IntRange(0, 120).Draw(t, "day"))})
	}
	return out
}

// Learning more never turns due into not due, nor back: only a changed fact does.
func TestMonotoneInKnowledge(t *testing.T) {
	a := parse(t, terms)
	rapid.Check(t, func(t *rapid.T) {
		facts := drawFacts(t, "known")
		now := day("2026-01-01").AddDate(0, 0, rapid.IntRange(0, 150).Draw(t, "now"))
		before := at(a, facts, now)
		more := slices.Clone(facts)
		for _, f := range drawFacts(t, "learned") {
			changes := f.Term == "firmness" || slices.ContainsFunc(more, func(g commitment.Fact) bool { return g.Term == f.Term && g.Of == f.Of && g.Is != "unknown" })
			if !changes {
				more = append(more, f)
			}
		}
		after := at(a, more, now)
		for i, p := range before.Pledges {
			if q := after.Pledges[i]; p.Due != commitment.IsUnknown && q.Due != p.Due {
				t.Errorf("%s was %s and is %s once more is known:\n%v\n%v", p.ID, p.Due, q.Due, p.Reasons, q.Reasons)
			}
		}
	})
}

func TestDeMorganWithReasons(t *testing.T) {
	a := parse(t, terms)
	names := []string{"approved(north)", "approved(south)", "attacked(north)", "attacked(south)", "date(2026-02-01)", "ceasefire.in-force"}
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.SampledFrom(names).Draw(t, "x"), rapid.SampledFrom(names).Draw(t, "y")
		state := &commitment.Known{Agreement: a, Facts: drawFacts(t, "known")}
		now := day("2026-01-01").AddDate(0, 0, rapid.IntRange(0, 150).Draw(t, "now"))
		ask := func(when string) commitment.Evaluation {
			e, err := agreement.Condition(when).Parse(time.UTC)
			if err != nil {
				t.Fatal(err)
			}
			v := commitment.Evaluate(e, state, now)
			v.Condition = ""
			return v
		}
		for _, law := range [][2]string{
			{"not (" + x + " and " + y + ")", "not " + x + " or not " + y},
			{"not (" + x + " or " + y + ")", "not " + x + " and not " + y},
		} {
			if diff := cmp.Diff(ask(law[0]), ask(law[1])); diff != "" {
				t.Errorf("%s is not %s: %s", law[0], law[1], diff)
			}
		}
	})
}

// With the sides exchanged everywhere, all is the same with the sides exchanged.
func TestSidesSwapped(t *testing.T) {
	swap := strings.NewReplacer("north", "south", "south", "north", "North", "South", "South", "North")
	a, b := parse(t, terms), parse(t, swap.Replace(terms))
	rapid.Check(t, func(t *rapid.T) {
		facts := drawFacts(t, "known")
		swapped := slices.Clone(facts)
		for i := range swapped {
			swapped[i].Of = swap.Replace(swapped[i].Of)
		}
		now := day("2026-01-01").AddDate(0, 0, rapid.IntRange(0, 150).Draw(t, "now"))
		text := func(v any) string {
			data, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			return string(data)
		}
		if diff := cmp.Diff(swap.Replace(text(at(a, facts, now))), text(at(b, swapped, now))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(swap.Replace(text(commitment.TalksAt(a, commitment.Positions(a), facts, now))), text(commitment.TalksAt(b, commitment.Positions(b), swapped, now))); diff != "" {
			t.Error(diff)
		}
	})
}

// What does not decide may be anything.
func TestWhatDoesNotDecideMayChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		when := rapid.SampledFrom([]string{
			"approved(a) and (approved(b) or approved(c))", "not (approved(a) or approved(b)) or approved(c)",
			"(approved(a) or approved(b)) and (approved(c) or not approved(d))", "not approved(a)",
		}).Draw(t, "when")
		e, err := agreement.Condition(when).Parse(time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		draw := func(of string) agreement.Truth {
			return rapid.SampledFrom([]agreement.Truth{agreement.No, agreement.Unknown, agreement.Yes}).Draw(t, of)
		}
		state := answers{}
		for _, of := range []string{"a", "b", "c", "d"} {
			state[of] = draw(of)
		}
		before := commitment.Evaluate(e, state, time.Time{})
		if before.Truth == agreement.Unknown {
			return
		}
		for _, x := range before.Terms {
			if of := x.Term[len("approved(") : len(x.Term)-1]; !x.Decides {
				state[of] = draw("other " + of)
			}
		}
		if after := commitment.Evaluate(e, state, time.Time{}); after.Truth != before.Truth {
			t.Errorf("%s was %v, is %v", when, before.Truth, after.Truth)
		}
	})
}

type answers map[string]agreement.Truth

func (s answers) Ask(term *agreement.Expr, _ time.Time) commitment.Answer {
	return commitment.Answer{Truth: s[term.Of]}
}
