package agreement

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with an agreement file (or, with Warning set,
// one thing that is valid but can't be monitored as it stands).
type Problem struct {
	File     string `json:"file"`
	Line     int    `json:"line"`   // from 1; 0 where the place is unknown
	Column   int    `json:"column"` // in characters, from 1
	Message  string `json:"message"`
	Expected string `json:"expected,omitempty"`
	Warning  bool   `json:"warning,omitempty"`
}

// Error is "file:line:column: message; expected ...".
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Message)
	if p.Expected != "" {
		b.WriteString("; expected " + p.Expected)
	}
	return b.String()
}

// Failed reports whether problems hold more than warnings.
func Failed(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning })
}

// position is a place in the file, both from 1.
type position struct{ line, column int }

// origin keeps where the file says each thing, by path ("zones[2].within.km").
type origin struct {
	file   string
	at     map[string]position
	failed map[string]bool // what could not be read, so that nothing can be said of it
}

// find returns the place of path or of the nearest thing around it.
func (o *origin) find(path string) (file string, at position) {
	if o == nil {
		return "agreement", position{}
	}
	for {
		if at, ok := o.at[path]; ok {
			return o.file, at
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return o.file, o.at[""]
		}
		path = path[:i]
	}
}

// mentions reports whether the file has path, readable or not.
func (o *origin) mentions(path string) bool {
	if o == nil {
		return false
	}
	_, ok := o.at[path]
	return ok
}

// has reports whether the file has path and it could be read.
func (o *origin) has(path string) bool { return o.mentions(path) && !o.failed[path] }

func sortProblems(problems []Problem) {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// expect makes the sentence's end for a word that should be one of known: a
// near miss is asked back, a short list is shown.
func expect(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return fmt.Sprintf("one that is defined; did you mean %q?", near)
	}
	if len(known) == 0 {
		return "one that is defined; none is"
	}
	const show = 30
	if len(known) > show {
		return fmt.Sprintf("one of %s and %d more", strings.Join(known[:show], ", "), len(known)-show)
	}
	return "one of " + strings.Join(known, ", ")
}

// nearest finds the known word that word most probably was meant to be, or "".
func nearest(word string, known []string) string {
	fold := func(s string) string {
		return strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(s))
	}
	w := fold(word)
	limit := len([]rune(w)) / 3
	best, found := limit+1, ""
	if limit == 0 || len(w) > 64 {
		return ""
	}
	for _, k := range known {
		if len(k) > 64 {
			continue
		}
		if d := editDistance(w, fold(k)); d < best {
			best, found = d, k
		}
	}
	return found
}

// editDistance counts insertions, deletions, substitutions and swaps of
// neighbours (optimal string alignment).
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
