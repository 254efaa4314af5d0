package report

import "strings"

// cellLine is one line of a cell as it is set.
type cellLine struct {
	text  string
	small bool
	size  float64
}

// table draws a table whose head is repeated on each page.
func (p *sheets) table(t *table) {
	size := 8.5
	if t.small {
		size = 6.6
	}
	sum := 0.0
	for _, c := range t.columns {
		sum += c.weight
	}
	widths := make([]float64, len(t.columns))
	for i, c := range t.columns {
		widths[i] = p.width() * c.weight / sum
	}
	p.room(60)
	p.anchor(t.id)
	p.f.Ln(4)
	p.font("B", 8.5)
	p.colour(inkColour)
	p.lines(t.caption, p.width(), 12)
	p.f.Ln(1)
	p.tableHead(t, widths, size)
	for i := range t.rows {
		p.tableRow(t, &t.rows[i], widths, size)
	}
	p.f.Ln(6)
}

const cellPad = 2.5

func (p *sheets) tableHead(t *table, widths []float64, size float64) {
	head := row{cells: make([]cell, len(t.columns)), total: true}
	for i, c := range t.columns {
		head.cells[i] = cell{text: c.name, strong: true}
	}
	p.cells(t, &head, widths, size)
	p.stroke(inkColour, 0.8, nil)
	p.f.Line(marginX, p.f.GetY(), marginX+p.width(), p.f.GetY())
}

func (p *sheets) tableRow(t *table, r *row, widths []float64, size float64) {
	page := p.f.PageNo()
	p.room(p.rowHeight(t, r, widths, size))
	if p.f.PageNo() != page {
		p.tableHead(t, widths, size)
	}
	p.anchor(r.id)
	if r.sub != "" {
		p.font("B", size)
		p.colour(inkColour)
		p.f.Text(marginX+cellPad, p.f.GetY()+size+cellPad, r.sub)
		p.f.SetXY(marginX, p.f.GetY()+size*leading+2*cellPad)
		return
	}
	p.cells(t, r, widths, size)
	p.stroke(faintColour, 0.4, nil)
	p.f.Line(marginX, p.f.GetY(), marginX+p.width(), p.f.GetY())
}

func (p *sheets) rowHeight(t *table, r *row, widths []float64, size float64) float64 {
	h := size * leading
	if r.sub != "" {
		return h + 2*cellPad
	}
	for i := range r.cells {
		if i < len(widths) {
			h = max(h, linesHeight(p.cellLines(t, r, i, widths[i], size)))
		}
	}
	return h + 2*cellPad
}

func linesHeight(lines []cellLine) float64 {
	h := 0.0
	for _, l := range lines {
		h += l.size * 1.28
	}
	return h
}

// cellLines wraps a cell's text to its column.
func (p *sheets) cellLines(t *table, r *row, i int, width, size float64) []cellLine {
	c := &r.cells[i]
	width -= 2 * cellPad
	if c.mark != "" {
		width -= size
	}
	var out []cellLine
	for k, line := range strings.Split(c.text, "\n") {
		small := k > 0
		s := size
		if small {
			s *= 0.9
		}
		p.cellFont(t, r, i, small, s)
		if !c.code {
			if w := p.longest(line); w > width { // a word is set smaller rather than broken
				s *= max(0.74, width/w*0.995)
				p.cellFont(t, r, i, small, s)
			}
		}
		for _, l := range p.wrap(line, width) {
			out = append(out, cellLine{l, small, s})
		}
	}
	return out
}

func (p *sheets) cellFont(t *table, r *row, i int, small bool, size float64) {
	c := &r.cells[i]
	switch {
	case c.code && !small:
		p.f.SetFont("mono", "", size*0.92)
	case c.strong || r.total || t.rowHead && i == 0 && !small:
		p.font("B", size)
	default:
		p.font("", size)
	}
}

// longest is the width of a text's longest word in the current font.
func (p *sheets) longest(s string) float64 {
	w := 0.0
	for _, word := range strings.Fields(s) {
		w = max(w, p.f.GetStringWidth(word))
	}
	return w
}

// wrap breaks a text at spaces, and where a word is wider than the column
// within it.
func (p *sheets) wrap(s string, width float64) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		candidate := word
		if line != "" {
			candidate = line + " " + word
		}
		if p.f.GetStringWidth(candidate) <= width {
			line = candidate
			continue
		}
		if line != "" {
			out = append(out, line)
		}
		for p.f.GetStringWidth(word) > width && len([]rune(word)) > 1 {
			n := len([]rune(word)) - 1
			for n > 1 && p.f.GetStringWidth(string([]rune(word)[:n])) > width {
				n--
			}
			out = append(out, string([]rune(word)[:n]))
			word = string([]rune(word)[n:])
		}
		line = word
	}
	return append(out, line)
}

// cells draws one row at the current place and moves below it.
func (p *sheets) cells(t *table, r *row, widths []float64, size float64) {
	top, height := p.f.GetY(), p.rowHeight(t, r, widths, size)
	x := marginX
	for i := range r.cells {
		if i >= len(widths) {
			break
		}
		c := &r.cells[i]
		y := top + cellPad
		left := x + cellPad
		lines := p.cellLines(t, r, i, widths[i], size)
		if c.mark != "" {
			p.sign(left+size*0.35, y+size*0.62, size*0.33, c.mark)
			left += size
		}
		for _, l := range lines {
			s := l.size
			p.cellFont(t, r, i, l.small, s)
			switch {
			case c.href != "":
				p.colour(undeterminedTint)
			case l.small:
				p.colour(greyColour)
			default:
				p.colour(inkColour)
			}
			if t.columns[i].number {
				p.text(x+widths[i]-cellPad, y+s, l.text, "end")
			} else {
				p.f.Text(left, y+s, l.text)
			}
			y += s * 1.28
		}
		if c.href != "" {
			p.f.Link(x, top, widths[i], height, p.link(c.href))
		}
		x += widths[i]
	}
	p.f.SetXY(marginX, top+height)
}

// sign draws the shape that stands for a result, as on the maps.
func (p *sheets) sign(x, y, r float64, result string) {
	colours := map[string]string{"breach": breachColour, "undetermined": undeterminedTint, "excepted": exceptedColour, "consistent": consistentColour}
	colour := colours[result]
	if colour == "" {
		colour = noneColour
	}
	var path []pt
	switch result {
	case "breach":
		path = []pt{{x, y - r*1.3}, {x + r*1.3, y}, {x, y + r*1.3}, {x - r*1.3, y}}
	case "undetermined":
		p.mark(&mark{kind: circleMark, at: pt{x, y}, r: r, fill: colour, fillOpacity: 1}, 0, 0, 1)
		return
	case "excepted":
		path = []pt{{x - r, y - r}, {x + r, y - r}, {x + r, y + r}, {x - r, y + r}}
	case "consistent":
		path = []pt{{x, y - r*1.2}, {x + r*1.1, y + r}, {x - r*1.1, y + r}}
	default:
		p.mark(&mark{kind: pathMark, paths: [][]pt{{{x - r, y - r}, {x + r, y + r}}, {{x - r, y + r}, {x + r, y - r}}}, stroke: colour, width: 1}, 0, 0, 1)
		return
	}
	p.mark(&mark{kind: pathMark, closed: true, paths: [][]pt{path}, fill: colour, fillOpacity: 1}, 0, 0, 1)
}
