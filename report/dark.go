package report

import (
	"slices"
	"strings"
	"time"
)

// leastDark is the shortest time without a look that is worth saying.
const leastDark = time.Hour

// dark adds when sources did not look, cut at the period's begin. It is said
// to every audience, since without it a count misleads; names go as elsewhere.
func (b *builder) dark() {
	r := b.r
	for _, d := range b.in.Dark {
		for _, part := range []DarkRow{{From: d.From, To: earlier(d.To, r.From), Before: true}, {From: later(d.From, r.From), To: earlier(d.To, r.To)}} {
			if part.To.Sub(part.From) >= leastDark {
				if b.sees("") { // coverage carries no label of its own
					part.Source = b.released.Source(d.Source)
				}
				r.Dark = append(r.Dark, part)
			}
		}
	}
	slices.SortStableFunc(r.Dark, func(x, y DarkRow) int { return x.From.Compare(y.From) })
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// darkness says when sources did not look, a sentence for each source and
// period.
func (c *composer) darkness() []string {
	type key struct {
		source string
		before bool
	}
	var order []key
	spans, sums := map[key][]string{}, map[key]time.Duration{}
	for _, d := range c.r.Dark {
		k := key{d.Source, d.Before}
		if sums[k] == 0 {
			order = append(order, k)
		}
		sums[k] += d.To.Sub(d.From)
		local, _ := c.l.span(d.From, d.To)
		spans[k] = append(spans[k], local)
	}
	var out []string
	for _, k := range order {
		message := "dark.now"
		if k.before {
			message = "dark.before"
		}
		const most = 4
		list := spans[k]
		if len(list) > most {
			list = append(list[:most:most], "…")
		}
		source := k.source
		if source == "" {
			source = c.l.t("dark.someone")
		}
		out = append(out, c.l.t(message, "source", source, "time", c.l.duration(sums[k]), "spans", strings.Join(list, "; ")))
	}
	return out
}
