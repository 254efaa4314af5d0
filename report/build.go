package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// Build makes the day's report for the input's audience. It changes nothing in
// the input. Errors: no agreement, a day or cut-off that is none, a time zone
// that is not known.
func Build(in Input) (*Report, error) {
	if in.Agreement == nil {
		return nil, errors.New("report: no agreement")
	}
	loc, err := location(in.Agreement, in.Location)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	from, to, err := Period(in.Day, in.Agreement.Report.Cutoff, loc)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if in.Audience == "" {
		in.Audience = publish.Mission
	}
	policy := in.policy()
	asOf := in.AsOf
	if asOf.IsZero() {
		asOf = to.Add(policy.Delay.Duration)
	}
	released := publish.Apply(policy, asOf, publish.Data{
		Incidents: in.Incidents, Findings: in.Findings, Observations: in.Observations})
	before := publish.Apply(policy, asOf, publish.Data{
		Incidents: in.PreviousIncidents, Findings: in.PreviousFindings})

	r := &Report{
		Agreement: in.Agreement.ID, Title: in.Agreement.Title, AgreementVersion: in.AgreementVersion,
		Day: in.Day, TimeZone: loc.String(), From: from, To: to, Cutoff: in.Agreement.Report.Cutoff,
		Release: to.Add(policy.Delay.Duration), Audience: in.Audience,
		Policy: PolicyNote{Handling: policy.Handling, DelayS: policy.Delay.Seconds(),
			RoundM: policy.RoundM, Withhold: slices.Clone(policy.Withhold)},
		Handling: released.Handling, Withheld: released.Withheld,
		Simulated: in.Simulated, Notes: slices.Clone(in.Notes),
		Quarantined: in.Quarantined, Journal: in.Journal, Software: in.Software,
		loc: loc, names: namesOf(&in),
		anonymous: publish.Withholds(policy, publish.FieldSource),
	}
	if r.Cutoff == "" {
		r.Cutoff = "24:00"
	}
	if in.Audience != publish.Mission {
		r.Handling = observation.Handling(policy.Handling)
	}
	for _, s := range in.Agreement.Scales.Severity {
		r.severity = append(r.severity, s.ID)
	}
	if len(r.severity) == 0 {
		r.severity = []string{"S1", "S2", "S3", "S4"}
	}
	for _, s := range in.Agreement.Scales.Occurrence {
		r.occurrence = append(r.occurrence, s.ID)
	}
	if len(r.occurrence) == 0 {
		r.occurrence = []string{"reported", "corroborated", "verified"}
	}

	b := newBuilder(r, &in, policy, released, before)
	b.asOf = asOf
	b.annex()
	b.totals()
	b.groups()
	b.findings()
	b.responsibility()
	b.logs()
	b.ladder()
	b.cases(policy)
	b.weapons()
	r.Storage = in.Storage
	b.sites()
	r.Territory = in.Territory
	b.restrictions()
	b.casualties()
	b.excepted()
	b.guarantees()
	b.declared()
	b.talks()
	b.sources()
	b.coverage()
	b.dark()
	b.geometry()
	return r, nil
}

// builder holds what the sections of one report share.
type builder struct {
	r        *Report
	in       *Input
	asOf     time.Time
	released *publish.Release
	before   *publish.Release
	policy   agreement.Policy
	sees     func(observation.Handling) bool
	withheld func(field string) bool

	incidents    []incident.Incident // by time, then id; row i has number i+1
	row          map[string]int      // of an incident
	byIncident   map[string][]*finding.Finding
	observations map[[2]string]*observation.Observation // by source and ref
	area         areaFinder
	provision    map[string]int // order in the agreement
	sourceID     []string       // by row of Sources, before names are withheld

	previous      []incident.Incident
	previousFound map[string][]*finding.Finding
}

func newBuilder(r *Report, in *Input, policy agreement.Policy, released, before *publish.Release) *builder {
	b := &builder{r: r, in: in, released: released, before: before, policy: policy,
		sees:       func(h observation.Handling) bool { return publish.Sees(policy, h) },
		withheld:   func(f string) bool { return publish.Withholds(policy, f) },
		incidents:  released.Incidents,
		row:        make(map[string]int, len(released.Incidents)),
		byIncident: group(released.Findings),
		provision:  make(map[string]int, len(in.Agreement.Provisions)),

		observations:  make(map[[2]string]*observation.Observation, len(released.Observations)),
		previous:      before.Incidents,
		previousFound: group(before.Findings),
		area:          newAreaFinder(in.Areas),
	}
	byTime := func(x, y incident.Incident) int {
		return cmp.Or(x.From.Compare(y.From), cmp.Compare(x.ID, y.ID))
	}
	slices.SortStableFunc(b.incidents, byTime)
	for i := range b.incidents {
		b.row[b.incidents[i].ID] = i
	}
	for i := range released.Observations {
		o := &released.Observations[i]
		b.observations[[2]string{o.Source, o.Ref}] = o
	}
	for i := range in.Agreement.Provisions {
		b.provision[in.Agreement.Provisions[i].ID] = i
	}
	for _, list := range b.byIncident {
		slices.SortStableFunc(list, func(x, y *finding.Finding) int {
			return cmp.Or(cmp.Compare(b.order(x.Provision), b.order(y.Provision)), cmp.Compare(x.ID, y.ID))
		})
	}
	return b
}

// order is a provision's place in the agreement; unknown ones come last.
func (b *builder) order(provision string) int {
	if i, ok := b.provision[provision]; ok {
		return i
	}
	return len(b.provision)
}

func group(list []finding.Finding) map[string][]*finding.Finding {
	m := make(map[string][]*finding.Finding)
	for i := range list {
		if id := list[i].Incident; id != "" {
			m[id] = append(m[id], &list[i])
		}
	}
	return m
}

// weight orders results from none to the gravest.
func weight(r finding.Result) int {
	switch r {
	case finding.Breach:
		return 4
	case finding.Undetermined:
		return 3
	case finding.Excepted:
		return 2
	case finding.Consistent:
		return 1
	}
	return 0
}

func gravest(list []*finding.Finding) finding.Result {
	var g finding.Result
	for _, f := range list {
		if weight(f.Result) > weight(g) {
			g = f.Result
		}
	}
	return g
}

// graver returns the graver of two steps of severity.
func (r *Report) graver(a, b string) string {
	if slices.Index(r.severity, b) > slices.Index(r.severity, a) {
		return b
	}
	return a
}

// number records a figure with the annex rows that make it.
func (b *builder) number(name string, value float64, rows []int) {
	n := Number{ID: b.r.Day + "/" + name, Name: name, Value: round(value, 6), rows: rows}
	n.Incidents = make([]string, len(rows))
	for i, row := range rows {
		n.Incidents[i] = b.incidents[row].ID
	}
	b.r.Numbers = append(b.r.Numbers, n)
}

// within clips an instant to the period.
func (r *Report) within(t time.Time) time.Time {
	if t.Before(r.From) {
		return r.From
	}
	if !t.Before(r.To) {
		return r.To.Add(-time.Nanosecond)
	}
	return t
}
