package main

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/simulate"
)

// small is a scenario of ours, so many days of it.
func small(t *testing.T, name string, days float64, seed uint64) *play {
	t.Helper()
	plan, err := simulate.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	plan.Days = days
	return playOf(plan.Run(seed, nil))
}

// exchanged is a play in which the two parties have each other's names, wherever
// they are named.
func exchanged(p *play, one, other string) *play {
	names := strings.NewReplacer(one, other, other, one)
	return p.with(func(o *observation.Observation) {
		for _, s := range []*string{&o.Source, &o.Place, &o.Area, &o.Text, &o.Copies, &o.Party} {
			*s = names.Replace(*s)
		}
		o.Actors = slices.Clone(o.Actors)
		for i := range o.Actors {
			o.Actors[i] = names.Replace(o.Actors[i])
		}
	}, nil)
}

// told are the incidents of a play without what hangs on the order of names: the
// order of incidents and members, and numbers; IDs are the first of the members' names.
func told(p *play, names *strings.Replacer) []incident.Incident {
	incidents, _ := p.fuse(&incident.Fuser{})
	ids := map[string]string{}
	for i := range incidents {
		first := ""
		for _, m := range incidents[i].Members {
			if name := names.Replace(m.Source) + "/" + m.Ref; first == "" || name < first {
				first = name
			}
		}
		ids[incidents[i].ID] = first
	}
	for i := range incidents {
		in := &incidents[i]
		in.ID = ids[in.ID]
		in.Place, in.Area = names.Replace(in.Place), names.Replace(in.Area)
		for k := range in.Members {
			in.Members[k].Seq = 0
			in.Members[k].Other = ids[in.Members[k].Other]
			in.Members[k].Source = names.Replace(in.Members[k].Source)
		}
		for k := range in.Actors {
			in.Actors[k] = names.Replace(in.Actors[k])
		}
		for k := range in.Claims {
			in.Claims[k].Source, in.Claims[k].Party = names.Replace(in.Claims[k].Source), names.Replace(in.Claims[k].Party)
		}
		slices.SortFunc(in.Members, func(a, b incident.Member) int {
			return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Ref, b.Ref))
		})
		slices.Sort(in.Actors)
		slices.SortFunc(in.Claims, func(a, b incident.Claim) int {
			return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Party, b.Party))
		})
	}
	slices.SortFunc(incidents, func(a, b incident.Incident) int { return cmp.Compare(a.ID, b.ID) })
	return incidents
}

func TestSidesExchanged(t *testing.T) {
	for _, name := range ours {
		p := small(t, name, 1, 7)
		one, other := "north", "south"
		was := told(p, strings.NewReplacer())
		is := told(exchanged(p, one, other), strings.NewReplacer(one, other, other, one))
		if d := gocmp.Diff(was, is); d != "" {
			n := 0
			for i := range was {
				if i < len(is) && !gocmp.Equal(was[i], is[i]) {
					n++
				}
			}
			t.Errorf("%s: of %d incidents %d are others (%d) with the sides exchanged: %s", name, len(was), n, len(is), d[:min(len(d), 3000)])
		}
		if len(was) < 10 {
			t.Errorf("%s: %d incidents", name, len(was))
		}
	}
}

// A flood of false claims raises nothing, wherever and in whatever words.
func TestFloodRaisesNothing(t *testing.T) {
	for _, s := range sicknesses {
		if !strings.HasPrefix(s.name, "flood") {
			continue
		}
		for _, name := range []string{"quiet-ceasefire", "breakdown"} {
			well := small(t, name, 3, 8).played()
			h, err := s.falls(well)
			if err != nil {
				t.Fatal(err)
			}
			if h.raised > 0 {
				t.Errorf("%s, %s: %d incidents are corroborated by what was made up, of them %d that are no event", name, s.name, h.raised, h.raisedFalse)
			}
		}
	}
}

// Who has a wrong clock loses its own links, and hardly any of others.
func TestClockHarmsItsSourceAlone(t *testing.T) {
	well := small(t, "breakdown", 4, 8).played()
	for _, s := range sicknesses {
		if !strings.HasPrefix(s.name, "clock") {
			continue
		}
		h, err := s.falls(well)
		if err != nil {
			t.Fatal(err)
		}
		for k, scale := range []string{"pairs", "B-cubed"} {
			if more := h.others[k][1] - h.others[k][0]; more > 0.01 {
				t.Errorf("%s: 1-F1 by %s of the others' reports is %.3f and was %.3f", s.name, scale, h.others[k][1], h.others[k][0])
			}
		}
		if more := h.all[0][1] - h.all[0][0]; more > 0.02 {
			t.Errorf("%s: 1-F1 by pairs is %.3f and was %.3f", s.name, h.all[0][1], h.all[0][0])
		}
		if h.links[1] < h.links[0] {
			t.Errorf("%s: its links got better", s.name)
		}
	}
}

// What a stuck sensor repeats confirms nothing.
func TestStuckSensorRaisesNothing(t *testing.T) {
	well := small(t, "quiet-ceasefire", 4, 8).played()
	for _, s := range sicknesses {
		if !strings.HasPrefix(s.name, "stuck") {
			continue
		}
		h, err := s.falls(well)
		if err != nil {
			t.Fatal(err)
		}
		if more := h.others[0][1] - h.others[0][0]; h.raisedFalse > 0 || more > 0.02 {
			t.Errorf("%s: raises %d that are no event; 1-F1 of the others' pairs is %.3f and was %.3f", s.name, h.raisedFalse, h.others[0][1], h.others[0][0])
		}
	}
}
