package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
	"github.com/truce-monitor/truce/report"
	"github.com/truce-monitor/truce/track"
	"github.com/truce-monitor/truce/withdrawal"
	"github.com/truce-monitor/truce/zone"
)

// daysBefore is how many days a report looks back for its averages.
const daysBefore = 30

// LastDay is the report day of the last observation on record, "" without one.
func (a *App) LastDay(ctx context.Context) (string, error) {
	totals, err := a.store.Totals(ctx)
	if err != nil || totals.Last.IsZero() {
		return "", err
	}
	return report.DayOf(totals.Last, a.agreement.Report.Cutoff, a.agreement.Location())
}

// Report makes the report of a local day, "2006-01-02", for an audience;
// empty: the mission.
func (a *App) Report(ctx context.Context, day, audience string) (*report.Report, error) {
	return a.ReportFor(ctx, day, audience, nil)
}

// ReportFor makes the report for one reader among an audience, for whom limit
// narrows its policy.
func (a *App) ReportFor(ctx context.Context, day, audience string, limit func(agreement.Policy) agreement.Policy) (*report.Report, error) {
	in, err := a.reportInput(ctx, day, audience, limit)
	if err != nil {
		return nil, fmt.Errorf("making the report of %s: %w", day, err)
	}
	r, err := report.Build(*in)
	if err != nil {
		return nil, fmt.Errorf("making the report of %s: %w", day, err)
	}
	return r, nil
}

func (a *App) reportInput(ctx context.Context, day, audience string, limit func(agreement.Policy) agreement.Policy) (*report.Input, error) {
	loc := a.agreement.Location()
	from, to, err := a.period(day)
	if err != nil {
		return nil, err
	}
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	head := a.journal.Head()
	in := &report.Input{Agreement: a.agreement, AgreementVersion: a.agreement.Version(), Day: day, Location: loc, Audience: audience, Limit: limit,
		Software: program, Journal: report.Head{Size: head.Size, Root: fmt.Sprintf("%x", head.Root)}}
	again, err := a.again(ctx)
	if err != nil {
		return nil, err
	}
	if in.Incidents, in.Findings, err = a.between(ctx, again, from, to); err != nil {
		return nil, err
	}
	due, err := a.deadlines(ctx, to)
	if err != nil {
		return nil, err
	}
	for _, f := range due {
		if !f.At.Before(from) {
			in.Findings = append(in.Findings, f)
		}
	}
	if in.Observations, err = a.membersOf(in.Incidents); err != nil {
		return nil, err
	}
	watched, err := a.Observations(ctx, Filter{Since: from.AddDate(0, 0, -1), Until: to})
	if err != nil {
		return nil, err
	}
	all := make([]observation.Observation, 0, len(watched))
	for i := range watched {
		o := watched[i].Observation
		in.Simulated = in.Simulated || o.Extra["simulated"] == "true"
		all = append(all, o)
	}
	in.Coverage = report.InferCoverage(all, from, to)
	if err := a.previous(ctx, in, again); err != nil {
		return nil, err
	}
	if err := a.sources(ctx, in, from, to); err != nil {
		return nil, err
	}
	if in.Dark, err = a.dark(ctx, from, to); err != nil {
		return nil, err
	}
	if err := a.ground(ctx, in, from, to); err != nil {
		return nil, err
	}
	a.shapes(in, to)
	if err := a.settlements(ctx, in); err != nil {
		return nil, err
	}
	policy := publish.Policy(a.agreement, cmp.Or(audience, publish.Mission))
	if limit != nil {
		policy = limit(policy)
	}
	if err := a.promises(ctx, in, from, to, policy); err != nil {
		return nil, err
	}
	if err := a.ladderOf(ctx, in, to, policy); err != nil {
		return nil, err
	}
	book, order, err := a.caseBook(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range order {
		if c := book[id].Until(to); c != nil {
			in.Cases = append(in.Cases, c)
		}
	}
	records, err := a.store.Records(ctx, kindQuarantine)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if !r.At.Before(from) {
			in.Quarantined++
		}
	}
	return in, nil
}

// period is the time that a day's report covers.
func (a *App) period(day string) (from, to time.Time, err error) {
	return report.Period(day, a.agreement.Report.Cutoff, a.agreement.Location())
}

// between returns the incidents of a period with their findings.
func (a *App) between(ctx context.Context, again *again, from, to time.Time) ([]incident.Incident, []finding.Finding, error) {
	rows, err := a.incidentRows(ctx, Filter{Since: from, Until: to})
	if err != nil {
		return nil, nil, err
	}
	incidents := make([]incident.Incident, len(rows))
	var findings []finding.Finding
	for i := range rows {
		incidents[i] = rows[i].Incident
		found, err := again.row(ctx, &rows[i])
		if err != nil {
			return nil, nil, err
		}
		findings = append(findings, found...)
	}
	return incidents, findings, nil
}

// membersOf reads the observations on which incidents rest.
func (a *App) membersOf(incidents []incident.Incident) ([]observation.Observation, error) {
	cursor := a.journal.Cursor()
	var out []observation.Observation
	for i := range incidents {
		for _, m := range incidents[i].Members {
			o, err := a.observation(cursor, m.Seq)
			if err != nil {
				return nil, err
			}
			out = append(out, *o)
		}
	}
	return out, nil
}

// previous adds the period before and the counts of the days before it.
func (a *App) previous(ctx context.Context, in *report.Input, again *again) error {
	totals, err := a.store.Totals(ctx)
	if err != nil || totals.First.IsZero() {
		return err
	}
	cutoff := a.agreement.Report.Cutoff
	date, err := time.Parse(time.DateOnly, in.Day)
	if err != nil {
		return err
	}
	policy := publish.Policy(a.agreement, cmp.Or(in.Audience, publish.Mission))
	if in.Limit != nil {
		policy = in.Limit(policy)
	}
	for n := daysBefore; n > 0; n-- {
		day := date.AddDate(0, 0, -n).Format(time.DateOnly)
		from, to, err := report.Period(day, cutoff, in.Location)
		if err != nil {
			return err
		}
		if !to.After(totals.First) || from.After(totals.Last) {
			continue // nobody recorded anything: no day with zero
		}
		rows, err := a.incidentRows(ctx, Filter{Since: from, Until: to})
		if err != nil {
			return err
		}
		breached, err := a.store.Breached(ctx, from, to)
		if err != nil {
			return err
		}
		incidents := make([]incident.Incident, len(rows))
		for i := range rows {
			incidents[i] = rows[i].Incident
		}
		released := publish.Apply(policy, to.Add(policy.Delay.Duration), publish.Data{Incidents: incidents})
		count := report.Count(released.Incidents, breached)
		count.Day = day
		in.Days = append(in.Days, count)
		if n == 1 {
			in.HasPrevious = true
			if in.PreviousIncidents, in.PreviousFindings, err = a.between(ctx, again, from, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// sources adds what each source reported in the period.
func (a *App) sources(ctx context.Context, in *report.Input, from, to time.Time) error {
	rows, err := a.store.SourcesBetween(ctx, from, to, daysBefore)
	if err != nil {
		return err
	}
	grades := map[string]*observation.Observation{}
	for i := range in.Observations {
		if o := &in.Observations[i]; grades[o.Source] == nil {
			grades[o.Source] = o
		}
	}
	records, err := a.Track(ctx, Filter{Since: from.AddDate(0, 0, -daysBefore), Until: to})
	if err != nil {
		return err
	}
	tracks := make(map[string]*track.Record, len(records))
	for i := range records {
		tracks[records[i].Source] = &records[i]
	}
	for _, r := range rows {
		s := report.SourceSummary{ID: r.Name, Means: observation.Means(r.Means), Observations: r.Observations, First: r.First, Last: r.Last,
			LastEver: r.LastEver, UsualPerDay: r.UsualPerDay, Track: tracks[r.Name]}
		if o := grades[r.Name]; o != nil {
			s.Grade, s.Handling = o.Grade, o.Handling
		}
		in.Sources = append(in.Sources, s)
	}
	return nil
}

// shapes adds lines, zones and areas as they stood at the cut-off.
func (a *App) shapes(in *report.Input, at time.Time) {
	at = at.Add(-time.Microsecond)
	for i := range a.agreement.Lines {
		if v := a.lines[a.agreement.Lines[i].ID].At(at); v != nil {
			in.Lines = append(in.Lines, *v)
		}
	}
	for i := range a.agreement.Zones {
		z := &a.agreement.Zones[i]
		m, err := a.zones.Geometry(z.ID, at)
		if err != nil {
			in.Notes = append(in.Notes, fmt.Sprintf("Zone %s can't be drawn: %v.", z.ID, err))
			continue
		}
		if len(m) > 0 {
			in.Zones = append(in.Zones, report.Shape{ID: z.ID, Name: z.Name, Geometry: m})
		}
	}
	wanted := a.agreement.Report.Areas
	for _, area := range a.areas {
		if len(wanted) == 0 || slices.Contains(wanted, area.Name) {
			in.Areas = append(in.Areas, report.Shape{ID: area.Name, Geometry: area.Land})
		}
	}
	if len(wanted) > 0 {
		slices.SortStableFunc(in.Areas, func(x, y report.Shape) int {
			return slices.Index(wanted, x.ID) - slices.Index(wanted, y.ID)
		})
	}
}

// settlements adds imported places for orientation, the largest first.
func (a *App) settlements(ctx context.Context, in *report.Input) error {
	places, err := a.places(ctx)
	slices.SortStableFunc(places, func(x, y placeRecord) int { return y.People - x.People })
	for i, p := range places {
		in.Settlements = append(in.Settlements, report.Settlement{Name: agreement.Text{"en": p.Name}, At: p.Position, Source: p.Source, Rank: i + 1})
	}
	return err
}

// Settlements lists the imported places, with -1 people where nobody says how
// many live there.
func (a *App) Settlements(ctx context.Context) ([]withdrawal.Settlement, error) {
	places, err := a.places(ctx)
	var out []withdrawal.Settlement
	for _, p := range places {
		s := withdrawal.Settlement{Name: p.Name, Source: p.Source, Region: p.Area, At: p.Position, People: p.People}
		if s.People == 0 {
			s.People = -1
		}
		out = append(out, s)
	}
	return out, err
}

// places reads the imported places, of each the last version.
func (a *App) places(ctx context.Context) ([]placeRecord, error) {
	records, err := a.store.Records(ctx, kindPlace)
	if err != nil {
		return nil, err
	}
	cursor := a.journal.Cursor()
	var out []placeRecord
	for _, r := range current(records) {
		e, err := cursor.Get(r.Seq)
		if err != nil {
			return nil, err
		}
		var p placeRecord
		if err := json.Unmarshal(e.Body, &p); err != nil {
			return nil, fmt.Errorf("record %d: %w", r.Seq, err)
		}
		out = append(out, p)
	}
	return out, nil
}

// Zones returns the zones and lines in force at an instant as GeoJSON, which must
// not be changed: it is kept.
func (a *App) Zones(ctx context.Context, at time.Time) (*geo.Features, error) {
	a.placing.Lock()
	defer a.placing.Unlock()
	if err := a.placeLocked(ctx); err != nil {
		return nil, err
	}
	epoch := a.epochs.Number(at)
	if found := a.drawn[epoch]; found != nil {
		return found, nil
	}
	out := &geo.Features{}
	for i := range a.agreement.Lines {
		l := &a.agreement.Lines[i]
		v := a.lines[l.ID].At(at)
		if v == nil {
			continue
		}
		out.Features = append(out.Features, geo.Feature{Polylines: v.Parts, Properties: map[string]any{
			"kind": "line", "id": l.ID, "name": l.Name.In("en"), "version": v.ID, "from": v.From.Format(time.RFC3339),
			"length_m": round(v.Length()), "left": v.Left, "right": v.Right}})
	}
	for i := range a.agreement.Zones {
		z := &a.agreement.Zones[i]
		m, err := a.zones.Geometry(z.ID, at)
		if err != nil {
			return nil, fmt.Errorf("zone %s: %w", z.ID, err)
		}
		if len(m) == 0 {
			continue
		}
		properties := map[string]any{"kind": "zone", "id": z.ID, "name": z.Name.In("en"), "area_m2": round(m.Area())}
		out.Features = append(out.Features, geo.Feature{Polygons: m, Properties: properties})
	}
	a.drawn[epoch] = out
	return out, nil
}

// Areas returns the administrative areas that the agreement reports by as
// GeoJSON.
func (a *App) Areas(ctx context.Context) (*geo.Features, error) {
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	out := &geo.Features{}
	for _, x := range a.areas {
		out.Features = append(out.Features, geo.Feature{Polygons: x.Land, Properties: map[string]any{"kind": "area", "id": x.Name, "name": x.Name}})
	}
	return out, nil
}

func round(x float64) float64 { return float64(int64(x + 0.5)) }

// Credits lists what whoever uses the imported data must or should say.
func (r *ImportResult) Credits() []string {
	var out []string
	for _, f := range r.Files {
		if f.Credit != "" && !slices.Contains(out, f.Credit) {
			out = append(out, f.Credit)
		}
	}
	return out
}

// MeasuresOf gives the area (m²) and length (m) of an agreement's zones at an
// instant, from the agreement's own lines.
func MeasuresOf(a *agreement.Agreement, files fs.FS, at time.Time) (func(zone string) (areaM2, lengthM float64, ok bool), error) {
	lines, err := zone.Lines(a, files)
	if err != nil {
		return nil, err
	}
	zones, err := zone.New(a, lines, files)
	if err != nil {
		return nil, err
	}
	return func(id string) (float64, float64, bool) {
		area, length, err := zones.Measures(id, at)
		return area, length, err == nil && area > 0
	}, nil
}

// Spot makes the spot report of one incident.
func (a *App) Spot(ctx context.Context, id, audience string) (*report.Report, error) {
	row, ok, err := a.incidentOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("there is no incident %s; `truce incidents` lists them", id)
	}
	day, err := report.DayOf(row.From, a.agreement.Report.Cutoff, a.agreement.Location())
	if err != nil {
		return nil, err
	}
	in, err := a.reportInput(ctx, day, audience, nil)
	if err != nil {
		return nil, fmt.Errorf("making the spot report of %s: %w", id, err)
	}
	return report.BuildSpot(*in, id)
}
