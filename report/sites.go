package report

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/site"
)

// sites says how the protected sites fared, by what the audience may see. A
// local ceasefire that began before the period is told of whole.
func (b *builder) sites() {
	if len(b.in.Sites) == 0 {
		return
	}
	earlier := publish.Apply(b.policy, b.asOf, b.in.Earlier)
	incidents := append(earlier.Incidents, b.released.Incidents...)
	findings := append(earlier.Findings, b.released.Findings...)
	b.r.Sites = site.Survey(b.in.Agreement, b.in.Sites, incidents, findings, b.r.From, b.r.To)
	for i := range b.r.Sites {
		s := &b.r.Sites[i]
		if n, ok := b.in.SiteNotes[s.ID]; ok {
			s.Note = &n
		}
		var near, on []int
		for _, x := range s.Near {
			row, ok := b.row[x.Incident]
			if !ok {
				continue
			}
			near = append(near, row)
			if x.Within >= 0.5 {
				on = append(on, row)
			}
		}
		name := "site." + slug(s.ID) + "."
		b.number(name+"near", float64(len(near)), near)
		b.number(name+"on", float64(len(on)), on)
	}
}

func (c *composer) sites() {
	r, l := c.r, c.l
	if len(r.Sites) == 0 {
		return
	}
	s := c.section("sites", "section.sites")
	t := table{id: "t-sites", caption: l.t("sites.caption"), rowHead: true, columns: []column{{l.t("col.site"), 26, false}, {l.t("col.standoff"), 12, true},
		{l.t("col.near-site"), 10, true}, {l.t("col.on-grounds"), 10, true}, {l.t("col.breaches"), 10, true}, {l.t("col.stands"), 32, false}}}
	for i := range r.Sites {
		x := &r.Sites[i]
		name := "site." + slug(x.ID) + "."
		near, on := 0, 0
		for _, n := range x.Near {
			near++
			if n.Within >= 0.5 {
				on++
			}
		}
		held := ""
		if x.Party != "" {
			held = "\n" + l.t("site.held-by", "party", l.party(x.Party))
		}
		t.rows = append(t.rows, row{cells: []cell{plain(l.text(x.Name) + held), plain(l.km(x.StandoffM)), c.int(near, name+"near"), c.int(on, name+"on"),
			plain(l.int(x.Counts[finding.Breach])), plain(c.stands(x))}})
		for _, w := range x.Windows {
			t.rows = append(t.rows, row{sub: l.t("site.window", "purpose", l.text(w.Purpose), "state", l.t("window."+w.State), "kept", strconv.Itoa(w.Kept), "hours", strconv.Itoa(w.Hours), "breaches", strconv.Itoa(w.Breaches))})
		}
	}
	s.add(t)
	s.add(note(l.t("sites.note")))
}

// stands is what the last status note says, in a line.
func (c *composer) stands(s *site.Status) string {
	l := c.l
	if s.Note == nil {
		return l.t("site.no-note")
	}
	var doubtful []string
	for _, x := range s.Items {
		if a := s.Note.Answers[x.ID]; a == site.Lost || a == site.AtRisk {
			doubtful = append(doubtful, l.text(x.Name)+": "+l.t("answer."+a))
		}
	}
	text := l.t("answer." + s.Note.Worst(s.Kind))
	if len(doubtful) > 0 {
		text = strings.Join(doubtful, "; ")
	}
	return text + "\n" + l.t("site.noted", "at", c.when1(s.Note.At))
}

// storage lays out the ledger of withdrawn weapons.
func (c *composer) storage(s *section) {
	r, l := c.r, c.l
	if len(r.Storage) == 0 {
		return
	}
	t := table{id: "t-storage", caption: l.t("storage.caption"), rowHead: true, columns: []column{{l.t("col.site"), 20, false}, {l.t("col.weapon-type"), 16, false}, {l.t("col.declared"), 9, true},
		{l.t("col.present"), 9, true}, {l.t("col.missing-first"), 10, true}, {l.t("col.missing-again"), 10, true}, {l.t("col.moved"), 8, true}, {l.t("col.not-verified"), 18, false}}}
	for _, x := range r.Storage {
		why := make([]string, len(x.Unverified))
		for i, w := range x.Unverified {
			why[i] = l.t("unverified." + w)
		}
		name := l.text(x.Name)
		if x.Party != "" {
			name += "\n" + l.party(x.Party)
		}
		for i, line := range x.Lines {
			if i > 0 {
				name, why = "", nil
			}
			present := l.int(line.Present)
			if line.Matched > 0 {
				present += "\n" + l.t("storage.matched", "n", l.int(line.Matched))
			}
			found := []cell{plain(present), plain(l.int(line.MissingFirst)), plain(l.int(line.MissingAgain)), plain(l.int(line.Moved))}
			if line.Declared > 0 && line.Unchecked == line.Declared { // nobody looked: that is no zero
				found = []cell{plain("—"), plain("—"), plain("—"), plain("—")}
			}
			t.rows = append(t.rows, row{cells: slices.Concat([]cell{plain(name), plain(l.word("weapon", line.Weapon)), plain(l.int(line.Declared))}, found, []cell{plain(strings.Join(why, "; "))})})
		}
	}
	s.add(t)
}

func storageTable(r *Report) Table {
	t := Table{Name: "storage", Rows: [][]string{{"site", "party", "weapon", "declared", "present", "matched", "missing_first", "missing_again", "moved", "unchecked", "undeclared", "not_verified"}}}
	for _, s := range r.Storage {
		for _, x := range s.Lines {
			row := []string{s.Site, s.Party, x.Weapon}
			for _, n := range []int{x.Declared, x.Present, x.Matched, x.MissingFirst, x.MissingAgain, x.Moved, x.Unchecked, x.Undeclared} {
				row = append(row, strconv.Itoa(n))
			}
			t.Rows = append(t.Rows, append(row, strings.Join(s.Unverified, " ")))
		}
	}
	return t
}

func siteTable(r *Report) Table {
	t := Table{Name: "sites", Rows: [][]string{{"site", "kind", "party", "standoff_m", "incident", "from", "activity", "distance_m", "probability", "within", "out"}}}
	for _, s := range r.Sites {
		for _, n := range s.Near {
			t.Rows = append(t.Rows, []string{s.ID, s.Kind, s.Party, decimal(s.StandoffM, 0), n.Incident, n.From.UTC().Format(time.RFC3339), string(n.Activity), decimal(n.DistanceM, 0),
				decimal(n.Probability, 4), decimal(n.Within, 4), strconv.FormatBool(n.Out)})
		}
	}
	return t
}
