package agreement

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// describe says in words what may stand in a value of type t.
func describe(t reflect.Type, f field) string {
	switch t {
	case textType:
		return "a text, or texts by language as in {en: ..., uk: ...}"
	case instantType:
		return "an instant: 2026-01-06, 2026-01-06T18:30 (local) or 2026-01-06T18:30:00+02:00"
	case durationType:
		return "a duration such as 30m, 24h, 14d or 2w"
	}
	if len(f.enum) > 0 && t.Kind() == reflect.String {
		return "one of " + strings.Join(f.enum, ", ")
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describe(t.Elem(), f)
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number from 0"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list, each item " + describe(t.Elem(), f)
	case reflect.Map:
		return "names with, for each, " + describe(t.Elem(), field{})
	case reflect.Struct:
		fields := fieldsOf(t)
		names := make([]string, 0, len(fields))
		for _, f := range fields {
			names = append(names, f.name)
		}
		return fmt.Sprintf("keys and values (%s)", strings.Join(names, ", "))
	}
	return t.String()
}

// noun names what an object of type t is: "zone", "line version".
func noun(t reflect.Type, f field) string {
	if t == reflect.TypeFor[Agreement]() {
		return "the agreement"
	}
	var b strings.Builder
	for i, r := range t.Name() {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	name := b.String()
	if name == f.name {
		return quoted(name)
	}
	if strings.ContainsRune("aeiou", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

func kindOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		s := n.GetToken().Value
		if len([]rune(s)) > 40 {
			s = string([]rune(s)[:40]) + "…"
		}
		return fmt.Sprintf("the text %q", s)
	case *ast.IntegerNode, *ast.FloatNode:
		return "the number " + n.GetToken().Value
	case *ast.InfinityNode, *ast.NanNode:
		return "no finite number"
	case *ast.BoolNode:
		return n.GetToken().Value
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys and values"
	}
	return "of another kind"
}

func quoted(name string) string {
	if strings.Contains(name, " ") {
		return name
	}
	return fmt.Sprintf("%q", name)
}

// choose is the end of a sentence about a word of a closed list.
func choose(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		if len(known) > 12 {
			return fmt.Sprintf("one of %d that the language knows; did you mean %q?", len(known), near)
		}
		return fmt.Sprintf("one of %s; did you mean %q?", strings.Join(known, ", "), near)
	}
	return "one of " + strings.Join(known, ", ")
}
