// Package partylog knows what the parties' own logs say beside one another's and
// beside what everyone else reports: what the other party confirms, what only
// others do, what nobody does, where two parties name different authors, and what
// others saw of which a party's log says nothing.
//
// A party's log is a source like any other, and no party's is believed more than
// another's. The package must not know storage or how a report is laid out.
package partylog

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/proportion"
)

// Party is one with its names in sources, the name by which it is known here among
// them or not.
type Party struct {
	ID    string
	Names []string
}

// Input is what the table follows from.
type Input struct {
	Parties   []Party // in the order of the table
	Incidents []incident.Incident
	// Responsible says of incidents, by ID, which party findings hold responsible.
	Responsible map[string]string
}

// Table has a row for each party.
type Table struct {
	Rows []Row `json:"parties"`
	// Unknown are sources that speak for a party of which nothing tells which one.
	Unknown []string `json:"unknown,omitempty"`
}

// Row is how one party's log stands against the others. Claims are incidents that
// it reports; each is confirmed by another party's log, or else by other sources
// alone, or by nobody.
type Row struct {
	Party    string   `json:"party"`
	Logs     []string `json:"logs"`    // its sources, by name
	Reports  int      `json:"reports"` // in these incidents
	Claims   int      `json:"claims"`
	ByParty  int      `json:"by_party"`  // confirmed by another party, whoever else does
	ByOthers int      `json:"by_others"` // by others than parties alone
	ByNobody int      `json:"by_nobody"`

	// Contradicted are claims for which another party's log names another author,
	// of those for which both name one.
	Contradicted proportion.Of `json:"contradicted"`
	// Silent are the incidents of which its log says nothing, of those that sources
	// report that speak for no party. It need not have seen them.
	Silent proportion.Of `json:"silent"`
	// OwnSilent are the same of those for which findings hold it responsible.
	OwnSilent proportion.Of `json:"own_silent"`

	Basis Basis `json:"-"`
}

// Basis are the incidents that make a row's numbers, by ID, in their order.
type Basis struct {
	ByParty, ByOthers, ByNobody, Contradicted, Silent, OwnSilent []string
}

// Of makes the table of the parties to the conflict under the terms, in their order.
func Of(terms *agreement.Agreement, incidents []incident.Incident, findings []finding.Finding) Table {
	in := Input{Incidents: incidents, Responsible: map[string]string{}}
	for i := range terms.Parties {
		p := &terms.Parties[i]
		if p.Excluded || !p.Is("party-to-conflict") {
			continue
		}
		names := slices.Clone(p.Actors)
		for _, lang := range slices.Sorted(maps.Keys(p.Name)) {
			names = append(names, p.Name[lang])
		}
		in.Parties = append(in.Parties, Party{ID: p.ID, Names: names})
	}
	for i := range findings {
		if x := &findings[i]; x.Incident != "" && x.Result == finding.Breach && x.Responsible.Party != "" {
			in.Responsible[x.Incident] = x.Responsible.Party
		}
	}
	return Read(in)
}

// Read makes the table. What is no act of anybody (alerts, fires, announced
// exercises and demining, sources that fall silent) is left out.
func Read(in Input) Table {
	t := Table{Rows: make([]Row, len(in.Parties))}
	for i, p := range in.Parties {
		t.Rows[i] = Row{Party: p.ID, Logs: []string{}}
	}
	owners := map[string]int{}
	for i := range in.Incidents {
		x := &in.Incidents[i]
		switch x.Activity {
		case observation.Alert, observation.Fire, observation.Exercise, observation.Demining, observation.Silence, observation.Other:
			continue
		}
		t.add(&in, x, owners)
	}
	for i := range t.Rows {
		slices.Sort(t.Rows[i].Logs)
	}
	slices.Sort(t.Unknown)
	return t
}

// owner is the place of the party for which a source speaks, -1 for none.
func (t *Table) owner(in *Input, source string, known map[string]int) int {
	i, ok := known[source]
	if !ok {
		i = Owner(in.Parties, source)
		known[source] = i
		if i < 0 {
			t.Unknown = append(t.Unknown, source)
		} else {
			t.Rows[i].Logs = append(t.Rows[i].Logs, source)
		}
	}
	return i
}

func (t *Table) add(in *Input, x *incident.Incident, owners map[string]int) {
	says := make([]int, len(t.Rows)) // reports by each party's log
	others := false
	for _, m := range x.Members {
		if m.Means != observation.Party {
			others = others || m.Independent
			continue
		}
		if i := t.owner(in, m.Source, owners); i >= 0 {
			says[i]++
		}
	}
	logs := 0
	for _, n := range says {
		if n > 0 {
			logs++
		}
	}
	blames := t.blames(in, x, owners)
	for i := range t.Rows {
		r := &t.Rows[i]
		silent := says[i] == 0
		if others {
			r.Silent.Add(silent)
			if silent {
				r.Basis.Silent = append(r.Basis.Silent, x.ID)
			}
		}
		if who := in.Responsible[x.ID]; who != "" && who == r.Party {
			r.OwnSilent.Add(silent)
			if silent {
				r.Basis.OwnSilent = append(r.Basis.OwnSilent, x.ID)
			}
		}
		if silent {
			continue
		}
		r.Reports += says[i]
		r.Claims++
		switch {
		case logs > 1:
			r.ByParty++
			r.Basis.ByParty = append(r.Basis.ByParty, x.ID)
		case others:
			r.ByOthers++
			r.Basis.ByOthers = append(r.Basis.ByOthers, x.ID)
		default:
			r.ByNobody++
			r.Basis.ByNobody = append(r.Basis.ByNobody, x.ID)
		}
		both, differ := false, false
		for k := range t.Rows {
			if k != i && blames[i] != "" && blames[k] != "" {
				both, differ = true, differ || blames[k] != blames[i]
			}
		}
		if both {
			r.Contradicted.Add(differ)
			if differ {
				r.Basis.Contradicted = append(r.Basis.Contradicted, x.ID)
			}
		}
	}
}

// blames are the authors that each party's log names, by ID or as it names them;
// empty where it names none, or several.
func (t *Table) blames(in *Input, x *incident.Incident, owners map[string]int) []string {
	out, several := make([]string, len(t.Rows)), make([]bool, len(t.Rows))
	for _, c := range x.Claims {
		if c.Means != observation.Party {
			continue
		}
		i := t.owner(in, c.Source, owners)
		if i < 0 {
			continue
		}
		who := named(in.Parties, c.Party)
		several[i] = several[i] || out[i] != "" && out[i] != who
		out[i] = who
	}
	for i := range out {
		if several[i] {
			out[i] = ""
		}
	}
	return out
}

// named is the ID of the party that a name means, or else the name.
func named(parties []Party, name string) string {
	name = strings.TrimSpace(name)
	for _, p := range parties {
		if strings.EqualFold(p.ID, name) || slices.ContainsFunc(p.Names, func(n string) bool { return strings.EqualFold(n, name) }) {
			return p.ID
		}
	}
	return name
}

// Owner is the place in parties of the one for which a source speaks: the one whose
// ID or name, word by word, is in the source's name. It is -1 where that is true of
// none or of several.
func Owner(parties []Party, source string) int {
	text := words(source)
	found := -1
	for i, p := range parties {
		if !slices.ContainsFunc(append([]string{p.ID}, p.Names...), func(n string) bool { return n != "" && strings.Contains(text, words(n)) }) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// words are the words of a text in lower case, each between spaces.
func words(s string) string {
	list := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return " " + strings.Join(list, " ") + " "
}
