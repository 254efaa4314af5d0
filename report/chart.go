package report

import (
	"math"
	"time"
)

const (
	chartWidth  = 520.0
	chartHeight = 130.0
)

// axis returns round values from 0 to at least the largest, about four.
func axis(largest float64) []float64 {
	if largest <= 0 {
		return []float64{0, 1}
	}
	step := math.Pow(10, math.Floor(math.Log10(largest)))
	switch {
	case largest/step <= 1:
		step /= 5
	case largest/step <= 2:
		step /= 2
	case largest/step > 5:
		step *= 2
	}
	step = max(1, step)
	var list []float64
	for v := 0.0; ; v += step {
		list = append(list, v)
		if v >= largest {
			return list
		}
	}
}

type plot struct {
	*drawing
	x, y, w, h float64
	top        float64
}

func newPlot(l *locale, id, title string, h, largest float64) *plot {
	p := &plot{drawing: &drawing{id: id, w: chartWidth, h: h + 34, title: title}, x: 34, y: 8, w: chartWidth - 44, h: h}
	values := axis(largest)
	p.top = values[len(values)-1]
	for _, v := range values {
		y := p.at(v)
		p.line(pt{p.x, y}, pt{p.x + p.w, y}, "#dfe3e8", 0.5)
		p.add(mark{kind: textMark, at: pt{p.x - 4, y + 2.2}, text: l.num(v, 0), anchor: "end", size: 6.5, fill: greyColour})
	}
	return p
}

func (p *plot) at(v float64) float64 { return p.y + p.h*(1-v/p.top) }

// bar draws a value; of which part is drawn darker.
func (p *plot) bar(x, w, v, part float64) {
	p.rect(x, p.at(v), w, p.at(0)-p.at(v), "#c3d9e8", "", 0)
	if part > 0 {
		p.rect(x, p.at(part), w, p.at(0)-p.at(part), undeterminedTint, "", 0)
	}
}

func (p *plot) legend(items []legendItem) {
	x := p.x
	y := p.drawing.h - 5
	for _, it := range items {
		it.draw(x, y-2)
		p.label(x+11, y, it.text, "start", 6.5)
		x += 20 + 3.5*float64(len([]rune(it.text)))
	}
}

type legendItem struct {
	draw func(x, y float64)
	text string
}

func (p *plot) swatch(colour string) func(x, y float64) {
	return func(x, y float64) { p.rect(x, y-3, 7, 6, colour, "", 0) }
}

// dayChart shows up to 31 days; a day without a record is marked, not zero.
func (r *Report) dayChart(l *locale) *drawing {
	by := map[string]DayCount{}
	largest := r.Totals.Incidents.Poisson.High
	for _, d := range r.Days {
		by[d.Day] = d
		largest = max(largest, float64(d.Incidents))
	}
	last, err := time.Parse(time.DateOnly, r.Day)
	if err != nil {
		return nil
	}
	p := newPlot(l, "chart-days", l.t("chart.days"), 100, largest)
	const n = 31
	step := p.w / n
	for i := range n {
		t := last.AddDate(0, 0, i-n+1)
		day := t.Format(time.DateOnly)
		x := p.x + float64(i)*step
		c, known := by[day]
		switch {
		case known:
			p.bar(x+1.5, step-3, float64(c.Incidents), float64(c.Explosions))
			if c.Breaches > 0 {
				p.add(mark{kind: pathMark, closed: true, paths: [][]pt{{{x + step/2, p.at(float64(c.Breaches)) - 2.6}, {x + step/2 + 2.6, p.at(float64(c.Breaches))}, {x + step/2, p.at(float64(c.Breaches)) + 2.6}, {x + step/2 - 2.6, p.at(float64(c.Breaches))}}}, fill: breachColour, fillOpacity: 1, stroke: "#ffffff", width: 0.5})
			}
		default:
			p.add(mark{kind: textMark, at: pt{x + step/2, p.at(0) - 2}, text: "×", anchor: "middle", size: 7, fill: greyColour})
		}
		if i == n-1 {
			iv := r.Totals.Incidents.Poisson
			cx := x + step/2
			p.line(pt{cx, p.at(iv.Low)}, pt{cx, p.at(iv.High)}, inkColour, 0.9)
			p.line(pt{cx - 3, p.at(iv.Low)}, pt{cx + 3, p.at(iv.Low)}, inkColour, 0.9)
			p.line(pt{cx - 3, p.at(iv.High)}, pt{cx + 3, p.at(iv.High)}, inkColour, 0.9)
		}
		if (n-1-i)%5 == 0 {
			p.label(x+step/2, p.at(0)+9, l.dayMonth(t), "middle", 6.5)
		}
	}
	p.line(pt{p.x, p.at(0)}, pt{p.x + p.w, p.at(0)}, greyColour, 0.7)
	p.legend([]legendItem{
		{p.swatch("#c3d9e8"), l.t("chart.incidents")},
		{p.swatch(undeterminedTint), l.t("chart.explosions")},
		{func(x, y float64) {
			p.add(mark{kind: pathMark, closed: true, paths: [][]pt{{{x + 3.5, y - 3}, {x + 6.5, y}, {x + 3.5, y + 3}, {x + 0.5, y}}}, fill: breachColour, fillOpacity: 1})
		}, l.t("chart.breaches")},
		{func(x, y float64) { p.line(pt{x + 3, y - 3}, pt{x + 3, y + 3}, inkColour, 0.9) }, l.t("chart.interval")},
		{func(x, y float64) {
			p.add(mark{kind: textMark, at: pt{x + 3.5, y + 2}, text: "×", anchor: "middle", size: 7, fill: greyColour})
		}, l.t("chart.no-record")},
	})
	return p.drawing
}

// hourChart shows the hours from the cut-off on, and below each how much of
// the line was watched in it.
func (r *Report) hourChart(l *locale) *drawing {
	largest := 0.0
	var hours []Group
	for _, g := range r.ByHour {
		if g.Key != hourUnknown {
			hours = append(hours, g)
			largest = max(largest, float64(g.Incidents))
		}
	}
	p := newPlot(l, "chart-hours", l.t("chart.hours"), 90, largest)
	p.drawing.h += 12
	step := p.w / float64(max(1, len(hours)))
	for i, g := range hours {
		x := p.x + float64(i)*step
		p.bar(x+1.5, step-3, float64(g.Incidents), float64(g.Explosions))
		if t, err := time.Parse(time.RFC3339, g.Key); err == nil && i%2 == 0 {
			p.label(x+0.5, p.at(0)+20, t.In(r.loc).Format("15:04"), "start", 6)
		}
		if r.Coverage.Known && i < len(r.Coverage.ByHour) {
			s := r.Coverage.ByHour[i]
			p.rect(x+0.5, p.at(0)+4, step-1, 6, "#ffffff", faintColour, 0.5)
			if s > 0 {
				p.rect(x+0.5, p.at(0)+4+6*(1-s), step-1, 6*s, watchColour, "", 0)
			}
		}
	}
	p.line(pt{p.x, p.at(0)}, pt{p.x + p.w, p.at(0)}, greyColour, 0.7)
	items := []legendItem{
		{p.swatch("#c3d9e8"), l.t("chart.incidents")},
		{p.swatch(undeterminedTint), l.t("chart.explosions")},
	}
	if r.Coverage.Known {
		items = append(items, legendItem{p.swatch(watchColour), l.t("chart.watched")})
	}
	p.legend(items)
	return p.drawing
}

// typeChart shows the most frequent types.
func (r *Report) typeChart(l *locale) *drawing {
	list := r.ByType
	if len(list) > 10 {
		list = list[:10]
	}
	largest := 1.0
	for _, g := range list {
		largest = max(largest, float64(g.Incidents), float64(len(list)))
	}
	const height = 13.0
	left := 90.0
	for _, g := range list { // room for the longest word of the language
		left = min(200, max(left, 14+4.2*float64(len([]rune(l.word("activity", g.Key))))))
	}
	d := &drawing{id: "chart-types", w: chartWidth, h: height*float64(len(list)) + 20, title: l.t("chart.types")}
	w := chartWidth - left - 50
	for i, g := range list {
		y := 4 + float64(i)*height
		d.add(mark{kind: textMark, at: pt{left - 6, y + 8}, text: l.word("activity", g.Key), anchor: "end", size: 7.5, fill: inkColour})
		d.rect(left, y+1.5, w*float64(g.Incidents)/largest, height-4, "#c3d9e8", "", 0)
		if g.Breach > 0 {
			d.rect(left, y+1.5, w*float64(g.Breach)/largest, height-4, breachColour, "", 0)
		}
		d.label(left+w*float64(g.Incidents)/largest+4, y+8, l.int(g.Incidents), "start", 7.5)
	}
	p := &plot{drawing: d, x: left}
	d.line(pt{left, 2}, pt{left, 4 + height*float64(len(list))}, greyColour, 0.7)
	p.legend([]legendItem{{p.swatch("#c3d9e8"), l.t("chart.incidents")}, {p.swatch(breachColour), l.t("chart.of-breach")}})
	return d
}
