package report

import (
	"slices"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/publish"
)

// annex makes one row per incident, in order of time.
func (b *builder) annex() {
	b.r.Annex = make([]AnnexRow, len(b.incidents))
	for i := range b.incidents {
		n := &b.incidents[i]
		row := AnnexRow{
			No: i + 1, ID: n.ID, From: n.From, To: n.To,
			Place: n.Place, Area: b.areaOf(n.Position, n.Area), Position: n.Position,
			Count: n.Count, Activity: n.Activity, ActivityP: 1, Direction: n.Direction, Heading: n.Heading,
			Weapon: n.Weapon, Ellipse: n.Ellipse, Caveats: n.Caveats, Harm: n.Harm,
			Handling: publish.MostRestricted(n.Handling, observation.Clear),
			Probable: n.Probability, Sources: n.IndependentSources,
		}
		for _, a := range n.Activities {
			if a.Activity == n.Activity {
				row.ActivityP = a.Probability
				break
			}
		}
		for _, m := range n.Members {
			row.Report = append(row.Report, ReportedBy{m.Source, m.Ref, m.Independent})
			if o := b.observations[[2]string{m.Source, m.Ref}]; o != nil {
				row.observe(o)
			}
		}
		row.Observers = len(row.Observed)
		if row.Observers > 0 {
			row.Observer = &row.Observed[0].Sighting
		}
		b.judge(&row, b.byIncident[n.ID])
		b.r.Annex[i] = row
	}
}

// observe adds what one member says of how it is known.
func (row *AnnexRow) observe(o *observation.Observation) {
	if o.Means != "" && !slices.Contains(row.Means, o.Means) {
		row.Means = append(row.Means, o.Means)
	}
	if o.How != "" && !slices.Contains(row.How, o.How) {
		row.How = append(row.How, o.How)
	}
	if o.Observer != nil {
		row.Observed = append(row.Observed, ObservedFrom{*o.Observer, o.Means, o.How})
	}
	if row.Excerpt == "" {
		row.Excerpt = excerpt(o.Text)
	}
}

// judge adds what the findings say.
func (b *builder) judge(row *AnnexRow, list []*finding.Finding) {
	row.Result = gravest(list)
	for i, f := range list {
		if i == 0 {
			for _, z := range f.Place.Zones {
				row.Zones = append(row.Zones, ZoneShare{z.Zone, z.Probability})
			}
			if f.Place.Line != "" {
				d := f.Place.DistanceM
				row.DistanceM = &d
			}
			row.Side, row.SideP = f.Place.Side, f.Place.SideProbability
			row.Occurrence = f.Occurrence.Step
		}
		if f.Result != row.Result {
			continue
		}
		if !slices.Contains(row.Provisions, f.Provision) {
			row.Provisions = append(row.Provisions, f.Provision)
		}
		if f.Result == finding.Breach {
			row.Severity = b.r.graver(row.Severity, f.Severity)
			if row.Party == "" {
				row.Party = f.Responsible.Party
			}
		}
		if row.Exception == "" {
			row.Exception = f.Exception
		}
	}
}

// excerpt is the beginning of a text that fits a cell.
func excerpt(s string) string {
	const most = 240
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	cut := most
	for cut > most-30 && runes[cut] != ' ' {
		cut--
	}
	return string(runes[:cut]) + " …"
}
