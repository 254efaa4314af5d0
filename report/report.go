package report

import (
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/ledger"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/partylog"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/site"
	"github.com/truce-monitor/truce/territory"
)

// Report is the day's report as data, before any language. Writers turn it
// into documents; as JSON it is complete.
type Report struct {
	Agreement        string         `json:"agreement"`
	Title            agreement.Text `json:"title"`
	AgreementVersion string         `json:"agreement_version,omitempty"`
	Day              string         `json:"day"`
	TimeZone         string         `json:"time_zone"`
	From             time.Time      `json:"from"` // UTC, included
	To               time.Time      `json:"to"`   // UTC, excluded: the cut-off
	Cutoff           string         `json:"cutoff"`
	Release          time.Time      `json:"release"` // not before this instant, UTC

	Audience string               `json:"audience"`
	Policy   PolicyNote           `json:"policy"`
	Handling observation.Handling `json:"handling"` // of the report as a whole
	Withheld publish.Withheld     `json:"withheld"`

	Spot      string   `json:"spot,omitempty"` // of a spot report: its one incident
	Simulated bool     `json:"simulated"`
	Notes     []string `json:"notes,omitempty"`

	Totals         Totals             `json:"totals"`
	Days           []DayCount         `json:"days"` // the days before and, last, this one
	ByArea         []Group            `json:"by_area"`
	ByHour         []Group            `json:"by_hour"` // 24 local hours from the cut-off on, and "unknown"
	ByType         []Group            `json:"by_type"`
	Provisions     []ProvisionRow     `json:"provisions"`
	Deadlines      []DeadlineRow      `json:"deadlines,omitempty"`
	Responsibility Responsibility     `json:"responsibility"`
	Logs           Logs               `json:"party_logs"`
	Ladder         *Ladder            `json:"ladder,omitempty"`
	Cases          *Cases             `json:"cases,omitempty"`
	Annex          []AnnexRow         `json:"annex"`
	Weapons        []WeaponRow        `json:"weapons,omitempty"`
	Storage        []ledger.Sheet     `json:"storage,omitempty"`
	Sites          []site.Status      `json:"sites,omitempty"`
	Territory      []territory.Period `json:"territory,omitempty"` // the days up to this one
	Restrictions   []EventRow         `json:"restrictions,omitempty"`
	Casualties     Casualties         `json:"casualties"`
	Excepted       []EventRow         `json:"excepted,omitempty"`
	Guarantees     *Guarantees        `json:"guarantees,omitempty"`
	Declared       *Declared          `json:"posture,omitempty"`
	Talks          *Talks             `json:"talks,omitempty"`
	Coverage       Coverage           `json:"coverage"`
	Sources        []SourceRow        `json:"sources,omitempty"`
	Findings       []FindingRow       `json:"findings,omitempty"`
	Numbers        []Number           `json:"numbers"`

	Dark         []DarkRow     `json:"dark,omitempty"`
	Quarantined  int           `json:"quarantined"`
	Journal      Head          `json:"journal"`
	Software     string        `json:"software,omitempty"`
	LineVersions []LineVersion `json:"line_versions,omitempty"`
	Control      *LineVersion  `json:"control,omitempty"` // areas of control, where they are no line's

	loc        *time.Location
	names      names
	geometry   geometry
	severity   []string // steps, lowest first
	occurrence []string // steps, lowest first
	levels     []agreement.Level
	anonymous  bool // sources are withheld from the audience
}

// DarkRow is a time in which a source did not look.
type DarkRow struct {
	Source string    `json:"source"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Before bool      `json:"before,omitempty"` // in the period before
}

// PolicyNote is the policy that the report went through.
type PolicyNote struct {
	Handling string   `json:"handling"`
	DelayS   float64  `json:"delay_s,omitempty"`
	RoundM   float64  `json:"round_m,omitempty"`
	Withhold []string `json:"withhold,omitempty"`
}

// Totals are the report's head figures.
type Totals struct {
	Incidents  Figure `json:"incidents"`
	Force      Figure `json:"force"`      // of these, uses of weapons
	Explosions Figure `json:"explosions"` // of these, explosions

	Breach       int `json:"breach"` // incidents by their gravest result
	Undetermined int `json:"undetermined"`
	Excepted     int `json:"excepted"`
	Consistent   int `json:"consistent"`
	Unaffected   int `json:"unaffected"` // no provision applied
	// ExpectedBreaches weighs each incident with the probabilities that it
	// occurred and that it broke a term.
	ExpectedBreaches Expectation `json:"expected_breaches"`
	// NotPlaced are incidents without a position.
	NotPlaced int `json:"not_placed"`
}

// Figure is a count with all that is needed to read it.
type Figure struct {
	Incidents int         `json:"incidents"`
	Events    Range       `json:"events"` // single events: sum of counts, of least and of most
	Expected  Expectation `json:"expected"`
	// Poisson is the exact 95 % interval of the rate behind the number of
	// incidents, per period.
	Poisson  Interval `json:"poisson"`
	Previous *int     `json:"previous,omitempty"` // incidents in the period before; nil: not on record
	// Change is more, fewer or similar against Previous; similar means that
	// chance alone may explain the difference (95 %).
	Change string   `json:"change,omitempty"`
	Mean7  *Average `json:"mean_7,omitempty"`
	Mean30 *Average `json:"mean_30,omitempty"`
}

// Range is a number between the least and the most that it can be.
type Range struct {
	N   int `json:"n"`
	Min int `json:"min"`
	Max int `json:"max"`
}

// Expectation is an expected number of incidents with the central 95 % of its
// distribution, given each incident's own probability.
type Expectation struct {
	Mean float64 `json:"mean"`
	Low  int     `json:"low"`
	High int     `json:"high"`
}

// Interval is a closed interval.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Average is a mean per day over those of the last days that are on record.
type Average struct {
	PerDay float64 `json:"per_day"`
	Days   int     `json:"days"`
}

// Group is the incidents of one area, hour or type.
type Group struct {
	Key        string  `json:"key"` // empty: not stated or not known
	Incidents  int     `json:"incidents"`
	Events     Range   `json:"events"`
	Explosions int     `json:"explosions"` // incidents
	Breach     int     `json:"breach"`
	Expected   float64 `json:"expected"`           // given the occurrence probabilities
	Previous   *int    `json:"previous,omitempty"` // incidents in the period before
}

// ProvisionRow is the results under one provision.
type ProvisionRow struct {
	ID           string         `json:"id"`
	Article      string         `json:"article,omitempty"`
	Words        agreement.Text `json:"words"`
	Breach       int            `json:"breach"`
	Undetermined int            `json:"undetermined"`
	Excepted     int            `json:"excepted"`
	Consistent   int            `json:"consistent"`
	Expected     float64        `json:"expected"`           // breaches, given occurrence and breach probabilities
	Severity     string         `json:"severity,omitempty"` // the gravest among breaches
	Previous     *int           `json:"previous,omitempty"` // breaches in the period before
}

// DeadlineRow is a duty whose deadline fell into the period.
type DeadlineRow struct {
	Finding   string         `json:"finding"`
	Provision string         `json:"provision"`
	Stage     string         `json:"stage,omitempty"`
	At        time.Time      `json:"at"`
	Result    finding.Result `json:"result"`
}

// Responsibility says of how many breaches who is responsible, and of how many
// that is undetermined.
type Responsibility struct {
	Breaches int `json:"breaches"` // incidents found in breach
	// Withheld tells that the audience may not know who is responsible; then
	// undetermined counts every breach and means nothing.
	Withheld     bool             `json:"withheld,omitempty"`
	Undetermined int              `json:"undetermined"`
	Parties      []ResponsibleRow `json:"parties"`
}

// ResponsibleRow is one party's part.
type ResponsibleRow struct {
	Party    string `json:"party"`
	Breaches int    `json:"breaches"` // incidents in breach attributed beyond the threshold
	// Claimed is the number of incidents for which at least one source holds
	// the party responsible. A claim is no attribution.
	Claimed int `json:"claimed"`
}

// Logs is what the parties' own logs say beside one another's and beside what others
// report.
type Logs struct {
	// Withheld tells that the audience may not know who speaks for whom; then there is
	// no row.
	Withheld bool           `json:"withheld,omitempty"`
	Parties  []partylog.Row `json:"parties,omitempty"`
	Unknown  int            `json:"unknown,omitempty"` // sources that speak for a party of which nothing tells which one
}

// AnnexRow is one incident in the annex.
type AnnexRow struct {
	No   int       `json:"no"`
	ID   string    `json:"id"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`

	Observer   *observation.Sighting `json:"observer,omitempty"` // of the first member that has one
	Observers  int                   `json:"observers,omitempty"`
	Place      string                `json:"place,omitempty"`
	Area       string                `json:"area,omitempty"`
	Position   *observation.Position `json:"position,omitempty"`
	Means      []observation.Means   `json:"means,omitempty"`
	How        []observation.How     `json:"how,omitempty"`
	Count      observation.Count     `json:"count"`
	Activity   observation.Activity  `json:"activity"`
	ActivityP  float64               `json:"activity_probability"`
	Direction  observation.Direction `json:"direction,omitempty"`
	Heading    *float64              `json:"heading_deg,omitempty"`
	Weapon     observation.Weapon    `json:"weapon,omitempty"`
	Caveats    []string              `json:"caveats,omitempty"`
	Handling   observation.Handling  `json:"handling"`
	Harm       Harm                  `json:"harm,omitzero"`
	Zones      []ZoneShare           `json:"zones,omitempty"`
	DistanceM  *float64              `json:"distance_m,omitempty"` // to the line
	Side       string                `json:"side,omitempty"`
	SideP      float64               `json:"side_probability,omitempty"`
	Occurrence string                `json:"occurrence,omitempty"` // step of the scale
	Probable   float64               `json:"probability"`
	Sources    int                   `json:"independent_sources"`
	Result     finding.Result        `json:"result,omitempty"` // the gravest; empty: no provision applied
	Provisions []string              `json:"provisions,omitempty"`
	Severity   string                `json:"severity,omitempty"`
	Party      string                `json:"party,omitempty"` // responsible beyond the threshold
	Exception  string                `json:"exception,omitempty"`
	Excerpt    string                `json:"excerpt,omitempty"` // text of the first member that has one
	Observed   []ObservedFrom        `json:"observed,omitempty"`
	Report     []ReportedBy          `json:"reported_by,omitempty"`
	// Ellipse holds the true place with 95 % where it is clearly longer than wide.
	Ellipse *incident.Ellipse `json:"ellipse,omitempty"`
	// Case is what people made of it, as far as the reader may know; it changes
	// nothing above.
	Case *CaseNote `json:"case,omitempty"`
}

// ObservedFrom is a member's line of sight or hearing.
type ObservedFrom struct {
	observation.Sighting
	Means observation.Means `json:"means,omitempty"`
	How   observation.How   `json:"how,omitempty"`
}

// ReportedBy is a member of the incident as the audience may know it.
type ReportedBy struct {
	Source      string `json:"source"`
	Ref         string `json:"ref"`
	Independent bool   `json:"independent"`
}

// Harm are casualties as stated by one source.
type Harm = observation.Casualties

// ZoneShare is a zone with the probability that the incident lies in it.
type ZoneShare struct {
	Zone        string  `json:"zone"`
	Probability float64 `json:"probability"`
}

// WeaponRow is one sighting of weapons under terms of withdrawal or storage.
type WeaponRow struct {
	Category WeaponCategory      `json:"category"`
	Incident string              `json:"incident"`
	Finding  string              `json:"finding"`
	At       time.Time           `json:"at"`
	Count    observation.Count   `json:"count"`
	Weapon   observation.Weapon  `json:"weapon,omitempty"`
	Place    string              `json:"place,omitempty"`
	Means    []observation.Means `json:"means,omitempty"`
	Side     string              `json:"side,omitempty"`
	Revisit  string              `json:"revisit,omitempty"` // as the source words it: present, missing for the first time, again missing, ...
	row      int
}

// WeaponCategory is a category of weapons as monitoring missions publish them.
type WeaponCategory = ledger.Category

// EventRow is an incident in a section of its own.
type EventRow struct {
	Incident  string               `json:"incident"`
	Finding   string               `json:"finding,omitempty"`
	At        time.Time            `json:"at"`
	Activity  observation.Activity `json:"activity"`
	Kind      string               `json:"kind,omitempty"` // restrictions: denial, conditional, delay, jamming, silence, force, other
	Place     string               `json:"place,omitempty"`
	Side      string               `json:"side,omitempty"`
	Provision string               `json:"provision,omitempty"`
	Result    finding.Result       `json:"result,omitempty"`
	Exception string               `json:"exception,omitempty"`
	Count     observation.Count    `json:"count"`
	row       int
}

// Casualties are persons killed and injured as reported, by incident. They are
// claims until confirmed.
type Casualties struct {
	Total     observation.Casualties `json:"total"`
	Incidents []CasualtyRow          `json:"incidents,omitempty"`
	Withheld  bool                   `json:"withheld,omitempty"`
}

// CasualtyRow is one incident's.
type CasualtyRow struct {
	Incident   string                 `json:"incident"`
	At         time.Time              `json:"at"`
	Place      string                 `json:"place,omitempty"`
	Area       string                 `json:"area,omitempty"`
	Activity   observation.Activity   `json:"activity"`
	Harm       observation.Casualties `json:"harm"`
	Occurrence string                 `json:"occurrence,omitempty"`
	Sources    int                    `json:"independent_sources"`
	row        int
}

// Coverage is what was watched, and what was not.
type Coverage struct {
	Known    bool           `json:"known"` // there is a line and at least one watch
	LengthM  float64        `json:"length_m,omitempty"`
	Share    float64        `json:"share"`           // of length times hours watched by at least one source
	NeverM   float64        `json:"never_m"`         // length never watched
	ByHour   []float64      `json:"by_hour"`         // share of the length watched in each hour from the cut-off on
	Lines    []LineCover    `json:"lines,omitempty"` // per line
	Gaps     []Gap          `json:"gaps,omitempty"`  // stretches never watched, longest first
	Watches  int            `json:"watches"`
	Declared int            `json:"declared"`
	Means    []MeansCover   `json:"means,omitempty"`
	Silent   int            `json:"silent"`    // sources
	Due      int            `json:"due"`       // sources of which a report was due
	Withheld int            `json:"withheld"`  // sources that the audience may not know
	HeldBack int            `json:"held_back"` // watches that the audience may not know; not in any figure here
	stretch  []coverStretch // for the map
	lines    []string       // which the stretches count
}

// LineCover is one line's part.
type LineCover struct {
	Line    string  `json:"line"`
	LengthM float64 `json:"length_m"`
	Share   float64 `json:"share"`
	NeverM  float64 `json:"never_m"`
}

// Gap is a stretch of a line that no source watched in the whole period.
type Gap struct {
	Line    string    `json:"line"`
	From    geo.Point `json:"from"`
	To      geo.Point `json:"to"`
	LengthM float64   `json:"length_m"`
	Near    string    `json:"near,omitempty"`
}

// MeansCover is what one means contributed, with the range that was assumed.
type MeansCover struct {
	Means   observation.Means `json:"means"`
	Sources int               `json:"sources"`
	Hours   float64           `json:"hours"` // source-hours
	RangeM  Range             `json:"range_m"`
}

// SourceRow is one source in the report.
type SourceRow struct {
	SourceSummary
	Status string        `json:"status"`            // reporting, gap, silent, as-it-happens
	Gap    time.Duration `json:"gap_ns,omitempty"`  // longest known time without a report up to the cut-off
	Watch  float64       `json:"watch_h,omitempty"` // hours watched
	Places int           `json:"places,omitempty"`  // places watched from
}

// FindingRow is a finding as it leaves, for the table of findings.
type FindingRow struct {
	ID          string         `json:"id"`
	Incident    string         `json:"incident,omitempty"`
	Provision   string         `json:"provision"`
	Stage       string         `json:"stage,omitempty"`
	At          time.Time      `json:"at"`
	Result      finding.Result `json:"result"`
	Occurrence  string         `json:"occurrence,omitempty"`
	OccurrenceP float64        `json:"occurrence_probability"`
	BreachP     float64        `json:"breach_probability"`
	Responsible string         `json:"responsible,omitempty"`
	ResponsP    float64        `json:"responsible_probability,omitempty"`
	Severity    string         `json:"severity,omitempty"`
	Exception   string         `json:"exception,omitempty"`
	Zone        string         `json:"zone,omitempty"`
	Case        string         `json:"case,omitempty"` // that people made of it
}

// Number is one figure of the report with the incidents that make it, so that
// it can be explained and checked.
type Number struct {
	ID        string   `json:"id"`   // day/name, stable
	Name      string   `json:"name"` // the part after the day
	Value     float64  `json:"value"`
	Incidents []string `json:"incidents,omitempty"`
	rows      []int    // annex rows, ascending
}

// LineVersion names a version of a line that the report rests on.
type LineVersion struct {
	Line    string    `json:"line"`
	Version string    `json:"version"`
	From    time.Time `json:"from"`
	Source  string    `json:"source,omitempty"`
	LengthM float64   `json:"length_m"`
	RadiusM float64   `json:"radius_m,omitempty"`
}
