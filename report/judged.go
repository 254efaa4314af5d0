package report

import (
	"cmp"
	"slices"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/publish"
)

// findings makes the rows by provision, the deadlines, and the list of findings.
func (b *builder) findings() {
	r := b.r
	index := map[string]int{}
	at := func(id string) *ProvisionRow {
		i, ok := index[id]
		if !ok {
			i = len(r.Provisions)
			index[id] = i
			row := ProvisionRow{ID: id}
			if p := r.names.provisions[id]; p != nil {
				row.Article, row.Words = p.Article, p.Words
			}
			r.Provisions = append(r.Provisions, row)
		}
		return &r.Provisions[i]
	}
	list := slices.Clone(b.released.Findings)
	slices.SortStableFunc(list, func(x, y finding.Finding) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Incident, y.Incident),
			cmp.Compare(b.order(x.Provision), b.order(y.Provision)), cmp.Compare(x.ID, y.ID))
	})
	for _, id := range r.names.provisionOrder {
		at(id)
	}
	rows := map[string][]int{}
	for i := range list {
		f := &list[i]
		r.Findings = append(r.Findings, findingRow(f))
		if f.Incident == "" {
			r.Deadlines = append(r.Deadlines, DeadlineRow{f.ID, f.Provision, f.Stage, f.At, f.Result})
		}
		p := at(f.Provision)
		switch f.Result {
		case finding.Breach:
			p.Breach++
			p.Severity = r.graver(p.Severity, f.Severity)
		case finding.Undetermined:
			p.Undetermined++
		case finding.Excepted:
			p.Excepted++
		case finding.Consistent:
			p.Consistent++
		}
		if f.Incident == "" {
			continue
		}
		if n, ok := b.row[f.Incident]; ok {
			k := f.Provision + "." + string(f.Result)
			if !slices.Contains(rows[k], n) {
				rows[k] = append(rows[k], n)
			}
			if f.Result == finding.Breach || f.Result == finding.Undetermined {
				p.Expected += b.incidents[n].Probability * f.BreachProbability
			}
		}
	}
	if b.in.HasPrevious || len(b.before.Findings) > 0 {
		was := map[string]int{}
		for i := range b.before.Findings {
			if f := &b.before.Findings[i]; f.Result == finding.Breach {
				at(f.Provision)
				was[f.Provision]++
			}
		}
		for i := range r.Provisions {
			n := was[r.Provisions[i].ID]
			r.Provisions[i].Previous = &n
		}
	}
	r.Provisions = slices.DeleteFunc(r.Provisions, func(p ProvisionRow) bool {
		return p.Breach+p.Undetermined+p.Excepted+p.Consistent == 0 && (p.Previous == nil || *p.Previous == 0)
	})
	slices.SortStableFunc(r.Provisions, func(x, y ProvisionRow) int {
		return cmp.Or(cmp.Compare(b.order(x.ID), b.order(y.ID)), cmp.Compare(x.ID, y.ID))
	})
	for i := range r.Provisions {
		p := &r.Provisions[i]
		p.Expected = round(p.Expected, 6)
		for _, res := range []struct {
			result finding.Result
			n      int
		}{{finding.Breach, p.Breach}, {finding.Undetermined, p.Undetermined}, {finding.Excepted, p.Excepted}, {finding.Consistent, p.Consistent}} {
			if res.n > 0 {
				k := p.ID + "." + string(res.result)
				slices.Sort(rows[k])
				b.number("provision."+slug(p.ID)+"."+string(res.result), float64(res.n), rows[k])
			}
		}
	}
}

func findingRow(f *finding.Finding) FindingRow {
	row := FindingRow{
		ID: f.ID, Incident: f.Incident, Provision: f.Provision, Stage: f.Stage, At: f.At, Result: f.Result,
		Occurrence: f.Occurrence.Step, OccurrenceP: f.Occurrence.Probability, BreachP: f.BreachProbability,
		Responsible: f.Responsible.Party, ResponsP: f.Responsible.Probability,
		Severity: f.Severity, Exception: f.Exception,
	}
	best := 0.0
	for _, z := range f.Place.Zones {
		if z.Probability > best {
			best, row.Zone = z.Probability, z.Zone
		}
	}
	return row
}

func (b *builder) responsibility() {
	r := b.r
	r.Responsibility.Withheld = b.withheld(publish.FieldParty)
	parties := map[string]*ResponsibleRow{}
	at := func(id string) *ResponsibleRow {
		p := parties[id]
		if p == nil {
			p = &ResponsibleRow{Party: id}
			parties[id] = p
		}
		return p
	}
	var order []string
	for _, p := range b.in.Agreement.Parties {
		order = append(order, p.ID)
		for _, role := range p.Roles {
			if role.Role == "party-to-conflict" && !p.Excluded {
				at(p.ID)
			}
		}
	}
	known := actors(b.in.Agreement)
	rows, claimed := map[string][]int{}, map[string][]int{}
	for i := range r.Annex {
		row := &r.Annex[i]
		if row.Result == finding.Breach {
			r.Responsibility.Breaches++
			if row.Party == "" {
				r.Responsibility.Undetermined++
			} else {
				at(row.Party).Breaches++
			}
			rows[row.Party] = append(rows[row.Party], i)
		}
		var named []string
		for _, c := range b.incidents[i].Claims {
			id := c.Party
			if p, ok := known[c.Party]; ok {
				id = p
			}
			if id != "" && !slices.Contains(named, id) {
				named = append(named, id)
				at(id).Claimed++
				claimed[id] = append(claimed[id], i)
			}
		}
	}
	for _, p := range parties {
		r.Responsibility.Parties = append(r.Responsibility.Parties, *p)
	}
	place := func(id string) int {
		if i := slices.Index(order, id); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortFunc(r.Responsibility.Parties, func(x, y ResponsibleRow) int {
		return cmp.Or(cmp.Compare(place(x.Party), place(y.Party)), cmp.Compare(x.Party, y.Party))
	})
	if r.Responsibility.Withheld {
		return
	}
	b.number("responsible.undetermined", float64(r.Responsibility.Undetermined), rows[""])
	for _, p := range r.Responsibility.Parties {
		if p.Breaches > 0 {
			b.number("responsible."+slug(p.Party), float64(p.Breaches), rows[p.Party])
		}
		if p.Claimed > 0 {
			b.number("claimed."+slug(p.Party), float64(p.Claimed), claimed[p.Party])
		}
	}
}

// actors maps the names of parties in sources to party ids.
func actors(a *agreement.Agreement) map[string]string {
	m := map[string]string{}
	for i := range a.Parties {
		p := &a.Parties[i]
		m[p.ID] = p.ID
		for _, name := range p.Actors {
			if _, taken := m[name]; !taken {
				m[name] = p.ID
			}
		}
	}
	return m
}
