package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/store/sqlite"
)

// Observation is an observation with the record of the journal that holds it.
type Observation struct {
	Seq uint64 `json:"seq"`
	observation.Observation
}

// Observations lists current observations, the earliest first.
func (a *App) Observations(ctx context.Context, f Filter) ([]Observation, error) {
	keys, err := a.store.Observations(ctx, f.rows())
	if err != nil {
		return nil, err
	}
	cursor := a.journal.Cursor()
	out := make([]Observation, 0, len(keys))
	for _, k := range keys {
		o, err := a.observation(cursor, k.Seq)
		if err != nil {
			return nil, err
		}
		out = append(out, Observation{k.Seq, *o})
	}
	return out, nil
}

// Incidents lists incidents, the earliest first; where the filter asks for more
// than the time, the activity and findings, or for an audience, the newest first.
func (a *App) Incidents(ctx context.Context, f Filter) ([]incident.Incident, error) {
	rows, err := a.incidentRows(ctx, f)
	if err != nil {
		return nil, err
	}
	return a.release(&f, publish.Data{Incidents: incidentsOf(rows)}).Incidents, nil
}

// Findings lists findings in the order of Incidents, with their reasons, and after
// them those on deadlines that have passed and on what was declared.
func (a *App) Findings(ctx context.Context, f Filter) ([]finding.Finding, error) {
	again, err := a.again(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := a.incidentRows(ctx, f)
	if err != nil {
		return nil, err
	}
	var out []finding.Finding
	for i := range rows {
		found, err := again.row(ctx, &rows[i])
		if err != nil {
			return nil, err
		}
		for _, x := range found {
			if (f.Provision == "" || x.Provision == f.Provision) && (f.Result == "" || string(x.Result) == f.Result) {
				out = append(out, x)
			}
		}
	}
	deadlines, err := a.Deadlines(ctx, f)
	if err != nil {
		return nil, err
	}
	declared, err := a.postureFindings(ctx, f)
	if err != nil {
		return nil, err
	}
	out = a.release(&f, publish.Data{Incidents: incidentsOf(rows), Findings: slices.Concat(out, deadlines, declared)}).Findings
	if f.Limit > 0 && len(out) > f.Limit {
		out = out[:f.Limit]
	}
	return out, nil
}

// Deadlines judges the duties whose deadline has passed at the last instant on
// record, or before the filter's end.
func (a *App) Deadlines(ctx context.Context, f Filter) ([]finding.Finding, error) {
	if f.Incident != "" || f.Box != nil || f.Severity != "" || f.Party != "" || f.Cursor != "" {
		return nil, nil
	}
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	totals, err := a.store.Totals(ctx)
	if err != nil {
		return nil, err
	}
	asOf := totals.Last
	if !f.Until.IsZero() && f.Until.Before(asOf) {
		asOf = f.Until
	}
	found, err := a.deadlines(ctx, asOf)
	return slices.DeleteFunc(found, func(x finding.Finding) bool {
		return !f.Since.IsZero() && x.At.Before(f.Since) || f.Provision != "" && x.Provision != f.Provision || f.Result != "" && string(x.Result) != f.Result
	}), err
}

func (a *App) deadlines(ctx context.Context, asOf time.Time) ([]finding.Finding, error) {
	duties := finding.New(a.agreement, a.zones).Duties(asOf)
	provisions, all := duties.Provisions()
	if len(provisions) == 0 {
		return nil, nil
	}
	if all {
		provisions = nil
	}
	for row, err := range a.store.Judged(ctx, provisions...) {
		if err != nil {
			return nil, err
		}
		var in incident.Incident
		if err := json.Unmarshal(row.Body, &in); err != nil {
			return nil, err
		}
		duties.Add(&in)
	}
	return duties.Findings(), nil
}

// again computes findings again from their incidents.
type again struct {
	app    *App
	last   int64 // day with observations
	judges map[int64]*finding.Judge
}

func (a *App) again(ctx context.Context) (*again, error) {
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	days, err := a.store.Days(ctx)
	if err != nil {
		return nil, err
	}
	x := &again{app: a, judges: map[int64]*finding.Judge{}}
	if len(days) > 0 {
		x.last = days[len(days)-1].Day
	}
	return x, nil
}

// row judges an incident as its run did.
func (x *again) row(ctx context.Context, row *sqlite.IncidentRow) ([]finding.Finding, error) {
	judge := x.judges[row.Run]
	if judge == nil {
		day := row.Run
		if day == openRun {
			day = x.last
		}
		var err error
		if judge, err = x.app.judgeOf(ctx, day, row.Run); err != nil {
			return nil, err
		}
		x.judges[row.Run] = judge
	}
	return judge.Judge(&row.Incident), nil
}

// Sources lists the sources by name.
func (a *App) Sources(ctx context.Context) ([]sqlite.Source, error) { return a.store.Sources(ctx) }

// Quarantined is a row that could not be read.
type Quarantined struct {
	Seq    uint64    `json:"seq"`
	At     time.Time `json:"at"` // when it was quarantined, UTC
	Source string    `json:"source,omitempty"`
	File   string    `json:"file"`
	Row    int       `json:"row"`
	Reason string    `json:"reason"`
	Raw    string    `json:"raw,omitempty"`
}

// Quarantine lists what could not be read, in the order in which it came.
func (a *App) Quarantine(ctx context.Context, f Filter) ([]Quarantined, error) {
	records, err := a.store.Records(ctx, kindQuarantine)
	if err != nil {
		return nil, err
	}
	cursor := a.journal.Cursor()
	var out []Quarantined
	for _, r := range records {
		if !f.Since.IsZero() && r.At.Before(f.Since) || !f.Until.IsZero() && !r.At.Before(f.Until) || f.Source != "" && f.Source != r.Source {
			continue
		}
		if f.Limit > 0 && len(out) == f.Limit {
			break
		}
		e, err := cursor.Get(r.Seq)
		if err != nil {
			return nil, err
		}
		q := Quarantined{Seq: r.Seq, At: r.At}
		if err := json.Unmarshal(e.Body, &q); err != nil {
			return nil, fmt.Errorf("record %d: %w", r.Seq, err)
		}
		out = append(out, q)
	}
	return out, nil
}

// Records is how many records the journal has.
func (a *App) Records() uint64 { return a.journal.Head().Size }

// Totals counts what there is.
func (a *App) Totals(ctx context.Context) (sqlite.Totals, error) { return a.store.Totals(ctx) }

// Status is what is in a workspace.
type Status struct {
	Dir         string          `json:"dir"`
	Agreement   string          `json:"agreement"`
	Version     string          `json:"agreement_version"`
	Standing    string          `json:"standing,omitempty"` // proposed, signed, in-force, ... at the last observation
	Records     uint64          `json:"records"`
	Root        string          `json:"root"` // of the journal's Merkle tree, hexadecimal
	Key         string          `json:"key"`  // public: its checkpoints are checked with it
	Totals      sqlite.Totals   `json:"totals"`
	Quarantined int             `json:"quarantined"`
	Lines       int             `json:"line_versions"` // imported
	Other       map[string]int  `json:"other,omitempty"`
	Sources     []sqlite.Source `json:"sources"`
	Software    string          `json:"software"`
}

// Status sums the workspace up.
func (a *App) Status(ctx context.Context) (*Status, error) {
	head := a.journal.Head()
	s := &Status{Dir: a.dir, Agreement: a.agreement.ID, Version: a.agreement.Version(), Records: head.Size, Root: fmt.Sprintf("%x", head.Root), Key: a.PublicKey(),
		Software: program, Other: map[string]int{}}
	var err error
	if s.Totals, err = a.store.Totals(ctx); err != nil {
		return nil, err
	}
	if !s.Totals.Last.IsZero() {
		s.Standing = a.agreement.StatusAt(s.Totals.Last)
	}
	if s.Sources, err = a.store.Sources(ctx); err != nil {
		return nil, err
	}
	kinds, err := a.store.Kinds(ctx)
	if err != nil {
		return nil, err
	}
	for kind, n := range kinds {
		switch kind {
		case kindQuarantine:
			s.Quarantined = n
		case kindLine:
			s.Lines = n
		case kindAgreement, kindSoftware, kindRedaction:
		default:
			s.Other[kind] = n
		}
	}
	return s, nil
}

// Rebuilt says what became of making the projections again.
type Rebuilt struct {
	Same    bool   `json:"same"`
	Before  string `json:"before"` // digests over all rows
	After   string `json:"after"`
	Records uint64 `json:"records"`
}

// emptyStore begins the projections anew.
func (a *App) emptyStore(ctx context.Context) error {
	if err := a.store.Close(); err != nil {
		return err
	}
	if err := sqlite.Remove(a.database); err != nil {
		return err
	}
	a.forgetPicture()
	var err error
	a.store, err = sqlite.Open(ctx, a.database, false)
	a.known = known{store: a.store, way: way{app: a}}
	return err
}

// Rebuild makes the projections again from the journal alone and compares them
// with those before.
func (a *App) Rebuild(ctx context.Context) (*Rebuilt, error) {
	a.writing.Lock()
	defer a.writing.Unlock()
	r := &Rebuilt{Records: a.journal.Head().Size}
	var err error
	if r.Before, err = a.store.Digest(ctx); err != nil {
		return nil, err
	}
	if err := a.emptyStore(ctx); err != nil {
		return nil, fmt.Errorf("rebuilding: %w", err)
	}
	a.displace()
	if err := a.catchUp(ctx); err != nil {
		return nil, err
	}
	if err := a.load(ctx); err != nil {
		return nil, err
	}
	if err := a.project(ctx); err != nil {
		return nil, err
	}
	if r.After, err = a.store.Digest(ctx); err != nil {
		return nil, err
	}
	r.Same = r.Before == r.After
	return r, nil
}
