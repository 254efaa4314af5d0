// Package publish knows what may leave: it applies an agreement's publication
// policy (handling level, delay, rounding, withheld fields) to observations,
// incidents and findings for one audience. It is the only way out for data.
//
// It must not know how what leaves is shown or carried (packages report, api).
package publish

import (
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// Default is the handling of what carries no label: it stays within the
// recipients' organisations and does not become public by omission.
const Default = observation.Amber

// The audiences of a policy.
const (
	Public  = "public"
	Parties = "parties"
	Mission = "mission"
)

// The fields that a policy can withhold.
const (
	FieldSource   = "source"
	FieldObserver = "observer"
	FieldText     = "text"
	FieldMedia    = "media"
	FieldHarm     = "harm"
	FieldParty    = "party"
	FieldSerials  = "serials"
)

// Data is what a policy is applied to, and what is left of it.
type Data struct {
	Incidents    []incident.Incident
	Findings     []finding.Finding
	Observations []observation.Observation
}

// Withheld counts the incidents that a policy kept back, by reason.
type Withheld struct {
	Handling int `json:"handling"` // more restricted than the policy's label
	Delay    int `json:"delay"`    // younger than the policy's delay
}

// Policy returns the agreement's policy for an audience. Where the agreement
// has none, careful ones hold: the mission sees everything; the parties what
// is TLP:AMBER or less, without source and observer; the public what is
// TLP:CLEAR, a day late, on a grid of 1,000 m, and without source, observer,
// text, media and serials. An unknown audience is the public.
func Policy(a *agreement.Agreement, audience string) agreement.Policy {
	if a != nil {
		for _, p := range a.Publication {
			if p.Audience == audience {
				return p
			}
		}
	}
	switch audience {
	case Mission:
		return agreement.Policy{Audience: Mission, Handling: string(observation.Red)}
	case Parties:
		return agreement.Policy{Audience: Parties, Handling: string(observation.Amber),
			Withhold: []string{FieldSource, FieldObserver}}
	}
	return agreement.Policy{Audience: Public, Handling: string(observation.Clear),
		Delay: agreement.Duration{Duration: 24 * time.Hour, Written: "24h"}, RoundM: 1000,
		Withhold: []string{FieldSource, FieldObserver, FieldText, FieldMedia, FieldSerials}}
}

// Sees reports whether an audience with this policy may see what carries the
// label. No label is [Default]; a label that is not TLP 2.0 is seen by no one
// but those who see TLP:RED; a policy without a known label sees TLP:CLEAR only.
func Sees(p agreement.Policy, h observation.Handling) bool {
	return rank(effective(h), rankRed) <= rank(observation.Handling(p.Handling), rankClear)
}

// MostRestricted returns the more restricted of two labels, [Default] standing
// for none.
func MostRestricted(a, b observation.Handling) observation.Handling {
	a, b = effective(a), effective(b)
	if rank(b, rankRed) > rank(a, rankRed) {
		return b
	}
	return a
}

// Withholds reports whether the policy withholds the field.
func Withholds(p agreement.Policy, field string) bool { return slices.Contains(p.Withhold, field) }

const (
	rankClear = iota
	rankGreen
	rankAmber
	rankAmberStrict
	rankRed
)

// rank orders labels; unknown is what an unknown label counts as.
func rank(h observation.Handling, unknown int) int {
	switch h {
	case observation.Clear:
		return rankClear
	case observation.Green:
		return rankGreen
	case observation.Amber:
		return rankAmber
	case observation.AmberStrict:
		return rankAmberStrict
	case observation.Red:
		return rankRed
	}
	return unknown
}

func effective(h observation.Handling) observation.Handling {
	if h == "" {
		return Default
	}
	return h
}
