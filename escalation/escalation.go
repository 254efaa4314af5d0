// Package escalation knows clocks and the ladder: when the breaches began, how
// long they have gone on, which levels of the agreement's escalation they reach
// or leave, on what evidence, and what is due by when.
//
// It must not know how breaches are found, who is told by which way, storage or
// the clock: it is given breaches and an instant. The same breaches give the same
// levels in whatever order they come, and whoever is responsible.
//
// Instants are uncertain. A breach that was somewhere between From and To has
// happened by To and can have happened at From; so a level is reached when the
// breaches prove it, and what else they allow is told beside it.
package escalation

import (
	"cmp"
	"slices"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
)

// Breach is one event that broke a term, or several: it is counted once.
type Breach struct {
	ID   string    `json:"id"`   // of the incident, or of the finding on a deadline that was missed
	From time.Time `json:"from"` // it was not before, 95 %, UTC
	To   time.Time `json:"to"`   // nor after

	Confidence  string  `json:"confidence"`  // step of the agreement's scale of occurrence
	Probability float64 `json:"probability"` // that it happened, [0, 1]
	Broke       []Broke `json:"broke"`
}

// Broke is a term that a breach broke.
type Broke struct {
	Finding   string `json:"finding"`
	Provision string `json:"provision"`
	Severity  string `json:"severity,omitempty"`
	Party     string `json:"party,omitempty"` // responsible; empty: undetermined
}

// Breaches gathers the findings of breach by incident, in the order in which
// they are proved. An incident that is rather the same as another one than an
// event of its own (Distinct below 0.5) is left out, as it would count that event
// twice. A finding whose incident is not among them is left out too.
func Breaches(incidents []incident.Incident, findings []finding.Finding) []Breach {
	at := make(map[string]int, len(incidents))
	for i := range incidents {
		at[incidents[i].ID] = i
	}
	of := map[string]*Breach{}
	var order []*Breach
	for i := range findings {
		f := &findings[i]
		if f.Result != finding.Breach {
			continue
		}
		b := &Breach{ID: f.ID, From: f.At, To: f.At}
		if f.Incident != "" {
			k, ok := at[f.Incident]
			if !ok || incidents[k].Distinct < 0.5 {
				continue
			}
			b.ID, b.From, b.To = f.Incident, incidents[k].From, incidents[k].To
		}
		if known := of[b.ID]; known != nil {
			b = known
		} else {
			b.Confidence, b.Probability = f.Occurrence.Step, f.Occurrence.Probability
			of[b.ID] = b
			order = append(order, b)
		}
		b.Broke = append(b.Broke, Broke{f.ID, f.Provision, f.Severity, f.Responsible.Party})
	}
	out := make([]Breach, len(order))
	for i, b := range order {
		slices.SortFunc(b.Broke, func(x, y Broke) int { return cmp.Compare(x.Finding, y.Finding) })
		out[i] = *b
	}
	slices.SortFunc(out, proved)
	return out
}

// proved orders breaches by when they have happened for sure.
func proved(a, b Breach) int {
	return cmp.Or(a.To.Compare(b.To), a.From.Compare(b.From), cmp.Compare(a.ID, b.ID))
}

// Interval holds an uncertain instant, UTC: it can be as early as Earliest, and
// by Latest it is proved.
type Interval struct {
	Earliest time.Time `json:"earliest"`
	Latest   time.Time `json:"latest"`
}

// Plus is the interval so much later.
func (i Interval) Plus(d time.Duration) Interval { return Interval{i.Earliest.Add(d), i.Latest.Add(d)} }

// IsZero reports whether nothing is known.
func (i Interval) IsZero() bool { return i.Latest.IsZero() }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
