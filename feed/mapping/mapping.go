// Package mapping reads the tables by which a feed turns foreign categories,
// precision codes and grades into truce's. They are data, CSV with the columns
// from,to,why, where why names the source of the line or owns up to a
// judgement; further columns are values of their own.
package mapping

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Map is one table. It is not changed after Read.
type Map struct {
	rows  map[string]map[string]string
	order []string
}

// Read reads a table that is part of the program; a broken one is a mistake in
// the program, so it panics, and each format's tests read it.
func Read(name, text string) *Map {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	all, err := r.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("mapping %s: %v", name, err))
	}
	header := all[0]
	if !slices.Contains(header, "from") || !slices.Contains(header, "why") {
		panic(fmt.Sprintf("mapping %s: the columns from and why are missing", name))
	}
	m := &Map{rows: make(map[string]map[string]string)}
	for _, line := range all[1:] {
		row := make(map[string]string)
		for i, v := range line {
			row[header[i]] = v
		}
		key := Fold(row["from"])
		if _, twice := m.rows[key]; twice || row["why"] == "" {
			panic(fmt.Sprintf("mapping %s: %q is there twice or has no why", name, row["from"]))
		}
		m.rows[key] = row
		m.order = append(m.order, row["from"])
	}
	return m
}

// Fold is how names are compared: lower case, runs of space, underscore and
// hyphen one space.
func Fold(s string) string {
	s = strings.ToLower(s)
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '_' || r == '-' || r == '\t' }), " ")
}

// Get returns the row for a foreign word, folded, and whether there is one.
func (m *Map) Get(from string) (Row, bool) {
	r, ok := m.rows[Fold(from)]
	return Row(r), ok
}

// First returns the first row, in the file's order, whose word is contained in
// the text, both folded.
func (m *Map) First(text string) (Row, bool) {
	text = Fold(text)
	for _, from := range m.order {
		if strings.Contains(text, Fold(from)) {
			return Row(m.rows[Fold(from)]), true
		}
	}
	return nil, false
}

// From lists the foreign words in the file's order.
func (m *Map) From() []string { return slices.Clone(m.order) }

// Row is a line of a table by column name.
type Row map[string]string

// To is the column "to".
func (r Row) To() string { return r["to"] }

// Number reads a column as a number; an empty one is 0. A test reads all.
func (r Row) Number(column string) float64 {
	if r[column] == "" {
		return 0
	}
	f, err := strconv.ParseFloat(r[column], 64)
	if err != nil {
		panic(fmt.Sprintf("mapping: %s is not a number: %q", column, r[column]))
	}
	return f
}

// List splits a column at semicolons.
func (r Row) List(column string) []string {
	if r[column] == "" {
		return nil
	}
	return strings.Split(r[column], ";")
}
