package statement

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// Plain returns the words of an article as text in UTF-8, one paragraph a
// line: of HTML what stands in its article (else its main part, else its body)
// without navigation, forms and the like; of plain text the text itself.
// What is not UTF-8 is read by what its head or its bytes say of the charset.
func Plain(raw []byte) (string, error) {
	if !looksLikeHTML(raw) {
		raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
		if !utf8.Valid(raw) {
			return "", fmt.Errorf("the text is neither UTF-8 nor HTML; convert it, as with iconv")
		}
		return string(raw), nil
	}
	in, err := charset.NewReader(bytes.NewReader(raw), "text/html")
	if err != nil {
		return "", fmt.Errorf("finding the charset of the HTML: %w", err)
	}
	raw, err = io.ReadAll(in)
	if err != nil {
		return "", fmt.Errorf("converting the HTML to UTF-8: %w", err)
	}
	doc, err := html.Parse(bytes.NewReader(raw))
	if err != nil {
		return "", fmt.Errorf("reading HTML: %w", err)
	}
	root := doc
	for _, a := range []atom.Atom{atom.Article, atom.Main, atom.Body} {
		if n := longest(doc, a); n != nil {
			root = n
			break
		}
	}
	w := &paragraphs{}
	w.walk(root)
	w.end()
	return strings.ToValidUTF8(w.out.String(), "\ufffd"), nil
}

func looksLikeHTML(raw []byte) bool {
	head := bytes.ToLower(raw[:min(len(raw), 4096)])
	for _, tag := range []string{"<!doctype html", "<html", "<body", "<article", "<p>", "<p ", "<div"} {
		if bytes.Contains(head, []byte(tag)) {
			return true
		}
	}
	return false
}

// longest is the element of this kind with the most text in it.
func longest(n *html.Node, a atom.Atom) *html.Node {
	var best *html.Node
	most := 0
	for x := range n.Descendants() {
		if x.Type == html.ElementNode && x.DataAtom == a {
			if length := textLength(x); length > most {
				best, most = x, length
			}
		}
	}
	return best
}

func textLength(n *html.Node) int {
	total := 0
	for x := range n.Descendants() {
		if x.Type == html.TextNode && (x.Parent == nil || !skipped(x.Parent.DataAtom)) {
			total += len(strings.TrimSpace(x.Data))
		}
	}
	return total
}

func skipped(a atom.Atom) bool {
	return slices.Contains([]atom.Atom{atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Nav, atom.Header, atom.Footer, atom.Aside,
		atom.Form, atom.Button, atom.Select, atom.Figure, atom.Iframe, atom.Svg, atom.Head, atom.Object, atom.Video, atom.Audio, atom.Textarea}, a)
}

func isBlock(a atom.Atom) bool {
	return slices.Contains([]atom.Atom{atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Body, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre, atom.Table, atom.Tr, atom.Td, atom.Th, atom.Br, atom.Hr, atom.Address}, a)
}

// paragraphs collects text, one paragraph a line.
type paragraphs struct {
	out   strings.Builder
	line  strings.Builder
	space bool
}

func (p *paragraphs) walk(root *html.Node) {
	// a stack of our own: a page can nest deeper than a goroutine's stack likes
	type step struct {
		n     *html.Node
		leave bool
	}
	stack := []step{{root, false}}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		n := s.n
		if s.leave {
			p.end()
			continue
		}
		switch n.Type {
		case html.TextNode:
			p.text(n.Data)
			continue
		case html.ElementNode:
			if skipped(n.DataAtom) && n != root {
				continue
			}
			if isBlock(n.DataAtom) {
				p.end()
				stack = append(stack, step{n, true})
			}
		}
		for c := n.LastChild; c != nil; c = c.PrevSibling {
			stack = append(stack, step{c, false})
		}
	}
}

func (p *paragraphs) text(s string) {
	for _, r := range s {
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f':
			p.space = true
		case r == '\u00ad': // a place to hyphenate at
		default:
			if p.space && p.line.Len() > 0 {
				p.line.WriteByte(' ')
			}
			p.space = false
			p.line.WriteRune(r)
		}
	}
}

func (p *paragraphs) end() {
	if p.line.Len() > 0 {
		p.out.WriteString(p.line.String())
		p.out.WriteByte('\n')
	}
	p.line.Reset()
	p.space = false
}
