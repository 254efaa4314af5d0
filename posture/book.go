package posture

import (
	"cmp"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
)

// book is what was declared, by source and ref in the order of time.
type book struct {
	things [][]Declaration
}

func newBook(declared []Declaration) *book {
	type key struct{ source, ref string }
	of := map[key]int{}
	b := &book{}
	for _, d := range declared {
		k := key{d.Source, d.Ref}
		i, ok := of[k]
		if !ok {
			i = len(b.things)
			of[k] = i
			b.things = append(b.things, nil)
		}
		b.things[i] = append(b.things[i], d)
	}
	for i := range b.things {
		list := b.things[i]
		slices.SortStableFunc(list, func(x, y Declaration) int { return x.From.Compare(y.From) })
		// Of two from the same instant the later is a correction.
		keep := list[:0]
		for k := range list {
			if k+1 == len(list) || !list[k+1].From.Equal(list[k].From) {
				keep = append(keep, list[k])
			}
		}
		b.things[i] = keep
	}
	slices.SortFunc(b.things, func(x, y []Declaration) int {
		return cmp.Or(cmp.Compare(x[0].Source, y[0].Source), cmp.Compare(x[0].Ref, y[0].Ref))
	})
	return b
}

// at lists what is declared at t, each thing once.
func (b *book) at(a *agreement.Agreement, t time.Time) []*Declaration {
	var out []*Declaration
	for _, list := range b.things {
		var d *Declaration
		for i := range list {
			if !list[i].From.After(t) {
				d = &list[i]
			}
		}
		if d == nil || !d.Until.IsZero() && !d.Until.After(t) {
			continue
		}
		same := slices.IndexFunc(out, func(o *Declaration) bool {
			return d.Of != "" && d.Kind != Host && o.Kind == d.Kind && o.Party == d.Party && o.Of == d.Of
		})
		switch {
		case same < 0:
			out = append(out, d)
		case weightOf(a, d) > weightOf(a, out[same]) || weightOf(a, d) == weightOf(a, out[same]) && d.From.After(out[same].From):
			out[same] = d
		}
	}
	return out
}

// declarer is the party that declares, empty where that is none of the agreement.
func declarer(a *agreement.Agreement, d *Declaration) string {
	name := d.By
	if name == "" {
		name = d.Source
	}
	if p := a.PartyByActor(name); p != nil {
		return p.ID
	}
	return ""
}

// weightOf is how much a declaration is worth beside another of the same thing:
// that of whose it is the most, then the host's and a monitor's.
func weightOf(a *agreement.Agreement, d *Declaration) int {
	by := declarer(a, d)
	switch p := a.Party(by); {
	case by == "":
		return 0
	case by == d.Party || a.Includes(d.Party, by):
		return 3
	case by == d.Host && d.Kind != Host, a.Includes(by, d.Party), p.Is("monitor"):
		return 2
	}
	return 1
}

// alleged is the probability of what somebody declares of another. It is even:
// whether to believe it is for people to say.
const alleged = 0.5

// occurred is the probability that it is as declared: what a party says of itself,
// a host of its guests or a monitor of those whom it watches counts as it stands.
func occurred(a *agreement.Agreement, d *Declaration) float64 {
	if weightOf(a, d) >= 2 {
		return 1
	}
	return alleged
}
