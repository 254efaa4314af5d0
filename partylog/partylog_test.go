package partylog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/partylog"
	"github.com/truce-monitor/truce/proportion"
	"github.com/truce-monitor/truce/simulate"
)

func parties() []partylog.Party {
	return []partylog.Party{{ID: "red", Names: []string{"Red Army", "Reds"}}, {ID: "blue", Names: []string{"Blue Force"}}}
}

// made makes an incident of members "source" or "source>blamed".
func made(id string, members ...string) incident.Incident {
	x := incident.Incident{ID: id, Activity: observation.Shelling}
	for i, m := range members {
		source, blamed, _ := strings.Cut(m, ">")
		means := observation.Acoustic
		if strings.Contains(source, "log") {
			means = observation.Party
		}
		x.Members = append(x.Members, incident.Member{Source: source, Ref: fmt.Sprint(id, i), Means: means, Independent: true})
		if blamed != "" {
			x.Claims = append(x.Claims, incident.Claim{Source: source, Means: means, Party: blamed})
		}
	}
	return x
}

func TestTable(t *testing.T) {
	exercise := made("exercise", "red log", "array 1")
	exercise.Activity = observation.Exercise
	got := partylog.Read(partylog.Input{Parties: parties(), Responsible: map[string]string{"rest": "blue", "both": "red"}, Incidents: []incident.Incident{
		made("both", "red log>Blue Force", "log of the Blue Force>red"), // each names the other
		made("agreed", "red log>blue", "log of the Blue Force>blue", "array 1"),
		made("seen", "red log>blue", "array 1"),
		made("alone", "red log>blue", "red log"),
		made("rest", "array 1"),
		made("stray", "log of the mayor", "array 1"),
		exercise,
	}})
	want := partylog.Table{Unknown: []string{"log of the mayor"}, Rows: []partylog.Row{
		{Party: "red", Logs: []string{"red log"}, Reports: 5, Claims: 4, ByParty: 2, ByOthers: 1, ByNobody: 1,
			Contradicted: proportion.Of{Hits: 1, Trials: 2}, Silent: proportion.Of{Hits: 2, Trials: 4}, OwnSilent: proportion.Of{Hits: 0, Trials: 1},
			Basis: partylog.Basis{ByParty: []string{"both", "agreed"}, ByOthers: []string{"seen"}, ByNobody: []string{"alone"}, Contradicted: []string{"both"}, Silent: []string{"rest", "stray"}}},
		{Party: "blue", Logs: []string{"log of the Blue Force"}, Reports: 2, Claims: 2, ByParty: 2,
			Contradicted: proportion.Of{Hits: 1, Trials: 2}, Silent: proportion.Of{Hits: 3, Trials: 4}, OwnSilent: proportion.Of{Hits: 1, Trials: 1},
			Basis: partylog.Basis{ByParty: []string{"both", "agreed"}, Contradicted: []string{"both"}, Silent: []string{"seen", "rest", "stray"}, OwnSilent: []string{"rest"}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOwner(t *testing.T) {
	for _, c := range []struct {
		source string
		want   int
	}{
		{"log of the red army", 0}, {"REDS, daily statement", 0}, {"blue-log", 1}, {"Blue Force: claims", 1},
		{"redoubt 3", -1}, {"bluebird", -1}, {"red against blue", -1}, {"mayor", -1}, {"", -1},
	} {
		if got := partylog.Owner(parties(), c.source); got != c.want {
			t.Errorf("%q: %d; want %d", c.source, got, c.want)
		}
	}
}

// The parts of a row sum up, whatever the incidents.
func TestPartsSumUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []incident.Incident
		for i := range rapid.IntRange(0, 20).Draw(t, "incidents") {
			members := rapid.SliceOfN(rapid.SampledFrom([]string{"red log", "red log>blue", "blue log>red", "blue log", "array 1", "camera 2>red"}), 1, 5).Draw(t, "members")
			list = append(list, made(fmt.Sprint(i), members...))
		}
		for _, r := range partylog.Read(partylog.Input{Parties: parties(), Incidents: list}).Rows {
			if r.ByParty+r.ByOthers+r.ByNobody != r.Claims || r.Reports < r.Claims || len(r.Basis.ByParty) != r.ByParty || len(r.Basis.Silent) != r.Silent.Hits {
				t.Fatalf("%+v", r)
			}
		}
	})
}

// If the parties change places in all that is said, they change places in the
// table, and nothing else changes.
func TestNeutral(t *testing.T) {
	plan, err := simulate.Named("dense-artillery")
	if err != nil {
		t.Fatal(err)
	}
	plan.Days = 0.5
	s := plan.Run(5, nil)
	var f incident.Fuser
	for i := range s.Observations {
		f.Add(uint64(i), &s.Observations[i])
	}
	incidents := f.Flush()
	names := plan.Parties
	responsible := map[string]string{}
	for i, x := range incidents {
		if i%3 != 0 {
			responsible[x.ID] = names[i%2]
		}
	}
	before := partylog.Read(partylog.Input{Parties: []partylog.Party{{ID: names[0]}, {ID: names[1]}}, Incidents: incidents, Responsible: responsible})
	if r := before.Rows[0]; r.Claims < 50 || r.ByParty == 0 || r.ByOthers == 0 || r.ByNobody == 0 || r.OwnSilent.Hits == 0 {
		t.Errorf("too little to tell: %+v", r)
	}

	exchange := func(text string) string {
		return strings.NewReplacer(names[0], names[1], names[1], names[0]).Replace(text)
	}
	swapped := slices.Clone(incidents)
	for i := range swapped {
		x := &swapped[i]
		x.Members, x.Claims = slices.Clone(x.Members), slices.Clone(x.Claims)
		for k := range x.Members {
			x.Members[k].Source = exchange(x.Members[k].Source)
		}
		for k := range x.Claims {
			x.Claims[k].Source, x.Claims[k].Party = exchange(x.Claims[k].Source), exchange(x.Claims[k].Party)
		}
		if who := responsible[x.ID]; who != "" {
			responsible[x.ID] = exchange(who)
		}
	}
	after := partylog.Read(partylog.Input{Parties: []partylog.Party{{ID: names[1]}, {ID: names[0]}}, Incidents: swapped, Responsible: responsible})
	for i := range after.Rows {
		r := &after.Rows[i]
		r.Party = exchange(r.Party)
		for k := range r.Logs {
			r.Logs[k] = exchange(r.Logs[k])
		}
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
}
