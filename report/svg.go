package report

import (
	"html"
	"io"
	"strconv"
)

// writeSVG draws as an inline SVG element. Every text goes through
// html.EscapeString.
func writeSVG(w io.Writer, d *drawing) error {
	b := make([]byte, 0, 64*1024)
	b = append(b, `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 `...)
	b = fixed(b, d.w)
	b = append(b, ' ')
	b = fixed(b, d.h)
	b = append(b, `" aria-labelledby="`...)
	b = append(b, d.id...)
	b = append(b, `-t"><title id="`...)
	b = append(b, d.id...)
	b = append(b, `-t">`...)
	b = append(b, html.EscapeString(d.title)...)
	b = append(b, `</title>`...)
	if d.desc != "" {
		b = append(b, `<desc>`...)
		b = append(b, html.EscapeString(d.desc)...)
		b = append(b, `</desc>`...)
	}
	clips := 0
	for i := range d.marks {
		m := &d.marks[i]
		switch m.kind {
		case clipMark:
			clips++
			id := d.id + "-c" + strconv.Itoa(clips)
			b = append(b, `<clipPath id="`+id+`"><rect x="`...)
			b = fixed(b, m.at.x)
			b = append(b, `" y="`...)
			b = fixed(b, m.at.y)
			b = append(b, `" width="`...)
			b = fixed(b, m.to.x-m.at.x)
			b = append(b, `" height="`...)
			b = fixed(b, m.to.y-m.at.y)
			b = append(b, `"/></clipPath><g clip-path="url(#`+id+`)">`...)
		case unclipMark:
			b = append(b, `</g>`...)
		default:
			b = appendMark(b, m)
		}
		b = append(b, '\n')
		if len(b) > 48*1024 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	b = append(b, "</svg>"...)
	_, err := w.Write(b)
	return err
}

func appendMark(b []byte, m *mark) []byte {
	if m.href != "" {
		b = append(b, `<a href="#`+html.EscapeString(m.href)+`">`...)
	}
	switch m.kind {
	case pathMark:
		b = append(b, `<path d="`...)
		for _, path := range m.paths {
			for i, p := range path {
				if i == 0 {
					b = append(b, 'M')
				} else {
					b = append(b, 'L')
				}
				b = fixed(b, p.x)
				b = append(b, ' ')
				b = fixed(b, p.y)
			}
			if m.closed {
				b = append(b, 'Z')
			}
		}
		b = append(b, '"')
		b = appendPaint(b, m)
	case circleMark:
		b = append(b, `<circle cx="`...)
		b = fixed(b, m.at.x)
		b = append(b, `" cy="`...)
		b = fixed(b, m.at.y)
		b = append(b, `" r="`...)
		b = fixed(b, m.r)
		b = append(b, '"')
		b = appendPaint(b, m)
	case textMark:
		b = append(b, `<text x="`...)
		b = fixed(b, m.at.x)
		b = append(b, `" y="`...)
		b = fixed(b, m.at.y)
		b = append(b, `" font-size="`...)
		b = fixed(b, m.size)
		b = append(b, '"')
		if m.anchor != "" && m.anchor != "start" {
			b = append(b, ` text-anchor="`+m.anchor+`"`...)
		}
		if m.bold {
			b = append(b, ` font-weight="bold"`...)
		}
		if m.italic {
			b = append(b, ` font-style="italic"`...)
		}
		if m.halo {
			b = append(b, ` stroke="#fff" stroke-width="2.5" paint-order="stroke" stroke-linejoin="round"`...)
		}
		b = append(b, ` fill="`+m.fill+`">`...)
		b = append(b, html.EscapeString(m.text)...)
		b = append(b, `</text>`...)
	}
	if m.href != "" {
		b = append(b, `</a>`...)
	}
	return b
}

// appendPaint writes fill and stroke and closes the element.
func appendPaint(b []byte, m *mark) []byte {
	switch {
	case m.fill == "":
		b = append(b, ` fill="none"`...)
	default:
		b = append(b, ` fill="`+m.fill+`"`...)
		if m.fillOpacity > 0 && m.fillOpacity < 1 {
			b = append(b, ` fill-opacity="`...)
			b = strconv.AppendFloat(b, m.fillOpacity, 'g', 2, 64)
			b = append(b, '"')
		}
		if len(m.paths) > 1 {
			b = append(b, ` fill-rule="evenodd"`...)
		}
	}
	if m.stroke != "" {
		b = append(b, ` stroke="`+m.stroke+`" stroke-width="`...)
		b = strconv.AppendFloat(b, m.width, 'g', 3, 64)
		b = append(b, '"')
		if m.opacity > 0 && m.opacity < 1 {
			b = append(b, ` stroke-opacity="`...)
			b = strconv.AppendFloat(b, m.opacity, 'g', 2, 64)
			b = append(b, '"')
		}
		if len(m.dash) > 0 {
			b = append(b, ` stroke-dasharray="`...)
			for i, x := range m.dash {
				if i > 0 {
					b = append(b, ' ')
				}
				b = fixed(b, x)
			}
			b = append(b, '"')
		}
	}
	tag := "path"
	if m.kind == circleMark {
		tag = "circle"
	}
	if m.title == "" {
		return append(b, '/', '>')
	}
	b = append(b, `><title>`...)
	b = append(b, html.EscapeString(m.title)...)
	return append(b, `</title></`+tag+`>`...)
}
