package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/escalation"
)

// Ladder is where the agreement's escalation stood at the cut-off, as the audience
// may know it.
type Ladder struct {
	At      time.Time           `json:"at"`                // UTC
	Highest string              `json:"highest,omitempty"` // level in force; empty: none
	Episode *escalation.Episode `json:"episode,omitempty"` // the breaches that go on; nil: it was calm
	Levels  []escalation.Level  `json:"levels"`            // lowest first
	Clocks  []escalation.Clock  `json:"clocks"`            // the next to strike first
	// Moves are the levels that were reached and left in the period.
	Moves []escalation.Transition `json:"moves"`
}

// ladder takes over where the ladder stood.
func (b *builder) ladder() {
	s := b.in.Ladder
	if s == nil || b.in.Agreement.Escalation == nil {
		return
	}
	// What a caller gives may leave for the audience; what the day's policy keeps back
	// here stays back here too.
	hidden := map[string]bool{}
	for i := range b.in.Incidents {
		id := b.in.Incidents[i].ID
		_, shown := b.row[id]
		hidden[id] = !shown
	}
	named := func(ids []string) []string {
		return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return hidden[id] })
	}
	x := &Ladder{At: s.At.UTC(), Levels: slices.Clone(s.Levels), Clocks: slices.Clone(b.in.Clocks), Moves: []escalation.Transition{}}
	if s.Episode != nil {
		e := *s.Episode
		if hidden[e.Proof] {
			e.Proof = ""
		}
		if hidden[e.Allows] {
			e.Allows = ""
		}
		x.Episode = &e
	}
	if x.Clocks == nil {
		x.Clocks = []escalation.Clock{}
	}
	for i := range x.Levels {
		x.Levels[i].Evidence = named(x.Levels[i].Evidence)
	}
	if high := s.Highest(); high != nil {
		x.Highest = high.ID
	}
	for _, t := range s.Transitions {
		if !t.At.Latest.Before(b.r.From) && t.At.Latest.Before(b.r.To) {
			t.Evidence = named(t.Evidence)
			x.Moves = append(x.Moves, t)
		}
	}
	b.r.Ladder = x
	b.r.levels = b.in.Agreement.Escalation.Levels
}

// ladder lays out the section on clocks and levels.
func (c *composer) ladder() {
	x, l := c.r.Ladder, c.l
	if x == nil {
		return
	}
	s := c.section("ladder", "section.ladder")
	lead := l.t("ladder.none")
	if x.Highest != "" {
		i := slices.IndexFunc(x.Levels, func(v escalation.Level) bool { return v.ID == x.Highest })
		lead = l.t("ladder.highest", "level", c.levelName(x.Highest), "since", c.interval(x.Levels[i].Since))
	}
	s.add(paragraph{style: "lead", runs: []run{text(lead)}})
	if e := x.Episode; e != nil {
		runs := []run{strong(l.t("ladder.t0", "at", c.interval(e.T0)) + " ")}
		if e.Proof != "" {
			runs = append(runs, text(l.t("ladder.proof")+" "), c.breach(e.Proof), text(". "))
			if e.Allows != e.Proof && e.Allows != "" {
				runs = append(runs, text(l.t("ladder.allows")+" "), c.breach(e.Allows), text(". "))
			}
		}
		runs = append(runs, text(l.t("ladder.since", "n", e.Breaches, "last", c.interval(e.Last))))
		if !e.Persistent.IsZero() {
			runs = append(runs, text(" "+l.t("ladder.persistent", "at", l.instant(e.Persistent))))
		}
		s.add(para(runs...))
	}
	c.levelTable(s)
	c.clockTable(s)
	if len(x.Moves) > 0 {
		s.add(subheading{id: "ladder-moves", text: l.t("ladder.moves")})
		var list bullets
		for i := range x.Moves {
			list.items = append(list.items, c.move(&x.Moves[i]))
		}
		s.add(list)
	}
	s.add(note(l.t("ladder.note")))
}

// levelName is a level as the agreement names it.
func (c *composer) levelName(id string) string {
	for i := range c.r.levels {
		if v := &c.r.levels[i]; v.ID == id && len(v.Name) > 0 {
			return c.l.text(v.Name)
		}
	}
	return id
}

// interval is an uncertain instant.
func (c *composer) interval(i escalation.Interval) string {
	if i.Latest.Sub(i.Earliest) < time.Minute {
		return c.l.instant(i.Latest)
	}
	return c.l.t("ladder.between", "from", c.l.instant(i.Earliest), "to", c.l.instant(i.Latest))
}

// breach names an event of the evidence, with a link where it stands in the annex.
func (c *composer) breach(id string) run {
	for i := range c.r.Annex {
		if c.r.Annex[i].ID == id {
			return run{text: c.l.t("ladder.row", "no", strconv.Itoa(i+1)), href: rowAnchor(i + 1)}
		}
	}
	return run{text: id, code: true}
}

func (c *composer) levelTable(s *section) {
	l := c.l
	t := table{id: "t-levels", caption: l.t("levels.caption"), rowHead: true, columns: []column{{l.t("col.level"), 26, false}, {l.t("col.state"), 24, false},
		{l.t("col.counted"), 22, false}, {l.t("col.told"), 14, false}, {l.t("col.falls-due"), 14, false}}}
	for i := range c.r.Ladder.Levels {
		v := &c.r.Ladder.Levels[i]
		state := l.t("ladder.not")
		if v.InForce {
			state = l.t("ladder.in-force") + "\n" + c.interval(v.Since)
		}
		told, due := "—", "—"
		if v.InForce && len(v.Tell) > 0 {
			told = c.partyList(v.Tell)
		}
		if v.InForce && len(v.Due) > 0 {
			due = strings.Join(v.Due, ", ")
		}
		t.rows = append(t.rows, row{cells: []cell{{text: c.levelName(v.ID), strong: v.InForce}, plain(state), plain(c.counted(v)), plain(told), plain(due)}})
	}
	s.add(t)
}

// counted says how near a level's threshold is.
func (c *composer) counted(v *escalation.Level) string {
	l := c.l
	var out []string
	if v.Need > 0 {
		text := l.t("ladder.of", "n", l.int(v.Count), "need", l.int(v.Need))
		if v.Possible > v.Count {
			text += " " + l.t("ladder.possible", "n", l.int(v.Possible))
		}
		out = append(out, text)
	}
	if r := v.Rate; r != nil && r.Ratio > 0 {
		out = append(out, l.t("ladder.rate", "x", l.num(r.Ratio, 1), "low", l.num(r.Low, 1), "p", l.percent(r.Certainty)))
	}
	if out == nil {
		return "—"
	}
	return strings.Join(out, "\n")
}

func (c *composer) clockTable(s *section) {
	x, l := c.r.Ladder, c.l
	if len(x.Clocks) == 0 {
		return
	}
	t := table{id: "t-clocks", caption: l.t("clocks.caption"), rowHead: true, columns: []column{{l.t("col.clock"), 46, false}, {l.t("col.strikes"), 38, false}, {l.t("col.left"), 16, false}}}
	for i := range x.Clocks {
		k := &x.Clocks[i]
		left := l.t("ladder.passed")
		if !k.Passed(x.At) {
			left = l.duration(k.At.Latest.Sub(x.At).Round(time.Minute))
		}
		t.rows = append(t.rows, row{cells: []cell{plain(l.t("clock."+k.To, "level", c.levelName(k.Level))), plain(c.interval(k.At)), plain(left)}})
	}
	s.add(t)
}

// move is a level that was reached or left, with the breaches that made it.
func (c *composer) move(t *escalation.Transition) []run {
	l := c.l
	out := []run{strong(l.t("ladder."+t.Is, "level", c.levelName(t.Level), "at", c.interval(t.At)))}
	if t.Is != escalation.Reached {
		return out
	}
	switch r := t.Rise; {
	case t.By == escalation.ByRise && r != nil:
		out = append(out, text(" "+l.t("ladder.by-rise", "n", r.Now, "span", l.num(r.Span, 0), "m", l.int(r.Before), "base", l.num(r.Baseline, 0))))
	case t.By == escalation.ByAbove:
		out = append(out, text(" "+l.t("ladder.by-above", "level", c.levelName(t.Above))))
	default:
		out = append(out, text(" "+l.t("ladder.by-count", "n", t.Counted)))
	}
	const most = 12
	for i, id := range t.Evidence {
		if i == most {
			out = append(out, text(" …"))
			break
		}
		sep := ", "
		if i == 0 {
			sep = " "
		}
		out = append(out, text(sep), c.breach(id))
	}
	return out
}
