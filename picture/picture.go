// Package picture knows what lists, maps and rates show of all incidents: it
// holds a row for each of them in memory, and finds the newest, those of a map
// tile and how many there were in a time, as far as a publication policy lets
// an audience see them.
//
// It must not know how incidents and findings come about, nor storage or HTTP.
package picture

import (
	"cmp"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/truce-monitor/truce/agreement"
	"github.com/truce-monitor/truce/finding"
	"github.com/truce-monitor/truce/incident"
	"github.com/truce-monitor/truce/observation"
)

// Summary is one incident in a list or on a map: of its findings the gravest.
type Summary struct {
	ID          string               `json:"id"`
	From        time.Time            `json:"from"` // UTC
	To          time.Time            `json:"to"`
	Lat         *float64             `json:"lat,omitempty"` // degrees WGS84; nil: it has no position
	Lon         *float64             `json:"lon,omitempty"`
	RadiusM     float64              `json:"radius_m,omitempty"` // metres, 95 %; 0: it has no position
	Activity    observation.Activity `json:"activity"`
	Weapon      observation.Weapon   `json:"weapon,omitempty"`
	Count       observation.Count    `json:"count,omitzero"`
	Probability float64              `json:"probability"`          // that it happened
	Occurrence  string               `json:"occurrence,omitempty"` // step of the occurrence scale
	Severity    string               `json:"severity,omitempty"`   // step of the severity scale
	Result      finding.Result       `json:"result,omitempty"`     // of the gravest finding; empty: there is none
	Provision   string               `json:"provision,omitempty"`  // of the gravest finding
	Party       string               `json:"party,omitempty"`      // responsible by the gravest finding; empty: undetermined
	Side        string               `json:"side,omitempty"`       // on whose side of the line
	Zones       []string             `json:"zones,omitempty"`      // in which it more probably lies than not
	Found       []Found              `json:"found,omitempty"`      // every finding
	Sources     int                  `json:"sources"`              // independent ones
	Reports     int                  `json:"reports"`
	Handling    observation.Handling `json:"handling,omitempty"` // empty: publish.Default
	Provisional bool                 `json:"provisional,omitempty"`
}

// Found is the result under one provision.
type Found struct {
	Provision string         `json:"provision"`
	Result    finding.Result `json:"result"`
}

// Summarise makes the row of an incident from what was found of it.
func Summarise(in *incident.Incident, b *finding.Brief) Summary {
	s := Summary{ID: in.ID, From: in.From, To: in.To, Activity: in.Activity, Weapon: in.Weapon, Count: in.Count,
		Probability: in.Probability, Sources: in.IndependentSources, Reports: len(in.Members), Handling: in.Handling,
		Occurrence: b.Step, Side: b.Place.Side, Party: b.Party}
	if p := in.Position; p != nil {
		s.place(p.Lat, p.Lon, max(p.Radius, 0.1))
	}
	for _, z := range b.Place.Zones {
		if z.Probability >= 0.5 {
			s.Zones = append(s.Zones, z.Zone)
		}
	}
	for i := range b.Outcomes {
		o := &b.Outcomes[i]
		s.Found = append(s.Found, Found{o.Provision, o.Result})
	}
	if g := b.Gravest; g >= 0 {
		o := &b.Outcomes[g]
		s.Result, s.Provision, s.Severity = o.Result, o.Provision, o.Severity
	}
	return s
}

func (s *Summary) place(lat, lon, radiusM float64) {
	at := [2]float64{lat, lon}
	s.Lat, s.Lon, s.RadiusM = &at[0], &at[1], radiusM
}

// Picture holds the rows of all incidents. It is safe for concurrent use.
type Picture struct {
	severities []string // the scale, the least grave first

	mu      sync.RWMutex // guards the following
	words   words
	settled map[int64]*part // by run
	live    []*part         // provisional, the greater ones first
	parts   []*part         // all, the one with the newest row first
}

// part is a segment of which some rows are not shown any more.
type part struct {
	*segment
	gone []uint64 // a bit for each row; nil: all are shown
}

func (p *part) hides(i int) bool { return p.gone != nil && p.gone[i/64]>>(i%64)&1 == 1 }

func (p *part) hide(i int) {
	if p.gone == nil {
		p.gone = make([]uint64, (len(p.rows)+63)/64)
	}
	p.gone[i/64] |= 1 << (i % 64)
}

// New makes an empty picture; severities is the agreement's scale, the least
// grave first.
func New(severities []string) *Picture {
	return &Picture{severities: severities, settled: map[int64]*part{}, words: newWords()}
}

// Set makes rows those of a run, instead of those that it had.
func (p *Picture) Set(run int64, rows Rows) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(rows.rows) == 0 {
		delete(p.settled, run)
	} else {
		p.settled[run] = &part{segment: newSegment(p.words.adopt(rows))}
	}
	p.arrange()
}

// SetAll makes the picture anew from the rows of all runs.
func (p *Picture) SetAll(runs map[int64]Rows) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.words, p.settled = newWords(), make(map[int64]*part, len(runs))
	for run, rows := range runs {
		if len(rows.rows) > 0 {
			p.settled[run] = &part{segment: newSegment(p.words.adopt(rows))}
		}
	}
	p.arrange()
}

// Prepare finds where all rows lie and what the whole map shows under policies, so
// that the first who asks need not wait for it.
func (p *Picture) Prepare(policies ...agreement.Policy) {
	grids := []float64{0}
	for _, policy := range policies {
		if !slices.Contains(grids, policy.RoundM) {
			grids = append(grids, policy.RoundM)
		}
	}
	p.mu.RLock()
	parts := slices.Clone(p.parts)
	p.mu.RUnlock()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(parts); i = int(next.Add(1)) - 1 {
				for _, grid := range grids {
					parts[i].on(grid)
				}
			}
		})
	}
	wg.Wait()
	for _, policy := range policies {
		p.mu.RLock()
		p.cells(p.sieve(&Query{Policy: policy, Now: forever}), 0, 1<<(2*finest), 2*(finest-cellBits))
		p.mu.RUnlock()
	}
}

// forever is when nothing is too young any more.
var forever = time.Unix(1<<40, 0)

// arrange puts the parts in the order of their newest rows. The caller
// holds mu.
func (p *Picture) arrange() {
	p.parts = slices.Clone(p.live)
	for _, s := range p.settled {
		p.parts = append(p.parts, s)
	}
	slices.SortFunc(p.parts, func(a, b *part) int {
		return cmp.Or(cmp.Compare(b.newest, a.newest), slices.Compare(b.rows[0].ID[:], a.rows[0].ID[:]))
	})
}

// Len is how many incidents there are.
func (p *Picture) Len() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	n := 0
	for _, s := range p.parts {
		n += len(s.rows)
		for _, word := range s.gone {
			n -= bits.OnesCount64(word)
		}
	}
	return n
}
