package statement

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// Plain returns the words of an article as text in UTF-8, one paragraph a
// line; see Page.
func Plain(raw []byte) (string, error) {
	text, _, err := Page(raw)
	return text, err
}

// Page returns the words of an article as text in UTF-8, one paragraph a line,
// and what it left out: of HTML all that the page's body says in its order,
// without navigation, asides, comments and the like; of plain text the text
// itself. A quotation set as a block that has a name below it, or a colon
// before it, is given quotation marks, where it has none.
// What is not UTF-8 is read by what its head or its bytes say of the charset.
func Page(raw []byte) (string, []LeftOut, error) {
	if !looksLikeHTML(raw) {
		raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
		if !utf8.Valid(raw) {
			return "", nil, fmt.Errorf("the text is neither UTF-8 nor HTML; convert it, as with iconv")
		}
		return string(raw), nil, nil
	}
	in, err := charset.NewReader(bytes.NewReader(raw), "text/html")
	if err != nil {
		return "", nil, fmt.Errorf("finding the charset of the HTML: %w", err)
	}
	raw, err = io.ReadAll(in)
	if err != nil {
		return "", nil, fmt.Errorf("converting the HTML to UTF-8: %w", err)
	}
	doc, err := html.Parse(bytes.NewReader(raw))
	if err != nil {
		return "", nil, fmt.Errorf("reading HTML: %w", err)
	}
	text, left := pageOf(doc)
	return text, left, nil
}

func looksLikeHTML(raw []byte) bool {
	head := bytes.ToLower(raw[:min(len(raw), 4096)])
	for _, tag := range []string{"<!doctype html", "<html", "<body", "<article", "<p>", "<p ", "<div", "<blockquote"} {
		if bytes.Contains(head, []byte(tag)) {
			return true
		}
	}
	return false
}
