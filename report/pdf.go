package report

import (
	"fmt"
	"io"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
)

// PDF writes the report as A4 pages in a language: the same document as
// [HTML]. The same report gives the same bytes.
func PDF(w io.Writer, r *Report, lang string) error {
	d, err := compose(r, lang)
	if err != nil {
		return err
	}
	p := newSheets(d)
	p.f.SetCreationDate(r.To)
	p.f.SetModificationDate(r.To)
	p.draw()
	if err := p.f.Output(w); err != nil {
		return fmt.Errorf("report: writing PDF: %w", err)
	}
	return nil
}

// Lengths are points; a page is A4.
const (
	pageShort = 595.28
	pageLong  = 841.89
	marginX   = 42.0
	marginTop = 56.0
	marginEnd = 50.0
	bodySize  = 9.5
	leading   = 1.38
)

// sheets draws a document on pages.
type sheets struct {
	f     *fpdf.Fpdf
	d     *document
	links map[string]int
	wide  bool // the current page is landscape
	total string
}

func newSheets(d *document) *sheets {
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", SizeStr: "A4"})
	p := &sheets{f: f, d: d, links: map[string]int{}, total: "{nb}"}
	f.SetCatalogSort(true)
	f.SetProducer("truce", true)
	f.SetTitle(d.title+" · "+d.running, true)
	f.SetLang(d.lang)
	f.AddUTF8FontFromBytes("go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	f.AddUTF8FontFromBytes("go", "I", goitalic.TTF)
	f.AddUTF8FontFromBytes("mono", "", gomono.TTF)
	f.SetMargins(marginX, marginTop, marginX)
	f.SetAutoPageBreak(false, marginEnd)
	f.AliasNbPages(p.total)
	f.SetHeaderFunc(p.header)
	f.SetFooterFunc(p.footer)
	return p
}

func (p *sheets) size() (w, h float64) {
	if p.wide {
		return pageLong, pageShort
	}
	return pageShort, pageLong
}

func (p *sheets) width() float64 {
	w, _ := p.size()
	return w - 2*marginX
}

func (p *sheets) header() {
	w, h := p.size()
	if p.d.banner != "" {
		word, _, _ := strings.Cut(p.d.banner, " ")
		p.f.SetAlpha(0.06, "Normal")
		p.font("B", 84)
		p.colour(inkColour)
		p.f.TransformBegin()
		p.f.TransformRotate(32, w/2, h/2)
		p.f.Text(w/2-p.f.GetStringWidth(word)/2, h/2+28, word)
		p.f.TransformEnd()
		p.f.SetAlpha(1, "Normal")
		p.font("B", 8)
		p.colour(breachColour)
		p.text(w/2, 24, p.d.banner, "middle")
	}
	p.font("", 7.5)
	p.colour(greyColour)
	p.text(marginX, 38, p.d.running, "start")
	p.font("B", 7.5)
	p.colour(inkColour)
	p.text(w-marginX, 38, p.d.handling, "end")
	p.f.SetXY(marginX, marginTop)
}

func (p *sheets) footer() {
	w, h := p.size()
	s := strings.NewReplacer("{p}", fmt.Sprint(p.f.PageNo()), "{n}", p.total).Replace(p.d.pageOf)
	p.font("", 7.5)
	p.colour(greyColour)
	p.text(w-marginX, h-26, s, "end")
}

func (p *sheets) font(style string, size float64) { p.f.SetFont("go", style, size) }

func (p *sheets) colour(hex string) {
	r, g, b := rgb(hex)
	p.f.SetTextColor(r, g, b)
}

func rgb(hex string) (r, g, b int) {
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); err == nil {
		return r, g, b
	}
	if _, err := fmt.Sscanf(hex, "#%1x%1x%1x", &r, &g, &b); err == nil {
		return r * 17, g * 17, b * 17
	}
	return 0, 0, 0
}

// text writes one line whose baseline is at y.
func (p *sheets) text(x, y float64, s, anchor string) {
	switch w := p.f.GetStringWidth(s); anchor {
	case "middle":
		x -= w / 2
	case "end":
		x -= w
	}
	p.f.Text(x, y, s)
}

func (p *sheets) page(wide bool) {
	p.wide = wide
	orientation := "P"
	if wide {
		orientation = "L"
	}
	p.f.AddPageFormat(orientation, fpdf.SizeType{Wd: pageShort, Ht: pageLong})
}

// room begins a new page if less than h is left on this one.
func (p *sheets) room(h float64) {
	if _, page := p.size(); p.f.GetY()+h > page-marginEnd {
		p.page(p.wide)
	}
}

// link is the number under which an anchor is linked to.
func (p *sheets) link(anchor string) int {
	n, ok := p.links[anchor]
	if !ok {
		n = p.f.AddLink()
		p.links[anchor] = n
	}
	return n
}

func (p *sheets) anchor(id string) {
	if id != "" {
		p.f.SetLink(p.link(id), p.f.GetY(), p.f.PageNo())
	}
}

func (p *sheets) draw() {
	p.page(false)
	p.title()
	for i := range p.d.sections {
		p.section(&p.d.sections[i])
		if i == 0 && len(p.d.sections) > 3 && p.d.contents != "" {
			p.tableOfContents()
		}
		if p.d.sections[i].id == "method" {
			p.signature()
		}
	}
}

// tableOfContents lists the sections in two columns below the summary, where
// the page has room for it.
func (p *sheets) tableOfContents() {
	const size, line = 9.0, 14.0
	list := p.d.sections
	half := (len(list) + 1) / 2
	if _, page := p.size(); p.f.GetY()+26+float64(half)*line > page-marginEnd {
		return
	}
	p.f.Ln(12)
	p.font("B", 10.5)
	p.colour(inkColour)
	p.lines(p.d.contents, p.width(), 16)
	top := p.f.GetY()
	p.font("", size)
	p.colour(undeterminedTint)
	for i := range list {
		x, y := marginX+float64(i/half)*p.width()/2, top+float64(i%half)*line
		s := fmt.Sprintf("%d  %s", i+1, list[i].title)
		p.f.Text(x, y+size, s)
		p.f.Link(x, y, p.f.GetStringWidth(s), line, p.link(list[i].id))
	}
	p.f.SetXY(marginX, top+float64(half)*line)
}

func (p *sheets) title() {
	p.colour(inkColour)
	p.font("B", 20)
	p.lines(p.d.title, p.width(), 24)
	p.font("", 11)
	p.colour(greyColour)
	p.lines(p.d.subtitle, p.width(), 15)
	p.f.Ln(6)
	const name = 160
	for _, f := range p.d.head {
		y := p.f.GetY()
		p.font("", 8.5)
		p.colour(greyColour)
		p.f.SetXY(marginX, y)
		p.lines(f.name, name-8, 12)
		below := p.f.GetY()
		p.colour(inkColour)
		p.f.SetXY(marginX+name, y)
		p.linesAt(marginX+name, f.value, p.width()-name, 12)
		p.f.SetXY(marginX, max(below, p.f.GetY()))
	}
	p.f.Ln(4)
}

// lines writes wrapped text at the left margin; linesAt at x.
func (p *sheets) lines(s string, w, h float64) { p.linesAt(marginX, s, w, h) }

func (p *sheets) linesAt(x float64, s string, w, h float64) {
	size, _ := p.f.GetFontSize()
	for _, l := range p.f.SplitText(s, w) {
		p.room(h)
		y := p.f.GetY()
		p.f.Text(x, y+size, l)
		p.f.SetXY(marginX, y+h)
	}
}

func (p *sheets) signature() {
	if len(p.d.signature) == 0 {
		return
	}
	p.room(60)
	y := p.f.GetY() + 40
	w := p.width() / float64(len(p.d.signature))
	p.font("", 8)
	p.colour(greyColour)
	p.stroke(greyColour, 0.5, nil)
	for i, s := range p.d.signature {
		x := marginX + float64(i)*w
		p.f.Line(x, y, x+w-14, y)
		p.f.Text(x, y+11, s)
	}
	p.f.SetXY(marginX, y+20)
}

func (p *sheets) section(s *section) {
	if s.newPage || s.landscape != p.wide {
		p.page(s.landscape)
	}
	p.room(10 + 18 + p.least(s))
	p.f.Ln(10)
	p.anchor(s.id)
	p.f.Bookmark(s.title, 0, p.f.GetY())
	p.font("B", 13)
	p.colour(inkColour)
	p.lines(s.title, p.width(), 18)
	for _, b := range s.blocks {
		switch b := b.(type) {
		case paragraph:
			p.paragraph(b.runs, b.style, 0)
		case subheading:
			p.room(40)
			p.anchor(b.id)
			p.f.Ln(4)
			p.font("B", 10.5)
			p.colour(inkColour)
			p.lines(b.text, p.width(), 15)
		case bullets:
			for _, it := range b.items {
				p.font("", bodySize)
				p.colour(inkColour)
				p.room(bodySize * leading)
				p.f.Text(marginX+2, p.f.GetY()+bodySize, "•")
				p.paragraph(it, "", 12)
			}
		case tiles:
			p.tiles(&b)
		case table:
			p.table(&b)
		case figure:
			p.figure(&b)
		}
	}
}

// least is the height that a section's first block needs beside its title.
func (p *sheets) least(s *section) float64 {
	if len(s.blocks) > 0 {
		if f, ok := s.blocks[0].(figure); ok {
			return shrink*f.drawing.h*p.scale(f.drawing) + 34
		}
	}
	return 60
}

// paragraph sets runs in words, each in its own style, within the margins.
func (p *sheets) paragraph(runs []run, style string, indent float64) {
	size, ink := bodySize, inkColour
	switch style {
	case "lead":
		size = 10.5
	case "note":
		size, ink = 8.5, greyColour
	case "warning":
		size, indent = 9, indent+9
	}
	h := size * leading
	left, right := marginX+indent, marginX+p.width()
	p.room(h)
	top, page := p.f.GetY(), p.f.PageNo()
	x := left
	for _, r := range runs {
		switch {
		case r.code:
			p.f.SetFont("mono", "", size*0.92)
		case r.strong:
			p.font("B", size)
		default:
			p.font("", size)
		}
		p.colour(ink)
		for _, word := range strings.SplitAfter(r.text, " ") {
			w := p.f.GetStringWidth(strings.TrimRight(word, " "))
			if x+w > right && x > left {
				p.f.SetXY(marginX, p.f.GetY()+h)
				p.room(h)
				x = left
			}
			y := p.f.GetY()
			if r.href != "" {
				p.colour(undeterminedTint)
				p.f.Link(x, y, w, h, p.link(r.href))
			}
			p.f.Text(x, y+size, word)
			x += p.f.GetStringWidth(word)
		}
	}
	p.f.SetXY(marginX, p.f.GetY()+h+2.5)
	if style == "warning" {
		if p.f.PageNo() != page {
			top = marginTop
		}
		p.stroke(orangeColour, 2, nil)
		p.f.Line(marginX+1, top+1.5, marginX+1, p.f.GetY()-2)
	}
}
