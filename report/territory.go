package report

import (
	"math"
	"time"

	"github.com/truce-monitor/truce/territory"
)

// territory lays out who held what at the period's end and what changed, by
// area, with the days before as a chart.
func (c *composer) territory() {
	r, l := c.r, c.l
	if len(r.Territory) == 0 {
		return
	}
	last := &r.Territory[len(r.Territory)-1]
	s := c.section("territory", "section.territory")
	s.add(para(text(l.t("territory.intro", "party", l.party(last.HeldBy), "km2", l.num(last.HeldM2/1e6, 0), "km", l.num(last.LengthM/1000, 0)))))
	if len(r.Territory) > 1 {
		s.add(figure{id: "f-territory", caption: l.t("territory.chart"), drawing: r.territoryChart(l)})
	}
	t := table{id: "t-territory", caption: l.t("territory.caption", "days", len(r.Territory)), rowHead: true, columns: []column{{l.t("col.area"), 24, false}, {l.t("col.held"), 14, true},
		{l.t("col.share"), 12, true}, {l.t("col.gained"), 14, true}, {l.t("col.lost"), 14, true}, {l.t("col.net"), 22, true}}}
	add := func(name string, h territory.Holding, gained, lost float64, total bool) {
		share, held := "—", l.num(h.HeldM2/1e6, 1)
		if h.LandM2 > 0 {
			share = l.percent(h.Part())
		}
		if h.UncertainM2 > 0 {
			held += "\n± " + l.num(h.UncertainM2/1e6, 1)
		}
		t.rows = append(t.rows, row{total: total, cells: []cell{plain(name), plain(held), plain(share), plain(l.num(h.GainedM2/1e6, 1)), plain(l.num(h.LostM2/1e6, 1)), plain(l.num(round1((gained-lost)/1e6), 1))}})
	}
	gained, lost := map[string]float64{}, map[string]float64{}
	for _, p := range r.Territory {
		gained[""] += p.GainedM2
		lost[""] += p.LostM2
		for _, h := range p.Areas {
			gained[h.Area] += h.GainedM2
			lost[h.Area] += h.LostM2
		}
	}
	for _, h := range last.Areas {
		add(h.Area, h, gained[h.Area], lost[h.Area], false)
	}
	add(l.t("territory.all"), territory.Holding{HeldM2: last.HeldM2, GainedM2: last.GainedM2, LostM2: last.LostM2, UncertainM2: last.UncertainM2}, gained[""], lost[""], true)
	s.add(t)
	if last.UncertainM2 == 0 {
		s.add(note(l.t("territory.unknown")))
	} else {
		s.add(note(l.t("territory.bound", "km", l.km(last.RadiusM))))
	}
}

// round1 rounds to one decimal, with no zero below zero.
func round1(x float64) float64 { return math.Round(10*x)/10 + 0 }

// territoryChart shows what was gained above the axis and lost below it, day by
// day.
func (r *Report) territoryChart(l *locale) *drawing {
	largest := 0.0
	for _, p := range r.Territory {
		largest = max(largest, p.GainedM2/1e6, p.LostM2/1e6)
	}
	values := axis(largest)
	top := values[len(values)-1]
	const h = 100.0
	p := &plot{drawing: &drawing{id: "chart-territory", w: chartWidth, h: h + 34, title: l.t("territory.chart")}, x: 34, y: 8, w: chartWidth - 44, h: h, top: top}
	at := func(v float64) float64 { return p.y + h/2*(1-v/top) }
	for _, v := range values {
		for _, signed := range []float64{v, -v} {
			p.line(pt{p.x, at(signed)}, pt{p.x + p.w, at(signed)}, "#dfe3e8", 0.5)
			p.add(mark{kind: textMark, at: pt{p.x - 4, at(signed) + 2.2}, text: l.num(v, 0), anchor: "end", size: 6.5, fill: greyColour})
		}
	}
	step := p.w / float64(len(r.Territory))
	for i, d := range r.Territory {
		x := p.x + float64(i)*step
		g, lost := d.GainedM2/1e6, d.LostM2/1e6
		p.rect(x+step*0.15, at(g), step*0.7, at(0)-at(g), "#c3d9e8", "", 0)
		p.rect(x+step*0.15, at(0), step*0.7, at(-lost)-at(0), undeterminedTint, "", 0)
		if (len(r.Territory)-1-i)%5 == 0 {
			if day, err := time.Parse(time.DateOnly, r.Day); err == nil {
				p.label(x+step/2, p.y+h+9, l.dayMonth(day.AddDate(0, 0, i-len(r.Territory)+1)), "middle", 6.5)
			}
		}
	}
	p.line(pt{p.x, at(0)}, pt{p.x + p.w, at(0)}, greyColour, 0.7)
	p.legend([]legendItem{{p.swatch("#c3d9e8"), l.t("territory.gained")}, {p.swatch(undeterminedTint), l.t("territory.lost")}})
	return p.drawing
}

func territoryTable(r *Report) Table {
	t := Table{Name: "territory", Rows: [][]string{{"from", "to", "held_by", "area", "land_m2", "held_m2", "gained_m2", "lost_m2", "uncertain_m2"}}}
	for _, p := range r.Territory {
		add := func(area string, h territory.Holding) {
			t.Rows = append(t.Rows, []string{p.From.UTC().Format(time.RFC3339), p.To.UTC().Format(time.RFC3339), p.HeldBy, area, decimal(h.LandM2, 0), decimal(h.HeldM2, 0), decimal(h.GainedM2, 0), decimal(h.LostM2, 0), decimal(h.UncertainM2, 0)})
		}
		for _, h := range p.Areas {
			add(h.Area, h)
		}
		add("", territory.Holding{HeldM2: p.HeldM2, GainedM2: p.GainedM2, LostM2: p.LostM2, UncertainM2: p.UncertainM2})
	}
	return t
}
