package agreement

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// decoder fills the agreement's types from the YAML tree. It goes on after an
// error, so that one run shows all of them, and it keeps where each value
// stands, so that what validation finds later has a place too.
type decoder struct {
	file     string
	problems []Problem
	at       map[string]position
	failed   map[string]bool
	anchors  map[string]ast.Node
	values   int // that may still be decoded
	stopped  bool

	location *time.Location // in which local times are meant
	language string         // of a bare text
}

func (d *decoder) problem(at position, message, expected string) {
	d.problems = append(d.problems, Problem{File: d.file, Line: at.line, Column: at.column, Message: message, Expected: expected})
}

// document decodes the whole file.
func (d *decoder) document(root ast.Node, a *Agreement) {
	d.at[""] = start(root)
	d.value(root, reflect.ValueOf(a).Elem(), "", field{name: "the agreement"})
}

// preamble looks ahead for what decoding the rest depends on, and for anchors.
func (d *decoder) preamble(root ast.Node) {
	ast.Walk(anchorFinder{d.anchors}, root)
	d.location, d.language = time.UTC, "en"
	for _, kv := range pairs(root) {
		value, ok := kv.Value.(*ast.StringNode)
		switch key := kv.Key.String(); {
		case key == "time_zone" && ok:
			if loc, err := loadZone(value.Value); err == nil {
				d.location = loc
			}
		case key == "languages":
			if list, ok := kv.Value.(*ast.SequenceNode); ok && len(list.Values) > 0 {
				if first, ok := list.Values[0].(*ast.StringNode); ok && languageForm.MatchString(first.Value) {
					d.language = first.Value
				}
			}
		}
	}
}

type anchorFinder struct{ found map[string]ast.Node }

func (f anchorFinder) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok && a.Name != nil {
		f.found[a.Name.GetToken().Value] = a.Value
	}
	return f
}

func pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

// field is what the decoder knows of the place that it fills.
type field struct {
	name     string // key in the file
	required bool
	enum     []string
	index    []int
}

var (
	textType     = reflect.TypeFor[Text]()
	instantType  = reflect.TypeFor[Instant]()
	durationType = reflect.TypeFor[Duration]()
)

// resolve strips anchors and follows an alias.
func (d *decoder) resolve(n ast.Node) (ast.Node, bool) {
	for range maxNesting {
		switch node := n.(type) {
		case *ast.AnchorNode:
			n = node.Value
		case *ast.AliasNode:
			name := ""
			if node.Value != nil {
				name = node.Value.GetToken().Value
			}
			target, ok := d.anchors[name]
			if !ok {
				d.problem(start(n), fmt.Sprintf("the alias *%s has no anchor &%s", name, name), "an anchor before it, or the value written out")
				return nil, false
			}
			n = target
		case *ast.TagNode:
			d.problem(start(n), "a YAML tag "+node.Start.Value, "none: the keys say what each value is")
			return nil, false
		default:
			return n, true
		}
	}
	d.problem(start(n), "an alias that leads to itself", "a value")
	return nil, false
}

// value decodes n into v. path names the value in what validation says.
func (d *decoder) value(n ast.Node, v reflect.Value, path string, f field) {
	if d.stopped {
		return
	}
	if d.values--; d.values < 0 {
		d.stopped = true
		d.problem(start(n), fmt.Sprintf("with its aliases written out the file holds more than %d values", maxValues), "fewer aliases")
		return
	}
	at := start(n) // of an alias, not of its target
	if before := len(d.problems); path != "" {
		defer func() {
			if len(d.problems) > before {
				d.failed[path] = true
			}
		}()
	}
	n, ok := d.resolve(n)
	if !ok {
		return
	}
	if path != "" {
		if _, known := d.at[path]; !known || !isCollection(n) {
			d.at[path] = at
		}
	}
	if n == nil || n.Type() == ast.NullType {
		d.problem(at, fmt.Sprintf("%s is empty", quoted(f.name)), describe(v.Type(), f)+", or the key left out")
		return
	}
	switch v.Type() {
	case textType:
		d.text(n, v, path, f)
		return
	case instantType:
		if s, ok := d.scalar(n, v, f); ok {
			i, err := ParseInstant(s, d.location)
			if err != nil {
				d.problem(at, fmt.Sprintf("%s: %v", f.name, err), describe(v.Type(), f))
				return
			}
			v.Set(reflect.ValueOf(i))
		}
		return
	case durationType:
		if s, ok := d.scalar(n, v, f); ok {
			t, err := ParseDuration(s)
			if err != nil {
				d.problem(at, fmt.Sprintf("%s: %v", f.name, err), describe(v.Type(), f))
				return
			}
			v.Set(reflect.ValueOf(t))
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		before := len(d.problems)
		d.value(n, p.Elem(), path, f)
		_, list := n.(*ast.SequenceNode)
		object := p.Elem().Kind() == reflect.Struct && isCollection(n) && !list
		if object || len(d.problems) == before { // what is right in it is checked further
			v.Set(p)
		}
	case reflect.Struct:
		d.object(n, v, path, f)
	case reflect.Slice:
		d.list(n, v, path, f)
	case reflect.Map:
		d.mapping(n, v, path, f)
	case reflect.String:
		if s, ok := d.scalar(n, v, f); ok {
			if len(f.enum) > 0 && !slices.Contains(f.enum, s) {
				d.problem(at, fmt.Sprintf("%s can't be %q", quoted(f.name), s), choose(s, f.enum))
				return
			}
			v.SetString(s)
		}
	case reflect.Bool:
		if b, ok := n.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
			return
		}
		d.wrong(n, v, f)
	case reflect.Int:
		if i, ok := n.(*ast.IntegerNode); ok {
			if x, err := strconv.ParseInt(i.Token.Value, 10, 32); err == nil && x >= 0 {
				v.SetInt(x)
				return
			}
		}
		d.wrong(n, v, f)
	case reflect.Float64:
		switch n.(type) {
		case *ast.IntegerNode, *ast.FloatNode:
			if x, err := strconv.ParseFloat(n.GetToken().Value, 64); err == nil && !math.IsInf(x, 0) && !math.IsNaN(x) {
				v.SetFloat(x)
				return
			}
		}
		d.wrong(n, v, f)
	}
}

func isCollection(n ast.Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		return true
	}
	return false
}

func (d *decoder) wrong(n ast.Node, v reflect.Value, f field) {
	d.problem(start(n), fmt.Sprintf("%s is %s", quoted(f.name), kindOf(n)), describe(v.Type(), f))
}

// scalar returns the text of a scalar as it is written; a number is a text
// where a text is expected, so that article: 2.10 keeps its zero.
func (d *decoder) scalar(n ast.Node, v reflect.Value, f field) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimRight(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	d.wrong(n, v, f)
	return "", false
}

func (d *decoder) text(n ast.Node, v reflect.Value, path string, f field) {
	if !isCollection(n) {
		if s, ok := d.scalar(n, v, f); ok {
			v.Set(reflect.ValueOf(Text{d.language: s}))
		}
		return
	}
	if _, ok := n.(*ast.SequenceNode); ok {
		d.wrong(n, v, f)
		return
	}
	t := Text{}
	for _, kv := range pairs(n) {
		key := kv.Key.GetToken().Value
		at := place(kv.Key.GetToken())
		d.values--
		if !languageForm.MatchString(key) {
			d.problem(at, fmt.Sprintf("%q is not a language tag", key), "texts by language, as in {en: ..., uk: ...}")
			continue
		}
		if _, twice := t[key]; twice {
			d.problem(at, fmt.Sprintf("the language %q is given twice", key), "one text for each language")
		}
		d.at[path+"."+key] = at
		value, ok := d.resolve(kv.Value)
		if !ok {
			continue
		}
		if value == nil || value.Type() == ast.NullType {
			d.problem(at, fmt.Sprintf("the text in %q is empty", key), "a text")
			continue
		}
		if s, ok := d.scalar(value, v, f); ok {
			t[key] = s
		}
	}
	v.Set(reflect.ValueOf(t))
}

func (d *decoder) list(n ast.Node, v reflect.Value, path string, f field) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.wrong(n, v, f)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values))
	f.required = false
	for i, e := range seq.Values {
		d.value(e, out.Index(i), fmt.Sprintf("%s[%d]", path, i), f)
	}
	v.Set(out)
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, path string, f field) {
	if _, list := n.(*ast.SequenceNode); list || !isCollection(n) {
		d.wrong(n, v, f)
		return
	}
	out := reflect.MakeMap(v.Type())
	for _, kv := range pairs(n) {
		key := kv.Key.GetToken().Value
		at := place(kv.Key.GetToken())
		if out.MapIndex(reflect.ValueOf(key)).IsValid() {
			d.problem(at, fmt.Sprintf("%q is defined twice in %s", key, quoted(f.name)), "each name once")
		}
		d.at[path+"."+key] = at
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(kv.Value, e, path+"."+key, field{name: key})
		out.SetMapIndex(reflect.ValueOf(key), e)
	}
	v.Set(out)
}

func (d *decoder) object(n ast.Node, v reflect.Value, path string, f field) {
	if _, list := n.(*ast.SequenceNode); list || !isCollection(n) {
		d.wrong(n, v, f)
		return
	}
	fields := fieldsOf(v.Type())
	known := make([]string, len(fields))
	for i := range fields {
		known[i] = fields[i].name
	}
	seen := map[string]bool{}
	for _, kv := range pairs(n) {
		key := kv.Key.GetToken().Value
		at := place(kv.Key.GetToken())
		i := slices.Index(known, key)
		if i < 0 {
			d.problem(at, fmt.Sprintf("unknown key %q in %s", key, noun(v.Type(), f)), choose(key, known))
			continue
		}
		if seen[key] {
			d.problem(at, fmt.Sprintf("the key %q is given twice", key), "each key once")
			continue
		}
		seen[key] = true
		sub := key
		if path != "" {
			sub = path + "." + key
		}
		d.at[sub] = at
		d.value(kv.Value, v.FieldByIndex(fields[i].index), sub, fields[i])
	}
	for _, want := range fields {
		if want.required && !seen[want.name] {
			d.problem(start(n), fmt.Sprintf("%s has no %q", noun(v.Type(), f), want.name), describe(v.FieldByIndex(want.index).Type(), want))
		}
	}
}

// fieldsOf lists the keys of a type from its tags, those of inlined types
// included, in their order.
func fieldsOf(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		sf := t.Field(i)
		tag, ok := sf.Tag.Lookup("yaml")
		if !ok {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if options == "inline" {
			for _, f := range fieldsOf(sf.Type) {
				f.index = append([]int{i}, f.index...)
				out = append(out, f)
			}
			continue
		}
		f := field{name: name, required: options != "omitempty", index: []int{i}}
		for _, part := range strings.Split(sf.Tag.Get("jsonschema"), ",") {
			if v, ok := strings.CutPrefix(part, "enum="); ok {
				f.enum = append(f.enum, v)
			}
		}
		out = append(out, f)
	}
	return out
}
