package finding_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

func heading(deg float64) change { return func(in *incident.Incident) { in.Heading = &deg } }

func member(source string, independent bool) change {
	return func(in *incident.Incident) {
		in.Members = append(in.Members, incident.Member{Source: source, Independent: independent})
	}
}

func toldBy(means observation.Means) change {
	return func(in *incident.Incident) { in.Members[0].Means = means }
}

// TestResponsible holds who is held responsible, with which probability for a.
func TestResponsible(t *testing.T) {
	tests := []struct {
		name  string
		in    incident.Incident
		party string
		ofA   float64
		step  string
	}{
		{"nothing is known", event("explosion"), "", 0.49, "author-undetermined"},
		{"no position, no side", event("burst", nowhere("", "")), "", 0.49, "author-undetermined"},
		{"fire goes out", event("shelling", direction("outgoing")), "a", 0.882, "author-side"},
		{"fire comes in", event("shelling", direction("impact")), "b", 0.02, "author-side"},
		{"it struck", event("shelling"), "b", 0.029, "author-side"},
		{"farther than the weapon reaches", event("shelling", weapon("mortar-82"), direction("impact")), "", 0.224, "author-side"},
		{"the centre of an area has no side", event("presence", caveat("admin-centroid")), "", 0.49, "author-undetermined"},
		{"who holds a place has what is there", event("mine"), "a", 0.931, "author-side"},
		{"aircraft cross lines", event("aircraft-flight"), "", 0.588, "author-side"},
		{"a course that points back over the line", event("projectile", lat(-0.01), heading(180)), "a", 0.941, "author-course"},
		{"a course from a long way back", event("projectile", lat(-0.01), heading(180), weapon("mlrs")), "a", 0.936, "author-course"},
		{"a presence has no course", event("presence", caveat("admin-centroid"), heading(180)), "", 0.49, "author-undetermined"},
		{"the press blames a", event("explosion", claim("news", "Army A", observation.News)), "", 0.59, "author-claim"},
		{"the press blames a twice", event("explosion", claim("news", "Army A", observation.News), claim("other news", "A", observation.News)), "", 0.59, "author-claim"},
		{"three patrols blame a", event("explosion", claim("1", "Army A", observation.Patrol), claim("2", "a", observation.Patrol), claim("3", "A", observation.Patrol)), "a", 0.994, "author-claim"},
		{"a copy of a patrol's blame", event("explosion", claim("patrol", "A", observation.Patrol), member("paper", false), claim("paper", "A", observation.Dataset)), "a", 0.845, "author-claim"},
		{"a party blames the other", event("explosion", claim("Army B", "Army A", observation.Party)), "", 0.845, "author-claim"},
		{"a party alone blames the other", event("explosion", toldBy(observation.Party), claim("Army B", "Army A", observation.Party)), "", 0.539, "author-claim"},
		{"a party alone says that it was hit", event("shelling", toldBy(observation.Party)), "", 0.444, "author-side"},
		{"it was hit, and others saw that", event("shelling", claim("Army A", "Army B", observation.Party)), "b", 0.005, "author-claim"},
		{"each party blames the other", event("explosion", claim("Army A", "Army B", observation.Party), claim("Army B", "Army A", observation.Party)), "", 0.498, "author-claim"},
		{"the press says what struck where", event("explosion", toldBy(observation.News)), "b", 0.029, "author-side"},
		{"a party blames itself", event("explosion", claim("Army A", "Army A", observation.Party)), "a", 0.896, "author-claim"},
		{"means that nobody weighed", event("explosion", claim("x", "Army A", "rumour")), "", 0.54, "author-claim"},
		{"somebody that the terms don't know", event("explosion", claim("x", "Nobody", observation.News)), "", 0.49, "author-undetermined"},
		{"a data set about one actor", event("explosion", noting("actor", "Army A")), "a", 0.896, "author-dataset"},
		{"a name alone is no blame", event("explosion", actors("Army A")), "", 0.49, "author-undetermined"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := finding.New(parse(t, rules("id: x, prohibits: {kind: activity}", "id: y, prohibits: {kind: presence}", "id: z, prohibits: {kind: flight}")), flat{true, true})
			f := j.Judge(&tt.in)[0]
			sum, ofA := 0.0, 0.0
			for _, c := range f.Responsible.Candidates {
				sum += c.Probability
				if c.Party == "a" {
					ofA = c.Probability
				}
			}
			if f.Responsible.Party != tt.party || math.Abs(ofA-tt.ofA) > 0.006 || math.Abs(sum-1) > 1e-5 || !strings.Contains(codes(f), " "+tt.step+" ") {
				t.Errorf("responsible %q, a with %.3f of %.3f by%s; want %q, %.3f by %s", f.Responsible.Party, ofA, sum, codes(f), tt.party, tt.ofA, tt.step)
			}
		})
	}
}

// TestAPartysWordNamesNobody: whatever parties say of each other, and however often,
// nobody is named for it, though it makes one likely.
func TestAPartysWordNamesNobody(t *testing.T) {
	j := finding.New(parse(t, rules("id: x, prohibits: {kind: activity}")), flat{true, true})
	rapid.Check(t, func(r *rapid.T) {
		in := event(rapid.SampledFrom([]observation.Activity{observation.Explosion, observation.Burst, observation.Shot, observation.Clash}).Draw(r, "activity"))
		for i := range rapid.IntRange(1, 20).Draw(r, "claims") {
			claim(fmt.Sprint("speaker ", i), "Army B", observation.Party)(&in)
		}
		f := j.Judge(&in)[0]
		if f.Responsible.Party != "" || f.Responsible.Candidates[0].Party != "b" {
			r.Fatalf("%+v", f.Responsible)
		}
		if last := f.Reasons[len(f.Reasons)-1]; !strings.Contains(last.Text, "little but a party's word") {
			r.Fatal(last.Text)
		}
	})
}

// TestThreeParties: where sources name some of several parties, the others are
// less likely, and none is blamed.
func TestThreeParties(t *testing.T) {
	text := strings.Replace(rules("id: x, prohibits: {kind: activity}"), "  - {id: mission,", "  - {id: c, name: C, roles: [{role: party-to-conflict}]}\n  - {id: mission,", 1)
	j := finding.New(parse(t, text), flat{true, true})
	in := event("clash", actors("A", "B"))
	f := j.Judge(&in)[0]
	if f.Responsible.Party != "" || f.Responsible.Candidates[2].Party != "c" || f.Responsible.Candidates[0].Probability != f.Responsible.Candidates[1].Probability {
		t.Errorf("%+v", f.Responsible)
	}
	if !strings.Contains(f.Responsible.Basis, "sources name who took part") {
		t.Errorf("basis %q", f.Responsible.Basis)
	}
}

// TestExcludedGroups: what the agreement does not cover is no breach of it.
func TestExcludedGroups(t *testing.T) {
	text := strings.Replace(rules("id: x, prohibits: {kind: activity}"), "  - {id: mission,", "  - {id: group, name: Group, excluded: true, roles: [{role: party-to-conflict}]}\n  - {id: mission,", 1)
	j := finding.New(parse(t, text), flat{true, true})
	for _, tt := range []struct {
		name string
		in   incident.Incident
		want finding.Result
		step string
	}{
		{"a party fights the group", event("clash", actors("A", "Group")), finding.Consistent, "not-covered"},
		{"both parties and the group", event("clash", actors("A", "B", "Group")), finding.Undetermined, "excluded-present"},
		{"patrols say it was the group", event("explosion", claim("1", "Group", observation.Patrol), claim("2", "Group", observation.Patrol)), finding.Consistent, "not-covered"},
		{"nobody says who", event("explosion"), finding.Breach, "bound"},
	} {
		f := j.Judge(&tt.in)[0]
		if f.Result != tt.want || !strings.Contains(codes(f), " "+tt.step+" ") {
			t.Errorf("%s: %s by%s; want %s by %s", tt.name, f.Result, codes(f), tt.want, tt.step)
		}
	}
}

func TestDeliveries(t *testing.T) {
	brought := func(name, when_ string, n int) incident.Incident {
		return event("other", id(name), noting("delivery", "x"), when(when_, when_), number(n, n, n))
	}
	const rule = "id: x, parties: [a], requires: {kind: delivery, number: 3, deadline: 2026-03-10}, severity: S2"
	tests := []struct {
		name  string
		rule  string
		known []incident.Incident
		want  finding.Result
		party string
	}{
		{"nothing known", rule, nil, finding.Undetermined, ""},
		{"all in time", rule, []incident.Incident{brought("1", "2026-03-02 00:00", 1), brought("2", "2026-03-05 00:00", 2)}, finding.Consistent, ""},
		{"some late", rule, []incident.Incident{brought("1", "2026-03-02 00:00", 1), brought("2", "2026-03-12 00:00", 2)}, finding.Breach, "a"},
		{"refused", rule, []incident.Incident{event("other", noting("delivery", "x", "delivery_state", "refused"))}, finding.Breach, "a"},
		{"hardly believed", rule, []incident.Incident{event("other", noting("delivery", "x"), number(3, 3, 3), func(in *incident.Incident) { in.Probability = 0.2 })}, finding.Undetermined, ""},
		{"what else there was", rule, []incident.Incident{event("burst"), event("alert"), event("other", caveat("reference-only"))}, finding.Undetermined, ""},
		{"a duty of both", strings.Replace(rule, "parties: [a], ", "", 1), []incident.Incident{brought("2", "2026-03-12 00:00", 2)}, finding.Breach, ""},
		{"seen after the deadline", "id: x, zone: near, requires: {kind: withdrawal, weapons: [tank], deadline: 2026-03-10}", []incident.Incident{
			event("presence", id("I-weak"), weapon("tank"), when("2026-03-11 00:00", "2026-03-11 00:00"), func(in *incident.Incident) { in.Probability = 0.6 }),
			event("presence", id("I-strong"), weapon("tank"), when("2026-03-11 00:00", "2026-03-11 00:00"))}, finding.Breach, "a"},
		{"perhaps seen after the deadline", "id: x, zone: near, requires: {kind: withdrawal, weapons: [tank], deadline: 2026-03-10}", []incident.Incident{
			event("presence", when("2026-03-11 00:00", "2026-03-11 00:00"))}, finding.Undetermined, ""},
		{"seen, on a condition that can't be told", "id: x, zone: near, requires: {kind: withdrawal, weapons: [tank], deadline: 2026-03-10, given: attacked(b)}", []incident.Incident{
			event("presence", weapon("tank"), when("2026-03-11 00:00", "2026-03-11 00:00"))}, finding.Undetermined, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := finding.New(parse(t, rules(tt.rule)), flat{true, true}).Deadlines(at("2026-04-01 00:00"), tt.known...)
			if len(found) != 1 {
				t.Fatalf("%d findings", len(found))
			}
			f := found[0]
			if f.Result != tt.want || f.Responsible.Party != tt.party || !f.At.Equal(at("2026-03-10 00:00")) || !strings.Contains(codes(f), " result ") {
				t.Errorf("%s by %q at %s:%s; want %s by %q", f.Result, f.Responsible.Party, f.At, codes(f), tt.want, tt.party)
			}
			if f.Result == finding.Breach && strings.Contains(tt.rule, "withdrawal") {
				for _, r := range f.Reasons {
					if r.Code == "evidence" && (r.Args["incident"] != "I-strong" || r.Args["incidents"] != "2") {
						t.Errorf("evidence %v", r.Args)
					}
				}
			}
		})
	}
}

func TestParameters(t *testing.T) {
	data, err := os.ReadFile("parameters.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := finding.ReadParameters(data)
	if err != nil || p.Version == 0 || len(p.Weapons) == 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	for change, want := range map[string][2]string{
		"not a probability":   {"relevant: 0.05", "relevant: 1.05"},
		"a claim likewise":    {"patrol: 0.85", "patrol: 0"},
		"a word nobody knows": {"relevant: 0.05", "irrelevant: 0.05"},
	} {
		text := strings.Replace(string(data), want[0], want[1], 1)
		if _, err := finding.ReadParameters([]byte(text)); err == nil || text == string(data) {
			t.Errorf("%s: %v", change, err)
		}
	}
	for _, line := range strings.Split(string(data), "\n") {
		if number := strings.ContainsAny(line, "0123456789") && strings.Contains(line, ": ") && !strings.HasPrefix(strings.TrimSpace(line), "#"); number && !strings.HasPrefix(line, "version") && !strings.Contains(line, "# assumed") && !strings.Contains(line, "# field") && !strings.Contains(line, "# arithmetic") {
			t.Errorf("no origin: %s", line)
		}
	}
}

// BenchmarkJudge judges one event under ten terms.
func BenchmarkJudge(b *testing.B) {
	j := finding.New(parse(b, manyTerms()), flat{true, true})
	in := event("shelling", weapon("mlrs"), direction("outgoing"))
	b.ReportAllocs()
	for b.Loop() {
		if len(j.Judge(&in)) == 0 {
			b.Fatal("no findings")
		}
	}
}
