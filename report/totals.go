package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

func (b *builder) totals() {
	r, t := b.r, &b.r.Totals
	all := func(observation.Activity) bool { return true }
	t.Incidents = b.figure("incidents", all, func(d DayCount) int { return d.Incidents })
	t.Force = b.figure("force", IsForce, func(d DayCount) int { return d.Force })
	t.Explosions = b.figure("explosions", IsExplosion, func(d DayCount) int { return d.Explosions })

	rows := map[finding.Result][]int{}
	var notPlaced []int
	var breaches []float64
	for i := range r.Annex {
		row := &r.Annex[i]
		rows[row.Result] = append(rows[row.Result], i)
		if row.Position == nil {
			notPlaced = append(notPlaced, i)
		}
		breaches = append(breaches, breachProbability(&b.incidents[i], b.byIncident[row.ID]))
	}
	t.Breach, t.Undetermined = len(rows[finding.Breach]), len(rows[finding.Undetermined])
	t.Excepted, t.Consistent = len(rows[finding.Excepted]), len(rows[finding.Consistent])
	t.Unaffected, t.NotPlaced = len(rows[""]), len(notPlaced)
	t.ExpectedBreaches = expectation(breaches)
	b.number("breach", float64(t.Breach), rows[finding.Breach])
	b.number("undetermined", float64(t.Undetermined), rows[finding.Undetermined])
	b.number("excepted", float64(t.Excepted), rows[finding.Excepted])
	b.number("consistent", float64(t.Consistent), rows[finding.Consistent])
	b.number("unaffected", float64(t.Unaffected), rows[""])
	b.number("not-placed", float64(t.NotPlaced), notPlaced)

	for _, d := range b.in.Days {
		if d.Day < r.Day {
			r.Days = append(r.Days, d)
		}
	}
	slices.SortStableFunc(r.Days, func(x, y DayCount) int { return cmp.Compare(x.Day, y.Day) })
	if len(r.Days) > 30 {
		r.Days = r.Days[len(r.Days)-30:]
	}
	breached := make(map[string]bool, t.Breach)
	for _, i := range rows[finding.Breach] {
		breached[b.incidents[i].ID] = true
	}
	today := Count(b.incidents, breached)
	today.Day = r.Day
	r.Days = append(r.Days, today)
}

// breachProbability is the largest, over the provisions, of the probability
// that the incident occurred and broke it.
func breachProbability(n *incident.Incident, list []*finding.Finding) float64 {
	p := 0.0
	for _, f := range list {
		if f.Result == finding.Breach || f.Result == finding.Undetermined {
			p = max(p, n.Probability*f.BreachProbability)
		}
	}
	return p
}

// figure counts the incidents whose activity is meant.
func (b *builder) figure(name string, meant func(observation.Activity) bool, of func(DayCount) int) Figure {
	var f Figure
	var rows []int
	var p []float64
	for i := range b.incidents {
		n := &b.incidents[i]
		if !meant(n.Activity) {
			continue
		}
		c := counts(n.Count)
		f.Incidents++
		f.Events.N, f.Events.Min, f.Events.Max = f.Events.N+c.N, f.Events.Min+c.Min, f.Events.Max+c.Max
		rows = append(rows, i)
		p = append(p, incident.Events(n.Probability, n.Distinct))
	}
	f.Expected, f.Poisson = expectation(p), poisson(f.Incidents)
	if b.in.HasPrevious || len(b.previous) > 0 {
		before := 0
		for i := range b.previous {
			if meant(b.previous[i].Activity) {
				before++
			}
		}
		f.Previous, f.Change = &before, change(f.Incidents, before)
	}
	f.Mean7, f.Mean30 = mean(b.in.Days, b.r.Day, 7, of), mean(b.in.Days, b.r.Day, 30, of)
	b.number(name, float64(f.Incidents), rows)
	b.number(name+".events", float64(f.Events.N), rows)
	return f
}

// hourUnknown is the key of incidents whose time is not known to the hour.
const hourUnknown = "unknown"

func (b *builder) groups() {
	r := b.r
	var areas []string
	if len(b.in.Agreement.Report.Areas) > 0 {
		areas = slices.Clone(b.in.Agreement.Report.Areas)
	} else {
		for _, s := range b.in.Areas {
			areas = append(areas, s.ID)
		}
	}
	r.ByArea = b.grouped("area", areas, func(i int) string { return r.Annex[i].Area },
		func(n *incident.Incident) string { return b.areaOf(n.Position, n.Area) })

	var hours []string
	for t := r.From; t.Before(r.To); t = t.Add(time.Hour) {
		hours = append(hours, t.Format(time.RFC3339))
	}
	hours = append(hours, hourUnknown)
	r.ByHour = b.grouped("hour", hours, func(i int) string { return hourOf(r, &b.incidents[i], r.From) },
		func(n *incident.Incident) string { return "" })
	for i := range r.ByHour {
		r.ByHour[i].Previous = nil // hours of another day are no comparison
	}

	r.ByType = b.grouped("type", nil, func(i int) string { return string(b.incidents[i].Activity) },
		func(n *incident.Incident) string { return string(n.Activity) })
	slices.SortStableFunc(r.ByType, func(x, y Group) int { return cmp.Compare(y.Incidents, x.Incidents) })
}

// hourOf is the start of the hour, counted from the cut-off, that holds the
// middle of the incident's interval; unknown where that is longer than an hour.
func hourOf(r *Report, n *incident.Incident, from time.Time) string {
	length := n.To.Sub(n.From)
	if length > time.Hour {
		return hourUnknown
	}
	mid := r.within(n.From.Add(length / 2))
	return from.Add(mid.Sub(from).Truncate(time.Hour)).Format(time.RFC3339)
}

// grouped counts incidents by key. The keys of first come first, in their
// order and even if empty; then the others by name; "" last.
func (b *builder) grouped(kind string, first []string, key func(i int) string, before func(*incident.Incident) string) []Group {
	index := make(map[string]int)
	var list []Group
	at := func(k string) *Group {
		i, ok := index[k]
		if !ok {
			i = len(list)
			index[k] = i
			list = append(list, Group{Key: k})
		}
		return &list[i]
	}
	for _, k := range first {
		at(k)
	}
	fixed := len(list)
	rows := map[string][]int{}
	for i := range b.incidents {
		n := &b.incidents[i]
		k := key(i)
		g, c := at(k), counts(n.Count)
		g.Incidents++
		g.Events.N, g.Events.Min, g.Events.Max = g.Events.N+c.N, g.Events.Min+c.Min, g.Events.Max+c.Max
		g.Expected += incident.Events(n.Probability, n.Distinct)
		if IsExplosion(n.Activity) {
			g.Explosions++
		}
		if b.r.Annex[i].Result == finding.Breach {
			g.Breach++
		}
		rows[k] = append(rows[k], i)
	}
	if b.in.HasPrevious || len(b.previous) > 0 {
		was := map[string]int{}
		for i := range b.previous {
			k := before(&b.previous[i])
			at(k)
			was[k]++
		}
		for i := range list {
			n := was[list[i].Key]
			list[i].Previous = &n
		}
	}
	slices.SortStableFunc(list[fixed:], func(x, y Group) int {
		if (x.Key == "") != (y.Key == "") {
			if x.Key == "" {
				return 1
			}
			return -1
		}
		return cmp.Compare(x.Key, y.Key)
	})
	list = slices.DeleteFunc(list, func(g Group) bool { // an hour of the other day, or nothing at all
		return g.Incidents == 0 && (g.Previous == nil || *g.Previous == 0 || kind == "hour") && !slices.Contains(first, g.Key)
	})
	for i := range list {
		list[i].Expected = round(list[i].Expected, 6)
		b.number(kind+"."+slug(list[i].Key), float64(list[i].Incidents), rows[list[i].Key])
	}
	return list
}
