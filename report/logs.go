package report

import (
	"slices"

	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/partylog"
	"github.com/truce-monitor/truce/proportion"
	"github.com/truce-monitor/truce/publish"
)

// logs compares the parties' own logs over the incidents that the audience sees.
// Sources' names are needed to tell whose log it is, and do not leave with it.
func (b *builder) logs() {
	r := b.r
	if r.Logs.Withheld = b.withheld(publish.FieldParty); r.Logs.Withheld {
		return
	}
	seen := make([]incident.Incident, 0, len(b.incidents))
	for i := range b.in.Incidents {
		if _, ok := b.row[b.in.Incidents[i].ID]; ok {
			seen = append(seen, b.in.Incidents[i])
		}
	}
	t := partylog.Of(b.in.Agreement, seen, b.released.Findings)
	r.Logs.Unknown = len(t.Unknown)
	if !slices.ContainsFunc(t.Rows, func(x partylog.Row) bool { return len(x.Logs) > 0 }) {
		return // no party's log is on record
	}
	for i := range t.Rows {
		x := &t.Rows[i]
		if r.anonymous {
			x.Logs = nil
		}
		for _, n := range []struct {
			name      string
			incidents []string
		}{{"by-party", x.Basis.ByParty}, {"by-others", x.Basis.ByOthers}, {"by-nobody", x.Basis.ByNobody}, {"contradicted", x.Basis.Contradicted},
			{"silent", x.Basis.Silent}, {"own-silent", x.Basis.OwnSilent}} {
			var rows []int
			for _, id := range n.incidents {
				rows = append(rows, b.row[id])
			}
			slices.Sort(rows)
			b.number("log."+slug(x.Party)+"."+n.name, float64(len(rows)), rows)
		}
	}
	r.Logs.Parties = t.Rows
}

// logs lays out the section on the parties' own logs.
func (c *composer) logs() {
	r, l := c.r, c.l
	if r.Logs.Withheld || len(r.Logs.Parties) == 0 {
		return
	}
	s := c.section("logs", "section.logs")
	s.add(para(text(l.t("logs.intro"))))
	t := table{id: "t-logs", caption: l.t("logs.caption"), rowHead: true, columns: []column{{l.t("col.party"), 14, false}, {l.t("col.claims"), 11, true},
		{l.t("col.by-party"), 15, true}, {l.t("col.by-others"), 15, true}, {l.t("col.by-nobody"), 15, true}, {l.t("col.contradicted"), 15, true},
		{l.t("col.silent"), 16, true}, {l.t("col.own-silent"), 17, true}}}
	for _, x := range r.Logs.Parties {
		name := "log." + slug(x.Party) + "."
		t.rows = append(t.rows, row{cells: []cell{plain(l.party(x.Party)), plain(l.int(x.Claims)),
			c.share(proportion.Of{Hits: x.ByParty, Trials: x.Claims}, name+"by-party"), c.share(proportion.Of{Hits: x.ByOthers, Trials: x.Claims}, name+"by-others"),
			c.share(proportion.Of{Hits: x.ByNobody, Trials: x.Claims}, name+"by-nobody"), c.share(x.Contradicted, name+"contradicted"),
			c.share(x.Silent, name+"silent"), c.share(x.OwnSilent, name+"own-silent")}})
	}
	s.add(t)
	if n := r.Logs.Unknown; n > 0 {
		s.add(note(l.t("logs.unknown", "n", n)))
	}
}

// share is a number of trials that went one way, with the share and its interval
// below.
func (c *composer) share(p proportion.Of, name string) cell {
	if p.Trials == 0 {
		return plain("—")
	}
	low, high := p.Interval()
	return numberCell(c.l.t("logs.of", "n", c.l.int(p.Hits), "all", c.l.int(p.Trials))+"\n"+c.l.percent(p.Share())+" ("+c.l.num(100*low, 0)+"–"+c.l.percent(high)+")", c.ref(name))
}
