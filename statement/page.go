package statement

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// LeftOut is a part of a page that was not read.
type LeftOut struct {
	What   string `json:"what"` // navigation, aside, comments, …
	Words  int    `json:"words"`
	Begins string `json:"begins"` // its first words
}

// page collects a page's text, one paragraph a line.
type page struct {
	out   strings.Builder
	line  strings.Builder
	space bool
	words map[*html.Node]int // of the text below a node
	links map[*html.Node]int // of it, in links
	left  []LeftOut
	all   int
}

// pageOf is the text of a document and what was left out of it. Which parts of
// a page are its article only rules of thumb tell (readability libraries give
// the one likeliest block, and so lose a live blog's other entries): here all
// is read but what its element, role or class says is none of it.
func pageOf(doc *html.Node) (string, []LeftOut) {
	p := &page{words: map[*html.Node]int{}, links: map[*html.Node]int{}}
	p.count(doc)
	p.all = p.words[doc]
	p.walk(doc)
	p.end()
	return strings.ToValidUTF8(p.out.String(), "\ufffd"), p.left
}

// count counts the words below each node. Nodes come in document order, so that
// from the last to the first the children's counts are done before their parent's.
func (p *page) count(doc *html.Node) {
	var nodes []*html.Node
	for n := range doc.Descendants() {
		nodes = append(nodes, n)
	}
	for _, n := range slices.Backward(nodes) {
		if n.Type == html.TextNode && n.Parent != nil && !silent(n.Parent.DataAtom) {
			p.words[n] = len(strings.Fields(n.Data))
		}
		if n.DataAtom == atom.A {
			p.links[n] = p.words[n]
		}
		p.words[n.Parent] += p.words[n]
		p.links[n.Parent] += p.links[n]
	}
}

// silent reports whether an element holds no words for a reader.
func silent(a atom.Atom) bool {
	return slices.Contains([]atom.Atom{atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Head, atom.Iframe, atom.Svg, atom.Object, atom.Video, atom.Audio}, a)
}

// apart are the elements, ARIA roles and classes of what stands beside an article.
func apart(word string) string {
	switch word {
	case "nav", "navigation", "navbar", "menu", "breadcrumb", "breadcrumbs", "pagination", "toc":
		return "navigation"
	case "aside", "complementary", "sidebar", "related", "recirculation", "recommended", "promo", "teaser", "teasers", "readmore", "trending":
		return "aside"
	case "comment", "comments", "disqus":
		return "comments"
	case "cookie", "cookies", "consent", "gdpr", "dialog", "modal", "paywall":
		return "notice"
	case "newsletter", "subscribe", "subscription", "share", "sharing", "social", "advert", "advertisement", "ads", "sponsored":
		return "advertisement"
	case "form", "button", "select", "textarea", "search":
		return "form"
	case "figure", "figcaption", "caption":
		return "picture"
	case "contentinfo", "banner":
		return "header or footer"
	default:
		return ""
	}
}

// reason says why a node is left out, or nothing: it is read.
func (p *page) reason(n *html.Node) string {
	if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "hidden" || a.Key == "aria-hidden" && a.Val == "true" }) {
		return "hidden"
	}
	switch n.DataAtom {
	case atom.Header, atom.Footer:
		for a := n.Parent; a != nil; a = a.Parent {
			if a.DataAtom == atom.Blockquote || a.DataAtom == atom.Article && n.DataAtom == atom.Header {
				return ""
			}
		}
		return "header or footer"
	case atom.Html, atom.Body, atom.Main, atom.Article, atom.Blockquote:
		return ""
	}
	if why := apart(n.Data); why != "" {
		return why
	}
	if 2*p.words[n] > p.all {
		return "" // whatever it is called, most of the page stands in it
	}
	for _, a := range n.Attr {
		if a.Key == "role" || a.Key == "id" || a.Key == "class" {
			for _, w := range strings.FieldsFunc(strings.ToLower(a.Val), func(r rune) bool { return !unicode.IsLetter(r) }) {
				if why := apart(w); why != "" {
					return why
				}
			}
		}
	}
	if (n.DataAtom == atom.P || n.DataAtom == atom.Li || n.DataAtom == atom.Ul) && p.words[n] > 0 && 10*p.links[n] >= 9*p.words[n] {
		return "links"
	}
	return ""
}

func (p *page) walk(root *html.Node) {
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
		switch {
		case n.Type == html.TextNode:
			p.text(n.Data)
			continue
		case n.Type == html.ElementNode && silent(n.DataAtom):
			continue
		case n.Type == html.ElementNode:
			if why := p.reason(n); why != "" {
				p.leaveOut(n, why)
				continue
			}
			if n.DataAtom == atom.Blockquote && p.blockquote(n) {
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

func (p *page) leaveOut(n *html.Node, why string) {
	var words []string
	for x := range n.Descendants() {
		if x.Type == html.TextNode && x.Parent != nil && !silent(x.Parent.DataAtom) && len(words) < 8 {
			words = append(words, strings.Fields(x.Data)...)
		}
	}
	if p.words[n] > 0 && len(words) > 0 {
		p.left = append(p.left, LeftOut{why, p.words[n], strings.Join(words[:min(8, len(words))], " ")})
	}
}

// blockquote writes a quotation that names its speaker, or that a colon
// announces, in quotation marks, with the speaker behind a dash. It does
// nothing with another.
func (p *page) blockquote(n *html.Node) bool {
	p.end()
	inner := &page{words: p.words, links: p.links, all: p.all}
	var by *html.Node
	for x := range n.Descendants() {
		if by == nil && (x.DataAtom == atom.Footer || x.DataAtom == atom.Cite) {
			by = x
		}
		if x.DataAtom == atom.Blockquote {
			return false
		}
	}
	announced := strings.HasSuffix(strings.TrimSpace(p.out.String()), ":")
	if by == nil && !announced {
		return false
	}
	name := ""
	if by != nil {
		who := &page{words: p.words, links: p.links, all: p.all}
		for c := range by.ChildNodes() {
			who.walk(c)
		}
		who.end()
		name = strings.Join(strings.Fields(who.out.String()), " ")
		by.Parent.RemoveChild(by)
		inner.left = who.left
	}
	for c := range n.ChildNodes() {
		inner.walk(c)
	}
	inner.end()
	p.left = append(p.left, inner.left...)
	lines := strings.Split(strings.TrimSpace(inner.out.String()), "\n")
	bare := !strings.ContainsAny(lines[0], "«“„\"")
	for i, line := range lines {
		line = strings.TrimRight(line, " —–-")
		switch {
		case line == "":
			continue
		case bare && i == len(lines)-1:
			line = "“" + line + "”"
		case bare:
			line = "“" + line
		}
		p.line.WriteString(line)
		if i < len(lines)-1 {
			p.end()
		}
	}
	if name = strings.TrimLeft(name, " —–-"); name != "" && p.line.Len() > 0 {
		p.line.WriteString(" — " + name)
	}
	p.end()
	return true
}

func isBlock(a atom.Atom) bool {
	return slices.Contains([]atom.Atom{atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Body, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.Blockquote, atom.Pre, atom.Table, atom.Tr, atom.Td, atom.Th, atom.Br, atom.Hr, atom.Address,
		atom.Header, atom.Footer, atom.Details, atom.Summary}, a)
}

func (p *page) text(s string) {
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

func (p *page) end() {
	if p.line.Len() > 0 {
		p.out.WriteString(p.line.String())
		p.out.WriteByte('\n')
	}
	p.line.Reset()
	p.space = false
}
