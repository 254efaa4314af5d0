package site

import (
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
)

// Window is a local ceasefire around a site, for a purpose and a time, and how
// it was kept.
type Window struct {
	Ceasefire  string         `json:"ceasefire"`
	Purpose    agreement.Text `json:"purpose,omitempty"`
	Zone       string         `json:"zone,omitempty"`
	From       time.Time      `json:"from"`           // UTC
	Until      time.Time      `json:"until,omitzero"` // UTC; zero: no end is set
	State      string         `json:"state"`          // planned, running or over
	Provisions []string       `json:"provisions"`     // that hold in it

	Breaches     int       `json:"breaches"`
	Undetermined int       `json:"undetermined"`
	First        time.Time `json:"first_breach,omitzero"`
	// Hours have passed of it, each begun one counted; Kept are those in which no
	// breach was found. That none was found is no proof that there was none: see
	// what was watched.
	Hours int `json:"hours"`
	Kept  int `json:"hours_kept"`
}

// windows lists the local ceasefires at a site that touch the period, as they
// stand at its end.
func windows(a *agreement.Agreement, s *Site, findings []finding.Finding, from, to time.Time) []Window {
	var out []Window
	period := agreement.Period{From: agreement.Instant{Time: from}, Until: agreement.Instant{Time: to}}
	for i := range a.Ceasefire {
		c := &a.Ceasefire[i]
		if c.Site != s.ID || !c.Period.Overlaps(period) {
			continue
		}
		w := Window{Ceasefire: c.ID, Purpose: c.Purpose, Zone: c.Zone, From: c.From.Time, Until: c.Until.Time, Provisions: []string{}}
		end := to
		switch {
		case !to.After(w.From):
			w.State, end = "planned", w.From
		case w.Until.IsZero() || to.Before(w.Until):
			w.State = "running"
		default:
			w.State, end = "over", w.Until
		}
		in := map[string]bool{}
		for k := range a.Provisions {
			if p := &a.Provisions[k]; p.Ceasefire == c.ID && p.Permits == nil {
				w.Provisions, in[p.ID] = append(w.Provisions, p.ID), true
			}
		}
		broken := map[int]bool{}
		for k := range findings {
			f := &findings[k]
			if !in[f.Provision] || f.At.Before(w.From) || !f.At.Before(end) {
				continue
			}
			switch f.Result {
			case finding.Breach:
				w.Breaches++
				broken[int(f.At.Sub(w.From)/time.Hour)] = true
				if w.First.IsZero() || f.At.Before(w.First) {
					w.First = f.At
				}
			case finding.Undetermined:
				w.Undetermined++
			}
		}
		w.Hours = int((end.Sub(w.From) + time.Hour - 1) / time.Hour)
		w.Kept = w.Hours - len(broken)
		out = append(out, w)
	}
	return out
}
