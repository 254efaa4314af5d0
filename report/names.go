package report

import (
	"slices"

	"github.com/truce-monitor/truce/agreement"
)

// names holds how the agreement calls what it defines, by id.
type names struct {
	parties, zones, lines, areas map[string]agreement.Text
	provisions                   map[string]*agreement.Provision
	provisionOrder               []string
	first                        string // language of the agreement's bare strings
}

func namesOf(in *Input) names {
	a := in.Agreement
	n := names{
		parties: map[string]agreement.Text{}, zones: map[string]agreement.Text{}, lines: map[string]agreement.Text{},
		areas: map[string]agreement.Text{}, provisions: map[string]*agreement.Provision{},
	}
	if len(a.Languages) > 0 {
		n.first = a.Languages[0]
	}
	for i := range a.Parties {
		n.parties[a.Parties[i].ID] = a.Parties[i].Name
	}
	for i := range a.Zones {
		n.zones[a.Zones[i].ID] = a.Zones[i].Name
	}
	for i := range a.Lines {
		n.lines[a.Lines[i].ID] = a.Lines[i].Name
	}
	for i := range a.Provisions {
		n.provisions[a.Provisions[i].ID] = &a.Provisions[i]
		n.provisionOrder = append(n.provisionOrder, a.Provisions[i].ID)
	}
	for _, s := range in.Zones {
		if len(s.Name) > 0 {
			n.zones[s.ID] = s.Name
		}
	}
	for _, s := range in.Areas {
		n.areas[s.ID] = s.Name
	}
	return n
}

// pick returns a text in a language; where there is none, in the agreement's
// first language, in English, or in the first of its languages by tag.
func (n *names) pick(t agreement.Text, lang string) string {
	for _, l := range []string{lang, n.first, "en", ""} {
		if s := t[l]; s != "" {
			return s
		}
	}
	tags := make([]string, 0, len(t))
	for l := range t {
		tags = append(tags, l)
	}
	slices.Sort(tags)
	for _, l := range tags {
		if t[l] != "" {
			return t[l]
		}
	}
	return ""
}

func (n *names) of(m map[string]agreement.Text, id, lang string) string {
	if s := n.pick(m[id], lang); s != "" {
		return s
	}
	return id
}
