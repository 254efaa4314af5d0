package statement_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/truce-monitor/truce/statement"
)

// Of a page all is read, in its order, but what is no part of the article; and
// what that was is said.
func TestPageIsReadInFull(t *testing.T) {
	for _, c := range []struct{ name, html, text, left string }{
		{"all entries of a live blog", `<main><h1>Live</h1><article><p>One.</p></article><article><p>Two is longer.</p></article></main><div class="entry"><p>Three.</p></div>`,
			"Live\nOne.\nTwo is longer.\nThree.\n", ""},
		{"what stands beside it", `<nav>Home</nav><article><p>One, two, three and four.</p><aside>More</aside></article><div id="comments">Lies</div><footer>All rights</footer>`,
			"One, two, three and four.\n", "navigation 1 Home; aside 1 More; comments 1 Lies; header or footer 2 All rights"},
		{"a block quotation with a name", `<blockquote><p>It is over.</p><footer>— Ana Brez, farmer</footer></blockquote>`, "“It is over.” — Ana Brez, farmer\n", ""},
		{"a name with what is none of it", `<p>One, two, three and four.</p><blockquote><p>It is over.</p><footer>Ana Brez <span class="share">Share it</span></footer></blockquote>`,
			"One, two, three and four.\n“It is over.” — Ana Brez\n", "advertisement 2 Share it"},
		{"of two paragraphs, behind a colon", `<p>Brez said:</p><blockquote><p>It is over.</p><p>I go.</p></blockquote>`, "Brez said:\n“It is over.\n“I go.”\n", ""},
		{"with marks of its own", `<blockquote>«Fini.» <cite>Ana Brez</cite></blockquote>`, "«Fini.» — Ana Brez\n", ""},
		{"a block quotation of nobody", `<blockquote><p>It is over.</p></blockquote>`, "It is over.\n", ""},
		{"links to other texts", `<p>One and two and three.</p><p><a href="/">Read also: Four</a></p><p>Five <a href="/">six</a>.</p>`, "One and two and three.\nFive six.\n", "links 3 Read also: Four"},
		{"most of the page, whatever its class", `<div class="promo"><p>One and two and three.</p></div>`, "One and two and three.\n", ""},
	} {
		text, out, err := statement.Page([]byte("<!DOCTYPE html><meta charset=\"utf-8\"><body>" + c.html))
		if err != nil {
			t.Fatal(err)
		}
		var left []string
		for _, l := range out {
			left = append(left, strings.Join([]string{l.What, string(rune('0' + l.Words)), l.Begins}, " "))
		}
		if diff := cmp.Diff([]string{c.text, c.left}, []string{text, strings.Join(left, "; ")}); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}
