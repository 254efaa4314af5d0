// Package report knows the day's report and the spot report: which figures a
// reporting officer owes, with what uncertainty, what was not watched, and how
// that is laid out as HTML, PDF, CSV, GeoJSON and JSON in several languages.
//
// It must not know HTTP, storage or the clock: everything comes in by [Input],
// and the same input gives the same bytes. What an audience may see is decided
// by package publish.
package report

import (
	"cmp"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/casework"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/escalation"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/ledger"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/posture"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/site"
	"github.com/truce-monitor/truce/territory"
	"github.com/truce-monitor/truce/track"
)

// Input is all that a day's report is made of. Only Agreement and Day are
// required; what is left out is reported as not known, never as zero.
type Input struct {
	Agreement        *agreement.Agreement
	AgreementVersion string // id of the version of the terms

	// Day is the report's local date, "2006-01-02", in the agreement's time
	// zone. The period runs from the cut-off of the day before (included) to
	// the cut-off of the day (excluded), see [Period].
	Day string
	// Location is the agreement's time zone; nil means to load it by name.
	Location *time.Location
	// AsOf is the instant (UTC) to which the audience's delay is counted, as a
	// rule when the report is made. Zero means the earliest instant at which
	// the whole period may be released: the cut-off plus the delay.
	AsOf time.Time
	// Audience is public, parties or mission; empty means mission.
	Audience string
	// Limit narrows the audience's policy for one reader; nil: it does not.
	Limit func(agreement.Policy) agreement.Policy

	// Incidents whose From lies in the period, and the findings on them, with
	// deadlines that fell into the period. PreviousIncidents and
	// PreviousFindings are those of the period before.
	Incidents         []incident.Incident
	Findings          []finding.Finding
	PreviousIncidents []incident.Incident
	PreviousFindings  []finding.Finding
	// HasPrevious tells that the period before is on record, be it with no
	// incident. Without it no comparison is made.
	HasPrevious bool
	// Days are the counts of up to 30 periods before this one, oldest first.
	// A day without a record is left out: it is not a day with zero.
	Days []DayCount

	// Observations on which the incidents rest, for the annex's positions and
	// means; what is missing here shows there as not stated.
	Observations []observation.Observation
	Sources      []SourceSummary
	// Coverage says which source watched where and when: declared, or inferred
	// by [InferCoverage].
	Coverage []Watch

	// Dark says when sources that declare their times did not look, in the
	// period and the one before it: then their silence means nothing.
	Dark []Dark

	// Sites is the register of protected sites, SiteNotes the last status note of
	// each that the audience may see, Earlier what is on record since the begin of
	// local ceasefires that began before the period and touch it.
	Sites     []site.Site
	SiteNotes map[string]site.Note
	Earlier   publish.Data
	// Storage is the ledger of withdrawn weapons at the cut-off, as the audience
	// may see it; Territory who held what, for up to 31 days, the last of them this.
	Storage   []ledger.Sheet
	Territory []territory.Period
	Control   *line.Version // what Territory ends with; nil: there is none

	Lines       []line.Version // in force at the cut-off
	Zones       []Shape        // in force at the cut-off, in the agreement's order
	Areas       []Shape        // administrative areas, in the report's order; ID is the name
	Settlements []Settlement

	// Commitments, Talks and Posture are as of the cut-off and as the audience may
	// know them; nil: the agreement has none, or the audience is not told. Steps
	// are those of the pledges in the period.
	Commitments *commitment.Matrix
	Steps       []commitment.Step
	Talks       *commitment.Talks
	Posture     *posture.Posture
	// Cases are those that were reported before the cut-off, as they then stood.
	Cases []*casework.Case

	// Ladder is where the escalation stood at the cut-off, as the audience may know
	// it, and Clocks what ran then; nil: not known.
	Ladder *escalation.State
	Clocks []escalation.Clock

	Quarantined int // rows of input since the cut-off before that could not be read
	Journal     Head
	Software    string // name and version of the program

	Simulated bool     // everything here comes from a scenario, not from the world
	Notes     []string // what is partial in the data, a sentence each
}

// DayCount is one report day's figures for an audience.
type DayCount struct {
	Day        string  `json:"day"`               // local date
	Incidents  int     `json:"incidents"`         // that the audience may see
	Events     int     `json:"events"`            // single events counted in them
	Force      int     `json:"force"`             // incidents that are a use of weapons, see [IsForce]
	Explosions int     `json:"explosions"`        // incidents that are an explosion, see [IsExplosion]
	Breaches   int     `json:"breaches"`          // incidents with a finding of breach
	Watched    float64 `json:"watched,omitempty"` // share of the line's length and hours watched, [0, 1]; 0 also: not known
}

// SourceSummary is what one source reported in the period and what was due.
type SourceSummary struct {
	ID           string               `json:"id"`
	Name         string               `json:"name,omitempty"`
	Means        observation.Means    `json:"means,omitempty"`
	Grade        observation.Grade    `json:"grade,omitempty"`
	Handling     observation.Handling `json:"handling,omitempty"` // of the source's identity
	Observations int                  `json:"observations"`       // in the period
	First        time.Time            `json:"first,omitzero"`     // From of the first in the period, UTC
	Last         time.Time            `json:"last,omitzero"`      // From of the last in the period, UTC
	LastEver     time.Time            `json:"last_ever,omitzero"` // of the last on record before the cut-off, UTC
	// Expected is the longest time that should pass between two reports of the
	// source; zero where it only reports when something happens.
	Expected time.Duration `json:"expected_ns,omitempty"`
	// UsualPerDay is the mean number of observations a day over the last 30
	// days; it makes a source that fell silent visible where nothing is due.
	UsualPerDay float64 `json:"usual_per_day,omitempty"`
	// Track is how the source has done against what others say, up to the cut-off;
	// nil: not known.
	Track *track.Record `json:"track,omitempty"`
}

// Watch is a circle that one source watched for a time.
type Watch struct {
	Source   string
	Means    observation.Means
	Handling observation.Handling
	Center   geo.Point
	RangeM   float64   // metres
	From, To time.Time // UTC
	Declared bool      // the source said so; otherwise inferred from its reports
}

// Dark is a time, From included and To excluded, in which a source that declares
// when it looks did not look.
type Dark struct {
	Source   string
	From, To time.Time // UTC
}

// Shape is a named area.
type Shape struct {
	ID       string
	Name     agreement.Text // empty: ID
	Geometry geo.MultiPolygon
}

// Settlement is a place for orientation on the maps.
type Settlement struct {
	Name   agreement.Text
	At     geo.Point
	Source string // who says so
	Rank   int    // 1 is the largest; larger ranks are drawn where there is room
}

// Head is the journal's head: with it a stranger can check what was on record.
type Head struct {
	Size uint64 `json:"size"` // records
	Root string `json:"root"` // Merkle root, hexadecimal
}

// policy is the audience's, as it holds for the reader.
func (in *Input) policy() agreement.Policy {
	p := publish.Policy(in.Agreement, cmp.Or(in.Audience, publish.Mission))
	if in.Limit != nil {
		p = in.Limit(p)
	}
	return p
}
