package report

import (
	"cmp"
	"slices"
	"time"
)

// The states of a source in the period.
const (
	sourceReporting = "reporting"
	sourceGap       = "gap"           // it reported, with a pause longer than due
	sourceSilent    = "silent"        // reports were due, or usual, and none came
	sourceAsHappens = "as-it-happens" // nothing is due: its silence says nothing
)

// sources makes the rows of sources, the silent ones first.
func (b *builder) sources() {
	r := b.r
	type row struct {
		SourceRow
		id string
	}
	var list []row
	for _, s := range b.in.Sources {
		if !b.sees(s.Handling) {
			r.Coverage.Withheld++
			continue
		}
		x := row{SourceRow: SourceRow{SourceSummary: s}, id: s.ID}
		x.Status, x.Gap = state(&s, r.From, r.To)
		if r.anonymous {
			x.ID, x.Name = b.released.Source(s.ID), ""
			if s.Track != nil {
				t := *s.Track
				t.Source, x.Track = x.ID, &t
			}
		}
		list = append(list, x)
	}
	rank := map[string]int{sourceSilent: 0, sourceGap: 1, sourceReporting: 2, sourceAsHappens: 3}
	slices.SortStableFunc(list, func(x, y row) int {
		return cmp.Or(cmp.Compare(rank[x.Status], rank[y.Status]), cmp.Compare(x.ID, y.ID))
	})
	for _, x := range list {
		r.Sources = append(r.Sources, x.SourceRow)
		b.sourceID = append(b.sourceID, x.id)
		if x.Status != sourceAsHappens {
			r.Coverage.Due++
		}
		if x.Status == sourceSilent {
			r.Coverage.Silent++
		}
	}
}

// state tells how a source did. Where nothing is due by declaration, a source
// that gave at least three reports a day and now none counts as silent: by
// chance that happens in less than one day of twenty.
func state(s *SourceSummary, from, to time.Time) (string, time.Duration) {
	if s.Observations == 0 {
		silence := to.Sub(from)
		if !s.LastEver.IsZero() {
			silence = to.Sub(s.LastEver)
		}
		if s.Expected > 0 || s.UsualPerDay >= 3 {
			return sourceSilent, silence
		}
		return sourceAsHappens, 0
	}
	if s.Expected <= 0 {
		if s.UsualPerDay >= 3 {
			return sourceReporting, 0
		}
		return sourceAsHappens, 0
	}
	gap := max(s.First.Sub(from), to.Sub(s.Last))
	if gap > 2*s.Expected {
		return sourceGap, gap
	}
	return sourceReporting, 0
}
