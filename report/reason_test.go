package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/report"
	"github.com/truce-monitor/truce/simulate"
	"github.com/truce-monitor/truce/zone"
)

// readTerms reads an agreement with its zones.
func readTerms(t *testing.T, file string) (*agreement.Agreement, *zone.Set) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a, problems := agreement.Parse(file, data)
	if agreement.Failed(problems) {
		t.Fatal(problems)
	}
	dir := os.DirFS(filepath.Dir(file))
	lines, err := zone.Lines(a, dir)
	if err != nil {
		t.Fatal(err)
	}
	zones, err := zone.New(a, lines, dir)
	if err != nil {
		t.Fatal(err)
	}
	return a, zones
}

func tellers(t *testing.T, a *agreement.Agreement) map[string]*report.Teller {
	t.Helper()
	out := map[string]*report.Teller{}
	for _, lang := range translations() {
		s, err := report.NewTeller(lang, a)
		if err != nil {
			t.Fatal(err)
		}
		out[lang] = s
	}
	return out
}

// spoken reports what is wrong with a finding as a language says it.
func spoken(f, said *finding.Finding) error {
	for i, r := range said.Reasons {
		switch english := f.Reasons[i].Text; {
		case r.Text == english:
			return fmt.Errorf("%s is in English: %s %v", r.Code, r.Text, r.Args)
		case r.Text == "" || strings.ContainsAny(r.Text, "{}[]⟨⟩"):
			return fmt.Errorf("%s is not filled in: %s %v", r.Code, r.Text, r.Args)
		}
	}
	if basis := f.Responsible.Basis; basis != "" && (said.Responsible.Basis == basis || said.Responsible.Basis == "" || strings.Contains(said.Responsible.Basis, ", ,")) {
		return fmt.Errorf("the basis %q is %q", basis, said.Responsible.Basis)
	}
	return nil
}

// All findings of the demonstration are said whole in each language, and English
// stays as it is.
func TestTheDemonstrationIsSaid(t *testing.T) {
	a, zones := readTerms(t, filepath.Join("..", "examples", "paris-2026", "agreement.yaml"))
	j := finding.New(a, zones)
	incidents := fuse(simulate.Demo(1).Observations)
	j.Notice(incidents...)
	var found []finding.Finding
	for i := range incidents {
		found = append(found, j.Judge(&incidents[i])...)
	}
	found = append(found, j.Deadlines(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), incidents...)...)
	if len(found) < 200 {
		t.Fatalf("%d findings", len(found))
	}
	for lang, s := range tellers(t, a) {
		for i, said := range s.Findings(found) {
			if err := spoken(&found[i], &said); err != nil {
				t.Fatalf("%s: %s: %v", lang, said.ID, err)
			}
		}
		for _, in := range incidents {
			for i, m := range s.Members(in.Members) {
				if why := in.Members[i].Why; why != "" && (m.Why == why || m.Why == "" || strings.ContainsAny(m.Why, "{}")) {
					t.Fatalf("%s: %s: %q is %q", lang, in.ID, why, m.Why)
				}
			}
		}
	}
}

// Whatever may happen under each agreement that comes with the program, its
// reasons are said whole in each language.
func TestEveryExampleIsSaid(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "examples", "*", "agreement.yaml"))
	if err != nil || len(files) < 7 {
		t.Fatal("no examples", err)
	}
	for _, file := range append(files, filepath.Join("..", "finding", "testdata", "terms.yaml")) {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			a, zones := readTerms(t, file)
			say := tellers(t, a)
			rapid.Check(t, func(r *rapid.T) {
				j := finding.New(a, zones)
				in, before := happening(r, a)
				j.Notice(in, before)
				found := append(j.Judge(&in), j.Deadlines(in.To.Add(time.Hour), in, before)...)
				for lang, s := range say {
					for i, said := range s.Findings(found) {
						if err := spoken(&found[i], &said); err != nil {
							r.Fatalf("%s: %s: %v", lang, said.ID, err)
						}
					}
				}
			})
		})
	}
}

// happening draws an incident under an agreement, and an announcement of one.
func happening(r *rapid.T, a *agreement.Agreement) (in, before incident.Incident) {
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	var times []time.Time
	for _, c := range a.Ceasefire {
		times = append(times, c.From.Time)
	}
	for i := range a.Provisions {
		if q := a.Provisions[i].Requires; q != nil && !q.Deadline.IsZero() {
			times = append(times, q.Deadline.Time)
		}
	}
	if len(times) > 0 {
		at = rapid.SampledFrom(times).Draw(r, "near")
	}
	in = incident.Incident{ID: "I-TEST", Activity: rapid.SampledFrom(observation.Activities()).Draw(r, "activity"),
		Weapon: rapid.SampledFrom(append(observation.Weapons(), "")).Draw(r, "weapon"), Probability: rapid.Float64Range(0.2, 1).Draw(r, "probability"),
		Direction:          rapid.SampledFrom([]observation.Direction{"", observation.Outgoing, observation.Impact, observation.Incoming}).Draw(r, "direction"),
		IndependentSources: rapid.IntRange(1, 12).Draw(r, "sources")}
	in.From = at.Add(time.Duration(rapid.IntRange(-3*24*3600, 30*24*3600).Draw(r, "second")) * time.Second)
	in.To = in.From.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 48}).Draw(r, "hours")) * time.Hour)
	in.Count.N = rapid.IntRange(0, 1200).Draw(r, "count")
	means := rapid.SampledFrom([]observation.Means{observation.Patrol, observation.News, observation.Party}).Draw(r, "means")
	in.Members = []incident.Member{{Source: "s", Ref: "1", Means: means, Independent: true}}
	if area := a.Area; len(area) == 4 && rapid.IntRange(0, 9).Draw(r, "placed") > 0 {
		in.Position = &observation.Position{Lat: rapid.Float64Range(area[1], area[3]).Draw(r, "lat"), Lon: rapid.Float64Range(area[0], area[2]).Draw(r, "lon"),
			Radius: rapid.SampledFrom([]float64{0, 50, 3000, 40000}).Draw(r, "radius")}
	}
	if len(a.Sites) > 0 && rapid.Bool().Draw(r, "at a site") {
		in.Place = rapid.SampledFrom(a.Sites).Draw(r, "site").ID
	}
	if rapid.Bool().Draw(r, "area") {
		in.Area = "Somewhere"
	}
	for _, c := range []string{"aggregate", "admin-centroid", "multi-day", "day-only"} {
		if rapid.IntRange(0, 4).Draw(r, c) == 0 {
			in.Caveats = append(in.Caveats, c)
		}
	}
	for range rapid.IntRange(0, 2).Draw(r, "actors") {
		in.Actors = append(in.Actors, rapid.SampledFrom(a.Parties).Draw(r, "actor").ID)
	}
	if rapid.IntRange(0, 5).Draw(r, "strange") == 0 {
		in.Actors = []string{"Nobody's men"}
	}
	if rapid.IntRange(0, 2).Draw(r, "claimed") == 0 {
		in.Claims = []incident.Claim{{Source: "s", Party: rapid.SampledFrom(a.Parties).Draw(r, "blamed").ID, Means: means}}
	}
	if rapid.IntRange(0, 3).Draw(r, "course") == 0 {
		h := rapid.Float64Range(0, 359).Draw(r, "heading")
		in.Heading = &h
	}
	in.Extra = map[string]string{}
	for _, key := range []string{"missing", "circumstance", "actor", "delivery"} {
		if rapid.IntRange(0, 3).Draw(r, key) > 0 {
			continue
		}
		switch key {
		case "missing":
			in.Extra[key], in.Extra["serials"] = "2", "a1"
		case "circumstance":
			in.Extra[key] = rapid.SampledFrom([]string{"self-defence", "exercise", "medical", "demining", "repair"}).Draw(r, "of")
		case "actor":
			in.Extra[key] = rapid.SampledFrom(a.Parties).Draw(r, "set").ID
		case "delivery":
			in.Extra[key] = rapid.SampledFrom(a.Provisions).Draw(r, "delivered").ID
			in.Extra["delivery_state"] = rapid.SampledFrom([]string{"", "refused"}).Draw(r, "state")
		}
	}
	before = in
	before.ID, before.Reported = "I-BEFORE", in.From.Add(-time.Duration(rapid.IntRange(1, 100).Draw(r, "notice"))*time.Hour)
	if rapid.Bool().Draw(r, "told") {
		before.Extra = map[string]string{"told": rapid.SampledFrom(a.Parties).Draw(r, "whom").ID, "circumstance": in.Extra["circumstance"]}
	}
	return in, before
}

// fuse makes incidents of observations.
func fuse(observations []observation.Observation) []incident.Incident {
	slices.SortStableFunc(observations, func(a, b observation.Observation) int { return a.From.Compare(b.From) })
	var f incident.Fuser
	for i := range observations {
		f.Add(uint64(i), &observations[i])
	}
	return f.Flush()
}

// The chain of one finding in the three languages.
func TestOneFindingInThreeLanguages(t *testing.T) {
	a, zones := readTerms(t, filepath.Join("..", "examples", "paris-2026", "agreement.yaml"))
	j := finding.New(a, zones)
	incidents := fuse(simulate.Demo(1).Observations)
	i := slices.IndexFunc(incidents, func(in incident.Incident) bool {
		return slices.ContainsFunc(j.Judge(&in), func(f finding.Finding) bool {
			return f.Result == finding.Breach && len(f.Reasons) > 12 && in.IndependentSources > 1
		})
	})
	if i < 0 {
		t.Fatal("no breach in the demonstration")
	}
	found := j.Judge(&incidents[i])
	f := found[slices.IndexFunc(found, func(f finding.Finding) bool { return f.Result == finding.Breach })]
	var b strings.Builder
	for _, lang := range report.Languages() {
		s, err := report.NewTeller(lang, a)
		if err != nil {
			t.Fatal(err)
		}
		said := s.Findings([]finding.Finding{f})[0]
		fmt.Fprintf(&b, "%s: %s\n", lang, said.Responsible.Basis)
		for _, r := range said.Reasons {
			fmt.Fprintf(&b, "  %s: %s\n", r.Code, r.Text)
		}
	}
	golden(t, "reasons.txt", []byte(b.String()))
}
