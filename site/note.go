package site

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/truce-monitor/truce/agreement"
)

//go:embed checklists.yaml
var checklists []byte

// Item is one thing that a status note answers.
type Item struct {
	ID   string         `json:"id"`
	Name agreement.Text `json:"name"`
}

// Checklist is what a status note of a site of this kind answers, in order: for
// a nuclear plant the seven pillars of nuclear safety and security.
func Checklist(kind string) []Item {
	var all map[string][]Item
	if err := yaml.Unmarshal(checklists, &all); err != nil {
		panic("the embedded checklists: " + err.Error()) // a test reads them
	}
	if list, ok := all[kind]; ok {
		return list
	}
	return all["other"]
}

// The answers of a status note.
const (
	Kept    = "kept"
	AtRisk  = "at-risk"
	Lost    = "lost"
	Unknown = "unknown" // nobody could look
)

// Answers lists the answers that a status note can give, the best first.
func Answers() []string { return []string{Kept, AtRisk, Lost, Unknown} }

// Note is what a person found of a site at an instant.
type Note struct {
	At      time.Time         `json:"at"`      // UTC: when it was so
	By      string            `json:"by"`      // person or office
	Answers map[string]string `json:"answers"` // by item; an item without one is unknown
	Remarks map[string]string `json:"remarks,omitempty"`
	Summary string            `json:"summary,omitempty"`
	Record  uint64            `json:"record,omitempty"` // in the journal
}

// ErrNote is wrapped by the error for a note that can't be taken as it is.
var ErrNote = errors.New("the note can't be taken")

// Check says what is wrong with a note of a site of this kind; its error wraps
// ErrNote.
func (n *Note) Check(kind string) error {
	items := Checklist(kind)
	var wrong []string
	known := func(id string) bool { return slices.ContainsFunc(items, func(x Item) bool { return x.ID == id }) }
	names := make([]string, len(items))
	for i, x := range items {
		names[i] = x.ID
	}
	for _, m := range []map[string]string{n.Answers, n.Remarks} {
		for id := range m {
			if !known(id) {
				wrong = append(wrong, fmt.Sprintf("%q is not on the checklist; it has %s", id, strings.Join(names, ", ")))
			}
		}
	}
	for id, answer := range n.Answers {
		if !slices.Contains(Answers(), answer) {
			wrong = append(wrong, fmt.Sprintf("%s is %q; it can be %s", id, answer, strings.Join(Answers(), ", ")))
		}
	}
	if len(n.Answers) == 0 {
		wrong = append(wrong, "it answers nothing")
	}
	if wrong == nil {
		return nil
	}
	slices.Sort(wrong)
	return fmt.Errorf("%w: %s", ErrNote, strings.Join(wrong, "; "))
}

// Worst is the gravest answer of the note: lost, at-risk, unknown, kept.
func (n *Note) Worst(kind string) string {
	worst := Kept
	order := []string{Kept, Unknown, AtRisk, Lost}
	for _, x := range Checklist(kind) {
		answer := n.Answers[x.ID]
		if answer == "" {
			answer = Unknown
		}
		if slices.Index(order, answer) > slices.Index(order, worst) {
			worst = answer
		}
	}
	return worst
}
