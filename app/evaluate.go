package app

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/truce-monitor/truce/eval"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/store/sqlite"
)

// Evaluate scores the workspace against a truth: its incidents, the zones that they
// lie in and whom the findings name. Days are the agreement's.
func (a *App) Evaluate(ctx context.Context, truth *eval.Truth) (*eval.Scores, error) {
	if err := a.place(ctx); err != nil {
		return nil, err
	}
	truth, unknown := a.truthOf(truth)
	in := eval.Input{
		Truth: truth,
		Day:   func(t time.Time) string { return t.In(a.agreement.Location()).Format(time.DateOnly) },
		Inside: func(e eval.Event) map[string]bool {
			out := map[string]bool{}
			for _, m := range a.zones.At(geo.Point{Lat: e.Lat, Lon: e.Lon}, 0, e.At).Zones {
				out[m.Zone] = m.Probability >= 0.5
			}
			return out
		},
	}
	for _, z := range a.agreement.Zones {
		in.Zones = append(in.Zones, z.ID)
	}
	var err error
	if in.Seen, err = a.seen(ctx); err != nil {
		return nil, err
	}
	if in.Found, err = a.found(ctx); err != nil {
		return nil, err
	}
	scores := eval.Measure(in)
	scores.UnknownParties = unknown
	return scores, nil
}

// truthOf is the truth with the agreement's parties; those that the agreement does
// not know are named and left out.
func (a *App) truthOf(truth *eval.Truth) (*eval.Truth, []string) {
	out := &eval.Truth{Events: slices.Clone(truth.Events), Of: truth.Of}
	unknown := map[string]bool{}
	for i := range out.Events {
		e := &out.Events[i]
		if e.Party == "" || a.agreement.Party(e.Party) != nil {
			continue
		}
		if p := a.agreement.PartyByActor(e.Party); p != nil {
			e.Party = p.ID
			continue
		}
		unknown[e.Party] = true
		e.Party = ""
	}
	return out, slices.Sorted(maps.Keys(unknown))
}

// seen are the observations as scores see them.
func (a *App) seen(ctx context.Context) ([]eval.Seen, error) {
	keys, err := a.store.Observations(ctx, sqlite.Filter{})
	if err != nil {
		return nil, err
	}
	a.progress.Begin("reading observations", int64(len(keys)))
	defer a.progress.End()
	cursor := a.journal.Cursor()
	out := make([]eval.Seen, len(keys))
	for i, k := range keys {
		o, err := a.observation(cursor, k.Seq)
		if err != nil {
			return nil, err
		}
		out[i] = eval.Seen{Ref: eval.Ref{Source: o.Source, Ref: o.Ref}, Means: o.Means, Reported: o.Reported, Apart: slices.Contains(o.Caveats, referenceOnly)}
		if i%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			a.progress.Done(int64(i))
		}
	}
	return out, nil
}

// found are the incidents as scores see them.
func (a *App) found(ctx context.Context) ([]eval.Found, error) {
	again, err := a.again(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := a.incidentRows(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	a.progress.Begin("judging again", int64(len(rows)))
	defer a.progress.End()
	out := make([]eval.Found, 0, len(rows))
	for i := range rows {
		if i%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			a.progress.Done(int64(i))
		}
		x := &rows[i].Incident
		f := eval.Found{ID: x.ID, From: x.From, To: x.To, Probability: x.Probability, Distinct: x.Distinct, Activities: map[observation.Activity]float64{}}
		for _, p := range x.Activities {
			f.Activities[p.Activity] += p.Probability
		}
		for _, m := range x.Members {
			f.Members = append(f.Members, eval.Ref{Source: m.Source, Ref: m.Ref})
		}
		if p := x.Position; p != nil {
			f.Zones = map[string]float64{}
			for _, m := range a.zones.At(geo.Point{Lat: p.Lat, Lon: p.Lon}, p.Radius, x.From).Zones {
				f.Zones[m.Zone] = m.Probability
			}
		}
		findings, err := again.row(ctx, &rows[i])
		if err != nil {
			return nil, err
		}
		// Neither where nor who depends on the provision.
		for _, y := range findings {
			if f.Zones != nil { // the findings' is the better answer: it knows what lies where
				clear(f.Zones)
				for _, m := range y.Place.Zones {
					f.Zones[m.Zone] = m.Probability
				}
			}
			if len(y.Responsible.Candidates) == 0 {
				continue
			}
			f.Parties, f.Named = map[string]float64{}, y.Responsible.Party
			for _, c := range y.Responsible.Candidates {
				if c.Party != "" {
					f.Parties[c.Party] = c.Probability
				}
			}
			break
		}
		out = append(out, f)
	}
	return out, nil
}
