package report

import "codeberg.org/go-pdf/fpdf"

// figure draws a drawing as wide as the page, with its caption below.
func (p *sheets) figure(f *figure) {
	d := f.drawing
	scale := p.scale(d)
	const caption = 30.0
	_, page := p.size()
	// A figure that nearly fits is drawn a little smaller rather than leaving
	// half a page empty.
	if left := page - marginEnd - p.f.GetY() - caption; left < d.h*scale && left >= shrink*d.h*scale {
		scale = left / d.h
	}
	p.room(d.h*scale + caption)
	p.f.Ln(4)
	p.anchor(f.id)
	x, y := marginX+(p.width()-d.w*scale)/2, p.f.GetY()
	for i := range d.marks {
		p.mark(&d.marks[i], x, y, scale)
	}
	p.f.SetXY(marginX, y+d.h*scale+4)
	p.font("I", 8.5)
	p.colour(greyColour)
	p.lines(f.caption, p.width(), 12)
	p.f.Ln(4)
}

// shrink is how much smaller a figure may be drawn to fit on a page.
const shrink = 0.7

// scale fits a drawing to the page's width, and to its height below a title.
func (p *sheets) scale(d *drawing) float64 {
	_, page := p.size()
	return min(1.3, p.width()/d.w, (page-marginTop-marginEnd-80)/d.h)
}

func (p *sheets) stroke(colour string, width float64, dash []float64) {
	r, g, b := rgb(colour)
	p.f.SetDrawColor(r, g, b)
	p.f.SetLineWidth(width)
	p.f.SetDashPattern(dash, 0)
}

// mark draws one mark of a drawing whose top left corner is at x0, y0.
func (p *sheets) mark(m *mark, x0, y0, scale float64) {
	at := func(q pt) (float64, float64) { return x0 + q.x*scale, y0 + q.y*scale }
	switch m.kind {
	case clipMark:
		x, y := at(m.at)
		p.f.ClipRect(x, y, (m.to.x-m.at.x)*scale, (m.to.y-m.at.y)*scale, false)
	case unclipMark:
		p.f.ClipEnd()
	case textMark:
		p.label(m, x0, y0, scale)
	default:
		if m.fill != "" && m.fillOpacity != 0 {
			r, g, b := rgb(m.fill)
			p.f.SetFillColor(r, g, b)
			p.f.SetAlpha(m.fillOpacity, "Normal")
			p.outline(m, at, scale, "F*")
			p.f.SetAlpha(1, "Normal")
		}
		if m.stroke != "" {
			dash := make([]float64, len(m.dash))
			for i, x := range m.dash {
				dash[i] = x * scale
			}
			p.stroke(m.stroke, m.width*scale, dash)
			if m.opacity > 0 && m.opacity < 1 {
				p.f.SetAlpha(m.opacity, "Normal")
			}
			p.outline(m, at, scale, "D")
			p.f.SetAlpha(1, "Normal")
			p.f.SetDashPattern(nil, 0)
		}
		if m.href != "" && m.kind == circleMark {
			x, y := at(m.at)
			p.f.Link(x-m.r*scale, y-m.r*scale, 2*m.r*scale, 2*m.r*scale, p.link(m.href))
		} else if m.href != "" && len(m.paths) > 0 {
			p.boxLink(m, at)
		}
	}
}

// outline draws a mark's path or circle in a style of the PDF library.
func (p *sheets) outline(m *mark, at func(pt) (float64, float64), scale float64, style string) {
	if m.kind == circleMark {
		x, y := at(m.at)
		p.f.Circle(x, y, m.r*scale, style)
		return
	}
	for _, path := range m.paths {
		for i, q := range path {
			x, y := at(q)
			if i == 0 {
				p.f.MoveTo(x, y)
			} else {
				p.f.LineTo(x, y)
			}
		}
		if m.closed {
			p.f.ClosePath()
		}
	}
	p.f.DrawPath(style)
}

// boxLink makes the box around a mark a link.
func (p *sheets) boxLink(m *mark, at func(pt) (float64, float64)) {
	var lo, hi fpdf.PointType
	for i, path := range m.paths {
		for k, q := range path {
			x, y := at(q)
			if i == 0 && k == 0 {
				lo, hi = fpdf.PointType{X: x, Y: y}, fpdf.PointType{X: x, Y: y}
			}
			lo, hi = fpdf.PointType{X: min(lo.X, x), Y: min(lo.Y, y)}, fpdf.PointType{X: max(hi.X, x), Y: max(hi.Y, y)}
		}
	}
	p.f.Link(lo.X, lo.Y, hi.X-lo.X, hi.Y-lo.Y, p.link(m.href))
}

func (p *sheets) label(m *mark, x0, y0, scale float64) {
	style := ""
	switch {
	case m.bold:
		style = "B"
	case m.italic:
		style = "I"
	}
	p.font(style, m.size*scale)
	x, y := x0+m.at.x*scale, y0+m.at.y*scale
	if m.halo {
		// A rim of eight white copies: the library can't stroke text of its own fonts.
		p.colour("#ffffff")
		for _, d := range [][2]float64{{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {-.7, -.7}, {.7, -.7}, {-.7, .7}, {.7, .7}} {
			p.text(x+d[0]*scale, y+d[1]*scale, m.text, m.anchor)
		}
	}
	p.colour(m.fill)
	p.text(x, y, m.text, m.anchor)
}
