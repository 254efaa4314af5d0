package posture_test

import (
	"encoding/json"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/posture"
	"github.com/truce-monitor/truce/zone"
)

// The line runs along 48.5° north, and from 10 March along 48.7°: the land of
// north lies to its north. One degree of latitude is 111.2 km here.
const terms = `
agreement: posture-2026
title: Posture
time_zone: Etc/UTC
ceasefire: [{id: main, from: 2026-03-01}]
parties:
  - {id: north, name: North, territory: land-of-north, roles: [{role: party-to-conflict}]}
  - {id: south, name: South, territory: land-of-south, roles: [{role: party-to-conflict}]}
  - {id: friend, name: Friend, roles: [{role: contributor}]}
  - {id: cousin, name: Cousin, roles: [{role: contributor}]}
  - {id: aunt, name: Aunt, roles: [{role: contributor}]}
  - {id: force, name: Force, members: [friend, cousin], roles: [{role: contributor}]}
  - {id: neighbours, name: Neighbours, open: true, roles: [{role: host-state}]}
  - {id: mission, name: Mission, roles: [{role: monitor}]}
lines:
  - id: contact
    left: north
    right: south
    versions:
      - {from: 2026-01-01, coordinates: [[34, 48.5], [36, 48.5]]}
      - {from: 2026-03-10, coordinates: [[34, 48.7], [36, 48.7]], radius_m: 3000}
zones:
  - {id: land-of-north, polygon: {coordinates: [[[30, 48.5], [40, 48.5], [40, 52], [30, 52], [30, 48.5]]]}}
  - {id: land-of-south, polygon: {coordinates: [[[30, 45], [40, 45], [40, 48.5], [30, 48.5], [30, 45]]]}}
  - {id: near, within: {km: 75, line: contact}}
provisions:
  - {id: far-behind, article: "1", words: The force stays far behind., zone: near, parties: [force], from: 2026-03-01, prohibits: {kind: presence, forces: [allied]}, severity: S2}
commitments:
  - id: troops
    by: [force]
    to: [north]
    of: troops
    words: Troops.
    when: ceasefire.in-force
    limits:
      - {id: far, min_km: 60, severity: S2, words: Far behind.}
      - {id: there, only: [north]}
      - {id: asked, consent: true}
      - {id: all, max: 10000}
      - {id: each, max: 6000, per: party}
    firm: [{at: 2026-02-01, is: letter-of-intent}]
  - {id: bases, by: [force], of: bases, words: Bases., limits: [{id: few, max: 2, per: host}], firm: [{at: 2026-02-01, is: statement}]}
  - {id: none, by: [aunt], of: troops, words: None., firm: [{at: 2026-02-01, is: refused}]}
  - {id: next-door, by: [aunt], of: weapons, words: Guns next door., limits: [{id: where, only: [neighbours], never: [north]}], firm: [{at: 2026-02-01, is: statement}]}
  - {id: welcome, by: [north], to: [force], of: hosting, words: Welcome., when: ceasefire.in-force, firm: [{at: 2026-01-20, is: letter-of-intent}, {at: 2026-02-20, is: signed}, {at: 2026-04-01, is: withdrawn}]}
`

func ground(t testing.TB, text string, facts ...commitment.Fact) *posture.Ground {
	t.Helper()
	a, problems := agreement.Parse("terms.yaml", []byte(text))
	for _, p := range problems {
		t.Errorf("%v", p)
	}
	if a == nil {
		t.FailNow()
	}
	lines, err := zone.Lines(a, os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zone.New(a, lines, os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	return &posture.Ground{Agreement: a, Lines: lines, Zones: zones, Facts: facts, State: &commitment.Known{Agreement: a, Facts: facts}}
}

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

// unit is a unit of friend in the land of north.
func unit(ref string, lat float64, change ...func(*posture.Declaration)) posture.Declaration {
	d := posture.Declaration{Source: "friend", Ref: ref, Kind: posture.Unit, From: day("2026-03-02"), Party: "friend", Host: "north", Force: "allied",
		Position: &geo.Point{Lat: lat, Lon: 35}, RadiusM: 100, Count: 1000}
	for _, f := range change {
		f(&d)
	}
	return d
}

// results are the findings as "of.limit result", of all that are not consistent.
func results(p *posture.Posture) []string {
	out := []string{}
	for _, f := range p.Findings {
		if f.Result != finding.Consistent {
			out = append(out, f.Provision+"."+f.Stage+" "+string(f.Result))
		}
	}
	slices.Sort(out)
	return out
}

func TestLimits(t *testing.T) {
	none := []string{}
	set := func(f func(*posture.Declaration)) func(*posture.Declaration) { return f }
	for _, c := range []struct {
		name     string
		at       string
		declared []posture.Declaration
		facts    []commitment.Fact
		want     []string
	}{
		{"far behind", "2026-03-03", []posture.Declaration{unit("a", 49.5)}, nil, none},
		{"too close", "2026-03-03", []posture.Declaration{unit("a", 49.0)}, nil, []string{"far-behind. breach", "troops.far breach"}},
		{"between the two distances", "2026-03-03", []posture.Declaration{unit("a", 49.1)}, nil, []string{"far-behind. breach"}},
		{"the place is vague", "2026-03-03", []posture.Declaration{unit("a", 49.05, set(func(d *posture.Declaration) { d.RadiusM = 8000 }))}, nil, []string{"far-behind. breach", "troops.far undetermined"}},
		{"the line came closer", "2026-03-11", []posture.Declaration{unit("a", 49.2)}, nil, []string{"far-behind. breach", "troops.far breach"}},
		{"no position", "2026-03-03", []posture.Declaration{unit("a", 0, set(func(d *posture.Declaration) { d.Position = nil }))}, nil, []string{"far-behind. undetermined", "troops.far undetermined"}},
		{"another force", "2026-03-03", []posture.Declaration{unit("a", 49.1, set(func(d *posture.Declaration) { d.Force = "training" }))}, nil, none},
		{"on the other's territory", "2026-03-03", []posture.Declaration{unit("a", 47.5, set(func(d *posture.Declaration) { d.Host = "south" }))}, nil,
			[]string{"troops.asked undetermined", "troops.there breach"}},
		{"before it was pledged", "2026-01-15", []posture.Declaration{unit("a", 47.5, set(func(d *posture.Declaration) { d.From = day("2026-01-10") }))}, nil, none},
		{"a letter of intent is no consent", "2026-02-15", []posture.Declaration{unit("a", 49.5, set(func(d *posture.Declaration) { d.From = day("2026-02-10") }))}, nil,
			[]string{"troops.asked undetermined"}},
		{"before a ceasefire the host has not agreed", "2026-02-25", []posture.Declaration{unit("a", 49.5, set(func(d *posture.Declaration) { d.From = day("2026-02-24") }))}, nil,
			[]string{"troops.asked breach"}},
		{"the host stepped back", "2026-04-02", []posture.Declaration{unit("a", 49.6)}, nil, []string{"troops.asked breach"}},
		{"the host agreed again", "2026-04-04", []posture.Declaration{unit("a", 50.5, set(func(d *posture.Declaration) { d.From = day("2026-04-03") })),
			{Source: "north", Ref: "consent", Kind: posture.Host, Party: "north", Host: "friend", Agrees: "yes", From: day("2026-04-02")}}, nil, none},
		{"somebody else says that the host agreed", "2026-04-04", []posture.Declaration{unit("a", 50.5, set(func(d *posture.Declaration) { d.From = day("2026-04-03") })),
			{Source: "friend", Ref: "consent", Kind: posture.Host, Party: "north", Host: "friend", Agrees: "yes", From: day("2026-04-02")}}, nil, []string{"troops.asked breach"}},
		{"an adversary says so", "2026-03-03", []posture.Declaration{unit("a", 49.0, set(func(d *posture.Declaration) { d.Source = "south" }))}, nil,
			[]string{"far-behind. undetermined", "troops.far undetermined"}},
		{"a monitor says so", "2026-03-03", []posture.Declaration{unit("a", 49.0, set(func(d *posture.Declaration) { d.Source = "mission" }))}, nil, []string{"far-behind. breach", "troops.far breach"}},
		{"it was taken away in time", "2026-03-20", []posture.Declaration{unit("a", 49.2, set(func(d *posture.Declaration) { d.Until = day("2026-03-09") }))}, nil, none},
		{"too many of one", "2026-03-03", []posture.Declaration{unit("a", 49.9, set(func(d *posture.Declaration) { d.Count = 7000 }))}, nil, []string{"troops.each breach"}},
		{"too many of all", "2026-03-03", []posture.Declaration{unit("a", 49.9, set(func(d *posture.Declaration) { d.Count = 5900 })),
			unit("b", 49.9, set(func(d *posture.Declaration) { d.Source, d.Party, d.Count = "cousin", "cousin", 5900 }))}, nil, []string{"troops.all breach"}},
		{"perhaps too many", "2026-03-03", []posture.Declaration{unit("a", 49.9, set(func(d *posture.Declaration) { d.CountMin, d.CountMax = 5000, 7000 }))}, nil, []string{"troops.each undetermined"}},
		{"nobody says how many", "2026-03-03", []posture.Declaration{unit("a", 49.9, set(func(d *posture.Declaration) { d.Count = 0 }))}, nil, []string{"troops.all undetermined", "troops.each undetermined"}},
		{"one thing declared twice", "2026-03-03", []posture.Declaration{unit("a", 49.9, set(func(d *posture.Declaration) { d.Of, d.Count = "1st", 4000 })),
			unit("b", 49.9, set(func(d *posture.Declaration) { d.Source, d.Of, d.Count = "north", "1st", 4000 }))}, nil, none},
		{"of one that contributes none", "2026-03-03", []posture.Declaration{unit("a", 49.9, set(func(d *posture.Declaration) { d.Source, d.Party = "aunt", "aunt" }))}, nil, []string{"none.refusal breach"}},
		{"a third base with one host", "2026-03-03", []posture.Declaration{
			unit("a", 49.9, set(func(d *posture.Declaration) { d.Kind, d.Commitment = posture.Base, "bases" })),
			unit("b", 49.9, set(func(d *posture.Declaration) { d.Kind, d.Commitment = posture.Base, "bases" })),
			unit("c", 49.9, set(func(d *posture.Declaration) { d.Kind, d.Commitment = posture.Base, "bases" }))}, nil, []string{"bases.few breach"}},
		{"next door, with a host that is not named", "2026-03-03", []posture.Declaration{unit("a", 53, set(func(d *posture.Declaration) {
			d.Source, d.Party, d.Host, d.Weapon, d.Commitment = "aunt", "aunt", "elsewhere", "mlrs", "next-door"
		}))}, nil, []string{"next-door.where.only undetermined"}},
		{"not next door", "2026-03-03", []posture.Declaration{unit("a", 51, set(func(d *posture.Declaration) {
			d.Source, d.Party, d.Weapon, d.Commitment = "aunt", "aunt", "mlrs", "next-door"
		}))}, nil, []string{"next-door.where.never breach", "next-door.where.only undetermined"}},
		{"who pledged stepped back", "2026-03-05", []posture.Declaration{unit("a", 49.0, set(func(d *posture.Declaration) { d.From = day("2026-03-04") }))},
			[]commitment.Fact{{Term: "firmness", Of: "troops", Is: "withdrawn", At: day("2026-03-03")}}, []string{"far-behind. breach"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := ground(t, terms, c.facts...).At(c.declared, day(c.at))
			if diff := cmp.Diff(c.want, results(p)); diff != "" {
				t.Error(diff)
			}
			for _, f := range p.Findings {
				if len(f.Reasons) < 2 || f.At.IsZero() || f.Agreement == "" || f.At.After(day(c.at)) {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// A limit to the line is held against the line of each day.
func TestWorksWhenTheLineMoves(t *testing.T) {
	g := ground(t, terms)
	declared := []posture.Declaration{unit("a", 49.2)} // 78 km from the line, and from 10 March 56 km
	const id = "F-P-"
	of := func(at string) finding.Finding {
		t.Helper()
		for _, f := range g.At(declared, day(at)).Findings {
			if f.Stage == "far" && strings.HasPrefix(f.ID, id) {
				return f
			}
		}
		t.Fatal("no finding")
		return finding.Finding{}
	}
	before, after := of("2026-03-09"), of("2026-03-20")
	if before.Result != finding.Consistent || after.Result != finding.Breach || before.ID != after.ID {
		t.Errorf("%s %s, then %s %s", before.ID, before.Result, after.ID, after.Result)
	}
	if !after.At.Equal(day("2026-03-10")) {
		t.Errorf("a breach since %v; the line came closer on 10 March", after.At)
	}
	// It drew back on the 12th: the breach stays on record with its end.
	declared = append(declared, unit("a", 49.9, func(d *posture.Declaration) { d.From = day("2026-03-12") }))
	back := of("2026-03-20")
	last := back.Reasons[len(back.Reasons)-1]
	if back.Result != finding.Breach || !back.At.Equal(day("2026-03-10")) || last.Args["until"] != "2026-03-12T00:00:00Z" {
		t.Errorf("%s since %v, %v", back.Result, back.At, last)
	}
	if p := g.At(declared, day("2026-03-20")); p.Declared[0].Checks[0].Result != finding.Consistent {
		t.Errorf("on the 20th: %+v", p.Declared[0].Checks)
	}
}

// The probability follows from the geodesic distance and both radii.
func TestDistance(t *testing.T) {
	g := ground(t, terms)
	v, err := line.NewVersion(line.Version{Line: "contact", From: day("2026-03-10"), Parts: []geo.Polyline{{{Lat: 48.7, Lon: 34}, {Lat: 48.7, Lon: 36}}}})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		lat := rapid.Float64Range(48.8, 50.5).Draw(t, "lat")
		radius := rapid.Float64Range(0, 20000).Draw(t, "radius")
		p := g.At([]posture.Declaration{unit("a", lat, func(d *posture.Declaration) { d.RadiusM = radius })}, day("2026-03-15"))
		i := slices.IndexFunc(p.Declared[0].Checks, func(c posture.Check) bool { return c.Limit == "far" })
		got := p.Declared[0].Checks[i].Probability
		distance := v.Nearest(geo.Point{Lat: lat, Lon: 35}).DistanceM
		// The share of a Gaussian over the distance that lies below 60 km, summed up.
		sigma, want := math.Hypot(radius, 3000)/2.447746830680816, 0.0
		for i := range 4000 {
			z := -5 + (float64(i)+0.5)/400
			if distance+sigma*z < 60000 {
				want += math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) / 400
			}
		}
		if math.Abs(got-want) > 0.002 {
			t.Errorf("%.1f m from the line, ± %.0f m: %.4f; want %.4f", distance, radius, got, want)
		}
	})
}

// With north and south exchanged on the map and in the terms, all is the same
// with the two exchanged.
func TestSidesSwapped(t *testing.T) {
	swap := strings.NewReplacer("north", "south", "south", "north", "North", "South", "South", "North")
	mirrored := swap.Replace(terms)
	// The land of each is where it was, so that its name alone is exchanged.
	g, h := ground(t, terms), ground(t, mirrored)
	rapid.Check(t, func(t *rapid.T) {
		var declared, swapped []posture.Declaration
		for range rapid.IntRange(1, 5).Draw(t, "declared") {
			d := unit(rapid.StringMatching("[a-d]").Draw(t, "ref"), rapid.Float64Range(46, 51).Draw(t, "lat"))
			d.Kind = rapid.SampledFrom([]string{posture.Base, posture.Unit, posture.Host}).Draw(t, "kind")
			d.Source = rapid.SampledFrom([]string{"friend", "north", "south", "mission"}).Draw(t, "source")
			d.Party = rapid.SampledFrom([]string{"friend", "cousin", "aunt", "north", "south"}).Draw(t, "party")
			d.Host = rapid.SampledFrom([]string{"north", "south", ""}).Draw(t, "host")
			d.Agrees = rapid.SampledFrom([]string{"yes", "no"}).Draw(t, "agrees")
			d.Count = rapid.IntRange(0, 9000).Draw(t, "count")
			d.From = day("2026-02-01").AddDate(0, 0, rapid.IntRange(0, 60).Draw(t, "from"))
			declared = append(declared, d)
			d.Source, d.Party, d.Host = swap.Replace(d.Source), swap.Replace(d.Party), swap.Replace(d.Host)
			swapped = append(swapped, d)
		}
		at := day("2026-02-01").AddDate(0, 0, rapid.IntRange(0, 90).Draw(t, "at"))
		text := func(p *posture.Posture) []string {
			for i := range p.Findings {
				p.Findings[i].Agreement = ""
			}
			var out []string
			for _, v := range []any{p.Declared, p.Findings} {
				data, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				var list []json.RawMessage
				if err := json.Unmarshal(data, &list); err != nil {
					t.Fatal(err)
				}
				for _, x := range list {
					out = append(out, string(x))
				}
			}
			return out
		}
		var want []string
		for _, s := range text(g.At(declared, at)) {
			want = append(want, swap.Replace(s))
		}
		got := text(h.At(swapped, at))
		// A version of a line is named after its content, and so after its sides; a
		// declaration after its source.
		named := regexp.MustCompile(`"line_version":"[^"]*"|P-[0-9a-f]{10}`)
		for _, list := range [][]string{want, got} {
			for i, s := range list {
				list[i] = named.ReplaceAllString(s, "")
			}
			slices.Sort(list)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
