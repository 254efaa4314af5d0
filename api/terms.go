package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/truce-monitor/truce/access"
	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/app"
	"github.com/truce-monitor/truce/finding"
)

// Terms is the agreement as a document, with how each of its terms stands.
type Terms struct {
	Agreement   string                  `json:"agreement"`
	Version     string                  `json:"version"`
	Title       agreement.Text          `json:"title"`
	Summary     agreement.Text          `json:"summary,omitzero"`
	Languages   []string                `json:"languages,omitempty" doc:"Of the authentic texts"`
	Standing    string                  `json:"standing,omitempty"`
	At          time.Time               `json:"at"`
	WindowS     float64                 `json:"window_s" doc:"The time before at by which a provision is kept or breached"`
	Status      []agreement.Status      `json:"status,omitempty"`
	Texts       []agreement.Source      `json:"texts,omitempty"`
	Parties     []agreement.Party       `json:"parties"`
	Ceasefire   []agreement.Ceasefire   `json:"ceasefire,omitempty"`
	Definitions []agreement.Definition  `json:"definitions,omitempty"`
	Zones       []agreement.Zone        `json:"zones,omitempty"`
	Provisions  []Provision             `json:"provisions"`
	Scales      agreement.Scales        `json:"scales"`
	Thresholds  []agreement.Threshold   `json:"thresholds,omitempty"`
	Procedure   *agreement.Verification `json:"procedure,omitempty"`
	Escalation  *agreement.Escalation   `json:"escalation,omitempty"`
	Publication []agreement.Policy      `json:"publication,omitempty"`
}

// Provision is one rule and how it stands.
type Provision struct {
	agreement.Provision
	State     string      `json:"state" enum:"kept,breached,undetermined,not-in-force,waiting"`
	Counts    Counts      `json:"counts" doc:"Of findings since ever"`
	Window    Counts      `json:"window" doc:"Of findings in the window"`
	PerDay    []DayCounts `json:"per_day"`
	Deadlines []Deadline  `json:"deadlines"`
}

// Counts are findings by result.
type Counts struct {
	Breach       int `json:"breach"`
	Undetermined int `json:"undetermined"`
	Excepted     int `json:"excepted"`
	Consistent   int `json:"consistent"`
}

// DayCounts are those of a report day.
type DayCounts struct {
	Date string `json:"date" format:"date"`
	Counts
}

// Deadline is an instant by which something is due.
type Deadline struct {
	Provision string         `json:"provision"`
	Article   string         `json:"article,omitempty"`
	Stage     string         `json:"stage,omitempty"`
	Kind      string         `json:"kind" doc:"withdrawal, storage, access, notification or delivery"`
	Words     agreement.Text `json:"words"`
	Start     time.Time      `json:"start,omitzero"`
	At        time.Time      `json:"at"`
	Passed    bool           `json:"passed"`
	Result    finding.Result `json:"result,omitempty" doc:"Once it has passed: consistent means met"`
	Finding   string         `json:"finding,omitempty"`
	Parties   []string       `json:"parties,omitempty"`
}

func (c *Counts) add(r finding.Result) {
	switch r {
	case finding.Breach:
		c.Breach++
	case finding.Undetermined:
		c.Undetermined++
	case finding.Excepted:
		c.Excepted++
	case finding.Consistent:
		c.Consistent++
	}
}

// window is how long a breach makes a provision breached.
const window = 7 * 24 * time.Hour

func (s *Server) terms(api huma.API) {
	get(s, api, "/api/v1/terms", "get-terms", access.ReadPublished, "The agreement as a document, with the state of each provision at an instant", func(ctx context.Context, in *atInstant) (*Terms, error) {
		at, err := s.at(ctx, in.At)
		if err != nil {
			return nil, err
		}
		return remembered(s, "terms "+at.Format(time.RFC3339Nano), s.policyFor(ctx), func() (*Terms, error) { return s.termsAt(ctx, at) })
	})
	get(s, api, "/api/v1/deadlines", "list-deadlines", access.ReadPublished, "Every deadline of the agreement, the earliest first", func(ctx context.Context, in *atInstant) ([]Deadline, error) {
		at, err := s.at(ctx, in.At)
		if err != nil {
			return nil, err
		}
		return remembered(s, "deadlines "+at.Format(time.RFC3339Nano), s.policyFor(ctx), func() ([]Deadline, error) { return s.deadlines(ctx, at) })
	})
}

func (s *Server) termsAt(ctx context.Context, at time.Time) (*Terms, error) {
	a := s.app.Agreement()
	x := &Terms{Agreement: a.ID, Version: a.Version(), Title: a.Title, Summary: a.Summary, Languages: a.Languages, Standing: a.StatusAt(at), At: at,
		WindowS: window.Seconds(), Status: a.Status, Texts: a.Texts, Parties: a.Parties, Ceasefire: a.Ceasefire, Definitions: a.Definitions, Zones: a.Zones,
		Scales: a.Scales, Thresholds: a.Thresholds, Procedure: a.Verification, Escalation: a.Escalation, Publication: a.Publication, Provisions: []Provision{}}
	due, err := s.deadlines(ctx, at)
	if err != nil {
		return nil, err
	}
	counts, err := s.outcomes(ctx, at)
	if err != nil {
		return nil, err
	}
	for _, p := range a.Provisions {
		one := Provision{Provision: p, PerDay: []DayCounts{}, Deadlines: []Deadline{}}
		if c := counts[p.ID]; c != nil {
			one.Counts, one.Window, one.PerDay = c.all, c.window, c.days
		}
		for _, d := range due {
			if d.Provision == p.ID {
				one.Deadlines = append(one.Deadlines, d)
			}
		}
		one.State = s.state(&one, at)
		x.Provisions = append(x.Provisions, one)
	}
	return x, nil
}

// state says how a provision stands: by whether it is in force, by what was
// found in the window, and by what became of its deadlines.
func (s *Server) state(p *Provision, at time.Time) string {
	in, ok := s.app.Agreement().InForce(&p.Provision)
	switch {
	case !ok || !in.Until.IsZero() && !at.Before(in.Until.Time):
		return "not-in-force"
	case !in.From.IsZero() && at.Before(in.From.Time):
		return "waiting"
	}
	worst := "kept"
	passed := false
	for _, d := range p.Deadlines {
		passed = passed || d.Passed
		switch d.Result {
		case finding.Breach:
			worst = "breached"
		case finding.Undetermined:
			if worst == "kept" {
				worst = "undetermined"
			}
		}
	}
	if len(p.Deadlines) > 0 && !passed {
		worst = "waiting"
	}
	switch {
	case p.Window.Breach > 0:
		return "breached"
	case p.Window.Undetermined > 0 && worst != "breached":
		return "undetermined"
	}
	return worst
}

// deadlines lists what is due until when, and what became of it.
func (s *Server) deadlines(ctx context.Context, at time.Time) ([]Deadline, error) {
	found, err := s.app.Deadlines(ctx, app.Filter{Until: at})
	if err != nil {
		return nil, err
	}
	known := s.latest(ctx, at)
	out := []Deadline{}
	a := s.app.Agreement()
	for i := range a.Provisions {
		p := &a.Provisions[i]
		if p.Requires == nil {
			continue
		}
		add := func(stage string, words agreement.Text, start, deadline agreement.Instant) {
			if deadline.IsZero() {
				return
			}
			d := Deadline{Provision: p.ID, Article: p.Article, Stage: stage, Kind: p.Requires.Kind, Words: words, Start: start.Time, At: deadline.Time,
				Passed: !at.Before(deadline.Time), Parties: a.Bound(p)}
			if !known.Before(deadline.Time) {
				for _, f := range found {
					if f.Provision == p.ID && f.Stage == stage {
						d.Result, d.Finding = f.Result, f.ID
					}
				}
			}
			out = append(out, d)
		}
		add("", p.Words, p.Requires.Start, p.Requires.Deadline)
		for _, st := range p.Requires.Stages {
			words := st.Words
			if len(words) == 0 {
				words = p.Words
			}
			add(st.ID, words, st.Start, st.Deadline)
		}
	}
	slices.SortStableFunc(out, func(x, y Deadline) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Provision, y.Provision), cmp.Compare(x.Stage, y.Stage))
	})
	return out, nil
}
