// Package posture knows what is declared of bases, units and hosts, and holds it
// against the limits of commitments and provisions: no closer to the line than so
// far, no more than so many, only where a host has agreed, nothing of those that
// contribute nothing. What is beyond a limit is a finding like any other.
//
// It must not know storage, nor what monitors see: it is about what is declared.
package posture

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/commitment"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/geo"
	"github.com/truce-monitor/truce/line"
	"github.com/truce-monitor/truce/observation"
	"github.com/truce-monitor/truce/zone"
)

// The kinds of declarations.
const (
	Base = "base"
	Unit = "unit"
	Host = "host" // that a host agrees to somebody's forces, or no longer does
)

// Declaration is what somebody declared of a base, a unit or a host's consent,
// from an instant on: until the next one with the same source and ref, or its
// own end.
type Declaration struct {
	Source string `json:"source"`
	Ref    string `json:"ref"`
	Kind   string `json:"kind"` // base, unit or host
	// Of is how the thing is called by all who declare it; two declarations of
	// one thing count once. Empty: nobody else declares it.
	Of   string    `json:"of,omitempty"`
	Name string    `json:"name,omitempty"`
	By   string    `json:"by,omitempty"` // who declares, a party or body; empty: the source, if it is one
	From time.Time `json:"from"`
	// Until is when it ends; zero: with the next declaration.
	Until time.Time `json:"until,omitzero"`

	Party  string `json:"party"`            // whose base or unit; of a host, who agrees
	Host   string `json:"host,omitempty"`   // on whose territory; of a host's consent, to whose forces it agrees (empty: to all)
	Force  string `json:"force,omitempty"`  // as the terms' "forces" have it
	Weapon string `json:"weapon,omitempty"` // of the taxonomy
	Agrees string `json:"agrees,omitempty"` // of a host: yes or no
	// Commitment is the pledge under which it stands; empty: every one of the
	// party that is of such things.
	Commitment string `json:"commitment,omitempty"`

	Position *geo.Point `json:"position,omitempty"`
	RadiusM  float64    `json:"radius_m,omitempty"` // of the circle that holds the true place with 95 %
	Count    int        `json:"count,omitempty"`    // persons or pieces
	CountMin int        `json:"count_min,omitempty"`
	CountMax int        `json:"count_max,omitempty"`

	Text     string               `json:"text,omitempty"`
	URL      string               `json:"url,omitempty"`
	Handling observation.Handling `json:"handling,omitempty"`
	Record   uint64               `json:"record,omitempty"` // of the journal
}

// ID names what the declaration is about. It depends on source and ref alone,
// so it stays the same while the thing moves.
func (d *Declaration) ID() string {
	sum := sha256.Sum256([]byte(d.Source + "\x00" + d.Ref))
	return "P-" + hex.EncodeToString(sum[:5])
}

// Label is the declaration's handling. Without one it stays within the mission:
// where forces stand is not made known by omission.
func (d *Declaration) Label() observation.Handling {
	if d.Handling == "" {
		return observation.AmberStrict
	}
	return d.Handling
}

// span is the least and the most that it counts; known is false where it does
// not say how many.
func (d *Declaration) span() (least, most int, known bool) {
	if d.Count == 0 && d.CountMin == 0 && d.CountMax == 0 {
		return 0, 0, false
	}
	least, most = d.CountMin, d.CountMax
	if least == 0 {
		least = d.Count
	}
	if most == 0 {
		most = max(d.Count, least)
	}
	return least, most, true
}

// Ground is the terms with the lines and zones over which they hold.
type Ground struct {
	Agreement *agreement.Agreement
	Lines     map[string]*line.Line
	Zones     *zone.Set
	State     commitment.State
	Facts     []commitment.Fact
}

// Posture is what is declared at an instant, held against the limits.
type Posture struct {
	At       time.Time `json:"at"`
	Declared []Row     `json:"declared"`
	Ceilings []Ceiling `json:"ceilings"`
	// Findings are of what is or was beyond a limit up to the instant, or can't
	// be told: one for each thing and limit.
	Findings []finding.Finding `json:"findings"`
}

// Row is a declaration in force with where it lies.
type Row struct {
	ID string `json:"id"`
	Declaration
	Line        string            `json:"line,omitempty"`
	LineVersion string            `json:"line_version,omitempty"`
	DistanceM   float64           `json:"distance_m,omitempty"` // to the first line in force
	Side        string            `json:"side,omitempty"`
	Zones       []zone.Membership `json:"zones,omitempty"`
	Checks      []Check           `json:"checks,omitempty"`
}

// Check is one limit, as it is met at the instant.
type Check struct {
	Finding     string         `json:"finding"`
	Of          string         `json:"of"` // commitment or provision
	Limit       string         `json:"limit,omitempty"`
	Result      finding.Result `json:"result"`
	Probability float64        `json:"probability"` // that it is beyond the limit
}

// Ceiling is a number at most, with what is declared under it.
type Ceiling struct {
	Check
	Party string `json:"party,omitempty"` // where it is meant for each party
	Host  string `json:"host,omitempty"`  // where it is meant for each host
	Max   int    `json:"max"`
	Least int    `json:"least"` // declared, at least
	Most  int    `json:"most"`
	// Open tells that something under it does not say how many it is.
	Open     bool     `json:"open,omitempty"`
	Declared []string `json:"declared,omitempty"` // ids
	// Handling is that of the most restricted declaration under it.
	Handling observation.Handling `json:"handling"`
}

// At holds what is declared up to t against the limits as they were in force,
// and as the line ran, at each instant up to t.
func (g *Ground) At(declared []Declaration, t time.Time) *Posture {
	t = t.UTC()
	j := &judging{ground: g, book: newBook(declared), tallies: map[string]*tally{}, steps: map[[2]string][]commitment.Step{}}
	for _, at := range g.instants(declared, t) {
		j.at(at)
	}
	p := &Posture{At: t, Declared: []Row{}, Ceilings: []Ceiling{}, Findings: []finding.Finding{}}
	j.rows, j.ceilings = &p.Declared, &p.Ceilings
	j.at(t)
	p.Findings = append(p.Findings, j.findings(t)...)
	return p
}

// instants are those up to t, and before it, at which something may change.
func (g *Ground) instants(declared []Declaration, t time.Time) []time.Time {
	var out []time.Time
	add := func(x time.Time) {
		if !x.IsZero() && x.Before(t) {
			out = append(out, x.UTC())
		}
	}
	period := func(p agreement.Period) {
		add(p.From.Time)
		add(p.Until.Time)
	}
	var first time.Time
	for i := range declared {
		add(declared[i].From)
		add(declared[i].Until)
		if first.IsZero() || declared[i].From.Before(first) {
			first = declared[i].From
		}
	}
	if first.IsZero() {
		return nil
	}
	a := g.Agreement
	for i := range a.Lines {
		if l := g.Lines[a.Lines[i].ID]; l != nil {
			for _, v := range l.Versions {
				add(v.From)
			}
		}
	}
	for i := range a.Zones {
		period(a.Zones[i].Period)
	}
	for i := range a.Ceasefire {
		period(a.Ceasefire[i].Period)
	}
	for i := range a.Provisions {
		period(a.Provisions[i].Period)
	}
	for i := range a.Commitments {
		period(a.Commitments[i].Period)
		for _, f := range a.Commitments[i].Firm {
			add(f.At.Time)
		}
	}
	for _, s := range a.Status {
		add(s.At.Time)
	}
	for _, f := range g.Facts {
		add(f.At)
	}
	out = slices.DeleteFunc(out, func(x time.Time) bool { return x.Before(first) })
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}
