package report

import (
	"bufio"
	_ "embed"
	"fmt"
	"html"
	"io"
	"strings"
)

//go:embed style.css
var style string

// Style is the style sheet of the reports, for other pages that look like them.
func Style() string { return style }

// HTML writes the report as one self-contained page in a language (see
// [Languages]; empty: English): no script, nothing fetched, set for A4 print.
// Every text from outside goes through html.EscapeString; addresses are
// anchors of the page itself.
func HTML(w io.Writer, r *Report, lang string) error {
	d, err := compose(r, lang)
	if err != nil {
		return err
	}
	return writeHTML(w, d)
}

func writeHTML(w io.Writer, d *document) error {
	p := &page{w: bufio.NewWriterSize(w, 64*1024)}
	p.document(d)
	if p.err != nil {
		return fmt.Errorf("report: writing HTML: %w", p.err)
	}
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("report: writing HTML: %w", err)
	}
	return nil
}

// page writes HTML; the first error stays. raw takes literals of this file
// only, esc everything else.
type page struct {
	w   *bufio.Writer
	err error
}

func (p *page) raw(parts ...string) {
	for _, s := range parts {
		if p.err == nil {
			_, p.err = p.w.WriteString(s)
		}
	}
}

func (p *page) esc(s string) { p.raw(html.EscapeString(s)) }

func (p *page) document(d *document) {
	p.raw("<!DOCTYPE html>\n<html lang=\"")
	p.esc(d.lang)
	p.raw("\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
		"<meta name=\"robots\" content=\"noindex\">\n<title>")
	p.esc(d.title + " · " + d.running)
	p.raw("</title>\n<style>\n", style)
	p.raw("@page { @top-left { content: ", cssString(d.running), " } @top-right { content: ", cssString(d.handling), " } ",
		"@top-center { content: ", cssString(d.banner), " } @bottom-right { content: ", pageNumber(d.pageOf), " } }\n")
	p.raw("</style>\n</head>\n<body>\n")
	if d.banner != "" {
		p.raw("<div class=\"banner\" role=\"note\">")
		p.esc(d.banner)
		p.raw("</div>\n<div class=\"watermark\" aria-hidden=\"true\"><span>")
		word, _, _ := strings.Cut(d.banner, " ")
		p.esc(word)
		p.raw("</span></div>\n")
	}
	p.raw("<main>\n<header>\n<p class=\"handling\"><span>")
	p.esc(d.handling)
	p.raw("</span></p>\n<h1>")
	p.esc(d.title)
	p.raw("</h1>\n<p class=\"subtitle\">")
	p.esc(d.subtitle)
	p.raw("</p>\n<dl>\n")
	for _, f := range d.head {
		p.raw("<div><dt>")
		p.esc(f.name)
		p.raw("</dt><dd>")
		p.esc(f.value)
		p.raw("</dd></div>\n")
	}
	p.raw("</dl>\n</header>\n")
	if len(d.sections) > 3 {
		p.raw("<nav aria-label=\"")
		p.esc(d.contents)
		p.raw("\"><ol>")
		for i := range d.sections {
			p.raw("<li><a href=\"#")
			p.esc(d.sections[i].id)
			p.raw("\">")
			p.esc(d.sections[i].title)
			p.raw("</a></li>")
		}
		p.raw("</ol></nav>\n")
	}
	for i := range d.sections {
		p.section(&d.sections[i])
		if i == 0 || i == len(d.sections)-1 && len(d.sections) == 1 {
			continue
		}
		if d.sections[i].id == "method" {
			p.signature(d.signature)
		}
	}
	p.raw("</main>\n</body>\n</html>\n")
}

func (p *page) signature(lines []string) {
	if len(lines) == 0 {
		return
	}
	p.raw("<div class=\"signature\">")
	for _, s := range lines {
		p.raw("<div>")
		p.esc(s)
		p.raw("</div>")
	}
	p.raw("</div>\n")
}

func (p *page) section(s *section) {
	class := ""
	if s.landscape {
		class += " landscape"
	}
	if s.newPage {
		class += " new-page"
	}
	p.raw("<section id=\"")
	p.esc(s.id)
	p.raw("\"")
	if class != "" {
		p.raw(" class=\"", strings.TrimSpace(class), "\"")
	}
	p.raw(">\n<h2>")
	p.esc(s.title)
	p.raw("</h2>\n")
	for _, b := range s.blocks {
		switch b := b.(type) {
		case paragraph:
			p.raw("<p")
			if b.style != "" {
				p.raw(" class=\"", b.style, "\"")
			}
			p.raw(">")
			p.runs(b.runs)
			p.raw("</p>\n")
		case subheading:
			p.raw("<h3 id=\"")
			p.esc(b.id)
			p.raw("\">")
			p.esc(b.text)
			p.raw("</h3>\n")
		case bullets:
			p.raw("<ul>\n")
			for _, it := range b.items {
				p.raw("<li>")
				p.runs(it)
				p.raw("</li>\n")
			}
			p.raw("</ul>\n")
		case tiles:
			p.tiles(&b)
		case table:
			p.table(&b)
		case figure:
			p.raw("<figure id=\"")
			p.esc(b.id)
			p.raw("\">\n")
			if p.err == nil {
				p.err = writeSVG(p.w, b.drawing)
			}
			p.raw("\n<figcaption>")
			p.esc(b.caption)
			p.raw("</figcaption>\n</figure>\n")
		}
	}
	p.raw("</section>\n")
}

func (p *page) tiles(t *tiles) {
	p.raw("<div class=\"tiles\">\n")
	for i := range t.items {
		x := &t.items[i]
		p.raw("<div><span class=\"name\">")
		p.esc(x.name)
		p.raw("</span><span class=\"value\">")
		p.cell(&cell{text: x.value, href: x.href, mark: x.mark})
		p.raw("</span><span>")
		for _, n := range x.notes {
			p.raw("<small>")
			p.esc(n)
			p.raw("</small>")
		}
		p.raw("</span></div>\n")
	}
	p.raw("</div>\n")
}

func (p *page) runs(list []run) {
	for _, r := range list {
		if r.href != "" {
			p.raw("<a href=\"#")
			p.esc(r.href)
			p.raw("\">")
		}
		open, end := "", ""
		switch {
		case r.strong:
			open, end = "<strong>", "</strong>"
		case r.code:
			open, end = "<code>", "</code>"
		}
		p.raw(open)
		p.esc(r.text)
		p.raw(end)
		if r.href != "" {
			p.raw("</a>")
		}
	}
}

func (p *page) table(t *table) {
	p.raw("<table id=\"")
	p.esc(t.id)
	p.raw("\"")
	if t.small {
		p.raw(" class=\"small\"")
	}
	p.raw(">\n<caption>")
	p.esc(t.caption)
	p.raw("</caption>\n<colgroup>")
	sum := 0.0
	for _, c := range t.columns {
		sum += c.weight
	}
	for _, c := range t.columns {
		p.raw(fmt.Sprintf("<col style=\"width:%.1f%%\">", 100*c.weight/sum))
	}
	p.raw("</colgroup>\n<thead><tr>")
	for _, c := range t.columns {
		p.raw("<th scope=\"col\"")
		if c.number {
			p.raw(" class=\"n\"")
		}
		p.raw(">")
		p.esc(c.name)
		p.raw("</th>")
	}
	p.raw("</tr></thead>\n<tbody>\n")
	for i := range t.rows {
		p.row(t, &t.rows[i])
	}
	p.raw("</tbody>\n</table>\n")
}

func (p *page) row(t *table, r *row) {
	if r.sub != "" {
		p.raw(fmt.Sprintf("<tr class=\"sub\"><th scope=\"rowgroup\" colspan=\"%d\">", len(t.columns)))
		p.esc(r.sub)
		p.raw("</th></tr>\n")
		return
	}
	p.raw("<tr")
	if r.id != "" {
		p.raw(" id=\"")
		p.esc(r.id)
		p.raw("\"")
	}
	if r.total {
		p.raw(" class=\"total\"")
	}
	p.raw(">")
	for i := range r.cells {
		c := &r.cells[i]
		tag := "td"
		if t.rowHead && i == 0 {
			tag = "th"
		}
		p.raw("<", tag)
		if tag == "th" {
			p.raw(" scope=\"row\"")
		}
		if i < len(t.columns) && t.columns[i].number {
			p.raw(" class=\"n\"")
		}
		p.raw(">")
		p.cell(c)
		p.raw("</", tag, ">")
	}
	p.raw("</tr>\n")
}

func (p *page) cell(c *cell) {
	if c.mark != "" {
		p.raw("<span class=\"mark ", c.mark, "\" aria-hidden=\"true\">", sign(c.mark), "</span>\u00a0")
	}
	if c.href != "" {
		p.raw("<a href=\"#")
		p.esc(c.href)
		p.raw("\">")
	}
	open, end := "", ""
	switch {
	case c.strong:
		open, end = "<strong>", "</strong>"
	case c.code:
		open, end = "<code>", "</code>"
	}
	first, rest, more := strings.Cut(c.text, "\n")
	p.raw(open)
	p.esc(first)
	p.raw(end)
	if c.href != "" {
		p.raw("</a>")
	}
	for more {
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		p.raw("<small>")
		p.esc(line)
		p.raw("</small>")
	}
}

// sign is the shape that stands for a result on the maps.
func sign(mark string) string {
	switch mark {
	case "breach":
		return "◆"
	case "undetermined":
		return "●"
	case "excepted":
		return "■"
	case "consistent":
		return "▲"
	}
	return "×"
}

// cssString writes a CSS string; < is escaped too, so that no text can end the
// style element.
func cssString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\' || r == '<' || r == '>' || r == '&' || r < ' ':
			fmt.Fprintf(&b, "\\%x ", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// pageNumber turns "page {p} of {n}" into CSS counters.
func pageNumber(s string) string {
	before, rest, _ := strings.Cut(s, "{p}")
	between, after, _ := strings.Cut(rest, "{n}")
	return cssString(before) + " counter(page) " + cssString(between) + " counter(pages) " + cssString(after)
}
