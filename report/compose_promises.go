package report

import (
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/commitment"
)

// guarantees lays out what was promised for the case that has come.
func (c *composer) guarantees() {
	g, l := c.r.Guarantees, c.l
	if g == nil {
		return
	}
	s := c.section("guarantees", "section.guarantees")
	s.add(para(text(l.t("guarantees.intro", "due", l.int(len(g.Due)), "unknown", l.int(len(g.Unknown)), "not", l.int(g.NotDue)))))
	if len(g.Due) > 0 {
		t := table{id: "t-due", caption: l.t("guarantees.caption"), rowHead: true, columns: []column{{l.t("col.pledge"), 40, false}, {l.t("col.owed"), 22, false},
			{l.t("col.firmness"), 14, false}, {l.t("col.due-since"), 20, false}, {l.t("col.due-by"), 16, false}, {l.t("col.because"), 26, false}}}
		for i := range g.Due {
			p := &g.Due[i]
			since := dash(c.moment(p.Since))
			if p.New {
				since += "\n" + l.t("guarantees.new")
			}
			t.rows = append(t.rows, row{cells: []cell{plain(clipText(l.text(p.Words), 200) + "\n" + p.ID), plain(c.owed(p)), plain(c.firmness(p)), plain(since), plain(dash(c.moment(p.Deadline))), plain(c.because(p))}})
		}
		s.add(t)
	}
	if len(g.Unknown) > 0 {
		t := table{id: "t-due-unknown", caption: l.t("guarantees.unknown.caption"), rowHead: true, columns: []column{{l.t("col.pledge"), 46, false}, {l.t("col.owed"), 24, false}, {l.t("col.depends"), 40, false}}}
		for i := range g.Unknown {
			p := &g.Unknown[i]
			t.rows = append(t.rows, row{cells: []cell{plain(clipText(l.text(p.Words), 200) + "\n" + p.ID), plain(c.owed(p)), plain(c.because(p))}})
		}
		s.add(t)
	}
	if len(g.Steps) > 0 {
		s.add(para(strong(l.t("guarantees.steps"))))
		var list bullets
		for _, x := range g.Steps {
			key := "step.changed"
			if x.From == "" {
				key = "step.first"
			}
			list.items = append(list.items, []run{text(l.t(key, "date", c.moment(x.At), "party", l.party(x.Party), "id", x.Commitment, "from", l.word("firm", x.From), "to", l.word("firm", x.Is), "move", l.word("move", string(x.Move))))})
		}
		s.add(list)
	}
	s.add(note(l.t("guarantees.note")))
}

// moment writes an instant that begins a local day as that day.
func (c *composer) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	local := t.In(c.r.loc)
	if local.Hour() == 0 && local.Minute() == 0 && local.Second() == 0 {
		return c.l.longDate(local)
	}
	return c.l.instant(t)
}

func (c *composer) partyList(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = c.l.party(id)
	}
	return strings.Join(names, ", ")
}

func (c *composer) owed(p *PledgeRow) string {
	if len(p.To) == 0 {
		return c.partyList(p.OwedBy)
	}
	return c.l.t("owed", "by", c.partyList(p.OwedBy), "to", c.partyList(p.To))
}

func (c *composer) firmness(p *PledgeRow) string {
	words := make([]string, len(p.Firm))
	for i, f := range p.Firm {
		words[i] = c.l.word("firm", f)
	}
	return strings.Join(words, ", ")
}

// because says what makes a pledge due, or leaves it open.
func (c *composer) because(p *PledgeRow) string {
	l := c.l
	var out []string
	for _, level := range p.Levels {
		out = append(out, l.t("because.level", "level", level))
	}
	if len(p.Levels) == 0 {
		for _, t := range p.Terms {
			out = append(out, l.t("because.term", "term", l.term(t.Term, c.moment), "truth", l.word("truth", t.Truth.String())))
		}
	}
	if len(out) == 0 {
		return l.t("because.none")
	}
	return strings.Join(out, "; ")
}

// declared lays out what is declared of forces, against the limits.
func (c *composer) declared() {
	d, l := c.r.Declared, c.l
	if d == nil {
		return
	}
	s := c.section("posture", "section.posture")
	s.add(para(text(l.t("posture.intro", "things", l.int(d.Things), "kept", l.int(d.Kept), "beyond", l.int(len(d.Rows))))))
	if len(d.Rows) == 0 {
		return
	}
	t := table{id: "t-posture", caption: l.t("posture.caption"), rowHead: true, columns: []column{{l.t("col.declared"), 26, false}, {l.t("col.party"), 18, false},
		{l.t("col.limit"), 28, false}, {l.t("col.result"), 20, false}, {l.t("col.since"), 24, false}, {l.t("col.explain"), 34, false}}}
	for _, x := range d.Rows {
		party, since := "—", c.moment(x.Since)
		if x.Party != "" {
			party = l.party(x.Party)
		}
		if x.Past {
			since += "\n" + l.t("posture.past")
		}
		limit := x.Of
		if x.Limit != "" {
			limit += "\n" + x.Limit
		}
		t.rows = append(t.rows, row{cells: []cell{plain(strings.TrimSpace(l.word("declared", x.Kind) + "\n" + x.Thing)), plain(party), plain(limit),
			{text: l.result(x.Result) + "\n" + l.percent(x.Probability), mark: markOf(x.Result)}, plain(since), {text: x.Finding, code: true}}})
	}
	s.add(t)
}

// talks lays out who moved, and what is open.
func (c *composer) talks() {
	t, l := c.r.Talks, c.l
	if t == nil {
		return
	}
	s := c.section("positions", "section.positions")
	if len(t.Moved) == 0 {
		s.add(para(text(l.t("positions.none"))))
	} else {
		moved := table{id: "t-positions", caption: l.t("positions.caption"), columns: []column{{l.t("col.date"), 20, false}, {l.t("col.issue"), 28, false}, {l.t("col.party"), 16, false},
			{l.t("col.moved"), 24, false}, {l.t("col.words"), 46, false}}}
		for _, m := range t.Moved {
			moved.rows = append(moved.rows, row{cells: []cell{plain(c.moment(m.At)), plain(c.issue(m.Issue)), plain(l.party(m.Party)),
				plain(l.t("positions.move", "from", c.stances(m.From), "to", c.stances(m.To)) + "\n" + l.word("towards", string(m.Towards))), plain(c.said(m.Said))}})
		}
		s.add(moved)
	}
	if len(t.Open) == 0 {
		return
	}
	s.add(para(strong(l.t("issues.open", "n", len(t.Open)))))
	var list bullets
	for _, x := range t.Open {
		item := l.t("issues.item", "title", l.text(x.Title), "state", l.word("issue", x.Is), "since", c.moment(x.Since))
		if x.New {
			item += " " + l.t("issues.new")
		}
		list.items = append(list.items, []run{text(item)})
	}
	s.add(list)
}

func (c *composer) issue(id string) string {
	for _, x := range c.r.Talks.Open {
		if x.ID == id {
			return c.l.text(x.Title)
		}
	}
	return dash(id)
}

func (c *composer) stances(list []string) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = c.l.word("stance", x)
	}
	return c.l.list(out)
}

// said quotes the positions with who said them.
func (c *composer) said(ids []string) string {
	var out []string
	for _, p := range c.r.Talks.Said {
		if slices.Contains(ids, p.ID) {
			out = append(out, clipText(c.l.text(p.Words), 160)+"\n"+speaker(&p))
		}
	}
	return strings.Join(out, "\n")
}

func speaker(p *commitment.Position) string {
	who := p.Speaker
	for _, q := range p.Sources {
		if q.Publisher != "" {
			return strings.TrimPrefix(who+"; "+q.Publisher, "; ")
		}
	}
	return who
}
