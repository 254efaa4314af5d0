package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/track"
)

// unwatched says what the figures cannot know.
func (c *composer) unwatched() {
	r, l, v := c.r, c.l, &c.r.Coverage
	s := c.section("unwatched", "section.unwatched")
	s.add(paragraph{style: "lead", runs: []run{text(l.t("unwatched.intro"))}})
	switch {
	case len(r.geometry.lines) == 0:
		s.add(para(text(l.t("cover.no-line"))))
	case !v.Known && v.HeldBack > 0:
		s.add(paragraph{style: "warning", runs: []run{text(l.t("cover.withheld"))}})
	case !v.Known:
		s.add(paragraph{style: "warning", runs: []run{text(l.t("cover.unknown"))}})
	default:
		s.add(para(text(l.t("cover.share", "share", l.percent(v.Share), "all", l.km(v.LengthM), "never", l.km(v.NeverM), "part", l.percent(v.NeverM/max(1, v.LengthM))))))
		s.add(figure{id: "f-coverage", caption: l.t("cover.caption"), drawing: r.coverageMap(l, "map-cover", l.t("cover.title"))})
		if len(v.Lines) > 1 {
			t := table{id: "t-lines", caption: l.t("lines.caption"), rowHead: true, columns: []column{
				{l.t("col.line"), 40, false}, {l.t("col.length"), 20, true}, {l.t("col.watched"), 20, true}, {l.t("col.never"), 20, true}}}
			for _, x := range v.Lines {
				t.rows = append(t.rows, row{cells: []cell{plain(l.line(x.Line)), plain(l.km(x.LengthM)), plain(l.percent(x.Share)), plain(l.km(x.NeverM))}})
			}
			s.add(t)
		}
		c.gaps(s)
	}
	if v.Known && v.HeldBack > 0 {
		s.add(note(l.t("cover.partly")))
	}
	if v.Withheld > 0 {
		s.add(note(l.t("sources.withheld", "n", v.Withheld)))
	}
	if len(r.Sources) == 0 {
		s.add(para(text(l.t("sources.none"))))
		return
	}
	c.sourceTable(s)
}

func (c *composer) gaps(s *section) {
	r, l := c.r, c.l
	const most = 20
	gaps := r.Coverage.Gaps
	if len(gaps) == 0 {
		return
	}
	coarse := r.Policy.RoundM
	t := table{id: "t-gaps", caption: l.t("gaps.caption"), columns: []column{
		{l.t("col.line"), 20, false}, {l.t("col.length"), 12, true}, {l.t("col.from"), 24, false}, {l.t("col.to"), 24, false}, {l.t("col.near"), 20, false}}}
	rest, restM := 0, 0.0
	for i, g := range gaps {
		if i >= most {
			rest, restM = rest+1, restM+g.LengthM
			continue
		}
		near := dash(g.Near)
		if g.Near != "" {
			if town, _ := r.nearest(midpoint(g.From, g.To), 50e3); town != nil {
				near = l.text(town.Name)
			}
		}
		t.rows = append(t.rows, row{cells: []cell{plain(l.line(g.Line)), plain(l.km(g.LengthM)),
			plain(l.latlon(g.From.Lat, g.From.Lon, max(200, coarse))), plain(l.latlon(g.To.Lat, g.To.Lon, max(200, coarse))), plain(near)}})
	}
	s.add(t)
	if rest > 0 {
		s.add(note(l.t("gaps.rest", "n", rest, "length", l.km(restM))))
	}
}

func midpoint(a, b geo.Point) geo.Point {
	return geo.Point{Lat: (a.Lat + b.Lat) / 2, Lon: (a.Lon + b.Lon) / 2}
}

// nearest is the closest settlement within so many metres, nil if there is none.
func (r *Report) nearest(p geo.Point, within float64) (*Settlement, float64) {
	var nearest *Settlement
	best := within
	for i := range r.geometry.settlements {
		s := &r.geometry.settlements[i]
		if d := metres(s.At, p); d < best {
			best, nearest = d, s
		}
	}
	return nearest, best
}

// near says where a part of the map lies.
func (c *composer) near(b box) string {
	mid := geo.Point{Lat: (b.s + b.n) / 2, Lon: (b.w + b.e) / 2}
	if town, _ := c.r.nearest(mid, 80e3); town != nil {
		return c.l.text(town.Name)
	}
	return c.l.latlon(mid.Lat, mid.Lon, 5000)
}

func (c *composer) sourceTable(s *section) {
	r, l := c.r, c.l
	t := table{id: "t-sources", caption: l.t("sources.caption"), columns: []column{
		{l.t("col.source"), 22, false}, {l.t("col.means"), 11, false}, {l.t("col.state"), 18, false}, {l.t("col.observations"), 10, true},
		{l.t("col.last"), 18, false}, {l.t("col.due"), 9, false}, {l.t("col.watch-hours"), 10, true}, {l.t("col.confirmed"), 13, true}}}
	const most = 60
	quiet, more := 0, 0
	listed := slices.Clone(r.Sources)
	// Beyond those that matter for their silence, the busiest come first.
	slices.SortStableFunc(listed, func(a, b SourceRow) int {
		if a.Status != sourceAsHappens || b.Status != sourceAsHappens {
			return 0
		}
		return cmp.Compare(b.Observations, a.Observations)
	})
	for _, x := range listed {
		switch {
		case x.Status == sourceAsHappens && x.Observations == 0:
			quiet++
			continue
		case len(t.rows) >= most:
			more++
			continue
		}
		name := x.ID
		if x.Name != "" && x.Name != x.ID {
			name = x.Name + "\n" + x.ID
		}
		last := l.t("never")
		if at := x.Last; !at.IsZero() {
			last = c.when1(at)
		} else if !x.LastEver.IsZero() {
			last = c.when1(x.LastEver)
		}
		due := "—"
		if x.Expected > 0 {
			due = l.t("every", "time", l.duration(x.Expected))
		} else if x.UsualPerDay >= 3 {
			due = l.t("usual", "n", l.num(x.UsualPerDay, 0))
		}
		state := l.t("source." + x.Status)
		if x.Gap > 0 {
			state += "\n" + l.t("source.for", "time", l.duration(x.Gap))
		}
		watch := "—"
		if x.Watch > 0 {
			watch = l.num(x.Watch, 0)
		}
		confirmed := plain("—")
		if x.Track != nil {
			confirmed = c.share(x.Track.Confirmed, "")
			for _, reason := range x.Track.Sick {
				state += "\n" + c.sick(reason)
			}
		}
		t.rows = append(t.rows, row{cells: []cell{plain(name), plain(l.word("means", string(x.Means))),
			{text: state, strong: x.Status == sourceSilent || x.Status == sourceGap || x.Track != nil && len(x.Track.Sick) > 0}, plain(l.int(x.Observations)), plain(last), plain(due), plain(watch), confirmed}})
	}
	if len(t.rows) > 0 {
		s.add(t)
		if slices.ContainsFunc(listed, func(x SourceRow) bool { return x.Track != nil }) {
			s.add(note(l.t("sources.confirmed")))
		}
	}
	if more > 0 {
		s.add(note(l.t("sources.more", "n", more)))
	}
	if quiet > 0 {
		s.add(note(l.t("sources.quiet", "n", quiet)))
	}
}

// sick says why a source should not be relied on as it is.
func (c *composer) sick(x track.Reason) string {
	l := c.l
	switch x.Kind {
	case track.ClockOff:
		key := "sick.fast"
		if x.Seconds < 0 {
			key = "sick.slow"
		}
		return l.t(key, "time", l.duration(time.Duration(math.Abs(x.Seconds))*time.Second))
	case track.Stuck:
		return l.t("sick.stuck", "n", x.N)
	case track.Flood:
		return l.t("sick.flood", "n", l.num(x.PerDay, 0))
	}
	return x.Kind
}

func (c *composer) method() {
	r, l := c.r, c.l
	s := c.section("method", "section.method")
	items := [][]run{}
	item := func(key string, args ...any) { items = append(items, []run{text(l.t(key, args...))}) }
	item("method.questions")
	item("method.incident")
	if r.Spot == "" {
		item("method.force")
		item("method.interval")
		item("method.expected")
		item("method.change")
	}
	item("method.time")
	item("method.place")
	if len(r.Coverage.Means) > 0 && r.Spot == "" {
		var parts []string
		for _, m := range r.Coverage.Means {
			km := l.km(float64(m.RangeM.Max))
			if m.RangeM.Min != m.RangeM.Max {
				km = l.km(float64(m.RangeM.Min)) + "–" + km
			}
			parts = append(parts, l.t("method.range", "means", l.word("means", string(m.Means)), "km", km, "n", m.Sources))
		}
		item("method.coverage", "ranges", strings.Join(parts, "; "), "declared", r.Coverage.Declared, "all", r.Coverage.Watches)
	}
	p := r.Policy
	var rules []string
	if p.DelayS > 0 {
		rules = append(rules, l.t("policy.delay", "time", l.duration(time.Duration(p.DelayS*float64(time.Second)))))
	}
	if p.RoundM > 0 {
		rules = append(rules, l.t("policy.round", "km", l.km(p.RoundM)))
	}
	if len(p.Withhold) > 0 {
		var words []string
		for _, f := range p.Withhold {
			words = append(words, l.word("field", f))
		}
		rules = append(rules, l.t("policy.withhold", "fields", l.list(words)))
	}
	if len(rules) == 0 {
		rules = append(rules, l.t("policy.none"))
	}
	item("method.policy", "audience", l.word("audience", r.Audience), "label", p.Handling, "rules", strings.Join(rules, "; "))
	if r.Spot == "" {
		item("method.explain", "command", "truce explain "+r.Day+"/incidents")
	}
	s.add(bullets{items})

	s.add(subheading{"versions", l.t("versions.title")})
	t := table{id: "t-versions", caption: l.t("versions.caption"), rowHead: true, columns: []column{{l.t("col.what"), 30, false}, {l.t("col.version"), 70, false}}}
	add := func(name, value string, code bool) {
		if value != "" {
			t.rows = append(t.rows, row{cells: []cell{plain(name), {text: value, code: code}}})
		}
	}
	add(l.t("versions.agreement"), strings.TrimSuffix(r.Agreement+" "+r.AgreementVersion, " "), true)
	version := func(name string, v LineVersion) {
		s := fmt.Sprintf("%s · %s · %s", v.Version, l.instant(v.From), l.km(v.LengthM))
		if v.RadiusM > 0 {
			s += " · ± " + l.km(v.RadiusM)
		}
		if v.Source != "" {
			s += " · " + v.Source
		}
		add(name, s, false)
	}
	for _, v := range r.LineVersions {
		version(l.line(v.Line), v)
	}
	if r.Control != nil {
		version(l.t("versions.control"), *r.Control)
	}
	add(l.t("versions.settlements"), r.settlements(l), false)
	add(l.t("versions.software"), r.Software, true)
	if r.Journal.Root != "" {
		add(l.t("versions.journal-size"), l.int(int(r.Journal.Size)), false)
		add(l.t("versions.journal-root"), r.Journal.Root, true)
	}
	s.add(t)
}

// settlements says how many are known, and from whom.
func (r *Report) settlements(l *locale) string {
	var by []string
	for _, s := range r.geometry.settlements {
		if s.Source != "" && !r.anonymous && !slices.Contains(by, s.Source) {
			by = append(by, s.Source)
		}
	}
	if len(r.geometry.settlements) == 0 {
		return ""
	}
	slices.Sort(by)
	return strings.Join(append([]string{l.int(len(r.geometry.settlements))}, by...), " · ")
}

// annex is the table of all incidents, in the columns that missions publish.
func (c *composer) annex() {
	r, l := c.r, c.l
	s := c.section("annex", "section.annex")
	s.landscape, s.newPage = true, true
	if len(r.Annex) == 0 {
		s.add(para(text(l.t("nothing"))))
		return
	}
	s.add(note(l.t("annex.note", "command", "truce explain ID")))
	t := table{id: "t-annex", caption: l.t("annex.caption"), small: true, columns: []column{
		{l.t("col.row"), 4.5, true}, {l.t("col.position"), 11, false}, {l.t("col.event-location"), 15, false}, {l.t("col.means"), 11.5, false},
		{l.t("col.number"), 6, true}, {l.t("col.observation"), 11, false}, {l.t("col.description"), 11, false}, {l.t("col.weapon"), 9, false},
		{l.t("col.date-time"), 14, false}, {l.t("col.zone"), 17, false}, {l.t("col.confidence"), 10.5, false}, {l.t("col.result"), 13, false}, {l.t("col.id"), 9, false}}}
	t.rows = make([]row, len(r.Annex))
	for i := range r.Annex {
		a := &r.Annex[i]
		local, utc := l.span(a.From, a.To)
		t.rows[i] = row{id: rowAnchor(a.No), cells: []cell{
			plain(l.int(a.No)), plain(c.observer(a)), plain(c.event(a)), plain(c.howAndMeans(a)), plain(c.count(a.Count)),
			plain(c.observed(a)), plain(c.description(a)), plain(dash(l.word("weapon", string(a.Weapon)))), plain(local + "\n" + utc),
			plain(c.zones(a)), plain(c.occurrence(a)), {text: c.judged(a), mark: markOf(a.Result)}, {text: a.ID, code: true}}}
	}
	s.add(t)
}

func (c *composer) observer(a *AnnexRow) string {
	l := c.l
	if a.Observer == nil {
		if slices.Contains(c.r.Policy.Withhold, publish.FieldObserver) {
			return l.t("withheld")
		}
		return l.t("not-stated")
	}
	s := l.latlon(a.Observer.Lat, a.Observer.Lon, max(1, c.r.Policy.RoundM))
	at := geo.Point{Lat: a.Observer.Lat, Lon: a.Observer.Lon}
	if town, d := c.r.nearest(at, 30e3); town != nil {
		s = l.text(town.Name)
		if d > 500 {
			s = l.t("from-town", "km", l.km(d), "dir", l.compass(azimuth(town.At, at)), "town", s)
		}
		s += "\n" + l.latlon(a.Observer.Lat, a.Observer.Lon, max(1, c.r.Policy.RoundM))
	}
	if a.Observers > 1 {
		s += "\n" + l.t("and-others", "n", a.Observers-1)
	}
	return s
}

// event says where it happened: as seen from the observer, then as fused.
func (c *composer) event(a *AnnexRow) string {
	l := c.l
	s := c.place(a.Place, a.Area, a.Position)
	if o := a.Observer; o != nil && o.Bearing != nil {
		b := l.compass(*o.Bearing)
		if o.Distance != nil {
			lo, hi := (*o.Distance-o.DistanceError)/1000, (*o.Distance+o.DistanceError)/1000
			switch {
			case o.DistanceError > 0 && l.num(max(0, lo), 0) != l.num(hi, 0):
				b = l.t("unit.km", "n", l.num(max(0, lo), 0)+"–"+l.num(hi, 0)) + " " + b
			default:
				b = l.km(*o.Distance) + " " + b
			}
		}
		s = b + "\n" + s
	}
	return s
}

func (c *composer) howAndMeans(a *AnnexRow) string {
	var how []string
	for _, h := range a.How {
		how = append(how, c.l.word("how", string(h)))
	}
	s := strings.Join(how, ", ")
	if len(a.Means) > 0 {
		if s != "" {
			s += "\n"
		}
		s += c.means(a.Means)
	}
	if s == "" {
		return c.l.t("not-stated")
	}
	return s
}

func (c *composer) observed(a *AnnexRow) string {
	s := c.l.word("activity", string(a.Activity))
	if a.ActivityP > 0 && a.ActivityP < 0.995 {
		s += "\n" + c.l.percent(a.ActivityP)
	}
	return s
}

func (c *composer) description(a *AnnexRow) string {
	l := c.l
	var parts []string
	if a.Direction != "" {
		parts = append(parts, l.word("direction", string(a.Direction)))
	}
	if a.Heading != nil {
		parts = append(parts, l.t("heading", "from", l.compass(*a.Heading+180), "to", l.compass(*a.Heading)))
	}
	for _, x := range a.Caveats {
		parts = append(parts, l.word("caveat", x))
	}
	if h := a.Harm; h != (observation.Casualties{}) {
		parts = append(parts, l.t("harm", "k", h.Killed, "i", h.Injured))
	}
	return dash(strings.Join(parts, "; "))
}

// zones names the smallest zones that may hold the place; wider ones around
// them are counted (the tables of data have all).
func (c *composer) zones(a *AnnexRow) string {
	l := c.l
	const most = 2
	held := slices.Clone(a.Zones)
	area := c.r.geometry.zoneArea
	slices.SortStableFunc(held, func(x, y ZoneShare) int { return cmp.Compare(area[x.Zone], area[y.Zone]) })
	var parts []string
	for _, z := range held[:min(most, len(held))] {
		s := clipText(l.zone(z.Zone), 48)
		if z.Probability < 0.995 {
			s += " (" + l.percent(z.Probability) + ")"
		}
		parts = append(parts, s)
	}
	if n := len(held) - most; n > 0 {
		parts = append(parts, l.t("zones.more", "n", n))
	}
	s := strings.Join(parts, ", ")
	if a.DistanceM != nil {
		d := l.t("to-line", "km", l.km(*a.DistanceM))
		if a.Side != "" {
			d += ", " + l.t("side", "party", l.party(a.Side), "share", l.percent(a.SideP))
		}
		if s != "" {
			s += "\n"
		}
		s += d
	}
	return dash(s)
}

func (c *composer) judged(a *AnnexRow) string {
	s := c.l.result(a.Result)
	if len(a.Provisions) > 0 {
		s += "\n" + strings.Join(a.Provisions, ", ")
	}
	if a.Severity != "" {
		s += " · " + a.Severity
	}
	if a.Result == "breach" {
		who := c.l.t("responsible.undetermined")
		if c.r.Responsibility.Withheld {
			who = ""
		}
		if a.Party != "" {
			who = c.l.t("responsible.party", "party", c.l.party(a.Party))
		}
		if who != "" {
			s += "\n" + who
		}
	}
	if a.Exception != "" {
		s += "\n" + a.Exception
	}
	if a.Case != nil {
		s += "\n" + a.Case.ID + ": " + c.caseState(*a.Case)
	}
	return s
}

// basis lists for each number the rows that make it.
func (c *composer) basis() {
	r, l := c.r, c.l
	s := c.section("basis", "section.basis")
	s.newPage = true
	s.add(note(l.t("basis.note")))
	t := table{id: "t-basis", caption: l.t("basis.caption"), small: true, rowHead: true, columns: []column{
		{l.t("col.number-id"), 38, false}, {l.t("col.value"), 10, true}, {l.t("col.rows"), 52, false}}}
	numbers := slices.Clone(r.Numbers)
	slices.SortStableFunc(numbers, func(a, b Number) int { return cmp.Compare(a.Name, b.Name) })
	for _, n := range numbers {
		if n.Value == 0 && len(n.rows) == 0 && strings.Contains(n.Name, "hour.") {
			continue
		}
		t.rows = append(t.rows, row{id: numberAnchor(n.Name), cells: []cell{{text: n.ID, code: true}, plain(l.num(n.Value, 0)), plain(rowRanges(n.rows))}})
	}
	s.add(t)
}

// rowRanges writes ascending row indexes as numbers with ranges: 1–4, 7, 9.
func rowRanges(rows []int) string {
	if len(rows) == 0 {
		return "—"
	}
	var b strings.Builder
	for i := 0; i < len(rows); {
		j := i
		for j+1 < len(rows) && rows[j+1] == rows[j]+1 {
			j++
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, rows[i]+1)
		if j > i {
			sep := "–"
			if j == i+1 {
				sep = ", "
			}
			fmt.Fprint(&b, sep, rows[j]+1)
		}
		i = j + 1
	}
	return b.String()
}
