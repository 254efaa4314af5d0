package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
)

// composer lays a report out as a document in one language.
type composer struct {
	r *Report
	l *locale
	d *document
	// known are the anchors of numbers that have a basis to link to.
	known map[string]bool
}

func rowAnchor(no int) string         { return fmt.Sprintf("row-%d", no) }
func numberAnchor(name string) string { return "n-" + name }

// compose lays out the whole report.
func compose(r *Report, lang string) (*document, error) {
	l, err := newLocale(lang, r.loc, &r.names)
	if err != nil {
		return nil, err
	}
	c := &composer{r: r, l: l, d: &document{lang: l.lang}, known: map[string]bool{}}
	for _, n := range r.Numbers {
		c.known[n.Name] = true
	}
	if r.Spot != "" {
		c.composeSpot()
		return c.d, nil
	}
	c.head()
	c.summary()
	c.where() // first of all a reader wants to see it
	c.totals()
	c.when()
	c.findings()
	c.responsibility()
	c.logs()
	c.ladder()
	c.cases()
	c.weapons()
	c.sites()
	c.territory()
	c.restrictions()
	c.casualties()
	c.excepted()
	c.guarantees()
	c.declared()
	c.talks()
	c.unwatched()
	c.method()
	c.annex()
	c.basis()
	return c.d, nil
}

func (c *composer) section(id, key string) *section {
	c.d.sections = append(c.d.sections, section{id: id, title: c.l.t(key)})
	return &c.d.sections[len(c.d.sections)-1]
}

func (s *section) add(b ...block) { s.blocks = append(s.blocks, b...) }

// ref is the anchor of a number's basis, or none where it has none.
func (c *composer) ref(name string) string {
	if c.known[name] {
		return numberAnchor(name)
	}
	return ""
}

func (c *composer) int(n int, name string) cell { return numberCell(c.l.int(n), c.ref(name)) }

func (l *locale) result(res finding.Result) string {
	if res == "" {
		return l.t("result.none")
	}
	return l.word("result", string(res))
}

func (c *composer) head() {
	r, l, d := c.r, c.l, c.d
	d.title = l.t("title.day")
	d.subtitle = l.text(r.Title)
	d.running = l.t("running", "title", clipText(l.text(r.Title), 60), "date", l.date(r.Day))
	d.handling = string(r.Handling)
	d.pageOf = l.t("page")
	d.contents = l.t("contents")
	if r.Simulated {
		d.banner = l.t("simulated")
	}
	d.head = []fact{{l.t("head.day"), l.date(r.Day)}}
	if r.Spot == "" {
		d.head = append(d.head, fact{l.t("head.asof"), l.instant(r.To)},
			fact{l.t("head.period"), l.t("period", "from", l.instant(r.From), "to", l.instant(r.To))})
	}
	d.head = append(d.head, fact{l.t("head.audience"), l.t("head.audience.value", "audience", l.word("audience", r.Audience), "handling", string(r.Handling))})
	if r.Policy.DelayS > 0 {
		d.head = append(d.head, fact{l.t("head.release"), l.instant(r.Release)})
	}
	version := r.Agreement
	if r.AgreementVersion != "" {
		version += " · " + r.AgreementVersion
	}
	d.head = append(d.head, fact{l.t("head.terms"), version})
	if r.Journal.Root != "" {
		d.head = append(d.head, fact{l.t("head.journal"), l.t("journal", "n", int(r.Journal.Size), "root", shortHash(r.Journal.Root))})
	}
	d.signature = []string{l.t("sign.prepared"), l.t("sign.approved"), l.t("sign.date")}
}

func shortHash(s string) string {
	if len(s) > 16 {
		return s[:16] + "…"
	}
	return s
}

// summary says the day in three sentences, then what is missing.
func (c *composer) summary() {
	r, l := c.r, c.l
	s := c.section("summary", "section.summary")
	t := &r.Totals
	first := l.t("summary.1",
		"incidents", l.t("count.incidents", "n", t.Incidents.Incidents),
		"force", l.t("count.force", "n", t.Force.Incidents),
		"explosions", l.t("count.explosions", "n", t.Explosions.Incidents),
		"low", l.num(t.Incidents.Poisson.Low, 0), "high", l.num(t.Incidents.Poisson.High, 0),
		"compared", c.compared(&t.Incidents))
	second := l.t("summary.2",
		"breach", l.t("count.breaches", "n", t.Breach), "undetermined", l.int(t.Undetermined),
		"excepted", l.int(t.Excepted), "consistent", l.int(t.Consistent),
		"responsible", c.responsibleClause())
	if t.Breach+t.Undetermined+t.Excepted+t.Consistent == 0 {
		second = l.t("summary.2.none")
	}
	s.add(paragraph{style: "lead", runs: []run{text(first + " " + second + " " + c.watchedSentence())}})
	s.add(c.tiles())
	for _, n := range c.caveats() {
		s.add(paragraph{style: "warning", runs: []run{text(n)}})
	}
	for _, n := range r.Notes {
		s.add(paragraph{style: "warning", runs: []run{text(n)}})
	}
}

// tiles are the five figures that a reader looks for first.
func (c *composer) tiles() tiles {
	r, l, t := c.r, c.l, &c.r.Totals
	before := func(f *Figure) string {
		if f.Previous == nil {
			return l.t("tile.before", "n", l.t("no-record"))
		}
		return l.t("tile.before", "n", *f.Previous)
	}
	breaches := r.Responsibility.Breaches
	responsible := tile{value: l.t("tile.ratio", "n", r.Responsibility.Undetermined, "all", breaches), name: l.t("tile.responsible"),
		href: c.ref("responsible.undetermined"), notes: []string{l.t("tile.attributed", "n", breaches-r.Responsibility.Undetermined)}}
	if r.Responsibility.Withheld {
		responsible = tile{value: l.t("withheld"), name: l.t("tile.party")}
	}
	list := []tile{
		{value: l.int(t.Incidents.Incidents), name: l.t("tile.incidents"), href: c.ref("incidents"), notes: []string{
			l.t("tile.interval", "low", l.num(t.Incidents.Poisson.Low, 0), "high", l.num(t.Incidents.Poisson.High, 0)), before(&t.Incidents)}},
		{value: l.int(t.Force.Incidents), name: l.t("tile.force"), href: c.ref("force"), notes: []string{
			l.t("tile.explosions", "n", t.Explosions.Incidents), before(&t.Force)}},
		{value: l.int(t.Breach), name: l.t("tile.breach"), href: c.ref("breach"), mark: "breach", notes: []string{
			l.t("tile.undetermined", "n", t.Undetermined)}},
		responsible,
	}
	watched := tile{value: l.t("tile.unknown"), name: l.t("tile.watched")}
	if v := &r.Coverage; v.Known {
		watched.value = l.percent(v.Share)
		watched.notes = append(watched.notes, l.t("tile.never", "never", l.km(v.NeverM), "all", l.km(v.LengthM)))
	}
	watched.notes = append(watched.notes, l.t("tile.silent", "n", r.Coverage.Silent))
	return tiles{append(list, watched)}
}

// caveats are what a reader must know before any number.
func (c *composer) caveats() []string {
	r, l := c.r, c.l
	var list []string
	if r.Spot != "" {
		return nil // what is missing from the day says nothing of this incident
	}
	if n := r.Withheld.Handling; n > 0 {
		list = append(list, l.t("withheld.handling", "n", n, "label", r.Policy.Handling))
	}
	if n := r.Withheld.Delay; n > 0 {
		list = append(list, l.t("withheld.delay", "n", n))
	}
	if r.Quarantined > 0 {
		list = append(list, l.t("quarantined", "n", r.Quarantined))
	}
	if n := r.Totals.NotPlaced; n > 0 {
		list = append(list, l.t("not-placed", "n", n))
	}
	list = append(list, c.darkness()...)
	for _, g := range r.ByHour {
		if g.Key == hourUnknown && g.Incidents > 0 {
			list = append(list, l.t("hour-unknown", "n", g.Incidents))
		}
	}
	return list
}

func (c *composer) compared(f *Figure) string {
	l := c.l
	var s string
	if f.Previous == nil {
		s = l.t("compared.none")
	} else {
		s = l.t("compared."+f.Change, "n", *f.Previous)
	}
	if f.Mean7 != nil && f.Mean30 != nil {
		s += l.t("compared.means", "m7", l.num(f.Mean7.PerDay, 1), "d7", l.int(f.Mean7.Days), "m30", l.num(f.Mean30.PerDay, 1), "d30", l.int(f.Mean30.Days))
	}
	return s
}

func (c *composer) responsibleClause() string {
	p := &c.r.Responsibility
	switch {
	case p.Withheld:
		return c.l.t("responsible.withheld")
	case p.Breaches == 0:
		return c.l.t("responsible.no-breach")
	case p.Undetermined == p.Breaches:
		return c.l.t("responsible.all-undetermined")
	}
	return c.l.t("responsible.some", "n", p.Undetermined, "all", p.Breaches)
}

func (c *composer) watchedSentence() string {
	v, l := &c.r.Coverage, c.l
	sources := l.t("watched.silent", "n", v.Silent, "due", v.Due)
	if v.Due == 0 {
		sources = l.t("watched.none-due")
	}
	if !v.Known && v.HeldBack > 0 {
		return l.t("watched.withheld", "sources", sources)
	}
	if !v.Known {
		return l.t("watched.unknown", "sources", sources)
	}
	return l.t("watched.share", "share", l.percent(v.Share), "never", l.km(v.NeverM), "all", l.km(v.LengthM), "sources", sources)
}

func (c *composer) totals() {
	r, l := c.r, c.l
	s := c.section("totals", "section.totals")
	t := table{id: "t-totals", caption: l.t("totals.caption"), rowHead: true, columns: []column{
		{l.t("col.what"), 17, false}, {l.t("col.incidents"), 12, true}, {l.t("col.poisson"), 13, true}, {l.t("col.expected"), 15, true},
		{l.t("col.events"), 15, true}, {l.t("col.previous"), 11, true}, {l.t("col.change"), 11, false}, {l.t("col.mean7"), 12, true}, {l.t("col.mean30"), 12, true},
	}}
	for _, x := range []struct {
		key, name string
		f         *Figure
	}{{"totals.all", "incidents", &r.Totals.Incidents}, {"totals.force", "force", &r.Totals.Force}, {"totals.explosions", "explosions", &r.Totals.Explosions}} {
		f := x.f
		cells := []cell{plain(l.t(x.key)), c.int(f.Incidents, x.name),
			plain(l.t("range", "low", l.num(f.Poisson.Low, 1), "high", l.num(f.Poisson.High, 1))),
			plain(c.expectation(f.Expected)),
			numberCell(c.events(f.Events), c.ref(x.name+".events"))}
		if f.Previous != nil {
			cells = append(cells, plain(l.int(*f.Previous)), plain(l.t("change."+f.Change)))
		} else {
			cells = append(cells, plain(l.t("no-record")), plain("—"))
		}
		cells = append(cells, plain(c.average(f.Mean7)), plain(c.average(f.Mean30)))
		t.rows = append(t.rows, row{cells: cells})
	}
	s.add(t)
	m := table{id: "t-results", caption: l.t("results.caption"), rowHead: true, columns: []column{
		{l.t("col.result"), 30, false}, {l.t("col.incidents"), 12, true}, {l.t("col.meaning"), 70, false}}}
	for _, x := range []struct {
		res  finding.Result
		n    int
		name string
	}{{finding.Breach, r.Totals.Breach, "breach"}, {finding.Undetermined, r.Totals.Undetermined, "undetermined"},
		{finding.Excepted, r.Totals.Excepted, "excepted"}, {finding.Consistent, r.Totals.Consistent, "consistent"}, {"", r.Totals.Unaffected, "unaffected"}} {
		meaning := l.t("meaning." + x.name)
		if x.res == finding.Breach {
			meaning = l.t("meaning.breach", "expected", c.expectation(r.Totals.ExpectedBreaches))
		}
		m.rows = append(m.rows, row{cells: []cell{{text: l.result(x.res), mark: markOf(x.res)}, c.int(x.n, x.name), plain(meaning)}})
	}
	s.add(m)
	if ch := r.dayChart(l); ch != nil {
		s.add(figure{id: "f-days", caption: l.t("chart.days.caption"), drawing: ch})
	}
	s.add(note(l.t("totals.note")))
}

func markOf(res finding.Result) string {
	if res == "" {
		return "none"
	}
	return string(res)
}

func (c *composer) expectation(e Expectation) string {
	return c.l.t("expected", "mean", c.l.num(e.Mean, 1), "low", c.l.int(e.Low), "high", c.l.int(e.High))
}

func (c *composer) events(e Range) string {
	if e.Min == e.N && e.Max == e.N {
		return c.l.int(e.N)
	}
	return c.l.t("counted", "n", e.N, "min", e.Min, "max", e.Max)
}

func (c *composer) average(a *Average) string {
	if a == nil {
		return c.l.t("no-record")
	}
	return c.l.num(a.PerDay, 1) + "\n" + c.l.t("of-days", "n", a.Days)
}

func (c *composer) groupTable(id, kind, caption, first string, list []Group, name func(string) string, previous bool) table {
	l := c.l
	t := table{id: id, caption: caption, rowHead: true, columns: []column{
		{first, 34, false}, {l.t("col.incidents"), 12, true}, {l.t("col.explosions"), 12, true}, {l.t("col.events"), 18, true},
		{l.t("col.expected"), 14, true}, {l.t("col.breaches"), 12, true}}}
	if previous {
		t.columns = append(t.columns, column{l.t("col.previous"), 14, true})
	}
	for _, g := range list {
		cells := []cell{plain(name(g.Key)), c.int(g.Incidents, kind+"."+slug(g.Key)), plain(l.int(g.Explosions)), plain(c.events(g.Events)),
			plain(l.num(g.Expected, 1)), plain(l.int(g.Breach))}
		if previous {
			if g.Previous != nil {
				cells = append(cells, plain(l.int(*g.Previous)))
			} else {
				cells = append(cells, plain(l.t("no-record")))
			}
		}
		t.rows = append(t.rows, row{cells: cells})
	}
	return t
}

// when tells the hours and types.
func (c *composer) when() {
	r, l := c.r, c.l
	s := c.section("when", "section.when")
	if len(r.Annex) == 0 {
		s.add(para(text(l.t("nothing"))))
		return
	}
	caption := "chart.hours.caption"
	if !r.Coverage.Known {
		caption = "chart.hours.plain"
	}
	s.add(figure{id: "f-hours", caption: l.t(caption, "zone", l.zoneName(r.To)), drawing: r.hourChart(l)})
	hours := slices.DeleteFunc(slices.Clone(r.ByHour), func(g Group) bool { return g.Incidents == 0 })
	s.add(c.groupTable("t-hours", "hour", l.t("hours.caption", "zone", l.zoneName(r.To)), l.t("col.hour"), hours, func(k string) string {
		at, err := time.Parse(time.RFC3339, k)
		if err != nil {
			return l.t("hour.unknown")
		}
		local := at.In(r.loc)
		return l.dayMonth(local) + ", " + local.Format("15:04") + "–" + local.Add(time.Hour).Format("15:04") + "\n" +
			at.UTC().Format("15:04") + "–" + at.UTC().Add(time.Hour).Format("15:04") + " UTC"
	}, false))
	s.add(figure{id: "f-types", caption: l.t("chart.types.caption"), drawing: r.typeChart(l)})
	s.add(c.groupTable("t-types", "type", l.t("types.caption"), l.t("col.type"), r.ByType,
		func(k string) string { return l.word("activity", k) }, true))
}

func (c *composer) where() {
	r, l := c.r, c.l
	s := c.section("where", "section.where")
	if !r.geometry.extent.empty() {
		details := r.clusters()
		title := l.t("map.title", "date", l.date(r.Day))
		s.add(figure{id: "f-map", caption: l.t("map.caption"), drawing: r.incidentMap(l,
			mapView{id: "map-all", title: title, extent: r.geometry.extent, details: details, legend: true})})
		for i, e := range details {
			id := fmt.Sprintf("map-%d", i+1)
			s.add(figure{id: "f-" + id, caption: letter(i) + " · " + l.t("map.detail.caption", "n", e.incidents, "near", c.near(e.box)),
				drawing: r.incidentMap(l, mapView{id: id, title: title, extent: e.box, maxH: detailH})})
		}
		if n := r.geometry.outside; n > 0 {
			s.add(note(l.t("map.outside", "n", n)))
		}
	}
	if len(r.ByArea) > 0 {
		s.add(c.groupTable("t-areas", "area", l.t("areas.caption"), l.t("col.area"), r.ByArea, l.area, true))
	}
}

func (c *composer) findings() {
	r, l := c.r, c.l
	s := c.section("findings", "section.findings")
	if len(r.Provisions) == 0 {
		s.add(para(text(l.t("findings.none"))))
		return
	}
	t := table{id: "t-provisions", caption: l.t("provisions.caption"), rowHead: true, columns: []column{
		{l.t("col.provision"), 52, false}, {l.t("result.breach"), 11, true}, {l.t("result.undetermined"), 15, true},
		{l.t("result.excepted"), 12, true}, {l.t("result.consistent"), 13, true}, {l.t("col.expected-breaches"), 12, true}, {l.t("col.severity"), 11, false}, {l.t("col.previous-breaches"), 12, true}}}
	for _, p := range r.Provisions {
		name := p.ID
		if p.Article != "" {
			name = l.t("article", "n", p.Article) + " · " + p.ID
		}
		if words := l.text(p.Words); words != "" {
			name += "\n" + clipText(words, 220)
		}
		k := "provision." + slug(p.ID) + "."
		previous := l.t("no-record")
		if p.Previous != nil {
			previous = l.int(*p.Previous)
		}
		severity := p.Severity
		if severity == "" {
			severity = "—"
		}
		t.rows = append(t.rows, row{cells: []cell{plain(name),
			c.int(p.Breach, k+"breach"), c.int(p.Undetermined, k+"undetermined"), c.int(p.Excepted, k+"excepted"), c.int(p.Consistent, k+"consistent"),
			plain(l.num(p.Expected, 1)), plain(severity), plain(previous)}})
	}
	s.add(t, note(l.t("provisions.note")))
	if len(r.Deadlines) > 0 {
		t := table{id: "t-deadlines", caption: l.t("deadlines.caption"), rowHead: true, columns: []column{
			{l.t("col.provision"), 20, false}, {l.t("col.deadline"), 30, false}, {l.t("col.result"), 20, false}, {l.t("col.id"), 30, false}}}
		for _, d := range r.Deadlines {
			name := d.Provision
			if d.Stage != "" {
				name += " · " + d.Stage
			}
			t.rows = append(t.rows, row{cells: []cell{plain(name), plain(l.instant(d.At)), {text: l.result(d.Result), mark: markOf(d.Result)}, {text: d.Finding, code: true}}})
		}
		s.add(t)
	}
}

func (c *composer) responsibility() {
	r, l := c.r, c.l
	p := &r.Responsibility
	s := c.section("responsibility", "section.responsibility")
	s.add(para(text(l.t("responsibility.intro"))))
	if p.Withheld {
		s.add(paragraph{style: "warning", runs: []run{text(l.t("responsibility.withheld"))}})
		return
	}
	if p.Breaches > 0 {
		s.add(para(strong(l.t("responsibility.count", "n", p.Undetermined, "all", p.Breaches, "share", l.percent(float64(p.Undetermined)/float64(p.Breaches))))))
	}
	if len(p.Parties) == 0 {
		return
	}
	t := table{id: "t-responsibility", caption: l.t("responsibility.caption"), rowHead: true, columns: []column{
		{l.t("col.party"), 46, false}, {l.t("col.attributed"), 26, true}, {l.t("col.claimed"), 28, true}}}
	for _, x := range p.Parties {
		t.rows = append(t.rows, row{cells: []cell{plain(l.party(x.Party)), c.int(x.Breaches, "responsible."+slug(x.Party)), c.int(x.Claimed, "claimed."+slug(x.Party))}})
	}
	t.rows = append(t.rows, row{total: true, cells: []cell{plain(l.t("result.undetermined")), c.int(p.Undetermined, "responsible.undetermined"), plain("—")}})
	s.add(t)
}

func (c *composer) place(name, area string, p *observation.Position) string {
	l := c.l
	var parts []string
	if name != "" {
		parts = append(parts, name)
	}
	if area != "" && area != name {
		parts = append(parts, l.area(area))
	}
	s := strings.Join(parts, ", ")
	if p != nil {
		q := l.latlon(p.Lat, p.Lon, p.Radius)
		if p.Radius > 0 {
			q += " ± " + l.km(p.Radius)
		}
		if s == "" {
			return q
		}
		return s + "\n" + q
	}
	if s == "" {
		return l.t("not-stated")
	}
	return s
}

func (c *composer) count(n observation.Count) string {
	if n.N == 0 && n.Min == 0 && n.Max == 0 {
		return "1+"
	}
	return c.events(counts(n))
}

func (c *composer) when1(t time.Time) string {
	local, utc := c.l.span(t, t)
	return local + "\n" + utc
}

func (c *composer) rowCell(i int) cell {
	return cell{text: c.l.int(i + 1), href: rowAnchor(i + 1)}
}

func (c *composer) means(list []observation.Means) string {
	var words []string
	for _, m := range list {
		words = append(words, c.l.word("means", string(m)))
	}
	if len(words) == 0 {
		return c.l.t("not-stated")
	}
	return strings.Join(words, ", ")
}

func (c *composer) weapons() {
	r, l := c.r, c.l
	s := c.section("weapons", "section.weapons")
	if len(r.Weapons) == 0 {
		s.add(para(text(l.t("weapons.none"))))
		c.storage(s)
		return
	}
	t := table{id: "t-weapons", caption: l.t("weapons.caption"), columns: []column{
		{l.t("col.row"), 7, true}, {l.t("col.date"), 18, false}, {l.t("col.weapons-number"), 10, true}, {l.t("col.weapon-type"), 20, false},
		{l.t("col.location"), 26, false}, {l.t("col.source"), 19, false}}}
	var category WeaponCategory
	for _, w := range r.Weapons {
		if w.Category != category {
			category = w.Category
			t.rows = append(t.rows, row{sub: l.t("weapons." + string(category))})
		}
		a := &r.Annex[w.row]
		kind := l.word("weapon", string(w.Weapon))
		if kind == "" {
			kind = l.t("weapon.unknown")
		}
		if w.Revisit != "" {
			kind += "\n" + w.Revisit
		}
		place := c.place(a.Place, a.Area, a.Position)
		if w.Side != "" {
			place += "\n" + l.t("side", "party", l.party(w.Side), "share", l.percent(a.SideP))
		}
		t.rows = append(t.rows, row{cells: []cell{c.rowCell(w.row), plain(c.when1(w.At)), plain(c.count(w.Count)), plain(kind), plain(place), plain(c.means(w.Means))}})
	}
	s.add(t)
	c.storage(s)
}

func (c *composer) restrictions() {
	r, l := c.r, c.l
	s := c.section("restrictions", "section.restrictions")
	if len(r.Restrictions) == 0 {
		s.add(para(text(l.t("restrictions.none"))))
		return
	}
	t := table{id: "t-restrictions", caption: l.t("restrictions.caption"), columns: []column{
		{l.t("col.row"), 7, true}, {l.t("col.date"), 18, false}, {l.t("col.kind"), 22, false}, {l.t("col.location"), 28, false}, {l.t("col.provision"), 12, false}, {l.t("col.result"), 13, false}}}
	for _, e := range r.Restrictions {
		a := &r.Annex[e.row]
		t.rows = append(t.rows, row{cells: []cell{c.rowCell(e.row), plain(c.when1(e.At)), plain(l.word("restriction", e.Kind) + "\n" + l.word("activity", string(e.Activity))),
			plain(c.place(a.Place, a.Area, a.Position)), plain(dash(e.Provision)), {text: l.result(e.Result), mark: markOf(e.Result)}}})
	}
	s.add(t)
}

func dash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func (c *composer) casualties() {
	r, l := c.r, c.l
	s := c.section("casualties", "section.casualties")
	switch {
	case r.Casualties.Withheld:
		s.add(para(text(l.t("casualties.withheld"))))
		return
	case len(r.Casualties.Incidents) == 0:
		s.add(para(text(l.t("casualties.none"))))
		return
	}
	h := r.Casualties.Total
	s.add(para(text(l.t("casualties.total",
		"killed", l.t("count.killed", "n", h.Killed), "killed_civilian", h.KilledCivilian, "killed_military", h.KilledMilitary,
		"injured", l.t("count.injured", "n", h.Injured), "injured_civilian", h.InjuredCivilian, "injured_military", h.InjuredMilitary))))
	t := table{id: "t-casualties", caption: l.t("casualties.caption"), columns: []column{
		{l.t("col.row"), 7, true}, {l.t("col.date"), 18, false}, {l.t("col.location"), 27, false}, {l.t("col.cause"), 16, false},
		{l.t("col.killed"), 13, true}, {l.t("col.injured"), 13, true}, {l.t("col.confidence"), 14, false}}}
	person := func(all, civ, mil int) string {
		if all == 0 {
			return "0"
		}
		return l.int(all) + "\n" + l.t("civ-mil", "c", civ, "m", mil, "u", max(0, all-civ-mil))
	}
	for _, e := range r.Casualties.Incidents {
		a := &r.Annex[e.row]
		t.rows = append(t.rows, row{cells: []cell{c.rowCell(e.row), plain(c.when1(e.At)), plain(c.place(a.Place, a.Area, a.Position)), plain(l.word("activity", string(e.Activity))),
			numberCell(person(e.Harm.Killed, e.Harm.KilledCivilian, e.Harm.KilledMilitary), ""), numberCell(person(e.Harm.Injured, e.Harm.InjuredCivilian, e.Harm.InjuredMilitary), ""),
			plain(c.occurrence(a))}})
	}
	s.add(t)
}

func (c *composer) occurrence(a *AnnexRow) string {
	l := c.l
	s := l.t("confidence", "share", l.percent(a.Probable), "n", a.Sources)
	if a.Occurrence != "" {
		return l.word("occurrence", a.Occurrence) + "\n" + s
	}
	return s
}

func (c *composer) excepted() {
	r, l := c.r, c.l
	s := c.section("excepted", "section.excepted")
	if len(r.Excepted) == 0 {
		s.add(para(text(l.t("excepted.none"))))
		return
	}
	t := table{id: "t-excepted", caption: l.t("excepted.caption"), columns: []column{
		{l.t("col.row"), 7, true}, {l.t("col.date"), 18, false}, {l.t("col.observation"), 18, false}, {l.t("col.number"), 8, true}, {l.t("col.location"), 25, false}, {l.t("col.provision"), 12, false}, {l.t("col.exception"), 14, false}}}
	for _, e := range r.Excepted {
		a := &r.Annex[e.row]
		t.rows = append(t.rows, row{cells: []cell{c.rowCell(e.row), plain(c.when1(e.At)), plain(l.word("activity", string(e.Activity))), plain(c.count(e.Count)),
			plain(c.place(a.Place, a.Area, a.Position)), plain(dash(e.Provision)), plain(dash(e.Exception))}})
	}
	s.add(t)
}
