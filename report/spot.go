package report

import (
	"fmt"
	"slices"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
)

// BuildSpot makes the spot report of one incident of the input's day: what is
// known of it at once, by the same policy as the day's report. It is an error
// if the incident is not in the input or the audience may not see it.
func BuildSpot(in Input, id string) (*Report, error) {
	found := slices.IndexFunc(in.Incidents, func(n incident.Incident) bool { return n.ID == id })
	if found < 0 {
		return nil, fmt.Errorf("report: incident %s is not among those of %s", id, in.Day)
	}
	in.Incidents = in.Incidents[found : found+1]
	in.Findings = slices.DeleteFunc(slices.Clone(in.Findings), func(f finding.Finding) bool { return f.Incident != id })
	in.PreviousIncidents, in.PreviousFindings, in.HasPrevious, in.Days = nil, nil, false, nil
	r, err := Build(in)
	if err != nil {
		return nil, err
	}
	if len(r.Annex) == 0 {
		return nil, fmt.Errorf("report: incident %s may not be shown to the audience %q yet", id, r.Audience)
	}
	r.Spot = id
	return r, nil
}

// composeSpot lays out a spot report: the incident, where it lies, what it
// means under the terms, and who said so.
func (c *composer) composeSpot() {
	r, l := c.r, c.l
	c.head()
	a := &r.Annex[0]
	c.d.title = l.t("title.spot", "id", a.ID)
	c.d.running = l.t("running.spot", "title", clipText(l.text(r.Title), 60), "date", l.date(r.Day))
	c.d.contents = ""
	s := c.section("summary", "section.summary")
	t := table{id: "t-incident", caption: l.t("spot.incident"), rowHead: true, columns: []column{{l.t("col.fact"), 28, false}, {l.t("col.value"), 72, false}}}
	add := func(name, value string) {
		if value != "" && value != "—" {
			t.rows = append(t.rows, row{cells: []cell{plain(name), plain(value)}})
		}
	}
	local, utc := l.span(a.From, a.To)
	add(l.t("col.date-time"), local+"\n"+utc)
	add(l.t("col.observation"), c.observed(a))
	add(l.t("col.weapon"), l.word("weapon", string(a.Weapon)))
	add(l.t("col.number"), c.count(a.Count))
	add(l.t("col.event-location"), c.event(a))
	add(l.t("col.zone"), c.zones(a))
	add(l.t("col.position"), c.observer(a))
	add(l.t("col.means"), c.howAndMeans(a))
	add(l.t("col.confidence"), c.occurrence(a))
	add(l.t("col.result"), c.judged(a))
	add(l.t("col.description"), c.description(a))
	add(l.t("col.text"), a.Excerpt)
	t.rows[0].id = rowAnchor(a.No)
	s.add(t)
	for _, n := range c.caveats() {
		s.add(paragraph{style: "warning", runs: []run{text(n)}})
	}
	if p := a.Position; p != nil {
		where := c.section("where", "section.where")
		half := max(0.08, 2.5*p.Radius/111e3)
		where.add(figure{id: "f-map", caption: l.t("map.caption"), drawing: r.incidentMap(l, mapView{id: "map-all",
			title: l.t("map.title", "date", l.date(r.Day)), legend: true, maxH: detailH,
			extent: box{p.Lon - 1.6*half, p.Lat - half, p.Lon + 1.6*half, p.Lat + half}})})
	}
	if len(r.Findings) > 0 {
		f := c.section("findings", "section.findings")
		rows := table{id: "t-findings", caption: l.t("spot.findings"), rowHead: true, columns: []column{{l.t("col.provision"), 24, false}, {l.t("col.result"), 20, false},
			{l.t("col.confidence"), 16, true}, {l.t("section.responsibility"), 20, false}, {l.t("col.id"), 20, false}}}
		for _, x := range r.Findings {
			party := l.t("result.undetermined")
			switch {
			case r.Responsibility.Withheld:
				party = l.t("withheld")
			case x.Responsible != "":
				party = l.party(x.Responsible) + "\n" + l.percent(x.ResponsP)
			}
			rows.rows = append(rows.rows, row{cells: []cell{plain(x.Provision), {text: l.result(x.Result), mark: markOf(x.Result)}, plain(l.percent(x.BreachP)), plain(party), {text: x.ID, code: true}}})
		}
		f.add(rows, note(l.t("annex.note", "command", "truce explain "+a.ID)))
	}
	if len(a.Report) > 0 {
		f := c.section("reports", "spot.reports")
		rows := table{id: "t-reports", caption: l.t("confidence", "share", l.percent(a.Probable), "n", a.Sources), columns: []column{
			{l.t("col.source"), 40, false}, {l.t("col.ref"), 40, false}, {l.t("col.independent"), 20, false}}}
		for _, m := range a.Report {
			independent := l.t("no")
			if m.Independent {
				independent = l.t("yes")
			}
			rows.rows = append(rows.rows, row{cells: []cell{plain(m.Source), {text: m.Ref, code: true}, plain(independent)}})
		}
		f.add(rows)
	}
	c.method()
}
