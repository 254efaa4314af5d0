package report

// tiles draws the head figures side by side, each under a rule.
func (p *sheets) tiles(t *tiles) {
	const (
		gap     = 10.0
		size    = 7.5
		big     = 19.0
		padding = 5.0
	)
	w := (p.width()-gap*float64(len(t.items)-1))/float64(len(t.items)) - 1
	line := size * 1.3
	names, notes := 1, 0
	wrapped := make([][]string, len(t.items))
	for i := range t.items {
		p.font("", size)
		for _, n := range t.items[i].notes {
			wrapped[i] = append(wrapped[i], p.wrap(n, w)...)
		}
		notes = max(notes, len(wrapped[i]))
		p.font("B", size)
		names = max(names, len(p.wrap(t.items[i].name, w)))
	}
	height := padding + float64(names+notes)*line + big*1.3 + padding
	p.room(height + 4)
	p.f.Ln(4)
	top := p.f.GetY()
	for i := range t.items {
		x := &t.items[i]
		left := marginX + float64(i)*(w+gap)
		p.stroke(inkColour, 1.2, nil)
		p.f.Line(left, top, left+w, top)
		y := top + padding
		p.font("B", size)
		p.colour(greyColour)
		for _, s := range p.wrap(x.name, w) {
			p.f.Text(left, y+size, s)
			y += line
		}
		y = top + padding + float64(names)*line
		size := big
		p.font("B", size)
		for p.f.GetStringWidth(x.value) > w && size > 9 {
			size--
			p.font("B", size)
		}
		p.colour(inkColour)
		p.f.Text(left, y+big, x.value)
		if x.href != "" {
			p.f.Link(left, y, w, big*1.2, p.link(x.href))
		}
		y += big * 1.3
		p.font("", 7.5)
		p.colour(greyColour)
		for _, s := range wrapped[i] {
			p.f.Text(left, y+7.5, s)
			y += line
		}
	}
	p.f.SetXY(marginX, top+height)
}
