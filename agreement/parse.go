package agreement

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// What a file may cost: beyond these it is refused before it can exhaust
// memory. The largest real agreement is far below one per cent of each.
const (
	maxBytes    = 2 << 20
	maxTokens   = 400_000
	maxNesting  = 64      // brackets, or dashes on one line
	maxValues   = 300_000 // after the expansion of aliases
	maxProblems = 500
)

// Parse reads an agreement file; name is what problems call it. It returns all
// that is wrong with the file in the order of the file. The agreement is nil
// if anything is. Files that the agreement names are not read: see Files.
func Parse(name string, data []byte) (*Agreement, []Problem) {
	d := &decoder{file: name, at: map[string]position{}, failed: map[string]bool{}, anchors: map[string]ast.Node{}, values: maxValues}
	root := d.read(data)
	if root == nil {
		return nil, d.finish()
	}
	a := new(Agreement)
	d.preamble(root)
	d.document(root, a)
	if !d.stopped {
		a.origin = &origin{file: name, at: d.at, failed: d.failed}
		v := validator{a: a, loc: d.location, problems: &d.problems}
		v.agreement()
	}
	problems := d.finish()
	if Failed(problems) {
		return nil, problems
	}
	return a, problems
}

// Check returns what is wrong with terms that came another way than from a
// file, as from a record that somebody else wrote.
func Check(a *Agreement) []Problem {
	var problems []Problem
	checked := *a
	checked.origin = &origin{file: "agreement on record", at: map[string]position{}, failed: map[string]bool{}}
	v := validator{a: &checked, loc: a.Location(), problems: &problems}
	v.agreement()
	return problems
}

func (d *decoder) finish() []Problem {
	sortProblems(d.problems)
	if len(d.problems) > maxProblems {
		last := d.problems[maxProblems]
		last.Message = fmt.Sprintf("and %d more problems", len(d.problems)-maxProblems)
		last.Expected = "these to be mended first"
		d.problems = append(d.problems[:maxProblems], last)
	}
	return d.problems
}

// read turns data into the document's node, or notes why it can't.
func (d *decoder) read(data []byte) ast.Node {
	if p := encodingProblem(data); p != nil {
		p.File = d.file
		d.problems = append(d.problems, *p)
		return nil
	}
	text := strings.TrimPrefix(string(data), "\uFEFF")
	tokens := lexer.Tokenize(text)
	if !d.cheap(tokens) {
		return nil
	}
	file, err := parseTokens(tokens)
	if err != nil {
		d.syntax(err, text)
		return nil
	}
	var docs []*ast.DocumentNode
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType {
			docs = append(docs, doc)
		}
	}
	switch {
	case len(docs) == 0:
		d.problem(position{1, 1}, "the file holds nothing", "an agreement")
		return nil
	case len(docs) > 1:
		d.problem(start(docs[1].Body), "a second document begins here", "one agreement in a file; remove the line ---")
		return nil
	}
	return docs[0].Body
}

// parseTokens guards against a crash of the YAML library on malformed input,
// which must not take the program down with it.
func parseTokens(tokens token.Tokens) (file *ast.File, err error) {
	defer func() {
		if recover() != nil {
			file, err = nil, errors.New("the YAML can't be read")
		}
	}()
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// encodingProblem finds what makes data no text.
func encodingProblem(data []byte) *Problem {
	if len(data) > maxBytes {
		return &Problem{Message: fmt.Sprintf("the file has %d bytes", len(data)),
			Expected: fmt.Sprintf("at most %d; put geometry into GeoJSON files beside it", maxBytes)}
	}
	for _, bom := range []string{"\xff\xfe", "\xfe\xff", "\x00\x00\xfe\xff"} {
		if strings.HasPrefix(string(data), bom) {
			return &Problem{Line: 1, Column: 1, Message: "the file is encoded in UTF-16 or UTF-32", Expected: "UTF-8; save it so"}
		}
	}
	line, column := 1, 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return &Problem{Line: line, Column: column, Message: fmt.Sprintf("byte 0x%02X is not UTF-8", data[i]),
				Expected: "text in UTF-8; save the file so"}
		case r == 0xFEFF && i > 0:
			return &Problem{Line: line, Column: column, Message: "a byte order mark inside the text", Expected: "none; remove the invisible character"}
		case r < ' ' && r != '\n' && r != '\r' && r != '\t', r == 0x7F:
			return &Problem{Line: line, Column: column, Message: fmt.Sprintf("control character U+%04X", r),
				Expected: "text; is this a binary file?"}
		}
		i += size
		if r == '\n' {
			line, column = line+1, 1
		} else if r != 0xFEFF {
			column++
		}
	}
	return nil
}

// cheap refuses what would cost the parser too much: it recurses once per
// nesting.
func (d *decoder) cheap(tokens token.Tokens) bool {
	if len(tokens) > maxTokens {
		d.problem(place(tokens[maxTokens]), fmt.Sprintf("the file has more than %d words and signs", maxTokens), "less; put geometry into GeoJSON files beside it")
		return false
	}
	depth, dashes, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		case token.SequenceEntryType, token.AnchorType, token.TagType:
			dashes++
		case token.MappingKeyType:
			d.problem(place(t), "a key that starts with ?", "key: value")
			return false
		case token.MergeKeyType:
			d.problem(place(t), "a merge key <<", "the keys written out, so that every term is read where it stands")
			return false
		}
		if depth > maxNesting || dashes > maxNesting {
			d.problem(place(t), fmt.Sprintf("nested more than %d deep", maxNesting), "what the language reference shows")
			return false
		}
	}
	return true
}

// syntax notes what is no YAML. Tabs are found first: the parser's words for
// them don't help.
func (d *decoder) syntax(err error, text string) {
	if p, ok := tabProblem(text); ok {
		d.problem(p, "a tab in the indentation", "spaces")
		return
	}
	at, message := position{1, 1}, err.Error()
	var detail interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if errors.As(err, &detail) {
		message = detail.GetMessage()
		if t := detail.GetToken(); t != nil {
			at = place(t)
		}
	}
	d.problem(at, "not YAML: "+message, "YAML as the language reference shows; a text with : or # needs quotes")
}

func tabProblem(text string) (position, bool) {
	for i, line := range strings.Split(text, "\n") {
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if j := strings.IndexByte(indent, '\t'); j >= 0 && strings.TrimSpace(line) != "" {
			return position{i + 1, j + 1}, true
		}
	}
	return position{}, false
}

func place(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{1, 1}
	}
	return position{max(1, t.Position.Line), max(1, t.Position.Column)}
}

// start is where a node's text begins: for a mapping its first key, not the
// colon after it.
func start(n ast.Node) position {
	switch n := n.(type) {
	case nil:
		return position{1, 1}
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return place(n.Values[0].Key.GetToken())
		}
		return place(n.Start)
	case *ast.MappingValueNode:
		return place(n.Key.GetToken())
	case *ast.SequenceNode:
		return place(n.Start)
	}
	return place(n.GetToken())
}
