package eval

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// The colours are of Okabe and Ito (2008), as in the reports; nothing is said by
// colour alone.
const (
	ink    = "#1b1f24"
	grey   = "#59616a"
	rule   = "#dfe3e8"
	pale   = "#c3d9e8"
	blue   = "#0072b2"
	orange = "#d55e00"
)

// picture is an SVG element in the making; coordinates in its own units.
type picture struct {
	b    strings.Builder
	id   string
	w, h float64
}

func newPicture(id string, w, h float64, title, text string) *picture {
	p := &picture{id: id, w: w, h: h}
	fmt.Fprintf(&p.b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 %g %g" aria-labelledby="%s-t %s-d"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>`,
		w, h, id, id, id, html.EscapeString(title), id, html.EscapeString(text))
	return p
}

func (p *picture) done() template.HTML { return template.HTML(p.b.String() + "</svg>") }

func (p *picture) line(x1, y1, x2, y2 float64, colour string, width float64, dash string) {
	fmt.Fprintf(&p.b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="%g"`, x1, y1, x2, y2, colour, width)
	if dash != "" {
		fmt.Fprintf(&p.b, ` stroke-dasharray="%s"`, dash)
	}
	p.b.WriteString("/>\n")
}

func (p *picture) path(points [][2]float64, colour string, width float64, dash string) {
	p.b.WriteString(`<polyline fill="none" points="`)
	for i, x := range points {
		if i > 0 {
			p.b.WriteByte(' ')
		}
		fmt.Fprintf(&p.b, "%.1f,%.1f", x[0], x[1])
	}
	fmt.Fprintf(&p.b, `" stroke="%s" stroke-width="%g" stroke-linejoin="round"`, colour, width)
	if dash != "" {
		fmt.Fprintf(&p.b, ` stroke-dasharray="%s"`, dash)
	}
	p.b.WriteString("/>\n")
}

func (p *picture) rect(x, y, w, h float64, fill, stroke, dash string) {
	fmt.Fprintf(&p.b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"`, x, y, math.Max(0, w), math.Max(0, h), fill)
	if stroke != "" {
		fmt.Fprintf(&p.b, ` stroke="%s" stroke-width=".7"`, stroke)
	}
	if dash != "" {
		fmt.Fprintf(&p.b, ` stroke-dasharray="%s"`, dash)
	}
	p.b.WriteString("/>\n")
}

func (p *picture) dot(x, y, r float64, colour string) {
	fmt.Fprintf(&p.b, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="%s" stroke="#fff" stroke-width=".7"/>`+"\n", x, y, r, colour)
}

func (p *picture) text(x, y float64, anchor, colour, s string) {
	fmt.Fprintf(&p.b, `<text x="%.1f" y="%.1f" font-size="10" text-anchor="%s" fill="%s">%s</text>`+"\n", x, y, anchor, colour, html.EscapeString(s))
}

// reliability is a reliability diagram: what was stated against how often it was so.
// Bars are 95 % intervals (Wilson 1927).
func reliability(id, of string, c Calibration) template.HTML {
	const left, top, side = 34.0, 8.0, 210.0
	p := newPicture(id, 262, 250, "Reliability of "+of, fmt.Sprintf("%d statements in %d bins; expected calibration error %.3f. The table below has the figures.", c.N, len(c.Bins), c.Error))
	x := func(v float64) float64 { return left + side*v }
	y := func(v float64) float64 { return top + side*(1-v) }
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		p.line(x(0), y(v), x(1), y(v), rule, 0.6, "")
		p.line(x(v), y(0), x(v), y(1), rule, 0.6, "")
		p.text(x(0)-4, y(v)+3.5, "end", grey, percent(v))
		p.text(x(v), y(0)+13, "middle", grey, percent(v))
	}
	p.line(x(0), y(0), x(1), y(1), grey, 1, "4 3")
	var points [][2]float64
	for _, b := range c.Bins {
		low, high := wilson(b.Happened, float64(b.N))
		p.line(x(b.Stated), y(low), x(b.Stated), y(high), blue, 1.2, "")
		points = append(points, [2]float64{x(b.Stated), y(b.Happened)})
	}
	p.path(points, blue, 1.4, "")
	for _, q := range points {
		p.dot(q[0], q[1], 3.4, blue)
	}
	p.text(x(0.5), y(0)+27, "middle", ink, "stated")
	p.text(x(0)+4, y(1)+11, "start", ink, "was so")
	return p.done()
}

// wilson is the 95 % interval of a share of n.
func wilson(share, n float64) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.96
	middle := (share + z*z/2/n) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(share*(1-share)/n+z*z/4/n/n)
	return math.Max(0, middle-half), math.Min(1, middle+half)
}

// scale is round steps from 0 to at least the largest.
func scale(largest float64) []float64 {
	step := 1.0
	for largest/step > 5 {
		for _, f := range []float64{2, 2.5, 2} {
			if step *= f; largest/step <= 5 {
				break
			}
		}
	}
	out := []float64{0}
	for v := step; ; v += step {
		out = append(out, v)
		if v >= largest {
			return out
		}
	}
}

// daily shows true and counted incidents by day.
func daily(days []Day) template.HTML {
	const left, top, w, h = 34.0, 24.0, 430.0, 130.0
	p := newPicture("days", 472, 190, "Incidents by day", fmt.Sprintf("True events and counted incidents of %d days. The table below has the figures.", len(days)))
	largest := 1.0
	for _, d := range days {
		largest = math.Max(largest, math.Max(d.True+float64(d.Untold), d.Counted))
	}
	marks := scale(largest)
	most := marks[len(marks)-1]
	y := func(v float64) float64 { return top + h*(1-v/most) }
	for _, v := range marks {
		p.line(left, y(v), left+w, y(v), rule, 0.6, "")
		p.text(left-4, y(v)+3.5, "end", grey, fmt.Sprintf("%g", v))
	}
	step := w / float64(max(1, len(days)))
	every := (len(days) + 5) / 6
	var points [][2]float64
	for i, d := range days {
		x := left + step*float64(i)
		p.rect(x+step*0.12, y(d.True), step*0.76, y(0)-y(d.True), pale, "", "")
		if d.Untold > 0 {
			p.rect(x+step*0.12, y(d.True+float64(d.Untold)), step*0.76, y(d.True)-y(d.True+float64(d.Untold)), "none", grey, "2 2")
		}
		points = append(points, [2]float64{x + step/2, y(d.Counted)})
		if i%every == 0 {
			p.text(x+step/2, y(0)+13, "middle", grey, strings.TrimPrefix(d.Day, days[0].Day[:min(5, len(days[0].Day))]))
		}
	}
	p.path(points, orange, 1.4, "")
	if len(days) <= 62 {
		for _, q := range points {
			p.dot(q[0], q[1], 3.2, orange)
		}
	}
	p.rect(left, 5, 9, 9, pale, "", "")
	p.text(left+13, 13, "start", ink, "true, told of")
	p.rect(left+92, 5, 9, 9, "none", grey, "2 2")
	p.text(left+105, 13, "start", ink, "true, nobody told of it")
	p.path([][2]float64{{left + 228, 9.5}, {left + 246, 9.5}}, orange, 1.4, "")
	p.dot(left+237, 9.5, 3.2, orange)
	p.text(left+250, 13, "start", ink, "counted, by probability")
	if len(days) > 0 {
		p.text(left, 185, "start", grey, days[0].Day+" to "+days[len(days)-1].Day)
	}
	return p.done()
}

// waiting shows after how long which share of the events is told of.
func waiting(delays []Delay) template.HTML {
	const left, top, w, h = 34.0, 24.0, 430.0, 130.0
	p := newPicture("waiting", 472, 172, "From event to incident", "Share of the true events by minutes since. The table below has the figures.")
	x := func(minutes float64) float64 { return left + w*math.Log(minutes)/math.Log(2880) }
	y := func(v float64) float64 { return top + h*(1-v) }
	for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
		p.line(left, y(v), left+w, y(v), rule, 0.6, "")
		p.text(left-4, y(v)+3.5, "end", grey, percent(v))
	}
	for _, m := range []struct {
		minutes float64
		name    string
	}{{1, "1 min"}, {5, "5 min"}, {20, "20 min"}, {60, "1 h"}, {360, "6 h"}, {1440, "1 day"}} {
		p.line(x(m.minutes), top, x(m.minutes), top+h, rule, 0.6, "")
		p.text(x(m.minutes), y(0)+16, "middle", grey, m.name)
	}
	for i, d := range delays {
		colour, dash := blue, ""
		if i > 0 {
			colour, dash = orange, "5 3"
		}
		var points [][2]float64
		for _, s := range d.Steps {
			points = append(points, [2]float64{x(s.Minutes), y(s.Share)})
		}
		p.path(points, colour, 1.8, dash)
		at := left + 160*float64(i)
		p.path([][2]float64{{at, 9.5}, {at + 22, 9.5}}, colour, 1.8, dash)
		p.text(at+27, 13, "start", ink, d.Until)
	}
	return p.done()
}

func percent(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }
