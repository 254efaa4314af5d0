package app

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/picture"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/store/sqlite"
)

// Filter chooses what a listing shows. The zero value shows all.
type Filter struct {
	Since, Until time.Time // From in [Since, Until); zero: open
	Source       string    // of observations
	Activity     string
	Provision    string // of incidents with findings: one under this provision
	Result       string // of incidents with findings: one with this result
	Incident     string // one incident
	Limit        int    // 0: all

	// The following are of incidents, and of findings by their incident.
	Box        *picture.Box // west, south, east, north in degrees; nil: anywhere
	Severity   string       // of the gravest finding
	Party      string       // responsible by the gravest finding
	Provisions []string     // a finding under one of them
	Cursor     string       // where the list goes on, as Listing gave it
	// Audience is who asks, publish.Public, Parties or Mission: what it may not
	// see is left out, and what is left is as the agreement's policy for it says,
	// or Policy, where that is set. Empty, with no Policy: nothing is left out.
	Audience string
	Policy   *agreement.Policy
}

// rows is what of a filter the store's tables know.
func (f *Filter) rows() sqlite.Filter {
	return sqlite.Filter{Since: f.Since, Until: f.Until, Source: f.Source, Activity: f.Activity, Provision: f.Provision, Result: f.Result,
		Incident: f.Incident, Limit: f.Limit}
}

// drawn reports whether the picture must be asked.
func (f *Filter) drawn() bool {
	return f.Box != nil || f.Severity != "" || f.Party != "" || len(f.Provisions) > 0 || f.Cursor != "" || f.limited()
}

// limited reports whether a policy holds for who asks.
func (f *Filter) limited() bool { return f.Audience != "" || f.Policy != nil }

// policy is that of who asks.
func (a *App) policy(f *Filter) agreement.Policy {
	switch {
	case f.Policy != nil:
		return *f.Policy
	case f.Audience != "":
		return publish.Policy(a.agreement, f.Audience)
	}
	return agreement.Policy{Audience: publish.Mission, Handling: string(observation.Red)}
}

func (a *App) query(f *Filter) picture.Query {
	q := picture.Query{Policy: a.policy(f), Now: a.now(), Since: f.Since, Until: f.Until, Box: f.Box, Activity: f.Activity,
		Severity: f.Severity, Provisions: f.Provisions, Result: f.Result, Party: f.Party, Incident: f.Incident, Limit: f.Limit, Cursor: f.Cursor}
	if f.Provision != "" {
		q.Provisions = []string{f.Provision}
	}
	return q
}

// Summary is one incident in a list or on a map.
type Summary = picture.Summary

// Listing lists incidents, the newest first, as the filter's audience may see
// them, and where the list goes on: "" at its end.
func (a *App) Listing(ctx context.Context, f Filter) (rows []Summary, next string, err error) {
	p, err := a.draw(ctx)
	if err != nil {
		return nil, "", err
	}
	return p.List(a.query(&f))
}

// Tile returns what lies in a map tile of Web Mercator, as the filter's audience
// may see it: each incident, or cells of them where they are too many to draw.
func (a *App) Tile(ctx context.Context, f Filter, z, x, y int) (*picture.Tile, error) {
	p, err := a.draw(ctx)
	if err != nil {
		return nil, err
	}
	return p.Tile(a.query(&f), z, x, y)
}

// Bucket is how many incidents began in a step of time, beside what is usual.
type Bucket = picture.Bucket

// Rate counts incidents by steps of time: from the first on record, where the
// filter leaves Since open, to the last. A step divides a day or is whole days.
func (a *App) Rate(ctx context.Context, f Filter, step time.Duration) ([]Bucket, error) {
	p, err := a.draw(ctx)
	if err != nil {
		return nil, err
	}
	first, end := p.Span()
	if f.Since.IsZero() {
		f.Since = first.Truncate(min(max(step, time.Microsecond), 24*time.Hour))
	}
	if f.Until.IsZero() {
		f.Until = end
	}
	if f.Until.Before(f.Since) {
		return nil, nil
	}
	return p.Rate(a.query(&f), step)
}

// Prepare makes what lists and maps need, so that the first who asks need not wait.
func (a *App) Prepare(ctx context.Context) error {
	_, err := a.draw(ctx)
	return err
}

// draw is the picture of all incidents, made from the store when it is first
// asked for.
func (a *App) draw(ctx context.Context) (*picture.Picture, error) {
	a.drawing.Lock()
	defer a.drawing.Unlock()
	if a.picture != nil {
		return a.picture, nil
	}
	p, err := a.redraw(ctx)
	if err == nil {
		a.picture = p
	}
	return p, err
}

// redraw makes the picture of all incidents that the store holds.
func (a *App) redraw(ctx context.Context) (*picture.Picture, error) {
	var scale []string
	for _, step := range a.agreement.SeverityScale() {
		scale = append(scale, step.ID)
	}
	runs := map[int64]picture.Rows{}
	for stored, err := range a.store.Pictures(ctx) {
		if err != nil {
			return nil, err
		}
		var rows picture.Rows
		if err := rows.UnmarshalBinary(stored.Rows); err != nil {
			return nil, err
		}
		runs[stored.Run] = rows
	}
	p := picture.New(scale)
	p.SetAll(runs)
	a.prepare(p)
	return p, nil
}

// prepare makes ready in a picture what every audience first asks for.
func (a *App) prepare(p *picture.Picture) {
	p.Prepare(publish.Policy(a.agreement, publish.Public), publish.Policy(a.agreement, publish.Parties), publish.Policy(a.agreement, publish.Mission))
}

// show makes p what lists and maps are read from.
func (a *App) show(p *picture.Picture) {
	a.drawing.Lock()
	defer a.drawing.Unlock()
	a.picture = p
}

// install brings the picture up to runs that were made anew.
func (a *App) install(ctx context.Context, runs map[int64]picture.Rows) error {
	if len(runs) > 0 {
		a.judged.changed(slices.Collect(maps.Keys(runs))...)
	}
	a.receiving.Lock()
	l := a.live
	if l == nil {
		defer a.receiving.Unlock() // nothing is submitted until it is done
	} else {
		a.receiving.Unlock()
	}
	a.drawing.Lock()
	before := a.picture
	a.drawing.Unlock()
	p := before
	switch {
	case p != nil:
		p = p.Next(runs)
		a.prepare(p)
	case l == nil:
		return nil
	default:
		var err error
		if p, err = a.redraw(ctx); err != nil {
			return err
		}
	}
	if l == nil {
		a.show(p)
	} else {
		applied, err := a.store.Applied(ctx)
		if err != nil {
			return err
		}
		if err := l.carry(ctx, before, p, applied); err != nil {
			return err
		}
	}
	a.publish(Event{Kind: EventSettled, Record: a.journal.Head().Size})
	return nil
}

// forgetPicture has the picture made again when it is next asked for.
func (a *App) forgetPicture() {
	a.judged.changed()
	a.drawing.Lock()
	defer a.drawing.Unlock()
	a.picture = nil
}

// incidentRows lists incidents with their runs: the earliest first, or where the
// picture must be asked the newest. An audience's policy has chosen among them
// and changed nothing in them yet.
func (a *App) incidentRows(ctx context.Context, f Filter) ([]sqlite.IncidentRow, error) {
	if !f.drawn() {
		return a.store.Incidents(ctx, f.rows())
	}
	list, _, err := a.Listing(ctx, f)
	if err != nil {
		return nil, err
	}
	out := make([]sqlite.IncidentRow, 0, len(list))
	for i := range list {
		row, ok, err := a.incidentOf(ctx, list[i].ID)
		if err != nil {
			return nil, err
		}
		if ok { // else it was made anew in the meantime, as another
			out = append(out, *row)
		}
	}
	return out, nil
}

// release is what the filter's audience may see of incidents and findings.
func (a *App) release(f *Filter, data publish.Data) publish.Data {
	if !f.limited() {
		return data
	}
	return publish.Apply(a.policy(f), a.now(), data).Data
}

// Visible returns which of these incidents the policy lets its audience know of now.
func (a *App) Visible(ctx context.Context, policy agreement.Policy, ids []string) ([]string, error) {
	var out []string
	for _, id := range ids {
		rows, _, err := a.Listing(ctx, Filter{Incident: id, Policy: &policy, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			out = append(out, id)
		}
	}
	return out, nil
}

// incidentOf is one incident with its run, as it is now.
func (a *App) incidentOf(ctx context.Context, id string) (*sqlite.IncidentRow, bool, error) {
	if row, ok, err := a.provisional(ctx, id); err != nil || ok {
		return row, ok, err
	}
	return a.store.Incident(ctx, id)
}

// incidentOfRecord is the id of the incident in which a record's observation is,
// "" if there is none.
func (a *App) incidentOfRecord(ctx context.Context, seq uint64, o *observation.Observation) (string, error) {
	rows, err := a.incidentRows(ctx, Filter{Since: o.From.AddDate(0, 0, -2), Until: o.From.Add(time.Microsecond)})
	if err != nil {
		return "", err
	}
	for i := range rows {
		if slices.ContainsFunc(rows[i].Members, func(m incident.Member) bool { return m.Seq == seq }) {
			return rows[i].ID, nil
		}
	}
	return "", nil
}

func incidentsOf(rows []sqlite.IncidentRow) []incident.Incident {
	out := make([]incident.Incident, len(rows))
	for i := range rows {
		out[i] = rows[i].Incident
	}
	return out
}
